"""What an inventory refuses after changes, said in the place of the change that caused it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from estimator.scenarios.scenario import Change, Scenario
from pricing.reading.document import Location
from pricing.reading.problems import Problem
from pricing.reading.words import describe


def blamed(
    problems: Iterable[Problem], scenario: Scenario, placed: Sequence[tuple[Change, Location]]
) -> list[Problem]:
    """The problems of a changed document, each in the place of the change that made it."""
    return [_blamed(problem, scenario, placed) for problem in problems]


def _blamed(
    problem: Problem, scenario: Scenario, placed: Sequence[tuple[Change, Location]]
) -> Problem:
    inside = [
        (change, place) for change, place in placed if _is_inside(problem.at, describe(place))
    ]
    if inside:
        change, place = max(inside, key=lambda one: len(one[1]))
        at = change.where + problem.at[len(describe(place)) :]
        return Problem(change.source, change.line, at, problem.found, problem.expected, problem.fix)
    # the change is beside it: the same item, else any of the scenario
    near = [
        change for change, place in placed if place and _is_inside(problem.at, describe(place[:2]))
    ]
    line = f":{problem.line}" if problem.line else ""
    found = f"{problem.found} at {problem.path}{line} {problem.at} after this change"
    one = near[0] if near else scenario.changes[0]
    if near or len(scenario.changes) == 1:
        fix = problem.fix
        if one.operation == "remove" and one.start is None:
            fix = "remove what names it as well, or let it end on a day, with `from:`"
        return one.problem(found, problem.expected, fix)
    lines = ", ".join(str(change.line) for change in scenario.changes if change.line)
    found = found.replace(
        "this change", f"the changes in lines {lines}" if lines else "the changes"
    )
    place_of_it = f"scenario {scenario.name}"
    return Problem(
        scenario.source, scenario.line, place_of_it, found, problem.expected, problem.fix
    )


def _is_inside(at: str, place: str) -> bool:
    return (
        bool(place) and at.startswith(place) and at[len(place) : len(place) + 1] in ("", ".", "[")
    )
