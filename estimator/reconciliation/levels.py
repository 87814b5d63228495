"""The levels that a bill does not tell: keys, operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from estimator.figures import count, listed
from estimator.measurement.result import Actuals

KMS = "awskms"

_MOST_NAMES = 10

# the meter of requests on symmetric keys; a bill without usage types names none
SYMMETRIC = ("KMS-Requests", "")

# what CloudTrail's files cause under their keys
OPERATIONS = ("GenerateDataKey", "Decrypt", "Encrypt", "ReEncrypt", "ReEncryptFrom", "ReEncryptTo")


@dataclass(frozen=True)
class MissingLevels:
    """Levels that the bill does not tell, and why: the key of requests and of key-months."""

    request_keys: str = ""
    key_keys: str = ""
    operations: str = ""
    accounts: str = ""

    def to_dict(self) -> dict[str, str]:
        """The missing levels, with the reason."""
        reasons = {
            "key of requests": self.request_keys,
            "key of key-months": self.key_keys,
            "operation": self.operations,
            "account": self.accounts,
        }
        return {name: why for name, why in reasons.items() if why}


def of_month(billed: Actuals, month: str) -> pd.DataFrame:
    """The bill's KMS requests and key-months of one month."""
    rows = billed.measured
    return rows[
        (rows["product"] == KMS)
        & (rows["month"].astype(str) == month)
        & rows["unit"].isin(["request", "key-month"])
    ]


def find_missing_levels(
    lines: pd.DataFrame, forecast: pd.DataFrame, names: Mapping[str, str]
) -> MissingLevels:
    """Find the levels that the bill does not tell.

    Parameters
    ----------
    lines : DataFrame
        The bill's requests and key-months.
    forecast : DataFrame
        The forecast by row.
    names : mapping
        Id of a key by its ARN.
    """
    is_request = lines["unit"] == "request"
    requests = lines[is_request & lines["meter"].isin(SYMMETRIC)]
    months = lines[~is_request]
    any_arn = bool((lines["key"] != "").any())
    # some lists have no key to name; what CloudTrail causes has one
    nameless = requests[(requests["key"] == "") & requests["operation"].isin(["", *OPERATIONS])]
    return MissingLevels(
        request_keys=_missing_key(any_arn, nameless, forecast, names, "request"),
        key_keys=_missing_key(any_arn, months[months["key"] == ""], forecast, names, "key-month"),
        operations=_missing_operation(requests),
        accounts=_missing_account(lines),
    )


def _missing_key(
    any_arn: bool,
    nameless: pd.DataFrame,
    forecast: pd.DataFrame,
    names: Mapping[str, str],
    unit: str,
) -> str:
    if not any_arn:
        return "the bill names no keys (export it with resource ids)"
    if nameless["quantity"].sum():
        return f"the bill names no key for {count(nameless['quantity'].sum())} {unit}s"
    # a key without an ARN would stand in the forecast under its id, in the bill under another name
    used = set(forecast["key"][forecast["unit"] == unit]) - set(names.values())
    if used:
        keys = listed(sorted(used), _MOST_NAMES)
        return f"no arn is known of key {keys} (write it into the inventory as `arn`)"
    return ""


def _missing_account(lines: pd.DataFrame) -> str:
    nameless = int((lines["billed_account"] == "").sum())
    return "the bill names no accounts (group it by account)" if nameless else ""


def _missing_operation(requests: pd.DataFrame) -> str:
    nameless = requests["quantity"][requests["operation"] == ""].sum()
    many = "request" if nameless == 1 else "requests"
    return f"the bill names no operation for {count(nameless)} {many}" if nameless else ""
