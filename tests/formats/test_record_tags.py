"""Documents from and to JSON Lines of tokens and tags."""

from __future__ import annotations

import io
import json
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.core.documents import Document, TextSpan, joined
from spanf1.core.schemes import SCHEMES
from spanf1.core.spans import ends_of
from spanf1.core.tags import tag_form
from spanf1.exceptions import (
    AlignmentError,
    LayoutError,
    LossError,
    ReadError,
    SpanF1Error,
    TagError,
    UsageError,
)
from spanf1.formats.options import InputOptions
from spanf1.formats.registry import Input, Writing, write
from spanf1.formats.source import Source
from spanf1.formats.tokens import levels_of
from tests.helpers.commands import write as save


def lines(*records) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


@pytest.fixture
def reading(tmp_path):
    """Return a reading of a file with some content."""

    def made(content: str | bytes, **how) -> Input:
        path = tmp_path / "f.jsonl"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return Input(Source(str(path), label="f.jsonl"), "jsonl", InputOptions(**how))

    return made


def written(documents, **how) -> str:
    target = io.BytesIO()
    write(documents, "jsonl", target, Writing(**how))
    return target.getvalue().decode()


def plain(documents) -> list[tuple]:
    """What tags show of documents: id, tokens, and spans without their shapes."""
    return [
        (one.id, one.words(), Counter((span.type, span.parts) for span in one.spans))
        for one in documents
    ]


BOTH = {"words": ["a", "b"], "tags": ["B-X", "I-X"], "pred": ["O", "B-Y"], "id": 4}
LABELS = ["O", "B-X", "I-X"]


@pytest.mark.parametrize(
    ("record", "how", "key", "spans"),
    [
        ({"tokens": [], "tags": []}, {}, "tags", []),
        ({"tokens": ["a", "b"], "tags": ["B-X", "I-X"]}, {}, "tags", ["a b=X"]),
        ({"tokens": ["a"], "tags": ["B-X"]}, {"side": "predicted"}, "tags", ["a=X"]),
        ({"tokens": ["a"], "ner_tags": [1], "x": 1}, {"labels": LABELS}, "ner_tags", ["a=X"]),
        ({"tokens": ["a"], "gold": [7]}, {"labels": {"7": "U-X"}}, "gold", ["a=X"]),
        ({"w": ["a"], "t": ["X_B"]}, {"key": "t", "token_key": "w"}, "t", ["a=X"]),
        ({"tokens": ["a"], "tags": ["b"]}, {"form": tag_form("b-PER")}, "tags", ["a=_"]),
        ({"tokens": ["", "a b"], "tags": ["O", "B-X"]}, {}, "tags", ["a b=X"]),
        (BOTH, {"alone": False}, "tags", ["a b=X"]),
        (BOTH, {"alone": False, "side": "predicted"}, "pred", ["b=Y"]),
        (BOTH, {"side": "predicted"}, "pred", ["b=Y"]),
    ],
)
def test_records(reading, record, how, key, spans) -> None:
    one = reading(lines(record), **how)
    (document,) = one.documents()
    assert [f"{document.text_of(span)}={span.type}" for span in document.spans] == spans
    assert one.key == key
    assert one.tags is not None


def test_what_else_a_record_has(reading) -> None:
    record = {"sent_id": "é", "tokens": ["a", "bc"], "tags": ["O", "I-X"]}
    one = reading("\n" + lines(record) + "\r\n" + lines(record | {"sent_id": 5}))
    first, second = one.documents()
    assert first == ("a bc", first.spans, [(0, 1), (2, 4)], "é", 2, True, False, ())
    assert (second.id, second.line) == (5, 4)
    assert ends_of(second.spans[0].shape).first == "I"
    assert one.tags.types == {"X": 1}
    (other,) = reading(lines(record | {"k": 3}), id_key="k").documents()
    assert other.id == 3


def test_nothing_to_read(reading) -> None:
    one = reading("\n")
    assert list(one.documents()) == []
    assert one.key == ""


OK = {"tokens": ["a"], "tags": ["O"]}


@pytest.mark.parametrize(
    ("content", "how", "error", "message"),
    [
        ("{", {}, LayoutError, "f.jsonl:1: malformed JSON"),
        ("[1]", {}, LayoutError, "f.jsonl:1: the record is a list, not an object"),
        ('{"tokens": NaN}', {}, LayoutError, "f.jsonl:1: NaN is no JSON"),
        ("[" * 100_000, {}, LayoutError, "f.jsonl:1: JSON that is nested too deeply"),
        (b'{"\xff": 1}', {}, ReadError, "f.jsonl:1: byte 0xff is not UTF-8"),
        (lines({"tokens": ["a"]}), {}, LayoutError, "f.jsonl:1: there is no key of gold tags"),
        (
            lines({"tokens": ["a"], "gold": ["O"]}),
            {"side": "predicted"},
            LayoutError,
            "f.jsonl:1: there is no key of predicted tags",
        ),
        (
            lines(OK),
            {"side": "predicted", "alone": False},
            LayoutError,
            "there is no key of predicted tags",
        ),
        (lines({"tags": ["O"]}), {}, LayoutError, "f.jsonl:1: there is no key of tokens"),
        (lines(OK, {"tokens": ["a"]}), {}, LayoutError, "f.jsonl:2: there is no key 'tags'"),
        (lines(OK | {"id": 1}, OK), {}, LayoutError, "f.jsonl:2: there is no key 'id'"),
        (lines(OK | {"id": True}), {}, LayoutError, "f.jsonl:1: id is true"),
        (lines(OK | {"tags": "O"}), {}, LayoutError, "f.jsonl:1: tags is 'O', and is to be a list"),
        (lines(OK | {"tokens": [1]}), {}, LayoutError, r"f.jsonl:1: tokens\[0\] is 1"),
        (lines(OK | {"tags": [None]}), {}, TagError, r"f.jsonl:1: tags\[0\]: a tag is to be a"),
        (lines(OK | {"tags": ["what"]}), {}, TagError, r"f.jsonl:1: tags\[0\]: tag 'what' fits no"),
        (lines(OK | {"tags": [1]}), {}, TagError, r"f.jsonl:1: tags\[0\]: 1 is no tag"),
        (lines(OK | {"tags": [9]}), {"labels": LABELS}, TagError, "there is no label for id 9"),
        (lines(OK, OK | {"tags": [-100]}), {"labels": LABELS}, TagError, r"2: tags\[0\] is -100"),
        (
            lines(OK | {"tags": ["O", "O"]}),
            {},
            AlignmentError,
            "f.jsonl:1: tags has 2 tags, tokens has 1 tokens",
        ),
        (lines(OK), {"key": "tokens"}, UsageError, "tokens and tags cannot both be 'tokens'"),
        (lines(OK), {"labels": []}, UsageError, "labels are to have ids"),
        (
            '{"tokens": ["\\ud83d"], "tags": ["O"]}',
            {},
            LayoutError,
            "f.jsonl:1: tokens has .* half",
        ),
        (
            '{"id": "\\ud83d", "tokens": [], "tags": []}',
            {},
            LayoutError,
            "f.jsonl:1: id has .* half",
        ),
        ('{"tokens": ["a"], "tags": ["B-\\ud83d"]}', {}, TagError, "half of a surrogate pair"),
        (lines({"tokens": [""], "tags": ["B-X"]}), {}, LayoutError, "f.jsonl:1: token 1: the span"),
    ],
)
def test_errors(reading, content, how, error, message) -> None:
    with pytest.raises(error, match=message):
        list(reading(content, **how).documents())


@pytest.mark.slow
@pytest.mark.parametrize("ids", [False, True])
def test_spans_are_those_of_the_tags(reading, ids) -> None:
    rng = random.Random(5)
    tags = ["O", *(f"{prefix}-{kind}" for prefix in "BIES" for kind in "XY")]
    sentences = [[rng.choice(tags) for _ in range(rng.randrange(9))] for _ in range(3000)]
    records = [
        {
            "tokens": [f"t{k}" for k, _ in enumerate(one)],
            "tags": [tags.index(tag) for tag in one] if ids else one,
        }
        for one in sentences
    ]
    one = reading(lines(*records), labels=tags if ids else None)
    for document, sentence in zip(one.documents(), sentences, strict=True):
        offsets = document.tokens
        assert [(span.type, span.parts) for span in document.spans] == [
            (span.type, ((offsets[span.start][0], offsets[span.end - 1][1]),))
            for span in spanf1.decode(sentence)
        ]


def test_lines_that_are_written() -> None:
    documents = [
        Document("In Löwen.", [TextSpan("LOC", ((3, 8),))], id="x", line=1),
        Document("a b", (), [(0, 3)]),
        Document("", (), id=0),
    ]
    assert written(documents, scheme="BILOU") == (
        '{"id": "x", "tokens": ["In", "Löwen", "."], "ner_tags": ["O", "U-LOC", "O"]}\n'
        '{"tokens": ["a b"], "ner_tags": ["O"]}\n'
        '{"id": 0, "tokens": [], "ner_tags": []}\n'
    )
    assert written(documents[1:2], key="t", token_key="w") == '{"w": ["a b"], "t": ["O"]}\n'  # noqa: S106


@pytest.mark.parametrize(
    ("one", "how", "error", "message"),
    [
        (Document("a", ()), {"levels": 2}, LossError, "tags on one level only"),
        (Document("a", ()), {"key": "tokens"}, UsageError, "cannot be at the same key"),
        (Document("a", ()), {"key": "id"}, UsageError, "cannot be at the same key"),
        (Document(None, (), line=2), {}, LossError, "line 2: without a text"),
        (Document("\ud800", (), line=2), {}, LossError, "line 2: there is half of a surrogate"),
        (Document("ab", [TextSpan("A", ((0, 1),))]), {}, LossError, "A 'a': tags on one level"),
        (Document("a", [TextSpan("A ", ((0, 1),))]), {}, LossError, "type 'A ' cannot be written"),
    ],
)
def test_what_cannot_be_written(one, how, error, message) -> None:
    with pytest.raises(error, match=message):
        written([one], **how)


words = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=5
)
kinds = st.sampled_from(["A", "B-A", "_", "New York", "\u2028x\ty"])


@settings(max_examples=60, deadline=None)
@given(
    data=st.data(),
    scheme=st.sampled_from(list(SCHEMES)),
    ids=st.none()
    | st.just(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | st.integers()
    ),
)
def test_round_trips(tmp_path_factory, data, scheme, ids) -> None:
    documents = []
    for sentence in data.draw(st.lists(st.lists(words, max_size=6), max_size=4)):
        text, tokens = joined(sentence)
        spans = []
        for _ in range(data.draw(st.integers(0, 4)) if tokens else 0):
            start = data.draw(st.integers(0, len(tokens) - 1))
            end = data.draw(st.integers(start, len(tokens) - 1))
            spans.append(TextSpan(data.draw(kinds), ((tokens[start][0], tokens[end][1]),)))
        one = Document(text, spans, tokens, id=data.draw(ids) if ids is not None else None)
        lost = {index for index, _ in levels_of(one, 1, scheme).lost}
        kept = [span for index, span in enumerate(spans) if index not in lost]
        documents.append(one._replace(spans=kept))
    path = tmp_path_factory.getbasetemp() / "round.jsonl"
    path.write_text(written(documents, scheme=scheme), "utf-8", newline="")
    for side in ("gold", "predicted"):
        again = list(Input(Source(str(path)), "jsonl", InputOptions(side=side)).documents())
        assert plain(again) == plain(documents)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["O", "B-X", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("x"), inner),
    max_leaves=4,
)
fields = st.sampled_from(["tokens", "tags", "pred", "id"])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.dictionaries(fields, values), max_size=3).map(lambda x: lines(*x)) | st.text())
def test_nothing_but_clean_errors(tmp_path_factory, content) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.jsonl"
    path.write_text(content, "utf-8", "surrogatepass")
    for labels in (None, LABELS):
        one = Input(Source(str(path)), "jsonl", InputOptions(labels=labels))
        try:
            for document in one.documents():
                document.text.encode()
        except SpanF1Error as error:
            message = str(error)
            assert "\n" not in message


def test_both_sides_cut_alike(run) -> None:
    full = {"tokens": ["a", "b", "c"], "gold": ["O", "B-A", "O"], "predicted": ["O", "B-A", "O"]}
    cut = {"tokens": ["a", "b", "c"], "gold": ["O", "B-A"], "predicted": ["O", "B-A"]}
    save("f", "".join(json.dumps(row) + "\n" for row in (full, cut)))
    ran = run("score", "f")
    assert (ran.code, ran.out) == (3, "")
    assert "f:2: 2 tags at gold, and 3 tokens at tokens" in ran.err
    # What is no list of tokens counts nothing.
    save("f", json.dumps(full | {"words": "a b"}) + "\n")
    assert run("score", "f").code == 0
