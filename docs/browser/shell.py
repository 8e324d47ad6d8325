"""What the page in the browser asks of Python: runs a command line, says which files it wrote."""

from __future__ import annotations

import ctypes
import json
import os
import shlex
import sys
from pathlib import Path

# What numpy was compiled with has this, and what runs it has not: how deep calls are is unknown.
ctypes.CDLL(str(Path(__file__).with_name("backtrace.so")), ctypes.RTLD_GLOBAL)

from click import Context  # noqa: E402

from spanf1.cli import main  # noqa: E402
from spanf1.cli.group import main as group  # noqa: E402
from spanf1.core.credits import RULES  # noqa: E402
from spanf1.core.options import MATCHES, MODES  # noqa: E402
from spanf1.core.schemes import READINGS, SCHEMES  # noqa: E402

#: what is offered, by how it is called on the page: a command, and what it always has
TASKS = {
    "Score": "score",
    "Which spans are wrong": "errors",
    "A page with every error": "report --output report.html",
    "Which system is better": "compare",
    "Check the tags": "validate",
    "What is in the files": "describe",
}
# Of a threshold, and of a number of tokens.
_ARGUMENTS = {"": "", "T": ":0.5", "K": ":1"}
_RULES = [name + _ARGUMENTS[rule.argument] for name, rule in RULES.items()]
#: options that are offered, by their labels, with their values: the first of them is the default
OPTIONS = {
    "Scheme": ("--scheme", ["auto", *SCHEMES]),
    "Reading": ("--reading", [*READINGS]),
    "Match": ("--match", [*dict.fromkeys([*MATCHES, MODES, *_RULES])]),
    "Intervals": ("--confidence", ["none", "0.95", "0.9", "0.99"]),
    "Format": ("--format", ["table", "markdown", "latex", "csv"]),
}

# Words by which a shell joins commands and files.
_SHELL = {"|", ">", ">>", "<", ";", "&&", "&"}


def start(folder: str) -> None:
    """Begin in a folder."""
    # There is no mask of new files before one is set, and they could not be read.
    os.umask(0o022)
    # Browsers say how many cores they have; Python has one, without processes and threads.
    os.cpu_count = lambda: 1
    os.chdir(folder)


def choices() -> str:
    """Return what is offered, as JSON."""
    commands = {}
    for task, line in TASKS.items():
        command = group.get_command(Context(group), line.partition(" ")[0])
        known = {name: option.type for option in command.params for name in option.opts}
        taken = {
            label: [value for value in values if value in getattr(known[name], "choices", values)]
            for label, (name, values) in OPTIONS.items()
            if name in known
        }
        # An option that has not the default is another one of that name.
        defaults = {label: values[0] for label, (_, values) in OPTIONS.items()}
        labels = {label: values for label, values in taken.items() if defaults[label] in values}
        commands[task] = [line, labels]
    return json.dumps({"tasks": commands, "options": OPTIONS})


def run(line: str, columns: int) -> int:
    """Run a command line on so many columns, and return its exit code."""
    os.environ["COLUMNS"] = str(columns)
    try:
        # Commands that are copied from pages may have more than one line, and a prompt.
        words = shlex.split(line.replace("\\\n", ""))
    except ValueError as error:
        print(f"error: the command: {error}".replace("No closing", "no closing"), file=sys.stderr)
        return 2
    if signs := _SHELL.intersection(words):
        print(f"error: {min(signs)} needs a shell, which is not here", file=sys.stderr)
        print("hint: one command is run; -o FILE writes what most of them print", file=sys.stderr)
        return 2
    words = words[words[:1] == ["$"] :]
    try:
        main(words[words[:1] == ["spanf1"] :], prog_name="spanf1")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except ModuleNotFoundError as error:
        print(f"error: the page does not have the library {error.name}", file=sys.stderr)
        return 2
    except Exception as error:
        # What browsers do not let Python do, or is too large for it.
        print(f"error: {type(error).__name__}: {error}", file=sys.stderr)
        return 70
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


_seen: dict[str, tuple[int, int]] = {}


def made() -> str:
    """Return the names of files that were written since this was asked last, as JSON."""
    names = []
    for path in sorted(Path().rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        found = path.stat()
        state = found.st_mtime_ns, found.st_ino
        if _seen.get(str(path)) != state:
            names.append(str(path))
        _seen[str(path)] = state
    return json.dumps(names)
