"""Budgets: what a month may cost, for everything or for a part of it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Annotated, Any, Protocol, Self

from pydantic import ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator

from estimator.figures import factor
from estimator.inventory.account_groups import Grouped, OneTag, OuPath, has_tag, is_in_ou
from estimator.inventory.kinds import AccountId
from pricing.reading.json_schemas import TEXT_SCHEMA, both_given, percent_pattern
from pricing.reading.validation import (
    Fix,
    Number,
    Section,
    Text,
    advise_number,
    read_percent,
    read_text,
    refusal,
)

# what a budget may be narrowed down to, and the column of the charges that tells it
PARTS = {
    "payer": "payer",
    "account": "billed_account",
    "trail": "driver",
    "reader": "driver",
    "ou": "billed_account",
    "tag": "billed_account",
}

ALL = "all"
THRESHOLDS = (0.8, 1.0)
_HIGHEST = 10.0  # beyond the budget is fine, but 80 is a slip for 0.8

# an amount of money, as --fail-over takes it: 25, 25.00, USD 25, 25 USD
AMOUNT = re.compile(
    r"(?:(?P<before>[A-Z]{3}) ?)?(?P<number>[0-9][0-9_]*(?:\.[0-9]+)?)(?: ?(?P<after>[A-Z]{3}))?"
)


def read_budget_name(value: Any) -> str:
    """A name that `--fail-over` cannot take for something else."""
    name = read_text(value)
    # --fail-over 25 must never mean a budget that somebody named so
    if name == ALL or name != name.strip() or AMOUNT.fullmatch(name):
        expected = f"a name that is neither {ALL} nor an amount, without blanks around it"
        raise refusal(value, expected, "rename it: --fail-over takes budgets by their names")
    return name


def _thresholds_fix(value: Any) -> str:
    """How to write as a list of shares what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return "list them, such as [0.8, 1.0], or remove the key for these"
    is_percent = isinstance(value, int | float) and value > _HIGHEST
    return f"write [{value}{'%' if is_percent else ''}]"


def read_thresholds(value: Any) -> tuple[float, ...]:
    """Shares of a budget, each larger than the one before."""
    if not isinstance(value, list | tuple):
        raise refusal(value, "a list of shares", _thresholds_fix(value))
    if not value:
        raise refusal(value, "at least one share", "remove the key", found="an empty list")
    shares: list[float] = []
    for index, item in enumerate(value):
        share = read_percent(item)
        if share is None:
            if isinstance(item, bool) or not isinstance(item, int | float):
                raise refusal(item, "a share such as 0.8", _share_fix(value, index), (index,))
            # an integer of 400 digits has no float
            share = float(item) if abs(item) <= _HIGHEST else math.inf
        if not 0 < share <= _HIGHEST:
            expected = f"a share above 0 and up to {factor(_HIGHEST)}"
            raise refusal(item, expected, _share_fix(value, index), (index,))
        if shares and share <= shares[-1]:
            expected = f"more than the share before it, {factor(shares[-1])}"
            raise refusal(item, expected, "put them in order, each once", (index,))
        shares.append(share)
    return tuple(shares)


def _share_fix(shares: Sequence[Any], index: int) -> Fix:
    """How to write as a share what is none."""
    item, after = shares[index], shares[index + 1] if index + 1 < len(shares) else None
    if item == 0 and isinstance(after, int):
        return f"write 0.{after}, with a point, if 0,{after} is one number"
    if isinstance(item, int | float) and _HIGHEST < item <= 100 * _HIGHEST:
        return f"write {item / 100:.6g} or {item:.6g}% for {item:.6g} percent"
    if isinstance(item, int | float) and not isinstance(item, bool) and item > _HIGHEST:
        return f"write at most {factor(_HIGHEST)}"
    return advise_number(item, lambda number: read_thresholds([number])[0])


_NO_NAMES = [
    {"const": ALL},
    {"pattern": r"^\s|\s$"},
    {"pattern": f"^{re.sub('[?]P<[a-z]+>', '', AMOUNT.pattern)}$"},
]
BudgetName = Annotated[
    str,
    PlainValidator(read_budget_name),
    WithJsonSchema({**TEXT_SCHEMA, "not": {"anyOf": _NO_NAMES}}),
]
_PERCENT_OF_BUDGET = percent_pattern(most=1000, below_zero=False, zero=False)
_SHARE = {
    "anyOf": [
        {"type": "number", "exclusiveMinimum": 0, "maximum": _HIGHEST},
        {"type": "string", "pattern": _PERCENT_OF_BUDGET},
    ]
}
Thresholds = Annotated[
    tuple[float, ...],
    PlainValidator(read_thresholds),
    WithJsonSchema({"type": "array", "items": _SHARE, "minItems": 1}),
]


class Account(Grouped, Protocol):
    """What a budget asks of an account."""

    @property
    def id(self) -> str:
        """Its id."""


@dataclass(frozen=True)
class Covered:
    """The rows that a budget counts: those with one of some members in a column."""

    column: str
    members: tuple[str, ...]


class Budget(Section):
    """A limit for what a month costs: all, or a payer, account, OU, tag, trail or reader."""

    model_config = ConfigDict(
        json_schema_extra={
            "not": {"anyOf": [both_given(*parts) for parts in combinations(PARTS, 2)]}
        }
    )

    name: BudgetName = Field(
        description="a name that --fail-over takes, neither all nor an amount", examples=["kms"]
    )
    usd_per_month: Number = Field(description="what a month may cost [USD/month]", examples=[25.0])
    payer: AccountId | None = Field(
        None,
        description="only what its consolidated bill shows; default: everything",
        examples=["111122223333"],
    )
    account: AccountId | None = Field(
        None,
        description="only what this account is billed; default: everything",
        examples=["222222222222"],
    )
    trail: Text | None = Field(
        None,
        description="only what the trail writes, readers are apart; default: everything",
        examples=["org"],
    )
    reader: Text | None = Field(
        None, description="only what the reader reads; default: everything", examples=["siem"]
    )
    ou: OuPath | None = Field(
        None,
        description="only what accounts of this OU and those beneath it are billed; default: "
        "everything",
        examples=["Root/Workloads"],
    )
    tag: OneTag | None = Field(
        None,
        description="only what accounts with this tag are billed; default: everything",
        examples=[{"team": "payments"}],
    )
    thresholds: Thresholds = Field(
        THRESHOLDS,
        description="shares of it worth a word, as 0.8 or 80%, in order [share]",
        examples=[[0.5, 0.8, 1.0]],
    )

    @model_validator(mode="after")
    def _one_part(self) -> Self:
        named = [part for part in PARTS if getattr(self, part) is not None]
        if len(named) > 1:
            expected = f"one of {', '.join(PARTS)}, or none for everything"
            found = f"both {named[0]} and {named[1]}"
            raise refusal(self.name, expected, "write a budget for each", (named[1],), found)
        return self

    @property
    def part(self) -> str | None:
        """The one of `PARTS` that it is narrowed down to; None for everything."""
        return next((part for part in PARTS if getattr(self, part) is not None), None)

    @property
    def of(self) -> str | None:
        """What it is narrowed down to, as text: an id, a name, a path, or `team=payments`."""
        part = self.part
        if part is None:
            return None
        value: Any = getattr(self, part)
        return "=".join(next(iter(value.items()))) if isinstance(value, dict) else str(value)

    @property
    def part_in_words(self) -> str | None:
        """The part and what of it: `trail org`; None for everything."""
        return None if self.part is None else f"{self.part} {self.of}"

    def covers(self, accounts: Iterable[Account]) -> Covered | None:
        """The rows of the charges that this budget counts; None: all of them.

        A budget of a driver leaves key-months out: a key may share its name with a trail.

        Parameters
        ----------
        accounts : iterable of Account
            Those of the inventory: an OU and a tag say which of them.
        """
        part = self.part
        if part is None:
            return None
        if self.ou is not None:
            ids = [account.id for account in accounts if is_in_ou(account, self.ou)]
        elif self.tag is not None:
            ids = [account.id for account in accounts if has_tag(account, self.tag)]
        else:
            ids = [getattr(self, part)]
        return Covered(PARTS[part], tuple(ids))
