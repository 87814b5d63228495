"""Some lines of a bill at once: those of KMS and CloudTrail, and what the others tell of it.

A line may carry several amounts, or an amount that is no usage: detailed billing reports call
everything a LineItem, the Bills page has credits and tax in columns of the usage's own line, and
Cost and Usage Reports have discounts there.
Charges are made of lines that have one amount each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from operator import itemgetter

import numpy as np
import pandas as pd

from estimator.measurement.billing.amounts import read_numbers
from estimator.measurement.billing.cells import (
    clean,
    is_aws,
    is_flag,
    is_like_ours,
    is_usage_type_of_ours,
    product_of,
)
from estimator.measurement.billing.layouts import FIELDS, Columns, plain_name
from estimator.measurement.billing.unknown_lines import AlikeLines
from estimator.measurement.unreadable import UnreadableError

# amounts that stand beside the cost of a line, and what they are
_BESIDE = (("credits", "Credit"), ("tax", "Tax"))

# the discounts that stand in columns of a line, by AWS's name of the column of their sum
TOTAL_DISCOUNT = "TotalDiscount"

# lines handed on at once: some 40 MB of the columns needed
CHUNK = 100_000
_CLUES = ("provider", "product", "service_name", "usage_type", "sku_meter")
FORECAST = "Forecast: "  # how kmscost describes the lines of a forecast that it exports


@dataclass
class Chunk:
    """Some lines of a bill.

    Attributes
    ----------
    lines : int
        How many there are, of whatever product.
    spans : set of pairs
        Start and end of those that are AWS's usage, as the bill writes them.
    estimates : set of pairs
        The same of usage that is said to be estimated: its month is not over.
    currencies : set of str
        Currencies of all that are AWS's.
    of_aws : int
        Lines that are AWS's, or whose provider is not said.
    forecasts : int
        Lines that are marked as a forecast: they are in none of the others.
    alike : AlikeLines
        AWS's lines that look like those of KMS or CloudTrail.
    charges : DataFrame
        Those of KMS and CloudTrail: a column of text for each of `FIELDS`, empty where not known.
    numbers : list of int
        The line in the file of each of them; empty where the reader does not know.
    """

    lines: int = 0
    spans: set[tuple[str, str]] = field(default_factory=set)
    estimates: set[tuple[str, str]] = field(default_factory=set)
    currencies: set[str] = field(default_factory=set)
    of_aws: int = 0
    forecasts: int = 0
    alike: AlikeLines = field(default_factory=AlikeLines)
    charges: pd.DataFrame = field(default_factory=pd.DataFrame)
    numbers: list[int] = field(default_factory=list)


def chunks_of(rows: Iterable[tuple[int, list[str]]], columns: Columns) -> Iterator[Chunk]:
    """Chunks of a table's rows, each with its line in the file, all as long as the header."""
    where = {field: position for field, (position, _) in columns.where.items()}
    pick = itemgetter(*where.values())
    cells = _Cells(columns, where)
    charged: list[tuple[str, ...]] = []
    chunk = Chunk()
    for number, row in rows:
        if cells.is_header(row, number):
            continue
        if cells.is_forecast(row):
            chunk.forecasts += 1
            continue
        chunk.lines += 1
        of_aws, ours, alike = cells.whose(row)
        if of_aws:
            chunk.of_aws += 1
            chunk.currencies.add(cells.get(row, "currency"))
            if cells.is_usage(row):
                span = (cells.get(row, "start"), cells.get(row, "end"))
                invoice = cells.get(row, "invoice")
                if not columns.layout.is_open(invoice):
                    chunk.spans.add(span)
                elif columns.layout.is_estimate(invoice):
                    chunk.estimates.add(span)
        if ours:
            charged.append(pick(row))
            chunk.numbers.append(number)
        elif alike is not None:
            chunk.alike.count(alike, cells.get(row, "cost"), cells.get(row, "currency"))
        if chunk.lines >= CHUNK:
            chunk.charges = _rows(charged, where)
            yield chunk
            chunk, charged = Chunk(), []
    chunk.charges = _rows(charged, where)
    yield chunk


def is_column_name(cell: str, columns: Columns) -> bool:
    """Tell whether a cell is the name of a column, as where files were joined."""
    return plain_name(cell) in _plain_names(columns.names)


@cache
def _plain_names(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(plain_name, names)) - {""}


class _Cells:
    """The cells of a row by their field, and whose line it is."""

    def __init__(self, columns: Columns, where: Mapping[str, int]) -> None:
        self._where = where
        self._is_name = cache(partial(is_column_name, columns=columns))
        self._header = [plain_name(name) for name in columns.names]
        self._usage = cache(columns.layout.is_usage)
        # lines are many, those that differ in what tells whose they are few
        self._clue = itemgetter(*(where[field] for field in _CLUES if field in where))
        self._known: dict[object, tuple[bool, bool, str | None]] = {}

    def get(self, row: list[str], field: str) -> str:
        """A cell, empty where the table has no such column."""
        at = self._where.get(field)
        return "" if at is None else row[at]

    def is_header(self, row: list[str], number: int) -> bool:
        """Tell whether a row is the header again, as where files were joined: their lines follow.

        Raises
        ------
        UnreadableError
            A column that is read stands elsewhere: the lines behind it would be read under wrong
            names.
        """
        if not self._is_name(self.get(row, "kind")):
            return False
        if all(plain_name(row[at]) == self._header[at] for at in self._where.values()):
            return True
        # somebody's own column may be called as a type of line is
        if 2 * sum(map(self._is_name, row)) > len(row):
            raise UnreadableError(
                "a header with other columns, or with its columns in another order",
                "the lines of one header",
                "name the files that were joined one by one",
                line=number,
            )
        return False

    def is_usage(self, row: list[str]) -> bool:
        """Tell whether a line is usage."""
        return self._usage(self.get(row, "kind"))

    def is_forecast(self, row: list[str]) -> bool:
        """Tell whether a line is marked as a forecast."""
        flag = self.get(row, "forecast")
        return self.get(row, "description").startswith(FORECAST) or (bool(flag) and is_flag(flag))

    def whose(self, row: list[str]) -> tuple[bool, bool, str | None]:
        """Tell whether a line is AWS's, and KMS's or CloudTrail's; its service if it looks so."""
        clue = self._clue(row)
        known = self._known.get(clue)
        if known is None:
            provider, *names, usage_type, sku_meter = (self.get(row, name) for name in _CLUES)
            # a table without providers is of one, and AWS's words are taken for AWS's
            aws = is_aws(provider) or "provider" not in self._where
            ours = any(product_of(name, aws) for name in names)
            of_aws = aws or ours or not clean(provider)
            alike = any(map(is_usage_type_of_ours, (usage_type, sku_meter))) or any(
                map(is_like_ours, names)
            )
            # a code or a name: whatever the table has
            service = next(filter(None, map(clean, names)), "")
            known = (of_aws, ours, service if of_aws and alike and not ours else None)
            self._known[clue] = known
        return known


def _rows(rows: list[tuple[str, ...]], where: Mapping[str, int]) -> pd.DataFrame:
    return text_frame({name: [row[place] for row in rows] for place, name in enumerate(where)})


def text_frame(columns: dict[str, list[str]]) -> pd.DataFrame:
    """A column of text for every field."""
    frame = pd.DataFrame(columns, dtype=object)
    return frame.reindex(columns=list(FIELDS), fill_value="").astype(object)


def split_amounts(lines: pd.DataFrame, numbers: list[int], columns: Columns) -> pd.DataFrame:
    """The lines as charges read them: usage, and what is none, each with one amount.

    Parameters
    ----------
    lines : DataFrame
        The fields of `estimator.measurement.billing.layouts.FIELDS` as text.
    numbers : list of int
        The line of each in the file, or empty.
    columns : Columns

    Returns
    -------
    DataFrame
        The same columns. Its index is the line in the file.

    Raises
    ------
    UnreadableError
        The payer's lines may be sums of the linked accounts' lines.
    """
    lines = lines.set_axis(numbers or range(len(lines)))
    if columns.layout.totals:
        lines = lines[~lines["kind"].map(columns.layout.is_total).astype(bool)]
    if columns.layout.title == "detailed billing report":
        return _name_kinds(lines)
    if "credits" in columns.where or "tax" in columns.where:
        _refuse_sums(lines)
        return _split_beside(lines)
    if "net_cost" in columns.where or "discount" in columns.where:
        return _split_discounts(lines, columns)
    return lines


def _name_kinds(lines: pd.DataFrame) -> pd.DataFrame:
    """Lines without usage as what they are: a LineItem may be a tax, a fee or a credit."""
    cost = pd.to_numeric(lines["cost"], errors="coerce").astype(float).to_numpy()
    no_usage = (lines["usage_type"].map(clean) == "") | (lines["amount"].map(clean) == "")
    is_tax = lines["description"].str.contains(r"\btax\b|\bVAT\b", case=False, regex=True)
    kinds = np.select(
        [is_tax.to_numpy(), cost < 0, no_usage.to_numpy()],
        ["Tax", "Credit", "Fee"],
        default=lines["kind"].to_numpy(dtype=object),
    )
    return lines.assign(kind=kinds.astype(object))


def _split_beside(lines: pd.DataFrame) -> pd.DataFrame:
    """Credits and tax, which stand beside the cost of a line, as lines of their own."""
    usage = lines["usage_type"].map(clean) != ""
    cost = pd.to_numeric(lines["cost"], errors="coerce").astype(float) != 0
    # a line may have nothing but its tax
    parts = [lines[usage], lines[~usage & cost].assign(kind="Fee")]
    for column, kind in _BESIDE:
        there = lines[lines[column].map(lambda text: clean(text).strip("0.-") != "")]
        parts.append(there.assign(kind=kind, cost=there[column]))
    return pd.concat(parts)


def is_discount(kind: str) -> bool:
    """Tell whether a type of line is a discount, such as EdpDiscount, in whatever letter case."""
    return clean(kind).casefold().endswith("discount")


def _split_discounts(lines: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """Discounts, which stand beside the cost of a line, as lines of their own.

    A Cost and Usage Report has them in columns, as what a line costs net of them and as their sum,
    or as lines, where it is made with MANUAL_DISCOUNT_COMPATIBILITY: Data Exports guide, "Discount
    columns", checked 2026-11-30. A blank net cost is the cost.
    """
    cost, net, total = (
        read_numbers(lines[name], columns.name(name)) for name in ("cost", "net_cost", "discount")
    )
    # bills have ten decimals: what a float adds is no discount
    discount = (net - cost).fillna(total).fillna(0.0).round(12)
    # a discount's own line costs nothing net, as the lines that it is of have it already
    found = (discount != 0) & ~lines["kind"].map(is_discount).astype(bool)
    beside = lines[found].assign(kind=TOTAL_DISCOUNT, cost=discount[found].map(repr))
    return pd.concat([lines, beside]).astype(object)


def _refuse_sums(lines: pd.DataFrame) -> None:
    """Refuse a payer's lines without an account beside lines of linked accounts.

    The payer's may be sums of the linked ones, or what these do not hold: nothing in the file says.
    """
    kinds = lines["kind"].map(lambda kind: clean(kind).casefold())
    nameless = (kinds == "payerlineitem") & (lines["account"].map(clean) == "")
    if nameless.any() and (kinds == "linkedlineitem").any():
        raise UnreadableError(
            "lines of the payer without an account beside lines of linked accounts, which may be "
            "in both",
            "lines of one account each",
            "export a Cost and Usage Report, or the Bills page of each account",
        )
