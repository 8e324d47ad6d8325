"""Spans and scores against other libraries, on random tags; and where those differ, and why."""

import math
import warnings
from itertools import product

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import f1_score, precision_score, recall_score
from seqeval.metrics.sequence_labeling import precision_recall_fscore_support

import spanf1
from spanf1.cli.group import main
from spanf1.cli.scoring import SCORE_RENDERERS
from spanf1.conlleval.reader import ScriptFile
from spanf1.core.script import count_rows
from spanf1.results import report
from tests.helpers.oracles import (
    ALPHABETS,
    EXACT,
    MAKERS,
    SEQSCORE_NAMES,
    Span,
    alphabet,
    altered,
    assert_same_report,
    report_of,
    seqeval_report,
    seqeval_spans,
    seqeval_strict_spans,
    seqscore_accepts,
    seqscore_counts,
    seqscore_spans,
    sklearn_scores,
    well_formed,
)

SENTENCES = 2000
BATCH = 20

# The schemes whose prefixes seqeval's default knows: O, B, I, E and S.
SEQEVAL_LENIENT = ["IOB1", "IOB2", "IOE1", "IOE2", "IOBES"]
SEQEVAL_STRICT = ["IOB2", "IOE2", "IOBES", "BILOU"]
SEQSCORE_CONLLEVAL = ["IOB1", "IOB2"]

steady = settings(derandomize=True, deadline=None, max_examples=200)


@pytest.fixture(params=MAKERS)
def make(request):
    return MAKERS[request.param]


def rng_for(scheme):
    return np.random.default_rng(list(scheme.encode()))


def sentence_of(scheme):
    return st.lists(st.sampled_from(alphabet(scheme, "AB")), min_size=1, max_size=12)


def batches(make, scheme):
    """Yield pairs of gold and predicted sentences, a few at a time."""
    rng = rng_for(scheme)
    gold = make(rng, scheme, SENTENCES)
    predicted = altered(rng, gold, scheme)
    for first in range(0, SENTENCES, BATCH):
        yield gold[first : first + BATCH], predicted[first : first + BATCH]


def strict_spans(tags, scheme):
    return spanf1.decode(tags, scheme=scheme, reading="strict")


def disagreements(sentences, ours, theirs):
    return [tags for tags in sentences if ours(tags) != theirs(tags)]


# seqeval's default.


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SEQEVAL_LENIENT)
def test_lenient_spans_are_those_of_seqeval(scheme, make):
    sentences = make(rng_for(scheme), scheme, SENTENCES)
    assert disagreements(sentences, spanf1.decode, seqeval_spans) == []


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SEQEVAL_LENIENT)
def test_lenient_reports_are_those_of_seqeval(scheme, make):
    for gold, predicted in batches(make, scheme):
        result = spanf1.evaluate(gold, predicted, scheme=scheme)
        assert_same_report(report_of(result), seqeval_report(gold, predicted))


@pytest.mark.parametrize("scheme", SEQEVAL_LENIENT)
def test_lenient_scores_are_those_of_seqeval(scheme, make):
    for gold, predicted in batches(make, scheme):
        ours = spanf1.evaluate(gold, predicted).micro
        theirs = [f(gold, predicted) for f in (precision_score, recall_score, f1_score)]
        assert [ours.precision, ours.recall, ours.f1] == pytest.approx(theirs, abs=EXACT, rel=0)


@steady
@given(sentence_of("IOBES"))
def test_lenient_spans_are_those_of_seqeval_in_small(tags):
    assert spanf1.decode(tags) == seqeval_spans(tags)


TO_IOBES = str.maketrans("MLUW", "IESS")


@pytest.mark.parametrize("scheme", ["BILOU", "BMES", "BMEWO"])
def test_lenient_spans_of_other_letters_are_those_of_seqeval_in_iobes(scheme, make):
    """By name, seqeval's default knows B, I, E and S only: see the next test."""
    for tags in make(rng_for(scheme), scheme, SENTENCES):
        translated = [tag[0].translate(TO_IOBES) + tag[1:] for tag in tags]
        assert spanf1.decode(tags) == seqeval_spans(translated)


@pytest.mark.parametrize(
    ("tags", "ours", "theirs"),
    [
        pytest.param(
            ["U-A", "U-A"], [Span(0, 1, "A"), Span(1, 2, "A")], [Span(0, 2, "A")], id="BILOU-U-U"
        ),
        pytest.param(
            ["B-A", "L-A", "L-A"],
            [Span(0, 2, "A"), Span(2, 3, "A")],
            [Span(0, 3, "A")],
            id="BILOU-B-L-L",
        ),
        pytest.param(
            ["S-A", "M-A"],
            [Span(0, 1, "A"), Span(1, 2, "A")],
            [Span(0, 1, "A"), Span(0, 2, "A")],
            id="BMES-S-M",
        ),
        pytest.param(
            ["W-A", "W-A"], [Span(0, 1, "A"), Span(1, 2, "A")], [Span(0, 2, "A")], id="BMEWO-W-W"
        ),
    ],
)
def test_seqeval_by_default_does_not_know_l_u_m_and_w(tags, ours, theirs):
    """A letter it does not know neither opens nor closes a span unless the type changes.

    So two single tokens of one type are one entity, and one after an S makes a second one that
    overlaps. It warns that these seem not to be tags.
    """
    assert spanf1.decode(tags) == ours
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        assert seqeval_spans(tags) == theirs


# seqeval's strict mode.


@pytest.mark.parametrize("scheme", SEQEVAL_STRICT)
def test_strict_spans_are_those_of_seqeval(scheme, make):
    sentences = make(rng_for(scheme), scheme, SENTENCES)
    ours, theirs = (
        lambda tags: strict_spans(tags, scheme),
        lambda tags: seqeval_strict_spans(tags, scheme),
    )
    assert disagreements(sentences, ours, theirs) == []


@pytest.mark.parametrize("scheme", SEQEVAL_STRICT)
def test_strict_reports_are_those_of_seqeval(scheme, make):
    for gold, predicted in batches(make, scheme):
        result = spanf1.evaluate(gold, predicted, scheme=scheme, reading="strict")
        if result.types:  # seqeval's report of nothing is an error
            theirs = seqeval_report(gold, predicted, scheme=scheme)
            assert_same_report(report_of(result), theirs)


@pytest.mark.slow
@steady
@given(st.sampled_from(SEQEVAL_STRICT).flatmap(lambda s: st.tuples(st.just(s), sentence_of(s))))
def test_strict_spans_are_those_of_seqeval_in_small(drawn):
    scheme, tags = drawn
    assert strict_spans(tags, scheme) == seqeval_strict_spans(tags, scheme)


IOB1_DIFFERENCES = [
    # In the table of endings, B before a B of another type is absent. The span that it closes,
    # well-formed as every span that a B opens right after its own type, is lost.
    pytest.param(
        ["I-A", "B-A", "B-C"],
        [Span(0, 1, "A"), Span(1, 2, "A")],
        [Span(0, 1, "A")],
        id="an-ending-is-absent",
    ),
    # In the table of beginnings, every I after a B begins an entity, of the same type too. Behind
    # a B that may not open one, an entity goes on with that I: seqeval keeps it, less its B.
    pytest.param(
        ["O", "B-A", "I-A"], [], [Span(2, 3, "A")], id="an-ill-formed-entity-loses-its-head"
    ),
]


@pytest.mark.parametrize(("tags", "ours", "theirs"), IOB1_DIFFERENCES)
def test_where_strict_iob1_differs_from_seqeval(tags, ours, theirs):
    """In IOB1, B opens a span only right after one of its type; I opens it anywhere else."""
    assert strict_spans(tags, "IOB1") == ours
    assert seqeval_strict_spans(tags, "IOB1") == theirs


def as_seqeval_reads_iob1(tags):
    """Return the strict spans of IOB1, and do to them what seqeval's two flaws do."""
    after = [*tags[1:], "O"]
    good = strict_spans(tags, "IOB1")
    found = []
    for span in spanf1.decode(tags):
        alone = span.end == span.start + 1 and tags[span.start][0] == "B"
        if span not in good and not alone:
            found.append(span._replace(start=span.start + 1))
        elif span in good and not (alone and after[span.start][0] == "B" and differs(span, after)):
            found.append(span)
    return found


def differs(span, after):
    return after[span.start][2:] != span.type


@pytest.mark.slow
def test_strict_iob1_differs_from_seqeval_in_these_two_ways_only(make):
    sentences = make(rng_for("IOB1"), "IOB1", SENTENCES)
    theirs = [seqeval_strict_spans(tags, "IOB1") for tags in sentences]
    assert [as_seqeval_reads_iob1(tags) for tags in sentences] == theirs
    assert [strict_spans(tags, "IOB1") for tags in sentences] != theirs


def test_strict_iob1_is_that_of_seqeval_where_neither_occurs():
    """Well-formed tags of one type: no B is ill-formed, none stands before one of another type."""
    rng = rng_for("IOB1")
    sentences = well_formed(rng, "IOB1", SENTENCES, types="A")
    assert (
        disagreements(
            sentences,
            lambda tags: strict_spans(tags, "IOB1"),
            lambda tags: seqeval_strict_spans(tags, "IOB1"),
        )
        == []
    )


def test_strict_ioe1_is_unfinished_in_seqeval():
    """Its source says so. An E that follows an O begins nothing there.

    In IOE1 an E ends a span right before one of its type: both of these are well-formed.
    """
    tags = ["O", "E-A", "I-A", "O"]
    assert strict_spans(tags, "IOE1") == [Span(1, 2, "A"), Span(2, 3, "A")]
    assert seqeval_strict_spans(tags, "IOE1") == [Span(2, 3, "A")]


# seqscore.


@pytest.mark.parametrize("scheme", SEQSCORE_CONLLEVAL)
def test_lenient_spans_are_those_of_seqscore(scheme, make):
    for tags in make(rng_for(scheme), scheme, SENTENCES):
        assert spanf1.decode(tags) == seqscore_spans(tags, scheme, "conlleval")


def test_strict_spans_are_those_of_seqscore(make):
    """Of its encodings, only that of IOB2 can discard."""
    for tags in make(rng_for("IOB2"), "IOB2", SENTENCES):
        assert strict_spans(tags, "IOB2") == seqscore_spans(tags, "IOB2", "discard")


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SEQSCORE_NAMES)
def test_well_formed_tags_are_those_that_seqscore_accepts(scheme, make):
    for tags in make(rng_for(scheme), scheme, SENTENCES):
        spans = spanf1.decode(tags)
        accepted = seqscore_accepts(tags, scheme)
        assert (spans == strict_spans(tags, scheme)) == accepted, tags
        if accepted:
            assert spans == seqscore_spans(tags, scheme, None)


@pytest.mark.parametrize(
    ("scheme", "repair", "reading"),
    [
        ("IOB1", "conlleval", "lenient"),
        ("IOB2", "conlleval", "lenient"),
        ("IOB2", "discard", "strict"),
    ],
)
def test_counts_are_those_of_seqscore(scheme, repair, reading, make):
    for gold, predicted in batches(make, scheme):
        counts = spanf1.evaluate(gold, predicted, scheme=scheme, reading=reading).counts
        assert counts.types == seqscore_counts(gold, predicted, scheme, repair)


# Averages and 0/0, against scikit-learn.

AVERAGES = ["micro", "macro", "weighted"]
BETAS = [0.5, 1.0, 2.0]
LIMITS = [0.0, math.inf]
ZERO_DIVISIONS = [
    pytest.param(0, id="zero"),
    pytest.param(1, id="one"),
    pytest.param(math.nan, id="nan"),
]


def small_batches(count=40):
    """Yield pairs so small that types are often missing on a side; some type is in gold."""
    rng = np.random.default_rng(0)
    done = 0
    while done < count:
        gold = MAKERS["noisy"](rng, "IOB2", int(rng.integers(1, 4)), types="ABC")
        predicted = altered(rng, gold, "IOB2", types="ABC", noise=0.5)
        if any(map(spanf1.decode, gold)):
            done += 1
            yield gold, predicted


def sets_of(sentences):
    return [set(spanf1.decode(tags)) for tags in sentences]


def kinds(*sides):
    return sorted({span.type for side in sides for spans in side for span in spans})


def approx(values):
    return pytest.approx(values, abs=EXACT, rel=0, nan_ok=True)


def prf(row):
    return [row.precision, row.recall, row.fbeta]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("beta", "zero_division"), [*product(BETAS, [0, 1, math.nan]), *product(LIMITS, [0])]
)
def test_averages_are_those_of_scikit_learn(beta, zero_division):
    options = {"beta": beta, "zero_division": zero_division}
    for gold, predicted in small_batches():
        sides = sets_of(gold), sets_of(predicted)
        labels = kinds(*sides)
        result = spanf1.evaluate(gold, predicted, **options)
        by_type = sklearn_scores(*sides, labels, average=None, **options)
        assert list(result.types) == labels
        for row, expected in zip(result.types.values(), zip(*by_type, strict=True), strict=True):
            assert prf(row) == approx(expected)
        for name in AVERAGES:
            expected = sklearn_scores(*sides, labels, average=name, **options)
            assert prf(getattr(result, name)) == approx(expected), name


@pytest.mark.parametrize("zero_division", ZERO_DIVISIONS)
@pytest.mark.parametrize(
    ("chosen", "pick"),
    [
        pytest.param("gold", lambda gold, _: kinds(gold), id="gold"),
        pytest.param("predicted", lambda _, predicted: kinds(predicted), id="predicted"),
        pytest.param(("C", "A"), lambda *_: ["C", "A"], id="list"),
        pytest.param(("A", "absent"), lambda *_: ["A", "absent"], id="list-with-absent"),
    ],
)
def test_averages_over_chosen_types_are_those_of_scikit_learn(chosen, pick, zero_division):
    options = {"beta": 2.0, "zero_division": zero_division}
    for gold, predicted in small_batches():
        sides = sets_of(gold), sets_of(predicted)
        labels = pick(*sides)
        if not any(span.type in labels for spans in sides[0] for span in spans):
            continue  # weights that are all 0: a test of their own
        result = spanf1.evaluate(gold, predicted, types=chosen, **options)
        # A set of types narrows macro and weighted; a list narrows micro, too.
        for name in ["macro", "weighted"] if isinstance(chosen, str) else AVERAGES:
            expected = sklearn_scores(*sides, labels, average=name, **options)
            assert prf(getattr(result, name)) == approx(expected), name


@pytest.mark.parametrize(
    ("beta", "zero_division"), [*product(BETAS, [0, 1]), *product(LIMITS, [0])]
)
def test_averages_are_those_of_seqeval(beta, zero_division):
    options = {"beta": beta, "zero_division": zero_division}
    for gold, predicted in small_batches():
        result = spanf1.evaluate(gold, predicted, **options)
        for name in AVERAGES:
            expected = precision_recall_fscore_support(gold, predicted, average=name, **options)
            assert prf(getattr(result, name)) == approx(expected[:3]), name


@pytest.mark.parametrize(
    ("beta", "gold", "predicted", "theirs"),
    [
        pytest.param(0.0, [["B-A"]], [["O"]], [1, 0, 1], id="precision-is-0/0"),
        pytest.param(math.inf, [["O"]], [["B-A"]], [0, 1, 1], id="recall-is-0/0"),
    ],
)
def test_f_of_nothing_correct_is_0_where_scikit_learn_takes_it_for_1(beta, gold, predicted, theirs):
    """F-0 is precision and F-infinity is recall, except where that is 0/0.

    F has no 0/0 as long as one side has spans: it is 0, as it is for every other beta.
    scikit-learn takes over what it was told that the 0/0 in precision or recall is.
    """
    options = {"beta": beta, "zero_division": 1}
    sides = sets_of(gold), sets_of(predicted)
    assert sklearn_scores(*sides, ["A"], average="micro", **options) == approx(theirs)
    assert prf(spanf1.evaluate(gold, predicted, **options).micro) == approx([*theirs[:2], 0])


@pytest.mark.parametrize("zero_division", [0, 1])
def test_reports_are_those_of_seqeval_whatever_zero_by_zero_is(zero_division):
    for gold, predicted in small_batches():
        result = spanf1.evaluate(gold, predicted, zero_division=zero_division)
        theirs = seqeval_report(gold, predicted, zero_division=zero_division)
        assert_same_report(report_of(result), theirs)


ALL_WRONG = [["O", "O", "O"]], [["B-A", "O", "B-C"]]


@pytest.mark.parametrize("zero_division", ZERO_DIVISIONS)
@pytest.mark.parametrize("average", AVERAGES)
def test_gold_without_spans_is_as_in_scikit_learn(average, zero_division):
    """Precision is not 0/0 here: it is 0/2. The weights of the weighted mean are all 0."""
    options = {"beta": 1.0, "zero_division": zero_division}
    result = spanf1.evaluate(*ALL_WRONG, **options)
    expected = sklearn_scores(*map(sets_of, ALL_WRONG), ["A", "C"], average=average, **options)
    assert prf(getattr(result, average)) == approx(expected)


@pytest.mark.parametrize("zero_division", [0, 1])
@pytest.mark.parametrize("average", AVERAGES)
def test_gold_without_spans_is_as_in_seqeval(average, zero_division):
    result = spanf1.evaluate(*ALL_WRONG, zero_division=zero_division)
    expected = precision_recall_fscore_support(
        *ALL_WRONG, average=average, zero_division=zero_division
    )
    assert prf(getattr(result, average)) == approx(expected[:3])


@pytest.mark.parametrize("zero_division", ZERO_DIVISIONS)
@pytest.mark.parametrize("average", AVERAGES)
def test_no_spans_at_all_is_zero_by_zero(average, zero_division):
    result = spanf1.evaluate([["O"]], [["O"]], zero_division=zero_division)
    assert prf(getattr(result, average)) == approx([zero_division] * 3)


# The reading "conlleval", against our conlleval, which is tested against the script itself.


def write_rows(path, gold, predicted):
    sentences = [
        "".join(f"w {tag} {other}\n" for tag, other in zip(*sentence, strict=True))
        for sentence in zip(gold, predicted, strict=True)
    ]
    path.write_text("\n".join(sentences))
    return path


def script_counts(path):
    with path.open("rb") as file:
        return count_rows(ScriptFile(file))


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ALPHABETS)
def test_the_reading_conlleval_counts_as_the_command_does(scheme, make, tmp_path):
    rng = rng_for(scheme)
    gold = make(rng, scheme, SENTENCES)
    predicted = altered(rng, gold, scheme)
    path = write_rows(tmp_path / "rows.conll", gold, predicted)
    expected = script_counts(path)
    assert expected.types
    for counts in (
        spanf1.evaluate(gold, predicted, reading="conlleval").counts,
        spanf1.score_file(path, reading="conlleval").counts,
    ):
        assert counts.types == expected.types
        assert (counts.tokens, counts.tokens_correct) == (expected.tokens, expected.tokens_correct)
        assert counts.sentences == SENTENCES


def test_the_script_knows_no_schemes_to_compare_tokens_by(tmp_path):
    """Its accuracy is that of tags as they are written, in whatever two schemes."""
    gold, predicted = [["B-A", "I-A", "O"]], [["I-A", "E-A", "O"]]
    expected = script_counts(write_rows(tmp_path / "rows.conll", gold, predicted))
    result = spanf1.evaluate(gold, predicted, reading="conlleval")
    assert result.gold_schemes[0] != result.pred_schemes[0]
    assert result.counts.types == expected.types
    assert (result.counts.tokens_correct, expected.tokens_correct) == (1, 1)


@pytest.mark.parametrize("scheme", ["IOB2", "IOBES", "BILOU"])
def test_the_reading_conlleval_prints_what_the_command_does(scheme, make, tmp_path):
    rng = rng_for(scheme)
    gold = make(rng, scheme, SENTENCES)
    predicted = altered(rng, gold, scheme)
    path = write_rows(tmp_path / "rows.conll", gold, predicted)
    printed = CliRunner().invoke(main, ["conlleval"], input=path.read_bytes()).stdout
    result = spanf1.evaluate(gold, predicted, reading="conlleval")
    assert SCORE_RENDERERS["conlleval"](report.report_of(result)) == printed


mixed_tags = st.sampled_from(
    ["O"] + [prefix + kind for prefix in "BIESLUMW" for kind in ("", "-0", "-A", "-C")]
)
mixed_sentences = st.lists(
    st.lists(st.tuples(mixed_tags, mixed_tags), min_size=1, max_size=8), min_size=1, max_size=3
)


@pytest.mark.slow
@steady
@given(mixed_sentences)
def test_the_reading_conlleval_without_types_and_with_the_type_0(tmp_path_factory, sentences):
    """To the script, the types "" and "0" are the type of O; we call that type "_"."""
    gold = [[tag for tag, _ in sentence] for sentence in sentences]
    predicted = [[tag for _, tag in sentence] for sentence in sentences]
    path = write_rows(tmp_path_factory.getbasetemp() / "mixed.conll", gold, predicted)
    expected = script_counts(path)
    counts = spanf1.evaluate(gold, predicted, reading="conlleval").counts
    renamed = {kind or "_": row for kind, row in expected.types.items()}
    assert (counts.types, counts.tokens) == (dict(sorted(renamed.items())), expected.tokens)


def test_where_conlleval_and_lenient_part():
    """From the table in the design: the script knows no S, and one flag is not an intersection."""
    cases = [
        ([["S-A", "S-A"]], [["S-A", "S-A"]], 1, 2),
        ([["B-A", "E-A", "B-A", "E-A"]], [["B-A", "I-A", "I-A", "E-A"]], 1, 0),
    ]
    for gold, predicted, script, lenient in cases:
        assert spanf1.evaluate(gold, predicted, reading="conlleval").micro.correct == script
        assert spanf1.evaluate(gold, predicted).micro.correct == lenient
