"""What ``spanf1 sweep`` prints and writes, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.thresholds.examples import records

FILES = ["g.jsonl", "p.jsonl"]


@pytest.fixture
def files(tmp_path: Path) -> None:
    """Write Example B."""
    for name, side in zip(FILES, records(), strict=True):
        (tmp_path / name).write_text("".join(json.dumps(one) + "\n" for one in side))


@pytest.mark.usefixtures("files")
def test_the_example(run) -> None:
    ran = run("sweep", *FILES, "--bins", "2", "--precision", "0.9", "--cost", "fp=1,fn=5")
    assert ran.code == 0
    lines = [line.split() for line in ran.out.splitlines()]
    for line in (
        "Best: F1 60.00 at 0.7.",
        "0.7 *         5      3   60.00  60.00  60.00",
        "best R with P ≥ 90.0         0.9      2      2  100.00  40.00  57.14",
        "least 1 FP + 5 FN: 12        0.7      5      3   60.00  60.00  60.00",
        "PER          5   0.7  60.00       0.7  52.00  83.33  24.17  23.21",
        "confidences key score; what is as high as a threshold, or higher, is kept",
    ):
        assert line.split() in lines
    words = " ".join(ran.out.split())
    assert "the best threshold was chosen on this data" in words
    assert "a lower threshold brings back no span that the decoder dropped" in words


def test_a_threshold_that_is_shown_keeps_what_its_row_says(run, tmp_path: Path) -> None:
    """It is not rounded up, and has as many digits as tell it from the next."""
    sure = [2 / 3, 0.6, 0.1 + 0.2, 0.3, 0.25]
    lines = "".join(f"a B-A B-A {one!r}\n\n" for one in sure)
    (tmp_path / "f.txt").write_text(lines)
    args = ["sweep", "f.txt", "--gold-column=2", "--pred-column=3", "--confidence-column=4"]
    rows = run(*args).out.split("F1\n")[1].splitlines()[: len(sure)]
    shown = [row.split()[0] for row in rows]
    assert shown == ["0.666666", "0.6", "0.30000000000000004", "0.3", "0.25"]
    for number, threshold in enumerate(shown, 1):
        run(*args, "--apply", threshold, "-o", "k.txt")
        assert (tmp_path / "k.txt").read_text().count("B-A B-A") == number


@pytest.mark.usefixtures("files")
def test_csv_and_json_have_all_thresholds(run) -> None:
    lines = run("sweep", *FILES, "-f", "csv").out.splitlines()
    assert lines[0] == "threshold,gold,predicted,correct,precision,recall,f"
    assert lines[4] == "0.7,5,5,3,0.6,0.6,0.6"
    assert len(lines) == 6
    found = json.loads(run("sweep", *FILES, "-f", "json", "--recall", "0.6", "--bins", "2").out)
    assert [one["threshold"] for one in found["thresholds"]] == [0.95, 0.9, 0.8, 0.7, 0.4]
    assert round(found["average_precision"], 4) == 0.52
    assert round(found["roc_auc"], 4) == 0.8333
    assert (round(found["ece"], 4), round(found["brier"], 4)) == (0.2417, 0.2321)
    assert found["types"]["PER"]["best"]["threshold"] == 0.7
    assert found["aims"][0]["point"]["threshold"] == 0.7
    assert found["on_other_data"]["interval"][0] <= found["best"]["fbeta"]


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("threshold", "kept"),
    [("0.7", 5), ("best", 5), ("types", 5), ("PER=0.9", 2), ("LOC=1,*=0.8", None), ("inf", 0)],
)
def test_what_is_kept_is_written(run, tmp_path: Path, threshold: str, kept: int | None) -> None:
    ran = run("sweep", *FILES, "--apply", threshold, "-o", "k.jsonl", "-q")
    if kept is None:
        assert (ran.code, "there is no type 'LOC'" in ran.err) == (2, True)
        return
    assert ran.out.startswith("threshold")
    lines = (tmp_path / "k.jsonl").read_text().splitlines()
    assert sum(len(json.loads(line)["spans"]) for line in lines) == kept
    assert len(lines) == 8


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["--apply", "best"], 2, "--apply writes a file"),
        (["--apply", "high", "-o", "k"], 2, "--apply 'high': there is no threshold"),
        (["--apply", "A=1,A=2", "-o", "k"], 2, "each type once"),
        (["--apply", "best", "-o", "p.jsonl"], 2, "it is the input"),
        (["--cost", "fp=1"], 2, "there are no two costs"),
        (["--precision", "90"], 2, "precision is 90"),
        (["--confidence-key", "p"], 3, "p.jsonl:1: spans[0] has no p; its keys"),
        (["--confidence-column", "3"], 2, "--confidence-column does not go with"),
    ],
)
def test_what_is_refused(run, args: list[str], code: int, message: str) -> None:
    ran = run("sweep", *FILES, *args)
    assert ran.code == code
    assert message in ran.err
    assert not ran.out


@pytest.mark.usefixtures("files")
def test_a_pipe_is_read_twice(run, tmp_path: Path, monkeypatch) -> None:
    with open(tmp_path / "p.jsonl", "rb") as file:
        monkeypatch.setattr("sys.stdin", type("In", (), {"buffer": file, "isatty": bool})())
        assert "0.7,5,5,3,0.6,0.6,0.6" in run("sweep", "g.jsonl", "-", "-f", "csv").out


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("kind", ["sweep", "precision-recall", "reliability"])
def test_pictures(run, tmp_path: Path, kind: str) -> None:
    pytest.importorskip("matplotlib")
    assert run("plot", *FILES, "--kind", kind, "-o", "x.svg").code == 0
    assert "<svg" in (tmp_path / "x.svg").read_text()
    ran = run("plot", *FILES, "--of", "min", "-o", "x.svg")
    assert "--of does not go with --kind scores" in ran.err
