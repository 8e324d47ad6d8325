"""Records read column by column: as when each is read by itself, whatever is odd about some."""

from __future__ import annotations

import json
import random

import pytest

import spanf1
from spanf1.exceptions import InputError
from spanf1.formats.records import record as record_module
from spanf1.formats.records import values as values_module
from tests.helpers.commands import write

# Files are written in the folder of each test.
pytestmark = pytest.mark.usefixtures("run")

TEXT = "Ada met Bob in \N{GRINNING FACE} Rome"
PLACES = [(0, 3), (8, 11), (17, 21), (0, 11), (15, 16), (3, 8)]

# What may be odd about a record, and is read all the same.
ODD = [
    {"answer": "reject"},
    {"answer": "ignore"},
    {"answer": None},
    {"relations": [{"head": 0}]},
    {"relations": []},
    {"tokens": [{"start": 0, "end": 3}, {"start": 4, "end": 4}, {"start": 4, "end": 7}]},
    {"tokens": [{"start": 0, "end": 3}, {"start": 4, "end": 7}]},
    {"tokens": ["Ada"]},
    {"spans": [{"offsets": [[0, 3], [8, 11]], "label": "PER"}]},
    {"spans": [{"start": 0, "end": 3, "labels": ["PER", "LOC"]}]},
    {"spans": [{"start_offset": 0, "end_offset": 3, "type": "PER", "text": "Ada"}]},
    {"spans": [[0, 3, "PER"]]},
    {"spans": []},
]
# What is wrong with a record.
WRONG = [
    {"text": None},
    {"text": "\ud800"},
    {"text": 3},
    {"spans": None},
    {"spans": {"group": []}},
    {"spans": [{"start": 0, "end": 3}]},
    {"spans": [{"start": 0, "end": 99, "label": "PER"}]},
    {"spans": [{"start": 3, "end": 0, "label": "PER"}]},
    {"spans": [{"start": 0.0, "end": 3, "label": "PER"}]},
    {"spans": [{"start": True, "end": 3, "label": "PER"}]},
    {"spans": [{"start": -1, "end": 10**30, "label": "PER"}]},
    {"spans": [{"start": 0, "end": 3, "label": ""}]},
    {"spans": [{"start": 0, "end": 3, "label": "\udfff"}]},
    {"spans": [{"start": 0, "end": 3, "label": "PER", "text": "Bob"}]},
    {"spans": [[0, 3]]},
    {"spans": ["Ada"]},
    {"answer": "perhaps"},
    {"answer": []},
    {"tokens": [{"start": 0, "end": 30}]},
    {"tokens": [{"start": 4, "end": 7}, {"start": 0, "end": 3}]},
    {"id": 1.5},
    {"id": True},
]


def record(rng, number):
    spans = [
        {"start": start, "end": end, "label": rng.choice(["PER", "LOC"])}
        for start, end in rng.choices(PLACES, k=rng.randrange(4))
    ]
    return {"id": number, "text": TEXT, "spans": spans}


def outcome(**options):
    """Return all that is said of two files, or the error."""
    try:
        result = spanf1.score_file("gold", "pred", **options)
    except InputError as error:
        return str(error)
    return result.to_dict(), str(result.signature())


@pytest.mark.slow
@pytest.mark.parametrize("match", ["exact", "text", "surface"])
@pytest.mark.parametrize("wrong", [0, 0.03])
def test_column_by_column_as_one_by_one(monkeypatch, match, wrong):
    rng = random.Random(match)
    outcomes = set()
    for _ in range(60):
        texts = [record(rng, number) for number in range(rng.randrange(1, 40))]
        for name in ("gold", "pred"):
            rows = []
            for row in texts:
                odd = rng.choice(ODD) if rng.random() < 0.05 else {}
                bad = rng.choice(WRONG) if rng.random() < wrong else {}
                spans = record(rng, 0)["spans"] if rng.random() < 0.3 else row["spans"]
                rows.append(json.dumps({**row, "spans": spans} | odd | bad))
            rows += ["{"] * (rng.random() < wrong)
            if rng.random() < 0.3:
                rng.shuffle(rows)
            write(name, "\n".join(rows) + "\n")
        plain = outcome(match=match)
        outcomes.add(isinstance(plain, str))
        with monkeypatch.context() as patch:
            patch.setattr(record_module, "plain_batch", lambda *_: None)
            assert outcome(match=match) == plain
            patch.undo()
            patch.setattr(values_module, "_MANY_LINES", 0)
            assert outcome(match=match) == plain
    assert outcomes >= ({False, True} if wrong else {False})


def task(row):
    return {
        "id": row["id"],
        "data": {"text": row["text"], "source": 3},
        "annotations": [{"result": [_result(span) for span in row["spans"]]}],
    }


def _result(span):
    value = {"start": span["start"], "end": span["end"], "labels": [span["label"]]}
    return {"type": "labels", "to_name": "text", "value": value}


def short_task(row):
    value = {key: row[key] for key in ("id", "text")} | {"annotator": 1}
    labels = [_result(span)["value"] for span in row["spans"]]
    return value | ({"label": labels} if labels or row["id"] % 2 else {})


def groups(row):
    return [
        {"entity_group": span["label"], "start": span["start"], "end": span["end"], "word": "w"}
        for span in row["spans"]
    ]


def mentions(row):
    items = [{"text": TEXT[s["start"] : s["end"]], "type": s["label"]} for s in row["spans"]]
    return {"id": row["id"], "text": row["text"], "entities": items}


def bare_mentions(row):
    return [[TEXT[span["start"] : span["end"]], span["label"]] for span in row["spans"]]


# What is put in the place of any value: some of it is odd, most of it wrong.
VALUES = [
    *(None, "", " ", "Ada", "Bob", "LABEL_1", "\udfff", 0, 3, 99, -1, 10**30, 1.5, True),
    *([], {}, ["PER"], ["PER", "LOC"], [None], [["Ada", "PER"]], [[0, 3, "PER"]], "relation"),
]
# What is put beside others.
BESIDE = [
    *("start", "end", "start_offset", "text", "word", "name", "type", "label", "labels", "value"),
    *("id", "doc_id", "data", "annotator", "annotations", "predictions", "was_cancelled"),
    *("ground_truth", "to_name", "entity", "entity_group", "entities"),
]


def changed(rng, value):
    """Return a value with something in it changed, left out or added."""
    if not isinstance(value, dict | list) or not value or rng.random() < 0.1:
        return rng.choice(VALUES)
    if isinstance(value, list):
        place = rng.randrange(len(value))
        return [*value[:place], changed(rng, value[place]), *value[place + 1 :]]
    key = rng.choice([*value])
    match rng.randrange(5):
        case 0:
            return {name: one for name, one in value.items() if name != key}
        case 1:
            return {**value, rng.choice(BESIDE): rng.choice(VALUES)}
    return {**value, key: changed(rng, value[key])}


@pytest.mark.slow
@pytest.mark.parametrize("odd", [0, 0.03])
@pytest.mark.parametrize(
    ("name", "make", "match"),
    [
        ("labelstudio", task, "exact"),
        ("labelstudio", short_task, "exact"),
        ("pipeline", groups, "exact"),
        ("pipeline", groups, "text"),
        ("entities", mentions, "text"),
        ("entities", bare_mentions, "text"),
    ],
)
def test_other_formats_column_by_column_as_one_by_one(monkeypatch, name, make, match, odd):
    rng = random.Random(f"{make} {match}")
    plain = record_module.plain_batch
    outcomes, batches = set(), []
    for _ in range(120):
        texts = [record(rng, number) for number in range(rng.randrange(1, 40))]
        for side in ("gold", "pred"):
            rows = []
            for row in texts:
                spans = record(rng, 0)["spans"] if rng.random() < 0.3 else row["spans"]
                value = make({**row, "spans": spans})
                rows.append(json.dumps(changed(rng, value) if rng.random() < odd else value))
            comma = rng.choice([",", ", ", ",\n", "\n ,\n"])
            rows += ["{"] * (rng.random() < odd)
            whole = rng.choice(["\n".join(rows), f"[{comma.join(rows)}]", f"[\n{comma.join(rows)}"])
            write(side, whole if rng.random() < 0.9 or not odd else whole[: rng.randrange(999)])

        def counted(*arguments):
            batches.append(plain(*arguments))
            return batches[-1]

        with monkeypatch.context() as patch:
            patch.setattr(record_module, "plain_batch", counted)
            found = outcome(match=match, input_format=name)
        outcomes.add(isinstance(found, str))
        with monkeypatch.context() as patch:
            patch.setattr(record_module, "plain_batch", lambda *_: None)
            assert outcome(match=match, input_format=name) == found
    assert any(batches)
    assert outcomes >= ({False, True} if odd else {False})


@pytest.mark.parametrize("left_out", [1, 5000])
def test_many_records_are_left_out_before_the_first_that_tells_the_key(left_out):
    rows = [{"text": TEXT, "spans": [], "answer": "reject"}] * left_out
    rows.append({"text": TEXT, "spans": [{"start": 0, "end": 3, "label": "PER"}]})
    write("gold", "".join(json.dumps(row) + "\n" for row in rows))
    result = spanf1.score_file("gold", "gold")
    assert tuple(result.counts.total) == (1, 1, 1)
    assert f"rejected examples left out: {left_out}" in str(result.input)


def test_discontinuous_spans_are_found_by_id_in_any_order():
    spans = {"A": [[0, 3], [8, 11]], "B": [[0, 3], [4, 7]], "C": [[0, 3]]}
    rows = [
        {"id": name, "text": TEXT, "spans": [{"offsets": parts, "label": name}]}
        for name, parts in spans.items()
    ]
    write("gold", "".join(json.dumps(row) + "\n" for row in rows))
    write("pred", "".join(json.dumps(row) + "\n" for row in rows[::-1]))
    assert tuple(spanf1.score_file("gold", "pred").counts.total) == (3, 3, 3)
