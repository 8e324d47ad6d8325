"""Scores by matches that credit what is nearly right, wherever a score can be asked for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import spanf1
from spanf1.core.credits import RULES, SEMEVAL
from spanf1.core.options import Confidence, says_match
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
    detected = spanf1.evaluate(gold, predicted, match="partial", reading="strict")
    assert (detected.micro, str(detected.signature())) == (strict.micro, str(strict.signature()))


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


@pytest.mark.parametrize("match", ["exact", "partial", "jaccard", "fair", "token"])
@pytest.mark.parametrize("average", ["micro", "macro"])
def test_compare(run, match, average):
    """Systems are ranked, and tested, by the figures that they have by themselves."""
    gold, predicted = random_sides(5)
    other = altered(np.random.default_rng(6), gold, "IOB2", "ABC", 0.1)
    for name, side in ("gold", gold), ("a", predicted), ("b", other):
        write(name, "\n".join("".join(f"w {tag}\n" for tag in tags) for tags in side))
    how = "--match", match, "--average", average, "--per-type", "--resamples", "200"
    ran = run("compare", "gold", "a", "b", *how, "-f", "json")
    data = json.loads(ran.out)
    expected = {
        name: spanf1.evaluate(gold, side, match=match, confidence=0.95)
        for name, side in (("a", predicted), ("b", other))
    }
    for system in data["systems"]:
        result = expected[system["name"]]
        assert system["f"] == pytest.approx(getattr(result, average).f1)
        interval = result.certainty.averages[average].f1
        assert system["interval"] == pytest.approx([*interval], abs=0.03)
    apart = {one["type"]: one["difference"] for one in data["differences"]}
    assert apart[""] == pytest.approx(
        getattr(expected["a"], average).f1 - getattr(expected["b"], average).f1
    )
    for name in "ABC":
        a, b = (expected[system].types[name].f1 for system in "ab")
        assert apart[name] == pytest.approx(a - b)


def test_compare_counts(run):
    gold, predicted = random_sides(5)
    for name, side in ("gold", gold), ("a", predicted), ("b", gold):
        write(name, "\n".join("".join(f"w {tag}\n" for tag in tags) for tags in side))
    result = spanf1.evaluate(gold, predicted, match="fair")
    spans = spanf1.evaluate(gold, predicted).micro.gold
    ran = run("compare", "gold", "a", "b", "--match", "fair")
    assert f"gold: {spans} spans in" in " ".join(ran.out.split())
    row = next(line for line in ran.out.splitlines() if line.startswith("a ")).split()
    assert [*map(float, row[-2:])] == [result.micro.predicted, result.micro.correct]
    same = f"a={SAMPLE}", f"b={SAMPLE}"
    ran = run("compare", "--merged", *same, "--match", "jaccard", "--resamples", "100")
    row = next(line for line in ran.out.splitlines() if line.startswith("a ")).split()
    assert row[-2:] == ["303", "189.90"]
    for match in "surface", "semeval":
        assert run("compare", "gold", "a", "b", "--match", match).code == 2


def test_intervals_of_all_modes():
    """Beside all modes, types and averages have the intervals of an exact match."""
    how = Confidence(level=0.9, resamples=2000)
    exact, modes = (
        spanf1.evaluate(*random_sides(7), match=match, confidence=how).certainty
        for match in ("exact", "semeval")
    )
    for name, intervals in exact.averages.items():
        assert np.array(modes.averages[name]) == pytest.approx(np.array(intervals), abs=0.02)


@pytest.mark.parametrize("match", ["semeval", "partial", "fair", "coverage", "n2c2"])
@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", ""),
        ("w O O\n", ""),
        ("w O O\n", "--confidence 0.9"),
        ("w B-A B-A\n", "--types B"),
        ("w B-A O\n", "--types predicted"),
        ("w O B-A\n", "--types gold -f latex"),
    ],
)
def test_nothing_to_score(run, match, text, options):
    write("f", text)
    ran = run("score", "f", "--match", match, *options.split())
    assert ran.code == 0
    assert " 0.00 " in ran.out
    assert "COR" not in ran.out or match in ("semeval", "partial")
    averages = spanf1.score_file("f", match=match, types=["B"]).averages
    assert len({type(score) for score in averages}) == 1
    assert [score.f1 for score in averages] == [0, 0, 0]


def test_formats(run):
    write("f", SAMPLE.read_text(encoding="utf-8"))
    ran = run("score", "f", "-f", "csv", "--match", "partial")
    counts = "gold,predicted,credited_gold,credited_predicted"
    assert ran.out.splitlines()[0].endswith(f"{counts},COR,INC,PAR,MIS,SPU,POS,ACT")
    ran = run("score", "f", "-f", "csv", "--match", "coverage")
    assert ran.out.splitlines()[0].endswith(counts)
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
    exact = spanf1.score_file("f", confidence=0.9).certainty.averages["micro"].f1
    assert [*result.certainty.averages["micro"].f1] == pytest.approx([*exact], abs=0.01)
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


@pytest.mark.parametrize("args", [["-f", "conlleval"], ["--match", "character"]])
def test_what_cannot_be(run, args):
    write("f", "w B-A B-A\n")
    ran = run("score", "f", "--match", "partial", *args)
    assert (ran.code, ran.out) == (2, "")
    assert "hint: --" in ran.err


def test_units_that_are_not_there():
    text = [{"text": "Ada", "spans": [{"start": 0, "end": 3, "label": "PER"}]}]
    with pytest.raises(spanf1.UsageError, match="--match character counts these"):
        spanf1.evaluate(text, text, match="token")
    assert spanf1.evaluate(text, text, match="character").micro.gold == 3


def test_modes_in_csv(run):
    write("f", SAMPLE.read_text(encoding="utf-8"))
    rows = run("score", "f", "--match", "semeval", "-f", "csv", "-q").out.splitlines()
    assert rows[-2].startswith("mode,partial,0.858")
    assert rows[-2].endswith(",378,303,260.0,234,0,52,92,17,378,303,")


def test_words():
    """What a match means is said with its threshold, and whether it is one to one."""
    assert says_match("overlap:0.50") == "the same type, and intersection / union at least 0.5"
    assert says_match("within:2,two-sided") == (
        "the same type, a unit shared, no bound more than 2 units off; a span may be in several "
        "pairs"
    )
    assert says_match("gold:.3").startswith("the same type, and 0.3 of gold's span predicted")


def test_strict_spans(run):
    """Spans that are not tags have no scheme, and none is asked for."""
    record: dict[str, object] = {"text": "Ada met Bob"}
    record["spans"] = [{"start": 0, "end": 3, "label": "PER"}]
    record["predicted"] = [{"start": 0, "end": 7, "label": "PER"}]
    write("f.jsonl", json.dumps(record) + "\n")
    for reading in "strict", "lenient":
        ran = run("score", "f.jsonl", "--match", "partial", "--reading", reading)
        assert (ran.code, " 50.00 " in ran.out) == (0, True)


def test_scheme_of_a_file(run):
    """What was dropped in one scheme is not scored as in another."""
    write("f", "a O I-A\nb I-A I-A\n\nc B-A B-A\nd O O\n")
    strict = "--match", "partial", "--reading", "strict", "--scheme"
    assert run("score", "f", *strict, "IOB2", "-o", "r.json").code == 0
    signatures = {
        scheme: run("score", "f", *strict, scheme, "--signature").out.strip()
        for scheme in ("IOB2", "IOB1")
    }
    assert run("rescore", "r.json", "--like", signatures["IOB2"]).code == 0
    ran = run("rescore", "r.json", "--like", signatures["IOB1"])
    assert (ran.code, ran.out) == (2, "")
    assert "hint: spanf1 score FILE takes --match partial with --reading and --scheme" in ran.err


def test_compare_merged(run):
    """By FairEval, how much gold there is depends on the predictions; the gold is the same."""
    gold, predicted = random_sides(5)
    other = altered(np.random.default_rng(6), gold, "IOB2", "ABC", 0.1)
    for name, side in ("a", predicted), ("b", other):
        pairs = (zip(*both, strict=True) for both in zip(gold, side, strict=True))
        write(name, "\n".join("".join(f"w {a} {b}\n" for a, b in pair) for pair in pairs))
    ran = run("compare", "--merged", "a", "b", "--match", "fair", "--resamples", "100")
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize("match", ["exact", "fair", "jaccard", "token"])
@pytest.mark.parametrize("count", [9, 12])
def test_few_gold_spans(match, count):
    """Whether there are enough for an interval is asked of spans, whatever is counted."""
    gold, predicted = [["B-A", "I-A", "O"]] * count, [["B-A", "O", "O"]] * count
    certainty = spanf1.evaluate(gold, predicted, match=match, confidence=0.9).certainty
    assert (certainty.spans, certainty.few_types) == (count, ("A",) * (count < 10))


def test_slots_of_muc():
    """MUC counts slots: a pair of one type and different places has one right, and one wrong."""
    outcomes = spanf1.score_file(SAMPLE, match="muc").outcomes
    assert [*outcomes.values()] == [436, 136, 0, 184, 34, 756, 606]


OUTCOMES = {
    ("muc", "example"): "COR 4 INC 4 PAR 0 MIS 2 SPU 2 POS 10 ACT 10",
    ("fair", "example"): "TP 1 FP 1 FN 1 LE 1 BE 1 LBE 1 BES 1 BEL 0 BEO 0",
    ("fair", "sample"): "TP 171 FP 12 FN 85 LE 63 BE 34 LBE 30 BES 2 BEL 32 BEO 0",
    ("fair-weighted", "sample"): "TP 171 FP 12 FN 85 LE 63 BE 34 LBE 30 BES 2 BEL 32 BEO 0",
    ("semeval", "example"): "COR 1 INC 3 PAR 0 MIS 1 SPU 1 POS 5 ACT 5",
    ("semeval", "sample"): "COR 171 INC 115 PAR 0 MIS 92 SPU 17 POS 378 ACT 303",
    ("coverage", "sample"): "",
}
RATES = {
    ("muc", "example"): {"UND": 0.2, "OVG": 0.2, "SUB": 0.5, "ERR": 0.6667},
    ("semeval", "example"): {"SER": 1.0},
    ("semeval", "sample"): {"SER": round(224 / 378, 4)},
}


@pytest.mark.parametrize(("match", "which"), OUTCOMES)
def test_outcomes(match, which):
    """What rules count besides what they credit; sums of types are those of all, in files too."""
    result = (
        spanf1.score_file(SAMPLE, match=match)
        if which == "sample"
        else spanf1.evaluate([tags(GOLD)], [tags(PREDICTED)], match=match)
    )
    words = OUTCOMES[match, which].split()
    assert result.outcomes == dict(zip(words[::2], map(int, words[1::2]), strict=True))
    rates = {name: round(rate, 4) for name, rate in result.rates.items()}
    assert rates == RATES.get((match, which), {})
    for name, count in result.outcomes.items():
        assert sum(row[name] for row in result.type_outcomes.values()) == count
    again = spanf1.Result.from_dict(json.loads(json.dumps(result.to_dict())))
    assert (again.outcomes, again.rates) == (result.outcomes, result.rates)
    assert (result + result).outcomes == {name: 2 * n for name, n in result.outcomes.items()}


def test_errors_of_fair_are_of_types():
    """An error of FairEval is one of gold's type, as its credit is; each is half a span of it."""
    result = spanf1.score_file(SAMPLE, match="fair")
    for name, row in result.type_outcomes.items():
        half = (row["LE"] + row["BE"] + row["LBE"]) / 2
        assert result[name].gold == row["TP"] + row["FN"] + half
        assert result[name].predicted == row["TP"] + row["FP"] + half
        assert row["BE"] == row["BES"] + row["BEL"] + row["BEO"]


def test_outcomes_in_reports(run):
    write("f", SAMPLE.read_text(encoding="utf-8"))
    for match, line in (
        ("muc", "UND 24.34, OVG 5.61, SUB 23.78, ERR 44.81"),
        ("fair", "TP 171, FP 12, FN 85, LE 63, BE 34, LBE 30, BES 2, BEL 32, BEO 0"),
        ("semeval", "SER 59.26: S 115, D 92, I 17, of 378 (strict)"),
    ):
        assert line in run("score", "f", "--match", match).out
        assert run("score", "f", "--match", match, "-o", "r.json").code == 0
        data = json.loads(Path("r.json").read_text(encoding="utf-8"))
        result = spanf1.score_file("f", match=match)
        assert data["outcomes"] == result.outcomes
        assert data.get("rates", {}) == result.rates
        assert data["types"]["PER"]["outcomes"] == result.type_outcomes["PER"]
        header, *rows = (
            line.split(",") for line in run("score", "f", "--match", match, "-f", "csv").out.split()
        )
        by_name = {row[0] + row[1]: dict(zip(header, row, strict=True)) for row in rows}
        for name, value in (result.outcomes | result.rates).items():
            assert float(by_name["micromicro"][name]) == value
        for name, count in result.type_outcomes["LOC"].items():
            assert by_name["typeLOC"][name] == str(count)
        assert run("rescore", "r.json", "-q").code == 0
        data["outcomes"][next(iter(result.outcomes))] += 1
        write("r.json", json.dumps(data))
        assert "this is not what the counts in the file give" in run("rescore", "r.json").err
    assert data["modes"]["strict"]["SER"] == result.rates["SER"]
    assert by_name["modepartial"]["PAR"] == "52"


@pytest.mark.parametrize("match", ["semeval", "type", "muc"])
def test_types_that_are_left_out(run, match):
    """A pair whose other type is not scored counts on one side alone, and the report says so."""
    write("f", SAMPLE.read_text(encoding="utf-8"))
    note = "COR + INC + PAR + SPU is not ACT"
    assert note not in run("score", "f", "--match", match).out
    assert note in run("score", "f", "--match", match, "--types", "PER,ORG").out
    result = spanf1.score_file("f", match=match, types=["PER", "ORG"])
    for mode in result.modes.values() or [result]:
        parts = [mode.outcomes[name] for name in ("COR", "INC", "PAR", "MIS")]
        assert sum(parts) == mode.outcomes["POS"]
        assert mode.outcomes["ACT"] == mode.micro.predicted * (2 if match == "muc" else 1)
