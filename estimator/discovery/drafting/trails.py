"""Trails, with their keys and buckets, as an inventory writes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from estimator.discovery.drafting.keys import ResolvedKey, find_key, placeholder_key, resolve_key
from estimator.discovery.drafting.lines import Entry, Item
from estimator.discovery.drafting.locations import Locator
from estimator.discovery.drafting.names import each_once, fit
from estimator.discovery.estate import Estate, Fact, Resource
from estimator.discovery.key_states import cure_of_error, cure_of_state
from estimator.inventory.assumptions import FILES_PER_DAY
from pricing.arns import parse_arn

NO_KEY = "SSE-S3, which causes no KMS requests"
_NO_NAME = "the name is not known"
_BUCKET_KEY = "whether the bucket has an S3 Bucket Key is not known: it saves up to 99 percent"
_AES = (
    "a Bucket Key, but SSE-S3 as the bucket's default: AWS does not say whether CloudTrail's "
    "files use it; `aws s3api head-object` of one shows BucketKeyEnabled"
)


_ONLY_OTHERS = (
    "it records no management events, only data events or others: it writes a file where there are "
    "some, which may be far fewer, or more; write what `kmscost measure` counts"
)


@dataclass
class ResolvedTrail:
    """A trail, and where everything about it is."""

    resource: Resource
    partition: str
    account: Fact
    home: Fact
    key: ResolvedKey | None
    bucket: Resource | None
    name: str = ""


def resolve_trails(estate: Estate, locator: Locator) -> list[ResolvedTrail]:
    """Every trail with its places; a key that several use is one."""
    keys: dict[str, ResolvedKey] = {}
    return [
        _resolve_trail(estate, locator, resource, keys)
        for resource in sorted(estate.trails.values(), key=_order)
    ]


def _order(resource: Resource) -> tuple[str, str, str]:
    return (
        str(resource.value("account") or ""),
        str(resource.value("name") or ""),
        resource.identity,
    )


def _resolve_trail(
    estate: Estate, locator: Locator, resource: Resource, keys: dict[str, ResolvedKey]
) -> ResolvedTrail:
    home = resource.fact("home")
    bucket = _find_bucket(estate, resource)
    reference = resource.fact("key")
    named_key = find_key(estate, resource)
    own = [home.value if home else None, named_key.value("region") if named_key else None]
    partition = locator.partition([*own, bucket.value("region") if bucket else None])
    account = locator.account(resource, partition)
    partition = locator.partitions[account.value]
    found = ResolvedTrail(
        resource,
        partition,
        account,
        locator.region([home], partition, "the home Region is not known"),
        None,
        bucket,
    )
    if reference is None or (reference.is_known and reference.value is None):
        return found
    nearby = [
        bucket.fact("region") if bucket else None,
        found.home if found.home.is_known else None,
    ]
    question = ""
    if named_key is None:
        identity = f"key of {resource.identity}"
        named_key = keys[identity].resource if identity in keys else placeholder_key(resource, "")
        question = reference.question or f"the key {reference.value!s:.200} is not described here"
    else:
        identity = named_key.identity
    if identity not in keys:
        keys[identity] = resolve_key(locator, named_key, resource, nearby)
        keys[identity].question = question
    key = keys[identity]
    if locator.partitions[key.account.value] != partition or key.partition != partition:
        # `check` refuses a key of another partition: a placeholder stands there, with the question
        stranger = placeholder_key(resource, "")
        stranger.facts["account"] = account
        key = ResolvedKey(stranger, partition, account, found.home, _apart(key))
        keys[f"key of {resource.identity}"] = key
    found.key = key
    return found


def _apart(key: ResolvedKey) -> str:
    return f"the key named is in {key.region.value}, outside of the trail's partition"


def _find_bucket(estate: Estate, resource: Resource) -> Resource | None:
    """The bucket of a trail, as far as it is known."""
    fact = resource.fact("bucket")
    if fact is None or not isinstance(fact.value, str):
        return None
    known = estate.buckets.get(fact.value)
    if known is not None:
        return known
    return Resource(fact.value, fact.source, {"name": fact}) if fact.is_known else None


def name_trails(found: list[ResolvedTrail]) -> None:
    """A name for each: its own, or its ARN where several have that name."""
    wanted = []
    for trail in found:
        plain = trail.resource.identity.rpartition(": ")[2]
        name, _ = fit(trail.resource.value("name"), fit(plain, "trail")[0])
        arn = parse_arn(trail.resource.identity, "cloudtrail")
        wanted.append((name, [arn.text] if arn else [f"{name}-{trail.account.value}"]))
    for trail, name in zip(found, each_once(wanted), strict=True):
        trail.name = name


def trail_item(trail: ResolvedTrail) -> Item:
    """The trail's entries."""
    resource = trail.resource
    name = resource.fact("name")
    asked = "" if name is not None and name.is_known else _NO_NAME
    multi, whole = resource.fact("every_region"), resource.fact("organization")
    entries = [
        Entry("name", trail.name, "", (name.question if name else "") or asked),
        Entry(
            "account",
            trail.account.value,
            resource.source_of(trail.account),
            trail.account.question,
        ),
        _entry(resource, "scope", whole, "organization" if whole and whole.value else "account"),
        _regions(trail, multi),
        Entry("home_region", trail.home.value, resource.source_of(trail.home), trail.home.question),
        _key(trail),
    ]
    entries += _bucket(trail)
    entries += _draft_recording(trail)
    return Item(tuple(entries), resource.source, tuple(_remarks(trail)))


def _regions(trail: ResolvedTrail, multi: Fact | None) -> Entry:
    every = multi is not None and (bool(multi.value) or not multi.is_known)
    entry = _entry(trail.resource, "regions", multi, "all" if every else [trail.home.value])
    if every or trail.home.is_known:
        return entry
    return Entry("regions", entry.value, entry.source, entry.todo or trail.home.question)


def _key(trail: ResolvedTrail) -> Entry:
    fact = trail.resource.fact("key")
    source = trail.resource.source_of(fact)
    if trail.key is None:
        return Entry(
            "key", None, f"{source}: {NO_KEY}" if source else NO_KEY, fact.question if fact else ""
        )
    return Entry("key", trail.key.id, source, fact.question if fact else "")


def _bucket(trail: ResolvedTrail) -> Iterable[Entry]:
    bucket, fact = trail.bucket, trail.resource.fact("bucket")
    entries = []
    if bucket is not None and bucket.value("name"):
        name, sure = fit(bucket.value("name"), "")
        if sure:
            entries.append(Entry("name", name, trail.resource.source_of(bucket.fact("name"))))
    if trail.key is not None:
        entries += _bucket_place(trail, bucket)
        entries.append(_bucket_key(trail, bucket))
    if not entries:
        return
    open_question = fact.question if fact is not None else ""
    yield Entry("bucket", tuple(entries), "", open_question)


def _bucket_place(trail: ResolvedTrail, bucket: Resource | None) -> Iterable[Entry]:
    region = bucket.fact("region") if bucket is not None else None
    if trail.key is None or region is None or not region.is_known:
        return
    if region.value == trail.key.region.value:
        yield Entry("region", region.value, trail.resource.source_of(region))
    # bucket and key must share a Region (F10): one of the two facts is wrong, and the key counts
    elif trail.key.region.is_known:
        todo = (
            f"{region.source} says the bucket is in {region.value!s:.40}: CloudTrail needs bucket "
            "and key in one Region"
        )
        yield Entry("region", trail.key.region.value, "the key's", todo)


def _bucket_key(trail: ResolvedTrail, bucket: Resource | None) -> Entry:
    fact = bucket.fact("bucket_key") if bucket is not None else None
    algorithm = bucket.value("algorithm") if bucket is not None else None
    if fact is None or not fact.is_known or not isinstance(fact.value, bool):
        question = fact.question if fact is not None and fact.question else _BUCKET_KEY
        return Entry("bucket_key", False, trail.resource.source_of(fact), question)
    source = trail.resource.source_of(fact)
    # DSSE-KMS works without Bucket Keys (F11)
    if fact.value and algorithm == "aws:kms:dsse":
        return Entry("bucket_key", False, f"{source}: DSSE-KMS uses none")
    if fact.value and algorithm == "AES256":
        return Entry("bucket_key", False, source, _AES)
    return Entry("bucket_key", fact.value, source)


def _draft_recording(trail: ResolvedTrail) -> Iterable[Entry]:
    resource = trail.resource
    digests, events = resource.fact("validation"), resource.fact("kms_events")
    logging = resource.fact("logging")
    failing = _failure(trail)
    off = logging is not None and logging.is_known and logging.value is False
    stopped = resource.value("stopped") if off else None
    on = is_asked = digests is not None and bool(digests.value)
    # without the day on which it stopped there is no `until` to write
    if off and stopped is None:
        yield Entry("files_per_day", 0, f"{resource.source_of(logging)}: it writes no files")
        on = False
    elif failing is not None and not off:
        source = f"{resource.source_of(failing)}: it writes no files"
        yield Entry("files_per_day", 0, source, str(failing.value))
        on = False
    elif resource.value("management_events") is False:
        management = resource.source_of(resource.fact("management_events"))
        yield Entry("files_per_day", int(FILES_PER_DAY), management, _ONLY_OTHERS)
    error = resource.fact("digests_failing")
    if on and error is not None:
        cure = cure_of_error(str(error.value)) or "mend the bucket or its policy"
        what = f"its last digest file was not delivered ({error.value!s:.120}): {cure}"
        source = f"{resource.source_of(digests)}; {resource.source_of(error)}"
        yield Entry("log_file_validation", on, source.removeprefix("; "), what)
    elif is_asked and not on:
        # to be set again with its files: the source has it on
        source = f"{resource.source_of(digests)} is on, but it writes no files"
        yield Entry("log_file_validation", on, source, digests.question if digests else "")
    else:
        yield _entry(resource, "log_file_validation", digests, on)
    if events is not None:
        yield _entry(resource, "exclude_kms_events", events, events.value is False)
    if stopped is not None:
        yield Entry(
            "until", stopped, f"{resource.source_of(logging)}: it writes no files since then"
        )


def _failure(trail: ResolvedTrail) -> Fact | None:
    """Why a trail that is logging delivers nothing, with what to do; None where it delivers."""
    failing = trail.resource.fact("failing")
    if failing is not None:
        code = str(failing.value)
        cure = cure_of_error(code) or "mend the bucket or its policy"
        words = f"its last delivery failed ({code:.120}): {cure}"
        return Fact(words, failing.source, note=failing.note)
    if trail.bucket is not None and trail.bucket.value("gone") is True:
        gone = trail.bucket.facts["gone"]
        cure = cure_of_error("NoSuchBucket")
        return Fact(f"its bucket is gone: {cure}", gone.source, note=gone.note)
    state = trail.key.resource.fact("state") if trail.key is not None else None
    cure = cure_of_state(str(state.value)) if state is not None and state.is_known else ""
    if state is None or not cure:
        return None
    words = f"CloudTrail cannot write under its key, whose state is {state.value}: {cure}"
    return Fact(words, state.source, note=state.note)


def _remarks(trail: ResolvedTrail) -> Iterable[str]:
    resource = trail.resource
    yield from (f"TODO {remark}" for remark in resource.remarks)
    logging = resource.fact("logging")
    if logging is not None and not logging.is_known:
        yield f"TODO {logging.question}"
    if resource.value("insights"):
        yield "Insights are on: their files (CloudTrail-Insight) come on top of files_per_day"
    algorithm = trail.bucket.value("algorithm") if trail.bucket is not None else None
    if trail.key is None and isinstance(algorithm, str) and algorithm.startswith("aws:kms"):
        yield (
            "TODO the trail names no key, but its bucket's default is SSE-KMS: look at a log file "
            "with `aws s3api head-object`, and name the key if it shows one"
        )


def _entry(resource: Resource, key: str, fact: Fact | None, value: object) -> Entry:
    if fact is None:
        return Entry(key, value, "", "it is not said")
    return Entry(key, value, resource.source_of(fact), fact.question)
