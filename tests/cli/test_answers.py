"""``spanf1 answers`` as a user has it: its reports, its rows, options that do not go together."""

from __future__ import annotations

import csv
import io
import json

import pytest

from spanf1.cli.answers import answers
from tests.helpers.commands import formats_of, pipe, write

GOLD = {"a": ["New York"], "b": [], "c": ["Rome"]}
SAID = {"a": "New York New York", "b": "", "c": "Oslo"}


@pytest.fixture
def files(tmp_path, monkeypatch) -> list[str]:
    monkeypatch.chdir(tmp_path)
    write("gold.json", json.dumps(GOLD))
    write("said.json", json.dumps(SAID))
    write("other.json", json.dumps({**SAID, "c": "in Rome"}))
    return ["gold.json", "said.json"]


def test_the_report(run, files) -> None:
    out = run("answers", *files).out
    table, facts = out.split("\n\n")
    assert [line.split()[-3:] for line in table.splitlines()[1:]] == [
        ["55.56", "33.33", "3"],
        ["33.33", "0.00", "2"],
        ["100.00", "100.00", "1"],
    ]
    assert "means over questions" in facts
    assert "micro       F1 50.00 (P 40.00, R 66.67)" in facts
    assert "signature   answers:f1:mean|rule:squad2|bag:multiset|" in facts


@pytest.mark.parametrize("name", formats_of(answers))
def test_every_format(run, files, name) -> None:
    for more in ([], ["other.json"]):
        ran = run("answers", *files, *more, "-f", name)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out


def test_rows(run, files) -> None:
    rows = [*csv.DictReader(io.StringIO(run("answers", *files, "-f", "csv").out))]
    assert [row["id"] for row in rows] == ["a", "b", "c"]
    assert rows[0]["reference"] == "New York"
    found = run("answers", *files, "-o", "worst.jsonl", "--worst", "2", "--digits", "3")
    assert found.code == 0
    with open("worst.jsonl", encoding="utf-8") as file:
        first, second = map(json.loads, file)
    assert first == {"id": "c", "f1": 0, "exact": 0, "reference": "Rome", "answer": "Oslo"}
    assert second["f1"] == 0.667


def test_the_worst(run, files) -> None:
    out = run("answers", *files, "--worst", "1").out
    assert out.split("Worst first\n")[1].splitlines()[1].split() == [
        "c", "0.00", "no", "Rome", "Oslo",
    ]  # fmt: skip
    data = json.loads(run("answers", *files, "--worst", "1", "-f", "json").out)
    assert data["worst"][0]["id"] == "c"


def test_systems(run, files) -> None:
    out = run("answers", "gold.json", "old=said.json", "new=other.json").out
    assert "Differences in F1 from new" in out
    assert "cannot be told apart from new at p < 0.05: old" in out
    rows = run("answers", *files, "other.json", "-f", "csv").out.splitlines()
    assert rows[0] == "id,other f1,other exact,said f1,said exact"


def test_a_pipe(tmp_path) -> None:
    gold = tmp_path / "gold.json"
    gold.write_text(json.dumps(GOLD))
    ran = pipe(json.dumps(SAID).encode(), "answers", str(gold), "-", "-q")
    assert ran.code == 0
    assert "55.56" in ran.out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "no file is given"),
        (["-", "-"], "standard input can be read only once"),
        (["gold.json", "said.json", "--at", "0"], "--at '0' is no list of whole numbers"),
        (["gold.json", "said.json", "--at", "1", "--by", "character"], "--at is about ids"),
        (["gold.json", "said.json", "other.json", "--worst", "1"], "--worst is about answers of"),
        (["gold.json", "said.json", "--correction", "holm"], "--correction is about several"),
        (["gold.json", "x=said.json,other.json"], "system 'x' has 2 files"),
        (["gold.json", "said.json", "--normalize", "none,case"], "unknown normalization 'none'"),
        (["gold.json", "said.json", "--seed", "3"], "--seed is about intervals"),
        (["gold.json", "said.json", "-o", "gold.json"], "gold.json: the output cannot be written"),
        (["gold.json", "said.json", "--rule", "drop", "--by", "character"], "rule drop is about"),
        (["gold.json", "said.json", "other.json", "--reference", "x"], "there is no system 'x'"),
        (["gold.json", "said.json", "other.json", "--interval", "bca"], "systems are compared by"),
    ],
)
@pytest.mark.usefixtures("files")
def test_options_that_do_not_go_together(run, args, message) -> None:
    ran = run("answers", *args)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {message}")
