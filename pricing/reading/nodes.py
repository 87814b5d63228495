"""The parts of a document that somebody wrote, each with its line, and how many it may have.

The bounds hold whatever the parser below would take.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

MAX_NODES = 4_000_000  # after expansion of aliases
MAX_DEPTH = 40  # below PyYAML's own bound, which is 1,000 in some releases and none in others

_FLOW = re.compile(r"""'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|[\[{\]}]""", re.DOTALL)
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}

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


class TooMuchError(Exception):
    """Stops the parser where a document is larger or deeper than any honest one."""

    def __init__(self, mark: Any, found: str, expected: str, fix: str) -> None:
        super().__init__(found)
        self.line: int = mark.line + 1
        self.found, self.expected, self.fix = found, expected, fix

    @classmethod
    def depth(cls, mark: Any) -> TooMuchError:
        """More levels than `MAX_DEPTH` at a mark of the parser."""
        found, expected = f"values nested more than {MAX_DEPTH} deep", f"at most {MAX_DEPTH} levels"
        return cls(mark, found, expected, "look for a bracket or a brace that is not closed")

    @classmethod
    def size(cls, mark: Any) -> TooMuchError:
        """More values than `MAX_NODES` at a mark of the parser."""
        found = f"more than {MAX_NODES:,} values, aliases expanded"
        return cls(mark, found, f"at most {MAX_NODES:,}", "use fewer aliases (*name)")


def deepest(text: str, begin: int, end: int, depth: int) -> int:
    """The greatest depth of brackets from one character of a text to another.

    Parameters
    ----------
    text : str
        YAML, which opens lists and mappings with brackets and braces outside of quotes.
    begin, end : int
        Where to look. [character]
    depth : int
        How many containers are open at `begin`. [level]

    >>> deepest("a: [b, {c: '[['}]", 3, 17, 1)
    3
    """
    most = depth
    for token in _FLOW.finditer(text, begin, end):
        depth += _STEP.get(token[0], 0)
        most = max(most, depth)
    return most
