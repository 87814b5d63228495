"""What an export of Cost Explorer tells: the cost and the usage of a group in a period."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from estimator.measurement.billing.services import CLOUDTRAIL, KMS
from pricing.usage_types import region_and_meter

COMMAND = (
    "aws ce get-cost-and-usage --granularity DAILY --metrics UnblendedCost UsageQuantity "
    "--group-by Type=DIMENSION,Key=USAGE_TYPE Type=DIMENSION,Key=OPERATION --time-period "
    "Start=2026-10-01,End=2026-11-01"
)

_METER = re.compile(r"KMS-\w[\w-]*")
_TRAILS = re.compile(r"\w*Events(?:Recorded|Analyzed)|InsightsEvents")


@dataclass(frozen=True)
class Entry:
    """The cost and the usage of one group in one period; None where a file does not tell them.

    Attributes
    ----------
    start, end : Timestamp
        Of the period. [UTC]
    is_open : bool
        The period may go on: it covers no hour.
    group : tuple of pairs
        Fields of a bill's line and their values.
    cost, quantity : str or None
    unit, currency : str
    """

    start: pd.Timestamp
    end: pd.Timestamp
    is_open: bool
    group: tuple[tuple[str, str], ...]
    cost: str | None
    quantity: str | None
    unit: str = ""
    currency: str = ""


def product_of_usage_type(usage_type: str) -> str:
    """AWS's code of the service that has a usage type, if it is KMS or CloudTrail.

    >>> product_of_usage_type("us-east-1-KMS-Requests"), product_of_usage_type("BoxUsage:t3.micro")
    ('awskms', '')
    """
    meter = region_and_meter(usage_type)[1]
    if _METER.fullmatch(meter):
        return KMS
    return CLOUDTRAIL if _TRAILS.fullmatch(meter) else ""
