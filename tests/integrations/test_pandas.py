"""Frames of pandas: made of results."""

from __future__ import annotations

import math

import pytest

import spanf1

pd = pytest.importorskip("pandas")

GOLD = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-ORG"]]
PREDICTED = [["B-PER", "I-PER", "O", "O"], ["O", "B-LOC"]]


def test_a_frame_of_a_result() -> None:
    result = spanf1.evaluate(GOLD, PREDICTED)
    frame = result.to_frame()
    assert [*frame] == ["row", "name", "precision", "recall", "f1", "gold", "predicted", "correct"]
    scores = frame[frame.row == "type"].set_index("name")
    assert {name: tuple(scores.loc[name, ["gold", "predicted", "correct"]]) for name in result} == {
        name: score.counts for name, score in result.types.items()
    }
    assert frame.set_index("name").f1["micro"] == result.micro.f1
    assert pd.api.types.is_integer_dtype(frame.gold)


def test_an_empty_cell_among_numbers_is_nan() -> None:
    frame = spanf1.evaluate(GOLD, PREDICTED, level="token").to_frame()
    assert pd.api.types.is_float_dtype(frame.f1)
    assert math.isnan(frame.f1.iloc[-1])


@pytest.fixture
def files(tmp_path):
    rows = [
        (g, p)
        for left, right in zip(GOLD, PREDICTED, strict=True)
        for g, p in zip(left, right, strict=True)
    ]
    (tmp_path / "gold").write_text("".join(f"w{n} {g}\n" for n, (g, _) in enumerate(rows)))
    (tmp_path / "a").write_text("".join(f"w{n} {p}\n" for n, (_, p) in enumerate(rows)))
    (tmp_path / "b").write_text("".join(f"w{n} {g}\n" for n, (g, _) in enumerate(rows)))
    return [str(tmp_path / name) for name in ("gold", "a", "b")]


def test_frames_of_everything_else(files) -> None:
    gold, a, b = files
    analysis = spanf1.analyze(gold, a)
    assert [*analysis.to_frame().kind] == [entry.kind for entry in analysis.entries()]
    changes = spanf1.diff(gold, [a, b])
    assert [*changes.to_frame().change] == [change.change for change in changes.entries()]
    ranking = spanf1.compare(gold, [a, b])
    frame = ranking.to_frame()
    assert [*frame[frame.row == "system"].system] == ["b", "a"]
    assert pd.api.types.is_float_dtype(frame.p)
    description = spanf1.describe(gold)
    assert description.to_frame().shape[0] == 4


# Frames that are scored.


def test_a_frame_with_a_row_for_each_token() -> None:
    rows = [
        (f"s{number}", *pair)
        for number, sides in enumerate(zip(GOLD, PREDICTED, strict=True))
        for pair in zip(*sides, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["sent", "gold", "pred"])
    how = {"gold_column": "gold", "pred_column": "pred", "sentence_column": "sent"}
    expected = spanf1.evaluate(GOLD, PREDICTED)
    assert spanf1.evaluate(frame, **how) == expected
    assert spanf1.evaluate(frame.astype("category"), **how) == expected
    # An id in the first row of a sentence alone, as spreadsheets have it; rows that were chosen.
    sparse = frame.assign(sent=frame.sent.where(~frame.sent.duplicated()))
    assert sparse.sent.isna().any()
    assert spanf1.evaluate(sparse, **how) == expected
    assert spanf1.evaluate(frame[frame.sent == "s1"], **how) == spanf1.evaluate(
        GOLD[1:], PREDICTED[1:]
    )
    frame.loc[2, "gold"] = None
    with pytest.raises(spanf1.TagError, match=r"y_true\[0\]\[2\]: the tag is to be a string"):
        spanf1.evaluate(frame, **how)


def test_frames_of_ids_are_arrays_still() -> None:
    frame = pd.DataFrame([[1, 2, 0], [0, 0, 1]])
    assert spanf1.evaluate(frame, frame, labels=["O", "B-A", "I-A"]).micro.gold == 2
