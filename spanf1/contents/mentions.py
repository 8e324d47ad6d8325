"""Documents in, counts of their mentions out: how long they are, and what they say."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from itertools import pairwise
from operator import itemgetter

from spanf1.core.documents import Document, TextSpan
from spanf1.formats.tokens import tokenized
from spanf1.wording import many


class MentionCounter:
    """Counts tokens, and mentions by type, length and surface form.

    The tokens of a text that has none are those that `tokenized` finds. The surface form of a
    mention is its tokens with a space between them; where the input has no tokens, what the text
    has there, every run of white space being one space.

    Parameters
    ----------
    ignore_case : bool
        Take surface forms for the same that differ in case only.
    """

    def __init__(self, *, ignore_case: bool = False) -> None:
        self._ignore_case = ignore_case
        self.documents = self.sentences = self.tokens = 0
        self.lengths: Counter[tuple[str, int]] = Counter()
        self.forms: Counter[tuple[str, str]] = Counter()
        #: how often each shape of a span from tags occurs, and the line where it first does
        self.shapes: Counter[int] = Counter()
        self.first: dict[int, int] = {}
        self._split = self._textless = self._overlapping = self._unknown = 0

    def add(self, document: Document) -> None:
        """Count what is in one document."""
        tokens = document.tokens
        if tokens is None:
            tokens = tokenized(document.text or "")
            self._split += bool(tokens)
        self.documents += document.begins
        self.sentences += document.spaced and bool(tokens)
        self.tokens += len(tokens)
        self._textless += document.text is None
        parts = sorted(part for span in document.spans for part in span.parts)
        self._overlapping += any(before[1] > after[0] for before, after in pairwise(parts))
        for span in document.spans:
            self.shapes[span.shape] += 1
            self.first.setdefault(span.shape, document.line)
            words = self._words(document, span)
            form = " ".join(words)
            if not form:
                self._unknown += 1
                continue
            length = len(words)
            if document.tokens is None:
                length = len(tokenized(form))
            self.lengths[span.type, length] += 1
            self.forms[form.casefold() if self._ignore_case else form, span.type] += 1

    def _words(self, document: Document, span: TextSpan) -> list[str]:
        """Return the tokens of a span, as far as they are in it; or words of its text."""
        tokens = document.tokens
        if tokens is None or not span.parts:
            return document.text_of(span).split()
        text, words = document.text or "", []
        for start, end in span.parts:
            number = bisect_right(tokens, start, key=itemgetter(1))
            while number < len(tokens) and tokens[number][0] < end:
                first, last = tokens[number]
                words.append(text[max(start, first) : min(end, last)])
                number += 1
        return words

    def notes(self) -> list[str]:
        """Say what the numbers do not."""
        found = []
        if self._split:
            found.append("tokens: words and punctuation marks of the texts")
        if self._textless:
            found.append(f"{many(self._textless, 'document')} without a text: no tokens there")
        if self._overlapping:
            found.append(
                f"spans overlap in {many(self._overlapping, 'document')}: tokens that are in "
                "several count in each"
            )
        if self._unknown:
            found.append(f"{many(self._unknown, 'span')} left out: not known what they say")
        return found
