"""The keys that trails use, as an inventory writes them."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from estimator.discovery.drafting.lines import Entry, Item
from estimator.discovery.drafting.locations import Locator
from estimator.discovery.drafting.names import each_once, fit
from estimator.discovery.estate import Estate, Fact, Resource
from estimator.discovery.key_states import DISABLED, PENDING_DELETION, cure_of_state
from pricing.arns import parse_arn, parse_key_arn

STATE = "its state is"
_NEXT = "rotation is on, each of the first two adds a key price: the day of the next is not known"
_UNKNOWN = (
    "whether it rotates, or did, is not known: up to two rotations add a key price each; `aws kms "
    "list-key-rotations` and `get-key-rotation-status` tell them"
)
_ROTATIONS = "past rotations add up to two key prices: `aws kms list-key-rotations` tells them"


@dataclass
class ResolvedKey:
    """A key, and the facts that an inventory needs of it."""

    resource: Resource
    partition: str
    account: Fact
    region: Fact
    question: str = ""
    id: str = ""


def find_key(estate: Estate, trail: Resource) -> Resource | None:
    """The key that a trail names by ARN, alias, id or identity; None where nobody knows it.

    An ARN tells account and Region, whether or not anything else is said of the key.
    """
    fact = trail.fact("key")
    if fact is None or not isinstance(reference := fact.value, str):
        return None
    known = reference if reference in estate.keys else estate.names.get(reference)
    resource = estate.keys.get(known) if known else _key_of_alias(estate, trail, reference)
    arn = parse_arn(resource.identity if resource is not None else reference, "kms")
    if arn is None or not arn.account:
        return resource
    resource = resource if resource is not None else estate.add_key(reference, "")
    is_key = arn.resource.startswith("key/")
    for name, value in (("account", arn.account), ("region", arn.region)):
        if resource.fact(name) is None:
            resource.record(name, value, "its ARN")
    if is_key and resource.fact("arn") is None:
        resource.record("arn", arn.text, "its ARN")
    elif not is_key and resource.fact("alias") is None:
        resource.record("alias", arn.name, "its ARN")
    return resource


def _key_of_alias(estate: Estate, trail: Resource, reference: str) -> Resource | None:
    """The only key with an alias, by name or ARN; None for several, or for another place's.

    An alias that is new has no ARN yet, and one written out names its key before that has any.
    """
    arn = parse_arn(reference, "kms")
    resource = reference if arn is None else arn.resource
    if not resource.startswith("alias/"):
        return None
    spare = {"account": estate.account, "region": estate.region}
    # a name alone is of the trail's place: a key that says it is of another is no match
    place = {
        "account": trail.value("account") or estate.account,
        "region": trail.value("home") or estate.region,
    }
    if arn is not None:
        place = {"account": arn.account, "region": arn.region}
    found = [
        key
        for key in estate.keys.values()
        if resource.removeprefix("alias/") in (key.value("aliases") or ())
        and all((key.value(name) or spare[name]) in (own, None) for name, own in place.items())
    ]
    if len(found) != 1:
        return None
    if arn is not None:
        for name, own in place.items():
            found[0].record(name, own, "its alias's ARN")
    return found[0]


def placeholder_key(trail: Resource, source: str) -> Resource:
    """A key for a trail that surely has one, which nothing is known of."""
    name, _ = fit(trail.value("name"), "trail")
    return Resource(f"key-of-{name}", source)


def resolve_key(
    locator: Locator, resource: Resource, trail: Resource, nearby: Iterable[Fact | None]
) -> ResolvedKey:
    """Account and Region of a key; CloudTrail needs it in the Region of the bucket (F10)."""
    partition = locator.partition([resource.value("region"), *(f and f.value for f in nearby)])
    # a key is most often its trail's account's; what is known of the key wins
    account = resource.fact("account") or trail.fact("account")
    stranger = Resource(resource.identity, resource.source, {"account": account} if account else {})
    found = locator.account(stranger, partition)
    region = locator.region(
        [resource.fact("region"), *nearby], partition, "the key's Region is not known"
    )
    return ResolvedKey(resource, partition, found, region)


def name_keys(used: list[ResolvedKey]) -> None:
    """An id for each: its alias, else the last part of its ARN, else its address."""
    wanted = []
    for key in used:
        arn = parse_arn(key.resource.value("arn"), "kms")
        alias, sure = fit(key.resource.value("alias"), "")
        plain, _ = fit(arn.name if arn else key.resource.identity.rpartition(": ")[2], "key")
        others = [f"{alias}-{key.account.value}", f"{alias}-{key.region.value}", plain]
        wanted.append((alias, others) if sure else (plain, [f"{plain}-{key.region.value}"]))
    for key, name in zip(used, each_once(wanted), strict=True):
        key.id = name


def key_item(key: ResolvedKey) -> Item:
    """The key's entries."""
    resource = key.resource
    entries = [
        Entry("id", key.id, resource.source_of(resource.fact("alias")), key.question),
        Entry("account", key.account.value, resource.source_of(key.account), key.account.question),
        Entry("region", key.region.value, resource.source_of(key.region), key.region.question),
    ]
    arn = parse_key_arn(resource.value("arn"))
    # an ARN of elsewhere is a contradiction that `check` would refuse: the question is asked
    # instead
    if arn and (arn.region, arn.account) == (key.region.value, key.account.value):
        entries.append(Entry("arn", arn.text, resource.source_of(resource.fact("arn"))))
    entries += _active_period(resource)
    return Item(tuple(entries), resource.source, tuple(_remarks(resource)))


def _active_period(resource: Resource) -> Iterable[Entry]:
    created = resource.value("created")
    created_on = created if isinstance(created, datetime.date) else None
    if created_on:
        yield Entry("created", created_on, resource.source_of(resource.fact("created")))
    rotations = resource.fact("rotations")
    rotates = resource.fact("rotates")
    on = rotates is not None and (not rotates.is_known or bool(rotates.value))
    if rotations is not None and rotations.is_known:
        coming = resource.value("next_rotation")
        days = sorted({*rotations.value, *_plan_rotations(resource, len(rotations.value))})
        # `check` refuses a rotation from before the key was there
        days = [day for day in days if created_on is None or day >= created_on]
        note = (
            f"{resource.source_of(rotations)}; the next one on {coming}"
            if coming
            else resource.source_of(rotations)
        )
        if on and coming is None:
            question = rotates.question if rotates is not None else ""
            yield Entry("rotations", days, note, question or _next(resource))
        elif days or on:
            yield Entry("rotations", days, note)
    elif rotations is not None or on:
        how = rotations if rotations is not None else rotates
        question = how.question if how is not None else ""
        days = sorted(rotations.value) if rotations is not None else []
        days = [day for day in days if created_on is None or day >= created_on]
        yield Entry("rotations", days, resource.source_of(how), question or _past(resource))
    elif rotates is None and (resource.value("arn") or resource.value("alias")):
        yield Entry("rotations", [], "", _UNKNOWN)


def _plan_rotations(resource: Resource, past: int) -> Iterable[datetime.date]:
    """The rotations that AWS has planned: the next one, and the second of a key's life."""
    coming, period = resource.value("next_rotation"), resource.value("rotation_days")
    if coming is None:
        return
    yield coming
    # only the first two add a price (F16): later ones change nothing
    if period is not None and past == 0:
        with contextlib.suppress(OverflowError):
            yield coming + datetime.timedelta(days=period)


def _next(resource: Resource) -> str:
    """The question of a key whose rotation is on: when, as far as its period is known."""
    days = resource.value("rotation_days")
    if days is None:
        return _NEXT
    if resource.value("is_new"):
        return (
            f"rotates every {days} days and is new: the first rotation is {days} days after its "
            f"creation, the second {days} days later; write both, each adds a key price"
        )
    return f"rotates every {days} days: each of the first two adds a key price, write the next"


def _past(resource: Resource) -> str:
    days = resource.value("rotation_days")
    if days is None:
        return _ROTATIONS
    return (
        f"rotates every {days} days, of a new key {days} days after its creation for the first "
        f"time; {_ROTATIONS}"
    )


def _remarks(resource: Resource) -> Iterable[str]:
    spec, state, fact = resource.value("spec"), resource.value("state"), resource.fact("state")
    if fact is not None and not fact.is_known:
        yield f"TODO {fact.question}"
    if spec not in (None, "SYMMETRIC_DEFAULT"):
        yield f"TODO {spec}: CloudTrail needs a symmetric key"
    if state in PENDING_DELETION:
        yield (
            f"TODO {STATE} {state}: CloudTrail cannot write under it, and it costs nothing "
            "from the day on which its deletion was scheduled: write that day as `until`. Where "
            "the deletion is cancelled it costs as if it had never been scheduled"
        )
    elif state == DISABLED:
        yield (
            f"TODO {STATE} {state}: CloudTrail cannot write under it, and it costs the same "
            "as an enabled key"
        )
    elif state is not None and cure_of_state(state):
        yield f"TODO {STATE} {state}: CloudTrail cannot write under it"
    expires = resource.value("expires")
    if expires is not None:
        yield (
            f"TODO its imported material expires on {expires}: from then on CloudTrail cannot "
            "write under it; import it anew before, or give its trails that day as `until`"
        )
    if resource.value("manager") == "AWS":
        yield "TODO AWS manages this key: CloudTrail needs a customer managed one"
    if resource.value("replicas") or resource.value("relatives"):
        regions = ", ".join(str(region) for region in resource.value("replicas") or ())
        # a template does not say where it is deployed
        where = f" in {regions}" if regions else ""
        yield (
            f"it is a multi-Region key: those that belong to it{where} cost a key price "
            "each, whether or not a trail uses them"
        )
