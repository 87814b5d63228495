"""Several measurements add up, each request once."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from estimator import KmscostError, load_actuals, measure_bill, measure_cloudtrail
from estimator import measure_s3_listing as measure_listing
from estimator.report.formats.json_and_csv import frame_csv
from tests.acceptance.measure.logs import random_tree
from tests.measurement.billing.bills import A_MONTH, FORMATS, write_file
from tests.measurement.measurement_files.test_round_trip import LOGS, save_json
from tests.measurement.s3.objects import log_name

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TRAIL = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/org"


def put(day, hour, number, account="111122223333"):
    """An event of CloudTrail's put of a log file."""
    target = f"arn:aws:s3:::logs/{log_name(day.replace('-', '/'), number)}"
    return {
        "eventSource": "kms.amazonaws.com",
        "eventName": "GenerateDataKey",
        "eventTime": f"{day}T{hour:02}:30:00Z",
        "awsRegion": "eu-west-1",
        "recipientAccountId": account,
        "eventID": f"{account} {day} {hour} {number}",
        "userIdentity": {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"},
        "requestParameters": {
            "encryptionContext": {"aws:cloudtrail:arn": TRAIL, "aws:s3:arn": target}
        },
        "resources": [{"ARN": KEY}],
    }


def save_measurement(path, hours, day="2026-11-01", account="111122223333"):
    """JSON of a measurement with one put in each of these hours."""
    events = [put(day, hour, hour, account) for hour in hours]
    log = write_file(path.with_suffix(".log"), json.dumps({"Records": events}).encode())
    return save_json(measure_cloudtrail(log, jobs=1), path)


def test_two_days_add_up(tmp_path):
    """24 + 24 puts of two days are 48 of two days, and every hour is covered."""
    first = save_measurement(tmp_path / "1.json", range(24))
    two = save_measurement(tmp_path / "2.json", range(24), "2026-11-02")
    both = load_actuals([first, two])
    assert both.totals["by_cause"]["put"] == 48
    assert both.files == 2
    assert both.records == 48
    (days,) = both.coverage.hours.values()
    assert [mask.bit_count() for mask in days.values()] == [24, 24]
    backwards = load_actuals([two, first])
    assert backwards.totals == both.totals
    assert backwards.coverage == both.coverage


def test_an_hour_measured_twice_is_refused_with_both_paths(tmp_path):
    """00:00 to 12:00 and 06:00 to 18:00 hold six hours alike."""
    first = save_measurement(tmp_path / "1.json", range(12))
    two = save_measurement(tmp_path / "2.json", range(6, 18))
    with pytest.raises(KmscostError) as error:
        load_actuals([first, two])
    message = str(error.value)
    assert str(first) in message
    assert str(two) in message
    assert "2026-11-01" in message


def test_another_account_in_the_same_hours_is_no_overlap(tmp_path):
    """Two accounts' own trails, measured apart."""
    first = save_measurement(tmp_path / "1.json", range(12))
    two = save_measurement(tmp_path / "2.json", range(12), account="222222222222")
    assert load_actuals([first, two]).totals["requests"] == 24


def test_folders_measured_one_a_day_meet_in_an_hour(tmp_path):
    """The first file after midnight holds events of 23:30: counted, and nothing twice."""
    first = save_measurement(tmp_path / "1.json", range(24))
    events = [put("2026-11-01", 23, 99), *(put("2026-11-02", hour, hour) for hour in range(9))]
    log = write_file(tmp_path / "2.log", json.dumps({"Records": events}).encode())
    two = save_json(measure_cloudtrail(log, jobs=1), tmp_path / "2.json")
    assert load_actuals([first, two]).totals["requests"] == 24 + 10


def test_the_same_bytes_count_once(tmp_path):
    """A copy of a file is no second measurement; a notice names it."""
    first = save_measurement(tmp_path / "1.json", range(12))
    two = tmp_path / "2.json"
    shutil.copy(first, two)
    both = load_actuals([first, two, first])
    assert both.totals["requests"] == 12
    assert any(str(two) in line and "counted once" in line for line in both.notices)


def test_logs_and_their_own_measurement_are_refused(tmp_path):
    """Logs that were counted before may not be counted on the spot as well."""
    path = save_json(measure_cloudtrail(LOGS), tmp_path / "kept.json")
    with pytest.raises(KmscostError, match="count it twice"):
        load_actuals([path, LOGS])


@pytest.mark.parametrize("form", ["json", "csv"])
def test_names_of_what_the_logs_count_are_refused(tmp_path, form):
    """A listing sees the puts that the logs tell of: the same day, account, Region and cause."""
    first = save_measurement(tmp_path / "1.json", range(12))
    names = "".join(
        f"2026-11-0{day} 01:00:00 123 {log_name(f'2026/11/0{day}')}\n" for day in (1, 2)
    )
    listing = measure_listing(write_file(tmp_path / "names.txt", names.encode()))
    two = tmp_path / f"2.{form}"
    if form == "json":
        save_json(listing, two)
    else:
        two.write_text(frame_csv(listing.rows), encoding="utf-8")
    with pytest.raises(KmscostError, match=r"cause put.* in .*1\.json"):
        load_actuals([first, two])


def test_names_of_another_day_add_up(tmp_path):
    """Logs of one day and object names of the next are two days."""
    first = save_measurement(tmp_path / "1.json", range(24))
    names = f"2026-11-02 01:00:00 123 {log_name('2026/11/02')}\n"
    listing = measure_listing(write_file(tmp_path / "names.txt", names.encode()))
    both = load_actuals([first, save_json(listing, tmp_path / "2.json")])
    assert both.totals["requests"] == 24 + 1
    assert both.source == "cloudtrail, s3-listing"
    assert set(both.measured["source"]) == {"cloudtrail", "s3-listing"}


def test_two_csv_of_a_day_are_refused(tmp_path):
    """A CSV does not tell hours: one day in two of them may be the same requests."""
    paths = []
    for number, hours in enumerate((range(12), range(12, 23))):
        actuals = load_actuals(save_measurement(tmp_path / f"{number}.json", hours))
        path = write_file(tmp_path / f"{number}.csv", frame_csv(actuals.rows).encode())
        paths.append(path)
    with pytest.raises(KmscostError, match="2026-11-01"):
        load_actuals(paths)


def test_a_bill_beside_logs_of_its_month_is_refused(tmp_path):
    """A bill counts all requests, those of the logs among them; two months are no overlap."""
    bill = measure_bill(write_file(tmp_path / "bill.csv", FORMATS["cur 2.0 csv"](A_MONTH)))
    path = save_json(bill, tmp_path / "bill.json")
    logs = save_measurement(tmp_path / "1.json", range(12))
    with pytest.raises(KmscostError, match=r"2026-11 .*all that a bill holds"):
        load_actuals([path, logs])
    october = save_measurement(tmp_path / "2.json", range(12), "2026-10-31")
    assert load_actuals([path, october]).totals["requests"] == 60_000 + 12


def test_a_folder_of_measurements_is_all_of_them(tmp_path):
    """Names ending in .json are looked into; logs beside them are counted."""
    folder = tmp_path / "kept"
    folder.mkdir()
    save_measurement(folder / "1.json", range(24))
    save_measurement(folder / "2.json", range(24), "2026-11-02")
    for log in folder.glob("*.log"):
        log.unlink()
    assert load_actuals(folder).totals["requests"] == 48
    events = [put("2026-11-03", hour, hour) for hour in range(5)]
    write_file(folder / "more.json", json.dumps({"Records": events}).encode())
    assert load_actuals(folder).totals["requests"] == 48 + 5


def test_parts_of_a_tree_are_the_tree(tmp_path):
    """Law: frames stack; months of a random tree measured apart add up to its rows."""
    random_tree(2).write(tmp_path / "logs")
    actuals = measure_cloudtrail(tmp_path / "logs", jobs=1)
    paths = []
    for number, (_month, rows) in enumerate(actuals.measured.groupby("month", observed=True)):
        path = tmp_path / f"{number}.csv"
        path.write_text(frame_csv(rows), encoding="utf-8")
        paths.append(path)
    both = load_actuals(paths)
    assert both.totals == actuals.totals
    columns = list(actuals.measured.columns)
    pd.testing.assert_frame_equal(
        both.measured.astype(str).sort_values(columns, ignore_index=True),
        actuals.measured.astype(str).sort_values(columns, ignore_index=True),
    )
