"""Documents: texts with typed spans in them, whatever format they are from.

Tags put spans on tokens, side by side. Other formats put them on characters, where they may
nest, overlap, repeat, or be discontinuous; or they only say what text is of which type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, chain, repeat
from typing import NamedTuple

from spanf1.core.spans import UNTAGGED
from spanf1.exceptions import InputError

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

    Examples
    --------
    >>> import spanf1
    >>> span = spanf1.TextSpan("LOC", ((3, 7), (9, 12)))
    >>> span.start, span.end, span.type, span.text
    (3, 12, 'LOC', None)
    """

    type: str
    parts: tuple[Offsets, ...]
    text: str | None = None
    shape: int = UNTAGGED

    @property
    def start(self) -> int | None:
        """The first character that it covers; None if the input does not say which these are."""
        return self.parts[0][0] if self.parts else None

    @property
    def end(self) -> int | None:
        """The character behind the last one that it covers; None likewise."""
        return self.parts[-1][1] if self.parts else None


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
    missing : sequence of (start, end)
        The characters that nobody annotated: predictions there are neither right nor wrong.
    """

    text: str | None
    spans: Sequence[TextSpan]
    tokens: Sequence[Offsets] | None = None
    id: str | int | None = None
    line: int = 0
    spaced: bool = False
    begins: bool = True
    missing: Sequence[Offsets] = ()

    def words(self) -> list[str]:
        """Return the tokens as text; none if they are not known."""
        return [(self.text or "")[start:end] for start, end in self.tokens or ()]

    def text_of(self, span: TextSpan) -> str:
        """Return what a span says: its parts with a space between them."""
        if self.text is None or not span.parts:
            return span.text or ""
        return " ".join(self.text[start:end] for start, end in span.parts)


#: about how many documents, and characters of their texts, a batch has at most
BATCH, BATCH_SIZE = 512, 1 << 18

# How many of the columns of a batch of documents have something for each document, and not span;
# and how many columns there are.
_OF_DOCUMENTS, _COLUMNS = 7, 12


class DocumentBatch:
    """Documents of one side, as columns.

    Attributes
    ----------
    texts, tokens, ids, lines, spaced, begins : list
        What each document has; see `Document`.
    counts : list of int
        How many spans each document has.
    types, starts, ends, said, shapes : list
        Of all spans, document by document: the type, the first and the last place, what it says
        where the input has it, and the shape; see `TextSpan`.
    parts : dict of int to tuple of (start, end)
        The parts of spans that have none, or several, by their index.
    missing : dict of int to sequence of (start, end)
        The characters of documents that nobody annotated, by the number of the document.
    """

    __slots__ = (
        *("texts", "tokens", "ids", "lines", "spaced", "begins"),
        *("counts", "types", "starts", "ends", "said", "shapes", "parts", "missing"),
    )

    def __init__(self, documents: Iterable[Document] = ()) -> None:
        self.texts: list[str | None] = []
        self.tokens: list[Sequence[Offsets] | None] = []
        self.ids: list[str | int | None] = []
        self.lines: list[int] = []
        self.spaced: list[bool] = []
        self.begins: list[bool] = []
        self.counts: list[int] = []
        self.types: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.said: list[str | None] = []
        self.shapes: list[int] = []
        self.parts: dict[int, tuple[Offsets, ...]] = {}
        self.missing: dict[int, Sequence[Offsets]] = {}
        for document in documents:
            self.append(document)

    def __len__(self) -> int:
        return len(self.texts)

    def append(self, document: Document) -> None:
        """Add a document."""
        if document.missing:
            self.missing[len(self)] = document.missing
        self.texts.append(document.text)
        self.tokens.append(document.tokens)
        self.ids.append(document.id)
        self.lines.append(document.line)
        self.spaced.append(document.spaced)
        self.begins.append(document.begins)
        self.counts.append(len(document.spans))
        for kind, parts, said, shape in document.spans:
            if len(parts) != 1:
                self.parts[len(self.types)] = parts
            self.types.append(kind)
            self.starts.append(parts[0][0] if parts else 0)
            self.ends.append(parts[-1][1] if parts else 0)
            self.said.append(said)
            self.shapes.append(shape)

    def extend(self, other: DocumentBatch) -> None:
        """Add the documents of another batch."""
        behind = len(self.types)
        self.missing.update({len(self) + row: part for row, part in other.missing.items()})
        for name in self.__slots__[:_COLUMNS]:
            getattr(self, name).extend(getattr(other, name))
        self.parts.update({behind + index: parts for index, parts in other.parts.items()})

    def span(self, index: int) -> TextSpan:
        """Return a span, by its index among all."""
        parts = self.parts.get(index, ((self.starts[index], self.ends[index]),))
        return TextSpan(self.types[index], parts, self.said[index], self.shapes[index])

    def document(self, number: int) -> Document:
        """Return a document."""
        first = sum(self.counts[:number])
        spans = [self.span(index) for index in range(first, first + self.counts[number])]
        return Document(
            self.texts[number],
            spans,
            self.tokens[number],
            self.ids[number],
            self.lines[number],
            self.spaced[number],
            self.begins[number],
            self.missing.get(number, ()),
        )

    def documents(self) -> Iterator[Document]:
        """Yield the documents."""
        return map(self.document, range(len(self)))

    def only(self, begin: int, end: int, spans: tuple[int, int] | None = None) -> DocumentBatch:
        """Return the documents of a range; `spans` says which spans these have, if it is known."""
        first, last = spans or (sum(self.counts[:begin]), sum(self.counts[:end]))
        some = DocumentBatch()
        for name in self.__slots__[:_OF_DOCUMENTS]:
            setattr(some, name, getattr(self, name)[begin:end])
        for name in self.__slots__[_OF_DOCUMENTS:_COLUMNS]:
            setattr(some, name, getattr(self, name)[first:last])
        if self.missing:
            rows = {row: part for row, part in self.missing.items() if begin <= row < end}
            some.missing = {row - begin: part for row, part in rows.items()}
        if self.parts:
            # Many slices are made of a large batch: each looks at its own spans alone.
            some.parts = {
                index - first: self.parts[index]
                for index in range(first, last)
                if index in self.parts
            }
        return some

    def take(self, rows: Sequence[int], firsts: Sequence[int]) -> DocumentBatch:
        """Return documents by their numbers, given the first span of each one in the batch."""
        if rows and rows == [*range(rows[0], rows[0] + len(rows))]:
            begin, end = rows[0], rows[-1] + 1
            return self.only(begin, end, (firsts[begin], firsts[end]))
        some = DocumentBatch()
        for row in rows:
            some.extend(self.only(row, row + 1, (firsts[row], firsts[row + 1])))
        return some

    def retyped(self, type_map: Callable[[str], str]) -> DocumentBatch:
        """Return the documents with other types of spans, and without spans that get none."""
        types = [*map({name: type_map(name) for name in {*self.types}}.__getitem__, self.types)]
        other = self.only(0, len(self))
        other.types = types
        if "" not in types:
            return other
        return DocumentBatch(
            document._replace(spans=[span for span in document.spans if span.type])
            for document in other.documents()
        )

    def owners(self) -> list[int]:
        """Return the number of each span's document."""
        return [*chain.from_iterable(map(repeat, range(len(self)), self.counts))]

    def says(self, texts: Sequence[str | None]) -> list[str]:
        """Return what each span says in texts, one for each document; or itself without one."""
        places = zip(self.owners(), self.starts, self.ends, self.said, strict=True)
        words = [
            said or "" if (text := texts[number]) is None else text[start:end]
            for number, start, end, said in places
        ]
        if self.parts:
            owners = self.owners()
            for index in self.parts:
                lent = Document(texts[owners[index]], ())
                words[index] = lent.text_of(self.span(index))
        return words


def in_batches(documents: Iterable[Document]) -> Iterator[DocumentBatch]:
    """Yield documents in batches; if there is an error, those before it first."""
    batch = DocumentBatch()
    size = 0
    try:
        for document in documents:
            batch.append(document)
            size += len(document.text or "")
            if len(batch) >= BATCH or size >= BATCH_SIZE:
                yield batch
                batch, size = DocumentBatch(), 0
    except InputError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def joined(tokens: Iterable[str]) -> tuple[str, list[Offsets]]:
    """Return a text made of tokens, with a space between them, and the characters of each."""
    words = list(tokens)
    behind = accumulate(len(word) + 1 for word in words)
    offsets = [(end - len(word) - 1, end - 1) for word, end in zip(words, behind, strict=True)]
    return " ".join(words), offsets


def squeezed(text: str) -> str:
    """Return a text without its white space."""
    return "".join(text.split())
