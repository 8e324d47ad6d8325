"""Files read in every scorer's way: what each would say of them, and why; several at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from spanf1.core.options import Options
from spanf1.core.schemes import SCHEMES
from spanf1.core.scores import total_of
from spanf1.core.spans import decode
from spanf1.core.tag_counter import BlockCounter, tally
from spanf1.core.tags import UNTYPED, TagSets, tag_sets
from spanf1.exceptions import InputError
from spanf1.formats.columns.layout import DOCUMENT, WHITE, Layout
from spanf1.formats.columns.tags import ColumnPair, MergedFile
from spanf1.formats.opening import column_pair
from spanf1.formats.options import Column
from spanf1.formats.registry import Inputs
from spanf1.formats.source import FRONT, Source
from spanf1.results.result import Result
from spanf1.scorers.comparison import (
    PLACE_SIDES,
    Comparison,
    Encoding,
    Example,
    Kind,
    System,
    compare,
)
from spanf1.scorers.disputes import Disputes, Place, stretches
from spanf1.scorers.scorers import Facts, scorers_of

#: how many examples are given of each kind of disputed step
EXAMPLES = 2

_UNKNOWN_TO_SEQEVAL = "LUMW"


def explain(inputs: Inputs, *, options: Options, examples: int = EXAMPLES) -> Comparison:
    """Return what each scorer says of one output, and why.

    The files are read four times: for the schemes, for the disputes, as the conlleval script
    reads them, for the examples.

    Parameters
    ----------
    inputs : Inputs
        Columns of gold and predicted tags, that can be read again and again. With one file, the
        column of the tokens is only shown in the examples.
    options : Options
        The schemes, where they are given.
    examples : int
        How many examples to give of each kind of disputed step.

    Raises
    ------
    InputError
        If there is anything wrong with the input.
    """
    token_column, spellings = inputs.gold.options.token_column, inputs.spellings
    pair = column_pair(inputs)
    sets = tag_sets(*spellings)
    counter = BlockCounter(sets[0].types)
    for block in pair.blocks(*sets):
        counter.add(block)
    result = Result(counter.finish(*sets), options, pair.origin())
    if token_column and (layout := pair.files[0].layout):
        layout.column_index(token_column, inputs.gold.source)
    bare = _bare(sets)
    scorers = scorers_of(Facts(result, bare))
    sets = tag_sets(*spellings)
    able = [scorer for scorer in scorers if not scorer.refuses]
    disputes = Disputes(able, result.schemes, sets[0].types, examples)
    encodings = [Encoding(name, result.tally.tokens) for name in SCHEMES]
    # Without a start, an entity of seqeval's default may begin in another sentence.
    complete = any(tag[0].upper() in _UNKNOWN_TO_SEQEVAL for tag in bare)
    for stretch in stretches(pair.blocks(*sets), complete=complete):
        disputes.add(stretch)
        spans = decode(stretch.sides[0].codes, stretch.starts)
        for encoding in encodings:
            encoding.add(spans, stretch.size, stretch.starts)
    note = _count_as_script(disputes, inputs)
    comparison = compare(result, scorers, disputes, encodings, sets[0].types)
    comparison.notes += note
    add_examples(comparison.kinds, pair, sets, token_column)
    return comparison


def _count_as_script(disputes: Disputes, inputs: Inputs) -> list[str]:
    """Let the script's row have what the script counts in whole files; say if that is not the sum.

    Its flag may outlive tokens that are outside on both sides, and sentences, if tags have no
    type; and it takes other lines for boundaries.
    """
    try:
        pair = column_pair(inputs, script=True)
        counted = tally(pair, spellings=inputs.spellings, script=True)
    except InputError as error:
        return [
            "the row of the conlleval script leaves out lines that are tokens to the script, and "
            f"that `spanf1 score --reading conlleval` does not take: {error}"
        ]
    counts = total_of(counted.script.values())
    if not disputes.correct_first(counts):
        return []
    return [
        "the conlleval script carries on across O and sentences where tags have no type, and "
        "takes -X- and -DOCSTART- lines in its own way: what it counts otherwise for that is not "
        "at a disputed step"
    ]


def _bare(sets: TagSets) -> frozenset[str]:
    """Return the tags that have a prefix and no type."""
    return frozenset(
        tag
        for tags in sets
        for tag, code in tags.codes.items()
        if code and (parsed := tags.form.parse(tag)) and parsed[1] == UNTYPED and len(tag) < 3
    )


def compare_systems(outputs: Sequence[Inputs], *, options: Options) -> list[System]:
    """Return the scores of several systems against one gold, compared as spans.

    Each may be in a scheme of its own. Parameters as for `explain`.
    """
    systems = []
    for inputs in outputs:
        pair = column_pair(inputs)
        result = Result(tally(pair, spellings=inputs.spellings), options, pair.origin())
        systems.append(System(inputs.predicted.source.name, result))
    return systems


#: how many tokens are shown before a line, and how many behind it
AROUND = 3
# So many lines on either side may hold them: comments may stand between.
_REACH = 10


class _Shown(NamedTuple):
    """Where in the lines the tags and the tokens, if any, are; columns are indices from 0."""

    layout: Layout
    token: int | None
    tag: int
    is_tag: Callable[[str], bool]


def add_examples(
    kinds: Iterable[Kind],
    pair: ColumnPair,
    sets: TagSets,
    token_column: Column | None,
) -> None:
    """Give kinds of disputed steps the tokens around the places that were remembered.

    Parameters
    ----------
    kinds : iterable of Kind
        The kinds.
    pair : ColumnPair
        What has read the tags.
    sets : TagSets
        The tags of gold, and of predicted.
    token_column : int or str, optional
        The column of the tokens that are shown; by default the one that was compared, or the
        first that has no tags.

    Raises
    ------
    ReadError
        If a file cannot be read again.
    """
    for side in (0, 1):
        file = pair.files[-1 if side else 0]
        todo = [
            (kind, place) for kind in kinds for place in kind.places if (place.side > 0) == side
        ]
        if not todo or file.layout is None:
            continue
        columns = _Shown(file.layout, *_columns(pair, side, token_column), sets[side].may_be)
        texts = _lines_near(file.source, {place.line for _, place in todo})
        for kind, place in todo:
            kind.examples.append(_example(texts, place, file.source.name, columns))


def _columns(pair: ColumnPair, side: int, given: Column | None) -> tuple[int | None, int]:
    """Return where the tokens are that examples show, and the tags of a side; from 0."""
    file = pair.files[-1 if side else 0]
    layout = file.layout
    assert layout is not None  # noqa: S101 - for mypy: it has been read
    column = layout.column_index(pair.columns[:2][side], file.source)
    used = {column}
    if isinstance(pair, MergedFile):
        used = {layout.column_index(one, file.source) for one in pair.columns[:2]}
    token = given or pair.columns[2]
    if token and (isinstance(token, str) or abs(token) <= layout.columns):
        place = layout.column_index(token, file.source)
        return None if place == column else place, column
    # They are in the first column that has no tags, if there is one.
    return layout.free_column(used), column


def _lines_near(source: Source, lines: Iterable[int]) -> dict[int, bytes]:
    """Return some lines of a file, and those around them, by their numbers from 1."""
    near = {n for line in lines for n in range(max(line - _REACH, 1), line + _REACH + 1)}
    texts: dict[int, bytes] = {}
    before = 0
    for raw in source.blocks():
        count = raw.data.count(b"\n", len(FRONT), raw.end)
        if not near.isdisjoint(range(before + 1, before + count + 1)):
            block = bytes(raw.data[len(FRONT) : raw.end]).split(b"\n")
            texts |= {
                before + number: text.removesuffix(b"\r")
                for number, text in enumerate(block, 1)
                if before + number in near
            }
        before += count
        if before >= max(near):
            break
    return texts


def _example(texts: dict[int, bytes], place: Place, file: str, columns: _Shown) -> Example:
    """Return the tokens around a step, which leads to the token there or to the one behind it."""
    line = place.line
    before = list(islice(_walk(texts, line, -1, columns), AROUND))
    fields = _fields(texts.get(line, b""), columns) or ["", ""]
    rows = [*before[::-1], (line, fields), *islice(_walk(texts, line, 1, columns), AROUND)]
    at = len(before) + place.out
    return Example(
        file,
        rows[min(at, len(rows) - 1)][0],
        PLACE_SIDES[place.side],
        [token for _, (_, token) in rows if columns.token is not None],
        [tag for _, (tag, _) in rows],
        at,
    )


def _walk(
    texts: dict[int, bytes], line: int, step: int, columns: _Shown
) -> Iterator[tuple[int, list[str]]]:
    """Yield the tokens of a sentence before a line or behind it, the nearest first."""
    header = columns.layout.names_line if columns.layout.headed else 0
    for number in range(line + step, line + step * (_REACH + 1), step):
        text = texts.get(number)
        if text is None or not text.strip(WHITE) or DOCUMENT.match(text) or number == header:
            return
        if fields := _fields(text, columns):
            yield number, fields


def _fields(text: bytes, columns: _Shown) -> list[str] | None:
    """Return a line's tag and token, or None if it is a comment."""
    fields = [field.decode("utf-8", "backslashreplace") for field in columns.layout.fields(text)]
    if len(fields) != columns.layout.columns:
        return None
    if text.startswith(b"# ") and not columns.is_tag(fields[columns.tag]):
        return None
    return [fields[columns.tag], fields[columns.token or 0]]
