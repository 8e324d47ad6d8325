"""Some cases of each kind; and the harness itself, which sees what is wrong."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has no fork", allow_module_level=True)

from tests.fuzz import child
from tests.fuzz.cases import DAMAGES, KINDS, Case, case, parameters, samples
from tests.fuzz.child import faults, outcome


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_no_case_is_at_fault(seed):
    samples(), parameters()
    found = {}
    for number in range(25):
        tried = case(seed, number)
        found[number] = faults(tried, outcome(tried))
    assert not {number: wrong for number, wrong in found.items() if wrong}


def test_cases_follow_from_their_numbers():
    assert [case(1, number) for number in range(9)] == [case(1, number) for number in range(9)]
    kinds = {case(1, number).kind for number in range(100)}
    assert kinds == set(KINDS)
    assert len(DAMAGES) >= 7


def _write_half(*_args: object, **_more: object) -> None:
    Path("out").write_text("half")
    sys.exit(3)


def _leave(*_args: object, **_more: object) -> None:
    Path(".spanf1-x").write_text("")
    sys.exit(0)


def _spoil(*_args: object, **_more: object) -> None:
    Path("a").write_text("other")


def _write_nothing(*_args: object, **_more: object) -> None:
    sys.stdout.write("{}")
    sys.exit(0)


def _say(text: str, code: int = 3) -> None:
    sys.stderr.write(text)
    sys.exit(code)


@pytest.mark.parametrize(
    ("does", "fault"),
    [
        (lambda *_, **__: {}["x"], "exit code 99"),
        (lambda *_, **__: {}["x"], "traceback: KeyError: 'x'"),
        (lambda *_, **__: os.kill(os.getpid(), signal.SIGUSR1), f"exit code -{signal.SIGUSR1:d}"),
        (lambda *_, **__: time.sleep(5), "exit code -14"),
        (lambda *_, **__: bytearray(5 << 30), "traceback: MemoryError"),
        (lambda *_, **__: _say("error: \x1b[31m\n"), "control characters in an error"),
        (lambda *_, **__: _say("error: " + "x" * 500), "a line of an error that is too long"),
        (lambda *_, **__: _say(""), "an error without a word"),
        (lambda *_, **__: _say("", 7), "exit code 7"),
        (_write_half, "an output although it failed"),
        (_leave, "left behind: .spanf1-x"),
        (_spoil, "changed an input: a"),
        (lambda *_, **__: sys.exit(0), "JSON that is none"),
        (_write_nothing, "JSON that is not as its schema says: 'spanf1' is a required property"),
    ],
)
def test_what_is_wrong_is_seen(does, fault, monkeypatch):
    monkeypatch.setattr(child, "main", does)
    monkeypatch.setattr(child, "SECONDS", 0.5)
    tried = Case("input", ["score", "a", "-f", "json"], {"a": b"w O O\n"})
    assert fault in faults(tried, outcome(tried))


def test_what_is_right_is_not_at_fault():
    tried = Case("input", ["score", "a", "-f", "json"], {"a": b"w O O\n"})
    ended = outcome(tried)
    assert (ended.status, faults(tried, ended)) == (0, [])
    tried = Case("signal", ["score", "-"], {}, sent=signal.SIGKILL, after=0.0)
    assert faults(tried, outcome(tried)) == []
