"""Changes to an inventory: of a scenario, or of `--set`. From changes to the inventories after.

Changes that contradict each other are refused here, and what the inventory refuses after them in
`editable`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from estimator.inventory.changes.change import (
    SET,
    Change,
    Scenario,
    ScenarioError,
    Settings,
    read_settings,
)
from estimator.inventory.changes.editable import EditableInventory, document_of
from estimator.inventory.changes.paths import Named, is_inside, is_item
from estimator.inventory.documents import LABELS
from estimator.inventory.load import load_inventory
from estimator.inventory.model import Inventory
from pricing.reading.problems import Problem

__all__ = [
    "Change",
    "ChangedInventory",
    "EditableInventory",
    "Scenario",
    "ScenarioError",
    "Settings",
    "Stage",
    "apply_scenario",
    "change_inventory",
    "document_of",
    "read_settings",
]

_Steps = tuple[tuple[bool, str], ...]

_DONE = {"value": "set", "scale": "scaled", "add": "added", "remove": "removed"}


@dataclass(frozen=True)
class Stage:
    """The inventory from a day on; None is all along."""

    start: datetime.date | None
    inventory: Inventory


@dataclass(frozen=True)
class ChangedInventory:
    """An inventory after the changes of a scenario.

    Attributes
    ----------
    stages : tuple of Stage
        The first one holds all along, each of the others from the first day of a month.
    descriptions : tuple of str
        Every change in one line: what there was, and what there is.
    notices : tuple of str
        Changes that change nothing.
    """

    stages: tuple[Stage, ...]
    descriptions: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def apply_scenario(inventory: Inventory, scenario: Scenario) -> ChangedInventory:
    """Apply a scenario to an inventory: the inventories that hold before and after each change.

    What is added or removed on a day is active from or until that day, which is exact whatever the
    day is. What is set or scaled from a month on holds for the months from then on.

    Raises
    ------
    ScenarioError
        With every problem: paths that lead nowhere, changes that contradict each other, and what
        the inventory refuses after them.
    """
    editable = EditableInventory(inventory, scenario)
    editable.place_changes()
    conflicts = _find_conflicts(scenario.changes)
    places = {(problem.path, problem.line, problem.at) for problem in conflicts}
    # what contradicts another change is not refused once more for itself
    alone = [
        problem
        for problem in editable.problems
        if (problem.path, problem.line, problem.at) not in places
    ]
    if conflicts or alone:
        raise ScenarioError(sorted([*alone, *conflicts], key=_line))
    stages = tuple(Stage(start, after) for start, after in editable.inventories())
    if editable.problems:
        raise ScenarioError(sorted(dict.fromkeys(editable.problems), key=_line))
    descriptions = tuple(text for _, text in sorted(editable.descriptions.items()))
    return ChangedInventory(stages, descriptions, tuple(editable.notices))


def _line(problem: Problem) -> int:
    return problem.line or 0


def change_inventory(
    inventory: Inventory | str | Path,
    set: Settings | None = None,  # noqa: A002 (as --set)
) -> Inventory:
    """Read an inventory, and set values in it on top of what its document has.

    Parameters
    ----------
    inventory : Inventory or path
    set : str, sequence of str, or mapping, optional
        ``PATH=VALUE``, as `estimator.compare` takes it.

    Returns
    -------
    Inventory
        Its notices say what is set; without `set` it is as it was.

    Raises
    ------
    KmscostError
        The inventory is wrong, a path leads nowhere, or the inventory refuses a value.
    """
    # first: a wrong option is told before a long file is read
    changes = () if set is None else read_settings(set)
    inventory = inventory if isinstance(inventory, Inventory) else load_inventory(inventory)
    if not changes:
        return inventory
    changed = apply_scenario(inventory, Scenario(SET, changes, SET))
    (stage,) = changed.stages  # no setting has a day
    after = stage.inventory
    settings = tuple(f"set on top of {after.path}: {text}" for text in changed.descriptions)
    notices = (*settings, *changed.notices, *after.notices)
    # a value that is set stands in no line of the file
    paths = [change.where for change in changes]
    places = {
        at: place
        for at, place in after.places.items()
        if not any(is_inside(at, path) for path in paths)
    }
    whole = replace(after, notices=tuple(dict.fromkeys(notices)), places=places)
    return whole.read_from(document_of(after))


def _find_conflicts(changes: Sequence[Change]) -> list[Problem]:
    """A problem for each change that does not go together with one before it."""
    # looked up by path, not pair by pair: a file may hold changes by the thousand
    at: dict[_Steps, list[Change]] = {}
    below: dict[_Steps, list[Change]] = {}
    problems = []
    for change in changes:
        steps = _steps(change)
        for other in _find_related(steps, at, below):
            is_above = len(other.path) <= len(change.path)
            fix = _clash(*((other, change) if is_above else (change, other)))
            if fix is not None:
                done = f"{change.where} {_DONE[change.operation]}"
                found = f"{done}, and {other.where} {_DONE[other.operation]} {_place(other)}"
                expected = "changes that go together in any order"
                problems.append(
                    Problem(change.source, change.line, change.where, found, expected, fix)
                )
                break
        at.setdefault(steps, []).append(change)
        for length in range(1, len(steps)):
            below.setdefault(steps[:length], []).append(change)
    return problems


def _steps(change: Change) -> _Steps:
    """The path of a change, in which a key and a name of the same letters differ."""
    return tuple((isinstance(part, Named), str(part)) for part in change.path)


def _find_related(
    steps: _Steps, at: dict[_Steps, list[Change]], below: dict[_Steps, list[Change]]
) -> Iterator[Change]:
    """The changes at the same path, above it and below it."""
    for length in range(1, len(steps) + 1):
        yield from at.get(steps[:length], ())
    yield from below.get(steps, ())


def _place(change: Change) -> str:
    if change.line is None:
        return f"by {change.source}"
    return f"in {change.source}:{change.line}"


def _start(change: Change) -> datetime.date:
    return change.start or datetime.date.min


def _clash(upper: Change, lower: Change) -> str | None:
    """Say how to mend two changes, one at or above the other's path; None where they agree."""
    same = upper.path == lower.path
    if upper.operation == "add" or (same and lower.operation == "add"):
        return _clash_with_added(*((upper, lower) if upper.operation == "add" else (lower, upper)))
    if same and upper.operation == lower.operation == "remove":
        return "keep one of them"
    for removal, other in ((upper, lower), (lower, upper)):
        if removal.operation != "remove" or not is_item(removal.path):
            continue
        if same or removal is upper:
            if _start(other) >= _start(removal):
                return "nothing changes what is gone: keep one of them"
            if other.path[2:] == ("until",):
                return "removing it from a day sets its until: keep one of them"
            return None  # it changes before it ends
    if not same and len(upper.path) == 1 and upper.path[0] in LABELS:
        return "set the whole section, or what is in it"
    if _start(upper) == _start(lower):
        return "keep one of them, or let them begin in different months"
    return None


def _clash_with_added(added: Change, other: Change) -> str | None:
    if added.path == other.path:
        if other.operation == "remove" and _start(other) > _start(added):
            return None  # it is active in between
        if _start(other) > _start(added) and other.operation != "add":
            return None
        return "keep one of them"
    if other.path[2:] in (("from",), ("created",)) or _start(other) <= _start(added):
        return "write it into what is added"
    return None
