"""The command line: one module for each command. Only this package imports click and prints."""

from __future__ import annotations

import sys

import click

from spanf1 import __version__
from spanf1.cli.conlleval import conlleval
from spanf1.cli.score import score
from spanf1.errors import SpanF1Error


class _Group(click.Group):
    """A group of commands that says what went wrong in one line, and how to go on in another."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SpanF1Error as error:
            click.echo(click.style("error: ", fg="red", bold=True) + str(error), err=True)
            if error.hint:
                click.echo(f"hint: {error.hint}", err=True)
            sys.exit(error.exit_code)


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
    epilog="`spanf1 COMMAND --help` explains a command, with examples.",
)
@click.version_option(__version__, "-V", "--version", message="spanf1 %(version)s")
def main() -> None:
    """Score named-entity predictions, exactly, and say how the number was made.

    Exit codes: 0 done, 1 a finding that was asked for, 2 wrong usage, 3 bad input.
    """


main.add_command(score)
main.add_command(conlleval)
