"""A reconciliation as it leaves the pipeline, and the limit of its difference."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from estimator.figures import count, money, plain, share_beside, signed
from estimator.forecasting import Forecast
from estimator.reconciliation.billed_days import BilledDays, cost_of_rest
from estimator.reconciliation.difference_limit import DifferenceLimit
from estimator.reconciliation.interpretation import Interpretation
from estimator.reconciliation.missing_lines import MissingLines
from pricing.notebook import NotebookResult

# the parts in the order in which they replace forecast by bill
PARTS = {
    "writes": "CloudTrail's own writes, charged or exempt",
    "volume": "volume of CloudTrail's requests",
    "free_tier": "free tier",
    "keys": "key-months of the inventory's keys",
    "rate": "rate",
    "others": "requests that are not CloudTrail's",
    "other_keys": "keys that are not in the inventory",
    "unknown": "unknown",
}
# no forecast is made of these, so that no forecast can be wrong about them
NOT_FORECAST = ("others", "other_keys")


@dataclass(frozen=True, eq=False, repr=False)
class Reconciliation(NotebookResult):
    """Forecast, measured and billed side by side, and the difference in parts.

    Attributes
    ----------
    month : str
        As ``2026-10``.
    forecast : Forecast
        What the inventory gives for the month.
    rows : DataFrame
        The frame of `estimator.frames.RECONCILIATION`; on each row the columns ``cost_writes`` to
        ``cost_unknown`` add up to ``cost_difference``.
    request_parts : mapping
        The difference in requests, by part. [request]
    interpretations : tuple of Interpretation
        The interpretation of F5 that the bill of each payer follows.
    apart : tuple of dict
        Amounts of the bill that are no usage of KMS: taxes, credits, discounts; CloudTrail's lines.
    levels : mapping
        Levels that the bill does not tell (``key``, ``operation``), and why.
    rests_on : mapping
        What each part rests on, by its name.
    unknown_to : mapping
        What only the bill knows, and what only the inventory does: accounts, Regions, keys.
    days : BilledDays
        The days of the month that the bill covers; every forecast beside a billed amount is theirs.
    missing : MissingLines
        What of these days has a forecast and no line: the month's cost is forecast there.
    expected_by_account : DataFrame
        The forecast of the month (cost, free) and of the days billed, by payer, billed_account and
        unit, with the worth of the free requests; as the bill takes writes, too. [currency]
    measured_share : float or None
        Share of the month that the measurements cover where CloudTrail's requests are billed.
    notices : tuple of str
        What to know before believing it.
    limit : DifferenceLimit, optional
        How far apart they may lie.
    """

    month: str
    forecast: Forecast
    rows: pd.DataFrame
    request_parts: Mapping[str, float]
    interpretations: tuple[Interpretation, ...]
    apart: tuple[Mapping[str, Any], ...]
    levels: Mapping[str, str]
    rests_on: Mapping[str, str]
    unknown_to: Mapping[str, Mapping[str, list[str]]]
    days: BilledDays
    missing: MissingLines
    expected_by_account: pd.DataFrame
    measured_share: float | None
    notices: tuple[str, ...]
    limit: DifferenceLimit | None = None

    @property
    def currency(self) -> str:
        """Code of the currency, such as USD."""
        return self.forecast.currency

    @cached_property
    def parts(self) -> dict[str, float]:
        """The difference in cost, by part: they add up to it. [currency]"""
        return {name: math.fsum(self.rows[f"cost_{name}"]) for name in PARTS}

    @cached_property
    def totals(self) -> dict[str, float | None]:
        """Requests and key-months [unit] and costs [currency] of each side, and the difference."""
        code = self.currency.lower()
        totals: dict[str, float | None] = {}
        for name, unit in (("requests", "request"), ("key_months", "key-month")):
            rows = self.rows[self.rows["unit"] == unit]
            totals[f"{name}_forecast"] = math.fsum(rows["forecast"])
            if unit == "request":
                known = rows["measured"].dropna()
                # nothing measured is no zero
                totals[f"{name}_measured"] = math.fsum(known) if len(known) else None
            totals[f"{name}_billed"] = math.fsum(rows["billed"])
        for side in ("forecast", "billed"):
            totals[f"cost_{code}_{side}"] = math.fsum(self.rows[f"cost_{side}"])
        difference = math.fsum(self.rows["cost_difference"])
        totals[f"cost_{code}_difference"] = difference
        before = math.fsum(self.rows["cost_forecast"])
        totals["relative_difference"] = difference / before if before else None
        totals[f"cost_{code}_forecast_error"] = self.forecast_error
        billed, rest = self.billed_and_rest() or (self.billed, 0.0)
        totals[f"cost_{code}_cloudtrail"] = billed
        totals[f"cost_{code}_others"] = math.fsum(self.others.values())
        totals[f"cost_{code}_rest"] = rest
        totals[f"cost_{code}_month"] = billed + rest
        for answer in ("charged", "exempt"):
            total = self.forecast.totals[f"cost_{code}_writes_{answer}"]
            totals[f"cost_{code}_forecast_writes_{answer}"] = total
        return totals

    @property
    def forecast_error(self) -> float:
        """The difference without what no forecast was made of. [currency]"""
        return math.fsum(cost for name, cost in self.parts.items() if name not in NOT_FORECAST)

    @property
    def billed(self) -> float:
        """The bill's cost of CloudTrail's use of KMS, as far as it covers the month. [currency]"""
        return math.fsum(self.rows["cost_forecast"]) + self.forecast_error

    @property
    def others(self) -> dict[str, float]:
        """The bill's cost of what is not CloudTrail's: requests, and keys. [currency]"""
        return {name: self.parts[name] for name in NOT_FORECAST}

    @property
    def has_kms(self) -> bool:
        """True where the bill has a line of KMS at all."""
        return bool((self.rows["billed"] > 0).any() or self.rows["cost_billed"].any())

    def forecast_of_month(self, part: str = "", names: tuple[str, ...] = ()) -> float:
        """The forecast of the whole month; parameters as of `billed_and_rest`. [currency]"""
        return math.fsum(self._forecast(part, names)["cost"])

    def forecast_to_date(self, part: str = "", names: tuple[str, ...] = ()) -> float:
        """The forecast of the days billed. [currency]"""
        return math.fsum(self._forecast(part, names)["cost_to_date"])

    def forecast_of_rest(self, part: str = "", names: tuple[str, ...] = ()) -> float:
        """The forecast of what is not billed: days, and what no line is of. [currency]"""
        if not self.days.is_told or not self.has_kms:
            return self.forecast_of_month(part, names)
        return self.forecast_of_month(part, names) - self.forecast_of_billed(part, names)

    def forecast_of_billed(
        self, part: str = "", names: tuple[str, ...] = (), column: str = "cost_to_date"
    ) -> float:
        """The forecast of the days billed, without what no line is of. [currency]"""
        return math.fsum(self.missing.leave_out(self._forecast(part, names))[column])

    @property
    def covers(self) -> str:
        """What the bill covers, such as ``to 15 October``; empty where that is the whole month."""
        days, missing = self.days.text, self.missing.text
        return f"{days}, {missing}" if days and missing else days or missing

    def _forecast(self, part: str, names: tuple[str, ...]) -> pd.DataFrame:
        frame = self.expected_by_account
        return frame[frame[part].isin(names).to_numpy()] if part else frame

    def billed_and_rest(
        self, part: str = "", names: tuple[str, ...] = ()
    ) -> tuple[float, float] | None:
        """Return what is billed for CloudTrail, and what the rest of the month adds. [currency]

        Parameters
        ----------
        part, names : str, tuple of str
            ``payer`` or ``billed_account``, and which: of these alone. Default: of everything.

        Returns
        -------
        tuple or None
            None where the bill does not tell accounts apart.
        """
        rows, forecast = self.rows, self._forecast(part, names)
        if part:
            if "account" in self.levels:
                return None
            rows = rows[rows[part].isin(names).to_numpy()]
        if not self.has_kms:
            # a bill without a line of KMS, as one of other services: nothing says that KMS was free
            return 0.0, math.fsum(forecast["cost"])
        known, of_known = self.missing.leave_out(rows), self.missing.leave_out(forecast)
        own_parts = [f"cost_{each}" for each in PARTS if each not in NOT_FORECAST]
        error = math.fsum(math.fsum(known[each]) for each in own_parts)
        billed = math.fsum(of_known["cost_to_date"]) + error
        if self.days.is_whole and not self.missing:
            return billed, 0.0
        if not self.days.is_told:
            # what is billed may be of any day: the month costs no less than its forecast, and how
            # much more nothing tells
            return billed, max(0.0, -error)
        shares = self.days.shares
        share = min([shares[name] for name in names if name in shares] or shares.values())
        rest = []
        if part:
            # what nothing tells the pace of goes on at that of everything: parts are their whole
            is_alone = forecast["billed_account"].isin(self._unseen_accounts).to_numpy()
            alone, forecast = forecast[is_alone], forecast[~is_alone]
            units = zip(alone["unit"], alone["cost"], alone["free"], strict=True)
            rest = [cost + self._pace(unit) * (cost + free) for unit, cost, free in units]
            is_alone = of_known["billed_account"].isin(self._unseen_accounts).to_numpy()
            of_known = of_known[~is_alone]
        rest += [
            # requests go on at their pace, and keys at theirs
            cost_of_rest(
                math.fsum(math.fsum(known[each][known["unit"] == unit]) for each in own_parts),
                math.fsum(known["cost_free_tier"][known["unit"] == unit]),
                math.fsum(of_known["cost_to_date"][of_known["unit"] == unit]),
                math.fsum(forecast["cost"][forecast["unit"] == unit]),
                math.fsum(of_known["free_to_date"][of_known["unit"] == unit]),
                math.fsum(forecast["free"][forecast["unit"] == unit]),
                share,
            )
            for unit in forecast["unit"].unique()
        ]
        return billed, math.fsum(rest)

    @cached_property
    def _unseen_accounts(self) -> set[str]:
        """Accounts of which nothing is billed, nor was forecast of the days billed."""
        known = self.missing.leave_out(self.expected_by_account)
        seen = known[(known["cost_to_date"] + known["free_to_date"] > 0).to_numpy()]
        billed = self.rows[(self.rows["billed"] > 0).to_numpy()]
        seen_accounts = {*seen["billed_account"], *billed["billed_account"].astype(str)}
        return set(self.expected_by_account["billed_account"]) - seen_accounts

    def _pace(self, unit: str) -> float:
        """How much dearer than forecast a unit is on all of the bill, in proportion; 0 if not."""
        rows = self.missing.leave_out(self.rows)
        rows = rows[(rows["unit"] == unit).to_numpy()]
        known = self.missing.leave_out(self.expected_by_account)
        known = known[(known["unit"] == unit).to_numpy()]
        own_parts = [name for name in PARTS if name not in (*NOT_FORECAST, "free_tier")]
        excess = math.fsum(math.fsum(rows[f"cost_{name}"]) for name in own_parts)
        gross = math.fsum(known["cost_to_date"]) + math.fsum(known["free_to_date"])
        return max(excess, 0.0) / gross if gross > 0 else 0.0

    @property
    def interpretation(self) -> Interpretation | None:
        """That of the bill, where all payers' bills that tell one follow the same."""
        # bills that tell nothing contradict nobody
        decided = [bill for bill in self.interpretations if bill.answer is not None]
        return decided[0] if len({bill.answer for bill in decided}) == 1 else None

    @cached_property
    def broken(self) -> str | None:
        """The limit that is broken, by how much and why, in one line; None where none is."""
        before = math.fsum(self.rows["cost_forecast"])
        error = self.forecast_error
        # an estimate of an open month is far off whatever the forecast
        if (
            self.limit is None
            or not self.days.is_told
            or not self.limit.is_broken_by(error, before)
        ):
            return None
        # the line names a part that the limit is about
        parts = {name: cost for name, cost in self.parts.items() if name not in NOT_FORECAST}
        largest = max(parts, key=lambda name: abs(parts[name]))
        limit = self.limit.number if self.limit.is_share else 0.0
        of_it = f" ({share_beside(abs(error) / before, limit)})" if before else ""
        more = "more" if error > 0 else "less"
        which = f" {self.days.text}" if self.days.text else ""
        return (
            f"over the limit of {self.limit.text}: {self.month}{which} is billed {self.currency} "
            f"{money(abs(error))}{of_it} {more} than the forecast's {money(before)}; largest part: "
            f"{PARTS[largest]}, {self.currency} {signed(money(parts[largest]))}"
        )

    @property
    def other_interpretation_line(self) -> str:
        """The line that stands beside every cost: the forecast under the other interpretation."""
        return self.forecast.other_interpretation_line.replace("the total is", "the forecast is")

    def to_dict(self) -> dict[str, Any]:
        """The reconciliation as documented JSON."""
        code = self.currency.lower()
        rows = self.rows.assign(month=self.rows["month"].astype(str))
        return {
            "month": self.month,
            "bill": f"bill {self.covers}" if self.covers else "whole month",
            # null where the bill does not tell its days
            "covered": None
            if not self.days.is_told
            else [{"payer": payer, "share": share} for payer, share in self.days.shares.items()],
            "totals": self.totals,
            "parts": [
                {
                    "part": name,
                    f"cost_{code}": cost,
                    "requests": self.request_parts.get(name),
                    "rests_on": self.rests_on.get(name, ""),
                }
                for name, cost in self.parts.items()
            ],
            "reading": None if self.interpretation is None else self.interpretation.answer,
            "readings": [bill.to_dict() for bill in self.interpretations],
            "rows": [plain(row) for row in rows.to_dict("records")],
            "apart": [dict(amount) for amount in self.apart],
            "levels_not_told": dict(self.levels),
            "only_in_bill": dict(self.unknown_to["bill"]),
            "only_in_inventory": dict(self.unknown_to["inventory"]),
            "measured_share": self.measured_share,
            "limit": None
            if self.limit is None
            else {"limit": self.limit.text, "broken": self.broken is not None, "why": self.broken},
            "notices": [*self.notices, self.other_interpretation_line],
        }

    def __repr__(self) -> str:
        code = self.currency.lower()
        before, after = (self.totals[f"cost_{code}_{side}"] or 0.0 for side in _SIDES)
        requests = count(self.totals["requests_billed"] or 0.0)
        return (
            f"<Reconciliation {self.month}: forecast {self.currency} {money(before)}, billed "
            f"{money(after)} for {requests} requests>"
        )


_SIDES = ("forecast", "billed")
