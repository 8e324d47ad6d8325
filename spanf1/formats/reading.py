"""Documents of one input, whatever format it has."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar, Unpack, cast

from spanf1.core.detection import Detection, detection
from spanf1.core.documents import Document
from spanf1.core.options import AUTO
from spanf1.core.tags import AUTO_FORM
from spanf1.core.tags import tag_form as form_of
from spanf1.exceptions import SpanF1Error, UsageError
from spanf1.formats.columns.layout import column_of, delimiter_of, levels_of
from spanf1.formats.options import How, InputOptions
from spanf1.formats.registry import COLUMNS, FORMATS, GO_WITH, Reading, check_options
from spanf1.formats.sniffing import formats_of
from spanf1.formats.source import STDIN, Progress, Source, source_of

Path = str | os.PathLike[str]
PartT = TypeVar("PartT")

# Options of commands that read both sides, as hints name them.
_OF_SIDES = "--gold-column, --pred-column, "


def read_documents(
    file: Path, input_format: str = AUTO, **given: Unpack[InputOptions]
) -> Iterator[Document]:
    """Read documents, with their typed spans, from a file or folder of any format.

    Parameters
    ----------
    file : path
        The file or folder; ``-`` is standard input.
    input_format : str
        Its format, or ``auto``: by its content.

    Other Parameters
    ----------------
    key, token_key, text_key, id_key : str, optional
        Of JSON, or Parquet: where the spans or tags are, the tokens, the text and the id.
    labels : sequence of str, or mapping of int to str, optional
        The tag of each id, where tags are ids.
    tag_column, token_column : int or str, optional
        Of columns: where tags and tokens are; ``"2,3"`` has nested levels of tags.
    delimiter, tag_form
        As for `spanf1.score_file`.

    Returns
    -------
    iterator of Document
        They come one by one. Of columns, and of JSON Lines of tags, each is a sentence.

    Raises
    ------
    InputError
        If the file cannot be read, or is not of the format.
    UsageError
        If an argument is not one of those above.
    """
    return documents_of(reading_of(source_of(file), input_format, **given))


def format_of(source: Source, input_format: str = AUTO, key: str | None = None) -> str:
    """Return the format of an input: as is given, or by its content.

    Raises
    ------
    LayoutError, UsageError
        If it cannot be told, or there is no such format.
    """
    return formats_of([source], input_format, () if key is None else (key,))[0]


def reading_of(
    source: Source,
    input_format: str = AUTO,
    progress: Progress | None = None,
    **given: Unpack[InputOptions],
) -> Reading:
    """Return what reads an input; parameters of `read_documents`.

    Raises
    ------
    LayoutError
        If the format cannot be told.
    UsageError
        If an option does not go with it.
    """
    check_names(given)
    delimiter = None if given.get("delimiter") == AUTO else given.get("delimiter")
    name = format_of(source, input_format, given.get("key"))
    check_options([name], given, detected=input_format == AUTO)
    delimiter_of(delimiter)
    token_column = given.get("token_column")
    how = How(
        key=given.get("key"),
        token_key=given.get("token_key"),
        text_key=given.get("text_key"),
        id_key=given.get("id_key"),
        labels=given.get("labels"),
        tag_columns=levels_of(given.get("tag_column")) or None,
        token_column=None if token_column is None else column_of(token_column),
        delimiter=delimiter,
        form=form_of(given.get("tag_form", AUTO_FORM)),
    )
    return Reading(source, name, how, progress)


def check_names(given: Mapping[str, object]) -> None:
    """Raise an error if an argument was given that there is not, as Python does.

    Raises
    ------
    TypeError
        If one was.
    """
    if unknown := given.keys() - InputOptions.__annotations__.keys():
        raise TypeError(f"unexpected keyword argument {min(unknown)!r}")


def options_for(name: str, given: InputOptions) -> InputOptions:
    """Return the options that go with a format."""
    chosen = {key: value for key, value in given.items() if name in GO_WITH.get(key, {name})}
    return cast(InputOptions, chosen)


def again(reading: Reading) -> Reading:
    """Return what reads the same input once more."""
    return replace(reading, tags=None, key="", remarks={})


def documents_of(reading: Reading) -> Iterator[Document]:
    """Read an input of one side.

    Raises
    ------
    InputError, UsageError
        If it cannot be read, or is not of the format.
    """
    yield from one_side(reading.documents())


def one_side(parts: Iterator[PartT]) -> Iterator[PartT]:
    """Yield what is read of an input of one side; in hints, options are not called after a side."""
    try:
        yield from parts
    except SpanF1Error as error:
        hint = error.hint.replace("--gold-key", "--key").replace(_OF_SIDES, "")
        raise type(error)(error.message, where=error.where, hint=hint) from None


def check_twice(source: Source) -> None:
    """Raise an error if a source can be read only once.

    Raises
    ------
    UsageError
        If it can.
    """
    path = source.path
    piped = os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)
    if path == STDIN or piped:
        message = "this is read twice, which a pipe cannot be"
        raise UsageError(message, where=source.name, hint="write it to a file first")


def detect(reading: Reading) -> Detection | None:
    """Read an input, and find out which scheme its tags are in; None if it has spans instead.

    Raises
    ------
    InputError, UsageError
        If it cannot be read, or not a second time: this is done before it is read for good.
    """
    check_twice(reading.source)
    shapes: Counter[int] = Counter()
    first: dict[int, int] = {}
    tokens = 0
    for document in documents_of(reading):
        if reading.tags is None:
            return None
        tokens += len(document.tokens or ())
        for span in document.spans:
            shapes[span.shape] += 1
            first.setdefault(span.shape, document.line)
    tags = reading.tags
    if tags is None:
        return None
    forms = tags.form_names(), tags.other_forms()
    return detection(shapes, frozenset(tags.prefixes()), forms, tokens, first)


def read_as(reading: Reading) -> str:
    """Say what was read, in words."""
    what = "column" if reading.format == COLUMNS else "key"
    title = FORMATS[reading.format].title
    spans = f", {what}{'s' * (',' in reading.key)} {reading.key}" * bool(reading.key)
    return title + spans + f", tokens in column {reading.token_column}" * bool(reading.token_column)


def left_out(remarks: Mapping[str, int]) -> str:
    """Say what was not read of an input, given its remarks; empty if everything was."""
    return ", ".join(f"{count} {what}" for what, count in remarks.items())
