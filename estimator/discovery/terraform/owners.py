"""The account and Region that a provider block works in, by all that a document tells of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from estimator.discovery.estate import Fact
from estimator.discovery.terraform.expressions import Expressions
from estimator.discovery.terraform.nodes import Node
from pricing.arns import is_account, parse_arn
from pricing.regions import is_region_of_known_partition

_NO_ACCOUNT = "the account of the provider is not known: `aws sts get-caller-identity` tells it"
_NO_REGION = "the Region of the provider is not known"


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
