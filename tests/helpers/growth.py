"""How time and memory grow with an input."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable


def assert_time_is_linear(task: Callable[[int], object], few: int) -> None:
    """Assert that eight times as much takes less than twenty times as long: not sixty-four.

    Parameters
    ----------
    task : callable
        Is called with how much there is to do.
    few : int
        So much that a quadratic part would be seen.
    """

    def seconds(amount: int) -> float:
        start = time.process_time()
        task(amount)
        return time.process_time() - start

    task(few)
    # The least of several: what else the machine does only adds.
    shorter, longer = (min(seconds(amount) for _ in range(3)) for amount in (few, 8 * few))
    assert longer < 20 * shorter


def peak(task: Callable[[], object]) -> int:
    """Return the bytes of Python and NumPy that a task had at most."""
    tracemalloc.start()
    try:
        task()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
