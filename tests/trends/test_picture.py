"""What is drawn of a trend are its figures."""

from __future__ import annotations

import json

import pytest

import spanf1
from spanf1.exceptions import UsageError
from tests.helpers.commands import write
from tests.trends.test_series import HEALTHY, UNSTABLE

pytestmark = pytest.mark.slow
USUAL = [0.80, 0.82, 0.78] * 4


def lines(display: spanf1.TrendDisplay) -> dict[str, list[float]]:
    return {line.get_label(): [*line.get_ydata()] for line in display.ax_.lines}


def test_of_one_run_figures_and_the_best() -> None:
    records = [
        {"step": n, "eval_f1": v, "eval_precision": v, "eval_recall": v / 2}
        for n, v in enumerate(HEALTHY)
    ]
    drawn = lines(spanf1.trend(records).plot())
    assert drawn["F1"] == pytest.approx([100 * value for value in HEALTHY])
    assert drawn["R"] == pytest.approx([50 * value for value in HEALTHY])
    assert drawn["best"] == [91]
    assert "P" not in lines(spanf1.trend(HEALTHY).plot())


def test_of_several_runs_a_band() -> None:
    found = spanf1.trend({"a": HEALTHY, "b": UNSTABLE})
    display = found.plot()
    assert lines(display)["F1, mean of 2"] == pytest.approx([100 * v for v in found.values])
    labels = [patch.get_label() for patch in display.ax_.collections]
    assert labels == ["least, most", "sd"]
    path = display.ax_.collections[0].get_paths()[0].vertices[:, 1]
    assert (path.min(), path.max()) == pytest.approx((15, 91))


def test_over_time_limits_and_what_is_outside() -> None:
    found = spanf1.trend([*USUAL, 0.7], over="time")
    display = found.plot()
    assert lines(display)["outside"] == [70]
    (limits,) = [one for one in display.ax_.collections if one.get_label() == "limits"]
    low = [segment[0][1] for segment in limits.get_segments()]
    assert low == pytest.approx([100 * check.low for check in found.watch.checks])


def test_sizes_are_drawn_by_their_logarithm() -> None:
    records = [{"train_size": 100 * 2**n, "f1": n / 10} for n in range(1, 5)]
    axes = spanf1.trend(records).plot().ax_
    assert axes.get_xscale() == "log"
    assert [text.get_text() for text in axes.get_xticklabels()] == ["200", "400", "800", "1600"]


def test_the_command_draws_files_and_what_trend_wrote(run) -> None:
    write(
        "weekly.csv", "\n".join(["week,f1", *(f"2026-W{n + 10},{v}" for n, v in enumerate(USUAL))])
    )
    assert run("plot", "weekly.csv", "--kind", "trend", "-o", "a.svg").code == 0
    run("trend", "weekly.csv", "-o", "trend.json")
    assert run("plot", "trend.json", "--kind", "trend", "-o", "b.svg").code == 0
    with open("a.svg", "rb") as first, open("b.svg", "rb") as second:
        assert first.read() == second.read()
    ran = run("plot", "weekly.csv", "--kind", "trend", "-o", "a.svg", "--beta", "2")
    assert (ran.code, ran.err) == (2, "error: --beta does not go with --kind trend\n")
    write("other.json", json.dumps({"spanf1": "0.1.0"}))
    ran = run("plot", "other.json", "--kind", "trend", "-o", "c.svg")
    assert ran.code == 3
    assert "other.json: this is not what spanf1 trend found" in ran.err


def test_what_is_none_is_not_drawn() -> None:
    for data in ({}, {"band": []}, {"band": [], "runs": [], "watch": None, "over": "step"}):
        with pytest.raises(UsageError, match="this is not what spanf1 trend found"):
            spanf1.TrendDisplay.from_dict(data)
