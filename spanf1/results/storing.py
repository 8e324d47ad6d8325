"""Tallies as plain data, which JSON can carry, and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from spanf1.core.counts import ABSENT, SpanKey, TypeCounts
from spanf1.core.spans import UNTAGGED, Ends, ends_of, shape_of
from spanf1.core.tally import PLACES, TOKEN, Form, Tally

# The attributes of a tally that are names of forms.
_FORMS = ("gold_forms", "predicted_forms", "gold_other_forms", "predicted_other_forms")

# Those that say what spans are like that are not placed by tokens.
_KINDS = ("placed_by", "size", "gold_tagged", "predicted_tagged")

# The attributes of a tally that are plain numbers.
_SUMS = (
    "tokens",
    "tags_equal",
    "labels_equal",
    "sentences",
    "documents",
    "gold_lines",
    "predicted_lines",
)


# What stands for the shape of a span that is from no tags.
_UNTAGGED_TEXT = "-"


def data_of(tally: Tally) -> dict[str, Any]:
    """Return everything in a tally as plain data that JSON can carry; shapes as text.

    The text of a shape is what stands before the span, its first prefix, a space, its last
    prefix, and what stands behind it (see `Ends`): ``OB IO`` for ``O B-PER I-PER O``;
    ``-`` for a span that is from no tags.
    """
    return {name: getattr(tally, name) for name in _SUMS} | {
        "spans": [
            [span.type, _text_of(span.gold), _text_of(span.predicted), count]
            for span, count in sorted(tally.spans.items())
        ],
        "gold_prefixes": "".join(sorted(tally.gold_prefixes)),
        "predicted_prefixes": "".join(sorted(tally.predicted_prefixes)),
        **{name: sorted(getattr(tally, name)) for name in _FORMS},
        "gold_first": {_text_of(s): line for s, line in sorted(tally.gold_first.items())},
        "predicted_first": {_text_of(s): line for s, line in sorted(tally.predicted_first.items())},
        "script": {name: list(counts) for name, counts in tally.script.items()},
        "gold_number": f"{tally.gold_number:016x}",
        **({} if tally.placed_by == TOKEN else {name: getattr(tally, name) for name in _KINDS}),
        "forms": [
            [name, [[*map(_text_of, pair)] for pair in sorted(shapes)], count]
            for (name, shapes), count in sorted(
                tally.forms.items(), key=lambda item: (item[0].type, sorted(item[0].shapes))
            )
        ],
    }


def tally_of(data: Mapping[str, Any]) -> Tally:
    """Return the tally that `data_of` gave the data of.

    Raises
    ------
    KeyError, TypeError, ValueError
        If the data is not of that form.
    """
    forms: dict[str, Any] = {name: frozenset(map(as_name, data[name])) for name in _FORMS}
    sums: dict[str, Any] = {name: as_count(data[name]) for name in _SUMS}
    spans = {
        SpanKey(as_name(name), _shape_of(gold), _shape_of(predicted)): as_count(count)
        for name, gold, predicted, count in data["spans"]
    }
    texts = {
        Form(as_name(name), _shapes_of(shapes)): as_count(count)
        for name, shapes, count in data["forms"]
    }
    return Tally(
        spans=Counter({span: count for span, count in spans.items() if count}),
        gold_prefixes=frozenset(as_name(data["gold_prefixes"])),
        predicted_prefixes=frozenset(as_name(data["predicted_prefixes"])),
        gold_first={_shape_of(s): as_count(k) for s, k in data["gold_first"].items()},
        predicted_first={_shape_of(s): as_count(k) for s, k in data["predicted_first"].items()},
        script={as_name(name): _counts_of(counts) for name, counts in data["script"].items()},
        gold_number=int(data["gold_number"], 16),
        placed_by=PLACES[PLACES.index(data.get("placed_by", TOKEN))],
        gold_tagged=data.get("gold_tagged", True) is True,
        predicted_tagged=data.get("predicted_tagged", True) is True,
        size=as_count(data.get("size", 0)),
        forms=Counter({form: count for form, count in texts.items() if count}),
        **forms,
        **sums,
    )


def _text_of(shape: int) -> str | None:
    if shape == ABSENT:
        return None
    if shape == UNTAGGED:
        return _UNTAGGED_TEXT
    ends = ends_of(shape)
    return f"{ends.before}{ends.first} {ends.last}{ends.behind}"


def _shape_of(text: str | None) -> int:
    if text is None:
        return ABSENT
    if text == _UNTAGGED_TEXT:
        return UNTAGGED
    opening, closing = text.split(" ")
    return shape_of(Ends(*opening, *closing))


def _shapes_of(pairs: Iterable[tuple[str | None, str | None]]) -> frozenset[tuple[int, int]]:
    shapes = frozenset((_shape_of(gold), _shape_of(predicted)) for gold, predicted in pairs)
    if not shapes or (ABSENT, ABSENT) in shapes:
        raise ValueError(pairs)
    return shapes


def _counts_of(data: Iterable[object]) -> TypeCounts:
    counts = TypeCounts(*map(as_count, data))
    if counts.correct > min(counts.gold, counts.predicted):
        raise ValueError(counts)
    return counts


def as_count(value: object) -> int:
    """Return a number of things.

    Raises
    ------
    ValueError
        If it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 63:
        raise ValueError(value)
    return value


def as_name(value: object) -> str:
    """Return a text that can be printed.

    Raises
    ------
    ValueError
        If it is none.
    """
    if not isinstance(value, str):
        raise ValueError(value)
    value.encode()
    return value
