"""Rows of the actuals frame as plain columns: logs are counted sooner than pandas loads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from estimator.frames import ACTUALS
from estimator.measurement.grain import ALWAYS, KEYS

if TYPE_CHECKING:
    import pandas as pd

_NO_QUANTITY = 1e-9  # rows of no quantity still say what they cover


class PlainRows:
    """A row for each combination of keys, in the order of the keys; what has no day comes last.

    Parameters
    ----------
    columns : mapping of str to sequence
        Columns of `estimator.frames.ACTUALS`, all of one length: dates or None as ``day``, texts,
        ``quantity`` [request] and ``coverage`` [0-1]. ``month`` comes from ``day``.
    """

    def __init__(self, columns: Mapping[str, Sequence[Any]]) -> None:
        months = [f"{day:%Y-%m}" if day else "" for day in columns["day"]]
        days = [f"{day:%Y-%m-%d}" if day else "" for day in columns["day"]]
        self._columns = _summed({**columns, "month": months, "day": days}, KEYS)

    def records(self, by: tuple[str, ...] | None) -> list[dict[str, Any]]:
        """The rows summed to the columns `by`, as documented JSON."""
        columns = self._by(by)
        names = list(columns)
        return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def frame(self, by: tuple[str, ...] | None) -> pd.DataFrame:
        """The rows summed to the columns `by`, as the actuals frame."""
        from estimator.measurement.frame_rows import typed

        return typed(self._by(by))

    def total(self) -> float:
        """All requests. [request]"""
        return math.fsum(self._columns["quantity"])

    def sums(self, column: str) -> dict[str, float]:
        """Requests for each value of a column. [request]"""
        told: dict[str, float] = {}
        for value, quantity in zip(self._columns[column], self._columns["quantity"], strict=True):
            told[value] = told.get(value, 0.0) + quantity
        return told

    def _by(self, by: tuple[str, ...] | None) -> dict[str, list[Any]]:
        return self._columns if by is None else _summed(self._columns, by)


def _summed(columns: Mapping[str, Sequence[Any]], by: tuple[str, ...]) -> dict[str, list[Any]]:
    """One row for each combination of keys; coverage as the mean over quantities."""
    wanted = {*by, *ALWAYS, *(("month",) if "day" in by else ())}
    keys = [name for name in KEYS if name in columns and name in wanted]
    groups: dict[tuple[Any, ...], list[float]] = {}
    told = zip(
        zip(*(columns[name] for name in keys), strict=True),
        columns["quantity"],
        columns["coverage"],
        strict=True,
    )
    for key, quantity, coverage in told:
        weight = quantity or _NO_QUANTITY
        group = groups.get(key)
        if group is None:
            groups[key] = [quantity, coverage * weight, weight]
        else:
            group[0] += quantity
            group[1] += coverage * weight
            group[2] += weight
    dated = [at for at, name in enumerate(keys) if name in ("day", "month")]
    order = sorted(groups, key=lambda key: (*(not key[at] for at in dated), key))
    found: dict[str, list[Any]] = {
        name: list(column) for name, column in zip(keys, zip(*order, strict=True), strict=False)
    } or {name: [] for name in keys}
    found["quantity"] = [groups[key][0] for key in order]
    found["coverage"] = [min(groups[key][1] / groups[key][2], 1.0) for key in order]
    return {one.name: found[one.name] for one in ACTUALS if one.name in found}
