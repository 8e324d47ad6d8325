"""The folder of the project, and the data for tests that may lie beside it."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"


def shared(path: str) -> Path:
    """Return a path below ``../shared/data``; skip the test without it, or fail where CI is set."""
    if not SHARED.is_dir():
        reason = "../shared/data, the data for tests, is absent"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED / path
