"""Lines written back with other tags, or one more column, and all other bytes kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from spanf1.core.spans import first_of_each
from spanf1.core.tags import CodeArray, IntArray, TagForm, TagSet
from spanf1.exceptions import TagError
from spanf1.formats.columns.cells import quoted
from spanf1.formats.columns.file import TaggedLines
from spanf1.formats.columns.layout import DOCUMENT, WHITE, Layout
from spanf1.formats.columns.lines import Fields, TokenLines
from spanf1.formats.columns.lookup import TagLookup
from spanf1.formats.columns.tags import TagFile
from spanf1.formats.sentences import Sentences, shifted, whole
from spanf1.formats.source import BOM, FRONT, ROOM, Source
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
        if self.layout.tag_lines:
            return ""
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
        # Another form may write even O in another way; numbers do not stay beside tags.
        tokens = (
            np.flatnonzero(codes != self.sentences.codes)
            if to_form is None and not tags.spelling.labels
            else np.arange(len(codes))
        )
        start, length, new = self.tag_start[tokens], self.tag_length[tokens], codes[tokens]
        old, written = self._written(start, length)
        # Each change, from a text to a code, is spelt once: those in the order of their first
        # tokens, so that what cannot be written is said of the first.
        key = old.astype(np.int64) << 32 | new
        order = np.argsort(key, kind="stable")
        first = order[first_of_each(key[order])]
        change = np.searchsorted(key[first], key)
        texts = [b""] * len(first)
        for number in np.argsort(first).tolist():
            token = int(first[number])
            try:
                texts[number] = _spelt(
                    written[old[token]], int(new[token]), tags, to_form, self.layout
                )
            except TagError as error:
                where = self.source.where(self.sentences.line(int(tokens[token])))
                raise TagError(error.message, where=where, hint=error.hint) from None
        differs = np.array([text != written[old[k]] for text, k in zip(texts, first, strict=True)])
        rows = np.flatnonzero(differs[change]) if len(tokens) else tokens
        data = _replaced(self.data, start[rows], length[rows], change[rows], texts)
        return Respelt(_as_in_file(data, self.layout), tokens[rows])

    def _written(self, start: IntArray, length: IntArray) -> tuple[CodeArray, list[bytes]]:
        """Return the number of each of some tags as it is written, and the texts by number."""
        written = [b"O"]

        def number(tag: bytes) -> int:
            written.append(tag)
            return len(written) - 1

        data = np.frombuffer(self.data + bytes(ROOM), np.uint8)
        return TagLookup(number).numbers(data, start, length, lambda _: ""), written


def _replaced(
    data: bytes, start: IntArray, length: IntArray, which: IntArray, texts: Sequence[bytes]
) -> bytes:
    """Return bytes with others at some places, in order: one of the texts for each place."""
    sizes = np.array([*map(len, texts)], np.intp)
    fits = sizes[which] == length
    new = bytearray(data)
    octets = np.frombuffer(new, np.uint8)
    # Where as many bytes come as go, the first of all texts are written at once, then the second …
    widest = max(map(len, texts), default=0)
    table = np.frombuffer(b"".join(text.ljust(widest) for text in texts), np.uint8)
    for offset in range(widest):
        rows = np.flatnonzero(fits & (length > offset))
        octets[start[rows] + offset] = table[which[rows] * widest + offset]
    if fits.all():
        return bytes(new)
    pieces: list[bytes | memoryview] = []
    view, done = memoryview(new), 0
    rows = np.flatnonzero(~fits)
    for begin, size, number in zip(
        start[rows].tolist(), length[rows].tolist(), which[rows].tolist(), strict=True
    ):
        pieces += view[done:begin], texts[number]
        done = begin + size
    pieces.append(view[done:])
    return b"".join(pieces)


def _as_in_file(data: bytes, layout: Layout) -> bytes:
    """Return lines with their cells in quotes, where the file has such."""
    return quoted(data, layout.quoted, layout.columns) if layout.quoted else data


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
    if lines.layout.tag_lines or lines.sentences.ended:
        return lines.size
    starts, outside = lines.sentences.starts, np.flatnonzero(lines.sentences.codes == 0)
    return max([*starts[-1:].tolist(), *(outside[-1:] + 1).tolist()], default=None)


def _spelt(
    written: bytes, code: int, tags: TagSet, to_form: TagForm | None, layout: Layout
) -> bytes:
    """Return a new tag by the old one as it is written, and the new code."""
    if to_form is None:
        return tags.respell(written.decode(), code).encode()
    text = tags.spell(code, to_form)
    in_two = bool(layout.delimiter) and layout.delimiter in text
    if in_two or (code and to_form.parse(text) is None):
        raise TagError(
            f"tag {shortened(written.decode())} cannot be written like {to_form.name}",
            hint="choose another form",
        )
    return text.encode()


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
        yield _as_in_file(_spliced(lines, others | tokens), lines.layout)
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
