"""The manual page, and what shells complete by: made of the commands, for the wheel."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click
from click.shell_completion import get_completion_class

from spanf1._version import __version__
from spanf1.cli.group import COMMANDS, main
from spanf1.cli.help import sections

#: what shells complete by: where each looks for it, below a prefix such as /usr
COMPLETIONS = {
    "bash": "share/bash-completion/completions/spanf1",
    "zsh": "share/zsh/site-functions/_spanf1",
    "fish": "share/fish/vendor_completions.d/spanf1.fish",
}
#: where the manual page is, likewise
MANUAL = "share/man/man1/spanf1.1"


def completion(shell: str) -> str:
    """Return the script by which a shell completes the command line."""
    known = get_completion_class(shell)
    assert known is not None  # noqa: S101 - click knows the three
    made = known(main, {}, "spanf1", "_SPANF1_COMPLETE")
    return f"{made.source_template % made.source_vars()}\n"


def manual() -> str:
    """Return the manual page, in the macros of man(7)."""
    context = _context(main, "spanf1")
    lines = [
        f'.TH SPANF1 1 "" "spanf1 {__version__}" "User Commands"',
        ".SH NAME",
        r"spanf1 \- exact scores of named\-entity predictions",
        ".SH SYNOPSIS",
        r".B spanf1",
        r".I COMMAND",
        r"[\fIOPTION\fR]... [\fIARGUMENT\fR]...",
        ".SH DESCRIPTION",
        *_text(main.help or ""),
        ".SH OPTIONS",
        *_options(main, context),
        ".SH COMMANDS",
    ]
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None  # noqa: S101 - the names are theirs
        lines += _command(command, context, name)
    return "\n".join(lines) + "\n"


def _context(
    command: click.Command, name: str, parent: click.Context | None = None
) -> click.Context:
    return click.Context(command, info_name=name, parent=parent, **command.context_settings)


def _command(command: click.Command, parent: click.Context, name: str) -> Iterator[str]:
    """Yield what a command does, and its options; and those of the commands in it."""
    context = _context(command, name, parent)
    usage = [context.command_path, *command.collect_usage_pieces(context)]
    yield f".SS {_escaped(' '.join(usage))}"
    yield from _text(command.help or "")
    yield from _options(command, context)
    for part in command.commands if isinstance(command, click.Group) else ():
        yield from _command(command.commands[part], context, part)


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    """Yield the options of a command, in the order of its help text."""
    records = {
        max(option.opts, key=len): record
        for option in command.get_params(context)
        if isinstance(option, click.Option) and (record := option.get_help_record(context))
    }
    for names in sections(context.info_name or "", [*records]).values():
        for name in names:
            term, text = records[name]
            yield from (".TP", rf"\fB{_escaped(term)}\fR", *_text(text))


def _text(text: str) -> Iterator[str]:
    """Yield the paragraphs of a help text; those that begin with a backspace keep their lines."""
    for number, paragraph in enumerate(inspect.cleandoc(text).split("\n\n")):
        if number:
            yield ".PP"
        lines = paragraph.split("\n")
        if lines[0] == "\b":
            yield from (".nf", *map(_escaped, lines[1:]), ".fi")
        else:
            yield _escaped(" ".join(lines))


def _escaped(text: str) -> str:
    """Return a line in which nothing is a request or an escape of roff."""
    text = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{text}" if text.startswith((".", "'")) else text
