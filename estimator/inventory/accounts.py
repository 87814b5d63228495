"""The accounts of a file that an inventory names: what it has, and which of them are active."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from estimator.inventory.account_rows import ACTIVE, NOT_ACTIVE, AccountRow, read_rows, status_word
from estimator.inventory.sections import AccountEntry
from pricing.reading.document import Location, Map, parse_document
from pricing.reading.files import decode, read_bytes, to_utf8
from pricing.reading.magic_numbers import OLD_WORKBOOK, ZIP
from pricing.reading.problems import DocumentError, Problem
from pricing.reading.validation import find_problems
from pricing.reading.words import describe, shown

_MOST_NAMED = 3
_WORKBOOK = (ZIP, OLD_WORKBOOK)


@dataclass(frozen=True)
class Found:
    """An account, the place it was found in, and what a file says of it."""

    entry: AccountEntry
    path: str
    line: int | None
    place: Location
    row: dict[str, Any] = field(default_factory=dict)

    @property
    def at(self) -> str:
        """Its place in words; put into words for problems alone, as accounts are many."""
        return describe(self.place)


@dataclass
class AccountsRead:
    """The accounts of a file, and the problems and notices that reading it gave."""

    found: list[Found]
    problems: list[Problem]
    notices: list[str]
    left_out: dict[str, str] = field(default_factory=dict)  # ids, and their status and file


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
    return [place_of_file(path, name) for name in names if isinstance(name, str)]


def place_of_file(path: str | Path, name: str) -> Path:
    """Return where a file of accounts lies that the inventory of a path names."""
    folder = Path(path).parent
    # an inventory out of a pipe lies nowhere
    return (Path() if folder == Path("/dev") else folder) / name


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
    rows, problems = read_rows(path, text)
    return _understand(str(path), rows, problems)


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
