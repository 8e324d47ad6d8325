"""The heat map shows the figures of pairs."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import QuadMesh

import spanf1
from tests.agreement.example import EXAMPLE
from tests.helpers.commands import write

THREE = {**EXAMPLE, "third": [["O"] * 3 + EXAMPLE["gold"][0][3:]]}


def test_cells_have_the_figures() -> None:
    agreement = spanf1.agree(THREE)
    display = agreement.plot()
    assert isinstance(display, spanf1.AgreementDisplay)
    drawn = {
        tuple(int(at) for at in reversed(text.get_position())): text.get_text()
        for text in display.ax_.texts[:6]
    }
    numbers = {name: number for number, name in enumerate(THREE)}
    for pair in agreement.pairs:
        a, b = (numbers[name] for name in pair.annotators)
        assert drawn[b, a] == f"{100 * pair.f1:.1f}"
        kappa = agreement.coefficient("kappa", "types", *pair.annotators)
        assert drawn[a, b] == f"{kappa:.2f}"
    (mesh,) = (one for one in display.ax_.collections if isinstance(one, QuadMesh))
    shades = np.ma.filled(mesh.get_array(), np.nan)
    assert shades[1, 0] == pytest.approx(agreement.pairs[0].f1)
    assert np.isnan(shades.diagonal()).all()
    names = [label.get_text() for label in display.ax_.yaxis.get_ticklabels()]
    assert names == [*THREE]


def test_of_many_the_first_ones_are_drawn() -> None:
    many = {f"annotator number {k}": [["B-A"]] for k in range(25)}
    agreement = spanf1.agree(many)
    display = agreement.plot()
    assert display.annotators == [*many][:20]
    assert "20 of 25 annotators are drawn" in display.notes()
    assert display.notes()[-1].startswith("numbers are ")
    assert agreement.plot(limit=2).notes() == ["2 of 25 annotators are drawn"]


def test_without_tokens_there_is_f1_alone() -> None:
    said = [{"text": "Ada", "entities": [{"text": "Ada", "type": "PER"}]}]
    display = spanf1.agree({"a": said, "b": said}, match="text").plot()
    assert [text.get_text() for text in display.ax_.texts] == ["100.0", "below: F1 in %"]


def test_the_command_draws_it(run, tmp_path) -> None:
    write("a.conll", "Ada B-PER\nin O\n")
    write("b.conll", "Ada B-PER\nin B-X\n")
    ran = run("plot", "a.conll", "b.conll", "--kind", "agreement", "-o", "a.svg")
    assert (ran.code, ran.err) == (0, "")
    assert (tmp_path / "a.svg").read_bytes().startswith(b"<?xml")
    ran = run("plot", "a.conll", "b.conll", "--kind", "agreement", "-o", "a.svg", "--beta", "2")
    assert "--beta does not go with --kind agreement" in ran.err
