"""The columns of usage: what `by` names, the texts behind their codes, and the frame of all blocks.

`by` names key columns, words for them, and groups of accounts by OU or tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimator.figures import listed
from estimator.frames import DEFAULT_GRAIN, KEYS
from estimator.inventory import Inventory
from estimator.inventory.account_groups import group_labels, tag_names
from estimator.months import IntArray, Months
from estimator.volume.blocks import Block
from pricing.lines import group_rows
from pricing.reading.problems import Problem, UsageError
from pricing.reading.words import did_you_mean, nearest, split_words

# groups of accounts: of where the events happened, or with this in front of who is billed
_BILLED = "billed_"
OU, TAG = "ou", "tag:"

# 30 million rows are about 2 GB; who needs more wants fewer columns or fewer months at a time
MAX_ROWS = 30_000_000


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
    words = split_words(by, "by")
    names = [_column_of(word) for word in words]
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
            expected = f"a tag that an account has: {listed(names) or 'there are none'}"
            raise UsageError(Problem("by", None, "", repr(column), expected, fix))


class Vocabulary:
    """The texts behind the codes of each key column."""

    def __init__(self, inventory: Inventory) -> None:
        drivers = [driver.name for driver in (*inventory.trails, *inventory.readers)]
        drivers += [key.id for key in inventory.keys]
        account_ids = [account.id for account in inventory.accounts]
        self.texts: dict[str, list[str]] = {
            "payer": list(inventory.payers()),
            "account": account_ids,
            "region": list(inventory.region_codes),
            "billed_account": account_ids,
            "billed_region": list(inventory.region_codes),
            "key": [key.id for key in inventory.keys],
            # a key may share its name with a trail; the cause tells them apart
            "driver": list(dict.fromkeys(drivers)),
            "cause": ["put", "digest", "check", "get", "replication", "key"],
            "operation": ["GenerateDataKey", "Decrypt", "Encrypt", "KeyMonth"],
        }
        self.code = {
            column: {text: code for code, text in enumerate(texts)}
            for column, texts in self.texts.items()
        }
        self._inventory = inventory
        self._groups: dict[str | None, tuple[list[str], IntArray]] = {}

    def group(self, tag: str | None) -> tuple[list[str], IntArray]:
        """The OUs, or the values of a tag, as texts, and the code of each account among them."""
        if tag not in self._groups:
            labels = group_labels(self._inventory.accounts, tag)
            code = {label: number for number, label in enumerate(dict.fromkeys(labels))}
            codes = np.array([code[label] for label in labels], dtype=np.int64)
            self._groups[tag] = list(code), codes
        return self._groups[tag]

    def texts_of(self, column: str) -> list[str]:
        """The texts behind the codes of a key column or of a group of accounts."""
        group = account_group(column)
        return self.texts[column] if group is None else self.group(group.tag)[0]

    def codes_of(self, block: Block, column: str) -> IntArray:
        """The code of each row of a block in a key column or a group of accounts."""
        group = account_group(column)
        if group is not None:
            return self.group(group.tag)[1][self.codes_of(block, group.of)]
        value = getattr(block, column)
        if isinstance(value, str):
            value = self.code[column][value]
        # a view: the one code of a whole block takes no memory for each row
        return np.broadcast_to(np.asarray(value, dtype=np.int64), (len(block.quantity),))


def usage_frame(
    blocks: Sequence[Block], months: Months, by: Sequence[str], vocabulary: Vocabulary
) -> pd.DataFrame:
    """The usage frame of all blocks, one row per month and group of `by`; zeros are left out."""
    columns = [column for column in key_columns(by) if column != "month"]
    names = list(dict.fromkeys([*columns, "operation"]))  # the unit hangs on the operation
    codes = {
        column: np.concatenate([vocabulary.codes_of(block, column) for block in blocks])
        if blocks
        else np.zeros(0, dtype=np.int64)
        for column in names
    }
    quantity = (
        np.concatenate([block.quantity for block in blocks])
        if blocks
        else np.zeros((0, months.count))
    )
    if "operation" not in columns:
        # the operation is asked for only for the unit: requests of all operations are one group
        units = vocabulary.code["operation"]["KeyMonth"]
        codes["operation"] = np.where(codes["operation"] == units, units, 0)
    first, group = group_rows(*codes.values())
    size = len(first)
    # before the frame is made: afterwards the memory is gone
    if size * months.count > MAX_ROWS:
        raise _too_many(size * months.count)
    if size < len(group):
        summed = np.zeros((size, months.count))
        # += would add only one of the rows of a group
        np.add.at(summed, group, quantity)
        quantity = summed
        codes = {column: of_rows[first] for column, of_rows in codes.items()}
    # transposed, so that rows come month by month
    month, row = np.nonzero(quantity.T)
    is_key = codes["operation"][row] == vocabulary.code["operation"]["KeyMonth"]
    return pd.DataFrame(
        {
            "month": _periods(months.number + month),
            **{
                column: pd.Categorical.from_codes(
                    codes[column][row], categories=pd.Index(vocabulary.texts_of(column))
                )
                for column in columns
            },
            "quantity": quantity.T[month, row],
            "unit": pd.Categorical.from_codes(
                is_key.astype(np.int8), categories=pd.Index(["request", "key-month"])
            ),
        },
        copy=False,
    )


def _periods(ordinals: IntArray) -> pd.PeriodIndex:
    # pandas-stubs 3.1 does not know this constructor, which pandas documents
    return pd.PeriodIndex.from_ordinals(ordinals, freq="M")  # type: ignore[attr-defined,no-any-return]


def _too_many(rows: int) -> UsageError:
    found = f"{rows:,} rows"
    fix = "ask for fewer columns or fewer months at a time"
    return UsageError(Problem("by", None, "", found, f"at most {MAX_ROWS:,}", fix))
