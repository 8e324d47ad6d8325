"""PubTator: documents read and written, and what is wrong with them said with the line."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import spanf1
from spanf1.core.documents import Document, TextSpan
from spanf1.exceptions import LayoutError, LossError, ReadError, SpanF1Error, UsageError
from spanf1.formats.options import InputOptions
from spanf1.formats.pubtator import fit, write
from spanf1.formats.registry import Input, Writing
from spanf1.formats.sniffing import formats_of
from spanf1.formats.source import Source
from tests.helpers.commands import write as saved
from tests.helpers.strategies import steady

FILE = """\
26094|t|Antihypertensive drugs and depression: 😀.
26094|a|Eighty-nine out-patients.
26094\t0\t22\tAntihypertensive drugs\tChemical\tD000959
26094\t27\t37\tdepression\tDisease\tD003866
26094\t37\t50\t: 😀. Eighty-n\tOdd
26094\tCID\tD000959\tD003866

5|t|Ada
5\t0\t3\tAda\tPER
5\t0\t3\tAda\tPER
"""


def reading(path: object, **options: object) -> Input:
    return Input(Source(str(path)), "pubtator", InputOptions(**options))


def read(tmp_path: Path, content: str | bytes) -> list[Document]:
    path = tmp_path / "file"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(reading(path).documents())


def written(*documents: Document) -> str:
    target = io.BytesIO()
    write(documents, target, Writing())
    return target.getvalue().decode()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_titles_abstracts_and_spans(tmp_path: Path, end: str) -> None:
    first, second = read(tmp_path, FILE.replace("\n", end))
    assert first.text == "Antihypertensive drugs and depression: 😀.\nEighty-nine out-patients."
    assert (first.id, first.line, second.id, second.line) == ("26094", 1, "5", 8)
    assert [(span.type, first.text_of(span)) for span in first.spans] == [
        ("Chemical", "Antihypertensive drugs"),
        ("Disease", "depression"),
        ("Odd", ": 😀.\nEighty-n"),
    ]
    # A span that is there twice is two.
    assert second == Document("Ada", [TextSpan("PER", ((0, 3),))] * 2, id="5", line=8)


def test_relations_are_left_out_with_a_remark(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(FILE)
    input = reading(path)
    assert len(list(input.documents())) == 2
    assert input.remarks == {"relations": 1}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    documents = read(tmp_path, FILE)
    text = written(*documents)
    assert text.startswith(
        "26094|t|Antihypertensive drugs and depression: 😀.\n26094|a|Eighty-nine"
    )
    again = read(tmp_path, text)
    assert [document._replace(line=0) for document in again] == [
        document._replace(line=0) for document in documents
    ]


# Titles and abstracts that look like other lines, blank ones, and what parts fields and lines.
TEXTS = st.text("ab |t\n\t\r\x0b\x85\u2028é😀", max_size=12)


@given(st.lists(st.tuples(TEXTS, st.none() | TEXTS), min_size=1, max_size=3))
@steady
def test_what_fits_is_read_as_it_was(tmp_path_factory, texts: list[tuple[str, str | None]]) -> None:
    documents = []
    for text, name in texts:
        spans = [TextSpan("T", ((place, place + 1),)) for place in range(0, len(text), 3)]
        document, lost = fit(Document(text, spans, id=name))
        assert len(document.text or "") == len(text)
        assert (document.text, document.id) == (text, name) or lost
        # What fits loses nothing more.
        assert fit(document) == (document, [])
        documents.append(document)
    folder = tmp_path_factory.mktemp("fit")
    for number, (document, other) in enumerate(
        zip(documents, read(folder, written(*documents)), strict=True), 1
    ):
        assert other.text == document.text
        assert other.id == (str(number) if document.id is None else document.id)
        assert list(other.spans) == list(document.spans)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("5|a|Ada\n", ":1: '5|a|Ada' is no title"),
        ("Ada\n", ":1: 'Ada' is no title"),
        ("5|t|Ada\n5|t|Bob\n", ":2: a second title: a blank line parts documents"),
        ("5|t|Ada\n6|a|Bob\n", ":2: '6' where the lines before have '5'"),
        ("5|t|Ada\n5|a|\n6\t0\t3\tAda\tPER\n", ":3: '6' where the lines before have '5'"),
        ("5|t|Ada\n5\t0\t3\tAda\n", ":2: '5\\t0\\t3\\tAda' has no offsets, text and type"),
        ("5|t|Ada\n5\t0\tx\tAda\tPER\n", ":2: '5\\t0\\tx\\tAda\\tPER' has no offsets"),
        ("5|t|Ada\n5\t-1\t3\tAda\tPER\n", "has no offsets, text and type behind the id"),
        ("5|t|Ada\n5\t0\t4\tAda\tPER\n", ":2: the offsets 0 4 are outside the text, which has 3"),
        ("5|t|Ada\n5\t1\t1\t\tPER\n", ":2: the offsets 1 1 are empty"),
        ("5|t|Ada\n5\t3\t1\tda\tPER\n", ":2: the offsets 3 1 are backwards"),
        ("5|t|Ada\n5\t0\t3\tBob\tPER\n", ":2: the line says 'Bob', the text has 'Ada' at 0 3"),
    ],
)
def test_what_is_wrong_is_said_with_the_line(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(LayoutError) as caught:
        read(tmp_path, content)
    assert message.replace("'", "") in str(caught.value).replace("'", "")


def test_bytes_that_are_not_utf_8(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=":2: byte 0xff is not UTF-8"):
        read(tmp_path, b"5|t|Ada\n5|a|\xff\n")


def test_a_file_holds_one_side(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(FILE)
    with pytest.raises(UsageError, match="holds one side"):
        list(reading(path, alone=False).documents())


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (Document(None, []), "PubTator needs the text"),
        (Document("a\nb\nc", []), "cannot carry white space of texts"),
        (Document("a", [], id="5|6"), "cannot carry ids that cannot be part of a line"),
        (Document("a", [TextSpan("", ((0, 1),))]), "the type '' is empty"),
        (Document("a", [TextSpan("A\tB", ((0, 1),))]), "has what parts fields"),
        (Document("a", [TextSpan("A", ((0, 2),))]), "has no place"),
        (Document("abc", [TextSpan("A", ((0, 1), (2, 3)))]), "has no place, or several"),
        (Document("\ud800", []), "half a surrogate pair"),
    ],
)
def test_what_cannot_be_written(document: Document, message: str) -> None:
    with pytest.raises(LossError) as caught:
        written(document)
    assert message.replace("'", "") in str(caught.value).replace("'", "")


@given(st.binary(max_size=60) | st.text("5|ta\t03\nAdPER", max_size=60).map(str.encode))
@steady
def test_any_bytes_are_read_or_refused(tmp_path_factory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    try:
        documents = read(folder, b"5|t|Ada\n" + content)
    except SpanF1Error as error:
        message = str(error)
    else:
        message = f"{folder}:{documents[0].id}"
    assert message.startswith(str(folder))
    assert "\n" not in message


def test_commands_know_it_by_its_content(run) -> None:
    gold = saved("gold.txt", FILE)
    assert formats_of([Source(gold)]) == ["pubtator"]
    assert run("convert", gold, "--to-format", "prodigy", "-o", "gold.jsonl").code == 0
    # Read, written as JSON, and scored against itself.
    result = spanf1.score_file(gold, "gold.jsonl")
    assert (result.micro.gold, result.micro.correct) == (5, 5)
    assert (
        run("convert", "gold.jsonl", "--to-format", "pubtator").out
        == FILE.replace("26094\tCID\tD000959\tD003866\n", "")
        .replace("\tD000959", "")
        .replace("\tD003866", "")
        .replace("5|t|Ada\n", "5|t|Ada\n5|a|\n")
        + "\n"
    )
