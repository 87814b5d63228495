"""What was measured goes into the inventory: values by hand, laws, and what cannot be placed."""

import datetime
import json
import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.organizations import make
from estimator import backtest, forecast, load_inventory
from estimator.calibration import calibrate, calibrate_text
from estimator.inventory.load import parse_inventory
from estimator.measurement.coverage import WHOLE_DAY, Coverage
from estimator.measurement.result import Actuals
from estimator.report.formats.json_and_csv import to_json
from pricing.reading.problems import KmscostError
from tests.calibration.measurements import (
    FIRST,
    HOME,
    INVENTORY,
    KEY,
    OTHER,
    TRAIL,
    count_actuals,
    role,
    steady,
)
from tests.sampling import cases

PUTS = {
    (HOME, "us-east-1"): steady(100),
    (HOME, "eu-west-1"): steady(2),
    (OTHER, "us-east-1"): steady(500),
    (OTHER, "eu-west-1"): steady(2),
}


def calibrate_yaml(text, actuals, **more):
    return calibrate_text(text, "inventory.yaml", actuals, **more)


def rate(inventory, account, region):
    """The rate of a stream in the inventory: the account's own, else the trail's."""
    own = next(each for each in inventory.accounts if each.id == account).files_per_day
    files = own.of(region) if own is not None else None
    return files or inventory.trails[0].files_per_day.of(region)


def siem(times=1.0, days=28):
    return {stream: [times * count for count in counts[:days]] for stream, counts in PUTS.items()}


def test_steady_counts_come_back():
    """The same every day for four weeks: each stream's rate within a percent, and what source."""
    calibration = calibrate_yaml(INVENTORY, count_actuals(PUTS))
    for (account, region), counts in PUTS.items():
        found = rate(calibration.inventory, account, region)
        assert found.mid == pytest.approx(counts[0], rel=0.03)
        assert found.low < found.mid < found.high
        assert found.source == (
            "measured by CloudTrail logs from 2026-10-01 until 2026-10-29, 28 days"
        )


def test_the_forecast_of_the_same_days_is_what_was_counted():
    """Pooling moves streams and not their sum: 28 of the month's 30 days have these puts."""
    calibration = calibrate_yaml(INVENTORY, count_actuals(PUTS))
    november = forecast(calibration.inventory, "2026-11", 1, by="cause").rows
    puts = november.loc[november["cause"] == "put", "quantity"].sum()
    assert puts == pytest.approx(30 * (100 + 2 + 500 + 2), rel=0.001)


def test_accounts_that_are_alike_share_the_trails_mapping():
    """No line of its own where an account is like the others; one where it differs."""
    calibration = calibrate_yaml(INVENTORY, count_actuals(PUTS))
    by_account = {account.id: account.files_per_day for account in calibration.inventory.accounts}
    assert "eu-west-1" not in by_account[HOME].by_region
    assert "us-east-1" in by_account[HOME].by_region
    assert calibration.inventory.trails[0].files_per_day.of("eu-west-1").mid == pytest.approx(
        2, rel=0.02
    )


def test_a_number_of_an_account_gives_way():
    """The user's guess for an account goes where its trail's mapping holds for it too."""
    text = INVENTORY.replace("name: prod}", "name: prod, files_per_day: 400}")
    same = {**PUTS, (OTHER, "us-east-1"): steady(100)}
    calibration = calibrate_yaml(text, count_actuals(same))
    assert "name: prod}" in calibration.text
    assert calibration.text == calibrate_yaml(INVENTORY, count_actuals(same)).text
    gone = calibration.changes[calibration.changes["place"] == "accounts[1].files_per_day"].iloc[0]
    assert (gone["before"], gone["source"]) == (
        "400",
        "removed: its trail's mapping holds for it too",
    )


def test_a_stream_without_data_gets_the_pooled_rate():
    """An account that begins after the window: its trail's mean, with what accounts differ by."""
    text = INVENTORY.replace("keys:", '  - {id: "333333333333", from: 2026-11-15}\nkeys:')
    calibration = calibrate_yaml(text, count_actuals(PUTS))
    busy = rate(calibration.inventory, "333333333333", "us-east-1")
    assert 100 < busy.mid < 500
    assert busy.high / busy.low > 5
    assert rate(calibration.inventory, "333333333333", "eu-west-1").mid == pytest.approx(
        2, rel=0.05
    )


def test_quiet_regions_are_data():
    """Nothing at all for four covered weeks: next to nothing, never 288 and never zero."""
    calibration = calibrate_yaml(INVENTORY, count_actuals({(HOME, "us-east-1"): steady(100)}))
    found = rate(calibration.inventory, OTHER, "eu-west-1")
    assert 0 < found.mid < 0.05
    assert found.low > 0


def test_half_days_count_half():
    """Only twelve hours of each day recorded, half the puts: the rate is that of whole days."""
    hours = {FIRST + datetime.timedelta(days=n): (1 << 12) - 1 for n in range(28)}
    half = {stream: [count / 2 for count in counts] for stream, counts in PUTS.items()}
    calibration = calibrate_yaml(INVENTORY, count_actuals(half, hours=hours), force=True)
    assert rate(calibration.inventory, OTHER, "us-east-1").mid == pytest.approx(500, rel=0.02)


def test_the_recorder_is_the_keys_account_and_region():
    """Hours of other accounts and Regions tell nothing of the trail's puts: nothing is covered."""
    actuals = count_actuals(PUTS)
    strange = {(OTHER, "eu-west-1"): actuals.coverage.hours[HOME, "us-east-1"]}
    moved = Actuals("cloudtrail", actuals.measured, 1, 1, coverage=Coverage(strange))
    with pytest.raises(Exception, match="0 days"):
        calibrate_yaml(INVENTORY, moved)


def test_more_data_narrows():
    """Eight weeks of the same noise are surer than two, in every Region with noise."""
    widths = []
    for days in (14, 56):
        org = make("medium", 56, np.random.default_rng(11))
        calibration = calibrate_yaml(org.inventory, org.actuals(days))
        ranges = [
            rate(calibration.inventory, account, "us-east-1") for account in org.accounts[:20]
        ]
        widths.append(np.mean([files.high / files.low for files in ranges]))
    assert widths[1] < widths[0]


def test_the_order_of_rows_does_not_matter():
    """Shuffled rows, the same YAML to the byte."""
    org = make("small", 28, np.random.default_rng(12))
    actuals = org.actuals()
    shuffled = actuals.measured.sample(frac=1, random_state=1)
    other = Actuals("cloudtrail", shuffled, 1, 1, coverage=actuals.coverage)
    assert calibrate_yaml(org.inventory, other).text == calibrate_yaml(org.inventory, actuals).text


def test_splitting_a_measurement_changes_nothing(tmp_path):
    """One JSON of four weeks, or two of two weeks each: the same YAML to the byte."""
    whole = count_actuals(PUTS, {role("siem"): siem()}, others=steady(40))
    cut = FIRST + datetime.timedelta(days=14)
    (tmp_path / "inventory.yaml").write_text(INVENTORY)
    (tmp_path / "whole.json").write_text(to_json(whole.to_dict()))
    day = whole.measured["day"]
    for name, chosen in (("a", day < pd.Period(cut, "D")), ("b", day >= pd.Period(cut, "D"))):
        hours = {
            stream: {
                recorded: mask
                for recorded, mask in days.items()
                if (recorded < cut) == (name == "a")
            }
            for stream, days in whole.coverage.hours.items()
        }
        part = Actuals("cloudtrail", whole.measured[chosen], 14, 1, coverage=Coverage(hours))
        (tmp_path / f"{name}.json").write_text(to_json(part.to_dict()))
    inventory = tmp_path / "inventory.yaml"
    once = calibrate(inventory, tmp_path / "whole.json")
    twice = calibrate(inventory, [tmp_path / "b.json", tmp_path / "a.json"])
    assert once.text == twice.text


@settings(max_examples=cases(15))
@given(st.integers(0, 10_000))
@example(62)  # 1,836 gets in 16 days are 114.75 a day: a tie at four digits
def test_calibrating_twice_is_calibrating_once(seed):
    """The calibrated inventory, calibrated on the same data, is itself, to the byte."""
    org = make("small", 28, np.random.default_rng(seed))
    actuals = org.actuals()
    once = calibrate_yaml(org.inventory, actuals)
    assert calibrate_yaml(once.text, actuals).text == once.text


STYLES = (
    ('  - {{id: "{id}"}}   # c{n}\n'),
    ("  - id: '{id}'   # c{n}\n    name: account {n}\n"),
    ('  - {{id: "{id}", files_per_day: 288}}   # c{n}\n'),
    ('  # c{n}\n  - id: "{id}"\n    files_per_day: {{low: 100, high: 300}}\n'),
)


@settings(max_examples=cases(15))
@given(st.integers(0, 10_000))
def test_comments_and_order_survive_a_calibration(seed):
    """Accounts in any style, each with a comment: all stay, in their order."""
    dice = random.Random(seed)  # noqa: S311 (no secret)
    org = make("small", 28, np.random.default_rng(seed))
    head, _, tail = org.inventory.partition("keys:")
    head = head[: head.index("accounts:")] + "accounts:  # all\n"
    for number, account in enumerate(org.accounts):
        head += dice.choice(STYLES).format(id=account, n=number)
    calibration = calibrate_yaml(f"{head}keys:{tail}", org.actuals())
    places = [calibration.text.index(f"# c{n}") for n in range(len(org.accounts))]
    ids = [
        calibration.text.index(f"{account}", calibration.text.index("# all"))
        for account in org.accounts
    ]
    assert places == sorted(places)
    assert ids == sorted(ids)
    assert [account.id for account in calibration.inventory.accounts] == list(org.accounts)


def test_a_known_reader_gets_its_gets_per_file():
    """Each file 1.25 times: that is the ratio, and the range has next to no width."""
    calibration = calibrate_yaml(INVENTORY, count_actuals(PUTS, {role("siem"): siem(1.25)}))
    assert calibration.inventory.readers[0].gets_per_file.mid == pytest.approx(1.25)
    assert len(calibration.inventory.readers) == 1


def test_gets_per_file_are_as_unsure_as_days_differ():
    """By hand: 28 days of 604 puts; gets 1 or 2 a file on alternate days.

    Ratio 1.5. Each day misses by 302; variance of the ratio 28 x 302^2 x 28/27 / (1.5 x 28 x 604)^2
    relative, times 1 + 28/30.44 for the month to come.
    """
    alternate = {
        stream: [count * (1 + day % 2) for day, count in enumerate(counts)]
        for stream, counts in PUTS.items()
    }
    calibration = calibrate_yaml(INVENTORY, count_actuals(PUTS, {role("siem"): alternate}))
    found = calibration.inventory.readers[0].gets_per_file
    relative = 28 * 302**2 * 28 / 27 / (1.5 * 28 * 604) ** 2 * (1 + 28 / (365.2425 / 12))
    width = np.log(found.high / found.low) / (2 * 1.6448536)
    assert found.mid == pytest.approx(1.5)
    assert width == pytest.approx(np.sqrt(np.log1p(relative)), rel=0.01)


def test_a_reader_that_nobody_wrote_down_gets_a_stanza():
    """It gets each file from the 15th on: a stanza of kind every-file that begins there."""
    late = {stream: [0.0] * 14 + counts[14:] for stream, counts in PUTS.items()}
    calibration = calibrate_yaml(
        INVENTORY, count_actuals(PUTS, {role("siem"): siem(), role("hunt"): late})
    )
    reader = calibration.inventory.readers[1]
    assert (reader.name, reader.kind, reader.account) == ("hunt", "every-file", HOME)
    assert reader.start == datetime.date(2026, 10, 15)
    assert reader.gets_per_file.mid == pytest.approx(1.0)


def test_gets_that_do_not_track_files_are_a_number_a_day():
    """4,000 gets a day of the quietest Region's files: kind fixed, from its own day on."""
    scan = {(HOME, "eu-west-1"): [0.0] * 10 + steady(4_000, 18)}
    calibration = calibrate_yaml(
        INVENTORY, count_actuals(PUTS, {role("siem"): siem(), role("scan"): scan})
    )
    reader = calibration.inventory.readers[1]
    assert (reader.kind, reader.start) == ("fixed", datetime.date(2026, 10, 11))
    assert reader.gets_per_day.mid == pytest.approx(4_000)


def test_queries_a_month_are_what_is_moved():
    """604 files a day over 7 days are 4,228 a query; two queries a day are 60.87 a month."""
    text = INVENTORY.replace(
        f'{{name: siem, kind: every-file, account: "{HOME}"}}',
        f'{{name: athena, kind: query, account: "{HOME}", queries_per_month: 1, days_scanned: 7}}',
    )
    gets = {stream: [14 * count for count in counts] for stream, counts in PUTS.items()}
    calibration = calibrate_yaml(text, count_actuals(PUTS, {role("athena"): gets}))
    reader = calibration.inventory.readers[0]
    assert reader.queries_per_month.mid == pytest.approx(2 * 365.2425 / 12, rel=0.002)
    assert reader.days_scanned.mid == 7


def test_a_reader_is_found_by_part_of_its_name_and_it_is_said():
    """Role SiemIngest for reader siem: taken for it, with a notice; names that fit win before."""
    calibration = calibrate_yaml(INVENTORY, count_actuals(PUTS, {role("SiemIngest"): siem()}))
    assert calibration.inventory.readers[0].gets_per_file.source
    assert any("was taken for reader siem, by its name" in notice for notice in calibration.notices)


def test_readers_of_unknown_accounts_are_said_and_not_written():
    """An account that the inventory does not list cannot pay in it."""
    stranger = role("auditor", "999999999999")
    calibration = calibrate_yaml(
        INVENTORY, count_actuals(PUTS, {role("siem"): siem(), stranger: siem()})
    )
    assert len(calibration.inventory.readers) == 1
    assert any(
        "999999999999, which the inventory does not list" in notice
        for notice in calibration.notices
    )


def test_a_reader_that_stopped_is_not_added():
    """It got each file for two weeks and nothing for two: a notice, no stanza."""
    gone = {stream: counts[:14] + [0.0] * 14 for stream, counts in PUTS.items()}
    calibration = calibrate_yaml(
        INVENTORY, count_actuals(PUTS, {role("siem"): siem(), role("old"): gone})
    )
    assert len(calibration.inventory.readers) == 1
    assert any("has stopped since 2026-10-14" in notice for notice in calibration.notices)


def test_a_silent_reader_stays_as_it_is():
    """No get of a known reader: unchanged, and said."""
    calibration = calibrate_yaml(INVENTORY, count_actuals(PUTS))
    assert calibration.inventory.readers[0].gets_per_file.is_number
    assert any(
        "no get of reader siem was measured: unchanged" in notice for notice in calibration.notices
    )


def test_what_began_inside_the_window_counts_from_there():
    """An account that wrote nothing until day 14 and 300 files a day since: 300, and a notice."""
    puts = {**PUTS, (OTHER, "us-east-1"): [0.0] * 14 + steady(300, 14)}
    calibration = calibrate_yaml(INVENTORY, count_actuals(puts))
    assert rate(calibration.inventory, OTHER, "us-east-1").mid == pytest.approx(300, rel=0.03)
    assert any("1 stream began, ended or jumped" in notice for notice in calibration.notices)


def test_uneven_weeks_do_not_bias():
    """17 days from a Thursday, weekends of half the files: the mean week's rate, not the days'."""
    weekend = (3 + np.arange(17)) % 7 >= 5
    puts = {
        stream: list(np.where(weekend, 0.5, 1.0) * counts[0]) for stream, counts in PUTS.items()
    }
    calibration = calibrate_yaml(INVENTORY, count_actuals(puts, days=17))
    busy = rate(calibration.inventory, OTHER, "us-east-1").mid
    assert busy == pytest.approx(500 * 6 / 7, rel=0.01)


def test_a_trail_is_found_by_its_key():
    """Another name, the same key and account: found by the key's ARN, and said."""
    text = INVENTORY.replace("name: org", "name: our-trail")
    text = text.replace("region: us-east-1}\ntrails", f'region: us-east-1, arn: "{KEY}"}}\ntrails')
    calibration = calibrate_yaml(text, count_actuals(PUTS))
    assert any(
        "was taken for trail our-trail, by its key" in notice for notice in calibration.notices
    )


def test_a_home_region_that_differs_is_another_trail():
    """The ARN says us-east-1: a trail of that name at home elsewhere is not it, another is."""
    text = INVENTORY.replace("    key: logs\n", "    key: logs\n    home_region: eu-west-1\n")
    twin = text.replace(
        "\nreaders:",
        f'  - {{name: twin, account: "{HOME}", key: logs, home_region: us-east-1}}\nreaders:',
    )
    calibration = calibrate_text(
        twin, "x.yaml", count_actuals(PUTS, trail=TRAIL.replace("/org", "/twin"))
    )
    assert calibration.inventory.trails[0].files_per_day is None
    assert calibration.inventory.trails[1].files_per_day is not None
    assert any("trail org: no put of it was measured" in notice for notice in calibration.notices)


def test_two_trails_share_no_line_of_an_account():
    """Two trails that write differently: each its own mapping, and no account overrides both."""
    text = INVENTORY.replace(
        "\nreaders:", f'  - {{name: data, account: "{HOME}", key: logs}}\nreaders:'
    )
    first = count_actuals(PUTS)
    double = {stream: [3 * count for count in counts] for stream, counts in PUTS.items()}
    two = count_actuals(double, trail=TRAIL.replace("/org", "/data"))
    both = Actuals(
        "cloudtrail", pd.concat([first.measured, two.measured]), 1, 1, coverage=first.coverage
    )
    calibration = calibrate_text(text, "x.yaml", both)
    org, data = (trail.files_per_day for trail in calibration.inventory.trails)
    assert org.of("us-east-1").mid == pytest.approx(300, rel=0.01)
    assert data.of("us-east-1").mid == pytest.approx(900, rel=0.01)
    assert all(account.files_per_day is None for account in calibration.inventory.accounts)


def test_accounts_of_a_file_share_their_trails_mean(tmp_path):
    """A CSV has no place for Regions: the trail's mapping holds the mean, the total is right."""
    (tmp_path / "accounts.csv").write_text(f'id,name\n"{OTHER}",prod\n')
    listed = INVENTORY.replace(f'{{id: "{OTHER}", name: prod}}', "{file: accounts.csv}")
    listed = listed.replace(f'{{id: "{HOME}", name: management}}  # the boss', f'{{id: "{HOME}"}}')
    calibration = calibrate_text(listed, str(tmp_path / "inventory.yaml"), count_actuals(PUTS))
    puts = forecast(calibration.inventory, "2026-11", 1, by="cause").rows
    total = puts.loc[puts["cause"] == "put", "quantity"].sum()
    assert total == pytest.approx(30 * 604, rel=0.01)
    assert any("1 accounts come from a file" in notice for notice in calibration.notices)


def test_growth_begins_anew_in_the_measured_month():
    """Rates are those of October: growth compounds from there, not from years ago."""
    text = INVENTORY + "growth: {files_per_year: 50%, as_of: 2024-01-01}\n"
    calibration = calibrate_yaml(text, count_actuals(PUTS))
    assert calibration.inventory.growth.as_of == datetime.date(2026, 10, 1)
    assert "growth: {files_per_year: 50%, as_of: 2026-10-01}\n" in calibration.text


def test_checks_and_other_requests():
    """Two checks in 28 days: 2.5/28 a day. 40 other requests a day: 1,217 a month."""
    text = INVENTORY.replace(f'  - {{id: "{OTHER}", name: prod}}\n', "")
    actuals = count_actuals({(HOME, "us-east-1"): steady(100)}, others=steady(40), checks=2.0)
    inventory = calibrate_yaml(text, actuals).inventory
    month = 365.2425 / 12
    assert inventory.trails[0].config_updates_per_month.mid == pytest.approx(
        2.5 / 28 * month, rel=1e-3
    )
    assert inventory.other_kms_requests_per_month.each_payer.mid == pytest.approx(
        40 * month, rel=1e-3
    )


def test_other_requests_of_some_accounts_are_said_and_not_written():
    """One of two accounts was recorded: the payer's number stays what it was."""
    calibration = calibrate_yaml(INVENTORY, count_actuals(PUTS, others=steady(40)))
    assert calibration.inventory.other_kms_requests_per_month.each_payer.is_number
    assert any("in 1 of 2 accounts" in notice for notice in calibration.notices)


def bucket_key_measurements():
    """Logs that tell 12 requests a day about the bucket, and the names of 604 objects a day."""
    hidden = count_actuals({(HOME, "us-east-1"): steady(12)})
    logs = hidden.measured.assign(account="", region="", folder="", bucket_key=True)
    puts = count_actuals(PUTS).measured.drop(
        columns=["key", "billed_account", "billed_region", "reader"]
    )
    puts = puts.assign(
        files=puts["quantity"], quantity=float("nan"), source="s3-inventory", trail="", driver=""
    )
    hours = hidden.coverage.hours[HOME, "us-east-1"]
    return (
        Actuals("cloudtrail", logs, 28, 1, coverage=hidden.coverage),
        Actuals("s3-inventory", puts, 1, 1, coverage=Coverage({("", ""): hours})),
    )


def test_a_bucket_key_saves_what_logs_and_names_say_together(tmp_path):
    """604 objects a day by name, 12 requests in the logs: the saving is 1 - 12/604."""
    text = INVENTORY.replace(
        "    key: logs\n", "    key: logs\n    bucket: {name: example-logs, bucket_key: true}\n"
    )
    logs, names = bucket_key_measurements()
    (tmp_path / "inventory.yaml").write_text(text)
    (tmp_path / "logs.json").write_text(to_json(logs.to_dict()))
    (tmp_path / "names.json").write_text(to_json(names.to_dict()))
    calibration = calibrate(
        tmp_path / "inventory.yaml", [tmp_path / "logs.json", tmp_path / "names.json"]
    )
    trail = calibration.inventory.trails[0]
    assert trail.bucket.bucket_key_saving.mid == pytest.approx(1 - 12 / 604, rel=1e-4)
    assert rate(calibration.inventory, OTHER, "us-east-1").mid == pytest.approx(500, rel=0.02)
    november = forecast(calibration.inventory, "2026-11", 1, by="cause").rows
    writes = november.loc[november["cause"] == "put", "quantity"].sum()
    assert writes == pytest.approx(30 * 12, rel=0.02)


def test_an_inventory_that_was_read_is_calibrated_as_its_file(tmp_path):
    """Path, text and what load_inventory read give one text; without a file there is none."""
    path = tmp_path / "inventory.yaml"
    path.write_text(INVENTORY)
    actuals = count_actuals(PUTS)
    expected = calibrate(path, actuals).text
    assert calibrate(load_inventory(path), actuals).text == expected
    assert calibrate(INVENTORY, actuals).text == expected
    for inventory in (load_inventory(INVENTORY), {"version": 1}):
        for learn in (calibrate, backtest):
            with pytest.raises(KmscostError, match=r"not read from a file.*give the path"):
                learn(inventory, actuals)
    changed = load_inventory(path)
    path.write_text(INVENTORY.replace("version: 1", "version: 1\ncloudtrail_writes: exempt"))
    with pytest.raises(KmscostError, match="changed after it was read"):
        calibrate(changed, actuals)


def test_object_names_alone_tell_the_files():
    """A listing of the bucket and no log: files per day come from the names, readers stay."""
    _, names = bucket_key_measurements()
    calibration = calibrate_yaml(INVENTORY, names)
    assert rate(calibration.inventory, OTHER, "us-east-1").mid == pytest.approx(500, rel=0.02)
    assert calibration.inventory.readers[0].gets_per_file.is_number
    assert "measured by S3 Inventory from" in calibration.text


def test_a_merged_value_cannot_be_taken_out():
    """An account whose number comes from an anchor's merge: refused, and what to write."""
    third = "333333333333"
    text = INVENTORY.replace(
        "accounts:\n", f'accounts:\n  - &all {{id: "{third}", files_per_day: 5}}\n'
    )
    text = text.replace(f'{{id: "{OTHER}", name: prod}}', f'{{<<: *all, id: "{OTHER}"}}')
    alike = {
        (account, region): steady(count)
        for account in (HOME, OTHER, third)
        for region, count in (("us-east-1", 100), ("eu-west-1", 2))
    }
    with pytest.raises(KmscostError, match="write it out plainly"):
        calibrate_yaml(text, count_actuals(alike))


def test_an_inventory_in_json_is_yaml_too():
    """JSON is YAML in braces: what comes back is still JSON-like, loads, and says the same."""
    document = {
        "version": 1,
        "regions": ["us-east-1", "eu-west-1"],
        "accounts": [{"id": HOME}, {"id": OTHER}],
        "keys": [{"id": "logs", "account": HOME, "region": "us-east-1"}],
        "trails": [{"name": "org", "account": HOME, "key": "logs"}],
    }
    actuals = count_actuals(PUTS, {role("siem"): siem()})
    for indent in (None, 2):
        calibration = calibrate_yaml(json.dumps(document, indent=indent), actuals)
        assert rate(calibration.inventory, OTHER, "us-east-1").mid == pytest.approx(500, rel=0.03)
        assert calibration.inventory.readers[0].name == "siem"


def test_json_says_every_change():
    """The JSON has each change with its place, before and range, and parses."""
    calibration = calibrate_yaml(INVENTORY, count_actuals(PUTS, {role("siem"): siem()}))
    answer = json.loads(to_json(calibration.to_dict()))
    places = {row["place"] for row in answer["changes"]}
    assert "trails[0].files_per_day.us-east-1" in places
    assert "readers[0].gets_per_file" in places
    assert answer["text"] == calibration.text
    assert (answer["from"], answer["until"], answer["days"]) == ("2026-10-01", "2026-10-29", 28.0)
    assert parse_inventory(answer["text"], "x.yaml").accounts == calibration.inventory.accounts


def test_the_last_minutes_before_a_month_are_no_day():
    """288 files on each of 28 days: an hour of the day before, one file, widens no range.

    By hand: k is 0, so what is left is the noise of 8,065 files, 1/sqrt(8,065) = 1.1 % of the rate,
    whose 5th and 95th percentile are 1.645 x 1.1 % = 1.83 % away.
    """
    counts = {(HOME, "us-east-1"): [1.0, *steady(288)], (OTHER, "us-east-1"): [1.0, *steady(288)]}
    before = datetime.date(2026, 9, 30)
    hours = {before + datetime.timedelta(days=n): WHOLE_DAY for n in range(29)}
    hours[before] = 1 << 23
    actuals = count_actuals(counts, first=before, hours=hours)
    inventory = calibrate_yaml(
        INVENTORY.replace("us-east-1, eu-west-1]", "us-east-1]"), actuals
    ).inventory
    files = rate(inventory, HOME, "us-east-1")
    # (28 x 288 + 1) / (28 + 1/24)
    assert files.mid == pytest.approx(287.6, abs=0.1)
    assert files.low > 0.98 * files.mid
    assert files.high < 1.02 * files.mid
