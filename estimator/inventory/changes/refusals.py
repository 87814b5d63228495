"""What an inventory refuses after changes, in the place of the change that caused it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from estimator.inventory.changes.change import Change, Scenario
from pricing.reading.document import Location
from pricing.reading.problems import Problem
from pricing.reading.words import describe


def locate_errors(
    problems: Iterable[Problem], scenario: Scenario, placed: Sequence[tuple[Change, Location]]
) -> list[Problem]:
    """The problems of a changed document, each in the place of the change that made it."""
    return [_locate(problem, scenario, placed) for problem in problems]


def _locate(
    problem: Problem, scenario: Scenario, placed: Sequence[tuple[Change, Location]]
) -> Problem:
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


def is_inside(at: str, place: str) -> bool:
    """Tell whether a place in words is another one, or below it.

    >>> is_inside("keys[10].arn", "keys[10]"), is_inside("keys[10].arn", "keys[1]")
    (True, False)
    """
    return (
        bool(place) and at.startswith(place) and at[len(place) : len(place) + 1] in ("", ".", "[")
    )
