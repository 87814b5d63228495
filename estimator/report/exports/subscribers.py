"""Who is told when a budget is nearly used, and when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from pricing.arns import parse_arn
from pricing.reading.problems import Problem, UsageError

# the service model of AWS Budgets 2016-10-20: a notification has one SNS topic and ten addresses
MOST_TOPICS, MOST_ADDRESSES, MOST_NOTIFICATIONS = 1, 10, 10
# one more is for AWS's own forecast
MOST_THRESHOLDS = MOST_NOTIFICATIONS - 1

_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,256}(?:\.fifo)?")
_ADDRESS = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+")


def read_subscribers(notify: Sequence[str]) -> tuple[dict[str, str], ...]:
    """E-mail addresses and an SNS topic as AWS Budgets takes them.

    >>> read_subscribers(["finops@example.com"])
    ({'SubscriptionType': 'EMAIL', 'Address': 'finops@example.com'},)

    Raises
    ------
    UsageError
        One is neither, or there are too many.
    """
    said = []
    for one in dict.fromkeys([notify] if isinstance(notify, str) else notify):
        topic = parse_arn(one, "sns")
        if topic and topic.region and topic.account and _TOPIC.fullmatch(topic.resource):
            said.append({"SubscriptionType": "SNS", "Address": one})
        elif _ADDRESS.fullmatch(one):
            said.append({"SubscriptionType": "EMAIL", "Address": one})
        else:
            expected = "an e-mail address or the ARN of an SNS topic"
            raise UsageError(Problem("notify", None, "", repr(one), expected, ""))
    kinds = [one["SubscriptionType"] for one in said]
    if kinds.count("SNS") > MOST_TOPICS or kinds.count("EMAIL") > MOST_ADDRESSES:
        found = f"{kinds.count('SNS')} topics and {kinds.count('EMAIL')} addresses"
        expected = f"at most {MOST_TOPICS} SNS topic and {MOST_ADDRESSES} addresses"
        raise UsageError(Problem("notify", None, "", found, expected, ""))
    return tuple(said)


def notifications(
    thresholds: Sequence[float], subscribers: Sequence[dict[str, str]]
) -> list[dict[str, Any]]:
    """One for each threshold that is really reached, one where AWS forecasts the highest.

    Past ten, which is all that AWS takes, the lowest thresholds are left out.
    """
    kept = sorted(thresholds)[-MOST_THRESHOLDS:]
    alarms = [("ACTUAL", one) for one in kept] + [("FORECASTED", kept[-1])]
    return [
        {
            "Notification": {
                "NotificationType": kind,
                "ComparisonOperator": "GREATER_THAN",
                "Threshold": percent(one),
                "ThresholdType": "PERCENTAGE",
            },
            "Subscribers": list(subscribers),
        }
        for kind, one in alarms
    ]


def percent(share: float) -> float:
    """A share in percent, without a digit that nobody wrote. [%]

    >>> percent(0.07), 0.07 * 100
    (7.0, 7.000000000000001)
    """
    return float(Decimal(repr(float(share))) * 100)
