"""Systems in files: which files are runs of which system, and what they have in common."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from spanf1.api import open_files
from spanf1.errors import AlignmentError, UsageError
from spanf1.evaluate import match_spans, tally
from spanf1.formats.conll import ColumnFile
from spanf1.formats.paired import PairedFiles
from spanf1.formats.streams import STDIN, Source
from spanf1.formats.tagged import TagFile
from spanf1.options import Options
from spanf1.ranking import Ranking, RankingOptions, System, names_of, rank
from spanf1.result import Result
from spanf1.spans import Decoder, Spans
from spanf1.tags import AUTO_FORM, TagForm, TagSet
from spanf1.tags import tag_form as form_of

#: called with what is being done
Progress = Callable[[str], object]

_PATTERN = "*?["


class Named(NamedTuple):
    """A system: its name, and the files of its runs."""

    name: str
    files: tuple[str, ...]


def systems_of(given: Iterable[str]) -> list[Named]:
    """Return the systems that arguments name.

    Parameters
    ----------
    given : iterable of str
        ``FILE``; ``FOLDER``, whose files are the runs of one system; ``NAME=RUN,RUN,…``, where a
        run is a file, a folder or a pattern such as ``runs/seed-*.conll``. A pattern alone
        stands for a system for each file.

    Raises
    ------
    UsageError
        If a folder is empty, a pattern fits nothing, or two systems have one name.
    """
    named: list[tuple[str, list[str]]] = []
    for one in given:
        name, parted, runs = one.partition("=")
        if os.path.isdir(one):
            named.append((os.path.basename(os.path.abspath(one)) or one, _files(one)))
        elif parted and name and not _fits(one):
            files = [file for run in runs.split(",") if run for file in _files(run)]
            if not files:
                raise UsageError(f"{one}: no run is named", hint="name=run1.conll,run2.conll")
            named.append((name, files))
        else:
            named += [("", [file]) for file in _files(one)]
    names = iter(names_of(files[0] for name, files in named if not name))
    systems = [Named(name or next(names), tuple(files)) for name, files in named]
    seen: set[str] = set()
    for system in systems:
        if system.name in seen:
            hint = "name=FILE gives a system another name"
            raise UsageError(f"two systems are called {system.name!r}", hint=hint)
        seen.add(system.name)
    return systems


def _fits(path: str) -> list[str]:
    """Return the path, if it is there, or the files that fit it as a pattern."""
    if os.path.exists(path):
        return [path]
    if not any(character in path for character in _PATTERN):
        return []
    import glob

    return sorted(file for file in glob.glob(path, recursive=True) if os.path.isfile(file))


def _files(run: str) -> list[str]:
    """Return the file, the files of the folder, or those that fit the pattern."""
    if os.path.isdir(run):
        found = sorted(
            entry.path for entry in os.scandir(run) if entry.is_file() and entry.name[0] != "."
        )
        if not found:
            raise UsageError("there is no file in this folder", where=run)
        return found
    found = _fits(run)
    if not found and any(character in run for character in _PATTERN):
        raise UsageError(f"no file fits the pattern {run}")
    return found or [run]


def compare(
    gold: str | os.PathLike[str] | Source | None,
    systems: Mapping[str, Any] | Iterable[str | os.PathLike[str]],
    *,
    testing: RankingOptions | None = None,
    options: Options | None = None,
    tag_form: str = AUTO_FORM,
    progress: Progress = lambda _: None,
    **columns: Any,
) -> Ranking:
    """Rank systems by their F, with intervals, and test how they differ.

    Parameters
    ----------
    gold : path, optional
        The file with the gold tags; None if each system's file holds gold and predicted tags.
    systems : mapping of str to path or list of paths, or iterable of str
        By the system's name its file, or those of its runs; or what `systems_of` takes.
    testing : RankingOptions, optional
        How to compare them.
    options : Options, optional
        How spans are read; as for `spanf1.evaluate`.
    tag_form : str
        As for `spanf1.evaluate`.
    progress : callable, optional
        Called with what is being done.
    **columns
        As for `spanf1.score_file`: gold_column, pred_column, token_column, delimiter,
        align_by_position.

    Raises
    ------
    AlignmentError
        If two systems were not scored on the same tokens and gold spans; it says where they part.
    UsageError
        If there are not at least two systems, or arguments contradict each other.
    InputError
        As for `spanf1.score_file`.
    """
    if isinstance(systems, str):
        raise UsageError("systems are to be a dict of names to files, or a list of files")
    if not isinstance(systems, Mapping):
        systems = dict(systems_of([os.fspath(one) for one in systems]))
    named = [(str(name), _sources(files)) for name, files in systems.items()]
    if len(named) < 2:
        hint = "spanf1 score --confidence 0.95 says how sure one score is"
        raise UsageError("two systems at least are to be compared", hint=hint)
    files = _Files(None if gold is None else _source(gold), form_of(tag_form), columns)
    testing, options = testing or RankingOptions(), options or Options()
    whole = sum(len(runs) for _, runs in named)
    found: list[System] = []
    done = 0
    for name, sources in named:
        paths = [source.path for source in sources]
        if not paths or len(set(paths)) < len(paths):
            raise UsageError(f"system {name!r} has no run, or one twice")
        if STDIN in paths:
            raise UsageError("a system's output is to be a file, not standard input")
        runs = []
        for source in sources:
            runs.append(files.read(source, options, testing.confidence.unit))
            done += 1
            progress(f"{done} of {whole} files read")
        found.append(System(name, runs))
    return rank(found, testing, progress=progress)


def _source(file: str | os.PathLike[str] | Source) -> Source:
    return file if isinstance(file, Source) else Source(os.fspath(file))


def _sources(files: Any) -> list[Source]:
    one = isinstance(files, str | os.PathLike | Source)
    return [_source(file) for file in ([files] if one else files)]


class _Files:
    """Reads the outputs of systems, and sees to it that all have the same gold.

    Parameters
    ----------
    gold : Source, optional
        The gold file; without one, every output holds gold tags, and those of the first count.
    form : TagForm, optional
        How tags are written.
    columns : mapping of str
        Arguments of `open_files`.
    """

    def __init__(
        self, gold: Source | None, form: TagForm | None, columns: Mapping[str, Any]
    ) -> None:
        self._gold = gold
        self._form = form
        self._columns = dict(columns)
        self._first: tuple[ColumnFile, Result] | None = None

    def read(self, file: Source, options: Options, unit: str) -> Result:
        """Return the result of one output, with its units in order."""
        if self._gold is None:
            sources = [file]
            given = {**self._columns, "token_column": None, "align_by_position": False}
        else:
            sources, given = [self._gold, file], self._columns
        opened = open_files(sources, **given)
        counted = tally(opened.reader, form=self._form, units=unit, in_order=True)
        result = Result(counted, options, opened.input()).check()
        if self._gold is None:
            read = opened.files[0]
            if self._first is None:
                self._first = read, result
            self._compare_gold(read, result, unit)
        return result

    def _compare_gold(self, read: ColumnFile, result: Result, unit: str) -> None:
        """Raise an error where the gold of an output is not that of the first one."""
        assert self._first  # noqa: S101 - for mypy: there is a first one by now
        first, expected = self._first
        if read is first:
            return
        gold = self._columns.get("gold_column") or -2
        token = self._token_column(first, read)
        both = [ColumnFile(one.source, layout=one.layout) for one in (first, read)]
        reader = PairedFiles(
            both[0],
            both[1],
            gold,
            gold,
            token_column=token or 1,
            by_position=bool(self._columns.get("align_by_position")) or not token,
        )
        for line, other in gold_differences(reader, self._form):
            raise AlignmentError(
                f"the gold spans part here from those of {first.source.where(line)}",
                where=read.source.where(other),
                hint="systems are compared on one gold",
            )
        if unit == "document" and _documents(first, gold) != _documents(read, gold):
            raise AlignmentError(
                f"documents do not begin where they do in {first.source.name}",
                where=read.source.name,
            )
        counts = ({name: row.gold for name, row in one.types.items()} for one in (expected, result))
        if next(counts) != next(counts):
            raise AlignmentError(
                f"not as many gold spans are well-formed as in {first.source.name}",
                where=read.source.name,
                hint="spanf1 validate says where they are not",
            )

    def _token_column(self, *files: ColumnFile) -> int:
        """Return the column of the tokens, if the lines of both files have one; 0 if not."""
        given: int = self._columns.get("token_column") or 0
        names = ("gold_column", -2), ("pred_column", -1)
        columns = [self._columns.get(name) or default for name, default in names]
        found = set()
        for file in files:
            if file.layout is None:
                return given
            used = {file.layout.column_index(column, file.source) for column in columns}
            free = [number for number in range(file.layout.columns) if number not in used]
            found.add(free[0] + 1 if free else 0)
        return given or min(found)


def _documents(file: ColumnFile, gold: int) -> list[int]:
    """Return the tokens that begin a document."""
    found, count = [], 0
    tags = TagSet({})
    for block in TagFile(ColumnFile(file.source, layout=file.layout), gold).blocks(tags, tags):
        found += (block.document_starts + count).tolist()
        count += block.tokens
    return found


def gold_differences(reader: PairedFiles, form: TagForm | None) -> Iterator[tuple[int, int]]:
    """Yield the lines, on both sides, where a span is on one side only; the first one first."""
    types: dict[str, int] = {}
    decoders = Decoder(), Decoder()
    # the lines where the spans begin that are open
    opened = [(0, 0), (0, 0)]
    for block in reader.blocks(TagSet(types, form), TagSet(types, form)):
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
    found = []
    for side, (spans, same) in enumerate(zip((gold, other), match_spans(gold, other), strict=True)):
        alone = np.ones(len(spans.start), np.bool_)
        alone[same] = False
        found += [(int(start), side) for start in spans.start[alone][:1]]
    return min(found, default=None)
