"""YAML lines: each value with where it came from, or with what is still to be found out."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*\Z")
# plain words that YAML readers take for something else
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_ESCAPES = {'"': '\\"', "\\": "\\\\"}
_LONGEST = 300


@dataclass(frozen=True)
class Entry:
    """One `key: value`, a value being a scalar, a list or entries again."""

    key: str
    value: Any
    source: str = ""
    todo: str = ""


@dataclass(frozen=True)
class Item:
    """One account, key or trail."""

    entries: tuple[Entry, ...]
    source: str = ""
    # lines of their own above the item
    remarks: tuple[str, ...] = ()
    # left out of the inventory: written as a comment only
    aside: bool = False

    def value(self, key: str) -> Any:
        """The value of a key; None where the item has none."""
        return next((one.value for one in self.entries if one.key == key), None)


def scalar(value: Any) -> str:
    """A value on one line; text stands in quotes unless it is a plain word, so ids stay text.

    >>> print(scalar("org"), scalar("111122223333"), scalar([True, None, "a b"]))
    org "111122223333" [true, null, "a b"]
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(scalar(one) for one in value)}]"
    text = str(value)
    if not isinstance(value, str) or (_PLAIN.match(text) and text.casefold() not in _WORDS):
        return text
    return f'"{"".join(_ESCAPES.get(one) or _escaped(one) for one in text)}"'


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\U{code:08x}"


def one_line(text: str) -> str:
    """Text for a comment: one line, nothing that a terminal or YAML would obey."""
    shown = "".join(one if one.isprintable() else repr(one)[1:-1] for one in text[:_LONGEST])
    return shown + ("..." if len(text) > _LONGEST else "")


def comment(entry: Entry) -> str:
    """What follows a value: the question that is open, or where the value was read."""
    said = f"TODO {entry.todo}" if entry.todo else ""
    if entry.source:
        said = f"{said} ({entry.source})" if said else entry.source
    return f"  # {one_line(said)}" if said else ""


def head_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """The document's own keys."""
    for one in entries:
        yield f"{one.key}: {scalar(one.value)}{comment(one)}"


def item_lines(item: Item, flow: bool = False) -> Iterator[str]:
    """An item of a list, on one line or on a line for each key."""
    mark = "# " if item.aside else ""
    for remark in item.remarks:
        yield f"  # {one_line(remark)}"
    if flow:
        yield f"  {mark}- {flow_text(item)}{comment(_together(item))}"
        return
    dash = "- "
    for one in item.entries:
        told = one if dash == "  " else _with_source(one, item.source)
        if isinstance(one.value, tuple) and all(isinstance(x, Entry) for x in one.value):
            yield f"  {mark}{dash}{one.key}:{comment(told)}"
            yield from (f"  {mark}    {x.key}: {scalar(x.value)}{comment(x)}" for x in one.value)
        else:
            yield f"  {mark}{dash}{one.key}: {scalar(one.value)}{comment(told)}"
        dash = "  "


def flow_text(item: Item) -> str:
    """An item's entries in braces."""
    return f"{{{', '.join(f'{one.key}: {scalar(one.value)}' for one in item.entries)}}}"


def _together(item: Item) -> Entry:
    todos = "; ".join(one.todo for one in item.entries if one.todo)
    sources = dict.fromkeys([item.source, *(one.source for one in item.entries)])
    return Entry("", None, "; ".join(one for one in sources if one), todos)


def _with_source(entry: Entry, source: str) -> Entry:
    both = f"{source}; {entry.source}" if source and entry.source else source or entry.source
    return Entry(entry.key, entry.value, both, entry.todo)


def section_lines(
    name: str, items: Sequence[Item], remarks: Sequence[str] = (), flow: bool = False
) -> Iterator[str]:
    """A list of the document; what is left out stands in it as a comment."""
    yield ""
    kept = [one for one in items if not one.aside]
    yield f"{name}:" if kept else f"{name}: []"
    for remark in remarks:
        yield f"  # {one_line(remark)}"
    for item in items:
        yield from item_lines(item, flow)
