"""A case is run in a child of this process, which has little memory and time, and is judged."""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import NamedTuple, NoReturn

from jsonschema import ValidationError

from spanf1.cli import main
from tests.fuzz.cases import Case, contents
from tests.helpers.schema import check_written

MEMORY = 4 << 30
SECONDS = 20
#: no line is longer, but for notes, which name types and the like
LONGEST = 400

# The exit codes of the commands; and those of the script, which ends as Perl does.
_CODES = {0, 1, 2, 3}
_SCRIPT_CODES = _CODES | {255}
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Outcome(NamedTuple):
    """How a child ended: what `os.waitpid` says, what it wrote, and its files afterwards."""

    status: int
    out: bytes
    err: bytes
    files: dict[str, bytes]
    left: list[str]


def outcome(case: Case) -> Outcome:
    """Run a case in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder = Path(name)
        work, temporary = folder / "work", folder / "temporary"
        for path in (work, temporary):
            path.mkdir()
        for key, data in case.files.items():
            (work / key).parent.mkdir(exist_ok=True)
            (work / key).write_bytes(data)
        # A child may be ended before it does anything.
        for written in "out", "err":
            (folder / written).touch()
        # A command that was run here may have asked for these, and no child is to be born so.
        for number in signal.SIGTERM, signal.SIGHUP:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        child = os.fork()
        if not child:
            _run(case, work, temporary)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        if case.sent:
            time.sleep(case.after)
            os.kill(child, case.sent)
        _, status = os.waitpid(child, 0)
        files = contents(work)
        left = [key for key in files if ".spanf1-" in key] + [*contents(temporary)]
        out, err = ((folder / written).read_bytes() for written in ("out", "err"))
        return Outcome(status, out, err, files, left)


def _run(case: Case, work: Path, temporary: Path) -> NoReturn:
    """Be the child."""
    # A signal may come just when the command has ended, before its code is taken.
    code = 128 + case.sent if case.sent else 99
    try:
        os.setsid()
        os.environ |= {"TMPDIR": str(temporary), "HOME": str(temporary), "COLUMNS": "80"}
        tempfile.tempdir = None
        os.chdir(work)
        for number, name in enumerate(["/dev/null", "../out", "../err"]):
            flags = os.O_RDONLY if not number else os.O_WRONLY | os.O_CREAT
            os.dup2(os.open(name, flags, 0o644), number)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        if case.limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (case.limit, case.limit))
        for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
            signal.signal(number, signal.default_int_handler if number == 2 else signal.SIG_DFL)
        # It ends a child that hangs, whatever that does.
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for good
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
        with contextlib.suppress(KeyboardInterrupt):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        main(case.args, prog_name="spanf1")
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else bool(stop.code)
    except KeyboardInterrupt as stop:
        # One that comes before the command begins, or when it has ended, is no fault of it.
        if stop.__traceback__ and stop.__traceback__.tb_next:
            traceback.print_exc()
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in sys.stdout, sys.stderr:
            with contextlib.suppress(OSError):
                stream.flush()
        os._exit(code)


def faults(case: Case, ended: Outcome) -> list[str]:
    """Return what is wrong with how a case ended."""
    found = []
    err = ended.err.decode("utf-8", "replace")
    code = os.waitstatus_to_exitcode(ended.status)
    codes = _SCRIPT_CODES if case.args[:1] == ["conlleval"] else _CODES
    if case.sent:
        codes = codes | {130, 128 + case.sent, -case.sent}
    if code not in codes:
        found.append(f"exit code {code}")
    if "Traceback" in err:
        found.append(f"traceback: {err.strip().splitlines()[-1][:200]}")
    if any(len(line) > LONGEST and not line.startswith("note: ") for line in err.splitlines()):
        found.append("a line of an error that is too long")
    if _ODD.search(err):
        found.append("control characters in an error")
    # With a full disk not even the error may have room.
    if code in (2, 3) and not err and not case.limit:
        found.append("an error without a word")
    if ended.left and code != -signal.SIGKILL:
        found.append(f"left behind: {ended.left[0]}")
    changed = [name for name, data in case.files.items() if ended.files.get(name) != data]
    if changed and not {"-i", "--in-place", "-o", "--output"} & {*case.args}:
        found.append(f"changed an input: {changed[0]}")
    out = ended.files.get("out")
    if out is not None and code not in (0, 1) and not case.sent:
        found.append("an output although it failed")
    if code == 0 and case.kind == "input" and case.args[-2:] == ["-f", "json"]:
        try:
            json.loads(ended.out)
            check_written(case.args, ended.out.decode())
        except ValueError:
            found.append("JSON that is none")
        except (AssertionError, ValidationError) as error:
            found.append(f"JSON that is not as its schema says: {str(error).splitlines()[0]}")
    return found
