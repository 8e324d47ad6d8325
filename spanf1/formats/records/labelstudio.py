"""Exports of Label Studio: tasks with annotations and predictions, or the short form, JSON-MIN."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple, cast

from spanf1.core.documents import Document, TextSpan, squeezed
from spanf1.exceptions import LayoutError, LossError
from spanf1.formats.records.fields import (
    PRED_KEYS,
    Record,
    error,
    id_of,
    key_of,
    list_of,
    object_of,
    records,
    string_of,
    text_of,
    write_array,
)
from spanf1.formats.records.items import OFFSET_KEYS, parts_of, placed_text, types_of
from spanf1.formats.records.lines import named_keys, spelt
from spanf1.formats.records.sniffing import View
from spanf1.formats.registry import SURE, Input, Writing
from spanf1.wording import shortened

#: the keys of a task; before version 1.0, annotations were called completions
ANNOTATIONS, PREDICTIONS = ("annotations", "completions"), ("predictions",)
#: the keys of the short form: what the control is called that labels are set with
SPAN_KEYS = ("label", "labels", "ner")

_DATA, _TEXT, _LABELS = "data", "text", "labels"
# What the short form has besides the task's data and its labels.
_ANNOTATOR = "annotator"
_ADDED = ("id", _ANNOTATOR, "annotation_id", "created_at", "updated_at", "lead_time", "agreement")
# Results that label what is no plain text.
_UNREAD = {"hypertextlabels": "HTML", "paragraphlabels": "dialogues"}

_ONE = "export a file for each annotator, or each version of a model"
_NONE = "export only the tasks that are annotated"
_UNITS = "tasks with offsets in UTF-16 units: converted, nothing"

#: what a value is called in messages, and the value
_Value = tuple[str, object]


class _Region(NamedTuple):
    """A part of a text with labels; what it says, if that is there, and what it is called."""

    place: str
    start: int
    end: int
    text: str | None
    types: list[str]


def looks_like_record(view: View) -> int:
    """Return how sure it is that a record is a task, or a part of it is labels of the short form.

    Such a list may be at any key: the user calls it as the labels.
    """
    if view.role == "record":
        lists = (view.value.get(key) for key in (*ANNOTATIONS, *PREDICTIONS))
        task = isinstance(view.value.get(_DATA), dict)
        return SURE * (task and any(isinstance(one, list) for one in lists))
    item = view.item
    labelled = isinstance(item.get(_LABELS), list) and all(key in item for key in OFFSET_KEYS[0])
    return SURE * (labelled and view.role not in ("item", "keys"))


def documents(input: Input) -> Iterator[Document]:
    """Read the tasks of an export.

    Raises
    ------
    ReadError, LayoutError
        If there is anything else in the file, or a task has several annotations.
    """
    first = None
    for record in records(input):
        first = first or record
        task = object_of(input, record)
        whole = isinstance(task.get(_DATA), dict)
        data = task[_DATA] if whole else {k: task[k] for k in task if k not in _ADDED}
        text = _text(input, record._replace(value=data))
        values = _results(input, record) if whole else _short(input, record)
        regions = [_region(input, record, *value) for value in values]
        spans = _spans(input, record, text, [region for region in regions if region])
        key = id_of(input, record._replace(value={**data, **task}))
        yield Document(text, spans, None, key, record.line)
    if first and not input.key:
        key_of(input, first, _short_keys(input))


def _text(input: Input, record: Record) -> str:
    """Return the text among the data of a task: by its key, or the only string."""
    strings = [key for key, value in record.value.items() if isinstance(value, str)]
    if _TEXT in record.value or len(strings) != 1:
        return text_of(input, record)
    return text_of(input, record, strings)


def _results(input: Input, record: Record) -> list[_Value]:
    """Return the labels that the one annotation, or prediction, of a task has."""
    task, options = record.value, input.options
    if options.side == "gold":
        names: Sequence[str] = ANNOTATIONS
    elif not options.alone or task.get(PREDICTIONS[0]):
        names = PREDICTIONS
    else:
        names = (*ANNOTATIONS, *PREDICTIONS)
    key = key_of(input, record, names)
    if options.key is None and names == PREDICTIONS and key not in names:
        message = "there are predictions, and the first task has none, but annotations"
        raise error(input, record, message, "--pred-key predictions, or annotations")
    number = _chosen(input, record, key)
    results = list_of(input, record, key)[number].get("result")
    place = f"{key}[{number}].result"
    if not isinstance(results, list):
        raise error(input, record, f"{place} is {spelt(results)}, and is to be a list")
    labels = [
        (one, f"{place}[{index}]")
        for index, one in enumerate(results)
        if _is_label(input, record, f"{place}[{index}]", one)
    ]
    texts = {one["to_name"] for one, _ in labels if isinstance(one.get("to_name"), str)}
    if len(texts) > 1:
        message = f"{place} has labels of several texts: {', '.join(map(shortened, sorted(texts)))}"
        raise error(input, record, message, "a task is to have one text with labels")
    return [(f"{place}.value", one.get("value")) for one, place in labels]


def _is_label(input: Input, record: Record, place: str, result: object) -> bool:
    """Return whether a result labels a part of a text; note it if it is something else."""
    if not isinstance(result, dict):
        raise error(input, record, f"{place} is {spelt(result)}, and is to be an object")
    kind = string_of(input, record, f"{place}.type", result.get("type"))
    if kind in _UNREAD:
        message = f"{place} is of type {kind}: offsets in {_UNREAD[kind]} are not read"
        raise error(input, record, message)
    if kind != _LABELS:
        what = "relations" if kind == "relation" else f"results of type {shortened(kind)}"
        input.remark(what)
    return kind == _LABELS


def _chosen(input: Input, record: Record, key: str) -> int:
    """Return which of the annotations of a task counts: one only, or that which is called true."""
    found = list_of(input, record, key)
    for number, one in enumerate(found):
        if not isinstance(one, dict):
            raise error(input, record, f"{key}[{number}] is {spelt(one)}, not an object")
    kept = [
        number
        for number, one in enumerate(found)
        if not (one.get("was_cancelled") or one.get("skipped"))
    ]
    true = [number for number in kept if found[number].get("ground_truth")]
    task = f"task {spelt(record.value['id'])}" if "id" in record.value else "a task"
    if not kept:
        cancelled = f", and {len(found)} that were cancelled" if found else ""
        raise error(input, record, f"{task} has no {key}{cancelled}", _NONE)
    if len(kept) > 1 and len(true) != 1:
        message = f"{task} has {len(kept)} {key}, and none of them alone is the ground truth"
        raise error(input, record, message, _ONE)
    if len(kept) > 1:
        input.remark(f"{key} beside the ground truth", len(kept) - 1)
    if len(kept) < len(found):
        input.remark(f"cancelled {key}", len(found) - len(kept))
    return true[0] if len(kept) > 1 else kept[0]


def _short(input: Input, record: Record) -> list[_Value]:
    """Return the labels that a task has in the short form."""
    names = _short_keys(input)
    given = input.key or input.options.key
    # A task without labels has not got the key.
    there = any(key in record.value for key in ((given,) if given else names))
    if not there and _ANNOTATOR in record.value:
        return []
    key = key_of(input, record, names)
    found = list_of(input, record, key)
    return [(f"{key}[{number}]", value) for number, value in enumerate(found)]


def _short_keys(input: Input) -> tuple[str, ...]:
    options = input.options
    if options.side == "gold":
        return SPAN_KEYS
    return (*PRED_KEYS, *SPAN_KEYS) if options.alone else PRED_KEYS


def _region(input: Input, record: Record, place: str, item: object) -> _Region | None:
    """Return what is labelled; None, and a remark, if it has no label."""
    if not isinstance(item, dict):
        raise error(input, record, f"{place} is {spelt(item)}, and is to be an object")
    for key in ("start", "end"):
        if key not in item:
            message = f"{place} has no {key}; its keys: {named_keys(item)}"
            raise error(input, record, message)
    if item.get(_LABELS, []) == []:
        input.remark("regions without a label")
        return None
    # Whether they are in the text is seen once it is known what they count.
    ((start, end),) = parts_of(input, record, place, [(item["start"], item["end"])], None)
    text = item.get(_TEXT)
    if text is not None:
        text = string_of(input, record, f"{place}.text", text)
    types = types_of(input, record, place, {_LABELS: item[_LABELS]})
    return _Region(place, start, end, text, types)


def _spans(input: Input, record: Record, text: str, regions: Sequence[_Region]) -> list[TextSpan]:
    """Return the spans of a task's regions, whose offsets count characters, or UTF-16 units.

    They count units only if what the regions say shows that all of them do.
    """
    wrong = next((region for region in regions if not _fits(text, region)), None)
    if wrong:
        converted = _from_units(text, regions)
        if not converted:
            raise _misfit(input, record, text, wrong)
        regions = converted
        input.remark(_UNITS)
    return [
        TextSpan(name, ((region.start, region.end),)) for region in regions for name in region.types
    ]


def _fits(text: str, region: _Region) -> bool:
    """Return whether a region is in the text, and says what that does, white space aside."""
    if region.end > len(text):
        return False
    return region.text is None or squeezed(text[region.start : region.end]) == squeezed(region.text)


def _from_units(text: str, regions: Sequence[_Region]) -> list[_Region]:
    """Return regions in UTF-16 units with their characters; none if that does not fit."""
    if text.isascii() or all(region.text is None for region in regions):
        return []
    places, units = {0: 0}, 0
    for place, character in enumerate(text, 1):
        units += 1 + (character > "\uffff")
        places[units] = place
    found = [
        region._replace(start=places[region.start], end=places[region.end])
        for region in regions
        if region.start in places and region.end in places
    ]
    return found if len(found) == len(regions) and all(_fits(text, one) for one in found) else []


def _misfit(input: Input, record: Record, text: str, region: _Region) -> LayoutError:
    """Return the error for a region that is not in the text, or says something else."""
    both = [(region.start, region.end)]
    parts_of(input, record, region.place, both, text)
    there = shortened(text[region.start : region.end])
    message = f"{region.place} is {shortened(region.text)}, and the text has {there} there"
    return error(input, record, message, "without text in the value, its offsets are taken")


def write(documents: Iterable[Document], target: BinaryIO | str, how: Writing) -> None:
    """Write an array of tasks, each on a line of its own.

    Raises
    ------
    LossError
        If a text, or where a span is in it, is not known, or a span is discontinuous.
    """
    write_array(_tasks(documents, how), cast(BinaryIO, target))


def _tasks(documents: Iterable[Document], how: Writing) -> Iterator[dict[str, Any]]:
    """Yield documents as tasks."""
    for number, document in enumerate(documents, 1):
        text = placed_text(document, number)
        task: dict[str, Any] = {} if document.id is None else {"id": document.id}
        results = [
            {"id": f"{number}-{index}", **_result(span, text, number)}
            for index, span in enumerate(document.spans, 1)
        ]
        yield task | {_DATA: {_TEXT: text}, how.key or ANNOTATIONS[0]: [{"result": results}]}


def _result(span: TextSpan, text: str, number: int) -> dict[str, object]:
    """Return a span as an annotation has it."""
    if len(span.parts) > 1:
        message = f"{span.type} at {span.parts[0][0]} is discontinuous"
        raise LossError(message, where=f"document {number}")
    ((start, end),) = span.parts
    value = {"start": start, "end": end, "text": text[start:end], _LABELS: [span.type]}
    return {"type": _LABELS, "from_name": "label", "to_name": "text", "value": value}
