from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from tests.acceptance.commands import NOVEMBER, close, expect, forecast, kmscost, write
from tests.acceptance.inventories import (
    THREE_ACCOUNTS,
    TWO,
    A,
    B,
    C,
    account,
    inventory,
    key,
    trail,
)

RICH = inventory(
    payer=A,
    other_kms_requests_per_month=12_000,
    regions=TWO,
    accounts=[
        account(A),
        account(B, regions=["us-east-1"], files_per_day=400, **{"from": "~2026-11-11"}),
        account(C),
    ],
    keys=[key("k", created="~2025-01-15"), key("dr", A, "eu-west-1")],
    trails=[
        trail(
            "org",
            scope="organization",
            log_file_validation=True,
            digest_files="sse-kms",
            config_updates_per_month=1,
        ),
        trail("own"),
    ],
    readers=[
        {"name": "siem", "kind": "every-file", "account": B, "trails": ["org"], "gets_per_file": 1},
        {"name": "audit", "kind": "fixed", "account": A, "trails": ["org"], "gets_per_day": 500},
        {
            "name": "copy",
            "kind": "replication",
            "account": A,
            "trails": ["org"],
            "destination_key": "dr",
        },
    ],
)
# November 2026, by hand:
#   org puts     A 2 x 288 x 30 = 17,280; B 1 x 400 x 20 = 8,000; C 17,280          = 42,560
#   org digests  A 2 x 24 x 30 = 1,440; B 24 x 20 = 480; C 1,440                    =  3,360
#   org checks                                                                       =      1
#   own puts     A 2 x 288 x 30                                                      = 17,280
#   siem 42,560; audit 15,000; copy 2 x (42,560 + 3,360) = 91,840                    = 149,400
#   all 212,601; free 8,000; billable 204,601; x 0.000003 = 0.613803; keys 2.00; total 2.613803


def test_all_causes_together(tmp_path: Path) -> None:
    """Every cause at once, and each row keeps free + billable = quantity."""
    answer = forecast(tmp_path, RICH, "2026-11")
    expect(
        answer["totals"],
        requests=212_601,
        billable_requests=204_601,
        cost_usd_requests="0.613803",
        cost_usd_keys=2,
        cost_usd="2.613803",
    )
    by_cause: dict[str, float] = {}
    for row in answer["rows"]:
        close(row["free"] + row["billable"], Decimal(repr(row["quantity"])), "free + billable")
        by_cause[row["cause"]] = by_cause.get(row["cause"], 0) + row["quantity"]
    for cause, want in {
        "put": 59_840,
        "digest": 3360,
        "check": 1,
        "get": 57_560,
        "replication": 91_840,
        "key": 2,
    }.items():
        close(by_cause[cause], want, cause)
    close(sum(r["cost"] for r in answer["rows"]), "2.613803")


@pytest.mark.parametrize(
    "by", ["trail", "account", "region", "key", "cause", "billed-account", "account,region", "all"]
)
def test_totals_never_depend_on_the_grain(tmp_path: Path, by: str) -> None:
    """--by chooses the rows; the totals stay, and the rows sum to them."""
    answer = forecast(tmp_path, RICH, "2026-11", 1, "--by", by)
    expect(answer["totals"], requests=212_601, billable_requests=204_601, cost_usd="2.613803")
    close(sum(r["cost"] for r in answer["rows"]), "2.613803")


def test_csv_is_csv(tmp_path: Path) -> None:
    """--format csv parses and its costs sum to the total."""
    write(tmp_path, RICH)
    run = kmscost("forecast", "inventory.yaml", *NOVEMBER, "--format", "csv", cwd=tmp_path)
    assert run.code == 0, run.text
    rows = list(csv.DictReader(io.StringIO(run.out)))
    assert rows
    assert "cost" in rows[0], run.out[:300]
    close(sum(float(r["cost"]) for r in rows), "2.613803")


def test_table_fits_80_columns_and_keeps_four_digits(tmp_path: Path) -> None:
    """The table fits 80 columns; amounts under a dollar keep four significant digits: 0.09552."""
    write(tmp_path, inventory(**THREE_ACCOUNTS))
    run = kmscost("forecast", "inventory.yaml", *NOVEMBER, cwd=tmp_path)
    assert run.code == 0, run.text
    assert max(map(len, run.out.splitlines())) <= 80, run.out
    assert "0.09552" in run.out, run.out
    assert "51,840" in run.out, run.out
    assert "31,840" in run.out, run.out
    assert "\x1b" not in run.out


def test_explain_ends_in_the_figure_that_forecast_prints(tmp_path: Path) -> None:
    """`explain --month 2026-11` names 51,840, 31,840 and 0.09552."""
    write(tmp_path, inventory(**THREE_ACCOUNTS))
    run = kmscost("explain", "inventory.yaml", "--month", "2026-11", cwd=tmp_path)
    assert run.code == 0, run.text
    for number in ("51,840", "31,840", "0.09552"):
        assert number in run.out or number.replace(",", "") in run.out, (
            f"{number} is not in:\n{run.out}"
        )
