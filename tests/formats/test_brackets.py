"""Columns of brackets: the same spans as in columns of tags, nested ones too."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.core.documents import joined
from spanf1.exceptions import LayoutError, UsageError
from spanf1.formats.sniffing import formats_of
from spanf1.formats.source import Source
from tests.helpers.commands import write

SMALL = "Ann NNP (PER*\nLee NNP *)\nruns VBZ *\n\nIBM NNP (ORG)\n"
TAGS = "Ann B-PER\nLee I-PER\nruns O\n\nIBM B-ORG\n"
# As CoNLL-2012: document, part, number, word, tags, parse, lemma, frame, sense, speaker, entity,
# arguments (of which each sentence has as many as verbs), coreference.
FULL = """#begin document (bc/x/00/x_0000); part 000
bc/x/00/x_0000   0   0   Ann   NNP   (TOP(S(NP*   -   -   -   Speaker#1   (PERSON*   (ARG0*   (12
bc/x/00/x_0000   0   1   Lee   NNP   *)           -   -   -   Speaker#1   *)         *)       12)
bc/x/00/x_0000   0   2   ran   VBD   (VP*)))      run 01  1   Speaker#1   *          (V*)     -

bc/x/00/x_0000   0   0   Kiel  NNP   (TOP*)       -   -   -   Speaker#1   (GPE)      -

#end document
#begin document (bc/x/00/x_0001); part 000
bc/x/00/x_0001   0   0   Yes   UH    (TOP*)       -   -   -   -           *          -
#end document
"""


@pytest.fixture(autouse=True)
def _there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def counts(run, *args: str) -> list[int]:
    micro = json.loads(run("score", *args, "-f", "json", "-q").out)["micro"]
    return [micro[key] for key in ("gold", "predicted", "correct")]


@pytest.mark.parametrize("before", ["", "# a comment\n", "\n\n"])
def test_same_as_tags(run, before) -> None:
    write("f", before + SMALL)
    write("g", TAGS)
    assert formats_of([Source("f")]) == ["brackets"]
    for pair in (("f", "g"), ("g", "f"), ("f", "f")):
        assert counts(run, *pair) == [2, 2, 2]
    assert run("convert", "f", "--to-format", "columns").out.replace("\t", " ") == (
        f"# newdoc\n{TAGS}"
    )


def test_all_columns_of_conll_2012(run) -> None:
    write("f", FULL)
    assert formats_of([Source("f")]) == ["brackets"]
    found = list(spanf1.read_documents("f"))
    assert [one.words() for one in found] == [["Ann", "Lee", "ran"], ["Kiel"], ["Yes"]]
    said = [[(s.type, one.text_of(s)) for s in one.spans] for one in found]
    assert said == [[("PERSON", "Ann Lee")], [("GPE", "Kiel")], []]
    assert [(one.begins, one.line) for one in found] == [(True, 2), (False, 6), (True, 10)]
    out = " ".join(run("score", "f", "f").out.split())
    assert "in 3 sentences, 2 documents" in out
    assert "gold in column 11, predicted in column 11" in out
    (first, *_) = spanf1.read_documents("f", tag_column=6, token_column=5)
    assert first.words() == ["NNP", "NNP", "VBD"]
    assert [span.type for span in first.spans] == ["NP", "VP", "S", "TOP"]


def test_both_sides_in_one_file(run) -> None:
    write("f", "Ann (PER* (PER)\nLee *) *\n\nIBM (ORG) (ORG)\n")
    assert counts(run, "f") == [2, 2, 1]
    assert counts(run, "f", "--gold-column", "3", "--pred-column", "2") == [2, 2, 1]


def test_one_side_alone_is_not_scored(run) -> None:
    write("f", SMALL)
    ran = run("score", "f")
    assert (ran.code, "'NNP' is no tag of brackets" in ran.err) == (3, True)
    assert ran.err.endswith(
        "--gold-column says which column has the brackets; for two files: GOLD PRED\n"
    )
    assert counts(run, "f", "f", "--tag-column", "3") == [2, 2, 2]


def test_another_delimiter() -> None:
    write("f", "New York\t(LOC)\nis\t*\n")
    documents = list(spanf1.read_documents("f", "brackets", delimiter="tab"))
    assert documents[0].words() == ["New York", "is"]


words = st.integers(1, 6)


@given(count=words, data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_nested_spans(count, data) -> None:
    spans: list[tuple[int, int, str]] = []
    for _ in range(data.draw(st.integers(0, 4))):
        a, b = sorted(data.draw(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))))
        crosses = any(a < c <= b < d or c < a <= d < b for c, d, _ in spans)
        if not crosses:
            spans.append((a, b, data.draw(st.sampled_from(["A", "B"]))))
    ordered = sorted(spans, key=lambda span: (span[0], -span[1]))
    rows = []
    for place in range(count):
        opened = "".join(f"({kind}" for a, _, kind in ordered if a == place)
        rows.append(f"w{place} {opened}*{')' * sum(b == place for _, b, _ in spans)}\n")
    write("f", "".join(rows))
    (document,) = spanf1.read_documents("f", "brackets")
    tokens = joined(f"w{place}" for place in range(count))[1]
    # Of spans that end together, the one that was opened last is closed first.
    wanted = [(kind, ((tokens[a][0], tokens[b][1]),)) for a, b, kind in spans]
    assert sorted((span.type, span.parts) for span in document.spans) == sorted(wanted)


ERRORS = {
    "not closed": ("Ann (PER*\nLee *\n", "f:1: the bracket of 'PER' is not closed in its sentence"),
    "not open": ("Ann *\nLee *)\n", "f:2: '*)' closes a bracket that was not opened"),
    "other": ("Ann (PER*)\nLee O\n", "f:2: 'O' is no tag of brackets"),
    "chain": ("Ann (PER*)\nLee (12)\n", "f:2: '(12)' is no tag of brackets"),
    "fields": ("Ann (PER*)\nLee x *\n", "f:2: 3 fields where the lines before have 2"),
    "not UTF-8": (b"Ann (PER*)\n\xff *\n", "f:2: byte 0xff is not UTF-8"),
}


@pytest.mark.parametrize(("content", "message"), ERRORS.values(), ids=ERRORS)
def test_errors(content, message) -> None:
    write("f", content)
    with pytest.raises(spanf1.InputError) as caught:
        list(spanf1.read_documents("f", "brackets"))
    assert str(caught.value).startswith(message)


def test_columns_that_are_not_there() -> None:
    write("f", SMALL)
    with pytest.raises(LayoutError, match="f:1: there is no column 9: this line has 3 fields"):
        list(spanf1.read_documents("f", tag_column=9))
    with pytest.raises(UsageError, match="columns of brackets have no names: 'ner'"):
        list(spanf1.read_documents("f", tag_column="ner"))


@pytest.mark.parametrize(
    "content",
    ["* O\nb B-X\n", "(X) O\n", "a * O\n", "#begin document (a); part 000\nAda B-P B-P\n"],
)
def test_columns_stay_columns(content) -> None:
    write("f", content)
    assert formats_of([Source("f")]) == ["columns"]


def test_the_hint_works(run) -> None:
    """Brackets that are not in the last column are named where they are no tags."""
    write("f", "Ann (PER* x\nLee *) x\n")
    ran = run("describe", "f", "--tag-column", "2")
    assert (ran.code, "--input-format brackets" in ran.err) == (3, True)
    ran = run("describe", "f", "--tag-column", "2", "--input-format", "brackets")
    assert (ran.code, "PER" in ran.out) == (0, True)
