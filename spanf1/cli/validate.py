"""``spanf1 validate``: everything in a file's tags that their scheme does not allow."""

from __future__ import annotations

import contextlib
import csv
import io
import os
from collections.abc import Callable, Iterator
from typing import Any

import click

from spanf1.cli.inputs import (
    format_option,
    paths_of,
)
from spanf1.cli.output import check_output_is_no_input, check_writable, opened
from spanf1.cli.tagged import ColumnChoice, canonical, column_options, scheme_option
from spanf1.formats.streams import STDIN
from spanf1.options import AUTO
from spanf1.reports.machine import json_text
from spanf1.reports.rows import found_by, many, printable
from spanf1.tagfiles import FileViolation, Validation, looked_at

HELP = """Check that tags are well-formed in their scheme.

Each violation is a step between two tags that the scheme does not allow, or a tag whose prefix
it does not have; O stands for what is beyond a sentence. It is given with the line that the
step leads to. Exit code 1 if there are any, 0 if there are none.
Without a file, or with -, standard input is read.

\b
Examples:
  spanf1 validate train.conll
  spanf1 validate *.conll --scheme IOB2 --max 20
  spanf1 validate output.conll --tag-column -2 --format csv -o violations.csv
  spanf1 validate data/*.iob2 --tag-column 3 --format github
"""

#: how many kinds of violations a summary names
_KINDS = 20

#: a validation, words on how its scheme is known, and the violations to show
Checked = tuple[Validation, str, Iterator[FileViolation]]


@click.command("validate", help=HELP, short_help="Check that tags are well-formed.")
@column_options
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
    scheme: str,
    most: int | None,
    format_name: str,
    output: str | None,
    quiet: bool,
    **where: Any,
) -> None:
    """Validate files; see `HELP`."""
    choice, given = ColumnChoice(**where), canonical(scheme)
    paths = paths_of(files, "validate")
    check_writable(output, paths)
    if output in (None, STDIN):
        check_output_is_no_input(paths)
    summaries, faults = [], 0
    lines = _FORMATS[format_name]
    with opened(output) as stream:
        for number, path in enumerate(paths):
            # What comes through a pipe is checked as it comes, if its scheme is known.
            at_once = given != AUTO and not os.path.isfile(path)
            with choice.opened(path, again=not at_once, quiet=quiet) as column:
                exact, name, how = column, given, "given"
                if not at_once:
                    exact, name, found = looked_at(column, given)
                    how = found_by(found.fitting) if given == AUTO else how
                check = Validation(exact, name)
                before = _BETWEEN if number else _HEADS
                stream.write(before.get(format_name, "").encode())
                for line in lines((check, how, check.violations(most))):
                    stream.write(line.encode("utf-8", "surrogateescape"))
            faults += check.kinds.total()
            summaries += _summary(check, how)
        stream.write(_TAILS.get(format_name, "").encode())
        if format_name == "text" and not quiet:
            stream.writelines(f"{line}\n".encode() for line in summaries)
    if format_name != "text" and not quiet:
        with contextlib.suppress(OSError):
            click.echo("\n".join(summaries), err=True)
    ctx.exit(1 if faults else 0)


def _summary(check: Validation, how: str) -> list[str]:
    """Return lines that say how many violations of each kind there are."""
    name = printable(check.column.source.name)
    tokens = f"{many(check.tokens, 'token')} in {many(check.sentences, 'sentence')}"
    total = many(check.kinds.total(), "violation") if check.kinds else "no violations"
    lines = [f"{name}: {total} of {check.scheme} ({how}); {tokens}; {check.read}"]
    if not check.kinds:
        return lines
    width = len(str(max(check.kinds.values()))) + 2
    kinds = sorted(check.kinds.items(), key=lambda item: (-item[1], item[0]))
    lines += [f"{count:>{width}}  {printable(kind)}" for kind, count in kinds[:_KINDS]]
    if others := kinds[_KINDS:]:
        lines.append(f"{sum(count for _, count in others):>{width}}  of {len(others)} other kinds")
    return lines


def _text(checked: Checked) -> Iterator[str]:
    for found in checked[2]:
        token = f" at {printable(repr(found.token))}" if found.token else ""
        place = f"{printable(found.file)}:{found.line}"
        yield f"{place}: {printable(found.kind)}{token}: {found.reason}\n"


def _github(checked: Checked) -> Iterator[str]:
    """Yield workflow commands; what has a meaning in one is written as an escape."""
    for found in checked[2]:
        file = _escaped(found.file).replace(":", "%3A").replace(",", "%2C")
        token = f" (token {found.token!r})" if found.token else ""
        message = _escaped(printable(f"{found.kind}: {found.reason}{token}"))
        yield f"::error file={file},line={found.line},title=ill-formed tag::{message}\n"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _csv(checked: Checked) -> Iterator[str]:
    for found in checked[2]:
        yield _csv_line(
            (found.file, found.line, found.token, found.before, found.after, found.reason)
        )


def _csv_line(fields: tuple[object, ...]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(fields)
    return text.getvalue()


def _json(checked: Checked) -> Iterator[str]:
    """Yield one object, violation by violation: they need not be in memory together."""
    check, how, violations = checked
    head = {"file": check.column.source.name, "scheme": check.scheme, "scheme_is": how}
    yield json_text(head)[:-1] + ', "violations": ['
    separator = "\n  "
    for found in violations:
        fields = found._asdict()
        del fields["file"]
        yield separator + json_text(fields | {"kind": found.kind})
        separator = ",\n  "
    tail = {
        "kinds": dict(check.kinds.most_common()),
        "total": check.kinds.total(),
        "tokens": check.tokens,
        "sentences": check.sentences,
    }
    yield "], " + json_text(tail)[1:]


_FORMATS: dict[str, Callable[[Checked], Iterator[str]]] = {
    "text": _text,
    "json": _json,
    "csv": _csv,
    "github": _github,
}
_HEADS = {"json": "[", "csv": _csv_line(("file", "line", "token", "before", "after", "reason"))}
_BETWEEN = {"json": ",\n"}
_TAILS = {"json": "]\n"}
