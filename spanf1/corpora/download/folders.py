"""Where fetched files are kept: the cache folder of the platform."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from spanf1.exceptions import UsageError


def cache_folder(
    environ: Mapping[str, str] = os.environ, platform: str = sys.platform, home: str = "~"
) -> str:
    r"""Return the folder that fetched files are kept in; it may not be there yet.

    It is what ``SPANF1_CACHE`` says; else ``spanf1`` in ``XDG_CACHE_HOME`` (if that is an absolute
    path, as its rules want) or in ``~/.cache``; on macOS ``~/Library/Caches/spanf1``, on Windows
    ``%LOCALAPPDATA%\spanf1\Cache``.

    Raises
    ------
    UsageError
        If it would be in the home folder, and there is none.
    """
    if given := environ.get("SPANF1_CACHE"):
        return os.path.abspath(os.path.expanduser(given))
    if platform == "win32":
        local = environ.get("LOCALAPPDATA") or os.path.join(
            _home(home, environ), "AppData", "Local"
        )
        return os.path.join(local, "spanf1", "Cache")
    if platform == "darwin":
        return os.path.join(_home(home, environ), "Library", "Caches", "spanf1")
    base = environ.get("XDG_CACHE_HOME", "")
    base = base if os.path.isabs(base) else os.path.join(_home(home, environ), ".cache")
    return os.path.join(base, "spanf1")


def _home(home: str, environ: Mapping[str, str]) -> str:
    found = os.path.expanduser(home)
    # An empty HOME would stand for the root of all folders.
    if environ.get("HOME") == "" or not os.path.isabs(found):
        hint = "SPANF1_CACHE, or --to, names a folder"
        raise UsageError("there is no home folder to keep files in", hint=hint)
    return found
