"""Trails, with their keys and buckets, as an inventory writes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from estimator.discovery.drafting.keys import UsedKey, find_key, settle_key, stand_in_key
from estimator.discovery.drafting.lines import Entry, Item
from estimator.discovery.drafting.names import each_once, fit
from estimator.discovery.drafting.places import Places
from estimator.discovery.estate import Estate, Fact, Thing
from pricing.arns import parse_arn

NO_KEY = "SSE-S3, which causes no KMS requests"
_NO_NAME = "the name is not known"
_BUCKET_KEY = "whether the bucket has an S3 Bucket Key is not known: it saves up to 99 percent"
_AES = (
    "a Bucket Key, but SSE-S3 as the bucket's default: AWS does not say whether CloudTrail's "
    "files use it; `aws s3api head-object` of one shows BucketKeyEnabled"
)


@dataclass
class FoundTrail:
    """A trail, and where everything about it is."""

    thing: Thing
    partition: str
    account: Fact
    home: Fact
    key: UsedKey | None
    bucket: Thing | None
    name: str = ""


def settle_trails(estate: Estate, places: Places) -> list[FoundTrail]:
    """Every trail with its places; a key that several use is one."""
    keys: dict[str, UsedKey] = {}
    return [
        _settle(estate, places, thing, keys) for thing in sorted(estate.trails.values(), key=_order)
    ]


def _order(thing: Thing) -> tuple[str, str, str]:
    return (str(thing.value("account") or ""), str(thing.value("name") or ""), thing.identity)


def _settle(estate: Estate, places: Places, thing: Thing, keys: dict[str, UsedKey]) -> FoundTrail:
    home = thing.fact("home")
    bucket = find_bucket(estate, thing)
    reference = thing.fact("key")
    key_thing = None
    if reference is not None and isinstance(reference.value, str):
        key_thing = find_key(estate, reference.value)
    own = [home.value if home else None, key_thing.value("region") if key_thing else None]
    partition = places.partition([*own, bucket.value("region") if bucket else None])
    account = places.account(thing, partition)
    partition = places.partitions[account.value]
    found = FoundTrail(
        thing,
        partition,
        account,
        places.region([home], partition, "the home Region is not known"),
        None,
        bucket,
    )
    if reference is None or (reference.known and reference.value is None):
        return found
    nearby = [bucket.fact("region") if bucket else None, found.home if found.home.known else None]
    question = ""
    if key_thing is None:
        identity = f"key of {thing.identity}"
        key_thing = keys[identity].thing if identity in keys else stand_in_key(thing, "")
        question = reference.question or f"the key {reference.value!s:.200} is not described here"
    else:
        identity = key_thing.identity
    if identity not in keys:
        keys[identity] = settle_key(places, key_thing, thing, nearby)
        keys[identity].question = question
    key = keys[identity]
    if places.partitions[key.account.value] != partition or key.partition != partition:
        stranger = stand_in_key(thing, "")
        stranger.facts["account"] = account
        key = UsedKey(stranger, partition, account, found.home, _apart(key))
        keys[f"key of {thing.identity}"] = key
    found.key = key
    return found


def _apart(key: UsedKey) -> str:
    return f"the key named is in {key.region.value}, outside of the trail's partition"


def find_bucket(estate: Estate, thing: Thing) -> Thing | None:
    """What is known of a trail's bucket."""
    fact = thing.fact("bucket")
    if fact is None or not isinstance(fact.value, str):
        return None
    known = estate.buckets.get(fact.value)
    if known is not None:
        return known
    return Thing(fact.value, fact.source, {"name": fact}) if fact.known else None


def name_trails(found: list[FoundTrail]) -> None:
    """A name for each: its own, or its ARN where several have that name."""
    wanted = []
    for trail in found:
        plain = trail.thing.identity.rpartition(": ")[2]
        name, _ = fit(trail.thing.value("name"), fit(plain, "trail")[0])
        arn = parse_arn(trail.thing.identity, "cloudtrail")
        wanted.append((name, [arn.text] if arn else [f"{name}-{trail.account.value}"]))
    for trail, name in zip(found, each_once(wanted), strict=True):
        trail.name = name


def trail_item(trail: FoundTrail) -> Item:
    """The trail's entries."""
    thing = trail.thing
    name = thing.fact("name")
    asked = "" if name is not None and name.known else _NO_NAME
    multi, whole = thing.fact("every_region"), thing.fact("organization")
    entries = [
        Entry("name", trail.name, "", (name.question if name else "") or asked),
        Entry("account", trail.account.value, thing.said(trail.account), trail.account.question),
        _entry(thing, "scope", whole, "organization" if whole and whole.value else "account"),
        _regions(trail, multi),
        Entry("home_region", trail.home.value, thing.said(trail.home), trail.home.question),
        _key(trail),
    ]
    entries += _bucket(trail)
    entries += _recording(trail)
    return Item(tuple(entries), thing.source, tuple(_remarks(trail)))


def _regions(trail: FoundTrail, multi: Fact | None) -> Entry:
    every = multi is not None and (bool(multi.value) or not multi.known)
    entry = _entry(trail.thing, "regions", multi, "all" if every else [trail.home.value])
    if every or trail.home.known:
        return entry
    return Entry("regions", entry.value, entry.source, entry.todo or trail.home.question)


def _key(trail: FoundTrail) -> Entry:
    fact = trail.thing.fact("key")
    said = trail.thing.said(fact)
    if trail.key is None:
        return Entry(
            "key", None, f"{said}: {NO_KEY}" if said else NO_KEY, fact.question if fact else ""
        )
    return Entry("key", trail.key.id, said, fact.question if fact else "")


def _bucket(trail: FoundTrail) -> Iterable[Entry]:
    bucket, fact = trail.bucket, trail.thing.fact("bucket")
    entries = []
    if bucket is not None and bucket.value("name"):
        name, sure = fit(bucket.value("name"), "")
        if sure:
            entries.append(Entry("name", name, trail.thing.said(bucket.fact("name"))))
    if trail.key is not None:
        entries += _bucket_place(trail, bucket)
        entries.append(_bucket_key(trail, bucket))
    if not entries:
        return
    open_question = fact.question if fact is not None else ""
    yield Entry("bucket", tuple(entries), "", open_question)


def _bucket_place(trail: FoundTrail, bucket: Thing | None) -> Iterable[Entry]:
    region = bucket.fact("region") if bucket is not None else None
    if trail.key is None or region is None or not region.known:
        return
    if region.value == trail.key.region.value:
        yield Entry("region", region.value, trail.thing.said(region))
    elif trail.key.region.known:
        todo = (
            f"{region.source} says the bucket is in {region.value!s:.40}: CloudTrail needs bucket "
            "and key in one Region"
        )
        yield Entry("region", trail.key.region.value, "the key's", todo)


def _bucket_key(trail: FoundTrail, bucket: Thing | None) -> Entry:
    fact = bucket.fact("bucket_key") if bucket is not None else None
    algorithm = bucket.value("algorithm") if bucket is not None else None
    if fact is None or not fact.known or not isinstance(fact.value, bool):
        question = fact.question if fact is not None and fact.question else _BUCKET_KEY
        return Entry("bucket_key", False, trail.thing.said(fact), question)
    said = trail.thing.said(fact)
    if fact.value and algorithm == "aws:kms:dsse":
        return Entry("bucket_key", False, f"{said}: DSSE-KMS uses none")
    if fact.value and algorithm == "AES256":
        return Entry("bucket_key", False, said, _AES)
    return Entry("bucket_key", fact.value, said)


def _recording(trail: FoundTrail) -> Iterable[Entry]:
    thing = trail.thing
    digests, events = thing.fact("validation"), thing.fact("kms_events")
    logging = thing.fact("logging")
    off = logging is not None and logging.known and logging.value is False
    stopped = thing.value("stopped") if off else None
    on = digests is not None and bool(digests.value)
    if off and stopped is None:
        yield Entry("files_per_day", 0, f"{thing.said(logging)}: it writes no files")
        on = False
    yield _entry(thing, "log_file_validation", digests, on)
    if events is not None:
        yield _entry(thing, "exclude_kms_events", events, events.value is False)
    if stopped is not None:
        yield Entry("until", stopped, f"{thing.said(logging)}: it writes no files since then")


def _remarks(trail: FoundTrail) -> Iterable[str]:
    thing = trail.thing
    if thing.value("management_events") is False:
        yield "it records no management events: how many files it writes depends on its data events"
    if thing.value("insights"):
        yield "Insights are on: their files (CloudTrail-Insight) come on top of files_per_day"
    algorithm = trail.bucket.value("algorithm") if trail.bucket is not None else None
    if trail.key is None and isinstance(algorithm, str) and algorithm.startswith("aws:kms"):
        yield (
            "TODO the trail names no key, but its bucket's default is SSE-KMS: look at a log file "
            "with `aws s3api head-object`, and name the key if it shows one"
        )


def _entry(thing: Thing, key: str, fact: Fact | None, value: object) -> Entry:
    if fact is None:
        return Entry(key, value, "", "it is not said")
    return Entry(key, value, thing.said(fact), fact.question)
