"""Where in a document a change's path leads, or the nearest path that there is."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from estimator.figures import listed
from estimator.inventory.assumptions import (
    FILES_PER_DAY,
    RANGE_KEYS,
    FilesPerDay,
    Range,
    plain_range,
)
from estimator.inventory.budgets import Budget
from estimator.inventory.changes.change import Change
from estimator.inventory.changes.paths import Named, Path, is_item, path_text
from estimator.inventory.documents import LABELS
from estimator.inventory.others import OtherRequests, plain_others
from estimator.inventory.sections import AccountEntry, InventoryFile, Key, Reader, Trail
from estimator.inventory.units import UNITS
from pricing.arns import is_account
from pricing.reading.document import Location, Map, Seq
from pricing.reading.problems import Problem
from pricing.reading.validation import Section
from pricing.reading.words import nearest, shown
from pricing.reading.written_keys import key_fix, key_meant, nearest_key
from pricing.regions import is_region, regions

_MOST = 8  # names listed in an error
_ALIKE = 200  # names that are compared letter by letter

_ITEMS: dict[str, type[Section]] = {
    "accounts": AccountEntry,
    "keys": Key,
    "trails": Trail,
    "budgets": Budget,
}
_READERS: dict[str, type[Section]] = {
    typing.get_args(kind.model_fields["kind"].annotation)[0]: kind
    for kind in typing.get_args(Reader)
}


@dataclass(frozen=True)
class PathInfo:
    """The entry of a path in the inventory's format.

    Attributes
    ----------
    known : int
        How many parts of the path the format has.
    choices : tuple of str
        What may stand instead of the first part that it does not have.
    default : Any
        The value where none is said; None where there is none.
    """

    known: int
    choices: tuple[str, ...] = ()
    default: Any = None


def sections() -> tuple[str, ...]:
    """The keys of an inventory that a path may begin with."""
    return tuple(name for name in _keys(InventoryFile) if name != "version")


def path_info(path: Path, item: Any = None) -> PathInfo:
    """Look a path up in the format; `item` is the item that its second part names.

    >>> path_info(("growth", "acounts_per_year")).choices
    ('accounts_per_year', 'files_per_year', 'as_of')
    >>> path_info(("trails", "org", "bucket", "bucket_key_saving"), {}).default
    0.99
    """
    model: type[Section] | None = InventoryFile
    at = 0
    if path[0] in LABELS and len(path) > 1:
        model, at = _ITEMS.get(path[0]) or _reader(item), 2
    default: Any = None
    while at < len(path):
        if model is None:
            return PathInfo(at)
        fields = _keys(model)
        field = fields.get(path[at])
        if field is None:
            return PathInfo(at, tuple(fields))
        kinds = _types(field.annotation)
        default, at = _default(path, at, field), at + 1
        model = next((kind for kind in kinds if issubclass(kind, Section)), None)
        if typing.get_origin(field.annotation) is dict:  # tags: any name, and below it a text
            return PathInfo(min(at + 1, len(path)), (), None if at < len(path) else default)
        if model is None and at < len(path):
            return _inside(path, at, kinds)
    return PathInfo(len(path), (), default)


def _reader(item: Any) -> type[Section] | None:
    """The section of a reader; None where its kind is not known, which reading it refuses."""
    kind = item.get("kind") if isinstance(item, dict) else None
    return _READERS.get(kind) if isinstance(kind, str) else None


def _keys(model: type[Section]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _types(annotation: Any) -> list[type]:
    if isinstance(annotation, type):
        return [annotation]
    return [kind for part in typing.get_args(annotation) for kind in _types(part)]


def _default(path: Path, at: int, field: FieldInfo) -> Any:
    if path[0] == "trails" and path[at] == "files_per_day":
        return FILES_PER_DAY  # the field's own default is None: an account's number comes first
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined:
        return None
    if isinstance(value, Range):
        return plain_range(value)
    if isinstance(value, OtherRequests):
        return plain_others(value)
    if isinstance(value, Section):
        return {}
    return list(value) if isinstance(value, tuple) else value


def _inside(path: Path, at: int, kinds: list[type]) -> PathInfo:
    """Look up what stands below an assumption: a Region, an id, an end of a range."""
    if OtherRequests in kinds:
        # the format cannot know which ids there are: reading the inventory refuses unknown ones
        if path[at] not in RANGE_KEYS and not is_account(path[at]):
            return PathInfo(at, ("the id of a payer or of an account", *RANGE_KEYS))
        at += path[at] not in RANGE_KEYS
    elif FilesPerDay in kinds:
        if path[at] not in ("other", *RANGE_KEYS) and not is_region(path[at]):
            return PathInfo(at, (*regions(), "other", *RANGE_KEYS))
        at += path[at] not in RANGE_KEYS
    elif Range not in kinds:
        return PathInfo(at)
    if at < len(path) and path[at] not in RANGE_KEYS:
        return PathInfo(at, RANGE_KEYS)
    return PathInfo(min(at + 1, len(path)))


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
        """Find the location that a change's path means; a problem where there is none."""
        path = change.path
        section = path[0]
        if section not in sections():
            return _unknown_part(change, 0, sections(), "the section")
        location: list[str | int] = [section]
        item: Any = None
        if len(path) > 1 and section in LABELS:
            names = self.names(section)
            if not isinstance(path[1], Named):
                fix = f"write {section}[NAME]" + (
                    f".{path_text(path[1:])}" if len(path) > 1 else ""
                )
                if path[1] in names:
                    fix = f"write {path_text((section, Named(path[1]), *path[2:]))}"
                found = f"{shown(path[1])} behind {section}, which is a list"
                return change.problem(found, f"a name in brackets: {_list_names(names)}", fix)
            if path[1] not in names:
                return _unknown_part(change, 1, names, f"the {LABELS[section]}")
            location.append(names[path[1]])
            item = self.root[section][names[path[1]]]
        elif len(path) > 1 and isinstance(path[1], Named):
            fix = f"write {path_text((section, *map(str, path[1:])))}"
            found = f"{shown(str(path[1]))} in brackets behind {section}, which is no list"
            return change.problem(found, f"a path into {section}", fix)
        info = path_info(path, item)
        if info.known < len(path):
            if not info.choices:
                above = path_text(path[: info.known])
                found = f"{shown(path[info.known])} below {above}"
                fix = f"set {above} as a whole"
                return change.problem(found, "a value, which has no keys", fix)
            return _unknown_part(change, info.known, info.choices, "the key")
        return (*location, *path[len(location) :])


def _unknown_part(change: Change, at: int, choices: Iterable[str], what: str) -> Problem:
    path, known = change.path, list(choices)
    part = str(path[at])
    found = f"{what} {shown(part)}, which is not there"
    above = f" in {path_text(path[:at])}" if at else ""
    units = {key: UNITS[key] for key in known if key in UNITS} if what == "the key" else {}
    meant_key = key_meant(part, units)
    close = nearest_key(part, known) if units else nearest(part, _alike(part, known))
    fix = ""
    if meant_key is not None:  # files_per_month: its number is another one
        whole = path_text((*path[:at], meant_key, *path[at + 1 :]))
        fix = str(key_fix(part, change.value, units)).replace(meant_key, whole, 1)
    elif close:
        meant = Named(close) if isinstance(path[at], Named) else close
        fix = f"did you mean {path_text((*path[:at], meant, *path[at + 1 :]))}?"
    elif is_item(path) and change.operation == "value":
        fix = f"add it first: {{path: {path_text(path)}, add: {{...}}}}"
    return change.problem(found, f"one of those{above}: {_list_names(known)}", fix)


def _alike(part: str, known: Sequence[str]) -> list[str]:
    """The names that share most letters with `part`: comparing closely takes long with many."""
    if len(known) <= _ALIKE:
        return list(known)
    return sorted(known, key=lambda name: -_common(part, name))[:_ALIKE]


def _common(part: str, name: str) -> int:
    """Count the letters of two names that agree in their places."""
    return sum(a == b for a, b in zip(part, name, strict=False))


def _list_names(names: Iterable[str]) -> str:
    return listed(names, _MOST) or "there are none"
