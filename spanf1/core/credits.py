"""What spans earn: the rules by which a predicted span counts as right, or nearly.

A rule says which spans may be pairs, how alike they must be, whether a span is in one pair or in
many, and what a pair earns. Whatever the rule, there are four sums for each type: how much gold
there is, how much is predicted, how much of gold is credited, how much of the predicted. They are
integers, and those of types add up to those of all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.fair import KINDS, fair_events
from spanf1.core.overlaps import Overlaps, Places, find_overlaps, merged, units_inside
from spanf1.core.pairing import best_pairs
from spanf1.core.scores import ratio
from spanf1.core.spans import BoolArray, first_of_each
from spanf1.core.tags import IntArray
from spanf1.exceptions import UsageError

#: the unit of credits that are no whole numbers; each is rounded once
FRACTION = 1 << 32

Sums = npt.NDArray[np.int64]
#: a number for each of several things, or one for all
Column = npt.NDArray[np.integer] | int
_Ratio = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def _sizes_and_shared(overlaps: Overlaps) -> tuple[IntArray, IntArray, IntArray]:
    """Return the units of gold's span, of the predicted one, and those they share.

    If they are too many to be multiplied in 64 bits, they are numbers of Python's.
    """
    gold, predicted = overlaps.sizes()
    most = max(int(gold.max(initial=0)), int(predicted.max(initial=0)))
    kind = np.int64 if most < 1 << 28 else object
    return gold.astype(kind), predicted.astype(kind), overlaps.shared.astype(kind)


def _iou(overlaps: Overlaps) -> _Ratio:
    gold, predicted, shared = _sizes_and_shared(overlaps)
    return shared, gold + predicted - shared


def _dice(overlaps: Overlaps) -> _Ratio:
    gold, predicted, shared = _sizes_and_shared(overlaps)
    return 2 * shared, gold + predicted


def _of_gold(overlaps: Overlaps) -> _Ratio:
    gold, _, shared = _sizes_and_shared(overlaps)
    return shared, gold


#: how alike two spans are, as a fraction: the name that a rule has for it, and what it is
SIMILARITIES: dict[str, Callable[[Overlaps], _Ratio]] = {
    "iou": _iou,
    "dice": _dice,
    "gold": _of_gold,
}

Pairing = Literal["one", "many", "first", "units", "fair"]

#: what a span or a pair can be: nothing, where a rule has no word for it; in SemEval's words, of
#: pairs that earn all, a part, or nothing, and of spans that are in none; in FairEval's
OUTCOMES = "", "COR", "PAR", "INC", "MIS", "SPU", *KINDS, "FN", "FP"
_COR, _PAR, _INC, _MIS, _SPU, _TP = range(1, 7)
_FN, _FP = len(OUTCOMES) - 2, len(OUTCOMES) - 1

# What is said of outcomes: where spans are in one pair at most, and by FairEval.
_SEMEVAL_WORDS = "COR", "INC", "PAR", "MIS", "SPU", "POS", "ACT"
_FAIR_WORDS = "TP", "FP", "FN", "LE", "BE", "LBE", "BES", "BEL", "BEO"

# Rates of errors by rule: of which outcomes, and by which.
_RATES = {
    "muc": {
        "UND": ("MIS", "POS"),
        "OVG": ("SPU", "ACT"),
        "SUB": ("INC", "COR INC"),
        "ERR": ("INC MIS SPU", "COR INC MIS SPU"),
    },
    "exact": {"SER": ("INC MIS SPU", "POS")},
}


class Rule(NamedTuple):
    """A rule by which spans earn credit.

    Attributes
    ----------
    name : str
        What it is called, as `parse_rule` reads it.
    says : str
        One line for help texts.
    typed : bool
        Whether the spans of a pair must have one type.
    near : str
        What else they must be, besides sharing a unit: ``any`` for nothing else; a key of
        `SIMILARITIES`, of which there must be as much as `threshold`; ``left`` or ``right`` for
        the same first or last unit; ``within`` for both bounds no more than `threshold` apart.
    threshold : Fraction
        See `near`.
    pairing : str
        ``one``: each span is in one pair at most, and the pairing is the best by what pairs earn.
        ``many``: two-sided, a span is in every pair that may be. ``first``: of the predicted
        spans that may be pairs with a span of gold, the first one counts, and the others are left
        out. ``units``: no spans are put together, but units. ``fair``: as FairEval does.
    earns : str
        What a pair earns: ``one`` for all, ``exact``, ``boundary``, ``type``, ``partial``,
        ``muc``, ``iou``; with no pairs, ``covered`` or ``units``; for FairEval, ``fair`` or
        ``weighted``.
    unit : int
        What a whole credit is: all sums are in this unit.
    argument : str
        What stands behind a colon in its name: ``T`` for a threshold, ``K`` for a whole number,
        nothing if nothing does.
    """

    name: str
    says: str
    typed: bool = True
    near: str = "any"
    threshold: Fraction = Fraction(0)
    pairing: Pairing = "one"
    earns: str = "one"
    unit: int = 1
    argument: str = ""

    def outcomes(self, gold: Counter[str], predicted: Counter[str]) -> dict[str, int]:
        """Return how many spans are what, given how many rows of each side have which outcome.

        They are COR, INC, PAR, MIS and SPU, where a pair counts with gold's span; POS are all of
        gold, ACT all that are predicted. MUC counts slots, two for each span: its type, and its
        place. By FairEval they are TP, FP, FN, LE, BE and LBE, and what BE are: BES, BEL, BEO.
        There are none where a span may be in several pairs otherwise.
        """
        if self.pairing == "fair":
            count = gold + predicted
            count["BE"] = count["BES"] + count["BEL"] + count["BEO"]
            return {name: count[name] for name in _FAIR_WORDS}
        if self.pairing != "one":
            return {}
        count = gold + Counter(SPU=predicted["SPU"], POS=gold.total(), ACT=predicted.total())
        if self.earns == "muc":
            # A pair that earns a part has one slot right, and one wrong.
            part = count.pop("PAR", 0)
            count = Counter({name: 2 * times for name, times in count.items()})
            count.update(COR=part, INC=part)
        return {name: count[name] for name in _SEMEVAL_WORDS}

    def rates(self, outcomes: Mapping[str, int], zero_division: float) -> dict[str, float]:
        """Return the rates of errors that go with the rule, given its outcomes.

        MUC has undergeneration, overgeneration, substitution, and the error rate of all slots. Of
        exact matches in pairs there is the slot error rate, by which INC are substituted, MIS
        deleted and SPU inserted (J. Makhoul, F. Kubala, R. Schwartz, R. Weischedel. 1999.
        Performance Measures for Information Extraction).
        """

        def total(names: str) -> int:
            return sum(outcomes[name] for name in names.split())

        return {
            name: ratio(total(part), total(whole), zero_division)
            for name, (part, whole) in _RATES.get(self.name, {}).items()
        }


#: the rules, by name; those that have an argument are called ``overlap:0.5``, and those that may
#: be two-sided ``overlap:0.5,two-sided``
RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule("exact", "the same type and units", typed=False, earns="exact"),
        Rule("boundary", "the same units, of any type", typed=False, earns="boundary"),
        Rule("type", "the same type, and a unit shared", typed=False, earns="type"),
        Rule(
            "partial",
            "of any type: all for the same units, half for a unit shared",
            typed=False,
            earns="partial",
            unit=2,
        ),
        Rule(
            "muc",
            "half for the same type, half for the same units; a unit shared",
            typed=False,
            earns="muc",
            unit=2,
        ),
        Rule(
            "fair",
            "FairEval: a wrong type or boundary is one error, not two",
            typed=False,
            pairing="fair",
            earns="fair",
            unit=2,
        ),
        Rule(
            "fair-weighted",
            "FairEval: a wrong boundary is half an error",
            typed=False,
            pairing="fair",
            earns="weighted",
            unit=4,
        ),
        Rule("overlap:any", "the same type, and a unit shared"),
        Rule(
            "overlap",
            "the same type, and intersection / union at least T",
            near="iou",
            argument="T",
        ),
        Rule(
            "dice",
            "the same type, and intersection / mean length at least T",
            near="dice",
            argument="T",
        ),
        Rule(
            "gold",
            "the same type, and T of gold's span predicted (nervaluate's minimum overlap)",
            near="gold",
            argument="T",
        ),
        Rule("left", "the same type and first unit", near="left"),
        Rule("right", "the same type and last unit", near="right"),
        Rule(
            "within",
            "the same type, a unit shared, no bound more than K units off",
            near="within",
            argument="K",
        ),
        Rule("jaccard", "intersection / union of spans of one type", earns="iou", unit=FRACTION),
        Rule(
            "coverage",
            "how much of a span the other side's of its type cover",
            pairing="units",
            earns="covered",
            unit=FRACTION,
        ),
        Rule("token", "tokens with their types, instead of spans", pairing="units", earns="units"),
        Rule(
            "character",
            "characters with their types, instead of spans",
            pairing="units",
            earns="units",
        ),
        Rule(
            "n2c2",
            "n2c2 2018, lenient: overlap:any, without further predictions on a span",
            pairing="first",
        ),
        Rule("hipe-fuzzy", "HIPE, fuzzy: overlap:any"),
        Rule(
            "eds-nlp",
            "EDS-NLP, overlap: dice:0.5,two-sided",
            near="dice",
            threshold=Fraction(1, 2),
            pairing="many",
        ),
    )
}

_TWO_SIDED = "two-sided"
# What may be two-sided: rules by which all pairs earn the same.
_EITHER = ("overlap:any", "overlap", "dice", "gold", "left", "right", "within")

#: the modes of SemEval-2013 task 9.1, by the rules that they are
SEMEVAL = {"strict": "exact", "exact": "boundary", "partial": "partial", "type": "type"}


_LENIENT = "rules that are called so differ: overlap:any, overlap:any,two-sided, n2c2, hipe-fuzzy"
# What other scorers call a match, and what has its place here.
_ELSEWHERE = {
    "strict": "exact is SemEval's strict, and boundary is its exact",
    "ent_type": "type is SemEval's ent_type",
    "iou": "overlap:0.5 asks for so much of the union of two spans",
    **dict.fromkeys(("lenient", "relaxed", "fuzzy", "soft"), _LENIENT),
    "presidio": "overlap:0.9 is near (with beta 2): presidio-evaluator's own rule drops words and "
    "joins spans first",
}


def rule_names() -> list[str]:
    """Return how each rule is written, for help texts and errors."""
    return [f"{name}:{rule.argument}" if rule.argument else name for name, rule in RULES.items()]


class Crediting(NamedTuple):
    """How spans are credited: by which rules; and both schemes, if ill-formed spans are dropped.

    `name` is that of the match: of the rule, if there is one.
    """

    name: str
    rules: tuple[Rule, ...]
    schemes: tuple[str, str] | None = None

    @classmethod
    def of(cls, name: str, schemes: tuple[str, str] | None = None) -> Crediting:
        """Return how a match credits spans; raises as `parse_rule`."""
        names = SEMEVAL.values() if name == "semeval" else (name,)
        return cls(name, tuple(map(parse_rule, names)), schemes)


def parse_rule(name: str, others: Iterable[str] = ()) -> Rule:
    """Return the rule of a name, such as ``partial``, ``overlap:0.5`` or ``dice:0.5,two-sided``.

    Parameters
    ----------
    name : str
        The name.
    others : iterable of str
        Other names that the error is to say.

    Raises
    ------
    UsageError
        If there is none of this name, or its threshold is none.

    Examples
    --------
    >>> parse_rule("overlap:.50").name
    'overlap:0.5'
    """
    base, comma, sidedness = name.partition(",")
    head, _, argument = base.partition(":")
    rule = RULES.get(base) or RULES.get(head)
    if rule is None:
        names = ", ".join(dict.fromkeys((*others, *rule_names())))
        raise UsageError(
            f"unknown match {name!r}", hint=_ELSEWHERE.get(head.lower(), f"one of {names}")
        )
    if rule.argument:
        threshold = _threshold(rule, name, argument)
        says = re.sub(rf"\b{rule.argument}\b", _written(threshold), rule.says)
        rule = rule._replace(threshold=threshold, says=says, argument="")
        base = f"{head}:{_written(threshold)}"
    elif base != rule.name:
        raise UsageError(f"{name!r}: {head} has no threshold", hint=f"write {head}")
    if comma:
        if sidedness != _TWO_SIDED:
            hint = f"write {base}, or {base},{_TWO_SIDED} if a span may count for several"
            raise UsageError(f"{name!r}: {sidedness!r} is not known", hint=hint)
        if head not in _EITHER and base not in _EITHER:
            hint = f"write {base}; two-sided may be {', '.join(_EITHER)}"
            raise UsageError(f"{name!r}: {base} cannot be two-sided", hint=hint)
        says = f"{rule.says}; a span may be in several pairs"
        rule = rule._replace(pairing="many", says=says)
        base += f",{_TWO_SIDED}"
    return rule._replace(name=base)


def _threshold(rule: Rule, name: str, argument: str) -> Fraction:
    """Return what stands behind the colon."""
    if rule.argument == "K":
        if re.fullmatch("[0-9]{1,6}", argument):
            return Fraction(argument)
        raise UsageError(
            f"{name!r}: it must say how many units, as a whole number", hint=f"write {rule.name}:1"
        )
    if re.fullmatch(r"[01](\.[0-9]{0,6})?|\.[0-9]{1,6}", argument) and 0 < Fraction(argument) <= 1:
        return Fraction(argument)
    either = " or overlap:any" if rule.name == "overlap" else ""
    raise UsageError(
        f"{name!r}: it must have a threshold above 0, and not above 1, of six digits at most",
        hint=f"write {rule.name}:0.5{either}",
    )


def _written(threshold: Fraction) -> str:
    """Return a threshold as the shortest decimal number that it is."""
    return f"{float(threshold):.6f}".rstrip("0").rstrip(".")


class Credits(NamedTuple):
    """What the spans of both sides earn by a rule, in the order in which they were given.

    Attributes
    ----------
    rule : Rule
        The rule.
    weights : tuple of array of int, or of int
        How much each span of gold is, and each predicted one, in `Rule.unit`; a number where all
        are alike.
    credits : tuple of array of int
        How much of that is credited.
    pairs : tuple of array of int
        The spans that were put together, by their indices: gold's and the predicted. With the
        pairing ``one`` each span is there once at most. There are none for ``units``.
    earned : array of int
        What each pair earns, in `Rule.unit`.
    events : array of int, optional
        With the pairing ``fair``, the kind of each pair: its number among `KINDS`. Then the spans
        of pairs weigh nothing themselves: what FairEval says of a pair is said of gold's span.
    """

    rule: Rule
    weights: tuple[Column, Column]
    credits: tuple[IntArray, IntArray]
    pairs: tuple[IntArray, IntArray]
    earned: npt.NDArray[np.int64]
    events: npt.NDArray[np.int8] | None = None

    @property
    def gold(self) -> Sums:
        """For each span of gold four numbers, which are to be added by **its** type.

        They are how much gold there is, how much is predicted, how much of gold is credited, how
        much of the predicted. Recall is the third sum by the first, precision the fourth by the
        second; sums of types add up to those of all.
        """
        return self._sums(0)

    @property
    def predicted(self) -> Sums:
        """The same for each predicted span."""
        return self._sums(1)

    def _sums(self, side: int) -> Sums:
        sums = np.zeros((len(self.credits[side]), 4), np.int64)
        for of_side, which, (_, *columns) in self.rows():
            if of_side == side:
                rows = np.arange(len(sums))[which]
                for column, amount in enumerate(columns):
                    np.add.at(sums[:, column], rows, amount)
        return sums

    def outcomes(self) -> tuple[IntArray, IntArray]:
        """Return what each span of both sides is, as its number among `OUTCOMES`.

        A span that is in several pairs is what the first one is.
        """
        if self.rule.pairing == "one":
            kinds = np.where(self.earned == self.rule.unit, _COR, np.where(self.earned, _PAR, _INC))
            alone = _MIS, _SPU
        elif self.events is not None:
            kinds, alone = self.events + _TP, (_FN, _FP)
        else:
            kinds, alone = np.zeros(len(self.earned), np.intp), (0, 0)
        sides = []
        for credit, own, other in zip(self.credits, self.pairs, alone, strict=True):
            outcome = np.full(len(credit), other, np.intp)
            outcome[own[::-1]] = kinds[::-1]
            sides.append(outcome)
        return sides[0], sides[1]

    def rows(self) -> Iterator[tuple[int, slice | IntArray, tuple[Column, ...]]]:
        """Yield what is counted: a side, some of its spans, and columns: outcome and four sums.

        They are all spans of gold, and all that are predicted; by FairEval those that are in no
        pair, and for each pair its span of gold.
        """
        outcomes = self.outcomes()
        if self.events is not None:
            for side, outcome in enumerate(outcomes):
                alone = np.flatnonzero(outcome >= _FN)
                weights = (0, self.rule.unit) if side else (self.rule.unit, 0)
                yield side, alone, (outcome[alone], *weights, 0, 0)
            sums = np.array(_FAIR[self.rule.earns], np.int64)[self.events]
            yield 0, self.pairs[0], (self.events + _TP, *sums.T)
            return
        gold, predicted = zip(outcomes, self.weights, self.credits, strict=True)
        yield 0, slice(None), (gold[0], gold[1], 0, gold[2], 0)
        yield 1, slice(None), (predicted[0], 0, predicted[1], 0, predicted[2])


def credited(
    rule: Rule, gold: Places, predicted: Places, overlaps: Overlaps | None = None
) -> Credits:
    """Return what the spans of both sides earn.

    Parameters
    ----------
    rule : Rule
        The rule; see `parse_rule`.
    gold, predicted : Places
        The spans, in any order.
    overlaps : Overlaps, optional
        What `find_overlaps` returned of them, if it is known: several rules can share it.

    Raises
    ------
    InputError
        If more spans overlap than can be looked at.

    Examples
    --------
    >>> gold = Places(np.array([1, 3]), np.array([2, 6]), np.array([1, 1]))
    >>> predicted = Places(np.array([1, 4]), np.array([2, 6]), np.array([1, 2]))
    >>> earned = credited(parse_rule("partial"), gold, predicted)
    >>> earned.gold.sum(axis=0) + earned.predicted.sum(axis=0)  # in halves
    array([4, 4, 3, 3])
    """
    if overlaps is None:
        overlaps = find_overlaps(gold, predicted)
    return _WAYS[rule.pairing](rule, overlaps)


def _may_pair(rule: Rule, overlaps: Overlaps) -> BoolArray:
    """Return which overlaps may be pairs."""
    may = overlaps.alike.copy() if rule.typed else np.ones(len(overlaps.alike), np.bool_)
    if rule.near in SIMILARITIES:
        over, under = SIMILARITIES[rule.near](overlaps)
        may &= over * rule.threshold.denominator >= under * rule.threshold.numerator
    elif rule.near != "any":
        left, right = overlaps.sides
        first = left.start[overlaps.gold] - right.start[overlaps.predicted]
        last = left.end[overlaps.gold] - right.end[overlaps.predicted]
        if rule.near == "left":
            may &= first == 0
        elif rule.near == "right":
            may &= last == 0
        else:
            may &= np.maximum(np.abs(first), np.abs(last)) <= int(rule.threshold)
    return may


def _earned(rule: Rule, overlaps: Overlaps) -> npt.NDArray[np.int64]:
    """Return what each overlap would earn as a pair."""
    return _EARNINGS[rule.earns](overlaps).astype(np.int64)


_EARNINGS: dict[str, Callable[[Overlaps], npt.NDArray[np.generic]]] = {
    "one": lambda overlaps: np.ones(len(overlaps.same)),
    "exact": lambda overlaps: overlaps.same & overlaps.alike,
    "boundary": lambda overlaps: overlaps.same,
    "type": lambda overlaps: overlaps.alike,
    "partial": lambda overlaps: 1 + overlaps.same,
    "muc": lambda overlaps: 0 + overlaps.same + overlaps.alike,
    "iou": lambda overlaps: _rounded(*_iou(overlaps)),
}


def _rounded(over: npt.NDArray[np.int64], under: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return fractions in units of `FRACTION`; a half goes up."""
    credit: npt.NDArray[np.int64] = (2 * FRACTION * over + under) // (2 * under)
    return credit.astype(np.int64)


def _one(rule: Rule, overlaps: Overlaps) -> Credits:
    """Return the credits of the best pairing."""
    may = np.flatnonzero(_may_pair(rule, overlaps))
    earned = _earned(rule, overlaps)
    which = best_pairs(overlaps, may, earned[may])
    return _of_pairs(rule, overlaps, which, earned[which])


def _of_pairs(rule: Rule, overlaps: Overlaps, which: IntArray, earned: IntArray) -> Credits:
    """Return the credits of pairs; a span in several of them is credited once."""
    pairs = overlaps.given(which)
    gold, predicted = (np.zeros(len(side), np.int64) for side in overlaps.sides)
    gold[pairs[0]], predicted[pairs[1]] = earned, earned
    return Credits(rule, (rule.unit, rule.unit), (gold, predicted), pairs, earned)


def _many(rule: Rule, overlaps: Overlaps) -> Credits:
    """Return the credits of spans that count if they have any partner."""
    which = np.flatnonzero(_may_pair(rule, overlaps))
    return _of_pairs(rule, overlaps, which, _earned(rule, overlaps)[which])


def _first(rule: Rule, overlaps: Overlaps) -> Credits:
    """Return the credits of n2c2: predicted spans that come second on a span of gold are gone.

    Those that stay count once, however many spans of gold they are on. To its script a
    discontinuous span is all from its first character to its last.
    """
    if any(side.parts for side in overlaps.sides):
        overlaps = find_overlaps(*(side.whole() for side in overlaps.sides))
    may = np.flatnonzero(_may_pair(rule, overlaps))
    gold, predicted = overlaps.gold[may], overlaps.predicted[may]
    # The first predicted span on each span of gold.
    begins = first_of_each(gold)
    first = np.repeat(predicted[begins], np.diff(begins, append=len(gold)))
    gone = np.zeros(len(overlaps.sides[1]), np.bool_)
    gone[predicted[first != predicted]] = True
    stay = may[~gone[predicted]]
    # Of each predicted span, the first pair.
    pair = np.full(len(gone), -1, np.intp)
    pair[overlaps.predicted[stay[::-1]]] = stay[::-1]
    stay = np.sort(pair[pair >= 0])
    weight = np.full(len(gone), rule.unit)
    weight[overlaps.sides[1].order[gone]] = 0
    earned = _of_pairs(rule, overlaps, stay, np.ones(len(stay), np.int64))
    return earned._replace(weights=(rule.unit, weight))


def _units(rule: Rule, overlaps: Overlaps) -> Credits:
    """Return the credits of units that both sides have with one type."""
    weights: list[Column] = []
    credits_ = []
    for number, side in enumerate(overlaps.sides):
        pieces, whole = side.pieces(), side.size
        if rule.earns == "units":
            # A unit that spans of one type share counts once.
            pieces = merged(pieces, side.type[pieces.owner])
            whole = np.zeros(len(side), np.int64)
            np.add.at(whole, pieces.owner, pieces.end - pieces.start)
        credit = np.zeros(len(side), np.int64)
        inside = units_inside(pieces, side.type[pieces.owner], overlaps.sides[1 - number])
        np.add.at(credit, pieces.owner, inside)
        given = np.argsort(side.order)
        if rule.earns == "covered":
            kind = object if int(whole.max(initial=0)) >= 1 << 28 else np.int64
            credit = _rounded(credit.astype(kind), whole.astype(kind))
            weights.append(rule.unit)
        else:
            weights.append(whole[given])
        credits_.append(credit[given])
    none = np.zeros(0, np.intp)
    sides = (weights[0], weights[1]), (credits_[0], credits_[1])
    return Credits(rule, *sides, (none, none), np.zeros(0, np.int64))


# What an event of FairEval is of, by its kind: gold, predicted, gold credited, predicted credited.
_FAIR = {
    "fair": [(2, 2, 2, 2), *[(1, 1, 0, 0)] * 5],
    "weighted": [
        *[(4, 4, 4, 4), (2, 2, 0, 0)],
        *[(4, 2, 2, 2), (2, 4, 2, 2), (3, 3, 2, 2)],
        (2, 2, 0, 0),
    ],
}


def _fair(rule: Rule, overlaps: Overlaps) -> Credits:
    """Return the credits of FairEval, all of an event by the type of its span of gold."""
    events = fair_events(overlaps)
    pairs = overlaps.given(events.which)
    weights = [np.full(len(side), rule.unit) for side in overlaps.sides]
    for weight, own in zip(weights, pairs, strict=True):
        weight[own] = 0
    gold, predicted = map(np.zeros_like, weights)
    earned = np.array(_FAIR[rule.earns], np.int64)[events.kind, 2]
    return Credits(rule, (weights[0], weights[1]), (gold, predicted), pairs, earned, events.kind)


_WAYS: dict[Pairing, Callable[[Rule, Overlaps], Credits]] = {
    "one": _one,
    "many": _many,
    "first": _first,
    "units": _units,
    "fair": _fair,
}
