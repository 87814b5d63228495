"""`aws freetier get-free-tier-usage`: how much of the free requests this month has used already.

Members: botocore's service model freetier of 2023-09-07; `Global-KMS-Requests` is the product of
the free requests of all Regions (F13); checked 2026-11-28.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from estimator.discovery.aws_responses.values import items_of, text_of
from estimator.discovery.estate import Estate
from estimator.figures import count
from estimator.inventory.others import FIELD

USAGES = "freeTierUsages"
_PRODUCT = "global-kms-requests"


def take_free_tier(estate: Estate, response: Mapping[str, Any], source: str) -> None:
    """Note what is used and forecast of the free requests; without their line, that it is missing.

    A draft has no number of it: it counts CloudTrail's requests too, of a month that is not over.
    """
    usages = [
        usage
        for usage in items_of(response, USAGES)
        if (text_of(usage, "usageType") or "").casefold() == _PRODUCT
    ]
    if not usages:
        estate.note(f"{source}: no line of Global-KMS-Requests, the free requests of KMS")
    for usage in usages:
        used, limit = (_number(usage, name) for name in ("actualUsageAmount", "limit"))
        ahead = _number(usage, "forecastedUsageAmount")
        if used is None or limit is None:
            estate.note(f"{source}: the line of Global-KMS-Requests has no number of what is used")
            continue
        forecast = "" if ahead is None else f", {count(ahead)} are forecast for the month"
        end = "used up" if used >= limit else f"{count(limit - used)} left"
        estate.note(
            f"{source}: {count(used)} of {count(limit)} free KMS requests of this month are used, "
            f"{end}{forecast}: CloudTrail's and all others' together; what is not CloudTrail's "
            f"belongs into {FIELD}, which `kmscost calibrate` measures out of logs"
        )


def _number(usage: Mapping[str, Any], name: str) -> float | None:
    value = usage.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and value >= 0 else None
