"""The last use of each key, and since when all uses are known: by logs, and by AWS's responses.

Source: KMS API Reference, GetKeyLastUsage (F26).
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass, field

import pandas as pd

from estimator.discovery.estate import Estate, Resource
from estimator.measurement.result import Actuals
from pricing.arns import place_of
from pricing.request_meters import OF_ANY_KEY

_ENOUGH = 0.9  # of the hours of the days without use

Place = tuple[str, str]


@dataclass(frozen=True)
class KeyUse:
    """A use of a key.

    Attributes
    ----------
    day : date
    operation, caller, source : str
        What was asked, by whom (empty where nobody says), and who tells it.
    """

    day: datetime.date
    operation: str
    caller: str
    source: str


@dataclass(frozen=True)
class Evidence:
    """Days of which a source knows all uses of a key: from `start` to `end`, both included."""

    start: datetime.date
    end: datetime.date
    source: str

    def days_without(self, use: KeyUse | None) -> int:
        """The days at the end of it in which the key was not used. [day]"""
        start = self.start if use is None else max(self.start, use.day + datetime.timedelta(1))
        return max((self.end - start).days + 1, 0)


@dataclass
class LoggedKey:
    """What logs say of a key.

    Attributes
    ----------
    requests : float
        [request]
    last_use : KeyUse or None
        Of cryptographic operations (F26).
    resources : dict
        What its requests name, the most requested first.
    """

    requests: float = 0.0
    last_use: KeyUse | None = None
    resources: dict[str, None] = field(default_factory=dict)


class LastUses:
    """The uses of keys that anybody knows: by logs, and by AWS's responses.

    Attributes
    ----------
    keys : mapping
        What logs say of a key, by its ARN.
    """

    def __init__(self, actuals: Actuals | None, estate: Estate) -> None:
        self.keys: defaultdict[str, LoggedKey] = defaultdict(LoggedKey)
        self._answered = _newest_day(estate)
        self._seen: dict[Place, tuple[datetime.date, datetime.date]] = {}
        self._hours = actuals.coverage.hours if actuals is not None else {}
        if actuals is not None:
            self._read(actuals.measured)

    def _read(self, frame: pd.DataFrame) -> None:
        names = ["day", "key", "operation", "caller", "resource", "quantity"]
        rows = frame.loc[:, names].astype({"key": str}).sort_values("quantity", ascending=False)
        for day, arn, operation, caller, resource, quantity in rows.itertuples(index=False):
            if not arn:
                continue
            key = self.keys[arn]
            key.requests += quantity
            if resource:
                key.resources.setdefault(str(resource))
            if pd.isna(day):
                continue
            date, place = day.to_timestamp().date(), place_of(arn)
            first, last = self._seen.get(place, (date, date))
            self._seen[place] = min(first, date), max(last, date)
            # managing a key is no use of it: AWS's last usage knows cryptographic operations alone
            if str(operation) in OF_ANY_KEY:
                continue
            # of one day the caller with the most requests
            if key.last_use is None or date > key.last_use.day:
                key.last_use = KeyUse(date, str(operation), str(caller), "logs")

    def of_key(
        self, resource: Resource, logged: LoggedKey, place: Place
    ) -> tuple[KeyUse | None, tuple[Evidence, ...]]:
        """The last use that anybody knows, and the days of which all uses are known."""
        uses, evidence = [], []
        if logged.last_use is not None:
            uses.append(logged.last_use)
        found = self._in_logs(place)
        if found is not None:
            evidence.append(found)
        since, usage = resource.value("tracked_since"), resource.fact("last_use")
        if since is not None and usage is not None and self._answered is not None:
            if usage.value is not None:
                operation = resource.value("last_operation") or ""
                event = resource.value("last_event")
                source = "get-key-last-usage" + (f", event {event}" if event else "")
                uses.append(KeyUse(usage.value, operation, "", source))
            # nobody knows when the answer was saved: not before the newest day in any of them
            evidence.append(Evidence(since, max(self._answered, since), "get-key-last-usage"))
        return max(uses, key=lambda use: use.day, default=None), tuple(evidence)

    def _in_logs(self, place: Place) -> Evidence | None:
        """The last days of the logs of a key's account and Region that are covered enough.

        A trail that excludes KMS events has hours, and tells nothing of keys: only days between the
        first and the last request to KMS there count.
        """
        if place not in self._seen:
            return None
        first, last = self._seen[place]
        days = {
            day: mask for day, mask in self._hours.get(place, {}).items() if first <= day <= last
        }
        found, hours = None, 0
        for back in range((last - first).days + 1):
            day = last - datetime.timedelta(back)
            hours += days.get(day, 0).bit_count()
            if hours >= _ENOUGH * 24 * (back + 1):
                found = Evidence(day, last, "logs")
        return found

    def days_since(self, last: KeyUse, evidence: tuple[Evidence, ...]) -> int:
        """The days from a use to the newest day that is known of anything. [day]"""
        logged = (newest for _, newest in self._seen.values())
        days = (last.day, self._answered, *logged, *(each.end for each in evidence))
        return (max(day for day in days if day is not None) - last.day).days


def _newest_day(estate: Estate) -> datetime.date | None:
    """The newest day that any of AWS's responses about keys mentions: they are no older."""
    names = ("created", "tracked_since", "last_use")
    days = [resource.value(name) for resource in estate.keys.values() for name in names]
    return max((day for day in days if isinstance(day, datetime.date)), default=None)
