"""What the commands share that read inputs: options, files, pipes that are read again."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

import click

from spanf1.cli.running import Progress
from spanf1.core.options import AUTO, NORMALIZATIONS, AnyScheme, Options
from spanf1.core.schemes import SCHEME_NAMES
from spanf1.core.tags import AUTO_FORM
from spanf1.exceptions import ReadError, UsageError
from spanf1.formats.options import LAST, Column, InputOptions, column_of, columns_of
from spanf1.formats.registry import COLUMNS, INPUT_FORMATS, Input
from spanf1.formats.source import STDIN, STDIN_NAME, Source

CommandT = TypeVar("CommandT", bound=Callable[..., Any])
Option = Callable[[Any], Any]


def _filled(_: click.Context, __: click.Parameter, value: str) -> str:
    """Return a delimiter, unless it is empty: that is a slip, such as an unset variable."""
    if not value:
        raise UsageError("--delimiter is empty", hint="--delimiter whitespace is runs of it")
    return value


def _names(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Return the names that are given with commas between them."""
    return () if value is None else tuple(name.strip() for name in value.split(","))


def _labels(_: click.Context, __: click.Parameter, value: str | None) -> list[str] | None:
    """Return the labels that are given with commas between them."""
    return None if value is None else [label.strip() for label in value.split(",")]


def _column(_: click.Context, __: click.Parameter, value: str | None) -> Column | None:
    """Return a column; or several, of nested levels, as they are given: with commas."""
    return value if value is None or len(columns_of(value)) > 1 else column_of(value)


NORMALIZE_OPTION = click.option(
    "--normalize",
    metavar=",".join(NORMALIZATIONS),
    callback=_names,
    help="With --match text, what makes no difference: "
    + "; ".join(f"{name}: {text}" for name, text in NORMALIZATIONS.items())
    + ".",
)

#: how a column is counted, or called; for help texts
COLUMN_HELP = "from 1, or from the end by -1, or by its name in the header"


def column_option(*names: str, help_text: str, **settings: Any) -> Option:
    """Return an option for a column."""
    return click.option(
        *names, type=str, callback=_column, metavar="N|NAME", help=help_text, **settings
    )


def token_option(purpose: str = "") -> Option:
    """Return the option for the column of the tokens; the purpose is for its help."""
    what = f"Column of the tokens{purpose}.  [default: the first that is not the tags']"
    return column_option("--token-column", help_text=what)


def scheme_option(*names: str, of: str = "the tags") -> Option:
    """Return the option for the scheme that tags are in."""
    return click.option(
        *(names or ("--scheme",)),
        default=AUTO,
        show_default=True,
        metavar="SCHEME",
        help=f"Tagging scheme of {of}: auto, {', '.join(SCHEME_NAMES)}.",
    )


def canonical(scheme: Any) -> AnyScheme:
    """Return the name that a scheme has here, or ``auto``."""
    return Options(gold_scheme=scheme).gold_scheme


DELIMITER_OPTION = click.option(
    "--delimiter",
    callback=_filled,
    default=AUTO,
    show_default=True,
    metavar="auto|tab|space|whitespace|CHAR",
    help="What separates columns; whitespace is runs of spaces and tabs.",
)
FORM_OPTION = click.option(
    "--tag-form",
    default=AUTO_FORM,
    show_default=True,
    metavar="EXAMPLE",
    help="How tags are written: auto, or an example such as B-PER, PER-B, B_PER, b/PER.",
)


def _key_option(name: str, help_text: str) -> Option:
    return click.option(name, metavar="KEY", help=help_text)


# What all commands have that read keys: the options, and what of their help differs.
_TOKEN_KEY = _key_option("--token-key", "The tokens.  [default: tokens, words]")
_TEXT_KEY = _key_option("--text-key", "The text.  [default: text]")
_LABELS = click.option(
    "--labels",
    callback=_labels,
    metavar="O,B-PER,…",
    help="The tags of the ids 0, 1, …, where tags are ids.",
)

_COLUMNS_OF_ONE = (
    click.argument("files", nargs=-1, metavar="[FILE]..."),
    column_option(
        "-c",
        "--tag-column",
        default=LAST,
        show_default=True,
        help_text=f"Column of the tags, {COLUMN_HELP}.",
    ),
    DELIMITER_OPTION,
    FORM_OPTION,
)
#: the options of one side that say what has no columns, and what is where in it
KEY_OPTIONS = (
    click.option(
        "--input-format",
        type=click.Choice(INPUT_FORMATS),
        default=AUTO,
        show_default=True,
        metavar="FORMAT",
        help=f"{', '.join(INPUT_FORMATS)}.",
    ),
    _key_option(
        "--key",
        "Of JSON, or Parquet: the tags or spans.  [default: gold, tags, spans, label…]",
    ),
    _TOKEN_KEY,
    _TEXT_KEY,
    _key_option("--id-key", "The id.  [default: id]"),
    _LABELS,
)
_COLUMNS_OF_TWO = (
    column_option(
        "--gold-column",
        help_text=f"Column of the gold tags, {COLUMN_HELP}.  [default: -2; GOLD PRED: -1]",
    ),
    column_option("--pred-column", help_text="Column of the predicted tags.  [default: -1]"),
    column_option("--tag-column", help_text="Both of these, with two files."),
    column_option(
        "--token-column",
        help_text="Column of the tokens. With one file, `schemes` and --match surface look at "
        "them.  [default: the first]",
    ),
    DELIMITER_OPTION,
    click.option(
        "--align-by-position",
        is_flag=True,
        help="With two files: compare tags whatever the tokens are.",
    ),
    scheme_option(of="both sides"),
    click.option("--gold-scheme", metavar="SCHEME", help="Scheme of the gold tags."),
    click.option("--pred-scheme", metavar="SCHEME", help="Scheme of the predicted tags."),
    FORM_OPTION,
)
_KEYS_OF_TWO = (
    click.option(
        "--input-format",
        default=AUTO,
        show_default=True,
        metavar="FORMAT[,FORMAT]",
        help=f"{', '.join(INPUT_FORMATS)}; two, if those of GOLD and PRED differ.",
    ),
    _key_option(
        "--gold-key",
        "Of JSON, or Parquet: the gold tags or spans.  [default: gold, tags, spans, label…]",
    ),
    _key_option(
        "--pred-key", "The predicted tags or spans.  [default: predicted, pred, predictions…]"
    ),
    _TOKEN_KEY,
    _TEXT_KEY,
    _key_option(
        "--id-key", "With two files: what joins their records.  [default: id; or by order]"
    ),
    _LABELS,
)
# The names of the options above, as commands get them.
_NAMES = (
    *("tag_column", "gold_column", "pred_column", "token_column", "delimiter", "tag_form"),
    *("align_by_position", "input_format", "key", "gold_key", "pred_key"),
    *("token_key", "text_key", "id_key", "labels"),
)


class SideOptions(NamedTuple):
    """What the options say of gold and of predictions.

    `tag_columns` are those that --tag-column gives for both.
    """

    gold: InputOptions
    predicted: InputOptions
    by_position: bool
    tag_columns: tuple[Column, ...]

    def of_files(self, count: int) -> SideOptions:
        """Return them for so many files, with the columns that --tag-column sets.

        Raises
        ------
        UsageError
            If it does not go with the others.
        """
        if not self.tag_columns:
            return self
        if count == 1 or self.gold.tag_columns or self.predicted.tag_columns:
            raise UsageError(
                "--tag-column is for two files, in place of --gold-column and --pred-column"
            )
        return self._replace(
            gold=replace(self.gold, tag_columns=self.tag_columns),
            predicted=replace(self.predicted, tag_columns=self.tag_columns),
        )


def input_options(*more: Option) -> Callable[[CommandT], CommandT]:
    """Return a decorator that adds the files of a command, and the options of one side.

    The command gets `options`, an `InputOptions`. Without `KEY_OPTIONS` among the options that
    are added to those of columns, there is no other format.
    """

    def options(settings: dict[str, Any]) -> InputOptions:
        settings["tag_column"] = None if settings["tag_column"] == LAST else settings["tag_column"]
        return InputOptions.of(settings)

    return functools.partial(_gathered, (*_COLUMNS_OF_ONE, *more), "options", options)


def side_options(*, keys: bool = True) -> Callable[[CommandT], CommandT]:
    """Return a decorator that adds the options of two sides: `sides` is a `SideOptions`.

    Without keys, there is no other format than columns.
    """

    def sides(settings: dict[str, Any]) -> SideOptions:
        return SideOptions(
            InputOptions.of(settings, "gold"),
            InputOptions.of(settings, "predicted"),
            settings["align_by_position"],
            columns_of(settings["tag_column"]),
        )

    added = (*_COLUMNS_OF_TWO, *(_KEYS_OF_TWO if keys else ()))
    return functools.partial(_gathered, added, "sides", sides)


def _gathered(
    options: tuple[Option, ...],
    name: str,
    made: Callable[[dict[str, Any]], Any],
    command: CommandT,
) -> CommandT:
    """Return a command with more options, which it gets as one thing that is made of them."""

    @functools.wraps(command)
    def called(*args: Any, **settings: Any) -> Any:
        own = {key: settings.pop(key) for key in _NAMES if key in settings}
        return command(*args, **{name: made({"input_format": COLUMNS, **own})}, **settings)

    return with_options(called, options)  # type: ignore[return-value]


def with_options(command: CommandT, options: tuple[Callable[[Any], Any], ...]) -> CommandT:
    """Add options to a command, in the order of its help text."""
    for option in reversed(options):
        command = option(command)
    return command


def paths_of(files: tuple[str, ...], command: str) -> tuple[str, ...]:
    """Return the files that are meant: standard input, if none is given."""
    if not files and sys.stdin is not None and sys.stdin.isatty():
        raise UsageError("no file is given", hint=f"spanf1 {command} --help shows what it takes")
    if files.count(STDIN) > 1:
        raise UsageError("standard input can be read only once")
    return files or (STDIN,)


@contextlib.contextmanager
def kept(path: str) -> Iterator[Source]:
    """Give a source that can be read again and again: a pipe is kept in a file.

    Raises
    ------
    ReadError
        If there is no room for it.
    """
    with contextlib.ExitStack() as stack:
        stream = None
        if path == STDIN and sys.stdin is not None:
            stream = sys.stdin.buffer
        elif os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
            with contextlib.suppress(OSError):
                stream = stack.enter_context(open(path, "rb"))
        if stream is None:
            yield Source(path)
            return
        # Here, because they take longer to import than a small file to score.
        import shutil
        import tempfile

        try:
            copy = stack.enter_context(tempfile.NamedTemporaryFile(prefix="spanf1-"))
            shutil.copyfileobj(stream, copy)
            copy.flush()
        except OSError as error:
            raise ReadError(
                f"what comes through a pipe cannot be kept here: {error.strerror}",
                where=tempfile.gettempdir(),
                hint="TMPDIR names another folder; a file need not be kept",
            ) from None
        yield Source(copy.name, label=STDIN_NAME if path == STDIN else path)


@contextlib.contextmanager
def ready(input: Input, *, again: bool = False, quiet: bool = False) -> Iterator[Input]:
    """Give an input to be read, with a line of progress.

    Parameters
    ----------
    input : Input
        The input.
    again : bool
        Whether it will be read more than once: a pipe is kept in a file then, and always if it
        has no columns.
    quiet : bool
        Show no progress.
    """
    source = input.source
    with contextlib.ExitStack() as stack:
        if again or input.format != COLUMNS:
            source = stack.enter_context(kept(source.path))
        # A line of progress must not get between the lines of output.
        busy = sys.stdout is not None and sys.stdout.isatty()
        progress = stack.enter_context(Progress(source.path, wanted=not quiet and not busy))
        yield replace(input, source=source, progress=progress)
