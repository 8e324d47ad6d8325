"""What is done to tags in files: their scheme detected, and the tags written again."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any, NamedTuple

import numpy as np

from spanf1.core import repairs
from spanf1.core.detection import Detection, detection, written_like
from spanf1.core.options import AUTO, AnyScheme, tag_scheme
from spanf1.core.repairs import FOREIGN, kind_of, reason
from spanf1.core.schemes import SCHEMES
from spanf1.core.tag_counter import BlockCounter
from spanf1.core.tags import CodeArray, IntArray, TagForm, TagSet, tag_form
from spanf1.core.tally import SideTally, Tally
from spanf1.exceptions import LossError, SpanF1Error, UsageError
from spanf1.formats.columns.rewriting import RawLines, raw_lines
from spanf1.formats.columns.tags import TagFile
from spanf1.formats.labels import blocks
from spanf1.formats.opening import check_twice
from spanf1.formats.registry import ARROW, JSONL, Input
from spanf1.formats.sentences import Sentences, Words

#: formats whose tags, if they have some, are at keys
CODED = frozenset({JSONL, ARROW})
# How many places of lost spans are kept.
_NAMED = 10
# How much of what is to be written is kept in memory until all was read.
_MOST_KEPT = 1 << 24


class TaggedFile(ABC):
    """One side of an input in a file, whose tags can be checked and written again.

    Parameters
    ----------
    input : Input
        The input.
    """

    def __init__(self, input: Input) -> None:
        self.input = input
        self.source = input.source
        self.name = input.source.name
        #: what numbers the tags, as they are read
        self.tags = TagSet({}, input.options.spelling)

    @abstractmethod
    def parts(self) -> Iterator[RawLines] | Iterator[_Records]:
        """Yield the tags in order; raises as the format does."""

    @abstractmethod
    def described(self) -> str:
        """Say what was read; call it after the reading."""

    def lost(self, changes: Changes, to: str) -> LossError:
        """Return the error for spans that a scheme cannot part, with the first lines."""
        lines = changes.lost_lines
        count = changes.lost - len(lines)
        others = ", ".join(map(str, lines[1:]))
        more = f" and {count} more" if count else ""
        where = f"; also at line{'s' * (changes.lost > 2)} {others}{more}" if others else ""
        return LossError(
            f"{to} cannot part this span from the one of its type before it{where}",
            where=self.source.where(lines[0]),
            hint="--allow-loss writes them as one span",
        )


class TaggedColumn(TaggedFile):
    """One column of tags of an input, read from its beginning; see `TaggedFile`."""

    def __init__(self, input: Input) -> None:
        super().__init__(input)
        self.reader = TagFile.of(input)

    def parts(self) -> Iterator[RawLines]:
        """Yield the lines of the file; raises as `detect_column`."""
        return raw_lines(self.reader, self.tags)

    def described(self, *, doubts: bool = False) -> str:
        """Say which column was read, and how its tags are written; call it after the reading.

        If `doubts`, also what else they may be written like.
        """
        layout = self.reader.file.layout
        if layout is None:
            return "there are no tokens"
        column = layout.column_index(self.reader.column, self.source) + 1
        form = written_like(self.tags.form_names(), self.tags.other_forms() if doubts else ())
        written = f", tags written like {form}" if self.tags.form_names() else ""
        parted = self.reader.file.sentences_by()
        return (
            f"column {column} of {layout.columns}, separated by {layout.delimiter_name}{written}"
            + f"; {parted}" * bool(parted)
        )


class TaggedKeys(TaggedFile):
    """The tags of an input of JSON Lines, Parquet or Arrow; see `TaggedFile`."""

    def parts(self) -> Iterator[_Records]:
        """Yield the sentences; raises as the format does."""
        for sentences, records in self._batches():
            assert self.input.tags and sentences.words  # noqa: S101, PT018 - for mypy: they were read
            self.tags = self.input.tags
            if any("" in words for words in sentences.words.lists()):
                from spanf1.formats.keyed import documents_of

                # What cannot be a document is an error here, too.
                deque(documents_of(self.input, [sentences]), 0)
            yield _Records(sentences, sentences.words, records, self.input.key)

    def _batches(self) -> Iterator[tuple[Sentences, Sequence[dict[str, Any]]]]:
        """Yield sentences, and the records that they are of; rows cannot be written again."""
        if self.input.format == JSONL:
            from spanf1.formats.records.tags import tagged_batches

            return ((part, batch.records) for batch, part in tagged_batches(self.input))
        return ((part, ()) for part in self.input.sentences())

    def described(self) -> str:
        """Say what was read."""
        return self.input.described()


class _Records(NamedTuple):
    """Sentences with their tokens, the records that they are of, and the key of the tags there."""

    sentences: Sentences
    words: Words
    records: Sequence[dict[str, Any]]
    key: str

    def places(self, tokens: IntArray) -> list[tuple[int, str]]:
        """Return the line of each of some tokens, and the token itself."""
        words = [*chain.from_iterable(self.words.lists())] if len(tokens) else []
        return [(self.sentences.line(token), words[token]) for token in tokens.tolist()]

    def respelt(
        self, codes: CodeArray, tags: TagSet, to_form: TagForm | None, /
    ) -> tuple[bytes, IntArray]:
        """Return the records with other tags; those that were ids are tags from then on."""
        changed = []
        rows = (record[self.key] for record in self.records)
        places = ((row, place) for row in rows for place in range(len(row)))
        for token, (row, place) in enumerate(places):
            old, code = row[place], int(codes[token])
            if to_form:
                row[place] = tags.spell(code, to_form)
            elif not isinstance(old, str):
                row[place] = tags.spell(code)
            elif code != self.sentences.codes[token]:
                row[place] = tags.respell(old, code)
            if row[place] != old:
                changed.append(token)
        return b"".join(map(_line_of, self.records)), np.array(changed, np.intp)


def _line_of(record: dict[str, Any]) -> bytes:
    import json

    from spanf1.formats.records.record import line_of

    try:
        return line_of(record)
    except UnicodeEncodeError:
        # Where there is half of a surrogate pair, it stays the escape that it was.
        return json.dumps(record).encode() + b"\n"


def tally_of(sentences: Iterable[Sentences], tags: TagSet) -> Tally:
    """Return what there is in some sentences, whose tags a set numbers."""
    counter = BlockCounter(tags.types)
    for part in sentences:
        for block in blocks(part, part):
            counter.add(block)
    return counter.finish(tags, tags)


def detection_of(tally: Tally) -> Detection:
    """Return which scheme the tags are in that were counted on one side, or on both alike."""
    return detection(tally.gold, tally.shapes()[0], tally.tokens)


def detect_column(input: Input) -> tuple[Detection, str]:
    """Read a column of tags, and find out which scheme they are in.

    Returns
    -------
    found : Detection
        What was found.
    words : str
        What was read: the column, what separates columns, the form of the tags.

    Raises
    ------
    InputError
        If it cannot be read, or has no such column, or a tag that no scheme has.
    """
    column = TaggedColumn(input)
    found = detection_of(tally_of(column.reader.sentences(column.tags), column.tags))
    return found, column.described(doubts=True)


class Looked(NamedTuple):
    """A file that was read to its end, so that what is wrong with it is known.

    Attributes
    ----------
    input : Input
        The file, with the form of its tags.
    scheme : str
        The scheme that was given or, if that is ``auto``, the one that was found.
    detection : Detection
        What was found.
    tally : Tally
        What was counted.
    column : TaggedColumn
        What read it.
    """

    input: Input
    scheme: str
    detection: Detection
    tally: Tally
    column: TaggedColumn

    @property
    def well_formed(self) -> bool:
        """Whether there is nothing that the scheme does not allow."""
        foreign = self.detection.foreign[self.scheme]
        return not foreign and not self.detection.ill_formed[self.scheme].spans


def looked_at(input: Input, scheme: str) -> Looked:
    """Read a file of columns before anything is written of it."""
    column = TaggedColumn(input)
    tally = tally_of(column.reader.sentences(column.tags), column.tags)
    found = detection_of(tally)
    # Where the form is in doubt, whoever writes a tag has to say so.
    if found.tag_form and not found.other_forms:
        input = replace(input, options=replace(input.options, form=tag_form(found.tag_form)))
    return Looked(input, found.scheme if scheme == AUTO else scheme, found, tally, column)


def detect(input: Input) -> Detection | None:
    """Return the scheme that the tags of an input are in; None if it has spans instead.

    Raises
    ------
    InputError, UsageError
        If it cannot be read, or not a second time: this is done before it is read for good.
    """
    check_twice(input.source)
    input = input.again()
    shapes: Counter[int] = Counter()
    side = SideTally()
    tokens = 0
    for document in input.documents():
        if input.tags is None:
            return None
        tokens += len(document.tokens or ())
        for span in document.spans:
            shapes[span.shape] += 1
            side.first.setdefault(span.shape, document.line)
    if input.tags is None:
        return None
    return detection(side.take(input.tags), shapes, tokens)


def kinds_of(found: repairs.Violations, tags: TagSet) -> Counter[str]:
    """Return how often each kind of violation occurs."""
    kinds: Counter[str] = Counter()
    pairs = Counter(zip(found.before.tolist(), found.after.tolist(), strict=True))
    for pair, count in pairs.items():
        kinds[kind_of(*_spelt(*pair, tags))] += count
    return kinds


def explained(
    found: repairs.Violations, tags: TagSet, scheme: str
) -> Iterator[tuple[str, str, str]]:
    """Yield both tags of each violation, of which the first may be empty, and the reason."""
    for pair in zip(found.before.tolist(), found.after.tolist(), strict=True):
        yield *_spelt(*pair, tags), reason(*pair, scheme)


def _spelt(before: int, after: int, tags: TagSet) -> tuple[str, str]:
    """Return the two tags of a violation; the first is empty if there is only one."""
    return "" if before == FOREIGN else tags.spell(before), tags.spell(after)


def scheme_to_write(given: AnyScheme) -> str:
    """Return the canonical name of a scheme, which must be named."""
    name = tag_scheme(given)
    if name == AUTO:
        raise UsageError("a scheme to write is to be named: 'IOB2', for example")
    return name


@dataclass(frozen=True)
class Rewriting:
    """How tags are to be written again.

    Attributes
    ----------
    scheme, to : str
        The scheme they are in, and the one to write. Both are empty if only the form changes.
    method : str
        What is done about ill-formed spans: one of `spanf1.core.repairs.REPAIRS`.
    to_form : TagForm, optional
        How to write the tags; by default as they are.
    allow_loss : bool
        Write two spans of one type that touch as one, where the scheme cannot part them.
    """

    scheme: str = ""
    to: str = ""
    method: str = "begin"
    to_form: TagForm | None = None
    allow_loss: bool = False


@dataclass
class Changes:
    """What became of tags that were written again.

    Attributes
    ----------
    spans, ill_formed : int
        Spans there were, and how many of them were ill-formed.
    kinds : Counter of str
        How often each kind of violation occurred.
    tags : int
        Tags that were changed.
    first_line : int
        The line of the first of them; 0 if there is none.
    lost : int
        Spans that became one with the span before.
    lost_lines : list of int
        The lines of the first of them.
    read : str
        What was read, in words.
    """

    spans: int = 0
    ill_formed: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    tags: int = 0
    first_line: int = 0
    lost: int = 0
    lost_lines: list[int] = field(default_factory=list)
    read: str = ""

    def add(self, part: RawLines | _Records, tags: TagSet, how: Rewriting) -> bytes:
        """Return a part written again, and count what changes."""
        sentences = part.sentences
        codes = sentences.codes
        if how.to:
            new = repairs.rewrite(codes, sentences.starts, how.scheme, how.to, how.method)
            self.spans += new.spans
            self.ill_formed += new.ill_formed
            self.lost += len(new.lost)
            lines = part.places(new.lost[: max(_NAMED - len(self.lost_lines), 0)])
            self.lost_lines += [line for line, _ in lines]
            if new.ill_formed or not {*tags.prefixes()} <= {*SCHEMES[how.scheme].prefixes}:
                found = repairs.violations(codes, sentences.starts, how.scheme)
                self.kinds.update(kinds_of(found, tags))
            codes = new.codes
        to_form = how.to_form
        if tags.form.bare and to_form is None and how.to not in ("", "IO"):
            # Without prefixes, types can say no other scheme.
            to_form = TagForm()
        data, changed = part.respelt(codes, tags, to_form)
        if len(changed) and not self.tags:
            self.first_line = sentences.line(int(changed[0]))
        self.tags += len(changed)
        return data


def rewrite(
    file: TaggedFile, how: Rewriting, write: Callable[[bytes], object] | None = None
) -> Changes:
    """Write a file with other tags; all else stays as it is.

    Parameters
    ----------
    file : TaggedFile
        The file.
    how : Rewriting
        What to write instead.
    write : callable, optional
        Takes what is written, some at a time; by default it is only looked at.

    Raises
    ------
    LossError
        If spans would be lost, and that is not allowed. It is found before anything is written
        if the file is looked at first.
    InputError, UsageError
        If the file cannot be read.
    """
    changes = Changes()
    for part in file.parts():
        data = changes.add(part, file.tags, how)
        if write and (how.allow_loss or not changes.lost):
            write(data)
    if changes.lost and not how.allow_loss:
        raise file.lost(changes, how.to)
    changes.read = file.described()
    return changes


class Rewritten(NamedTuple):
    """A file written again in memory: its lines, how, what was changed, the schemes that fit."""

    lines: list[bytes]
    how: Rewriting
    changes: Changes
    fitting: Sequence[str]


def rewritten_once(input: Input, how: Rewriting) -> Rewritten | None:
    """Return a file of columns written again, which is read once.

    Its scheme, if that is ``auto``, is taken to be the one of its first block.

    Returns
    -------
    Rewritten, optional
        None if the file is large, or something is wrong with it, or it is not as its first block
        is: then it has to be `looked_at` first.
    """
    path = input.source.path
    if not os.path.isfile(path) or os.path.getsize(path) > _MOST_KEPT:
        return None
    try:
        return _rewritten_once(input, how)
    except SpanF1Error:
        return None


def _rewritten_once(input: Input, how: Rewriting) -> Rewritten | None:
    fitting: Sequence[str] = ()
    if how.scheme == AUTO:
        column = TaggedColumn(input)
        first = islice(column.reader.sentences(column.tags), 1)
        fitting = detection_of(tally_of(first, column.tags)).fitting
        how = replace(how, scheme=fitting[0])
    how = replace(how, to=how.to or how.scheme)
    column = TaggedColumn(input)
    counter = BlockCounter(column.tags.types)
    changes, lines, forms, size = Changes(), [], set(), 0
    for part in column.parts():
        lines.append(changes.add(part, column.tags, how))
        forms.add(column.tags.form)
        size += len(lines[-1])
        if size > _MOST_KEPT:
            return None
        for block in blocks(part.sentences, part.sentences) if fitting else ():
            counter.add(block)
    if fitting:
        found = detection_of(counter.finish(column.tags, column.tags))
        if found.fitting != fitting or found.doubtful:
            return None
    if len(forms) > 1 or (changes.lost and not how.allow_loss):
        return None
    changes.read = column.described()
    return Rewritten(lines, how, changes, fitting)
