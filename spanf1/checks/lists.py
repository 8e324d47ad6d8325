"""The public functions for lists of tags: detect, validate, repair, convert, decode, encode."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import index
from typing import Any, NamedTuple, TypedDict, Unpack, cast, overload

import numpy as np

from spanf1.checks.tags import detection_of, explained, scheme_to_write, tally_of
from spanf1.core import repairs
from spanf1.core.detection import Detection, fault
from spanf1.core.misfits import OUTSIDE_TAGS
from spanf1.core.options import AUTO, AnyScheme, Options, TagScheme, tag_scheme
from spanf1.core.repairs import PARTS, REPAIRS, RepairName, kind_of
from spanf1.core.schemes import PREFIX_BITS, PREFIX_MASK, ReadingName, SchemeName
from spanf1.core.spans import WELL_FORMED, Span, Spans, touching
from spanf1.core.spans import decode as decode_codes
from spanf1.core.spans import encode as encode_spans
from spanf1.core.tags import AUTO_FORM, IntArray, Spelling, TagForm, TagSet
from spanf1.core.tags import tag_form as form_of
from spanf1.exceptions import IllFormedError, LossError, TagError, UsageError, check_known
from spanf1.formats.lists import TagLists, tag_codes
from spanf1.formats.options import tag_keywords, tags_given
from spanf1.formats.sentences import Sentences

#: one sentence's tags, or a list of sentences
Tags = Sequence[str] | TagLists


class Violation(NamedTuple):
    """A step between two tags that a scheme does not allow.

    `token`, counted from 0 in its `sentence`, is where the step leads to; the last one where it
    leads to the end of the sentence. `before` and `after` are the two tags, ``O`` beyond the
    sentence; `before` is empty where the scheme does not have the prefix of `after` at all.
    """

    sentence: int
    token: int
    before: str
    after: str
    reason: str

    @property
    def kind(self) -> str:
        """The step as text: ``O → I-PER``, or the one tag."""
        return kind_of(self.before, self.after)


class _Given(NamedTuple):
    """Tags that were given.

    Attributes
    ----------
    lists : sequence of sequences of str
        The tags by sentence.
    flat : bool
        Whether they were given as one sentence.
    tags : TagSet
        Numbers them.
    ends : array of int
        How many tags there are up to the end of each sentence.
    sentences : Sentences
        Their codes. The line of a tag is its number, from 1.
    """

    lists: TagLists
    flat: bool
    tags: TagSet
    ends: IntArray
    sentences: Sentences

    @classmethod
    def of(cls, tags: Tags, form: str, outside: Iterable[str]) -> _Given:
        """Return tags as they were given to a public function."""
        tag_set = TagSet({}, _spelling(form, outside))
        flat = False
        try:
            if isinstance(tags, str):
                raise TypeError
            tags = list(tags)
            flat = any(isinstance(tag, str) for tag in tags)
            lists = cast(TagLists, [tags] if flat else tags)
            lengths = np.fromiter(map(len, lists), np.intp)
            ends: IntArray = np.cumsum(lengths)
            codes = tag_codes(lists, tag_set, "tags")
        except TypeError:
            raise UsageError("tags are to be a list of tags, or a list of such lists") from None
        except TagError as error:
            where = error.where.replace("tags[0]", "tags", 1) if flat else error.where
            raise TagError(error.message, where=where, hint=error.hint) from None
        starts = (ends - lengths)[lengths > 0]
        sentences = Sentences(codes, starts, lambda token: token + 1, len(codes))
        return cls(lists, flat, tag_set, ends, sentences)

    def detection(self) -> Detection:
        """Return which scheme they are in."""
        return detection_of(tally_of([self.sentences], self.tags))

    def scheme(self, given: TagScheme) -> str:
        """Return the scheme by its canonical name, found out if none is given."""
        name = tag_scheme(given)
        return self.detection().scheme if name == AUTO else name

    def places(self, tokens: IntArray) -> Iterator[tuple[int, int]]:
        """Yield the sentence of each of some tokens, and its place in that, from 0."""
        sentences = np.searchsorted(self.ends, tokens, side="right")
        before = np.append(0, self.ends)[sentences]
        return zip(sentences.tolist(), (tokens - before).tolist(), strict=True)

    def rewritten(
        self, scheme: str, to: str, method: str, *, allow_loss: bool
    ) -> list[str] | list[list[str]]:
        """Return the tags written again, in lists as they were given."""
        check_known("method", method, REPAIRS)
        codes = self.sentences.codes
        new = repairs.rewrite(codes, self.sentences.starts, scheme, to, method)
        if len(new.lost) and not allow_loss:
            ((sentence, place),) = self.places(new.lost[:1])
            where = f"tags[{place}]" if self.flat else f"tags[{sentence}][{place}]"
            raise _loss(where, len(new.lost), to)
        texts = [str(tag) for sentence in self.lists for tag in sentence]
        if self.tags.form.bare and to != "IO":
            # Without prefixes, types can say no other scheme.
            texts = [self.tags.spell(code, TagForm()) for code in new.codes.tolist()]
        for token in np.flatnonzero(new.codes != codes).tolist() if not self.tags.form.bare else ():
            texts[token] = self.tags.respell(texts[token], int(new.codes[token]))
        if self.flat:
            return texts
        return [texts[begin:end] for begin, end in pairwise([0, *self.ends.tolist()])]


def _spelling(form: str, outside: Iterable[str]) -> Spelling:
    """Return what the keywords of a public function say of how tags are written."""
    given = {OUTSIDE_TAGS: outside}
    return Spelling(form_of(form), tags_given(given, OUTSIDE_TAGS), keywords=tag_keywords(given))


def detect(tags: Tags, *, tag_form: str = AUTO_FORM, outside: Iterable[str] = ()) -> Detection:
    """Find out which tagging scheme tags are in.

    Parameters
    ----------
    tags : sequence of str, or of sequences of str
        The tags of one sentence, or of several. The more there are, the surer the answer.
    tag_form : str
        How tags are written, as an example, or ``auto``; ``PER`` is for types without a prefix.
    outside : iterable of str
        Tags that are read as O.

    Returns
    -------
    Detection
        With the evidence: what in the tags each scheme does not allow.

    Raises
    ------
    TagError
        If there is a tag that no scheme has.
    UsageError
        If an argument is not one of those above.

    Examples
    --------
    >>> import spanf1
    >>> found = spanf1.detect([["B-PER", "L-PER", "O", "U-LOC"]])
    >>> found.scheme, found.fitting, found.prefixes
    ('BILOU', ['BILOU'], 'BLU')
    """
    return _Given.of(tags, tag_form, outside).detection()


def validate(
    tags: Tags,
    *,
    scheme: TagScheme = AUTO,
    tag_form: str = AUTO_FORM,
    outside: Iterable[str] = (),
) -> list[Violation]:
    """Return everything in tags that their scheme does not allow; nothing if they are well-formed.

    Parameters
    ----------
    tags : sequence of str, or of sequences of str
        The tags of one sentence, or of several.
    scheme : str
        The tagging scheme, or ``auto``: the one that `detect` names.
    tag_form : str
        How tags are written, as an example, or ``auto``; ``PER`` is for types without a prefix.
    outside : iterable of str
        Tags that are read as O.

    Raises
    ------
    TagError
        If there is a tag that no scheme has.
    UsageError
        If an argument is not one of those above.

    Examples
    --------
    >>> import spanf1
    >>> for violation in spanf1.validate(["O", "I-PER", "O"], scheme="IOB2"):
    ...     print(violation.token, violation.kind, "-", violation.reason)
    1 O → I-PER - I begins no span in IOB2
    """
    given = _Given.of(tags, tag_form, outside)
    name = given.scheme(scheme)
    found = repairs.violations(given.sentences.codes, given.sentences.starts, name)
    steps = zip(given.places(found.token), explained(found, given.tags, name), strict=True)
    return [Violation(*place, *words) for place, words in steps]


class _Keywords(TypedDict, total=False):
    """What `repair` and `convert` take besides tags and the scheme to write."""

    method: RepairName
    scheme: TagScheme
    tag_form: str
    outside: Iterable[str]
    allow_loss: bool


# A text is a sequence of texts, so to a type checker the two cases overlap.
@overload
def repair(  # type: ignore[overload-overlap]
    tags: Sequence[str], **how: Unpack[_Keywords]
) -> list[str]: ...
@overload
def repair(tags: TagLists, **how: Unpack[_Keywords]) -> list[list[str]]: ...
def repair(
    tags: Tags,
    *,
    method: RepairName = "begin",
    scheme: TagScheme = AUTO,
    tag_form: str = AUTO_FORM,
    outside: Iterable[str] = (),
    allow_loss: bool = False,
) -> list[str] | list[list[str]]:
    """Return tags with what their scheme does not allow put right.

    Well-formed tags stay as they are.

    Parameters
    ----------
    tags : sequence of str, or of sequences of str
        The tags of one sentence, or of several.
    method : str
        ``begin`` keeps every span, and writes it anew; ``discard`` drops the ill-formed ones;
        ``join`` makes a span that begins ill-formed right behind another part of that one.
    scheme : str
        The tagging scheme, or ``auto``: the one that `detect` names.
    tag_form : str
        How tags are written, as an example, or ``auto``; ``PER`` is for types without a prefix.
    outside : iterable of str
        Tags that are read as O.
    allow_loss : bool
        Write two spans of one type that touch as one, where the scheme (IO) cannot part them.

    Returns
    -------
    list of str, or list of lists of str
        As what was given.

    Raises
    ------
    TagError
        If there is a tag that no scheme has.
    LossError
        If the scheme cannot part two spans, and that is not allowed.
    UsageError
        If an argument is not one of those above.

    Examples
    --------
    >>> import spanf1
    >>> spanf1.repair(["B-PER", "I-LOC", "O", "I-LOC"], scheme="IOB2")
    ['B-PER', 'B-LOC', 'O', 'B-LOC']
    >>> spanf1.repair(["B-PER", "I-LOC", "O", "I-LOC"], scheme="IOB2", method="join")
    ['B-PER', 'I-PER', 'O', 'B-LOC']
    """
    given = _Given.of(tags, tag_form, outside)
    name = given.scheme(scheme)
    return given.rewritten(name, name, method, allow_loss=allow_loss)


@overload
def convert(  # type: ignore[overload-overlap]
    tags: Sequence[str], to: SchemeName, **how: Unpack[_Keywords]
) -> list[str]: ...
@overload
def convert(tags: TagLists, to: SchemeName, **how: Unpack[_Keywords]) -> list[list[str]]: ...
def convert(
    tags: Tags,
    to: SchemeName,
    *,
    scheme: TagScheme = AUTO,
    method: RepairName = "begin",
    tag_form: str = AUTO_FORM,
    outside: Iterable[str] = (),
    allow_loss: bool = False,
) -> list[str] | list[list[str]]:
    """Return the same spans written in another tagging scheme.

    Parameters
    ----------
    tags : sequence of str, or of sequences of str
        The tags of one sentence, or of several.
    to : str
        The scheme to write.
    scheme : str
        The scheme that the tags are in, or ``auto``: the one that `detect` names.
    method : str
        What is done about ill-formed spans, as for `repair`: by default they are kept.
    tag_form : str
        How tags are written, as an example, or ``auto``; ``PER`` is for types without a prefix.
    outside : iterable of str
        Tags that are read as O.
    allow_loss : bool
        Write two spans of one type that touch as one, where the scheme (IO) cannot part them.

    Raises
    ------
    TagError
        If there is a tag that no scheme has.
    LossError
        If the scheme cannot part two spans, and that is not allowed.
    UsageError
        If an argument is not one of those above.

    Examples
    --------
    >>> import spanf1
    >>> spanf1.convert([["B-PER", "I-PER", "O"], ["B-LOC"]], "IOBES")
    [['B-PER', 'E-PER', 'O'], ['S-LOC']]
    """
    given = _Given.of(tags, tag_form, outside)
    name = scheme_to_write(to)
    return given.rewritten(given.scheme(scheme), name, method, allow_loss=allow_loss)


def decode(
    tags: Sequence[str],
    *,
    scheme: AnyScheme | None = None,
    reading: ReadingName = "lenient",
    tag_form: str = AUTO_FORM,
    outside: Iterable[str] = (),
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
        ``auto`` to find it out; ``PER`` is for types without a prefix.
    outside : iterable of str
        Tags that are read as O.

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
    options = Options(gold_scheme=tag_scheme(scheme or AUTO), reading=reading)
    if reading == "conlleval":
        raise UsageError("the conlleval script counts, it does not decode: use evaluate()")
    if reading != "lenient" and options.gold_scheme == AUTO:
        raise UsageError(f"the reading {reading!r} needs a scheme: scheme='IOB2', for example")
    try:
        tags = list(tags)
    except TypeError:
        raise UsageError("tags are to be a list of tags") from None
    tag_set = TagSet({}, _spelling(tag_form, outside))
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
    lost = found.start[touching(found, nowhere)]
    if len(lost) and name not in PARTS and not allow_loss:
        raise _loss(f"token {lost[0]}", len(lost), name)
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


def _loss(where: str, count: int, scheme: str) -> LossError:
    """Return the error for so many spans that a scheme cannot part, and the place of the first."""
    more = f", and {count - 1} more" if count > 1 else ""
    return LossError(
        f"{scheme} cannot part two spans of one type that touch{more}",
        where=where,
        hint="allow_loss=True writes them as one span",
    )
