"""Few units, or runs: no interval of one, a word on few, and no p below what they can give."""

from __future__ import annotations

import csv
import io
import json
import math
import re

import pytest

import spanf1
from spanf1.core.options import Confidence
from tests.helpers.commands import write

pytestmark = pytest.mark.usefixtures("run")

# A sentence of five names, of which the worse system finds some.
GOOD = "".join(f"w{number} B-PER B-PER\n" for number in range(5)) + "\n"
BAD = GOOD.replace(" B-PER B-PER\n", " B-PER O\n", 3)


def figures(run, count):
    write("a", GOOD * count)
    write("b", BAD * count)
    ran = run("compare", "--merged", "a", "b", "-f", "json")
    assert ran.code == 0
    return json.loads(ran.out)


@pytest.mark.parametrize("count", [1, 2, 4, 5, 9, 10, 14])
def test_no_p_is_below_what_the_units_can_give(run, count):
    [pair] = figures(run, count)["differences"]
    least = 2.0 ** (1 - count)
    # All sentences say the same: what was found is as extreme as can be.
    assert pair["p_value"] >= least
    assert pair["p_bootstrap"] == pytest.approx(max(least, 1 / 10_001))
    out = " ".join(run("compare", "--merged", "a", "b").out.split())
    unit = "1 sentence" if count == 1 else f"{count} sentences"
    unreachable = f"warning: with {unit}, and this many comparisons, no p by randomization can be"
    assert (unreachable in out) == (least >= 0.05)
    few = f"{count} sentences are too few for intervals to be trusted"
    assert (few in out) == (1 < count < 10)
    assert ("there is one sentence: no interval can be made of it" in out) == (count == 1)


def test_no_interval_of_one_unit(run):
    data = figures(run, 1)
    text = json.dumps(data)
    assert "NaN" not in text
    for method in ("percentile", "bca"):
        result = spanf1.score_file("b", confidence=Confidence(method=method))
        assert result.certainty.units == 1
        for intervals in (*result.certainty.types.values(), *result.certainty.averages.values()):
            assert all(math.isnan(end) for interval in intervals for end in interval)
    out = " ".join(run("score", "b", "--confidence", "0.95").out.split())
    assert "intervals none: there is one sentence, and all resamples of one are the same" in out
    json.loads(run("score", "b", "--confidence", "0.95", "-f", "json").out)


@pytest.mark.parametrize(("count", "said"), [(2, True), (9, True), (10, False)])
def test_too_few_units(run, count, said):
    write("b", BAD * count)
    out = " ".join(run("score", "b", "--confidence", "0.95").out.split())
    few = f"{count} sentences are too few for intervals to be trusted: they are too narrow"
    assert (few in out) == said


# Runs: how those of a system vary is not known of one.


def runs_of(name, count):
    """Write so many runs of a system that finds less and less; return the argument."""
    lines = (GOOD * 20).splitlines(keepends=True)
    for run in range(count):
        write(f"{name}{run}", "".join(lines).replace(" B-PER B-PER\n", " B-PER O\n", 5 * run + 3))
    return f"{name}={','.join(f'{name}{run}' for run in range(count))}"


ALONE = "how runs of it vary is not known, so there is no interval of the difference and no p boot."
FEW_RUNS = "fewer than 5 runs; where runs differ much, intervals are too narrow"
OF_ONE = "of one run; its interval holds nothing of how runs vary"


@pytest.mark.parametrize(("first", "other"), [(1, 1), (1, 2), (5, 1), (2, 4), (5, 5), (2, 5)])
def test_one_run_and_several(run, first, other):
    systems = [runs_of("a", first), runs_of("b", other)]
    alone, several = (first == 1) != (other == 1), max(first, other) > 1
    few = [name for name, count in (("a", first), ("b", other)) if 1 < count < 5]
    arguments = "compare", "--merged", *systems, "--resamples", "200", "--per-type"
    said = " ".join(run(*arguments).out.split())
    single = "a" if first == 1 else "b"
    assert (f"{single}: one run against several; {ALONE}" in said) == alone
    assert (f"{single}: {OF_ONE}" in said) == alone
    assert (f"{', '.join(few)}: {FEW_RUNS}" in said) == bool(few)
    data = json.loads(run(*arguments, "-f", "json").out)
    for pair in data["differences"]:
        assert pair["test"] == ("permutation" if several else "randomization")
        assert pair["p_value"] is not None
        unknown = [pair["p_bootstrap"], pair["p_bootstrap_adjusted"], *pair["interval"]]
        assert [value is None for value in unknown] == [alone] * 4
    for row in csv.DictReader(io.StringIO(run(*arguments, "-f", "csv").out)):
        if row["row"] == "difference":
            names = "p_bootstrap", "p_bootstrap_adjusted", "difference_low", "difference_high"
            assert [row[name] == "" for name in names] == [alone] * 4
    if alone:
        # The hint, followed: with more runs of it there are all of these.
        systems = [runs_of(name, 5) for name in "ab"]
        said = " ".join(run("compare", "--merged", *systems).out.split())
        assert ALONE not in said
        assert FEW_RUNS not in said


# What is found of so many resamples is never less than one of them, and itself.


@pytest.mark.parametrize("resamples", [1, 200])
@pytest.mark.parametrize("correction", ["none", "bh"])
@pytest.mark.parametrize("counts", [(1, 1, 1), (5, 5, 1), (9, 9, 9)])
def test_no_p_is_below_what_resamples_can_give(run, resamples, correction, counts):
    # As far apart as can be.
    write("good", GOOD * 40)
    write("bad", GOOD.replace(" B-PER B-PER\n", " B-PER O\n") * 40)
    write("worse", GOOD.replace(" B-PER B-PER\n", " B-PER B-LOC\n") * 40)
    systems = []
    for name, count in zip(("good", "bad", "worse"), counts, strict=True):
        for number in range(count):
            write(f"{name}{number}", (GOOD if name == "good" else BAD) * 40)
        systems.append(f"{name}={','.join([name, *(f'{name}{k}' for k in range(1, count))])}")
    least = 1 / (resamples + 1) - 1e-12
    arguments = ["compare", "--merged", *systems, "--all-pairs", "--per-type"]
    arguments += ["--resamples", str(resamples), "--correction", correction]
    data = json.loads(run(*arguments, "-f", "json").out)
    names = [name for name in data["differences"][0] if name.startswith("p_")]
    assert len(names) == 4
    found = [one[name] for one in data["differences"] for name in names if one[name] is not None]
    header, *rows = csv.reader(io.StringIO(run(*arguments, "-f", "csv").out))
    columns = [k for k, name in enumerate(header) if re.fullmatch("p(_.*)?", name)]
    assert len(columns) == 4
    found += [float(row[k]) for row in rows for k in columns if row[k]]
    assert min(found) >= least
    assert max(found) <= 1
    # To as many digits as they are shown.
    for layout in ("table", "markdown", "latex"):
        out = run(*arguments, "-f", layout).out
        shown = [float(p) for p in re.findall(r"(?<![\d.+-])[01]\.\d{4}(?!\d)", out)]
        assert shown
        assert min(shown) >= least - 0.00005
        assert 0 not in shown
