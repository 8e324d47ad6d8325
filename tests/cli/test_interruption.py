"""Signals that come while modules are imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.helpers.commands import write

# Sends a signal when a module is about to be imported.
CODE = """
import os, signal, sys

# Whoever runs the tests may ignore them, as nohup does, and a shell in the background.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)

class Finder:
    def find_spec(self, name, *_):
        if name == {name!r}:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.{signal})

sys.meta_path.insert(0, Finder())
from spanf1.cli import main
main(["score", {path!r}], prog_name="spanf1")
"""


@pytest.mark.parametrize(
    "name", ["click", "spanf1.cli.group", "spanf1.cli.score", "numpy", "spanf1.core.tags"]
)
@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_in_the_middle_of_an_import(name, signal, tmp_path):
    path = write(str(tmp_path / "f"), "w B-X B-X\n")
    code = CODE.format(name=name, signal=signal, path=path)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    interrupted = signal == "SIGINT"
    assert done.stderr == "error: interrupted\n" * interrupted
    assert done.returncode == {"SIGINT": 130, "SIGTERM": -15, "SIGHUP": -1}[signal]
    assert done.stdout == ""


def test_ctrl_c_is_an_exception_again_afterwards(run):
    import signal

    signal.signal(signal.SIGINT, signal.default_int_handler)
    assert run("score", write("f", "w B-X B-X\n")).code == 0
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
