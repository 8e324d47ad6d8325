"""``spanf1 detect``: which tagging scheme tags are in, and how that can be told."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator

import click

from spanf1.checks.columns import detect_column
from spanf1.cli.inputs import (
    format_option,
    input_options,
    output_options,
    paths_of,
    ready,
)
from spanf1.cli.output import wants_colour, write
from spanf1.core.detection import Detection, found_by
from spanf1.core.schemes import SCHEMES
from spanf1.formats.options import InputOptions
from spanf1.formats.registry import COLUMNS, Input
from spanf1.formats.source import Source
from spanf1.render.machine import json_text
from spanf1.wording import many, printable

HELP = """Find out which tagging scheme the tags of a file are in.

The scheme is the one in which the fewest spans are ill-formed; of several such, the one that
has the most of the prefixes that occur. What speaks against the others is said, and where it is
seen first.
Without a file, or with -, standard input is read.

\b
Examples:
  spanf1 detect train.conll
  spanf1 detect output.conll --tag-column -2
  spanf1 detect *.conll --format json | jq '.[].scheme'
"""

_WIDTH = 80
_LABEL = 12
#: how many kinds of faults are named for a scheme
_NAMED = 3


@click.command("detect", help=HELP, short_help="Find out which scheme tags are in.")
@input_options()
@format_option(["table", "json"])
@output_options
def detect(
    files: tuple[str, ...],
    *,
    options: InputOptions,
    format_name: str,
    output: str | None,
    color: str,
) -> None:
    """Detect the scheme of files; see `HELP`."""
    found = []
    for path in paths_of(files, "detect"):
        with ready(Input(Source(path), COLUMNS, options)) as input:
            found.append((input.source.name, *detect_column(input)))
    if format_name == "json":
        write(_json(found), output)
        return
    colour = output is None and wants_colour(color, sys.stdout)
    parts = []
    for name, detection, words in found:
        heading = [f"file        {printable(name)}"] if len(found) > 1 else []
        parts.append("\n".join([*heading, *_lines(detection, words, colour=colour)]) + "\n")
    write("\n".join(parts), output)


def _lines(found: Detection, words: str, *, colour: bool) -> Iterator[str]:
    """Yield the lines of the report on one file."""
    scheme = found.scheme if found.spans else "-"
    yield f"{'scheme':<{_LABEL}}{click.style(scheme, bold=True) if colour else scheme}"
    how = found_by(found.fitting)
    if found.doubtful:
        how += "; none of them fits wholly, and they find fault with other spans"
    elif 1 < len(found.fitting) < len(SCHEMES):
        how += ": nothing in these tags tells them apart"
    yield from _wrapped("", how)
    tags = f"{found.tokens}, {many(found.spans, 'span')}"
    if found.spans:
        tags += f"; prefixes {' '.join(found.prefixes)}"
    yield from _wrapped("tags", tags)
    yield from _wrapped("input", words)
    if not found.spans:
        return
    yield ""
    for scheme in [*found.fitting, *(n for n in SCHEMES if n not in found.fitting)]:
        yield from _wrapped(scheme, _verdict(found, scheme))


def _verdict(found: Detection, scheme: str) -> str:
    """Say what speaks against a scheme."""
    faults, foreign = found.ill_formed[scheme], found.foreign[scheme]
    reasons = []
    if foreign:
        reasons.append(f"has no {' or '.join(foreign)}")
    if faults.spans:
        kinds = [f"{kind} {count}" for kind, count in faults.kinds.items()]
        named = ", ".join(kinds[:_NAMED]) + ", …" * (len(kinds) > _NAMED)
        reasons.append(
            f"{faults.spans} of {many(faults.of, 'span')} ill-formed ({named}; first in line "
            f"{faults.first_line})"
        )
    return "; ".join(reasons) or "all spans are well-formed"


def _wrapped(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=f"{label:<{_LABEL}}",
        subsequent_indent=" " * _LABEL,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _json(found: list[tuple[str, Detection, str]]) -> str:
    data = [
        {
            "file": name,
            "scheme": detection.scheme if detection.spans else None,
            "fitting": detection.fitting,
            "certain": detection.certain,
            "tag_form": detection.tag_form or None,
            "other_forms": detection.other_forms,
            "prefixes": detection.prefixes,
            "tokens": detection.tokens,
            "spans": detection.spans,
            "schemes": {
                scheme: {**faults._asdict(), "foreign_prefixes": detection.foreign[scheme]}
                for scheme, faults in detection.ill_formed.items()
            },
        }
        for name, detection, _ in found
    ]
    return json_text(data, indent=2) + "\n"
