"""Requests per second: the mean of a month, and what may come at once."""

import math
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.oracle.activity import Activity
from tests.oracle.assumptions import read_low_end, read_quantity
from tests.oracle.estate import Estate
from tests.oracle.months import Calendar

SECONDS_OF_DAY = 86_400
FIVE_MINUTES_OF_DAY = 288
HOURS_OF_DAY = 24
# docs/method.md, Requests per second: median and low end [s]
SECONDS = {"put": (60.0, 10.0), "digest": (60.0, 10.0), "check": (1.0, 1.0)}
SECONDS |= {"every-file": (60.0, 10.0), "replication": (60.0, 10.0), "query": (60.0, 10.0)}
SECONDS |= {"fixed": (86_400.0, 86_400.0)}
# readers that get one file after the other: median and high end [request/s]
GETS_PER_SECOND = (20.0, 100.0)

# requests per second on symmetric keys, by DESIGN, F18 [request/s]
QUOTAS = dict.fromkeys(["us-east-1", "us-west-2", "eu-west-1"], 100_000)
QUOTAS |= dict.fromkeys(["us-east-2", "ap-southeast-1", "ap-southeast-2"], 20_000)
QUOTAS |= dict.fromkeys(["ap-northeast-1", "eu-central-1", "eu-west-2"], 20_000)
OTHER_QUOTA = 10_000

Place = tuple[str, str, str, str]
Task = tuple[str, str]


@dataclass(frozen=True)
class Burst:
    """Requests of one driver at once for one cause; `fullest` are those of its fullest day."""

    driver: str
    at_once: float
    seconds: float
    fastest: float
    fullest: float

    @property
    def per_second(self) -> float:
        """Never below the mean of the fullest day."""
        return max(self.at_once / self.seconds, self.fullest / SECONDS_OF_DAY)

    @property
    def high_per_second(self) -> float:
        """The same at its fastest."""
        return max(self.at_once / self.fastest, self.fullest / SECONDS_OF_DAY)


@dataclass
class Headroom:
    """Requests per second of an account and Region in a month."""

    requests: float
    mean: float
    bursts: list[Burst]
    quota: float

    @property
    def burst(self) -> float:
        """Everything at once."""
        return math.fsum(burst.per_second for burst in self.bursts)

    @property
    def burst_high(self) -> float:
        """Everything at once and at its fastest."""
        return math.fsum(burst.high_per_second for burst in self.bursts)


def measure_headroom(
    estate: Estate, calendar: Calendar, activities: list[Activity]
) -> dict[Place, Headroom]:
    """By month, payer, billed account and Region, where there are requests."""
    tasks: dict[Place, dict[Task, dict[str, list[float]]]] = defaultdict(dict)
    for activity in activities:
        if activity.operation == "KeyMonth":
            continue
        account = activity.billed_account
        payer = estate.accounts[account].payer
        for month, quantities in calendar.cut_into_months(activity.quantities):
            place = month, payer, account, activity.key.region
            by_files = tasks[place].setdefault((activity.driver, activity.cause), {})
            days = by_files.setdefault(activity.files, [0.0] * len(quantities))
            for index, quantity in enumerate(quantities):
                days[index] += quantity
    headrooms = {}
    for place, by_task in tasks.items():
        bursts = [
            make_burst(estate, task, by_files)
            for task, by_files in by_task.items()
            if any(map(any, by_files.values()))
        ]
        requests = math.fsum(
            quantity
            for by_files in by_task.values()
            for days in by_files.values()
            for quantity in days
        )
        if requests > 0:
            length = len(next(iter(next(iter(by_task.values())).values())))
            mean = requests / (length * SECONDS_OF_DAY)
            quota = QUOTAS.get(place[3], OTHER_QUOTA)
            headrooms[place] = Headroom(requests, mean, bursts, quota)
    return headrooms


def make_burst(estate: Estate, task: Task, by_files: dict[str, list[float]]) -> Burst:
    """The burst of a driver's cause, of its requests by day."""
    driver, cause = task
    days = [math.fsum(parts) for parts in zip(*by_files.values(), strict=True)]
    fullest = max(days)
    if cause in ("get", "replication"):
        entry = next(r.entry for r in estate.readers if r.name == driver)
        at_once = find_reader_at_once(entry, by_files, days)
        kind = entry["kind"]
    else:
        entry = next(t.entry for t in estate.trails if t.name == driver)
        at_once = {
            "put": fullest / FIVE_MINUTES_OF_DAY,
            "digest": fullest / HOURS_OF_DAY,
            "check": 1.0,
        }[cause]
        kind = cause
    # the seconds of a check are no assumption: it is one request
    own = None if cause == "check" else entry.get("burst_seconds")
    if own is not None:
        seconds, fastest = float(read_quantity(own)), float(read_low_end(own))
    elif kind in SECONDS:
        seconds, fastest = SECONDS[kind]
    else:
        # quotas are per second, so a burst takes one or more: as burst_seconds in the schema
        seconds, fastest = (max(at_once / pace, 1.0) for pace in GETS_PER_SECOND)
    return Burst(driver, at_once, seconds, fastest, fullest)


def find_reader_at_once(
    entry: dict[str, Any], by_files: dict[str, list[float]], days: list[float]
) -> float:
    """The most that a reader asks at once on any day of a month."""
    month = Fraction(len(days))
    if entry["kind"] == "every-file":
        return max(days) / FIVE_MINUTES_OF_DAY
    if entry["kind"] == "replication":
        none = [0.0] * len(days)
        logs, digests = by_files.get("logs", none), by_files.get("digests", none)
        return max(
            log / FIVE_MINUTES_OF_DAY + digest / HOURS_OF_DAY
            for log, digest in zip(logs, digests, strict=True)
        )
    if entry["kind"] == "query":
        return max(days) / float(read_quantity(entry["queries_per_month"]) / month)
    if entry["kind"] == "validate":
        return max(days) / float(read_quantity(entry["runs_per_month"]) / month)
    return max(days)  # fixed: a day's; once: all
