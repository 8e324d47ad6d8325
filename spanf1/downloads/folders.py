"""Where fetched files are kept: the cache folder of the platform."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping


def cache_folder(
    environ: Mapping[str, str] = os.environ, platform: str = sys.platform, home: str = "~"
) -> str:
    r"""Return the folder that fetched files are kept in; it may not be there yet.

    It is what ``SPANF1_CACHE`` says; else ``spanf1`` in ``XDG_CACHE_HOME`` (if that is an absolute
    path, as its rules want) or in ``~/.cache``; on macOS ``~/Library/Caches/spanf1``, on Windows
    ``%LOCALAPPDATA%\spanf1\Cache``.
    """
    home = os.path.expanduser(home)
    if given := environ.get("SPANF1_CACHE"):
        return os.path.abspath(os.path.expanduser(given))
    if platform == "win32":
        local = environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
        return os.path.join(local, "spanf1", "Cache")
    if platform == "darwin":
        return os.path.join(home, "Library", "Caches", "spanf1")
    base = environ.get("XDG_CACHE_HOME", "")
    return os.path.join(base if os.path.isabs(base) else os.path.join(home, ".cache"), "spanf1")
