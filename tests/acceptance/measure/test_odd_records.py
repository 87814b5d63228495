"""Sound files with odd events in them: every event is counted or the file says why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.measure import packing
from tests.acceptance.measure.answers import measure, rows_of, run, skipped_reasons
from tests.acceptance.measure.events import KMS, Record
from tests.acceptance.measure.logs import save
from tests.acceptance.measure.samples import (
    ABSENT,
    ACCOUNT,
    GOOD,
    TRAIL,
    context,
    get,
    put,
    save_good,
    save_records,
)

CONTEXT = "requestParameters__encryptionContext"
DEEP: Any = []
for _ in range(300):
    DEEP = [DEEP]
ODD_VALUES: list[Any] = [None, "", "text", 5, -1.5, True, [], [1], {}, {"a": [None]}, 10**400]
BARE = {"resources": ABSENT}
NO_ID = {"eventID": ABSENT, "sharedEventID": ABSENT}
ODD_FIELDS: dict[str, Callable[[Any], Record]] = {
    "requestParameters": lambda v: put(requestParameters=v),
    "encryptionContext": lambda v: put(**{CONTEXT: v}),
    "trail": lambda v: put(**{CONTEXT: context("arn:aws:s3:::b/x", v)}),
    "object": lambda v: put(**{CONTEXT: context(v)}),
    "resources": lambda v: put(resources=v),
    "resource": lambda v: put(resources=[v, None]),
    "resource ARN": lambda v: put(resources=[{"ARN": v}]),
    "keyId": lambda v: put(**BARE, requestParameters={"keyId": v}),
    "userIdentity": lambda v: get(userIdentity=v),
    "identity type": lambda v: get(userIdentity__type=v),
    "identity arn": lambda v: get(userIdentity__arn=v),
    "identity account": lambda v: get(userIdentity__accountId=v),
    "session": lambda v: get(userIdentity__sessionContext=v),
    "issuer": lambda v: get(userIdentity__sessionContext={"sessionIssuer": v}),
    "eventTime": lambda v: put(eventTime=v),
    "eventName": lambda v: put(eventName=v),
    "awsRegion": lambda v: put(awsRegion=v, **BARE),
    "recipient": lambda v: put(recipientAccountId=v),
    "eventID": lambda v: put(eventID=v),
    "sharedEventID": lambda v: put(sharedEventID=v),
    "requestID": lambda v: put(requestID=v, **NO_ID),
    "eventVersion": lambda v: put(eventVersion=v),
    "eventType": lambda v: put(eventType=v),
    "eventCategory": lambda v: put(eventCategory=v),
}
ODD: list[tuple[str, Record]] = [
    *((f"{name} {v!r:.20}", make(v)) for name, make in ODD_FIELDS.items() for v in ODD_VALUES),
    ("version to come", put(eventVersion="99.9")),
    *(
        (f"date {v}", put(eventTime=v))
        for v in [
            *("0000-00-00T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
            *("2023-02-30T04:53:24Z", "2023-13-01T04:53:24Z", "2023-10-17T25:61:61Z"),
            *("20231017T045324Z", "1697518404", "2023-10-17", "yesterday", "Oct 17, 2023"),
            *("2023-10-17T04:53:24.123Z", "2023-10-17T06:53:24+02:00", "2023-10-17T04:53:60Z"),
            *("99999-01-01T00:00:00Z", "-2023-10-17T04:53:24Z", "\uff12\uff10\uff12\uff13-10-17T0"),
        ]
    ),
    ("nothing but the source", {"eventSource": KMS}),
    ("deep nesting", put(additionalEventData=DEEP)),
    ("escaped NUL", put(eventName="Generate\0DataKey", **{CONTEXT: context("a\0b/c", "t\0")})),
    ("lone surrogates", get(userAgent="\ud800", userIdentity__arn="arn:aws:iam::1:user/\udfff")),
    ("surrogate trail", put(**{CONTEXT: context("arn:aws:s3:::b/\ud83d", "arn:\udcff")})),
    ("huge integer", put(bytes=10**4000)),
    ("terminal codes", put(eventName="\x1b[31m\x07\r", **{CONTEXT: context("\x1b]0;x\x07/")})),
    ("formula", put(eventName="=cmd|' /C calc'!A0", resources=[{"ARN": '=1+1,"\n:kms:key/'}])),
    ("markdown", put(eventName="a | b\n| --- |", awsRegion="`x`", resources=[])),
    ("a megabyte", put(userAgent="x" * 1_000_000)),
    ("object without slash or colon", put(**{CONTEXT: context("nonsense")})),
    ("object of another shape", put(**{CONTEXT: context("arn:aws:s3:::b//AWSLogs///x.gz")})),
    ("trail of another shape", put(**{CONTEXT: context("arn:aws:s3:::b/x", "arn:aws")})),
    ("key of another shape", put(resources=[{"type": "AWS::KMS::Key", "ARN": "arn:aws:kms"}])),
    (
        "role of another shape",
        get(userIdentity={"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role"}),
    ),
]


@pytest.mark.parametrize("record", [pytest.param(record, id=name) for name, record in ODD])
def test_an_odd_event_is_counted_or_its_file_skipped(tmp_path: Path, record: Record) -> None:
    """One odd event among two plain ones: three requests, or the file is skipped with a reason."""
    save_good(tmp_path)
    save_records(tmp_path, put(1), record, get(1), name="odd.json.gz")
    answer = measure(tmp_path)
    if answer["skipped"]:
        assert list(skipped_reasons(answer)) == ["odd.json.gz"]
        assert answer["totals"]["requests"] == GOOD
    else:
        assert answer["totals"]["requests"] == GOOD + 3


@pytest.mark.parametrize("form", ["table", "csv", "markdown"])
def test_odd_events_in_every_format(tmp_path: Path, form: str) -> None:
    """All odd events at once are written in every format; none commands the terminal."""
    save_good(tmp_path)
    for at, (_, record) in enumerate(ODD):
        save_records(tmp_path, record, name=f"{at}.json.gz")
    for by in (("--by", "all"), ()):
        done = run(tmp_path, ".", "--format", form, *by)
        assert done.code == 0, done.text
        assert form == "csv" or "\x1b" not in done.out


@pytest.mark.parametrize("code", [*ODD_VALUES, "AccessDenied"], ids=lambda v: f"{v!r:.20}")
def test_an_odd_error_code(tmp_path: Path, code: Any) -> None:
    """Whatever the error code is, the call is a request or a failed one; null is no error."""
    save_good(tmp_path)
    save_records(tmp_path, put(1, errorCode=code), name="odd.json.gz")
    answer = measure(tmp_path)
    if not answer["skipped"]:
        failed = answer["failed"]["calls"]
        assert answer["totals"]["requests"] + failed == GOOD + 1
        assert code is not None or failed == 0
        assert code != "AccessDenied" or answer["failed"]["by_error"] == {"AccessDenied": 1}


NOT_OBJECTS: list[Any] = [None, 1, "kms.amazonaws.com", True, [], [put(7)], 1.5]


def test_records_that_are_no_objects(tmp_path: Path) -> None:
    """Between them the one request is found, and the user learns that something was no event."""
    save_good(tmp_path)
    save_records(tmp_path, *NOT_OBJECTS, put(1), name="odd.json.gz")
    answer = measure(tmp_path)
    assert answer["totals"]["requests"] in {GOOD, GOOD + 1}
    assert answer["skipped"] or answer["notices"]


@pytest.mark.parametrize("records", [NOT_OBJECTS[:1], NOT_OBJECTS[1:3], NOT_OBJECTS])
def test_nothing_but_records_that_are_no_objects(tmp_path: Path, records: list[Any]) -> None:
    """A file of no events at all is not told as a quiet hour."""
    save_good(tmp_path)
    save_records(tmp_path, *records, name="odd.json.gz")
    answer = measure(tmp_path)
    assert answer["totals"]["requests"] == GOOD
    assert answer["skipped"] or answer["notices"]


REPEATED = [
    ('"eventName":"GenerateDataKey"', '"eventName":"Decrypt","eventName":"GenerateDataKey"'),
    (f'"eventSource":"{KMS}"', f'"eventSource":"{KMS}","eventSource":"{KMS}"'),
    ('"encryptionContext":', '"encryptionContext":{},"encryptionContext":'),
    ('{"Records":[', '{"Records":[],"Records":['),
    ('"eventID":', '"eventID":null,"eventID":'),
]


@pytest.mark.parametrize(("old", "new"), REPEATED)
def test_a_key_that_stands_twice(tmp_path: Path, old: str, new: str) -> None:
    """JSON with a key twice: the last counts, as JSON readers agree, or the file is skipped."""
    save_good(tmp_path)
    text = packing.log_file([put(1)]).decode()
    assert old in text
    save(tmp_path / "odd.json", text.replace(old, new).encode())
    answer = measure(tmp_path)
    if answer["skipped"]:
        assert answer["totals"]["requests"] == GOOD
    else:
        assert answer["totals"]["by_operation"] == {"GenerateDataKey": GOOD + 1}
        assert answer["totals"]["by_cause"]["put"] == GOOD + 1


@pytest.mark.parametrize("depth", [1_000, 5_000, 100_000])
def test_nested_without_end(tmp_path: Path, depth: int) -> None:
    """An event nested a hundred thousand deep is counted or its file skipped; nothing crashes."""
    save_good(tmp_path)
    text = packing.log_file([put(1, additionalEventData="HERE")]).decode()
    deep = text.replace('"HERE"', "[" * depth + "]" * depth)
    save(tmp_path / "odd.json", deep.encode())
    answer = measure(tmp_path)
    assert answer["totals"]["requests"] == GOOD + (0 if answer["skipped"] else 1)


def test_integers_of_any_length(tmp_path: Path) -> None:
    """A number of 100,000 digits is no reason to crash."""
    save_good(tmp_path)
    text = packing.log_file([put(1, additionalEventData=5)]).decode()
    save(tmp_path / "odd.json", text.replace(":5", ":" + "9" * 100_000).encode())
    answer = measure(tmp_path)
    assert answer["totals"]["requests"] == GOOD + (0 if answer["skipped"] else 1)


@pytest.mark.parametrize("value", [None, "", ABSENT])
def test_missing_ids_join_nothing(tmp_path: Path, value: Any) -> None:
    """Two different requests whose shared id is null or empty are two."""
    save_records(tmp_path, put(1, sharedEventID=value), put(2, sharedEventID=value))
    answer = measure(tmp_path)
    assert (answer["totals"]["requests"], answer["duplicates"]) == (2, 0)


@pytest.mark.parametrize("value", [None, "", ABSENT])
def test_missing_event_ids_join_nothing(tmp_path: Path, value: Any) -> None:
    """Two different requests without eventID are two: their request ids differ."""
    some = [put(at, eventID=value, sharedEventID=ABSENT) for at in (1, 2)]
    save_records(tmp_path, *some)
    answer = measure(tmp_path)
    assert (answer["totals"]["requests"], answer["duplicates"]) == (2, 0)


def test_an_unknown_day_is_empty(tmp_path: Path) -> None:
    """A request whose time cannot be read still counts, on no day, or its file is skipped."""
    save_good(tmp_path)
    save_records(tmp_path, put(1, eventTime=None), name="odd.json.gz")
    answer = measure(tmp_path)
    if not answer["skipped"]:
        days = {row.day for row in rows_of(answer)}
        assert days == {"", "2023-10-17"}
        assert {row["month"] for row in answer["rows"]} == {"", "2023-10"}
        assert {month["month"] for month in answer["coverage"]["months"]} == {"2023-10"}


def test_the_key_when_resources_are_null(tmp_path: Path) -> None:
    """Null resources: the key stands in the parameters."""
    save_records(tmp_path, put(1, resources=None))
    (row,) = rows_of(measure(tmp_path))
    assert row.key == TRAIL.key.arn
    assert row.billed_region == "eu-central-1"


def test_a_day_that_no_calendar_has(tmp_path: Path) -> None:
    """Two files with the same odd time in their events: each counts on the day of its own name."""
    for number, day in enumerate((17, 18)):
        moment = dt.datetime(2023, 10, day, 5, 30, tzinfo=dt.UTC)
        name = TRAIL.file(ACCOUNT, "eu-west-1", moment, "KREKSWgLUgTraBu8")
        save_records(tmp_path, put(number, eventTime="2023-13-45T05:00:00Z"), name=name)
    assert [row["day"] for row in measure(tmp_path)["rows"]] == ["2023-10-17", "2023-10-18"]


def test_cloudtrails_own_decrypt_is_no_readers_get(tmp_path: Path) -> None:
    """CloudTrail reads its files for itself, too: the request counts, and no reader gets a file."""
    itself = {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}
    guard = {"type": "AWSService", "invokedBy": "guardduty.amazonaws.com"}
    save_records(tmp_path, get(1, userIdentity=itself), get(2, userIdentity=guard), get(3))
    answer = measure(tmp_path)
    assert answer["totals"]["by_cause"]["get"] == 2
    assert answer["totals"]["by_cause"]["other"] == 1
    assert answer["totals"]["by_operation"] == {"Decrypt": 3}
    readers = {row["reader"] for row in answer["rows"]}
    assert "cloudtrail.amazonaws.com" not in readers
