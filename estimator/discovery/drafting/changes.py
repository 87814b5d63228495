"""What a merge changed: its text, each change, and what it left there although it has ended.

A merge keeps what the user wrote. What the sources say has ended would go on to cost in the
forecast, so it is counted here, in a notice and in the draft's `coverage`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from estimator.discovery.drafting.lines import Entry, Item, item_lines
from estimator.discovery.estate import Estate
from estimator.figures import listed, plural
from estimator.inventory.model import Inventory
from estimator.inventory.sections import Trail
from estimator.inventory.text_edits import Document
from pricing.arns import parse_arn

MOST_NAMED = 5
_STAYS = "it stays and counts as written: give it `until`, or take it out"
_STAY = "they stay and count as written: give them `until`, or take them out"


@dataclass(frozen=True)
class Change:
    """One change that a merge made: where, what stood there, what stands there now, and why."""

    at: str
    before: str
    after: str
    source: str = ""

    def __str__(self) -> str:
        what = f"{self.before} -> {self.after}" if self.before else f"added {self.after}"
        return f"{self.at}: {what}" + (f" ({self.source})" if self.source else "")

    def to_dict(self) -> dict[str, str]:
        """As documented JSON."""
        return dict(self.__dict__)


class Text(Document):
    """The text of an inventory, to which items are added with their comments."""

    def append_items(self, section: str, items: Sequence[Item]) -> None:
        """Add items after the last one of a section, each value with its source beside it."""
        pair = self._pair(self._root, section)
        if pair is None or pair[1].flow_style or not pair[1].value:
            self.append((section,), [_plain(account) for account in items])
            return
        margin = " " * pair[1].start_mark.column
        lines = [
            f"{margin}{line[2:]}{self._newline}"
            for item in items
            for line in item_lines(item, in_braces=section == "accounts")
        ]
        self._insert_line(self._last((pair[1].value[-1],)), "".join(lines))


@dataclass
class Merged:
    """The outcome of a merge: the text, its changes, and notices of what stays as it was."""

    text: str
    inventory: Inventory
    changes: list[Change] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    added: list[Item] = field(default_factory=list)
    # what the sources say that the text does not take over: sections and reasons
    gaps: list[tuple[str, str]] = field(default_factory=list)


def _plain(item: Item) -> Mapping[str, Any]:
    """An item as plain values, for a list in brackets."""
    values: dict[str, Any] = {}
    for entry in item.entries:
        nested = isinstance(entry.value, tuple) and all(isinstance(x, Entry) for x in entry.value)
        values[entry.key] = {x.key: x.value for x in entry.value} if nested else entry.value
    return values


def find_leftovers(estate: Estate, inventory: Inventory) -> Iterator[tuple[str, str]]:
    """What has ended as far as the sources say: its section, and a reason with a count."""
    closed = [
        f"{account.id} is {estate.closed[account.id].value}"
        for account in inventory.accounts
        if account.id in estate.closed and account.until is None
    ]
    if closed:
        sources = dict.fromkeys(fact.source for fact in estate.closed.values())
        many, by = plural(len(closed), "account"), listed(sources, MOST_NAMED)
        why = f"{many} of the inventory not ACTIVE by {by}"
        yield "accounts", _left_reason(why, closed)
    gone = [
        f"{trail.name} of account {trail.account}"
        for trail in inventory.trails
        if trail.until is None and _was_searched(estate, trail) and not _is_met(estate, trail)
    ]
    if gone:
        noun = plural(len(gone), "trail")
        why = f"{noun} of the inventory in no answer, though the answers have all trails there"
        yield "trails", _left_reason(why, gone)


def _left_reason(why: str, names: list[str]) -> str:
    return f"{why} ({listed(names, MOST_NAMED)}): {_STAYS if len(names) == 1 else _STAY}"


def _was_searched(estate: Estate, trail: Trail) -> bool:
    """True where an answer would have the trail, if it were there."""
    if trail.scope == "organization" and trail.regions is None:
        shown = trail.account in estate.searched_organizations
        return shown or (trail.account, "") in estate.searched
    # a multi-Region trail shows in every Region, another one in its home Region alone
    home = trail.home_region
    if home is None and trail.regions is not None and len(trail.regions) == 1:
        home = trail.regions[0]
    region = "" if trail.regions is None else home
    return region is not None and (trail.account, region) in estate.searched


def _is_met(estate: Estate, trail: Trail) -> bool:
    for found in estate.trails.values():
        arn = parse_arn(found.identity, "cloudtrail")
        names = {found.value("name"), found.identity, arn.name if arn else None}
        if trail.name in names and found.value("account") in (None, trail.account):
            return True
    return False
