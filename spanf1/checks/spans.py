"""The public functions between the tags of one sentence and its spans: decode and encode."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import index
from typing import Any, NamedTuple

import numpy as np

from spanf1.core.detection import fault
from spanf1.core.options import AUTO, AnyScheme, Options
from spanf1.core.repairs import PARTS
from spanf1.core.schemes import PREFIX_BITS, PREFIX_MASK, ReadingName, SchemeName
from spanf1.core.spans import WELL_FORMED, Spans, touching
from spanf1.core.spans import decode as decode_codes
from spanf1.core.spans import encode as encode_spans
from spanf1.core.tags import AUTO_FORM, TagForm, TagSet
from spanf1.core.tags import tag_form as form_of
from spanf1.exceptions import IllFormedError, LossError, TagError, UsageError

LOSS_HINT = "allow_loss=True writes them as one span"


class Span(NamedTuple):
    """A typed span of tokens in one sentence: from `start` to before `end`, counted from 0."""

    start: int
    end: int
    type: str


def decode(
    tags: Sequence[str],
    *,
    scheme: AnyScheme | None = None,
    reading: ReadingName = "lenient",
    tag_form: str = AUTO_FORM,
) -> list[Span]:
    """Return the spans of one sentence's tags, in order.

    Parameters
    ----------
    tags : sequence of str
        ``O``, or a prefix, a hyphen and a type. All prefixes are understood, of whatever scheme.
    scheme : str, optional
        The tagging scheme. It says which spans are ill-formed, and nothing else: the reading
        ``lenient`` needs none.
    reading : str
        ``lenient`` keeps ill-formed spans, ``strict`` drops them, ``error`` refuses them.
    tag_form : str
        How tags are written, as an example: ``B-PER``, ``PER-B``, ``B_PER``, ``b/PER``; or
        ``auto`` to find it out.

    Raises
    ------
    TagError
        If there is a tag that no scheme has.
    IllFormedError
        If a span is ill-formed and the reading is ``error``.
    UsageError
        If the reading needs a scheme and none is given, or either is unknown.

    Examples
    --------
    >>> import spanf1
    >>> spanf1.decode(["B-PER", "I-PER", "O", "I-LOC"])
    [Span(start=0, end=2, type='PER'), Span(start=3, end=4, type='LOC')]
    >>> spanf1.decode(["B-PER", "I-PER", "O", "I-LOC"], scheme="IOB2", reading="strict")
    [Span(start=0, end=2, type='PER')]
    """
    options = Options(gold_scheme=scheme or AUTO, reading=reading)
    if reading == "conlleval":
        raise UsageError("the conlleval script counts, it does not decode: use evaluate()")
    if reading != "lenient" and options.gold_scheme == AUTO:
        raise UsageError(f"the reading {reading!r} needs a scheme: scheme='IOB2', for example")
    try:
        tags = list(tags)
    except TypeError:
        raise UsageError("tags are to be a list of tags") from None
    tag_set = TagSet({}, form_of(tag_form))
    codes = np.zeros(len(tags), np.int32)
    for number, tag in enumerate(tags):
        if not isinstance(tag, str):
            raise TagError("the tag is to be a string", where=f"tag {number}")
        try:
            codes[number] = tag_set.code(tag)
        except TagError as error:
            raise TagError(error.message, where=f"tag {number}", hint=error.hint) from None
    spans = decode_codes(codes, np.zeros(1, np.intp)[: len(codes)])
    good = np.ones(len(spans.start), np.bool_)
    if reading != "lenient":
        good = WELL_FORMED[options.gold_scheme][spans.shape]
    if reading == "error" and not good.all():
        bad = int(np.argmin(good))
        what = fault(int(spans.shape[bad]), options.gold_scheme)
        raise IllFormedError(
            f"the span is ill-formed in {options.gold_scheme}: {what}",
            where=f"tag {spans.start[bad]}",
        )
    names = ["", *tag_set.types]
    return [
        Span(start, end, names[kind])
        for start, end, kind in zip(
            *(array[good].tolist() for array in (spans.start, spans.end, spans.type)), strict=True
        )
    ]


def encode(
    spans: Iterable[tuple[int, int, str]],
    length: int,
    *,
    scheme: SchemeName = "IOB2",
    tag_form: str = "B-PER",
    allow_loss: bool = False,
) -> list[str]:
    """Return the tags of one sentence that has some spans; the inverse of `decode`.

    Parameters
    ----------
    spans : iterable of (start, end, type)
        Spans of tokens, in any order: `Span`, or plain tuples. The end is exclusive.
    length : int
        How many tokens the sentence has.
    scheme : str
        The tagging scheme to write.
    tag_form : str
        How to write a tag, as an example: ``B-PER``, ``PER-B``, ``B_PER``, ``b/PER``.
    allow_loss : bool
        Write two spans of one type that touch as one, where the scheme (IO) cannot part them.

    Raises
    ------
    UsageError
        If a span is empty, not in the sentence, or overlaps another; if a type cannot be
        written in a tag; if the scheme is unknown.
    LossError
        If the scheme cannot part two spans, and that is not allowed.

    Examples
    --------
    >>> import spanf1
    >>> spanf1.encode([(0, 2, "PER"), (3, 4, "LOC")], 4, scheme="BILOU")
    ['B-PER', 'L-PER', 'O', 'U-LOC']
    """
    name = scheme_to_write(scheme)
    form = form_of(tag_form)
    if form is None:
        raise UsageError("tag_form is to be an example of a tag: 'B-PER'")
    try:
        length = index(length)
        ordered = _checked(spans, length, form)
    except (TypeError, ValueError) as error:
        if isinstance(error, UsageError):
            raise
        raise UsageError(
            f"spans are to be (start, end, type), and length a number of tokens ({error})"
        ) from None
    types = {kind: number for number, kind in enumerate({span.type: 0 for span in ordered}, 1)}
    found = Spans(
        np.array([span.start for span in ordered], np.intp),
        np.array([span.end for span in ordered], np.intp),
        np.array([types[span.type] for span in ordered], np.intp),
        np.zeros(len(ordered), np.int16),
    )
    nowhere = np.zeros(0, np.intp)
    if name not in PARTS and not allow_loss:
        refuse_loss([f"token {k}" for k in found.start[touching(found, nowhere)].tolist()], name)
    names = ["", *types]
    return [
        form.spell(code & PREFIX_MASK, names[code >> PREFIX_BITS])
        for code in encode_spans(found, length, nowhere, name).tolist()
    ]


def _checked(spans: Iterable[Any], length: int, form: TagForm) -> list[Span]:
    """Return spans in order, that are in a sentence of some length and can be written."""
    ordered = sorted(Span(index(start), index(end), kind) for start, end, kind in spans)
    end = 0
    if length < 0:
        raise UsageError(f"a sentence cannot have {length} tokens")
    for span in ordered:
        if not end <= span.start < span.end <= length:
            problem = "overlaps another" if 0 <= span.start < end else "is empty or not within it"
            raise UsageError(f"in a sentence of {length} tokens {span} {problem}")
        if form.parse(form.spell(1, span.type)) != (1, span.type):
            raise UsageError(f"{span}: this type cannot be written in a tag like {form.name}")
        end = span.end
    return ordered


def scheme_to_write(given: AnyScheme) -> str:
    """Return the canonical name of a scheme, which must be named."""
    name = Options(gold_scheme=given).gold_scheme
    if name == AUTO:
        raise UsageError("a scheme to write is to be named: 'IOB2', for example")
    return name


def refuse_loss(places: list[str], scheme: str) -> None:
    """Raise an error if there are places where a scheme cannot part two spans."""
    if places:
        more = f", and {len(places) - 1} more" if len(places) > 1 else ""
        raise LossError(
            f"{scheme} cannot part two spans of one type that touch{more}",
            where=places[0],
            hint=LOSS_HINT,
        )
