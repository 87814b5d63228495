"""The parts of a document that somebody wrote, each with its line.

A change copies what is along its path; all else is shared, and the document itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

MAX_DEPTH = 40  # below PyYAML's own bound, which is 1,000 in some releases and none in others

Location = tuple[str | int, ...]

MISSING: Any = object()  # in the place of a value that a document does not have


class Refused(str):
    """A value of which a problem is noted already: whoever reads it on needs no second one."""

    __slots__ = ()


class Map(dict[str, Any]):
    """A mapping that knows the line it starts on and the line of each key.

    `written` has the text of each number and flag that is written in another way than its value
    is shown: 12.000, 1.10, True.
    """

    __slots__ = ("line", "lines", "written")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}
        self.written: dict[str, str] = {}


class Seq(list[Any]):
    """A list that knows the line it starts on and the line of each item; `written` as in `Map`."""

    __slots__ = ("line", "lines", "written")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []
        self.written: dict[int, str] = {}


def text_of(root: Any, location: Iterable[str | int]) -> str | None:
    """The text of the number or flag at a location, where its value does not show it."""
    *above, last = location or ("",)
    written: dict[Any, str] = getattr(value_at(root, above), "written", {})
    return written.get(last)


def value_at(root: Any, location: Iterable[str | int], missing: Any = None) -> Any:
    """The value at a location; `missing` where the document has none."""
    node = root
    for part in location:
        # a letter of a text is no part of a document
        if isinstance(node, str):
            return missing
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return missing
    return node


def line_of(root: Any, location: Iterable[str | int]) -> int | None:
    """The line of the innermost part of `location` that the document has."""
    line: int | None = getattr(root, "line", None)
    node = root
    for part in location:
        if isinstance(node, Map) and isinstance(part, str) and part in node:
            line, node = node.lines.get(part, line), node[part]
        elif isinstance(node, Seq) and isinstance(part, int) and part < len(node):
            line, node = node.lines[part], node[part]
        else:
            break
    return line


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


def remove_all(node: Any, locations: Iterable[Location]) -> Any:
    """Return a copy without the keys at some locations; one that is not there is passed over."""
    for location in locations:
        if location and value_at(node, location, MISSING) is not MISSING:
            node = remove_at(node, location)
    return node


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
