"""Tallies as plain data that JSON can carry, and back."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from spanf1.core.options import UNITS, Options
from spanf1.core.scores import CreditCounts, TypeCounts
from spanf1.core.spans import UNTAGGED, Ends, ends_of, shape_of
from spanf1.core.tags import Gaps
from spanf1.core.tally import PLACES, SIDES, SUMS, TOKEN, SideTally, SurfaceForm, Tally
from spanf1.core.units import ABSENT, Earned, SpanKey, Units
from spanf1.formats.stored import as_count, as_name

# Attributes of a side that name tags which were read in a way of their own.
_SPECIAL = "outside", "masked"

# What stands for the shape of a span that is from no tags.
_UNTAGGED_TEXT = "-"

# The number of a row, where the order of units is stored.
_ROW = np.dtype("<u4")

# So many units there may be.
_MOST_UNITS = 1 << 40


def data_of(tally: Tally) -> dict[str, Any]:
    """Return everything in a tally, but its units, as plain data that JSON can carry.

    The text of a shape is what stands before the span, its first prefix, a space, its last
    prefix, what stands behind it, and inner prefixes (see `Ends`): ``OB IO`` for
    ``O B-PER I-PER O``; ``-`` for a span that is from no tags.
    """

    def by_side(name: str, stored: Callable[[Any], Any]) -> dict[str, Any]:
        return {
            f"{side}_{name}": stored(getattr(tally_of_side, name))
            for side, tally_of_side in zip(SIDES, tally.sides, strict=True)
        }

    data = {name: getattr(tally, name) for name in SUMS}
    data |= by_side("lines", int)
    data["spans"] = [
        [span.type, _text_of(span.gold), _text_of(span.predicted), count]
        for span, count in sorted(tally.spans.items())
    ]
    if tally.match:
        earned = [
            [*names, [*sums], count] for (*names, sums), count in sorted(tally.earned.items())
        ]
        data |= {"match": tally.match, "unit": tally.unit, "earned": earned}
        if tally.schemes:
            data["schemes"] = list(tally.schemes)
    data |= by_side("prefixes", lambda prefixes: "".join(sorted(prefixes)))
    if tally.gaps != Gaps():
        data["gaps"] = list(tally.gaps)
    for name in _SPECIAL:
        if any(getattr(side, name) for side in tally.sides):
            data |= by_side(name, sorted)
    data |= by_side("forms", sorted) | by_side("other_forms", sorted)
    data |= by_side("first", lambda first: {_text_of(k): first[k] for k in sorted(first)})
    data["script"] = {name: list(counts) for name, counts in tally.script.items()}
    data["gold_number"] = f"{tally.gold_number:016x}"
    if not tally.tags_tokens:
        data |= {"placed_by": tally.placed_by, "size": tally.size} | by_side("tagged", bool)
    data["forms"] = [
        [name, [[*map(_text_of, pair)] for pair in sorted(shapes)], count]
        for (name, shapes), count in sorted(
            tally.forms.items(), key=lambda item: (item[0].type, sorted(item[0].shapes))
        )
    ]
    return data


def data_of_units(units: Units) -> dict[str, Any]:
    """Return units as plain data that JSON can carry: the same, whatever they were added up of.

    ``keys`` are the kinds of spans, as in the data of a tally. Each of the ``rows`` says how many
    units have it, and then the number of the kind of each of its spans. ``order`` has the number of
    each unit's row, where the order is known: in Base64, integers of four bytes, the lowest first.
    """
    keys = sorted(units.keys)
    rank = {key: number for number, key in enumerate(keys)}
    code = [rank[units.keys[code]] for code in units.code.tolist()]
    rows: Counter[tuple[int, ...]] = Counter()
    codes_of, start = [], 0
    for length, weight in zip(units.length.tolist(), units.weight.tolist(), strict=True):
        codes_of.append(tuple(sorted(code[start : start + length])))
        rows[codes_of[-1]] += weight
        start += length
    data = {
        "kind": units.kind,
        "keys": [_key_data(key) for key in keys],
        "rows": [[weight, *codes] for codes, weight in sorted(rows.items())],
    }
    if units.order is not None:
        number = {codes: row for row, codes in enumerate(sorted(rows))}
        order = np.array([number[codes] for codes in codes_of], _ROW)[units.order]
        data["order"] = b64encode(order.tobytes()).decode()
    return data


def _key_data(key: SpanKey | Earned) -> list[Any]:
    if isinstance(key, Earned):
        *names, sums = key
        return [*names, [*sums]]
    return [key.type, _text_of(key.gold), _text_of(key.predicted)]


def _key_from(data: Sequence[Any]) -> SpanKey | Earned:
    if len(data) == len(SpanKey._fields):
        name, gold, predicted = data
        return SpanKey(as_name(name), _shape_of(gold), _shape_of(predicted))
    match, name, outcome, sums = data
    names = as_name(match), as_name(name), as_name(outcome)
    return Earned(*names, CreditCounts(*map(as_count, sums)))


def _units_from(data: Mapping[str, Any], counted: Counter[Any]) -> Units:
    """Return the units that `data_of_units` gave the data of, which are to have what was counted.

    Raises
    ------
    ValueError, LookupError, TypeError
        If they are of another form, or have other spans.
    """
    keys = [*map(_key_from, data["keys"])]
    rows = [[*map(as_count, row)] for row in data["rows"]]
    spans = Counter(dict.fromkeys(keys, 0))
    for times, *codes in rows:
        for number in codes:
            spans[keys[number]] += times
    kind = UNITS[UNITS.index(data["kind"])]
    if len(spans) < len(keys) or +spans != counted or sum(row[0] for row in rows) > _MOST_UNITS:
        raise ValueError("units that do not have the spans that were counted")
    code = np.array([number for _, *codes in rows for number in codes], np.intp)
    length = np.array([len(row) - 1 for row in rows], np.intp)
    weight = np.array([row[0] for row in rows], np.int64)
    order = None
    if "order" in data:
        order = np.frombuffer(b64decode(as_name(data["order"]), validate=True), _ROW)
        if np.bincount(order, minlength=len(rows)).tolist() != weight.tolist():
            raise ValueError("units in an order that do not have the rows that were counted")
        order = order.astype(np.min_scalar_type(len(rows)))
    return Units(kind, tuple(keys), length, code, weight, order, settled=len(rows))


def tally_from(data: Mapping[str, Any]) -> Tally:
    """Return the tally that `data_of` gave the data of, with its units, if they are there."""
    gold, predicted = (_side_from_dict(data, f"{side}_") for side in SIDES)
    sums: dict[str, Any] = {name: as_count(data[name]) for name in SUMS}
    spans = {
        SpanKey(as_name(name), _shape_of(a), _shape_of(b)): as_count(count)
        for name, a, b, count in data["spans"]
    }
    forms = {
        SurfaceForm(as_name(name), _shapes_of(shapes)): as_count(count)
        for name, shapes, count in data["forms"]
    }
    earned = {
        Earned(
            as_name(match), as_name(kind), as_name(outcome), CreditCounts(*map(as_count, sums))
        ): as_count(count)
        for match, kind, outcome, sums, count in data.get("earned", ())
    }
    match = as_name(data.get("match", ""))
    if match:
        from spanf1.core.credits import Crediting
    units = data.get("units")
    schemes = None
    if names := data.get("schemes"):
        gold_scheme, pred_scheme = names
        schemes = Options(gold_scheme=gold_scheme, pred_scheme=pred_scheme).schemes
    return Tally(
        spans=+Counter(spans),
        earned=+Counter(earned),
        match=match,
        unit=Crediting.of(match).rules[0].unit if match else 1,
        schemes=schemes,
        gold=gold,
        predicted=predicted,
        script={as_name(name): _counts_of(counts) for name, counts in data["script"].items()},
        gold_number=int(data["gold_number"], 16),
        units=_units_from(units, +Counter(earned if match else spans)) if units else None,
        placed_by=PLACES[PLACES.index(data.get("placed_by", TOKEN))],
        size=as_count(data.get("size", 0)),
        forms=+Counter(forms),
        gaps=Gaps(*map(as_count, data.get("gaps", ()))),
        **sums,
    )


def _side_from_dict(data: Mapping[str, Any], side: str) -> SideTally:
    return SideTally(
        forms=frozenset(map(as_name, data[side + "forms"])),
        other_forms=frozenset(map(as_name, data[side + "other_forms"])),
        lines=as_count(data[side + "lines"]),
        prefixes=frozenset(as_name(data[side + "prefixes"])),
        first={_shape_of(s): as_count(line) for s, line in data[side + "first"].items()},
        tagged=data.get(side + "tagged", True) is True,
        **{name: frozenset(map(as_name, data.get(side + name, ()))) for name in _SPECIAL},
    )


def _text_of(shape: int) -> str | None:
    if shape == ABSENT:
        return None
    if shape == UNTAGGED:
        return _UNTAGGED_TEXT
    ends = ends_of(shape)
    return f"{ends.before}{ends.first} {ends.last}{ends.behind}{ends.inner}"


def _shape_of(text: str | None) -> int:
    if text is None:
        return ABSENT
    if text == _UNTAGGED_TEXT:
        return UNTAGGED
    before, first, _, last, behind, *inner = list(text)
    return shape_of(Ends(before, first, last, behind, "".join(inner)))


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
