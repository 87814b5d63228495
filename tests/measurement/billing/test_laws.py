from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from estimator.measurement.billing import measure_bill
from tests.measurement.billing.bills import A_MONTH, OTHER, Line, legacy_bill
from tests.sampling import cases

_PRICE = Decimal("0.000003")


@st.composite
def requests(draw):
    """A line of requests, free or paid, of any day, account and Region."""
    amount = draw(st.integers(0, 10**9))
    free = draw(st.booleans())
    day = draw(st.integers(1, 29))
    region = draw(st.sampled_from(["us-east-1", "eu-west-1", "us-gov-west-1"]))
    return Line(
        usage_type=f"{region}-KMS-Requests",
        region=region,
        amount=str(amount),
        rate="0" if free else str(_PRICE),
        cost="0" if free else str(amount * _PRICE),
        operation=draw(st.sampled_from(["Decrypt", "GenerateDataKey", "Encrypt"])),
        account=draw(st.sampled_from(["111122223333", "012345678901"])),
        start=f"2026-11-{day:02}T00:00:00Z",
        end=f"2026-11-{day + 1:02}T00:00:00Z",
    )


def flat(totals):
    """All figures of nested totals by name."""
    return {
        name: value
        for key, inner in totals.items()
        for name, value in (inner.items() if isinstance(inner, dict) else [(key, inner)])
    }


@settings(max_examples=cases(8))
@given(lines=st.lists(requests(), min_size=2, max_size=25), data=st.data())
def test_splitting_and_reordering_a_bill_changes_no_total(lines, data):
    """Law: two files of a bill, in any order of lines, are that bill."""
    cut = data.draw(st.integers(1, len(lines) - 1))
    shuffled = data.draw(st.permutations(lines))
    # two files of the same lines are copies, and count once
    assume(Counter(shuffled[:cut]) != Counter(shuffled[cut:]))
    with TemporaryDirectory() as folder:
        whole = measure_bill(legacy_bill(Path(folder) / "whole" / "b.csv", lines))
        for name, part in (("one", shuffled[:cut]), ("two", shuffled[cut:])):
            legacy_bill(Path(folder) / "parts" / f"{name}.csv", part)
        parts = measure_bill(Path(folder) / "parts")
    assert flat(parts.totals) == pytest.approx(flat(whole.totals), rel=1e-12)
    assert parts.records == whole.records
    assert parts.coverage == whole.coverage
    assert parts.details["lines"] == whole.details["lines"]


@settings(max_examples=cases(8))
@given(lines=st.lists(requests(), min_size=1, max_size=25))
def test_totals_are_the_decimal_sums_of_the_lines(lines):
    """Law: requests, free part and cost are sums that decimals give as well."""
    with TemporaryDirectory() as folder:
        totals = measure_bill(legacy_bill(Path(folder) / "b.csv", lines)).totals
    amount = sum(int(line.amount) for line in lines)
    paid = sum(int(line.amount) for line in lines if Decimal(line.cost) > 0)
    assert totals["requests"] == amount
    assert totals["billable_requests"] == paid
    assert totals["free_requests"] == amount - paid
    cost = sum((Decimal(line.cost) for line in lines), Decimal(0))
    assert totals["cost_usd"] == pytest.approx(float(cost), rel=1e-12)


@pytest.mark.parametrize("by", [None, "all", "month", "billed-account,operation", ["product"]])
def test_totals_never_depend_on_the_grain(tmp_path, by):
    """60,000 requests and 1.28 whatever is told apart; the rows add up to it."""
    actuals = measure_bill(legacy_bill(tmp_path / "b.csv", A_MONTH), by=by)
    assert actuals.totals["requests"] == 60_000
    assert actuals.totals["cost_usd"] == pytest.approx(1.28, abs=1e-12)
    # 1.28 of KMS and 2.00 of CloudTrail
    assert actuals.rows["cost"].sum() == pytest.approx(3.28, abs=1e-12)
    assert actuals.rows["lines"].sum() == 8


def test_a_grain_tells_only_its_columns_apart(tmp_path):
    """By operation: 50,000 writes and 10,000 reads."""
    rows = measure_bill(legacy_bill(tmp_path / "b.csv", A_MONTH), by="operation").rows
    assert "billed_region" not in rows
    requests_only = rows[rows["unit"] == "request"].set_index("operation")
    assert requests_only["quantity"].to_dict() == {"Decrypt": 10_000, "GenerateDataKey": 50_000}


def span(line, start, end):
    return replace(line, start=start, end=end)


def test_a_bill_of_half_a_month_covers_half_of_it(tmp_path):
    """From 1 November 00:00 to 16 November 00:00: 15 of 30 days."""
    lines = [
        span(OTHER, "2026-11-01T00:00:00Z", "2026-11-01T01:00:00Z"),
        span(OTHER, "2026-11-15T23:00:00Z", "2026-11-16T00:00:00Z"),
        # fees and taxes of the whole month say nothing of its end
        span(OTHER, "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        replace(OTHER, kind="Tax", start="2026-11-01T00:00:00Z", end="2026-12-01T00:00:00Z"),
    ]
    actuals = measure_bill(legacy_bill(tmp_path / "b.csv", lines))
    assert actuals.coverage.months() == {"2026-11": 0.5}


def test_a_bill_of_months_covers_whole_months(tmp_path):
    """Monthly granularity: every line spans its month, and has no day."""
    line = span(Line(amount="5"), "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
    actuals = measure_bill(legacy_bill(tmp_path / "b.csv", [line]))
    assert actuals.coverage.months() == {"2026-11": 1.0}
    assert [str(day) for day in actuals.rows["day"]] == ["NaT"]
    assert list(actuals.rows["coverage"]) == [1.0]


def test_months_between_two_bills_are_not_covered(tmp_path):
    """September and November were given: October is not taken for covered."""
    september = span(OTHER, "2026-09-01T00:00:00Z", "2026-09-02T00:00:00Z")
    legacy_bill(tmp_path / "a.csv", [september])
    legacy_bill(tmp_path / "b.csv", [OTHER])
    assert measure_bill(tmp_path).coverage.months() == {"2026-09": 1 / 30, "2026-11": 1 / 30}


@pytest.mark.parametrize(
    ("start", "end", "day"),
    [
        ("2026-11-30T23:00:00Z", "2026-12-01T00:00:00Z", "2026-11-30"),
        ("2026-11-30T00:00:00Z", "2026-12-01T00:00:00Z", "2026-11-30"),
        ("2026-11-29T23:00:00Z", "2026-11-30T01:00:00Z", "NaT"),
        ("2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z", "2024-02-29"),
        ("2026-11-30T23:30:00-01:00", "2026-12-01T01:00:00Z", "2026-12-01"),
    ],
)
def test_a_line_belongs_to_the_day_it_lies_in(tmp_path, start, end, day):
    """To the last hour of the month, in UTC; over midnight it has no day."""
    actuals = measure_bill(legacy_bill(tmp_path / "b.csv", [span(Line(), start, end)]))
    assert [str(date) for date in actuals.rows["day"]] == [day]
    assert str(actuals.rows["month"].iloc[0]) == (day[:7] if day != "NaT" else "2026-11")
