"""The cases worked out by hand: the calculator gives their values, and so does the product."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.oracle.calculator import Calculation
from tests.oracle.product import read_records, run_product

CASES = Path(__file__).parents[2].parent / "shared" / "cases" / "numbers"

needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="no cases beside the checkout")

Document = dict[str, Any]


def leave_unchanged(document: Document) -> None:
    """The inventory as it is."""


def turn_bucket_key_on(document: Document) -> None:
    document["trails"][0]["bucket"] = {"bucket_key": True}


def let_others_request_five(document: Document) -> None:
    document["other_kms_requests_per_month"] = 5


@dataclass(frozen=True)
class Case:
    """A command of the table of cases and its right values, by the names of `measure_...`."""

    file: str
    start: str
    months: int
    right: dict[str, float]
    change: Callable[[Document], None] = field(default=leave_unchanged)

    def __str__(self) -> str:
        return f"{self.file}-{self.start}-{self.change.__name__}"


# growthq.yaml: 10,000 files a day that double in a year; what a query of 2027-11 meets was put in
# the twelve months from 2026-11 on, and t days of November at 20,000 instead of 10,000
DAYS_FROM_NOVEMBER = (30, 31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31)
FILES_OF_TWELVE_MONTHS = sum(
    days * 10_000 * 2 ** (month / 12) for month, days in enumerate(DAYS_FROM_NOVEMBER)
)

TABLE = [
    Case("crash.yaml", "2026-11", 2, {"requests": 7_776, "cost_usd": 27 / 31}),
    Case(
        "crash.yaml",
        "2026-11",
        2,
        {"requests": 7_776, "cost_usd": 27 / 31},
        let_others_request_five,
    ),
    Case(
        "turnon.yaml",
        "2026-12",
        6,
        {"requests": 173_952, "billable": 73_952, "cost_usd": 5 + 73_952 * 0.000003},
    ),
    Case(
        "turnon.yaml",
        "2026-12",
        6,
        {"requests": 1_739.52, "billable": 0, "cost_usd": 5},
        turn_bucket_key_on,
    ),
    Case(
        "big.yaml",
        "2026-11",
        1,
        {"requests": 15_000_008_640, "cost_usd": 14_999_988_640 * 0.000003 + 1},
    ),
    Case(
        "big100.yaml",
        "2026-11",
        1,
        {
            "requests": 1_500_000_008_640,
            "billable": 1_499_999_988_640,
            "cost_usd": 1_499_999_988_640 * 0.000003 + 1,
        },
    ),
    Case(
        "fixed_gap.yaml",
        "2026-11",
        1,
        {"get": 4_000_000, "put": 864, "cost_usd": (4_000_864 - 20_000) * 0.000003 + 1},
    ),
    # a key made after its account had ended was not ended by it: 7 days of October, and November
    Case(
        "fixed_never_alive.yaml",
        "2020-10",
        2,
        {"get": 0, "requests": 0, "key": 7 / 31 + 1},
    ),
    Case("fixed_no_files.yaml", "2026-11", 1, {"get": 0, "cost_usd": 1}),
    Case("fixed_retention.yaml", "2026-10", 1, {"get": 3_000}),
    Case("closed_account.yaml", "2026-12", 1, {"requests": 0, "key": 0, "cost_usd": 0}),
    Case(
        "growthq.yaml",
        "2026-11",
        13,
        {"get of the last month": 30 * (FILES_OF_TWELVE_MONTHS + 150_000)},
    ),
    Case("f17_savings.yaml", "2026-11", 1, {"own copies": 400_000, "cost of copies": 8}),
    Case("f17_replication.yaml", "2026-11", 1, {"own copies": 30_000_000, "cost of copies": 600}),
    Case("events2.yaml", "2026-11", 1, {"requests": 701_152, "own copies": 0}),
    Case("events3.yaml", "2026-11", 1, {"get": 2_592_000, "own copies": 0}),
    Case(
        "look.yaml",
        "2026-11",
        1,
        {"own copies": 3_028_320, "cost of copies": 3_028_320 * 0.00002},
    ),
    Case("fixed.yaml", "2026-11", 1, {"get": 700_000, "at once": 50_000, "seconds": 86_400}),
    Case("check_life.yaml", "2026-11", 1, {"requests": 15, "at once": 1}),
    Case("explain_cap.yaml", "2026-11", 1, {"get": 120_960}),
    Case(
        "two.yaml",
        "2026-11",
        1,
        {
            "own copies": 17_280,
            "others' copies": 100_000_000,
            "others' copies at most": 100_000_000,
            "cost of copies": (100_000_000 + 17_280) * 2.00 / 100_000,
        },
    ),
    Case("dig.yaml", "2024-10", 1, {"digest": 0, "put": 8_928}),
    Case("dig.yaml", "2025-06", 1, {"digest": 720}),
    Case("dig.yaml", "2025-05", 1, {"digest": 240}),
    Case("sa.yaml", "2026-11", 1, {"requests": 28_080}),
]


def measure_calculation(calculation: Calculation) -> dict[str, float]:
    """The measures of the table, by the calculator."""
    totals = calculation.totals
    measures = {cause: quantity for (cause,), quantity in calculation.sum_by("cause").items()}
    last = calculation.sum_by("month", "cause")
    measures |= {
        "requests": totals["requests"],
        "billable": totals["billable_requests"],
        "cost_usd": totals["cost_usd"],
        "cost of copies": totals["cost_usd_cloudtrail_events"],
        "get of the last month": last.get((calculation.calendar.months[-1], "get"), 0),
        "own copies": sum(calculation.own_copies.values()),
        "others' copies": sum(copies.low for copies in calculation.others_copies.values()),
        "others' copies at most": sum(copies.high for copies in calculation.others_copies.values()),
    }
    bursts = [burst for place in calculation.headroom.values() for burst in place.bursts]
    if bursts:
        largest = max(bursts, key=lambda burst: burst.at_once)
        measures |= {"at once": largest.at_once, "seconds": largest.seconds}
    return measures


def measure_product(forecast: Any) -> dict[str, float]:
    """The measures of the table, by the product."""
    rows, events = read_records(forecast.rows), read_records(forecast.events)
    measures: dict[str, float] = {}
    for row in rows:
        measures[row["cause"]] = measures.get(row["cause"], 0) + row["quantity"]
    last = max((row["month"] for row in rows), default="")
    measures |= {
        "requests": forecast.totals["requests"],
        "billable": forecast.totals["billable_requests"],
        "cost_usd": forecast.totals["cost_usd"],
        "cost of copies": forecast.totals["cost_usd_cloudtrail_events"],
        "get of the last month": sum(
            row["quantity"] for row in rows if (row["month"], row["cause"]) == (last, "get")
        ),
        "own copies": sum(row["quantity"] for row in events if row["of"] == "inventory"),
        "others' copies": sum(row["quantity"] for row in events if row["of"] == "others"),
        "others' copies at most": sum(
            row["quantity_high"] for row in events if row["of"] == "others"
        ),
    }
    bursts = read_records(forecast.quotas)
    if bursts:
        largest = max(bursts, key=lambda burst: burst["at_once"])
        measures |= {"at once": largest["at_once"], "seconds": largest["seconds"]}
    return measures


def find_faults(right: dict[str, float], measures: dict[str, float]) -> dict[str, str]:
    """The faults, each by its name."""
    return {
        name: f"{measures.get(name, 0)}, right is {value}"
        for name, value in right.items()
        if not math.isclose(measures.get(name, 0), value, rel_tol=1e-9, abs_tol=1e-9)
    }


def read_case(case: Case) -> Document:
    document: Document = yaml.safe_load((CASES / case.file).read_text())
    case.change(document)
    return document


@needs_cases
@pytest.mark.parametrize("case", TABLE, ids=str)
def test_the_calculator_gives_the_value_worked_out_by_hand(case: Case) -> None:
    """The second hand is right where somebody has done the sum."""
    calculation = Calculation(read_case(case), case.start, case.months)
    assert find_faults(case.right, measure_calculation(calculation)) == {}


@needs_cases
@pytest.mark.parametrize("case", TABLE, ids=str)
def test_the_product_gives_the_value_worked_out_by_hand(case: Case, tmp_path: Path) -> None:
    """`kmscost forecast` gives the right value of each case."""
    path = tmp_path / case.file
    if case.change is leave_unchanged:
        path.write_bytes((CASES / case.file).read_bytes())
    else:
        from tests.oracle.drawing import dump_document

        path.write_text(dump_document(read_case(case)))
    forecast = run_product(path, case.start, case.months)
    assert find_faults(case.right, measure_product(forecast)) == {}


@needs_cases
def test_the_product_names_what_ends_with_a_closed_account(tmp_path: Path) -> None:
    """Nothing is billed to a closed account, and a notice names its trail, key and reader."""
    path = tmp_path / "closed_account.yaml"
    path.write_bytes((CASES / path.name).read_bytes())
    notices = run_product(path, "2026-12", 1).notices
    assert any(
        "222222222222" in notice and all(name in notice.split() for name in ("t", "k", "siem"))
        for notice in (" ".join(word.strip(",.;:") for word in n.split()) for n in notices)
    ), notices
