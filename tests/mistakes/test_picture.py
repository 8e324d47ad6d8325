"""The heat map shows what the confusions are."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import QuadMesh

import spanf1
from spanf1.exceptions import UsageError

GOLD = [["B-PER", "I-PER", "O", "B-LOC"], ["B-ORG", "I-ORG", "O", "O"], ["O", "B-LOC", "O", "O"]]
PREDICTED = [["B-PER", "O", "O", "B-ORG"], ["B-ORG", "I-ORG", "O", "B-PER"], ["O", "O", "O", "O"]]


def test_cells_have_the_counts() -> None:
    analysis = spanf1.analyze(GOLD, PREDICTED)
    display = analysis.plot_confusion()
    labels, same, apart = analysis.confusion()
    ax = display.ax_
    columns = dict(zip(np.round(ax.get_xticks(), 3), range(len(labels) + 1), strict=True))
    drawn = {}
    for text in ax.texts[: np.count_nonzero(same + apart)]:
        place = tuple(columns[round(at, 3)] for at in reversed(text.get_position()))
        drawn[place] = text.get_text()
    counts = np.argwhere(same + apart).tolist()
    assert drawn == {
        (row, column): "\n".join(
            [str(n) for n in [same[row, column]] if n]
            + [f"+{n}" for n in [apart[row, column]] if n]
        )
        for row, column in counts
    }
    assert drawn[2, 2] == "+1"
    assert drawn[0, 3] == "1"
    names = [[label.get_text() for label in axis.get_ticklabels()] for axis in (ax.xaxis, ax.yaxis)]
    assert names == [[*labels, "missed"], [*labels, "spurious"]]
    assert isinstance(display, spanf1.ConfusionDisplay)


def test_shades_are_shares_of_rows() -> None:
    analysis = spanf1.analyze(GOLD, PREDICTED)
    display = analysis.plot_confusion()
    (mesh,) = (one for one in display.ax_.collections if isinstance(one, QuadMesh))
    shades = np.ma.filled(mesh.get_array(), np.nan)
    whole = analysis.confusion().array
    shares = whole / whole.sum(axis=1, keepdims=True)
    assert shades[:3, :3] == pytest.approx(shares[:3, :3])
    assert shades[:3, 4] == pytest.approx(shares[:3, 3])
    assert shades[4, :3] == pytest.approx(shares[3, :3])
    assert np.isnan(shades[3]).all()
    assert np.isnan(shades[:, 3]).all()


def test_of_many_types_those_with_most_gold_are_drawn() -> None:
    gold = [[f"B-T{k:02}"] for k in range(30) for _ in range(k + 1)]
    analysis = spanf1.analyze(gold, gold)
    display = analysis.plot_confusion()
    assert display.confusion.labels == [f"T{k}" for k in range(10, 30)]
    assert display.confusion.same.diagonal().tolist() == [*range(11, 31), 0]
    assert "20 of 30 types are drawn, those with most gold spans" in display.notes()
    assert analysis.plot_confusion(limit=3).confusion.labels == ["T27", "T28", "T29"]


def test_numbers_that_can_hardly_be_read_are_told() -> None:
    gold = [[f"B-T{k:02}"] for k in range(60)]
    display = spanf1.analyze(gold, gold).plot_confusion(limit=60)
    assert display.notes()[-1].startswith("numbers are ")
    assert spanf1.analyze(gold, gold).plot_confusion(limit=3).notes()[1:] == []


def test_there_is_nothing_to_draw() -> None:
    with pytest.raises(UsageError, match="there is no type of spans to draw"):
        spanf1.analyze([["O"]], [["O"]]).plot_confusion()


def test_bars_are_the_figures_of_slices_and_a_star_is_on_what_differs() -> None:
    gold = [["B-A", "I-A", "O"], ["B-A", "O", "O"]] * 40
    predicted = [["B-A", "O", "O"], ["B-A", "O", "O"]] * 40
    analysis = spanf1.analyze(gold, predicted)
    slices = analysis.slices("length", confidence=spanf1.Confidence(resamples=200))
    display = slices.plot()
    assert isinstance(display, spanf1.SliceDisplay)
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert [label.partition(" (")[0].rstrip("*") for label in labels] == [
        *(one.name for one in slices),
        "all",
    ]
    assert {label.partition("*")[0] for label in labels if "*" in label} == {*slices.differing}
    assert slices.differing
    widths = [bar.get_width() for bar in display.ax_.patches]
    scores = [*(one.score for one in slices), slices.scored.micro]
    assert widths == [pytest.approx(100 * score.fbeta) for score in scores]
    assert "by length; *: differs from the rest" in display.ax_.get_xlabel()
    assert slices.plot(limit=1).notes() == [
        f"1 of {len(slices)} slices are drawn, those with most gold spans"
    ]
