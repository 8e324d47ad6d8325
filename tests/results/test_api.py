"""The Python interface: arguments, results, sums, and what is refused."""

from __future__ import annotations

import json
import math
import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import spanf1
from spanf1 import AlignmentError, IllFormedError, Result, Span, TagError, UsageError
from spanf1.cli.inputs import progress_line

GOLD = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-ORG"], []]
PREDICTED = [["B-PER", "I-PER", "O", "O"], ["O", "I-ORG"], []]


class TestEvaluate:
    def test_counts(self) -> None:
        result = spanf1.evaluate(GOLD, PREDICTED)
        counts = result.counts
        assert counts.total == (3, 2, 2)
        assert (counts.tokens, counts.tokens_correct, counts.sentences) == (6, 4, 2)
        assert list(result.types) == ["LOC", "ORG", "PER"]
        assert result["ORG"].f1 == 1.0
        assert result.accuracy == 4 / 6

    def test_strict(self) -> None:
        result = spanf1.evaluate(GOLD, PREDICTED, scheme="bio", reading="strict")
        assert result.counts.total == (3, 1, 1)
        assert result.ill_formed[1] == (1, 2, {"O → I": 1}, 6, "O → I")
        assert result.strict == result.micro

    def test_nothing(self) -> None:
        for empty in ([], [[]], [["O"]]):
            result = spanf1.evaluate(empty, empty)
            assert result.types == {}
            assert result.micro == (0.0, 0.0, 0.0, 0.0, 0, 0, 0)
            assert spanf1.evaluate(empty, empty, zero_division=1).macro.f1 == 1.0

    def test_tuples_and_arrays(self) -> None:
        arrays = [np.array(tags) for tags in GOLD[:2]]
        assert spanf1.evaluate(arrays, tuple(map(tuple, GOLD[:2]))).micro.f1 == 1.0

    def test_more_than_256_tags(self) -> None:
        tags = [[f"B-{number}", "O", f"B-{number}"] for number in range(1000)]
        result = spanf1.evaluate(tags, tags[::-1])
        assert result.counts.total == (2000, 2000, 0)
        assert len(result.types) == 1000
        assert spanf1.evaluate(tags, tags).micro.f1 == 1.0

    def test_blocks_do_not_show(self, monkeypatch: pytest.MonkeyPatch) -> None:
        tags = [["B-X", "I-X", "I-X", "O"] * 5, ["I-X"] * 7, ["B-X", "I-Y", "S-X"] * 4]
        other = [["O", *tags[0][:-1]], tags[1], tags[2][::-1]]
        whole = spanf1.evaluate(tags, other)
        for size in (1, 2, 3, 7):
            monkeypatch.setattr("spanf1.formats.labels.BLOCK_TOKENS", size)
            assert spanf1.evaluate(tags, other) == whole

    @pytest.mark.parametrize(
        ("gold", "predicted", "error", "message"),
        [
            ([["O"]], [["O"], ["O"]], AlignmentError, "y_true has 1 sentences, y_pred has 2"),
            (
                [["O"], ["O", "O"]],
                [["O"], ["O"]],
                AlignmentError,
                r"y_true\[1\] has 2 tags, y_pred\[1\] has 1",
            ),
            ([None], [["O"]], UsageError, "y_true is to be a list of lists"),
            (["O", "B-X"], [["O"]], UsageError, "y_true is to be a list of lists"),
            ([["O"]], "O", UsageError, "y_pred is to be a list of lists"),
            (
                [["O"], ["O", "X-Y"]],
                [["O"], ["O", "O"]],
                TagError,
                r"y_true\[1\]\[1\]: tag 'X-Y' fits",
            ),
            ([["O", "O"]], [["O", ""]], TagError, r"y_pred\[0\]\[1\]: empty tag"),
            (
                [["O", 3]],
                [["O", "O"]],
                TagError,
                r"y_true\[0\]\[1\]: the tag is to be a string, and is 3",
            ),
            ([["O", None]], [["O", "O"]], TagError, "to be a string, and is None"),
            ([["O", ["O"]]], [["O", "O"]], TagError, r"to be a string, and is \['O'\]"),
        ],
    )
    def test_refuses(self, gold, predicted, error, message) -> None:
        with pytest.raises(error, match=message):
            spanf1.evaluate(gold, predicted)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"scheme": "XYZ"}, "unknown scheme 'XYZ'"),
            ({"pred_scheme": "XYZ"}, "unknown scheme 'XYZ'"),
            ({"reading": "loose"}, "unknown reading 'loose'"),
            ({"beta": -1}, "beta is -1"),
            ({"beta": "x"}, "beta is 'x': it is to be a number"),
            ({"zero_division": 2}, "zero_division is 2"),
            ({"types": "PER"}, "unknown set of types 'PER'"),
        ],
    )
    def test_refuses_options(self, options, message) -> None:
        with pytest.raises(UsageError, match=message):
            spanf1.evaluate(GOLD, PREDICTED, **options)

    def test_error_reading(self) -> None:
        with pytest.raises(IllFormedError, match="token 6: predicted span"):
            spanf1.evaluate(GOLD, PREDICTED, scheme="IOB2", reading="error")
        assert spanf1.evaluate(GOLD, GOLD, scheme="IOB2", reading="error").micro.f1 == 1.0


class TestTypes:
    def test_sets(self) -> None:
        gold, predicted = [["B-A", "B-B"]], [["B-A", "B-C"]]

        def macro(types: str | list[str]) -> float:
            return spanf1.evaluate(gold, predicted, types=types).macro.f1

        assert macro("union") == 1 / 3
        assert macro("gold") == macro("predicted") == 1 / 2
        assert macro(["A"]) == 1.0
        assert macro(["B", "C", "D"]) == 0.0

    def test_list_chooses_and_orders(self) -> None:
        result = spanf1.evaluate(GOLD, PREDICTED, types=["PER", "LOC", "PER"])
        assert list(result.types) == ["PER", "LOC"]
        assert result.micro == spanf1.core.scores.score(spanf1.TypeCounts(2, 1, 1))


class TestDecode:
    @pytest.mark.parametrize("tags", [[], ["O"], ["O", "O"]])
    def test_nothing(self, tags) -> None:
        assert spanf1.decode(tags) == []

    def test_spans(self) -> None:
        assert spanf1.decode(("S-A", "B-B", "E-B")) == [Span(0, 1, "A"), Span(1, 3, "B")]

    @pytest.mark.parametrize(
        ("options", "error", "message"),
        [
            ({"reading": "strict"}, UsageError, "needs a scheme"),
            ({"reading": "conlleval"}, UsageError, "counts, it does not decode"),
            ({"scheme": "IOBES", "reading": "error"}, IllFormedError, "tag 0: .* B → O"),
        ],
    )
    def test_refuses(self, options, error, message) -> None:
        with pytest.raises(error, match=message):
            spanf1.decode(["B-A", "O"], **options)

    def test_refuses_tags(self) -> None:
        with pytest.raises(TagError, match="tag 1: tag 'PER' fits no scheme"):
            spanf1.decode(["O", "PER"])


class TestResult:
    def test_sum(self) -> None:
        parts = [spanf1.evaluate(GOLD[i : i + 1], PREDICTED[i : i + 1]) for i in range(3)]
        total = parts[0] + parts[1] + parts[2]
        whole = spanf1.evaluate(GOLD, PREDICTED)
        assert total == whole
        assert (parts[0].counts + parts[1].counts).total == whole.counts.total

    def test_sum_of_other_options_is_refused(self) -> None:
        one, other = (spanf1.evaluate(GOLD, GOLD, reading=r) for r in ("lenient", "strict"))
        with pytest.raises(UsageError, match="different options"):
            one + other
        with pytest.raises(TypeError):
            one + 1

    def test_text(self) -> None:
        result = spanf1.evaluate(GOLD, PREDICTED)
        assert repr(result) == "<Result: micro F1 0.8000, 3 gold, 2 predicted, 2 correct>"
        assert "micro          100.00   66.67   80.00     3          2        2" in str(result)

    def test_detected_schemes_of_a_sum_are_those_of_the_whole(self) -> None:
        iob2 = spanf1.evaluate([["B-X", "I-X"]], [["B-X", "I-X"]])
        iob1 = spanf1.evaluate([["I-X", "B-X"]] * 9, [["I-X", "B-X"]] * 9)
        assert (iob2 + iob1).gold_schemes == ["IOB1"]

    def test_pickle(self) -> None:
        result = spanf1.evaluate(GOLD, PREDICTED)
        assert pickle.loads(pickle.dumps(result)) == result  # noqa: S301  # our own bytes

    def test_json(self) -> None:
        for options in ({}, {"reading": "conlleval"}, {"types": ["PER"], "beta": 2.0}):
            result = spanf1.evaluate(GOLD, PREDICTED, **options)
            data = json.loads(json.dumps(result.to_dict(), allow_nan=False))
            assert Result.from_dict(data) == result
            assert Result.from_dict(data).to_dict() == data

    def test_nan_round_trips(self) -> None:
        result = spanf1.evaluate([["B-X"]], [["O"]], zero_division=math.nan)
        again = Result.from_dict(json.loads(json.dumps(result.to_dict(), allow_nan=False)))
        assert math.isnan(again["X"].precision)

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"options": {}},
            {"options": 3},
            [],
            {"options": {"zero_division": 0, "types": "union", "x": 1}, "input": None, "tally": {}},
        ],
    )
    def test_from_other_data_is_refused(self, data) -> None:
        with pytest.raises(UsageError):
            Result.from_dict(data)


class TestScoreFile:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "f"
        path.write_text("a B-X B-X\nb I-X I-X\nc O B-Y\n\n" * 3000)
        return path

    @pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
    def test_executor(self, path, pool, monkeypatch) -> None:
        monkeypatch.setattr("spanf1.formats.opening.PART_SIZE", 1 << 13)
        seen = []
        with pool(2) as executor:
            result = spanf1.score_file(path, executor=executor, progress=seen.append)
        assert result == spanf1.score_file(path)
        assert len(seen) > 5
        assert seen == sorted(seen)
        assert seen[-1] == path.stat().st_size

    def test_executor_and_an_error_says_the_true_line(self, path, monkeypatch) -> None:
        monkeypatch.setattr("spanf1.formats.opening.PART_SIZE", 1 << 13)
        path.write_text(path.read_text() + "a B-X X\n")
        with ThreadPoolExecutor(2) as executor, pytest.raises(TagError, match="f:12001: tag 'X'"):
            spanf1.score_file(path, executor=executor)

    def test_first_ill_formed_line_in_parts(self, path, monkeypatch) -> None:
        path.write_text(path.read_text() + "a B-X B-X\nb O O\nc O I-X\n" + path.read_text())
        monkeypatch.setattr("spanf1.formats.opening.PART_SIZE", 1 << 13)
        with ThreadPoolExecutor(2) as executor:
            result = spanf1.score_file(path, executor=executor)
        assert result.ill_formed[1].first_line == 12003
        assert result == spanf1.score_file(path)

    def test_progress(self, path) -> None:
        seen: list[int] = []
        spanf1.score_file(path, progress=seen.append)
        assert seen[-1] == path.stat().st_size

    def test_the_column_of_the_tags_of_both(self, path, tmp_path) -> None:
        wide = tmp_path / "wide"
        wide.write_text("a B-X x\nb O x\n")
        assert spanf1.score_file(wide, wide, tag_column=2).micro == (1, 1, 1, 1, 1, 1, 1)
        other = spanf1.score_file(wide, path.with_name("wide"), gold_column=2, pred_column=-2)
        assert other == spanf1.score_file(wide, wide, tag_column="2")
        assert spanf1.analyze(wide, wide, tag_column=-2).counts["correct"] == 1
        message = "tag_column is for two files, in place of gold_column and pred_column"
        for given in ({"file": path}, {"file": wide, "pred_file": wide, "pred_column": 2}):
            with pytest.raises(UsageError, match=message):
                spanf1.score_file(tag_column=2, **given)

    def test_paths_and_strings(self, path) -> None:
        assert spanf1.score_file(path) == spanf1.score_file(str(path))


@pytest.mark.parametrize(
    ("done", "size", "seconds", "line"),
    [
        (50_000_000, 200_000_000, 1.0, "50.0 MB of 200.0 MB, 25%, 50.0 MB/s, 0:03 left"),
        (5_000_000_000, 10**11, 10.0, "5.00 GB of 100.00 GB, 5%, 500.0 MB/s, 3:10 left"),
        (1_500_000, 0, 2.0, "1.5 MB read, 0.8 MB/s"),
        (0, 100, 0.0, "0.0 MB of 0.0 MB, 0%, 0.0 MB/s"),
    ],
)
def test_progress_line(done: int, size: int, seconds: float, line: str) -> None:
    assert progress_line(done, size, seconds) == line
