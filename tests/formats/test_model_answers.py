"""What language models answer: wrong offsets, blocks of code, types first, nothing, prose."""

from __future__ import annotations

import json

import pytest

import spanf1
from spanf1.exceptions import LayoutError
from tests.helpers.commands import pipe, write

pytestmark = pytest.mark.usefixtures("run")

GOLD = [
    {
        "id": 1,
        "text": "Ada Byron met Bob in Paris.",
        "spans": [[0, 9, "PER"], [14, 17, "PER"], [21, 26, "LOC"]],
    },
    {"id": 2, "text": "IBM hired her.", "spans": [[0, 3, "ORG"]]},
]
ADA, IBM = {"text": "Ada Byron", "type": "PER"}, {"text": "IBM", "type": "ORG"}


def lines(records):
    return "".join(json.dumps(record) + "\n" for record in records)


def scored(run, content, *options, correct, predicted):
    """Score answers, hold the counts against these, and return the remarks."""
    write("gold.jsonl", lines(GOLD))
    write("p.jsonl", content)
    done = run("score", "gold.jsonl", "p.jsonl", "--match", "text", "-f", "json", *options)
    assert done.code == 0, done.err
    data = json.loads(done.out)
    assert (data["micro"]["correct"], data["micro"]["predicted"]) == (correct, predicted)
    return data["input"]["remarks"]


@pytest.mark.parametrize("many", [1, 40])
@pytest.mark.parametrize("bad", [(15, 18), (-3, 2), (900, 903), (5, 5), ("x", None)])
def test_offsets_do_not_matter_to_texts(run, many, bad):
    found = [{"text": "Bob", "label": "PER", "start": bad[0], "end": bad[1]}]
    records = [{**GOLD[0], "spans": found}, {**GOLD[1], "spans": []}] * many
    records = [{**record, "id": number} for number, record in enumerate(records)]
    gold = [{**record, "id": number} for number, record in enumerate(GOLD * many)]
    write("gold.jsonl", lines(gold))
    write("p.jsonl", lines(records))
    result = spanf1.score_file("gold.jsonl", "p.jsonl", match="text")
    assert (result.micro.correct, result.micro.predicted) == (many, many)
    assert spanf1.evaluate(gold, records, match="text").micro.correct == many
    assert result.input.remarks == ()
    done = run("score", "gold.jsonl", "p.jsonl")
    assert done.code == 3


def test_the_hint_for_wrong_offsets_leads_on(run):
    found = [{"text": "Bob", "label": "PER", "start": 15, "end": 18}]
    write("gold.jsonl", lines(GOLD))
    write("p.jsonl", lines([{**GOLD[0], "spans": found}, {**GOLD[1], "spans": []}]))
    done = run("score", "gold.jsonl", "p.jsonl")
    assert "p.jsonl:1: spans[0] is 'Bob', and the text has 'ob ' there" in done.err
    assert done.err.endswith("; --match text looks at no offsets\n")
    assert "--match" not in run("describe", "p.jsonl").err


@pytest.mark.parametrize("text_key", ["text", "name"])
def test_no_false_note_where_there_is_no_text(run, text_key):
    found = [[{text_key: "Bob", "label": "PER", "start": 14, "end": 17}], []]
    records = [{"id": number, "entities": one} for number, one in enumerate(found, 1)]
    assert scored(run, lines(records), correct=1, predicted=1) == []
    # And the offsets are there, where they count.
    assert spanf1.score_file("gold.jsonl", "p.jsonl").micro.correct == 1


FENCE = "```"
ANSWER = json.dumps([ADA])


@pytest.mark.parametrize("name", ["", "json", "JSON"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("indent", [None, 1])
def test_a_file_that_is_a_block_of_code(run, name, end, indent):
    records = [{"id": 1, "entities": [ADA]}, {"id": 2, "entities": [IBM]}]
    content = f"{FENCE}{name}\n{json.dumps(records, indent=indent)}\n{FENCE}\n".replace("\n", end)
    assert scored(run, content, correct=2, predicted=2) == []
    answered = pipe(content.encode(), "describe", "-")
    assert (answered.code, answered.err[:5]) == (0, "warni")
    # One answer, of one text.
    write("p.txt", f"\n{FENCE}{name}{end}{json.dumps([ADA], indent=indent)}{end}{FENCE}")
    ((span,),) = (document.spans for document in spanf1.read_documents("p.txt"))
    assert (span.text, span.type) == ("Ada Byron", "PER")


def test_blocks_of_lines(run):
    content = f"{FENCE}json\n[{json.dumps(ADA)}]\n[{json.dumps(IBM)}]\n{FENCE}\n"
    assert scored(run, content, correct=2, predicted=2) == []
    content = f"{FENCE}\n[{json.dumps(ADA)}]\n{FENCE}\n{FENCE}\n[{json.dumps(IBM)}]\n{FENCE}\n"
    assert scored(run, content, correct=2, predicted=2) == []


def test_tags_in_a_block_of_code(run):
    record = {"tokens": ["Ada"], "tags": ["B-PER"], "predicted": ["B-PER"]}
    write("f.txt", f"{FENCE}json\n{json.dumps(record)}\n{FENCE}\n")
    assert run("score", "f.txt", "--format", "number").out == "1.0\n"


@pytest.mark.parametrize("bad", ["3", "[{]"])
def test_an_error_within_a_block_says_its_line(bad):
    write("p.txt", f"{FENCE}json\n{lines([[ADA]])}{bad}\n{FENCE}")
    with pytest.raises(LayoutError, match=r"^p\.txt:3: "):
        list(spanf1.read_documents("p.txt", "entities"))


ANSWERS = {
    "block": f"Here they are:\n\n{FENCE}json\n{json.dumps([ADA], indent=1)}\n{FENCE}\nThat is all.",
    "block alone": f"{FENCE}\n{ANSWER}\n{FENCE}",
    "bare": f" {ANSWER}\n",
    "by type": json.dumps({"PER": ["Ada Byron"], "ORG": []}),
}


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("key", ["entities", "response"])
def test_answers_as_text(run, name, key):
    options = ["--pred-key", key] * (key == "response")
    kind = ["--input-format", "auto,entities"] * (name == "block")
    records = [{"id": 1, key: ANSWERS[name]}, {"id": 2, key: "[]"}]
    assert scored(run, lines(records), *options, *kind, correct=1, predicted=1) == []


def test_what_could_not_be_read_is_counted(run):
    records = [
        {"id": 1, "entities": [ADA, {"text": None, "type": "PER"}, {"text": "", "type": "X"}, 3]},
        {"id": 2, "entities": "I cannot find any."},
    ]
    remarks = scored(run, lines(records), correct=1, predicted=1)
    assert remarks == [
        "p.jsonl: items that are no entities left out: 3",
        "p.jsonl: answers that are no lists of entities left out: 1",
    ]


def test_a_file_of_nothing_that_can_be_read_is_an_error(run):
    write("gold.jsonl", lines(GOLD))
    write(
        "p.jsonl",
        lines([{"id": number, "entities": [{"kind": "PER", "n": 3}]} for number in (1, 2)]),
    )
    done = run("score", "gold.jsonl", "p.jsonl", "--input-format", "auto,entities")
    assert done.code == 3
    assert done.err.startswith("error: p.jsonl:1: entities[0]")


def test_null_is_nothing(run):
    records = [{"id": 1, "entities": [ADA]}, {"id": 2, "entities": None}]
    note = "p.jsonl: records without spans, which others have, taken to have none: 1"
    assert scored(run, lines(records), correct=1, predicted=1) == [note]


TYPES_FIRST = {
    "pairs": [[["PER", "Ada Byron"]], [["ORG", "IBM"]]],
    "objects of texts": [{"Ada Byron": "PER"}, {"IBM": "ORG"}],
}


@pytest.mark.parametrize("name", TYPES_FIRST)
@pytest.mark.parametrize("match", ["text", "set"])
def test_types_that_come_first(run, name, match):
    records = [{"id": n, "entities": one} for n, one in enumerate(TYPES_FIRST[name], 1)]
    remarks = scored(run, lines(records), "--match", match, correct=2, predicted=2)
    assert remarks == ["p.jsonl: entities taken to have their types first, which are gold's: 2"]


def test_types_that_come_first_by_other_names():
    found = [{"id": 1, "entities": [["PERSON", "Ada Byron"]]}, {"id": 2, "entities": []}]
    names = {"PERSON": "PER"}
    assert spanf1.evaluate(GOLD, found, match="text", map_types=names).micro.correct == 1


@pytest.mark.parametrize(
    "found", [[["IBM", "ORG"]], [["PER", "PER"]], [["Ada", "PERSON"]], [["PER", "ORG"]]]
)
def test_types_that_come_last_stay_there(found):
    said = [[], [{"text": text, "type": kind} for text, kind in found]]
    pairs = [{"id": 1, "entities": []}, {"id": 2, "entities": found}]
    assert spanf1.evaluate(GOLD, pairs, match="text") == spanf1.evaluate(GOLD, said, match="text")


@pytest.mark.parametrize(
    "found",
    [
        [{"PER": "Ada Byron"}],
        {"PER": "Ada Byron"},
        {"PER": ["Ada Byron"]},
        [{"PER": ["Ada Byron"]}],
        {"type": "PER", "text": "Ada Byron"},
        {"type": "PER", "entity": "Ada Byron"},
        [{"type": "PER", "entity": "Ada Byron"}],
    ],
)
def test_objects_of_types(run, found):
    records = [{"id": 1, "entities": found}, {"id": 2, "entities": []}]
    assert scored(run, lines(records), correct=1, predicted=1) == []
