"""``spanf1 agree``: how far annotators agree, and where they do not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from typing import Any

import click

from spanf1.agreement.agree import agreement_of, inputs_of_paths
from spanf1.agreement.agreement import Agreement
from spanf1.agreement.disagreements import Disagreement
from spanf1.agreement.report import disagreement_lines, disagreements_report, how_made, report_of
from spanf1.cli.help import command
from spanf1.cli.inputs import (
    KEY_OPTIONS,
    MATCH_OPTION,
    NORMALIZE_OPTION,
    TRIM_OPTION,
    input_options,
    options_of,
    token_option,
)
from spanf1.cli.output import (
    DIGITS_HELP,
    FILE,
    PERCENT_HELP,
    ReportOptions,
    check_writable,
    count_option,
    list_option,
    opened,
    report_options,
    tell,
    write,
)
from spanf1.cli.scoring import (
    confidence_of,
    confidence_options,
    explanations,
    interval_option,
    type_options,
    types_of,
)
from spanf1.core.options import Options
from spanf1.exceptions import UsageError
from spanf1.formats.output import compression_of
from spanf1.formats.source import STDIN
from spanf1.mistakes.analysis import AROUND
from spanf1.render.renderers import json_text
from spanf1.wording import many

#: how many disagreements are shown as text
LIMIT = 20


@command("agree")
@input_options(*KEY_OPTIONS, token_option(), files="ANNOTATOR...")
@MATCH_OPTION
@NORMALIZE_OPTION
@TRIM_OPTION
@list_option("--types", metavar="A,B,…", help_text="Compare spans of these types alone.")
@type_options
@click.option("--gamma", is_flag=True, help="Show gamma, too, which takes longer than all else.")
@click.option("--disagreements", is_flag=True, help="List what pairs say differently.")
@list_option(
    "--kind",
    metavar="KIND,…",
    help_text="With --disagreements, only these: type, boundary, type-and-boundary, only-a, "
    "only-b, correct; all.  [default: all but correct]",
)
@count_option(
    "--limit", help_text=f"Show at most so many.  [default: {LIMIT}; all if not as table]"
)
@count_option("--context", default=AROUND, show_default=True, help_text="Tokens around a span.")
@click.option(
    "--adjudicate",
    type=FILE,
    metavar="FILE",
    help="Write what all say of each text, and what is open, as JSON Lines.",
)
@confidence_options
@interval_option
@report_options(help_text=PERCENT_HELP, digits=DIGITS_HELP)
@click.option(
    "-q", "--quiet", is_flag=True, help="Only the first table, and gamma: no other words."
)
def agree(
    files: tuple[str, ...],
    *,
    gamma: bool,
    disagreements: bool,
    kind: str | None,
    limit: int | None,
    context: int,
    adjudicate: str | None,
    **settings: Any,
) -> None:
    """Say how far annotators agree, and where they do not.

    Each ANNOTATOR is a file of any format that `spanf1 score` reads, or a folder of files, with a
    name before it if it is to have another one: anna=annotations.jsonl. Files of folders are joined
    by their names; texts by their ids, where they have some, else by their order. One file may hold
    what several say: an export of Label Studio with several annotations of a task, or examples of
    Prodigy with _annotator_id. One folder may have a folder, or a file, for each annotator.

    Of every pair, what both have done is compared: the F1 of one against the other is the same
    both ways. The mean and the standard deviation of the pairs stand below; then F1 by type, the
    coefficients that take chance away, and the documents with least agreement.

    Kappa (Cohen's of pairs, Fleiss' of more) and Krippendorff's alpha classify tokens: by BIO tags,
    by types, O among them, and by types where someone marks a token. Their values may lie far
    apart, so say which it is. Krippendorff's u-alpha is about where spans begin and end, too. Where
    texts have no tokens, words and punctuation marks count.

    --gamma aligns the spans of each pair, for two annotators exactly, and compares with what chance
    would align (Mathet et al. 2015); of more, it is the mean over pairs.

    --disagreements lists, pair by pair, the spans that two do not mark alike, put together as by
    `spanf1 errors`. --adjudicate writes a record for each text, as Prodigy has them: spans are what
    all agree on who have done it; open has the rest, with who says what. Decide, move what is right
    to spans, and the file is gold.

    \b
    Examples:
      spanf1 agree anna.conll ben.conll carl.conll
      spanf1 agree anna=round2/a.jsonl ben=round2/b.jsonl --confidence 0.95
      spanf1 agree project/annotation/
      spanf1 agree label-studio-export.json --match partial
      spanf1 agree anna.conll ben.conll --disagreements --kind type
      spanf1 agree anna.jsonl ben.jsonl carl.jsonl --adjudicate decide.jsonl
      spanf1 agree anna/ ben/ --types PER,ORG -f csv -o agreement.csv
    """
    report = ReportOptions.of(settings)
    confidence = confidence_of(settings)
    if not disagreements and (kind is not None or limit is not None):
        raise UsageError("--kind and --limit are about what --disagreements lists")
    if not files:
        raise UsageError("no annotator is given", hint="spanf1 agree A B takes a file for each")
    types = tuple(name.strip() for name in (settings.pop("types") or "").split(",") if name.strip())
    given = settings | types_of(settings) | {"types": types or "union"}
    options = Options.of(given | {"zero_division": float("nan")})
    inputs = inputs_of_paths(files, options_of(settings))
    read = [input.source.path for own in inputs.values() for input in own.values()]
    report.check_writable(read)
    check_writable(adjudicate, read)
    if adjudicate is not None and _same(adjudicate, report.output):
        raise UsageError(
            "--adjudicate and the report cannot both be written to "
            + ("standard output" if adjudicate == STDIN else adjudicate),
            hint="--adjudicate decide.jsonl writes the one to a file of its own",
        )
    agreement = agreement_of(inputs, options, confidence, gamma=gamma)
    if adjudicate is not None:
        _adjudicate(agreement, adjudicate, quiet=report.quiet)
    if disagreements:
        kinds = [one.strip().replace("-", " ") for one in (kind or "").split(",") if one.strip()]
        found = agreement.disagreements(kind=kinds, context=context)
        _list(found, report, limit)
        return
    notes = [*explanations(how_made(agreement), report.format_name), *_warnings(agreement)]
    report.write(report_of(agreement), notes=notes)


def _same(path: str, other: str | None) -> bool:
    """Return whether two outputs are one."""
    if STDIN in (path, other or STDIN):
        return path == (other or STDIN)
    return os.path.realpath(path) == os.path.realpath(str(other))


def _list(found: Iterator[Disagreement], report: ReportOptions, limit: int | None) -> None:
    """Write disagreements; as text, they are no table."""
    if report.format_name != "table":
        report.write(disagreements_report([*islice(found, limit)]))
        return
    most = LIMIT if limit is None else limit
    lines = disagreement_lines(found, most, **report.on_screen)
    write("".join(lines), report.output)


def _adjudicate(agreement: Agreement, path: str, *, quiet: bool) -> None:
    """Write what all say of each text, and say how much of it is open."""
    left = []
    with opened(path, compression_of(path)) as stream:
        for record in agreement.adjudication():
            left.append(len(record["open"]))
            stream.write(f"{json_text(record)}\n".encode("utf-8", "surrogateescape"))
    if not quiet:
        texts, places, count = sum(map(bool, left)), sum(left), len(left)
        tell([f"note: {path}: {many(places, 'place')} open in {texts} of {many(count, 'text')}"])


def _warnings(agreement: Agreement) -> Iterator[str]:
    """Yield that there is nothing to compare, or no span of a type that was named."""
    if not agreement.annotations.spans.any():
        yield "warning: nobody marks anything: this is the agreement on nothing"
    types = agreement.options.types
    if not isinstance(types, str):
        for name in types:
            if not agreement.types[name].spans:
                yield f"warning: there is no span of type {name!r}"
