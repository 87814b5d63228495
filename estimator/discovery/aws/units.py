"""The tree of an organization, asked level by level: its OUs, the accounts in each, their tags."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from estimator.discovery.aws import calls
from estimator.discovery.aws.failures import Failure
from estimator.discovery.aws.requests import AccountAccess, AwsClient
from estimator.discovery.aws_responses import Origin, Responses
from estimator.discovery.aws_responses.values import items_of, text_of

_MOST_LEVELS = 10  # AWS nests OUs five levels deep

Each = Callable[[str, Callable[[Any], Any], Sequence[Any]], list[Any]]


def ask_for_units(aws: AwsClient, responses: Responses, own: AccountAccess, each: Each) -> None:
    """Take the OUs of an organization from the root on, and the place of each account."""
    roots = aws.ask(own, calls.ROOTS)
    if isinstance(roots, Failure):
        aws.fail(calls.ROOTS, roots, own.place)
        return
    responses.take(roots, Origin(calls.ROOTS.action))
    level = [identity for root in items_of(roots, "Roots") if (identity := text_of(root, "Id"))]
    asked: list[str] = []
    for _ in range(_MOST_LEVELS):
        asked += level
        below: list[str] = []
        for parent, units in zip(level, _ask(aws, own, calls.UNITS, level, each), strict=True):
            if units is not None:
                responses.take(units, Origin(f"{calls.UNITS.action} {parent}"))
                found = (text_of(unit, "Id") for unit in items_of(units, "OrganizationalUnits"))
                below += [identity for identity in found if identity and identity not in asked]
        level = below
        if not level:
            break
    for parent, members in zip(asked, _ask(aws, own, calls.CHILDREN, asked, each), strict=True):
        if members is not None:
            responses.place_accounts(parent, members, f"{calls.CHILDREN.action} {parent}")


def ask_for_tags(aws: AwsClient, responses: Responses, own: AccountAccess, each: Each) -> None:
    """Take the tags of every account; where those of the first are denied, of no other."""

    def ask(account: str) -> dict[str, Any] | Failure:
        return aws.ask(own, calls.TAGS, ResourceId=account)

    accounts = sorted(responses.estate.accounts)
    # one denied call tells it for all: an organization has thousands of accounts
    first = [ask(account) for account in accounts[:1]]
    rest = [] if first and isinstance(first[0], Failure) else each("tags", ask, accounts[1:])
    for account, answer in zip(accounts, [*first, *rest], strict=False):
        if isinstance(answer, Failure):
            aws.fail(calls.TAGS, answer, own.place if not rest else f"account {account}")
        else:
            responses.take(answer, Origin(calls.TAGS.action, account, (account,)))


def _ask(
    aws: AwsClient, own: AccountAccess, call: calls.Call, parents: Sequence[str], each: Each
) -> list[dict[str, Any] | None]:
    """The answer about each parent; None where there is none, which is noted."""

    def ask(parent: str) -> dict[str, Any] | Failure:
        return aws.ask(own, call, ParentId=parent)

    answers: list[dict[str, Any] | None] = []
    for answer in each("OUs", ask, parents):
        if isinstance(answer, Failure):
            aws.fail(call, answer, own.place)
        answers.append(None if isinstance(answer, Failure) else answer)
    return answers
