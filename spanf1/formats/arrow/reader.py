"""Gold and predicted tags in Parquet and Arrow: in two columns, or in those of two files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from spanf1.core.tags import Block, IntArray, TagSet
from spanf1.exceptions import AlignmentError, UsageError
from spanf1.formats.arrays import IGNORE_INDEX, Labels, labels_by_id
from spanf1.formats.arrow.files import ArrowFile, feature_of, lacking, pyarrow, type_of
from spanf1.formats.arrow.joining import Part, Side, by_id, in_order, parts
from spanf1.formats.arrow.tags import (
    Rows,
    TagColumn,
    are_tags,
    is_list,
    is_string,
    label_names,
    no_labels,
    only_utf8,
    token_lists,
    values_of,
)
from spanf1.formats.idruns import id_runs
from spanf1.formats.ids import place_in
from spanf1.formats.lists import BLOCK_TOKENS, block_of
from spanf1.formats.records.tags import GOLD_KEYS, KeyedReader, Keys, known_keys
from spanf1.formats.registry import ARROW
from spanf1.formats.sentences import POSITION_HINT
from spanf1.formats.source import Source
from spanf1.wording import shortened


class ArrowReader(KeyedReader):
    """Reads gold and predicted tags from columns of Parquet or Arrow; every row is a sentence.

    Parameters
    ----------
    sources : sequence of Source
        One table with both; or one of gold tags and one of predicted ones. Two are joined by
        their ids, if both have some, and then the second is kept in memory; or else by order.
        The tokens of two are to be the same, if both have some.
    keys : Keys
        The columns to read.
    labels : sequence of str, or mapping of int to str, optional
        The tag of each id, where tags are ids. By default the names that the schema has for the
        column or, if it has none, for the other side's.
    by_position : bool
        Join two tables by order, and do not compare their tokens.

    Raises
    ------
    UsageError
        If the arguments contradict each other.
    """

    format = ARROW

    def __init__(
        self,
        sources: Sequence[Source],
        keys: Keys,
        labels: Labels | None = None,
        *,
        by_position: bool = False,
    ) -> None:
        super().__init__(sources, keys, labels, by_position=by_position)
        self.files = [ArrowFile(source) for source in sources]

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:
        """Yield the tags in blocks; see `spanf1.core.tag_counter.Reader`.

        Raises
        ------
        ReadError
            If a file is not there, or damaged.
        LayoutError
            If a table has not got what is to be read.
        TagError
            If there is a tag that no scheme has, or an id that has no label.
        AlignmentError
            If the two sides are not annotations of the same tokens.
        """
        schemas = [file.schema() for file in self.files]
        sides = self._sides(schemas)
        labels = self._labels_of(sides, schemas)
        columns = (
            TagColumn(sides[0].key, labels[0], gold),
            TagColumn(sides[1].key, labels[1], predicted),
        )
        for pair in self._pairs(*sides):
            yield from _blocks(pair, columns, [side.token for side in sides])

    def _sides(self, schemas: Sequence[Any]) -> tuple[Side, Side]:
        """Find the columns to read."""
        gold = _chosen(self.files[0], schemas[0], self._given.gold, GOLD_KEYS, "--gold-key")
        known = known_keys("predicted", alone=len(schemas) > 1)
        given = self._given.predicted
        predicted = _chosen(self.files[-1], schemas[-1], given, known, "--pred-key")
        token, other, key = "", "", ""
        if len(schemas) == 1:
            if gold == predicted:
                raise UsageError(f"gold and predicted tags cannot both be {shortened(gold)}")
        elif not self._by_position:
            token, other, key = self._given.joining(*(schema.names for schema in schemas))
        self._keys = gold, predicted, token, key
        return Side(self.files[0], gold, token, key), Side(self.files[-1], predicted, other, key)

    def _labels_of(
        self, sides: tuple[Side, Side], schemas: Sequence[Any]
    ) -> list[Mapping[int, str] | None]:
        """Return the label of each id, for each side; None for one that has tags."""
        schemas = [schemas[0], schemas[-1]]
        pairs = list(zip(sides, schemas, strict=True))
        named = [label_names(feature_of(schema, side.key)) for side, schema in pairs]
        found: list[Mapping[int, str] | None] = []
        for (side, schema), own in zip(pairs, named, strict=True):
            names = own or named[0] or named[1]
            kind = type_of(schema, side.key, side.file.source.name)
            if is_list(kind) and is_string(kind.value_type):
                found.append(None)
            elif self._labels or names:
                found.append(self._labels or labels_by_id(names or ()))
            else:
                raise no_labels(side.key, kind, side.file.source.name)
        return found

    def _pairs(self, left: Side, right: Side) -> Iterator[tuple[Part, Part]]:
        """Yield the rows that belong together."""
        if len(self.files) == 2:
            yield from (by_id if left.id else in_order)(left, right)
            return
        keys = left.key, right.key
        for part in parts(self.files[0], keys, encoded=keys):
            yield part, part


def has_tags(sources: Sequence[Source], keys: Keys) -> bool:
    """Return whether the columns of both sides, given or looked for, are lists of tags or ids.

    Raises
    ------
    ReadError, LayoutError, UsageError
        If a file cannot be read.
    """
    schemas = [ArrowFile(source).schema() for source in sources]
    known = known_keys("predicted", alone=len(schemas) > 1)
    for source, schema, given, names in (
        (sources[0], schemas[0], keys.gold, GOLD_KEYS),
        (sources[-1], schemas[-1], keys.predicted, known),
    ):
        wanted = names if given is None else (given,)
        key = next((key for key in wanted if key in schema.names), None)
        if key is None:
            return False
        if not are_tags(type_of(schema, key, source.name)):
            return False
    return True


def _chosen(
    file: ArrowFile, schema: Any, given: str | None, defaults: Sequence[str], option: str
) -> str:
    """Return the column that was given, or the first of those that are looked for."""
    hint = f"{option} says which to read"
    if given is not None:
        if given not in schema.names:
            message = f"there is no column {shortened(given)}"
            raise lacking(schema, message, file.source.name, hint)
        return given
    found = next((key for key in defaults if key in schema.names), None)
    if found is None:
        side = "gold" if defaults is GOLD_KEYS else "predicted"
        message = f"there is no column of {side} tags ({', '.join(defaults)})"
        raise lacking(schema, message, file.source.name, hint)
    return found


class _Lines(NamedTuple):
    """Tells the row of the tokens that stayed in a block."""

    rows: Rows
    lengths: IntArray
    tokens: IntArray

    def of(self, index: int) -> int:
        row, _ = place_in(self.lengths, int(self.tokens[index]))
        return int(self.rows.numbers[row])


def _blocks(
    pair: tuple[Part, Part], columns: tuple[TagColumn, TagColumn], tokens: Sequence[str]
) -> Iterator[Block]:
    """Yield the blocks of some rows."""
    gold, predicted = (
        column.ids(part.batch.column(column.key), part.rows)
        for column, part in zip(columns, pair, strict=True)
    )
    rows = pair[0].rows, pair[1].rows
    if all(tokens):
        _compare_tokens(pair, tokens)
    differ = np.flatnonzero(gold.lengths != predicted.lengths)
    if len(differ):
        row = int(differ[0])
        left, right = int(gold.lengths[row]), int(predicted.lengths[row])
        there = columns[0].key if pair[0] is pair[1] else f"where {rows[0].where(row)}"
        raise AlignmentError(
            f"{columns[1].key} has {right} tags, {there} has {left}",
            where=rows[1].where(row),
        )
    outside = columns[0].outside, columns[1].outside
    runs = id_runs(gold, predicted.flat, outside, ignored=IGNORE_INDEX, size=BLOCK_TOKENS)
    for chosen, there_, run in runs:
        codes = (
            columns[0].codes(gold, chosen, rows[0]),
            columns[1].codes(predicted, chosen, rows[1]),
        )
        yield block_of(*codes, there_, run)._replace(
            gold_line=_Lines(rows[0], gold.lengths, chosen).of,
            predicted_line=_Lines(rows[1], gold.lengths, chosen).of,
            gold_lines=rows[0].total,
            predicted_lines=rows[1].total,
        )


def _compare_tokens(pair: tuple[Part, Part], keys: Sequence[str]) -> None:
    """Raise an error at the first token that is not the same."""
    (left, lengths), (right, others) = (
        values_of(token_lists(part.batch, key, part.rows), key, part.rows)
        for part, key in zip(pair, keys, strict=True)
    )
    if left.equals(right) and np.array_equal(lengths, others):
        return
    # the first row where the numbers of tokens differ, and before it, where tokens do
    row = next(iter(np.flatnonzero(lengths != others).tolist()), len(lengths))
    same = int(lengths[:row].sum())
    equal = pyarrow().compute.equal(*(_strings(flat).slice(0, same) for flat in (left, right)))
    unequal = np.flatnonzero(~np.asarray(equal, np.bool_))
    if len(unequal):
        row, _ = place_in(lengths, int(unequal[0]))
    elif row == len(lengths):
        return
    words = []
    for part, key in zip(pair, keys, strict=True):
        with only_utf8(key, part.rows.source.name):
            words.append(part.batch.column(key)[row].as_py())
    there = pair[0].rows.where(row)
    place = next((k for k, (a, b) in enumerate(zip(*words)) if a != b), None)  # noqa: B905 - one may be longer
    message = f"{len(words[1])} tokens where {there} has {len(words[0])}"
    if place is not None:
        one, other = (shortened(side[place]) for side in words)
        message = f"{keys[1]}[{place}] is {other} where {there} has {one}"
    raise AlignmentError(message, where=pair[1].rows.where(row), hint=POSITION_HINT)


def _strings(flat: Any) -> Any:
    """Return an array of strings as such, not dictionary-encoded."""
    return flat.dictionary_decode() if hasattr(flat, "indices") else flat
