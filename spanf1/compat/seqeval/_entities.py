"""The entities in lists of tags, by seqeval's default or by a scheme."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.compat.seqeval._notices import warn_no_tags
from spanf1.compat.seqeval._tokens import (
    OUTSIDE,
    Entity,
    Prefix,
    Prefixes,
    Tag,
    Token,
    Tokens,
    or_outside,
)
from spanf1.core.schemes import OTHER, PREFIX_BITS, PREFIXES, SAME
from spanf1.core.seqeval import (
    ENDS,
    INSIDE,
    STARTS,
    STRICT_LETTERS,
    StrictSpans,
    default_spans,
    default_walk,
    letter_number,
    steps_of,
    strict_flags,
    strict_spans,
)
from spanf1.core.spans import ActionArray, Spans
from spanf1.core.tags import UNTYPED, IntArray
from spanf1.formats.lists import Numbering, numbered

#: tags that need no type, and how the others begin, or end where the letter comes last
_BARE = frozenset("OBIES")
_BEGINNINGS = ("B-", "I-", "E-", "S-")
_ENDINGS = ("-B", "-I", "-E", "-S")

Sentences = Sequence[Sequence[str]]
NumberArray = npt.NDArray[np.integer]


class Sides(NamedTuple):
    """The entities of both sides, in the flat sequence of all tags and an O after each sentence."""

    gold: Spans
    predicted: Spans
    #: the types' names by number
    names: list[str]
    #: where in the flat sequence the tags O stand
    separators: IntArray


def separators_of(sentences: Sentences) -> IntArray:
    """Return where, in the flat sequence, an O follows each sentence."""
    lengths = np.fromiter(map(len, sentences), np.intp, len(sentences))
    return np.cumsum(lengths + 1) - 1


def flat_numbers(sentences: Sentences, separators: IntArray, numbering: Numbering) -> NumberArray:
    """Return the numbers of the flat sequence; that of O is 0."""
    numbers = numbered(sentences, numbering)
    flat = np.zeros(len(numbers) + len(separators), numbers.dtype)
    tokens = np.ones(len(flat), np.bool_)
    tokens[separators] = False
    flat[tokens] = numbers
    return flat


def split_tag(tag: str, *, suffix: bool) -> tuple[str, str]:
    """Return the letter and the type of a tag as seqeval's default splits it."""
    if suffix:
        return tag[-1], tag[:-1].rsplit("-", maxsplit=1)[0] or UNTYPED
    return tag[0], tag[1:].split("-", maxsplit=1)[-1] or UNTYPED


def _default_codes(numbering: Numbering, *, suffix: bool) -> tuple[list[int], list[str]]:
    """Return the code of each number, and the types' names; warn of tags that are none."""
    types = {UNTYPED: 0}
    codes, strange = [], []
    for tag in numbering:
        fits = tag.endswith(_ENDINGS) if suffix else tag.startswith(_BEGINNINGS)
        if not fits and tag not in _BARE:
            strange.append(tag)
        letter, name = split_tag(or_outside(tag), suffix=suffix)
        number = types.setdefault(name, len(types))
        codes.append(number << PREFIX_BITS | letter_number(letter))
    warn_no_tags(strange)
    return codes, [*types]


def default_entities(tags: Sentences, *, suffix: bool) -> list[tuple[str, int, int]]:
    """Return type, first and last token of each entity, in the flat sequence."""
    numbering = Numbering({OUTSIDE: 0})
    numbers = flat_numbers(tags, separators_of(tags), numbering)
    codes, names = _default_codes(numbering, suffix=suffix)
    start, end, kind, _ = default_spans(np.array(codes, np.int32)[numbers])
    types = map(names.__getitem__, kind.tolist())
    return [*zip(types, start.tolist(), (end - 1).tolist(), strict=True)]


def default_sides(y_true: Sentences, y_pred: Sentences, *, suffix: bool) -> Sides:
    """Return the entities of sides whose sentences are of the same lengths."""
    numbering = Numbering({OUTSIDE: 0})
    separators = separators_of(y_true)
    numbers = [flat_numbers(side, separators, numbering) for side in (y_true, y_pred)]
    codes, names = _default_codes(numbering, suffix=suffix)
    by_number = np.array(codes, np.int32)
    gold, predicted = (default_spans(by_number[side]) for side in numbers)
    return Sides(gold, predicted, names, separators)


def few_default_sides(
    y_true: Sentences, y_pred: Sentences, *, suffix: bool
) -> tuple[list[str], Sequence[tuple[int, int, int]], Sequence[tuple[int, int, int]]]:
    """Return the types' names by number, and start, end and type of each entity of both sides."""
    numbering = Numbering({OUTSIDE: 0})
    number = numbering.__getitem__
    sides = [
        [*chain.from_iterable((*map(number, tags), 0) for tags in side)]
        for side in (y_true, y_pred)
    ]
    codes, names = _default_codes(numbering, suffix=suffix)
    gold, predicted = (default_walk([codes[tag] for tag in side]) for side in sides)
    return names, gold, predicted


# By a scheme.

# What may say how a token of a scheme answers, as it is here.
_METHODS = {
    name: getattr(Token, name)
    for name in (
        *("is_valid", "is_start", "is_inside", "is_end", "check_tag", "check_patterns"),
        *("__init__", "__new__", "__getattribute__", "__setattr__"),
    )
}
_INSTANCE = ("token", "prefix", "tag")
_TABLES = {"start_patterns": STARTS, "inside_patterns": INSIDE, "end_patterns": ENDS}
#: by the value of a `Prefix`: the numbers of its letters
_LETTERS = [
    [PREFIXES.index(name) for name in STRICT_LETTERS if Prefixes[name].value & value]
    for value in range(Prefix.ANY.value + 1)
]
_NEIGHBOURS = {Tag.SAME.value: SAME, Tag.DIFF.value: OTHER, Tag.ANY.value: ""}


def answers_of(scheme: Any) -> ActionArray | None:
    """Return a scheme's answers for each step between two tags, if it goes by its patterns only.

    It does not if it is no subclass of `Token`, has methods or a state of its own, or its
    patterns are none. Nor does one in which O starts an entity or goes on with one: there, what
    seqeval finds depends on where a sentence ends.
    """
    if not (
        type(scheme) is type
        and issubclass(scheme, Token)
        and all(getattr(scheme, name) is method for name, method in _METHODS.items())
        and not any(hasattr(scheme, name) for name in _INSTANCE)
        and type(scheme.allowed_prefix) is Prefix
    ):
        return None
    try:
        rows = [*_rows(scheme)]
    except (AttributeError, LookupError, TypeError, ValueError):
        return None
    outside = any(flag != ENDS and 0 in after for flag, _, after, _ in rows)
    return None if outside else strict_flags(rows)


def _rows(scheme: type[Token]) -> Iterator[tuple[int, list[int], list[int], str]]:
    """Yield the patterns of a scheme for `strict_flags`."""
    for name, flag in _TABLES.items():
        patterns = getattr(scheme, name)
        if type(patterns) not in {set, frozenset, list, tuple}:
            raise TypeError(name)
        for before, after, condition in patterns:
            if {type(before), type(after)} != {Prefix} or type(condition) is not Tag:
                raise TypeError(name)
            neighbour = _NEIGHBOURS[condition._value_]
            yield flag, _LETTERS[before._value_], _LETTERS[after._value_], neighbour


class StrictReader:
    """Reads sentences by a scheme.

    Of a scheme that goes by patterns, each distinct tag is looked at once; a token of any other
    is made for each tag, and asked where it stands.

    Parameters
    ----------
    scheme : type of Token
        Called with a tag, `suffix` and `delimiter`.
    suffix : bool
        Whether the letter comes last.
    delimiter : str
        What parts letter and type.
    """

    def __init__(self, scheme: Callable[..., Any], *, suffix: bool, delimiter: str = "-") -> None:
        self._scheme = scheme
        self._options: dict[str, Any] = {"suffix": suffix, "delimiter": delimiter}
        self._answers = answers_of(scheme)
        self._types = {UNTYPED: 0}
        # Of the array's way: tags by number, and by number their codes, why there is no token,
        # and why it is not valid.
        self._numbering = Numbering({OUTSIDE: 0})
        self._codes: list[int] = []
        self._broken: dict[int, Exception] = {}
        self._invalid: dict[int, Exception] = {}

    @property
    def names(self) -> list[str]:
        """The types' names by number."""
        return [*self._types]

    def read(self, sentences: Sentences, separators: IntArray) -> Spans:
        """Return the entities of sentences, in the flat sequence.

        Raises what the scheme raises, for the first tag that it does not take.
        """
        if self._answers is None:
            return self._walked(sentences, separators)
        numbers = flat_numbers(sentences, separators, self._numbering)
        self._meet_tokens()
        # Sentences before the first tag that makes no token may hold one that is not valid.
        error, place = self._first(self._broken, numbers)
        whole = int(np.searchsorted(separators, place)) if error else len(separators)
        numbers = numbers[: separators[whole - 1] + 1 if whole else 0]
        codes, steps = np.array(self._codes, np.int32), steps_of(numbers)
        found = strict_spans(steps, codes[numbers[steps]], self._answers)
        self._check(numbers, found)
        if error:
            raise error
        return found.spans()

    def _walked(self, sentences: Sentences, separators: IntArray) -> Spans:
        """Return the entities that `Tokens` finds."""
        rows, first = [], 0
        for sentence, separator in zip(sentences, separators.tolist(), strict=True):
            for entity in Tokens(sentence, self._scheme, **self._options).entities:
                kind = self._types.setdefault(entity.tag, len(self._types))
                rows.append((first + entity.start, first + entity.end, kind))
            first = separator + 1
        start, end, kinds = np.array(rows, np.intp).reshape(-1, 3).T
        return Spans(start, end, kinds, np.zeros(len(rows), np.int16))

    def _meet_tokens(self) -> None:
        """Make a token of each tag that is new."""
        for tag in islice(self._numbering, len(self._codes), None):
            number, code = len(self._codes), 0
            if tag == "":
                warn_no_tags([tag])
            try:
                token = self._scheme(or_outside(tag), **self._options)
            except Exception as error:
                self._broken[number] = error
            else:
                kind = self._types.setdefault(token.tag, len(self._types))
                code = kind << PREFIX_BITS | PREFIXES.index(token.prefix.name)
                try:
                    token.is_valid()
                except ValueError as error:
                    self._invalid[number] = error
            self._codes.append(code)

    def _check(self, numbers: NumberArray, found: StrictSpans) -> None:
        """Raise for the first token that is not valid, unless the walk stepped over it."""
        if not self._invalid:
            return
        stepped_over = np.zeros(len(numbers) + 1, np.int8)
        stepped_over[found.start + 1] += 1
        stepped_over[found.end] -= 1
        error, _ = self._first(self._invalid, numbers, np.cumsum(stepped_over[:-1]) == 0)
        if error:
            raise error

    @staticmethod
    def _first(
        errors: dict[int, Exception],
        numbers: NumberArray,
        where: npt.NDArray[np.bool_] | bool = True,
    ) -> tuple[Exception | None, int]:
        """Return the error of the first number that has one, and its place: or the end."""
        if errors:
            places = np.flatnonzero(np.isin(numbers, [*errors]) & where)
            if len(places):
                return errors[int(numbers[places[0]])], int(places[0])
        return None, len(numbers)


def strict_sides(
    y_true: Sentences, y_pred: Sentences, scheme: Callable[..., Any], *, suffix: bool
) -> Sides:
    """Return the entities by a scheme, of sides whose sentences are of the same lengths."""
    reader = StrictReader(scheme, suffix=suffix)
    separators = separators_of(y_true)
    gold, predicted = reader.read(y_true, separators), reader.read(y_pred, separators)
    return Sides(gold, predicted, reader.names, separators)


class Entities:
    """The entities of several sentences.

    Parameters
    ----------
    sequences : list of list of str
        Tags by sentence.
    scheme, suffix, delimiter
        As for `Tokens`.

    Attributes
    ----------
    entities : list of list of Entity
        By sentence.
    """

    def __init__(
        self,
        sequences: Sequence[Sequence[str]],
        scheme: Callable[..., Any],
        suffix: bool = False,
        delimiter: str = "-",
    ) -> None:
        reader = StrictReader(scheme, suffix=suffix, delimiter=delimiter)
        sentences = [*map(list, sequences)]
        separators = separators_of(sentences)
        start, end, kind, _ = reader.read(sentences, separators)
        number = np.searchsorted(separators, end)
        first = np.append(0, separators + 1)[number]
        self.entities: list[list[Entity]] = [[] for _ in sentences]
        for sent_id, begin, behind, tag in zip(
            number.tolist(),
            (start - first).tolist(),
            (end - first).tolist(),
            map(reader.names.__getitem__, kind.tolist()),
            strict=True,
        ):
            self.entities[sent_id].append(Entity(sent_id, begin, behind, tag))

    def filter(self, tag_name: str) -> set[Entity]:
        """Return the entities of a type."""
        return {entity for entity in chain(*self.entities) if entity.tag == tag_name}

    @property
    def unique_tags(self) -> set[str]:
        """The types that occur."""
        return {entity.tag for entity in chain(*self.entities)}
