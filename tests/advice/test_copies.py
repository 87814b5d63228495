"""What advice saves on CloudTrail's bill: copies of everybody's KMS events, by hand.

288 files a day and stream, 8,640 in November; USD 2.00 per 100,000 paid copies.
"""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from typer.testing import CliRunner

from estimator import advise, load_inventory
from estimator.cli import app
from estimator.forecasting.copy_charges import copy_rates
from estimator.forecasting.event_copies import EventCopies, Pattern, Recording
from estimator.months import Months
from pricing.rates import load_rates
from tests.advice.test_laws import laws
from tests.forecasting.inventories import inventories
from tests.sampling import cases
from tests.scenarios.inventories import file

A, B, C = "111122223333", "222222222222", "333333333333"
EVENT = 2.00 / 100_000

TWO = f"""\
version: 1
other_kms_requests_per_month: 100000000
accounts: [{{id: "{A}", regions: [us-east-1]}}]
keys: [{{id: logs, account: "{A}", region: us-east-1}}]
trails:
  - {{name: a, scope: account, key: logs, from: 2024-01-01}}
  - {{name: b2, scope: account, key: logs, from: 2025-01-01}}
"""

ORG = f"""\
version: 1
regions: [us-east-1]
other_kms_requests_per_month: 30000000
accounts: [{{id: "{A}"}}, {{id: "{B}"}}]
keys: [{{id: logs, account: "{A}", region: us-east-1}}]
trails:
  - {{name: org, key: logs, from: 2024-01-01}}
"""
OWN = f'  - {{name: own, account: "{B}", scope: account, key: null, from: 2025-01-01}}\n'
BY_ACCOUNT = f'other_kms_requests_per_month: {{"{B}": 30000000}}'


def pieces(folder, text, months=1):
    """The pieces by their name, and the advice."""
    found = advise(file(folder, text), "2026-11", months)
    return {
        recommendation.proposal.name: recommendation for recommendation in found.recommendations
    }, found


def test_the_whole_saving_is_ranked(tmp_path):
    """One account and one Region: excluding saves the second copy of 100,017,280 events, exactly.

    Two trails put 2 x 8,640 files; (100,000,000 + 17,280) x 2.00 / 100,000 = USD 2,000.3456.
    """
    by_name, found = pieces(tmp_path, TWO)
    copies = by_name["exclude-kms-events b2"].saving.copies
    assert copies.own == pytest.approx(17_280 * EVENT)
    assert copies.others == copies.others_high == pytest.approx(2000.00)
    assert not copies.is_range
    row = found.rows.set_index("kind").loc["exclude-kms-events"]
    assert row["saves_usd"] == 0
    assert row["saves_usd_cloudtrail_events"] == pytest.approx(2000.3456)
    assert row["saves_usd_cloudtrail_events_others"] == pytest.approx(2000.00)
    assert row["saves_usd_cloudtrail_events_high"] == pytest.approx(2000.3456)
    # before the Bucket Keys, which save cents; dropping the trail saves its 8,640 puts as well
    assert list(by_name)[:2] == ["duplicate-trail b2", "exclude-kms-events b2"]
    # 2,000.3456 and 8,640 puts at 0.000003, beyond the free tier that others use up
    assert by_name["duplicate-trail b2"].on_top == pytest.approx(2000.3456 + 0.02592)


def test_a_month_of_many_is_a_month(tmp_path):
    """Over November and December the others' 2 x USD 2,000 are USD 2,000 a month."""
    _, found = pieces(tmp_path, TWO, months=2)
    row = found.rows.set_index("kind").loc["exclude-kms-events"]
    assert row["saves_usd_cloudtrail_events_others"] == pytest.approx(2000.00)


def test_where_others_are_not_known_it_is_nothing_to_all(tmp_path):
    """A number of the payer: the account's own trail may record none of it or all, USD 0 to 600.

    30,000,000 x 2.00 / 100,000 = USD 600.00; nothing of this inventory happens in B.
    """
    by_name, found = pieces(tmp_path, ORG + OWN)
    copies = by_name["exclude-kms-events own"].saving.copies
    assert (copies.least, copies.most) == (0, pytest.approx(600.00))
    assert copies.is_range
    row = found.rows.set_index("kind").loc["exclude-kms-events"]
    assert row["saves_usd_cloudtrail_events"] == 0
    assert row["saves_usd_cloudtrail_events_high"] == pytest.approx(600.00)
    # what may save much is among what goes together
    assert found.together.copies.most == pytest.approx(600.00)
    # what is sure to save five cents stands first: the order is that of what is sure
    assert next(iter(by_name)) == "bucket-key org"


def test_a_number_by_account_is_exact(tmp_path):
    """B's requests, where known, all have the second copy; of A's none has."""
    by_name, _ = pieces(tmp_path, ORG.replace("other_kms_requests_per_month: 30000000", BY_ACCOUNT))
    assert not [name for name in by_name if "kms-events" in name]
    known = (ORG + OWN).replace("other_kms_requests_per_month: 30000000", BY_ACCOUNT)
    by_name, _ = pieces(tmp_path, known)
    copies = by_name["exclude-kms-events own"].saving.copies
    assert (copies.own, copies.others, copies.others_high) == pytest.approx((0, 600, 600))
    # with B named it is a mapping of accounts: the payer's id alone would name the whole pool
    other = f'{{"{A}": 30000000, "{B}": 0}}'
    by_name, _ = pieces(tmp_path, known.replace(f'{{"{B}": 30000000}}', other))
    assert not [name for name in by_name if "own" in name]


def test_a_second_organization_trail_is_exact(tmp_path):
    """All places have the same two copies: USD 600, and this inventory's 17,280 puts."""
    twice = "  - {name: two, key: null, from: 2025-01-01}\n"
    by_name, _ = pieces(tmp_path, ORG + twice)
    for name in ("exclude-kms-events two", "duplicate-trail two"):
        copies = by_name[name].saving.copies
        assert not copies.is_range
        assert copies.least == pytest.approx(600 + 17_280 * EVENT)


def test_each_place_is_compared_with_itself(tmp_path):
    """Three accounts with 1, 2 and 3 paid copies: excluding in the second saves 0 to 1 of each.

    The range is one to three copies before and after, so its ends alone would show no saving.
    """
    trails = "".join(
        f'  - {{name: {name}, account: "{account}", scope: account, key: null, from: {day}}}\n'
        for name, account, day in (
            ("b", B, "2025-01-01"),
            ("c1", C, "2025-01-01"),
            ("c2", C, "2025-02-01"),
        )
    )
    text = ORG.replace(f'{{id: "{B}"}}', f'{{id: "{B}"}}, {{id: "{C}"}}') + (
        "  - {name: two, key: null, from: 2024-06-01}\n" + trails
    )
    by_name, found = pieces(tmp_path, text)
    assert found.forecast.totals["cost_usd_cloudtrail_events_others"] == pytest.approx(600)
    assert found.forecast.totals["cost_usd_cloudtrail_events_high"] == pytest.approx(
        1800 + 3 * 8_640 * EVENT  # the puts of A's key are in A, where one copy is paid
    )
    saving = by_name["exclude-kms-events b"].saving
    assert saving.totals["cost_usd_cloudtrail_events_high"] == 0
    assert (saving.copies.others, saving.copies.others_high) == (0, pytest.approx(600))


def test_nothing_is_offered_where_no_copy_is_paid(tmp_path):
    """The gets end before the other trails begin: nothing on CloudTrail's bill, no advice on it."""
    text = f"""\
version: 1
accounts: [{{id: "{A}", regions: [us-east-1]}}]
keys: [{{id: logs, account: "{A}", region: us-east-1}}]
trails:
  - {{name: first, key: logs, until: 2026-11-05, bucket: {{retention_days: 10}}}}
  - {{name: second, scope: account, from: 2026-11-16, key: null}}
  - {{name: third, scope: account, from: 2026-11-16, key: null}}
readers: [{{name: audit, kind: fixed, trails: [first], gets_per_day: 50000}}]
"""
    by_name, found = pieces(tmp_path, text)
    assert found.forecast.totals["cost_usd_cloudtrail_events_high"] == 0
    assert all(value.saving.copies.most == 0 for value in by_name.values())
    assert not [name for name in by_name if "kms-events" in name or "duplicate" in name]


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_both_ends_and_whose_they_are_is_told(tmp_path, form):
    """Own and others' stand apart; a range says that the places are not known."""
    path = file(tmp_path, ORG + OWN)
    span = ("--from", "2026-11", "--months", "1")
    answer = CliRunner().invoke(app, ["advise", str(path), *span, "--format", form])
    words = " ".join(answer.stdout.replace("\\", "").split())
    assert "0.00 to 600.00 a month on CloudTrail's bill for copies of KMS events: 0.00 of" in words
    assert "0.00 to 600.00 of all others'. In which accounts and Regions" in words
    assert "smaller by, at least" in words
    if form == "table":
        # JSON within a command, and the path of the file, stay on one line to be copied
        lines = [line for line in answer.stdout.splitlines() if not {"{", "/"} & set(line)]
        assert all(len(line) <= 80 for line in lines)
    answer = json.loads(CliRunner().invoke(app, ["advise", str(path), *span, "-f", "json"]).stdout)
    exclusion = next(entry for entry in answer["advice"] if entry["kind"] == "exclude-kms-events")
    assert exclusion["saves_usd_cloudtrail_events"] == 0
    assert exclusion["saves_usd_cloudtrail_events_high"] == pytest.approx(600.00)


@settings(laws, max_examples=cases(8))
@given(inventories())
def test_without_any_copy_everything_is_saved(tmp_path, text):
    """Against the same trails nothing; where all exclude KMS events, both ends of what is paid.

    What is paid in each place is counted slowly, day by day.
    """
    inventory = load_inventory(file(tmp_path, text))
    excluded = text.replace("exclude_kms_events: false", "exclude_kms_events: true")
    without, months = load_inventory(file(tmp_path, excluded)), Months(date(2026, 11, 1), 2)
    now, rates = EventCopies(inventory, months), copy_rates(load_rates())
    assert now.others_saving(EventCopies(inventory, months), rates) == (0, 0)
    saved = now.others_saving(EventCopies(without, months), rates)
    assert saved == pytest.approx(slow_ends(inventory, months))


def slow_ends(inventory, months):
    """The least and the most that copies of others cost, place by place. [USD]"""
    recording, ends = Recording(inventory), [0.0, 0.0]
    spans = months.each_day(0, months.count)
    active = inventory.active.account
    for use in inventory.other_uses:
        partitions = {account.partition for account in inventory.accounts if account.regions}
        for partition in sorted(partitions):
            patterns = [
                (account.id, Pattern(recording.trails_of(account, region), active[account.id]))
                for account in inventory.accounts
                if account.payer == use.payer and account.partition == partition
                for region in account.regions
            ]
            places = [(account, recording.copies(pattern, spans)) for account, pattern in patterns]
            for day in range(len(spans)):
                here = [
                    copies[day]
                    for account, copies in places
                    if active[account].start <= spans.begin[day] < active[account].end
                ]
                requests = use.requests.mid / spans.month_days[day]
                ends[0] += min(here, default=0) * requests * EVENT
                ends[1] += max(here, default=0) * requests * EVENT
    return ends


def without_files(first_key, second_key, key):
    """Two trails of an account; `key` says when k is there."""
    return f"""\
version: 1
regions: [us-east-1]
other_kms_requests_per_month: 1000000
accounts: [{{id: "{A}"}}]
keys: [{{id: k, account: "{A}", region: us-east-1, {key}}}]
trails:
  - {{name: first, account: "{A}", key: {first_key}}}
  - {{name: second, account: "{A}", key: {second_key}}}
"""


@pytest.mark.parametrize("key", ["created: 2027-01-01", "until: 2026-06-01"])
def test_a_trail_records_without_its_key(tmp_path, key):
    """Second writes nothing under its key and records all the same: 1,000,000 copies, USD 20.00.

    First goes on recording them, so that this is no trade-off.
    """
    by_name, _ = pieces(tmp_path, without_files("null", "k", key))
    advice = by_name["exclude-kms-events second"]
    assert advice.saving.copies.others == pytest.approx(1_000_000 * EVENT) == pytest.approx(20.00)
    assert not advice.proposal.trade_off
    assert "first still records them" in advice.proposal.loses


@pytest.mark.parametrize("key", ["created: 2027-01-01", "until: 2026-12-01"])
def test_whose_key_is_not_there_still_records(tmp_path, key):
    """First records from its own beginning, whatever its key does: the saving goes with others."""
    by_name, _ = pieces(tmp_path, without_files("k", "null", key), months=12)
    advice = by_name["exclude-kms-events second"]
    assert not advice.proposal.trade_off
    assert "first still records them" in advice.proposal.loses
    # 12 x 1,000,000 requests of others
    assert advice.saving.copies.others == pytest.approx(240.00)
    assert advice.on_top >= 20.00


def test_a_trail_that_records_before_the_other_is_no_duplicate(tmp_path):
    """Late writes all files of early, whose key begins with it, but early records all before."""
    text = f"""\
version: 1
regions: [us-east-1]
other_kms_requests_per_month: 1000000
accounts: [{{id: "{A}"}}]
keys: [{{id: k, account: "{A}", region: us-east-1, created: 2027-01-01}}]
trails:
  - {{name: early, account: "{A}", key: k, exclude_kms_events: true}}
  - {{name: late, account: "{A}", key: k, from: BEGIN}}
"""
    found = [
        name
        for begin in ("2027-01-01", "2026-11-01")
        for name in pieces(tmp_path, text.replace("BEGIN", begin), months=12)[0]
        if name.startswith("duplicate")
    ]
    # late can go while early records more, and early once both record all the months
    assert found == ["duplicate-trail late", "duplicate-trail early"]
