"""Each kind of reader: what its gets are held against, by hand, and back out of the model."""

import datetime
import math
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.calibration import calibrate_text
from estimator.inventory.load import parse_inventory
from estimator.measurement.coverage import Coverage
from estimator.measurement.result import Actuals
from estimator.months import Months
from estimator.volume import daily_requests
from estimator.volume.model import Model
from estimator.volume.readers import KINDS
from tests.calibration.measurements import (
    FIRST,
    HOME,
    INVENTORY,
    OTHER,
    count_actuals,
    role,
    steady,
)
from tests.sampling import cases

DAYS = 28
MONTH = 365.2425 / 12
PUTS = {
    (HOME, "us-east-1"): steady(100),
    (HOME, "eu-west-1"): steady(2),
    (OTHER, "us-east-1"): steady(500),
    (OTHER, "eu-west-1"): steady(2),
}  # 604 a day
PLACE = (HOME, "us-east-1")


def calibrate_yaml(text, actuals):
    return calibrate_text(text, "inventory.yaml", actuals)


def with_reader(line, text=INVENTORY):
    """The inventory with this reader in the place of its own."""
    return re.sub(r"  - \{name: siem.*\}\n", f"  - {{{line}}}\n", text)


def gets_of(name, daily):
    """Gets of a role of this name, a day each."""
    return {role(name): {PLACE: [float(count) for count in daily]}}


def test_a_young_trail_is_met_by_fewer_files():
    """By hand: the trail begins on the 15th; two queries a day over seven days, 604 files a day.

    On its first day a query meets half a day of files on average, on the next one and a half, from
    the eighth on seven: 2 x 604 x 0.5, 1.5, ... 6.5, 7, 7, ...; two a day are 60.87 a month.
    """
    text = INVENTORY.replace("    key: logs\n", "    key: logs\n    from: 2026-10-15\n")
    line = f'name: athena, kind: query, account: "{HOME}", queries_per_month: 9, days_scanned: 7'
    puts = {stream: [0.0] * 14 + counts[14:] for stream, counts in PUTS.items()}
    met = [0.0] * 14 + [min(day + 0.5, 7.0) for day in range(14)]
    calibration = calibrate_yaml(
        with_reader(line, text), count_actuals(puts, gets_of("athena", [1208 * m for m in met]))
    )
    assert calibration.inventory.readers[0].queries_per_month.mid == pytest.approx(
        2 * MONTH, rel=0.01
    )
    assert "from: 2026-10-15\n" in calibration.text  # the trail's own, and none for the reader
    assert calibration.inventory.readers[0].start is None


def test_a_look_back_meets_no_more_than_the_bucket_keeps():
    """By hand: 90 days scanned of a bucket that keeps five: 5 x 604 files a query, one a day."""
    text = INVENTORY.replace("    key: logs\n", "    key: logs\n    bucket: {retention_days: 5}\n")
    line = f'name: athena, kind: query, account: "{HOME}", queries_per_month: 9, days_scanned: 90'
    calibration = calibrate_yaml(
        with_reader(line, text), count_actuals(PUTS, gets_of("athena", steady(3020)))
    )
    assert calibration.inventory.readers[0].queries_per_month.mid == pytest.approx(MONTH, rel=0.01)


@pytest.mark.parametrize(
    ("digests", "files"), [("", 604 + 24 * 4), (", digest_files: sse-s3", 604)]
)
def test_runs_a_month_count_digests_where_they_are_under_the_key(digests, files):
    """By hand: a run a day over ten days; four streams have 24 digests a day each, from 2025 on."""
    text = INVENTORY.replace(
        "    key: logs\n", f"    key: logs\n    log_file_validation: true{digests}\n"
    )
    text = text.replace(", digest", "\n    digest")
    line = f'name: integrity, kind: validate, account: "{HOME}", runs_per_month: 9, days: 10'
    gets = gets_of("integrity", steady(10 * files))
    calibration = calibrate_yaml(with_reader(line, text), count_actuals(PUTS, gets))
    assert calibration.inventory.readers[0].runs_per_month.mid == pytest.approx(MONTH, rel=0.01)


def test_once_is_measured_on_its_day():
    """By hand: ten days of 604 files lie there on the 20th; 9,060 gets on that day are 1.5 a file.

    It never began inside the window and has not stopped: it reads on that day only.
    """
    line = f'name: backfill, kind: once, account: "{HOME}", day: 2026-10-20, days: 10'
    daily = [0.0] * 19 + [9060.0] + [0.0] * 8
    calibration = calibrate_yaml(with_reader(line), count_actuals(PUTS, gets_of("backfill", daily)))
    reader = calibration.inventory.readers[0]
    assert reader.gets_per_file.mid == pytest.approx(1.5, rel=0.01)
    assert reader.start is None
    assert not [notice for notice in calibration.notices if "backfill" in notice]


def test_the_range_of_once_is_that_of_a_count():
    """240 gets of 10 x 604 files: 1.645 / sqrt(240) = 10.6 % to either side is chance."""
    line = f'name: backfill, kind: once, account: "{HOME}", day: 2026-10-20, days: 10'
    daily = [0.0] * 19 + [240.0] + [0.0] * 8
    calibration = calibrate_yaml(with_reader(line), count_actuals(PUTS, gets_of("backfill", daily)))
    found = calibration.inventory.readers[0].gets_per_file
    assert found.mid == pytest.approx(240 / 6040, rel=0.01)
    assert found.low / found.mid == pytest.approx(math.exp(-1.645 / math.sqrt(240)), rel=0.02)
    assert found.high / found.mid == pytest.approx(math.exp(1.645 / math.sqrt(240)), rel=0.02)


def test_once_of_another_month_has_nothing_to_do():
    """A day outside of the window: unchanged, and nobody says that it is gone."""
    line = f'name: backfill, kind: once, account: "{HOME}", day: 2026-11-20, days: 10'
    calibration = calibrate_yaml(with_reader(line), count_actuals(PUTS))
    assert calibration.inventory.readers[0].gets_per_file.is_number
    assert not [notice for notice in calibration.notices if "backfill" in notice]


def test_a_reader_ends_with_its_account():
    """By hand: its account ends on the 15th, 300 gets a day before: 300, not the mean of 150."""
    text = INVENTORY.replace("name: prod}", "name: prod, until: 2026-10-15}")
    line = f'name: audit, kind: fixed, account: "{OTHER}", gets_per_day: 9'
    gets = {role("audit", OTHER): {PLACE: [*steady(300.0, 14), *steady(0.0, 14)]}}
    calibration = calibrate_yaml(with_reader(line, text), count_actuals(PUTS, gets))
    assert calibration.inventory.readers[0].gets_per_day.mid == pytest.approx(300, rel=0.01)


def test_replication_copies_digests_too():
    """By hand: 604 files and 24 digests of four streams a day, one get each: nothing to say.

    Twice as many are said, and so is what a reader of files alone would expect.
    """
    text = INVENTORY.replace("    key: logs\n", "    key: logs\n    log_file_validation: true\n")
    text = text.replace(
        "\ntrails:", f'\n  - {{id: dr, account: "{HOME}", region: eu-west-1}}\ntrails:'
    )
    line = f'name: copy, kind: replication, account: "{HOME}", destination_key: dr'

    def notices(count):
        actuals = count_actuals(PUTS, gets_of("copy", steady(count)))
        rows = actuals.measured
        rows["cause"] = rows["cause"].astype(str).replace("get", "replication").astype("category")
        calibration = calibrate_yaml(with_reader(line, text), actuals)
        return [notice for notice in calibration.notices if "reader copy" in notice]

    assert notices(604 + 24 * 4) == []
    assert "reader copy got 2.00 times" in notices(2 * (604 + 24 * 4))[0]


KINDS_AT_WORK = f"""\
version: 1
payer: "{HOME}"
regions: [us-east-1, eu-west-1]
accounts: [{{id: "{HOME}"}}, {{id: "{OTHER}"}}]
keys: [{{id: logs, region: us-east-1}}]
trails:
  - name: org
    key: logs
    files_per_day: 150
    log_file_validation: true
    from: 2026-10-05
    bucket: {{retention_days: 12}}
readers:
  - {{name: siem, kind: every-file, gets_per_file: 2, from: 2026-10-09}}
  - {{name: audit, kind: fixed, gets_per_day: 700, until: 2026-10-21}}
  - {{name: athena, kind: query, queries_per_month: 62, days_scanned: 30, accounts: ["{OTHER}"]}}
  - {{name: integrity, kind: validate, runs_per_month: 31, days: 10}}
  - {{name: backfill, kind: once, day: 2026-10-14, gets_per_file: 3}}
"""


def test_what_the_model_makes_is_what_calibrate_finds():
    """Law: gets of October as each kind makes them, day by day, give its own assumption back.

    Other values stand in the inventory that is calibrated; 62 queries in a month of 31 days are
    60.87 in a mean one.
    """
    inventory = parse_inventory(KINDS_AT_WORK, "inventory.yaml")
    october = Months(FIRST, 1)
    (days,) = daily_requests(Model(inventory, october))
    gets = {
        role(name): {PLACE: requests.tolist()}
        for name, cause, requests in zip(
            days.texts("driver"), days.texts("cause"), days.requests, strict=True
        )
        if cause == "get"
    }
    puts = {place: [0.0] * 4 + steady(150, 27) for place in PUTS}
    wrong = re.sub(
        r"(gets_per_file|gets_per_day|queries_per_month|runs_per_month): \d+",
        r"\1: 5",
        KINDS_AT_WORK,
    )
    calibration = calibrate_yaml(wrong, count_actuals(puts, gets))
    readers = {reader.name: reader for reader in calibration.inventory.readers}
    assert readers["siem"].gets_per_file.mid == pytest.approx(2, rel=0.01)
    assert readers["audit"].gets_per_day.mid == pytest.approx(700, rel=0.01)
    assert readers["athena"].queries_per_month.mid == pytest.approx(62 * MONTH / 31, rel=0.01)
    assert readers["integrity"].runs_per_month.mid == pytest.approx(MONTH, rel=0.01)
    assert readers["backfill"].gets_per_file.mid == pytest.approx(3, rel=0.01)


def test_what_gets_decide_is_what_they_are_proportional_to():
    """Of each kind: what is measured is a key of its section and a factor of its requests."""
    for section, kind in KINDS.items():
        assert kind.assumption is None or kind.assumption in kind.factors
        assert kind.assumption is None or kind.assumption in section.model_fields


def of_accounts(daily, recorded=(HOME, OTHER)):
    """Other requests of each account, a day each, and whose hours were recorded."""
    actuals = count_actuals(PUTS, others=steady(1))
    rows = actuals.measured
    plain = rows[rows["cause"] != "other"]
    others = rows[rows["cause"] == "other"]
    parts = [
        others.assign(billed_account=account, quantity=float(count))
        for account, count in daily.items()
    ]
    frame = pd.concat([plain, *parts], ignore_index=True)
    frame = frame.astype({"billed_account": "category"})
    hours = actuals.coverage.hours[HOME, "us-east-1"]
    return Actuals(
        "cloudtrail",
        frame,
        1,
        1,
        coverage=Coverage({(account, "us-east-1"): dict(hours) for account in recorded}),
    )


def with_others(others):
    return INVENTORY.replace(
        "version: 1\n", f"version: 1\nother_kms_requests_per_month: {others}\n"
    )


def others_of(calibration):
    return {
        owner: range_.mid
        for owner, range_ in calibration.inventory.other_kms_requests_per_month.by_id.items()
    }


def test_others_are_measured_by_account():
    """By hand: 40 a day of one account and 10 of the other are 1,217 and 304 a month.

    The other was not named: what is not named is 0, so it is added.
    """
    text = with_others(f'{{"{OTHER}": 5000}}')
    calibration = calibrate_yaml(text, of_accounts({HOME: 10, OTHER: 40}))
    assert others_of(calibration) == {
        OTHER: pytest.approx(40 * MONTH, rel=1e-3),
        HOME: pytest.approx(10 * MONTH, rel=1e-3),
    }
    places = [place for place in calibration.changes["place"] if place.startswith("other_kms")]
    assert sorted(places) == [
        f"other_kms_requests_per_month.{HOME}",
        f"other_kms_requests_per_month.{OTHER}",
    ]
    again = calibrate_yaml(calibration.text, of_accounts({HOME: 10, OTHER: 40}))
    assert again.text == calibration.text


def test_others_of_twelve_accounts():
    """Each of twelve accounts has its own number: 10, 20, ... 120 a day are as many times 30.437.

    Twelve accounts of 28 days are 336 cells: numbers of one byte would put them into others'.
    """
    more = [f"3333333333{number:02d}" for number in range(10)]
    listed = "".join(f'  - {{id: "{account}"}}\n' for account in more)
    text = INVENTORY.replace("keys:\n", f"{listed}keys:\n")
    daily = {account: 10 * (n + 1) for n, account in enumerate([HOME, OTHER, *more])}
    calibration = calibrate_yaml(text, of_accounts(daily, recorded=tuple(daily)))
    assert others_of(calibration) == {
        account: pytest.approx(count * MONTH, rel=1e-3) for account, count in daily.items()
    }


def test_half_a_year_of_logs():
    """182 days of 40 other requests a day: 40 x 30.437 a month; the days no longer fit a byte."""
    actuals = count_actuals(
        {stream: [counts[0]] * 182 for stream, counts in PUTS.items()}, others=[40.0] * 182
    )
    text = INVENTORY.replace(f'  - {{id: "{OTHER}", name: prod}}\n', "")
    calibration = calibrate_yaml(text, actuals)
    other = calibration.inventory.other_kms_requests_per_month.each_payer
    assert other.mid == pytest.approx(40 * MONTH, rel=1e-3)
    assert calibration.window.days == 182


@settings(max_examples=cases(10))
@given(st.integers(0, 5_000), st.integers(1, 5_000), st.sampled_from(["0", "12_000", None]))
def test_accounts_in_the_place_of_a_number_add_up_to_it(home, other, before):
    """Logs tell accounts: a mapping that sums to the payer's one number, which it replaces.

    By hand: h and o a day, all days recorded, are (h + o) x 30.437 a month; the number is what a
    measurement that tells no accounts gives. Four digits each: half a thousandth apart at most.
    """
    text = INVENTORY if before is None else with_others(before)
    calibration = calibrate_yaml(text, of_accounts({HOME: home, OTHER: other}))
    found = others_of(calibration)
    assert set(found) == {HOME, OTHER} - ({HOME} if not home else set())
    assert sum(found.values()) == pytest.approx((home + other) * MONTH, rel=1e-3)
    number = calibrate_yaml(text, of_accounts({"": home + other}))
    total = number.inventory.other_kms_requests_per_month.each_payer
    assert total.mid == pytest.approx(sum(found.values()), rel=1e-3)
    again = calibrate_yaml(calibration.text, of_accounts({HOME: home, OTHER: other}))
    assert again.text == calibration.text
    gone = calibration.changes[calibration.changes["source"] == "replaced: by account"]
    assert list(gone["before"]) == (["12000"] if before == "12_000" else [])


def test_a_payer_that_alone_requests_keeps_a_number():
    """Its id alone would be read as the payer's: one number says the same."""
    calibration = calibrate_yaml(with_others(5), of_accounts({HOME: 10}))
    number = calibration.inventory.other_kms_requests_per_month.each_payer
    assert number.mid == pytest.approx(10 * MONTH, rel=1e-3)


def test_less_than_nine_accounts_of_ten_replace_no_number():
    """One of two accounts recorded: a mapping would say that the other requests nothing."""
    daily = of_accounts({HOME: 10, OTHER: 40}, recorded=(HOME,))
    calibration = calibrate_yaml(with_others(5000), daily)
    assert calibration.inventory.other_kms_requests_per_month.each_payer.mid == 5000
    assert any("in 1 of 2 accounts" in notice for notice in calibration.notices)


@pytest.mark.parametrize(("recorded", "missing"), [(19, "999000000019"), (20, None)])
def test_accounts_that_were_not_recorded_are_named(recorded, missing):
    """19 of 20 are nine of ten and more: the numbers are written, the one that counts 0 is named.

    By hand: 40 a day of the first are 1,217 a month; nothing is scaled to the 20th.
    """
    ids = [HOME, *(f"9990000000{number:02}" for number in range(1, 20))]
    accounts = ", ".join(f'{{id: "{each}", regions: [us-east-1]}}' for each in ids)
    text = INVENTORY.replace(INVENTORY[INVENTORY.index("accounts:") : INVENTORY.index("keys:")], "")
    text = text.replace("keys:", f"accounts: [{accounts}]\nkeys:", 1)
    calibration = calibrate_yaml(text, of_accounts({ids[1]: 40}, recorded=ids[:recorded]))
    assert others_of(calibration) == {ids[1]: pytest.approx(40 * MONTH, rel=1e-3)}
    notices = [line for line in calibration.notices if "count as 0" in line]
    expected = (
        "other_kms_requests_per_month: 1 of 20 accounts were not recorded and count as 0 in it: "
        f"{missing}"
    )
    assert notices == ([expected] if missing else [])


@pytest.mark.parametrize("others", ["0", f'{{"{OTHER}": 5000}}'])
def test_requests_of_strangers_are_theirs(others):
    """An account that the inventory does not list pays itself (F12): left out, and counted.

    By hand: 7 a day in 28 days are 196.
    """
    stranger = {"999988887777": 7}
    with_stranger = calibrate_yaml(
        with_others(others), of_accounts({HOME: 10, OTHER: 40} | stranger)
    )
    without = calibrate_yaml(with_others(others), of_accounts({HOME: 10, OTHER: 40}))
    assert with_stranger.text == without.text
    (notice,) = set(with_stranger.notices) - set(without.notices)
    assert notice.startswith("196 requests of account 999988887777, which the inventory does not")


def test_an_account_that_was_not_recorded_keeps_its_number():
    """Its calls into another account's key are seen there, and are not all that it makes."""
    text = with_others(f'\n  "{OTHER}": 5000  # a guess\n  "{HOME}": 7')
    calibration = calibrate_yaml(text, of_accounts({HOME: 10, OTHER: 40}, recorded=(HOME,)))
    assert others_of(calibration) == {OTHER: 5000, HOME: pytest.approx(10 * MONTH, rel=1e-3)}
    assert f'"{OTHER}": 5000  # a guess\n' in calibration.text
    assert [
        notice for notice in calibration.notices if f"of {OTHER} is unchanged: too little" in notice
    ]


def test_others_of_a_payer_are_those_of_its_accounts():
    """By hand: 50 a day of both accounts of the payer that the mapping names: 1,522 a month."""
    text = with_others(f'{{"{HOME}": 5000}}')
    calibration = calibrate_yaml(text, of_accounts({HOME: 10, OTHER: 40}))
    assert others_of(calibration) == {HOME: pytest.approx(50 * MONTH, rel=1e-3)}


def test_others_without_an_account_tell_nothing_of_ids():
    """A measurement that does not say who asked: the mapping stays, and a notice says why."""
    text = with_others(f'{{"{OTHER}": 5000}}')
    calibration = calibrate_yaml(text, of_accounts({"": 50}))
    assert others_of(calibration) == {OTHER: 5000}
    assert [
        notice
        for notice in calibration.notices
        if "nothing tells whose the other requests are" in notice
    ]


def test_an_account_counts_from_its_first_day():
    """By hand: from the 15th on, 40 a day on its 14 days: 1,217 a month, not half of it."""
    text = INVENTORY.replace("name: prod}", "name: prod, from: 2026-10-15}")
    text = text.replace(
        "version: 1\n", f'version: 1\nother_kms_requests_per_month: {{"{OTHER}": 9}}\n'
    )
    actuals = of_accounts({OTHER: 40})
    late = pd.Period(FIRST + datetime.timedelta(days=14), "D")
    rows = actuals.measured
    rows = rows[(rows["cause"] != "other") | (rows["day"] >= late)]
    calibration = calibrate_yaml(text, Actuals("cloudtrail", rows, 1, 1, coverage=actuals.coverage))
    assert others_of(calibration) == {OTHER: pytest.approx(40 * MONTH, rel=1e-3)}


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (datetime.date(2025, 4, 24), ""),  # 28 days until 2025-05-22
        (datetime.date(2025, 4, 25), "no digest under the key was measured"),
    ],
)
def test_digests_are_expected_under_the_key_from_may_2025_on(first, expected):
    """A trail that validates and says no more: none is missed before 2025-05-22, from then on."""
    text = INVENTORY.replace("    key: logs\n", "    key: logs\n    log_file_validation: true\n")
    calibration = calibrate_yaml(text, count_actuals(PUTS, first=first))
    found = [notice for notice in calibration.notices if "digest" in notice]
    assert bool(found) == bool(expected)
    assert all(expected in notice for notice in found)
