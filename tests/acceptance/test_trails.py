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
    C,
    account,
    inventory,
    trail,
)


def test_account_trail_covers_its_own_account_only(tmp_path: Path) -> None:
    """Scope account: 1 of 3 accounts writes."""
    expect(
        forecast(tmp_path, inventory(accounts=[account(A), account(B), account(C)]), "2026-11")[
            "totals"
        ],
        requests=8640,
    )


def test_two_trails_double_the_files(tmp_path: Path) -> None:
    """Every further trail writes its own files."""
    expect(
        forecast(tmp_path, inventory(trails=[trail("a"), trail("b")]), "2026-11")["totals"],
        requests=17280,
    )


def test_trail_with_a_list_of_regions(tmp_path: Path) -> None:
    """`regions` as a list: 2 of the account's 3."""
    text = inventory(regions=[*TWO, "eu-central-1"], trails=[{**trail(), "regions": TWO}])
    expect(forecast(tmp_path, text, "2026-11")["totals"], requests=17280)


def test_regions_of_an_account_override_the_default(tmp_path: Path) -> None:
    """One account in 3 Regions, one in the 2 default ones: 5 streams."""
    # 5 x 8,640 = 43,200
    text = inventory(
        accounts=[account(A), account(B, regions=["us-east-1", "eu-west-1", "sa-east-1"])],
        trails=[trail(scope="organization")],
        regions=TWO,
    )
    expect(forecast(tmp_path, text, "2026-11")["totals"], requests=43_200)


def test_regions_default_are_seventeen(tmp_path: Path) -> None:
    """`regions: default`: 17 Regions (F22)."""
    # 17 x 8,640 = 146,880
    expect(forecast(tmp_path, inventory(regions="default"), "2026-11")["totals"], requests=146_880)


def test_accounts_regions_default(tmp_path: Path) -> None:
    """The word works at an account too: 17 + 1 streams."""
    text = inventory(
        accounts=[account(A), account(B, regions="default")], trails=[trail(scope="organization")]
    )
    expect(forecast(tmp_path, text, "2026-11")["totals"], requests=155_520)  # 18 x 8,640


@pytest.mark.parametrize(
    ("of_account", "of_trail", "per_day"),
    [
        (None, None, 576),  # 2 Regions x 288
        (None, 100, 200),
        (50, None, 100),
        (50, 100, 100),  # the account wins
        (0, None, 0),
        (
            None,
            {"low": 100, "high": 400},
            400,
        ),  # the median of a lognormal is the geometric mean: sqrt(100 x 400) = 200, x 2
        (None, {"low": 100, "high": 400, "mid": 250}, 500),  # mid overrides
        ({"low": 50, "high": 200}, 10, 200),  # 100 x 2
        (None, {"us-east-1": 750, "other": 1}, 751),
        ({"us-east-1": 750, "other": 1}, {"us-east-1": 5, "other": 5}, 751),
        (None, {"us-east-1": 750, "eu-west-1": 2, "other": 1}, 752),
        (None, {"us-east-1": {"low": 400, "high": 900}, "other": 3}, 603),  # sqrt(360,000) = 600
        (None, Decimal("0.5"), 1),
    ],
)
def test_files_per_day(tmp_path: Path, of_account: Any, of_trail: Any, per_day: int) -> None:
    """A number, a range or a mapping of Regions; account before trail before 288."""
    own = account(A) if of_account is None else account(A, files_per_day=of_account)
    line = trail() if of_trail is None else trail(files_per_day=of_trail)
    expect(
        forecast(tmp_path, inventory(accounts=[own], trails=[line], regions=TWO), "2026-11")[
            "totals"
        ],
        requests=per_day * 30,
    )


@pytest.mark.parametrize(
    ("bucket", "want"),
    [
        ({}, "30000"),
        ({"bucket_key": False}, "30000"),
        ({"bucket_key": False, "bucket_key_saving": 0.5}, "30000"),  # saving 0 without a Bucket Key
        ({"bucket_key": True, "bucket_key_saving": 0.5}, "15000"),
        ({"bucket_key": True, "bucket_key_saving": 0}, "30000"),
        ({"bucket_key": True, "bucket_key_saving": 1}, "0"),
        ({"bucket_key": True, "bucket_key_saving": 0.99}, "300"),  # 30,000 x 0.01
        ({"bucket_key": True}, "300"),  # the default shown in DESIGN 5
    ],
)
def test_bucket_key_saving(tmp_path: Path, bucket: dict[str, Any], want: str) -> None:
    """Writes = puts x (1 - saving)."""
    totals = forecast(
        tmp_path, inventory(trails=[trail(files_per_day=1000, bucket=bucket)]), "2026-11"
    )["totals"]
    expect(totals, requests=want)


@pytest.mark.parametrize(
    ("options", "per_stream"),
    [
        ({}, 8640),
        (
            {"log_file_validation": False, "digest_files": "sse-kms"},
            8640,
        ),  # counts only with validation
        ({"log_file_validation": True, "digest_files": "sse-s3"}, 8640),
        ({"log_file_validation": True, "digest_files": "sse-kms"}, 9360),  # 8,640 + 24 x 30
    ],
)
def test_digests(tmp_path: Path, options: dict[str, Any], per_stream: int) -> None:
    """24 digest files a day, per account and Region, with validation on and under the key."""
    text = inventory(
        accounts=[account(A), account(B)],
        trails=[trail(scope="organization", **options)],
        regions=TWO,
    )
    expect(forecast(tmp_path, text, "2026-11")["totals"], requests=4 * per_stream)


def test_digests_even_without_activity(tmp_path: Path) -> None:
    """No log files, yet a digest each hour: 720."""
    text = inventory(
        trails=[trail(files_per_day=0, log_file_validation=True, digest_files="sse-kms")]
    )
    expect(forecast(tmp_path, text, "2026-11")["totals"], requests=720)


def test_checks_are_per_trail(tmp_path: Path) -> None:
    """config_updates_per_month is per trail, not per stream."""
    # 4 x 8,640 + 2 x 5 = 34,570
    text = inventory(
        trails=[trail("a", config_updates_per_month=5), trail("b", config_updates_per_month=5)],
        regions=TWO,
    )
    expect(forecast(tmp_path, text, "2026-11")["totals"], requests=34_570)


@pytest.mark.parametrize(
    ("saving", "want"),
    [("0.5", "360"), ("0.99", "7.2"), ("1", "0"), ("0", "720")],
)
def test_bucket_key_saves_on_digests_too(tmp_path: Path, saving: str, want: str) -> None:
    """Digest files lie in the same bucket: its Bucket Key saves on them as on log files."""
    # 24 x 30 = 720; x (1 - saving)
    bucket = {"bucket_key": True, "bucket_key_saving": Decimal(saving)}
    line = trail(files_per_day=0, log_file_validation=True, bucket=bucket)
    expect(forecast(tmp_path, inventory(trails=[line]))["totals"], requests=want)
