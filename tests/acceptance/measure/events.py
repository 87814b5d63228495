"""CloudTrail events about KMS as AWS writes them, each with the row it must be counted as.

Shapes follow real records: deliveries by CloudTrail carry `keyId` and no account, reads carry no
`keyId`, the key's owner sees a caller of another account without its ARN, and old event versions
lack the fields that came later.
"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Record = dict[str, Any]

KMS = "kms.amazonaws.com"
CLOUDTRAIL_ACCOUNT = "086441151436"  # CloudTrail's own, as older deliveries name their caller
VERSIONS = ["1.0", "1.01", "1.02", *(f"1.0{minor}" for minor in range(3, 10)), "1.10", "1.11"]
CATEGORIES = {"managementEvent", "eventCategory"}
SHARED = {"sharedEventID"}
LATE = {"eventType", "recipientAccountId"}
# what an event of that version does not have yet; the real events of version 1.0 have no ids at all
ABSENT = {
    "1.0": CATEGORIES | SHARED | LATE | {"eventID", "requestID", "resources", "readOnly"},
    "1.01": CATEGORIES | SHARED | LATE,
    "1.02": CATEGORIES | SHARED,
    "1.03": CATEGORIES,
    "1.04": CATEGORIES,
    "1.05": CATEGORIES,
    "1.06": CATEGORIES,
}


class Row(NamedTuple):
    """The columns of a count; a name that is not known is empty."""

    day: str
    account: str
    region: str
    billed_account: str
    billed_region: str
    key: str
    trail: str
    reader: str
    folder: str
    bucket_key: bool
    cause: str
    operation: str


@dataclass(frozen=True)
class Caller:
    """Who called: the event's `userIdentity`, and the reader and account it stands for."""

    identity: Record | None
    reader: str
    account: str


@dataclass(frozen=True)
class Key:
    account: str
    region: str
    name: str = "a339d1af-e88e-4801-8d64-5c7861a4405f"

    @property
    def arn(self) -> str:
        return f"arn:aws:kms:{self.region}:{self.account}:key/{self.name}"


@dataclass(frozen=True)
class Trail:
    name: str
    account: str
    home: str
    key: Key
    bucket: str = "example-logs"
    prefix: str = ""
    organization: str = ""
    bucket_key: bool = False

    @property
    def arn(self) -> str:
        return f"arn:aws:cloudtrail:{self.home}:{self.account}:trail/{self.name}"

    @property
    def root(self) -> str:
        """Everything before the account in the names of its objects."""
        parts = [self.prefix, "AWSLogs", self.organization]
        return "".join(f"{part}/" for part in parts if part)

    def file(
        self,
        account: str,
        region: str,
        at: dt.datetime,
        token: str,
        folder: str = "CloudTrail",
    ) -> str:
        """The name of an object this trail writes (DESIGN F21)."""
        middle = f"_{self.name}_{self.home}" if folder == "CloudTrail-Digest" else ""
        seconds = "%S" if middle else ""
        return (
            f"{self.root}{account}/{folder}/{region}/{at:%Y/%m/%d}/"
            f"{account}_{folder}_{region}{middle}_{at.strftime(f'%Y%m%dT%H%M{seconds}Z')}"
            f"{'' if middle else '_' + token}.json.gz"
        )

    def context(self, name: str | None) -> Record:
        """The encryption context for an object's name; for the bucket where there is none."""
        arn = f"arn:aws:s3:::{self.bucket}"
        return {
            "aws:cloudtrail:arn": self.arn,
            "aws:s3:arn": arn if name is None else f"{arn}/{name}",
        }


@dataclass(frozen=True)
class Event:
    """One event, the row it is counted as (None: no request), and its error code, if it failed."""

    record: Record
    row: Row | None
    error: str = ""
    recipient: str = ""
    region: str = ""
    copies: tuple[Record, ...] = field(default=())


def unique(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def token(rng: random.Random) -> str:
    """The sixteen characters at the end of a log file's name."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(rng.choices(letters, k=16))


def cloudtrail() -> Caller:
    return Caller({"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}, "", "")


def cloudtrail_by_account() -> Caller:
    """As older deliveries: CloudTrail's own account, which no customer pays for."""
    return Caller(
        {"type": "AWSAccount", "principalId": "AIDAEXAMPLE", "accountId": CLOUDTRAIL_ACCOUNT},
        CLOUDTRAIL_ACCOUNT,
        CLOUDTRAIL_ACCOUNT,
    )


def role(account: str, name: str, session: str = "session", *, issuer: bool = True) -> Caller:
    """An assumed role; with its issuer the role's path is known, without it only its name."""
    path = "service-role/" if issuer else ""
    arn = f"arn:aws:iam::{account}:role/{path}{name}"
    identity: Record = {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE:{session}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
        "accountId": account,
        "invokedBy": "AWS Internal",
    }
    if issuer:
        identity["sessionContext"] = {
            "sessionIssuer": {"type": "Role", "arn": arn, "accountId": account, "userName": name},
            "attributes": {"mfaAuthenticated": "false"},
        }
    return Caller(identity, arn, account)


def user(account: str, name: str) -> Caller:
    """An IAM user; real ones carry an empty `sessionIssuer`."""
    arn = f"arn:aws:iam::{account}:user/{name}"
    context = {"sessionIssuer": {}, "webIdFederationData": {}}
    return Caller(
        {"type": "IAMUser", "arn": arn, "accountId": account, "sessionContext": context},
        arn,
        account,
    )


def arn_only(account: str) -> Caller:
    """An identity without `accountId`: the account stands in its ARN."""
    arn = f"arn:aws:iam::{account}:root"
    return Caller({"type": "Root", "arn": arn}, arn, account)


def stranger(account: str) -> Caller:
    """A caller of another account as the key's owner sees it: no ARN."""
    identity = {"type": "AWSAccount", "principalId": "AROAEXAMPLE:session", "accountId": account}
    return Caller(identity, account, account)


def service(name: str) -> Caller:
    return Caller({"type": "AWSService", "invokedBy": name}, name, "")


def plain(
    rng: random.Random, at: dt.datetime, source: str, name: str, region: str, recipient: str
) -> Record:
    """An event with everything that today's events have, of no particular caller."""
    return {
        "eventVersion": "1.08",
        "userIdentity": None,
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": source,
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": "AWS Internal",
        "userAgent": f"agent/{rng.getrandbits(64)}",
        "requestParameters": None,
        "responseElements": None,
        "requestID": unique(rng),
        "eventID": unique(rng),
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": recipient,
        "eventCategory": "Management",
    }


def as_version(record: Record, version: str) -> Record:
    """The event as that version would have written it."""
    absent = ABSENT.get(version, set())
    present = {name: value for name, value in record.items() if name not in absent}
    return present | {"eventVersion": version}


def request(
    rng: random.Random,
    at: dt.datetime,
    operation: str,
    cause: str,
    caller: Caller,
    *,
    key: Key,
    recipient: str,
    trail: Trail | None = None,
    context: Record | None = None,
    log: tuple[str, str, str] = ("", "", ""),
    version: str = "1.08",
    region: str = "",
    key_in: str = "resources",
    spelling: str = "ARN",
    error: str = "",
    **more: Any,
) -> Event:
    """One KMS event; `log` is the account, Region and folder of the object in its context.

    `key_in` says which of `resources` and `keyId` name the key; `more` overrides fields as they are
    written, and must not change how the event counts.
    """
    region = region or key.region
    record = plain(rng, at, KMS, operation, region, recipient)
    record["userIdentity"] = caller.identity
    parameters: Record = {} if context is None else {"encryptionContext": context}
    if "keyId" in key_in:
        parameters["keyId"] = key.arn
    record["requestParameters"] = parameters or None
    if "resources" in key_in:
        resource = {"accountId": key.account, "type": "AWS::KMS::Key", spelling: key.arn}
        record["resources"] = [resource]
    if error:
        record |= {"errorCode": error, "errorMessage": "it failed"}
    record = as_version(record, version) | more
    is_named = "resources" in record or "keyId" in key_in
    known = record.get("recipientAccountId", "")
    if trail and (cause in {"put", "check", "digest"} or caller.account == CLOUDTRAIL_ACCOUNT):
        billed = trail.account
    else:
        billed = caller.account or known
    account, log_region, folder = log if trail else (billed, region, "")
    row = Row(
        day=f"{at:%Y-%m-%d}",
        account=account,
        region=log_region,
        billed_account=billed,
        billed_region=key.region if is_named else region,
        key=key.arn if is_named else "",
        trail=trail.arn if trail else "",
        reader=caller.reader if cause in {"get", "replication"} else "",
        folder=folder,
        # the context is the bucket itself, whoever's it is
        bucket_key=(context or {}).get("aws:s3:arn", "/").count("/") == 0,
        cause=cause,
        operation=operation,
    )
    return Event(record, row, error, recipient, region)
