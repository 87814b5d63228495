"""Forecasts of cases compared: totals, months, drivers, rows; and the limit of a difference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from estimator.figures import money, percent, plain, signed
from estimator.forecasting.result import INTERPRETATIONS
from estimator.months import Months
from estimator.scenarios.case_forecast import CaseForecast, pair_sides, stack, with_drivers
from estimator.volume.columns import key_columns
from pricing.notebook import NotebookResult
from pricing.rates import RateTable
from pricing.reading.problems import Problem, UsageError

MAX_ROWS = 30_000_000

ENTITIES = ("accounts", "trails", "readers", "keys")


# sums of many rows differ in their last digits from what they are on paper
_NOISE = 1e-9


@dataclass(frozen=True)
class IncreaseLimit:
    """A limit: an amount, or a share of what the base costs."""

    text: str
    amount: float
    is_share: bool

    def allowed(self, base: float) -> float:
        """The largest difference that is within it. [currency]"""
        return base * self.amount if self.is_share else self.amount

    def is_broken(self, base: float, other: float) -> bool:
        """Tell whether the difference is more than allowed; exactly as much is not.

        >>> limit = read_increase_limit("10%")
        >>> limit.is_broken(10.0, 11.0), limit.is_broken(10.0, 11.01), limit.is_broken(0.0, 0.01)
        (False, True, True)
        """
        return other - base > self.allowed(base) + _NOISE * max(abs(base), abs(other))


def read_increase_limit(text: str | float) -> IncreaseLimit:
    """Read a limit: ``10%`` is a share of what the base costs, ``25`` or ``25.00`` an amount.

    >>> read_increase_limit("10%").amount, read_increase_limit(25).amount
    (0.1, 25.0)

    Raises
    ------
    UsageError
        It is neither.
    """
    words = str(text).strip()
    is_share = words.endswith("%")
    try:
        number = float(words.removesuffix("%")) / (100 if is_share else 1)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        expected = "a share such as 10%, or an amount such as 25.00, from 0 on"
        raise UsageError(Problem("fail_over", None, "", repr(words), expected, ""))
    return IncreaseLimit(words, number, is_share)


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(NotebookResult):
    """Forecasts of cases against the forecast of the base.

    Attributes
    ----------
    base : CaseForecast
    others : tuple of CaseForecast
    months : Months
    by : tuple of str
        The columns that `rows` tells apart.
    table, discount : RateTable, float
        The rates that priced all of them.
    notices : tuple of str
        What to know before believing it.
    """

    base: CaseForecast
    others: tuple[CaseForecast, ...]
    months: Months
    by: tuple[str, ...]
    table: RateTable
    discount: float
    notices: tuple[str, ...]

    @property
    def currency(self) -> str:
        """Code of the currency, such as USD."""
        return self.table.currency

    @property
    def cost(self) -> str:
        """The name of the total that is compared: `cost_usd`."""
        return f"cost_{self.currency.lower()}"

    def difference(self, other: CaseForecast, total: str | None = None) -> float:
        """A total of another case less that of the base. [request, or currency]"""
        name = total or self.cost
        return other.totals[name] - self.base.totals[name]

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The frame `estimator.frames.COMPARISON`: every measure of every group of `by`."""
        size = sum(len(self.base.rows) + len(other.rows) for other in self.others) * 4
        if size > MAX_ROWS:
            fix = "ask for fewer columns, fewer months or fewer scenarios at a time"
            found, expected = f"{size:,} rows", f"at most {MAX_ROWS:,}"
            raise UsageError(Problem("by", None, "", found, expected, fix))
        return stack([self._rows(other) for other in self.others])

    def _rows(self, other: CaseForecast) -> pd.DataFrame:
        keys = ["month", *(name for name in key_columns(self.by) if name != "month")]
        sums = ("quantity", "cost", "cost_charged", "cost_exempt")
        pair = pair_sides(self.base.rows, other.rows, [*keys, "unit"], sums)
        pair = pair.sort_values("month", kind="stable", ignore_index=True)
        is_request = pair["unit"].to_numpy() == "request"
        measured = {
            "requests": ("quantity", is_request),
            "key_months": ("quantity", ~is_request),
            self.cost: ("cost", slice(None)),
            f"{self.cost}_writes_charged": ("cost_charged", slice(None)),
            f"{self.cost}_writes_exempt": ("cost_exempt", slice(None)),
        }
        parts = []
        for measure, (column, chosen) in measured.items():
            part = pair.loc[chosen, keys].reset_index(drop=True)
            part.insert(0, "scenario", pd.Categorical([other.name] * len(part)))
            part["measure"] = pd.Categorical([measure] * len(part))
            part["base"] = pair.loc[chosen, f"{column}_base"].to_numpy()
            part["other"] = pair.loc[chosen, column].to_numpy()
            parts.append(part)
        rows = stack(parts)
        rows["difference"] = rows["other"] - rows["base"]
        rows["relative"] = rows["difference"] / rows["base"].where(rows["base"] != 0)
        return rows

    def effects(self, other: CaseForecast, by: Sequence[str] = ("kind", "driver")) -> pd.DataFrame:
        """The groups of `by` over the whole span, the largest difference first.

        Returns
        -------
        DataFrame
            The columns of `by`, then requests_base, requests, cost_base, cost [currency] and their
            differences, sorted by the size of the difference in cost, then in requests.
        """
        sides = (with_drivers(self.base.rows), with_drivers(other.rows))
        pair = pair_sides(*sides, by, ("requests", "cost"))
        frame = pair.assign(
            requests_difference=pair["requests"] - pair["requests_base"],
            cost_difference=pair["cost"] - pair["cost_base"],
        )
        order = np.lexsort(
            (-frame["requests_difference"].abs().to_numpy(), -frame["cost_difference"].abs())
        )
        return frame.iloc[order].reset_index(drop=True)

    def entities(self, other: CaseForecast) -> dict[str, dict[str, list[str]]]:
        """The accounts, trails, readers and keys that one side alone has: added and removed."""
        before, after = (_entities(forecast) for forecast in (self.base, other))
        return {
            "added": {what: _less(after[what], before[what]) for what in ENTITIES},
            "removed": {what: _less(before[what], after[what]) for what in ENTITIES},
        }

    def interpretations(self) -> tuple[str, ...]:
        """The interpretations of F5 to show beside totals: those no case has chosen, or both."""
        chosen = {
            stage.inventory.cloudtrail_writes
            for forecast in (self.base, *self.others)
            for stage in forecast.case.changed.stages
        }
        return tuple(name for name in INTERPRETATIONS if name not in chosen) or tuple(
            INTERPRETATIONS
        )

    def over(self, limit: str | float) -> str | None:
        """Say which case costs too much more than the base, by how much and why; None if none does.

        Parameters
        ----------
        limit : str or float
            What the whole span may cost more: a share such as ``10%``, or an amount.
        """
        allowed = read_increase_limit(limit)
        base = self.base.totals[self.cost]
        broken = [
            other for other in self.others if allowed.is_broken(base, other.totals[self.cost])
        ]
        if not broken:
            return None
        worst = max(broken, key=self.difference)
        grows = self.difference(worst)
        relative = f"{percent(grows / base)}, " if base else ""
        line = (
            f"{worst.name} costs {self.currency} {money(grows)} more than "
            f"{self.base.case.source} over {self.span} ({relative}allowed {allowed.text})"
        )
        why = self.reason(worst)
        line += f", mostly because of {why}" if why else ""
        more = len(broken) - 1
        return line + (f"; {more} more over it" if more else "")

    def reason(self, other: CaseForecast) -> str:
        """The driver with the largest effect in the direction of the whole, and its effect."""
        sign = 1.0 if self.difference(other) >= 0 else -1.0
        effects = self.effects(other)
        largest = effects[effects["cost_difference"] * sign > 0].head(1)
        for row in largest.to_dict("records"):
            effect = float(row["cost_difference"])
            return f"{row['kind']} {row['driver']} ({self.currency} {signed(money(effect))})"
        return ""

    @property
    def span(self) -> str:
        """The number of months in words."""
        return f"{self.months.count} month{'s' * (self.months.count != 1)}"

    def to_dict(self) -> dict[str, Any]:
        """The comparison as documented JSON."""
        rows = self.rows
        return {
            "base": {
                "name": self.base.name,
                "inventory": self.base.case.source,
                "totals": plain(self.base.totals),
            },
            "scenarios": [self._scenario(other) for other in self.others],
            "months": [month for other in self.others for month in self._months(other)],
            "drivers": [
                {"scenario": other.name, **plain(row)}
                for other in self.others
                for row in self.effects(other).to_dict("records")
            ],
            "rows": [
                plain(row)
                for row in rows.assign(month=rows["month"].astype(str)).to_dict("records")
            ],
            "notices": list(self.notices),
            "rates": {
                "table": self.table.service,
                "currency": self.currency,
                "discount": self.discount,
            },
        }

    def _scenario(self, other: CaseForecast) -> dict[str, Any]:
        base = self.base.totals
        differences = {name: other.totals[name] - base[name] for name in base}
        relative = {
            name: differences[name] / base[name] if base[name] else math.nan
            for name in ("requests", self.cost)
        }
        return {
            "name": other.name,
            "source": other.case.source,
            "changes": list(other.case.changed.descriptions),
            "totals": plain(other.totals),
            "difference": plain(differences),
            "relative": plain(relative),
            **self.entities(other),
        }

    def _months(self, other: CaseForecast) -> list[dict[str, Any]]:
        pairs = zip(
            self.base.monthly.to_dict("records"), other.monthly.to_dict("records"), strict=True
        )
        return [
            {
                "scenario": other.name,
                "month": base.pop("month"),
                "base": plain(base),
                "other": plain({name: after[name] for name in base}),
                "difference": plain({name: after[name] - base[name] for name in base}),
            }
            for base, after in pairs
        ]

    def __repr__(self) -> str:
        costs = ", ".join(
            f"{other.name} {money(self.difference(other))}" for other in self.others[:5]
        )
        return f"<Comparison with {self.base.case.source}: {self.currency} {costs}>"


def _entities(forecast: CaseForecast) -> dict[str, list[str]]:
    """The names of the accounts, trails, readers and keys of all stages."""
    # mappings instead of sets: names stay in the order of the inventory
    names: dict[str, dict[str, None]] = {section: {} for section in ENTITIES}
    for stage in forecast.case.changed.stages:
        for section in ENTITIES:
            for item in getattr(stage.inventory, section):
                names[section][item.name if section in ("trails", "readers") else item.id] = None
    return {section: list(found) for section, found in names.items()}


def _less(names: list[str], others: list[str]) -> list[str]:
    known = set(others)
    return [name for name in names if name not in known]
