"""Gold and predicted tags in JSON Lines: in one record, or in the records of two files."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from spanf1.core.tags import Block, TagSet
from spanf1.exceptions import AlignmentError, UsageError
from spanf1.formats.arrays import Labels, labels_by_id
from spanf1.formats.joining import Side, by_id, in_order
from spanf1.formats.origin import Origin
from spanf1.formats.records.codes import Rows, TagCodes, block_of
from spanf1.formats.records.lines import Batch, RecordFile
from spanf1.formats.registry import JSONL
from spanf1.formats.sentences import POSITION_HINT
from spanf1.formats.source import Source
from spanf1.wording import shortened

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

    def joining(
        self, gold: Container[str], predicted: Container[str], *, ids: bool = True
    ) -> tuple[str, str, str]:
        """Return the keys of the tokens on both sides, and of the ids; empty if not compared.

        Parameters
        ----------
        gold, predicted : container of str
            The keys that there are on each side.
        ids : bool
            Look for ids.
        """
        sides = gold, predicted
        tokens = [
            self.token or next((key for key in TOKEN_KEYS if key in side), "") for side in sides
        ]
        both = (key for key in ID_KEYS * ids if key in gold and key in predicted)
        left, right = tokens if all(tokens) else ("", "")
        return left, right, self.id or next(both, "")


def known_keys(side: str, *, alone: bool) -> tuple[str, ...]:
    """Return the keys of tags that are looked for, given the side and if the input has no other."""
    if side == "gold":
        return GOLD_KEYS
    return SECOND_KEYS if alone else PRED_KEYS


def chosen_key(head: Batch, given: str | None, known: Sequence[str], what: str, option: str) -> str:
    """Return the key that was given, or the first that is known of those in the first record.

    Raises
    ------
    LayoutError
        If none is there; `what` says of what, and `option` gives one.
    """
    if given is not None:
        return given
    found = next((key for key in known if key in head.records[0]), None)
    if found is None:
        raise head.lacking(0, f"there is no key of {what} ({', '.join(known)})", option)
    return found


class KeyedReader:
    """What reads gold and predicted tags at keys, of one input or of two.

    Parameters
    ----------
    sources : sequence of Source
        The input, or those of gold and of predictions.
    keys : Keys
        What to read.
    labels : sequence of str, or mapping of int to str, optional
        The tag of each id, where tags are ids.
    by_position : bool
        Join two by order, and do not compare their tokens.

    Raises
    ------
    UsageError
        If the arguments contradict each other.
    """

    #: the name of the format
    format = ""

    def __init__(
        self, sources: Sequence[Source], keys: Keys, labels: Labels | None, *, by_position: bool
    ) -> None:
        keys.check(len(sources), by_position=by_position)
        self._names = tuple(source.name for source in sources)
        self._given, self._by_position = keys, by_position
        self._labels = None if labels is None else labels_by_id(labels)
        self._keys: tuple[str, ...] = ("", "", "", "")

    def input(self) -> Origin:
        """Describe what was read; call it after the reading."""
        aligned = "id" if self._keys[3] else "position" if self._by_position else "order"
        count = len(self._names)
        aligned = aligned if count == 2 else "line"
        formats, none = (self.format,) * count, (0,) * count
        return Origin(self._names, formats, none, 0, 0, 0, aligned, self._keys)


class RecordReader(KeyedReader):
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

    format = JSONL

    def __init__(
        self,
        sources: Sequence[Source],
        keys: Keys,
        labels: Labels | None = None,
        *,
        by_position: bool = False,
        ids: bool = True,
    ) -> None:
        super().__init__(sources, keys, labels, by_position=by_position)
        self.files = [RecordFile(source) for source in sources]
        self._ids = ids

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:
        """Yield the tags in blocks; see `spanf1.core.tag_counter.Reader`.

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
        side.key = self._key(side, "gold", alone=False)
        key = self._key(side, "predicted", alone=False)
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
        left.key = self._key(left, "gold", alone=True)
        right.key = self._key(right, "predicted", alone=True)
        if not self._by_position:
            left.token, right.token, left.id = self._given.joining(
                left.keys, right.keys, ids=self._ids
            )
            right.id = left.id
        self._keys = (left.key, right.key, left.token, left.id)
        joined = by_id if left.id else in_order
        for pair in joined(left, right):
            yield *pair, (left, right)

    def _key(self, side: Side, name: str, *, alone: bool) -> str:
        """Return the key of the tags of a side; nothing where there are no records."""
        given = self._given.gold if name == "gold" else self._given.predicted
        if not side.head.records:
            return given or ""
        option = "--gold-key" if name == "gold" else "--pred-key"
        known = known_keys(name, alone=alone)
        return chosen_key(side.head, given, known, f"{name} tags", option)


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
