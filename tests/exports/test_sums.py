"""Every export says the same as the JSON of the forecast, for any organization."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings

from estimator import export_bcm, export_focus, export_frame, export_prometheus, forecast
from estimator.figures import count, money
from estimator.report.exports.table_writers import write_table
from estimator.report.formats.json_and_csv import to_json
from tests.exports.inventories import load
from tests.exports.reading_back import from_csv, from_json, from_parquet
from tests.extras import needed
from tests.forecasting.inventories import inventories
from tests.real_data import ROOT
from tests.sampling import cases

laws = settings(max_examples=cases(6))


def add_up(values):
    """An exact sum of what files say, as text or numbers."""
    return sum((Decimal(str(value)) for value in values), Decimal(0))


def totals_in_exports(forecast):
    """Yield the sums of each export: cost, the other reading, requests and free requests."""
    focus, charges = export_focus(forecast), export_frame(forecast)
    metrics = [line.rpartition(" ") for line in export_prometheus(forecast).text.splitlines()]

    def metric(name):
        return add_up(value for label, _, value in metrics if label.startswith(f"{name}{{"))

    requests = focus.rows[focus.rows["ConsumedUnit"] == "Requests"]
    yield "cost", add_up(from_csv(focus)["BilledCost"])
    yield "cost", add_up(row["EffectiveCost"] for row in from_json(focus)["rows"])
    yield "cost", add_up(from_parquet(focus).column("ContractedCost").to_pylist())
    yield "cost", add_up(from_csv(charges)["cost"])
    yield "cost", add_up(from_parquet(charges).column("cost").to_pylist())
    yield "cost", metric("kmscost_forecast_cost_usd")
    yield "other", add_up(from_csv(focus)["x_CostOtherReading"])
    yield "other", add_up(from_csv(charges)["cost_other_reading"])
    yield "other", metric("kmscost_forecast_cost_other_reading_usd")
    yield "requests", add_up(requests["ConsumedQuantity"])
    yield "requests", metric("kmscost_forecast_requests")
    yield "free", add_up(requests.loc[requests["ContractedUnitPrice"] == 0, "ConsumedQuantity"])
    yield "free", metric("kmscost_forecast_free_requests")
    if forecast.inventory.cloudtrail_writes == "charged":
        lines = [line for call in export_bcm(forecast).inputs for line in call["usage"]]
        metered = [line["amount"] for line in lines if line["usageType"].endswith("KMS-Requests")]
        yield "requests", add_up(metered)


def totals_of(forecast):
    """The totals in the forecast's JSON."""
    totals = json.loads(to_json(forecast.to_dict()))["totals"]
    return {
        "cost": totals["cost_usd"],
        "other": totals[f"cost_usd_writes_{forecast.other_interpretation}"],
        "requests": totals["requests"],
        "free": totals["free_requests"],
    }


@laws
@given(inventories())
def test_every_export_sums_to_the_forecast(tmp_path, text):
    """Cost and requests of FOCUS, frames, usage lines and metrics: the JSON's to 13 digits."""
    result = forecast(load(tmp_path, text), "2026-11", 3)
    totals = totals_of(result)
    for what, total in totals_in_exports(result):
        assert float(total) == pytest.approx(totals[what], rel=1e-13, abs=1e-13), what


def test_the_example_agrees_to_the_last_printed_digit():
    """Twelve months of the example: USD 90.56 in the JSON and in every export."""
    result = forecast(ROOT / "examples" / "organization.yaml", "2026-11", 12)
    totals = totals_of(result)
    for what, total in totals_in_exports(result):
        printed = money if what in ("cost", "other") else count
        assert printed(float(total)) == printed(totals[what])
    assert len(list(totals_in_exports(result))) == 14


@laws
@given(inventories())
def test_focus_rows_keep_their_rules(tmp_path, text):
    """Any organization: price x quantity is the cost, one SKU a price, twelve-digit ids as text."""
    rows = export_focus(load(tmp_path, text), "2026-11", 2, discount=0.25).rows
    for price, cost in (("ListUnitPrice", "ListCost"), ("ContractedUnitPrice", "ContractedCost")):
        gap = (rows[price] * rows["PricingQuantity"] - rows[cost]).abs()
        assert (gap <= 1e-14 * rows[cost]).all()
    assert (rows.groupby("SkuPriceId")["SkuId"].nunique() == 1).all()
    for name in ("BillingAccountId", "SubAccountId"):
        assert rows[name].str.fullmatch(r"\d{12}").all()


def test_files_of_one_table_are_written_once_a_format(tmp_path):
    """Text formats are text, the others bytes: what a command puts on stdout."""
    from tests.exports.inventories import SMALL

    needed("pyarrow")
    needed("xlsxwriter")
    table = export_focus(load(tmp_path, SMALL), "2026-11", 1)
    assert {
        form: type(write_table(table, form)) for form in ("csv", "json", "parquet", "xlsx")
    } == {
        "csv": str,
        "json": str,
        "parquet": bytes,
        "xlsx": bytes,
    }
