r"""WebAnno TSV 3, as WebAnno and INCEpTION export it: tokens with offsets, and layers in columns.

``#T_SP=...NamedEntity|identifier|value`` names a layer of spans and its features, each of which is
a column. There, ``_`` is no span, ``*`` one without a value, ``PER[1]`` one of several tokens that
have the same number, and ``|`` stands between spans of one token. ``1-2.1`` is a part of token
``1-2``. Offsets count the units of UTF-16, from the beginning of the document.
(https://inception-project.github.io, user guide, appendix "WebAnno TSV 3.3")
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from spanf1.core.documents import Document, Offsets, TextSpan
from spanf1.core.tags import UNTYPED
from spanf1.exceptions import LayoutError
from spanf1.formats.lines import Line, lines_of
from spanf1.formats.registry import Input
from spanf1.formats.sniffing import Beginning
from spanf1.formats.tokens import Utf16
from spanf1.wording import shortened

_FORMAT, _VERSION = "#FORMAT=", re.compile(r"#FORMAT=WebAnno TSV 3\.([0-9]+)")
_LAYER = re.compile(r"#T_(SP|CH|RL)=(.+)")
_TEXT = "#Text="
_UNIT = re.compile(r"[0-9]+-[0-9]+(\.[0-9]+)?")
_OFFSETS = re.compile(r"([0-9]{1,15})-([0-9]{1,15})")
_NUMBERED = re.compile(r"(.*)(?<!\\)\[([0-9]+)\]", re.DOTALL)
_STACKED = re.compile(r"(?<!\\)\|")
_NONE, _NO_VALUE = "_", "*"
# The layer of entities, and its feature; what a feature of roles begins with.
_ENTITIES, _ROLE = "NamedEntity.value", "ROLE_"
# What comes before the columns of layers: the unit, its offsets, and the token.
_TOKEN, _BEFORE = 2, 3

_ESCAPED_VALUE = re.compile(r"\\(->|.)")
_ESCAPED_TEXT = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES = {"t": "\t", "n": "\n", "f": "\f", "r": "\r", "b": "\b", "\\": "\\"}
# From this version on, text has no other escapes.
_PLAIN = 2


class _Feature(NamedTuple):
    """A feature of a layer of spans: what both are called, and the column."""

    name: str
    column: int


@dataclass
class _Header:
    """What the header says: the version, the features of spans, the columns of relations."""

    version: int = 0
    features: list[_Feature] = field(default_factory=list)
    relations: list[int] = field(default_factory=list)
    columns: int = _BEFORE

    def add(self, kind: str, declared: str) -> None:
        """Take note of a layer, given what it is declared as."""
        layer, *names = declared.split("|")
        column = self.columns
        self.columns += max(len(names), 1)
        if kind == "RL":
            self.relations.append(column)
        if kind != "SP":
            return
        for number, name in enumerate(names):
            role = name.startswith(_ROLE) or (number and names[number - 1].startswith(_ROLE))
            if name and not role:
                self.features.append(_Feature(f"{layer}.{name}", column + number))


class _Unit(NamedTuple):
    """A token, or a part of one: its line, its offsets, and what it has in columns."""

    line: int
    start: int
    end: int
    fields: list[str]
    whole: bool


@dataclass
class _Sentence:
    """A sentence, and its place in the document, in units of UTF-16."""

    text: str
    units: list[_Unit] = field(default_factory=list)

    @property
    def start(self) -> int:
        """The place of its first character: that of its first token."""
        return self.units[0].start


class _Span(NamedTuple):
    """A span of the document: its type, its offsets, its first and its last sentence."""

    type: str
    start: int
    end: int
    first: int
    last: int


def looks_like_file(beginning: Beginning) -> bool:
    """Return whether a file is one of WebAnno's, by its first line."""
    return beginning.fits("webanno")


def documents(input: Input) -> Iterator[Document]:
    """Yield the sentences of a file; those that a span goes through together.

    Raises
    ------
    ReadError
        If the file cannot be read, or is not UTF-8.
    LayoutError
        If a line is malformed, or the text has something else where a token is.
    UsageError
        If the input is to hold both sides.
    """
    input.check_one_side("a file of WebAnno")
    header, sentences = _parsed(input)
    if not sentences:
        return
    feature = _chosen(header, input)
    input.key = feature.name
    _note_relations(header, sentences, input)
    spans = _spans(sentences, feature, input)
    first = 0
    while first < len(sentences):
        inside: list[_Span] = []
        last = place = first
        while place <= last:
            inside += spans[place]
            last = max([last, *(span.last for span in spans[place])])
            place += 1
        yield _document(sentences[first:place], inside, input)._replace(begins=not first)
        first = place


def _note_relations(header: _Header, sentences: Sequence[_Sentence], input: Input) -> None:
    """Remark that relations are left out, if there are some."""
    values = (
        unit.fields[column]
        for column in header.relations
        for sentence in sentences
        for unit in sentence.units
    )
    count = sum(len(_STACKED.split(value)) for value in values if value != _NONE)
    if count:
        input.remark("relations", count)


def _parsed(input: Input) -> tuple[_Header, list[_Sentence]]:
    """Return the header of a file and its sentences."""
    header, sentences = _Header(), list[_Sentence]()
    texts: list[str] = []
    for line in lines_of(input, "WebAnno's", kept=True):
        where = input.where(line.number)
        if not line.text.strip():
            texts = []
            continue
        if line.number == 1:
            version = _VERSION.fullmatch(line.text.strip())
            if not version:
                message = f"{shortened(line.text)} is not {_FORMAT}WebAnno TSV 3.3, or 3.1, 3.2"
                raise LayoutError(message, where=where, hint="export it as WebAnno TSV v3")
            header.version = int(version[1])
        elif layer := _LAYER.fullmatch(line.text):
            header.add(layer[1], layer[2])
        elif line.text.startswith(_TEXT):
            texts.append(_text(line.text.removeprefix(_TEXT), header.version))
        elif not line.text.startswith("#"):
            if texts:
                sentences.append(_Sentence("\n".join(texts)))
                texts = []
            if not sentences:
                message = f"a token before the text of its sentence ({_TEXT})"
                raise LayoutError(message, where=where)
            sentences[-1].units.append(_unit(line, header, where))
    return header, sentences


def _unit(line: Line, header: _Header, where: str) -> _Unit:
    """Return what a line says of a token, or of a part of one."""
    fields = line.text.split("\t")
    unit = _UNIT.fullmatch(fields[0])
    offsets = _OFFSETS.fullmatch(fields[1]) if len(fields) > 1 else None
    if not unit or not offsets:
        message = f"{shortened(line.text)} does not begin with the number of a token and offsets"
        raise LayoutError(message, where=where, hint="1-2<TAB>4-8<TAB>Haag, and the layers")
    if len(fields) < header.columns:
        message = f"{len(fields)} columns, and the header declares {header.columns}"
        raise LayoutError(message, where=where)
    fields[_TOKEN] = _text(fields[_TOKEN], header.version)
    return _Unit(line.number, int(offsets[1]), int(offsets[2]), fields, unit[1] is None)


def _text(text: str, version: int) -> str:
    """Return text without its escapes."""

    def plain(escape: re.Match[str]) -> str:
        mark = escape[1]
        if len(mark) > 1:
            return chr(int(mark[1:], 16)) if version < _PLAIN else escape[0]
        # A control character stands behind a backslash as it is.
        return _ESCAPES.get(mark, mark if mark < " " else escape[0])

    return _ESCAPED_TEXT.sub(plain, text)


def _value(text: str) -> str:
    """Return a value without its escapes."""
    return _ESCAPED_VALUE.sub(lambda found: _ESCAPES.get(found[1], found[1]), text)


def _chosen(header: _Header, input: Input) -> _Feature:
    """Return the feature that has the types: the one that was given, or that of entities."""
    given = input.options.key
    names = [feature.name for feature in header.features]
    wanted = _ENTITIES if given is None else given
    found = [one for one in header.features if f".{one.name}".endswith(f".{wanted}")]
    if given is None and not found and len(names) == 1:
        found = header.features
    if len(found) == 1:
        return found[0]
    option = input.options.option("key")
    hint = f"{option} says which: {', '.join(map(shortened, names))}" if names else ""
    message = f"there is no layer of entities ({_ENTITIES})"
    if given is not None:
        many = f"several features are called {shortened(given)}"
        message = many if found else f"no feature of spans is called {shortened(given)}"
    raise LayoutError(message, where=input.source.name, hint=hint)


def _spans(sentences: Sequence[_Sentence], feature: _Feature, input: Input) -> list[list[_Span]]:
    """Return the spans of a feature, by the sentence that each begins in."""
    spans: list[_Span] = []
    numbered: dict[str, int] = {}
    for place, sentence in enumerate(sentences):
        for unit in sentence.units:
            values = unit.fields[feature.column]
            for own in _STACKED.split(values) if values != _NONE else ():
                found = _NUMBERED.fullmatch(own)
                value, number = (found[1], found[2]) if found else (own, "")
                if number in numbered:
                    index = numbered[number]
                    spans[index] = spans[index]._replace(end=unit.end, last=place)
                    continue
                if number:
                    numbered[number] = len(spans)
                kind = UNTYPED if value == _NO_VALUE else _value(value)
                spans.append(_Span(kind, unit.start, unit.end, place, place))
    by_sentence: list[list[_Span]] = [[] for _ in sentences]
    for span in spans:
        if span.start < span.end:
            by_sentence[span.first].append(span)
        else:
            input.remark("empty spans")
    return by_sentence


def _document(sentences: Sequence[_Sentence], spans: Sequence[_Span], input: Input) -> Document:
    """Return sentences as a document, with the spans that are in them."""
    begin, text = sentences[0].start, sentences[0].text
    for sentence in sentences[1:]:
        # What is between sentences is not in the file, but for how much there is.
        text += " " * (sentence.start - begin - Utf16(text).size) + sentence.text
    places = Utf16(text)
    tokens: list[Offsets] = []
    for unit in (unit for sentence in sentences for unit in sentence.units):
        start, end = places.character(unit.start - begin), places.character(unit.end - begin)
        there, said = text[max(start, 0) : max(end, 0)], unit.fields[_TOKEN]
        if -1 in (start, end) or said != there:
            raise LayoutError(
                f"the token is {shortened(said)}, and the text has {shortened(there)} at "
                f"{unit.start}-{unit.end}",
                where=input.where(unit.line),
                hint="offsets count units of UTF-16 from the beginning of the document",
            )
        if unit.whole and start < end:
            tokens.append((start, end))
    placed = [
        TextSpan(
            span.type, ((places.character(span.start - begin), places.character(span.end - begin)),)
        )
        for span in spans
    ]
    return Document(text, placed, tokens, line=sentences[0].units[0].line)
