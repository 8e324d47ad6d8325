"""What trainers and loggers write is read: F1, precision, recall and steps are known by name."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import spanf1
from spanf1.exceptions import InputError, LayoutError, UsageError
from spanf1.integrations.transformers import compute_metrics
from spanf1.trends.logs import moment_of

HEALTHY = [0.15, 0.35, 0.55, 0.68, 0.76, 0.82, 0.86, 0.88, 0.90, 0.91, 0.91]


def history(**more: float) -> list[dict[str, float]]:
    """Return what a Trainer logs: losses, and figures of evaluations."""
    records: list[dict[str, float]] = []
    for number, value in enumerate(HEALTHY):
        at = {"step": number * 10, "epoch": number / 2}
        records += [{"loss": 1.0, **at}, {"eval_f1": value, "eval_loss": 0.5, **more, **at}]
    return records


def csv(*rows: str) -> str:
    return "".join(f"{row}\n" for row in rows)


FILES = {
    "trainer_state.json": json.dumps({"best_metric": 0.91, "log_history": history()}),
    "all.json": json.dumps(history()),
    "keras.json": json.dumps({"loss": [1] * 11, "val_f1": HEALTHY}),
    "log.jsonl": "".join(json.dumps(one) + "\n" for one in history()),
    "nested.jsonl": "".join(
        json.dumps({"step": n, "eval": {"f1": value, "loss": 0}}) + "\n"
        for n, value in enumerate(HEALTHY)
    ),
    "spacy.jsonl": "".join(
        json.dumps({"step": n, "other_scores": {"ents_f": v, "ents_p": v, "ents_r": 0.5}}) + "\n"
        for n, v in enumerate(HEALTHY)
    ),
    "metrics.csv": csv(
        "epoch,step,train_loss,val_f1",
        *(f"{n},{n},0.5,\r\n{n},{n},,{value}" for n, value in enumerate(HEALTHY)),
    ),
    "flair.tsv": csv(
        "EPOCH\tTIMESTAMP\tTRAIN_LOSS\tDEV_PRECISION\tDEV_RECALL\tDEV_F1",
        *(f"{n}\t10:00:0{n}\t1\t{v}\t{v}\t{v}" for n, v in enumerate(HEALTHY)),
    ),
    "semicolons.csv": csv("step;f1_macro", *(f"{n};{v}" for n, v in enumerate(HEALTHY))),
    "run-a-tag-eval_f1.csv": csv(
        "Wall time,Step,Value", *(f"1.7e9,{n},{v}" for n, v in enumerate(HEALTHY))
    ),
    "percent.csv": csv("step,eval_f1", *(f"{n},{100 * v}" for n, v in enumerate(HEALTHY))),
    "unsorted.csv": csv("step,f1", *(f"{n},{v}" for n, v in [*enumerate(HEALTHY)][::-1])),
    "again.csv": csv("step,f1", "3,0.1", *(f"{n},{v}" for n, v in enumerate(HEALTHY))),
    "undefined.csv": csv("step,f1", "-1,nan", *(f"{n},{v}" for n, v in enumerate(HEALTHY))),
    "bom.csv": "\ufeff" + csv("step,f1", *(f"{n},{v}" for n, v in enumerate(HEALTHY))),
}


@pytest.mark.parametrize("name", FILES)
def test_logs_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(FILES[name], newline="")
    found = spanf1.trend(tmp_path / name)
    assert found.values == pytest.approx(HEALTHY)
    assert found.shape.name == "levelled"
    assert found.over == "step"


def test_precision_and_recall_beside_it(tmp_path: Path) -> None:
    for name in ("spacy.jsonl", "flair.tsv"):
        (tmp_path / name).write_text(FILES[name])
        points = spanf1.trend(tmp_path / name).series[0].points
        assert [point.precision for point in points] == HEALTHY
    records = [
        {"step": 1, "eval_macro_f1": 0.5, "eval_macro_precision": 0.6, "eval_precision": 0.9}
    ]
    (point,) = spanf1.trend(records).series[0].points
    assert point.precision == 0.6


def test_notes_say_what_was_taken_for_what(tmp_path: Path) -> None:
    said = {
        "percent.csv": "figures go up to 91: they are taken for percent",
        "again.csv": "1 place written again: the last figure holds",
        "undefined.csv": "1 figure of no value left out",
        "keras.json": "no key says the steps: they are counted",
    }
    for name, note in said.items():
        (tmp_path / name).write_text(FILES[name])
        assert spanf1.trend(tmp_path / name).series[0].notes == (note,)
    (note,) = spanf1.trend(history(eval_macro_f1=0.1)).series[0].notes
    assert note == "eval_f1 is shown; there are eval_macro_f1, too (--key)"


def test_what_the_adaptor_of_trainers_logs_is_read(tmp_path: Path) -> None:
    """A Trainer puts `eval_` before the keys of compute_metrics."""
    labels = ["O", "B-PER", "B-LOC"]
    compute = compute_metrics(labels)
    gold, log, scores = np.tile([1, 2, 0], 20), [], []
    for step in range(6):
        predicted = gold.copy()
        predicted[: 30 - 5 * step] = 1
        logits = np.eye(3)[predicted][None]
        figures = compute(SimpleNamespace(predictions=logits, label_ids=gold[None]))
        scores.append(compute.result)
        log.append({**{f"eval_{key}": value for key, value in figures.items()}, "step": step})
    (tmp_path / "trainer_state.json").write_text(json.dumps({"log_history": log}))
    found = spanf1.trend(tmp_path / "trainer_state.json")
    assert found.key == "eval_f1"
    assert found.values == [result.micro.f1 for result in scores]
    for point, result in zip(found.series[0].points, scores, strict=True):
        assert (point.precision, point.recall) == (result.micro.precision, result.micro.recall)
    macro = spanf1.trend(tmp_path / "trainer_state.json", key="eval_macro_f1")
    assert macro.values == pytest.approx([result.macro.f1 for result in scores])
    of_type = spanf1.trend(log, key="eval_PER_f1")
    assert of_type.values == [result["PER"].f1 for result in scores]


def test_several_files_are_several_runs(tmp_path: Path) -> None:
    paths = []
    for seed in range(3):
        paths.append(tmp_path / f"seed{seed}.csv")
        rows = [f"{n},{v - seed / 100}" for n, v in enumerate(HEALTHY)]
        paths[-1].write_text(csv("step,val_f1", *rows[: 11 - seed]))
    found = spanf1.trend(paths)
    assert [len(series.points) for series in found.series] == [11, 10, 9]
    assert (len(found.band), found.band[0].runs) == (9, 3)
    assert found.band[0].mean == pytest.approx(0.14)
    assert found.band[0].sd == pytest.approx(0.01)
    with pytest.raises(UsageError, match=r"seed0\.csv: the file is given twice"):
        spanf1.trend([paths[0], paths[0]])
    paths[0].write_text(csv("step,val_f1", "100,0.5"))
    with pytest.raises(UsageError, match="runs have no step in common"):
        spanf1.trend(paths)


def test_runs_of_one_file(tmp_path: Path) -> None:
    header = '"Step","run - a - eval/f1","run - a - eval/f1__MIN","run - b - eval/f1"'
    rows = [f'"{n}","{v}","0","{v - 0.1}"' for n, v in enumerate(HEALTHY)]
    (tmp_path / "wandb.csv").write_text(csv(header, *rows))
    found = spanf1.trend(tmp_path / "wandb.csv")
    assert [series.name.split(": ")[1] for series in found.series] == ["run - a", "run - b"]
    assert (found.key, found.values[-1]) == ("eval/f1", pytest.approx(0.86))
    rows = [f"{n},{seed},{n / 2000}" for n in (100, 200, 400) for seed in (1, 2)]
    (tmp_path / "sizes.csv").write_text(csv("train_size,seed,f1", *rows))
    found = spanf1.trend(tmp_path / "sizes.csv")
    assert (found.over, len(found.series)) == ("size", 2)
    assert found.doubling == pytest.approx(0.1)
    assert "from 200 to 400, F1 gains +10.00 points" in " ".join(str(found).split())


def test_keys_that_are_chosen() -> None:
    records = [{"eval_x_f1": 0.1, "n": 3, "step": 1}, {"eval_x_f1": 0.2, "n": 6, "step": 2}]
    with pytest.raises(LayoutError, match="no key is a known name of F1"):
        spanf1.trend(records)
    found = spanf1.trend(records, key="eval_x_f1", axis="n", over="size")
    assert [row.name for row in found.band] == ["3", "6"]
    assert spanf1.trend(records, key="eval/x/f1").values == [0.1, 0.2]
    both = [{"eval_f1": 0.1, "val_f1": 0.2, "step": 1}]
    with pytest.raises(UsageError, match=r"(?m)several keys may be F1: eval_f1, val_f1$"):
        spanf1.trend(both)
    same = [{"eval_f1": 0.1, "eval_overall_f1": 0.1, "test_f1": 0.9, "step": 1}]
    assert spanf1.trend(same).key == "eval_f1"


BAD = {
    "none.csv": ("", "there are no records in it"),
    "columns.conll": ("a B-PER B-PER\nb O O\n", "its first line names no columns"),
    "short.csv": ("step,f1\n1,0.5\n2\n", "short.csv:3: 1 cell where the header has 2"),
    "words.csv": ("step,f1\n1,high\n", "words.csv:2: f1 is 'high': it is no number"),
    "large.csv": ("step,f1\n1,101\n", "f1 is 101, which is no F1"),
    "negative.csv": ("step,f1\n1,-0.1\n", "f1 is -0.1, which is no F1"),
    "line.jsonl": ('{"step": 1, "f1": 0.5}\n{"step"\n', "line.jsonl:2: this is no JSON"),
    "list.jsonl": ('{"step": 1, "f1": 0.5}\n[]\n', "line.jsonl|list.jsonl:2: this is no record"),
    "list.json": ("[1, 2]", "this is no log of metrics"),
    "nan.csv": ("step,f1\n1,nan\n", "f1 has no figure"),
    "stepless.jsonl": ('{"step": 1, "f1": 0.5}\n{"f1": 0.6}\n', ":2: there is no step beside"),
    "Value.csv": ("Wall time,Step,Value\n1,1,0.5\n", "does not say of what it is"),
    "result.json": ('{"spanf1": "0.1.0"}', "result.json: "),
    "huge.jsonl": (f'{{"step": 1, "f1": 1{"0" * 400}}}', "huge.jsonl:1: f1 is"),
    "bytes.csv": (b"step,f1\n1,\xff\n", "this is no text in UTF-8"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_log_is_an_error_of_one_line(tmp_path: Path, name: str) -> None:
    content, message = BAD[name]
    data = content if isinstance(content, bytes) else content.encode()
    (tmp_path / name).write_bytes(data)
    with pytest.raises((InputError, UsageError), match=message) as raised:
        spanf1.trend(tmp_path / name)
    assert len(str(raised.value)) < 300 + len(str(tmp_path))


def test_values_that_are_none() -> None:
    for data, message in (
        ([], "there is nothing to look at"),
        ([object()], "these are no figures"),
        ({"a": ["x"]}, "these are no figures"),
    ):
        with pytest.raises(UsageError, match=message):
            spanf1.trend(data)
    with pytest.raises(UsageError, match="figures have no keys"):
        spanf1.trend([0.5], key="f1")
    with pytest.raises(UsageError, match="a reference is for figures over time"):
        spanf1.trend([0.5] * 9, reference=6)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("scores-2026-05-01.json", "2026-05-01T00:00:00+00:00"),
        ("20260501", "2026-05-01T00:00:00+00:00"),
        ("a_2026-05-01T12:30.json", "2026-05-01T12:30:00+00:00"),
        ("2026-05-01_12-30", "2026-05-01T12:30:00+00:00"),
        ("2026-05", "2026-05-01T00:00:00+00:00"),
        ("2026-W18", "2026-04-27T00:00:00+00:00"),
        ("v2-2026-13-01", None),
        ("1700000000", None),
        ("run-12", None),
    ],
)
def test_dates_of_names(text, moment) -> None:
    found = moment_of(text)
    assert (found and found.isoformat()) == moment


def test_all_right_may_be_rounded_to_a_little_more(tmp_path: Path) -> None:
    """As 32 bits have it: neither are all figures percent then, nor is this no F1."""
    for whole in (1, 100):
        (tmp_path / "f.csv").write_text(csv("step,f1", f"1,{whole / 2}", f"2,{whole * 1.0000001}"))
        assert spanf1.trend(tmp_path / "f.csv").values == [0.5, 1]


def test_a_log_may_be_compressed(tmp_path: Path) -> None:
    (tmp_path / "f.csv.gz").write_bytes(gzip.compress(csv("step,f1", "1,0.5").encode()))
    assert spanf1.trend(tmp_path / "f.csv.gz").values == [0.5]
    with pytest.raises(LayoutError, match="more than 4 bytes"):
        spanf1.trend(tmp_path / "f.csv.gz", max_size="4")


def test_sizes_are_not_counted(tmp_path: Path) -> None:
    """What the last doubling gained would be made up."""
    (tmp_path / "f.csv").write_text(csv("n,f1", "500,0.5", "1000,0.6"))
    with pytest.raises(LayoutError, match=r"no key is a known name of sizes(?s:.*)there are n, f1"):
        spanf1.trend(tmp_path / "f.csv", over="size")
    assert spanf1.trend(tmp_path / "f.csv", over="size", axis="n").values == [0.5, 0.6]
    with pytest.raises(UsageError, match="figures have no sizes"):
        spanf1.trend([0.5, 0.6], over="size")


def test_dates_that_there_are_none_of(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text(csv("date,f1", "2026-13-01,0.5"))
    with pytest.raises(InputError, match=r"f\.csv:2: date is '2026-13-01': it is no date"):
        spanf1.trend(tmp_path / "f.csv")


def test_figures_of_no_value_are_told() -> None:
    assert spanf1.trend([0.5, float("nan"), 0.6]).series[0].notes == (
        "1 figure of no value left out",
    )


@pytest.mark.parametrize(
    ("rows", "f1", "precision", "note"),
    [
        (["1,.5,50,60", "2,.6,60,60"], 0.5, 0.5, "precision and recall go up to 60: they are"),
        (["1,.5,50,", "2,.6,60,"], 0.5, 0.5, "precision and recall go up to 60: they are"),
        (["1,50,.5,.6", "2,60,.6,.6"], 0.5, 0.5, "f1 goes up to 60: it is"),
        # All in percent, and F1 is low.
        (["1,.5,8,.26", "2,.9,9,.47"], 0.005, 0.08, "figures go up to 9: they are"),
    ],
)
def test_some_figures_may_be_percent_and_others_not(
    tmp_path: Path, rows, f1, precision, note
) -> None:
    (tmp_path / "f.csv").write_text(csv("step,f1,precision,recall", *rows))
    (series,) = spanf1.trend(tmp_path / "f.csv").series
    assert (series.points[0].f1, series.points[0].precision) == pytest.approx((f1, precision))
    assert series.notes == (f"{note} taken for percent",)


def test_two_columns_of_one_name(tmp_path: Path) -> None:
    """The last one would be read alone."""
    (tmp_path / "f.csv").write_text(csv("step,f1,f1", "1,0.5,0.6"))
    with pytest.raises(LayoutError, match=r"f\.csv:1: two columns are called 'f1'"):
        spanf1.trend(tmp_path / "f.csv")


def test_tables_as_spreadsheets_write_them(tmp_path):
    file = tmp_path / "f.csv"
    for text in ('"step";"f1"\r\n1;0.5\r\n;\r\n', "step\tf1\r1\t0.5\r", 'step, f1\n"1", 0.5\n\n'):
        file.write_bytes(text.encode())
        assert spanf1.trend(file).values == [0.5]
    file.write_bytes(b'step,f1,note\n1,0.5,"a\nb"\n2,"x\ny",\n')
    with pytest.raises(InputError, match=r"f\.csv:4: f1 is 'x"):
        spanf1.trend(file)
