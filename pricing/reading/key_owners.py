"""Which keys a part of a document may have, and which part a misplaced key belongs to."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Union

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from pricing.reading.units import UNIT_PATTERN
from pricing.reading.words import flow_of
from pricing.reading.written_keys import key_in_other_number

_MOST_OWNERS = 3  # a key of more parts than that, such as `name`, was not meant for any of them


def misplaced_key(
    model: type[BaseModel], location: Iterable[str | int], key: str, value: Any
) -> str | None:
    """Where a key that is unknown here belongs; None where no part, or any part, has it.

    Parameters
    ----------
    model : type of BaseModel
        Of the whole document.
    location : iterable of str or int
        The part that has the key.
    key : str
        The key.
    value : Any
        Its value, which the fix repeats.
    """
    place = tuple(location)
    written = flow_of(value)
    other = key_in_other_number(key, allowed_keys(model, place))
    if other is not None and isinstance(value, list) and other.endswith("s"):
        return None  # `region: [...]` of a trail is its regions, not its bucket's region
    for candidate in _models_at(model, place):
        for name, below, is_list in _children(candidate):
            if not is_list and any(key in _keys(part) for part in below):
                return f"{key} belongs inside {name}: {{..., {key}: {written}}}"
    sections = {
        name
        for candidate in _models_at(model, place)
        for name, _, is_list in _children(candidate)
        if is_list
    }
    # `keys` of a trail is its key, not the section; one text is no section: `key: logs` at the top
    # lost the blanks before it
    if other is not None and not (other in sections and isinstance(value, str)):
        return None
    if place and key in _keys(model):
        return f"{key} belongs at the top of the file, without blanks before it"
    owners = [
        name
        for name, below, _ in _children(model)
        if name not in place[:1] and any(key in _keys_below(part) for part in below)
    ]
    return f"{key} belongs to {' or '.join(owners)}" if 1 <= len(owners) <= _MOST_OWNERS else None


def allowed_keys(model: type[BaseModel], location: Iterable[str | int]) -> set[str]:
    """The keys that the part of the document at `location` may have."""
    return {key for candidate in _models_at(model, location) for key in _keys(candidate)}


def field_unit(model: type[BaseModel], location: Iterable[str | int]) -> str | None:
    """The unit of the field at a location, which its description ends with; None without one."""
    *above, name = location or ("",)
    for field in _fields_named(model, above, name):
        unit = UNIT_PATTERN.search(field.description or "")
        if unit is not None:
            return unit[1]
    return None


def is_needed(model: type[BaseModel], location: Iterable[str | int]) -> bool:
    """True for a field that has no default."""
    *above, name = location or ("",)
    return any(field.is_required() for field in _fields_named(model, above, name))


def example_of(model: type[BaseModel], location: Iterable[str | int]) -> Any:
    """The example that the format gives of a field; an empty list where it gives none."""
    *above, name = location or ("",)
    examples = [field.examples for field in _fields_named(model, above, name) if field.examples]
    return examples[0][0] if examples else []


def empty_word(model: type[BaseModel], location: Iterable[str | int]) -> str:
    """What the description of a field says of null, as `null for SSE-S3`, if anything."""
    *above, name = location or ("",)
    descriptions = [field.description or "" for field in _fields_named(model, above, name)]
    found = [re.search(r"\bnull for [^,;\[]+", description) for description in descriptions]
    return next((match[0].strip() for match in found if match), "")


def takes_list(model: type[BaseModel], location: Iterable[str | int], items: list[Any]) -> bool:
    """True where a list of these items is no mistake at a location, so that it may be advised."""
    *above, name = location or ("",)
    for field in _fields_named(model, above, name):
        try:
            adapter: TypeAdapter[Any] = TypeAdapter(
                Any if field.annotation is None else field.annotation
            )
            adapter.validate_python(items)
        except ValidationError:
            return False
    return True


def choices_with(
    model: type[BaseModel], location: Iterable[str | int], tag: str, keys: set[str]
) -> list[str]:
    """The kinds of an item that its tag names: those that have all its keys, if any has."""
    kinds = {
        choice: _keys(candidate)
        for candidate in _models_at(model, location)
        if tag in candidate.model_fields
        for choice in typing.get_args(candidate.model_fields[tag].annotation)
    }
    return [kind for kind, own in kinds.items() if keys <= own] or list(kinds)


def units_of_keys(model: type[BaseModel], location: Iterable[str | int]) -> dict[str, str]:
    """The keys that the part of the document at `location` may have and that have a unit."""
    place = tuple(location)
    units = {key: field_unit(model, (*place, key)) for key in allowed_keys(model, place)}
    return {key: unit for key, unit in units.items() if unit is not None}


def item_keys(model: type[BaseModel], location: Iterable[str | int]) -> set[str]:
    """The keys that an item of the list at a location may have; none where items have no keys."""
    *above, name = location
    fields = _fields_named(model, above, name)
    return {key for field in fields for part in _models(field.annotation) for key in _keys(part)}


def _fields_named(
    model: type[BaseModel], above: Iterable[str | int], name: str | int
) -> list[FieldInfo]:
    return [
        field
        for candidate in _models_at(model, above)
        for key, field in candidate.model_fields.items()
        if name in (key, field.alias)
    ]


def _keys(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def _keys_below(model: type[BaseModel]) -> set[str]:
    """The keys of a part and of the parts inside it."""
    return _keys(model).union(*(_keys(part) for _, parts, _ in _children(model) for part in parts))


def _children(model: type[BaseModel]) -> list[tuple[str, list[type[BaseModel]], bool]]:
    """The keys of a part that hold parts of their own, the models of these, and True for a list."""
    found = [
        (field.alias or name, _models(field.annotation), _is_list(field.annotation))
        for name, field in model.model_fields.items()
    ]
    return [child for child in found if child[1]]


def _is_list(annotation: Any) -> bool:
    return typing.get_origin(annotation) in (list, tuple)


def _models_at(model: type[BaseModel], location: Iterable[str | int]) -> list[type[BaseModel]]:
    """The models that the part of the document at `location` may have."""
    candidates: list[type[BaseModel]] = [model]
    for part in location:
        if isinstance(part, int):
            continue
        tagged = [candidate for candidate in candidates if part in _tags(candidate)]
        if tagged:
            candidates = tagged
            continue
        found: list[type[BaseModel]] = []
        for candidate in candidates:
            for name, field in candidate.model_fields.items():
                if part in (name, field.alias):
                    found += _models(field.annotation)
        candidates = found or candidates
    return candidates


def _tags(model: type[BaseModel]) -> set[str]:
    kind = model.model_fields.get("kind")
    literals = set(typing.get_args(kind.annotation)) if kind else set()
    return literals | {model.__name__}


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    origin = typing.get_origin(annotation)
    if origin is None or origin is Literal:
        return []
    if origin in (Union, types.UnionType, Annotated, list, tuple, dict):
        return [model for part in typing.get_args(annotation) for model in _models(part)]
    return []
