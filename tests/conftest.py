"""Fixtures that several test files use."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from spanf1.cli import main

# Before any of them is imported: pytest then shows what was compared.
pytest.register_assert_rewrite("tests.helpers")

from tests.helpers.commands import Ran  # noqa: E402
from tests.helpers.schema import check_written  # noqa: E402

# No test fails because the machine is busy.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run a command in the test's folder, in this process; the JSON it writes fits its schema."""
    monkeypatch.chdir(tmp_path)
    # Whoever runs the tests may say how wide a terminal is; here is none.
    monkeypatch.delenv("COLUMNS", raising=False)

    def run(*args: str) -> Ran:
        capsys.readouterr()
        with pytest.raises(SystemExit) as exited:
            main(args, prog_name="spanf1")
        out, err = capsys.readouterr()
        if exited.value.code in (None, 0, 1) or out:
            check_written(args, out)
        return Ran(exited.value.code or 0, out, err)

    return run
