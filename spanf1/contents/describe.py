"""Files of tagged tokens, or of texts and spans, read, and what is in them counted."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Unpack

from spanf1.contents.contents import Contents, Description
from spanf1.contents.mentions import MentionCounter
from spanf1.core.detection import IllFormed, fitting_schemes, found_by, ill_formed, written_like
from spanf1.core.options import AUTO, Options
from spanf1.core.spans import Spans, decode
from spanf1.core.tag_counter import BlockCounter
from spanf1.core.tags import AUTO_FORM, TagSet
from spanf1.core.tally import Tally
from spanf1.formats.columns.file import ColumnFile
from spanf1.formats.columns.tags import TagFile
from spanf1.formats.opening import inputs_of_keywords
from spanf1.formats.options import LAST, Column, InputKeywords, KeyKeywords
from spanf1.formats.registry import COLUMNS, Input
from spanf1.formats.sentences import Sentences, aligned


def passages_of(input: Input) -> TagFile:
    """Return a reader of the tokens and tags of an input of columns."""
    options = input.options
    file = ColumnFile(input.source, delimiter=options.delimiter, progress=input.progress)
    return TagFile(file, options.tag_column, options.token_column)


class CountedFile:
    """A file read once, passage by passage; what its tags are like is known at the end.

    Parameters
    ----------
    input : Input
        The file, which has columns; the tokens are by default in the first that is not the tags'.
    scheme : str
        The tagging scheme, or ``auto``.
    """

    def __init__(self, input: Input, scheme: str = AUTO) -> None:
        self.reader = passages_of(input)
        self.tags = TagSet({}, input.options.form)
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


def contents_of(input: Input, *, scheme: str = AUTO, ignore_case: bool = False) -> Contents:
    """Read an input of any format and count what is in it.

    Parameters
    ----------
    input : Input
        The input.
    scheme : str
        The tagging scheme, or ``auto``.
    ignore_case : bool
        As for `describe`.

    Raises
    ------
    InputError, UsageError
        As `describe`.
    """
    one_column = input.format == COLUMNS and len(input.options.tag_columns) < 2
    read = contents_of_column if one_column else _contents_of_documents
    return read(input, scheme, ignore_case=ignore_case)


def contents_of_column(input: Input, scheme: str = AUTO, *, ignore_case: bool = False) -> Contents:
    """Read one column of tags, and the tokens, and count what is in them; see `contents_of`."""
    file = CountedFile(input, scheme)
    lengths: Counter[tuple[int, int]] = Counter()
    forms: Counter[tuple[str, int]] = Counter()
    for passage, spans in file.passages():
        kinds = spans.type.tolist()
        lengths.update(zip(kinds, (spans.end - spans.start).tolist(), strict=True))
        texts = passage.texts(spans)
        if ignore_case:
            texts = [text.casefold() for text in texts]
        forms.update(zip(texts, kinds, strict=True))
    names, tally = file.names(), file.tally
    return Contents(
        input.source.name,
        tally.documents,
        tally.sentences,
        tally.tokens,
        Counter({(names[kind], length): count for (kind, length), count in lengths.items()}),
        Counter({(form, names[kind]): count for (form, kind), count in forms.items()}),
        file.faults().spans,
        file.fitting()[0] if lengths else "",
        file.fitting() if lengths else [],
        file.notes(),
    )


def _contents_of_documents(input: Input, scheme: str, *, ignore_case: bool) -> Contents:
    counter = MentionCounter(ignore_case=ignore_case)
    for document in input.documents():
        counter.add(document)
    given = Options(gold_scheme=scheme).gold_scheme
    fitting: list[str] = [] if given == AUTO else [given]
    notes = [input.described()]
    faults = None
    if input.tags is None:
        fitting = []
    elif counter.shapes:
        how = "given"
        if not fitting:
            fitting = fitting_schemes(counter.shapes, frozenset(input.tags.prefixes()))
            how = found_by(fitting)
        faults = ill_formed(counter.shapes, counter.first, fitting[0])
        form = written_like(input.tags.form_names(), input.tags.other_forms())
        notes = [f"{notes[0]}, written like {form}; {fitting[0]} ({how})"]
        notes += _of_faults(faults)
    fitting = fitting if counter.shapes else []
    remarks = input.left_out()
    return Contents(
        input.source.name,
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
    **keys: Unpack[KeyKeywords],
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
    given: InputKeywords = {
        "tag_column": None if tag_column == LAST else tag_column,
        "token_column": token_column,
        "delimiter": delimiter,
        "tag_form": tag_form,
        **keys,
    }
    inputs = inputs_of_keywords([*several, *training], input_format, given, scheme=scheme)
    found = [contents_of(one, scheme=scheme, ignore_case=ignore_case) for one in inputs]
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
