"""Typed spans of a few units: the cases that rules are tried on, and what is plain about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

import spanf1
from spanf1.core.overlaps import Places
from spanf1.core.spans import Parts

#: a type, and the parts of a span
Typed = tuple[str, tuple[tuple[int, int], ...]]
TYPES = ("PER", "ORG", "LOC", "TIME", "MISC")

# Nadeau and Sekine's survey has this example; see the figures in `tests/core/test_credits.py`.
EXAMPLE_GOLD = "PER 1 2, PER 3 6, ORG 7 10, LOC 11 13, ORG 22 23"
EXAMPLE_PREDICTED = "LOC 0 1, ORG 3 6, ORG 8 9, TIME 10 13, ORG 22 23"


def spans_of(text: str) -> list[Typed]:
    """Return spans written as ``PER 1 2, ORG 3 5+7 8``."""
    spans = []
    for each in filter(None, text.split(", ")):
        kind, *numbers = each.replace("+", " ").split()
        bounds = [*map(int, numbers)]
        spans.append((kind, tuple(zip(bounds[::2], bounds[1::2], strict=True))))
    return spans


def places_of(spans: Sequence[Typed], types: Sequence[str] = TYPES) -> Places:
    parts = [
        (i, *part) for i, (_, all_parts) in enumerate(spans) for part in all_parts if all_parts[1:]
    ]
    return Places(
        np.array([all_parts[0][0] for _, all_parts in spans], np.int64),
        np.array([all_parts[-1][1] for _, all_parts in spans], np.int64),
        np.array([types.index(kind) for kind, _ in spans], np.int64),
        Parts(*np.array(parts, np.int64).T) if parts else None,
    )


def units(span: Typed) -> frozenset[int]:
    return frozenset(unit for start, end in span[1] for unit in range(start, end))


def iou(one: Typed, other: Typed) -> Fraction:
    return Fraction(len(units(one) & units(other)), len(units(one) | units(other)))


def pairings(cells: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Yield every way to take cells, none of a row or column twice."""
    if not cells:
        yield []
        return
    (row, column), *rest = cells
    yield from pairings(rest)
    for others in pairings([cell for cell in rest if cell[0] != row and cell[1] != column]):
        yield [(row, column), *others]


def sample() -> tuple[list[Typed], list[Typed]]:
    """Return the spans of the sample corpus, gold's and those that spaCy predicted."""
    path = Path(__file__).parents[2] / "corpora/sample/english.spacy.conll"
    sides: tuple[list[Typed], list[Typed]] = ([], [])
    base = 0
    for sentence in path.read_text(encoding="utf-8").split("\n\n"):
        rows = [line.split() for line in sentence.splitlines()]
        for side, column in zip(sides, (1, 2), strict=True):
            for span in spanf1.decode([row[column] for row in rows]):
                side.append((span.type, ((base + span.start, base + span.end),)))
        base += len(rows)
    return sides


@st.composite
def flat(draw: st.DrawFn, types: Sequence[str] = TYPES[:2], most: int = 5) -> list[Typed]:
    """Spans that do not overlap."""
    spans, place = [], 0
    for kind, gap, length in draw(steps(types, most)):
        spans.append((kind, ((place + gap, place + gap + length),)))
        place += gap + length
    return spans


def steps(types: Sequence[str], most: int) -> st.SearchStrategy[list[tuple[str, int, int]]]:
    return st.lists(
        st.tuples(st.sampled_from(types), st.sampled_from([0, 0, 1, 2]), st.integers(1, 4)),
        max_size=most,
    )


@st.composite
def nested(draw: st.DrawFn, types: Sequence[str] = TYPES[:2], most: int = 5) -> list[Typed]:
    """Spans that may overlap, nest and repeat, and some that are discontinuous."""
    spans: list[Typed] = []
    for kind, first, length, gap, more in draw(
        st.lists(
            st.tuples(
                st.sampled_from(types),
                st.integers(0, 7),
                st.integers(1, 4),
                st.integers(1, 2),
                st.sampled_from([0, 0, 0, 1, 2]),
            ),
            max_size=most,
        )
    ):
        end = first + length
        parts = ((first, end), (end + gap, end + gap + more))
        spans.append((kind, parts if more else parts[:1]))
    return spans


def sides(
    most: int = 5, types: Sequence[str] = TYPES[:2]
) -> st.SearchStrategy[tuple[list[Typed], list[Typed]]]:
    """Spans of both sides: both flat, or neither."""
    return st.one_of(
        st.tuples(flat(types, most), flat(types, most)),
        st.tuples(nested(types, most), nested(types, most)),
    )


def shuffled(spans: Iterable[Typed], seed: int) -> list[Typed]:
    spans = [*spans]
    return [spans[i] for i in np.random.default_rng(seed).permutation(len(spans))]
