"""Whatever annotators mark: nested, repeated, discontinuous; all that is said holds together."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from itertools import combinations

import pytest
from sklearn.metrics import cohen_kappa_score

import spanf1
from spanf1.render.renderers import RENDERERS, width_of
from tests.helpers.commands import write


def draw(rng: random.Random, annotators: int):
    """Return records of annotators, each of whom has done some texts."""
    said = {f"a{k}": [] for k in range(annotators)}
    for number in range(rng.randint(2, 8)):
        text = " ".join(rng.choice(["Ada", "x.", "of", "Leeds-United"]) for _ in range(6))
        text = text.replace(" of", "  of")
        for rows in said.values():
            if number > 1 and rng.random() < 0.2:
                continue
            spans = []
            for _ in range(rng.randint(0, 4)):
                start = rng.randrange(len(text) - 4)
                end = rng.randint(start + 1, len(text) - 3)
                places = [[start, end]]
                if rng.random() < 0.2 and end + 2 < len(text):
                    places.append([end + 1, end + 2])
                spans.append({"offsets": places, "label": rng.choice("AB")})
            rows.append({"id": number, "text": text, "spans": spans})
    return said


def labels(record) -> list[tuple[tuple[bool, str], ...]]:
    """Return the tag of each word of a text: the spans it is in, and whether these begin there."""
    words = [match.span() for match in re.finditer(r"\w+|[^\w\s]", record["text"])]
    tags = [[] for _ in words]
    for span in record["spans"]:
        inside = [
            number
            for number, (first, last) in enumerate(words)
            if any(start < last and first < end for start, end in span["offsets"])
        ]
        for number in inside:
            tags[number].append((number == inside[0], span["label"]))
    return [tuple(sorted({*tag})) for tag in tags]


@pytest.mark.parametrize("seed", range(12))
def test_kappa_of_words_is_that_of_scikit_learn(seed) -> None:
    said = draw(random.Random(seed), 3)
    found = spanf1.agree(said)
    for a, b in combinations(said, 2):
        sides = [{one["id"]: labels(one) for one in said[name]} for name in (a, b)]
        both = [*(sides[0].keys() & sides[1].keys())]
        rows = [[tag for key in both for tag in side[key]] for side in sides]
        names = {tag: str(number) for number, tag in enumerate({*rows[0], *rows[1]})}
        expected = cohen_kappa_score(*([names[tag] for tag in row] for row in rows))
        assert found.coefficient("kappa", "tags", a, b) == pytest.approx(expected, nan_ok=True)
        kinds = [[str(sorted({kind for _, kind in tag})) for tag in row] for row in rows]
        expected = cohen_kappa_score(*kinds)
        assert found.coefficient("kappa", "types", a, b) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("seed", range(6))
def test_all_that_is_said_holds_together(seed) -> None:
    said = draw(random.Random(seed), 2 + seed % 2)
    found = spanf1.agree(said, confidence=spanf1.Confidence(resamples=20), gamma=True)
    for name in RENDERERS:
        assert found._rendered(name)
    data = json.loads(found.to_json())
    rows = [*csv.DictReader(io.StringIO(found.to_csv()))]
    pairs = [row for row in rows if row["figure"] == "f1" and not row["type"]]
    assert [row["value"] for row in pairs] == [
        "" if one["f1"] is None else str(one["f1"]) for one in data["pairs"]
    ]
    for pair in found.pairs:
        analysis = found.analysis(*pair.annotators)
        assert analysis.counts["correct"] == pair.result.micro.correct
    listed = [*found.disagreements()]
    assert len(listed) == sum(
        count
        for pair in found.pairs
        for kind, count in found.analysis(*pair.annotators).counts.items()
        if kind != "correct"
    )
    assert [len(one["open"]) == 0 for one in found.adjudication()] == [
        (len(marks) > 1 and all(one == marks[0] for one in marks)) or not any(marks)
        for document in found.adjudication()
        for marks in [marks_of(said, document["id"])]
    ]


def marks_of(said, key) -> list[set[str]]:
    """Return the distinct spans that each has of a text who has done it."""
    return [
        {f"{span['offsets']} {span['label']}" for span in one["spans"]}
        for rows in said.values()
        for one in rows
        if one["id"] == key
    ]


@pytest.mark.parametrize("columns", [40, 80])
def test_tables_fit_a_terminal(run, monkeypatch, columns) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for name, own in draw(random.Random(3), 3).items():
        write(f"{name}.jsonl", "".join(json.dumps(one) + "\n" for one in own))
    files = "a0.jsonl", "a1.jsonl", "a2.jsonl"
    out = run("agree", *files, "--gamma", "--confidence", "0.9", "--resamples", "50").out
    wide = [line for line in out.splitlines() if width_of(line) > columns]
    assert not [line for line in wide if not line.startswith("signature")]
