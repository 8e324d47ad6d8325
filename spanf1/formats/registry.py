"""The formats of annotated documents: what each is called, and what it can carry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from itertools import tee
from typing import Any, BinaryIO, NamedTuple, TypeVar

from spanf1.core.documents import Document
from spanf1.core.options import AUTO
from spanf1.core.tags import TagSet
from spanf1.exceptions import UsageError
from spanf1.formats.options import How
from spanf1.formats.sentences import Sentences
from spanf1.formats.source import Progress, Source

ParsedT = TypeVar("ParsedT")

#: what a format may carry of documents, in words for messages
FEATURES = {
    "text": "texts",
    "tokens": "tokens",
    "ids": "ids",
    "offsets": "where spans are",
    "free": "spans that do not begin and end where tokens do",
    "nested": "spans that nest or overlap",
    "repeated": "spans that are there twice",
    "discontinuous": "discontinuous spans",
    "unplaced": "spans of which only the text is known",
}
# What formats of spans of characters carry, but for discontinuous ones.
_CHARACTERS = frozenset({"offsets", "free", "nested", "repeated"})


class Format(NamedTuple):
    """A format of annotated documents.

    Attributes
    ----------
    title : str
        What it is, in words.
    module : str
        The module of `spanf1.annotations` that reads and writes it.
    carries : frozenset of str
        Names of `FEATURES`. What else a document has is lost in it.
    folder : bool
        Whether it is a folder of files.
    extra : str
        The extra of spanf1 that it needs, if any.
    """

    title: str
    module: str
    carries: frozenset[str]
    folder: bool = False
    extra: str = ""


#: the formats, by the names that ``--input-format`` and ``--to-format`` take
FORMATS = {
    "columns": Format(
        "columns of tokens and tags", "columns.documents", frozenset({"tokens", "offsets"})
    ),
    "jsonl": Format(
        "JSON Lines of tokens and tags",
        "records.tags",
        frozenset({"tokens", "ids", "offsets"}),
    ),
    "prodigy": Format(
        "JSON Lines of texts and spans, as spaCy and Prodigy have them",
        "records.prodigy",
        _CHARACTERS | {"text", "tokens", "ids", "discontinuous"},
    ),
    "doccano": Format("JSON Lines of doccano", "records.doccano", _CHARACTERS | {"text", "ids"}),
    "labelstudio": Format(
        "an export of Label Studio", "records.labelstudio", _CHARACTERS | {"text", "ids"}
    ),
    "pipeline": Format("output of a Hugging Face pipeline", "records.pipeline", _CHARACTERS),
    "entities": Format(
        "lists of entities without offsets",
        "records.entities",
        frozenset({"text", "ids", "nested", "repeated", "unplaced"}),
    ),
    "brat": Format(
        "a folder of brat's .txt and .ann files",
        "brat",
        _CHARACTERS | {"text", "ids", "discontinuous"},
        folder=True,
    ),
    "spacy": Format(
        "a .spacy file", "spacy", frozenset({"text", "tokens", "offsets"}), extra="spacy"
    ),
    "arrow": Format(
        "Parquet, Arrow, or a folder of a Hugging Face dataset",
        "arrow.documents",
        _CHARACTERS | {"text", "tokens", "ids", "discontinuous"},
        extra="arrow",
    ),
}


class Listed(Source):
    """A source of records that are in no file."""

    def where(self, line: int) -> str:
        """Return the place of a record, by its number from 1."""
        return f"{self.name}[{line - 1}]"


@dataclass
class Reading:
    """An input of annotated documents, and what turned out when it was read.

    Attributes
    ----------
    source : Source
        The file or folder.
    format : str
        One of `FORMATS`.
    how : How
        What to read.
    progress : callable, optional
        Called with the number of bytes read so far.
    tags : TagSet, optional
        What numbered the tags, if spans are from tags: set before the first document comes.
    key : str
        The key or column of the spans, where there is one.
    token_column : int
        The column of the tokens, from 1, where there is one.
    remarks : dict of str to int
        What was left out, in words (``relations``), and how often.
    values : sequence, optional
        The records themselves, where they are in no file; the source is then `Listed`.
    other : Reading, optional
        What reads the other side of the same source at the same time.
    """

    source: Source
    format: str
    how: How = field(default_factory=How)
    progress: Progress | None = None
    tags: TagSet | None = None
    key: str = ""
    token_column: int = 0
    remarks: dict[str, int] = field(default_factory=dict)
    values: Sequence[Any] | None = None
    other: Reading | None = field(default=None, repr=False, compare=False)
    _parsed: Iterator[Any] | None = field(default=None, repr=False, compare=False)

    def beside(self, other: Reading) -> tuple[Iterator[Document], Iterator[Document]]:
        """Read this side of the source and the other, side by side; raises as `documents`."""
        self.other, other.other = other, self
        self._parsed = other._parsed = None
        return self.documents(), other.documents()

    def once(self, parse: Callable[[], Iterator[ParsedT]]) -> Iterator[ParsedT]:
        """Return what a function parses of the source: once, if the other side is read, too."""
        if self.other is None:
            return parse()
        if self._parsed is None:
            # Both sides go on side by side, so that little is kept for the second of them.
            self._parsed, self.other._parsed = tee(parse())
        return self._parsed

    def documents(self) -> Iterator[Document]:
        """Read the input.

        Raises
        ------
        InputError, UsageError
            If it cannot be read, or is not of the format.
        """
        read: Callable[[Reading], Iterator[Document]] = _module(self.format).documents
        return read(self)

    def sentences(self) -> Iterator[Sentences]:
        """Read the input as sentences, with the codes of their tags: those that are at keys.

        Raises
        ------
        InputError, UsageError
            Likewise.
        """
        read: Callable[[Reading], Iterator[Sentences]] = _module(self.format).sentences
        return read(self)

    def where(self, line: int) -> str:
        """Return a place in the input, for a message."""
        return self.source.where(line) if line else self.source.name

    def place(self, document: Document) -> str:
        """Return the place of a document, for a message: by its line or, if it has none, its id."""
        if document.line or document.id is None:
            return self.where(document.line)
        return f"{self.source.name}: document {document.id}"

    def remark(self, what: str, count: int = 1) -> None:
        """Note that something was left out."""
        self.remarks[what] = self.remarks.get(what, 0) + count


@dataclass(frozen=True, kw_only=True)
class Writing:
    """How documents are to be written.

    Attributes
    ----------
    scheme : str
        The tagging scheme, where spans become tags.
    levels : int
        How many columns, or lists, of tags there are to be.
    key, token_key : str, optional
        The keys to write, where a format leaves a choice.
    """

    scheme: str = "IOB2"
    levels: int = 1
    key: str | None = None
    token_key: str | None = None


def write(documents: Iterable[Document], name: str, target: BinaryIO | str, how: Writing) -> None:
    """Write documents that have nothing the format cannot carry.

    Parameters
    ----------
    documents : iterable of Document
        They are written one by one, as they come, where the format allows it.
    name : str
        One of `FORMATS`.
    target : binary stream, or str
        Where to write; the path of a new, empty folder if the format is a folder.
    how : Writing
        How to write them.
    """
    _module(name).write(documents, target, how)


def _module(name: str) -> Any:
    return import_module(f"spanf1.formats.{FORMATS[name].module}")


COLUMNS, JSONL, ARROW = "columns", "jsonl", "arrow"

#: what input may be said to be
INPUT_FORMATS = (
    AUTO,
    COLUMNS,
    JSONL,
    "prodigy",
    "doccano",
    "labelstudio",
    "pipeline",
    "entities",
    "brat",
    "spacy",
    ARROW,
)

_KEYED = {*INPUT_FORMATS} - {AUTO, COLUMNS, "brat"}
_TAGGED = {COLUMNS, JSONL, "pipeline", ARROW}
#: which formats an option goes with that not all go with
GO_WITH = {
    **dict.fromkeys(
        ("gold_column", "pred_column", "tag_column", "token_column", "delimiter"),
        frozenset({COLUMNS}),
    ),
    **dict.fromkeys(("gold_key", "pred_key", "key"), frozenset(_KEYED)),
    "token_key": frozenset({JSONL, "prodigy", ARROW}),
    "text_key": frozenset(_KEYED - {JSONL, "spacy"}),
    "id_key": frozenset(_KEYED - {"spacy"}),
    "labels": frozenset(_TAGGED - {COLUMNS}),
    **dict.fromkeys(("tag_form", "scheme"), frozenset(_TAGGED)),
}
# Those that are of one side.
_OF_SIDE = {"gold_key": 0, "pred_key": -1}


def check_options(formats: Sequence[str], given: Mapping[str, Any], *, detected: bool) -> None:
    """Raise an error if an option was given that goes with none of the formats of some inputs.

    Parameters
    ----------
    formats : sequence of str
        The formats; that of gold first, if there are two sides.
    given : mapping of str to object
        The options; None, and ``auto``, are not given.
    detected : bool
        Whether the formats were found out.

    Raises
    ------
    UsageError
        If there is one.
    """
    for name, known in GO_WITH.items():
        wrong = [formats[_OF_SIDE[name]]] if name in _OF_SIDE else formats
        if given.get(name) in (None, AUTO) or known & {*wrong}:
            continue

        raise UsageError(
            f"{name} does not go with {FORMATS[wrong[0]].title}, which the input is"
            + " by how it begins" * detected,
            hint=f"input_format (--input-format) says what it is: {', '.join(INPUT_FORMATS)}",
        )
