"""Exports of Label Studio: tasks with annotations and predictions, or the short form, JSON-MIN."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from spanf1.core.documents import Document, DocumentBatch, TextSpan, squeezed
from spanf1.exceptions import LayoutError, LossError
from spanf1.formats.records.keys import ITEM_OFFSETS, KEYS
from spanf1.formats.records.plain import (
    batch_of,
    check,
    check_places,
    check_said,
    flat,
    ids_of,
    strings,
)
from spanf1.formats.records.record import (
    Record,
    placed_text,
    record_batches,
    records,
    with_id,
    write_array,
)
from spanf1.formats.records.sniffing import View
from spanf1.formats.records.values import named_keys, spelt
from spanf1.formats.registry import SURE, Input, Writing
from spanf1.formats.tokens import Utf16
from spanf1.wording import shortened

# the keys of a task; those of the short form: what the control is called that sets the labels
_TASK, _SHORT = KEYS["labelstudio task"], KEYS["labelstudio"]

_DATA, _TEXT, _LABELS = "data", "text", "labels"
# What the short form has besides the task's data and its labels.
_ANNOTATOR = "annotator"
_ADDED = ("id", _ANNOTATOR, "annotation_id", "created_at", "updated_at", "lead_time", "agreement")
# Results that label what is no plain text.
_UNREAD = {"hypertextlabels": "HTML", "paragraphlabels": "dialogues"}

_ONE = "export a file for each annotator, or each version of a model"
_ONE_OF = "--annotator chooses one by completed_by; spanf1 agree compares them"
_NONE = "export only the tasks that are annotated"
_PREDICTIONS = (
    "two inputs give them, spanf1 score GOLD PRED; in one, the export is to include predictions"
)
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
        lists = (view.value.get(key) for key in _TASK.gold + _TASK.predicted)
        task = isinstance(view.value.get(_DATA), dict)
        return SURE * (task and any(isinstance(one, list) for one in lists))
    item = view.item
    labelled = isinstance(item.get(_LABELS), list) and all(key in item for key in ITEM_OFFSETS[0])
    return SURE * (labelled and view.role not in ("item", "keys"))


def said_by(task: Any) -> dict[str, Any]:
    """Return for each annotator of a task the task with their annotations alone."""
    if not isinstance(task, dict):
        return {}
    if _ANNOTATOR in task:
        name = _name_of(task[_ANNOTATOR])
        return {} if name is None else {name: task}
    said: dict[str, Any] = {}
    key = next((key for key in _TASK.gold if isinstance(task.get(key), list)), "")
    for one in task.get(key, ()):
        whole = isinstance(one, dict) and not (one.get("was_cancelled") or one.get("skipped"))
        name = _name_of(one.get("completed_by")) if whole else None
        if name is not None:
            said.setdefault(name, {**task, key: []})[key].append(one)
    return said


def _name_of(annotator: object) -> str | None:
    """Return what an annotator is called: an address, a name, or else a number."""
    if isinstance(annotator, dict):
        names = (annotator.get(key) for key in ("email", "username", "id"))
        annotator = next(filter(None, names), None)
    return str(annotator) if isinstance(annotator, str | int) else None


class _Tasks:
    """The tasks of an input, and the controls that they have labels of.

    The labels of all controls are read, or those of the one that the key names.

    Parameters
    ----------
    input : Input
        The input.
    """

    def __init__(self, input: Input) -> None:
        self._input = input
        #: the control that is read, once a task has not got the key
        self.chosen = ""
        self.names: set[str] = set()
        # the first that is read by itself
        self._first: Record | None = None

    def document(self, record: Record) -> Document:
        """Return the document of a task."""
        self._first = self._first or record
        return _document(record, self)

    def choose(self, task: dict[str, Any]) -> None:
        """Take a key that is given for the name of a control, if a task has not got it."""
        key = self._input.options.key
        if key is not None and not self._input.key and key not in task:
            self.chosen = key

    def check(self) -> None:
        """Note that there are several controls; raise an error if none has the name, or no key."""
        if self._first and not self._input.key:
            self._first.key()
        names = ", ".join(map(shortened, sorted(self.names)))
        option = self._input.options.option("key")
        if self.chosen and self.chosen not in self.names:
            raise LayoutError(
                f"there is no key {shortened(self.chosen)}, and no labels of such a control; "
                f"there are labels of {names or 'none'}",
                where=self._input.source.name,
                hint=f"{option} {', '.join(sorted(self.names))} or {_TASK.gold[0]}",
            )
        if not self.chosen and len(self.names) > 1:
            what = f"controls whose labels are read together ({names}; {option} chooses one)"
            self._input.note(what, len(self.names))


def documents(input: Input) -> Iterator[Document]:
    """Read the tasks of an export.

    Raises
    ------
    ReadError, LayoutError
        If there is anything else in the file, or a task has several annotations.
    """
    tasks = _Tasks(input)
    yield from map(tasks.document, records(input))
    tasks.check()


def batches(input: Input) -> Iterator[DocumentBatch]:
    """Read what `documents` does, many at a time."""
    tasks = _Tasks(input)
    yield from record_batches(input, tasks.document, partial(_columns, tasks=tasks))
    tasks.check()


def _document(record: Record, tasks: _Tasks) -> Document:
    """Return the document of a task."""
    task = record.as_object()
    whole = isinstance(task.get(_DATA), dict)
    data = task[_DATA] if whole else {k: task[k] for k in task if k not in _ADDED}
    text = _text(record._replace(value=data))
    values = _results(record, tasks) if whole else _short(record)
    regions = [_region(record, *value) for value in values]
    spans = _spans(record, text, [region for region in regions if region])
    key = record._replace(value={**data, **task}).id()
    return Document(text, spans, None, key, record.line)


def _columns(input: Input, values: Sequence[Any], tasks: _Tasks) -> DocumentBatch:
    """Return the documents of tasks that are all plain."""
    options, key = input.options, input.key
    names: set[Any] = set()
    check(set(map(type, values)) == {dict})
    whole = isinstance(values[0].get(_DATA), dict)
    data = [task[_DATA] if whole else task for task in values]
    check(all(isinstance(task.get(_DATA), dict) == whole for task in values))
    text_keys = {*map(_text_key, data)} if options.text_key is None else {options.text_key}
    text_key = text_keys.pop()
    check(not text_keys and (whole or text_key not in _ADDED))
    texts = strings(map(itemgetter(text_key), data))
    if whole:
        # Predictions are read rather than annotations, where there are both.
        given = options.key is not None and not tasks.chosen
        told = given or options.side == "gold" or key in _TASK.predicted
        check(told or not any(task.get(_TASK.predicted[0]) for task in values))
        chosen, counts, _ = flat(map(itemgetter(key), values))
        check(set(counts) == {1} and set(map(type, chosen)) == {dict})
        check(not any(one.get("was_cancelled") or one.get("skipped") for one in chosen))
        results, counts, owner = flat(map(itemgetter("result"), chosen))
        check({*map(itemgetter("type"), results)} <= {_LABELS})
        check(len({one.get("to_name") for one in results}) <= 1)
        names = {one.get("from_name") for one in results} - {None}
        check(set(map(type, names)) <= {str} and (not tasks.chosen or names <= {tasks.chosen}))
        items = [*map(itemgetter("value"), results)]
    else:
        # A task without labels has not got the key.
        none: list[Any] = []
        items, counts, owner = flat(
            task[key] if key in task or _ANNOTATOR not in task else none for task in values
        )
    starts, ends = ([*map(itemgetter(name), items)] for name in ITEM_OFFSETS[0])
    types: list[str] = []
    if items:
        types, sizes, _ = flat(map(itemgetter(_LABELS), items))
        check(set(sizes) == {1} and "" not in types)
    check_places(starts, ends, np.array([*map(len, texts)], np.int64)[owner])
    check_said(items, texts, owner, starts, ends)
    tasks.names |= names
    merged = [{**one, **task} for one, task in zip(data, values, strict=True)]
    ids = ids_of(input, set().union(*merged), merged)
    return batch_of(counts, starts, ends, strings(types), texts=[*texts], ids=ids)


def _text(record: Record) -> str:
    """Return the text among the data of a task: by its key, or the only string."""
    return record.text((_text_key(record.value),))


def _text_key(data: dict[str, Any]) -> str:
    if _TEXT in data:
        return _TEXT
    strings = [key for key, value in data.items() if isinstance(value, str)]
    return strings[0] if len(strings) == 1 else _TEXT


def _results(record: Record, tasks: _Tasks) -> list[_Value]:
    """Return the labels that the one annotation, or prediction, of a task has."""
    task, options = record.value, record.input.options
    predicted = _TASK.predicted
    names = predicted if not options.alone or task.get(predicted[0]) else _TASK.gold + predicted
    names = _TASK.gold if options.side == "gold" else names
    tasks.choose(task)
    if tasks.chosen and not record.input.key:
        record.input.key = next((name for name in names if name in task), "")
    key = record.key(names)
    if options.key is None and names == predicted and key not in names:
        message = "there are predictions, and the first task has none, but annotations"
        raise record.error(message, "--pred-key predictions, or annotations")
    number = _chosen(record, key)
    results = record.list_at(key)[number].get("result")
    place = f"{key}[{number}].result"
    if not isinstance(results, list):
        raise record.error(f"{place} is {spelt(results)}, and is to be a list")
    labels = [
        (one, f"{place}[{index}]")
        for index, one in enumerate(results)
        if _is_label(record, f"{place}[{index}]", one)
    ]
    tasks.names.update(
        one["from_name"] for one, _ in labels if isinstance(one.get("from_name"), str)
    )
    if tasks.chosen:
        labels = [label for label in labels if label[0].get("from_name") == tasks.chosen]
    texts = {one["to_name"] for one, _ in labels if isinstance(one.get("to_name"), str)}
    if len(texts) > 1:
        message = f"{place} has labels of several texts: {', '.join(map(shortened, sorted(texts)))}"
        raise record.error(message, "a task is to have one text with labels")
    return [(f"{place}.value", one.get("value")) for one, place in labels]


def _is_label(record: Record, place: str, result: object) -> bool:
    """Return whether a result labels a part of a text; note it if it is something else."""
    if not isinstance(result, dict):
        raise record.error(f"{place} is {spelt(result)}, and is to be an object")
    kind = record.string(f"{place}.type", result.get("type"))
    if kind in _UNREAD:
        message = f"{place} is of type {kind}: offsets in {_UNREAD[kind]} are not read"
        raise record.error(message)
    if kind != _LABELS:
        what = "relations" if kind == "relation" else f"results of type {shortened(kind)}"
        record.input.remark(what)
    return kind == _LABELS


def _chosen(record: Record, key: str) -> int:
    """Return which of the annotations of a task counts: one only, or that which is called true."""
    several = record.list_at(key)
    task = f"task {spelt(record.value['id'])}" if "id" in record.value else "a task"
    predicted = key in _TASK.predicted
    for number, one in enumerate(several):
        if predicted and type(one) is int:
            message = f"{task} has the ids of its {key} only, and not what they are"
            raise record.error(message, _PREDICTIONS)
        if not isinstance(one, dict):
            raise record.error(f"{key}[{number}] is {spelt(one)}, not an object")
    kept = [
        number
        for number, one in enumerate(several)
        if not (one.get("was_cancelled") or one.get("skipped"))
    ]
    true = [number for number in kept if several[number].get("ground_truth")]
    if not kept:
        cancelled = f", and {len(several)} that were cancelled" if several else ""
        only = ", only annotations" if predicted and record.value.get(_TASK.gold[0]) else ""
        hint = _PREDICTIONS if predicted else _NONE
        raise record.error(f"{task} has no {key}{only}{cancelled}", hint)
    if len(kept) > 1 and len(true) != 1:
        message = f"{task} has {len(kept)} {key}, and none of them alone is the ground truth"
        raise record.error(message, _ONE if predicted else _ONE_OF)
    if len(kept) > 1:
        record.input.remark(f"{key} beside the ground truth", len(kept) - 1)
    if len(kept) < len(several):
        record.input.remark(f"cancelled {key}", len(several) - len(kept))
    return true[0] if len(kept) > 1 else kept[0]


def _short(record: Record) -> list[_Value]:
    """Return the labels that a task has in the short form."""
    options = record.input.options
    key = record.input.key or options.key
    # A task without labels has not got the key.
    names = (key,) if key else _SHORT.of(options)
    if _ANNOTATOR in record.value and not any(name in record.value for name in names):
        return []
    key = record.key()
    return [(f"{key}[{number}]", value) for number, value in enumerate(record.list_at(key))]


def _region(record: Record, place: str, item: object) -> _Region | None:
    """Return what is labelled; None, and a remark, if it has no label."""
    if not isinstance(item, dict):
        raise record.error(f"{place} is {spelt(item)}, and is to be an object")
    for key in ("start", "end"):
        if key not in item:
            message = f"{place} has no {key}; its keys: {named_keys(item)}"
            raise record.error(message)
    if item.get(_LABELS, []) == []:
        record.input.remark("regions without a label")
        return None
    # Whether they are in the text is seen once it is known what they count.
    ((start, end),) = record.parts_of(place, [(item["start"], item["end"])], None)
    text = item.get(_TEXT)
    if text is not None:
        text = record.string(f"{place}.text", text)
    types = record.types_of(place, {_LABELS: item[_LABELS]})
    return _Region(place, start, end, text, types)


def _spans(record: Record, text: str, regions: Sequence[_Region]) -> list[TextSpan]:
    """Return the spans of a task's regions, whose offsets count characters, or UTF-16 units.

    They count units only if what the regions say shows that all of them do.
    """
    wrong = next((region for region in regions if not _fits(text, region)), None)
    if wrong and record.input.options.by_text and all(region.text for region in regions):
        return [TextSpan(name, (), region.text) for region in regions for name in region.types]
    if wrong:
        converted = _from_units(text, regions)
        if not converted:
            raise _misfit(record, text, wrong)
        regions = converted
        record.input.remark(_UNITS)
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
    places = Utf16(text)
    converted = [
        region._replace(start=places.character(region.start), end=places.character(region.end))
        for region in regions
    ]
    fitting = all(min(one.start, one.end) >= 0 and _fits(text, one) for one in converted)
    return converted if fitting else []


def _misfit(record: Record, text: str, region: _Region) -> LayoutError:
    """Return the error for a region that is not in the text, or says something else."""
    both = [(region.start, region.end)]
    record.parts_of(region.place, both, text)
    there = shortened(text[region.start : region.end])
    message = f"{region.place} is {shortened(region.text)}, and the text has {there} there"
    return record.error(message, "without text in the value, its offsets are taken")


def write(documents: Iterable[Document], target: BinaryIO | str, how: Writing) -> None:
    """Write an array of tasks, each on a line of its own.

    Raises
    ------
    LossError
        If a text, or where a span is in it, is not known, or a span is discontinuous.
    """
    write_array(_tasks(documents, how.key or _TASK.gold[0]), target)


def _tasks(documents: Iterable[Document], key: str) -> Iterator[dict[str, Any]]:
    """Yield documents as tasks."""
    for number, document in enumerate(documents, 1):
        text = placed_text(document, number)
        results = [
            {"id": f"{number}-{index}", **_result(span, text, number)}
            for index, span in enumerate(document.spans, 1)
        ]
        yield with_id(document) | {_DATA: {_TEXT: text}, key: [{"result": results}]}


def _result(span: TextSpan, text: str, number: int) -> dict[str, object]:
    """Return a span as an annotation has it."""
    if len(span.parts) > 1:
        message = f"{span.type} at {span.parts[0][0]} is discontinuous"
        raise LossError(message, where=f"document {number}")
    ((start, end),) = span.parts
    value = {"start": start, "end": end, "text": text[start:end], _LABELS: [span.type]}
    return {"type": _LABELS, "from_name": "label", "to_name": "text", "value": value}
