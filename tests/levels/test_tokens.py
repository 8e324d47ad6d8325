"""Tokens by class: figures by hand, scikit-learn as oracle, and what tells units apart."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import spanf1
from spanf1 import AlignmentError, Confidence, TagError, UsageError

SAMPLE = Path(__file__).parents[2] / "corpora" / "sample" / "english.spacy.conll"

# Example A: 24 tokens, after the MUC example in Nadeau and Sekine's survey.
GOLD = "O B-PER O B-PER I-PER I-PER O B-ORG I-ORG I-ORG O B-LOC I-LOC O O O O O O O O O B-ORG O"
PREDICTED = "B-LOC O O B-ORG I-ORG I-ORG O O B-ORG O B-TIME I-TIME I-TIME O O O O O O O O O B-ORG O"


def of_example(**how):
    return spanf1.evaluate([GOLD.split()], [PREDICTED.split()], level="token", **how)


def test_figures_of_the_sample() -> None:
    result = spanf1.score_file(SAMPLE, level="token")
    assert result.micro.counts == (573, 486, 305)
    assert [round(100 * v, 2) for v in result.micro[:3]] == [62.76, 53.23, 57.60]
    found = {name: round(value, 4) for name, value in result.measures.items()}
    assert found["specificity"] == 0.9850
    assert (found["kappa_tags"], found["kappa"], found["kappa_marked"]) == (0.6464, 0.6703, 0.3542)
    counts = result.confusion
    assert result.classes == ["LOC", "MISC", "ORG", "PER", "O"]
    # in a class or not: true and false positives, false and true negatives
    marked = counts[:-1, :-1].sum(), counts[-1, :-1].sum(), counts[:-1, -1].sum(), counts[-1, -1]
    assert marked == (433, 53, 140, 3490)
    assert counts.sum() - counts[-1, -1] == 626
    assert result.type_1_errors == (53, 53 + 3490)
    assert result.type_2_errors == (140, 573)
    assert "type I: 53 of 3543 tokens" in str(result)


def test_figures_of_the_example() -> None:
    result = of_example()
    found = [round(result.measures[name], 4) for name in ("kappa_tags", "kappa", "kappa_marked")]
    assert found == [0.2563, 0.3023, -0.0345]
    assert result.specificity == pytest.approx(12 / 14)
    assert result.micro.counts == (10, 9, 2)
    assert result["LOC"].true_negatives == 24 - 2 - 1


@pytest.mark.parametrize(
    "made",
    [
        list,
        tuple,
        np.array,
        lambda row: np.array(row) == 1,
        lambda row: np.array([row]),
        lambda row: np.array([*map(str, row)]),
        lambda row: [*np.array(row)],
        lambda row: [[one] for one in row],
    ],
)
def test_the_textbook_example(made) -> None:
    result = spanf1.evaluate(
        made([1, 0, 1, 1, 0, 1, 0, 0]), made([1, 0, 0, 1, 0, 1, 1, 0]), level="token"
    )
    name = 1 if 1 in result else True
    assert result[name].f1 == 0.75
    assert result[name][-4:-1] == (4, 4, 3)
    assert result.confusion.tolist() == [[3, 1], [1, 3]]


def test_the_textbook_example_in_pytorch() -> None:
    torch = pytest.importorskip("torch")
    y_true = torch.tensor([1, 0, 1, 1, 0, 1, 0, 0])
    y_pred = torch.tensor([1, 0, 0, 1, 0, 1, 1, 0])
    assert spanf1.evaluate(y_true, y_pred, level="token")[1].f1 == 0.75
    logits = torch.stack([1.0 - y_pred, y_pred * 1.0], dim=-1)
    assert spanf1.evaluate(y_true, logits, level="token")[1].f1 == 0.75
    # Truth values on one side, as of a probability and a threshold, are 0 and 1.
    assert spanf1.evaluate(y_true, y_pred > 0.5, level="token")[1].f1 == 0.75
    labels = ["ham", "spam"]
    assert spanf1.evaluate(y_true, logits, labels=labels, level="token")["spam"].f1 == 0.75


def oracle(gold: list[str], predicted: list[str], scored: list[str]) -> dict[str, object]:
    metrics = pytest.importorskip("sklearn.metrics")
    classes = sorted({*gold, *predicted})
    rows = metrics.precision_recall_fscore_support(
        gold, predicted, labels=scored, zero_division=0.0
    )
    return {
        "rows": np.array(rows).T,
        **{
            name: metrics.precision_recall_fscore_support(
                gold, predicted, labels=scored, average=name, zero_division=0.0
            )[:3]
            for name in ("micro", "macro", "weighted")
        },
        "mcc": metrics.matthews_corrcoef(gold, predicted),
        "kappa": metrics.cohen_kappa_score(gold, predicted),
        "accuracy": metrics.accuracy_score(gold, predicted),
        "confusion": metrics.confusion_matrix(gold, predicted, labels=classes),
    }


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("outside", [True, False])
def test_scikit_learn_says_the_same(seed: int, outside: bool) -> None:
    rng = random.Random(seed)
    names = ["a", "b", "c", "d"][: 2 + seed % 3] + ["O"] * outside
    gold = rng.choices(names, k=60)
    predicted = [rng.choice(names) if rng.random() < 0.4 else tag for tag in gold]
    result = spanf1.evaluate(gold, predicted, level="token")
    scored = sorted({*gold, *predicted} - {"O"})
    expected = oracle(gold, predicted, scored)
    assert [*result] == scored
    for name, row in zip(scored, expected["rows"], strict=True):
        score = result[name]
        assert [*score[:3], score.gold] == pytest.approx([*row])
    for name in ("micro", "macro", "weighted"):
        assert getattr(result, name)[:3] == pytest.approx(expected[name])
    for name in ("mcc", "kappa", "accuracy"):
        assert result.measures[name] == pytest.approx(expected[name])
    # O is last here, and sorted there.
    order = [sorted(result.classes).index(name) for name in result.classes]
    assert (result.confusion == expected["confusion"][np.ix_(order, order)]).all()
    for name in scored:
        negative = sum(tag != name for tag in gold)
        right = sum(a != name != b for a, b in zip(gold, predicted, strict=True))
        assert result[name].true_negatives == right
        assert result[name].specificity == pytest.approx(right / negative)


def test_types_by_default_and_tags_as_they_are_written() -> None:
    result = of_example()
    assert result.classes == ["LOC", "ORG", "PER", "TIME", "O"]
    assert not math.isnan(result.measures["kappa_tags"])
    written = of_example(as_written=True)
    assert written["B-ORG"][-3:-1] == (3, 1)
    assert written.kappa == pytest.approx(result.measures["kappa_tags"])
    assert math.isnan(written.measures["kappa_tags"])


def test_types_that_are_called_otherwise_or_do_not_count() -> None:
    result = of_example(map_types={"TIME": "LOC"}, ignore_types=["ORG"])
    assert result.classes == ["LOC", "PER", "O"]
    # I-LOC under I-TIME is right; what is of the type ORG is O.
    assert result["LOC"][-4:-1] == (2, 4, 2)
    # Of 18 that are O then, 0 and 10 are predicted to be LOC.
    assert result.specificity == pytest.approx(16 / 18)
    chosen = of_example(types=["ORG", "GPE"])
    assert [*chosen] == ["ORG", "GPE"]
    assert chosen.accuracy == of_example().accuracy
    assert chosen.micro.gold == 4


@pytest.mark.parametrize(
    ("gold", "predicted", "classes"),
    [
        # letters that are prefixes, too
        (["M", "W", "M"], ["M", "M", "W"], ["M", "W"]),
        (["B", "I", "O"], ["B", "O", "O"], ["_", "O"]),
        (["A", "B", "C"], ["A", "B", "B"], ["A", "B", "C"]),
        ([10, 9, -1], [9, 9, -1], ["-1", "9", "10"]),
        (["spam", "O"], ["ham", "O"], ["ham", "spam", "O"]),
    ],
)
def test_labels_that_may_be_anything(gold, predicted, classes) -> None:
    assert spanf1.evaluate(gold, predicted, level="token").classes == classes


def test_labels_beside_tags_are_refused_with_a_way_out() -> None:
    gold, predicted = ["B-PER", "I-PER", "O"], ["B-PER", "FOO", "O"]
    with pytest.raises(TagError, match=r"(?s)'FOO' fits no scheme.*as_written"):
        spanf1.evaluate(gold, predicted, level="token")
    result = spanf1.evaluate(gold, predicted, level="token", as_written=True)
    assert result.classes == ["B-PER", "FOO", "I-PER", "O"]


def test_labels_that_are_left_out() -> None:
    gold = [[1, 0, -100], [1, 1, -100]]
    result = spanf1.evaluate(gold, [[1, 1, 7], [0, 1, 7]], level="token")
    assert (result.tokens, result.classes) == (4, ["0", "1"])
    mask = np.array([[1, 1, 1], [0, 1, 1]], bool)
    again = spanf1.evaluate(gold, [[1, 1, 7], [0, 1, 7]], level="token", mask=mask)
    assert again.tokens == 3
    with pytest.raises(AlignmentError, match="y_pred is -100 at label 2"):
        spanf1.evaluate([1, 0], [1, -100], level="token")
    with pytest.raises(AlignmentError, match="y_true has 2 labels in 1 row, y_pred 3 in 1"):
        spanf1.evaluate([1, 0], [1, 0, 0], level="token")
    with pytest.raises(TagError, match="NaN"):
        spanf1.evaluate(np.array([1, 0]), np.array([[0, 1], [math.nan, 1]]), level="token")
    with pytest.raises(UsageError, match="whole number"):
        spanf1.evaluate([0.5, 1.0], [1.0, 1.0], level="token")
    with pytest.raises(UsageError, match="single row"):
        spanf1.evaluate([1, 0], [[1, 0]], level="token")


@pytest.mark.parametrize("made", [lambda row: row, lambda row: [*map(str, row)]])
def test_a_label_that_is_o(made) -> None:
    gold, predicted = made([1, 0, 1, 2, 0, 3]), made([1, 0, 3, 2, 2, 1])
    result = spanf1.evaluate(
        gold, predicted, level="token", outside=["0", "3"], confidence=Confidence(resamples=50)
    )
    assert result.classes == ["1", "2", "O"]
    assert result.confusion.tolist() == [[1, 0, 1], [0, 1, 0], [1, 1, 1]]
    assert "read as O: 0, 3" in str(result)


def test_what_is_for_tags_is_not_for_ids() -> None:
    for how in ({"tag_form": "PER"}, {"mask_tags": ["1"]}, {"missing": "drop"}):
        with pytest.raises(UsageError, match="these are label ids"):
            spanf1.evaluate([1, 0], [1, 0], level="token", **how)


@pytest.mark.parametrize("made", [iter, lambda _: "1011", lambda _: 5, dict.fromkeys])
def test_what_holds_no_labels(made) -> None:
    with pytest.raises(UsageError, match="y_true is to be a list or an array of labels"):
        spanf1.evaluate(made([1, 0, 1, 1]), [1, 0, 1, 1], level="token")


def test_numbered_labels() -> None:
    rows = [["LABEL_1", "LABEL_0"], ["LABEL_2", "LABEL_0"]]
    result = spanf1.evaluate(rows, rows, level="token", labels=["O", "B-PER", "I-PER"])
    assert result.classes == ["PER", "O"]
    assert spanf1.evaluate(rows, rows, level="token").classes == ["LABEL_0", "LABEL_1", "LABEL_2"]


def test_one_class_alone_has_no_correlation() -> None:
    result = spanf1.evaluate(["O", "O"], ["O", "O"], level="token")
    assert math.isnan(result.kappa)
    assert math.isnan(result.mcc)
    assert result.accuracy == 1
    assert "correlation is not defined" in " ".join(str(result).split())
    assert spanf1.evaluate([], [], level="token").tokens == 0


def sentences(seed: int, count: int) -> tuple[list[list[str]], list[list[str]]]:
    rng = random.Random(seed)
    tags = ["O", "O", "O", "B-A", "I-A", "B-B"]
    gold = [rng.choices(tags, k=rng.randint(1, 6)) for _ in range(count)]
    return gold, [[t if rng.random() < 0.7 else rng.choice(tags) for t in row] for row in gold]


@pytest.mark.parametrize("seed", range(5))
def test_units_are_what_sentences_have(seed: int) -> None:
    gold, predicted = sentences(seed, 40)
    result = spanf1.evaluate(gold, predicted, level="token", confidence=0.9)
    units = result.tally.units
    assert units is not None
    assert (units.kind, units.size) == ("sentence", 40)
    expected = Counter(
        tuple(sorted(Counter(zip(a, b, strict=True)).items()))
        for a, b in zip(gold, predicted, strict=True)
    )

    def spelt(tag) -> str:
        return "O" if tag.prefix == "O" else f"{tag.prefix}-{tag.type}"

    cells = [(spelt(a), spelt(b)) for a, b in units.cells]
    found = Counter()
    for row, weight in zip(units.rows.tolist(), units.weight.tolist(), strict=True):
        found[tuple(sorted((c, n) for c, n in zip(cells, row, strict=True) if n))] += weight
    assert found == expected


def test_units_across_blocks_and_documents(tmp_path: Path) -> None:
    text = SAMPLE.read_text()
    path = tmp_path / "f"
    path.write_text(text * 40)
    for unit, size in (("document", 880), ("sentence", 40 * 296)):
        how = Confidence(unit=unit, resamples=100)
        result = spanf1.score_file(path, level="token", confidence=how)
        units = result.tally.units
        assert units is not None
        assert (units.kind, units.size) == (unit, size)
        sums = dict(zip(units.cells, (units.weight @ units.rows).tolist(), strict=True))
        assert sums == result.tally.cells
        assert len(units.rows) <= size / 40


@pytest.mark.parametrize("seed", range(5))
def test_the_match_token_says_the_same(seed: int) -> None:
    gold, predicted = sentences(seed, 40)
    by_class = spanf1.evaluate(gold, predicted, level="token")
    by_match = spanf1.evaluate(gold, predicted, match="token")
    for name in ("micro", "macro", "weighted"):
        assert getattr(by_class, name)[:4] == pytest.approx(getattr(by_match, name)[:4])


def test_intervals_hold_the_figures() -> None:
    gold, predicted = sentences(3, 200)
    result = spanf1.evaluate(gold, predicted, level="token", confidence=0.95)
    certainty = result.certainty
    assert certainty is not None
    for name, value in result.measures.items():
        low, high = certainty.measures[name]
        assert low < value < high, name
        assert high - low < 0.2
    low, high = certainty.types["A"][2]
    assert low < result["A"].f1 < high
    # As wide as the spread of resamples drawn in plain Python.
    rng = random.Random(1)
    rows = [*zip(gold, predicted, strict=True)]
    drawn = sorted(
        spanf1.evaluate(*zip(*rng.choices(rows, k=200), strict=True), level="token").kappa
        for _ in range(300)
    )
    low, high = certainty.measures["kappa"]
    assert drawn[7] == pytest.approx(low, abs=0.03)
    assert drawn[-8] == pytest.approx(high, abs=0.03)


def test_labels_in_one_row_are_drawn_one_by_one() -> None:
    result = spanf1.evaluate([1, 0] * 20, [1, 1] * 20, level="token", confidence=0.9)
    assert "40 tokens" in str(result)
    one = of_example(confidence=0.9)
    assert "of 1 sentence none can be drawn" in str(one)
    assert math.isnan(one.certainty.measures["kappa"].low)
    with pytest.raises(UsageError, match="marks no documents"):
        of_example(confidence=Confidence(unit="document"))


def test_parts_add_up() -> None:
    gold, predicted = sentences(4, 30)
    whole = spanf1.evaluate(gold, predicted, level="token", confidence=0.9)
    parts = [
        spanf1.evaluate(gold[rows], predicted[rows], level="token", confidence=0.9)
        for rows in (slice(0, 11), slice(11, None))
    ]
    total = sum(parts)
    assert total.measures == whole.measures
    assert total.certainty.units == whole.certainty.units
    assert (total.confusion == whole.confusion).all()
    with pytest.raises(UsageError, match="different options"):
        parts[0] + of_example()


def test_many_classes() -> None:
    gold = [*range(6_000)]
    result = spanf1.evaluate(gold, gold[::-1], level="token")
    assert result.accuracy == 0
    assert result[7].true_negatives == 5_998
    assert "6000 classes are too many" in str(result)
    assert len(result.to_dict()["confusion"]["pairs"]) == 6_000
    with pytest.raises(UsageError, match="too many for a matrix"):
        _ = result.confusion
    more = [*range(9_000)]
    with pytest.raises(UsageError, match="too many to resample"):
        spanf1.evaluate(more, more, level="token", confidence=0.9)
    how = Confidence(resamples=1 << 20)
    with pytest.raises(UsageError, match="resamples of 9 classes are too many") as caught:
        spanf1.evaluate([*range(9)], [*range(9)], level="token", confidence=how)
    assert "466033 are not" in caught.value.hint


def test_json_carries_everything() -> None:
    data = json.loads(json.dumps(of_example(confidence=0.9).to_dict(), allow_nan=False))
    assert data["confusion"]["classes"] == ["LOC", "ORG", "PER", "TIME", "O"]
    assert data["kappa_marked"] == pytest.approx(-0.0345, abs=1e-4)
    assert data["classes"]["ORG"]["true_negatives"] == 24 - 4 - 5 + 2
    assert data["confidence"]["unit"] == "sentence"


def hash_of(result: spanf1.TokenResult) -> str:
    return dict(part.split(":") for part in result.to_dict()["signature"].split("|"))["hash"]


def test_the_hash_is_that_of_gold(tmp_path: Path) -> None:
    """It is the same however tags are written and read, and changes with any class of gold."""
    rng = np.random.default_rng(3)
    gold, predicted = ([[*rng.choice(["O", "B-A", "B-B"], 7)] for _ in range(20)] for _ in "gp")
    whole = spanf1.evaluate(gold, predicted, level="token")
    assert hash_of(spanf1.evaluate(gold, gold, level="token")) == hash_of(whole)
    units = [[tag.replace("B-", "U-") for tag in row] for row in gold]
    assert hash_of(spanf1.evaluate(units, predicted, level="token")) == hash_of(whole)
    parts = [
        spanf1.evaluate(gold[a:b], predicted[a:b], level="token") for a, b in ((0, 6), (6, 20))
    ]
    assert hash_of(parts[0] + parts[1]) == hash_of(whole)
    # as a file of several blocks
    path = tmp_path / "f"
    rows = [zip(*sides, strict=True) for sides in zip(gold, predicted, strict=True)]
    text = "\n".join("".join(f"w {a} {b}\n" for a, b in row) for row in rows)
    path.write_text("\n".join([text] * 500))
    repeated = spanf1.evaluate(gold * 500, predicted * 500, level="token")
    assert hash_of(spanf1.score_file(path, level="token")) == hash_of(repeated)
    for row, place in ((0, 0), (19, 6)):
        other = [[*tags] for tags in gold]
        other[row][place] = "B-A" if other[row][place] != "B-A" else "O"
        assert hash_of(spanf1.evaluate(other, predicted, level="token")) != hash_of(whole)


def test_the_hash_of_labels() -> None:
    gold, other = [1, 0, 1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 0, 1, 1, 0]
    numbers = spanf1.evaluate(gold, other, level="token")
    names = spanf1.evaluate([*map(str, gold)], [*map(str, other)], level="token")
    assert hash_of(numbers) == hash_of(names)
    assert hash_of(spanf1.evaluate(other, gold, level="token")) != hash_of(numbers)


def test_sums_draw_documents_if_a_part_has_several(tmp_path: Path) -> None:
    mark, text = "-DOCSTART- O O\n\n", "a B-A B-A\n\nb B-A O\n\nc O B-B\n\n"
    parts = []
    for number, content in enumerate((text, mark + text, (mark + text) * 2)):
        path = tmp_path / f"{number}.conll"
        path.write_text(content)
        parts.append(spanf1.score_file(path, level="token", confidence=Confidence(resamples=99)))
    assert [part.certainty.unit for part in parts] == ["sentence", "sentence", "document"]
    for total in (parts[0] + parts[2], parts[2] + parts[1]):
        assert (total.certainty.unit, total.certainty.units) == ("document", 3)
    assert (parts[0] + parts[1]).certainty.unit == "sentence"
