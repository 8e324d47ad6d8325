"""``spanf1 score --advice``: every command that is shown runs on the files that were scored."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from tests.helpers.commands import write

# Two types; many missed, one type of few spans, ill-formed predictions.
LINES = [f"w{n} B-PER {'B-PER' if n % 3 else 'O'}\n\n" for n in range(60)]
LINES += ["x B-LOC O\n\n"] * 9 + ["y O I-PER\n\n"] * 4 + ["z O O\n"] * 300
ONE = "".join(LINES)


def commands_of(run, *args: str) -> dict[str, str]:
    ran = run("score", *args, "--advice", "--format", "json", "--quiet")
    assert ran.code == 0, ran.err
    return {entry["kind"]: entry["command"] for entry in json.loads(ran.out)["advice"]}


def columns(*chosen: int) -> str:
    return "".join(
        f"{' '.join(line.split()[c] for c in chosen)}\n" + "\n" * (line[-2:] == "\n\n")
        for line in LINES
    )


def records() -> str:
    rows = (line.split() for line in LINES)
    return "".join(json.dumps({"tokens": [w], "g": [a], "p": [b]}) + "\n" for w, a, b in rows)


WAYS = {
    "one": ["one.conll"],
    "two": ["gold.conll", "pred.conll"],
    "columns": ["swapped.conll", "--gold-column", "3", "--pred-column", "2"],
    "options": ["one.conll", "--map", "PER=P", "--gold-scheme", "IOB2", "--beta", "2"],
    "strict": ["one.conll", "--reading", "strict", "--scheme", "IOB2"],
    "conlleval": ["one.conll", "--reading", "conlleval"],
    "types": ["one.conll", "--types", "gold", "--untyped"],
    "credit": ["one.conll", "--match", "partial"],
    "json": ["both.jsonl", "--gold-key", "g", "--pred-key", "p"],
    "name": ["a name; of (two) words.conll", "--confidence", "0.9", "--resamples", "100"],
    "folders": ["gold", "pred"],
}


@pytest.mark.parametrize("way", WAYS)
def test_every_command_runs(run, way) -> None:
    write("one.conll", ONE)
    write("a name; of (two) words.conll", ONE)
    write("gold.conll", columns(0, 1))
    write("pred.conll", columns(0, 2))
    for folder in ("gold", "pred"):
        Path(folder).mkdir()
    write("gold/a.conll", columns(0, 1))
    write("pred/a.conll", columns(0, 2))
    write("swapped.conll", columns(0, 2, 1))
    write("both.jsonl", records())
    found = commands_of(run, *WAYS[way])
    assert {"band", "conservative"} <= found.keys()
    for command in found.values():
        program, *args = shlex.split(command)
        assert program == "spanf1"
        ran = run(*args)
        assert (ran.code, ran.out != "") == (0, True), (command, ran.err)


def test_it_shows_what_the_advice_is_about(run) -> None:
    write("one.conll", ONE)
    found = commands_of(run, "one.conll", "--scheme", "IOB2")
    assert found == {
        "band": "spanf1 errors one.conll --what-if --scheme IOB2",
        "conservative": "spanf1 errors one.conll --kind missed --scheme IOB2",
        "uneven": "spanf1 errors one.conll --type LOC --scheme IOB2",
        "few": "spanf1 errors one.conll --type LOC --kind all --scheme IOB2",
        "ill-formed": "spanf1 score one.conll --reading strict --scheme IOB2",
    }
    missed = run(*shlex.split(found["conservative"])[1:]).out
    assert "missed" in missed


def test_what_always_says_no(run) -> None:
    write("no.conll", "a B-PER O\n" + "b O O\n" * 99)
    ran = run("score", "no.conll", "--advice")
    assert "Accuracy is 99.00, and F1 0.00: the classes are out of balance." in ran.out
    assert "\n  spanf1 score no.conll --level token\n" in ran.out
    tokens = run("score", "no.conll", "--level", "token").out
    assert "accuracy                                    99.00" in tokens
    assert tokens.splitlines()[1].split()[:4] == ["PER", "0.00", "0.00", "0.00"]


def test_what_is_unseen_is_named_where_it_is_asked_for(run) -> None:
    write("train.conll", "Anna B-PER\n")
    right, wrong = "Anna B-PER B-PER\n\n", "Bert B-PER O\n\n"
    write("one.conll", right * 30 + wrong * 30)
    args = ["one.conll", "--by", "seen", "--train", "train.conll"]
    assert "unseen" in commands_of(run, *args, "--confidence", "0.95", "--resamples", "200")
    found = commands_of(run, *args)
    assert found["unseen"] == "spanf1 errors one.conll --unseen --train train.conll"
    assert run(*shlex.split(found["unseen"])[1:]).code == 0


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--level", "token"], "--advice is about spans, and the level is token"),
        (["--format", "csv"], "csv has no place for advice"),
        (["--signature"], "signature has no place for advice"),
    ],
)
def test_where_there_is_none(run, args, message) -> None:
    write("one.conll", ONE)
    ran = run("score", "one.conll", "--advice", *args)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert "hint: " in ran.err


def test_a_table_without_words_has_what_was_asked_for(run) -> None:
    write("one.conll", ONE)
    for name in ("table", "markdown", "html"):
        whole = run("score", "one.conll", "--advice", "-f", name)
        brief = run("score", "one.conll", "--advice", "-q", "-f", name)
        assert "Look at" in brief.out
        assert "detected" in whole.out + whole.err
        assert "detected" not in brief.out + brief.err
        assert whole.out.endswith(brief.out[brief.out.index("Advice") :])
