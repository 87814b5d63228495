"""YAML lines: each value with where it came from, or with what is still to be found out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pricing.reading.scalars import comment, flow


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


def _beside(entry: Entry) -> str:
    """What follows a value: the question that is open, or where the value was read."""
    said = f"TODO {entry.todo}" if entry.todo else ""
    if entry.source:
        said = f"{said} ({entry.source})" if said else entry.source
    return f"  # {comment(said)}" if said else ""


def head_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """The document's own keys."""
    for one in entries:
        yield f"{one.key}: {flow(one.value)}{_beside(one)}"


def item_lines(item: Item, in_braces: bool = False) -> Iterator[str]:
    """An item of a list, on one line or on a line for each key."""
    mark = "# " if item.aside else ""
    for remark in item.remarks:
        yield f"  # {comment(remark)}"
    if in_braces:
        yield f"  {mark}- {flow_text(item)}{_beside(_together(item))}"
        return
    dash = "- "
    for one in item.entries:
        told = one if dash == "  " else _with_source(one, item.source)
        if isinstance(one.value, tuple) and all(isinstance(x, Entry) for x in one.value):
            yield f"  {mark}{dash}{one.key}:{_beside(told)}"
            yield from (f"  {mark}    {x.key}: {flow(x.value)}{_beside(x)}" for x in one.value)
        else:
            yield f"  {mark}{dash}{one.key}: {flow(one.value)}{_beside(told)}"
        dash = "  "


def flow_text(item: Item) -> str:
    """An item's entries in braces."""
    return f"{{{', '.join(f'{one.key}: {flow(one.value)}' for one in item.entries)}}}"


def _together(item: Item) -> Entry:
    todos = "; ".join(one.todo for one in item.entries if one.todo)
    sources = dict.fromkeys([item.source, *(one.source for one in item.entries)])
    return Entry("", None, "; ".join(one for one in sources if one), todos)


def _with_source(entry: Entry, source: str) -> Entry:
    both = f"{source}; {entry.source}" if source and entry.source else source or entry.source
    return Entry(entry.key, entry.value, both, entry.todo)


def section_lines(
    name: str, items: Sequence[Item], remarks: Sequence[str] = (), in_braces: bool = False
) -> Iterator[str]:
    """A list of the document; what is left out stands in it as a comment."""
    yield ""
    kept = [one for one in items if not one.aside]
    yield f"{name}:" if kept else f"{name}: []"
    for remark in remarks:
        yield f"  # {comment(remark)}"
    for item in items:
        yield from item_lines(item, in_braces)
