"""Amounts of a bill that are no usage of KMS, which stand apart from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from estimator.measurement.billing.services import CLOUDTRAIL, KMS
from estimator.measurement.result import Actuals

_COPIES = "PaidEventsRecorded"  # CloudTrail's meter of every copy of an event after the first


@dataclass(frozen=True)
class PaidEvents:
    """Copies of management events on CloudTrail's bill, beside KMS's.

    Attributes
    ----------
    events : float
        Billed events. [event]
    cost : float
        Their cost. [the bill's currency]
    requests : float
        Billed KMS requests of the same month. [request]
    """

    events: float
    cost: float
    requests: float


def paid_events(billed: Actuals, month: str) -> PaidEvents | None:
    """The paid copies of events in a month of a bill; None without any."""
    rows = billed.measured
    rows = rows[rows["month"].astype(str) == month]
    copies = rows[(rows["product"] == CLOUDTRAIL) & (rows["meter"] == _COPIES)]
    cost = float(copies["cost"].sum())
    if cost <= 0:
        return None
    requests = rows["quantity"][(rows["product"] == KMS) & (rows["unit"] == "request")]
    return PaidEvents(float(copies["quantity"].sum()), cost, float(requests.sum()))


def charge_words(name: str) -> str:
    """The type of a line that is no usage, in words.

    >>> charge_words("EdpDiscount"), charge_words("RIFee"), charge_words("SavingsPlanNegation")
    ('EDP discount', 'RI fee', 'savings plan negation')
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name).split()
    # abbreviations stay: AWS writes that of its discount program as a word
    return " ".join(
        "EDP" if word == "Edp" else word if word.isupper() else word.lower() for word in words
    )


def amounts_apart(billed: Actuals, month: str, currency: str) -> tuple[dict[str, Any], ...]:
    """Amounts of the month that are no usage of KMS: taxes, credits, and CloudTrail's own lines."""
    rows = billed.measured
    rows = rows[rows["month"].astype(str) == month]
    others = rows[(rows["product"] == KMS) & ~rows["unit"].isin(["request", "key-month"])]
    sums = others.groupby("operation", observed=True)["cost"].sum()
    found = [(str(name) or "other", KMS, cost) for name, cost in sums.items()]
    trails = float(rows["cost"][rows["product"] == CLOUDTRAIL].sum())
    if trails:
        found.append(("lines of CloudTrail itself", CLOUDTRAIL, trails))
    code = f"cost_{currency.lower()}"
    return tuple(
        {"what": what, "product": product, code: float(cost)}
        for what, product, cost in found
        if cost
    )
