"""What logs say of keys: requests, the last use, what is under each, and since when they tell."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass, field

import pandas as pd

from estimator.advice.key_ledger.records import Evidence, KeyUse
from estimator.measurement.result import Actuals
from estimator.reconciliation.sides import place_of
from pricing.request_meters import OF_ANY_KEY

_ENOUGH = 0.9  # of the hours of the days without use

Place = tuple[str, str]


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


class LoggedKeys:
    """The keys of logs by their ARN, and the days of which the logs know all uses of a key."""

    def __init__(self, actuals: Actuals | None) -> None:
        self.keys: defaultdict[str, LoggedKey] = defaultdict(LoggedKey)
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

    @property
    def newest(self) -> datetime.date | None:
        """The newest day of any request."""
        return max((last for _, last in self._seen.values()), default=None)

    def evidence(self, account: str, region: str) -> Evidence | None:
        """The last days of the logs of a key's account and Region that are covered enough.

        A trail that excludes KMS events has hours, and tells nothing of keys: only days between the
        first and the last request to KMS there count.
        """
        place = (account, region)
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
