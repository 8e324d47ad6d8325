from __future__ import annotations

import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanf1.core.documents import Document, TextSpan
from spanf1.core.spans import UNTAGGED, ends_of
from spanf1.exceptions import LossError, SpanF1Error
from spanf1.formats.options import InputOptions
from spanf1.formats.records import pipeline
from spanf1.formats.registry import Input, Writing
from spanf1.formats.source import Source

ADA = {"entity_group": "PER", "score": 0.99, "word": "Ada", "start": 0, "end": 3}
PARIS = {"entity_group": "LOC", "score": 0.9, "word": "Paris", "start": 15, "end": 20}
TEXT = "Ada met Bob in Paris."
ADA_SPAN = TextSpan("PER", ((0, 3),), "Ada")
PARIS_SPAN = TextSpan("LOC", ((15, 20),), "Paris")


def token(tag, index, start, end, **more):
    return {
        "entity": tag,
        "score": 0.5,
        "index": index,
        "word": "x",
        "start": start,
        "end": end,
    } | more


def read(tmp_path, content, **how):
    path = tmp_path / "out.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    options = InputOptions(prefix="gold", **how)
    reading = Input(Source(str(path), label="out.json"), "pipeline", options)
    return reading, list(reading.documents())


def failure(tmp_path, content, **how):
    with pytest.raises(SpanF1Error) as raised:
        read(tmp_path, content, **how)
    assert "\n" not in str(raised.value)
    return raised.value


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


@pytest.mark.parametrize(
    ("content", "spans"),
    [
        ([[ADA, PARIS], []], [[ADA_SPAN, PARIS_SPAN], []]),
        ([[], [ADA]], [[], [ADA_SPAN]]),
        (json.dumps([[ADA], []], indent=1), [[ADA_SPAN], []]),
        (lines([ADA], [], [PARIS]), [[ADA_SPAN], [], [PARIS_SPAN]]),
        (lines([], [ADA]), [[], [ADA_SPAN]]),
        ([ADA, PARIS], [[ADA_SPAN, PARIS_SPAN]]),
        (json.dumps([ADA, PARIS], indent=1), [[ADA_SPAN, PARIS_SPAN]]),
        ([[]], [[]]),
        ("", []),
    ],
)
@pytest.mark.parametrize("side", ["gold", "predicted"])
def test_spans(tmp_path, content, spans, side) -> None:
    reading, documents = read(tmp_path, content, side=side)
    assert [document.spans for document in documents] == spans
    assert {(one.text, one.id, one.begins) for one in documents} <= {(None, None, True)}
    assert reading.tags is None


@pytest.mark.parametrize(
    ("key", "how"),
    [
        ("entities", {}),
        ("gold", {}),
        ("entities", {"side": "predicted"}),
        ("predictions", {"side": "predicted", "alone": False}),
        ("output", {"key": "output"}),
    ],
)
def test_records(tmp_path, key, how) -> None:
    content = lines({"id": "a", "text": TEXT, key: [ADA]}, {"id": "b", key: []})
    reading, documents = read(tmp_path, content, **how)
    assert documents == [
        Document(TEXT, [TextSpan("PER", ((0, 3),))], None, "a", 1),
        Document(None, [], None, "b", 2),
    ]
    assert reading.key == key


def test_without_offsets_the_word_is_known(tmp_path) -> None:
    slow = {**ADA, "start": None, "end": None}
    _, (document,) = read(tmp_path, [[slow, PARIS]])
    assert document.spans == [TextSpan("PER", (), "Ada"), PARIS_SPAN]


@pytest.mark.parametrize(
    ("tokens", "spans"),
    [
        ([token("B-PER", 1, 0, 3), token("I-PER", 2, 4, 7)], [("PER", 0, 7, "O", "O")]),
        # The token between them was left out, because its tag is O.
        (
            [token("I-PER", 1, 0, 3), token("I-PER", 3, 8, 11)],
            [("PER", 0, 3, "O", "O"), ("PER", 8, 11, "O", "O")],
        ),
        (
            [token("I-PER", 1, 0, 3), token("I-LOC", 2, 4, 7)],
            [("PER", 0, 3, "O", "/"), ("LOC", 4, 7, "/", "O")],
        ),
        (
            [token("B-PER", 1, 0, 3), token("B-PER", 2, 3, 7), token("O", 3, 8, 9)],
            [("PER", 0, 3, "O", "="), ("PER", 3, 7, "=", "O")],
        ),
        # Two tokens of one character.
        ([token("S-X", 4, 1, 2), token("S-X", 9, 1, 2)], [("X", 1, 2, "O", "O")] * 2),
        ([token("O", 1, 0, 3)], []),
    ],
)
def test_tags_are_decoded(tmp_path, tokens, spans) -> None:
    reading, documents = read(tmp_path, [[], tokens, []])
    assert [len(document.spans) for document in documents] == [0, len(spans), 0]
    found = []
    for span in documents[1].spans:
        assert span.shape != UNTAGGED
        ends = ends_of(span.shape)
        found.append((span.type, *span.parts[0], ends.before, ends.behind))
    assert found == spans
    assert reading.tags is not None
    assert list(reading.tags.codes) == list(dict.fromkeys(one["entity"] for one in tokens))


def test_the_tags_are_there_before_the_first_document(tmp_path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text(lines([], [token("B-PER", 1, 0, 3)]))
    reading = Input(Source(str(path)), "pipeline")
    assert next(reading.documents()).spans == []
    assert reading.tags is not None


def test_labels_without_names(tmp_path) -> None:
    tokens = [token("LABEL_1", 1, 0, 3), token("LABEL_2", 2, 4, 7), token("LABEL_0", 3, 8, 9)]
    _, (document,) = read(tmp_path, tokens, labels=["O", "B-PER", "I-PER"])
    assert [(span.type, span.parts) for span in document.spans] == [("PER", ((0, 7),))]


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        ("[[1]]", "out.json:1: record[0] is 1, and is to be an object", ""),
        ("1", "out.json:1: the record is 1, not an object", ""),
        ([{"id": 3}], "there is no key of gold spans (gold, entities, spans, ents)", "--gold-key"),
        (lines({"entities": 3}), "entities is 3, and is to be a list", ""),
        ([[{"word": "a"}]], "record[0] has no entity_group; its keys: 'word'", ""),
        ([[{**ADA, "entity_group": 3}]], "record[0].entity_group is 3, and is to be a str", ""),
        ([[{**ADA, "entity_group": ""}]], "record[0].entity_group is empty", ""),
        ([[{**ADA, "entity_group": "LABEL_1"}]], "'LABEL_1', which is no type", "id2label"),
        ([[{**ADA, "word": 3}]], "record[0].word is 3, and is to be a string", ""),
        ([[{**ADA, "word": "\udc00"}]], "half of a surrogate pair", ""),
        ([[{**ADA, "start": None}]], "the start is null, and is to be a whole number", ""),
        ([[{**ADA, "start": 1.0}]], "the start is 1.0, and is to be a whole number", ""),
        ([[{**ADA, "start": 3}]], "record[0]: 3 to 3 is empty", ""),
        ([[{"entity_group": "A"}]], "record[0] has no offsets and no word", "use_fast=True"),
        (lines({"entities": [PARIS], "text": "Ada"}), "15 to 20 is outside the text, which", ""),
        ([[ADA], [token("B-A", 1, 0, 1)]], "record[0] has no entity_group", ""),
        ([[token("B-A", 1, 0, 1)], [ADA]], "record[0] has no entity; its keys", ""),
        ([[ADA], {"entities": 3}], "entities is 3, and is to be a list", ""),
        ([ADA, [ADA]], "this is no item of one list, as what is before it", ""),
        ([[token("B-A", None, 0, 1)]], "index is null, and is to be a number that goes", "simple"),
        ([[token("B-A", 1, 0, 1), token("B-A", 1, 1, 2)]], "record[1].index is 1, and is", ""),
        ([[token("B-A", 1, 0, 3), token("B-A", 2, 0, 2)]], "0 to 2 comes before the token", ""),
        ([[token("B-A", 1, None, None)]], "record[0] has no offsets", "use_fast=True"),
        ([[token("B-A", 1, 0, True)]], "the end is true, and is to be a whole number", ""),
        ([[token("B-A", 1, 4, 2)]], "4 to 2 ends before it begins", ""),
        ([[token("PER", 1, 0, 2)]], "record[0].entity: tag 'PER' fits no scheme", "simple"),
        ([[token("LABEL_1", 1, 0, 2)]], "'LABEL_1', and it is not said which tag that", "--labels"),
    ],
)
def test_errors(tmp_path, content, message, hint) -> None:
    error = failure(tmp_path, content)
    assert message in str(error)
    assert hint in error.hint


@pytest.mark.parametrize("label", ["LABEL_2", "LABEL_" + "9" * 30])
def test_labels_that_are_not_given(tmp_path, label) -> None:
    error = failure(tmp_path, [[token(label, 1, 0, 2)]], labels=["O", "B-PER"])
    assert "it is not said which tag that is" in str(error)


def written(documents):
    target = io.BytesIO()
    pipeline.write(documents, target, Writing())
    return target.getvalue().decode()


def test_written() -> None:
    documents = [Document(TEXT, [ADA_SPAN._replace(text=None)], id=3), Document(None, [])]
    item = '{"entity_group": "PER", "word": "Ada", "start": 0, "end": 3}'
    assert written(documents) == f"[\n[{item}],\n[]\n]\n"
    assert written([]) == "[\n]\n"


@pytest.mark.parametrize(
    ("span", "message"),
    [
        (TextSpan("X", (), "a"), "it is not known where 'a' is"),
        (TextSpan("X", ((0, 1), (2, 3))), "'A a' is discontinuous"),
    ],
)
def test_what_cannot_be_written(span, message) -> None:
    with pytest.raises(LossError, match=message) as raised:
        written([Document(None, []), Document("Ada", [span])])
    assert raised.value.where == "document 2"


characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
spans = st.builds(
    lambda kind, start, size, text: TextSpan(kind, ((start, start + size),), text),
    st.text(characters, min_size=1, max_size=3),
    st.integers(0, 9),
    st.integers(1, 9),
    st.none() | st.text(characters, min_size=1, max_size=3),
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(spans, max_size=3), max_size=4))
def test_round_trip(tmp_path, documents) -> None:
    _, back = read(tmp_path, written([Document(None, spans) for spans in documents]))
    assert [document.spans for document in back] == documents


KEYS = [*ADA, "entity", "index", "entities", "text", "id", "gold"]
odd = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 9)
    | st.sampled_from([10**30, 1.5, float("nan"), "B-A", "I-A", "A", "LABEL_1", "", "\ud83d"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=10,
)
offsets = st.none() | st.integers(-1, 5)
tokens = st.builds(
    token, st.sampled_from(["B-A", "I-A", "O", "LABEL_1", "A"]) | odd, offsets, offsets, offsets
)


@pytest.mark.slow
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    odd | st.lists(st.lists(tokens, max_size=3), max_size=3),
    st.sampled_from(["gold", "predicted"]),
    st.sampled_from([None, ["O", "B-B"]]),
)
def test_odd_json(tmp_path, content, side, labels) -> None:
    error = None
    documents = []
    try:
        _, documents = read(tmp_path, json.dumps(content), side=side, labels=labels)
    except SpanF1Error as raised:
        error = raised
    assert error is None or str(error).startswith("out.json:")
    str(error).encode()
    for span in (span for document in documents for span in document.spans):
        assert span.type
        assert all(0 <= start < end for start, end in span.parts)
        assert span.parts or span.text
