"""Lines written back with other tags, or one more column, and all other bytes kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from spanf1.core.tags import CodeArray, IntArray, TagForm, TagSet
from spanf1.exceptions import TagError
from spanf1.formats.columns.file import TaggedLines
from spanf1.formats.columns.layout import DOCUMENT, WHITE, Layout
from spanf1.formats.columns.lines import Fields, TokenLines
from spanf1.formats.columns.tags import TagFile
from spanf1.formats.sentences import Sentences, shifted, whole
from spanf1.formats.source import BOM, FRONT, Source
from spanf1.wording import shortened

_MARK = b"-DOCSTART-"
#: what the new column is called, if those that are there are known by name
NEW_NAME = "BASELINE"


class Respelt(NamedTuple):
    """Lines with other tags; `changed` are the tokens whose tags are not the same text any more."""

    data: bytes
    changed: IntArray


class RawLines(NamedTuple):
    """Whole lines of a file, such that no span goes on from one to the next.

    Attributes
    ----------
    sentences : Sentences
        The tags in the lines.
    data : bytes
        The lines, byte for byte; a byte-order mark and a missing last line end are as in the file.
    tag_start, tag_length : array of int, shape (tokens,)
        Where the tags are in `data`.
    lines_before : int
        Lines of the file before these.
    layout : Layout
        What the lines look like.
    column : int
        The index of the tags' column, from 0.
    source : Source
        The file.
    """

    sentences: Sentences
    data: bytes
    tag_start: IntArray
    tag_length: IntArray
    lines_before: int
    layout: Layout
    column: int
    source: Source

    @classmethod
    def of(cls, source: Source, lines: TaggedLines) -> RawLines:
        """Return the lines of a block of a file."""
        raw = lines.lines.raw
        start, length = Fields(lines.lines, lines.columns[0]).places
        # Positions in a block are counted from the line end before it.
        return cls(
            lines.side(),
            raw.mark + raw.data[len(FRONT) : raw.end - raw.added],
            start + len(raw.mark) - len(FRONT),
            length,
            lines.lines.lines_before,
            lines.lines.layout,
            lines.columns[0],
            source,
        )

    @property
    def size(self) -> int:
        """How many tokens there are."""
        return self.sentences.size

    def parted(self, at: int) -> tuple[RawLines, RawLines]:
        """Return the lines up to the one before a token, and all others."""
        end = len(self.data)
        if at < self.size:
            end = at and self.data.find(FRONT, int(self.tag_start[at - 1])) + 1
        first, rest = self.sentences.parted(at)
        before = self.data[:end]
        return self._replace(
            sentences=first,
            data=before,
            tag_start=self.tag_start[:at],
            tag_length=self.tag_length[:at],
        ), self._replace(
            sentences=rest,
            data=self.data[end:],
            tag_start=self.tag_start[at:] - end,
            tag_length=self.tag_length[at:],
            lines_before=self.lines_before + before.count(FRONT),
        )

    @classmethod
    def joined(cls, parts: Sequence[RawLines]) -> RawLines:
        """Return lines in a row as one."""
        first = accumulate((len(part.data) for part in parts[:-1]), initial=0)
        return parts[-1]._replace(
            sentences=Sentences.joined([part.sentences for part in parts]),
            data=b"".join(part.data for part in parts),
            tag_start=shifted([part.tag_start for part in parts], first),
            tag_length=np.concatenate([part.tag_length for part in parts]),
            lines_before=parts[0].lines_before,
        )

    def line_numbers(self, tokens: IntArray) -> IntArray:
        """Return the line numbers in the file of some tokens."""
        newlines = np.flatnonzero(np.frombuffer(self.data, np.uint8) == FRONT[0])
        return np.searchsorted(newlines, self.tag_start[tokens]) + self.lines_before + 1

    def tag(self, token: int) -> bytes:
        """Return a tag as it is written."""
        start = int(self.tag_start[token])
        return self.data[start : start + int(self.tag_length[token])]

    def token(self, token: int) -> str:
        """Return the token itself: the first field of its line but the tag, or nothing."""
        at = int(self.tag_start[token])
        begin = self.data.rfind(FRONT, 0, at) + 1
        end = self.data.find(FRONT, at)
        line = self.data[begin : len(self.data) if end < 0 else end]
        fields = self.layout.fields(line.removeprefix(BOM).removesuffix(b"\r"))
        del fields[self.column : self.column + 1]
        return fields[0].decode("utf-8", "backslashreplace") if fields else ""

    def places(self, tokens: IntArray) -> list[tuple[int, str]]:
        """Return the line number in the file of each of some tokens, and the token itself."""
        return [
            *zip(self.line_numbers(tokens).tolist(), map(self.token, tokens.tolist()), strict=True)
        ]

    def respelt(self, codes: CodeArray, tags: TagSet, to_form: TagForm | None = None, /) -> Respelt:
        """Return the lines with other tags, and all other bytes as they were.

        A tag stays byte for byte as it is if its code does, and a type if only the prefix changes.

        Parameters
        ----------
        codes : array of int32, shape (tokens,)
            The codes of the new tags.
        tags : TagSet
            The tags that were read.
        to_form : TagForm, optional
            How to write all tags; by default as they were.

        Raises
        ------
        TagError
            If a tag cannot be written.
        """
        spelling = _Spelling(tags, to_form, self.layout)
        # Another form may write even O in another way.
        tokens = (
            np.flatnonzero(codes != self.sentences.codes)
            if to_form is None
            else np.arange(len(codes))
        )
        pieces: list[bytes | memoryview] = []
        changed = []
        data, done = memoryview(self.data), 0
        for token, new, start, length in zip(
            tokens.tolist(),
            codes[tokens].tolist(),
            self.tag_start[tokens].tolist(),
            self.tag_length[tokens].tolist(),
            strict=True,
        ):
            old = self.data[start : start + length]
            try:
                text = spelling[old, new]
            except TagError as error:
                where = self.source.where(self.sentences.line(token))
                raise TagError(error.message, where=where, hint=error.hint) from None
            if text != old:
                pieces += data[done:start], text
                done = start + length
                changed.append(token)
        pieces.append(data[done:])
        return Respelt(b"".join(pieces), np.array(changed, np.intp))


def raw_lines(reader: TagFile, tags: TagSet) -> Iterator[RawLines]:
    """Yield the lines of a file, numbering the tags in a set.

    They end behind a tag ``O`` or before a sentence, and are as many as need be for that.

    Raises
    ------
    LayoutError, ReadError, TagError
        As `TagFile.sentences`.
    """
    blocks = reader.lines(tags, blank=True)
    return whole((RawLines.of(reader.source, lines) for lines in blocks), _last_end)


def _last_end(lines: RawLines) -> int | None:
    """Return the last token of some lines at which no span goes on; None if there is none."""
    starts, outside = lines.sentences.starts, np.flatnonzero(lines.sentences.codes == 0)
    return max([*starts[-1:].tolist(), *(outside[-1:] + 1).tolist()], default=None)


class _Spelling(dict[tuple[bytes, int], bytes]):
    """New tags by the old one as it is written, and the new code."""

    def __init__(self, tags: TagSet, to_form: TagForm | None, layout: Layout) -> None:
        super().__init__()
        self._tags = tags
        self._to_form = to_form
        self._delimiter = layout.delimiter

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


def with_column(
    reader: TagFile, tags: TagSet, codes: CodeArray, spelt: Mapping[int, bytes]
) -> Iterator[bytes]:
    """Yield the lines of a file with one more column behind the others.

    All other bytes stay as they are. A ``-DOCSTART-`` line that has as many fields as the others
    gets one more, too, so that they all still have the same number; and the line that names the
    columns, if one of them was asked for by name, the name of the new one.

    Parameters
    ----------
    reader : TagFile
        What reads the file.
    tags : TagSet
        A new one, for the tags that are there.
    codes : array of int32, shape (tokens,)
        What to write behind each token.
    spelt : mapping of int to bytes
        How each code is written; that of 0 stands behind a ``-DOCSTART-``.

    Raises
    ------
    InputError, UsageError
        As `TagFile.sentences`.
    """
    done = 0
    for lines, *_ in reader.lines(tags, blank=True):
        count = len(lines.ends)
        fields = [spelt[code] for code in codes[done : done + count].tolist()]
        tokens = dict(zip(_field_ends(lines), fields, strict=True))
        # A -DOCSTART- with a tag of its own is a token.
        others = dict.fromkeys(_document_ends(lines), spelt[0]) | _names_end(lines)
        yield _spliced(lines, others | tokens)
        done += count


def _field_ends(lines: TokenLines) -> list[int]:
    """Return where the last field of each token's line ends."""
    ends = lines.ends
    if lines.layout.delimiter:
        ends = ends - (lines.data[ends - 1] == ord("\r"))
    else:
        ends = lines.after.last(ends)
    found: list[int] = ends.tolist()
    return found


def _document_ends(lines: TokenLines) -> list[int]:
    """Return where the last field ends of lines that begin a document."""
    data, layout = lines.raw.data, lines.layout
    found = []
    at = data.find(_MARK, 0, lines.raw.end)
    while at >= 0:
        begin, end = data.rfind(FRONT, 0, at) + 1, data.find(FRONT, at)
        line = bytes(data[begin:end]).rstrip(b"\r" if layout.delimiter else WHITE)
        if DOCUMENT.match(line) and len(layout.fields(line)) == layout.columns:
            found.append(begin + len(line))
        at = data.find(_MARK, end, lines.raw.end)
    return found


def _names_end(lines: TokenLines) -> dict[int, bytes]:
    """Return where the names of the columns end, if they are in use and here, and the new one."""
    layout = lines.layout
    if not layout.headed or not lines.lines_before < layout.names_line <= lines.lines:
        return {}
    data = lines.raw.data
    end = int(lines.newlines.positions()[layout.names_line - lines.lines_before])
    begin = data.rfind(FRONT, 0, end) + 1
    line = bytes(data[begin:end])
    kept = line.rstrip(b"\r" if layout.delimiter else WHITE)
    name = NEW_NAME
    while name in layout.names:
        name += "2"
    return {begin + len(kept): name.encode()}


def _spliced(lines: TokenLines, added: dict[int, bytes]) -> bytes:
    """Return the lines of a block with fields at some places, parted as the columns are."""
    raw = lines.raw
    data = bytes(raw.data)
    pieces = [raw.mark]
    done = len(FRONT)
    for place, field in sorted(added.items()):
        delimiter = lines.layout.delimiter.encode()
        if not delimiter:
            delimiter = b"\t" if data.find(b"\t", data.rfind(FRONT, 0, place), place) >= 0 else b" "
        pieces += data[done:place], delimiter, field
        done = place
    pieces.append(data[done : raw.end - raw.added])
    return b"".join(pieces)
