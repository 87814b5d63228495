"""Changes between two rate tables, and what they mean in money."""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from estimator.forecasting import Forecast, forecast
from estimator.forecasting.copy_charges import OPERATION
from estimator.inventory import Inventory, load_inventory
from estimator.months import read_months
from pricing.changes import RateChange, big_moves, changes
from pricing.notebook import NotebookResult
from pricing.offers import load_any_rates
from pricing.rates import RateTable, load_cloudtrail_rates, load_rates
from pricing.reading.problems import Problem, RateError
from pricing.reading.written_days import read_day_option

SHIPPED = "shipped"


@dataclass(frozen=True, eq=False)
class RatesDiff(NotebookResult):
    """The differences of the rates `b` from the rates `a`.

    Attributes
    ----------
    names : (str, str)
        The two, as they were given.
    currency : str
        Code of the currency of both.
    changes : tuple of RateChange
        Every rate and free quantity that is not the same.
    forecasts : (Forecast, Forecast) or None
        An inventory under either table, where one was given.
    """

    names: tuple[str, str]
    currency: str
    changes: tuple[RateChange, ...]
    forecasts: tuple[Forecast, Forecast] | None

    @property
    def months(self) -> list[dict[str, Any]]:
        """Each month's cost under either table and the difference, none without an inventory.

        Beside them the same under both interpretations of who pays for CloudTrail's writes.
        """
        if self.forecasts is None:
            return []
        pairs = zip(
            *(forecast.monthly.to_dict("records") for forecast in self.forecasts), strict=True
        )
        return [{"month": str(a["month"]), **self._compare(a, b)} for a, b in pairs]

    @property
    def totals(self) -> dict[str, Any]:
        """The same for all months together; empty without an inventory."""
        if self.forecasts is None:
            return {}
        a, b = self.forecasts
        return self._compare(a.totals, b.totals)

    def _compare(self, a: Mapping[Any, Any], b: Mapping[Any, Any]) -> dict[str, Any]:
        cost = f"cost_{self.currency.lower()}"
        names = [cost, f"{cost}_writes_charged", f"{cost}_writes_exempt"]
        names += [f"{cost}_cloudtrail_events{end}" for end in ("", "_others", "_high")]
        row: dict[str, Any] = {}
        for name in names:
            known = not (math.isnan(a[name]) or math.isnan(b[name]))
            row[f"{name}_a"] = float(a[name]) if not math.isnan(a[name]) else None
            row[f"{name}_b"] = float(b[name]) if not math.isnan(b[name]) else None
            row[f"{name}_difference"] = float(b[name] - a[name]) if known else None
        row["relative_difference"] = float(b[cost] / a[cost] - 1) if a[cost] else None
        return row

    @property
    def other_interpretation_line(self) -> str:
        """The line that stands beside every cost: both totals under the other interpretation."""
        if self.forecasts is None:
            return ""
        a, b = self.forecasts
        return f"{b.other_interpretation_line}; with the rates of {self.names[0]} {_other_total(a)}"

    @property
    def notices(self) -> tuple[str, ...]:
        """A notice for each rate that moved by more than half."""
        moves = big_moves(self.changes, self.currency)
        return tuple(f"{move}: moved by more than half; check it" for move in moves)

    def __repr__(self) -> str:
        first, other = self.names
        return f"<RatesDiff {first} and {other}: {len(self.changes):,} rates differ>"

    def to_dict(self) -> dict[str, Any]:
        """The difference as documented JSON: a, b, currency, changes, months, totals, notices."""
        notices = [*self.notices, *([self.other_interpretation_line] if self.forecasts else [])]
        return {
            "a": self.names[0],
            "b": self.names[1],
            "currency": self.currency,
            "changes": [
                {
                    **dataclasses.asdict(change),
                    "change": change.change,
                    "more_than_half": change.is_big,
                }
                for change in self.changes
            ],
            "months": self.months,
            "totals": self.totals,
            "notices": notices,
        }


def rates_diff(
    a: RateTable | str | Path,
    b: RateTable | str | Path,
    inventory: Inventory | str | Path | None = None,
    start: str | datetime.date | None = None,
    months: int = 12,
    on: str | datetime.date | None = None,
) -> RatesDiff:
    """Compare the rates `b` with the rates `a`, and what the difference means in money.

    Parameters
    ----------
    a, b : RateTable or path
        Rate tables, AWS Price List offer files, or ``shipped`` for the tables that come along.
    inventory : Inventory or path, optional
        Who has what: the forecast under either.
    start : str or date, optional
        First month of the forecasts, as ``2026-11``. Default: the current month, UTC.
    months : int
        How many. [month]
    on : str or date, optional
        Compare the rates in force on this day. Default: the newest of either.

    Raises
    ------
    KmscostError
        A file is wrong, the currencies differ, or a table has no rate for what the inventory uses.
    """
    # also where nothing is forecast: a wrong option is not for somebody else to find
    read_months(start, months)
    day = read_day_option(on)
    names = (_name(a), _name(b))
    first, second = _tables(a, b)
    if first.currency != second.currency:
        found = f"{first.currency} in {names[0]}, {second.currency} in {names[1]}"
        fix = "no exchange rate is known: compare tables of one currency"
        raise RateError(Problem(names[1], None, "currency", found, "one currency", fix))
    forecasts = None
    if inventory is not None:
        estate = inventory if isinstance(inventory, Inventory) else load_inventory(inventory)
        forecasts = (
            forecast(estate, start, months, rates=_complete(first)),
            forecast(estate, start, months, rates=_complete(second)),
        )
    return RatesDiff(names, first.currency, changes(first, second, day), forecasts)


def _name(rates: RateTable | str | Path) -> str:
    return rates.path if isinstance(rates, RateTable) else str(rates)


def _tables(a: RateTable | str | Path, b: RateTable | str | Path) -> tuple[RateTable, RateTable]:
    """Both tables; the shipped one has what the other one has."""
    read = [
        rates
        if isinstance(rates, RateTable)
        else None
        if str(rates) == SHIPPED
        else load_any_rates(rates)
        for rates in (a, b)
    ]
    first, second = read
    return first or _shipped_like(second), second or _shipped_like(first)


def _shipped_like(like: RateTable | None) -> RateTable:
    """The shipped tables, as far as they are of the same services as another one."""
    # a table of CloudTrail alone against all of KMS would show every rate as removed
    kms, events = load_rates(), load_cloudtrail_rates()
    if like is None or not _counts_events(like):
        return kms
    if any(meter.unit != "event" for meter in like.meters):
        return kms.model_copy(update={"meters": (*kms.meters, *events.meters)})
    return events


def _complete(table: RateTable) -> RateTable:
    """A table that prices KMS requests: one of CloudTrail alone takes the shipped rates."""
    if not _counts_events(table) or any(meter.unit != "event" for meter in table.meters):
        return table
    kms = load_rates()
    return kms.model_copy(update={"meters": (*kms.meters, *table.meters)}).read_from(table.path)


def _counts_events(table: RateTable) -> bool:
    return any(OPERATION in meter.operations for meter in table.meters)


def _other_total(forecast: Forecast) -> str:
    """The total under the other interpretation, without its source."""
    return forecast.other_interpretation_line.split(" total is ", 1)[1].split(" (source", 1)[0]
