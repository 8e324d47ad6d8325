"""Tags at keys of JSON Lines, or in columns of Arrow's rows: both sides, joined and compared."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, compress, repeat
from typing import Any, NamedTuple, Self

import numpy as np

from spanf1.core.documents import Document
from spanf1.core.misfits import MISSING_HINT
from spanf1.core.spans import decode
from spanf1.core.tags import MASKED, Block, TagSet
from spanf1.exceptions import AlignmentError, LayoutError, TagError, UsageError
from spanf1.formats.labels import IGNORE_INDEX, blocks, labels_by_id
from spanf1.formats.options import InputOptions, Origin
from spanf1.formats.records.keys import KEYS
from spanf1.formats.registry import Input, Inputs
from spanf1.formats.sentences import (
    POSITION_HINT,
    Sentences,
    TokenLists,
    filled,
    place_in,
    whole_sentences,
)
from spanf1.formats.source import Source
from spanf1.formats.tokens import broken, by_sentence, sentence_of
from spanf1.wording import many, shortened, unwritable

#: the keys of tags that are looked for where there are two sides
TAG_KEYS = KEYS["jsonl"]

Id = str | int | None
#: sentences of gold and of predicted tags that belong together
Pair = tuple[Sentences, Sentences]


class Table(ABC):
    """A file whose keys are known, and may be read.

    Attributes
    ----------
    source : Source
        The file.
    keys : collection of str
        The keys that there are; none where it is empty.
    """

    #: what messages call a key, and the sentences, and how they go on with the place of one
    name = "key"
    records = "records"
    where = " where"

    source: Source
    keys: Collection[str]

    @abstractmethod
    def lacking(self, message: str, option: str) -> LayoutError:
        """Return the error for a file without a key, which an option may give."""

    def key(self, options: InputOptions) -> str:
        """Return the key of the tags of a side; raises as `needed`."""
        known, what = TAG_KEYS.of(options), f"{options.side} tags"
        return self.needed(options.key, known, what, options.key_option)

    def needed(self, given: str | None, known: Sequence[str], what: str, option: str) -> str:
        """Return the key of something: what was given, or the first that is known.

        Raises
        ------
        LayoutError
            If there is none.
        """
        key = self.chosen(given, known, option)
        if not key:
            message = f"there is no {self.name} of {what} ({', '.join(known)})"
            raise self.lacking(message, option)
        return key

    def chosen(self, given: str | None, known: Sequence[str], option: str) -> str:  # noqa: ARG002
        """Return the key that was given, or the first that is known; nothing if there is none."""
        return next((key for key in known if key in self.keys), "") if given is None else given

    @abstractmethod
    def batches(self, *columns: KeyedTags) -> Iterator[Any]:
        """Yield what the file has at some keys, a batch at a time."""

    @abstractmethod
    def reader(self, column: KeyedTags, tags: TagSet) -> Callable[[Any], Sentences]:
        """Return a function that makes sentences of a batch."""


class KeyedTags(NamedTuple):
    """One side's tags at a key of a table.

    Attributes
    ----------
    table : Table
        The table.
    options : InputOptions
        What was said of the side.
    key, token, id : str
        The keys of the tags, and of the tokens and the ids: empty if these are not read.
    labels : mapping of int to str, optional
        The tag of each id, if tags may be ids.
    counted : str
        The key of tokens of which there are to be as many as tags, though they are not read.
    """

    table: Table
    options: InputOptions
    key: str
    token: str = ""
    id: str = ""
    labels: Mapping[int, str] | None = None
    counted: str = ""

    @property
    def source(self) -> Source:
        """The file."""
        return self.table.source

    def sentences(self, tags: TagSet) -> Iterator[Sentences]:
        """Yield the sentences in order, numbering the tags in a set."""
        return map(self.table.reader(self, tags), self.table.batches(self))


class Keys(NamedTuple):
    """The keys that are read of both sides; empty where there is none, or nothing is read."""

    gold: str
    predicted: str
    gold_token: str = ""
    predicted_token: str = ""
    id: str = ""


class SentencePairs(NamedTuple):
    """Gold and predicted sentences that belong together, of two inputs, or of one that has both.

    Attributes
    ----------
    gold, predicted : KeyedTags
        The sides.
    merged : bool
        Whether both are in the same sentences of one input.
    gaps : bool
        Whether predictions may stop early, or be missing.
    """

    gold: KeyedTags
    predicted: KeyedTags
    merged: bool
    gaps: bool = False

    def in_step(self, gold: TagSet, predicted: TagSet) -> Iterator[Pair]:
        """Yield the sentences of one input, for each side."""
        read_gold = self.gold.table.reader(self.gold, gold)
        read_predicted = self.predicted.table.reader(self.predicted, predicted)

        def both(batch: Any) -> Pair:
            sentences = read_predicted(batch)
            return read_gold(batch), sentences

        # Nothing of a batch is kept while the next one is read.
        return map(both, self.gold.table.batches(self.gold, self.predicted))

    def in_order(self, gold: TagSet, predicted: TagSet) -> Iterator[Pair]:
        """Yield the n-th sentence of one input with the n-th of the other.

        Raises
        ------
        AlignmentError
            If one has more than the other.
        """
        streams = self.gold.sentences(gold), self.predicted.sentences(predicted)
        rest = [next(stream, None) for stream in streams]
        ends: list[Sentences | None] = [None, None]
        while True:
            for side, stream in enumerate(streams):
                while (part := rest[side]) is not None and not len(part.lengths):
                    ends[side], rest[side] = part, next(stream, None)
            left, right = rest
            if left is None or right is None:
                break
            count = min(len(left.lengths), len(right.lengths))
            pairs = left.split(count), right.split(count)
            yield pairs[0][0], pairs[1][0]
            rest = [pair[1] for pair in pairs]
        while self.gaps and left is not None and right is None:
            yield left, _nothing(len(left.lengths))
            left = next(streams[0], None)
        for part, long, short, end in (
            (left, self.gold, self.predicted, ends[1]),
            (right, self.predicted, self.gold, ends[0]),
        ):
            if part is not None:
                there = long.source.where(int(part.places[0]))
                stop = long is self.gold
                what = "predictions stop" if stop else f"{self.gold.table.records} end"
                raise AlignmentError(
                    f"the {what} here, {there} goes on",
                    where=short.source.where(end.lines) if end and end.lines else short.source.name,
                    hint=MISSING_HINT if stop else "both files must have the same sentences",
                )
        if ends[0] and ends[1]:
            # What stands behind the last records has lines, too.
            yield ends[0], ends[1]

    def by_id(self, gold: TagSet, predicted: TagSet) -> Iterator[Pair]:
        """Yield the sentences of gold with the predicted ones that have the same ids.

        Raises
        ------
        AlignmentError
            If a sentence is on one side only.
        LayoutError
            If an id is there twice.
        """
        kept, numbers = self._kept(predicted)
        if self.gaps:
            # The last is for all that are missing, and on no line.
            kept = kept._replace(
                lengths=np.append(kept.lengths, 0),
                places=np.append(kept.places, 0),
                words=kept.words if numbers else None,
            )
        begins = np.cumsum(kept.lengths) - kept.lengths
        # the sentence of gold, from 1, that has each of them, and behind the last, of those that
        # are missing; and the lines of all sentences of gold
        used = np.zeros(len(numbers) + 1, np.intp)
        count, lines = 0, []
        for part in self.gold.sentences(gold):
            ids, own = part.ids or (), np.arange(len(part.places)) + count + 1
            count += len(own)
            lines.append(part.places)
            rows = np.fromiter(map(numbers.get, ids, repeat(-1)), np.intp, len(ids))
            # Assigned from the last to the first, a sentence keeps the first that has its id.
            first = used[rows]
            used[rows[::-1]] = own[::-1]
            first = np.where(first, first, used[rows])
            missing = np.zeros(len(rows), np.bool_) if self.gaps else rows < 0
            for wrong in np.flatnonzero(missing | (first != own) & (rows >= 0))[:1].tolist():
                key, line = ids[wrong], int(part.places[wrong])
                if rows[wrong] < 0:
                    raise self._missing(key, line, self.gold, self.predicted)
                there = int(np.concatenate(lines)[first[wrong] - 1])
                raise self._twice(key, line, there, self.gold)
            yield part, kept.take(rows, begins)
        for number in np.flatnonzero(used[:-1] == 0)[:1].tolist():
            line = int(kept.places[number])
            raise self._missing([*numbers][number], line, self.predicted, self.gold)

    def _kept(self, tags: TagSet) -> tuple[Sentences, dict[Id, int]]:
        """Return all predicted sentences, and the number of each by its id."""
        numbers: dict[Id, int] = {}
        none, words = np.zeros(0, np.intp), None
        parts = [whole_sentences(np.zeros(0, np.int8), none, none, 0)]
        for part in self.predicted.sentences(tags):
            ids = part.ids or ()
            parts.append(part._replace(ids=None, words=None))
            new = dict(zip(ids, range(len(numbers), len(numbers) + len(ids)), strict=True))
            if len(new) < len(ids) or not numbers.keys().isdisjoint(new):
                self._refuse_repeated(ids, numbers, parts)
            numbers.update(new)
            if part.words is not None:
                words = words or part.words.take(slice(0))
                words.keep(part.words)
        kept = whole_sentences(
            np.concatenate([part.codes for part in parts]),
            np.concatenate([part.lengths for part in parts]),
            np.concatenate([part.places for part in parts]),
            parts[-1].lines,
            words=words,
            coder=parts[-1].coder,
        )
        return kept, numbers

    def _refuse_repeated(
        self, ids: Sequence[Id], numbers: dict[Id, int], parts: Sequence[Sentences]
    ) -> None:
        """Raise an error for the first of the last part's ids that is there before."""
        places = np.concatenate([part.places for part in parts]).tolist()
        for number, key in enumerate(ids, len(numbers)):
            first = numbers.setdefault(key, number)
            if first < number:
                raise self._twice(key, places[number], places[first], self.predicted)

    def _missing(self, key: object, line: int, here: KeyedTags, there: KeyedTags) -> AlignmentError:
        message = f"{self.gold.id} {shortened(key)} is not in {there.source.name}"
        hint = order_hint(self.gold.table.records)
        if here is self.gold:
            hint = f"{MISSING_HINT}; {hint}"
        return AlignmentError(message, where=here.source.where(line), hint=hint)

    def _twice(self, key: object, line: int, first: int, side: KeyedTags) -> LayoutError:
        where = side.source.where
        message = f"{self.gold.id} {shortened(key)} a second time: {where(first)} has it, too"
        return LayoutError(message, where=where(line), hint=order_hint(self.gold.table.records))

    def as_long(self, pair: Pair) -> Pair:
        """Return sentences of which predictions are as long as gold, with no tags at their ends."""
        gold, predicted = pair
        if not self.gaps or np.array_equal(gold.lengths, predicted.lengths):
            return pair
        return gold, filled(predicted, gold.lengths)

    def compare(self, gold: Sentences, predicted: Sentences) -> None:
        """Compare the tokens of sentences, if they are known, and how many tags these have.

        Raises
        ------
        AlignmentError
            If they are not the same.
        """
        if gold.words is not None and gold.words != predicted.words:
            self._compare_tokens(gold, predicted)
        short = gold.lengths > predicted.lengths
        wrong = gold.lengths < predicted.lengths
        for row in np.flatnonzero(wrong if self.gaps else wrong | short)[:1].tolist():
            gold_place, place = self._places(gold, predicted, row)
            where = f", {self.gold.key}" if self.merged else f"{self.gold.table.where} {gold_place}"
            counts = predicted.lengths[row], gold.lengths[row]
            message = f"{self.predicted.key} has {counts[0]} tags{where} has {counts[1]}"
            stop = f": the predictions stop after {many(int(counts[0]), 'token')}" * bool(
                short[row]
            )
            raise AlignmentError(message + stop, where=place, hint=MISSING_HINT * bool(stop))

    def _compare_tokens(self, gold: Sentences, predicted: Sentences) -> None:
        """Raise an error at the first token that is not the same."""
        if gold.words is None or predicted.words is None:
            return
        pairs = enumerate(zip(gold.words.lists(), predicted.words.lists(), strict=True))
        for row, (left, right) in pairs:
            if left == right:
                continue
            stops = len(right) < len(left) and left[: len(right)] == right
            if self.gaps and (stops or not predicted.places[row]):
                continue
            there, place = self._places(gold, predicted, row)
            message = f"{len(right)} tokens where {there} has {len(left)}"
            if stops:
                raise _stopped(message, len(right), place)
            for number, (one, other) in enumerate(zip(left, right, strict=False)):
                if one != other:
                    name = f"{self.predicted.token}[{number}]"
                    message = f"{name} is {shortened(other)} where {there} has {shortened(one)}"
                    break
            raise AlignmentError(message, where=place, hint=POSITION_HINT)

    def _places(self, gold: Sentences, predicted: Sentences, row: int) -> tuple[str, str]:
        """Return the places of a sentence on both sides."""
        return (
            self.gold.source.where(int(gold.places[row])),
            self.predicted.source.where(int(predicted.places[row])),
        )


def _stopped(message: str, count: int, place: str) -> AlignmentError:
    """Return the error for a sentence of which so many tokens have predictions."""
    stop = f"the predictions stop after {many(count, 'token')}"
    return AlignmentError(f"{message}: {stop}", where=place, hint=MISSING_HINT)


def _nothing(count: int) -> Sentences:
    """Return so many sentences without tags, on no line."""
    none = np.zeros(count, np.intp)
    return whole_sentences(np.zeros(0, np.int8), none, none, 0)


def order_hint(records: str) -> str:
    """Return the way out where the ids of records do not fit."""
    return f"--align-by-position takes the {records} of both files in order, whatever their ids"


class KeyedReader(ABC):
    """A reader of gold and predicted tags at keys, of one input or of two.

    Parameters
    ----------
    inputs : Inputs
        One input with both sides; or one of gold tags and one of predicted ones. Two are joined
        by their ids, if both have some, and then the second is kept in memory; or else by order.
        The tokens of two are to be the same, if both have some. By position, they are joined by
        order, and not compared.
    ids : bool
        Look for ids.

    Raises
    ------
    UsageError
        If the arguments contradict each other.
    """

    #: the name of the format, and the class of its files
    format = ""
    file_type: Callable[[Source], Any]

    def __init__(self, inputs: Inputs, *, ids: bool = True) -> None:
        _check_keys(inputs)
        self._inputs, self._ids = inputs, ids
        self.files = [self.file_type(source) for source in inputs.sources]
        self.files[0].progress = inputs.gold.progress
        labels = inputs.gold.options.labels
        self._labels = None if labels is None else labels_by_id(labels)
        #: the keys, once they are known
        self._keys: Keys | None = None

    def parts(self, size: int) -> Iterator[Self]:  # noqa: ARG002
        """Yield readers of parts; see `ColumnPair.parts`."""
        yield self

    def take(self, part: KeyedReader) -> None:
        """Take note of a part that has been read."""
        if progress := self.files[0].progress:
            progress(part.files[0].source.stop)

    def forget(self) -> None:
        """Forget the keys."""
        self._keys = None

    def origin(self) -> Origin:
        """Describe what was read; call it after the reading."""
        keys = self._keys or Keys("", "")
        aligned = "id" if keys.id else "position" if self._inputs.by_position else "order"
        names = tuple(source.name for source in self._inputs.sources)
        formats, none = (self.format,) * len(names), (0,) * len(names)
        aligned = "line" if self._inputs.merged else aligned
        shown = keys.gold, keys.predicted, keys.gold_token, keys.id
        return Origin(names, formats, none, 0, 0, 0, aligned, shown)

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:
        """Yield the tags in blocks; see `spanf1.core.tag_counter.Reader`.

        Raises
        ------
        ReadError
            If a file is not there, or damaged.
        LayoutError
            If a record has not got what is to be read.
        TagError
            If there is a tag that no scheme has, or an id that has no label.
        AlignmentError
            If the two sides are not annotations of the same tokens.
        """
        left, right = self._columns(self._tables())
        missing = self._inputs.missing
        pairs = SentencePairs(left, right, self._inputs.merged, missing != "error")
        if pairs.gaps:
            predicted.allow_missing()
        joined = pairs.by_id if left.id else pairs.in_order
        for pair in (pairs.in_step if pairs.merged else joined)(gold, predicted):
            pairs.compare(*pair)
            yield from blocks(*pairs.as_long(pair), drop=missing == "drop")
            del pair

    @abstractmethod
    def _tables(self) -> Sequence[Table]:
        """Return the inputs, opened."""

    def _columns(self, tables: Sequence[Table]) -> tuple[KeyedTags, KeyedTags]:
        """Return what is to be read of the two sides."""
        first, last = tables[0], tables[-1]
        options, others = self._inputs.gold.options, self._inputs.predicted.options
        keys = self._keys = self._keys or self._keys_of(first, last)
        token = next((key for key in TAG_KEYS.token if key in first.keys and key != keys.gold), "")
        gold = KeyedTags(first, options, keys.gold, keys.gold_token, keys.id, self._labels)
        return (
            gold._replace(counted=options.token_key or token),
            KeyedTags(last, others, keys.predicted, keys.predicted_token, keys.id, self._labels),
        )

    def _keys_of(self, first: Table, last: Table) -> Keys:
        """Return the keys that are to be read of the two sides."""
        options = self._inputs.gold.options
        keys = Keys(first.key(options), last.key(self._inputs.predicted.options))
        if self._inputs.merged and keys.gold and keys.gold == keys.predicted:
            raise UsageError(f"gold and predicted tags cannot both be {shortened(keys.gold)}")
        if self._inputs.merged or self._inputs.by_position:
            return keys
        tokens = [
            options.token_key or next((key for key in TAG_KEYS.token if key in table.keys), "")
            for table in (first, last)
        ]
        if all(tokens):
            keys = keys._replace(gold_token=tokens[0], predicted_token=tokens[1])
        known = (key for key in TAG_KEYS.id * self._ids if key in first.keys)
        return keys._replace(
            id=options.id_key or next((key for key in known if key in last.keys), "")
        )


def _check_keys(inputs: Inputs) -> None:
    """Raise an error if a key that is given is empty, or is not looked at."""
    options = inputs.gold.options
    compared = options.token_key is not None or options.id_key is not None
    if inputs.merged and (inputs.by_position or compared):
        raise UsageError(
            "records are aligned only where gold and predicted tags are in two files",
            hint="give two files, or leave token_key, id_key and align_by_position out",
        )
    if inputs.by_position and compared:
        raise UsageError("align_by_position looks at no tokens and ids: leave their keys out")
    if "" in (options.key, inputs.predicted.options.key, options.token_key, options.id_key):
        raise UsageError("a key is empty")


def checked(part: Sentences, column: KeyedTags) -> Sentences:
    """Return sentences of one side, read with their tokens, with the codes of all of their tags.

    Raises
    ------
    LayoutError
        If a token or an id could not be written again.
    TagError
        If there is a tag that no scheme has, or an id that has no label.
    AlignmentError
        If a sentence has not as many tags as tokens.
    """
    assert part.words and part.coder  # noqa: S101, PT018 - for mypy: there are keys of both
    words = part.words.lists()
    counts = np.fromiter(map(len, words), np.intp, len(words))
    texts = chain(map(str, part.ids or ()), *words) if isinstance(part.words, TokenLists) else ()
    if not np.array_equal(counts, part.lengths) or broken([*texts]) is not None:
        _refuse(part, words, column)
    if part.coder.ignored is not None:
        for token in np.flatnonzero(part.codes == part.coder.ignored)[:1].tolist():
            row, place = place_in(part.lengths, token)
            raise TagError(
                f"{column.key}[{place}] is {IGNORE_INDEX}: a token that does not count can be "
                "left out only where both sides are tags",
                where=column.source.where(int(part.places[row])),
            )
    codes = part.coder.codes(part, np.arange(len(part.codes)))
    return part._replace(codes=codes, words=TokenLists(words), coder=None)


def _unmasked(part: Sentences) -> Sentences:
    """Return sentences at keys without the tokens that do not count, by their tags."""
    words = part.words.lists() if part.words else []
    kept = part.codes != MASKED
    parted = np.split(kept, np.cumsum(part.lengths)[:-1])
    left = [[*compress(row, which)] for row, which in zip(words, parted, strict=True)]
    lengths = np.array([*map(len, left)], np.intp)
    codes, tokens = part.codes[kept], TokenLists(left)
    return whole_sentences(codes, lengths, part.places, part.lines, words=tokens, ids=part.ids)


def _refuse(part: Sentences, words: list[list[str]], column: KeyedTags) -> None:
    """Raise an error for tokens that are not as many as the tags, or could not be written again."""
    ids = part.ids or [None] * len(words)
    rows = zip(part.lengths.tolist(), words, ids, part.places.tolist(), strict=True)
    for count, tokens, key, line in rows:
        where = column.source.where(line)
        if count != len(tokens):
            message = f"{column.key} has {count} tags, {column.token} has {len(tokens)} tokens"
            raise AlignmentError(message, where=where)
        for name, texts in ((column.token, tokens), (column.id, [str(key)])):
            if (place := broken(texts)) is not None:
                message = f"{name} has {shortened(texts[place])}, with {unwritable(texts[place])}"
                raise LayoutError(message, where=where)


def documents_of(input: Input, sentences: Iterable[Sentences]) -> Iterator[Document]:
    """Yield sentences, which have tokens and codes, with the spans of their tags."""
    for found in sentences:
        part = found
        assert part.words and input.tags  # noqa: S101, PT018 - for mypy: they were read
        if MASKED in part.codes:
            masked = ", ".join(sorted(input.tags.met(MASKED)))
            input.remark(f"tokens of tags {masked}", int(np.count_nonzero(part.codes == MASKED)))
            part = _unmasked(part)
        assert part.words  # noqa: S101 - for mypy, likewise
        starts = np.cumsum(part.lengths) - part.lengths
        spans = by_sentence(decode(part.codes, part.starts), starts)
        names, words = ["", *input.tags.types], part.words.lists()
        ids = part.ids or [None] * len(words)
        rows = zip(words, spans, ids, part.places.tolist(), strict=True)
        for tokens, here, key, line in rows:
            sentence = sentence_of(tokens, [here], names, input.where(line))
            yield sentence._replace(id=key, line=line)
