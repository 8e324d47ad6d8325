"""The README: short, its commands run as they stand, and its picture is what the command prints."""

from __future__ import annotations

import re
import shlex
import shutil
from html import unescape

import pytest

from tests.helpers.docs import DOCS, module_at
from tests.helpers.shared_data import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```", README, re.M | re.S)
    for line in block.splitlines()
    if line.startswith("spanf1 ")
]


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= 150


def test_the_two_commands_come_first() -> None:
    first = README.split("```sh\n")[1].split("```")[0]
    assert [line.split("#")[0].strip() for line in first.splitlines()] == ["make demo", "make test"]


def test_there_are_five_things_to_do() -> None:
    section = README.split("## Five things to do\n")[1].split("\n## ")[0]
    assert len(re.findall(r"^\*\*", section, re.M)) == 5
    assert len(COMMANDS) >= 5


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_runs_as_it_stands(run, tmp_path, monkeypatch, command) -> None:
    shutil.copytree(ROOT / "corpora/sample", tmp_path / "corpora/sample")
    monkeypatch.chdir(tmp_path)
    program, *args = shlex.split(command, comments=True)
    ran = run(*args)
    assert (program, ran.code) == ("spanf1", 0), ran.err
    if "-o" in args:
        assert (tmp_path / args[args.index("-o") + 1]).stat().st_size
    else:
        assert ran.out


def test_files_that_are_linked_are_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(links) > 20
    assert not [link for link in links if not (ROOT / link).exists()]


def test_every_how_to_is_linked() -> None:
    for path in (DOCS / "howto").glob("*.md"):
        assert f"(docs/howto/{path.name})" in README


def test_the_picture_is_what_the_command_prints() -> None:
    draw = module_at("pictures/draw.py")
    drawn = (DOCS / "pictures/table.svg").read_text(encoding="utf-8")
    assert drawn == draw.drawn(draw.printed())
    words = unescape(" ".join(re.findall(r"<text[^>]*>(.*?)</text>", drawn))).split()
    assert words[:4] == ["$", *draw.COMMAND]
    assert "50.22" in words


def test_the_demo_says_where_the_command_is() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    demo = text.split("\ndemo:")[1].split("\n\n")[0]
    assert ".venv/bin/spanf1" in demo.splitlines()[-1]
