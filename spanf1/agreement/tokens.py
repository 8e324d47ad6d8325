"""Tokens as annotators classify them: what chance-corrected coefficients and gamma count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

import numpy as np

from spanf1.agreement.annotations import NOT_DONE, Annotations, Part
from spanf1.core.documents import DocumentBatch, Offsets
from spanf1.core.options import Options
from spanf1.core.spans import BoolArray, first_of_each, ranges
from spanf1.core.tags import IntArray
from spanf1.formats.tokens import tokenized

#: the code of a token that an annotator leaves outside
OUT = 0

#: the tag of a token: of each span that it is in, whether that begins there, and its type
Tag = tuple[tuple[bool, str], ...]


@dataclass(frozen=True)
class Marked:
    """The spans of an annotator, in tokens of their documents; in order.

    Attributes
    ----------
    document : array of int
        The document of each, by its number among all.
    start, end : array of int
        Its first token, and the one behind its last, from 0.
    type : array of int
        A number for its type, the same for all annotators.
    """

    document: IntArray
    start: IntArray
    end: IntArray
    type: IntArray


@dataclass(frozen=True)
class Tokens:
    """The tokens of all documents, as annotators classify them.

    Attributes
    ----------
    noun : str
        What they are: ``token``, or ``word`` where some texts have no tokens of their own.
    done : array of bool, shape (documents, annotators)
        Who has done which document; nobody has one without a text.
    sizes : array of int
        How many tokens each document has.
    document : array of int
        Of each token that someone marks, its document.
    codes : array of int, shape (tokens, annotators)
        The tag of each of them: a number of `tags`.
    tags : list of Tag
        The tags; the first is that of a token outside.
    squares : array of int, shape (documents, annotators)
        What the sections of a document add to the sum of squares: a run of tokens of one span its
        square, and what is between runs its length.
    spans : tuple of Marked
        The spans of each annotator.
    """

    noun: str
    done: BoolArray
    sizes: IntArray
    document: IntArray
    codes: IntArray
    tags: Sequence[Tag]
    squares: IntArray
    spans: tuple[Marked, ...]

    @property
    def classes(self) -> tuple[IntArray, list[str]]:
        """The class of each tag, by its number, and the names of classes: one type, or several."""
        names: dict[str, int] = {"O": OUT}
        known = [" and ".join(sorted({kind for _, kind in tag})) or "O" for tag in self.tags]
        return np.array([names.setdefault(name, len(names)) for name in known]), [*names]

    @classmethod
    def of(cls, annotations: Annotations, options: Options) -> Tokens | None:
        """Return the tokens of documents; None if there are spans of which no place is known."""
        tags: dict[Tag, int] = {(): OUT}
        types: dict[str, int] = {}
        found = []
        for part in annotations.parts:
            batches = [that_count(batch, options) for batch in part.batches]
            if not all(all(batch.parts.values()) for batch in batches):
                return None
            found.append(_Part(part, batches, tags, types))
        done = np.concatenate([one.done for one in found])
        firsts = [0, *accumulate(len(one.done) for one in found)]
        return cls(
            "word" if any(one.made for one in found) else "token",
            done,
            np.concatenate([one.sizes for one in found]),
            np.concatenate([one.document + n for one, n in zip(found, firsts, strict=False)]),
            np.concatenate([one.codes for one in found]),
            [*tags],
            np.concatenate([one.squares for one in found]),
            tuple(
                Marked(
                    np.concatenate(
                        [one.spans[k].document + n for one, n in zip(found, firsts, strict=False)]
                    ),
                    *(
                        np.concatenate([getattr(one.spans[k], name) for one in found])
                        for name in ("start", "end", "type")
                    ),
                )
                for k in range(done.shape[1])
            ),
        )


def that_count(batch: DocumentBatch, options: Options) -> DocumentBatch:
    """Return documents with the spans that count alone, their types as they are called."""
    names, chosen = options.type_map or str, options.types
    if not options.type_map and isinstance(chosen, str):
        return batch

    def called(name: str) -> str:
        other = names(name)
        return other if isinstance(chosen, str) or other in chosen else ""

    return batch.retyped(called)


class _Part:
    """The tokens of the documents of a part; attributes are as those of `Tokens`.

    Parameters
    ----------
    part : Part
        The documents.
    batches : sequence of DocumentBatch
        Those of each annotator, with the spans that count.
    tags, types : dict
        The numbers of tags and types, to which new ones are added.
    """

    def __init__(
        self,
        part: Part,
        batches: Sequence[DocumentBatch],
        tags: dict[Tag, int],
        types: dict[str, int],
    ) -> None:
        self._part, self._tags, self._types = part, tags, types
        #: whether tokens were made of texts
        self.made = False
        self._texts: list[str | None] = []
        offsets = [self._tokens_of(document) for document in range(len(part.rows))]
        self.sizes = np.array([*map(len, offsets)], np.intp)
        there = np.array([text is not None for text in self._texts], np.bool_)
        self.done = (part.rows != NOT_DONE) & there[:, None]
        # So far apart that no token of one document is in another.
        lengths = np.array([len(text or "") + 2 for text in self._texts], np.int64)
        self._base = np.cumsum(lengths) - lengths
        places = np.array([*chain.from_iterable(offsets)], np.int64).reshape(-1, 2)
        owner = np.repeat(np.arange(len(offsets)), self.sizes)
        self._start, self._end = (places + self._base[owner, None]).T
        self._first = np.cumsum(self.sizes) - self.sizes
        codes = np.zeros((len(places), len(batches)), np.int64)
        squares, spans = [], []
        for number, batch in enumerate(batches):
            marked, sums = self._mark(codes[:, number], number, batch)
            spans.append(marked)
            squares.append(sums)
        some = np.flatnonzero(codes.any(axis=1))
        self.document, self.codes = owner[some], codes[some]
        self.squares, self.spans = np.stack(squares, axis=1), spans

    def _tokens_of(self, document: int) -> Sequence[Offsets]:
        """Return the tokens of a document: those of the first who has some, else its words."""
        text: str | None = None
        for batch, row in zip(self._part.batches, self._part.rows[document].tolist(), strict=True):
            if row == NOT_DONE or batch.texts[row] is None:
                continue
            if (tokens := batch.tokens[row]) is not None:
                self._texts.append(batch.texts[row])
                own: Sequence[Offsets] = tokens
                return own
            text = batch.texts[row] if text is None else text
        self._texts.append(text)
        if text is None:
            return ()
        self.made = True
        return tokenized(text)

    def _mark(self, codes: IntArray, number: int, batch: DocumentBatch) -> tuple[Marked, IntArray]:
        """Write the codes of an annotator's tags; return the spans, and the sums of squares."""
        document, start, end = self._places(number, batch)
        kinds = np.array(
            [self._types.setdefault(name, len(self._types)) for name in batch.types], np.intp
        )
        owner, start, end = _pieces(batch, start, end)
        base = self._base[document[owner]]
        # The tokens that a piece has a part of.
        first = np.searchsorted(self._end, start + base, "right")
        length = np.maximum(np.searchsorted(self._start, end + base) - first, 0)
        token = ranges(first, length)
        span = np.repeat(owner, length)
        order = np.lexsort((span, token))
        token, span = token[order], span[order]
        begins = np.ones(len(token), np.bool_)
        leads = np.full(len(batch.types), len(codes), np.intp)
        np.minimum.at(leads, span, token)
        begins = token == leads[span]
        self._write(codes, token, begins, kinds[span])
        there = np.flatnonzero(leads < len(codes))
        stop = np.zeros(len(batch.types), np.intp)
        np.maximum.at(stop, span, token + 1)
        before = self._first[document[there]]
        marked = Marked(document[there], leads[there] - before, stop[there] - before, kinds[there])
        return marked, self._squares(codes)

    def _places(self, number: int, batch: DocumentBatch) -> tuple[IntArray, IntArray, IntArray]:
        """Return the document of each span, and where it is in the text that has the tokens."""
        rows = self._part.rows[:, number]
        where = np.full(len(batch), NOT_DONE, np.intp)
        done = np.flatnonzero(rows != NOT_DONE)
        where[rows[done]] = done
        owner = np.array(batch.owners(), np.intp)
        start, end = np.array(batch.starts, np.int64), np.array(batch.ends, np.int64)
        bounds = [0, *accumulate(batch.counts)]
        for row in np.flatnonzero(where != NOT_DONE).tolist():
            own, text = batch.texts[row], self._texts[where[row]]
            here = slice(bounds[row], bounds[row + 1])
            if own is not None and text is not None and own != text:
                start[here], end[here] = moved(own, text, start[here], end[here])
        return where[owner], start, end

    def _write(self, codes: IntArray, token: IntArray, begins: IntArray, kinds: IntArray) -> None:
        """Write the tags of tokens, which may be in several spans; they come in order."""
        names = [*self._types]
        first = first_of_each(token)
        count = np.diff(first, append=len(token))
        packed = kinds * 2 + begins
        one = first[count == 1]
        for code in np.unique(packed[one]).tolist():
            tag: Tag = ((bool(code & 1), names[code >> 1]),)
            own = self._tags.setdefault(tag, len(self._tags))
            codes[token[one[packed[one] == code]]] = own
        for place, several in zip(
            first[count > 1].tolist(), count[count > 1].tolist(), strict=True
        ):
            here = packed[place : place + several].tolist()
            tag = tuple(sorted({(bool(code & 1), names[code >> 1]) for code in here}))
            codes[token[place]] = self._tags.setdefault(tag, len(self._tags))

    def _squares(self, codes: IntArray) -> IntArray:
        """Return what the sections of each document add to the sum of squares."""
        token = np.flatnonzero(codes)
        document = np.searchsorted(self._first, token, "right") - 1
        # Documents without tokens begin where the next one does.
        tags = [*self._tags]
        begin = np.array([any(first for first, _ in tag) for tag in tags])[codes[token]]
        kinds = [frozenset(kind for _, kind in tag) for tag in tags]
        numbers = {kind: number for number, kind in enumerate(dict.fromkeys(kinds))}
        kind = np.array([numbers[one] for one in kinds])[codes[token]]
        new = np.ones(len(token), np.bool_)
        new[1:] = (
            (np.diff(token) != 1) | begin[1:] | (np.diff(kind) != 0) | (np.diff(document) != 0)
        )
        first = np.flatnonzero(new)
        length = np.diff(first, append=len(token)).astype(np.int64, copy=False)
        outside = self.sizes - np.bincount(document, minlength=len(self.sizes))
        sums = outside.astype(np.int64, copy=False)
        np.add.at(sums, document[first], length * length)
        return sums


def _pieces(
    batch: DocumentBatch, start: IntArray, end: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Return the spans of batch with the parts of discontinuous ones, and whose these are."""
    owner = np.arange(len(start))
    if not batch.parts:
        return owner, start, end
    whole = np.ones(len(start), np.bool_)
    whole[[*batch.parts]] = False
    rows = [
        (index, first - batch.starts[index], last - batch.starts[index])
        for index, parts in batch.parts.items()
        for first, last in parts
    ]
    own, first, last = np.array(rows, np.int64).T
    return (
        np.concatenate((owner[whole], own)),
        np.concatenate((start[whole], start[own] + first)),
        np.concatenate((end[whole], start[own] + last)),
    )


def moved(own: str, text: str, start: IntArray, end: IntArray) -> tuple[IntArray, IntArray]:
    """Return places of one text in another, which differs in white space alone."""
    before = np.array([0, *accumulate(not one.isspace() for one in own)], np.int64)
    solid = np.array([place for place, one in enumerate(text) if not one.isspace()], np.int64)
    first, last = before[start], before[end] - 1
    return solid[first.clip(0, len(solid) - 1)], solid[last.clip(0)] + 1
