"""Changes of one scenario that contradict or overlap each other: refused, with both lines."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from estimator.scenarios.paths import LABELS, Named, Path, is_item
from estimator.scenarios.scenario import Change
from pricing.reading.problems import Problem

Steps = tuple[tuple[bool, str], ...]

_DONE = {"value": "set", "scale": "scaled", "add": "added", "remove": "removed"}


def conflicts(changes: Sequence[Change]) -> list[Problem]:
    """A problem for each change that does not go together with one before it."""
    at: dict[Steps, list[Change]] = {}
    below: dict[Steps, list[Change]] = {}
    problems = []
    for change in changes:
        steps = _steps(change.path)
        for other in _related(steps, at, below):
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


def _related(
    steps: Steps, at: dict[Steps, list[Change]], below: dict[Steps, list[Change]]
) -> Iterator[Change]:
    """The changes at the same path, above it and below it."""
    for length in range(1, len(steps) + 1):
        yield from at.get(steps[:length], ())
    yield from below.get(steps, ())


def _is_above(one: Change, other: Change) -> bool:
    return len(one.path) <= len(other.path)


def _place(change: Change) -> str:
    if change.line is None:
        return f"by {change.source}"
    return f"in {change.source}:{change.line}"


def _begin(change: Change) -> datetime.date:
    return change.start or datetime.date.min


def _clash(upper: Change, lower: Change) -> str | None:
    """How to mend two changes, one at or above the other's path; None where they go together."""
    same = upper.path == lower.path
    if upper.operation == "add" or (same and lower.operation == "add"):
        return _clash_with_added(*((upper, lower) if upper.operation == "add" else (lower, upper)))
    if same and upper.operation == lower.operation == "remove":
        return "keep one of them"
    for one, other in ((upper, lower), (lower, upper)):
        if one.operation == "remove" and is_item(one.path) and (same or one is upper):
            if _begin(other) >= _begin(one):
                return "nothing changes what is gone: keep one of them"
            if other.path[2:] == ("until",):
                return "removing it from a day sets its until: keep one of them"
            return None
    if not same and len(upper.path) == 1 and upper.path[0] in LABELS:
        return "set the whole section, or what is in it"
    if _begin(upper) == _begin(lower):
        return "keep one of them, or let them begin in different months"
    return None


def _clash_with_added(added: Change, other: Change) -> str | None:
    if added.path == other.path:
        if other.operation == "remove" and _begin(other) > _begin(added):
            return None  # lives for a while
        if _begin(other) > _begin(added) and other.operation != "add":
            return None
        return "keep one of them"
    if other.path[2:] in (("from",), ("created",)):
        return "write it into what is added"
    if _begin(other) <= _begin(added):
        return "write it into what is added"
    return None
