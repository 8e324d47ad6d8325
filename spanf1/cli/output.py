"""A command's output: its format, and the file it goes to, whole or not at all, or stdout."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, TextIO, TypeVar, cast

import click
from click.core import ParameterSource

from spanf1.exceptions import UsageError
from spanf1.formats.output import check_file, is_special, left_over, opened_file
from spanf1.formats.source import STDIN
from spanf1.render.renderers import RENDERERS
from spanf1.render.report import Report
from spanf1.wording import printable

#: the type of a path: shells complete it; whether it can be read is said where it is read
FILE = click.Path(readable=False)
#: a decorator that adds something to a command
Option = Callable[[Any], Any]
_Made = TypeVar("_Made")

#: the formats of most reports
REPORT_FORMATS = [*RENDERERS]
#: what most formats have, and how many decimals
PERCENT_HELP = "table, markdown, latex and html are in percent; json, csv and tsv fractions of 1."
_CSV_HELP = "A cell of csv or tsv that a spreadsheet would compute begins with '."
DIGITS_HELP = "Decimals.  [default: 2; csv, tsv: all]"
#: how much is read as a whole
SIZE_OPTION = click.option(
    "--max-size",
    metavar="SIZE",
    help="The largest line or record that is read, or file that is read as a whole, such as 1G.  "
    "[default: 4M of a line, else 64M]",
)
_HTML = ".html"
# The format of a file by the end of its name, where none is given.
_ENDINGS = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".md": "markdown",
    ".tex": "latex",
    _HTML: "html",
}
# What `plot` draws, and no report is.
_PICTURES = ".pdf", ".png", ".svg"
# What a whole page is called, in place of tables of HTML.
_PAGE = "page"
# The formats that have no use for an option.
_WITHOUT = {
    "digits": ("conlleval", "json"),
    "confidence": ("conlleval", "number"),
    "kinds": ("json", "csv", "tsv"),
    "examples": ("csv", "tsv"),
    "forms": ("json", "csv", "tsv"),
}


def with_options(*options: Option) -> Option:
    """Return a decorator that adds options to a command, in the order of its help text."""

    def decorated(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated


def list_option(*names: str, metavar: str, help_text: str) -> Option:
    """Return an option that takes a list with commas, and may be given again for more of it."""
    return click.option(*names, multiple=True, callback=_joined, metavar=metavar, help=help_text)


def _joined(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> str | None:
    return ",".join(values) if values else None


def completed(names: Callable[[], Iterable[str]]) -> Callable[..., list[str]]:
    """Return what completes a word of an option by the names that there are."""
    return lambda _, __, begun: [name for name in names() if name.startswith(begun)]


def choice_option(*names: str, choices: Iterable[str], help_text: str) -> Option:
    """Return an option that takes one of a few words: the first is the default."""
    known = list(choices)
    return click.option(
        *names, type=click.Choice(known), default=known[0], show_default=True, help=help_text
    )


def count_option(*names: str, help_text: str, least: int = 0, **settings: Any) -> Option:
    """Return an option that takes a whole number."""
    return click.option(*names, type=click.IntRange(least), metavar="N", help=help_text, **settings)


def format_option(names: Iterable[str] = REPORT_FORMATS, help_text: str = "") -> Option:
    """Return the option that says how to render a report: the first name is the default."""
    names = list(names)
    help_text = f"{help_text}  {_CSV_HELP * ('csv' in names)}".strip()
    return choice_option("-f", "--format", "format_name", choices=names, help_text=help_text)


def output_option(names: Iterable[str] = ()) -> Option:
    """Return the option for where the output goes; its ending chooses among the formats."""
    ends = ", ".join(_ends_of(names))
    said = f"  Its ending chooses the format, unless --format does: {ends}." * bool(ends)
    text = f"Write to FILE, whole or not at all.{said}"
    return click.option("-o", "--output", type=FILE, metavar="FILE", help=text)


def output_options(names: Iterable[str] = REPORT_FORMATS) -> Option:
    """Return the options that say where a report goes, and whether in colour."""
    return with_options(
        output_option(names),
        choice_option(
            "--color",
            choices=["auto", "always", "never"],
            help_text="auto is on a terminal, unless NO_COLOR is set.",
        ),
    )


def report_options(
    names: Iterable[str] = REPORT_FORMATS, help_text: str = "", *, digits: str = ""
) -> Option:
    """Return the options that say how to render a report, and where it goes.

    Parameters
    ----------
    names : iterable of str
        The formats; the first is the default.
    help_text, digits : str
        More about them; what is said of --digits, which is left out without it.
    """
    names = [*names]
    places = click.option("--digits", type=click.IntRange(0, 15), metavar="N", help=digits)
    return with_options(
        format_option(names, help_text), *([places] if digits else []), output_options(names)
    )


def taken(kind: type[_Made], settings: dict[str, Any], **more: Any) -> _Made:
    """Return an object of a dataclass, made of the settings of its fields, which are taken out."""
    names = settings.keys() & cast(Any, kind).__dataclass_fields__.keys()
    return kind(**{name: settings.pop(name) for name in names}, **more)


def _ends_of(names: Iterable[str]) -> dict[str, str]:
    """Return which of some formats each ending of a file's name chooses."""
    names = {*names}
    # Where a command makes pages, one is meant.
    known = _ENDINGS | ({_HTML: _PAGE} if _PAGE in names else {})
    return {end: name for end, name in known.items() if name in names}


def chosen_format(name: str, output: str | None) -> str:
    """Return the format that is given, or else that of the ending of the output's name.

    Raises
    ------
    UsageError
        If that is a format which this command does not write.
    """
    context = click.get_current_context(silent=True)
    source = context and context.get_parameter_source("format_name")
    if not (context and output and source is ParameterSource.DEFAULT):
        return name
    option = next(one for one in context.command.params if one.name == "format_name")
    ends = _ends_of(cast(Any, option.type).choices)
    end = os.path.splitext(output)[1]
    if end in _PICTURES:
        raise UsageError(
            f"{context.info_name} draws no pictures",
            where=output,
            hint="spanf1 plot does; --help says of what",
        )
    if end in _ENDINGS.keys() - ends.keys():
        raise UsageError(
            f"{context.info_name} does not write {_ENDINGS[end]}",
            where=output,
            hint=f"a name that ends with {', '.join(ends)}, or --format {name}",
        )
    return ends.get(end, name)


@dataclass(frozen=True)
class ReportOptions:
    """How a report is rendered and where it goes, as the options say.

    Attributes
    ----------
    format_name : str
        The name of a rendering.
    digits : int, optional
        Decimals, if others than usual.
    output : str, optional
        The file.
    color : str
        ``auto``, ``always`` or ``never``.
    quiet : bool
        Whether only the tables are wanted.
    """

    format_name: str
    output: str | None
    color: str
    digits: int | None = None
    quiet: bool = False

    @classmethod
    def of(cls, settings: dict[str, Any]) -> ReportOptions:
        """Take those options out of the settings of a command.

        Raises
        ------
        UsageError
            If they do not go together.
        """
        settings["format_name"] = chosen_format(settings["format_name"], settings["output"])
        options = taken(cls, settings)
        options.check(digits=options.digits)
        return options

    def check(self, **options: object) -> None:
        """Raise an error if an option is given that the format has no use for.

        Raises
        ------
        UsageError
            If one is.
        """
        for name, value in options.items():
            if value is not None and self.format_name in _WITHOUT[name]:
                raise UsageError(f"--{name} does not go with --format {self.format_name}")

    def check_writable(self, inputs: Sequence[str]) -> None:
        """Raise an error now if the report cannot be written later: see `check_writable`."""
        check_writable(self.output, inputs)

    @property
    def on_screen(self) -> dict[str, Any]:
        """Whether text is in colour, and the columns of the terminal, if it goes to one."""
        here = self.output is None
        return {
            "colour": here and wants_colour(self.color, sys.stdout),
            "columns": terminal_columns() if here else None,
        }

    def write(
        self,
        report: Report,
        renderers: Mapping[str, Callable[..., str | bytes]] = RENDERERS,
        *,
        notes: Iterable[str] = (),
    ) -> None:
        """Render a report and write it; then, unless only the tables are wanted, some notes.

        Raises
        ------
        UsageError, OSError
            As for `write`.
        """
        content = renderers[self.format_name](
            report,
            digits=self.digits,
            **self.on_screen,
            brief=self.quiet,
        )
        write(content, self.output)
        if not self.quiet:
            tell(notes)


def check_given(allowed: Collection[str], problem: str, hint: str) -> None:
    """Raise an error if an option is given on the command line that is none of some.

    Raises
    ------
    UsageError
        If one is: the option, and then the problem.
    """
    context = click.get_current_context()
    for option in context.command.params:
        given = context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE
        if given and option.name not in allowed:
            raise UsageError(f"{max(option.opts, key=len)} {problem}", hint=hint)


def terminal_columns() -> int | None:
    """Return how many columns COLUMNS says, or the terminal has; None where there is none."""
    here = os.environ.get("COLUMNS") or (sys.stdout is not None and sys.stdout.isatty())
    return shutil.get_terminal_size().columns if here else None


def wants_colour(choice: str, stream: TextIO | None) -> bool:
    """Return whether to use colour on a stream: ``always``, ``never`` or ``auto``.

    ``auto`` is on a terminal, unless NO_COLOR is set (https://no-color.org) or TERM is dumb.
    """
    if choice != "auto":
        return choice == "always"
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and stream is not None and stream.isatty()


def check_writable(path: str | None, inputs: Sequence[str], *, streamed: bool = False) -> None:
    """Raise an error now if a file cannot be written later, after the work.

    If `streamed`, what is written to standard output is written while the inputs are read: those
    must not be where it goes, or they would be read as they grow.

    Raises
    ------
    UsageError
        If it is a directory, one of the inputs, or in a directory that is not there or not
        writable.
    """
    if path is None or path == STDIN:
        for source in inputs if streamed else ():
            if _is_input(1, source):
                raise UsageError("the output cannot be written: it is the input", where=source)
        return
    if any(_is_input(path, source) for source in inputs):
        raise UsageError("the output cannot be written: it is the input", where=path)
    check_file(path)


def _is_input(output: str | int, source: str) -> bool:
    """Return whether a file, or a descriptor, is a regular file that is read."""
    try:
        found, read = os.stat(output), os.fstat(0) if source == STDIN else os.stat(source)
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and os.path.samestat(found, read)


def write(content: str | bytes, path: str | None) -> None:
    """Write a report to a file, or to standard output if there is no path or it is ``-``.

    A file appears under its name, or replaces the one that is there, when it is complete.

    Raises
    ------
    UsageError
        If the file cannot be written.
    OSError
        If standard output cannot be written.
    """
    with opened(path) as stream:
        # Bytes as they are; styles were decided on before.
        if isinstance(content, str):
            content = content.encode("utf-8", "surrogateescape")
        stream.write(content)


@contextlib.contextmanager
def opened(path: str | None, compression: str = "") -> Iterator[BinaryIO]:
    """Give a stream to write to: standard output, or a file as `write` writes it.

    Parameters
    ----------
    path : str, optional
        The file; standard output if there is none or it is ``-``.
    compression : str
        How to compress a file: a key of `spanf1.formats.source.COMPRESSIONS`, or empty.

    Raises
    ------
    UsageError, OSError
        As for `write`.
    """
    if path is None or path == STDIN:
        if sys.stdout is None:
            raise OSError(errno.EBADF, "it is closed")
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with opened_file(path, compression) as file:
        yield file
    if not is_special(path):
        tell_left_over(path)


def tell_left_over(path: str) -> None:
    """Say what a run that was killed has left beside what was written; once for each folder."""
    folder = os.path.dirname(os.path.realpath(path))
    if folder not in _looked_for:
        _looked_for.add(folder)
        tell(
            f"warning: {left}: a run that was killed left this; if no other is at work, it can be "
            "deleted"
            for left in left_over(folder)
        )


_looked_for: set[str] = set()


def tell(lines: Iterable[str], label: str = "") -> None:
    """Write lines on standard error, in a form that a terminal can show, behind a label.

    Those that cannot be written are no reason to fail.
    """
    with contextlib.suppress(OSError):
        for line in lines:
            click.echo(label + printable(line), err=True)
