"""Gold and predicted tags in JSON Lines: in one record, or in the records of two files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from spanf1.errors import AlignmentError, UsageError
from spanf1.formats.arrays import Labels, labels_by_id
from spanf1.formats.guess import JSONL
from spanf1.formats.joining import Side, by_id, in_order
from spanf1.formats.jsonl import Batch, RecordFile
from spanf1.formats.paired import POSITION_HINT
from spanf1.formats.recordtags import Rows, TagCodes, block_of
from spanf1.formats.streams import STDIN, Source
from spanf1.result import Input
from spanf1.tags import Block, TagSet, shortened

#: the keys that are looked for: the first that is there is taken
TOKEN_KEYS = ("tokens", "words")
ID_KEYS = ("id", "sentence_id", "sent_id", "guid")
GOLD_KEYS = ("gold", "gold_tags", "tags", "ner_tags", "labels", "y_true", "references")
PRED_KEYS = (
    "predicted",
    "pred",
    "pred_tags",
    "predicted_tags",
    "predictions",
    "prediction",
    "y_pred",
)
#: and in a file of predictions alone
SECOND_KEYS = (*PRED_KEYS, "tags", "ner_tags", "labels")


class Keys(NamedTuple):
    """The keys of the gold and the predicted tags, the tokens and the id; None to look for one."""

    gold: str | None = None
    predicted: str | None = None
    token: str | None = None
    id: str | None = None

    def check(self, sources: int, *, by_position: bool) -> None:
        """Raise an error if they do not go with so many sources.

        Raises
        ------
        UsageError
            If one is empty, or is not looked at.
        """
        compared = self.token is not None or self.id is not None
        if sources == 1 and (by_position or compared):
            raise UsageError(
                "records are aligned only where gold and predicted tags are in two files",
                hint="give two files, or leave token_key, id_key and align_by_position out",
            )
        if by_position and compared:
            raise UsageError("align_by_position looks at no tokens and ids: leave their keys out")
        if "" in self:
            raise UsageError("a key is empty")


def input_of(
    names: tuple[str, ...], format_name: str, keys: tuple[str, ...], *, by_position: bool
) -> Input:
    """Describe what was read of a format without columns, given the keys that were read."""
    aligned = "id" if keys[3] else "position" if by_position else "order"
    aligned = aligned if len(names) == 2 else "line"
    none = (0,) * len(names)
    return Input(names, (format_name,) * len(names), none, 0, 0, 0, aligned, keys)


def _chosen(head: Batch, given: str | None, defaults: Sequence[str], option: str) -> str:
    """Return the key that was given, or the first of those that are looked for."""
    if given is not None or not head.records:
        return given or ""
    found = next((key for key in defaults if key in head.records[0]), None)
    if found is None:
        side = "gold" if defaults is GOLD_KEYS else "predicted"
        raise head.lacking(0, f"there is no key of {side} tags ({', '.join(defaults)})", option)
    return found


class RecordReader:
    """Reads gold and predicted tags from JSON Lines; every record is a sentence.

    Parameters
    ----------
    sources : sequence of Source
        One file, whose records have both; or one of gold tags and one of predicted ones. Two are
        joined by their ids, if both have some, and then the second is kept in memory; or else
        by order. The tokens of two are to be the same, if both have some.
    keys : Keys
        What to read.
    labels : sequence of str, or mapping of int to str, optional
        The tag of each id, if tags are given as ids.
    by_position : bool
        Join two files by order, and do not compare their tokens.
    ids : bool
        Look for ids.

    Raises
    ------
    UsageError
        If the arguments contradict each other.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        keys: Keys,
        labels: Labels | None = None,
        *,
        by_position: bool = False,
        ids: bool = True,
    ) -> None:
        keys.check(len(sources), by_position=by_position)
        if [source.path for source in sources].count(STDIN) == 2:
            raise UsageError("only one of the two files can be standard input")
        self.files = [RecordFile(source) for source in sources]
        self._given, self._by_position, self._ids = keys, by_position, ids
        self._labels = None if labels is None else labels_by_id(labels)
        self._keys: tuple[str, ...] = ("", "", "", "")

    def input(self) -> Input:
        """Describe what was read; call it after the reading."""
        names = tuple(file.source.name for file in self.files)
        return input_of(names, JSONL, self._keys, by_position=self._by_position)

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:
        """Yield the tags in blocks; see `spanf1.evaluate.Reader`.

        Raises
        ------
        LayoutError
            If a line is no record, or a record has not got what is to be read.
        TagError
            If there is a tag that no scheme has, or an id that has no label.
        AlignmentError
            If the two sides are not annotations of the same tokens.
        """
        codes = TagCodes(gold, self._labels), TagCodes(predicted, self._labels)
        read = self._paired if len(self.files) == 2 else self._merged
        for left, right, sides in read(*codes):
            _compare(left, right, sides, self._keys)
            counts = codes[0].counting(left)
            yield block_of(
                codes[0].coded(left, counts, self._keys[0], sides[0].where),
                codes[1].coded(right, counts, self._keys[1], sides[1].where),
                [side.lines for side in sides],
            )

    def _merged(self, gold: TagCodes, predicted: TagCodes) -> Iterator[_Pair]:
        """Yield the records of one file, for each side."""
        side = Side(self.files[0], gold, "--gold-key")
        side.key = _chosen(side.head, self._given.gold, GOLD_KEYS, side.option)
        key = _chosen(side.head, self._given.predicted, PRED_KEYS, "--pred-key")
        if key and key == side.key:
            raise UsageError(f"gold and predicted tags cannot both be {shortened(key)}")
        self._keys = (side.key, key, "", "")
        for batch in side.batches():
            right = predicted.rows(batch, key, "--pred-key")
            yield side.rows_of(batch), right, (side, side)

    def _paired(self, gold: TagCodes, predicted: TagCodes) -> Iterator[_Pair]:
        """Yield the records of two files that belong together."""
        left = Side(self.files[0], gold, "--gold-key")
        right = Side(self.files[1], predicted, "--pred-key")
        left.key = _chosen(left.head, self._given.gold, GOLD_KEYS, left.option)
        right.key = _chosen(right.head, self._given.predicted, SECOND_KEYS, right.option)
        if not self._by_position:
            tokens = [
                self._given.token or next((key for key in TOKEN_KEYS if side.has(key)), "")
                for side in (left, right)
            ]
            if all(tokens):
                left.token, right.token = tokens
            known = ID_KEYS if self._ids else ()
            both = (key for key in known if left.has(key) and right.has(key))
            left.id = right.id = self._given.id or next(both, "")
        self._keys = (left.key, right.key, left.token, left.id)
        joined = by_id if left.id else in_order
        for pair in joined(left, right):
            yield *pair, (left, right)


#: some records of gold and of predicted tags that belong together, and where they are from
_Pair = tuple[Rows, Rows, tuple[Side, Side]]


def _compare(gold: Rows, predicted: Rows, sides: tuple[Side, Side], keys: tuple[str, ...]) -> None:
    """Raise an error at the first record that has other tokens, or another number of tags."""
    if gold.tokens is not None and gold.tokens != predicted.tokens:
        _compare_tokens(gold, predicted, sides)
    differ = np.flatnonzero(gold.lengths != predicted.lengths)
    if not len(differ):
        return
    row = int(differ[0])
    tags, others = int(gold.lengths[row]), int(predicted.lengths[row])
    left, right = sides
    if left is right:
        raise AlignmentError(
            f"{keys[1]} has {others} tags, {keys[0]} has {tags}",
            where=left.where(int(gold.lines[row])),
        )
    raise AlignmentError(
        f"{right.key} has {others} tags where {left.where(int(gold.lines[row]))} has {tags}",
        where=right.where(int(predicted.lines[row])),
    )


def _compare_tokens(gold: Rows, predicted: Rows, sides: tuple[Side, Side]) -> None:
    """Raise an error at the first token that is not the same."""
    assert gold.tokens is not None  # noqa: S101 - for mypy: there are some
    assert predicted.tokens is not None  # noqa: S101 - likewise
    pairs = zip(gold.tokens, predicted.tokens, strict=True)
    row, (left, right) = next((row, pair) for row, pair in enumerate(pairs) if pair[0] != pair[1])
    there = sides[0].where(int(gold.lines[row]))
    place = next((k for k, pair in enumerate(zip(left, right)) if pair[0] != pair[1]), None)  # noqa: B905 - one may be longer
    if place is None:
        message = f"{len(right)} tokens where {there} has {len(left)}"
    else:
        message = (
            f"{sides[1].token}[{place}] is {shortened(right[place])} where {there} has "
            f"{shortened(left[place])}"
        )
    raise AlignmentError(
        message, where=sides[1].where(int(predicted.lines[row])), hint=POSITION_HINT
    )
