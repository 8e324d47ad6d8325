"""Coefficients that take chance away: Cohen's and Fleiss' kappa, Krippendorff's alphas."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
import numpy.typing as npt

from spanf1.agreement.blocks import Block
from spanf1.agreement.tokens import OUT, Tokens
from spanf1.core.spans import BoolArray
from spanf1.core.tags import IntArray
from spanf1.levels.classes import Margins, kappa

FloatArray = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

#: what is classified, and what kappa and alpha call that
UNIVERSES = {
    "tags": "BIO tags of all tokens",
    "types": "types of all tokens, O among them",
    "marked": "types of the tokens that someone marks",
}
#: what coefficients are called
NAMES = {
    "f1": "F1",
    "kappa": "Cohen's \N{GREEK SMALL LETTER KAPPA}",
    "fleiss": "Fleiss' \N{GREEK SMALL LETTER KAPPA}",
    "alpha": "Krippendorff's \N{GREEK SMALL LETTER ALPHA}, nominal",
    "u-alpha": "Krippendorff's u\N{GREEK SMALL LETTER ALPHA}",
    "u-alpha-binary": "Krippendorff's u\N{GREEK SMALL LETTER ALPHA}, marked or not",
    "gamma": "\N{GREEK SMALL LETTER GAMMA}",
}


class Counter:
    """Counts what coefficients are made of, for each unit that is drawn.

    Parameters
    ----------
    tokens : Tokens
        The tokens.
    unit : array of int
        Which unit each document is.
    units : int
        How many there are.
    """

    def __init__(self, tokens: Tokens, unit: IntArray, units: int) -> None:
        self._tokens, self._unit, self._units = tokens, unit, units
        self._classes, _ = tokens.classes

    def blocks(self, names: tuple[str, ...]) -> Iterator[Block]:
        """Yield all coefficients: of each pair, then of all annotators."""
        count = len(names)
        pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
        for universe in UNIVERSES:
            for a, b in pairs:
                rows = self._kappa(universe, a, b)
                yield Block("kappa", universe, (names[a], names[b]), rows, _kappa)
        for universe in UNIVERSES:
            if count > 2:
                value = partial(_fleiss, annotators=count)
                yield Block("fleiss", universe, names, self._fleiss(universe), value)
            value = partial(_alpha, scale=self._scale)
            yield Block("alpha", universe, names, self._alpha(universe), value)
        value = partial(_alpha, scale=self._scale, unitized=True)
        for name, binary in (("u-alpha", False), ("u-alpha-binary", True)):
            rows = self._alpha("types", binary=binary, unitized=True)
            yield Block(name, "types" if not binary else "", names, rows, value)

    @property
    def _scale(self) -> int:
        """What shares of tokens are whole numbers of, however many annotators have done one."""
        return math.lcm(*range(1, max(self._tokens.done.shape[1], 2)))

    def _codes(self, universe: str, *, binary: bool = False) -> tuple[Rows, int]:
        """Return what each token that someone marks is classified as, and how many classes."""
        codes = self._tokens.codes
        if universe != "tags":
            codes = self._classes[codes]
        if binary:
            codes = (codes != OUT).astype(np.int64)
        return codes, int(codes.max(initial=OUT)) + 1

    def _sum(self, values: npt.NDArray[np.integer], document: IntArray | None = None) -> Rows:
        """Return the sums of values of documents, or of tokens, by unit."""
        unit = self._unit if document is None else self._unit[document]
        return np.bincount(unit, values, minlength=self._units).astype(np.int64)

    def _margin(self, code: Rows, classes: int, document: IntArray) -> Rows:
        """Return how many tokens of each unit have each class, given those that someone marks."""
        cell = self._unit[document] * classes + code
        counts = np.bincount(cell.astype(np.intp, copy=False), minlength=self._units * classes)
        return counts.reshape(self._units, classes).astype(np.int64)

    def _unmarked(self, done: BoolArray) -> IntArray:
        """Return how many tokens of some documents nobody marks, by document."""
        tokens = self._tokens
        marked = np.bincount(tokens.document, minlength=len(tokens.sizes))
        return np.where(done, tokens.sizes - marked, 0)

    def _kappa(self, universe: str, a: int, b: int) -> Rows:
        """Return the margins of two annotators, and how many tokens they classify alike."""
        tokens = self._tokens
        codes, classes = self._codes(universe)
        done = np.asarray(tokens.done[:, [a, b]].all(axis=1))
        some = done[tokens.document]
        if universe == "marked":
            some &= codes[:, [a, b]].any(axis=1)
        document, left, right = tokens.document[some], codes[some, a], codes[some, b]
        sides = [self._margin(side, classes, document) for side in (left, right)]
        both = self._sum(left == right, document)
        if universe != "marked":
            others = self._sum(self._unmarked(done))
            for side in sides:
                side[:, OUT] += others
            both += others
        return np.concatenate([*sides, both[:, None]], axis=1)

    def _fleiss(self, universe: str) -> Rows:
        """Return how often each class is chosen where all have done a text, and agreeing pairs."""
        tokens = self._tokens
        codes, classes = self._codes(universe)
        count = codes.shape[1]
        done = np.asarray(tokens.done.all(axis=1))
        some = done[tokens.document]
        document, codes = tokens.document[some], codes[some]
        chosen = sum(self._margin(codes[:, k], classes, document) for k in range(count))
        alike = sum(
            self._sum(codes[:, a] == codes[:, b], document) * 2
            for a in range(count)
            for b in range(a + 1, count)
        )
        rows = np.concatenate([chosen, np.reshape(alike, (-1, 1))], axis=1)
        if universe != "marked":
            others = self._sum(self._unmarked(done))
            rows[:, OUT] += count * others
            rows[:, -1] += count * (count - 1) * others
        return rows

    def _alpha(self, universe: str, *, binary: bool = False, unitized: bool = False) -> Rows:
        """Return how often classes are chosen where two or more have done a text, and what agrees.

        A token of which m say something has m values, and each pair that agrees counts 2 / (m - 1)
        of them, in the unit of `_scale`. If `unitized`, the squares of sections come last.
        """
        tokens = self._tokens
        codes, classes = self._codes(universe, binary=binary)
        values = tokens.done.sum(axis=1, dtype=np.int64)
        paired = np.asarray(values > 1)
        share = np.where(paired, self._scale // np.maximum(values - 1, 1), 0)
        document = tokens.document
        there = tokens.done[document] & paired[document, None]
        chosen = np.zeros((self._units, classes), np.int64)
        alike = np.zeros(self._units, np.int64)
        for a in range(codes.shape[1]):
            own = there[:, a]
            chosen += self._margin(codes[own, a], classes, document[own])
            for b in range(a + 1, codes.shape[1]):
                same = own & there[:, b] & (codes[:, a] == codes[:, b])
                alike += self._sum(2 * same * share[document], document)
        if universe != "marked":
            others = self._unmarked(paired)
            chosen[:, OUT] += self._sum(others * values)
            alike += self._sum(others * values * self._scale)
        rows = [chosen, alike[:, None]]
        if unitized:
            squares = np.where(tokens.done & paired[:, None], tokens.squares, 0).sum(axis=1)
            rows.append(self._sum(squares)[:, None])
        return np.concatenate(rows, axis=1)


def _kappa(sums: FloatArray) -> FloatArray:
    """Return Cohen's kappa (1960)."""
    classes = sums.shape[-1] // 2
    return kappa(Margins(sums[..., :classes], sums[..., classes:-1], sums[..., -1:]))


def _fleiss(sums: FloatArray, annotators: int) -> FloatArray:
    """Return Fleiss' kappa (1971)."""
    chosen, alike = sums[..., :-1], sums[..., -1]
    total = chosen.sum(axis=-1)
    agreed = _share(alike, total * (annotators - 1))
    chance = _share((chosen * chosen).sum(axis=-1), total * total)
    return _share(agreed - chance, 1 - chance)


def _alpha(sums: FloatArray, scale: int, *, unitized: bool = False) -> FloatArray:
    """Return Krippendorff's alpha for nominal data; that for unitized data, if sections have sizes.

    K. Krippendorff. 2004. Measuring the Reliability of Qualitative Text Analysis Data. Single
    tokens are sections of length 1: then it is the usual one.
    """
    squares = sums[..., -1] if unitized else 0
    rest = sums[..., :-1] if unitized else sums
    chosen, alike = rest[..., :-1], rest[..., -1] / scale
    total = chosen.sum(axis=-1)
    squares = squares if unitized else total
    expected = _share((chosen * chosen).sum(axis=-1) - squares, total * total - squares)
    return 1 - _share(1 - _share(alike, total), 1 - expected)


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return shares; NaN where the whole is nothing."""
    out = np.full(np.shape(whole), math.nan)
    shares: FloatArray = np.divide(part, whole, out=out, where=np.abs(whole) > 1e-12)
    return shares
