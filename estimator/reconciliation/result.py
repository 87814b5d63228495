"""A reconciliation as it leaves the pipeline, and the limit of its difference."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from estimator.figures import count, money, plain
from estimator.forecasting import Forecast
from estimator.measurement.billing.repeats import ONCE
from estimator.measurement.billing.unknown_lines import COMPLETE
from estimator.measurement.doubts import REPEATED, find_doubts
from estimator.reconciliation.bill_coverage import BilledDays, MissingLines
from estimator.reconciliation.difference_limit import DifferenceLimit, LimitState, judge_limit
from estimator.reconciliation.free_shift import FreeShift
from estimator.reconciliation.interpretation import Interpretation
from estimator.reconciliation.parts import NOT_FORECAST, PARTS, has_billed, own_parts
from estimator.reconciliation.rest_of_month import (
    BilledMonth,
    MonthCost,
    billed_and_rest,
    find_free_shift,
)
from pricing.notebook import NotebookResult


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
        The forecast of the month and of the days billed, as `forecast_by_account`. [currency]
    measured_share : float or None
        Share of the month that the measurements cover where CloudTrail's requests are billed.
    notices : tuple of str
        What to know before believing it.
    left_out : tuple of str
        What of the bill could not be read, or was not understood and does not count.
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
    left_out: tuple[str, ...] = ()
    limit: DifferenceLimit | None = None

    @property
    def currency(self) -> str:
        """Code of the currency, such as USD."""
        return self.forecast.currency

    @cached_property
    def parts(self) -> dict[str, float]:
        """The difference in cost, by part: they add up to it. [currency]"""
        return _parts_of(self.rows)

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
        return math.fsum(own_parts(self.parts).values())

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
        return has_billed(self.rows)

    @property
    def is_comparable(self) -> bool:
        """True where the bill has a line of KMS and tells its days.

        Else what it has less than the forecast may be all that is not billed yet: the difference
        says nothing of the forecast, and has no part that explains it.
        """
        return self.days.is_told and self.has_kms

    def forecast_of_month(self, part: str = "", names: tuple[str, ...] = ()) -> float:
        """The forecast of the whole month; parameters as of `billed_and_rest`. [currency]"""
        return math.fsum(self._billed_month.forecast(part, names)["cost"])

    def forecast_to_date(self) -> float:
        """The forecast of the days billed. [currency]"""
        return math.fsum(self._billed_month.forecast()["cost_to_date"])

    def forecast_of_rest(self) -> float:
        """The forecast of what is not billed: days, and what no line is of. [currency]"""
        whole = self._billed_month.forecast()
        if not self.is_comparable:
            return math.fsum(whole["cost"])
        return math.fsum(whole["cost"]) - math.fsum(self.missing.leave_out(whole)["cost_to_date"])

    def forecast_of_billed(self, part: str = "", names: tuple[str, ...] = ()) -> float:
        """The forecast of the days billed, without what no line is of, as billed. [currency]"""
        rows = self.missing.leave_out(self._billed_month.forecast(part, names))
        return math.fsum(rows["as_billed_to_date"])

    def free_shift(self, part: str = "", names: tuple[str, ...] = ()) -> FreeShift:
        """As `estimator.reconciliation.rest_of_month.find_free_shift`, of this bill."""
        return find_free_shift(self._billed_month, part, names)

    @property
    def covers(self) -> str:
        """What the bill covers, such as ``to 15 October``; empty where that is the whole month."""
        days, missing = self.days.text, self.missing.text
        return f"{days}, {missing}" if days and missing else days or missing

    @property
    def bill_text(self) -> str:
        """What the bill covers: ``whole month``, or such as ``bill to 15 October``."""
        return f"bill {self.covers}" if self.covers else "whole month"

    @cached_property
    def _billed_month(self) -> BilledMonth:
        return BilledMonth(
            self.rows, self.expected_by_account, self.days, self.missing, self.levels
        )

    def billed_and_rest(
        self, part: str = "", names: tuple[str, ...] = ()
    ) -> tuple[float, float] | None:
        """As `estimator.reconciliation.rest_of_month.billed_and_rest`, of this bill. [currency]"""
        return billed_and_rest(self._billed_month, part, names)

    def month_cost(self, part: str = "", names: tuple[str, ...] = ()) -> MonthCost | None:
        """The cost of the month; None where the bill tells nothing of it. [currency]

        Parameters
        ----------
        part, names : str, tuple of str
            As of `billed_and_rest`.
        """
        # a bill without a line of KMS, as one of other services, says nothing of what KMS cost
        amounts = self.billed_and_rest(part, names) if self.has_kms else None
        if amounts is None:
            return None
        return MonthCost(*amounts, is_open=self._billed_month.is_open(part, names))

    @property
    def interpretation(self) -> Interpretation | None:
        """That of the bill, where all payers' bills that tell one follow the same."""
        # bills that tell nothing contradict nobody
        decided = [bill for bill in self.interpretations if bill.answer is not None]
        return decided[0] if len({bill.answer for bill in decided}) == 1 else None

    @property
    def repeats(self) -> tuple[str, ...]:
        """What says that lines of the month may count twice: no sum of it is sure."""
        return find_doubts(self.notices, REPEATED, self.month)

    @property
    def condition(self) -> str:
        """What every sum of the bill depends on; empty where on nothing."""
        doubts = ((ONCE, self.repeats), (COMPLETE, self.left_out))
        return " and ".join(words for words, found in doubts if found)

    @cached_property
    def judged_limit(self) -> LimitState | None:
        """The limit, and whether it is kept; None where there is none."""
        if self.limit is None:
            return None
        found = self._hold(self.limit, self.forecast_to_date(), self.parts)
        if found.state == "broken" or not self.missing:
            return found
        # what has no line counts as nothing billed, and would hide what the lines have more
        rows = self.missing.leave_out(self.rows)
        found = self._hold(self.limit, math.fsum(rows["cost_forecast"]), _parts_of(rows))
        return replace(found, without=self.missing.text)

    def _hold(
        self, limit: DifferenceLimit, before: float, parts: Mapping[str, float]
    ) -> LimitState:
        return judge_limit(
            limit,
            f"{self.month}{' ' * bool(self.covers)}{self.covers}",
            before,
            parts,
            self.currency,
            is_told=self.days.is_told,
            unknown=self._unknown_bills,
            has_kms=self.has_kms,
            condition=self.condition,
            shift=self.free_shift(),
        )

    @property
    def _unknown_bills(self) -> str:
        """Why the bills say too little for a limit to be kept; empty where they do not."""
        days = self.days
        if days.open_payers:
            return f"for the bill{days.whose(days.open_payers)} does not tell its days"
        # a payer of whom nothing is forecast has no bill to wait for
        absent = [
            payer
            for payer, covered in days.shares.items()
            if not covered and self.forecast_of_month("payer", (payer,)) > 0
        ]
        if absent:
            return f"for no day{days.whose(absent)} is billed"
        return f"for the bill is {self.missing.text}" if self.missing else ""

    @property
    def broken(self) -> str | None:
        """The limit that is broken, by how much and why, in one line; None where none is."""
        return None if self.judged_limit is None else self.judged_limit.why

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
            "bill": self.bill_text,
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
            if (judged := self.judged_limit) is None
            else judged.to_dict(self.currency),
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


def _parts_of(rows: pd.DataFrame) -> dict[str, float]:
    """The difference of rows in cost, by part. [currency]"""
    return {name: math.fsum(rows[f"cost_{name}"]) for name in PARTS}
