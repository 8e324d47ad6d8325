"""CoNLL-U with tags in its last column, MISC: ``ner=B-PER|SpaceAfter=No``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

import numpy as np

from spanf1.core.documents import Document
from spanf1.core.spans import decode
from spanf1.core.tags import TagSet
from spanf1.exceptions import LayoutError, TagError
from spanf1.formats.lines import Line, lines_of
from spanf1.formats.records.keys import KEYS
from spanf1.formats.registry import Input
from spanf1.formats.sniffing import Beginning
from spanf1.formats.tokens import sentence_of

_KEYS = KEYS["conllu"]
_COLUMNS, _FORM, _MISC = 10, 1, 9
_WORD = re.compile(r"[0-9]+")
# Lines of tokens of several words, and of words that are not there.
_OTHER = re.compile(r"[0-9]+[-.][0-9]+")
_DOCUMENT = re.compile(r"# newdoc(?![^ \t=])")


def looks_like_file(beginning: Beginning) -> bool:
    """Return whether a file is CoNLL-U with tags in MISC, by its first lines."""
    # Where only entities have tags, there may be none in the first lines.
    for head, whole in islice(beginning.heads(), 2):
        lines = head.decode(errors="replace").split("\n")
        rows = [line.split("\t") for line in (lines if whole else lines[:-1]) if line[:1] != "#"]
        words = [row for row in rows if row[0].strip() or len(row) > 1]
        if not all(len(row) == _COLUMNS and _WORD.match(row[0]) for row in words):
            return False
        known = _KEYS.gold + _KEYS.predicted
        if any(key in _misc(row[_MISC]) for row in words for key in known):
            return True
    return False


def _misc(field: str) -> dict[str, str]:
    """Return what is in MISC, by its keys."""
    return dict(part.split("=", 1) for part in field.split("|") if "=" in part)


def documents(input: Input) -> Iterator[Document]:
    """Yield the sentences of a file, with the spans of the tags at a key of MISC.

    The first word that has one of the known keys tells which it is; without it, a word is outside.

    Raises
    ------
    ReadError
        If the file cannot be read, or is not UTF-8.
    LayoutError
        If a line has not ten columns, or no word has a tag.
    TagError
        If there is a tag that no scheme has.
    """
    input.tags = TagSet({}, input.options.spelling)
    sentence: list[tuple[int, str, str]] = []
    begins, first = True, 0
    for line in chain(lines_of(input, "CoNLL-U's"), [Line(0, "")]):
        if line.text.startswith("#"):
            begins = begins or _DOCUMENT.match(line.text) is not None
        elif line.text.strip():
            first = first or line.number
            sentence += _word(line, input)
        elif sentence:
            yield _document(sentence, input)._replace(begins=begins)
            sentence, begins = [], False
    if first and not input.key:
        names = (input.options.key,) if input.options.key else _KEYS.of(input.options)
        raise LayoutError(
            f"no word has a tag in MISC ({', '.join(f'{name}=' for name in names)})",
            where=input.where(first),
            hint=f"{input.options.key_option} says which key of MISC has the tags",
        )


def _word(line: Line, input: Input) -> list[tuple[int, str, str]]:
    """Return the line, the form and the MISC of a word; nothing if the line is none."""
    fields = line.text.split("\t")
    if len(fields) != _COLUMNS:
        message = f"{len(fields)} columns with tabs between them, and CoNLL-U has {_COLUMNS}"
        raise LayoutError(message, where=input.where(line.number))
    if _OTHER.fullmatch(fields[0]):
        return []
    return [(line.number, fields[_FORM], fields[_MISC])]


def _document(words: Sequence[tuple[int, str, str]], input: Input) -> Document:
    """Return the document of a sentence."""
    tags = input.tags
    assert tags  # noqa: S101 - for mypy: the caller makes it
    given = input.options.key
    names = _KEYS.of(input.options) if given is None else (given,)
    codes = []
    for line, _, field in words:
        misc = _misc(field)
        if not input.key:
            input.key = next((name for name in names if name in misc), "")
        try:
            codes.append(tags.code(misc.get(input.key, "O")))
        except TagError as error:
            message = f"{input.key}: {error.message}"
            raise TagError(message, where=input.where(line), hint=error.hint) from None
    spans = decode(np.array(codes, np.int32), np.zeros(1, np.intp))
    where = input.where(words[0][0])
    document = sentence_of([word for _, word, _ in words], [spans], ["", *tags.types], where)
    return document._replace(line=words[0][0])
