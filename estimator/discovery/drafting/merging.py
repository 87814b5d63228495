"""A draft into an inventory that is there already: what is new is added, the user's words stay.

Added are accounts, keys, trails, and what the file does not write of those it has. A
value that the file writes is kept where the source says otherwise, and told; `replace` takes the
source's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from estimator.discovery.drafting.changes import MOST_NAMED, Change, Merged, Text
from estimator.discovery.drafting.lines import Entry, Item
from estimator.discovery.drafting.locations import is_placeholder
from estimator.discovery.drafting.matching import (
    as_yaml,
    effective_value,
    is_same,
    match_key,
    match_trail,
    regions_of,
)
from estimator.discovery.drafting.outline import Outline
from estimator.figures import listed, plural
from estimator.inventory.load import parse_inventory
from estimator.inventory.sections import Key, Trail
from estimator.inventory.text_edits import Path
from pricing.reading.document import Map, parse_document
from pricing.reading.scalar_writer import flow


def merge(text: str, path: str, outline: Outline, replace: bool = False) -> Merged:
    """The inventory with all of the draft that it does not say itself.

    Raises
    ------
    KmscostError
        The inventory does not pass `check`, before or after.
    """
    merger = _Merger(text, path, outline, replace)
    merger.head()
    merger.accounts()
    merger.keys()
    merger.trails()
    merger.done.text = merger.text.result()
    merger.done.inventory = parse_inventory(merger.done.text, path)
    return merger.done


_WORDS = {"name": "names", "ou": "OUs", "tags": "tags", "regions": "Regions"}


class _Merger:
    def __init__(self, text: str, path: str, outline: Outline, replace: bool) -> None:
        inventory = parse_inventory(text, path)
        self.text = Text(text, path)
        self.done = Merged(text, inventory)
        self._outline = outline
        self._replace = replace
        self._own = inventory
        # accounts in files of their own of which the sources say otherwise, by key
        self._in_files: defaultdict[str, list[str]] = defaultdict(list)
        # and those of which they do not say it for certain, by key and question
        self._open: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        # ids of the draft's keys in the merged file
        self._key_ids: dict[str, str] = {}
        self._key_regions = {key.id: key.region for key in inventory.keys}
        self._regions = {account.id: set(account.regions) for account in inventory.accounts}
        root = parse_document(text, path)[0]
        self._places = {
            account["id"]: number
            for number, account in enumerate(root["accounts"])
            if isinstance(account, Map) and "id" in account
        }
        shared = root.get("regions", "default")
        self._shared = regions_of(shared)

    def head(self) -> None:
        """The document's own keys; placeholders of the draft are nothing to merge."""
        for entry in self._outline.head:
            if entry.todo or entry.key == "other_kms_requests_per_month":
                continue
            effective = self._own.payer if entry.key == "payer" else None
            self._value((entry.key,), "", entry, effective)

    def accounts(self) -> None:
        """Accounts that the inventory does not have; the Regions of those it has."""
        shared = next((part for part in self._outline.head if part.key == "regions"), None)
        new, needed = [], self._needed_accounts()
        for item in self._outline.accounts:
            identity = item.value("id")
            entry = next((part for part in item.entries if part.key == "regions"), shared)
            known = entry is not None and not entry.todo
            if identity in self._regions:
                if entry is not None and known:
                    self._account_regions(identity, entry)
                self._account_groups(identity, item)
            elif not is_placeholder(identity) and identity in needed:
                account = item.without_questions()
                if entry is not None and known and account.value("regions") is None:
                    account = Item(
                        (*account.entries, Entry("regions", entry.value)), "", account.remarks
                    )
                regions = account.value("regions")
                self._regions[identity] = set(regions_of(regions) if regions else self._shared)
                new.append(account)
        self._add("accounts", "id", new)
        self._note_differences()

    def _needed_accounts(self) -> set[str]:
        """Accounts that a source lists, and those of trails and keys that the merge takes over."""
        trails = [
            item
            for item in self._outline.trails
            if self._replace or match_trail(self._own, item) is None
        ]
        keys = set(self._needed_keys(lambda _: True))
        owners = [*trails, *(item for item in self._outline.keys if item.value("id") in keys)]
        return {*self._outline.listed, *(item.value("account") for item in owners)}

    def _account_regions(self, identity: str, entry: Entry) -> None:
        regions, own = regions_of(entry.value), self._regions[identity]
        if set(regions) == own:
            return
        number = self._places.get(identity)
        place: Path = ("accounts", number if number is not None else 0, "regions")
        is_written = number is None or self.text.has(place) or self.text.has(("regions",))
        label = f"accounts {identity}: regions"
        if number is None:
            self._in_files["regions"].append(identity)
            return
        if is_written and not self._replace:
            self._keep(label, sorted(own), entry)
            return
        self._set(place, label, sorted(own), entry)
        self._regions[identity] = set(regions)

    def _account_groups(self, identity: str, item: Item) -> None:
        """The name, the OU and the tags of an account; of one in a file they are counted."""
        number = self._places.get(identity)
        own = next(account for account in self._own.accounts if account.id == identity)
        for entry in item.entries:
            if entry.key not in ("name", "ou", "tags"):
                continue
            if entry.todo:
                self._open[entry.key, entry.todo].append(identity)
                continue
            effective = getattr(own, entry.key) or None
            if number is not None:
                place: Path = ("accounts", number, entry.key)
                self._value(place, f"accounts {identity}: ", entry, effective)
            elif not is_same(effective, entry.value):
                self._in_files[entry.key].append(identity)

    def _note_differences(self) -> None:
        """Count what sources say otherwise of accounts in files, and what they leave open."""
        for key, accounts in self._in_files.items():
            many = plural(len(accounts), "account")
            what = f"{many} in files of the inventory: {_WORDS[key]} differ"
            reason = f"{what} from the sources, or are missing ({listed(accounts, MOST_NAMED)})"
            fix = "not taken over, write them in that file"
            self.done.gaps.append(("accounts", f"{reason}: {fix}"))
        for (key, question), accounts in self._open.items():
            many = plural(len(accounts), "account")
            what = f"{many} of the inventory: {_WORDS[key]} are not known"
            reason = f"{what} for certain, and were not taken over ({listed(accounts, MOST_NAMED)})"
            self.done.gaps.append(("accounts", f"{reason}: {question}"))

    def keys(self) -> None:
        """Keys by ARN, by id in the same account and Region, or as the key of the same trail."""
        own = dict.fromkeys((key.id for key in self._own.keys), 0)
        used, new = set(self._needed_keys(self._is_added)), []
        for item in self._outline.keys:
            found, by_trail = match_key(self._own, self._outline, item)
            if found is None:
                name = item.value("id")
                self._key_ids[name] = _free(name, own) if name in used else name
                if name in used:
                    new.append(self._at_home(item.with_value("id", self._key_ids[name])))
                continue
            key = self._own.keys[found]
            self._key_ids[item.value("id")] = key.id
            if by_trail:
                self.done.notices.append(
                    f"key {item.value('id')} was taken for {key.id}, the key of its trail"
                )
            for entry in item.entries:
                if not entry.todo and entry.key in ("arn", "created", "rotations"):
                    self._key_value(("keys", found, entry.key), key, entry)
        self._key_regions |= {item.value("id"): item.value("region") for item in new}
        self._add("keys", "id", new)

    def _needed_keys(self, is_added: Callable[[Item], bool]) -> Iterable[str]:
        """The draft's keys that the merged inventory needs: those of trails that it takes over."""
        for item in self._outline.trails:
            is_new = match_trail(self._own, item) is None
            if item.value("key") is not None and (is_added(item) if is_new else self._replace):
                yield item.value("key")

    def _is_added(self, item: Item) -> bool:
        return self._covers(self._at_home(item))

    def _key_value(self, place: Path, key: Key, entry: Entry) -> None:
        if entry.key == "rotations":
            known = [*key.rotations, *(day for day in entry.value if day not in key.rotations)]
            start = key.created or key.start
            entry = Entry(
                "rotations", sorted(x for x in known if not start or x >= start), entry.source
            )
            if tuple(entry.value) != tuple(sorted(key.rotations)):
                self._set(place, f"keys {key.id}: rotations", list(key.rotations) or None, entry)
            return
        if entry.key == "created" and key.start is not None:
            return
        self._value(place, f"keys {key.id}: ", entry, getattr(key, entry.key))

    def trails(self) -> None:
        """Trails by name and account; what the file does not write of one is added."""
        new, names = [], {trail.name: 0 for trail in self._own.trails}
        names |= {reader.name: 0 for reader in self._own.readers}
        for item in self._outline.trails:
            found = match_trail(self._own, item)
            if found is not None:
                self._trail(found, item)
                continue
            trail = self._at_home(self._with_key(item))
            if self._covers(trail):
                new.append(trail.with_value("name", _free(trail.value("name"), names)))
            else:
                where = ", ".join(trail.value("regions"))
                self.done.notices.append(
                    f"trail {trail.value('name')} was not added: {where} is not among the Regions "
                    f"of account {trail.value('account')} as they are written"
                )
        self._add("trails", "name", new)

    def _with_key(self, item: Item) -> Item:
        key = item.value("key")
        return item if key is None else item.with_value("key", self._key_ids[key])

    def _at_home(self, item: Item) -> Item:
        """An item of an account that is not known: the payer's, until the TODO is answered."""
        nowhere = is_placeholder(item.value("account"))
        return item.with_value("account", self._own.payer) if nowhere else item

    def _covers(self, item: Item) -> bool:
        """True where the accounts that a new trail covers have its Regions."""
        regions = item.value("regions")
        if regions == "all":
            return True
        own = self._regions[item.value("account")]
        whole = item.value("scope") == "organization"
        return set(regions) <= (set().union(*self._regions.values()) if whole else own)

    def _trail(self, number: int, item: Item) -> None:
        trail = self._own.trails[number]
        at = f"trails {trail.name}: "
        for entry in self._with_key(item).entries:
            if entry.todo or entry.key in ("name", "account"):
                continue
            place: Path = ("trails", number, entry.key)
            if entry.key == "bucket":
                self._bucket(number, trail, entry)
            elif entry.key == "regions":
                wanted = None if entry.value == "all" else tuple(entry.value)
                if wanted != trail.regions:
                    self._value(place, at, entry, "all" if trail.regions is None else trail.regions)
            else:
                self._value(place, at, entry, effective_value(trail, entry.key))

    def _bucket(self, number: int, trail: Trail, entry: Entry) -> None:
        named = next((part for part in entry.value if part.key == "name"), None)
        elsewhere = named is not None and trail.bucket.name not in (None, named.value)
        if named is not None and elsewhere and not self._replace:
            self._keep(f"trails {trail.name}: bucket.name", trail.bucket.name, named)
            return  # the rest is about another bucket
        own = self._key_regions.get(trail.key or "")
        known = [
            part
            for part in entry.value
            if not part.todo and (part.key != "region" or self._replace or part.value == own)
        ]
        place: Path = ("trails", number, "bucket")
        if not self.text.has(place):
            wanted = {part.key: part.value for part in known if part.value is not False}
            if wanted:
                source = "; ".join(dict.fromkeys(part.source for part in known if part.source))
                self.text.set(place, wanted)
                bucket = flow(wanted)
                self.done.changes.append(Change(f"trails {trail.name}: bucket", "", bucket, source))
            return
        for part in known:
            effective = getattr(trail.bucket, part.key)
            self._value((*place, part.key), f"trails {trail.name}: bucket.", part, effective)

    def _value(self, place: Path, at: str, entry: Entry, effective: Any) -> None:
        """Add a value that the file does not write; keep one that it writes otherwise."""
        label = f"{at}{entry.key}"
        if self.text.has(place):
            if effective is not None and is_same(effective, entry.value):
                return
            if entry.key == "regions" and not at:
                return  # the accounts are compared one by one
            if not self._replace:
                self._keep(label, effective, entry)
                return
        elif is_same(effective, entry.value) or (not at and entry.key == "regions"):
            return
        self._set(place, label, effective, entry)

    def _set(self, place: Path, label: str, before: Any, entry: Entry) -> None:
        self.text.set(place, entry.value)
        old = flow(as_yaml(before)) if before is not None or entry.key == "key" else ""
        self.done.changes.append(Change(label, old, flow(entry.value), entry.source))

    def _keep(self, label: str, effective: Any, entry: Entry) -> None:
        source = f"{entry.source} says " if entry.source else "the source says "
        self.done.notices.append(
            f"kept {label}: {flow(as_yaml(effective))}; {source}{flow(entry.value)}"
        )

    def _add(self, section: str, label: str, items: Sequence[Item]) -> None:
        if not items:
            return
        self.text.append_items(section, items)
        self.done.added += items
        for item in items:
            source = item.source or (item.remarks[0] if item.remarks else "")
            self.done.changes.append(Change(section, "", flow(item.value(label)), source))


def _free(name: str, taken: dict[str, int]) -> str:
    """The name, or the first like it that is free; taken from now on."""
    number, free = 2, name
    while free in taken:
        free, number = f"{name[:240]}-{number}", number + 1
    taken[free] = 0
    return free
