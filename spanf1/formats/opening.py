"""Inputs opened: their formats found out, gold and predictions side by side, and counted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import chain
from operator import methodcaller
from typing import TYPE_CHECKING, Protocol, Self, TypeAlias, TypeVar, Unpack

from spanf1.core.documents import Document
from spanf1.core.misfits import LABELS, MASK_TAGS, MISSING_TAGS, OUTSIDE_TAGS
from spanf1.core.options import AUTO, BY_FORM, BY_TEXT, AnyScheme, Options
from spanf1.core.schemes import NO_TAGS
from spanf1.core.tag_counter import tally, tally_parts
from spanf1.core.tally import TOKEN, Tally
from spanf1.exceptions import AlignmentError, InputError, SpanF1Error, TagError, UsageError
from spanf1.formats.columns.file import ColumnFile
from spanf1.formats.columns.tags import ColumnPair, MergedFile, PairedFiles
from spanf1.formats.options import InputKeywords, InputOptions, check_no_gaps
from spanf1.formats.registry import (
    ARROW,
    COLUMNS,
    FORMATS,
    JSONL,
    Input,
    InputFormat,
    Inputs,
    check_options,
    formats_given,
)
from spanf1.formats.sniffing import format_of, formats_of
from spanf1.formats.source import STDIN, Path, Source, source_of

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from spanf1.core.kept import KeptSpans
    from spanf1.formats.arrow.tags import ArrowReader
    from spanf1.formats.pairs import DocumentPairs
    from spanf1.formats.records.tags import RecordReader

#: about how many bytes of columns, or half as many of JSON, one task of an executor reads
PART_SIZE = 1 << 23


def read_documents(
    file: Path, input_format: InputFormat = AUTO, **given: Unpack[InputKeywords]
) -> Iterator[Document]:
    """Read documents, with their typed spans, from a file or folder of any format.

    Parameters
    ----------
    file : path
        The file or folder; ``-`` is standard input.
    input_format : str
        Its format, or ``auto``: by its content.

    Other Parameters
    ----------------
    key, token_key, text_key, id_key : str, optional
        Of JSON, or Parquet: where the spans or tags are, the tokens, the text and the id.
    labels : sequence of str, or mapping of int to str, optional
        The tag of each id, where tags are ids.
    tag_column, token_column, sentence_column : int or str, optional
        Of columns: where tags, tokens and ids of sentences are; ``"2,3"`` has nested levels of
        tags.
    delimiter, tag_form, outside, max_size
        As for `spanf1.score_file`.

    Returns
    -------
    iterator of Document
        They come one by one. Of columns, and of JSON Lines of tags, each is a sentence.

    Raises
    ------
    InputError
        If the file cannot be read, or is not of the format.
    UsageError
        If an argument is not one of those above.
    """
    (input,) = inputs_of_keywords([file], input_format, given)
    return input.documents()


def inputs_of_keywords(
    files: Iterable[Path],
    input_format: str,
    given: Mapping[str, object],
    *,
    scheme: str = AUTO,
    mask_tags: Iterable[str] | None = None,
) -> list[Input]:
    """Return the inputs of one side each that a public function is called with.

    Parameters
    ----------
    files : iterable of path
        The files.
    input_format : str
        Their format, or ``auto``.
    given : mapping of str to object
        The keywords, by their names.
    scheme : str
        The tagging scheme that was given, or ``auto``.
    mask_tags : iterable of str, optional
        Tags of tokens that are left out, if the function has that.

    Raises
    ------
    TypeError
        If there is no such keyword.
    LayoutError, UsageError
        As `inputs_of`.
    """
    if unknown := given.keys() - InputKeywords.__annotations__.keys():
        raise TypeError(f"unexpected keyword argument {min(unknown)!r}")
    said = {OUTSIDE_TAGS: (), LABELS: None, **given}
    said |= {} if mask_tags is None else {MASK_TAGS: mask_tags}
    options = InputOptions.of({**said, "input_format": input_format})
    return inputs_of(list(map(source_of, files)), options, scheme=scheme)


def inputs_of(
    sources: Sequence[Source], options: InputOptions, *, scheme: str = AUTO
) -> list[Input]:
    """Return inputs of one side each, of which the same is to be read.

    Parameters
    ----------
    sources : sequence of Source
        Where they are; they may be of different formats.
    options : InputOptions
        What to read.
    scheme : str
        The tagging scheme that was given, or ``auto``.

    Raises
    ------
    LayoutError
        If the format of one cannot be told.
    UsageError
        If an option goes with none of them.
    """
    keys = _keys_of(options)
    formats = [formats_of([source], options.format, keys)[0] for source in sources]
    check_options(formats, [options], scheme=scheme)
    return [Input(source, name, options) for source, name in zip(sources, formats, strict=True)]


def both_inputs(
    sources: Sequence[Source],
    gold: InputOptions,
    predicted: InputOptions,
    *,
    by_position: bool = False,
) -> Inputs:
    """Return gold and predictions.

    Parameters
    ----------
    sources : sequence of Source
        One input of both sides, or gold and predictions.
    gold, predicted : InputOptions
        What to read of each.
    by_position : bool
        Whether what belongs together is known by the order alone.

    Raises
    ------
    LayoutError
        If the format of one cannot be told.
    UsageError
        If an option goes with none of them, or both are standard input.
    """
    if [source.path for source in sources].count(STDIN) == 2:
        raise UsageError("only one of the two files can be standard input")
    formats = formats_of(sources, gold.format, _keys_of(gold, predicted))
    check_options(formats, (gold, predicted))
    if len(sources) == 1:
        gold, predicted = (
            replace(side, alone=False, other_columns=other.tag_columns)
            for side, other in ((gold, predicted), (predicted, gold))
        )
    return Inputs(
        Input(sources[0], formats[0], gold), Input(sources[-1], formats[-1], predicted), by_position
    )


def formats_with(gold: Source, options: InputOptions, predicted: InputOptions) -> str:
    """Return the formats of gold and of what is beside it, with that of gold found out."""
    names = formats_given(options.format, 2)
    if names[0] == AUTO:
        names[0] = format_of(gold, _keys_of(options, predicted)) or AUTO
    return ",".join(names)


def _keys_of(*sides: InputOptions) -> tuple[str, ...]:
    """Return the keys of tags or spans that were given."""
    return tuple(str(side.key) for side in sides if side.key is not None)


def check_twice(source: Source) -> None:
    """Raise an error if a source can be read only once.

    Raises
    ------
    UsageError
        If it can.
    """
    if source.is_pipe():
        message = "this is read twice, which a pipe cannot be"
        raise UsageError(message, where=source.name, hint="write it to a file first")


TagPair: TypeAlias = "ColumnPair | RecordReader | ArrowReader"


def column_pair(inputs: Inputs, *, script: bool = False) -> ColumnPair:
    """Return a reader of columns of gold and predicted tags; `script`: of lines as conlleval does.

    Raises
    ------
    UsageError
        If one file is to be aligned.
    """
    gold, predicted = inputs.gold.options, inputs.predicted.options
    if inputs.merged and inputs.by_position:
        raise one_file()
    files = [
        ColumnFile(
            source,
            delimiter=gold.delimiter,
            script=script,
            headed=gold.headed,
            merged=inputs.merged,
            sentence_column=gold.sentence_column,
            tag_lines=gold.may_be_tag_lines() and predicted.may_be_tag_lines(),
        )
        for source in inputs.sources
    ]
    files[0].progress = inputs.gold.progress
    if inputs.merged:
        gold_column = gold.tag_column if gold.tag_columns else -2
        return MergedFile(files[0], gold_column, predicted.tag_column, missing=inputs.missing)
    return PairedFiles(
        files[0],
        files[1],
        gold.tag_column,
        predicted.tag_column,
        token_column=gold.token_column,
        by_position=inputs.by_position,
        missing=inputs.missing,
    )


def one_file() -> UsageError:
    """Return the error for one file of both sides that is to be aligned."""
    return UsageError(
        "tokens are aligned only where gold and predicted tags are in two files",
        hint="give two files, or leave token_column and align_by_position out",
    )


def tag_pair(inputs: Inputs, *, match: str = "exact", script: bool = False) -> TagPair | None:
    """Return a reader of tags of both sides; None if their spans are to be read, as of documents.

    Raises
    ------
    InputError, UsageError
        If an input cannot be read, or options contradict each other.
    """
    if inputs.format == COLUMNS and match not in BY_TEXT:
        return column_pair(inputs, script=script)
    if inputs.format == JSONL and match not in BY_FORM:
        from spanf1.formats.records.tags import RecordReader

        return RecordReader(inputs)
    if inputs.format == ARROW and match not in BY_FORM:
        from spanf1.formats.arrow.tags import ArrowReader, has_tags

        return ArrowReader(inputs) if has_tags(inputs) else None
    return None


def document_pairs(inputs: Inputs) -> DocumentPairs:
    """Return a reader of documents of both sides.

    Raises
    ------
    UsageError
        If the documents of one input are to be aligned.
    """
    from spanf1.formats.pairs import DocumentPairs

    if inputs.merged and (inputs.by_position or inputs.gold.options.id_key is not None):
        raise UsageError("documents are aligned only where gold and predictions are two inputs")
    # Tokens can be left out only where tags stand side by side: no hint is to say so.
    keywords = inputs.gold.options.keywords - {MASK_TAGS, MISSING_TAGS}
    return DocumentPairs(inputs.with_options(keywords=keywords))


def counted(
    inputs: Inputs,
    options: Options,
    *,
    units: str = "",
    in_order: bool = False,
    documents: bool = False,
    executor: Executor | None = None,
    kept: KeptSpans | None = None,
    schemes: tuple[AnyScheme, AnyScheme] | None = None,
) -> tuple[TagPair | DocumentPairs, Tally]:
    """Return a reader that has read inputs, as tags side by side if that can be, and the counts.

    Where the tokens of two inputs differ, and their texts do not, they are read as documents.

    Parameters
    ----------
    inputs : Inputs
        Gold and predictions.
    options : Options
        How they are to be read.
    units, in_order
        As for `spanf1.core.tag_counter.tally`.
    documents : bool
        Read documents anyway.
    executor : concurrent.futures.Executor, optional
        Reads the parts of large files of columns, or of JSON Lines.
    kept : KeptSpans, optional
        Keeps the spans; then there is no executor.
    schemes : tuple of str, optional
        Those of gold and of the predictions, where they are found out by more than these inputs.

    Raises
    ------
    InputError, UsageError
        If an input cannot be read, or the two sides do not fit together.
    """
    if options.needs_schemes and not any(source.is_pipe() for source in inputs.sources):
        looked = schemes or _schemes_at_sight(inputs, options, documents, executor)
        options = options.in_schemes(looked)
    script = options.reading == "conlleval"
    inputs = inputs._replace(missing=options.missing)
    reader = None if documents else tag_pair(inputs, match=options.match, script=script)
    if reader is None or options.match in BY_FORM:
        check_no_gaps(inputs.gold.options, options)
    count_documents = methodcaller("tally", options, units=units, in_order=in_order, kept=kept)
    if reader is None:
        # A text may be in several parts, so that its forms do not add.
        parted = None if options.match == "surface" else executor
        return _counted_documents(inputs, count_documents, parted, units)
    count = partial(
        tally,
        spellings=inputs.spellings,
        script=script,
        units=units,
        in_order=in_order,
        type_map=options.type_map,
        crediting=options.crediting,
        kept=kept,
    )
    # The script's flag may outlive a sentence, and a document a part.
    parted = None if script or units == "document" else executor
    try:
        counts = _counts(reader, count, parted, units)
        if isinstance(reader, ColumnPair):
            reader.review(counts)
        return reader, counts
    except AlignmentError:
        again = all(os.path.isfile(source.path) for source in inputs.sources)
        gaps = inputs.gold.options.mask_tags or options.missing != "error"
        if script or not again or inputs.merged or inputs.by_position or gaps:
            raise
        # Where the texts differ, too, the tokens that do say it best.
        with suppress(InputError):
            pairs = document_pairs(inputs)
            if kept is not None:
                kept.forget()
            pairs.notes.append("the tokens differ, and not the text: characters say where")
            return pairs, count_documents(pairs)
        raise


def _schemes_at_sight(
    inputs: Inputs, options: Options, documents: bool, executor: Executor | None
) -> tuple[AnyScheme, AnyScheme]:
    """Return the schemes of both sides, by a first look where there may be tags."""
    if not any("scheme" in FORMATS[side.format].takes for side in inputs[:2]):
        return NO_TAGS, NO_TAGS
    from spanf1.core.detection import schemes_of

    exactly = replace(options, match="exact")
    _, counts = counted(inputs.again(), exactly, documents=documents, executor=executor)
    return schemes_of(counts, options, counts.shapes()).used


def _counted_documents(
    inputs: Inputs, count: Callable[[DocumentPairs], Tally], executor: Executor | None, units: str
) -> tuple[DocumentPairs, Tally]:
    """Return a reader of documents of both sides that has read them, and the counts."""
    pairs = document_pairs(inputs)
    counts = _counts(pairs, count, executor, units)
    # They are known of parts only, whose sum needs them.
    counts.gold.lines = counts.predicted.lines = 0
    return pairs, counts


class _Parted(Protocol):
    """A reader that can be read in parts, which can be sent to a worker."""

    def parts(self, size: int) -> Iterator[Self]:
        """Yield readers of parts of about `size` bytes; itself, if it is to be read as a whole."""
        ...

    def take(self, part: Self) -> None:
        """Take over what is to be said of a part that has been read."""
        ...

    def forget(self) -> None:
        """Forget what was found out of the inputs."""
        ...


_PartedT = TypeVar("_PartedT", bound=_Parted)


def _sure(count: Callable[[_PartedT], Tally], units: str, part: _PartedT) -> Tally:
    """Return the counts of a part; raise an error if they leave open what only all of it tells.

    That is how tags are written, and whether there are several documents, which a part may cut.
    """
    counts = count(part)
    if any(side.other_forms for side in counts.sides):
        raise TagError("tags that may be written in several ways")
    kind = counts.units.kind if counts.units else ""
    if units == AUTO and counts.documents and (counts.placed_by == TOKEN or kind == "sentence"):
        raise UsageError("documents that may go on in the next part")
    return counts


def _counts(
    reader: _PartedT, count: Callable[[_PartedT], Tally], executor: Executor | None, units: str
) -> Tally:
    """Return the counts of all that is read: in parts, if there is enough of it to gain."""
    if executor:
        with suppress(SpanF1Error):
            parts = reader.parts(PART_SIZE)
            first = next(parts)
            if first is not reader:
                sure = partial(_sure, count, units)
                return tally_parts(chain([first], parts), executor, sure, done=reader.take)
        # A part counts its lines from its own beginning. Reading all in order says the true line
        # of the first thing that is wrong.
        reader.forget()
    return count(reader)
