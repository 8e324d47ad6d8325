"""What of a document a format carries, and what of it is lost there."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from spanf1.core.documents import Document, TextSpan
from spanf1.exceptions import LossError
from spanf1.formats.brat import is_file_name, is_type
from spanf1.formats.registry import COLUMNS, FEATURES, FORMATS, JSONL, Input, Writing
from spanf1.formats.tokens import NO_TEXT, fits_in_tag, levels_of, with_tokens

#: what may be lost besides `spanf1.formats.registry.FEATURES`
WHITE_SPACE = "white space of texts"
WITHOUT_TOKENS = "texts without tokens"
BLANK_TOKENS = "tokens of white space"
NO_TYPE = "spans whose type cannot be written"
NO_FILE_NAMES = "ids that cannot be names of files"
CONTINUED = "which sentences are of one document"

# A scheme that keeps all spans apart, for formats that have tokens but no tags.
_APART = "IOB2"
# What no field of a line can be made of.
_BLANK = "\t\n\v\f\r "
_NO_FIELD = re.compile(f"[\0{_BLANK}]")


class Fitted(NamedTuple):
    """A document with no more than a format carries.

    Attributes
    ----------
    document : Document
        The document.
    lost : list of (TextSpan, str)
        The spans that it has no more, and what such spans are, in words.
    lacking : list of str
        What else of it is lost, in words.
    split : bool
        Whether its text was split into tokens.
    """

    document: Document
    lost: list[tuple[TextSpan, str]]
    lacking: list[str]
    split: bool


def writes_tags(name: str) -> bool:
    """Return whether a format has tokens and their tags, and nothing else of a text."""
    carries = FORMATS[name].carries
    return "tokens" in carries and "text" not in carries


def respells(input: Input, to_format: str | None, levels: int) -> bool:
    """Return whether an input is to be written again with nothing but its tags changed."""
    one_level = levels == 1 and len(input.options.tag_columns) < 2
    return one_level and input.format in (COLUMNS, JSONL) and to_format in (None, input.format)


def fitted(document: Document, name: str, how: Writing) -> Fitted:
    """Return a document with only what a format carries, and what was lost.

    Parameters
    ----------
    document : Document
        The document.
    name : str
        One of `spanf1.formats.registry.FORMATS`.
    how : Writing
        The scheme and the number of levels, where spans become tags.

    Raises
    ------
    LossError
        If the format needs a text, and there is none.
    """
    carries = FORMATS[name].carries
    if document.text is None and "offsets" in carries and carries & {"text", "tokens"}:
        hint = "those that need no texts: pipeline, entities"
        raise LossError(f"{name} needs texts, and the input has none", hint=hint)
    split = "tokens" in carries and "free" not in carries and document.tokens is None
    if split:
        document = with_tokens(document)
    lacking = _lacking(document, name)
    if name == COLUMNS:
        document = _without_blanks(document)
        lacking += [WITHOUT_TOKENS] * (not document.tokens)
    spans = document.spans
    typed = [index for index, span in enumerate(spans) if _has_type(name, span.type)]
    document = document._replace(spans=[spans[index] for index in typed])
    if "offsets" not in carries:
        document, lost = _unplaced(document)
    elif "free" not in carries:
        scheme = how.scheme if writes_tags(name) else _APART
        lost = levels_of(document, how.levels, scheme).lost
    else:
        lost = [
            (index, FEATURES[reason])
            for index, span in enumerate(document.spans)
            if (reason := _misfit(span)) and reason not in carries
        ]
    gone = {index for index, _ in lost}
    kept = [span for index, span in enumerate(document.spans) if index not in gone]
    reasons = dict.fromkeys(set(range(len(spans))).difference(typed), NO_TYPE)
    reasons |= {typed[index]: reason for index, reason in lost}
    left_out = [(spans[index], reasons[index]) for index in sorted(reasons)]
    return Fitted(document._replace(spans=kept), left_out, lacking, split)


@lru_cache
def _has_type(name: str, kind: str) -> bool:
    """Return whether spans of a format can have a type."""
    if name == COLUMNS and _NO_FIELD.search(kind):
        return False
    return fits_in_tag(kind) if writes_tags(name) else not FORMATS[name].folder or is_type(kind)


def _misfit(span: TextSpan) -> str:
    """Return which of `FEATURES` a span of characters asks for, if any."""
    return "unplaced" if not span.parts else "discontinuous" if len(span.parts) > 1 else ""


def _unplaced(document: Document) -> tuple[Document, list[tuple[int, str]]]:
    """Return a document with spans of which only the text is known; those without one are lost."""
    spans = [TextSpan(span.type, (), document.text_of(span)) for span in document.spans]
    lost = [(index, NO_TEXT) for index, span in enumerate(spans) if not (span.text or "").strip()]
    return document._replace(spans=spans), lost


def _without_blanks(document: Document) -> Document:
    """Return a document without the tokens that are white space, or empty."""
    text, tokens = document.text or "", document.tokens or ()
    kept = [(start, end) for start, end in tokens if text[start:end].strip(_BLANK)]
    return document if len(kept) == len(tokens) else document._replace(tokens=kept)


def _lacking(document: Document, name: str) -> list[str]:
    """Return what a format does not carry of a document, but for spans."""
    carries = FORMATS[name].carries
    text, lost = document.text, []
    if text is not None and not document.spaced and "text" not in carries:
        if "tokens" not in carries:
            lost.append(FEATURES["text"])
        elif " ".join(document.words()) != text:
            lost.append(WHITE_SPACE)
    if name == COLUMNS and any(not word.strip(_BLANK) for word in document.words()):
        lost.append(BLANK_TOKENS)
    if document.tokens is not None and "tokens" not in carries:
        lost.append(FEATURES["tokens"])
    if document.id is not None and "ids" not in carries:
        lost.append(FEATURES["ids"])
    elif document.id is not None and FORMATS[name].folder and not is_file_name(str(document.id)):
        lost.append(NO_FILE_NAMES)
    if "offsets" not in carries and any(span.parts for span in document.spans):
        lost.append(FEATURES["offsets"])
    return lost
