"""A draft before it is text: its sections, and the questions that are open in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from estimator.discovery.completeness import SECTIONS
from estimator.discovery.drafting.accounts import MEMBERS, ResolvedAccounts, resolve_accounts
from estimator.discovery.drafting.keys import ResolvedKey, key_item, name_keys
from estimator.discovery.drafting.lines import Entry, Item
from estimator.discovery.drafting.locations import Locator
from estimator.discovery.drafting.trails import name_trails, resolve_trails, trail_item
from estimator.discovery.estate import Estate


@dataclass(frozen=True)
class Todo:
    """A question that the draft leaves open, and the placeholder that stands there."""

    at: str
    question: str

    def to_dict(self) -> dict[str, str]:
        """As documented JSON."""
        return {"at": self.at, "question": self.question}


@dataclass(frozen=True)
class Outline:
    """A draft before it is text."""

    head: tuple[Entry, ...]
    accounts: tuple[Item, ...]
    keys: tuple[Item, ...]
    trails: tuple[Item, ...]
    remarks: tuple[str, ...] = ()
    # accounts that a source lists, whoever owns the trails and keys
    listed: frozenset[str] = frozenset()
    # what the sources did not see of each section
    gaps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def todo(self) -> Iterator[Todo]:
        """Every open question, with its place in the inventory."""
        for entry in self.head:
            if entry.todo:
                yield Todo(entry.key, entry.todo)
        if self.remarks:
            yield Todo("accounts", MEMBERS)
        for section, label in (("accounts", "id"), ("keys", "id"), ("trails", "name")):
            yield from (Todo(section, gap) for gap in self.gaps.get(section, ()))
            for item in getattr(self, section):
                yield from _item_todo(f"{section} {item.value(label)}", item)


def _item_todo(at: str, item: Item) -> Iterator[Todo]:
    for remark in item.remarks:
        if remark.startswith("TODO "):
            yield Todo(at, remark.removeprefix("TODO "))
    for entry in item.entries:
        if entry.todo:
            yield Todo(f"{at}: {entry.key}", entry.todo)
        for part in entry.value if isinstance(entry.value, tuple) else ():
            if isinstance(part, Entry) and part.todo:
                yield Todo(f"{at}: {entry.key}.{part.key}", part.todo)


def outline_of(estate: Estate) -> Outline | None:
    """The draft of an estate; None where there is neither a trail nor a list of accounts."""
    locator = Locator(estate)
    trails = resolve_trails(estate, locator)
    if not trails and not estate.found["accounts"]:
        return None
    keys: dict[int, ResolvedKey] = {id(t.key): t.key for t in trails if t.key is not None}
    used = sorted(keys.values(), key=lambda item: (item.account.value, item.resource.identity))
    name_keys(used)
    name_trails(trails)
    accounts = resolve_accounts(estate, locator, trails)
    return Outline(
        _head(accounts),
        accounts.items,
        tuple(key_item(item) for item in used),
        tuple(trail_item(item) for item in trails),
        accounts.remarks,
        frozenset(
            identity
            for identity, resource in estate.accounts.items()
            if resource.value("member") is True
        ),
        _gaps_of(estate),
    )


def replace_gaps(outline: Outline, estate: Estate) -> Outline:
    """The outline with what its sources did not see, as far as it is known by now."""
    return replace(outline, gaps=_gaps_of(estate))


def _gaps_of(estate: Estate) -> dict[str, tuple[str, ...]]:
    return {section: tuple(estate.completeness.gaps(section)) for section in SECTIONS}


def _head(accounts: ResolvedAccounts) -> tuple[Entry, ...]:
    other = "what everything else here requests uses the free tier first"
    return (
        accounts.payer,
        Entry("other_kms_requests_per_month", 0, "", other),
        accounts.regions,
    )
