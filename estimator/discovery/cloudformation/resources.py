"""What each resource of a template says of trails, keys, buckets and accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.discovery.aws_responses.keys import say_alias
from estimator.discovery.aws_responses.trails import say_selectors
from estimator.discovery.cloudformation.functions import Functions, Open, Reference
from estimator.discovery.cloudformation.template import Template
from estimator.discovery.estate import Estate, Thing
from pricing.arns import format_arn, parse_arn
from pricing.reading.words import shown

_KEYS = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")


class Reader:
    """Fills an estate from the resources of one template."""

    def __init__(self, estate: Estate, template: Template, functions: Functions) -> None:
        self._estate = estate
        self._template = template
        self._functions = functions

    def read(self) -> None:
        """Every resource: keys and buckets first, so that trails find them."""
        for kinds, read in (
            (_KEYS, self._key),
            (("AWS::KMS::Alias",), self._alias),
            (("AWS::S3::Bucket",), self._bucket),
            (("AWS::CloudTrail::Trail",), self._trail),
            (("AWS::Organizations::Account",), self._account),
            (("AWS::CloudFormation::Stack",), self._stack),
        ):
            for name, one in self._template.resources.items():
                if isinstance(one, Mapping) and one.get("Type") in kinds:
                    properties = self._functions.value(one.get("Properties") or {})
                    if self._is_made(name, one):
                        read(name, properties if isinstance(properties, dict) else {})
        for name in self._template.resources:
            if str(name).startswith("Fn::"):
                self._estate.note(f"TODO {self._template.source}: {name:.80} is not worked out")

    def _is_made(self, name: str, one: Mapping[str, Any]) -> bool:
        if "Condition" not in one:
            return True
        holds = self._functions.condition(one["Condition"])
        condition = f"its condition {one['Condition']!s:.80}"
        place = self._template.place(name)
        if holds is False:
            self._estate.note(f"{place} was left out: {condition} does not hold")
        elif isinstance(holds, Open):
            self._estate.note(
                f"TODO {place} is taken as made, but {condition} is open: {holds.why}"
            )
        return holds is not False

    def _key(self, name: str, said: dict[str, Any]) -> None:
        place = self._template.place(name)
        self._estate.found["keys"] += 1
        key = self._estate.add_key(place, place)
        self._flag(key, "rotates", said, "EnableKeyRotation", place)
        spec = said.get("KeySpec")
        if isinstance(spec, str):
            key.say("spec", spec, place, note="KeySpec")

    def _alias(self, name: str, said: dict[str, Any]) -> None:
        key = self._key_of(said.get("TargetKeyId"))
        alias, place = said.get("AliasName"), self._template.place(name)
        if key is not None:
            self._estate.name_key(place, key.identity)
            if isinstance(alias, str) and alias.startswith("alias/"):
                self._estate.name_key(alias, key.identity)
                say_alias(key, alias.removeprefix("alias/"), place, "AliasName")

    def _key_of(self, value: Any) -> Thing | None:
        """The key of the template that a value means, by itself or by an alias."""
        if isinstance(value, Reference):
            place = self._template.place(value.resource)
            return self._estate.keys.get(self._estate.names.get(place, place))
        if isinstance(value, str):
            return self._estate.keys.get(self._estate.names.get(value, ""))
        return None

    def _bucket(self, name: str, said: dict[str, Any]) -> None:
        place = self._template.place(name)
        self._estate.found["buckets"] += 1
        bucket = self._estate.add_bucket(place, place)
        if isinstance(said.get("BucketName"), str):
            bucket.say("name", said["BucketName"], place, note="BucketName")
        encryption = said.get("BucketEncryption")
        if encryption is None:
            bucket.say("bucket_key", False, place, note="new, without BucketEncryption")
            return
        rules = (
            encryption.get("ServerSideEncryptionConfiguration")
            if isinstance(encryption, dict)
            else None
        )
        rule = rules[0] if isinstance(rules, list) and rules and isinstance(rules[0], dict) else {}
        self._flag(bucket, "bucket_key", rule, "BucketKeyEnabled", place)
        default = rule.get("ServerSideEncryptionByDefault")
        algorithm = default.get("SSEAlgorithm") if isinstance(default, dict) else None
        if isinstance(algorithm, str):
            bucket.say("algorithm", algorithm, place, note="SSEAlgorithm")

    def _trail(self, name: str, said: dict[str, Any]) -> None:
        place = self._template.place(name)
        self._estate.found["trails"] += 1
        trail = self._estate.add_trail(place, place)
        given = said.get("TrailName")
        if isinstance(given, str) and given:
            trail.say("name", given, place, note="TrailName")
        else:
            why = given.why if isinstance(given, Open) else "CloudFormation makes one up"
            trail.say("name", name, place, f"the trail's name: {why}")
        self._trail_key(trail, said.get("KMSKeyId"), place)
        self._trail_bucket(trail, said.get("S3BucketName"), place)
        self._flag(trail, "every_region", said, "IsMultiRegionTrail", place, spare=True)
        self._flag(trail, "organization", said, "IsOrganizationTrail", place)
        self._flag(trail, "validation", said, "EnableLogFileValidation", place)
        self._flag(trail, "logging", said, "IsLogging", place, spare=True, default=True)
        self._selectors(trail, said, place)
        if said.get("InsightSelectors"):
            trail.say("insights", True, place, note="InsightSelectors")

    def _trail_key(self, trail: Thing, value: Any, place: str) -> None:
        note = "KMSKeyId"
        key = self._key_of(value)
        if key is not None:
            trail.say("key", key.identity, place, note=note)
        elif value is None or value == "":
            trail.say("key", None, place, note=f"no {note}")
        elif isinstance(value, str):
            account, region = self._estate.account, self._estate.region
            if parse_arn(value) is None and account and region and value.startswith("alias/"):
                value = format_arn("kms", value, account, region)
            trail.say("key", value, place, note=note)
        else:
            why = value.why if isinstance(value, Open) else f"{note} is {_said(value)}"
            trail.say("key", "", place, f"which key: {why}", note)

    def _trail_bucket(self, trail: Thing, value: Any, place: str) -> None:
        note = "S3BucketName"
        if isinstance(value, Reference):
            trail.say("bucket", self._template.place(value.resource), place, note=note)
        elif isinstance(value, str) and value:
            trail.say("bucket", value, place, note=note)
        else:
            why = value.why if isinstance(value, Open) else "not said"
            trail.say("bucket", "", place, f"which bucket: {why}", note)

    def _selectors(self, trail: Thing, said: dict[str, Any], place: str) -> None:
        basic, advanced = said.get("EventSelectors", []), said.get("AdvancedEventSelectors", [])
        for one in (basic, advanced):
            if isinstance(one, Open):
                trail.say("kms_events", True, place, f"its event selectors: {one.why}")
                return
        # values such as "true" are text in many templates
        basic = [_flags(one) for one in basic] if isinstance(basic, list) else [basic]
        note = "AdvancedEventSelectors" if advanced else "EventSelectors"
        told = note if basic or advanced else f"no {note}"
        say_selectors(trail, basic, advanced, place, told)

    def _account(self, name: str, said: dict[str, Any]) -> None:
        called = said.get("AccountName")
        self._estate.note(
            f"TODO {self._template.place(name)}: the id of account {_said(called)} is known only "
            "when it is deployed: add it to the accounts then"
        )

    def _stack(self, name: str, _: dict[str, Any]) -> None:
        self._estate.note(
            f"{self._template.place(name)} is a stack of its own: name its template as well"
        )

    def _flag(
        self,
        thing: Thing,
        fact: str,
        said: dict[str, Any],
        name: str,
        place: str,
        spare: bool = False,
        default: bool = False,
    ) -> None:
        value = _flag(said.get(name))
        if isinstance(value, bool):
            thing.say(fact, value, place, note=name)
        elif value is None:
            thing.say(fact, default, place, note=f"no {name}")
        else:
            why = value.why if isinstance(value, Open) else f"it is {_said(value)}"
            thing.say(fact, spare, place, f"{name}: {why}")


def _flag(value: Any) -> Any:
    """True and false, also as text."""
    text = value.lower() if isinstance(value, str) else None
    return text == "true" if text in ("true", "false") else value


def _flags(selector: Any) -> Any:
    if not isinstance(selector, dict):
        return selector
    return {name: _flag(value) for name, value in selector.items()}


def _said(value: Any) -> str:
    return f"{value.resource:.80}" if isinstance(value, Reference) else shown(value)
