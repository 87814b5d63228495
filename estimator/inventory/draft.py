"""An inventory on its way: what was understood, what is wrong with it, names that must exist."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from estimator.inventory.documents import LABELS, set_key
from estimator.inventory.kinds import ACCOUNT_ID, account_meant
from pricing.arns import is_account, split_arn
from pricing.reading.document import Location, Map, Refused, Seq, line_of
from pricing.reading.problems import Problem
from pricing.reading.slips import QUOTES, plain_text, template_fix
from pricing.reading.words import describe, nearest, shown

_MOST_SUGGESTIONS = 100
_ALL = ("all", "*", "any", "every")
_NONE = ("none", "null", "no", "nothing", "-", "sse-s3", "aes256")
_KEY_ID = re.compile(r"(?:key/)?(?:mrk-)?[0-9a-f]{8}-?[0-9a-f-]{4,}")

# the keys of each section's items that name something, and the section that has the name
_NAMED: Mapping[str, Mapping[str, str]] = {
    "keys": {"account": "accounts"},
    "trails": {"account": "accounts", "key": "keys"},
    "readers": {
        "account": "accounts",
        "accounts": "accounts",
        "trails": "trails",
        "destination_key": "keys",
    },
    "budgets": {"account": "accounts", "trail": "trails", "reader": "readers"},
}
_LISTS = ("accounts", "trails")


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
    known: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)

    def names(self, section: str, label: str = "") -> dict[str, None]:
        """The names that a section gives, those of refused items too: they are not dangling.

        Parameters
        ----------
        label : str
            The key of each item that is asked for; by default the one of its name.
        """
        label = label or LABELS[section]
        # asked once for each reference: without a memory a long file takes a square of its length
        known = self.known.get((section, label))
        if known is None:
            items = self.root.get(section)
            listed = list(items) if isinstance(items, Seq) else []
            # a bare text was refused where a mapping is wanted, and is the name all the same
            given = [
                item.get(label) if isinstance(item, Map) else item
                for item in listed
                if isinstance(item, Map | str | int)
            ]
            # a number was refused for its missing quotes: its digits are the name all the same, as
            # the digits of an account are behind dashes or in an ARN
            known = self.known[section, label] = {
                (section == "accounts" and account_meant(name)) or str(name): None
                for name in given
                if isinstance(name, str | int | list) and not isinstance(name, bool)
            }
        return known

    def refuse(self, at: Location, found: str, expected: str, fix: str = "") -> None:
        """Note a problem at a location of the understood items."""
        place = self.place(at)
        line = line_of(self.root, place)
        self.problems.append(Problem(self.path, line, describe(place), found, expected, fix))

    def place(self, at: Location) -> Location:
        """The location in the document of a location among the understood items."""
        positions = self.places.get(str(at[0])) if len(at) > 1 else None
        return (at[0], positions[int(at[1])], *at[2:]) if positions is not None else at

    def line(self, at: Location) -> int | None:
        """The line of a location among the understood items."""
        return line_of(self.root, self.place(at))

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


def check_account(draft: Draft, at: Location, name: str, own: Collection[str]) -> bool:
    """True where the account was understood; one that was refused already is not dangling."""
    if name in own:
        return True
    if not draft.incomplete and name not in draft.names("accounts"):
        check_name(draft, at, name, "accounts", own)
    return False


def check_name(
    draft: Draft, at: Location, name: str, what: str, among: Collection[str] | None = None
) -> bool:
    """True where a name is one of a section's, or among others; else it is refused with a fix."""
    known = draft.names(what) if among is None else among
    if name in known:
        return True
    if isinstance(name, Refused):
        return False  # a problem is noted already
    choices = list(known)
    listed = ", ".join(choices[:8]) + (", ..." if len(choices) > 8 else "")
    fix = _meant_name(draft, name, choices, what)
    draft.refuse(at, shown(name), f"one of {what}: {listed or 'there are none'}", fix)
    return False


def _meant_name(draft: Draft, name: str, choices: list[str], what: str) -> str:
    if name in draft.left_out:
        return f"it is {draft.left_out[name]}, and was left out: remove it here"
    template = template_fix(name)
    if template is not None:
        return template
    arn = split_arn(name)
    if arn is not None and what == "trails" and arn.name in choices:
        return f"write {arn.name}, the name of the trail of this ARN"
    if what == "keys" and (arn is not None or "alias/" in name or _KEY_ID.fullmatch(name)):
        return _meant_key(draft, name, choices)
    if name.strip().casefold() in _ALL:
        return f"remove the key: without it all {what} are meant"
    if what == "keys" and name.strip().casefold() in _NONE:
        return "write null, without quotes, for SSE-S3"
    same = {choice.strip().casefold(): choice for choice in choices}
    alike = same.get(plain_text(name).strip(f"{QUOTES},; ").casefold())
    if alike is not None:
        return f"write {alike}"
    # the nearest of many ids is no help, and finding it for each of many mistakes is slow
    close = nearest(name, choices) if len(draft.problems) < _MOST_SUGGESTIONS else None
    return f"did you mean {close}?" if close else f"add it to {what}, or correct the name"


def _meant_key(draft: Draft, name: str, choices: list[str]) -> str:
    """The fix of an ARN, an alias or AWS's own id where the id of an item of `keys` stands."""
    for item in _items(draft, "keys"):
        if item.get("arn") == name and isinstance(item.get("id"), str):
            return f"write {item['id']}, the id of the key with this ARN"
    of_keys = f"write the id of a key, such as {choices[0]}" if choices else "write the id of a key"
    if name.startswith("arn:") and ":alias/" not in name:
        return f"{of_keys}; the ARN goes to that key's entry as `arn`"
    which = "the alias" if "alias/" in name else "this id"
    return f"{of_keys}; the ARN of the key behind {which} goes to that key's entry as `arn`"


def check_names_of_refused(draft: Draft, own: Iterable[str], all_items: bool = False) -> None:
    """Refuse dangling names in the items that were refused for something else.

    Parameters
    ----------
    draft : Draft
        The inventory on its way.
    own : iterable of str
        The accounts that were understood, those of files too.
    all_items : bool
        Nothing was understood: look at every item.
    """
    understood, draft.places = draft.places, {}  # the locations here are the document's own
    accounts = dict.fromkeys(own)
    for section, named in _NAMED.items():
        known = set() if all_items else set(understood.get(section, ()))
        if not all_items and section not in understood:
            continue
        items = draft.root.get(section)
        for index, item in enumerate(items if isinstance(items, Seq) else []):
            if index in known or not isinstance(item, Map):
                continue
            for key, target in named.items():
                value = item.get(key)
                if key in _LISTS and not isinstance(value, Seq):
                    continue  # refused as a whole
                values = enumerate(value) if isinstance(value, Seq) else [(None, value)]
                for position, name in values:
                    at = (section, index, key, *(() if position is None else (position,)))
                    _check_in_document(draft, at, name, target, accounts)
    draft.places = understood


def _check_in_document(
    draft: Draft, at: Location, name: Any, target: str, accounts: dict[str, None]
) -> None:
    if not isinstance(name, str) or isinstance(name, Refused) or not name.strip():
        return
    # without its list there is one mistake, and not one at each name
    if not isinstance(draft.root.get(target), Seq):
        return
    if target == "accounts":
        if is_account(name):
            check_account(draft, at, name, {**accounts, **draft.names("accounts")})
        return
    check_name(draft, at, name, target)


def _items(draft: Draft, section: str) -> list[Map]:
    items = draft.root.get(section)
    return [item for item in items if isinstance(item, Map)] if isinstance(items, Seq) else []


def with_ids_of_names(draft: Draft, problems: Iterable[Problem]) -> list[Problem]:
    """The problems, those of an account's name in the place of its id with the id to write."""
    ids: dict[str, dict[str, None]] = {}
    rows = [*_items(draft, "accounts"), *(row for rows in draft.rows.values() for row in rows)]
    for row in rows:
        name, account = row.get("name"), account_meant(row.get("id"))
        if isinstance(name, str) and account is not None:
            for text in (name, name.casefold()):
                ids.setdefault(shown(text), {})[account] = None
    return [_with_id(problem, ids) for problem in problems]


def _with_id(problem: Problem, ids: dict[str, dict[str, None]]) -> Problem:
    if problem.expected != ACCOUNT_ID:
        return problem
    accounts = list(ids.get(problem.found) or ids.get(problem.found.casefold()) or ())
    if not accounts:
        return problem
    name = problem.found.strip("'\"")
    many = f"accounts {' and '.join(accounts[:3])}: write the id of one of them"
    fix = f"account {accounts[0]}: write its id" if len(accounts) == 1 else many
    return replace(problem, fix=f"{name} is the name of {fix}")
