"""Units of a bill's amounts: of how many requests, keys or events each is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from estimator.measurement.unreadable import UnreadableError

# FOCUS 1.0 to 1.2, "Unit Format": a whole number before the unit, such as "1000 Tokens", says how
# many one is (checked 2026-11-29); other tools shorten it
_SCALED = re.compile(r"(?:per )?(\d{1,3}(?:,\d{3})+|\d+)\s*([km]?)\s+[a-z][^\d]*", re.IGNORECASE)
_SHORT = {"": 1, "k": 1_000, "m": 1_000_000}
# a key-month is the share of its month: hours and days of one are other amounts
_OF_TIME = re.compile(r"hours?\b|hrs?\b|days?\b|minutes?\b|seconds?\b", re.IGNORECASE)


def unit_scale(unit: str) -> int:
    """How many requests, key-months or events one of a unit is.

    >>> unit_scale("Requests"), unit_scale("10000 Requests"), unit_scale("10K requests")
    (1, 10000, 10000)
    >>> unit_scale(""), unit_scale("per 100,000 events")
    (1, 100000)

    Raises
    ------
    UnreadableError
        It is a time, or has a number that is not understood.
    """
    scaled = _SCALED.fullmatch(unit.strip())
    if _OF_TIME.search(unit) or (scaled is None and any(map(str.isdigit, unit))):
        raise UnreadableError(
            f"amounts in {unit[:40]!r}",
            "requests, key-months or events",
            "export the bill with AWS's own units",
        )
    return _scale(scaled) if scaled else 1


def scales_of(units: Iterable[str]) -> dict[str, int]:
    """Those of the units that are of several requests, keys or events each, and of how many."""
    scaled = {unit: found for unit in units if (found := _SCALED.fullmatch(unit.strip()))}
    return {unit: scale for unit, found in scaled.items() if (scale := _scale(found)) > 1}


def _scale(scaled: re.Match[str]) -> int:
    return int(scaled[1].replace(",", "")) * _SHORT[scaled[2].casefold()]
