"""The query, run on the same logs, gives what `measure cloudtrail` gives."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from benchmarks.logs import write_logs
from estimator import measure_athena, measure_cloudtrail
from tests.acceptance.measure import packing
from tests.acceptance.measure.answers import rows_of
from tests.acceptance.measure.logs import Tree, random_tree, save
from tests.acceptance.measure.samples import ABSENT, ACCOUNT, OTHER, TRAIL, context, get, put
from tests.measurement.athena.engine import as_comparable, both, records_of, write_answer
from tests.measurement.cloudtrail_logs.test_attribution import ALICE, GUIDES, event
from tests.real_data import DATA, ROOT, needs_data
from tests.sampling import seeds

CONTEXT = "requestParameters__encryptionContext"

NO_IDS = {"eventID": ABSENT, "requestID": ABSENT, "sharedEventID": ABSENT}
NO_KEY_ID = {"requestParameters__keyId": ABSENT}


def flat(tree: Tree, folder: Path) -> Path:
    """A tree's log files under names that tell nothing: Athena sees rows, no names."""
    for at, records in enumerate(tree.files.values()):
        save(folder / f"{at}.json.gz", packing.gz(packing.log_file(records)))
    return folder


@pytest.mark.parametrize("seed", seeds(30))
def test_random_trees(tmp_path: Path, seed: int) -> None:
    """Every row, total, failed call, copy, record and covered hour is the same.

    The trees hold copies across trails and accounts, checks, digests, Bucket Keys, readers of all
    kinds, failed calls, events of every version and events that are no requests.
    """
    tree = random_tree(seed)
    files, athena = both(flat(tree, tmp_path / "logs"), tmp_path / "result.csv")
    assert as_comparable(athena) == as_comparable(files)
    assert athena.source == "athena"
    assert athena.totals["requests"] == tree.requests.total()
    assert athena.duplicates == tree.duplicates


@pytest.mark.parametrize("seed", seeds(5))
def test_named_files(tmp_path: Path, seed: int) -> None:
    """Under CloudTrail's own names the counts are the same too.

    Of coverage only the hours that files without events stand for are missing.
    """
    random_tree(seed).write(tmp_path / "logs")
    files, athena = both(tmp_path / "logs", tmp_path / "result.csv")
    columns = [name for name in files.measured if name not in {"source", "coverage"}]
    assert athena.measured[columns].equals(files.measured[columns])
    assert athena.to_dict()["failed"] == files.to_dict()["failed"]
    assert (athena.totals, athena.duplicates) == (files.totals, files.duplicates)
    assert athena.records == files.records
    assert athena.coverage.hours.keys() <= files.coverage.hours.keys()
    for stream, days in athena.coverage.hours.items():
        for day, hours in days.items():
            assert not hours & ~files.coverage.hours[stream][day]


def test_many_events(tmp_path: Path) -> None:
    """Of 6,000 events in 60 files the puts, gets and others are those that were written."""
    known = write_logs(tmp_path / "logs", 60, 100)
    files, athena = both(tmp_path / "logs", tmp_path / "result.csv")
    assert athena.totals == files.totals
    for cause in ("put", "get", "other"):
        assert athena.totals["by_cause"][cause] == known[cause] > 0
    assert athena.records == known["records"] == 6000


def test_the_example_logs(tmp_path: Path) -> None:
    """The logs under examples/ give the same rows either way."""
    files, athena = both(ROOT / "examples" / "logs", tmp_path / "result.csv")
    columns = [name for name in files.measured if name not in {"source", "coverage"}]
    assert athena.measured[columns].equals(files.measured[columns])
    assert athena.totals["requests"] > 0


@needs_data
@pytest.mark.parametrize(
    ("folder", "causes"), [("coralogix", {"put": 6, "get": 7}), ("boogy", {"other": 1044})]
)
def test_real_logs(tmp_path: Path, folder: str, causes: dict[str, int]) -> None:
    """Real files: the numbers of the data's README, and all else as by the files themselves."""
    logs = DATA / "cloudtrail" / folder
    athena = measure_athena(write_answer(records_of(logs), tmp_path / "result.csv"))
    assert {cause: n for cause, n in athena.totals["by_cause"].items() if n} == causes
    assert as_comparable(athena) == as_comparable(measure_cloudtrail(logs))


HAND: dict[str, list[dict[str, Any]]] = {
    "service events of 2015": [
        put(1, eventType="AwsServiceEvent"),
        get(2, eventType="AwsServiceEvent"),
        put(3, eventType="AwsServiceEvent", eventName="RotateKey"),
        put(4, eventType="AwsServiceEvent", requestParameters=None),
        put(5, eventType="AwsServiceEvent", requestParameters__encryptionContext=None),
    ],
    "null fields": [put(1, requestParameters=None, resources=None, userIdentity=None)],
    "absent fields": [put(1, requestParameters=ABSENT, resources=ABSENT, userIdentity=ABSENT)],
    "no ids": [put(at, eventID=ABSENT, requestID=ABSENT, sharedEventID=ABSENT) for at in (1, 1, 2)],
    "ids by request": [put(at, eventID=ABSENT, sharedEventID=ABSENT) for at in (1, 1, 2)],
    "one request, two agents": [
        put(1, eventID=ABSENT, sharedEventID=ABSENT, userAgent=agent) for agent in "ab"
    ],
    "no ids, another address": [put(1, **NO_IDS, sourceIPAddress=letter) for letter in "aba"],
    "no ids, other data": [put(1, **NO_IDS, additionalEventData={"x": letter}) for letter in "aba"],
    "no ids, another caller": [
        put(1, **NO_IDS, userIdentity__principalId=letter) for letter in "aba"
    ],
    "caller by name only": [
        put(
            1,
            requestParameters=None,
            userIdentity={"type": "Root", "arn": f"arn:aws:iam::{OTHER}:root"},
        )
    ],
    # of each pair the second tells more, and the first stands first in every order
    "copy with the trail": [
        put(1, eventID="a", recipientAccountId=ACCOUNT, requestParameters=None),
        put(1, eventID="b", recipientAccountId=OTHER, resources=None, **NO_KEY_ID),
    ],
    "copy with the key": [
        put(1, eventID="a", recipientAccountId=ACCOUNT, resources=None, **NO_KEY_ID),
        put(1, eventID="b", recipientAccountId=OTHER),
    ],
    "copy with the caller": [
        get(
            1,
            eventID="a",
            sharedEventID="s",
            userIdentity={"type": "AWSAccount", "accountId": OTHER},
        ),
        get(1, eventID="b", sharedEventID="s", recipientAccountId=OTHER),
    ],
    "copies alike": [
        put(at, recipientAccountId=account, eventTime=f"2023-10-17T0{hour}:53:24Z")
        for at in range(9)
        for account, hour in ((OTHER, 4), (ACCOUNT, 5), (ACCOUNT, 6))
    ],
    "empty ids": [put(at, eventID="", sharedEventID="") for at in (1, 1, 2)],
    "no time": [put(1, eventTime=None), put(2, eventTime="yesterday"), put(3, eventTime="")],
    "no calendar": [put(1, eventTime="2023-02-30T04:53:24Z"), put(2, eventTime="0000-00-00T00")],
    "no hour": [put(1, eventTime="2023-10-17"), put(2, eventTime="2023-10-17T25:00:00Z")],
    "a day's borders": [
        put(at, eventTime=f"2023-10-{day}T{clock}Z")
        for at, (day, clock) in enumerate([(31, "23:59:59"), (30, "00:00:00"), (31, "00:00:00")])
    ],
    "bucket key": [put(1, **{CONTEXT: context("arn:aws:s3:::example-logs")})],
    "check of a bucket": [put(1, **{CONTEXT: context("arn:aws:s3:::example-logs/")})],
    "data store": [put(1, **{CONTEXT: {"aws:cloudtrail:arn": TRAIL.arn}})],
    "odd object": [
        put(1, **{CONTEXT: context("arn:aws:s3:::b//AWSLogs///x.gz")}),
        put(2, **{CONTEXT: context("nonsense")}),
        put(3, **{CONTEXT: context("arn:aws:s3:::b/2023/10/17/x")}),
    ],
    "re-encrypted": [
        put(
            1,
            eventName="ReEncrypt",
            requestParameters={
                "sourceEncryptionContext": TRAIL.context(f"AWSLogs/{ACCOUNT}/x"),
                "destinationEncryptionContext": {"aws:s3:arn": "arn:aws:s3:::elsewhere"},
            },
        )
    ],
    "replicated": [
        get(
            1,
            userIdentity__arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/Copier/s3-replication",
            eventName=operation,
            eventID=operation,
        )
        for operation in ("Decrypt", "Encrypt", "GenerateDataKey")
    ],
    "key by name": [
        put(1, resources=[], requestParameters__keyId="alias/logs"),
        put(2, resources=[{"ARN": "arn:aws:s3:::b"}, {"arn": TRAIL.key.arn}]),
        put(3, resources=[{"ARN": "arn:aws:kms:x:1:alias/a"}]),
    ],
    "failed": [put(1, errorCode="AccessDenied"), put(1, errorCode="AccessDenied"), put(2)],
    "formulas": [put(1, eventName="=1+1"), put(2, errorCode='=cmd|" /C calc"!A0,\n"')],
    "contexts of the guides": [
        event(at, operation, parameters, ALICE, **changes)
        for at, (operation, changes, parameters, _, _) in enumerate(GUIDES.values())
    ],
    "other in two accounts": [
        put(
            1,
            eventID=name,
            sharedEventID="s",
            recipientAccountId=recipient,
            eventTime=f"2023-10-17T0{hour}:53:24Z",
            requestParameters=None,
            userIdentity={"type": "AWSAccount", "accountId": OTHER},
        )
        for name, recipient, hour in (("a", OTHER, 4), ("b", ACCOUNT, 4), ("c", OTHER, 5))
    ],
}


@pytest.mark.parametrize("name", HAND)
def test_hand_made_events(tmp_path: Path, name: str) -> None:
    """Each odd or rare event counts as it counts in the log files."""
    save(tmp_path / "logs" / "a.json", packing.log_file(HAND[name]))
    files, athena = both(tmp_path / "logs", tmp_path / "result.csv")
    assert as_comparable(athena) == as_comparable(files)
    assert athena.records == len(HAND[name])


def test_copies_by_hand(tmp_path: Path) -> None:
    """A cross-account get, recorded twice here and once there, is one get of the reader's role."""
    role = f"arn:aws:iam::{OTHER}:role/Siem"
    caller = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{OTHER}:assumed-role/Siem/s",
        "accountId": OTHER,
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": role}},
    }
    stranger = {"type": "AWSAccount", "accountId": OTHER}
    of_caller = get(
        1, eventID="a", sharedEventID="s", recipientAccountId=OTHER, userIdentity=caller
    )
    of_owner = get(1, eventID="b", sharedEventID="s", userIdentity=stranger)
    chained = get(1, eventID="a", sharedEventID=ABSENT, userIdentity=caller)
    for order in permutations([of_caller, of_owner, of_owner, chained]):
        athena = measure_athena(write_answer(order, tmp_path / "result.csv"))
        ((row, number),) = rows_of(athena.to_dict()).items()
        assert (row.reader, row.billed_account, row.cause, number) == (role, OTHER, "get", 1)
        assert (athena.duplicates, athena.records) == (3, 4)
