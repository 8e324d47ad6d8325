"""The formats of inputs: what each is called, what it can carry, and which options go with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from itertools import tee
from typing import Any, BinaryIO, Literal, NamedTuple, TypeVar

from spanf1.core.documents import Document, DocumentBatch, in_batches
from spanf1.core.options import AUTO, MissingName
from spanf1.core.tags import Spelling, TagSet
from spanf1.exceptions import UsageError
from spanf1.formats.options import TWO_INPUTS, InputOptions
from spanf1.formats.sentences import Sentences
from spanf1.formats.source import LINES, Progress, Source, parts_of

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

# What formats of spans of tokens carry.
_TOKENS = frozenset({"tokens", "ids", "offsets", "nested", "repeated"})

# Fields of `InputOptions` that go with columns, and with all that has keys and texts.
_COLUMNS = frozenset({"tag_columns", "token_column", "sentence_column", "delimiter"})
_KEYS = frozenset({"key", "text_key", "id_key"})
_TOKEN_KEYS = frozenset({"key", "token_key", "id_key"})
# And what goes with tags.
_TAGS = frozenset({"form", "outside", "mask_tags", "labels", "scheme"})

# Comments, and blank lines, that a file may begin with; a field that is brackets.
_COMMENTS = rb"(?:(?:#[^\n]*|[ \t\r]*)\n)*"
_BRACKETS = rb"(?:(?:\([^\s()*]+)+\*?\)*|\*\)*)"

#: how sure a format is that something looks like it; 0 if it does not
SURE, LIKELY, MAYBE = 3, 2, 1


class Format(NamedTuple):
    """A format of inputs.

    Its module reads and writes it, by functions `documents` and `write`, and says how sure it is
    that something looks like it: by `looks_like_record`, if it is made of JSON, else by
    `looks_like_file` or `looks_like_folder`, or both. It may read faster by `batches`.
    Where it cannot hold every document, `fit` returns one that it can, and what of it is lost;
    where not every type, `has_type` says which.

    Attributes
    ----------
    title : str
        What it is, in words.
    module : str
        The module of `spanf1.formats`.
    carries : frozenset of str
        Names of `FEATURES`. What else a document has is lost in it.
    takes : frozenset of str
        Which fields of `InputOptions` go with it; and ``scheme``, if it may have tags.
    json : bool
        Whether it is made of JSON: then its module knows its records.
    folder : bool
        Whether it is written as a folder of files.
    folders : bool
        Whether it may be read from a folder: then its module knows such.
    begins : bytes
        A regular expression, if the first bytes of a file tell: where it fits, the module is
        asked. Columns are what nothing else fits.
    ending : str
        How names of such files end, if their first bytes alone do not tell.
    extra : str
        The extra of spanf1 that it needs, if any.
    texts : str
        What help calls texts with spans of it, if it has such.
    by_line : bool
        Whether each line of a file may be a text that is read by itself.
    written : bool
        Whether it is written, too.
    """

    title: str
    module: str
    carries: frozenset[str]
    takes: frozenset[str]
    json: bool = False
    folder: bool = False
    folders: bool = False
    begins: bytes = b""
    ending: str = ""
    extra: str = ""
    texts: str = ""
    by_line: bool = False
    written: bool = True


#: the formats, by the names that ``--input-format`` and ``--to-format`` take
FORMATS = {
    "columns": Format(
        "columns of tokens and tags",
        "columns.documents",
        frozenset({"tokens", "offsets"}),
        _COLUMNS | _TAGS,
    ),
    "jsonl": Format(
        "JSON Lines of tokens and tags",
        "records.tags",
        frozenset({"tokens", "ids", "offsets"}),
        frozenset({"key", "token_key", "id_key"}) | _TAGS,
        json=True,
    ),
    "prodigy": Format(
        "JSON Lines of texts and spans, as spaCy and Prodigy have them",
        "records.prodigy",
        _CHARACTERS | {"text", "tokens", "ids", "discontinuous"},
        _KEYS | {"token_key", "labels", "annotator"},
        json=True,
        texts="spaCy and Prodigy (prodigy)",
        by_line=True,
    ),
    "doccano": Format(
        "JSON Lines of doccano",
        "records.doccano",
        _CHARACTERS | {"text", "ids"},
        _KEYS | {"labels"},
        json=True,
        texts="doccano",
        by_line=True,
    ),
    "ner-annotator": Format(
        "texts and spans of ner-annotator",
        "records.ner_annotator",
        _CHARACTERS | {"text"},
        frozenset({"key"}),
        json=True,
        texts="ner-annotator",
        written=False,
    ),
    "labelstudio": Format(
        "an export of Label Studio",
        "records.labelstudio",
        _CHARACTERS | {"text", "ids"},
        _KEYS | {"annotator"},
        json=True,
        texts="Label Studio (labelstudio)",
    ),
    "pipeline": Format(
        "output of a Hugging Face pipeline",
        "records.pipeline",
        _CHARACTERS,
        _KEYS | _TAGS,
        json=True,
        texts="Hugging Face pipelines (pipeline)",
    ),
    "entities": Format(
        "lists of entities without offsets",
        "records.entities",
        frozenset({"text", "ids", "nested", "repeated", "unplaced"}),
        _KEYS,
        json=True,
    ),
    "spert": Format(
        "tokens and spans of token numbers, as SpERT has them",
        "records.spert",
        _TOKENS,
        _TOKEN_KEYS,
        json=True,
        texts="SpERT (spert)",
        written=False,
    ),
    "dygie": Format(
        "sentences and spans of token numbers, as DyGIE has them",
        "records.dygie",
        _TOKENS,
        _TOKEN_KEYS,
        json=True,
        texts="DyGIE (dygie)",
        written=False,
    ),
    "gliner": Format(
        "what GLiNER is trained with",
        "records.gliner",
        _TOKENS,
        _TOKEN_KEYS,
        json=True,
        texts="training data of GLiNER (gliner)",
        written=False,
    ),
    "bioc": Format(
        "a collection of BioC",
        "records.bioc",
        _CHARACTERS | {"text", "ids", "discontinuous"},
        frozenset({"key", "id_key"}),
        json=True,
        begins=rb"\s*<(?:\?xml|!DOCTYPE\s+collection|collection)\b",
        texts="BioC (bioc)",
        written=False,
    ),
    "cas": Format(
        "a UIMA CAS",
        "records.cas",
        _CHARACTERS | {"text", "tokens"},
        frozenset({"key"}),
        json=True,
        begins=rb"\s*<(?:\?xml|xmi:XMI|XMI)\b",
        texts="UIMA CAS (cas)",
        written=False,
    ),
    "brat": Format(
        "a folder of brat's .txt and .ann files",
        "brat",
        _CHARACTERS | {"text", "ids", "discontinuous"},
        frozenset(),
        folder=True,
        folders=True,
        ending=".ann",
        begins=rb"T[0-9]+\t\S+ [0-9]",
        texts="brat folders",
    ),
    "brackets": Format(
        "columns of tokens and brackets, as CoNLL-2012 has them",
        "brackets",
        _TOKENS - {"ids"},
        _COLUMNS,
        begins=_COMMENTS + rb"(?:#begin document|(?:[^\n]*[ \t])?%s(?:\s|\Z))" % _BRACKETS,
        written=False,
    ),
    "conllu": Format(
        "CoNLL-U with tags in MISC",
        "conllu",
        frozenset({"tokens", "offsets"}),
        frozenset({"key"}) | _TAGS,
        begins=_COMMENTS + rb"(?:#[^\n]*\Z|1(?:-[0-9]+)?\t)",
        written=False,
    ),
    "webanno": Format(
        "WebAnno TSV 3",
        "webanno",
        _CHARACTERS | {"text", "tokens"},
        frozenset({"key"}),
        begins=rb"#FORMAT=WebAnno TSV",
        texts="WebAnno TSV (webanno)",
        written=False,
    ),
    "pubtator": Format(
        "documents of PubTator",
        "pubtator",
        _CHARACTERS | {"text", "ids"},
        frozenset(),
        begins=rb"[^|\t\n]+\|t\|",
        texts="PubTator",
    ),
    "spacy": Format(
        "a .spacy file",
        "spacy",
        frozenset({"text", "tokens", "offsets"}),
        frozenset({"key"}),
        ending=".spacy",
        begins=rb"x[\x01\x9c\xda]",
        extra="spacy",
        texts=".spacy files",
    ),
    "arrow": Format(
        "Parquet, Arrow, or a folder of a Hugging Face dataset",
        "arrow.documents",
        _CHARACTERS | {"text", "tokens", "ids", "discontinuous"},
        _KEYS | {"token_key"} | _TAGS,
        folders=True,
        begins=rb"PAR1|ARROW1|\xff{4}",
        extra="arrow",
    ),
}
COLUMNS, JSONL, ARROW = "columns", "jsonl", "arrow"

#: those that are written
OUTPUT_FORMATS = tuple(name for name, known in FORMATS.items() if known.written)
#: what input may be said to be
INPUT_FORMATS = (AUTO, *FORMATS)

#: a key of `FORMATS`, and one of `INPUT_FORMATS`, for type checkers
FormatName = Literal[
    "columns",
    "jsonl",
    "prodigy",
    "doccano",
    "ner-annotator",
    "labelstudio",
    "pipeline",
    "entities",
    "spert",
    "dygie",
    "gliner",
    "bioc",
    "cas",
    "brat",
    "brackets",
    "conllu",
    "webanno",
    "pubtator",
    "spacy",
    "arrow",
]
InputFormat = Literal[FormatName, "auto"]

#: which formats an option goes with that not all go with, by its field of `InputOptions`
GO_WITH = {
    option: frozenset(name for name, known in FORMATS.items() if option in known.takes)
    for option in (*InputOptions.__dataclass_fields__, "scheme")
    if any(option in known.takes for known in FORMATS.values())
}


def module_of(name: str) -> Any:
    """Return the module of a format."""
    return import_module(f"spanf1.formats.{FORMATS[name].module}")


def noted(notes: Mapping[str, int]) -> list[str]:
    """Say in words what was read otherwise than it stands there; see `Input.notes`."""
    return [f"{what}: {count}" if count else what for what, count in notes.items()]


def formats_given(input_format: str, inputs: int) -> list[str]:
    """Return the format of each of one or two inputs, as it is given; it may be ``auto``.

    Raises
    ------
    UsageError
        If there is no such format.
    """
    names = [name.strip() for name in input_format.split(",")]
    unknown = [name for name in names if name not in INPUT_FORMATS]
    if unknown or len(names) > 2:
        wrong = unknown[0] if unknown else input_format
        raise UsageError(f"there is no input format {wrong!r}", hint=", ".join(INPUT_FORMATS))
    if len(names) > inputs:
        raise UsageError(f"two input formats, {input_format}, and one input")
    return names * (1 if len(names) == inputs else inputs)


def check_options(
    formats: Sequence[str], sides: Sequence[InputOptions], *, scheme: str = AUTO
) -> None:
    """Raise an error if an option was given that goes with none of the formats of some inputs.

    Parameters
    ----------
    formats : sequence of str
        The formats; that of gold first, if there are two sides.
    sides : sequence of InputOptions
        The options: of all the inputs, or of gold and of predictions.
    scheme : str
        The tagging scheme, or ``auto``.

    Raises
    ------
    UsageError
        If there is one.
    """
    for name, known in GO_WITH.items():
        for side, options in enumerate(sides):
            wrong = [formats[-side]] if name == "key" and len(sides) > 1 else formats
            given = scheme != AUTO if name == "scheme" else options.gives(name)
            # Of two sides, how tags are written is passed over where there are none.
            passed_over = name == "form" and len(sides) > 1
            if not given or passed_over or known & {*wrong}:
                continue
            raise UsageError(
                f"{options.name(name)} does not go with {FORMATS[wrong[0]].title}, which the "
                "input is" + " by how it begins" * (AUTO in options.format),
                hint=f"input_format (--input-format) says what it is: {', '.join(INPUT_FORMATS)}",
            )


class Listed(Source):
    """A source of records that are in no file."""

    def where(self, line: int) -> str:
        """Return the place of a record, by its number from 1."""
        return f"{self.name}[{line - 1}]"


@dataclass
class Input:
    """One side of an input: where it is, its format, what to read; and what turned out.

    Attributes
    ----------
    source : Source
        The file or folder.
    format : str
        One of `FORMATS`.
    options : InputOptions
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
    notes : dict of str to int
        What was read otherwise than it stands there, in words, and how often; 0 if once for all.
    values : sequence, optional
        The records themselves, where they are in no file; the source is then `Listed`.
    rejected : set of str
        The ids of records that were left out.
    keyless : object
        The first record without spans, as long as no other one has told their key.

    Raises
    ------
    UsageError
        If there can be no such column or delimiter.
    """

    source: Source
    format: str
    options: InputOptions = field(default_factory=InputOptions)
    progress: Progress | None = None
    tags: TagSet | None = None
    key: str = ""
    token_column: int = 0
    remarks: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    values: Sequence[Any] | None = None
    rejected: set[str] = field(default_factory=set, init=False, repr=False, compare=False)
    keyless: Any = field(default=None, init=False, repr=False, compare=False)
    _other: Input | None = field(default=None, init=False, repr=False, compare=False)
    _parsed: Iterator[Any] | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.options = self.options.checked()
        source = self.source if self.source.state or self.values else self.source.fixed()
        self.source = source._replace(max_size=self.options.max_size)

    def again(self) -> Input:
        """Return the same input, not read yet."""
        return replace(self, tags=None, key="", token_column=0, remarks={}, notes={})

    def documents(self) -> Iterator[Document]:
        """Read the input.

        Raises
        ------
        InputError, UsageError
            If it cannot be read, or is not of the format.
        """
        read: Callable[[Input], Iterator[Document]] = module_of(self.format).documents
        return read(self)

    def batches(self) -> Iterator[DocumentBatch]:
        """Read the input in batches; what is wrong is raised when all before it was yielded."""
        own = getattr(module_of(self.format), "batches", None)
        batches: Iterator[DocumentBatch] = own(self) if own else in_batches(self.documents())
        return batches

    def beside(self, other: Input) -> tuple[Iterator[DocumentBatch], Iterator[DocumentBatch]]:
        """Read this side of an input and the other, side by side; raises as `documents`."""
        same = self.format == other.format
        self._other, other._other = (other, self) if same else (None, None)
        self._parsed = other._parsed = None
        return self.batches(), other.batches()

    def once(self, parse: Callable[[], Iterator[ParsedT]]) -> Iterator[ParsedT]:
        """Return what a function parses of the source: once, if the other side is read beside."""
        if self._other is None:
            return parse()
        parsed, self._parsed = self._parsed, None
        if parsed is None:
            # Both sides go on side by side, so that little is kept for the second of them.
            parsed, self._other._parsed = tee(parse())
        return parsed

    def sentences(self) -> Iterator[Sentences]:
        """Read the input as sentences, with the codes of their tags: those that are at keys.

        Raises
        ------
        InputError, UsageError
            Likewise.
        """
        read: Callable[[Input], Iterator[Sentences]] = module_of(self.format).sentences
        return read(self)

    def check_one_side(self, what: str, line: int = 0) -> None:
        """Raise an error if both sides are to be read of `what`, which holds one: ``a CAS``.

        Raises
        ------
        UsageError
            If they are.
        """
        if not self.options.alone:
            message = f"{what} holds one side"
            raise UsageError(message, where=self.where(line), hint=TWO_INPUTS)

    @cached_property
    def labels(self) -> Mapping[int, str] | None:
        """The label of each id, if labels are given."""
        from spanf1.formats.labels import labels_by_id

        return None if self.options.labels is None else labels_by_id(self.options.labels)

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

    def take(self, other: Input) -> None:
        """Take over what was noted of the same input, or of a part of it."""
        for what, count in other.remarks.items():
            self.remark(what, count)
        for what, count in other.notes.items():
            self.note(what, count)

    def note(self, what: str, count: int = 1) -> None:
        """Note that something was read otherwise than it stands there."""
        self.notes[what] = self.notes.get(what, 0) + count

    def described(self) -> str:
        """Say what was read, in words."""
        what = "column" if "tag_columns" in FORMATS[self.format].takes else "key"
        spans = f", {what}{'s' * (',' in self.key)} {self.key}" * bool(self.key)
        tokens = f", tokens in column {self.token_column}" * bool(self.token_column)
        return "; ".join([FORMATS[self.format].title + spans + tokens, *noted(self.notes)])

    def left_out(self) -> str:
        """Say what was not read, in words; empty if everything was."""
        return ", ".join(f"{count} {what}" for what, count in self.remarks.items())


class Inputs(NamedTuple):
    """Gold and predictions: both sides of one input, or an input for each.

    Attributes
    ----------
    gold, predicted : Input
        The sides; of one source if it holds both.
    by_position : bool
        Whether what belongs together is known by the order alone.
    missing : str
        What is done about tokens without a prediction: one of `spanf1.core.options.MISSING`.
    """

    gold: Input
    predicted: Input
    by_position: bool = False
    missing: MissingName = "error"

    @property
    def merged(self) -> bool:
        """Whether one input holds both sides."""
        return not self.gold.options.alone

    @property
    def format(self) -> str:
        """The format of both, where their tags may stand side by side; else empty.

        Nested levels of tags do not.
        """
        levels = any(len(side.options.tag_columns) > 1 for side in (self.gold, self.predicted))
        return "" if levels or self.gold.format != self.predicted.format else self.gold.format

    @property
    def sources(self) -> list[Source]:
        """The source of both, or those of gold and of predictions."""
        return [self.gold.source, self.predicted.source][: 1 if self.merged else 2]

    @property
    def spellings(self) -> tuple[Spelling, Spelling]:
        """What is said of how the tags of both sides are written; raises as that of a side."""
        return self.gold.options.spelling, self.predicted.options.spelling

    def again(self) -> Inputs:
        """Return the same inputs, not read yet."""
        return self._replace(gold=self.gold.again(), predicted=self.predicted.again())

    def are_by_line(self) -> bool:
        """Return whether each line of both sides may be a text that is read by itself."""
        return FORMATS[self.gold.format].by_line and FORMATS[self.predicted.format].by_line

    def with_options(self, **changes: Any) -> Inputs:
        """Return the same inputs, of which the options of both sides have some other values."""
        gold, predicted = (
            replace(side, options=replace(side.options, **changes))
            for side in (self.gold, self.predicted)
        )
        return self._replace(gold=gold, predicted=predicted)

    def may_be_parted(self) -> bool:
        """Return whether parts of such inputs can be read."""
        return self.format in (COLUMNS, JSONL) or self.are_by_line()

    def parts(self, size: int) -> Iterator[Inputs]:
        """Yield parts of inputs that have a record on each line, of half as many bytes as others.

        They take longer to read; see `parts_of`.
        """
        for sources in parts_of(self.sources, max(size // 2, 1), LINES):
            gold, predicted = (
                replace(side, source=source, progress=None, remarks={}, notes={})
                for side, source in ((self.gold, sources[0]), (self.predicted, sources[-1]))
            )
            yield self._replace(gold=gold, predicted=predicted)


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
    module_of(name).write(documents, target, how)
