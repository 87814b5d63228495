"""The same events in other hands' forms: attribution does not depend on the wrapping."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.attribution.answers import expected, facts, measure
from tests.acceptance.attribution.identities import Record, role, stranger
from tests.acceptance.attribution.organization import events, truth
from tests.acceptance.attribution.specimens import DATA, LAKE, PROD, s3_object
from tests.acceptance.attribution.test_edges import Edge, record

NESTED = ("requestParameters", "userIdentity", "resources", "responseElements")


def as_text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def nested_as_text(records: list[Record]) -> str:
    """Lines of a data lake: each nested field is JSON in a text."""
    return "".join(
        as_text({n: as_text(v) if n in NESTED and v is not None else v for n, v in event.items()})
        + "\n"
        for event in records
    )


def subscription(records: list[Record]) -> str:
    """CloudWatch Logs: an event a message (CloudWatch Logs guide, subscription filters)."""
    found = [
        {"id": str(at), "timestamp": 1_790_000_000_000 + at, "message": as_text(event)}
        for at, event in enumerate(records)
    ]
    return as_text(
        {
            "messageType": "DATA_MESSAGE",
            "owner": PROD,
            "logGroup": "CloudTrail/logs",
            "logStream": "x",
            "subscriptionFilters": ["all"],
            "logEvents": found,
        }
    )


def lookup(records: list[Record]) -> str:
    """`aws cloudtrail lookup-events`: the event itself is a text."""
    return as_text(
        {
            "Events": [
                {
                    "EventId": event["eventID"],
                    "EventName": event["eventName"],
                    "EventTime": event["eventTime"],
                    "EventSource": event["eventSource"],
                    "Resources": [],
                    "CloudTrailEvent": as_text(event),
                }
                for event in records
            ]
        }
    )


def table(records: list[Record]) -> str:
    """A CSV of Athena, Glue or pandas: nested fields as JSON text, names in lower case."""
    names = sorted({name for event in records for name in event})
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([name.lower() for name in names])
    for event in records:
        cells = [event.get(name) for name in names]
        writer.writerow(
            [
                "" if cell is None else cell if isinstance(cell, str) else as_text(cell)
                for cell in cells
            ]
        )
    return out.getvalue()


FORMS: dict[str, tuple[str, Callable[[list[Record]], str]]] = {
    "nested fields as text": ("log.jsonl", nested_as_text),
    "CloudWatch Logs": ("log.json", subscription),
    "lookup-events": ("log.json", lookup),
    "a table": ("log.csv", table),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms(tmp_path: Path, form: str) -> None:
    """Whose each request is, is read from the event, whatever wraps it."""
    name, write = FORMS[form]
    records = [copy.record for _, logged in events() for copy in logged]
    (tmp_path / name).write_text(write(records), encoding="utf-8")
    assert facts(measure(tmp_path, path=name)) == expected(truth())


CALLER = role(DATA, "Etl", "job", path="service-role/", by="fas.s3.amazonaws.com")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_copy_that_tells_most(tmp_path: Path, order: tuple[int, ...]) -> None:
    """A read across accounts is the role's, whichever of its copies is read first.

    The caller's account has its role; the key owner's has an account id, and twice, for two trails.
    """
    rng = random.Random(4)  # noqa: S311  no secrets here
    full = record(Edge("", CALLER, "s3", s3_object("lake", "1")), 2, rng)
    full |= {"sharedEventID": "s", "recipientAccountId": DATA, "eventID": "a"}
    seen = full | {
        "userIdentity": stranger(DATA).record,
        "recipientAccountId": PROD,
        "eventID": "b",
    }
    for at in order:
        text = as_text({"Records": [[full, seen, seen][at]]})
        (tmp_path / f"{order.index(at)}.json").write_text(text, encoding="utf-8")
    (row,) = measure(tmp_path, "service,caller,resource,billed_account")["rows"]
    assert row["quantity"] == 1
    assert row["service"] == "s3"
    assert row["caller"].endswith("role/service-role/Etl")
    assert row["billed_account"] == DATA
    assert row["resource"].endswith("lake")


def test_only_the_owners_copy(tmp_path: Path) -> None:
    """Only the owner logged it: S3 by its context, the caller an account, the bucket named."""
    rng = random.Random(6)  # noqa: S311
    seen = record(Edge("", CALLER, "s3", s3_object("lake", "1")), 2, rng)
    seen |= {
        "userIdentity": stranger(DATA).record,
        "recipientAccountId": PROD,
        "resources": [{"accountId": PROD, "type": "AWS::KMS::Key", "ARN": LAKE}],
    }
    (tmp_path / "log.json").write_text(as_text({"Records": [seen]}), encoding="utf-8")
    (row,) = measure(tmp_path, "service,caller,resource")["rows"]
    assert (row["service"], row["quantity"]) == ("s3", 1)
    assert DATA in row["caller"]
    assert row["resource"].endswith("lake")
