"""Running commands: in this process by the fixture `run`, in another one by `pipe`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import click

COMMAND = [sys.executable, "-c", "from spanf1.cli import main; main(prog_name='spanf1')"]


class Ran(NamedTuple):
    code: int
    out: str
    err: str


def write(name: str, content: str | bytes) -> str:
    Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    return name


def formats_of(command: click.Command) -> list[str]:
    """Return what --format takes."""
    (option,) = (option for option in command.params if option.name == "format_name")
    return list(option.type.choices)


def pipe(stdin: bytes, *args: str) -> Ran:
    done = subprocess.run([*COMMAND, *args], input=stdin, capture_output=True, check=False)
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
