"""What a run that was killed left beside its output is named by the next one."""

from __future__ import annotations

import os

import pytest

from tests.helpers.commands import write

WARNING = "a run that was killed left this; if no other is at work, it can be deleted"


@pytest.mark.parametrize(
    "args",
    [
        ["score", "f", "-o", "d/out.csv"],
        ["convert", "f", "--to", "IOBES", "-o", "d/out"],
        ["convert", "f", "--to-format", "jsonl", "-o", "d/out"],
        ["convert", "f", "--to-format", "brat", "-o", "d/out"],
        ["validate", "f", "-o", "d/out"],
    ],
    ids=" ".join,
)
def test_what_is_left_over(run, args):
    write("f", "w B-X B-X\n")
    os.makedirs("d/.spanf1-a1")
    write("d/.spanf1-b2", "half a file")
    write("d/.spanf", "")
    done = run(*args, "-q")
    assert done.code == 0
    lines = [line for line in done.err.splitlines() if "killed" in line]
    folder = os.path.realpath("d")
    assert lines == [f"warning: {folder}/.spanf1-{name}: {WARNING}" for name in ("a1", "b2")]


def test_it_is_said_once_for_a_folder(run):
    for name in ("f", "g"):
        write(name, "w I-X\nw B-X\n")
    write(".spanf1-b2", "half a file")
    assert run("repair", "f", "g", "-i", "-q", "--scheme", "IOB2").err.count(WARNING) == 1


def test_nothing_is_said_of_what_goes_elsewhere(run):
    write("f", "w B-X B-X\n")
    write(".spanf1-b2", "half a file")
    for output in ([], ["-o", "-"], ["-o", "/dev/null"]):
        assert "killed" not in run("score", "f", "-q", *output).err
