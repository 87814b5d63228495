"""An inventory that can be changed: the document it was read from, and the changes made to it.

What the inventory refuses after them stands in the place of the change that made it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pydantic_core import PydanticCustomError

from estimator.inventory.changes.change import Change, Scenario
from estimator.inventory.changes.locating import Locator, path_info
from estimator.inventory.changes.paths import is_inside, is_item, path_text
from estimator.inventory.changes.values import NoNumberError, scale, start_text, value_text
from estimator.inventory.documents import LABELS
from estimator.inventory.draft import Draft
from estimator.inventory.load import InventoryError, understand
from estimator.inventory.model import Inventory
from pricing.reading.document import Location, Map, Seq
from pricing.reading.nodes import (
    MISSING,
    as_document,
    remove_at,
    remove_parts,
    set_at,
    set_item,
    set_key,
    value_at,
)
from pricing.reading.problems import DocumentError, Problem
from pricing.reading.validation import read_day
from pricing.reading.words import describe, shown

_FILES = "files_per_day"

Placed = tuple[Change, Location]


def document_of(inventory: Inventory) -> Map:
    """The document that an inventory was read from.

    Raises
    ------
    DocumentError
        It was put together in Python, so that there is no document to change.
    """
    if inventory.document is None:
        found, expected = "an inventory that was not read from a file", "one to be changed"
        fix = "give the path of its YAML file, or what load_inventory returned"
        raise DocumentError(Problem("inventory", None, "", found, expected, fix))
    return inventory.document


class EditableInventory:
    """An inventory, its document, and the changes of one scenario made to it.

    Attributes
    ----------
    inventory : Inventory
        As it was read.
    root : Map
        The document with the changes made so far.
    problems : list of Problem
    notices : list of str
        Changes that change nothing.
    descriptions : dict of int to str
        Each change in a line, by its position in the scenario.
    """

    def __init__(self, inventory: Inventory, scenario: Scenario) -> None:
        self.inventory, self.scenario = inventory, scenario
        self.root = document_of(inventory)
        self.locator = Locator(self.root)
        self.positions = {id(change): index for index, change in enumerate(scenario.changes)}
        self.problems: list[Problem] = []
        self.notices: list[str] = []
        self.descriptions: dict[int, str] = {}
        # the changes that are in the document, to locate the errors of reading it back
        self.placed: list[Placed] = []
        # what is set, scaled or taken away: made month by month, once all places are known
        self.edits: list[Placed] = []
        # items taken away: they keep their places until the document is read back, for a location
        # counts the items before it
        self.removed: dict[str, set[int]] = {}

    def place_changes(self) -> None:
        """Add what is new, find the place of all else, take items away."""
        # a file may change what it adds further down
        for change in self.scenario.changes:
            if change.operation == "add":
                self._add(change)
        self.locator.root = self.root
        for change in self.scenario.changes:
            if change.operation == "add":
                continue
            location = self.locator.locate(change)
            if isinstance(location, Problem):
                self.problems.append(location)
            elif change.operation == "remove" and is_item(change.path):
                self._remove(change, location)
            else:
                self.edits.append((change, location))

    def inventories(self) -> Iterator[tuple[datetime.date | None, Inventory]]:
        """The inventory all along, and from each month on in which something changes."""
        starts = {change.start for change, _ in self.edits if change.start is not None}
        for start in (None, *sorted(starts)):
            for change, location in self.edits:
                if change.start == start:
                    self.placed.append((change, location))
                    self._edit(change, location)
            inventory = self._read_back()
            if inventory is not None:
                yield start, inventory

    def _add(self, change: Change) -> None:
        """Put an item at the end of its section; with a day, it is active from that day on."""
        section, name = change.path
        label, names = LABELS[section], self.locator.names(section)
        items = self.root.get(section)
        items = items if isinstance(items, Seq) else Seq(self.root.line)
        if name in names:
            place = f"{self.inventory.path}:{items.lines[names[name]]}"
            found = f"the {label} {shown(str(name))}, which is in {place}"
            fix = "change it with `value:`, or give what is new another name"
            self.problems.append(change.problem(found, "one that is not there", fix))
            return
        item = as_document(change.value, self.root.lines.get(section, self.root.line))
        item.setdefault(label, str(name))
        if change.start is not None:
            item["from"] = change.start
        self.placed.append((change, (section, len(items))))
        names[str(name)] = len(items)
        self.root = set_key(self.root, section, set_item(items, len(items), item))
        self._describe(change, f"{change.where} added")

    def _remove(self, change: Change, location: Location) -> None:
        """Take an item away; with a day, it is active until that day."""
        section, position = str(location[0]), int(location[1])
        item, day = value_at(self.root, location), change.start
        if day is not None and section == "budgets":
            expected = "a budget removed all along: it has no end"
            self.problems.append(change.problem(f"from {day}", expected, "remove `from:`"))
            return
        begin = _day(item.get("from") or item.get("created"))
        end = _day(item.get("until"))
        self.placed.append((change, location))
        self._describe(change, f"{change.where} removed")
        if day is None or (begin is not None and begin >= day):
            # an end before the beginning is refused by the format: such an item never begins
            self.removed.setdefault(section, set()).add(position)
        elif end is not None and end <= day:
            self.notices.append(f"{change.where} ends on {end}: removing it changes nothing")
        else:
            self.root = set_at(self.root, (*location, "until"), day)
            rotations = item.get("rotations")
            if isinstance(rotations, Seq):
                # a key that is gone by then rotates no more, and the format refuses that it does
                days = [_day(rotation) for rotation in rotations]
                later = [at for at, each in enumerate(days) if each is not None and each >= day]
                left = remove_parts(rotations, later)
                self.root = set_at(self.root, (*location, "rotations"), left)

    def _describe(self, change: Change, text: str) -> None:
        """Note what a change does, in the order of the scenario."""
        since = f" from {start_text(change.start)}" if change.start else ""
        self.descriptions[self.positions[id(change)]] = text + since

    def _edit(self, change: Change, location: Location) -> None:
        """Set, scale or take away one value."""
        written = value_at(self.root, location, MISSING)
        default = path_info(change.path, value_at(self.root, location[:2])).default
        before = default if written is MISSING else written
        if change.operation == "remove":
            self._describe(change, f"{change.where}: {value_text(before)} removed")
            if written is MISSING:
                self.notices.append(f"{change.where} is not said: removing it changes nothing")
            else:
                self.root = remove_at(self.root, location)
            return
        above = self._value_above(location)
        if above is not None:
            self.problems.append(_not_below(change, len(above), value_at(self.root, above)))
            return
        value = self._new_value(change, location, before)
        if value is MISSING:
            return
        self.root = set_at(self.root, location, value)
        times = f" (x {value_text(change.value)})" if change.operation == "scale" else ""
        text = f"{change.where}: {value_text(before)} -> {value_text(value)}{times}"
        self._describe(change, text)
        if _is_same(before, value):
            already = f"{change.where} is {value_text(before)} already"
            self.notices.append(f"{already}: this changes nothing")

    def _new_value(self, change: Change, location: Location, before: Any) -> Any:
        """The value that a change sets; `MISSING` and a problem where there is none to scale."""
        value = change.value
        if change.operation == "scale":
            try:
                value = scale(before, change.value)
            except NoNumberError:
                found = "no value of its own" if before is None else shown(before)
                fix = "set a number or a range with `value:`"
                self.problems.append(change.problem(found, "a number to scale", fix))
                return MISSING
        # the line of what is around it: the value comes from another file
        line = getattr(value_at(self.root, location[:2]), "line", None) or self.root.line
        value = as_document(value, line)
        if is_item(change.path) and isinstance(value, Map):
            value.setdefault(LABELS[change.path[0]], str(change.path[1]))
        return value

    def _value_above(self, location: Location) -> Location | None:
        """The place above a location that holds no mapping, so that nothing can be below it."""
        for length in range(1, len(location)):
            node = value_at(self.root, location[:length])
            if node is not None and not isinstance(node, Map | Seq):
                return location[:length]
        return None

    def _read_back(self) -> Inventory | None:
        """Read the inventory that the document now holds; None and problems where it is refused."""
        root = self.root
        for section, positions in self.removed.items():
            root = set_key(root, section, remove_parts(root[section], sorted(positions)))
        try:
            inventory = understand(Draft(self.inventory.path, root, []))
        except InventoryError as error:
            placed = [(change, self._after_removals(location)) for change, location in self.placed]
            self.problems += [
                _locate_error(problem, self.scenario, placed) for problem in error.problems
            ]
            return None
        # files of accounts were read before, and what they had to say with them
        notices = dict.fromkeys((*self.inventory.notices, *inventory.notices))
        after = replace(inventory, notices=tuple(notices), is_changed=True)
        return after.read_from(document_of(inventory))

    def _after_removals(self, location: Location) -> Location:
        """A location once removed items are gone; empty where it is in one of them."""
        removed = self.removed.get(str(location[0]), set())
        if len(location) < 2 or not isinstance(location[1], int):
            return location
        if location[1] in removed:
            return ()
        before = sum(position < location[1] for position in removed)
        return (location[0], location[1] - before, *location[2:])


def _day(value: Any) -> datetime.date | None:
    """The day that a document has; None where it has none, or what reading it refuses."""
    try:
        return None if value is None else read_day(value)
    except PydanticCustomError:
        return None


def _is_same(before: Any, value: Any) -> bool:
    """Tell whether two values are the same; in Python true equals 1."""
    return before == value and isinstance(before, bool) == isinstance(value, bool)


def _not_below(change: Change, length: int, value: Any) -> Problem:
    at, key = path_text(change.path[:length]), change.path[length]
    found = f"{shown(value)} at {at}, which has no keys"
    # a number of files per day holds for the Regions that are not named; nothing else has a rest
    has_rest = at.endswith(_FILES)
    example = f"{{{key}: ..., other: {value_text(value)}}}" if has_rest else f'{{"{key}": ...}}'
    return change.problem(found, "a mapping there", f"set {at} as a whole, such as {example}")


def _locate_error(problem: Problem, scenario: Scenario, placed: Sequence[Placed]) -> Problem:
    """A problem of a changed document in the place of the change that made it."""
    inside = [(change, place) for change, place in placed if is_inside(problem.at, describe(place))]
    if inside:
        change, place = max(inside, key=lambda found: len(found[1]))
        at = change.where + problem.at[len(describe(place)) :]
        return Problem(change.source, change.line, at, problem.found, problem.expected, problem.fix)
    # the cause is beside it: a change of the same item, else any of the scenario
    near = [
        change for change, place in placed if place and is_inside(problem.at, describe(place[:2]))
    ]
    line = f":{problem.line}" if problem.line else ""
    found = f"{problem.found} at {problem.path}{line} {problem.at} after this change"
    change = near[0] if near else scenario.changes[0]
    if near or len(scenario.changes) == 1:
        fix = problem.fix
        if change.operation == "remove" and change.start is None:
            fix = "remove what names it as well, or let it end on a day, with `from:`"
        return change.problem(found, problem.expected, fix)
    lines = ", ".join(str(change.line) for change in scenario.changes if change.line)
    found = found.replace(
        "this change", f"the changes in lines {lines}" if lines else "the changes"
    )
    at = f"scenario {scenario.name}"
    return Problem(scenario.source, scenario.line, at, found, problem.expected, problem.fix)
