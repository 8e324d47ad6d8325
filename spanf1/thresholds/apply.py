"""Predictions written again without those that are below a threshold."""

from __future__ import annotations

import os
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from itertools import compress
from typing import Any, BinaryIO, cast

import numpy as np

from spanf1.core.documents import Document
from spanf1.core.tags import tag_sets
from spanf1.exceptions import UsageError
from spanf1.formats.columns.rewriting import raw_lines
from spanf1.formats.columns.tags import TagFile
from spanf1.formats.opening import column_pair
from spanf1.formats.output import check_file, compression_of, opened_file
from spanf1.formats.records.record import are_columns, write_array, write_lines
from spanf1.formats.registry import Inputs, Writing, write
from spanf1.mistakes.analysis import Part
from spanf1.mistakes.texts import DocumentTexts
from spanf1.thresholds.confidences import Matched, Row, Where, beside, counted_in, has_rows, rows_of
from spanf1.thresholds.curve import BoolArray

# The format of what is neither columns nor JSON.
_OTHERWISE = "prodigy"


def write_kept(
    path: str | os.PathLike[str],
    inputs: Inputs,
    part: Part,
    keep: BoolArray,
    *,
    where: Where,
    type_map: Callable[[str], str],
) -> None:
    """Write predictions as they are in their file, without some spans.

    Of columns, tags of such spans become ``O``, and all else stays as it is. Of JSON, their items
    are left out, and a record is a line. What is neither becomes JSON Lines of texts and spans.

    Parameters
    ----------
    path : path
        Where to write; whole or not at all.
    inputs : Inputs
        Gold and predictions, which have been read.
    part : Part
        Their ledger.
    keep : array of bool
        Which of its predicted spans are kept.
    where : Where
        Where their confidences are.
    type_map : callable
        Returns what a type is called; nothing if it does not count: such spans stay.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    path = os.fspath(path)
    check_file(path)
    sources = [source.path for source in inputs.sources if os.path.exists(source.path)]
    if os.path.exists(path) and any(os.path.samefile(path, source) for source in sources):
        raise UsageError("the output cannot be written: it is the input", where=path)
    with opened_file(path, compression_of(path)) as stream:
        if not isinstance(part.texts, DocumentTexts):
            for data in _columns(inputs, part, keep):
                stream.write(data)
        elif has_rows(inputs.predicted):
            _write_records([*_records(inputs, part, keep, where, type_map)], stream)
        else:
            write(_documents(part.texts, _counted(part, keep)), _OTHERWISE, stream, Writing())


def _write_records(values: list[Any], stream: BinaryIO) -> None:
    write = write_array if values and all(isinstance(one, list) for one in values) else write_lines
    write(values, stream)


def _columns(inputs: Inputs, part: Part, keep: BoolArray) -> Iterator[bytes]:
    """Yield the lines of the predictions, with other tags."""
    file = TagFile(column_pair(inputs.again()).files[-1], inputs.predicted.options.tag_column)
    tags = tag_sets(*inputs.spellings)[1]
    spans = part.ledger.sides[1].spans.only(~keep)
    edges = np.zeros(int(spans.end.max(initial=0)) + 1, np.intp)
    np.add.at(edges, spans.start, 1)
    np.add.at(edges, spans.end, -1)
    dropped = np.flatnonzero(np.cumsum(edges))
    base = 0
    for lines in raw_lines(file, tags):
        codes = lines.sentences.codes.copy()
        here = dropped[slice(*np.searchsorted(dropped, (base, base + lines.size)))]
        codes[here - base] = 0
        base += lines.size
        yield lines.respelt(codes, tags).data


def _records(
    inputs: Inputs, part: Part, keep: BoolArray, where: Where, type_map: Callable[[str], str]
) -> Iterator[Any]:
    """Yield the records of the predictions, without some items."""
    matched = Matched.of(cast(DocumentTexts, part.texts))
    kept = _counted(part, keep)
    rest: defaultdict[object, deque[list[bool]]] = defaultdict(deque)
    first = 0
    for key, count in zip(matched.keys, matched.counts, strict=True):
        rest[key].append(kept[first : first + count].tolist())
        first += count
    for row in rows_of(inputs.predicted):
        if not row.is_read or not rest[row.line, row.id]:
            yield row.record.value
            continue
        stays = rest[row.line, row.id].popleft()
        chosen = counted_in(row.types, type_map)
        yield _without(
            row,
            {number for number, own in zip(chosen, stays, strict=True) if not own},
            where,
        )


def _counted(part: Part, keep: BoolArray) -> BoolArray:
    """Return which of all spans of predicted documents stay; those that do not count do."""
    kept = np.ones(len(Matched.of(cast(DocumentTexts, part.texts)).types), np.bool_)
    kept[part.ledger.sides[1].number] = keep
    return kept


def _documents(texts: DocumentTexts, kept: BoolArray) -> Iterator[Document]:
    """Yield the predicted documents, in the order of gold, with the spans that stay."""
    first = 0
    for gold, predicted in texts.batches:
        for number, document in enumerate(predicted.documents()):
            some = kept[first : first + len(document.spans)].tolist()
            first += len(some)
            text = document.text if document.text is not None else gold.texts[number]
            yield document._replace(text=text, spans=[*compress(document.spans, some)])


def _without(row: Row, dropped: set[int], where: Where) -> Any:
    """Return the value of a record without some of its spans."""
    if not dropped:
        return row.record.value
    members = row.members()
    still = {item for number, some in enumerate(members) for item in some if number not in dropped}
    gone = {item for number in dropped for item in members[number]}
    if shared := gone & still:
        raise row.record.error(
            f"{row.key}[{min(shared)}] has several types, of which one is to be left out"
        )
    items, holder = row.items, row.holder
    if row.tokens is not None and items and not isinstance(items[0], dict | list):
        return {**holder, row.key: ["O" if n in gone else tag for n, tag in enumerate(items)]}

    def only(values: list[Any]) -> list[Any]:
        return [value for number, value in enumerate(values) if number not in gone]

    if not isinstance(holder, dict):
        return only(holder)
    if row.record.input.format == "labelstudio" and isinstance(holder.get("data"), dict):
        lost = [items[number] for number in gone]
        one = holder[row.key][0]
        regions = [region for region in one["result"] if not any(region is own for own in lost)]
        return {**holder, row.key: [{**one, "result": regions}]}
    value = holder[row.key]
    if are_columns(value):
        made: Any = {k: only(some) if some is not None else None for k, some in value.items()}
    else:
        made = only(value)
    found = {**holder, row.key: made}
    if (name := beside(row, holder, where.key)) in holder and len(holder[name]) == len(items):
        found[name] = only(holder[name])
    old = row.record.value
    return [old[0], found] if isinstance(old, list) else found
