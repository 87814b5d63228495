"""The calculator against sums done by hand: who checks must be checked."""

from typing import Any

import pytest
import yaml

from tests.oracle.assumptions import read_growth, read_quantity, read_share
from tests.oracle.calculator import Calculation

ONE_TRAIL = """
version: 1
regions: [us-east-1]
accounts: [{id: "111122223333"}]
keys: [{id: k, region: us-east-1}]
trails: [{name: t, key: k}]
"""
TWO_MORE_TRAILS = [
    {"name": "second", "key": None, "from": "2020-01-01"},
    {"name": "third", "key": None, "regions": ["us-east-1"], "from": "2020-01-02"},
]


def read(**changes: Any) -> dict[str, Any]:
    """One account, Region, key and trail; `trail=`, `key=`, `account=` change the first of each."""
    document: dict[str, Any] = yaml.safe_load(ONE_TRAIL)
    for part in ("trail", "key", "account"):
        document[f"{part}s"][0] |= changes.pop(part, {})
    return document | changes


def read_gets(calculation: Calculation) -> list[float]:
    """The reader's requests by day."""
    days = [activity.quantities for activity in calculation.activities if activity.cause == "get"]
    return [sum(parts) for parts in zip(*days, strict=True)]


def test_a_stream_puts_288_files_a_day() -> None:
    """30 x 288 = 8,640 requests are inside the free tier; the key costs a dollar."""
    totals = Calculation(read(), "2026-11", 1).totals
    assert totals["requests"] == pytest.approx(8_640)
    assert totals["billable_requests"] == 0
    assert totals["cost_usd"] == pytest.approx(1)


def test_a_leap_day_is_a_day() -> None:
    """29 x 288 = 8,352."""
    assert Calculation(read(), "2028-02", 1).totals["requests"] == pytest.approx(8_352)


def test_others_use_the_free_tier_first() -> None:
    """Of 8,640 requests 5,000 are free: 3,640 x 0.000003 and a dollar, less ten percent."""
    document = read(other_kms_requests_per_month=15_000)
    totals = Calculation(document, "2026-11", 1, discount=0.1).totals
    assert totals["billable_requests"] == pytest.approx(3_640)
    assert totals["cost_usd"] == pytest.approx((3_640 * 0.000003 + 1) * 0.9)


def test_others_of_a_closed_account_count_by_its_days() -> None:
    """30,000 a month for 15 of 30 days are 15,000 of the pool's 20,000."""
    accounts = [{"id": "111122223333"}, {"id": "222222222222", "until": "2026-11-16"}]
    others = {"222222222222": 30_000}
    trail = {"scope": "account"}
    document = read(accounts=accounts, other_kms_requests_per_month=others)
    document["trails"][0] |= trail
    assert Calculation(document, "2026-11", 1).totals["free_requests"] == pytest.approx(5_000)


def test_exempt_writes_leave_the_free_tier_alone() -> None:
    """28,800 puts cost nothing; 10 checks and 28,800 gets share 20,000 free ones."""
    siem = {"name": "siem", "kind": "every-file"}
    trail = {"files_per_day": 960, "config_updates_per_month": 10}
    document = read(trail=trail, readers=[siem], cloudtrail_writes="exempt")
    totals = Calculation(document, "2026-11", 1).totals
    assert totals["billable_requests"] == pytest.approx(28_810 - 20_000)
    assert totals["cost_usd_writes_exempt"] == pytest.approx(1 + 8_810 * 0.000003)
    assert totals["cost_usd_writes_charged"] == pytest.approx(1 + 37_610 * 0.000003)


def test_digests_lie_under_the_key_from_2025_05_22_on() -> None:
    """10 days x 24; a Bucket Key that saves 0.75 leaves 60; those before lie under SSE-S3."""
    bucket = {"bucket_key": True, "bucket_key_saving": 0.75}
    trail = {"log_file_validation": True, "bucket": bucket}
    calculation = Calculation(read(trail=trail), "2025-04", 2)
    assert calculation.sum_by("month", "cause")["2025-05", "digest"] == pytest.approx(60)
    assert ("2025-04", "digest") not in calculation.sum_by("month", "cause")


def test_two_rotations_count_from_2024_05_01_on() -> None:
    """Three rotations before: 4 key-months in April, 3 in May."""
    rotations = ["2021-01-01", "2022-01-01", "2023-01-01"]
    calculation = Calculation(read(key={"rotations": rotations}), "2024-04", 2)
    assert calculation.sum_by("month", "cause")["2024-04", "key"] == pytest.approx(4)
    assert calculation.sum_by("month", "cause")["2024-05", "key"] == pytest.approx(3)


def test_growth_compounds_monthly_from_as_of() -> None:
    """2^(2/12) in January as of November, 1 before; digests grow with accounts alone."""
    growth = {"accounts_per_year": "100%", "files_per_year": "300%", "as_of": "2026-11-20"}
    document = read(trail={"log_file_validation": True}, growth=growth)
    sums = Calculation(document, "2026-10", 4).sum_by("month", "cause")
    assert sums["2026-10", "put"] == pytest.approx(288 * 31)
    assert sums["2026-11", "put"] == pytest.approx(288 * 30)
    assert sums["2027-01", "put"] == pytest.approx(288 * 31 * 8 ** (2 / 12))
    assert sums["2027-01", "digest"] == pytest.approx(24 * 31 * 2 ** (2 / 12))


def test_a_look_back_fills_while_the_trail_is_young() -> None:
    """1.5 days: 0.5 days of files on the first day, 1.375 on the second, 1.5 on the third."""
    query = {"name": "q", "kind": "query", "queries_per_month": 30, "days_scanned": 1.5}
    document = read(trail={"from": "2026-11-01", "files_per_day": 8}, readers=[query])
    gets = read_gets(Calculation(document, "2026-11", 1))
    assert gets[:4] == pytest.approx([4, 11, 12, 12])


def test_a_look_back_ends_with_the_last_files_and_with_the_key() -> None:
    """Put until the 10th, kept a day: half a day of files on the 11th; nothing after the key."""
    query = {"name": "q", "kind": "query", "queries_per_month": 30, "days_scanned": 9}
    trail = {"until": "2026-11-11", "files_per_day": 8, "bucket": {"retention_days": 1}}
    gets = read_gets(Calculation(read(trail=trail, readers=[query]), "2026-11", 1))
    assert gets[8:12] == pytest.approx([8, 8, 4, 0])
    document = read(trail=trail, key={"until": "2026-11-05"}, readers=[query])
    assert read_gets(Calculation(document, "2026-11", 1))[2:6] == pytest.approx([8, 8, 0, 0])


def test_validation_reads_logs_and_digests_under_the_key() -> None:
    """A run reads 2 days: 2 x (288 + 24) files, on 2025-06-01 and later; before, logs alone."""
    runs = {"name": "v", "kind": "validate", "runs_per_month": 31, "days": 2}
    document = read(trail={"log_file_validation": True}, readers=[runs])
    gets = read_gets(Calculation(document, "2025-05", 1))
    assert gets[0] == pytest.approx(2 * 288)
    assert gets[21] == pytest.approx(2 * 288 + 24 / 2)
    assert gets[30] == pytest.approx(2 * (288 + 24))


def test_fixed_gets_are_made_while_a_file_lies_there() -> None:
    """Put until the 5th, kept for 1.25 days: all of the 6th and a quarter of the 7th."""
    fixed = {"name": "f", "kind": "fixed", "gets_per_day": 100}
    trail = {"until": "2026-11-06", "bucket": {"retention_days": 1.25}}
    gets = read_gets(Calculation(read(trail=trail, readers=[fixed]), "2026-11", 1))
    assert gets[4:8] == pytest.approx([100, 100, 25, 0])


def test_once_reads_what_has_not_expired() -> None:
    """3.5 days of 288 files, on one day, twice each."""
    once = {"name": "o", "kind": "once", "day": "2026-11-10", "days": 9, "gets_per_file": 2}
    trail = {"bucket": {"retention_days": 3.5}}
    gets = read_gets(Calculation(read(trail=trail, readers=[once]), "2026-11", 1))
    assert gets[9] == pytest.approx(3.5 * 288 * 2)
    assert sum(gets) == gets[9]


def test_replication_saves_on_decrypt_alone() -> None:
    """From the 21st on 10 days: 288 x 10 Encrypt, half of it Decrypt with a saving of 0.5."""
    keys = [
        {"id": "k", "region": "us-east-1"},
        {"id": "d", "region": "eu-west-1", "created": "2026-11-21"},
    ]
    bucket = {"bucket_key": True, "bucket_key_saving": 0.5}
    copy = {"name": "c", "kind": "replication", "destination_key": "d"}
    document = read(keys=keys, trail={"bucket": bucket}, readers=[copy])
    sums = Calculation(document, "2026-11", 1).sum_by("operation", "billed_region")
    assert sums["Decrypt", "us-east-1"] == pytest.approx(1_440)
    assert sums["Encrypt", "eu-west-1"] == pytest.approx(2_880)


def test_two_of_three_trails_pay_for_copies() -> None:
    """8,640 events have two paid copies each; the free one is of the trail that began first."""
    document = read()
    document["trails"] += TWO_MORE_TRAILS
    copies = Calculation(document, "2026-11", 1).own_copies
    assert {place[3] for place in copies} == {"second", "third"}
    assert sum(copies.values()) == pytest.approx(2 * 8_640)


def test_a_call_on_the_key_of_another_account_is_logged_twice() -> None:
    """Gets of the other account: two paid copies in its log, and two in the key owner's."""
    accounts = [{"id": "111122223333"}, {"id": "222222222222"}]
    siem = {"name": "s", "kind": "every-file", "account": "222222222222", "gets_per_file": 10}
    document = read(accounts=accounts, trail={"files_per_day": 1}, readers=[siem])
    document["trails"] += TWO_MORE_TRAILS
    by_account: dict[str, float] = {}
    for (_, account, _, _), events in Calculation(document, "2026-11", 1).own_copies.items():
        by_account[account] = by_account.get(account, 0) + events
    assert by_account["222222222222"] == pytest.approx(2 * 600)
    assert by_account["111122223333"] == pytest.approx(2 * 660)


def test_copies_of_others_are_a_range_where_the_place_is_not_known() -> None:
    """Three trails record in us-east-1, two in eu-west-1: 3,000 requests, 3,000 to 6,000 copies."""
    document = read(regions=["us-east-1", "eu-west-1"], other_kms_requests_per_month=3_000)
    document["trails"] += TWO_MORE_TRAILS
    copies = Calculation(document, "2026-11", 1).others_copies["2026-11"]
    assert (copies.low, copies.high) == pytest.approx((3_000, 6_000))


def test_bursts_of_writes_checks_and_runs() -> None:
    """One put in 60 s, a check in 1 s; a run's files come at 20 a second, however many."""
    runs = {"name": "v", "kind": "validate", "runs_per_month": 1, "days": 2}
    trail = {
        "log_file_validation": True,
        "digest_files": "sse-s3",
        "config_updates_per_month": 1,
    }
    headroom = Calculation(read(trail=trail, readers=[runs]), "2026-11", 1).headroom
    place = headroom["2026-11", "111122223333", "111122223333", "us-east-1"]
    assert place.burst == pytest.approx(1 / 60 + 1 + 20)
    assert place.burst_high == pytest.approx(1 / 10 + 1 + 100)
    assert place.mean == pytest.approx((8_640 + 1 + 576) / (30 * 86_400))


def test_what_belongs_to_a_closed_account_ends_with_it() -> None:
    """Until the 11th: 10 days of puts and a third of a key-month."""
    totals = Calculation(read(account={"until": "2026-11-11"}), "2026-11", 1).totals
    assert totals["requests"] == pytest.approx(2_880)
    assert totals["cost_usd"] == pytest.approx(1 / 3)


def test_a_budget_is_broken_above_it() -> None:
    """A dollar is used of 1.00, not over; of 0.99 it is over."""
    limits = [1.00, 0.99]
    budgets = [{"name": f"b{limit}", "usd_per_month": limit} for limit in limits]
    uses = Calculation(read(budgets=budgets), "2026-11", 1).budgets
    assert [use.over for use in uses.values()] == [False, True]
    assert [use.highest_threshold for use in uses.values()] == [1.0, 1.0]


def test_the_median_of_a_range_follows_its_distribution() -> None:
    """Geometric for quantities and 1 + growth, logit for shares; `mid` overrides."""
    assert read_quantity({"low": 2, "high": 8}) == 4
    assert read_share({"low": 0.1, "high": 0.9}) == pytest.approx(0.5)
    assert read_growth({"low": 0, "high": "300%"}) == pytest.approx(1)
    assert read_quantity({"low": 2, "high": 8, "mid": 5}) == 5


def test_a_burst_takes_a_second_or_more() -> None:
    """Two gets of a run, at 20 a second, are two in one second."""
    runs = {"name": "v", "kind": "validate", "runs_per_month": 1, "days": 2}
    trail = {"log_file_validation": True, "digest_files": "sse-s3", "files_per_day": 1}
    headroom = Calculation(read(trail=trail, readers=[runs]), "2026-11", 1).headroom
    place = headroom["2026-11", "111122223333", "111122223333", "us-east-1"]
    assert place.bursts[-1].per_second == pytest.approx(2)


def test_account_trails_of_two_accounts_never_record_together() -> None:
    """An organization trail and one trail in each account: one paid copy anywhere, not two."""
    accounts = [{"id": "111122223333"}, {"id": "222222222222"}]
    document = read(accounts=accounts, other_kms_requests_per_month=3_000)
    document["trails"] += [
        {"name": "second", "account": "111122223333", "scope": "account", "key": None},
        {"name": "third", "account": "222222222222", "scope": "account", "key": None},
    ]
    copies = Calculation(document, "2026-11", 1).others_copies["2026-11"]
    assert (copies.low, copies.high) == pytest.approx((3_000, 3_000))
