"""The verdict of every kind of partial bill, worked out by hand before the program was asked.

Forecast of October, of which others use all free requests: account A has a key (1.00), 288 puts and
40,000 gets a day (31 x 40,288 x 0.000003 = 3.746784), account B 10,000 gets (0.93): 5.676784. In
November (30 days) the same is 5.525920, and another reader of 10,000 gets a day begins: 6.425920.

A bill has `times` as many requests as forecast. What it lacks is forecast, at the pace of the bill
where that is more. Then a verdict of the lowest, the middle and the highest budget each:

times  lacks     billed                         the month
9      nothing   9 x 4.676784 + 1               43.091056
9      21 days   10/31 of it                    43.091056: the rest at 9 times
9      account B 9 x 3.746784 + 1 = 34.721056   43.091056: B at 9 times 0.93
9      the key   9 x 4.676784 = 42.091056       43.091056
1      each of   the forecast                   5.676784
0.1    nothing   0.1 x 4.676784 + 1             1.467678
0.1    21 days   10/31 of it = 0.473445         4.319008: 21/31 of 5.676784 more
0.1    account B 0.3746784 + 1                  2.304678: 0.93 more
0.1    the key   0.4676784                      1.467678

Nine times: 40 is broken. 50 is not, but the bill is 7.6 times what was expected, and as much again
is 6.43 x 7.6 x 7.6 = 370 in November: at risk. 1,000 is far from that, also by 9 x 9 = 81 times.
As forecast: 5 is broken; 6 holds, and November breaks it; 20 holds.
A tenth: 1.40 is broken all the same; 6 is at risk by a forecast that the bill does not believe,
which may warn; 20 holds. What is missing makes none of them better.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from estimator import report
from estimator.figures import money
from estimator.inventory.budgets import Budget
from estimator.report.charts.bars import difference_chart
from estimator.report.monthly.answers import answer_questions
from estimator.report.monthly.month import month_section
from estimator.report.monthly.verdict import judge
from tests.measurement.billing.bills import FREE, Line, legacy_bill
from tests.report.verdicts import SMALL, daily_lines, with_bill, write

MONTH = "2026-10"
A, B = "111122223333", "222222222222"
ORGANIZATION = SMALL.replace("{name: t, key: logs}", "{name: t, key: logs, scope: account}")
ORGANIZATION = ORGANIZATION.replace(
    f'accounts: [{{id: "{A}", regions: [us-east-1]}}]',
    f'accounts:\n  - {{id: "{A}", regions: [us-east-1]}}\n  - {{id: "{B}", regions: [us-east-1]}}',
).replace(
    "readers: [{name: siem, kind: fixed, gets_per_day: 40000}]",
    f"readers:\n"
    f'  - {{name: siem, kind: fixed, account: "{A}", gets_per_day: 40000}}\n'
    f'  - {{name: lake, kind: fixed, account: "{B}", gets_per_day: 10000}}\n'
    f'  - {{name: new, kind: fixed, account: "{B}", gets_per_day: 10000, from: 2026-11-01}}\n',
)
LIMITS = {9: (40.0, 50.0, 1000.0), 1: (5.0, 6.0, 20.0), 0.1: (1.4, 6.0, 20.0)}
MONTHS = {
    (9, "nothing"): 43.091056,
    (9, "days"): 43.091056,
    (9, "account"): 43.091056,
    (9, "key"): 43.091056,
    (1, "nothing"): 5.676784,
    (1, "days"): 5.676784,
    (1, "account"): 5.676784,
    (1, "key"): 5.676784,
    (0.1, "nothing"): 1.4676784,
    (0.1, "days"): 0.1 * 4.676784 * 10 / 31 + 10 / 31 + 5.676784 * 21 / 31,
    (0.1, "account"): 2.3046784,
    (0.1, "key"): 1.4676784,
}
COVERS = {
    "nothing": "whole month",
    "days": "bill to 10 October",
    "account": f"bill without account {B}",
    "key": "bill without keys",
}


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    """The report without a bill, by how many times the forecast one is and the months ahead."""
    found = {}
    for times, limits in LIMITS.items():
        budgets = ", ".join(f"{{name: b{at}, usd_per_month: {limits[at]}}}" for at in range(3))
        path = write(tmp_path_factory.mktemp("table"), f"{ORGANIZATION}budgets: [{budgets}]\n")
        for ahead in (0, 1):
            found[times, ahead] = report(path, MONTH, months_ahead=ahead, draws=100, advice=False)
    return found


def billed(folder, base, times, lacks):
    """The report with a bill that lacks something."""
    last, keys = 10 if lacks == "days" else 31, int(lacks != "key")
    lines = daily_lines(last, 40_000.0 * times, keys=keys)
    lines += daily_lines(last, 288.0 * times, operation="GenerateDataKey", keys=0)
    # the 20,000 free requests of others, where nothing is forecast
    span = {"start": "2026-10-01T00:00:00Z", "end": "2026-10-02T00:00:00Z", "account": A}
    lines.append(
        Line(
            usage_type="eu-west-1-KMS-Requests",
            operation="Decrypt",
            region="eu-west-1",
            amount="20000",
            description=FREE,
            **span,
        )
    )
    if lacks != "account":
        lines += daily_lines(last, 10_000.0 * times, account=B, keys=0)
    return with_bill(base, legacy_bill(folder / "bill.csv", lines))


@pytest.mark.parametrize(("times", "lacks"), list(itertools.product(LIMITS, COVERS)))
def test_every_kind_of_partial_bill(tmp_path, bases, times, lacks):
    """Over budget, at risk and on budget, whatever the bill lacks; the month to the cent."""
    monthly = billed(tmp_path, bases[times, 1], times, lacks)
    verdict = judge(monthly)
    assert monthly.spent == pytest.approx(MONTHS[times, lacks])
    assert [state.status for state in verdict.states] == ["over budget", "at risk", "on budget"]
    assert verdict.bill == COVERS[lacks]
    assert ("not to be believed" in verdict.sentence) == (times != 1)
    (to_do,) = (
        each.lines for each in answer_questions(monthly, verdict) if each.question == "What to do?"
    )
    is_named = any(
        f"Give the rest of the bill, which is {COVERS[lacks][5:]}" in line for line in to_do
    )
    assert is_named == (lacks in ("account", "key"))
    assert ("at the bill's rate" in verdict.sentence) == (times == 9 and lacks != "nothing")
    cards = {card.name: card.note for card in month_section(monthly, verdict).blocks[0].cards}
    if times == 9 and lacks != "nothing":
        end = "By the month's end" if lacks == "days" else "With what is missing"
        assert "at the bill's rate" in cards[end]
    # what rounding leaves over moves no forecast
    before = money(monthly.reconciliation.forecast_to_date())
    chart = difference_chart(monthly.reconciliation)
    assert chart.description.startswith(f"forecast {before};")
    # an account that is missing goes at the rate of the rest, in its own budget as in that of all
    found = [monthly.reconciliation.billed_and_rest("billed_account", (name,)) for name in (A, B)]
    assert sum(map(sum, found)) == pytest.approx(MONTHS[times, lacks])
    if lacks == "account":
        assert found[1] == (0, pytest.approx(max(times, 1) * 0.93))
        # of what is billed for A and the key, 34.721056 of 4.746784: 7.314648 times
        budget = Budget(name="b", usd_per_month=5.0, account=B)
        drawn = monthly.simulation.budgets.assign(budget=budget.name)
        simulation = replace(monthly.simulation, budgets=drawn)
        part = replace(monthly, simulation=simulation).month_bill.part(budget)
        assert part.factor == pytest.approx(7.314648 if times == 9 else 1)


def test_a_month_that_is_not_billed_whole_is_at_risk_itself(tmp_path, bases):
    """Nine times to the 10th, no month ahead: 50 is at risk, for the rest may be dearer still.

    Billed 13.900341, the rest 29.190715 x 7.591 = 221.6. With the whole bill 43.09 is a fact.
    """
    part = judge(billed(tmp_path, bases[9, 0], 9, "days"))
    assert [state.status for state in part.states] == ["over budget", "at risk", "on budget"]
    whole = judge(billed(tmp_path, bases[9, 0], 9, "nothing"))
    assert [state.status for state in whole.states] == ["over budget", "on budget", "on budget"]


def test_what_would_break_it_is_said(tmp_path, bases):
    """The sentence names what a surprise as large again would break."""
    base = bases[9, 1]
    budgets = tuple(each for each in base.inventory.budgets if each.name == "b1")
    forecast = replace(base.forecast, inventory=replace(base.inventory, budgets=budgets))
    verdict = judge(billed(tmp_path, replace(base, forecast=forecast), 9, "days"))
    assert verdict.status == "at risk"
    assert verdict.sentence == (
        "At risk: USD 13.90 billed to 10 October and about 29.19 more by the month's end, at the "
        "bill's rate, make 43.09 of 50.00 (86.2 %, budget b1). The bill of 13.90 is more than a "
        "tenth off the forecast of USD 1.83 to 10 October: the months ahead are not to be believed "
        "until calibrated. What is billed is 7.6 times what was expected of it: as much again "
        "would break budget b1."
    )
