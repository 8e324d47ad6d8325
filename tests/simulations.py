"""How often intervals hold the truth, and tests find what is not there, in simulated corpora.

``python -m tests.simulations`` prints the tables of docs/statistics.md, from the same seeds;
tests/resampling/test_simulations.py looks at fewer corpora.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

import spanf1
from spanf1.core.options import METHODS, UNITS, Confidence, IntervalMethod, Options, Unit
from spanf1.core.spans import Ends, shape_of
from spanf1.core.tally import Tally
from spanf1.core.units import ABSENT, SpanKey, Units
from spanf1.ranking.rank import RankingOptions, System, rank
from spanf1.results.result import Result

_SHAPE = shape_of(Ends("O", "B", "B", "O"))
# What a span of a sentence is: right, missed, or of the predictions alone.
_KEYS = SpanKey("A", _SHAPE, _SHAPE), SpanKey("A", _SHAPE, ABSENT), SpanKey("A", ABSENT, _SHAPE)
_OPTIONS = Options(gold_scheme="IOB2", pred_scheme="IOB2")
# The share of gold spans that is found, and how many others are, for each gold span.
_FOUND, _OTHERS = 0.75, 0.2
#: the F1 of a system in all that corpora are drawn from
TRUTH = 2 * _FOUND / (1 + _FOUND + _OTHERS)


class World(NamedTuple):
    """What corpora are drawn from: so many documents of so many sentences.

    Attributes
    ----------
    gold : float
        Gold spans of a sentence, on the average.
    together : bool
        Whether the sentences of a document are as easy as each other, to each run in its own way;
        else each sentence is as easy to all runs.
    spread : float
        The standard deviation of the runs of a system, in log-odds.
    """

    documents: int
    sentences: int = 1
    gold: float = 1.5
    together: bool = False
    spread: float = 0.0


def drawn(world: World, runs: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return (documents, sentences, runs, kinds of spans) of one corpus, of exchangeable runs."""
    shape = world.documents, world.sentences
    gold = rng.poisson(world.gold, shape)
    easy = rng.beta(3, 1, (world.documents, 1, runs) if world.together else (*shape, 1))
    odds = easy / (1 - easy) * np.exp(rng.normal(0, world.spread, runs))
    found = rng.binomial(gold[..., None], odds / (1 + odds))
    others = rng.poisson(_OTHERS * world.gold, (*shape, runs))
    return np.stack([found, gold[..., None] - found, others], axis=-1)


def result_of(counts: npt.NDArray[np.int64], how: Confidence) -> Result:
    """Return the result of one run, given (documents, sentences, kinds of spans)."""
    documents = len(counts)
    rows = counts.sum(axis=1) if how.unit == "document" else counts.reshape(-1, len(_KEYS))
    rows = rows.astype(np.intp)
    code = np.repeat(np.tile(np.arange(len(_KEYS)), len(rows)), rows.ravel())
    units = Units(how.unit, _KEYS, rows.sum(axis=1), code, np.ones(len(rows), np.int64))
    spans = Counter(dict(zip(_KEYS, rows.sum(axis=0).tolist(), strict=True)))
    sentences = counts.shape[0] * counts.shape[1]
    tally = Tally(spans=spans, units=units, documents=documents, sentences=sentences)
    return Result(tally, _OPTIONS, None, how)


def held(
    world: World,
    times: int,
    *,
    unit: Unit = "sentence",
    method: IntervalMethod = "percentile",
    resamples: int = 1000,
    seed: int = 0,
) -> int:
    """Return how many of so many corpora have an interval of F1 that holds the truth.

    A corpus without a gold span is drawn again.
    """
    rng, count, done = np.random.default_rng(seed), 0, 0
    while done < times:
        counts = drawn(world, 1, rng)[:, :, 0]
        if not counts[..., :2].any():
            continue
        how = Confidence(resamples=resamples, unit=unit, method=method, seed=done)
        certainty = result_of(counts, how).certainty
        assert certainty
        interval = certainty.types["A"].f1
        # Where an interval has no ends, it holds nothing.
        count += interval.low <= TRUTH <= interval.high
        done += 1
    return count


#: matches whose intervals are looked at
MATCHED = ("exact", "partial", "type", "jaccard", "fair", "token")
# Tokens of a sentence; where spans may begin, and how many tokens they have at most.
_TOKENS, _SLOTS, _LONGEST = 18, (1, 6, 11), 3


def _tags(rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Return the gold and predicted tags of a sentence: right, nearly right, missed, spurious."""
    gold, predicted = [], []
    for slot in _SLOTS:
        if rng.random() < 0.5:
            end, kind = slot + int(rng.integers(1, _LONGEST + 1)), int(rng.integers(2))
            gold.append((slot, end, "AB"[kind]))
            fate = rng.random()
            if fate < 0.15:
                kind = 1 - kind
            elif fate < 0.3:
                end += 1
            if fate < 0.85:
                predicted.append((slot, end, "AB"[kind]))
    if rng.random() < 0.2:
        predicted.append((_TOKENS - 1, _TOKENS, "A"))
    return spanf1.encode(gold, _TOKENS), spanf1.encode(predicted, _TOKENS)


def held_by_match(match: str, times: int, *, sentences: int = 100, seed: int = 0) -> int:
    """Return how many of so many corpora have an interval of F1 that holds the truth.

    Corpora are drawn from 5000 sentences, whose F1 is the truth.
    """
    rng = np.random.default_rng(seed)
    pool = [_tags(rng) for _ in range(5000)]

    def scored(pairs: Sequence[tuple[list[str], list[str]]], how: Confidence | None) -> Result:
        gold, predicted = zip(*pairs, strict=True)
        return spanf1.evaluate(gold, predicted, match=match, confidence=how)

    truth, count = scored(pool, None).micro.f1, 0
    for number in range(times):
        chosen = [pool[one] for one in rng.integers(len(pool), size=sentences).tolist()]
        certainty = scored(chosen, Confidence(resamples=1000, seed=number)).certainty
        assert certainty
        interval = certainty.averages["micro"].f1
        count += interval.low <= truth <= interval.high
    return count


class Compared(NamedTuple):
    """What was said of two systems that are the same, corpus by corpus.

    Attributes
    ----------
    held : array of bool
        Whether the interval of the difference held 0.
    p_value, p_bootstrap : array of float
        By the test of units or runs, and by the bootstrap; NaN where there is none.
    """

    held: npt.NDArray[np.bool_]
    p_value: npt.NDArray[np.float64]
    p_bootstrap: npt.NDArray[np.float64]


def compared(
    world: World,
    times: int,
    runs: tuple[int, int] = (1, 1),
    *,
    unit: Unit = "sentence",
    resamples: int = 1000,
    seed: int = 0,
) -> Compared:
    """Return what is said of two systems with so many runs, of which neither is better."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(times):
        counts = drawn(world, sum(runs), rng)
        how = Confidence(resamples=resamples, unit=unit, seed=number)
        results = [result_of(counts[:, :, run], how) for run in range(sum(runs))]
        systems = [System("a", results[: runs[0]]), System("b", results[runs[0] :])]
        testing = RankingOptions(reference="a", correction="none", confidence=how)
        [pair] = rank(systems, testing).differences
        holds = pair.interval.low <= 0 <= pair.interval.high
        rows.append((holds, pair.p_value, pair.p_bootstrap))
    return Compared(*map(np.array, zip(*rows, strict=True)))


class Parted(NamedTuple):
    """What is said of slices that do not differ, corpus by corpus.

    Attributes
    ----------
    held : array of bool
        Whether the interval of how one slice differs from all other spans holds 0.
    p_value : array of float
        Of that difference.
    found : array of bool
        Whether any slice is said to differ, corrected for all.
    """

    held: npt.NDArray[np.bool_]
    p_value: npt.NDArray[np.float64]
    found: npt.NDArray[np.bool_]


def parted(sentences: int, times: int, *, resamples: int = 1000, seed: int = 0) -> Parted:
    """Return what is said of slices by length, of spans that are as easy whatever theirs is."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(times):
        gold, predicted = [], []
        for easy in rng.beta(3, 1, sentences).tolist():
            sides: tuple[list[tuple[int, int, str]], ...] = [], []
            for slot in _SLOTS:
                span = slot, slot + int(rng.integers(1, _LONGEST + 1)), "A"
                there = rng.random() < 0.5
                sides[0].extend([span] * there)
                sides[1].extend([span] * (rng.random() < (easy if there else _OTHERS / 2)))
            gold.append(spanf1.encode(sides[0], _TOKENS))
            predicted.append(spanf1.encode(sides[1], _TOKENS))
        how = Confidence(resamples=resamples, seed=number)
        slices = spanf1.analyze(gold, predicted).slices("length", confidence=how)
        first, apart = slices["1"], slices["1"].apart
        assert apart
        rows.append((apart.low <= 0 <= apart.high, first.p_value, bool(slices.differing)))
    return Parted(*map(np.array, zip(*rows, strict=True)))


class Watched(NamedTuple):
    """What is said of the newest chunk of series in which nothing changes, series by series.

    Attributes
    ----------
    outside, sliding : array of bool
        Whether it is outside of the limits, and whether chunks are said to slide.
    """

    outside: npt.NDArray[np.bool_]
    sliding: npt.NDArray[np.bool_]


def watched(reference: int, later: int, times: int, *, spans: int = 0, seed: int = 0) -> Watched:
    """Return what is said of the newest chunk, of so many behind so many that are the reference.

    Chunks are normal around .8; or, given how many spans each has, of counts.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(times):
        if spans:
            shares = [0.7, 0.2, 0.1]
            drawn_spans = rng.multinomial(spans, shares, reference + later)
            chunks: list[object] = [_chunk(counts) for counts in drawn_spans.tolist()]
        else:
            chunks = rng.normal(0.8, 0.02, reference + later).clip(0, 1).tolist()
        seen = spanf1.trend(chunks, over="time", reference=reference).watch
        assert seen
        newest = seen.checks[-1]
        outside = newest.says in ("below", "above")
        rows.append((outside, newest.slide > newest.slide_limit))
    return Watched(*map(np.array, zip(*rows, strict=True)))


def _chunk(counts: Sequence[int]) -> Result:
    spans = Counter(dict(zip(_KEYS, counts, strict=True)))
    return Result(Tally(spans=spans, documents=1, sentences=1), _OPTIONS)


# The tables.

#: how many corpora each row of a table is made of
TIMES = 1000


def tables(times: int = TIMES) -> Iterator[str]:
    """Yield the tables as lines of Markdown; the name of a row is its seed."""

    def row(name: str, counts: Sequence[int | None]) -> str:
        shares = [
            "-" if count is None else f"{count / times:.3f}".removeprefix("0") for count in counts
        ]
        return f"| {name} | {' | '.join(shares)} |"

    yield "| a nominal 95% interval of F1 | percentile | BCa |"
    yield "|---|---|---|"
    worlds = {f"{sentences} sentences": World(sentences) for sentences in (10, 50, 250)}
    for spans in (2, 5, 10, 20, 50):
        worlds[f"a type with some {spans} gold spans"] = World(250, gold=spans / 250)
    for name, world in worlds.items():
        yield row(name, [held(world, times, method=how, seed=_seed(name)) for how in METHODS])
    yield ""
    yield "| sentences that go wrong together | by sentence | by document |"
    yield "|---|---|---|"
    for documents in (5, 10, 20, 50):
        name, world = f"{documents} documents of 10", World(documents, 10, together=True)
        yield row(name, [held(world, times, unit=unit, seed=_seed(name)) for unit in UNITS])
    yield ""
    yield "| F1 of 100 sentences, by match | interval |"
    yield "|---|---|"
    for match in MATCHED:
        yield row(f"`{match}`", [held_by_match(match, times, seed=_seed("matches"))])
    yield ""
    yield "| two systems, neither better | interval holds 0 | p < .05 | p boot. < .05 |"
    yield "|---|---|---|---|"
    for sentences in (50, 250):
        name = f"{sentences} sentences"
        yield row(name, _shown(compared(World(sentences), times, seed=_seed(name))))
    for documents in (10, 20, 50):
        name, world = f"{documents} documents of 10", World(documents, 10, together=True)
        for unit in UNITS:
            found = compared(world, times, unit=unit, seed=_seed(name))
            yield row(f"{name}, by {unit}", _shown(found))
    for spread, alike in ((0.1, "much alike"), (0.5, "unlike")):
        for runs in ((1, 1), (1, 5), (2, 2), (3, 3), (5, 5), (2, 5)):
            name = f"{runs[0]} and {runs[1]} runs, {alike}"
            found = compared(World(250, spread=spread), times, runs, seed=_seed(name))
            yield row(name, _shown(found))

    yield ""
    yield "| slices, of which none differs | interval holds 0 | p < .05 | any, by Holm |"
    yield "|---|---|---|---|"
    for sentences in (20, 50, 250):
        name = f"3 slices of {sentences} sentences"
        said = parted(sentences, times, seed=_seed(name))
        below = int(np.count_nonzero(said.p_value < 0.05))
        yield row(name, [int(said.held.sum()), below, int(said.found.sum())])

    yield ""
    yield "| chunks over time, of which none differs | outside | slides |"
    yield "|---|---|---|"
    for reference, later, spans in ((6, 1, 0), (6, 6, 0), (12, 12, 0), (4, 2, 300), (4, 2, 3000)):
        name = f"{later} behind {reference}" + f", of {spans} spans each" * bool(spans)
        seen = watched(reference, later, times, spans=spans, seed=_seed(name))
        yield row(name, [int(seen.outside.sum()), int(seen.sliding.sum())])


def _seed(name: str) -> int:
    return crc32(name.encode())


def _shown(found: Compared) -> list[int | None]:
    below = [int(np.count_nonzero(p < 0.05)) for p in (found.p_value, found.p_bootstrap)]
    if np.isnan(found.p_bootstrap).all():
        return [None, below[0], None]
    return [int(np.count_nonzero(found.held)), *below]


if __name__ == "__main__":
    for line in tables():
        print(line, flush=True)
