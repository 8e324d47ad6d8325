from __future__ import annotations

import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanf1.core.documents import Document, TextSpan
from spanf1.exceptions import LossError, SpanF1Error
from spanf1.formats.options import InputOptions
from spanf1.formats.records import entities
from spanf1.formats.registry import Input, Writing
from spanf1.formats.source import Source

PARIS = {"text": "Paris", "type": "LOC"}
PARIS_SPAN = TextSpan("LOC", (), "Paris")
ADA_SPAN = TextSpan("PER", (), "Ada")


def read(tmp_path, content, **how):
    path = tmp_path / "out.jsonl"
    path.write_text(content if isinstance(content, str) else lines(*content), "utf-8")
    reading = Input(Source(str(path), label="out.jsonl"), "entities", InputOptions(**how))
    return reading, list(reading.documents())


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


@pytest.mark.parametrize(
    "item",
    [
        PARIS,
        {"name": "Paris", "label": "LOC"},
        {"word": "Paris", "entity_group": "LOC"},
        {"mention": "Paris", "category": "LOC"},
        {"entity": "Paris", "type": "LOC"},
        {"entity": "Paris", "label": "LOC"},
        {"entity": "LOC", "word": "Paris"},
        {"span": "Paris", "entity_type": "LOC", "score": 0.5},
        {"value": "Paris", "type": "LOC", "start": None},
        ["Paris", "LOC"],
    ],
)
@pytest.mark.parametrize("record", [lambda item: {"entities": [item]}, lambda item: [item]])
def test_items(tmp_path, item, record) -> None:
    content = [record(item), record(item)]
    reading, documents = read(tmp_path, content)
    assert [document.spans for document in documents] == [[PARIS_SPAN]] * 2
    assert reading.tags is None
    assert reading.remarks == {}
    # The whole file is one list.
    for lone in (json.dumps([item, item]), json.dumps([item, item], indent=1)):
        _, (document,) = read(tmp_path, lone)
        assert document.spans == [PARIS_SPAN] * 2


@pytest.mark.parametrize(
    ("value", "spans"),
    [
        ([], []),
        ({}, []),
        ({"LOC": ["Paris", "Paris"], "PER": ["Ada"]}, [PARIS_SPAN, PARIS_SPAN, ADA_SPAN]),
        ({"LOC": None, "PER": ["Ada"], "ORG": []}, [ADA_SPAN]),
        ([["Ada", "PER"], PARIS], [ADA_SPAN, PARIS_SPAN]),
    ],
)
def test_lists_and_objects(tmp_path, value, spans) -> None:
    _, documents = read(tmp_path, [{"id": 7, "text": "t", "entities": value}])
    assert documents == [Document("t", spans, None, 7, 1)]


@pytest.mark.parametrize(
    ("keys", "how", "key"),
    [
        (("entities", "gold"), {}, "gold"),
        (("label",), {}, "label"),
        (("labels",), {}, "labels"),
        (("entities", "predicted"), {"side": "predicted"}, "predicted"),
        (("entities",), {"side": "predicted"}, "entities"),
        (("entities", "prediction"), {"side": "predicted", "alone": False}, "prediction"),
        (("entities", "out"), {"key": "out"}, "out"),
    ],
)
def test_keys(tmp_path, keys, how, key) -> None:
    record = {"id": "a", "text": "t", "type": "news"} | {
        name: [["Ada" if name == key else "Bob", "PER"]] for name in keys
    }
    reading, (document,) = read(tmp_path, [record], **how)
    assert document == Document("t", [ADA_SPAN], None, "a", 1)
    assert reading.key == key


@pytest.mark.parametrize(
    ("text", "offsets", "parts"),
    [
        ("in Paris", {"start": 3, "end": 8}, ((3, 8),)),
        ("in Paris", {"start_offset": 3, "end_offset": 8}, ((3, 8),)),
        ("in Paris", {"start": 2, "end": 7}, ()),
        ("in Paris", {"start": 3, "end": 99}, ()),
        ("in Paris", {"start": -5, "end": 0}, ()),
        ("in Paris", {"start": 3}, ()),
        ("in Paris", {"start": "3", "end": 8.0}, ()),
        ("in Paris", {"start": 10**30, "end": 10**30 + 5}, ()),
        # The text may be in another input.
        (None, {"start": 3, "end": 8}, ((3, 8),)),
    ],
)
def test_offsets_are_taken_where_they_are_right(tmp_path, text, offsets, parts) -> None:
    reading, (document,) = read(tmp_path, [{"text": text, "entities": [PARIS | offsets]}])
    assert document.spans == [TextSpan("LOC", parts, "Paris")]
    assert reading.remarks == (
        {} if parts else {"offsets of entities that are not there in the text": 1}
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("3", "out.jsonl:1: the record is 3, not an object"),
        ([[PARIS], 3], "out.jsonl:2: the record is 3, not an object"),
        (
            [{"a": 1}],
            "there is no key of gold spans (gold, entities, spans, labels, label, ents); the",
        ),
        ([{"entities": "Paris"}], "entities is 'Paris', which is no JSON"),
        ([{"entities": 3}], "entities is 3, and is to be a list, or an object of types"),
        ([{"entities": ["Paris"]}], "entities[0] is 'Paris', and is to be an object of a text and"),
        ([{"entities": [["a", "b", "c"]]}], "entities[0] is a list of 3, and is to be"),
        ([{"entities": [["a", 3]]}], "entities[0][1] is 3, and is to be a string"),
        ([{"entities": [["", "A"]]}], "entities[0][0] is empty"),
        ([{"entities": [["a", " "]]}], "entities[0][1] is empty"),
        ([{"entities": [{"text": "", "type": "A"}]}], "entities[0].text is empty"),
        ([{"entities": [{"text": "\udc00", "type": "A"}]}], "entities[0].text has half of a surr"),
        ([{"entities": [{"text": "a", "type": "\udc00"}]}], "entities[0].type has half of a surr"),
        ([{"entities": [{"text": "a", "type": None}]}], "entities[0].type is null, and is to be"),
        ([{"entities": [{"text": "a"}]}], "entities[0] has no type (type, label, entity_group, c"),
        ([{"entities": [{"entity": "a"}]}], "entities[0] has no type (type, label, entity_group,"),
        ([{"entities": [{"type": "a"}]}], "entities[0] has no text (text, name, word, mention, en"),
        ([{"entities": {"LOC": 3}}], "entities['LOC'] is 3, and is to be a list"),
        ([{"entities": {"LOC": [3]}}], "entities['LOC'][0] is 3, and is to be a string"),
        ([{"entities": {"": ["a"]}}], "a type in entities is empty"),
        ([{"entities": {"\ud800": ["a"]}}], "a type in entities has half of a surrogate pair"),
        ([{"entities": [], "text": 3}], "text is 3, and is to be a string"),
        ([["Ada", "PER"], {"entities": []}], "this is no item of one list, as what is before it"),
    ],
)
def test_errors(tmp_path, content, message) -> None:
    with pytest.raises(SpanF1Error) as raised:
        read(tmp_path, content)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def written(documents, **how):
    target = io.BytesIO()
    entities.write(documents, target, Writing(**how))
    return target.getvalue().decode()


def test_written() -> None:
    text = "Ada Lovelace, Paris, Ada"
    spans = [
        ADA_SPAN,
        TextSpan("LOC", ((14, 19),)),
        TextSpan("FIRST", ((0, 3),)),
        TextSpan("PER", ((0, 12),)),
    ]
    assert written([Document(text, spans, id="d")]) == (
        '{"id": "d", "text": "Ada Lovelace, Paris, Ada", "entities": '
        '[{"text": "Ada Lovelace", "type": "PER"}, {"text": "Ada", "type": "FIRST"}, '
        '{"text": "Paris", "type": "LOC"}, {"text": "Ada", "type": "PER"}]}\n'
    )
    assert written([Document(None, [])], key="predicted") == '{"predicted": []}\n'


@pytest.mark.parametrize(
    "span", [TextSpan("X", ((0, 1),)), TextSpan("X", (), ""), TextSpan("X", (), " ")]
)
def test_what_cannot_be_written(span) -> None:
    with pytest.raises(LossError, match="not known, or empty") as raised:
        written([Document(None, []), Document(None, [span])])
    assert raised.value.where == "document 2"


characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
words = st.text(characters, min_size=1, max_size=3).filter(lambda word: not word.isspace())
spans = st.builds(lambda kind, text: TextSpan(kind, (), text), words, words)
made = st.builds(
    lambda text, spans, key: Document(text, spans, id=key),
    st.none() | st.text(characters, max_size=5),
    st.lists(spans, max_size=3),
    st.none() | st.integers() | st.text(characters, max_size=3),
)


@pytest.mark.slow
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(made, max_size=4))
def test_round_trip(tmp_path, documents) -> None:
    _, back = read(tmp_path, written(documents))
    assert [document._replace(line=0) for document in back] == documents


KEYS = ["text", "type", "entity", "label", "entities", "spans", "gold", "id", "start", "end", ""]
odd = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 9)
    | st.sampled_from([10**30, 1.5, float("nan"), "Paris", "LOC", "", "\ud83d"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=12,
)


@pytest.mark.slow
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd | st.lists(odd, max_size=3), st.sampled_from(["gold", "predicted"]), st.booleans())
def test_odd_json(tmp_path, content, side, alone) -> None:
    error = None
    documents = []
    try:
        _, documents = read(tmp_path, json.dumps(content), side=side, alone=alone)
    except SpanF1Error as raised:
        error = raised
    assert error is None or str(error).startswith("out.jsonl:")
    str(error).encode()
    for span in (span for document in documents for span in document.spans):
        assert span.type
        assert span.text
