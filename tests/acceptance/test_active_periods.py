from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.commands import expect, forecast
from tests.acceptance.inventories import (
    A,
    B,
    account,
    inventory,
    key,
    reader,
    trail,
)


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ({}, 30),
        ({"from": "~2026-11-01"}, 30),
        ({"from": "~2026-11-02"}, 29),
        ({"from": "~2026-11-16"}, 15),
        ({"from": "~2026-11-30"}, 1),
        ({"from": "~2026-12-01"}, 0),
        ({"until": "~2026-11-01"}, 0),  # exclusive
        ({"until": "~2026-11-02"}, 1),
        ({"until": "~2026-11-30"}, 29),
        ({"until": "~2026-12-01"}, 30),
        ({"from": "~2026-11-10", "until": "~2026-11-13"}, 3),
        ({"from": "~2025-01-01", "until": "~2030-01-01"}, 30),
    ],
)
@pytest.mark.parametrize("who", ["trail", "account"])
def test_from_is_inclusive_until_exclusive(
    tmp_path: Path, who: str, period: dict[str, str], days: int
) -> None:
    """A trail or an account that is active for part of a month writes only on those days."""
    # the account is a second one, so that the trail's own account is always active:
    # its 288 x 30 = 8,640 come on top
    if who == "trail":
        expect(
            forecast(tmp_path, inventory(trails=[trail(**period)]), "2026-11")["totals"],
            requests=288 * days,
        )
    else:
        text = inventory(
            accounts=[account(A), account(B, **period)], trails=[trail(scope="organization")]
        )
        expect(forecast(tmp_path, text, "2026-11")["totals"], requests=8640 + 288 * days)


def test_a_stream_lives_while_trail_and_account_both_live(tmp_path: Path) -> None:
    """Trail from the 10th, account until the 20th: 10 days of both."""
    # account A: 10th to 30th = 21 days; account B: 10th to 19th = 10 days; 288 x 31 = 8,928
    text = inventory(
        accounts=[account(A), account(B, until="~2026-11-20")],
        trails=[trail(scope="organization", **{"from": "~2026-11-10"})],
    )
    expect(forecast(tmp_path, text, "2026-11")["totals"], requests=8928)


@pytest.mark.parametrize(
    ("options", "requests"),
    [
        ({}, "4320"),  # 288 x 15
        ({"config_updates_per_month": 10}, "4325"),  # + 10 x 15/30
        ({"log_file_validation": True}, "4680"),  # + 24 x 15
    ],
)
def test_a_trail_makes_no_requests_before_its_key_exists(
    tmp_path: Path, options: dict[str, Any], requests: str
) -> None:
    """A key created on the 16th: the trail's requests count from that day."""
    text = inventory(keys=[key(created="~2026-11-16")], trails=[trail(**options)])
    expect(forecast(tmp_path, text)["totals"], requests=requests, cost_usd_keys="0.5")


@pytest.mark.parametrize(
    ("readers_line", "requests"),
    [
        (reader("every-file"), 8640),  # 4,320 + 4,320
        (reader("fixed", gets_per_day=500), 11_820),  # 4,320 + 500 x 15
        (reader("every-file", **{"from": "~2026-11-21"}), 7200),  # 4,320 + 288 x 10
    ],
)
def test_nothing_is_decrypted_before_the_key_exists(
    tmp_path: Path, readers_line: dict[str, Any], requests: int
) -> None:
    """A key created on the 16th: there is nothing under it to read before."""
    text = inventory(keys=[key(created="~2026-11-16")], readers=[readers_line])
    expect(forecast(tmp_path, text)["totals"], requests=requests)


@pytest.mark.parametrize(
    ("period", "checks"),
    [
        ({}, "10"),
        ({"from": "~2026-11-16"}, "5"),  # 10 x 15/30
        ({"until": "~2026-11-04"}, "1"),  # 10 x 3/30
        ({"from": "~2026-11-30"}, "0.33333333333333333333"),  # 10 x 1/30
        ({"from": "~2026-12-01"}, "0"),
    ],
)
def test_checks_of_part_of_a_month(tmp_path: Path, period: dict[str, str], checks: str) -> None:
    """config_updates_per_month counts by the share of the month that the trail is active."""
    line = trail(files_per_day=0, config_updates_per_month=10, **period)
    expect(forecast(tmp_path, inventory(trails=[line]))["totals"], requests=checks)


@pytest.mark.parametrize(
    ("period", "gets"),
    [
        ({}, 120_960),  # 60 x 288 x 7
        ({"from": "~2026-11-16"}, 60_480),  # 60 x 15/30 = 30 queries x 2,016
        ({"until": "~2026-11-04"}, 12_096),  # 60 x 3/30 = 6 queries x 2,016
        ({"from": "~2026-12-01"}, 0),
    ],
)
def test_queries_of_part_of_a_month(tmp_path: Path, period: dict[str, str], gets: int) -> None:
    """queries_per_month counts by the share of the month that the reader is active."""
    line = reader("query", queries_per_month=60, days_scanned=7, **period)
    expect(forecast(tmp_path, inventory(readers=[line]))["totals"], requests=8640 + gets)


@pytest.mark.parametrize(
    ("period", "gets"),
    [
        ({}, 4680),  # 3 runs x 5 days x (288 + 24)
        ({"until": "~2026-11-11"}, 1560),  # 3 x 10/30 = 1 run
        ({"from": "~2026-11-16"}, 2340),  # 3 x 15/30 = 1.5 runs
    ],
)
def test_validations_of_part_of_a_month(tmp_path: Path, period: dict[str, str], gets: int) -> None:
    """runs_per_month counts by the share of the month that the reader is active."""
    line = reader("validate", runs_per_month=3, days=5, **period)
    text = inventory(trails=[trail(log_file_validation=True)], readers=[line])
    expect(forecast(tmp_path, text)["totals"], requests=9360 + gets)  # (288 + 24) x 30
