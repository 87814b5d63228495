"""The months so far added up and put side by side: the year to date, month over month."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from estimator.figures import difference
from estimator.months import Months, parse_month
from estimator.report.past import PastMonth


@dataclass(frozen=True)
class YearToDate:
    """The months of the year so far.

    Attributes
    ----------
    year : str
    cost : float
        Of the months that are known. [currency]
    forecast_then : float or None
        What was forecast then of the same months; None where it is not known of each. [currency]
    known, months : int
        How many are known, of how many.
    missing : tuple of str
        The others.
    rest : float
        Of the cost what is not billed but forecast. [currency]
    open : tuple of str
        Months whose bill does not tell its days: they cost what stands in `cost`, or more.
    may_repeat : tuple of str
        Months of which lines may count twice.
    against_then : AgainstThen or None
        The months of which it is known; None where it is of none.
    """

    year: str
    cost: float
    forecast_then: float | None
    known: int
    months: int
    missing: tuple[str, ...]
    rest: float = 0.0
    open: tuple[str, ...] = ()
    may_repeat: tuple[str, ...] = ()
    against_then: AgainstThen | None = None


@dataclass(frozen=True)
class AgainstThen:
    """Months of which a forecast made then is known, and that are not open. [currency]"""

    months: int
    cost: float
    forecast: float


def year_to_date(past: Sequence[PastMonth], month: str) -> YearToDate:
    """Add up the year so far; months without a bill are named, never zero."""
    year, number = month.split("-")
    labels = Months(parse_month(f"{year}-01"), int(number)).labels
    by_month: Mapping[str, PastMonth] = {each.month: each for each in past}
    known = [
        by_month[label]
        for label in labels
        if label in by_month and by_month[label].cost is not None
    ]
    costs = [each.cost.total for each in known if each.cost is not None]
    then = [each.forecast_then for each in known]
    known_amounts = [amount for amount in then if amount is not None]
    months = {each.month for each in known}
    return YearToDate(
        year=year,
        cost=math.fsum(costs),
        forecast_then=math.fsum(known_amounts)
        if known_amounts and len(known_amounts) == len(then)
        else None,
        known=len(known),
        months=len(labels),
        missing=tuple(label for label in labels if label not in months),
        rest=math.fsum(each.cost.rest for each in known if each.cost is not None),
        open=tuple(each.month for each in known if each.is_open),
        may_repeat=tuple(each.month for each in known if each.may_repeat),
        against_then=_against_then(known),
    )


def _against_then(known: Sequence[PastMonth]) -> AgainstThen | None:
    pairs = [
        (each.cost.total, each.forecast_then)
        for each in known
        if each.cost is not None and each.forecast_then is not None and not each.is_open
    ]
    if not pairs:
        return None
    costs, forecasts = (math.fsum(amounts) for amounts in zip(*pairs, strict=True))
    return AgainstThen(len(pairs), costs, forecasts)


def month_over_month(past: Sequence[PastMonth]) -> tuple[float | None, ...]:
    """What each month costs more than the calendar month before it. [currency]

    None where one has no bill, or one that does not tell its days.
    """
    before = (None, *past)
    return tuple(map(_change, before, past))


def _change(before: PastMonth | None, after: PastMonth) -> float | None:
    if before is None:
        return None
    first, second = parse_month(before.month), parse_month(after.month)
    if (second.year - first.year) * 12 + second.month - first.month != 1:
        return None
    if before.cost is None or after.cost is None or before.is_open or after.is_open:
        return None
    return difference(before.cost.total, after.cost.total)
