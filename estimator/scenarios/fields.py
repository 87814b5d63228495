"""What the inventory's format knows at a path: which keys, and which value where none is said."""

from __future__ import annotations

import typing
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from estimator.inventory.assumptions import FILES_PER_DAY, FilesPerDay, Range, plain_range
from estimator.inventory.budgets import Budget
from estimator.inventory.kinds import is_account_id
from estimator.inventory.others import OtherRequests, plain_others
from estimator.inventory.sections import AccountEntry, InventoryFile, Key, Reader, Trail
from estimator.scenarios.paths import LABELS, Path
from pricing.reading.validation import Section
from pricing.regions import is_region, regions

RANGE_KEYS = ("low", "high", "mid", "source")

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
class Place:
    """What the format knows of a path.

    Attributes
    ----------
    known : int
        How many parts of the path there are.
    choices : tuple of str
        What may stand instead of the first part that there is not.
    default : Any
        The value where none is said; None where there is none.
    """

    known: int
    choices: tuple[str, ...] = ()
    default: Any = None


def sections() -> tuple[str, ...]:
    """The keys of an inventory that a path may begin with."""
    return tuple(name for name in _keys(InventoryFile) if name != "version")


def place_of(path: Path, item: Any = None) -> Place:
    """What the format knows of a path; `item` is the item that its second part names.

    >>> place_of(("growth", "acounts_per_year")).choices
    ('accounts_per_year', 'files_per_year', 'as_of')
    >>> place_of(("trails", "org", "bucket", "bucket_key_saving"), {}).default
    0.99
    """
    model: type[Section] | None = InventoryFile
    at = 0
    if path[0] in LABELS and len(path) > 1:
        model, at = _ITEMS.get(path[0]) or _reader(item), 2
    default: Any = None
    while at < len(path):
        if model is None:
            return Place(at)
        fields = _keys(model)
        field = fields.get(path[at])
        if field is None:
            return Place(at, tuple(fields))
        kinds = _types(field.annotation)
        default, at = _default(path, at, field), at + 1
        model = next((kind for kind in kinds if issubclass(kind, Section)), None)
        if model is None and at < len(path):
            return _inside(path, at, kinds)
    return Place(len(path), (), default)


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
        return FILES_PER_DAY
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


def _inside(path: Path, at: int, kinds: list[type]) -> Place:
    """What may stand below an assumption: a Region, an id, an end of a range."""
    if OtherRequests in kinds:
        # which ids there are is known where the inventory is read
        if path[at] not in RANGE_KEYS and not is_account_id(path[at]):
            return Place(at, ("the id of a payer or of an account", *RANGE_KEYS))
        at += path[at] not in RANGE_KEYS
    elif FilesPerDay in kinds:
        if path[at] not in ("other", *RANGE_KEYS) and not is_region(path[at]):
            return Place(at, (*regions(), "other", *RANGE_KEYS))
        at += path[at] not in RANGE_KEYS
    elif Range not in kinds:
        return Place(at)
    if at < len(path) and path[at] not in RANGE_KEYS:
        return Place(at, RANGE_KEYS)
    return Place(min(at + 1, len(path)))
