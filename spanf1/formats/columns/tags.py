"""Gold and predicted tags in columns: of one side, of both in one file, or in two files."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from copy import copy
from functools import partial
from itertools import chain
from typing import Self

import numpy as np
import numpy.typing as npt

from spanf1.core.misfits import MISSING_HINT
from spanf1.core.options import MissingName
from spanf1.core.spans import ranges
from spanf1.core.tags import NO_TAG, Block, IntArray, TagSet
from spanf1.core.tally import Tally
from spanf1.exceptions import AlignmentError, LayoutError, UsageError
from spanf1.formats.columns.file import ColumnFile, TaggedLines, columns_have
from spanf1.formats.columns.layout import MERGED_HINT, Layout
from spanf1.formats.columns.lines import Fields, sentence_ends
from spanf1.formats.options import LAST, TAGS_ELSEWHERE, Column, Origin
from spanf1.formats.registry import Input, noted
from spanf1.formats.sentences import (
    POSITION_HINT,
    Gapped,
    Sentences,
    aligned,
    last_start,
    line_among,
    whole,
)
from spanf1.formats.source import Cut, Source, parts_of
from spanf1.wording import many, shortened

# Where a file may be cut into parts: behind a blank line.
_SENTENCES = Cut(re.compile(rb"\n[ \t\r]*\n"), sentence_ends)

# More tokens in a sentence, on an average, are no sentence.
_LONG = 1000

_ENDS_EARLY_HINT = (
    "gold ends a sentence there: predictions may stop early (--missing), and gold may not; "
    "gold is the first of two files"
)
_TOKEN_HINT = "tokens and tags are in two columns; --delimiter says what separates them"  # noqa: S105


class TagFile:
    """Reads one column of tags of a file, and the tokens if they are asked for.

    Parameters
    ----------
    file : ColumnFile
        The file.
    column : int or str
        The column of the tags, by number from 1, or from the end by -1, or by name.
    token_column : int or str, optional
        The column of the tokens; by default the first that is not the tags'.
    """

    def __init__(
        self, file: ColumnFile, column: Column = -1, token_column: Column | None = None
    ) -> None:
        self.file = file
        self.source = file.source
        self.column = column
        self.token_column = token_column
        #: the indices from 0 of the columns of the tags and of the tokens, once they are known
        self.columns = (0, 0)

    @classmethod
    def of(cls, input: Input, *, tokens: bool = False) -> TagFile:
        """Return a reader of the column of tags of an input, and of that of the tokens if asked."""
        options = input.options
        file = ColumnFile(
            input.source,
            delimiter=options.delimiter,
            sentence_column=options.sentence_column,
            tag_lines=options.may_be_tag_lines(),
            progress=input.progress,
        )
        return cls(file, options.tag_column, options.token_column if tokens else None)

    def lines(
        self, tags: TagSet, *, tokens: bool = False, blank: bool = False
    ) -> Iterator[TaggedLines]:
        """Yield the lines block by block; see `ColumnFile.tagged_lines`."""
        return self.file.tagged_lines(
            [tags],
            [self.column],
            others=[] if self.token_column is None else [self.token_column],
            token=self._token_index if tokens else None,
            hint=TAGS_ELSEWHERE,
            blank=blank,
        )

    def sentences(self, tags: TagSet) -> Iterator[Sentences]:
        """Yield the tags in order, numbering them in a set.

        Raises
        ------
        LayoutError, ReadError, TagError
            As `ColumnFile.tagged_lines`.
        """
        return (lines.side() for lines in self.lines(tags))

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:  # noqa: ARG002
        """Yield the tags in blocks, both sides alike; see `spanf1.core.tag_counter.Reader`."""
        return (aligned(side, side) for side in self.sentences(gold))

    def passages(self, tags: TagSet, *, outside: bool = True) -> Iterator[Sentences]:
        """Yield whole sentences with their tokens, or spans, in parts of sentences, with theirs.

        A whole sentence is held, and a file without blank lines is one.

        Parameters
        ----------
        tags : TagSet
            Numbers the tags.
        outside : bool
            Read the tokens outside of all spans, too; else each of them is the empty text, and a
            sentence may go on behind one of them.

        Raises
        ------
        LayoutError
            If there are no such columns, or no column of tokens.
        UsageError
            If both columns are the same.
        ReadError, TagError
            As `ColumnFile.tagged_lines`.
        """
        sides = (lines.side() for lines in self.lines(tags, tokens=True, blank=True))
        if outside:
            return passages(sides)
        return whole(map(_without_outside, sides), _last_outside)

    def _token_index(self, layout: Layout, indices: list[int]) -> int:
        """Return the index of the column of the tokens."""
        tag = indices[0]
        free = layout.free_column([tag])
        if layout.tag_lines:
            raise LayoutError(
                "there are no tokens: each line has the tags of a sentence",
                where=self.source.where(layout.line),
            )
        if free is None:
            raise LayoutError(
                "there is no column of tokens: this line has only one column",
                where=self.source.where(layout.line),
                hint=layout.other_delimiter() or _TOKEN_HINT,
            )
        token = indices[1] if len(indices) > 1 else free
        check_token(self.source, token, [tag])
        self.columns = tag, token
        return token

    def described(self) -> str:
        """Say where the tokens and the tags are; call it after the reading."""
        layout = self.file.layout
        if layout is None:
            return "there are no tokens"
        tag, token = self.columns
        parted = self.file.sentences_by()
        return (
            f"tokens in column {token + 1}, tags in column {tag + 1} of {layout.columns}, "
            f"separated by {layout.delimiter_name}" + f"; {parted}" * bool(parted)
        )


def check_token(source: Source, token: int, tags: list[int]) -> None:
    """Raise an error if the column of the tokens is one of tags."""
    if token in tags:
        message = f"tokens and tags are both in column {token + 1}"
        raise UsageError(message, where=source.name, hint="--token-column, --tag-column")


def _without_outside(sentences: Sentences) -> Sentences:
    """Return sentences with the tokens in spans alone."""
    fields = sentences.tokens
    if not isinstance(fields, Fields):
        return sentences._replace(tokens=[*(fields or ())])
    tokens = [""] * sentences.size
    inside = np.flatnonzero(sentences.codes)
    for token, text in zip(inside.tolist(), fields.take(inside), strict=True):
        tokens[token] = text
    return sentences._replace(tokens=tokens)


def _last_outside(sentences: Sentences) -> int | None:
    """Return the last place that no span goes across, as O stands before it or a sentence begins.

    What is left out by its tag stays with the O behind it: it may begin the sentence.
    """
    if sentences.ended:
        return sentences.size
    outside = np.flatnonzero(sentences.codes == 0)[-1:] + 1
    places = [*outside.tolist(), *sentences.starts[-1:].tolist()]
    return max(places, default=None)


def passages(sentences: Iterable[Sentences]) -> Iterator[Sentences]:
    """Yield sentences with tokens so that each is whole, the tokens in lists."""
    pieces = (piece._replace(tokens=[*(piece.tokens or ())]) for piece in sentences)
    return whole(pieces, last_start)


class ColumnPair(ABC):
    """Gold and predicted tags in columns.

    Attributes
    ----------
    files : list of ColumnFile
        The file of both, or that of gold and that of predicted tags.
    columns : tuple of (int, str or None)
        The columns of the gold tags, of the predicted tags, and of the tokens that are compared
        (0: none are; None: the first that may be theirs, in each file), by number from 1, or from
        the end by -1, or by name.
    aligned : str
        As in `Origin`.
    missing : str
        What is done about tokens without a prediction: one of `spanf1.core.options.MISSING`.
    """

    def __init__(
        self,
        files: list[ColumnFile],
        columns: tuple[Column, Column, Column | None],
        aligned: str,
        missing: MissingName,
    ) -> None:
        self.files = files
        self.columns = columns
        self.aligned = aligned
        #: whether sentences must begin alike in two files; else they are parted as gold's are
        self.same_breaks = True
        #: how many sentences begin in one of two files only
        self.other_breaks = 0
        self.missing = missing
        #: what else is to be said of what was read
        self.notes: list[str] = []

    @abstractmethod
    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:
        """Yield the tags in blocks; see `spanf1.core.tag_counter.Reader`."""

    def _refuse_gaps(
        self,
        predicted: Sentences,
        kept: npt.NDArray[np.bool_] | None,
        tags: TagSet,
        place: _Place,
    ) -> None:
        """Raise an error if a token has an empty field for a prediction; `kept` as in `aligned`."""
        if tags.codes.get("") != NO_TAG:
            return
        for index in np.flatnonzero(predicted.codes == NO_TAG)[:1].tolist():
            token = index if kept is None else int(np.flatnonzero(kept)[index])
            raise AlignmentError(
                place.stop(predicted.starts, token),
                where=self.files[-1].source.where(predicted.line(token)),
                hint=MISSING_HINT,
            )

    def parts(self, size: int) -> Iterator[Self]:
        """Yield readers of parts of about `size` bytes, cut where a sentence ends.

        Two files are cut behind as many sentences; where these are not the same, the tokens of a
        part do not fit together. Where there is nothing to cut, or a file cannot be read in parts,
        such as a pipe, the reader itself is the only part.

        Raises
        ------
        LayoutError, ReadError
            As `blocks`.
        """
        gold, predicted, token = self.columns
        tags = [[gold, predicted]] if len(self.files) == 1 else [[gold], [predicted]]
        tokens = [token] if token else []
        sources = [file.source for file in self.files]
        part = self
        # Where sentences may be missing, it is only known in order what belongs together.
        in_order = self.missing != "error" and len(self.files) > 1
        columns = [of_tags + tokens for of_tags in tags]
        if not in_order and all(map(ColumnFile.can_be_parted, self.files, columns)):
            for places in parts_of(sources, size, _SENTENCES):
                part = copy(self)
                part.files = list(map(ColumnFile.part, self.files, places))
                yield part
        if part is self:
            yield self

    def compared(self) -> bool:
        """Return whether tokens are compared, once layouts are known: lines of tags have none."""
        return self.columns[2] != 0 and not any(
            file.layout and file.layout.tag_lines for file in self.files
        )

    def take(self, part: ColumnPair) -> None:
        """Take note of a part that has been read."""
        self.other_breaks += part.other_breaks
        for file, read in zip(self.files, part.files, strict=True):
            file.comments += read.comments
        if progress := self.files[0].progress:
            progress(part.files[0].source.stop)

    def forget(self) -> None:
        """Forget what was found out of the files."""
        self.other_breaks = 0
        for file in self.files:
            file.layout, file.comments = None, 0

    def review(self, counts: Tally) -> None:
        """Note what is doubtful about what was read and counted."""
        if self.other_breaks:
            names = [file.source.name for file in self.files]
            self.notes.append(
                f"{names[1]}: sentences that begin there and not in {names[0]}, or the other way "
                f"round: {self.other_breaks}; those of {names[0]} hold for both"
            )
        if counts.tokens > _LONG * max(counts.sentences, 1):
            self.notes.append(
                f"{many(counts.tokens, 'token')} in {many(counts.sentences, 'sentence')}: are the "
                "sentence breaks missing? --sentence-column names a column that parts sentences"
            )
        if self.columns[:2] in ((-2, -1), (-1, -1)):
            self.notes += dict.fromkeys(self._other_columns(counts))

    def _other_columns(self, counts: Tally) -> Iterator[str]:
        """Say which columns have tags, too, where the last were taken."""
        used = [column for column in self.columns[:2] if isinstance(column, int)]
        types = {span.type for span in counts.spans}
        none = not all(shapes.total() for shapes in counts.shapes())
        for file in self.files:
            columns = used if len(self.files) == 1 else [-1]
            if found := file.other_columns(columns, types, empty=none):
                yield _elsewhere(file, found, none=none)

    def origin(self) -> Origin:
        """Describe what was read; call it after the reading."""
        layouts = [file.layout or Layout(file.delimiter or "", 0) for file in self.files]
        gold, predicted, token = self.columns
        gold, predicted = _number(gold, layouts[0]), _number(predicted, layouts[-1])
        if token is None:
            free = layouts[0].free_column([gold - 1])
            token = 0 if free is None or not self.compared() else free + 1
        token = _number(token, layouts[0])
        notes = [
            f"{file.source.name}: {said}" for file in self.files for said in noted(file.notes())
        ]
        return Origin(
            tuple(file.source.name for file in self.files),
            tuple(layout.delimiter_name for layout in layouts),
            tuple(layout.columns for layout in layouts),
            gold,
            predicted,
            token,
            self.aligned if self.compared() or len(self.files) == 1 else "position",
            remarks=(*notes, *self.notes),
        )


def _elsewhere(file: ColumnFile, found: list[Column], *, none: bool) -> str:
    """Say which other columns of a file have tags, and how they are read."""
    assert file.layout is not None  # noqa: S101 - for mypy: it has been read
    have = columns_have(found)
    if file.merged:
        return f"{have} tags, too: --gold-column and --pred-column say which are meant"
    if none:
        return f"{have} tags, too, and the last column has no span: --tag-column {found[0]}"
    levels = ",".join(map(str, [*found, file.layout.columns]))
    return f"{have} tags of the same types, too: --tag-column {levels} reads nested levels"


def _number(column: Column, layout: Layout) -> int:
    """Return the number from 1 of a column of lines that have been read; 0 if there are none."""
    if isinstance(column, str):
        return layout.names.index(column) + 1 if layout.columns else 0
    return column if column >= 0 else max(layout.columns + 1 + column, 0)


class MergedFile(ColumnPair):
    """Reads one file that holds gold and predicted tags in two of its columns.

    Parameters
    ----------
    file : ColumnFile
        The file.
    gold_column, predicted_column : int or str
        The columns, by number from 1, or from the end by -1, or by name.
    missing : str
        As for `ColumnPair`.
    """

    def __init__(
        self,
        file: ColumnFile,
        gold_column: Column = -2,
        predicted_column: Column = -1,
        *,
        missing: MissingName = "error",
    ) -> None:
        super().__init__([file], (gold_column, predicted_column, 0), "line", missing)

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:
        """Yield the tags in blocks; see `spanf1.core.tag_counter.Reader`.

        Raises
        ------
        AlignmentError
            If a token has no prediction, and that is not allowed.
        """
        predicted.allow_missing()
        sparse = self.missing == "error" and not gold.has_gaps()
        gapped, place = Gapped(drop=self.missing == "drop"), _Place()
        for lines in self.files[0].tagged_lines(
            (gold, predicted), self.columns[:2], token=self._check, sparse=sparse
        ):
            left, right = lines.side(0), lines.side(1)
            if self.missing == "error":
                self._refuse_gaps(right, lines.kept, predicted, place)
                place.pass_by(left.starts, len(lines.lines.ends))
            yield aligned(left, right, lines.kept) if sparse else gapped.aligned(left, right)

    def _check(self, layout: Layout, indices: list[int]) -> None:  # noqa: ARG002
        """Raise an error if both sides are in one column."""
        if indices[0] == indices[1]:
            message = f"gold and predicted tags are both in column {indices[0] + 1}"
            raise UsageError(message, where=self.files[0].source.name, hint=MERGED_HINT)


class _Place:
    """How many sentences began, and tokens of the last one there are, up to a token."""

    def __init__(self) -> None:
        self.sentences = self.tokens = 0

    def pass_by(self, starts: IntArray, count: int) -> None:
        """Go on behind so many tokens, given those that begin a sentence."""
        last = starts[-1:].tolist()
        self.sentences += len(starts)
        self.tokens = count - last[0] if last else self.tokens + count

    def stop(self, starts: IntArray, index: int) -> str:
        """Say that predictions stop at a token, given those that begin a sentence here."""
        self.pass_by(starts[starts < index], index)
        behind = many(self.tokens, "token")
        return f"the predictions stop in sentence {self.sentences} after {behind}"

    def end(self) -> str:
        """Say that predictions stop behind a sentence."""
        if not self.sentences:
            return "there are no predictions"
        return f"the predictions stop after sentence {self.sentences}"


class PairedFiles(ColumnPair):
    """Reads two files of the same tokens, one with gold and one with predicted tags.

    Parameters
    ----------
    gold, predicted : ColumnFile
        The files.
    gold_column, predicted_column : int or str
        The column of the tags in each, by number from 1, or from the end by -1, or by name.
    token_column : int or str, optional
        The column of the tokens, in both; by default the one that is called so, or the first.
    by_position : bool
        Take the n-th token of one for the n-th of the other without comparing them.
    missing : str
        As for `ColumnPair`.
    """

    def __init__(
        self,
        gold: ColumnFile,
        predicted: ColumnFile,
        gold_column: Column = -1,
        predicted_column: Column = -1,
        *,
        token_column: Column | None = None,
        by_position: bool = False,
        missing: MissingName = "error",
    ) -> None:
        compared, how = (0, "position") if by_position else (token_column, "token")
        columns = gold_column, predicted_column, compared
        super().__init__([gold, predicted], columns, how, missing)
        self.same_breaks = by_position

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:
        """Yield the tags in blocks; see `spanf1.core.tag_counter.Reader`.

        Raises
        ------
        AlignmentError
            If a token, the end of a sentence or the end of one file has no counterpart.
        """
        predicted.allow_missing()
        golds, others = self._side(0, gold), self._side(1, predicted)
        left = next(golds)
        if (layout := self.files[0].layout) and layout.tag_lines:
            # What has no span in it may be columns, too.
            self.files[1].tag_lines = None
        if self.missing != "error":
            yield from self._filled(passages(chain([left], golds)), passages(others))
            return
        gapped, place = Gapped(drop=False), _Place()
        right = next(others)
        while left.size and right.size:
            count = min(left.size, right.size)
            (left, left_rest), (right, right_rest) = left.parted(count), right.parted(count)
            self._compare(left, right, place)
            self._refuse_gaps(right, None, predicted, place)
            place.pass_by(left.starts, count)
            yield gapped.aligned(left, right) if gold.has_gaps() else aligned(left, right)
            left = left_rest if left_rest.size else next(golds)
            right = right_rest if right_rest.size else next(others)
        sources = [file.source for file in self.files]
        if left.size:
            stop = place.end() if 0 in left.starts[:1] else place.stop(left.starts, 0)
            raise _ended(sources[1], right.lines, sources[0], left, stop)
        if right.size:
            raise _ended(sources[0], left.lines, sources[1], right)
        yield aligned(left, right)

    def _filled(self, golds: Iterator[Sentences], others: Iterator[Sentences]) -> Iterator[Block]:
        """Yield both sides, sentence by sentence, of which predictions may stop early.

        Raises
        ------
        AlignmentError
            If a predicted sentence does not begin as that of gold does.
        """
        gapped = Gapped(drop=self.missing == "drop")
        others = (part for part in others if part.size)
        left, right, behind = next(golds, None), next(others, None), 0
        while left is not None:
            count = len(left.starts)
            if right is None and not self.compared():
                given = "leave align_by_position (--align-by-position) out"
                raise AlignmentError(
                    "by position, it is not known which sentences have no predictions",
                    where=self.files[1].source.name,
                    hint=given if self.columns[2] == 0 else "",
                )
            if right is None:
                right = Sentences(np.zeros(0, np.int32), left.starts[:0], int, behind)
            else:
                count = min(count, len(right.starts))
            (left, left_rest), (right, right_rest) = _first(left, count), _first(right, count)
            yield gapped.aligned(left, self._as_long(left, right))
            behind = right.lines
            left = left_rest if left_rest.size else next(golds, None)
            right = right_rest if right_rest.size else next(others, None)
        if right is not None:
            sources = [file.source for file in self.files]
            raise _ended(sources[0], 0, sources[1], right)

    def _as_long(self, gold: Sentences, predicted: Sentences) -> Sentences:
        """Return predictions with no tags where they stop before gold does; raises as `_filled`."""
        lengths, own = (np.diff(np.append(side.starts, side.size)) for side in (gold, predicted))
        own = np.append(own, np.zeros(len(lengths) - len(own), np.intp))
        self._compare_beginnings(gold, predicted, lengths, own)
        there = ranges(np.cumsum(lengths) - lengths, own)
        codes = np.full(gold.size, NO_TAG, np.int32)
        codes[there] = predicted.codes
        before = np.maximum(np.searchsorted(there, np.arange(gold.size), side="right") - 1, 0)
        return predicted._replace(
            codes=codes, starts=gold.starts, line=partial(line_among, predicted.line, before)
        )

    def _compare_beginnings(
        self, gold: Sentences, predicted: Sentences, lengths: IntArray, own: IntArray
    ) -> None:
        """Raise an error if a predicted sentence does not begin as that of gold does."""
        tokens, others, compared = gold.tokens or (), predicted.tokens or (), self.compared()
        first = second = 0
        for size, there in zip(lengths.tolist(), own.tolist(), strict=True):
            left, right = tokens[first : first + size], others[second : second + there]
            for place, token in enumerate(right):
                if place < size and (not compared or left[place] == token):
                    continue
                where = self.files[0].source.where(gold.line(first + min(place, size - 1)))
                has = f"has {shortened(left[place])}" if place < size else "ends the sentence"
                raise AlignmentError(
                    f"token {shortened(token)} where {where} {has}",
                    where=self.files[1].source.where(predicted.line(second + place)),
                    hint="predictions may stop early, and their tokens are to be those of gold",
                )
            first, second = first + size, second + there

    def _side(self, side: int, tags: TagSet) -> Iterator[Sentences]:
        """Yield the tags of one file; at last the lines and documents behind all tokens."""
        none = np.zeros(0, np.intp)
        rest = Sentences(np.zeros(0, np.int32), none, int, 0, none)
        token = self.columns[2]
        for lines in self.files[side].tagged_lines(
            [tags],
            [self.columns[:2][side]],
            others=[token] if token else [],
            token=partial(self._token_index, side),
        ):
            part = lines.side()
            part = part._replace(documents=rest.documents + part.documents)
            rest = rest._replace(lines=part.lines, documents=0 if part.size else part.documents)
            if part.size:
                yield part
        yield rest

    def _token_index(self, side: int, layout: Layout, indices: list[int]) -> int:
        """Return the index of the tokens' column; by position, tags stand for them in messages."""
        source = self.files[side].source
        if layout.tag_lines:
            return indices[0]
        if self.columns[side] == LAST:
            layout.check_side(indices[0], gold=not side, source=source)
        if self.columns[2] is None:
            free = layout.free_column(indices)
            indices = [*indices, indices[0] if free is None else free]
        if len(set(indices)) < len(indices):
            raise LayoutError(
                f"column {indices[0] + 1} cannot be both the tokens and the tags",
                where=source.name,
                hint=layout.other_delimiter() or POSITION_HINT,
            )
        return indices[-1]

    def _compare(self, gold: Sentences, predicted: Sentences, place: _Place) -> None:
        """Raise an error at the first token that is not the same, or begins a sentence alone.

        Where the tokens are the same, it may begin one.
        """
        parted: IntArray = np.zeros(0, np.intp)
        if not np.array_equal(gold.starts, predicted.starts):
            parted = np.setxor1d(gold.starts, predicted.starts)
        compared = self.compared()
        if compared and not self.same_breaks:
            self.other_breaks += len(parted)
            parted = parted[:0]
        differ: IntArray = np.zeros(0, np.intp)
        if compared:
            differ = _fields(gold).different(_fields(predicted))
        if not len(parted) and not len(differ):
            return
        index = int(min(part[0] for part in (parted, differ) if len(part)))
        token = _fields(predicted).shown(index)
        there, here = (
            file.source.where(side.line(index))
            for file, side in zip(self.files, (gold, predicted), strict=True)
        )
        begins_alone = index in predicted.starts and index not in gold.starts
        lined = any(file.layout and file.layout.tag_lines for file in self.files)
        if begins_alone and (lined or (len(differ) and differ[0] == index)):
            raise AlignmentError(
                f"{place.stop(predicted.starts, index)}: token {token} begins the next one, and "
                f"{there} goes on with {_fields(gold).shown(index)}",
                where=here,
                hint=MISSING_HINT,
            )
        if len(differ) and differ[0] == index:
            ends_early = index in gold.starts and index not in predicted.starts
            raise AlignmentError(
                f"token {token} where {there} has {_fields(gold).shown(index)}"
                f"{', which begins a sentence' * ends_early}",
                where=here,
                hint=_ENDS_EARLY_HINT if ends_early else POSITION_HINT,
            )
        begins = "begins" if index in predicted.starts else "does not begin"
        other = "begins" if index in gold.starts else "does not begin"
        raise AlignmentError(
            f"token {token} {begins} a sentence, at {there} it {other} one",
            where=here,
            hint="blank lines must part the sentences of both files alike",
        )


def _ended(
    short: Source, end: int, long: Source, rest: Sentences, stop: str = ""
) -> AlignmentError:
    """Return the error where one side ends, and the other goes on."""
    tokens = rest.tokens or ()
    token = tokens.shown(0) if isinstance(tokens, Fields) else shortened(tokens[0])
    return AlignmentError(
        f"{stop or 'the tokens end here'}, {long.where(rest.line(0))} goes on with {token}",
        where=short.where(end) if end else short.name,
        hint=MISSING_HINT if stop else "both files must have the same tokens",
    )


def _first(sentences: Sentences, count: int) -> tuple[Sentences, Sentences]:
    """Return the first of whole sentences, so many, and the others."""
    starts = np.append(sentences.starts, sentences.size)
    return sentences.parted(int(starts[min(count, len(starts) - 1)]))


def _fields(side: Sentences) -> Fields:
    """Return the tokens of a side as they are in its file."""
    assert isinstance(side.tokens, Fields)  # noqa: S101 - for mypy: columns have no others
    return side.tokens
