"""Two or more courses compared: totals, months, drivers, rows."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from estimator.figures import count, money, percent, plain, signed
from estimator.forecasting.result import INTERPRETATIONS
from estimator.frames import KEYS
from estimator.months import Months
from estimator.scenarios.course import Course
from estimator.scenarios.limit import read_limit
from estimator.scenarios.pairing import paired, stacked, with_drivers
from pricing.rates import RateTable
from pricing.reading.problems import Problem, UsageError

MAX_ROWS = 30_000_000

ENTITIES = ("accounts", "trails", "readers", "keys")


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """What changes against the base.

    Attributes
    ----------
    base : Course
    others : tuple of Course
    months : Months
    by : tuple of str
        The columns that `rows` tells apart.
    table, discount : RateTable, float
        The rates that priced all of them.
    notices : tuple of str
        What to know before believing it.
    """

    base: Course
    others: tuple[Course, ...]
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

    def difference(self, other: Course, total: str | None = None) -> float:
        """A total of another course less that of the base. [request, or currency]"""
        name = total or self.cost
        return other.totals[name] - self.base.totals[name]

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The frame `estimator.frames.COMPARISON`: every measure of every group of `by`."""
        size = sum(len(self.base.rows) + len(other.rows) for other in self.others) * 4
        if size > MAX_ROWS:
            fix = "ask for fewer columns, fewer months or fewer scenarios at a time"
            found, expected = f"{size:,} rows", f"at most {MAX_ROWS:,}"
            raise UsageError(Problem("--by", None, "", found, expected, fix))
        return stacked([self._rows(other) for other in self.others])

    def _rows(self, other: Course) -> pd.DataFrame:
        keys = ["month", *(name for name in KEYS if name in self.by and name != "month")]
        sums = ("quantity", "cost", "cost_charged", "cost_exempt")
        pair = paired(self.base.rows, other.rows, [*keys, "unit"], sums)
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
        rows = stacked(parts)
        rows["difference"] = rows["other"] - rows["base"]
        rows["relative"] = rows["difference"] / rows["base"].where(rows["base"] != 0)
        return rows

    def effects(self, other: Course, by: Sequence[str] = ("kind", "driver")) -> pd.DataFrame:
        """What changes the most, first: groups of `by` over the whole span.

        Returns
        -------
        DataFrame
            The columns of `by`, then requests_base, requests, cost_base, cost [currency] and their
            differences, sorted by the size of the difference in cost, then in requests.
        """
        sides = (with_drivers(self.base.rows), with_drivers(other.rows))
        pair = paired(*sides, by, ("requests", "cost"))
        frame = pair.assign(
            requests_difference=pair["requests"] - pair["requests_base"],
            cost_difference=pair["cost"] - pair["cost_base"],
        )
        order = np.lexsort(
            (-frame["requests_difference"].abs().to_numpy(), -frame["cost_difference"].abs())
        )
        return frame.iloc[order].reset_index(drop=True)

    def entities(self, other: Course) -> dict[str, dict[str, list[str]]]:
        """The accounts, trails, readers and keys that one side alone has: added and removed."""
        before, after = (_entities(one) for one in (self.base, other))
        return {
            "added": {what: _less(after[what], before[what]) for what in ENTITIES},
            "removed": {what: _less(before[what], after[what]) for what in ENTITIES},
        }

    def readings(self) -> tuple[str, ...]:
        """The readings of F5 to show beside the totals: those that no case has chosen, or both."""
        chosen = {
            stage.inventory.cloudtrail_writes
            for course in (self.base, *self.others)
            for stage in course.case.made.stages
        }
        return tuple(one for one in INTERPRETATIONS if one not in chosen) or tuple(INTERPRETATIONS)

    def over(self, limit: str | float) -> str | None:
        """What costs too much more than the base, by how much and why; None where nothing does.

        Parameters
        ----------
        limit : str or float
            What the whole span may cost more: a share such as ``10%``, or an amount.
        """
        allowed = read_limit(limit)
        base = self.base.totals[self.cost]
        broken = [one for one in self.others if allowed.is_broken(base, one.totals[self.cost])]
        if not broken:
            return None
        worst = max(broken, key=self.difference)
        grows = self.difference(worst)
        relative = f"{percent(grows / base)}, " if base else ""
        said = (
            f"{worst.name} costs {self.currency} {money(grows)} more than "
            f"{self.base.case.source} over {self.span} ({relative}allowed {allowed.text})"
        )
        why = self.reason(worst)
        said += f", mostly because of {why}" if why else ""
        more = len(broken) - 1
        return said + (f"; {more} more over it" if more else "")

    def reason(self, other: Course) -> str:
        """The driver with the largest effect in the direction of the whole, and its effect."""
        sign = 1.0 if self.difference(other) >= 0 else -1.0
        effects = self.effects(other)
        largest = effects[effects["cost_difference"] * sign > 0].head(1)
        for one in largest.to_dict("records"):
            effect = float(one["cost_difference"])
            return f"{one['kind']} {one['driver']} ({self.currency} {signed(money(effect))})"
        return ""

    @property
    def span(self) -> str:
        """How long it is compared."""
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
            "months": [one for other in self.others for one in self._months(other)],
            "drivers": [
                {"scenario": other.name, **plain(one)}
                for other in self.others
                for one in self.effects(other).to_dict("records")
            ],
            "rows": [
                plain(one)
                for one in rows.assign(month=rows["month"].astype(str)).to_dict("records")
            ],
            "notices": list(self.notices),
            "rates": {
                "table": self.table.service,
                "currency": self.currency,
                "discount": self.discount,
            },
        }

    def _scenario(self, other: Course) -> dict[str, Any]:
        base = self.base.totals
        differences = {name: other.totals[name] - base[name] for name in base}
        relative = {
            name: differences[name] / base[name] if base[name] else math.nan
            for name in ("requests", self.cost)
        }
        return {
            "name": other.name,
            "source": other.case.source,
            "changes": list(other.case.made.said),
            "totals": plain(other.totals),
            "difference": plain(differences),
            "relative": plain(relative),
            **self.entities(other),
        }

    def _months(self, other: Course) -> list[dict[str, Any]]:
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
        said = ", ".join(
            f"{other.name} {money(self.difference(other))}" for other in self.others[:5]
        )
        return f"<Comparison with {self.base.case.source}: {self.currency} {said}>"

    def _repr_html_(self) -> str:
        totals = ("requests", self.cost, *(f"{self.cost}_writes_{one}" for one in INTERPRETATIONS))
        frame = pd.DataFrame(
            [
                {"": one.name, **{name: one.totals[name] for name in totals}}
                for one in (self.base, *self.others)
            ]
        ).astype(object)
        for name in totals:
            frame[name] = frame[name].map(count if name == "requests" else money)
        said = "".join(f"<p>Note: {html.escape(notice)}</p>" for notice in self.notices)
        return f"{frame.to_html(index=False)}{said}"


def _entities(course: Course) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = {what: {} for what in ENTITIES}
    for stage in course.case.made.stages:
        for what in ENTITIES:
            for one in getattr(stage.inventory, what):
                found[what][one.name if what in ("trails", "readers") else one.id] = None
    return {what: list(names) for what, names in found.items()}


def _less(names: list[str], others: list[str]) -> list[str]:
    known = set(others)
    return [name for name in names if name not in known]
