"""Notices about files are no logs; what carries both events and others loses neither."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.forms import known_log, law
from tests.acceptance.forms.carriers import bridged, notified, queued, received, streamed
from tests.acceptance.forms.cloudwatch import batches, subscriptions
from tests.acceptance.forms.form import coded, text

CREATED = {
    "eventVersion": "2.1",
    "eventSource": "aws:s3",
    "awsRegion": "us-east-1",
    "eventTime": "2026-10-01T14:06:00.000Z",
    "eventName": "ObjectCreated:Put",
    "userIdentity": {"principalId": "AWS:EXAMPLE"},
    "s3": {
        "s3SchemaVersion": "1.0",
        "bucket": {"name": "example-org-logs", "arn": "arn:aws:s3:::example-org-logs"},
        "object": {"key": "AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/01/x.json.gz"},
    },
}
TEST = {
    "Service": "Amazon S3",
    "Event": "s3:TestEvent",
    "Time": "2026-10-01T14:06:00.000Z",
    "Bucket": "example-org-logs",
}
# CloudTrail's own notice to SNS (AWS CloudTrail User Guide, Configuring Amazon SNS notifications)
DELIVERED = {
    "s3Bucket": "example-org-logs",
    "s3ObjectKey": ["AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/01/x.json.gz"],
}
NOTICES = {
    "of S3": {"Records": [CREATED]},
    "of S3, ten": {"Records": [CREATED] * 10},
    "of S3, a test": TEST,
    "of S3 in EventBridge": {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": known_log.ACCOUNT,
        "time": "2026-10-01T14:06:00Z",
        "region": "us-east-1",
        "resources": ["arn:aws:s3:::example-org-logs"],
        "detail": {"version": "0", "bucket": {"name": "example-org-logs"}, "object": {"key": "x"}},
    },
    "of CloudTrail in SNS": notified([text(DELIVERED)])[0],
    "of S3 in SNS": notified([text({"Records": [CREATED]})])[0],
    "of S3 in SQS": queued([text({"Records": [CREATED]})]),
    "of S3 in SNS in SQS": queued([text(notified([text({"Records": [CREATED]})])[0])]),
    "of S3 as received": received([text({"Records": [CREATED]})]),
    "of a queue of plain words": queued(["hello", "world"]),
    "of a queue without messages": received([]),
}


@pytest.mark.parametrize("name", NOTICES)
def test_notice_without_events(name: str, tmp_path: Path) -> None:
    """A notice about files is no log: it is refused by name, and never a count of zero."""
    path = tmp_path / "notice.json"
    path.write_text(json.dumps(NOTICES[name]))
    law.assert_refused(law.log(path), path, "notif", "notice", "message", "queue", "EventBridge")


@pytest.mark.parametrize("name", NOTICES)
def test_notice_beside_a_log(name: str, tmp_path: Path) -> None:
    """Beside a log file a notice changes no count and covers no hour."""
    (tmp_path / "log.json").write_bytes(known_log.document())
    (tmp_path / "notice.json").write_text(json.dumps(NOTICES[name]))
    outcome = law.log(tmp_path)
    assert outcome.code == 0, outcome.message
    law.assert_counts(outcome)
    assert law.hours(outcome) == known_log.HOURS
    assert all("notice.json" in entry["path"] for entry in outcome.skipped)


def test_notices_and_events_in_one_queue(tmp_path: Path) -> None:
    """A queue of both: its events are counted, or it is left out by name; no hour of a notice."""
    path = tmp_path / "queue.json"
    path.write_text(
        json.dumps(queued([text({"Records": [CREATED]}), *map(text, bridged())])),
    )
    law.assert_lawful(law.log(path), path)


def test_one_event_of_eventbridge(tmp_path: Path) -> None:
    """One event alone is read: 30 files of one event each have the counts of the log."""
    for number, event in enumerate(bridged()):
        (tmp_path / f"{number}.json").write_text(json.dumps(event))
    law.assert_exact(law.log(tmp_path))


def test_batch_with_one_body_that_is_cut_off(tmp_path: Path) -> None:
    """A queue whose last body breaks off is refused by name, or the loss stands in `skipped`."""
    bodies = [*map(text, bridged())]
    path = tmp_path / "queue.json"
    path.write_text(json.dumps(queued([*bodies[:-1], bodies[-1][:200]])))
    outcome = law.log(path)
    if outcome.code:
        law.assert_refused(outcome, path)
    else:
        assert any("queue.json" in entry["path"] for entry in outcome.skipped)


def _batch(broken: str) -> dict[str, Any]:
    """Return a batch of three subscriptions, the last of them broken in one way."""
    first, second, third = batches()
    if broken == "base64 cut off":
        return streamed([coded(first), coded(second), coded(third)[:-41]])
    if broken == "no base64":
        return streamed([coded(first), coded(second), "###"])
    if broken == "gzip cut off":
        return streamed([coded(first), coded(second), coded(third[:-60])])
    if broken == "words":
        return streamed([coded(first), coded(second), coded("hello")])
    if broken == "empty":
        return streamed([coded(first), coded(second), ""])
    return queued([*(text(event) for event in bridged()[:20]), text(bridged()[20])[:90]])


@pytest.mark.parametrize(
    "broken", ["base64 cut off", "no base64", "gzip cut off", "words", "empty", "JSON cut off"]
)
def test_batch_with_one_broken_item(broken: str, tmp_path: Path) -> None:
    """A batch of which one item cannot be read is refused, or `skipped` names the loss."""
    path = tmp_path / "batch.json"
    path.write_text(json.dumps(_batch(broken)))
    outcome = law.log(path)
    if outcome.code:
        law.assert_refused(outcome, path)
    else:
        assert any("batch.json" in entry["path"] for entry in outcome.skipped)


STRANGE = {
    "words of a function": "START RequestId: 8f507cfc-xmpl Version: $LATEST",
    "JSON of another": '{"level": "info", "msg": "hello"}',
    "half an event": known_log.texts()[3][:200],
    "a number": "7",
}


@pytest.mark.parametrize("name", STRANGE)
def test_strange_message_in_a_log_group(name: str, tmp_path: Path) -> None:
    """A log group holds another message too: it is named beside the counts, or all is refused."""
    batch = subscriptions()[0] | {"logEvents": [e for s in subscriptions() for e in s["logEvents"]]}
    batch["logEvents"].insert(7, {"id": "x", "timestamp": 1, "message": STRANGE[name]})
    path = tmp_path / "cwl.json"
    path.write_text(json.dumps(batch))
    outcome = law.log(path)
    if outcome.code:
        law.assert_refused(outcome, path)
    else:
        law.assert_counts(outcome)
        words = [*(e["path"] + e["reason"] for e in outcome.skipped), *outcome.answer["notices"]]
        assert any("cwl.json" in word or "message" in word for word in words), "it is not named"


def test_other_events_of_eventbridge(tmp_path: Path) -> None:
    """Events of EventBridge that are not CloudTrail's change no count, or all is refused."""
    other = bridged()[0] | {
        "detail-type": "EC2 Instance State-change Notification",
        "source": "aws.ec2",
        "time": "2026-10-01T17:00:00Z",
        "detail": {"instance-id": "i-abcd1111", "state": "pending"},
    }
    path = tmp_path / "events.json"
    path.write_text("\n".join(map(text, [*bridged()[:9], other, *bridged()[9:]])))
    law.assert_lawful(law.log(path), path)
