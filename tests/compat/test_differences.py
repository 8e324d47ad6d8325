"""Where the drop-in is not as seqeval, on purpose: a test for each row of the table in
docs/howto/seqeval.md."""

import inspect
import subprocess
import sys
import warnings
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from sklearn.exceptions import UndefinedMetricWarning

from tests.helpers.twins import (
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


def test_scores_and_reports_of_no_sentences():
    """seqeval: TypeError: Found input variables without list of list."""
    for name, average in product(SCORES, ["micro", "macro", "weighted"]):
        value, notes = caught(getattr(labeling, name), [], [], average=average)
        assert value == 0.0
        assert [note.category for note in notes] == [UndefinedMetricWarning]
        options = {"average": average, "zero_division": 1}
        assert getattr(labeling, name)([], [], **options) == 1.0
        strict = {"mode": "strict", "scheme": scheme.IOB2}
        assert getattr(labeling, name)([], [], **options, **strict) == 1.0
        with pytest.raises(TypeError, match="without list of list"):
            getattr(their_labeling, name)([], [])
    for options in ({}, {"mode": "strict"}, {"mode": "strict", "scheme": scheme.IOB2}):
        report, notes = caught(labeling.classification_report, [], [], output_dict=True, **options)
        assert {note.category for note in notes} == {UndefinedMetricWarning}
        assert [*report] == ["micro avg", "macro avg", "weighted avg"]
        assert {(*row.values(),) for row in report.values()} == {(0, 0, 0, 0)}
        with pytest.raises((TypeError, ValueError)):
            their_labeling.classification_report([], [], output_dict=True, **options)
    v1.check_consistent_length([], [])
    assert v1.unique_labels([], [], scheme.IOB2) == []


def test_the_mean_of_no_types_in_a_sentence_is_that_of_seqeval():
    result = assert_same(labeling.f1_score, their_labeling.f1_score, [[]], [[]], average="macro")
    assert "nan" in str(result)


@pytest.mark.parametrize("sides", [([], []), ([[]], [[]])])
def test_the_accuracy_of_nothing(sides):
    """seqeval: ZeroDivisionError."""
    with pytest.warns(UndefinedMetricWarning, match="Accuracy is ill-defined"):
        assert labeling.accuracy_score(*sides) == 0.0
    with pytest.raises(ZeroDivisionError):
        their_labeling.accuracy_score(*sides)


@pytest.mark.parametrize("name", ["accuracy_score", "performance_measure"])
def test_tokens_of_a_generator(name):
    """seqeval: TypeError, or counts of what is left once it has looked at it."""
    ours, theirs = getattr(labeling, name), getattr(their_labeling, name)
    tags = ["B-A", "O", "O"]
    with pytest.raises(TypeError, match="has no len"):
        ours(iter(tags), tags)
    with pytest.raises(TypeError, match="has no len"):
        ours(iter([tags]), [tags])
    assert_same(ours, theirs, [tags], [tags])
    assert plain(ours([tags], iter([tags]))) == plain(theirs([tags], iter([tags])))


def test_tokens_of_a_generator_of_predicted_tags():
    tags = ["B-A", "O", "O"]
    assert labeling.accuracy_score(tags, iter(tags)) == 1.0
    with pytest.raises(TypeError, match="has no len"):
        labeling.performance_measure(tags, iter(tags))
    assert their_labeling.performance_measure(tags, iter(tags))["TN"] == 0


def test_tokens_that_are_not_hashable_are_as_in_seqeval():
    sides = [[[1], "O", {}, "O"]], [[[1], "O", "O", []]]
    for name in ("accuracy_score", "performance_measure"):
        result = assert_same(getattr(labeling, name), getattr(their_labeling, name), *sides)
        assert result[0][0] == "value"


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
    for name in ("accuracy_score", "performance_measure"):
        result = assert_same(
            getattr(labeling, name), getattr(their_labeling, name), gold, predicted
        )
        assert not result[1]


def test_letters_one_by_one_are_no_empty_tags():
    _, notes = caught(scheme.Tokens, "OBI", scheme.IOB2)
    assert not notes


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


@pytest.mark.parametrize("none", [False, "", 0, ()])
def test_strict_with_a_scheme_that_is_false(none):
    """seqeval's scores are lenient then, and its report raises TypeError."""
    gold, predicted = [["B-A", "I-A"]], [["I-A", "I-A"]]
    strict = {"mode": "strict", "scheme": none, "zero_division": 0}
    assert their_labeling.f1_score(gold, predicted, **strict) == 1.0
    with pytest.warns(UserWarning, match="IOB2 was detected"):
        assert labeling.f1_score(gold, predicted, **strict) == 0.0
    assert labeling.f1_score(gold, predicted, **(strict | {"mode": None})) == 1.0
    assert outcome(their_labeling.classification_report, gold, gold, **strict)[1] == "TypeError"
    report = labeling.classification_report(gold, gold, **strict)
    assert report == labeling.classification_report(gold, gold, mode="strict")


@pytest.mark.parametrize("tag", ["E-A", "X-A"])
def test_strict_without_a_scheme_and_a_tag_that_the_detected_one_lacks(tag):
    gold, predicted = [["B-A", "O"]], [["B-A", tag]]
    for function in (labeling.f1_score, labeling.classification_report):
        with pytest.raises((KeyError, ValueError)) as raised:
            caught(function, gold, predicted, mode="strict")
        assert "no scheme was given" in raised.value.__notes__[-1]
    theirs = outcome(their_labeling.classification_report, gold, predicted, mode="strict")
    assert theirs == outcome(labeling.classification_report, gold, predicted, mode="strict")
    with pytest.raises((KeyError, ValueError)) as raised:
        labeling.f1_score(gold, predicted, mode="strict", scheme=scheme.IOB2)
    assert "no scheme" not in "".join(getattr(raised.value, "__notes__", []))


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


def test_an_entity_and_something_else():
    """seqeval: AttributeError; but whatever has `to_tuple` is compared."""
    entity, theirs = scheme.Entity(1, 2, 3, "A"), their_scheme.Entity(1, 2, 3, "A")
    assert entity != (1, "A", 2, 3)
    assert entity != "A"
    with pytest.raises(AttributeError):
        assert theirs != (1, "A", 2, 3)
    assert entity == theirs
    assert theirs == entity
    assert entity != their_scheme.Entity(1, 2, 3, "B")


@pytest.mark.parametrize(
    ("seq", "expected"),
    [
        (("B-A", "I-A"), [("A", 0, 1)]),
        (np.array(["B-A", "I-A"]), [("A", 0, 1)]),
        (np.array([["B-A", "O"], ["I-A", "I-A"]]), [("A", 0, 0), ("A", 3, 4)]),
        ((("B-A",), ("I-A",)), [("A", 0, 0), ("A", 2, 2)]),
        ([("B-A",), ["I-A"], np.array(["O"])], [("A", 0, 0), ("A", 2, 2)]),
    ],
)
def test_get_entities_of_a_tuple_or_an_array(seq, expected):
    """seqeval: an error of some kind; or of an array, tags that have an O at their end."""
    assert labeling.get_entities(seq) == expected
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = outcome(their_labeling.get_entities, seq)
    assert theirs[0] == "error" or theirs[0] == ("value", ("list", []))


@pytest.mark.parametrize("seq", ["B-PER", b"B", {"B-A"}, {"B-A": 1}, iter(["B-A"]), None, 5])
def test_get_entities_of_what_is_no_list(seq):
    for function in (labeling.get_entities, their_labeling.get_entities):
        assert outcome(function, seq)[:2] == ("error", "TypeError")


def test_a_class_that_is_no_token_as_the_scheme_of_a_report():
    """seqeval ignores it, and detects another."""
    tags = [["I-A", "B-A", "O"]]
    options = {"mode": "strict", "output_dict": True}
    used = labeling.classification_report(tags, tags, scheme=their_scheme.IOB1, **options)
    assert used["micro avg"]["support"] == 2
    ignored = their_labeling.classification_report(tags, tags, scheme=scheme.IOB1, **options)
    assert ignored["micro avg"]["support"] == 1
    assert plain(ignored) == plain(labeling.classification_report(tags, tags, **options))
    assert plain(ignored) == plain(
        labeling.classification_report(tags, tags, scheme=str, **options)
    )


def test_a_scheme_by_which_a_sentence_has_no_end():
    """seqeval does not return, or raises IndexError of an empty sentence."""

    def made(module):
        P, T = module.Prefix, module.Tag  # noqa: N806
        tables = {"start_patterns": {(P.ANY, P.O, T.ANY)}}
        return type("StartsWithO", (module.IOB2,), tables)

    for tags in ([], ["B-A"], ["O", "I-A"]):
        with pytest.raises(ValueError, match="has no end"):
            _ = scheme.Tokens(tags, made(scheme)).entities
        with pytest.raises(ValueError, match="has no end"):
            labeling.f1_score([tags], [tags], mode="strict", scheme=made(scheme))
    assert outcome(lambda: their_scheme.Tokens([], made(their_scheme)).entities)[1] == "IndexError"


# Weights: seqeval takes them, and does nothing with them.


def labelled_types(both):
    return {kind for side in both for kind, *_ in labeling.get_entities(side)}


@pytest.mark.slow
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
        names = v1.unique_labels(*both, scheme.IOBES) if strict else labelled_types(both)
        counted = labeling.classification_report(*repeated, output_dict=True, **options)
        every = [counted[name]["f1-score"] if name in counted else 0.0 for name in names]
        macro = labeling.f1_score(*both, average="macro", sample_weight=weights, **options)
        assert macro == pytest.approx(sum(every) / len(every), abs=1e-15)
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
        ([1, 1e300], "above 1e"),
        ([1, 10**400], "numbers"),
        ([1, None], "numbers"),
        ([1, 1j], "numbers"),
        (["1", "2"], "numbers"),
        ([[1], [1, 2]], "numbers"),
        ([datetime(2020, 1, 1), datetime(2020, 1, 2)], "numbers"),
        (np.array(["2020-01-01", "2020-01-02"], "datetime64[D]"), "numbers"),
        ((weight for weight in (1, 2)), "numbers"),
    ],
)
def test_weights_that_are_refused(weights, message):
    sides = [["B-A"], ["O"]], [["B-A"], ["O"]]
    for options in ({}, {"mode": "strict", "scheme": scheme.IOB2}):
        with pytest.raises((TypeError, ValueError), match=message) as raised:
            labeling.f1_score(*sides, sample_weight=weights, **options)
        assert raised.type is (TypeError if message == "numbers" else ValueError)


@pytest.mark.parametrize(
    "weights", [[1e280, 1], [2**70, 1], [10**200, 1.5], [Fraction(1, 3), Decimal(2)], [True, 2]]
)
def test_weights_of_other_kinds_and_sizes(weights):
    sides = [["B-A", "B-A"], ["B-B", "O"]], [["B-A", "O"], ["O", "B-B"]]
    first, second = map(float, weights)
    options = {"average": None, "sample_weight": weights, "zero_division": 0}
    *_, support = labeling.precision_recall_fscore_support(*sides, **options)
    assert support.tolist() == [2 * first, second]
    text = labeling.classification_report(*sides, sample_weight=weights)
    assert "micro avg" in text


def test_a_weight_of_0_leaves_the_types_there():
    """As in scikit-learn."""
    sides = [["B-A"], ["B-B"]], [["B-A"], ["O"]]
    options = {"sample_weight": [1, 0], "zero_division": 0}
    assert [*labeling.f1_score(*sides, average=None, **options)] == [1.0, 0.0]
    assert labeling.f1_score(*sides, average="macro", **options) == 0.5


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


BROKEN_SKLEARN = """
import sys, types, warnings
from spanf1.compat.seqeval.metrics import f1_score
class Broken(types.ModuleType):
    def __getattr__(self, name):
        raise OSError("libgomp.so.1: cannot allocate memory in static TLS block")
for broken in (Broken("sklearn.exceptions"), types.ModuleType("sklearn.exceptions")):
    sys.modules["sklearn"], sys.modules["sklearn.exceptions"] = types.ModuleType("sklearn"), broken
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        f1_score([["O"]], [["O"]])
    assert [note.category.__name__ for note in found] == ["UndefinedMetricWarning"], found
    assert found[0].category.__module__.startswith("spanf1.")
"""


@pytest.mark.slow
@pytest.mark.parametrize("code", [WITHOUT_SKLEARN, BROKEN_SKLEARN, NOT_IMPORTED])
def test_no_need_of_sklearn(code):
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", [*SCORES, "classification_report"])
def test_a_scheme_without_the_strict_mode(name):
    function, gold, predicted = getattr(labeling, name), [["B-A", "I-A"]], [["I-A", "I-A"]]
    lenient = function(gold, predicted)
    with pytest.warns(UserWarning, match="scheme=IOB2 has no effect without mode='strict'"):
        assert function(gold, predicted, scheme=scheme.IOB2) == lenient
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        function(gold, gold, scheme=scheme.IOB2, mode="strict")
