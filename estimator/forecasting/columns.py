"""The columns that `by` names: key columns, words for them, and groups of accounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from estimator.frames import DEFAULT_GRAIN, KEYS
from estimator.inventory import Inventory
from estimator.inventory.account_groups import tag_names
from estimator.volume.group_columns import account_group, key_columns
from pricing.reading.problems import Problem, UsageError
from pricing.reading.words import did_you_mean, nearest

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
