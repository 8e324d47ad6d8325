"""Tagging schemes as classes of tokens, entities by a scheme, and which one some tags are in."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from itertools import chain, islice
from operator import or_
from typing import Any

import numpy as np
import numpy.typing as npt

from spanf1.compat.seqeval._notices import warn_no_tags
from spanf1.core.schemes import OTHER, PREFIX_BITS, PREFIXES, SAME
from spanf1.core.seqeval import (
    ANY_LETTER,
    ENDS,
    INSIDE,
    STARTS,
    STRICT_LETTERS,
    STRICT_PATTERNS,
    StrictSpans,
    patterns_of,
    steps_of,
    strict_flags,
    strict_spans,
)
from spanf1.core.spans import ActionArray, Spans
from spanf1.core.tags import UNTYPED, IntArray
from spanf1.formats.lists import Numbering, numbered

__all__ = [
    "BILOU",
    "IOB1",
    "IOB2",
    "IOBES",
    "IOE1",
    "IOE2",
    "Entities",
    "Entity",
    "Prefix",
    "Prefixes",
    "Tag",
    "Token",
    "Tokens",
    "auto_detect",
]

Sentences = Sequence[Sequence[str]]
NumberArray = npt.NDArray[np.integer]

OUTSIDE = "O"


def or_outside(tag: str) -> str:
    """Return a tag, or O for an empty one."""
    return OUTSIDE if tag == "" else tag


class Prefix(enum.Flag):
    """The letters of tags; ``|`` makes a set of them."""

    I = enum.auto()  # noqa: E741
    O = enum.auto()  # noqa: E741
    B = enum.auto()
    E = enum.auto()
    S = enum.auto()
    U = enum.auto()
    L = enum.auto()
    ANY = I | O | B | E | S | U | L


#: the letters by name
Prefixes = dict(Prefix.__members__)


class Tag(enum.Flag):
    """Whether the types of two adjacent tags are the same."""

    SAME = enum.auto()
    DIFF = enum.auto()
    ANY = SAME | DIFF


#: a letter (or several) before, one after, and whether the types are the same
Pattern = tuple[Prefix, Prefix, Tag]


class Token:
    """A tag, taken apart: the base of all schemes, and of those that a user writes.

    A scheme says which letters it has, and which patterns of two adjacent tags start an entity,
    go on with one, or end one on the tag before.

    Parameters
    ----------
    token : str
        The tag.
    suffix : bool
        Whether the letter comes last, as in ``PER-B``.
    delimiter : str
        What parts letter and type.

    Raises
    ------
    KeyError
        If no scheme has such a letter.
    IndexError
        If the tag is empty.

    Examples
    --------
    >>> from spanf1.compat.seqeval.scheme import IOB2
    >>> token = IOB2("B-PER")
    >>> token.prefix, token.tag, token.is_start(IOB2("O"))
    (<Prefix.B: 4>, 'PER', True)
    """

    # A `Prefix`, and sets of `Pattern`, in every scheme.
    allowed_prefix: Any = None
    start_patterns: Any = None
    inside_patterns: Any = None
    end_patterns: Any = None

    def __init__(self, token: str, suffix: bool = False, delimiter: str = "-") -> None:
        self.token = token
        letter = token[-1] if suffix else token[0]
        try:
            self.prefix = Prefixes[letter]
        except KeyError as error:
            where = "ends" if suffix else "begins"
            letters = " ".join(name for name in Prefixes if len(name) == 1)
            error.add_note(f"the tag {token!r} {where} with none of {letters}")
            raise
        tag = token[:-1] if suffix else token[1:]
        self.tag = tag.strip(delimiter) or UNTYPED

    def __repr__(self) -> str:
        return self.token

    def is_valid(self) -> bool:
        """Return True if the scheme has the letter, and raise `ValueError` if not."""
        if self.prefix not in self.allowed_prefix:
            letters = str(self.allowed_prefix).replace("Prefix.", "")
            raise ValueError(
                f"Invalid token is found: {self.token}. Allowed prefixes are: {letters}."
            )
        return True

    def is_start(self, prev: Token) -> bool:
        """Return whether an entity starts on this token."""
        return self.check_patterns(prev, self.start_patterns)

    def is_inside(self, prev: Token) -> bool:
        """Return whether this token goes on with the entity of the one before."""
        return self.check_patterns(prev, self.inside_patterns)

    def is_end(self, prev: Token) -> bool:
        """Return whether an entity ends on the token before."""
        return self.check_patterns(prev, self.end_patterns)

    def check_tag(self, prev: Token, cond: Tag) -> bool:
        """Return whether the types of the two tokens are as a pattern wants them."""
        if cond == Tag.ANY:
            return True
        return cond == (Tag.SAME if prev.tag == self.tag else Tag.DIFF)

    def check_patterns(self, prev: Token, patterns: Iterable[Pattern]) -> bool:
        """Return whether one of the patterns fits the two tokens."""
        return any(
            prev.prefix in before and self.prefix in after and self.check_tag(prev, cond)
            for before, after, cond in patterns
        )


class Entity:
    """A typed run of tokens in a sentence: from `start` to before `end`."""

    def __init__(self, sent_id: int | None, start: int, end: int, tag: str) -> None:
        self.sent_id = sent_id
        self.start = start
        self.end = end
        self.tag = tag

    def __repr__(self) -> str:
        return f"({self.sent_id}, {self.tag}, {self.start}, {self.end})"

    def __eq__(self, other: object) -> bool:
        to_tuple = getattr(other, "to_tuple", None)
        if to_tuple is None:
            return NotImplemented
        equal: bool = self.to_tuple() == to_tuple()
        return equal

    def __hash__(self) -> int:
        return hash(self.to_tuple())

    def to_tuple(self) -> tuple[int | None, str, int, int]:
        """Return sentence, type, start and end."""
        return self.sent_id, self.tag, self.start, self.end


class Tokens:
    """The tokens of a sentence.

    Parameters
    ----------
    tokens : list of str
        The tags; an empty one that the scheme does not take is taken for O.
    scheme : type of Token
        Makes a token of a tag.
    suffix, delimiter
        As for `Token`.
    sent_id : int, optional
        The number of the sentence, which its entities are given.

    Examples
    --------
    >>> from spanf1.compat.seqeval.scheme import IOBES, Tokens
    >>> Tokens(["S-ORG", "O", "B-LOC", "E-LOC"], IOBES, sent_id=5).entities
    [(5, ORG, 0, 1), (5, LOC, 2, 4)]
    """

    def __init__(
        self,
        tokens: Sequence[str],
        scheme: Callable[..., Any],
        suffix: bool = False,
        delimiter: str = "-",
        sent_id: int | None = None,
    ) -> None:
        options: dict[str, Any] = {"suffix": suffix, "delimiter": delimiter}
        self.outside_token = scheme(OUTSIDE, **options)
        self.tokens: list[Any] = []
        empty = []
        for tag in tokens:
            try:
                token = scheme(tag, **options)
            except IndexError:
                if tag != "":
                    raise
                token, empty = scheme(OUTSIDE, **options), [tag]
            self.tokens.append(token)
        self.extended_tokens = [*self.tokens, self.outside_token]
        self.sent_id = sent_id
        warn_no_tags(empty)

    @property
    def entities(self) -> list[Entity]:
        """The entities in order.

        Raises
        ------
        ValueError
            If a token that is met, and not stepped over, is not valid in the scheme; or if the
            scheme says that the O after the sentence starts an entity, or goes on with one, so
            that the walk would not come to an end.
        """
        found = []
        place, before, was_stuck = 0, self.outside_token, False
        while place < len(self.extended_tokens):
            token = self.extended_tokens[place]
            token.is_valid()
            start, place = place, place + 1
            if token.is_start(before):
                place = self._forward(start=place, prev=token)
                if place <= start:
                    if was_stuck or place < 0:
                        raise ValueError(
                            f"by this scheme, the sentence has no end: {token!r}, token {start}, "
                            "starts an entity that the O after the sentence belongs to"
                        )
                    was_stuck = True
                if self._is_end(place):
                    found.append(Entity(self.sent_id, start, place, token.tag))
            before = self.extended_tokens[place - 1]
        return found

    def _forward(self, start: int, prev: Any) -> int:
        """Return where a run of tokens that are inside ends; it goes on from `prev`."""
        for place, token in enumerate(self.extended_tokens[start:], start):
            if not token.is_inside(prev):
                return place
            prev = token
        return len(self.tokens) - 1

    def _is_end(self, i: int) -> bool:
        """Return whether an entity ends before a place."""
        ends: bool = self.extended_tokens[i].is_end(self.extended_tokens[i - 1])
        return ends


# The schemes.

_CONDITIONS = {SAME: Tag.SAME, OTHER: Tag.DIFF, "": Tag.ANY}


def _prefix(letters: str) -> Prefix:
    return Prefix.ANY if letters == ANY_LETTER else reduce(or_, map(Prefixes.__getitem__, letters))


def _patterns(text: str) -> set[Pattern]:
    return {
        (_prefix(before), _prefix(after), _CONDITIONS[neighbour])
        for before, after, neighbour in patterns_of(text)
    }


def _tables(name: str) -> tuple[Prefix, set[Pattern], set[Pattern], set[Pattern]]:
    """Return the letters and the three tables of a scheme."""
    letters, start, inside, end = STRICT_PATTERNS[name]
    return _prefix(letters), _patterns(start), _patterns(inside), _patterns(end)


class IOB1(Token):
    """I in an entity; B only for the first token of one right after another of its type."""

    allowed_prefix, start_patterns, inside_patterns, end_patterns = _tables("IOB1")


class IOE1(Token):
    """I in an entity; E only for the last token of one right before another of its type."""

    allowed_prefix, start_patterns, inside_patterns, end_patterns = _tables("IOE1")


class IOB2(Token):
    """B for the first token of an entity, I for the others."""

    allowed_prefix, start_patterns, inside_patterns, end_patterns = _tables("IOB2")


class IOE2(Token):
    """E for the last token of an entity, I for the others."""

    allowed_prefix, start_patterns, inside_patterns, end_patterns = _tables("IOE2")


class IOBES(Token):
    """B for the first, I, and E for the last token of an entity; S for the only one."""

    allowed_prefix, start_patterns, inside_patterns, end_patterns = _tables("IOBES")


class BILOU(Token):
    """B for the first, I, and L for the last token of an entity; U for the only one."""

    allowed_prefix, start_patterns, inside_patterns, end_patterns = _tables("BILOU")


# The letters that a scheme is told by, which must all be there, and those that may be.
_TOLD_BY = (
    (IOB2, "B", "IO"),
    (IOE2, "E", "IO"),
    (IOBES, "BE", "IOS"),
    (IOBES, "S", ""),
    (BILOU, "BL", "IOU"),
    (BILOU, "U", ""),
)


def auto_detect(
    sequences: Iterable[Iterable[str]], suffix: bool = False, delimiter: str = "-"
) -> type[Token]:
    """Return the scheme that has just the letters of the tags: IOB2, IOE2, IOBES or BILOU.

    Parameters
    ----------
    sequences : list of list of str
        Tags by sentence; empty ones do not count.
    suffix, delimiter
        As for `Token`.

    Raises
    ------
    ValueError
        If no scheme has such a letter, or none has these letters.
    """
    prefixes = set()
    for tag in dict.fromkeys(chain.from_iterable(sequences)):
        try:
            token = Token(or_outside(tag), suffix=suffix, delimiter=delimiter)
        except KeyError:
            raise ValueError(f"This scheme is not supported: {tag}") from None
        prefixes.add(token.prefix)
    letters = {prefix.name for prefix in prefixes}
    for scheme, needed, possible in _TOLD_BY:
        if letters >= set(needed) and letters <= set(needed + possible):
            return scheme
    raise ValueError(f"This scheme is not supported: {prefixes}")


# The entities of many sentences, as arrays.


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
