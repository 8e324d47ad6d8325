"""White space at the edges of spans, and texts that count once: nothing decides by accident."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace

import pytest

import spanf1
from spanf1.core.options import Options
from spanf1.exceptions import UsageError
from spanf1.results.result import Result, rescore
from spanf1.results.signature import Signature
from tests.helpers.commands import write

pytestmark = pytest.mark.usefixtures("run")

GOLD = [
    {
        "id": 1,
        "text": "Ada Byron met Bob in Paris.",
        "spans": [
            {"start": 0, "end": 9, "label": "PER"},
            {"start": 14, "end": 17, "label": "PER"},
            {"start": 21, "end": 26, "label": "LOC"},
        ],
    },
    {"id": 2, "text": "IBM hired her.", "spans": [{"start": 0, "end": 3, "label": "ORG"}]},
]
# Offsets of a tokenizer whose tokens begin with the blank before a word.
BLANKS = [
    [
        {"entity_group": "PER", "word": "Ada Byron", "start": 0, "end": 9},
        {"entity_group": "PER", "word": "Bob", "start": 13, "end": 17},
        {"entity_group": "LOC", "word": "Paris", "start": 20, "end": 26},
    ],
    [{"entity_group": "ORG", "word": "IBM", "start": 0, "end": 3}],
]
NOTE = (
    "2 of 4 predicted spans begin or end with white space; without it F1 would be 100.00 (--trim)"
)


def lines(records):
    return "".join(json.dumps(record) + "\n" for record in records)


def flat(text):
    return " ".join(text.split())


def test_blanks_before_words_are_said(run):
    write("gold.jsonl", lines(GOLD))
    write("pred.json", json.dumps(BLANKS))
    done = run("score", "gold.jsonl", "pred.json")
    assert (done.code, done.err) == (0, "")
    assert f"note {NOTE} signature" in flat(done.out)
    data = json.loads(run("score", "gold.jsonl", "pred.json", "-f", "json").out)
    assert data["micro"]["f1"] == 0.5
    assert data["input"]["remarks"] == [NOTE]
    swapped = json.loads(run("score", "pred.json", "gold.jsonl", "-f", "json").out)
    assert swapped["input"]["remarks"] == [NOTE.replace("predicted", "gold")]


def test_trim_does_what_the_note_says(run):
    write("gold.jsonl", lines(GOLD))
    write("pred.json", json.dumps(BLANKS))
    done = run("score", "gold.jsonl", "pred.json", "--trim", "-f", "json")
    data = json.loads(done.out)
    assert (data["micro"]["f1"], data["input"]["remarks"]) == (1, [])
    assert "|trim:dropped|" in data["signature"]
    assert run("rescore", write("r.json", done.out)).code == 0
    result = spanf1.score_file("gold.jsonl", "pred.json", trim=True)
    assert result.micro.f1 == spanf1.evaluate(GOLD, BLANKS, trim=True).micro.f1 == 1
    assert spanf1.evaluate(GOLD, BLANKS).micro.f1 == 0.5
    said = run("score", "gold.jsonl", "pred.json", "--trim").out
    assert "trim white space at the edges of spans is dropped, on both sides" in flat(said)


def test_compare_says_and_trims(run):
    write("gold.jsonl", lines(GOLD))
    write("pred.json", json.dumps(BLANKS))
    write("same.jsonl", lines(GOLD))
    files = ["gold.jsonl", "pred.json", "same.jsonl"]
    assert f"pred: {NOTE}" in flat(run("compare", *files).out)
    trimmed = run("compare", *files, "--trim").out
    assert NOTE not in flat(trimmed)
    assert "trim:dropped" in trimmed
    ranking = spanf1.compare(files[0], files[1:], options=Options(trim=True))
    assert {one.system.runs[0].micro.f1 for one in ranking.standings} == {1}


def test_parts_of_a_file_add_up():
    whole = spanf1.evaluate(GOLD, BLANKS).tally
    parts = [spanf1.evaluate([gold], [pred]).tally for gold, pred in zip(GOLD, BLANKS, strict=True)]
    total = parts[0] + parts[1]
    assert (total.edged, total.trimmed) == (whole.edged, whole.trimmed) == ((0, 2), whole.trimmed)
    assert total.without_edges().spans == spanf1.evaluate(GOLD, BLANKS, trim=True).tally.spans


def test_no_note_where_it_makes_no_difference(run):
    wrong = [[{**BLANKS[0][1], "entity_group": "ORG"}], []]
    write("gold.jsonl", lines(GOLD))
    write("pred.json", json.dumps(wrong))
    assert "white space" not in run("score", "gold.jsonl", "pred.json").out


@pytest.mark.parametrize("match", ["text", "set"])
def test_texts_have_edges_too(run, match):
    write("gold.jsonl", lines(GOLD))
    said = [[{"text": " Bob", "type": "PER"}], [{"text": "IBM\n", "type": "ORG"}]]
    write("pred.json", json.dumps(said))
    done = run("score", "gold.jsonl", "pred.json", "--match", match)
    note = "2 of 2 predicted spans begin or end with white space; without it F1 would be 66.67"
    assert note in flat(done.out)
    assert spanf1.evaluate(GOLD, said, match=match).micro.f1 == 0
    assert spanf1.evaluate(GOLD, said, match=match, trim=True).micro.correct == 2


def test_where_texts_are_made_of_tokens_white_space_never_counts(run):
    texts = ["Bob left", "so Bob left", "so Bob  left"]
    spans = [[(0, 3)], [(2, 6)], [(2, 6)]]
    write("gold.conll", "Bob B-PER\nleft O\n\nso O\nBob B-PER\nleft O\n\nso O\nBob B-PER\nleft O\n")
    records = [
        {"text": text, "spans": [{"start": a, "end": b, "label": "PER"} for a, b in here]}
        for text, here in zip(texts, spans, strict=True)
    ]
    write("pred.jsonl", lines(records))
    for files in (["gold.conll", "pred.jsonl"], ["pred.jsonl", "gold.conll"]):
        done = run("score", *files, "-f", "json")
        data = json.loads(done.out)
        assert (data["micro"]["f1"], data["input"]["remarks"]) == (1, [])
    # Lists without a text are offsets of the text that is made of gold's tokens.
    offsets = [[{"entity_group": "PER", "start": a, "end": b} for a, b in here] for here in spans]
    write("pred.json", json.dumps(offsets))
    assert spanf1.score_file("gold.conll", "pred.json").micro.f1 == 1


def strip_span(text, start, end):
    """Return the edges of a span without white space, plainly."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def correct(gold, predicted):
    return (Counter(gold) & Counter(predicted)).total()


@pytest.mark.parametrize("seed", range(20))
def test_trimming_is_stripping(seed):
    rng = random.Random(seed)
    right = strict = 0
    sides = [], []
    for _ in range(30):
        text = "".join(rng.choices("ab \n\u3000\u00e9", k=12))
        found = []
        for side in sides:
            spans = []
            for _ in range(rng.randint(0, 4)):
                start, end = sorted(rng.sample(range(len(text) + 1), 2))
                # What has nothing but white space has no edges.
                if text[start:end].strip():
                    spans.append((start, end, rng.choice("AB")))
            side.append({"text": text, "spans": spans})
            found.append(spans)
        stripped = [[(*strip_span(text, a, b), kind) for a, b, kind in side] for side in found]
        right += correct(*stripped)
        strict += correct(*found)
    gold, predicted = (
        [{**one, "spans": [[*span] for span in one["spans"]]} for one in side] for side in sides
    )
    result = spanf1.evaluate(gold, predicted)
    assert result.micro.correct == strict
    assert Result(result.tally.without_edges()).micro.correct == right
    assert spanf1.evaluate(gold, predicted, trim=True).micro.correct == right


@pytest.mark.parametrize("seed", range(20))
def test_sets_are_sets(seed):
    rng = random.Random(seed)
    sides = [
        [
            [
                {"text": rng.choice("abc"), "type": rng.choice("AB")}
                for _ in range(rng.randint(0, 6))
            ]
            for _ in range(12)
        ]
        for _ in range(2)
    ]
    sets = [[{(one["text"], one["type"]) for one in record} for record in side] for side in sides]
    score = spanf1.evaluate(*sides, match="set", confidence=0.5).micro
    assert (score.gold, score.predicted) == tuple(sum(map(len, side)) for side in sets)
    assert score.correct == sum(len(a & b) for a, b in zip(*sets, strict=True))


def test_a_text_that_is_there_twice(run):
    gold = {"id": 1, "text": "Paris is Paris.", "spans": [[0, 5, "LOC"], [9, 14, "LOC"]]}
    write("gold.jsonl", lines([gold]))
    write("pred.jsonl", lines([{"id": 1, "entities": [{"text": "Paris", "type": "LOC"}]}]))
    files = "gold.jsonl", "pred.jsonl"
    assert spanf1.score_file(*files, match="text").micro.recall == 0.5
    done = run("score", *files, "--match", "set", "-f", "json")
    data = json.loads(done.out)
    assert data["micro"] | {"f1": 1.0, "gold": 1, "predicted": 1} == data["micro"]
    assert "|match:set|" in data["signature"]
    assert rescore(data).micro.f1 == 1
    other = Signature.parse(data["signature"])
    with pytest.raises(UsageError, match="counts of match set, not of text"):
        rescore(data, replace(other, options=replace(other.options, match="text")))
    with pytest.raises(UsageError, match="white space at the edges of spans counts cannot"):
        rescore(data, replace(other, options=replace(other.options, trim=True)))
    assert run("compare", *files, "gold.jsonl", "--match", "set").code == 0


def test_signatures_tell_trimming():
    trimmed, plain = (
        spanf1.evaluate(GOLD, BLANKS, trim=trim).signature() for trim in (True, False)
    )
    assert Signature.parse(str(trimmed)) == trimmed
    assert plain.differences(trimmed) == [
        "white space at the edges of spans: counted here, dropped there"
    ]


def test_trim_is_true_or_false():
    with pytest.raises(UsageError, match="trim is 'yes'"):
        Options(trim="yes")
