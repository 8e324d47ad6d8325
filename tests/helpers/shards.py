"""One corpus, whole and in files of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.helpers.oracles import altered, noisy

#: the options under which the sum of parts is compared with the whole
OPTIONS = [
    {},
    {"reading": "strict"},
    {"scheme": "IOB2", "reading": "strict", "match": "partial"},
    {"match": "semeval"},
    {"match": "fair", "beta": 2.0, "types": ["B", "A"]},
    {"map_types": {"A": "B"}, "zero_division": float("nan")},
]


def sentences(count: int, seed: int = 0) -> list[str]:
    """Return sentences of two columns of tags, as text."""
    rng = np.random.default_rng(seed)
    gold = noisy(rng, "IOB2", count)
    return [
        "".join(f"w {a} {b}\n" for a, b in zip(*both, strict=True)) + "\n"
        for both in zip(gold, altered(rng, gold, "IOB2"), strict=True)
    ]


def shards(folder: Path, texts: Sequence[str], count: int) -> tuple[str, list[str]]:
    """Write texts to one file, and to as many as are asked for; return their paths."""
    folder.mkdir(exist_ok=True)
    whole = folder / "whole.conll"
    whole.write_text("".join(texts))
    bounds = [len(texts) * number // count for number in range(count + 1)]
    paths = []
    for number in range(count):
        path = folder / f"part-{number:04}.conll"
        path.write_text("".join(texts[bounds[number] : bounds[number + 1]]))
        paths.append(str(path))
    return str(whole), paths


def compared(result) -> dict:
    """Return everything of a result that does not say where things are in its files."""
    data = result.to_dict(keep_units=bool(result.tally.units))
    del data["input"]
    for side in data["ill_formed"].values():
        del side["first_line"], side["first_kind"]
    for side in ("gold", "predicted"):
        del data["tally"][f"{side}_first"]
    return data


def without_files(result) -> dict:
    """Return everything of a result of tokens, sentences or documents, but what was read."""
    data = result.to_dict()
    del data["input"]
    facts = data.get("facts", [])
    data["facts"] = [fact for fact in facts if fact[0] not in ("input", "ill-formed")]
    return data
