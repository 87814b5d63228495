from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.commands import close, expect, forecast
from tests.acceptance.inventories import (
    A,
    B,
    C,
    D,
    account,
    inventory,
    key,
    trail,
)


@pytest.mark.parametrize("region", ["us-gov-west-1", "us-gov-east-1"])
def test_govcloud_rate(tmp_path: Path, region: str) -> None:
    """GovCloud costs 0.04 per 10,000; its partition has its own free tier."""
    # 1,000 files x 30 = 30,000 - 20,000 = 10,000 x 0.000004 = 0.04
    text = inventory(
        keys=[key(region=region)],
        trails=[trail(region=region, files_per_day=1000)],
        regions=[region],
    )
    totals = forecast(tmp_path, text, "2026-11")["totals"]
    expect(
        totals, requests=30_000, billable_requests=10_000, cost_usd_requests="0.04", cost_usd="1.04"
    )


def test_each_partition_has_its_own_free_tier_and_org_trails_stay_in_theirs(tmp_path: Path) -> None:
    """Commercial and GovCloud accounts of a payer: a pool each, and trails stay in theirs."""
    # commercial 1,000 x 30 = 30,000 -> 10,000 x 0.000003 = 0.03;
    # GovCloud the same -> 10,000 x 0.000004 = 0.04
    text = inventory(
        payer=A,
        accounts=[account(A, regions=["us-east-1"]), account(B, regions=["us-gov-west-1"])],
        keys=[key(), key("g", B, "us-gov-west-1")],
        trails=[
            trail(scope="organization", files_per_day=1000),
            trail("gov", B, "organization", "g", "us-gov-west-1", files_per_day=1000),
        ],
    )
    totals = forecast(tmp_path, text, "2026-11")["totals"]
    expect(
        totals,
        requests=60_000,
        billable_requests=20_000,
        cost_usd_requests="0.07",
        cost_usd_keys=2,
        cost_usd="2.07",
    )


def test_each_payer_has_its_own_free_tier(tmp_path: Path) -> None:
    """Two payers: a pool of 20,000 each; an organization trail stays with its payer's accounts."""
    # payer A: A and B, 2 x 500 x 30 = 30,000 -> 10,000 x 0.000003 = 0.03
    # payer C: C alone, 500 x 30 = 15,000 -> all free
    text = inventory(
        payer=A,
        accounts=[account(A), account(B), account(C, payer=C)],
        keys=[key(), key("c", C)],
        trails=[
            trail(scope="organization", files_per_day=500),
            trail("c", C, "organization", "c", files_per_day=500),
        ],
    )
    answer = forecast(tmp_path, text, "2026-11")
    expect(
        answer["totals"],
        requests=45_000,
        billable_requests=10_000,
        cost_usd_requests="0.03",
        cost_usd_keys=2,
    )
    assert {row["payer"] for row in answer["rows"]} == {A, C}


def test_one_pool_over_accounts_and_regions(tmp_path: Path) -> None:
    """The free tier is one for all accounts and Regions of a payer, never one each."""
    # trails of A in us-east-1 and B in eu-west-1, 500 x 30 = 15,000 each = 30,000
    # -> 10,000 billable x 0.000003 = 0.03
    text = inventory(
        accounts=[account(A, regions=["us-east-1"]), account(B, regions=["eu-west-1"])],
        keys=[key(), key("e", B, "eu-west-1")],
        trails=[
            trail(files_per_day=500),
            trail("b", B, "account", "e", "eu-west-1", files_per_day=500),
        ],
    )
    answer = forecast(tmp_path, text, "2026-11")
    expect(answer["totals"], requests=30_000, billable_requests=10_000, cost_usd_requests="0.03")
    # shared in proportion: half each
    for row in answer["rows"]:
        if row["operation"] == "GenerateDataKey":
            close(row["quantity"], 15_000)
            close(row["free"], 10_000)
            close(row["billable"], 5_000)
            close(row["cost"], "0.015")
            assert row["billed_region"] == {A: "us-east-1", B: "eu-west-1"}[row["billed_account"]]


def test_reads_are_billed_to_the_reader_and_writes_to_the_trails_account(tmp_path: Path) -> None:
    """Writes are billed to the trail's account, reads to the reader's, in the key's Region."""
    text = inventory(
        accounts=[
            account(A, regions=["ap-southeast-2"]),
            account(B, regions=["us-east-1"]),
            account(C),
            account(D),
        ],
        keys=[key("k", D, "eu-central-1")],
        trails=[trail(account=C, scope="organization", region="eu-central-1")],
        readers=[{"name": "siem", "kind": "every-file", "account": B, "gets_per_file": 1}],
        payer=C,
    )
    answer = forecast(tmp_path, text, "2026-11")
    expect(answer["totals"], requests=69_120)  # 4 x 8,640 x 2
    found = {
        (r["operation"], r["billed_account"], r["billed_region"]): r["quantity"]
        for r in answer["rows"]
    }
    assert found[("GenerateDataKey", C, "eu-central-1")] == 34_560
    assert found[("Decrypt", B, "eu-central-1")] == 34_560
    assert found[("KeyMonth", D, "eu-central-1")] == 1
    assert len(found) == 3


def test_a_reader_under_another_payer_uses_that_payers_pool(tmp_path: Path) -> None:
    """The reader's payer pays the reads: each pool takes 20,000 of 30,000."""
    # payer A: writes 30,000 -> 10,000 -> 0.03; payer B: reads 30,000 -> 10,000 -> 0.03
    text = inventory(
        payer=A,
        accounts=[account(A), account(B, payer=B)],
        trails=[trail(files_per_day=1000)],
        readers=[
            {"name": "r", "kind": "every-file", "account": B, "trails": ["t"], "gets_per_file": 1}
        ],
    )
    expect(
        forecast(tmp_path, text, "2026-11")["totals"],
        requests=60_000,
        billable_requests=20_000,
        cost_usd_requests="0.06",
    )


def test_others_use_the_free_tier_of_each_payer(tmp_path: Path) -> None:
    """other_kms_requests_per_month is taken from the free tier of each payer."""
    # two payers, 500 x 30 = 15,000 requests and 20,000 - 12,000 = 8,000 free each
    # 7,000 each: 14,000 x 0.000003 = 0.042
    text = inventory(
        payer=A,
        other_kms_requests_per_month=12_000,
        accounts=[account(A), account(C, payer=C)],
        keys=[key(), key("c", C)],
        trails=[trail(files_per_day=500), trail("c", C, key="c", files_per_day=500)],
    )
    expect(
        forecast(tmp_path, text)["totals"],
        requests=30_000,
        billable_requests=14_000,
        cost_usd_requests="0.042",
    )


def test_others_use_the_free_tier_of_each_partition(tmp_path: Path) -> None:
    """other_kms_requests_per_month is taken from the free tier of each partition of a payer."""
    # 1,000 x 30 = 30,000 requests and 20,000 - 12,000 = 8,000 free in each partition
    # 22,000 x 0.000003 + 22,000 x 0.000004 = 0.066 + 0.088 = 0.154
    text = inventory(
        payer=A,
        other_kms_requests_per_month=12_000,
        accounts=[account(A), account(B, regions=["us-gov-west-1"])],
        keys=[key(), key("g", B, "us-gov-west-1")],
        trails=[
            trail(files_per_day=1000),
            trail("gov", B, key="g", region="us-gov-west-1", files_per_day=1000),
        ],
    )
    expect(
        forecast(tmp_path, text)["totals"],
        requests=60_000,
        billable_requests=44_000,
        cost_usd_requests="0.154",
    )


def test_both_govcloud_regions_share_one_free_tier(tmp_path: Path) -> None:
    """GovCloud has one free tier for the partition, not one for each of its Regions."""
    # 2 x 500 x 30 = 30,000 - 20,000 = 10,000 x 0.000004 = 0.04
    west, east = "us-gov-west-1", "us-gov-east-1"
    text = inventory(
        regions=[west],
        keys=[key("w", region=west), key("e", region=east)],
        trails=[
            trail("w", key="w", region=west, files_per_day=500),
            trail("e", key="e", region=east, files_per_day=500),
        ],
    )
    expect(
        forecast(tmp_path, text)["totals"],
        requests=30_000,
        billable_requests=10_000,
        cost_usd_requests="0.04",
    )
