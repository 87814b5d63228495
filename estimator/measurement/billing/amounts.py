"""Amounts of a bill's lines: their numbers, their units, and whether their costs fit them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from estimator.measurement.billing.cells import BLANKS, clean
from estimator.measurement.billing.layouts import Columns
from estimator.measurement.unreadable import UnreadableError

# what costs may be rounded by [currency], and the share beyond which one was changed
_ROUNDED, _FAR = 1e-6, 0.01

# FOCUS 1.0 to 1.2, "Unit Format": a whole number before the unit, such as "1000 Tokens", says how
# many one is (checked 2026-11-29); other tools shorten it
_SCALED = re.compile(r"(?:per )?(\d{1,3}(?:,\d{3})+|\d+)\s*([km]?)\s+[a-z][^\d]*", re.IGNORECASE)
_SHORT = {"": 1, "k": 1_000, "m": 1_000_000}
# a key-month is the share of its month: hours and days of one are other amounts
_OF_TIME = re.compile(
    r"\b(?:hours?|hrs?|days?|min(?:ute)?s?|sec(?:ond)?s?|weeks?|years?)\b", re.IGNORECASE
)
_OF_MANY = re.compile(r"\b(?:thousands?|millions?|billions?|kilo\w*|mega\w*|[km])\b", re.IGNORECASE)
# one each: AWS's own units, and what others call them
_SINGLE = re.compile(
    r"(?:per )?(?:1 )?(?:(?:aws|kms|api)[ -])*"
    r"(?:requests?|calls?|keys?|(?:key[ -]?)?months?|events?|counts?|units?)",
    re.IGNORECASE,
)


def unit_scale(unit: str) -> int:
    """How many requests, key-months or events one of a unit is.

    >>> unit_scale("Requests"), unit_scale("10000 Requests"), unit_scale("10K requests")
    (1, 10000, 10000)
    >>> unit_scale(""), unit_scale("per 100,000 events")
    (1, 100000)

    Raises
    ------
    UnreadableError
        It is a time, or has a number that is not understood.
    """
    scaled = _SCALED.fullmatch(unit.strip())
    has_number = any(map(str.isdigit, unit)) or _OF_MANY.search(unit)
    if _OF_TIME.search(unit) or (scaled is None and has_number):
        raise UnreadableError(
            f"amounts in {unit[:40]!r}",
            "requests, key-months or events",
            "export the bill with AWS's own units",
        )
    return _scale(scaled) if scaled else 1


def written_units(lines: pd.DataFrame) -> pd.Series[str]:
    """The unit of each line's amount: of the one that is priced where no other is there."""
    return lines["unit"].where(lines["amount"].map(clean) != "", lines["priced_unit"])


def odd_scales(lines: pd.DataFrame, charged: pd.DataFrame) -> dict[str, int]:
    """The units of usage that are no single requests, keys or events, and how many each counts.

    Parameters
    ----------
    lines, charged : DataFrame
        Lines of a bill as text, and the charge of each.
    """
    is_metered = charged["unit"].isin(["request", "key-month", "event"]).to_numpy()
    units = map(clean, written_units(lines)[is_metered].unique())
    return {unit: unit_scale(unit) for unit in units if unit and not _SINGLE.fullmatch(unit)}


def _scale(scaled: re.Match[str]) -> int:
    return int(scaled[1].replace(",", "")) * _SHORT[scaled[2].casefold()]


def count_odd_costs(lines: pd.DataFrame, charged: pd.DataFrame, columns: Columns) -> int:
    """How many lines of usage have a cost that their amount does not make.

    A spreadsheet that takes 2.000 for two thousand, or writes it so, leaves the cost as it was.
    Where a bill has no rates, or discounts beside them, a cost without any amount is odd.

    Parameters
    ----------
    lines, charged : DataFrame
        Lines of a bill as text, and the charge of each.
    columns : Columns
    """
    usage = (charged["unit"] != "").to_numpy()
    cost, quantity = charged["cost"].to_numpy()[usage], charged["quantity"].to_numpy()[usage]
    is_odd = (quantity == 0) & (np.abs(cost) > _ROUNDED)
    if columns.layout.has_rates:
        rate, amount = (
            read_numbers(lines[name], columns.name(name)).to_numpy()[usage]
            for name in ("rate", "amount")
        )
        expected = rate * amount
        far = _FAR * np.maximum(np.abs(expected), np.abs(cost))
        is_odd |= (rate != 0) & (np.abs(expected - cost) > np.maximum(_ROUNDED, far))
    return int(is_odd.sum())


def read_numbers(texts: pd.Series[str], column: str) -> pd.Series[float]:
    """The numbers in a column, NaN where it is blank."""
    numbers = pd.to_numeric(texts, errors="coerce").astype(float)
    odd = texts[~np.isfinite(numbers)]
    wrong = odd[~odd.map(str.strip).isin(BLANKS)]
    if len(wrong):
        raise UnreadableError(f"{wrong.iloc[0][:40]!r} in {column}", "a number")
    return numbers.where(np.isfinite(numbers))
