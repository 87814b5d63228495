"""Inventories written in few words: each part has the defaults that most sums here start from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

A, B, C, D = "111122223333", "222222222222", "333333333333", "444444444444"
TWO = ["us-east-1", "eu-west-1"]

# a file in a billion years: a stream that can be read, and adds nothing to any sum
NEXT_TO_NONE = Decimal("0.000000000001")


def flow(value: Any) -> str:
    """A value in YAML's flow style; texts are quoted except after `~` (dates, percentages)."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {flow(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    if isinstance(value, str) and value.startswith("~"):
        return value[1:]
    if isinstance(value, Decimal):
        return format(value, "f")
    return json.dumps(value)


def account(number: str = A, **more: Any) -> dict[str, Any]:
    return {"id": number, **more}


def key(name: str = "k", owner: str = A, region: str = "us-east-1", **more: Any) -> dict[str, Any]:
    return {"id": name, "account": owner, "region": region, **more}


def trail(
    name: str = "t",
    account: str = A,
    scope: str = "account",
    key: str = "k",
    region: str = "us-east-1",
    bucket: Mapping[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    shelf = {"name": f"{name}-logs", "region": region, "retention_days": 3650, **(bucket or {})}
    fixed = {"name": name, "account": account, "scope": scope, "regions": "all", "key": key}
    return {**fixed, "bucket": shelf, **more}


def reader(kind: str, name: str = "r", account: str = A, **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": kind, "account": account, **more}


def inventory(
    accounts: list[dict[str, Any]] | None = None,
    keys: list[dict[str, Any]] | None = None,
    trails: list[dict[str, Any]] | None = None,
    readers: list[dict[str, Any]] | None = None,
    **top: Any,
) -> str:
    """The YAML of an inventory; by default one account, one Region, one key, one trail."""
    top.setdefault("regions", ["us-east-1"])
    lines = ["version: 1", *(f"{name}: {flow(value)}" for name, value in top.items())]
    sections = {
        "accounts": accounts or [account()],
        "keys": keys or [key()],
        "trails": trails or [trail()],
        "readers": readers or [],
    }
    for name, items in sections.items():
        if items:
            lines += [f"{name}:", *(f"  - {flow(item)}" for item in items)]
    return "\n".join(lines) + "\n"


def requests_exactly(
    count: int, keys: int = 1, region: str = "us-east-1", rotations: int = 0, **top: Any
) -> str:
    """An inventory with exactly `count` requests in a month of 30 days.

    A `fixed` reader of a trail with next to no files (without any nothing could be read), and what
    does not divide by 30 as checks of the key.
    """
    per_day, rest = divmod(count, 30)
    past = ["~2022-01-01", "~2023-01-01"][:rotations]
    extra: dict[str, Any] = {"created": "~2020-01-01", "rotations": past} if rotations else {}
    names = ["k", *(f"k{number}" for number in range(1, keys))]
    return inventory(
        keys=[key(name, region=region, **extra) for name in names],
        trails=[trail(files_per_day=NEXT_TO_NONE, config_updates_per_month=rest, region=region)],
        readers=[reader("fixed", trails=["t"], gets_per_day=per_day)],
        regions=[region],
        **top,
    )


# three accounts in two Regions under one organization trail: 6 streams
THREE_ACCOUNTS: dict[str, Any] = {
    "accounts": [account(A), account(B), account(C)],
    "trails": [trail(scope="organization")],
    "regions": TWO,
}
