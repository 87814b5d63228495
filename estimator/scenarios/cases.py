"""What is compared with the base: other inventories, and scenarios made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from estimator.inventory import Inventory
from estimator.inventory.load import InventoryError
from estimator.scenarios.opened import Opened, open_inventory
from estimator.scenarios.reading import SET, is_scenario_file, read_mapping, read_scenarios
from estimator.scenarios.scenario import BASE, Change, Scenario
from estimator.scenarios.stages import Made, Stage, make
from pricing.reading.document import parse_value
from pricing.reading.files import decode, read_bytes
from pricing.reading.problems import DocumentError, KmscostError, Problem, UsageError

Other = Inventory | Scenario | Mapping[str, Any] | str | Path


@dataclass(frozen=True)
class Case:
    """One of the things compared: its name, where it comes from, and what it is."""

    name: str
    source: str
    made: Made

    @property
    def inventory(self) -> Inventory:
        """The inventory that holds in the end."""
        return self.made.stages[-1].inventory


def read_cases(
    base: Inventory | str | Path, other: Sequence[Other], settings: tuple[Change, ...]
) -> tuple[Case, ...]:
    """The base and everything that it is compared with, `settings` made on top of each.

    Raises
    ------
    KmscostError
        With every problem of every file.
    """
    problems: list[Problem] = []
    first = _tried(problems, read_base, base)
    found: list[Case] = []
    for one in other:
        if isinstance(one, Inventory):
            opened = Opened(one)
            found += _made(problems, opened, one.path, one.path, settings)
        elif isinstance(one, Scenario | Mapping):
            scenarios = (one,) if isinstance(one, Scenario) else _tried(problems, _mapping, one)
            found += _cases(problems, first, scenarios, settings)
        else:
            found += _of_file(problems, first, one, settings)
    if not other and settings:
        found += _cases(problems, first, (Scenario(SET, (), SET),), settings)
    if problems or first is None:
        raise KmscostError(list(dict.fromkeys(problems)))
    if not found:
        fix = "name another inventory or a scenario file, or use --set PATH=VALUE"
        problem = Problem("OTHER", None, "", "nothing to compare with", "one thing or more", fix)
        raise UsageError(problem)
    whole = Case(BASE, first.inventory.path, Made((Stage(None, first.inventory),)))
    return (whole, *_told_apart(found))


def _tried(problems: list[Problem], read: Any, *arguments: Any) -> Any:
    """What `read` gives; None where it has problems, which are collected."""
    try:
        return read(*arguments)
    except UsageError:
        raise
    except KmscostError as error:
        problems += error.problems
        return None


def _parsed(path: str | Path) -> tuple[Any, list[Problem]]:
    try:
        return parse_value(decode(path, read_bytes(path)), str(path))
    except DocumentError as error:
        raise InventoryError(error.problems) from None


def read_base(base: Inventory | str | Path) -> Opened:
    """An inventory that can be changed.

    Raises
    ------
    KmscostError
        With every problem of it.
    """
    if isinstance(base, Inventory):
        return Opened(base)
    root, problems = _parsed(base)
    if is_scenario_file(root):
        fix = "name the inventory first, then its scenarios"
        raise DocumentError(Problem(str(base), 1, "", "scenarios", "an inventory", fix))
    return open_inventory(root, str(base), problems)


def _mapping(said: Mapping[str, Any]) -> tuple[Scenario, ...]:
    return (read_mapping(said),)


def _of_file(
    problems: list[Problem], first: Opened | None, path: str | Path, settings: tuple[Change, ...]
) -> list[Case]:
    parsed = _tried(problems, _parsed, path)
    if parsed is None:
        return []
    root, more = parsed
    if is_scenario_file(root):
        scenarios = _tried(problems, read_scenarios, root, str(path), more)
        return _cases(problems, first, scenarios, settings)
    opened = _tried(problems, open_inventory, root, str(path), more)
    return [] if opened is None else _made(problems, opened, str(path), str(path), settings)


def _made(
    problems: list[Problem], opened: Opened, name: str, source: str, settings: tuple[Change, ...]
) -> list[Case]:
    if not settings:
        return [Case(name, source, Made((Stage(None, opened.inventory),)))]
    made = _tried(problems, make, opened, Scenario(name, settings, SET))
    return [] if made is None else [Case(name, source, made)]


def _cases(
    problems: list[Problem],
    first: Opened | None,
    scenarios: Iterable[Scenario] | None,
    settings: tuple[Change, ...],
) -> list[Case]:
    """The base changed by each of the scenarios."""
    found: list[Case] = []
    if first is None or scenarios is None:
        return found
    for one in scenarios:
        scenario = replace(one, changes=(*one.changes, *settings))
        made = _tried(problems, make, first, scenario)
        found += [] if made is None else [Case(one.name, one.source, made)]
    return found


def _told_apart(cases: list[Case]) -> list[Case]:
    """Short names where they are enough: the file's own, else its whole path."""
    short = [_short(case) for case in cases]
    often = Counter(short)
    named = [
        case if often[name] > 1 or name == BASE else replace(case, name=name)
        for case, name in zip(cases, short, strict=True)
    ]
    often = Counter(case.name for case in named)
    longer = [
        case
        if often[case.name] == 1 or case.name == case.source
        else replace(case, name=f"{case.source}: {case.name}")
        for case in named
    ]
    twice = [name for name, times in Counter(case.name for case in longer).items() if times > 1]
    if twice:
        found = f"{twice[0]!r} twice"
        raise UsageError(Problem("OTHER", None, "", found, "each of them once", "remove one"))
    return longer


def _short(case: Case) -> str:
    """The name of an inventory's file without its folder and ending."""
    return Path(case.name).stem if case.name == case.source else case.name
