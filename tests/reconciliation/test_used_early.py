"""Free requests that a bill used before their days are no less use, and hide none that is more.

AWS gives the 20,000 free requests of a month as they come, from its first day; the forecast shares
them by days. October has 31, so a bill to the 10th has 21/31 of them early: 20,000 x 0.000003 x
21/31 = 0.040645.

10,000 gets and 288 puts a day to the 10th: 102,880 x 0.000003 + 10/31 - 0.06 x 10/31 = 0.611866.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from fractions import Fraction

import pytest

from estimator import reconcile, report
from estimator.reconciliation.free_shift import NO_SHIFT
from estimator.report.answers.reconciliation import reconciliation_lines
from estimator.report.monthly.verdict import judge
from tests.measurement.billing.bills import Line, legacy_bill
from tests.reconciliation.test_less_evidence import TWO_READERS
from tests.reconciliation.test_two_payers import INVENTORY, A, Z
from tests.report.verdicts import SMALL, daily_lines, write

MONTH = "2026-10"
PRICE = Fraction(3, 1_000_000)
FREE = 20_000
EARLY = FREE * PRICE * Fraction(21, 31)
OTHERS = "other_kms_requests_per_month: 20000"
ALONE = SMALL.replace(OTHERS, "other_kms_requests_per_month: 0").replace("40000", "10000")
OF_SMALL = {"Decrypt": 10_000, "GenerateDataKey": 288}


def lines_in_order(
    last: int,
    by_day: Mapping[str, float],
    free: float = FREE,
    account: str = A,
    first: int = 1,
    hole: Collection[int] = (),
) -> list[Line]:
    """Lines of each day from the first to the last; a key. The month's free requests come first."""
    billed = [day for day in range(first, last + 1) if day not in hole]
    lines = [line for day in billed for line in daily_lines(day, 0, account=account, first=day)]
    for day in range(1, last + 1):
        part = min(free / sum(by_day.values()), 1.0)
        free -= part * sum(by_day.values())
        if day not in billed:
            continue
        for operation, requests in by_day.items():
            where = {"account": account, "operation": operation, "first": day, "keys": 0}
            (line,) = daily_lines(day, requests * part, **where) or [None]
            lines += [] if line is None else [replace(line, cost="0", rate="0")]
            lines += daily_lines(day, requests * (1 - part), **where)
    return lines


def bill_in_order(folder, last=10, times=1.0, by_day=OF_SMALL, name="bill.csv", **more):
    """A bill of `lines_in_order`, of some times the requests."""
    scaled = {operation: requests * times for operation, requests in by_day.items()}
    return legacy_bill(folder / name, lines_in_order(last, scaled, **more))


@pytest.mark.parametrize(
    ("times", "state", "words"),
    [
        # without EARLY: 0.0406 or 6.64 % less
        (Fraction(1), "kept", "the difference is USD 0.00, with USD 0.04065 of free requests used"),
        # 10,288 x 0.000003 = 0.030864; 0.0715 or 11.7 % less without
        (Fraction(9, 10), "broken", "USD 0.03086 (5.04 %) less than the forecast's 0.6119, with"),
        # without EARLY 0.0098 less, and kept
        (Fraction(11, 10), "broken", "USD 0.03086 (5.04 %) more than the forecast's 0.6119, with"),
    ],
)
def test_a_limit_holds_the_use_whenever_the_free_requests_were(tmp_path, times, state, words):
    """A tenth more or less breaks 5 %, an exact bill keeps it; text and JSON say what was held."""
    bill = bill_in_order(tmp_path, times=float(times))
    found = reconcile(write(tmp_path, ALONE), bill, MONTH, fail_over="5%")
    difference = (times - 1) * 102_880 * PRICE
    assert found.judged_limit.state == state
    assert found.judged_limit.difference == pytest.approx(float(difference))
    assert found.forecast_error == pytest.approx(float(difference - EARLY))
    line = found.broken or reconciliation_lines(found)[-1]
    assert words in line
    assert "of free requests used early put back" in line
    limit = found.to_dict()["limit"]
    assert limit["cost_usd_early"] == pytest.approx(float(EARLY))
    assert limit["cost_usd_difference"] == pytest.approx(float(difference))
    # what is printed of the bill itself still adds up
    assert sum(found.parts.values()) == pytest.approx(found.totals["cost_usd_difference"])


def test_the_largest_part_is_of_what_was_held(tmp_path):
    """Writes -0.00864, gets 0.0309 more, all free requests early: the volume broke it."""
    bill = bill_in_order(tmp_path, times=1.1)
    broken = reconcile(write(tmp_path, ALONE), bill, MONTH, fail_over="5%").broken
    assert broken.endswith("put back; largest part: volume of CloudTrail's requests, USD +0.03086")


@pytest.mark.parametrize(("last", "free"), [(31, FREE), (10, 0), (10, FREE * 10 / 31)])
def test_nothing_is_early_in_a_whole_month_or_with_fewer_free(tmp_path, last, free):
    """Never below nothing, and no word of it: 0.06 x 10/31 = 0.019355 more without a free one."""
    bill = bill_in_order(tmp_path, last, free=free)
    found = reconcile(write(tmp_path, ALONE), bill, MONTH, fail_over="5%")
    assert found.free_shift().early == 0
    expected = 0 if free else FREE * PRICE * Fraction(10, 31)
    assert found.judged_limit.difference == pytest.approx(float(expected))
    assert set(found.to_dict()["limit"]) == {"limit", "state", "broken", "condition", "why"}
    assert "early" not in reconciliation_lines(found)[-1]


def test_more_free_requests_than_the_month_has_are_less(tmp_path):
    """40,000 free ones: 21/31 of the 20,000 are early, the other 20,000 are 0.06 less."""
    bill = bill_in_order(tmp_path, free=2 * FREE)
    found = reconcile(write(tmp_path, ALONE), bill, MONTH, fail_over="5%")
    assert found.free_shift().early == pytest.approx(float(EARLY))
    assert found.judged_limit.difference == pytest.approx(-0.06)
    assert "largest part: free tier, USD -0.06" in found.broken


@pytest.mark.parametrize("bill", ["charged", "exempt"])
@pytest.mark.parametrize("own", ["charged", "exempt"])
@pytest.mark.parametrize("gets", [150, 40_000])
def test_the_part_of_a_month_differs_as_the_month_does(tmp_path, own, bill, gets):
    """To the 10th 10/31 of the month's difference, however inventory and bill take the writes.

    30,000 puts a day. 150 gets a day, 4,650 a month, do not use up what is free; all together do.
    """
    text = ALONE.replace("{name: t, key: logs}", "{name: t, key: logs, files_per_day: 30000}")
    text = text.replace("day: 10000", f"day: {gets}").replace("writes: charged", f"writes: {own}")
    puts = {"GenerateDataKey": 30_000} if bill == "charged" else {}
    path = bill_in_order(tmp_path, by_day={"Decrypt": gets, **puts})
    found = reconcile(write(tmp_path, text), path, MONTH, fail_over="USD 100")
    (interpretation,) = found.interpretations
    assert interpretation.answer == bill

    def month(interpretation):
        requests = 31 * (gets + (30_000 if interpretation == "charged" else 0))
        return PRICE * max(requests - FREE, 0)

    assert found.judged_limit.difference == pytest.approx(
        float(Fraction(10, 31) * (month(bill) - month(own)))
    )


PAYERS = INVENTORY.replace("20000", "0").replace("40000", "10000")


def of_payers(folder, last_of_z, free_of_z=FREE, times_of_z=1.0):
    """The bills of both payers: A's as forecast to the 10th."""
    more = {"account": Z, "name": "z.csv", "free": free_of_z, "times": times_of_z}
    return [bill_in_order(folder), bill_in_order(folder, last_of_z, **more)]


def test_free_requests_of_one_payer_are_early_whatever_another_has(tmp_path):
    """Z's month is billed without a free request, 0.06 more; A's early ones hide nothing of it.

    Of 0.611866 + 318,928 x 0.000003 + 1 - 0.06 = 2.508650 they are 2.39 %; 0.77 % without EARLY.
    """
    bills = of_payers(tmp_path, 31, free_of_z=0)
    found = reconcile(write(tmp_path, PAYERS), bills, MONTH, fail_over="1%")
    assert found.free_shift().early == pytest.approx(float(EARLY))
    assert found.free_shift("payer", (Z,)) == NO_SHIFT
    assert "USD 0.06 (2.39 %) more than the forecast's 2.51, with USD 0.04065" in found.broken


@pytest.mark.parametrize(("times", "state"), [(1.0, "kept"), (0.9, "broken"), (1.1, "broken")])
def test_each_payers_bill_has_days_of_its_own(tmp_path, times, state):
    """To the 10th and to the 20th, 21/31 and 11/31 are early.

    Z to the 20th: 205,760 x 0.000003 + 20/31 - 0.06 x 20/31 = 1.223732; a tenth of its requests
    is 0.061728, 3.36 % of both together, 1.835598.
    """
    bills = of_payers(tmp_path, 20, times_of_z=times)
    found = reconcile(write(tmp_path, PAYERS), bills, MONTH, fail_over="3%")
    assert found.free_shift().early == pytest.approx(float(FREE * PRICE * Fraction(21 + 11, 31)))
    assert found.judged_limit.state == state
    assert found.judged_limit.difference == pytest.approx((times - 1) * 0.61728)


def test_lines_that_are_there_are_held_with_theirs(tmp_path):
    """Account b, 500 gets a day, has no lines; a has 1.2 times 10,576, and its free ones early.

    Free in October: a 20,000 x 10,576 / 11,076 = 19,097.15. Its forecast to the 10th is 105,760 x
    0.000003 + 10/31 - 19,097.15 x 0.000003 x 10/31 = 0.621380; 0.2 x 105,760 x 0.000003 = 0.063456
    more, 10.2 %. Without its 19,097.15 x 0.000003 x 21/31 = 0.038810 it was within 8 %.
    """
    text = TWO_READERS.replace(OTHERS, "other_kms_requests_per_month: 0")
    text = text.replace('1122223333", gets_per_day: 40000', '1122223333", gets_per_day: 10000')
    text = text.replace("gets_per_day: 40000", "gets_per_day: 500")
    by_day = {"Decrypt": 10_000, "GenerateDataKey": 576}
    bill = bill_in_order(tmp_path, times=1.2, by_day=by_day, free=FREE * 10_576 / 11_076)
    found = reconcile(write(tmp_path, text), bill, MONTH, fail_over="8%")
    words = "without account 222222222222 is billed USD 0.06346 (10.2 %) more than the forecast's "
    assert f"{words}0.6214, with USD 0.03881 of free requests used early put back" in found.broken
    assert "USD +0.06346 without account 222222222222, with" in reconciliation_lines(found)[-1]


PUT_BACK = ", with USD 0.04065 of free requests used early put back"
TENTH = "The bill is within a tenth of the forecast of USD"


@pytest.mark.parametrize(
    ("gets", "times", "is_inside", "words"),
    [
        # 3,288 a day: 0.09864 + 10/31 - 0.06 x 10/31 = 0.401866, and 10.1 % less without EARLY
        (3_000, 1.0, True, f"{TENTH} 0.4019 to 10 October{PUT_BACK}."),
        # 0.3 x 0.30864 = 0.092592 or 15.1 % more of 0.611866; 8.49 % without EARLY
        (10_000, 1.3, False, f"tenth off the forecast of USD 0.6119 to 10 October{PUT_BACK}: the "),
        # judged alike without EARLY, so that nothing needs to be said of it
        (10_000, 1.0, True, f"{TENTH} 0.6119 to 10 October. "),
    ],
)
def test_the_verdict_holds_the_same(tmp_path, gets, times, is_inside, words):
    """Inside the forecast's range or not, and how many times as dear, as the limit has it.

    1.3 times the requests are 0.611866 + 0.092592 or 1.151327 times as dear.
    """
    budgets = f'{{name: kms, usd_per_month: 50}}, {{name: a, payer: "{A}", usd_per_month: 50}}'
    text = f"{ALONE}budgets: [{budgets}]\n"
    path = write(tmp_path, text.replace("10000", str(gets)))
    by_day = {"Decrypt": gets, "GenerateDataKey": 288}
    bill = bill_in_order(tmp_path, times=times, by_day=by_day)
    found = report(path, MONTH, bill=bill, advice=False)
    parts = [found.month_bill.whole, *map(found.month_bill.part, found.inventory.budgets)]
    for part in parts:
        assert part.is_inside is is_inside
        assert part.factor == (1.0 if is_inside else pytest.approx(1.151327, abs=1e-6))
    assert words in judge(found).sentence
    document = found.to_dict()["range"]
    assert document["early"] == pytest.approx(float(EARLY))
    assert document["billed"] == pytest.approx(found.month_cost.billed)


def test_a_range_holds_the_same(tmp_path):
    """9,000 to 11,000 gets: about 0.58 to 0.64 to the 10th, and a bill of 0.571221 is inside.

    0.611866 - 0.040645 = 0.571221; 0.2 x 0.30864 = 0.061728 less is below it, with and without.
    """
    path = write(tmp_path, ALONE.replace("10000", "{low: 9000, high: 11000}"))
    found = [report(path, MONTH, bill=bill_in_order(tmp_path, times=times), advice=False)
             for times in (1.0, 0.8)]  # fmt: skip
    ranges = [monthly.month_bill.whole.bill_range for monthly in found]
    assert [each.is_inside for each in ranges] == [True, False]
    assert ranges[0].billed == pytest.approx(0.571221, abs=1e-6)
    assert ranges[0].billed < ranges[0].low - 0.005
    assert ranges[0].place == "inside"
    sentences = [judge(monthly).sentence for monthly in found]
    assert [PUT_BACK in sentence for sentence in sentences] == [True, False]
    assert "The bill is inside the forecast's range" in sentences[0]
