"""What the ledger counts is what the report of a score counts, whatever the input and options."""

from __future__ import annotations

import os
import random

import pytest

import spanf1

TAGS = ["O", "B-A", "I-A", "B-B", "I-B", "I-C"]
TEXT = "abcdefghijkl mnop"
HOW = [
    {"reading": reading, **more}
    for reading in ("lenient", "strict")
    for more in (
        {},
        {"scheme": "IOBES"},
        {"gold_scheme": "IOB1", "pred_scheme": "IOE2"},
        {"map_types": {"*": "X"}},
        {"ignore_types": ["A"]},
    )
]


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def check(files, how):
    analysis, result = spanf1.analyze(*files, **how), spanf1.score_file(*files, **how)
    confusion = analysis.confusion()
    gold, predicted = confusion.array[:-1].sum(axis=1), confusion.array[:, :-1].sum(axis=0)
    right = confusion.same.diagonal()
    counted = {
        name: (int(gold[k]), int(predicted[k]), int(right[k]))
        for k, name in enumerate(confusion.labels)
    }
    scored = {
        name: (row.gold, row.predicted, row.correct)
        for name, row in result.types.items()
        if row.gold or row.predicted
    }
    assert counted == scored
    assert str(analysis.result) == str(result)
    assert len([*analysis.entries(kind="all")]) == sum(analysis.counts.values())


def write_columns(draw, name, sizes, levels):
    with open(name, "w", encoding="utf-8") as file:
        for size in sizes:
            columns = [draw.choices(TAGS, k=size) for _ in range(levels)]
            file.writelines(
                f"w{k} {' '.join(column[k] for column in columns)}\n" for k in range(size)
            )
            file.write("\n")


def write_brat(draw, folder):
    os.mkdir(folder)
    with open(f"{folder}/x.txt", "w", encoding="utf-8") as file:
        file.write(TEXT)
    with open(f"{folder}/x.ann", "w", encoding="utf-8") as file:
        for number in range(draw.randrange(6)):
            a, b, c, d = sorted(draw.sample(range(14), 4))
            parts = [(a, b), (c, d)] if draw.random() < 0.6 else [(a, d)]
            places = ";".join(f"{start} {end}" for start, end in parts)
            said = " ".join(TEXT[start:end] for start, end in parts)
            file.write(f"T{number + 1}\t{draw.choice('AB')} {places}\t{said}\n")


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("how", HOW)
def test_columns(seed, how):
    draw = random.Random(seed)
    sizes = draw.choices(range(1, 9), k=6)
    for name in ("g", "p"):
        write_columns(draw, name, sizes, 1)
    check(["g", "p"], how)


@pytest.mark.parametrize("seed", range(10))
def test_nested_levels(seed):
    draw = random.Random(seed)
    sizes = draw.choices(range(1, 9), k=6)
    for name in ("g", "p"):
        write_columns(draw, name, sizes, 2)
    check(["g", "p"], {"gold_column": "2,3", "pred_column": "2,3"})


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("trim", [False, True])
def test_discontinuous_spans(seed, trim):
    draw = random.Random(seed)
    for name in ("g", "p"):
        write_brat(draw, name)
    check(["g", "p"], {"trim": trim})


def test_files_that_are_read_in_several_blocks():
    draw = random.Random(0)
    sizes = draw.choices(range(1, 200), k=600)
    for name in ("g", "p"):
        write_columns(draw, name, sizes, 1)
    check(["g", "p"], {})
    entries = [*spanf1.analyze("g", "p").entries()]
    with open("g", encoding="utf-8") as file:
        lines = file.read().split("\n")
    for entry in entries[:: len(entries) // 500]:
        span = entry.spans[0]
        assert lines[entry.place.line - 1].split()[0] == span.text.split()[0] == f"w{span.start}"
        assert lines[: entry.place.line].count("") == entry.place.sentence - 1
