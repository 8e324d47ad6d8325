"""Which tagging scheme one side's tags are in, and what in them does not fit it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, cast

from spanf1.core.options import AUTO, AnyScheme, Options
from spanf1.core.schemes import NO_TAGS, OTHER, OUTSIDE, PREFIXES, SAME, SCHEMES, SchemeName
from spanf1.core.spans import WELL_FORMED, end_faults, ends_of
from spanf1.core.tally import SideTally, Tally

_NEIGHBOUR_NAMES = {OUTSIDE: "O", SAME: "same type", OTHER: "other type"}


class IllFormed(NamedTuple):
    """Ill-formed spans of one side: how many, of how many, by kind; the first one's line, kind."""

    spans: int
    of: int
    kinds: dict[str, int]
    first_line: int
    first_kind: str


def fitting_schemes(
    shapes: Counter[int], prefixes: frozenset[str], preferred: str = "", *, bare: bool = False
) -> list[SchemeName]:
    """Return the schemes that fit one side best, the likeliest first.

    Those come first that have all prefixes that occur, if there are some. Of them, a scheme fits
    the better the fewer spans are ill-formed in it, then the fewer prefixes occur that it does not
    have. Of several that fit alike, `preferred` comes first (the scheme of the other side), then
    the order of `SCHEMES`.

    Parameters
    ----------
    shapes : Counter of int
        How often each shape of span occurs.
    prefixes : frozenset of str
        Tag prefixes that occur, within spans too.
    preferred : str
        A scheme's name, or empty.
    bare : bool
        Whether tags are types without a prefix, which is IO.
    """
    if bare:
        return ["IO"]
    return [*_fitting(frozenset(shapes.items()), prefixes, preferred)]


@lru_cache(1 << 10)
def _fitting(
    shapes: frozenset[tuple[int, int]], prefixes: frozenset[str], preferred: str
) -> list[SchemeName]:
    """Return what `fitting_schemes` does; single sentences are often alike."""
    foreign = {name: len(prefixes - set(scheme.prefixes)) for name, scheme in SCHEMES.items()}
    misfit = {
        name: (sum(count for shape, count in shapes if not WELL_FORMED[name][shape]), foreign[name])
        for name in SCHEMES
        if not foreign[name] or min(foreign.values())
    }
    best = min(misfit.values())
    fitting = [cast(SchemeName, name) for name in misfit if misfit[name] == best]
    return sorted(fitting, key=lambda name: name != preferred)


def strict_scheme(gold: str, fitting: Sequence[str], shapes: Counter[int]) -> str:
    """Return the scheme that predictions are in where only well-formed spans count.

    It is that of gold: what lacks all its ``B-`` would look well-formed in another scheme. But
    tags of IOB2, or of IOE2, answer gold in IOB1, or IOE1, which has the same prefixes.

    Parameters
    ----------
    gold : str
        The scheme of gold.
    fitting : sequence of str
        The schemes that fit the predictions best, the likeliest first.
    shapes : Counter of int
        How often each shape of predicted span occurs.
    """
    later = {"IOB1": "IOB2", "IOE1": "IOE2"}.get(gold, "")
    if later in fitting and all(WELL_FORMED[later][shape] for shape in shapes):
        return later
    return gold


class Schemes(NamedTuple):
    """The schemes of both sides: of each the one that was given, or all that fit alike.

    The first of each is what the tags are read in; it is ``none`` where spans are from no tags.
    `predicted` is gold's, where ill-formed spans do not count; `own_predicted` are those that fit
    the predictions by themselves.
    """

    gold: list[AnyScheme]
    predicted: list[AnyScheme]
    own_predicted: list[AnyScheme]

    @property
    def used(self) -> tuple[AnyScheme, AnyScheme]:
        """What gold and the predictions are read in."""
        return self.gold[0], self.predicted[0]


def schemes_of(
    tally: Tally, options: Options, shapes: tuple[Counter[int], Counter[int]]
) -> Schemes:
    """Return the schemes that spans were counted in, or else those that fit them.

    Parameters
    ----------
    tally : Tally
        What was counted.
    options : Options
        The schemes that are given, and the reading.
    shapes : tuple of Counter
        What `Tally.shapes` gives.
    """

    def fitting(side: int, like: str = "") -> list[AnyScheme]:
        tags, given = tally.sides[side], options.schemes[side]
        if not tags.tagged:
            return [NO_TAGS]
        if given != AUTO:
            return [given]
        return [*fitting_schemes(shapes[side], tags.prefixes, like, bare=tags.bare)]

    like = options.pred_scheme
    if like == AUTO and not shapes[0]:
        like = fitting(1)[0]
    gold = _counted_first(tally, options, 0, fitting(0, like))
    own = predicted = fitting(1, gold[0])
    judged = options.reading in ("strict", "error") and options.pred_scheme == AUTO
    if judged and NO_TAGS not in (gold[0], own[0]):
        scheme = strict_scheme(gold[0], own, shapes[1])
        predicted = own if scheme == own[0] else [cast(AnyScheme, scheme)]
    return Schemes(gold, _counted_first(tally, options, 1, predicted), own)


def _counted_first(
    tally: Tally, options: Options, side: int, fitting: list[AnyScheme]
) -> list[AnyScheme]:
    """Return the schemes of a side: first that in which spans were dropped, if it was found out.

    Of the sum of several inputs, another one may fit best.
    """
    if not tally.schemes or options.schemes[side] != AUTO or NO_TAGS in fitting:
        return fitting
    counted = cast(AnyScheme, tally.schemes[side])
    return sorted(fitting, key=lambda name: name != counted) if counted in fitting else [counted]


def fault(shape: int, scheme: str) -> str:
    """Return the transition that makes a span of this shape ill-formed, ``O → I`` for example.

    Of a span with both ends wrong, it is the one at its beginning. Of one whose ends are right,
    it is the inner prefix that the scheme does not have.
    """
    ends = ends_of(shape)
    opening, closing = end_faults(shape, scheme)
    if opening:
        return f"{_NEIGHBOUR_NAMES[ends.before]} → {ends.first}"
    if closing:
        return f"{ends.last} → {_NEIGHBOUR_NAMES[ends.behind]}"
    return f"{ends.inner.strip(SCHEMES[scheme].prefixes)} within a span"


def ill_formed(shapes: Counter[int], first: Mapping[int, int], scheme: str) -> IllFormed:
    """Return what in one side's spans a scheme does not allow.

    Parameters
    ----------
    shapes : Counter of int
        How often each shape of span occurs.
    first : mapping of int to int
        The line on which each shape first occurs, where that is known.
    scheme : str
        One of `SCHEMES`.
    """
    bad = {shape: count for shape, count in shapes.items() if not WELL_FORMED[scheme][shape]}
    kinds: Counter[str] = Counter()
    for shape, count in bad.items():
        kinds[fault(shape, scheme)] += count
    place = min(((first.get(shape, 0), fault(shape, scheme)) for shape in bad), default=(0, ""))
    often_first = dict(sorted(kinds.items(), key=lambda kind: (-kind[1], kind[0])))
    return IllFormed(sum(bad.values()), shapes.total(), often_first, *place)


@dataclass(frozen=True)
class Detection:
    """Which tagging scheme tags are in, and what speaks for it and against the others.

    Attributes
    ----------
    fitting : list of str
        The schemes that fit best, the likeliest first: nothing in the tags tells them apart.
    tag_form : str
        How the tags are written, as an example (``B-PER``); empty where no tag tells.
    other_forms : list of str
        Other forms that all tags have, in which they would mean something else.
    prefixes : str
        The prefixes that occur.
    tokens, spans : int
        How many tokens and spans there are.
    ill_formed : dict of str to IllFormed
        For each scheme, the spans that it does not allow. Lines are numbers of tokens where
        the tags are from no file.
    foreign : dict of str to str
        For each scheme, the prefixes that occur and that it does not have.
    """

    fitting: list[SchemeName]
    tag_form: str
    other_forms: list[str]
    prefixes: str
    tokens: int
    spans: int
    ill_formed: dict[str, IllFormed]
    foreign: dict[str, str]

    @property
    def scheme(self) -> SchemeName:
        """The likeliest scheme."""
        return self.fitting[0]

    @property
    def doubtful(self) -> bool:
        """Whether several schemes fit alike, but none wholly: each finds fault with other spans."""
        return len(self.fitting) > 1 and self.ill_formed[self.scheme].spans > 0

    @property
    def certain(self) -> bool:
        """Whether the tags fit one scheme only, and wholly."""
        return len(self.fitting) == 1 and not self.ill_formed[self.scheme].spans


def detection(side: SideTally, shapes: Counter[int], tokens: int) -> Detection:
    """Return what is found out of one side's tags, and of how often each shape of span occurs."""

    def spelt(prefixes: Collection[str]) -> str:
        return "".join(sorted(prefixes, key=PREFIXES.index))

    return Detection(
        fitting_schemes(shapes, side.prefixes, bare=side.bare),
        "".join(side.forms),
        sorted(side.other_forms),
        spelt(side.prefixes),
        tokens,
        shapes.total(),
        {name: ill_formed(shapes, side.first, name) for name in SCHEMES},
        {name: spelt(side.prefixes - set(scheme.prefixes)) for name, scheme in SCHEMES.items()},
    )


def found_by(schemes: Sequence[str]) -> str:
    """Say how the first of some schemes was found out, which fit the tags alike."""
    if len(schemes) == len(SCHEMES):
        return "no spans to detect it by"
    others = f"; {', '.join(schemes[1:])} would do as well" if len(schemes) > 1 else ""
    return f"detected{others}"


def written_like(forms: Collection[str], others: Collection[str]) -> str:
    """Name the forms of tags, and those that they may be of as well."""
    names = " and ".join(sorted(forms))
    return f"{names} ({', '.join(sorted(others))} would do as well)" if others else names
