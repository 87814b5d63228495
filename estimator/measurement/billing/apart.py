"""Amounts of a bill that are no usage of KMS, which stand apart from it."""

from __future__ import annotations

import re
from typing import Any

from estimator.measurement.billing.services import CLOUDTRAIL, KMS
from estimator.measurement.result import Actuals


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
