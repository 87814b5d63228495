"""A document on its way through the changes of a scenario."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pydantic_core import PydanticCustomError

from estimator.inventory import Inventory, InventoryError
from estimator.inventory.draft import Draft
from estimator.inventory.load import understand
from estimator.scenarios.blame import blamed
from estimator.scenarios.editing import (
    MISSING,
    NoNumberError,
    changed,
    dropped,
    planted,
    scaled,
    value_at,
    with_item,
    with_key,
    without,
)
from estimator.scenarios.fields import place_of
from estimator.scenarios.locating import Locator
from estimator.scenarios.opened import Opened
from estimator.scenarios.paths import LABELS, is_item, written
from estimator.scenarios.scenario import Change, Scenario
from estimator.scenarios.words import begun, plain
from pricing.reading.document import Location, Map, Seq
from pricing.reading.problems import Problem
from pricing.reading.validation import read_day
from pricing.reading.words import shown

_FILES = "files_per_day"

Placed = tuple[Change, Location]


class Work:
    """A document on its way through a scenario."""

    def __init__(self, opened: Opened, scenario: Scenario) -> None:
        self.opened, self.scenario = opened, scenario
        self.root = opened.root
        self.path = opened.inventory.path
        self.locator = Locator(self.root)
        self.order = {id(change): index for index, change in enumerate(scenario.changes)}
        self.problems: list[Problem] = []
        self.notices: list[str] = []
        self.said: dict[int, str] = {}
        self.placed: list[Placed] = []
        self.dated: list[Placed] = []
        self.gone: dict[str, set[int]] = {}

    def place(self) -> None:
        """Add what is new, find the place of all else, take away what goes."""
        for change in self.scenario.changes:
            if change.operation == "add":
                self.add(change)
        self.locator.root = self.root
        for change in self.scenario.changes:
            if change.operation == "add":
                continue
            location = self.locator.locate(change)
            if isinstance(location, Problem):
                self.problems.append(location)
            elif change.operation == "remove" and is_item(change.path):
                self.remove(change, location)
            else:
                self.dated.append((change, location))

    def add(self, change: Change) -> None:
        """An item at the end of its section; from a day on, it lives from that day on."""
        section, name = change.path
        label, names = LABELS[section], self.locator.names(section)
        items = self.root.get(section)
        items = items if isinstance(items, Seq) else Seq(self.root.line)
        if name in names:
            line = items.lines[names[name]]
            found = f"the {label} {shown(str(name))}, which is in {self.path}:{line}"
            fix = "change it with `value:`, or give what is new another name"
            self.problems.append(change.problem(found, "one that is not there", fix))
            return
        item = planted(change.value, self.root.lines.get(section, self.root.line))
        item.setdefault(label, str(name))
        if change.start is not None:
            item["from"] = change.start
        self.placed.append((change, (section, len(items))))
        names[str(name)] = len(items)
        self.root = with_key(self.root, section, with_item(items, len(items), item))
        self.note(change, f"{change.where} added")

    def remove(self, change: Change, location: Location) -> None:
        """An item goes; from a day on, it lives until that day."""
        section, position = str(location[0]), int(location[1])
        item, day = value_at(self.root, location), change.start
        if day is not None and section == "budgets":
            expected = "a budget removed all along: it has no end"
            self.problems.append(change.problem(f"from {day}", expected, "remove `from:`"))
            return
        born = _day(item.get("from") or item.get("created"))
        ended = _day(item.get("until"))
        self.placed.append((change, location))
        self.note(change, f"{change.where} removed")
        if day is None or (born is not None and born >= day):
            self.gone.setdefault(section, set()).add(position)
        elif ended is not None and ended <= day:
            self.notices.append(f"{change.where} ends on {ended}: removing it changes nothing")
        else:
            self.root = changed(self.root, (*location, "until"), day)

    def note(self, change: Change, said: str) -> None:
        """Keep what a change does, in the order of the scenario."""
        since = f" from {begun(change.start)}" if change.start else ""
        self.said[self.order[id(change)]] = said + since

    def inventories(self) -> Iterator[tuple[datetime.date | None, Inventory]]:
        """The inventory all along, and from each month on in which something changes."""
        starts = {change.start for change, _ in self.dated if change.start is not None}
        for start in (None, *sorted(starts)):
            for change, location in self.dated:
                if change.start == start:
                    self.placed.append((change, location))
                    self.edit(change, location)
            inventory = self.understood()
            if inventory is not None:
                yield start, inventory

    def edit(self, change: Change, location: Location) -> None:
        """Set, scale or take away one value."""
        before = value_at(self.root, location)
        default = place_of(change.path, value_at(self.root, location[:2])).default
        was = default if before is MISSING else before
        if change.operation == "remove":
            self.note(change, f"{change.where}: {plain(was)} removed")
            if before is MISSING:
                self.notices.append(f"{change.where} is not said: removing it changes nothing")
            else:
                self.root = dropped(self.root, location)
            return
        above = self.blocked(location)
        if above is not None:
            self.problems.append(_not_below(change, len(above), value_at(self.root, above)))
            return
        value = self.new_value(change, location, was)
        if value is MISSING:
            return
        self.root = changed(self.root, location, value)
        times = f" (x {plain(change.value)})" if change.operation == "scale" else ""
        self.note(change, f"{change.where}: {plain(was)} -> {plain(value)}{times}")
        if _is_same(was, value):
            self.notices.append(f"{change.where} is {plain(was)} already: this changes nothing")

    def new_value(self, change: Change, location: Location, was: Any) -> Any:
        """What a change sets; `MISSING` and a problem where there is nothing to scale."""
        value = change.value
        if change.operation == "scale":
            try:
                value = scaled(was, change.value)
            except NoNumberError:
                found = "no value of its own" if was is None else shown(was)
                fix = "set a number or a range with `value:`"
                self.problems.append(change.problem(found, "a number to scale", fix))
                return MISSING
        # the line of what is around it: the value comes from another file
        line = getattr(value_at(self.root, location[:2]), "line", None) or self.root.line
        value = planted(value, line)
        if is_item(change.path) and isinstance(value, Map):
            value.setdefault(LABELS[change.path[0]], str(change.path[1]))
        return value

    def blocked(self, location: Location) -> Location | None:
        """The place above a location that holds no mapping, so that nothing can be below it."""
        for length in range(1, len(location)):
            node = value_at(self.root, location[:length])
            if node is not MISSING and node is not None and not isinstance(node, Map | Seq):
                return location[:length]
        return None

    def understood(self) -> Inventory | None:
        """The inventory that the document says now."""
        root = self.root
        for section, positions in self.gone.items():
            root = with_key(root, section, without(root[section], sorted(positions)))
        base = self.opened.inventory
        try:
            inventory = understand(Draft(base.path, root, []))
        except InventoryError as error:
            placed = [(change, self.moved(location)) for change, location in self.placed]
            self.problems += blamed(error.problems, self.scenario, placed)
            return None
        notices = dict.fromkeys((*base.notices, *inventory.notices))
        return replace(inventory, notices=tuple(notices))

    def moved(self, location: Location) -> Location:
        """Where something is once what is removed has gone; nowhere where it has gone itself."""
        gone = self.gone.get(str(location[0]), set())
        if len(location) < 2 or not isinstance(location[1], int):
            return location
        if location[1] in gone:
            return ()
        before = sum(one < location[1] for one in gone)
        return (location[0], location[1] - before, *location[2:])


def _day(value: Any) -> datetime.date | None:
    try:
        return None if value is None else read_day(value)
    except PydanticCustomError:
        return None


def _is_same(one: Any, other: Any) -> bool:
    """Whether two values say the same; true is not the number 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _not_below(change: Change, length: int, value: Any) -> Problem:
    at, key = written(change.path[:length]), change.path[length]
    found = f"{shown(value)} at {at}, which has no keys"
    # a number of files per day holds for the Regions that are not named; nothing else has a rest
    rest = f"{{{key}: ..., other: {plain(value)}}}" if at.endswith(_FILES) else f'{{"{key}": ...}}'
    fix = f"set {at} as a whole, such as {rest}"
    return change.problem(found, "a mapping there", fix)
