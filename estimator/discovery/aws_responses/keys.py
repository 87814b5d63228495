"""What AWS says of keys: describe-key, list-key-rotations, list-aliases and others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.discovery.aws_responses.values import day_of, items_of, text_of
from estimator.discovery.estate import Estate, Thing
from pricing.arns import format_arn, is_account, parse_arn


def take_key(estate: Estate, answer: Mapping[str, Any], source: str) -> None:
    """The metadata of a key."""
    data = answer.get("KeyMetadata")
    arn = parse_arn(data.get("Arn"), "kms") if isinstance(data, Mapping) else None
    if arn is None or not isinstance(data, Mapping):
        estate.note(f"{source}: a key without an ARN was left out")
        return
    estate.found["keys"] += arn.text not in estate.keys
    thing = estate.add_key(arn.text, source)
    thing.say("arn", arn.text, source, note="Arn")
    owner = data.get("AWSAccountId")
    thing.say("account", owner if is_account(owner) else arn.account, source, note="Arn")
    thing.say("region", arn.region, source, note="Arn")
    created = day_of(data.get("CreationDate"))
    if created is not None:
        thing.say("created", created, source, note="CreationDate")
    for name, fields in (
        ("spec", ("KeySpec", "CustomerMasterKeySpec")),
        ("state", ("KeyState",)),
        ("manager", ("KeyManager",)),
    ):
        said = next((text for field in fields if (text := text_of(data, field))), None)
        if said:
            thing.say(name, said, source, note=fields[0])
    both = data.get("MultiRegionConfiguration")
    if isinstance(both, Mapping):
        primary = both.get("PrimaryKey")
        listed = [primary] if isinstance(primary, Mapping) else []
        others = sorted(
            region
            for one in [*listed, *items_of(both, "ReplicaKeys")]
            if (region := text_of(one, "Region")) and region != arn.region
        )
        if others:
            thing.say("replicas", others, source, note="MultiRegionConfiguration")
    estate.name_key(arn.name, arn.text)


def take_rotations(thing: Thing, answer: Mapping[str, Any], source: str) -> None:
    """The past rotations of a key: each adds a key price, from 2024-05-01 at most two (F16)."""
    days = [day_of(one.get("RotationDate")) for one in items_of(answer, "Rotations")]
    known = sorted({day for day in days if day is not None})
    more = answer.get("NextMarker") or answer.get("NextToken")
    question = "the answer is one page of several" if more else str(answer.get("Question", ""))
    thing.say("rotations", tuple(known), source, question, "Rotations")


def take_rotation_status(thing: Thing, answer: Mapping[str, Any], source: str) -> None:
    """Whether a key rotates, and when next."""
    if not isinstance(answer.get("KeyRotationEnabled"), bool):
        return
    thing.say("rotates", answer["KeyRotationEnabled"], source, note="KeyRotationEnabled")
    coming = day_of(answer.get("NextRotationDate"))
    if answer["KeyRotationEnabled"] and coming is not None:
        thing.say("next_rotation", coming, source, note="NextRotationDate")


def take_aliases(estate: Estate, answer: Mapping[str, Any], source: str) -> None:
    """Names of keys; those of AWS's own keys are passed over."""
    for one in items_of(answer, "Aliases"):
        arn, target = parse_arn(one.get("AliasArn"), "kms"), text_of(one, "TargetKeyId")
        name = text_of(one, "AliasName")
        if arn is None or target is None or name is None or name.startswith("alias/aws/"):
            continue
        key = format_arn("kms", f"key/{target}", arn.account, arn.region, arn.partition)
        estate.name_key(arn.text, key)
        estate.name_key(target, key)
        thing = estate.add_key(key, source)
        thing.say("arn", key, source, note="AliasArn and TargetKeyId")
        thing.say("account", arn.account, source, note="AliasArn")
        thing.say("region", arn.region, source, note="AliasArn")
        say_alias(thing, name.removeprefix("alias/"), source, "AliasName")


def say_alias(thing: Thing, name: str, source: str, note: str) -> None:
    """Note a name; of several the first in the alphabet counts, whoever comes first."""
    old = thing.value("alias")
    if old is None or name < old:
        thing.facts.pop("alias", None)
        thing.say("alias", name, source, note=note)
