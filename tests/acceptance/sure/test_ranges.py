"""Ranges of all kinds through `kmscost simulate`: windows, Regions, payers, hundreds of them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.inventories import A, C, account, inventory, key, reader, trail
from tests.acceptance.sure.lognormal import Lognormal
from tests.acceptance.sure.simulations import (
    FILES,
    PRICE,
    TOLERANCE,
    USED_UP,
    quantiles,
    run_simulate,
    shares,
    simulate,
)

ENDS = (0.05, 0.5, 0.95)


def test_uncertain_days_scanned(tmp_path: Path) -> None:
    """60 queries over 3 to 14 days of 288 files, of a trail that was always there."""
    text = inventory(
        trails=[trail(files_per_day=288)],
        readers=[reader("query", queries_per_month=60, days_scanned={"low": 3, "high": 14})],
    )
    wanted = [8640 + 60 * 288 * Lognormal(3, 14).quantile(share) for share in ENDS]
    assert quantiles(simulate(tmp_path, text)) == pytest.approx(wanted, rel=TOLERANCE)


@pytest.mark.parametrize(
    ("days", "retention"), [({"low": 3, "high": 14}, 7), (10, {"low": 5, "high": 20})]
)
def test_never_more_days_than_the_bucket_keeps(tmp_path: Path, days: Any, retention: Any) -> None:
    """Whichever of the two is a range, a query looks back over the shorter one."""
    text = inventory(
        trails=[trail(files_per_day=288, bucket={"retention_days": retention})],
        readers=[reader("query", queries_per_month=60, days_scanned=days)],
    )

    def window(share: float) -> float:
        two = [
            Lognormal(**range_).quantile(share) if isinstance(range_, dict) else range_
            for range_ in (days, retention)
        ]
        return min(two)

    wanted = [8640 + 60 * 288 * window(share) for share in ENDS]
    assert quantiles(simulate(tmp_path, text)) == pytest.approx(wanted, rel=TOLERANCE)


def test_other_regions_share_one_draw(tmp_path: Path) -> None:
    """`other` is one assumption: three Regions move together, the named one stays exact."""
    text = inventory(
        regions=["us-east-1", "eu-west-1", "eu-west-2", "eu-west-3"],
        trails=[trail(files_per_day={"us-east-1": 100, "other": {"low": 1000, "high": 3000}})],
    )
    answer = simulate(tmp_path, text)
    wanted = [3000 + 90 * Lognormal(1000, 3000).quantile(share) for share in ENDS]
    assert quantiles(answer) == pytest.approx(wanted, rel=TOLERANCE)
    assert list(shares(answer)) == ["trails[t].files_per_day.other"]


def test_regions_of_a_mapping_are_drawn_apart(tmp_path: Path) -> None:
    """Two Regions with ranges of their own: half of the spread each, not one number."""
    each = {"low": 1000, "high": 3000}
    text = inventory(
        regions=["us-east-1", "eu-west-1"],
        trails=[trail(files_per_day={"us-east-1": each, "other": each})],
    )
    answer = simulate(tmp_path, text)
    assert list(shares(answer).values()) == pytest.approx([0.5, 0.5], abs=0.03)
    region = Lognormal(1000, 3000)
    low, _, high = quantiles(answer)
    assert low > 60 * 1000 * 1.05
    assert high < 60 * 3000 * 0.95
    assert answer["mean"]["requests"] == pytest.approx(60 * region.mean, rel=0.005)


def test_three_hundred_ranges(tmp_path: Path) -> None:
    """More ranges than are drawn one by one: mean and width of the sum are those of all of them."""
    ranges = [Lognormal(50 + number, 200 + 3 * number) for number in range(300)]
    accounts = [
        account(str(100_000_000_001 + number), files_per_day={"low": files.low, "high": files.high})
        for number, files in enumerate(ranges)
    ]
    first = accounts[0]["id"]
    text = inventory(
        accounts=accounts,
        keys=[key("k", first)],
        trails=[trail(account=first, scope="organization")],
    )
    answer = simulate(tmp_path, text)
    mean = 30 * sum(files.mean for files in ranges)
    width = 2 * 1.645 * 30 * math.sqrt(sum(files.variance for files in ranges))
    low, _, high = quantiles(answer)
    assert answer["mean"]["requests"] == pytest.approx(mean, rel=0.002)
    assert high - low == pytest.approx(width, rel=0.05)


def test_each_payer_has_its_own_free_tier(tmp_path: Path) -> None:
    """Two payers around 20,000 requests each: twice the mean cost of one, and twice its kink."""
    files = {"low": 200, "high": 2000}
    text = inventory(
        accounts=[account(A), account(C, payer=C)],
        keys=[key("k", A), key("c", C)],
        trails=[trail("t", A, files_per_day=files), trail("u", C, key="c", files_per_day=files)],
        payer=A,
    )
    payer = Lognormal(200, 2000)
    answer = simulate(tmp_path, text)
    mean = 2 * (1 + PRICE * 30 * payer.mean_beyond(20_000 / 30))
    of_mean = 2 * (1 + PRICE * (30 * payer.mean - 20_000))
    assert answer["mean"]["cost_usd"] == pytest.approx(mean, abs=5e-4)
    assert answer["mean"]["cost_usd_of_mean"] == pytest.approx(of_mean, abs=5e-4)


def test_prices_of_govcloud_and_a_discount(tmp_path: Path) -> None:
    """0.04 per 10,000 in GovCloud; a discount of 10 % is taken off requests and keys."""
    text = inventory(
        regions=["us-gov-west-1"],
        keys=[key(region="us-gov-west-1")],
        trails=[trail(region="us-gov-west-1", files_per_day=FILES)],
        **USED_UP,
    )
    plain = quantiles(simulate(tmp_path, text), "cost_usd")
    wanted = [1 + 0.04 / 10_000 * 30 * Lognormal(150, 290).quantile(share) for share in ENDS]
    assert plain == pytest.approx(wanted, rel=0.001)
    off = quantiles(simulate(tmp_path, text, "--discount", "10%"), "cost_usd")
    assert off == pytest.approx([0.9 * cost for cost in plain], rel=1e-9)


def test_before_the_trail_begins(tmp_path: Path) -> None:
    """A trail from 16 December: nothing in November, 16 days in December."""
    begins: dict[str, Any] = {"from": "~2026-12-16"}
    text = inventory(trails=[trail(files_per_day=FILES, **begins)])
    answer = simulate(tmp_path, text, months=2)
    assert quantiles(answer, month="2026-11") == [0, 0, 0]
    wanted = [16 * Lognormal(150, 290).quantile(share) for share in ENDS]
    assert quantiles(answer, month="2026-12") == pytest.approx(wanted, rel=0.02)


@pytest.mark.parametrize(
    "files", [{"low": 0, "high": 10}, {"low": -1, "high": 10}, {"low": 5}, {"low": 5, "mid": 9}]
)
def test_a_range_that_no_lognormal_has(tmp_path: Path, files: Any) -> None:
    """Zero, less than zero or half a range: exit 1, with the line and what to write."""
    (tmp_path / "inventory.yaml").write_text(
        inventory(trails=[trail(files_per_day=files)]), encoding="utf-8"
    )
    run = run_simulate(tmp_path)
    assert (run.code, run.out) == (1, ""), run.text
    assert "inventory.yaml:8: trails[0].files_per_day" in run.err
