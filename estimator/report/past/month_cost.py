"""The cost of a month, billed and forecast, and a bill beside the forecast's range."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MonthCost:
    """The cost of the month: what is billed of it, and what is expected of the rest. [currency]

    `billed` is None where no bill tells it; then `rest` is the whole month. `is_open` where the
    bill does not tell its days: then `rest` is what the forecast has beyond it, and the month may
    cost any sum more.
    """

    billed: float | None
    rest: float
    is_open: bool = False

    @property
    def total(self) -> float:
        """Both together."""
        return (self.billed or 0.0) + self.rest

    @property
    def is_billed(self) -> bool:
        """True where a bill tells all of it."""
        return self.billed is not None and not self.rest and not self.is_open


@dataclass(frozen=True)
class BillRange:
    """A bill beside the forecast's 5th and 95th percentile of the same days. [currency]"""

    billed: float
    low: float
    high: float
    is_inside: bool
