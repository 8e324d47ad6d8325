"""Results of parts, added up, are those of the whole: random splits of random corpora."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import spanf1
from spanf1.formats.opening import both_inputs
from spanf1.formats.options import InputOptions
from spanf1.formats.source import Source
from spanf1.levels.reading import tokens_of_inputs
from spanf1.results.files import score_inputs
from spanf1.results.levels import wholes_of
from spanf1.results.merging import Part, merged
from tests.helpers.shards import compared, sentences

HOW = spanf1.Confidence(resamples=50)

SPANS = [
    {},
    {"reading": "strict"},
    {"reading": "strict", "gold_scheme": "IOB2", "pred_scheme": "IOB2", "match": "partial"},
    {"reading": "strict", "match": "overlap:0.5"},
    {"reading": "conlleval"},
    {"match": "semeval"},
    {"match": "muc"},
    {"match": "fair", "beta": 2.0, "types": ("B", "A")},
    {"match": "type"},
    {"match": "jaccard", "ignore_types": ("A",)},
    {"match": "token"},
    {"map_types": (("A", "B"),), "zero_division": float("nan")},
]


def scored(path, options, units, level="span", confidence=None):
    """Return the result of a file, with units of a kind."""
    inputs = both_inputs([Source(str(path))], InputOptions(), InputOptions(), by_position=False)
    make = tokens_of_inputs if level == "token" else score_inputs
    return make(inputs, options, units=units, confidence=confidence)


def again(result):
    """Return what a results file of a result has."""
    data = json.loads(json.dumps(result.to_dict(keep_units=bool(result.tally.units))))
    return type(result).from_dict(data)


def split(rng, texts, folder):
    """Write texts to a file and, cut at random, to several; return the paths."""
    cuts = np.sort(rng.integers(0, len(texts) + 1, rng.integers(1, 6))).tolist()
    whole = folder / "whole"
    whole.write_text("".join(texts))
    parts = []
    for number, (start, stop) in enumerate(zip([0, *cuts], [*cuts, len(texts)], strict=True)):
        parts.append(folder / f"part-{number:02}")
        parts[-1].write_text("".join(texts[start:stop]))
    return whole, parts


def corpus(rng, seed):
    """Return random sentences; of every other seed in documents."""
    texts = sentences(int(rng.integers(1, 30)), seed)
    if seed % 2:
        starts = {0, *rng.integers(0, len(texts), 4).tolist()}
        documents = np.split(np.arange(len(texts)), sorted(starts - {0}))
        return ["-DOCSTART- O O\n\n" + "".join(texts[n] for n in one) for one in documents]
    return texts


def total(parts, options, unit, level="span"):
    made = [Part(path.name, "", again(scored(path, options, unit, level))) for path in parts]
    # A part may have been a sum.
    if len(made) > 2:
        first = merged(made[:2], unit or "auto").result
        made = [Part("sum", "", again(first)), *made[2:]]
    return again(merged(made, unit or "auto").result)


def added(parts, options, units):
    """Return the sum of parts; if they are refused, in the schemes that the error names."""
    try:
        return total(parts, options, units)
    except spanf1.UsageError as error:
        return total(parts, like_hint(options, error.hint), units)


def like_hint(options, hint):
    """Return options as a hint has them."""
    name, *words = hint.removeprefix("score all parts with ").split()
    if name == "--scheme":
        return replace(options, gold_scheme=words[0], pred_scheme=words[0])
    assert (name, words[1]) == ("--gold-scheme", "--pred-scheme")
    return replace(options, gold_scheme=words[0], pred_scheme=words[2])


@pytest.mark.parametrize("given", SPANS, ids=str)
def test_spans(tmp_path, given):
    options = spanf1.Options(**given)
    units = "" if given.get("reading") == "conlleval" else "auto"
    how = HOW if units else None
    refused = 0
    for seed in range(8):
        rng = np.random.default_rng(seed)
        whole, parts = split(rng, corpus(rng, seed), tmp_path)
        expected = scored(whole, options, units, confidence=how)
        found = added(parts, options, units).with_intervals(how)
        assert found.types == expected.types
        assert found.certainty == expected.certainty
        assert str(found.signature()) == str(expected.signature())
        if [found.options] == [options]:
            assert compared(found) == compared(expected)
        else:
            refused += 1
    assert refused < 4


@pytest.mark.parametrize("given", [{}, {"beta": 2.0, "types": ("B", "C")}], ids=str)
@pytest.mark.parametrize("unit", ["auto", "sentence", "document"])
def test_tokens(tmp_path, given, unit):
    options = spanf1.Options(**given)
    how = replace(HOW, unit=unit)
    for seed in range(1, 20, 2) if unit == "document" else range(12):
        rng = np.random.default_rng(seed)
        whole, parts = split(rng, corpus(rng, seed), tmp_path)
        parts = [part for part in parts if part.read_text()]
        expected = scored(whole, options, unit, "token", confidence=how)
        found = total(parts, options, unit, "token").with_intervals(how)
        assert data_of(found) == data_of(expected)


def data_of(result):
    data = result.to_dict(keep_units=True)
    del data["input"]
    return data


@pytest.mark.parametrize("given", [{}, {"reading": "strict"}], ids=str)
@pytest.mark.parametrize("level", ["sentence", "document"])
def test_wholes(tmp_path, given, level):
    options = spanf1.Options(**given)
    for seed in range(1, 30, 2):
        rng = np.random.default_rng(seed)
        whole, parts = split(rng, corpus(rng, seed), tmp_path)
        unit = level if level == "sentence" else "auto"
        made = [Part(path.name, "", again(scored(path, options, unit))) for path in parts]
        found = wholes_of(merged(made, level).result, level, HOW)
        expected = wholes_of(scored(whole, options, level), level, HOW)
        assert without_places(found) == without_places(expected)


def without_places(result):
    data = result.to_dict()
    del data["input"], data["facts"]
    return data


def record(rng):
    """Return a text with spans of both sides, which nest and cross, as a line of JSON."""

    def spans(count):
        starts = rng.integers(0, 25, count).tolist()
        kinds = rng.choice(["A", "B"], count).tolist()
        return [
            {"start": start, "end": start + int(rng.integers(1, 5)), "label": kind}
            for start, kind in zip(starts, kinds, strict=True)
        ]

    gold = spans(rng.integers(0, 6))
    predicted = [one for one in gold if rng.random() < 0.6] + spans(rng.integers(0, 3))
    text = "".join(rng.choice([*"ab c"], 30))
    return json.dumps({"text": text, "gold": gold, "predicted": predicted}) + "\n"


@pytest.mark.parametrize("match", ["exact", "partial", "semeval", "fair", "text", "character"])
def test_texts_whose_types_are_met_in_another_order(tmp_path, match):
    keys = {"gold_key": "gold", "pred_key": "predicted", "match": match, "confidence": HOW}
    for seed in range(12):
        rng = np.random.default_rng(seed)
        whole, parts = split(rng, [record(rng) for _ in range(15)], tmp_path)
        results = [spanf1.score_file(part, **keys) for part in parts if part.read_text()]
        found = merged(Part(str(n), "", again(one)) for n, one in enumerate(results)).result
        expected = spanf1.score_file(whole, **keys)
        assert compared(found.with_intervals(HOW)) == compared(expected)
