"""What a replay of S3 Bucket Keys shows: a table of the buckets, then each with its command."""

from __future__ import annotations

import math
from collections.abc import Iterator

from estimator.bucket_keys.result import MeasuredBucketKey, MeasuredBucketKeys
from estimator.figures import SEVERAL, count, listed, money, plural
from estimator.forecasting.result import INTERPRETATION_WORDS
from estimator.report.blocks import Command, Lines, Sheet

_MOST = 8  # buckets that are shown; JSON and CSV have all


def bucket_key_blocks(
    measured: MeasuredBucketKeys | None, other: str, first: int = 1
) -> Iterator[Sheet | Lines]:
    """Yield the table of buckets, and each that saves enough; nothing where no logs were given.

    Parameters
    ----------
    measured : MeasuredBucketKeys or None
    other : str
        The interpretation that stands beside the chosen one.
    first : int
        The number of the first bucket.
    """
    if measured is None or not measured.buckets:
        return
    worth, unit = measured.worth(other), measured.currency
    if worth:
        yield _sheet(measured, worth[:_MOST], unit, other)
        for rank, bucket in enumerate(worth[:_MOST], start=first):
            yield _describe(rank, bucket, bucket is worth[0], unit, other)
    lines = tuple(_rest(measured, worth))
    if lines:
        yield Lines("Other buckets in the logs" if worth else "Buckets in the logs", lines)


def _sheet(
    measured: MeasuredBucketKeys, buckets: tuple[MeasuredBucketKey, ...], unit: str, other: str
) -> Sheet:
    rows = tuple(
        (
            bucket.replay.bucket,
            count(round(bucket.requests)),
            _counts(bucket.left),
            _amounts(bucket.saves(other)[:2]),
            _amounts((bucket.exempt if other == "exempt" else bucket.charged)[:2]),
        )
        for bucket in buckets
    )
    header = ("bucket", "requests", "left with a Bucket Key", f"saves {unit}", f"{other} {unit}")
    title = (
        f"S3 Bucket Keys replayed over {plural(measured.hours, 'hour')} of logs: requests and "
        f"{unit} a month, for bucket keys of 60 minutes to those of a minute"
    )
    return Sheet(title, header, rows, numbers=len(header) - 1)


def _describe(rank: int, bucket: MeasuredBucketKey, is_first: bool, unit: str, other: str) -> Lines:
    replay = bucket.replay
    requesters = len({(each.account, each.requester) for each in replay.requesters})
    against = bucket.exempt if other == "exempt" else bucket.charged
    parts = [
        (replay.puts, "writes"),
        (replay.gets, "reads of objects written in these logs"),
        (replay.unseen, "reads of objects that are older, or whose write is not in them"),
        (replay.others, "others, which stay"),
    ]
    shares = ", ".join(f"{count(number)} {words}" for number, words in parts if number)
    saving = f"{unit} {_amounts(bucket.saves(other)[:2])} a month"
    by = plural(requesters, "requester")
    lines = [
        f"leaves: {_counts(bucket.left)} of {count(round(bucket.requests))} requests a month",
        *_older(bucket, unit, other),
        f"saves: {saving}; {unit} {_amounts(against[:2])} if {INTERPRETATION_WORDS[other]}",
        f"in the logs: {shares}, by {by}",
    ]
    if bucket.under_a_key:
        lines.append(
            f"already: {plural(round(bucket.under_a_key), 'request')} a month under a Bucket Key, "
            "which was on for a part of what is written or of the time"
        )
    if bucket.trails:
        lines.append(f"trails: {', '.join(bucket.trails)} of the inventory, see above")
    lines += [
        f"loses: {bucket.loses if is_first else 'as above'}",
        f"how: {bucket.how}",
        *map(Command, bucket.commands),
        f"source: {bucket.source if is_first else 'as above'}",
    ]
    return Lines(f"{rank} {bucket.title[0].upper()}{bucket.title[1:]}", tuple(lines))


def _older(bucket: MeasuredBucketKey, unit: str, other: str) -> Iterator[str]:
    """Yield what stays where older objects have no bucket key, if that is more."""
    if bucket.replay.left_at_most == bucket.replay.left[1]:
        return
    least = bucket.saves(other).at_least
    yield (
        f"at most: {count(round(bucket.left_at_most))} are left, and {unit} "
        f"{_amounts((least,))} a month saved, as long as objects whose write is not in these logs "
        "have no bucket key, or each one of its own"
    )


def _rest(measured: MeasuredBucketKeys, worth: tuple[MeasuredBucketKey, ...]) -> Iterator[str]:
    """Yield what is said of the other buckets: too small, unpriced, or under a key already."""
    more = len(worth) - _MOST
    if more > 0:
        yield f"{more:,} more buckets whose Bucket Key saves something: see JSON or CSV"
    if len(worth) > 1:
        yield "Savings of several buckets do not add up: they share the free requests"
    rest = [each for each in measured.buckets if each not in worth and each.replay.total]
    for has_price, words in (
        (True, "A Bucket Key would save less than a cent a month"),
        (False, "What a Bucket Key would save has no price in the rate table"),
    ):
        names = [
            f"{each.replay.bucket} ({_counts(each.left)} of {count(round(each.requests))} requests "
            "a month left)"
            for each in rest
            if each.has_price == has_price
        ]
        if names:
            yield f"{words}: {listed(names, SEVERAL, '; ')}"
    # a bucket of both kinds is above, with both
    with_key = [each for each in measured.buckets if each.replay.of_bucket and each not in worth]
    if with_key:
        names = [
            f"{each.replay.bucket} ({plural(round(each.under_a_key), 'request')} a month)"
            for each in with_key
        ]
        yield (
            f"Under a Bucket Key already: {listed(names, SEVERAL, '; ')}. What it saves cannot be "
            "replayed from KMS events, which name the bucket alone: S3 data events or access logs "
            "of the same time tell how many objects were written and read"
        )


def _counts(ends: tuple[float, float]) -> str:
    return " to ".join(dict.fromkeys(str(count(round(end))) for end in ends))


def _amounts(ends: tuple[float, ...]) -> str:
    # a difference of two sums: what is left of nothing is their last digits
    amounts = (0.0 if abs(end) < 1e-9 else end for end in ends)
    return " to ".join(
        dict.fromkeys("unknown" if math.isnan(end) else str(money(end)) for end in amounts)
    )
