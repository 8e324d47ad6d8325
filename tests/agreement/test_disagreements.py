"""Where annotators disagree: what is listed, and what an adjudicator is to decide."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path

import pytest

import spanf1
from spanf1.exceptions import UsageError
from spanf1.render.renderers import width_of
from tests.helpers.commands import write

ANNA = "Ada B-PER\nSmith I-PER\nof O\nLeeds B-LOC\n\nmet O\nBen B-PER\n\nin O\nRome B-LOC\n"
BEN = ANNA.replace("Leeds B-LOC", "Leeds B-ORG")
CARL = ANNA.replace("I-PER", "O").replace("Ben B-PER", "Ben O")
LISTED = """\
anna.conll:4  type (anna, ben)
  anna LOC  Ada Smith of [Leeds]
  ben  ORG  Ada Smith of [Leeds]

anna.conll:1  boundary (short) (anna, carl)
  anna PER  [Ada Smith] of Leeds
  carl PER  [Ada] Smith of Leeds

anna.conll:7  only anna (anna, carl)
  anna PER  met [Ben]

3 more of 6; --limit 6 shows all of them
"""
FILES = "anna.conll", "ben.conll", "carl.conll"


@pytest.fixture
def three(run):
    for name, content in zip(FILES, (ANNA, BEN, CARL), strict=True):
        write(name, content)
    return lambda *args: run("agree", *FILES, *args)


def test_what_is_listed(three) -> None:
    assert three("--disagreements", "--limit", "3").out == LISTED
    assert "only anna" not in three("--disagreements", "--kind", "type,boundary").out
    assert three("--disagreements", "--kind", "only-b").out == "no disagreements\n"


def test_a_narrow_terminal_has_room(three, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert max(map(width_of, three("--disagreements").out.splitlines())) <= 46


def test_other_formats_have_the_same(three) -> None:
    rows = [*csv.DictReader(io.StringIO(three("--disagreements", "-f", "csv").out))]
    data = json.loads(three("--disagreements", "-f", "json").out)
    assert len(rows) == len(data) == 6
    assert [(row["annotator_a"], row["annotator_b"]) for row in rows] == [
        tuple(one["annotators"]) for one in data
    ]
    assert [row["a_text"] for row in rows] == [one["a"]["text"] for one in data]
    assert rows[0] | {"kind": "type", "a_type": "LOC", "b_type": "ORG", "line": "4"} == rows[0]
    assert data[2]["kind"] == "only a"
    assert data[2]["b"] is None
    assert "| anna.conll:4 | anna, ben | type |" in three("--disagreements", "-f", "markdown").out


def test_kinds_are_what_a_ledger_of_two_has() -> None:
    rng = random.Random(4)

    def draw():
        return [[rng.choice(["O", "B-A", "I-A", "B-B"]) for _ in range(6)] for _ in range(20)]

    said = {"a": draw(), "b": draw(), "c": draw()}
    found = spanf1.agree(said)
    expected = spanf1.analyze(said["a"], said["c"]).counts
    assert found.analysis("c", "a").counts == expected
    pairs = [one for one in found.disagreements(kind="all") if one.annotators == ("a", "c")]
    assert len(pairs) == sum(expected.values())
    alone = [one for one in pairs if one.kind == "only b"]
    assert len(alone) == expected["spurious"]
    assert [name for one in alone for name, _ in one.spans] == ["c"] * len(alone)


def test_what_is_nearly_right_is_a_disagreement_all_the_same() -> None:
    said = {"a": [["B-A", "I-A"]], "b": [["B-A", "O"]]}
    found = spanf1.agree(said, match="partial")
    assert found.f1 == 0.5
    assert [one.kind for one in found.disagreements()] == ["boundary"]


def test_errors() -> None:
    found = spanf1.agree({"a": [["O"]], "b": [["O"]]})
    with pytest.raises(UsageError, match="unknown kind"):
        next(found.disagreements(kind="no"))
    with pytest.raises(UsageError, match="limit is -1"):
        found.disagreements(limit=-1)


class TestAdjudication:
    def test_what_is_open(self, three) -> None:
        ran = three("--adjudicate", "decide.jsonl")
        assert "note: decide.jsonl: 3 places open in 2 of 3 texts" in ran.err
        first, second, third = map(json.loads, Path("decide.jsonl").read_text("utf-8").splitlines())
        assert first["spans"] == []
        assert [
            [(one["text"], one["label"], one["annotators"]) for one in place["options"]]
            for place in first["open"]
        ] == [
            [("Ada", "PER", ["carl"]), ("Ada Smith", "PER", ["anna", "ben"])],
            [("Leeds", "LOC", ["anna", "carl"]), ("Leeds", "ORG", ["ben"])],
        ]
        assert [place["nothing"] for place in second["open"]] == [["carl"]]
        assert third["open"] == []
        assert [one["text"] for one in third["spans"]] == ["Rome"]
        assert (third["annotators"], third["line"]) == (["anna", "ben", "carl"], 9)

    def test_what_is_decided_is_gold(self, three) -> None:
        three("--adjudicate", "decide.jsonl")
        records = [*map(json.loads, Path("decide.jsonl").read_text("utf-8").splitlines())]
        for one in records:
            for place in one["open"]:
                one["spans"] += [span for span in place["options"] if "anna" in span["annotators"]]
        write("gold.jsonl", "".join(json.dumps(one) + "\n" for one in records))
        assert spanf1.score_file("gold.jsonl", "anna.conll").micro.f1 == 1

    def test_what_one_alone_has_done_is_open(self) -> None:
        text = {"text": "Ada in Rome", "spans": [[0, 3, "PER"]]}
        found = spanf1.agree(
            {"a": [{"id": 1, **text}, {"id": 2, **text}], "b": [{"id": 1, **text}]}
        )
        both, alone = found.adjudication()
        assert (len(both["spans"]), both["open"]) == (1, [])
        assert (alone["spans"], len(alone["open"]), alone["id"]) == ([], 1, 2)

    def test_types_are_called_and_edges_trimmed_as_they_are_compared(self) -> None:
        a = [{"text": "Ada in Rome", "spans": [[0, 4, "PERSON"]]}]
        b = [{"text": "Ada in Rome", "spans": [[0, 3, "PER"]]}]
        found = spanf1.agree({"a": a, "b": b}, map_types={"PERSON": "PER"}, trim=True)
        (record,) = found.adjudication()
        assert found.f1 == 1
        assert [(one["text"], one["label"]) for one in record["spans"]] == [("Ada", "PER")]

    def test_white_space_may_differ(self) -> None:
        a = [{"tokens": ["Ada", ",", "hi"], "tags": ["B-PER", "O", "O"]}]
        b = [{"text": "Ada,  hi", "spans": [[0, 3, "PER"], [6, 8, "X"]]}]
        (record,) = spanf1.agree({"a": a, "b": b}).adjudication()
        assert [one["text"] for one in record["spans"]] == ["Ada"]
        assert record["open"][0]["options"][0]["text"] == "hi"
        assert [one["text"] for one in record["tokens"]] == ["Ada", ",", "hi"]


def test_options_that_need_each_other(three) -> None:
    assert "are about what --disagreements lists" in three("--kind", "type").err
    assert three("--adjudicate", "anna.conll").code == 2
