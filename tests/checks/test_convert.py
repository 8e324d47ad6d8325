"""Documents of one format in another: what is carried, what is lost, and that it is said."""

from __future__ import annotations

import gzip
import io
import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.checks.convert import CONTINUED, WHITE_SPACE, WITHOUT_TOKENS, fitted
from spanf1.core.documents import Document, TextSpan, joined
from spanf1.exceptions import LayoutError, LossError, UsageError
from spanf1.formats.registry import FEATURES, FORMATS, OUTPUT_FORMATS, Writing
from spanf1.formats.tokens import NO_TEXT
from tests.helpers.roundtrips import (
    carry_spans,
    check_scores,
    check_there_and_back,
    documents,
    needs_text,
    pairs,
)

HOW = Writing()


@pytest.mark.slow
@pytest.mark.parametrize(("first", "second"), pairs([]))
@given(given=documents())
@settings(max_examples=8, deadline=None)
def test_there_and_back(first, second, given) -> None:
    check_there_and_back(first, second, given)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "second"),
    [pair for pair in pairs([]) if carry_spans(*pair)],
)
@given(gold=documents(tokens=True), seed=st.integers(0, 4095))
@settings(max_examples=5, deadline=None)
def test_scores_stay(first, second, gold, seed) -> None:
    check_scores(first, second, gold, seed)


def document(text: str | None, *spans: TextSpan, **others: object) -> Document:
    return Document(text, spans, **others)  # type: ignore[arg-type]


def per(*parts: tuple[int, int], text: str | None = None) -> TextSpan:
    return TextSpan("PER", parts, text)


CASES = [
    # what is special about a span, the spans, how many are left, by which formats
    ("plain", [per((0, 3))], 1, set(OUTPUT_FORMATS)),
    ("discontinuous", [per((0, 3), (8, 11))], 0, {"columns", "doccano", "pipeline", "spacy"}),
    ("nested", [per((0, 7)), per((4, 7))], 1, {"columns", "jsonl", "spacy"}),
    ("repeated", [per((0, 3)), per((0, 3))], 1, {"columns", "jsonl", "spacy"}),
    ("free", [per((0, 2))], 0, {"columns", "jsonl", "spacy"}),
    ("unplaced", [per(text="Ada")], 0, set(OUTPUT_FORMATS) - {"entities"}),
]


@pytest.mark.parametrize(("feature", "spans", "left", "formats"), CASES)
def test_fitted(feature, spans, left, formats) -> None:
    text, tokens = joined(["Ada", "and", "Bob"])
    for name in sorted(formats):
        found = fitted(document(text, *spans, tokens=tokens), name, HOW)
        assert len(found.document.spans) == left, name
        assert {reason for _, reason in found.lost} <= {FEATURES.get(feature)}, name
        assert not found.split


@pytest.mark.parametrize("name", OUTPUT_FORMATS)
def test_fitted_is_all_or_named(name) -> None:
    """Whatever is not carried is named, and whatever is carried is there."""
    carries = FORMATS[name].carries
    found = fitted(document("Ada  met Bob", per((0, 3)), tokens=[(0, 3)], id=1), name, HOW)
    assert ("ids" in carries) == (FEATURES["ids"] not in found.lacking)
    if "text" not in carries:
        what = WHITE_SPACE if "tokens" in carries else FEATURES["text"]
        assert what in found.lacking
    assert ("tokens" in carries) == (FEATURES["tokens"] not in found.lacking)
    assert ("offsets" in carries) == (FEATURES["offsets"] not in found.lacking)


def test_levels() -> None:
    text, tokens = joined(["Ada", "and", "Bob"])
    spans = per((0, 11)), per((0, 3)), per((8, 11)), per((8, 11))
    given = document(text, *spans, tokens=tokens)
    for levels, lost in ((1, 3), (2, 1), (3, 0)):
        assert len(fitted(given, "columns", Writing(levels=levels)).lost) == lost


def test_touching_spans_in_io() -> None:
    given = document("Ada Bob", per((0, 3)), per((4, 7)))
    found = fitted(given, "jsonl", Writing(scheme="IO"))
    assert [reason for _, reason in found.lost] == [
        "spans that touch one of their type, which IO cannot part"
    ]
    assert fitted(given, "spacy", Writing(scheme="IO")).lost == []


def test_entities_need_no_places() -> None:
    given = document("Ada met Bob", per((0, 3), (8, 11)), TextSpan("LOC", (), "Rome"))
    found = fitted(given, "entities", HOW).document
    assert [span.text for span in found.spans] == ["Ada Bob", "Rome"]
    found_ = fitted(document(None, per((0, 3))), "entities", HOW)
    assert [reason for _, reason in found_.lost] == [NO_TEXT]


@pytest.mark.parametrize("name", [name for name in OUTPUT_FORMATS if needs_text(name)])
def test_texts_that_are_needed(name) -> None:
    with pytest.raises(LossError, match=f"{name} needs texts, and the input has none"):
        fitted(document(None, per((0, 3))), name, HOW)


PRODIGY = [
    {"text": "Ada  Lovelace", "spans": [{"start": 0, "end": 13, "label": "PER"}], "id": 7},
    {"text": "New York", "spans": [{"start": 0, "end": 3, "label": "LOC"}] * 2, "id": 8},
    {"text": "x", "spans": [], "id": 9},
]


@pytest.fixture
def prodigy(tmp_path, monkeypatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("in.jsonl").write_text("".join(json.dumps(one) + "\n" for one in PRODIGY))
    return "in.jsonl"


@pytest.mark.usefixtures("prodigy")
class TestFiles:
    def test_what_is_returned(self, prodigy) -> None:
        done = spanf1.convert_file(prodigy, "out.conll", "columns", allow_loss=True)
        assert (done.input_format, done.to_format, done.scheme) == ("prodigy", "columns", "IOB2")
        assert (done.documents, done.spans, done.split, done.spaced) == (3, 2, 3, 0)
        assert done.lost_spans == {FEATURES["repeated"]: 1}
        assert done.lost == {WHITE_SPACE: 1, FEATURES["ids"]: 3}
        assert Path("out.conll").read_text() == (
            "# newdoc id = 7\nAda\tB-PER\nLovelace\tI-PER\n\n"
            "# newdoc id = 8\nNew\tB-LOC\nYork\tO\n\n# newdoc id = 9\nx\tO\n"
        )

    def test_nothing_is_written_if_spans_would_be_lost(self, prodigy) -> None:
        Path("out.conll").write_text("old")
        with pytest.raises(LossError) as caught:
            spanf1.convert_file(prodigy, "out.conll", "columns")
        assert str(caught.value) == (
            "in.jsonl:2: LOC 'New' would be lost: columns cannot carry spans that are there twice "
            "(1, in line 2)"
        )
        assert caught.value.hint == "--allow-loss leaves them out"
        assert Path("out.conll").read_text() == "old"
        assert sorted(os.listdir()) == ["in.jsonl", "out.conll"]

    def test_a_folder_is_new_or_empty(self, prodigy) -> None:
        spanf1.convert_file(prodigy, "folder", "brat")
        assert sorted(os.listdir("folder")) == [
            "7.ann",
            "7.txt",
            "8.ann",
            "8.txt",
            "9.ann",
            "9.txt",
        ]
        with pytest.raises(UsageError, match="the folder is not empty"):
            spanf1.convert_file(prodigy, "folder", "brat")
        os.mkdir("empty")
        spanf1.convert_file("folder", "empty", "brat")
        assert sorted(os.listdir("empty")) == sorted(os.listdir("folder"))
        with pytest.raises(UsageError, match="is to be a folder"):
            spanf1.convert_file(prodigy, prodigy, "brat")
        with pytest.raises(UsageError, match="no such directory"):
            spanf1.convert_file(prodigy, "nowhere/folder", "brat")
        assert sorted(os.listdir()) == ["empty", "folder", "in.jsonl"]

    def test_a_writer_that_fails_leaves_nothing(self) -> None:
        Path("two.jsonl").write_text('{"text": "Ada", "spans": [], "id": 1}\n' * 2)
        with pytest.raises(LossError, match=r"two.jsonl:2: there already is a file '1.txt'"):
            spanf1.convert_file("two.jsonl", "folder", "brat")
        assert sorted(os.listdir()) == ["in.jsonl", "two.jsonl"]

    def test_compressed(self, prodigy) -> None:
        spanf1.convert_file(prodigy, "out.jsonl.gz", "doccano")
        lines = gzip.decompress(Path("out.jsonl.gz").read_bytes()).splitlines()
        assert json.loads(lines[0]) == {"id": 7, "text": "Ada  Lovelace", "label": [[0, 13, "PER"]]}
        assert spanf1.convert_file("out.jsonl.gz", "out", "prodigy").documents == 3

    @pytest.mark.parametrize(
        ("tags", "scheme"),
        [
            (["B-X", "E-X", "S-X"], "IOBES"),
            (["I-X", "I-X", "B-X"], "IOB1"),
            (["O", "O", "O"], "IOB2"),
            (["B-X", "I-X", "O"], "IOB2"),
        ],
    )
    def test_the_scheme_of_the_input_is_kept(self, tags, scheme) -> None:
        Path("f").write_text("".join(f"a {tag}\n" for tag in tags))
        done = spanf1.convert_file("f", "out", "jsonl")
        assert done.scheme == scheme
        assert json.loads(Path("out").read_text())["ner_tags"] == tags
        done = spanf1.convert_file("f", "out", "jsonl", scheme="BILOU")
        assert done.scheme == "BILOU"

    def test_sentences_of_documents(self) -> None:
        Path("f").write_text("-DOCSTART- O\n\na O\n\nb O\n")
        assert CONTINUED in spanf1.convert_file("f", "out", "jsonl").lost
        assert CONTINUED not in spanf1.convert_file("f", "out", "columns", levels=2).lost
        Path("f").write_text("a O\n\nb O\n")
        assert spanf1.convert_file("f", "out", "jsonl").lost == {}

    def test_texts_without_tokens(self) -> None:
        Path("f").write_text('{"text": "", "spans": []}\n{"text": "a", "spans": []}\n')
        assert spanf1.convert_file("f", "out", "columns").lost == {WITHOUT_TOKENS: 1}
        assert spanf1.convert_file("f", "out", "jsonl").lost == {}

    def test_brat_says_which_document(self) -> None:
        os.makedirs("corpus/a")
        Path("corpus/a/b.txt").write_text("Ada met Bob")
        Path("corpus/a/b.ann").write_text("T1\tPER 0 3;8 11\tAda Bob\nR1\tx Arg1:T1 Arg2:T1\n")
        with pytest.raises(LossError, match="corpus: document a/b: PER 'Ada Bob' would be lost"):
            spanf1.convert_file("corpus", "out", "doccano")
        done = spanf1.convert_file("corpus", "out", "prodigy")
        assert done.left_out == {"relations": 1}

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"to_format": "nothing"}, "there is no format 'nothing'"),
            ({"to_format": "jsonl", "levels": 2}, "levels"),
            ({"to_format": "columns", "levels": 0}, "levels"),
            ({"to_format": "columns", "scheme": "nothing"}, "unknown scheme"),
            ({"to_format": "columns", "input_format": "nothing"}, "there is no input format"),
            ({"to_format": "columns", "tag_column": 2}, "tag_column does not go with JSON Lines"),
        ],
    )
    def test_wrong_arguments(self, prodigy, options, message) -> None:
        with pytest.raises(UsageError, match=message):
            spanf1.convert_file(prodigy, "out", **options)
        assert os.listdir() == ["in.jsonl"]

    def test_no_such_argument(self, prodigy) -> None:
        for function in (spanf1.validate_file, spanf1.describe, spanf1.read_documents):
            with pytest.raises(TypeError, match="unexpected keyword argument 'keys'"):
                list(function(prodigy, keys="x"))  # type: ignore[operator]

    def test_what_is_there(self, prodigy) -> None:
        Path("out").touch(0o640)
        spanf1.convert_file(prodigy, "out", "doccano")
        assert os.stat("out").st_mode & 0o777 == 0o640
        # What is no file is written to, and not replaced.
        os.mkfifo("fifo")
        held = os.open("fifo", os.O_RDONLY | os.O_NONBLOCK)
        spanf1.convert_file(prodigy, "fifo", "doccano")
        assert os.read(held, 1 << 16) == Path("out").read_bytes()
        os.close(held)
        assert stat.S_ISFIFO(os.stat("fifo").st_mode)
        for path in (".", "nothing/out"):
            with pytest.raises(UsageError, match=f"^{path}: the output cannot be written"):
                spanf1.convert_file(prodigy, path, "doccano")

    def test_keys_of_columns(self) -> None:
        Path("f").write_text("a O\n")
        with pytest.raises(UsageError, match="key does not go with columns"):
            spanf1.convert_file("f", "out", "jsonl", key="tags")


@pytest.mark.usefixtures("prodigy")
class TestReading:
    def test_documents(self, prodigy) -> None:
        found = list(spanf1.read_documents(prodigy))
        assert found[0] == spanf1.Document(
            "Ada  Lovelace", [spanf1.TextSpan("PER", ((0, 13),))], None, 7, 1
        )

    def test_keys(self) -> None:
        Path("f").write_text('{"t": "Ada", "a": [[0, 3, "X"]], "b": [], "n": "i"}\n')
        (found,) = spanf1.read_documents("f", "doccano", key="a", text_key="t", id_key="n")
        assert (found.text, found.id, len(found.spans)) == ("Ada", "i", 1)
        with pytest.raises(LayoutError) as caught:
            list(spanf1.read_documents("f", "doccano", key="c", text_key="t"))
        assert caught.value.hint == "--key says which to read; every record is to have it"

    def test_standard_input(self, monkeypatch) -> None:
        class Stdin:
            buffer = io.BufferedReader(io.BytesIO(b"a B-X\n"))  # type: ignore[arg-type]

        monkeypatch.setattr("sys.stdin", Stdin)
        with pytest.raises(UsageError, match="this is read twice"):
            spanf1.convert_file("-", "out", "jsonl")
        with pytest.raises(UsageError, match="this is read twice"):
            spanf1.validate_file("-")
        (found,) = spanf1.read_documents("-")
        assert found.words() == ["a"]

    def test_nested_levels(self) -> None:
        Path("f").write_text("a B-X B-Y\nb I-X O\n")
        (found,) = spanf1.read_documents("f", tag_column="2,3")
        assert [(span.type, span.parts) for span in found.spans] == [
            ("X", ((0, 3),)),
            ("Y", ((0, 1),)),
        ]
