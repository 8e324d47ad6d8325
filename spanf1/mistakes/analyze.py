"""Predictions analysed: from files, lists or opened inputs to an analysis."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from operator import add
from typing import TYPE_CHECKING, Any

import numpy as np

from spanf1.core.kept import KeptSpans
from spanf1.core.options import (
    AUTO,
    AnyScheme,
    Confidence,
    MissingName,
    Options,
    confidence_from,
)
from spanf1.core.schemes import ReadingName
from spanf1.core.tag_counter import Reader
from spanf1.core.tags import AUTO_FORM, Block, IntArray, TagSets, tag_sets
from spanf1.exceptions import LayoutError, TagError, UsageError
from spanf1.formats.columns.tags import ColumnPair, TagFile
from spanf1.formats.labels import IGNORE_INDEX
from spanf1.formats.lists import ArrayReader, ListReader, reader_of
from spanf1.formats.opening import both_inputs, check_twice, counted
from spanf1.formats.options import Column, InputOptions, Origin, check_no_gaps
from spanf1.formats.pairs import DocumentPairs, pairs_of
from spanf1.formats.registry import COLUMNS, Input, Inputs
from spanf1.formats.sentences import (
    Sentences,
    last_start,
    line_among,
    line_in,
    unmasked,
    whole,
)
from spanf1.formats.source import Source, source_of
from spanf1.mistakes.analysis import Analysis, Part
from spanf1.mistakes.ledger import Ledger
from spanf1.mistakes.texts import DocumentTexts, Passage, Texts, TokenTexts
from spanf1.results.files import edges_noted, token_column_of
from spanf1.results.lists import SPANS, has_records, held, spellings_of
from spanf1.results.result import Result, total_of
from spanf1.wording import many, shortened

if TYPE_CHECKING:
    from spanf1.formats.metadata import Metadata

_NONE = np.zeros(0, np.intp)


def analyze(
    gold: Any,
    predicted: Any = None,
    *,
    tokens: Sequence[Sequence[str]] | None = None,
    metadata: Mapping[str, Sequence[Any]] | None = None,
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
    ignore_index: int = IGNORE_INDEX,
    mask: Any = None,
    scheme: AnyScheme = AUTO,
    gold_scheme: AnyScheme | None = None,
    pred_scheme: AnyScheme | None = None,
    reading: ReadingName = "lenient",
    map_types: Mapping[str, str] | None = None,
    ignore_types: Iterable[str] = (),
    trim: bool = False,
    tag_form: str = AUTO_FORM,
    outside: Iterable[str] = (),
    mask_tags: Iterable[str] = (),
    missing: MissingName = "error",
    max_size: int | str | None = None,
    confidence: float | Confidence | None = None,
) -> Analysis:
    """Say which spans are wrong, how near they are, and what each kind of error costs.

    What is correct, and how much gold and how much is predicted, is as `spanf1.score_file` and
    `spanf1.evaluate` have it for exact matches. Each span is then put together with one that
    shares units with it, if there is one: the most that have the same units and type, then the
    most of the same units, of one type, the most pairs, the most shared units.

    Parameters
    ----------
    gold : path, or sequence
        A file of gold, or of both sides; or gold tags, ids or records, as for `spanf1.evaluate`.
    predicted : path, or sequence, optional
        The same of the predictions, unless they are in the file of gold.
    tokens : sequence of sequences of str, optional
        Of tags that are given here: the tokens of each sentence that count, which are texts then.
    metadata : mapping of str to sequence, optional
        Of tags that are given here: what each sentence has at some keys, for
        `spanf1.Analysis.values`: ``{"genre": ["news", "blog"]}``.

    Other Parameters
    ----------------
    gold_column, pred_column, tag_column, token_column, sentence_column, delimiter, \
align_by_position, input_format, gold_key, pred_key, token_key, text_key, id_key, annotator, \
labels, trim, max_size
        As for `spanf1.score_file`. With one file, `token_column` says where its tokens are.
    ignore_index, mask, scheme, gold_scheme, pred_scheme, reading, map_types, ignore_types, \
tag_form, outside, mask_tags, missing, confidence
        As for `spanf1.evaluate`. The reading cannot be ``conlleval``, which counts no spans.

    Raises
    ------
    InputError, UsageError
        As `spanf1.score_file`, and `spanf1.evaluate`.

    Examples
    --------
    >>> import spanf1
    >>> analysis = spanf1.analyze(
    ...     [["B-ORG", "I-ORG", "O", "B-LOC"]],
    ...     [["B-PER", "I-PER", "O", "O"]],
    ...     tokens=[["Leeds", "United", "in", "Rome"]],
    ... )
    >>> for entry in analysis.entries():
    ...     print(entry.kind, [span.type for span in entry.spans], entry.spans[0].text)
    type ['ORG', 'PER'] Leeds United
    missed ['LOC'] Rome
    >>> analysis.what_if()[1].f1
    0.6666666666666666
    >>> analysis.confusion().array.tolist()
    [[0, 0, 0, 1], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    """
    given = locals()
    options = checked_options(given)
    files = [isinstance(side, str | os.PathLike | Source) for side in (gold, predicted)]
    together = files[0] if predicted is None else files[0] == files[1]
    if not together:
        raise UsageError(
            "gold and predicted are to be two files, or both sequences",
            hint="predicted can be left out only where the file of gold has both; records that "
            "have both are given twice",
        )
    if not files[0]:
        if annotator is not None:
            raise UsageError("annotator is for files: give only what one annotator says")
        return _analysis_of_lists(given, options)
    if tokens is not None or metadata is not None:
        raise UsageError("tokens and metadata are for tags that are given as lists")
    if mask is not None or ignore_index != IGNORE_INDEX:
        raise UsageError("mask and ignore_index are for label ids that are given as arrays")
    sources = [source_of(path) for path in (gold, predicted) if path is not None]
    sides = InputOptions.of_both(given, len(sources))
    inputs = both_inputs(sources, *sides, by_position=align_by_position)
    return analyze_inputs([inputs], options, confidence=confidence_from(confidence))


def checked_options(given: Mapping[str, Any]) -> Options:
    """Return the options that the keywords of `analyze` say.

    Raises
    ------
    UsageError
        If spans are to be read as the conlleval script does.
    """
    options = Options.of(given)
    if options.reading == "conlleval":
        raise UsageError(
            "the conlleval script counts steps between tags, and knows no spans to be told of",
            hint="reading lenient has nearly all of them",
        )
    return options


def analyze_inputs(
    parts: Iterable[Inputs],
    options: Options,
    *,
    units: str = "",
    documents: bool = False,
    confidence: Confidence | None = None,
) -> Analysis:
    """Return the analysis of gold and predictions, which can be read again.

    Parameters
    ----------
    parts : iterable of Inputs
        What is to be read of them: of one input, or of several, which are added up.
    options : Options
        How it is read, for exact matches.
    units : str
        Of which units there are to be counts, in order; of none by default.
    documents : bool
        Read documents, where tags could be read, too.
    confidence : Confidence, optional
        How the intervals of the score are made; none by default.

    Raises
    ------
    InputError, UsageError
        As `analyze`.
    """
    units = confidence.unit if confidence else units
    read = [_read(inputs, options, units, documents=documents) for inputs in parts]
    result = total_of([replace(one, confidence=confidence) for one, _, _ in read])
    if confidence:
        result.check()
    return Analysis(result, [Part(_ledger(kept, result), texts) for _, kept, texts in read])


def _read(
    inputs: Inputs, options: Options, units: str, *, documents: bool
) -> tuple[Result, KeptSpans, Texts]:
    """Return the score of gold and predictions, their spans, and what knows their texts."""
    kept = KeptSpans()
    reader, counts = counted(
        inputs, options, units=units, in_order=bool(units), documents=documents, kept=kept
    )
    origin = edges_noted(reader.origin(), counts, options)
    result = Result(counts, options, origin).check()
    name = inputs.gold.source.name
    if isinstance(reader, DocumentPairs):
        said = partial(_metadata, reader.gold)
        if inputs.gold.format != COLUMNS or inputs.gold.source.is_pipe():
            return result, kept, DocumentTexts(kept.texts, name, said)
        from spanf1.formats.columns.documents import token_lines

        lines = partial(token_lines, inputs.gold.again())
        return result, kept, DocumentTexts(kept.texts, name, said, lines)
    said = partial(_metadata, inputs.gold)
    if options.missing == "drop" and counts.gaps.missing:
        # Which tokens are left out is only known of both sides together.
        read = partial(_passages_of_both, reader, inputs)
    elif isinstance(reader, ColumnPair):
        read = partial(_column_passages, reader, origin, inputs)
    else:
        read = partial(_record_passages, reader, inputs)
    if isinstance(reader, ColumnPair):
        said = partial(_column_metadata, reader, origin, inputs)
    tagged = partial(_tagged, reader, inputs)
    return result, kept, TokenTexts(name, read, counts.tokens, said, tagged)


def _tagged(reader: Reader, inputs: Inputs) -> tuple[TagSets, Iterable[Block]]:
    """Return the tags of inputs that have been read, once more, and the sets that number them."""
    tags = tag_sets(*inputs.spellings)
    return tags, reader.blocks(*tags)


def _metadata(input: Input) -> Metadata:
    """Return what is said in an input that has been read."""
    from spanf1.formats.metadata import Metadata

    check_twice(input.source)
    return Metadata.of(input)


def _checked_metadata(
    metadata: Mapping[str, Sequence[Any]] | None, count: int
) -> Mapping[str, Sequence[Any]]:
    """Return what each of some sentences has at keys; raises an error if it is not as many."""
    # A frame is no mapping, and has its items.
    if metadata is not None and not hasattr(metadata, "items"):
        raise UsageError(
            "metadata is to be keys, and at each of them a value for each sentence",
            hint="metadata={'source': ['web', 'news']} is of two sentences",
        )
    columns = {} if metadata is None else {key: [*column] for key, column in metadata.items()}
    for key, column in columns.items():
        if len(column) != count:
            raise UsageError(
                f"metadata has {many(len(column), 'value')} at {shortened(key)}, and there are "
                f"{many(count, 'sentence')}"
            )
    return columns


def _listed_metadata(metadata: Mapping[str, Sequence[Any]], count: int) -> Metadata:
    """Return what is said of so many sentences that are lists; their numbers are their lines."""
    from spanf1.formats.metadata import Metadata

    def said(_: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        for row in range(count):
            yield row + 1, {key: column[row] for key, column in metadata.items()}

    return Metadata("sentence {}".format, said)


def _column_metadata(reader: ColumnPair, origin: Origin, inputs: Inputs) -> Metadata:
    """Return what is said in files that have been read."""
    from spanf1.formats.metadata import Metadata, said_in_columns

    file, spelling = TagFile(reader.files[0], origin.gold_column), inputs.spellings[0]
    return Metadata(
        file.source.where, lambda _: said_in_columns(file, tag_sets(spelling, spelling)[0])
    )


def _ledger(kept: KeptSpans, result: Result) -> Ledger:
    """Return the ledger of spans that were kept, without those that do not count."""
    gold, predicted = kept.side(0), kept.side(1)
    if result.options.reading == "strict":
        schemes = result.schemes
        gold, predicted = gold.well_formed(schemes[0]), predicted.well_formed(schemes[1])
    return Ledger.of(gold, predicted, kept.names)


def _column_passages(reader: ColumnPair, origin: Origin, inputs: Inputs) -> Iterator[Passage]:
    """Yield the sentences of gold of files that have been read."""
    file = reader.files[0]
    check_twice(file.source)
    file.progress = None
    tags = tag_sets(*inputs.spellings)[0]
    column = token_column_of(reader, origin, inputs)
    if column:
        parts = TagFile(file, origin.gold_column, column).passages(tags)
    else:
        parts = whole(TagFile(file, origin.gold_column).sentences(tags), last_start)
    return map(_passage, parts)


def _record_passages(reader: Reader, inputs: Inputs) -> Iterator[Passage]:
    """Yield the sentences of gold, which has them one by one."""
    check_twice(inputs.gold.source)
    parts = inputs.gold.again().sentences()
    try:
        first = next(parts, None)
    except (LayoutError, TagError):
        # They have been read before, without tokens: there may be none, or ids that do not count.
        if inputs.gold.options.token_key is not None:
            raise
        yield from _passages_of_both(reader, inputs)
        return
    for part in chain([first] if first else [], parts):
        lists = part.words.lists() if part.words else []
        lines = part.places[part.lengths > 0].tolist()
        yield _passage(
            part._replace(
                tokens=[*chain.from_iterable(lists)],
                line=partial(_line_of, part.starts.tolist(), lines),
            )
        )


def _passages_of_both(reader: Reader, inputs: Inputs) -> Iterator[Passage]:
    """Yield all sentences, without their tokens."""
    yield _passage_of_blocks(reader.blocks(*tag_sets(*inputs.spellings)))


def _passage(sentences: Sentences) -> Passage:
    """Return whole sentences, without the tokens that do not count, as a passage."""
    counts = unmasked(sentences)
    starts = partial(line_among, counts.line, counts.starts)
    return Passage(
        counts.size,
        counts.starts,
        counts.tokens or (),
        counts.line,
        starts,
        counts.document_starts,
    )


def _line_of(starts: Sequence[int], lines: Sequence[int], token: int) -> int:
    """Return the line of a token, given the first token and the line of each sentence."""
    return lines[bisect_right(starts, token) - 1]


def _passage_of_blocks(blocks: Iterable[Block]) -> Passage:
    """Return the sentences of blocks; those of which no token counts have no number."""
    starts, documents, numbers, lines, firsts = [_NONE], [_NONE], [_NONE], [], []
    start_lines, begins = [], []
    base = count = sentences = 0
    for block in blocks:
        starts.append(block.sentence_starts + base)
        documents.append(block.document_starts + base)
        start_lines.append(block.start_line)
        begins.append(sentences)
        sentences += len(block.sentence_starts)
        numbers.append(block.numbers + base)
        lines.append(block.gold_line)
        firsts.append(count)
        base, count = base + block.tokens, count + len(block.numbers)
    there = np.concatenate(numbers)

    def line(token: int) -> int:
        """Return the line of a token of a span, which no block leaves out."""
        index = int(np.searchsorted(there, token))
        return line_in(lines, firsts, index)

    start_line = partial(line_in, start_lines, begins)
    return Passage(base, np.concatenate(starts), (), line, start_line, np.concatenate(documents))


def _analysis_of_lists(given: Mapping[str, Any], options: Options) -> Analysis:
    """Return the analysis of tags, ids or records; raises as `analyze`."""
    gold, predicted, words = given["gold"], given["predicted"], given["tokens"]
    if SPANS in (held(gold), held(predicted)):
        raise UsageError(
            "spans alone have no texts, and are not analyzed",
            hint="records have both: {'text': 'Ada met Bob', 'spans': [[0, 3, 'PER']]}",
        )
    confidence = confidence_from(given["confidence"])
    units = confidence.unit if confidence else ""
    kept = KeptSpans()
    texts: Texts
    if has_records(gold) or has_records(predicted):
        if given["metadata"] is not None:
            raise UsageError("metadata is for tags, and records have their own keys")
        side = InputOptions.of(given)
        check_no_gaps(side, options)
        pairs = pairs_of(gold, predicted, side)
        counts = pairs.tally(options, units=units, kept=kept)
        texts = DocumentTexts(kept.texts, "", partial(_metadata, pairs.gold))
    else:
        labels = given["labels"]
        reader = reader_of(
            gold, predicted, labels, given["ignore_index"], given["mask"], missing=options.missing
        )
        numbered = labels if isinstance(reader, ListReader) else None
        tags = reader.tag_sets(spellings_of(given, numbered))
        counts = reader.tally(tags, type_map=options.type_map, units=units, kept=kept)
        lengths = np.array([*map(len, gold)], np.intp)
        passage = _listed(reader, tags, lengths, counts.tokens, words)
        metadata = _checked_metadata(given["metadata"], len(gold))
        said = partial(_listed_metadata, metadata, len(gold))
        texts = TokenTexts(
            "", lambda: [passage], counts.tokens, said, lambda: (tags, reader.blocks(*tags))
        )
    result = Result(counts, options, confidence=confidence).check()
    return Analysis(result, [Part(_ledger(kept, result), texts)])


def _listed(
    reader: ListReader | ArrayReader,
    tags: TagSets,
    lengths: IntArray,
    count: int,
    words: Sequence[Sequence[str]] | None,
) -> Passage:
    """Return the sentences of lists, or of arrays, of which so many tokens count."""
    starts = np.cumsum(lengths) - lengths
    # A sentence has its number, from 1, for a line.
    passage = Passage(count, starts, (), start_line=partial(add, 1))
    if lengths.sum() != count:
        passage = _passage_of_blocks(reader.blocks(*tags))
        token = passage.start_line or int
        passage = passage._replace(
            line=None,
            start_line=lambda number: int(np.searchsorted(starts, token(number) - 1, "right")),
        )
    tokens = [*chain.from_iterable(words or ())]
    if words is not None and len(tokens) != count:
        raise UsageError(
            f"tokens has {many(len(tokens), 'word')}, and there are {many(count, 'token')} that "
            "count",
            hint="one word for each tag that counts",
        )
    return passage._replace(tokens=tokens)
