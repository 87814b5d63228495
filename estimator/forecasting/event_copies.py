"""Copies of KMS events: KMS requests are CloudTrail events themselves, and further copies cost.

The first copy of a management event in an account and Region is free; every further trail that
records it pays, unless it excludes `kms.amazonaws.com`. A cross-account call is logged in both
accounts. Source: AWS CloudTrail User Guide, "Managing CloudTrail trail costs", and the CloudTrail
pricing page; checked 2026-11-23.

Requests of others are recorded as well. Where in an organization they are made is often not known,
so they are a range: the least and the most copies that any place has where they may be made.

AWS does not say whose copy is the first one where several trails record an event. Here it is that
of the trail that began first, in the inventory's order where they began together. The sum does not
depend on it, and neither does what a trail's exclusion saves: one copy, while two or more record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from estimator.figures import money
from estimator.forecasting.recording_trails import (
    BoolArray,
    Pattern,
    PossiblePlaces,
    Recording,
    is_active,
)
from estimator.frames import EVENTS
from estimator.inventory import Account, Inventory
from estimator.inventory.others import OtherUse
from estimator.months import FloatArray, IntArray, Months, Spans
from estimator.volume.daily import DailyRequests
from pricing.bill import bill, price_column
from pricing.rates import RateTable, load_cloudtrail_rates
from pricing.reading.problems import RateError

OPERATION = "PaidEventsRecorded"
INVENTORY, OTHERS = "inventory", "others"

# the last bits of a sum are no range
SLACK = 1e-9


@dataclass(frozen=True)
class CopyCharges:
    """The charges for further copies of KMS events, on CloudTrail's bill.

    Attributes
    ----------
    frame : DataFrame
        `estimator.frames.EVENTS`: by account, Region and trail, as far as these are known.
    others : DataFrame
        Of each month and payer the requests of others: quantity and cost, and their high ends.
    """

    frame: pd.DataFrame
    others: pd.DataFrame


class Row(NamedTuple):
    """Copies that are counted together; an account or Region that is not known is empty."""

    of: str
    payer: str
    account: str
    region: str
    trail: str
    price_regions: tuple[str, ...]


class EventCopies:
    """Gathers the paid copies of KMS events out of requests by the day."""

    def __init__(self, inventory: Inventory, months: Months) -> None:
        self._inventory, self._months = inventory, months
        self._recording = Recording(inventory)
        self._accounts = inventory.accounts_by_id
        self._owner = {key.id: key.account for key in inventory.keys}
        self._rows: dict[Row, FloatArray] = {}
        self._others: dict[tuple[str, tuple[str, ...]], FloatArray] = {}
        self._places = [
            places
            for use in inventory.other_uses
            # most inventories have one trail that records, and nothing is ever paid there
            if use.requests.mid and self._recording.possible
            for places in self._places_of(use)
        ]

    def add(self, days: DailyRequests) -> None:
        """The copies of more days."""
        if not self._recording.possible:
            return
        for account, region, requests in self._sum_by_log(days):
            pattern = self._pattern(self._accounts[account], region)
            for trail, paid in self._recording.paid(pattern, days.spans):
                row = Row(
                    INVENTORY, self._accounts[account].payer, account, region, trail, (region,)
                )
                self._count(row, days, requests * paid, requests * paid)
        for places in self._places:
            self._add_others(places, days)

    def _sum_by_log(self, days: DailyRequests) -> Iterator[tuple[str, str, FloatArray]]:
        """The requests by account and Region of the log that they stand in."""
        sums: dict[tuple[str, str], FloatArray] = {}
        places = zip(
            days.texts("billed_account"),
            days.texts("billed_region"),
            days.texts("key"),
            days.requests,
            strict=True,
        )
        for caller, region, key, requests in places:
            # a request is logged in the account that makes it, and in the key owner's if another
            for account in dict.fromkeys((caller, self._owner[key])):
                before = sums.get((account, region))
                sums[account, region] = requests if before is None else before + requests
        for (account, region), requests in sums.items():
            yield account, region, requests

    def _pattern(self, account: Account, region: str) -> Pattern:
        active = self._inventory.active.account[account.id]
        return Pattern(self._recording.trails_of(account, region), active)

    def _places_of(self, use: OtherUse) -> Iterator[PossiblePlaces]:
        """The places of others' requests: an account, or a payer's accounts in a partition."""
        by_partition: defaultdict[str, list[Account]] = defaultdict(list)
        for account in self._inventory.accounts:
            belongs = account.id == use.account if use.account else account.payer == use.payer
            if belongs and account.regions:
                by_partition[account.partition].append(account)
        for accounts in by_partition.values():
            # accounts by the ten thousand have a few patterns, each priced once
            patterns = {
                self._pattern(account, region): None
                for account in accounts
                for region in account.regions
            }
            yield PossiblePlaces(use, tuple(accounts), tuple(patterns))

    def _add_others(self, places: PossiblePlaces, days: DailyRequests) -> None:
        use, spans = places.use, days.spans
        requests = self._requests(use, spans)
        by_trail: defaultdict[str, list[FloatArray]] = defaultdict(list)
        is_there = [is_active(pattern.active, spans) for pattern in places.patterns]
        paid = [dict(self._recording.paid(pattern, spans)) for pattern in places.patterns]
        none = np.zeros(len(spans))
        copies = [np.sum([none, *by_name.values()], axis=0) for by_name in paid]
        for trail in dict.fromkeys(name for by_name in paid for name in by_name):
            by_trail[trail] = [by_name.get(trail, none) for by_name in paid]
        for trail, each in by_trail.items():
            row = Row(OTHERS, use.payer, places.account, places.region, trail, places.regions)
            low, high = _ends(each, is_there)
            self._count(row, days, requests * low, requests * high)
        # the ends of a sum are no sums of ends: each trail has its least in another place
        low, high = _ends(copies, is_there)
        total = self._others.setdefault((use.payer, places.regions), self._nothing())
        _into(total, days, requests * low, requests * high)

    def _requests(self, use: OtherUse, spans: Spans) -> FloatArray:
        """Requests of others on each day. [request/day]"""
        # a month's number, spread evenly over its days
        requests = use.requests.mid / spans.month_days
        if use.account is None:
            return requests
        return requests * is_active(self._inventory.active.account[use.account], spans)

    def others_saving(self, after: EventCopies, table: RateTable) -> tuple[float, float]:
        """The saving on copies of others' requests after trails changed: its low and its high end.

        It is compared place by place: to subtract the ends of two ranges would be wrong, for the
        place with the most copies before need not be the one with the most after. Accounts and
        what others request must be the same.
        """
        spans = self._months.each_day(0, self._months.count)
        starts = np.flatnonzero(np.diff(spans.month, prepend=-1))
        rows = []
        for places in self._places:
            use, requests = places.use, self._requests(places.use, spans)
            pairs = {
                (self._pattern(account, region), after._pattern(account, region)): None
                for account in places.accounts
                for region in account.regions
            }
            less = [
                self._recording.copies(old, spans) - after._recording.copies(new, spans)
                for old, new in pairs
            ]
            low, high = _ends(less, [is_active(old.active, spans) for old, _ in pairs])
            ends = np.array([np.add.reduceat(requests * end, starts) for end in (low, high)])
            rows.append((Row(OTHERS, use.payer, "", "", "", places.regions), ends))
        priced = self._price(rows, table)
        return float(priced["cost"].sum()), float(priced["cost_high"].sum())

    def _nothing(self) -> FloatArray:
        return np.zeros((2, self._months.count))

    def _count(self, row: Row, days: DailyRequests, low: FloatArray, high: FloatArray) -> None:
        _into(self._rows.setdefault(row, self._nothing()), days, low, high)

    def charges(self, table: RateTable) -> CopyCharges:
        """The copies with their price.

        Raises
        ------
        RateError
            A Region or month without a rate.
        """
        rows = [(row, ends) for row, ends in self._rows.items() if ends.any()]
        frame = self._price(rows, table)
        totals = [
            (Row(OTHERS, payer, "", "", "", regions), ends)
            for (payer, regions), ends in self._others.items()
            if ends.any()
        ]
        price = price_column(table.currency)
        columns = [price if column.name == "usd_per_unit" else column.name for column in EVENTS]
        others = self._price(totals, table)
        return CopyCharges(
            frame[columns],
            others[["month", "payer", "quantity", "quantity_high", "cost", "cost_high"]],
        )

    def _price(self, rows: list[tuple[Row, FloatArray]], table: RateTable) -> pd.DataFrame:
        # most inventories pay for no copy, and pricing takes as long for none as for a thousand
        if not rows:
            return _no_charges(price_column(table.currency))
        low, high = (
            np.array([ends[end] for _, ends in rows]).reshape(len(rows), self._months.count)
            for end in (0, 1)
        )
        # at least nothing and at most something is a row too; transposed: rows come month by month
        month, place = np.nonzero(np.maximum(low, high).T)
        periods = pd.period_range(self._months.labels[0], periods=self._months.count, freq="M")
        names = [row for row, _ in rows]
        usage = pd.DataFrame(
            {
                "month": periods[month],
                "payer": _texts([row.payer for row in names], place),
                "billed_region": _texts(
                    [_with_a_rate(row.price_regions, table, self._months) for row in names], place
                ),
                "operation": _texts([OPERATION] * len(names), place),
                "quantity": low[place, month],
                "unit": _texts(["event"] * len(names), place),
            }
        )
        # without requests of others: the free copy is left out already, and no pool gives more
        priced = bill(usage, table).charges
        price = priced[price_column(table.currency)]
        return priced.assign(
            billed_account=_texts([row.account for row in names], place),
            billed_region=_texts([row.region for row in names], place),
            trail=_texts([row.trail for row in names], place),
            of=_texts([row.of for row in names], place),
            quantity_high=high[place, month],
            # right only while the meter has one tier: `price` is the mean price of the low end
            cost_high=high[place, month] * price,
        )


def _no_charges(price: str) -> pd.DataFrame:
    """No copies with no price, in the columns of `EVENTS`."""
    empty = {
        "period[M]": pd.PeriodIndex([], freq="M"),
        "category": pd.Categorical([]),
        "float64": np.zeros(0),
    }
    names = {"usd_per_unit": price}
    columns = {names.get(column.name, column.name): empty[column.dtype] for column in EVENTS}
    # texts, as `bill` gives them: text and objects do not join
    columns["rate_from"] = pd.Categorical([], categories=pd.Index([], dtype="str"))
    return pd.DataFrame(columns)


def copy_rates(rates: RateTable) -> RateTable:
    """The rates of copies: those of a table that has CloudTrail's meter too, else the shipped."""
    # a table of one's own may have both services
    has_it = any(OPERATION in meter.operations for meter in rates.meters)
    return rates if has_it else load_cloudtrail_rates()


def copy_notices(charges: CopyCharges, currency: str) -> tuple[str, ...]:
    """The notice that the copies of others' requests are a range, and why."""
    others = charges.others
    low, high = others["cost"].sum(), others["cost_high"].sum()
    if high - low <= SLACK * high:
        return ()
    frame = charges.frame[charges.frame["of"] == OTHERS]
    ranges = frame[frame["cost_high"] - frame["cost"] > SLACK * frame["cost_high"]]
    by_account = ranges["billed_account"].notna().all()
    notice = (
        f"copies of the KMS events of all others cost {currency} {money(low)} to {money(high)} on "
        f"CloudTrail's bill: in which {'' if by_account else 'accounts and '}Regions they are made "
        "is not known, and trails that pay for further copies do not record all of them (totals "
        "have the low end)"
    )
    # an account's number cannot be told apart any further: the inventory has none by Region
    advice = "" if by_account else ". Write other_kms_requests_per_month by account"
    return (f"{notice}{advice}",)


def _ends(each: list[FloatArray], is_there: list[BoolArray]) -> tuple[FloatArray, FloatArray]:
    """On each day the least and the most of all places that are active."""
    values, there = np.array(each), np.array(is_there)
    # a place that is not active then has no copies and is no minimum either
    low = np.where(there, values, np.inf).min(axis=0)
    return np.where(np.isfinite(low), low, 0.0), np.where(there, values, 0.0).max(axis=0)


def _into(ends: FloatArray, days: DailyRequests, low: FloatArray, high: FloatArray) -> None:
    """Add the days to the months of both ends."""
    # days come in order, so that each month is one slice of them
    ends[0, days.months] += np.add.reduceat(low, days.month_starts)
    ends[1, days.months] += np.add.reduceat(high, days.month_starts)


def _with_a_rate(regions: tuple[str, ...], table: RateTable, months: Months) -> str:
    """The first Region that has a rate; the first one where none has."""
    meter = table.meter(OPERATION)
    # in which of these Regions they are made is not known: any rate of theirs serves
    for region in regions:
        try:
            table.rate(meter, region, months.firsts[0])
        except RateError:
            continue
        return region
    return regions[0]


def _texts(values: Iterable[str], rows: IntArray) -> pd.Categorical[str]:
    """A text for each row; one that is empty is not known."""
    # None becomes the code -1, which a frame shows as missing
    codes, texts = pd.factorize(np.array([value or None for value in values], dtype=object))
    codes = codes[rows] if len(codes) else np.zeros(0, dtype=np.int64)
    return pd.Categorical.from_codes(codes, categories=pd.Index(texts, dtype=object))
