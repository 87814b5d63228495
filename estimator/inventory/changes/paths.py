"""Paths into an inventory's YAML: ``trails[org].bucket.bucket_key``.

A key after a dot, the name or id of an item of a list in brackets. A name with brackets or quotes
in it stands in double quotes: ``trails["a[1]"]``.
"""

from __future__ import annotations

import json
import re
from typing import Any

from estimator.inventory.documents import LABELS
from pricing.reading.validation import refusal

_EXPECTED = "a path such as trails[org].bucket.bucket_key"
_STEP = re.compile(
    r'\[(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^][" ][^]["]*))\]|(?P<dot>\.?)(?P<key>[\w-]+)'
)
_PLAIN = re.compile(r'[^][" ][^]["]*\Z')


class Named(str):
    """The name of an item of a list, as a path has it in brackets.

    A trail may be called `key`: a name and a key of the same letters are told apart by their type.
    """

    __slots__ = ()


Path = tuple[str, ...]


def scan_path(text: str) -> tuple[Path, int]:
    """The path at the beginning of a text, and where it ends.

    >>> scan_path("trails[org].key=logs")
    (('trails', 'org', 'key'), 15)
    """
    steps: list[str] = []
    end = 0
    while match := _STEP.match(text, end):
        if match["key"] is not None:
            if bool(match["dot"]) != bool(steps):
                break
            steps.append(match["key"])
        elif not steps:
            break
        else:
            steps.append(_name(match))
        end = match.end()
    return tuple(steps), end


def _name(match: re.Match[str]) -> Named:
    if match["quoted"] is None:
        return Named(match["plain"].rstrip())
    try:
        return Named(json.loads(f'"{match["quoted"]}"', strict=False))
    except ValueError:
        raise refusal(match[0], _EXPECTED, "write the name as JSON does") from None


def read_path(value: Any) -> Path:
    """The parts of a path.

    Raises
    ------
    PydanticCustomError
        It is none, with what is wrong and how to write it.
    """
    if not isinstance(value, str):
        raise refusal(value, _EXPECTED, "write it in quotes")
    path, end = scan_path(value)
    if not path or end < len(value):
        raise refusal(value, _EXPECTED, _mend(value, end))
    if any(isinstance(part, Named) for part in (path[0], *path[2:])):
        fix = "names stand behind a section only; set a list as a whole"
        raise refusal(value, _EXPECTED, fix)
    return path


def _mend(text: str, end: int) -> str:
    rest = text[end : end + 20]
    if not rest:
        return "name a section of the inventory"
    if rest.startswith("["):
        return 'write what is in brackets as [name], or ["name"] where it has brackets or quotes'
    return f"write a dot between keys; it is not understood from {rest!r} on"


def path_text(path: Path) -> str:
    """A path as text.

    >>> path_text(("trails", Named("org"), "key")), path_text(("keys", Named("a]")))
    ('trails[org].key', 'keys["a]"]')
    """
    text = ""
    for part in path:
        if isinstance(part, Named):
            text += f"[{part if _PLAIN.match(part) else json.dumps(part)}]"
        else:
            text += f".{part}" if text else part
    return text


def is_item(path: Path) -> bool:
    """Tell whether a path names an item of a list: an account, a key, a trail, a reader."""
    return len(path) == 2 and path[0] in LABELS and isinstance(path[1], Named)


def is_inside(at: str, place: str) -> bool:
    """Tell whether a place in words is another one, or below it.

    >>> is_inside("keys[10].arn", "keys[10]"), is_inside("keys[10].arn", "keys[1]")
    (True, False)
    """
    return (
        bool(place) and at.startswith(place) and at[len(place) : len(place) + 1] in ("", ".", "[")
    )
