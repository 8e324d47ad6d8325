"""Scoring: from files or opened inputs to a result.

Readers that a command does not need are not imported: a small file is scored in less time.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from spanf1.core.matching import match_spans
from spanf1.core.options import (
    AUTO,
    BY_FORM,
    AnyScheme,
    Confidence,
    MissingName,
    NormalizationName,
    Options,
    TypeSet,
    confidence_from,
)
from spanf1.core.schemes import ReadingName
from spanf1.core.spans import Decoder, Spans, decode
from spanf1.core.tags import AUTO_FORM, Spelling, TagSet, tag_sets
from spanf1.core.tally import SurfaceForm, Tally
from spanf1.core.typemap import Retyper, TypeMap
from spanf1.core.units import ABSENT
from spanf1.exceptions import AlignmentError, LayoutError, UsageError
from spanf1.formats.columns.tags import ColumnPair, TagFile
from spanf1.formats.opening import both_inputs, counted, one_file
from spanf1.formats.options import Column, InputOptions, Origin
from spanf1.formats.registry import COLUMNS, JSONL, Inputs
from spanf1.formats.sentences import Sentences
from spanf1.formats.source import STDIN, Progress, Source, source_of
from spanf1.levels.levels import LevelName, check_level
from spanf1.results.result import Result
from spanf1.results.scored import Scored

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from spanf1.levels.results import TokenResult, WholeResult


@overload
def score_file(
    file: str | os.PathLike[str] | Source,
    pred_file: str | os.PathLike[str] | Source | None = None,
    *,
    gold_column: Column | None = None,
    pred_column: Column | None = None,
    tag_column: Column | None = None,
    token_column: Column | None = None,
    sentence_column: Column | None = None,
    delimiter: str | None = None,
    align_by_position: bool = False,
    input_format: str = AUTO,
    gold_key: str | None = None,
    pred_key: str | None = None,
    token_key: str | None = None,
    text_key: str | None = None,
    id_key: str | None = None,
    annotator: str | None = None,
    labels: Iterable[str] | Mapping[Any, str] | None = None,
    scheme: AnyScheme = AUTO,
    gold_scheme: AnyScheme | None = None,
    pred_scheme: AnyScheme | None = None,
    reading: ReadingName = "lenient",
    beta: float = 1.0,
    types: TypeSet | Iterable[str] = "union",
    zero_division: float = 0.0,
    map_types: Mapping[str, str] | None = None,
    ignore_types: Iterable[str] = (),
    match: str = "exact",
    normalize: Iterable[NormalizationName] = (),
    trim: bool = False,
    tag_form: str = AUTO_FORM,
    outside: Iterable[str] = (),
    mask_tags: Iterable[str] = (),
    missing: MissingName = "error",
    level: Literal["span"] = "span",
    as_written: Literal[False] = False,
    max_size: int | str | None = None,
    confidence: float | Confidence | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Result: ...


@overload
def score_file(
    file: str | os.PathLike[str] | Source,
    pred_file: str | os.PathLike[str] | Source | None = None,
    *,
    level: Literal["token"],
    **options: Any,
) -> TokenResult: ...


@overload
def score_file(
    file: str | os.PathLike[str] | Source,
    pred_file: str | os.PathLike[str] | Source | None = None,
    *,
    level: Literal["sentence", "document"],
    **options: Any,
) -> WholeResult: ...


# Of other levels, Python alone checks the names of keywords.
def score_file(  # type: ignore[misc]
    file: str | os.PathLike[str] | Source,
    pred_file: str | os.PathLike[str] | Source | None = None,
    *,
    gold_column: Column | None = None,
    pred_column: Column | None = None,
    tag_column: Column | None = None,
    token_column: Column | None = None,
    sentence_column: Column | None = None,
    delimiter: str | None = None,
    align_by_position: bool = False,
    input_format: str = AUTO,
    gold_key: str | None = None,
    pred_key: str | None = None,
    token_key: str | None = None,
    text_key: str | None = None,
    id_key: str | None = None,
    annotator: str | None = None,
    labels: Iterable[str] | Mapping[Any, str] | None = None,
    scheme: AnyScheme = AUTO,
    gold_scheme: AnyScheme | None = None,
    pred_scheme: AnyScheme | None = None,
    reading: ReadingName = "lenient",
    beta: float = 1.0,
    types: TypeSet | Iterable[str] = "union",
    zero_division: float = 0.0,
    map_types: Mapping[str, str] | None = None,
    ignore_types: Iterable[str] = (),
    match: str = "exact",
    normalize: Iterable[NormalizationName] = (),
    trim: bool = False,
    tag_form: str = AUTO_FORM,
    outside: Iterable[str] = (),
    mask_tags: Iterable[str] = (),
    missing: MissingName = "error",
    level: LevelName = "span",
    as_written: bool = False,
    max_size: int | str | None = None,
    confidence: float | Confidence | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Result | TokenResult | WholeResult:
    """Score a file of gold and predicted tags or spans, or two files of the same texts.

    Columns, or any other format of `input_format`. Plain text or compressed (gzip, bzip2, xz,
    zstd); read in blocks, so that the size of a file does not matter.

    Parameters
    ----------
    file : path
        One file with both sides, or the file or folder with the gold one; ``-`` is standard input.
    pred_file : path, optional
        The file or folder with the predicted tags or spans.
    gold_column, pred_column : int or str, optional
        The columns of the tags, counted from 1, or from the end by -1; or by name, if the first
        line is a header, or there is a comment ``# global.columns = …``. By default the last but
        one and the last of one file, and the last of each of two. ``"2,3"`` are several, with
        nested levels.
    tag_column : int or str, optional
        With two files, the column of the tags in both, instead of those two.
    token_column : int or str, optional
        With two files, the column of the tokens, which must be the same; by default the one that
        the header calls so, or the first.
    sentence_column : int or str, optional
        The column of ids of sentences: a new id begins a sentence, as a blank line does. By
        default one that the header calls so (``sentence_id``, ``Sentence #``); ``"none"``: none.
    delimiter : str, optional
        ``tab``, ``space``, ``whitespace`` (runs of spaces and tabs), ``comma``, or the one
        character between columns. Detected by default.
    align_by_position : bool
        With two files, do not compare tokens, nor ids.
    input_format : str
        ``columns``, ``jsonl`` (tokens and tags), ``brat``, or any other format that
        docs/reference/formats.md lists; ``auto`` is by the content, and columns for a named pipe.
        Two with a comma between them, if gold and predictions differ: hence type checkers take any
        text.
    gold_key, pred_key : str, optional
        In JSON and the like, the keys of the tags or spans. By default the first there is of some
        names: ``gold``, ``tags``, ``spans`` …; ``predicted``, ``pred``, ``predictions`` ….
    token_key, text_key, id_key : str, optional
        The keys of the tokens, of the text, and of what tells which records of two files belong
        together; the second file is then kept in memory. By default ``tokens`` or ``words``,
        ``text``, and ``id`` or the like, if both files have it; else records go by order.
    labels : sequence of str, or mapping of int to str, optional
        The tag of each id, where tags are ids; tokens with the gold id -100 do not count.
    match : str
        ``exact`` counts every span; ``text`` too, and one is right by what it says and its type,
        wherever it is in a document; ``surface`` counts each distinct text and type once, which is
        right if one span of it is: WNUT-17's F1 of surface forms; ``set`` is ``text``, but each
        text and type counts once in a document. The text is gold's tokens, those of
        `token_column`, which may then be given for one file, too. Others credit what is nearly
        right, such as ``partial``, ``type``, ``overlap:0.5`` or ``jaccard``; the counts of scores
        are then `spanf1.CreditCounts`. ``semeval`` gives `Result.modes`, too.
    normalize : iterable of str
        What makes no difference if `match` is ``text`` or ``set``: ``nfkc``, ``case``, ``space``.
    trim : bool
        Drop white space at the edges of spans, on both sides. Tokens have none.
    annotator : str, optional
        Of gold that has what several annotators say (``completed_by`` of Label Studio,
        ``_annotator_id`` of Prodigy), whose annotations count.
    max_size : int or str, optional
        The largest line or record that is read, or file that is read as a whole, in bytes, or as
        ``"1G"``; more is an error, for it may take forty times as much memory. By default 4 MiB of
        a line, else 64 MiB. In Parquet and Arrow, a value of a list counts 16 bytes besides its
        text, and a group of rows or a record batch may have 32 times that size.
    executor : concurrent.futures.Executor, optional
        Reads the parts of large files of columns, and of JSON Lines. Worker processes must be able
        to import spanf1.
    progress : callable, optional
        Called now and then with the number of bytes read so far.

    Other Parameters
    ----------------
    scheme, gold_scheme, pred_scheme, reading, beta, types, zero_division, map_types, \
ignore_types, tag_form, outside, mask_tags, missing, level, as_written, confidence
        As for `spanf1.evaluate`.

    Raises
    ------
    ReadError
        If a file is not there, not readable, damaged, or not text.
    LayoutError
        If a line has another number of columns than the others, or there is no such column; if
        a record has not got what is to be read, or an offset is outside its text.
    AlignmentError
        If two files are not annotations of the same sentences, or texts.
    TagError, IllFormedError, UsageError
        As for `spanf1.evaluate`.
    """
    given = locals()
    options = Options.of(given)
    check_level(level, options, as_written=as_written)
    intervals = confidence_from(confidence)
    sources = [source_of(path) for path in (file, pred_file) if path is not None]
    if match == "surface" and STDIN in [source.path for source in sources]:
        raise UsageError("surface forms need a second look: standard input can be read only once")
    sides = InputOptions.of_both(given, len(sources))
    inputs = both_inputs(sources, *sides, by_position=align_by_position)
    inputs.gold.progress = progress
    if level == "token":
        from spanf1.levels.reading import tokens_of_inputs

        return tokens_of_inputs(inputs, options, confidence=intervals, as_written=as_written)
    if level == "span":
        return score_inputs(inputs, options, confidence=intervals, executor=executor)
    from spanf1.results.levels import wholes_of

    result = score_inputs(inputs, options, units=level, executor=executor)
    return wholes_of(result, level, intervals)


def score_inputs(
    inputs: Inputs,
    options: Options,
    *,
    confidence: Confidence | None = None,
    units: str = "",
    in_order: bool = False,
    executor: Executor | None = None,
    schemes: tuple[AnyScheme, AnyScheme] | None = None,
) -> Result:
    """Score gold and predictions.

    Parameters
    ----------
    inputs : Inputs
        What is to be read of them.
    options : Options
        How it is read.
    confidence, executor
        As for `score_file`.
    units : str
        What the counts are kept of, where that is not what intervals need.
    in_order : bool
        Whether their order is kept, too.
    schemes : tuple of str, optional
        As for `spanf1.formats.opening.counted`.

    Raises
    ------
    InputError, UsageError
        As `score_file`.
    """
    shown = inputs.merged and inputs.gold.options.token_column is not None
    if shown and inputs.format == COLUMNS and options.match not in BY_FORM:
        raise one_file()
    units = confidence.unit if confidence else units
    reader, counts = counted(
        inputs, options, units=units, in_order=in_order, executor=executor, schemes=schemes
    )
    origin = edges_noted(reader.origin(), counts, options)
    if options.match == "surface" and isinstance(reader, ColumnPair):
        counts.forms, column = _forms(reader, origin, inputs, options, counts.tokens)
        origin = origin._replace(token_column=column)
    return Result(counts, options, origin, confidence).check()


def edges_noted(origin: Origin, counts: Tally, options: Options) -> Origin:
    """Return what was read, with a remark on white space at the edges of spans, if it matters."""
    if not counts.trimmed:
        return origin
    # Here, because few inputs have some.
    from spanf1.results.report import edges

    said = edges(Scored(counts, options))
    return origin._replace(remarks=(*origin.remarks, said)) if said else origin


def reads_again(inputs: Inputs, options: Options) -> bool:
    """Return whether an input is read more than once: for forms, schemes, or for each side."""
    at_once = options.match not in BY_FORM and inputs.format in (COLUMNS, JSONL)
    again = options.match == "surface" or options.needs_schemes
    return again or (inputs.merged and not at_once)


def _forms(
    reader: ColumnPair, origin: Origin, inputs: Inputs, how: Options, tokens: int
) -> tuple[Counter[SurfaceForm], int]:
    """Return the surface forms of files that have been read, and the column of their tokens."""
    files, columns = reader.files, (origin.gold_column, origin.pred_column)
    if files[0].layout is None:
        return Counter(), 0
    column = token_column_of(reader, origin, inputs)
    if not column:
        raise LayoutError(
            "there is no column of tokens: surface forms are texts",
            where=files[0].source.name,
            hint="--token-column says where they are",
        )
    files[0].progress = None
    gold, predicted = TagFile(files[0], columns[0], column), TagFile(files[-1], columns[1])
    return surface_forms(gold, predicted, inputs.spellings, tokens, how.type_map), column


def token_column_of(reader: ColumnPair, origin: Origin, inputs: Inputs) -> int:
    """Return the column, from 1, of gold's tokens in files that have been read; 0 without one."""
    file = reader.files[0]
    if file.layout is None:
        return 0
    used = {*(origin.gold_column, origin.pred_column)[: 3 - len(reader.files)]}
    free = file.layout.free_column([column - 1 for column in used])
    column = 0 if free is None else free + 1
    if given := inputs.gold.options.token_column:
        column = file.layout.column_index(given, file.source) + 1
    return 0 if column in used else column


def surface_forms(
    gold: TagFile,
    predicted: TagFile,
    spellings: Sequence[Spelling] | None,
    tokens: int,
    type_map: TypeMap | None = None,
) -> Counter[SurfaceForm]:
    """Return how many texts occur in each way, in files that have been read and fit together.

    WNUT-17's second score (L. Derczynski, E. Nichols, M. van Erp, N. Limsopatham. 2017): gold and
    predicted forms are the distinct (text, type) pairs of each side, correct ones those of the
    spans that are right at their own place.

    Parameters
    ----------
    gold, predicted : TagFile
        The tags; they may be in one file. The texts are those of gold's tokens.
    spellings : sequence of Spelling, optional
        What is said of how the tags of the sides are written.
    tokens : int
        How many tokens there are.
    type_map : TypeMap, optional
        What types are called.

    Raises
    ------
    AlignmentError
        If the tags of one side alone are not on so many lines.
    InputError
        If a file cannot be read, or has no such column.
    """
    sets = tag_sets(*(spellings or ()))
    retyper = Retyper(sets[0].types, type_map) if type_map else None
    others = _SpansInOrder(predicted, sets[1])
    forms: defaultdict[tuple[int, str], set[tuple[int, int]]] = defaultdict(set)
    base = 0
    for passage in gold.passages(sets[0]):
        part = others.until(base + passage.size)
        part = part._replace(start=part.start - base, end=part.end - base)
        sides = decode(passage.codes, passage.starts), part
        if retyper:
            sides = retyper.spans(sides[0]), retyper.spans(part)
        for kind, text, gold_shape, predicted_shape in _pairs(passage, *sides):
            forms[kind, text].add((gold_shape, predicted_shape))
        base += passage.size
    if not base == others.count() == tokens:
        raise AlignmentError(
            "a line that begins with # is a token by its tag on one side, and none by the other",
            where=gold.source.name,
        )
    names = ["", *sets[0].types]
    return Counter(SurfaceForm(names[kind], frozenset(ways)) for (kind, _), ways in forms.items())


class _SpansInOrder:
    """The spans of one side, counted from its first token, read no farther than they are wanted."""

    def __init__(self, side: TagFile, tags: TagSet) -> None:
        self._pieces = side.sentences(tags)
        self._decoder = Decoder()
        self._tokens = 0
        self._waiting = decode(np.zeros(0, np.int32), np.zeros(0, np.intp))

    def until(self, token: int) -> Spans:
        """Return the spans that end up to a token and were not returned before."""
        parts = [self._waiting]
        # What ends there is known by the token behind it.
        while self._tokens <= token and (found := self._more()):
            parts.append(found)
        spans = Spans(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))
        stop = int(np.searchsorted(spans.end, token, "right"))
        self._waiting = spans.only(np.arange(stop, len(spans.end)))
        return spans.only(np.arange(stop))

    def count(self) -> int:
        """Return how many tokens there are in all."""
        while self._more():
            pass
        return self._tokens

    def _more(self) -> Spans | None:
        """Return the spans of what is read next; None if all was read."""
        for piece in self._pieces:
            self._tokens += piece.size
            return self._decoder.feed(piece.codes, piece.starts)[0]
        if self._decoder.position > self._tokens:
            return None
        return self._decoder.finish()


def _pairs(
    passage: Sentences, gold: Spans, predicted: Spans
) -> Iterator[tuple[int, str, int, int]]:
    """Yield the type, the text, and the shape on each side of every span of a passage."""
    gold_match, predicted_match = match_spans(gold, predicted)
    other = np.full(len(gold.start), ABSENT)
    other[gold_match] = predicted.shape[predicted_match]
    alone = np.ones(len(predicted.start), np.bool_)
    alone[predicted_match] = False
    extra = predicted.only(alone)
    nowhere = np.full(len(extra.start), ABSENT)
    for spans, gold_shape, predicted_shape in (
        (gold, gold.shape, other),
        (extra, nowhere, extra.shape),
    ):
        yield from zip(
            spans.type.tolist(),
            passage.texts(spans),
            gold_shape.tolist(),
            predicted_shape.tolist(),
            strict=True,
        )
