"""Advice: what an expert would try, applied and forecast again, the most saving first."""

from __future__ import annotations

import datetime
from pathlib import Path

from estimator.advice.baseline import Situation
from estimator.advice.evaluation import Trial, unchanged
from estimator.advice.ranking import ranked
from estimator.advice.result import Advice
from estimator.forecasting import forecast
from estimator.frames import DEFAULT_GRAIN
from estimator.inventory import Inventory
from estimator.scenarios.cases import read_base
from estimator.scenarios.course import Course
from pricing.rates import RateTable, load_rates
from pricing.reading.problems import DocumentError, Problem

__all__ = ["Advice", "advise"]


def advise(
    inventory: Inventory | str | Path,
    start: str | datetime.date | None = None,
    months: int = 12,
    rates: RateTable | str | Path | None = None,
    discount: float = 0.0,
) -> Advice:
    """What would save money, with what it loses, how to do it, and who says so.

    Everything is applied to the inventory and forecast again; nothing is estimated. What changes
    holds for all of the months.

    Parameters
    ----------
    inventory : path
        The inventory's YAML file: advice is a change to it, so what was read already is refused.
    start, months, rates, discount
        As for `estimator.forecast`.

    Returns
    -------
    Advice
        Pieces ranked by what they save a month, each with its changes for `estimator.compare`,
        and what all that go together save.

    Raises
    ------
    KmscostError
        As `estimator.forecast`.
    """
    opened = read_base(inventory)
    if opened.draft is None:
        raise DocumentError(
            Problem(
                "inventory",
                None,
                "",
                "an inventory that was read already",
                "its file, which advice is a change to",
                "give the path of its YAML file",
            )
        )
    table = rates if isinstance(rates, RateTable) else load_rates(rates)
    told = forecast(opened.inventory, start, months, DEFAULT_GRAIN, table, discount)
    base = Course.of(unchanged(opened), [told])
    trial = Trial(opened, base, told.months, table, discount)
    path = None if rates is None or isinstance(rates, RateTable) else str(rates)
    return Advice.of(told, ranked(Situation(told), trial), trial, path)
