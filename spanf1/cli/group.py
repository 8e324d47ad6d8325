"""The group of the commands: runs one, and says what went wrong, and how to go on."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import signal
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click

from spanf1._version import __version__
from spanf1.cli.help import Context
from spanf1.cli.interruption import INTERRUPTED, AtOnce
from spanf1.exceptions import SpanF1Error, UsageError
from spanf1.wording import one_line, shortened

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

#: what says how many threads linear algebra begins
_THREADS = "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"

#: the commands by what they are for, each in the module of its name, and what each does
SECTIONS = {
    "Score": {
        "score": "Score predictions against gold.",
        "compare": "Say which system is better, and how sure it is.",
        "schemes": "Show the scores of other scorers, and why they differ.",
        "rescore": "Score again from a results file.",
        "merge": "Add up the results files of parts.",
        "plot": "Draw scores, to print: PDF, SVG, PNG.",
        "baseline": "Score a baseline that knows only the training data.",
        "answers": "Score answers by their words, and ranked lists at K.",
        "conlleval": "Score as the conlleval script does.",
    },
    "Look": {
        "report": "Write scores and errors on a page for a browser.",
        "errors": "Show which spans are wrong, and what each kind of error costs.",
        "explain": "Show how each match counts the spans of one sentence.",
        "diff": "Say which spans a new system mends, and which it breaks.",
        "agree": "Say how far annotators agree, and where they do not.",
        "sweep": "Find the best threshold of confidences.",
        "describe": "Count what is in files of tags or spans.",
        "trend": "Show how F1 changes over steps, data sizes or time.",
    },
    "Tags": {
        "detect": "Find out which scheme tags are in.",
        "validate": "Check that tags and spans are well-formed.",
        "repair": "Put ill-formed tags right.",
        "convert": "Write the same spans in another scheme or format.",
    },
    "Cite": {
        "signature": "Explain a signature, or compare two.",
        "cite": "Print BibTeX of what made a score.",
        "corpora": "List known corpora, fetch open ones, and check copies.",
        "reproduce": "Print published scores beside measured ones.",
    },
}
#: all of them, in the order of the help text
COMMANDS = {name: text for section in SECTIONS.values() for name, text in section.items()}

# What other tools call a command.
_ELSEWHERE = {"evaluate": "score", "eval": "score", "rank": "compare", "check": "validate"}


class _Group(click.Group):
    """A group of commands that says what went wrong in one line, and how to go on in another."""

    context_class = Context

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command, imported when it is wanted."""
        if cmd_name not in COMMANDS:
            return None
        module = f"spanf1.cli.{cmd_name}"
        if module not in sys.modules:
            _import_for_good(module)
        # Only now, as the end may come in the middle of an import.
        _end_cleanly()
        command: click.Command = getattr(sys.modules[module], cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write what each command does; none is imported for that."""
        width = max(map(len, COMMANDS))
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{name:<{width}}", text) for name, text in commands.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is named; an error names the one that is called nearly so."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            near = _ELSEWHERE.get(name) or next(iter(get_close_matches(name, COMMANDS, 1)), "")
            hint = f"spanf1 {near} is one" if near else "spanf1 --help lists the commands"
            if os.path.exists(name):
                hint = f"spanf1 score {name} scores a file"
            raise UsageError(f"there is no command {shortened(name)}", hint=hint)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """Return the commands that begin so; none is imported for that."""
        from click.shell_completion import CompletionItem

        return [
            CompletionItem(name, help=text)
            for name, text in COMMANDS.items()
            if name.startswith(incomplete)
        ]

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run a command, and exit with the code that it returns, if any, or that of its error."""
        code: object = 0
        # NumPy is not imported so far; threads that nothing uses would take a part of its start.
        for name in _THREADS:
            os.environ.setdefault(name, "1")
        try:
            extra["standalone_mode"] = False
            code = super().main(args, prog_name, **extra)
            if sys.stdout:
                sys.stdout.flush()
        except SpanF1Error as error:
            code = _say(str(error), error.hint, error.exit_code)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            code = error.exit_code
        except click.ClickException as error:
            code = _say(error.format_message(), "--help says what is taken", error.exit_code)
        except MemoryError:
            code = _say("there is not enough memory", "a part of the input needs less", 3)
        except (click.Abort, KeyboardInterrupt):
            code = _say("interrupted", "", INTERRUPTED)
        except OSError as error:
            # Standard output cannot be written.
            _drop(sys.stdout)
            code = 1
            if error.errno != errno.EPIPE:
                code = _say(f"standard output: {error.strerror}", "", UsageError.exit_code)
        try:
            if sys.stderr:
                sys.stderr.flush()
        except OSError:
            # Notes that cannot be written are no failure; Python 3.14 would end with another code.
            _drop(sys.stderr)
        sys.exit(code if isinstance(code, int) else 0)


def _drop(stream: TextIO) -> None:
    """Let what is left in a stream go nowhere, so that Python can flush it at its end."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _import_for_good(module: str) -> None:
    """Import a module, and take what is there then for what stays.

    To look through all that for what is not used any more, while it is imported and when the
    program ends, takes a tenth of a short run.
    """
    gc.disable()
    try:
        with AtOnce():
            import_module(module)
        gc.freeze()
    finally:
        gc.enable()


def _end_cleanly() -> None:
    """Let a signal that ends the program end it as an exit does: files that are half made go."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # Only the main thread may ask for signals.
        with contextlib.suppress(ValueError):
            if number is not None and signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, lambda got, _: sys.exit(128 + got))


def _say(message: str, hint: str, code: int) -> int:
    """Print an error, and return the exit code."""
    from spanf1.cli.output import wants_colour

    label = "error: "
    if wants_colour("auto", sys.stderr):
        label = click.style(label, fg="red", bold=True)
    with contextlib.suppress(OSError):
        click.echo(label + one_line(message), err=True)
        if hint:
            click.echo(f"hint: {one_line(hint)}", err=True)
    return code


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
    epilog="`spanf1 COMMAND --help` explains a command, with examples.",
)
@click.version_option(__version__, "-V", "--version", message="spanf1 %(version)s")
def main() -> None:
    """Score named-entity predictions, exactly, and say how the number was made.

    Exit codes: 0 done; 1 a check found something (`validate`, `convert --check`, `signature`,
    `corpora verify`, `reproduce`, `trend`, `score --fail-under` and `--fail-empty`, `diff
    --fail-if-worse` and `--max-drop`); 2 the command line is wrong; 3 the input is wrong; 130
    interrupted. `spanf1 conlleval` has the exit codes of the script.
    """
