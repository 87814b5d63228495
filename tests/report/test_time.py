"""Six months of bills: trend, month over month, year to date, forecasts made then, what changed."""

from __future__ import annotations

import calendar
import json
from dataclasses import replace

import pytest

from estimator import KmscostError, compare, plot, report, simulate
from estimator.reconciliation.rest_of_month import MonthCost
from estimator.report.charts import chart_of
from estimator.report.charts.chart import WIDE
from estimator.report.charts.timeline import timeline_chart
from estimator.report.monthly.time import year_line
from estimator.report.past import PastMonth
from tests.cli.test_commands import kmscost
from tests.measurement.billing.bills import Line, legacy_bill
from tests.report.material import Page
from tests.report.verdicts import SMALL, small_bill, write

# a month of 31 days costs 40,288 x 31 x 0.000003 + 1 = 4.746784, of 30 days 4.62592
LONG, SHORT = 4.746784, 4.62592
# requests as a share of the forecast's, and what a bill of them costs:
# 3.746784 x share + 1 in 31 days, 3.62592 x share + 1 in 30
MONTHS = {
    "2026-05": (1.0, 4.746784),
    "2026-06": (0.9, 4.263328),
    "2026-07": (0.8, 3.9974272),
    "2026-08": (1.0, 4.746784),
    "2026-09": (0.95, 4.444624),
    "2026-10": (1.0, 4.746784),
}
# 4.746784 + 4.263328 + 3.9974272 + 4.746784 + 4.444624 + 4.746784
SUM = 26.9457312
OF_ONE = '{"kmscost_history": 1, "currency": "USD", "reports": [%s]}'
BUDGETS = "budgets: [{name: kms, usd_per_month: 5.00}]\n"


def lines_of_month(label, share):
    """The lines of one month of `SMALL`: as a bill by the month has them."""
    year, month = map(int, label.split("-"))
    days = calendar.monthrange(year, month)[1]
    following = f"{year + month // 12}-{month % 12 + 1:02}-01T00:00:00Z"
    span = {
        "start": f"{label}-01T00:00:00Z",
        "end": following,
        "account": "111122223333",
        "region": "us-east-1",
    }
    for operation, daily in (("Decrypt", 40_000), ("GenerateDataKey", 288)):
        requests = daily * days * share
        yield Line(
            usage_type="us-east-1-KMS-Requests",
            operation=operation,
            amount=repr(requests),
            cost=repr(requests * 0.000003),
            rate="0.000003",
            **span,
        )
    yield Line(
        usage_type="us-east-1-KMS-Keys",
        operation="CurrentKeys",
        unit="Keys",
        amount="1",
        cost="1",
        rate="1",
        description="$1 per customer managed KMS key version",
        **span,
    )


@pytest.fixture
def six_months(tmp_path):
    """The inventory, and the bill of six months in one file."""
    lines = [line for label, (share, _) in MONTHS.items() for line in lines_of_month(label, share)]
    return write(tmp_path, SMALL + BUDGETS), legacy_bill(tmp_path / "six.csv", lines)


def test_trend_month_over_month_and_year_to_date(six_months):
    """Each month as billed, its change, and the sum of the year, by hand."""
    path, bill = six_months
    monthly = report(path, "2026-10", bill=bill, advice=False)
    assert [each.month for each in monthly.past] == list(MONTHS)
    for each, (_, cost) in zip(monthly.past, MONTHS.values(), strict=True):
        assert each.cost.total == pytest.approx(cost)
        assert each.cost.is_billed
    found = monthly.to_dict()
    changes = [month["month_over_month"] for month in found["past"]]
    assert changes[0] is None
    # 4.263328 - 4.746784, 3.9974272 - 4.263328, and so on
    expected = [-0.483456, -0.2659008, 0.7493568, -0.30216, 0.30216]
    assert changes[1:] == pytest.approx(expected)
    assert found["year_to_date"]["cost"] == pytest.approx(SUM)
    assert (found["year_to_date"]["known"], found["year_to_date"]["months"]) == (6, 10)
    assert found["year_to_date"]["missing"] == ("2026-01", "2026-02", "2026-03", "2026-04")
    # 26.9457312 of 6 x 5.00 are 89.8 %
    words = "Year to date 2026: USD 26.95 in 6 of 10 months (nothing is known of 2026-01 to 2026-04"
    text = monthly.markdown().replace("\\", "")
    assert f"{words}); 89.8 % of budget kms" in text
    assert "USD 4.75 for October 2026 against 4.44 for September 2026: +0.30." in text
    table = Page(monthly.html()).table("Months so far")
    assert [row[2] for row in table[1:]] == ["4.75", "4.26", "4.00", "4.75", "4.44", "4.75"]
    assert table[2][3:6] == ["-0.48", "-10.2 %", "85.3 %"]
    chart = timeline_of(monthly)
    assert "billed 4.75 in 2026-05 to 4.75 in 2026-10; expected 4.63 in 2026-11" in (
        chart.description
    )


def test_bills_are_held_against_the_forecast_made_then(six_months, tmp_path):
    """Six reports with one history: from the second on each month has a forecast of then."""
    path, bill = six_months
    history = tmp_path / "history.json"
    for label in MONTHS:
        done = kmscost(
            "report", path, "--month", label, "--bill", bill, "--history", history, "--no-advice"
        )
        assert done.exit_code == 0, done.stderr
    document = json.loads(history.read_text(encoding="utf-8"))
    assert [each["month"] for each in document["reports"]] == list(MONTHS)
    monthly = report(path, "2026-10", bill=bill, advice=False, history=history)
    then = [each.forecast_then for each in monthly.past]
    assert then[0] is None
    assert then[1:] == pytest.approx([SHORT, LONG, LONG, SHORT, LONG])
    row = Page(monthly.html()).table("Months so far")[2]
    # 4.263328 - 4.62592 = -0.362592
    assert row[6:8] == ["4.63", "-0.36"]
    assert "Nothing in the inventory changed since the report of 2026-09" in (
        monthly.markdown().replace("\\", "")
    )
    # without the bill the months that were reported are known still
    alone = report(path, "2026-11", advice=False, history=history)
    assert [each.month for each in alone.past] == [*MONTHS, "2026-11"]
    assert alone.past[1].cost.total == pytest.approx(4.263328)


def test_a_month_reported_again_takes_the_place_of_itself(six_months, tmp_path):
    """The same report twice: one entry, the same bytes."""
    path, bill = six_months
    history = tmp_path / "history.json"
    texts = []
    for _ in range(2):
        report(path, "2026-09", bill=bill, advice=False, history=history).write_history(history)
        texts.append(history.read_bytes())
    assert texts[0] == texts[1]
    assert len(json.loads(texts[0])["reports"]) == 1


def keep(path, label, history, **options):
    """Report a month and keep it, with few draws."""
    options = {"advice": False, "draws": 100, "months_ahead": 1, **options}
    monthly = report(path, label, history=history, **options)
    monthly.write_history(history)
    return monthly


def test_what_was_billed_stays_known_without_the_bill(six_months, tmp_path):
    """September billed, then reported without its bill: October's 4.746784 is 0.30216 more."""
    path, bill = six_months
    history = tmp_path / "history.json"
    keep(path, "2026-09", history, bill=bill)
    keep(path, "2026-09", history)
    october = legacy_bill(tmp_path / "october.csv", list(lines_of_month("2026-10", 1.0)))
    monthly = keep(path, "2026-10", history, bill=october)
    assert [each.cost.total for each in monthly.past] == pytest.approx([4.444624, 4.746784])
    assert monthly.to_dict()["past"][1]["month_over_month"] == pytest.approx(0.30216)


def test_the_forecast_made_then_is_the_first(six_months, tmp_path):
    """September's report says 4.746784 of October; made again with half the reads it says so still.

    (20,000 + 288) x 31 x 0.000003 + 1 = 2.886784 is what the second would have said.
    """
    path, bill = six_months
    history = tmp_path / "history.json"
    # 40,288 x 31 requests for 4.746784
    left_out = "months of the bill that are left out: 2026-10"
    october = f"{left_out}, with 1,248,928 requests and USD 4.75 of KMS"
    assert keep(path, "2026-09", history, bill=bill).unread == (october,)
    fewer = write(tmp_path, (SMALL + BUDGETS).replace("40000", "20000"), "fewer.yaml")
    again = keep(fewer, "2026-09", history, bill=bill, months_ahead=2)
    words = "the history keeps what the first report of 2026-09 forecast, not this one"
    assert again.unread == (october, words)
    assert report(path, "2026-10", history=history, advice=False, draws=100).past[
        -1
    ].forecast_then == (pytest.approx(LONG))
    # what the first did not forecast: (20,000 + 288) x 30 x 0.000003 + 1
    (entry,) = json.loads(history.read_text(encoding="utf-8"))["reports"]
    assert entry["expected_usd"]["2026-11"] == pytest.approx(2.82592)


def test_past_months_have_the_budget_of_then(six_months, tmp_path):
    """5.00 in August and September, 6.00 in October: 94.9 %, 88.9 %, 79.1 %.

    4.746784 / 5, 4.444624 / 5, 4.746784 / 6; together 13.938192 of 16.00, 87.1 %.
    """
    path, _ = six_months
    history = tmp_path / "history.json"
    lines = [line for label in list(MONTHS)[3:] for line in lines_of_month(label, MONTHS[label][0])]
    bill = legacy_bill(tmp_path / "three.csv", lines)
    keep(path, "2026-08", history, bill=bill)
    keep(path, "2026-09", history, bill=bill)
    more = write(tmp_path, SMALL + BUDGETS.replace("5.00", "6.00"), "more.yaml")
    monthly = keep(more, "2026-10", history, bill=bill)
    table = Page(monthly.html()).table("Months so far")
    assert [row[5] for row in table[1:]] == ["94.9 %", "88.9 %", "79.1 %"]
    assert "87.1 % of budget kms in these months" in year_line(
        monthly, monthly.verdict.whole_budget
    )
    reports = json.loads(history.read_text(encoding="utf-8"))["reports"]
    assert [each["budgets"] for each in reports] == [{"kms": 5.0}, {"kms": 5.0}, {"kms": 6.0}]


def timeline_of(monthly):
    """The chart of the months so far in a report."""
    return next(
        block
        for section in monthly.document.sections
        for block in section.blocks
        if getattr(block, "name", "") == "timeline"
    )


def lines_of_budgets(chart):
    """Each dashed line of a timeline: its ends in months from the first one, and its amount."""
    return [
        (*line.get_xdata(), line.get_ydata()[0])
        for line in chart.draw(WIDE).axes[0].lines
        if line.get_linestyle() == "--"
    ]


def past_month_of(label, budgets):
    """A month billed at 4.00, with the budgets that its own report kept."""
    return PastMonth(label, MonthCost(4.0, 0.0), "whole month", 0.0, None, 4.0, None, budgets)


def test_a_budget_is_drawn_over_the_months_that_it_held_for(tmp_path):
    """4.00 in June, 5.00 in July and August, nothing in September, 6.00 from October on.

    May to December are months 0 to 7; no report was kept of May, and September's had no budget.
    """
    path = write(tmp_path, SMALL + BUDGETS.replace("5.00", "6.00"))
    simulation = simulate(path, "2026-10", 3, 100)
    budgets = {"05": None, "06": {"kms": 4.0}, "07": {"kms": 5.0}, "08": {"kms": 5.0}, "09": {}}
    past = [past_month_of(f"2026-{number}", each) for number, each in budgets.items()]
    chart = timeline_chart(past, simulation, ("kms", 6.0))
    assert lines_of_budgets(chart) == [(0.5, 1.5, 4.0), (1.5, 3.5, 5.0), (4.5, 7.5, 6.0)]
    assert "budget kms 6.00, 4.00 and 5.00 before" in chart.description


def test_a_month_without_a_bill_keeps_its_place(six_months, tmp_path):
    """Bills of May and October alone, drawn by `plot`: ten months to February, four of them empty.

    Without a history today's budget says nothing of May's.
    """
    path, _ = six_months
    lines = [line for label in ("2026-05", "2026-10") for line in lines_of_month(label, 1.0)]
    bill = legacy_bill(tmp_path / "two.csv", lines)
    chart = chart_of(path, "timeline", "2026-10", 5, draws=100, bill=bill)
    bars = chart.draw(WIDE).axes[0].patches
    places = sorted({round(bar.get_x() + bar.get_width() / 2) for bar in bars if bar.get_height()})
    assert places == [0, 5, 6, 7, 8, 9]
    assert lines_of_budgets(chart) == [(4.5, 9.5, 5.0)]


def test_a_month_in_progress_is_not_kept_as_billed(tmp_path):
    """The next report has the whole bill: half of one must not stand in its place."""
    history = tmp_path / "history.json"
    path = write(tmp_path, SMALL)
    monthly = report(path, "2026-10", bill=small_bill(tmp_path, 15), advice=False, history=history)
    monthly.write_history(history)
    (entry,) = json.loads(history.read_text(encoding="utf-8"))["reports"]
    assert entry["billed_usd"] is None
    assert entry["expected_usd"]["2026-10"] == pytest.approx(LONG)


def test_what_changed_has_its_money_as_compare_has_it(tmp_path):
    """A reader of 5,000 gets a day more: 5,000 x 31 x 0.000003 = USD 0.465; files 288 to 500.

    Puts: (500 - 288) x 31 x 0.000003 = 0.019716; in all 0.484716; cents in a sentence.
    """
    history = tmp_path / "history.json"
    before = write(tmp_path, SMALL)
    report(before, "2026-09", advice=False, history=history).write_history(history)
    lake = "}, {name: lake, kind: fixed, gets_per_day: 5000}]"
    text = SMALL.replace("40000}]", "40000" + lake)
    after = write(tmp_path, text.replace("key: logs}", "key: logs, files_per_day: 500}"), "b.yaml")
    monthly = report(after, "2026-10", advice=False, history=history)
    parts = {(each.kind, each.name): each for each in monthly.changes.parts}
    assert parts["reader", "lake"].what == "added"
    assert parts["reader", "lake"].cost == pytest.approx(0.465)
    assert parts["trail", "t"].what == "changed"
    assert parts["trail", "t"].cost == pytest.approx(0.019716)
    assert monthly.changes.cost == pytest.approx(0.484716)
    compared = compare(before, after, "2026-10", 1)
    assert monthly.changes.cost == pytest.approx(compared.difference(compared.others[0]))
    assert sum(each.cost for each in monthly.changes.parts) == pytest.approx(monthly.changes.cost)
    text = monthly.markdown().replace("\\", "")
    words = "Since the report of 2026-09 the inventory costs USD +0.48 a month: reader lake added"
    assert f"{words} (+0.46), trail t changed (+0.02)." in text


FOLLOWED = """version: 1
accounts: [{id: "111122223333", regions: [us-east-1]}]
keys: [{id: k, region: us-east-1}]
trails: [{name: t, key: k, files_per_day: 1000}]
readers: [{name: r, kind: every-file, gets_per_file: 2}]
budgets: [{name: b, usd_per_month: 5.00}]
"""


def changed_to(folder, text, before=FOLLOWED):
    """What changed from an inventory to the next month's, and the answer to the question."""
    history = folder / "history.json"
    report(
        write(folder, before), "2026-09", advice=False, draws=100, history=history
    ).write_history(history)
    after = write(folder, text, "b.yaml")
    monthly = report(after, "2026-10", advice=False, draws=100, months_ahead=1, history=history)
    answers = {each["question"]: each["lines"] for each in monthly.to_dict()["answers"]}
    return monthly, answers["What changed?"][0]


def test_a_reader_of_a_trail_that_changed_follows(tmp_path):
    """Files from 1,000 to 1,500 a day: 15,500 puts more, 0.0465, and twice as many gets, 0.093.

    Free are 20,000, a third of them of puts: they share alike before and after. Nobody edited the
    reader, nor the account; the comment moves its lines.
    """
    text = f"# more files\n{FOLLOWED.replace('1000', '1500')}"
    monthly, line = changed_to(tmp_path, text)
    assert line == (
        "Since the report of 2026-09 the inventory costs USD +0.14 a month: "
        "trail t changed (+0.05), reader r follows (+0.09)."
    )
    whats = {each.name: (each.what, each.cost) for each in monthly.changes.parts}
    assert whats == {
        "t": ("changed", pytest.approx(0.0465)),
        "r": ("follows", pytest.approx(0.093)),
    }
    assert {each.what for each in monthly.changes.accounts} == {"follows"}
    assert monthly.changes.settings == ()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        # 31,000 puts and 62,000 gets, of which 20,000 are free: used by others they cost 0.06
        (
            "version: 1",
            "version: 1\nother_kms_requests_per_month: 20000",
            (
                "USD +0.06 a month: other_kms_requests_per_month changed, "
                "reader r follows (+0.04), trail t follows (+0.02)"
            ),
        ),
        ("usd_per_month: 5.00", "usd_per_month: 3.00", "as much: budgets changed"),
        # 31,000 x 0.0000001 = 0.0031 gets more, USD 0.0000000093
        ("gets_per_file: 2}", "gets_per_file: 2.0000001}", "as much: reader r changed (0.00)"),
        # from next year on, so nothing of it in this month
        (
            "gets_per_file: 2}]",
            "gets_per_file: 2}, {name: l, kind: fixed, gets_per_day: 9, from: 2027-01-01}]",
            "as much: reader l added (0.00)",
        ),
        (
            "regions: [us-east-1]}",
            'regions: [us-east-1]}, {id: "222222222222", regions: [us-east-1], from: 2027-01-01}',
            "as much: account 222222222222 added",
        ),
        ("files_per_day: 1000", "files_per_day: 1000.0", ""),
        ("regions: [us-east-1]}", "regions: [us-east-1], name: payer}", ""),
    ],
)
def test_an_edit_is_named_also_where_it_costs_nothing_this_month(tmp_path, old, new, words):
    """Settings, and what has no effect yet; a name or another way to write a number is no edit."""
    assert old in FOLLOWED
    monthly, line = changed_to(tmp_path, FOLLOWED.replace(old, new))
    nothing = "Nothing in the inventory changed since the report of 2026-09."
    costs = "Since the report of 2026-09 the inventory costs"
    assert line == (f"{costs} {words}." if words else nothing)
    section = "Nothing in the inventory or the rates changed since 2026-09."
    assert (section in monthly.markdown()) == (not words)


def test_accounts_that_came_and_went(tmp_path):
    """An account more on an organization's trail: 288 x 31 puts, USD 0.026784, by its id."""
    history = tmp_path / "history.json"
    text = SMALL.replace("{name: t, key: logs}", "{name: t, key: logs, scope: organization}")
    before = write(tmp_path, text)
    report(before, "2026-09", advice=False, history=history).write_history(history)
    more = text.replace(
        'accounts: [{id: "111122223333", regions: [us-east-1]}]',
        'accounts: [{id: "111122223333", regions: [us-east-1]}, '
        '{id: "222222222222", regions: [us-east-1]}]',
    )
    monthly = report(write(tmp_path, more, "b.yaml"), "2026-10", advice=False, history=history)
    (added,) = [each for each in monthly.changes.accounts if each.what == "added"]
    assert (added.kind, added.name) == ("account", "222222222222")
    # the fixed reader's gets are shared by all files, so the account has half of them too
    total = sum(each.cost for each in monthly.changes.accounts)
    assert total == pytest.approx(288 * 31 * 0.000003)
    words = "account 222222222222 added, trail t follows (+0.03)."
    assert words in monthly.markdown().replace("\\", "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no json", "not JSON"),
        ("[]", "without kmscost_history"),
        ('{"kmscost_history": 2}', "a history of version '2'; expected version 1"),
        ('{"kmscost_history": 1, "currency": "CNY"}', "a history in CNY"),
        ('{"kmscost_history": 1, "currency": "USD"}', "no list of reports"),
        ('{"kmscost_history": 1, "currency": "USD", "reports": [3]}', "no expected_usd"),
        (OF_ONE % '{"month": "October", "expected_usd": {}}', "'October' in reports[0]"),
        (
            OF_ONE % '{"month": "2026-09", "expected_usd": {}, "payers": "111122223333"}',
            "payers in reports[0] that are no list",
        ),
        (
            OF_ONE % '{"month": "2026-09", "expected_usd": {}, "inventory": {"version": 1}}',
            "an inventory of 2026-09 that cannot be read",
        ),
        (
            OF_ONE % '{"month": "2026-09", "expected_usd": {}, "payers": ["999999999999"]}',
            "a history of payer 999999999999, of which no account is in common; expected one of 1",
        ),
        (
            OF_ONE % '{"month": "2026-10", "expected_usd": {"2026-10": NaN}}',
            "expected an amount",
        ),
    ],
    ids=[
        *("no json", "a list", "version", "currency", "no reports", "a number", "month"),
        *("payers", "inventory", "of others", "nan"),
    ],
)
def test_a_file_that_is_no_history_is_refused_and_left_as_it_is(tmp_path, text, words):
    """Exit 1 with the place; the file stays, and no report is written."""
    history = tmp_path / "history.json"
    history.write_text(text, encoding="utf-8")
    path = write(tmp_path, SMALL)
    target = tmp_path / "report.md"
    done = kmscost(
        "report",
        path,
        "--month",
        "2026-10",
        "--history",
        history,
        "--output",
        target,
        "--no-advice",
    )
    assert done.exit_code == 1
    assert words in done.stderr
    assert history.read_text(encoding="utf-8") == text
    assert not target.exists()


def _inventory_of(*accounts):
    """The document of `SMALL` with other accounts, the first of which owns everything."""
    listed = "".join(f'{{id: "{account}", regions: [us-east-1]}}, ' for account in accounts)
    text = SMALL.replace("111122223333", accounts[0])
    before = f'accounts: [{{id: "{accounts[0]}", regions: [us-east-1]}}]'
    assert before in text
    return text.replace(before, f"accounts: [{listed[:-2]}]")


def test_the_history_of_another_organization_is_refused(tmp_path):
    """No account in common, whatever the file is called; with few of many in common a notice."""
    history = tmp_path / "history.json"
    many = [f"{number:012}" for number in (111122223333, 222222222222, 333333333333)]
    of_many = write(tmp_path, _inventory_of(*many), "many.yaml")
    large = report(of_many, "2026-09", advice=False, history=history, months_ahead=1, draws=100)
    large.write_history(history)
    text = history.read_bytes()
    strangers = write(tmp_path, _inventory_of("999999999999"), "strangers.yaml")
    with pytest.raises(KmscostError, match="a history of payer 111122223333, of which no account"):
        report(strangers, "2026-10", advice=False, history=history)
    assert history.read_bytes() == text
    few = report(
        write(tmp_path, SMALL), "2026-10", advice=False, history=history, months_ahead=1, draws=100
    )
    notice = "history.json may be of another inventory: only 1 of the 3 accounts of 2026-09 are in"
    assert any(notice in line for line in few.unread)


def test_a_history_that_does_not_say_whose_it_is(tmp_path):
    """A report without payers and inventory, as an older program kept of large ones: a notice."""
    history = tmp_path / "history.json"
    history.write_text(OF_ONE % '{"month": "2026-09", "expected_usd": {}}', encoding="utf-8")
    path = write(tmp_path, SMALL)
    found = report(path, "2026-10", advice=False, history=history, months_ahead=1, draws=100)
    assert any("history.json does not say whose history it is" in line for line in found.unread)


def test_two_reports_at_once_lose_nothing(tmp_path):
    """Both read the history before either writes it: both months are in it afterwards."""
    history, path = tmp_path / "history.json", write(tmp_path, SMALL)
    first, other = (
        report(path, month, advice=False, history=history, months_ahead=1, draws=100)
        for month in ("2026-09", "2026-10")
    )
    first.write_history(history)
    other.write_history(history)
    document = json.loads(history.read_text(encoding="utf-8"))
    assert [each["month"] for each in document["reports"]] == ["2026-09", "2026-10"]
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("history")] == [
        "history.json"
    ]


def test_months_that_cannot_be_compared_are_named(tmp_path):
    """A month of strangers beside one of ours: left out with a word, and the others stand."""
    strangers = [
        line.__class__(**{**vars(line), "account": "999999999999"})
        for line in lines_of_month("2026-08", 1.0)
    ]
    lines = [*strangers, *lines_of_month("2026-09", 1.0), *lines_of_month("2026-10", 1.0)]
    bill = legacy_bill(tmp_path / "bill.csv", lines)
    monthly = report(write(tmp_path, SMALL), "2026-10", bill=bill, advice=False)
    assert [each.month for each in monthly.past] == ["2026-09", "2026-10"]
    assert "the bill of 2026-08 is left out" in monthly.markdown()


def test_months_before_the_inventory_begins(tmp_path):
    """A trail from October: the bill of September is all somebody else's, and no forecast is."""
    text = SMALL.replace("{name: t, key: logs}", "{name: t, key: logs, from: 2026-10-01}")
    text = text.replace("{id: logs, region: us-east-1}", "{id: logs, region: us-east-1, "
                        "created: 2026-10-01}")  # fmt: skip
    lines = [*lines_of_month("2026-09", 1.0), *lines_of_month("2026-10", 1.0)]
    bill = legacy_bill(tmp_path / "bill.csv", lines)
    monthly = report(write(tmp_path, text), "2026-10", bill=bill, advice=False)
    september, october = monthly.past
    assert september.forecast == 0
    assert september.cost.total == pytest.approx(0)
    assert september.others == pytest.approx(SHORT)
    assert october.cost.total == pytest.approx(LONG)


def test_plot_has_the_months_of_the_bill(six_months):
    """`plot --kind timeline`: billed months, then expected ones; other kinds take no bill."""
    path, bill = six_months
    assert plot(path, "timeline", "2026-11", 6, bill=bill).axes
    done = kmscost("plot", path, "--kind", "timeline", "--from", "2026-11", "--bill", bill)
    assert "billed 4.75 in 2026-05 to 4.75 in 2026-10; expected 4.63 in 2026-11" in done.stderr
    with pytest.raises(KmscostError, match="choose kind timeline"):
        plot(path, "cost", "2026-11", 6, bill=bill)


@pytest.mark.parametrize(("events", "is_shown"), [(1_248_928.0, True), (20_000.0, False)])
def test_paid_events_that_no_trail_explains_are_a_card_and_a_line(tmp_path, events, is_shown):
    """A copy of each of the 40,288 x 31 requests, at 0.00002: 24.97856 beside KMS's 4.746784.

    20,000 of them cost 0.40, less than a tenth of it; the inventory's own trail is the first copy.
    """
    lines = list(lines_of_month("2026-10", 1.0))
    paid = replace(
        lines[0],
        product="AWSCloudTrail",
        usage_type="USE1-PaidEventsRecorded",
        operation="None",
        unit="Events",
        amount=repr(events),
        rate="0.00002",
        cost=repr(events * 0.00002),
        description="$2.00 per 100,000 paid events recorded",
    )
    bill = legacy_bill(tmp_path / "bill.csv", [*lines, paid])
    monthly = report(write(tmp_path, SMALL), "2026-10", bill=bill, advice=False, draws=100)
    text = monthly.markdown().replace("\\", "")
    assert monthly.month_cost.total == pytest.approx(4.746784)
    words = (
        "Apart from KMS, CloudTrail's bill of 2026-10 has USD 24.98 for 1,248,928 paid events, "
        "about as many as the KMS requests: perhaps copies of KMS events; no trail of the "
        "inventory explains them."
    )
    assert (words in text) is is_shown
    assert ("| Paid events |" in text) is is_shown
    first = monthly.document.answers[-1].lines[0]
    assert first.startswith("Find the trail behind the 1,248,928 paid events") is is_shown
