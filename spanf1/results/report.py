"""What is said of a result: its table, words on how it was made, rows for programs."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from operator import methodcaller
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from spanf1.core.detection import found_by, written_like
from spanf1.core.options import AUTO, FEW_SPANS, FEW_UNITS, LEAST_UNITS, NORMALIZATIONS, says_match
from spanf1.core.schemes import NO_TAGS, READINGS
from spanf1.core.scores import AVERAGES, COUNTS, AnyScore
from spanf1.core.tags import TagForm
from spanf1.core.tally import CHARACTER, SIDES, TOKEN, Tally
from spanf1.formats.in_words import input_in_words, tags_in_words, types_in_words
from spanf1.render.renderers import DIM, YELLOW
from spanf1.render.report import Fact, Report, Section
from spanf1.results.scored import Scored
from spanf1.wording import and_others, bracketed, finite, many, percent, points, printable

if TYPE_CHECKING:
    from spanf1.resampling.inference import Interval
    from spanf1.results.certainty import Intervals


def report_of(
    result: Scored,
    files: Mapping[str, Scored] = MappingProxyType({}),
    *,
    keep_units: bool = False,
) -> Report:
    """Return the report on a `Result`: a row for each type, and one for each average.

    Parameters
    ----------
    result : Scored
        The result.
    files : mapping of str to Scored
        Those of several files, by name, of which it is the sum: each has a row, too.
    keep_units : bool
        As for `spanf1.results.result.Result.to_dict`.
    """
    to_dict = methodcaller("to_dict", **({"keep_units": True} if keep_units else {}))
    if not files:
        return Report(result, _table, _values, to_dict, terminal=_terminal, caption=_caption)
    return Report(
        result,
        lambda _, digits: [*_table(result, digits), _files(files, digits)],
        lambda _: _values(result, files),
        lambda _: {
            **to_dict(result),
            "files": {name: _plain(one.micro) for name, one in files.items()},
        },
        terminal=lambda _, digits: [*_terminal(result, digits), _files(files, digits)],
        caption=_caption,
    )


def _plain(score: AnyScore) -> dict[str, float | None]:
    """Return a score by name as JSON has it, which knows no NaN."""
    named = score._asdict().items()
    return {name: finite(value) for name, value in named}


def _caption(result: Scored) -> str:
    return str(result.signature())


def counts_of(score: AnyScore) -> list[str]:
    """Return the counts of a row; fractions of a span to two digits."""
    return [str(int(n)) if n == int(n) else f"{n:.2f}" for n in score.counts]


def count_names(result: Scored) -> list[str]:
    """Return what the counts of a row are called: of credits, how much there is of each side."""
    if result.tally.credits:
        return ["Gold", "Predicted", "Of gold", "Of pred."]
    return [*map(str.capitalize, COUNTS)]


def _files(files: Mapping[str, Scored], digits: int | None) -> Section:
    """Return the micro averages of files."""
    rows = [
        [name, *(percent(value, digits) for value in row.figures), *counts_of(row.score)]
        for name, row in _file_rows(files)
    ]
    first = next(iter(files.values()))
    header = ["", "Precision", "Recall", f_name(first), *count_names(first)]
    text = f"{many(len(files), 'file')}; micro averages of each. The scores above are of all."
    return Section("Files", text, header, rows)


def _file_rows(files: Mapping[str, Scored]) -> Iterator[tuple[str, Row]]:
    for name, one in files.items():
        yield name, Row("file", name, one.micro, outcomes=_told(one))


def _table(result: Scored, digits: int | None, *, beside: bool = True) -> list[Section]:
    """Return the scores, with the intervals beside the figures if they are to be there."""
    cells = []
    for row in rows(result):
        figures = [percent(figure, digits) for figure in row.figures]
        if row.intervals and beside:
            ends = (bracketed(interval, digits) for interval in row.intervals)
            figures = [f"{figure} {end}" for figure, end in zip(figures, ends, strict=True)]
        cells.append([row.name, *figures, *counts_of(row.score)])
    header = ["", "Precision", "Recall", f_name(result), *count_names(result)]
    table = Section(header=header, rows=cells, totals=len(AVERAGES), verbatim=True)
    return [table, *_modes(result, digits)]


def _modes(result: Scored, digits: int | None) -> Iterator[Section]:
    """Yield a table with a row for each mode of SemEval, if these are asked for."""
    if not result.modes:
        return
    rows = []
    for row, mode in zip(_mode_rows(result), result.modes.values(), strict=True):
        counts = map(str, mode.outcomes.values())
        rows.append([row.name, *(percent(figure, digits) for figure in row.figures), *counts])
    outcomes = next(iter(result.modes.values())).outcomes
    header = ["", "Precision", "Recall", f_name(result), *outcomes]
    yield Section("SemEval-2013", header=header, rows=rows, fixed=7)


def _terminal(result: Scored, digits: int | None) -> list[Section]:
    """Return the scores with the intervals under them, and how they were made."""
    table, *others = _table(result, digits, beside=False)
    under = [
        [
            "",
            *(dashed(interval, digits) for interval in row.intervals),
            *[""] * len(row.score.counts),
        ]
        for row in rows(result)
        if row.intervals
    ]
    if under:
        # So that intervals have room on 80 columns; names are cut where they take it.
        short = {"Predicted": "Pred.", "Correct": "Corr.", "Of gold": "Of g.", "Of pred.": "Of p."}
        header = [short.get(word, word) for word in table.header]
        table = table._replace(header=header, under=under)
    facts = _facts(result, digits)
    return [
        table._replace(fixed=7, least=6 if under else 12, apart=2, facts=() if others else facts),
        *(one._replace(facts=facts) for one in others),
    ]


def _facts(result: Scored, digits: int | None) -> Iterator[Fact]:
    for heading, text in how_made(result, digits):
        yield Fact(heading, text, YELLOW if heading in ("strict", "nothing") else "", DIM)


def _values(
    result: Scored, files: Mapping[str, Scored] = MappingProxyType({})
) -> Iterator[list[object]]:
    """Yield a row for each type and each average, in fractions of 1.

    The first column says which it is (``type``, ``micro``, ``macro``, ``weighted``), so that a
    type may have any name. Behind the counts there are those of outcomes, if the match has some,
    and its rates of errors; the ends of intervals, if there are some, come last.
    """
    figures = ["precision", "recall", f"f{result.options.beta:g}"]
    ends = [f"{name}_{end}" for name in figures for end in ("low", "high")]
    counts, told = result.micro.counts._fields, [*_told(result)]
    yield ["row", "name", *figures, *counts, *told, *ends * bool(result.certainty)]
    of_files = (row for _, row in _file_rows(files))
    for row in chain(rows(result), _mode_rows(result), of_files):
        outcomes = (row.outcomes.get(name, "") for name in told)
        intervals = (end for interval in row.intervals for end in interval)
        yield [
            *(row.kind, row.name, *row.figures, *row.score.counts[: len(counts)]),
            *(*outcomes, *intervals),
        ]


def _told(result: Scored) -> dict[str, float]:
    """Return the counts of outcomes, and the rates of errors, by name."""
    return {**result.outcomes, **result.rates}


def _mode_rows(result: Scored) -> Iterator[Row]:
    """Yield a row for each mode of SemEval, if these are asked for."""
    for name, mode in result.modes.items():
        certainty = mode.certainty
        ends = ends_of(certainty and certainty.averages["micro"])
        yield Row("mode", name, mode.micro, ends, _told(mode))


class Row(NamedTuple):
    """One row: what it is (``type``, ``micro``, …; ``mode`` of SemEval), its name and score.

    `intervals` are those of precision, recall and F, if there are some; `outcomes` are how many
    spans are what, and rates of errors, if the match has some.
    """

    kind: str
    name: str
    score: AnyScore
    intervals: tuple[Interval, ...] = ()
    outcomes: Mapping[str, float] = MappingProxyType({})

    @property
    def figures(self) -> tuple[float, float, float]:
        """Precision, recall and F."""
        return self.score.precision, self.score.recall, self.score.fbeta


def rows(result: Scored) -> Iterator[Row]:
    """Yield a row for each type, then one for each average."""
    certainty = result.certainty
    for name, score in result.types.items():
        ends = ends_of(certainty and certainty.types[name])
        yield Row("type", name, score, ends, result.type_outcomes.get(name, {}))
    for name, score in result.averages._asdict().items():
        ends = ends_of(certainty and certainty.averages[name])
        yield Row(name, name, score, ends, _told(result) if name == "micro" else {})


def ends_of(intervals: Intervals | None) -> tuple[Interval, ...]:
    """Return the intervals of precision, recall and F, if there are some."""
    return (intervals.precision, intervals.recall, intervals.fbeta) if intervals else ()


def f_name(result: Scored) -> str:
    """Return what F is called: ``F1``, or ``F0.5`` where beta is 0.5."""
    return f"F{result.options.beta:g}"


def dashed(interval: Interval, digits: int | None) -> str:
    """Return an interval in percent, with a dash between its ends: that takes less room."""
    return bracketed(interval, digits).strip("[]").replace(", ", "\N{EN DASH}")


def signed_ends(interval: Interval, digits: int | None) -> str:
    """Return the interval of a difference in points, in brackets; ``-`` if it has no ends."""
    low, high = (points(end, digits) for end in interval)
    return "-" if math.isnan(interval.low) else f"[{low}, {high}]"


def how_made(result: Scored, digits: int | None = None) -> list[tuple[str, str]]:
    """Return everything that shaped the numbers, as pairs of a heading and a line."""
    options, tally = result.options, result.tally
    made = [_extent(result, digits), ("scheme", _schemes(result))]
    if any(side.tagged for side in tally.sides):
        made += _reading(result, digits)
    if options.match != "exact":
        made.append(("match", f"{options.match}: {says_match(options.match)}"))
        made += _outcomes(result, digits)
        if tally.credits:
            made.append(("exact", f"{_figures(result.exactly, digits)} (micro), by exact matches"))
    if options.normalize:
        words = [NORMALIZATIONS[name] for name in options.normalize]
        made.append(("normalize", f"what makes no difference: {' and '.join(words)}"))
    if options.trim:
        made.append(("trim", "white space at the edges of spans is dropped, on both sides"))
    if renamed := types_in_words(options):
        made.append(("renamed", renamed))
    special = tags_in_words(tally.outside, tally.masked, tally.gaps, options)
    made += [("tags", line) for line in special]
    if options.types != "union":
        made.append(("types", _types(result)))
    made += [("0/0", line) for line in _undefined(result)]
    made += [("note", line) for line in (*other_types(result), *_nothing_right(result))]
    if result.input and tally.extent:
        made.append(("input", input_in_words(result.input)))
        made += [("note", remark) for remark in result.input.remarks]
    if result.certainty:
        made.append(("intervals", _intervals(result, digits)))
        made += [("intervals", line) for line in _doubts(result)]
    if not tally.extent:
        made.append(("nothing", f"there are no {tally.placed_by}s in the input"))
    made.append(("signature", str(result.signature())))
    return made


def _outcomes(result: Scored, digits: int | None) -> Iterator[tuple[str, str]]:
    """Yield how many spans are what, and the rates of errors; modes have a table of the first."""
    if result.outcomes and not result.modes:
        yield "outcomes", ", ".join(f"{name} {count}" for name, count in result.outcomes.items())
    if result.rates:
        rates = ", ".join(f"{name} {percent(rate, digits)}" for name, rate in result.rates.items())
        count = result.outcomes
        slots = f": S {count['INC']}, D {count['MIS']}, I {count['SPU']}, of {count['POS']}"
        yield "rates", f"{rates}{slots} (strict)" if result.modes else rates
    counts = [Counter(mode.outcomes) for mode in result.modes.values() or [result]]
    found = ([count[name] for name in ("COR", "INC", "PAR", "SPU")] for count in counts)
    if any(sum(parts) != count["ACT"] for parts, count in zip(found, counts, strict=True)):
        yield (
            "note",
            "COR + INC + PAR + SPU is not ACT: a pair counts with gold's type, ACT is of predicted "
            "types, and there are pairs of which one type is not scored",
        )


def _reading(result: Scored, digits: int | None) -> Iterator[tuple[str, str]]:
    """Yield what was done about ill-formed spans of tags, and what else could have been."""
    options = result.options
    yield "reading", f"{options.reading}: {READINGS[options.reading]}"
    yield "ill-formed", _ill_formed(result)
    if options.reading != "strict":
        if result.strict:
            yield "strict", _strict(result, digits)
    elif own := strict_in_own_scheme(result, digits):
        yield "strict", own


def _intervals(result: Scored, digits: int | None) -> str:
    how, certainty = result.resampling, result.certainty
    assert how  # noqa: S101 - for mypy: there are no intervals without it
    assert certainty  # noqa: S101 - likewise
    f = certainty.averages["micro"].fbeta
    unit = drawn(result, how.unit)
    if math.isnan(f.low) and certainty.units < LEAST_UNITS:
        alone = f"there is one {unit}, and all resamples of one are the same"
        return f"none: {alone if certainty.units else f'there are no {unit}s'}"
    half = percent((f.high - f.low) / 2, digits)
    return (
        f"{100 * how.level:g}%, {how.method} bootstrap: {many(how.resamples, 'resample')} of "
        f"{many(certainty.units, unit)}, seed {how.seed}; "
        f"micro {f_name(result)} \N{PLUS-MINUS SIGN} {half}{_apart(result, certainty.units)}"
    )


def _doubts(result: Scored) -> Iterator[str]:
    certainty, how = result.certainty, result.resampling
    if how and certainty and certainty.units >= LEAST_UNITS:
        yield from doubts(result, certainty.units, how.unit)
        yield from few_spans(certainty.spans, certainty.few_types)


def doubts(result: Scored, units: int, unit: str) -> Iterator[str]:
    """Say why intervals that were made by drawing units are too narrow, or may be."""
    sentences = bool(result.counts.sentences)
    if units < FEW_UNITS:
        few = f"{units} {drawn(result, unit)}s are too few for intervals to be trusted"
        yield f"{few}: they are too narrow" + (
            "; --unit sentence draws more, and is too sure of itself where the sentences of a "
            "document go wrong together"
        ) * (sentences and unit == "document")
    documents = result.tally.documents
    if sentences and unit == "sentence" and documents > 1:
        yield (
            f"{documents} documents are marked: intervals by sentence are too narrow where the "
            "sentences of one go wrong together (--unit document)"
        )
    elif sentences and unit == "sentence" and documents:
        yield "one document is marked, and of one none can be drawn: sentences are drawn"


def few_spans(spans: int, types: Sequence[str]) -> Iterator[str]:
    """Say which intervals are of too few gold spans."""
    if spans < FEW_SPANS:
        yield f"{many(spans, 'gold span')}: too few for any interval to be trusted"
    elif types:
        yield (
            f"fewer than {FEW_SPANS} gold spans: intervals of these types are not to be trusted, "
            f"most are too narrow: {and_others([*map(printable, types)])}"
        )


def drawn(result: Scored, unit: str) -> str:
    """Return what was drawn for intervals: a text is its own sentence where none are marked."""
    return unit if result.counts.sentences or not result.counts.documents else "document"


def _apart(result: Scored, units: int) -> str:
    """Say why there are not as many documents to draw as are marked."""
    how = result.resampling
    if how is None or how.unit != "document" or units == result.tally.documents:
        return ""
    return "; tokens before the first mark are a document, marks without tokens none"


def extent(tally: Tally) -> str:
    """Say how much was read, in what spans are placed by: tokens, characters, texts."""
    return many(tally.extent, tally.placed_by)


def _extent(result: Scored, digits: int | None) -> tuple[str, str]:
    """Return how much was read, with a heading."""
    counts, tally = result.counts, result.tally
    if tally.placed_by == TOKEN:
        return "tokens", _tokens(result, digits)
    parts = [
        many(count, noun)
        for count, noun in ((counts.sentences, "sentence"), (counts.documents, "document"))
        if count
    ]
    size = f"{tally.size} in " if tally.placed_by == CHARACTER else ""
    return f"{tally.placed_by}s", size + (", ".join(parts) or "nothing")


def _tokens(result: Scored, digits: int | None) -> str:
    counts = result.counts
    parts = [f"{counts.tokens} in {many(counts.sentences, 'sentence')}"]
    if counts.documents:
        parts.append(many(counts.documents, "document"))
    if not result.tally.tags_tokens:
        return ", ".join(parts)
    accuracy = f"accuracy {percent(result.accuracy, digits)}"
    if counts.tokens_correct != result.tally.tags_equal:
        accuracy += " (of types and first tokens: the schemes differ)"
    return ", ".join([*parts, accuracy])


def _schemes(result: Scored) -> str:
    sides = []
    for side, scheme, schemes in zip(
        SIDES, result.options.schemes, (result.gold_schemes, result.pred_schemes), strict=True
    ):
        if schemes[0] == NO_TAGS:
            sides.append(f"{side} {NO_TAGS} (spans, not tags)")
            continue
        how = "given" if scheme != AUTO else found_by(schemes)
        if side == SIDES[1] and schemes[0] != result.own_pred_schemes[0]:
            how = "as gold"
        sides.append(f"{side} {schemes[0]} ({how})")
    forms = result.tally.tag_forms
    others = result.tally.gold.other_forms | result.tally.predicted.other_forms
    if others or forms - {TagForm().name}:
        sides.append(f"tags written like {written_like(forms, others)}")
    return ", ".join(sides)


def _ill_formed(result: Scored) -> str:
    sides = []
    for number, (side, faults) in enumerate(zip(SIDES, result.ill_formed, strict=True)):
        text = f"{side} {faults.spans} of {faults.of}"
        if faults.spans:
            kinds = ", ".join(f"{kind} {count}" for kind, count in faults.kinds.items())
            first = f"; first at {result.place(number, faults.first_line)}"
            text += f" ({kinds}{first if faults.first_line else ''})"
        sides.append(text)
    return ", ".join(sides)


def _figures(result: Scored, digits: int | None) -> str:
    """Return the figures of the micro average."""
    micro = result.micro
    return (
        f"P {percent(micro.precision, digits)}  R {percent(micro.recall, digits)}  "
        f"{f_name(result)} {percent(micro.fbeta, digits)}"
    )


def _strict(result: Scored, digits: int | None) -> str:
    """Say what the figures are without ill-formed spans, and with predictions in gold's scheme."""
    strict = result.strictly
    if result.options.reading != "conlleval" and not any(side.spans for side in strict.ill_formed):
        return "would say the same"
    scheme = strict.schemes[1]
    return (
        f"{_figures(strict, digits)} (micro), were they dropped"
        + f", and predictions in {scheme} as gold" * (scheme != result.schemes[1])
    )


def strict_in_own_scheme(result: Scored, digits: int | None) -> str:
    """Say what becomes of predictions that look like another scheme's than gold's; or nothing."""
    scheme = result.own_pred_schemes[0]
    if scheme == result.schemes[1]:
        return ""
    if result.tally.credits:
        # Spans that were dropped are not put together here.
        return f"predictions fit {scheme} better (--pred-scheme {scheme})"
    options = replace(result.options, gold_scheme=result.schemes[0], pred_scheme=scheme)
    micro = Scored(result.tally, options).micro
    figure = f"{f_name(result)} {percent(micro.fbeta, digits)} (micro)"
    return (
        f"{figure}, were predictions in {scheme}, which fits them better (--pred-scheme {scheme})"
    )


def other_types(result: Scored) -> Iterator[str]:
    """Say which types of the two sides do not meet, though they may be the same."""
    gold, predicted = (
        [name for name, row in result.counts.types.items() if getattr(row, side)]
        for side in ("gold", "predicted")
    )
    in_gold, in_both = {*gold}, {*gold} & {*predicted}
    apart = bool(gold and predicted) and not in_both
    # Of several that differ in case only it is the first.
    same = {name.casefold(): name for name in reversed(gold)}
    # Those that have one of the same name to match are not likely to mean another.
    alike = _Alike([name for name in gold if name not in in_both])
    pairs: dict[str, str] = {}
    for name in predicted:
        if name not in in_gold and (meant := same.get(name.casefold()) or alike.first(name)):
            pairs[name] = meant
    ways = ",".join(f"{printable(name)}={printable(other)}" for name, other in pairs.items())
    if apart:
        sides = [and_others([*map(printable, names)]) for names in (gold, predicted)]
        way = f"--map {ways or 'PREDICTED=GOLD,…'}"
        yield f"no type is on both sides: gold {sides[0]}, predicted {sides[1]}; {way}"
    elif pairs:
        in_case = all(name.casefold() == other.casefold() for name, other in pairs.items())
        how = "differ in case only" if in_case else "gold may call otherwise"
        yield f"types that {how}: {', '.join(map(printable, pairs))}; --map {ways}"


def _nothing_right(result: Scored) -> Iterator[str]:
    """Say where no span of characters is right, though types meet: offsets may be others."""
    types, exact = result.counts.types.values(), result.options.match == "exact"
    met = any(row.gold and row.predicted for row in types)
    if met and exact and result.tally.placed_by == CHARACTER and not any(r.correct for r in types):
        yield (
            "no span is right, and types are the same: do both sides count characters from 0, and "
            "end before the next one? --match text compares what spans say, wherever they are"
        )


class _Alike:
    """Finds, among some types, what is likely to mean the same: PERSON and PER, GPE and LOC."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        # by what begins alike, and each text's first number
        self._ordered = sorted((name.casefold(), number) for number, name in enumerate(names))
        self._number = dict(reversed(self._ordered))
        self._lengths = {len(text) for text in self._number} - {0, 1}

    def first(self, name: str) -> str:
        """Return the first of the types that is like another one; empty if none is."""
        text = name.casefold()
        found = [text[:length] for length in self._lengths if length <= len(text)]
        numbers = [self._number[begin] for begin in found if begin in self._number]
        if len(text) > 1:
            place = bisect_left(self._ordered, (text, 0))
            while place < len(self._ordered) and self._ordered[place][0].startswith(text):
                numbers.append(self._ordered[place][1])
                place += 1
        other = {"gpe": "loc", "loc": "gpe"}.get(text)
        if other in self._number:
            numbers.append(self._number[other])
        return self._names[min(numbers)] if numbers else ""


def edges(result: Scored) -> str:
    """Say what white space at the edges of spans costs; empty if it costs nothing."""
    tally = result.tally
    if not any(tally.trimmed.values()):
        return ""
    of = [shapes.total() for shapes in tally.shapes()]
    sides = [
        f"{count} of {all_of_them} {side} spans"
        for count, all_of_them, side in zip(tally.edged, of, SIDES, strict=True)
        if count
    ]
    said = f"{' and '.join(sides)} begin or end with white space"
    if result.options.match == "surface" or tally.credits:
        return f"{said} (--trim drops it)"
    micro = Scored(tally.without_edges(), result.options).micro
    return f"{said}; without it {f_name(result)} would be {percent(micro.fbeta, None)} (--trim)"


def _types(result: Scored) -> str:
    chosen = result.options.types
    if isinstance(chosen, str):
        return f"macro and weighted run over the types in {chosen}"
    return f"only {', '.join(map(printable, chosen))}"


def _undefined(result: Scored) -> Iterator[str]:
    """Yield a line for precisions that are 0/0, and one for recalls."""
    value = f"{result.options.zero_division:g}"
    for figure, what, column in (
        ("precision", "nothing predicted", "predicted"),
        ("recall", "nothing in gold", "gold"),
    ):
        names = [printable(name) for name, row in result.types.items() if not getattr(row, column)]
        if names:
            yield f"{figure} of {and_others(names)} is {value}: {what}"
