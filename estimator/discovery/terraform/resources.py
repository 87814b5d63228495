"""The resources of a document: what each says of a trail or a bucket; keys and accounts apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from estimator.discovery.estate import Estate, Fact, Resource
from estimator.discovery.selectors import record_selectors
from estimator.discovery.terraform.accounts import AccountParser
from estimator.discovery.terraform.keys import ALIAS, KEYS, KeyParser
from estimator.discovery.terraform.nodes import (
    Node,
    blocks_of,
    first_block,
    has_mark,
    is_open,
)
from estimator.discovery.terraform.references import Owners, References
from estimator.figures import listed
from pricing.arns import format_arn, parse_arn
from pricing.reading.words import shown

_MOST_NAMED = 5
_KEY_ID = re.compile(r"(?:mrk-)?[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")
_ENCRYPTION = "aws_s3_bucket_server_side_encryption_configuration"
# fields of event selectors in AWS's words, and the attributes of `aws_cloudtrail`
_BASIC = {
    "ReadWriteType": "read_write_type",
    "IncludeManagementEvents": "include_management_events",
    "ExcludeManagementEventSources": "exclude_management_event_sources",
}
_FIELDS = {
    "Field": "field",
    "Equals": "equals",
    "NotEquals": "not_equals",
    "StartsWith": "starts_with",
    "NotStartsWith": "not_starts_with",
    "EndsWith": "ends_with",
    "NotEndsWith": "not_ends_with",
}


class ResourceParser:
    """Fills an estate from the resources of one document."""

    def __init__(
        self, estate: Estate, nodes: list[Node], references: References, owners: Owners
    ) -> None:
        self._estate = estate
        self._nodes = nodes
        self._references = references
        self._owners = owners
        self._keys = KeyParser(estate, references, owners)
        self._accounts = AccountParser(estate)
        self._new_trails: list[Resource] = []

    def read(self, destroyed: Sequence[str]) -> None:
        """Every resource: keys and buckets first, so that trails find them.

        The keys and buckets that the plan destroys, by ARN and name, are no resource any more.
        """
        for kinds, read in (
            (KEYS, self._keys.key),
            ((ALIAS,), self._keys.alias),
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
        self._own_organization_trails()
        self._keys.finish(self._nodes)
        for node in self._nodes:
            if node.read:
                names = ", ".join(sorted(node.read))
                self._estate.note(
                    f"{node.label}: Terraform marks {names} as sensitive: its value stands here"
                )
        self._keys.end(destroyed)
        self._end_buckets(destroyed)

    def _own_organization_trails(self) -> None:
        """Give new organization trails to the management account (F7).

        A delegated administrator makes them, and never owns them.
        """
        payer = self._accounts.payer
        if payer is None:
            return
        for trail in self._new_trails:
            if trail.value("organization"):
                note = f"{payer.note}: it owns the organization's trails"
                trail.facts["account"] = Fact(payer.value, payer.source, note=note)

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
            bucket.record_fact("region", region)
        block = "server_side_encryption_configuration"
        inline = node.block(block, "rule")
        if inline:
            self._rule(bucket, inline, first_block(node.unknown.get(block)).get("rule"), node)

    def _end_buckets(self, destroyed: Sequence[str]) -> None:
        """Note at buckets of trails that the plan destroys them: no trail can write on."""
        used = {trail.value("bucket") for trail in self._estate.trails.values()}
        for name in used.intersection(destroyed):
            bucket = self._estate.add_bucket(name, "")
            bucket.record("gone", True, "the plan", note="it destroys the bucket")

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
        unknown = True if node.is_unknown("rule") else node.unknown.get("rule")
        self._rule(bucket, node.block("rule"), unknown, node)

    def _bucket_identity(self, node: Node) -> str:
        return node.text("bucket") or node.text("id") or node.label

    def _rule(self, bucket: Resource, rule: Mapping[str, Any], unknown: Any, node: Node) -> None:
        name = "bucket_key_enabled"
        on = rule.get(name)
        if on is None or isinstance(on, bool):
            # what is not known yet is the rule, or what it says of the Bucket Key
            open_ = is_open(unknown) or is_open(first_block(unknown).get(name))
            question = node.why_open if open_ else ""
            bucket.record("bucket_key", bool(on), node.label, question, name)
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
        trail.record(
            "name", name or node.name, node.label, "" if name else f"name: {node.why_open}", ""
        )
        if arn is not None:
            trail.record("account", arn.account, node.label, note="arn")
        else:
            trail.record_fact("account", self._owners.account(node))
            self._new_trails.append(trail)
        home = node.text("home_region") or (arn.region if arn else None)
        if home:
            trail.record("home", home, node.label, note="home_region")
        else:
            trail.record_fact("home", self._owners.region(node))
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
        _take_selectors(trail, node)
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
            meant = self._references.node(node, "kms_key_id", (*KEYS, ALIAS))
            key = self._keys.key_of(meant) if meant is not None else None
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
        question = f"which key: {node.why_open}"
        nodes = self._references.candidates(node, note, (*KEYS, ALIAS))
        keys = {
            key.identity: name.address
            for name in nodes
            if (key := self._keys.key_of(name)) is not None
            and key.value("spec") in (None, "SYMMETRIC_DEFAULT")
        }
        names = listed(keys.values(), _MOST_NAMED)
        if len(keys) == 1:
            only = f"{names} is the only key it may be in this plan: confirm it"
            trail.record("key", next(iter(keys)), node.label, f"{question}; {only}", note)
        elif keys:
            # those it refers to, or all that there are
            spare = next(iter(keys)) if which else ""
            trail.record("key", spare, node.label, f"{question}, one of {names}", note)
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
            trail.record(
                "bucket", "", node.label, f"which bucket: {node.why_open}", "s3_bucket_name"
            )


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
        resource.record(name, spare, node.label, f"{attribute}: {node.why_open}")
    elif value is None:
        resource.record(name, default, node.label, note=f"no {attribute}")
    else:
        resource.record(
            name, spare, node.label, f"{attribute} is {shown(value)}, not true or false"
        )


def _take_selectors(trail: Resource, node: Node) -> None:
    """Note what a trail's event selectors take in."""
    if _has_open_selectors(node):
        trail.record(
            "kms_events", True, node.label, f"event selectors: {node.why_open}", "event_selector"
        )
        return
    basic = [_rename(block, _BASIC) for block in blocks_of(node.get("event_selector"))]
    advanced = [
        {"FieldSelectors": [_rename(x, _FIELDS) for x in blocks_of(block.get("field_selector"))]}
        if isinstance(block, Mapping)
        else block
        for block in blocks_of(node.get("advanced_event_selector"))
    ]
    note = "advanced_event_selector" if advanced else "event_selector"
    source = note if basic or advanced else f"no {note}"
    record_selectors(trail, basic, advanced, node.label, source)


def _has_open_selectors(node: Node) -> bool:
    """True where the plan leaves open what selectors say of management events, whole or in part."""
    if node.is_unknown("event_selector") or node.is_unknown("advanced_event_selector"):
        return True
    basic, advanced = (
        [block for block in blocks_of(node.unknown.get(name)) if isinstance(block, Mapping)]
        for name in ("event_selector", "advanced_event_selector")
    )
    # which objects data events are of says nothing of management events
    parts = [block.get(attribute) for block in basic for attribute in _BASIC.values()]
    whole = [block.get("field_selector") is True for block in advanced]
    return any(map(has_mark, (*parts, *whole)))


def _rename(block: Any, attributes: Mapping[str, str]) -> Any:
    """A block with AWS's names; what is no block stays, and makes no sense as a selector."""
    if not isinstance(block, Mapping):
        return block
    return {name: block.get(attribute) for name, attribute in attributes.items()}
