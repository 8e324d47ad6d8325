"""Inputs opened: what reads gold and predicted tags in files, and says where from."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from spanf1.core.options import AUTO, Options
from spanf1.core.tag_counter import tally
from spanf1.core.tags import TagForm
from spanf1.core.tally import Tally
from spanf1.exceptions import AlignmentError, InputError, UsageError
from spanf1.formats.columns.file import ColumnFile, MergedFile
from spanf1.formats.columns.layout import Layout, column_of, delimiter_of, levels_of
from spanf1.formats.described import Input
from spanf1.formats.options import Column
from spanf1.formats.registry import ARROW, COLUMNS, JSONL, check_options
from spanf1.formats.sniffing import formats_of
from spanf1.formats.source import STDIN, Source

if TYPE_CHECKING:
    from spanf1.formats.arrow.files import ArrowFile
    from spanf1.formats.arrow.tags import ArrowReader
    from spanf1.formats.columns.pair import PairedFiles
    from spanf1.formats.pairs import DocumentPairs
    from spanf1.formats.records.tags import RecordReader
    from spanf1.formats.records.values import RecordFile
    from spanf1.formats.registry import Reading


class OpenedFiles(NamedTuple):
    """What reads gold and predicted tags, and where from.

    `columns` are those of the gold tags, the predicted tags and the tokens that are compared
    (0: none are), by number from 1, or from the end by -1, or by name. `aligned` is as in `Input`.
    """

    reader: MergedFile | PairedFiles
    files: list[ColumnFile]
    columns: tuple[Column, Column, Column]
    aligned: str

    def input(self) -> Input:
        """Describe what was read; call it after the reading."""
        return _input(self.files, self.columns, self.aligned)


class OpenedRecords(NamedTuple):
    """What reads gold and predicted tags in records, and where from."""

    reader: RecordReader | ArrowReader
    files: Sequence[RecordFile | ArrowFile]

    def input(self) -> Input:
        """Describe what was read; call it after the reading."""
        return self.reader.input()


class OpenedDocuments(NamedTuple):
    """What reads documents with gold and with predicted spans, and where from."""

    pairs: DocumentPairs
    files: Sequence[Reading]

    def input(self) -> Input:
        """Describe what was read; call it after the reading."""
        return self.pairs.input()


Opened = OpenedFiles | OpenedRecords | OpenedDocuments

_FOR_COLUMNS = ("gold_column", "pred_column", "token_column", "delimiter")


def open_input(
    sources: Sequence[Source],
    *,
    input_format: str = AUTO,
    match: str = "exact",
    form: TagForm | None = None,
    align_by_position: bool = False,
    documents: bool = False,
    script: bool = False,
    headed: bool = False,
    **given: Any,
) -> Opened:
    """Return what reads inputs of any format; parameters of `score_file` and `open_files`.

    Parameters
    ----------
    sources : sequence of Source
        One input of both sides, or gold and predictions.
    form : TagForm, optional
        How tags are written.
    documents : bool
        Whether to read texts with spans, though the spans are from tags of the same tokens.

    Raises
    ------
    UsageError
        If the arguments contradict each other.
    LayoutError
        If the format of an input cannot be told.
    """
    _check_once(sources)
    given["delimiter"] = None if given.get("delimiter") == AUTO else given.get("delimiter")
    keys = tuple(str(given[k]) for k in ("gold_key", "pred_key") if given.get(k) is not None)
    formats = formats_of(sources, input_format, keys)
    check_options(formats, given, detected=AUTO in input_format)
    columns = {name: given.get(name) for name in _FOR_COLUMNS}
    levels = [levels_of(columns[name]) for name in ("gold_column", "pred_column")]
    documents = documents or match == "text" or max(map(len, levels)) > 1 or len(set(formats)) > 1
    if not documents and formats[0] == COLUMNS:
        return open_files(
            sources, align_by_position=align_by_position, script=script, headed=headed, **columns
        )
    if not documents and match == "exact" and formats[0] in (JSONL, ARROW):
        from spanf1.formats.records.keys import Keys
        from spanf1.formats.records.tags import RecordReader

        chosen = Keys(
            *(given.get(name) for name in ("gold_key", "pred_key", "token_key", "id_key"))
        )
        labels = given.get("labels")
        if formats[0] == JSONL:
            reader = RecordReader(sources, chosen, labels, by_position=align_by_position)
            return OpenedRecords(reader, reader.files)
        from spanf1.formats.arrow.tags import ArrowReader, has_tags

        if has_tags(sources, chosen):
            rows = ArrowReader(sources, chosen, labels, by_position=align_by_position)
            return OpenedRecords(rows, rows.files)
    given["align_by_position"] = align_by_position
    return _open_documents(sources, formats, levels, form, given)


def _open_documents(
    sources: Sequence[Source],
    formats: Sequence[str],
    levels: Sequence[tuple[Column, ...]],
    form: TagForm | None,
    given: Mapping[str, Any],
) -> OpenedDocuments:
    """Return what reads documents with spans; formats are those of the sources."""
    from spanf1.formats.options import How
    from spanf1.formats.pairs import DocumentPairs
    from spanf1.formats.registry import Reading

    alone, by_position = len(sources) > 1, given["align_by_position"]
    if not alone and (by_position or given.get("id_key") is not None):
        raise UsageError("documents are aligned only where gold and predictions are two inputs")
    token = given.get("token_column")
    readings = [
        Reading(
            source,
            name,
            How(
                side=side,
                alone=alone,
                key=given.get(key),
                tag_columns=columns or None,
                other_columns=() if alone else others,
                token_column=None if token is None else column_of(token),
                form=form,
                **{k: given.get(k) for k in ("token_key", "text_key", "id_key", "labels")},
                delimiter=given.get("delimiter"),
            ),
        )
        for source, name, side, key, columns, others in zip(
            (sources[0], sources[-1]),
            (formats[0], formats[-1]),
            ("gold", "predicted"),
            ("gold_key", "pred_key"),
            levels,
            levels[::-1],
            strict=True,
        )
    ]
    return OpenedDocuments(DocumentPairs(*readings, by_position=by_position), readings)


def read_counts(
    opened: Opened,
    as_documents: Callable[[], Opened],
    options: Options,
    *,
    form: TagForm | None = None,
    units: str = "",
    in_order: bool = False,
) -> tuple[Opened, Tally]:
    """Read input and return what it comes to: as tags side by side, if that can be.

    Where the tokens of two inputs differ, and their texts do not, they are read as documents.

    Parameters
    ----------
    opened : Opened
        What reads the input.
    as_documents : callable
        Opens it once more, to be read as documents.
    options : Options
        How it is to be read.
    form, units, in_order
        As for `spanf1.core.tag_counter.tally`.

    Raises
    ------
    InputError, UsageError
        If an input cannot be read, or the two sides do not fit together.
    """
    script = options.reading == "conlleval"
    if isinstance(opened, OpenedDocuments):
        match, normalize = options.match, options.normalize
        return opened, opened.pairs.tally(
            match=match, normalize=normalize, units=units, in_order=in_order
        )
    try:
        return opened, tally(
            opened.reader, form=form, script=script, units=units, in_order=in_order
        )
    except AlignmentError:
        again = all(os.path.isfile(file.source.path) for file in opened.files)
        if script or not again or len(opened.files) < 2 or opened.input().aligned == "position":
            raise
        # Where the texts differ, too, the tokens that do say it best.
        with suppress(InputError):
            texts = as_documents()
            assert isinstance(texts, OpenedDocuments)  # noqa: S101 - for mypy
            texts.pairs.notes.append("the tokens differ, and not the text: characters say where")
            return texts, texts.pairs.tally(match=options.match, units=units, in_order=in_order)
        raise


def open_files(
    sources: Sequence[Source],
    *,
    gold_column: Column | None = None,
    pred_column: Column | None = None,
    token_column: Column | None = None,
    delimiter: str | None = None,
    align_by_position: bool = False,
    script: bool = False,
    headed: bool = False,
) -> OpenedFiles:
    """Return what reads one file, or gold and predicted tags in two; parameters of `score_file`.

    With `headed`, a first line that names the columns is no token, though none of these is a name.

    Raises
    ------
    UsageError
        If the arguments contradict each other.
    """
    if len(sources) == 1 and (align_by_position or token_column is not None):
        raise UsageError(
            "tokens are aligned only where gold and predicted tags are in two files",
            hint="give two files, or leave token_column and align_by_position out",
        )
    _check_once(sources)
    gold_column, pred_column, token_column = (
        None if column is None else column_of(column)
        for column in (gold_column, pred_column, token_column)
    )
    character = delimiter_of(delimiter)
    files = [
        ColumnFile(source, delimiter=character, script=script, headed=headed) for source in sources
    ]
    if len(files) == 1:
        columns = gold_column or -2, pred_column or -1
        return OpenedFiles(MergedFile(files[0], *columns), files, (*columns, 0), "line")
    from spanf1.formats.columns.pair import PairedFiles

    columns = gold_column or -1, pred_column or -1
    reader = PairedFiles(
        files[0],
        files[1],
        *columns,
        token_column=token_column or 1,
        by_position=align_by_position,
    )
    compared, aligned = (0, "position") if align_by_position else (reader.token_column, "token")
    return OpenedFiles(reader, files, (*columns, compared), aligned)


def _check_once(sources: Sequence[Source]) -> None:
    """Raise an error if standard input would be read twice."""
    if [source.path for source in sources].count(STDIN) == 2:
        raise UsageError("only one of the two files can be standard input")


def _input(files: list[ColumnFile], columns: tuple[Column, Column, Column], aligned: str) -> Input:
    """Describe what was read, with the columns of gold, predicted and token by number from 1."""
    layouts = [file.layout or Layout(file.delimiter or "", 0) for file in files]
    owners = layouts[0], layouts[-1], layouts[0]
    gold, predicted, token = map(_number, columns, owners)
    return Input(
        tuple(file.source.name for file in files),
        tuple(layout.delimiter_name for layout in layouts),
        tuple(layout.columns for layout in layouts),
        gold,
        predicted,
        token,
        aligned,
    )


def _number(column: Column, layout: Layout) -> int:
    """Return the number from 1 of a column of lines that have been read; 0 if there are none."""
    if isinstance(column, str):
        return layout.names.index(column) + 1 if layout.columns else 0
    return column if column >= 0 else max(layout.columns + 1 + column, 0)
