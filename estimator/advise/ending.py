"""How something ends with the first month, or does not begin: as settings of its own days."""

from __future__ import annotations

import datetime

from estimator.advise.proposal import Setting, place
from estimator.inventory.sections import Key, Living
from estimator.months import Months

Span = tuple[datetime.date, datetime.date]


def born_on(item: Living) -> datetime.date | None:
    """The first day of an item; None where it exists all along."""
    return item.born if isinstance(item, Key) else item.start


def life_in(months: Months, *items: Living | None) -> Span | None:
    """The days of the months on which all of these live; None where there are none.

    `until` is the day after the last one.
    """
    first, last = months.firsts[0], months.firsts[-1]
    for item in items:
        if item is not None:
            first = max(first, born_on(item) or first)
            last = min(last, item.until or last)
    return (first, last) if first < last else None


def is_inside(one: Span, other: Span) -> bool:
    """Whether these days are all among the others."""
    return other[0] <= one[0] and one[1] <= other[1]


def ended(section: str, name: str, item: Living, months: Months) -> tuple[Setting, ...]:
    """What ends an item with the first day of the months, or puts it off until after them.

    Nothing where it does not live in them. What a trail has written until then can still be read.
    """
    if life_in(months, item) is None:
        return ()
    first, last = months.firsts[0], months.firsts[-1]
    born = born_on(item)
    rotations = item.rotations if isinstance(item, Key) else ()
    if born is None or born < first:
        settings: list[Setting] = [(place(section, name, "until"), first)]
        kept = [day for day in rotations if day < first]
    else:
        begin = "created" if isinstance(item, Key) and item.created else "from"
        settings = [(place(section, name, begin), last)]
        settings += [(place(section, name, "until"), None)] if item.until else []
        kept = []
    if len(kept) < len(rotations):
        settings.append((place(section, name, "rotations"), kept))
    return tuple(settings)
