"""What an S3 Bucket Key would save, replayed from logs: the range holds the exact simulation."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.attribution.bucket_keys import Ask, left, left_of_known_objects, write
from tests.acceptance.commands import kmscost

HOUR = 3_600


INVENTORY = """\
version: 1
accounts: [{id: "333333333333", regions: [us-east-1]}]
keys: [{id: k, account: "333333333333", region: us-east-1}]
trails: [{name: t, account: "333333333333", scope: account, key: k}]
"""


def replays(answer: dict[str, Any]) -> dict[str, tuple[float, float, float]]:
    """Return bucket -> (requests in the logs, fewest left, most left). The JSON's one place.

    Buckets whose Bucket Key is on, and of which nothing can be replayed, are not among them.
    """
    out = {}
    for row in answer["bucket_keys"]:
        logs = row["in_the_logs"]
        assert logs["left_at_most"] >= logs["left_high"] >= logs["left_low"]
        if logs["requests"]:
            out[row["bucket"]] = logs["requests"], logs["left_low"], logs["left_high"]
    return out


def replay(folder: Path, asks: list[Ask], **how: Any) -> dict[str, tuple[float, float, float]]:
    write(folder / "logs", asks, **how)
    (folder / "inventory.yaml").write_text(INVENTORY, encoding="utf-8")
    span = ("--from", "2026-11", "--months", "1", "--format", "json")
    done = kmscost("advise", "inventory.yaml", "--actuals", "logs", *span, cwd=folder)
    assert done.code == 0, done.text
    return replays(json.loads(done.out))


def check(folder: Path, asks: list[Ask], **how: Any) -> None:
    """For each bucket: the ends are those of 60 and of 1 minute, all between lies between."""
    found = replay(folder, asks, **how)
    for bucket in {ask.bucket for ask in asks}:
        of = [ask for ask in asks if ask.bucket == bucket]
        requests, low, high = found[bucket]
        assert requests == len(of)
        assert (low, high) == (left(of, 60), left(of, 1))
        for minutes in (2, 5, 17, 30, 59):
            assert low <= left(of, minutes) <= high


def test_once_an_hour_saves_nothing(tmp_path: Path) -> None:
    """A requester that asks once an hour: 24 of 24 requests are left, whatever L is."""
    asks = [Ask(HOUR * at) for at in range(24)]
    assert (left(asks, 60), left(asks, 1)) == (24, 24)
    check(tmp_path, asks)


def test_a_busy_requester_saves_more_than_95_percent(tmp_path: Path) -> None:
    """A request each 2 seconds for 6 hours: of 10,800 are left 6 (60 minutes) to 360 (1 minute)."""
    asks = [Ask(2 * at) for at in range(10_800)]
    assert (left(asks, 60), left(asks, 1)) == (6, 360)  # 360 / 10,800 = 3.3 %
    _, low, high = replay(tmp_path, asks)["lake"]
    assert (low, high) == (6, 360)


def test_requesters_do_not_share_a_key(tmp_path: Path) -> None:
    """Two roles, each once an hour, half an hour apart: nothing is saved (a shared key: half)."""
    asks = [Ask(HOUR * at, who="Reader") for at in range(12)]
    asks += [Ask(HOUR * at + HOUR // 2, who="Writer") for at in range(12)]
    assert (left(asks, 60), left(asks, 1)) == (24, 24)
    check(tmp_path, asks)


def test_sessions_of_a_role_are_one_requester(tmp_path: Path) -> None:
    """A hundred instances of one role, one request each in 50 seconds: one request is left."""
    asks = [Ask(at // 2, session=f"i-{at:017x}") for at in range(100)]
    assert (left(asks, 60), left(asks, 1)) == (1, 1)
    check(tmp_path, asks)


def test_buckets_do_not_share_a_key(tmp_path: Path) -> None:
    """Ten buckets, a request each in the same minute: nothing is saved."""
    asks = [Ask(at, bucket=f"bucket-{at}") for at in range(10)]
    check(tmp_path, asks)


def test_puts_and_gets_are_replayed_apart(tmp_path: Path) -> None:
    """A put and a get in turn each 40 minutes: every key's life is that of its operation.

    Puts lie 80 minutes apart, and so do gets: at 60 minutes nothing is saved.
    """
    asks = [
        Ask(2_400 * at, operation="Decrypt" if at % 2 else "GenerateDataKey") for at in range(20)
    ]
    assert (left(asks, 60), left(asks, 1)) == (20, 20)
    check(tmp_path, asks)


def test_each_five_minutes(tmp_path: Path) -> None:
    """288 a day, as CloudTrail writes: 24 are left at 60 minutes, all 288 at 1 minute."""
    asks = [Ask(300 * at, operation="GenerateDataKey") for at in range(288)]
    assert (left(asks, 60), left(asks, 1)) == (24, 288)
    check(tmp_path, asks)


def bursts(seed: int) -> list[Ask]:
    """Requests of three roles on two buckets, in bursts of known length and pause."""
    rng = random.Random(seed)  # noqa: S311
    asks = []
    for who in ("Reader", "Writer", "Batch"):
        second = 0
        while second < 20 * HOUR:
            for _ in range(rng.randrange(1, 40)):
                second += rng.choice([1, 1, 2, 7, 30])
                bucket = rng.choice(["lake", "cold"])
                operation = "GenerateDataKey" if who == "Writer" else "Decrypt"
                asks.append(Ask(second, bucket, who, operation, session=f"s{second % 7}"))
            second += rng.choice([45, 200, 1_500, 4_000])
    return asks


@pytest.mark.parametrize("seed", range(4))
def test_bursts(tmp_path: Path, seed: int) -> None:
    """Bursts with pauses from 45 seconds to 66 minutes: both ends are exact."""
    check(tmp_path, bursts(seed))


def test_order_of_events_does_not_matter(tmp_path: Path) -> None:
    """CloudTrail promises no order: events that run wild over the files give the same range."""
    check(tmp_path, bursts(7), shuffled=True, files=9)


def test_copies_of_a_second_trail_do_not_save(tmp_path: Path) -> None:
    """Each event twice is each event once: no saving is made of copies."""
    check(tmp_path, [Ask(HOUR * at) for at in range(24)], trails=2)
    check(tmp_path / "bursts", bursts(8), trails=2, shuffled=True)


def test_a_bucket_with_a_key_is_not_replayed(tmp_path: Path) -> None:
    """Where the context is the bucket's ARN there is a Bucket Key already: nothing to gain."""
    asks = [Ask(60 * at, bucket="cold", with_key=True) for at in range(30)]
    asks += [Ask(60 * at, bucket="lake") for at in range(30)]
    found = replay(tmp_path, asks)
    assert set(found) == {"lake"}
    assert found["lake"][1:] == (1, 30)


def put_and_read(seed: int) -> list[Ask]:
    """Objects that a writer puts in bursts, and that two readers read later, new and old alike."""
    rng = random.Random(seed)  # noqa: S311
    asks, things, second = [], [], 0
    for number in range(600):
        second += rng.choice([1, 3, 20, 90, 700])
        things.append(f"part-{number}")
        asks.append(Ask(second, who="Writer", operation="GenerateDataKey", thing=things[-1]))
        for who in ("Reader", "Batch"):
            for _ in range(rng.randrange(3)):
                thing = rng.choice(things[-40:])
                asks.append(Ask(second + 1 + rng.randrange(5), who=who, thing=thing))
    return asks


@pytest.mark.parametrize("seed", range(3))
def test_each_object_keeps_the_key_it_was_put_with(tmp_path: Path, seed: int) -> None:
    """Reads of objects under many older keys open each of them: the range holds the truth."""
    asks = put_and_read(seed)
    requests, low, high = replay(tmp_path, asks)["lake"]
    assert requests == len(asks)
    truths = [left_of_known_objects(asks, minutes) for minutes in range(1, 61)]
    assert (low, high) == (min(truths), max(truths))
    assert left(asks, 60) < min(truths)  # one key for all of them would be too good
