"""Weeks of CloudTrail's KMS events with known daily counts, written as log files.

All events of a day lie in one file of the key's account and Region, where CloudTrail records them.
An event of another service in each hour stands for the hours that are covered.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.acceptance.measure import packing
from tests.acceptance.measure.events import (
    Caller,
    Key,
    Record,
    Trail,
    cloudtrail,
    plain,
    request,
    role,
    token,
)
from tests.acceptance.measure.logs import save

OWNER, PROD, QUIET = "111122223333", "222222222222", "333333333333"
HOME, FAR = "us-east-1", "eu-west-1"
KEY = Key(OWNER, HOME)
TRAIL = Trail("org", OWNER, HOME, KEY, organization="o-abcd012345")
OCTOBER = dt.date(2026, 10, 1)
SIEM = role(OWNER, "siem", issuer=False)

Stream = tuple[str, str]  # account, Region
Daily = Callable[[int], int] | int  # requests on the n-th day


def on(daily: Daily, day: int) -> int:
    return daily if isinstance(daily, int) else daily(day)


@dataclass
class History:
    """Events of each day from the first on."""

    days: int
    puts: Mapping[Stream, Daily] = field(default_factory=dict)
    gets: Sequence[tuple[Caller, Stream, Daily]] = ()
    checks: Daily = 0
    others: Daily = 0
    first: dt.date = OCTOBER
    trail: Trail = TRAIL
    hours: range = range(24)  # covered, of each day
    missing: frozenset[int] = frozenset()  # days without a file
    seed: int = 0

    def write(self, folder: Path) -> Path:
        """The log files; returns the folder."""
        key = self.trail.key
        rng = random.Random(self.seed)  # noqa: S311  no secrets here
        for day in range(self.days):
            if day not in self.missing:
                date = self.first + dt.timedelta(days=day)
                start = dt.datetime.combine(date, dt.time(), dt.UTC)
                events = list(self.events(rng, day, start))
                end = start + dt.timedelta(hours=self.hours[-1], minutes=55)
                name = self.trail.file(key.account, key.region, end, token(rng))
                save(folder / name, packing.gz(packing.log_file(events), 1))
        return folder

    def events(self, rng: random.Random, day: int, start: dt.datetime) -> Iterable[Record]:
        key = self.trail.key

        def moment() -> dt.datetime:
            hour = rng.choice(self.hours)
            return start + dt.timedelta(hours=hour, seconds=rng.randrange(3600))

        def record(operation: str, cause: str, caller: Caller, stream: Stream) -> Record:
            at = moment()
            name = None
            if not self.trail.bucket_key:
                name = self.trail.file(*stream, at, token(rng))
            return request(
                rng, at, operation, cause, caller, key=key, recipient=key.account,
                trail=self.trail, context=self.trail.context(name), log=(*stream, "CloudTrail"),
            ).record  # fmt: skip

        for hour in self.hours:
            at = start + dt.timedelta(hours=hour)
            yield plain(rng, at, "sts.amazonaws.com", "GetCallerIdentity", key.region, key.account)
        for stream, daily in self.puts.items():
            for _ in range(on(daily, day)):
                yield record("GenerateDataKey", "put", cloudtrail(), stream)
        for caller, stream, daily in self.gets:
            for _ in range(on(daily, day)):
                yield record("Decrypt", "get", caller, stream)
        folder = self.trail.context(f"{self.trail.root}{self.trail.account}/")
        for _ in range(on(self.checks, day)):
            yield request(
                rng, moment(), "GenerateDataKey", "check", cloudtrail(), key=key,
                recipient=key.account, trail=self.trail, context=folder,
            ).record  # fmt: skip
        for _ in range(on(self.others, day)):
            yield request(
                rng, moment(), "Decrypt", "other", role(key.account, "app"), key=key,
                recipient=key.account,
            ).record  # fmt: skip


def steady(mean: float, seed: str) -> Daily:
    """Poisson counts around a mean, the same on each call for a day."""

    def count(day: int) -> int:
        rng = random.Random(f"{seed} {day}")  # noqa: S311  no secrets here
        arrivals, at = -1, 0.0
        while at < mean:  # arrivals of rate 1 until time `mean`
            arrivals, at = arrivals + 1, at + rng.expovariate(1)
        return max(arrivals, 0)

    return count


def inventory(readers: str = "", trail: str = "", top: str = "", accounts: str = "") -> str:
    """An inventory as a person writes it: comments, blank lines, their own quotes and spacing."""
    return f"""\
# Our organization. Ask Mo before you change anything here.
version: 1      # of the format
payer: '{OWNER}'
{top}
regions:   [{HOME}, {FAR}]   # where we are

accounts:
  # the first one pays
  - {{id: "{OWNER}", name: management}}   # never moves
  - id: "{PROD}"
    name: prod      # busy
  - {{id:   '{QUIET}', name: quiet}}
{accounts}
keys:
  - {{id: logs, account: "{OWNER}", region: {HOME}, arn: "{KEY.arn}"}}  # since ever

trails:
  - name: org   # the one trail
    account: "{OWNER}"
    scope: organization
    regions: all
    key: logs
    bucket: {{name: example-logs, region: {HOME}, retention_days: 3650}}   # ten years
{trail}
# who reads
{readers}
# the end
"""
