"""Systems compared by results files, of parts that were merged: as if the whole were read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import spanf1
from tests.helpers.shards import sentences, shards


def altered(texts, seed):
    """Return sentences in which some predictions are gold's."""
    rng = np.random.default_rng(seed)
    lines = [line.split() for text in texts for line in text.splitlines()]
    right = rng.random(len(lines)) < 0.1
    made = (
        " ".join([*line[:2], line[1] if line[1:] and chosen else line[-1]]) if line else ""
        for line, chosen in zip(lines, right, strict=True)
    )
    return [f"{text}\n\n" for text in "\n".join(made).split("\n\n") if text.strip()]


@pytest.fixture
def systems(run):
    """Return a function that scores two systems in parts, and merges them."""

    def made(documents=False, args=(), count=7):
        texts = sentences(120, 3)
        mark = "-DOCSTART- O O\n\n" * documents
        for name, own in (("a", texts), ("b", altered(texts, 1)), ("c", altered(texts, 2))):
            _, parts = shards(Path(name), [mark + text for text in own], count)
            for part in parts:
                assert run("score", part, "--keep-order", "-o", f"{part}.json", *args).code == 0
            assert run("merge", f"{name}/*.json", "-o", f"{name}.json").code == 0

    return made


@pytest.mark.parametrize("documents", [False, True])
@pytest.mark.parametrize(
    "args",
    [
        [],
        ["--reading", "strict", "--scheme", "IOB2", "--match", "partial"],
        ["--types", "A,B", "--beta", "2"],
        ["--match", "fair-weighted"],
    ],
)
def test_results_are_compared_as_outputs_are(run, systems, documents, args):
    systems(documents, args)
    how = ["--average", "macro", "--per-type", "--all-pairs", "--resamples", "300"]
    found = run("compare", "a.json", "b.json", "c.json", *how)
    whole = [f"{name}={name}/whole.conll" for name in "abc"]
    expected = run("compare", "--merged", *whole, *how, *args)
    assert (found.code, found.out) == (0, expected.out)
    # Fits its schema.
    data = json.loads(run("compare", "a.json", "b.json", "-f", "json").out)
    results = {n: spanf1.Result.from_dict(json.loads(Path(f"{n}.json").read_text())) for n in "ab"}
    ranking = spanf1.compare_results({name: [one] for name, one in results.items()})
    assert data["differences"][0]["p_value"] == ranking.differences[0].p_value


def test_runs_of_a_system(run, systems):
    systems()
    how = ["--resamples", "300"]
    found = run("compare", "x=a.json", "y=b.json,c.json", *how)
    expected = run("compare", "--merged", "x=a/whole.conll", "y=b/whole.conll,c/whole.conll", *how)
    assert (found.code, found.out) == (0, expected.out)


def test_what_cannot_be_compared(run, systems):
    systems()
    run("score", "a/whole.conll", "--keep-units", "-o", "kept.json")
    run("score", "a/whole.conll", "--keep-order", "--match", "partial", "-o", "partial.json")
    run("score", "a/whole.conll", "--keep-order", "--match", "semeval", "-o", "modes.json")
    run("merge", *(f"b/part-000{n}.conll.json" for n in (1, 0, 2, 3, 4, 5, 6)), "-o", "other.json")
    for args, code, message in (
        (["a.json", "kept.json"], 2, "kept: what each sentence has was not kept in order\nhint: "),
        (["a.json", "partial.json"], 2, "partial: the options are not those of a\nhint: spanf1 "),
        (["modes.json", "a.json"], 2, "match semeval is of several modes"),
        (["a.json", "other.json"], 3, "other: the gold spans are not those of a\nhint: "),
        (["a.json"], 2, "two systems at least are to be compared"),
        (["a.json", "b/whole.conll"], 2, "b/whole.conll: all systems are to be results files, "),
        (["a.json", "b.json", "--match", "partial"], 2, "--match is of what is read, and "),
        (["a.json", "b.json", "--unit", "document"], 2, "the input marks no documents"),
    ):
        ran = run("compare", *args)
        assert (ran.code, ran.err.startswith(f"error: {message}")) == (code, True), ran.err


def test_sentences_of_documents_are_kept_if_that_is_said(run, systems):
    systems(documents=True)
    how = ["--unit", "sentence", "--resamples", "50"]
    ran = run("compare", "a.json", "b.json", *how)
    assert ran.code == 2
    assert ran.err.startswith("error: a: what each document has was kept, and not each sentence\n")
    options = ran.err.split("spanf1 score FILE ")[1].removesuffix(" keeps it\n").split()
    for name in "ab":
        assert run("score", f"{name}/whole.conll", *options, "-o", f"{name}.json").code == 0
    expected = run("compare", "--merged", "a=a/whole.conll", "b=b/whole.conll", *how)
    assert run("compare", "a.json", "b.json", *how).out == expected.out


def test_results_are_no_outputs(run, systems):
    systems(count=2)
    ran = run("score", "a.json")
    assert ran.code == 3
    assert ran.err.startswith("error: a.json: these are results of spanf1, and no tags or spans\n")


def test_gold_that_is_cut_elsewhere():
    sides = [["B-A", "B-A"], ["O"], []], [["B-A", "B-A"], ["O"], []]
    result = spanf1.evaluate(*sides, confidence=0.9)
    first, other = (
        replace(result, tally=replace(result.tally, units=replace(result.tally.units, order=order)))
        for order in np.array([[0, 1], [1, 0]], np.uint8)
    )
    assert spanf1.compare_results({"a": [first], "b": [first]}).units == 2
    with pytest.raises(spanf1.AlignmentError, match="the gold spans of each unit are not those of"):
        spanf1.compare_results({"a": [first], "b": [other]})


def test_the_order_is_kept_whole(systems):
    systems()
    data = json.loads(Path("a.json").read_text())
    assert spanf1.Result.from_dict(data).to_dict(keep_units=True)["tally"] == data["tally"]
    units = data["tally"]["units"]
    for order in (
        "",
        "AAAA",
        "AAAAAA==",
        "?",
        units["order"][4:],
        units["order"][:-8] + "/////w==",
    ):
        units["order"] = order
        with pytest.raises(spanf1.UsageError, match="this is not a result of spanf1"):
            spanf1.Result.from_dict(data)
