"""What is done to tags of any input: their scheme detected, checked against it, written again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeVar

from spanf1.core import repairs
from spanf1.core.detection import Detection, detection
from spanf1.core.options import AUTO, AnyScheme, Options
from spanf1.core.repairs import FOREIGN, REPAIRS, kind_of, reason
from spanf1.core.schemes import SCHEMES
from spanf1.core.tag_counter import BlockCounter
from spanf1.core.tags import CodeArray, IntArray, TagForm, TagSet
from spanf1.exceptions import LossError, UsageError
from spanf1.formats.labels import blocks
from spanf1.formats.registry import Input
from spanf1.formats.sentences import Sentences

#: how many places of lost spans are kept
_NAMED = 10

WrittenT = TypeVar("WrittenT")
WrittenT_co = TypeVar("WrittenT_co", covariant=True)


class Part(Protocol[WrittenT_co]):
    """Some tags of an input, such that no span goes on from one part to the next."""

    @property
    def sentences(self) -> Sentences:
        """The codes of the tags."""
        ...

    def places(self, tokens: IntArray) -> Sequence[tuple[int, Any]]:
        """Return the places of some tokens: the line of each and what it is, in files."""
        ...

    def respelt(
        self, codes: CodeArray, tags: TagSet, to_form: TagForm | None, /
    ) -> tuple[WrittenT_co, IntArray]:
        """Return the part with other tags, and which of them are not the same text any more.

        Parameters
        ----------
        codes : array of int32, shape (tokens,)
            The codes of the new tags.
        tags : TagSet
            The tags that were read.
        to_form : TagForm, optional
            How to write all tags; by default as they were.

        Raises
        ------
        TagError
            If a tag cannot be written.
        """
        ...


class Tagged(Protocol[WrittenT_co]):
    """An input of one side that has tags."""

    @property
    def name(self) -> str:
        """What it is called in messages."""
        ...

    @property
    def tags(self) -> TagSet:
        """What numbers the tags, as they are read."""
        ...

    def parts(self) -> Iterator[Part[WrittenT_co]]:
        """Yield the tags in order."""
        ...

    def described(self) -> str:
        """Say what was read; call it after the reading."""
        ...

    def lost(self, changes: Changes, to: str) -> LossError:
        """Return the error for spans that a scheme cannot part."""
        ...


def detection_of(sentences: Iterable[Sentences], tags: TagSet) -> Detection:
    """Return which scheme the tags of some sentences are in, which a set numbers."""
    counter = BlockCounter(tags.types)
    for part in sentences:
        for block in blocks(part, part):
            counter.add(block)
    counted = counter.finish(tags, tags)
    return detection(counted.gold, counted.shapes()[0], counted.tokens)


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
    """What a scheme does not allow in the tags of an input.

    Attributes
    ----------
    input : Tagged
        The input.
    scheme : str
        The scheme.
    tokens, sentences : int
        How many were read so far.
    kinds : Counter of str
        How often each kind of violation occurs.
    read : str
        What was read, in words.
    """

    input: Tagged[Any]
    scheme: str
    tokens: int = 0
    sentences: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    read: str = ""

    def steps(self, most: int | None = None) -> Iterator[tuple[int, Any, str, str, str]]:
        """Read the input, and yield what is not allowed: the place, both tags, and the reason.

        Parameters
        ----------
        most : int, optional
            How many to yield, at most. All are counted in `kinds`.

        Raises
        ------
        InputError
            If the input cannot be read.
        """
        yielded = 0
        for part in self.input.parts():
            tags = self.input.tags
            codes, starts = part.sentences.codes, part.sentences.starts
            self.tokens += len(codes)
            self.sentences += len(starts)
            found = repairs.violations(codes, starts, self.scheme)
            _count(found, tags, self.kinds)
            count = len(found.token) if most is None else min(most - yielded, len(found.token))
            yielded += count
            pairs = zip(found.before[:count].tolist(), found.after[:count].tolist(), strict=True)
            for place, pair in zip(part.places(found.token[:count]), pairs, strict=True):
                yield (*place, *_spelt(*pair, tags), reason(*pair, self.scheme))
        self.read = self.input.described()

    def violations(self, most: int | None = None) -> Iterator[FileViolation]:
        """Read the file, and yield its violations in order; as `steps`."""
        return (FileViolation(self.input.name, *step) for step in self.steps(most))


def _count(found: repairs.Violations, tags: TagSet, kinds: Counter[str]) -> None:
    """Count violations by kind."""
    pairs = Counter(zip(found.before.tolist(), found.after.tolist(), strict=True))
    for pair, count in pairs.items():
        kinds[kind_of(*_spelt(*pair, tags))] += count


def _spelt(before: int, after: int, tags: TagSet) -> tuple[str, str]:
    """Return the two tags of a violation; the first is empty if there is only one."""
    return "" if before == FOREIGN else tags.spell(before), tags.spell(after)


def scheme_to_write(given: AnyScheme) -> str:
    """Return the canonical name of a scheme, which must be named."""
    name = Options(gold_scheme=given).gold_scheme
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

    Raises
    ------
    UsageError
        If there is no such method.
    """

    scheme: str = ""
    to: str = ""
    method: str = "begin"
    to_form: TagForm | None = None
    allow_loss: bool = False

    def __post_init__(self) -> None:
        if self.method not in REPAIRS:
            hint = f"one of {', '.join(REPAIRS)}"
            raise UsageError(f"unknown method {self.method!r}", hint=hint)


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
    lost_places : list of tuple
        The places of the first of them.
    read : str
        What was read, in words.
    """

    spans: int = 0
    ill_formed: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    tags: int = 0
    first_line: int = 0
    lost: int = 0
    lost_places: list[tuple[int, Any]] = field(default_factory=list)
    read: str = ""

    def _rewritten(self, part: Part[Any], tags: TagSet, how: Rewriting) -> CodeArray:
        """Return the codes of the tags to write, and count what changes."""
        codes, starts = part.sentences.codes, part.sentences.starts
        if not how.to:
            return codes
        new = repairs.rewrite(codes, starts, how.scheme, how.to, how.method)
        self.lost_places += part.places(new.lost[: max(_NAMED - len(self.lost_places), 0)])
        self.spans += new.spans
        self.ill_formed += new.ill_formed
        self.lost += len(new.lost)
        if new.ill_formed or not {*tags.prefixes()} <= {*SCHEMES[how.scheme].prefixes}:
            _count(repairs.violations(codes, starts, how.scheme), tags, self.kinds)
        return new.codes

    def add(self, part: Part[WrittenT], tags: TagSet, how: Rewriting) -> WrittenT:
        """Return a part written again, and count what changes."""
        data, changed = part.respelt(self._rewritten(part, tags, how), tags, how.to_form)
        if len(changed) and not self.tags:
            self.first_line = part.sentences.line(int(changed[0]))
        self.tags += len(changed)
        return data


def rewrite(
    input: Tagged[WrittenT],
    how: Rewriting,
    write: Callable[[WrittenT], object] | None = None,
) -> Changes:
    """Write an input with other tags; all else stays as it is.

    Parameters
    ----------
    input : Tagged
        The input.
    how : Rewriting
        What to write instead.
    write : callable, optional
        Takes what is written, some at a time; by default it is only looked at.

    Raises
    ------
    LossError
        If spans would be lost, and that is not allowed. It is found before anything is written
        if the input is looked at first.
    InputError, UsageError
        If the input cannot be read.
    """
    changes = Changes()
    for part in input.parts():
        data = changes.add(part, input.tags, how)
        if write and (how.allow_loss or not changes.lost):
            write(data)
    if changes.lost and not how.allow_loss:
        raise input.lost(changes, how.to)
    changes.read = input.described()
    return changes


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
        self.tags = TagSet({}, input.options.form)

    @abstractmethod
    def parts(self) -> Iterator[Part[bytes]]:
        """Yield the tags in order; raises as the format does."""

    @abstractmethod
    def described(self) -> str:
        """Say what was read; call it after the reading."""

    def lost(self, changes: Changes, to: str) -> LossError:
        """Return the error for spans that a scheme cannot part, with the first lines."""
        lines = [line for line, _ in changes.lost_places]
        count = changes.lost - len(lines)
        others = ", ".join(map(str, lines[1:]))
        more = f" and {count} more" if count else ""
        where = f"; also at line{'s' * (changes.lost > 2)} {others}{more}" if others else ""
        return LossError(
            f"{to} cannot part this span from the one of its type before it{where}",
            where=self.source.where(lines[0]),
            hint="--allow-loss writes them as one span",
        )
