"""Inputs in words: where they are from, how tags were read, and what types were called."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from spanf1.core.options import Options
from spanf1.core.tags import Gaps
from spanf1.core.typemap import ANY
from spanf1.formats.options import Origin
from spanf1.wording import many, printable


def types_in_words(options: Options) -> str:
    """Say what types were called, and which were ignored."""
    every = "all other types" if len(options.map_types) > 1 else "all types"
    said = [
        f"{every if name == ANY else printable(name)} to {printable(other)}"
        for name, other in sorted(options.map_types, key=lambda pair: pair[0] == ANY)
    ]
    if options.ignore_types:
        said.append(f"ignored {', '.join(map(printable, options.ignore_types))}")
    return ", ".join(said)


def tags_in_words(
    outside: Collection[str], masked: Collection[str], gaps: Gaps, options: Options
) -> Iterator[str]:
    """Say which tags were read in a way of their own, and how many tokens have no prediction."""
    as_outside, left_out = (", ".join(map(printable, sorted(tags))) for tags in (outside, masked))
    if as_outside:
        yield f"read as O: {as_outside}"
    if left_out:
        yield (
            f"{many(gaps.masked, 'token')} left out, of gold tags {left_out}"
            + f"; {many(gaps.unmasked, 'such prediction')} for other tokens read as O"
            * bool(gaps.unmasked)
        )
    if gaps.missing:
        what = {"drop": "do not count"}.get(options.missing, "count as O")
        yield f"{many(gaps.missing, 'token')} without a prediction {what}"


def input_in_words(source: Origin) -> str:
    """Say where what was read is in the files."""
    if source.keys:
        return _records(source)
    tags = source.gold_column, source.pred_column
    if len(source.files) == 1:
        predicted = f"predicted in column {tags[1]}" if tags[1] else "predicted by the baseline"
        return (
            f"{source.files[0]}: gold in column {tags[0]}, {predicted} of "
            f"{source.columns[0]}, separated by {source.delimiters[0]}"
        )
    sides = [
        f"{file}: column {column} of {columns}, by {by}"
        for file, column, columns, by in zip(
            source.files, tags, source.columns, source.delimiters, strict=True
        )
    ]
    aligned = source.aligned + f" (column {source.token_column})" * bool(source.token_column)
    return "; ".join(sides) + f"; aligned by {aligned}"


def _at(format_name: str, name: str) -> str:
    """Return what a format calls a place of tags or spans, or several."""
    from spanf1.formats.registry import GO_WITH

    in_columns = format_name in GO_WITH["tag_columns"]
    return "column" + "s" * ("," in name) if in_columns else "key"


def _records(source: Origin) -> str:
    """Say what was read of formats that have no columns."""
    # Here, because columns need none of it.
    from spanf1.formats.registry import FORMATS

    gold, predicted, token, key = map(printable, source.keys)
    titles = [FORMATS[name].title for name in source.delimiters]
    if len(source.files) == 1:
        ats = [_at(source.delimiters[0], name) for name in (gold, predicted)]
        keys = f", gold in {ats[0]} {gold}, predicted in {ats[1]} {predicted}" if gold else ""
        return f"{source.files[0]}: {titles[0]}{keys}"
    sides = [
        f"{file}: {title}" + f", {_at(format_name, name)} {name}" * bool(name)
        for file, title, format_name, name in zip(
            source.files, titles, source.delimiters, (gold, predicted), strict=True
        )
    ]
    aligned = f"{source.aligned} (key {key})" if key else source.aligned
    compared = f", the same tokens (key {token})" if token else ""
    return f"{sides[0]}; {sides[1]}; aligned by {aligned}{compared}"
