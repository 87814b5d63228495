"""What an S3 Bucket Key would save, what is lost by it, and the commands that turn it on."""

from __future__ import annotations

import json
import math
import shlex
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, NamedTuple

from estimator.figures import plain
from estimator.measurement.cloudtrail_logs.bucket_key_replay import BucketReplay

KIND = "measured-bucket-key"
SMALLEST = 0.01  # what saves less is no advice [currency/month]
_LEAST_SHARE = 0.001

SOURCE = (
    "Amazon S3 User Guide, Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys; AWS CloudTrail "
    "User Guide"
)
LOSES = (
    "fewer KMS events: the encryption context names the bucket instead of the {object}, so that "
    "KMS no longer tells who decrypted which one. New objects only: {objects} written before are "
    "read as before, which is not taken off here. Not with DSSE-KMS"
)


class Ends(NamedTuple):
    """A saving: with a key of a minute, and of an hour; and whatever older objects are under."""

    low: float
    high: float
    at_least: float


@dataclass(frozen=True, eq=False)
class MeasuredBucketKey:
    """What the S3 Bucket Key of one bucket would save in a month like that of the logs.

    Attributes
    ----------
    replay : BucketReplay
        The requests of the logs, and what would be left of them.
    scale : float
        What makes a month of the time of the logs. [1/month]
    charged, exempt : Ends
        Cost saved if AWS charges CloudTrail's own writes, and if it does not. [currency/month]
    trails : tuple of str
        The trails of the inventory that write into it.
    """

    replay: BucketReplay
    scale: float
    charged: Ends
    exempt: Ends
    trails: tuple[str, ...] = ()

    @property
    def requests(self) -> float:
        """Requests about its objects. [request/month]"""
        return self.replay.total * self.scale

    @property
    def left(self) -> tuple[float, float]:
        """Requests left, by how long a bucket key lives. [request/month]"""
        low, high = self.replay.left
        return low * self.scale, high * self.scale

    @property
    def left_at_most(self) -> float:
        """Requests left at most, whatever older objects are under. [request/month]"""
        return self.replay.left_at_most * self.scale

    def saves(self, other: str) -> Ends:
        """The cost saved, where `other` is the other interpretation. [currency/month]"""
        return self.charged if other == "exempt" else self.exempt

    @property
    def has_price(self) -> bool:
        """Whether the rate table prices its requests."""
        return not math.isnan(self.charged.high)

    @property
    def shares(self) -> tuple[float, float]:
        """The share of the requests that is saved, at least and at most. [0-1]"""
        total, most = self.replay.total, self.replay.left_at_most
        least = self.replay.left[0]
        return ((total - most) / total, (total - least) / total) if total else (0.0, 0.0)

    @property
    def assumption(self) -> Any:
        """The saving as `bucket_key_saving` of an inventory takes it."""
        # an end of nothing, or of all, is no percentile of a range of shares
        ends = (min(max(share, _LEAST_SHARE), 1 - _LEAST_SHARE) for share in self.shares)
        low, high = (round(share, 4) for share in ends)
        if self.shares[0] == self.shares[1]:
            return round(self.shares[0], 4)
        return {"low": low, "high": high, "source": "replayed from logs"}

    @property
    def title(self) -> str:
        """The change in one line."""
        name = f"the S3 Bucket Key of bucket {self.replay.bucket}"
        if self.under_a_key:
            return f"see whether {name} is on for all that is written, and turn it on where not"
        return f"turn on {name}"

    @property
    def under_a_key(self) -> float:
        """Requests that a Bucket Key made already: they name no object. [request/month]"""
        return self.replay.of_bucket * self.scale

    @property
    def loses(self) -> str:
        """What is lost."""
        return LOSES.format(object="object", objects="objects")

    @property
    def how(self) -> str:
        """How the change is made."""
        keys = self.replay.keys
        others = (
            f"; its objects are under {len(keys)} keys, and this names the one most used"
            if len(keys) > 1
            else ""
        )
        return (
            "set it on the bucket; key and IAM policies that name objects in the encryption "
            f"context must name the bucket before{others}"
        )

    @property
    def source(self) -> str:
        """Who says so."""
        return SOURCE

    @property
    def commands(self) -> tuple[str, ...]:
        """AWS's own commands."""
        used: defaultdict[str, int] = defaultdict(int)
        for requester, requests in zip(self.replay.requesters, self.replay.requests, strict=True):
            if requester.key:
                used[requester.key] += int(requests)
        key = max(used, key=lambda key: (used[key], key), default="KEY_ARN")
        turn_on = bucket_key_command(self.replay.bucket, key)
        look = (_bucket_key_question(self.replay.bucket),) if self.under_a_key else ()
        return (*look, turn_on)

    def to_dict(self, currency: str, other: str) -> dict[str, Any]:
        """As documented JSON."""
        replay, code = self.replay, currency.lower()
        chosen = self.saves(other)
        against = self.exempt if other == "exempt" else self.charged
        return {
            "bucket": replay.bucket,
            "trails": list(self.trails),
            "requests": self.requests,
            "left_low": self.left[0],
            "left_high": self.left[1],
            "left_at_most": self.left_at_most,
            f"saves_{code}": plain(chosen._asdict()),
            f"saves_{code}_writes_{other}": plain(against._asdict()),
            "in_the_logs": replay.to_dict(),
            "keys": list(replay.keys),
            "loses": self.loses,
            "how": self.how,
            "commands": list(self.commands) if replay.total else [],
            "source": self.source,
        }


@dataclass(frozen=True, eq=False)
class MeasuredBucketKeys:
    """What the Bucket Key of each bucket of the logs would save.

    Attributes
    ----------
    buckets : tuple of MeasuredBucketKey
        The most saving at least first.
    hours : int
        Hours that the logs cover. [h]
    notices : tuple of str
    currency : str
        Of every saving: that of the rate table, whatever a bill is in.
    missing : str
        Why nothing was replayed, and what to do; empty where it was. No bucket here is no word on
        what a Bucket Key would save.
    """

    buckets: tuple[MeasuredBucketKey, ...] = ()
    hours: int = 0
    notices: tuple[str, ...] = ()
    currency: str = "USD"
    missing: str = ""

    def worth(self, other: str) -> tuple[MeasuredBucketKey, ...]:
        """The buckets that may save enough, where `other` is the other interpretation."""
        return tuple(bucket for bucket in self.buckets if bucket.saves(other).high >= SMALLEST)

    def to_dict(self, other: str) -> dict[str, Any]:
        """As documented JSON."""
        buckets = [plain(bucket.to_dict(self.currency, other)) for bucket in self.buckets]
        return {
            "bucket_keys": None if self.missing else buckets,
            "bucket_keys_missing": self.missing or None,
            "hours_of_the_logs": self.hours,
        }

    @property
    def savings(self) -> dict[str, Any]:
        """By the name of the bucket the measured saving, as an inventory takes it."""
        return {each.replay.bucket: each.assumption for each in self.buckets if each.replay.total}


def _bucket_key_question(bucket: str) -> str:
    """The command of AWS's own that tells whether a Bucket Key is on."""
    return f"aws s3api get-bucket-encryption --bucket {shlex.quote(bucket)}"


def bucket_key_command(bucket: str, key: str) -> str:
    """The command of AWS's own; without a key it would put the bucket under an AWS managed one."""
    rule = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key},
        "BucketKeyEnabled": True,
    }
    rules = json.dumps({"Rules": [rule]}, separators=(",", ":"))
    encrypt = f"aws s3api put-bucket-encryption --bucket {shlex.quote(bucket)}"
    return f"{encrypt} --server-side-encryption-configuration {shlex.quote(rules)}"
