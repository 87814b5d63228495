"""A bucket as it is copied: everything that CloudTrail itself writes is known, even under --strict.

Shapes: AWS CloudTrail User Guide, CloudTrail digest file structure; CloudTrail Insights events;
Network activity events (`eventType` AwsVpceEvent, `eventCategory` NetworkActivity, no parameters);
Amazon S3 User Guide, s3:TestEvent.
"""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.forms import known_log, law
from tests.acceptance.forms.carriers import bridged
from tests.acceptance.forms.form import lines

ACCOUNT = known_log.ACCOUNT
DIGEST: dict[str, Any] = {
    "awsAccountId": ACCOUNT,
    "digestStartTime": "2026-10-01T09:30:00Z",
    "digestEndTime": "2026-10-01T10:30:00Z",
    "digestS3Bucket": "example-org-logs",
    "digestS3Object": f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/us-east-1/2026/10/01/x.json.gz",
    "digestPublicKeyFingerprint": "31e8b5433410dfb61a9dc45cc65b22ff",
    "digestSignatureAlgorithm": "SHA256withRSA",
    "newestEventTime": "2026-10-01T10:29:10Z",
    "oldestEventTime": "2026-10-01T10:00:10Z",
    "previousDigestS3Bucket": None,
    "previousDigestS3Object": None,
    "previousDigestHashValue": None,
    "previousDigestHashAlgorithm": None,
    "previousDigestSignature": None,
    "logFiles": [],
}
INSIGHT = {
    "eventVersion": "1.09",
    "eventTime": "2026-10-01T10:07:00Z",
    "awsRegion": "us-east-1",
    "eventID": "a9edc959-9488-4790-be0f-05d60e56b547",
    "eventType": "AwsCloudTrailInsight",
    "recipientAccountId": ACCOUNT,
    "sharedEventID": "c2806063-d85d-42c3-9027-d2c56a477314",
    "insightDetails": {
        "state": "Start",
        "eventSource": "kms.amazonaws.com",
        "eventName": "Decrypt",
        "insightType": "ApiCallRateInsight",
        "insightContext": {"statistics": {"baseline": {"average": 1}, "insight": {"average": 9}}},
    },
    "eventCategory": "Insight",
}
NETWORK = {
    "eventVersion": "1.09",
    "userIdentity": {"type": "AWSAccount", "principalId": "AROA:x", "accountId": ACCOUNT},
    "eventTime": "2026-10-01T10:10:46Z",
    "eventSource": "kms.amazonaws.com",
    "eventName": "GenerateDataKey",
    "awsRegion": "us-east-1",
    "sourceIPAddress": "192.0.2.10",
    "requestID": "16fcc089-82f9-4a4f-8cd6-e5e2ef0e5d5c",
    "eventID": "228b2930-0b0f-4a8c-a4f6-04a6d3f8a3b3",
    "readOnly": True,
    "eventType": "AwsVpceEvent",
    "recipientAccountId": ACCOUNT,
    "sharedEventID": "52f10c18-eec5-4c5c-9c8c-14b1e5a2dfb6",
    "vpcEndpointId": "vpce-example8c1b6b9b7",
    "vpcEndpointAccountId": ACCOUNT,
    "eventCategory": "NetworkActivity",
}
TEST_EVENT = {
    "Service": "Amazon S3",
    "Event": "s3:TestEvent",
    "Time": "2026-10-01T08:00:00.000Z",
    "Bucket": "example-org-logs",
    "RequestId": "EXAMPLE",
    "HostId": "EXAMPLE",
}


def _put(root: Path, folder: str, value: Any) -> None:
    path = root / "AWSLogs" / ACCOUNT / folder / "us-east-1" / "2026" / "10" / "01"
    path.mkdir(parents=True, exist_ok=True)
    name = f"{ACCOUNT}_{folder}_us-east-1_20261001T1005Z_ExampleName01234.json.gz"
    (path / name).write_bytes(gzip.compress(json.dumps(value).encode()))


@pytest.mark.parametrize("strict", [False, True])
def test_bucket_copied_whole(strict: bool, tmp_path: Path) -> None:
    """Logs, digests, Insights and network activity: the log's counts, and nothing skipped."""
    _put(tmp_path, "CloudTrail", {"Records": known_log.events()})
    _put(tmp_path, "CloudTrail-Digest", DIGEST)
    _put(tmp_path, "CloudTrail-Insight", {"Records": [INSIGHT]})
    _put(tmp_path, "CloudTrail-NetworkActivity", {"Records": [NETWORK]})
    (tmp_path / "test-event.json").write_text(json.dumps(TEST_EVENT))
    outcome = law.measured("cloudtrail", tmp_path, strict=strict)
    assert outcome.code == 0, outcome.message
    law.assert_counts(outcome)
    assert outcome.skipped == []


@pytest.mark.parametrize("other", [INSIGHT, NETWORK], ids=["Insight", "NetworkActivity"])
def test_other_events_among_requests(other: dict[str, Any], tmp_path: Path) -> None:
    """Events that are no requests stand among them: the counts are the same."""
    mixed = [*known_log.events()[:11], other, *known_log.events()[11:]]
    (tmp_path / "log.json").write_text(json.dumps({"Records": mixed}))
    law.assert_exact(law.log(tmp_path / "log.json"))
    (tmp_path / "rows.jsonl").write_bytes(lines(mixed))
    law.assert_exact(law.log(tmp_path / "rows.jsonl"))
    carried = bridged()
    carried.insert(3, carried[0] | {"detail-type": "AWS Insight via CloudTrail", "detail": other})
    (tmp_path / "bridge.json").write_bytes(lines(carried))
    law.assert_exact(law.log(tmp_path / "bridge.json"))


def test_any_name(tmp_path: Path) -> None:
    """A log under any folder and name is the same log: names are not what it is told by."""
    for number, name in enumerate(("download", "x.bin", "log.csv", "log.parquet", "log.txt.gz")):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        (folder / name).write_bytes(known_log.document())
        law.assert_exact(law.log(folder / name))
