"""How large and how deep a document may be, whatever the parser below would take."""

from __future__ import annotations

import re
from typing import Any

MAX_NODES = 4_000_000  # after expansion of aliases
MAX_DEPTH = 40  # below PyYAML's own bound, which is 1,000 in some releases and none in others
MAX_DIGITS = 300

_FLOW = re.compile(r"""'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|[\[{\]}]""", re.DOTALL)
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}


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
