import doctest
import json
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from typing import get_args

import numpy as np
import pytest

evaluate = pytest.importorskip("evaluate")
seqeval_metrics = pytest.importorskip("seqeval.metrics")
seqeval_scheme = pytest.importorskip("seqeval.scheme")

from spanf1.exceptions import UsageError  # noqa: E402
from spanf1.integrations.evaluate import (  # noqa: E402
    SCHEMES,
    SchemeName,
    Seqeval,
    load,
    seqeval_scores,
)

pytestmark = pytest.mark.filterwarnings("ignore")

GOLD = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-LOC"]]
PREDICTED = [["B-PER", "I-PER", "O", "B-PER"], ["O", "B-LOC"]]
ILL_FORMED = [["I-PER", "I-PER", "O", "B-LOC"], ["O", "B-LOC"]]
OVERALL = ["overall_precision", "overall_recall", "overall_f1", "overall_accuracy"]
FIGURES = {"precision": "precision", "recall": "recall", "f1": "f1-score"}
LETTERS = {"IOB1": "BI", "IOB2": "BI", "IOE1": "IE", "IOE2": "IE", "IOBES": "BIES", "BILOU": "BILU"}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(evaluate.config, "HF_METRICS_CACHE", tmp_path)
    return tmp_path


@pytest.fixture
def metric():
    return load()


def random_tags(seed, scheme, *, suffix=False, sentences=60):
    """Gold, and predictions that have one tag in five from elsewhere."""
    rng = np.random.default_rng(seed)
    pairs = [(letter, kind) for letter in LETTERS[scheme] for kind in ("PER", "LOC", "ORG")]
    names = ["O", *(f"{kind}-{letter}" if suffix else f"{letter}-{kind}" for letter, kind in pairs)]
    lengths = rng.integers(1, 15, sentences)
    gold = [rng.choice(names, length) for length in lengths]
    predicted = [
        np.where(rng.random(len(tags)) < 0.2, rng.permutation(tags), tags) for tags in gold
    ]
    return [tags.tolist() for tags in gold], [tags.tolist() for tags in predicted]


def expected(predictions, references, *, scheme=None, averages=(), **options):
    """What the metric's script makes of seqeval's report."""
    report = seqeval_metrics.classification_report(
        references,
        predictions,
        output_dict=True,
        scheme=scheme and getattr(seqeval_scheme, scheme),
        **options,
    )
    means = {name: report.pop(f"{name} avg") for name in ("micro", "macro", "weighted")}
    scores = {
        name: {new: row[old] for new, old in FIGURES.items()} | {"number": row["support"]}
        for name, row in report.items()
    }
    for prefix, name in ("overall_", "micro"), *((f"overall_{name}_", name) for name in averages):
        scores |= {f"{prefix}{new}": means[name][old] for new, old in FIGURES.items()}
    scores["overall_accuracy"] = seqeval_metrics.accuracy_score(references, predictions)
    return scores


CASES = [
    {},
    {"suffix": True},
    {"zero_division": 0},
    {"zero_division": 1},
    *({"mode": "strict", "scheme": scheme, "zero_division": 0} for scheme in SCHEMES),
    {"scheme": "IOB2"},
]


@pytest.mark.parametrize("options", CASES, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_figures_are_those_of_seqeval(seed, options, metric):
    tags = random_tags(seed, options.get("scheme", "IOBES"), suffix=options.get("suffix", False))
    references, predictions = tags
    found = metric.compute(predictions=predictions, references=references, **options)
    assert found == expected(predictions, references, **options)
    assert [*found][-4:] == OVERALL


def test_empty_sides_are_those_of_seqeval():
    for gold, predicted in ([["O"]], [["B-A"]]), ([["B-A"]], [["O"]]), ([["O"]], [["O"]]):
        for zero_division in ("warn", 0, 1):
            theirs = expected(predicted, gold, zero_division=zero_division)
            assert seqeval_scores(predicted, gold, zero_division=zero_division) == theirs


def test_averages_are_kept(metric):
    references, predictions = random_tags(5, "IOB2")
    found = metric.compute(
        predictions=predictions, references=references, average=["macro", "weighted"]
    )
    assert found == expected(predictions, references, averages=("macro", "weighted"))
    alone = seqeval_scores(predictions, references, average="macro")
    assert alone["overall_macro_f1"] == found["overall_macro_f1"]
    assert "overall_weighted_f1" not in alone


def test_a_mean_of_no_types_is_a_number():
    scores = seqeval_scores([["O"]], [["O"]], average=("macro", "weighted"), zero_division=1)
    assert [*scores.values()] == [1.0] * 10
    json.dumps(scores, allow_nan=False)


@pytest.mark.parametrize("options", [{}, {"sample_weight": [1, 2]}, {"sample_weight": [0.5, 2]}])
def test_numbers_are_plain(metric, options):
    scores = metric.compute(predictions=PREDICTED, references=GOLD, average="macro", **options)
    flat = [scores, *(row for row in scores.values() if isinstance(row, dict))]
    kinds = {type(value) for row in flat for value in row.values()} - {dict}
    assert kinds <= {int, float}
    assert json.loads(json.dumps(scores)) == scores


def test_the_keys():
    scores = seqeval_scores(PREDICTED, GOLD)
    assert [*scores] == ["LOC", "PER", *OVERALL]
    assert scores["LOC"] == {"precision": 1.0, "recall": 0.5, "f1": 2 / 3, "number": 2}


def test_weights_of_sentences():
    twice = seqeval_scores([*PREDICTED, PREDICTED[1]], [*GOLD, GOLD[1]])
    weighted = seqeval_scores(PREDICTED, GOLD, sample_weight=[1, 2])
    assert weighted["LOC"] == twice["LOC"]


@pytest.mark.parametrize("in_memory", [False, True])
def test_added_by_sentence_and_by_batch(cache, in_memory):
    metric = load(keep_in_memory=in_memory)
    whole = metric.compute(predictions=PREDICTED, references=GOLD)
    metric.add(prediction=PREDICTED[0], reference=GOLD[0])
    metric.add_batch(predictions=PREDICTED[1:], references=GOLD[1:])
    assert metric.compute() == whole
    assert metric.compute(predictions=PREDICTED, references=GOLD) == whole
    assert not [*cache.rglob("*.arrow")]


def test_combined_with_another(metric):
    class AllRight(evaluate.Metric):
        def _info(self):
            return metric.info

        def _compute(self, predictions, references):
            return {"all_right": predictions == references}

    both = evaluate.combine([metric, AllRight()])
    found = both.compute(predictions=PREDICTED, references=GOLD)
    assert found == seqeval_scores(PREDICTED, GOLD) | {"all_right": False}


def test_options_of_the_metric_are_defaults():
    metric = load(mode="strict", scheme="IOB2", average="macro", zero_division=0)
    found = metric.compute(predictions=ILL_FORMED, references=GOLD)
    options = {"mode": "strict", "scheme": "IOB2", "zero_division": 0}
    assert found == expected(ILL_FORMED, GOLD, averages=("macro",), **options)
    found = metric.compute(predictions=ILL_FORMED, references=GOLD, mode=None, average="micro")
    assert found == expected(ILL_FORMED, GOLD)
    assert found["overall_f1"] == 1


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"mode": "Strict"}, "unknown mode 'Strict'"),
        ({"scheme": "IOB3"}, "unknown scheme 'IOB3'"),
        ({"average": ["macro", "samples"]}, "unknown average 'samples'"),
        ({"zero_division": 0.5}, "unknown zero_division 0.5"),
    ],
)
def test_options_that_are_none(option, message):
    metric = load(keep_in_memory=True)
    for call in (
        lambda: load(**option),
        lambda: metric.compute(predictions=PREDICTED, references=GOLD, **option),
    ):
        with pytest.raises(UsageError, match=message):
            call()
    assert metric.compute(predictions=PREDICTED, references=GOLD)["overall_f1"] == 2 / 3


def test_options_that_there_are_not():
    metric = load(keep_in_memory=True)
    with pytest.raises(UsageError, match="unknown option 'modus'"):
        load(modus="strict")
    with pytest.raises(TypeError, match="'modus'"):
        metric.compute(predictions=PREDICTED, references=GOLD, modus="strict")


def test_tags_that_do_not_fit():
    metric = load(keep_in_memory=True)
    for predictions in ([["O"], ["O", "O"]], PREDICTED[:1], [["O"] * 5, ["O"]]):
        with pytest.raises(ValueError, match=r"inconsistent|Mismatch"):
            metric.compute(predictions=predictions, references=GOLD)


def test_examples():
    assert doctest.testmod(sys.modules[Seqeval.__module__]) == (0, 6)


def test_it_is_a_metric_of_evaluate(metric):
    assert isinstance(metric, evaluate.Metric)
    assert isinstance(metric, Seqeval)
    assert metric.name == "seqeval"
    assert "average" in metric.inputs_description


def share_of(process, folder):
    """What one of two processes computes, with every other sentence."""
    metric = load(cache_dir=folder, num_process=2, process_id=process, experiment_id="shared")
    references, predictions = random_tags(7, "IOB2")
    metric.add_batch(predictions=predictions[process::2], references=references[process::2])
    return metric.compute()


def test_gathered_from_two_processes(cache):
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, spawn) as pool:
        first, second = pool.map(share_of, (0, 1), [str(cache)] * 2)
    references, predictions = random_tags(7, "IOB2")
    assert first == seqeval_scores(predictions, references)
    assert second is None


def test_type_checkers_know_the_schemes() -> None:
    assert sorted(get_args(SchemeName)) == sorted(SCHEMES)
