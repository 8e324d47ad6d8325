"""What is wrong in an input of any format: ill-formed tags, or spans as they should not be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Unpack

from spanf1.checks.columns import FileViolation, TagColumn, Validation, looked_at
from spanf1.checks.documents import SpanFault, SpanValidation
from spanf1.checks.records import CODED, TagValidation
from spanf1.core.detection import found_by
from spanf1.core.options import AUTO, Options
from spanf1.formats.options import InputOptions
from spanf1.formats.reading import Path, again, check_twice, detect, reading_of
from spanf1.formats.registry import COLUMNS, Reading, check_options
from spanf1.formats.source import source_of


class Checking(NamedTuple):
    """What checks an input, what that is called, and words on how its scheme is known."""

    check: Validation | TagValidation | SpanValidation
    name: str
    how: str


def check_column(column: TagColumn, scheme: str) -> Checking:
    """Return what checks a column of tags; the scheme may be ``auto``, then it is read twice.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    exact, name, found = looked_at(column, scheme)
    how = found_by(found.fitting) if scheme == AUTO else "given"
    return Checking(Validation(exact, name), exact.source.name, how)


def check_documents(reading: Reading, scheme: str) -> Checking:
    """Return what checks an input of another format: its tags or, if it has none, its spans.

    Raises
    ------
    InputError, UsageError
        If it cannot be read.
    """
    found = detect(again(reading))
    if not found:
        return Checking(SpanValidation(reading), reading.source.name, "")
    how = found_by(found.fitting) if scheme == AUTO else "given"
    name = found.scheme if scheme == AUTO else scheme
    check = (TagValidation if reading.format in CODED else SpanValidation)(reading, name)
    return Checking(check, reading.source.name, how)


def validate_file(
    file: Path,
    *,
    input_format: str = AUTO,
    scheme: str = AUTO,
    **given: Unpack[InputOptions],
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
    scheme = Options(gold_scheme=scheme).gold_scheme
    reading = reading_of(source_of(file), input_format, **given)
    check_options([reading.format], {"scheme": scheme}, detected=input_format == AUTO)
    check_twice(reading.source)
    return [found for one in _checks(reading, scheme) for found in one.check.violations()]


def _checks(reading: Reading, scheme: str) -> Iterator[Checking]:
    """Yield what checks an input: a check for each column of tags."""
    if reading.format != COLUMNS:
        yield check_documents(reading, scheme)
        return
    how = reading.how
    for level in how.tag_columns or (-1,):
        yield check_column(TagColumn(reading.source, level, how.delimiter, how.form), scheme)
