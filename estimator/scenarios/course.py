"""The forecast of a case: of each stage for its own months, put together."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

import pandas as pd

from estimator.forecasting import Forecast, forecast
from estimator.inventory import Inventory
from estimator.months import Months
from estimator.scenarios.cases import Case
from estimator.scenarios.pairing import stacked
from estimator.scenarios.stages import Stage
from pricing.rates import RateTable


@dataclass(frozen=True, eq=False, repr=False)
class Course:
    """What a case costs, month by month.

    Attributes
    ----------
    case : Case
    monthly : DataFrame
        A row per month with the totals of a forecast.
    rows : DataFrame
        The charges frame with `cost_charged` and `cost_exempt`, both readings of F5.
    notices : tuple of str
    """

    case: Case
    monthly: pd.DataFrame
    rows: pd.DataFrame
    notices: tuple[str, ...]

    @classmethod
    def of(cls, case: Case, told: Sequence[Forecast]) -> Course:
        """The forecasts of a case's stages, one after the other."""
        rows = [_readings(one) for one in told]
        return cls(
            case=case,
            monthly=pd.concat([one.monthly for one in told], ignore_index=True),
            rows=rows[0] if len(rows) == 1 else stacked(rows),
            notices=tuple(dict.fromkeys(notice for one in told for notice in one.notices)),
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


def course_of(
    case: Case, months: Months, by: tuple[str, ...], table: RateTable, discount: float
) -> Course:
    """Forecast each stage for its own months: before its first day the one before it holds."""
    told = [
        forecast(inventory, first, count, by, table, discount)
        for inventory, first, count in _pieces(case.made.stages, months)
    ]
    return Course.of(case, told)


def _pieces(
    stages: tuple[Stage, ...], months: Months
) -> Iterator[tuple[Inventory, datetime.date, int]]:
    """Each stage that holds in some months: its inventory, its first month, how many."""

    def stage_in(month: datetime.date) -> int:
        return max(
            index for index, one in enumerate(stages) if one.start is None or one.start <= month
        )

    for index, firsts in groupby(months.firsts[:-1], key=stage_in):
        held = list(firsts)
        inventory = stages[index].inventory
        if inventory.growth.as_of is None and len(held) < months.count:
            # growth counts from the first month of the whole span, not of the piece
            growth = inventory.growth.model_copy(update={"as_of": months.firsts[0]})
            inventory = replace(inventory, growth=growth)
        yield inventory, held[0], len(held)


def _readings(told: Forecast) -> pd.DataFrame:
    chosen, other = told.rows["cost"], told.rows["cost_other_reading"]
    is_exempt = told.inventory.cloudtrail_writes == "exempt"
    charged, exempt = (other, chosen) if is_exempt else (chosen, other)
    return told.rows.assign(cost_charged=charged, cost_exempt=exempt)
