"""Files read in every scorer's way: what each would say of them, and why; several at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from spanf1.core.options import Options
from spanf1.core.scores import Counts
from spanf1.core.tag_counter import BlockCounter, tally
from spanf1.core.tags import AUTO_FORM, UNTYPED, TagForm, TagSet
from spanf1.core.tags import tag_form as form_of
from spanf1.exceptions import InputError
from spanf1.formats.columns.excerpts import Columns, Excerpt, excerpts
from spanf1.formats.columns.layout import column_of
from spanf1.formats.columns.tags import MergedFile
from spanf1.formats.opening import OpenedFiles, open_files
from spanf1.formats.options import Column
from spanf1.formats.source import Progress, Source
from spanf1.results.result import Result
from spanf1.scorers.comparison import PLACE_SIDES, Comparison, Example, System, compare
from spanf1.scorers.disputes import Disputes, Place
from spanf1.scorers.encodings import Encodings
from spanf1.scorers.scorers import Facts, scorers_of
from spanf1.scorers.stretches import stretches

#: how many examples are given of each kind of disputed step
EXAMPLES = 2

_UNKNOWN_TO_SEQEVAL = "LUMW"


def explain(
    sources: Sequence[Source],
    *,
    options: Options,
    tag_form: str = AUTO_FORM,
    examples: int = EXAMPLES,
    token_column: Column | None = None,
    progress: Progress | None = None,
    **columns: Any,
) -> Comparison:
    """Return what each scorer says of one output, and why.

    The files are read four times: for the schemes, for the disputes, as the conlleval script
    reads them, for the examples.

    Parameters
    ----------
    sources : sequence of Source
        One file of gold and predicted tags, or two files; they can be read again and again.
    options : Options
        The schemes, where they are given.
    tag_form : str
        As for `spanf1.evaluate`.
    examples : int
        How many examples to give of each kind of disputed step.
    token_column : int or str, optional
        With two files as for `spanf1.score_file`; in one, it is only shown in the examples.
    progress : callable, optional
        As for `spanf1.score_file`.
    **columns
        Otherwise as for `spanf1.formats.opening.open_files`.

    Raises
    ------
    InputError
        If there is anything wrong with the input.
    """
    token_column = None if token_column is None else column_of(token_column)
    columns["headed"] = isinstance(token_column, str)
    if len(sources) > 1:
        columns["token_column"] = token_column
    opened = open_files(sources, **columns)
    opened.files[0].progress = progress
    form = form_of(tag_form)
    sets = _tag_sets(form)
    counter = BlockCounter(sets[0].types)
    for block in opened.reader.blocks(*sets):
        counter.add(block)
    result = Result(counter.finish(*sets), options, opened.input())
    if token_column and (layout := opened.files[0].layout):
        layout.column_index(token_column, sources[0])
    bare = _bare(sets)
    scorers = scorers_of(Facts(result, bare))
    sets = _tag_sets(form)
    disputes = Disputes(
        [one for one in scorers if not one.refuses],
        (result.gold_schemes[0], result.pred_schemes[0]),
        sets[0].types,
        examples,
    )
    encodings = Encodings()
    # Without a start, an entity of seqeval's default may begin in another sentence.
    complete = any(tag[0].upper() in _UNKNOWN_TO_SEQEVAL for tag in bare)
    for stretch in stretches(opened.reader.blocks(*sets), complete=complete):
        disputes.add(stretch)
        encodings.add(stretch.sides[0].codes, stretch.starts)
    spelt = encodings.finish(result.tally.tokens)
    note = _count_as_script(disputes, sources, form, columns)
    comparison = compare(result, scorers, disputes, spelt, sets[0].types)
    comparison.notes += note
    _add_examples(comparison, opened, sets, token_column)
    return comparison


def _count_as_script(
    disputes: Disputes, sources: Sequence[Source], form: TagForm | None, columns: dict[str, Any]
) -> list[str]:
    """Let the script's row have what the script counts in whole files; say if that is not the sum.

    Its flag may outlive tokens that are outside on both sides, and sentences, if tags have no
    type; and it takes other lines for boundaries.
    """
    try:
        counted = tally(open_files(sources, **columns, script=True).reader, form=form, script=True)
    except InputError as error:
        return [
            "the row of the conlleval script leaves out lines that are tokens to the script, and "
            f"that `spanf1 score --reading conlleval` does not take: {error}"
        ]
    counts = Counts(counted.script).total
    if not disputes.correct_first(counts):
        return []
    return [
        "the conlleval script carries on across O and sentences where tags have no type, and "
        "takes -X- and -DOCSTART- lines in its own way: what it counts otherwise for that is not "
        "at a disputed step"
    ]


def _tag_sets(form: TagForm | None) -> tuple[TagSet, TagSet]:
    types: dict[str, int] = {}
    return TagSet(types, form), TagSet(types, form)


def _bare(sets: tuple[TagSet, TagSet]) -> frozenset[str]:
    """Return the tags that have a prefix and no type."""
    return frozenset(
        tag
        for tags in sets
        for tag, code in tags.codes.items()
        if code and (parsed := tags.form.parse(tag)) and parsed[1] == UNTYPED and len(tag) < 3
    )


def _add_examples(
    comparison: Comparison,
    opened: OpenedFiles,
    sets: tuple[TagSet, TagSet],
    token_column: Column | None,
) -> None:
    """Read the lines of the places that were remembered, and the tokens around them."""
    for side in (0, 1):
        file = opened.files[-1 if side else 0]
        todo = [
            (kind, place)
            for kind in comparison.kinds
            for place in kind.places
            if (place.side > 0) == side
        ]
        if not todo or file.layout is None:
            continue
        columns = _columns(opened, side, token_column)
        where = Columns(file.layout, *columns, sets[side].may_be)
        found = excerpts(file.source, where, {place.line for _, place in todo})
        for kind, place in todo:
            kind.examples.append(_example(file.source.name, place, found[place.line]))


def _columns(opened: OpenedFiles, side: int, given: Column | None) -> tuple[int | None, int]:
    """Return where the tokens are that examples show, and the tags of a side; from 0."""
    file = opened.files[-1 if side else 0]
    layout = file.layout
    assert layout is not None  # noqa: S101 - for mypy: it has been read
    column = layout.column_index(opened.columns[side], file.source)
    used = {column}
    if isinstance(opened.reader, MergedFile):
        used = {layout.column_index(one, file.source) for one in opened.columns[:2]}
    token = given or opened.columns[2]
    if token and (isinstance(token, str) or abs(token) <= layout.columns):
        found = layout.column_index(token, file.source)
        return None if found == column else found, column
    # They are in the first column that has no tags, if there is one.
    return min({*range(layout.columns)} - used, default=None), column


def _example(file: str, place: Place, excerpt: Excerpt) -> Example:
    """Return the tokens around a step, which leads to the token there or to the one behind it."""
    at = excerpt.at + place.out
    line = excerpt.lines[min(at, len(excerpt.lines) - 1)]
    return Example(file, line, PLACE_SIDES[place.side], excerpt.tokens, excerpt.tags, at)


def compare_systems(
    gold: Source,
    predictions: Sequence[Source],
    *,
    options: Options,
    tag_form: str = AUTO_FORM,
    progress: Progress | None = None,
    **columns: Any,
) -> list[System]:
    """Return the scores of several systems against one gold, compared as spans.

    Each may be in a scheme of its own. Parameters as for `explain`.
    """
    systems = []
    form: TagForm | None = form_of(tag_form)
    for source in predictions:
        opened = open_files([gold, source], **columns)
        opened.files[0].progress = progress
        counted = tally(opened.reader, form=form)
        systems.append(System(source.name, Result(counted, options, opened.input())))
    return systems
