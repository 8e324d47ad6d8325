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
from tests.helpers.records import texts_with_spans

TEXT = "Ada saw Paris."
SPANS = [TextSpan("PER", ((0, 3),)), TextSpan("LOC", ((8, 13),))]
TRIPLES = [[0, 3, "PER"], [8, 13, "LOC"]]
ENTITIES = [
    {"id": 4, "label": "PER", "start_offset": 0, "end_offset": 3},
    {"id": 5, "label": "LOC", "start_offset": 8, "end_offset": 13},
]


def reading_of(path, *found, **how):
    path.write_text("".join(json.dumps(record) + "\n" for record in found))
    return Input(Source(str(path), label="f"), "doccano", InputOptions(**how))


RECORDS = {
    "label": {"id": 7, "text": TEXT, "label": TRIPLES, "Comments": []},
    "labels": {"id": 7, "text": TEXT, "labels": TRIPLES},
    "data": {"id": 7, "data": TEXT, "label": TRIPLES},
    "entities": {"id": 7, "text": TEXT, "entities": ENTITIES, "relations": []},
    "older": {"doc_id": 7, "text": TEXT, "entities": TRIPLES, "username": "admin"},
}


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
@pytest.mark.parametrize("side", ["gold", "predicted"])
def test_records(tmp_path, record, side) -> None:
    reading = reading_of(tmp_path / "f", record, side=side)
    assert list(reading.documents()) == [Document(TEXT, SPANS, None, 7, 1)]
    assert reading.remarks == {}
    assert reading.key in ("label", "labels", "entities")


def test_relations_are_left_out(tmp_path) -> None:
    relation = {"id": 0, "from_id": 4, "to_id": 5, "type": "saw"}
    record = {"text": TEXT, "entities": ENTITIES, "relations": [relation, relation]}
    reading = reading_of(tmp_path / "f", record, record)
    assert len(list(reading.documents())) == 2
    assert reading.remarks == {"relations": 4}


NUMBERS = {"text": TEXT, "annotations": [{**one, "label": n} for n, one in enumerate(ENTITIES)]}


def test_labels_that_are_numbers(tmp_path) -> None:
    """An older export calls labels by their numbers, which are types where nothing names them."""
    for labels, names in ((None, ["0", "1"]), (["PER", "LOC"], ["PER", "LOC"])):
        reading = reading_of(
            tmp_path / "f", NUMBERS, {"text": "x", "annotations": []}, labels=labels
        )
        first, second = reading.documents()
        assert [span.type for span in first.spans] == names
        assert [span.parts for span in first.spans] == [span.parts for span in SPANS]
        assert (second.spans, reading.key) == ([], "annotations")
    with pytest.raises(
        SpanF1Error, match=r"f:1: annotations\[1\]\.label: there is no label for id 1"
    ):
        list(reading_of(tmp_path / "f", NUMBERS, labels=["PER"]).documents())


def test_annotations_are_known(tmp_path) -> None:
    for record in (NUMBERS, {"text": "x", "annotations": []}):
        (tmp_path / "f").write_text(json.dumps(record))
        assert formats_of([Source(str(tmp_path / "f"))]) == ["doccano"]


ERRORS = {
    "known flaw": ({"text": TEXT, "label": ["entities"]}, "f:1: label[0] is 'entities', and is to"),
    "outside": (
        {"text": TEXT, "label": [[8, 15, "LOC"]]},
        "f:1: label[0]: 8 to 15 is outside the text, which has 14 characters",
    ),
    "no text": ({"label": []}, "f:1: there is no key 'text' or 'data'; the record's keys: 'label'"),
    "no spans": (
        {"text": TEXT},
        "f:1: there is no key of gold spans (gold, label, labels, entities, annotations)",
    ),
}


@pytest.mark.parametrize(("record", "message"), ERRORS.values(), ids=ERRORS)
def test_errors(tmp_path, record, message) -> None:
    with pytest.raises(SpanF1Error) as raised:
        list(reading_of(tmp_path / "f", record).documents())
    assert str(raised.value).startswith(message)


def written(documents, **how) -> str:
    file = io.BytesIO()
    write(documents, "doccano", file, Writing(**how))
    return file.getvalue().decode()


def test_write() -> None:
    documents = [Document(TEXT, SPANS, id=7), Document("é", [])]
    assert written(documents) == (
        f'{{"id": 7, "text": "{TEXT}", "label": [[0, 3, "PER"], [8, 13, "LOC"]]}}\n'
        '{"text": "é", "label": []}\n'
    )
    assert written(documents[1:], key="gold") == '{"text": "é", "gold": []}\n'
    with pytest.raises(LossError, match="document 1: 'A a' is discontinuous"):
        written([Document(TEXT, [TextSpan("PER", ((0, 1), (2, 3)))])])


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(documents=st.lists(texts_with_spans(parts=1), min_size=1, max_size=4))
def test_round_trip(tmp_path, documents) -> None:
    path = tmp_path / "f"
    path.write_text(written(documents), encoding="utf-8", newline="")
    found = Input(Source(str(path)), "doccano").documents()
    assert list(found) == [
        document._replace(line=line, tokens=None) for line, document in enumerate(documents, 1)
    ]
