"""Systems in results files: ranked and tested by what each unit has, kept in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from spanf1.core.credits import parse_rule
from spanf1.core.options import AUTO
from spanf1.core.units import ABSENT, Earned, Key, Units
from spanf1.exceptions import AlignmentError, UsageError
from spanf1.ranking.compare import check_match, check_several
from spanf1.ranking.rank import Ranking, RankingOptions, System, rank
from spanf1.results.result import Result

_ONE_GOLD = "systems are compared on one gold, whose parts were merged in one order"


def compare_results(
    systems: Mapping[str, Sequence[Result]], testing: RankingOptions | None = None
) -> Ranking:
    """Rank systems by results that have units in order, as `spanf1.compare` does by outputs.

    Parameters
    ----------
    systems : mapping of str to sequence of Result
        The results of each system's runs, by its name: of what ``spanf1 score --keep-order`` or
        ``spanf1 merge`` wrote, by `Result.from_dict`.
    testing : RankingOptions, optional
        How they are compared.

    Returns
    -------
    Ranking
        The systems in the order of their F, with intervals and tests.

    Raises
    ------
    AlignmentError
        If two results are not of the same gold spans, in the same units.
    UsageError
        If there are too few results, they have other options, or the order was not kept.

    Examples
    --------
    >>> import json, spanf1
    >>> data = [json.load(open(name)) for name in ("a.json", "b.json")]  # doctest: +SKIP
    >>> a, b = map(spanf1.Result.from_dict, data)  # doctest: +SKIP
    >>> spanf1.compare_results({"a": [a], "b": [b]}).differences[0].p_value  # doctest: +SKIP
    0.0123
    """
    runs = [(name, result) for name, results in systems.items() for result in results]
    check_several(systems)
    testing = testing or RankingOptions()
    unit = testing.confidence.unit
    first_name, first = runs[0]
    check_match(first.options)
    for name, result in runs:
        units = result.tally.units
        if units is None or units.order is None:
            raise UsageError(
                "what each sentence has was not kept in order",
                where=name,
                hint="spanf1 score FILE --format json --keep-order keeps it, and spanf1 merge",
            )
        if unit not in (AUTO, units.kind) and result.tally.documents:
            raise UsageError(
                f"what each {units.kind} has was kept, and not each {unit}",
                where=name,
                hint="spanf1 score FILE --format json --keep-order --confidence 0.95 --unit "
                f"{unit} keeps it",
            )
        if result.options != first.options:
            raise UsageError(
                f"the options are not those of {first_name}",
                where=name,
                hint="spanf1 signature FILE FILE says of two results files all that differs",
            )
        for what, (mine, others) in _facts(result, first).items():
            if mine != others:
                raise AlignmentError(
                    f"{what} not those of {first_name}", where=name, hint=_ONE_GOLD
                )
    ranked = [System(name, [*results]) for name, results in systems.items()]
    return rank(ranked, testing)


def _facts(*results: Result) -> dict[str, list[object]]:
    """Return what results have in common that can be compared, by what it is called."""

    def of_each(fact: Callable[[Result], object]) -> list[object]:
        return [fact(result) for result in results]

    def gold_of(result: Result) -> object:
        return {name: row.gold for name, row in result.exactly.types.items() if row.gold}

    return {
        "the gold spans are": of_each(lambda r: (r.tally.gold_number, r.tally.extent)),
        "the well-formed gold spans are": of_each(gold_of),
        "sentences and documents are": of_each(
            lambda r: (r.tally.sentences, r.tally.documents, r.tally.units and r.tally.units.kind)
        ),
        "the gold spans of each unit are": of_each(
            lambda r: r.tally.units and _gold_in_order(r.tally.units).tobytes()
        ),
    }


def _gold_in_order(units: Units) -> npt.NDArray[np.int64]:
    """Return how much gold each unit has, in order."""
    gold = np.array([*map(_gold, units.keys)], np.int64)
    row = np.repeat(np.arange(len(units.length)), units.length)
    sums = np.zeros(len(units.length), np.int64)
    np.add.at(sums, row, gold[units.code])
    return sums if units.order is None else sums[units.order]


def _gold(key: Key) -> int:
    """Return how much gold a kind of span is; 0 where FairEval counts gold by its predictions."""
    if not isinstance(key, Earned):
        return int(key.gold != ABSENT)
    return 0 if parse_rule(key.match).pairing == "fair" else int(key.sums.gold)
