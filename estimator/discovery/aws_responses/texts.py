"""Answers that are no JSON: YAML documents one after another, and CSV tables.

CSV files are the accounts of an organization, or the rows of queries.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from estimator.discovery.estate import Estate
from estimator.inventory.account_rows import STATUS, find_delimiter, understand_header
from estimator.inventory.accounts import read_accounts
from pricing.arns import parse_arn
from pricing.reading.problems import Problem

_KEY = re.compile(r"([A-Za-z]\w*):(?:\s|\Z)")
_MOST_PROBLEMS = 3
# columns of our own that say what somebody assumes, not what there is
_OTHERS = ("payer", "files_per_day", "from", "until")


def without_prelude(text: str, fields: Collection[str]) -> tuple[str, list[str]]:
    r"""A text from the first line on that begins with one of these fields, and the lines before it.

    >>> without_prelude("Logging in\ntrailList: []\n", {"trailList"})
    ('trailList: []\n', ['Logging in'])
    """
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        match = _KEY.match(line)
        if match and match[1] in fields:
            before = [each.rstrip() for each in lines[:number] if each.strip()]
            return "".join(lines[number:]), before
    return text, []


def split_yaml(text: str, alone: Collection[str]) -> list[tuple[int, str]]:
    r"""YAML documents with their first lines: parted by `---`, or appended to one another by `>>`.

    A key at the margin that is there already begins another document, and so does a second key
    of those that stand alone.

    >>> split_yaml("Trail:\n  Name: a\nTrail:\n  Name: b\n", {"Trail"})
    [(1, 'Trail:\n  Name: a\n'), (3, 'Trail:\n  Name: b\n')]
    """
    documents: list[tuple[int, str]] = []
    lines: list[str] = []
    keys: set[str] = set()
    begin = 1
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        match = _KEY.match(line)
        key = match[1] if match else ""
        is_mark = line.rstrip() in ("---", "...")
        if is_mark or (key and (key in keys or (key in alone and keys & set(alone)))):
            documents.append((begin, "".join(lines)))
            lines, keys, begin = [], set(), number + is_mark
        if not is_mark:
            lines.append(line)
            keys |= {key} - {""}
    documents.append((begin, "".join(lines)))
    return [(start, document) for start, document in documents if document.strip()]


def read_table(text: str) -> list[dict[str, Any]] | None:
    """The rows of a CSV text by the names of its header; None where it is none."""
    delimiter, text = find_delimiter(text)
    try:
        reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
        header = next((row for row in reader if row), [])
        rows = [dict(zip(header, cells, strict=False)) for cells in reader if any(cells)]
        # files of one query appended to one another have the header once more
        names = dict(zip(header, header, strict=True))
        rows = [row for row in rows if row != names]
    except csv.Error:
        return None
    return rows if len(header) > 1 else None


def is_account_table(text: str) -> bool:
    """True for a CSV whose columns are those of accounts: ours, or the console's."""
    delimiter, text = find_delimiter(text)
    try:
        header = next(
            (row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row), []
        )
    except csv.Error:
        return False
    problems: list[Problem] = []
    understand_header("", 1, header, problems)
    return not problems


def take_account_table(estate: Estate, path: Path, text: str, source: str) -> bool:
    """The accounts of a CSV file; False where one of its lines is not understood.

    The same file may stand in an inventory as `accounts: [{file: ...}]`, and is read by the same
    rule: only ACTIVE accounts count.
    """
    read = read_accounts(path)
    if read.problems:
        for problem in read.problems[:_MOST_PROBLEMS]:
            estate.note(f"{source}: line {problem.line}: found {problem.found}; {problem.fix}")
        estate.completeness.missed("accounts", source, "a list of accounts with mistakes in it")
        return False
    delimiter, text = find_delimiter(text)
    header = next((row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row), [])
    columns = understand_header("", 1, header, [])
    for found in read.found:
        entry = found.entry
        estate.found["accounts"] += entry.id not in estate.accounts
        account = estate.add_account(entry.id, source)
        account.record("member", True, source)
        for name in ("name", "ou", "tags"):
            value = getattr(entry, name)
            if value:
                account.record(name, value, source, note=name)
        if entry.regions:
            account.record("regions", entry.regions, source, note="regions")
    for identity, status in read.left_out.items():
        estate.close_account(identity, status.partition(" ")[0], source)
    estate.note_closed(len(read.left_out), source)
    others = [name for name in _OTHERS if any(name in found.row for found in read.found)]
    if others:
        estate.note(
            f"{source}: {', '.join(others)} are of an inventory, and are not taken over: name the "
            "file in its `accounts`"
        )
    estate.completeness.saw("accounts", source)
    if STATUS not in columns:
        reason = "neither State nor Status: closed accounts, which write nothing, may be among them"
        estate.completeness.missed("accounts", source, reason)
    owners = _record_managers(estate, text, source)
    if owners and not owners & set(estate.accounts):
        reason = f"the management account, {min(owners)}, is not in it"
        estate.completeness.missed("accounts", source, reason)
    else:
        estate.members = source
    return True


def _record_managers(estate: Estate, text: str, source: str) -> set[str]:
    """Note the management account that the ARN of each account names; all of them."""
    owners = set()
    for cell in (cell for row in read_table(text) or () for cell in row.values()):
        arn = parse_arn(cell, "organizations")
        if arn is None or not arn.account:
            continue
        owners.add(arn.account)
        listed = estate.accounts.get(arn.resource.rpartition("/")[2])
        if listed is not None:
            listed.record("manager", arn.account, source, note="ARN")
    return owners
