"""The attribution: whose requests a month's KMS bill is made of."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from estimator.attribution.logged import CLOUDTRAIL, month_periods
from estimator.bucket_keys.result import MeasuredBucketKeys
from estimator.figures import at_least, money, plain, share
from estimator.forecasting.free_days import FreeUse
from estimator.forecasting.result import INTERPRETATION_WORDS, INTERPRETATIONS
from estimator.frames import ATTRIBUTION
from pricing.notebook import NotebookResult

# what lines are told apart by, each with the columns that name a line
GROUPS = {
    "service": ("service",),
    "resource": ("service", "resource"),
    "caller": ("caller",),
    "key": ("key",),
}
LOGGED, NOT_IN_LOGS, KEY, APART = "logged", "not-in-logs", "key", "apart"
PARTS = (LOGGED, NOT_IN_LOGS, KEY, APART)

_SUMS = ("logged", "quantity", "cost", "quantity_other_reading", "cost_other_reading")
_OTHER = "exempt"  # an attribution takes the careful interpretation: writes are charged


@dataclass(frozen=True, eq=False, repr=False)
class Attribution(NotebookResult):
    """Whose the KMS requests of some months are, and what they cost.

    Attributes
    ----------
    months : tuple of str
        The months that are attributed.
    currency : str
        That of the bill; without a bill that of the rate table.
    with_bill : bool
        Whether costs are a bill's, shared out; else they are the rate table's.
    rows : DataFrame
        The frame of `estimator.frames.ATTRIBUTION`: its costs add up to the bill.
    places : DataFrame
        Of `estimator.attribution.overlap.find_places`; of no rows without a bill.
    free : tuple of FreeUse
        When the free requests of each month end, by the logs.
    free_other_reading : tuple of FreeUse
        The same if AWS does not charge CloudTrail's own writes.
    coverage : mapping
        The share of each month's hours that the logs cover, over all accounts and Regions seen.
        [0-1]
    levels : mapping
        Levels that the bill leaves open, and for how many requests. [request]
    events_cost : float
        Lines of CloudTrail itself on the bill: no cost of KMS. [currency]
    notices : tuple of str
        What to know before believing it.
    bucket_keys : MeasuredBucketKeys
        What S3 Bucket Keys would save by the logs, or why that is not measured.
    """

    months: tuple[str, ...]
    currency: str
    with_bill: bool
    rows: pd.DataFrame
    places: pd.DataFrame
    free: tuple[FreeUse, ...]
    free_other_reading: tuple[FreeUse, ...]
    coverage: Mapping[str, float]
    levels: Mapping[str, float]
    events_cost: float
    notices: tuple[str, ...]
    bucket_keys: MeasuredBucketKeys

    def lines(self, group: str) -> pd.DataFrame:
        """A line for each service, resource, caller or key, the most expensive first.

        Parameters
        ----------
        group : str
            A name of `GROUPS`. What no log holds, keys' months and what stands apart are lines of
            their own, after the others; the month of a key belongs to the line of the key.

        Returns
        -------
        DataFrame
            ``part``, the columns of the group, `logged`, `quantity` and `cost` under both
            interpretations, ``cost_requests`` and ``cost_keys`` [currency], ``share`` of all
            requests [0-1], ``without_rate``: those that no rate is known for, and whose cost is
            missing [request].
        """
        rows = self.rows
        names = GROUPS[group]
        part = rows["part"].astype(str)
        if group == "key":
            # a key's month and its requests are one line; a month whose key is not named is none
            part = part.where(~((part == KEY) & (rows["key"] != "")), LOGGED)
        is_key = rows["unit"] == "key-month"
        amounts = rows[list(_SUMS)].fillna({"cost": 0.0, "cost_other_reading": 0.0})
        for name in ("logged", "quantity", "quantity_other_reading"):
            # key-months are no requests
            amounts[name] = amounts[name].mask(is_key, 0.0)
        labels = {name: rows[name].astype(str).where(part == LOGGED, "") for name in names}
        frame = amounts.assign(
            part=part,
            what=rows["operation"].astype(str).where(part == APART, ""),
            **labels,
            cost_keys=amounts["cost"].where(is_key, 0.0),
            cost_requests=amounts["cost"].where(rows["unit"] == "request", 0.0),
            without_rate=amounts["quantity"].where(rows["cost"].isna(), 0.0),
        )
        keys = ["part", *names, "what"]
        sums = [*_SUMS, "cost_requests", "cost_keys", "without_rate"]
        lines = frame.groupby(keys, sort=True)[sums].sum().reset_index()
        total = math.fsum(lines["quantity"])
        lines["share"] = lines["quantity"] / total if total else 0.0
        lines["_part"] = lines["part"].map(PARTS.index)
        order = ["_part", "cost", "quantity", "logged"]
        lines = lines.sort_values(order, ascending=[True, False, False, False], kind="stable")
        return lines.drop(columns="_part").reset_index(drop=True)

    @cached_property
    def totals(self) -> dict[str, float]:
        """Sums: of all, of CloudTrail, of what the logs do not hold. [request], [currency]"""
        rows, code = self.rows, self.currency.lower()
        is_request = rows["unit"] == "request"
        is_trail = (rows["part"] == LOGGED) & (rows["service"] == CLOUDTRAIL)
        missing = rows["part"] == NOT_IN_LOGS
        cost = rows["cost"].fillna(0.0)
        other = rows["cost_other_reading"].fillna(0.0)
        requests = math.fsum(rows["quantity"][is_request])
        logged = math.fsum(rows["logged"])
        on_bill = math.fsum(rows["quantity"][rows["part"] == LOGGED])
        return {
            "requests": requests,
            "requests_logged": logged,
            "requests_attributed": on_bill,
            "requests_not_in_logs": math.fsum(rows["quantity"][missing]),
            "requests_without_line": max(logged - on_bill, 0.0),
            "requests_without_rate": math.fsum(rows["quantity"][rows["cost"].isna()]),
            "requests_cloudtrail": math.fsum(rows["quantity"][is_trail]),
            "requests_cloudtrail_writes_exempt": math.fsum(
                rows["quantity_other_reading"][is_trail]
            ),
            f"cost_{code}": math.fsum(cost),
            f"cost_{code}_requests": math.fsum(cost[is_request]),
            f"cost_{code}_keys": math.fsum(cost[rows["unit"] == "key-month"]),
            f"cost_{code}_other": math.fsum(cost[rows["part"] == APART]),
            f"cost_{code}_not_in_logs": math.fsum(cost[missing]),
            f"cost_{code}_cloudtrail": math.fsum(cost[is_trail]),
            f"cost_{code}_cloudtrail_writes_charged": math.fsum(cost[is_trail]),
            f"cost_{code}_cloudtrail_writes_exempt": math.fsum(other[is_trail]),
            f"cost_{code}_writes_charged": math.fsum(cost),
            f"cost_{code}_writes_exempt": math.fsum(other),
        }

    @property
    def other_interpretation_line(self) -> str:
        """The line that stands beside every cost: CloudTrail's part if its writes are exempt."""
        code = self.currency.lower()
        missing = self.requests_without_rate(CLOUDTRAIL, other=True)
        cost = at_least(money(self.totals[f"cost_{code}_cloudtrail_writes_exempt"]), missing)
        of = "requests billed" if self.with_bill else "requests"
        part = self.share_of_requests(self.totals["requests_cloudtrail_writes_exempt"])
        total = ""
        if not self.with_bill:
            missing = self.requests_without_rate(other=True)
            whole = at_least(money(self.totals[f"cost_{code}_writes_exempt"]), missing)
            total = f" of {whole}"
        return (
            f"If {INTERPRETATION_WORDS[_OTHER]}, {share(part)} of the {of} and {self.currency} "
            f"{cost}{total} are CloudTrail's (source: {INTERPRETATIONS[_OTHER]})"
        )

    @property
    def cost_of_usage(self) -> float:
        """What requests and keys cost, without taxes, credits and the like. [currency]"""
        code = self.currency.lower()
        return self.totals[f"cost_{code}_requests"] + self.totals[f"cost_{code}_keys"]

    def requests_without_rate(self, service: str = "", *, other: bool = False) -> float:
        """The requests that no rate is known for, of one service or of all. [request]

        Parameters
        ----------
        service : str
        other : bool
            In the other interpretation.
        """
        rows = self.rows
        name = "_other_reading" if other else ""
        unknown = rows[f"cost{name}"].isna()
        if service:
            unknown &= rows["service"] == service
        return math.fsum(rows[f"quantity{name}"][unknown])

    def share_of_requests(self, requests: float) -> float:
        """The share of all requests that these are; of none it is 0. [0-1]"""
        return requests / self.totals["requests"] if self.totals["requests"] else 0.0

    def to_dict(self) -> dict[str, Any]:
        """The attribution as documented JSON."""
        code = self.currency.lower()
        renamed = {
            name: name.replace("cost", f"cost_{code}", 1)
            for name in ("cost", "cost_requests", "cost_keys", "cost_other_reading")
        }
        places = self.places.rename(
            columns={"cost": f"cost_{code}", "cost_not_in_logs": f"cost_{code}_not_in_logs"}
        )
        return {
            "months": list(self.months),
            "currency": self.currency,
            "bill": self.with_bill,
            "totals": self.totals,
            "by": {group: _records(self.lines(group).rename(columns=renamed)) for group in GROUPS},
            "places": _records(places),
            "free": _free(self.free),
            "free_other_reading": _free(self.free_other_reading),
            "coverage": [{"month": month, "share": part} for month, part in self.coverage.items()],
            **self.bucket_keys.to_dict(_OTHER),
            "levels_not_told": dict(self.levels),
            f"cost_{code}_cloudtrail_events": self.events_cost,
            "notices": [*self.notices, self.other_interpretation_line],
        }

    def __repr__(self) -> str:
        code = self.currency.lower()
        total = money(self.totals[f"cost_{code}"])
        part = share(self.share_of_requests(self.totals["requests_cloudtrail"]))
        months = " to ".join(dict.fromkeys((self.months[0], self.months[-1])))
        return (
            f"<Attribution {months}: {self.currency} {total}, {part} of the requests are "
            "CloudTrail's>"
        )


def _free(uses: Iterable[FreeUse]) -> list[dict[str, Any]]:
    return [
        {
            "month": use.month,
            "payer": use.payer,
            "partition": use.partition,
            "free": use.free,
            "requests": use.requests,
            "ends": use.ends,
            "taken_by": [{"name": name, "requests": taken} for name, taken in use.taken_by],
        }
        for use in uses
    ]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [plain(row) for row in frame.to_dict("records")]


def attribution_frame(parts: Iterable[pd.DataFrame], currency: str) -> pd.DataFrame:
    """Rows of all parts as the frame of `estimator.frames.ATTRIBUTION`, with their currency."""
    # of no rows columns have no kind, which would become that of the whole
    rows = pd.concat([part for part in parts if len(part)], ignore_index=True)
    rows = rows.assign(currency=currency)
    columns: dict[str, Any] = {}
    for column in ATTRIBUTION:
        values = rows[column.name]
        if column.dtype.startswith("period"):
            columns[column.name] = month_periods(values)
        else:
            columns[column.name] = values.astype(column.dtype)  # type: ignore[call-overload]
    return pd.DataFrame(columns)
