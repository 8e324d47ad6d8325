"""What the commands that compare gold and predicted tags share: options, files, columns."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import click

from spanf1.core.options import AUTO, NORMALIZATIONS
from spanf1.core.schemes import SCHEME_NAMES
from spanf1.core.tags import AUTO_FORM
from spanf1.exceptions import ReadError, UsageError
from spanf1.formats.columns.layout import column_of, levels_of
from spanf1.formats.options import Column
from spanf1.formats.registry import INPUT_FORMATS
from spanf1.formats.source import STDIN, STDIN_NAME, Source

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


def _filled(_: click.Context, __: click.Parameter, value: str) -> str:
    """Return a delimiter, unless it is empty: that is a slip, such as an unset variable."""
    if not value:
        raise UsageError("--delimiter is empty", hint="--delimiter whitespace is runs of it")
    return value


def _names(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Return the names that are given with commas between them."""
    return () if value is None else tuple(name.strip() for name in value.split(","))


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


def column_option(*names: str, help_text: str, **settings: Any) -> Callable[[Any], Any]:
    """Return an option for a column."""
    return click.option(
        *names, type=str, callback=_column, metavar="N|NAME", help=help_text, **settings
    )


def _column(_: click.Context, __: click.Parameter, value: str | None) -> Column | None:
    """Return a column; or several, of nested levels, as they are given: with commas."""
    if value is None or len(levels_of(value)) > 1:
        return value
    return column_of(value)


DELIMITER_OPTION = click.option(
    "--delimiter",
    callback=_filled,
    default=AUTO,
    show_default=True,
    metavar="auto|tab|space|whitespace|CHAR",
    help="What separates columns; whitespace is runs of spaces and tabs.",
)


def _labels(_: click.Context, __: click.Parameter, value: str | None) -> list[str] | None:
    """Return the labels that are given with commas between them."""
    return None if value is None else [label.strip() for label in value.split(",")]


FORM_OPTION = click.option(
    "--tag-form",
    default=AUTO_FORM,
    show_default=True,
    metavar="EXAMPLE",
    help="How tags are written: auto, or an example such as B-PER, PER-B, B_PER, b/PER.",
)
_INPUT_OPTIONS = (
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
    click.option(
        "--scheme",
        default=AUTO,
        show_default=True,
        metavar="SCHEME",
        help=f"Tagging scheme of both sides: auto, {', '.join(SCHEME_NAMES)}.",
    ),
    click.option("--gold-scheme", metavar="SCHEME", help="Scheme of the gold tags."),
    click.option("--pred-scheme", metavar="SCHEME", help="Scheme of the predicted tags."),
    FORM_OPTION,
)
TOKEN_KEY_OPTION = click.option(
    "--token-key", metavar="KEY", help="The tokens.  [default: tokens, words]"
)
TEXT_KEY_OPTION = click.option("--text-key", metavar="KEY", help="The text.  [default: text]")
LABELS_OPTION = click.option(
    "--labels",
    callback=_labels,
    metavar="O,B-PER,…",
    help="The tags of the ids 0, 1, …, where tags are ids.",
)
_RECORD_OPTIONS = (
    click.option(
        "--input-format",
        default=AUTO,
        show_default=True,
        metavar="FORMAT[,FORMAT]",
        help=f"{', '.join(INPUT_FORMATS)}; two, if those of GOLD and PRED differ.",
    ),
    click.option(
        "--gold-key",
        metavar="KEY",
        help="Of JSON, or Parquet: the gold tags or spans.  [default: gold, tags, spans, label…]",
    ),
    click.option(
        "--pred-key",
        metavar="KEY",
        help="The predicted tags or spans.  [default: predicted, pred, predictions…]",
    ),
    TOKEN_KEY_OPTION,
    TEXT_KEY_OPTION,
    click.option(
        "--id-key",
        metavar="KEY",
        help="With two files: what joins their records.  [default: id; or by order]",
    ),
    LABELS_OPTION,
)


def input_options(command: CommandT) -> CommandT:
    """Add the options that say where the tags are, and what they are like."""
    return with_options(command, _INPUT_OPTIONS)


def record_options(command: CommandT) -> CommandT:
    """Add the options that say what an input is that has no columns, and what is where in it."""
    return with_options(command, _RECORD_OPTIONS)


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


def tag_columns(
    files: int, tag_column: Column | None, settings: Mapping[str, Any]
) -> dict[str, Column]:
    """Return the columns that --tag-column sets, given how many files there are."""
    if tag_column is None:
        return {}
    if files == 1 or settings["gold_column"] or settings["pred_column"]:
        raise UsageError(
            "--tag-column is for two files, in place of --gold-column and --pred-column"
        )
    return {"gold_column": tag_column, "pred_column": tag_column}
