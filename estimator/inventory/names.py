"""The names in an inventory: each stands for one thing, and whoever names something finds it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from estimator.figures import FEW, listed
from estimator.inventory.account_groups import list_ou_paths, tag_names
from estimator.inventory.accounts import Found
from estimator.inventory.budgets import Budget
from estimator.inventory.documents import LABELS
from estimator.inventory.draft import Draft, Refusal
from estimator.inventory.kinds import ACCOUNT_ID, account_meant
from estimator.inventory.model import Inventory
from estimator.inventory.others import FIELD
from pricing.arns import is_account, split_arn
from pricing.reading.document import Location, Map, Refused, Seq
from pricing.reading.problems import Problem
from pricing.reading.slips import QUOTES, plain_text, template_fix
from pricing.reading.words import nearest, shown

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


def check_names(draft: Draft, inventory: Inventory | None, found: list[Found]) -> None:
    """Refuse every name that stands twice, and every name of nothing.

    Where an account's name stands in the place of its id, the problem that was noted of that gets
    the id to write.

    Parameters
    ----------
    draft : Draft
        The inventory on its way.
    inventory : Inventory or None
        What was understood of it; None where that is nothing, so that every item is looked at.
    found : list of Found
        Its accounts, those of files too.
    """
    checks = _NameChecks(draft, inventory)
    if inventory is not None:
        _accounts_once(draft, found)
        for section, label in LABELS.items():
            if section != "accounts":  # those of files too, above
                _names_once(draft, section, label)
        checks.check_readers_unlike_trails()
        checks.check_understood(inventory)
    checks.check_refused_items()
    ids = _ids_by_name(draft) if draft.problems else {}
    draft.problems = [_with_id(problem, ids) for problem in draft.problems]
    draft.refuse_in_document(*checks.refused)


def _accounts_once(draft: Draft, found: list[Found]) -> None:
    first: dict[str, Found] = {}
    for account in found:
        before = first.setdefault(account.entry.id, account)
        if before is not account:
            fix = f"remove one of them (the first is in {before.path}:{before.line})"
            twice = f"the account {account.entry.id} twice"
            draft.problems.append(
                Problem(account.path, account.line, account.at, twice, "each account once", fix)
            )


def _names_once(draft: Draft, section: str, label: str) -> None:
    # the document and not the model: what is refused for another mistake still has its name
    items = draft.root.get(section)
    first: dict[str, int] = {}
    for index, item in enumerate(items if isinstance(items, Seq) else []):
        name = item.get(label) if isinstance(item, Map) else None
        if not isinstance(name, str):
            continue
        if name in first and isinstance(items, Seq):
            line, at = item.lines.get(label), f"{section}[{index}].{label}"
            fix = f"rename one of them (the first is in line {items.lines[first[name]]})"
            repeated = f"the {label} {shown(name)} twice"
            draft.problems.append(
                Problem(draft.path, line, at, repeated, f"each {label} once", fix)
            )
        first.setdefault(name, index)


class _NameChecks:
    """The names that the sections give, and the checks that those in use are among them.

    Locations are the document's own.
    """

    def __init__(self, draft: Draft, inventory: Inventory | None) -> None:
        self.draft, self.inventory = draft, inventory
        # the accounts that were understood, those of files too
        self.own: Collection[str] = () if inventory is None else inventory.accounts_by_id
        self.refused: list[Refusal] = []
        self._given: dict[tuple[str, str], dict[str, None]] = {}

    def given(self, section: str, label: str = "") -> dict[str, None]:
        """The names that a section gives, those of refused items too: they are not dangling.

        Parameters
        ----------
        label : str
            The key of each item that is asked for; by default the one of its name.
        """
        label = label or LABELS[section]
        # asked once for each reference: without a memory a long file takes a square of its length
        names = self._given.get((section, label))
        if names is None:
            items = self.draft.root.get(section)
            # a bare text was refused where a mapping is wanted, and is the name all the same
            given = [
                item.get(label) if isinstance(item, Map) else item
                for item in (items if isinstance(items, Seq) else [])
                if isinstance(item, Map | str | int)
            ]
            # a number was refused for its missing quotes: its digits are the name all the same, as
            # the digits of an account are behind dashes or in an ARN
            names = self._given[section, label] = {
                (section == "accounts" and account_meant(name)) or str(name): None
                for name in given
                if isinstance(name, str | int | list) and not isinstance(name, bool)
            }
        return names

    def check_readers_unlike_trails(self) -> None:
        """Refuse the name of a trail for a reader."""
        trails, items = self.given("trails"), self.draft.root.get("readers")
        for index, item in enumerate(items if isinstance(items, Seq) else []):
            # a name of another type is refused where it is read; a list is not even a key of a set
            name = item.get("name") if isinstance(item, Map) else None
            if isinstance(name, str) and name in trails and isinstance(item, Map):
                line, at = item.lines.get("name"), f"readers[{index}].name"
                found = f"the name {shown(name)} of a trail"
                fix = "rename the reader: results are told apart by these names"
                problem = Problem(self.draft.path, line, at, found, "a name of its own", fix)
                self.draft.problems.append(problem)

    def check_understood(self, inventory: Inventory) -> None:
        """Check the names in all that was understood."""
        for section in ("keys", "trails", "readers"):
            for index, item in enumerate(getattr(inventory, section)):
                self._check_item(self.draft.place((section, index)), item)
        # who requests something else is an account or a payer
        for owner in inventory.other_kms_requests_per_month.by_id:
            if owner not in self._payers:
                self._check_account((FIELD, owner), owner, self.own)
        for index, budget in enumerate(inventory.budgets):
            at = self.draft.place(("budgets", index))
            if budget.payer is not None and not self.draft.incomplete:
                self._check((*at, "payer"), budget.payer, "payers", self._payers)
            self._check_item(at, budget)
            self._check_group(at, budget, inventory)

    def check_refused_items(self) -> None:
        """Refuse dangling names in the items that were refused for something else."""
        root, places = self.draft.root, self.draft.places
        for section in _NAMED:
            # a section without places was understood as a whole
            if self.inventory is not None and section not in places:
                continue
            understood = set() if self.inventory is None else set(places[section])
            items = root.get(section)
            for index, item in enumerate(items if isinstance(items, Seq) else []):
                if index in understood or not isinstance(item, Map):
                    continue
                for at, name, target in _names_in((section, index), item):
                    # without its list there is one mistake, and not one at each name
                    if _is_plain_name(name) and isinstance(root.get(target), Seq):
                        self._check_written(at, name, target)

    def _check_item(self, at: Location, item: Any) -> None:
        for place, name, target in _names_in(at, item):
            if target == "accounts":
                self._check_account(place, name, self.own)
            else:
                self._check(place, name, target)

    def _check_written(self, at: Location, name: str, target: str) -> None:
        if target != "accounts":
            self._check(at, name, target)
        elif is_account(name):
            self._check_account(at, name, {**dict.fromkeys(self.own), **self.given("accounts")})

    def _check_account(self, at: Location, name: str, among: Collection[str]) -> None:
        """Refuse an account that is not there; one that was refused already is not dangling."""
        if (
            name not in self.own
            and not self.draft.incomplete
            and name not in self.given("accounts")
        ):
            self._check(at, name, "accounts", among)

    def _check(
        self, at: Location, name: str, what: str, among: Collection[str] | None = None
    ) -> bool:
        """True where a name is one of a section's, or among others; else it is refused."""
        known = self.given(what) if among is None else among
        if name in known:
            return True
        if isinstance(name, Refused):
            return False  # a problem is noted already
        choices = list(known)
        expected = f"one of {what}: {listed(choices) or 'there are none'}"
        # the nearest of many ids is no help, and finding it for each of many mistakes is slow
        is_searched = len(self.draft.problems) + len(self.refused) < _MOST_SUGGESTIONS
        fix = _meant_name(self.draft, name, choices, what, is_searched)
        self.refused.append(Refusal(at, shown(name), expected, fix))
        return False

    @cached_property
    def _payers(self) -> dict[str, None]:
        """All payers, and all ids that one may have of what was refused for another mistake."""
        refused = [name for name in self.given("accounts") if name not in self.own]
        of_all = self.draft.root.get("payer")
        named = (*self.given("accounts", "payer"), *([] if of_all is None else [str(of_all)]))
        understood = () if self.inventory is None else self.inventory.payers()
        return dict.fromkeys((*understood, *named, *refused))

    def _check_group(self, at: Location, budget: Budget, inventory: Inventory) -> None:
        """The OU or the tag of a budget has an account: of a slip nothing would ever count."""
        accounts = inventory.accounts
        # an account that was refused may be the one
        if self.draft.problems or self.refused or self.draft.incomplete:
            return
        if budget.ou is not None:
            self._check((*at, "ou"), budget.ou, "OUs of accounts", list_ou_paths(accounts))
        if budget.tag is not None:
            ((name, value),) = budget.tag.items()
            names = tag_names(accounts)
            if self._check((*at, "tag"), name, "tags of accounts", names):
                values = dict.fromkeys(a.tags[name] for a in accounts if name in a.tags)
                self._check((*at, "tag", name), value, "values of this tag", values)


def _is_plain_name(name: Any) -> bool:
    return isinstance(name, str) and not isinstance(name, Refused) and bool(name.strip())


def _names_in(at: Location, item: Any) -> Iterator[tuple[Location, Any, str]]:
    """Each name in an item of the document or of the inventory, its place, whose name it is."""
    is_written = isinstance(item, Map)
    for key, target in _NAMED[str(at[0])].items():
        value = item.get(key) if is_written else getattr(item, key, None)
        if isinstance(value, Seq | tuple):
            yield from (((*at, key, index), name, target) for index, name in enumerate(value))
        # a list that is none was refused as a whole
        elif value is not None and key not in _LISTS:
            yield (*at, key), value, target


def _meant_name(draft: Draft, name: str, choices: list[str], what: str, is_searched: bool) -> str:
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
    close = nearest(name, choices) if is_searched else None
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


def _items(draft: Draft, section: str) -> list[Map]:
    items = draft.root.get(section)
    return [item for item in items if isinstance(item, Map)] if isinstance(items, Seq) else []


def _ids_by_name(draft: Draft) -> dict[str, dict[str, None]]:
    """The ids of the accounts by their names, as a problem shows them."""
    ids: dict[str, dict[str, None]] = {}
    rows = [*_items(draft, "accounts"), *(row for rows in draft.rows.values() for row in rows)]
    for row in rows:
        name, account = row.get("name"), account_meant(row.get("id"))
        if isinstance(name, str) and account is not None:
            for text in (name, name.casefold()):
                ids.setdefault(shown(text), {})[account] = None
    return ids


def _with_id(problem: Problem, ids: dict[str, dict[str, None]]) -> Problem:
    if problem.expected != ACCOUNT_ID:
        return problem
    accounts = list(ids.get(problem.found) or ids.get(problem.found.casefold()) or ())
    if not accounts:
        return problem
    name = problem.found.strip("'\"")
    many = f"accounts {listed(accounts, FEW, ' and ')}: write the id of one of them"
    fix = f"account {accounts[0]}: write its id" if len(accounts) == 1 else many
    return replace(problem, fix=f"{name} is the name of {fix}")
