"""Bars of scores show what the result has."""

from __future__ import annotations

import math

import pytest
from matplotlib.collections import LineCollection

import spanf1
from spanf1.exceptions import UsageError

GOLD = [["B-PER", "O", "B-LOC"]] * 15 + [["B-ORG", "I-ORG", "O"]] * 4
PREDICTED = [["B-PER", "O", "O"]] * 9 + [["O", "O", "B-PER"]] * 6 + [["B-ORG", "O", "O"]] * 4


def widths(display: spanf1.ScoreDisplay) -> list[float]:
    return [bar.get_width() for bar in display.ax_.patches]


def test_bars_and_marks_are_the_figures_of_the_result() -> None:
    result = spanf1.evaluate(GOLD, PREDICTED)
    display = result.plot()
    scores = [*result.types.values(), *result.averages]
    assert widths(display) == [pytest.approx(100 * score.f1) for score in scores]
    marks = {line.get_label(): line.get_xdata() for line in display.ax_.lines}
    assert [*marks["P"]] == [pytest.approx(100 * score.precision) for score in scores]
    assert [*marks["R"]] == [pytest.approx(100 * score.recall) for score in scores]
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    averages = ["micro (34)", "macro (34)", "weighted (34)"]
    assert labels == ["LOC (15)", "ORG (4)", "PER (15)", *averages]
    assert isinstance(display, spanf1.ScoreDisplay)


def test_whiskers_are_intervals_and_dotted_of_few_spans() -> None:
    result = spanf1.evaluate(GOLD, PREDICTED, confidence=spanf1.Confidence(resamples=100))
    display = result.plot()
    sure, few = (one for one in display.ax_.collections if isinstance(one, LineCollection))
    ends = [[100 * end for end in result.certainty.types["ORG"].f1]]
    assert [segment[:, 0].tolist() for segment in few.get_segments()] == [pytest.approx(ends[0])]
    assert few.get_linestyle() != sure.get_linestyle()
    ends = [result.certainty.types[name].f1 for name in ("LOC", "PER")]
    ends += [one.f1 for one in result.certainty.averages.values()]
    drawn = [segment[:, 0].tolist() for segment in sure.get_segments()]
    assert drawn == [pytest.approx([100 * low, 100 * high]) for low, high in ends]
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert legend == ["F1", "95% interval", "P", "R"]
    assert display.ax_.get_xlabel() == "%\ndotted: fewer than 10 gold spans"


def test_f_beta_has_its_name_and_undefined_figures_are_left_out() -> None:
    result = spanf1.evaluate([["B-A"]], [["O"]], beta=0.5, zero_division=math.nan)
    display = result.plot()
    assert display.f_name == "F0.5"
    assert "-" not in [text.get_text() for text in display.ax_.texts]
    assert display.to_bytes("svg")


def test_of_many_types_those_with_most_gold_are_drawn_and_a_note_says_so() -> None:
    gold = [[f"B-T{k:02}"] for k in range(50) for _ in range(k + 1)]
    result = spanf1.evaluate(gold, gold)
    display = result.plot()
    assert [row.name for row in display.rows[:-3]] == [f"T{k:02}" for k in range(10, 50)]
    assert display.notes() == ["40 of 50 types are drawn, those with most gold spans"]
    assert "40 of 50 types" in display.ax_.get_xlabel()
    assert [row.name for row in result.plot(limit=2).rows[:2]] == ["T48", "T49"]
    assert result.plot(limit=50).notes() == []


def test_credits_may_be_fractions() -> None:
    result = spanf1.evaluate(GOLD, PREDICTED, match="partial")
    display = result.plot()
    assert widths(display)[1] == pytest.approx(100 * result["ORG"].f1)


def test_there_is_nothing_to_draw() -> None:
    with pytest.raises(UsageError, match="there are no types of spans to draw"):
        spanf1.evaluate([["O"]], [["O"]]).plot()


def test_of_several_modes_the_one_that_is_drawn_is_named() -> None:
    display = spanf1.evaluate(GOLD, PREDICTED, match="semeval").plot()
    assert display.ax_.get_xlabel() == "%\nmatch semeval: strict"
    assert spanf1.evaluate(GOLD, PREDICTED, match="partial").plot().ax_.get_xlabel() == "%"
