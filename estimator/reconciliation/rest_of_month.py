"""What is billed of a month for CloudTrail, and what the rest of it adds.

The one home of a month that is not billed whole: the rest is the forecast of the days, accounts
and units that no line is of, at the bill's pace where that is more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from estimator.reconciliation.bill_coverage import BilledDays, MissingLines
from estimator.reconciliation.forecast_by_account import POOL
from estimator.reconciliation.free_shift import FreeShift, FreeWorth, add_shifts, shift_of_pool
from estimator.reconciliation.parts import OWN_COSTS, has_billed
from pricing.regions import partition_of

# the forecast as the inventory takes writes, and as the bill does [currency]
_BOTH = ("cost", "as_billed")
_BOTH_FREE = ("free", "as_billed_free")  # the worth of the free requests in both [currency]


@dataclass(frozen=True)
class MonthCost:
    """The cost of a month: what is billed of it, and what is expected of the rest. [currency]

    `billed` is None where no bill tells it; then `rest` is the whole month. `is_open` where the
    bill does not tell its days: then `rest` is what the forecast has beyond it, and the month may
    cost any sum more.
    """

    billed: float | None
    rest: float
    is_open: bool = False

    @property
    def total(self) -> float:
        """Both together."""
        return (self.billed or 0.0) + self.rest

    @property
    def is_billed(self) -> bool:
        """True where a bill tells all of it."""
        return self.billed is not None and not self.rest and not self.is_open


@dataclass(frozen=True)
class BilledMonth:
    """A month as far as it is billed; attributes as those of `Reconciliation`."""

    rows: pd.DataFrame
    expected_by_account: pd.DataFrame
    days: BilledDays
    missing: MissingLines
    levels: Mapping[str, str]

    def forecast(self, part: str = "", names: tuple[str, ...] = ()) -> pd.DataFrame:
        """The rows of `expected_by_account` of a part."""
        frame = self.expected_by_account
        return frame[frame[part].isin(names).to_numpy()] if part else frame

    def is_open(self, part: str, names: tuple[str, ...]) -> bool:
        """True where the bill of a payer of this part does not tell its days."""
        return bool(self.forecast(part, names)["payer"].isin(self.days.open_payers).any())

    def billed_rows(self, part: str = "", names: tuple[str, ...] = ()) -> pd.DataFrame:
        """The rows of a part, each with the partition whose free requests it shares."""
        rows = self.rows[self.rows[part].isin(names).to_numpy()] if part else self.rows
        regions = rows["billed_region"].astype(str)
        return rows.assign(partition=[partition_of(region) for region in regions])

    def of_payer(self, payer: str) -> BilledMonth:
        """The same of one payer's bill alone."""
        rows = self.rows[(self.rows["payer"] == payer).to_numpy()]
        return replace(self, rows=rows, expected_by_account=self.forecast("payer", (payer,)))


def billed_and_rest(
    found: BilledMonth, part: str = "", names: tuple[str, ...] = ()
) -> tuple[float, float] | None:
    """Return what is billed for CloudTrail, and what the rest of the month adds. [currency]

    Parameters
    ----------
    part, names : str, tuple of str
        ``payer`` or ``billed_account``, and which: of these alone. Default: of everything.

    Returns
    -------
    tuple or None
        None where the bill does not tell accounts apart.
    """
    if part and "account" in found.levels:
        return None
    rows, forecast = found.billed_rows(part, names), found.forecast(part, names)
    if not has_billed(found.rows):
        # a bill without a line of KMS, as one of other services: nothing says that KMS was free
        return 0.0, math.fsum(forecast["cost"])
    # each payer's bill has days and free requests of its own: what one has less is none of another
    payers = sorted({*rows["payer"].astype(str), *forecast["payer"]})
    amounts = [
        _of_payer(
            found,
            payer,
            rows[rows["payer"] == payer],
            forecast[forecast["payer"] == payer],
            of_part=bool(part),
        )
        for payer in payers
    ]
    return math.fsum(billed for billed, _ in amounts), math.fsum(rest for _, rest in amounts)


def find_free_shift(found: BilledMonth, part: str = "", names: tuple[str, ...] = ()) -> FreeShift:
    """Find the free requests that the bill has on other days than the forecast, pool by pool.

    Of what the bill has lines of; nothing where it covers the month, or does not tell its days.

    Parameters
    ----------
    part, names : str, tuple of str
        As of `billed_and_rest`.
    """
    rows = found.missing.leave_out(found.billed_rows(part, names))
    forecast = found.missing.leave_out(found.forecast(part, names))
    shifts = []
    for pool, expected in forecast.groupby(list(POOL)):
        of_pool = rows[_is_of(rows, dict(zip(POOL, map(str, pool), strict=True)))]
        free = _free_worth(of_pool, expected, expected, "as_billed")
        shifts.append(shift_of_pool(_free_part_as_billed(of_pool, expected), free))
    return add_shifts(shifts)


def _is_of(rows: pd.DataFrame, place: Mapping[str, str]) -> pd.Series[bool]:
    return (rows[list(place)].astype(str) == pd.Series(place)).all(axis=1)


def _free_worth(
    rows: pd.DataFrame, of_known: pd.DataFrame, forecast: pd.DataFrame, side: str
) -> FreeWorth:
    """The worth of free requests: to date of what has lines, else of all. [currency]

    Parameters
    ----------
    side : str
        One of `_BOTH`.
    """
    name = _BOTH_FREE[_BOTH.index(side)]
    to_date = math.fsum(of_known[f"{name}_to_date"])
    # as many more before the days billed as on these
    gross = math.fsum(of_known[f"{side}_to_date"]) + to_date
    more = max(math.fsum(rows["cost_volume"]), 0.0) / gross if gross > 0 else 0.0
    return FreeWorth(
        whole=math.fsum(forecast[name]),
        to_date=to_date,
        before=math.fsum(of_known[f"{name}_before"]),
        use_before=math.fsum(of_known[f"{name}_use_before"]) * (1 + more),
        spare=math.fsum(forecast[f"{name}_spare"]),
    )


def _of_payer(
    found: BilledMonth, payer: str, rows: pd.DataFrame, forecast: pd.DataFrame, *, of_part: bool
) -> tuple[float, float]:
    """The same of one payer's bill. [currency]"""
    if payer in found.days.open_payers:
        # what is billed may be of any day: the month costs no less than its forecast, and how
        # much more nothing tells
        billed = math.fsum(forecast["cost_to_date"]) + _own_difference(rows)
        return billed, max(0.0, *(math.fsum(forecast[name]) - billed for name in _BOTH))
    known, of_known = found.missing.leave_out(rows), found.missing.leave_out(forecast)
    billed = math.fsum(of_known["cost_to_date"]) + _own_difference(known)
    share = found.days.shares.get(payer, 1.0)
    if share == 1 and len(of_known) == len(forecast):
        return billed, 0.0
    rest, unseen = [], _unseen_accounts(found)
    of_this = found.of_payer(payer)
    is_unseen = unseen.issuperset(of_this.expected_by_account["billed_account"])
    if of_part or is_unseen:
        # what nothing tells the pace of goes on at that of the bill, or of all bills: parts are
        # their whole
        is_alone = forecast["billed_account"].isin(unseen).to_numpy()
        alone, forecast = forecast[is_alone], forecast[~is_alone]
        whose = found if is_unseen else of_this
        units = zip(*(alone[name] for name in ("unit", *_BOTH, "as_billed_free")), strict=True)
        rest = [
            max(own, cost + _pace(whose, unit) * (cost + free)) for unit, own, cost, free in units
        ]
        of_known = of_known[~of_known["billed_account"].isin(unseen).to_numpy()]
    # requests go on at their pace, and keys at theirs; each pool has free requests of its own
    places = {(*each,) for frame in (forecast, known) for each in _pools_of(frame)}
    for partition, unit in sorted(places):
        place = {"partition": partition, "unit": unit}
        of_place = (frame[_is_of(frame, place)] for frame in (known, of_known, forecast))
        rest.append(_rest_of_pool(*of_place, share=share))
    return billed, math.fsum(rest)


def _pools_of(frame: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(frame["partition"].astype(str), frame["unit"].astype(str), strict=True))


def _own_difference(rows: pd.DataFrame) -> float:
    """The bill's cost of CloudTrail's less the forecast's. [currency]"""
    return math.fsum(math.fsum(rows[name]) for name in OWN_COSTS)


def _rest_of_pool(
    rows: pd.DataFrame, of_known: pd.DataFrame, forecast: pd.DataFrame, *, share: float
) -> float:
    """What one pool adds: no less than the inventory's forecast of it.

    Both sides are as the bill takes writes: those that it does not charge would else be set off
    against reads that go on dearer. That it goes on without them is no more than a part of a month
    says: the inventory's word stands for the rest until it is changed. [currency]
    """
    own_to_date, to_date = (math.fsum(of_known[f"{name}_to_date"]) for name in _BOTH)
    own, whole = (math.fsum(forecast[name]) for name in _BOTH)
    own_free, free = (_free_worth(rows, of_known, forecast, side) for side in _BOTH)
    rest = cost_of_rest(
        own_to_date + _own_difference(rows) - to_date,
        _free_part_as_billed(rows, of_known),
        to_date,
        whole,
        free,
        share,
    )
    shift = shift_of_pool(math.fsum(rows["cost_free_tier"]), own_free)
    return max(rest, own - own_to_date + shift.put_back)


def _free_part_as_billed(rows: pd.DataFrame, forecast: pd.DataFrame) -> float:
    """The free tier's part of the difference, of the forecast as the bill takes writes. [currency]

    What its own interpretation would have free by now, less what the bill has.
    """
    own, as_billed = (math.fsum(forecast[f"{name}_to_date"]) for name in _BOTH_FREE)
    return math.fsum(rows["cost_free_tier"]) + as_billed - own


def _unseen_accounts(found: BilledMonth) -> set[str]:
    """Accounts of which nothing is billed, nor was forecast of the days billed."""
    forecast = found.forecast()
    known = found.missing.leave_out(forecast)
    seen = known[(known["cost_to_date"] + known["free_to_date"] > 0).to_numpy()]
    billed = found.rows[(found.rows["billed"] > 0).to_numpy()]
    seen_accounts = {*seen["billed_account"], *billed["billed_account"].astype(str)}
    return set(forecast["billed_account"]) - seen_accounts


def _pace(found: BilledMonth, unit: str) -> float:
    """How much dearer than forecast a unit is on all of the bill, in proportion; 0 if not."""
    rows = found.missing.leave_out(found.rows)
    rows = rows[(rows["unit"] == unit).to_numpy()]
    known = found.missing.leave_out(found.forecast())
    known = known[(known["unit"] == unit).to_numpy()]
    # writes that it does not charge are no cheaper requests
    excess = _own_difference(rows) - math.fsum(
        math.fsum(rows[f"cost_{name}"]) for name in ("writes", "free_tier")
    )
    gross = math.fsum(known["as_billed_to_date"]) + math.fsum(known["as_billed_free_to_date"])
    return max(excess, 0.0) / gross if gross > 0 else 0.0


def cost_of_rest(
    error: float,
    free_part: float,
    to_date: float,
    whole: float,
    free: FreeWorth,
    share: float,
) -> float:
    """What the rest of the month adds to a bill of a part of it. [currency]

    The forecast of the rest; more where the bill so far is more than its forecast, in proportion,
    so that a short bill never hides what a whole one would show; and with the free requests that
    the bill leaves it.

    Parameters
    ----------
    error, free_part : float
        Billed to date less forecast to date; the part of it that is the free tier's. [currency]
    to_date, whole : float
        The forecast to date, and of the whole month. [currency]
    free : FreeWorth
    share : float
        The share of the month's days that is billed: the pace where nothing was forecast. [0-1]

    Examples
    --------
    Billed 2 of a forecast of 2 to date and 4 in all; 3 of them, at which pace it will be 6:

    >>> cost_of_rest(0.0, 0.0, 2.0, 4.0, FreeWorth(0.0, 0.0), 0.5)
    2.0
    >>> cost_of_rest(1.0, 0.0, 2.0, 4.0, FreeWorth(0.0, 0.0), 0.5)
    3.0

    Nothing billed so far, for half of the units were free, and with them all that is free:

    >>> cost_of_rest(-1.0, -1.0, 1.0, 2.0, FreeWorth(2.0, 1.0), 0.5)
    2.0

    Twice the units, all free as forecast, and 3 of them left where 4 are to come:

    >>> cost_of_rest(0.0, -2.0, 0.0, 0.0, FreeWorth(4.0, 2.0, spare=3.0), 0.5)
    1.0
    """
    gross, rest = to_date + free.to_date, (whole - to_date) + (free.whole - free.to_date)
    excess = max(error - free_part, 0.0)
    # where nothing was forecast to date only the days tell a pace
    times = rest / gross if gross > 0 else (1 - share) / share if share else 0.0
    pace = excess * times
    more = max(pace + free.used_beyond(free_part) - free.spare, 0.0)
    return whole - to_date + more - shift_of_pool(free_part, free).late
