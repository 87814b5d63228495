"""The lines of an attribution as people read them: names, and amounts that add up as printed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from estimator.attribution import Attribution
from estimator.attribution.logged import CLOUDTRAIL
from estimator.attribution.result import APART, GROUPS, KEY, LOGGED, NOT_IN_LOGS
from estimator.figures import at_least
from estimator.measurement.billing.cells import charge_words
from estimator.report.answers.measurement import cell_word
from estimator.report.columns import print_amounts
from pricing.arns import is_account, split_arn

MOST_LINES = 10  # of a service, resource, caller or key; the rest are one line
_REQUESTS = ("quantity", "share")
_NUMBERS = (*_REQUESTS, "cost", "without_rate")
# requests that no service's resource is behind
_WITHOUT = {"direct": "direct use of KMS", "unknown": "an unknown service"}
_PARTS = {
    NOT_IN_LOGS: "not in these logs",
    KEY: "keys by the month",
}


@dataclass(frozen=True)
class Line:
    """A line as it is shown.

    Attributes
    ----------
    name, part, service : str
        What it is called; logged, not-in-logs, key or apart; the service, where the line has one.
    requests, share : float
        NaN where a line is of no requests. [request], [0-1]
    cost : float
        [currency]
    without_rate : float
        Requests that no rate is known for. [request]
    amount : str
        The cost as it is printed, so that all lines add up.
    """

    name: str
    part: str
    service: str
    requests: float
    share: float
    cost: float
    without_rate: float
    amount: str = ""


def shown_lines(attribution: Attribution, group: str) -> list[Line]:
    """The lines of a group, the dearest first, the small ones as one; then what is no request's."""
    lines = attribution.lines(group)
    logged = lines[lines["part"] == LOGGED]
    # what is logged and on no line of the bill is in a notice
    logged = logged[(logged["quantity"] > 0) | (logged["cost"] != 0)]
    first, rest = _first_lines(logged)
    rows = first.to_dict("records")
    unpriced = [_line(name, row) for name, row in zip(line_names(group, rows), rows, strict=True)]
    if len(rest):
        sums = {name: math.fsum(rest[name]) for name in _NUMBERS}
        unpriced.append(_line(f"and {len(rest):,} more", {"part": LOGGED, **sums}))
    for row in lines[lines["part"] != LOGGED].to_dict("records"):
        if not row["quantity"] and not row["cost"] and row["part"] == NOT_IN_LOGS:
            continue  # only the other interpretation misses something
        name = part_name(row)
        no_request = row["part"] != NOT_IN_LOGS
        unpriced.append(
            _line(name, {**row, **dict.fromkeys(_REQUESTS, math.nan)} if no_request else row)
        )
    # what is no service's, resource's or caller's is the same in each table, and reads so
    repeated = [at for at, line in enumerate(unpriced) if line.part != LOGGED]
    amounts = print_amounts([line.cost for line in unpriced], math.fsum(lines["cost"]), repeated)
    missing = [line.without_rate for line in unpriced]
    return [
        replace(line, amount=at_least(amount, without))
        for line, amount, without in zip(unpriced, amounts[:-1], missing, strict=True)
    ]


def part_name(row: Mapping[Any, Any]) -> str:
    """Return what a line is called that is no service's, resource's, caller's or key's."""
    return charge_words(str(row["what"])) if row["part"] == APART else _PARTS[str(row["part"])]


def _line(name: str, row: Mapping[Any, Any]) -> Line:
    """A line without its amount, which all lines together decide."""
    return Line(
        name=name,
        part=str(row["part"]),
        service=str(row.get("service", "")),
        requests=float(row["quantity"]),
        share=float(row["share"]),
        cost=float(row["cost"]),
        without_rate=0.0 if math.isnan(row["quantity"]) else float(row["without_rate"]),
    )


def total_amount(attribution: Attribution) -> str:
    """The sum of all lines, in as many decimals as they have."""
    lines = attribution.lines("service")
    amounts = print_amounts(list(lines["cost"]), math.fsum(lines["cost"]))
    return at_least(amounts[-1], attribution.totals["requests_without_rate"])


def _first_lines(logged: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The lines that are shown by their name, CloudTrail's largest always among them; the rest."""
    first, rest = logged.iloc[:MOST_LINES], logged.iloc[MOST_LINES:]
    if "service" in logged and len(rest) and CLOUDTRAIL not in set(first["service"]):
        trails = rest[rest["service"] == CLOUDTRAIL].iloc[:1]
        if len(trails):
            chosen = [*first.index[:-1], *trails.index]
            return logged.loc[chosen], logged.drop(index=chosen)
    return first, rest


def resource_name(service: str, resource: str) -> str:
    """A resource with its service, or what stands in its place.

    >>> resource_name("s3", "arn:aws:s3:::example-data"), resource_name("kafka", "")
    ('S3 bucket example-data', 'kafka')
    >>> resource_name("ssm", "arn:aws:ssm:eu-west-1:111122223333:parameter/app/token")
    'ssm parameter/app/token'
    >>> resource_name("s3", "arn:aws:s3tables:us-east-1:111122223333:bucket/web")
    's3tables bucket/web'
    """
    if not resource:
        return _WITHOUT.get(service, service) or _WITHOUT["unknown"]
    word = cell_word(resource)
    if service == "s3":
        # the name of a bucket has no word for what it is; other ARNs have theirs
        arn = split_arn(resource)
        service = "S3 bucket" if arn is None or "/" not in word else arn.service
    return f"{service} {word}"


def line_names(group: str, lines: Sequence[Mapping[Any, Any]]) -> list[str]:
    """A short name for each line, whole where two would have the same."""
    short = [_short_name(group, line) for line in lines]
    return [
        name if short.count(name) == 1 else str(line[GROUPS[group][-1]]) or name
        for name, line in zip(short, lines, strict=True)
    ]


def _short_name(group: str, line: Mapping[Any, Any]) -> str:
    if group == "resource":
        return resource_name(str(line["service"]), str(line["resource"]))
    name = str(line[group])
    if group == "service":
        return _WITHOUT.get(name, name) if name else _WITHOUT["unknown"]
    if group == "caller" and is_account(name):
        # an event may tell the account of its caller alone
        return f"account {name}"
    return cell_word(name).removeprefix("key/") if name else f"no {group} named"
