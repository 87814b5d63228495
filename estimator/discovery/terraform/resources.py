"""What each resource says of trails, keys, buckets and accounts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from estimator.discovery.aws_responses.keys import ask_for_past_rotations, record_alias
from estimator.discovery.estate import Estate, Fact, Resource
from estimator.discovery.key_states import DISABLED, PENDING
from estimator.discovery.terraform.accounts import AccountParser
from estimator.discovery.terraform.families import join_families
from estimator.discovery.terraform.nodes import APPLY, Node, first_block
from estimator.discovery.terraform.references import Owners, References
from estimator.discovery.terraform.selectors import take_selectors
from pricing.arns import format_arn, parse_arn
from pricing.reading.words import shown

REPLICAS = ("aws_kms_replica_key", "aws_kms_replica_external_key")
KEYS = ("aws_kms_key", "aws_kms_external_key", *REPLICAS)
_MOST_NAMED = 5
_KEY_ID = re.compile(r"(?:mrk-)?[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")
_ENCRYPTION = "aws_s3_bucket_server_side_encryption_configuration"


class ResourceParser:
    """Fills an estate from the resources of one document."""

    def __init__(
        self, estate: Estate, nodes: list[Node], references: References, owners: Owners
    ) -> None:
        self._estate = estate
        self._nodes = nodes
        self._references = references
        self._owners = owners
        self._accounts = AccountParser(estate)

    def read(self) -> None:
        """Every resource: keys and buckets first, so that trails find them."""
        for kinds, read in (
            (KEYS, self._key),
            (("aws_kms_alias",), self._alias),
            (("aws_s3_bucket",), self._bucket),
            ((_ENCRYPTION,), self._encryption),
            (("aws_cloudtrail",), self._trail),
            (("aws_organizations_organization",), self._accounts.organization),
            (("aws_organizations_organizational_unit",), self._accounts.unit),
            (("aws_organizations_account",), self._accounts.account),
        ):
            for node in self._nodes:
                if node.type in kinds:
                    read(node)
        self._accounts.place()
        replicas = [node for node in self._nodes if node.type in REPLICAS]
        join_families(
            (primary, key)
            for node in replicas
            if (key := self._key_of(node)) and (primary := self._primary_of(node))
        )
        for key in self._estate.keys.values():
            ask_for_past_rotations(key)
        for node in self._nodes:
            if node.read:
                names = ", ".join(sorted(node.read))
                self._estate.note(
                    f"{node.label}: Terraform marks {names} as sensitive: its value stands here"
                )

    def _key(self, node: Node) -> None:
        arn = parse_arn(node.text("arn"), "kms")
        self._estate.found["keys"] += 1
        key = self._estate.add_key(arn.text if arn else node.label, node.label)
        self._estate.name_key(node.label, key.identity)
        if arn is not None:
            key.record("arn", arn.text, node.label, note="arn")
            key.record("account", arn.account, node.label, note="arn")
            key.record("region", arn.region, node.label, note="arn")
            self._estate.name_key(arn.name, key.identity)
        else:
            _record(key, "account", self._owner_of_key(node))
            _record(key, "region", self._owners.region(node))
            key.record("rotations", (), node.label, note=f"new: {APPLY}")
            key.record("is_new", True, node.label)
        spec = node.text("customer_master_key_spec") or node.text("key_spec")
        if spec:
            key.record("spec", spec, node.label, note="customer_master_key_spec")
        rotates = node.get("enable_key_rotation")
        if isinstance(rotates, bool):
            key.record("rotates", rotates, node.label, note="enable_key_rotation")
        self._key_state(key, node)
        days = node.get("rotation_period_in_days")
        if isinstance(days, int) and not isinstance(days, bool) and days > 0:
            key.record("rotation_days", days, node.label, note="rotation_period_in_days")

    def _key_state(self, key: Resource, node: Node) -> None:
        """The state of a key: external ones have AWS's own word, all have whether it is enabled."""
        attribute = "is_enabled" if node.type == "aws_kms_key" else "enabled"
        state, on = node.text("key_state"), node.get(attribute)
        if state:
            key.record("state", state, node.label, note="key_state")
        elif on is False:
            key.record("state", DISABLED, node.label, note=f"{attribute} is false")
        elif node.is_unknown(attribute):
            question = f"whether CloudTrail can write under it: {attribute}: {APPLY}"
            key.record("state", "Enabled", node.label, question)

    def end_keys(self, destroyed: Sequence[str]) -> None:
        """Note at keys that trails use that the plan destroys them: no trail can write on."""
        used = {trail.value("key") for trail in self._estate.trails.values()}
        for arn in destroyed:
            if arn in used:
                key = self._estate.add_key(arn, "")
                key.record("state", PENDING, "the plan", note="it destroys the key")

    def _owner_of_key(self, node: Node) -> Fact:
        """The account of a new key; a replica's is that of its primary, whatever its provider."""
        own = self._owners.account(node)
        if own.is_known or node.type not in REPLICAS:
            return own
        arn = parse_arn(node.text("primary_key_arn"), "kms")
        if arn is not None and arn.account:
            return Fact(arn.account, node.label, note="primary_key_arn")
        key = self._primary_of(node)
        return (key.fact("account") if key is not None else None) or own

    def _primary_of(self, node: Node) -> Resource | None:
        known = self._estate.keys.get(node.text("primary_key_arn") or "")
        primary = self._references.node(node, "primary_key_arn", KEYS)
        return known or (self._key_of(primary) if primary is not None else None)

    def _alias(self, node: Node) -> None:
        target = node.text("target_key_arn") or node.text("target_key_id")
        key = self._estate.keys.get(self._estate.names.get(target or "", target or ""))
        if key is None:
            meant = self._references.node(node, "target_key_id", KEYS)
            key = self._key_of(meant) if meant is not None else None
        arn, name = parse_arn(node.text("arn"), "kms"), node.text("name")
        if key is None:
            target_arn = parse_arn(target, "kms")
            if target_arn is None or not target_arn.account:
                return
            key = self._estate.add_key(target_arn.text, node.label)
            key.record("arn", target_arn.text, node.label, note="target_key_arn")
            key.record("account", target_arn.account, node.label, note="target_key_arn")
            key.record("region", target_arn.region, node.label, note="target_key_arn")
        self._estate.name_key(node.label, key.identity)
        if arn is not None:
            self._estate.name_key(arn.text, key.identity)
        if name and name.startswith("alias/") and not name.startswith("alias/aws/"):
            record_alias(key, name.removeprefix("alias/"), node.label, "name")

    def _key_of(self, node: Node) -> Resource | None:
        return self._estate.keys.get(self._estate.names.get(node.label, ""))

    def _bucket(self, node: Node) -> None:
        name = node.text("bucket") or node.text("id")
        bucket = self._estate.add_bucket(name or node.label, node.label)
        if node.mode == "managed":
            self._estate.found["buckets"] += 1
        if name:
            bucket.record("name", name, node.label, note="bucket")
        region = self._owners.region(node)
        # a bucket without a Region asks nothing: the key's Region is its own (F10)
        if region.is_known:
            _record(bucket, "region", region)
        inline = node.block("server_side_encryption_configuration", "rule")
        if inline:
            self._rule(bucket, inline, node)

    def _encryption(self, node: Node) -> None:
        name = node.text("bucket")
        bucket = self._estate.buckets.get(name) if name else None
        if bucket is None:
            meant = self._references.node(node, "bucket", ("aws_s3_bucket",))
            identity = self._bucket_identity(meant) if meant is not None else name
            if identity is None:
                return
            bucket = self._estate.add_bucket(identity, node.label)
        if name:
            bucket.record("name", name, node.label, note="bucket")
        # this resource wins over the bucket's own block, which only mirrors it
        bucket.facts.pop("bucket_key", None)
        bucket.facts.pop("algorithm", None)
        self._rule(bucket, node.block("rule"), node)

    def _bucket_identity(self, node: Node) -> str:
        return node.text("bucket") or node.text("id") or node.label

    def _rule(self, bucket: Resource, rule: Mapping[str, Any], node: Node) -> None:
        on = rule.get("bucket_key_enabled")
        if on is None or isinstance(on, bool):
            open_ = first_block(first_block(node.unknown).get("rule")).get("bucket_key_enabled")
            question = APPLY if open_ is True else ""
            bucket.record("bucket_key", bool(on), node.label, question, "bucket_key_enabled")
        default = first_block(rule.get("apply_server_side_encryption_by_default"))
        algorithm = default.get("sse_algorithm")
        if isinstance(algorithm, str) and algorithm:
            bucket.record("algorithm", algorithm, node.label, note="sse_algorithm")

    def _trail(self, node: Node) -> None:
        if node.mode != "managed":
            return
        arn = parse_arn(node.text("arn"), "cloudtrail")
        self._estate.found["trails"] += 1
        trail = self._estate.add_trail(arn.text if arn else node.label, node.label)
        name = node.text("name") or (arn.name if arn else None)
        trail.record("name", name or node.name, node.label, "" if name else f"name: {APPLY}", "")
        if arn is not None:
            trail.record("account", arn.account, node.label, note="arn")
        else:
            _record(trail, "account", self._owners.account(node))
        home = node.text("home_region") or (arn.region if arn else None)
        if home:
            trail.record("home", home, node.label, note="home_region")
        else:
            _record(trail, "home", self._owners.region(node))
        if node.before:
            trail.remarks.append(node.before)
        self._trail_key(trail, node)
        self._trail_bucket(trail, node)
        for fact, attribute in (
            ("organization", "is_organization_trail"),
            ("every_region", "is_multi_region_trail"),
            ("validation", "enable_log_file_validation"),
        ):
            _flag(trail, fact, node, attribute, spare=fact == "every_region")
        _flag(trail, "logging", node, "enable_logging", spare=True, default=True)
        take_selectors(trail, node)
        if node.get("insight_selector"):
            trail.record("insights", True, node.label, note="insight_selector")

    def _trail_key(self, trail: Resource, node: Node) -> None:
        note, given = "kms_key_id", node.get("kms_key_id")
        if isinstance(given, str) and given:
            self._record_key(trail, node, given)
        elif not node.is_unknown("kms_key_id"):
            odd = f"kms_key_id is {shown(given)}, not text" if given not in (None, "") else ""
            trail.record("key", "" if odd else None, node.label, odd, f"no {note}")
        else:
            meant = self._references.node(node, "kms_key_id", (*KEYS, "aws_kms_alias"))
            key = self._key_of(meant) if meant is not None else None
            constant = self._references.constant(node, "kms_key_id")
            if key is not None and meant is not None:
                trail.record("key", key.identity, node.label, note=f"kms_key_id: {meant.address}")
            elif isinstance(constant, str) and constant:
                self._record_key(trail, node, constant)
            else:
                self._offer_key(trail, node)

    def _offer_key(self, trail: Resource, node: Node) -> None:
        """A key that the trail may mean: a made-up one would hide what is there, and cost more."""
        note = "kms_key_id"
        which = self._references.describe(node, note)
        question = f"which key: {APPLY}"
        nodes = self._references.candidates(node, note, (*KEYS, "aws_kms_alias"))
        keys = {
            key.identity: name.address
            for name in nodes
            if (key := self._key_of(name)) is not None
            and key.value("spec") in (None, "SYMMETRIC_DEFAULT")
        }
        names = ", ".join(list(keys.values())[:_MOST_NAMED])
        more = f" and {len(keys) - _MOST_NAMED:,} more" if len(keys) > _MOST_NAMED else ""
        if len(keys) == 1:
            only = f"{names} is the only key it may be in this plan: confirm it"
            trail.record("key", next(iter(keys)), node.label, f"{question}; {only}", note)
        elif keys:
            # those it refers to, or all that there are
            spare = next(iter(keys)) if which else ""
            trail.record("key", spare, node.label, f"{question}, one of {names}{more}", note)
        else:
            refers = f", it refers to {which}" if which else ""
            trail.record("key", "", node.label, f"{question}{refers}", note)

    def _record_key(self, trail: Resource, node: Node, given: str) -> None:
        """A key by ARN, by id, or by the name of an alias in the trail's Region and account."""
        account, home = trail.value("account"), trail.value("home")
        is_name = given.startswith("alias/") or _KEY_ID.fullmatch(given) is not None
        # what is neither name nor ARN is no part of one: an ARN is never made up
        if is_name and account and home:
            resource = given if given.startswith("alias/") else f"key/{given}"
            full = format_arn("kms", resource, account, home)
            # a name that the plan itself gives a key stays: that key has no ARN yet
            given = given if given in self._estate.names else full
        trail.record("key", given, node.label, note="kms_key_id")

    def _trail_bucket(self, trail: Resource, node: Node) -> None:
        name = node.text("s3_bucket_name")
        if name:
            trail.record("bucket", name, node.label, note="s3_bucket_name")
            self._estate.add_bucket(name, node.label).record(
                "name", name, node.label, note="s3_bucket_name"
            )
            return
        meant = self._references.node(node, "s3_bucket_name", ("aws_s3_bucket",))
        if meant is not None:
            identity = self._bucket_identity(meant)
            trail.record("bucket", identity, node.label, note=f"s3_bucket_name: {meant.address}")
        else:
            trail.record("bucket", "", node.label, f"which bucket: {APPLY}", "s3_bucket_name")


def _record(resource: Resource, name: str, fact: Fact) -> None:
    resource.record(name, fact.value, fact.source, fact.question, fact.note)


def _flag(
    resource: Resource,
    name: str,
    node: Node,
    attribute: str,
    spare: bool = False,
    default: bool = False,
) -> None:
    """A true or false; one that the plan does not know yet is a question."""
    value = node.get(attribute)
    if isinstance(value, bool):
        resource.record(name, value, node.label, note=attribute)
    elif node.is_unknown(attribute):
        resource.record(name, spare, node.label, f"{attribute}: {APPLY}")
    elif value is None:
        resource.record(name, default, node.label, note=f"no {attribute}")
    else:
        resource.record(
            name, spare, node.label, f"{attribute} is {shown(value)}, not true or false"
        )
