"""``spanf1 conlleval``: a drop-in for the reference script."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import NoReturn

import click

from spanf1.cli.help import Command, command

_DIED = 255


class _ScriptCommand(Command):
    """A command whose arguments are parsed as the script parses them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        ctx.params.update(latex=False, raw=False, delimiter=" ", outside="O")
        rest = iter(args)
        for argument in rest:
            if argument == "--help":
                click.echo(ctx.get_help(), color=ctx.color)
                ctx.exit()
            elif argument == "-l":
                ctx.params["latex"] = True
            elif argument == "-r":
                ctx.params["raw"] = True
            elif argument in ("-d", "-o"):
                value = next(rest, None)
                if value is None:
                    _die(ctx, f"conlleval: {argument} requires delimiter character")
                ctx.params["delimiter" if argument == "-d" else "outside"] = value
            elif argument.startswith("-"):
                _die(ctx, f"conlleval: unknown argument {argument}")
            else:
                _die(ctx, "conlleval: unexpected command line argument")
        return []


def _die(ctx: click.Context, message: str) -> NoReturn:
    click.echo(os.fsencode(message), err=True)
    ctx.exit(_DIED)


# The options are declared for the help text.
# In the script -h is an unknown argument.
@command(
    "conlleval",
    cls=_ScriptCommand,
    context_settings={"help_option_names": ["--help"]},
)
@click.option("-l", "latex", is_flag=True, help="Print the body of a LaTeX table.")
@click.option("-r", "raw", is_flag=True, help="Tags are types: put B- before all but O.")
@click.option(
    "-d",
    "delimiter",
    metavar="REGEX",
    help="What separates fields: a Perl regular expression without groups, in which only the end "
    "may be repeated, as in '[ \\t]+'.  [default: one space]",
)
@click.option("-o", "outside", metavar="TAG", help="With -r: the tag that means O.")
@click.pass_context
def conlleval(ctx: click.Context, latex: bool, raw: bool, delimiter: str, outside: str) -> None:
    """Score standard input as the conlleval script (version 2004-01-26) does.

    The command takes the script's options. It gives the same output byte by byte, the same
    messages and the same exit codes: 1 for a line with another number of fields, 255 where the
    script dies.

    A line has any number of fields; the last two are the gold and the predicted tag. A line that
    is empty or begins with the field -X- ends a sentence. Bytes are taken as they are: compressed
    input must be decompressed first.

    `spanf1 score --format conlleval --reading conlleval` reads two files, other columns and
    compressed files, uses several processors, and has clearer messages. It counts by the same
    rules. But it refuses tags that fit no scheme, such as NP without a prefix, which the script
    counts.

    \b
    Examples:
      spanf1 conlleval < tagged.txt
      spanf1 conlleval -d '\\t' -l < tagged.tsv
      cut -f 1,4,5 tagged.tsv | spanf1 conlleval -d '\\t' -r -o NONE
      zcat tagged.txt.gz | spanf1 conlleval
    """
    from spanf1.conlleval.reader import ScriptFile
    from spanf1.conlleval.report import conlleval_latex, conlleval_report
    from spanf1.core.script import count_rows
    from spanf1.exceptions import SpanF1Error

    # Without standard input (`<&-`) there is nothing to read.
    stream = sys.stdin.buffer if sys.stdin else io.BytesIO()
    file = ScriptFile(
        stream, delimiter=os.fsencode(delimiter), raw=raw, outside=os.fsencode(outside)
    )
    try:
        counts = count_rows(file)
    except SpanF1Error as error:
        message = error.message.encode("utf-8", "surrogateescape")
        click.echo(message, err=True)
        ctx.exit(error.exit_code)
    except OSError as error:
        _die(ctx, f"conlleval: cannot read standard input: {error.strerror}")
    if sys.stdout is None:
        raise OSError(errno.EBADF, "it is closed")
    text = conlleval_latex(counts) if latex else conlleval_report(counts)
    click.echo(text.encode("utf-8", "surrogateescape"), nl=False)
