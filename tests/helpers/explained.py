"""Sentences written to a file and explained, as `spanf1 schemes` does."""

from __future__ import annotations

from pathlib import Path

from spanf1.core.options import Options
from spanf1.formats.source import Source
from spanf1.scorers.comparison import Comparison
from spanf1.scorers.explain import explain


def written(path: Path, gold, predicted) -> list[Source]:
    """Write sentences of gold and predicted tags, and return what reads them."""
    path.write_text(
        "\n".join(
            "".join(f"w\t{ours}\t{theirs}\n" for ours, theirs in zip(*pair, strict=True))
            for pair in zip(gold, predicted, strict=True)
        )
    )
    return [Source(str(path))]


def explained(path: Path, gold, predicted, **options) -> Comparison:
    return explain(written(path, gold, predicted), options=Options(**options))
