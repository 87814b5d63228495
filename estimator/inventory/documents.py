"""An inventory's document: names of its items (`LABELS`), places of values, Python's own values."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from pricing.reading.document import Location, Map, Seq
from pricing.reading.nodes import MAX_DEPTH
from pricing.reading.problems import DocumentError, Problem
from pricing.reading.words import describe, shown

# the sections that are lists of items, and what their items are called by
LABELS = {"accounts": "id", "keys": "id", "trails": "name", "readers": "name", "budgets": "name"}

NO_LINE = 0  # of a value that stands in no text


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
