"""``corpora verify`` and ``reproduce``: what they read, what they never write over."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest

from spanf1.corpora.catalogue import load
from spanf1.corpora.reproduce import tasks
from spanf1.corpora.verify import verify
from tests.helpers.commands import COMMAND, Ran, pipe, write

TEST = "-DOCSTART- O\n\nJohn B-PER\nin O\nOslo B-LOC\n\nUN B-ORG\n"
GOOD = "John B-PER\nin O\nOslo B-LOC\n\nUN O\n"
CORPUS = """
[corpora.{name}]
title = "Toy"
task = "named entities"
language = "English"
licence = "CC BY 4.0"
open = true
homepage = "https://example.org"
obtain = "Anyone may download it."
citation = "A. Author. 2001."
source = "Author 2001"
scheme = "IOB2"
encoding = "UTF-8"
columns = ["token", "tag"]
delimiter = "space"
"""
SPLITS = """
[corpora.toy.splits.train]
files = ["toy.train"]

[corpora.toy.splits.dev]
files = ["toy.dev"]

[corpora.toy.splits.test]
files = ["toy.test"]
documents = 1
tokens = 4
types = { LOC = 1, ORG = 1, PER = 1 }
"""
BASELINE = "conll2003_baseline"


def score_of(system: str, split: str = "test", **figures: str) -> str:
    lines = "".join(f'{name} = "{value}"\n' for name, value in figures.items())
    head = f'split = "{split}"\nsystem = "{system}"\nsource = "Author 2002"\n'
    return f"\n[[corpora.toy.scores]]\n{head}{lines}"


def own(*scores: str) -> None:
    write("own.toml", CORPUS.format(name="toy") + SPLITS + "".join(scores))


@pytest.fixture(autouse=True)
def toy(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    own(score_of("good", f1="80.00"))
    Path("d").mkdir()
    write("d/toy.test", TEST)
    write("d/good.conll", GOOD)


def verified(run, *args: str) -> Ran:
    return run("corpora", "verify", "toy", *args, "--catalogue", "own.toml")


def reproduced(run, *args: str) -> Ran:
    return run("reproduce", "toy", *args, "--catalogue", "own.toml")


class TestInputsAreNotWrittenOver:
    @pytest.mark.parametrize(
        ("args", "output"),
        [
            (["d"], "d/toy.test"),
            (["d/toy.test"], "d/../d/toy.test"),
            (["d"], "own.toml"),
        ],
    )
    def test_verify(self, run, args, output) -> None:
        self.check(verified(run, *args, "-o", output), output)

    @pytest.mark.parametrize(
        ("args", "output"),
        [
            (["d"], "d/toy.test"),
            (["d"], "d/good.conll"),
            (["d"], "own.toml"),
            (["d/toy.test", "--system", "good=a=b"], "a=b"),
            (["d/toy.test", "--system", "good=x"], "good=x"),
            (["--gold", "d/toy.test", "--system", "good=a=b"], "d/toy.test"),
        ],
    )
    def test_reproduce(self, run, args, output) -> None:
        write("a=b", GOOD)
        write("good=x", GOOD)
        self.check(reproduced(run, *args, "-o", output), output)

    def test_the_training_file_of_the_baseline(self, run) -> None:
        own(score_of(BASELINE, f1="100.00"))
        write("d/toy.train", TEST)
        self.check(reproduced(run, "d", "-o", "d/toy.train"), "d/toy.train")

    @staticmethod
    def check(ran: Ran, output: str) -> None:
        assert (ran.code, ran.out) == (2, "")
        assert ran.err == f"error: {output}: the output cannot be written: it is the input\n"

    def test_files_that_are_not_read(self, run) -> None:
        assert reproduced(run, "d", "-o", "d/report").code == 0
        assert verified(run, "d", "-o", "d/good.conll").code == 0
        assert Path("d/good.conll").read_text() != GOOD


class TestPipes:
    # So long that it does not fit into one block.
    LONG = TEST + "\n" + "of O\n\n" * 300_000

    @pytest.mark.slow
    @pytest.mark.parametrize("path", ["-", "/dev/stdin"])
    def test_verify(self, path) -> None:
        args = ["corpora", "verify", "toy", path, "--catalogue", "own.toml", "-f", "json"]
        (found,) = json.loads(pipe(self.LONG.encode(), *args).out)
        assert found["file"] == {"-": "<stdin>"}.get(path, path)
        assert found["figures"]["tokens"]["measured"] == 300_004
        assert found["figures"]["documents"]["measured"] == 1

    @pytest.mark.slow
    def test_reproduce(self) -> None:
        own(*(score_of("good", f1="80.00") + 'match = "surface"\n', score_of("good", f1="80.00")))
        spanf1 = shlex.join(COMMAND)
        args = "reproduce toy <(cat d/toy.test) --system good=<(cat d/good.conll) -f json"
        script = f"{spanf1} {args} --catalogue own.toml"
        ran = subprocess.run(["bash", "-c", script], capture_output=True, check=False)
        found = json.loads(ran.stdout)
        assert ran.returncode == 0
        assert [one["match"] for one in found] == ["surface", "exact"]
        assert found[0]["output"].startswith("/dev/fd/")

    @pytest.mark.slow
    def test_standard_input_is_one_file(self) -> None:
        args = ["reproduce", "toy", "--catalogue", "own.toml", "--gold", "d/toy.test"]
        assert pipe(GOOD.encode(), *args, "--system", "good=-").code == 0
        args[-1] = "-"
        ran = pipe(GOOD.encode(), *args, "--system", "good=-")
        assert ran.code == 2
        assert "gold and output are the same file" in ran.err

    def test_a_pipe_in_a_folder_is_left_out(self, run) -> None:
        os.mkfifo("d/good.fifo")
        os.mkfifo("d/toy.dev")
        assert reproduced(run, "d").code == 0
        assert verified(run, "d").code == 0


class TestVerify:
    def test_nothing_published_is_no_agreement(self, run) -> None:
        ran = verified(run, "d/toy.test", "--split", "train", "-f", "json")
        (found,) = json.loads(ran.out)
        assert (ran.code, found["agrees"], found["figures"]) == (1, False, {})
        assert found["remarks"][0].startswith("nothing that could be counted was published of toy")

    @pytest.mark.parametrize("option", ["-c", "--token-column"])
    def test_column_0(self, run, option) -> None:
        ran = verified(run, "d/toy.test", option, "0")
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith("error: columns are counted from 1")

    def test_names_do_not_move_the_cursor(self, run) -> None:
        name = "a\x1b[31m\n\\input{x}"
        write(name, TEST.replace("B-ORG", "B-O\x1bG"))
        for form in ("table", "markdown", "latex", "csv"):
            out = verified(run, name, "-f", form).out
            assert "\x1b" not in out
            assert "\n\\input" not in out

    def test_a_file_called_as_a_split_without_counts(self, run) -> None:
        text = "".join(f"w{k} O\n\n" for k in range(50))
        found = json.loads(verified(run, write("toy.dev", text), "-f", "json").out)[0]
        assert (found["split"], found["agrees"]) == ("dev", False)
        assert found["remarks"] == ["nothing that could be counted was published of toy, dev"]

    def test_a_corpus_of_which_nothing_was_published(self, run) -> None:
        write("own.toml", CORPUS.format(name="toy"))
        ran = verified(run, "d/toy.test", "-f", "json")
        assert ran.code == 1
        assert json.loads(ran.out)[0]["remarks"] == [
            "it has 4 tokens and is like no split of toy, of whose sizes nothing was published"
        ]

    @pytest.mark.slow
    @pytest.mark.parametrize("text", [TEST, TEST.rstrip(), "\ufeff" + TEST, "x" * 600_000])
    @pytest.mark.parametrize("pack", [bytes, gzip.compress])
    def test_the_checksum_is_that_of_the_content(self, text, pack) -> None:
        import hashlib

        text = text if text[0] != "x" else TEST + f"\n{text} O\n" * 2
        digest = hashlib.sha256(text.encode()).hexdigest()
        own(f'\n[corpora.toy.splits.x]\nfiles = ["x"]\nurl = "http://x/x"\nsha256 = "{digest}"\n')
        toy = load("own.toml")["toy"]
        for content, same in ((text, True), (text + " ", False)):
            (found,) = verify(toy, write("x", pack(content.encode())), split="x")
            assert found.same_file is same

    def test_documents_that_were_removed(self, run) -> None:
        write("f", TEST.replace("-DOCSTART- O\n\n", ""))
        out = " ".join(verified(run, "f").out.split())
        assert "that changes no score of spans, but may change the accuracy of tokens" in out

    def test_quiet_keeps_all_tables(self, run) -> None:
        Path("e").mkdir()
        for name in "ab":
            write(f"e/{name}", TEST)
        assert verified(run, "e", "-q", "-f", "latex").out.count(r"\begin{tabular}") == 2


class TestReproduce:
    def test_one_gold_is_not_of_two_splits(self, run) -> None:
        own(score_of(BASELINE, "test", f1="100.00"), score_of(BASELINE, "dev", f1="100.00"))
        Path("g").mkdir()
        write("g/toy.train", TEST)
        write("g/gold.conll", TEST)
        ran = reproduced(run, "g")
        assert ran.code == 2
        assert "no output of a system" in ran.err
        found = json.loads(reproduced(run, "g", "--split", "dev", "-f", "json").out)
        assert [(one["split"], one["output"]) for one in found] == [("dev", "g/gold.conll")]

    def test_gold_is_no_output(self, run) -> None:
        Path("g").mkdir()
        write("g/gold.good.conll", TEST)
        assert reproduced(run, "g").code == 2
        # nor is an output its own gold
        ran = reproduced(run, "g", "--system", "g/gold.good.conll")
        assert ran.code == 3
        assert "tag 'John' fits no scheme" in ran.err
        ran = reproduced(run, "g/gold.good.conll", "--system", "good=g/../g/gold.good.conll")
        assert ran.code == 2
        assert "gold and output are the same file" in ran.err

    def test_files_that_are_no_outputs(self, run) -> None:
        for name in ("good.md", "good.json", "README.good.rst"):
            write(f"d/{name}", "How it was made.\n\nWith care, and with time.\n")
        Path("d/.git").mkdir()
        write("d/.git/good.conll", GOOD)
        found = json.loads(reproduced(run, "d", "-f", "json").out)
        assert [one["output"] for one in found] == ["d/good.conll"]

    def test_copies_are_told_apart(self, run) -> None:
        write("d/good.copy", GOOD)
        out = reproduced(run, "d").out
        assert "good (good.conll) " in out
        assert "good (good.copy) " in out

    @pytest.mark.parametrize("path", ["missing", "loop", ""])
    @pytest.mark.parametrize("more", [[], ["--system", "good=d/good.conll"]])
    def test_no_such_file(self, run, path, more) -> None:
        os.symlink("loop", "loop")
        ran = reproduced(run, path, *more)
        assert ran.code == 3
        assert "no such file" in ran.err

    def test_a_split_without_scores_is_named(self, run) -> None:
        ran = reproduced(run, "d", "--split", "DEV")
        assert ran.code == 2
        assert ran.err.startswith("error: no score on toy, dev is in the catalogue")

    def test_an_output_of_the_baseline(self, run) -> None:
        own(score_of(BASELINE, f1="80.00"))
        Path("d/good.conll").rename(f"d/{BASELINE}.conll")
        assert reproduced(run, "d").code == 0

    def test_tasks(self) -> None:
        toy = load("own.toml")["toy"]
        found = tasks(toy, "d")
        assert [one.files for one in found] == [("d/toy.test", "d/good.conll")]
        assert found[0].published == toy.scores[0]

    def test_a_figure_stands_beside_the_measured_one(self, run, monkeypatch) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        figures = {"precision": "99.00", "recall": "66.67", "f1": "80.00", "plus_minus": "99.0"}
        own(score_of("good", title="A system with a very long name indeed", **figures))
        lines = reproduced(run, "d").out.splitlines()
        assert max(map(len, lines)) <= 80
        text = " ".join(" ".join(lines).split())
        for cells in ("99.00 100.00 differs", "66.67 66.67 =", "80.00 80.00 ="):
            assert cells in text
        for line in lines:
            names = [word for word in line.split() if word in ("P", "R", "F1", "±")]
            assert line.split().count("here") == len(names)
        rows = csv.DictReader(io.StringIO(reproduced(run, "d", "-f", "csv").out))
        assert [row["figure"] for row in rows] == list(figures)
