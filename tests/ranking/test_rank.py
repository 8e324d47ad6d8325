"""Ranked systems against plain Python: F, intervals, p-values, wins and losses, corrections."""

from __future__ import annotations

import itertools
import math
import re
import statistics
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import spanf1
from spanf1.core.options import Confidence, Options
from spanf1.core.tag_counter import tally
from spanf1.exceptions import UsageError
from spanf1.formats.lists import ListReader
from spanf1.ranking import rank as ranks
from spanf1.ranking.compare import names_of
from spanf1.ranking.rank import Difference, Ranking, RankingOptions, System, rank
from spanf1.ranking.report import to_dict
from spanf1.results.result import Result
from tests.helpers.oracles import altered, encode, random_spans, well_formed
from tests.helpers.plain import decode_slowly, is_well_formed

NAN = math.nan
TYPES = ["A", "B", "C"]
AVERAGES = ["micro", "macro", "weighted"]

Tags = list[list[str]]


def gold_tags(seed: int, count: int = 40, types="ABC") -> Tags:
    return well_formed(np.random.default_rng(seed), "IOB2", count, types)


def noised(gold: Tags, seed: int, noise: float, types="ABC") -> Tags:
    return altered(np.random.default_rng(seed), gold, "IOB2", types, noise)


def counted(gold: Tags, predicted: Tags, unit: str = "sentence", **options) -> Result:
    found = tally(ListReader(gold, predicted), units=unit, in_order=True)
    return Result(found, Options.of(options)).check()


def how_to(resamples: int = 200, seed: int = 0, level: float = 0.95, **given) -> RankingOptions:
    return RankingOptions(
        confidence=Confidence(resamples=resamples, seed=seed, level=level), **given
    )


def ranked(gold: Tags, systems: dict[str, list[Tags]], how: RankingOptions, **options) -> Ranking:
    """Rank systems, each with the tags of its runs."""
    return rank(
        [
            System(name, [counted(gold, run, **options) for run in runs])
            for name, runs in systems.items()
        ],
        how,
    )


def three(seed: int = 0, count: int = 40) -> tuple[Tags, dict[str, list[Tags]]]:
    gold = gold_tags(seed, count)
    noises = {"good": 0.1, "poor": 0.4, "fair": 0.2}
    return gold, {
        name: [noised(gold, seed + k, noise)] for k, (name, noise) in enumerate(noises.items(), 1)
    }


# Plain scores of rows (sentence, type, (gold, predicted, correct)).


def plain_rows(gold: Tags, predicted: Tags, names: list[str], scheme: str = "") -> np.ndarray:
    rows = np.zeros((len(gold), len(names), 3), np.int64)
    for number, sides in enumerate(zip(gold, predicted, strict=True)):
        found = [
            {
                span
                for span in decode_slowly(side)
                if not scheme or is_well_formed(span, side, scheme)
            }
            for side in sides
        ]
        for figure, spans in enumerate((*found, found[0] & found[1])):
            for span in spans:
                rows[number, names.index(span.type), figure] += 1
    return rows


def plain_f(gold: int, predicted: int, correct: int) -> float:
    return 2 * correct / (gold + predicted) if gold + predicted else 0.0


def plain_average(sums: np.ndarray, average: str) -> float:
    """Return the average F1 of sums (type, 3), over the types of either side."""
    if average == "micro":
        return plain_f(*sums.sum(axis=0).tolist())
    rows = [row for row in sums.tolist() if row[0] + row[1]]
    weights = [1 if average == "macro" else row[0] for row in rows]
    if not sum(weights):
        return 0.0
    return sum(plain_f(*row) * w for row, w in zip(rows, weights, strict=True)) / sum(weights)


def figures_of(ranking: Ranking) -> dict[tuple[str, str], Difference]:
    return {(one.system, one.type): one for one in ranking.differences}


# Scores.

OPTIONS = [
    {},
    {"beta": 0.5},
    {"beta": math.inf},
    {"types": "gold"},
    {"types": "predicted"},
    {"types": ["C", "A"]},
    {"types": ["B", "none"], "zero_division": 1.0},
    {"types": ["B", "none"], "zero_division": NAN},
    {"types": []},
    {"reading": "strict", "scheme": "IOB2"},
    {"reading": "strict", "types": ["A", "B"]},
]


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_scores_are_those_of_each_alone(options, average) -> None:
    gold, systems = three()
    systems["foreign"] = [[["B-D" if tag == "O" else tag for tag in line] for line in gold]]
    found = ranked(gold, systems, how_to(20, average=average, per_type=True), **options)
    alone = {name: spanf1.evaluate(gold, runs[0], **options) for name, runs in systems.items()}
    expected = {name: getattr(one.averages, average).fbeta for name, one in alone.items()}
    for standing in found.standings:
        assert standing.scores == pytest.approx([expected[standing.system.name]], nan_ok=True)
        assert standing.mean == pytest.approx(expected[standing.system.name], nan_ok=True)
        assert math.isnan(standing.deviation)
    ordered = [standing.mean for standing in found.standings]
    assert ordered == sorted(ordered, reverse=True)
    nothing = Options.of(options).zero_division
    kinds = options.get("types") if isinstance(options.get("types"), list) else [*TYPES, "D"]
    assert [one.type for one in found.differences] == [
        kind for kind in ["", *sorted(kinds, key=list(kinds).index)] for _ in range(3)
    ]
    for (name, kind), one in figures_of(found).items():
        if kind:
            ours, theirs = (
                alone[k].types[kind].fbeta if kind in alone[k] else nothing
                for k in (name, found.reference)
            )
        else:
            ours, theirs = expected[name], expected[found.reference]
        assert one.score == pytest.approx(ours, nan_ok=True)
        assert one.difference == pytest.approx(ours - theirs, nan_ok=True)


def test_systems_in_other_schemes() -> None:
    rng = np.random.default_rng(4)
    spans = [random_spans(rng, 9, "AB") for _ in range(30)]
    guesses = [random_spans(rng, 9, "AB") if rng.random() < 0.4 else line for line in spans]
    gold = [encode(line, 9, "IOB1") for line in spans]
    schemes = ["IOB2", "IOBES", "BILOU", "IOB1", "BMES", "IOE2"]
    systems = {name: [[encode(line, 9, name) for line in guesses]] for name in schemes}
    # Strict reads predictions in the scheme of gold, which may be of the later kind.
    for reading, chosen in (("lenient", schemes), ("strict", ["IOB1", "IOB2"])):
        some = {name: systems[name] for name in chosen}
        found = ranked(gold, some, how_to(50, per_type=True), reading=reading)
        assert [one.system.name for one in found.standings] == sorted(chosen)
        assert len({one.mean for one in found.standings}) == 1
        assert found.standings[0].mean < 1
        assert {(one.difference, one.p_value) for one in found.differences} == {(0.0, 1.0)}


# Intervals.


@pytest.mark.parametrize("average", AVERAGES)
def test_intervals_are_as_of_one_score(average) -> None:
    # Another draw of the same: each is drawn by its own distinct rows. 4,000 resamples leave the
    # ends of an interval a standard error of about 0.001.
    gold, systems = three(count=200)
    found = ranked(gold, systems, how_to(4000, average=average))
    for one in found.standings:
        predicted = systems[one.system.name][0]
        alone = spanf1.evaluate(gold, predicted, confidence=Confidence(resamples=4000))
        assert alone.certainty is not None
        assert one.interval == pytest.approx(alone.certainty.averages[average].f1, abs=0.006)


def plain_bootstrap(rows: list[np.ndarray], average: str, count: int, seed: int) -> np.ndarray:
    """Return (resample, system), drawing sentences one by one."""
    rng = np.random.default_rng(seed)
    picks = rng.integers(0, len(rows[0]), (count, len(rows[0])))
    return np.array(
        [[plain_average(row[pick].sum(axis=0), average) for row in rows] for pick in picks]
    )


@pytest.mark.parametrize("average", AVERAGES)
def test_intervals_and_p_values_of_a_plain_paired_bootstrap(average) -> None:
    gold, systems = three(seed=5, count=60)
    found = ranked(gold, systems, how_to(4000, average=average, correction="none", level=0.9))
    names = [one.system.name for one in found.standings]
    rows = [plain_rows(gold, systems[name][0], TYPES) for name in names]
    drawn = plain_bootstrap(rows, average, 3000, 1)
    for k, one in enumerate(found.standings):
        assert one.interval == pytest.approx(np.quantile(drawn[:, k], [0.05, 0.95]), abs=0.01)
    for k, one in enumerate(found.differences, 1):
        apart = drawn[:, k] - drawn[:, 0]
        assert one.interval == pytest.approx(np.quantile(apart, [0.05, 0.95]), abs=0.012)
        p_value = np.mean(abs(apart - one.difference) >= abs(one.difference) - 1e-12)
        assert one.p_bootstrap == pytest.approx(p_value, abs=0.03)


def test_intervals_of_several_runs_are_of_sentences_and_runs() -> None:
    gold = gold_tags(6, 60)
    runs = [noised(gold, k, noise) for k, noise in enumerate((0.05, 0.2, 0.35), 1)]
    systems = {"several": runs, "one": [noised(gold, 9, 0.3)], "two": [noised(gold, 8, 0.4)] * 2}
    found = ranked(gold, systems, how_to(4000, level=0.9))
    rows = [plain_rows(gold, run, TYPES) for run in (*runs, *systems["one"], *systems["two"])]
    rng = np.random.default_rng(2)
    drawn = plain_bootstrap(rows, "micro", 3000, 3)
    # The mean of two of three runs varies as that of three does.
    chosen = rng.integers(0, 3, (3000, 2))
    mean = np.take_along_axis(drawn[:, :3], chosen, axis=1).mean(axis=1)
    expected = np.quantile(mean, [0.05, 0.95])
    assert [one.system.name for one in found.standings] == ["several", "one", "two"]
    assert found.standings[0].interval == pytest.approx(expected, abs=0.012)
    assert found.standings[1].interval == pytest.approx(
        np.quantile(drawn[:, 3], [0.05, 0.95]), abs=0.012
    )
    expected = np.quantile(drawn[:, 4] - mean, [0.05, 0.95])
    assert found.differences[1].interval == pytest.approx(expected, abs=0.015)


# Tests of differences.


def exact_p_value(a: np.ndarray, b: np.ndarray, average: str) -> float:
    """Return the share of all swaps of rows whose difference is as large as the observed."""
    observed = plain_average(b.sum(axis=0), average) - plain_average(a.sum(axis=0), average)
    large = 0
    for swaps in itertools.product((False, True), repeat=len(a)):
        swapped = np.array(swaps)[:, None, None]
        first, second = np.where(swapped, b, a), np.where(swapped, a, b)
        apart = plain_average(second.sum(axis=0), average)
        apart -= plain_average(first.sum(axis=0), average)
        large += abs(apart) >= abs(observed) - 1e-12
    return large / 2 ** len(a)


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("seed", range(3))
def test_p_values_of_all_swaps(seed, average) -> None:
    gold, systems = three(seed=20 + seed, count=8)
    how = how_to(20_000, average=average, per_type=True, correction="none")
    found = ranked(gold, systems, how)
    names = sorted(
        {
            tag[2:]
            for tags in (gold, *(s[0] for s in systems.values()))
            for line in tags
            for tag in line
            if tag != "O"
        }
    )
    rows = {name: plain_rows(gold, runs[0], names) for name, runs in systems.items()}
    for (name, kind), one in figures_of(found).items():
        assert one.test == "randomization"
        sides = [rows[found.reference], rows[name]]
        if kind:
            sides = [side[:, [names.index(kind)]] for side in sides]
        expected = exact_p_value(*sides, average="micro" if kind else average)
        # three standard errors of 20,000 random swaps
        assert one.p_value == pytest.approx(expected, abs=0.011)
        assert one.p_adjusted == one.p_value


def test_p_values_are_of_documents_where_these_are_drawn(tmp_path) -> None:
    rng = np.random.default_rng(3)
    gold = gold_tags(31, 24)
    tags = {"gold": gold, "a": noised(gold, 1, 0.1), "b": noised(gold, 2, 0.3)}
    begins = sorted({0, *rng.choice(24, 6, replace=False).tolist()})
    for name, lines in tags.items():
        text = ""
        for number, line in enumerate(lines):
            text += "-DOCSTART- O\n\n" * (number in begins)
            text += "".join(f"x {tag}\n" for tag in line) + "\n"
        (tmp_path / name).write_text(text)
    how = how_to(20_000)
    how = replace(how, confidence=replace(how.confidence, unit="document"))
    found = spanf1.compare(tmp_path / "gold", {name: tmp_path / name for name in "ab"}, testing=how)
    assert found.units == len(begins)
    rows = [np.add.reduceat(plain_rows(gold, tags[name], TYPES), begins, axis=0) for name in "ab"]
    expected = exact_p_value(*rows, average="micro")
    assert found.differences[0].p_value == pytest.approx(expected, abs=0.011)
    assert sum(found.differences[0].units or ()) == len(begins)


def test_wins_ties_and_losses() -> None:
    gold, systems = three(seed=8)
    systems["nothing"] = [[["O"] * len(line) for line in gold]]
    found = ranked(gold, systems, how_to(10, per_type=True, all_pairs=True))
    rows = {name: plain_rows(gold, runs[0], TYPES) for name, runs in systems.items()}
    assert len(found.differences) == 6 * 4

    def f1(row) -> float:
        return plain_f(*row) if row[0] + row[1] else 1.0

    for one in found.differences:
        kinds = [TYPES.index(one.type)] if one.type else [0, 1, 2]
        ours, theirs = (
            [f1(row) for row in rows[name][:, kinds].sum(axis=1).tolist()]
            for name in (one.system, one.reference)
        )
        pairs = list(zip(ours, theirs, strict=True))
        assert one.units == (
            sum(a > b for a, b in pairs),
            sum(a == b for a, b in pairs),
            sum(a < b for a, b in pairs),
        )


def test_identical_systems() -> None:
    gold = gold_tags(2)
    same = noised(gold, 3, 0.3)
    found = ranked(gold, {"a": [same], "b": [same]}, how_to(per_type=True))
    assert [one.system.name for one in found.standings] == ["a", "b"]
    assert found.standings[0].interval == found.standings[1].interval
    for one in found.differences:
        assert (one.difference, one.interval, one.units) == (0, (0, 0), (0, 40, 0))
        assert {one.p_value, one.p_adjusted, one.p_bootstrap, one.p_bootstrap_adjusted} == {1.0}
    assert found.undecided() == [("a", "b")]


# Runs.

RUNS = [
    ([0.1, 0.12, 0.15], [0.3, 0.35, 0.4]),
    ([0.1, 0.3], [0.2, 0.25, 0.15, 0.4]),
    ([0.1, 0.11], [0.2, 0.3, 0.25, 0.4, 0.35]),
    ([0.2, 0.2], [0.2, 0.2]),
]


@pytest.mark.parametrize("noises", RUNS, ids=str)
def test_several_runs(noises) -> None:
    gold = gold_tags(12)
    systems = {
        name: [noised(gold, 100 * k + n, noise) for n, noise in enumerate(group)]
        for k, (name, group) in enumerate(zip("ab", noises, strict=True))
    }
    found = ranked(gold, systems, how_to(1000, per_type=True))
    scores = {
        name: [spanf1.evaluate(gold, run).micro.f1 for run in runs]
        for name, runs in systems.items()
    }
    for standing in found.standings:
        expected = scores[standing.system.name]
        assert standing.scores == pytest.approx(expected)
        assert standing.mean == pytest.approx(statistics.fmean(expected))
        assert standing.deviation == pytest.approx(statistics.stdev(expected))
    one = found.differences[0]
    assert (one.test, one.units) == ("permutation", None)
    assert one.difference == pytest.approx(
        statistics.fmean(scores[one.system]) - statistics.fmean(scores[one.reference])
    )
    for one in found.differences:
        sides = [
            [spanf1.evaluate(gold, run)[one.type].f1 for run in systems[name]]
            if one.type
            else scores[name]
            for name in (one.reference, one.system)
        ]
        theirs = stats.permutation_test(
            sides,
            lambda x, y, axis: abs(np.mean(x, axis) - np.mean(y, axis)).round(9),
            vectorized=True,
            alternative="greater",
        )
        assert one.p_value == pytest.approx(theirs.pvalue, abs=1e-12)


def test_one_run_and_several() -> None:
    gold, systems = three()
    systems["several"] = [noised(gold, seed, 0.15) for seed in range(3)]
    found = ranked(gold, systems, how_to(100, reference="good"))
    tests = {one.system: (one.test, one.units is None) for one in found.differences}
    assert tests == {
        "fair": ("randomization", False),
        "poor": ("randomization", False),
        "several": ("permutation", True),
    }
    # of four splits of four runs into one and three, those that are as far apart
    scores = [
        spanf1.evaluate(gold, run).micro.f1 for run in (*systems["good"], *systems["several"])
    ]
    apart = [abs(statistics.fmean(scores[:k] + scores[k + 1 :]) - scores[k]) for k in range(4)]
    one = figures_of(found)["several", ""]
    assert one.p_value == sum(one >= apart[0] - 1e-12 for one in apart) / 4
    # How far runs of the single one are apart is not known; nor is an interval, then.
    for one in found.differences:
        unknown = one.system == "several"
        assert math.isnan(one.interval.low) == math.isnan(one.interval.high) == unknown
        assert math.isnan(one.p_bootstrap) == math.isnan(one.p_bootstrap_adjusted) == unknown
    assert found.alone() == ["good"]
    twice = {name: runs * 2 for name, runs in systems.items()}
    assert ranked(gold, twice, how_to(10)).alone() == []
    assert math.isnan(next(o for o in found.standings if o.system.name == "good").deviation)


# Corrections, references, pairs.


def holm(p_values: list[float]) -> list[float]:
    """Return p-values times the number of those that are not smaller, never falling."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    out, highest = [0.0] * len(p_values), 0.0
    for place, k in enumerate(order):
        highest = max(highest, min((len(p_values) - place) * p_values[k], 1.0))
        out[k] = highest
    return out


@pytest.mark.parametrize("per_type", [False, True])
@pytest.mark.parametrize(("all_pairs", "pairs"), [(False, 3), (True, 6)])
def test_all_comparisons_are_one_family(all_pairs, pairs, per_type) -> None:
    gold, systems = three(seed=40, count=15)
    systems["other"] = [noised(gold, 77, 0.3)]
    how = how_to(300, all_pairs=all_pairs, per_type=per_type)
    found = ranked(gold, systems, how).differences
    assert len(found) == pairs * (1 + 3 * per_type)
    assert [one.p_adjusted for one in found] == pytest.approx(holm([one.p_value for one in found]))
    assert [one.p_bootstrap_adjusted for one in found] == pytest.approx(
        holm([one.p_bootstrap for one in found])
    )
    plain = ranked(gold, systems, replace(how, correction="none")).differences
    assert [one.p_adjusted for one in plain] == [one.p_value for one in found]
    strict = ranked(gold, systems, replace(how, correction="bonferroni")).differences
    assert [one.p_adjusted for one in strict] == pytest.approx(
        [min(1.0, len(found) * one.p_value) for one in found]
    )


def test_all_pairs_are_those_of_the_order() -> None:
    gold, systems = three()
    found = ranked(gold, systems, how_to(50, all_pairs=True))
    assert [one.system.name for one in found.standings] == ["good", "fair", "poor"]
    pairs = [(one.reference, one.system) for one in found.differences]
    assert pairs == [("good", "fair"), ("good", "poor"), ("fair", "poor")]
    # the same as with each reference by itself
    for one in found.differences:
        by_name = ranked(gold, systems, how_to(50, reference=one.reference, correction="none"))
        other = figures_of(by_name)[one.system, ""]
        assert (one.difference, one.interval, one.p_value, one.p_bootstrap, one.units) == (
            other.difference,
            other.interval,
            other.p_value,
            other.p_bootstrap,
            other.units,
        )


@pytest.mark.parametrize(
    ("wanted", "reference", "others"),
    [
        ("best", "good", ["fair", "poor"]),
        ("good", "good", ["fair", "poor"]),
        ("poor", "poor", ["good", "fair"]),
    ],
)
def test_reference(wanted, reference, others) -> None:
    gold, systems = three()
    found = ranked(gold, systems, how_to(10, reference=wanted))
    assert found.reference == reference
    assert [one.system for one in found.differences] == others
    assert {one.reference for one in found.differences} == {reference}
    assert [pair[0] for pair in found.undecided()] == [reference] * len(found.undecided())


def test_unknown_reference() -> None:
    gold, systems = three()
    with pytest.raises(UsageError, match="there is no system 'nobody' to compare with") as raised:
        ranked(gold, systems, how_to(10, reference="nobody"))
    names = raised.value.hint.removeprefix("one of ").removesuffix("; or best").split(", ")
    assert sorted(names) == ["fair", "good", "poor"]


def test_a_system_that_is_called_best_is_none_by_its_name() -> None:
    gold, systems = three()
    renamed = {"good": systems["good"], "best": systems["poor"]}
    assert ranked(gold, renamed, how_to(10)).reference == "good"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"average": "mean"}, "unknown average 'mean'"),
        ({"correction": "Holm"}, "unknown correction 'Holm'"),
        ({"confidence": Confidence(method="bca")}, "compared by percentile intervals"),
    ],
)
def test_wrong_options(given, message) -> None:
    with pytest.raises(UsageError, match=message):
        RankingOptions(**given)


@pytest.mark.parametrize(("level", "alpha"), [(0.95, 0.05), (0.9, 0.1), (0.99, 0.01), (0.8, 0.2)])
def test_the_limit_is_the_number_that_is_printed(level, alpha) -> None:
    # 1 - 0.95 is more than 0.05: a p-value of just 0.05 is not below 0.05
    assert how_to(level=level).alpha == alpha


def test_too_many_resamples() -> None:
    gold, systems = three()
    with pytest.raises(UsageError, match="resamples of 3 runs are too many"):
        ranked(gold, systems, how_to(1 << 27))


def test_the_hint_at_fewer_resamples_works(monkeypatch) -> None:
    gold, systems = three()
    monkeypatch.setattr(ranks, "MAX_VALUES", 10_000)
    with pytest.raises(UsageError) as caught:
        ranked(gold, systems, how_to(4000))
    fewer = re.match(r"--resamples (\d+), or fewer systems", caught.value.hint)
    assert ranked(gold, systems, how_to(int(fewer[1])))
    monkeypatch.setattr(ranks, "MAX_VALUES", 2000)
    with pytest.raises(UsageError) as caught:
        ranked(gold, systems, how_to(4000))
    assert caught.value.hint == "fewer systems at a time"


# Seeds and order.


def test_the_same_seed_gives_the_same() -> None:
    gold, systems = three()
    systems["runs"] = [noised(gold, seed, 0.2) for seed in range(4)]
    how = how_to(per_type=True)
    assert to_dict(ranked(gold, systems, how)) == to_dict(ranked(gold, systems, how))
    other = ranked(gold, systems, how_to(seed=1, per_type=True))
    same = ranked(gold, systems, how)
    assert [one.scores for one in same.standings] == [one.scores for one in other.standings]
    assert [one.interval for one in same.standings] != [one.interval for one in other.standings]


def test_the_order_of_systems_changes_nothing() -> None:
    gold, systems = three()
    systems["runs"] = [noised(gold, seed, 0.2) for seed in range(3)]
    backwards = dict(reversed(systems.items()))
    how = how_to(per_type=True, all_pairs=True)
    one, other = ranked(gold, systems, how), ranked(gold, backwards, how)
    assert to_dict(one) == to_dict(other)


# Where there is little or nothing.


def test_no_tokens() -> None:
    found = ranked([], {"a": [[]], "b": [[]]}, how_to(20, per_type=True))
    assert found.units == 0
    assert [one.scores for one in found.standings] == [[0.0], [0.0]]
    assert [(one.p_value, one.units) for one in found.differences] == [(1.0, (0, 0, 0))]


@pytest.mark.parametrize("average", AVERAGES)
def test_one_sentence(average) -> None:
    found = ranked(
        [["B-A"]], {"a": [[["B-A"]]], "b": [[["O"]]]}, how_to(50, average=average, per_type=True)
    )
    assert found.units == 1
    for one in found.differences:
        # swapping the only sentence is as far apart
        assert (one.difference, one.p_value, one.units) == (-1, 1, (0, 0, 1))
        assert all(map(math.isnan, one.interval))


def test_nothing_predicted() -> None:
    gold = gold_tags(1)
    nothing = [["O"] * len(line) for line in gold]
    found = ranked(gold, {"none": [nothing], "all": [gold]}, how_to(100, per_type=True))
    assert [(one.system.name, one.mean) for one in found.standings] == [("all", 1), ("none", 0)]
    assert [one.interval for one in found.standings] == [(1, 1), (0, 0)]
    for one in found.differences:
        assert (one.difference, one.interval) == (-1, (-1, -1))
    neither = ranked(nothing, {"a": [nothing], "b": [gold]}, how_to(50))
    assert [one.mean for one in neither.standings] == [0, 0]
    without = sum(set(line) == {"O"} for line in gold)
    assert neither.differences[0].units == (0, without, 40 - without)


def test_no_gold_and_nan_is_last() -> None:
    gold = [["O"], ["O"]]
    systems = {"a": [gold], "b": [[["B-A"], ["O"]]]}
    found = ranked(gold, systems, how_to(50), zero_division=NAN)
    assert [one.system.name for one in found.standings] == ["b", "a"]
    assert math.isnan(found.standings[1].mean)
    assert all(math.isnan(end) for end in found.standings[1].interval)
    one = found.differences[0]
    assert all(map(math.isnan, (one.difference, one.p_value, one.p_adjusted, one.p_bootstrap)))
    assert found.undecided() == [("b", "a")]


def test_nan_are_no_comparisons() -> None:
    gold = gold_tags(3)
    systems = {"a": [noised(gold, 1, 0.2)], "b": [noised(gold, 2, 0.2)]}
    how = how_to(100, per_type=True)
    some = ranked(gold, systems, how, types=["A"], zero_division=NAN).differences
    more = ranked(gold, systems, how, types=["A", "none"], zero_division=NAN).differences
    assert [one.type for one in more] == ["", "A", "none"]
    assert [one.p_adjusted for one in more[:2]] == pytest.approx([one.p_adjusted for one in some])
    assert math.isnan(more[2].p_adjusted)


def test_nan_of_one_of_several_runs() -> None:
    gold = [["O"], ["O"], ["O"]]
    wrong = [["B-A"], ["O"], ["O"]]
    systems = {"a": [gold, wrong], "b": [wrong, wrong]}
    found = ranked(gold, systems, how_to(50), zero_division=NAN)
    by_name = {one.system.name: one for one in found.standings}
    assert math.isnan(by_name["a"].mean)
    assert math.isnan(by_name["a"].deviation)
    assert by_name["b"].deviation == 0
    one = found.differences[0]
    assert math.isnan(one.difference)
    assert math.isnan(one.p_value)
    assert found.undecided() == [("b", "a")]


def test_nan_of_a_type_in_several_runs() -> None:
    gold = [["B-A"], ["O"], ["B-A"]]
    other = [["B-A"], ["B-C"], ["O"]]
    systems = {"a": [gold, other], "b": [gold, gold]}
    found = ranked(gold, systems, how_to(50, per_type=True), zero_division=NAN)
    one = next(one for one in found.differences if one.type == "C")
    assert math.isnan(one.difference)
    assert math.isnan(one.p_value)
    assert math.isnan(one.p_adjusted)


def test_what_cannot_be_resampled_is_refused() -> None:
    gold, systems = three()
    for options, message in (
        ({"reading": "conlleval"}, "no sum over sentences"),
        ({"match": "surface"}, "surface forms are counted once"),
    ):
        with pytest.raises(UsageError, match=message):
            ranked(gold, systems, how_to(10), **options)


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        ([], []),
        (["a.conll", "b.conll"], ["a", "b"]),
        (["x/a.conll", "y/b.tsv"], ["a", "b"]),
        (["x/a.conll", "y/a.conll"], ["x/a.conll", "y/a.conll"]),
        (["a.v1.conll", "a.v2.conll"], ["a.v1", "a.v2"]),
        (["a.v1", "a.v2"], ["a.v1", "a.v2"]),
        (["a.conll.gz", "b.conll"], ["a", "b"]),
        (["a.conll", "a.conll"], ["a", "a"]),
        ([".hidden", "b"], [".hidden", "b"]),
        (["out/", "b"], ["out", "b"]),
        (["no dot"], ["no dot"]),
    ],
)
def test_names_of_files(paths, names) -> None:
    assert names_of(paths) == names
