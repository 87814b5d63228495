"""Changes to an inventory: of a scenario, or of `--set`. From changes to the inventories after."""

from __future__ import annotations

import datetime
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
from estimator.inventory.changes.refusals import find_conflicts, is_inside
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
    conflicts = find_conflicts(scenario.changes)
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
    changes = read_settings(set)  # first: a wrong option is told before a long file is read
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
