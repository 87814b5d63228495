"""An inventory on its way: its document, what was understood of it, what is wrong with it.

Where a part is refused, all that is left without it is understood: a file shows its mistakes at
once, those too that hide behind others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from estimator.inventory.accounts import Found, place_of_file, read_accounts
from estimator.inventory.documents import LABELS, SourceLine
from estimator.inventory.sections import AccountEntry, AccountsFile, InventoryFile
from pricing.reading.document import Location, Map, Seq, line_of
from pricing.reading.nodes import remove_all, set_key
from pricing.reading.problems import Problem
from pricing.reading.validation import find_problems
from pricing.reading.words import describe

_MOST_LEFT_OUT = 200  # each costs a copy of its list
_MOST_ROUNDS = 3  # of mistakes that hide behind others of the same item


class Refusal(NamedTuple):
    """A problem at a location, of the document or of what was understood of it."""

    at: Location
    found: str
    expected: str
    fix: str = ""


@dataclass
class Draft:
    """An inventory on its way: the document, what was understood of it, what is wrong with it."""

    path: str
    root: Map
    problems: list[Problem]
    notices: list[str] = field(default_factory=list)
    # where the understood items of a section stand in the document
    places: dict[str, list[int]] = field(default_factory=dict)
    # whether accounts are missing because their file could not be understood
    incomplete: bool = False
    # the accounts of each file, by the place in `accounts` of the entry that names it
    rows: dict[int | str, list[Map]] = field(default_factory=dict)
    # accounts of files that are not active, and what the file says of them
    left_out: dict[str, str] = field(default_factory=dict)
    # whether an account or its Regions were refused, so that others need not be missing
    has_unsure_regions: bool = False

    def refuse(self, *problems: Refusal | Problem) -> None:
        """Note problems; a refusal is at a location of the understood items."""
        for problem in problems:
            if isinstance(problem, Problem):
                self.problems.append(problem)
            else:
                self.refuse_in_document(problem._replace(at=self.place(problem.at)))

    def refuse_in_document(self, *refusals: Refusal) -> None:
        """Note problems at locations of the document."""
        for at, found, expected, fix in refusals:
            line = line_of(self.root, at)
            self.problems.append(Problem(self.path, line, describe(at), found, expected, fix))

    def place(self, at: Location) -> Location:
        """The location in the document of a location among the understood items."""
        positions = self.places.get(str(at[0])) if len(at) > 1 else None
        return (at[0], positions[int(at[1])], *at[2:]) if positions is not None else at

    def listed_account(self, index: int, entry: AccountEntry) -> Found:
        """An account of the inventory's own list, by its position among the understood ones."""
        at = self.place(("accounts", index))
        place = (*at, "id")
        row = self.root["accounts"][at[1]]
        return Found(entry, self.path, line_of(self.root, place), place, row)

    def whole_document(self) -> Map:
        """The document, with the accounts of other files in the place of the entry naming one.

        In it every account has a path of its own, wherever it is written.
        """
        if not self.rows:
            return self.root
        accounts = self.root["accounts"]
        listed = Seq(accounts.line)
        for index, (item, line) in enumerate(zip(accounts, accounts.lines, strict=True)):
            rows = self.rows.get(index, [item])
            listed.extend(rows)
            listed.lines += [line] * len(rows)
        return set_key(self.root, "accounts", listed)


def understand_sections(draft: Draft) -> InventoryFile | None:
    """The document as sections; where some are refused, all that is left without them."""
    document, found = find_problems(InventoryFile, draft.root, draft.path)
    draft.problems += [problem for problem, _ in found if problem is not None]
    if document is None:
        places = [place for _, place in found]
        files = _file_entries(draft)
        draft.problems += _behind(draft, places, files)
        # an account file whose entry was refused: who it lists is not known
        draft.incomplete |= any(place[:2] in files for place in places)
        draft.has_unsure_regions = any(
            place[:1] in (("accounts",), ("regions",)) for place in places
        )
        document, _ = find_problems(InventoryFile, _leave_out(draft, places), draft.path)
    return document


def _file_entries(draft: Draft) -> set[Location]:
    """The places of the entries that name a file of accounts: without it, they are none."""
    accounts = draft.root.get("accounts")
    entries: list[tuple[Location, Any]] = [(("accounts",), accounts)]
    if isinstance(accounts, Seq):
        entries = [(("accounts", index), entry) for index, entry in enumerate(accounts)]
    return {
        place
        for place, entry in entries
        # the name of the file alone, or an item with its key
        if (isinstance(entry, str) and entry.endswith((".csv", ".json")))
        or (len(place) > 1 and isinstance(entry, dict) and "file" in entry)
    }


def _behind(draft: Draft, refused: list[Location], files: set[Location]) -> list[Problem]:
    """The problems that show only where what was refused before is left out."""
    found: list[Problem] = []
    root: Any = draft.root
    left_out: set[Location] = set()
    for _ in range(_MOST_ROUNDS):
        # of a list the whole of it, so that other items stay in their places
        keys = {place[:2] if place[:2] in files else place[: _last_key(place)] for place in refused}
        if not refused or len(keys) > _MOST_LEFT_OUT:
            break
        left_out |= keys
        root = remove_all(root, keys - files)
        fresh = [
            (problem, place)
            for problem, place in find_problems(InventoryFile, root, draft.path)[1]
            # neither of what was left out, nor of what lacks it now
            if problem is not None
            and not any(place[: len(key)] == key[: len(place)] for key in left_out)
        ]
        found += [problem for problem, _ in fresh]
        refused = [place for _, place in fresh]
    return found


def _last_key(place: Location) -> int:
    return max((index + 1 for index, part in enumerate(place) if isinstance(part, str)), default=0)


def _leave_out(draft: Draft, refused: list[Location]) -> dict[str, Any]:
    """The document without its refused items, so that the rest can be checked as well."""
    rest: dict[str, Any] = dict(draft.root)
    if any(place[:1] == ("version",) for place in refused):
        rest["version"] = 1
    for name in {str(place[0]) for place in refused if place} - {"version"}:
        items = rest.get(name)
        if isinstance(items, Seq):
            bad = {place[1] for place in refused if place[0] == name and len(place) > 1}
            draft.places[name] = [i for i in range(len(items)) if i not in bad]
            rest[name] = [items[i] for i in draft.places[name]]
        else:
            rest.pop(name, None)
    return rest


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


def _accounts_of_file(draft: Draft, at: Location, entry: AccountsFile) -> list[Found]:
    read = read_accounts(place_of_file(draft.path, entry.file))
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
    draft.refuse(*refused)
    found = [_inherit(account, entry) for account in read.found]
    draft.rows[draft.place(at)[1]] = [_row_of(account, entry) for account in read.found]
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


def value_places(draft: Draft, found: Iterable[Found]) -> dict[str, SourceLine]:
    """The place of every value that is written in an inventory or in its files of accounts.

    Parameters
    ----------
    draft : Draft
        The inventory on its way.
    found : iterable of Found
        Its accounts. Only those with files of their own have values that numbers rest on.

    Returns
    -------
    dict of str to SourceLine
        By path, such as ``trails[org].bucket.retention_days`` and, in a mapping of Regions,
        ``accounts[111122223333].files_per_day.eu-west-1``.
    """
    path, root = draft.path, draft.root
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
