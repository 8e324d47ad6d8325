"""Sentences written to a file and explained, as `spanf1 schemes` does."""

from __future__ import annotations

from pathlib import Path

from spanf1.core.options import Options
from spanf1.formats.opening import both_inputs
from spanf1.formats.options import InputOptions
from spanf1.formats.registry import Inputs
from spanf1.formats.source import Source
from spanf1.scorers.comparison import Comparison
from spanf1.scorers.explain import explain


def inputs(*files, **options) -> Inputs:
    """Return files of columns, as `explain` takes them."""
    sides = [InputOptions(format="columns", prefix=prefix) for prefix in ("gold", "pred")]
    return both_inputs([Source(str(file)) for file in files], *sides, **options)


def written(path: Path, gold, predicted) -> Inputs:
    """Write sentences of gold and predicted tags, and return the file."""
    path.write_text(
        "\n".join(
            "".join(f"w\t{ours}\t{theirs}\n" for ours, theirs in zip(*pair, strict=True))
            for pair in zip(gold, predicted, strict=True)
        )
    )
    return inputs(path)


def explained(path: Path, gold, predicted, **options) -> Comparison:
    return explain(written(path, gold, predicted), options=Options(**options))
