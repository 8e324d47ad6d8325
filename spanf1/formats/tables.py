"""Tables that are in memory: datasets of Hugging Face, frames of pandas, dicts of lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from operator import index
from typing import Any

from spanf1.core.scores import named
from spanf1.exceptions import AlignmentError, TagError, UsageError
from spanf1.formats.lists import GOLD, PREDICTED
from spanf1.formats.options import NO_SENTENCES
from spanf1.wording import many

# What says where both sides are: in a row for each sentence, and in a row for each token.
_BY_SENTENCE = ("gold_key", "pred_key")
_BY_TOKEN = ("gold_column", "pred_column", "sentence_column")
TABLE_KEYWORDS = _BY_SENTENCE + _BY_TOKEN

_WHERE = (
    "gold_key and pred_key, of a row for each sentence, or gold_column, pred_column and "
    "sentence_column, of a row for each token, say where both are"
)


def out_of_tables(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `spanf1.evaluate` with lists for tables.

    Parameters
    ----------
    given : mapping of str to object
        The arguments, by their names.

    Raises
    ------
    UsageError
        If a side is no table, or it is not said where the sides are in it.
    UnknownNameError
        If a table has no such column.
    AlignmentError
        If two tables do not have the same rows.
    """
    by_sentence, by_token = (
        [name for name in names if given[name] is not None] for names in (_BY_SENTENCE, _BY_TOKEN)
    )
    if not by_sentence + by_token:
        raise UsageError(f"{PREDICTED} is not given: both sides are in one table", hint=_WHERE)
    if by_sentence and by_token:
        message = f"{by_sentence[0]} and {by_token[0]} do not go together"
        raise UsageError(message, hint=_WHERE)
    names = _BY_TOKEN if by_token else _BY_SENTENCE
    one, other = given["y_true"], given["y_pred"]
    columns = [given[names[0]], given[names[1]]]
    if other is None:
        other = one
    else:
        # Two tables may call it the same.
        columns[1] = columns[0] if columns[1] is None else columns[1]
    for option, place in zip(names, columns, strict=False):
        if place is None:
            raise UsageError(f"{option} is not given", hint=_WHERE)
    gold, predicted = _column(one, columns[0], GOLD), _column(other, columns[1], PREDICTED)
    if by_token:
        if len(gold) != len(predicted):
            raise AlignmentError(
                f"{GOLD} has {many(len(gold), 'row')}, {PREDICTED} has {len(predicted)}"
            )
        starts = _starts(one, other, given["sentence_column"], len(gold))
        gold, predicted = ([*_cut(side, starts)] for side in (gold, predicted))
    labels = given["labels"]
    if labels is None:
        known = [
            _labels(table, column) for table, column in zip((one, other), columns, strict=True)
        ]
        gold, predicted, labels = _labelled([gold, predicted], known, given["ignore_index"])
    taken = {"y_true": gold, "y_pred": predicted, "labels": labels}
    return {**given, **dict.fromkeys(TABLE_KEYWORDS), **taken}


def _column(table: Any, name: str, side: str) -> list[Any]:
    """Return a column of a table."""
    there: Any = table
    if not isinstance(table, Mapping):
        # A dataset has the first, a frame the other.
        there = getattr(table, "column_names", getattr(table, "columns", None))
    if there is None:
        raise UsageError(
            f"{side} is no table: it has no columns",
            hint="a dataset of Hugging Face, a frame of pandas or polars, or a dict of lists is",
        )
    found = table[named("column", name, {column: column for column in there})]
    for method in ("to_pylist", "to_list", "tolist"):
        if hasattr(found, method):
            return [*getattr(found, method)()]
    return [*found]


def _starts(gold: Any, predicted: Any, name: str | None, rows: int) -> list[int]:
    """Return where sentences begin: at a new id; an id that is missing is that of the row above."""
    if name is None:
        raise UsageError(
            "sentence_column is not given: a row is a token, and sentences are to be known",
            hint=f"sentence_column={NO_SENTENCES!r} takes all rows for one sentence",
        )
    if name == NO_SENTENCES:
        return [0] * bool(rows)
    found = _begin(_column(gold, name, GOLD))
    if predicted is not gold and found != _begin(_column(predicted, name, PREDICTED)):
        raise AlignmentError(f"sentences do not begin at the same rows in {GOLD} and {PREDICTED}")
    return found


def _begin(ids: Sequence[Any]) -> list[int]:
    starts: list[int] = []
    last = None
    for row, value in enumerate(ids):
        # NaN is not itself.
        given = value is not None and value == value and value != ""  # noqa: PLR0124
        if row == 0 or (given and value != last):
            starts.append(row)
        last = value if given else last
    return starts


def _cut(column: list[Any], starts: list[int]) -> Iterator[list[Any]]:
    for start, end in pairwise([*starts, len(column)]):
        yield column[start:end]


def _labels(table: Any, column: str) -> list[str] | None:
    """Return the names of the ids in a column of a dataset, if it has some."""
    feature: Any = (getattr(table, "features", None) or {}).get(column)
    # A list of them has the kind of its items.
    while hasattr(feature, "feature"):
        feature = feature.feature
    names = getattr(feature, "names", None)
    return None if names is None else [*names]


def _labelled(
    sides: list[list[Any]], known: list[list[str] | None], ignored: int
) -> tuple[list[Any], list[Any], list[str] | None]:
    """Return both sides with the names of ids: as ids, if those of both are the same, or as tags.

    `ignored` is the id of tokens of gold that do not count.
    """
    gold, predicted = sides
    names = [some for some in known if some is not None]
    if not names:
        return gold, predicted, None
    if all(map(_has_ids, sides)) and all(some == names[0] for some in names):
        return gold, predicted, names[0]
    gold, predicted = (
        rows if some is None or not _has_ids(rows) else [*_tags(rows, some, side, ignored)]
        for rows, some, side in zip(sides, known, (GOLD, PREDICTED), strict=True)
    )
    for row, (tags, others) in enumerate(zip(gold, predicted, strict=False)):
        if None in tags and len(tags) == len(others):
            kept = [place for place, tag in enumerate(tags) if tag is not None]
            gold[row], predicted[row] = ([side[place] for place in kept] for side in (tags, others))
    return gold, predicted, None


def _has_ids(rows: list[Any]) -> bool:
    """Return whether the first cell that there is holds a number."""
    first = next((cell for row in rows for cell in row), None)
    return hasattr(first, "__index__")


def _tags(rows: list[Any], names: list[str], side: str, ignored: int) -> Iterator[list[str | None]]:
    """Yield the tags of ids; None of those that do not count."""
    for number, row in enumerate(rows):
        ids = [*map(index, row)]
        for place, one in enumerate(ids):
            if one != ignored and not 0 <= one < len(names):
                raise TagError(f"id {one} has no label", where=f"{side}[{number}][{place}]")
        yield [None if one == ignored else names[one] for one in ids]
