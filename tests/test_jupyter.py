"""Every result shows itself in Jupyter, and nothing that a user names becomes markup."""

import gzip
import inspect
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

import estimator
from estimator import (
    advise,
    attribute,
    backtest,
    calibrate,
    check,
    compare,
    discover_terraform,
    explain,
    forecast,
    load_rates,
    measure_bill,
    measure_cloudtrail,
    rates_diff,
    rates_import,
    reconcile,
    simulate,
)
from tests.october import HOME, write_october
from tests.pricing.offers.offer_files import kms, offer, write_file
from tests.real_data import ROOT

HOSTILE = "<script>alert('1')</script><img src=x onerror=alert(2)>"

# what a result is called, and how it is made of the folder below
RESULTS = {
    "Inventory": lambda at: check(at / "inventory.yaml"),
    "Forecast": lambda at: forecast(at / "inventory.yaml", "2026-11", 2, by=["trail"]),
    "Explanation": lambda at: explain(at / "inventory.yaml", "2026-11"),
    "Simulation": lambda at: simulate(at / "inventory.yaml", "2026-11", 2, draws=100),
    "Comparison": lambda at: compare(
        at / "inventory.yaml",
        {"name": HOSTILE, "changes": [{"path": f'trails["{HOSTILE}"].files_per_day', "scale": 2}]},
        "2026-11",
        2,
    ),
    "Actuals": lambda at: measure_cloudtrail(at / "logs"),
    "Attribution": lambda at: attribute(at / "logs"),
    "Calibration": lambda at: calibrate(at / "inventory.yaml", at / "logs"),
    "Backtest": lambda at: backtest(at / "inventory.yaml", at / "logs", "7d"),
    "Reconciliation": lambda at: reconcile(at / "inventory.yaml", at / "bill.csv", "2026-10"),
    "Advice": lambda at: advise(at / "inventory.yaml", "2026-11", 2),
    "Draft": lambda at: discover_terraform(at / "plan.json"),
    "ImportedRates": lambda at: rates_import(at / "prices.json"),
    "RatesDiff": lambda at: rates_diff(
        at / "rates.yaml", at / "<b>.yaml", at / "inventory.yaml", "2026-11", 2
    ),
}


class Tags(HTMLParser):
    """The tags of a page, and whether they close in order."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], set()

    def handle_starttag(self, tag, attrs):  # noqa: ARG002 (the signature of its parent)
        self.seen.add(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A month of logs, a bill, prices and an inventory, with markup in every name they have."""
    at = tmp_path_factory.mktemp("<i>jupyter")
    document = {
        "version": 1,
        "payer": HOME,
        "regions": ["us-east-1", "eu-west-1"],
        "accounts": [{"id": HOME, "name": HOSTILE}, {"id": "222222222222"}],
        "keys": [{"id": HOSTILE, "region": "us-east-1"}],
        "trails": [
            {
                "name": HOSTILE,
                "key": HOSTILE,
                "files_per_day": {"low": 20, "high": 300, "source": HOSTILE},
            }
        ],
        "readers": [{"name": HOSTILE + "r", "kind": "every-file", "gets_per_file": 1}],
        "budgets": [{"name": HOSTILE, "usd_per_month": 0.01}],
    }
    (at / "inventory.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    write_october(at / "logs")
    for path in (at / "logs").iterdir():
        log = json.loads(gzip.decompress(path.read_bytes()))
        text = json.dumps(log).replace("role/siem", "role/<script>siem")
        path.write_bytes(gzip.compress(text.encode()))
    (at / "logs" / "<script>broken.json").write_text("{", encoding="utf-8")
    bill = (ROOT / "examples" / "bill.csv").read_text(encoding="utf-8")
    (at / "bill.csv").write_text(bill.replace("CurrentKeys", HOSTILE), encoding="utf-8")
    plan = (ROOT / "examples" / "plan.json").read_text(encoding="utf-8")
    (at / "plan.json").write_text(plan.replace('"org"', json.dumps(HOSTILE)), encoding="utf-8")
    write_file(at / "prices.json", offer(kms("us-east-1", "eu-west-1")))
    rates = at / "rates.yaml"
    shipped = yaml.safe_load(Path(load_rates().path).read_text(encoding="utf-8"))
    shipped["meters"][0]["versions"][-1]["source"]["title"] = HOSTILE
    rates.write_text(yaml.safe_dump(shipped), encoding="utf-8")
    shipped["meters"][0]["versions"][-1]["rates"][0]["rate"] = 0.06
    (at / "<b>.yaml").write_text(yaml.safe_dump(shipped), encoding="utf-8")
    return at


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_shows_itself_and_names_stay_text(name, folder):
    """The HTML closes every tag that it opens, and has tags of tables and text alone."""
    result = RESULTS[name](folder)
    assert type(result).__name__ == name
    shown = result._repr_html_()
    tags = Tags()
    tags.feed(shown)
    tags.close()
    assert tags.open == []
    known = {"table", "thead", "tbody", "tr", "th", "td", "p", "details", "summary", "pre", "div"}
    assert tags.seen <= known
    assert "table" in tags.seen
    # names are there, as text; a backtest shows none
    assert "&lt;" in shown or name == "Backtest"
    assert len(repr(result)) < 400
    assert "\n" not in repr(result)


def test_a_cost_stands_beside_the_other_reading(folder):
    """A result that shows a cost in Jupyter shows the total under the other reading."""
    for name in (
        "Forecast",
        "Explanation",
        "Simulation",
        "Comparison",
        "Reconciliation",
        "Attribution",
        "RatesDiff",
    ):
        shown = RESULTS[name](folder)._repr_html_()
        assert "AWS does not charge CloudTrail" in shown or "exempt" in shown, name


@pytest.mark.parametrize("by", [None, "day,reader"])
def test_a_measurement_is_shown_by_what_was_asked_for(by, folder):
    """Without `by` a row is a month and a cause, not a day and a key; a bill shows itself too."""
    shown = measure_cloudtrail(folder / "logs", by)._repr_html_()
    assert ("<th>day</th>" in shown) == (by is not None)
    assert ("<th>cause</th>" in shown) == (by is None)
    assert shown.count("<tr") < 25
    assert "<th>product</th>" in measure_bill(folder / "bill.csv")._repr_html_()


def test_every_public_result_is_looked_at():
    """No class of a result is public and missing above."""
    # a report is a page of its own in a frame, and has tests of its own
    given = {"KmscostError", "InventoryError", "Range", "RateTable", "MonthlyReport"}
    classes = {name for name in estimator.__all__ if inspect.isclass(getattr(estimator, name))}
    assert classes - given == set(RESULTS)
