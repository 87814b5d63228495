"""The report says whose the KMS bill is: of logs what `attribute` says, of a bill what it can."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest

from estimator import attribute, load_inventory, measure_bill, measure_cloudtrail, report
from estimator.months import read_months
from estimator.report.monthly.whose import find_whose
from estimator.report.past import Records
from estimator.report.past.history_file import History
from estimator.volume.model import Model
from pricing.rates import load_rates
from tests.october import write_october
from tests.real_data import ROOT

BILL = ROOT / "examples" / "attribution" / "bill.csv"
MEASURED = ROOT / "examples" / "attribution" / "measured.json"
INVENTORY = ROOT / "examples" / "organization.yaml"


@pytest.fixture(scope="module")
def october(tmp_path_factory):
    """Log files of three days of October."""
    folder = tmp_path_factory.mktemp("logs")
    write_october(folder, days=3)
    return folder


@pytest.fixture(scope="module")
def shop():
    """The report of the README's shop, whose attribution is worked out by hand elsewhere."""
    return report(INVENTORY, "2026-10", MEASURED, BILL, months_ahead=0, draws=100, advice=False)


def whose_of(measured, bill, month):
    """Whose a month is, by measurements and a bill."""
    model = Model(load_inventory(INVENTORY), read_months(month, 1))
    return find_whose(Records(measured, bill, History("USD")), model, load_rates(None), 0.0)


def flat(text):
    """Text without its line breaks."""
    return " ".join(text.split())


def test_the_report_has_the_numbers_of_attribute(october):
    """Of October's logs: the same JSON, with its Bucket Keys; three days x 24 direct requests."""
    folder = str(october)
    found = report(INVENTORY, "2026-10", folder, months_ahead=0, draws=100, advice=False).to_dict()
    alone = attribute(folder, month="2026-10").to_dict()
    assert json.dumps(found["attribution"]) == json.dumps(alone)
    assert found["attribution_missing"] is found["billed_by"] is None
    (direct,) = (line for line in alone["by"]["service"] if line["service"] == "direct")
    assert direct["quantity"] == 72
    assert any("9.7 % of the hours" in line for line in alone["notices"])  # 72 / 744
    assert alone["bucket_keys"]


def test_page_and_markdown_begin_with_cloudtrails_share(shop):
    """37,200 of 6,825,828 are 0.545 %, USD 0.1116; 17,856 gets alone 0.05357 (test_example.py)."""
    assert json.dumps(shop.to_dict()["attribution"]) == json.dumps(
        attribute(MEASURED, BILL, "2026-10").to_dict()
    )
    page, markdown = shop.html(), flat(shop.markdown())
    begin = "Whose is the KMS bill"
    first = "CloudTrail is 0.5 % of your KMS requests (USD 0.1116 of 22.42 for usage"
    other = "0.3 % of the requests billed and USD 0.05357 are CloudTrail&#39;s"
    # months stand in spans, for no line ends at their hyphen
    after = flat(re.sub("</?span>", "", page[page.index('id="whose"') :]))
    assert 0 < after.index(first) < after.index(other) < after.index("By service, 2026-10")
    assert f"## {begin} {first}" in markdown
    for words in ("By resource, 2026-10", "By caller, 2026-10", "Not in these logs"):
        assert words in after
        assert words in markdown
    assert "end on 2026-10-01 at the latest, taken by s3 93.6 %" in markdown
    # the largest bar is whole; keys are 2.00 of 18.51: 96 x 2.00 / 18.51 = 10.4 of 96 parts
    assert '<rect width="96" height="8"/>' in after
    assert '<rect width="10" height="8"/>' in after
    assert "████████████" in markdown
    assert "█" not in page


def test_the_table_of_accounts_is_grouped_by_service_too(shop):
    """CloudTrail 37,200 of 6,825,828 requests, USD 0.1116 of 23.94; and no forecast."""
    page = shop.html()

    def data(name):
        found = re.search(rf'<script type="application/json" id="data-{name}">(.*?)</script>', page)
        return json.loads(found[1])

    rows = {row[0]: row[1:] for row in data("groups")["service (by logs)"]}
    assert rows["cloudtrail"][:2] == [pytest.approx(0.1116), 37_200]
    assert rows["cloudtrail"][2] == pytest.approx(0.05357, abs=5e-6)
    assert sum(row[0] for row in rows.values()) == pytest.approx(23.94, abs=0.005)
    assert sum(row[1] for row in rows.values()) == pytest.approx(6_825_828)
    assert rows["not in these logs"][1] == 217_000
    assert "no forecast" in data("notes")["service (by logs)"]


def test_a_bill_alone_tells_where_and_how_to_ask_for_whose():
    """1,142,000 requests in us-east-1 and 12,000 in eu-west-1, whose nobody knows."""
    bill = ROOT / "examples" / "bill.csv"
    monthly = report(INVENTORY, "2026-10", bill=bill, months_ahead=0, draws=100, advice=False)
    found = monthly.to_dict()
    assert found["attribution"] is None
    assert "CloudTrail" in found["attribution_missing"]
    by = found["billed_by"]
    assert [(line["billed_region"], line["requests"]) for line in by["region"]] == [
        ("us-east-1", 1_142_000),
        ("eu-west-1", 12_000),
    ]
    markdown = monthly.markdown()
    assert "Billed KMS requests by operation, 2026-10" in markdown
    assert "kmscost attribute LOGS --bill BILL --month 2026-10" in markdown
    assert "organization.yaml --month 2026-10 --actuals LOGS --bill BILL" in markdown


def test_without_logs_and_bill_there_is_no_section():
    """A forecast is nobody's bill."""
    monthly = report(INVENTORY, "2026-10", months_ahead=0, draws=100, advice=False)
    assert "Whose is the KMS bill" not in monthly.markdown()
    assert monthly.to_dict()["attribution"] is None


@pytest.mark.parametrize(
    ("by", "month", "words"),
    [
        ("day,cause", "2026-10", "a measurement without billed_account"),
        (None, "2026-09", "logs of 2026-10; expected requests of 2026-09"),
    ],
)
def test_logs_that_do_not_tell_are_named(october, by, month, words):
    """A measurement by other columns, and logs of another month: why, and never no section."""
    measured = measure_cloudtrail(october)
    if by is not None:
        measured = dataclasses.replace(measured, all_rows=measure_cloudtrail(october, by).rows)
    whose = whose_of(measured, None, month)
    assert whose.attribution is None
    assert words in whose.missing


def test_a_bill_of_another_month_prices_nothing(october):
    """Logs of October beside a bill of September alone: priced by the rates, as without one."""
    measured = measure_cloudtrail(october)
    text = BILL.read_text(encoding="utf-8").replace("2026-10-01", "2026-09-01")
    path = october.parent / "september.csv"
    path.write_text(text.replace("2026-11-01", "2026-10-01"), encoding="utf-8")
    whose = whose_of(measured, measure_bill(path), "2026-10")
    assert whose.attribution is not None
    assert not whose.attribution.with_bill
