"""What ner-annotator saves: one object, with the types, and with all texts and their spans."""

from __future__ import annotations

from collections.abc import Iterator

from spanf1.core.documents import Document
from spanf1.formats.records.record import Record, records
from spanf1.formats.records.sniffing import View
from spanf1.formats.records.values import spelt
from spanf1.formats.registry import SURE, Input

_CLASSES, _ANNOTATIONS = "classes", "annotations"


def looks_like_record(view: View) -> int:
    """Return how sure it is that a record holds the types, and a list of texts and spans."""
    if view.role == "record":
        match view.value:
            case {"classes": [*_], "annotations": [*items]}:
                return SURE * all(item is None or isinstance(item, list) for item in items)
    return 0


def documents(input: Input) -> Iterator[Document]:
    """Read the texts and their spans. Texts that nobody has looked at are null, and left out.

    Raises
    ------
    ReadError, LayoutError
        If there is anything else in the file.
    """
    for record in records(input):
        if _ANNOTATIONS not in record.as_object():
            message = f"there is no key {_ANNOTATIONS!r}, with a list of texts and their spans"
            raise record.error(message)
        for number, item in enumerate(record.list_at(_ANNOTATIONS)):
            if item is None:
                input.remark("texts that are not annotated")
            else:
                yield _document(record, f"{_ANNOTATIONS}[{number}]", item)


def _document(record: Record, place: str, item: object) -> Document:
    """Return the document of an item."""
    match item:
        case [str(), dict(found)]:
            text = record.string(f"{place}[0]", item[0])
            here = record._replace(value=found)
            key = here.key()
            spans = [
                span
                for number, one in enumerate(here.list_at(key))
                for span in record.spans_of(f"{place}[1].{key}[{number}]", one, text)
            ]
            return Document(text, spans, line=record.line)
    message = f"{place} is {spelt(item)}, and is to be a text and an object of its spans"
    raise record.error(message, '["Ada met Bob", {"entities": [[0, 3, "PER"]]}]')
