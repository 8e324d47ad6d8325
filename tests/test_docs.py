"""The examples in the README and in docstrings run, and its table of readings is true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import spanf1
from spanf1.explaining import explain
from spanf1.formats.streams import Source
from spanf1.options import DEFAULTS
from spanf1.reports.schemes import RENDERINGS
from tests.shared_data import shared

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MODULES = [module.name for module in pkgutil.walk_packages(spanf1.__path__, "spanf1.")]


def test_readme_examples() -> None:
    tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert tried.failed == 0
    assert tried.attempted > 8


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_demo_output_is_what_the_command_prints() -> None:
    path = "corpora/sample/english.spacy.conll"
    source = spanf1.score_file(ROOT / path)
    shown = str(source).replace(str(ROOT) + "/", "")
    # The width of the path decides where lines are broken: compare words.
    assert shown.split() == README.split(f"$ spanf1 score {path}\n")[1].split("```")[0].split()


def test_what_each_scorer_says_of_a_submission(monkeypatch) -> None:
    """The lines that are shown are among those that the command prints."""
    shown = README.split("A submission to WNUT-17")[1].split("```")[1]
    monkeypatch.chdir(shared("wnut17/submissions"))
    files = [Source("../gold.conll"), Source("spinningbytes.conll")]
    comparison = explain(files, options=DEFAULTS, align_by_position=True)
    printed = RENDERINGS["table"].render(comparison)
    for line in shown.splitlines():
        words = line.split()
        if words[:1] in ([], ["O"], ["…"]):
            continue
        # A row may go on with what the third reading says of it.
        assert any(there.split()[: len(words)] == words for there in printed.splitlines()) or (
            " ".join(words) in " ".join(printed.split())
        ), line
    for kind, count in (("O → I-person", 17), ("O → I-creative-work", 3)):
        found = next(one for one in comparison.kinds if one.name == kind)
        assert (found.gold, found.predicted) == (0, count)
        assert f"{kind:<25}" in shown


def rows() -> list[list[str]]:
    table = README.split("| gold → predicted |")[1].split("\n\n")[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]
    ]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_table_of_readings(row: list[str]) -> None:
    gold, predicted = ([side.strip("` ").split()] for side in row[0].split("→"))
    scheme = "IOBES" if any(tag[0] in "ES" for tag in gold[0]) else "IOB2"
    for reading, cell in zip(("lenient", "strict", "conlleval"), row[1:], strict=False):
        micro = spanf1.evaluate(gold, predicted, scheme=scheme, reading=reading).micro
        if " of " in cell:
            assert cell == f"{micro.correct} of {micro.gold}"
        else:
            assert round(micro.f1, 3) == float(cell)
