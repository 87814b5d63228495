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
    subscribers = []
    for address in dict.fromkeys([notify] if isinstance(notify, str) else notify):
        topic = parse_arn(address, "sns")
        if topic and topic.region and topic.account and _TOPIC.fullmatch(topic.resource):
            subscribers.append({"SubscriptionType": "SNS", "Address": address})
        elif _ADDRESS.fullmatch(address):
            subscribers.append({"SubscriptionType": "EMAIL", "Address": address})
        else:
            expected = "an e-mail address or the ARN of an SNS topic"
            raise UsageError(Problem("notify", None, "", repr(address), expected, ""))
    kinds = [subscriber["SubscriptionType"] for subscriber in subscribers]
    if kinds.count("SNS") > MOST_TOPICS or kinds.count("EMAIL") > MOST_ADDRESSES:
        found = f"{kinds.count('SNS')} topics and {kinds.count('EMAIL')} addresses"
        expected = f"at most {MOST_TOPICS} SNS topic and {MOST_ADDRESSES} addresses"
        raise UsageError(Problem("notify", None, "", found, expected, ""))
    return tuple(subscribers)


def notifications(
    thresholds: Sequence[float], subscribers: Sequence[dict[str, str]]
) -> list[dict[str, Any]]:
    """One for each threshold that is really reached, one where AWS forecasts the highest.

    Past ten, which is all that AWS takes, the lowest thresholds are left out.
    """
    highest = sorted(thresholds)[-MOST_THRESHOLDS:]
    alarms = [("ACTUAL", threshold) for threshold in highest] + [("FORECASTED", highest[-1])]
    return [
        {
            "Notification": {
                "NotificationType": kind,
                "ComparisonOperator": "GREATER_THAN",
                "Threshold": percent(threshold),
                "ThresholdType": "PERCENTAGE",
            },
            "Subscribers": list(subscribers),
        }
        for kind, threshold in alarms
    ]


def percent(share: float) -> float:
    """A share in percent, without a digit that nobody wrote. [%]

    >>> percent(0.07), 0.07 * 100
    (7.0, 7.000000000000001)
    """
    return float(Decimal(repr(float(share))) * 100)
