"""Changes to an inventory, and forecasts compared."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from estimator.figures import listed
from estimator.frames import DEFAULT_GRAIN
from estimator.inventory import Inventory
from estimator.inventory.changes import (
    Change,
    Scenario,
    ScenarioError,
    Settings,
    change_inventory,
    read_settings,
)
from estimator.months import Months, read_months
from estimator.scenarios.case_forecast import CaseForecast, forecast_case
from estimator.scenarios.cases import Other, read_cases
from estimator.scenarios.comparison import Comparison
from estimator.scenarios.scenario_files import ScenarioDocument
from estimator.volume.columns import check_groups, grain, key_columns
from estimator.volume.readers import kind_of
from pricing.rates import RateTable, load_rates

__all__ = [
    "Change",
    "Comparison",
    "Scenario",
    "ScenarioDocument",
    "ScenarioError",
    "change_inventory",
    "compare",
]

_MOST = 8


def compare(
    base: Inventory | str | Path,
    other: Other | Sequence[Other] = (),
    start: str | datetime.date | None = None,
    months: int = 12,
    by: str | Sequence[str] | None = None,
    set: Settings | None = None,  # noqa: A002 (as --set)
    rates: RateTable | str | Path | None = None,
    discount: float = 0.0,
) -> Comparison:
    """Compare other inventories or scenarios with a base: requests, cost, and why they differ.

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
        ``PATH=VALUE``, set on top of each of `other`, or alone a scenario of its own.
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
    cases = read_cases(base, others, read_settings(set))

    check_groups(columns, [stage.inventory for case in cases for stage in case.changed.stages])

    # rows tell drivers apart whatever `by` asks for: effects are those of drivers
    fine = key_columns((*DEFAULT_GRAIN, *columns))
    span = read_months(start, months)
    first, *rest = (forecast_case(case, span, fine, table, discount) for case in cases)
    return Comparison(
        base=first,
        others=tuple(rest),
        months=span,
        by=columns,
        table=table,
        discount=discount,
        notices=(*first.notices, *_notices(first, rest, span)),
    )


def _notices(base: CaseForecast, others: Sequence[CaseForecast], months: Months) -> Iterator[str]:
    """Notices of each case alone, and of changes that change nothing."""
    last = months.firsts[-1]
    for other in others:
        changed = other.case.changed
        notices = [*changed.notices]
        notices += [notice for notice in other.notices if notice not in base.notices]
        notices += [
            f"what begins in {stage.start:%Y-%m} changes nothing: the last month is "
            f"{months.labels[-1]}"
            for stage in changed.stages
            if stage.start is not None and stage.start >= last
        ]
        if changed.descriptions and other.monthly.equals(base.monthly):
            notices.append("its changes make no difference to any number")
        notices += _look_back(other, last)
        yield from (f"{other.name}: {notice}" for notice in notices)


def _look_back(other: CaseForecast, last: datetime.date) -> Iterator[str]:
    """The notice that readers of older files are counted as if a dated change always held."""
    starts = [
        stage.start
        for stage in other.case.changed.stages
        if stage.start is not None and stage.start < last
    ]
    readers = [reader.name for reader in other.case.inventory.readers if kind_of(reader).looks_back]
    if starts and readers:
        yield (
            f"from {starts[0]:%Y-%m} on, what {listed(readers, _MOST)} reads of older "
            "files is counted as if they were newer too (a Bucket Key covers new objects only)"
        )
