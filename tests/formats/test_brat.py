from __future__ import annotations

import json
import os
import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.core.documents import Document, TextSpan
from spanf1.exceptions import LayoutError, LossError, ReadError, SpanF1Error, UsageError
from spanf1.formats import brat
from spanf1.formats.options import InputOptions
from spanf1.formats.registry import Input, Writing
from spanf1.formats.source import Source

TEXT = "Ada Lovelace met\nCharles Babbage. 😀 Zoë"


def reading(path: object, **how: object) -> Input:
    return Input(Source(str(path)), "brat", InputOptions(**how))


def read(path: object) -> list[Document]:
    return list(reading(path).documents())


def folder(path: Path, **files: str | bytes) -> Path:
    """Make files: double underscores in a name are a folder's end, the last one a dot."""
    for name, content in files.items():
        file = path / ".".join(name.replace("__", "/").rsplit("_", 1))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def one(tmp_path: Path, ann: str, text: str | None = TEXT) -> Input:
    folder(tmp_path, a_ann=ann)
    if text is not None:
        folder(tmp_path, a_txt=text)
    return reading(tmp_path)


def written(path: Path, *documents: Document) -> dict[str, str]:
    path.mkdir(exist_ok=True)
    brat.write(documents, str(path), Writing())
    return {
        file.relative_to(path).as_posix(): file.read_bytes().decode()
        for file in sorted(path.rglob("*"))
        if file.is_file()
    }


# The line of a span, and its type and parts.
LINES = [
    ("T1\tPER 0 12\tAda Lovelace", "PER", [(0, 12)]),
    # Fragments, also out of order, and as brat before 1.3 wrote them.
    ("T1\tPER 0 3;17 24\tAda Charles", "PER", [(0, 3), (17, 24)]),
    ("T1\tPER 17 24;0 3\tCharles Ada", "PER", [(0, 3), (17, 24)]),
    ("T1\tPER 0 3;17 24\tAdaCharles", "PER", [(0, 3), (17, 24)]),
    ("T1\tPER 0 3;3 12\tAda  Lovelace", "PER", [(0, 3), (3, 12)]),
    # A line break is a space; characters are code points.
    ("T1\tX 13 24\tmet Charles", "X", [(13, 24)]),
    ("T1\tX 34 39\t😀 Zoë", "X", [(34, 39)]),
    # Odd and allowed: suffixes of ids, punctuation in types, comments, CRLF, no text at all.
    ("T12a-b\tX:y;z/é 0 3\tAda", "X:y;z/é", [(0, 3)]),
    ("T1\tX 0 3\tAda\tsome comment", "X", [(0, 3)]),
    ("T1\tX 0 3\tAda\r", "X", [(0, 3)]),
    ("T1\tX 0 3", "X", [(0, 3)]),
    ("T1\tX 0 3 \t", "X", [(0, 3)]),
]


@pytest.mark.parametrize(("line", "name", "parts"), LINES)
def test_lines(tmp_path: Path, line: str, name: str, parts: list) -> None:
    (document,) = one(tmp_path, line + "\n").documents()
    assert document == Document(TEXT, [TextSpan(name, tuple(parts))], id="a")


def test_an_event_with_relations_and_notes(tmp_path: Path) -> None:
    # Every kind of line that the format's description has.
    ann = (
        "T1\tOrganization 0 4\tSony\n"
        "T2\tMERGE-ORG 14 27\tjoint venture\n"
        "T3\tOrganization 33 41\tEricsson\n"
        "E1\tMERGE-ORG:T2 Org1:T1 Org2:T3\n"
        "R1\tPartner Arg1:T1 Arg2:T3\n"
        "*\tEquiv T1 T3\n"
        "A1\tNegation E1\n"
        "M1\tSpeculation E1\n"
        "N1\tReference T1 Wikidata:Q41187\tSony\n"
        "\n"
        "#1\tAnnotatorNotes T1\tthe firm\n"
        "#\tof nothing\n"
    )
    side = one(tmp_path, "\ufeff" + ann, "Sony formed a joint venture with Ericsson.\n")
    (document,) = side.documents()
    assert [(span.type, document.text_of(span)) for span in document.spans] == [
        ("Organization", "Sony"),
        ("MERGE-ORG", "joint venture"),
        ("Organization", "Ericsson"),
    ]
    assert side.remarks == {
        "events": 1,
        "relations": 1,
        "equivalences": 1,
        "attributes": 2,
        "normalisations": 1,
        "notes": 2,
    }


WRONG_LINES = [
    ("Ada Lovelace", "a.ann:2: 'Ada Lovelace' does not begin with an id and a tab"),
    ("T1 PER 0 3 Ada", "does not begin with an id and a tab"),
    ("T\tPER 0 3\tAda", "does not begin with an id and a tab"),
    ("X1\tPER 0 3\tAda", "does not begin with an id and a tab"),
    ("T1\tPER\t0\t3\tAda", "'PER\\t0\\t3\\tAda' is no type with offsets"),
    ("T1\t 0 3\tAda", "is no type with offsets"),
    ("T1\tPER 0 3 Ada", "is no type with offsets"),
    ("T1\tPER -1 3\tAda", "is no type with offsets"),
    ("T1\tPER 0 3.0\tAda", "is no type with offsets"),
    ("T1\tPER 0 ٣\tAda", "is no type with offsets"),
    ("T1\tPER 0 3;\tAda", "is no type with offsets"),
    ("T1\tPER 0 " + 5000 * "9" + "\tAda", "is no type with offsets"),
    ("T1\tPER 3 3\t", "a.ann:2: the offsets 3 3 are empty"),
    ("T1\tPER 3 0\tAda", "the offsets 3 0 are backwards"),
    ("T1\tPER 0 40\tAda", "the offsets 0 40 are outside the text, which has 39 characters"),
    ("T1\tPER 0 3;2 5\tAda a L", "the fragments 0 3;2 5 overlap"),
    ("T1\tPER 0 3\tAdo", "the line says 'Ado', the text has 'Ada' at 0 3"),
    ("T1\tPER 0 3\tAda Lovelace", "the line says 'Ada Lovelace', the text has 'Ada' at 0 3"),
    ("T1\tPER 3 12\tLovelace", "the line says 'Lovelace', the text has ' Lovelace' at 3 12"),
    ("T0\tPER 0 3\tAda", "'T0' a second time: line 1 has it, too"),
]


@pytest.mark.parametrize(("line", "message"), WRONG_LINES)
def test_wrong_lines(tmp_path: Path, line: str, message: str) -> None:
    side = one(tmp_path, f"T0\tPER 0 3\tAda\n{line}\n")
    with pytest.raises(SpanF1Error) as caught:
        list(side.documents())
    assert message in str(caught.value)
    assert caught.value.where == f"{tmp_path / 'a.ann'}:2"
    assert "\n" not in str(caught.value)


def test_long_texts_are_shown_from_where_they_differ(tmp_path: Path) -> None:
    text = 30 * "so many words " + "end"
    side = one(tmp_path, f"T1\tX 0 {len(text)}\t{text[:-3]}END\n", text)
    with pytest.raises(
        SpanF1Error, match=r"says ' many words END', the text has ' many words end'"
    ):
        list(side.documents())


def test_folders(tmp_path: Path) -> None:
    folder(
        tmp_path,
        b_txt="Bo",
        b_ann="T1\tPER 0 2\tBo\n",
        a__z_txt="Al",
        a__z_ann="",
        a__b__c_d_txt="Cy",
        a__b__c_d_ann="",
        notes_csv="1,2",
        _hidden_ann="no",
    )
    folder(tmp_path / ".hidden", x_ann="no")
    (tmp_path / "_hidden.ann").rename(tmp_path / "._b.ann")
    documents = read(tmp_path)
    assert [(document.id, document.text) for document in documents] == [
        ("a/b/c_d", "Cy"),
        ("a/z", "Al"),
        ("b", "Bo"),
    ]
    assert all(document.begins and document.tokens is None for document in documents)


def test_a_single_file(tmp_path: Path) -> None:
    folder(tmp_path, a_txt=TEXT, a_ann="T1\tPER 0 3\tAda\n", b_ann="")
    assert [document.id for document in read(tmp_path / "a.ann")] == ["a"]


def test_without_a_text(tmp_path: Path) -> None:
    side = one(tmp_path, "T1\tPER 0 3;17 24\tAda Charles\nT2\tX 900 901\n", None)
    (document,) = side.documents()
    spans = [TextSpan("PER", ((0, 3), (17, 24)), "Ada Charles"), TextSpan("X", ((900, 901),))]
    assert document == Document(None, spans, id="a")
    assert side.remarks == {}
    assert side.notes == {
        "documents without a .txt file": 1,
        "spans in several parts, which are not known to be one without a .txt file": 1,
    }


def test_progress(tmp_path: Path) -> None:
    folder(tmp_path, a_txt="Zoë", a_ann="", b_txt="Bo", b_ann="T1\tPER 0 2\tBo\n")
    side, seen = reading(tmp_path), []
    side.progress = seen.append
    list(side.documents())
    assert seen == [4, 4 + 2 + 14]


# What is in the folder, and what is wrong with it.
WRONG_FOLDERS = [
    ({}, "", "there is no .ann file in this folder"),
    ({"a_txt": ""}, "a.txt", "there is no 'a.ann' beside it"),
    ({"a_ann": "", "a_txt": b"x\n\xe9"}, "a.txt:2", "byte 0xe9 is not UTF-8"),
    ({"a_ann": b"T1\tX 0 1\t\xff"}, "a.ann:1", "byte 0xff is not UTF-8"),
    ({"a_ann__x": ""}, "", "there is no .ann file in this folder"),
]


@pytest.mark.parametrize(("files", "where", "message"), WRONG_FOLDERS)
def test_wrong_folders(tmp_path: Path, files: dict, where: str, message: str) -> None:
    folder(tmp_path, **files)
    with pytest.raises(ReadError) as caught:
        read(tmp_path)
    assert message in caught.value.message
    assert caught.value.where == str(tmp_path / where)


def test_wrong_paths(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no such file or folder"):
        read(tmp_path / "none")
    folder(tmp_path, a_txt="")
    with pytest.raises(ReadError, match="neither a folder nor"):
        read(tmp_path / "a.txt")
    with pytest.raises(UsageError, match="standard input"):
        read("-")
    with pytest.raises(UsageError, match="holds one side"):
        list(reading(tmp_path, alone=False).documents())
    (tmp_path / "a.ann").mkdir()
    with pytest.raises(ReadError, match=r"no 'a\.ann'"):
        read(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links(tmp_path: Path) -> None:
    inside = folder(tmp_path / "in", a_ann="")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "link").symlink_to(inside)
    assert [document.id for document in read(tmp_path / "out")] == ["link/a"]
    (inside / "loop").symlink_to(tmp_path / "out")
    with pytest.raises(ReadError, match="a link leads here a second time"):
        read(tmp_path / "out")
    (inside / "loop").unlink()
    (inside / "a.txt").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ReadError, match=r"a\.txt: no such file"):
        read(inside)


def test_write(tmp_path: Path) -> None:
    spans = [
        TextSpan("PER", ((17, 24),)),
        TextSpan("X", ((0, 3), (17, 24))),
        TextSpan("PER", ((0, 12),)),
        TextSpan("PER", ((0, 12),)),
        TextSpan("NONE", ((13, 24),)),
    ]
    assert written(tmp_path / "out", Document(TEXT, spans, id="x/a"), Document("", [])) == {
        "x/a.txt": TEXT,
        "x/a.ann": "T1\tX 0 3;17 24\tAda Charles\n"
        "T2\tPER 0 12\tAda Lovelace\n"
        "T3\tPER 0 12\tAda Lovelace\n"
        "T4\tNONE 13 24\tmet Charles\n"
        "T5\tPER 17 24\tCharles\n",
        "doc-000002.txt": "",
        "doc-000002.ann": "",
    }


SAFE = ["a", "a/b", "a.b", "Zoë 1", "a..b", "x.ann", "x.txt", "C_d", "あ"]
UNSAFE = ["", "..", "../a", "a/../b", "/a", "a/", "a//b", ".a", "a/.b", "a\\b", "a\nb", "a\0b"]
UNSAFE += ["a\x85", "\udc80", 300 * "a", 100 * "あ"]


@pytest.mark.parametrize("name", SAFE)
def test_safe_ids(tmp_path: Path, name: str) -> None:
    assert set(written(tmp_path, Document("", [], id=name))) == {f"{name}.txt", f"{name}.ann"}
    assert [document.id for document in read(tmp_path)] == [name]


@pytest.mark.parametrize("name", UNSAFE)
def test_unsafe_ids(tmp_path: Path, name: str) -> None:
    files = written(tmp_path / "out", Document("", [], id="x"), Document("", [], id=name))
    assert set(files) == {"x.txt", "x.ann", "doc-000002.txt", "doc-000002.ann"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


HERE = ((0, 1),)
LOSSES = [
    (Document(None, []), "document 1: brat needs the text"),
    (Document("ab", [TextSpan("A B", HERE)]), "the type 'A B' is empty or has white space"),
    (Document("ab", [TextSpan("A\u00a0B", HERE)]), "has white space"),
    (Document("ab", [TextSpan("", HERE)], id="i"), "document i: the type '' is empty"),
    (Document("ab", [TextSpan("A", (), "ab")]), "has no place in the text"),
    (Document("ab", [TextSpan("A", ((0, 3),))]), "has no place in the text"),
    (Document("ab", [TextSpan("A", ((1, 1),))]), "has no place in the text"),
    (Document("ab", [TextSpan("A", ((-1, 1),))]), "has no place in the text"),
    (Document("\ud83d", []), "half a surrogate pair"),
    (Document("ab", [TextSpan("\udc80", HERE)]), "half a surrogate pair"),
]


@pytest.mark.parametrize(("document", "message"), LOSSES)
def test_what_cannot_be_written(tmp_path: Path, document: Document, message: str) -> None:
    with pytest.raises(LossError) as caught:
        written(tmp_path, document)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "names", [("a", "a"), (1, "1"), ("doc-000002", None), ("a", "a.txt/b"), ("a.ann/b", "a")]
)
def test_ids_that_are_the_same_file(tmp_path: Path, names: tuple) -> None:
    with pytest.raises(LossError, match="there already is a file"):
        written(tmp_path, *(Document("", [], id=name) for name in names))


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    long = "/".join(100 * ["a" * 200])
    with pytest.raises(OSError, match="File name too long"):
        written(tmp_path, Document("", [], id=long))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    text = draw(
        st.text(
            st.one_of(
                st.characters(codec="utf-8", exclude_characters="\0"), st.sampled_from(" \r\n\t😀é")
            )
        )
    )
    text += draw(st.sampled_from(["", "\r\n", "\n", "x"]))
    types = st.text(st.characters(codec="utf-8", exclude_characters="\0")).map(
        lambda name: "".join(name.split())
    )
    spans = []
    for _ in range(draw(st.integers(0, 4)) if text else 0):
        places = draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=6))
        parts = [*pairwise(sorted(places))]
        kept = tuple(parts if draw(st.booleans()) else parts[::2])
        # Parts that only a line break separates are one again.
        gaps = [text[end:start] for (_, end), (start, _) in pairwise(kept)]
        if not any("\n" in gap and gap.isspace() for gap in gaps):
            spans += draw(st.integers(1, 2)) * [TextSpan(draw(types.filter(bool)), kept)]
    return Document(text, spans)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(documents())
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, document: Document) -> None:
    path = tmp_path_factory.mktemp("brat")
    written(path, document._replace(id="x"))
    (found,) = read(path)
    assert found.text == document.text
    assert sorted(found.spans) == sorted(document.spans)
    again = written(path / "again", found)
    assert again["x.ann"].encode() == (path / "x.ann").read_bytes()


WHOLE = [
    *(f"T{number}\tPER 0 3\tAda\n" for number in range(3)),
    *("T3\tX 13 24\tmet Charles\n", "T4\tX 34 39\t😀 Zoë\n", "R1\tof Arg1:T1\n", "#1\tNote\n"),
    *("A1\tb T1\n", "T5\tX 0 3\tAda\r\n", "T6\tX 0 3;4 12\tAda Lovelace\n", "T7\tX 0 3\tAda"),
]
ODD = [
    *(
        "\n",
        " ",
        "x",
        "\r",
        "T",
        "T1\tPER 0 3\tBob\n",
        "T8\tX 0 99\tAda\n",
        "T8\tX 3 3\t\n",
        "E1\n",
    ),
    *(
        "T8\tX 36 99\tZoë\n",
        "T8\tX 3 0\tAda\n",
        "T8\tX 0 3\n",
        "T8\tX 16 17\t\n\n",
        "T8\tX 16 17\t \n",
    ),
    *("T8\tX 40 43\tend\r\n", "T8\tX 40 44\tend\r\n", "T8 X 0 3\tAda\n"),
]


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(WHOLE)), st.lists(st.sampled_from(ODD), max_size=2), st.randoms())
def test_all_lines_at_once_as_line_by_line(
    tmp_path_factory: pytest.TempPathFactory, whole: list, odd: list, rng: random.Random
) -> None:
    lines = whole + odd
    rng.shuffle(lines)
    path = folder(tmp_path_factory.mktemp("brat"), a_ann="".join(lines), a_txt=f"{TEXT}\nend\r\n")

    def outcome() -> object:
        side = reading(path)
        try:
            return list(side.documents()), [*side.remarks.items()]
        except SpanF1Error as caught:
            return str(caught)

    expected = outcome()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(brat, "_plain_spans", lambda *_: None)
        assert outcome() == expected


PIECES = [*"TREAMNX*#\t\n ;019-", "T1", "T2\t", "PER", " 0 3", "\tAda", "\r", "٣", "\ufeff", "😀"]


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join) | st.binary())
def test_any_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, ann: str | bytes
) -> None:
    path = folder(tmp_path_factory.mktemp("brat"), a_ann=ann, a_txt=TEXT)
    error = None
    try:
        read(path)
    except SpanF1Error as caught:
        error = caught
    assert error is None or error.where.startswith(str(path / "a.ann:"))
    assert "\n" not in str(error)


CUT = "T1\tPER 8 11;12 17\tAda Byron\n"


def of_files(tmp_path, text, lines):
    (tmp_path / "b").mkdir()
    (tmp_path / "b/d.txt").write_bytes(text.encode())
    (tmp_path / "b/d.ann").write_bytes(lines.encode())
    return "b"


@pytest.mark.parametrize(
    ("text", "line", "parts"),
    [
        ("seen by Ada\nByron today", CUT, [(8, 17)]),
        ("seen by Ada\r\nByron today", "T1\tPER 8 11;13 18\tAda Byron\n", [(8, 18)]),
        ("seen by Ada\n\nByron today", "T1\tPER 8 11;13 18\tAda Byron\n", [(8, 18)]),
        ("seen by Ada \n  Byron", "T1\tPER 8 11;15 20\tAda Byron\n", [(8, 20)]),
        ("a\nb\nc", "T1\tPER 0 1;2 3;4 5\ta b c\n", [(0, 5)]),
        # A blank alone, or more than white space, separates two parts.
        ("seen by Ada Byron today", CUT, [(8, 11), (12, 17)]),
        ("a\nxb c", "T1\tPER 0 1;3 4\ta b\n", [(0, 1), (3, 4)]),
        ("a\nb c", "T1\tPER 0 1;2 3;4 5\ta b c\n", [(0, 3), (4, 5)]),
    ],
)
def test_line_breaks_part_no_span(tmp_path, monkeypatch, text, line, parts):
    monkeypatch.chdir(tmp_path)
    folder = of_files(tmp_path, text, line)
    ((span,),) = (document.spans for document in spanf1.read_documents(folder))
    assert list(span.parts) == parts


def test_a_line_break_is_noted(run, tmp_path):
    folder = of_files(tmp_path, "seen by Ada\nByron today", CUT)
    span = {"start": 8, "end": 17, "label": "PER"}
    record = {"id": "d", "text": "seen by Ada\nByron today", "spans": [span]}
    (tmp_path / "p.jsonl").write_text(json.dumps(record) + "\n")
    data = json.loads(run("score", folder, "p.jsonl", "-f", "json").out)
    assert data["micro"]["f1"] == 1
    note = "spans whose parts only a line break separates are in one part: 1"
    assert data["input"]["remarks"] == [f"{folder}: {note}"]
    for command in ("describe", "validate"):
        done = run(command, folder)
        assert note in " ".join((done.out + done.err).split())
    assert note in " ".join(run("convert", folder, "--to-format", "prodigy", "-o", "o").err.split())


LOVES = "T1\tPER 0 4\tJohn\nT2\tPER 11 15\tMary\nT3\tPER 17 19\tHe\nT4\tPER 28 31\ther\n"


def test_line_ends_that_count_once(run, tmp_path):
    text = "John loves Mary.\r\nHe married her.\r\n"
    folder = of_files(tmp_path, text, LOVES)
    (document,) = spanf1.read_documents(folder)
    assert document.text == text
    assert [text[slice(*span.parts[0])] for span in document.spans] == ["John", "Mary", "He", "her"]
    data = json.loads(run("score", folder, folder, "-f", "json").out)
    note = "texts in which offsets count line ends of two characters once: 1"
    assert (data["micro"]["f1"], data["input"]["remarks"]) == (1, [f"{folder}: {note}"])


def test_line_ends_that_count_once_within_spans(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "a\r\nAda\r\nByron\r\nx"
    folder = of_files(tmp_path, text, "T1\tPER 2 11\tAda Byron\nT2\tX 12 13\tx\n")
    (document,) = spanf1.read_documents(folder)
    assert [text[slice(*span.parts[0])] for span in document.spans] == ["Ada\r\nByron", "x"]


@pytest.mark.parametrize("line", ["T1\tPER 17 19\tHe\nT2\tPER 1 3\txx\n", "T1\tPER 18 20\txx\n"])
def test_line_ends_that_nothing_explains(tmp_path, monkeypatch, line):
    monkeypatch.chdir(tmp_path)
    folder = of_files(tmp_path, "John loves Mary.\r\nHe married her.\r\n", line)
    with pytest.raises(LayoutError, match="the text has"):
        list(spanf1.read_documents(folder))
