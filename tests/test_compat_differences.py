"""Where the drop-in is not as seqeval, on purpose; each has a row in the README's table."""

import inspect
import subprocess
import sys
import warnings

import numpy as np
import pytest
from sklearn.exceptions import UndefinedMetricWarning

from tests.twins import (
    AVERAGES,
    PLAIN,
    SCORES,
    assert_same,
    labeling,
    labelled,
    other_letters,
    outcome,
    pairs,
    plain,
    scheme,
    seed_of,
    their_labeling,
    their_scheme,
    their_v1,
    v1,
)


def caught(function, *args, **options):
    """Return what a call returns, and its warnings."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        value = function(*args, **options)
    return value, found


@pytest.mark.parametrize("options", [{}, {"mode": "strict", "scheme": scheme.IOB2}])
@pytest.mark.parametrize("sides", [([["O", "O"]], [["O", "O"]]), ([[]], [[]]), ([], [])])
def test_a_report_without_entities(sides, options):
    """seqeval: ValueError: max() arg is an empty sequence."""
    text, notes = caught(labeling.classification_report, *sides, **options)
    assert text == (
        "              precision    recall  f1-score   support\n\n"
        "   micro avg       0.00      0.00      0.00         0\n"
        "   macro avg       0.00      0.00      0.00         0\n"
        "weighted avg       0.00      0.00      0.00         0\n"
    )
    assert {note.category for note in notes} == {UndefinedMetricWarning}
    options = options | {"zero_division": 1}
    assert labeling.classification_report(*sides, **options).count("1.00") == 9
    if sides[0]:
        theirs = options | ({"scheme": their_scheme.IOB2} if options.get("scheme") else {})
        with pytest.raises(ValueError, match="empty"):
            their_labeling.classification_report(*sides, **theirs)


def test_a_report_without_entities_as_a_dict_is_the_same():
    """There seqeval does not crash, and its mean of nothing is NaN."""
    functions = (package.classification_report for package in (labeling, their_labeling))
    result = assert_same(*functions, [["O"]], [["O"]], output_dict=True)
    assert "nan" in str(result)


def test_empty_lists():
    """seqeval: TypeError: Found input variables without list of list."""
    for name in SCORES:
        value, notes = caught(getattr(labeling, name), [], [])
        assert value == 0.0
        assert [note.category for note in notes] == [UndefinedMetricWarning]
        assert getattr(labeling, name)([], [], zero_division=1) == 1.0
        with pytest.raises(TypeError, match="without list of list"):
            getattr(their_labeling, name)([], [])
    v1.check_consistent_length([], [])
    assert v1.unique_labels([], [], scheme.IOB2) == []


@pytest.mark.parametrize("sides", [([], []), ([[]], [[]])])
def test_the_accuracy_of_nothing(sides):
    """seqeval: ZeroDivisionError."""
    with pytest.warns(UndefinedMetricWarning, match="Accuracy is ill-defined"):
        assert labeling.accuracy_score(*sides) == 0.0
    with pytest.raises(ZeroDivisionError):
        their_labeling.accuracy_score(*sides)


def test_an_empty_tag_is_outside():
    """seqeval: IndexError: string index out of range."""
    gold, predicted = [["B-A", "", "B-A"]], [["B-A", "O", "B-A"]]
    match = "'' seems not to be NE tag"
    for options in ({}, {"suffix": True}):
        with pytest.warns(UserWarning, match=match):
            assert labeling.get_entities(["", "B", ""], **options) == [("_", 1, 1)]
    with pytest.warns(UserWarning, match=match):
        assert labeling.f1_score(gold, predicted) == 1.0
    with pytest.warns(UserWarning, match=match):
        assert labeling.f1_score(gold, predicted, mode="strict", scheme=scheme.IOB2) == 1.0
    with pytest.warns(UserWarning, match=match):
        assert len(scheme.Tokens(gold[0], scheme.IOB2).entities) == 2
    assert scheme.auto_detect(gold) is scheme.IOB2
    assert outcome(their_labeling.f1_score, gold, predicted)[1] == "IndexError"


def test_tags_that_are_none_are_named_in_one_warning():
    """seqeval gives one for each."""
    tags = [f"T{k}" for k in range(10)]
    _, notes = caught(labeling.get_entities, [*tags, "B-A", *tags])
    named = "T0, T1, T2, T3, T4, T5, T6, T7 and 2 more each seems not to be NE tag."
    assert [str(note.message) for note in notes] == [named]
    _, notes = caught(their_labeling.get_entities, [*tags, "B-A", *tags])
    assert len(notes) == 20


def test_one_warning_of_a_kind_and_at_the_line_of_the_call():
    sides = [["B-A", "Z"]], [["B-B", "Z"]]
    for options in ({}, {"mode": "strict", "scheme": other_letters(scheme)}):
        gold, predicted = sides if not options else ([["B-A"]], [["S-B"]])
        for function in (labeling.classification_report, labeling.f1_score):
            _, notes = caught(function, gold, predicted, **options)
            assert len({str(note.message) for note in notes}) == len(notes)
            assert {note.filename for note in notes} <= {__file__}
    _, notes = caught(labeling.classification_report, *sides)
    assert len(notes) == 3
    assert {inspect.getsourcelines(caught)[1] < note.lineno for note in notes} == {True}


def test_strict_without_a_scheme_detects_it():
    """seqeval's scores are lenient then, and do not say so; its report detects, as ours does."""
    gold, predicted = [["B-A", "I-A"]], [["I-A", "I-A"]]
    message = "IOB2 was detected. scheme=IOB2 says so; mode=None gives the lenient score"
    for name in SCORES:
        with pytest.warns(UserWarning, match=message):
            assert getattr(labeling, name)(gold, predicted, mode="strict", zero_division=0) == 0
        assert getattr(their_labeling, name)(gold, predicted, mode="strict") == 1.0
        assert getattr(labeling, name)(gold, predicted, mode=None) == 1.0
    assert labeling.f1_score(gold, gold, mode="strict", scheme=scheme.IOB2) == 1.0


@pytest.mark.parametrize(
    ("gold", "predicted", "name"),
    [
        (["S-A"], ["O"], "IOBES"),
        (["O"], ["U-A"], "BILOU"),
        (["O"], ["O"], "IOB2"),
        ([], [], "IOB2"),
    ],
)
def test_what_is_detected_where_gold_has_no_entities(gold, predicted, name):
    with pytest.warns(UserWarning, match=f"{name} was detected"):
        labeling.f1_score([gold], [predicted], mode="strict", zero_division=0)
    text = labeling.classification_report([gold], [predicted], mode="strict", zero_division=0)
    assert "micro avg" in text


def test_strict_without_a_scheme_that_can_be_detected():
    with pytest.raises(ValueError, match="This scheme is not supported") as raised:
        labeling.f1_score([["I-A", "O"]], [["I-A", "O"]], mode="strict")
    assert "mode=None" in raised.value.__notes__[0]


def test_the_strict_module_detects_too():
    """seqeval: TypeError: 'NoneType' object is not callable."""
    with pytest.warns(UserWarning, match="IOB2 was detected"):
        scores = v1.precision_recall_fscore_support([["B-A"]], [["B-A"]], average="micro")
    assert scores == (1.0, 1.0, 1.0, 1)
    with pytest.raises(TypeError):
        their_v1.precision_recall_fscore_support([["B-A"]], [["B-A"]], average="micro")


def test_a_letter_that_is_none_is_explained():
    """The exception is that of seqeval; a note beside it says what was expected."""
    with pytest.raises(KeyError) as raised:
        scheme.IOB2("X-A")
    assert raised.value.args == ("X",)
    assert raised.value.__notes__ == ["the tag 'X-A' begins with none of I O B E S U L"]
    with pytest.raises(KeyError) as raised:
        scheme.Token("A-X", suffix=True)
    assert raised.value.__notes__ == ["the tag 'A-X' ends with none of I O B E S U L"]


# Weights: seqeval takes them, and does nothing with them.


@pytest.mark.parametrize("strict", [False, True])
def test_weights_count_sentences_so_many_times(strict):
    options = {"zero_division": 0} | ({"mode": "strict", "scheme": scheme.IOBES} if strict else {})
    rng = np.random.default_rng(8)
    for both in pairs(seed_of("weights"), PLAIN, 200, sentences=5):
        weights = rng.integers(0, 4, len(both[0])).tolist()
        repeated = [
            [s for s, times in zip(side, weights, strict=True) for _ in range(times)]
            for side in both
        ]
        there = v1.unique_labels(*repeated, scheme.IOBES) if strict else labelled(repeated, False)
        if len({*weights}) < 2 or not there:
            continue
        for average in ("micro", "weighted"):
            weighted = labeling.f1_score(*both, average=average, sample_weight=weights, **options)
            assert weighted == pytest.approx(
                labeling.f1_score(*repeated, average=average, **options), abs=1e-15
            )
        report = labeling.classification_report(
            *both, sample_weight=np.array(weights), output_dict=True, **options
        )
        expected = labeling.classification_report(*repeated, output_dict=True, **options)
        assert plain(report["micro avg"]) == plain(expected["micro avg"])
        assert {name: report[name] for name in expected if name != "macro avg"} == {
            name: row for name, row in expected.items() if name != "macro avg"
        }


@pytest.mark.parametrize("weight", [1, 3, 0.1])
@pytest.mark.parametrize("average", AVERAGES)
def test_equal_weights_change_nothing(weight, average):
    for both in pairs(seed_of("equal"), PLAIN, 40):
        sample_weight = [weight] * len(both[0])
        for where, extra in ((labeling, {}), (v1, {"scheme": scheme.IOBES})):
            function = where.precision_recall_fscore_support
            expected = outcome(function, *both, average=average, **extra)
            weighted = outcome(
                function, *both, average=average, sample_weight=sample_weight, **extra
            )
            assert weighted == expected


def test_weights_that_are_fractions():
    gold, predicted = [["B-A"], ["B-A"], ["B-B"]], [["B-A"], ["O"], ["B-B"]]
    weights = [0.5, 1.25, 1]
    options = {"average": None, "sample_weight": weights, "zero_division": 0}
    p, r, f, support = labeling.precision_recall_fscore_support(gold, predicted, **options)
    assert (p.tolist(), r.tolist()) == ([1.0, 1.0], [0.5 / 1.75, 1.0])
    assert f.tolist() == pytest.approx([2 * 0.5 / 2.25, 1.0])
    assert support.tolist() == [1.75, 1.0]
    text = labeling.classification_report(gold, predicted, sample_weight=weights, digits=1)
    assert [line.split()[-1] for line in text.splitlines() if line][1:3] == ["1.8", "1.0"]
    given = [scheme.Entities(side, scheme.IOB2) for side in (gold, predicted)]
    read_before = v1.precision_recall_fscore_support(
        gold,
        predicted,
        scheme=scheme.IOB2,
        entities_true=given[0],
        entities_pred=given[1],
        **options,
    )
    assert plain(read_before) == plain((p, r, f, support))


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1], "one weight for each of the 2 sentences"),
        ([[1, 2]], "one weight for each of the 2 sentences"),
        ([1, -1], "negative"),
        ([1, float("nan")], "NaN"),
        ([1, float("inf")], "infinite"),
        ([0, 0], "not 0"),
    ],
)
def test_weights_that_are_refused(weights, message):
    sides = [["B-A"], ["O"]], [["B-A"], ["O"]]
    for options in ({}, {"mode": "strict", "scheme": scheme.IOB2}):
        with pytest.raises(ValueError, match=message):
            labeling.f1_score(*sides, sample_weight=weights, **options)


# Without scikit-learn.

WITHOUT_SKLEARN = """
import sys, warnings
sys.modules["sklearn"] = None
from spanf1.compat.seqeval.metrics import accuracy_score, classification_report, f1_score
from spanf1.compat.seqeval.metrics import v1
assert f1_score([["B-A"]], [["B-A"]]) == 1.0
assert "1.00" in classification_report([["B-A"]], [["B-A"]], mode="strict")
assert issubclass(v1.UndefinedMetricWarning, UserWarning)
assert v1.UndefinedMetricWarning.__module__.startswith("spanf1.")
with warnings.catch_warnings(record=True) as found:
    warnings.simplefilter("always")
    f1_score([["O"]], [["O"]])
assert [note.category for note in found] == [v1.UndefinedMetricWarning], found
"""
NOT_IMPORTED = """
import sys
from spanf1.compat.seqeval.metrics import classification_report, f1_score
f1_score([["B-A"]], [["B-A"]])
classification_report([["B-A"]], [["B-A"]], mode="strict")
sys.exit("sklearn" in sys.modules or "seqeval" in sys.modules)
"""


@pytest.mark.parametrize("code", [WITHOUT_SKLEARN, NOT_IMPORTED])
def test_no_need_of_sklearn(code):
    subprocess.run([sys.executable, "-c", code], check=True)
