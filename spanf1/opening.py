"""Inputs opened: what reads gold and predicted tags in files, and says where from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from spanf1.errors import UsageError
from spanf1.formats.conll import ColumnFile, MergedFile
from spanf1.formats.guess import is_jsonl
from spanf1.formats.layout import Column, Layout, column_of, delimiter_of
from spanf1.formats.streams import STDIN, Source
from spanf1.options import AUTO
from spanf1.result import Input

if TYPE_CHECKING:
    from spanf1.formats.jsonl import RecordFile
    from spanf1.formats.paired import PairedFiles
    from spanf1.formats.records import RecordReader


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
    """What reads gold and predicted tags in JSON Lines, and where from."""

    reader: RecordReader
    files: list[RecordFile]

    def input(self) -> Input:
        """Describe what was read; call it after the reading."""
        return self.reader.input()


def open_input(
    sources: Sequence[Source],
    *,
    input_format: str = AUTO,
    gold_key: str | None = None,
    pred_key: str | None = None,
    token_key: str | None = None,
    id_key: str | None = None,
    labels: Iterable[str] | Mapping[Any, str] | None = None,
    delimiter: str | None = None,
    align_by_position: bool = False,
    **columns: Any,
) -> OpenedFiles | OpenedRecords:
    """Return what reads files of any format; parameters of `score_file` and `open_files`.

    Raises
    ------
    UsageError
        If the arguments contradict each other.
    LayoutError
        If two files are of different formats.
    """
    for_columns = {name: column for name, column in columns.items() if name.endswith("_column")}
    for_columns["delimiter"] = None if delimiter == AUTO else delimiter
    keys = {"gold_key": gold_key, "pred_key": pred_key, "token_key": token_key, "id_key": id_key}
    if not is_jsonl(sources, input_format, for_columns, {**keys, "labels": labels}):
        return open_files(
            sources, delimiter=delimiter, align_by_position=align_by_position, **columns
        )
    from spanf1.formats.records import Keys, RecordReader

    reader = RecordReader(sources, Keys(*keys.values()), labels, by_position=align_by_position)
    return OpenedRecords(reader, reader.files)


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
    if [source.path for source in sources].count(STDIN) == 2:
        raise UsageError("only one of the two files can be standard input")
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
    from spanf1.formats.paired import PairedFiles

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
