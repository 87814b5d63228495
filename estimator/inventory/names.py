"""Names that must exist: of accounts, keys, trails and readers, in items that are refused too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from estimator.inventory.account_ids import account_meant
from estimator.inventory.kinds import ACCOUNT_ID
from estimator.inventory.loading_state import Draft
from pricing.arns import is_account, split_arn
from pricing.reading.document import Map, Refused, Seq
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
_LABELS = {"accounts": "id", "keys": "id", "trails": "name", "readers": "name"}


def check_account(draft: Draft, at: tuple[str | int, ...], name: str, own: Iterable[str]) -> bool:
    """True where the account was understood; one that was refused already is not dangling."""
    if name in own:
        return True
    if not draft.incomplete and name not in draft.names("accounts", "id"):
        check_name(draft, at, name, own, "accounts")
    return False


def check_name(
    draft: Draft, at: tuple[str | int, ...], name: str, choices: Iterable[str], what: str
) -> bool:
    """True where a name is one of the choices; else it is refused with the one that was meant."""
    choices = list(choices)
    if name in choices:
        return True
    if isinstance(name, Refused):
        return False  # a problem is noted already
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
    draft: Draft, at: tuple[str | int, ...], name: Any, target: str, accounts: dict[str, None]
) -> None:
    if not isinstance(name, str) or isinstance(name, Refused) or not name.strip():
        return
    # without its list there is one mistake, and not one at each name
    if not isinstance(draft.root.get(target), Seq):
        return
    if target == "accounts":
        if is_account(name):
            check_account(draft, at, name, {**accounts, **draft.names("accounts", "id")})
        return
    check_name(draft, at, name, draft.names(target, _LABELS[target]), target)


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
