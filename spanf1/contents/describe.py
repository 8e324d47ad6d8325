"""Files of tagged tokens, or of texts and spans, read, and what is in them counted."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Unpack

from spanf1.checks.columns import TagColumn
from spanf1.contents.contents import Contents, Description
from spanf1.contents.mentions import MentionCounter
from spanf1.core.detection import IllFormed, fitting_schemes, found_by, ill_formed, written_like
from spanf1.core.options import AUTO, Options
from spanf1.core.spans import Spans, decode
from spanf1.core.tag_counter import BlockCounter
from spanf1.core.tags import AUTO_FORM, TagSet
from spanf1.core.tags import tag_form as form_of
from spanf1.core.tally import Tally
from spanf1.formats.columns.file import ColumnFile
from spanf1.formats.columns.layout import column_of, delimiter_of, levels_of
from spanf1.formats.columns.tags import TagFile
from spanf1.formats.options import Column, InputOptions, KeyOptions
from spanf1.formats.reading import (
    check_names,
    documents_of,
    format_of,
    left_out,
    options_for,
    read_as,
    reading_of,
)
from spanf1.formats.registry import COLUMNS, check_options
from spanf1.formats.registry import Reading as DocumentReading
from spanf1.formats.sentences import Sentences, aligned
from spanf1.formats.source import Source


def passages_of(column: TagColumn, token_column: Column | None = None) -> TagFile:
    """Return a reader of a file of tokens and tags.

    Raises
    ------
    UsageError
        If a column is numbered 0.
    """
    tokens = None if token_column is None else column_of(token_column)
    file = ColumnFile(column.source, delimiter=column.delimiter, progress=column.progress)
    return TagFile(file, column_of(column.column), tokens)


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

    def passages(self) -> Iterator[tuple[Sentences, Spans]]:
        """Yield whole sentences, and the spans in them.

        Raises
        ------
        InputError, UsageError
            As `TagFile.passages`.
        """
        counter = BlockCounter(self.tags.types)
        for passage in self.reader.passages(self.tags):
            counter.add(aligned(passage, passage))
            yield passage, decode(passage.codes, passage.starts)
        self.tally = counter.finish(self.tags, self.tags)

    def names(self) -> list[str]:
        """Return the types by their numbers, of which the first is none."""
        return ["", *self.tags.types]

    def fitting(self) -> list[str]:
        """Return the scheme or, if it was to be detected, all that fit alike."""
        if self._scheme != AUTO:
            return [self._scheme]
        return fitting_schemes(self.tally.shapes()[0], self.tally.gold.prefixes)

    def faults(self) -> IllFormed:
        """Return the spans that the scheme does not allow."""
        return ill_formed(self.tally.shapes()[0], self.tally.gold.first, self.fitting()[0])

    def notes(self) -> list[str]:
        """Say where the tags are, how they are written, and what their scheme does not allow."""
        form = written_like(self.tags.form_names(), self.tags.other_forms())
        written = f", written like {form}" if form else ""
        fitting, faults = self.fitting(), self.faults()
        how = found_by(fitting) if self._scheme == AUTO else "given"
        notes = [f"{self.reader.described()}{written}; {fitting[0]} ({how})"]
        notes += _of_faults(faults)
        return notes if self.reader.file.layout else [self.reader.described()]


def _of_faults(faults: IllFormed) -> list[str]:
    """Say how many spans are ill-formed, if any are."""
    if not faults.spans:
        return []
    kinds = ", ".join(f"{kind} {count}" for kind, count in faults.kinds.items())
    return [
        f"{faults.spans} of {faults.of} spans are ill-formed ({kinds}; first in line "
        f"{faults.first_line}), and count as entities"
    ]


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
    for passage, spans in reading.passages():
        kinds = spans.type.tolist()
        lengths.update(zip(kinds, (spans.end - spans.start).tolist(), strict=True))
        texts = passage.texts(spans)
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


def contents_of_documents(
    reading: DocumentReading, *, scheme: str = AUTO, ignore_case: bool = False
) -> Contents:
    """Read documents of any format and count what is in them; parameters as for `contents_of`.

    Raises
    ------
    InputError, UsageError
        As `describe`.
    """
    counter = MentionCounter(ignore_case=ignore_case)
    for document in documents_of(reading):
        counter.add(document)
    given = Options(gold_scheme=scheme).gold_scheme
    fitting: list[str] = [] if given == AUTO else [given]
    notes = [read_as(reading)]
    faults = None
    if reading.tags is None:
        fitting = []
    elif counter.shapes:
        how = "given"
        if not fitting:
            fitting = fitting_schemes(counter.shapes, frozenset(reading.tags.prefixes()))
            how = found_by(fitting)
        faults = ill_formed(counter.shapes, counter.first, fitting[0])
        form = written_like(reading.tags.form_names(), reading.tags.other_forms())
        notes = [f"{notes[0]}, written like {form}; {fitting[0]} ({how})"]
        notes += _of_faults(faults)
    fitting = fitting if counter.shapes else []
    remarks = left_out(reading.remarks)
    return Contents(
        reading.source.name,
        counter.documents,
        counter.sentences,
        counter.tokens,
        counter.lengths,
        counter.forms,
        faults.spans if faults else 0,
        fitting[0] if fitting else "",
        fitting,
        [*notes, *counter.notes(), *([f"{remarks} left out"] if remarks else [])],
    )


def describe(
    files: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    train: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
    input_format: str = AUTO,
    tag_column: Column = -1,
    token_column: Column | None = None,
    delimiter: str | None = None,
    scheme: str = AUTO,
    tag_form: str = AUTO_FORM,
    ignore_case: bool = False,
    **keys: Unpack[KeyOptions],
) -> Description:
    """Count what is in files of tokens and tags, or of texts and spans.

    Ill-formed spans count as entities, as in the reading ``lenient``.

    Parameters
    ----------
    files, train : path or iterable of paths
        The files, and those of training data to compare them with; ``-`` is standard input.
    input_format : str
        The format of the files, or ``auto``: by the content of each.
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
    key, token_key, text_key, id_key, labels
        As for `spanf1.read_documents`; for inputs that have no columns.

    Raises
    ------
    InputError
        If a file cannot be read, has no such columns, or a tag that no scheme has.
    UsageError
        If an argument is not one of those above.
    """
    several, training = map(_paths, (files, train))
    names = [format_of(Source(path), input_format, keys.get("key")) for path in several + training]
    given: InputOptions = {
        "tag_column": None if tag_column == -1 else tag_column,
        "token_column": token_column,
        "delimiter": delimiter,
        "tag_form": tag_form,
        **keys,
    }
    check_names(keys)
    check_options(names, {**given, "scheme": scheme}, detected=input_format == AUTO)

    def contents(path: str, name: str) -> Contents:
        source = Source(path)
        if name != COLUMNS or len(levels_of(tag_column)) > 1:
            reading = reading_of(source, name, **options_for(name, given))
            return contents_of_documents(reading, scheme=scheme, ignore_case=ignore_case)
        column = TagColumn(source, tag_column, delimiter_of(delimiter), form_of(tag_form))
        return contents_of(column, token_column, scheme=scheme, ignore_case=ignore_case)

    found = list(map(contents, several + training, names))
    count = len(several)
    return Description(found[:count], training_data(found[count:]), ignore_case)


def _paths(files: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[str]:
    """Return the paths of one file, or of several."""
    return [
        os.fspath(path) for path in ([files] if isinstance(files, str | os.PathLike) else files)
    ]


def training_data(files: list[Contents]) -> Contents | None:
    """Return what is in all files of training data together; None if there is none."""
    name = ", ".join(one.name for one in files)
    return Contents.sum(name, files) if len(files) > 1 else files[0] if files else None
