"""What each resource of a template says of trails, keys, buckets and accounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from estimator.discovery.aws_responses.keys import record_alias
from estimator.discovery.cloudformation.functions import Functions, Open, Partial, Reference
from estimator.discovery.cloudformation.gaps import note_gaps
from estimator.discovery.cloudformation.template import Template
from estimator.discovery.estate import Estate, Resource
from estimator.discovery.key_families import ask_for_rotation, join_families
from estimator.discovery.key_states import DISABLED
from estimator.discovery.selectors import record_selectors
from pricing.arns import format_arn, parse_arn
from pricing.reading.words import shown

_Step = tuple[tuple[str, ...], Callable[[str, dict[str, Any]], None]]


def read_templates(parsers: Sequence[ResourceParser]) -> None:
    """Every resource: keys and buckets of all templates first, so that trails find them."""
    for steps in zip(*(parser.steps() for parser in parsers), strict=True):
        for parser, (kinds, read) in zip(parsers, steps, strict=True):
            parser.read(kinds, read)
    join_families((pair for parser in parsers for pair in parser.families), "PrimaryKeyArn")
    for parser in parsers:
        parser.finish()


class ResourceParser:
    """Fills an estate from the resources of one template."""

    def __init__(self, estate: Estate, template: Template, functions: Functions) -> None:
        self._estate = estate
        self._template = template
        self._functions = functions
        # primaries, each with one of its replicas
        self.families: list[tuple[Resource, Resource]] = []

    def steps(self) -> tuple[_Step, ...]:
        """The types that are read, in the order in which they need one another."""
        return (
            (("AWS::KMS::Key",), self._key),
            # a replica after every primary, whichever template it stands in
            (("AWS::KMS::ReplicaKey",), self._replica),
            (("AWS::KMS::Alias",), self._alias),
            (("AWS::S3::Bucket",), self._bucket),
            (("AWS::CloudTrail::Trail",), self._trail),
            (("AWS::Organizations::Account",), self._account),
        )

    def read(self, kinds: tuple[str, ...], read: Callable[[str, dict[str, Any]], None]) -> None:
        """The resources of some types."""
        for name, resource in self._template.resources.items():
            if isinstance(resource, Mapping) and resource.get("Type") in kinds:
                properties = self._functions.value(resource.get("Properties") or {})
                if self._is_made(name, resource):
                    # what a function alone stands for is open, never nothing
                    why = properties.why if isinstance(properties, Open) else "it is not read"
                    is_known = isinstance(properties, dict)
                    read(name, properties if is_known else Partial({}, why))

    def finish(self) -> None:
        """Note what the template makes in ways that are not read."""
        note_gaps(self._estate, self._template, self._functions)

    def _is_made(self, name: str, resource: Mapping[str, Any]) -> bool:
        if "Condition" not in resource:
            return True
        holds = self._functions.condition(resource["Condition"])
        condition = f"its condition {resource['Condition']!s:.80}"
        place = self._template.place(name)
        if holds is False:
            self._estate.note(f"{place} was left out: {condition} does not hold")
        elif isinstance(holds, Open):
            self._estate.note(
                f"TODO {place} is taken as made, but {condition} is open: {holds.why}"
            )
        return holds is not False

    def _key(self, name: str, properties: dict[str, Any]) -> None:
        key, place = self._add_key(name, properties)
        self._flag(key, "rotates", properties, "EnableKeyRotation", place)
        spec = properties.get("KeySpec")
        if isinstance(spec, str):
            key.record("spec", spec, place, note="KeySpec")
        days = str(properties.get("RotationPeriodInDays"))[:6]
        if days.isdecimal() and int(days):
            key.record("rotation_days", int(days), place, note="RotationPeriodInDays")

    def _replica(self, name: str, properties: dict[str, Any]) -> None:
        """A replica: whether it rotates is its primary's, and no property of its own."""
        key, _ = self._add_key(name, properties)
        primary = self._key_of(properties.get("PrimaryKeyArn"))
        if primary is not None:
            self.families.append((primary, key))
        else:
            ask_for_rotation([key])

    def _add_key(self, name: str, properties: dict[str, Any]) -> tuple[Resource, str]:
        """A key of the template, its state, and its place."""
        place = self._template.place(name)
        self._estate.found["keys"] += 1
        key = self._estate.add_key(place, place)
        enabled = _flag(properties.get("Enabled"))
        if enabled is False:
            key.record("state", DISABLED, place, note="Enabled is false")
        elif isinstance(enabled, Open):
            question = f"whether CloudTrail can write under it: Enabled: {enabled.why}"
            key.record("state", "Enabled", place, question)
        return key, place

    def _alias(self, name: str, properties: dict[str, Any]) -> None:
        key = self._key_of(properties.get("TargetKeyId"))
        alias, place = properties.get("AliasName"), self._template.place(name)
        if key is not None:
            self._estate.name_key(place, key.identity)
            if isinstance(alias, str) and alias.startswith("alias/"):
                self._estate.name_key(alias, key.identity)
                record_alias(key, alias.removeprefix("alias/"), place, "AliasName")

    def _key_of(self, value: Any) -> Resource | None:
        """The key of the template that a value means, by itself or by an alias."""
        if isinstance(value, Reference):
            place = self._place_of(value)
            return self._estate.keys.get(self._estate.names.get(place, place))
        if isinstance(value, str):
            return self._estate.keys.get(self._estate.names.get(value, ""))
        return None

    def _place_of(self, value: Reference) -> str:
        return (value.template or self._template).place(value.resource)

    def _bucket(self, name: str, properties: dict[str, Any]) -> None:
        place = self._template.place(name)
        self._estate.found["buckets"] += 1
        bucket = self._estate.add_bucket(place, place)
        if isinstance(properties.get("BucketName"), str):
            bucket.record("name", properties["BucketName"], place, note="BucketName")
        encryption = properties.get("BucketEncryption")
        if encryption is None:
            bucket.record("bucket_key", False, place, note="new, without BucketEncryption")
            return
        rules = (
            encryption.get("ServerSideEncryptionConfiguration")
            if isinstance(encryption, dict)
            else encryption
        )
        if rules == []:
            # a condition that does not hold may have taken the only rule away
            bucket.record("bucket_key", False, place, note="BucketEncryption without a rule")
            return
        rule = rules[0] if isinstance(rules, list) else rules
        if not isinstance(rule, dict):
            why = rule.why if isinstance(rule, Open) else f"it is {_describe(rule)}"
            bucket.record("bucket_key", False, place, f"BucketEncryption: {why}")
            return
        self._flag(bucket, "bucket_key", rule, "BucketKeyEnabled", place)
        default = rule.get("ServerSideEncryptionByDefault")
        algorithm = default.get("SSEAlgorithm") if isinstance(default, dict) else None
        if isinstance(algorithm, str):
            bucket.record("algorithm", algorithm, place, note="SSEAlgorithm")

    def _trail(self, name: str, properties: dict[str, Any]) -> None:
        place = self._template.place(name)
        self._estate.found["trails"] += 1
        trail = self._estate.add_trail(place, place)
        given = properties.get("TrailName")
        if isinstance(given, str) and given:
            trail.record("name", given, place, note="TrailName")
        else:
            # the logical id stands in: the real name ends in letters that only deploying tells
            why = given.why if isinstance(given, Open) else "CloudFormation makes one up"
            trail.record("name", name, place, f"the trail's name: {why}")
        self._trail_key(trail, properties.get("KMSKeyId"), place)
        self._trail_bucket(trail, properties.get("S3BucketName"), place)
        self._flag(trail, "every_region", properties, "IsMultiRegionTrail", place, spare=True)
        self._flag(trail, "organization", properties, "IsOrganizationTrail", place)
        self._flag(trail, "validation", properties, "EnableLogFileValidation", place)
        self._flag(trail, "logging", properties, "IsLogging", place, spare=True, default=True)
        self._selectors(trail, properties, place)
        insights = properties.get("InsightSelectors")
        if isinstance(insights, list) and insights:
            trail.record("insights", True, place, note="InsightSelectors")

    def _trail_key(self, trail: Resource, value: Any, place: str) -> None:
        note = "KMSKeyId"
        key = self._key_of(value)
        if key is not None:
            trail.record("key", key.identity, place, note=note)
        elif value is None or value == "":
            trail.record("key", None, place, note=f"no {note}")
        elif isinstance(value, str):
            account, region = self._estate.account, self._estate.region
            if parse_arn(value) is None and account and region and value.startswith("alias/"):
                value = format_arn("kms", value, account, region)
            trail.record("key", value, place, note=note)
        else:
            why = value.why if isinstance(value, Open) else f"{note} is {_describe(value)}"
            keys = list(self._estate.keys)
            only = f"; {keys[0]} is the only key here" if len(keys) == 1 else ""
            # what a template leaves open is not its own key, and may be that of another one
            elsewhere = bool(only) and not keys[0].startswith(f"{self._template.source}:")
            spare = keys[0] if elsewhere else ""
            confirm = ": confirm it" if spare else ""
            trail.record("key", spare, place, f"which key: {why}{only}{confirm}", note)

    def _trail_bucket(self, trail: Resource, value: Any, place: str) -> None:
        note = "S3BucketName"
        if isinstance(value, Reference):
            trail.record("bucket", self._place_of(value), place, note=note)
        elif isinstance(value, str) and value:
            # written out, it may still be a bucket of a template
            named = [x for x in self._estate.buckets.values() if x.value("name") == value]
            identity = named[0].identity if len(named) == 1 else value
            trail.record("bucket", identity, place, note=note)
        else:
            why = value.why if isinstance(value, Open) else "not said"
            trail.record("bucket", "", place, f"which bucket: {why}", note)

    def _selectors(self, trail: Resource, properties: dict[str, Any], place: str) -> None:
        basic, advanced = (
            properties.get("EventSelectors", []),
            properties.get("AdvancedEventSelectors", []),
        )
        for selector in (basic, advanced):
            if isinstance(selector, Open):
                trail.record("kms_events", True, place, f"its event selectors: {selector.why}")
                return
        # values such as "true" are text in many templates
        basic = [_flags(selector) for selector in basic] if isinstance(basic, list) else [basic]
        note = "AdvancedEventSelectors" if advanced else "EventSelectors"
        source = note if basic or advanced else f"no {note}"
        record_selectors(trail, basic, advanced, place, source)

    def _account(self, name: str, properties: dict[str, Any]) -> None:
        called = _describe(properties.get("AccountName"))
        self._estate.note(
            f"TODO {self._template.place(name)}: the id of account {called} is known only when "
            "it is deployed: add it to the accounts then"
        )

    def _flag(
        self,
        resource: Resource,
        fact: str,
        properties: dict[str, Any],
        name: str,
        place: str,
        spare: bool = False,
        default: bool = False,
    ) -> None:
        value = _flag(properties.get(name))
        if isinstance(value, bool):
            resource.record(fact, value, place, note=name)
        elif value is None:
            resource.record(fact, default, place, note=f"no {name}")
        else:
            why = value.why if isinstance(value, Open) else f"it is {_describe(value)}"
            resource.record(fact, spare, place, f"{name}: {why}")


def _flag(value: Any) -> Any:
    """True and false, also as text."""
    text = value.lower() if isinstance(value, str) else None
    return text == "true" if text in ("true", "false") else value


def _flags(selector: Any) -> Any:
    if not isinstance(selector, dict):
        return selector
    return {name: _flag(value) for name, value in selector.items()}


def _describe(value: Any) -> str:
    return f"{value.resource:.80}" if isinstance(value, Reference) else shown(value)
