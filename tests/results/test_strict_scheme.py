"""In which scheme predictions are read where only well-formed spans count."""

from __future__ import annotations

import itertools

import pytest

import spanf1
from spanf1.exceptions import IllFormedError
from tests.helpers.commands import write

pytestmark = pytest.mark.usefixtures("run")

GOLD = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-PER"]]
# The same spans without a B-: well-formed in IOB1.
NO_B = [["I-PER", "I-PER", "O", "I-LOC"], ["O", "I-PER"]]
# Gold in IOB1, and in IOE1, by two spans of one type side by side.
IOB1 = [["I-PER", "B-PER", "O", "I-LOC"], ["O", "I-PER"]]
IOE1 = [["E-PER", "I-PER", "O", "I-LOC"], ["O", "I-PER"]]


def columns(sentences, *others):
    rows = (zip(*sides, strict=True) for sides in zip(sentences, *others, strict=True))
    return "\n".join("".join(f"w {' '.join(row)}\n" for row in sentence) for sentence in rows)


def f1(gold, predicted, **how):
    """Return strict F1, the same from lists, from one file, and from two."""
    how = {"reading": "strict", **how}
    result = spanf1.evaluate(gold, predicted, **how)
    write("one", columns(gold, predicted))
    write("gold", columns(gold))
    write("pred", columns(predicted))
    for files in (["one"], ["gold", "pred"]):
        other = spanf1.score_file(*files, **how)
        assert (other.micro, other.schemes) == (result.micro, result.schemes)
    return result.micro.f1, result.schemes


def test_predictions_are_read_in_the_scheme_of_gold():
    assert f1(GOLD, NO_B) == (0, ("IOB2", "IOB2"))
    assert f1(GOLD, NO_B, reading="lenient") == (1, ("IOB2", "IOB1"))
    assert f1(GOLD, NO_B, pred_scheme="IOB1") == (1, ("IOB2", "IOB1"))
    ioe2 = [spanf1.convert(tags, "IOE2") for tags in GOLD]
    assert f1(GOLD, ioe2) == (0, ("IOB2", "IOB2"))
    with pytest.raises(IllFormedError, match="ill-formed in IOB2"):
        spanf1.evaluate(GOLD, NO_B, reading="error")


@pytest.mark.parametrize(("gold", "later"), [(IOB1, "IOB2"), (IOE1, "IOE2")])
def test_the_later_scheme_answers_the_earlier(gold, later):
    predicted = [spanf1.convert(tags, later) for tags in gold]
    earlier = later.replace("2", "1")
    assert f1(gold, predicted) == (1, (earlier, later))
    # One span that is ill-formed in it, and it is gold's scheme again.
    wrong = [predicted[0], ["I-PER", "E-PER"] if later == "IOB2" else ["E-PER", "B-PER"]]
    assert f1(gold, wrong)[1] == (earlier, earlier)


def test_labels_tell_the_scheme():
    labels = ["O", "B-PER", "I-PER", "E-PER", "S-PER"]
    gold, predicted = [[1, 3, 0]], [[1, 2, 0]]
    for batch in (gold, [*gold, [4, 0, 0]]):
        result = spanf1.evaluate(batch, predicted * len(batch), labels=labels, reading="strict")
        assert result.schemes == ("IOBES", "IOBES")
        assert result.micro.predicted == 0
    metric = spanf1.SpanF1(labels=labels, reading="strict")
    metric.update(gold, predicted)
    assert metric.compute().schemes == ("IOBES", "IOBES")
    # What is no tag, as a label of padding, tells nothing.
    others = ["O", "B-PER", "I-PER", "[PAD]"]
    assert spanf1.evaluate([[1, 2]], [[1, 2]], labels=others).schemes == ("IOB2", "IOB2")


def test_a_scheme_that_has_all_prefixes_comes_first():
    tags = [["B-A", "I-A"], ["S-A"], ["B-A", "E-A"]]
    assert spanf1.detect(tags).scheme == "IOBES"
    compat = pytest.importorskip("seqeval.scheme")
    assert compat.auto_detect(tags) is compat.IOBES
    # No scheme has all of these.
    assert spanf1.detect([["B-A", "L-A"], ["B-A", "I-A", "E-A"], ["U-A"]]).scheme == "BILOU"


@pytest.mark.parametrize("reading", ["lenient", "strict"])
def test_the_report_says_what_the_other_scheme_would_give(run, reading):
    write("gold", columns(GOLD))
    write("pred", columns(NO_B))
    out = " ".join(run("score", "gold", "pred", "--reading", reading).out.split())
    own = (
        "strict F1 100.00 (micro), were predictions in IOB1, which fits them better (--pred-scheme"
    )
    strict = "strict P 0.00 R 0.00 F1 0.00 (micro), were they dropped, and predictions in IOB2 as"
    assert (own in out, strict in out) == (reading == "strict", reading == "lenient")
    write("good", columns(GOLD))
    out = " ".join(run("compare", "gold", "good", "pred", "--reading", reading).out.split())
    assert (f"pred, strict: {own[7:]}" in out) == (reading == "strict")
    assert (" pred 0.00 0.00 0.00 " in out) == (reading == "strict")


def test_compare_knows_the_worse_system(run):
    gold = list(itertools.chain(*[GOLD] * 20))
    bad = [["O", "O", "O", "B-LOC"], ["O", "B-PER"]] * 20
    write("gold", columns(gold))
    write("good", columns(bad))
    write("no_b", columns(NO_B * 20))
    out = run("compare", "gold", "good", "no_b", "--reading", "strict").out
    assert out.index("\ngood ") < out.index("\nno_b ")
