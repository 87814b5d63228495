"""From an estate to a draft: one writer for every source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from estimator.importers.drafting.accounts import MEMBERS, FoundAccounts, settle_accounts
from estimator.importers.drafting.keys import UsedKey, key_item, name_keys
from estimator.importers.drafting.lines import Entry, Item, head_lines, section_lines
from estimator.importers.drafting.places import Places
from estimator.importers.drafting.trails import name_trails, settle_trails, trail_item
from estimator.importers.estate import Estate
from estimator.inventory.load import parse_inventory
from estimator.inventory.model import Inventory

_UNSEEN = (
    "other_kms_requests_per_month and readers (who gets the log files) are told by no "
    "description of an estate: fill them in, or let `kmscost measure` and your bill tell them"
)
_HEAD = """\
# Drafted by `{command}`. What follows a # is where a value was read.
# TODO marks what is not known: what stands there is a placeholder, never a finding.
# Then: kmscost check FILE, kmscost forecast FILE. A stream (trail, account, Region) writes 288
# files a day unless files_per_day says otherwise; `kmscost measure` counts yours.
version: 1
"""
_TAIL = """
# TODO who gets the log files: each get is a Decrypt. Such as
#   - {name: siem, kind: every-file, account: "111122223333", gets_per_file: 1}
readers: []
"""
_MOST_PLACES = 3


@dataclass(frozen=True)
class Todo:
    """A question that the draft leaves open, and the value that stands in for its answer."""

    at: str
    question: str

    def to_dict(self) -> dict[str, str]:
        """As documented JSON."""
        return {"at": self.at, "question": self.question}


@dataclass(frozen=True, repr=False)
class Draft:
    """An inventory drafted from a description of an estate.

    `text` is the YAML, empty where there is nothing to draft; `inventory` is what it means;
    `todo` lists what is not known; `changes` is what a merge did to an existing file.
    """

    text: str
    inventory: Inventory | None
    notices: tuple[str, ...] = ()
    todo: tuple[Todo, ...] = ()
    found: dict[str, int] = field(default_factory=dict)
    changes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        said = self.inventory.summary().partition(".")[0] if self.inventory else "nothing to draft"
        return f"<Draft: {said}; {len(self.todo)} TODO>"

    def to_dict(self) -> dict[str, Any]:
        """As documented JSON."""
        return {
            "draft": self.text,
            "found": dict(self.found),
            "todo": [one.to_dict() for one in self.todo],
            "changes": list(self.changes),
            "notices": list(self.notices),
        }


@dataclass(frozen=True)
class Outline:
    """A draft before it is text."""

    head: tuple[Entry, ...]
    accounts: tuple[Item, ...]
    keys: tuple[Item, ...]
    trails: tuple[Item, ...]
    remarks: tuple[str, ...] = ()

    def todo(self) -> Iterator[Todo]:
        """Every open question, with its place in the inventory."""
        for entry in self.head:
            if entry.todo:
                yield Todo(entry.key, entry.todo)
        if self.remarks:
            yield Todo("accounts", MEMBERS)
        for section, label in (("accounts", "id"), ("keys", "id"), ("trails", "name")):
            for item in getattr(self, section):
                if not item.aside:
                    yield from _item_todo(f"{section} {item.value(label)}", item)


def _item_todo(at: str, item: Item) -> Iterator[Todo]:
    for remark in item.remarks:
        if remark.startswith("TODO "):
            yield Todo(at, remark.removeprefix("TODO "))
    for entry in item.entries:
        if entry.todo:
            yield Todo(f"{at}: {entry.key}", entry.todo)
        for one in entry.value if isinstance(entry.value, tuple) else ():
            if isinstance(one, Entry) and one.todo:
                yield Todo(f"{at}: {entry.key}.{one.key}", one.todo)


def draft(estate: Estate, command: str) -> Draft:
    """The inventory that an estate's description makes."""
    outline = outline_of(estate)
    if outline is None:
        return Draft("", None, (*estate.notices, nothing(estate)), (), dict(estate.found))
    text = text_of(outline, command)
    todo = tuple(outline.todo())
    inventory = parse_inventory(text, "draft")
    seen = (f"found {_seen(estate)}",)
    notices = (*seen, *estate.notices, *_notices(todo), *left_out(estate, outline), _UNSEEN)
    return Draft(text, inventory, notices, todo, dict(estate.found))


def outline_of(estate: Estate) -> Outline | None:
    """What the draft says; None where there is neither a trail nor a list of accounts."""
    places = Places(estate)
    trails = settle_trails(estate, places)
    if not trails and not estate.found["accounts"]:
        return None
    keys: dict[int, UsedKey] = {id(t.key): t.key for t in trails if t.key is not None}
    used = sorted(keys.values(), key=lambda one: (one.account.value, one.thing.identity))
    name_keys(used)
    name_trails(trails)
    accounts = settle_accounts(estate, places, trails)
    return Outline(
        _head(accounts),
        accounts.items,
        tuple(key_item(one) for one in used),
        tuple(trail_item(one) for one in trails),
        accounts.remarks,
    )


def _head(accounts: FoundAccounts) -> tuple[Entry, ...]:
    other = "what everything else here requests uses the free tier first"
    return (
        accounts.payer,
        Entry("other_kms_requests_per_month", 0, "", other),
        accounts.regions,
    )


def text_of(outline: Outline, command: str) -> str:
    """The YAML, with every comment."""
    lines = [
        *head_lines(outline.head),
        *section_lines("accounts", outline.accounts, outline.remarks, flow=True),
        *section_lines("keys", outline.keys),
        *section_lines("trails", outline.trails),
    ]
    return _HEAD.format(command=command) + "\n".join(lines) + "\n" + _TAIL


def _notices(todo: Sequence[Todo]) -> Iterator[str]:
    """One line for each question, with the places where it is open."""
    places: dict[str, list[str]] = {}
    for one in todo:
        if one.at != "other_kms_requests_per_month":
            places.setdefault(one.question, []).append(one.at)
    for question, at in places.items():
        more = f" and {len(at) - _MOST_PLACES:,} more" if len(at) > _MOST_PLACES else ""
        yield f"TODO {', '.join(at[:_MOST_PLACES])}{more}: {question}"


def left_out(estate: Estate, outline: Outline) -> Iterator[str]:
    """Keys that no trail uses are none of CloudTrail's cost."""
    spare = len(estate.keys) - sum(not one.aside for one in outline.keys)
    if spare == 1:
        yield "1 key that no trail uses was left out: CloudTrail does not cause its cost"
    elif spare > 1:
        yield f"{spare:,} keys that no trail uses were left out: not CloudTrail causes their cost"


def nothing(estate: Estate) -> str:
    """Why there is nothing to draft."""
    said = "nothing to draft: no CloudTrail trail and no list of accounts in it"
    seen = _seen(estate)
    return f"{said} (found {seen})" if seen else said


def _seen(estate: Estate) -> str:
    found = [(what, count) for what, count in estate.found.items() if count]
    seen = ((count, what.removesuffix("s") if count == 1 else what) for what, count in found)
    return ", ".join(f"{count:,} {what}" for count, what in seen)
