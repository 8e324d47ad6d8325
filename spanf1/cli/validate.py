"""``spanf1 validate``: what a scheme does not allow in tags, and what is wrong with spans."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Callable, Iterator

import click

from spanf1.checks.columns import FileViolation
from spanf1.checks.documents import SpanFault, SpanValidation
from spanf1.checks.validate import Checking, checks_of, streams
from spanf1.cli.inputs import (
    KEY_OPTIONS,
    canonical,
    format_option,
    input_options,
    paths_of,
    ready,
    scheme_option,
)
from spanf1.cli.output import check_output_is_no_input, check_writable, opened
from spanf1.formats.opening import inputs_of
from spanf1.formats.options import InputOptions
from spanf1.formats.registry import Input
from spanf1.formats.source import STDIN, Source
from spanf1.render.machine import json_text
from spanf1.wording import many, printable, shortened

HELP = """Check that tags are well-formed in their scheme, and spans as they should be.

Each violation is a step between two tags that the scheme does not allow, or a tag whose prefix
it does not have; O stands for what is beyond a sentence. It is given with the line that the
step leads to. Exit code 1 if there are any, 0 if there are none.
Without a file, or with -, standard input is read. Files may be of any format that
`spanf1 score` reads.

Of texts with spans, what is wrong is a span that is there twice, that has white space at an
edge or does not begin and end where tokens do, where these are known, and an id that is there
twice. Spans that nest, overlap or are discontinuous are counted in the summary.

\b
Examples:
  spanf1 validate train.conll
  spanf1 validate *.conll --scheme IOB2 --max 20
  spanf1 validate output.conll --tag-column -2 --format csv -o violations.csv
  spanf1 validate annotations.jsonl brat/
  spanf1 validate data/*.iob2 --tag-column 3 --format github
"""

#: how many kinds of violations a summary names
_KINDS = 20

Violations = Iterator[FileViolation] | Iterator[SpanFault]


@click.command("validate", help=HELP, short_help="Check that tags and spans are well-formed.")
@input_options(*KEY_OPTIONS)
@scheme_option()
@click.option(
    "--max",
    "most",
    type=click.IntRange(0),
    metavar="N",
    help="Show at most so many violations of a file. All are counted.",
)
@format_option(
    ["text", "json", "csv", "github"],
    "github: annotations, as GitHub Actions shows them beside the lines.",
)
@click.option("-o", "--output", metavar="FILE", help="Write to FILE, whole or not at all.")
@click.option("-q", "--quiet", is_flag=True, help="Show no summary.")
@click.pass_context
def validate(
    ctx: click.Context,
    /,
    files: tuple[str, ...],
    *,
    options: InputOptions,
    scheme: str,
    most: int | None,
    format_name: str,
    output: str | None,
    quiet: bool,
) -> None:
    """Validate files; see `HELP`."""
    known = canonical(scheme)
    paths = paths_of(files, "validate")
    check_writable(output, paths)
    if output in (None, STDIN):
        check_output_is_no_input(paths)
    summaries, faults = [], 0
    lines = _FORMATS[format_name]
    with opened(output) as stream:
        first = True
        checks = (
            check
            for input in inputs_of([Source(path) for path in paths], options, scheme=known)
            for check in _checks(input, known, quiet=quiet)
        )
        for one in checks:
            before = _HEADS if first else _BETWEEN
            first = False
            stream.write(before.get(format_name, "").encode())
            for line in lines(one, one.check.violations(most)):
                stream.write(line.encode("utf-8", "surrogateescape"))
            faults += one.check.kinds.total()
            summaries += _summary(one)
        stream.write(_TAILS.get(format_name, "").encode())
        if format_name == "text" and not quiet:
            stream.writelines(f"{line}\n".encode() for line in summaries)
    if format_name != "text" and not quiet:
        with contextlib.suppress(OSError):
            click.echo("\n".join(summaries), err=True)
    ctx.exit(1 if faults else 0)


def _checks(input: Input, scheme: str, *, quiet: bool) -> Iterator[Checking]:
    """Yield what checks an input, which is kept if it is a pipe and looked at more than once."""
    with ready(input, again=not streams(input, scheme), quiet=quiet) as kept:
        yield from checks_of(kept, scheme)


def _summary(one: Checking) -> list[str]:
    """Return lines that say how many violations of each kind there are."""
    check = one.check
    name = printable(one.name)
    if isinstance(check, SpanValidation):
        lines = [f"{name}: {_spans_checked(check)}"]
        lines[0] += f"; {check.scheme} ({one.how})" * bool(check.scheme)
    else:
        tokens = f"{many(check.tokens, 'token')} in {many(check.sentences, 'sentence')}"
        total = many(check.kinds.total(), "violation") if check.kinds else "no violations"
        lines = [f"{name}: {total} of {check.scheme} ({one.how}); {tokens}; {check.read}"]
    if not check.kinds:
        return lines
    width = len(str(max(check.kinds.values()))) + 2
    kinds = sorted(check.kinds.items(), key=lambda item: (-item[1], item[0]))
    lines += [f"{count:>{width}}  {printable(kind)}" for kind, count in kinds[:_KINDS]]
    if others := kinds[_KINDS:]:
        lines.append(f"{sum(count for _, count in others):>{width}}  of {len(others)} other kinds")
    return lines


def _spans_checked(check: SpanValidation) -> str:
    """Say what was checked, and what is no fault but worth to know."""
    total = many(check.kinds.total(), "fault") if check.kinds else "no faults"
    words = f"{total}; {many(check.spans, 'span')} in {many(check.documents, 'document')}"
    if check.overlapping:
        words += f", {check.overlapping} nested or overlapping"
    if check.discontinuous:
        words += f", {check.discontinuous} discontinuous"
    return f"{words}; {check.read}"


def _place(found: FileViolation | SpanFault) -> str:
    """Return where a fault is."""
    if isinstance(found, SpanFault) and not found.line and found.document is not None:
        return f"{found.file}: document {found.document}"
    return f"{found.file}:{found.line}"


def _words(found: SpanFault) -> str:
    """Say what is wrong with a span, and which it is."""
    said = f" {shortened(found.text)}" if found.text else ""
    span = f": {found.type}{said}" if found.type else ""
    places = ", ".join(f"{start} to {end}" for start, end in found.parts)
    why = f": {found.reason}" if found.reason else ""
    return printable(f"{found.kind}{span}") + f" ({places})" * bool(places) + printable(why)


def _text(_: Checking, violations: Violations) -> Iterator[str]:
    for found in violations:
        place = printable(_place(found))
        if isinstance(found, SpanFault):
            yield f"{place}: {_words(found)}\n"
            continue
        token = f" at {printable(repr(found.token))}" if found.token else ""
        yield f"{place}: {printable(found.kind)}{token}: {found.reason}\n"


def _github(_: Checking, violations: Violations) -> Iterator[str]:
    """Yield workflow commands; what has a meaning in one is written as an escape."""
    for found in violations:
        file = _escaped(found.file).replace(":", "%3A").replace(",", "%2C")
        line = f",line={found.line}" * bool(found.line)
        if isinstance(found, SpanFault):
            document = f"document {found.document}: " if not found.line else ""
            message = _escaped(printable(document) + _words(found))
            yield f"::error file={file}{line},title=span::{message}\n"
            continue
        token = f" (token {found.token!r})" if found.token else ""
        message = _escaped(printable(f"{found.kind}: {found.reason}{token}"))
        yield f"::error file={file}{line},title=ill-formed tag::{message}\n"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _csv(_: Checking, violations: Violations) -> Iterator[str]:
    """Yield lines; of a span, the token is its text, and what is after is its type."""
    for found in violations:
        if isinstance(found, SpanFault):
            document = (
                "" if found.line or found.document is None else f"document {found.document}: "
            )
            why = document + found.kind + f": {found.reason}" * bool(found.reason)
            yield _csv_line((found.file, found.line or "", found.text, "", found.type, why))
            continue
        yield _csv_line(
            (found.file, found.line, found.token, found.before, found.after, found.reason)
        )


def _csv_line(fields: tuple[object, ...]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(fields)
    return text.getvalue()


def _json(one: Checking, violations: Violations) -> Iterator[str]:
    """Yield one object, violation by violation: they need not be in memory together."""
    check = one.check
    head = {"file": one.name, "scheme": check.scheme, "scheme_is": one.how}
    if isinstance(check, SpanValidation):
        head = {"file": one.name, "format": check.input.format}
        head |= {"scheme": check.scheme, "scheme_is": one.how} if check.scheme else {}
    yield json_text(head)[:-1] + ', "violations": ['
    separator = "\n  "
    for found in violations:
        fields = found._asdict()
        del fields["file"]
        yield separator + json_text(fields | {"kind": found.kind})
        separator = ",\n  "
    tail: dict[str, object] = {
        "kinds": dict(check.kinds.most_common()),
        "total": check.kinds.total(),
    }
    if isinstance(check, SpanValidation):
        tail |= {"documents": check.documents, "spans": check.spans}
        tail |= {"overlapping": check.overlapping, "discontinuous": check.discontinuous}
    else:
        tail |= {"tokens": check.tokens, "sentences": check.sentences}
    yield "], " + json_text(tail)[1:]


_FORMATS: dict[str, Callable[[Checking, Violations], Iterator[str]]] = {
    "text": _text,
    "json": _json,
    "csv": _csv,
    "github": _github,
}
_HEADS = {"json": "[", "csv": _csv_line(("file", "line", "token", "before", "after", "reason"))}
_BETWEEN = {"json": ",\n"}
_TAILS = {"json": "]\n"}
