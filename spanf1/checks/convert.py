"""Documents of any format written in any other: what fits, and what is lost and named."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import BinaryIO, NamedTuple, Unpack

from spanf1.checks.tags import detect, scheme_to_write
from spanf1.core.documents import Document, TextSpan
from spanf1.core.options import AUTO, AnyScheme, TagScheme
from spanf1.exceptions import LossError, UsageError
from spanf1.formats.opening import inputs_of_keywords
from spanf1.formats.options import InputKeywords
from spanf1.formats.output import check_output, compression_of, folder_beside, opened_file
from spanf1.formats.registry import (
    COLUMNS,
    FEATURES,
    FORMATS,
    JSONL,
    OUTPUT_FORMATS,
    FormatName,
    Input,
    InputFormat,
    Writing,
    module_of,
    write,
)
from spanf1.formats.source import Path
from spanf1.formats.tokens import NO_TEXT, fits_in_tag, levels_of, with_tokens
from spanf1.wording import many, printable, shortened

#: what may be lost besides `spanf1.formats.registry.FEATURES`
WHITE_SPACE = "white space of texts"
WITHOUT_TOKENS = "texts without tokens"
NO_TYPE = "spans whose type cannot be written"
CONTINUED = "which sentences are of one document"

# A scheme that keeps all spans apart, for formats that have tokens but no tags.
_APART = "IOB2"

_DEFAULT_SCHEME = "IOB2"
# How many lines a message names.
_NAMED = 5
_HINT = "--allow-loss leaves them out"
_DEEPER = "--levels {} has more columns of tags, for spans that nest; "


@dataclass
class Conversion:
    """What was converted, and what was lost on the way.

    Attributes
    ----------
    input_format, to_format : str
        Names of formats.
    read : str
        What was read, in words.
    scheme : str
        The tagging scheme that was written; empty if there are no tags.
    levels : int
        How many columns of tags were written.
    documents, spans : int
        How many were written.
    lost_spans : dict of str to int
        How many spans were not, by what such spans are.
    lost : dict of str to int
        What else was lost, and in how many documents.
    split : int
        How many texts were split into tokens, because the input has none.
    spaced : int
        How many texts were made of tokens, because the input has no other.
    left_out : dict of str to int
        What was not read, such as relations.
    """

    input_format: str
    to_format: str
    scheme: str
    read: str = ""
    levels: int = 1
    documents: int = 0
    spans: int = 0
    lost_spans: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    split: int = 0
    spaced: int = 0
    left_out: dict[str, int] = field(default_factory=dict)


class _Losses:
    """The spans that were lost: how many, of what kind, and where the first ones are."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        # of each kind, the places of the first, how many places there are, and the last
        self._places: defaultdict[str, list[str]] = defaultdict(list)
        self._distinct: Counter[str] = Counter()
        self._last: dict[str, str] = {}
        self._first = ("", "")

    def add(self, found: Fitted, where: str) -> None:
        """Take note of what one document has lost."""
        line = found.document.line
        place = str(line) if line else where.rpartition(": ")[2]
        for span, reason in found.lost:
            self.counts[reason] += 1
            if self._last.get(reason) != place:
                self._last[reason] = place
                self._distinct[reason] += 1
                if self._distinct[reason] <= _NAMED:
                    self._places[reason].append(place)
            if not self._first[0]:
                said = shortened(found.document.text_of(span))
                self._first = where, f"{printable(span.type)} {said}"

    def error(self, name: str, levels: int) -> LossError:
        """Return the error that says so."""
        kinds = ", ".join(
            f"{reason} ({count}, {self._where(reason)})"
            for reason, count in self.counts.most_common()
        )
        where, first = self._first
        count = self.counts.total() - 1
        others = f" and {many(count, 'other')}" if count else ""
        message = f"{first}{others} would be lost: {name} cannot carry {kinds}"
        deeper = name == COLUMNS and FEATURES["nested"] in self.counts
        return LossError(message, where=where, hint=_DEEPER.format(levels + 1) * deeper + _HINT)

    def _where(self, reason: str) -> str:
        places, count = self._places[reason], self._distinct[reason]
        lines = f"in line{'s' * (count > 1)} " * places[0].isdecimal()
        more = f" and {count - _NAMED} more" if count > _NAMED else ""
        return lines + ", ".join(places) + more


class Converter:
    """Writes the documents of an input in another format.

    Parameters
    ----------
    input : Input
        The input.
    to_format : str
        The format to write.
    scheme : str
        The tagging scheme to write, or ``auto``; then the input is read twice.
    levels : int
        How many columns of tags to write.
    allow_loss : bool
        Leave out the spans that the format cannot carry.

    Raises
    ------
    UsageError
        If there is no such format or scheme, or it has no such levels.
    """

    def __init__(
        self,
        input: Input,
        to_format: str,
        scheme: AnyScheme = AUTO,
        levels: int = 1,
        *,
        allow_loss: bool = False,
    ) -> None:
        if to_format not in OUTPUT_FORMATS:
            read = f"{to_format} is read, and not written"
            message = read if to_format in FORMATS else f"there is no format {to_format!r}"
            raise UsageError(message, hint=", ".join(OUTPUT_FORMATS))
        if levels < 1 or (levels > 1 and to_format != COLUMNS):
            raise UsageError("levels (--levels) are of columns: one or more columns of tags")
        if scheme != AUTO and not writes_tags(to_format):
            tagged = ", ".join(filter(writes_tags, OUTPUT_FORMATS))
            raise UsageError(f"a scheme (--to) is for formats of tags: {tagged}; not {to_format}")
        self._input, self._allow_loss = input, allow_loss
        to = scheme_to_write(scheme) if scheme != AUTO else AUTO
        self.result = Conversion(input.format, to_format, to, levels=levels)
        self._losses = _Losses()
        # the document that is being written
        self._place = ""

    def convert(self, target: BinaryIO | str) -> Conversion:
        """Write to a stream or, if the format is a folder, to an empty one.

        Raises
        ------
        LossError, InputError, UsageError
            As `convert_file`; what was written then is not to be kept.
        """
        result = self.result
        if result.scheme == AUTO:
            tagged = writes_tags(result.to_format)
            result.scheme = _own_scheme(self._input) if tagged else ""
        how = Writing(scheme=result.scheme or _DEFAULT_SCHEME, levels=result.levels)
        input = self._input.again()
        try:
            write(self._fitted(input, how), result.to_format, target, how)
        except LossError as error:
            raise LossError(error.message, where=self._place, hint=error.hint) from None
        result.read, result.left_out = input.described(), input.remarks
        result.lost_spans = dict(self._losses.counts)
        if result.lost_spans and not self._allow_loss:
            raise self._losses.error(result.to_format, result.levels)
        return result

    def _fitted(self, input: Input, how: Writing) -> Iterator[Document]:
        """Yield the documents as they can be written, and count what is lost."""
        result = self.result
        lost: Counter[str] = Counter()
        continued = 0
        texts = "text" in FORMATS[result.to_format].carries
        for document in input.documents():
            self._place = input.place(document)
            fit = fitted(document, result.to_format, how)
            self._losses.add(fit, self._place)
            lost.update(fit.lacking)
            result.documents += 1
            result.spans += len(fit.document.spans)
            result.split += fit.split
            result.spaced += texts and document.spaced
            continued += not document.begins
            yield fit.document
        if 0 < continued < result.documents and result.to_format != COLUMNS:
            lost[CONTINUED] = continued
        result.lost = dict(lost)


def _own_scheme(input: Input) -> str:
    """Return the scheme that the tags of an input are in or, if it has none, IOB2."""
    detection = detect(input)
    fitting = detection.fitting if detection else [_DEFAULT_SCHEME]
    return _DEFAULT_SCHEME if _DEFAULT_SCHEME in fitting else fitting[0]


def convert_file(
    file: Path,
    output: Path,
    to_format: FormatName,
    *,
    input_format: InputFormat = AUTO,
    scheme: TagScheme = AUTO,
    levels: int = 1,
    allow_loss: bool = False,
    **given: Unpack[InputKeywords],
) -> Conversion:
    """Write the documents of a file or folder in another format.

    The output is written whole or not at all.

    Parameters
    ----------
    file : path
        The input; ``-`` is standard input, if `scheme` is given or the format has no tags.
    output : path
        Where to write; for a format that is a folder, it is a new one, or empty. What ends in
        .gz .bz2 .xz .zst is compressed.
    to_format : str
        The format to write, a name that ``input_format`` may have.
    input_format : str
        The format of the input, or ``auto``: by its content.
    scheme : str
        The tagging scheme to write, if the format has tags; ``auto`` is the one of the input
        or, if that has no tags, IOB2.
    levels : int
        How many columns of tags to write, for spans that nest or overlap.
    allow_loss : bool
        Leave out the spans that the format cannot carry.

    Other Parameters
    ----------------
    **given
        As for `spanf1.read_documents`.

    Returns
    -------
    Conversion
        What was written, and what was lost.

    Raises
    ------
    LossError
        If spans would be lost, and that is not allowed; or texts are needed that are not there.
    InputError
        If the input cannot be read.
    UsageError
        If an argument is not one of those above, or the output cannot be written.
    """
    path = os.fspath(output)
    (input,) = inputs_of_keywords([file], input_format, given)
    converter = Converter(input, to_format, scheme, levels, allow_loss=allow_loss)
    check_output(path, to_format, input.source.path)
    if FORMATS[to_format].folder:
        with folder_beside(path) as folder:
            return converter.convert(folder)
    with opened_file(path, compression_of(path)) as stream:
        return converter.convert(stream)


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


def _needs_texts(name: str) -> bool:
    """Return whether a format says by a text, or by tokens, where spans are."""
    carries = FORMATS[name].carries
    return "offsets" in carries and bool(carries & {"text", "tokens"})


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
    if document.text is None and _needs_texts(name):
        others = (other for other in OUTPUT_FORMATS if not _needs_texts(other))
        hint = f"those that need no texts: {', '.join(others)}"
        raise LossError(f"{name} needs texts, and the input has none", hint=hint)
    split = "tokens" in carries and "free" not in carries and document.tokens is None
    if split:
        document = with_tokens(document)
    document, lacking = _fit(document, name)
    lacking += [WITHOUT_TOKENS] * (name == COLUMNS and not document.tokens)
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
    if writes_tags(name) and not fits_in_tag(kind):
        return False
    known: Callable[[str], bool] | None = getattr(module_of(name), "has_type", None)
    return known is None or known(kind)


def _misfit(span: TextSpan) -> str:
    """Return which of `FEATURES` a span of characters asks for, if any."""
    return "unplaced" if not span.parts else "discontinuous" if len(span.parts) > 1 else ""


def _unplaced(document: Document) -> tuple[Document, list[tuple[int, str]]]:
    """Return a document with spans of which only the text is known; those without one are lost."""
    spans = [TextSpan(span.type, (), document.text_of(span)) for span in document.spans]
    lost = [(index, NO_TEXT) for index, span in enumerate(spans) if not (span.text or "").strip()]
    return document._replace(spans=spans), lost


def _fit(document: Document, name: str) -> tuple[Document, list[str]]:
    """Return a document as a format holds it, and what of it is lost there, but for spans."""
    carries = FORMATS[name].carries
    text, lost = document.text, []
    if text is not None and not document.spaced and "text" not in carries:
        if "tokens" not in carries:
            lost.append(FEATURES["text"])
        elif " ".join(document.words()) != text:
            lost.append(WHITE_SPACE)
    if document.tokens is not None and "tokens" not in carries:
        lost.append(FEATURES["tokens"])
    if fit := getattr(module_of(name), "fit", None):
        document, more = fit(document)
        lost += more
    if document.id is not None and "ids" not in carries:
        lost.append(FEATURES["ids"])
    if "offsets" not in carries and any(span.parts for span in document.spans):
        lost.append(FEATURES["offsets"])
    return document, lost
