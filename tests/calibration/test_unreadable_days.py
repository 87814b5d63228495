"""Half of the days in a form that cannot be read never halve what is measured of the others."""

import datetime
import gzip
import itertools
import json

import pytest

from estimator import backtest, measure_access_logs, measure_cloudtrail, measure_s3_listing
from estimator.calibration import calibrate
from estimator.measurement.s3_inventory import measure_s3_inventory
from estimator.report.formats.json_and_csv import to_json
from pricing.reading.problems import KmscostError
from tests.calibration.measurements import FIRST, HOME, INVENTORY, KEY, OTHER, TRAIL, role
from tests.measurement.s3.objects import Item, change_manifest, log_name, write_inventory
from tests.measurement.s3.test_access_logs import line

DAYS, FILES = 30, 96  # four log files an hour, each day
GARBAGE = {
    "text": b"<html>not what was asked for</html>\n",
    "cut off": gzip.compress(b'{"Records": []}' * 99)[:-9],
    "other events": b'{"events": [{"id": "1", "detail-type": "x", "account": "1"}]}',
    "bytes": bytes(range(128, 256)) * 30,
}


def day_of(number: int) -> datetime.date:
    return FIRST + datetime.timedelta(days=number)


def event(day: int, number: int, *, get: bool = False) -> dict[str, object]:
    """A put of CloudTrail's, or a get of it by the role siem, at some time of a day."""
    moment = datetime.datetime.combine(day_of(day), datetime.time())
    moment += datetime.timedelta(minutes=15 * number + 1)
    name = log_name(f"{day_of(day):%Y/%m/%d}", number * 3, HOME, "us-east-1")
    by_service = {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}
    siem = {"type": "AssumedRole", "arn": role("siem"), "accountId": HOME}
    return {
        "eventTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "kms.amazonaws.com",
        "eventName": "Decrypt" if get else "GenerateDataKey",
        "awsRegion": "us-east-1",
        "recipientAccountId": HOME,
        "eventID": f"{day}-{number}-{get}",
        "eventType": "AwsApiCall",
        "userIdentity": siem if get else by_service,
        "requestParameters": {
            "encryptionContext": {
                "aws:cloudtrail:arn": TRAIL,
                "aws:s3:arn": f"arn:aws:s3:::example-logs/{name}",
            }
        },
        "resources": [{"ARN": KEY, "accountId": HOME}],
    }


def names_of(day: int) -> list[str]:
    date = f"{day_of(day):%Y/%m/%d}"
    return [log_name(date, 3 * number, HOME, "us-east-1") for number in range(FILES)]


def mean_of(calibration) -> float:
    """Files a day of the one stream."""
    (stream,) = calibration.statistics["classes"]
    return stream["mean"]


@pytest.fixture
def inventory(tmp_path):
    path = tmp_path / "inventory.yaml"
    one_stream = INVENTORY.replace(", eu-west-1", "").replace(f'{{id: "{OTHER}", name: prod}}', "")
    path.write_text(one_stream.replace("  - \n", ""), encoding="utf-8")
    return path


BAD = {
    "every second": range(1, DAYS, 2),
    "the first half": range(DAYS // 2),
    "the last half": range(DAYS // 2, DAYS),
}


@pytest.mark.parametrize(("bad", "garbage"), [*zip(itertools.cycle(BAD), GARBAGE, strict=False)])
def test_half_of_the_days_of_logs(tmp_path, inventory, bad, garbage):
    """96 files a day in 15 of 30 days, 15 days unreadable: refused, and with --force 96, not 48."""
    logs = tmp_path / "logs"
    logs.mkdir()
    for day in range(DAYS):
        records = [event(day, number, get=get) for number in range(FILES) for get in (False, True)]
        data = GARBAGE[garbage] if day in BAD[bad] else json.dumps({"Records": records}).encode()
        (logs / f"{day}.json").write_bytes(data)
    actuals = measure_cloudtrail(logs)
    assert (actuals.files, len(actuals.skipped)) == (15, 15)
    assert actuals.coverage.months()["2026-10"] == pytest.approx(15 / 31)
    with pytest.raises(KmscostError, match="15 of 30 files skipped"):
        calibrate(inventory, actuals)
    with pytest.raises(KmscostError, match="15 of 30 files skipped"):
        backtest(inventory, actuals, horizon="4d")
    calibration = calibrate(inventory, actuals, force=True)
    assert mean_of(calibration) == pytest.approx(FILES, rel=0.02)
    assert any("15 of 30 files skipped" in notice for notice in calibration.notices)


def test_few_unreadable_files_are_said(tmp_path, inventory):
    """Days at the end in another form are a few files of many: calibrated, and said."""
    logs = tmp_path / "logs"
    logs.mkdir()
    for day in range(28):
        for part in range(0, FILES, 16):
            records = [event(day, number) for number in range(part, part + 16)]
            (logs / f"{day}-{part}.json").write_text(json.dumps({"Records": records}))
    for day in range(4):
        (logs / f"export-{day}.parquet").write_bytes(b"no Parquet, and no log")
    for answer in (calibrate(inventory, logs), backtest(inventory, logs, horizon="4d")):
        (notice,) = (text for text in answer.notices if "were not read" in text)
        assert notice.startswith("4 files or lines were not read, and no number knows them: ")
    assert mean_of(calibrate(inventory, logs)) == pytest.approx(FILES, rel=0.02)


def save_days(folder, of_day):
    """A log file of each day: what a function gives for it, and a call to EC2 in every hour."""
    folder.mkdir()
    for day in range(DAYS):
        hours = (event(day, number) for number in range(0, FILES, FILES // 24))
        calls = [{**put, "eventSource": "ec2.amazonaws.com", "eventID": "c"} for put in hours]
        records = [*of_day(day), *calls]
        (folder / f"{day}.json").write_text(json.dumps({"Records": records}))
    return folder


def under_bucket_key(put):
    """The same put where a Bucket Key is on: its context names the bucket alone."""
    context = put["requestParameters"]["encryptionContext"]
    context = {**context, "aws:s3:arn": "arn:aws:s3:::example-logs"}
    return {**put, "requestParameters": {"encryptionContext": context}}


def switched_on(day, on):
    """96 puts of a day; from the day on which a Bucket Key is on, 4 requests that tell no file."""
    if day < on:
        return [event(day, number) for number in range(FILES)]
    return [under_bucket_key(event(day, number)) for number in range(0, FILES, FILES // 4)]


def test_a_bucket_key_is_switched_on(tmp_path, inventory):
    """96 files on each of 20 days, then 10 days under a Bucket Key: 96 a day, and it is said.

    Days whose files nobody sees are none without files: it was 0.05 a day.
    """
    logs = save_days(tmp_path / "logs", lambda day: switched_on(day, 20))
    calibration = calibrate(inventory, logs)
    assert mean_of(calibration) == pytest.approx(FILES, rel=0.01)
    for answer in (calibration, backtest(inventory, logs, horizon="4d")):
        (notice,) = (text for text in answer.notices if "Bucket Key hides" in text)
        assert "on 10 days (2026-10-21 to 2026-10-30)" in notice
        assert "set bucket_key: true" in notice


def test_too_few_days_without_a_bucket_key(tmp_path, inventory):
    """Thirteen of thirty days tell their files: refused, and with --force 96 of these 13."""
    logs = save_days(tmp_path / "logs", lambda day: switched_on(day, 13))
    with pytest.raises(KmscostError, match="files of 13 days of 30: a Bucket Key hides"):
        calibrate(inventory, logs)
    assert mean_of(calibrate(inventory, logs, force=True)) == pytest.approx(FILES, rel=0.01)


def test_object_names_of_the_days_under_a_bucket_key(tmp_path, inventory):
    """Names of all 30 days beside the logs: 96 files a day, and a saving of 1 - 4/96.

    The 20 days before it was on would thin it to 1 - (20 x 96 + 10 x 4) / (30 x 96) = 0.32.
    """
    text = inventory.read_text()
    bucket = "    bucket: {name: example-logs, region: us-east-1, bucket_key: true}\n"
    inventory.write_text(text.replace("    key: logs\n", f"    key: logs\n{bucket}"))
    logs = save_days(tmp_path / "logs", lambda day: switched_on(day, 20))
    names = "".join(
        f"2026-10-31 00:00:00 1409 {name}\n" for day in range(DAYS) for name in names_of(day)
    )
    (tmp_path / "list.txt").write_text(names)
    saved = tmp_path / "names.json"
    saved.write_text(to_json(measure_s3_listing(tmp_path / "list.txt").to_dict()))
    calibration = calibrate(inventory, [logs, saved])
    assert mean_of(calibration) == pytest.approx(FILES, rel=0.01)
    saving = calibration.inventory.trails[0].bucket.bucket_key_saving
    assert saving.mid == pytest.approx(1 - 4 / 96, rel=1e-3)
    assert not any("hides" in notice for notice in calibration.notices)


def test_object_names_of_fewer_days_than_the_logs_tell(tmp_path, inventory):
    """Names of the last two days beside 20 days of logs that tell files: the logs decide, 96."""
    logs = save_days(tmp_path / "logs", lambda day: switched_on(day, 20))
    names = "".join(f"2026-10-31 00:00:00 1409 {n}\n" for d in (28, 29) for n in names_of(d)[::2])
    (tmp_path / "list.txt").write_text(names)
    saved = tmp_path / "names.json"
    saved.write_text(to_json(measure_s3_listing(tmp_path / "list.txt").to_dict()))
    calibration = calibrate(inventory, [logs, saved])
    assert mean_of(calibration) == pytest.approx(FILES, rel=0.01)


UNTOLD = {
    "no day": lambda put: {**put, "eventTime": None},
    "no account and Region": lambda put: {
        **put,
        "requestParameters": {
            "encryptionContext": {
                "aws:cloudtrail:arn": TRAIL,
                "aws:s3:arn": "arn:aws:s3:::example-logs/copies/x.json.gz",
            }
        },
    },
}


@pytest.mark.parametrize("what", UNTOLD)
def test_puts_of_no_day_or_place(tmp_path, inventory, what):
    """Of 30 days with 96 puts 10 tell no day, or no place: 960 of 2,880 puts are a third, refused.

    Of 4 a day (120, 4.2 %) it is said, beside the rate of the others.
    """
    untold = UNTOLD[what]

    def puts(day, count):
        return [
            untold(event(day, number)) if number < count else event(day, number)
            for number in range(FILES)
        ]

    logs = save_days(tmp_path / "logs", lambda day: puts(day, FILES if day >= 20 else 0))
    for learn in (calibrate, backtest):
        with pytest.raises(KmscostError, match=r"960 of 2,880 puts that do not tell"):
            learn(inventory, logs)
    logs = save_days(tmp_path / "few", lambda day: puts(day, 4))
    notices = calibrate(inventory, logs).notices
    assert any(notice.startswith(("120 requests without a day", "120 puts")) for notice in notices)


def test_half_of_the_listings(tmp_path, inventory):
    """A listing of each day, half of them garbage: no hour is covered, and nothing calibrated."""
    for day in range(DAYS):
        text = "".join(f"{day_of(day)} 23:59:00 1409 {name}\n" for name in names_of(day))
        (tmp_path / f"{day}.txt").write_text(text if day % 2 else "An error occurred\n")
    actuals = measure_s3_listing([tmp_path / f"{day}.txt" for day in range(DAYS)])
    assert actuals.totals["requests"] == 15 * FILES
    assert (len(actuals.skipped), actuals.coverage.months()) == (15, {})
    refuse_always(inventory, actuals)


def test_half_of_the_lines_of_a_listing(tmp_path, inventory):
    """A listing with every second line unreadable covers no hour either."""
    names = [name for day in range(DAYS) for name in names_of(day)]
    lines = [f"2026-10-31 00:00:00 1409 {name}\n" for name in names]
    lines[1::2] = ["?\n"] * (len(lines) // 2)
    (tmp_path / "list.txt").write_text("".join(lines))
    actuals = measure_s3_listing(tmp_path / "list.txt")
    assert (len(actuals.skipped), actuals.coverage.months()) == (DAYS * FILES // 2, {})
    refuse_always(inventory, actuals)


def test_half_of_the_data_files_of_an_inventory(tmp_path, inventory):
    """One of two data files unreadable: every day lost half of its objects, so no hour is known."""
    items = [Item(name) for day in range(DAYS) for name in names_of(day)]
    manifest = write_inventory(tmp_path, items, "CSV", files=2)
    made = datetime.datetime.combine(day_of(DAYS), datetime.time(), datetime.UTC)
    change_manifest(manifest, creationTimestamp=str(int(made.timestamp() * 1000)))
    whole = measure_s3_inventory(manifest)
    assert mean_of(calibrate(inventory, whole)) == pytest.approx(FILES, rel=0.02)
    next(tmp_path.rglob("part-1.csv.gz")).write_bytes(b"?")
    actuals = measure_s3_inventory(manifest)
    assert actuals.totals["requests"] == 15 * FILES
    assert (len(actuals.skipped), actuals.coverage.months()) == (1, {})
    refuse_always(inventory, actuals)


def refuse_always(inventory, actuals):
    """Nothing is calibrated on it, with --force or without, nor from its JSON."""
    document = inventory.with_name("measured.json")
    document.write_text(to_json(actuals.to_dict()), encoding="utf-8")
    for measured in (actuals, document):
        for force in (False, True):
            with pytest.raises(KmscostError, match=r"covered|recorded"):
                calibrate(inventory, measured, force=force)
        with pytest.raises(KmscostError, match=r"covered|recorded"):
            backtest(inventory, measured, horizon="4d")


def test_half_of_the_days_of_access_logs(tmp_path):
    """Access logs of 15 of 30 days: the days that were read have all their gets, others none."""
    for day in range(DAYS):
        lines = [
            line(name, time=f"{day_of(day):%d/%b/%Y}:{n // 4:02d}:00:00")
            for n, name in enumerate(names_of(day))
        ]
        data = "".join(lines).encode() if day % 2 else GARBAGE["bytes"]
        (tmp_path / f"{day}").write_bytes(data)
    actuals = measure_access_logs(tmp_path)
    assert (actuals.totals["requests"], len(actuals.skipped)) == (15 * FILES, 15)
    by_day = actuals.rows.groupby("day")[["quantity", "coverage"]].agg(
        {"quantity": "sum", "coverage": "min"}
    )
    assert set(by_day.itertuples(index=False, name=None)) == {(FILES, 1.0)}
    assert actuals.coverage.months()["2026-10"] == pytest.approx(15 / 31)
