"""``spanf1 trend``: tables, words, alarms in the exit code, and every format."""

from __future__ import annotations

import csv
import io
import json
import os

import pytest

import spanf1
from tests.helpers.commands import write

WEEKS = [0.80, 0.82, 0.78] * 4


def weekly(*more: float) -> str:
    rows = [f"2026-W{n:02},{value}" for n, value in enumerate([*WEEKS, *more], 1)]
    return "\n".join(["week,f1", *rows, ""])


def results(name: str, correct: int, missed: int) -> str:
    gold = [["B-A"]] * (correct + missed)
    result = spanf1.evaluate(gold, [["B-A"]] * correct + [["O"]] * missed)
    return write(name, result.to_json())


def words(text: str) -> str:
    return " ".join(text.split())


def test_an_alarm_is_exit_code_1(run) -> None:
    write("weekly.csv", weekly(0.7))
    ran = run("trend", "weekly.csv", "--reference", "12")
    assert (ran.code, ran.err) == (1, "")
    last = next(line for line in ran.out.splitlines() if line.startswith("2026-W13"))
    assert last.split() == ["2026-W13", "70.00", "74.88", "85.12", "5.36", "below", "the", "limits"]
    assert "alarm        2026-W13: 70.00 is below the limits, 74.88 to 85.12" in ran.out
    assert "where nothing changes, 1.5% are outside of the limits, 1% slide" in words(ran.out)
    write("weekly.csv", weekly())
    assert run("trend", "weekly.csv").code == 0


def test_results_files_by_the_dates_in_their_names(run) -> None:
    names = [results(f"scores-2026-05-0{n}.json", 160, 40) for n in (3, 1, 2)]
    ran = run("trend", *names)
    assert ran.code == 0
    assert [line.split()[0] for line in ran.out.splitlines()[1:4]] == [
        *("2026-05-01", "2026-05-02", "2026-05-03")
    ]
    results("scores-2026-05-04.json", 100, 100)
    ran = run("trend", *names, "scores-2026-05-04.json")
    assert ran.code == 1
    assert "newest a fall: -22.22 points from the one before" in words(ran.out)


def test_dates_are_not_guessed(run) -> None:
    names = [results("old.json", 80, 20), results("new.json", 81, 19)]
    ran = run("trend", *names)
    assert (ran.code, ran.out) == (3, "")
    assert "old.json: the name of the file has no date" in ran.err
    ran = run("trend", *names, "--date", "2026-05-01,2026-06-01")
    assert (ran.code, ran.out.splitlines()[2].split()[0]) == (0, "2026-06-01")
    os.utime("old.json", (86400 * 365, 86400 * 365))
    assert run("trend", *names, "--mtime").out.splitlines()[1].startswith("1971-01-01")
    for args, message in (
        (["--date", "2026-05-01"], "1 dates are given of 2 results"),
        (["--date", "x,y"], "'x' is no date"),
        (["--mtime", "--date", "2026-05-01,2026-05-02"], "give one"),
        (["--date", "2026-05-01,2026-05-01"], "two results are of one date, 2026-05-01"),
        (["--over", "step", "--mtime"], "they have no steps"),
    ):
        ran = run("trend", *names, *args)
        assert ran.code == 2
        assert message in ran.err
    write("log.csv", "step,f1\n1,0.5\n")
    for files in (["log.csv", "old.json"], ["old.json", "log.csv"]):
        ran = run("trend", *files, "--date", "2026-05-01")
        assert "this is a results file, and others are logs" in ran.err
    assert "dates are of results files" in run("trend", "log.csv", "--mtime").err


@pytest.mark.parametrize("name", ["table", "markdown", "latex", "html", "csv", "json"])
def test_every_format(run, name) -> None:
    write("weekly.csv", weekly(0.7))
    write(
        "seeds.csv",
        "step,seed,f1\n" + "".join(f"{n},{s},0.{n}{s}\n" for n in "123456" for s in "12"),
    )
    for file in ("weekly.csv", "seeds.csv"):
        ran = run("trend", file, "-f", name)
        assert ran.err == ""
        quiet = run("trend", file, "-f", name, "-q").out
        if name in ("json", "csv"):
            assert ran.out == quiet
        else:
            assert "falling" in ran.out or "rising" in ran.out
            assert "falling" not in quiet
    if name == "csv":
        rows = [*csv.DictReader(io.StringIO(ran.out))]
        assert [row["row"] for row in rows] == ["point"] * 12 + ["mean"] * 6
        assert float(rows[-1]["sd"]) == pytest.approx(0.01 / 2**0.5)


def test_json_says_all(run) -> None:
    write("weekly.csv", weekly(0.7))
    data = json.loads(run("trend", "weekly.csv", "-f", "json").out)
    assert (data["trend"], data["over"], data["key"], data["alarm"]) == (
        *("falling", "time", "f1", "below"),
    )
    assert data["watch"]["reference"] == 6
    assert data["watch"]["false_alarms"] == pytest.approx(0.049, abs=0.001)
    assert data["trade_off"] is None
    assert len(data["watch"]["checks"]) == 7


def test_many_steps_are_thinned_but_the_best_is_shown(run) -> None:
    rows = "".join(f"{n},{0.9 if n == 333 else 0.5}\n" for n in range(1000))
    write("long.csv", "step,f1\n" + rows)
    out = run("trend", "long.csv").out
    assert ["333", "90.00", "best"] in [line.split() for line in out.splitlines()]
    assert "24 of 1000 steps are shown." in out
    assert out.splitlines()[2].split()[0] == "Step"
    assert len(run("trend", "long.csv", "-f", "csv").out.splitlines()) == 1001


def test_a_terminal_of_40_columns(run, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    write("weekly.csv", weekly(0.7))
    assert all(len(line) <= 40 for line in run("trend", "weekly.csv").out.splitlines())


def test_names_do_not_move_the_cursor(run) -> None:
    write("log.csv", "step,\x1b[31mf1,x f1\n1,0.5,0.5\n")
    ran = run("trend", "log.csv", "--key", "\x1b[31mf1")
    assert ran.code == 0
    assert "\x1b" not in ran.out
    assert "\x1b" not in run("trend", "log.csv").err
