"""Copies of events on CloudTrail's bill, apart from KMS: what a report says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from estimator.figures import FEW, HALF_CENT, count, listed, money, plural
from estimator.measurement.billing.summary import PaidEvents
from estimator.report.answers.budgets_and_copies import CopyCharge, between, copies_charged
from estimator.report.monthly.document import Card
from estimator.report.monthly.month_bill import TENTH


@dataclass(frozen=True, eq=False)
class MonthCopies:
    """Copies of events in a month: by the forecast those of KMS events, by the bill all of them.

    Attributes
    ----------
    month, currency : str
    totals : mapping
        The forecast's totals of the month.
    events : DataFrame or None
        Its `estimator.frames.EVENTS`; None where no rate is known.
    paid : PaidEvents or None
        Copies on CloudTrail's bill of the month.
    spent : float
        What the month costs on KMS's bill: less than a tenth of it changes no mind. [currency]
    """

    month: str
    currency: str
    totals: Mapping[str, float]
    events: pd.DataFrame | None
    paid: PaidEvents | None
    spent: float

    @cached_property
    def charge(self) -> CopyCharge:
        """The forecast's; NaN where no rate is known."""
        return CopyCharge.from_totals(self.totals, self.currency)

    @property
    def is_shown(self) -> bool:
        """True where copies of KMS events cost a tenth of the KMS sum or more."""
        return self.charge.high > 0 and self.charge.high >= TENTH * abs(self.spent)

    @cached_property
    def unexplained(self) -> PaidEvents | None:
        """Paid events of a tenth of the KMS sum or more that no trail of the inventory explains."""
        paid = self.paid
        if paid is None or paid.cost < TENTH * abs(self.spent):
            return None
        # without a rate for copies (NaN) nothing explains them
        return None if paid.cost <= self.charge.high * (1 + TENTH) + HALF_CENT else paid

    def cards(self) -> Iterator[Card]:
        """The numbers that stand beside those of KMS."""
        if self.is_shown:
            note = "on CloudTrail's bill, apart from KMS"
            yield Card("Copies of KMS events", self.charge.text, self.currency, note)
        paid = self.unexplained
        if paid is not None:
            note = f"{plural(paid.events, 'event')} on CloudTrail's bill, apart from KMS"
            yield Card("Paid events", money(paid.cost), self.currency, note)

    def beside(self) -> Iterator[str]:
        """What stands under the verdict, where it is enough to change a mind."""
        if self.is_shown:
            when = f" in {self.month}"
            for line in copies_charged(self.totals, self.events, self.currency, when):
                yield f"{line}."
        paid = self.unexplained
        if paid is None:
            return
        line = (
            f"Apart from KMS, CloudTrail's bill of {self.month} has {self.currency} "
            f"{money(paid.cost)} for {count(paid.events)} paid events"
        )
        if abs(paid.events - paid.requests) <= TENTH * paid.requests:
            line += ", about as many as the KMS requests: perhaps copies of KMS events"
        known = self.charge.high
        explained = f"more than {money(known)} of them" if known > 0 else "them"
        yield f"{line}; no trail of the inventory explains {explained}."

    def to_do(self) -> Iterator[str]:
        """Whose the copies of KMS events are; then what to look for where no trail explains any."""
        if self.events is not None and self.is_shown:
            sums = self.events.groupby("trail", observed=True)[["cost", "cost_high"]].sum()
            sums = sums[sums["cost_high"] > 0]
            sums = sums.sort_values("cost_high", ascending=False, kind="stable")
            low, high = float(sums["cost"].sum()), float(sums["cost_high"].sum())
            names = [str(name) for name in sums.index]
            yield (
                f"Exclude KMS events from trail{'s' * (len(names) > 1)} {listed(names, FEW)} "
                f"(exclude_kms_events: true), or drop what repeats another: {self.currency} "
                f"{between(low, high)} a month on CloudTrail's bill."
            )
        paid = self.unexplained
        if paid is not None:
            yield (
                f"Find the trail behind the {plural(paid.events, 'paid event')} ({self.currency} "
                f"{money(paid.cost)}): write it into the inventory, and exclude KMS events from it "
                "if they repeat another's."
            )
