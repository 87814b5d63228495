"""One request that several records tell of is one request, and the best record of it is told."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import pytest

from tests.acceptance.measure import packing
from tests.acceptance.measure.answers import measure, rows_of
from tests.acceptance.measure.events import Record
from tests.acceptance.measure.logs import save
from tests.acceptance.measure.samples import ABSENT, ACCOUNT, OTHER, get, put, save_records

ROLE = f"arn:aws:iam::{OTHER}:role/Siem"
CALLER = {
    "type": "AssumedRole",
    "arn": f"arn:aws:sts::{OTHER}:assumed-role/Siem/s",
    "accountId": OTHER,
    "sessionContext": {"sessionIssuer": {"type": "Role", "arn": ROLE}},
}
STRANGER = {"type": "AWSAccount", "accountId": OTHER, "principalId": "AROA:s"}
OURS = get(
    1, eventID="a", sharedEventID="s", recipientAccountId=OTHER, userIdentity=CALLER
)  # in the reader's account
THEIRS = get(
    1, eventID="b", sharedEventID="s", recipientAccountId=ACCOUNT, userIdentity=STRANGER
)  # in the account of the key


@pytest.mark.parametrize("order", list(permutations([OURS, THEIRS, THEIRS])))
def test_a_cross_account_read_is_one(tmp_path: Path, order: tuple[Record, ...]) -> None:
    """Recorded in the reader's and in the key's account, it is one request of the reader's role.

    The key's owner sees only an account id: whichever file is read first, the role is told.
    """
    for at, record in enumerate(order):
        save_records(tmp_path, record, name=f"{at}.json.gz")
    answer = measure(tmp_path)
    ((row, number),) = rows_of(answer).items()
    assert number == 1
    assert answer["duplicates"] == 2
    assert (row.reader, row.billed_account, row.cause) == (ROLE, OTHER, "get")


def test_two_trails_in_one_bucket(tmp_path: Path) -> None:
    """Both trails record every event: the same eventID stands in both, and counts once."""
    events = [put(at) for at in range(20)] + [get(at) for at in range(5)]
    save_records(tmp_path / "one", *events)
    save_records(tmp_path / "two", *events[::-1])
    answer = measure(tmp_path)
    assert answer["totals"]["requests"] == 25
    assert (answer["records"], answer["duplicates"], answer["files"]) == (50, 25, 2)


def test_copies_of_failed_calls(tmp_path: Path) -> None:
    """A failed call that two trails record failed once, and its copy is a duplicate."""
    save_records(tmp_path, put(1, errorCode="AccessDenied"), name="a.json")
    save_records(tmp_path, put(1, errorCode="AccessDenied"), put(2), name="b.json")
    answer = measure(tmp_path)
    assert answer["failed"] == {"calls": 1, "by_error": {"AccessDenied": 1}}
    assert (answer["totals"]["requests"], answer["duplicates"]) == (1, 1)


def test_copies_across_midnight_and_months(tmp_path: Path) -> None:
    """A copy is found however far apart the files stand that hold it."""
    events = [put(at, eventTime=f"2023-{at % 12 + 1:02d}-28T23:59:59Z") for at in range(60)]
    save_records(tmp_path / "2023" / "12" / "31", *events[:40])
    save_records(tmp_path / "2024" / "06" / "01", *events[20:])
    answer = measure(tmp_path)
    assert answer["totals"]["requests"] == 60
    assert answer["duplicates"] == 20
    assert len({row.day for row in rows_of(answer)}) == 12


def test_an_event_like_another_is_not_its_copy(tmp_path: Path) -> None:
    """S3 retries: the same object, second and caller, but another eventID, is another request."""
    first = put(1)
    second = put(1, eventID=put(2)["eventID"], sharedEventID=put(2)["sharedEventID"])
    save_records(tmp_path, first, second)
    answer = measure(tmp_path)
    assert (answer["totals"]["requests"], answer["duplicates"]) == (2, 0)


def test_events_without_ids(tmp_path: Path) -> None:
    """Without eventID the requestID tells copies apart; without both the whole record does.

    By hand: two requests by requestID, three by their content, each twice.
    """
    by_request = [put(at, eventID=ABSENT, sharedEventID=ABSENT) for at in range(2)]
    bare = {"eventID": ABSENT, "sharedEventID": ABSENT, "requestID": ABSENT}
    by_content = [put(10 + at, **bare) for at in range(3)]
    save(tmp_path / "a.json", packing.log_file(by_request + by_content))
    # the same records written by another tool: other spaces, other order of fields
    turned = [dict(reversed(event.items())) for event in by_content]
    save(tmp_path / "b.json", json.dumps({"Records": by_request + turned}, indent=1).encode())
    answer = measure(tmp_path)
    assert (answer["totals"]["requests"], answer["duplicates"]) == (5, 5)


def test_old_events_have_no_ids(tmp_path: Path) -> None:
    """Real events of version 1.0 carry no id of any kind: different ones are all counted."""
    gone = ("eventID", "sharedEventID", "requestID", "eventType", "recipientAccountId")
    events = [put(at, eventVersion="1.0", **dict.fromkeys(gone, ABSENT)) for at in range(7)]
    save_records(tmp_path, *events)
    answer = measure(tmp_path)
    assert (answer["totals"]["requests"], answer["duplicates"]) == (7, 0)


def test_a_chain_of_copies(tmp_path: Path) -> None:
    """Alike by eventID here and by sharedEventID there: all three records are one request."""
    records = [
        put(1, eventID="1", sharedEventID=ABSENT),
        put(1, eventID="2", sharedEventID="s"),
        put(1, eventID="1", sharedEventID="s"),
    ]
    for at, order in enumerate(permutations(records)):
        for number, record in enumerate(order):
            save_records(tmp_path / str(at), record, name=f"{number}.json")
        answer = measure(tmp_path / str(at))
        assert (answer["totals"]["requests"], answer["duplicates"]) == (1, 2), at
