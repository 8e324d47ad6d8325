"""What commands share for all that has no columns: options, opening a file, writing another."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

import click

from spanf1.checks.columns import Changes, Rewriting
from spanf1.cli.inputs import (
    LABELS_OPTION,
    TEXT_KEY_OPTION,
    TOKEN_KEY_OPTION,
    CommandT,
    kept,
    with_options,
)
from spanf1.cli.output import opened
from spanf1.cli.progress import Progress
from spanf1.cli.tagged import LAST, ColumnChoice, Destination, say
from spanf1.core.detection import found_by
from spanf1.core.options import AUTO
from spanf1.exceptions import UsageError
from spanf1.formats.columns.layout import levels_of
from spanf1.formats.options import Column, InputOptions
from spanf1.formats.output import check_output, compression_of, folder_beside, is_special
from spanf1.formats.reading import (
    again,
    detect,
    format_of,
    left_out,
    options_for,
    read_as,
    reading_of,
)
from spanf1.formats.registry import FORMATS, INPUT_FORMATS, Reading, check_options
from spanf1.formats.source import STDIN, Source
from spanf1.wording import many

if TYPE_CHECKING:
    from spanf1.checks.convert import Conversion


_DOCUMENT_OPTIONS = (
    click.option(
        "--input-format",
        type=click.Choice(INPUT_FORMATS),
        default=AUTO,
        show_default=True,
        metavar="FORMAT",
        help=f"{', '.join(INPUT_FORMATS)}.",
    ),
    click.option(
        "--key",
        metavar="KEY",
        help="Of JSON, or Parquet: the tags or spans.  [default: gold, tags, spans, label…]",
    ),
    TOKEN_KEY_OPTION,
    TEXT_KEY_OPTION,
    click.option("--id-key", metavar="KEY", help="The id.  [default: id]"),
    LABELS_OPTION,
)


def document_options(command: CommandT) -> CommandT:
    """Add the options that say what files are that have no columns, and what is where in them."""
    return with_options(command, _DOCUMENT_OPTIONS)


@dataclass(frozen=True)
class DocumentChoice:
    """What to read of files, whatever their format, as the options say it.

    Attributes
    ----------
    input_format : str
        The format of all, or ``auto``.
    given : dict
        The other options, by the names that `spanf1.formats.reading.read_documents` has for them.
    """

    input_format: str
    given: InputOptions

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> DocumentChoice:
        """Return what options say."""
        given = {name: settings[name] for name in InputOptions.__annotations__ if name in settings}
        if given["tag_column"] == LAST:
            given["tag_column"] = None
        return cls(settings["input_format"], cast(InputOptions, given))

    @property
    def columns(self) -> ColumnChoice:
        """Where the tags are, in files of columns."""
        column = self.given["tag_column"]
        return ColumnChoice(
            LAST if column is None else column,
            self.given["delimiter"] or AUTO,
            self.given["tag_form"],
        )

    @property
    def levels(self) -> tuple[Column, ...]:
        """The columns of the tags, of which several have nested levels."""
        return levels_of(self.given["tag_column"]) or (LAST,)

    def formats(self, paths: Sequence[str], scheme: str = AUTO) -> list[str]:
        """Return the format of each file, for which a scheme may be given.

        Raises
        ------
        LayoutError
            If it cannot be told.
        UsageError
            If an option goes with none of them.
        """
        names = [
            format_of(Source(path), self.input_format, self.given.get("key")) for path in paths
        ]
        given = {**self.given, "scheme": scheme}
        check_options(names, given, detected=self.input_format == AUTO)
        return names

    @contextmanager
    def opened(self, path: str, name: str, *, quiet: bool = False) -> Iterator[Reading]:
        """Give what reads a file of a format, as often as is wanted."""
        with kept(path) as source:
            busy = sys.stdout is not None and sys.stdout.isatty()
            with Progress(source.path, wanted=not quiet and not busy) as progress:
                yield reading_of(source, name, progress, **options_for(name, self.given))


class Wanted(NamedTuple):
    """What is to be written: the format, the scheme or ``auto``, and columns of tags."""

    format: str
    scheme: str
    levels: int
    allow_loss: bool


@contextmanager
def written_whole(output: str | None) -> Iterator[BinaryIO]:
    """Give a file; what is in it is written to a path, or standard output, if there is no error."""
    compression = compression_of(output or "")
    if output not in (None, STDIN) and not is_special(output):
        with opened(output, compression) as stream:
            yield stream
        return
    import shutil
    import tempfile

    whole = False
    try:
        with tempfile.TemporaryFile(prefix="spanf1-") as kept:
            yield cast(BinaryIO, kept)
            kept.seek(0)
            whole = True
            with opened(output, compression) as stream:
                shutil.copyfileobj(kept, stream)
    except OSError as error:
        if whole:
            raise
        message = f"what is to be written cannot be kept here: {error.strerror}"
        hint = "TMPDIR names another folder; with --output FILE, it need not be kept"
        raise UsageError(message, where=tempfile.gettempdir(), hint=hint) from None


def convert_documents(
    path: str, name: str, choice: DocumentChoice, wanted: Wanted, where: Destination
) -> None:
    """Write the documents of a file or folder of a format in another one, and say what was lost.

    Raises
    ------
    LossError, InputError, UsageError
        As `spanf1.checks.convert.convert_file`.
    """
    from spanf1.checks.convert import Converter

    def convert(target: BinaryIO | str) -> Conversion:
        return Converter(
            reading, wanted.format, wanted.scheme, wanted.levels, allow_loss=wanted.allow_loss
        ).convert(target)

    if where.in_place:
        raise UsageError("--in-place is for columns and JSON Lines that stay such")
    output = where.output
    folder = output if FORMATS[wanted.format].folder else None
    if not FORMATS[wanted.format].folder:
        where.check((path,))
    elif folder is None or folder == STDIN:
        title = FORMATS[wanted.format].title
        raise UsageError(f"{title} cannot be standard output", hint="--output names a folder")
    if output is not None and output != STDIN:
        check_output(output, wanted.format, path)
    with choice.opened(path, name, quiet=where.quiet) as reading:
        if folder:
            with folder_beside(folder) as target:
                done = convert(target)
        else:
            with written_whole(output) as stream:
                done = convert(stream)
    if not where.quiet:
        say(_notes(reading, done))


def _notes(reading: Reading, done: Conversion) -> list[str]:
    """Say what was converted, and what was lost."""
    scheme = f", {done.scheme}" * bool(done.scheme)
    columns = ",".join(str(2 + level) for level in range(done.levels))
    scheme += f" in columns {columns}" * (done.levels > 1)
    notes = [
        f"{reading.source.name}: {done.read}",
        f"to {FORMATS[done.to_format].title}{scheme}: {many(done.documents, 'document')}, "
        f"{many(done.spans, 'span')}",
    ]
    if done.lost_spans:
        kinds = ", ".join(f"{kind} ({count})" for kind, count in done.lost_spans.items())
        notes.append(f"lost spans: {kinds}")
    if done.lost:
        notes.append(f"lost: {', '.join(done.lost)}")
    if done.split:
        notes.append(f"{many(done.split, 'text')} split into words and punctuation marks")
    if done.spaced:
        notes.append(f"{many(done.spaced, 'text')} made of tokens, with a space between them")
    if done.left_out:
        notes.append(f"not read: {left_out(done.left_out)}")
    return notes


def rewrite_records(
    path: str,
    choice: DocumentChoice,
    how: Rewriting,
    where: Destination,
    report: Callable[[str, Changes], list[str]],
) -> None:
    """Rewrite the tags in JSON Lines, and say on standard error what was changed.

    Raises
    ------
    LossError, InputError, UsageError
        As `spanf1.checks.records.retag`.
    """
    from spanf1.checks.records import retag

    where.check((path,))
    output = path if where.in_place else where.output
    with choice.opened(path, "jsonl", quiet=where.quiet) as reading:
        found = "given"
        if how.to and how.scheme == AUTO:
            seen = detect(again(reading))
            fitting = seen.fitting if seen else [how.to]
            how, found = replace(how, scheme=fitting[0]), found_by(fitting)
        with written_whole(output) as stream:
            changes = retag(reading, how, stream.write)
    if not where.quiet:
        scheme = f"{how.scheme} ({found})" if how.scheme else ""
        say([f"{reading.source.name}: {read_as(reading)}", *report(scheme, changes)])
