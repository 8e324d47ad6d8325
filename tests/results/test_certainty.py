"""Intervals of a result: against plain rows by sentence, where they cannot be, and in reports."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

import spanf1
from spanf1.core.options import UNITS, Confidence
from spanf1.core.scores import figures
from spanf1.core.units import rows_of
from spanf1.exceptions import UsageError
from spanf1.render.renderers import RENDERERS
from spanf1.resampling.inference import bca, bootstrap_values, jackknife_values, percentile
from spanf1.results.certainty import meanings
from spanf1.results.report import report_of
from spanf1.results.result import Result
from spanf1.wording import printable
from tests.helpers.commands import write
from tests.helpers.growth import peak
from tests.helpers.oracles import altered, well_formed
from tests.helpers.plain import RULES, decode_slowly, is_well_formed, same

NAN = math.nan
QUICK = Confidence(resamples=300, seed=5)

TagLists = list[list[str]]


def tags(seed: int = 0, count: int = 80, scheme: str = "IOB2", types="ABC") -> tuple[TagLists, ...]:
    rng = np.random.default_rng(seed)
    gold = well_formed(rng, scheme, count, types)
    return gold, altered(rng, gold, scheme, types, noise=0.15)


def plain_rows(gold: TagLists, predicted: TagLists, names: list[str], scheme: str = ""):
    """Return (gold, predicted, correct) by sentence and type; strict if there is a scheme."""
    rows = np.zeros((len(gold), len(names), 3), np.int64)
    for number, sides in enumerate(zip(gold, predicted, strict=True)):
        found = [
            {
                span
                for span in decode_slowly(side)
                if not scheme or is_well_formed(span, side, scheme)
            }
            for side in sides
        ]
        for figure, spans in enumerate((*found, found[0] & found[1])):
            for span in spans:
                if span.type in names:
                    rows[number, names.index(span.type), figure] += 1
    return rows


def in_its_order(result: Result, rows, scheme: str = ""):
    """Return the distinct rows, and how often each occurs, in the order they are drawn in."""
    numbers = {name: number for number, name in enumerate(result.types)}
    units = result.tally.units
    assert units is not None
    schemes = scheme or "IO", scheme or "IO"
    reading = "strict" if scheme else "lenient"
    found = rows_of([(units, meanings(units, numbers, schemes, reading, ""))], len(numbers))
    drawn = found.counts.reshape(len(found.counts), -1).astype(np.int64)
    expected = Counter(tuple(row) for row in rows.reshape(len(rows), -1).tolist())
    assert Counter(dict(zip(map(tuple, drawn.tolist()), found.weight.tolist(), strict=True))) == (
        expected
    )
    return drawn, found.weight


def ends_in(result: Result):
    """Return all low ends, and all high ones: rows are types, then averages."""
    certainty = result.certainty
    assert certainty is not None
    rows = [*certainty.types.values(), *certainty.averages.values()]
    return np.moveaxis(np.array(rows), -1, 0)


OPTIONS = [
    {},
    {"beta": 0.5},
    {"beta": math.inf},
    {"zero_division": 1.0},
    {"zero_division": NAN, "types": ["C", "none"]},
    {"types": "gold"},
    {"types": "predicted", "zero_division": NAN},
    {"types": ["B", "A"]},
    {"types": []},
    {"reading": "strict"},
]


@pytest.mark.parametrize("method", ["percentile", "bca"])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_intervals_are_those_of_plain_rows(options, method):
    gold, predicted = tags()
    how = Confidence(level=0.9, resamples=300, method=method, seed=7)
    result = spanf1.evaluate(gold, predicted, scheme="IOB2", confidence=how, **options)
    names = list(result.types)
    scheme = "IOB2" if options.get("reading") == "strict" else ""
    rows, weight = in_its_order(result, plain_rows(gold, predicted, names, scheme), scheme)

    def statistic(sums):
        return figures(
            sums.reshape(*sums.shape[:-1], len(names), 3),
            types=options.get("types", "union"),
            beta=options.get("beta", 1.0),
            zero_division=options.get("zero_division", 0.0),
        )

    values = bootstrap_values(rows, weight, statistic, 300, 7)
    if method == "percentile":
        expected = percentile(values, 0.9)
    else:
        jackknife = jackknife_values(rows, weight, statistic)
        expected = bca(values, statistic(weight @ rows), jackknife, weight, 0.9)
    np.testing.assert_array_equal(ends_in(result), np.array(expected))
    assert result.certainty.units == len(gold)
    assert list(result.certainty.types) == names
    # The middle of what is drawn is the score itself.
    estimate = [row[:4] for row in (*result.types.values(), *result.averages)]
    np.testing.assert_allclose(statistic(weight @ rows), estimate, atol=1e-12)


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_intervals_are_about_those_of_drawing_sentences_one_by_one(method):
    gold, predicted = tags(3, 200)
    how = Confidence(resamples=8000, method=method)
    result = spanf1.evaluate(gold, predicted, confidence=how)
    rows = plain_rows(gold, predicted, list("ABC"))
    rng = np.random.default_rng(11)
    drawn = rows[rng.integers(0, len(rows), (4000, len(rows)))].sum(axis=1)
    expected = np.quantile(figures(drawn), [0.025, 0.975], axis=0)
    np.testing.assert_allclose(ends_in(result), expected, atol=0.02)


@pytest.mark.parametrize("scheme", sorted(RULES))
def test_the_scheme_that_is_detected_judges_spans(scheme):
    gold, predicted = tags(2, 60, scheme)
    options = {"reading": "strict", "confidence": QUICK}
    found = spanf1.evaluate(gold, predicted, **options)
    schemes = {"gold_scheme": found.gold_schemes[0], "pred_scheme": found.pred_schemes[0]}
    assert spanf1.evaluate(gold, predicted, **schemes, **options).certainty == found.certainty


def test_the_seed_makes_the_interval():
    gold, predicted = tags()
    one, same_seed, other = (
        spanf1.evaluate(gold, predicted, confidence=Confidence(resamples=300, seed=seed))
        for seed in (1, 1, 2)
    )
    assert one.certainty == same_seed.certainty != other.certainty


def test_a_wider_level_holds_a_narrower_one():
    gold, predicted = tags()
    low, high = ends_in(spanf1.evaluate(gold, predicted, confidence=0.99))
    narrow_low, narrow_high = ends_in(spanf1.evaluate(gold, predicted, confidence=0.5))
    assert (low <= narrow_low).all()
    assert (high >= narrow_high).all()
    assert (low < high).all()


def test_confidence_may_be_a_number_or_all_of_it():
    gold, predicted = tags(count=5)
    given = [spanf1.evaluate(gold, predicted, confidence=c) for c in (0.9, Confidence(level=0.9))]
    assert given[0].certainty == given[1].certainty
    assert given[0].confidence == Confidence(level=0.9)
    assert spanf1.evaluate(gold, predicted).certainty is None


# Small inputs.


@pytest.mark.parametrize("how", [("percentile", 1), ("percentile", 2), ("bca", 2)])
@pytest.mark.parametrize(
    ("gold", "predicted", "options", "f1"),
    [
        ([["B-A"]], [["B-A"]], {}, (1.0, 1.0)),
        ([["B-A", "O"]], [["O", "B-A"]], {}, (0.0, 0.0)),
        ([["B-A"], ["B-A"]], [["B-A"], ["B-A"]], {}, (1.0, 1.0)),
        ([["O"]], [["O"]], {}, (0.0, 0.0)),
        ([["O"]], [["O"]], {"zero_division": 1.0}, (1.0, 1.0)),
        ([["O"]], [["O"]], {"zero_division": NAN}, (NAN, NAN)),
        ([["B-A"]], [["B-A"]], {"types": []}, (0.0, 0.0)),
        ([["B-A"]], [["B-A"]], {"types": ["B"]}, (0.0, 0.0)),
        ([], [], {}, (0.0, 0.0)),
        ([[]], [[]], {}, (0.0, 0.0)),
        ([[]], [[]], {"types": ["A"]}, (0.0, 0.0)),
    ],
)
def test_small_inputs(gold, predicted, options, f1, how):
    method, times = how
    how = Confidence(resamples=20, method=method)
    result = spanf1.evaluate(gold * times, predicted * times, confidence=how, **options)
    micro, units = result.certainty.averages["micro"], result.certainty.units
    assert units == times * sum(map(bool, gold))
    # One unit has no interval.
    assert all(same(a, b) for a, b in zip(micro.f1, f1 if units > 1 else (NAN, NAN), strict=True))
    for render in RENDERERS.values():
        assert render(report_of(result))


def test_an_undefined_figure_is_left_out_of_the_draws():
    """A is in one sentence of four: where it is not drawn, its figures are 0/0."""
    gold, predicted = [["B-A"], ["B-B"], ["B-B"], ["B-B"]], [["B-A"], ["B-B"], ["B-B"], ["O"]]
    found = spanf1.evaluate(gold, predicted, zero_division=NAN, confidence=QUICK)
    assert found.certainty.types["A"].f1 == (1.0, 1.0)
    found = spanf1.evaluate(gold, predicted, confidence=QUICK)
    assert found.certainty.types["A"].f1 == (0.0, 1.0)


# Documents.

DOCUMENTS = (
    "-DOCSTART- O O\n\na B-A B-A\n\nb B-A O\n\n"
    "-DOCSTART- O O\n\na B-B B-B\n\n"
    "-DOCSTART- O O\n\n"
    "-DOCSTART- O O\n\na O B-A\nb B-B B-B\n"
)


@pytest.fixture
def documents(tmp_path):
    path = tmp_path / "documents"
    path.write_text(DOCUMENTS)
    return path


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_documents_are_drawn(documents, method):
    how = Confidence(resamples=400, unit="document", method=method)
    result = spanf1.score_file(documents, confidence=how)
    rows = np.array([[2, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1], [0, 1, 0, 1, 1, 1]])
    rows, weight = in_its_order(result, rows)
    values = bootstrap_values(rows, weight, lambda s: figures(s.reshape(-1, 2, 3)), 400, 0)
    if method == "percentile":
        np.testing.assert_array_equal(ends_in(result), np.array(percentile(values)))
    assert result.certainty.units == 3
    assert "resamples of 3 documents" in re.sub(r"\s+", " ", str(result))


# What has no intervals.

NO_INTERVALS = {
    "conlleval": ({"reading": "conlleval"}, QUICK, "no sum over sentences"),
    "surface": ({"match": "surface"}, QUICK, "counted once in all sentences"),
    "documents": ({}, Confidence(unit="document"), "marks no documents"),
    "resamples": ({}, Confidence(resamples=10**9), "1000000000 resamples of 1 types are too many"),
}


@pytest.mark.parametrize(
    ("options", "how", "message"), NO_INTERVALS.values(), ids=list(NO_INTERVALS)
)
def test_what_has_no_intervals(tmp_path, options, how, message):
    path = tmp_path / "f"
    path.write_text("a B-A B-A\n")
    with pytest.raises(spanf1.UsageError, match=message) as caught:
        _ = spanf1.score_file(path, confidence=how, **options).certainty
    assert "\n" not in str(caught.value)


def test_units_that_were_not_kept():
    gold, predicted = tags(count=5)
    tally = spanf1.evaluate(gold, predicted).tally
    with pytest.raises(spanf1.UsageError, match="the counts of each sentence were not kept"):
        _ = Result(tally, confidence=QUICK).certainty
    kept = spanf1.evaluate(gold, predicted, confidence=QUICK)
    again = Result.from_dict(json.loads(json.dumps(kept.to_dict())))
    assert (again.confidence, again.certainty) == (None, None)
    with pytest.raises(spanf1.UsageError, match="were not kept"):
        _ = Result(again.tally, again.options, None, QUICK).certainty


def test_units_of_another_kind(documents):
    for drawn, other in (UNITS, UNITS[::-1]):
        tally = spanf1.score_file(documents, confidence=Confidence(unit=drawn)).tally
        with pytest.raises(spanf1.UsageError, match=f"the counts of each {other} were not kept"):
            _ = Result(tally, confidence=Confidence(unit=other)).certainty


WRONG = [
    ({"level": 0}, "confidence is 0: it is between 0 and 1"),
    ({"level": 1}, "between 0 and 1"),
    ({"level": 95}, "confidence is 95: it is between"),
    ({"level": NAN}, "between 0 and 1"),
    ({"level": "x"}, "is to be a number"),
    ({"resamples": 0}, "resamples is 0: it is a whole number from 1 on"),
    ({"resamples": 2.5}, "a whole number"),
    ({"seed": -1}, "seed is -1: it is a whole number from 0 on"),
    ({"method": "t"}, "unknown method 't'"),
    ({"unit": "token"}, "unknown unit 'token'"),
]


@pytest.mark.parametrize(("values", "message"), WRONG)
def test_wrong_values(values, message):
    with pytest.raises(spanf1.UsageError, match=message):
        Confidence(**values)


# The command.

FILE = "a B-A B-A\nb I-A O\n\nc B-B B-B\n\nd O O\n\ne B-A B-A\n"


def test_the_command_says_how_intervals_were_made(run):
    ran = run("score", write("f", FILE), "--confidence", "0.9", "--seed", "3", "--resamples", "50")
    assert ran.code == 0
    text = " ".join(ran.out.split())
    assert "intervals 90%, percentile bootstrap: 50 resamples of 4 sentences, seed 3;" in text
    expected = spanf1.score_file("f", confidence=Confidence(level=0.9, resamples=50, seed=3))
    assert ran.out == str(expected)
    low, high = expected.certainty.averages["micro"].f1
    assert f"micro F1 ± {50 * (high - low):.2f}" in text
    assert f"{100 * low:.2f}–{100 * high:.2f}" in text


BAD_COMMANDS = [
    (["--confidence", "95"], "confidence is 95: it is between 0 and 1"),
    (["--confidence", "nan"], "between 0 and 1"),
    (["--seed", "1"], "--seed is about intervals"),
    (["--resamples", "9"], "--resamples is about intervals"),
    (["--interval", "bca"], "--interval is about intervals"),
    (["--unit", "sentence"], "--unit is about intervals"),
    (["--confidence", ".9", "--format", "conlleval"], "--confidence does not go with"),
    (["--confidence", ".9", "--unit", "document"], "the input marks no documents"),
    (["--confidence", ".9", "--reading", "conlleval"], "no sum over sentences"),
    (["--confidence", ".9", "--match", "surface"], "surface forms are counted once"),
    (["--confidence", ".9", "--resamples", "99999999"], "are too many"),
]


@pytest.mark.parametrize("signature", [False, True])
@pytest.mark.parametrize(("args", "message"), BAD_COMMANDS, ids=lambda value: str(value)[:40])
def test_wrong_commands(run, args, message, signature):
    """A signature says nothing of intervals that cannot be made, either."""
    ran = run("score", write("f", FILE), *args, *["--signature"] * signature)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: ")
    assert message in ran.err.splitlines()[0]


# Reports.

LONG = "a type's name that is longer than any table has room for"
INPUTS = {
    "plain": tags(count=30),
    "all right": ([["B-A"]] * 3, [["B-A"]] * 3),
    "long names": tags(count=30, types=[LONG, LONG[::-1], "組織名" * 9]),
    "markup": tags(count=30, types=["{", "}", "\\", "a_b", "$%&#~^", "|*[]<>`", '",\t;']),
    "nothing": ([], []),
    "no spans": ([["O"]], [["O"]]),
}


def with_intervals(name: str, **options) -> Result:
    how = Confidence(level=0.95, resamples=100)
    return spanf1.evaluate(*INPUTS[name], confidence=how, **options)


def rendered(format_name: str, result: Result, **options) -> str:
    return RENDERERS[format_name](report_of(result), **options)


def large() -> Result:
    """Return a result of counts of five digits."""
    gold, predicted = tags(5, 20)
    return spanf1.evaluate(gold * 1000, predicted * 1000, confidence=Confidence(resamples=100))


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("zero_division", [0.0, 1.0, NAN])
def test_the_table_keeps_to_80_columns(name, zero_division):
    from spanf1.render.renderers import width_of

    result = with_intervals(name, zero_division=zero_division)
    lines = rendered("table", result, columns=80).splitlines()
    assert max(width_of(line) for line in lines if "|hash:" not in line) <= 80
    assert all(kind in str(result) for kind in map(printable, result.types))


def test_the_table_of_a_large_input_keeps_to_80_columns():
    lines = str(large()).splitlines()
    assert max(len(line) for line in lines if "|hash:" not in line) <= 80


@pytest.mark.parametrize("digits", [0, 1, 2])
def test_the_table_with_few_decimals_keeps_to_80_columns(digits):
    text = rendered("table", with_intervals("plain"), digits=digits, brief=True)
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("kind", ["csv", "tsv"])
def test_delimited(name, kind):
    result = with_intervals(name, beta=2.0, zero_division=NAN)
    text = rendered(kind, result)
    rows = list(csv.DictReader(io.StringIO(text), delimiter="\t" if kind == "tsv" else ","))
    # A tab in a name is spelt out.
    names = [name.replace("\t", "\\t") for name in result.types]
    assert [row["name"] for row in rows] == [*names, "micro", "macro", "weighted"]
    assert all(None not in row and None not in row.values() for row in rows)
    certainty = result.certainty
    ends = [*certainty.types.values(), *certainty.averages.values()]
    for row, found in zip(rows, ends, strict=True):
        for figure, interval in zip(
            ("precision", "recall", "f2"), found[:2] + found[3:], strict=True
        ):
            for end, value in zip(("low", "high"), interval, strict=True):
                cell = row[f"{figure}_{end}"]
                assert same(float(cell or "nan"), value)


def test_delimited_without_intervals_has_no_columns_for_them():
    text = rendered("csv", spanf1.evaluate(*INPUTS["plain"]))
    assert text.splitlines()[0] == "row,name,precision,recall,f1,gold,predicted,correct"


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("zero_division", [0.0, NAN])
def test_latex(name, zero_division):
    text = rendered("latex", with_intervals(name, zero_division=zero_division))
    bare = re.sub(r"\\[\\{}&%$#_]", lambda found: found[0] if found[0] == "\\\\" else "", text)
    assert bare.count("{") == bare.count("}")
    depth = 0
    for character in bare:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    body = [line for line in bare.splitlines() if line.endswith("\\\\")]
    assert {line.count("&") for line in body} == {6}
    # A bracket behind the end of a row would be its argument.
    assert not re.search(r"(^|[^{])\[", bare)


@pytest.mark.parametrize("name", INPUTS)
def test_markdown(name):
    result = with_intervals(name)
    lines = rendered("markdown", result).splitlines()
    cells = {len(re.split(r"(?<!\\)\|", re.sub(r"\\\\", "", line))) for line in lines}
    assert cells == {9}
    assert len(lines) == len(result.types) + 5


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("beta", [1.0, 0.5])
def test_json(name, beta):
    result = with_intervals(name, beta=beta, zero_division=NAN)
    data = json.loads(rendered("json", result))
    assert data["confidence"] == {
        "level": 0.95,
        "resamples": 100,
        "method": "percentile",
        "unit": "sentence",
        "seed": 0,
        "units": result.counts.sentences,
        "few_types": [name for name, row in result.types.items() if row.gold < 10],
    }
    figure_names = ["precision", "recall", "f1"] + ["fbeta"] * (beta != 1)
    rows = data["types"] | {name: data[name] for name in ("micro", "macro", "weighted")}
    found = result.certainty.types | result.certainty.averages
    assert rows.keys() == found.keys()
    for key, row in rows.items():
        assert list(row["intervals"]) == figure_names
        for figure, ends in row["intervals"].items():
            expected = getattr(found[key], figure)
            assert all(
                same(NAN if a is None else a, b) for a, b in zip(ends, expected, strict=True)
            )
    assert "ci:0.95/percentile/100/sentence/0" in data["signature"]


# Many types.


def many_types(count: int, seed: int = 0) -> tuple[list[list[str]], list[list[str]]]:
    rng = np.random.default_rng(seed)
    numbers = rng.integers(count, size=(8 * count, 2))
    numbers[:, 1] = np.where(rng.random(len(numbers)) < 0.8, numbers[:, 0], numbers[:, 1])
    gold, predicted = ([f"B-T{n}" for n in side] for side in numbers.T.tolist())
    return [gold[n : n + 5] for n in range(0, len(gold), 5)], [
        predicted[n : n + 5] for n in range(0, len(gold), 5)
    ]


@pytest.mark.parametrize(
    ("bound", "value"),
    [("spanf1.core.units.MAX_CELLS", 100), ("spanf1.results.certainty.MAX_VALUES", 12 * 300)],
)
def test_many_types_have_the_intervals_that_each_has_alone(monkeypatch, bound, value):
    gold, predicted = many_types(12)
    how = Confidence(resamples=300)
    together = spanf1.evaluate(gold, predicted, confidence=how).certainty
    alone = {
        name: spanf1.evaluate(gold, predicted, types=[name], confidence=how).certainty.types[name]
        for name in together.types
    }
    monkeypatch.setattr(bound, value)
    found = spanf1.evaluate(gold, predicted, confidence=how).certainty
    assert found.types == alone
    assert (found.units, found.spans, found.few_types) == (
        together.units,
        together.spans,
        together.few_types,
    )
    for name, figures_of in together.averages.items():
        np.testing.assert_allclose(found.averages[name], figures_of, atol=0.03)


def test_types_of_which_there_are_none(monkeypatch):
    gold, predicted = many_types(12)
    monkeypatch.setattr("spanf1.core.units.MAX_CELLS", 100)
    types = ["T1", "none"]
    found = spanf1.evaluate(gold, predicted, types=types, confidence=QUICK).certainty
    assert [*found.types] == types
    assert {*found.types["none"]} == {(0, 0)}


def test_bca_intervals_of_many_types_are_refused_with_a_way_out(monkeypatch):
    gold, predicted = many_types(12)
    monkeypatch.setattr("spanf1.core.units.MAX_CELLS", 100)
    how = Confidence(resamples=300, method="bca")
    with pytest.raises(UsageError, match="--interval percentile"):
        _ = spanf1.evaluate(gold, predicted, confidence=how).certainty
    assert spanf1.evaluate(gold, predicted, confidence=replace(how, method="percentile")).certainty


def test_many_types_take_no_memory_for_each_resample(monkeypatch):
    monkeypatch.setattr("spanf1.results.certainty.MAX_VALUES", 1 << 18)
    gold, predicted = many_types(300)
    result = spanf1.evaluate(gold, predicted, confidence=Confidence(resamples=3000))
    # Four figures of 300 types in 3000 resamples would be 29 MB.
    assert peak(lambda: result.certainty) < 20_000_000
