"""What figures mean in words: bands, what is out of balance, and only what intervals support."""

from __future__ import annotations

import shlex

import pytest

import spanf1
from spanf1.results.advice import BANDS, band
from tests.helpers.commands import write


def scored(correct: int, missed: int, spurious: int, outside: int = 0, **options: object):
    """Return the result of so many sentences of one token each."""
    pairs = [("B-A", "B-A")] * correct + [("B-A", "O")] * missed
    pairs += [("O", "B-A")] * spurious + [("O", "O")] * outside
    gold, predicted = zip(*[([a], [b]) for a, b in pairs], strict=True)
    return spanf1.evaluate(gold, predicted, **options)


def kinds(result: spanf1.Result) -> list[str]:
    return [entry.kind for entry in result.advice()]


@pytest.mark.parametrize(
    ("correct", "predicted", "gold", "f1", "said"),
    [
        # Textbook examples: precision 99% with recall 1%; precision .8 with recall .2857.
        (99, 100, 9900, 0.0198, "failing"),
        (4, 5, 14, 0.4211, "weak"),
    ],
)
def test_textbook_examples(correct, predicted, gold, f1, said) -> None:
    result = scored(correct, gold - correct, predicted - correct)
    assert round(result.micro.f1, 4) == f1
    entries = {entry.kind: entry.text for entry in result.advice()}
    assert f"which is {said}" in entries["band"]
    assert "the predictions are conservative" in entries["conservative"]


def test_what_always_says_no_is_accurate_and_finds_nothing() -> None:
    result = scored(0, 1, 0, outside=99)
    assert (result.accuracy, result.micro.f1) == (0.99, 0.0)
    entries = {entry.kind: entry.text for entry in result.advice()}
    assert "Accuracy is 99.00, and F1 0.00: the classes are out of balance" in entries["imbalance"]
    assert "Nothing is predicted" in entries["imbalance"]
    tokens = spanf1.evaluate([["B-A"] + ["O"] * 99], [["O"] * 100])
    assert tokens.advice()[1].kind == "imbalance"


def test_all_o_on_the_sample_is_out_of_balance(tmp_path, pytestconfig) -> None:
    sample = pytestconfig.rootpath / "corpora" / "sample" / "english.spacy.conll"
    lines = sample.read_text().splitlines()
    (tmp_path / "o").write_text(
        "".join(f"{line.rpartition(chr(9))[0]}\tO\n" if line else "\n" for line in lines)
    )
    result = spanf1.score_file(tmp_path / "o")
    assert (f"{100 * result.accuracy:.2f}", result.micro.f1) == ("86.08", 0)
    assert "imbalance" in kinds(result)


def test_bands_are_closed_below() -> None:
    assert [band(least) for least in BANDS.values()] == [*BANDS]
    below = [band(least - 1e-9) for least in [*BANDS.values()][:-1]]
    assert below == [*BANDS][1:]
    assert band(1.0) == "excellent"
    for correct, name in ((9, "excellent (90 or more)"), (7, "strong (70 to below 90)")):
        [first, *_] = scored(correct, 10 - correct, 10 - correct).advice()
        assert name in first.text


@pytest.mark.parametrize(
    ("correct", "missed", "spurious", "kind"),
    [
        (50, 50, 10, "conservative"),
        (50, 10, 50, "noisy"),
        (50, 10, 10, None),
        # P .95 and R 1, of which the difference is less than .05 by how it is rounded.
        (95, 0, 5, "noisy"),
        (96, 0, 4, None),
    ],
)
def test_precision_and_recall_out_of_balance(correct, missed, spurious, kind) -> None:
    found = {"conservative", "noisy"} & {*kinds(scored(correct, missed, spurious))}
    assert found == ({kind} if kind else set())


def test_only_what_intervals_support_is_said() -> None:
    """The same shares of few spans and of many."""
    few, many = (scored(4 * n, 3 * n, 2 * n, confidence=0.95) for n in (2, 200))
    assert "conservative" in kinds(scored(8, 6, 4))
    assert "conservative" not in kinds(few)
    assert "conservative" in kinds(many)
    assert "95% interval +" in next(e.text for e in many.advice() if e.kind == "conservative")
    assert "more gold spans would say which" in few.advice()[0].text
    assert "lies within that" in many.advice()[0].text


def uneven(large: int, small: int, **options: object) -> spanf1.Result:
    gold = [["B-BIG"]] * large + [["B-TINY"]] * small
    return spanf1.evaluate(gold, [["B-BIG"]] * large + [["O"]] * small, **options)


def test_macro_far_below_micro() -> None:
    entries = {entry.kind: entry for entry in uneven(100, 12).advice()}
    assert "types with few spans do worse" in entries["uneven"].text
    assert entries["uneven"].look.startswith("The lowest are TINY 0.00.")
    assert "few" not in entries
    assert "uneven" in kinds(uneven(100, 12, confidence=0.95))
    assert "uneven" not in kinds(scored(50, 10, 10))


def test_many_types_are_resampled_without_all_of_them_at_once() -> None:
    gold = [[f"B-T{number}"] for number in range(3000)] + [["B-BIG"]] * 300
    predicted = [["O"]] * 3000 + [["B-BIG"]] * 300
    how = spanf1.Confidence(resamples=50)
    entries = {e.kind: e for e in spanf1.evaluate(gold, predicted, confidence=how).advice()}
    assert {"uneven", "conservative", "few"} <= entries.keys()
    assert "and 2992 others" in entries["few"].text


def test_types_of_few_spans_are_named() -> None:
    entries = {entry.kind: entry for entry in uneven(100, 9).advice()}
    assert "TINY (9)" in entries["few"].text
    assert "few" not in kinds(uneven(10, 10))


def test_many_ill_formed_spans() -> None:
    gold = [["B-A", "O"]] * 100
    for number, said in ((4, False), (5, True)):
        predicted = [["I-A", "O"]] * number + [["B-A", "O"]] * (100 - number)
        assert ("ill-formed" in kinds(spanf1.evaluate(gold, predicted, scheme="IOB2"))) == said


def test_nothing_is_said_of_nothing() -> None:
    assert spanf1.evaluate([["O"]], [["O"]]).advice() == []
    assert spanf1.evaluate([["O"]], [["O"]], zero_division=float("nan")).advice() == []


def test_credit_has_advice_too() -> None:
    gold, predicted = [["B-A", "I-A"]] * 50, [["B-A", "O"]] * 50
    result = spanf1.evaluate(gold, predicted, match="partial", confidence=0.9)
    assert "which is moderate" in result.advice()[0].text


@pytest.mark.parametrize(
    ("files", "content", "options", "command"),
    [
        (["a"], "w B-A O\n", {}, "spanf1 errors a --what-if"),
        (
            ["a"],
            "w O B-A\n",
            {"gold_column": 3, "pred_column": 2},
            "spanf1 errors a --what-if --gold-column 3 --pred-column 2",
        ),
        (["a", "b"], "w B-A\n", {}, "spanf1 errors a b --what-if"),
        (
            ["a"],
            '{"tokens": ["w"], "g": ["B-A"], "p": ["O"]}\n',
            {"gold_key": "g", "pred_key": "p"},
            "spanf1 errors a --what-if --gold-key g --pred-key p",
        ),
        (
            ["a"],
            "w B-A O\n",
            {"reading": "strict", "scheme": "IOB2", "map_types": {"A": "X"}},
            "spanf1 errors a --what-if --map A=X --gold-scheme IOB2 --pred-scheme IOB2 "
            "--reading strict",
        ),
    ],
)
def test_commands_of_results_of_files_run(run, files, content, options, command) -> None:
    for name in files:
        write(name, content)
    result = spanf1.score_file(*files, **options)
    entries = {entry.kind: entry.command for entry in result.advice()}
    assert entries["band"] == command
    for line in entries.values():
        assert run(*shlex.split(line)[1:]).code == 0, line
