"""Pictures of sweeps show what the figures are."""

from __future__ import annotations

import pytest

import spanf1
from spanf1.exceptions import UsageError
from tests.thresholds.examples import records


def test_lines_are_the_scores_and_a_dot_is_the_best() -> None:
    sweep = spanf1.sweep(*records())
    display = sweep.plot()
    assert isinstance(display, spanf1.SweepDisplay)
    lines = {line.get_label(): line for line in display.ax_.get_lines()}
    for name, figure in (("F1", "fbeta"), ("P", "precision"), ("R", "recall")):
        assert lines[name].get_xdata().tolist() == sweep.curve.threshold.tolist()
        wanted = 100 * getattr(sweep.curve, figure)
        assert lines[name].get_ydata() == pytest.approx(wanted)
        # Between 0.8 and 0.7 is what 0.8 keeps.
        assert lines[name].get_drawstyle() == "steps-post"
    best = lines["best 0.7"]
    assert (best.get_xdata()[0], best.get_ydata()[0]) == pytest.approx((0.7, 60))
    assert display.notes() == ["the best threshold was chosen on this data"]


def test_precision_over_recall_and_reliability() -> None:
    sweep = spanf1.sweep(*records(), bins=2)
    line, best = sweep.plot(kind="pr").ax_.get_lines()
    assert line.get_xdata() == pytest.approx(100 * sweep.curve.recall)
    assert line.get_ydata() == pytest.approx(100 * sweep.curve.precision)
    assert (best.get_xdata()[0], best.get_ydata()[0]) == pytest.approx((60, 60))
    ax = sweep.plot(kind="reliability").ax_
    assert [bar.get_height() for bar in ax.patches] == pytest.approx([0, 60])
    assert ax.get_lines()[1].get_xdata() == pytest.approx([40, 81])


def test_of_many_thresholds_some_are_drawn() -> None:
    count = 5000
    scores = [[number / count for number in range(count)]]
    tags = [["B-A"] * count]
    sweep = spanf1.sweep(tags, tags, confidences=scores, confidence=spanf1.Confidence(resamples=1))
    display = sweep.plot()
    assert len(display.points) <= 2001
    assert display.best in display.points
    assert display.notes()[1].endswith("of 5000 thresholds are drawn")


def test_what_cannot_be_drawn() -> None:
    with pytest.raises(UsageError, match="picture of a sweep"):
        spanf1.sweep(*records()).plot(kind="roc")
    sweep = spanf1.sweep([["B-A"]], [["B-A"]], confidences=[[-2.5]])
    with pytest.raises(UsageError, match="confidences are not from 0 to 1"):
        sweep.plot(kind="reliability")
    sweep.plot()
