"""The columns that `by` names: key columns, words for them, and groups of accounts by OU or tag."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from estimator.frames import DEFAULT_GRAIN, KEYS
from estimator.inventory import Inventory
from estimator.inventory.account_groups import tag_names
from pricing.reading.problems import Problem, UsageError
from pricing.reading.words import did_you_mean, nearest

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


# the words of --by for columns of the frames
_WORDS = {"trail": "driver", "reader": "driver", "billed-account": "billed_account"}

# what an error names: any tag may stand after the colon
GROUPS = "ou, tag:NAME, billed_ou, billed_tag:NAME"


def grain(by: str | Sequence[str] | None, alone: Sequence[str] = ("all",)) -> tuple[str, ...]:
    """The columns that `by` names, in the order of the frame.

    >>> grain("trail,cause")
    ('driver', 'cause')

    Raises
    ------
    KmscostError
        A name is no column.
    """
    if by is None:
        return DEFAULT_GRAIN
    words = by.split(",") if isinstance(by, str) else list(by)
    names = [_column_of(word.strip()) for word in words]
    if names == ["all"]:
        return KEYS
    for word, name in zip(words, names, strict=True):
        if name not in KEYS and account_group(name) is None:
            expected = f"columns out of trail, reader, {', '.join(KEYS)}, {GROUPS}"
            expected += f"; or alone: {', '.join(alone)}"
            fix = did_you_mean(name, (*_WORDS, *KEYS, "ou"))
            raise UsageError(Problem("by", None, "", repr(word), expected, fix))
    return key_columns(names)


def _column_of(word: str) -> str:
    """The column that a word of `by` names; a tag's name stays as it is written."""
    before, colon, tag = word.partition(":")
    return _WORDS.get(word, before.replace("-", "_") + colon + tag)


def check_groups(columns: Iterable[str], inventories: Iterable[Inventory]) -> None:
    """Refuse an OU or a tag that no account has: a slip would look like a cost of nobody.

    Raises
    ------
    UsageError
        No account of any of the inventories has it.
    """
    accounts = [account for inventory in inventories for account in inventory.accounts]
    for column in columns:
        group = account_group(column)
        if group is None:
            continue
        if group.tag is None and not any(account.ou for account in accounts):
            fix = "give accounts their `ou`, such as ou: Root/Workloads/Prod"
            expected = "an inventory whose accounts have an OU"
            raise UsageError(Problem("by", None, "", repr(column), expected, fix))
        names = tag_names(accounts)
        if group.tag is not None and group.tag not in names:
            close = nearest(group.tag, names)
            fix = f"did you mean tag:{close}?" if close else "give accounts this tag in `tags`"
            listed = ", ".join(names[:8]) or "there are none"
            expected = f"a tag that an account has: {listed}"
            raise UsageError(Problem("by", None, "", repr(column), expected, fix))
