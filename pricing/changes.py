"""What two rate tables say differently."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pricing.meters import Meter, Version
from pricing.rates import RateTable
from pricing.regions import in_order, regions

BIG = 0.5  # a rate that moved by more than this share is pointed out


@dataclass(frozen=True)
class RateChange:
    """One rate, or one free quantity, that two tables give differently.

    Attributes
    ----------
    meter, what, region : str
        The meter; ``rate`` or ``free``; the Region's code, nothing for a free quantity.
    unit, per : str, float
        What a rate is for so many of. [unit]
    beyond, up_to : float, float or None
        Bounds of the tier: 0 for the first one, None for the last or only one. [unit/month]
    before, after : float or None
        The rate in either table, None where it has none. [currency per `per` units]; the free
        quantity. [unit/month]
    change : float or None
        How far it moved, as a share of `before`; None where one of both is missing or 0. [-]
    """

    meter: str
    what: str
    region: str
    unit: str
    per: float
    beyond: float
    up_to: float | None
    before: float | None
    after: float | None

    @property
    def change(self) -> float | None:
        """`after` over `before`, less 1. [-]"""
        if self.before is None or self.after is None or not self.before:
            return None
        return self.after / self.before - 1

    @property
    def tier(self) -> str:
        """The bounds of the tier in words, nothing where the rate has no other."""
        if self.up_to is None:
            return f"beyond {_figure(self.beyond)}" if self.beyond else ""
        return f"{_figure(self.beyond) if self.beyond else 'up'} to {_figure(self.up_to)}"

    def describe(self, currency: str, more: int = 0) -> str:
        """The change in words; `more` Regions say the same."""
        if self.what == "free":
            figures = f"free quantity from {_figure(self.before)} to {_figure(self.after)}"
            return f"{self.meter}: {figures} {self.unit}s a month"
        tier = f" {self.tier}" if self.tier else ""
        per = "" if self.per == 1 else f"{_figure(self.per)} "
        others = f" and {more} more Region{'s' * (more != 1)}" if more else ""
        figures = f"{currency} {_figure(self.before)} to {_figure(self.after)} / {per}{self.unit}"
        return f"{self.meter} in {self.region}{others}{tier}: {figures}{'s' * (self.per != 1)}"

    @property
    def is_big(self) -> bool:
        """True for more than half, from 0 too; a rate that is new or gone did not move."""
        if self.before is None or self.after is None:
            return False
        # exactly half is no big move, whatever the last bits say
        return abs(self.after - self.before) > (BIG + 1e-12) * abs(self.before)


def changes(a: RateTable, b: RateTable, on: datetime.date | None = None) -> tuple[RateChange, ...]:
    """Everything that `b` says otherwise than `a`, on a day or in the newest version of each.

    Rates are compared tier by tier: where their bounds differ, at every bound of either.
    """
    names = dict.fromkeys(meter.name for table in (a, b) for meter in table.meters)
    found: list[RateChange] = []
    for name in names:
        before, after = _meter(a, name), _meter(b, name)
        known = before or after
        if known is not None:
            old, new = _version(before, on), _version(after, on)
            found += _free(known, old, new)
            # rates of another `per` are for the same thing: to that of `a`
            scale = known.per / after.per if after is not None else 1.0
            found += _rates(known, old, new, scale)
    return tuple(found)


def group_changes(
    all_changes: Iterable[RateChange],
) -> tuple[tuple[RateChange, tuple[str, ...]], ...]:
    """The same change in several Regions once, with their codes."""
    groups: dict[RateChange, list[str]] = {}
    for change in all_changes:
        groups.setdefault(dataclasses.replace(change, region=""), []).append(change.region)
    return tuple(
        (dataclasses.replace(change, region=codes[0]), tuple(codes))
        for change, codes in groups.items()
    )


def big_moves(all_changes: Iterable[RateChange], currency: str) -> tuple[str, ...]:
    """Rates that both tables have and that are more than half apart, in words."""
    return tuple(
        change.describe(currency, len(codes) - 1)
        for change, codes in group_changes(change for change in all_changes if change.is_big)
    )


def _meter(table: RateTable, name: str) -> Meter | None:
    return next((meter for meter in table.meters if meter.name == name), None)


def _version(meter: Meter | None, on: datetime.date | None) -> Version | None:
    if meter is None:
        return None
    return meter.versions[-1] if on is None else meter.in_force(on)


def _free(meter: Meter, old: Version | None, new: Version | None) -> Iterator[RateChange]:
    if old is None or new is None:
        return  # the rates say that it is gone, or new
    before = old.free.quantity if old.free else 0.0
    after = new.free.quantity if new.free else 0.0
    if before != after:
        yield RateChange(meter.name, "free", "", meter.unit, meter.per, 0.0, None, before, after)


def _rates(
    meter: Meter, old: Version | None, new: Version | None, scale: float
) -> Iterator[RateChange]:
    both = [
        code for version in (old, new) if version for rate in version.rates for code in rate.regions
    ]
    for region in in_order([*regions(), *both]):
        before, after = _steps(old, region), _steps(new, region, scale)
        bounds = sorted({bound for bound, _ in (*before, *after)})
        for beyond, bound in itertools.pairwise([0.0, *bounds]):
            old_price, new_price = _price_at(before, bound), _price_at(after, bound)
            # a rate that was scaled to another `per` may differ in its last bits
            same = old_price == new_price or (
                old_price is not None
                and new_price is not None
                and math.isclose(old_price, new_price, rel_tol=1e-12)
            )
            if not same:
                up_to = None if math.isinf(bound) else bound
                yield RateChange(
                    meter.name,
                    "rate",
                    region,
                    meter.unit,
                    meter.per,
                    beyond,
                    up_to,
                    old_price,
                    new_price,
                )


def _steps(
    version: Version | None, region: str, scale: float = 1.0
) -> tuple[tuple[float, float], ...]:
    rate = version.rate(region) if version else None
    return tuple((bound, price * scale) for bound, price in rate.steps) if rate else ()


def _price_at(steps: tuple[tuple[float, float], ...], bound: float) -> float | None:
    """The price of the tier that ends at a bound or goes beyond it."""
    return next((price for upper, price in steps if upper >= bound), None)


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:,.10g}"
