"""Files read in every scorer's way: what each would say of them, and why; several at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from spanf1.api import OpenedFiles, open_files
from spanf1.evaluate import BlockCounter, tally
from spanf1.formats.conll import MergedFile
from spanf1.formats.excerpts import Columns, Excerpt, excerpts
from spanf1.formats.streams import Progress, Source
from spanf1.options import Options
from spanf1.readings.comparing import compare, side_name
from spanf1.readings.comparison import Comparison, Example, System
from spanf1.readings.disputes import Disputes, Place
from spanf1.readings.encodings import Encodings
from spanf1.readings.scorers import Facts, readings_of
from spanf1.readings.stretches import Run, Stretches
from spanf1.result import Result
from spanf1.tags import AUTO_FORM, UNTYPED, Block, TagForm, TagSet
from spanf1.tags import tag_form as form_of

#: how many examples are given of each kind of disputed step
EXAMPLES = 2

_UNKNOWN_TO_SEQEVAL = "LUMW"


def explain(
    sources: Sequence[Source],
    *,
    options: Options,
    tag_form: str = AUTO_FORM,
    examples: int = EXAMPLES,
    progress: Progress | None = None,
    **columns: Any,
) -> Comparison:
    """Return what each scorer says of one output, and why.

    The files are read three times: for the schemes, for the disputes, for the examples.

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
    progress : callable, optional
        As for `spanf1.score_file`.
    **columns
        As for `spanf1.api.open_files`.

    Raises
    ------
    InputError
        If there is anything wrong with the input.
    """
    opened = open_files(sources, **columns)
    opened.files[0].progress = progress
    form = form_of(tag_form)
    sets = _tag_sets(form)
    counter = BlockCounter(sets[0].types)
    for block in opened.reader.blocks(*sets):
        counter.add(block)
    result = Result(counter.finish(*sets), options, opened.input())
    bare = _bare(sets)
    readings = readings_of(Facts(result, bare))
    sets = _tag_sets(form)
    disputes = Disputes(
        [one for one in readings if not one.refuses],
        (result.gold_schemes[0], result.pred_schemes[0]),
        sets[0].types,
        examples,
    )
    encodings = Encodings()
    # Without a start, an entity of seqeval's default may begin in another sentence.
    whole = any(tag[0].upper() in _UNKNOWN_TO_SEQEVAL for tag in bare)
    for run in _runs(opened.reader.blocks(*sets), whole=whole):
        disputes.add(run)
        encodings.add(run.gold, run.starts)
    spelt = encodings.finish(result.tally.tokens)
    comparison = compare(result, readings, disputes, spelt, sets[0].types)
    _add_examples(comparison, opened, sets)
    return comparison


def _tag_sets(form: TagForm | None) -> tuple[TagSet, TagSet]:
    types: dict[str, int] = {}
    return TagSet(types, form), TagSet(types, form)


def _runs(blocks: Iterable[Block], *, whole: bool) -> Iterator[Run]:
    stretches = Stretches(whole=whole)
    for block in blocks:
        yield from stretches.add(block)
    yield from stretches.finish()


def _bare(sets: tuple[TagSet, TagSet]) -> frozenset[str]:
    """Return the tags that have a prefix and no type."""
    return frozenset(
        tag
        for tags in sets
        for tag, code in tags.codes.items()
        if code and (parsed := tags.form.parse(tag)) and parsed[1] == UNTYPED and len(tag) < 3
    )


def _add_examples(comparison: Comparison, opened: OpenedFiles, sets: tuple[TagSet, TagSet]) -> None:
    """Read the lines of the places that were remembered, and the tokens around them."""
    merged = isinstance(opened.reader, MergedFile)
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
        column = file.layout.column_index(opened.columns[side], file.source)
        # In one file, the tokens are in the first column that has no tags.
        tags = {file.layout.column_index(one, file.source) for one in opened.columns[:2]}
        token = opened.columns[2] - 1
        if merged or token < 0:
            used = tags if merged else {column}
            token = min({*range(file.layout.columns)} - used, default=column)
        found = excerpts(
            file.source,
            Columns(file.layout, token, column, sets[side].may_be),
            {place.line for _, place in todo},
        )
        for kind, place in todo:
            kind.examples.append(_example(file.source.name, place, found[place.line]))


def _example(file: str, place: Place, excerpt: Excerpt) -> Example:
    """Return the tokens around a step, which leads to the token there or to the one behind it."""
    at = excerpt.at + place.out
    line = excerpt.lines[min(at, len(excerpt.lines) - 1)]
    return Example(file, line, side_name(place.side), excerpt.tokens, excerpt.tags, at)


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
