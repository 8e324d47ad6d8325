"""Lists of tags to entities, in seqeval's two ways: each distinct tag is looked at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice, pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.compat.seqeval._notices import warn_no_tags
from spanf1.compat.seqeval._token import goes_by_patterns
from spanf1.formats.lists import Numbering, numbered
from spanf1.peers import ENDS, INSIDE, STARTS, FlagArray, default_spans, letter_number, walk
from spanf1.schemes import PREFIX_BITS
from spanf1.spans import Spans
from spanf1.tags import UNTYPED, IntArray

OUTSIDE = "O"

#: tags that need no type, and how the others begin, or end where the letter comes last
_BARE = frozenset("OBIES")
_BEGINNINGS = ("B-", "I-", "E-", "S-")
_ENDINGS = ("-B", "-I", "-E", "-S")

Sentences = Sequence[Sequence[str]]
NumberArray = npt.NDArray[np.integer]


def or_outside(tag: str) -> str:
    """Return a tag, or O for an empty one."""
    return OUTSIDE if tag == "" else tag


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


def _flat(sentences: Sentences, separators: IntArray, numbering: Numbering) -> NumberArray:
    """Return the numbers of the flat sequence; that of O is 0."""
    numbers = numbered(sentences, numbering)
    return np.insert(numbers, separators - np.arange(len(separators)), 0)


# The default.


def split_tag(tag: str, *, suffix: bool) -> tuple[str, str]:
    """Return the letter and the type of a tag as seqeval's default splits it."""
    if suffix:
        return tag[-1], tag[:-1].rsplit("-", maxsplit=1)[0] or UNTYPED
    return tag[0], tag[1:].split("-", maxsplit=1)[-1] or UNTYPED


def _default_codes(
    numbering: Numbering, *, suffix: bool
) -> tuple[npt.NDArray[np.int32], list[str]]:
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
    return np.array(codes, np.int32), [*types]


def default_entities(tags: Sentences, *, suffix: bool) -> list[tuple[str, int, int]]:
    """Return type, first and last token of each entity, in the flat sequence."""
    numbering = Numbering({OUTSIDE: 0})
    numbers = _flat(tags, separators_of(tags), numbering)
    codes, names = _default_codes(numbering, suffix=suffix)
    start, end, kind, _ = default_spans(codes[numbers])
    types = map(names.__getitem__, kind.tolist())
    return [*zip(types, start.tolist(), (end - 1).tolist(), strict=True)]


def default_sides(y_true: Sentences, y_pred: Sentences, *, suffix: bool) -> Sides:
    """Return the entities of sides whose sentences are of the same lengths."""
    numbering = Numbering({OUTSIDE: 0})
    separators = separators_of(y_true)
    numbers = [_flat(side, separators, numbering) for side in (y_true, y_pred)]
    codes, names = _default_codes(numbering, suffix=suffix)
    gold, predicted = (default_spans(codes[side]) for side in numbers)
    return Sides(gold, predicted, names, separators)


# The strict mode.


def answers(before: Any, token: Any) -> int:
    """Return what a token, of whatever class, says of itself and the one before."""
    return (
        STARTS * bool(token.is_start(before))
        | INSIDE * bool(token.is_inside(before))
        | ENDS * bool(token.is_end(before))
    )


def token_entities(tokens: Sequence[Any]) -> tuple[list[int], list[int]]:
    """Return where the entities start and end among tokens, an outside token behind them.

    Raises
    ------
    ValueError
        If a token that is met, and not stepped over, is not valid.
    """
    flags = [answers(before, token) for before, token in pairwise((tokens[-1], *tokens))]
    flags[-1] &= ENDS
    starts, ends = (found.tolist() for found in walk(np.array(flags, np.uint8)))
    stepped_over = {
        k for start, end in zip(starts, ends, strict=True) for k in range(start + 1, end)
    }
    for place, token in enumerate(tokens):
        if place not in stepped_over:
            token.is_valid()
    kept = [k for k, end in enumerate(ends) if flags[end] & ENDS]
    return [starts[k] for k in kept], [ends[k] for k in kept]


class StrictReader:
    """Reads sentences by a scheme: its class is asked once for each tag, and for each two.

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
        self._scheme, self._suffix, self._delimiter = scheme, suffix, delimiter
        self._numbering = Numbering({OUTSIDE: 0})
        # by number: the token (None if there is none), and the number of its type
        self._tokens: list[Any] = []
        self._kinds: list[int] = []
        # by number: why there is no token, or why it is not valid
        self._broken: dict[int, Exception] = {}
        self._invalid: dict[int, Exception] = {}
        # whether letters and types are all that an answer depends on; answers by what they do
        self._by_patterns = True
        self._answers: dict[tuple[object, ...], int] = {}
        self._types: dict[str, int] = {}

    @property
    def names(self) -> list[str]:
        """The types' names by number."""
        return [*self._types]

    def read(self, sentences: Sentences, separators: IntArray) -> Spans:
        """Return the entities of sentences, in the flat sequence.

        Raises what the scheme raises, for the first tag that it does not take.
        """
        numbers = _flat(sentences, separators, self._numbering)
        self._meet_tokens()
        # Sentences before the first tag that makes no token may hold one that is not valid.
        error, place = self._first(self._broken, numbers)
        whole = int(np.searchsorted(separators, place))
        separators = separators[:whole]
        numbers = numbers[: separators[-1] + 1 if whole else 0]
        flags = self._flags(numbers)
        flags[separators] &= ENDS
        starts, ends = walk(flags)
        self._check(numbers, starts, ends)
        if error:
            raise error
        kept = (flags[ends] & ENDS) != 0
        starts, ends = starts[kept], ends[kept]
        kinds = np.array(self._kinds, np.intp)[numbers[starts]]
        return Spans(starts, ends, kinds, np.zeros(len(starts), np.int16))

    def _meet_tokens(self) -> None:
        """Make a token of each tag that is new."""
        for tag in islice(self._numbering, len(self._tokens), None):
            number, token, kind = len(self._tokens), None, 0
            if tag == "":
                warn_no_tags([tag])
            try:
                token = self._scheme(
                    or_outside(tag), suffix=self._suffix, delimiter=self._delimiter
                )
                kind = self._types.setdefault(token.tag, len(self._types))
            except Exception as error:
                self._broken[number] = error
            else:
                try:
                    token.is_valid()
                except Exception as error:
                    self._invalid[number] = error
            self._by_patterns &= goes_by_patterns(token)
            self._tokens.append(token)
            self._kinds.append(kind)

    def _flags(self, numbers: NumberArray) -> FlagArray:
        """Return the answers for each tag of the flat sequence and the one before it."""
        before = np.zeros_like(numbers)
        before[1:] = numbers[:-1]
        if numbers.dtype == np.uint8:
            pairs = before.astype(np.uint16) << 8 | numbers
            seen = np.zeros(1 << 16, np.bool_)
            seen[pairs] = True
            distinct = np.flatnonzero(seen)
            table = np.zeros(1 << 16, np.uint8)
            table[distinct] = [self._answer(*divmod(pair, 1 << 8)) for pair in distinct.tolist()]
            flags: FlagArray = table[pairs]
            return flags
        wide = before.astype(np.int64) << 32 | numbers
        distinct, inverse = np.unique(wide, return_inverse=True)
        values = [self._answer(*divmod(pair, 1 << 32)) for pair in distinct.tolist()]
        return np.array(values, np.uint8)[inverse]

    def _answer(self, before: int, after: int) -> int:
        first, second = self._tokens[before], self._tokens[after]
        key: tuple[object, ...] = before, after
        if self._by_patterns:
            key = first.prefix, second.prefix, self._kinds[before] == self._kinds[after]
        known = self._answers.get(key)
        if known is None:
            known = self._answers[key] = answers(first, second)
        return known

    def _check(self, numbers: NumberArray, starts: IntArray, ends: IntArray) -> None:
        """Raise for the first token that is not valid, unless the walk stepped over it."""
        if not self._invalid:
            return
        stepped_over = np.zeros(len(numbers) + 1, np.int8)
        stepped_over[starts + 1] += 1
        stepped_over[ends] -= 1
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
