from __future__ import annotations

import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanf1.core.documents import Document, TextSpan
from spanf1.exceptions import LossError, SpanF1Error
from spanf1.formats.options import InputOptions
from spanf1.formats.registry import Input, Writing, write
from spanf1.formats.sniffing import formats_of
from spanf1.formats.source import Source
from tests.helpers.records import (
    TEXT,
    damage,
    likely,
    texts_with_spans,
    trees,
)

ADA, PARIS = TextSpan("PER", ((0, 3),)), TextSpan("LOC", ((8, 13),))
SPANS = [{"start": 0, "end": 3, "label": "PER"}, {"start": 8, "end": 13, "label": "LOC"}]
TRIPLES = [[0, 3, "PER"], [8, 13, "LOC"]]
TOKENS = [(0, 3), (4, 7), (8, 13), (13, 14)]
PRODIGY_TOKENS = [
    {"text": TEXT[start:end], "start": start, "end": end, "id": number, "ws": number < 2}
    for number, (start, end) in enumerate(TOKENS)
]


def reading_of(path, *found, **how):
    path.write_text("".join(json.dumps(record) + "\n" for record in found))
    return Input(Source(str(path), label="f"), "prodigy", InputOptions(**how))


def read(path, *found, **how):
    return list(reading_of(path, *found, **how).documents())


RECORDS = {
    "prodigy": {"text": TEXT, "spans": SPANS, "_input_hash": 7, "_task_hash": -7},
    "with texts": {
        "text": TEXT,
        "spans": [
            {**span, "text": TEXT[span["start"] : span["end"]], "token_start": 0} for span in SPANS
        ],
    },
    "accepted": {"text": TEXT, "spans": SPANS, "answer": "accept"},
    "triples": {"text": TEXT, "entities": TRIPLES},
    "BigBio": {
        "text": TEXT,
        "entities": [
            {"id": "1", "type": "PER", "text": ["Ada"], "offsets": [[0, 3]], "normalized": []},
            {"id": "2", "type": "LOC", "text": ["Paris"], "offsets": [[8, 13]], "normalized": []},
        ],
    },
    "spaCy 2": [TEXT, {"entities": TRIPLES}],
    "pipeline": {
        "text": TEXT,
        "ents": [
            {"start": span["start"], "end": span["end"], "entity_group": span["label"]}
            for span in SPANS
        ],
    },
    "a class, too": {"text": TEXT, "label": "NEWS", "entities": TRIPLES},
}


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_spans(tmp_path, record) -> None:
    assert read(tmp_path / "f", record) == [Document(TEXT, [ADA, PARIS], line=1)]


@pytest.mark.parametrize(
    "tokens",
    [
        PRODIGY_TOKENS,
        [{"id": 0, "start": start, "end": end, "tag": "NN"} for start, end in TOKENS],
        [{"start": 0, "end": 0, "text": "[CLS]"}, *PRODIGY_TOKENS, {"start": 0, "end": 0}],
    ],
)
def test_tokens(tmp_path, tokens) -> None:
    record = {"id": "x", "text": TEXT, "tokens": tokens, "ents": SPANS, "spans": {"sc": SPANS}}
    reading = reading_of(tmp_path / "f", record)
    assert list(reading.documents()) == [Document(TEXT, [ADA, PARIS], TOKENS, "x", 1)]
    assert reading.key == "ents"
    assert reading.remarks == {"groups of spans": 1}


def test_tokens_without_offsets_are_not_looked_at(tmp_path) -> None:
    record = {"text": TEXT, "tokens": TEXT.split(), "spans": []}
    assert read(tmp_path / "f", record) == [Document(TEXT, [], line=1)]


def test_what_is_left_out(tmp_path) -> None:
    record = {"text": TEXT, "spans": SPANS}
    answers = [{**record, "answer": answer} for answer in ("reject", "accept", "ignore", "reject")]
    related = {**record, "answer": None, "relations": [{"head": 0, "child": 1, "label": "SAW"}]}
    reading = reading_of(tmp_path / "f", *answers, related)
    assert [document.line for document in reading.documents()] == [2, 5]
    left_out = {"rejected examples": 2, "ignored examples": 1, "relations": 1}
    assert reading.remarks == left_out


KEYS = {
    "gold": ({"side": "gold", "alone": False}, "gold"),
    "predicted": ({"side": "predicted", "alone": False}, "pred"),
    "predicted alone": ({"side": "predicted"}, "pred"),
    "given": ({"key": "mine"}, "mine"),
}


@pytest.mark.parametrize(("how", "wanted"), KEYS.values(), ids=KEYS)
def test_keys(tmp_path, how, wanted) -> None:
    names = ("spans", "gold", "pred", "mine")
    record = {"text": TEXT, **{key: [[0, 1, key]] for key in names}}
    reading = reading_of(tmp_path / "f", record, **how)
    (document,) = reading.documents()
    assert document.spans == [TextSpan(wanted, ((0, 1),))]
    assert reading.key == wanted


def test_text_and_id_keys(tmp_path) -> None:
    record = {"text": 0, "body": TEXT, "id": None, "number": 7, "spans": TRIPLES}
    (found,) = read(tmp_path / "f", record, text_key="body", id_key="number")
    assert (found.text, found.id) == (TEXT, 7)


GOOD = {"text": TEXT, "spans": []}
ERRORS = {
    "no text": ({"spans": []}, {}, "f:2: there is no key 'text'; the record's keys: 'spans'"),
    "no object": ([1], {}, "f:2: the record is a list, not an object"),
    "outside": (
        {"text": "", "spans": [[0, 1, "A"]]},
        {},
        "f:2: spans[0]: 0 to 1 is outside the text, which has 0 characters",
    ),
    "answer": ({**GOOD, "answer": "yes"}, {}, "f:2: answer is 'yes', and is to be one of: accept"),
    "answer that is none": ({**GOOD, "answer": ["x"]}, {}, "f:2: answer is a list"),
    "tokens": (
        {**GOOD, "tokens": [{"start": 4, "end": 7}, {"start": 0, "end": 3}]},
        {},
        "f:2: tokens: a part begins at 0, before the one before it ends, at 7",
    ),
    "token": ({**GOOD, "tokens": [{"start": "x"}]}, {}, "f:2: tokens: the start is 'x'"),
    "token key": (GOOD, {"token_key": "x"}, "f:1: there is no key 'x'"),
    "two in one": (
        GOOD,
        {"side": "predicted", "alone": False},
        "f:1: there is no key of predicted spans (predicted, pred, predictions, prediction); "
        "the record's keys: 'text', 'spans'",
    ),
}


@pytest.mark.parametrize(("record", "how", "message"), ERRORS.values(), ids=ERRORS)
def test_errors(tmp_path, record, how, message) -> None:
    with pytest.raises(SpanF1Error) as raised:
        read(tmp_path / "f", GOOD, record, **how)
    assert str(raised.value).startswith(message)


def written(documents, name="prodigy", **how) -> str:
    file = io.BytesIO()
    write(documents, name, file, Writing(**how))
    return file.getvalue().decode()


def test_write() -> None:
    parts = TextSpan("PER", ((0, 1), (2, 3)))
    documents = [
        Document(TEXT, [ADA, parts], TOKENS, "é"),
        Document("é", [], None, 2),
        Document("", []),
    ]
    assert list(map(json.loads, written(documents).splitlines())) == [
        {
            "id": "é",
            "text": TEXT,
            "tokens": PRODIGY_TOKENS,
            "spans": [SPANS[0], {"offsets": [[0, 1], [2, 3]], "label": "PER"}],
        },
        {"id": 2, "text": "é", "spans": []},
        {"text": "", "spans": []},
    ]
    assert '"text": "é"' in written(documents)
    record = json.loads(written(documents[:1], key="gold", **{"token_key": "words"}))
    assert [*record] == ["id", "text", "words", "gold"]


@pytest.mark.parametrize("name", ["prodigy", "doccano"])
@pytest.mark.parametrize(
    ("document", "message"),
    [
        (Document(None, []), "document 1: the text is not known"),
        (
            Document("x", [TextSpan("A", (), "x")], id="y"),
            "document 'y': it is not known where 'x'",
        ),
    ],
)
def test_what_cannot_be_written(name, document, message) -> None:
    with pytest.raises(LossError, match=message):
        written([document], name)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(documents=st.lists(texts_with_spans(), min_size=1, max_size=4))
def test_round_trip(tmp_path, documents) -> None:
    path = tmp_path / "f"
    path.write_text(written(documents), encoding="utf-8", newline="")
    found = Input(Source(str(path)), "prodigy").documents()
    assert [document._replace(line=0) for document in found] == documents


broken = st.tuples(st.integers(0, 200), damage)


def outcome(reading):
    try:
        return list(reading.documents())
    except SpanF1Error as error:
        return str(error)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["prodigy", "doccano", "labelstudio", "entities", "pipeline"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    found=st.lists(likely | trees, min_size=1, max_size=3),
    as_array=st.booleans(),
    cut=st.none() | broken,
)
def test_fuzz(tmp_path, name, found, as_array, cut) -> None:
    data = (json.dumps(found) if as_array else "\n".join(map(json.dumps, found))).encode()
    if cut is not None:
        place, more = cut
        data = data[:place] + more + (data[place:] if more else b"")
    (tmp_path / "f").write_bytes(data)
    said = outcome(Input(Source(str(tmp_path / "f"), label="f"), name))
    if isinstance(said, str):
        assert said.startswith("f:")
        assert "\n" not in said
        said.encode()
        return
    for document in said:
        (document.text or "").encode()
        for span in document.spans:
            assert span.type.encode()
            assert document.text is None or not span.parts or document.text_of(span)


def test_labels_that_are_numbers(tmp_path) -> None:
    record = {"text": TEXT, "entities": [{"start": 0, "end": 3, "label": 0}, [8, 13, 1]]}
    (document,) = read(tmp_path / "f", record, labels=["PER", "LOC"])
    assert document.spans == [ADA, PARIS]
    with pytest.raises(SpanF1Error, match=r"f:1: entities\[0\]\.label is 0") as caught:
        read(tmp_path / "f", record)
    assert "--labels PER,LOC" in caught.value.hint


@pytest.mark.parametrize("key", ["entities", "spans"])
def test_lists_of_starts_ends_and_types(tmp_path, key) -> None:
    """What has columns, as a struct of lists in Parquet, has them in JSON, too."""
    columns = {"start": [0, 8], "end": [3, 13], "label": ["PER", "LOC"]}
    reading = reading_of(tmp_path / "f", {"text": TEXT, key: columns}, {"text": "x", key: []})
    assert formats_of([Source(str(tmp_path / "f"))]) == ["prodigy"]
    first, second = reading.documents()
    assert (first.spans, second.spans, reading.remarks) == ([ADA, PARIS], [], {})
    with pytest.raises(SpanF1Error, match=f"{key} has lists of different lengths: start 1, end 2"):
        read(tmp_path / "f", {"text": TEXT, key: {**columns, "start": [0]}})
