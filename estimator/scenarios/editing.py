"""Documents changed without touching them: copies along a path, all else shared."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from estimator.inventory.kinds import is_account_id
from estimator.scenarios.fields import RANGE_KEYS
from pricing.reading.document import Location, Map, Seq
from pricing.regions import is_region

MISSING: Any = object()


class NoNumberError(ValueError):
    """What cannot be scaled."""


def value_at(root: Any, location: Location) -> Any:
    """What the document says at a location, `MISSING` where it says nothing."""
    node = root
    for part in location:
        if isinstance(node, Seq) and isinstance(part, int) and part < len(node):
            node = node[part]
        elif isinstance(node, Map) and part in node:
            node = node[str(part)]
        else:
            return MISSING
    return node


def changed(node: Any, location: Location, value: Any) -> Any:
    """A copy of the document with another value at a location; missing mappings are made."""
    part, rest = location[0], location[1:]
    if isinstance(node, Seq) and isinstance(part, int):
        return with_item(node, part, changed(node[part], rest, value) if rest else value)
    key = str(part)
    if rest:
        inner = node.get(key)
        value = changed(Map(node.line) if inner is None else inner, rest, value)
    return with_key(node, key, value)


def dropped(node: Any, location: Location) -> Any:
    """A copy of the document without the key at a location."""
    part, rest = location[0], location[1:]
    if not rest:
        return without(node, [part])
    inner = dropped(node[part], rest)
    return (
        with_item(node, int(part), inner)
        if isinstance(node, Seq)
        else with_key(node, str(part), inner)
    )


def scaled(value: Any, factor: float) -> Any:
    """A number times a factor, in decimals as one would by hand; of a range all its numbers.

    >>> scaled(700, 1.1), scaled("10%", 1.5), scaled({"low": 100, "high": 300}, 0.5)
    (770.0, '15.0%', {'low': 50.0, 'high': 150.0})

    Raises
    ------
    NoNumberError
        There is no number in it.
    """
    if isinstance(value, bool) or value is None:
        raise NoNumberError
    if isinstance(value, int | float):
        return float(Decimal(repr(value)) * Decimal(repr(factor)))
    if isinstance(value, str) and value.strip().endswith("%"):
        try:
            return f"{Decimal(value.strip()[:-1]) * Decimal(repr(factor)):f}%"
        except ArithmeticError:
            raise NoNumberError from None
    if isinstance(value, dict) and value and _holds_numbers(value):
        parts = {k: one if k == "source" else scaled(one, factor) for k, one in value.items()}
        if not isinstance(value, Map):
            return parts
        copy = _copy(value)
        copy.update(parts)
        return copy
    raise NoNumberError


def _holds_numbers(value: dict[str, Any]) -> bool:
    return (
        all(key in RANGE_KEYS for key in value)
        or all(key == "other" or is_region(key) for key in value)
        or all(map(is_account_id, value))
    )


def with_key(container: Map, key: str, value: Any) -> Map:
    """A copy of a mapping with one more or one other value."""
    changed = _copy(container)
    changed[key] = value
    changed.lines.setdefault(key, container.line)
    return changed


def with_item(container: Seq, position: int, value: Any) -> Seq:
    """A copy of a list with one other item, or with one more at its end."""
    changed = Seq(container.line)
    changed.extend(container)
    changed.lines = list(container.lines)
    if position == len(container):
        changed.append(value)
        changed.lines.append(container.line)
    else:
        changed[position] = value
    return changed


def without(container: Map | Seq, parts: Sequence[str | int]) -> Map | Seq:
    """A copy of a mapping without a key, or of a list without some items."""
    if isinstance(container, Map):
        changed = _copy(container)
        for part in parts:
            changed.pop(str(part), None)
        return changed
    gone, rest = set(parts), Seq(container.line)
    kept = [index for index in range(len(container)) if index not in gone]
    rest.extend(container[index] for index in kept)
    rest.lines = [container.lines[index] for index in kept]
    return rest


def _copy(container: Map) -> Map:
    changed = Map(container.line)
    changed.update(container)
    changed.lines = dict(container.lines)
    return changed


def planted(value: Any, line: int) -> Any:
    """A value as the document would have it in this line, whatever file it comes from."""
    if isinstance(value, dict):
        grown = Map(line)
        for key, item in value.items():
            grown[str(key)] = planted(item, line)
            grown.lines[str(key)] = line
        return grown
    if isinstance(value, list | tuple):
        listed = Seq(line)
        listed.extend(planted(item, line) for item in value)
        listed.lines = [line] * len(listed)
        return listed
    return value
