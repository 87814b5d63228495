"""The forecast of a case: its stages one after the other, and two cases side by side.

Each stage is forecast for its own months. Side by side, the same group of either is one row.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from estimator.forecasting import Forecast, compute_forecast
from estimator.inventory import Inventory
from estimator.inventory.changes import Stage
from estimator.months import Months
from estimator.scenarios.cases import Case
from estimator.volume.model import Model
from pricing.rates import RateTable

# who causes a request: the cause tells a trail from a reader, and both from a key of the same name
KINDS = {
    "put": "trail",
    "digest": "trail",
    "check": "trail",
    "get": "reader",
    "replication": "reader",
    "key": "key",
}


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


def stack(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Put frames of the same columns one below the other; categories stay categories."""
    joined: dict[str, object] = {}
    for name in frames[0].columns:
        columns = [frame[name] for frame in frames]
        if isinstance(columns[0].dtype, pd.CategoricalDtype):
            joined[name] = union_categoricals([_of_text(column) for column in columns])
        else:
            joined[name] = pd.concat(columns, ignore_index=True).array
    return pd.DataFrame(joined)


def _of_text(column: pd.Series[Any]) -> pd.Categorical[str]:
    """A column whose categories are text; of a frame without any row pandas makes them objects."""
    texts = pd.Index(column.cat.categories, dtype="str")
    return pd.Categorical.from_codes(column.cat.codes.to_numpy(), categories=texts)


def pair_sides(
    base: pd.DataFrame, other: pd.DataFrame, keys: Sequence[str], sums: Sequence[str]
) -> pd.DataFrame:
    """A row for each group that one of two frames has, with the sums of both sides.

    Returns
    -------
    DataFrame
        The columns of `keys`, then for each of `sums` the base's as `NAME_base` and the other's as
        `NAME`; zero where a side has no such group.
    """
    columns = [*keys, *sums]
    whole = stack([base[columns], other[columns]])
    is_base = np.arange(len(whole)) < len(base)
    names = []
    for name in sums:
        values = whole[name].to_numpy(dtype=np.float64)
        whole[f"{name}_base"] = np.where(is_base, values, 0.0)
        whole[name] = np.where(is_base, 0.0, values)
        names += [f"{name}_base", name]
    if not keys:
        return whole[names].sum().to_frame().T
    frame: pd.DataFrame = (
        whole[[*keys, *names]]
        .groupby(list(keys), observed=True, sort=False, as_index=False)[names]
        .sum()
    )
    return frame


def with_drivers(rows: pd.DataFrame) -> pd.DataFrame:
    """Charges with `kind`, what sort of thing the driver is, and `requests` apart from keys."""
    cause = rows["cause"].astype("category")
    kind = pd.Series(cause.cat.categories).map(KINDS).to_numpy(dtype=object)
    words = list(dict.fromkeys(KINDS.values()))
    code_of = np.array([words.index(name) for name in kind], dtype=np.int8)
    codes = code_of[cause.cat.codes.to_numpy()] if len(rows) else np.zeros(0, dtype=np.int8)
    is_request = (rows["unit"] == "request").to_numpy()
    return rows.assign(
        kind=pd.Categorical.from_codes(codes, pd.Index(words)),
        requests=np.where(is_request, rows["quantity"], 0.0),
    )
