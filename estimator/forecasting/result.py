"""A forecast as it leaves the pipeline."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from estimator.figures import count, money, plain
from estimator.forecasting.budgets import describe_budgets
from estimator.forecasting.free_days import FreeUse
from estimator.forecasting.quotas import highest
from estimator.frames import EVENTS
from estimator.inventory import Inventory
from estimator.months import Months
from pricing.bill import free_in_use
from pricing.meters import Meter, Version
from pricing.notebook import NotebookResult
from pricing.rates import RateTable

# F5: AWS's texts disagree on who pays for the requests of CloudTrail's own writes
INTERPRETATIONS = {
    "charged": "AWS KMS Developer Guide to 2021-09-11 and CloudTrail FAQ",
    "exempt": "AWS CloudTrail and KMS guides from 2021-09-11",
}
# how a sentence says each to people, who need not know the key of the inventory
INTERPRETATION_WORDS = {
    "charged": "AWS charges CloudTrail's own writes",
    "exempt": "AWS does not charge CloudTrail's own writes",
}
OTHER_INTERPRETATION = {"charged": "exempt", "exempt": "charged"}


@dataclass(frozen=True, eq=False, repr=False)
class Forecast(NotebookResult):
    """KMS requests and their cost because of CloudTrail, month by month.

    Attributes
    ----------
    inventory, months, by : Inventory, Months, tuple of str
        What was forecast, for which months, told apart by which columns.
    monthly : DataFrame
        A row per month with the totals of `estimator.forecasting.totals.monthly_totals`.
    rows : DataFrame
        The charges frame of `estimator.frames.CHARGES`, reduced to `by`.
    free_uses, other_free_uses : tuple of FreeUse
        Of each pool of free requests the day on which they end, and whose requests took them; by
        the interpretation of the inventory, and by the other one.
    pools : DataFrame
        The free quantity of each payer, partition and month, and who used it. [request]
    budgets : DataFrame
        The use of each budget of the inventory in each month: `estimator.frames.BUDGET_USE`.
    quotas : DataFrame
        Requests a second of each month, account and Region: `estimator.frames.QUOTAS`.
    events : DataFrame or None
        Copies of KMS events on CloudTrail's bill, by whose they are; no part of the cost:
        `estimator.frames.EVENTS`; None where no rate is known.
    broken : str or None
        What broke the limit of `fail_over`, by which cost, how much, when first and why, in a line.
    notices : tuple of str
        What to know before believing it.
    table, versions, discount : RateTable, tuple, float
        The rates that priced it.
    section : str or None
        The frame shown in place of `rows`: budgets, quotas or events.
    """

    inventory: Inventory
    months: Months
    by: tuple[str, ...]
    monthly: pd.DataFrame
    rows: pd.DataFrame
    pools: pd.DataFrame
    free_uses: tuple[FreeUse, ...]
    other_free_uses: tuple[FreeUse, ...]
    budgets: pd.DataFrame
    quotas: pd.DataFrame
    events: pd.DataFrame | None
    broken: str | None
    notices: tuple[str, ...]
    table: RateTable
    versions: tuple[tuple[Meter, Version], ...]
    discount: float
    section: str | None = None

    @property
    def currency(self) -> str:
        """Code of the currency, such as USD."""
        return self.table.currency

    @cached_property
    def totals(self) -> dict[str, float]:
        """The sums of `monthly` over the whole span."""
        return {
            # fsum: exact, so that no order of months changes the last digit
            name: math.fsum(self.monthly[name])
            for name in self.monthly.columns
            if name != "month"
        }

    def of_month(self, label: str) -> Forecast:
        """The same of one of its months; notices stay those of all."""
        at = self.months.labels.index(label)

        def chosen(frame: pd.DataFrame) -> pd.DataFrame:
            return frame[frame["month"].astype(str) == label].reset_index(drop=True)

        return replace(
            self,
            months=Months(self.months.firsts[at], 1),
            monthly=chosen(self.monthly),
            rows=chosen(self.rows),
            pools=chosen(self.pools),
            budgets=chosen(self.budgets),
            quotas=chosen(self.quotas),
            events=None if self.events is None else chosen(self.events),
            free_uses=tuple(use for use in self.free_uses if str(use.month) == label),
        )

    @property
    def other_interpretation_line(self) -> str:
        """The line that stands beside every cost: the total under the other interpretation."""
        code = self.currency.lower()
        return self.describe_other_interpretation(
            self.totals[f"cost_{code}_writes_{self.other_interpretation}"]
        )

    def describe_other_interpretation(self, cost: float) -> str:
        """The line of an amount under the other interpretation of who pays for writes."""
        other = self.other_interpretation
        line = f"If {INTERPRETATION_WORDS[other]}, the total is {self.currency} {money(cost)}"
        return f"{line} (source: {INTERPRETATIONS[other]})"

    @property
    def other_interpretation(self) -> str:
        """The interpretation of F5 that was not chosen."""
        return OTHER_INTERPRETATION[self.inventory.cloudtrail_writes]

    @property
    def frame(self) -> pd.DataFrame:
        """The frame that was asked for: the charges, or that of `section`."""
        frame: pd.DataFrame | None = getattr(self, self.section or "rows")
        return pd.DataFrame({column.name: [] for column in EVENTS}) if frame is None else frame

    @property
    def free_source(self) -> str:
        """Who says how many requests are free, in each partition that it matters in."""
        found = free_in_use(self.pools, self.table)
        several = len({partition for _, partition, _ in found}) > 1
        return "; ".join(
            dict.fromkeys(
                f"{f'{partition}: ' if several else ''}{free.source.title}"
                f"{'' if free.confirmed else ', not confirmed'}"
                for _, partition, free in found
            )
        )

    def to_dict(self) -> dict[str, Any]:
        """The forecast as documented JSON: totals, months, rows, notices, rates, inventory."""
        # JSON knows no period of pandas
        rows = self.rows.assign(month=self.rows["month"].astype(str))
        return {
            "totals": plain(self.totals),
            "months": [plain(row) for row in self.monthly.to_dict("records")],
            "rows": rows.to_dict("records"),
            "free_tier": self._free_tier(),
            "budgets": describe_budgets(self.budgets, self.inventory.budgets),
            "quotas": records(highest(self.quotas)),
            "events": None if self.events is None else records(self.events),
            "notices": [*self.notices, self.other_interpretation_line],
            "rates": {
                **describe_rates(self.table, self.versions, self.discount),
                "free_quantities": [
                    {
                        "pool": pool,
                        "partition": partition,
                        **free.model_dump(mode="json", by_alias=True),
                    }
                    for pool, partition, free in free_in_use(self.pools, self.table)
                ],
            },
            "inventory": {
                "path": self.inventory.path,
                "payers": len(self.inventory.payers()),
                "accounts": len(self.inventory.accounts),
                "regions": len(self.inventory.regions()),
                "trails": len(self.inventory.trails),
                "streams": sum(self.inventory.streams().values()),
                "keys": len(self.inventory.keys),
                "readers": len(self.inventory.readers),
                "cloudtrail_writes": self.inventory.cloudtrail_writes,
            },
        }

    def _free_tier(self) -> list[dict[str, Any]]:
        uses, other_uses = (
            {(use.month, use.payer, use.partition): use for use in each}
            for each in (self.free_uses, self.other_free_uses)
        )
        rows = []
        for pool in self.pools.assign(month=self.pools["month"].astype(str)).to_dict("records"):
            row = {str(name): value for name, value in pool.items()}
            place = (pool["month"], pool["payer"], pool["partition"])
            for of_interpretation, suffix in ((uses, ""), (other_uses, "_other_interpretation")):
                use = of_interpretation.get(place)
                taken = [] if use is None else [*use.taken_by]
                row[f"ends{suffix}"] = None if use is None else use.ends
                row[f"taken_by{suffix}"] = [
                    {"name": name, "requests": many} for name, many in taken
                ]
            rows.append(row)
        return rows

    def __repr__(self) -> str:
        first, last = self.months.labels[0], self.months.labels[-1]
        cost = money(self.totals[f"cost_{self.currency.lower()}"])
        requests = count(self.totals["requests"])
        return f"<Forecast {first} to {last}: {requests} requests, {self.currency} {cost}>"


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as JSON has them: months as text, what is not known as null."""
    rows = frame.assign(month=frame["month"].astype(str)).to_dict("records")
    return [plain(row) for row in rows]


def describe_rates(
    table: RateTable, versions: Iterable[tuple[Meter, Version]], discount: float
) -> dict[str, Any]:
    """The rates that priced a result, as documented JSON."""
    return {
        "table": table.service,
        "currency": table.currency,
        "discount": discount,
        "versions": [
            {
                "meter": meter.name,
                "from": version.start.isoformat(),
                "confirmed": version.confirmed,
                "source": version.source.model_dump(mode="json"),
            }
            for meter, version in versions
        ],
    }
