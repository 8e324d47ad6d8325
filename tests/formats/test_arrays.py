"""Label ids in arrays: the same as lists of tags, from whatever library, or one clear error."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spanf1
from spanf1 import AlignmentError, TagError, UsageError
from spanf1.core.detection import fitting_schemes
from spanf1.formats import labels

LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
MIXED = ["B-A", "O", "I-A", "E-B", "S-B", "O", "B-B", "I-B", "B", "I-B-A"]
GOLD = [[1, 2, 0, -100], [3, 0, -100, -100], [0, 0, 1, 3]]
PREDICTED = [[1, 2, 0, 0], [0, 3, 1, 1], [0, 1, 1, 3]]
IDS = np.array(GOLD), np.array(PREDICTED)
READINGS = ["lenient", "strict", "conlleval"]


class Batch(NamedTuple):
    """Ids of gold and predictions row by row, and which tokens count besides."""

    gold: list[list[int]]
    predicted: list[list[int]]
    mask: list[list[bool]]


def tags_of(batch: Batch, labels: Any, ignored: int = -100) -> tuple[list[list[str]], ...]:
    """Return the tags of the tokens that count: what this is tested against."""
    rows = [
        [(g, p) for g, p, chosen in zip(*row, strict=True) if g != ignored and chosen]
        for row in zip(*batch, strict=True)
    ]
    return tuple([[labels[pair[side]] for pair in row] for row in rows] for side in (0, 1))


@st.composite
def batches(draw: Any, labels: int = len(MIXED), *, padded: bool = False) -> Batch:
    lengths = draw(st.lists(st.integers(0, 9), max_size=8))
    if padded and lengths:
        lengths = [max(lengths)] * len(lengths)
    some = st.integers(0, labels - 1)
    gold = [draw(st.lists(some | st.just(-100), min_size=n, max_size=n)) for n in lengths]
    predicted = [
        [draw(some | st.just(max(g, 0))) if g >= 0 else draw(st.integers(-200, 200)) for g in row]
        for row in gold
    ]
    mask = [draw(st.lists(st.booleans(), min_size=n, max_size=n)) for n in lengths]
    mask = draw(st.sampled_from([mask, [[True] * n for n in lengths]]))
    return Batch(gold, predicted, mask)


@pytest.mark.slow
@settings(deadline=None, max_examples=150)
@given(batches(), st.sampled_from(READINGS), st.integers(1, 9))
def test_ids_are_scored_as_their_tags(batch: Batch, reading: str, size: int) -> None:
    options: dict[str, Any] = {"reading": reading, "tag_form": "B-PER", "scheme": "IOBES"}
    expected = told_apart(spanf1.evaluate(*tags_of(batch, MIXED), **options))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(labels, "BLOCK_TOKENS", size)
        found = spanf1.evaluate(
            batch.gold, batch.predicted, labels=MIXED, mask=batch.mask, **options
        )
    assert told_apart(found) == expected


def told_apart(result: spanf1.Result) -> dict[str, Any]:
    """Return all that is known of a result but the prefixes, which labels have and tags show."""
    data = result.to_dict()
    for side in ("gold", "predicted"):
        del data["tally"][f"{side}_prefixes"]
    return data


@pytest.mark.slow
@settings(deadline=None, max_examples=50)
@given(batches(len(LABELS), padded=True), st.sampled_from(["int64", "int16", ">i4"]))
def test_any_integers_are_scored_as_their_tags(batch: Batch, dtype: str) -> None:
    tags = tags_of(batch, LABELS)
    # Intervals need two sentences at least.
    confidence = 0.9 if sum(map(bool, tags[0])) > 1 else None
    expected = spanf1.evaluate(*tags, scheme="IOB2", confidence=confidence)
    shape = len(batch.gold), len(batch.gold[0]) if batch.gold else 0
    given_ = [np.array(side, dtype).reshape(shape) for side in batch[:2]]
    mask = np.array(batch.mask, bool).reshape(shape)
    how = {"labels": LABELS, "mask": mask, "confidence": confidence}
    found = spanf1.evaluate(*given_, scheme="IOB2", **how)
    assert told_apart(found) == told_apart(expected)
    detected = spanf1.evaluate(*given_, **how)
    prefixes = frozenset("BI")
    fitting = fitting_schemes(found.tally.shapes()[0], prefixes)
    assert {*detected.gold_schemes} == {*fitting}
    assert found.certainty == expected.certainty


def test_many_blocks() -> None:
    rng = np.random.default_rng(0)
    gold = rng.integers(0, 5, (1500, 101))
    gold[rng.random(gold.shape) < 0.3] = -100
    predicted = np.where(rng.random(gold.shape) < 0.8, gold.clip(0), rng.integers(0, 5, gold.shape))
    batch = Batch(gold.tolist(), predicted.tolist(), np.ones(gold.shape, bool).tolist())
    found = spanf1.evaluate(gold, predicted, labels=LABELS)
    assert found.to_dict() == spanf1.evaluate(*tags_of(batch, LABELS)).to_dict()


EXPECTED = spanf1.evaluate(
    [["B-PER", "I-PER", "O"], ["B-LOC", "O"], ["O", "O", "B-PER", "B-LOC"]],
    [["B-PER", "I-PER", "O"], ["O", "B-LOC"], ["O", "B-PER", "B-PER", "B-LOC"]],
).to_dict()
RAGGED = [[1, 2, 0], [3, 0], [0, 0, 1, 3]], [[1, 2, 0], [0, 3], [0, 1, 1, 3]]
LOGITS = np.eye(5, dtype=np.float32)[IDS[1]]


def objects(rows: list[Any]) -> Any:
    array = np.empty(len(rows), object)
    array[:] = rows
    return array


def torch_cases() -> list[Any]:
    """Return what PyTorch has, if it is there: it is no part of the ordinary tests."""
    torch = pytest.importorskip("torch")
    gold, predicted = map(torch.tensor, IDS)
    logits = torch.tensor(LOGITS, requires_grad=True)
    return [
        (gold, predicted),
        (gold.to(torch.int8), predicted.numpy()),
        (gold.T.contiguous().T, predicted),
        (gold, logits),
        (gold, logits.to(torch.bfloat16)),
        (gold, logits.half()),
        ([torch.tensor(row) for row in RAGGED[0]], [*map(torch.tensor, RAGGED[1])]),
        (list(gold), list(logits.to(torch.bfloat16))),
        (RAGGED[0], torch.nested.nested_tensor(RAGGED[1], layout=torch.jagged)),
    ]


def arrow_cases() -> list[Any]:
    pa = pytest.importorskip("pyarrow")
    kinds = [pa.list_(pa.int64()), pa.large_list(pa.int8())]
    cases = [tuple(pa.array(side, kind) for side in RAGGED) for kind in kinds]
    cases += [tuple(pa.chunked_array([side[:1], side[1:]], kinds[0]) for side in RAGGED)]
    cases += [tuple(pa.array([[9, 9], *side], kinds[0])[1:] for side in RAGGED)]
    cases += [tuple(pa.array(side.tolist(), pa.list_(pa.int32(), 4)) for side in IDS)]
    pd = pytest.importorskip("pandas")
    return [*cases, tuple(map(pd.Series, RAGGED)), tuple(map(pd.DataFrame, IDS))]


CASES = {
    "arrays": [IDS, (IDS[0].astype(np.int32), IDS[1].astype(np.uint8)), (GOLD, IDS[1])],
    "order": [(np.asfortranarray(IDS[0]), IDS[1]), (IDS[0][::-1][::-1], IDS[1])],
    "lists": [RAGGED, (GOLD, PREDICTED), tuple(tuple(map(tuple, side)) for side in RAGGED)],
    "rows": [tuple([*map(np.array, side)] for side in RAGGED), tuple(map(objects, RAGGED))],
    "logits": [
        (GOLD, LOGITS),
        (GOLD, LOGITS.tolist()),
        (GOLD, list(LOGITS)),
        (GOLD, LOGITS.astype(np.float16)),
        (RAGGED[0], [LOGITS[0, :3], LOGITS[1, :2], LOGITS[2]]),
    ],
    "torch": torch_cases,
    "arrow": arrow_cases,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", CASES)
def test_arrays_of_every_kind(kind: str) -> None:
    given_ = CASES[kind]
    for gold, predicted in given_ if isinstance(given_, list) else given_():
        found = spanf1.evaluate(gold, predicted, labels=LABELS)
        assert found.to_dict() == EXPECTED, (gold, predicted)


def test_arrays_by_protocol_alone() -> None:
    class Device:
        """What JAX and TensorFlow have in common."""

        shape = (3, 4)

        def __init__(self, data: Any) -> None:
            self.data = data

        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            return self.data

    class Ragged(Device):
        """What only TensorFlow's ragged tensors have."""

        def numpy(self) -> Any:
            return objects([*map(np.array, self.data)])

    for predicted in (Device(IDS[1]), Device(LOGITS), Ragged(RAGGED[1])):
        gold = RAGGED[0] if isinstance(predicted, Ragged) else Device(IDS[0])
        found = spanf1.evaluate(gold, predicted, labels=LABELS)
        assert found.to_dict() == EXPECTED


def test_arrays_that_only_lend_their_memory() -> None:
    class Lender:
        def __init__(self, data: Any) -> None:
            self.data = np.ascontiguousarray(data)

        def __dlpack__(self, **options: Any) -> Any:
            return self.data.__dlpack__(**options)

        def __dlpack_device__(self) -> tuple[int, int]:
            return 1, 0

    for gold, predicted in ((IDS[0], IDS[1]), (IDS[0], LOGITS)):
        found = spanf1.evaluate(Lender(gold), Lender(predicted), labels=LABELS)
        assert found.to_dict() == EXPECTED


@pytest.mark.parametrize(
    "labels",
    [
        tuple(LABELS),
        np.array(LABELS),
        dict(enumerate(LABELS)),
        {str(key): label for key, label in enumerate(LABELS)},
        {**dict(enumerate(LABELS)), 900: "B-MISC"},
        [*LABELS, "[PAD]"],
    ],
)
def test_labels_of_every_kind(labels: Any) -> None:
    assert spanf1.evaluate(*RAGGED, labels=labels).to_dict() == EXPECTED


def test_tags_of_other_forms() -> None:
    labels = ["O", "PER_B", "PER_I", "B_B", "B_I"]
    result = spanf1.evaluate(*IDS, labels=labels)
    assert result.counts.total == spanf1.evaluate(*IDS, labels=LABELS).counts.total
    assert sorted(result.types) == ["B", "PER"]
    assert result.tally.gold.forms == {"PER_B"}


@pytest.mark.parametrize("mask", [IDS[0] != 3, (IDS[0] != 3).astype(int), (IDS[0] != 3).tolist()])
def test_a_mask(mask: Any) -> None:
    gold = np.where(IDS[0] == 3, -100, IDS[0])
    expected = spanf1.evaluate(gold, IDS[1], labels=LABELS)
    assert spanf1.evaluate(*IDS, labels=LABELS, mask=mask).to_dict() == expected.to_dict()


def test_what_is_ignored() -> None:
    # The padding of predictions is of no interest, and a label may be what is ignored.
    padded = [[1, 2, 0, -100], [0, 3, -1, 77], [0, 1, 1, 3]]
    assert spanf1.evaluate(GOLD, padded, labels=LABELS).to_dict() == EXPECTED
    gold, predicted = [[1, 2, 0, 9]], [[1, 0, 9, 9]]
    found = spanf1.evaluate(gold, predicted, labels={**dict(enumerate(LABELS)), 9: "O"})
    assert found.counts.tokens == 4
    found = spanf1.evaluate(gold, [[1, 0, 0, 9]], labels=LABELS, ignore_index=9)
    assert (found.counts.tokens, found.micro.correct) == (3, 0)
    for nothing in ([[]], [], [[-100]], np.zeros((0, 4)), np.zeros((3, 0))):
        assert spanf1.evaluate(nothing, nothing, labels=LABELS).counts.tokens == 0


ONE = [[0, 1]]

ERRORS: list[tuple[Any, Any, dict[str, Any], type[Exception], str]] = [
    (GOLD, PREDICTED[:2], {}, AlignmentError, "y_true has 3 sentences, y_pred has 2"),
    ([[0], [0, 1]], [[0], [0]], {}, AlignmentError, r"y_true\[1\] has 2 tokens, y_pred\[1\] has 1"),
    (GOLD, [*PREDICTED[:2], [0, 0, 5, 0]], {}, TagError, r"y_pred\[2\]\[2\]: .* for id 5"),
    ([[0], [0, -1]], [[0], [0, 0]], {}, TagError, r"y_true\[1\]\[1\]: .* for id -1"),
    ([[1]], [[1 << 40]], {}, TagError, r"y_pred\[0\]\[0\]: there is no label for id 1099"),
    (ONE, [[0, -100]], {}, AlignmentError, r"y_pred\[0\]\[1\]: -100.* ignored, where y_true is"),
    (ONE, ONE, {"mask": [[True]]}, AlignmentError, r"mask\[0\] has 1"),
    (ONE, ONE, {"mask": [[1, 1], [1]]}, AlignmentError, "mask has 2"),
    (ONE, ONE, {"mask": [[1, 0.5]]}, UsageError, r"mask\[0\]\[1\] is 0.5"),
    (ONE, ONE, {"mask": ONE, "labels": None}, UsageError, "no labels"),
    ([["O"]], [["O"]], {"mask": ONE, "labels": None}, UsageError, "mask and ignore_index are"),
    ([["O"]], [["O"]], {"ignore_index": 0, "labels": None}, UsageError, "ignore_index are for"),
    (ONE, ONE, {"ignore_index": None}, UsageError, "ignore_index is None"),
    (ONE, ONE, {"labels": None}, UsageError, "y_true holds no tags, and there are no labels"),
    ([["O"]], np.array([[1]]), {"labels": None}, UsageError, "y_pred holds no tags"),
    (np.array(ONE), ONE, {"labels": None}, UsageError, "y_true holds no tags"),
    ([[0, 1.5]], ONE, {}, UsageError, r"y_true\[0\]\[1\] is 1.5, and is to be a whole number"),
    ([[0], [None]], ONE, {}, UsageError, r"y_true\[1\]\[0\] is None"),
    ([["O"]], [["O"]], {}, UsageError, r"y_true\[0\]\[0\] is .*'O'"),
    (np.array(ONE, float), ONE, {}, UsageError, r"y_true\[0\]\[0\] is .*0.0"),
    (np.array(ONE, bool), ONE, {}, UsageError, r"y_true\[0\]\[0\] is .*False"),
    ([np.array([0.5])], [[1]], {}, UsageError, r"y_true\[0\]\[0\] is .*0.5"),
    ([[1 << 70]], [[1]], {}, UsageError, r"y_true"),
    ([0, 1], [0, 1], {}, UsageError, r"y_true\[0\] has the shape \(\), and is to be \(tokens,\)"),
    (np.array([0, 1]), [0], {}, UsageError, r"shape \(2,\), and is to be \(sentences, tokens\)"),
    (3, 3, {}, UsageError, "y_true is to be rows"),
    (np.ma.masked_array(ONE), ONE, {}, UsageError, "y_true is a masked array"),
    (LOGITS, GOLD, {}, UsageError, r"y_true has the shape \(3, 4, 5\)"),
    (GOLD, LOGITS[..., :4], {}, UsageError, "y_pred has 4 logits a token, for 5 labels"),
    ([[[1], [1, 2]]], ONE, {}, UsageError, r"y_true\[0\] is no array of label ids"),
    (ONE, ONE, {"labels": "O"}, UsageError, "labels is to be a list of tags"),
    (ONE, ONE, {"labels": 5}, UsageError, "labels is to be a list of tags"),
    (ONE, ONE, {"labels": []}, UsageError, "one at least"),
    (ONE, ONE, {"labels": ["O", 5]}, UsageError, r"labels\[1\] is 5"),
    (ONE, ONE, {"labels": {"O": 0}}, UsageError, r"labels\['O'\] is 0"),
    (ONE, ONE, {"labels": {0: "O", "0": "O"}}, UsageError, r"labels\['0'\]"),
    (ONE, ONE, {"labels": {1.5: "O"}}, UsageError, r"labels\[1.5\]"),
    (ONE, ONE, {"labels": {-1: "O"}}, UsageError, r"labels\[-1\]"),
    (ONE, ONE, {"labels": {1 << 40: "O"}}, UsageError, "ids from 0 to"),
    (ONE, ONE, {"labels": {0: "O", 2: "B-A"}}, TagError, r"y_true\[0\]\[1\]: .* id 1; there are 2"),
    (ONE, ONE, {"labels": ["O", "LABEL_1"]}, TagError, r"labels\[1\]: tag 'LABEL_1'"),
]


@pytest.mark.parametrize(("gold", "predicted", "options", "error", "message"), ERRORS)
def test_errors(gold: Any, predicted: Any, options: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message) as raised:
        spanf1.evaluate(gold, predicted, **{"labels": LABELS, **options})
    assert "\n" not in str(raised.value)


def test_errors_of_other_libraries() -> None:
    pa = pytest.importorskip("pyarrow")
    torch = pytest.importorskip("torch")
    nulls = pa.array([[1], None]), pa.array([[1, None]]), pa.chunked_array([[[1, None]]])
    for bad in (*nulls, pa.table({"ids": ONE})):
        with pytest.raises(UsageError, match="y_true is to be lists of label ids, without nulls"):
            spanf1.evaluate(bad, bad, labels=LABELS)
    logits = pa.array([[[0.5, 1.0]]])
    for bad in (pa.array([1, 2]), pa.array([["O"]]), logits):
        with pytest.raises(UsageError, match="y_true"):
            spanf1.evaluate(bad, bad, labels=LABELS)
    for bad in (torch.tensor([1, 2]), torch.tensor([[0.5]]), torch.tensor([[0.5]]).bfloat16()):
        with pytest.raises(UsageError, match="y_true"):
            spanf1.evaluate(bad, bad, labels=LABELS)
    for bad in (pa.array([[1]]), torch.tensor([[1]])):
        with pytest.raises(UsageError, match="no labels"):
            spanf1.evaluate(bad, bad)


def with_nan(row: int, token: int) -> np.ndarray:
    logits = np.array(LOGITS, float)
    logits[row, token, 2] = np.nan
    return logits


@pytest.mark.parametrize(
    "kind", [np.asarray, np.ndarray.tolist, list, lambda logits: logits.astype(np.float16)]
)
def test_nan_among_logits_is_no_label(kind):
    with pytest.raises(TagError, match=r"^y_pred\[0\]\[1\]: one of the logits is NaN") as error:
        spanf1.evaluate(GOLD, kind(with_nan(0, 1)), labels=LABELS)
    assert "overflow" in error.value.hint
    # A token that does not count may have any.
    expected = spanf1.evaluate(GOLD, PREDICTED, labels=LABELS)
    assert spanf1.evaluate(GOLD, kind(with_nan(0, 3)), labels=LABELS) == expected


def test_nan_in_a_batch():
    metric = spanf1.SpanF1(labels=LABELS)
    with pytest.raises(TagError, match=r"y_pred\[2\]\[0\]"):
        metric.update(predictions=with_nan(2, 0), references=GOLD)


def test_nan_in_tensors():
    torch = pytest.importorskip("torch")
    from spanf1.integrations.transformers import preprocess_logits_for_metrics

    for kind in (torch.float32, torch.bfloat16):
        logits = torch.tensor(with_nan(0, 1)).to(kind)
        for array in (logits, list(logits), preprocess_logits_for_metrics(logits, None)):
            with pytest.raises(TagError, match=r"^y_pred\[0\]\[1\]: one of the logits is NaN"):
                spanf1.evaluate(GOLD, array, labels=LABELS)


def test_infinite_logits_are_logits():
    logits = np.array(LOGITS, float)
    logits[..., 4] = -np.inf
    logits[0, 0, 1] = np.inf
    assert spanf1.evaluate(GOLD, logits, labels=LABELS).micro.predicted == 5
