"""Blocks of usage: how many requests a cause makes, in what bursts, and the frame of them all.

AWS says that log files come about every five minutes and digests every hour (CloudTrail User
Guide), and that quotas are per second (KMS Developer Guide, "Request quotas"); how the files of
five minutes spread over seconds, and how fast a reader reads, is published by nobody. So the
seconds of a burst are assumptions, each with a range; the inventory's `burst_seconds` takes their
place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimator.inventory import Inventory
from estimator.inventory.account_groups import group_labels
from estimator.inventory.assumptions import Range
from estimator.months import FloatArray, Months
from estimator.volume.columns import account_group, key_columns
from estimator.volume.streams import IntArray, Streams
from pricing.lines import group_rows
from pricing.reading.problems import Problem, UsageError

# 30 million rows are about 2 GB; who needs more wants fewer columns or fewer months at a time
MAX_ROWS = 30_000_000

SECONDS_PER_DAY = 86_400.0

# assumed: the files of five minutes, or the digests of an hour, are put within a minute, and those
# who read or copy every file follow within a minute [s]
WINDOW_SECONDS = Range(10, 60, 300)
# assumed: a query reads its files within a minute, a long one within half an hour [s]
QUERY_SECONDS = Range(10, 60, 1800)
# assumed: `aws cloudtrail validate-logs` gets one object after the other, as its source in
# aws-cli says, 50 ms each [request/s]
GETS_ONE_AFTER_ANOTHER = Range(5, 20, 100)

Code = int | IntArray


@dataclass(frozen=True)
class Block:
    """Usage of one cause: a row of `quantity` per group, a column per span.

    Each key column is one code for the whole block or an array with one for each row.
    `burst_profile` says how requests come; a key-month has none. `streams` are those that the rows
    rest on.
    """

    quantity: FloatArray
    payer: Code
    account: Code
    region: Code
    billed_account: Code
    billed_region: Code
    key: Code
    driver: Code
    cause: str
    operation: str
    burst_profile: BurstProfile | None = None
    streams: Streams | None = None


@dataclass(frozen=True)
class BurstProfile:
    """How requests come: the number of bursts a day, and the seconds that each takes.

    Attributes
    ----------
    times : float or array
        How often a day what comes together comes; an array has a number for each span. [1/day]
    seconds : Range or None
        In which it comes; None where gets are made one after the other. [s]
    """

    times: float | FloatArray
    seconds: Range | None


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


def usage_frame(
    blocks: Sequence[Block], months: Months, by: Sequence[str], vocabulary: Vocabulary
) -> pd.DataFrame:
    """The usage frame of all blocks, one row per month and group of `by`; zeros are left out."""
    columns = [column for column in key_columns(by) if column != "month"]
    names = list(dict.fromkeys([*columns, "operation"]))  # the unit hangs on the operation
    codes = {
        column: np.concatenate([_column(block, column, vocabulary) for block in blocks])
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


def _column(block: Block, column: str, vocabulary: Vocabulary) -> IntArray:
    group = account_group(column)
    if group is not None:
        accounts = _column(block, group.of, vocabulary)
        return vocabulary.group(group.tag)[1][accounts]
    value = getattr(block, column)
    if isinstance(value, str):
        value = vocabulary.code[column][value]
    # a view: the one code of a whole block takes no memory for each row
    return np.broadcast_to(np.asarray(value, dtype=np.int64), (len(block.quantity),))


def _too_many(rows: int) -> UsageError:
    found = f"{rows:,} rows"
    fix = "ask for fewer columns or fewer months at a time"
    return UsageError(Problem("by", None, "", found, f"at most {MAX_ROWS:,}", fix))
