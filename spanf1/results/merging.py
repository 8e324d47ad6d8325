"""Results of the parts of a corpus, added up as they come: the result of the whole."""

from __future__ import annotations

import glob
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from spanf1._version import __version__
from spanf1.core.options import AUTO, Options
from spanf1.core.schemes import PREFIXES
from spanf1.core.spans import WELL_FORMED
from spanf1.core.tally import SIDES
from spanf1.exceptions import UsageError
from spanf1.formats.folders import NUMBER
from spanf1.formats.source import STDIN_NAME
from spanf1.results.result import Result, total_of
from spanf1.wording import many, shortened

if TYPE_CHECKING:
    from spanf1.levels.results import TokenResult

_OUT = PREFIXES[0]


class Part(NamedTuple):
    """The result of a part: the name of its file, the version that counted it, and what it is."""

    name: str
    version: str
    result: Result | TokenResult

    @property
    def source(self) -> str:
        """What was scored; empty where that is not known: of a sum, and of standard input."""
        origin = self.result.input
        return " and ".join(origin.files) if origin and STDIN_NAME not in origin.files else ""

    @property
    def spans(self) -> Mapping[Any, int]:
        """How many spans there are of each kind; at level token, tokens that are not O."""
        if isinstance(self.result, Result):
            return self.result.tally.spans
        cells = self.result.tally.cells.items()
        return {cell: count for cell, count in cells if any(tag.prefix != _OUT for tag in cell)}

    @property
    def begins_within(self) -> bool:
        """Whether sentences come before the first document that is marked."""
        units, documents = self.result.tally.units, self.result.tally.documents
        if units is None or not documents:
            return units is not None
        return units.kind == "document" and int(units.weight.sum()) > documents

    @property
    def size(self) -> tuple[int, int, int]:
        """How many tokens (or characters), sentences and spans there are."""
        result = self.result
        extent = result.tally.extent if isinstance(result, Result) else result.tokens
        return extent, result.tally.sentences, sum(self.spans.values())


class Merged(NamedTuple):
    """The result of all parts, and what is to be said of them."""

    result: Result | TokenResult
    warnings: list[str]


def merged(parts: Iterable[Part], unit: str = AUTO) -> Merged:
    """Return the result of parts together, which are added one by one, in order.

    Parameters
    ----------
    parts : iterable of Part
        The parts, one at least.
    unit : str
        What is drawn, or right as a whole, where the parts have units.

    Raises
    ------
    UsageError
        If they cannot be added.
    """
    seen = _Seen(unit)
    results = seen.checked(parts)
    first = next(results, None)
    if first is None:
        # All parts are empty.
        first = seen.empty[0].result
    every: Iterator[Any] = chain([first], results)
    total: Result | TokenResult = total_of(every, unit)
    if isinstance(total, Result):
        total = seen.in_one_scheme(total)
    return Merged(total, [*seen.warnings(Part("", "", total))])


@dataclass
class _Seen:
    """What is known of parts that have been read; no more than a few numbers of each.

    Attributes
    ----------
    unit : str
        As for `merged`.
    facts : dict of str to (value, str)
        What is to be the same in all, and the first part that says so.
    names : list of str
        The names of all.
    versions : dict of str to str
        The first part that a version counted.
    sources : Counter of str
        How often an input was scored.
    alike : dict of (number of gold, tokens, sentences) to list of str
        The parts that have the same gold.
    sums : list of (str, size)
        Those that may be sums of others.
    forms : dict of (int, str) to str
        How tags of gold, 0, and of predictions, 1, are written, and the first part that says so.
    within : list of str
        Those that begin within a document, but for the first part.
    empty : list of Part
        Those in which there is nothing.
    dropped : dict of (scheme, scheme) to (str, shapes of gold, shapes of predictions)
        Of those from which spans were dropped that are ill-formed in these: the first, and what
        spans are in all of them.
    """

    unit: str
    facts: dict[str, tuple[object, str]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    sources: Counter[str] = field(default_factory=Counter)
    alike: dict[tuple[int, int, int], list[str]] = field(default_factory=dict)
    sums: list[tuple[str, tuple[int, int, int]]] = field(default_factory=list)
    forms: dict[tuple[int, str], str] = field(default_factory=dict)
    within: list[str] = field(default_factory=list)
    empty: list[Part] = field(default_factory=list)
    dropped: dict[tuple[str, str], tuple[str, set[int], set[int]]] = field(default_factory=dict)

    def checked(self, parts: Iterable[Part]) -> Iterator[Any]:
        """Yield the results of those that are not empty, and take note of all."""
        for part in parts:
            self._check_alike(part)
            self.names.append(part.name)
            self.versions.setdefault(part.version, part.name)
            if any(part.size) or part.result.tally.documents:
                self._take_note(part)
                yield self._ready(part)
            else:
                # It does not tell what units and places are.
                self.empty.append(part)

    def _check_alike(self, part: Part) -> None:
        """Raise an error if a part cannot be added to those before, or has units and they not."""
        for name, value in _facts(part).items():
            other, where = self.facts.setdefault(name, (value, part.name))
            # A list takes one NaN for the same as another.
            if [value] == [other]:
                continue
            said = f"{name} is {_said(value)} here, and {_said(other)}"
            if name == "level":
                said = f"these are figures of level {value}, and of level {other}"
            raise UsageError(
                f"{said} in {where}",
                where=part.name,
                hint="score all parts with the same options"
                + ", such as --as-written" * (name == "what classes are"),
            )
        kept = bool(part.result.tally.units)
        other, where = self.facts.setdefault("units", (kept, part.name))
        if kept != other:
            without, having = (where, part.name) if kept else (part.name, where)
            raise UsageError(
                f"what each sentence has was not kept, and in {having} it was",
                where=without,
                hint="score all parts with --keep-units, or none",
            )

    def _take_note(self, part: Part) -> None:
        gold = part.result.tally.gold_number
        if part.source:
            self.sources[part.source] += 1
        else:
            self.sums.append((part.name, part.size))
        if isinstance(part.result, Result):
            for number, side in enumerate(part.result.tally.sides):
                for form in sorted(side.forms):
                    self.forms.setdefault((number, form), part.name)
        if part.begins_within and len(self.names) > 1:
            self.within.append(part.name)
        if gold and self.sources[part.source] < 2:
            self.alike.setdefault((gold, *part.size[:2]), []).append(part.name)

    def _ready(self, part: Part) -> Result | TokenResult:
        """Return the result of a part, in the units that are wanted, and in no schemes yet."""
        result = _in_unit(part, self.unit)
        if not isinstance(result, Result) or not result.tally.schemes:
            return result
        _, *shapes = self.dropped.setdefault(result.tally.schemes, (part.name, set(), set()))
        for known, there in zip(shapes, result.tally.shapes(), strict=True):
            known.update(there)
        return replace(result, tally=replace(result.tally, schemes=None))

    def in_one_scheme(self, total: Result) -> Result:
        """Return the sum, in the schemes of all parts together, if what was dropped is the same.

        Raises
        ------
        UsageError
            If it is not.
        """
        if not self.dropped:
            return total
        whole = total.schemes
        for used, (name, *shapes) in self.dropped.items():
            for scheme, other, some in zip(used, whole, shapes, strict=True):
                if any(WELL_FORMED[scheme][one] != WELL_FORMED[other][one] for one in some):
                    here, there = ("/".join(dict.fromkeys(both)) for both in (used, whole))
                    given = (
                        f"--scheme {there}"
                        if whole[0] == whole[1]
                        else f"--gold-scheme {whole[0]} --pred-scheme {whole[1]}"
                    )
                    raise UsageError(
                        f"counts without what is ill-formed in {here} cannot be added: all parts "
                        f"together are in {there}",
                        where=name,
                        hint=f"score all parts with {given}",
                    )
        return replace(total, tally=replace(total.tally, schemes=whole))

    def warnings(self, total: Part) -> Iterator[str]:
        """Yield what may be wrong with the parts, given the sum."""
        for name, times in self.sources.items():
            if times > 1:
                yield f"warning: {name} is in {times} of the parts, and counts as often"
        alike = [names for names in self.alike.values() if len(names) > 1]
        if alike:
            count = len(alike) - 1
            more = f", as {'is' if count == 1 else 'are'} {many(count, 'other')}" * bool(count)
            yield (
                f"warning: {alike[0][1]} has the same gold as {alike[0][0]}, and both are "
                f"added{more}"
            )
        for name, one in self.sums:
            if len(self.names) > 2 and [2 * number for number in one] == [*total.size]:
                yield (
                    f"warning: {name} has as much as all others together: as their sum, it would "
                    "count them twice"
                )
        for number, side in enumerate(SIDES):
            written = [(form, name) for (own, form), name in self.forms.items() if own == number]
            for form, name in written[1:2]:
                first, other = written[0]
                yield (
                    f"warning: {side} tags are written like {first} in {other}, and like {form} in "
                    f"{name}: --tag-form, given to all parts, reads them alike"
                )
        units = total.result.tally.units
        if self.within and units and units.kind == "document":
            count = len(self.within) - 1
            more = f", nor {'does' if count == 1 else 'do'} {many(count, 'other')}" * bool(count)
            yield (
                f"warning: {self.within[0]} does not begin with a document that is marked{more}: "
                "what comes before the first one is drawn as one"
            )
        if self.empty:
            more = f", nor in {many(len(self.empty) - 1, 'other')}" if len(self.empty) > 1 else ""
            yield f"warning: there is nothing in {self.empty[0].name}{more}"
        for version, name in self.versions.items():
            if version != __version__:
                yield (
                    f"warning: spanf1 {version} counted {name}, and this is {__version__}: they "
                    "may not count alike"
                )
        yield from _of_names(self.names)


def _of_names(names: Sequence[str]) -> Iterator[str]:
    """Yield what the numbers in the names of parts say: they are in another order, or one lacks."""
    keys = [NUMBER.split(name) for name in names]
    numbers = [[*map(int, key[1::2])] for key in keys]
    frames = [key[::2] for key in keys]
    for n, (first, other) in enumerate(pairwise(names)):
        if frames[n] == frames[n + 1] and numbers[n] > numbers[n + 1]:
            pattern = shlex.quote("[0-9]*".join(map(glob.escape, frames[n])))
            yield (
                f"warning: {first} comes before {other}, and the hash is of that order: "
                f"spanf1 merge {pattern} goes by number"
            )
            break
    if any(frame != frames[0] for frame in frames):
        return
    columns = [{*column} for column in zip(*numbers, strict=True)]
    varying = [place for place, column in enumerate(columns) if len(column) > 1]
    if len(varying) == 1:
        place = varying[0]
        there = columns[place]
        count = max(there) - min(there) + 1 - len(there)
        # Names may count in steps.
        if 0 < count < len(there):
            number = next(n for n in range(min(there), max(there)) if n not in there)
            width = len(keys[0][2 * place + 1])
            name = [*keys[0][: 2 * place + 1], f"{number:0{width}}", *keys[0][2 * place + 2 :]]
            more = f", nor {'is' if count == 2 else 'are'} {many(count - 1, 'other')}" * (count > 1)
            yield f"warning: {''.join(name)} is not among the parts{more}"


def _in_unit(part: Part, unit: str) -> Result | TokenResult:
    """Return the result of a part with units of a kind, where it has units.

    Raises
    ------
    UsageError
        If it has others, and several of them.
    """
    result, units = part.result, part.result.tally.units
    if units is None or unit in (AUTO, units.kind):
        return result
    count = result.tally.sentences if unit == "sentence" else result.tally.documents
    if units.kind == "document" or count > 1:
        level = "" if isinstance(result, Result) else "--level token "
        raise UsageError(
            f"what each {units.kind} has was kept, and not each {unit}",
            where=part.name,
            hint=f"score all parts with {level}--keep-units --confidence 0.95 --unit {unit}"
            + f", and make sums of some with --confidence 0.95 --unit {unit}" * (not part.source),
        )
    # One unit, and what it is made of.
    if isinstance(result, Result):
        spans = result.tally.units and result.tally.units.as_document()
        return replace(result, tally=replace(result.tally, units=spans))
    cells = result.tally.units and result.tally.units.as_one(unit)
    return replace(result, tally=replace(result.tally, units=cells))


def _facts(part: Part) -> dict[str, object]:
    """Return what is to be the same in all parts, by what it is called."""
    result = part.result
    options = {one.name: getattr(result.options, one.name) for one in fields(Options)}
    if isinstance(result, Result):
        # What is empty has no places.
        placed = {"what spans are placed by": result.tally.placed_by} if any(part.size) else {}
        return {"level": "span", **options, **placed}
    classes = {"what classes are": "types of tags" if result.tally.prefixed else "labels"}
    return {"level": "token", **options, **(classes if part.spans else {})}


def _said(value: object) -> str:
    if isinstance(value, tuple):
        value = ", ".join("=".join(one) if isinstance(one, tuple) else one for one in value)
    return shortened(str(value)) or "none"
