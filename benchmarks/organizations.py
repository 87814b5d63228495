"""Organizations whose truth is known: what they write day by day, and an inventory that guesses.

Rates differ between accounts, Regions are busy or quiet, counts are overdispersed, weeks have a
rhythm, and a reader that nobody has written down begins in the middle of the window.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimator.measurement.coverage import WHOLE_DAY, Coverage
from estimator.measurement.result import Actuals

PAYER = "100000000000"
KEY = f"arn:aws:kms:us-east-1:{PAYER}:key/0a1b2c3d-1111-2222-3333-444455556666"
TRAIL = f"arn:aws:cloudtrail:us-east-1:{PAYER}:trail/org"
REGIONS = (
    "us-east-1",
    "eu-west-1",
    "us-west-2",
    "eu-central-1",
    "ap-southeast-2",
    "sa-east-1",
    "ca-central-1",
    "eu-north-1",
)
SIZES = {"small": (3, 4), "medium": (40, 6), "large": (300, 8)}
SIEM, LATE = f"arn:aws:iam::{PAYER}:role/siem", f"arn:aws:iam::{PAYER}:role/hunting"


@dataclass(frozen=True, eq=False)
class Organization:
    """A history and the month after it.

    Attributes
    ----------
    accounts : tuple of str
    regions : tuple of str
    first : date
        First day of the history.
    puts : array
        Log files, a row a stream (accounts x Regions), a column a day; the month comes last.
    siem, late : array
        Gets a day of the two readers.
    siem_by, late_by : array
        The same by stream: as `puts`.
    history : int
        Days before the month. [day]
    young : dict
        Accounts (positions) that began a few days before the month, and when: little data.
    """

    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    first: datetime.date
    puts: np.ndarray
    siem: np.ndarray
    late: np.ndarray
    history: int
    young: dict[int, datetime.date]

    @property
    def month(self) -> str:
        """The month that nobody has seen yet."""
        return f"{self.first + datetime.timedelta(days=self.history):%Y-%m}"

    @property
    def inventory(self) -> str:
        """The inventory of somebody who never measured: 288 everywhere, one reader."""
        accounts = "".join(
            f'  - {{id: "{account}"{f", from: {self.young[n]}" if n in self.young else ""}}}\n'
            for n, account in enumerate(self.accounts)
        )
        return (
            f'version: 1\npayer: "{PAYER}"\nregions: [{", ".join(self.regions)}]\n'
            f"accounts:\n{accounts}"
            f'keys:\n  - {{id: logs, account: "{PAYER}", region: us-east-1, arn: "{KEY}"}}\n'
            f'trails:\n  - name: org\n    account: "{PAYER}"\n    key: logs\n'
            f'readers:\n  - {{name: siem, kind: every-file, account: "{PAYER}"}}\n'
        )

    def actuals(self, days: int | None = None) -> Actuals:
        """Return what `measure cloudtrail` would count in the first days (default: the history)."""
        days = self.history if days is None else days
        blocks = [("put", "GenerateDataKey", "", self.puts[:, :days])]
        blocks += [("get", "Decrypt", SIEM, self.siem[:, :days])]
        blocks += [("get", "Decrypt", LATE, self.late[:, :days])]
        frames = [self._rows(*block) for block in blocks]
        measured = pd.concat(frames, ignore_index=True)
        for name in ("cause", "operation", "reader", "driver"):
            measured[name] = measured[name].astype("category")
        hours = {self.first + datetime.timedelta(days=n): WHOLE_DAY for n in range(days)}
        return Actuals(
            source="cloudtrail",
            all_rows=measured,
            files=1,
            records=len(measured),
            coverage=Coverage({(PAYER, "us-east-1"): hours}),
        )

    def _rows(self, cause: str, operation: str, reader: str, counts: np.ndarray) -> pd.DataFrame:
        stream, day = np.nonzero(counts)
        width, size = len(self.regions), len(stream)
        first = pd.Period(self.first, freq="D").ordinal
        days = pd.PeriodIndex.from_ordinals(first + day, freq="D")
        return pd.DataFrame(
            {
                "day": days,
                "account": pd.Categorical.from_codes(stream // width, list(self.accounts)),
                "region": pd.Categorical.from_codes(stream % width, list(self.regions)),
                "billed_account": pd.Categorical([PAYER] * size),
                "billed_region": pd.Categorical(["us-east-1"] * size),
                "key": pd.Categorical([KEY] * size),
                "trail": pd.Categorical([TRAIL] * size),
                "reader": reader,
                "driver": reader or TRAIL,
                "bucket_key": False,
                "cause": cause,
                "operation": operation,
                "quantity": counts[stream, day].astype(np.float64),
                "unit": pd.Categorical(["request"] * size),
                "source": pd.Categorical(["cloudtrail"] * size),
                "coverage": 1.0,
            }
        )

    @property
    def truth(self) -> np.ndarray:
        """Puts of the month, a stream each. [request]"""
        return self.puts[:, self.history :].sum(axis=1)

    @property
    def requests(self) -> float:
        """All requests of the month. [request]"""
        months = (self.puts, self.siem, self.late)
        return float(sum(puts[:, self.history :].sum() for puts in months))

    @property
    def cost(self) -> float:
        """Of the month: one key, 20,000 requests free, USD 0.03 per 10,000 of the rest. [USD]"""
        return 1.0 + max(self.requests - 20_000, 0.0) * 0.03 / 10_000


def make(size: str, history: int, rng: np.random.Generator, together: float = 0.0) -> Organization:
    """An organization with `history` days behind it, and a month of 2026 or 2027 before it.

    Where `together` is more than 0 all streams move alike from week to week, by that log deviation.
    """
    count, width = SIZES[size]
    number = int(rng.integers(2026 * 12, 2028 * 12))
    begin, end = (datetime.date(n // 12, n % 12 + 1, 1) for n in (number, number + 1))
    days = history + (end - begin).days
    first = begin - datetime.timedelta(days=history)
    weekday = (first.weekday() + np.arange(days)) % 7
    busy = np.arange(width) < (1 if width < 6 else 2)
    is_busy = np.tile(busy, count)
    streams = count * width

    # accounts differ by more than a factor of ten in busy Regions; quiet ones write next to nothing
    level = np.where(
        is_busy,
        np.minimum(150 * np.exp(rng.normal(0, 0.9, streams)), 3_000),
        rng.gamma(0.6, 2.0, streams),
    )
    weekend = rng.uniform(0.6, 1.0)
    rhythm = np.where(weekday >= 5, weekend, 1.0)
    rhythm = np.where(is_busy[:, None], rhythm / rhythm.mean(), 1.0)
    # a week of its own for each stream, so that days are not independent
    week = np.arange(days) // 7
    weeks = np.exp(rng.normal(0, 0.04, (streams, week[-1] + 1)))[:, week]
    spread = np.where(is_busy, rng.uniform(0.01, 0.12, streams), 0.4)  # negative binomial
    if together:
        weeks = weeks * np.exp(rng.normal(0, together, week[-1] + 1))[week]
    rate = level[:, None] * rhythm * weeks
    gamma = rng.gamma(1 / spread[:, None], spread[:, None], (streams, days))
    puts = rng.poisson(rate * gamma).astype(np.float64)
    born = {
        int(n): int(history - rng.integers(1, 5))
        for n in np.flatnonzero(rng.random(count) < 0.1)
        if n
    }
    for n, day in born.items():
        puts[n * width : (n + 1) * width, :day] = 0.0

    retried = rng.uniform(0.98, 1.3) * np.exp(rng.normal(0, 0.03, days))
    siem = rng.poisson(puts * retried).astype(np.float64)
    begins = rng.integers(history // 3, history // 2 + 1)
    late = np.where(np.arange(days) >= begins, 1.0, 0.0) * puts
    if rng.random() < 0.5:  # a scan of its own instead of every file
        scan = rng.gamma(10, 0.1, days) * puts.sum() / days * 0.4
        share = rng.dirichlet(np.full(streams, 0.5))
        late = rng.poisson(np.where(np.arange(days) >= begins, scan, 0.0) * share[:, None])
    return Organization(
        accounts=tuple(f"{100_000_000_000 + n}" for n in range(count)),
        regions=REGIONS[:width],
        first=first,
        puts=puts,
        siem=siem,
        late=late.astype(np.float64),
        history=history,
        young={n: first + datetime.timedelta(days=day) for n, day in born.items()},
    )
