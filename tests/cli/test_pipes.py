"""Pipes that are kept in a file, to be read again: looked at while they come, and never left."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time

import pytest

from tests.helpers.commands import write

WORD = "w" * 800
COMMAND = [sys.executable, "-m", "spanf1"]
ENDLESS = {
    "zeros": "cat /dev/zero",
    "no line end": "yes | tr -d '\\n'",
    "no tags": "yes",
}


def through(shell: str, *args: str, kib: int = 40_000) -> subprocess.CompletedProcess[str]:
    """Run a command in a shell that pipes something to it, bounded in time and space."""
    python = shlex.quote(sys.executable)
    command = f"ulimit -f {kib}; ({shell}) 2>/dev/null | timeout 30 {python} -m spanf1"
    return subprocess.run(
        ["bash", "-c", f'{command} "$@"', "-", *args],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkdir("kept")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "kept"))


@pytest.mark.parametrize("name", ENDLESS)
@pytest.mark.parametrize(
    "args",
    [["validate"], ["repair"], ["convert", "--to", "IOBES"], ["schemes"], ["detect"]],
    ids=lambda args: args[0],
)
def test_a_pipe_without_end(name, args):
    if (name, args) == ("no tags", ["schemes"]):
        pytest.skip("which columns have tags is not known before it is read")
    done = through(ENDLESS[name], *args)
    assert done.returncode == 3
    assert done.stderr.startswith("error: <stdin>:1: "), done.stderr
    assert "cannot be kept" not in done.stderr
    assert (done.stdout, os.listdir("kept")) == ("", [])


def test_a_value_without_end():
    record = '{"text": "Ada", "spans": [[0, 3, "X"]]}'
    endless = f"echo '{record}'; printf '{{\"text\": \"'; yes | tr -d '\\n'"
    done = through(endless, "validate", "--max-size", "6M")
    assert done.stderr.startswith("error: <stdin>:2: record of more than 6 MiB"), done.stderr


@pytest.mark.parametrize("command", ["validate", "schemes"])
def test_no_room_for_a_pipe(command):
    done = through("yes 'w B-X B-X' | head -c 60M", command)
    assert done.returncode == 3
    assert "kept: what comes through a pipe cannot be kept here: " in done.stderr
    assert os.listdir("kept") == []


@pytest.mark.parametrize(
    "args",
    [
        ["validate", "-q"],
        ["repair", "-q"],
        ["convert", "--to", "IOBES", "-q"],
        ["convert", "--to-format", "jsonl", "-q"],
        ["schemes", "-q", "-f", "csv"],
        ["detect"],
        ["describe", "-q", "-f", "csv"],
        ["score", "-q", "--match", "text", "-f", "csv"],
    ],
    ids=lambda args: args[0],
)
def test_a_large_pipe_is_read_as_a_file_is(args):
    write("f", f"{WORD} B-X B-X\n{WORD} I-X O\n\n{WORD} O B-X\n\n" * 4_000)
    piped = through("cat f", *args)
    plain = subprocess.run([*COMMAND, *args, "f"], capture_output=True, text=True, check=False)
    assert piped.returncode == plain.returncode
    assert piped.stdout.replace("<stdin>", "f") == plain.stdout


def test_workers_read_a_pipe():
    write("f", f"{WORD} B-X B-X\n{WORD} I-X O\n\n{WORD} O B-X\n\n" * 14_000)
    os.mkfifo("pipe")
    with subprocess.Popen(["bash", "-c", "cat f > pipe"]):
        args = ["score", "pipe", "-q", "--jobs", "2", "-f", "csv"]
        done = subprocess.run([*COMMAND, *args], capture_output=True, text=True, check=False)
    plain = subprocess.run(
        [*COMMAND, "score", "f", *args[2:]], capture_output=True, text=True, check=False
    )
    assert done.stdout
    assert (done.stdout, done.stderr) == (plain.stdout, plain.stderr)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the file has a name")
def test_nothing_is_left_of_a_pipe():
    with subprocess.Popen([*COMMAND, "validate"], stdin=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write(b"w B-X\n" * 400_000)
        process.stdin.flush()
        time.sleep(0.5)
        process.send_signal(signal.SIGKILL)
        process.stdin.close()
    assert os.listdir("kept") == []
