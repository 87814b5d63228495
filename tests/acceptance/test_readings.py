from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.commands import NOVEMBER, expect, forecast, kmscost, write
from tests.acceptance.inventories import (
    THREE_ACCOUNTS,
    A,
    inventory,
    reader,
    trail,
)


def test_writes_exempt_cost_nothing_and_both_readings_stand_in_json(tmp_path: Path) -> None:
    """`cloudtrail_writes: exempt`: the same requests for 0.00, and the other reading beside it."""
    totals = forecast(tmp_path, inventory(**THREE_ACCOUNTS, cloudtrail_writes="exempt"), "2026-11")[
        "totals"
    ]
    expect(
        totals,
        requests=51840,
        billable_requests=0,
        cost_usd_requests=0,
        cost_usd_keys=1,
        cost_usd=1,
        cost_usd_writes_charged="1.09552",
        cost_usd_writes_exempt=1,
    )


@pytest.mark.parametrize("reading", ["charged", "exempt"])
@pytest.mark.parametrize("form", ["table", "markdown"])
def test_both_readings_stand_in_text_outputs(tmp_path: Path, reading: str, form: str) -> None:
    """Every output that shows a cost shows the other reading's total beside it."""
    # charged 0.15552 + 1.00 = 1.15552 -> 1.16 ; exempt 1.00
    write(
        tmp_path,
        inventory(**THREE_ACCOUNTS, other_kms_requests_per_month=20000, cloudtrail_writes=reading),
    )
    run = kmscost("forecast", "inventory.yaml", *NOVEMBER, "--format", form, cwd=tmp_path)
    assert run.code == 0, run.text
    other = {"charged": "exempt", "exempt": "charged"}[reading]
    words = {"charged": "If AWS charges", "exempt": "If AWS does not charge"}[other]
    (line,) = [n for n, text in enumerate(run.out.splitlines()) if words in text]
    shown = " ".join(run.out.splitlines()[line : line + 2])
    assert "source" in shown, run.out
    assert ("1.00" if other == "exempt" else "1.16") in shown, run.out
    assert "1.16" in run.out or "1.1555" in run.out or "1.156" in run.out, run.out
    assert "1.00" in run.out, run.out


def test_readings_differ_only_by_the_writes(tmp_path: Path) -> None:
    """Readers pay in both readings (others use the pool, so that sharing does not matter)."""
    # puts 8,640; gets 1 per file 8,640; other 20,000: charged 17,280 x 0.000003 = 0.05184;
    # exempt 8,640 x 0.000003 = 0.02592
    text = inventory(
        readers=[{"name": "siem", "kind": "every-file", "account": A, "gets_per_file": 1}],
        other_kms_requests_per_month=20000,
    )
    expect(
        forecast(tmp_path, text, "2026-11")["totals"],
        requests=17280,
        cost_usd="1.05184",
        cost_usd_writes_charged="1.05184",
        cost_usd_writes_exempt="1.02592",
    )
    expect(
        forecast(tmp_path, text + "cloudtrail_writes: exempt\n", "2026-11")["totals"],
        requests=17280,
        billable_requests=8640,
        cost_usd="1.02592",
        cost_usd_requests="0.02592",
        cost_usd_writes_charged="1.05184",
        cost_usd_writes_exempt="1.02592",
    )


EXEMPT = {"cloudtrail_writes": "exempt"}


def test_exempt_covers_puts_and_digests_but_not_checks(tmp_path: Path) -> None:
    """Exempt are log files and digest files; the check at a change of the trail is charged."""
    # puts 30,000, digests 720, checks 7; others used the free tier: 7 x 0.000003 = 0.000021
    line = trail(files_per_day=1000, log_file_validation=True, config_updates_per_month=7)
    text = inventory(trails=[line], other_kms_requests_per_month=20_000, **EXEMPT)
    totals = forecast(tmp_path, text)["totals"]
    # charged: 30,727 x 0.000003 = 0.092181
    expect(
        totals,
        requests=30_727,
        billable_requests=7,
        cost_usd_requests="0.000021",
        cost_usd_writes_exempt="1.000021",
        cost_usd_writes_charged="1.092181",
    )


def test_exempt_requests_leave_the_free_tier_to_others(tmp_path: Path) -> None:
    """Exempt requests use up nothing: the 20,000 free requests are all left for the reader."""
    # puts 30,000; gets 1,000 x 30 = 30,000
    # exempt: 30,000 - 20,000 = 10,000 x 0.000003 = 0.03
    # charged: 60,000 - 20,000 = 40,000 x 0.000003 = 0.12
    text = inventory(
        trails=[trail(files_per_day=1000)],
        readers=[reader("fixed", gets_per_day=1000)],
        **EXEMPT,
    )
    expect(
        forecast(tmp_path, text)["totals"],
        requests=60_000,
        billable_requests=10_000,
        cost_usd_requests="0.03",
        cost_usd_writes_exempt="1.03",
        cost_usd_writes_charged="1.12",
    )
