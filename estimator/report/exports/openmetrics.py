"""A forecast as OpenMetrics text: for a Pushgateway, or a textfile collector."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from estimator.forecasting import Forecast
from estimator.report.exports import Source, forecast_of
from estimator.volume.columns import key_columns
from pricing.notebook import NotebookResult
from pricing.rates import RateTable


@dataclass(frozen=True, eq=False, repr=False)
class Metrics(NotebookResult):
    """OpenMetrics text, and what to know of it."""

    text: str
    notices: tuple[str, ...]

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Metrics: {self.text.count(chr(10)):,} lines>"


def export_prometheus(
    inventory: Source,
    start: str | datetime.date | None = None,
    months: int = 12,
    by: str | Sequence[str] | None = None,
    rates: RateTable | str | Path | None = None,
    discount: float = 0.0,
) -> Metrics:
    """A forecast as OpenMetrics text: gauges with the columns of `by` as labels.

    Parameters
    ----------
    inventory : Inventory, path or Forecast
        A forecast brings its own months, rates and discount.
    start, months, by, rates, discount
        As of `estimator.forecast`.

    Returns
    -------
    Metrics
        `str` of it is the text. The month is a label: samples have no timestamps, which a
        Pushgateway refuses and which lie in the future.

    Raises
    ------
    KmscostError
        As `estimator.forecast`.
    """
    forecast = forecast_of(inventory, start, months, by, rates, discount)
    text = "\n".join([*_families(forecast), "# EOF", ""])
    return Metrics(text, (*forecast.notices, forecast.other_interpretation_line))


def _families(forecast: Forecast) -> Iterator[str]:
    rows, currency = forecast.rows, forecast.currency
    code, reading = currency.lower(), forecast.inventory.cloudtrail_writes
    other = "charged" if reading == "exempt" else "exempt"
    requests, keys = (rows[rows["unit"] == unit] for unit in ("request", "key-month"))
    yield from _family(
        "kmscost_forecast_requests",
        "requests",
        "KMS API requests in the month",
        requests,
        "quantity",
    )
    yield from _family(
        "kmscost_forecast_free_requests",
        "requests",
        "those that cost nothing: free tier, or exempt",
        requests,
        "free",
    )
    yield from _family(
        "kmscost_forecast_key_months", "key_months", "customer managed keys", keys, "quantity"
    )
    yield from _family(
        f"kmscost_forecast_cost_{code}",
        code,
        "cost of requests and keys in the month",
        rows,
        "cost",
        {"cloudtrail_writes": reading},
    )
    yield from _family(
        f"kmscost_forecast_cost_other_reading_{code}",
        code,
        "the same cost under the other interpretation of who pays for CloudTrail's own writes",
        rows,
        "cost_other_reading",
        {"cloudtrail_writes": other},
    )
    if forecast.inventory.budgets:
        name = "kmscost_budget_usd"
        yield from _header(name, "usd", "what a month may cost")
        for budget in forecast.inventory.budgets:
            yield f"{name}{_labels({'budget': budget.name})} {float(budget.usd_per_month)!r}"


def _header(name: str, unit: str, what: str) -> Iterator[str]:
    yield f"# TYPE {name} gauge"
    yield f"# UNIT {name} {unit}"
    yield f"# HELP {name} {_escape(what)}"


def _family(
    name: str,
    unit: str,
    what: str,
    rows: pd.DataFrame,
    column: str,
    more: Mapping[str, str] | None = None,
) -> Iterator[str]:
    yield from _header(name, unit, what)
    labelled = list(key_columns(rows.columns))
    names = [re.sub("[^a-zA-Z0-9_]", "_", name) for name in labelled]  # of tags: any text
    # rates may change in a month's rows: one sample for each set of labels
    summed = rows.groupby(labelled, observed=True, sort=False, as_index=False)[column].sum()
    columns = [summed[key].astype(str).tolist() for key in labelled]
    for *values, value in zip(*columns, summed[column].tolist(), strict=True):
        labels = dict(zip(names, values, strict=True))
        yield f"{name}{_labels(labels | dict(more or {}))} {value!r}"


def _labels(labels: Mapping[str, str]) -> str:
    return "{" + ",".join(f'{name}="{_escape(value)}"' for name, value in labels.items()) + "}"


def _escape(text: str) -> str:
    r"""Text as OpenMetrics quotes it.

    >>> print(_escape('a "b" \\ c'))
    a \"b\" \\ c
    """
    # backslashes first, or those of the other escapes would be doubled
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
