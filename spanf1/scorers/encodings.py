"""The same spans written in every tagging scheme: what becomes of the tags, what is lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from spanf1.core.repairs import PARTS
from spanf1.core.schemes import PREFIX_MASK, PREFIXES, SCHEMES
from spanf1.core.scores import TypeCounts, f_score
from spanf1.core.spans import Spans, decode, encode, touching
from spanf1.core.tag_counter import match_spans
from spanf1.core.tags import CodeArray, IntArray


@dataclass
class Encoding:
    """Spans written in one scheme.

    Attributes
    ----------
    scheme : str
        The scheme.
    tokens, spans : int
        Tokens, those outside of all spans too; spans.
    codes : Counter of int
        How often each tag occurs, O left out.
    merged : int
        Spans that become one with the span before them.
    kept : int
        Spans that are read back as they were.
    """

    scheme: str
    tokens: int = 0
    spans: int = 0
    codes: Counter[int] = field(default_factory=Counter)
    merged: int = 0
    kept: int = 0

    @property
    def tags(self) -> int:
        """How many different tags there are, O among them if it occurs."""
        return len(self.codes) + (self.tokens > self.codes.total())

    @property
    def prefixes(self) -> dict[str, int]:
        """How often each prefix of the scheme occurs, ``O`` first."""
        counts = {"O": self.tokens - self.codes.total()} | dict.fromkeys(
            SCHEMES[self.scheme].prefixes, 0
        )
        for code, count in self.codes.items():
            counts[PREFIXES[code & PREFIX_MASK]] += count
        return counts

    @property
    def best(self) -> float:
        """The F1 of a model that gets every tag right."""
        if not self.spans:
            return 1.0
        return f_score(TypeCounts(self.spans, self.spans - self.merged, self.kept))

    def add(self, spans: Spans, tokens: int, starts: IntArray) -> None:
        """Write spans, given how many tokens they are among, and where no span can go on."""
        codes = encode(spans, tokens, starts, self.scheme)
        found, counts = np.unique(codes[codes != 0], return_counts=True)
        self.codes.update(dict(zip(found.tolist(), counts.tolist(), strict=True)))
        self.spans += len(spans.start)
        self.kept += len(spans.start)
        if self.scheme not in PARTS:
            self.merged += len(touching(spans, starts))
            self.kept -= len(spans.start) - len(match_spans(spans, decode(codes, starts))[0])


class Encodings:
    """Writes the spans of tags in every scheme."""

    def __init__(self) -> None:
        self.schemes = [Encoding(name) for name in SCHEMES]

    def add(self, codes: CodeArray, starts: IntArray) -> None:
        """Take the codes of some tags, O left out where that parts nothing."""
        spans = decode(codes, starts)
        for encoding in self.schemes:
            encoding.add(spans, len(codes), starts)

    def finish(self, tokens: int) -> list[Encoding]:
        """Return what it comes to, given how many tokens there were in all."""
        for encoding in self.schemes:
            encoding.tokens = tokens
        return self.schemes
