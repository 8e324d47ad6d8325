"""The data for tests that lies beside the project, and what happens where it does not."""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared(path: str) -> Path:
    """Return a path below ``../shared/data``; skip the test without it, or fail where CI is set."""
    if not SHARED.is_dir():
        reason = "../shared/data, the data for tests, is absent"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED / path
