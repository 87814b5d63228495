"""What AWS says of accounts: list-accounts, describe-organization, get-caller-identity, Regions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.discovery.aws_responses.values import items_of, text_of
from estimator.discovery.estate import Estate, Fact, Thing
from pricing.arns import is_account

_ENABLED = ("opt-in-not-required", "opted-in", "ENABLED", "ENABLED_BY_DEFAULT", None)


def take_accounts(estate: Estate, answer: Mapping[str, Any], source: str) -> None:
    """The accounts of an organization, those that are closed or suspended apart."""
    closed = 0
    for one in items_of(answer, "Accounts"):
        identity = one.get("Id")
        if not is_account(identity):
            estate.note(f"{source}: an account without an id of 12 digits was left out")
            continue
        # AWS replaced Status by State in 2026; either may be there
        if one.get("State", one.get("Status", "ACTIVE")) != "ACTIVE":
            closed += 1
            continue
        estate.found["accounts"] += identity not in estate.accounts
        thing = estate.add_account(str(identity), source)
        name = text_of(one, "Name")
        if name:
            thing.say("name", name, source, note="Name")
    if closed:
        estate.note(f"{source}: {closed:,} accounts that are not ACTIVE were left out")
    if answer.get("NextToken"):
        estate.note(
            f"TODO {source}: one page of several, so accounts are missing: save the whole list "
            "with `aws organizations list-accounts`"
        )
    else:
        estate.members = source


def take_organization(estate: Estate, answer: Mapping[str, Any], source: str) -> None:
    """The management account pays for all (consolidated billing)."""
    said = answer.get("Organization")
    owner = said.get("MasterAccountId") if isinstance(said, Mapping) else None
    if is_account(owner):
        say_payer(estate, str(owner), source, "MasterAccountId")


def say_payer(estate: Estate, account: str, source: str, note: str) -> None:
    """Note who pays; two that disagree make an open question."""
    holder = Thing("payer", "", {"payer": estate.payer} if estate.payer else {})
    holder.say("payer", account, source, note=note)
    estate.payer = holder.fact("payer")


def take_identity(estate: Estate, answer: Mapping[str, Any], source: str) -> None:
    """The account that asked."""
    if is_account(answer.get("Account")):
        estate.add_account(answer["Account"], source)


def enabled_regions(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """The Regions of describe-regions or list-regions that an account may use."""
    return tuple(
        sorted(
            name
            for one in items_of(answer, "Regions")
            if (name := text_of(one, "RegionName"))
            and one.get("OptInStatus", one.get("RegionOptStatus")) in _ENABLED
        )
    )


def take_regions(
    estate: Estate, account: str | None, answer: Mapping[str, Any], source: str
) -> None:
    """The Regions of one account, or of all where the answer belongs to none."""
    found = enabled_regions(answer)
    if not found:
        return
    if account is not None:
        estate.add_account(account, source).say("regions", found, source, note="Regions")
        return
    holder = Thing("regions", "", {"regions": estate.regions} if estate.regions else {})
    holder.say("regions", found, source, note="Regions")
    estate.regions = holder.fact("regions") or Fact(found, source)
