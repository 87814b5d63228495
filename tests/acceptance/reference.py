"""A slow, obvious reference of the model and of the pricing, to hold the tool against.

It loops over every trail, account, Region and day, in Fractions. It shares no code with the tool
and has no vectors: what it does can be read beside the specification, line by line.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

FAR_PAST = dt.date(1990, 1, 1)
FAR_FUTURE = dt.date(2200, 1, 1)
PRECISE = Context(prec=40)

# the causes that are never charged, under each reading of who pays for CloudTrail's own writes
CHARGED: frozenset[str] = frozenset()
EXEMPT = frozenset({"put", "digest"})


@dataclass
class Month:
    """Requests by (payer, Region of the key, cause), and key-months."""

    requests: dict[tuple[str, str, str], Fraction] = field(
        default_factory=lambda: defaultdict(Fraction)
    )
    keys: Fraction = Fraction(0)


def partition(region: str) -> str:
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def first_of(month: str) -> dt.date:
    return dt.date(int(month[:4]), int(month[5:]), 1)


def next_month(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02d}"


def days_of(month: str) -> list[dt.date]:
    day, days = first_of(month), []
    while day.strftime("%Y-%m") == month:
        days.append(day)
        day += dt.timedelta(days=1)
    return days


def lives(thing: dict[str, Any], day: dt.date) -> bool:
    """`from` is inclusive, `until` exclusive."""
    born: dt.date = thing.get("from", FAR_PAST)
    return born <= day < thing.get("until", FAR_FUTURE)


def median(assumption: Any) -> Fraction:
    """A number, or a range: mid, or else the geometric mean, which is a lognormal's median."""
    if isinstance(assumption, dict):
        if "mid" in assumption:
            return Fraction(assumption["mid"])
        return Fraction((Decimal(assumption["low"]) * Decimal(assumption["high"])).sqrt(PRECISE))
    return Fraction(str(assumption))


def files_a_day(account: dict[str, Any], trail: dict[str, Any], region: str) -> Fraction:
    """Precedence account > trail > 288."""
    for owner in (account, trail):
        if "files_per_day" in owner:
            given = owner["files_per_day"]
            if isinstance(given, dict) and "other" in given:
                given = given.get(region, given["other"])
            return median(given)
    return Fraction(288)


def growth_factor(growth: dict[str, Any], first: str, month: str) -> Fraction:
    """Compounding monthly from as_of, by default the first month of the forecast."""
    start = growth.get("as_of", first_of(first))
    now = first_of(month)
    months = Decimal((now.year - start.year) * 12 + now.month - start.month)
    factor = Decimal(1)
    for name in ("accounts_per_year", "files_per_year"):
        yearly = 1 + Decimal(growth.get(name, "0%").rstrip("%")) / 100
        grown = PRECISE.power(yearly, PRECISE.divide(months, Decimal(12)))
        factor = PRECISE.multiply(factor, grown)
    return Fraction(factor)


def payer_of(inv: dict[str, Any], account_id: str) -> str:
    account = next(one for one in inv["accounts"] if one["id"] == account_id)
    return str(account.get("payer", inv.get("payer", inv["accounts"][0]["id"])))


def key_region(inv: dict[str, Any], name: str) -> str:
    return str(next(key["region"] for key in inv["keys"] if key["id"] == name))


def covered(inv: dict[str, Any], trail: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """The (account, Region) pairs of a trail: its streams."""
    home_partition = partition(key_region(inv, trail["key"]))
    for account in inv["accounts"]:
        if trail["scope"] == "account" and account["id"] != trail["account"]:
            continue
        if payer_of(inv, account["id"]) != payer_of(inv, trail["account"]):
            continue
        for region in account.get("regions", inv["regions"]):
            if trail["regions"] != "all" and region not in trail["regions"]:
                continue
            if partition(region) == home_partition:
                yield account, region


def digests_under_key(trail: dict[str, Any]) -> bool:
    return bool(trail.get("log_file_validation")) and trail.get("digest_files") == "sse-kms"


def write_files(inv: dict[str, Any], trail: dict[str, Any], puts: Fraction, into: Month) -> None:
    """The GenerateDataKey of one stream on one day."""
    where = payer_of(inv, trail["account"]), key_region(inv, trail["key"])
    bucket = trail["bucket"]
    saving = Fraction(str(bucket["bucket_key_saving"])) if bucket.get("bucket_key") else 0
    into.requests[*where, "put"] += puts * (1 - saving)
    if digests_under_key(trail):
        into.requests[*where, "digest"] += 24


def read_new_files(
    inv: dict[str, Any], trail: dict[str, Any], reader: dict[str, Any], puts: Fraction, into: Month
) -> None:
    """What a reader of each new file requests for one stream on one day."""
    who, region = payer_of(inv, reader["account"]), key_region(inv, trail["key"])
    if reader["kind"] == "every-file":
        into.requests[who, region, "read"] += median(reader["gets_per_file"]) * puts
    elif reader["kind"] == "replication":
        into.requests[who, region, "read"] += puts
        target = key_region(inv, reader["destination_key"])
        into.requests[who, target, "read"] += puts


def read_old_files(
    inv: dict[str, Any],
    trail: dict[str, Any],
    reader: dict[str, Any],
    per_day: Fraction,
    into: Month,
) -> None:
    """What a reader that looks back requests in a month for one stream that always lives."""
    where = payer_of(inv, reader["account"]), key_region(inv, trail["key"]), "read"
    if reader["kind"] == "query":
        files = per_day * min(reader["days_scanned"], trail["bucket"]["retention_days"])
        share = median(reader["share_of_files"]) * median(reader["gets_per_file"])
        into.requests[where] += median(reader["queries_per_month"]) * files * share
    elif reader["kind"] == "validate":
        into.requests[where] += reader["runs_per_month"] * reader["days"] * (per_day + 24)


def use_trail(
    inv: dict[str, Any], trail: dict[str, Any], days: list[dt.date], growth: Fraction, into: Month
) -> None:
    """All that a trail and its readers request in a month, but for `fixed` readers."""
    every = [trail["name"] for trail in inv["trails"]]
    readers = [one for one in inv["readers"] if trail["name"] in one.get("trails", every)]
    for account, region in covered(inv, trail):
        per_day = files_a_day(account, trail, region)
        for day in days:
            if lives(trail, day) and lives(account, day):
                write_files(inv, trail, per_day * growth, into)
                for reader in readers:
                    if lives(reader, day):
                        read_new_files(inv, trail, reader, per_day * growth, into)
        for reader in readers:
            read_old_files(inv, trail, reader, per_day, into)
    where = payer_of(inv, trail["account"]), key_region(inv, trail["key"]), "check"
    into.requests[where] += trail.get("config_updates_per_month", 0)


def read_fixed(
    inv: dict[str, Any], reader: dict[str, Any], days: list[dt.date], into: Month
) -> None:
    """A fixed number of gets on each day, from one trail."""
    (name,) = reader["trails"]
    trail = next(one for one in inv["trails"] if one["name"] == name)
    where = payer_of(inv, reader["account"]), key_region(inv, trail["key"]), "read"
    for day in days:
        if lives(reader, day):
            into.requests[where] += median(reader["gets_per_day"])


def key_months(key: dict[str, Any], days: list[dt.date]) -> Fraction:
    """A key hour by hour: 1, and 1 more for each rotation that counts by then."""
    total = Fraction(0)
    for day in days:
        if day < key.get("created", FAR_PAST):
            continue
        rotated = sum(1 for rotation in key.get("rotations", []) if rotation <= day)
        if day >= dt.date(2024, 5, 1):
            rotated = min(rotated, 2)
        total += Fraction(24 * (1 + rotated), 24 * len(days))
    return total


def reference(inv: dict[str, Any], first: str, count: int) -> list[tuple[str, Month]]:
    """Each month of a forecast."""
    answer = []
    month = first
    for _ in range(count):
        result, days = Month(), days_of(month)
        growth = growth_factor(inv.get("growth", {}), first, month)
        for trail in inv["trails"]:
            use_trail(inv, trail, days, growth, result)
        for reader in inv["readers"]:
            if reader["kind"] == "fixed":
                read_fixed(inv, reader, days, result)
        result.keys = sum((key_months(key, days) for key in inv["keys"]), Fraction(0))
        answer.append((month, result))
        month = next_month(month)
    return answer


def rate(region: str) -> Fraction:
    """What a request costs. [USD/request]"""
    return Fraction(4 if partition(region) == "aws-us-gov" else 3, 1_000_000)


def priced(month: Month, other: int, exempt: frozenset[str]) -> tuple[Fraction, Fraction]:
    """Billable requests and their cost.

    One pool per payer and partition; others use it first, the rest is shared in proportion among
    what is charged.
    """
    pools: dict[tuple[str, str], list[tuple[str, Fraction]]] = defaultdict(list)
    for (payer, region, cause), quantity in month.requests.items():
        if cause not in exempt:
            pools[payer, partition(region)].append((region, quantity))
    billable = cost = Fraction(0)
    for rows in pools.values():
        metered = sum(quantity for _, quantity in rows)
        rest = Fraction(max(0, 20_000 - other))
        share = min(Fraction(1), rest / metered) if metered else Fraction(1)
        for region, quantity in rows:
            billable += quantity * (1 - share)
            cost += quantity * (1 - share) * rate(region)
    return billable, cost
