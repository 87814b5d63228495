"""A document with each range at its mean: closed forms of lognormals, an integral for shares."""

import math
from functools import cache
from statistics import NormalDist
from typing import Any

from tests.oracle.assumptions import (
    is_range,
    read_growth,
    read_number,
    read_quantity,
    read_share,
)

Z95 = NormalDist().inv_cdf(0.95)
SHARES = ("bucket_key_saving", "share_of_files")
GROWTHS = ("accounts_per_year", "files_per_year")
# how fast a reader reads is no part of a cost
PACES = ("burst_seconds",)


def with_means(value: Any, name: str = "") -> Any:
    """The same document, or the same part of it, with a number in the place of each range."""
    if is_range(value):
        return value if name in PACES else find_mean(value, name)
    if isinstance(value, dict):
        return {key: with_means(each, key) for key, each in value.items()}
    return [with_means(each) for each in value] if isinstance(value, list) else value


def find_mean(value: dict[str, Any], name: str) -> float:
    """The mean of a range, by the kind of its key."""
    low, high = (float(read_number(value.get(end, value.get("mid")))) for end in ("low", "high"))
    if name in SHARES:
        return mean_share(low, float(read_share(value)), high)
    if name in GROWTHS:
        return mean_lognormal(1 + low, 1 + float(read_growth(value)), 1 + high) - 1
    return mean_lognormal(low, float(read_quantity(value)), high)


def mean_lognormal(low: float, mid: float, high: float) -> float:
    """Mid times e^(s^2 / 2) Phi(-s) of the half below, and e^(s^2 / 2) Phi(s) of that above."""
    if low == high:
        return mid
    below, above = math.log(mid / low) / Z95, math.log(high / mid) / Z95
    halves = ((below, below), (above, -above))
    return mid * sum(math.exp(s * s / 2) * math.erfc(edge / math.sqrt(2)) / 2 for s, edge in halves)


@cache
def mean_share(low: float, mid: float, high: float) -> float:
    """The share at each normal score times the density there, by Simpson's rule on either side."""
    if low == high:
        return mid
    ends = [math.log(share / (1 - share)) for share in (low, mid, high)]
    below, above = (ends[1] - ends[0]) / Z95, (ends[2] - ends[1]) / Z95
    count, most, total = 4000, 12.0, 0.0
    for number in range(count + 1):
        score = most * number / count
        weight = 1 if number in (0, count) else 4 if number % 2 else 2
        shares = sum(
            1 / (1 + math.exp(-end)) for end in (ends[1] - below * score, ends[1] + above * score)
        )
        total += weight * shares * math.exp(-score * score / 2)
    return total * most / count / 3 / math.sqrt(2 * math.pi)
