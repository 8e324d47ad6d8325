"""What a page shows, as plain data: figures, texts, spans and errors, in columns of integers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from spanf1._version import __version__
from spanf1.core.tags import IntArray
from spanf1.results.advice import advice_of
from spanf1.results.report import count_names, f_name, how_made, rows
from spanf1.results.scored import Scored
from spanf1.wording import DIGITS, finite

#: what a page shows of a sentence: its text, its first and last line, the id of its document,
#: whether places in it count tokens, and whether the tokens are known
Sentence = tuple[str | None, int, int, str | int | None, bool, bool]
#: a span: its sentence, its parts, its type, and what it says where that is not in the text
Span = tuple[int, tuple[tuple[int, int], ...], str, str]


class SliceColumns(NamedTuple):
    """The slices of a system's spans by a property of them.

    Attributes
    ----------
    by, text : str
        The property, and what that is.
    rows : sequence of (str, str)
        The slices of the span of gold and of the predicted one, for each row of the ledger; None
        where there is none.
    scores : sequence of sequence
        Of each slice its name, precision, recall, F, gold, predicted and correct spans, the ends
        of the interval of F, the difference from all other spans, and its p-value.
    """

    by: str
    text: str
    rows: Sequence[tuple[str | None, str | None]]
    scores: Sequence[Sequence[Any]]


class SystemColumns(NamedTuple):
    """A system on a page.

    Attributes
    ----------
    name : str
        Its name.
    result : Scored
        Its score.
    predicted : sequence of Span
        What it predicts.
    rows : sequence of array
        Of its ledger: the span of gold of each row, by its index, the predicted one, the kind, and
        how boundaries differ; -1 for no span.
    what_if : iterable of tuple
        What may be mended, and gold, predicted, correct and F1 then; see `spanf1.mistakes`.
    changes : tuple, optional
        What becomes of each row in the best system, and the rows of that which are new.
    slices : sequence of SliceColumns
        Its slices, by each property.
    """

    name: str
    result: Scored
    predicted: Sequence[Span]
    rows: Sequence[IntArray]
    what_if: Iterable[tuple[Any, ...]]
    changes: tuple[Sequence[int], Sequence[int]] | None = None
    slices: Sequence[SliceColumns] = ()


class Words(NamedTuple):
    """What the numbers of kinds, of hows and of changes mean: names, and what each is."""

    kinds: Mapping[str, str]
    hows: Mapping[str, str]
    changes: Mapping[str, str] = {}


class Book(NamedTuple):
    """Everything that a page shows.

    Attributes
    ----------
    title : str
        What it is called.
    files : sequence of (str, int)
        The files of gold, and the number of the first sentence of each.
    sentences : sequence of Sentence
        The sentences.
    gold : sequence of Span
        The spans of gold.
    systems : sequence of SystemColumns
        The systems.
    words : Words
        The names of kinds of errors, and what they mean.
    ranking : dict, optional
        How the systems compare, as JSON has it.
    remarks : sequence of str
        What else is to be said of the page.
    digits : int, optional
        The decimals of percentages, if others than usual.
    """

    title: str
    files: Sequence[tuple[str, int]]
    sentences: Sequence[Sentence]
    gold: Sequence[Span]
    systems: Sequence[SystemColumns]
    words: Words
    ranking: Mapping[str, Any] | None = None
    remarks: Sequence[str] = ()
    digits: int | None = None


def to_dict(book: Book) -> dict[str, Any]:
    """Return everything as plain data that JSON can carry.

    Spans of gold are in reading order; `count` says how many each sentence has. A correct
    prediction is the span of gold, and is not there again.
    """
    types = sorted({span[2] for span in chain(book.gold, *(s.predicted for s in book.systems))})
    numbers = {name: number for number, name in enumerate(types)}
    order = sorted(range(len(book.gold)), key=lambda index: _place(book.gold[index]))
    rank = np.zeros(len(order) + 1, np.intp)
    rank[order] = np.arange(len(order))
    count = np.bincount([span[0] for span in book.gold], minlength=len(book.sentences))
    lines = [sentence[1] for sentence in book.sentences]
    documents = [sentence[3] for sentence in book.sentences]
    return {
        "spanf1": __version__,
        "title": book.title,
        "digits": DIGITS if book.digits is None else book.digits,
        "files": [list(file) for file in book.files],
        "texts": [sentence[0] for sentence in book.sentences],
        "known": all(sentence[5] for sentence in book.sentences),
        "lines": np.diff(lines, prepend=0).tolist(),
        "line_by_token": _has_lines_of_tokens(book.sentences),
        "documents": documents if any(key is not None for key in documents) else None,
        "by_token": _runs([sentence[4] for sentence in book.sentences]),
        "types": types,
        "words": {name: dict(words) for name, words in book.words._asdict().items()},
        "gold": {
            "count": count.tolist(),
            **_columns([book.gold[index] for index in order], numbers),
        },
        "systems": [_system(system, rank, numbers, book.digits) for system in book.systems],
        "ranking": book.ranking,
        "remarks": list(book.remarks),
    }


def _place(span: Span) -> tuple[int, int, int]:
    """Return what spans are in reading order by; of two that begin together, the long one first."""
    sentence, parts, *_ = span
    return (sentence, parts[0][0], -parts[-1][1]) if parts else (sentence, 0, 0)


def _has_lines_of_tokens(sentences: Iterable[Sentence]) -> bool:
    """Return whether each token has a line of its own, one after the other."""
    long = [one for one in sentences if one[4] and one[0] and " " in one[0]]
    return bool(long) and all(one[2] - one[1] == (one[0] or "").count(" ") for one in long)


def _runs(values: Sequence[bool]) -> list[int]:
    """Return where values change: the first is taken for true, then it is turned each time."""
    changes = np.flatnonzero(np.diff(np.array(values, np.int8), prepend=1))
    return [int(place) for place in changes]


def _columns(spans: Sequence[Span], numbers: Mapping[str, int]) -> dict[str, Any]:
    """Return spans as columns: places, types, parts where they are not one, what they say."""
    ends = [(parts[0][0], parts[-1][1]) if parts else (0, 0) for _, parts, *_ in spans]
    return {
        "start": [start for start, _ in ends],
        "length": [end - start for start, end in ends],
        "type": [numbers[span[2]] for span in spans],
        "parts": {
            index: [*chain.from_iterable(span[1])]
            for index, span in enumerate(spans)
            if len(span[1]) != 1
        },
        "said": {index: span[3] for index, span in enumerate(spans) if span[3]},
    }


def _system(
    system: SystemColumns, rank: IntArray, numbers: Mapping[str, int], digits: int | None
) -> dict[str, Any]:
    """Return a system as plain data; `rank` is the number of a span of gold in reading order."""
    result, (gold, predicted, kind, how) = system.result, system.rows
    order = rank[gold[gold >= 0]]
    wrong = [system.predicted[index] for index in predicted[(predicted >= 0) & (kind > 0)].tolist()]
    sentences = [span[0] for span in wrong]
    return {
        "name": system.name,
        "figures": [
            [
                row.kind,
                row.name,
                *map(finite, row.figures),
                *row.score.counts,
                *(finite(end) for interval in row.intervals for end in interval),
            ]
            for row in rows(result)
        ],
        "f": f_name(result),
        "counts": count_names(result),
        "advice": [one.text for one in advice_of(result)],
        "made": how_made(result, digits),
        "signature": str(result.signature()),
        "what_if": [[*map(finite, one)] for one in system.what_if],
        # A digit for each row of the ledger.
        "kind": "".join(map(str, kind.tolist())),
        "how": "".join(map(str, how.tolist())) if how.any() else "",
        "order": None if (order == np.arange(len(order))).all() else order.tolist(),
        "wrong": {"sentence": np.diff(sentences, prepend=0).tolist(), **_columns(wrong, numbers)},
        "change": "".join(map(str, system.changes[0])) if system.changes else "",
        "new": list(system.changes[1]) if system.changes else [],
        "slices": [*map(_sliced, system.slices)],
    }


def _sliced(slices: SliceColumns) -> dict[str, Any]:
    """Return slices as plain data: those of spans by their numbers, -1 where there is none."""
    numbers: dict[str | None, int] = {row[0]: number for number, row in enumerate(slices.scores)}
    gold, predicted = ([numbers.get(row[side], -1) for row in slices.rows] for side in (0, 1))
    return {
        "by": slices.by,
        "text": slices.text,
        "scores": [[*map(finite, row)] for row in slices.scores],
        "gold": gold,
        "predicted": predicted,
    }
