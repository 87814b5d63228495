"""The forecast of a case: of each stage for its own months, put together."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

import pandas as pd

from estimator.forecasting import Forecast, compute_forecast
from estimator.inventory import Inventory
from estimator.inventory.changes import Stage
from estimator.months import Months
from estimator.scenarios.cases import Case
from estimator.scenarios.pairing import stack
from estimator.volume.model import Model
from pricing.rates import RateTable


@dataclass(frozen=True, eq=False, repr=False)
class CaseForecast:
    """The requests and costs of a case, month by month.

    Attributes
    ----------
    case : Case
    monthly : DataFrame
        A row per month with the totals of a forecast.
    rows : DataFrame
        The charges frame with `cost_charged` and `cost_exempt`, both interpretations of F5.
    notices : tuple of str
    """

    case: Case
    monthly: pd.DataFrame
    rows: pd.DataFrame
    notices: tuple[str, ...]

    @classmethod
    def from_forecasts(cls, case: Case, forecasts: Sequence[Forecast]) -> CaseForecast:
        """Put the forecasts of a case's stages one after the other."""
        rows = [_both_interpretations(forecast) for forecast in forecasts]
        notices = (notice for forecast in forecasts for notice in forecast.notices)
        return cls(
            case=case,
            monthly=pd.concat([forecast.monthly for forecast in forecasts], ignore_index=True),
            rows=rows[0] if len(rows) == 1 else stack(rows),
            notices=tuple(dict.fromkeys(notices)),
        )

    @property
    def name(self) -> str:
        """The name of the case."""
        return self.case.name

    @cached_property
    def totals(self) -> dict[str, float]:
        """The sums of `monthly` over the whole span."""
        return {
            name: math.fsum(self.monthly[name]) for name in self.monthly.columns if name != "month"
        }


def forecast_case(
    case: Case, months: Months, by: tuple[str, ...], table: RateTable, discount: float
) -> CaseForecast:
    """Forecast each stage for its own months: before its first day the one before it holds."""
    forecasts = [
        compute_forecast(Model(inventory, span), table, discount, by)
        for inventory, span in _spans(case.changed.stages, months)
    ]
    return CaseForecast.from_forecasts(case, forecasts)


def _spans(stages: tuple[Stage, ...], months: Months) -> Iterator[tuple[Inventory, Months]]:
    """Each stage that holds in some months: its inventory, and these months."""

    def stage_in(month: datetime.date) -> int:
        return max(
            index
            for index, stage in enumerate(stages)
            if stage.start is None or stage.start <= month
        )

    for index, firsts in groupby(months.firsts[:-1], key=stage_in):
        span = list(firsts)
        inventory = stages[index].inventory
        if inventory.growth.as_of is None and len(span) < months.count:
            # growth counts from the first month of all, not from the first of this stage
            growth = inventory.growth.model_copy(update={"as_of": months.firsts[0]})
            inventory = replace(inventory, growth=growth)
        yield inventory, Months(span[0], len(span))


def _both_interpretations(forecast: Forecast) -> pd.DataFrame:
    chosen, other = forecast.rows["cost"], forecast.rows["cost_other_reading"]
    is_exempt = forecast.inventory.cloudtrail_writes == "exempt"
    charged, exempt = (other, chosen) if is_exempt else (chosen, other)
    return forecast.rows.assign(cost_charged=charged, cost_exempt=exempt)
