"""UIMA CAS, as XMI or JSON: a text, and annotations with offsets that count units of UTF-16.

INCEpTION and DKPro Core write it. An annotation is called by its type, and what it says is a
feature of it: by default the entities are ``NamedEntity.value``. No file of the type system is
needed. Where there are sentences, each is a text, or several that an annotation goes through.
"""

from __future__ import annotations

import contextlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from spanf1.core.documents import Document, Offsets, TextSpan
from spanf1.core.tags import UNTYPED
from spanf1.exceptions import LayoutError
from spanf1.formats.records.record import records
from spanf1.formats.records.sniffing import View
from spanf1.formats.records.values import named_keys, spelt
from spanf1.formats.records.xml import elements
from spanf1.formats.registry import SURE, Input
from spanf1.formats.sniffing import Beginning
from spanf1.formats.tokens import Utf16
from spanf1.wording import shortened, unwritable

_ENTITIES = "NamedEntity.value"
_SENTENCE, _TOKEN = "segmentation.type.Sentence", "segmentation.type.Token"
_SOFA, _VIEW = "uima.cas.Sofa", "_InitialView"
_STRUCTURES, _TYPE, _ID = "%FEATURE_STRUCTURES", "%TYPE", "%ID"

_XMI = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<(?:xmi:)?XMI\b")
_NAMESPACE = re.compile(r"http:///(.*)\.ecore (.*)")
_XMI_ID = "http://www.omg.org/XMI id"
# What is no feature of an annotation that a type could be.
_NO_FEATURE = {_XMI_ID, "sofa", "@sofa", "begin", "end", _TYPE, _ID}


class _Structure(NamedTuple):
    """A feature structure: its type, its features, and the line it begins on."""

    type: str
    features: dict[str, Any]
    line: int


def looks_like_record(view: View) -> int:
    """Return how sure it is that a record is a CAS in JSON, by the key of its structures."""
    return SURE * (view.role == "record" and isinstance(view.record.get(_STRUCTURES), list))


def looks_like_file(beginning: Beginning) -> bool:
    """Return whether a file of XML is XMI, by its first element."""
    return _XMI.match(next(beginning.heads())[0]) is not None


def documents(input: Input) -> Iterator[Document]:
    """Read the text and the spans of each CAS.

    Raises
    ------
    ReadError, LayoutError
        If there is anything else in the file, or nothing tells which annotations are the spans.
    UsageError
        If the input is to hold both sides.
    """
    input.check_one_side("a CAS")
    with contextlib.closing(Beginning(input.source)) as beginning:
        is_json = input.values is not None or beginning.may_be_json()
    if not is_json:
        yield from _documents([*_of_xml(input)], input, 1)
        return
    for record in records(input):
        if _STRUCTURES not in record.as_object():
            raise record.error(f"there is no key {_STRUCTURES}")
        found = []
        for number, one in enumerate(record.list_at(_STRUCTURES)):
            if not isinstance(one, dict) or not isinstance(one.get(_TYPE), str):
                raise record.error(f"{_STRUCTURES}[{number}] is no object with a {_TYPE}")
            found.append(_Structure(one[_TYPE], one, record.line))
        yield from _documents(found, input, record.line)


def _of_xml(input: Input) -> Iterator[_Structure]:
    for element, line in elements(input, lambda _, depth: depth == 1):
        name = _NAMESPACE.fullmatch(element.tag)
        if name:
            package = name[1].replace("/", ".").removeprefix("uima.noNamespace")
            yield _Structure(f"{package}.{name[2]}".lstrip("."), element.attrib, line)


def _documents(structures: Sequence[_Structure], input: Input, line: int) -> Iterator[Document]:
    """Yield the sentences of a CAS, or all of it where there are none."""
    text, sofa = _text(structures, input, line)
    own = [one for one in structures if _sofa_of(one) == sofa and "begin" in one.features]
    places = Utf16(text)
    name, found = _chosen(own, input, line)
    input.key = name
    feature = name.rpartition(".")[2]
    spans = [
        TextSpan(str(one.features.get(feature) or UNTYPED), (offsets,))
        for one in found
        if (offsets := _offsets(one, places, input))[0] < offsets[1]
    ]
    for what, said in (("the text", text), *(("a type", span.type) for span in spans)):
        if wrong := unwritable(said):
            raise LayoutError(f"{what} has {wrong}", where=input.where(line))
    if len(spans) < len(found):
        input.remark("empty spans", len(found) - len(spans))
    tokens, sentences = (
        sorted(_offsets(one, places, input) for one in own if one.type.endswith(kind))
        for kind in (_TOKEN, _SENTENCE)
    )
    whole = Document(text, spans, tokens or None, line=line)
    yield from _parted(whole, sentences) or [whole]


def _text(structures: Iterable[_Structure], input: Input, line: int) -> tuple[str, str]:
    """Return the text, and the id of its sofa: of the first view, or of the only one."""
    sofas = [one for one in structures if one.type == _SOFA]
    first = [one for one in sofas if one.features.get("sofaID") == _VIEW]
    chosen = first or sofas
    if len(chosen) != 1 or not isinstance(chosen[0].features.get("sofaString"), str):
        message = "there is no text (a Sofa with a sofaString)"
        if len(chosen) > 1:
            message = f"there are several texts, and none of them is called {_VIEW}"
        raise LayoutError(message, where=input.where(line))
    features = chosen[0].features
    return features["sofaString"], str(features.get(_XMI_ID, features.get(_ID)))


def _sofa_of(one: _Structure) -> str:
    return str(one.features.get("sofa", one.features.get("@sofa")))


def _chosen(
    structures: Sequence[_Structure], input: Input, line: int
) -> tuple[str, list[_Structure]]:
    """Return the feature that has the types, as ``NamedEntity.value``, and the annotations."""
    given = input.options.key
    wanted = given or _ENTITIES
    kind, _, feature = wanted.rpartition(".")
    found = [one for one in structures if f".{one.type}".endswith(f".{kind}")]
    names = sorted({one.type for one in found})
    if len(names) > 1:
        message = f"several types are called {shortened(kind)}: {', '.join(names)}"
        raise LayoutError(message, where=input.where(line), hint="give the whole name of one")
    has_feature = any(feature in one.features for one in found)
    # That there are no entities can be said, and an entity may have no value.
    if not has_feature and given != _ENTITIES and not (found and not given):
        known = {
            f"{one.type.rpartition('.')[2]}.{name}": None
            for one in structures
            for name, value in one.features.items()
            if name not in _NO_FEATURE and isinstance(value, str)
        }
        option = input.options.option("key")
        nothing = f"; {option} {wanted}, that there are none" * (not given)
        raise LayoutError(
            f"there is no annotation with {shortened(wanted)}; there are: {named_keys(known)}",
            where=input.where(line),
            hint=f"{option} says which are the spans{nothing}",
        )
    return wanted, found


def _offsets(one: _Structure, places: Utf16, input: Input) -> Offsets:
    """Return where an annotation is, in characters."""
    found = []
    for name in ("begin", "end"):
        value = one.features.get(name)
        if not re.fullmatch("[0-9]{1,15}", str(value)):
            message = f"{name} of {one.type} is {spelt(value)}, and is to be a whole number"
            raise LayoutError(message, where=input.where(one.line))
        found.append(places.character(int(str(value))))
    start, end = found
    if start < 0 or end < start:
        both = f"{one.features['begin']} to {one.features['end']}"
        message = f"{one.type}: {both} is no part of the text, which has {places.size} units"
        hint = "offsets count units of UTF-16"
        raise LayoutError(message, where=input.where(one.line), hint=hint)
    return start, end


def _parted(whole: Document, sentences: Sequence[Offsets]) -> list[Document]:
    """Return the sentences of a text; none if they do not hold all of its spans."""
    starts = [start for start, _ in sentences]
    # which sentences go on in the next one, and the spans that begin in each
    joined = [False] * len(sentences)
    spans: list[list[TextSpan]] = [[] for _ in sentences]
    for span in whole.spans:
        ((start, end),) = span.parts
        begins, ends = bisect_right(starts, start) - 1, bisect_left(starts, end) - 1
        if begins < 0 or end > sentences[ends][1]:
            return []
        joined[begins:ends] = [True] * (ends - begins)
        spans[begins].append(span)
    tokens = whole.tokens or ()
    found: list[Document] = []
    begin = 0
    for number, (_, end) in enumerate(sentences):
        if joined[number]:
            continue
        start = starts[begin]
        inside = [
            span._replace(parts=tuple((a - start, b - start) for a, b in span.parts))
            for some in spans[begin : number + 1]
            for span in some
        ]
        of_these = tokens[bisect_left(tokens, (start, 0)) : bisect_left(tokens, (end, 0))]
        own = [(a - start, b - start) for a, b in of_these if b <= end]
        text = (whole.text or "")[start:end]
        found.append(Document(text, inside, own or None, line=whole.line, begins=not begin))
        begin = number + 1
    return found
