"""The monthly report: its verdict, its numbers, its formats; names stay text."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re

import pytest

from benchmarks.forecast import write_inventory
from estimator import KmscostError, advise, load_inventory, report, simulate
from estimator.figures import count, money
from estimator.months import month_in_words
from estimator.report.formats.json_and_csv import to_json
from tests.cli.test_commands import kmscost
from tests.real_data import ROOT
from tests.report.material import BILL, EXAMPLE, HOSTILE, MONTH, Page, measured


@pytest.fixture(scope="module")
def example():
    """The example with generated measurements and its bill."""
    return report(EXAMPLE, MONTH, measured(), BILL)


@pytest.fixture
def write_small(tmp_path):
    """An inventory of one account: 100 files a day under a key, and a budget."""

    def write(budget, files="100", more=""):
        path = tmp_path / "one.yaml"
        path.write_text(
            'version: 1\naccounts: [{id: "111122223333", regions: [us-east-1]}]\n'
            "other_kms_requests_per_month: 20000\nkeys: [{id: k, region: us-east-1}]\n"
            f"trails: [{{name: t, key: k, files_per_day: {files}}}]\n{more}"
            + (f"budgets: [{{name: b, usd_per_month: {budget}}}]\n" if budget else ""),
            encoding="utf-8",
        )
        return path

    return write


def test_the_example_is_on_budget_as_billed(example):
    """USD 5.402 billed, all of it CloudTrail's, of 25.00 are 21.608 %."""
    assert example.spent == pytest.approx(5.402)
    assert example.verdict.status == "on budget"
    sentence = "On budget: USD 5.40 was billed for October 2026, 21.6 % of budget kms"
    assert example.verdict.sentence.startswith(sentence)
    # outside of 5.50 to 5.57, but the bill has no writes: within a tenth of 5.26 to 5.33, without
    assert (
        "Without them the bill is within a tenth of the forecast's range 5.26 to 5.33."
        in example.verdict.sentence
    )
    assert example.verdict.probability == 0


@pytest.mark.parametrize(
    # 100 x 31 x 0.000003 + 1 = 1.0093 in October and all months of 31 days, 1.009 in those of 30
    ("budget", "status", "words"),
    [
        ("1.0093", "on budget", "On budget: USD 1.01 is expected for October 2026, 100 % of"),
        ("1.0092", "over budget", "Over budget: USD 1.01 is expected for October 2026"),
        ("2", "on budget", "By the forecast, which has no ranges, no month to October 2027 breaks"),
        ("", "no budget", "No budget says whether that is too much: write one into"),
    ],
)
def test_both_sides_of_a_budget(write_small, budget, status, words):
    """A budget is kept to the cent and broken beyond; without ranges nothing says how sure."""
    monthly = report(write_small(budget), MONTH, advice=False)
    assert monthly.spent == pytest.approx(1.0093)
    assert monthly.verdict.status == status
    assert words in monthly.verdict.sentence


def test_a_range_that_may_break_the_budget_is_a_risk(write_small):
    """1.5 is kept by the forecast (1.186), and broken by draws of 5,376 files a day and more."""
    monthly = report(write_small("1.5", "{low: 500, high: 8000}"), MONTH, advice=False)
    drawn = monthly.simulation.draws_cost[:, 1:]
    chance = float((drawn > 1.5).any(axis=1).mean())
    assert 0.05 < chance < 0.5
    assert monthly.verdict.status == "at risk"
    assert monthly.verdict.probability == chance
    assert f"In {chance * 100:.2g} % of 10,000 simulations a month to" in monthly.verdict.sentence


def test_copies_of_events_are_no_footnote(tmp_path):
    """Copies that cost five times as much as KMS stand in a card and under the verdict.

    October: 31 x (50,000 gets + 288 puts) = 1,558,928 events x 0.00002 = USD 31.17856; 12 months
    ahead have 365 days: 365 x 50,288 x 0.00002 = USD 367.1024.
    """
    path = tmp_path / "copies.yaml"
    path.write_text(
        'version: 1\naccounts: [{id: "111122223333", regions: [us-east-1]}]\n'
        "keys: [{id: logs, region: us-east-1}]\n"
        "trails:\n  - {name: a, scope: account, key: logs}\n"
        "  - {name: b, scope: account, key: null}\n"
        "readers: [{name: siem, kind: fixed, trails: [a], gets_per_day: 50000}]\n",
        encoding="utf-8",
    )
    monthly = report(path, "2026-10", advice=False)
    assert monthly.month_totals["cost_usd_cloudtrail_events"] == pytest.approx(31.17856)
    beside = " ".join(monthly.document.beside)
    assert "Apart from KMS, on CloudTrail's bill in 2026-10: USD 31.18 for copies" in beside
    text = monthly.markdown().replace("\\", "")
    assert "| Copies of KMS events | on CloudTrail's bill, apart from KMS | 31.18 | USD |" in text
    assert "USD 367.10 for copies of KMS events" in text
    assert "398.28" not in text  # never a sum of the month and the months ahead
    assert "Copies of KMS events" in monthly.html()
    assert "Copies of KMS events" not in report(EXAMPLE, "2026-10", advice=False).markdown()


def test_growth_breaks_a_budget_later(write_small):
    """On budget in October, over it from the month that the forecast says."""
    monthly = report(
        write_small("1.015", more="growth: {files_per_year: 100%}\n"), MONTH, advice=False
    )
    over = monthly.forecast.budgets[monthly.forecast.budgets["over"]]
    assert monthly.verdict.status == "at risk"
    first = month_in_words(str(over["month"].iloc[0]))
    assert f"Budget b is expected to be broken from {first} on" in monthly.verdict.sentence


def test_what_is_not_cloudtrails_breaks_no_budget(tmp_path):
    """USD 300 of others' requests are on the bill, and not in what is held against the budget."""
    lines = BILL.read_text(encoding="utf-8").splitlines()
    others = lines[3].replace("222222222222", "999999999999")
    others = others.replace("1134000", "100000000").replace("3.402", "300")
    bill = tmp_path / "bill.csv"
    bill.write_text("\n".join([*lines, others, ""]), encoding="utf-8")
    monthly = report(EXAMPLE, MONTH, bill=bill, advice=False)
    assert monthly.verdict.status == "on budget"
    assert monthly.reconciliation.totals["cost_usd_billed"] == pytest.approx(305.402)
    assert monthly.spent == pytest.approx(5.402)


def test_numbers_agree_in_table_json_and_html(example):
    """Each printed digit is the same in every format: forecast, simulate, reconcile, report."""
    options = ("--from", MONTH, "--months", "13")
    data = json.loads(kmscost("forecast", EXAMPLE, *options, "--format", "json").stdout)
    drawn = json.loads(
        kmscost("simulate", EXAMPLE, *options, "--quantile", "0.05,0.95", "--format", "json").stdout
    )
    table = kmscost("forecast", EXAMPLE, *options).stdout
    page, text = Page(example.html()), example.markdown()
    header, *months, _ = page.table("Each month")
    assert header[:2] == ["month", "expected USD"]
    assert len(months) == 12
    for cells, month in zip(months, drawn["months"][1:], strict=True):
        low, high = (
            row["value"]
            for row in drawn["quantiles"]
            if row["month"] == month["month"] and row["measure"] == "cost_usd"
        )
        expected = [
            month["month"],
            money(month["mean_cost_usd"]),
            f"{low:.2f}",
            f"{high:.2f}",
            money(month["mean_cost_usd_writes_exempt"]),
            count(month["mean_requests"]),
        ]
        assert cells[: len(expected)] == expected
        assert f"| {' | '.join(cells)} |" in text
    for month in data["months"]:
        line = next(row for row in table.splitlines() if row.startswith(month["month"]))
        assert line.split()[1] == count(month["requests"])
        assert line.split()[-1] == money(month["cost_usd"])
    reconciled = json.loads(
        kmscost("reconcile", EXAMPLE, BILL, "--month", MONTH, "-f", "json").stdout
    )
    sides = page.table("Forecast, measured and billed")
    # `reconcile` has the typical forecast, the report the mean
    assert sides[-1][1] == money(drawn["months"][0]["mean_cost_usd"])
    assert sides[-1][3] == money(reconciled["totals"]["cost_usd_billed"])
    own = json.loads(kmscost("report", EXAMPLE, "--month", MONTH, "-f", "json").stdout)
    first = page.table("What would save money")[1]
    assert first[1] == money(own["advice"]["advice"][0]["saves_usd"])
    # `advise` speaks of the typical value of each range, the report of its mean
    assert own["advice"] == json.loads(to_json(advise(EXAMPLE, MONTH, 13, at_means=True).to_dict()))
    expected = math.fsum(row["mean_cost_usd"] for row in drawn["months"])
    assert own["advice"]["totals"]["cost_usd"] == pytest.approx(expected, rel=1e-3)
    assert own["totals"]["cost_usd"] == drawn["months"][0]["mean_cost_usd"]


@pytest.mark.parametrize(
    "way", ["trail, reader", "account where", "account that", "Region", "cause"]
)
def test_every_way_to_tell_it_apart_has_the_same_total(example, way):
    """By trail, account, Region, cause: requests, cost and the other reading sum to the month's."""
    total = Page(example.html()).table(f"By {way}")[-1]
    month = example.month_totals
    own, other = money(month["cost_usd"]), money(month["cost_usd_writes_exempt"])
    assert [total[-4], *total[-2:]] == [own, other, count(month["requests"])]
    assert float(total[-3].removesuffix(" %")) == 100


def test_the_page_needs_nothing_from_elsewhere(example):
    """No address of a network is loaded; its policy allows its own style and script alone."""
    page = Page(example.html())
    for tag, attributes in page.tags:
        assert tag not in {"link", "iframe", "img", "object", "base", "form"}
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        for name in ("src", "href", "xlink:href"):
            assert attributes.get(name, "#").startswith("#")
    policy = next(a["content"] for _, a in page.tags if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", example.html(), re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_ids_are_unique_and_anchors_lead_somewhere(example):
    """Each id stands once, each link and each label finds its own."""
    tags = Page(example.html()).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in tags:
        wanted = (attributes.get("aria-labelledby") or "").split()
        for name in ("href", "xlink:href"):
            wanted += [attributes[name][1:]] if name in attributes else []
        assert set(wanted) <= set(ids)


def test_names_of_others_stay_text(tmp_path):
    """Scripts, images, markup, templates and formulas in names are shown, and nothing else."""
    path = tmp_path / "hostile.yaml"
    path.write_text(HOSTILE, encoding="utf-8")
    text = report(path, MONTH).html()
    page = Page(text)
    tags = [tag for tag, _ in page.tags]
    # elements of data are run by no browser
    scripts = [found.get("type", "") for tag, found in page.tags if tag == "script"]
    assert scripts.count("") == tags.count("style") == 1
    assert set(scripts) <= {"", "application/json", "text/csv"}
    assert not {"img", "b", "i"} & set(tags)
    assert not any(name.startswith("on") for _, found in page.tags for name in found)
    for hostile in ("<script>alert(1)</script>", "{{ 7*7 }} {% raw %}", r"$\frac{1}{0}$ & \1"):
        assert hostile in page.text
    names = {row[1] for row in page.table("By account where")}
    assert '\'=HYPERLINK("http://evil.example","x")' in names
    assert "日本語 \\u202e {{ 7*7 }} {% raw %}" in names


def test_ten_thousand_accounts_are_a_small_file(tmp_path):
    """Top lists of ten, and data of each account that the script shows; below 1 MB."""
    monthly = report(write_inventory(tmp_path, 10_000, "csv"), MONTH)
    assert monthly.advice is None
    text = monthly.html()
    assert "was not worked out for more than 2,000 accounts" in text
    assert len(text.encode()) < 1_000_000
    rows = Page(text).table("By account where")
    assert len(rows) == 1 + 10 + 2
    assert rows[-2][0] == "9,990 more"
    assert rows[-1][-1] == count(monthly.month_totals["requests"])


def test_without_months_ahead_and_without_anything(write_small):
    """One month alone is a report too, and so is an inventory without readers and budgets."""
    monthly = report(write_small(""), MONTH, months_ahead=0)
    assert [section.name for section in monthly.document.sections][:2] == ["month", "origins"]
    assert "<svg" in monthly.html()
    assert "No measurement and no bill was given" in monthly.markdown()


def test_what_was_not_read_is_said(tmp_path):
    """A file of the bill's folder that is no bill is named with its reason."""
    (tmp_path / "bill.csv").write_bytes(BILL.read_bytes())
    (tmp_path / "more.csv.gz").write_bytes(b"no gzip")
    text = Page(report(EXAMPLE, MONTH, bill=tmp_path, advice=False).html()).text
    assert "Not read" in text
    assert "more.csv.gz" in text


def test_a_part_of_a_month_is_not_compared():
    """An hour of logs is shown beside the forecast of a month, without a difference."""
    monthly = report(EXAMPLE, MONTH, EXAMPLE.parent / "logs", advice=False)
    header, *rows = Page(monthly.html()).table("Forecast and measured requests")
    assert [row[2] for row in rows if row[0] in {"put", "get"}] == ["22", "21"]
    # a column of nothing but dashes is left out
    assert header == ["cause", "forecast requests", "measured requests"]
    assert "below 90 % it is shown and not compared" in monthly.markdown()


def test_an_inventory_without_requests(tmp_path):
    """A trail with SSE-S3 costs nothing: a report of zeros, no division by them."""
    path = tmp_path / "nothing.yaml"
    path.write_text(
        'version: 1\naccounts: [{id: "111122223333"}]\nkeys: []\n'
        "trails: [{name: t, key: null}]\nbudgets: [{name: b, usd_per_month: 0}]\n",
        encoding="utf-8",
    )
    monthly = report(path, MONTH, advice=False)
    assert monthly.verdict.status == "on budget"
    assert "USD 0.00 is expected" in monthly.verdict.sentence
    assert "nan" not in Page(monthly.html()).text


def test_advice_can_be_left_out():
    """--no-advice leaves out the section and its line of what to do, and no other number."""
    arguments = ("report", EXAMPLE, "--month", MONTH)
    with_it, without = (kmscost(*arguments, *more).stdout for more in ((), ("--no-advice",)))
    begin = with_it.index("## What would save money")
    end = with_it.index("## Assumptions")
    assert "bucket-key org" in with_it[begin:end]
    rest = with_it[:begin] + with_it[end:]
    line = re.search(r"Turn on the S3 Bucket Key of trail org: [^.]*\.\d\d [^.]*\. ", rest)
    assert line is not None
    assert rest.replace(line[0], "") == without


def test_another_currency(write_small, tmp_path):
    """Rates in CNY: amounts are in CNY, budgets in USD are not compared."""
    table = tmp_path / "rates.yaml"
    source = "{title: t, url: 'https://example.com', checked: 2026-01-01}"
    meters = "".join(
        f"  - {{name: {name}, title: {name}, unit: {unit}, per: 1, operations: [{operations}], "
        f"versions: [{{from: 2020-01-01, source: {source}, "
        "rates: [{regions: [us-east-1], rate: 2}]}]}\n"
        for name, unit, operations in (
            ("requests", "request", "GenerateDataKey, Decrypt, Encrypt"),
            ("keys", "key-month", "KeyMonth"),
        )
    )
    table.write_text(
        f"version: 1\nservice: awskms\ncurrency: CNY\nmeters:\n{meters}", encoding="utf-8"
    )
    monthly = report(write_small("1"), MONTH, rates=table, advice=False)
    assert monthly.verdict.status == "no budget"
    assert f"CNY {money(2 + 3100 * 2)}" in monthly.verdict.sentence
    assert "USD a month" not in monthly.html()
    # no rate for copies of events in CNY: null, for JSON has no NaN
    found = json.loads(to_json(monthly.to_dict()), parse_constant=pytest.fail)
    assert found["totals"]["cost_cny_cloudtrail_events"] is None
    assert found["totals_ahead"]["cost_cny"] == pytest.approx(12 * 2 + 36500 * 2)


def test_the_format_follows_the_ending(tmp_path):
    """.html, .md and .json; Markdown to stdout; --format wins; the verdict goes to stderr."""
    arguments = ("report", EXAMPLE, "--month", MONTH, "--bill", BILL, "--no-advice")
    for name, begins in (("a.html", "<!doctype"), ("a.md", "# KMS"), ("a.json", "{")):
        answer = kmscost(*arguments, "--output", tmp_path / name)
        assert answer.exit_code == 0, answer.stderr
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)
        assert answer.stderr.startswith("note: On budget: USD 5.40")
    assert kmscost(*arguments).stdout.startswith("# KMS because of CloudTrail, October 2026")
    assert kmscost(*arguments, "--format", "html").stdout.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--month", "October"], 2, "--month: found 'October'"),
        (["--months-ahead", "-1"], 2, "--months-ahead: found -1; expected 0 to 120 months"),
        (["--simulations", "1"], 2, "--simulations"),
        (["--bill", "nowhere.csv"], 1, "nowhere.csv"),
        (["--actuals", str(BILL)], 1, "measure it first"),
        (["--month", "2026-09", "--bill", str(BILL)], 1, "expected lines of 2026-09"),
    ],
)
def test_errors(arguments, code, words, tmp_path):
    """Mistakes in the user's data exit with 1, a wrong option with 2; no file is half written."""
    output = tmp_path / "report.html"
    answer = kmscost("report", EXAMPLE, *arguments, "--output", output)
    assert answer.exit_code == code
    assert words in answer.stderr
    assert not output.exists()


def test_the_python_of_the_docs_runs(monkeypatch):
    """The code of docs/report.md runs as it stands and says what its comments say."""
    text = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(ROOT)
    found = {}
    exec(compile(code, "docs/report.md", "exec"), found)  # noqa: S102 (our own page)
    assert (found["told"].verdict.status, round(found["told"].spent, 9)) == ("on budget", 5.402)


def test_the_default_month_is_the_last_whole_one():
    """Who reports on the second of a month reports the month before."""
    import datetime

    today = datetime.datetime.now(datetime.UTC).date()
    last = today.replace(day=1) - datetime.timedelta(days=1)
    assert report(EXAMPLE, months_ahead=0).month == f"{last:%Y-%m}"


def test_python_takes_what_is_loaded(example):
    """Inventories, actuals and months as objects give the same bytes as paths, every time."""
    import datetime

    monthly = report(load_inventory(EXAMPLE), datetime.date(2026, 10, 17), measured(), BILL)
    assert monthly.html() == example.html()
    assert monthly.verdict == example.verdict
    assert monthly.simulation.mean == simulate(EXAMPLE, MONTH, 13).mean
    assert "<iframe srcdoc" in monthly._repr_html_()
    with pytest.raises(KmscostError, match="month"):
        report(EXAMPLE, 7)
