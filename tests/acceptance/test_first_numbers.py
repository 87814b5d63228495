from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.acceptance.commands import close, expect, forecast
from tests.acceptance.inventories import (
    THREE_ACCOUNTS,
    TWO,
    inventory,
)


def test_one_account_two_regions_is_free(tmp_path: Path) -> None:
    """One account, 2 Regions: 576 a day, 17,280 in November, all inside the free tier."""
    # 2 x 288 = 576 a day; 576 x 30 = 17,280 < 20,000
    answer = forecast(tmp_path, inventory(regions=TWO), "2026-11")
    expect(
        answer["totals"],
        requests=17280,
        billable_requests=0,
        cost_usd_requests=0,
        cost_usd_keys=1,
        cost_usd=1,
        cost_usd_writes_charged=1,
        cost_usd_writes_exempt=1,
        cost_usd_cloudtrail_events=0,
    )


def test_three_accounts_two_regions(tmp_path: Path) -> None:
    """3 accounts x 2 Regions: 51,840 requests, 31,840 billable, USD 0.09552; a key 1.00."""
    # 6 x 288 x 30 = 51,840; - 20,000 = 31,840; x 0.000003 = 0.09552; + 1.00 = 1.09552;
    # exempt: no write is charged, 1.00
    answer = forecast(tmp_path, inventory(**THREE_ACCOUNTS), "2026-11")
    expect(
        answer["totals"],
        requests=51840,
        billable_requests=31840,
        cost_usd_requests="0.09552",
        cost_usd_keys=1,
        cost_usd="1.09552",
        cost_usd_writes_charged="1.09552",
        cost_usd_writes_exempt=1,
    )


def test_october_has_31_days(tmp_path: Path) -> None:
    """The same in 31-day October: 53,568; 33,568 billable; 0.100704."""
    # 1,728 x 31 = 53,568; - 20,000 = 33,568; x 0.000003 = 0.100704
    totals = forecast(tmp_path, inventory(**THREE_ACCOUNTS), "2026-10")["totals"]
    expect(
        totals,
        requests=53568,
        billable_requests=33568,
        cost_usd_requests="0.100704",
        cost_usd="1.100704",
    )


def test_other_requests_use_the_free_tier_first(tmp_path: Path) -> None:
    """With 20,000 other requests in the organization: 51,840 billable, 0.15552."""
    # 51,840 x 0.000003 = 0.15552
    totals = forecast(
        tmp_path, inventory(**THREE_ACCOUNTS, other_kms_requests_per_month=20000), "2026-11"
    )["totals"]
    expect(
        totals,
        requests=51840,
        billable_requests=51840,
        cost_usd_requests="0.15552",
        cost_usd="1.15552",
    )


@pytest.mark.parametrize(
    ("other", "billable", "cost"),
    [
        # 17,280 requests of ours; the free rest is max(0, 20,000 - other)
        (0, 0, "0"),
        (2719, 0, "0"),  # rest 17,281
        (2720, 0, "0"),  # rest 17,280: exactly full
        (2721, 1, "0.000003"),  # rest 17,279
        (12000, 9280, "0.02784"),  # rest 8,000; 17,280 - 8,000 = 9,280
        (19999, 17279, "0.051837"),
        (20000, 17280, "0.05184"),
        (20001, 17280, "0.05184"),
        (5_000_000, 17280, "0.05184"),
    ],
)
def test_both_sides_of_the_free_tier(tmp_path: Path, other: int, billable: int, cost: str) -> None:
    """The cost shown is what the bill grows by, on both sides of the end of the free tier."""
    totals = forecast(
        tmp_path, inventory(regions=TWO, other_kms_requests_per_month=other), "2026-11"
    )["totals"]
    expect(totals, requests=17280, billable_requests=billable, cost_usd_requests=cost)


def test_free_tier_is_monthly(tmp_path: Path) -> None:
    """Two months of 25,920 and 26,784 requests: 20,000 free in each."""
    # 3 Regions x 288 = 864 a day: November 25,920 -> 5,920; December 26,784 -> 6,784;
    # 12,704 x 0.000003 = 0.038112
    answer = forecast(tmp_path, inventory(regions=[*TWO, "eu-central-1"]), "2026-11", 2)
    expect(answer["totals"], requests=52704, billable_requests=12704, cost_usd_requests="0.038112")
    expect(answer["months"][0], billable_requests=5920, cost_usd_requests="0.01776")
    expect(answer["months"][1], billable_requests=6784, cost_usd_requests="0.020352")


@pytest.mark.parametrize(
    ("month", "days"),
    [
        ("2027-02", 28),
        ("2028-02", 29),
        ("2028-03", 31),
        ("2026-12", 31),
        ("2027-04", 30),
        ("2100-02", 28),
        ("2096-02", 29),
    ],
)
def test_real_month_lengths(tmp_path: Path, month: str, days: int) -> None:
    """288 files times the month's real days; February 2028 has 29."""
    expect(forecast(tmp_path, inventory(), month)["totals"], requests=288 * days)


def test_twelve_months_sum_to_the_totals(tmp_path: Path) -> None:
    """A year with a 29 February has 366 days; its months come in order and sum to the totals."""
    # 1 stream x 288 x 366 = 105,408 ; each month below 20,000: free ; 12 keys months
    answer = forecast(tmp_path, inventory(), "2027-11", 12)
    names = [m["month"] for m in answer["months"]]
    assert names == ["2027-11", "2027-12"] + [f"2028-{n:02d}" for n in range(1, 11)]
    expect(answer["totals"], requests=105_408, billable_requests=0, cost_usd=12, cost_usd_keys=12)
    for name in answer["totals"]:
        close(sum(m[name] for m in answer["months"]), Decimal(repr(answer["totals"][name])), name)
