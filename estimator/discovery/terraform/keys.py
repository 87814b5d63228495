"""What Terraform says of keys: their states and aliases, and the families of multi-Region keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from estimator.discovery.aws_responses.keys import ask_for_past_rotations, record_alias
from estimator.discovery.aws_responses.values import day_of
from estimator.discovery.estate import Estate, Fact, Resource
from estimator.discovery.key_families import ask_for_rotation, join_families
from estimator.discovery.key_states import DISABLED, PENDING
from estimator.discovery.terraform.nodes import APPLY, Node
from estimator.discovery.terraform.references import Owners, References
from pricing.arns import parse_arn

_REPLICAS = ("aws_kms_replica_key", "aws_kms_replica_external_key")
KEYS = ("aws_kms_key", "aws_kms_external_key", *_REPLICAS)
ALIAS = "aws_kms_alias"


class KeyParser:
    """Fills an estate from the resources of AWS KMS."""

    def __init__(self, estate: Estate, references: References, owners: Owners) -> None:
        self._estate = estate
        self._references = references
        self._owners = owners

    def key(self, node: Node) -> None:
        """A key, and whether it rotates; one that is new has no ARN yet."""
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
            key.record_fact("account", self._owner_of_key(node))
            key.record_fact("region", self._owners.region(node))
            key.record("rotations", (), node.label, note=f"new: {APPLY}")
            key.record("is_new", True, node.label)
        spec = node.text("customer_master_key_spec") or node.text("key_spec")
        if spec:
            key.record("spec", spec, node.label, note="customer_master_key_spec")
        # a replica has its primary's setting, once it is made
        setting = "key_rotation_enabled" if node.type in _REPLICAS else "enable_key_rotation"
        rotates = node.get(setting)
        if isinstance(rotates, bool):
            key.record("rotates", rotates, node.label, note=setting)
        elif node.is_unknown(setting) and node.type not in _REPLICAS:
            key.record("rotates", True, node.label, f"{setting}: {node.why_open}")
        self._key_state(key, node)
        expires = day_of(node.text("valid_to"))
        if expires is not None:
            key.record("expires", expires, node.label, note="valid_to")
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
            question = f"whether CloudTrail can write under it: {attribute}: {node.why_open}"
            key.record("state", "Enabled", node.label, question)

    def alias(self, node: Node) -> None:
        """The name of a key, or of one that stands elsewhere."""
        target = node.text("target_key_arn") or node.text("target_key_id")
        key = self._estate.keys.get(self._estate.names.get(target or "", target or ""))
        if key is None:
            meant = self._references.node(node, "target_key_id", KEYS)
            key = self.key_of(meant) if meant is not None else None
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

    def key_of(self, node: Node) -> Resource | None:
        """The key that a resource is, or names; None where it is not known."""
        return self._estate.keys.get(self._estate.names.get(node.label, ""))

    def finish(self, nodes: Iterable[Node]) -> None:
        """Join the families of multi-Region keys, and ask for what is open, once all are read."""
        replicas = [
            (self._primary_of(node), key)
            for node in nodes
            if node.type in _REPLICAS and (key := self.key_of(node))
        ]
        join_families(
            ((primary, key) for primary, key in replicas if primary is not None),
            "primary_key_arn",
        )
        ask_for_rotation(key for primary, key in replicas if primary is None)
        for key in self._estate.keys.values():
            ask_for_past_rotations(key)

    def end(self, destroyed: Sequence[str]) -> None:
        """Note at keys that trails use that the plan destroys them: no trail can write on."""
        used = {trail.value("key") for trail in self._estate.trails.values()}
        for arn in destroyed:
            if arn in used:
                key = self._estate.add_key(arn, "")
                key.record("state", PENDING, "the plan", note="it destroys the key")

    def _owner_of_key(self, node: Node) -> Fact:
        """The account of a new key; a replica's is that of its primary, whatever its provider."""
        own = self._owners.account(node)
        if own.is_known or node.type not in _REPLICAS:
            return own
        arn = parse_arn(node.text("primary_key_arn"), "kms")
        if arn is not None and arn.account:
            return Fact(arn.account, node.label, note="primary_key_arn")
        key = self._primary_of(node)
        return (key.fact("account") if key is not None else None) or own

    def _primary_of(self, node: Node) -> Resource | None:
        known = self._estate.keys.get(node.text("primary_key_arn") or "")
        primary = self._references.node(node, "primary_key_arn", KEYS)
        return known or (self.key_of(primary) if primary is not None else None)
