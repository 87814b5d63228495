"""A bill of any days of a month, whose free requests were used from its first day on.

The reference is in fractions, a day at a time: of 20,000 free requests each day takes what is
left. The forecast shares them by the days; an exact bill of whichever days differs by nothing.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from estimator import reconcile, report
from estimator.report.answers.reconciliation import reconciliation_lines
from estimator.report.monthly.verdict import judge
from tests.measurement.billing.bills import legacy_bill
from tests.reconciliation.test_two_payers import A, Z
from tests.reconciliation.test_used_early import (
    ALONE,
    FREE,
    MONTH,
    OF_SMALL,
    PAYERS,
    PRICE,
    bill_in_order,
)
from tests.report.verdicts import daily_lines, write

DAYS = 31
WINDOWS = {
    "the first days": (1, 10, ()),
    "the last days": (22, 31, ()),
    "days amid": (11, 20, ()),
    "a hole": (1, 31, range(6, 16)),
    "a late begin and a hole": (5, 25, range(10, 13)),
}


def cost_in_order(billed: list[int], a_day: Fraction, free: Fraction = Fraction(FREE)) -> Fraction:
    """What these days cost: requests of each day, less the free ones that are left; the key."""
    cost = Fraction(0)
    for day in range(1, DAYS + 1):
        taken = min(a_day, free)
        free -= taken
        if day in billed:
            cost += (a_day - taken) * PRICE + Fraction(1, DAYS)
    return cost


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("gets", [10_000, 1_000, 200])
@pytest.mark.parametrize("times", [Fraction(1), Fraction(9, 10), Fraction(11, 10)])
def test_the_days_differ_as_their_use_does(tmp_path, window, gets, times):
    """Of 10,288, 1,288 and 488 requests a day; the last use no more than is free.

    Of 488 to 537 a day, 15,128 to 16,641 in October, none is billed: no difference in cost.
    """
    first, last, hole = WINDOWS[window]
    billed = [day for day in range(first, last + 1) if day not in hole]
    by_day = {"Decrypt": gets, "GenerateDataKey": 288}
    where = {"first": first, "hole": hole, "by_day": by_day}
    bill = bill_in_order(tmp_path, last, float(times), **where)
    path = write(tmp_path, ALONE.replace("10000", str(gets)))
    found = reconcile(path, bill, MONTH, fail_over="4%")
    a_day = Fraction(gets + 288)
    is_used_up = a_day * DAYS > FREE
    difference = (times - 1) * a_day * len(billed) * PRICE * is_used_up
    assert found.judged_limit.difference == pytest.approx(float(difference), abs=1e-9)
    cost = cost_in_order(billed, a_day * times)
    assert found.totals["cost_usd_billed"] == pytest.approx(float(cost))
    # the month: no less than the forecast of the days that are not billed, and the bill's pace
    whole = cost_in_order(list(range(1, DAYS + 1)), a_day * max(times, Fraction(1)))
    if times >= 1:
        assert found.totals["cost_usd_month"] == pytest.approx(float(whole))
    assert found.totals["cost_usd_month"] >= float(cost_in_order(billed, a_day * times)) - 1e-9


def test_a_bill_of_the_last_days_hides_no_less_use(tmp_path):
    """A tenth less from the 22nd: 10,288 x 0.000003 = 0.030864 of 0.611866, 5.04 %, breaks 4 %.

    Billed 9 x 10,288 x 0.000003 + 10/31 = 0.600357, only 0.0115 or 1.88 % less: its days have none
    of the 20,000 x 10/31 x 0.000003 = 0.019355 that are free by the forecast.
    """
    bill = bill_in_order(tmp_path, 31, 0.9, first=22)
    found = reconcile(write(tmp_path, ALONE), bill, MONTH, fail_over="4%")
    assert found.forecast_error == pytest.approx(0.600357 - 0.611866, abs=1e-6)
    words = "is billed USD 0.03086 (5.04 %) less than the forecast's 0.6119, with USD 0.01935 of "
    assert f"{words}free requests used before these days taken off" in found.broken
    limit = found.to_dict()["limit"]
    assert limit["cost_usd_early"] == 0
    assert limit["cost_usd_late"] == pytest.approx(float(FREE * PRICE * Fraction(10, 31)))
    assert limit["cost_usd_difference"] == pytest.approx(-0.030864)


def test_an_exact_bill_of_the_last_days_is_kept_and_inside(tmp_path):
    """0.631221 of 0.611866, 3.16 % more, breaks no 1 %: 0.019355 of it is free before the 22nd.

    The rest: 21 x 10,288 x 0.000003 + 21/31 - 0.06 = 1.265563, together 1.896784.
    """
    path = write(tmp_path, ALONE)
    bill = bill_in_order(tmp_path, 31, first=22)
    found = reconcile(path, bill, MONTH, fail_over="1%")
    assert found.judged_limit.state == "kept"
    assert "the difference is USD 0.00, with USD 0.01935 of" in reconciliation_lines(found)[-1]
    assert found.billed_and_rest() == (
        pytest.approx(0.631221, abs=1e-6),
        pytest.approx(1.265563, abs=1e-6),
    )
    monthly = report(path, MONTH, bill=bill, advice=False)
    assert monthly.month_bill.whole.is_inside
    assert monthly.to_dict()["range"]["late"] == pytest.approx(0.0193548, abs=1e-6)


def test_the_verdict_holds_the_last_days_as_the_limit_does(tmp_path):
    """1.3 times 3,288 a day from the 22nd: 0.3 x 32,880 x 0.000003 = 0.029592, 7.36 % of 0.401866.

    Billed 42,744 x 0.000003 + 10/31 = 0.450813, 12.2 % more: more than a tenth off, until the
    0.019355 that were free before these days are taken off.
    """
    path = write(tmp_path, ALONE.replace("10000", "3000"))
    by_day = {"Decrypt": 3_000, "GenerateDataKey": 288}
    bill = bill_in_order(tmp_path, 31, 1.3, by_day=by_day, first=22)
    monthly = report(path, MONTH, bill=bill, advice=False)
    assert monthly.month_bill.whole.is_inside
    words = "to 31 October, with USD 0.01935 of free requests used before these days taken off."
    assert words in judge(monthly).sentence


def test_a_charged_request_of_the_first_days_was_free_before_none(tmp_path):
    """Without a free request to the 10th, what should be free by the forecast is more: 0.019355."""
    bill = bill_in_order(tmp_path, 10, free=0)
    found = reconcile(write(tmp_path, ALONE), bill, MONTH, fail_over="5%")
    assert found.judged_limit.difference == pytest.approx(float(FREE * PRICE * Fraction(10, 31)))


@pytest.mark.parametrize(("times", "month"), [(1.2, 1.0), (1.5, 1.008076)])
def test_what_the_month_leaves_of_the_free_requests_is_used_first(tmp_path, times, month):
    """488 a day are 15,128 in October; 4,872 more are free.

    1.2 times as many are 18,153.6, and cost the key alone; 1.5 times 22,692, 2,692 of them paid.
    To the 10th none is paid, as forecast: no limit is broken by what costs nothing.
    """
    by_day = {"Decrypt": 200, "GenerateDataKey": 288}
    bill = bill_in_order(tmp_path, 10, times, by_day=by_day)
    found = reconcile(
        write(tmp_path, ALONE.replace("10000", "200")), bill, MONTH, fail_over="USD 0.0001"
    )
    assert found.totals["cost_usd_month"] == pytest.approx(month)
    assert found.judged_limit.state == "kept"


@pytest.mark.parametrize("gets", [10_000, 1_000])
def test_a_hole_hides_no_writes_that_are_charged(tmp_path, gets):
    """Without the 6th to 15th, 21 days of 288 writes: 6,048 of the 8,928 of October, 67.7 %.

    The bill covers as much of it, 21/31, so all its writes are there, and each of them costs
    0.000003 more than an inventory with exempt writes forecasts: 0.018144.
    """
    text = ALONE.replace("10000", str(gets)).replace("writes: charged", "writes: exempt")
    by_day = {"Decrypt": gets, "GenerateDataKey": 288}
    bill = bill_in_order(tmp_path, 31, by_day=by_day, hole=range(6, 16))
    found = reconcile(write(tmp_path, text), bill, MONTH, fail_over="1%")
    assert [each.answer for each in found.interpretations] == ["charged"]
    assert found.judged_limit.difference == pytest.approx(6_048 * float(PRICE))
    whole = cost_in_order(list(range(1, DAYS + 1)), Fraction(gets + 288))
    assert found.totals["cost_usd_month"] == pytest.approx(float(whole))


def test_a_payers_writes_are_held_against_its_own_days(tmp_path):
    """A to the 10th, Z all of October; each shows its 288 writes a day, and both are charged."""
    bills = [bill_in_order(tmp_path), bill_in_order(tmp_path, 31, name="z.csv", account=Z)]
    text = PAYERS.replace("writes: charged", "writes: exempt")
    found = reconcile(write(tmp_path, text), bills, MONTH)
    assert [each.answer for each in found.interpretations] == ["charged", "charged"]


def test_what_one_payer_has_early_another_may_have_late(tmp_path):
    """A to the 10th, Z from the 22nd: 21/31 of A's are early and 10/31 of Z's late."""
    bills = [
        bill_in_order(tmp_path),
        bill_in_order(tmp_path, 31, name="z.csv", account=Z, first=22),
    ]
    found = reconcile(write(tmp_path, PAYERS), bills, MONTH, fail_over="1%")
    shift = found.free_shift()
    worth = FREE * PRICE
    assert shift.early == pytest.approx(float(worth * Fraction(21, 31)))
    assert shift.late == pytest.approx(float(worth * Fraction(10, 31)))
    assert found.judged_limit.state == "kept"
    line = reconciliation_lines(found)[-1]
    assert "USD 0.04065 of free requests used early put back and USD 0.01935 of free" in line


GOVERNMENT = "444444444444"
BOTH = f"""
version: 1
payer: "{A}"
cloudtrail_writes: charged
accounts:
  - {{id: "{A}", regions: [us-east-1]}}
  - {{id: "{GOVERNMENT}", regions: [us-gov-west-1]}}
keys:
  - {{id: one, account: "{A}", region: us-east-1}}
  - {{id: two, account: "{GOVERNMENT}", region: us-gov-west-1}}
trails:
  - {{name: a, account: "{A}", scope: account, key: one}}
  - {{name: g, account: "{GOVERNMENT}", scope: account, key: two}}
readers:
  - {{name: ra, kind: fixed, account: "{A}", trails: [a], gets_per_day: 10000}}
  - {{name: rg, kind: fixed, account: "{GOVERNMENT}", trails: [g], gets_per_day: 10000}}
"""


def in_government(line):
    """A line of GovCloud: 0.000004 a request."""
    cost = "0" if line.cost == "0" or "Keys" in line.usage_type else None
    fields = dict(vars(line))
    fields |= {"region": "us-gov-west-1", "account": GOVERNMENT}
    fields["usage_type"] = line.usage_type.replace("us-east-1", "us-gov-west-1")
    if cost is None:
        fields |= {"cost": repr(float(line.amount) * 0.000004), "rate": "0.000004"}
    return type(line)(**fields)


def test_pools_of_two_partitions_are_not_netted(tmp_path):
    """To the 10th. Commercial: as forecast, its 20,000 used early, 0.06 x 21/31 = 0.040645.

    GovCloud is billed without a free request: 20,000 x 0.000004 x 10/31 = 0.025806 more, which
    the early ones of the other pool hide nothing of.
    """
    lines = daily_lines(10, 10_000.0, account=A, keys=0)
    lines += daily_lines(10, 288.0, account=A, operation="GenerateDataKey", keys=1)
    paid = [in_government(line) for line in lines]
    own = bill_in_order(tmp_path, by_day=OF_SMALL)
    bill = legacy_bill(tmp_path / "gov.csv", paid)
    found = reconcile(write(tmp_path, BOTH), [own, bill], MONTH, fail_over="USD 0.02")
    assert found.free_shift().early == pytest.approx(0.0406452, abs=1e-6)
    assert found.judged_limit.difference == pytest.approx(0.0258065, abs=1e-6)
    assert found.judged_limit.state == "broken"
