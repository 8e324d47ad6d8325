"""One column of tags in a file: read run by run, and written back with all other bytes kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from spanf1.errors import TagError
from spanf1.formats.columns import TokenLines
from spanf1.formats.conll import WRONG_COLUMN, ColumnFile, Place, tag_lookup
from spanf1.formats.layout import Layout
from spanf1.formats.streams import BOM, FRONT, RawBlock
from spanf1.tags import Block, CodeArray, IntArray, TagForm, TagSet, shortened

_LF = ord("\n")


class Run(NamedTuple):
    """Whole lines of a file, such that no span goes on from one run to the next.

    Attributes
    ----------
    data : bytes
        The lines, byte for byte; a byte-order mark and a missing last line end are as in the file.
    codes : array of int32, shape (tokens,)
        Codes of the tags in the lines.
    starts : array of int
        Tokens of the run that begin a sentence.
    tag_start, tag_length : array of int, shape (tokens,)
        Where the tags are in `data`.
    lines_before, lines : int
        Lines of the file before the run, and up to its end.
    documents : int
        How many documents begin in the run.
    layout : Layout, optional
        What the lines look like.
    """

    data: bytes
    codes: CodeArray
    starts: IntArray
    tag_start: IntArray
    tag_length: IntArray
    lines_before: int
    lines: int
    documents: int
    layout: Layout | None

    def line_numbers(self, tokens: IntArray) -> IntArray:
        """Return the line numbers in the file of some tokens."""
        newlines = np.flatnonzero(np.frombuffer(self.data, np.uint8) == _LF)
        return np.searchsorted(newlines, self.tag_start[tokens]) + self.lines_before + 1

    def line_number(self, token: int) -> int:
        """Return the line number in the file of a token."""
        return self.data.count(FRONT, 0, int(self.tag_start[token])) + self.lines_before + 1

    def tag(self, token: int) -> bytes:
        """Return a tag as it is written."""
        start = int(self.tag_start[token])
        return self.data[start : start + int(self.tag_length[token])]

    def token(self, token: int) -> str:
        """Return the token itself: the first field of its line that is not its tag, or nothing."""
        at = int(self.tag_start[token])
        begin = self.data.rfind(FRONT, 0, at) + 1
        end = self.data.find(FRONT, at)
        line = self.data[begin : len(self.data) if end < 0 else end]
        line = line.removeprefix(BOM).removesuffix(b"\r")
        fields = self.layout.fields(line) if self.layout else []
        tag = self.tag(token)
        others = [field for field in fields if field != tag]
        return others[0].decode("utf-8", "backslashreplace") if others else ""


class TagFile:
    """Reads one column of tags of a file.

    Parameters
    ----------
    file : ColumnFile
        The file.
    column : int
        The column of the tags, by number from 1, or from the end by -1.
    """

    def __init__(self, file: ColumnFile, column: int = -1) -> None:
        self.file = file
        self.column = column

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:  # noqa: ARG002
        """Yield the tags in blocks, the same on both sides; see `spanf1.evaluate.Reader`."""
        for run in self.runs(gold):
            yield Block(
                run.codes,
                run.codes,
                run.starts,
                len(run.codes),
                len(run.starts),
                run.documents,
                run.line_number,
                run.line_number,
                run.lines,
                run.lines,
            )

    def runs(self, tags: TagSet) -> Iterator[Run]:
        """Yield the file's lines in runs, numbering the tags in a set.

        A run ends behind a tag ``O`` or before a sentence, so a span is whole in one; a run is
        as long as need be for that.

        Raises
        ------
        LayoutError, ReadError, TagError
            As `ColumnFile.token_lines`.
        """
        blank: list[RawBlock] = []
        self.file.skipped = blank.append
        lookup = tag_lookup(tags, WRONG_COLUMN)
        pending = _Pending()
        for lines, (index,) in self.file.token_lines(self.column, tags=(tags,)):
            for raw in blank:
                pending.extend_lines(raw)
            blank.clear()
            tokens = np.arange(len(lines.ends))
            ((start, length),) = lines.fields(tokens, index)
            where = Place(lines, tokens, self.file.source).where
            codes = lookup.numbers(lines.data, start, length, where)
            pending.extend(lines, codes, start, length)
            run = pending.take()
            if run is not None:
                yield run
        for raw in blank:
            pending.extend_lines(raw)
        yield pending.all()


class _Pending:
    """Lines that were read, and may not yet be the end of a run."""

    def __init__(self) -> None:
        self._data = b""
        self._codes = np.zeros(0, np.int32)
        self._starts = self._tag_start = self._tag_length = np.zeros(0, np.intp)
        self._lines = 0
        self._documents = 0
        self._layout: Layout | None = None

    def extend_lines(self, raw: RawBlock) -> None:
        """Add lines that have no token."""
        self._data += raw.mark + raw.data[len(FRONT) : raw.end - raw.added]

    def extend(
        self, lines: TokenLines, codes: CodeArray, start: IntArray, length: IntArray
    ) -> None:
        """Add the lines of a block."""
        raw = lines.raw
        # Where the block's byte 0 would be, which is the line end before it.
        shift = len(self._data) + len(raw.mark) - len(FRONT)
        self._starts = np.concatenate((self._starts, lines.starts + len(self._codes)))
        self._codes = np.concatenate((self._codes, codes))
        self._tag_start = np.concatenate((self._tag_start, start + shift))
        self._tag_length = np.concatenate((self._tag_length, length))
        self._documents += lines.documents
        self._layout = lines.layout
        self.extend_lines(raw)

    def take(self) -> Run | None:
        """Return the lines up to where the last span may begin, or None if there are none."""
        outside = np.flatnonzero(self._codes == 0)
        count = int(self._starts[-1]) if len(self._starts) else 0
        if len(outside):
            count = max(count, int(outside[-1]) + 1)
        if not count:
            return None
        end = self._data.find(FRONT, int(self._tag_start[count - 1])) + 1
        return self._split(count, end or len(self._data))

    def all(self) -> Run:
        """Return all lines that are left."""
        return self._split(len(self._codes), len(self._data))

    def _split(self, count: int, end: int) -> Run:
        data, before = self._data[:end], self._lines
        parted = int(np.searchsorted(self._starts, count))
        self._lines += data.count(FRONT) + (bool(data) and not data.endswith(FRONT))
        run = Run(
            data,
            self._codes[:count],
            self._starts[:parted],
            self._tag_start[:count],
            self._tag_length[:count],
            before,
            self._lines,
            self._documents,
            self._layout,
        )
        self._data = self._data[end:]
        self._codes = self._codes[count:]
        self._starts = self._starts[parted:] - count
        self._tag_start = self._tag_start[count:] - end
        self._tag_length = self._tag_length[count:]
        self._documents = 0
        return run


def respelt(run: Run, codes: CodeArray, tags: TagSet, to_form: TagForm | None = None) -> bytes:
    """Return the lines of a run with other tags, and all other bytes as they were.

    A tag stays byte for byte as it is if its code does, and a type if only the prefix changes.

    Parameters
    ----------
    run : Run
        The lines.
    codes : array of int32, shape (tokens,)
        The codes of the new tags.
    tags : TagSet
        The tags that were read.
    to_form : TagForm, optional
        How to write all tags; by default as they were.
    """
    spelling = _Spelling(tags, to_form, run.layout)
    # Another form may write even O in another way.
    changed = np.flatnonzero(codes != run.codes) if to_form is None else np.arange(len(codes))
    pieces: list[bytes | memoryview] = []
    data, done = memoryview(run.data), 0
    for new, start, length in zip(
        codes[changed].tolist(),
        run.tag_start[changed].tolist(),
        run.tag_length[changed].tolist(),
        strict=True,
    ):
        pieces.append(data[done:start])
        done = start + length
        pieces.append(spelling[run.data[start:done], new])
    pieces.append(data[done:])
    return b"".join(pieces)


class _Spelling(dict[tuple[bytes, int], bytes]):
    """New tags by the old one as it is written, and the new code."""

    def __init__(self, tags: TagSet, to_form: TagForm | None, layout: Layout | None) -> None:
        super().__init__()
        self._tags = tags
        self._to_form = to_form
        self._delimiter = layout.delimiter if layout else ""

    def __missing__(self, key: tuple[bytes, int]) -> bytes:
        written, code = key
        if self._to_form is None:
            text = self._tags.respell(written.decode(), code)
        else:
            text = self._tags.spell(code, self._to_form)
            in_two = bool(self._delimiter) and self._delimiter in text
            if in_two or (code and self._to_form.parse(text) is None):
                raise TagError(
                    f"tag {shortened(written.decode())} cannot be written like "
                    f"{self._to_form.name}",
                    hint="choose another form",
                )
        self[key] = text.encode()
        return self[key]
