"""Strict scores of what is nearly right: schemes are found out before spans are dropped."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import spanf1
from spanf1.core.credits import parse_rule, rule_names
from spanf1.formats import opening
from tests.helpers.commands import pipe, write
from tests.helpers.oracles import ALPHABETS, altered, uniform, well_formed
from tests.helpers.shared_data import ROOT

MATCHES = [
    *(name.replace(":T", ":0.5").replace(":K", ":1") for name in rule_names()),
    *("semeval", "overlap:any,two-sided"),
]
SAMPLE = ROOT / "corpora" / "sample"
SCHEMES = [*ALPHABETS]


def columns(*sides):
    rows = (zip(*tags, strict=True) for tags in zip(*sides, strict=True))
    return "\n".join("".join(f"w {' '.join(row)}\n" for row in sentence) for sentence in rows)


def sides(seed, scheme, count=4):
    """Return gold that is well-formed, and predictions with faults; or both full of them."""
    rng = np.random.default_rng(seed)
    gold = (well_formed if seed % 3 else uniform)(rng, scheme, count)
    return gold, altered(rng, gold, scheme, "AB", 0.3)


def given(found):
    return {"gold_scheme": found.schemes[0], "pred_scheme": found.schemes[1]}


def seen(result):
    """Return what a score says; beside the figures the line to cite."""
    return (
        result.types,
        result.modes and {n: m.types for n, m in result.modes.items()},
        [
            str(result.signature()),
            result.ill_formed,
        ],
    )


@pytest.mark.parametrize("match", [name for name in MATCHES if name != "character"])
def test_detected_is_as_given(match):
    dropped = 0
    for seed in range(20):
        gold, predicted = sides(seed, SCHEMES[seed % len(SCHEMES)])
        exact = spanf1.evaluate(gold, predicted, reading="strict")
        found = spanf1.evaluate(gold, predicted, reading="strict", match=match)
        assert found.schemes == exact.schemes
        named = spanf1.evaluate(gold, predicted, reading="strict", match=match, **given(exact))
        assert seen(found) == seen(named)
        dropped += found.ill_formed[1].spans
    assert dropped


def test_random_tags_by_the_hundred():
    for seed in range(400):
        scheme = SCHEMES[seed % len(SCHEMES)]
        gold, predicted = sides(seed, scheme)
        match = MATCHES[seed % len(MATCHES)].replace("character", "token")
        found = spanf1.evaluate(gold, predicted, reading="strict", match=match)
        exact = spanf1.evaluate(gold, predicted, reading="strict")
        named = spanf1.evaluate(gold, predicted, reading="strict", match=match, **given(exact))
        assert seen(found) == seen(named)
        # One scheme of two may be given.
        half = spanf1.evaluate(
            gold, predicted, reading="strict", match=match, gold_scheme=exact.schemes[0]
        )
        assert half.types == found.types


@pytest.mark.parametrize("language", ["german", "japanese", "spanish", "english"])
@pytest.mark.parametrize("match", ["partial", "semeval", "fair"])
def test_samples(language, match):
    if language == "english":
        files = [SAMPLE / "english.spacy.conll"]
    else:
        files = [SAMPLE / f"{language}.conll"] * 2
    exact = spanf1.score_file(*files, reading="strict")
    found = spanf1.score_file(*files, reading="strict", match=match)
    named = spanf1.score_file(*files, reading="strict", match=match, **given(exact))
    assert seen(found) == seen(named)
    assert "(detected" in str(found)
    assert "(detected" not in str(named)


def test_every_input(run):
    gold, predicted = sides(5, "IOB2", 30)
    exact = spanf1.evaluate(gold, predicted, reading="strict", match="partial")
    how = {"reading": "strict", "match": "partial"}
    write("both", columns(gold, predicted))
    write("gold", columns(gold))
    write("pred", columns(predicted))
    records = [
        {"tokens": ["w"] * len(tags), "gold": tags, "pred": other}
        for tags, other in zip(gold, predicted, strict=True)
    ]
    write("tags.jsonl", "".join(f"{json.dumps(record)}\n" for record in records))
    for files in ["both"], ["gold", "pred"], ["tags.jsonl"]:
        assert seen(spanf1.score_file(*files, **how))[:1] == (exact.types,)
    labels = sorted({tag for tags in [*gold, *predicted] for tag in tags})
    ids = [[[labels.index(tag) for tag in tags] for tags in side] for side in (gold, predicted)]
    assert spanf1.evaluate(*ids, labels=labels, **how).types == exact.types
    args = ("score", "-", "--match", "partial", "--reading", "strict", "-f", "json")
    piped = json.loads(pipe(columns(gold, predicted).encode(), *args).out)
    assert piped["micro"]["f1"] == exact.micro.f1
    ran = run("compare", "gold", "a=pred", "b=gold", *args[2:], "--resamples", "50")
    systems = {row["name"]: row for row in json.loads(ran.out)["systems"]}
    assert systems["a"]["f"] == exact.micro.f1


def test_a_folder_is_read_in_the_scheme_that_fits_all_of_it(run):
    # By itself, the second file is IOB1; what is ill-formed in the sum's scheme is dropped.
    first, second = [["B-A", "I-A", "O", "B-A"]], [["I-A", "O"]]
    Path("d").mkdir()
    write("d/one.conll", columns(first, first))
    write("d/two.conll", columns(second, second))
    exact = json.loads(run("score", "d", "--reading", "strict", "-f", "json").out)
    data = json.loads(
        run("score", "d", "--reading", "strict", "--match", "partial", "-f", "json").out
    )
    assert data["schemes"] == exact["schemes"]
    assert data["micro"]["gold"] == exact["micro"]["gold"] == 2
    text = run("score", "d", "--reading", "strict", "--match", "partial").out
    assert "gold IOB2 (detected)" in text
    # Of two results that were made alone, one has the span, and the other has it not.
    one, two = (
        spanf1.score_file(f"d/{name}.conll", reading="strict", match="partial")
        for name in ("one", "two")
    )
    with pytest.raises(spanf1.UsageError, match="in IOB2 and IOB1 cannot be added"):
        one + two


def test_results_are_kept(run):
    write("f", columns(*sides(4, "IOB2", 9)))
    how = ("--reading", "strict", "--match", "partial")
    assert run("score", "f", *how, "-o", "r.json", "-f", "json").code == 0
    with open("r.json", encoding="utf-8") as file:
        data = json.load(file)
    result = spanf1.Result.from_dict(data)
    assert result.to_dict() == data
    assert run("rescore", "r.json").code == 0
    other = data["signature"].replace("scheme:IOB2", "scheme:IOBES")
    assert run("rescore", "r.json", "--like", other).code == 2
    both = result + result
    assert (both.schemes, both.micro.gold) == (result.schemes, 2 * result.micro.gold)


def test_spans_of_texts_have_no_scheme(run):
    spans = [{"start": 0, "end": 2, "label": "A"}, {"start": 3, "end": 5, "label": "B"}]
    write("d.jsonl", json.dumps({"text": "ab cd", "gold": spans, "pred": spans[:1]}) + "\n")
    for match in "partial", "character":
        strict = spanf1.score_file("d.jsonl", match=match, reading="strict")
        assert strict.types == spanf1.score_file("d.jsonl", match=match).types
    record = {"text": "ab cd", "spans": spans}
    assert spanf1.evaluate([record], [spans[:1]], match="partial", reading="strict").micro.f1 > 0
    assert run("score", "d.jsonl", "--match", "partial", "--reading", "strict").code == 0


def test_what_streams_says_that_it_needs_the_scheme():
    with pytest.raises(spanf1.UsageError, match="needs the scheme before"):
        spanf1.SpanF1(match="partial", reading="strict")
    with pytest.raises(spanf1.UsageError, match="needs the scheme before"):
        spanf1.score_file("-", match="partial", reading="strict")
    metric = spanf1.SpanF1(match="partial", reading="strict", scheme="IOB2")
    metric.update(predictions=[["I-A"]], references=[["B-A"]])
    assert metric.compute().micro.recall == 0


def test_nothing_is_looked_at_without_need(run, monkeypatch):  # noqa: ARG001 - in its folder
    write("f", columns([["B-A"]], [["B-A"]]))
    write("d.jsonl", json.dumps({"text": "a", "gold": [[0, 1, "A"]], "pred": [[0, 1, "A"]]}) + "\n")
    looks = []
    monkeypatch.setattr(
        opening, "tally", lambda *a, tally=opening.tally, **k: looks.append(1) or tally(*a, **k)
    )
    for how, count in (
        ({"match": "exact", "reading": "strict"}, 1),
        ({"match": "partial"}, 1),
        ({"match": "partial", "reading": "strict", "scheme": "IOB2"}, 1),
        ({"match": "partial", "reading": "strict"}, 2),
    ):
        looks.clear()
        spanf1.score_file("f", **how)
        assert len(looks) == count


def test_what_would_fit_better_has_no_figure(run):
    write("f", columns([["B-A", "I-A"]], [["I-A", "I-A"]]))
    text = run("score", "f", "--match", "partial", "--reading", "strict").out
    assert "predictions fit IOB1 better (--pred-scheme IOB1)" in text
    with_it = ("--match", "partial", "--reading", "strict", "--pred-scheme", "IOB1")
    assert spanf1.score_file("f", match="partial", reading="strict", pred_scheme="IOB1").micro.f1
    assert run("score", "f", *with_it).code == 0


def test_matches_are_all_there():
    assert {parse_rule(name).name for name in MATCHES if name != "semeval"} >= {"fair", "n2c2"}


@pytest.mark.parametrize("kind", ["columns", "records"])
def test_parts_of_a_file(run, monkeypatch, kind):  # noqa: ARG001 - in its folder
    gold, predicted = sides(7, "IOBES", 60)
    write("f", columns(gold, predicted))
    if kind == "records":
        rows = zip(gold, predicted, strict=True)
        records = ({"tokens": ["w"] * len(a), "gold": a, "pred": b} for a, b in rows)
        write("f", "".join(f"{json.dumps(record)}\n" for record in records))
    how = {"reading": "strict", "match": "partial", "input_format": "auto"}
    whole = spanf1.score_file("f", **how)
    monkeypatch.setattr(opening, "PART_SIZE", 500)
    with ThreadPoolExecutor(2) as executor:
        parted = spanf1.score_file("f", **how, executor=executor)
    assert seen(parted) == seen(whole)
    assert parted.tally == whole.tally
