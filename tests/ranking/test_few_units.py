"""Few units: no interval of one, a word on fewer than ten, and no p below what they can give."""

from __future__ import annotations

import json
import math

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
