"""Accounts, their Regions and who pays, as an inventory writes them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

from estimator.discovery.drafting.lines import Entry, Item
from estimator.discovery.drafting.locations import Locator, is_placeholder
from estimator.discovery.drafting.names import fit
from estimator.discovery.drafting.trails import ResolvedTrail
from estimator.discovery.estate import Estate, Fact, Resource
from estimator.figures import listed
from estimator.inventory.account_groups import read_ou, read_tags
from pricing.arns import is_account
from pricing.regions import COMMERCIAL, default_regions, is_region_of_known_partition, partition_of

_PAYER = "the account that the consolidated bill goes to is not known"
_STRANGER = (
    "it is met only as the owner of a key: whether it is of this organization is not known; if it "
    "is, leave `payer` out, and an organization trail writes files for it"
)
_REGIONS = "the Regions that the accounts have enabled are not known: `aws ec2 describe-regions`"
MEMBERS = (
    "an organization trail writes files for every account, and these may not be all: "
    "`aws organizations list-accounts` lists them"
)


@dataclass(frozen=True)
class ResolvedAccounts:
    """Who has accounts, where, and who pays."""

    payer: Entry
    regions: Entry
    items: tuple[Item, ...]
    remarks: tuple[str, ...]


def resolve_accounts(
    estate: Estate, locator: Locator, trails: Sequence[ResolvedTrail]
) -> ResolvedAccounts:
    """Every account that is listed, or that a trail or its key lives in."""
    owners = _owners(trails)
    outsiders = _outsiders(estate, trails)
    payer = _payer(estate, owners, _ids(estate, trails, ""), outsiders)
    outsiders.pop(payer.value, None)
    # the payer first: of an inventory without one, the first account pays
    ids = _ids(estate, trails, payer.value)
    partitions = {
        account: locator.partitions.get(account) or _partition_of_regions(estate, locator, account)
        for account in ids
    }
    known = {account: _regions(estate, account, partitions[account]) for account in ids}
    head = _head_regions(partitions, known)
    items, last_source = [], ""
    for account in ids:
        resource = estate.accounts.get(account)
        source = resource.source if resource else _evidence(account, trails)
        entries = [Entry("id", account, "", _account_question(account, trails))]
        name = resource.fact("name") if resource else None
        if name is not None and name.is_known and fit(name.value, "")[1]:
            entries.append(Entry("name", name.value))
        entries += _groups(resource)
        manager = resource.fact("manager") if resource else None
        if manager is not None and manager.value != payer.value:
            note = "the management account of its organization" if manager.is_known else ""
            entries.append(Entry("payer", manager.value, note, manager.question))
        elif len(owners) > 1 and account in owners and account != payer.value:
            entries.append(Entry("payer", account, "it owns an organization trail"))
        elif account in outsiders:
            # its own bill: an organization trail writes nothing for it
            entries.append(outsiders[account])
        entries += _own_regions(account, partitions[account], known[account], head, trails)
        # ten thousand accounts of one list say so once
        items.append(
            Item(tuple(entries), "", (source,) if source and source != last_source else ())
        )
        last_source = source
    needs_members = any(_is_whole(trail) for trail in trails) and not estate.members
    return ResolvedAccounts(
        payer, head, tuple(items), (f"TODO {MEMBERS}",) if needs_members else ()
    )


def _groups(resource: Resource | None) -> Iterator[Entry]:
    """The OU and the tags of an account, as far as `check` takes them."""
    ou = resource.fact("ou") if resource else None
    if ou is not None and isinstance(ou.value, str):
        # a path that is too long, or has names that no line of YAML holds, is left out
        with contextlib.suppress(PydanticCustomError):
            yield Entry("ou", read_ou(ou.value), "", ou.question)
    tags = resource.fact("tags") if resource else None
    if tags is not None and isinstance(tags.value, dict):
        fitting = {}
        for name, value in tags.value.items():
            with contextlib.suppress(PydanticCustomError):
                fitting.update(read_tags({name: value}))
        if fitting:
            yield Entry("tags", fitting, "", tags.question)


def _ids(estate: Estate, trails: Sequence[ResolvedTrail], payer: str) -> list[str]:
    ids = {account for account in estate.accounts if is_account(account)}
    for trail in trails:
        ids.add(trail.account.value)
        if trail.key is not None:
            ids.add(trail.key.account.value)
    return sorted(ids, key=lambda account: (account != payer, account))


def _outsiders(estate: Estate, trails: Sequence[ResolvedTrail]) -> dict[str, Entry]:
    """Accounts that are no members, or are met only as the owner of a key: their own `payer`."""
    own_trails = {trail.account.value for trail in trails}
    found = {}
    for account in _ids(estate, trails, ""):
        resource = estate.accounts.get(account)
        if is_placeholder(account) or (resource is not None and resource.value("member")):
            continue
        if estate.members:
            found[account] = Entry("payer", account, f"it is not in the list of {estate.members}")
        elif resource is None and account not in own_trails:
            found[account] = Entry("payer", account, "", _STRANGER)
    return found


def _is_whole(trail: ResolvedTrail) -> bool:
    fact = trail.resource.fact("organization")
    return fact is not None and bool(fact.value)


def _owners(trails: Sequence[ResolvedTrail]) -> list[str]:
    """Accounts with an organization trail: the management account owns it (F7)."""
    found = {t.account.value for t in trails if t.resource.value("organization") is True}
    return sorted(account for account in found if not is_placeholder(account))


def _payer(
    estate: Estate, owners: list[str], ids: list[str], outsiders: Mapping[str, Entry]
) -> Entry:
    if estate.payer is not None and estate.payer.is_known and is_account(estate.payer.value):
        note = estate.payer.note
        return Entry("payer", estate.payer.value, f"{estate.payer.source}{note and ': '}{note}")
    if len(owners) == 1:
        return Entry("payer", owners[0], "it owns the organization trail: the management account")
    named = [account for account in ids if not is_placeholder(account)]
    found = [estate.accounts[account] for account in named if account in estate.accounts]
    managers = {str(each.value("manager")): each.source for each in found if each.value("manager")}
    strangers = [x for x in named if x not in outsiders and x not in estate.accounts]
    nameless = [each for each in found if each.fact("manager") is None]
    # with several organizations each account has a payer of its own
    is_all = not strangers and all(each.identity in outsiders for each in nameless)
    if managers and ((len(managers) == 1 and not owners) or is_all):
        first = min(managers)
        return Entry("payer", first, f"{managers[first]}: the management account by its ARNs")
    members = [account for account in named if account not in outsiders]
    return Entry("payer", (owners or members or named or ids)[0], "", _PAYER)


def _evidence(account: str, trails: Sequence[ResolvedTrail]) -> str:
    """The trail or key by which an account is known that nothing lists."""
    for trail in trails:
        if trail.account.value == account and trail.account.is_known:
            return f"the account of trail {trail.name}"
    for trail in trails:
        owner = trail.key.account if trail.key is not None else None
        if trail.key is not None and owner and owner.value == account and owner.is_known:
            return f"the account of key {trail.key.id}"
    return ""


def _account_question(account: str, trails: Sequence[ResolvedTrail]) -> str:
    for trail in trails:
        facts = [trail.account, *([trail.key.account] if trail.key else [])]
        for fact in facts:
            if fact.value == account and not fact.is_known:
                return fact.question
    return ""


def _partition_of_regions(estate: Estate, locator: Locator, account: str) -> str:
    """The partition of an account without a trail: that of its Regions, else of the others."""
    resource = estate.accounts.get(account)
    fact = resource.fact("regions") if resource else None
    asked = fact.value if fact is not None and isinstance(fact.value, list | tuple) else ()
    return locator.partition([*asked, *_firsts(locator)])


def _firsts(locator: Locator) -> Iterable[str]:
    for partition in locator.partitions.values():
        yield default_regions(partition)[0]


def _regions(estate: Estate, account: str, partition: str) -> Fact | None:
    """The Regions that an account is known to have, without those that kmscost does not know."""
    resource = estate.accounts.get(account)
    fact = (resource.fact("regions") if resource else None) or estate.regions
    if fact is None or not fact.is_known or not isinstance(fact.value, list | tuple):
        return None
    codes = [code for code in dict.fromkeys(fact.value) if is_region_of_known_partition(code)]
    strange = sorted(
        {str(code)[:40] for code in fact.value if not is_region_of_known_partition(code)}
    )
    if strange:
        estate.note(f"Regions that kmscost does not know were left out: {listed(strange)}")
    codes = sorted(code for code in codes if partition_of(code) == partition)
    return Fact(codes, fact.source, note=fact.note) if codes else None


def _head_regions(partitions: dict[str, str], known: dict[str, Fact | None]) -> Entry:
    """The Regions of every account of which nothing else is said."""
    first = next(iter(partitions.values()), COMMERCIAL)
    facts = [fact for fact in known.values() if fact is not None]
    same = all(fact.value == facts[0].value for fact in facts)
    if facts and same and len(facts) == len(known):
        return Entry("regions", facts[0].value, facts[0].source)
    spare: object = "default" if first == COMMERCIAL else list(default_regions(first))
    missing = any(fact is None for fact in known.values())
    return Entry("regions", spare, "", _REGIONS if missing else "")


def _own_regions(
    account: str, partition: str, known: Fact | None, head: Entry, trails: Sequence[ResolvedTrail]
) -> Iterable[Entry]:
    """The Regions of an account that differ from the rest, its trails' home Region among them."""
    inherited = list(default_regions()) if head.value == "default" else list(head.value)
    at_hand = list(known.value) if known is not None else inherited
    todo, source = "", known.source if known is not None else ""
    if known is None and partition_of(at_hand[0]) != partition:
        at_hand, todo = list(default_regions(partition)), _REGIONS
    homes = sorted({t.home.value for t in trails if t.account.value == account} - set(at_hand))
    if homes:
        todo = todo or (_REGIONS if known is None else "")
        source = "; ".join(part for part in (source, "with the home Region of its trail") if part)
    wanted = at_hand + homes
    if set(wanted) == set(inherited):
        return
    usual = list(default_regions())
    if known is None and wanted[: len(usual)] == usual:
        wanted = ["default", *wanted[len(usual) :]]
    yield Entry("regions", wanted, source, todo)
