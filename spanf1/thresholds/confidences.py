"""The confidences of predicted spans: read where the predictions are, or given beside them."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple, cast

import numpy as np

from spanf1.core.documents import Offsets
from spanf1.core.tags import tag_sets
from spanf1.exceptions import AlignmentError, LayoutError, UsageError, check_known
from spanf1.formats.columns.tags import TagFile
from spanf1.formats.metadata import WITHOUT_KEYS, at_path
from spanf1.formats.opening import check_twice, column_pair
from spanf1.formats.options import Column
from spanf1.formats.records.keys import ITEM_OFFSETS
from spanf1.formats.records.pipeline import is_item
from spanf1.formats.records.record import Record, are_columns, gathered, records, records_of
from spanf1.formats.records.values import named_keys, spelt
from spanf1.formats.registry import COLUMNS, FORMATS, JSONL, Input, Inputs
from spanf1.formats.source import Source
from spanf1.mistakes.analysis import Part
from spanf1.mistakes.texts import DocumentTexts
from spanf1.thresholds.curve import FloatArray, IntArray
from spanf1.wording import many, shortened

#: the keys that are looked for in an item of a list of spans; in lists beside it, with an s, too
KEYS = ("score", "confidence", "probability", "prob")
#: what the confidence of a span is made of, where its tokens have some
OF = ("mean", "min", "first")

# What stands in a column where there is no confidence.
_EMPTY = {"", "_", "-", "*"}
_DEFAULT_HINT = "--default 0 (default=0) takes that for spans without one"
_COLUMN_HINT = "--confidence-column (confidence_column) says which column has them"


class Where(NamedTuple):
    """Where confidences are.

    Attributes
    ----------
    key : str, optional
        The key of an item, or of a list beside the spans; a path with dots, too.
    column : int or str, optional
        The column of column files, of each token.
    of : str
        What the confidence of a span is made of, where its tokens have some: one of `OF`.
    default : float, optional
        What spans have that have none; by default that is an error.
    """

    key: str | None = None
    column: Column | None = None
    of: str = OF[0]
    default: float | None = None

    def check(self) -> None:
        """Raise an error if a value is not one of these.

        Raises
        ------
        UsageError
            If one is.
        """
        check_known("way to make one confidence of several", self.of, OF)
        if self.key == "":
            raise UsageError("confidence_key (--confidence-key) is empty")
        if self.default is not None and not math.isfinite(self.default):
            raise UsageError(f"default is {self.default}: it is to be a number")

    def made(self, values: Sequence[Sequence[float]]) -> FloatArray:
        """Return the confidence of each span, of those of its parts; NaN if one has none."""
        counts = np.array([*map(len, values)], np.intp)
        flat = np.array([value for some in values for value in some], np.float64)
        return self.reduced(flat, counts)

    def reduced(self, flat: FloatArray, counts: IntArray) -> FloatArray:
        """Return the same of so many values in a row for each."""
        out = np.full(len(counts), np.nan)
        some = counts > 0
        if some.any():
            first = (np.cumsum(counts) - counts)[some]
            if self.of == "first":
                out[some] = flat[first]
            elif self.of == "min":
                out[some] = np.minimum.reduceat(flat, first)
            else:
                out[some] = np.add.reduceat(flat, first) / counts[some]
        return out


class Row(NamedTuple):
    """A predicted document as it is in the file: its record, and its spans in order.

    Attributes
    ----------
    record : Record
        The record.
    key : str
        The key of the spans, or tags; empty if the record is the list.
    line, id
        What tells the document.
    types, starts, ends : list
        Its spans.
    tokens : sequence of (start, end), optional
        Its tokens.
    is_read : bool
        Whether it is a document: records may be left out.
    """

    record: Record
    key: str
    line: int
    id: str | int | None
    types: list[str]
    starts: list[int]
    ends: list[int]
    tokens: Sequence[Offsets] | None
    is_read: bool = True

    @property
    def holder(self) -> Any:
        """What has the list of items: the record, or the object that is a part of it."""
        match self.record.value:
            case [str(), dict(rest)]:
                return rest
        return self.record.value

    @property
    def items(self) -> list[Any]:
        """The items of the list of spans, or the tags."""
        holder = self.holder
        if not isinstance(holder, dict):
            return list(holder)
        found: Any = holder.get(self.key) or []
        if self.record.input.format == "labelstudio" and isinstance(holder.get("data"), dict):
            # The regions of the one annotation, or prediction, that is read.
            return [one for one in found[0].get("result", ()) if one.get("type") == "labels"]
        return self.record.turned(self.key, found) if are_columns(found) else list(found)

    def members(self) -> list[list[int]]:
        """Return which items, or tokens, make each span."""
        items, count = self.items, len(self.types)
        if self.tokens is not None and (not items or not isinstance(items[0], dict | list)):
            return [
                [*range(*_token_range(self.tokens, *place))]
                for place in zip(self.starts, self.ends, strict=True)
            ]
        if len(items) == count:
            return [[number] for number in range(count)]
        sizes = [len(_labels(item)) for item in items]
        if sum(sizes) == count:
            return [[number] for number, size in enumerate(sizes) for _ in range(size)]
        places = [_offsets(item) for item in items]
        if all(places):
            spans = zip(self.starts, self.ends, strict=True)
            return [
                [number for number, (a, b) in enumerate(places) if start <= a and b <= end]
                for start, end in spans
            ]
        message = f"{many(len(items), 'item')}, and {many(count, 'span')} read of them"
        raise self.record.error(f"{message}: it is not known which confidence is whose")


def _labels(item: Any) -> list[Any]:
    """Return the labels of an item that may have several; else one."""
    inner = item.get("value", item) if isinstance(item, dict) else {}
    found = inner.get("labels")
    return found if isinstance(found, list) else [None]


def _offsets(item: Any) -> tuple[int, int]:
    """Return the offsets of an item; nothing if it has none."""
    for pair in ITEM_OFFSETS if isinstance(item, dict) else ():
        if all(type(item.get(key)) is int for key in pair):
            return item[pair[0]], item[pair[1]]
    return ()  # type: ignore[return-value]


def _token_range(tokens: Sequence[Offsets], start: int, end: int) -> tuple[int, int]:
    """Return the first token of a span, and the one behind its last."""
    first = bisect_right(tokens, start, key=itemgetter(1))
    return first, bisect_left(tokens, end, key=itemgetter(0))


def has_rows(input: Input) -> bool:
    """Return whether an input has records of JSON."""
    known = FORMATS[input.format].json and input.format not in WITHOUT_KEYS
    return known or input.format == JSONL


def rows_of(input: Input) -> Iterator[Row]:
    """Yield the documents of predictions that are JSON, with their records, in the file's order.

    Records that are left out are yielded, too.

    Raises
    ------
    UsageError
        If they are no JSON.
    """
    if not has_rows(input):
        raise UsageError(
            f"confidences are not read of {FORMATS[input.format].title}",
            where=input.source.name,
            hint="they are in JSON, or in a column of column files; spanf1.sweep takes a list",
        )
    if input.values is None:
        check_twice(input.source)
    again, other = (_again(input) for _ in range(2))
    # Parsed once for both, but where tags are read in another way.
    batches = again.batches() if input.format == JSONL else again.beside(other)[0]
    listed = input.format == "pipeline"
    raw = records_of(other, gathered(other, is_item)) if listed else records(other)
    for batch in batches:
        first = 0
        for number, count in enumerate(batch.counts):
            line = batch.lines[number]
            while (record := next(raw, None)) and record.line < line:
                yield Row(record, "", 0, None, [], [], [], None, is_read=False)
            if record is None or record.line != line:
                raise UsageError(
                    "confidences are not read where a record has several texts",
                    where=input.where(line),
                )
            here = slice(first, first + count)
            first += count
            yield Row(
                record,
                again.key,
                line,
                batch.ids[number],
                batch.types[here],
                batch.starts[here],
                batch.ends[here],
                batch.tokens[number],
            )
    for record in raw:
        yield Row(record, "", 0, None, [], [], [], None, is_read=False)


def _again(input: Input) -> Input:
    again = input.again()
    again.progress = None
    return again


def beside(row: Row, holder: dict[str, Any], key: str | None) -> str:
    """Return the key of a list of confidences beside the spans of a record; empty without one."""
    names = [key] if key else [name + end for name in KEYS for end in ("", "s")]
    lists = (name for name in names if isinstance(at_path(holder, name), list))
    return next((name for name in lists if name != row.key), "")


class _Values:
    """Reads the confidences of rows; the first row that has some decides on the key."""

    def __init__(self, where: Where) -> None:
        self._where, self._key = where, where.key

    def said(self) -> str:
        """Say where they are, once they are read."""
        return f"key {self._key}" if self._key else ""

    def of(self, row: Row) -> list[list[float]]:
        """Return the confidences of the members of each span; NaN for what has none."""
        if not row.types:
            return []
        items, holder = row.items, row.holder
        given = self._beside(row, holder) if isinstance(holder, dict) else None
        if given is None and (plain := self._plain(items, len(row.types))):
            return plain
        members = row.members()
        if given is not None:
            return per_span(
                given,
                members,
                self._where,
                tokens=len(row.tokens or ()),
                name=str(self._key),
                error=row.record.error,
            )
        return [[self._of_item(row, items, number) for number in some] for some in members]

    def _plain(self, items: list[Any], count: int) -> list[list[float]] | None:
        """Return the confidences of items that are a span each, and all have one; else None."""
        if not self._key or len(items) != count:
            return None
        try:
            values = [item[self._key] for item in items]
        except (KeyError, TypeError):
            return None
        # A sum is finite only where all are.
        fine = {*map(type, values)} <= {int, float} and math.isfinite(sum(values))
        return [[value] for value in values] if fine else None

    def _beside(self, row: Row, holder: dict[str, Any]) -> list[Any] | None:
        """Return the list of confidences beside the spans, if there is one."""
        found = beside(row, holder, self._key)
        self._key = found or self._key
        return cast("list[Any]", at_path(holder, found)) if found else None

    def _of_item(self, row: Row, items: list[Any], number: int) -> float:
        item = items[number]
        place = f"{row.key or 'record'}[{number}]"
        if not isinstance(item, dict):
            if self._where.default is not None:
                return math.nan
            message = f"{place} is {spelt(item)}, and has no confidence"
            raise row.record.error(message, _DEFAULT_HINT)
        if self._key is None:
            self._key = next((key for key in KEYS if item.get(key) is not None), None)
        value = None if self._key is None else at_path(item, self._key)
        if value is None:
            if self._where.default is not None:
                return math.nan
            name = self._key or " or ".join((", ".join(KEYS[:-1]), KEYS[-1]))
            message = f"{place} has no {name}; its keys: {named_keys(item)}"
            hint = f"--confidence-key (confidence_key) says which has it; {_DEFAULT_HINT}"
            raise row.record.error(message, hint)
        return _number(value, f"{place}.{self._key}", self._where, row.record.error)


def _number(value: Any, place: str, where: Where, error: Callable[..., Exception]) -> float:
    """Return a confidence, which is to be a number; NaN for none, if that may be."""
    if value is None and where.default is not None:
        return math.nan
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        hint = _DEFAULT_HINT if value is None else ""
        raise error(f"{place} is {spelt(value)}, and is to be a number", hint)
    return float(value)


def per_span(
    values: Sequence[Any],
    members: Sequence[Sequence[int]],
    where: Where,
    *,
    tokens: int,
    name: str,
    error: Callable[..., Exception],
) -> list[list[float]]:
    """Return the confidences of each span, of a list that has one for each span, or each token.

    Parameters
    ----------
    values : sequence
        The list.
    members : sequence of sequence of int
        The tokens of each span.
    where : Where
        What is done where there is none.
    tokens : int
        How many tokens there are; 0 if there are none.
    name : str
        What the list is called.
    error : callable
        Makes what is raised.
    """
    count = len(members)
    if len(values) == count:
        chosen: Iterable[Sequence[int]] = ([at] for at in range(count))
    elif tokens and len(values) == tokens:
        chosen = members
    else:
        per_token = f", and {many(tokens, 'token')}" if tokens else ""
        message = f"{name} has {many(len(values), 'number')}, and there are {many(count, 'span')}"
        raise error(f"{message}{per_token}", "one for each span in order, or for each token")
    return [[_number(values[at], f"{name}[{at}]", where, error) for at in some] for some in chosen]


class Matched(NamedTuple):
    """What documents that were counted are in their file.

    Attributes
    ----------
    keys : list of (line, id)
        What tells each predicted document.
    counts : list of int
        How many of its spans were counted.
    """

    keys: list[tuple[int, str | int | None]]
    counts: list[int]
    types: list[str]

    @classmethod
    def of(cls, texts: DocumentTexts) -> Matched:
        """Return the predicted documents, in the order in which they were counted."""
        sides = [predicted for _, predicted in texts.batches]
        return cls(
            [key for one in sides for key in zip(one.lines, one.ids, strict=True)],
            [count for one in sides for count in one.counts],
            [name for one in sides for name in one.types],
        )


def counted_in(types: Sequence[str], type_map: Callable[[str], str]) -> list[int]:
    """Return which spans of a document count, by their types."""
    return [number for number, name in enumerate(types) if type_map(name)]


def _of_records(
    input: Input, texts: DocumentTexts, where: Where, type_map: Callable[[str], str]
) -> tuple[FloatArray, str]:
    """Return the confidence of each predicted span that was counted, of JSON, and where it is."""
    values = _Values(where)
    known: defaultdict[object, deque[tuple[list[str], list[list[float]]]]] = defaultdict(deque)
    for row in filter(attrgetter("is_read"), rows_of(input)):
        chosen = counted_in(row.types, type_map)
        found = values.of(row) if chosen else []
        names = [type_map(row.types[number]) for number in chosen]
        known[row.line, row.id].append((names, [found[number] for number in chosen]))
    matched = Matched.of(texts)
    made: list[list[float]] = []
    first = 0
    for key, count in zip(matched.keys, matched.counts, strict=True):
        names, some = known[key].popleft() if known[key] else ([], [])
        if names != matched.types[first : first + count]:
            raise AlignmentError(
                "some spans of this text do not count: it is not known which confidence is whose",
                where=input.where(key[0]),
            )
        made += some
        first += count
    return where.made(made), values.said()


def _of_columns(inputs: Inputs, part: Part, where: Where, *, gaps: bool) -> FloatArray:
    """Return the confidence of each predicted span of columns, of those of its tokens."""
    source = inputs.predicted.source
    if where.column is None:
        raise UsageError(
            "it is not said which column has the confidences",
            where=source.name,
            hint="--confidence-column 4 (confidence_column=4) is the fourth one",
        )
    check_twice(source)
    if gaps:
        raise UsageError(
            "which confidence is whose is not known where tokens are masked, or lack a prediction",
            where=source.name,
        )
    ledger = part.ledger.sides[1].spans
    pair = column_pair(inputs.again())
    file = TagFile(pair.files[-1], inputs.predicted.options.tag_column, where.column)
    tags = tag_sets(*inputs.spellings)[1]
    sizes = ledger.end - ledger.start
    inside = np.zeros(int(ledger.end.max(initial=0)) + 1, np.intp)
    np.add.at(inside, ledger.start, 1)
    np.add.at(inside, ledger.end, -1)
    covered = np.cumsum(inside) > 0
    found = np.full(len(covered), np.nan)
    base = 0
    for sentences in file.passages(tags, outside=False):
        words = sentences.tokens or ()
        here = np.flatnonzero(covered[base : base + len(words)])
        for token in here.tolist():
            found[base + token] = _cell(words[token], where, partial(sentences.line, token), source)
        base += len(words)
    # The tokens of each span in a row: spans of several levels may share some.
    index = np.repeat(ledger.start - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())
    return where.reduced(found[index], sizes)


def _cell(text: str, where: Where, line: Callable[[], int], source: Source) -> float:
    """Return the confidence in a cell; NaN if it is empty, and that may be."""
    empty = text in _EMPTY
    if empty and where.default is not None:
        return math.nan
    try:
        value = math.nan if empty else float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    raise LayoutError(
        f"{shortened(text)} in the column of confidences is to be a number",
        where=source.where(line()),
        hint=f"{_DEFAULT_HINT if empty else _COLUMN_HINT}",
    )


def confidences_of(
    inputs: Inputs, part: Part, where: Where, type_map: Callable[[str], str], *, gaps: bool
) -> tuple[FloatArray, str]:
    """Return the confidence of each predicted span of a ledger, and where it is, in words.

    Parameters
    ----------
    inputs : Inputs
        Gold and predictions, which have been read.
    part : Part
        Their ledger.
    where : Where
        Where confidences are.
    type_map : callable
        Returns what a type is called; nothing if it does not count.
    gaps : bool
        Whether tokens are left out.

    Raises
    ------
    InputError, UsageError
        If they cannot be read, or a span has none, and there is no default.
    """
    input = inputs.predicted
    if input.format == COLUMNS:
        if isinstance(part.texts, DocumentTexts):
            raise UsageError(
                "confidences of columns are read where gold and predictions have the same tokens, "
                "and one column of tags",
                where=input.source.name,
            )
        found = _of_columns(inputs, part, where, gaps=gaps)
        said = f"column {where.column}, the {where.of} of the tokens of a span"
        return _with_default(found, where), said
    if where.column is not None:
        title = FORMATS[input.format].title
        raise UsageError(
            f"--confidence-column does not go with {title}, which the predictions are",
            hint="--confidence-key (confidence_key) says which key has them",
        )
    every, said = _of_records(input, cast(DocumentTexts, part.texts), where, type_map)
    return _with_default(every[part.ledger.sides[1].number], where), said


def given_confidences(
    given: Sequence[Sequence[Any]], analysis_part: Part, where: Where
) -> FloatArray:
    """Return the confidence of each predicted span, of a list for each sentence or document.

    It has a number for each predicted span, in order, or for each token.

    Raises
    ------
    UsageError
        If there are not as many.
    """
    ledger, texts = analysis_part
    spans = ledger.sides[1]
    layout = texts.layout()
    owner = texts.sentences(ledger, 1)
    by_token = not isinstance(texts, DocumentTexts)
    sizes = layout.sizes[1].tolist()
    if len(given) != len(sizes):
        what = "sentence" if by_token else "text"
        raise UsageError(
            f"confidences has {many(len(given), 'list')}, and there are {many(len(sizes), what)}"
        )
    before = [0, *accumulate(sizes)] if by_token else []
    members: list[list[list[int]]] = [[] for _ in sizes]
    places = zip(owner.tolist(), spans.spans.start.tolist(), spans.spans.end.tolist(), strict=True)
    for number, start, end in places:
        first = before[number] if by_token else 0
        members[number].append([*range(start - first, end - first)] if by_token else [])

    made: list[list[float]] = []
    for number, (values, some) in enumerate(zip(given, members, strict=True)):
        tokens = sizes[number] if by_token else 0
        name = f"confidences[{number}]"
        made += per_span(values, some, where, tokens=tokens, name=name, error=_usage)
    order = np.argsort(owner, kind="stable")
    out = np.empty(len(owner))
    out[order] = where.made(made)
    return _with_default(out, where)


def _usage(message: str, hint: str = "") -> UsageError:
    return UsageError(message, hint=hint)


def _with_default(found: FloatArray, where: Where) -> FloatArray:
    """Return confidences, with the default for what has none."""
    if where.default is None:
        return found
    return np.where(np.isnan(found), where.default, found)
