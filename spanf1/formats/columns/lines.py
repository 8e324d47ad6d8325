"""Lines of fields: which lines of a block are tokens, and where their fields are.

`Splitter` looks at all lines of a block at once; a line that is not plain is looked at by
itself. Fields are positions in the block's bytes: nothing is copied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, overload

import numpy as np
import numpy.typing as npt

from spanf1.core.tags import IntArray, TagSet, unsigned
from spanf1.exceptions import LayoutError
from spanf1.formats.columns.layout import DOCUMENT, LISTS, NEW_DOCUMENT, TAG, WHITE, Layout
from spanf1.formats.columns.lookup import ByteArray, different_fields
from spanf1.formats.source import FRONT, RawBlock, Source
from spanf1.wording import shortened

BoolArray = npt.NDArray[np.bool_]

WORD_BITS = 64
# What a set has last is looked for in so many words before; what is farther off is rare.
_NEAR = 4
_ONE = np.uint64(1)

_TAB, _LF, _CR, _SPACE, _HYPHEN, _HASH, _N, _O, _BRACKET = b"\t\n\r -#nO]"
_BOUNDARY = b"-X-"
_OUTSIDE = b"O", b"o"

# A line that begins with one of these may be something else than a token.
_SUSPECTS = b"\t\n\r #-"
_SUSPECT = np.zeros(256, np.bool_)
_SUSPECT[list(_SUSPECTS)] = True
# The second bytes of -DOCSTART- and -X-.
_BLANK = re.compile(rb"[ \t\r\n]*")
# So many lines that begin with white space are looked at together.
_MANY = 64

_SPECIAL = np.zeros(256, np.bool_)
_SPECIAL[list(b"DX")] = True

# What an odd line may be; none of these: a comment.
_IS_DOCUMENT, _IS_TOKEN, _IS_BREAK = 1, 2, 4


class Bits:
    """A set of positions in a block, one bit a byte: how many lie before a place, which is last.

    A block's line ends, or the ends of its fields, are such a set. Sixty-four positions are one
    number, so that what is asked of thousands of places at once costs a few operations on each
    word, and no list of all positions is made.

    Parameters
    ----------
    words : array of uint64
        Bit ``p % 64`` of word ``p // 64`` says whether position ``p`` is in the set.
    """

    def __init__(self, words: npt.NDArray[np.uint64]) -> None:
        self.words = words

    @classmethod
    def where(cls, mask: npt.NDArray[np.bool_]) -> Bits:
        """Return the set of positions at which a mask is true; its length is a multiple of 64."""
        return cls(np.packbits(mask, bitorder="little").view("<u8"))

    def __or__(self, other: Bits) -> Bits:
        return Bits(self.words | other.words)

    def __invert__(self) -> Bits:
        return Bits(~self.words)

    def behind(self, other: Bits) -> Bits:
        """Return those positions of the set whose predecessor is in another one."""
        return Bits(self.words & other._next())

    def run_starts(self) -> Bits:
        """Return those positions of the set whose predecessor is not in it."""
        return Bits(self.words & ~self._next())

    def _next(self) -> npt.NDArray[np.uint64]:
        """Return the words of the positions behind those of the set."""
        words = self.words << _ONE
        words[1:] |= self.words[:-1] >> np.uint64(WORD_BITS - 1)
        return words

    @cached_property
    def _rank(self) -> npt.NDArray[np.int64]:
        """How many positions lie before each word."""
        ranks = np.zeros(len(self.words), np.int64)
        np.cumsum(np.bitwise_count(self.words[:-1]), out=ranks[1:])
        return ranks

    def count_before(self, places: IntArray) -> npt.NDArray[np.int64]:
        """Return, for each place, how many positions of the set are less than it."""
        word = places >> 6
        below = _ONE << unsigned(places & 63)
        below -= _ONE
        below &= self.words[word]
        count: npt.NDArray[np.int64] = self._rank[word]
        count += np.bitwise_count(below)
        return count

    def rank(self, place: int) -> int:
        """Return how many positions of the set are less than one place."""
        below = int(self.words[place >> 6]) & (1 << (place & 63)) - 1
        return int(self._rank[place >> 6]) + below.bit_count()

    def last(self, places: IntArray) -> IntArray:
        """Return, for each place, the last position of the set that is not greater.

        There must be one; position 0 is in every set that this is asked of.
        """
        word = places >> 6
        bits = self.words[word] << unsigned(~places & 63)
        found = places - (WORD_BITS - 1) + _highest(bits)
        rows = np.flatnonzero(bits == 0)
        word = word[rows]
        steps = 0
        while len(rows) and steps < _NEAR:
            word -= 1
            steps += 1
            bits = self.words[word]
            found[rows] = (word << 6) + _highest(bits)
            missing = bits == 0
            rows, word = rows[missing], word[missing]
        if len(rows):
            some = np.flatnonzero(self.words)
            word = some[np.searchsorted(some, word) - 1]
            found[rows] = (word << 6) + _highest(self.words[word])
        return found

    def positions(self) -> IntArray:
        """Return all positions, ascending."""
        octets = self.words.view(np.uint8)
        place = np.flatnonzero(octets != 0)
        octet = octets[place]
        if (octet & (octet - np.uint8(1))).any():
            return np.flatnonzero(np.unpackbits(octets, bitorder="little").view(np.bool_))
        place <<= 3
        # the number of the lowest bit is how many bits lie below it
        place += np.bitwise_count((octet & -octet) - np.uint8(1))
        return place


def _highest(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return the number of the highest bit in each word; nothing meaningful for zero.

    That is the exponent of the word as a floating-point number, once no bit below the highest
    is left that rounding could carry upwards.
    """
    single = bits >> _ONE
    np.invert(single, out=single)
    single &= bits
    exponent = single.astype(np.float64).view(np.int64)
    exponent >>= 52
    exponent -= 1023
    return exponent


def sentence_ends(source: Source) -> Iterator[IntArray]:
    """Yield, block by block, the places in a file behind the first blank line after others.

    Blocks without one are left out.

    Raises
    ------
    LayoutError, ReadError
        If it cannot be read.
    """
    done, blank_before = 0, True
    for raw in source.blocks():
        done += len(raw.mark)
        if is_blank(raw):
            if not blank_before:
                yield np.array([raw.data.index(FRONT, len(FRONT)) + done])
            blank_before = True
            done += raw.end - len(FRONT) - raw.added
            continue
        data = np.frombuffer(raw.data, np.uint8)
        is_newline = data == _LF
        is_newline[raw.end :] = False
        newlines, white = Bits.where(is_newline), Bits.where(data <= _SPACE)
        # what ends behind white space, but lines that end in CRLF
        ends = newlines.behind(white).positions()
        ends = ends[(data[ends - 1] != _CR) | (data[ends - 2] <= _SPACE)]
        begins = (newlines | ~white).last(ends - 1)
        blank = is_newline[begins]
        ends, begins = ends[blank], begins[blank]
        first = np.ones(len(ends), np.bool_)
        first[1:] = begins[1:] != ends[:-1]
        if blank_before and len(ends) and not begins[0]:
            first[0] = False
        blank_before = bool(len(ends)) and int(ends[-1]) == raw.end - 1
        if first.any():
            yield ends[first] + done
        done += raw.end - len(FRONT) - raw.added


class TokenLines(NamedTuple):
    """The token lines of a block.

    Attributes
    ----------
    raw : RawBlock
        The block.
    data : array of uint8
        Its bytes; positions are positions in them.
    ends : array of int, shape (tokens,)
        Positions of the ends of the token lines.
    starts : array of int
        Numbers of the tokens that begin a sentence, ascending.
    outside : array of bool, shape (tokens,)
        Lines whose tags are all ``O``. Not all of them need be marked.
    before, after : Bits
        Positions of the bytes before and after fields.
    layout : Layout
        What the lines look like.
    newlines : Bits
        Positions of all line ends, the one before the block too.
    lines_before : int
        Lines of the file before the block.
    lines : int
        Lines of the file up to the end of the block.
    documents : int
        How many documents begin in the block.
    document_starts : array of int
        Numbers of the tokens that begin a document, ascending.
    ended : bool
        Whether the next token begins a sentence.
    """

    raw: RawBlock
    data: ByteArray
    ends: IntArray
    starts: IntArray
    outside: BoolArray
    before: Bits
    after: Bits
    layout: Layout
    newlines: Bits
    lines_before: int
    lines: int
    documents: int
    document_starts: IntArray
    ended: bool = False

    def fields(self, tokens: IntArray, *indices: int) -> list[tuple[IntArray, IntArray]]:
        """Return positions and lengths of the fields of some tokens.

        Parameters
        ----------
        tokens : array of int
            Numbers of tokens.
        *indices : int
            Indices of columns, from 0.
        """
        # Lines without columns are no tokens.
        found = dict.fromkeys(indices, (tokens, tokens))
        # Where one character separates fields, the byte before one is the byte after another.
        parted_by_one = self.after is self.before
        end = self.ends[tokens]
        if not parted_by_one:
            end = self.after.last(end)
        last = self.layout.columns - 1
        for index in range(last, min(indices) - 1, -1):
            start = self.before.last(end - 1)
            if index in indices:
                length = end - start
                length -= 1
                if index == last:
                    length -= (self.data[end - 1] == _CR) & (length > 0)
                found[index] = start + 1, length
            end = start if parted_by_one or not index else self.after.last(start)
        return [found[index] for index in indices]

    def line(self, token: int) -> int:
        """Return the line number in the file of a token."""
        return self.lines_before + self.newlines.rank(int(self.ends[token]))


class Fields(Sequence[str]):
    """Fields of a block as text, decoded when they are asked for.

    Bytes that are no UTF-8 are lone surrogates, so that other fields differ.

    Parameters
    ----------
    lines : TokenLines
        The lines of the block.
    column : int
        The index of the column.
    tokens : array of int, optional
        Numbers of the tokens whose fields they are; by default of all.
    """

    def __init__(self, lines: TokenLines, column: int, tokens: IntArray | None = None) -> None:
        self.lines, self.column = lines, column
        self.tokens = np.arange(len(lines.ends)) if tokens is None else tokens

    def __len__(self) -> int:
        return len(self.tokens)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> Fields: ...

    def __getitem__(self, index: int | slice) -> str | Fields:
        if isinstance(index, slice):
            return Fields(self.lines, self.column, self.tokens[index])
        start, length = (int(part[0]) for part in self.take(np.array([index])).places)
        return self.lines.raw.data[start : start + length].decode("utf-8", "surrogateescape")

    def __iter__(self) -> Iterator[str]:
        data = bytes(self.lines.raw.data[: self.lines.raw.end])
        start, length = self.places
        pairs = zip(start.tolist(), (start + length).tolist(), strict=True)
        if data.isascii():
            text = data.decode()
            return iter([text[begin:stop] for begin, stop in pairs])
        # Decoded all at once, with a byte between them that is in none.
        joined = FRONT.join([data[begin:stop] for begin, stop in pairs])
        fields = joined.decode("utf-8", "surrogateescape").split(FRONT.decode())
        return iter(fields[: len(self)])

    def take(self, rows: IntArray) -> Fields:
        """Return some of them, by number."""
        return Fields(self.lines, self.column, self.tokens[rows])

    def shown(self, index: int) -> str:
        """Return a field for a message."""
        data = self[index].encode("utf-8", "surrogateescape")
        return shortened(data.decode("utf-8", "backslashreplace"))

    @property
    def places(self) -> tuple[IntArray, IntArray]:
        """Where each field begins, and how many bytes it has."""
        return self.lines.fields(self.tokens, self.column)[0]

    def _lines(self) -> tuple[ByteArray, IntArray, IntArray]:
        """Return the data, and for each of tokens in a row what stands behind the line before."""
        before = np.concatenate(([0], self.lines.ends))[self.tokens]
        return self.lines.data, before + 1, self.lines.ends[self.tokens] - before

    def different(self, other: Fields) -> IntArray:
        """Return the numbers of the fields, of tokens in a row, that are not the same in another.

        There are as many of both.
        """
        fields, others, rows = self, other, np.arange(len(self))
        if self.lines.layout[:2] == other.lines.layout[:2] and self.column == other.column:
            # Most lines are the same as a whole, and their fields need not be found.
            rows = different_fields(self._lines(), other._lines())
            fields, others = self.take(rows), other.take(rows)
        data, other_data = self.lines.data, other.lines.data
        return rows[different_fields((data, *fields.places), (other_data, *others.places))]


class Splitter:
    """Finds the token lines and fields of a file's blocks, in order.

    Parameters
    ----------
    source : Source
        What the blocks come from, for messages.
    layout : Layout
        What the lines look like.
    tag_columns : sequence of int
        Indices of the columns that hold tags. A line that begins with ``# `` is a token only if
        it has as many fields as the others, and tags in these.
    tag_sets : sequence of TagSet
        What the tags in each of these columns are like.
    script : bool
        Read as the conlleval script does: ``-DOCSTART-`` lines are tokens, and a first field
        ``-X-`` ends a sentence.
    """

    def __init__(
        self,
        source: Source,
        layout: Layout,
        tag_columns: Sequence[int],
        tag_sets: Sequence[TagSet],
        *,
        script: bool = False,
    ) -> None:
        self._source = source
        self._layout = layout
        self._tag_columns = tag_columns
        self._tag_sets = tag_sets
        self._script = script
        last = layout.columns
        self._tags_last = list(range(last - len(tag_columns), last)) == [*tag_columns]
        # the line that names the columns, if one was asked for by name
        self._header = layout.names_line if layout.headed else 0
        #: lines that were split so far
        self.lines = 0
        #: how many lines that might be tokens were taken for comments
        self.comments = 0
        # whether tags in lines that begin with # are looked at, before they are tokens
        self._careful = False
        # whether a sentence, and a document, begins with the next token
        self._pending = True
        self._pending_document = False
        # the id of the sentence of the last token
        self._id = b""

    def careful(self, before: tuple[int, bool, bool, bytes], raw: RawBlock) -> TokenLines | None:
        """Split a block again, of which a tag is none: a line that begins with # may be a comment.

        Parameters
        ----------
        before : tuple
            The `state` before the block.
        raw : RawBlock
            The block.

        Returns
        -------
        TokenLines or None
            None if that makes no difference.
        """
        if self._careful or FRONT + b"#" not in raw.data:
            return None
        self._careful = True
        self.lines, self._pending, self._pending_document, self._id = before
        return self.split(raw)

    @property
    def state(self) -> tuple[int, bool, bool, bytes]:
        """What is known of the lines that were split."""
        return self.lines, self._pending, self._pending_document, self._id

    def split(self, raw: RawBlock) -> TokenLines:
        """Find the token lines of the next block.

        Raises
        ------
        LayoutError
            If a token line has another number of fields than the layout says.
        """
        if self._layout.tag_lines:
            return self._tags_of_lines(raw)
        if is_blank(raw):
            return self._no_lines(raw)
        data = np.frombuffer(raw.data, np.uint8)
        is_newline = data == _LF
        is_newline[raw.end :] = False
        newlines = Bits.where(is_newline)
        # ends of lines that are not empty, the line end before the block left out
        ends = newlines.run_starts().positions()[1:]
        if self._layout.delimiter:
            is_delimiter = data == ord(self._layout.delimiter)
            counted = Bits.where(is_delimiter)
            before = after = counted | newlines
            count = counted.count_before(ends)
            wanted = self._layout.columns - 1
            outside = self._outside(data, ends)
        else:
            before, after = _edges(data, is_newline)
            count = before.count_before(ends)
            wanted = self._layout.columns
            outside = np.zeros(len(ends), np.bool_)
        count[1:] -= count[:-1].copy()
        token = count == wanted
        breaks, documents = self._judge(raw, data, newlines, ends, token)
        begun = len(documents)
        if self._header > self.lines:
            token &= newlines.count_before(ends) != self._header - self.lines
        if not token.all():
            kept = np.flatnonzero(token)
            breaks, documents = np.searchsorted(kept, breaks), np.searchsorted(kept, documents)
            ends, outside = ends[kept], outside[kept]
        starts, self._pending = _starts(breaks, len(ends), self._pending)
        document_starts, self._pending_document = _starts(
            documents, len(ends), self._pending_document
        )
        lines_before = self.lines
        self.lines += int(np.count_nonzero(is_newline)) - 1
        lines = TokenLines(
            raw,
            data,
            ends,
            starts,
            outside,
            before,
            after,
            self._layout,
            newlines,
            lines_before,
            self.lines,
            begun,
            document_starts,
            self._pending,
        )
        return lines if self._layout.sentence < 0 else self._parted_by_ids(lines)

    def _no_lines(self, raw: RawBlock) -> TokenLines:
        """Return the token lines of a block that is nothing but white space: none."""
        data = np.frombuffer(raw.data, np.uint8)
        is_newline = data == _LF
        is_newline[raw.end :] = False
        self._pending = True
        newlines, none = Bits.where(is_newline), np.zeros(0, np.intp)
        lines = self._plain_lines(raw, data, is_newline, (none, none), (newlines, newlines))
        return lines._replace(ended=True)

    def _tags_of_lines(self, raw: RawBlock) -> TokenLines:
        """Return the tags of a block whose lines have those of a sentence each.

        Each is as a line of one field. A list that ends, ends a sentence, too.
        """
        data = np.frombuffer(raw.data, np.uint8)
        is_newline = data == _LF
        is_newline[raw.end :] = False
        is_end = is_newline
        if self._layout.listed:
            is_end = is_newline | (data == _BRACKET)
            data = np.frombuffer(raw.data.translate(LISTS), np.uint8)
        before, after = _edges(data, is_newline)
        ends = after.positions()
        ends = ends[ends < raw.end]
        starts = np.flatnonzero(np.diff(Bits.where(is_end).count_before(ends), prepend=0))
        return self._plain_lines(raw, data, is_newline, (ends, starts), (before, after))

    def _plain_lines(
        self,
        raw: RawBlock,
        data: ByteArray,
        is_newline: BoolArray,
        tokens: tuple[IntArray, IntArray],
        edges: tuple[Bits, Bits],
    ) -> TokenLines:
        """Return the token lines of a block without documents, of which none is known to be O.

        `tokens` are the ends and the starts of `TokenLines`, `edges` what is before and after
        fields.
        """
        ends, starts = tokens
        lines_before = self.lines
        self.lines += int(np.count_nonzero(is_newline)) - 1
        return TokenLines(
            raw,
            data,
            ends,
            starts,
            np.zeros(len(ends), np.bool_),
            *edges,
            self._layout,
            Bits.where(is_newline),
            lines_before,
            self.lines,
            0,
            np.zeros(0, np.intp),
        )

    def _parted_by_ids(self, lines: TokenLines) -> TokenLines:
        """Return lines of which a sentence begins with each that has another id than before.

        Where only the first token of a sentence has its id, the others have nothing there.
        """
        start, length = lines.fields(np.arange(len(lines.ends)), self._layout.sentence)[0]
        filled = np.flatnonzero(length)
        if not len(filled):
            return lines
        start, length, data = start[filled], length[filled], lines.data
        here, before = ((data, start[part], length[part]) for part in (slice(1, None), slice(-1)))
        begins = filled[1:][different_fields(here, before)]
        first, last = (bytes(data[start[k] : start[k] + length[k]]) for k in (0, -1))
        if first != self._id:
            begins = np.append(filled[0], begins)
        self._id = last
        return lines._replace(starts=np.union1d(lines.starts, begins))

    def _outside(self, data: ByteArray, ends: IntArray) -> BoolArray:
        """Mark the lines that end in fields ``O``, if the last ones are the tags."""
        if not self._tags_last:
            return np.zeros(len(ends), np.bool_)
        tail = [ord(self._layout.delimiter), _O] * len(self._tag_columns)
        if len(ends) and data[ends[0] - 1] == _CR:
            tail.append(_CR)
        # The bytes before each line end. Those before the buffer are, by a negative index, in the
        # room at its end, which is 0.
        place = ends - len(tail)
        outside: BoolArray = data[place] == tail[0]
        for offset, expected in enumerate(tail[1:], 1):
            outside &= data[offset:][place] == expected
        return outside

    def _judge(
        self, raw: RawBlock, data: ByteArray, newlines: Bits, ends: IntArray, token: BoolArray
    ) -> tuple[IntArray, IntArray]:
        """Decide what the odd lines are: correct `token`, find where sentences end.

        Returns
        -------
        breaks : array of int
            Numbers of lines, ascending: a sentence begins with the first token not before it.
        documents : array of int
            Likewise for documents.
        """
        # The byte behind the line end before: the first of the line, or another line end.
        first = np.empty(len(ends), np.uint8)
        first[:1] = data[1]
        first[1:] = data[1:][ends[:-1]]
        odd = np.flatnonzero((first <= _SUSPECTS[-1]) | ~token)
        odd = odd[_SUSPECT[first[odd]] | ~token[odd]]
        parted = odd[first[odd] == _LF]
        begins = newlines.last(ends[odd] - 1) + 1
        still = _SUSPECT[data[begins]] | ~token[odd]
        odd, begins = odd[still], begins[still]
        # What most odd lines are shows in two bytes: comments, tokens like "--", blank CRLF lines.
        head, second, fits = data[begins], data[begins + 1], token[odd]
        blank = (head == _CR) & (ends[odd] == begins + 1)
        if np.count_nonzero((head == _SPACE) | (head == _TAB)) > _MANY:
            white = (data == _SPACE) | (data == _TAB) | (data == _CR) | (data == _LF)
            ink = Bits.where(~white)
            blank |= ink.count_before(ends[odd]) == ink.count_before(begins)
        spaced = (second == _SPACE) | (second == _TAB)
        comment = (head == _HASH) & spaced & ~fits & (data[begins + 2] != _N)
        plain = (head == _HYPHEN) & ~_SPECIAL[second]
        if not self._careful:
            plain |= (head == _HASH) & (second != _SPACE)
        plain &= fits
        token[odd] = plain
        breaks = [parted, odd[blank]]
        documents: list[int] = []
        rest = ~(blank | comment | plain)
        odd, begins = odd[rest], begins[rest]
        numbers = self.lines + newlines.count_before(ends[odd])
        for line, begin, number in zip(
            odd.tolist(), begins.tolist(), numbers.tolist(), strict=True
        ):
            text = bytes(raw.data[begin : ends[line]].removesuffix(b"\r"))
            kind = self._kind(text, number, raw, begin)
            token[line] = kind & _IS_TOKEN
            documents += [line] * (kind & _IS_DOCUMENT)
            if kind & _IS_BREAK:
                breaks.append(np.array([line, line + 1]))
        if not len(ends) or ends[-1] != raw.end - 1:
            breaks.append(np.array([len(ends)]))
        return np.sort(np.concatenate(breaks)), np.array(documents, np.intp)

    def _kind(self, text: bytes, number: int, raw: RawBlock, begin: int) -> int:
        """Return what an odd line is: any of `_IS_TOKEN`, `_IS_BREAK` and `_IS_DOCUMENT`."""
        if not text.strip(WHITE):
            return _IS_BREAK
        fields = self._layout.fields(text)
        fits = len(fields) == self._layout.columns
        tags = [fields[index] for index in self._tag_columns] if fits else []
        # A tag that is missing may stand beside one that is there.
        are_tags = any(tags) and all(map(_may_be_tag, self._tag_sets, tags))
        if DOCUMENT.match(text):
            if self._script and fits:
                return _IS_TOKEN | _IS_DOCUMENT
            # A tag on it must not be lost: then it is a token, and a sentence of its own.
            tagged = are_tags and not all(map(_is_outside, self._tag_sets, tags))
            return _IS_BREAK | _IS_DOCUMENT | _IS_TOKEN * tagged
        if self._script and fields[0] == _BOUNDARY:
            return _IS_BREAK
        is_comment = text.startswith(b"#") and not are_tags
        if is_comment and self._is_comment(text, fields, tags, raw, begin):
            return _IS_DOCUMENT if NEW_DOCUMENT.match(text) else 0
        if fits:
            return _IS_TOKEN
        count, expected = len(fields), self._layout.columns
        others = "lines after" if number < self._layout.line else "lines before"
        hint = f"fields are separated by {self._layout.delimiter_name}; --delimiter sets another"
        if text.startswith(b'{"'):
            hint = "JSON is read by score, compare, validate, convert and describe"
        message = f"{count} field{'s' * (count != 1)} where the {others} have {expected}"
        # Here, because it is needed for nothing else.
        from spanf1.formats.unknown import lines_look_like

        what, way = lines_look_like(self._source)
        if what:
            message, hint = f"this looks like {what}, not like columns: {message}", way
        raise LayoutError(
            message,
            where=self._source.where(number),
            hint=hint,
        )

    def _is_comment(
        self, text: bytes, fields: list[bytes], tags: list[bytes], raw: RawBlock, begin: int
    ) -> bool:
        """Return whether a line that begins with #, and lacks tags, is a comment.

        Where a token would be, one that ends in a tag lacks fields, and one that has as many as
        the others has a wrong tag, unless it stands between sentences, and has none at all.
        """
        if text[1:2] in (b"", b" ", b"\t"):
            return True
        if len(fields) != self._layout.columns:
            last = fields[-1]
            tagged = last in _OUTSIDE or (last[1:] and TAG.fullmatch(last))
            return len(fields) == 1 or not tagged
        if any(map(_is_marked, tags)):
            return False
        before = raw.data[raw.data.rfind(FRONT, 0, begin - 1) + 1 : begin] if begin > 1 else b""
        end = raw.data.find(FRONT, begin) + 1
        after = raw.data[end : raw.data.find(FRONT, end) + 1] if end < raw.end else b""
        between = any(not line.strip(WHITE + FRONT) or line[:1] == b"#" for line in (before, after))
        self.comments += between
        return between


def is_blank(raw: RawBlock) -> bool:
    """Return whether a block is nothing but white space."""
    return _BLANK.fullmatch(raw.data, len(FRONT), raw.end) is not None


def _edges(data: ByteArray, is_newline: BoolArray) -> tuple[Bits, Bits]:
    """Return which bytes of white space are right before a field, and which right behind one."""
    white = is_newline | (data == _SPACE) | (data == _TAB) | (data == _CR)
    edge = white[:-1] ^ white[1:]
    before = Bits.where(np.append(edge & white[:-1], False))
    return before, Bits.where(np.insert(edge & white[1:], 0, False))


def _starts(breaks: IntArray, count: int, pending: bool) -> tuple[IntArray, bool]:
    """Return the tokens, of `count`, that begin something, and whether the next block's first does.

    Parameters
    ----------
    breaks : array of int
        Numbers of tokens, ascending: something begins with the first that is not before it.
    count : int
        How many tokens there are.
    pending : bool
        Whether something begins with the first token.
    """
    if pending:
        breaks = np.concatenate((np.zeros(1, np.intp), breaks))
    if not len(breaks):
        return breaks, False
    new = np.ones(len(breaks), np.bool_)
    new[1:] = breaks[1:] != breaks[:-1]
    return breaks[new & (breaks < count)], int(breaks[-1]) == count


def _is_outside(tags: TagSet, field: bytes) -> bool:
    return tags.is_outside(field.decode("utf-8", "replace"))


def _is_marked(field: bytes) -> bool:
    """Return whether a field is a tag with a type, or the X of a part of a word; no comment's."""
    return field == b"X" or (field[1:2] == b"-" and bool(TAG.fullmatch(field)))


def _may_be_tag(tags: TagSet, field: bytes) -> bool:
    return tags.may_be(field.decode("utf-8", "replace"))
