"""An inventory's document: changed in copies, made of Python's own values, the line of each value.

A change copies what is along its path; all else is shared, and the document itself stays as it is.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from estimator.inventory.accounts import Found
from pricing.reading.document import Location, Map, Seq
from pricing.reading.nodes import MAX_DEPTH
from pricing.reading.problems import DocumentError, Problem
from pricing.reading.words import describe, shown

# the sections that are lists of items, and what their items are called by
LABELS = {"accounts": "id", "keys": "id", "trails": "name", "readers": "name", "budgets": "name"}

MISSING: Any = object()
NO_LINE = 0  # of a value that stands in no text


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


def document_of_mapping(mapping: Mapping[str, Any], path: str) -> Map:
    """The document of a mapping; each of its lines is `NO_LINE`.

    Raises
    ------
    DocumentError
        A key is no text, or values are nested too deep.
    """
    document = _convert(mapping, path, ())
    assert isinstance(document, Map)  # as mappings become
    return document


def _convert(value: Any, path: str, at: Location) -> Any:
    if len(at) > MAX_DEPTH:  # a mapping inside itself has no end
        expected, fix = f"at most {MAX_DEPTH} levels", "remove the loop"
        raise DocumentError(Problem(path, None, "", "values nested without end", expected, fix))
    if isinstance(value, Mapping):
        section = Map(NO_LINE)
        for key, item in value.items():
            if not isinstance(key, str):
                found = f"{shown(key)} as a key"
                fix = f'write "{key}"'
                raise DocumentError(Problem(path, None, describe(at), found, "a text key", fix))
            section[key] = _convert(item, path, (*at, key))
            section.lines[key] = NO_LINE
        return section
    if isinstance(value, list | tuple):
        items = Seq(NO_LINE)
        items.extend(_convert(item, path, (*at, index)) for index, item in enumerate(value))
        items.lines = [NO_LINE] * len(items)
        return items
    if isinstance(value, np.generic):  # as rows of a DataFrame have
        value = value.item()
    if isinstance(value, datetime.datetime):  # and pandas' moments: a day only at midnight
        is_midnight = value.time() == datetime.time()
        return value.date() if is_midnight else value.isoformat()
    return value


class SourceLine(NamedTuple):
    """A line of a file.

    >>> str(SourceLine("inventory.yaml", 9))
    'inventory.yaml:9'
    """

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


def value_places(path: str, root: Map, found: Iterable[Found]) -> dict[str, SourceLine]:
    """The place of every value that is written in an inventory or in its files of accounts.

    Parameters
    ----------
    path : str
        The inventory's file.
    root : Map
        Its document.
    found : iterable of Found
        Its accounts. Only those with files of their own have values that numbers rest on.

    Returns
    -------
    dict of str to SourceLine
        By path, such as ``trails[org].bucket.retention_days`` and, in a mapping of Regions,
        ``accounts[111122223333].files_per_day.eu-west-1``.
    """
    places: dict[str, SourceLine] = {}
    for name, value in root.items():
        if name == "accounts":
            continue
        label = LABELS.get(name)
        if label is None:
            places |= _lines_below(path, name, value, root.lines.get(name, root.line))
            continue
        for item in value if isinstance(value, Seq) else []:
            if isinstance(item, Map):
                places |= _lines_below(path, f"{name}[{item.get(label)}]", item, item.line)
    # places of what no number rests on would be a hundred thousand in a large organization
    own = {account.entry.id: account for account in found if account.entry.files_per_day}
    listed = root.get("accounts")
    for item in listed if isinstance(listed, Seq) else []:
        account = own.get(str(item.get("id"))) if isinstance(item, Map) else None
        if account is not None and account.path == path:
            places |= _lines_below(path, f"accounts[{account.entry.id}]", item, item.line)
    for account in own.values():
        if account.path != path and account.line is not None:  # a line of a CSV file
            at = f"accounts[{account.entry.id}].files_per_day"
            places[at] = SourceLine(account.path, account.line)
    return places


def _lines_below(path: str, at: str, value: Any, line: int) -> Iterator[tuple[str, SourceLine]]:
    yield at, SourceLine(path, line)
    if isinstance(value, Map):
        for key, item in value.items():
            # what `<<` merges has no line of its own
            yield from _lines_below(path, f"{at}.{key}", item, value.lines.get(key, line))
