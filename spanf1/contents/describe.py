"""Files of tagged tokens, or of texts and spans, read, and what is in them counted."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple, Unpack

from spanf1.contents.contents import Contents, Description
from spanf1.core.detection import fitting_schemes, found_by, ill_formed, written_like
from spanf1.core.documents import Document, TextSpan
from spanf1.core.options import AUTO, AnyScheme, Options, TagScheme, tag_scheme
from spanf1.core.spans import Spans, decode
from spanf1.core.tag_counter import BlockCounter
from spanf1.core.tags import AUTO_FORM, TagSet
from spanf1.core.tally import SideTally, Tally
from spanf1.core.typemap import TypeMap
from spanf1.formats.columns.tags import TagFile
from spanf1.formats.opening import inputs_of_keywords
from spanf1.formats.options import LAST, Column, InputKeywords, KeyKeywords
from spanf1.formats.registry import COLUMNS, Input, InputFormat
from spanf1.formats.sentences import Sentences, aligned, unmasked
from spanf1.formats.tokens import tokenized
from spanf1.wording import many


class CountedFile:
    """A file read once, passage by passage; what its tags are like is known at the end.

    Parameters
    ----------
    input : Input
        The file, which has columns; the tokens are by default in the first that is not the tags'.
    scheme : str
        The tagging scheme, or ``auto``.
    """

    def __init__(self, input: Input, scheme: AnyScheme = AUTO) -> None:
        self.reader = TagFile.of(input, tokens=True)
        self.tags = TagSet({}, input.options.spelling)
        #: what was counted, the tags on both sides; complete when all was read
        self.tally = Tally()
        #: how many tokens were left out, by their tags
        self.left_out = 0
        self._scheme = tag_scheme(scheme)

    def passages(self) -> Iterator[tuple[Sentences, Spans]]:
        """Yield parts of sentences with the tokens of their spans, and the spans, which are whole.

        Raises
        ------
        InputError, UsageError
            As `TagFile.passages`.
        """
        counter = BlockCounter(self.tags.types)
        for found in self.reader.passages(self.tags, outside=False):
            passage = unmasked(found)
            self.left_out += found.size - passage.size
            counter.add(aligned(passage, passage))
            yield passage, decode(passage.codes, passage.starts)
        self.tally = counter.finish(self.tags, self.tags)

    def names(self) -> list[str]:
        """Return the types by their numbers, of which the first is none."""
        return ["", *self.tags.types]

    def facts(self) -> SchemeFacts:
        """Return the scheme, as far as it is known when all was read."""
        tally, read = self.tally, self.reader.described()
        facts = _scheme_of(self._scheme, tally.shapes()[0], tally.gold, read)
        if not self.reader.file.layout:
            return facts._replace(notes=[read])
        if self.left_out:
            names = ", ".join(sorted(tally.gold.masked))
            facts.notes.append(f"{many(self.left_out, 'token')} left out, of tags {names}")
        return facts


class SchemeFacts(NamedTuple):
    """What is known of the scheme of tags that were read.

    Attributes
    ----------
    fitting : list of str
        The scheme or, if it was to be detected, all that fit alike.
    ill_formed : int
        How many spans it does not allow.
    notes : list of str
        Where the tags are, how they are written, and what their scheme does not allow.
    """

    fitting: list[str]
    ill_formed: int
    notes: list[str]


def _scheme_of(scheme: str, shapes: Counter[int], side: SideTally, read: str) -> SchemeFacts:
    """Return a scheme that is given, or ``auto``: then found out; `read` says where tags are."""
    fitting, how = [scheme], "given"
    if scheme == AUTO:
        fitting = [*fitting_schemes(shapes, side.prefixes, bare=side.bare)]
        how = found_by(fitting)
    form = written_like(side.forms, side.other_forms)
    written = f", written like {form}" if form else ""
    notes = [f"{read}{written}; {fitting[0]} ({how})"]
    faults = ill_formed(shapes, side.first, fitting[0])
    if faults.spans:
        kinds = ", ".join(f"{kind} {count}" for kind, count in faults.kinds.items())
        notes.append(
            f"{faults.spans} of {faults.of} spans are ill-formed ({kinds}; first in line "
            f"{faults.first_line}), and count as entities"
        )
    return SchemeFacts(fitting, faults.spans, notes)


def contents_of(
    input: Input,
    *,
    scheme: AnyScheme = AUTO,
    ignore_case: bool = False,
    type_map: TypeMap | None = None,
) -> Contents:
    """Read an input of any format and count what is in it.

    Parameters
    ----------
    input : Input
        The input.
    scheme : str
        The tagging scheme, or ``auto``.
    ignore_case : bool
        As for `describe`.
    type_map : TypeMap, optional
        What types are called.

    Raises
    ------
    InputError, UsageError
        As `describe`.
    """
    one_column = input.format == COLUMNS and len(input.options.tag_columns) < 2
    read = contents_of_column if one_column else _contents_of_documents
    contents = read(input, scheme, ignore_case=ignore_case)
    return contents.retyped(type_map) if type_map else contents


def contents_of_column(
    input: Input, scheme: AnyScheme = AUTO, *, ignore_case: bool = False
) -> Contents:
    """Read one column of tags, and the tokens, and count what is in them; see `contents_of`."""
    file = CountedFile(input, scheme)
    lengths: Counter[tuple[str, int]] = Counter()
    forms: Counter[tuple[str, str]] = Counter()
    for passage, spans in file.passages():
        names = file.names()
        kinds = [names[kind] for kind in spans.type.tolist()]
        lengths.update(zip(kinds, (spans.end - spans.start).tolist(), strict=True))
        texts = passage.texts(spans)
        if ignore_case:
            texts = [text.casefold() for text in texts]
        forms.update(zip(texts, kinds, strict=True))
    tally, facts = file.tally, file.facts()
    sizes = tally.documents, tally.sentences, tally.tokens
    facts = facts if lengths else facts._replace(fitting=[])
    return _contents(input, sizes, lengths, forms, facts)


def _contents_of_documents(input: Input, scheme: AnyScheme, *, ignore_case: bool) -> Contents:
    scheme = tag_scheme(scheme)
    counter = MentionCounter(ignore_case=ignore_case)
    for document in input.documents():
        counter.add(document)
    facts = SchemeFacts([], 0, [input.described()])
    if input.tags is not None and counter.shapes:
        side = SideTally(first=counter.first).take(input.tags)
        facts = _scheme_of(scheme, counter.shapes, side, facts.notes[0])
    remarks = input.left_out()
    notes = [*facts.notes, *counter.notes(), *([f"{remarks} left out"] if remarks else [])]
    sizes = counter.documents, counter.sentences, counter.tokens
    return _contents(input, sizes, counter.lengths, counter.forms, facts._replace(notes=notes))


def _contents(
    input: Input,
    sizes: tuple[int, int, int],
    lengths: Counter[tuple[str, int]],
    forms: Counter[tuple[str, str]],
    facts: SchemeFacts,
) -> Contents:
    """Return the contents of an input, of whose schemes that fit the first is named."""
    fitting, ill_formed, notes = facts
    scheme = "".join(fitting[:1])
    return Contents(input.source.name, *sizes, lengths, forms, ill_formed, scheme, fitting, notes)


def describe(
    files: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    train: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
    input_format: InputFormat = AUTO,
    tag_column: Column = -1,
    token_column: Column | None = None,
    sentence_column: Column | None = None,
    delimiter: str | None = None,
    scheme: TagScheme = AUTO,
    tag_form: str = AUTO_FORM,
    outside: Iterable[str] = (),
    mask_tags: Iterable[str] = (),
    ignore_case: bool = False,
    map_types: Mapping[str, str] | None = None,
    ignore_types: Iterable[str] = (),
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
    map_types, ignore_types
        As for `spanf1.evaluate`.

    Other Parameters
    ----------------
    sentence_column, delimiter, scheme, tag_form, outside, mask_tags
        As for `spanf1.score_file`.
    key, token_key, text_key, id_key, labels
        As for `spanf1.read_documents`; for inputs that have no columns.
    max_size
        As for `spanf1.score_file`.

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
        "sentence_column": sentence_column,
        "delimiter": delimiter,
        "tag_form": tag_form,
        "outside": outside,
        **keys,
    }
    inputs = inputs_of_keywords(
        [*several, *training], input_format, given, scheme=scheme, mask_tags=mask_tags
    )
    type_map = Options.of({"map_types": map_types or {}, "ignore_types": ignore_types}).type_map
    contents = [
        contents_of(input, scheme=scheme, ignore_case=ignore_case, type_map=type_map)
        for input in inputs
    ]
    count = len(several)
    return Description(contents[:count], training_data(contents[count:]), ignore_case)


def _paths(files: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[str]:
    """Return the paths of one file, or of several."""
    paths = [files] if isinstance(files, str | os.PathLike) else files
    return [os.fspath(path) for path in paths]


def training_data(files: list[Contents]) -> Contents | None:
    """Return what is in all files of training data together; None if there is none."""
    name = ", ".join(part.name for part in files)
    return Contents.sum(name, files) if len(files) > 1 else files[0] if files else None


class MentionCounter:
    """Counts tokens, and mentions by type, length and surface form.

    The tokens of a text that has none are those that `tokenized` finds. The surface form of a
    mention is its tokens with a space between them; where the input has no tokens, what the text
    has there, every run of white space being one space.

    Parameters
    ----------
    ignore_case : bool
        Take surface forms for the same that differ in case only.
    """

    def __init__(self, *, ignore_case: bool = False) -> None:
        self._ignore_case = ignore_case
        self.documents = self.sentences = self.tokens = 0
        self.lengths: Counter[tuple[str, int]] = Counter()
        self.forms: Counter[tuple[str, str]] = Counter()
        #: how often each shape of a span from tags occurs, and the line where it first does
        self.shapes: Counter[int] = Counter()
        self.first: dict[int, int] = {}
        self._split = self._textless = self._overlapping = self._unknown = 0

    def add(self, document: Document) -> None:
        """Count what is in one document."""
        tokens = document.tokens
        if tokens is None:
            tokens = tokenized(document.text or "")
            self._split += bool(tokens)
        self.documents += document.begins
        self.sentences += document.spaced and bool(tokens)
        self.tokens += len(tokens)
        self._textless += document.text is None
        parts = sorted(part for span in document.spans for part in span.parts)
        self._overlapping += any(before[1] > after[0] for before, after in pairwise(parts))
        for span in document.spans:
            self.shapes[span.shape] += 1
            self.first.setdefault(span.shape, document.line)
            words = self._words(document, span)
            form = " ".join(words)
            if not form:
                self._unknown += 1
                continue
            length = len(words)
            if document.tokens is None:
                length = len(tokenized(form))
            self.lengths[span.type, length] += 1
            self.forms[form.casefold() if self._ignore_case else form, span.type] += 1

    def _words(self, document: Document, span: TextSpan) -> list[str]:
        """Return the tokens of a span, as far as they are in it; or words of its text."""
        tokens = document.tokens
        if tokens is None or not span.parts:
            return document.text_of(span).split()
        text, words = document.text or "", []
        for start, end in span.parts:
            number = bisect_right(tokens, start, key=itemgetter(1))
            while number < len(tokens) and tokens[number][0] < end:
                first, last = tokens[number]
                words.append(text[max(start, first) : min(end, last)])
                number += 1
        return words

    def notes(self) -> list[str]:
        """Say what the numbers do not."""
        notes = []
        if self._split:
            notes.append("tokens: words and punctuation marks of the texts")
        if self._textless:
            notes.append(f"{many(self._textless, 'document')} without a text: no tokens there")
        if self._overlapping:
            notes.append(
                f"spans overlap in {many(self._overlapping, 'document')}: tokens that are in "
                "several count in each"
            )
        if self._unknown:
            notes.append(f"{many(self._unknown, 'span')} left out: not known what they say")
        return notes
