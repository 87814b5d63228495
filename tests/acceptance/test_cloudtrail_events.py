from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.commands import expect, forecast
from tests.acceptance.inventories import (
    TWO,
    A,
    B,
    account,
    inventory,
    trail,
)


@pytest.mark.parametrize(
    ("trails", "requests", "cost"),
    [
        ([{}], 8640, "0"),  # the first copy is free
        ([{}, {}], 17_280, "0.3456"),  # 17,280 x 1 x 0.00002
        ([{}, {"exclude_kms_events": True}], 17_280, "0"),
        ([{}, {}, {}], 25_920, "1.0368"),  # 25,920 x 2 x 0.00002
        ([{}, {}, {"exclude_kms_events": True}], 25_920, "0.5184"),  # 25,920 x 1 x 0.00002
        ([{"exclude_kms_events": True}] * 2, 17_280, "0"),
    ],
)
def test_copies_of_kms_calls_in_cloudtrail(
    tmp_path: Path, trails: list[dict[str, Any]], requests: int, cost: str
) -> None:
    """Every trail after the first that records KMS calls costs 2.00 per 100,000, set apart."""
    text = inventory(trails=[trail(f"t{n}", **more) for n, more in enumerate(trails)])
    totals = forecast(tmp_path, text, "2026-11")["totals"]
    billable = max(0, requests - 20_000)
    expect(
        totals,
        requests=requests,
        cost_usd_cloudtrail_events=cost,
        cost_usd=Decimal(1) + Decimal(billable) * Decimal("0.000003"),
    )


def test_copies_of_a_cross_account_read_is_in_both_accounts(tmp_path: Path) -> None:
    """A reader in another account than the key's: its calls are logged in both accounts."""
    # puts 2 trails x 2 accounts x 8,640 = 34,560, logged in A;
    # reads 1,000 x 30 = 30,000, logged in B and in A = 60,000
    # one paid copy: 94,560 x 0.00002 = 1.8912
    text = inventory(
        accounts=[account(A), account(B)],
        trails=[trail("a", scope="organization"), trail("b", scope="organization")],
        readers=[
            {"name": "r", "kind": "fixed", "account": B, "trails": ["a"], "gets_per_day": 1000}
        ],
    )
    expect(
        forecast(tmp_path, text, "2026-11")["totals"],
        requests=64_560,
        cost_usd_cloudtrail_events="1.8912",
    )


def test_copies_depend_on_the_keys_region(tmp_path: Path) -> None:
    """KMS calls happen in the key's Region: trails that do not record it pay nothing."""
    # both trails record eu-west-1 only; the keys are in us-east-1: no copy at all
    text = inventory(
        trails=[{**trail("a"), "regions": ["eu-west-1"]}, {**trail("b"), "regions": ["eu-west-1"]}],
        regions=TWO,
    )
    expect(
        forecast(tmp_path, text, "2026-11")["totals"], requests=17_280, cost_usd_cloudtrail_events=0
    )
