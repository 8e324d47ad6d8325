"""Tags in a column of a file: which scheme they are in, what is wrong in them, others instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from spanf1.core.detection import Detection, detection, written_like
from spanf1.core.options import AUTO
from spanf1.core.repairs import FOREIGN, Violations, kind_of, reason, rewrite, violations
from spanf1.core.tag_counter import tally
from spanf1.core.tags import CodeArray, IntArray, TagForm, TagSet, tag_form
from spanf1.exceptions import LossError
from spanf1.formats.columns.file import ColumnFile
from spanf1.formats.columns.rewriting import raw_lines, respelt
from spanf1.formats.columns.tags import TagFile
from spanf1.formats.registry import Input
from spanf1.formats.source import Source

#: how many lines an error names
_NAMED = 10

LOSS_HINT = "--allow-loss writes them as one span"


def tag_file(input: Input) -> TagFile:
    """Return a reader of the one column of tags of an input, from its beginning."""
    options = input.options
    file = ColumnFile(input.source, delimiter=options.delimiter, progress=input.progress)
    return TagFile(file, options.tag_column)


def words_on(reader: TagFile, form: str) -> str:
    """Say what was read, given the reader and how the tags are written."""
    layout = reader.file.layout
    if layout is None:
        return "there are no tokens"
    column = layout.column_index(reader.column, reader.source) + 1
    written = f", tags written like {form}" if form else ""
    return f"column {column} of {layout.columns}, separated by {layout.delimiter_name}{written}"


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
    reader = tag_file(input)
    counted = tally(reader, form=input.options.form)
    found = detection(counted.gold, counted.shapes()[0], counted.tokens)
    form = written_like([found.tag_form], found.other_forms) if found.tag_form else ""
    return found, words_on(reader, form)


class FileViolation(NamedTuple):
    """A step between two tags that a scheme does not allow, and where it is.

    `line` and `token` are those that the step leads to; see `spanf1.checks.lists.Violation`.
    """

    file: str
    line: int
    token: str
    before: str
    after: str
    reason: str

    @property
    def kind(self) -> str:
        """The step as text: ``O → I-PER``, or the one tag."""
        return kind_of(self.before, self.after)


@dataclass
class Validation:
    """What a scheme does not allow in a file's tags.

    Attributes
    ----------
    scheme : str
        The scheme.
    tokens, sentences : int
        How many were read so far.
    kinds : Counter of str
        How often each kind of violation occurs.
    read : str
        What was read, in words.
    """

    input: Input
    scheme: str
    tokens: int = 0
    sentences: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    read: str = ""

    def violations(self, most: int | None = None) -> Iterator[FileViolation]:
        """Read the file, and yield its violations in order; all are counted in `kinds`.

        Parameters
        ----------
        most : int, optional
            How many to yield, at most.

        Raises
        ------
        InputError
            As `detect_column`.
        """
        tags = TagSet({}, self.input.options.form)
        yielded = 0
        reader = tag_file(self.input)
        for lines in raw_lines(reader, tags):
            sentences = lines.sentences
            self.tokens += sentences.size
            self.sentences += len(sentences.starts)
            found = violations(sentences.codes, sentences.starts, self.scheme)
            _count(found, tags, self.kinds)
            count = len(found.token) if most is None else min(most - yielded, len(found.token))
            yielded += count
            for k, line in enumerate(lines.line_numbers(found.token[:count]).tolist()):
                step = int(found.before[k]), int(found.after[k])
                token = lines.token(int(found.token[k]))
                place = self.input.source.name, line, token
                yield FileViolation(*place, *spelt_out(*step, tags, self.scheme))
        self.read = words_on(reader, "".join(tags.form_names()))


def spelt_out(before: int, after: int, tags: TagSet, scheme: str) -> tuple[str, str, str]:
    """Return the two tags of a violation, and why it is one."""
    first = "" if before == FOREIGN else tags.spell(before)
    return first, tags.spell(after), reason(before, after, scheme)


def _count(found: Violations, tags: TagSet, kinds: Counter[str]) -> None:
    """Count violations by kind."""
    pairs = Counter(zip(found.before.tolist(), found.after.tolist(), strict=True))
    for (before, after), count in pairs.items():
        kinds[kind_of("" if before == FOREIGN else tags.spell(before), tags.spell(after))] += count


@dataclass(frozen=True)
class Rewriting:
    """How a file's tags are to be rewritten.

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
    """What rewriting changed.

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

    def rewritten(
        self,
        codes: CodeArray,
        starts: IntArray,
        tags: TagSet,
        how: Rewriting,
        lines_of: Callable[[IntArray], IntArray],
    ) -> CodeArray:
        """Return the codes of tags in the scheme that is to be written, and count what changes.

        Parameters
        ----------
        codes, starts
            As for `spanf1.core.repairs.rewrite`.
        tags : TagSet
            Spells the codes.
        how : Rewriting
            What to write.
        lines_of : callable
            Returns the lines that tokens are on.
        """
        new = rewrite(codes, starts, how.scheme, how.to, how.method)
        named = new.lost[: max(_NAMED - len(self.lost_lines), 0)]
        self.lost_lines += lines_of(named).tolist()
        self.spans += new.spans
        self.ill_formed += new.ill_formed
        self.lost += len(new.lost)
        _count(violations(codes, starts, how.scheme), tags, self.kinds)
        return new.codes

    def check(self, source: Source, how: Rewriting) -> None:
        """Raise an error if spans were lost, and that is not allowed.

        Raises
        ------
        LossError
            With the first lines.
        """
        if not self.lost or how.allow_loss:
            return
        others = ", ".join(map(str, self.lost_lines[1:]))
        count = self.lost - len(self.lost_lines)
        more = f" and {count} more" if count else ""
        where = f"; also at line{'s' * (self.lost > 2)} {others}{more}" if others else ""
        raise LossError(
            f"{how.to} cannot part this span from the one of its type before it{where}",
            where=source.where(self.lost_lines[0]),
            hint=LOSS_HINT,
        )


def rewrite_file(
    input: Input, how: Rewriting, write: Callable[[bytes], object] | None = None
) -> Changes:
    """Write a file's lines with other tags; all other bytes stay as they are.

    Parameters
    ----------
    input : Input
        The columns.
    how : Rewriting
        What to write instead.
    write : callable, optional
        Takes the lines, some at a time; by default they are only looked at.

    Raises
    ------
    LossError
        If spans would be lost, and that is not allowed. It is found before anything is written
        if the file is looked at first.
    InputError
        As `detect_column`.
    """
    tags = TagSet({}, input.options.form)
    changes = Changes()
    reader = tag_file(input)
    for lines in raw_lines(reader, tags):
        codes, starts = lines.sentences.codes, lines.sentences.starts
        if how.to:
            codes = changes.rewritten(codes, starts, tags, how, lines.line_numbers)
        written = respelt(lines, codes, tags, how.to_form, input.source.name)
        if len(written.changed) and not changes.tags:
            changes.first_line = lines.sentences.line(int(written.changed[0]))
        changes.tags += len(written.changed)
        if write and (how.allow_loss or not changes.lost):
            write(written.data)
    changes.check(input.source, how)
    changes.read = words_on(reader, "".join(tags.form_names()))
    return changes


def looked_at(input: Input, scheme: str) -> tuple[Input, str, Detection]:
    """Read a file to its end, so that what is wrong with it is known before anything is written.

    Returns
    -------
    input : Input
        The same input, with the form of the tags.
    scheme : str
        The scheme that was given or, if that is ``auto``, the one that was found.
    found : Detection
        What was found.
    """
    found, _ = detect_column(input)
    # Where the form is in doubt, whoever writes a tag has to say so.
    if found.tag_form and not found.other_forms:
        input = replace(input, options=replace(input.options, form=tag_form(found.tag_form)))
    return input, found.scheme if scheme == AUTO else scheme, found
