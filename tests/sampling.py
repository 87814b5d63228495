"""How many random cases a test draws: all, or a fraction where the same suite runs once more.

`.ci/run` runs the suite three times, with other libraries each time: the laws themselves are held
over all cases once, and with the other libraries over a part of them. `KMSCOST_FEWER=4` draws a
quarter, and `tests/conftest.py` then takes a quarter of a test's cases where it has many.
"""

from __future__ import annotations

import os

FEWER = int(os.environ.get("KMSCOST_FEWER", "1"))
_LEAST = 2  # one case is no sample


def cases(count: int) -> int:
    """Return how many of so many cases are drawn."""
    return max(min(count, _LEAST), count // FEWER)


def seeds(start: int, stop: int | None = None) -> range:
    """Return the seeds of `range(start, stop)` that are drawn: the first ones."""
    first, end = (0, start) if stop is None else (start, stop)
    return range(first, first + cases(end - first))
