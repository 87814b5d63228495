"""The rows of a file of accounts: CSV, or the JSON of the AWS CLI.

CSV has our own columns, and those of what AWS's console exports: AWS Organizations User Guide,
"Export details for all accounts in AWS Organizations", checked 2026-11-28: Account ID, ARN, Email,
Name, Status, Joined method, Joined timestamp; State has taken the place of Status since 2025-09-09.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from estimator.figures import plural
from estimator.inventory.account_groups import organization_place
from estimator.inventory.kinds import account_meant
from pricing.arns import is_account
from pricing.reading.document import Location, Map, Seq
from pricing.reading.problems import Problem
from pricing.reading.units import unit_in_words
from pricing.reading.words import describe, shown
from pricing.reading.written_keys import key_meant, nearest_key
from pricing.reading.written_numbers import thousands_fix

COLUMNS = ("id", "name", "payer", "regions", "files_per_day", "from", "until", "ou")
_UNITS = {"files_per_day": "file/day"}
TAG = "tag:"  # such a column holds the values of one tag: tag:team
STATUS = "status"
ACTIVE = "ACTIVE"
# such an account writes nothing, or is about to: PENDING stood for PENDING_ACTIVATION
NOT_ACTIVE = ("SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION", "PENDING")

# what other tools call the columns, in lower case, without blanks, dashes and underscores
_OTHER_NAMES = {
    "accountid": "id",
    "awsaccountid": "id",
    "accountnumber": "id",
    "accountname": "name",
    "status": STATUS,
    "state": STATUS,
    "accountstatus": STATUS,
    "accountstate": STATUS,
    "oupath": "ou",
    "organizationalunit": "ou",
    "organizationalunitpath": "ou",
}
# columns of AWS's export that say nothing of files
_UNUSED = {"arn", "accountarn", "email", "joinedmethod", "joinedtimestamp"}
_DELIMITERS = (",", ";", "\t", "|")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_ -]{0,30}\Z")
_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # Excel's own first line


def account_status(account: Mapping[str, Any], names: Sequence[str] = ("State", "Status")) -> Any:
    """What AWS says of an account: its State, else its Status, which it replaced in 2025; or None.

    >>> account_status({"State": None, "Status": "ACTIVE"})
    'ACTIVE'
    """
    return next((account[name] for name in names if account.get(name)), None)


def status_word(status: Any) -> str:
    """A status as AWS's answers have it: its console shows `Pending closure`; "" for no text.

    >>> status_word("Pending closure"), status_word("Active"), status_word(None)
    ('PENDING_CLOSURE', 'ACTIVE', '')
    """
    return re.sub(r"[\s-]+", "_", status.strip().upper()) if isinstance(status, str) else ""


class AccountRow(NamedTuple):
    """An account as a file has it, before its status and its values are looked at.

    `place` is the one in JSON, empty in CSV, whose lines are places enough.
    """

    row: Map
    status: Any
    place: Location = ()


def find_delimiter(text: str) -> tuple[str, str]:
    r"""What parts the cells of a CSV file, by its header, and its text without Excel's first line.

    >>> find_delimiter("id;name\n222222222222;prod\n")[0], find_delimiter("id,name\n")[0]
    (';', ',')
    """
    separator = _SEPARATOR.match(text)
    if separator:
        # an empty line in its place: lines are counted from the file's first one
        return separator[1], "\n" + text[separator.end() :]
    header = text.split("\n", 1)[0]
    return max(_DELIMITERS, key=header.count), text


def _column_fix(name: str) -> str:
    """What to do with a column that is unknown."""
    if re.sub(r"[\s_-]", "", name.casefold()) in ("tag", "tags"):
        return f"name a column for each tag, such as {TAG}team"
    if key_meant(name, _UNITS):  # files_per_month: its numbers are others
        return f"write files_per_day, in {unit_in_words(_UNITS['files_per_day'])}"
    close = nearest_key(name, COLUMNS)
    return f"did you mean `{close}`?" if close else "remove the column"


def understand_header(
    path: str,
    line: int,
    header: list[str],
    problems: list[Problem],
    first: Sequence[str] = (),
) -> list[str]:
    """The key of an account, or `STATUS`, that each column is; nothing where it is unused.

    `first` is the line below the header: a column of another name whose cell there is an account's
    id is the one that was meant by `id`.
    """
    if any(is_account(cell.strip()) for cell in header):
        fix = "begin with a line that names the columns, one of them id"
        if len(header) <= 2:
            fix = f"begin with the line {','.join(COLUMNS[: len(header)])}"
        problems.append(Problem(path, line, "", "an account and no header", "a header line", fix))
        return []
    columns: list[str] = []
    plain_names = [re.sub(r"[\s_-]", "", cell.casefold()) for cell in header]
    has_id = any(name == "id" or _OTHER_NAMES.get(name) == "id" for name in plain_names)
    for position, cell in enumerate(header):
        name = cell.strip()
        plain = plain_names[position]
        column = name if name in COLUMNS else _OTHER_NAMES.get(plain, "")
        if name.casefold().startswith(TAG) and name[len(TAG) :].strip():
            column = TAG + name[len(TAG) :].strip()
        if not column and plain in COLUMNS:
            column = plain  # Id, Name
        if not column and plain not in _UNUSED:
            cell_below = first[position] if position < len(first) and not has_id else ""
            is_id = account_meant(cell_below) is not None
            fix = "name it `id`: its cells are account ids" if is_id else _column_fix(name)
            has_id = has_id or is_id
            expected = f"columns out of {', '.join(COLUMNS)}, {TAG}NAME, {STATUS}"
            # the file may be no account list at all: do not quote what is none of our business
            quoted = f" {shown(name)}" if _NAME.match(name) else ""
            problems.append(Problem(path, line, "", f"an unknown column{quoted}", expected, fix))
        columns.append(column)
    # the console's files had both while State took the place of Status
    if columns.count(STATUS) > 1:
        old = next((i for i, cell in enumerate(header) if cell.strip().casefold() == STATUS), 0)
        columns[old] = ""
    used = [column for column in columns if column]
    if len(set(used)) < len(used):
        fix = "keep one of them"
        problems.append(Problem(path, line, "", "a column twice", "each column once", fix))
    if "id" not in columns and not has_id:
        fix = "name the column with the account ids `id`"
        problems.append(Problem(path, line, "", "no column `id`", "one", fix))
    return columns


def read_rows(path: Path, text: str) -> tuple[list[AccountRow], list[Problem]]:
    """The accounts of a file with this text, and what is wrong with its rows."""
    is_json = path.suffix.lower() == ".json" or text.lstrip()[:1] in ("{", "[")
    return _rows_of_json(str(path), text) if is_json else _rows_of_csv(str(path), text)


def _rows_of_json(path: str, text: str) -> tuple[list[AccountRow], list[Problem]]:
    fix = "save the output of `aws organizations list-accounts --output json`"
    expected = "an object with the list `Accounts`"
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        found = f"text that is not JSON ({error.msg})"
        return [], [Problem(path, error.lineno, "", found, "JSON", fix)]
    except (RecursionError, ValueError):  # nested without end, or a number of 5,000 digits
        return [], [Problem(path, 1, "", "JSON beyond all sense", expected, fix)]
    problems: list[Problem] = []
    # half of the accounts would look like a small organization
    if isinstance(data, dict) and data.get("NextToken"):
        page = "a NextToken: one page of several"
        more = "save the whole list: `aws organizations list-accounts` without --no-paginate"
        problems.append(Problem(path, 1, "NextToken", page, "all accounts", more))
    listed = data.get("Accounts") if isinstance(data, dict) else data
    if not isinstance(listed, list):
        return [], [*problems, Problem(path, 1, "", shown(data), expected, fix)]
    rows, after, line = [], 0, 1
    for index, item in enumerate(listed):
        at = ("Accounts", index)
        if not isinstance(item, dict):
            problems.append(Problem(path, None, describe(at), shown(item), "an account", fix))
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
        stated = "State" in item or "Status" in item
        rows.append(AccountRow(row, account_status(item) if stated else ACTIVE, at))
    return rows, problems


def _rows_of_csv(path: str, text: str) -> tuple[list[AccountRow], list[Problem]]:
    problems: list[Problem] = []
    lines = _lines(path, text, problems)
    # an empty line is no header: one stands in the place of Excel's own
    header = next((line for line in lines if line[1]), None)
    if header is None:
        fix = f"begin with the line {','.join(COLUMNS[:2])}"
        return [], [Problem(path, 1, "", "an empty file", "a header line", fix)]
    first = list(itertools.islice(lines, 1))
    columns = understand_header(path, *header, problems, first[0][1] if first else ())
    if problems:
        return [], problems
    rows = []
    for line, cells in itertools.chain(first, lines):
        # spreadsheets leave lines of commas alone at the end
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            found = plural(len(cells), "cell")
            fix = "quote cells that hold a comma; separate Regions by spaces"
            expected = f"{len(columns)}, as in the header"
            problems.append(Problem(path, line, "", found, expected, fix))
            continue
        row, status = Map(line), ACTIVE
        for column, cell in zip(columns, cells, strict=True):
            if column == STATUS:
                status = cell.strip()
            elif column.startswith(TAG) and cell.strip():
                row.setdefault("tags", Map(line))[column.removeprefix(TAG)] = cell.strip()
            elif column and cell.strip():
                row[column] = _cell(column, cell.strip(), row)
        rows.append(AccountRow(row, status))
    return rows, problems


def _lines(path: str, text: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
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
            problems.append(Problem(path, reader.line_num, "", found, "CSV", fix))
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
