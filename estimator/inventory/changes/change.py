"""Changes to an inventory, and the YAML and the `--set PATH=VALUE` that they are written in."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from estimator.inventory.changes.paths import (
    Named,
    Path,
    is_item,
    path_text,
    read_path,
    scan_path,
)
from estimator.inventory.documents import LABELS
from estimator.months import parse_month
from pricing.reading.document import Map, parse_value
from pricing.reading.problems import DocumentError, Problem, UsageError
from pricing.reading.validation import Number, Section, read_day, refusal, validate
from pricing.reading.words import shown
from pricing.reading.written_days import month_meant

Operation = Literal["value", "scale", "add", "remove"]
OPERATIONS: tuple[Operation, ...] = ("value", "scale", "add", "remove")

SET = "--set"

Settings = str | Sequence[str] | Mapping[str, Any]


class ScenarioError(DocumentError):
    """Changes that cannot be made; `problems` holds each mistake found in them."""


@dataclass(frozen=True)
class Change:
    """One change to an inventory.

    Attributes
    ----------
    path : tuple of str
        Where, as `read_path` reads it.
    operation : str
        What happens there: a `value` is set, a number is `scale`d, an item is `add`ed, or what is
        there is `remove`d.
    value : Any
        The value, the factor, the item, or True.
    start : date or None
        Since when; None is all along.
    source, line : str, int or None
        The file it stands in and its line, or the option that it was given by.
    """

    path: Path
    operation: Operation
    value: Any
    start: datetime.date | None = None
    source: str = "changes"
    line: int | None = None

    @property
    def where(self) -> str:
        """The path as text."""
        return path_text(self.path)

    def problem(self, found: str, expected: str, fix: str = "") -> Problem:
        """A problem in the place of this change."""
        return Problem(self.source, self.line, self.where, found, expected, fix)


@dataclass(frozen=True)
class Scenario:
    """Changes under one name."""

    name: str
    changes: tuple[Change, ...]
    source: str = "changes"
    line: int | None = None


def _read_start(value: Any) -> datetime.date:
    if isinstance(value, str) and len(value) == 7:
        try:
            return parse_month(value)
        except ValueError:
            raise _start_refusal(value) from None
    if month_meant(value) is not None:
        raise _start_refusal(value)
    return read_day(value)


def _start_refusal(value: Any) -> PydanticCustomError:
    month = month_meant(value)
    fix = f"write {month:%Y-%m}" if month else "write it as YYYY-MM"
    return refusal(value, "a month such as 2027-01, or a day", fix)


def _read_removal(value: Any) -> bool:
    if value is not True:
        raise refusal(value, "true", "write remove: true, or leave the change out")
    return True


Start = Annotated[
    datetime.date,
    PlainValidator(_read_start),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$"}),
]
PathText = Annotated[Path, PlainValidator(read_path), WithJsonSchema({"type": "string"})]
Removal = Annotated[bool, PlainValidator(_read_removal), WithJsonSchema({"const": True})]


class ChangeEntry(Section):
    """One change: a path, one of value, scale, add and remove, and since when."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [name]} for name in OPERATIONS]}
    )

    path: PathText = Field(description="as trails[org].bucket.bucket_key")
    value: Any = Field(None, description="what is there from then on")
    scale: Number = Field(1.0, description="for a number, or for both ends [factor]")
    add: Any = Field(None, description="an account, key, trail, reader or budget that is new")
    remove: Removal = Field(False, description="takes away what is there")
    start: Start | None = Field(None, alias="from", description="month or day; default: always")

    @model_validator(mode="after")
    def _one_operation(self) -> Self:
        operations = self.operations
        if len(operations) != 1:
            found = " and ".join(operations) or "nothing to do"
            fix = "make two changes of it" if operations else "add `value:`"
            raise refusal(operations, f"one of {', '.join(OPERATIONS)}", fix, (), found)
        if self.path[0] == "version":
            expected = "another path: it says how to read the file"
            raise refusal(operations, expected, "", ("path",), "version")
        if operations[0] == "add":
            self._check_item()
        # what is set holds for whole months: a forecast's stages begin with a month
        if self.start is not None and self.start.day != 1 and not self._has_active_period:
            fix = f"write {self.start:%Y-%m}, or the month after it"
            expected = "a month: only what is added or removed may begin inside one"
            raise refusal(self.start, expected, fix, ("from",))
        return self

    @property
    def operations(self) -> list[Operation]:
        """The operations that the entry names."""
        return [name for name in OPERATIONS if name in self.model_fields_set]

    @property
    def _has_active_period(self) -> bool:
        return self.operations[0] == "add" or ("remove" in self.operations and is_item(self.path))

    def _check_item(self) -> None:
        if not isinstance(self.add, dict):
            raise refusal(self.add, "the item that is new", "write add: {name: ...}", ("add",))
        if len(self.path) > 2 or self.path[0] not in LABELS:
            fix = "use `value:` for anything else"
            expected = f"a path such as readers or readers[siem]: one of {', '.join(LABELS)}"
            raise refusal(path_text(self.path), expected, fix, ("path",))
        label = LABELS[self.path[0]]
        name = self.add.get(label)
        if "file" in self.add and label == "id":
            raise refusal("file", "one account", "add the accounts one by one", ("add", "file"))
        if is_item(self.path):
            if label in self.add and name != self.path[1]:
                fix = "name it once"
                raise refusal(name, f"{self.path[1]!r}, as in the path", fix, ("add", label))
        elif not isinstance(name, str):
            fix = f"write {self.path[0]}[NAME], or add `{label}:`"
            raise refusal(name, f"the {label} of what is new", fix, ("add",))
        begins = next((key for key in ("from", "created") if key in self.add), None)
        if begins and self.start is not None:
            fix = "remove one of them"
            raise refusal(self.start, f"either this or the item's own {begins}", fix, ("from",))
        if self.start is not None and self.path[0] == "budgets":
            raise refusal(self.start, "a budget without beginning", "remove it", ("from",))

    def change(self, source: str, line: int | None) -> Change:
        """Return the change that the entry asks for."""
        operation = self.operations[0]
        path = self.path
        if operation == "add" and not is_item(path):
            path = (*path, Named(self.add[LABELS[path[0]]]))
        return Change(path, operation, getattr(self, operation), self.start, source, line)


def read_settings(settings: Settings | None) -> tuple[Change, ...]:
    """Read the changes of ``--set PATH=VALUE``; the value is YAML in one line.

    >>> [change.value for change in read_settings(["trails[org].bucket.bucket_key=true"])]
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
        problems += [
            Problem(SET, None, "", problem.found, problem.expected, problem.fix) for problem in more
        ]
        changes += [entry.change(SET, None)] if entry is not None else []
    if problems:
        raise UsageError(problems)
    return tuple(changes)


def _split(text: str) -> tuple[str, Any]:
    try:
        _, end = scan_path(text)
    except PydanticCustomError as error:
        context = error.context or {}
        problem = Problem(SET, None, "", context["found"], context["expected"], context["fix"])
        raise UsageError(problem) from None
    path, rest = text[:end], text[end:].lstrip()
    equals, value = rest[:1], rest[1:]
    expected = "PATH=VALUE, such as trails[org].bucket.bucket_key=true"
    if equals != "=":
        # what stands before the first = is the path; validating it says what is wrong with it
        before, equals, value = text.partition("=")
        if not equals:
            raise UsageError(Problem(SET, None, "", shown(text), expected, "add = and a value"))
        return before, None
    if not value.strip():
        fix = "write null for nothing"
        raise UsageError(Problem(SET, None, "", shown(text), expected, fix))
    try:
        parsed, problems = parse_value(value, SET)
    except DocumentError as error:
        raise _refusal(path, error.problems) from None
    if problems:
        raise _refusal(path, problems)
    return path, parsed


def _refusal(path: str, problems: Iterable[Problem]) -> UsageError:
    # lines of a value in one line say nothing: its path does
    return UsageError(
        [
            Problem(SET, None, path, problem.found, problem.expected, problem.fix)
            for problem in problems
        ]
    )
