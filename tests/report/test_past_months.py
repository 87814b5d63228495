"""Past months by the rules of the one that is reported: partial, open, counted twice.

September of `SMALL`, 30 days: 1,208,640 requests x 0.000003 + 1 = 3.62592 + 1 = 4.62592; October
4.746784.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from estimator import load_inventory, report
from estimator.measurement.measurement_files import load_bill
from estimator.months import read_months
from estimator.reconciliation.rest_of_month import MonthCost
from estimator.report.past import PastMonth, Records, collect_past, past_month
from estimator.report.past.history_file import History, KeptReport
from estimator.report.past.year import AgainstThen, month_over_month, year_to_date
from estimator.volume.model import Model
from pricing.rates import load_rates
from tests.measurement.billing.bills import legacy_bill
from tests.report.test_time import lines_of_month
from tests.report.test_verdict_of_parts import estimate
from tests.report.verdicts import SMALL, write

SEPTEMBER = "2026-09"
OCTOBER = PastMonth("2026-10", MonthCost(4.746784, 0.0), "whole month", 0.0, None, None, 4.70)


@pytest.fixture(scope="module")
def inventory(tmp_path_factory):
    """`SMALL`."""
    return load_inventory(write(tmp_path_factory.mktemp("past"), SMALL))


def half(folder):
    """Fifteen days of September, day by day."""
    lines = [
        replace(
            line,
            start=f"2026-09-{day:02}T00:00:00Z",
            end=f"2026-09-{day + 1:02}T00:00:00Z",
            amount=repr(float(line.amount) / 30),
            cost=repr(float(line.cost) / 30),
        )
        for line in lines_of_month(SEPTEMBER, 1.0)
        for day in range(1, 16)
    ]
    return legacy_bill(folder / "half.csv", lines)


def without_keys(folder):
    """Requests of September alone."""
    lines = [line for line in lines_of_month(SEPTEMBER, 1.0) if line.unit != "Keys"]
    return legacy_bill(folder / "requests.csv", lines)


def twice(folder):
    """September joined to itself."""
    return legacy_bill(folder / "twice.csv", list(lines_of_month(SEPTEMBER, 1.0)) * 2)


def whole(folder):
    """All of September."""
    return legacy_bill(folder / "whole.csv", list(lines_of_month(SEPTEMBER, 1.0)))


def open_month(folder):
    """An estimate of September: 600,000 gets and half of a key, 2.30 so far."""
    path = estimate(folder / "ce.json", 600_000)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["ResultsByTime"][0]["TimePeriod"] = {"Start": "2026-09-01", "End": "2026-10-01"}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("bill", "billed", "rest", "words", "change"),
    [
        (whole, 4.62592, 0.0, "whole month", 0.120864),
        # 15 x 40,288 x 0.000003 + 15/30, and as much again
        (half, 2.31296, 2.31296, "bill to 15 September", 0.120864),
        (without_keys, 3.62592, 1.0, "bill without keys", 0.120864),
        # (2,417,280 - 20,000 of others) x 0.000003 + 1 = 8.19184; the second key is another's
        (twice, 8.19184, 0.0, "whole month", -3.445056),
        # no less than its forecast, and nothing says how much more: no change is known
        (open_month, 2.30, 2.32592, "bill of a month in progress", None),
    ],
)
def test_a_past_month_is_judged_as_the_reported_one(
    tmp_path, inventory, bill, billed, rest, words, change
):
    """Its cost, what is forecast of it, what its bill covers, and the change to October."""
    history = History("USD", (KeptReport("2026-08", {SEPTEMBER: 4.60}),))
    records = Records(None, load_bill(bill(tmp_path)), history)
    model = Model(inventory, read_months(SEPTEMBER, 1))
    found = past_month(model, records, SEPTEMBER, load_rates(None), 0.0)
    assert (found.cost.billed, found.cost.rest) == (pytest.approx(billed), pytest.approx(rest))
    assert (found.bill, found.is_open) == (words, bill is open_month)
    assert found.may_repeat == (bill is twice)
    months = (found, OCTOBER)
    assert month_over_month(months) == (None, None if change is None else pytest.approx(change))
    year = year_to_date(months, "2026-10")
    assert year.cost == pytest.approx(billed + rest + 4.746784)
    assert year.rest == pytest.approx(rest)
    assert year.open == ((SEPTEMBER,) if bill is open_month else ())
    assert year.may_repeat == ((SEPTEMBER,) if bill is twice else ())
    # 4.60 and 4.70 were forecast then; an open month is held against nothing
    costs = [4.746784] if bill is open_month else [billed + rest, 4.746784]
    forecasts = [4.70] if bill is open_month else [4.60, 4.70]
    assert year.against_then == AgainstThen(
        len(costs), pytest.approx(sum(costs)), pytest.approx(sum(forecasts))
    )


@pytest.mark.parametrize(
    ("bill", "cost", "words"),
    [
        (whole, 4.62592, "whole month"),  # the bill as it is now
        (half, 4.50, "by the report of then"),
        (twice, 4.50, "by the report of then"),
        (open_month, 4.50, "by the report of then"),
    ],
)
def test_what_was_billed_whole_then_is_more_than_a_bill_of_a_part(
    tmp_path, inventory, bill, cost, words
):
    """September was reported with 4.50 billed; later only a whole bill takes its place."""
    earlier = KeptReport(SEPTEMBER, {SEPTEMBER: 4.60}, 4.50, budgets={"kms": 5.0})
    records = Records(None, load_bill(bill(tmp_path)), History("USD", (earlier,)))
    model = Model(inventory, read_months("2026-10", 1))
    (found, _), left_out = collect_past(model, records, load_rates(None), 0.0, OCTOBER)
    assert not left_out
    assert found.cost.total == pytest.approx(cost)
    assert (found.bill, found.may_repeat) == (words, False)
    assert found.budget_then("kms", 6.0) == 5.0


def text_of_october(folder, september):
    """The report of October, billed whole, with a bill of September beside it."""
    october = legacy_bill(folder / "october.csv", list(lines_of_month("2026-10", 1.0)))
    path, bills = write(folder, SMALL), [september, october]
    monthly = report(path, "2026-10", bill=bills, advice=False, draws=100, months_ahead=0)
    return monthly.markdown().replace("\\", "")


def test_a_report_says_what_of_a_past_month_is_forecast(tmp_path):
    """September to the 15th: 2.32 of its 4.63 are forecast, in the table and in both sentences.

    2.31296 billed and 2.31296 more are 4.62592, printed as 2.31 + 2.32 = 4.63, as a report of
    September has it. 4.62592 + 4.746784 = 9.372704; no history was given, which is said once.
    """
    text = text_of_october(tmp_path, half(tmp_path))
    assert "| 2026-09 | bill to 15 September, 2.32 forecast | 4.63 |" in text
    assert "USD 4.75 for October 2026 against 4.63 (2.32 of it forecast) for September 2026" in text
    assert "USD 9.37 in 2 of 10 months (nothing is known of 2026-01 to 2026-08), 2.32 of it" in text
    assert text.count("No earlier report is kept (--history FILE)") == 1
    assert "part of the bill in USD, with what is forecast of it" in text
    # in the chart's words too
    assert "billed 4.63 in 2026-09 to 4.75 in 2026-10; of it still expected 2.32 in 2026-09" in text


def test_a_change_to_a_month_that_may_count_twice_is_marked(tmp_path):
    """September joined to itself: 2 x 3.62592 + 2 = 9.25, less 20,000 others'; October says so."""
    text = text_of_october(tmp_path, twice(tmp_path))
    assert "| 2026-10 | whole month, lines of the month before may count twice | 4.75 |" in text
    assert "; lines of 2026-09 may count twice" in text
    assert "What to do?** Look at the bill of 2026-09: lines may count twice" in text
