"""Systems in files: which files are runs of which system, and what they have in common."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from spanf1.core.matching import match_spans
from spanf1.core.options import (
    AUTO,
    MODES,
    AnyScheme,
    Confidence,
    MissingName,
    NormalizationName,
    Options,
    TypeSet,
    options_of,
)
from spanf1.core.schemes import ReadingName
from spanf1.core.scores import AverageName
from spanf1.core.spans import Decoder, Spans
from spanf1.core.tag_counter import Reader
from spanf1.core.tags import AUTO_FORM, Spelling, TagSet, tag_sets
from spanf1.core.tally import TOKEN
from spanf1.exceptions import AlignmentError, UsageError
from spanf1.formats.columns.file import ColumnFile
from spanf1.formats.columns.tags import ColumnPair, TagFile
from spanf1.formats.folders import files_of, fitting
from spanf1.formats.labels import labels_by_id
from spanf1.formats.opening import both_inputs, column_pair, counted, formats_with
from spanf1.formats.options import Column, InputOptions
from spanf1.formats.registry import COLUMNS, JSONL, Input, Inputs
from spanf1.formats.source import STDIN, Source, source_of
from spanf1.ranking.rank import BEST, Ranking, RankingOptions, System, rank
from spanf1.resampling.inference import AdjustmentName
from spanf1.results.files import edges_noted
from spanf1.results.result import Result

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from spanf1.formats.records.tags import RecordReader

#: called with what is being done
Progress = Callable[[str], object]
#: reads gold and an output: takes them, the options, the units, and whether to read documents
Read = Callable[[Inputs, Options, str, bool], Result]

_ONE_GOLD = "systems are compared on one gold"


class Named(NamedTuple):
    """A system: its name, and the files of its runs."""

    name: str
    files: tuple[str, ...]


def systems_of(given: Iterable[str]) -> list[Named]:
    """Return the systems that arguments name.

    Parameters
    ----------
    given : iterable of str
        ``FILE``; ``FOLDER``, whose files are the runs of one system, unless it is one input,
        brat's or a dataset; ``NAME=RUN,RUN,…``, where a run is a file, a folder or a pattern such
        as ``runs/seed-*.conll``. A pattern alone stands for a system for each file. What is there
        under the whole of a name is one file, whatever commas and equals signs it has.

    Raises
    ------
    UsageError
        If a pattern fits nothing, or two systems have one name.
    """
    named: list[tuple[str, list[str]]] = []
    for argument in given:
        name, parted, runs = argument.partition("=")
        if os.path.isdir(argument):
            folder = os.path.basename(os.path.abspath(argument)) or argument
            named.append((folder, files_of(argument)))
        elif parted and name and not fitting(argument):
            parts = [runs] if fitting(runs) else runs.split(",")
            files = [file for run in parts if run for file in files_of(run)]
            if not files:
                raise UsageError(f"{argument}: no run is named", hint="name=run1.conll,run2.conll")
            named.append((name, files))
        else:
            named += [("", [file]) for file in files_of(argument)]
    names = iter(names_of(files[0] for name, files in named if not name))
    systems = [Named(name or next(names), tuple(files)) for name, files in named]
    seen: set[str] = set()
    for system in systems:
        if system.name in seen:
            hint = "name=FILE gives a system another name"
            raise UsageError(f"two systems are called {system.name!r}", hint=hint)
        seen.add(system.name)
    return systems


def compare(
    gold: str | os.PathLike[str] | Source | None,
    systems: Mapping[str, Any] | Iterable[str | os.PathLike[str]],
    *,
    average: AverageName = "micro",
    reference: str = BEST,
    correction: AdjustmentName = "holm",
    per_type: bool = False,
    all_pairs: bool = False,
    confidence: float | Confidence | None = None,
    testing: RankingOptions | None = None,
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
    options: Options | None = None,
    tag_form: str = AUTO_FORM,
    outside: Iterable[str] = (),
    mask_tags: Iterable[str] = (),
    missing: MissingName = "error",
    executor: Executor | None = None,
    progress: Progress = lambda _: None,
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
    max_size: int | str | None = None,
) -> Ranking:
    """Rank systems by their F, with intervals, and test how they differ.

    Parameters
    ----------
    gold : path, optional
        The file or folder with the gold tags or spans; None if each system's file holds gold and
        predicted ones.
    systems : mapping of str to path or list of paths, or iterable of str
        By the system's name its file, or those of its runs; or what `systems_of` takes.
    average : str
        The average whose F ranks them: ``micro``, ``macro`` or ``weighted``.
    reference : str
        The name of the system that the others are compared with, or ``best``.
    correction : str
        How p-values are corrected for there being several: ``holm``, ``bonferroni``, ``bh`` (the
        rate of false discoveries) or ``none``.
    per_type : bool
        Compare the F of each type, too.
    all_pairs : bool
        Compare every system with every other, not only with the reference.
    confidence : float or Confidence, optional
        The level of intervals, by default 0.95; or all that is said of them. Differences are
        tested at 1 less the level.
    testing : RankingOptions, optional
        All these at once, in place of them.
    scheme, gold_scheme, pred_scheme, reading, beta, types, zero_division, map_types, \
ignore_types, tag_form, outside, mask_tags, missing
        As for `spanf1.evaluate`.
    match, normalize, trim
        As for `spanf1.score_file`.
    options : Options, optional
        How spans are read, in place of `scheme` to `trim`.
    executor : concurrent.futures.Executor, optional
        Reads the files. Worker processes must be able to import spanf1.
    progress : callable, optional
        Called with what is being done.
    gold_column, pred_column, tag_column, token_column, sentence_column, delimiter, \
align_by_position, input_format, gold_key, pred_key, token_key, text_key, id_key, annotator, \
labels, max_size
        As for `spanf1.score_file`.

    Returns
    -------
    Ranking
        The systems in the order of their F; ``ranking["a"]`` is what one reaches.

    Raises
    ------
    AlignmentError
        If two systems were not scored on the same tokens and gold spans.
    UsageError
        If there are neither two systems nor several runs of one, or arguments contradict each
        other.
    InputError
        As for `spanf1.score_file`.

    Examples
    --------
    >>> import spanf1
    >>> sample = "corpora/sample/english.conll"
    >>> ranking = spanf1.compare(sample, ["a.conll", "b.conll"], average="macro")  # doctest: +SKIP
    >>> ranking.differences[0].p_value < 0.05  # doctest: +SKIP
    True
    """
    given = {**locals(), "labels": None if labels is None else labels_by_id(labels)}
    if isinstance(systems, str):
        raise UsageError("systems are to be a dict of names to files, or a list of files")
    if not isinstance(systems, Mapping):
        systems = dict(systems_of([os.fspath(path) for path in systems]))
    return compare_outputs(
        None if gold is None else source_of(gold),
        {str(name): _sources(files) for name, files in systems.items()},
        *InputOptions.of_both(given, 1 if gold is None else 2),
        by_position=align_by_position,
        options=options_of(given),
        testing=RankingOptions.of(given),
        executor=executor,
        progress=progress,
    )


def read_output(inputs: Inputs, options: Options, units: str, documents: bool) -> Result:
    """Return the result of an output, with units in order; see `spanf1.formats.opening.counted`.

    Raises
    ------
    InputError, UsageError
        As for `spanf1.score_file`.
    """
    reader, counts = counted(inputs, options, units=units, in_order=True, documents=documents)
    return Result(counts, options, edges_noted(reader.origin(), counts, options)).check()


def compare_outputs(
    gold: Source | None,
    systems: Mapping[str, Sequence[Source]],
    gold_options: InputOptions,
    predicted_options: InputOptions,
    *,
    by_position: bool,
    options: Options,
    testing: RankingOptions,
    executor: Executor | None = None,
    progress: Progress = lambda _: None,
    read: Read = read_output,
) -> Ranking:
    """Rank systems, given what is to be read of gold and of their outputs; see `compare`.

    `read` reads an output, once more where another one shows that it is to be read otherwise.
    """
    check_match(options)
    check_several(systems)
    sources = [source for runs in systems.values() for source in runs]
    for name, runs in systems.items():
        paths = [source.path for source in runs]
        if not paths or len(set(paths)) < len(paths):
            raise UsageError(f"system {name!r} has no run, or one twice")
        if STDIN in paths:
            raise UsageError("a system's output is to be a file, not standard input")
    if gold is None and gold_options.id_key is not None:
        raise UsageError("id_key joins systems to a gold file, and there is none")
    if gold is not None:
        formats = formats_with(gold, gold_options, predicted_options)
        gold_options = replace(gold_options, format=formats)
    output = _Output(
        gold, gold_options, predicted_options, by_position, options, testing.confidence.unit, read
    )
    results: list[Result] = []
    for result in (executor.map if executor else map)(output, sources):
        results.append(result)
        progress(f"{len(results)} of {len(sources)} files read")
    if len({result.tally.placed_by for result in results}) > 1:
        # The tokens of some systems are not gold's: then places are characters for all.
        output = replace(output, documents=True)
        results = [
            result if result.tally.placed_by != TOKEN else output(source)
            for source, result in zip(sources, results, strict=True)
        ]
    if options.missing == "drop":
        _check_same_tokens(sources, results)
    alike = [output.unit != AUTO or _drawn(one) == _drawn(results[0]) for one in results]
    if gold is None:
        for n, source in enumerate(sources[1:], 1):
            first = sources[0], results[0]
            alike[n] = _compare_gold(first, (source, results[n]), output) and alike[n]
    if not all(alike):
        n = alike.index(False)
        output = replace(output, unit="sentence")
        results = [*(executor.map if executor else map)(output, sources)]
        differ = f"documents do not begin where they do in {sources[0].name}: sentences are drawn"
        results[n] = _with_remark(results[n], f"{sources[n].name}: {differ}")
    left = iter(results)
    ranked = [System(name, [*islice(left, len(runs))]) for name, runs in systems.items()]
    return rank(ranked, testing, progress=progress)


def check_several(systems: Mapping[str, Sequence[Any]]) -> None:
    """Raise an error if there are neither two systems nor two runs of one."""
    if len(systems) < 2 and sum(map(len, systems.values())) < 2:
        hint = "spanf1 score --confidence 0.95 says how sure one score is"
        message = "two systems at least are to be compared, or several runs of one"
        raise UsageError(message, hint=hint)


def check_match(options: Options) -> None:
    """Raise an error if a match is of several modes."""
    if options.match == MODES:
        hint = "one of them, such as --match partial"
        raise UsageError(f"match {MODES} is of several modes, and one is compared", hint=hint)


def _drawn(result: Result) -> tuple[str, int]:
    """Return what can be drawn of a result, and how many of them there are."""
    units = result.tally.units
    return (units.kind, units.count) if units else ("", 0)


def _with_remark(result: Result, remark: str) -> Result:
    origin = result.input
    return replace(result, input=origin and origin._replace(remarks=(*origin.remarks, remark)))


def _check_same_tokens(sources: Sequence[Source], results: Sequence[Result]) -> None:
    """Raise an error if outputs that stop early do not stop at the same places."""
    first = results[0].tally
    for source, result in zip(sources, results, strict=True):
        tally = result.tally
        if (tally.tokens, tally.sentences, tally.gold_number) != (
            first.tokens,
            first.sentences,
            first.gold_number,
        ):
            raise AlignmentError(
                f"predictions stop at other places than in {sources[0].name}: not the same tokens "
                "would count",
                where=source.name,
                hint="missing='outside' (--missing outside) counts the same tokens for all",
            )


def _sources(files: Any) -> list[Source]:
    single = isinstance(files, str | os.PathLike | Source)
    return [source_of(file) for file in ([files] if single else files)]


@dataclass(frozen=True)
class _Output:
    """How outputs are read: called with one, it returns the result, with units in order.

    Without a gold file every output holds gold tags, too.
    """

    gold: Source | None
    gold_options: InputOptions
    predicted_options: InputOptions
    by_position: bool
    options: Options
    unit: str
    read: Read
    documents: bool = False

    def __call__(self, file: Source) -> Result:
        return self.read(self.inputs(file), self.options, self.unit, self.documents)

    def inputs(self, file: Source) -> Inputs:
        """Return the two sides that are scored of an output."""
        sides = [self.gold_options, self.predicted_options]
        if self.gold is not None:
            return both_inputs([self.gold, file], *sides, by_position=self.by_position)
        # One file needs nothing that joins two.
        alone = [replace(side, token_column=None, token_key=None, id_key=None) for side in sides]
        return both_inputs([file], *alone)


def _compare_gold(
    first: tuple[Source, Result], other: tuple[Source, Result], output: _Output
) -> bool:
    """Raise an error where the gold of an output is not that of the first one.

    Return whether documents begin where they do there, unless sentences are drawn anyway.
    """
    name = first[0].name
    if {one.tally.placed_by for _, one in (first, other)} != {TOKEN}:
        if first[1].tally.gold_number != other[1].tally.gold_number:
            message = f"the gold spans are not those of {name}"
            raise AlignmentError(message, where=other[0].name, hint=_ONE_GOLD)
        return True
    reader = _gold_reader(first, other, output)
    for line, place in gold_differences(reader, output.gold_options.spelling):
        raise AlignmentError(
            f"the gold spans part here from those of {first[0].where(line)}",
            where=other[0].where(place),
            hint=_ONE_GOLD,
        )
    apart = False
    if _drawn(first[1])[0] == "document" and isinstance(reader, ColumnPair):
        column, spelling = reader.columns[0], output.gold_options.spelling
        places = [_documents(file, column, spelling) for file in reader.files]
        apart = places[0] != places[1]
    if apart and output.unit == "document":
        raise AlignmentError(
            f"documents do not begin where they do in {name}",
            where=other[0].name,
            hint="--unit sentence needs none",
        )
    counts = [
        {kind: row.gold for kind, row in one.exactly.types.items() if row.gold}
        for _, one in (first, other)
    ]
    if counts[0] != counts[1]:
        raise AlignmentError(
            f"not as many gold spans are well-formed as in {name}",
            where=other[0].name,
            hint="spanf1 validate says where they are not",
        )
    return not apart


def _gold_reader(
    first: tuple[Source, Result], other: tuple[Source, Result], output: _Output
) -> ColumnPair | RecordReader:
    """Return a reader of the gold tags of two outputs, side by side."""
    sources = [source for source, _ in (first, other)]
    options, by_position = output.gold_options, output.by_position
    keys = [result.input.keys if result.input else () for _, result in (first, other)]
    if all(keys):
        from spanf1.formats.records.tags import RecordReader

        if options.token_column is not None:
            raise UsageError("token_column does not go with JSON Lines, which have keys")
        options = replace(options, id_key=None)
        gold, others = (
            Input(source, JSONL, replace(options, key=key[0] or None))
            for source, key in zip(sources, keys, strict=True)
        )
        return RecordReader(Inputs(gold, others, by_position), ids=False)
    if any(keys):
        raise UsageError(f"{sources[0].name} and {sources[1].name} are of different formats")
    token = _token_column([result for _, result in (first, other)], options)
    columns = options.tag_columns or (-2,)
    options = replace(options, tag_columns=columns, token_column=token or None)
    gold, others = (Input(source, COLUMNS, options) for source in sources)
    pair = column_pair(Inputs(gold, others, by_position or not token))
    pair.same_breaks = True
    return pair


def _token_column(results: list[Result], options: InputOptions) -> Column:
    """Return the column of the tokens, if the lines of all files have one; 0 if not."""
    free = []
    for origin in (result.input for result in results):
        if origin and origin.columns[0]:
            used = {origin.gold_column, origin.pred_column}
            free.append(min({*range(1, origin.columns[0] + 1)} - used, default=0))
    return options.token_column or min(free, default=0)


def _documents(file: ColumnFile, gold: Column, spelling: Spelling | None) -> list[int]:
    """Return the tokens that begin a document."""
    starts, count = [], 0
    for sentences in TagFile(file, gold).sentences(TagSet({}, spelling)):
        starts += (sentences.document_starts + count).tolist()
        count += sentences.size
    return starts


def gold_differences(reader: Reader, spelling: Spelling | None) -> Iterator[tuple[int, int]]:
    """Yield the lines, on both sides, where a span is on one side only; the first one first."""
    decoders = Decoder(), Decoder()
    # the lines where the spans begin that are open
    opened = [(0, 0), (0, 0)]
    for block in reader.blocks(*tag_sets(spelling)):
        base = decoders[0].position
        sides = [
            decoder.feed(codes, block.starts)[0]
            for decoder, codes in zip(decoders, (block.gold, block.predicted), strict=True)
        ]
        apart = _apart(*sides)
        if apart:
            start, side = apart
            at = start - base
            yield (block.gold_line(at), block.predicted_line(at)) if at >= 0 else opened[side]
        for side, decoder in enumerate(decoders):
            at = decoder.open_start - base
            if decoder.open_start >= base:
                opened[side] = block.gold_line(at), block.predicted_line(at)
    if apart := _apart(*(decoder.finish() for decoder in decoders)):
        yield opened[apart[1]]


def _apart(gold: Spans, other: Spans) -> tuple[int, int] | None:
    """Return where the first span begins that is on one side only, and on which."""
    firsts = []
    for side, (spans, same) in enumerate(zip((gold, other), match_spans(gold, other), strict=True)):
        alone = np.delete(spans.start, same)
        firsts += [(int(start), side) for start in alone[:1]]
    return min(firsts, default=None)


def names_of(paths: Iterable[str]) -> list[str]:
    """Return names for files: without folder and ending, where these tell them apart."""
    whole = list(paths)
    short = [path.rstrip("/").rsplit("/", 1)[-1] for path in whole]
    stems = [name.split(".", 1)[0] or name for name in short]
    longer = [name.rsplit(".", 1)[0] or name for name in short]
    return next((n for n in (stems, longer, short) if len(set(n)) == len(set(whole))), whole)
