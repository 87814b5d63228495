from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.commands import expect, forecast
from tests.acceptance.inventories import (
    A,
    inventory,
    requests_exactly,
    trail,
)


@pytest.mark.parametrize(
    ("count", "keys", "billable", "requests_usd", "total"),
    [
        # 1,990,000 x 0.000003
        pytest.param(2_010_000, 1, 1_990_000, "5.97", "6.97", id="aws-kms-pricing-s3"),
        pytest.param(15_000, 1, 0, "0", "1.00", id="gist-dasgoll-a"),
        # 80,000 x 0.000003
        pytest.param(100_000, 1, 80_000, "0.24", "1.24", id="gist-dasgoll-b"),
        pytest.param(2_100, 1, 0, "0", "1.00", id="mosshatch-1"),
        # 10,100 x 0.000003; published rounded, 0.03 and 1.03
        pytest.param(30_100, 1, 10_100, "0.0303", "1.0303", id="mosshatch-2"),
        # 280,100 x 0.000003; published rounded, 0.84
        pytest.param(300_100, 1, 280_100, "0.8403", "1.8403", id="mosshatch-3"),
        pytest.param(210_000, 1, 190_000, "0.57", "1.57", id="mosshatch-4"),
        pytest.param(3_010_000, 1, 2_990_000, "8.97", "9.97", id="mosshatch-5"),
        pytest.param(30_010_000, 3, 29_990_000, "89.97", "92.97", id="mosshatch-6"),
        # with the 20,000 free, and a key of 1.00
        pytest.param(49_000_000, 1, 48_980_000, "146.94", "147.94", id="metr-hawk-1392"),
    ],
)
def test_worked_example(
    tmp_path: Path, count: int, keys: int, billable: int, requests_usd: str, total: str
) -> None:
    """A sum that somebody published comes out."""
    expect(
        forecast(tmp_path, requests_exactly(count, keys))["totals"],
        requests=count,
        billable_requests=billable,
        cost_usd_requests=requests_usd,
        cost_usd_keys=keys,
        cost_usd=total,
    )


@pytest.mark.parametrize(
    ("example", "name", "sum_here"),
    [
        ("aws-kms-pricing-s3", "requests", 2_010_000),
        ("aws-kms-pricing-s3", "billable", 1_990_000),
        ("aws-kms-pricing-s3", "total_usd", "6.97"),
        ("gist-dasgoll-a", "total_usd", "1.00"),
        ("gist-dasgoll-b", "total_usd", "1.24"),
        ("mosshatch-1", "total_usd", "1.00"),
        ("mosshatch-2", "exact", "0.0303"),
        ("mosshatch-3", "total_usd", "1.84"),
        ("mosshatch-4", "total_usd", "1.57"),
        ("mosshatch-5", "total_usd", "9.97"),
        ("mosshatch-6", "total_usd", "92.97"),
        ("mosshatch-6", "total_with_two_rotations_usd", "98.97"),
        ("metr-hawk-1392", "exact_with_20k_free", "146.94"),
        ("metr-hawk-1392", "exact_no_free_tier", "147.00"),
        ("govcloud-tier", "requests_usd", "0.40"),
        ("cloudtrail-pricing-old", "second_copy_usd", "3.00"),
        ("carlo-bucket-keys", "saving_usd_per_month", 36_000),
        ("aws-samples-bucketkey-poc", "kms_calls_bucket_key_off", 150),
    ],
)
def test_the_sums_here_are_the_published_ones(
    published: dict[str, Any], example: str, name: str, sum_here: str | int
) -> None:
    """The expected values of this module are those that were published."""
    assert published[example][name] == sum_here


def test_worked_example_three_keys_rotated_twice(tmp_path: Path) -> None:
    """mosshatch-6: rotating each of three keys twice adds 6.00, 98.97 in all."""
    # 3 x (1 + 2) = 9.00; 89.97 + 9.00 = 98.97
    expect(
        forecast(tmp_path, requests_exactly(30_010_000, 3, rotations=2), "2026-11")["totals"],
        cost_usd_keys=9,
        cost_usd="98.97",
    )


def test_worked_example_without_free_tier(tmp_path: Path) -> None:
    """metr-hawk-1392: 49 million requests, the free tier used by others: 147.00."""
    expect(
        forecast(
            tmp_path, requests_exactly(49_000_000, other_kms_requests_per_month=20000), "2026-11"
        )["totals"],
        cost_usd_requests="147.00",
    )


def test_worked_example_govcloud(tmp_path: Path) -> None:
    """govcloud-tier: 120,000 requests in us-gov-west-1 cost 0.40."""
    # (120,000 - 20,000) x 0.000004 = 0.40
    totals = forecast(tmp_path, requests_exactly(120_000, region="us-gov-west-1"), "2026-11")[
        "totals"
    ]
    expect(totals, requests=120_000, billable_requests=100_000, cost_usd_requests="0.40")


def test_worked_example_second_copy_of_management_events(tmp_path: Path) -> None:
    """cloudtrail-pricing-old: 150,000 management events, 2 copies: the second costs 3.00."""
    # two trails of 1,000 files a day: 2 x 1,000 x 30 = 60,000; reader 3,000 x 30 = 90,000;
    # 150,000 x 0.00002 = 3.00
    text = inventory(
        trails=[trail("one", files_per_day=1000), trail("two", files_per_day=1000)],
        readers=[
            {"name": "r", "kind": "fixed", "account": A, "trails": ["one"], "gets_per_day": 3000}
        ],
    )
    expect(
        forecast(tmp_path, text, "2026-11")["totals"],
        requests=150_000,
        cost_usd_cloudtrail_events="3.00",
    )


def test_worked_example_bucket_keys_save_36000_a_month(tmp_path: Path) -> None:
    """carlo-bucket-keys: 1,500 USD a day become 300: 36,000 a month."""
    # 500 M puts a day x 30 x 0.000003 = 45,000 (others used the free tier); saving 0.8: 9,000;
    # difference 36,000
    off = inventory(trails=[trail(files_per_day=500_000_000)], other_kms_requests_per_month=20000)
    on = inventory(
        trails=[
            trail(files_per_day=500_000_000, bucket={"bucket_key": True, "bucket_key_saving": 0.8})
        ],
        other_kms_requests_per_month=20000,
    )
    expect(forecast(tmp_path, off, "2026-11")["totals"], cost_usd_requests=45000)
    expect(forecast(tmp_path, on, "2026-11")["totals"], cost_usd_requests=9000)


def test_worked_example_aws_sample_of_bucket_keys(tmp_path: Path) -> None:
    """aws-samples-bucketkey-poc: 150 calls without a Bucket Key, and fewer with one."""
    readers = [
        {
            "name": "r",
            "kind": "fixed",
            "account": A,
            "trails": ["t"],
            "gets_per_day": 100,
            "from": "~2026-11-30",
        }
    ]
    period = {"files_per_day": 50, "from": "~2026-11-30"}
    off = forecast(tmp_path, inventory(trails=[trail(**period)], readers=readers), "2026-11")[
        "totals"
    ]
    on = forecast(
        tmp_path,
        inventory(trails=[trail(**period, bucket={"bucket_key": True})], readers=readers),
        "2026-11",
    )["totals"]
    expect(off, requests=150)  # one active day: 50 + 100
    assert on["requests"] < 150
