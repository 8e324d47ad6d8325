import inspect
import pickle
from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("accelerate")

import spanf1  # noqa: E402
from spanf1.integrations.transformers import (  # noqa: E402
    compute_metrics,
    preprocess_logits_for_metrics,
)

pytestmark = pytest.mark.filterwarnings("ignore")

LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
IGNORED = -100
LENGTHS = [5, 3, 9, 7, 2, 6, 12, 4, 8, 10, 1]


def prediction(predictions, label_ids):
    return SimpleNamespace(predictions=predictions, label_ids=label_ids)


def tags_of(ids, gold):
    """The usual recipe: strings, without the tokens that gold ignores."""
    return [
        [LABELS[number] for number, label in zip(row, labels, strict=True) if label != IGNORED]
        for row, labels in zip(ids, gold, strict=True)
    ]


def random_ids(seed, sentences=20, tokens=15):
    rng = np.random.default_rng(seed)
    gold = rng.integers(0, len(LABELS), (sentences, tokens))
    gold[rng.random(gold.shape) < 0.2] = IGNORED
    return rng.normal(size=(*gold.shape, len(LABELS))).astype(np.float32), gold


def figures_of(predicted, gold):
    """What the defaults give, from a result on strings."""
    result = spanf1.evaluate(tags_of(gold, gold), tags_of(predicted, gold))
    rows = {"": result.micro, "macro_": result.macro}
    rows |= {f"{name}_": row for name, row in result.types.items()}
    return {
        f"{name}{figure}": getattr(row, figure)
        for name, row in rows.items()
        for figure in ("precision", "recall", "f1")
    } | {"accuracy": result.tally.tags_equal / result.tally.tokens}


# What it is given, and gives.


def test_figures_of_logits_and_of_ids():
    logits, gold = random_ids(1)
    ids = logits.argmax(-1)
    metrics = compute_metrics(LABELS)
    expected = figures_of(ids, gold)
    for predictions in (
        logits,
        ids,
        (logits, np.zeros(3)),
        np.where(gold == IGNORED, IGNORED, ids),
    ):
        found = metrics(prediction(predictions, gold))
        assert found == pytest.approx(expected, abs=1e-15)
        assert {*map(type, found.values())} == {float}
    assert metrics.result.micro.f1 == found["f1"]
    assert str(metrics.result.signature())


def test_accuracy_is_that_of_tags_whatever_scheme_they_look_like():
    gold, predicted = np.array([[1, 2, 0, 3]]), np.array([[2, 2, 0, 3]])
    given = prediction(predicted, gold)
    assert compute_metrics(LABELS)(given)["accuracy"] == 0.75
    schemes = {"gold_scheme": "IOB2", "pred_scheme": "IOB1"}
    assert compute_metrics(LABELS, **schemes)(given)["accuracy"] == 1


def tiny_config():
    return transformers.BertConfig(
        vocab_size=30,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=16,
        id2label=dict(enumerate(LABELS)),
        label2id={name: number for number, name in enumerate(LABELS)},
    )


def tiny_model():
    torch.manual_seed(0)
    return transformers.BertForTokenClassification(tiny_config())


@pytest.mark.parametrize(
    "labels",
    [
        tuple(LABELS),
        dict(enumerate(LABELS)),
        {str(number): name for number, name in enumerate(LABELS)},
        tiny_config(),
        tiny_model(),
    ],
    ids=lambda labels: type(labels).__name__,
)
def test_labels(labels):
    logits, gold = random_ids(2)
    given = prediction(logits, gold)
    assert compute_metrics(labels)(given) == compute_metrics(LABELS)(given)


def test_names():
    logits, gold = random_ids(3)
    given = prediction(logits, gold)
    figures = ["precision", "recall", "f1"]
    found = compute_metrics(LABELS, averages="weighted", per_type=False)(given)
    assert [*found] == [*(f"weighted_{name}" for name in figures), "accuracy"]
    found = compute_metrics(LABELS, averages=["micro"], prefix="dev_")(given)
    rows = "LOC_", "PER_", ""
    assert [*found] == [*(f"dev_{row}{name}" for row in rows for name in figures), "dev_accuracy"]


def test_an_average_keeps_its_name():
    metrics = compute_metrics(["O", "B-macro"])
    found = metrics(prediction([[1, 1, 0]], [[1, 0, 0]]))
    assert found["macro_f1"] == metrics.result.macro.f1


def test_options():
    given = prediction([[2, 2, 0]], [[1, 2, 0]])
    assert compute_metrics(LABELS)(given)["f1"] == 1
    assert compute_metrics(LABELS, reading="strict", scheme="IOB2")(given)["f1"] == 0
    for options in {"averages": ["samples"]}, {"reading": "loose"}, {"labels": "O"}:
        with pytest.raises(spanf1.UsageError):
            compute_metrics(**{"labels": LABELS} | options)


def test_batches_are_added_up():
    logits, gold = random_ids(4)
    metrics = compute_metrics(LABELS)
    whole = metrics(prediction(logits, gold))
    for _ in range(2):
        assert metrics(prediction(logits[:7], gold[:7]), compute_result=False) == {}
        assert metrics(prediction(logits[7:], gold[7:]), compute_result=True) == whole


def test_what_failed_is_forgotten():
    logits, gold = random_ids(5)
    metrics = compute_metrics(LABELS)
    metrics(prediction(logits, gold), compute_result=False)
    with pytest.raises(spanf1.AlignmentError, match="20 sentences, y_pred has 19"):
        metrics(prediction(logits[1:], gold), compute_result=False)
    one = prediction([[1, 0]], [[1, 0]])
    assert metrics(one)["f1"] == 1
    assert metrics.result.counts.tokens == 2


def test_it_can_be_pickled():
    logits, gold = random_ids(6)
    metrics = compute_metrics(LABELS)
    metrics(prediction(logits, gold), compute_result=False)
    other = pickle.loads(pickle.dumps(metrics))  # noqa: S301  (our own)
    last = prediction([[1, 0]], [[1, 0]])
    assert other(last) == metrics(last)


@pytest.mark.parametrize("kind", ["float32", "bfloat16", "float16"])
def test_tensors(kind):
    logits, gold = random_ids(7)
    tensor = torch.tensor(logits, requires_grad=True).to(getattr(torch, kind))
    ids = tensor.argmax(-1).numpy()
    metrics = compute_metrics(LABELS)
    expected = metrics(prediction(ids, gold))
    labels = torch.tensor(gold)
    assert metrics(prediction(tensor, labels)) == expected
    chosen = preprocess_logits_for_metrics((tensor, None), labels)
    assert chosen.shape == labels.shape
    assert metrics(prediction(chosen, labels)) == expected


# With a trainer.


class Collator:
    """Pads each batch to its own longest row."""

    def __call__(self, rows):
        longest = max(len(row["labels"]) for row in rows)
        padding = {"input_ids": 0, "attention_mask": 0, "labels": IGNORED}
        return {
            name: torch.tensor([row[name] + [pad] * (longest - len(row[name])) for row in rows])
            for name, pad in padding.items()
        }


def dataset(seed):
    """Sentences of many lengths: as subwords are, the first and some others have no label."""
    rng = np.random.default_rng(seed)
    rows = []
    for length in LENGTHS:
        labels = rng.integers(0, len(LABELS), length + 1)
        labels[rng.random(length + 1) < 0.2] = labels[0] = IGNORED
        ids = rng.integers(1, 30, length + 1).tolist()
        rows.append({"input_ids": ids, "attention_mask": [1] * len(ids), "labels": labels.tolist()})
    return rows


def trainer_of(model, folder, *, preprocess=False, metrics=None, **arguments):
    rows = dataset(0)
    return transformers.Trainer(
        model=model,
        args=transformers.TrainingArguments(
            output_dir=str(folder),
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
            per_device_train_batch_size=4,
            per_device_eval_batch_size=3,
            learning_rate=0.05,
            max_steps=4,
            **arguments,
        ),
        data_collator=Collator(),
        train_dataset=rows,
        eval_dataset=rows,
        compute_metrics=metrics or compute_metrics(model),
        preprocess_logits_for_metrics=preprocess_logits_for_metrics if preprocess else None,
    )


def by_hand(model):
    """What the model predicts, sentence by sentence, scored as strings."""
    model.eval()
    gold, predicted = [], []
    for row in dataset(0):
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([row["input_ids"]])).logits
        gold.append(row["labels"])
        predicted.append(logits[0].argmax(-1).tolist())
    return figures_of(predicted, gold)


@pytest.mark.slow
@pytest.mark.parametrize("preprocess", [False, True])
@pytest.mark.parametrize(
    "arguments",
    [{}, {"batch_eval_metrics": True}, {"eval_accumulation_steps": 2}, {"bf16_full_eval": True}],
    ids="".join,
)
def test_trainer(tmp_path, preprocess, arguments):
    model = tiny_model()
    trainer = trainer_of(model, tmp_path, preprocess=preprocess, **arguments)
    if "bf16_full_eval" not in arguments:
        trainer.train()
    found = trainer.evaluate()
    again = trainer.evaluate()
    assert {name: again[name] for name in found if "f1" in name} == {
        name: value for name, value in found.items() if "f1" in name
    }
    expected = {f"eval_{name}": value for name, value in by_hand(trainer.model).items()}
    if "bf16_full_eval" in arguments:
        assert expected.keys() <= found.keys()
    else:
        assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-15)
        assert found["eval_f1"] > 0
    assert trainer.compute_metrics.result.counts.tokens == sum(
        label != IGNORED for row in dataset(0) for label in row["labels"]
    )


def test_hidden_states_are_passed_over(tmp_path):
    model = tiny_model()
    model.config.output_hidden_states = True
    figures = []
    for preprocess in (False, True):
        trainer = trainer_of(model, tmp_path, preprocess=preprocess)
        found = trainer.predict(dataset(0))
        assert isinstance(found.predictions, tuple) is not preprocess
        figures.append(found.metrics["test_f1"])
    model.config.output_hidden_states = False
    assert figures == pytest.approx([by_hand(model)["f1"]] * 2, abs=1e-15)


@pytest.mark.slow
def test_the_best_model_is_found_by_it(tmp_path):
    trainer = trainer_of(
        tiny_model(),
        tmp_path,
        eval_strategy="steps",
        eval_steps=2,
        save_steps=2,
        load_best_model_at_end=True,
        metric_for_best_model="PER_f1",
    )
    trainer.train()
    history = [row["eval_PER_f1"] for row in trainer.state.log_history if "eval_PER_f1" in row]
    assert len(history) == 2
    assert trainer.state.best_metric == max(history)


def test_the_arguments_have_the_trainer_s_names():
    names = inspect.signature(transformers.Trainer.__init__).parameters
    assert {"compute_metrics", "preprocess_logits_for_metrics"} <= names.keys()
