"""The accounts of an organization, as answers list them: in one piece, in pages, or in part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from estimator.discovery.aws_responses.organization import take_tags
from estimator.discovery.aws_responses.pages import note_missing_pages, token_of
from estimator.discovery.aws_responses.values import text_of
from estimator.discovery.estate import Estate
from estimator.figures import FEW, listed, plural
from estimator.inventory.account_rows import ACTIVE, account_status, status_word
from pricing.arns import is_account, parse_arn

# names of files whose list is of one OU alone
_OF_ONE_UNIT = re.compile(
    r"for-parent|ForParent|(?<![a-z0-9])(?:ou-[a-z0-9]{4,32}-|r-[a-z0-9]{4,32})"
)
_WHOLE = "save the whole list with `aws organizations list-accounts`"


@dataclass(frozen=True)
class MemberList:
    """What is known of a list of accounts: whether it is whole shows beside the others."""

    source: str
    # of its next page; "" for the last page, and for a list of one
    token: str
    ids: frozenset[str]
    # owners of the organization, as the ARNs of its accounts have them
    owners: frozenset[str]
    nameless: int


def take_accounts(estate: Estate, response: Mapping[str, Any], source: str) -> MemberList:
    """The accounts of an organization, those that are closed or suspended apart."""
    answered = response.get("Accounts")
    accounts = answered if isinstance(answered, list | tuple) else ()
    closed, nameless, unstated, owners, ids = 0, 0, 0, set(), set()
    for account in accounts:
        identity = account.get("Id") if isinstance(account, Mapping) else None
        if not is_account(identity):
            nameless += 1
            continue
        ids.add(str(identity))
        arn = parse_arn(account.get("Arn"), "organizations")
        if arn is not None and arn.account:
            owners.add(arn.account)
        status = status_word(account_status(account))
        unstated += not status
        if status not in ("", ACTIVE):
            # a closed account makes no events, so no files
            closed += 1
            estate.close_account(str(identity), status, source)
            continue
        estate.found["accounts"] += identity not in estate.accounts
        resource = estate.add_account(str(identity), source)
        resource.record("member", True, source)
        if arn is not None and arn.account:
            resource.record("manager", arn.account, source, note="Arn")
        name = text_of(account, "Name")
        if name:
            resource.record("name", name, source, note="Name")
        take_tags(resource, account.get("Tags"), source)
    estate.note_closed(closed, source)
    if unstated:
        reason = "neither State nor Status: closed accounts, which write nothing, may be among them"
        estate.completeness.missed("accounts", source, reason)
    estate.completeness.saw("accounts", source)
    if not isinstance(answered, list | tuple):
        estate.completeness.missed("accounts", source, "no list of Accounts in it")
    return MemberList(source, token_of(response), frozenset(ids), frozenset(owners), nameless)


def without_ids(number: int) -> str:
    """How many accounts of a list were left out, as it does not say which they are.

    >>> without_ids(2)
    '2 accounts without an id of 12 digits were left out'
    """
    verb = "was" if number == 1 else "were"
    return f"{plural(number, 'account')} without an id of 12 digits {verb} left out"


def judge_lists(estate: Estate, lists: Sequence[MemberList]) -> None:
    """Note what lists lack of the whole organization; else the organization is known by them.

    A page has the token of the next one, and nothing of the one before: pages are whole with the
    last one, as far as the numbers in the names of their files have no gap.
    """
    owners = {owner for found in lists for owner in found.owners}
    for owner in sorted(owners) or [""]:
        # a page of one organization says nothing of another's; one without ARNs may be anybody's
        own = [found for found in lists if owner in found.owners or not found.owners]
        _judge_list(estate, own)


def _judge_list(estate: Estate, lists: Sequence[MemberList]) -> None:
    """Judge the lists of one organization."""
    pages = [found for found in lists if found.token]
    last = [found for found in lists if not found.token]
    is_joined = bool(pages and last)
    for found in lists:
        for reason in _find_missing(estate, found, is_joined):
            estate.completeness.missed("accounts", found.source, reason)
    on_pages = frozenset[str]().union(*(found.ids for found in pages))
    # a whole list beside a page of it needs no other
    if is_joined and not any(found.ids >= on_pages for found in last):
        sources = list(dict.fromkeys(found.source for found in lists))
        note_missing_pages(estate, "accounts", sources, _WHOLE)
        count = len(on_pages.union(*(found.ids for found in last)))
        estate.note(
            f"{listed(sources, FEW)}: {plural(count, 'account')} on "
            f"{plural(len(lists), 'page')} of list-accounts, the last one among them, are taken "
            "as the whole list"
        )


def _find_missing(estate: Estate, found: MemberList, is_joined: bool) -> Iterator[str]:
    """Why a list is not that of the whole organization, also with the pages beside it."""
    if found.token and not is_joined:
        yield f"one page of several, so accounts are missing: {_WHOLE}"
    # the lists of one unit have the same form: only the name of the file tells
    elif _OF_ONE_UNIT.search(found.source):
        yield f"the accounts of one organizational unit: {_WHOLE}"
    elif found.nameless:
        yield f"{without_ids(found.nameless)}: {_WHOLE}"
    # the management account is one of them
    elif not found.ids and not is_joined:
        yield f"no account is in it: {_WHOLE}"
    # the management account is a member of its organization: a list without it is a part
    elif len(found.owners) == 1 and not found.owners & set(estate.accounts):
        yield f"the management account, {min(found.owners)}, is not in it: {_WHOLE}"
    else:
        estate.members = found.source
