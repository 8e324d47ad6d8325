"""Lines, records and files that are too large to be read as a whole, and hints that read them."""

from __future__ import annotations

import re

import pytest

import spanf1
from spanf1.exceptions import LayoutError, UsageError
from spanf1.formats.source import size_of, size_words
from tests.helpers.commands import write


@pytest.mark.parametrize(
    ("given", "size", "words"),
    [
        (1, 1, "1 bytes"),
        ("1000", 1000, "1000 bytes"),
        ("8K", 8192, "8 KiB"),
        ("64m", 1 << 26, "64 MiB"),
        ("1 GiB", 1 << 30, "1 GiB"),
        ("2GB", 1 << 31, "2 GiB"),
        ("1T", 1 << 40, "1024 GiB"),
    ],
)
def test_a_size(given, size, words):
    assert size_of(given) == size
    assert size_words(size) == words


@pytest.mark.parametrize("given", ["", "0", "-1", "1.5G", "G", "1X", "1e9", 0, -5, "9" * 40])
def test_what_is_no_size(given):
    with pytest.raises(UsageError, match=r"is no size \(max_size\)"):
        size_of(given)


LONG = "w O O\n" + "x" * 1_200_000 + " O O\n"


def follow(run, *args: str) -> None:
    """Run a command that refuses what is too large, and again as its hint says."""
    refused = run(*args, "--max-size", "1K")
    assert refused.code == 3
    assert re.search("of more than 1 KiB$", refused.err.splitlines()[0])
    hint = re.search("--max-size [0-9]+M", refused.err.splitlines()[1])
    assert hint, refused.err
    done = run(*args, *hint[0].split())
    assert done.code == 0, done.err


@pytest.mark.parametrize(
    "args",
    [
        ["score", "long"],
        ["score", "long", "long"],
        ["compare", "long", "long", "other", "--resamples", "20"],
        ["schemes", "long"],
        ["baseline", "--train", "long", "long"],
        ["describe", "long"],
        ["detect", "long"],
        ["validate", "long"],
        ["repair", "long"],
        ["convert", "long", "--to", "IOBES"],
        ["convert", "long", "--to-format", "jsonl"],
    ],
)
def test_a_line_that_is_too_long(run, args):
    for name in ("long", "other"):
        write(name, LONG.replace("O O", "B-PER B-PER"))
    follow(run, *args)


def test_a_size_in_python(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("long", LONG)
    for size in ("1K", 1024):
        with pytest.raises(LayoutError, match=r"^long:2: line of more than 1 KiB"):
            spanf1.score_file("long", max_size=size)
        with pytest.raises(LayoutError, match=r"^long:2: line of more than 1 KiB"):
            next(spanf1.read_documents("long", max_size=size))
    assert spanf1.score_file("long", max_size="2M").tally.tokens == 2
