"""Changes to an inventory, and forecasts compared."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from estimator.forecasting import forecast, grain
from estimator.frames import DEFAULT_GRAIN, KEYS
from estimator.inventory import Inventory
from estimator.months import Months
from estimator.scenarios.cases import Other, read_cases
from estimator.scenarios.comparison import Comparison
from estimator.scenarios.course import Course, course_of
from estimator.scenarios.reading import read_set
from estimator.scenarios.scenario import Change, Scenario, ScenarioDocument, ScenarioError
from estimator.volume.readers import kind_of
from pricing.rates import RateTable, load_rates

__all__ = [
    "Change",
    "Comparison",
    "Scenario",
    "ScenarioDocument",
    "ScenarioError",
    "compare",
]

_MOST = 8


def compare(
    base: Inventory | str | Path,
    other: Other | Sequence[Other] = (),
    start: str | datetime.date | None = None,
    months: int = 12,
    by: str | Sequence[str] | None = None,
    set: str | Sequence[str] | Mapping[str, Any] | None = None,  # noqa: A002 (as --set)
    rates: RateTable | str | Path | None = None,
    discount: float = 0.0,
) -> Comparison:
    """What other inventories or scenarios cost more or less than the base.

    Parameters
    ----------
    base : path or Inventory
        The inventory that all others are compared with, and that scenarios change.
    other : path, Inventory, Scenario, mapping, or several of them
        Another inventory, or scenarios: the path of a scenario file, or one scenario as a mapping
        of its keys (docs/compare.md).
    start : str or date, optional
        First month, as ``2026-11``. Default: the current month, UTC.
    months : int
        How many. [month]
    by : str or sequence of str, optional
        Columns of the rows, as in `forecast`. Totals do not depend on it.
    set : str, sequence of str, or mapping, optional
        ``PATH=VALUE``, made on top of each other, or alone a scenario of its own.
    rates : RateTable or path, optional
        A rate table of your own. Default: the shipped AWS KMS table.
    discount : float
        Share taken off every KMS rate, 0 to 1. [-]

    Returns
    -------
    Comparison
        Totals, months, drivers and rows of each, and their differences.

    Raises
    ------
    KmscostError
        An inventory, a scenario or the rate table is wrong, or a rate is missing.
    """
    table = rates if isinstance(rates, RateTable) else load_rates(rates)
    columns = grain(by)
    others = [other] if isinstance(other, Inventory | Scenario | Mapping | str | Path) else other
    cases = read_cases(base, others, read_set(set))

    fine = tuple(name for name in KEYS if name in DEFAULT_GRAIN or name in columns)
    told = forecast(cases[0].inventory, start, months, fine, table, discount)
    span = told.months
    first = Course.of(cases[0], [told])
    courses = tuple(course_of(case, span, fine, table, discount) for case in cases[1:])
    return Comparison(
        base=first,
        others=courses,
        months=span,
        by=columns,
        table=table,
        discount=discount,
        notices=(*first.notices, *_notices(first, courses, span)),
    )


def _notices(base: Course, others: Sequence[Course], months: Months) -> Iterator[str]:
    """What a case alone has to say, and changes that change nothing."""
    for other in others:
        said = [*other.case.made.notices]
        said += [notice for notice in other.notices if notice not in base.notices]
        last = months.firsts[-1]
        for stage in other.case.made.stages:
            if stage.start is not None and stage.start >= last:
                said.append(
                    f"what begins in {stage.start:%Y-%m} changes nothing: the last month is "
                    f"{months.labels[-1]}"
                )
        if other.case.made.said and other.monthly.equals(base.monthly):
            said.append("its changes make no difference to any number")
        said += _look_back(other, last)
        yield from (f"{other.name}: {notice}" for notice in said)


def _look_back(other: Course, last: datetime.date) -> Iterator[str]:
    """Readers of older files are counted as if what is dated had always been so."""
    dated = [one for one in other.case.made.stages if one.start is not None and one.start < last]
    readers = [one.name for one in other.case.inventory.readers if kind_of(one).looks_back]
    if dated and readers:
        yield (
            f"from {dated[0].start:%Y-%m} on, what {', '.join(readers[:_MOST])} reads of older "
            "files is counted as if they were newer too (a Bucket Key covers new objects only)"
        )
