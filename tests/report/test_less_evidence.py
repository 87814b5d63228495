"""The law of a bill in progress: a bill that covers less never makes the verdict better."""

from __future__ import annotations

import calendar
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator import forecast, load_inventory, report
from estimator.report.monthly.budget_states import SEVERITY
from estimator.report.monthly.verdict import judge
from estimator.volume import daily_requests
from estimator.volume.model import Model
from tests.measurement.billing.bills import FREE, Line, legacy_bill
from tests.report.test_time import lines_of_month
from tests.report.verdicts import SMALL, daily_lines, small_bill, with_bill, write
from tests.sampling import cases

MONTH = "2026-10"
DAYS = calendar.monthrange(2026, 10)[1]
PRICE = 0.000003
LOOK = "{name: look, kind: query, account: '222222222222', queries_per_month: 90, days_scanned: 7}"


@st.composite
def organizations(draw):
    """An inventory of two accounts: readers of several kinds, dates within the month, a budget."""
    date = st.sampled_from(["", ", from: 2026-10-09", ", until: 2026-10-23"])
    gets = draw(st.sampled_from(["500", "30000", "60000"]))
    readers = draw(
        st.lists(
            st.sampled_from(
                [
                    f"{{name: fixed, kind: fixed, account: '222222222222', gets_per_day: {gets}}}",
                    "{name: siem, kind: every-file, account: '111122223333', gets_per_file: 2}",
                    LOOK,
                ]
            ),
            unique=True,
        )
    )
    created = draw(st.sampled_from(["", ", created: 2026-10-12"]))
    others = draw(st.sampled_from([0, 15_000, 20_000]))
    budgets = draw(st.lists(st.floats(0.5, 12.0), min_size=1, max_size=2))
    return (
        "version: 1\n"
        'payer: "111122223333"\n'
        f"other_kms_requests_per_month: {others}\n"
        "cloudtrail_writes: charged\n"
        "accounts:\n"
        '  - {id: "111122223333", regions: [us-east-1]}\n'
        f'  - {{id: "222222222222", regions: [us-east-1, eu-west-1]}}\n'
        f"keys: [{{id: logs, region: us-east-1{created}}}]\n"
        f"trails: [{{name: org, key: logs, scope: organization{draw(date)}}}]\n"
        f"readers: [{', '.join(readers)}]\n"
        "budgets:\n"
        + "".join(
            f"  - {{name: b{number}, usd_per_month: {limit:.4f}}}\n"
            for number, limit in enumerate(budgets)
        )
    )


def daily_bill(inventory, scale):
    """The bill of the forecast day by day: the free requests come first, as AWS counts them."""
    expected = forecast(inventory, MONTH, 1)
    free = expected.pools.loc[expected.pools["unit"] == "request"]
    left = float(free["quantity_free"].sum() - free["used_by_others"].sum())
    (days,) = daily_requests(Model(inventory, expected.months))
    names = ("billed_account", "billed_region", "operation")
    jobs = list(zip(*(days.texts(name) for name in names), strict=True))
    keys = expected.rows[expected.rows["unit"] == "key-month"]
    lines = []
    for day in range(DAYS):
        following = "2026-11-01" if day + 1 == DAYS else f"2026-10-{day + 2:02}"
        span = {"start": f"2026-10-{day + 1:02}T00:00:00Z", "end": f"{following}T00:00:00Z"}
        for number, (account, region, operation) in enumerate(jobs):
            requests = float(days.requests[number, day]) * scale
            line = Line(
                usage_type=f"{region}-KMS-Requests",
                operation=operation,
                region=region,
                account=account,
                **span,
            )
            for_free = min(requests, left)
            left -= for_free
            if for_free:
                lines.append(replace(line, amount=repr(for_free), description=FREE))
            paid = requests - for_free
            if paid:
                cost = repr(paid * PRICE)
                lines.append(replace(line, amount=repr(paid), cost=cost, rate=repr(PRICE)))
        for row in keys.to_dict("records"):
            start = DAYS - round(DAYS * row["quantity"]) + 1
            if day + 1 < start:
                continue
            lines.append(
                Line(
                    usage_type=f"{row['billed_region']}-KMS-Keys",
                    operation="CurrentKeys",
                    unit="Keys",
                    region=row["billed_region"],
                    account=row["billed_account"],
                    amount=repr(1 / DAYS),
                    cost=repr(1 / DAYS),
                    rate="1",
                    description="$1 per customer managed KMS key version",
                    **span,
                )
            )
        # another service's line says that the day is billed, whatever KMS has
        lines.append(
            Line(product="AmazonS3", usage_type="TimedStorage", account=jobs[0][0], **span)
        )
    return lines


def without_nothing(lines):
    """All of a bill."""
    return lines


def without_account(lines):
    """A bill of the first account alone."""
    return [line for line in lines if line.account == "111122223333"]


def without_keys(lines):
    """A bill of usage types of requests alone."""
    return [line for line in lines if not line.usage_type.endswith("KMS-Keys")]


def without_requests(lines):
    """A bill of keys alone."""
    return [line for line in lines if not line.usage_type.endswith("KMS-Requests")]


PARTS = (without_nothing, without_account, without_keys, without_requests)


@settings(max_examples=cases(4))
@given(
    organizations(),
    st.sampled_from([0.0, 0.5, 0.9, 1.0, 1.0, 1.1, 1.7, 4.0]),
    st.lists(st.integers(13, DAYS - 1), min_size=2, max_size=2, unique=True),
    st.sampled_from(PARTS[1:]),
)
def test_a_bill_that_covers_less_never_makes_the_verdict_better(
    tmp_path, text, scale, cuts, without
):
    """A bill at any steady pace, cut at any day, or of a part: no better a status, no lower a cost.

    Cut from the 13th on, for nothing tells the pace of what begins on the 12th before. The pace of
    a part without a line is told by none: it is as forecast, and no better than without a bill.
    """
    path = write(tmp_path, text)
    alone = report(path, MONTH, months_ahead=1, draws=100, advice=False)
    lines, inventory = daily_bill(load_inventory(path), scale), alone.inventory
    whole = judged(tmp_path, alone, lines)
    for last in cuts:
        part = [line for line in lines if line.start <= f"2026-10-{last:02}T00:00:00Z"]
        assert_no_better(judged(tmp_path, alone, part), whole, last)
    part = without(lines)
    # where a part is no less, or names none of what is billed, nothing follows
    if any(line.product == "awskms" for line in part) and (scale or without is not without_keys):
        least = least_of(whole, judge_report(alone))
        assert_no_better(judged(tmp_path, alone, part), least, (without.__name__, inventory))


def judged(folder, alone, lines):
    """Severities of the budgets, the worst first of all, and the month's cost, with a bill."""
    return judge_report(with_bill(alone, legacy_bill(folder / "bill.csv", lines)))


def judge_report(monthly):
    """As `judged`, of a report."""
    return [SEVERITY[each.status] for each in judge(monthly).states], monthly.spent


def least_of(whole, alone):
    """The better status of each budget, and the lower cost."""
    return list(map(min, whole[0], alone[0])), min(whole[1], alone[1])


def assert_no_better(part, whole, context):
    """No budget is better by less evidence, and the month no cheaper."""
    assert all(less >= more for less, more in zip(part[0], whole[0], strict=True)), context
    assert part[1] >= whole[1] - 1e-6 * (1 + whole[1]), (context, part, whole)


@pytest.mark.parametrize("last", [1, 30])
def test_no_bill_that_is_cut_turns_over_budget_into_on_budget(tmp_path, last):
    """SMALL at its own pace is over 4.70 with the whole bill, and with each part of it."""
    path = write(tmp_path, SMALL + "budgets: [{name: kms, usd_per_month: 4.70}]\n")
    monthly = report(path, MONTH, bill=small_bill(tmp_path, last), advice=False, months_ahead=0)
    assert monthly.verdict.status == "over budget"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("half and whole", "Most lines of"),
        ("half and another half", "Most lines of"),
        ("by the day and by the month", "by the day and by the month (2026-10)"),
        ("a file joined to itself", "stands in the file twice"),
    ],
)
def test_a_verdict_on_lines_that_may_count_twice_has_its_condition(tmp_path, kind, words):
    """Half a month is 15 x (40,288 x 0.000003 + 1/31) = 2.296831, the month 4.746784.

    Both together are 7.043615 of 6.00, over budget on lines that count twice: the verdict says
    so, and what to do begins with it. The halves that follow each other are 4.746784, on budget.
    """
    path = write(tmp_path, SMALL + "budgets: [{name: kms, usd_per_month: 6.00}]\n")
    whole = small_bill(tmp_path, DAYS, name="whole.csv")
    half = small_bill(tmp_path, 15, name="half.csv")
    monthly = legacy_bill(tmp_path / "month.csv", lines_of_month(MONTH, 1.0))
    lines = list(lines_of_month(MONTH, 1.0))
    bill, cost = {
        "half and whole": ([half, whole], 7.043615),
        # twice the requests of the same days: 2.296831 + 15 x (2 x 0.120864 + 1/31) = 6.406622
        "half and another half": ([half, small_bill(tmp_path, 15, 2.0, name="new.csv")], 6.406622),
        "by the day and by the month": ([whole, monthly], 2 * 4.746784),
        "a file joined to itself": (legacy_bill(tmp_path / "a.csv", lines * 2), 2 * 4.746784),
    }[kind]
    found = report(path, MONTH, bill=bill, advice=False, months_ahead=0, draws=100)
    # the key-months beyond the forecast one are on the line of others
    assert sum((found.month_cost.billed, *found.reconciliation.others.values())) == pytest.approx(
        cost, abs=1e-5
    )
    assert found.verdict.sentence.startswith("Over budget, if no line of the bill counts twice: ")
    assert words in found.document.answers[-1].lines[0]


def test_files_that_follow_each_other_or_split_a_day_by_tags_are_no_repeat(tmp_path):
    """Two halves of a month; and two parts of one delivery, with a day's requests by their tags."""
    path = write(tmp_path, SMALL + "budgets: [{name: kms, usd_per_month: 6.00}]\n")
    halves = [
        small_bill(tmp_path, 15, name="a.csv"),
        small_bill(tmp_path, DAYS, first=16, name="b.csv"),
    ]
    parts = [
        small_bill(tmp_path, DAYS, 0.5, name="c.csv"),
        legacy_bill(
            tmp_path / "d.csv",
            [
                line
                for share in (0.2, 0.3)
                for operation, requests in (("Decrypt", 40_000.0), ("GenerateDataKey", 288.0))
                for line in daily_lines(DAYS, requests * share, operation=operation, keys=0)
            ],
        ),
    ]
    for bill in (halves, parts):
        found = report(path, MONTH, bill=bill, advice=False, months_ahead=0, draws=100)
        assert found.month_cost.billed == pytest.approx(4.746784)
        assert found.verdict.sentence.startswith("On budget: ")
