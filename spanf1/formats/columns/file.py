"""Files of columns, read in blocks: which lines are tokens, and which tags they have."""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from typing import NamedTuple

import numpy as np

from spanf1.core.misfits import are_meant
from spanf1.core.tags import CodeArray, IntArray, TagSet
from spanf1.exceptions import ReadError, TagError
from spanf1.formats.columns.cells import plain
from spanf1.formats.columns.layout import (
    LISTS,
    MERGED_HINT,
    TAG,
    Layout,
    declared_names,
    detect_layout,
    tag_columns,
)
from spanf1.formats.columns.lines import BoolArray, Fields, Splitter, TokenLines, is_blank
from spanf1.formats.columns.lookup import TagLookup, tag_lookup
from spanf1.formats.options import NO_SENTENCES, TAGS_OF_TWO_ELSEWHERE, Column
from spanf1.formats.sentences import Sentences, line_among
from spanf1.formats.source import BLOCK_SIZE, FRONT, Progress, RawBlock, Source
from spanf1.wording import shortened

# A layout is judged by at least so many bytes, if there are as many.
_HEAD = 1 << 15

# So many lines show how tags are written, before they are read.
_FIRST_LINES = 200

# Added to a hint where the line may be a header.
_HEADER_HINT = "if this line names the columns, one can be given by its name"

# The prefix of a tag, however it is written.
_PREFIX = re.compile(rb"^[BIESLUMWbieslumw][-_/:]|[-_/:][BIESLUMWbieslumw]$")

#: returns the index of the tokens' column, if tokens are wanted, given those of the columns
#: that were asked for
TokenPicker = Callable[[Layout, list[int]], int | None]


class TaggedLines(NamedTuple):
    """The token lines of a block, with the tags in some columns.

    Attributes
    ----------
    lines : TokenLines
        The lines.
    codes : list of arrays of int32
        For each column of tags: the codes.
    kept : array of bool, optional
        Which of the tokens these are of, if some were left out.
    columns : list of int
        The indices of the columns of tags, and behind them of that of the tokens if it is wanted.
    """

    lines: TokenLines
    codes: list[CodeArray]
    kept: BoolArray | None
    columns: list[int]

    def side(self, number: int = 0) -> Sentences:
        """Return the tags of one column, by its number from 0."""
        lines = self.lines
        return Sentences(
            self.codes[number],
            lines.starts,
            lines.line,
            lines.lines,
            lines.document_starts,
            lines.documents,
            Fields(lines, self.columns[-1]) if len(self.columns) > len(self.codes) else None,
            ended=lines.ended,
        )


def _type_of(tag: bytes) -> str:
    """Return the type of what looks like a tag."""
    return _PREFIX.sub(b"", tag).decode("utf-8", "replace")


def _rows(layout: Layout, lines: Iterable[bytes], first: int) -> list[list[bytes]]:
    """Return the fields of lines, given the number of the first: of those that fit the layout.

    Lines that begin with # may be comments, and tell nothing.
    """
    header = layout.names_line if layout.headed else 0
    rows = (
        layout.fields(line.removesuffix(b"\r"))
        for number, line in enumerate(lines, first)
        if line[:1] != b"#" and number != header
    )
    return [row for row in rows if len(row) == layout.columns]


def columns_have(columns: Sequence[Column]) -> str:
    """Say which columns have something, what comes behind: ``columns 3, 4 have``."""
    names = ", ".join(map(str, columns))
    return f"columns {names} have" if len(columns) > 1 else f"column {names} has"


def _not_again() -> None:
    """Return None: lines without columns are not split again."""


class ColumnFile:
    """One file of columns.

    Parameters
    ----------
    source : Source
        Where it is.
    delimiter : str, optional
        The character between fields, empty for runs of white space; detected by default.
    layout : Layout, optional
        Its layout, where that is known; else it is found out by reading, and kept here.
    script : bool
        Read lines as the conlleval script does.
    headed : bool
        The first line names the columns; known anyway if one is asked for by name.
    merged : bool
        It holds both sides.
    sentence_column : int or str, optional
        The column of ids of sentences, or `NO_SENTENCES`; by default one that is called so.
    tag_lines : bool, optional
        As for `spanf1.formats.columns.layout.detect_layout`.
    block_size : int
        About how many bytes are read at a time.
    progress : callable, optional
        See `Source.blocks`.
    """

    def __init__(
        self,
        source: Source,
        *,
        delimiter: str | None = None,
        layout: Layout | None = None,
        script: bool = False,
        headed: bool = False,
        merged: bool = False,
        sentence_column: Column | None = None,
        tag_lines: bool | None = False,
        block_size: int = BLOCK_SIZE,
        progress: Progress | None = None,
    ) -> None:
        self.source = source
        self.delimiter = delimiter
        self.layout = layout
        self.script = script
        self.headed = headed
        self.merged = merged
        self.sentence_column = sentence_column
        self.tag_lines = tag_lines
        self.block_size = block_size
        self.progress = progress
        #: how many lines that begin with # were taken for comments, and might be tokens
        self.comments = 0
        # the bytes that the layout was detected by, and the number of their first line
        self._head, self._head_line = b"", 1

    def can_be_parted(self, columns: Iterable[Column]) -> bool:
        """Return whether parts of the file can be read; its layout is known then.

        Raises
        ------
        LayoutError
            If there is no such column.
        ReadError
            If it cannot be read.
        """
        if not self.source.is_plain():
            return False
        if self.layout is None:
            self.detect(self.source.blocks())
        if self.layout is not None:
            self.indices(columns)
        layout = self.layout
        return layout is not None and not (layout.quoted or layout.tag_lines)

    def part(self, source: Source) -> ColumnFile:
        """Return a reader of a part of the file, whose layout is known.

        A part counts its lines from its own beginning; the names of columns stand in the first.
        """
        assert self.layout is not None  # noqa: S101 - for mypy: it is detected by now
        return ColumnFile(
            source,
            layout=self.layout._replace(names_line=0) if source.start else self.layout,
            script=self.script,
            sentence_column=self.sentence_column,
            block_size=self.block_size,
        )

    def tagged_lines(
        self,
        tags: Sequence[TagSet],
        columns: Sequence[Column],
        *,
        others: Sequence[Column] = (),
        token: TokenPicker | None = None,
        hint: str = TAGS_OF_TWO_ELSEWHERE,
        sparse: bool = False,
        blank: bool = False,
    ) -> Iterator[TaggedLines]:
        """Yield the token lines, block by block, with the tags in some columns.

        Parameters
        ----------
        tags : sequence of TagSet
            For each column of tags, what gives the codes.
        columns, others : sequence of (int or str)
            The columns of tags, and others, by number from 1, or from the end by -1, or by name.
        token : callable
            Picks the column of the tokens, and may refuse the columns; by default without tokens.
        hint : str
            The way out where a field is no tag.
        sparse : bool
            Leave out tokens that are outside by their tags in all columns, as far as their bytes
            show it at once, but for the first and the last.
        blank : bool
            Yield blocks before the first token, too, where they are many.

        Raises
        ------
        LayoutError
            If the file has no such columns, or lines of different numbers of fields.
        ReadError
            If it cannot be read.
        TagError
            If a field is no tag.
        """
        lookups: list[TagLookup] = []
        chosen: list[int] = []
        for lines, indices, again in self._token_lines((*columns, *others), tags, blank=blank):
            if not indices:
                none = [np.zeros(0, np.int32) for _ in tags]
                yield TaggedLines(lines, none, None, [0] * (len(tags) + 1))
                continue
            if not lookups:
                picked = token(lines.layout, indices) if token else None
                chosen = [*indices[: len(tags)], *([] if picked is None else [picked])]
                # Where two columns are all there are, both sides cannot be in this file.
                few = len(tags) == lines.layout.columns == 2
                lookups = [tag_lookup(each, MERGED_HINT if few else hint) for each in tags]
            try:
                yield self._tagged(lines, lookups, chosen, sparse=sparse)
            except TagError:
                other = again()
                if other is None:
                    raise
                yield self._tagged(other, lookups, chosen, sparse=sparse)

    def _tagged(
        self, lines: TokenLines, lookups: Sequence[TagLookup], chosen: list[int], *, sparse: bool
    ) -> TaggedLines:
        """Return the token lines of a block with their tags; see `tagged_lines`."""
        kept = ~lines.outside
        if sparse:
            kept[:1] = kept[-1:] = True
        tokens = np.flatnonzero(kept)
        indices = chosen[: len(lookups)]
        codes = [
            self._codes(lookup, lines, tokens, place, index)
            for lookup, place, index in zip(
                lookups, lines.fields(tokens, *indices), indices, strict=True
            )
        ]
        if not sparse:
            for number, of_some in enumerate(codes):
                codes[number] = np.zeros(len(kept), np.int32)
                codes[number][tokens] = of_some
        return TaggedLines(lines, codes, kept if sparse else None, chosen)

    def _codes(
        self,
        lookup: TagLookup,
        lines: TokenLines,
        tokens: IntArray,
        place: tuple[IntArray, IntArray],
        index: int,
    ) -> CodeArray:
        """Return the codes of the tags of some tokens, in a column.

        If that column has no tags, the hint names those that have; in the first line, it says
        what may be done if that is a header.
        """

        def where(index: int) -> str:
            return self.source.where(line_among(lines.line, tokens, index))

        try:
            return lookup.numbers(lines.data, *place, where)
        except TagError as error:
            layout = lines.layout
            first = not layout.headed and error.where == self.source.where(layout.line)
            hint = self._elsewhere(index)
            # Here, because it is needed for nothing else.
            from spanf1.formats.unknown import lines_look_like

            what, way = ("", "") if hint else lines_look_like(self.source)
            if what:
                message = f"this looks like {what}, not like columns: {error.message}"
                raise TagError(message, where=error.where, hint=way) from None
            hint = hint or "; ".join(filter(None, (error.hint, _HEADER_HINT * first)))
            raise TagError(error.message, where=error.where, hint=hint) from None

    def first_rows(self) -> list[list[bytes]]:
        """Return the fields of the first lines that are tokens, once the layout was detected."""
        layout = self.layout
        if layout is None or layout.tag_lines:
            return []
        lines = self._head.split(FRONT, _FIRST_LINES)[:-1]
        return [row for row in _rows(layout, lines, self._head_line) if any(row)]

    def notes(self) -> dict[str, int]:
        """Return how lines were read otherwise than usual, in words, and how often."""
        notes = {}
        if self.layout and self.layout.tag_lines:
            notes["each line has the tags of a sentence"] = 0
        if parted := self.sentences_by():
            notes[parted] = 0
        if self.comments:
            what = "lines that begin with # and have no tags were taken for comments"
            notes[what] = self.comments
        return notes

    def sentences_by(self) -> str:
        """Say which column parts the sentences; empty if none does."""
        layout = self.layout
        if layout is None or layout.sentence < 0:
            return ""
        named = layout.headed and len(layout.names) == layout.columns
        name = f" ({shortened(layout.names[layout.sentence])})" if named else ""
        return f"column {layout.sentence + 1}{name} parts the sentences"

    def columns_with_types(self) -> dict[Column, set[bytes]]:
        """Return the columns of tags, by the first lines: what to call each, and its tags but O.

        It is called by its number; or by its name, if the first line is no other than a header.
        """
        rows = self.first_rows()
        heads = rows[0] if rows else []
        headed = not any(map(TAG.fullmatch, heads))
        rows = rows[1:] if headed else rows
        found: dict[Column, set[bytes]] = {}
        for index in tag_columns(rows):
            name = heads[index].decode("utf-8", "replace") if headed else index + 1
            tags = {row[index] for row in rows} - {b"O", b"o"}
            # A letter alone may be a word.
            if any(len(tag) > 1 for tag in tags):
                found[name] = tags
        return found

    def other_columns(
        self, used: Collection[int], types: Collection[str], *, empty: bool
    ) -> list[Column]:
        """Return the columns of tags, by the first lines, that are not in use.

        Parameters
        ----------
        used : collection of int
            The columns in use, by number from 1, or from the end by -1.
        types : collection of str
            The types of these. Others are other tags, such as those of chunks.
        empty : bool
            Whether one in use has no span: any type will do.
        """
        if self.layout is None:
            return []
        width = self.layout.columns
        numbers = {column if column > 0 else width + 1 + column for column in used}
        return [
            column
            for column, tags in self.columns_with_types().items()
            if column not in numbers and (empty or {*map(_type_of, tags)} & {*types})
        ]

    def _elsewhere(self, index: int) -> str:
        """Return a hint that says which columns have tags, if that is not one of them."""
        rows = self.first_rows()
        fields = [row[index].decode("utf-8", "replace") for row in rows if row[index]]
        of_ids = self.layout is not None and self.layout.sentence_column(()) == index
        if not of_ids and are_meant(fields, lambda field: bool(TAG.fullmatch(field.encode()))):
            return ""
        found = [*self.columns_with_types()]
        if not found:
            return ""
        have = columns_have(found)
        if not self.merged:
            return f"{have} tags: --tag-column {found[0]}"
        if len(found) == 1:
            return f"only {have} tags: two files are GOLD PRED --tag-column {found[0]}"
        return f"{have} tags: --gold-column {found[0]} --pred-column {found[1]}"

    def _token_lines(
        self, columns: Sequence[Column], tags: Sequence[TagSet], *, blank: bool
    ) -> Iterator[tuple[TokenLines, list[int], Callable[[], TokenLines | None]]]:
        """Yield the token lines with the indices of columns; blank blocks have none.

        The first columns are those of the tags. What comes third splits the block again, where a
        field is no tag; see `Splitter.careful`.
        """
        blocks = self.source.blocks(self.block_size, self.progress)
        head: deque[RawBlock] = deque()
        lines = 0
        # Lines that are no tokens have no columns.
        splitter = Splitter(self.source, Layout("", 0), [], [])
        for raw in self._before_tokens(blocks, head):
            lines += raw.data.count(FRONT, len(FRONT), raw.end)
            if blank:
                yield splitter.split(raw), [], _not_again
        if self.layout is None:
            return
        indices = self.indices(columns)
        layout = self.layout
        splitter = Splitter(self.source, layout, indices[: len(tags)], tags, script=self.script)
        splitter.lines = lines
        if layout.quoted:
            blocks = plain(
                chain([*head], blocks), layout.quoted, layout.columns, self.source, lines + 1
            )
            head.clear()
        first = head or deque(islice(blocks, 1))
        self._learn_forms(first, indices, tags, lines)
        for raw in chain(first, blocks):
            again = partial(splitter.careful, splitter.state, raw)
            yield splitter.split(raw), indices, again
            self.comments = splitter.comments

    def indices(self, columns: Iterable[Column]) -> list[int]:
        """Return the indices of columns, once the layout is known.

        If one is given by name, the line of the names is no token from now on.

        Raises
        ------
        LayoutError
            If there is no such column.
        """
        assert self.layout is not None  # noqa: S101 - for mypy: it is detected by now
        layout, given = self.layout, tuple(columns)
        found = [layout.column_index(column, self.source) for column in given]
        if self.merged and given[:2] == (-2, -1):
            layout.check_sides(found[0], found[1], self.source)
        own = None if self.sentence_column == NO_SENTENCES else self.sentence_column
        if self.headed or any(isinstance(column, str) for column in (*given, own)):
            self.layout = layout = layout._replace(headed=True)
        if own is not None:
            sentence = layout.column_index(own, self.source)
        else:
            sentence = -1 if self.sentence_column else layout.sentence_column(found)
        self.layout = layout._replace(sentence=sentence)
        return found

    def _learn_forms(
        self, blocks: Iterable[RawBlock], indices: list[int], tags: Sequence[TagSet], before: int
    ) -> None:
        """Look at the first lines of some blocks, and tell the sets how tags are written.

        Whether a line that begins with ``# `` is a token depends on that. There are so many
        lines `before` the blocks.
        """
        assert self.layout is not None  # noqa: S101 - for mypy: it is detected by now
        text = b"".join(bytes(raw.data[len(FRONT) : min(raw.end, _HEAD)]) for raw in blocks)
        lines = text.split(FRONT, _FIRST_LINES)[:-1]
        if self.layout.tag_lines:
            rows = [[tag] for line in lines for tag in line.translate(LISTS).split()]
        else:
            rows = _rows(self.layout, lines, before + 1)
        for index, tag_set in zip(indices, tags, strict=False):
            tag_set.expect({row[index].decode("utf-8", "replace") for row in rows})

    def detect(self, blocks: Iterator[RawBlock]) -> None:
        """Find the layout out, if it is not known."""
        for _ in self._before_tokens(blocks, deque()):
            pass

    def _before_tokens(
        self, blocks: Iterator[RawBlock], head: deque[RawBlock]
    ) -> Iterator[RawBlock]:
        """Yield the blocks before all tokens, and find the layout out, if it is not known.

        Parameters
        ----------
        blocks : iterator of RawBlock
            The blocks of the file.
        head : deque of RawBlock
            Has, in the end, the blocks that were read for that, and are still to be split.
        """
        if self.layout is not None:
            return
        begun = False
        lines = 0
        names: tuple[tuple[str, ...], int] = (), 0
        text = bytearray(FRONT)
        for raw in blocks:
            if not begun:
                self._refuse_binary(bytes(raw.data[len(FRONT) : min(raw.end, _HEAD)]))
                begun = True
            if len(text) == len(FRONT) and is_blank(raw):
                lines += raw.data.count(FRONT, len(FRONT), raw.end)
                yield raw
                continue
            head.append(raw)
            text += raw.data[len(FRONT) : raw.end]
            if len(text) < _HEAD:
                continue
            names = names if lines else declared_names(bytes(text[len(FRONT) :]))
            self.layout = self._judged(text, lines, names)
            if self.layout:
                return
            lines += text.count(b"\n") - len(FRONT)
            yield from head
            head.clear()
            del text[len(FRONT) :]
        names = names if lines else declared_names(bytes(text[len(FRONT) :]))
        self.layout = self._judged(text, lines, names)
        if self.layout is None:
            yield from head

    def _judged(
        self, text: bytearray, before: int, names: tuple[tuple[str, ...], int]
    ) -> Layout | None:
        """Return the layout of lines with so many before them, if they show it."""
        layout = detect_layout(
            text, self.source, self.delimiter, before + 1, tag_lines=self.tag_lines
        )
        self._head, self._head_line = bytes(text[len(FRONT) : _HEAD]), before + 1
        if layout and names[0]:
            layout = layout._replace(names=names[0], names_line=names[1])
        return layout

    def _refuse_binary(self, start: bytes) -> None:
        if b"\0" not in start:
            return
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            hint = "convert it to UTF-8 first"
            raise ReadError("this is UTF-16 text", where=self.source.name, hint=hint)
        raise ReadError("this is a binary file, not text", where=self.source.name)
