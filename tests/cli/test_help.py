"""Help texts: sections, groups of options, narrow terminals, near misses, completion of shells."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from spanf1.cli.group import COMMANDS, SECTIONS, main
from spanf1.cli.help import FIRST, GROUPS, Command
from tests.helpers.commands import write

PATH = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))


def commands() -> dict[str, click.Command]:
    found = {}
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        if isinstance(command, click.Group):
            found |= {f"{name} {one}": sub for one, sub in command.commands.items()}
        else:
            found[name] = command
    return found


ALL = commands()


def options_of(command: click.Command) -> list[str]:
    return [max(one.opts, key=len) for one in command.params if isinstance(one, click.Option)]


@pytest.mark.parametrize("name", ALL)
def test_every_option_is_shown_once(run, name) -> None:
    assert isinstance(ALL[name], Command)
    lines = run(*name.split(), "--help").out.splitlines()
    for option in options_of(ALL[name]):
        shown = [
            line for line in lines if re.match(rf"  (-+\w+, )?{option}( [A-Zn\[]| auto|  |$)", line)
        ]
        assert len(shown) == 1, option


def test_groups_name_options_that_there_are() -> None:
    known = {option for command in ALL.values() for option in options_of(command)} | {
        "--help",
        "--short",
    }
    assert all(known.issuperset(group) for group in GROUPS.values())
    for name, first in FIRST.items():
        assert {*first} <= {*options_of(ALL[name])}
        assert len(first) == 5


def test_what_most_people_need_comes_first(run) -> None:
    out = run("score", "--help").out
    assert out.index("Most used:") < out.index("  FILE has the gold") < out.index("What counts:")
    first = out.split("Most used:\n")[1].split("\n\n")[0]
    assert [line.split()[0].strip(",") for line in first.splitlines() if line[2] == "-"] == [
        *("--match", "--reading", "--confidence", "-f", "-o")
    ]


@pytest.mark.parametrize("columns", ["20", "40", "60", "80", "200"])
def test_a_help_text_is_as_wide_as_the_terminal(run, monkeypatch, columns) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for name in ALL:
        out = run(*name.split(), "--help").out
        lines = [line for line in out.splitlines() if line.startswith("        ")]
        assert all(len(line) <= min(int(columns), 88) or len(line.split()) < 2 for line in lines)


def test_the_commands_are_in_sections(run) -> None:
    out = run("--help").out
    for title, section in SECTIONS.items():
        part = out.split(f"\n{title}:\n")[1].split("\n\n")[0]
        assert [line.split()[0] for line in part.splitlines()] == [*section]


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("scor", "spanf1 score is one"),
        ("comparr", "spanf1 compare is one"),
        ("evaluate", "spanf1 score is one"),
        ("xyz", "spanf1 --help lists the commands"),
        ("f.conll", "spanf1 score f.conll scores a file"),
    ],
)
def test_a_command_that_there_is_not_gets_its_neighbour(run, given, hint) -> None:
    write("f.conll", "a B-PER B-PER\n")
    ran = run(given)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"error: there is no command {given!r}\nhint: {hint}\n"


def complete(shell: str, line: str) -> list[str]:
    """Return what a shell offers behind a line."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not here")
    words = line.split(" ")
    scripts = {
        "bash": f"""
            source <(_SPANF1_COMPLETE=bash_source spanf1)
            COMP_WORDS=({" ".join(words[:-1])} "{words[-1]}"); COMP_CWORD={len(words) - 1}
            _spanf1_completion spanf1; printf '%s\\n' "${{COMPREPLY[@]}}\"""",
        "fish": f"""
            _SPANF1_COMPLETE=fish_source spanf1 | source
            complete -C "{line}\"""",
        # What zsh's own completion would do with it is left out: it needs a terminal.
        "zsh": f"""
            compdef() {{}}; _path_files() {{}}
            compadd() {{ print -l -- "${{(@P)@[-1]}}" }}
            _describe() {{ print -l -- "${{(@P)3}}" }}
            source <(_SPANF1_COMPLETE=zsh_source spanf1)
            words=({" ".join(words[:-1])} "{words[-1]}"); CURRENT={len(words)}
            _spanf1_completion""",
    }
    done = subprocess.run(
        [program, "-c", scripts[shell]],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": PATH},
    )
    assert not done.stderr
    return [line.replace(":", "\t").split("\t")[0] for line in done.stdout.splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("spanf1 sc", {"score", "schemes"}),
        ("spanf1 score --reading str", {"strict"}),
        ("spanf1 score --match semev", {"semeval"}),
        ("spanf1 errors f --by se", {"sentence-length", "seen"}),
        ("spanf1 convert --gold-sch", set()),
        ("spanf1 score --gold-sch", {"--gold-scheme"}),
    ],
)
def test_shells_complete(shell, line, offered) -> None:
    assert {word.strip() for word in complete(shell, line)} - {""} == offered


@pytest.mark.parametrize("word", ["score", "repair", "errors"])
def test_shells_complete_files(run, monkeypatch, word) -> None:
    monkeypatch.setenv("_SPANF1_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", f"spanf1 {word} out")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert run().out == "file,out\n"
