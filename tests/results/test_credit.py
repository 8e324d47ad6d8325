"""Scores by matches that credit what is nearly right, wherever a score can be asked for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import spanf1
from spanf1.core.credits import RULES, SEMEVAL
from tests.helpers.commands import write
from tests.helpers.oracles import altered, well_formed
from tests.helpers.shared_data import ROOT

SAMPLE = ROOT / "corpora" / "sample" / "english.spacy.conll"

# Precision, recall and F1 of the micro average in percent: docs of each measure say where from.
FIGURES = {
    "exact": (56.44, 45.24, 50.22),
    "boundary": (77.23, 61.90, 68.72),
    "partial": (85.81, 68.78, 76.36),
    "type": (66.67, 53.44, 59.32),
    "muc": (71.95, 57.67, 64.02),
    "fair": (69.37, 53.52, 60.42),
    "fair-weighted": (71.62, 58.66, 64.49),
    "overlap:any,two-sided": (66.67, 54.23, 59.81),
    "jaccard": (62.67, 50.24, 55.77),
    "token": (62.76, 53.23, 57.60),
}

# After the example of MUC in Nadeau and Sekine's survey.
TEXT = (
    "Unlike Robert , John Briggs Jr contacted Wonderful Stockbrokers Inc in New York and "
    "instructed them to sell all his shares in Acme ."
)
WORDS = TEXT.split()
GOLD = [(1, 2, "PER"), (3, 6, "PER"), (7, 10, "ORG"), (11, 13, "LOC"), (22, 23, "ORG")]
PREDICTED = [(0, 1, "LOC"), (3, 6, "ORG"), (8, 9, "ORG"), (10, 13, "TIME"), (22, 23, "ORG")]
EXAMPLE = {
    "exact": 0.2,
    "boundary": 0.4,
    "partial": 0.6,
    "type": 0.4,
    "muc": 0.4,
    "fair": 0.2857,
    "fair-weighted": 0.4,
    "hipe-fuzzy": 0.4,
    "overlap:any,two-sided": 0.4,
    "overlap:0.3": 0.4,
    "overlap:0.5": 0.2,
    "overlap:0.75": 0.2,
    "jaccard": 0.2667,
    "coverage": 0.32,
    "token": 0.2105,
    "left": 0.2,
    "right": 0.2,
}


def figures(result):
    return tuple(round(100 * value, 2) for value in result.micro[:3])


def tags(spans, scheme="IOB2"):
    return spanf1.encode(spans, len(WORDS), scheme=scheme)


def offsets(spans):
    ends = np.cumsum([len(word) + 1 for word in WORDS])
    starts = ends - [len(word) + 1 for word in WORDS]
    return [
        {"start": int(starts[a]), "end": int(ends[b - 1]) - 1, "label": kind}
        for a, b, kind in spans
    ]


@pytest.mark.parametrize("match", FIGURES)
def test_sample(match):
    result = spanf1.score_file(SAMPLE, match=match)
    assert figures(result) == FIGURES[match]
    assert f"|match:{match}|" in str(result.signature())
    assert result.signature().gold == 378


@pytest.mark.parametrize("match", EXAMPLE)
@pytest.mark.parametrize("scheme", ["IOB2", "IOBES", "BILOU", "BMES"])
def test_example(match, scheme):
    result = spanf1.evaluate([tags(GOLD, scheme)], [tags(PREDICTED, scheme)], match=match)
    assert round(result.micro.f1, 4) == EXAMPLE[match]


@pytest.mark.parametrize("match", ["exact", "boundary", "partial", "type", "muc", "fair"])
def test_example_as_text(match):
    """Of characters, what is shared is another amount; whether anything is shared is not."""
    text = " ".join(WORDS)
    gold, predicted = ([{"text": text, "spans": offsets(spans)}] for spans in (GOLD, PREDICTED))
    result = spanf1.evaluate(gold, predicted, match=match)
    assert round(result.micro.f1, 4) == EXAMPLE[match]


def random_sides(seed, count=40):
    rng = np.random.default_rng(seed)
    gold = well_formed(rng, "IOB2", count, "ABC")
    return gold, altered(rng, gold, "IOB2", "ABC", 0.3)


@pytest.mark.parametrize("match", [name for name in RULES if not RULES[name].argument])
def test_rows_add_up(match):
    if match == "character":
        return
    result = spanf1.evaluate(*random_sides(1), match=match)
    sums = [
        sum(column) for column in zip(*(row.counts for row in result.types.values()), strict=True)
    ]
    assert sums == pytest.approx(list(result.micro.counts), abs=1e-6)


@pytest.mark.parametrize("match", ["partial", "type", "jaccard", "fair", "token"])
def test_parts_and_sums(match, tmp_path):
    """However a file is read, and whether it is one or several, the counts are the same."""
    gold, predicted = random_sides(2, 60)
    whole = spanf1.evaluate(gold, predicted, match=match)
    halves = [
        spanf1.evaluate(gold[part], predicted[part], match=match)
        for part in (slice(0, 25), slice(25, None))
    ]
    assert (halves[0] + halves[1]).micro == whole.micro
    path = tmp_path / "f"
    path.write_text(
        "\n".join(
            "".join(f"w {a} {b}\n" for a, b in zip(*pair, strict=True))
            for pair in zip(gold, predicted, strict=True)
        )
    )
    assert spanf1.score_file(path, match=match).micro == whole.micro
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("spanf1.formats.columns.file.BLOCK_SIZE", 50)
        small = spanf1.score_file(path, match=match, confidence=0.9)
    usual = spanf1.score_file(path, match=match, confidence=0.9)
    assert small.micro == whole.micro
    assert small.certainty == usual.certainty
    assert usual.certainty.averages["micro"].f1.low < whole.micro.f1


def test_update():
    gold, predicted = random_sides(3)
    metric = spanf1.SpanF1(match="partial")
    for true, pred in zip(gold, predicted, strict=True):
        metric.update(predictions=[pred], references=[true])
    assert metric.compute().micro == spanf1.evaluate(gold, predicted, match="partial").micro


def test_strict_drops_ill_formed_spans_before_they_are_put_together():
    gold, predicted = [["B-A", "I-A", "O"]], [["I-A", "I-A", "B-A"]]
    lenient = spanf1.evaluate(gold, predicted, match="partial")
    strict = spanf1.evaluate(gold, predicted, match="partial", reading="strict", scheme="IOB2")
    assert (lenient.micro.correct, strict.micro.correct) == (1, 0)
    assert (lenient.micro.predicted, strict.micro.predicted) == (2, 1)
    assert lenient.strict is None
    with pytest.raises(spanf1.UsageError, match="needs the scheme"):
        spanf1.evaluate(gold, predicted, match="partial", reading="strict")


def test_results_are_kept_and_read_again(run):
    write("f", SAMPLE.read_text(encoding="utf-8"))
    assert run("score", "f", "--match", "overlap:0.50", "-f", "json", "-o", "r.json").code == 0
    data = json.loads(Path("r.json").read_text(encoding="utf-8"))
    assert data["strict"] is None
    again = spanf1.Result.from_dict(data)
    assert again.to_dict() == data
    assert "match:overlap:0.5|" in data["signature"]
    ran = run("rescore", "r.json")
    assert (ran.code, "overlap:0.5" in ran.out) == (0, True)
    like = data["signature"].replace("overlap:0.5", "partial")
    ran = run("rescore", "r.json", "--like", like)
    assert (ran.code, "--match partial makes them" in ran.err) == (2, True)
    ran = run("signature", data["signature"], like)
    assert "intersection / union" in ran.out
    with pytest.raises(spanf1.UsageError, match="cannot be added"):
        again + spanf1.score_file("f")


def test_compare(run):
    gold, predicted = random_sides(5)
    other = altered(np.random.default_rng(6), gold, "IOB2", "ABC", 0.1)
    for name, side in ("gold", gold), ("a", predicted), ("b", other):
        write(name, "\n".join("".join(f"w {tag}\n" for tag in tags) for tags in side))
    ran = run("compare", "gold", "a", "b", "--match", "partial", "-f", "json", "--per-type")
    assert ran.code == 0
    scores = json.loads(ran.out)
    expected = spanf1.evaluate(gold, other, match="partial").micro.f1
    assert f"{expected:.6f}" in {f"{number:.6f}" for number in numbers(scores)}
    assert run("compare", "gold", "a", "b", "--match", "surface").code == 2


def numbers(data):
    """Yield all numbers in data."""
    if isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            yield from numbers(value)
    elif isinstance(data, float):
        yield data


def test_formats(run):
    write("f", SAMPLE.read_text(encoding="utf-8"))
    ran = run("score", "f", "-f", "csv", "--match", "partial")
    assert ran.out.splitlines()[0].endswith("gold,predicted,credited_gold,credited_predicted")
    for form in ("markdown", "latex", "tsv", "json"):
        assert run("score", "f", "--match", "jaccard", "-f", form).code == 0


@pytest.mark.parametrize(
    ("match", "hint"),
    [
        ("partail", "one of exact, surface, text, set, semeval, boundary"),
        ("overlap", "write overlap:0.5 or overlap:any"),
        ("overlap:2", "write overlap:0.5"),
        ("partial,two-sided", "write partial"),
    ],
)
def test_wrong_names(run, match, hint):
    write("f", "w B-A B-A\n")
    ran = run("score", "f", "--match", match)
    assert (ran.code, ran.out) == (2, "")
    assert hint in ran.err


def test_modes_of_semeval_are_rules():
    assert set(SEMEVAL.values()) <= set(RULES)


def test_semeval(run):
    """All modes side by side, from one reading, are what each is by itself."""
    write("f", SAMPLE.read_text(encoding="utf-8"))
    result = spanf1.score_file("f", match="semeval", confidence=0.9)
    assert figures(result) == FIGURES["exact"]
    assert [mode.outcomes for mode in result.modes.values()] == [
        dict(zip(("COR", "INC", "PAR", "MIS", "SPU", "POS", "ACT"), row, strict=True))
        for row in [
            (171, 115, 0, 92, 17, 378, 303),
            (234, 52, 0, 92, 17, 378, 303),
            (234, 0, 52, 92, 17, 378, 303),
            (202, 84, 0, 92, 17, 378, 303),
        ]
    ]
    for mode, rule in SEMEVAL.items():
        alone = spanf1.score_file("f", match=rule, confidence=0.9)
        assert result.modes[mode].micro[:3] == alone.micro[:3]
        assert [one[:3] for one in result.modes[mode].types.values()] == [
            one[:3] for one in alone.types.values()
        ]
        ends, others = (
            list(one.certainty.averages["micro"].f1) for one in (result.modes[mode], alone)
        )
        # Rows of other widths are drawn in another order.
        assert ends == (pytest.approx(others, abs=0.01) if rule == "exact" else others)
    again = spanf1.Result.from_dict(json.loads(json.dumps(result.to_dict())))
    assert again.modes["partial"].outcomes == result.modes["partial"].outcomes
    ran = run("score", "f", "--match", "semeval")
    row = ["partial", "85.81", "68.78", "76.36", "234", "0", "52", "92", "17", "378", "303"]
    assert row in [line.split() for line in ran.out.splitlines()]
    data = json.loads(run("score", "f", "--match", "semeval", "-f", "json").out)
    assert data["modes"]["type"]["COR"] == 202


@pytest.mark.parametrize("seed", range(20))
def test_nervaluate(seed):
    """It counts as we do where overlaps are one to one, and never finds more."""
    nervaluate = pytest.importorskip("nervaluate")
    gold, predicted = random_sides(seed, 20)
    theirs = nervaluate.Evaluator(gold, predicted, tags=["A", "B", "C"], loader="list").evaluate()
    ours = spanf1.evaluate(gold, predicted, match="semeval").modes
    names = {"strict": "strict", "exact": "exact", "partial": "partial", "type": "ent_type"}
    for mode, name in names.items():
        their = theirs["overall"][name]
        credit = their.correct + their.partial / 2
        mine = ours[mode].outcomes
        assert (their.possible, their.actual) == (mine["POS"], mine["ACT"]) or credit <= mine["COR"]
        assert mine["COR"] + mine["PAR"] / 2 >= credit
    assert ours["strict"].outcomes["COR"] == theirs["overall"]["strict"].correct
