"""BioC, in JSON or XML: documents of passages, with annotations at offsets of the document.

A passage has its offset and a text, or sentences that have them; an annotation its locations, and
its type among its ``infons``. (D. C. Comeau et al. 2013. BioC: a minimalist approach to
interoperability for biomedical text processing. Database 2013, bat064.)
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from spanf1.core.documents import Document, TextSpan
from spanf1.exceptions import LayoutError
from spanf1.formats.records.keys import KEYS
from spanf1.formats.records.record import OFFSETS_HINT, Record, records
from spanf1.formats.records.sniffing import View
from spanf1.formats.records.values import named_keys, spelt
from spanf1.formats.records.xml import elements
from spanf1.formats.registry import SURE, Input
from spanf1.formats.sniffing import Beginning
from spanf1.wording import shortened

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_KEYS = KEYS["bioc"]
_PASSAGES, _SENTENCES, _ANNOTATIONS, _RELATIONS = (
    "passages",
    "sentences",
    "annotations",
    "relations",
)
_XML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*+(?:<!DOCTYPE\s+|<)collection\b", re.S
)

# More than so much of a text cannot be missing between two passages.
_LONGEST_GAP = 1 << 16

#: the lists of an element of XML, by the names of what is in them
_LISTS = {
    "passage": _PASSAGES,
    "sentence": _SENTENCES,
    "annotation": _ANNOTATIONS,
    "relation": _RELATIONS,
    "location": "locations",
}


def looks_like_record(view: View) -> int:
    """Return how sure it is that a record is a document of passages, or a collection of some."""
    return SURE * (view.role == "record" and bool(_documents_in(view.record)))


def looks_like_file(beginning: Beginning) -> bool:
    """Return whether a file of XML is a collection of BioC, by its first element."""
    return _XML.match(next(beginning.heads())[0]) is not None


def _documents_in(value: dict[str, Any]) -> list[Any]:
    """Return the documents that a record is, or has in a list."""
    if _is_document(value):
        return [value]
    lists = (some for some in value.values() if isinstance(some, list) and some)
    return next((some for some in lists if _is_document(some[0])), [])


def _is_document(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get(_PASSAGES), list)


def documents(input: Input) -> Iterator[Document]:
    """Read the documents of a collection; relations between annotations are left out.

    Raises
    ------
    ReadError, LayoutError
        If there is anything else in the file.
    UsageError
        If the input is to hold both sides.
    """
    input.check_one_side("a file of BioC")
    input.key = input.options.key or _KEYS.gold[0]
    with contextlib.closing(Beginning(input.source)) as beginning:
        is_json = input.values is not None or beginning.may_be_json()
    return _of_json(input) if is_json else _of_xml(input)


def _of_json(input: Input) -> Iterator[Document]:
    for record in records(input):
        found = _documents_in(record.as_object())
        if not found and record.value.get("documents") != []:
            keys = named_keys(record.value)
            raise record.error(f"there are no documents with passages; the record's keys: {keys}")
        for one in found:
            yield _document(record._replace(value=one))


def _of_xml(input: Input) -> Iterator[Document]:
    for element, line in elements(input, lambda tag, _: tag == "document"):
        yield _document(Record(input, _value(element, input.where(line)), line))


def _value(element: Element, where: str) -> dict[str, Any]:
    """Return an element as JSON would have it."""
    value: dict[str, Any] = {"infons": {}}
    for name in ("offset", "length"):
        if name in element.attrib:
            value[name] = _number(name, element.attrib[name], where)
    for child in element:
        if child.tag == "infon":
            value["infons"][child.get("key", "")] = child.text or ""
        elif child.tag == "offset":
            value["offset"] = _number("offset", child.text or "", where)
        elif child.tag in _LISTS:
            value.setdefault(_LISTS[child.tag], []).append(_value(child, where))
        else:
            value[child.tag] = child.text or ""
    return value


def _number(name: str, text: str, where: str) -> int:
    if not re.fullmatch(r"\s*[0-9]{1,15}\s*", text):
        message = f"in this document, {name} is {shortened(text)}, and is to be a whole number"
        raise LayoutError(message, where=where)
    return int(text)


def _document(record: Record) -> Document:
    """Return the document of a record."""
    known = {key: value for key, value in record.as_object().items() if value is not None}
    record = record._replace(value=known)
    blocks = list(_blocks(record))
    text, first = _text(record, blocks)
    spans = [
        span
        for place, block in blocks
        for number, item in enumerate(_objects(record, place, block, _ANNOTATIONS))
        for span in _spans(record, f"{place}.{_ANNOTATIONS}[{number}]", item, text, first)
    ]
    for value in (record.value, *(block for _, block in blocks)):
        if isinstance(relations := value.get(_RELATIONS), list) and relations:
            record.input.remark("relations", len(relations))
    return Document(text, spans, None, record.id(), record.line)


def _objects(record: Record, place: str, value: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the objects in a list that may be there; `place` is what it is in."""
    items = value.get(key)
    if items is None:
        return []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise record.error(f"{place}.{key}".lstrip(".") + " is to be a list of objects")
    return items


def _blocks(record: Record) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the passages, and their sentences, with what they are called in messages."""
    if _PASSAGES not in record.as_object():
        raise record.error(f"the document has no {_PASSAGES}")
    for number, passage in enumerate(_objects(record, "", record.value, _PASSAGES)):
        place = f"{_PASSAGES}[{number}]"
        yield place, passage
        for within, sentence in enumerate(_objects(record, place, passage, _SENTENCES)):
            one = f"{place}.{_SENTENCES}[{within}]"
            # Where the passage has a text, that is all of it.
            whole = isinstance(passage.get("text"), str) and passage["text"]
            yield one, {**sentence, "text": None} if whole else sentence


def _text(record: Record, blocks: list[tuple[str, dict[str, Any]]]) -> tuple[str, int]:
    """Return the text of a document, and the offset of its first character.

    What is between two passages is not in the file, but for how much there is: line ends.
    """
    text, first = "", None
    for place, block in blocks:
        own = block.get("text")
        if own is None or own == "":
            continue
        own, offset = record.string(f"{place}.text", own), block.get("offset")
        if type(offset) is not int or offset < 0:
            raise record.error(f"{place}.offset is {spelt(offset)}, and is to be a whole number")
        first = offset if first is None else first
        gap = offset - first - len(text)
        if not 0 <= gap <= _LONGEST_GAP:
            message = f"{place} begins at {spelt(offset)}, the text before it ends at"
            raise record.error(f"{message} {first + len(text)}", OFFSETS_HINT)
        text += "\n" * gap + own
    return text, first or 0


def _spans(
    record: Record, place: str, item: dict[str, Any], text: str, first: int
) -> list[TextSpan]:
    """Return the span of an annotation; none if it has no place."""
    key = record.input.key
    infons = item.get("infons")
    if not isinstance(infons, dict) or key not in infons:
        known = named_keys(infons) if isinstance(infons, dict) else "none"
        option = record.input.options.option("key")
        message = f"{place} has no infon {shortened(key)}; its infons: {known}"
        raise record.error(message, f"{option} says which infon has the type")
    kind = record.type_at(f"{place}.infons.{key}", infons[key])
    pairs = []
    for one in _objects(record, place, item, "locations"):
        offset, length = one.get("offset"), one.get("length")
        if type(offset) is not int or type(length) is not int:
            name, value = ("length", length) if type(offset) is int else ("offset", offset)
            message = f"{place}.locations: the {name} is {spelt(value)}"
            raise record.error(f"{message}, and is to be a whole number")
        pairs.append((offset - first, offset - first + length))
    if not pairs:
        record.input.remark("annotations without a place")
        return []
    parts = record.parts_of(place, sorted(pairs), text)
    said = item.get("text")
    there = text[parts[0][0] : parts[0][1]]
    if isinstance(said, str) and said and len(parts) == 1 and said.split() != there.split():
        message = f"{place} is {shortened(said)}, and the text has {shortened(there)} there"
        raise record.error(message, OFFSETS_HINT)
    return [TextSpan(kind, parts)]
