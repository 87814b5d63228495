"""What a forecast says of budgets and of copies of KMS events, a line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from estimator.figures import FEW, SUMS, factor, listed, money
from estimator.forecasting import Forecast
from estimator.forecasting.budgets import (
    describe_budget,
    describe_budgets,
    in_months,
    reached_thresholds,
)
from estimator.forecasting.result import INTERPRETATION_WORDS
from estimator.report.blocks import Alert
from estimator.report.columns import share_beside

if TYPE_CHECKING:
    import pandas as pd

_MOST_BUDGETS = 10
_EXPECTED = "_expected"  # at the end of the fields of a use with each range at its mean


def budget_lines(forecast: Forecast) -> list[str]:
    """Each budget's highest month under both interpretations, and what was reached when.

    What is expected stands in a sentence of its own where it says something else.
    """
    budgets = forecast.inventory.budgets
    known = describe_budgets(forecast.budgets, budgets)
    lines = []
    for budget, rows in zip(budgets[:_MOST_BUDGETS], known, strict=False):
        used, expected = (_describe_highest(rows, f"used{of}") for of in ("", _EXPECTED))
        verdict, of_expected = (_verdict(rows, f"over{of}") for of in ("", _EXPECTED))
        line = f"B{describe_budget(budget)[1:]}: highest {used}"
        # not "never over it" of a budget that the next sentence says is broken
        if rows["first_over"] or not rows[f"first_over{_EXPECTED}"]:
            line += f"; {verdict}"
        reached, expected_to_reach = (
            [*_reached_thresholds(rows, f"used{of}")] for of in ("", _EXPECTED)
        )
        line += "".join(f"; {threshold}" for threshold in reached)
        other = "".join(_highest(rows, "used_other_reading")[0])
        line = f"{line}; if {INTERPRETATION_WORDS[forecast.other_interpretation]}: {other}"
        if (expected, of_expected, expected_to_reach) != (used, verdict, reached):
            line += f". Expected, with each range at its mean: highest {expected}; {of_expected}"
            line += "".join(f"; {each}" for each in expected_to_reach if each not in reached)
        lines.append(Alert(line) if _is_broken(rows) else line)
    more = known[_MOST_BUDGETS:]
    if more:
        over = sum(map(_is_broken, more))
        lines.append(f"and {len(more):,} more budgets, {over:,} of them broken: see --by budget")
    return lines


def _highest(rows: Mapping[str, Any], column: str) -> tuple[tuple[str, str], str]:
    """The largest use as an amount and a share, and its month."""
    top = max(rows["months"], key=lambda row: float(row[column]))
    used, limit = float(top[column]), rows["usd_per_month"]
    return (money(used), f", {share_beside(used / limit, 1.0)}" if limit else ""), top["month"]


def _describe_highest(rows: Mapping[str, Any], column: str) -> str:
    (used, share), month = _highest(rows, column)
    return f"{used} in {month}{share}" if len(rows["months"]) > 1 else f"{used}{share}"


def _is_broken(rows: Mapping[str, Any]) -> bool:
    """True where the typical or the expected cost of a month is over it."""
    return bool(rows["first_over"] or rows[f"first_over{_EXPECTED}"])


def _verdict(rows: Mapping[str, Any], column: str) -> str:
    over = sum(row[column] for row in rows["months"])
    if not over:
        return "never over it"
    first = f", first {rows[f'first_{column}']}"
    return f"over it{in_months(over, len(rows['months']))}{first * (len(rows['months']) > 1)}"


def _reached_thresholds(rows: Mapping[str, Any], column: str) -> Iterator[str]:
    """Since when a use reaches each threshold; of the whole budget the verdict tells."""
    limit, thresholds = rows["usd_per_month"], rows["thresholds"]
    for threshold in thresholds:
        first = next(
            (
                row
                for row in rows["months"]
                if threshold in reached_thresholds(row[column], limit, thresholds)
            ),
            None,
        )
        if first and threshold != 1:
            yield f"{factor(threshold * 100)} % reached in {first['month']}"


def copies_lines(forecast: Forecast) -> list[str]:
    """The charge for copies of KMS events over all months, by whom and by trail."""
    return copies_charged(forecast.totals, forecast.events, forecast.currency)


def copies_charged(
    totals: Mapping[str, float], events: pd.DataFrame | None, currency: str, when: str = ""
) -> list[str]:
    """The charge for copies of KMS events, never part of the KMS figure; nothing without any.

    Parameters
    ----------
    totals : mapping of str to float
        As those of a forecast, of the same months as `events`.
    events : DataFrame or None
        `estimator.frames.EVENTS`; None where no rate is known, which a notice says.
    when : str
        Which months, as " in 2026-10".
    """
    charge = CopyCharge.from_totals(totals, currency)
    if events is None or not charge.high:
        return []
    by_trail = events.groupby("trail", observed=True)[["cost", "cost_high"]].sum()
    by_trail = by_trail.sort_values("cost_high", ascending=False, kind="stable")
    trails = [
        f"{name} {between(row['cost'], row['cost_high'])}"
        for name, row in by_trail.to_dict("index").items()
    ]
    line = (
        f"Apart from KMS, on CloudTrail's bill{when}: {currency} {charge.text} for copies of KMS "
        f"events, {charge.whose}, by trail {listed(trails, FEW)} "
        "(exclude_kms_events: true avoids it)"
    )
    return [line]


@dataclass(frozen=True)
class CopyCharge:
    """The cost of copies of KMS events of this inventory's and of all others' requests. [currency]

    Attributes
    ----------
    own, others, others_high : float
        Those of all others at least and at most.
    """

    own: float
    others: float
    others_high: float

    @classmethod
    def from_totals(cls, totals: Mapping[str, float], currency: str) -> CopyCharge:
        """That of a forecast's totals; NaN where no rate is known."""
        name = f"cost_{currency.lower()}_cloudtrail_events"
        whole, others, high = (totals[f"{name}{end}"] for end in ("", "_others", "_high"))
        own = whole - others
        # a difference of two sums: what is left of nothing is their last digits
        return cls(own if abs(own) > SUMS * high else 0.0, others, others + high - whole)

    @property
    def low(self) -> float:
        """All of it, at least."""
        return self.own + self.others

    @property
    def high(self) -> float:
        """All of it, at most."""
        return self.own + self.others_high

    @property
    def is_range(self) -> bool:
        """True where the cost is known only between two ends."""
        return self.others_high - self.others > SUMS * abs(self.high)

    @property
    def text(self) -> str:
        """All of it: one amount where it is known."""
        return between(self.low, self.high)

    @property
    def whose(self) -> str:
        """The parts in words."""
        if not self.others_high:
            return "all of them of this inventory's requests"
        others = between(self.others, self.others_high)
        where = ", whose places are not known" if self.is_range else ""
        return f"{money(self.own)} of this inventory's requests and {others} of all others'{where}"


def between(low: float, high: float) -> str:
    """An amount, or both ends where it is known between two only.

    >>> between(0.0, 2000.0), between(5.0, 5.0 + 1e-12)
    ('0.00 to 2,000.00', '5.00')
    """
    return f"{money(low)} to {money(high)}" if high - low > SUMS * abs(high) else money(low)
