"""Files of tagged tokens read, and what is in them counted."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator

from spanf1.contents import Contents, Description
from spanf1.counts import Tally
from spanf1.detection import IllFormed, fitting_schemes, ill_formed
from spanf1.evaluate import BlockCounter
from spanf1.formats.conll import ColumnFile
from spanf1.formats.layout import Column, column_of, delimiter_of
from spanf1.formats.passages import Passage, Passages
from spanf1.formats.streams import Source
from spanf1.options import AUTO, Options
from spanf1.reports.rows import found_by, written_like
from spanf1.tagfiles import TagColumn
from spanf1.tags import AUTO_FORM, TagSet
from spanf1.tags import tag_form as form_of


def passages_of(column: TagColumn, token_column: Column | None = None) -> Passages:
    """Return what reads a file of tokens and tags.

    Raises
    ------
    UsageError
        If a column is numbered 0.
    """
    tokens = None if token_column is None else column_of(token_column)
    file = ColumnFile(column.source, delimiter=column.delimiter, progress=column.progress)
    return Passages(file, column_of(column.column), tokens)


class Reading:
    """A file read once, passage by passage; what its tags are like is known at the end.

    Parameters
    ----------
    column : TagColumn
        The file, and the column of the tags in it.
    token_column : int or str, optional
        The column of the tokens; by default the first that is not the tags'.
    scheme : str
        The tagging scheme, or ``auto``.
    """

    def __init__(
        self, column: TagColumn, token_column: Column | None = None, scheme: str = AUTO
    ) -> None:
        self.reader = passages_of(column, token_column)
        self.tags = TagSet({}, column.form)
        #: what was counted, the tags on both sides; complete when all was read
        self.tally = Tally()
        self._scheme = Options(gold_scheme=scheme).gold_scheme

    def passages(self) -> Iterator[Passage]:
        """Read the file.

        Raises
        ------
        InputError, UsageError
            As `Passages.read`.
        """
        counter = BlockCounter(self.tags.types)
        for passage in self.reader.read(self.tags):
            counter.add(passage.block(passage.codes))
            yield passage
        self.tally = counter.finish(self.tags, self.tags)

    def names(self) -> list[str]:
        """Return the types by their numbers, of which the first is none."""
        return ["", *self.tags.types]

    def fitting(self) -> list[str]:
        """Return the scheme or, if it was to be detected, all that fit alike."""
        if self._scheme != AUTO:
            return [self._scheme]
        return fitting_schemes(self.tally.shapes()[0], self.tally.gold_prefixes)

    def faults(self) -> IllFormed:
        """Return the spans that the scheme does not allow."""
        return ill_formed(self.tally.shapes()[0], self.tally.gold_first, self.fitting()[0])

    def notes(self) -> list[str]:
        """Say where the tags are, how they are written, and what their scheme does not allow."""
        form = written_like(self.tags.form_names(), self.tags.other_forms())
        written = f", written like {form}" if form else ""
        fitting, faults = self.fitting(), self.faults()
        how = found_by(fitting) if self._scheme == AUTO else "given"
        notes = [f"{self.reader.described()}{written}; {fitting[0]} ({how})"]
        if faults.spans:
            kinds = ", ".join(f"{kind} {count}" for kind, count in faults.kinds.items())
            notes.append(
                f"{faults.spans} of {faults.of} spans are ill-formed ({kinds}; first in line "
                f"{faults.first_line}), and count as entities"
            )
        return notes if self.reader.file.layout else [self.reader.described()]


def contents_of(
    column: TagColumn,
    token_column: Column | None = None,
    *,
    scheme: str = AUTO,
    ignore_case: bool = False,
) -> Contents:
    """Read a file and count what is in it.

    Parameters
    ----------
    column, token_column, scheme
        As for `Reading`.
    ignore_case : bool
        As for `describe`.

    Raises
    ------
    InputError, UsageError
        As `describe`.
    """
    reading = Reading(column, token_column, scheme)
    lengths: Counter[tuple[int, int]] = Counter()
    forms: Counter[tuple[str, int]] = Counter()
    for passage in reading.passages():
        spans = passage.spans
        kinds = spans.type.tolist()
        lengths.update(zip(kinds, (spans.end - spans.start).tolist(), strict=True))
        texts = passage.texts()
        if ignore_case:
            texts = [text.casefold() for text in texts]
        forms.update(zip(texts, kinds, strict=True))
    names, tally = reading.names(), reading.tally
    return Contents(
        column.source.name,
        tally.documents,
        tally.sentences,
        tally.tokens,
        Counter({(names[kind], length): count for (kind, length), count in lengths.items()}),
        Counter({(form, names[kind]): count for (form, kind), count in forms.items()}),
        reading.faults().spans,
        reading.fitting()[0] if lengths else "",
        reading.fitting() if lengths else [],
        reading.notes(),
    )


def describe(
    files: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    train: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
    tag_column: Column = -1,
    token_column: Column | None = None,
    delimiter: str | None = None,
    scheme: str = AUTO,
    tag_form: str = AUTO_FORM,
    ignore_case: bool = False,
) -> Description:
    """Count what is in files of tokens and tags in columns.

    Ill-formed spans count as entities, as in the reading ``lenient``.

    Parameters
    ----------
    files, train : path or iterable of paths
        The files, and those of training data to compare them with; ``-`` is standard input.
    tag_column : int or str
        The column of the tags, counted from 1, or from the end by -1, or by name.
    token_column : int or str, optional
        The column of the tokens; by default the first that is not the tags'.
    ignore_case : bool
        Take surface forms for the same that differ in case only.

    Other Parameters
    ----------------
    delimiter, scheme, tag_form
        As for `spanf1.score_file`.

    Raises
    ------
    InputError
        If a file cannot be read, has no such columns, or a tag that no scheme has.
    UsageError
        If an argument is not one of those above.
    """

    def contents(
        paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    ) -> list[Contents]:
        several = [paths] if isinstance(paths, str | os.PathLike) else paths
        return [
            contents_of(
                TagColumn(
                    Source(os.fspath(path)), tag_column, delimiter_of(delimiter), form_of(tag_form)
                ),
                token_column,
                scheme=scheme,
                ignore_case=ignore_case,
            )
            for path in several
        ]

    return Description(contents(files), training_data(contents(train)), ignore_case)


def training_data(files: list[Contents]) -> Contents | None:
    """Return what is in all files of training data together; None if there is none."""
    name = ", ".join(one.name for one in files)
    return Contents.sum(name, files) if len(files) > 1 else files[0] if files else None
