"""Spans as people have them: without texts, without keys, as lists, with numbers for labels."""

from __future__ import annotations

import json

import pytest

import spanf1
from spanf1.exceptions import LayoutError
from tests.helpers.commands import write

pytestmark = pytest.mark.usefixtures("run")

GOLD = [
    {
        "id": 1,
        "text": "Ada Byron met Bob in Paris.",
        "spans": [[0, 9, "PER"], [14, 17, "PER"], [21, 26, "LOC"]],
    },
    {"id": 2, "text": "IBM hired her.", "spans": [[0, 3, "ORG"]]},
]
FOUND = [[(0, 9, "Ada Byron", "PER"), (14, 17, "Bob", "PER")], [(0, 3, "IBM", "ORG")]]


def lines(records):
    return "".join(json.dumps(record) + "\n" for record in records)


def flat(text):
    return " ".join(text.split())


def items(*names):
    """Return what was found, in objects with these keys."""
    return [[dict(zip(names, one, strict=True)) for one in here] for here in FOUND]


WITHOUT_TEXT = {
    "GLiNER": items("start", "end", "text", "label"),
    "Presidio": items("start", "end", "word", "entity_type"),
    "records": [
        {"id": number, "entities": here}
        for number, here in enumerate(items("start", "end", "text", "label"), 1)
    ],
    "entity_type": [
        {"id": number, "entities": here}
        for number, here in enumerate(items("start", "end", "text", "entity_type"), 1)
    ],
    "doccano": [
        {"id": number, "label": [[a, b, kind] for a, b, _, kind in here]}
        for number, here in enumerate(FOUND, 1)
    ],
    **{
        start: [
            {"id": number, "ents": here}
            for number, here in enumerate(items(start, end, "text", "type"), 1)
        ]
        for start, end in (("start_char", "end_char"), ("startChar", "endChar"), ("begin", "end"))
    },
}


@pytest.mark.parametrize("name", WITHOUT_TEXT)
@pytest.mark.parametrize("many", [1, 100])
def test_predictions_without_a_text(run, name, many):
    gold, found = GOLD * many, WITHOUT_TEXT[name] * many
    gold = [{**one, "id": number} for number, one in enumerate(gold)]
    found = [
        {**one, "id": number} if isinstance(one, dict) else one for number, one in enumerate(found)
    ]
    write("gold.jsonl", lines(gold))
    write("pred.json", json.dumps(found))
    write("pred.jsonl", lines(found))
    for file in ("pred.json", "pred.jsonl"):
        done = run("score", "gold.jsonl", file, "-f", "json")
        data = json.loads(done.out)
        assert (data["micro"]["correct"], data["micro"]["predicted"]) == (3 * many, 3 * many)
        assert (data["micro"]["gold"], data["input"]["remarks"]) == (4 * many, [])
    assert spanf1.evaluate(gold, found).micro.correct == 3 * many
    # The other way round, it is gold that has no text.
    assert spanf1.evaluate(found, gold).micro.correct == 3 * many


def test_a_text_that_is_not_there_alone_is_asked_for(run):
    write("pred.jsonl", lines(WITHOUT_TEXT["records"]))
    done = run("describe", "pred.jsonl")
    assert done.code == 3
    assert "there is no key 'text'" in done.err
    done = run("score", "pred.jsonl", "pred.jsonl", "--text-key", "body")
    assert "there is no key 'body'" in done.err


def test_what_spans_say_is_held_against_the_text_of_gold(run):
    write("gold.jsonl", lines(GOLD))
    wrong = [[{"start": 0, "end": 9, "text": "Bob", "label": "PER"}], []]
    write("pred.json", json.dumps(wrong))
    done = run("score", "gold.jsonl", "pred.json")
    assert "1 of 1 spans of pred.json say something else than the text of gold.jsonl" in flat(
        done.out
    )


KEYLESS = "records without spans, which others have, taken to have none"


@pytest.mark.parametrize("name", ["spans", "entities", "label"])
@pytest.mark.parametrize("none", [{}, {"spans": None, "entities": None, "label": None}])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("many", [1, 60])
def test_records_without_spans_have_none(run, name, none, first, many):
    some = {"text": "Ada met Bob", name: [{"start": 0, "end": 3, "label": "PER"}]}
    empty = {"text": "nobody here", **none}
    records = ([empty, some] if first else [some, empty]) * many
    write("g.jsonl", lines(records))
    documents = list(spanf1.read_documents("g.jsonl"))
    assert [len(one.spans) for one in documents] == ([0, 1] if first else [1, 0]) * many
    write("p.jsonl", lines(records))
    data = json.loads(run("score", "g.jsonl", "p.jsonl", "-f", "json").out)
    assert data["micro"]["correct"] == many
    notes = [f"{file}: {KEYLESS}: {many}" for file in ("g.jsonl", "p.jsonl")]
    assert data["input"]["remarks"] == notes
    described = run("describe", "g.jsonl")
    assert f"{KEYLESS}: {many}" in flat(described.out + described.err)


@pytest.mark.parametrize("options", [(), ("--pred-key", "found")])
def test_no_record_has_spans(run, options):
    write("g.jsonl", lines(GOLD))
    write(
        "p.jsonl", lines([{"id": 1, "text": GOLD[0]["text"]}, {"id": 2, "text": "IBM hired her."}])
    )
    done = run("score", "g.jsonl", "p.jsonl", *options)
    assert done.code == 3
    assert done.err.startswith("error: p.jsonl:1: there is no key ")


def test_one_side_of_a_record_may_have_none(run):
    spans = [[0, 3, "PER"]]
    records = [{"text": "Ada", "gold": spans, "predicted": spans}, {"text": "Bob", "gold": spans}]
    write("f.jsonl", lines(records))
    data = json.loads(run("score", "f.jsonl", "-f", "json").out)
    assert (data["micro"]["gold"], data["micro"]["predicted"]) == (2, 1)
    assert data["input"]["remarks"] == [f"f.jsonl, predicted: {KEYLESS}: 1"]
    write("f.jsonl", lines([{"text": "Ada", "gold": spans}]))
    assert "there is no key of predicted spans" in run("score", "f.jsonl").err


def test_pipelines_within_records_may_have_nothing():
    found = {"entity_group": "ORG", "word": "IBM", "start": 0, "end": 3}
    write("g.jsonl", lines(GOLD))
    write("p.jsonl", lines([{"id": 1, "entities": None}, {"id": 2, "entities": [found]}]))
    assert spanf1.score_file("g.jsonl", "p.jsonl").micro.correct == 1


COLUMNS = {"start": [0, 8], "end": [3, 11], "label": ["PER", "PER"]}


@pytest.mark.parametrize("key", ["entities", "spans", "ents"])
def test_spans_as_lists_of_starts_and_ends(key):
    write("f.jsonl", lines([{"text": "Ada met Bob", key: COLUMNS}]))
    (document,) = spanf1.read_documents("f.jsonl")
    assert [(span.type, *span.parts) for span in document.spans] == [
        ("PER", (0, 3)),
        ("PER", (8, 11)),
    ]
    write("f.jsonl", lines([{"text": "Ada met Bob", key: {**COLUMNS, "end": [3]}}]))
    with pytest.raises(LayoutError, match=rf"{key} has lists of different lengths: start 2, end 1"):
        list(spanf1.read_documents("f.jsonl"))


def test_groups_of_spans_are_no_lists(run):
    record = {"text": "Ada met Bob", "spans": {"sc": [[0, 3, "X"]]}, "ents": [[0, 3, "PER"]]}
    write("f.jsonl", lines([record]))
    assert "1 groups of spans left out" in flat(run("describe", "f.jsonl").out)


@pytest.mark.parametrize("many", [1, 100])
def test_labels_that_are_numbers(run, many):
    records = [{"text": "Ada met Bob", "entities": [{"start": 0, "end": 3, "label": 0}]}] * many
    write("f.jsonl", lines(records))
    assert run("describe", "f.jsonl", "--labels", "PER").code == 0
    documents = list(spanf1.read_documents("f.jsonl", labels=["PER"]))
    assert {one.spans[0].type for one in documents} == {"PER"}
    done = run("describe", "f.jsonl")
    assert "label is 0, and is to be a string" in done.err
    assert "--labels" in done.err


def record(name, answer="accept", *spans):
    return {
        "id": name,
        "text": "Ada met Bob",
        "spans": [[*span] for span in spans],
        "answer": answer,
    }


ADA = (0, 3, "PER")


@pytest.mark.parametrize("answer", ["reject", "ignore"])
@pytest.mark.parametrize("side", ["gold", "pred", "both"])
def test_rejected_records_are_left_out_on_both_sides(run, answer, side):
    names = ["a", "b", 7]
    accepted = [record(name, "accept", ADA) for name in names]
    rejected = [record(name, answer if name == "b" else "accept", ADA) for name in names]
    write("gold.jsonl", lines(accepted if side == "pred" else rejected))
    write("pred.jsonl", lines((accepted if side == "gold" else rejected)[::-1]))
    data = json.loads(run("score", "gold.jsonl", "pred.jsonl", "-f", "json").out)
    assert (data["micro"]["gold"], data["micro"]["predicted"], data["micro"]["f1"]) == (2, 2, 1)
    called = "rejected" if answer == "reject" else "ignored"
    own, other = (
        f"{called} examples left out: 1",
        "documents that the other side rejects left out: 1",
    )
    assert data["input"]["remarks"] == [
        f"gold.jsonl: {other if side == 'pred' else own}",
        f"pred.jsonl: {other if side == 'gold' else own}",
    ]


def test_other_records_are_still_missed(run):
    write("gold.jsonl", lines([record("a"), record("b", "reject")]))
    write("pred.jsonl", lines([record("a"), record("b"), record("c")]))
    assert (
        "pred.jsonl:3: id 'c' is not in gold.jsonl" in run("score", "gold.jsonl", "pred.jsonl").err
    )
