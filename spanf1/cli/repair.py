"""``spanf1 repair``: the same file with ill-formed tags put right."""

from __future__ import annotations

from typing import Any

from spanf1.checks.tags import Changes, Rewriting
from spanf1.cli.help import command
from spanf1.cli.inputs import input_options, options_of, paths_of, scheme_option
from spanf1.cli.output import taken
from spanf1.cli.rewriting import (
    Destination,
    kinds_line,
    method_option,
    rewrite_inputs,
    writing_options,
)
from spanf1.core.options import tag_scheme
from spanf1.core.repairs import REPAIRS
from spanf1.formats.registry import COLUMNS, Input
from spanf1.formats.source import Source
from spanf1.wording import many

_METHODS_HELP = "; ".join(f"{name}: {text}" for name, text in REPAIRS.items())


@command("repair")
@input_options()
@scheme_option()
@method_option(f"What is done about ill-formed spans. {_METHODS_HELP}.")
@writing_options()
def repair(
    files: tuple[str, ...], *, scheme: str, method: str, allow_loss: bool, **settings: Any
) -> int:
    """Put ill-formed tags right, in the scheme that they are in.

    Every other byte of the file stays as it is: tokens, other columns, comments, white space.
    Standard error says what was changed. Without a file, or with -, standard input is read. Files
    may be compressed by gzip, bzip2, xz or zstd. The output is compressed if its name ends in .gz
    .bz2 .xz .zst.

    Well-formed tags are left alone, and after a repair all tags are well-formed. In the same
    scheme, the strict score after a repair by begin is the lenient score of the original. The
    strict score after a repair by discard is the strict score of the original. If no scheme fits
    wholly, and several fit equally well, you must give --scheme.

    If the input comes through a pipe and you give its scheme, lines are written as they are read.
    If a later line is wrong, the lines before it have been written already.

    \b
    Examples:
      spanf1 repair output.conll > repaired.conll
      spanf1 repair output.conll --scheme IOB2 --method discard -o repaired.conll
      spanf1 repair train.iob2.gz --tag-column 3 --in-place
      spanf1 repair data/*.conll --check           # exit code 1 if there is something to repair
      cat output.conll | spanf1 repair --scheme BIOES | spanf1 score
    """
    options = options_of(settings)
    return rewrite_inputs(
        [Input(Source(path), COLUMNS, options) for path in paths_of(files, "repair")],
        Rewriting(tag_scheme(scheme), "", method, None, allow_loss),
        taken(Destination, settings),
        _report,
    )


def _report(scheme: str, changes: Changes) -> list[str]:
    if not changes.kinds:
        return [f"{scheme}: {many(changes.spans, 'span')}, all well-formed: nothing was changed"]
    first = f", the first in line {changes.first_line}" if changes.tags else ""
    return [
        f"{scheme}: {changes.ill_formed} of {many(changes.spans, 'span')} ill-formed; "
        f"{many(changes.tags, 'tag')} changed{first}",
        *kinds_line(changes),
    ]
