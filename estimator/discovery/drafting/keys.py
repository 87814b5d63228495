"""The keys that trails use, as an inventory writes them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from estimator.discovery.drafting.lines import Entry, Item
from estimator.discovery.drafting.names import each_once, fit
from estimator.discovery.drafting.places import Places
from estimator.discovery.estate import Estate, Fact, Thing
from pricing.arns import parse_arn

_NEXT = "rotation is on, each of the first two adds a key price: the day of the next is not known"
_ROTATIONS = "past rotations add up to two key prices: `aws kms list-key-rotations` tells them"


# keys in these states cost nothing, disabled ones do: AWS KMS pricing, checked 2026-11-28
_WAITING = ("PendingDeletion", "PendingReplicaDeletion")


@dataclass
class UsedKey:
    """A key, and the facts that an inventory needs of it."""

    thing: Thing
    partition: str
    account: Fact
    region: Fact
    question: str = ""
    id: str = ""


def find_key(estate: Estate, reference: str) -> Thing | None:
    """The key that a trail names by ARN, alias, id or identity; None where nobody knows it.

    An ARN tells account and Region, whether or not anything else is said of the key.
    """
    known = reference if reference in estate.keys else estate.names.get(reference)
    thing = estate.keys.get(known) if known else None
    arn = parse_arn(thing.identity if thing is not None else reference, "kms")
    if arn is None or not arn.account:
        return thing
    thing = thing if thing is not None else estate.add_key(reference, "")
    is_key = arn.resource.startswith("key/")
    for name, value in (("account", arn.account), ("region", arn.region)):
        if thing.fact(name) is None:
            thing.say(name, value, "its ARN")
    if is_key and thing.fact("arn") is None:
        thing.say("arn", arn.text, "its ARN")
    elif not is_key and thing.fact("alias") is None:
        thing.say("alias", arn.name, "its ARN")
    return thing


def stand_in_key(trail: Thing, source: str) -> Thing:
    """A key for a trail that surely has one, which nothing is known of."""
    name, _ = fit(trail.value("name"), "trail")
    return Thing(f"key-of-{name}", source)


def settle_key(
    places: Places, thing: Thing, trail: Thing, nearby: Iterable[Fact | None]
) -> UsedKey:
    """Account and Region of a key; CloudTrail needs it in the Region of the bucket (F10)."""
    partition = places.partition([thing.value("region"), *(f and f.value for f in nearby)])
    account = thing.fact("account") or trail.fact("account")
    stranger = Thing(thing.identity, thing.source, {"account": account} if account else {})
    found = places.account(stranger, partition)
    region = places.region(
        [thing.fact("region"), *nearby], partition, "the key's Region is not known"
    )
    return UsedKey(thing, partition, found, region)


def name_keys(used: list[UsedKey]) -> None:
    """An id for each: its alias, else the last part of its ARN, else its address."""
    wanted = []
    for key in used:
        arn = parse_arn(key.thing.value("arn"), "kms")
        alias, sure = fit(key.thing.value("alias"), "")
        plain, _ = fit(arn.name if arn else key.thing.identity.rpartition(": ")[2], "key")
        others = [f"{alias}-{key.account.value}", f"{alias}-{key.region.value}", plain]
        wanted.append((alias, others) if sure else (plain, [f"{plain}-{key.region.value}"]))
    for key, name in zip(used, each_once(wanted), strict=True):
        key.id = name


def key_item(key: UsedKey) -> Item:
    """The key's entries."""
    thing = key.thing
    entries = [
        Entry("id", key.id, thing.said(thing.fact("alias")), key.question),
        Entry("account", key.account.value, thing.said(key.account), key.account.question),
        Entry("region", key.region.value, thing.said(key.region), key.region.question),
    ]
    arn = parse_arn(thing.value("arn"), "kms")
    if arn and (arn.region, arn.account) == (key.region.value, key.account.value):
        entries.append(Entry("arn", arn.text, thing.said(thing.fact("arn"))))
    entries += _life(thing)
    return Item(tuple(entries), thing.source, tuple(_remarks(thing)))


def _life(thing: Thing) -> Iterable[Entry]:
    created = thing.value("created")
    born = created if isinstance(created, datetime.date) else None
    if born:
        yield Entry("created", born, thing.said(thing.fact("created")))
    said = thing.fact("rotations")
    rotates = thing.fact("rotates")
    on = rotates is not None and (not rotates.known or bool(rotates.value))
    if said is not None and said.known:
        coming = thing.value("next_rotation")
        days = sorted({*said.value, *([coming] if coming else [])})
        days = [day for day in days if born is None or day >= born]
        note = f"{thing.said(said)}; the next one on {coming}" if coming else thing.said(said)
        if days or on:
            yield Entry("rotations", days, note, _NEXT if on and coming is None else "")
    elif said is not None or on:
        how = said if said is not None else rotates
        question = how.question if how is not None else ""
        yield Entry("rotations", [], thing.said(how), question or _ROTATIONS)


def _remarks(thing: Thing) -> Iterable[str]:
    spec, state = thing.value("spec"), thing.value("state")
    if spec not in (None, "SYMMETRIC_DEFAULT"):
        yield f"TODO {spec}: CloudTrail needs a symmetric key"
    if state in _WAITING:
        yield (
            f"TODO its state is {state}: CloudTrail cannot write under it, and it costs nothing "
            "from the day on which its deletion was scheduled: write that day as `until`. Where "
            "the deletion is cancelled it costs as if it had never been scheduled"
        )
    elif state == "Disabled":
        yield (
            "TODO its state is Disabled: CloudTrail cannot write under it, and it costs the same "
            "as an enabled key"
        )
    elif state not in (None, "Enabled"):
        yield f"TODO its state is {state}: CloudTrail cannot write under it"
    if thing.value("manager") == "AWS":
        yield "TODO AWS manages this key: CloudTrail needs a customer managed one"
    if thing.value("replicas"):
        regions = ", ".join(str(one) for one in thing.value("replicas"))
        yield f"its replicas in {regions} cost a key price each; no trail here uses them"
