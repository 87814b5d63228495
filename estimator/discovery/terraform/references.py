"""What a resource leaves to others: which of them it refers to, and whose provider it has.

A reference stands for a value that is known only after apply. The account and Region that a
provider block works in are known by all that a document tells of it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from estimator.discovery.estate import Fact
from estimator.discovery.terraform.expressions import Expressions, Target
from estimator.discovery.terraform.nodes import Node
from pricing.arns import is_account, parse_arn
from pricing.regions import is_region_of_known_partition

_INDEXES = re.compile(r"\[(?:[^\]\"]|\"(?:[^\"\\]|\\.)*\")*\]")
_NO_ACCOUNT = "the account of the provider is not known: `aws sts get-caller-identity` tells it"
_NO_REGION = "the Region of the provider is not known"


class References:
    """The instances of a document by what they are written as."""

    def __init__(self, nodes: Iterable[Node], expressions: Expressions) -> None:
        self._expressions = expressions
        self._by_name: dict[tuple[str, str, str, bool], list[Node]] = defaultdict(list)
        # whoever refers to an address means its object, never a former one
        for node in (node for node in nodes if not node.deposed):
            key = (plain(node.module), node.type, node.name, node.mode == "data")
            self._by_name[key].append(node)

    def node(self, node: Node, attribute: str, types: Iterable[str]) -> Node | None:
        """The one instance of these types that an attribute refers to; None if it is not clear."""
        found = {
            id(target_node): target_node
            for target in self._targets(node, attribute)
            if target.type in types
            for target_node in self._instances(target, node)
        }
        # an expression over two keys may mean either
        return next(iter(found.values())) if len(found) == 1 else None

    def candidates(self, node: Node, attribute: str, types: Iterable[str]) -> list[Node]:
        """The instances that an attribute may mean where it is not clear which.

        They are those it refers to, or, where only a local stands between, all of the document:
        locals are in no plan. What it refers to elsewhere is none of these.
        """
        wanted = tuple(types)
        targets = [target for target in self._targets(node, attribute) if target.type]
        if targets:
            found = [
                instance
                for target in targets
                if target.type in wanted
                for instance in self._instances(target, node)
            ]
            elsewhere = any(target.type not in wanted for target in targets)
            return [] if elsewhere else list({id(x): x for x in found}.values())
        nodes = (x for listed in self._by_name.values() for x in listed)
        return [x for x in nodes if x.type in wanted and x.mode == "managed"]

    def constant(self, node: Node, attribute: str) -> Any:
        """The constant that an attribute is given through a variable; None where there is none."""
        found = {
            target.constant for target in self._targets(node, attribute) if not target.type
        } - {None}
        return found.pop() if len(found) == 1 else None

    def describe(self, node: Node, attribute: str) -> str:
        """The resources that an attribute refers to, in the words of a question."""
        names = [
            ".".join(part for part in (target.module, target.type, target.name) if part)
            for target in self._targets(node, attribute)
            if target.type
        ]
        return ", ".join(dict.fromkeys(names))

    def _targets(self, node: Node, attribute: str) -> list[Target]:
        return self._expressions.targets(
            node.module, node.mode, node.type, node.name, attribute, node.index
        )

    def _instances(self, target: Target, aws: Node) -> list[Node]:
        key = (plain(target.module), target.type, target.name, target.is_data)
        found = self._by_name.get(key, [])
        if "[" in target.module or plain(target.module) == target.module:
            exact = [node for node in found if node.module == target.module]
            found = exact or found
        if target.index:
            return [node for node in found if node.address.endswith(target.index)]
        if len(found) > 1 and aws.index is not None:
            # count and for_each: the instance of the same index, as count.index and each.key mean
            return [node for node in found if node.index == aws.index] or found
        return found


class Owners:
    """Evidence of each provider block: its own words, and the ARNs of what it made before."""

    def __init__(self, nodes: Iterable[Node], expressions: Expressions) -> None:
        self._expressions = expressions
        self._accounts: dict[str, dict[str, str]] = defaultdict(dict)
        self._regions: dict[str, dict[str, str]] = defaultdict(dict)
        self._providers: dict[str, None] = {}
        for node in nodes:
            self._look(node)

    def _look(self, node: Node) -> None:
        if node.type == "aws_caller_identity" and is_account(node.text("account_id")):
            self._accounts[node.provider][str(node.text("account_id"))] = node.label
        elif node.type == "aws_region":
            region = node.text("region") or node.text("name")
            if is_region_of_known_partition(region):
                self._regions[node.provider][str(region)] = node.label
        elif node.mode == "managed":
            arn = parse_arn(node.text("arn"))
            # the organization's trail belongs to the management account, whoever made it
            foreign = node.get("is_organization_trail") is True
            if arn and arn.account and arn.service in ("cloudtrail", "kms") and not foreign:
                self._accounts[node.provider].setdefault(arn.account, node.label)
        self._providers[node.provider] = None

    def account(self, node: Node) -> Fact:
        """The account that a resource is in."""
        provider = node.provider
        for names in (("assume_role", "role_arn"), ("assume_role_with_web_identity", "role_arn")):
            arn = parse_arn(self._value(provider, *names), "iam")
            if arn is not None and arn.account:
                return Fact(arn.account, node.source, note=f"provider {provider}: {names[0]}")
        allowed = self._value(provider, "allowed_account_ids")
        if isinstance(allowed, tuple) and len(allowed) == 1 and is_account(allowed[0]):
            return Fact(allowed[0], node.source, note=f"provider {provider}: allowed_account_ids")
        # two accounts behind one provider leave it open: a guess would bill the wrong one
        found = self._accounts.get(provider) or self._of_the_same_credentials(provider)
        if len(found) == 1:
            account, label = next(iter(found.items()))
            return Fact(account, label)
        return Fact(None, node.label, _NO_ACCOUNT)

    def _of_the_same_credentials(self, provider: str) -> dict[str, str]:
        """What is known of blocks that differ from this one only in their Region."""
        own = self._expressions.credentials(provider) if provider else None
        found: dict[str, str] = {}
        for other in self._providers if own is not None else ():
            if other and self._expressions.credentials(other) == own:
                found |= self._accounts.get(other, {})
        return found

    def region(self, node: Node) -> Fact:
        """The Region that a resource is in."""
        own = node.text("region")  # each resource may name its own since version 6 of the provider
        if own:
            return Fact(own, node.label, note="region")
        configured = self._value(node.provider, "region")
        if isinstance(configured, str) and configured:
            return Fact(configured, node.source, note=f"provider {node.provider}: region")
        found = self._regions.get(node.provider, {})
        if len(found) == 1:
            region, label = next(iter(found.items()))
            return Fact(region, label)
        return Fact(None, node.label, _NO_REGION)

    def _value(self, provider: str, *names: str) -> Any:
        return self._expressions.provider_value(provider, *names) if provider else None


def plain(address: str) -> str:
    """An address without its indexes: as it is written.

    >>> plain('module.logs["eu"].module.kms[0]')
    'module.logs.module.kms'
    """
    return _INDEXES.sub("", address)
