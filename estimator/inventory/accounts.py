"""The accounts of an inventory: those it lists, and those of the files that it names.

A file is CSV, or the JSON of the AWS CLI.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from estimator.inventory.account_groups import organization_place
from estimator.inventory.accounts_csv import (
    ACTIVE,
    NOT_ACTIVE,
    AccountRow,
    account_status,
    read_rows,
    status_word,
)
from estimator.inventory.draft import Draft, Found, Refusal
from estimator.inventory.sections import AccountEntry, AccountsFile, InventoryFile
from pricing.reading.document import Location, Map, Seq, parse_document
from pricing.reading.files import decode, read_bytes, to_utf8
from pricing.reading.magic_numbers import OLD_WORKBOOK, ZIP
from pricing.reading.problems import DocumentError, Problem
from pricing.reading.validation import find_problems
from pricing.reading.words import describe, shown

_MOST_NAMED = 3
_WORKBOOK = (ZIP, OLD_WORKBOOK)


@dataclass
class AccountsRead:
    """The accounts of a file, and the problems and notices that reading it gave."""

    found: list[Found]
    problems: list[Problem]
    notices: list[str]
    left_out: dict[str, str] = field(default_factory=dict)  # ids, and their status and file


def find_accounts(draft: Draft, document: InventoryFile | None) -> list[Found]:
    """Every account, those of other files in the place of the entry that names the file.

    Without a document, or without an account, what the draft has to say of that is noted in it.
    """
    found: list[Found] = []
    for index, entry in enumerate(document.accounts if document is not None else ()):
        if isinstance(entry, AccountEntry):
            found.append(draft.listed_account(index, entry))
        else:
            found += _accounts_of_file(draft, ("accounts", index), entry)
    if not found:
        if not draft.problems:
            expected = "at least one account"
            draft.refuse(Refusal(("accounts",), "no account", expected, "list one"))
        # what files of accounts hold is not known where nothing was understood
        listed = draft.root.get("accounts")
        draft.incomplete |= any(
            isinstance(item, Map) and "file" in item
            for item in (listed if isinstance(listed, Seq) else [])
        )
    return found


def files_of_accounts(path: Path) -> list[Path]:
    """Return the files of accounts that an inventory names: they are read with it.

    Raises
    ------
    DocumentError
        It cannot be read, or is no document.
    """
    data = read_bytes(path)
    if b"file" not in data:  # most list their accounts themselves
        return []
    listed = parse_document(decode(path, data), str(path))[0].get("accounts")
    names = [item.get("file") for item in listed or () if isinstance(item, Map)]
    return [_folder_of(path) / name for name in names if isinstance(name, str)]


def _folder_of(path: str | Path) -> Path:
    folder = Path(path).parent
    # an inventory out of a pipe lies nowhere
    return Path() if folder == Path("/dev") else folder


def _accounts_of_file(draft: Draft, at: Location, entry: AccountsFile) -> list[Found]:
    read = read_accounts(_folder_of(draft.path) / entry.file)
    draft.incomplete |= bool(read.problems)
    draft.has_unsure_regions |= bool(read.problems)
    draft.notices += read.notices
    draft.left_out |= read.left_out
    # the file as a whole: the entry names it
    of_all = [problem for problem in read.problems if problem.line is None and not problem.at]
    draft.problems += [problem for problem in read.problems if problem not in of_all]
    place = (*at, "file")
    refused = [
        Refusal(place, f"{entry.file!r}, {each.found}", each.expected, each.fix) for each in of_all
    ]
    # an empty file would be an organization without accounts, and a forecast of nothing
    if not read.found and not read.problems:
        expected = "at least one account"
        refused = [Refusal(place, "a file without accounts", expected, "list one")]
    found = [_inherit(account, entry) for account in read.found]
    draft.rows[draft.place(at)[1]] = [_row_of(account, entry) for account in read.found]
    draft.refuse(*refused)
    return found


def _row_of(found: Found, file: AccountsFile) -> Map:
    """An account of a file as the inventory's own list would have it."""
    row = Map(found.line or 0)
    row.update(found.row)
    for name in ("payer", "regions"):
        if name not in row and getattr(file, name) is not None:
            row[name] = getattr(file, name)
    return row


def _inherit(found: Found, file: AccountsFile) -> Found:
    entry = found.entry
    inherited = {
        name: getattr(file, name)
        for name in ("payer", "regions")
        if getattr(entry, name) is None and getattr(file, name) is not None
    }
    if not inherited:
        return found
    return replace(found, entry=entry.model_copy(update=inherited))


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
    is_json = path.suffix.lower() == ".json" or text.lstrip()[:1] in ("{", "[")
    rows, problems = _rows_of_json(str(path), text) if is_json else read_rows(str(path), text)
    return _understand(str(path), rows, problems)


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


def _understand(path: str, rows: Iterable[AccountRow], problems: list[Problem]) -> AccountsRead:
    """The accounts of rows that write files, and what is wrong with the others."""
    read = AccountsRead([], problems, [])
    for account in rows:
        if not _is_active(path, account, read):
            continue
        row, _, place = account
        entry, refused = find_problems(AccountEntry, row, path)
        if entry is not None:
            read.found.append(Found(entry, path, row.line, place or ("id",), row))
        for problem in (problem for problem, _ in refused if problem is not None):
            at = describe(place)
            at = f"{at}.{problem.at}" if at and problem.at else at or problem.at
            fix = problem.fix
            # neither a range nor Regions fit into a cell
            if not place and fix.startswith("write {"):
                fix = "write one number, or list the account in the inventory itself"
            problems.append(Problem(path, row.line, at, problem.found, problem.expected, fix))
    _note_left_out(path, read)
    return read


def _is_active(path: str, account: AccountRow, read: AccountsRead) -> bool:
    """True for an account that writes files; one of another known status is left out.

    In AWS's own answers one of any other status as well: there may be new ones.
    """
    row, status, place = account
    word = status_word(status)
    if word in NOT_ACTIVE or (place and word not in ("", ACTIVE)):
        read.left_out[str(row.get("id"))] = f"{word} in {path}"
        return False
    if word != ACTIVE:
        expected = f"one of {', '.join((ACTIVE, *NOT_ACTIVE))}"
        fix = "only an ACTIVE account is counted: write its status, or remove the line"
        at = describe((*place, "State") if place else ("status",))
        read.problems.append(Problem(path, row.line, at, shown(status), expected, fix))
        return False
    return True


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
