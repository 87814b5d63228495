"""Where each value of an inventory stands: the file and the line, by the value's path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from estimator.inventory.accounts import Found
from estimator.inventory.documents import LABELS
from pricing.reading.document import Map, Seq


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
            places |= _inside(path, name, value, root.lines.get(name, root.line))
            continue
        for item in value if isinstance(value, Seq) else []:
            if isinstance(item, Map):
                places |= _inside(path, f"{name}[{item.get(label)}]", item, item.line)
    # places of what no number rests on would be a hundred thousand in a large organization
    own = {account.entry.id: account for account in found if account.entry.files_per_day}
    listed = root.get("accounts")
    for item in listed if isinstance(listed, Seq) else []:
        account = own.get(str(item.get("id"))) if isinstance(item, Map) else None
        if account is not None and account.path == path:
            places |= _inside(path, f"accounts[{account.entry.id}]", item, item.line)
    for account in own.values():
        if account.path != path and account.line is not None:  # a line of a CSV file
            at = f"accounts[{account.entry.id}].files_per_day"
            places[at] = SourceLine(account.path, account.line)
    return places


def _inside(path: str, at: str, value: Any, line: int) -> dict[str, SourceLine]:
    return dict(_walk(path, at, value, line))


def _walk(path: str, at: str, value: Any, line: int) -> Iterator[tuple[str, SourceLine]]:
    yield at, SourceLine(path, line)
    if isinstance(value, Map):
        for key, item in value.items():
            # what `<<` merges has no line of its own
            yield from _walk(path, f"{at}.{key}", item, value.lines.get(key, line))
