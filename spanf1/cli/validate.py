"""``spanf1 validate``: what a scheme does not allow in tags, and what is wrong with spans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from spanf1.checks.report import VIOLATIONS, summary
from spanf1.checks.validate import Checking, checks_of, streams
from spanf1.cli.help import command
from spanf1.cli.inputs import KEY_OPTIONS, input_options, options_of, paths_of, ready, scheme_option
from spanf1.cli.output import (
    check_writable,
    chosen_format,
    format_option,
    opened,
    output_option,
    tell,
)
from spanf1.core.options import tag_scheme
from spanf1.formats.opening import inputs_of
from spanf1.formats.source import Source


@command("validate")
@input_options(*KEY_OPTIONS)
@scheme_option()
@click.option(
    "--max",
    "most",
    type=click.IntRange(0),
    metavar="N",
    help="Show at most N violations of each file. All are counted.",
)
@format_option(
    VIOLATIONS,
    "github: annotations, as GitHub Actions shows them beside the lines.",
)
@output_option(VIOLATIONS)
@click.option("-q", "--quiet", is_flag=True, help="Show no summary.")
def validate(
    files: tuple[str, ...],
    *,
    scheme: str,
    most: int | None,
    format_name: str,
    output: str | None,
    quiet: bool,
    **settings: Any,
) -> int:
    """Check that tags are well-formed in their scheme, and spans as they should be.

    A violation is a step between two tags that the scheme does not allow, or a tag whose prefix
    the scheme does not have. O stands for the places before and after a sentence. A violation is
    shown with the line that the step leads to. The exit code is 1 if there are any, and 0 if there
    are none. Without a file, or with -, standard input is read. Files may be of any format that
    `spanf1 score` reads.

    In texts with spans, a violation is a span or an id that occurs twice, a span with white space
    at an edge, or one that does not begin and end where tokens do (if these are known). The
    summary counts spans that nest, overlap or are discontinuous.

    \b
    Examples:
      spanf1 validate train.conll
      spanf1 validate *.conll --scheme IOB2 --max 20
      spanf1 validate output.conll --tag-column -2 --format csv -o violations.csv
      spanf1 validate annotations.jsonl brat/
      spanf1 validate data/*.iob2 --tag-column 3 --format github
    """
    options = options_of(settings)
    known = tag_scheme(scheme)
    paths = paths_of(files, "validate")
    format_name = chosen_format(format_name, output)
    check_writable(output, paths, streamed=True)
    done: list[Checking] = []

    def checks() -> Iterator[Checking]:
        for input in inputs_of([Source(path) for path in paths], options, scheme=known):
            # A pipe that is looked at more than once is kept.
            with ready(input, again=not streams(input, known), quiet=quiet) as kept:
                for checking in checks_of(kept, known):
                    yield checking
                    done.append(checking)

    with opened(output) as stream:
        for piece in VIOLATIONS[format_name](checks(), most):
            stream.write(piece.encode("utf-8", "surrogateescape"))
        summaries = [line for checking in done for line in summary(checking)]
        if format_name == "text" and not quiet:
            stream.writelines(f"{line}\n".encode() for line in summaries)
    if format_name != "text" and not quiet:
        tell(summaries)
    return 1 if any(checking.check.kinds for checking in done) else 0
