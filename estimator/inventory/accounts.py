"""Accounts kept outside the inventory: a CSV file, or the JSON of the AWS CLI."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from estimator.inventory.account_columns import (
    ACTIVE,
    COLUMNS,
    NOT_ACTIVE,
    STATUS,
    TAG,
    find_delimiter,
    understand_header,
)
from estimator.inventory.account_groups import aws_tags
from estimator.inventory.sections import AccountEntry
from pricing.reading.document import Map, Seq
from pricing.reading.files import decode, read_bytes, to_utf8
from pricing.reading.magic_numbers import OLD_WORKBOOK, ZIP
from pricing.reading.problems import DocumentError, Problem
from pricing.reading.validation import validate
from pricing.reading.words import shown
from pricing.reading.written_numbers import thousands_fix

_MOST_NAMED = 3
_WORKBOOK = (ZIP, OLD_WORKBOOK)


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
    left_out: dict[str, str] = field(default_factory=dict)  # ids, and their status and file


def read_accounts(path: Path) -> AccountsRead:
    """Read accounts from a CSV file, or from the JSON of `aws organizations list-accounts`."""
    if path.exists() and not path.is_file():  # a pipe would wait for ever
        fix = "name a CSV or JSON file"
        return AccountsRead([], [Problem(str(path), None, "", "no regular file", "one", fix)], [])
    try:
        data = read_bytes(path)
        if data.startswith(_WORKBOOK):
            fix = "export it as CSV"
            found = "a workbook of a spreadsheet"
            return AccountsRead([], [Problem(str(path), None, "", found, "CSV or JSON", fix)], [])
        text = decode(path, to_utf8(path, data))
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
            fix = problem.fix
            if not at and fix.startswith("write {"):  # neither a range nor Regions fit into a cell
                fix = "write one number, or list the account in the inventory itself"
            into.problems.append(
                Problem(path, row.line, place, problem.found, problem.expected, fix)
            )
    else:
        into.found.append(Found(entry, path, row.line, at or "id", row))


def _from_csv(path: str, text: str) -> AccountsRead:
    read = AccountsRead([], [], [])
    rows = _rows(path, text, read)
    # an empty line is no header: one stands in the place of Excel's own
    header = next((row for row in rows if row[1]), None)
    if header is None:
        fix = f"begin with the line {','.join(COLUMNS[:2])}"
        read.problems.append(Problem(path, 1, "", "an empty file", "a header line", fix))
        return read
    first = list(itertools.islice(rows, 1))
    columns = understand_header(path, *header, read.problems, first[0][1] if first else ())
    if read.problems:
        return read
    for line, cells in itertools.chain(first, rows):
        # spreadsheets leave lines of commas alone at the end
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            found = f"{len(cells)} cells"
            fix = "quote cells that hold a comma; separate Regions by spaces"
            expected = f"{len(columns)}, as in the header"
            read.problems.append(Problem(path, line, "", found, expected, fix))
            continue
        row, status = Map(line), ACTIVE
        for column, cell in zip(columns, cells, strict=True):
            if column == STATUS:
                status = cell.strip()
            elif column.startswith(TAG) and cell.strip():
                row.setdefault("tags", Map(line))[column.removeprefix(TAG)] = cell.strip()
            elif column and cell.strip():
                row[column] = _cell(column, cell.strip(), row)
        if _is_active(path, "status", status, row, read):
            _entry(row, path, "", read)
    _note_left_out(path, read)
    return read


def _is_active(
    path: str, at: str, status: Any, row: Map, read: AccountsRead, others: bool = False
) -> bool:
    """True for an account that writes files; one of another known status is left out.

    With `others` one of any other status: in AWS's own answers there may be new ones.
    """
    # the console shows Pending closure
    word = re.sub(r"[\s-]+", "_", status.strip().upper()) if isinstance(status, str) else ""
    if word in NOT_ACTIVE or (others and word not in ("", ACTIVE)):
        read.left_out[str(row.get("id"))] = f"{word} in {path}"
        return False
    if word != ACTIVE:
        expected = f"one of {', '.join((ACTIVE, *NOT_ACTIVE))}"
        fix = "only an ACTIVE account is counted: write its status, or remove the line"
        read.problems.append(Problem(path, row.line, at, shown(status), expected, fix))
        return False
    return True


def organization_place(item: Mapping[str, Any], line: int = 1) -> dict[str, Any]:
    """The OU and the tags that an account of AWS's JSON has, as the keys of an inventory.

    `Paths` are the paths of ids that Organizations gives since 2025, with the organization in front
    and the account's own id at the end. AWS's answer has no tags; whoever adds them writes `Tags`,
    as AWS's list of Key and Value or as a mapping.
    """
    place: dict[str, Any] = {}
    paths = item.get("Paths")
    if isinstance(paths, list) and paths and isinstance(paths[0], str):
        ids = [part for part in paths[0].split("/") if part.startswith(("r-", "ou-"))]
        place |= {"ou": "/".join(ids)} if ids else {}
    for name in ("Ou", "OU", "OuPath", "OrganizationalUnit"):
        if isinstance(item.get(name), str) and item[name].strip():
            place["ou"] = item[name]
    tags = item.get("Tags")
    if isinstance(tags, list):
        tags = aws_tags(tags)
    if isinstance(tags, dict) and tags:
        place["tags"] = Map(line)
        place["tags"].update(tags)
    return place


def _note_left_out(path: str, read: AccountsRead) -> None:
    count = len(read.left_out)
    if count:
        many = "1 account that is" if count == 1 else f"{count:,} accounts that are"
        was = "was" if count == 1 else "were"
        named = ", ".join(
            f"{account} is {what.partition(' ')[0]}" for account, what in read.left_out.items()
        )
        short = f": {named}" if count <= _MOST_NAMED else ""
        read.notices.append(f"{path}: {many} not ACTIVE {was} left out{short}")


def _rows(path: str, text: str, read: AccountsRead) -> Iterator[tuple[int, list[str]]]:
    # not strict, a quote that is never closed would take the rest of the file for one cell
    delimiter, text = find_delimiter(text)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
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


def _cell(name: str, text: str, row: Map) -> Any:
    """A cell as the YAML of the same key would give it."""
    if name == "regions" and text != "default":
        regions = Seq(row.line)
        regions.extend(part for part in re.split(r"[;|,\s]+", text) if part)
        regions.lines = [row.line] * len(regions)
        return regions
    if name == "files_per_day":  # the only number; a range does not fit into a cell
        if thousands_fix(text):
            row.written[name] = text
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
    after, line = 0, 1
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
        row["id"] = item.get("Id")
        if item.get("Name"):
            row["name"] = item["Name"]
        row |= organization_place(item, line)
        # AWS replaced Status by State in 2025; either may be there
        status = item.get("State", item.get("Status", ACTIVE))
        if _is_active(path, f"{at}.State", status, row, read, others=True):
            _entry(row, path, at, read)
    _note_left_out(path, read)
    return read
