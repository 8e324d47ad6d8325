"""The command line as a user has it: output, errors in one line, exit codes."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import spanf1
from spanf1.cli.group import COMMANDS
from tests.helpers.commands import COMMAND, pipe, write
from tests.helpers.shared_data import ROOT

SAMPLE = ROOT / "corpora" / "sample" / "english.spacy.conll"
MERGED = "a O O\nb B-PER B-PER\n\nc B-LOC O\n"


class TestTable:
    def test_sample(self, run) -> None:
        ran = run("score", str(SAMPLE))
        assert ran.code == 0
        assert ran.err == ""
        assert "micro           56.44   45.24  50.22   378        303      171" in ran.out
        assert "IOB2 (detected)" in ran.out
        *lines, signature = ran.out.splitlines()
        assert max(map(len, lines)) <= 80
        # One line, so that it can be copied as it is.
        assert signature.startswith("signature   f1:micro|match:exact|scheme:IOB2|")
        assert "\033" not in ran.out

    def test_quiet_leaves_only_figures(self, run) -> None:
        ran = run("score", write("f", MERGED), "--quiet")
        assert ran.out.splitlines()[-1].startswith("weighted")
        assert ran.err == ""

    def test_says_what_was_ill_formed_and_what_strict_would_say(self, run) -> None:
        text = "a B-X B-X\nb I-X I-X\nc O O\nd B-X I-X\ne O O\nf B-X B-X\n"
        ran = run("score", write("f", text))
        assert "ill-formed  gold 0 of 3, predicted 1 of 3 (O → I 1; first at f:4)" in ran.out
        assert "strict      P 100.00  R 66.67  F1 80.00 (micro), were they dropped" in ran.out

    @pytest.mark.parametrize(
        ("args", "environment", "coloured"),
        [
            (["--color", "always"], {}, True),
            (["--color", "never"], {}, False),
            (["--color", "auto"], {}, False),  # not a terminal
            (["--color", "always"], {"NO_COLOR": "1"}, True),
        ],
    )
    def test_colour(self, run, monkeypatch, args, environment, coloured) -> None:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert ("\033[" in run("score", write("f", MERGED), *args).out) is coloured

    def test_digits(self, run) -> None:
        assert "66.6667" in run("score", write("f", MERGED), "--digits", "4").out

    def test_beta_names_the_column(self, run) -> None:
        ran = run("score", write("f", MERGED), "--beta", "0.5", "--format", "csv", "-q")
        assert ran.out.splitlines()[0] == "row,name,precision,recall,f0.5,gold,predicted,correct"
        assert ran.out.splitlines()[3].startswith("micro,micro,1.0,0.5,0.8333333333333334,")


class TestFormats:
    def test_json_round_trips(self, run) -> None:
        ran = run("score", write("f", MERGED), "--format", "json", "--types", "PER,LOC,X")
        data = json.loads(ran.out)
        result = spanf1.Result.from_dict(data)
        assert result == spanf1.score_file("f", types=["PER", "LOC", "X"])
        assert result.to_dict() == data
        assert list(data["types"]) == ["PER", "LOC", "X"]
        assert data["micro"] == {
            "precision": 1.0,
            "recall": 0.5,
            "f1": 2 / 3,
            "gold": 2,
            "predicted": 1,
            "correct": 1,
        }
        assert "warning: there is no span of type 'X'" in ran.err

    def test_json_has_null_for_nan(self, run) -> None:
        text = write("f", "a B-X O\n")
        ran = run("score", text, "--format", "json", "--zero-division", "nan")
        data = json.loads(ran.out)
        assert data["types"]["X"]["precision"] is None
        assert data["options"]["zero_division"] == "nan"
        again = spanf1.Result.from_dict(data)
        assert again.to_dict() == data

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("latex", r"WORK\_OF\_ART \& \%\#\$\{\}\textasciitilde{}\textasciicircum{}"),
            ("markdown", r"WORK\_OF\_ART \& %#${}\~^"),
            ("csv", "WORK_OF_ART & %#${}~^"),
        ],
    )
    def test_escapes(self, run, name, expected) -> None:
        text = write("f", "a\tB-WORK_OF_ART & %#${}~^\tO\n")
        assert expected in run("score", text, "--format", name, "-q").out

    def test_latex_compiles_by_eye(self, run) -> None:
        lines = run("score", write("f", MERGED), "-f", "latex", "-q").out.splitlines()
        assert lines[0] == r"\begin{tabular}{lrrrrrr}"
        assert lines[-1] == r"\end{tabular}"
        assert lines[4] == r"LOC & 0.00 & 0.00 & 0.00 & 1 & 0 & 0 \\"
        assert [line for line in lines if line.endswith("rule")] == [
            r"\toprule",
            r"\midrule",
            r"\midrule",
            r"\bottomrule",
        ]

    def test_csv_quotes(self, run) -> None:
        out = run("score", write("f", 'a\tB-x,"y"\tO\n'), "-f", "csv", "-q").out
        assert out.splitlines()[1] == 'type,"x,""y""",0.0,0.0,0.0,1,0,0'

    def test_tsv_digits(self, run) -> None:
        out = run("score", write("f", MERGED), "-f", "tsv", "-q", "--digits", "3").out
        assert out.splitlines()[3] == "micro\tmicro\t1.000\t0.500\t0.667\t2\t1\t1"

    def test_conlleval_is_what_the_script_prints(self, run) -> None:
        ran = run("score", write("f", MERGED), "-f", "conlleval", "-q")
        assert ran.out == pipe(MERGED.encode(), "conlleval").out

    @pytest.mark.parametrize("name", ["conlleval", "csv", "tsv", "markdown", "latex"])
    def test_what_was_decided_is_said_on_stderr(self, run, name) -> None:
        ran = run("score", write("f", MERGED), "-f", name)
        assert "note: scheme: gold IOB2 (detected), predicted IOB2 (detected" in ran.err
        assert "separated by space" in ran.err
        assert "note" not in ran.out

    def test_long_and_odd_type_names_fit(self, run, monkeypatch) -> None:
        text = f"a\tB-{'x' * 50}\tB-東京\t\n".replace("\t\n", "\n") + "b\tB-\x1b[31m\tO\n"
        piped = run("score", write("f", text), "-q").out
        assert "x" * 50 in piped
        monkeypatch.setenv("COLUMNS", "80")
        shown = run("score", "f", "-q").out
        assert max(map(len, shown.splitlines())) <= 80
        assert "\033" not in piped + shown
        assert "…" in shown


class TestOutput:
    def test_file(self, run) -> None:
        Path("out").write_text("old")
        Path("out").chmod(0o640)
        ran = run("score", write("f", MERGED), "-o", "out")
        assert ran.out == ""
        assert Path("out").read_text(encoding="utf-8").startswith("            Precision")
        assert Path("out").stat().st_mode & 0o777 == 0o640
        assert sorted(os.listdir()) == ["f", "out"]

    def test_is_left_alone_if_scoring_fails(self, run) -> None:
        Path("out").write_text("old")
        assert run("score", write("f", "a X X\n"), "-o", "out").code == 3
        assert Path("out").read_text() == "old"

    def test_link_is_followed(self, run) -> None:
        Path("real").write_text("old")
        Path("link").symlink_to("real")
        run("score", write("f", MERGED), "-o", "link")
        assert Path("link").is_symlink()
        assert "Precision" in Path("real").read_text(encoding="utf-8")

    def test_device(self, run) -> None:
        assert run("score", write("f", MERGED), "-o", "/dev/null").code == 0
        assert not Path("/dev/null").is_file()

    @pytest.mark.parametrize("path", ["missing/out", "."])
    def test_unwritable(self, run, path) -> None:
        ran = run("score", write("f", MERGED), "-o", path)
        assert ran.code == 2
        assert ran.err.startswith("error: ")
        assert "cannot be written" in ran.err
        assert ran.out == ""

    @pytest.mark.slow
    def test_closed_pipe_is_quiet(self, tmp_path) -> None:
        names = "".join(f"a B-T{number} O\n" for number in range(20000))
        (tmp_path / "f").write_text(names)
        with subprocess.Popen(
            [*COMMAND, "score", str(tmp_path / "f")], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b""


class TestInput:
    @pytest.mark.slow
    @pytest.mark.parametrize("args", [("score",), ("score", "-")])
    def test_standard_input(self, args) -> None:
        ran = pipe(MERGED.encode(), *args, "-q")
        assert ran == (0, ran.out, "")
        assert "micro          100.00   50.00   66.67" in ran.out

    @pytest.mark.slow
    def test_compressed_standard_input(self) -> None:
        assert pipe(gzip.compress(MERGED.encode()), "score", "-q").out.count("66.67") >= 1

    @pytest.mark.parametrize("name", ["gzip", "bz2", "xz", "zst"])
    def test_compressed(self, run, name) -> None:
        if name == "zst":
            zstd = pytest.importorskip(
                "backports.zstd" if sys.version_info < (3, 14) else "compression.zstd"
            )
            compress = zstd.compress
        else:
            compress = {"gzip": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[name]
        plain = run("score", write("f", MERGED), "-q").out
        assert run("score", write("g", compress(MERGED.encode())), "-q").out == plain

    @pytest.mark.slow
    def test_one_of_two_files_may_be_standard_input(self, tmp_path) -> None:
        (tmp_path / "gold").write_text("a O\nb B-X\n")
        ran = pipe(b"a O\nb B-X\n", "score", str(tmp_path / "gold"), "-", "-q")
        assert ran.out.count("100.00") == 12

    def test_columns(self, run) -> None:
        gold = write("gold", "1\ta\tO\tx\n2\tb\tB-X\tx\n")
        predicted = write("predicted", "1\ta\tO\ty\n2\tb\tB-X\ty\n")
        args = ["--tag-column", "3", "--token-column", "2", "-f", "csv", "-q"]
        assert "micro,micro,1.0,1.0,1.0,1,1,1" in run("score", gold, predicted, *args).out
        args = ["--gold-column", "-2", "--pred-column", "3", "-f", "csv", "-q"]
        assert "micro,micro,1.0,1.0,1.0,1,1,1" in run("score", gold, predicted, *args).out

    def test_several_processes_give_the_same(self, run, monkeypatch) -> None:
        text = write("f", SAMPLE.read_bytes())
        one = run("score", text, "-f", "json").out
        monkeypatch.setattr("spanf1.cli.inputs._LARGE", 0)
        assert run("score", text, "-f", "json", "--jobs", "2").out == one


GOLD = "a O\nb B-PER\n\nc O\n"

# name of the case, files, arguments, exit code, what the first line of the message has
BAD = [
    ("missing file", {}, "f", 3, "error: f: no such file"),
    ("directory", {}, ".", 3, "error: .: there is no file in this folder"),
    (
        "one column",
        {"f": "a\nb\n"},
        "f",
        3,
        "error: f:1: there is no column -2: this line has only one",
    ),
    (
        "ragged",
        {"f": "a O O\n\nb O\n"},
        "f",
        3,
        "error: f:3: 2 fields where the lines before have 3",
    ),
    ("ragged later", {"f": "a O O\n" * 20000 + "b O O O\n"}, "f", 3, "error: f:20001: 4 fields"),
    (
        "fit no scheme",
        {"f": "a O O\nb X-PER O\n"},
        "f",
        3,
        "error: f:2: tag 'X-PER' fits no scheme",
    ),
    (
        "no prefix",
        {"f": "a O O\nb O PER\n"},
        "f",
        3,
        "error: f:2: tag 'PER' fits no scheme: expected O, or one of B I E",
    ),
    (
        "empty tag",
        {"f": "a\tO\tO\nb\tO\t\n"},
        "f",
        3,
        "error: f:2: the predictions stop in sentence 1 after 1 token",
    ),
    (
        "tags in two forms",
        {"f": "a O B-X\nb O X-B\n"},
        "f",
        3,
        "error: f:2: tag 'X-B' is written as PER-B is: expected O, or one of B I E",
    ),
    ("not UTF-8", {"f": b"a O B-\xff\n"}, "f", 3, r"error: f:1: tag 'B-\\xff' is not UTF-8"),
    ("tokens for tags", {"f": "a O\nb B-PER\n"}, "f", 3, "error: f:1: tag 'a' fits no scheme"),
    (
        "no such column",
        {"f": "a O O\n"},
        "f --gold-column 9",
        3,
        "error: f:1: there is no column 9: this line has 3 columns",
    ),
    ("column 0", {"f": "a O O\n"}, "f --gold-column 0", 2, "error: columns are counted from 1"),
    (
        "same column",
        {"f": "a O O\n"},
        "f --gold-column 3",
        2,
        "error: f: gold and predicted tags are both in column 3",
    ),
    ("binary", {"f": b"\x7fELF\x02\x01\x01\0\0\0\n"}, "f", 3, "error: f: this is a binary file"),
    ("UTF-16", {"f": "a O O\n".encode("utf-16")}, "f", 3, "error: f: this is UTF-16 text"),
    ("cut off", {"f": gzip.compress(b"a O O\n" * 99)[:-9]}, "f", 3, "error: f: damaged or cut off"),
    (
        "bad gzip",
        {"f": gzip.compress(b"a O O\n" * 99)[:12] + b"xx" * 50},
        "f",
        3,
        "error: f: damaged",
    ),
    (
        "shorter",
        {"g": GOLD, "p": "a O\nb O\n"},
        "g p",
        3,
        "error: p:2: the predictions stop after sentence 1, g:4 goes on with 'c'",
    ),
    (
        "longer",
        {"g": "a O\n", "p": GOLD},
        "g p",
        3,
        "error: g:1: the tokens end here, p:2 goes on with 'b'",
    ),
    (
        "nothing predicted",
        {"g": GOLD, "p": ""},
        "g p",
        3,
        "error: p: there are no predictions, g:1 goes on",
    ),
    (
        "other token",
        {"g": GOLD, "p": "a O\nX O\n\nc O\n"},
        "g p",
        3,
        "error: p:2: token 'X' where g:2 has 'b'",
    ),
    (
        "other sentences",
        {"g": GOLD, "p": "a O\nb O\nc O\n"},
        "g p --align-by-position",
        3,
        "error: p:3: token 'O' does not begin a sentence, at g:4 it begins one",
    ),
    (
        "tags only",
        {"g": GOLD, "p": "O\nO\n\nO\n"},
        "g p",
        3,
        "error: p: column 1 cannot be both the tokens and the tags",
    ),
    (
        "ill-formed",
        {"f": "a B-X B-X\nb I-X I-X\nc O O\nd B-X I-X\n"},
        "f --scheme IOB2 --reading error",
        3,
        "error: f:4: predicted span that is ill-formed in IOB2 (O → I), the first of 1",
    ),
    ("three files", {}, "a b c", 2, "error: 3 files are given"),
    ("both stdin", {}, "- -", 2, "error: standard input can be read only once"),
    ("scheme", {"f": "a O O\n"}, "f --scheme FOO", 2, "error: unknown scheme 'FOO'"),
    ("delimiter", {"f": "a O O\n"}, "f --delimiter xx", 2, "error: 'xx' is no delimiter"),
    (
        "digits",
        {"f": "a O O\n"},
        "f -f json --digits 3",
        2,
        "error: --digits does not go with --format json",
    ),
    ("no type", {"f": "a O O\n"}, "f --types ,", 2, "error: --types names no type"),
    ("beta", {"f": "a O O\n"}, "f --beta nan", 2, "error: beta is nan"),
    (
        "position",
        {"f": "a O O\n"},
        "f --align-by-position",
        2,
        "error: tokens are aligned only where",
    ),
    ("tag column", {"f": "a O O\n"}, "f --tag-column 3", 2, "error: --tag-column is for two files"),
]


@pytest.mark.parametrize(
    ("files", "args", "code", "message"), [case[1:] for case in BAD], ids=[case[0] for case in BAD]
)
def test_bad_input_is_one_clear_line(run, files, args, code, message) -> None:
    for name, content in files.items():
        write(name, content)
    ran = run("score", *args.split())
    lines = ran.err.splitlines()
    assert lines[0].startswith(message)
    assert len(lines) == 1 or lines[1].startswith("hint: ")
    assert len(lines) <= 2
    assert ran.code == code
    assert ran.out == ""


def test_empty_input_is_a_score_of_nothing_and_says_so(run) -> None:
    for content in ("", "\n\n", "# a comment\n\n"):
        ran = run("score", write("f", content))
        assert ran.code == 0
        assert "there are no tokens in the input" in ran.out
        assert ran.err.startswith("warning: there are no tokens in the input")


def test_tags_only_align_by_position(run) -> None:
    gold, predicted = write("g", GOLD), write("p", "O\nB-PER\n\nO\n")
    ran = run("score", gold, predicted, "--align-by-position", "-f", "csv", "-q")
    assert "micro,micro,1.0,1.0,1.0,1,1,1" in ran.out


@pytest.mark.parametrize("args", [["--help"], ["score", "--help"], ["conlleval", "--help"], ["-h"]])
def test_help(run, args) -> None:
    ran = run(*args)
    assert ran.code == 0
    assert max(map(len, ran.out.splitlines())) <= 88


def test_no_command_shows_the_help(run) -> None:
    ran = run()
    assert ran.code == 2
    assert ran.err.startswith("Usage: spanf1 [OPTIONS] COMMAND")
    assert "\n  score " in ran.err


def test_version(run) -> None:
    assert run("--version").out == f"spanf1 {spanf1.__version__}\n"


class TestRobust:
    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("command", "code", "message"),
        [
            ("score - <&-", 3, "error: <stdin>: standard input is closed"),
            ("score f >&-", 2, "error: standard output: it is closed"),
            ("score f >/dev/full", 2, "error: standard output: No space left on device"),
            ("conlleval < f >/dev/full", 2, "error: standard output: No space left on device"),
            ("score f --digits 20", 2, "error: Invalid value for '--digits'"),
            ("score f --what", 2, "error: No such option"),
            ("what", 2, "error: there is no command 'what'"),
            ("conlleval < f >&-", 2, "error: standard output: it is closed"),
            ("score -o f < f", 2, "error: f: the output cannot be written: it is the input"),
            ("score f -o new/", 2, "error: new/: the output cannot be written: it is a directory"),
            ("score f -o f", 2, "error: f: the output cannot be written: it is the input"),
            ("score f --gold-scheme ''", 2, "error: unknown scheme ''"),
            (
                "score f --types gold,PER",
                2,
                "error: types gold, PER: union, gold, predicted stand alone",
            ),
        ],
    )
    def test_one_line(self, tmp_path, command, code, message) -> None:
        (tmp_path / "f").write_text(MERGED)
        (tmp_path / "run").write_text(f"exec {shlex.join(COMMAND)} {command}\n")
        done = subprocess.run(
            ["sh", "run"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.stderr.startswith(message)
        assert len(done.stderr.splitlines()) <= 2
        assert done.returncode == code
        assert (tmp_path / "f").read_text() == MERGED

    def test_notes_that_cannot_be_written_are_no_failure(self, tmp_path, monkeypatch) -> None:
        monkeypatch.chdir(tmp_path)
        command = [*COMMAND, "score", write("f", MERGED), "-f", "csv"]
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=full, check=False)
        assert done.returncode == 0
        assert done.stdout.count(b"\n") == 6

    @pytest.mark.slow
    def test_output_to_a_pipe(self, tmp_path, monkeypatch) -> None:
        monkeypatch.chdir(tmp_path)
        write("f", MERGED)
        done = subprocess.run(
            [*COMMAND, "score", "f", "-q", "-o", "/dev/stdout"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "66.67" in done.stdout

    @pytest.mark.slow
    def test_a_pipe_that_begins_slowly(self) -> None:
        data = gzip.compress(MERGED.encode())
        with subprocess.Popen(
            [*COMMAND, "score", "-q"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            for byte in (data[:1], data[1:3], data[3:]):
                process.stdin.write(byte)
                process.stdin.flush()
            process.stdin.close()
            assert b"66.67" in process.stdout.read()

    def test_no_sched_getaffinity(self, run, monkeypatch) -> None:
        monkeypatch.delattr(os, "sched_getaffinity", raising=False)
        monkeypatch.setattr("spanf1.cli.inputs._LARGE", 0)
        assert run("score", write("f", MERGED), "-q").code == 0

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("a\tB-X\tO\rb\tO\tO\r", "error: f:1: a carriage return within a line"),
            ("a B-X B-X\r\r\n", "error: f:1: tag 'B-X\\r' fits no scheme"),
            ("a\tB-X \tB-X\n", "error: f:1: tag 'B-X ' fits no scheme"),
        ],
    )
    def test_slips_that_would_change_a_score(self, run, text, message) -> None:
        ran = run("score", write("f", text))
        assert ran.err.startswith(message)
        assert ran.code == 3

    def test_predictions_that_only_look_like_another_scheme(self, run) -> None:
        text = "a B-X I-X\nb I-X I-X\nc O O\nd B-X I-X\n"
        out = " ".join(run("score", write("f", text)).out.split())
        assert "F1 0.00 (micro), were they dropped, and predictions in IOB2 as gold" in out
        out = " ".join(run("score", "f", "--reading", "strict").out.split())
        assert "predicted IOB2 (as gold)" in out
        own = "F1 100.00 (micro), were predictions in IOB1, which fits them better"
        assert f"{own} (--pred-scheme IOB1)" in out
        assert " 100.00 " in run("score", "f", "--reading", "strict", "--pred-scheme", "IOB1").out

    def test_fbeta_in_json_depends_on_beta_alone(self, run) -> None:
        text = write("f", MERGED)
        for beta, there in (("1", False), ("2", True)):
            data = json.loads(run("score", text, "-f", "json", "--beta", beta).out)
            rows = [data["micro"], data["strict"], *data["types"].values()]
            assert [("fbeta" in row) for row in rows] == [there] * len(rows)

    def test_huge_beta(self, run) -> None:
        assert run("score", write("f", MERGED), "--beta", "1e200", "-q").code == 0

    def test_latex_rows_do_not_begin_with_an_argument(self, run) -> None:
        out = run("score", write("f", "a B-[x] O\nb B-*y O\n"), "-f", "latex", "-q").out
        assert "\n{[}x] &" in out
        assert "\n{*}y &" in out


def test_help_imports_neither_numpy_nor_a_command() -> None:
    code = (
        "import sys\nfrom spanf1.cli import main\nfrom spanf1.cli.group import COMMANDS\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n"
        "    slow = ['numpy', *(f'spanf1.cli.{name}' for name in COMMANDS)]\n"
        "    sys.exit(any(name in sys.modules for name in slow))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert all(f"\n  {name} " in done.stdout for name in COMMANDS)


THREADS = "OPENBLAS_NUM_THREADS"


@pytest.mark.parametrize(("given", "used"), [({}, "1"), ({THREADS: "3"}, "3")])
def test_the_command_begins_no_threads_that_it_does_not_need(given, used, tmp_path) -> None:
    path = write(str(tmp_path / "f"), MERGED)
    code = (
        "import os, spanf1\nspanf1.evaluate([['O']], [['O']])\n"
        f"before = os.environ.get({THREADS!r}, '')\n"
        f"from spanf1.cli import main\ntry:\n    main(['score', {path!r}, '-q'])\n"
        f"finally:\n    print(before + '|' + os.environ[{THREADS!r}])"
    )
    kept = {name: os.environ[name] for name in os.environ if name != THREADS}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=kept | given
    )
    assert done.stdout.splitlines()[-1] == f"{given.get(THREADS, '')}|{used}"


class TestWhatATerminalIsGiven:
    def test_errors_and_hints_are_lines_that_move_no_cursor(self, run) -> None:
        name = "\x1b[31m\x07"
        write("f", f"a {name} B-X\nb O O\n")
        write("g", f"{name}\tgold\tpred\na\tB-X\tB-X\n")
        for args in (
            ["f"],
            ["f", "--types", name],
            ["g", "--gold-column", "gold", "--pred-column", "nosuch"],
            [name],
            ["f", "--input-format", name],
            ["f", "--fail-under", f"{name}=1", "--gold-column", "3"],
        ):
            ran = run("score", *args)
            assert not set(ran.err) & {"\x1b", "\x07"}
            assert "\x1b" not in ran.out

    def test_no_error_is_longer_than_a_few_lines(self, run) -> None:
        long = "x" * 5000
        write("f", f"a B-X\nb {long}\n")
        for args in (["score", "f"], ["score", long], ["score", "f", "--map", long], [long]):
            ran = run(*args)
            assert ran.code in (2, 3)
            assert max(map(len, ran.err.splitlines())) < 320
            assert "Traceback" not in ran.err
