"""Columns that tell accounts apart by their OU or by a tag, beside the columns of the frames."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from estimator.frames import KEYS

# groups of accounts: of where the events happened, or with this in front of who is billed
_BILLED = "billed_"
OU, TAG = "ou", "tag:"


@dataclass(frozen=True)
class AccountGroup:
    """A column that tells accounts apart by their OU or by one of their tags.

    Attributes
    ----------
    of : str
        The column of the accounts: account or billed_account.
    tag : str or None
        The name of the tag; None for the OU.
    """

    of: str
    tag: str | None


def account_group(column: str) -> AccountGroup | None:
    """The group that a column's name asks for; None for any other column.

    >>> account_group("billed_tag:cost-center")
    AccountGroup(of='billed_account', tag='cost-center')
    """
    of = "billed_account" if column.startswith(_BILLED) else "account"
    name = column.removeprefix(_BILLED)
    if name == OU:
        return AccountGroup(of, None)
    if name.startswith(TAG) and name != TAG:
        return AccountGroup(of, name.removeprefix(TAG))
    return None


def key_columns(names: Iterable[str]) -> tuple[str, ...]:
    """Those of some names that are key columns, in the order of a frame; groups stand last.

    >>> key_columns(["ou", "cost", "cause", "month"])
    ('month', 'cause', 'ou')
    """
    given = dict.fromkeys(names)
    groups = (name for name in given if account_group(name) is not None)
    return (*(name for name in KEYS if name in given), *groups)
