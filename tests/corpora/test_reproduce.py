"""Published scores beside measured ones: real outputs, a catalogue of one's own, the baseline."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

import spanf1
from spanf1.cli.reproduce import reproduce as command
from spanf1.core.options import Confidence
from spanf1.corpora.catalogue import load
from spanf1.corpora.reproduce import INTERVAL, compared, reproduce
from spanf1.exceptions import UsageError
from tests.helpers.commands import formats_of, write
from tests.helpers.oracles import altered, well_formed
from tests.helpers.shared_data import shared

# Published entity and surface F1.
WNUT17 = {
    "arcada": ("39.98", "37.77"),
    "drexel_cci": ("26.30", "25.26"),
    "flytxt": ("38.35", "36.31"),
    "mic-cis": ("37.06", "34.25"),
    "sjtu_adapt": ("40.42", "37.62"),
    "spinningbytes": ("40.78", "39.33"),
    "uh_ritual": ("41.86", "40.24"),
}
CONLL2003 = {"elmo_9222": "92.22", "flair_9303": "93.03"}


# Real outputs.


@pytest.fixture
def wnut17(tmp_path) -> Path:
    return Path(shutil.copytree(shared("wnut17"), tmp_path / "wnut17"))


@pytest.mark.slow
@pytest.mark.parametrize("merged", [False, True])
def test_the_figures_of_wnut17(run, wnut17, merged) -> None:
    if merged:
        gold = [ln.split("\t") for ln in (wnut17 / "gold.conll").read_text().splitlines()]
        for output in (wnut17 / "submissions").iterdir():
            tags = [line.split() for line in output.read_text().splitlines()]
            lines = [
                f"{a[0]} {a[1]} {b[-1]}\n" if len(a) > 1 else "\n"
                for a, b in zip(gold, tags, strict=False)
            ]
            output.write_text("".join(lines))
        (wnut17 / "gold.conll").unlink()
    ran = run("reproduce", "wnut17", "wnut17", "-f", "json")
    found = json.loads(ran.out)
    measured = {(one["system"], one["match"]): one for one in found}
    assert len(measured) == len(found) == 14
    for system, printed in WNUT17.items():
        for match, figure in zip(("exact", "surface"), printed, strict=True):
            one = measured[system, match]
            assert one["agrees"]
            assert one["figures"]["f1"]["published"] == figure
            assert f"{one['figures']['f1']['measured']:.2f}" == figure
            assert f"match:{match}" in one["signature"]
            # one of the outputs has another token than gold
            assert bool(one["remarks"]) == (system == "mic-cis" and not merged)
    assert ran.code == 0


def test_the_figures_of_conll2003(run) -> None:
    ran = run("reproduce", "conll2003", str(shared("conll2003")), "-f", "json")
    found = {one["system"]: one for one in json.loads(ran.out)}
    assert set(found) == set(CONLL2003)
    for system, figure in CONLL2003.items():
        assert (found[system]["split"], found[system]["agrees"]) == ("testb", True)
        assert f"{found[system]['figures']['f1']['measured']:.2f}" == figure
    assert ran.code == 0


@pytest.mark.slow
def test_an_altered_copy_differs(run, wnut17) -> None:
    output = wnut17 / "submissions" / "arcada.conll"
    lines = output.read_text().split("\n")
    changed = [k for k, line in enumerate(lines) if " B-person" in line][::2]
    for k in changed:
        lines[k] = lines[k].replace("B-person", "B-location")
    output.write_text("\n".join(lines))
    ran = run("reproduce", "wnut17", "wnut17")
    assert ran.code == 1
    rows = [line for line in ran.out.splitlines() if re.search(r" (exact|surface) ", line)]
    assert len(rows) == 14
    assert [row.split()[0] for row in rows if row.endswith("differs")] == ["Arcada", "Arcada"]
    assert all(row.endswith(("=", "differs")) for row in rows)
    assert "12 of 14 agree to the printed decimals" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80


@pytest.mark.slow
def test_a_named_output(run, wnut17) -> None:
    shutil.copy(wnut17 / "submissions" / "arcada.conll", "mine.txt")
    for args in (
        ["wnut17/gold.conll", "--system", "arcada=mine.txt"],
        ["--gold", "wnut17/gold.conll", "--system", "ARCADA=mine.txt"],
        ["wnut17", "--system", "arcada=mine.txt"],
        ["--gold", "wnut17/gold.conll", "--system", "wnut17/submissions/arcada.conll"],
        ["wnut17/submissions/arcada.conll", "--gold", "wnut17/gold.conll"],
    ):
        ran = run("reproduce", "wnut17", *args, "-f", "json")
        found = json.loads(ran.out)
        assert [(one["system"], one["match"]) for one in found] == [
            ("arcada", "exact"),
            ("arcada", "surface"),
        ]
        assert ran.code == 0


# A catalogue of one's own.

GOLD = "John B-PER\nSmith I-PER\nin O\nOslo B-LOC\n\nthe O\nUN B-ORG\n\nBonn B-LOC\n"
GOOD = GOLD.replace("UN B-ORG", "UN O")
POOR = GOOD.replace("Oslo B-LOC", "Oslo B-ORG").replace("Bonn B-LOC", "Bonn O")
CORPUS = """
[corpora.toy]
title = "Toy"
task = "named entities"
language = "English"
licence = "CC BY 4.0"
open = true
homepage = "https://example.org"
obtain = "Anyone may download it."
citation = "A. Author. 2001. A corpus."
source = "Author 2001"
scheme = "IOB2"
encoding = "UTF-8"
columns = ["token", "tag"]
delimiter = "space"

[corpora.toy.splits.train]
files = ["toy.train"]

[corpora.toy.splits.dev]
files = ["toy.dev"]

[corpora.toy.splits.test]
files = ["toy.test"]
"""


def score_of(system: str, split: str = "test", **figures: str) -> str:
    lines = [f'{name} = "{value}"\n' for name, value in figures.items()]
    return (
        f'\n[[corpora.toy.scores]]\nsplit = "{split}"\nsystem = "{system}"\n'
        f'source = "Author 2002"\n{"".join(lines)}'
    )


SCORES = [
    score_of("good", title="Good & Co", precision="100.00", recall="75.0", f1="85.71"),
    score_of("poor", f1="33.4"),
    score_of("good-large", f1="85.7"),
]


@pytest.fixture
def toy(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write("own.toml", CORPUS + "".join(SCORES))
    Path("out").mkdir()
    write("out/toy.test", GOLD)
    write("out/good.conll", GOOD)
    return tmp_path


def reproduced(run, *args: str):
    return run("reproduce", "toy", *args, "--catalogue", "own.toml")


def merge(gold: str, predicted: str) -> str:
    pairs = zip(gold.splitlines(), predicted.splitlines(), strict=True)
    return "".join(f"{a} {b.split()[1]}\n" if a else "\n" for a, b in pairs)


@pytest.mark.usefixtures("toy")
class TestOwnCatalogue:
    def test_table(self, run) -> None:
        write("out/POOR.tsv", POOR)
        ran = reproduced(run, "out")
        assert ran.code == 1
        # parts of the table may stand below each other, with the first columns repeated
        rows: dict[str, list[str]] = {}
        for line in ran.out.splitlines():
            name = line[: len("Good & Co")].strip()
            cells = line[len(name) :].split()
            rows.setdefault(name, []).extend(c for c in cells if c not in ("test", "exact"))
        figures = ["100.00", "100.00", "=", "75.0", "75.0", "=", "85.71", "85.71", "="]
        assert rows["Good & Co"] == figures
        assert rows["poor"] == ["33.4", "33.3", "differs"]
        assert "1 of 2 agree to the printed decimals" in ran.out
        assert "Published: Author 2002." in ran.out

    def test_the_interval_of_one_sentence_is_none(self, run) -> None:
        write("own.toml", CORPUS + score_of("good", f1="100.0", plus_minus="1.0"))
        for name in "toy.test", "good.conll":
            write(f"out/{name}", "Bonn B-LOC\n")
        (one,) = json.loads(reproduced(run, "out", "-f", "json").out)
        assert one["figures"]["plus_minus"] == {
            "published": "1.0",
            "measured": None,
            "agrees": False,
        }
        assert "1.0  - differs" in reproduced(run, "out").out

    @pytest.mark.parametrize(
        ("name", "system"),
        [
            ("good", "good"),
            ("good.conll.gz", "good"),
            ("GOOD_v2.txt", "good"),
            ("toy-test.good.conll", "good"),
            # the longest name that fits
            ("good-large.conll", "good-large"),
            ("good_large.conll", "good-large"),
            ("large.good.conll", "good"),
            ("goods.conll", None),
            ("output.conll", None),
        ],
    )
    def test_outputs_are_known_by_their_names(self, run, name, system) -> None:
        import gzip

        Path("out/good.conll").unlink()
        text = GOOD.encode()
        write(f"out/{name}", gzip.compress(text) if name.endswith("gz") else text)
        ran = reproduced(run, "out", "-f", "json")
        if system is None:
            assert ran.code == 2
            assert "no output of a system whose score on toy was published is here" in ran.err
        else:
            assert [(one["system"], one["agrees"]) for one in json.loads(ran.out)] == [
                (system, True)
            ]

    @pytest.mark.parametrize(
        "name", ["toy.test", "gold.conll", "gold", "gold.iob2.txt", "deeper/toy.test"]
    )
    def test_gold_is_found_by_its_name(self, run, name) -> None:
        Path("out/toy.test").unlink()
        Path("out/deeper").mkdir()
        write(f"out/{name}", GOLD)
        assert reproduced(run, "out").code == 0

    def test_gold_of_the_corpus_is_before_any_gold(self, run) -> None:
        write("out/gold.other", "x B-PER\n")
        assert reproduced(run, "out").code == 0

    def test_merged_outputs(self, run) -> None:
        Path("out/toy.test").unlink()
        write("out/good.conll", merge(GOLD, GOOD))
        for args in (["out"], ["out/good.conll"], ["--system", "good=out/good.conll"]):
            assert reproduced(run, *args).code == 0

    def test_only_one_split(self, run) -> None:
        scores = score_of("good", "dev", f1="66.67") + score_of("good", f1="85.71")
        write("own.toml", CORPUS + scores)
        for split, code in (("test", 0), ("TEST", 0), ("dev", 1)):
            args = "--gold", "out/toy.test", "--system", "out/good.conll", "--split", split
            ran = reproduced(run, *args, "-f", "json")
            assert ran.code == code
            assert [one["split"] for one in json.loads(ran.out)] == [split.lower()]

    @pytest.mark.slow
    def test_precision_recall_and_half_an_interval(self, run) -> None:
        rng = np.random.default_rng(1)
        gold = well_formed(rng, "IOB2", 300)
        sides = [gold, altered(rng, gold, "IOB2", noise=0.1)]
        for name, tags in zip(("out/toy.test", "out/good.conll"), sides, strict=True):
            lines = ("\n".join(f"x {tag}" for tag in line) + "\n\n" for line in tags)
            write(name, "".join(lines))
        result = spanf1.score_file("out/toy.test", "out/good.conll", confidence=INTERVAL)
        assert result.certainty is not None
        low, high = result.certainty.averages["micro"].f1
        half, score = 50 * (high - low), result.micro
        figures = {
            name: f"{100 * getattr(score, name):.2f}" for name in ("precision", "recall", "f1")
        }
        for plus_minus, code in ((f"{half:.1f}", 0), (f"{half + 0.2:.1f}", 1)):
            write("own.toml", CORPUS + score_of("good", **figures, plus_minus=plus_minus))
            ran = reproduced(run, "out", "-f", "json")
            assert ran.code == code
            found = json.loads(ran.out)[0]["figures"]
            assert list(found) == ["precision", "recall", "f1", "plus_minus"]
            assert found["plus_minus"]["measured"] == pytest.approx(half)
            assert found["plus_minus"]["agrees"] == (not code)
            assert found["recall"] == {
                "published": figures["recall"],
                "measured": pytest.approx(100 * score.recall),
                "agrees": True,
            }
        lines = reproduced(run, "out").out.splitlines()
        assert max(map(len, lines)) <= 80
        # the mark stands beside what it is about
        assert [" ".join(line.split()[-3:]) for line in lines if "differs" in line] == [
            f"{half + 0.2:.1f} {half:.1f} differs"
        ]

    def test_the_interval_is_that_of_conll2003(self) -> None:
        assert (INTERVAL.level, INTERVAL.unit, INTERVAL.method) == (0.9, "sentence", "percentile")

    def test_other_tokens_are_aligned_by_position(self, run) -> None:
        write("out/good.conll", GOOD.replace("John", "Jon"))
        ran = reproduced(run, "out")
        assert ran.code == 0
        assert "tokens differ, so tags were aligned by position" in ran.out

    def test_other_sentences_are_not_aligned(self, run) -> None:
        write("out/good.conll", GOOD + "more O\n")
        ran = reproduced(run, "out")
        assert (ran.code, ran.out) == (3, "")
        assert "goes on with" in ran.err

    @pytest.mark.parametrize(
        ("args", "code", "message"),
        [
            ([], 2, "no output is given"),
            (["--system", "nobody=out/good.conll"], 2, "no score of 'nobody' on toy"),
            (["--system", "out/toy.test"], 2, "does not say which system it is of"),
            (["empty"], 2, "no output of a system"),
            (["out/toy.test"], 2, "no output of a system"),
            (["out", "--split", "nosplit"], 2, "toy has no split 'nosplit'"),
            (["out", "--split", "dev"], 2, "no score on toy"),
            (["out", "-f", "xml"], 2, "xml"),
            (["out", "-f", "json", "--digits", "1"], 2, "--digits does not go with --format json"),
            (["out", "-o", "no-folder/x"], 2, "there is no such directory"),
            (["--system", "good=missing"], 3, "missing: no such file"),
            (["out", "--gold", "missing"], 3, "missing: no such file"),
            (["missing/good"], 3, "missing/good: no such file"),
        ],
        ids=str,
    )
    def test_errors(self, run, args, code, message) -> None:
        Path("empty").mkdir()
        ran = reproduced(run, *args)
        assert (ran.code, ran.out) == (code, "")
        assert ran.err.startswith("error: ")
        assert message in ran.err

    def test_unknown_corpora_and_corpora_without_scores(self, run) -> None:
        assert run("reproduce", "toi", "out", "--catalogue", "own.toml").code == 2
        write("own.toml", CORPUS)
        ran = reproduced(run, "out")
        assert ran.code == 2
        assert "no score on toy is in the catalogue" in ran.err

    def test_csv(self, run) -> None:
        rows = list(csv.DictReader(io.StringIO(reproduced(run, "out", "-f", "csv").out)))
        assert [(row["system"], row["figure"], row["published"]) for row in rows] == [
            ("good", "precision", "100.00"),
            ("good", "recall", "75.0"),
            ("good", "f1", "85.71"),
        ]
        assert float(rows[2]["measured"]) == pytest.approx(600 / 7)
        assert {row["agrees"] for row in rows} == {"1"}
        assert {row["output"] for row in rows} == {"out/good.conll"}
        short = reproduced(run, "out", "-f", "csv", "--digits", "1").out
        assert list(csv.DictReader(io.StringIO(short)))[2]["measured"] == "85.7"

    def test_markdown_and_latex(self, run) -> None:
        write("out/poor.conll", POOR)
        ran = reproduced(run, "out", "-f", "markdown")
        rows = [line for line in ran.out.splitlines() if line.startswith("|")]
        assert len(rows) == 4
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1
        ran = reproduced(run, "out", "-f", "latex")
        code = "\n".join(line for line in ran.out.splitlines() if not line.startswith("%"))
        assert r"Good \& Co" in code
        assert code.count("{") == code.count("}")
        rows = [line for line in code.splitlines() if line.endswith(r"\\")]
        assert len({len(re.findall(r"(?<!\\)&", row)) for row in rows}) == 1
        page = reproduced(run, "out", "-f", "html").out
        assert page.count("<tr") == page.count("</tr>") == 3
        assert "Good &amp; Co" in page

    def test_digits_and_quiet(self, run) -> None:
        write("out/poor.conll", POOR)
        ran = reproduced(run, "out", "-q", "--digits", "3")
        rows = [line.split() for line in ran.out.splitlines() if line]
        assert any("33.333" in row for row in rows)
        assert all("Published" not in row for row in rows)

    def test_output(self, run) -> None:
        ran = reproduced(run, "out", "-o", "report")
        assert (ran.code, ran.out) == (0, "")
        assert Path("report").read_text() == reproduced(run, "out").out
        for args in (
            ["out", "-o", "out/good.conll"],
            ["out", "-o", "out/toy.test"],
            ["out/toy.test", "--system", "good=out/good.conll", "-o", "out/good.conll"],
            ["--gold", "out/toy.test", "--system", "out/good.conll", "-o", "out/toy.test"],
        ):
            ran = reproduced(run, *args)
            assert ran.code == 2
            assert "it is the input" in ran.err
        assert Path("out/good.conll").read_text() == GOOD
        assert Path("out/toy.test").read_text() == GOLD

    def test_as_a_function(self) -> None:
        toy = load("own.toml")["toy"]
        found = reproduce(toy, "out")
        assert [(one.output, one.agrees) for one in found] == [("out/good.conll", True)]
        assert found[0].figures == compared(found[0].published, found[0].result)
        with pytest.raises(UsageError, match="no output of a system"):
            reproduce(toy)


# The baseline.

TRAIN = "-DOCSTART- O\n\nJohn I-PER\nSmith I-PER\nin O\nOslo I-LOC\nBonn B-LOC\n\nUN I-ORG\nmen O\n"
BASELINE = "conll2003_baseline"


@pytest.mark.usefixtures("toy")
def test_the_baseline(run) -> None:
    write("out/toy.train", TRAIN)
    expected = spanf1.baseline("out/toy.train", "out/toy.test").micro
    assert (expected.gold, expected.predicted, expected.correct) == (4, 4, 4)
    write("out/toy.test", GOLD.replace("Bonn B-LOC", "Ulm B-LOC").replace("the O", "Oslo O"))
    score = spanf1.baseline("out/toy.train", "out/toy.test", confidence=INTERVAL)
    assert score.certainty is not None
    low, high = score.certainty.averages["micro"].f1
    figures = {"precision": "75.00", "recall": "75.00", "f1": "75.00"}
    half = f"{50 * (high - low):.1f}"
    write("own.toml", CORPUS + score_of(BASELINE, **figures, plus_minus=half) + "".join(SCORES))
    ran = reproduced(run, "out", "-f", "json")
    assert ran.code == 0
    found = {one["system"]: one for one in json.loads(ran.out)}
    assert set(found) == {"good", BASELINE}
    one = found[BASELINE]
    assert (one["agrees"], one["output"], one["split"]) == (True, "out/toy.test", "test")
    assert one["figures"]["plus_minus"]["measured"] == pytest.approx(50 * (high - low))
    Path("out/toy.train").unlink()
    ran = reproduced(run, "out", "-f", "json")
    assert [one["system"] for one in json.loads(ran.out)] == ["good"]


@pytest.mark.usefixtures("toy")
def test_where_the_baseline_is_left_out(run) -> None:
    write("own.toml", CORPUS + "".join(SCORES) + score_of(BASELINE, f1="100"))
    # gold is no training data
    write("out/gold.conll", GOLD)
    write("out/toy.train", TRAIN)
    both = json.loads(reproduced(run, "out", "-f", "json").out)
    assert [one["system"] for one in both] == ["good", BASELINE]
    named = reproduced(run, "out", "--system", "good=out/good.conll", "-f", "json")
    assert [one["system"] for one in json.loads(named.out)] == ["good"]
    Path("out/toy.train").unlink()
    left = json.loads(reproduced(run, "out", "-f", "json").out)
    assert [one["system"] for one in left] == ["good"]


@pytest.mark.usefixtures("toy")
def test_the_baseline_of_several_splits(run) -> None:
    Path("out/good.conll").unlink()
    write("out/toy.train", TRAIN)
    write("out/toy.dev", "Oslo B-LOC\nUlm B-LOC\n")
    scores = score_of(BASELINE, "test", f1="100") + score_of(BASELINE, "dev", f1="66.67")
    write("own.toml", CORPUS + scores)
    ran = reproduced(run, "out", "-f", "json")
    found = [(one["split"], one["output"], one["agrees"]) for one in json.loads(ran.out)]
    assert found == [("test", "out/toy.test", True), ("dev", "out/toy.dev", True)]
    assert ran.code == 0
    # whose gold is not here
    Path("out/toy.dev").unlink()
    found = json.loads(reproduced(run, "out", "-f", "json").out)
    assert [one["split"] for one in found] == ["test"]


@pytest.mark.usefixtures("toy")
def test_the_training_file_alone_is_no_test_file(run) -> None:
    shutil.rmtree("out")
    Path("out").mkdir()
    write("out/toy.train", TRAIN)
    write("own.toml", CORPUS + score_of(BASELINE, f1="75.00"))
    ran = reproduced(run, "out")
    assert ran.code == 2
    assert "no output of a system" in ran.err


@pytest.mark.parametrize("unit", ["sentence", "document"])
def test_the_intervals_of_the_baseline_are_those_of_its_output(run, unit) -> None:
    rng = np.random.default_rng(5)
    sides = {}
    for name, scheme in (("train", "IOB1"), ("test", "IOB2")):
        tags, text = well_formed(rng, scheme, 80), ""
        for number, line in enumerate(tags):
            text += "-DOCSTART- O\n\n" * (number % 7 == 0)
            text += "".join(f"{rng.integers(30)} {tag}\n" for tag in line) + "\n"
        sides[name] = write(name, text)
    assert run("baseline", "--train", "train", "test", "--predictions", "out").code == 0
    how = Confidence(resamples=500, seed=2, unit=unit)
    ours = spanf1.baseline("train", "test", confidence=how)
    theirs = spanf1.score_file("out", confidence=how)
    assert 0 < ours.micro.f1 < 1
    assert ours.counts == theirs.counts
    assert ours.certainty == theirs.certainty
    assert ours.certainty is not None
    assert ours.certainty.units == (80 if unit == "sentence" else 12)
    assert spanf1.baseline("train", "test").certainty is None


def test_formats_are_all_tested() -> None:
    assert formats_of(command) == ["table", "json", "csv", "tsv", "markdown", "latex", "html"]


def test_help(run) -> None:
    ran = run("reproduce", "--help")
    assert ran.code == 0
    assert "--system" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
