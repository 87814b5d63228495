"""What measure wrote comes back as it was."""

from __future__ import annotations

import csv
import datetime
import io
import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator import load_actuals, measure_bill, measure_cloudtrail, measure_s3_listing
from estimator.measurement.coverage import WHOLE_DAY, Coverage
from estimator.report.formats.json_and_csv import frame_csv, to_json
from tests.acceptance.measure.logs import random_tree
from tests.measurement.billing.bills import A_MONTH, FORMATS, write_file
from tests.measurement.s3.objects import log_name
from tests.real_data import DATA, ROOT, needs_data
from tests.sampling import seeds

LOGS = ROOT / "examples" / "logs"


def save_json(actuals, path):
    """The file that `--format json --output` writes."""
    path.write_text(to_json(actuals.to_dict()), encoding="utf-8")
    return path


def assert_same(back, actuals):
    """Nothing is lost between two measurements."""
    assert list(back.measured.columns) == list(actuals.rows.columns)
    if len(actuals.rows):  # of no cells pandas cannot tell what categories they are of
        pd.testing.assert_frame_equal(back.measured, actuals.rows, check_exact=True)
    assert back.totals == actuals.totals
    assert list(back.skipped) == list(actuals.skipped)
    assert back.skipped.by_reason == actuals.skipped.by_reason
    assert back.coverage == actuals.coverage
    for name in ("source", "files", "records", "duplicates", "notices"):
        assert getattr(back, name) == getattr(actuals, name)
    assert back.to_dict() == actuals.to_dict()


@pytest.mark.parametrize("seed", seeds(4))
def test_json_of_logs_comes_back_as_it_was(tmp_path, seed):
    """Random trees of logs: the same frame, totals, skipped, duplicates and hours."""
    random_tree(seed).write(tmp_path / "logs")
    (tmp_path / "logs" / "bad.json.gz").write_bytes(b"\x1f\x8bnothing")
    actuals = measure_cloudtrail(tmp_path / "logs", jobs=1)
    back = load_actuals(save_json(actuals, tmp_path / "kept.json"))
    assert len(back.skipped)
    assert_same(back, actuals)


@pytest.mark.parametrize("by", ["day,cause", "day,account,region,cause,operation"])
def test_json_of_a_coarser_grain_keeps_its_totals(tmp_path, by):
    """--by leaves columns out, and no total."""
    actuals = measure_cloudtrail(LOGS, by)
    assert_same(load_actuals(save_json(actuals, tmp_path / "kept.json")), actuals)


def test_json_of_names_and_bills_comes_back_as_it_was(tmp_path):
    """Every source has columns and counts of its own."""
    names = "".join(
        f"2026-11-{day:02} 01:00:00 123 {log_name(f'2026/11/{day:02}')}\n" for day in range(1, 9)
    )
    listing = measure_s3_listing(write_file(tmp_path / "names.txt", names.encode()))
    bill = measure_bill(write_file(tmp_path / "bill.csv", FORMATS["cur 2.0 csv"](A_MONTH)))
    assert listing.totals["requests"] == 8
    assert bill.totals["cost_usd"] == pytest.approx(1.28)
    for number, actuals in enumerate((listing, bill)):
        assert_same(load_actuals(save_json(actuals, tmp_path / f"{number}.json")), actuals)


def test_a_measurement_without_a_request_comes_back(tmp_path):
    """Logs without one call of KMS are a zero, not a failure."""
    event = {
        "eventSource": "ec2.amazonaws.com",
        "eventTime": "2026-11-01T05:10:00Z",
        "awsRegion": "eu-west-1",
        "recipientAccountId": "111122223333",
        "eventName": "DescribeInstances",
        "eventID": "1",
    }
    log = write_file(tmp_path / "log.json", json.dumps({"Records": [event]}).encode())
    actuals = measure_cloudtrail(log)
    assert_same(load_actuals(save_json(actuals, tmp_path / "kept.json")), actuals)


def test_csv_keeps_rows_and_zeros_of_ids(tmp_path):
    """Rows come back with account 012345678901 whole; what is lost is said."""
    random_tree(3).write(tmp_path / "logs")
    actuals = measure_cloudtrail(tmp_path / "logs", jobs=1)
    account = actuals.rows["account"].iloc[0]
    text = frame_csv(actuals.rows).replace(account, "012345678901")
    path = write_file(tmp_path / "kept.csv", text.encode())
    back = load_actuals(path)
    numbers = ["quantity", "coverage"]
    pd.testing.assert_frame_equal(back.measured[numbers], actuals.rows[numbers], check_exact=True)
    expected = [row["account"] for row in csv.DictReader(io.StringIO(text))]
    assert back.measured["account"].astype(str).tolist() == expected
    assert "012345678901" in expected
    assert back.totals == actuals.totals
    assert any("a CSV holds rows alone" in line for line in back.notices)


def test_csv_covers_as_many_hours_of_a_day_as_its_rows_say(tmp_path):
    """Coverage 0.25 of a day is six hours of it; a day without a row is none."""
    text = (
        "day,account,region,cause,quantity,unit,source,coverage\n"
        "2026-11-01,111122223333,eu-west-1,put,100,request,cloudtrail,0.25\n"
        "2026-11-03,111122223333,eu-west-1,put,100,request,cloudtrail,1.0\n"
    )
    back = load_actuals(write_file(tmp_path / "kept.csv", text.encode()))
    days = back.coverage.hours["111122223333", "eu-west-1"]
    assert {day: mask.bit_count() for day, mask in days.items()} == {
        datetime.date(2026, 11, 1): 6,
        datetime.date(2026, 11, 3): 24,
    }


def test_logs_are_counted_on_the_spot():
    """A folder of logs is what measure cloudtrail makes of it, whatever it is called."""
    assert_same(load_actuals(LOGS), measure_cloudtrail(LOGS))


days = st.dates(datetime.date(2024, 2, 25), datetime.date(2024, 3, 20))
masks = st.dictionaries(days, st.integers(1, WHOLE_DAY), min_size=1, max_size=9)
streams = st.tuples(st.sampled_from(["", "111122223333"]), st.sampled_from(["", "eu-west-1"]))


@given(st.dictionaries(streams, masks, max_size=4))
def test_hours_come_back_one_by_one(hours):
    """Law: whichever hours are covered, JSON tells exactly these."""
    coverage = Coverage(hours)
    document = json.loads(json.dumps(coverage.to_dict()))
    assert Coverage.from_dict(document) == coverage
    for stream in document["streams"]:
        # the gaps and the covered hours are all the hours there are, counted by the clock
        clock = [datetime.datetime.fromisoformat(stream[end]) for end in ("from", "until")]
        gaps = [
            datetime.datetime.fromisoformat(gap["until"])
            - datetime.datetime.fromisoformat(gap["from"])
            for gap in stream["gaps"]
        ]
        hour = datetime.timedelta(hours=1)
        missing = sum(gaps, datetime.timedelta()) / hour
        assert stream["hours"] + missing == stream["of_hours"] == (clock[1] - clock[0]) / hour


def test_coverage_of_a_large_organization_is_small():
    """10,000 accounts x 17 Regions, whole months: a short line each, no list of hours."""
    month = {datetime.date(2026, 11, day): WHOLE_DAY for day in range(1, 31)}
    hours = {(f"{n:012}", f"eu-west-{r}"): month for n in range(100) for r in range(17)}
    text = to_json({"coverage": Coverage(hours).to_dict()})
    assert len(text) < 220 * len(hours)


@needs_data
def test_real_logs_come_back_as_they_were(tmp_path):
    """The real logs of 2021: the same after the round trip."""
    actuals = measure_cloudtrail(DATA / "cloudtrail" / "coralogix")
    assert_same(load_actuals(save_json(actuals, tmp_path / "kept.json")), actuals)


@needs_data
@pytest.mark.parametrize("kind", ["cur-legacy", "cur-2.0", "focus-1.0"])
def test_real_bills_come_back_as_they_were(tmp_path, kind):
    """The real bills too, whose ids may have 13 digits."""
    actuals = measure_bill(DATA / "bills" / kind)
    assert_same(load_actuals(save_json(actuals, tmp_path / "kept.json")), actuals)
