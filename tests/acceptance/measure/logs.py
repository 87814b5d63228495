"""Random folders of CloudTrail log files whose KMS requests are known, the same for a seed.

The truth is noted while each event is made, not by reading it back: the slow reference is held
against it as well as the command.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.acceptance.measure import packing
from tests.acceptance.measure.events import (
    KMS,
    VERSIONS,
    Caller,
    Event,
    Key,
    Record,
    Row,
    Trail,
    arn_only,
    cloudtrail,
    cloudtrail_by_account,
    plain,
    request,
    role,
    service,
    stranger,
    token,
    unique,
    user,
)

ACCOUNTS = ["111122223333", "222222222222", "333333333333"]
OUTSIDE = "444455556666"  # reads logs, but has no trail here
REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-3"]
OLD_KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
SHARING = [version for version in VERSIONS if version not in {"1.0", "1.01", "1.02"}]
ERRORS = ["AccessDenied", "ThrottlingException", "KMSInvalidStateException"]


@dataclass
class Tree:
    """Log files by name, and what they hold."""

    files: dict[str, list[Record]] = field(default_factory=dict)
    documents: dict[str, Record] = field(default_factory=dict)  # digests: no records
    requests: Counter[Row] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    calls: int = 0  # copies of KMS calls, each written once

    @property
    def records(self) -> int:
        return sum(map(len, self.files.values()))

    @property
    def duplicates(self) -> int:
        """KMS calls beyond the first copy of each."""
        return self.calls - self.requests.total() - self.failed.total()

    def events(self) -> list[Record]:
        """The records of all files, in order."""
        return [record for records in self.files.values() for record in records]

    def write(self, folder: Path) -> None:
        """The tree as files, in each of the forms that a log file takes."""
        for at, (name, records) in enumerate(self.files.items()):
            save(folder / name, FORMS[at % len(FORMS)](packing.log_file(records)))
        for name, document in self.documents.items():
            save(folder / name, packing.gz(packing.json.dumps(document).encode()))


FORMS: list[Any] = [
    packing.gz,
    packing.gz,
    packing.gz,
    packing.in_members,
    bytes,  # named .json.gz, but not compressed
]


def save(path: Path, raw: bytes) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)


class Maker:
    """Makes one tree. `streams` are the events as recorded, by account and Region."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)  # noqa: S311  no secrets here
        self.tree = Tree()
        self.streams: dict[tuple[str, str], list[Record]] = {}
        self.single: dict[tuple[str, str], list[Record]] = {}  # never copied by a second trail
        self.accounts = ACCOUNTS[: self.rng.randint(1, 3)]
        self.regions = REGIONS[: self.rng.randint(1, 3)]
        self.day = dt.datetime(2023, 10, 30, tzinfo=dt.UTC) + dt.timedelta(
            days=self.rng.randrange(5)
        )
        many = len(self.accounts) > 1
        owner = self.rng.choice(self.accounts)
        first = Trail(
            "org-trail" if many else "Mytrail",
            self.accounts[0],
            self.regions[0],
            Key(owner, self.rng.choice(self.regions)),
            prefix=self.rng.choice(["", "", "team/logs"]),
            organization="o-abcd012345" if many else "",
            bucket_key=self.rng.random() < 0.3,
        )
        self.trails = [first]
        if self.rng.random() < 0.5:
            # a second trail into the same bucket, which records every event again
            self.trails.append(replace(first, name="second", bucket_key=first.bucket_key))

    def make(self) -> Tree:
        for trail in self.trails:
            for account in self.accounts:
                for region in self.regions:
                    self.deliveries(trail, account, region)
            self.checks(trail)
        self.others()
        self.noise()
        for at, trail in enumerate(self.trails):
            for (account, region), records in self.streams.items():
                extra = [] if at else self.single.get((account, region), [])
                self.lay_out(trail, account, region, records + extra)
        for name in list(self.tree.files)[: self.rng.randrange(3)]:
            self.digest_file(name)
        return self.tree

    def moment(self) -> dt.datetime:
        return self.day + dt.timedelta(seconds=self.rng.randrange(2 * 86_400))

    def note(self, event: Event, *copies: tuple[str, Record]) -> None:
        """Put an event into the stream of its recipient; `copies` into those of others."""
        recorded = [(event.recipient, event.record), *copies]
        for recipient, record in recorded:
            self.streams.setdefault((recipient, event.region), []).append(record)
        self.tree.calls += len(recorded) * len(self.trails)
        if event.error:
            self.tree.failed[event.error] += 1
        elif event.row is not None:
            self.tree.requests[event.row] += 1

    def style(self) -> dict[str, Any]:
        """The accidents of an event's age and writer."""
        return {
            "version": self.rng.choice(VERSIONS),
            "spelling": self.rng.choice(["ARN", "ARN", "arn"]),
            "error": self.rng.choice(ERRORS) if self.rng.random() < 0.1 else "",
        }

    def deliveries(self, trail: Trail, account: str, region: str) -> None:
        """Puts of log files, and of digests and insights, with whoever reads them."""
        for _ in range(self.rng.randint(0, 4)):
            at = self.moment()
            folder = self.rng.choice(
                ["CloudTrail"] * 4 + ["CloudTrail-Digest", "CloudTrail-Insight"]
            )
            name = (
                None
                if trail.bucket_key
                else trail.file(account, region, at, token(self.rng), folder)
            )
            context = trail.context(name)
            log = ("", "", "") if name is None else (account, region, folder)
            cause = "digest" if log[2] == "CloudTrail-Digest" else "put"
            caller = self.rng.choice([cloudtrail(), cloudtrail(), cloudtrail_by_account()])
            operation = self.rng.choice(
                ["GenerateDataKey"] * 5 + ["GenerateDataKeyWithoutPlaintext"]
            )
            put = request(
                self.rng, at, operation, cause, caller, key=trail.key, trail=trail, log=log,
                context=context, recipient=trail.key.account,
                key_in=self.rng.choice(["resources keyId", "resources", "keyId"]), **self.style(),
            )  # fmt: skip
            self.note(put)
            for caller in self.readers(trail):
                self.reading(trail, caller, at, context, log)

    def readers(self, trail: Trail) -> Iterator[Caller]:
        """Who reads an object: nobody or several."""
        own, name = trail.account, f"Reader{self.rng.randrange(2)}"
        some = [
            role(own, name),
            role(own, name, "other-session", issuer=False),
            role(OUTSIDE, "Siem"),
            role(ACCOUNTS[0], "Replicator", "s3-replication"),
            user(own, "alice"),
            arn_only(OUTSIDE),
            service("config.amazonaws.com"),
            cloudtrail_by_account(),
        ]
        yield from self.rng.sample(some, self.rng.choice([0, 1, 1, 2, 4]))

    def reading(
        self,
        trail: Trail,
        caller: Caller,
        at: dt.datetime,
        context: Record,
        log: tuple[str, str, str],
    ) -> None:
        """A Decrypt, and for a replication sometimes an Encrypt under a key elsewhere."""
        later = at + dt.timedelta(seconds=self.rng.randrange(1, 4000))
        replicates = caller.reader.endswith("Replicator")
        cause = "replication" if replicates else "get"
        key, style = trail.key, self.style()
        operation = "Decrypt"
        if replicates and self.rng.random() < 0.5:
            key, operation = Key(ACCOUNTS[0], "us-west-2", OLD_KEY), "Encrypt"
        away = caller.account and caller.account != key.account
        seen = away and caller.identity is not None and caller.identity["type"] != "AWSAccount"
        if seen:
            style["version"] = self.rng.choice(SHARING)
        recipient = caller.account if seen else key.account
        got = request(
            self.rng, later, operation, cause, caller, key=key, trail=trail, context=context,
            recipient=recipient, log=log, **style,
        )  # fmt: skip
        if not seen:
            self.note(got)
            return
        # one call, recorded in the caller's account and in the key's, there without a name
        other = {**got.record, "eventID": unique(self.rng), "recipientAccountId": key.account}
        other["userIdentity"] = stranger(caller.account).identity
        for record in (got.record, other):
            record["sharedEventID"] = got.record["eventID"][::-1]
        owners = replace(got, record=other, recipient=key.account)
        if got.row is not None:
            # nor can the key's owner see that a session replicates
            seen_as = "get" if operation == "Decrypt" else cause
            row = got.row._replace(reader=caller.account, cause=seen_as)
            owners = replace(owners, row=row)
        recorders = self.rng.choice(["both", "caller", "owner"])
        if recorders == "both":
            self.note(got, (key.account, other))
        else:
            self.note(got if recorders == "caller" else owners)

    def checks(self, trail: Trail) -> None:
        """Add the requests that creating or updating a trail makes of its key (F4)."""
        context = trail.context(f"{trail.root}{trail.account}/")
        for _ in range(self.rng.randrange(3)):
            self.note(
                request(
                    self.rng, self.moment(), "GenerateDataKey", "check", cloudtrail(),
                    key=trail.key, trail=trail, context=context, recipient=trail.key.account,
                    log=(trail.account, "", ""), **self.style(),
                )
            )  # fmt: skip

    def others(self) -> None:
        """KMS requests that no trail causes."""
        own = self.accounts[0]
        contexts = [None, {"aws:s3:arn": "arn:aws:s3:::data"}, {"SecretARN": "arn:aws:x"}, {}]
        for _ in range(self.rng.randrange(12)):
            operation = self.rng.choice(["Decrypt", "Sign", "CreateKey", "GenerateDataKey"])
            caller = self.rng.choice(
                [role(own, "App"), user(own, "bob"), service("eks.amazonaws.com")]
            )
            self.note(
                request(
                    self.rng, self.moment(), operation, "other", caller,
                    key=Key(own, self.rng.choice(self.regions), unique(self.rng)), recipient=own,
                    key_in=self.rng.choice(["resources", "keyId", "nowhere"]),
                    context=self.rng.choice(contexts), **self.style(),
                )
            )  # fmt: skip

    def noise(self) -> None:
        """Events that are no KMS requests, among them some that name KMS."""
        own, region = self.accounts[0], self.regions[0]
        some: list[tuple[str, Record]] = [
            (KMS, {"eventType": "AwsServiceEvent"}),
            (KMS, {"eventType": "AwsCloudTrailInsight", "eventCategory": "Insight"}),
            (KMS, {"eventType": "AwsVpceEvent", "eventCategory": "NetworkActivity"}),
            (KMS, {"eventCategory": "Aggregated"}),
            ("s3.amazonaws.com", {"requestParameters": {"x": KMS}}),
            ("sts.amazonaws.com", {}),
        ]
        for source, more in self.rng.choices(some, k=self.rng.randrange(9)):
            record = plain(self.rng, self.moment(), source, "RotateKey", region, own) | more
            self.single.setdefault((own, region), []).append(record)
            self.streams.setdefault((own, region), [])

    def lay_out(self, trail: Trail, account: str, region: str, records: list[Record]) -> None:
        """Cut a stream into log files; a quiet one still writes one without records."""
        self.rng.shuffle(records)
        at = 0
        while at < len(records) or not at:
            size = self.rng.randint(1, 8)
            name = trail.file(account, region, self.moment(), token(self.rng))
            self.tree.files[name] = records[at : at + size]
            at += size

    def digest_file(self, name: str) -> None:
        """A digest among the logs, with the fields of real ones."""
        trail, at = self.trails[0], self.moment()
        account, region = name.rsplit("/", 1)[1].partition("_")[0], self.regions[0]
        digest = trail.file(account, region, at, "", "CloudTrail-Digest")
        self.tree.documents[digest] = {
            "awsAccountId": account,
            "digestStartTime": f"{at - dt.timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
            "digestEndTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "digestS3Bucket": trail.bucket,
            "digestS3Object": digest,
            "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": None,
            "logFiles": [{"s3Bucket": trail.bucket, "s3Object": name, "hashAlgorithm": "SHA-256"}],
        }


def random_tree(seed: int) -> Tree:
    """A tree of log files; the same for a seed."""
    return Maker(seed).make()
