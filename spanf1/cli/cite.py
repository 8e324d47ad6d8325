"""``spanf1 cite``: what to cite beside a score, in BibTeX."""

from __future__ import annotations

import os

import click

from spanf1.cli.help import command
from spanf1.cli.output import FILE, SIZE_OPTION, output_option, write
from spanf1.cli.signature import RESULTS_HINT, input_name, parsed, read_text
from spanf1.exceptions import ReadError, UsageError
from spanf1.formats.source import STDIN
from spanf1.results.citations import cite as entries
from spanf1.results.citations import cite_data


@command("cite")
@click.argument("what", required=False, type=FILE, metavar="[SIGNATURE|RESULTS]")
@click.option("--match", metavar="MATCH", help="Cite where this match is from, as --match fair.")
@SIZE_OPTION
@output_option()
def cite(*, what: str | None, match: str | None, max_size: str | None, output: str | None) -> None:
    """Print BibTeX of what made a score.

    Without arguments, the entry of spanf1 in this version. With a signature, or a file that holds
    one, or the results (JSON) of `score`, `compare` or `diff`, or - for standard input, also the
    publications of what shaped the score: its match, its level, how ill-formed spans are read,
    intervals, tests, corrections; the rule of answers. A comment above each entry says what it is
    for.

    \b
    Examples:
      spanf1 cite
      spanf1 cite --match fair
      spanf1 cite 'f1:micro|match:muc|scheme:IOB2|…|v:1.0.0'
      spanf1 cite results.json -o references.bib
      spanf1 compare gold.conll a.conll b.conll --format json | spanf1 cite -
    """
    if what is None or match is not None:
        write(entries(what, match=match), output)
        return
    write(_of_file(what, max_size) if _is_file(what) else entries(what), output)


def _is_file(what: str) -> bool:
    """Return whether a file is named, and not a signature."""
    if what != STDIN and not os.path.exists(what) and "|" not in what:
        hint = "spanf1 score FILE --signature gives one; --match fair cites a match"
        raise UsageError("this is neither a signature nor a file", where=what, hint=hint)
    return what == STDIN or os.path.exists(what)


def _of_file(path: str, max_size: str | None) -> str:
    """Return what to cite of a file that holds a signature, or results."""
    text = read_text(path, max_size)
    try:
        if text.lstrip()[:1] == b"{":
            return cite_data(parsed(text, path))
        return entries(text.decode("utf-8", "replace"))
    except UsageError as error:
        hint = error.hint or RESULTS_HINT
        raise ReadError(error.message, where=input_name(path), hint=hint) from None
