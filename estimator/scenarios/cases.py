"""The cases of a comparison: the base, other inventories, and scenarios applied to the base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from estimator.inventory.changes import (
    Change,
    ChangedInventory,
    Scenario,
    Stage,
    apply_scenario,
)
from estimator.inventory.changes.change import SET
from estimator.inventory.load import InventoryError, read_inventory
from estimator.inventory.model import Inventory
from estimator.scenarios.scenario_files import (
    BASE,
    is_scenario_file,
    read_mapping,
    read_scenarios,
)
from pricing.reading.document import parse_value
from pricing.reading.files import decode, read_bytes
from pricing.reading.problems import DocumentError, KmscostError, Problem, UsageError

Other = Inventory | Scenario | Mapping[str, Any] | str | Path

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Case:
    """An inventory of a comparison: its name, where it comes from, and its stages."""

    name: str
    source: str
    changed: ChangedInventory

    @classmethod
    def unchanged(cls, inventory: Inventory, name: str = BASE) -> Case:
        """The case of an inventory as it is."""
        return cls(name, inventory.path, ChangedInventory((Stage(None, inventory),)))

    @property
    def inventory(self) -> Inventory:
        """The inventory that holds in the end."""
        return self.changed.stages[-1].inventory


def read_cases(
    base: Inventory | str | Path, others: Sequence[Other], settings: tuple[Change, ...]
) -> tuple[Case, ...]:
    """Read the base and everything that it is compared with, `settings` applied to each other.

    Raises
    ------
    KmscostError
        With every problem of every file.
    """
    reader = _CaseReader(settings)
    first = reader.collect(_read_base, base)
    cases: list[Case] = []
    for other in others:
        cases += reader.cases_of(other, first)
    if not others and settings:
        cases += reader.apply_all(first, (Scenario(SET, (), SET),))
    if reader.problems or first is None:
        raise KmscostError(list(dict.fromkeys(reader.problems)))
    if not cases:
        fix = "name another inventory or a scenario file, or use --set PATH=VALUE"
        found, expected = "nothing to compare with", "one thing or more"
        raise UsageError(Problem("OTHER", None, "", found, expected, fix))
    return (Case.unchanged(first), *_shorten_names(cases))


class _CaseReader:
    """Reads cases and collects the problems of all of them."""

    def __init__(self, settings: tuple[Change, ...]) -> None:
        self.settings = settings
        self.problems: list[Problem] = []

    def collect(self, read: Callable[..., _Result], *arguments: Any) -> _Result | None:
        """Call a function; None where it has problems, which are collected."""
        try:
            return read(*arguments)
        except UsageError:
            raise  # options are not the user's data, and have an exit code of their own
        except KmscostError as error:
            self.problems += error.problems
            return None

    def cases_of(self, other: Other, base: Inventory | None) -> list[Case]:
        """The cases that one thing to compare with means: a file may hold many scenarios."""
        if isinstance(other, Inventory):
            return self.set_values(other)
        if isinstance(other, Scenario):
            return self.apply_all(base, (other,))
        if isinstance(other, Mapping):
            scenario = self.collect(read_mapping, other)
            return [] if scenario is None else self.apply_all(base, (scenario,))
        parsed = self.collect(_parse, other)
        if parsed is None:
            return []
        root, problems = parsed
        if is_scenario_file(root):
            scenarios = self.collect(read_scenarios, root, str(other), problems)
            return self.apply_all(base, scenarios or ())
        inventory = self.collect(read_inventory, root, str(other), problems)
        return [] if inventory is None else self.set_values(inventory)

    def apply_all(self, base: Inventory | None, scenarios: Iterable[Scenario]) -> list[Case]:
        """The base changed by each of the scenarios, and by the settings."""
        cases: list[Case] = []
        if base is None:
            return cases  # its problems are collected already
        for scenario in scenarios:
            whole = replace(scenario, changes=(*scenario.changes, *self.settings))
            changed = self.collect(apply_scenario, base, whole)
            cases += [] if changed is None else [Case(scenario.name, scenario.source, changed)]
        return cases

    def set_values(self, inventory: Inventory) -> list[Case]:
        """Another inventory, changed by the settings."""
        path = inventory.path
        if not self.settings:
            return [Case.unchanged(inventory, path)]
        scenario = Scenario(path, self.settings, SET)
        changed = self.collect(apply_scenario, inventory, scenario)
        return [] if changed is None else [Case(path, path, changed)]


def _parse(path: str | Path) -> tuple[Any, list[Problem]]:
    try:
        return parse_value(decode(path, read_bytes(path)), str(path))
    except DocumentError as error:
        raise InventoryError(error.problems) from None


def _read_base(base: Inventory | str | Path) -> Inventory:
    if isinstance(base, Inventory):
        return base
    root, problems = _parse(base)
    if is_scenario_file(root):
        fix = "name the inventory first, then its scenarios"
        raise DocumentError(Problem(str(base), 1, "", "scenarios", "an inventory", fix))
    return read_inventory(root, str(base), problems)


def _shorten_names(cases: list[Case]) -> list[Case]:
    """Give short names where they are enough: the file's own, else its whole path."""
    short = [_short_name(case) for case in cases]
    times = Counter(short)
    cases = [
        case if times[name] > 1 or name == BASE else replace(case, name=name)
        for case, name in zip(cases, short, strict=True)
    ]
    times = Counter(case.name for case in cases)
    # scenarios of the same name out of two files: the file stands before the name
    cases = [
        case
        if times[case.name] == 1 or case.name == case.source
        else replace(case, name=f"{case.source}: {case.name}")
        for case in cases
    ]
    twice = [name for name, count in Counter(case.name for case in cases).items() if count > 1]
    if twice:
        found = f"{twice[0]!r} twice"
        raise UsageError(Problem("OTHER", None, "", found, "each of them once", "remove one"))
    return cases


def _short_name(case: Case) -> str:
    """The name of an inventory's file without its folder and ending."""
    return Path(case.name).stem if case.name == case.source else case.name
