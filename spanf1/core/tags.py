"""Tags as integers: a tag string, its code, its prefix and type; and aligned runs of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import product
from operator import add
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.misfits import (
    MASK_TAGS,
    MISSING_HINT,
    MISSING_TAGS,
    OUTSIDE_TAGS,
    begins_blank,
    is_stand_in,
    misfit,
    stripped,
)
from spanf1.core.schemes import PREFIX_BITS, PREFIX_MASK, PREFIXES
from spanf1.exceptions import TagError, UsageError
from spanf1.wording import shortened, unwritable

IntArray = npt.NDArray[np.intp]
CodeArray = npt.NDArray[np.int32]

#: the name under which a span without a type (tag ``B``) is reported, as in seqeval
UNTYPED = "_"

#: so many distinct types are no types but something else, and would take all memory
MAX_TYPES = 1 << 18
TOO_MANY_TYPES = f"there are more than {MAX_TYPES} distinct types"

#: the codes of tokens that do not count, by their tag, and of those that have none: these codes
#: are in no block
MASKED, NO_TAG = PREFIX_MASK, PREFIX_MASK - 1

#: what may stand between the prefix and the type of a tag
TAG_DELIMITERS = "-_/:"

#: an example of a tag is written with this type, as in ``B-PER``
_EXAMPLE_TYPE = "PER"


def unsigned(numbers: IntArray) -> npt.NDArray[np.uint64]:
    """Return numbers that are not negative as words; where an int has 64 bits, without a copy."""
    return numbers.astype(np.int64, copy=False).view(np.uint64)


class TagForm(NamedTuple):
    """How tags are written: what parts prefix and type, which comes first, the prefix's case.

    Without a delimiter, tags are bare types: a run of one type is a span. If they are `whole`,
    a type may look like anything, as a tag of another form does.
    """

    delimiter: str = "-"
    prefix_last: bool = False
    lower: bool = False
    whole: bool = False

    @property
    def bare(self) -> bool:
        """Whether tags are types without a prefix."""
        return not self.delimiter

    @property
    def name(self) -> str:
        """The form as an example: ``B-PER``, ``PER_B``, ``b/PER``, ``PER``."""
        return self.spell(1, _EXAMPLE_TYPE)

    @property
    def prefixes(self) -> str:
        """The prefixes as this form writes them, in the order of `PREFIXES`."""
        return PREFIXES.lower() if self.lower else PREFIXES

    def parse(self, tag: str) -> tuple[int, str] | None:
        """Return the number of a tag's prefix and its type, or None if it is not of this form.

        The prefix is parted from the type at the first delimiter or, where it comes last, at the
        last one. ``O`` has no type; ``B`` and ``B-`` are `UNTYPED`. A bare type has the prefix I.
        """
        return _parsed(self, tag)

    def spell(self, prefix: int, name: str) -> str:
        """Return the tag with a prefix, by its number, and a type; the inverse of `parse`."""
        letter = self.prefixes[prefix]
        if not prefix or (name == UNTYPED and not self.bare):
            return letter
        if self.bare:
            return name
        parts = (name, letter) if self.prefix_last else (letter, name)
        return self.delimiter.join(parts)


@lru_cache(1 << 12)
def _parsed(form: TagForm, tag: str) -> tuple[int, str] | None:
    """Return what `TagForm.parse` does; every batch of tags asks for the same ones."""
    if tag in ("O", form.prefixes[0]):
        return 0, ""
    if form.bare:
        other = not form.whole and (_is_prefixed(tag) or is_stand_in(tag))
        prefix, name = "I", "" if other else tag
    elif form.prefix_last:
        name, _, prefix = tag.rpartition(form.delimiter)
    else:
        prefix, _, name = tag.partition(form.delimiter)
    number = form.prefixes.find(prefix, 1) if len(prefix) == 1 else -1
    # What is not seen at the ends of a tag, or of a type, is a slip that would make another type.
    slip = number < 0 or tag != stripped(tag) or begins_blank(name) or "\r" in tag
    return None if slip or (form.bare and not name) else (number, name or UNTYPED)


def _is_prefixed(tag: str) -> bool:
    """Return whether a tag, in a file of bare types, is one of another kind: ``B-PER``, ``I``."""
    return tag[:1] in ("B", "I") and (len(tag) == 1 or tag[1] in TAG_DELIMITERS)


#: the forms that are tried, the likeliest first, by name
FORMS = {
    form.name: form
    for form in (
        TagForm(delimiter, prefix_last, lower)
        for lower in (False, True)
        for prefix_last in (False, True)
        for delimiter in TAG_DELIMITERS
    )
}
_ALL_FORMS = [*FORMS.values()]
#: types without a prefix: never found out, as any word may be one
BARE = TagForm("")
#: labels as they are written, whatever they look like: not for spans
WHOLE = TagForm("", whole=True)
AUTO_FORM = "auto"


@lru_cache(1 << 12)
def _forms_of(tag: str) -> list[TagForm]:
    """Return all forms that a tag may be of."""
    return [form for form in _ALL_FORMS if form.parse(tag) is not None]


def tag_form(name: object) -> TagForm | None:
    """Return the form that an example such as ``PER_B`` has; None for ``auto``.

    Raises
    ------
    UsageError
        If it is no such example. Any character but a letter or digit may be the delimiter.
    """
    if name is None or name == AUTO_FORM:
        return None
    if not isinstance(name, str):
        raise UsageError(f"tag_form is {name!r}: it is to be an example of a tag, such as 'B-PER'")
    if name == BARE.name:
        return BARE
    example = re.fullmatch(
        rf"([Bb])([^\w\s]|_){_EXAMPLE_TYPE}|{_EXAMPLE_TYPE}([^\w\s]|_)([Bb])", name
    )
    if not example:
        hint = f"auto, or an example of a tag: {', '.join(FORMS)}, {BARE.name}"
        raise UsageError(f"{name!r} is no form of tags", hint=hint)
    first, delimiter, other_delimiter, last = example.groups()
    return TagForm(delimiter or other_delimiter, first is None, (first or last) == "b")


def tag_forms(name: object) -> tuple[TagForm | None, TagForm | None]:
    """Return the forms of gold and of predictions: of one example, or of two with a comma.

    Raises
    ------
    UsageError
        As `tag_form`.
    """
    parts = [part.strip() for part in name.split(",")] if isinstance(name, str) else []
    # A comma may also be what parts prefix and type.
    if len(parts) == 2 and all(AUTO_FORM in part or _EXAMPLE_TYPE in part for part in parts):
        return tag_form(parts[0]), tag_form(parts[1])
    return tag_form(name), tag_form(name)


class Spelling(NamedTuple):
    """What a caller says of how the tags of a side are written.

    Attributes
    ----------
    form : TagForm, optional
        Their form; None to find it out.
    outside : tuple of str
        Tags that are read as O.
    masked : tuple of str
        Tags of tokens that do not count.
    labels : tuple of (int, str)
        What numbered tags are: ``LABEL_1``, or ``1``.
    keywords : frozenset of str
        The keywords about tags that the caller has, for hints.
    """

    form: TagForm | None = None
    outside: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    labels: tuple[tuple[int, str], ...] = ()
    keywords: frozenset[str] = frozenset()

    @classmethod
    def of(cls, form: TagForm | Spelling | None) -> Spelling:
        """Return a spelling, given as such or by the form alone."""
        return form if isinstance(form, Spelling) else cls(form)

    def given(self, keyword: str) -> tuple[str, ...]:
        """Return the tags that are given for a keyword."""
        return {OUTSIDE_TAGS: self.outside, MASK_TAGS: self.masked}.get(keyword, ())


class TagSet:
    """The distinct tags of one side (gold or predicted), each with its code.

    A code is ``type << PREFIX_BITS | prefix``, with types numbered from 1 in the order they
    are met, and 0 for the tag ``O``. The two sides of a comparison share one numbering of the
    types, so their codes can be compared.

    Parameters
    ----------
    types : dict of str to int
        The shared numbering. New types are added to it.
    form : TagForm or Spelling, optional
        How the tags are written. By default it is the likeliest of `FORMS` that all tags have.
    predicted : bool
        Whether they are predictions, of which some may be missing.
    """

    def __init__(
        self,
        types: dict[str, int],
        form: TagForm | Spelling | None = None,
        *,
        predicted: bool = False,
    ) -> None:
        self.types = types
        self.codes: dict[str, int] = {}
        #: what may occur, though it did not: labels that have ids
        self.labels: tuple[str, ...] = ()
        self.spelling = Spelling.of(form)
        #: the forms that all tags so far have, the likeliest first
        self.forms: Sequence[TagForm] = (
            _ALL_FORMS if self.spelling.form is None else [self.spelling.form]
        )
        #: tags that are known to be there, before they are asked for
        self.expected: set[str] = set()
        self._predicted = predicted
        # the codes of tags that are read in a way of their own, and the names of numbered ones
        self._special = dict.fromkeys(self.spelling.outside, 0)
        self._special |= dict.fromkeys(self.spelling.masked, MASKED)
        self._numbered = dict(self.spelling.labels)
        self._typed = False
        self._names: list[str] = []
        self._facts: tuple[frozenset[str], ...] | None = None

    @property
    def form(self) -> TagForm:
        """How the tags are written, by all that were met."""
        return self.forms[0]

    def copy(self, types: dict[str, int]) -> TagSet:
        """Return a set with the same tags, and the numbering of a copy of the other side."""
        other = TagSet(types, self.spelling, predicted=self._predicted)
        other.codes, other.forms = self.codes.copy(), self.forms
        other._typed, other._facts = self._typed, self._facts
        return other

    def facts(self) -> tuple[frozenset[str], ...]:
        """Return what is known of all tags.

        These are the prefixes, the name of the form, the names of other forms, and the tags that
        were read as O, and those of tokens that do not count.
        """
        if self._facts is None:
            forms = self.form_names(), self.other_forms()
            self._facts = frozenset(self.prefixes()), *forms, self.met(0), self.met(MASKED)
        return self._facts

    def form_names(self) -> frozenset[str]:
        """Return the name of the tags' form, or nothing if there was no tag to tell it by."""
        return frozenset({self.form.name} if self._typed else ())

    def other_forms(self) -> frozenset[str]:
        """Return the names of other forms that all tags have, and that give them another meaning.

        ``B-I`` is one tag of type I, or one of type B.
        """
        return frozenset(
            form.name
            for form in self.forms[1:]
            if any(form.parse(tag) != self.form.parse(tag) for tag in self._parsed())
        )

    def _parsed(self) -> Iterable[str]:
        """Return the tags that were met and have a form: not those read in a way of their own."""
        if not self._special and not self._numbered:
            return self.codes
        return [self.named(tag) for tag in self.codes if tag not in self._special]

    def named(self, tag: str) -> str:
        """Return the tag that a numbered one stands for, if there are labels; else itself."""
        number = tag.removeprefix("LABEL_") if self._numbered else ""
        return self._numbered.get(int(number), tag) if number.isdecimal() else tag

    def met(self, code: int) -> frozenset[str]:
        """Return which tags of those that are read in a way of their own, to a code, were met."""
        if not self._special:
            return frozenset()
        return frozenset(
            tag for tag, special in self._special.items() if special == code and tag in self.codes
        )

    def allow_missing(self) -> None:
        """Take an empty tag for a missing prediction from now on."""
        self._special.setdefault("", NO_TAG)

    @property
    def allows_missing(self) -> bool:
        """Whether an empty tag is a missing prediction."""
        return self._special.get("") == NO_TAG

    def has_gaps(self) -> bool:
        """Return whether tokens may have a tag that is in no block."""
        return bool(self.spelling.masked) or self.codes.get("") == NO_TAG

    def expect(self, tags: Iterable[str]) -> None:
        """Take note of how tags are written that will be asked for later, or most of them.

        A letter alone may be a word, and tells less.
        """
        tags = {self.named(tag) for tag in tags} - self._special.keys()
        self.expected |= tags
        votes = dict.fromkeys(self.forms, 0)
        for tag, form in product(tags, self.forms):
            votes[form] += min(len(tag), 2) * (form.parse(tag) is not None)
        self.forms = [form for form in self.forms if votes[form] == max(votes.values())]

    def may_be(self, tag: str) -> bool:
        """Return whether a field looks like a tag of this side, by all that is known so far."""
        tag = self.named(tag)
        if tag in self._special or self.form.bare:
            # Any word may be a type.
            return tag in self._special or tag in self.codes or tag in self.expected
        return any(form.parse(tag) is not None for form in self.forms)

    def is_outside(self, tag: str) -> bool:
        """Return whether a field is O, or read so."""
        return tag.upper() == PREFIXES[0] or self._special.get(tag) == 0

    def code(self, tag: str) -> int:
        """Return the code of a tag.

        Raises
        ------
        TagError
            If no scheme has such a tag, or it is not written as those before. The message says
            what was expected.
        """
        code = self.codes.get(tag)
        if code is None and (code := self._special.get(tag)) is not None:
            self.codes[tag] = code
            self._facts = None
        elif code is None:
            prefix, name = self._checked(tag)
            self._typed |= name not in ("", UNTYPED)
            number = self._number(name) if prefix else 0
            code = self.codes[tag] = number << PREFIX_BITS | prefix
            self._facts = None
        return code

    def _checked(self, tag: str) -> tuple[int, str]:
        """Return what `_parse` does of a tag that a file may have."""
        prefix, name = self._parse(self.named(tag))
        if wrong := unwritable(name):
            raise TagError(f"tag {shortened(tag)} has {wrong}")
        return prefix, name

    def refusal(self, tag: str, others: Iterable[str]) -> TagError:
        """Return the error for a tag that `code` refuses; beside others it is better seen why."""
        self.expected.update(others)
        try:
            self._checked(tag)
        except TagError as error:
            return error
        return TagError(f"tag {shortened(tag)} is refused")

    def spell(self, code: int, form: TagForm | None = None) -> str:
        """Return the tag that has a code, written as these tags are, or in another form."""
        number = code >> PREFIX_BITS
        if number >= len(self._names):
            self._names = ["", *self.types]
        if not code and form is None:
            # Where the prefixes are in lower case, O may be in either.
            lower = PREFIXES[0].lower()
            return lower if lower in self.codes else PREFIXES[0]
        return (form or self.form).spell(code & PREFIX_MASK, self._names[number])

    def respell(self, tag: str, code: int) -> str:
        """Return a tag that was met with another code, and the type spelt as it was if it stays.

        Raises
        ------
        TagError
            If it is not yet known which part of the tag is the prefix.
        """
        spellings = {(form.parse(tag), self._respelt(tag, code, form)): form for form in self.forms}
        if len(spellings) > 1:
            names = " or like ".join(form.name for form in spellings.values())
            raise TagError(f"tag {shortened(tag)} may be written like {names}", hint=FORM_HINT)
        return self._respelt(tag, code, self.form)

    def _respelt(self, tag: str, code: int, form: TagForm) -> str:
        as_it_was = tag not in self._special and not form.bare
        if not code or not as_it_was or code ^ self.codes.get(tag, 0) >= 1 << PREFIX_BITS:
            return self.spell(code, form if code else None)
        tag = self.named(tag)
        letter = form.prefixes[code & PREFIX_MASK]
        return tag[:-1] + letter if form.prefix_last else letter + tag[1:]

    def _parse(self, tag: str) -> tuple[int, str]:
        if self.forms is _ALL_FORMS:
            fitting = _forms_of(tag)
        else:
            fitting = [form for form in self.forms if form.parse(tag) is not None]
        if not fitting:
            raise self._misfit(tag)
        likeliest = fitting[0]
        if likeliest is not self.form:
            for earlier in self._parsed():
                if likeliest.parse(earlier) != self.form.parse(earlier):
                    raise TagError(
                        f"tag {shortened(tag)} is written as {likeliest.name} is, and "
                        f"{shortened(earlier)} before it was taken for {self.form.name}",
                        hint=FORM_HINT,
                    )
        self.forms = fitting
        parsed = likeliest.parse(tag)
        assert parsed is not None  # noqa: S101 - for mypy: the form was chosen because it fits
        return parsed

    def _misfit(self, tag: str) -> TagError:
        """Return the error for a tag that has none of the forms."""
        if not tag:
            keywords = self.spelling.keywords
            hint = "outside=[''] (--outside '') reads it as O" * (OUTSIDE_TAGS in keywords)
            if self._predicted and MISSING_TAGS in keywords:
                hint = MISSING_HINT
            return TagError(f"empty tag: {_expected(self.form)}", hint=hint)
        others = _forms_of(tag)
        if others and self.form not in others and tag != PREFIXES[0].lower():
            return TagError(
                f"tag {shortened(tag)} is written as {others[0].name} is: "
                f"{_expected(self.form)}{', like those before it' * (len(self.codes) > 0)}",
                hint=self._other_form(others[0]),
            )
        found = misfit(
            tag,
            self._fits,
            keywords=self.spelling.keywords,
            met={*self.codes, *self.expected} - self._special.keys(),
            given=self.spelling.given,
        )
        why, hint = found or ("", "")
        why = why or _expected(self.form)
        return TagError(f"tag {shortened(tag)} fits no scheme: {why}", hint=hint)

    def _other_form(self, other: TagForm) -> str:
        """Return the way out for a tag that is of another form."""
        if self.spelling.form is None or self._typed or MISSING_TAGS not in self.spelling.keywords:
            return FORM_HINT
        # The form was given for both sides, and this one may have another.
        forms = (self.form, other) if self._predicted else (other, self.form)
        names = ",".join(form.name for form in forms)
        return f"tag_form={names!r} (--tag-form {names}) where gold and predictions differ"

    def _fits(self, tag: str) -> bool:
        """Return whether something is a tag of a form that is likely."""
        if self.form.bare:
            return self.form.parse(tag) is not None
        return tag == "O" or any(form.parse(tag) is not None for form in self.forms)

    def _number(self, name: str) -> int:
        number = self.types.setdefault(name, len(self.types) + 1)
        if number > MAX_TYPES:
            raise TagError(f"type {shortened(name)}: {TOO_MANY_TYPES}")
        return number

    def prefixes(self) -> str:
        """Return the prefixes that occur, or may, ``O`` left out, in the order of `PREFIXES`."""
        met = {code & PREFIX_MASK for code in self.codes.values()}
        met |= {parsed[0] for label in self.labels if (parsed := self.form.parse(label))}
        return "".join(prefix for number, prefix in enumerate(PREFIXES) if number and number in met)


#: those of gold and of predictions, with one numbering of the types
TagSets = tuple[TagSet, TagSet]


def tag_sets(
    form: TagForm | Spelling | None = None, predicted: TagForm | Spelling | None = None
) -> TagSets:
    """Return the sets of gold and of predictions, without tags; by default both written alike."""
    types: dict[str, int] = {}
    other = form if predicted is None else predicted
    return TagSet(types, form), TagSet(types, other, predicted=True)


FORM_HINT = "all tags must be written alike; tag_form (--tag-form PER-B) says how"

_DELIMITER_NAMES = {"-": "a hyphen", "_": "an underscore", "/": "a slash", ":": "a colon"}


def _expected(form: TagForm) -> str:
    """Say what a tag of a form looks like."""
    if form.bare:
        return "expected O or a type"
    letters = " ".join(form.prefixes[1:])
    delimiter = _DELIMITER_NAMES.get(form.delimiter, repr(form.delimiter))
    parts = [f"one of {letters}", delimiter, "a type"]
    order = parts[::-1] if form.prefix_last else parts
    return f"expected O, or {order[0]}, {order[1]} and {order[2]}, as in {form.name}"


class Gaps(NamedTuple):
    """How many tokens were not read as they are: of the input, or of a part of it.

    `masked` were left out by their gold tag; `unmasked` had such a tag as a prediction alone, which
    was read as O; `missing` had no prediction.
    """

    masked: int = 0
    unmasked: int = 0
    missing: int = 0

    def plus(self, other: Gaps) -> Gaps:
        """Return the sum."""
        return Gaps(*map(add, self, other))


class Block(NamedTuple):
    """A run of aligned tokens, gold and predicted, perhaps from within a sentence.

    Tokens that are outside of every span on both sides may be left out: where some were, the
    next token that is there counts as a start.
    """

    #: codes of the gold and of the predicted tags, one for each token that is there
    gold: CodeArray
    predicted: CodeArray
    #: positions, ascending, of the tokens before which no span can go on
    starts: IntArray
    #: tokens, those left out too, and the number among them, from 0, of each that is there
    tokens: int
    numbers: IntArray
    #: numbers of the tokens that begin a sentence, and a document; documents that begin in the
    #: block, those without tokens too
    sentence_starts: IntArray
    document_starts: IntArray
    documents: int
    #: line of the input, from 1, of a token that is there
    gold_line: Callable[[int], int]
    predicted_line: Callable[[int], int]
    #: lines of the input up to the end of the block
    gold_lines: int
    predicted_lines: int
    #: line of the input of a token that begins a sentence, by its number among these
    start_line: Callable[[int], int]
    #: tokens that were not read as they are
    gaps: Gaps = Gaps()


def starts_among(tokens: IntArray, starts: IntArray, count: int) -> IntArray:
    """Return which of some tokens are starts, given that the others are left out of a block.

    Parameters
    ----------
    tokens : array of int
        The tokens that stay, ascending, of `count`.
    starts : array of int
        The tokens of all that begin a sentence.
    count : int
        How many tokens there are in all.

    Returns
    -------
    array of int
        Positions in `tokens`: of those that begin a sentence, and those whose predecessor was
        left out. The first token is none unless it begins a sentence.
    """
    begins = np.zeros(count, np.bool_)
    begins[starts] = True
    begins = begins[tokens]
    begins[1:] |= tokens[1:] != tokens[:-1] + 1
    return np.flatnonzero(begins)
