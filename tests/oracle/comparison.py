"""The calculator's numbers against the product's: every difference as a line of text."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from tests.oracle.billing import interpretations_of
from tests.oracle.bursts import Headroom
from tests.oracle.calculator import Calculation
from tests.oracle.copies import USD_PER_COPY
from tests.oracle.product import GRAIN, index_records, read_records

TOLERANCE = 1e-9

Place = tuple[str, ...]
Index = dict[Place, dict[str, Any]]


def are_close(expected: float, found: Any) -> bool:
    """Equal but for rounding; what is missing in the product is no number."""
    return found is not None and math.isclose(
        expected, float(found), rel_tol=TOLERANCE, abs_tol=TOLERANCE
    )


def compare_values(
    where: str, expected: Mapping[str, float], found: Mapping[str, Any]
) -> Iterator[str]:
    """Each value that differs."""
    for name, value in expected.items():
        if not are_close(value, found.get(name)):
            yield f"{where}: {name} is {found.get(name)!r}, the calculator has {value!r}"


def compare_rows(
    what: str, expected: Mapping[Place, Mapping[str, float]], found: Index
) -> Iterator[str]:
    """Each row that differs; a row of nothing may be there or not."""
    for place in sorted(expected.keys() | found.keys()):
        values, record = expected.get(place, {}), found.get(place, {})
        names = values or next(iter(expected.values()), values)
        wanted = {name: values.get(name, 0.0) for name in names}
        having = {name: record.get(name, None if record else 0.0) for name in names}
        yield from compare_values(f"{what} {' '.join(place)}", wanted, having)
        if not names and record.get("quantity"):
            yield f"{what} {' '.join(place)}: {record['quantity']!r}, the calculator has none"


def compare_charges(calculation: Calculation, forecast: Any) -> Iterator[str]:
    """Every row at full grain, with both interpretations of who pays for writes."""
    chosen, other = interpretations_of(calculation.estate)
    expected = {
        tuple(getattr(grain, name) for name in GRAIN): {
            "quantity": charge.quantity,
            "free": charge.free_if[chosen],
            "billable": charge.quantity - charge.free_if[chosen],
            "cost": charge.cost_if[chosen],
            "cost_other_reading": charge.cost_if[other],
        }
        for grain, charge in calculation.charges.items()
    }
    yield from compare_rows("row", expected, index_records(read_records(forecast.rows), GRAIN))


def compare_totals(calculation: Calculation, forecast: Any) -> Iterator[str]:
    """The totals, of each month and of all."""
    yield from compare_values("totals", calculation.totals, forecast.totals)
    months = index_records(read_records(forecast.monthly), ["month"])
    for month, totals in calculation.monthly.items():
        yield from compare_values(f"month {month}", totals, months.get((month,), {}))


def compare_copies(calculation: Calculation, forecast: Any) -> Iterator[str]:
    """Own copies by account, Region and trail; those of others by payer and trail."""
    records = read_records(forecast.events)
    own = [record for record in records if record.get("of") == "inventory"]
    expected: dict[Place, dict[str, float]] = {
        place: {"quantity": events, "quantity_high": events, "cost": events * USD_PER_COPY}
        for place, events in calculation.own_copies.items()
    }
    places = ["month", "billed_account", "billed_region", "trail"]
    yield from compare_rows("own copies", expected, index_records(own, places))
    # the totals of a month have the exact range of all trails together
    found: Index = defaultdict(lambda: defaultdict(float))
    for record in records:
        if record.get("of") != "inventory":
            for name in ("quantity", "quantity_high", "cost", "cost_high"):
                found[record["month"], record["payer"], record["trail"]][name] += record[name]
    of_others: dict[Place, dict[str, float]] = {
        place: {
            "quantity": copies.low,
            "quantity_high": copies.high,
            "cost": copies.low * USD_PER_COPY,
            "cost_high": copies.high * USD_PER_COPY,
        }
        for place, copies in calculation.others_copies_of_trails.items()
    }
    yield from compare_rows("others' copies", of_others, dict(found))


def compare_headroom(calculation: Calculation, forecast: Any) -> Iterator[str]:
    """Requests per second of each account and Region, and the largest driver's burst."""
    names = ["month", "payer", "billed_account", "billed_region"]
    found = index_records(read_records(forecast.quotas), names)
    expected: dict[Place, dict[str, float]] = {
        place: {
            "requests": headroom.requests,
            "mean_per_second": headroom.mean,
            "burst_per_second": headroom.burst,
            "burst_high_per_second": headroom.burst_high,
            "quota_per_second": headroom.quota,
            "share_mean": headroom.mean / headroom.quota,
            "share_burst": headroom.burst / headroom.quota,
        }
        for place, headroom in calculation.headroom.items()
    }
    # a place without a request in a month may have a row, of zeros but for its quota
    found = {place: record for place, record in found.items() if record["requests"] > 0}
    yield from compare_rows("requests per second of", expected, found)
    for place, headroom in calculation.headroom.items():
        if place in found and not has_largest_burst(headroom, found[place]):
            record = {name: found[place][name] for name in ("driver", "at_once", "seconds")}
            bursts = sorted(headroom.bursts, key=lambda burst: -burst.per_second)
            yield f"largest burst of {' '.join(place)}: {record}, the calculator has {bursts[:2]}"


def has_largest_burst(headroom: Headroom, record: dict[str, Any]) -> bool:
    """True where the product's driver is one of the largest: several may be equal."""
    largest = max(burst.per_second for burst in headroom.bursts)
    return any(
        burst.driver == record["driver"]
        and are_close(burst.at_once, record["at_once"])
        and are_close(burst.seconds, record["seconds"])
        for burst in headroom.bursts
        if are_close(largest, burst.per_second)
    )


def compare_budgets(calculation: Calculation, forecast: Any) -> Iterator[str]:
    """The use of each budget in each month, and whether it is broken."""
    found = index_records(read_records(forecast.budgets), ["budget", "month"])
    expected_uses = calculation.expected.budgets if calculation.budgets else {}
    for place, use in calculation.budgets.items():
        where, record = f"budget {' '.join(place)}", found.get(place)
        if record is None:
            yield f"{where} is missing"
            continue
        expected = {
            "used": use.used,
            "used_other_reading": use.used_other_reading,
            "usd_per_month": use.limit,
            "share": use.used / use.limit,
            "used_expected": expected_uses[place].used,
        }
        yield from compare_values(where, expected, record)
        if bool(record["over"]) != use.over:
            yield f"{where}: over is {record['over']}, the calculator has {use.over}"
        reached = None if math.isnan(record["reached"]) else float(record["reached"])
        highest = use.highest_of(expected_uses[place])
        if reached != highest:
            yield f"{where}: reached is {reached}, the calculator has {highest}"
        if bool(record["over_expected"]) != expected_uses[place].over:
            yield f"{where}: over_expected is {record['over_expected']}, not the calculator's"


def compare_all(calculation: Calculation, forecast: Any, fail_over: str | None) -> list[str]:
    """Every difference, rows first: totals follow from them."""
    differences = [
        *compare_charges(calculation, forecast),
        *compare_totals(calculation, forecast),
        *compare_copies(calculation, forecast),
        *compare_headroom(calculation, forecast),
        *compare_budgets(calculation, forecast),
    ]
    if fail_over is not None:
        differences += compare_gate(calculation.breaks(fail_over), forecast, fail_over)
    return differences


def compare_gate(breaks: bool, forecast: Any, fail_over: str) -> Iterator[str]:
    """A limit is broken by the typical cost or by the expected one."""
    if breaks != (forecast.broken is not None):
        yield f"{fail_over=}: broken is {forecast.broken!r}, the calculator has {breaks}"
