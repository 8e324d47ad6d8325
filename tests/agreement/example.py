"""Example A, after the one of MUC in the survey of Nadeau and Sekine; tokens and tags of files."""

from __future__ import annotations

from pathlib import Path

SAMPLE = Path(__file__).parents[2] / "corpora" / "sample" / "english.spacy.conll"
GOLD = [("PER", 1, 2), ("PER", 3, 6), ("ORG", 7, 10), ("LOC", 11, 13), ("ORG", 22, 23)]
OTHER = [("LOC", 0, 1), ("ORG", 3, 6), ("ORG", 8, 9), ("TIME", 10, 13), ("ORG", 22, 23)]


def tags_of(spans, size: int = 24) -> list[str]:
    """Return the tags of spans that do not overlap."""
    tags = ["O"] * size
    for kind, start, end in spans:
        tags[start:end] = [f"B-{kind}"] + [f"I-{kind}"] * (end - start - 1)
    return tags


EXAMPLE = {"gold": [tags_of(GOLD)], "other": [tags_of(OTHER)]}


def sample() -> dict[str, list[list[str]]]:
    """Return the tags of both sides of the sample."""
    sides: list[list[list[str]]] = [[], []]
    for block in SAMPLE.read_text("utf-8").strip().split("\n\n"):
        rows = [line.split() for line in block.splitlines() if line[:5] != "-DOCS"]
        for side, number in zip(sides, (-2, -1), strict=True):
            side.append([row[number] for row in rows])
    return {"gold": sides[0], "predicted": sides[1]}
