"""What an export is of: an inventory, forecast now, or a forecast that was made already."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from estimator.forecasting import Forecast, forecast
from estimator.inventory import Inventory
from estimator.volume.columns import grain, key_columns
from pricing.rates import RateTable
from pricing.reading.problems import Problem, UsageError

# an inventory or its path; a forecast brings its own months, rates and discount
Source = Inventory | Forecast | str | Path


def forecast_of(
    source: Source,
    start: str | datetime.date | None,
    months: int,
    by: str | Sequence[str] | None,
    rates: RateTable | str | Path | None,
    discount: float,
    needed: Sequence[str] = (),
) -> Forecast:
    """The forecast to export, its rows told apart by the columns of `by` and those `needed`.

    Raises
    ------
    KmscostError
        The inventory or an option is wrong; or a forecast was given, which has its own, and an
        option beside it.
    """
    if isinstance(source, Forecast):
        refuse_beside_forecast(start=start, rates=rates, discount=discount or None)
        wanted = _columns(source.by if by is None else grain(by), needed)
        if wanted == source.by:
            return source
        span = source.months
        return forecast(
            source.inventory, span.start, span.count, wanted, source.table, source.discount
        )
    return forecast(source, start, months, _columns(grain(by), needed), rates, discount)


def refuse_beside_forecast(**given: object) -> None:
    """Options beside a forecast that was made already would count for nothing."""
    for name, value in given.items():
        if value is not None:
            expected = "a forecast alone: it has its own months, rates and discount"
            raise UsageError(Problem(name, None, "", repr(value), expected, ""))


def _columns(asked: Sequence[str], needed: Sequence[str]) -> tuple[str, ...]:
    return key_columns((*asked, *needed))
