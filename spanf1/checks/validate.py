"""What is wrong in an input of any format: ill-formed tags, or spans as they should not be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple, Unpack

from spanf1.checks.columns import TaggedColumn, looked_at
from spanf1.checks.documents import SpanFault, SpanValidation, detect
from spanf1.checks.records import CODED, TaggedKeys
from spanf1.checks.tags import FileViolation, Validation
from spanf1.core.detection import found_by
from spanf1.core.options import AUTO, Options, TagScheme
from spanf1.formats.opening import check_twice, inputs_of_keywords
from spanf1.formats.options import LAST, InputKeywords
from spanf1.formats.registry import COLUMNS, Input, InputFormat
from spanf1.formats.source import Path


class Checking(NamedTuple):
    """A check of an input, what that is called, and words on how its scheme is known."""

    check: Validation | SpanValidation
    name: str
    how: str


def streams(input: Input, scheme: str) -> bool:
    """Return whether an input is checked as it comes: a pipe of one column in a known scheme."""
    one_column = input.format == COLUMNS and len(input.options.tag_columns) < 2
    return one_column and scheme != AUTO and not os.path.isfile(input.source.path)


def checks_of(input: Input, scheme: str) -> Iterator[Checking]:
    """Yield the checks of an input: of its columns of tags, its tags or, without any, its spans.

    Parameters
    ----------
    input : Input
        The input. It is read twice, unless it `streams`.
    scheme : str
        The tagging scheme, or ``auto``.

    Raises
    ------
    InputError, UsageError
        If it cannot be read.
    """
    name = input.source.name
    if input.format != COLUMNS:
        yield _check_documents(input, scheme)
    elif streams(input, scheme):
        yield Checking(Validation(TaggedColumn(input), scheme), name, "given")
    else:
        for column in input.options.tag_columns or (LAST,):
            single = replace(input, options=replace(input.options, tag_columns=(column,)))
            exact, known, detection = looked_at(single, scheme)
            how = found_by(detection.fitting) if scheme == AUTO else "given"
            yield Checking(Validation(TaggedColumn(exact), known), name, how)


def _check_documents(input: Input, scheme: str) -> Checking:
    """Return the check of an input without columns: of its tags or, without any, its spans."""
    detection = detect(input)
    if not detection:
        return Checking(SpanValidation(input), input.source.name, "")
    how = found_by(detection.fitting) if scheme == AUTO else "given"
    known = detection.scheme if scheme == AUTO else scheme
    tagged = input.format in CODED
    check = Validation(TaggedKeys(input), known) if tagged else SpanValidation(input, known)
    return Checking(check, input.source.name, how)


def validate_file(
    file: Path,
    *,
    input_format: InputFormat = AUTO,
    scheme: TagScheme = AUTO,
    **given: Unpack[InputKeywords],
) -> list[FileViolation | SpanFault]:
    """Return everything that is wrong in a file or folder of any format.

    Of tags, that is what their scheme does not allow. Of texts with spans, it is a span that is
    there twice, that has white space at an edge, or does not begin and end where tokens do, where
    these are known; and an id that is there twice.

    Parameters
    ----------
    file : path
        The input. It is read twice.
    input_format : str
        Its format, or ``auto``: by its content.
    scheme : str
        The tagging scheme, or ``auto``.

    Other Parameters
    ----------------
    **given
        As for `spanf1.read_documents`.

    Raises
    ------
    InputError
        If the file cannot be read.
    UsageError
        If an argument is not one of those above.
    """
    known = Options(gold_scheme=scheme).gold_scheme
    (input,) = inputs_of_keywords([file], input_format, given, scheme=known)
    check_twice(input.source)
    return [found for one in checks_of(input, known) for found in one.check.violations()]
