"""Which tagging scheme one side's tags are in, and what in them does not fit it."""

from __future__ import annotations

from collections import Counter

from spanf1.schemes import OTHER, OUTSIDE, SAME, SCHEMES
from spanf1.spans import WELL_FORMED, end_faults, ends_of

_NEIGHBOUR_NAMES = {OUTSIDE: "O", SAME: "same type", OTHER: "other type"}


def fitting_schemes(
    shapes: Counter[int], prefixes: frozenset[str], preferred: str = ""
) -> list[str]:
    """Return the schemes that fit one side best, the likeliest first.

    A scheme fits the better the fewer spans are ill-formed in it, then the fewer prefixes occur
    that it does not have. Of several that fit alike, `preferred` comes first (the scheme of the
    other side), then the order of `SCHEMES`.

    Parameters
    ----------
    shapes : Counter of int
        How often each shape of span occurs.
    prefixes : frozenset of str
        Tag prefixes that occur, within spans too.
    preferred : str
        A scheme's name, or empty.
    """
    misfit = {
        name: (
            sum(count for shape, count in shapes.items() if not WELL_FORMED[name][shape]),
            len(prefixes - set(scheme.prefixes)),
        )
        for name, scheme in SCHEMES.items()
    }
    best = min(misfit.values())
    fitting = [name for name in SCHEMES if misfit[name] == best]
    return sorted(fitting, key=lambda name: name != preferred)


def fault(shape: int, scheme: str) -> str:
    """Return the transition that makes a span of this shape ill-formed, ``O → I`` for example.

    Of a span with both ends wrong, it is the one at its beginning.
    """
    ends = ends_of(shape)
    if end_faults(shape, scheme)[0]:
        return f"{_NEIGHBOUR_NAMES[ends.before]} → {ends.first}"
    return f"{ends.last} → {_NEIGHBOUR_NAMES[ends.behind]}"
