from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.acceptance.commands import close, expect, forecast
from tests.acceptance.inventories import (
    NEXT_TO_NONE,
    A,
    inventory,
    trail,
)


def test_growth_of_files(tmp_path: Path) -> None:
    """files_per_year 10%: nothing at first, the twelfth root of 1.1 a month, 10 % in a year."""
    # 1,000 files x 30 days; November 2027: 30,000 x 1.1 = 33,000;
    # December 2026: 31,000 x 1.1^(1/12)
    text = inventory(trails=[trail(files_per_day=1000)], growth={"files_per_year": "~10%"})
    months = forecast(tmp_path, text, "2026-11", 13)["months"]
    expect(months[0], requests=30_000)
    expect(months[12], requests=33_000)
    close(months[1]["requests"], Decimal(31_000) * Decimal("1.1") ** (Decimal(1) / 12))
    close(months[6]["requests"], Decimal(31_000) * Decimal("1.1") ** (Decimal(6) / 12))  # May 2027


def test_growth_of_accounts_and_files_multiplies(tmp_path: Path) -> None:
    """10 % more accounts, 5 % more files: 1.155 in a year, readers too, not keys or checks."""
    # 30,000 x 1.1 x 1.05 = 34,650; twice with the reader 69,300; + 7 checks
    text = inventory(
        trails=[trail(files_per_day=1000, config_updates_per_month=7)],
        readers=[{"name": "r", "kind": "every-file", "account": A, "gets_per_file": 1}],
        growth={"accounts_per_year": "~10%", "files_per_year": "~5%", "as_of": "~2026-11-01"},
    )
    months = forecast(tmp_path, text, "2026-11", 13)["months"]
    expect(months[0], requests=60_007, cost_usd_keys=1)
    expect(months[12], requests=69_307, cost_usd_keys=1)


def test_growth_counts_from_as_of(tmp_path: Path) -> None:
    """as_of two years before the forecast: 1.1 x 1.1."""
    # 30,000 x 1.21 = 36,300
    text = inventory(
        trails=[trail(files_per_day=1000)],
        growth={"files_per_year": "~10%", "as_of": "~2024-11-01"},
    )
    expect(forecast(tmp_path, text, "2026-11")["totals"], requests=36_300)


def test_no_growth_of_a_fixed_reader(tmp_path: Path) -> None:
    """A fixed reader stays at its number."""
    text = inventory(
        trails=[trail(files_per_day=NEXT_TO_NONE)],
        readers=[
            {"name": "r", "kind": "fixed", "account": A, "trails": ["t"], "gets_per_day": 100}
        ],
        growth={"files_per_year": "~50%", "accounts_per_year": "~50%"},
    )
    expect(forecast(tmp_path, text, "2026-11", 13)["months"][12], requests=3000)


GROWING_DIGESTS = {"files_per_day": 0, "log_file_validation": True}


@pytest.mark.parametrize(
    ("growth", "in_a_year"),
    [
        ({"accounts_per_year": "~10%"}, 792),  # 720 x 1.1
        ({"files_per_year": "~50%"}, 720),
        ({"accounts_per_year": "~10%", "files_per_year": "~50%"}, 792),
    ],
)
def test_growth_of_digests(tmp_path: Path, growth: dict[str, str], in_a_year: int) -> None:
    """More accounts write more digest files; busier accounts do not: it is one an hour."""
    text = inventory(trails=[trail(**GROWING_DIGESTS)], growth=growth)
    months = forecast(tmp_path, text, "2026-11", 13)["months"]
    expect(months[0], requests=720)
    expect(months[12], requests=in_a_year)


def test_nothing_shrinks_before_as_of(tmp_path: Path) -> None:
    """as_of in the sixth month from now: no growth until then, and never less than today."""
    # November to May 1,000 a day; November 2027 half a year later: 30,000 x 1.1^(6/12)
    text = inventory(
        trails=[trail(files_per_day=1000)],
        growth={"files_per_year": "~10%", "as_of": "~2027-05-01"},
    )
    months = forecast(tmp_path, text, "2026-11", 13)["months"]
    days = (30, 31, 31, 28, 31, 30, 31)
    for month, length in zip(months, days, strict=False):
        expect(month, requests=1000 * length)
    close(months[7]["requests"], Decimal(30_000) * Decimal("1.1") ** (Decimal(1) / 12))
    close(months[12]["requests"], Decimal(30_000) * Decimal("1.1") ** (Decimal(6) / 12))
