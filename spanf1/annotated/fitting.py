"""What of a document a format carries, and what of it is lost there."""

from __future__ import annotations

from typing import NamedTuple

from spanf1.annotations.formats import FEATURES, FORMATS, Writing
from spanf1.annotations.tokens import NO_TEXT, levels_of, with_tokens
from spanf1.documents import Document, TextSpan
from spanf1.errors import LossError
from spanf1.formats.guess import COLUMNS

#: what may be lost besides `spanf1.annotations.formats.FEATURES`
WHITE_SPACE = "white space of texts"
WITHOUT_TOKENS = "texts without tokens"
CONTINUED = "which sentences are of one document"

# A scheme that keeps all spans apart, for formats that have tokens but no tags.
_APART = "IOB2"


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


def fitted(document: Document, name: str, how: Writing) -> Fitted:
    """Return a document with only what a format carries, and what was lost.

    Parameters
    ----------
    document : Document
        The document.
    name : str
        One of `spanf1.annotations.formats.FORMATS`.
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
    lacking = _lacking(document, name)
    split = "tokens" in carries and "free" not in carries and document.tokens is None
    if split:
        document = with_tokens(document)
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
    return Fitted(
        document._replace(spans=kept),
        [(document.spans[index], reason) for index, reason in lost],
        lacking,
        split,
    )


def _misfit(span: TextSpan) -> str:
    """Return which of `FEATURES` a span of characters asks for, if any."""
    return "unplaced" if not span.parts else "discontinuous" if len(span.parts) > 1 else ""


def _unplaced(document: Document) -> tuple[Document, list[tuple[int, str]]]:
    """Return a document with spans of which only the text is known; those without one are lost."""
    spans = [TextSpan(span.type, (), document.text_of(span)) for span in document.spans]
    lost = [(index, NO_TEXT) for index, span in enumerate(spans) if not (span.text or "").strip()]
    return document._replace(spans=spans), lost


def _lacking(document: Document, name: str) -> list[str]:
    """Return what a format does not carry of a document, but for spans."""
    carries = FORMATS[name].carries
    text, lost = document.text, []
    if text is not None and not document.spaced and "text" not in carries:
        if "tokens" not in carries:
            lost.append(FEATURES["text"])
        elif " ".join(with_tokens(document).words()) != text:
            lost.append(WHITE_SPACE)
    if name == COLUMNS and not with_tokens(document).tokens:
        lost.append(WITHOUT_TOKENS)
    if document.tokens is not None and "tokens" not in carries:
        lost.append(FEATURES["tokens"])
    if document.id is not None and "ids" not in carries:
        lost.append(FEATURES["ids"])
    if "offsets" not in carries and any(span.parts for span in document.spans):
        lost.append(FEATURES["offsets"])
    return lost
