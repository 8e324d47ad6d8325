"""The baseline of the CoNLL-2003 shared task: a file marked by what another one has marked.

Sentence by sentence, from the left: the longest phrase that begins at a token and is an entity
in the training data is marked with its class there, and marking goes on behind it.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from spanf1.checks.tags import looked_at
from spanf1.contents.describe import CountedFile
from spanf1.core.options import AUTO, AnyScheme, Confidence, Options, TagScheme, confidence_from
from spanf1.core.repairs import PARTS
from spanf1.core.spans import Span, Spans, encode, touching
from spanf1.core.tag_counter import BlockCounter
from spanf1.core.tags import AUTO_FORM, CodeArray, TagSet
from spanf1.exceptions import InputError, TagError, check_known
from spanf1.formats.columns.layout import WHITE
from spanf1.formats.columns.rewriting import with_column
from spanf1.formats.columns.tags import TagFile
from spanf1.formats.options import Column, InputOptions, Origin
from spanf1.formats.registry import COLUMNS, Input
from spanf1.formats.sentences import Sentences, aligned
from spanf1.formats.source import source_of
from spanf1.results.result import Result
from spanf1.wording import many, shortened

Phrase = tuple[str, ...]
#: how often a phrase is an entity of each class, in the order in which they first occur
Classes = Mapping[str, int]


#: how the class of a phrase is chosen, or that it is not to be marked
RULES: dict[str, Callable[[Classes], str | None]] = {
    "majority": lambda classes: min(classes, key=lambda name: (-classes[name], name)),
    "unique": lambda classes: next(iter(classes)) if len(classes) == 1 else None,
    "first": lambda classes: next(iter(classes)),
}
#: a key of `RULES`, for type checkers
RuleName = Literal["majority", "unique", "first"]


class Lexicon:
    """Phrases to mark, each with its class.

    Parameters
    ----------
    phrases : mapping of tuple of str to (mapping of str to int)
        How often each phrase, a tuple of tokens, is an entity of each class in training data,
        the class of its first occurrence first.
    rule : str
        Which class a phrase is marked with: ``majority``, the most frequent one, and of several
        such the first in the alphabet; ``unique``, the only one, and a phrase of several
        classes is not marked; ``first``, that of its first occurrence.
    min_count : int
        Phrases that are an entity less often are not marked.
    ignore_case : bool
        Whether tokens are the same that differ in case only.

    Raises
    ------
    UsageError
        If there is no such rule.

    Notes
    -----
    E. F. Tjong Kim Sang, F. De Meulder. 2003. Introduction to the CoNLL-2003 Shared Task:
    Language-Independent Named Entity Recognition. The paper speaks of entities with a unique
    class in the training data; the figures it gives are those of ``majority``.

    Examples
    --------
    >>> lexicon = Lexicon({("New", "York"): {"LOC": 2}, ("York",): {"LOC": 1, "ORG": 1}})
    >>> lexicon.mark(["New", "York", "beat", "York"])
    [Span(start=0, end=2, type='LOC'), Span(start=3, end=4, type='LOC')]
    """

    def __init__(
        self,
        phrases: Mapping[Phrase, Classes],
        *,
        rule: RuleName = "majority",
        min_count: int = 1,
        ignore_case: bool = False,
    ) -> None:
        check_known("rule", rule, RULES)
        self.phrases = _folded(phrases) if ignore_case else dict(phrases)
        self.rule = rule
        self.min_count = min_count
        self.ignore_case = ignore_case
        #: what was read, in words, where it was a file
        self.notes: list[str] = []
        self.marked: dict[Phrase, str] = {}
        for phrase, classes in self.phrases.items():
            name = RULES[rule](classes) if sum(classes.values()) >= min_count else None
            if name is not None and phrase:
                self.marked[phrase] = name
        #: how long the phrases are that begin with a token, the longest first
        self._lengths: dict[str, list[int]] = {}
        for phrase in sorted(self.marked, key=len, reverse=True):
            lengths = self._lengths.setdefault(phrase[0], [])
            if len(phrase) not in lengths[-1:]:
                lengths.append(len(phrase))

    @classmethod
    def from_file(
        cls,
        file: str | os.PathLike[str],
        *,
        tag_column: Column = -1,
        token_column: Column | None = None,
        delimiter: str | None = None,
        scheme: TagScheme = AUTO,
        tag_form: str = AUTO_FORM,
        rule: RuleName = "majority",
        min_count: int = 1,
        ignore_case: bool = False,
        max_size: int | str | None = None,
    ) -> Lexicon:
        """Return the entities of a training file; parameters as `baseline` and `Lexicon`.

        Ill-formed spans are entities, too.

        Raises
        ------
        InputError
            If the file cannot be read, or there is no entity in it.
        """
        input = Input(source_of(file), COLUMNS, InputOptions.of(locals()))
        return lexicon_of(input, scheme, rule=rule, min_count=min_count, ignore_case=ignore_case)

    def mark(self, tokens: Sequence[str]) -> list[Span]:
        """Return the spans to mark in a sentence, in order."""
        words = tuple(token.casefold() for token in tokens) if self.ignore_case else tuple(tokens)
        spans, behind = [], 0
        for at, word in enumerate(words):
            if at < behind:
                continue
            for length in self._lengths.get(word, ()):
                phrase = words[at : at + length]
                name = self.marked.get(phrase)
                if name is not None:
                    behind = at + len(phrase)
                    spans.append(Span(at, behind, name))
                    break
        return spans

    def summary(self) -> str:
        """Say how many phrases there are, and of what kind."""
        several = sum(len(classes) > 1 for classes in self.phrases.values())
        longest = max(map(len, self.phrases), default=0)
        text = (
            f"{many(len(self.phrases), 'form')} of {self.entities} entities, {several} of them "
            f"with several types; the longest has {many(longest, 'token')}"
        )
        left_out = len(self.phrases) - len(self.marked)
        return text + (f"; {left_out} left out" if left_out else "")

    @property
    def entities(self) -> int:
        """How many entities there are in the training data."""
        return sum(sum(classes.values()) for classes in self.phrases.values())


def _folded(phrases: Mapping[Phrase, Classes]) -> dict[Phrase, Classes]:
    """Return phrases in one case."""
    folded: dict[Phrase, Counter[str]] = {}
    for phrase, classes in phrases.items():
        sums = folded.setdefault(tuple(token.casefold() for token in phrase), Counter())
        sums.update(classes)
    return {phrase: dict(sums) for phrase, sums in folded.items()}


def lexicon_of(input: Input, scheme: AnyScheme = AUTO, **settings: Any) -> Lexicon:
    """Return the entities of a training file; see `Lexicon.from_file`.

    Parameters
    ----------
    input : Input
        The file, which has columns.
    scheme : str
        The tagging scheme, or ``auto``.
    **settings
        As for `Lexicon`.
    """
    file = CountedFile(input, scheme)
    phrases: defaultdict[Phrase, Counter[int]] = defaultdict(Counter)
    for passage, spans in file.passages():
        tokens = passage.tokens or ()
        for start, end, kind in zip(*(array.tolist() for array in spans[:3]), strict=True):
            phrases[tuple(tokens[start:end])][kind] += 1
    if not phrases:
        raise InputError(
            "there are no entities to learn from",
            where=input.source.name,
            hint="are the tags elsewhere? --train-tag-column says where",
        )
    names = file.names()
    lexicon = Lexicon(
        {
            phrase: {names[kind]: count for kind, count in classes.items()}
            for phrase, classes in phrases.items()
        },
        **settings,
    )
    lexicon.notes = file.facts().notes
    return lexicon


@dataclass(frozen=True)
class Marked:
    """A test file, marked.

    Attributes
    ----------
    result : Result
        The score of the marked spans against the file's own.
    scheme : str
        The scheme that they are written in, which is the file's.
    merged : int
        Marked spans that became one with the span before, because the scheme cannot part them.
    """

    result: Result
    scheme: str
    merged: int
    _input: Input
    _codes: CodeArray
    _spelt: dict[int, bytes]
    _delimiter: bytes

    def lines(self) -> Iterator[bytes]:
        """Yield the lines of the file with one more column: the tags of the marked spans.

        Raises
        ------
        TagError
            If a type of the training data cannot be written in that file.
        """
        for tag in self._spelt.values():
            if any(octet in tag for octet in self._delimiter or WHITE):
                message = f"tag {shortened(tag.decode())} would be taken for several columns"
                raise TagError(message, where=self._input.source.name)
        tags = TagSet({}, self._input.options.spelling)
        yield from with_column(TagFile.of(self._input, tokens=True), tags, self._codes, self._spelt)


def mark_file(
    lexicon: Lexicon,
    input: Input,
    scheme: AnyScheme = AUTO,
    confidence: Confidence | None = None,
) -> Marked:
    """Mark a file, and score that; the file is read twice.

    Parameters
    ----------
    lexicon : Lexicon
        What to mark.
    input : Input
        The tokens and the gold tags, in columns.
    scheme : str
        The tagging scheme, or ``auto``.
    confidence : Confidence, optional
        How intervals are made, if there are to be some.

    Raises
    ------
    InputError, UsageError
        As `TagFile.passages`.
    """
    options = Options.of({"scheme": scheme})
    exact, to, *_ = looked_at(input, options.gold_scheme)
    tags = TagSet({}, exact.options.spelling)
    counter = BlockCounter(tags.types, units=confidence.unit if confidence else "")
    reader = TagFile.of(exact, tokens=True)
    parts, codes_met, merged = [np.zeros(0, np.int32)], {0}, 0
    for passage in reader.passages(tags):
        spans = _spans(lexicon, passage, tags.types)
        codes = encode(spans, passage.size, passage.starts, to)
        merged += 0 if to in PARTS else len(touching(spans, passage.starts))
        counter.add(aligned(passage, passage._replace(codes=codes)))
        codes_met |= set(codes.tolist())
        parts.append(codes)
    predicted = TagSet(tags.types, tags.form)
    spelt = {code: tags.spell(code) for code in sorted(codes_met)}
    for tag in spelt.values():
        predicted.code(tag)
    layout = reader.file.layout
    name, width = (layout.delimiter_name, layout.columns) if layout else ("whitespace", 0)
    tag_column, token_column = (column + 1 for column in reader.columns)
    source = Origin((input.source.name,), (name,), (width,), tag_column, 0, token_column, "line")
    return Marked(
        Result(counter.finish(tags, predicted), options, source, confidence),
        to,
        merged,
        exact,
        np.concatenate(parts),
        {code: tag.encode() for code, tag in spelt.items()},
        layout.delimiter.encode() if layout else b"",
    )


def _spans(lexicon: Lexicon, passage: Sentences, types: dict[str, int]) -> Spans:
    """Return what is marked in a passage; types that are new get a number."""
    rows = [
        (first + start, first + end, types.setdefault(name, len(types) + 1))
        for first, tokens in passage.token_lists()
        for start, end, name in lexicon.mark(tokens)
    ]
    start, end, kind = np.array(rows, np.intp).reshape(-1, 3).T
    return Spans(start, end, kind, np.zeros(len(rows), np.int16))


def baseline(
    train: str | os.PathLike[str],
    test: str | os.PathLike[str],
    *,
    rule: RuleName = "majority",
    min_count: int = 1,
    ignore_case: bool = False,
    tag_column: Column = -1,
    token_column: Column | None = None,
    delimiter: str | None = None,
    scheme: TagScheme = AUTO,
    tag_form: str = AUTO_FORM,
    max_size: int | str | None = None,
    confidence: float | Confidence | None = None,
) -> Result:
    """Score the baseline that marks in a test file what a training file has marked.

    Where the two files are made in different ways, see `Lexicon.from_file` and `mark_file`.

    Parameters
    ----------
    train, test : path
        Files of tokens and gold tags in columns, plain or compressed.
    rule, min_count, ignore_case
        As for `Lexicon`.
    tag_column : int or str
        The column of the tags, counted from 1, or from the end by -1, or by name.
    token_column : int or str, optional
        The column of the tokens; by default the first that is not the tags'.

    Other Parameters
    ----------------
    delimiter, scheme, tag_form, max_size, confidence
        As for `spanf1.score_file`.

    Raises
    ------
    InputError
        If a file cannot be read, or there is no entity in the training file.
    UsageError
        If an argument is not one of those above.
    """
    options = InputOptions.of(locals())
    data, input = (Input(source_of(file), COLUMNS, options) for file in (train, test))
    lexicon = lexicon_of(data, scheme, rule=rule, min_count=min_count, ignore_case=ignore_case)
    return mark_file(lexicon, input, scheme, confidence_from(confidence)).result
