"""How something ends with the first month, or does not begin: as settings of its own days."""

from __future__ import annotations

from estimator.advice.proposal import Setting, place
from estimator.inventory.sections import ActiveItem, Key
from estimator.months import Months, Period


def is_inside(period: Period, other: Period) -> bool:
    """Whether all days of a period are among those of another one."""
    return period & other == period


def ended(
    section: str, name: str, item: ActiveItem, active: Period, months: Months
) -> tuple[Setting, ...]:
    """What ends an item with the first day of the months, or puts it off until after them.

    Nothing where it is not active in them. What a trail has written until then can still be read.

    Parameters
    ----------
    active : Period
        When the item is active, as `Inventory.active` has it.
    """
    if not active.meets(months):
        return ()
    first, last = months.firsts[0], months.firsts[-1]
    rotations = item.rotations if isinstance(item, Key) else ()
    if active.start < first.toordinal():
        settings: list[Setting] = [(place(section, name, "until"), first)]
        staying = [day for day in rotations if day < first]
    else:
        begin = "created" if isinstance(item, Key) and item.created else "from"
        settings = [(place(section, name, begin), last)]
        settings += [(place(section, name, "until"), None)] if item.until else []
        staying = []
    if len(staying) < len(rotations):
        settings.append((place(section, name, "rotations"), staying))
    return tuple(settings)
