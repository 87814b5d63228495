"""Scenario files, options and mappings to scenarios: every problem at once, each with its line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic_core import PydanticCustomError

from estimator.scenarios.paths import scan_path
from estimator.scenarios.scenario import (
    Change,
    ChangeEntry,
    Changes,
    NamedChange,
    Scenario,
    ScenarioEntry,
    ScenarioError,
    ScenarioFile,
)
from pricing.reading.document import Location, Map, line_of, parse_value
from pricing.reading.problems import DocumentError, Problem, UsageError
from pricing.reading.validation import validate
from pricing.reading.words import describe, nearest, shown

SET = "--set"

_INVENTORY = ("accounts", "keys", "trails", "readers", "payer")


def is_scenario_file(root: Any) -> bool:
    """Whether a document holds scenarios, not an inventory.

    >>> is_scenario_file({"version": 1, "scenarios": []}), is_scenario_file({"accounts": []})
    (True, False)
    """
    if isinstance(root, Mapping):
        meant = "scenarios" in root or any(nearest(key, ["scenarios"]) for key in root)
        return meant and not any(key in root for key in _INVENTORY)
    return isinstance(root, list)


def read_scenarios(root: Any, path: str, problems: Sequence[Problem] = ()) -> tuple[Scenario, ...]:
    """The scenarios of a document that is parsed already.

    Raises
    ------
    ScenarioError
        With every problem, those of the parser too.
    """
    if isinstance(root, list):
        wrapped = Map(1)
        wrapped["scenarios"] = root
        wrapped.lines["scenarios"] = 1
        said: Changes | ScenarioFile | None
        said, more, _ = validate(Changes, wrapped, path)
        more = [_unwrapped(problem) for problem in more]
        root = wrapped
    else:
        said, more, _ = validate(ScenarioFile, root, path)
    if said is None or problems or more:
        raise ScenarioError(sorted([*problems, *more], key=lambda one: one.line or 0))
    entries: Sequence[ScenarioEntry | NamedChange] = said.scenarios
    found = tuple(
        _scenario(entry, root, path, ("scenarios", index)) for index, entry in enumerate(entries)
    )
    _names_once(found, path)
    return found


def _unwrapped(problem: Problem) -> Problem:
    """The problem in the words of a document that is a list."""
    at = problem.at.removeprefix("scenarios")
    return Problem(problem.path, problem.line, at, problem.found, problem.expected, problem.fix)


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


def _names_once(scenarios: Sequence[Scenario], path: str) -> None:
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


def read_mapping(said: Mapping[str, Any], source: str = "other") -> Scenario:
    """A scenario written as a mapping in Python, as YAML would have it.

    >>> read_mapping({"name": "x", "changes": [{"path": "payer", "remove": True}]}).name
    'x'
    """
    model: type[ScenarioEntry | NamedChange] = ScenarioEntry if "changes" in said else NamedChange
    entry, problems, _ = validate(model, said, source)
    if entry is None:
        raise ScenarioError(problems)
    return _scenario(entry, said, source, ())


def read_set(settings: str | Sequence[str] | Mapping[str, Any] | None) -> tuple[Change, ...]:
    """The changes of ``--set PATH=VALUE``; the value is YAML in one line.

    >>> [change.value for change in read_set(["trails[org].bucket.bucket_key=true"])]
    [True]

    Raises
    ------
    UsageError
        It is not written so.
    """
    if settings is None:
        return ()
    if isinstance(settings, Mapping):
        pairs = list(settings.items())
    else:
        texts = [settings] if isinstance(settings, str) else list(settings)
        pairs = [_split(text) for text in texts]
    changes, problems = [], []
    for path, value in pairs:
        root = Map(1)
        root.update(path=path, value=value)
        entry, more, _ = validate(ChangeEntry, root, SET)
        problems += [Problem(SET, None, "", one.found, one.expected, one.fix) for one in more]
        changes += [entry.change(SET, None)] if entry is not None else []
    if problems:
        raise UsageError(problems)
    return tuple(changes)


def _split(text: str) -> tuple[str, Any]:
    try:
        _, end = scan_path(text)
    except PydanticCustomError as error:
        said = error.context or {}
        problem = Problem(SET, None, "", said["found"], said["expected"], said["fix"])
        raise UsageError(problem) from None
    path, rest = text[:end], text[end:].lstrip()
    equals, value = rest[:1], rest[1:]
    expected = "PATH=VALUE, such as trails[org].bucket.bucket_key=true"
    if equals != "=":
        # what stands before the first = is the path that cannot be read
        before, equals, value = text.partition("=")
        if not equals:
            raise UsageError(Problem(SET, None, "", shown(text), expected, "add = and a value"))
        return before, None
    if not value.strip():
        fix = "write null for nothing"
        raise UsageError(Problem(SET, None, "", shown(text), expected, fix))
    try:
        said, problems = parse_value(value, SET)
    except DocumentError as error:
        raise _refused(path, error.problems) from None
    if problems:
        raise _refused(path, problems)
    return path, said


def _refused(path: str, problems: Iterable[Problem]) -> UsageError:
    return UsageError(
        [Problem(SET, None, path, one.found, one.expected, one.fix) for one in problems]
    )
