"""The parts of a document that somebody wrote, each with its line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Location = tuple[str | int, ...]


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
