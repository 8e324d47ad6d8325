"""The examples in the README and in docstrings run, and what pages show is what commands print."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from dataclasses import replace

import pytest

import spanf1
from spanf1.core.options import DEFAULTS
from spanf1.ranking.report import report_of as ranking_report
from spanf1.render.renderers import text as rendered
from spanf1.scorers.explain import explain
from spanf1.scorers.report import report_of
from tests.helpers.docs import page, shown_by
from tests.helpers.explained import inputs
from tests.helpers.shared_data import ROOT, shared
from tests.simulations import TIMES, tables

README = (ROOT / "README.md").read_text(encoding="utf-8")
MODULES = [module.name for module in pkgutil.walk_packages(spanf1.__path__, "spanf1.")]


def test_readme_examples() -> None:
    tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert tried.failed == 0
    assert tried.attempted > 8


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples(name: str) -> None:
    if name.startswith("spanf1.integrations."):
        # Only where the library that is adapted is there.
        pytest.importorskip(name, exc_type=ImportError)
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_demo_output_is_what_the_command_prints(monkeypatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    path = "corpora/sample/english.spacy.conll"
    printed = str(spanf1.score_file(ROOT / path)).replace(str(ROOT) + "/", "")
    shown = shown_by("index.md", f"spanf1 score {path}")
    # The width of the path decides where lines are broken: compare words.
    assert shown.split() == printed.split()


@pytest.mark.parametrize("args", [["--kind", "boundary", "--limit", "3"], ["--what-if"]])
def test_errors_are_shown_as_the_command_tells_them(run, monkeypatch, args) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.chdir(ROOT)
    command = ["errors", "corpora/sample/english.spacy.conll", *args]
    assert (
        run(*command).out
        == shown_by("howto/errors.md", f"spanf1 {' '.join(command)}").rstrip("…\n") + "\n"
    )


def test_a_sentence_is_explained_as_the_command_does(run, monkeypatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.chdir(ROOT)
    command = ["explain", "corpora/sample/english.spacy.conll:189"]
    assert run(*command).out == shown_by("howto/errors.md", f"spanf1 {' '.join(command)}")


def test_what_each_scorer_says_of_a_submission(monkeypatch) -> None:
    """The lines that are shown are among those that the command prints."""
    shown = page("howto/schemes.md").split("A submission to WNUT-17")[1].split("```text")[1]
    shown = shown.split("```")[0]
    monkeypatch.chdir(shared("wnut17/submissions"))
    files = inputs("../gold.conll", "spinningbytes.conll", by_position=True)
    comparison = explain(files, options=DEFAULTS)
    printed = rendered(report_of(comparison))
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


def test_three_submissions_compared(monkeypatch) -> None:
    """The lines that are shown are those that the command prints; chance may move their ends."""
    shown = page("howto/compare.md").split("Three submissions to WNUT-17")[1].split("```text")[1]
    shown = shown.split("```")[0]
    monkeypatch.chdir(shared("wnut17/submissions"))
    names = ("uh_ritual", "spinningbytes", "flytxt")
    ranking = spanf1.compare(
        "../gold.conll", [f"{name}.conll" for name in names], align_by_position=True
    )
    printed = rendered(ranking_report(ranking)).splitlines()
    number = re.compile(r"[-+]?\d+\.\d+")
    for line in filter(None, shown.splitlines()):
        (found,) = [one for one in printed if number.sub("", one) == number.sub("", line)]
        drawn = [float(text) for text in number.findall(found)]
        assert drawn == pytest.approx([float(text) for text in number.findall(line)], abs=0.2)


def test_two_submissions_differ_as_the_command_tells_it(run, monkeypatch) -> None:
    shown = page("howto/compare.md").split("from flytxt to spinningbytes:")[1].split("```text\n")[1]
    shown = shown.split("```")[0]
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.chdir(shared("wnut17/submissions"))
    files = ["../gold.conll", "flytxt.conll", "spinningbytes.conll"]
    ran = run("diff", *files, "--align-by-position", "--change", "broken", "--limit", "1")
    for part in shown.strip("\n").split("\n\n"):
        assert part in ran.out


def test_interval_of_the_example() -> None:
    """The interval that is to be quoted is that of the output with F1 92.22."""
    path = shared("conll2003/testb_labels.elmo_9222.conll")
    result = spanf1.score_file(path, confidence=0.95)
    text = page("howto/paper.md")
    f1, low, high = re.search(r"F1 (.*)\n\(95% interval (.*) to (.*); spanf1", text).groups()
    micro = result.certainty.averages["micro"].f1
    assert f"{100 * result.micro.f1:.2f}" == f1
    assert (100 * micro.low, 100 * micro.high) == pytest.approx((float(low), float(high)), abs=0.1)
    assert str(replace(result.signature(), confidence=None)) in text


def rows() -> list[list[str]]:
    table = page("howto/schemes.md").split("| gold → predicted |")[1].split("\n\n")[0]
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


def test_tables_of_simulations_have_the_rows_that_are_made() -> None:
    lines = (ROOT / "docs/statistics.md").read_text(encoding="utf-8").splitlines()
    shown = [line.split("|")[1] for line in lines if line.startswith("|")]
    assert shown == [line.split("|")[1] for line in tables(1) if line]
    assert f"draws {TIMES} corpora for each row" in "\n".join(lines)


@pytest.mark.parametrize("document", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_files_that_are_named_are_there(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    paths = re.findall(r"`((?:[a-z0-9_]+/)+[a-z0-9_]*(?:\.[a-z]+)?)`", text)
    assert len(paths) > 8
    missing = [
        path for path in paths if not any((ROOT / top / path).exists() for top in ("", "spanf1"))
    ]
    assert not missing
