"""The baseline of the CoNLL-2003 shared task: a file marked by what another one has marked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from spanf1.checks.columns import looked_at
from spanf1.contents.lexicon import Lexicon, RuleName
from spanf1.core.options import AUTO, AnyScheme, Confidence, Options, TagScheme, confidence_from
from spanf1.core.repairs import PARTS
from spanf1.core.spans import Spans, encode, touching
from spanf1.core.tag_counter import BlockCounter
from spanf1.core.tags import AUTO_FORM, CodeArray, TagSet
from spanf1.exceptions import TagError
from spanf1.formats.columns.layout import WHITE
from spanf1.formats.columns.rewriting import with_column
from spanf1.formats.columns.tags import TagFile
from spanf1.formats.options import Column, InputOptions, Origin
from spanf1.formats.registry import COLUMNS, Input
from spanf1.formats.sentences import Sentences, aligned
from spanf1.formats.source import source_of
from spanf1.results.result import Result
from spanf1.wording import shortened


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
        tags = TagSet({}, self._input.options.form)
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
    exact, to, _ = looked_at(input, options.gold_scheme)
    tags = TagSet({}, exact.options.form)
    counter = BlockCounter(tags.types, units=confidence.unit if confidence else "")
    reader = TagFile.of(exact, tokens=True)
    found, met, merged = [np.zeros(0, np.int32)], {0}, 0
    for passage in reader.passages(tags):
        spans = _spans(lexicon, passage, tags.types)
        codes = encode(spans, passage.size, passage.starts, to)
        merged += 0 if to in PARTS else len(touching(spans, passage.starts))
        counter.add(aligned(passage, passage._replace(codes=codes)))
        met |= set(codes.tolist())
        found.append(codes)
    predicted = TagSet(tags.types, tags.form)
    spelt = {code: tags.spell(code) for code in sorted(met)}
    for one in spelt.values():
        predicted.code(one)
    layout = reader.file.layout
    tag, token = reader.columns
    source = Origin(
        (input.source.name,),
        (layout.delimiter_name if layout else "whitespace",),
        (layout.columns if layout else 0,),
        tag + 1,
        0,
        token + 1,
        "line",
    )
    return Marked(
        Result(counter.finish(tags, predicted), options, source, confidence),
        to,
        merged,
        exact,
        np.concatenate(found),
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
    delimiter, scheme, tag_form, confidence
        As for `spanf1.score_file`.

    Raises
    ------
    InputError
        If a file cannot be read, or there is no entity in the training file.
    UsageError
        If an argument is not one of those above.
    """
    input = Input(source_of(test), COLUMNS, InputOptions.of(locals()))
    lexicon = Lexicon.from_file(
        train,
        rule=rule,
        min_count=min_count,
        ignore_case=ignore_case,
        tag_column=tag_column,
        token_column=token_column,
        delimiter=delimiter,
        scheme=scheme,
        tag_form=tag_form,
    )
    return mark_file(lexicon, input, scheme, confidence_from(confidence)).result
