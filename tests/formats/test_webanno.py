"""WebAnno TSV 3: sentences and their spans, with offsets of UTF-16."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.core.documents import Document
from spanf1.exceptions import LayoutError, ReadError
from spanf1.formats.sniffing import formats_of
from spanf1.formats.source import Source
from tests.helpers.commands import write

HEAD = "#FORMAT=WebAnno TSV 3.3\n#T_SP=a.b.NamedEntity|identifier|value\n\n\n"
SMALL = HEAD + (
    "#Text=Ada Byron met\n1-1\t0-3\tAda\t*[1]\tPER[1]\t\n1-2\t4-9\tByron\t*[1]\tPER[1]\t\n"
    "1-3\t10-13\tmet\t_\t_\t\n\n"
    "#Text=Bob .\n2-1\t14-17\tBob\t*\tPER\t\n2-2\t18-19\t.\t_\t_\t\n"
)


@pytest.fixture(autouse=True)
def _there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def read(content: str, **how: object) -> list[Document]:
    write("f", content)
    return list(spanf1.read_documents("f", "webanno", **how))


def said(document: Document) -> list[tuple[str, str]]:
    return [(span.type, document.text_of(span)) for span in document.spans]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_same_as_columns(run, end) -> None:
    write("f", SMALL.replace("\n", end))
    write("g", "Ada B-PER\nByron I-PER\nmet O\n\nBob B-PER\n. O\n")
    assert formats_of([Source("f")]) == ["webanno"]
    for pair in (["f", "g"], ["g", "f"], ["f", "f"]):
        micro = json.loads(run("score", *pair, "-f", "json", "-q").out)["micro"]
        assert [micro[name] for name in ("gold", "predicted", "correct")] == [2, 2, 2]
    assert "in 2 sentences, 1 document" in run("score", "f", "f").out
    assert "WebAnno TSV 3, key a.b.NamedEntity.value" in run("describe", "f").out


def test_stacked_spans_and_parts_of_tokens() -> None:
    (document,) = read(
        "#FORMAT=WebAnno TSV 3.3\n#T_SP=x.Span|value\n\n\n#Text=aaaaaa bbbbbb cccccc\n"
        "1-1\t0-6\taaaaaa\tA[1]|B[2]|C\t\n1-1.1\t3-6\taaa\tD[3]\t\n"
        "1-2\t7-13\tbbbbbb\tA[1]|D[3]\t\n1-2.1\t7-10\tbbb\tB[2]\t\n1-2.2\t7-7\t\tE[4]\t\n"
        "1-3\t14-20\tcccccc\t_\t\n1-3.1\t14-17\tccc\tD[3]\t\n"
    )
    assert document.tokens == [(0, 6), (7, 13), (14, 20)]
    assert [(span.type, *span.parts) for span in document.spans] == [
        ("A", (0, 13)),
        ("B", (0, 10)),
        ("C", (0, 6)),
        ("D", (3, 17)),
    ]


def test_empty_spans_and_relations_are_left_out(run) -> None:
    write("f", "#FORMAT=WebAnno TSV 3.2\n#T_SP=x.Span|value\n#T_RL=x.R|role|BT_x.Span\n\n\n"
          "#Text=a b\n1-1\t0-1\ta\tA\t_\t_\t\n1-1.1\t0-0\t\tB\t_\t_\t\n1-2\t2-3\tb\tA\tr|s\t1-1|1-1\t\n")  # fmt: skip  # noqa: E501
    out = " ".join(run("describe", "f").out.split())
    assert "2 relations" in out
    assert "1 empty spans" in out


def test_a_span_through_sentences_joins_them() -> None:
    first, second = read(
        "#FORMAT=WebAnno TSV 3.3\n#T_SP=x.Span|value\n\n\n"
        "#Text=He ran .\n1-1\t0-2\tHe\t_\t\n1-2\t3-6\tran\tA[1]\t\n1-3\t7-8\t.\tA[1]\t\n\n"
        "#Text=She too\n2-1\t10-13\tShe\tA[1]|B\t\n2-2\t14-17\ttoo\t_\t\n\n"
        "#Text=x\n3-1\t18-19\tx\tC\t\n"
    )
    assert first.text == "He ran .  She too"
    assert said(first) == [("A", "ran .  She"), ("B", "She")]
    assert (second.text, said(second), second.begins) == ("x", [("C", "x")], False)


def test_units_of_utf_16_and_escapes() -> None:
    text = "#Text=\\t😀 \\\\[a\\n b😀\n#Text=c\n"
    (document,) = read(
        "#FORMAT=WebAnno TSV 3.3\n#T_SP=x.Span|value\n\n\n"
        + text
        + "1-1\t0-3\t\\t😀\t\\_\\|\\*\t\n"
        "1-2\t4-7\t\\\\[a\tA\\[1\\]\t\n1-3\t9-12\tb😀\tB[2]\t\n1-4\t13-14\tc\tB[2]\t\n"
    )
    assert document.text == "\t😀 \\[a\n b😀\nc"
    assert said(document) == [("_|*", "\t😀"), ("A[1]", "\\[a"), ("B", "b😀\nc")]
    (document,) = read(
        "#FORMAT=WebAnno TSV 3.1\n#T_SP=x.Span|value\n\n\n#Text=\\u00e9\n1-1\t0-1\t\\u00e9\t*\t\n"
    )
    assert said(document) == [("_", "é")]


LAYERS = (
    "#FORMAT=WebAnno TSV 3.3\n#T_SP=x.POS|PosValue|coarse\n#T_SP=y.Role|ROLE_y:r_y.L|y.T|value\n"
    "#T_SP=z.Empty|\n#T_CH=c.Link|referenceType|referenceRelation\n\n\n"
    "#Text=a\n1-1\t0-1\ta\tN\tNOUN\tr\t1-1\tV\t*\t_\t_\t\n"
)


def test_the_feature_is_chosen() -> None:
    for key, kind in (("PosValue", "N"), ("POS.coarse", "NOUN"), ("y.Role.value", "V")):
        (document,) = read(LAYERS, key=key)
        assert said(document) == [(kind, "a")]
    with pytest.raises(LayoutError, match=r"no layer of entities \(NamedEntity.value\)") as caught:
        read(LAYERS)
    hint = "--key says which: 'x.POS.PosValue', 'x.POS.coarse', 'y.Role.value'"
    assert caught.value.hint == hint
    with pytest.raises(LayoutError, match="no feature of spans is called 'oarse'"):
        read(LAYERS, key="oarse")
    with pytest.raises(LayoutError, match="several features are called 'value'"):
        read(LAYERS.replace("coarse", "value"), key="value")


words = st.text("aé😀日.", min_size=1, max_size=3)


@given(data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_documents(data) -> None:
    """Spans of random sentences are those that a few lines of Python write down beside them."""
    begin, number, parts, wanted = (
        0,
        0,
        ["#FORMAT=WebAnno TSV 3.3\n#T_SP=x.NamedEntity|value\n"],
        [],
    )
    for _ in range(data.draw(st.integers(1, 3))):
        tokens = data.draw(st.lists(words, min_size=1, max_size=4))
        gaps = [data.draw(st.sampled_from(["", " ", "  "])) for _ in tokens[1:]] + [""]
        ends = st.integers(0, len(tokens) - 1)
        pairs = data.draw(st.lists(st.tuples(ends, ends), max_size=3))
        spans = [(min(pair), max(pair)) for pair in pairs]
        rows, place, found = [], begin, []
        for token, (word, gap) in enumerate(zip(tokens, gaps, strict=True)):
            units = len(word.encode("utf-16-le")) // 2
            here = [n for n, (a, b) in enumerate(spans, number) if a <= token <= b]
            field = "|".join(f"T{n}[{n + 1}]" for n in here) or "_"
            rows.append(f"1-{token + 1}\t{place}-{place + units}\t{word}\t{field}\t\n")
            place += units + len(gap)
        for n, (a, b) in enumerate(spans, number):
            inside = zip(tokens[a : b + 1], [*gaps[a:b], ""], strict=True)
            found.append((f"T{n}", "".join(map("".join, inside))))
        text = "".join(map("".join, zip(tokens, gaps, strict=True)))
        parts.append(f"\n#Text={text}\n{''.join(rows)}")
        wanted.append((text, tokens, sorted(found)))
        begin, number = place + 1, number + len(spans)
    documents = read("".join(parts))
    assert [(one.text, one.words(), sorted(said(one))) for one in documents] == wanted


ERRORS = {
    "version": (SMALL.replace("3.3", "4.0"), "f:1: '#FORMAT=WebAnno TSV 4.0' is not #FORMAT="),
    "offsets": (SMALL.replace("4-9", "4-8"), "f:7: the token is 'Byron', and the text has 'Byro'"),
    "text": (SMALL.replace("#Text=Ada", "#Text=Eva"), "f:6: the token is 'Ada', and the text has"),
    "columns": (SMALL.replace("met\t_\t_\t", "met"), "f:8: 3 columns, and the header declares 5"),
    "line": (SMALL + "\nwhat\n", "f:14: 'what' does not begin with the number of a token and off"),
    "no text": (HEAD + "1-1\t0-1\ta\t_\t_\t\n", "f:5: a token before the text of its sentence"),
}


@pytest.mark.parametrize(("content", "message"), ERRORS.values(), ids=ERRORS)
def test_errors(content, message) -> None:
    with pytest.raises(LayoutError) as caught:
        read(content)
    assert str(caught.value).startswith(message)


def test_bytes_that_are_no_text() -> None:
    write("f", SMALL.encode() + b"\xff\n")
    with pytest.raises(ReadError, match="f:13: byte 0xff is not UTF-8, as WebAnno's files"):
        list(spanf1.read_documents("f"))


def test_both_sides_in_one_file(run) -> None:
    write("f", SMALL)
    ran = run("score", "f")
    assert (ran.code, "hint: give two: spanf1 score GOLD PRED" in ran.err) == (2, True)
