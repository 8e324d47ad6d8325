"""Types called by other names, and types that do not count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np

from spanf1.core.schemes import PREFIX_BITS, PREFIX_MASK
from spanf1.core.spans import Spans
from spanf1.core.tags import CodeArray, IntArray

#: stands for all types that have no other name of their own
ANY = "*"


@dataclass(frozen=True)
class TypeMap:
    """What types are called when they are compared.

    Attributes
    ----------
    names : mapping of str to str
        The other names of types; that of `ANY` is for all that are not in it.
    ignored : frozenset of str
        Types of which no span counts, by the names that they have in the input.
    """

    names: Mapping[str, str]
    ignored: frozenset[str] = frozenset()

    def __call__(self, name: str) -> str:
        """Return what a type is called; nothing if it does not count."""
        if name in self.ignored:
            return ""
        return self.names.get(name, self.names.get(ANY, name))


class Retyper:
    """Gives spans of numbered types their other types.

    Spans are decoded before: neighbours of two types that get one name stay two spans.

    Parameters
    ----------
    types : dict of str to int
        The numbers of the types, from 1, in order; other names are added to it.
    names : TypeMap
        What types are called.
    """

    def __init__(self, types: dict[str, int], names: TypeMap) -> None:
        self._types, self._names = types, names
        # the number of each type's other name, 0 if it does not count; that of no type first
        self._numbers = np.zeros(1, np.intp)

    def spans(self, spans: Spans) -> Spans:
        """Return spans with their other types, without those that do not count."""
        kinds = self._table()[spans.type]
        spans = spans._replace(type=kinds)
        return spans if kinds.all() else spans.only(kinds > 0)

    def codes(self, codes: CodeArray) -> CodeArray:
        """Return codes of tags with their other types; those that do not count keep their own."""
        table = self._table()
        table = np.where(table, table, np.arange(len(table)))
        other: CodeArray = table[codes >> PREFIX_BITS].astype(np.int32)
        return other << PREFIX_BITS | codes & PREFIX_MASK

    def _table(self) -> IntArray:
        """Return the numbers for all types that there are by now."""
        if len(self._numbers) <= len(self._types):
            numbers = self._numbers.tolist()
            while len(numbers) <= len(self._types):
                # Names that are added here are types, too.
                for name in [*islice(self._types, len(numbers) - 1, None)]:
                    other = self._names(name)
                    count = len(self._types)
                    numbers.append(self._types.setdefault(other, count + 1) if other else 0)
            self._numbers = np.array(numbers, np.intp)
        return self._numbers
