"""Warnings: their categories, their words, and the line of the caller's that they point at."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Collection, Iterable
from importlib import import_module

_PACKAGE = __name__.rpartition(".")[0]

#: how many tags a warning names
_NAMED = 8


class UndefinedMetricWarning(UserWarning):
    """A score is 0/0: where there is no scikit-learn, which has a class of this name."""


def undefined_metric_warning() -> type[Warning]:
    """Return scikit-learn's `UndefinedMetricWarning`, or our own where there is none.

    The import takes longer than most scores do, so it waits until there is something to say. A
    broken scikit-learn, which may raise whatever it likes, is as good as none.
    """
    try:
        category: type[Warning] = import_module("sklearn.exceptions").UndefinedMetricWarning
    except Exception:
        return UndefinedMetricWarning
    return category


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn, at the line that called into this package."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)


def warn_undefined(messages: Iterable[str]) -> None:
    """Warn of scores that are 0/0, once for each message."""
    for message in dict.fromkeys(messages):
        warn(message, undefined_metric_warning())


def warn_no_tags(tags: Collection[str]) -> None:
    """Warn, once, of tags that are none."""
    if tags:
        named = [tag or "''" for tag in tags][:_NAMED]
        rest = len(tags) - len(named)
        several = " each" if len(tags) > 1 else ""
        more = f" and {rest} more" if rest else ""
        warn(f"{', '.join(named)}{more}{several} seems not to be NE tag.")
