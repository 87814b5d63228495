"""A field that counting needs and that is there as no text makes its file unreadable.

Whatever stands there would else be taken for nothing: a call that failed would be a request, a
rotation of a key a call, a log file put for CloudTrail a request of somebody else's.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from estimator.measurement.cloudtrail_logs.counting import Counted, count_bytes
from tests.acceptance.forms import known_log

NO_TEXTS: tuple[Any, ...] = ({}, [], ["text"], 7, True)
CONTEXT = ("requestParameters", "encryptionContext")
PLACES = {
    "eventName": ("eventName",),
    "errorCode": ("errorCode",),
    "eventType": ("eventType",),
    "eventCategory": ("eventCategory",),
    "awsRegion": ("awsRegion",),
    "the trail": (*CONTEXT, "aws:cloudtrail:arn"),
    "the object": (*CONTEXT, "aws:s3:arn"),
    "the key": ("requestParameters", "keyId"),
    "the caller": ("userIdentity", "arn"),
    "the caller's type": ("userIdentity", "type"),
    "the caller's service": ("userIdentity", "invokedBy"),
}
NEVER_EMPTY = ("eventName", "eventType", "the trail", "the object")


def _event() -> dict[str, Any]:
    """The first write of a log file."""
    writes = (event for event in known_log.events() if event["eventName"] == "GenerateDataKey")
    return next(event for event in writes if event["requestParameters"].get("encryptionContext"))


def _log(place: tuple[str, ...], value: Any) -> list[dict[str, Any]]:
    event = _event()
    inner = event
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    return [*known_log.events("b"), event]


def _counted(data: bytes) -> Counted:
    counted = Counted()
    count_bytes("log.json", data, counted)
    return counted


def _assert_refused(data: bytes) -> None:
    counted = _counted(data)
    assert (counted.files, counted.records, len(counted.seen)) == (0, 0, 0)
    assert [skipped.path for skipped in counted.skipped] == ["log.json"]
    assert "KMS" in counted.skipped[0].reason


@pytest.mark.parametrize("value", NO_TEXTS, ids=json.dumps)
@pytest.mark.parametrize("place", PLACES)
def test_in_a_log_file(place: str, value: Any) -> None:
    """The whole file is refused, also where 30 sound events stand before it."""
    _assert_refused(json.dumps({"Records": _log(PLACES[place], value)}).encode())


@pytest.mark.parametrize("value", [each for each in NO_TEXTS if each != ["text"]], ids=json.dumps)
@pytest.mark.parametrize("place", PLACES)
def test_in_lines(place: str, value: Any) -> None:
    """The same in JSON lines, where a list of texts is a field of several values."""
    _assert_refused("\n".join(map(json.dumps, _log(PLACES[place], value))).encode())


@pytest.mark.parametrize("place", NEVER_EMPTY)
def test_null_in_a_log_file(place: str) -> None:
    """CloudTrail leaves out what it does not know of these: null is damage."""
    _assert_refused(json.dumps({"Records": _log(PLACES[place], None)}).encode())


@pytest.mark.parametrize("place", ["eventName", "eventType"])
def test_no_letter_in_a_log_file(place: str) -> None:
    """An empty name is none: no request of an operation without a name."""
    _assert_refused(json.dumps({"Records": _log(PLACES[place], "")}).encode())


@pytest.mark.parametrize("place", ["errorCode", "the key", "the caller"])
def test_null_that_says_there_is_none(place: str) -> None:
    """A call without an error may say so: 31 events, 22 requests and the one that failed."""
    counted = _counted(json.dumps({"Records": _log(PLACES[place], None)}).encode())
    assert (counted.files, counted.records, len(counted.seen)) == (1, 31, 23)
    assert counted.skipped == []


def test_other_services_are_none_of_it() -> None:
    """Fields of events that are not of KMS count nothing: they refuse no file."""
    foreign = [{**event, "errorCode": {}} for event in known_log.events("b")]
    foreign = [event for event in foreign if event["eventSource"] != "kms.amazonaws.com"]
    counted = _counted(json.dumps({"Records": [*known_log.events(), *foreign]}).encode())
    assert (counted.records, len(counted.seen), counted.skipped) == (37, 22, [])
