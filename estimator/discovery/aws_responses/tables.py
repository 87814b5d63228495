"""CSV files among the answers: the accounts of an organization, and the rows of queries."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from estimator.discovery.estate import Estate
from estimator.inventory.account_columns import STATUS, find_delimiter, understand_header
from estimator.inventory.accounts import read_accounts
from pricing.arns import parse_arn
from pricing.reading.problems import Problem

_MOST_PROBLEMS = 3
# columns of our own that say what somebody assumes, not what there is
_OTHERS = ("payer", "files_per_day", "from", "until")


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
    arns = (
        parse_arn(cell, "organizations") for row in read_table(text) or () for cell in row.values()
    )
    owners = {arn.account for arn in arns if arn is not None and arn.account}
    if owners and not owners & set(estate.accounts):
        reason = f"the management account, {min(owners)}, is not in it"
        estate.completeness.missed("accounts", source, reason)
    else:
        estate.members = source
    return True
