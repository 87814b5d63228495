"""YAML lines: each value with where it came from, or with what is still to be found out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pricing.reading.scalar_writer import comment, flow


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

    def value(self, key: str) -> Any:
        """The value of a key; None where the item has none."""
        return next((entry.value for entry in self.entries if entry.key == key), None)

    def with_value(self, key: str, value: str) -> Item:
        """The item with another value of a key that it has."""
        entries = (
            replace(entry, value=value) if entry.key == key else entry for entry in self.entries
        )
        return replace(self, entries=tuple(entries))

    def without_questions(self) -> Item:
        """An account without what is not known of it: it inherits that, never another's payer."""
        entries = (entry for entry in self.entries if not entry.todo or entry.key == "payer")
        return replace(self, entries=tuple(entries))


def _comment_of(entry: Entry) -> str:
    """The comment behind a value: the question that is open, or where the value was read."""
    text = f"TODO {entry.todo}" if entry.todo else ""
    if entry.source:
        text = f"{text} ({entry.source})" if text else entry.source
    return f"  # {comment(text)}" if text else ""


def head_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """The document's own keys."""
    for entry in entries:
        yield f"{entry.key}: {flow(entry.value)}{_comment_of(entry)}"


def item_lines(item: Item, in_braces: bool = False) -> Iterator[str]:
    """An item of a list, on one line or on a line for each key."""
    for remark in item.remarks:
        yield f"  # {comment(remark)}"
    if in_braces:
        values = flow({entry.key: entry.value for entry in item.entries})
        yield f"  - {values}{_comment_of(_join_comments(item))}"
        return
    dash = "- "
    for entry in item.entries:
        commented = entry if dash == "  " else _with_source(entry, item.source)
        if isinstance(entry.value, tuple) and all(isinstance(x, Entry) for x in entry.value):
            yield f"  {dash}{entry.key}:{_comment_of(commented)}"
            yield from (f"      {x.key}: {flow(x.value)}{_comment_of(x)}" for x in entry.value)
        else:
            yield f"  {dash}{entry.key}: {flow(entry.value)}{_comment_of(commented)}"
        dash = "  "


def _join_comments(item: Item) -> Entry:
    todos = "; ".join(entry.todo for entry in item.entries if entry.todo)
    sources = dict.fromkeys([item.source, *(entry.source for entry in item.entries)])
    return Entry("", None, "; ".join(entry for entry in sources if entry), todos)


def _with_source(entry: Entry, source: str) -> Entry:
    both = f"{source}; {entry.source}" if source and entry.source else source or entry.source
    return Entry(entry.key, entry.value, both, entry.todo)


def section_lines(
    name: str, items: Sequence[Item], remarks: Sequence[str] = (), in_braces: bool = False
) -> Iterator[str]:
    """A list of the document, with remarks above its items."""
    yield ""
    yield f"{name}:" if items else f"{name}: []"
    for remark in remarks:
        yield f"  # {comment(remark)}"
    for item in items:
        yield from item_lines(item, in_braces)
