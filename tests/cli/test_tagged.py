"""The commands detect, validate, repair and convert, as a user has them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from spanf1.formats.source import COMPRESSIONS, Source
from tests.helpers.commands import COMMAND, pipe, write
from tests.helpers.shared_data import shared

# CRLF and LF, a byte-order mark, comments, two spaces, no line end at the end.
ODD = (
    b"\xef\xbb\xbf# id = 1\n-DOCSTART- O\n\nJohn I-PER\r\nSmith I-PER\n \t\nin  O\n"
    b"Paris I-LOC\nB-LOC I-ORG \n\n# end\n\nhe O\nx B-PER"
)
ODD_AS_IOB2 = (
    ODD.replace(b"John I-PER", b"John B-PER")
    .replace(b"Smith I-PER", b"Smith I-PER")
    .replace(b"Paris I-LOC", b"Paris B-LOC")
    .replace(b"B-LOC I-ORG", b"B-LOC B-ORG")
)


class TestRepair:
    def test_all_other_bytes_stay(self, run) -> None:
        write("f", ODD)
        ran = run("repair", "f", "--scheme", "BIO", "-o", "out")
        assert Path("out").read_bytes() == ODD_AS_IOB2
        assert ran.out == ""
        assert ran.err.splitlines() == [
            "note: f: column 2 of 2, separated by whitespace, tags written like B-PER",
            "note: IOB2 (given): 3 of 4 spans ill-formed; 3 tags changed, the first in line 4",
            "note: O → I-PER 1, O → I-LOC 1, I-LOC → I-ORG 1",
        ]

    @pytest.mark.slow
    def test_standard_output(self) -> None:
        command = [*COMMAND, "repair", "--scheme", "IOB2", "-q"]
        done = subprocess.run(command, input=ODD, capture_output=True, check=True)
        assert (done.stdout, done.stderr) == (ODD_AS_IOB2, b"")

    @pytest.mark.parametrize(
        ("method", "tags"),
        [
            ("begin", ["B-A", "B-B", "O", "S-C"]),
            ("discard", ["B-A", "O", "O", "S-C"]),
            ("join", ["B-A", "I-A", "O", "S-C"]),
        ],
    )
    def test_methods(self, run, method, tags) -> None:
        given = ["B-A", "I-B", "O", "B-C"]
        write("f", "".join(f"x {tag}\n" for tag in given))
        ran = run("repair", "f", "--scheme", "IOB2", "--method", method, "-q")
        expected = [tag.replace("S-", "B-") for tag in tags]
        assert [line.split()[1] for line in ran.out.splitlines()] == expected
        assert ran.err == ""

    def test_well_formed_input_is_left_alone(self, run) -> None:
        write("f", ODD_AS_IOB2)
        before = os.stat("f").st_mtime_ns
        ran = run("repair", "f", "--in-place")
        assert ran.err == (
            "note: f: column 2 of 2, separated by whitespace, tags written like B-PER\n"
            "note: IOB2 (detected): 4 spans, all well-formed: nothing was changed\n"
        )
        assert os.stat("f").st_mtime_ns == before

    @pytest.mark.parametrize("content", [b"", b"\n", b"# only\n\n", b"\xef\xbb\xbf", b"  \n\t"])
    def test_files_without_tokens(self, run, content) -> None:
        write("f", content)
        assert run("repair", "f", "-o", "out").code == 0
        assert Path("out").read_bytes() == content

    def test_repaired_tags_are_valid_and_score_as_promised(self, run) -> None:
        path = str(shared("wnut17/submissions/spinningbytes.conll"))
        gold = str(shared("wnut17/gold.conll"))
        lenient, strict = (
            json.loads(run("score", gold, path, "--scheme", "IOB2", *more, "-f", "json").out)
            for more in ([], ["--reading", "strict"])
        )
        assert lenient["micro"] != strict["micro"]
        for method, expected in (("begin", lenient), ("discard", strict)):
            run("repair", path, "--scheme", "IOB2", "-m", method, "-o", method)
            assert run("validate", method, "--scheme", "IOB2").code == 0
            ran = run(
                "score", gold, method, "--scheme", "IOB2", "--reading", "strict", "-f", "json"
            )
            assert json.loads(ran.out)["micro"] == expected["micro"]


class TestConvert:
    @pytest.mark.parametrize("scheme", ["IOB1", "IOE1", "IOE2", "BIOES", "BILOU", "BMES", "BMEOW"])
    def test_there_and_back(self, run, scheme) -> None:
        path = shared("wnut17/gold.conll")
        assert run("convert", str(path), "--to", scheme, "-o", "there").code == 0
        assert run("validate", "there", "--scheme", scheme).code == 0
        run("convert", "there", "--from", scheme, "--to", "BIO", "-o", "back")
        assert Path("back").read_bytes() == path.read_bytes()
        assert Path("there").read_bytes() != path.read_bytes()

    def test_a_column_in_the_middle(self, run) -> None:
        path = shared("uner_en_ewt/en_ewt-ud-test.iob2")
        run("convert", str(path), "-c", "3", "--to", "BILOU", "-o", "there.gz")
        lines = gzip.decompress(Path("there.gz").read_bytes()).splitlines(keepends=True)
        old_lines = path.read_bytes().splitlines(keepends=True)
        prefixes = dict.fromkeys(b"BILU", 0)
        for line, old in zip(lines, old_lines, strict=True):
            if line != old:
                fields, old_fields = line.split(b"\t"), old.split(b"\t")
                assert fields[2][1:] == old_fields[2][1:]
                prefixes[fields[2][0]] += 1
                fields[2] = old_fields[2]
                assert fields == old_fields
        assert all(prefixes[ord(letter)] for letter in "UL")
        assert not prefixes[ord("B")]

    def test_refuses_to_lose_spans(self, run) -> None:
        write("f", "a B-X\nb B-X\nc O\nd B-X\ne B-X\nf B-X\n")
        ran = run("convert", "f", "--to", "IO")
        assert (ran.code, ran.out) == (3, "")
        assert ran.err.splitlines() == [
            "error: f:2: IO cannot part this span from the one of its type before it; "
            "also at lines 5, 6",
            "hint: --allow-loss writes them as one span",
        ]
        ran = run("convert", "f", "--to", "IO", "--allow-loss")
        assert ran.out == "a I-X\nb I-X\nc O\nd I-X\ne I-X\nf I-X\n"
        assert "3 became one with the span before" in ran.err

    def test_names_ten_lines_of_many(self, run) -> None:
        write("f", "x B-X\n" * 30)
        assert (
            run("convert", "f", "--to", "IO")
            .err.splitlines()[0]
            .endswith("also at lines 3, 4, 5, 6, 7, 8, 9, 10, 11 and 19 more")
        )

    @pytest.mark.slow
    def test_refuses_standard_input_before_anything_is_written(self) -> None:
        ran = pipe(b"a O\n" * 99999 + b"a B-X\nb B-X\n", "convert", "--from", "BIO", "--to", "IO")
        assert (ran.code, ran.out) == (3, "")
        assert ran.err.startswith("error: <stdin>:100001: IO cannot part")

    def test_forms(self, run) -> None:
        write("f", "a PER_b\nb PER_i\nc o\n# o\n")
        assert run("convert", "f", "--to-form", "B-PER").out == "a B-PER\nb I-PER\nc O\n# O\n"
        assert run("convert", "f", "--to", "BIOES").out == "a PER_b\nb PER_e\nc o\n# o\n"
        ran = run("convert", "f", "--to", "BIOES", "--to-form", "B/PER")
        assert ran.out == "a B/PER\nb E/PER\nc O\n# O\n"

    def test_ill_formed_spans_are_kept_and_told(self, run) -> None:
        write("f", "a O\nb I-X\nc B-X\n")
        ran = run("convert", "f", "--from", "IOB2", "--to", "BIOES")
        assert ran.out == "a O\nb S-X\nc S-X\n"
        assert "2 spans, 2 tags changed, 1 ill-formed, treated by begin" in ran.err
        ran = run("convert", "f", "--from", "IOB2", "--to", "BIOES", "--method", "discard")
        assert ran.out == "a O\nb O\nc S-X\n"

    def test_in_place(self, run) -> None:
        for name in ("f", "g.conll"):
            write(name, "a B-X\nb I-X\n")
        os.symlink("f", "link")
        os.chmod("f", 0o640)
        assert run("convert", "-i", "link", "g.conll", "--to", "BIOES").code == 0
        assert Path("f").read_text() == Path("g.conll").read_text() == "a B-X\nb E-X\n"
        assert os.path.islink("link")
        assert os.stat("f").st_mode & 0o777 == 0o640
        assert sorted(os.listdir()) == ["f", "g.conll", "link"]

    @pytest.mark.parametrize("command", [["convert", "--to", "IOB2"], ["repair"]])
    def test_check_names_what_in_place_would_change(self, run, command) -> None:
        contents = {
            "f": "a B-X\nb I-X\n",
            "g": "a O\nb I-X\nc I-X\n\nd I-X\n",
        }
        names = ["f", "g"]
        for name, content in contents.items():
            write(name, content)
        args = [*command, *(["--from", "IOB2"] if command[0] == "convert" else ["--scheme=IOB2"])]
        ran = run(*args, "--check", *names)
        assert (ran.code, ran.err) == (1, "")
        assert ran.out == "g: 2 tags would change, the first in line 2\n"
        assert {name: Path(name).read_text() for name in contents} == contents
        run(*args, "--in-place", *names)
        assert [Path(name).read_text() == contents[name] for name in ("f", "g")] == [True, False]
        ran = run(*args, "--check", *names)
        assert ran == (0, "", "")

    def test_check_of_json_lines_and_pipes(self, run) -> None:
        line = '{"tokens": ["a", "b"], "tags": ["O", "B-X"]}\n'
        write("f.jsonl", line)
        assert run("convert", "f.jsonl", "--to", "IOB2", "--check") == (0, "", "")
        ran = run("convert", "f.jsonl", "--to", "IOBES", "--check")
        assert (ran.code, ran.out) == (1, "f.jsonl: 1 tag would change, the first in line 1\n")
        ran = pipe(b"a I-X\n", "convert", "--from", "IOB1", "--to", "IOB2", "--check")
        assert ran == (1, "<stdin>: 1 tag would change, the first in line 1\n", "")
        assert os.listdir() == ["f.jsonl"]

    @pytest.mark.parametrize(("method", "suffix"), COMPRESSIONS.items())
    def test_compressed(self, run, method, suffix) -> None:
        if suffix == ".zst":
            pytest.importorskip("backports.zstd")
        write("f", "a B-X\nb I-X\n")
        run("convert", "f", "--to", "BIOES", "-o", f"f{suffix}")
        packed = Path(f"f{suffix}").read_bytes()
        assert Source(f"f{suffix}").compression() == method
        # A file that is changed in place stays compressed, whatever its name.
        write("g", packed)
        run("convert", "g", "--to", "BIO", "--in-place")
        assert Source("g").compression() == method
        assert run("convert", "g", "--to", "IOE2").out == "a I-X\nb E-X\n"

    @pytest.mark.slow
    def test_streams_a_pipe(self) -> None:
        """Lines come out while others are still to come, if nothing must be found out first."""
        command = [*COMMAND, "convert", "--from", "BIO", "--to", "BIOES", "-q"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            sentence = b"a B-X\nb I-X\n\n"
            # More than is read at a time; what comes out fills the pipe, and is not waited for.
            feeder = threading.Thread(target=process.stdin.write, args=(sentence * 100_000,))
            feeder.start()
            assert process.stdout.read(12) == b"a B-X\nb E-X\n"
            rest = process.stdout.read(1_000_000)
            feeder.join()
            process.stdin.close()
            rest += process.stdout.read()
        assert len(rest) == len(sentence) * 100_000 - 12
        assert process.returncode == 0


class TestForms:
    def test_nothing_but_the_form_changes(self, run) -> None:
        """No scheme is guessed, and nothing is repaired."""
        write("f", "a I_PER\nb O\nc B_LOC\n")
        ran = run("convert", "f", "--to-form", "B-PER")
        assert ran.out == "a I-PER\nb O\nc B-LOC\n"
        assert ran.err.splitlines() == [
            "note: f: column 2 of 2, separated by space, tags written like B_PER",
            "note: 2 tags changed, and nothing but how it is written",
        ]

    def test_what_is_written_so_already_is_left_alone(self, run) -> None:
        write("f", "a B-X\nb O\n")
        before = os.stat("f").st_ino
        ran = run("convert", "f", "--to-form", "B-PER", "-i")
        assert "note: 0 tags changed" in ran.err
        assert os.stat("f").st_ino == before

    def test_o_is_a_tag_too(self, run) -> None:
        write("f", "a o\nb o\n")
        assert "note: 2 tags changed" in run("convert", "f", "--to-form", "B-PER", "-i").err
        assert Path("f").read_text() == "a O\nb O\n"

    def test_a_form_that_would_make_another_column(self, run) -> None:
        write("f.csv", "tok,O\ntok,I-PER\n")
        ran = run("convert", "f.csv", "--delimiter", ",", "--to-form", "B,PER", "-o", "out")
        assert ran.code == 3
        assert ran.err.startswith(
            "error: f.csv:2: tag 'I-PER' cannot be written like B,PER\nhint: choose another form\n"
        )
        assert not os.path.exists("out")

    def test_doubt_is_said_and_nothing_is_written_in_it(self, run) -> None:
        """B-E is a tag of type E, or one of type B."""
        write("f", "a B-E\nb E-B\nc O\n")
        assert "written like B-PER (PER-B would do as well)" in " ".join(
            run("detect", "f").out.split()
        )
        (found,) = json.loads(run("detect", "f", "-f", "json").out)
        assert (found["tag_form"], found["other_forms"]) == ("B-PER", ["PER-B"])
        for source in (["f"], ["f", "--from", "BIO"]):
            ran = run("convert", *source, "--to", "BIOES", "-o", "out")
            assert ran.code == 3
            assert "f:1: tag 'B-E' may be written like B-PER or like PER-B" in ran.err
        ran = run("convert", "f", "--to", "BIOES", "--from", "BIO", "--tag-form", "PER-B")
        assert ran.out == "a B-S\nb E-S\nc O\n"
        write("merged", "a S-B S-B\nb S-I S-B\n")
        assert "tags written like B-PER (PER-B would do as well)" in " ".join(
            run("score", "merged").out.split()
        )


class TestSeveralSchemesFit:
    """Alike, and none of them wholly: what is ill-formed depends on which it is."""

    CONTENT = "a I-PER\nb O\nc B-LOC\n"

    def test_nothing_is_repaired_by_chance(self, run) -> None:
        write("f", self.CONTENT)
        for args in (["repair"], ["convert", "--to", "BIOES", "--method", "discard"]):
            ran = run(*args, "f")
            assert (ran.code, ran.out) == (3, "")
            assert ran.err.startswith("error: f: the tags fit IOB2 and IOB1 alike, and none of the")
        assert run("repair", "f", "--scheme", "IOB1").out == "a I-PER\nb O\nc I-LOC\n"

    def test_spans_are_the_same_in_all(self, run) -> None:
        write("f", self.CONTENT)
        assert run("convert", "f", "--to", "BIOES").out == "a S-PER\nb O\nc S-LOC\n"

    def test_detect_says_so(self, run) -> None:
        write("f", self.CONTENT)
        assert "none of them fits wholly" in run("detect", "f").out


class TestPipes:
    """A pipe is a pipe by any name, and what can be read only once is not read twice."""

    CONTENT = b"a I-X\nb O\n"

    @pytest.mark.slow
    @pytest.mark.parametrize("scheme", [[], ["--scheme", "IOB2"]])
    def test_by_path(self, tmp_path, scheme) -> None:
        fifo = str(tmp_path / "fifo")
        os.mkfifo(fifo)
        for path in ("/dev/stdin", fifo):
            for command, expected in (("repair", b"a"), ("validate", path.encode())):
                process = subprocess.Popen(
                    [*COMMAND, command, path, *scheme],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                )
                if path == fifo:
                    Path(fifo).write_bytes(self.CONTENT)
                out, _ = process.communicate(self.CONTENT, timeout=60)
                assert out.startswith(expected)
                if scheme:
                    assert process.returncode == (command == "validate")

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
    def test_what_is_kept_of_a_pipe_goes(self, tmp_path, number) -> None:
        """It has no name, so that not even a kill leaves it."""
        with subprocess.Popen(
            [*COMMAND, "repair"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": str(tmp_path)},
        ) as process:
            assert process.stdin is not None
            process.stdin.write(self.CONTENT * 100_000)
            process.stdin.flush()
            # On Linux, the file that it is kept in has no name.
            end = time.monotonic() + 0.7
            while time.monotonic() < end and not list(tmp_path.iterdir()):
                time.sleep(0.01)
            process.send_signal(number)
            process.wait(timeout=60)
            process.stdin.close()
        assert process.returncode == (-number if number == signal.SIGKILL else 128 + number)
        assert not list(tmp_path.iterdir())

    def test_output_goes_on_with_what_is_open(self, tmp_path) -> None:
        (tmp_path / "f").write_bytes(self.CONTENT)
        log = tmp_path / "log"
        log.write_text("header\n")
        with log.open("ab") as file:
            command = [*COMMAND, "repair", "f", "--scheme", "BIO", "-o", "/dev/stdout"]
            subprocess.run(
                command, cwd=tmp_path, stdout=file, stderr=subprocess.DEVNULL, check=True
            )
        assert log.read_text() == "header\na B-X\nb O\n"

    @pytest.mark.slow
    @pytest.mark.parametrize("command", ["repair", "validate"])
    def test_standard_output_is_not_the_input(self, tmp_path, command) -> None:
        path = tmp_path / "f"
        path.write_bytes(self.CONTENT)
        with path.open("ab") as file:
            done = subprocess.run(
                [*COMMAND, command, str(path), "--scheme", "BIO"],
                stdout=file,
                stderr=subprocess.PIPE,
                check=False,
            )
        assert done.returncode == 2
        assert done.stderr.startswith(f"error: {path}: the output cannot be written".encode())
        assert path.read_bytes() == self.CONTENT


class TestDamage:
    """Whatever happens, the input is as it was, and nothing half written is left."""

    @pytest.mark.parametrize("command", ["repair", "convert"])
    def test_bad_input(self, run, command) -> None:
        more = ["--to", "BIOES"] if command == "convert" else []
        content = "a I-X\nb\n"
        for name in ("f", "out"):
            write(name, content)
        for where in (["--in-place"], ["-o", "out"], []):
            ran = run(command, "f", "--scheme", "IOB2", *more, *where)
            assert (ran.code, ran.out) == (3, "")
            assert ran.err.startswith("error: f:2: 1 field where the lines before have 2\n")
        assert Path("f").read_text() == Path("out").read_text() == content
        assert sorted(os.listdir()) == ["f", "out"]

    @pytest.mark.slow
    def test_a_signal(self, tmp_path) -> None:
        path = tmp_path / "f"
        content = b"a I-X\nb O\n\n" * 3_000_000
        path.write_bytes(content)
        command = [*COMMAND, "convert", str(path), "--to", "BIOES", "--in-place"]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            while process.poll() is None and len(list(tmp_path.iterdir())) == 1:
                time.sleep(0.01)
            process.send_signal(signal.SIGTERM)
        assert process.returncode == 128 + signal.SIGTERM
        assert list(tmp_path.iterdir()) == [path]
        assert path.read_bytes() == content

    @pytest.mark.parametrize(
        ("args", "message"),
        [
            (["repair", "f", "g"], "2 files are given: more than one need --in-place"),
            (["repair", "f", "-o", "f"], "f: the output cannot be written: it is the input"),
            (["repair", "f", "-o", "no/g"], "no/g: the output cannot be written: there is no such"),
            (["repair", "f", "-i", "-o", "g"], "--output and --in-place contradict each other"),
            (["repair", "f", "--check", "-i"], "--check writes nothing: --output and --in-place"),
            (["repair", "f", "--check", "-o", "g"], "--check writes nothing: --output and"),
            (["convert", "f", "--to-format", "jsonl", "--check"], "--check is for columns and"),
            (["repair", "-", "-i"], "standard input cannot be changed in place"),
            (["repair", ".", "-i"], ".: it cannot be changed in place: it is no regular file"),
            (["repair", "f", "-c", "0"], "columns are counted from 1, or from the end by -1"),
            (["repair", "f", "--tag-form", "BPER"], "'BPER' is no form of tags"),
            (["repair", "f", "--scheme", "X"], "unknown scheme 'X'"),
            (["repair", "f", "--method", "x"], "Invalid value for '-m' / '--method'"),
            (["convert", "f"], "--to is missing: which scheme is to be written?"),
            (["convert", "f", "--to", "auto"], "--to must name a scheme"),
            (["convert", "f", "--to", "BIO", "--to-form", "auto"], "--to-form must be an example"),
            (["detect", "-", "-"], "standard input can be read only once"),
            (["validate", "f", "-o", "f"], "f: the output cannot be written: it is the input"),
            (["validate", "f", "--delimiter", "ab"], "'ab' is no delimiter"),
            (["validate", "f", "--delimiter", ""], "--delimiter is empty"),
        ],
    )
    def test_wrong_usage(self, run, args, message) -> None:
        write("f", "a I-X\n")
        ran = run(*args)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith(f"error: {message}")
        assert Path("f").read_text() == "a I-X\n"

    @pytest.mark.parametrize("command", ["repair", "detect", "validate"])
    @pytest.mark.parametrize(
        ("content", "args", "message"),
        [
            (None, [], "f: no such file"),
            (b"a B-X\nb Q-X\n", [], "f:2: tag 'Q-X' fits no scheme"),
            (b"a B-X\nb X-B\n", [], "f:2: tag 'X-B' is written as PER-B is: expected O"),
            (b"a B-X\n", ["-c", "3"], "f:1: there is no column 3: this line has 2 columns"),
            (b"a B-X\0\n", [], "f: this is a binary file, not text"),
            (b"\x1f\x8b\x08\x00", [], "f: damaged or cut off"),
            (b"a B-\xff\n", [], "f:1: tag 'B-\\\\xff' is not UTF-8"),
        ],
    )
    def test_bad_files(self, run, command, content, args, message) -> None:
        if content is not None:
            write("f", content)
        ran = run(command, "f", *args)
        assert (ran.code, ran.out) == (3, "")
        assert ran.err.startswith(f"error: {message}")


class TestValidate:
    def test_text(self, run) -> None:
        write("f", "John I-PER\nSmith I-LOC\n\nhe O\nS S-X\n")
        ran = run("validate", "f", "--scheme", "BIO")
        assert (ran.code, ran.err) == (1, "")
        assert ran.out.splitlines() == [
            "f:1: O → I-PER at 'John': I begins no span in IOB2",
            "f:2: I-PER → I-LOC at 'Smith': I begins no span in IOB2",
            "f:5: S-X at 'S': IOB2 has no prefix S",
            "f: 3 violations of IOB2 (given); 4 tokens in 2 sentences; column 2 of 2, separated by "
            "space, tags written like B-PER",
            "  1  I-PER → I-LOC",
            "  1  O → I-PER",
            "  1  S-X",
        ]

    def test_ends_of_spans(self, run) -> None:
        write("f", "a B-X\nb O\n\nc B-X\nd I-X\n\ne B-X\nf B-Y\ng E-Y\n")
        ran = run("validate", "f", "--scheme", "BIOES", "-q")
        assert ran.out.splitlines() == [
            "f:2: B-X → O at 'b': B ends no span in IOBES",
            "f:5: I-X → O at 'd': I ends no span in IOBES",
            "f:8: B-X → B-Y at 'f': B ends no span in IOBES",
        ]

    def test_only_beside_same(self, run) -> None:
        write("f", "a O\nb B-X\nc I-X\nd B-X\n")
        assert run("validate", "f", "--scheme", "IOB1", "-q").out == (
            "f:2: O → B-X at 'b': B begins no span in IOB1 but right behind one of its type\n"
        )

    def test_well_formed(self, run) -> None:
        write("g", "a B-X\nb E-X\n")
        ran = run("validate", "g")
        assert (ran.code, ran.err) == (0, "")
        assert ran.out == (
            "g: no violations of IOBES (detected; BMES, BMEWO would do as well); "
            "2 tokens in 1 sentence; column 2 of 2, separated by space, tags written like B-PER\n"
        )

    def test_several_files_and_a_limit(self, run) -> None:
        for name in ("f", "g"):
            write(name, "a I-X\n\n" * 5)
        ran = run("validate", "f", "g", "--scheme", "IOB2", "--max", "2")
        assert ran.code == 1
        lines = ran.out.splitlines()
        assert [line.split(" ")[0] for line in lines[:4]] == ["f:1:", "f:3:", "g:1:", "g:3:"]
        assert lines[4].startswith("f: 5 violations of IOB2 (given); 5 tokens in 5 sentences; ")
        assert run("validate", "f", "--scheme", "IOB2", "--max", "0", "-q").out == ""

    def test_many_kinds(self, run) -> None:
        write("f", "".join(f"a I-{k}\n\n" for k in range(30)))
        assert run("validate", "f", "--scheme", "IOB2").out.splitlines()[-1] == (
            " 10  of 10 other kinds"
        )

    def test_csv(self, run) -> None:
        write("f", 'a,"b\tI-X\n')
        ran = run("validate", "f", "--scheme", "IOB2", "-f", "csv", "-q")
        assert list(csv.DictReader(io.StringIO(ran.out))) == [
            {
                "file": "f",
                "line": "1",
                "token": 'a,"b',
                "before": "O",
                "after": "I-X",
                "reason": "I begins no span in IOB2",
            }
        ]

    def test_json(self, run) -> None:
        write("f", "a I-X\nb O\n")
        write("g", "a B-X\n")
        ran = run("validate", "f", "g", "--scheme", "IOB2", "-f", "json")
        assert "violation" in ran.err
        first, second = json.loads(ran.out)
        assert first == {
            "file": "f",
            "scheme": "IOB2",
            "scheme_is": "given",
            "violations": [
                {
                    "line": 1,
                    "token": "a",
                    "before": "O",
                    "after": "I-X",
                    "reason": "I begins no span in IOB2",
                    "kind": "O → I-X",
                }
            ],
            "kinds": {"O → I-X": 1},
            "total": 1,
            "tokens": 2,
            "sentences": 1,
        }
        assert (second["violations"], second["total"]) == ([], 0)

    @pytest.mark.parametrize("name", ["json", "csv"])
    def test_nothing_is_written_of_a_bad_file(self, run, name) -> None:
        write("f", "a I-X\nb Q-X\n")
        for scheme in ([], ["--scheme", "IOB2"]):
            ran = run("validate", "f", "-f", name, *scheme)
            assert (ran.code, ran.out) == (3, "")

    def test_github(self, run) -> None:
        write("a,b:c", "50%\tI-X\n")
        ran = run("validate", "a,b:c", "--scheme", "IOB2", "-f", "github", "-q")
        assert ran.out == (
            "::error file=a%2Cb%3Ac,line=1,title=ill-formed tag::O → I-X: "
            "I begins no span in IOB2 (token '50%25')\n"
        )

    @pytest.mark.slow
    def test_standard_input_may_be_compressed(self) -> None:
        ran = pipe(gzip.compress(b"a I-X\nb B-X\nc B-X\n"), "validate")
        assert (ran.code, ran.out) == (
            0,
            "<stdin>: no violations of IOB1 (detected); 3 tokens in 1 sentence; column 2 of 2, "
            "separated by space, tags written like B-PER\n",
        )

    @pytest.mark.slow
    def test_streams_a_pipe(self) -> None:
        command = [*COMMAND, "validate", "--scheme", "BIO", "-q"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            feeder = threading.Thread(target=process.stdin.write, args=(b"a I-X\n\n" * 200_000,))
            feeder.start()
            assert process.stdout.readline().startswith(b"<stdin>:1: ")
            rest = threading.Thread(target=process.stdout.read)
            rest.start()
            feeder.join()
            process.stdin.close()
            rest.join()
        assert process.returncode == 1

    @pytest.mark.slow
    def test_any_encoding_of_the_terminal(self, tmp_path) -> None:
        path = tmp_path / "f"
        path.write_text("a I-X\n")
        done = subprocess.run(
            [*COMMAND, "validate", str(path), "--scheme", "BIO"],
            env={**os.environ, "PYTHONIOENCODING": "latin-1"},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 1
        assert done.stderr == b""
        assert "  1  O → I-X" in done.stdout.decode().splitlines()

    def test_odd_names_do_not_break_lines(self, run) -> None:
        write("a\nb", "x\tI-\x1b[31mR\n")
        ran = run("validate", "a\nb", "--scheme", "IOB2")
        assert ran.out.startswith("a\\nb:1: O → I-\\x1b[31mR at 'x': I begins")
        assert "\x1b" not in ran.out
        assert "\x1b" not in run("validate", "a\nb", "--scheme", "IOB2", "-f", "github").out
        assert "\x1b" not in run("repair", "a\nb", "--scheme", "IOB2", "-o", "out").err

    @pytest.mark.slow
    def test_a_file_whose_name_is_no_text(self, tmp_path) -> None:
        path = os.fsencode(tmp_path) + b"/bad\xff"
        Path(os.fsdecode(path)).write_text("a I-X\n")
        for command in ("validate", "detect"):
            done = subprocess.run(
                [*map(os.fsencode, COMMAND), command.encode(), path, b"-f", b"json"],
                capture_output=True,
                check=False,
            )
            assert json.loads(done.stdout.decode())[0]["file"].endswith("bad\udcff")


class TestDetect:
    def test_table(self, run) -> None:
        write("f", "a I-X\nb B-X\nc I-X\nd O\n")
        ran = run("detect", "f")
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.splitlines()[:8] == [
            "scheme      IOB1",
            "            detected",
            "tags        4, 2 spans; prefixes B I",
            "input       column 2 of 2, separated by space, tags written like B-PER",
            "",
            "IOB1        all spans are well-formed",
            "IOB2        1 of 2 spans ill-formed (O → I 1; first in line 1)",
            "IOBES       2 of 2 spans ill-formed (I → O 1, O → I 1; first in line 1)",
        ]
        assert max(map(len, ran.out.splitlines())) <= 80

    def test_what_cannot_be_told_apart(self, run) -> None:
        write("f", "a I-X\nb O\n")
        assert (
            "detected; IOE1, IO would do as well: nothing in these tags tells"
            in run("detect", "f").out
        )

    def test_a_file_twice_is_two_files(self, run) -> None:
        write("f", "a B-X\n")
        assert run("detect", "f", "f").out.count("file        f\n") == 2
        assert len(json.loads(run("detect", "f", "f", "-f", "json").out)) == 2

    def test_nothing_to_tell_by(self, run) -> None:
        write("f", "a O\n")
        assert run("detect", "f").out.splitlines() == [
            "scheme      -",
            "            no spans to detect it by",
            "tags        1, 0 spans",
            "input       column 2 of 2, separated by space",
        ]

    def test_json(self, run) -> None:
        write("f", "a PER_b\nb PER_i\nc o\n")
        write("g", "a O\n")
        first, second = json.loads(run("detect", "f", "g", "-f", "json").out)
        assert first["scheme"] == "IOB2"
        assert first["certain"]
        assert first["tag_form"] == "PER_b"
        assert first["schemes"]["BMES"]["foreign_prefixes"] == "I"
        assert first["schemes"]["IOE2"]["kinds"] == {"O → B": 1}
        assert (second["scheme"], second["tag_form"], second["certain"]) == (None, None, False)

    def test_colour_and_several_files(self, run) -> None:
        write("f", "a B-X\n")
        write("g", "a U-X\n")
        ran = run("detect", "f", "g", "--color", "always")
        assert "file        f\nscheme      \033[1mIOB2\033[0m\n" in ran.out
        assert "\n\nfile        g\nscheme      \033[1mBILOU\033[0m\n" in ran.out

    @pytest.mark.parametrize("content", ["a B-X\nb I-X\n", "a S-X\n", "a I-X\nb B-X\n", "a O\n"])
    def test_agrees_with_score(self, run, content) -> None:
        write("f", content)
        write("merged", content.replace(" ", " O "))
        scored = json.loads(run("score", "merged", "-f", "json").out)
        (found,) = json.loads(run("detect", "f", "-f", "json").out)
        assert found["fitting"] == scored["schemes"]["predicted"]["fitting"]


class TestReadOnce:
    """What is small is written again in one reading, as if it had been looked at before."""

    @pytest.mark.parametrize(
        "arguments",
        [
            ("repair", "f"),
            ("repair", "f", "--scheme", "IOB2", "--method", "discard", "-o", "out"),
            ("repair", "f", "--scheme", "IOBES", "--in-place"),
            ("convert", "f", "--to", "IOBES", "-o", "out.gz"),
            ("convert", "f", "--to-form", "PER_b"),
            ("convert", "f", "--to", "IO"),
            ("convert", "f", "--to", "IO", "--allow-loss"),
        ],
    )
    def test_it_is_the_same(self, run, monkeypatch, arguments) -> None:
        ran = []
        for most in (1 << 20, 0):
            monkeypatch.setattr("spanf1.checks.tags._MOST_KEPT", most)
            write("f", ODD)
            done = run(*arguments)
            files = {path.name: path.read_bytes() for path in Path().iterdir()}
            ran.append((done.out, done.err, done.code, decompressed(files)))
        assert ran[0] == ran[1]

    def test_it_begins_like_another_scheme(self, run) -> None:
        write("f", "x B-A\nx I-A\nx O\n" * 40_000 + "x B-A\nx E-A\nx O\n" * 50_000)
        ran = run("repair", "f", "--method", "discard", "-o", "out")
        assert "note: IOBES (detected): 40000 of 90000 spans ill-formed" in ran.err
        expected = "x O\nx O\nx O\n" * 40_000 + "x B-A\nx E-A\nx O\n" * 50_000
        assert Path("out").read_text() == expected


def decompressed(files: dict[str, bytes]) -> dict[str, bytes]:
    return {
        name: gzip.decompress(data) if name.endswith(".gz") else data
        for name, data in files.items()
    }
