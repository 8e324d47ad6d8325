"""What is drawn of answers, and of ranked lists, are their figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import spanf1
from spanf1.answers.picture import drawn
from spanf1.exceptions import UsageError
from tests.helpers.commands import write

pytestmark = pytest.mark.slow
GOLD = {"q1": ["Rome"], "q2": [], "q3": ["old town of Bern"], "q4": ["red"]}
GOOD = {"q1": "in Rome", "q2": "", "q3": "Bern", "q4": "red"}
BAD = {"q1": "Oslo", "q2": "", "q3": "Bern", "q4": "blue"}
RELEVANT = [["a", "b", "c", "d"], ["a"]]
RETRIEVED = [["a", "x", "b", "c", "y"], ["x", "a"]]
ENDS = ("", "_answerable", "_unanswerable")


def bars(display: spanf1.AnswerDisplay) -> list[float]:
    return [bar.get_width() for bar in display.ax_.patches]


def names(display: spanf1.AnswerDisplay) -> list[str]:
    return [text.get_text() for text in display.ax_.get_yticklabels()]


def test_of_one_system_bars_by_kind_of_question() -> None:
    result = spanf1.score_answers(GOLD, GOOD)
    display = result.plot()
    assert names(display) == ["all (4)", "has an answer (3)", "has none (1)"]
    parts = [result.figures[name + end] for name in ("f1", "exact") for end in ENDS]
    assert bars(display) == pytest.approx([100 * value for value in parts])
    assert not display.ax_.collections
    same = spanf1.score_answers({"q1": ["Rome"]}, {"q1": "Rome"}).plot()
    assert names(same) == ["all (1)"]


def test_of_several_systems_bars_with_intervals_the_best_first() -> None:
    found = spanf1.compare_answers(GOLD, {"bad": BAD, "good": GOOD})
    display = found.plot()
    assert names(display) == ["good", "bad"]
    results = [found["good"], found["bad"]]
    values = [result.figures[name] for name in ("f1", "exact") for result in results]
    assert bars(display) == pytest.approx([100 * value for value in values])
    drawn_ends = [line.get_segments()[0][:, 0].tolist() for line in display.ax_.collections]
    ends = [found.intervals[s][name] for name in ("f1", "exact") for s in ("good", "bad")]
    assert drawn_ends == [pytest.approx([100 * low, 100 * high]) for low, high in ends]
    assert names(found.plot(limit=1)) == ["good"]
    assert found.plot(limit=1).notes() == ["1 of 2 systems are drawn, the best ones"]


def test_of_ranked_lists_a_curve() -> None:
    result = spanf1.score_retrieval(RELEVANT, RETRIEVED, at=(1, 3, 9), confidence=0.9)
    ax = result.plot().ax_
    lines = {line.get_label(): [*line.get_ydata()] for line in ax.lines}
    # By hand: 1, 1, 2, 3, 3 of four are found, and 0, 1, 1, 1, 1 of one.
    assert lines["P"] == pytest.approx([50, 50, 50, 50, 40])
    assert lines["R"] == pytest.approx([12.5, 62.5, 75, 87.5, 87.5])
    assert lines["F1"] == pytest.approx([100 * value for value in result.curve])
    k, best = result.best
    assert lines[f"best K: {k}"] == pytest.approx([100 * best])
    assert len(ax.collections[0].get_segments()) == 2


def test_of_several_ranked_lists_bars_at_k() -> None:
    systems = {"a": RETRIEVED, "b": [["x"], ["a"]]}
    display = spanf1.compare_answers(RELEVANT, systems, at=(1, 2, 3, 5)).plot()
    assert display.figures == ["F1@1", "F1@2", "F1@3"]
    assert display.notes() == ["3 of 4 figures are drawn, the first ones"]


def test_nothing_retrieved_and_other_data_are_refused() -> None:
    with pytest.raises(UsageError, match="nothing was retrieved"):
        spanf1.score_retrieval([["a"]], [[]]).plot()
    for data in ({}, {"curve": 1}, {"systems": []}, {"questions": 1, "answerable": "x"}):
        with pytest.raises(UsageError, match="not what spanf1 answers found"):
            drawn(data)


@pytest.mark.parametrize("kind", ["one", "several", "lists"])
def test_the_command_draws_files_and_what_answers_wrote(run, kind: str) -> None:
    lines = [
        {"id": id_, "relevant": some, "retrieved": ranked}
        for id_, some, ranked in zip("12", RELEVANT, RETRIEVED, strict=True)
    ]
    gold = [{"id": name, "answers": some} for name, some in GOLD.items()]
    write("lists.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    write("gold.jsonl", "".join(json.dumps(line) + "\n" for line in gold))
    write("a.json", json.dumps(GOOD))
    write("b.json", json.dumps(BAD))
    args = {
        "one": ["gold.jsonl", "a.json", "--confidence", "0.9"],
        "several": ["gold.jsonl", "a.json", "b.json", "--resamples", "99"],
        "lists": ["lists.jsonl", "--at", "1,3"],
    }[kind]
    assert run("plot", *args, "--kind", "answers", "-o", "a.svg") == (0, "", "")
    assert run("answers", *args, "-f", "json", "-o", "found.json").code == 0
    assert run("plot", "found.json", "--kind", "answers", "-o", "b.svg") == (0, "", "")
    assert Path("a.svg").read_bytes() == Path("b.svg").read_bytes()
    assert run("plot", "found.json", "-o", "b.svg").err.splitlines() == [
        "error: found.json: this is what spanf1 answers found",
        "hint: --kind answers draws it",
    ]


def test_the_command_says_what_does_not_go(run) -> None:
    write("some.json", '{"spanf1": "0.1.0"}')
    done = run("plot", "some.json", "--kind", "answers", "-o", "a.svg")
    assert (done.code, done.err.splitlines()[0]) == (
        3,
        "error: some.json: this is not what spanf1 answers found",
    )
    assert run("plot", "a", "--at", "1", "-o", "a.svg").err.startswith(
        "error: --at does not go with --kind scores"
    )
    for option in (["--types", "gold"], ["--normalize", "case"], ["--missing", "drop"]):
        done = run("plot", "a", "b", "--kind", "answers", *option, "-o", "a.svg")
        assert f"{option[0]} does not go with --kind answers" in done.err
    assert "no file is given" in run("plot", "--kind", "answers", "-o", "a.svg").err
    done = run("plot", "-", "x=-", "--kind", "answers", "-o", "a.svg")
    assert (done.code, done.err) == (2, "error: standard input can be read only once\n")
    done = run("plot", "a", "b", "--kind=answers", "--at=1", "--rule=drop", "-o", "a.svg")
    assert (done.code, done.err.split(":")[1]) == (2, " --at is about ids")
