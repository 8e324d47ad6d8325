"""Annotators held against each other: from files, folders or records to their agreement."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from spanf1.agreement.agreement import Agreement
from spanf1.agreement.annotations import Annotations, by_annotator
from spanf1.core.options import AUTO, Confidence, Options, TypeSet, confidence_from
from spanf1.core.tags import AUTO_FORM
from spanf1.exceptions import UsageError
from spanf1.formats.folders import files_of
from spanf1.formats.opening import inputs_of
from spanf1.formats.options import Column, InputOptions
from spanf1.formats.pairs import input_of_records
from spanf1.formats.registry import Input
from spanf1.formats.source import STDIN, Source, source_of
from spanf1.ranking.compare import systems_of


def agree(
    annotators: Any,
    *,
    tokens: Sequence[Sequence[str]] | None = None,
    match: str = "exact",
    types: TypeSet | Iterable[str] = "union",
    normalize: Iterable[str] = (),
    trim: bool = False,
    map_types: Mapping[str, str] | None = None,
    ignore_types: Iterable[str] = (),
    confidence: float | Confidence | None = None,
    gamma: bool = False,
    input_format: str = AUTO,
    key: str | None = None,
    token_key: str | None = None,
    text_key: str | None = None,
    id_key: str | None = None,
    tag_column: Column | None = None,
    token_column: Column | None = None,
    sentence_column: Column | None = None,
    delimiter: str | None = None,
    tag_form: str = AUTO_FORM,
    outside: Iterable[str] = (),
    labels: Any = None,
    max_size: int | str | None = None,
) -> Agreement:
    """Say how far annotators agree: F1 of every pair, and coefficients that take chance away.

    Parameters
    ----------
    annotators : mapping, or path, or list of paths
        What each says, by their names: a file, a folder of files, or records or lists of tags. A
        list of paths has the names of the files. One file may have what several say: an export of
        Label Studio with several annotations of a task, or examples of Prodigy with
        ``_annotator_id``; one folder may have a folder for each annotator.
    tokens : sequence of sequences of str, optional
        Of lists of tags: the tokens of each sentence.
    match, types, normalize, trim, map_types, ignore_types
        As for `spanf1.evaluate`; `types` are those that are compared, if they are named.
    confidence : float or Confidence, optional
        How intervals are made, if there are to be some: the level, or more.
    gamma : bool
        Whether the report has gamma, which takes longer than all else.

    Other Parameters
    ----------------
    input_format, key, token_key, text_key, id_key, tag_column, token_column, sentence_column, \
delimiter, tag_form, outside, labels, max_size
        As for `spanf1.read_documents`.

    Raises
    ------
    UsageError
        If there are not two annotators, or arguments contradict each other.
    InputError
        If something cannot be read, or annotators do not have the same texts.

    Notes
    -----
    Files of folders are joined by their names; documents by their ids, where all have some, else by
    their order. A pair is compared on the documents that both have done. Ill-formed tags are read
    as they are in the reading ``lenient``.

    G. Hripcsak and A. S. Rothschild. 2005. Agreement, the F-measure, and Reliability in
    Information Retrieval: of spans there is no number of true negatives, and kappa tends to F1 as
    they grow.

    Examples
    --------
    >>> import spanf1
    >>> agreement = spanf1.agree(
    ...     {
    ...         "anna": [["B-PER", "I-PER", "O", "B-LOC"]],
    ...         "ben": [["B-PER", "I-PER", "O", "O"]],
    ...         "carl": [["B-PER", "O", "O", "B-LOC"]],
    ...     }
    ... )
    >>> [(pair.annotators, round(pair.f1, 3)) for pair in agreement.pairs]
    [(('anna', 'ben'), 0.667), (('anna', 'carl'), 0.5), (('ben', 'carl'), 0.0)]
    >>> round(agreement.f1, 3), round(agreement.deviation, 3)
    (0.389, 0.283)
    """
    given = locals()
    options = Options.of({**given, "zero_division": float("nan")})
    side = InputOptions.of(given)
    if isinstance(annotators, str | os.PathLike):
        annotators = [annotators]
    if isinstance(annotators, Mapping):
        inputs = {
            str(name): _inputs(str(name), one, side, tokens) for name, one in annotators.items()
        }
        inputs = _named(inputs)
    else:
        inputs = inputs_of_paths([os.fspath(path) for path in annotators], side)
    return agreement_of(inputs, options, confidence_from(confidence), gamma=gamma)


def agreement_of(
    inputs: Mapping[str, Mapping[str, Input]],
    options: Options,
    confidence: Confidence | None,
    *,
    gamma: bool = False,
) -> Agreement:
    """Return the agreement of annotators, given their inputs by name; raises as `agree`."""
    if len(inputs) < 2:
        raise UsageError("agreement is among two annotators or more")
    return Agreement(Annotations.of(inputs), options, confidence, gamma)


def inputs_of_paths(paths: Sequence[str], side: InputOptions) -> dict[str, dict[str, Input]]:
    """Return the inputs of annotators, by their names and those of their files.

    Parameters
    ----------
    paths : sequence of str
        ``FILE``, ``FOLDER`` or ``NAME=…`` for each; or one that holds what several say.
    side : InputOptions
        What is to be read.

    Raises
    ------
    UsageError, InputError
        As `agree`.
    """
    if len(paths) == 1 and os.path.isdir(paths[0]):
        within = sorted(
            os.path.join(paths[0], name) for name in os.listdir(paths[0]) if name[0] != "."
        )
        folders = [path for path in within if os.path.isdir(path)]
        # Files that each are of an annotator.
        paths = folders or within
    found = systems_of(paths)
    files = [file for one in found for file in one.files]
    if STDIN in files:
        raise UsageError("annotations are to be files, not standard input")
    opened = iter(inputs_of([*map(Source, files)], _for(side)))
    inputs = {
        one.name: {os.path.basename(file): next(opened) for file in one.files} for one in found
    }
    if len(files) == 1:
        (own,) = next(iter(inputs.values())).values()
        return {name: {"": one} for name, one in by_annotator(own).items()}
    for one in found:
        if len(inputs[one.name]) < len(one.files):
            raise UsageError(f"two files of {one.name} have the same name", hint="they join texts")
    return _named(inputs)


def _for(side: InputOptions) -> InputOptions:
    """Return what is to be read, with tokens."""
    return replace(side, with_tokens=True)


def _named(inputs: Mapping[str, Mapping[str, Input]]) -> dict[str, dict[str, Input]]:
    """Return the inputs of annotators; the only ones of each belong together by any name."""
    if any(len(own) != 1 for own in inputs.values()):
        return {name: {**own} for name, own in inputs.items()}
    return {name: {"": next(iter(own.values()))} for name, own in inputs.items()}


def _inputs(
    name: str, given: Any, side: InputOptions, tokens: Sequence[Sequence[str]] | None
) -> dict[str, Input]:
    """Return the inputs of an annotator, by the names of files."""
    if isinstance(given, str | os.PathLike | Source):
        source = source_of(given)
        paths = files_of(source.path)
        sources = [source] if paths == [source.path] else [*map(Source, paths)]
        opened = inputs_of(sources, _for(side))
        return {os.path.basename(one.source.path): one for one in opened}
    rows = [*given]
    if rows and isinstance(rows[0], list | tuple) and all(isinstance(tag, str) for tag in rows[0]):
        words = tokens or [[str(number) for number in range(len(row))] for row in rows]
        rows = [{"tokens": [*own], "tags": [*row]} for own, row in zip(words, rows, strict=True)]
    elif tokens is not None:
        raise UsageError("tokens are for tags that are given as lists")
    return {"": input_of_records(name, rows, _for(side))}
