"""``spanf1 signature`` reads the signatures of `answers` and `agree`, too."""

from __future__ import annotations

import pytest

import spanf1
from tests.helpers.commands import write

SCORE = (
    "f1:micro|match:exact|scheme:IOB2|reading:lenient|types:union|zero:0|tokens:4116|gold:378|"
    "hash:e38757e4|v:0.1.0"
)
ANSWERS = spanf1.score_answers({"a": "Rome"}, {"a": "in Rome"}).signature
LISTS = spanf1.score_retrieval([["a"]], [["b", "a"]]).signature
AGREE = SCORE.replace("f1:micro", "f1:micro|annotators:2|documents:3")


def test_it_says_every_part_in_words(run) -> None:
    for line, figure in (
        (ANSWERS, "mean over questions of the F1 of words"),
        (LISTS, "mean over questions of P, R and F1 of ranked lists"),
        (AGREE, "mean over pairs of annotators of F1 micro"),
    ):
        done = run("signature", line)
        assert (done.code, done.err) == (0, "")
        first, *others = done.out.splitlines()

        assert first.endswith(f" {figure}")
        assert len(others) == line.count("|")
    assert "(SQuAD 2.0" in run("signature", ANSWERS).out
    write("found.json", f'{{"spanf1": "0.1.0", "signature": "{LISTS}"}}')
    assert run("signature", "found.json").out == run("signature", LISTS).out


def test_two_are_compared(run) -> None:
    other = ANSWERS.replace("squad2", "squad").replace(f"v:{spanf1.__version__}", "v:0.2.0")
    verdict, rule, version = run("signature", ANSWERS, other).out.splitlines()
    assert verdict == "the scores do not mean the same"
    assert rule.startswith("rule: squad2 (SQuAD 2.0")
    here = spanf1.__version__
    assert version == f"version of spanf1: {here} here, 0.2.0 there (does not matter)"
    assert run("signature", LISTS, LISTS) == (0, "the scores mean the same\n", "")
    cut = run("signature", LISTS, LISTS.replace("at:1,3,5", "at:1,3"))
    assert (cut.code, cut.out.splitlines()[1]) == (
        0,
        "lists are cut at: 1,3,5 here, 1,3 there (does not matter)",
    )
    for one, two in ((ANSWERS, LISTS), (LISTS, ANSWERS), (ANSWERS, SCORE), (SCORE, LISTS)):
        done = run("signature", one, two)
        assert (done.code, len(done.out.splitlines())) == (1, 2)
        assert done.out.splitlines()[1].startswith("figure: ")
    for one, two in ((AGREE, AGREE), (SCORE, AGREE), (AGREE, ANSWERS)):
        done = run("signature", one, two)
        assert (done.code, done.out) == (2, "")
        assert "a signature of spanf1 agree does not say which spans" in done.err


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (f"{ANSWERS}|x:1", "'x' is unknown"),
        (f"{ANSWERS}|v:1", "a part is there twice"),
        (ANSWERS.replace("squad2", "y"), "rule is 'y', which is unknown"),
        (ANSWERS.replace("normalize:case", "normalize:y"), "normalize is 'y+"),
        (ANSWERS.replace("|by:word", ""), "by is missing"),
        (LISTS.replace("f1:mean", "f1"), "retrieval is 'f1', which is unknown"),
        (f"{AGREE}|x:1", "'x' is unknown"),
        (f"{AGREE}|v:1", "a part is there twice"),
        ("annotators:1|v:1", "it does not begin with a figure"),
    ],
)
def test_what_is_none_is_refused(run, line: str, problem: str) -> None:
    done = run("signature", line)
    assert done.code == 2
    assert done.err.startswith(f"error: this is no signature: {problem}")
    write("found.json", f'{{"spanf1": "0.1.0", "signature": "{line}"}}')
    assert run("signature", "found.json").code == 3


@pytest.mark.parametrize(("line", "command"), [(ANSWERS, "answers"), (AGREE, "agree")])
def test_where_a_score_s_is_needed_the_command_is_named(line: str, command: str) -> None:
    with pytest.raises(spanf1.UsageError, match=f"of spanf1 {command}, and one of a score is need"):
        spanf1.Signature.parse(line)


def test_what_agree_prints_is_read(run) -> None:
    for name, tag in (("a", "B-PER"), ("b", "B-PER"), ("c", "O")):
        write(f"{name}.conll", f"Ada {tag}\nin O\nRome B-LOC\n")
    args = ["a.conll", "b.conll", "c.conll", "--confidence", "0.9", "--resamples", "99"]
    assert run("agree", *args, "-f", "json", "-o", "found.json").code == 0
    done = run("signature", "found.json")
    assert (done.code, done.err) == (0, "")
    assert "annotators:            3\n" in done.out
