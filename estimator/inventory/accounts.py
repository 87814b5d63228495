"""Accounts kept outside the inventory: a CSV file, or the JSON of the AWS CLI."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from estimator.inventory.sections import AccountEntry
from pricing.reading.document import Map, Seq
from pricing.reading.files import decode, read_bytes
from pricing.reading.problems import DocumentError, Problem
from pricing.reading.validation import validate
from pricing.reading.words import nearest, shown

COLUMNS = ("id", "name", "payer", "regions", "files_per_day", "from", "until")


_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_ -]{0,30}\Z")


@dataclass(frozen=True)
class Found:
    """An account, the place it was found in, and what a file says of it."""

    entry: AccountEntry
    path: str
    line: int | None
    at: str
    row: dict[str, Any] = field(default_factory=dict)


@dataclass
class AccountsRead:
    """The accounts of a file, and the problems and notices that reading it gave."""

    found: list[Found]
    problems: list[Problem]
    notices: list[str]


def read_accounts(path: Path) -> AccountsRead:
    """Read accounts from a CSV file, or from the JSON of `aws organizations list-accounts`."""
    if path.exists() and not path.is_file():  # a pipe would wait for ever
        fix = "name a CSV or JSON file"
        return AccountsRead([], [Problem(str(path), None, "", "no regular file", "one", fix)], [])
    try:
        text = decode(path, read_bytes(path))
    except DocumentError as error:
        return AccountsRead([], list(error.problems), [])
    if path.suffix.lower() == ".json" or text.lstrip()[:1] in ("{", "["):
        return _from_json(str(path), text)
    return _from_csv(str(path), text)


def _entry(row: Map, path: str, at: str, into: AccountsRead) -> None:
    entry, problems, _ = validate(AccountEntry, row, path)
    if entry is None:
        for problem in problems:
            place = f"{at}.{problem.at}" if at and problem.at else at or problem.at
            into.problems.append(
                Problem(path, row.line, place, problem.found, problem.expected, problem.fix)
            )
    else:
        into.found.append(Found(entry, path, row.line, at or "id", row))


def _from_csv(path: str, text: str) -> AccountsRead:
    read = AccountsRead([], [], [])
    rows = _rows(path, text, read)
    header = next(rows, None)
    if header is None:
        fix = f"begin with the line {','.join(COLUMNS[:2])}"
        read.problems.append(Problem(path, 1, "", "an empty file", "a header line", fix))
        return read
    names = [name.strip() for name in header[1]]
    for name in names:
        if name not in COLUMNS:
            close = nearest(name, COLUMNS)
            fix = f"did you mean `{close}`?" if close else "remove the column"
            expected = f"columns out of {', '.join(COLUMNS)}"
            # the file may be no account list at all: do not quote what is none of our business
            quoted = f" {shown(name)}" if _NAME.match(name) else ""
            found = f"an unknown column{quoted}"
            read.problems.append(Problem(path, header[0], "", found, expected, fix))
    if len(set(names)) < len(names):
        fix = "keep one of them"
        problem = Problem(path, header[0], "", "a column twice", "each column once", fix)
        read.problems.append(problem)
    if "id" not in names:
        fix = "name the column with the account ids `id`"
        read.problems.append(Problem(path, header[0], "", "no column `id`", "one", fix))
    if read.problems:
        return read
    for line, cells in rows:
        # spreadsheets leave lines of commas alone at the end
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            found = f"{len(cells)} cells"
            fix = "quote cells that hold a comma; separate Regions by spaces"
            expected = f"{len(names)}, as in the header"
            read.problems.append(Problem(path, line, "", found, expected, fix))
            continue
        row = Map(line)
        for name, cell in zip(names, cells, strict=True):
            if cell.strip():
                row[name] = _cell(name, cell.strip(), line)
        _entry(row, path, "", read)
    return read


def _rows(path: str, text: str, read: AccountsRead) -> Iterator[tuple[int, list[str]]]:
    # not strict, a quote that is never closed would take the rest of the file for one cell
    reader = csv.reader(io.StringIO(text), strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            found = f"a line that is not CSV ({error})"
            fix = "check the quotes in this line"
            read.problems.append(Problem(path, reader.line_num, "", found, "CSV", fix))
            return
        yield reader.line_num, cells


def _cell(name: str, text: str, line: int) -> Any:
    """A cell as the YAML of the same key would give it."""
    if name == "regions" and text != "default":
        regions = Seq(line)
        regions.extend(part for part in re.split(r"[;|,\s]+", text) if part)
        regions.lines = [line] * len(regions)
        return regions
    if name == "files_per_day":  # the only number; a range does not fit into a cell
        try:
            return float(text.replace("_", ""))
        except ValueError:
            return text
    return text


def _from_json(path: str, text: str) -> AccountsRead:
    read = AccountsRead([], [], [])
    fix = "save the output of `aws organizations list-accounts --output json`"
    expected = "an object with the list `Accounts`"
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        found = f"text that is not JSON ({error.msg})"
        read.problems.append(Problem(path, error.lineno, "", found, "JSON", fix))
        return read
    except (RecursionError, ValueError):  # nested without end, or a number of 5,000 digits
        read.problems.append(Problem(path, 1, "", "JSON beyond all sense", expected, fix))
        return read
    # half of the accounts would look like a small organization
    if isinstance(data, dict) and data.get("NextToken"):
        page = "a NextToken: one page of several"
        more = "save the whole list: `aws organizations list-accounts` without --no-paginate"
        read.problems.append(Problem(path, 1, "NextToken", page, "all accounts", more))
    listed = data.get("Accounts") if isinstance(data, dict) else data
    if not isinstance(listed, list):
        read.problems.append(Problem(path, 1, "", shown(data), expected, fix))
        return read
    closed, after, line = 0, 0, 1
    for index, item in enumerate(listed):
        at = f"Accounts[{index}]"
        if not isinstance(item, dict):
            read.problems.append(Problem(path, None, at, shown(item), "an account", fix))
            continue
        # json gives no lines; the id's own place in the text does
        place = text.find(f'"{item.get("Id")}"', after)
        if place >= 0:
            line += text.count("\n", after, place)
            after = place
        row = Map(line)
        # AWS replaced Status by State in 2026; either may be there
        if item.get("State", item.get("Status", "ACTIVE")) != "ACTIVE":
            closed += 1
            continue
        row["id"] = item.get("Id")
        if item.get("Name"):
            row["name"] = item["Name"]
        _entry(row, path, at, read)
    if closed:
        read.notices.append(f"{path}: {closed} accounts that are not ACTIVE were left out")
    return read
