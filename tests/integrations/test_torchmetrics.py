from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torchmetrics")

import torch
from torch import Tensor
from torch import distributed as dist
from torch import multiprocessing as processes
from torchmetrics import MetricCollection

import spanf1
from spanf1.integrations.torchmetrics import SpanF1

pytestmark = pytest.mark.filterwarnings("ignore")

LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG", "[PAD]"]
IOBES = ["O", *(f"{prefix}-{name}" for name in ("PER", "LOC") for prefix in "BIES")]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"average": "macro"},
    {"average": "macro", "types": "gold"},
    {"average": "weighted", "reading": "strict", "scheme": "IOB2"},
    {"beta": 2, "types": ["PER", "LOC"]},
    {"reading": "conlleval"},
]


def batches(count: int, seed: int = 0) -> list[tuple[Tensor, Tensor]]:
    """Return predicted and gold ids, with padding; about half of the predictions are right."""
    random = torch.Generator().manual_seed(seed)

    def draw(high: int, shape: tuple[int, ...]) -> Tensor:
        return torch.randint(high, shape, generator=random)

    found = []
    for _ in range(count):
        shape = int(draw(4, (1,))) + 1, int(draw(9, (1,))) + 1
        target = draw(7, shape)
        preds = torch.where(draw(2, shape).bool(), target, draw(7, shape))
        target[:, shape[1] // 2 :][draw(5, target[:, shape[1] // 2 :].shape) == 0] = -100
        found.append((preds, target))
    return found


def expected(pairs: list[tuple[Tensor, Tensor]], **options: Any) -> spanf1.Result:
    preds = [row for batch, _ in pairs for row in batch.tolist()]
    target = [row for _, batch in pairs for row in batch.tolist()]
    options.pop("average", None)
    return spanf1.evaluate(target, preds, labels=LABELS, **{"scheme": "IOB2", **options})


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_is_what_evaluate_gives(options: dict[str, Any]) -> None:
    pairs = batches(30)
    metric = SpanF1(LABELS, **options)
    for preds, target in pairs:
        metric.update(preds, target)
    result = expected(pairs, **options)
    score = getattr(result, options.get("average", "micro"))
    found = metric.compute()
    assert found.shape == ()
    assert found.dtype == torch.float32
    assert 0 < float(found) == pytest.approx(score.fbeta, abs=1e-7)


def test_dict() -> None:
    pairs = batches(20)
    metric = SpanF1(dict(enumerate(LABELS)), "macro", return_dict=True, beta=2)
    for pair in pairs:
        metric.update(*pair)
    result, found = expected(pairs, beta=2), metric.compute()
    assert {name: float(value) for name, value in found.items()} == pytest.approx(
        {
            "precision": result.macro.precision,
            "recall": result.macro.recall,
            "f1": result.macro.f1,
            "fbeta": result.macro.fbeta,
            "accuracy": result.accuracy,
            **{f"{name}_f1": row.f1 for name, row in result.types.items()},
        },
        abs=1e-6,
    )


def test_forward_gives_the_batch_and_adds_it() -> None:
    pairs = batches(10)
    metric = SpanF1(LABELS)
    for pair in pairs:
        assert float(metric(*pair)) == pytest.approx(expected([pair]).micro.f1)
    assert float(metric.compute()) == pytest.approx(expected(pairs).micro.f1)
    metric.reset()
    metric.update(*pairs[0])
    assert float(metric.compute()) == pytest.approx(expected(pairs[:1]).micro.f1)


def test_logits_with_gradients() -> None:
    ((preds, target),) = batches(1)
    logits = torch.nn.functional.one_hot(preds, len(LABELS)).float().requires_grad_()
    metric = SpanF1(LABELS)
    metric(logits.to(torch.bfloat16), target)
    metric.update(logits, target)
    assert float(metric.compute()) == pytest.approx(expected([(preds, target)]).micro.f1)


def test_mask_and_ignore_index() -> None:
    metric = SpanF1(LABELS, ignore_index=0)
    metric.update(torch.tensor([[1, 3, 5]]), torch.tensor([[1, 0, 3]]), torch.tensor([[1, 1, 0]]))
    assert metric.tokens.tolist() == [1, 1]
    assert metric.compute() == 1


def test_collection() -> None:
    # The first batch is well-formed; only the second tells the readings apart.
    pairs = [
        (torch.tensor([[1, 2, 0]]), torch.tensor([[1, 2, 0]])),
        (torch.tensor([[2, 0, 3]]), torch.tensor([[1, 0, 4]])),
    ]
    made = {
        "micro": {},
        "macro": {"average": "macro"},
        "strict": {"reading": "strict", "scheme": "IOB2"},
        "iob1": {"reading": "strict", "scheme": "IOB1"},
    }
    metrics = MetricCollection({name: SpanF1(LABELS, **made[name]) for name in made})
    for preds, target in pairs:
        metrics.update(preds, target)
    assert len(metrics.compute_groups) == 3
    found = metrics.compute()
    for name, options in made.items():
        result = expected(pairs, **options)
        score = getattr(result, options.get("average", "micro"))
        assert float(found[name]) == pytest.approx(score.f1), name
    both = MetricCollection(SpanF1(LABELS, return_dict=True), prefix="val_")
    both.update(*pairs[0])
    assert both.compute()["val_PER_f1"] == 1


def test_pickle_clone_and_device() -> None:
    first, second = batches(5), batches(5, seed=1)
    metric = SpanF1(LABELS, "weighted")
    for pair in first:
        metric.update(*pair)
    copies = [
        pickle.loads(pickle.dumps(metric)),  # noqa: S301  # our own bytes
        metric.clone().to("cpu"),
    ]
    for copy in copies:
        for pair in second:
            copy.update(*pair)
        value = float(copy.compute())
        assert value == pytest.approx(expected(first + second).weighted.f1)
    metric.to("meta")
    assert {state.device.type for state in metric.metric_state.values()} == {"meta"}


def test_state_is_saved_with_a_model_if_asked() -> None:
    metric, other = SpanF1(LABELS), SpanF1(LABELS)
    for each in (metric, other):
        each.persistent(True)
    metric.update(*batches(1)[0])
    other.load_state_dict(metric.state_dict())
    assert other.spans.equal(metric.spans)


def test_merge_state() -> None:
    first, second = SpanF1(LABELS), SpanF1(LABELS)
    for metric, pairs in ((first, batches(3)), (second, batches(3, seed=1))):
        for pair in pairs:
            metric.update(*pair)
    first.merge_state(second)
    value = float(first.compute())
    assert value == pytest.approx(expected(batches(3) + batches(3, seed=1)).micro.f1)


@pytest.mark.parametrize("options", [{}, {"zero_division": 1}])
def test_nothing_to_count(options: dict[str, Any]) -> None:
    metric = SpanF1(["O"], **options)
    metric.update(torch.zeros(2, 3, dtype=torch.long), torch.zeros(2, 3, dtype=torch.long))
    assert metric.compute() == options.get("zero_division", 0)


def test_scheme_by_labels() -> None:
    gold, preds = torch.tensor([[1, 2, 3]]), torch.tensor([[1, 2, 2]])
    assert float(SpanF1(IOBES)(preds, gold)) == 1
    assert float(SpanF1(IOBES, reading="strict")(preds, gold)) == 0
    with pytest.raises(spanf1.UsageError, match="IOB2 or IOB1") as caught:
        SpanF1(LABELS, reading="strict")
    assert "scheme='IOB2'" in caught.value.hint


def test_errors() -> None:
    metric = SpanF1(LABELS, reading="error", scheme="IOB2")
    gold = torch.tensor([[1, 2, 0]])
    for preds, error, words in (
        (torch.tensor([[1, 2]]), spanf1.AlignmentError, r"y_pred\[0\] has 2"),
        (torch.tensor([[1, 2, 9]]), spanf1.TagError, r"y_pred\[0\]\[2\]: there is no label"),
        (torch.tensor([[1, 2, 7]]), spanf1.TagError, r"labels\[7\]"),
        (torch.tensor([[2, 2, 0]]), spanf1.IllFormedError, "ill-formed in IOB2"),
    ):
        with pytest.raises(error, match=words):
            metric.update(preds, gold)
    assert metric.tokens.tolist() == [0, 0]
    for wrong in ({"average": "none"}, {"reading": "loose"}, {"scheme": "BIO3"}):
        with pytest.raises(spanf1.UsageError):
            SpanF1(LABELS, **wrong)


def count_share(rank: int, folder: str) -> None:
    """Count every second batch in a process of two, and write down what both make of it."""
    torch.set_num_threads(1)
    address = f"file://{folder}/meeting"
    dist.init_process_group("gloo", init_method=address, rank=rank, world_size=2)
    metrics = [SpanF1(LABELS, **options) for options in OPTIONS]
    figures = SpanF1(LABELS, "macro", return_dict=True)
    for pair in batches(21)[rank::2]:
        for metric in metrics:
            metric.update(*pair)
        figures(*pair)
    found = [float(metric.compute()) for metric in metrics]
    own = metrics[0].tokens.tolist()
    torch.save((found, figures.compute(), own), f"{folder}/{rank}")
    dist.destroy_process_group()


@pytest.mark.slow
def test_two_processes(tmp_path: Path) -> None:
    processes.spawn(count_share, (str(tmp_path),), nprocs=2)
    metrics = [SpanF1(LABELS, **options) for options in OPTIONS]
    figures = SpanF1(LABELS, "macro", return_dict=True)
    for pair in batches(21):
        for metric in metrics:
            metric.update(*pair)
        figures(*pair)
    tokens = 0
    for rank in range(2):
        found, table, own = torch.load(tmp_path / str(rank))
        assert found == [float(metric.compute()) for metric in metrics]
        assert table == figures.compute()
        tokens += own[0]
    # Each went on from its own share.
    assert tokens == int(metrics[0].tokens[0])
