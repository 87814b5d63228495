"""A scenario's changes made to an inventory: the inventory from each month on."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from estimator.inventory import Inventory
from estimator.scenarios.conflicts import conflicts
from estimator.scenarios.opened import Opened
from estimator.scenarios.scenario import Scenario, ScenarioError
from estimator.scenarios.work import Work
from pricing.reading.problems import Problem


@dataclass(frozen=True)
class Stage:
    """The inventory from a day on; None is all along."""

    start: datetime.date | None
    inventory: Inventory


@dataclass(frozen=True)
class Made:
    """What a scenario makes of an inventory.

    Attributes
    ----------
    stages : tuple of Stage
        The first one holds all along, each of the others from the first day of a month.
    said : tuple of str
        Every change in one line: what there was, and what there is.
    notices : tuple of str
        Changes that change nothing.
    """

    stages: tuple[Stage, ...]
    said: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def _line(problem: Problem) -> int:
    return problem.line or 0


def make(opened: Opened, scenario: Scenario) -> Made:
    """The inventories that a scenario makes of one.

    What is added or removed on a day lives from or until that day, which is exact whatever the day
    is. What is set or scaled from a month on holds for the months from then on.

    Raises
    ------
    ScenarioError
        With every problem: paths that lead nowhere, changes that contradict each other, and what
        the inventory refuses after them.
    """
    work = Work(opened, scenario)
    work.place()
    clashes = conflicts(scenario.changes)
    refused = {(problem.path, problem.line, problem.at) for problem in clashes}
    # what is refused for its company is not refused once more for itself
    alone = [one for one in work.problems if (one.path, one.line, one.at) not in refused]
    if clashes or alone:
        raise ScenarioError(sorted([*alone, *clashes], key=_line))
    stages = tuple(Stage(start, inventory) for start, inventory in work.inventories())
    if work.problems:
        raise ScenarioError(sorted(dict.fromkeys(work.problems), key=_line))
    said = tuple(work.said[index] for index in sorted(work.said))
    return Made(stages, said, tuple(work.notices))
