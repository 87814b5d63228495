"""Lines that carry several amounts, or an amount that is no usage: a line for each amount.

Detailed billing reports call everything a LineItem; the Bills page has credits and tax in columns
of the usage's own line.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from estimator.measurement.billing.layouts import Columns
from estimator.measurement.billing.services import clean
from estimator.measurement.unreadable import UnreadableError

_BESIDE = (("credits", "Credit"), ("tax", "Tax"))


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
        totals = {name.casefold() for name in columns.layout.totals}
        lines = lines[~lines["kind"].map(lambda kind: clean(kind).casefold() in totals)]
    if columns.layout.title == "detailed billing report":
        return _name_kinds(lines)
    if "credits" in columns.where or "tax" in columns.where:
        _refuse_sums(lines)
        return _split_beside(lines)
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
    for field, kind in _BESIDE:
        there = lines[lines[field].map(lambda text: clean(text).strip("0.-") != "")]
        parts.append(there.assign(kind=kind, cost=there[field]))
    return pd.concat(parts)


def _refuse_sums(lines: pd.DataFrame) -> None:
    """Refuse a payer's lines without an account beside lines of linked accounts.

    The payer's may be sums of the linked ones, or what these do not hold: nothing in the file says.
    """
    kinds = lines["kind"].map(clean)
    nameless = (kinds == "PayerLineItem") & (lines["account"].map(clean) == "")
    if nameless.any() and (kinds == "LinkedLineItem").any():
        raise UnreadableError(
            "lines of the payer without an account beside lines of linked accounts, which may be "
            "in both",
            "lines of one account each",
            "export a Cost and Usage Report, or the Bills page of each account",
        )
