"""Systems in files: which files are runs of which system, and what they have in common."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from spanf1.api import open_files
from spanf1.errors import AlignmentError, UsageError
from spanf1.evaluate import match_spans, tally
from spanf1.formats.conll import ColumnFile
from spanf1.formats.layout import delimiter_of
from spanf1.formats.paired import PairedFiles
from spanf1.formats.streams import STDIN, Source
from spanf1.options import Options
from spanf1.ranking import Ranking, RankingOptions, System, names_of, rank
from spanf1.result import Result
from spanf1.spans import Decoder
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
        run is a file, a folder or a pattern such as ``runs/seed-*.conll``.

    Raises
    ------
    UsageError
        If a folder is empty, a pattern fits nothing, or two systems have one name.
    """
    named: list[Named] = []
    unnamed: list[str] = []
    for one in given:
        name, parted, runs = one.partition("=")
        if parted and name and not os.path.exists(one):
            files = [file for run in runs.split(",") if run for file in _files(run)]
            if not files:
                raise UsageError(f"{one}: no run is named", hint="name=run1.conll,run2.conll")
            named.append(Named(name, tuple(files)))
        elif os.path.isdir(one):
            named.append(Named(os.path.basename(os.path.abspath(one)), tuple(_files(one))))
        else:
            for file in _files(one):
                unnamed.append(file)
                named.append(Named("", (file,)))
    names = iter(names_of(unnamed))
    systems = [one if one.name else Named(next(names), one.files) for one in named]
    seen: set[str] = set()
    for system in systems:
        if system.name in seen:
            hint = "name=FILE gives a system another name"
            raise UsageError(f"two systems are called {system.name!r}", hint=hint)
        seen.add(system.name)
    return systems


def _files(run: str) -> list[str]:
    """Return the file, the files of the folder, or those that fit the pattern."""
    if os.path.isdir(run):
        found = sorted(
            entry.path for entry in os.scandir(run) if entry.is_file() and entry.name[0] != "."
        )
        if not found:
            raise UsageError("there is no file in this folder", where=run)
        return found
    if not os.path.exists(run) and any(character in run for character in _PATTERN):
        import glob

        found = sorted(path for path in glob.glob(run, recursive=True) if os.path.isfile(path))
        if not found:
            raise UsageError(f"no file fits the pattern {run}")
        return found
    return [run]


def compare(
    gold: str | os.PathLike[str] | None,
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
    if isinstance(systems, Mapping):
        named = [Named(str(name), tuple(_paths(files))) for name, files in systems.items()]
    else:
        named = systems_of([os.fspath(one) for one in systems])
    if len(named) < 2:
        hint = "spanf1 score --confidence 0.95 says how sure one score is"
        raise UsageError("two systems at least are to be compared", hint=hint)
    if [file for one in named for file in one.files].count(STDIN):
        raise UsageError("a system's output is to be a file, not standard input")
    files = _Files(None if gold is None else os.fspath(gold), form_of(tag_form), columns)
    testing, options = testing or RankingOptions(), options or Options()
    whole = sum(len(one.files) for one in named)
    results: list[Result] = []
    found = []
    for one in named:
        for file in one.files:
            results.append(files.read(file, options, testing.confidence.unit))
            progress(f"{len(results)} of {whole} files read")
        found.append(System(one.name, results[-len(one.files) :]))
    return rank(found, testing, progress=progress)


def _paths(files: Any) -> list[str]:
    one = isinstance(files, str | os.PathLike)
    return [os.fspath(file) for file in ([files] if one else files)]


class _Files:
    """Reads the outputs of systems, and sees to it that all have the same gold.

    Parameters
    ----------
    gold : str, optional
        The gold file; without one, every output holds gold tags, and those of the first count.
    form : TagForm, optional
        How tags are written.
    columns : mapping of str
        Arguments of `open_files`.
    """

    def __init__(self, gold: str | None, form: TagForm | None, columns: Mapping[str, Any]) -> None:
        self._gold = gold
        self._form = form
        self._columns = dict(columns)
        self._first = ""

    def read(self, file: str, options: Options, unit: str) -> Result:
        """Return the result of one output, with its units in order."""
        if self._gold is None:
            sources = [Source(file)]
            given = {**self._columns, "token_column": None, "align_by_position": False}
        else:
            sources, given = [Source(self._gold), Source(file)], self._columns
        opened = open_files(sources, **given)
        counted = tally(opened.reader, form=self._form, units=unit, in_order=True)
        result = Result(counted, options, opened.input()).check()
        if self._gold is None:
            self._first = self._first or file
            if self._first != file:
                self._compare_gold(file, opened.files[0])
        return result

    def _compare_gold(self, file: str, read: ColumnFile) -> None:
        """Raise an error where the gold of an output is not that of the first one."""
        layout = read.layout
        if layout is None:
            return
        gold = self._columns.get("gold_column") or -2
        used = {
            layout.column_index(column, read.source)
            for column in (gold, self._columns.get("pred_column") or -1)
        }
        free = [number for number in range(layout.columns) if number not in used]
        token = self._columns.get("token_column") or (free[0] + 1 if free else None)
        by_position = bool(self._columns.get("align_by_position")) or token is None
        delimiter = delimiter_of(self._columns.get("delimiter"))
        first, second = (
            ColumnFile(Source(path), delimiter=delimiter) for path in (self._first, file)
        )
        reader = PairedFiles(
            first, second, gold, gold, token_column=token or 1, by_position=by_position
        )
        for line, other in _gold_differences(reader, self._form):
            raise AlignmentError(
                f"the gold spans part here from those of {first.source.where(line)}",
                where=second.source.where(other),
                hint="systems are compared on one gold",
            )


def _gold_differences(reader: PairedFiles, form: TagForm | None) -> Iterator[tuple[int, int]]:
    """Yield the lines, on both sides, where a span is on one side only."""
    types: dict[str, int] = {}
    decoders = Decoder(), Decoder()
    lines = (0, 0)
    for block in reader.blocks(TagSet(types, form), TagSet(types, form)):
        base = decoders[0].position
        sides = [
            decoder.feed(codes, block.starts)[0]
            for decoder, codes in zip(decoders, (block.gold, block.predicted), strict=True)
        ]
        for spans, same in zip(sides, match_spans(*sides), strict=True):
            apart = sorted(set(spans.start.tolist()) - set(spans.start[same].tolist()))
            if apart:
                # One that began in a block before is named by the last line of that.
                at = apart[0] - base
                yield (block.gold_line(at), block.predicted_line(at)) if at >= 0 else lines
        if len(block.gold):
            lines = block.gold_line(len(block.gold) - 1), block.predicted_line(len(block.gold) - 1)
    if [decoder.open_start for decoder in decoders].count(-1) == 1:
        yield lines
