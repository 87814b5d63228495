"""What AWS says of accounts: list-accounts, describe-organization, get-caller-identity, Regions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from estimator.discovery.aws_responses.organization import take_tags
from estimator.discovery.aws_responses.values import items_of, text_of
from estimator.discovery.estate import Estate, Fact, Resource
from pricing.arns import is_account, parse_arn

_UNIT = re.compile(r"for-parent|ForParent|(?<![a-z0-9])(?:ou-[a-z0-9]{4,32}-|r-[a-z0-9]{4,32})")
_ENABLED = ("opt-in-not-required", "opted-in", "ENABLED", "ENABLED_BY_DEFAULT", None)


def take_accounts(estate: Estate, response: Mapping[str, Any], source: str) -> None:
    """The accounts of an organization, those that are closed or suspended apart."""
    closed, owners, stated = 0, set(), False
    for account in items_of(response, "Accounts"):
        identity = account.get("Id")
        if not is_account(identity):
            estate.note(f"{source}: an account without an id of 12 digits was left out")
            continue
        arn = parse_arn(account.get("Arn"), "organizations")
        if arn is not None and arn.account:
            owners.add(arn.account)
        stated = stated or "State" in account or "Status" in account
        # AWS replaced Status by State in 2026; either may be there
        status = account.get("State", account.get("Status", "ACTIVE"))
        if status != "ACTIVE":
            # a closed account makes no events, so no files
            closed += 1
            estate.close_account(str(identity), str(status), source)
            continue
        estate.found["accounts"] += identity not in estate.accounts
        resource = estate.add_account(str(identity), source)
        resource.record("member", True, source)
        name = text_of(account, "Name")
        if name:
            resource.record("name", name, source, note="Name")
        take_tags(resource, account.get("Tags"), source)
    estate.note_closed(closed, source)
    if estate.found["accounts"] and not stated:
        reason = "neither State nor Status: closed accounts, which write nothing, may be among them"
        estate.completeness.missed("accounts", source, reason)
    for reason in _find_missing(estate, response, source, owners):
        estate.completeness.missed("accounts", source, reason)
    estate.completeness.saw("accounts", source)
    if not isinstance(response.get("Accounts"), list | tuple):
        estate.completeness.missed("accounts", source, "no list of Accounts in it")


def _find_missing(
    estate: Estate, response: Mapping[str, Any], source: str, owners: set[str]
) -> Iterator[str]:
    """Why a list is not that of the whole organization; else the organization is known by it."""
    whole = "save the whole list with `aws organizations list-accounts`"
    if response.get("NextToken"):
        yield f"one page of several, so accounts are missing: {whole}"
    # the lists of one unit have the same form: only the name of the file tells
    elif _UNIT.search(source):
        yield f"the accounts of one organizational unit: {whole}"
    # the management account is a member of its organization: a list without it is a part
    elif len(owners) == 1 and not owners & set(estate.accounts):
        yield f"the management account, {min(owners)}, is not in it: {whole}"
    else:
        estate.members = source


def take_organization(estate: Estate, response: Mapping[str, Any], source: str) -> None:
    """The management account pays for all (consolidated billing)."""
    organization = response.get("Organization")
    owner = organization.get("MasterAccountId") if isinstance(organization, Mapping) else None
    if is_account(owner):
        record_payer(estate, str(owner), source, "MasterAccountId")


def record_payer(estate: Estate, account: str, source: str, note: str) -> None:
    """Note who pays; two that disagree make an open question."""
    holder = Resource("payer", "", {"payer": estate.payer} if estate.payer else {})
    holder.record("payer", account, source, note=note)
    estate.payer = holder.fact("payer")


def take_identity(estate: Estate, response: Mapping[str, Any], source: str) -> None:
    """The account that asked."""
    if is_account(response.get("Account")):
        estate.add_account(response["Account"], source)


def enabled_regions(response: Mapping[str, Any]) -> tuple[str, ...]:
    """The Regions of describe-regions or list-regions that an account may use."""
    return tuple(
        sorted(
            name
            for region in items_of(response, "Regions")
            if (name := text_of(region, "RegionName"))
            and region.get("OptInStatus", region.get("RegionOptStatus")) in _ENABLED
        )
    )


def take_regions(
    estate: Estate, account: str | None, response: Mapping[str, Any], source: str
) -> None:
    """The Regions of one account, or of all where the response belongs to none."""
    found = enabled_regions(response)
    if not found:
        return
    if account is not None:
        estate.add_account(account, source).record("regions", found, source, note="Regions")
        return
    holder = Resource("regions", "", {"regions": estate.regions} if estate.regions else {})
    holder.record("regions", found, source, note="Regions")
    estate.regions = holder.fact("regions") or Fact(found, source)
