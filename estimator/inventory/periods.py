"""When each account, key, trail and reader is active: the one home of the rule.

What belongs to an account ends with it, since its `until` ends what is billed there. What is
said to begin only then was not ended by it: its own days hold, and a notice says so.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from estimator.inventory.sections import Key, Reader, Trail
from estimator.months import ALWAYS, NEVER, Period, ordinal


def period_of(start: datetime.date | None, until: datetime.date | None) -> Period:
    """The period between two days, either of which may be missing."""
    return Period(ordinal(start, ALWAYS), ordinal(until, NEVER))


class ActivePeriods:
    """The active periods of an inventory, by id or name."""

    def __init__(
        self,
        accounts: dict[str, Period],
        keys: Iterable[Key],
        trails: Iterable[Trail],
        readers: Iterable[Reader],
    ) -> None:
        self.account = accounts

        def within(account: str, period: Period) -> Period:
            # only the end: an account that joined an organization late may have had keys before
            end = accounts[account].end
            return period if period.start >= end else period & Period(ALWAYS, end)

        self.key = {
            key.id: within(key.account, period_of(key.first_day, key.until)) for key in keys
        }
        self.trail: dict[str, Period] = {}
        self.writing: dict[str, Period] = {}
        for trail in trails:
            period = within(trail.account, period_of(trail.start, trail.until))
            self.trail[trail.name] = period
            if trail.key is not None:
                self.writing[trail.name] = period & self.key[trail.key]
        self.reader = {
            reader.name: within(reader.account, period_of(reader.start, reader.until))
            for reader in readers
        }
