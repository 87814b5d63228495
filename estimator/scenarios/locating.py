"""Where in a document a change's path leads, or the nearest path that there is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from estimator.scenarios.fields import place_of, sections
from estimator.scenarios.paths import LABELS, Named, is_item, written
from estimator.scenarios.scenario import Change
from pricing.reading.document import Location, Map, Seq
from pricing.reading.problems import Problem
from pricing.reading.words import nearest, shown

_MOST = 8  # names listed in an error
_ALIKE = 200  # names that are compared letter by letter


def names_in(root: Map, section: str) -> dict[str, int]:
    """The items of a section by their name, with their places."""
    label = LABELS[section]
    items = root.get(section)
    return {
        item[label]: index
        for index, item in enumerate(items if isinstance(items, Seq) else [])
        if isinstance(item, Map) and isinstance(item.get(label), str)
    }


class Locator:
    """Finds the places of paths in one document."""

    def __init__(self, root: Map) -> None:
        self.root = root
        self.known: dict[str, dict[str, int]] = {}

    def names(self, section: str) -> dict[str, int]:
        """The names of a section's items, with their places."""
        if section not in self.known:
            self.known[section] = names_in(self.root, section)
        return self.known[section]

    def locate(self, change: Change) -> Location | Problem:
        """The location that a change's path means."""
        path = change.path
        section = path[0]
        if section not in sections():
            return _unknown(change, 0, sections(), "the section")
        location: list[str | int] = [section]
        item: Any = None
        if len(path) > 1 and section in LABELS:
            names = self.names(section)
            if not isinstance(path[1], Named):
                fix = f"write {section}[NAME]" + (f".{written(path[1:])}" if len(path) > 1 else "")
                if path[1] in names:
                    fix = f"write {written((section, Named(path[1]), *path[2:]))}"
                found = f"{shown(path[1])} behind {section}, which is a list"
                return change.problem(found, f"a name in brackets: {_listed(names)}", fix)
            if path[1] not in names:
                return _unknown(change, 1, names, f"the {LABELS[section]}")
            location.append(names[path[1]])
            item = self.root[section][names[path[1]]]
        elif len(path) > 1 and isinstance(path[1], Named):
            fix = f"write {written((section, *map(str, path[1:])))}"
            found = f"{shown(str(path[1]))} in brackets behind {section}, which is no list"
            return change.problem(found, f"a path into {section}", fix)
        place = place_of(path, item)
        if place.known < len(path):
            if not place.choices:
                fix = f"set {written(path[: place.known])} as a whole"
                found = f"{shown(path[place.known])} below {written(path[: place.known])}"
                return change.problem(found, "a value, which has no keys", fix)
            return _unknown(change, place.known, place.choices, "the key")
        return (*location, *path[len(location) :])


def _unknown(change: Change, at: int, choices: Iterable[str], what: str) -> Problem:
    path, known = change.path, list(choices)
    part = str(path[at])
    found = f"{what} {shown(part)}, which is not there"
    above = f" in {written(path[:at])}" if at else ""
    close = nearest(part, _alike(part, known))
    fix = ""
    if close:
        meant = Named(close) if isinstance(path[at], Named) else close
        fix = f"did you mean {written((*path[:at], meant, *path[at + 1 :]))}?"
    elif is_item(path) and change.operation == "value":
        fix = f"add it first: {{path: {written(path)}, add: {{...}}}}"
    return change.problem(found, f"one of those{above}: {_listed(known)}", fix)


def _alike(part: str, known: Sequence[str]) -> list[str]:
    """The names most like `part` by how they begin and end; comparing all of many is slow."""
    if len(known) <= _ALIKE:
        return list(known)
    return sorted(known, key=lambda name: -_common(part, name))[:_ALIKE]


def _common(one: str, other: str) -> int:
    """How many letters of two names agree in their places."""
    return sum(a == b for a, b in zip(one, other, strict=False))


def _listed(names: Iterable[str]) -> str:
    known = list(names)
    said = ", ".join(known[:_MOST]) + (
        f" and {len(known) - _MOST:,} more" if len(known) > _MOST else ""
    )
    return said or "there are none"
