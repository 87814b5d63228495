"""What Terraform says of an organization: its accounts, and the OUs that they are in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from estimator.discovery.aws_responses.member_lists import without_ids
from estimator.discovery.aws_responses.organization import Organization, take_tags
from estimator.discovery.estate import Estate, Fact
from estimator.discovery.terraform.nodes import Node, blocks_of
from estimator.inventory.account_rows import ACTIVE, account_status, status_word
from pricing.arns import is_account, parse_arn
from pricing.reading.words import shown


class AccountParser:
    """Fills an estate from the resources of AWS Organizations."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._units = Organization()
        # the management account of this document's organization
        self.payer: Fact | None = None
        self._closed: Counter[str] = Counter()

    def place(self) -> None:
        """Note the OU of each account, once all are read."""
        self._units.place(self._estate)
        for source, count in self._closed.items():
            self._estate.note_closed(count, source)

    def organization(self, node: Node) -> None:
        """The management account, the roots and the members of the organization."""
        owner = node.get("master_account_id")
        if is_account(owner):
            self.payer = Fact(owner, node.label, note="master_account_id")
            self._estate.record_payer(owner, node.label, "master_account_id")
        for root in blocks_of(node.get("roots")):
            if isinstance(root, Mapping):
                self._units.take_unit({"Id": root.get("id"), "Name": root.get("name")})
        listed = blocks_of(node.get("accounts"))
        members = [
            account
            for account in listed
            if isinstance(account, Mapping) and is_account(account.get("id"))
        ]
        for account in members:
            self._member(account, node)
        nameless = len(listed) - len(members)
        if nameless:
            self._estate.completeness.missed("accounts", node.label, without_ids(nameless))
        elif listed:
            self._estate.members = node.label
        if listed:
            self._estate.completeness.saw("accounts", node.label)

    def unit(self, node: Node) -> None:
        """An OU, and what is above it."""
        parent = node.text("parent_id")
        self._units.take_unit({"Id": node.get("id"), "Name": node.get("name")}, parent)

    def account(self, node: Node) -> None:
        """A member account; the id of a new one is known after apply."""
        if is_account(node.get("id")):
            self._member(node.values, node)
        elif node.mode == "managed":
            self._estate.note(
                f"TODO {node.label}: the id of account {shown(node.get('name'))} is known "
                "only after apply: add it to the accounts then"
            )

    def _member(self, member: Mapping[str, Any], node: Node) -> None:
        # AWS replaced status by state; a provider may have either, both, or neither
        status = status_word(account_status(member, ("state", "status"))) or ACTIVE
        if status != ACTIVE:
            self._closed[node.label] += 1
            self._estate.close_account(member["id"], str(status), node.label)
            return
        self._estate.found["accounts"] += member["id"] not in self._estate.accounts
        account = self._estate.add_account(member["id"], node.label)
        account.record("member", True, node.label)
        arn = parse_arn(member.get("arn"), "organizations")
        if arn is not None and arn.account:
            account.record("manager", arn.account, node.label, note="arn")
        if isinstance(member.get("name"), str):
            account.record("name", member["name"], node.label, note="name")
        tags = member.get("tags_all") or member.get("tags")
        take_tags(account, tags, node.label)
        parent = member.get("parent_id")
        if isinstance(parent, str):
            self._units.take_child(member["id"], parent, node.label)
