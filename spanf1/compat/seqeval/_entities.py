"""The strict mode: the entities of several sentences, by a scheme."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
import numpy.typing as npt

from spanf1.compat.seqeval._notices import warn_no_tags
from spanf1.compat.seqeval._reading import (
    OUTSIDE,
    NumberArray,
    Sentences,
    Sides,
    flat_numbers,
    or_outside,
    separators_of,
)
from spanf1.compat.seqeval._sentence import Entity, Tokens
from spanf1.compat.seqeval._token import answers_of
from spanf1.core.schemes import PREFIX_BITS, PREFIXES
from spanf1.core.seqeval import StrictSpans, steps_of, strict_spans
from spanf1.core.spans import Spans
from spanf1.core.tags import UNTYPED, IntArray
from spanf1.formats.lists import Numbering


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
