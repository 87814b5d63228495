"""Scenario files and mappings to scenarios: every problem at once, each with its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field, PlainValidator, RootModel, WithJsonSchema

from estimator.inventory.changes.change import ChangeEntry, Scenario, ScenarioError
from pricing.reading.document import Location, Map, line_of
from pricing.reading.problems import Problem
from pricing.reading.validation import FormatVersion, Section, read_text, refusal, validate
from pricing.reading.words import describe, nearest, shown

BASE = "base"


def _read_name(value: Any) -> str:
    text = read_text(value)
    if text == BASE:
        raise refusal(value, f"another name: {BASE} is what it is compared with", "rename it")
    return text


Name = Annotated[str, PlainValidator(_read_name), WithJsonSchema({"type": "string"})]


class NamedChange(ChangeEntry):
    """A scenario of one change."""

    name: Name | None = Field(None, description="default: the path")


class ScenarioEntry(Section):
    """A scenario: changes under one name."""

    name: Name
    changes: tuple[ChangeEntry, ...] = Field(min_length=1)


class ScenarioFile(Section):
    """kmscost scenarios, version 1: what is changed, since when, under which name."""

    version: FormatVersion
    scenarios: tuple[ScenarioEntry, ...] = Field(min_length=1)


class Changes(Section):
    """A list of changes, each of them a scenario of its own."""

    scenarios: tuple[NamedChange, ...] = Field(min_length=1)


class ScenarioDocument(RootModel[ScenarioFile | Annotated[list[NamedChange], Field(min_length=1)]]):
    """What a scenario file may hold: named scenarios, or a list of changes, one scenario each."""


# a mapping with one of these is an inventory, whatever else is misspelt in it
_INVENTORY = ("accounts", "keys", "trails", "readers", "payer")


def is_scenario_file(root: Any) -> bool:
    """Tell whether a document holds scenarios, not an inventory.

    >>> is_scenario_file({"version": 1, "scenarios": []}), is_scenario_file({"accounts": []})
    (True, False)
    """
    if isinstance(root, Mapping):
        meant = "scenarios" in root or any(nearest(key, ["scenarios"]) for key in root)
        return meant and not any(key in root for key in _INVENTORY)
    return isinstance(root, list)


def read_scenarios(root: Any, path: str, problems: Sequence[Problem] = ()) -> tuple[Scenario, ...]:
    """Read the scenarios of a document that is parsed already.

    Raises
    ------
    ScenarioError
        With every problem, those of the parser too.
    """
    model: type[Changes | ScenarioFile] = ScenarioFile
    if isinstance(root, list):
        # sections are mappings: a list is read as the mapping that it is short for
        items, root, model = root, Map(1), Changes
        root["scenarios"] = items
        root.lines["scenarios"] = 1
    file, more, _ = validate(model, root, path)
    if file is None or problems or more:
        if model is Changes:
            more = [replace(problem, at=problem.at.removeprefix("scenarios")) for problem in more]
        raise ScenarioError(sorted([*problems, *more], key=lambda problem: problem.line or 0))
    entries: Sequence[ScenarioEntry | NamedChange] = file.scenarios
    scenarios = tuple(
        _scenario(entry, root, path, ("scenarios", index)) for index, entry in enumerate(entries)
    )
    _check_names(scenarios, path)
    return scenarios


def _scenario(entry: ScenarioEntry | NamedChange, root: Any, path: str, at: Location) -> Scenario:
    line = line_of(root, at)
    if isinstance(entry, ScenarioEntry):
        changes = tuple(
            change.change(path, line_of(root, (*at, "changes", index)))
            for index, change in enumerate(entry.changes)
        )
        return Scenario(entry.name, changes, path, line)
    change = entry.change(path, line)
    return Scenario(entry.name or change.where, (change,), path, line)


def _check_names(scenarios: Sequence[Scenario], path: str) -> None:
    first: dict[str, Scenario] = {}
    problems = []
    for index, scenario in enumerate(scenarios):
        before = first.setdefault(scenario.name, scenario)
        if before is not scenario:
            fix = f"rename one of them (the first is in line {before.line})"
            found = f"the name {shown(scenario.name)} twice"
            at = describe(("scenarios", index, "name"))
            problems.append(Problem(path, scenario.line, at, found, "each name once", fix))
    if problems:
        raise ScenarioError(problems)


def read_mapping(mapping: Mapping[str, Any], source: str = "other") -> Scenario:
    """Read a scenario written as a mapping in Python, as YAML would have it.

    >>> read_mapping({"name": "x", "changes": [{"path": "payer", "remove": True}]}).name
    'x'
    """
    model: type[ScenarioEntry | NamedChange] = (
        ScenarioEntry if "changes" in mapping else NamedChange
    )
    entry, problems, _ = validate(model, mapping, source)
    if entry is None:
        raise ScenarioError(problems)
    return _scenario(entry, mapping, source, ())
