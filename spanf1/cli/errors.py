"""``spanf1 errors``: which spans are wrong, how near they are, and what each kind costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, compress, islice
from typing import Any

import click

from spanf1.cli.help import command
from spanf1.cli.inputs import TRIM_OPTION, SideOptions, opened_groups, paths_of, side_options
from spanf1.cli.output import (
    FILE,
    ReportOptions,
    choice_option,
    count_option,
    list_option,
    opened,
    report_options,
    tell,
)
from spanf1.cli.scoring import (
    Slicing,
    confidence_of,
    confidence_options,
    explanations,
    interval_option,
    slice_options,
    span_reading_option,
    trained,
    type_options,
    types_of,
    warnings,
)
from spanf1.core.options import Options
from spanf1.exceptions import UsageError
from spanf1.formats.source import STDIN
from spanf1.mistakes.analysis import AROUND, SORTS, Analysis, Entry
from spanf1.mistakes.analyze import analyze_inputs
from spanf1.mistakes.ledger import HOWS, KINDS
from spanf1.mistakes.properties import PROPERTIES
from spanf1.mistakes.report import ENTRIES, Listing, confusion_report, counts_report, what_if_report
from spanf1.render.renderers import RENDERERS
from spanf1.render.renderers import text as as_plain
from spanf1.results.report import how_made

#: how many entries are shown as text; of how many resamples intervals of slices are made
LIMIT, RESAMPLES = 20, 1000

# The other reports; text is called so here, because entries are no table.
_RENDERERS = {"text": RENDERERS["table"], **RENDERERS}
_LISTING = ("kind", "types", "pair", "text", "seen", "unseen", "limit", "sort", "context")
# What these are if nothing is given.
_DEFAULTS = {"seen": False, "unseen": False, "sort": SORTS[0], "context": AROUND}


def _described(names: Mapping[str, str]) -> str:
    """Return lines of a help text: names, and what they mean."""
    return "\n".join(f"  {name:<17}  {text}" for name, text in names.items() if name)


HELP = f"""Say which spans are wrong, how near they are, and what each kind of error costs.

FILE, or GOLD and PRED, are as for `spanf1 score`. A span is correct if it is an exact match there.
Each other span is paired with one that shares tokens or characters with it, if there is one. Spans
with the same boundaries are paired first, then spans of the same type.

\b
Each span, or pair of them, is one of these:
{_described(KINDS)}

\b
Boundaries of a prediction differ in one of these ways:
{_described(HOWS)}

A missed or spurious span is a part of a merged or split one if it shares tokens with a span that
has another partner.

Each error is shown with its place in the file of gold, with gold above and the prediction below.
In jsonl and csv, start and end count the tokens of the sentence, or the characters of the text,
from 0.

--by slices spans by one of the properties below, or by a key of metadata: of records
(meta.source), of comments (# source = web), document or file; date:month is the month of a date.
key:length is a key that is called as a property. Recall is counted over the gold spans of a slice,
and precision over its predicted spans. Each slice is compared with all other spans. Intervals are
of 95% and {RESAMPLES} resamples, unless --confidence and --resamples say otherwise.

\b
{_described({name: one.text for name, one in PROPERTIES.items()})}

\b
Examples:
  spanf1 errors output.conll
  spanf1 errors gold.conll predicted.conll --sort frequency
  spanf1 errors output.conll --kind boundary,type-and-boundary
  spanf1 errors output.conll --pair ORG,LOC --limit 50
  spanf1 errors output.conll --text united
  spanf1 errors output.conll --train train.conll --unseen
  spanf1 errors output.conll --confusion
  spanf1 errors output.conll --what-if
  spanf1 errors output.conll --by length --by sentence-length
  spanf1 errors output.conll --by seen --train train.conll
  spanf1 errors both.jsonl --format jsonl -o errors.jsonl
"""


@command("errors", help=HELP)
@click.argument("files", nargs=-1, type=FILE, metavar="[FILE | GOLD PRED]")
@list_option(
    "--kind",
    metavar="KIND,…",
    help_text="Only these kinds (this help lists them), or all.  [default: all but correct]",
)
@list_option(
    "--type", "types", metavar="A,B,…", help_text="Only spans that have one of these types."
)
@click.option("--pair", metavar="GOLD,PRED", help="Only spans of one type taken for another.")
@click.option("--text", metavar="TEXT", help="Only spans that have TEXT in them, in any case.")
@count_option("--limit", help_text=f"Show at most N.  [default: {LIMIT}; all if not as text]")
@click.option("--seen", is_flag=True, help="Only spans whose text is an entity in --train.")
@click.option("--unseen", is_flag=True, help="Only spans whose text is not.")
@choice_option(
    "--sort",
    choices=SORTS,
    help_text="place: as they are read. frequency: the same mistake once, at its first place, with "
    "how many times it is there.",
)
@count_option("--context", default=AROUND, show_default=True, help_text="Tokens around a span.")
@click.option("--confusion", is_flag=True, help="Show which types are taken for which.")
@click.option("--what-if", is_flag=True, help="Show the F1 without each kind of error.")
@slice_options("--seen and --unseen, and ")
@confidence_options
@interval_option
@side_options
@span_reading_option
@type_options
@TRIM_OPTION
@report_options(
    ["text", "jsonl", "json", "csv", "tsv", "markdown"],
    "json is for --confusion, --what-if and --by, jsonl for what is listed.",
)
@click.option("-q", "--quiet", is_flag=True, help="No counts, no notes, no progress.")
def errors(
    files: tuple[str, ...],
    *,
    confusion: bool,
    what_if: bool,
    **settings: Any,
) -> None:
    """Say which spans are wrong; see `HELP`."""
    by = bool(settings["by"])
    chosen = _chosen(settings, listed=not (confusion or what_if or by))
    slicing = Slicing.of(settings, other_train=chosen["seen"] or chosen["unseen"])
    if by and settings["resamples"] is None:
        settings["resamples"] = RESAMPLES
    confidence = confidence_of(settings, always=by)
    if confidence and not by:
        raise UsageError("--confidence is about slices", hint="--by length makes some")
    if chosen["seen"] and chosen["unseen"]:
        raise UsageError("no span is both seen and unseen", hint="leave out both for all spans")
    given = SideOptions.of(settings)
    report = ReportOptions.of(settings)
    other = [*compress(("--confusion", "--what-if", "--by"), (confusion, what_if, by))]
    if len(other) > 1:
        raise UsageError(f"{' and '.join(other[:2])} are two reports: ask for one")
    if report.format_name == ("jsonl" if other else "json"):
        name = "json" if other else "jsonl"
        message = f"--format {report.format_name} does not go with {(*other, 'what is listed')[0]}"
        raise UsageError(message, hint=f"--format {name}")
    paths = paths_of(files, "errors")
    if STDIN in paths and STDIN in slicing.train:
        raise UsageError("standard input can be read only once")
    groups = given.groups(paths)
    report.check_writable([*chain.from_iterable(groups), *slicing.train])
    sides = given.of_files(len(paths))
    options = Options.of(settings | types_of(settings))
    # They are read again, for the texts.
    with opened_groups(groups, sides, quiet=report.quiet) as parts:
        analysis = analyze_inputs(parts, options)
        forms = trained(slicing.train, settings, options)
        chosen |= {name: forms if chosen[name] else None for name in ("seen", "unseen")}
        if other:
            made = confusion_report(analysis) if confusion else what_if_report(analysis)
            if by:
                from spanf1.mistakes.slices_report import slices_report

                made = slices_report(slicing.slices(analysis, forms, confidence))
            report.write(made, _RENDERERS)
        else:
            _list(analysis, report, chosen)
    if not report.quiet:
        # Where errors are listed as text, it is said above them.
        said = report.format_name == "text" and not other
        tell(() if said else explanations(how_made(analysis.result), report.format_name))
        tell(_warnings(analysis, chosen))


def _chosen(settings: dict[str, Any], *, listed: bool) -> dict[str, Any]:
    """Take out of the settings what is to be listed, as `Analysis.entries` takes it.

    Raises
    ------
    UsageError
        If nothing is to be listed, and something of that is given.
    """
    given = {name: settings.pop(name) for name in _LISTING}
    names = [name for name in _LISTING if given[name] not in (None, _DEFAULTS.get(name))]
    if names and not listed:
        name = "type" if names[0] == "types" else names[0]
        raise UsageError(
            f"--{name} is about what is listed, and --confusion, --what-if and --by list nothing"
        )
    kinds = [kind.strip() for kind in (given.pop("kind") or "").split(",")]
    # A name of several words may be written with hyphens.
    given["kind"] = [kind.replace("-", " ") for kind in kinds if kind]
    types = (given.pop("types") or "").split(",")
    given["type"] = [name.strip() for name in types if name.strip()]
    if given["pair"] is not None:
        pair = [name.strip() for name in given["pair"].split(",")]
        if len(pair) != 2 or not all(pair):
            raise UsageError(
                "--pair is to be two types", hint="--pair ORG,LOC: that of gold, that predicted"
            )
        given["pair"] = pair
    return given


def _list(analysis: Analysis, report: ReportOptions, chosen: dict[str, Any]) -> None:
    """Write the entries that are chosen, with the counts of all errors before them."""
    limit = chosen.pop("limit")
    as_text = report.format_name == "text"
    if as_text:
        most = LIMIT if limit is None else limit
        listing = Listing(_begun(analysis.entries(**chosen)), most, **report.on_screen)
    else:
        listing = Listing(_begun(analysis.entries(**chosen, limit=limit)))
    with opened(report.output) as stream:
        if as_text and not report.quiet:
            stream.write(f"{as_plain(counts_report(analysis), **report.on_screen)}\n".encode())
        for piece in ENTRIES[report.format_name](listing):
            stream.write(piece.encode("utf-8", "surrogateescape"))


def _begun(entries: Iterator[Entry]) -> Iterator[Entry]:
    """Return entries of which the first is known, so that what is wrong is said at once."""
    return chain([*islice(entries, 1)], entries)


def _warnings(analysis: Analysis, chosen: dict[str, Any]) -> Iterator[str]:
    """Yield that there is nothing to score, or no span of a type that was named."""
    yield from warnings(analysis.result)
    labels = analysis.confusion().labels
    for name in (*chosen["type"], *(chosen["pair"] or ())):
        if name not in labels:
            yield f"warning: there is no span of type {name!r}"
