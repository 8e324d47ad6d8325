"""Confidences are read from where they are; what is kept is written, and scores as was said."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

import spanf1
from spanf1.exceptions import InputError, UsageError
from tests.thresholds.examples import GOLD, records

GOLD_TEXTS = [
    {"text": "Ada Byron met Bob", "spans": [[0, 9, "PER"], [14, 17, "PER"]]},
    {"text": "Oslo", "spans": [[0, 4, "LOC"]]},
]
SPANS = [[(0, 9, "PER"), (14, 17, "ORG")], [(0, 4, "LOC")]]
COLUMNS = """\
Ada B-PER B-PER 0.9
Byron I-PER I-PER 0.7
met O O -
Bob B-PER B-PER 0.6
in O O _
Rome B-LOC B-ORG 0.3

He O O -
saw O O -
Oslo B-LOC B-LOC 0.75
"""
THERE = {"gold_column": 2, "pred_column": 3}


def objects(**keys: str) -> list[dict]:
    """Return the predictions with confidences at a key of each span."""
    (name, path), scores = next(iter(keys.items())), iter([0.9, 0.1, 0.3])
    return [
        {
            "text": one["text"],
            name: [dict(_span(*span), **_at(path, next(scores))) for span in some],
        }
        for one, some in zip(GOLD_TEXTS, SPANS, strict=True)
    ]


def _span(start: int, end: int, label: str) -> dict:
    return {"start": start, "end": end, "label": label}


def _at(path: str, value: float) -> dict:
    first, _, rest = path.partition(".")
    return {first: _at(rest, value) if rest else value}


def write(path: Path, values: list) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in values), encoding="utf-8")
    return path


def pipeline(*, tags: bool = False) -> list:
    """Return what a pipeline returns."""
    if not tags:
        return [
            [
                {"entity_group": label, "score": score, "start": start, "end": end}
                for (start, end, label), score in zip(some, scores, strict=True)
            ]
            for some, scores in zip(SPANS, [[0.9, 0.1], [0.3]], strict=True)
        ]
    tokens = [
        [(1, 0, 3, "B-PER", 1.0), (2, 4, 9, "I-PER", 0.8), (4, 14, 17, "B-ORG", 0.1)],
        [(1, 0, 4, "B-LOC", 0.3)],
    ]
    return [
        [
            {"entity": tag, "score": score, "start": start, "end": end, "index": index}
            for index, start, end, tag, score in some
        ]
        for some in tokens
    ]


def label_studio() -> list:
    return [
        {
            "id": number,
            "data": {"text": one["text"]},
            "predictions": [
                {
                    "result": [
                        {
                            "type": "labels",
                            "score": score,
                            "value": {"start": start, "end": end, "labels": [label]},
                        }
                        for (start, end, label), score in zip(some, scores, strict=True)
                    ]
                }
            ],
        }
        for number, (one, some, scores) in enumerate(
            zip(GOLD_TEXTS, SPANS, [[0.9, 0.1], [0.3]], strict=True)
        )
    ]


#: predictions as formats have them, and the key of their confidences, if it must be named
FORMATS = {
    "prodigy": (objects(spans="score"), None),
    "confidence": (objects(spans="confidence"), None),
    "nested": (objects(spans="meta.p"), "meta.p"),
    "doccano": (
        [
            {
                "text": one["text"],
                "entities": [
                    {"id": k, "label": c, "start_offset": a, "end_offset": b, "prob": p}
                    for k, ((a, b, c), p) in enumerate(zip(some, scores, strict=True))
                ],
            }
            for one, some, scores in zip(GOLD_TEXTS, SPANS, [[0.9, 0.1], [0.3]], strict=True)
        ],
        None,
    ),
    "columns of spans": (
        [
            {
                "text": one["text"],
                "spans": {
                    **{
                        key: [span[place] for span in some]
                        for place, key in enumerate(("start", "end", "label"))
                    },
                    "probability": scores,
                },
            }
            for one, some, scores in zip(GOLD_TEXTS, SPANS, [[0.9, 0.1], [0.3]], strict=True)
        ],
        None,
    ),
    "a list beside": (
        [
            {"text": one["text"], "spans": [[*span] for span in some], "scores": scores}
            for one, some, scores in zip(GOLD_TEXTS, SPANS, [[0.9, 0.1], [0.3]], strict=True)
        ],
        None,
    ),
    "pipeline": (pipeline(), None),
    "pipeline of tokens": (pipeline(tags=True), None),
    "Label Studio": (label_studio(), None),
}


@pytest.mark.parametrize("name", FORMATS)
def test_confidences_are_read_and_what_is_kept_is_written(tmp_path: Path, name: str) -> None:
    values, key = FORMATS[name]
    gold, predicted = write(tmp_path / "g.jsonl", GOLD_TEXTS), tmp_path / "p.json"
    predicted.write_text(json.dumps(values), encoding="utf-8")
    by_order = {"align_by_position": True}
    sweep = spanf1.sweep(gold, predicted, confidence_key=key, **by_order)
    assert sweep.curve.threshold.tolist() == [0.9, 0.3, 0.1]
    assert sweep.curve.correct.tolist() == [1, 2, 2]
    assert sweep.best.threshold == 0.3
    kept = tmp_path / "kept.json"
    sweep.apply("best", kept)
    again = spanf1.sweep(gold, kept, confidence_key=key, **by_order)
    assert again.curve.threshold.tolist() == [0.9, 0.3]
    assert spanf1.score_file(gold, kept, **by_order).micro.fbeta == sweep.best.fbeta
    sweep.apply({"LOC": 0.5, "ORG": 0.1}, kept)
    assert spanf1.sweep(gold, kept, confidence_key=key, **by_order).curve.threshold.tolist() == [
        0.9,
        0.1,
    ]


@pytest.mark.parametrize("name", ["prodigy", "a list beside", "pipeline"])
def test_records_in_python(name: str) -> None:
    values, key = FORMATS[name]
    sweep = spanf1.sweep(GOLD_TEXTS, values, confidence_key=key)
    assert sweep.curve.threshold.tolist() == [0.9, 0.3, 0.1]
    with pytest.raises(UsageError, match="where the predictions are in one file"):
        sweep.apply(0.5, "never")


@pytest.mark.parametrize(
    ("of", "thresholds"), [("mean", [0.8, 0.75]), ("min", [0.75, 0.7]), ("first", [0.9, 0.75])]
)
def test_of_columns_tokens_make_the_confidence(tmp_path: Path, of: str, thresholds: list) -> None:
    (tmp_path / "f.txt").write_text(COLUMNS)
    sweep = spanf1.sweep(tmp_path / "f.txt", confidence_column=4, of=of, **THERE)
    assert sweep.curve.threshold.round(9).tolist() == [*thresholds, 0.6, 0.3]
    assert sweep.curve.correct.tolist() == [1, 2, 3, 3]


def test_columns_keep_all_but_the_tags_below(tmp_path: Path) -> None:
    file, kept = tmp_path / "f.txt", tmp_path / "kept.txt"
    file.write_text(COLUMNS)
    sweep = spanf1.sweep(file, confidence_column=-1, **THERE)
    sweep.apply(0.65, kept)
    changed = COLUMNS.replace("B-PER 0.6", "O 0.6").replace("B-ORG", "O")
    assert kept.read_text() == changed
    point = sweep.at(0.65)
    score = spanf1.score_file(kept, **THERE).micro
    assert (score.predicted, score.correct) == (point.predicted, point.correct)


def test_two_files_of_columns_and_names(tmp_path: Path) -> None:
    gold, predicted = tmp_path / "g.txt", tmp_path / "p.txt"
    rows = [line.split() for line in COLUMNS.splitlines()]
    gold.write_text("".join(" ".join(row[:2]) + "\n" for row in rows))
    predicted.write_text("".join(" ".join([*row[:1], *row[2:]]) + "\n" for row in rows))
    sweep = spanf1.sweep(gold, predicted, pred_column=2, confidence_column=3)
    assert sweep.curve.threshold.round(9).tolist() == [0.8, 0.75, 0.6, 0.3]
    named = tmp_path / "n.txt"
    named.write_text("word gold guess sure\n" + COLUMNS)
    others = {"gold_column": 2, "pred_column": 3, "confidence_column": "sure"}
    again = spanf1.sweep(named, **others)
    assert again.curve.threshold.tolist() == sweep.curve.threshold.tolist()


def test_tags_at_keys_have_a_list_beside_them(tmp_path: Path) -> None:
    values = [
        {
            "tokens": ["Ada", "Byron", "met", "Bob"],
            "gold": ["B-PER", "I-PER", "O", "B-PER"],
            "pred": ["B-PER", "I-PER", "O", "B-LOC"],
            "scores": [0.9, 0.7, 1.0, 0.2],
        },
        {"tokens": ["Oslo"], "gold": ["B-LOC"], "pred": ["B-LOC"], "scores": [0.6]},
    ]
    file, kept = write(tmp_path / "f.jsonl", values), tmp_path / "kept.jsonl"
    sweep = spanf1.sweep(file)
    assert sweep.curve.threshold.round(9).tolist() == [0.8, 0.6, 0.2]
    sweep.apply(0.5, kept)
    lines = [json.loads(line) for line in kept.read_text().splitlines()]
    assert lines[0] == {**values[0], "pred": ["B-PER", "I-PER", "O", "O"]}
    assert lines[1] == values[1]


def test_a_list_beside_tags_has_a_number_for_each_span_or_token() -> None:
    gold = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-LOC"]]
    predicted = [["B-PER", "I-PER", "O", "B-ORG"], ["O", "B-LOC"]]
    by_span = spanf1.sweep(gold, predicted, confidences=[[0.9, 0.2], [0.4]])
    by_token = spanf1.sweep(gold, predicted, confidences=[[0.95, 0.9, 1, 0.2], [1, 0.4]], of="min")
    for sweep in (by_span, by_token):
        assert sweep.curve.threshold.tolist() == [0.9, 0.4, 0.2]
        assert sweep.curve.correct.tolist() == [1, 2, 2]
    assert by_span.kept(0.3).tolist() == [True, False, True]
    assert by_span.kept({"*": 0.3, "PER": 0.95}).tolist() == [False, False, True]
    wrong = r"confidences\[0\] has 3 numbers, and there are 2 spans, and 4 tokens"
    with pytest.raises(UsageError, match=wrong):
        spanf1.sweep(gold, predicted, confidences=[[0.9, 0.2, 0.1], [0.4]])
    with pytest.raises(UsageError, match="confidences has 1 list, and there are 2 sentences"):
        spanf1.sweep(gold, predicted, confidences=[[0.9, 0.2]])
    with pytest.raises(UsageError, match=r"confidences\[1\]\[0\] is null"):
        spanf1.sweep(gold, predicted, confidences=[[0.9, 0.2], [None]])
    sweep = spanf1.sweep(gold, predicted, confidences=[[0.9, 0.2], [None]], default=0.5)
    assert sweep.curve.threshold.tolist() == [0.9, 0.5, 0.2]
    with pytest.raises(UsageError, match="tags have no confidences"):
        spanf1.sweep(gold, predicted)


def test_spans_of_types_that_do_not_count_stay(tmp_path: Path) -> None:
    gold = write(tmp_path / "g.jsonl", GOLD_TEXTS)
    predicted = write(tmp_path / "p.jsonl", objects(spans="score"))
    sweep = spanf1.sweep(gold, predicted, ignore_types=["ORG"], map_types={"LOC": "PLACE"})
    assert sweep.predictions.names == ["PER", "PLACE"]
    assert sweep.curve.threshold.tolist() == [0.9, 0.3]
    sweep.apply({"PLACE": 0.5}, tmp_path / "k.jsonl")
    kept = [json.loads(line) for line in (tmp_path / "k.jsonl").read_text().splitlines()]
    assert [[span["label"] for span in one["spans"]] for one in kept] == [["PER", "ORG"], []]


def test_records_that_are_left_out_are_written_as_they_are(tmp_path: Path) -> None:
    values = objects(spans="score")
    rejected = {"text": "no", "id": 7, "answer": "reject", "spans": [_span(0, 2, "PER")]}
    values = [{**values[0], "id": 0}, rejected, {**values[1], "id": 1}, {**rejected, "id": 8}]
    gold = write(tmp_path / "g.jsonl", [{**one, "id": k} for k, one in enumerate(GOLD_TEXTS)])
    sweep = spanf1.sweep(gold, write(tmp_path / "p.jsonl", values))
    assert sweep.curve.threshold.tolist() == [0.9, 0.3, 0.1]
    sweep.apply(0.2, tmp_path / "k.jsonl")
    kept = [json.loads(line) for line in (tmp_path / "k.jsonl").read_text().splitlines()]
    assert kept[1] == values[1]
    assert kept[3] == values[3]
    assert len(kept[0]["spans"]) == 1


def test_predictions_in_another_order_are_joined_by_ids(tmp_path: Path) -> None:
    gold, predicted = records()
    paths = write(tmp_path / "g.jsonl", gold), write(tmp_path / "p.jsonl", predicted[::-1])
    sweep = spanf1.sweep(*paths)
    assert sweep.curve.fbeta.round(4).tolist() == [0.3333, 0.5714, 0.5, 0.6, 0.5455]
    sweep.apply(0.8, tmp_path / "k.jsonl")
    point = sweep.at(0.8)
    score = spanf1.score_file(paths[0], tmp_path / "k.jsonl").micro
    assert (score.gold, score.predicted, score.correct) == (GOLD, point.predicted, point.correct)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_kept_scores_as_the_curve_says(tmp_path: Path, seed: int) -> None:
    """Spans nest, overlap and are there twice; each threshold is held against `score_file`."""
    rng = random.Random(seed)

    def span(*, sure: bool) -> dict:
        start, size = rng.randrange(6), rng.randrange(1, 3)
        own = {"start": start, "end": start + size, "label": rng.choice("AB")}
        return {**own, "score": rng.randrange(5) / 4} if sure else own

    gold, predicted = (
        [
            {"text": "x" * 8, "spans": [span(sure=sure) for _ in range(rng.randrange(9))]}
            for _ in range(5)
        ]
        for sure in (False, True)
    )
    paths = write(tmp_path / "g.jsonl", gold), write(tmp_path / "p.jsonl", predicted)
    for average in ("micro", "macro", "weighted"):
        sweep = spanf1.sweep(*paths, average=average, reading="strict")
        for point in sweep.curve.points():
            sweep.apply(point.threshold, tmp_path / "k.jsonl")
            score = getattr(spanf1.score_file(paths[0], tmp_path / "k.jsonl"), average)
            counts = (score.gold, score.predicted, score.correct)
            if average == "micro":
                assert point[1:4] == counts
            assert point[4:] == pytest.approx((score.precision, score.recall, score.fbeta))


def test_units_are_drawn_as_for_other_intervals() -> None:
    gold, predicted = records()
    sweep = spanf1.sweep(gold, predicted, confidence=spanf1.Confidence(level=0.9, resamples=50))
    assert (sweep.confidence.unit, sweep.predictions.units) == ("document", 8)
    assert sweep.chosen.level == 0.9
    tags = spanf1.sweep([["B-A"], ["B-A"]], [["B-A"], ["O"]], confidences=[[0.5], []])
    assert (tags.confidence.unit, tags.predictions.units) == ("sentence", 2)


def test_the_signature_has_the_threshold(tmp_path: Path) -> None:
    sweep = spanf1.sweep(*records(), average="macro")
    line = str(sweep.signature())
    assert line.startswith("f1:macro|")
    assert "|threshold:0.7/best|" in line
    assert spanf1.Signature.parse(line) == sweep.signature()
    assert sweep.signature().differences(sweep.result.signature("macro")) == [
        "threshold of confidences: 0.7/best here, none there"
    ]
    with pytest.raises(UsageError, match="there is no number where one should be"):
        spanf1.Signature.parse(line.replace("0.7", "high"))
    with pytest.raises(UsageError, match="predictions above a threshold, and the result is of all"):
        spanf1.rescore(sweep.result.to_dict(), line)
    (tmp_path / "f.txt").write_text(COLUMNS)
    columns = spanf1.sweep(tmp_path / "f.txt", confidence_column=4, of="min", **THERE)
    assert "|threshold:0.6/best/min|" in str(columns.signature())


def test_nothing_is_predicted() -> None:
    sweep = spanf1.sweep([["B-A"], ["O"]], [["O"], ["O"]], confidences=[[], []])
    assert sweep.best is None
    assert "there is no threshold" in str(sweep)
    assert json.loads(sweep.to_json())["best"] is None
    with pytest.raises(UsageError, match="there is no best threshold"):
        sweep.kept("best")
    with pytest.raises(UsageError, match="nothing to draw"):
        sweep.plot()


BAD = [
    (
        {},
        [{"spans": [{**_span(0, 3, "A")}]}],
        r"p.jsonl:1: spans\[0\] has no score, confidence, pr",
    ),
    ({}, [{"spans": [{**_span(0, 3, "A"), "score": "high"}]}], r'spans\[0\].score is "?\'?high'),
    ({}, [{"spans": [{**_span(0, 3, "A"), "score": True}]}], r"spans\[0\].score is true"),
    ({"confidence_key": "p"}, [{"spans": [{**_span(0, 3, "A"), "score": 1}]}], "has no p; its"),
    ({}, [{"spans": [[0, 3, "A"]]}], "is a list, and has no confidence"),
    (
        {},
        [{"spans": [[0, 3, "A"]], "scores": [1, 2]}],
        "scores has 2 numbers, and there are 1 span",
    ),
    ({"confidence_column": 3}, [{"spans": []}], "--confidence-column does not go with"),
]


@pytest.mark.parametrize(("keywords", "values", "message"), BAD)
def test_what_is_no_confidence_is_told(tmp_path: Path, keywords, values, message) -> None:
    texts = [{"text": "Ada", **one} for one in values]
    gold = write(tmp_path / "g.jsonl", [{"text": "Ada", "spans": [_span(0, 3, "A")]}])
    predicted = write(tmp_path / "p.jsonl", texts)
    with pytest.raises((InputError, UsageError), match=message):
        spanf1.sweep(gold, predicted, **keywords)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"of": "max"}, "way to make one"),
        ({"average": "mean"}, "average"),
        ({"precision": 2}, "precision is 2"),
        ({"cost": (0, 0)}, "cost is"),
        ({"bins": 0}, "bins is 0"),
        ({"default": np.nan}, "default is nan"),
    ],
)
def test_arguments_are_checked(keywords: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        spanf1.sweep([["B-A"]], [["B-A"]], confidences=[[1]], **keywords)


def test_of_columns_a_cell_is_to_be_a_number(tmp_path: Path) -> None:
    file = tmp_path / "f.txt"
    file.write_text(COLUMNS.replace("0.7\n", "-\n"))
    with pytest.raises(InputError, match=r"f.txt:2: '-' in the column of confidences"):
        spanf1.sweep(file, confidence_column=4, **THERE)
    sweep = spanf1.sweep(file, confidence_column=4, default=0.1, of="first", **THERE)
    assert sweep.curve.threshold.tolist() == [0.9, 0.75, 0.6, 0.3]
    with pytest.raises(UsageError, match="it is not said which column has the confidences"):
        spanf1.sweep(file, **THERE)


def test_other_formats_have_no_confidences(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Ada")
    (tmp_path / "a.ann").write_text("T1\tPER 0 3\tAda\n")
    with pytest.raises(UsageError, match="confidences are not read of"):
        spanf1.sweep(tmp_path / "a.ann", tmp_path / "a.ann")
    sweep = spanf1.sweep(tmp_path / "a.ann", tmp_path / "a.ann", confidences=[[0.5]])
    assert sweep.best.threshold == 0.5
    sweep.apply(0.6, tmp_path / "k.jsonl")
    assert json.loads((tmp_path / "k.jsonl").read_text()) == {"id": "a", "text": "Ada", "spans": []}


def test_of_columns_all_tokens_are_to_be_there(tmp_path: Path) -> None:
    gold, predicted = tmp_path / "g.txt", tmp_path / "p.txt"
    gold.write_text("Ada B-PER\nBob B-PER\n\nx O\n")
    predicted.write_text("Ada B-PER 0.5\n\nx O -\n")
    there = {"pred_column": 2, "confidence_column": 3}
    with pytest.raises(UsageError, match="tokens are masked, or lack a prediction"):
        spanf1.sweep(gold, predicted, missing="outside", **there)
    predicted.write_text("Ada B-PER 0.5\nBob X -\n\nx O -\n")
    sweep = spanf1.sweep(gold, predicted, mask_tags=["X"], **there)
    assert sweep.curve.threshold.tolist() == [0.5]


def test_both_sides_in_one_record(tmp_path: Path) -> None:
    values = [
        {"text": one["text"], "gold": one["spans"], "pred": other["spans"]}
        for one, other in zip(GOLD_TEXTS, objects(spans="score"), strict=True)
    ]
    file, kept = write(tmp_path / "f.jsonl", values), tmp_path / "k.jsonl"
    sweep = spanf1.sweep(file)
    assert sweep.curve.threshold.tolist() == [0.9, 0.3, 0.1]
    sweep.apply(0.2, kept)
    lines = [json.loads(line) for line in kept.read_text().splitlines()]
    assert [line["gold"] for line in lines] == [one["spans"] for one in GOLD_TEXTS]
    assert [len(line["pred"]) for line in lines] == [1, 1]


def test_one_list_of_a_pipeline_is_one_document(tmp_path: Path) -> None:
    gold = write(tmp_path / "g.jsonl", GOLD_TEXTS[:1])
    (tmp_path / "p.json").write_text(json.dumps(pipeline()[0]))
    sweep = spanf1.sweep(gold, tmp_path / "p.json")
    assert sweep.curve.threshold.tolist() == [0.9, 0.1]
    sweep.apply("best", tmp_path / "k.json")
    assert json.loads((tmp_path / "k.json").read_text()) == [pipeline()[0][:1]]


def test_a_record_of_several_texts_is_refused(tmp_path: Path) -> None:
    values = [
        {"doc_key": key, "sentences": [["Ada"], ["Bob"]], "ner": [[[0, 0, "PER"]], [[1, 1, "PER"]]]}
        for key in "ab"
    ]
    file = write(tmp_path / "f.jsonl", values)
    with pytest.raises(InputError, match="it is not known which confidence is whose"):
        spanf1.sweep(file, file, confidence_key="p")
    values = [{**one, "sentences": [[], *one["sentences"]], "ner": [[], [], []]} for one in values]
    file = write(tmp_path / "f.jsonl", values)
    with pytest.raises(UsageError, match="where a record has several texts"):
        spanf1.sweep(file, file, confidence_key="p")
