"""Bucket Keys replayed from logs, against a bucket key simulated event by event."""

import gzip
import itertools
import json
import random
import uuid

import pytest

from estimator.measurement.cloudtrail_logs import measure_cloudtrail
from estimator.measurement.cloudtrail_logs.bucket_key_replay import replay_bucket_keys
from estimator.measurement.cloudtrail_logs.counting import Counted, count_bytes
from estimator.measurement.cloudtrail_logs.object_events import ObjectEvents
from estimator.measurement.cloudtrail_logs.object_requests import ObjectTable, split_events
from estimator.measurement.cloudtrail_logs.replay_records import (
    REPLAY,
    read_replays,
    record_replays,
)

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
HOUR = 3600
NUMBERS = itertools.count(1)


def event(second, operation, who, name, bucket="example-data", **more):
    """A request to KMS that S3 makes about an object, as CloudTrail records it."""
    days, rest = divmod(second, 86400)
    clock = f"2026-10-{1 + days:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}Z"
    target = f"arn:aws:s3:::{bucket}/{name}" if name else f"arn:aws:s3:::{bucket}"
    role = f"arn:aws:iam::111122223333:role/{who}"
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": f"arn:aws:sts::111122223333:assumed-role/{who}/session-{second % 7}",
            "accountId": "111122223333",
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": role}},
            "invokedBy": "s3.amazonaws.com",
        },
        "eventTime": clock,
        "eventSource": "kms.amazonaws.com",
        "eventName": operation,
        "awsRegion": "eu-west-1",
        "requestParameters": {"keyId": KEY, "encryptionContext": {"aws:s3:arn": target}},
        "resources": [{"accountId": "111122223333", "type": "AWS::KMS::Key", "ARN": KEY}],
        "eventID": str(uuid.UUID(int=next(NUMBERS))),
        "eventType": "AwsApiCall",
        "recipientAccountId": "111122223333",
        **more,
    }


def write(folder, events, files=1, name="log"):
    """Files that hold the events, dealt out in turn."""
    for part in range(files):
        data = json.dumps({"Records": events[part::files]}).encode()
        (folder / f"{name}{part}.json.gz").write_bytes(gzip.compress(data))
    return folder


def replay(folder):
    """The replay of the only bucket."""
    measured = measure_cloudtrail(folder, bucket_keys=True)
    (found,) = read_replays(measured.details[REPLAY]["requesters"])
    return found


class BucketKeys:
    """S3 as its guide describes it, one request at a time: how many reach KMS.

    Each requester has a bucket key of its own that serves its writes for `lifetime` seconds; an
    object stays under the key that it was written with, and each reader fetches that key anew when
    it has not had it for so long. An object from before is under `old`: one key, or none at all.
    """

    def __init__(self, lifetime, old):
        self.lifetime, self.old = lifetime, old
        self.fetched_for_writing, self.fetched_for_reading, self.key_of = {}, {}, {}
        self.calls = 0

    def put(self, second, who, name):
        begun = self.fetched_for_writing.get(who)
        if begun is None or second >= begun + self.lifetime:
            self.fetched_for_writing[who] = second
            self.calls += 1
        self.key_of[name] = (who, self.fetched_for_writing[who])

    def get(self, second, who, name):
        key = self.key_of.get(name, self.old)
        begun = self.fetched_for_reading.get((who, key))
        if key is None or begun is None or second >= begun + self.lifetime:
            self.fetched_for_reading[who, key] = second
            self.calls += 1


def simulate(requests, lifetime, old):
    """The calls of KMS that S3 would make under a Bucket Key."""
    bucket = BucketKeys(lifetime, old)
    for second, operation, who, name in sorted(
        requests, key=lambda each: (each[0], each[1] == "Decrypt")
    ):
        (bucket.get if operation == "Decrypt" else bucket.put)(second, who, name)
    return bucket.calls


def bursts(seed):
    """Requests of a few requesters that come in bursts; some read what nobody wrote here."""
    dice = random.Random(seed)  # noqa: S311
    requests = []
    names = [f"old/{number}" for number in range(20)]
    for _ in range(dice.randint(1, 12)):
        begin, who = dice.randrange(2 * 86400), dice.choice(["etl", "app", "scan"])
        pace = dice.choice([1, 20, 240])
        second = begin
        for _ in range(dice.randint(1, 60)):
            second += dice.randint(0, pace)
            if dice.random() < 0.4:
                names.append(f"new/{len(names)}")
                requests.append((second, "GenerateDataKey", who, names[-1]))
            else:
                requests.append((second, "Decrypt", who, dice.choice(names)))
    return requests


@pytest.mark.parametrize("seed", range(12))
def test_the_range_holds_the_exact_simulation(tmp_path, seed):
    """Whatever whole minute a bucket key lives, and whatever key old objects are under."""
    requests = bursts(seed)
    found = replay(write(tmp_path, [event(*each) for each in requests]))
    assert found.total == len(requests)
    under_one_key = [simulate(requests, 60 * minutes, "old") for minutes in range(1, 61)]
    under_none = [simulate(requests, 60 * minutes, None) for minutes in range(1, 61)]
    assert found.left == (min(under_one_key), max(under_one_key))
    assert found.left_at_most == max(under_none)


def test_once_an_hour_saves_nothing(tmp_path):
    """A requester that asks once an hour finds no bucket key alive: 48 of 48 are left."""
    events = [event(hour * HOUR, "GenerateDataKey", "app", f"o{hour}") for hour in range(48)]
    assert replay(write(tmp_path, events)).left == (48, 48)


def test_a_busy_writer_saves_more_than_95_percent(tmp_path):
    """A put each second for an hour, 3,600: one key an hour to 60 keys, 1/60 = 1.7 % left."""
    events = [event(second, "GenerateDataKey", "app", f"o{second}") for second in range(HOUR)]
    found = replay(write(tmp_path, events))
    assert (found.total, found.left) == (3600, (1, 60))
    assert found.left[1] / found.total < 0.05


def test_each_requester_has_keys_of_its_own(tmp_path):
    """Ten roles that put in the same second fetch ten keys (F11); sessions of a role share one."""
    events = [event(5, "GenerateDataKey", f"role{who}", f"o{who}") for who in range(10)]
    assert replay(write(tmp_path, events)).left == (10, 10)
    same = [event(second, "GenerateDataKey", "app", f"s{second}") for second in range(7)]
    (tmp_path / "same").mkdir()
    assert replay(write(tmp_path / "same", same)).left == (1, 1)


def test_a_reader_needs_the_key_of_each_object(tmp_path):
    """Objects written an hour apart are under two keys: who reads both at once fetches both."""
    events = [
        event(0, "GenerateDataKey", "app", "first"),
        event(HOUR, "GenerateDataKey", "app", "second"),
        event(2 * HOUR, "Decrypt", "scan", "first"),
        event(2 * HOUR + 1, "Decrypt", "scan", "second"),
        event(2 * HOUR + 2, "Decrypt", "scan", "first"),
    ]
    found = replay(write(tmp_path, events))
    # two puts and two keys to read; the second read of the first object is saved
    assert found.left == (4, 4)
    assert (found.puts, found.gets, found.unseen) == (2, 3, 0)


def test_objects_older_than_the_log_may_save_nothing(tmp_path):
    """AWS: objects already in the bucket do not use the key. 100 reads in 25 s: 1, or all left."""
    events = [event(second // 4, "Decrypt", "scan", f"o{second}") for second in range(100)]
    found = replay(write(tmp_path, events))
    assert (found.left, found.left_at_most, found.unseen) == ((1, 1), 100, 100)


def test_a_bucket_that_has_its_key_is_counted_apart(tmp_path):
    """The context names the bucket alone: what it saves cannot be replayed, and is no zero."""
    events = [event(second, "GenerateDataKey", "app", "") for second in range(0, 900, 300)]
    found = replay(write(tmp_path, [*events, event(5, "Decrypt", "app", "old")]))
    assert (found.of_bucket, found.total, found.left) == (3, 1, (1, 1))


def test_failed_calls_checks_and_strangers_are_left_out(tmp_path):
    """An error, a folder that CloudTrail checks, no S3 context, a bucket of AWS's own (ECR)."""
    check = event(1, "GenerateDataKey", "app", "AWSLogs/111122223333/")
    context = check["requestParameters"]["encryptionContext"]
    context["aws:cloudtrail:arn"] = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/org"
    other = event(2, "Decrypt", "app", "x")
    other["requestParameters"]["encryptionContext"] = {"SecretARN": "arn:aws:secretsmanager:x"}
    failed = event(3, "Decrypt", "app", "x", errorCode="AccessDenied")
    layer = event(4, "Decrypt", "app", "x", bucket="us-west-2-starport-layer-bucket")
    layer["requestParameters"]["encryptionContext"]["aws:ecr:arn"] = "arn:aws:ecr:x"
    folder = write(tmp_path, [check, other, failed, layer, event(5, "Decrypt", "app", "x")])
    assert replay(folder).total == 1


def test_requests_without_a_time_stay(tmp_path):
    """Nobody knows whether a bucket key was alive: counted, and never saved."""
    events = [event(9, "GenerateDataKey", "app", f"o{each}") for each in range(4)]
    for each in events[:2]:
        del each["eventTime"]
    found = replay(write(tmp_path, events))
    assert (found.total, found.left, found.others) == (4, (3, 3), 2)


@pytest.mark.parametrize("seed", range(4))
def test_copies_and_the_order_of_files_change_nothing(tmp_path, seed):
    """Several trails repeat an event, and a call between accounts is two: same replay."""
    requests = bursts(seed)
    events = [event(*each) for each in requests]
    plain, copied = tmp_path / "plain", tmp_path / "copied"
    plain.mkdir()
    copied.mkdir()
    write(plain, events)
    shuffled = [*events, *events[::2]]
    random.Random(seed).shuffle(shuffled)  # noqa: S311
    write(copied, shuffled, files=3)
    first, second = replay(plain), replay(copied)
    assert first.to_dict() == second.to_dict()
    shared = []
    for number, logged in enumerate(events):
        each = logged | {"sharedEventID": str(uuid.UUID(int=10**9 + number))}
        # the owner of the key does not see the role of another account
        owner = each | {
            "eventID": str(uuid.UUID(int=10**8 + number)),
            "recipientAccountId": "222222222222",
            "userIdentity": {"type": "AWSAccount", "accountId": "111122223333"},
        }
        shared += [owner, each]
    between = tmp_path / "between"
    between.mkdir()
    third = replay(write(between, shared))
    assert third.to_dict() == first.to_dict()


def table_of(events, **bounds):
    """The requests of events that are held in so little memory."""
    table = ObjectTable(**bounds)
    for part in range(4):
        counted = Counted(objects=ObjectEvents())
        count_bytes("log.json", json.dumps({"Records": events[part::4]}).encode(), counted)
        table.take(counted.objects)
    return table.requests()


@pytest.mark.parametrize("seed", range(3))
def test_what_does_not_fit_goes_to_disk(seed):
    """The same replay with room for three events in memory."""
    events = [event(*each) for each in bursts(seed)]
    small, large = table_of(events, room=3), table_of(events)
    (first,), (second,) = replay_bucket_keys(small), replay_bucket_keys(large)
    assert first.to_dict() == second.to_dict()
    assert (small.puts == large.puts).all()


@pytest.mark.parametrize("seed", range(2))
def test_parts_of_objects_are_the_whole(seed):
    """As Spark has it: four parts of the objects, each reduced alone, are the same requests."""
    events = [event(*each) for each in bursts(seed)]
    events += [*events[::3], event(7, "Decrypt", "app", ""), event(9, "Decrypt", "scan", "")]
    parts = [ObjectTable() for _ in range(4)]
    for at in range(3):
        counted = Counted(objects=ObjectEvents())
        count_bytes("log.json", json.dumps({"Records": events[at::3]}).encode(), counted)
        for number, part in split_events(counted.objects, 4):
            parts[number].take(part)
    whole = ObjectTable()
    for part in parts:
        whole.take_requests(part.requests())
    found, expected = record_replays(whole.requests()), record_replays(table_of(events))
    assert found == expected
    assert sum(record["under_a_bucket_key"] for record in found["requesters"]) == 2


@pytest.mark.parametrize("seed", range(6))
def test_minutes_hold_what_seconds_do(seed):
    """Beyond its bound a table keeps minutes, and takes lifetimes a minute longer and shorter."""
    events = [event(*each) for each in bursts(seed)]
    folded = table_of(events, room=50, most_moments=10)
    exact = table_of(events)
    if max(map(len, (exact.puts, exact.gets, exact.unseen_gets))) > 10:
        assert folded.resolution == 60
    (first,), (second,) = replay_bucket_keys(folded), replay_bucket_keys(exact)
    assert first.total == second.total
    assert first.left[0] <= second.left[0]
    assert first.left[1] >= second.left[1]


def test_counting_does_not_depend_on_it(tmp_path):
    """The actuals are those of `measure_cloudtrail`."""
    folder = write(tmp_path, [event(*each) for each in bursts(1)], files=3)
    measured = measure_cloudtrail(folder, bucket_keys=True).to_dict()
    assert measured.pop(REPLAY)["requesters"]
    assert measured == measure_cloudtrail(folder).to_dict()


@pytest.mark.parametrize("seed", range(4))
def test_fewer_lifetimes_lie_within_all(seed):
    """Where there is much to replay eight lifetimes stand for sixty: never beside their range."""
    objects = table_of([event(*each) for each in bursts(seed)])
    (every,), (few,) = (
        replay_bucket_keys(objects, minutes)
        for minutes in (range(1, 61), (1, 2, 5, 10, 15, 30, 45, 60))
    )
    assert every.left[0] <= few.left[0] <= few.left[1] <= every.left[1]


def test_other_arns_are_no_buckets(tmp_path):
    """Directory buckets and access points name an account; what is no text names nothing."""
    events = []
    for target in (
        "arn:aws:s3express:us-east-1:111122223333:bucket/x--use1-az4--x-s3",
        "arn:aws:s3:us-east-1:111122223333:accesspoint/readers/object/a",
        "bucket/key",
        "",
    ):
        events.append(event(1, "Decrypt", "app", "x"))
        events[-1]["requestParameters"]["encryptionContext"]["aws:s3:arn"] = target
    folder = write(tmp_path, [*events, event(2, "Decrypt", "app", "x")])
    assert replay(folder).total == 1
