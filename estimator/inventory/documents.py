"""Documents changed without touching them: copies along a path, all else shared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pricing.reading.document import Location, Map, Seq

MISSING: Any = object()


def value_at(root: Any, location: Location) -> Any:
    """The value that a document has at a location, `MISSING` where it has none."""
    node = root
    for part in location:
        if isinstance(node, Seq) and isinstance(part, int) and part < len(node):
            node = node[part]
        elif isinstance(node, Map) and part in node:
            node = node[str(part)]
        else:
            return MISSING
    return node


def set_at(node: Any, location: Location, value: Any) -> Any:
    """Return a copy with another value at a location; mappings that are missing are made."""
    part, rest = location[0], location[1:]
    if isinstance(node, Seq) and isinstance(part, int):
        return set_item(node, part, set_at(node[part], rest, value) if rest else value)
    key = str(part)
    if rest:
        inner = node.get(key)
        value = set_at(Map(node.line) if inner is None else inner, rest, value)
    return set_key(node, key, value)


def remove_at(node: Any, location: Location) -> Any:
    """Return a copy without the key at a location."""
    part, rest = location[0], location[1:]
    if not rest:
        return remove_parts(node, [part])
    inner = remove_at(node[part], rest)
    return (
        set_item(node, int(part), inner)
        if isinstance(node, Seq)
        else set_key(node, str(part), inner)
    )


def set_key(mapping: Map, key: str, value: Any) -> Map:
    """Return a copy of a mapping with one more or one other value."""
    copy = copy_map(mapping)
    copy[key] = value
    copy.lines.setdefault(key, mapping.line)
    return copy


def set_item(items: Seq, position: int, value: Any) -> Seq:
    """Return a copy of a list with one other item, or with one more at its end."""
    copy = Seq(items.line)
    copy.extend(items)
    copy.lines = list(items.lines)
    if position == len(items):
        copy.append(value)
        copy.lines.append(items.line)
    else:
        copy[position] = value
    return copy


def remove_parts(container: Map | Seq, parts: Sequence[str | int]) -> Map | Seq:
    """Return a copy of a mapping without some keys, or of a list without some items."""
    if isinstance(container, Map):
        mapping = copy_map(container)
        for part in parts:
            mapping.pop(str(part), None)
        return mapping
    removed, items = set(parts), Seq(container.line)
    left = [index for index in range(len(container)) if index not in removed]
    items.extend(container[index] for index in left)
    items.lines = [container.lines[index] for index in left]
    return items


def copy_map(mapping: Map) -> Map:
    """Return a copy that shares the values, with lines of its own."""
    copy = Map(mapping.line)
    copy.update(mapping)
    copy.lines = dict(mapping.lines)
    return copy


def as_document(value: Any, line: int) -> Any:
    """Return a value as a document has it whose every part stands in one line.

    What comes from another file, an option or Python has no line in this document: problems that
    reading it finds need one all the same.
    """
    if isinstance(value, dict):
        mapping = Map(line)
        for key, item in value.items():
            mapping[str(key)] = as_document(item, line)
            mapping.lines[str(key)] = line
        return mapping
    if isinstance(value, list | tuple):
        items = Seq(line)
        items.extend(as_document(item, line) for item in value)
        items.lines = [line] * len(items)
        return items
    return value
