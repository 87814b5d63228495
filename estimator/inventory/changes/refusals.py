"""What is refused of a scenario: changes that contradict each other, and what comes of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence

from estimator.inventory.changes.change import Change, Scenario
from estimator.inventory.changes.paths import LABELS, Named, Path, is_item
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


Steps = tuple[tuple[bool, str], ...]

_DONE = {"value": "set", "scale": "scaled", "add": "added", "remove": "removed"}


def find_conflicts(changes: Sequence[Change]) -> list[Problem]:
    """A problem for each change that does not go together with one before it."""
    # looked up by path, not pair by pair: a file may hold changes by the thousand
    at: dict[Steps, list[Change]] = {}
    below: dict[Steps, list[Change]] = {}
    problems = []
    for change in changes:
        steps = _steps(change.path)
        for other in _find_related(steps, at, below):
            fix = _clash(*((other, change) if _is_above(other, change) else (change, other)))
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


def _steps(path: Path) -> Steps:
    """A path in which a key and a name of the same letters differ."""
    return tuple((isinstance(part, Named), str(part)) for part in path)


def _find_related(
    steps: Steps, at: dict[Steps, list[Change]], below: dict[Steps, list[Change]]
) -> Iterator[Change]:
    """The changes at the same path, above it and below it."""
    for length in range(1, len(steps) + 1):
        yield from at.get(steps[:length], ())
    yield from below.get(steps, ())


def _is_above(change: Change, other: Change) -> bool:
    return len(change.path) <= len(other.path)


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
    if other.path[2:] in (("from",), ("created",)):
        return "write it into what is added"
    if _start(other) <= _start(added):
        return "write it into what is added"
    return None
