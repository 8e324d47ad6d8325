"""Documents: texts with typed spans in them, whatever format they are from.

Tags put spans on tokens, side by side. Other formats put them on characters, where they may
nest, overlap, repeat, or be discontinuous; or they only say what text is of which type.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from spanf1.core.spans import UNTAGGED

#: a part of a text: from a character to before another, counted from 0
Offsets = tuple[int, int]


class TextSpan(NamedTuple):
    """A typed span of a text.

    Attributes
    ----------
    type : str
        Its type.
    parts : tuple of (start, end)
        The characters it covers, in order: one part, or several if it is discontinuous. There
        are none where the input does not say which characters they are.
    text : str, optional
        What it says, where the input has it. Without parts there always is one.
    shape : int
        The shape of its ends, if it is from tags.
    """

    type: str
    parts: tuple[Offsets, ...]
    text: str | None = None
    shape: int = UNTAGGED


class Document(NamedTuple):
    """A text and its spans: a document, or one sentence of it.

    Attributes
    ----------
    text : str, optional
        The text; None where the input has not got it.
    spans : sequence of TextSpan
        The spans, in any order, as often as the input has them.
    tokens : sequence of (start, end), optional
        The characters of each token, where tokens are known.
    id : str or int, optional
        What tells which documents of two files belong together.
    line : int
        The line, or the number of the record, in the file it is from.
    spaced : bool
        Whether the text was made of its tokens, with a space between them: then its own white
        space is not known.
    begins : bool
        Whether a document begins with it: else it is a further sentence of one.
    """

    text: str | None
    spans: Sequence[TextSpan]
    tokens: Sequence[Offsets] | None = None
    id: str | int | None = None
    line: int = 0
    spaced: bool = False
    begins: bool = True

    def words(self) -> list[str]:
        """Return the tokens as text; none if they are not known."""
        return [(self.text or "")[start:end] for start, end in self.tokens or ()]

    def text_of(self, span: TextSpan) -> str:
        """Return what a span says: its parts with a space between them."""
        if self.text is None or not span.parts:
            return span.text or ""
        return " ".join(self.text[start:end] for start, end in span.parts)


def joined(tokens: Iterable[str]) -> tuple[str, list[Offsets]]:
    """Return a text made of tokens, with a space between them, and the characters of each."""
    words = list(tokens)
    behind = accumulate(len(word) + 1 for word in words)
    offsets = [(end - len(word) - 1, end - 1) for word, end in zip(words, behind, strict=True)]
    return " ".join(words), offsets


def squeezed(text: str) -> str:
    """Return a text without its white space."""
    return "".join(text.split())


def places(text: str, offsets: Iterable[int]) -> dict[int, int]:
    """Return for each place in a text how many characters before it are no white space."""
    counts, last, count = {}, 0, 0
    for place in sorted(set(offsets)):
        count += len(squeezed(text[last:place]))
        counts[place] = count
        last = place
    return counts
