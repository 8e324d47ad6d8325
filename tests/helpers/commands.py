"""Running commands: in this process by the fixture `run`, in another one by `pipe`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import click

from tests.helpers.schema import check_written

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
    ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
    if ran.code in (0, 1) or ran.out:
        check_written(args, ran.out)
    return ran
