"""What spans say, with what stands around them, and where they are in the files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, chain, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from spanf1.core.documents import Document, DocumentBatch, Offsets, TextSpan, joined, squeezed
from spanf1.core.tags import Block, IntArray, TagForm, TagSets
from spanf1.exceptions import AlignmentError, UsageError
from spanf1.mistakes.ledger import NONE, Ledger

if TYPE_CHECKING:
    from spanf1.formats.metadata import Metadata

_NONE = np.zeros(0, np.intp)

# About how many characters a token may have, of which so many are shown around a span.
_TOKEN = 40

#: the keys that every input may have: the file of gold, and the document
FILE, DOCUMENT = "file", "document"
#: what may stand before a key that is called as something else, such as a property of spans
KEY = "key:"


class Mention(NamedTuple):
    """A span of one side, as a person meets it.

    Attributes
    ----------
    type : str
        Its type.
    text : str
        What it says; nothing where the input has no tokens, and no text.
    start, end : int
        Its first unit and the one after the last, from 0: tokens of the sentence that count, or
        characters of its own text.
    before, after : str
        What stands around it.
    """

    type: str
    text: str
    start: int
    end: int
    before: str = ""
    after: str = ""


class Place(NamedTuple):
    """Where a row of a ledger is, in the file of gold.

    Attributes
    ----------
    file : str
        The file.
    line : int
        The line, or the number of the record; 0 if there are none.
    sentence : int
        The number of the sentence, or text, from 1, among those with a token.
    document : str or int, optional
        The id of the document, where it has one.
    unit : str
        What places count: ``token`` or ``character``.
    """

    file: str
    line: int
    sentence: int
    document: str | int | None = None
    unit: str = "token"

    def __str__(self) -> str:
        if self.file and self.line:
            return f"{self.file}:{self.line}"
        number = f"{'sentence' if self.unit == 'token' else 'text'} {self.sentence}"
        name = number if self.document is None else str(self.document)
        return f"{self.file}: {name}" if self.file else name


def unsaid(place: Place, *, dropped: bool) -> UsageError:
    """Return the error that it is not known what the spans at a place say, and is asked for.

    `dropped` says whether tokens without a prediction are left out.
    """
    if dropped:
        return UsageError(
            "what spans say is not known where tokens without a prediction are dropped",
            where=str(place),
            hint="missing outside (--missing outside) has the tokens",
        )
    return UsageError(
        "what spans say is not known, as there are no tokens, and is asked for",
        where=str(place),
        hint="token_column (--token-column) or token_key (--token-key) says where they are",
    )


#: what tells a span, whichever file it was read from: where it is, and its type; keys sort in
#: reading order
Key = tuple[Any, ...]
#: where a row is, and the spans of gold and of the predictions
Found = tuple[Place, Mention | None, Mention | None]


class Sentence(NamedTuple):
    """A sentence, or a text, as a page shows it.

    Attributes
    ----------
    text : str, optional
        The text; None if it is not known.
    line, last : int
        Its first line and its last one, or the number of the record; 0 if there are none.
    document : str or int, optional
        The id of the document, where it has one.
    by_token : bool
        Whether places in it count tokens, which spaces are between; else characters.
    known : bool
        Whether it is known what its tokens are.
    """

    text: str | None
    line: int
    last: int
    document: str | int | None
    by_token: bool
    known: bool = True


class PlacedSpan(NamedTuple):
    """A span as a page shows it.

    Attributes
    ----------
    sentence : int
        The number of its sentence, from 0.
    parts : tuple of (start, end)
        The tokens, or characters, that it covers; none if they are not known.
    type : str
        Its type.
    said : str
        What it says, where that is not known from the text.
    """

    sentence: int
    parts: tuple[Offsets, ...]
    type: str
    said: str = ""


class Layout(NamedTuple):
    """How long the sentences, or texts, of gold are, and which belong to one document.

    Attributes
    ----------
    sizes : tuple of array
        For each side how many tokens, or characters, each has; -1 where that is not known.
    sentences, documents : array of int
        The number, from 0, of each among those that can be drawn, and that of its document.
    """

    sizes: tuple[IntArray, IntArray]
    sentences: IntArray
    documents: IntArray


class Texts(Protocol):
    """What knows the texts of the spans of a ledger; `file` is the file of gold."""

    file: str

    def of(self, ledger: Ledger, rows: IntArray, around: int) -> Iterator[Found]:
        """Yield the spans of some rows, in order, with so many tokens around them."""
        ...

    def keys(self, ledger: Ledger, side: int, index: IntArray) -> list[Key]:
        """Return what tells spans of a side, by their indices."""
        ...

    def shown(self) -> Iterator[Sentence]:
        """Yield all sentences, or texts, as a page shows them."""
        ...

    def placed(self, ledger: Ledger, side: int) -> Iterator[PlacedSpan]:
        """Yield the spans of a side, each at its place in its sentence."""
        ...

    def layout(self) -> Layout:
        """Return what is known of all sentences, in the order of `Place.sentence`."""
        ...

    def tags(self, token: int) -> tuple[list[str], list[str]] | None:
        """Return the tags of both sides of the sentence of a token; None if there are none."""
        ...

    def sentences(self, ledger: Ledger, side: int) -> IntArray:
        """Return the sentence, or text, of each span of a side, by its number from 0."""
        ...

    def values(self, key: str) -> Sequence[str | None]:
        """Return what each sentence, or text, of gold has at a key; None where it has nothing.

        They are those that `Place.sentence` counts, in order.
        """
        ...

    def names(self) -> set[str]:
        """Return the keys at which there are values."""
        ...


class _Said(ABC):
    """What is said of the sentences or texts of gold, beside their spans."""

    def __init__(self, file: str, metadata: Callable[[], Metadata]) -> None:
        self.file, self._metadata = file, metadata

    @property
    @abstractmethod
    def _lines(self) -> Sequence[int]:
        """The line of each sentence or text."""

    def _ids(self) -> Sequence[str | None] | None:
        """Return the id of the document of each text; None if none has one."""
        return None

    def _numbers(self) -> Sequence[str | None]:
        """Return the number of the document of each text; nothing if that is not known."""
        return ()

    def values(self, key: str) -> Sequence[str | None]:
        """Return what each sentence, or text, of gold has at a key; see `Texts`.

        Raises
        ------
        LayoutError
            If something there is no plain value, or no date where one is wanted.
        InputError
            If gold cannot be read once more.
        """
        from spanf1.formats.metadata import dates, parted

        name, part = parted(key)
        plain = name.removeprefix(KEY)
        lines, metadata = self._lines, self._metadata()
        found: Sequence[str | None] | None = None
        if name == FILE and self.file:
            found = [self.file] * len(lines)
        elif name == DOCUMENT:
            found = self._ids()
        if found is None:
            found = metadata.values(plain, lines)
        if name == DOCUMENT and not any(found):
            found = self._numbers() or found
        return dates(found, plain, part, lambda k: metadata.where(lines[k])) if part else found

    def names(self) -> set[str]:
        """Return the keys at which there are values; see `Texts`."""
        known = [FILE] * bool(self.file) + [DOCUMENT] * bool(self._ids() or self._numbers())
        return self._metadata().names().union(known)


class Passage(NamedTuple):
    """Whole sentences of gold.

    Attributes
    ----------
    size : int
        How many tokens they have that count.
    starts : array of int
        The tokens that begin a sentence; one without tokens begins where the next one does.
    tokens : sequence of str
        The tokens; none if they are not known.
    line : callable, optional
        Returns the line of a token, by its number.
    start_line : callable, optional
        Returns the line of the first token of a sentence, by its number.
    documents : array of int
        The tokens that begin a document.
    """

    size: int
    starts: IntArray
    tokens: Sequence[str]
    line: Callable[[int], int] | None = None
    start_line: Callable[[int], int] | None = None
    documents: IntArray = _NONE

    def start_lines(self) -> Iterator[int]:
        """Yield the line of the first token of each sentence; 0 if it is not known."""
        for number in range(len(self.starts)):
            yield self.start_line(number) if self.start_line else 0


class TokenTexts(_Said):
    """The texts of spans that are from tags.

    Parameters
    ----------
    file : str
        The file of gold.
    passages : callable
        Reads the sentences of gold once more.
    size : int
        How many tokens they are to have.
    metadata : callable
        Returns what is said of them.
    blocks : callable
        Reads the tags of both sides once more, and numbers them in the sets that it returns.
    """

    def __init__(
        self,
        file: str,
        passages: Callable[[], Iterable[Passage]],
        size: int,
        metadata: Callable[[], Metadata],
        blocks: Callable[[], tuple[TagSets, Iterable[Block]]],
    ) -> None:
        super().__init__(file, metadata)
        self._passages, self._size, self._blocks = passages, size, blocks

    @cached_property
    def _lines(self) -> Sequence[int]:
        """The line of each sentence."""
        return [line for passage in self._passages() for line in passage.start_lines()]

    @cached_property
    def _starts(self) -> IntArray:
        """The token that begins each sentence, by its number among all."""
        starts, base = [np.zeros(0, np.intp)], 0
        for passage in self._passages():
            starts.append(passage.starts + base)
            base += passage.size
        return np.concatenate(starts)

    def sentences(self, ledger: Ledger, side: int) -> IntArray:
        """Return the sentence of each span of a side, by its number from 0; see `Texts`."""
        return np.searchsorted(self._starts, ledger.sides[side].spans.start, "right") - 1

    @cached_property
    def _shown(self) -> tuple[list[Sentence], dict[int, list[Offsets]]]:
        """All sentences, and the characters of the tokens of those whose tokens have spaces."""
        sentences: list[Sentence] = []
        spaced: dict[int, list[Offsets]] = {}
        size = 0
        for passage in self._passages():
            size += passage.size
            for start, end in pairwise([*passage.starts.tolist(), passage.size]):
                words = passage.tokens[start:end] if passage.tokens else ["·"] * (end - start)
                text, offsets = joined(words)
                by_token = text.count(" ") == max(0, len(words) - 1)
                if not by_token:
                    spaced[len(sentences)] = offsets
                there = passage.line if words else None
                line, last = (there(start), there(end - 1)) if there else (0, 0)
                sentences.append(Sentence(text, line, last, None, by_token, bool(passage.tokens)))
        self._check_size(size)
        return sentences, spaced

    def shown(self) -> Iterator[Sentence]:
        """Yield all sentences; see `Texts`. Dots stand for tokens that are not known."""
        return iter(self._shown[0])

    def placed(self, ledger: Ledger, side: int) -> Iterator[PlacedSpan]:
        """Yield the spans of a side; see `Texts`."""
        spaced, spans = self._shown[1], ledger.sides[side].spans
        number = self.sentences(ledger, side)
        first = self._starts[number]
        places = number, spans.start - first, spans.end - first, spans.type
        for sentence, start, end, kind in zip(*(one.tolist() for one in places), strict=True):
            part = start, end
            if sentence in spaced:
                part = spaced[sentence][start][0], spaced[sentence][end - 1][1]
            yield PlacedSpan(sentence, (part,), ledger.names[kind])

    def of(self, ledger: Ledger, rows: IntArray, around: int) -> Iterator[Found]:
        """Yield the spans of some rows, in order; see `Texts`.

        Raises
        ------
        AlignmentError
            If gold has other tokens than were scored.
        """
        sides = [
            (index[rows], ledger.types(number)[rows], ledger.sides[number].spans)
            for number, index in enumerate((ledger.gold, ledger.predicted))
        ]
        starts, ends = zip(
            *(
                (spans.start.take(index, mode="clip"), spans.end.take(index, mode="clip"))
                if len(spans.start)
                else (index, index)
                for index, _, spans in sides
            ),
            strict=True,
        )
        first = np.where(sides[0][0] == NONE, starts[1], starts[0])
        base = sentences = done = 0
        for passage in self._passages():
            stop = int(np.searchsorted(first, base + passage.size))
            here = slice(done, stop)
            number = np.searchsorted(passage.starts, first[here] - base, "right")
            begin = passage.starts[number - 1]
            end = np.append(passage.starts, passage.size)[number]
            columns = [
                self._mentions(
                    passage.tokens,
                    (index[here], starts[side][here] - base, ends[side][here] - base),
                    [ledger.names[kind] for kind in kinds[here].tolist()],
                    (begin, end),
                    around,
                )
                for side, (index, kinds, _) in enumerate(sides)
            ]
            lines: Iterable[int] = np.zeros_like(begin).tolist()
            if passage.line:
                lines = map(passage.line, (first[here] - base).tolist())
            for line, sentence, gold, predicted in zip(
                lines, (number + sentences).tolist(), *columns, strict=True
            ):
                yield Place(self.file, line, sentence), gold, predicted
            base, done = base + passage.size, stop
            sentences += len(passage.starts)
        self._check_size(base)

    def _check_size(self, read: int) -> None:
        """Raise an error if so many tokens are not all that were scored."""
        if read != self._size:
            raise AlignmentError(
                f"{read} tokens are read of gold, and {self._size} were scored",
                where=self.file,
                hint="a line that begins with # may be a token by its tag on one side alone",
            )

    def layout(self) -> Layout:
        """Return what is known of all sentences; see `Texts`."""
        starts, documents, base = [_NONE], [_NONE], 0
        for passage in self._passages():
            starts.append(passage.starts + base)
            documents.append(passage.documents + base)
            base += passage.size
        self._check_size(base)
        first = np.concatenate(starts)
        sizes = np.diff(first, append=base)
        # What stands before the first mark is a document, too.
        begun = np.searchsorted(np.concatenate(documents), first, "right")
        return Layout((sizes, sizes), np.cumsum(sizes > 0) - 1, begun - begun[:1])

    def keys(self, ledger: Ledger, side: int, index: IntArray) -> list[Key]:
        """Return what tells spans of a side: their tokens and type; see `Texts`."""
        spans = ledger.sides[side].spans
        names = [ledger.names[kind] for kind in spans.type[index].tolist()]
        return [*zip(spans.start[index].tolist(), spans.end[index].tolist(), names, strict=True)]

    def tags(self, token: int) -> tuple[list[str], list[str]]:
        """Return the tags of the sentence of a token, from the first to the last in a span."""
        sets, blocks = self._blocks()
        # Of each token of the last sentence: the number of that, its own number, and both codes.
        rows = np.zeros((4, 0), np.intp)
        base = seen = wanted = 0
        for block in blocks:
            starts = block.sentence_starts
            number = seen + np.searchsorted(starts, block.numbers, "right")
            more = np.stack((number, block.numbers + base, block.gold, block.predicted))
            rows = np.concatenate((rows[:, rows[0] == seen], more), axis=1)
            if not wanted and token < base + block.tokens:
                wanted = seen + int(np.searchsorted(starts, token - base, "right"))
            base, seen = base + block.tokens, seen + len(starts)
            if wanted and seen > wanted:
                break
        _, places, *codes = rows[:, rows[0] == wanted]
        sides = []
        for tag_set, column in zip(sets, codes, strict=True):
            tags = ["O"] * int(places[-1] - places[0] + 1)
            for place, code in zip((places - places[0]).tolist(), column.tolist(), strict=True):
                tags[place] = tag_set.spell(code, TagForm())
            sides.append(tags)
        return sides[0], sides[1]

    @staticmethod
    def _mentions(
        tokens: Sequence[str],
        spans: tuple[IntArray, IntArray, IntArray],
        names: list[str],
        sentence: tuple[IntArray, IntArray],
        around: int,
    ) -> Iterator[Mention | None]:
        """Yield spans of one side by index, start and end; None where the index is of none."""
        index, start, end = spans
        begin, stop = sentence
        left, right = np.maximum(begin, start - around), np.minimum(stop, end + around)
        columns = (column.tolist() for column in (index, start, end, left, right, begin))
        for name, which, first, last, reach, far, base in zip(names, *columns, strict=True):
            if which == NONE:
                yield None
                continue
            before, after = " ".join(tokens[reach:first]), " ".join(tokens[last:far])
            yield Mention(
                name,
                " ".join(tokens[first:last]),
                first - base,
                last - base,
                before and f"{before} ",
                after and f" {after}",
            )


class DocumentTexts(_Said):
    """The texts of spans that are of documents.

    Parameters
    ----------
    batches : sequence of (DocumentBatch, DocumentBatch)
        The documents of both sides; an attribute, too.
    file : str
        The file of gold.
    metadata : callable
        Returns what is said of them.
    lines : callable, optional
        Reads the lines of the tokens of each document of gold, where each has one.
    """

    def __init__(
        self,
        batches: Sequence[tuple[DocumentBatch, DocumentBatch]],
        file: str,
        metadata: Callable[[], Metadata],
        lines: Callable[[], Iterable[list[int]]] = tuple,
    ) -> None:
        super().__init__(file, metadata)
        self.batches, self._read_lines = batches, lines

    @cached_property
    def _lines(self) -> Sequence[int]:
        """The line of each text."""
        return [*chain.from_iterable(gold.lines for gold, _ in self.batches)]

    @cached_property
    def _begins(self) -> list[bool]:
        """Whether a document begins with each text."""
        return [*chain.from_iterable(gold.begins for gold, _ in self.batches)]

    def _ids(self) -> Sequence[str | None] | None:
        """Return the id of the document of each text; None if none has one."""
        ids = [*chain.from_iterable(gold.ids for gold, _ in self.batches)]
        if all(own is None for own in ids):
            return None
        names = [own if own is None else str(own) for own in ids]
        # A document of several sentences is called as the first of them.
        for row in range(1, len(names)) if any(self._begins) else ():
            if not self._begins[row]:
                names[row] = names[row - 1]
        return names

    def _numbers(self) -> Sequence[str | None]:
        """Return the number of the document of each text, where documents have several."""
        begins = self._begins
        if not 1 < sum(begins) < len(begins):
            return ()
        return [
            f"{DOCUMENT} {number}" if number else None for number in accumulate(map(int, begins))
        ]

    def sentences(self, ledger: Ledger, side: int) -> IntArray:
        """Return the text of each span of a side, by its number from 0; see `Texts`."""
        return np.array(self._owners[side], np.intp)[ledger.sides[side].number]

    @cached_property
    def _firsts(self) -> list[list[int]]:
        """The first span of each batch, and the first document."""
        counts = [[len(batch[side].types) for batch in self.batches] for side in (0, 1)]
        counts.append([len(batch[0]) for batch in self.batches])
        return [[0, *accumulate(column)] for column in counts]

    @cached_property
    def _owners(self) -> list[list[int]]:
        """The document of each span of each side, by their numbers among all."""
        return [
            [
                first + owner
                for first, batch in zip(self._firsts[2], self.batches, strict=False)
                for owner in batch[side].owners()
            ]
            for side in (0, 1)
        ]

    @cached_property
    def _documents(self) -> list[tuple[Document, Document]]:
        """The documents of both sides, without spans."""
        return [
            (left, right)
            for batch in self.batches
            for left, right in zip(*map(_without_spans, batch), strict=True)
        ]

    def shown(self) -> Iterator[Sentence]:
        """Yield all texts; see `Texts`."""
        for pair in self._documents:
            first, text = pair[0], self._text_shown(pair)
            by_token = text is not None and _by_token(pair) and _is_spaced(first)
            lines = self._token_lines.get(first.line) if by_token else None
            yield Sentence(text, first.line, lines[-1] if lines else first.line, first.id, by_token)

    def placed(self, ledger: Ledger, side: int) -> Iterator[PlacedSpan]:
        """Yield the spans of a side, at places in the text that is shown; see `Texts`."""
        kept = ledger.sides[side]
        for number, kind in zip(kept.number.tolist(), kept.spans.type.tolist(), strict=True):
            owner, span = self._owners[side][number], self._span(side, number)
            documents = self._documents[owner]
            text, shown, parts = self._text(side, owner), self._text_shown(documents), span.parts
            home = documents[side]
            if text and shown and text != shown and squeezed(text) == squeezed(shown):
                parts, home = _moved(parts, text, shown), documents[0]
            if _by_token(documents) and _is_spaced(documents[0]):
                parts = tuple(_at_tokens(part, home) for part in parts)
            said = "" if parts and shown is not None else span.text or ""
            yield PlacedSpan(owner, parts, ledger.names[kind], said)

    @staticmethod
    def _text_shown(documents: tuple[Document, Document]) -> str | None:
        """Return the text that is shown: gold's, if it has one."""
        return documents[1].text if documents[0].text is None else documents[0].text

    @cached_property
    def _token_lines(self) -> dict[int, list[int]]:
        """The lines of the tokens of each document of gold, by the first of them."""
        return {lines[0]: lines for lines in self._read_lines()}

    def of(self, ledger: Ledger, rows: IntArray, around: int) -> Iterator[Found]:
        """Yield the spans of some rows, in order; see `Texts`."""
        numbers = [
            np.where(index == NONE, NONE, side.number.take(index, mode="clip")).tolist()
            if len(side.number)
            else index.tolist()
            for index, side in zip(
                (ledger.gold[rows], ledger.predicted[rows]), ledger.sides, strict=True
            )
        ]
        names = [
            [ledger.names[kind] for kind in ledger.types(side)[rows].tolist()] for side in (0, 1)
        ]
        for pair, types in zip(zip(*numbers, strict=True), zip(*names, strict=True), strict=True):
            side = int(pair[0] == NONE)
            owner = self._owners[side][pair[side]]
            documents = self._documents[owner]
            by_token = _by_token(documents)
            gold, predicted = (
                None if number == NONE else self._mention(k, number, name, documents, around)
                for k, (number, name) in enumerate(zip(pair, types, strict=True))
            )
            if by_token:
                gold, predicted = (
                    mention and _in_tokens(mention, document)
                    for mention, document in zip((gold, predicted), documents, strict=True)
                )
            first, line = documents[0], documents[0].line
            lines = self._token_lines.get(line) if by_token else None
            if lines and (at := gold or (documents[1].tokens == first.tokens and predicted)):
                line = lines[at.start]
            unit = "token" if by_token else "character"
            yield Place(self.file, line, owner + 1, first.id, unit), gold, predicted

    def keys(self, ledger: Ledger, side: int, index: IntArray) -> list[Key]:
        """Return what tells spans of a side: their characters, white space apart; see `Texts`."""
        kept = ledger.sides[side]
        names = [ledger.names[kind] for kind in kept.spans.type[index].tolist()]
        keys: list[Key] = []
        last, before = NONE, [0]
        for number, name in zip(kept.number[index].tolist(), names, strict=True):
            owner = self._owners[side][number]
            span, text = self._span(side, number), self._text(side, owner)
            if text is None:
                keys.append((owner, span.parts, name, span.text or ""))
                continue
            if owner != last:
                # So many characters that are no white space are before each.
                before = [*accumulate((not one.isspace() for one in text), initial=0)]
                last = owner
            parts = tuple((before[start], before[end]) for start, end in span.parts)
            keys.append((owner, parts, name, ""))
        return keys

    def layout(self) -> Layout:
        """Return what is known of all documents; see `Texts`."""
        sizes: tuple[list[int], list[int]] = [], []
        for owner, documents in enumerate(self._documents):
            by_token = _by_token(documents)
            for side, document in enumerate(documents):
                text = self._text(side, owner)
                size = -1 if text is None else len(text)
                sizes[side].append(len(document.tokens or ()) if by_token else size)
        begins = np.array([one for gold, _ in self.batches for one in gold.begins], np.intp)
        begins[:1] = 1
        left, right = (np.array(side, np.intp) for side in sizes)
        return Layout((left, right), np.arange(len(begins)), np.cumsum(begins) - 1)

    def tags(self, token: int) -> None:
        """Return that there are none in a row; see `Texts`."""

    def _span(self, side: int, number: int) -> TextSpan:
        """Return a span, by its number among those of its side."""
        batch = bisect_right(self._firsts[side], number) - 1
        return self.batches[batch][side].span(number - self._firsts[side][batch])

    def _text(self, side: int, owner: int) -> str | None:
        """Return the text of a document of a side; that of the other side if it has none."""
        documents = self._documents[owner]
        own = documents[side].text
        return documents[1 - side].text if own is None else own

    def _mention(
        self, side: int, number: int, name: str, documents: tuple[Document, Document], around: int
    ) -> Mention:
        """Return a span, by its number among those of its side."""
        span, own = self._span(side, number), documents[side]
        if own.text is None:
            own = Document(documents[1 - side].text, ())
        text, said = own.text, own.text_of(span)
        start, end = span.parts[0][0], span.parts[-1][1]
        if text is None:
            return Mention(name, said, start, end)
        before = _last_words(text[max(0, start - _TOKEN * around) : start], around)
        after = _first_words(text[end : end + _TOKEN * around], around)
        return Mention(name, said, start, end, before, after)


def _by_token(documents: Iterable[Document]) -> bool:
    """Return whether places in a document are said by its tokens, given both sides of it."""
    return all(document.spaced and document.tokens for document in documents)


def _in_tokens(mention: Mention, document: Document) -> Mention:
    """Return a mention at the tokens of its document."""
    start, end = _at_tokens((mention.start, mention.end), document)
    return mention._replace(start=start, end=end)


def _at_tokens(part: Offsets, document: Document) -> Offsets:
    """Return the tokens of a document that have some of its characters."""
    tokens = document.tokens or ()
    first = bisect_right(tokens, part[0], key=itemgetter(1))
    return first, bisect_left(tokens, part[1], key=itemgetter(0))


def _is_spaced(document: Document) -> bool:
    """Return whether the spaces of a text are between its tokens, and nowhere else."""
    return (document.text or "").count(" ") == len(document.tokens or ()) - 1


def _moved(parts: Iterable[Offsets], text: str, shown: str) -> tuple[Offsets, ...]:
    """Return parts of a text in another one, whose white space alone differs."""
    before = [*accumulate((not one.isspace() for one in text), initial=0)]
    there = [place for place, one in enumerate(shown) if not one.isspace()]
    moved = []
    for start, end in parts:
        first, last = before[start], before[end]
        moved.append((there[first], there[last - 1] + 1) if first < last else (0, 0))
    return tuple(moved)


def _without_spans(batch: DocumentBatch) -> Iterator[Document]:
    columns = batch.texts, batch.tokens, batch.ids, batch.lines, batch.spaced
    for text, tokens, key, line, spaced in zip(*columns, strict=True):
        yield Document(text, (), tokens, key, line, spaced)


def _last_words(text: str, count: int) -> str:
    """Return the end of a text, with so many words."""
    parts = text.rsplit(None, count)
    return text[len(parts[0]) :].lstrip() if len(parts) > count else text.lstrip()


def _first_words(text: str, count: int) -> str:
    """Return the beginning of a text, with so many words."""
    parts = text.split(None, count)
    return text[: len(text) - len(parts[-1])].rstrip() if len(parts) > count else text.rstrip()
