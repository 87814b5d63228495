"""Copies of KMS events: each trail that covers a request logs it, and one copy is free."""

from collections import defaultdict
from dataclasses import dataclass

from tests.oracle.activity import Activity
from tests.oracle.estate import Account, Estate, Others, Trail
from tests.oracle.months import Calendar

# DESIGN, F17: further copies of management events
USD_PER_COPY = 2.00 / 100_000

OwnCopies = dict[tuple[str, str, str, str], float]


@dataclass
class OthersCopies:
    """Copies of others' events in a month, by the places where they may be made [event]."""

    low: float = 0.0
    high: float = 0.0


def list_recording_trails(estate: Estate, account: Account, region: str, day: int) -> list[Trail]:
    """
    The trails that record KMS events of an account and Region on a day, the first copy's first.

    AWS does not say whose copy is free: here it is that of the trail that began first.
    """
    if day not in account.period:
        return []
    trails = [
        trail
        for trail in estate.trails
        if day in trail.period
        and estate.covers(trail, account)
        and (trail.regions is None or region in trail.regions)
        and not trail.entry.get("exclude_kms_events")
    ]
    return sorted(trails, key=lambda trail: (trail.period.start, trail.position))


def count_own_copies(estate: Estate, calendar: Calendar, activities: list[Activity]) -> OwnCopies:
    """Paid copies of the inventory's own requests by month, account, Region and trail [event]."""
    logged: dict[tuple[str, str], list[float]] = {}
    for activity in activities:
        if activity.operation == "KeyMonth":
            continue
        # a call on another account's key is logged in both accounts
        for account in {activity.billed_account, activity.key.account}:
            place = account, activity.key.region
            days = logged.setdefault(place, [0.0] * len(calendar.days))
            for index, quantity in enumerate(activity.quantities):
                days[index] += quantity
    copies: OwnCopies = defaultdict(float)
    for (account, region), days in logged.items():
        for month, (first, end) in zip(calendar.months, calendar.spans, strict=True):
            for day in range(first, end):
                events = days[day - calendar.first_day]
                owner = estate.accounts[account]
                for trail in list_recording_trails(estate, owner, region, day)[1:]:
                    copies[month, account, region, trail.name] += events
    return {place: events for place, events in copies.items() if events > 0}


def list_paid_trails_of_others(estate: Estate, who: Others, day: int) -> list[list[str]]:
    """The trails whose copies are paid, in each place where they may request on a day."""
    return [
        [trail.name for trail in list_recording_trails(estate, account, region, day)[1:]]
        for account in estate.accounts.values()
        if (account.payer, account.partition) == (who.payer, who.partition)
        and who.account in (None, account.id)
        and day in account.period
        for region in account.regions
    ]


def count_others_copies(estate: Estate, calendar: Calendar) -> dict[str, OthersCopies]:
    """Paid copies of others' requests by month: the least and the most there may be [event]."""
    copies = {month: OthersCopies() for month in calendar.months}
    for month, (first, end) in zip(calendar.months, calendar.spans, strict=True):
        for day in range(first, end):
            for who, number in estate.others_per_day(day, end - first).items():
                paid = [len(trails) for trails in list_paid_trails_of_others(estate, who, day)]
                copies[month].low += float(number) * min(paid, default=0)
                copies[month].high += float(number) * max(paid, default=0)
    return copies


def count_others_copies_of_trails(
    estate: Estate, calendar: Calendar
) -> dict[tuple[str, str, str], OthersCopies]:
    """
    The same by month, payer and trail: the least and the most that each trail may be paid for.

    These do not add up to the month's: of two trails in different accounts either may record a
    request, never both.
    """
    copies: dict[tuple[str, str, str], OthersCopies] = defaultdict(OthersCopies)
    for month, (first, end) in zip(calendar.months, calendar.spans, strict=True):
        for day in range(first, end):
            for who, number in estate.others_per_day(day, end - first).items():
                places = list_paid_trails_of_others(estate, who, day)
                for name in {name for trails in places for name in trails}:
                    place = copies[month, who.payer, name]
                    place.low += float(number) * all(name in trails for trails in places)
                    place.high += float(number)
    return {place: paid for place, paid in copies.items() if paid.high > 0}
