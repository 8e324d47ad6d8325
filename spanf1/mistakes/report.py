"""What is said of an analysis: its counts, its entries one by one, confusions, what errors cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from spanf1._version import __version__
from spanf1.mistakes.analysis import Analysis, Entry
from spanf1.mistakes.ledger import ERRORS, HOWS
from spanf1.mistakes.texts import Mention, Place
from spanf1.render.renderers import (
    BOLD,
    DIM,
    WIDTH,
    YELLOW,
    cut,
    delimited_lines,
    in_markdown,
    json_text,
    padded,
    styled,
    width_of,
)
from spanf1.render.report import Fact, Report, Section
from spanf1.results.report import how_made
from spanf1.wording import many, percent, printable, signed

UNDERLINED = "\033[1;4m"
# What the lines of the two sides begin with, and how wide the type may be.
_SIDES, _TYPE = ("gold", "pred"), 14
_CSV_HEADER = [
    *("kind", "how", "times", "file", "line", "sentence", "document", "unit"),
    *(
        f"{side}_{name}"
        for side in ("gold", "predicted")
        for name in ("type", "text", "start", "end")
    ),
    *("before", "after"),
]


def report_of(analysis: Analysis) -> Report:
    """Return the report on an analysis: its counts for people, each error for programs."""
    return Report(
        analysis,
        lambda analysis, _: [_counts(analysis)],
        lambda _: _rows(analysis.entries()),
        _data,
    )


def _data(analysis: Analysis) -> dict[str, Any]:
    hows = [[kind, how, count] for (kind, how), count in analysis.hows.items()]
    return {
        "spanf1": __version__,
        "signature": str(analysis.result.signature()),
        "counts": analysis.counts,
        "boundaries": hows,
        "confusion": _confusion_data(analysis),
        "what_if": _what_if_data(analysis),
        "entries": [entry.to_dict() for entry in analysis.entries()],
    }


def counts_report(analysis: Analysis) -> Report:
    """Return the report on how many errors there are of each kind, and how they were counted."""
    return Report(analysis, lambda analysis, _: [_counts(analysis)])


def _counts(analysis: Analysis) -> Section:
    counts, score = analysis.counts, analysis.result.exactly.micro
    errors = sum(counts[name] for name in ERRORS)
    rows = []
    for name in ERRORS:
        share = percent(counts[name] / errors, 1) if errors else "-"
        rows.append([name, str(counts[name]), share])
    said = (
        f"F1 {percent(score.f1, None)}: {counts['correct']} correct of {int(score.gold)} in gold "
        f"and {int(score.predicted)} predicted; {many(errors, 'error')}"
    )
    facts = [Fact("boundaries", words)] if (words := _boundaries(analysis)) else []
    facts += [Fact(*made) for made in how_made(analysis.result)]
    return Section(text=said, header=["errors", "count", "%"], rows=rows, facts=facts)


def _boundaries(analysis: Analysis) -> str:
    """Say how boundaries differ; nothing if none does."""
    hows = analysis.hows
    kinds = "boundary", "type and boundary"
    counts = {how: sum(hows.get((kind, how), 0) for kind in kinds) for how in HOWS}
    said = [", ".join(f"{how} {count}" for how, count in counts.items() if count)]
    for kind, how in (("missed", "merged"), ("spurious", "split")):
        if count := hows.get((kind, how)):
            said.append(f"{count} of what is {kind} in {how} ones")
    return "; ".join(filter(None, said))


# Entries, one by one.


class Listing(NamedTuple):
    """Entries to be shown, and how.

    Attributes
    ----------
    entries : iterable of Entry
        The entries.
    most : int, optional
        How many to show; all are counted.
    columns : int, optional
        How many columns the terminal has; None if it is none.
    colour : bool
        Whether spans are underlined; else they stand in brackets.
    """

    entries: Iterable[Entry]
    most: int | None = None
    columns: int | None = None
    colour: bool = False


def entry_lines(listing: Listing) -> Iterator[str]:
    """Yield entries as text: where each is, what is wrong, gold, and the prediction below."""
    count = 0
    for count, entry in enumerate(listing.entries, 1):
        if listing.most is None or count <= listing.most:
            yield "\n" * (count > 1) + "".join(f"{line}\n" for line in _lines(entry, listing))
    if not count:
        yield "no such spans\n"
    elif listing.most is not None and count > listing.most:
        rest = f"{count - listing.most} more of {count}; --limit {count} shows all of them"
        yield f"\n{rest}\n"


def _lines(entry: Entry, listing: Listing) -> Iterator[str]:
    """Yield the lines of an entry."""
    what = with_how(entry.kind, entry.how)
    what += f", {entry.times} times, first here" * (entry.times > 1)
    sides = zip(_SIDES, (entry.gold, entry.predicted), strict=True)
    spans = [(name, span) for name, span in sides if span is not None]
    return span_lines(entry.place, what, spans, listing.columns, colour=listing.colour)


def with_how(kind: str, how: str) -> str:
    """Return a kind of error, and how boundaries differ."""
    return f"{kind} ({how})" if how else kind


def span_lines(
    place: Place,
    what: str,
    spans: Sequence[tuple[str, Mention]],
    columns: int | None = None,
    *,
    colour: bool = False,
) -> Iterator[str]:
    """Yield a place and what is to be said of it; below, spans in context behind their labels.

    Places and types are shortened on a narrow terminal alone.

    Spans are underlined in colour; else they stand in brackets.
    """
    where, most = printable(str(place)), min(columns or WIDTH, WIDTH)
    heads = [(name, printable(span.type)) for name, span in spans]
    if columns is not None:
        where = cut(where, max(columns - width_of(what) - 2, 12))
        heads = [(name, cut(kind, max(most // 3, _TYPE))) for name, kind in heads]
    yield styled(where, DIM, colour) + "  " + styled(what, BOLD, colour)
    label, width = (max(map(width_of, column)) for column in zip(*heads, strict=True))
    for (name, kind), (_, span) in zip(heads, spans, strict=True):
        head = f"  {padded(name, label)} {padded(kind, width)}  "
        yield head + _in_context(span, most - width_of(head), place.unit, colour=colour)


def _in_context(span: Mention, room: int, unit: str, *, colour: bool) -> str:
    """Return a span with what stands around it, as much as there is room for."""
    marks = ("", "") if colour else ("[", "]")
    text = " ".join(printable(part) for part in span.text.split())
    if not text:
        return (
            f"{unit}s {span.start} to {span.end - 1}"
            if span.end > span.start + 1
            else f"{unit} {span.start}"
        )
    text = cut(text, max(room - 2, 8))
    free = room - 2 - width_of(text)
    before, after = (spaced(part) for part in (span.before, span.after))
    left = _fitted(before, max(free // 2, free - width_of(after)), from_end=True)
    right = _fitted(after, free - width_of(left), from_end=False)
    shown = styled(marks[0] + text + marks[1], UNDERLINED + YELLOW, colour)
    return (left + shown + right).rstrip()


def spaced(text: str) -> str:
    """Return a text in one line: runs of white space are a space, also at its edges."""
    words = " ".join(printable(part) for part in text.split())
    return " " * text[:1].isspace() + words + " " * (text[-1:].isspace() and bool(words))


def _fitted(text: str, room: int, *, from_end: bool) -> str:
    """Return what there is room for of a text: its end, or its beginning."""
    if width_of(text) <= room:
        return text
    while text and width_of(text) > room - 1:
        text = text[1:] if from_end else text[:-1]
    if room < 1:
        return ""
    return f"…{text}" if from_end else f"{text}…"


def _json_lines(listing: Listing) -> Iterator[str]:
    return (json_text(entry.to_dict()) + "\n" for entry in listing.entries)


def _rows(entries: Iterable[Entry]) -> Iterator[list[object]]:
    """Yield a row for each entry."""
    yield [*_CSV_HEADER]
    for entry in entries:
        place, context = entry.place, entry.spans[0]
        sides = [span[:4] if span else [""] * 4 for span in (entry.gold, entry.predicted)]
        key = "" if place.document is None else place.document
        row: list[object] = [entry.kind, entry.how, entry.times, *place[:3], key, place.unit]
        yield [*row, *sides[0], *sides[1], context.before, context.after]


def _markdown_lines(listing: Listing) -> Iterator[str]:
    yield "| place | error | times | gold | predicted | in |\n"
    yield "| :--- | :--- | ---: | :--- | :--- | :--- |\n"
    for entry in listing.entries:
        what = with_how(entry.kind, entry.how)
        sides = [
            f"{span.type}: {span.text}" if span else "" for span in (entry.gold, entry.predicted)
        ]
        span = entry.spans[0]
        context = f"{spaced(span.before)}{span.text}{spaced(span.after)}"
        cells = [str(entry.place), what, str(entry.times), *sides, context]
        yield f"| {' | '.join(in_markdown(printable(spaced(cell))) for cell in cells)} |\n"


#: how entries are written, by the name of a format
ENTRIES: dict[str, Callable[[Listing], Iterator[str]]] = {
    "text": entry_lines,
    "jsonl": _json_lines,
    "csv": lambda listing: delimited_lines(_rows(listing.entries)),
    "tsv": lambda listing: delimited_lines(_rows(listing.entries), delimiter="\t"),
    "markdown": _markdown_lines,
}


# Confusions, and what errors cost.


def confusion_report(analysis: Analysis) -> Report:
    """Return the report on how often types are taken for others."""
    return Report(analysis, _confusion_sections, _confusion_rows, _confusion_data)


def _confusion_sections(analysis: Analysis, _: int | None) -> list[Section]:
    confusion = analysis.confusion()
    labels, same, apart, whole = *confusion, confusion.array
    rows = []
    for row, name in enumerate([*labels, "spurious"]):
        cells = [
            str(same[row, k]) if name == "spurious" else f"{same[row, k]}+{apart[row, k]}"
            for k in range(len(labels))
        ]
        ends = ["", ""] if name == "spurious" else [str(same[row, -1]), str(whole[row].sum())]
        rows.append([name, *cells, *ends])
    sums = [*map(str, whole[:, :-1].sum(axis=0).tolist()), str(whole[:, -1].sum()), ""]
    rows.append(["predicted", *sums])
    return [
        Section(
            "Types of gold, and what is predicted for them",
            "Pairs of the same units + pairs whose boundaries differ.",
            header=["gold", *labels, "missed", "all"],
            rows=rows,
            totals=1,
        )
    ]


def _confusion_rows(analysis: Analysis) -> Iterator[list[object]]:
    confusion = analysis.confusion()
    names = [*confusion.labels, ""]
    yield ["gold", "predicted", "same_span", "boundary_differs"]
    for row, gold in enumerate(names):
        for column, predicted in enumerate(names):
            if gold or predicted:
                counts = int(confusion.same[row, column]), int(confusion.apart[row, column])
                yield [gold, predicted, *counts]


def _confusion_data(analysis: Analysis) -> dict[str, Any]:
    labels, same, apart = analysis.confusion()
    return {"labels": labels, "same_span": same.tolist(), "boundary_differs": apart.tolist()}


def what_if_report(analysis: Analysis) -> Report:
    """Return the report on what the score would be without each kind of error."""
    return Report(analysis, _what_if_sections, _what_if_rows, _what_if_data)


def _what_if_sections(analysis: Analysis, digits: int | None) -> list[Section]:
    now, *mended = analysis.what_if()
    rows = [
        [
            one.what,
            percent(one.f1, digits),
            signed(one.f1 - now.f1, digits) or "-",
            *map(str, one[1:4]),
        ]
        for one in (now, *mended)
    ]
    return [
        Section(
            "F1 if one kind of error were mended",
            header=["mended", "F1", "more", "gold", "predicted", "correct"],
            rows=rows,
        )
    ]


def _what_if_rows(analysis: Analysis) -> Iterator[list[object]]:
    yield ["mended", "gold", "predicted", "correct", "f1"]
    yield from map(list, analysis.what_if())


def _what_if_data(analysis: Analysis) -> list[dict[str, Any]]:
    return [one._asdict() for one in analysis.what_if()]
