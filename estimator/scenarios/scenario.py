"""Scenarios: named, dated changes to an inventory, and the YAML that they are written in."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, PlainValidator, RootModel, WithJsonSchema, model_validator

from estimator.months import parse_month
from estimator.scenarios.paths import LABELS, Named, Path, is_item, read_path, written
from pricing.reading.problems import DocumentError, Problem
from pricing.reading.validation import Number, Section, read_day, read_text, refusal

Operation = Literal["value", "scale", "add", "remove"]
OPERATIONS: tuple[Operation, ...] = ("value", "scale", "add", "remove")

BASE = "base"


class ScenarioError(DocumentError):
    """Changes that cannot be made; `problems` holds every mistake found in them."""


@dataclass(frozen=True)
class Change:
    """One change to an inventory.

    Attributes
    ----------
    path : tuple of str
        Where, as `estimator.scenarios.paths.read_path` reads it.
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
        """The path as it is written."""
        return written(self.path)

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


def _read_begin(value: Any) -> datetime.date:
    if isinstance(value, str) and len(value) == 7:
        try:
            return parse_month(value)
        except ValueError:
            raise refusal(value, "a month such as 2027-01, or a day") from None
    return read_day(value)


def _read_name(value: Any) -> str:
    text = read_text(value)
    if text == BASE:
        raise refusal(value, f"another name: {BASE} is what it is compared with", "rename it")
    return text


def _read_removal(value: Any) -> bool:
    if value is not True:
        raise refusal(value, "true", "write remove: true, or leave the change out")
    return True


Begin = Annotated[
    datetime.date,
    PlainValidator(_read_begin),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$"}),
]
PathText = Annotated[Path, PlainValidator(read_path), WithJsonSchema({"type": "string"})]
Name = Annotated[str, PlainValidator(_read_name), WithJsonSchema({"type": "string"})]
Removal = Annotated[bool, PlainValidator(_read_removal), WithJsonSchema({"const": True})]


class ChangeEntry(Section):
    """One change: a path, one of value, scale, add and remove, and since when."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [name]} for name in OPERATIONS]}
    )

    path: PathText = Field(description="as trails[org].bucket.bucket_key")
    value: Any = Field(None, description="what is there from then on")
    scale: Number = Field(1.0, description="factor for a number, or for both ends")
    add: Any = Field(None, description="an account, key, trail, reader or budget that is new")
    remove: Removal = Field(False, description="takes away what is there")
    start: Begin | None = Field(None, alias="from", description="month or day; default: always")

    @model_validator(mode="after")
    def _one_operation(self) -> Self:
        said = self.operations
        if len(said) != 1:
            found = " and ".join(said) or "nothing to do"
            fix = "make two changes of it" if said else "add `value:`"
            raise refusal(said, f"one of {', '.join(OPERATIONS)}", fix, (), found)
        operation = said[0]
        if self.path[0] == "version":
            raise refusal(
                said, "another path: it says how to read the file", "", ("path",), "version"
            )
        if operation == "add":
            self._check_item()
        if self.start is not None and self.start.day != 1 and not self._lives:
            fix = f"write {self.start:%Y-%m}, or the month after it"
            expected = "a month: only what is added or removed may begin inside one"
            raise refusal(self.start, expected, fix, ("from",))
        return self

    @property
    def operations(self) -> list[Operation]:
        """What the entry says is to be done."""
        return [name for name in OPERATIONS if name in self.model_fields_set]

    @property
    def _lives(self) -> bool:
        return self.operations[0] == "add" or ("remove" in self.operations and is_item(self.path))

    def _check_item(self) -> None:
        if not isinstance(self.add, dict):
            raise refusal(self.add, "the item that is new", "write add: {name: ...}", ("add",))
        if len(self.path) > 2 or self.path[0] not in LABELS:
            fix = "use `value:` for anything else"
            expected = f"a path such as readers or readers[siem]: one of {', '.join(LABELS)}"
            raise refusal(written(self.path), expected, fix, ("path",))
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
        """The change that the entry says."""
        operation = self.operations[0]
        path = self.path
        if operation == "add" and not is_item(path):
            path = (*path, Named(self.add[LABELS[path[0]]]))
        return Change(path, operation, getattr(self, operation), self.start, source, line)


class NamedChange(ChangeEntry):
    """A scenario of one change."""

    name: Name | None = Field(None, description="default: the path")


class ScenarioEntry(Section):
    """A scenario: changes under one name."""

    name: Name
    changes: tuple[ChangeEntry, ...] = Field(min_length=1)


class ScenarioFile(Section):
    """kmscost scenarios, version 1: what is changed, since when, under which name."""

    version: Literal[1]
    scenarios: tuple[ScenarioEntry, ...] = Field(min_length=1)


class Changes(Section):
    """A list of changes, each of them a scenario of its own."""

    scenarios: tuple[NamedChange, ...] = Field(min_length=1)


class ScenarioDocument(RootModel[ScenarioFile | Annotated[list[NamedChange], Field(min_length=1)]]):
    """What a scenario file may hold: named scenarios, or a list of changes, one scenario each."""
