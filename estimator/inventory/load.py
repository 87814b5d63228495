"""YAML to Inventory: every problem of a file at once, each with its line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from estimator.figures import listed
from estimator.inventory.accounts import Found
from estimator.inventory.checks import check_sections
from estimator.inventory.coverage import Account
from estimator.inventory.documents import document_of_mapping
from estimator.inventory.draft import Draft, find_accounts, understand_sections, value_places
from estimator.inventory.model import Inventory
from estimator.inventory.names import check_names
from estimator.inventory.plausibility import implausible_numbers
from estimator.inventory.sections import (
    AccountEntry,
    InventoryFile,
    Key,
    Reader,
    Trail,
)
from pricing.reading.document import Map, line_of, parse_document
from pricing.reading.files import decode, read_bytes
from pricing.reading.problems import DocumentError, Problem, UsageError
from pricing.reading.words import nearest, shown
from pricing.regions import regions as known_regions

TEXT, MAPPING = "<text>", "<mapping>"  # in place of a path
_LINE_OF_FIRST = re.compile(r" \(the first is in [^)]*\)")
_OTHER_FILES = {  # by a key that an inventory has not
    "scenarios": ("a scenario file", "name it behind the inventory: `kmscost compare`"),
    "meters": ("a rate table", "give it by --rates"),
    "totals": ("an answer of kmscost", "name the inventory that it was made from"),
}
_BEGIN = "begin with `version: 1`"

Owned = TypeVar("Owned", Key, Trail, Reader)


class InventoryError(DocumentError):
    """An inventory that cannot be used; `problems` holds every mistake found in it."""


InventorySource = Inventory | str | Path | Mapping[str, Any]


def load_inventory(inventory: InventorySource) -> Inventory:
    r"""Read an inventory from a YAML file, from YAML text or from a mapping.

    Parameters
    ----------
    inventory : path, str, mapping or Inventory
        A path. A str with a line break is YAML text. A mapping has what YAML would give: account
        ids as text, days as text or dates. Files of accounts are looked for beside the file, for
        text and mappings in the working directory. An Inventory comes back as it is.

    Raises
    ------
    InventoryError
        With every problem of the inventory and of the account files that it names. For a file each
        has its path and line; for text the path is ``<text>``, for a mapping ``<mapping>``, which
        has no lines.

    Examples
    --------
    >>> organization = load_inventory(
    ...     {
    ...         "version": 1,
    ...         "accounts": [{"id": "111122223333", "regions": ["us-east-1"]}],
    ...         "keys": [{"id": "logs", "region": "us-east-1"}],
    ...         "trails": [{"name": "org", "key": "logs"}],
    ...     }
    ... )
    >>> organization.streams()
    {'org': 1}
    """
    if isinstance(inventory, Inventory):
        return inventory
    if isinstance(inventory, Mapping):
        return _load_mapping(inventory)
    if not isinstance(inventory, str | Path | os.PathLike):
        expected = "a path, YAML text, a mapping or an Inventory"
        raise UsageError(Problem("inventory", None, "", shown(inventory), expected, ""))
    if isinstance(inventory, str) and "\n" in inventory:
        text, path = inventory, TEXT
    else:
        (_, text), path = _read_file(inventory), str(inventory)
    return parse_inventory(text, path)


def read_yaml(inventory: InventorySource) -> tuple[bytes, str]:
    """The YAML of an inventory with all its bytes, for who writes it again, and its path.

    Raises
    ------
    InventoryError
        It is no YAML, cannot be read, or is an Inventory that differs from what its file says.
    """
    if isinstance(inventory, str) and "\n" in inventory:
        return inventory.encode(), TEXT
    path = inventory.path if isinstance(inventory, Inventory) else inventory
    if not isinstance(path, str | Path) or path in (TEXT, MAPPING):
        found, fix = "an inventory that was not read from a file", "give the path of its YAML file"
        raise InventoryError(Problem("inventory", None, "", found, "YAML to write again", fix))
    data, text = _read_file(path)
    if not isinstance(inventory, Inventory):
        return data, str(path)
    # what is written again is the file, so changes that it does not have would be lost
    if parse_inventory(text, str(path)).document != inventory.document:
        found, fix = "an inventory that was changed after it was read", "give the path"
        raise InventoryError(Problem(str(path), None, "", found, "what the file says", fix))
    return data, str(path)


def _read_file(path: str | Path) -> tuple[bytes, str]:
    """The bytes of a file, and their text."""
    try:
        data = read_bytes(path)
        return data, decode(path, data)
    except DocumentError as error:
        raise InventoryError(error.problems) from None


def _load_mapping(mapping: Mapping[str, Any]) -> Inventory:
    """The inventory of a mapping, whose problems and values have no lines."""
    try:
        inventory = understand(Draft(MAPPING, document_of_mapping(mapping, MAPPING), []))
    except DocumentError as error:
        problems = (
            replace(problem, line=None, fix=_LINE_OF_FIRST.sub("", problem.fix))
            if problem.path == MAPPING
            else problem
            for problem in error.problems
        )
        raise InventoryError(problems) from None
    places = {at: place for at, place in inventory.places.items() if place.path != MAPPING}
    return replace(inventory, places=places)


def parse_inventory(text: str, path: str) -> Inventory:
    """As `load_inventory`, of a text; files of accounts are looked for beside `path`.

    Raises
    ------
    InventoryError
        As `load_inventory`.
    """
    try:
        root, problems = parse_document(text, path)
    except DocumentError as error:
        raise InventoryError(error.problems) from None
    return understand(Draft(path, root, problems))


def read_inventory(root: Any, path: str, problems: Sequence[Problem] = ()) -> Inventory:
    """As `load_inventory`, of a document that is parsed already, with the parser's problems.

    Raises
    ------
    KmscostError
        As `load_inventory`.
    """
    if not isinstance(root, Map):
        found = "an empty document" if root is None else shown(root)
        raise DocumentError([*problems, Problem(path, 1, "", found, "a YAML mapping", _BEGIN)])
    return understand(Draft(path, root, list(problems)))


def understand(draft: Draft) -> Inventory:
    """The inventory that a document says.

    Raises
    ------
    InventoryError
        With every problem of the document and of the account files that it names.
    """
    _refuse_other_files(draft)
    document = understand_sections(draft)
    found = find_accounts(draft, document)
    inventory = None
    if document is not None and found:
        inventory = _assemble(draft, document, found)
        draft.refuse(*check_sections(inventory, found, draft.has_unsure_regions))
    check_names(draft, inventory, found)
    if inventory is None or draft.problems:
        raise InventoryError(sorted(dict.fromkeys(draft.problems), key=_by_place))
    return inventory.read_from(draft.whole_document())


def _refuse_other_files(draft: Draft) -> None:
    """Refuse another file of kmscost's own as what it is."""
    other = next((key for key in _OTHER_FILES if key in draft.root), None)
    if other is None or any(key in draft.root for key in ("accounts", "keys", "trails", "readers")):
        return
    found, fix = _OTHER_FILES[other]
    line = line_of(draft.root, (other,))
    problem = Problem(draft.path, line, "", found, "an inventory", fix)
    raise InventoryError([*draft.problems, problem])


def _by_place(problem: Problem) -> tuple[str, int, str]:
    return problem.path, problem.line or 0, problem.at


def _assemble(draft: Draft, document: InventoryFile, found: Sequence[Found]) -> Inventory:
    """The inventory of what was understood; its names and all that must fit are checked later."""
    payer = document.payer or found[0].entry.payer or found[0].entry.id
    accounts = tuple(_complete(account.entry, payer, document.regions) for account in found)
    trails = tuple(_at_home(trail, payer) for trail in document.trails)
    inventory = Inventory(
        path=draft.path,
        payer=payer,
        accounts=accounts,
        keys=tuple(_at_home(key, payer) for key in document.keys),
        trails=trails,
        readers=tuple(_at_home(reader, payer) for reader in document.readers),
        other_kms_requests_per_month=document.other_kms_requests_per_month,
        cloudtrail_writes=document.cloudtrail_writes,
        growth=document.growth,
        budgets=document.budgets,
        notices=(*draft.notices, *implausible_numbers(draft, document, found, accounts, trails)),
        places=value_places(draft, found),
    )
    if inventory.unknown_regions:
        notices = (*inventory.notices, _describe_unknown(inventory.unknown_regions))
        return replace(inventory, notices=notices)
    return inventory


def _describe_unknown(regions: Sequence[str]) -> str:
    """The notice of Regions that the table does not have."""
    named = []
    for region in regions:
        close = nearest(region, known_regions())
        named.append(f"{region} (did you mean {close}?)" if close else region)
    many = "1 Region" if len(regions) == 1 else f"{len(regions):,} Regions"
    return (
        f"{many} that this version does not know: {listed(named)}. Events there are counted; "
        "prices there are not known, so a key there needs a table of yours with its rate, by "
        "--rates"
    )


def _complete(entry: AccountEntry, payer: str, regions: tuple[str, ...]) -> Account:
    return Account(
        id=entry.id,
        payer=entry.payer or payer,
        regions=regions if entry.regions is None else entry.regions,
        name=entry.name,
        files_per_day=entry.files_per_day,
        start=entry.start,
        until=entry.until,
        ou=entry.ou,
        tags=entry.tags,
    )


def _at_home(owned: Owned, payer: str) -> Owned:
    """The same with the payer's account where none is named."""
    if owned.account:
        return owned
    return owned.model_copy(update={"account": payer})
