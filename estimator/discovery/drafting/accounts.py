"""Accounts, their Regions and who pays, as an inventory writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from estimator.discovery.drafting.lines import Entry, Item
from estimator.discovery.drafting.names import fit
from estimator.discovery.drafting.places import Places, is_stand_in
from estimator.discovery.drafting.trails import FoundTrail
from estimator.discovery.estate import Estate, Fact
from pricing.arns import is_account
from pricing.regions import COMMERCIAL, default_regions, is_region_of_known_partition, partition_of

_PAYER = "the account that the consolidated bill goes to is not known"
_REGIONS = "the Regions that the accounts have enabled are not known: `aws ec2 describe-regions`"
MEMBERS = (
    "an organization trail writes files for every account, and these may not be all: "
    "`aws organizations list-accounts` lists them"
)


@dataclass(frozen=True)
class FoundAccounts:
    """Who has accounts, where, and who pays."""

    payer: Entry
    regions: Entry
    items: tuple[Item, ...]
    remarks: tuple[str, ...]


def settle_accounts(estate: Estate, places: Places, trails: Sequence[FoundTrail]) -> FoundAccounts:
    """Every account that is listed, or that a trail or its key lives in."""
    owners = _owners(trails)
    payer = _payer(estate, owners, _ids(estate, trails, ""))
    ids = _ids(estate, trails, payer.value)
    partitions = {one: places.partitions.get(one) or _listed(estate, places, one) for one in ids}
    known = {one: _regions(estate, one, partitions[one]) for one in ids}
    head = _head_regions(partitions, known)
    items, told = [], ""
    for one in ids:
        thing = estate.accounts.get(one)
        source = thing.source if thing else _met(one, trails)
        entries = [Entry("id", one, "", _account_question(one, trails))]
        name = thing.fact("name") if thing else None
        if name is not None and name.known and fit(name.value, "")[1]:
            entries.append(Entry("name", name.value))
        if len(owners) > 1 and one in owners and estate.payer is None:
            entries.append(Entry("payer", one, "it owns an organization trail"))
        entries += _own_regions(one, partitions[one], known[one], head, trails)
        # ten thousand accounts of one list say so once
        items.append(Item(tuple(entries), "", (source,) if source and source != told else ()))
        told = source
    needs_members = any(_is_whole(one) for one in trails) and not estate.members
    return FoundAccounts(payer, head, tuple(items), (f"TODO {MEMBERS}",) if needs_members else ())


def _ids(estate: Estate, trails: Sequence[FoundTrail], payer: str) -> list[str]:
    ids = {one for one in estate.accounts if is_account(one)}
    for trail in trails:
        ids.add(trail.account.value)
        if trail.key is not None:
            ids.add(trail.key.account.value)
    return sorted(ids, key=lambda one: (one != payer, one))


def _is_whole(trail: FoundTrail) -> bool:
    fact = trail.thing.fact("organization")
    return fact is not None and bool(fact.value)


def _owners(trails: Sequence[FoundTrail]) -> list[str]:
    """Accounts with an organization trail: the management account owns it (F7)."""
    found = {t.account.value for t in trails if t.thing.value("organization") is True}
    return sorted(one for one in found if not is_stand_in(one))


def _payer(estate: Estate, owners: list[str], ids: list[str]) -> Entry:
    if estate.payer is not None and estate.payer.known and is_account(estate.payer.value):
        note = estate.payer.note
        return Entry("payer", estate.payer.value, f"{estate.payer.source}{note and ': '}{note}")
    if len(owners) == 1:
        return Entry("payer", owners[0], "it owns the organization trail: the management account")
    listed = [one for one in ids if not is_stand_in(one)]
    return Entry("payer", (owners or listed or ids)[0], "", _PAYER)


def _met(account: str, trails: Sequence[FoundTrail]) -> str:
    """What tells that there is such an account."""
    for trail in trails:
        if trail.account.value == account and trail.account.known:
            return f"the account of trail {trail.name}"
    for trail in trails:
        if trail.key is not None and trail.key.account.value == account and trail.key.account.known:
            return f"the account of key {trail.key.id}"
    return ""


def _account_question(account: str, trails: Sequence[FoundTrail]) -> str:
    for trail in trails:
        facts = [trail.account, *([trail.key.account] if trail.key else [])]
        for fact in facts:
            if fact.value == account and not fact.known:
                return fact.question
    return ""


def _listed(estate: Estate, places: Places, account: str) -> str:
    """The partition of an account without a trail: that of its Regions, else of the others."""
    thing = estate.accounts.get(account)
    fact = thing.fact("regions") if thing else None
    asked = fact.value if fact is not None and isinstance(fact.value, list | tuple) else ()
    return places.partition([*asked, *_firsts(places)])


def _firsts(places: Places) -> Iterable[str]:
    for partition in places.partitions.values():
        yield default_regions(partition)[0]


def _regions(estate: Estate, account: str, partition: str) -> Fact | None:
    """The Regions that an account is known to have, without those that kmscost does not know."""
    thing = estate.accounts.get(account)
    fact = (thing.fact("regions") if thing else None) or estate.regions
    if fact is None or not fact.known or not isinstance(fact.value, list | tuple):
        return None
    kept = [one for one in dict.fromkeys(fact.value) if is_region_of_known_partition(one)]
    strange = sorted({str(one)[:40] for one in fact.value if not is_region_of_known_partition(one)})
    if strange:
        estate.note(f"Regions that kmscost does not know were left out: {', '.join(strange[:8])}")
    kept = sorted(one for one in kept if partition_of(one) == partition)
    return Fact(kept, fact.source, note=fact.note) if kept else None


def _head_regions(partitions: dict[str, str], known: dict[str, Fact | None]) -> Entry:
    """The Regions of every account of which nothing else is said."""
    first = next(iter(partitions.values()), COMMERCIAL)
    said = [one for one in known.values() if one is not None]
    if said and len(said) == len(known) and all(one.value == said[0].value for one in said):
        return Entry("regions", said[0].value, said[0].source)
    spare: object = "default" if first == COMMERCIAL else list(default_regions(first))
    missing = any(fact is None for fact in known.values())
    return Entry("regions", spare, "", _REGIONS if missing else "")


def _own_regions(
    account: str, partition: str, known: Fact | None, head: Entry, trails: Sequence[FoundTrail]
) -> Iterable[Entry]:
    """What an account has other than the rest, the home Region of its trails among it."""
    inherited = list(default_regions()) if head.value == "default" else list(head.value)
    at_hand = list(known.value) if known is not None else inherited
    todo, source = "", known.source if known is not None else ""
    if known is None and partition_of(at_hand[0]) != partition:
        at_hand, todo = list(default_regions(partition)), _REGIONS
    homes = sorted({t.home.value for t in trails if t.account.value == account} - set(at_hand))
    if homes:
        todo = todo or (_REGIONS if known is None else "")
        source = "; ".join(one for one in (source, "with the home Region of its trail") if one)
    wanted = at_hand + homes
    if set(wanted) == set(inherited):
        return
    usual = list(default_regions())
    if known is None and wanted[: len(usual)] == usual:
        wanted = ["default", *wanted[len(usual) :]]
    yield Entry("regions", wanted, source, todo)
