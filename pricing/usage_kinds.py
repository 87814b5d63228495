"""The kinds of row that a usage has: month, operation, billed Region and spec, with their rate."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from pricing.meters import SYMMETRIC, Meter, Version
from pricing.rates import RateTable

IntArray = npt.NDArray[np.int64]
# month, operation, billed Region, spec of the key
Kind: TypeAlias = tuple[pd.Period, str, str, str]


class RateInForce(NamedTuple):
    """The meter, its version and its prices for an operation in a Region and month."""

    meter: Meter
    version: Version
    steps: tuple[tuple[float, float], ...]  # upper bound and price of each tier [currency/unit]


def find_kinds(usage: pd.DataFrame) -> tuple[list[Kind], IntArray]:
    """The different (month, operation, billed Region, spec), and which of them each row is.

    Usage that tells no `key_spec` is of symmetric keys.
    """
    names = ["month", "operation", "billed_region", *(["key_spec"] if "key_spec" in usage else [])]
    columns = [pd.factorize(usage[name]) for name in names]
    first, kind_of = group_rows(*(codes for codes, _ in columns))
    kinds = zip(*(values.take(codes[first]) for codes, values in columns), strict=True)
    if "key_spec" in usage:
        return list(kinds), kind_of
    return [(*kind, SYMMETRIC) for kind in kinds], kind_of


def group_rows(*columns: IntArray) -> tuple[IntArray, IntArray]:
    """The first row of each different combination of codes, and which of them each row is.

    Combinations are numbered as they first come. Not by groupby: pandas makes an index of every
    column first, ten times the work on a few rows, and far slower on millions.
    """
    code, combinations = np.zeros(len(columns[0]), dtype=np.int64), 1
    for codes in columns:
        size = int(codes.max(initial=0)) + 1
        # the next product must fit into 64 bits, so what there is is numbered anew
        if combinations * size > 2**62:
            code, found = pd.factorize(code)
            combinations = len(found)
        code, combinations = code * size + codes, combinations * size
    group, found = pd.factorize(code)
    first = np.zeros(len(found), dtype=np.int64)
    # of several assignments to one place the last one stays: backwards that is the first row
    first[group[::-1]] = np.arange(len(code))[::-1]
    return first, group.astype(np.int64)


def find_rate(
    table: RateTable, month: pd.Period, operation: str, region: str, key_spec: str = SYMMETRIC
) -> RateInForce:
    """The rate of one kind of row."""
    meter = table.meter(operation, key_spec)
    version, rate = table.rate(meter, region, month.start_time.date())
    steps = tuple((bound, price / meter.per) for bound, price in rate.steps)
    return RateInForce(meter, version, steps)
