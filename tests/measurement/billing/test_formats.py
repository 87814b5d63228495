from __future__ import annotations

import json
from dataclasses import replace

import pytest

from estimator.measurement.billing import measure_bill
from pricing.reading.problems import KmscostError
from tests.extras import needed
from tests.measurement.billing.bills import (
    A_MONTH,
    FORMATS,
    KEY,
    OTHER,
    PAYER,
    PROD,
    Line,
    as_csv,
    as_parquet,
    cur2,
    focus,
    legacy,
    legacy_bill,
    no_usage,
    write_file,
)


@pytest.mark.parametrize("form", FORMATS)
def test_a_paid_month_is_told_alike_in_every_format(tmp_path, form):
    """60,000 requests, 20,000 free; 0.12 for requests, 1.00 for a key, 0.16 tax less credit."""
    actuals = measure_bill(write_file(tmp_path / "bill.data", FORMATS[form](A_MONTH)))
    totals = actuals.totals
    assert totals["requests"] == 60_000
    assert totals["by_cause"]["unknown"] == 60_000
    assert (totals["free_requests"], totals["billable_requests"]) == (20_000, 40_000)
    assert totals["by_operation"] == {"Decrypt": 10_000, "GenerateDataKey": 50_000}
    assert totals["key_months"] == 1
    assert totals["cost_usd_requests"] == pytest.approx(0.12, abs=1e-12)
    assert totals["cost_usd_keys"] == pytest.approx(1.00, abs=1e-12)
    assert totals["cost_usd_other"] == pytest.approx(0.16, abs=1e-12)
    assert totals["cost_usd"] == pytest.approx(1.28, abs=1e-12)
    assert totals["cost_usd_cloudtrail"] == pytest.approx(2.00, abs=1e-12)
    assert (actuals.records, actuals.files) == (10, 1)
    assert actuals.details["lines"] == {
        "awskms": 6,
        "AWSCloudTrail": 2,
        "by_kind": {"keys": 1, "free requests": 1, "paid requests": 2, "credit": 1, "tax": 1},
        "cloudtrail_by_kind": {"free events": 1, "paid events": 1},
    }
    assert actuals.coverage.months() == {"2026-11": 1.0}


@pytest.mark.parametrize("form", FORMATS)
def test_every_row_of_a_month_is_told_alike(tmp_path, form):
    """Who, where, when, which key: the rows of a paid month."""
    rows = measure_bill(write_file(tmp_path / "bill.data", FORMATS[form](A_MONTH))).rows
    decrypt = rows[rows["operation"] == "Decrypt"].iloc[0]
    assert (decrypt["payer"], decrypt["billed_account"]) == (PAYER, PROD)
    assert (decrypt["billed_region"], str(decrypt["day"])) == ("us-east-1", "2026-11-05")
    assert (decrypt["free"], decrypt["billable"], decrypt["key"]) == (0, 10_000, "")
    writes = rows[rows["operation"] == "GenerateDataKey"].iloc[0]
    assert (writes["key"], writes["billed_region"], writes["lines"]) == (KEY, "eu-west-1", 2)
    assert (writes["quantity"], writes["free"], writes["billable"]) == (50_000, 20_000, 30_000)
    key = rows[rows["cause"] == "key"].iloc[0]
    assert (key["operation"], key["unit"], str(key["day"])) == ("KeyMonth", "key-month", "NaT")
    events = rows[rows["unit"] == "event"].set_index("operation")
    assert events.loc["PaidEventsRecorded", "billable"] == 100_000
    assert events.loc["FreeEventsRecorded", "free"] == 500_000
    assert set(rows.loc[rows["unit"] == "", "operation"]) == {"Tax", "Credit"}
    assert (rows["free"] + rows["billable"] == rows["quantity"]).all()
    assert set(rows["source"]) == {"bill"}


def test_focus_without_columns_of_aws_tells_all_but_the_operation(tmp_path):
    """Plain FOCUS has units and descriptions, no usage type: requests, keys, events are told."""
    data = as_csv(focus(A_MONTH, aws_columns=False))
    actuals = measure_bill(write_file(tmp_path / "focus.csv", data))
    assert actuals.totals["requests"] == 60_000
    assert actuals.totals["by_operation"] == {"": 60_000}
    assert actuals.totals["cost_usd"] == pytest.approx(1.28, abs=1e-12)
    events = actuals.rows[actuals.rows["unit"] == "event"]
    assert set(events["operation"]) == {"FreeEventsRecorded", "PaidEventsRecorded"}


def test_focus_takes_the_priced_quantity_where_none_is_consumed(tmp_path):
    """ConsumedQuantity may be null: 30,000 requests are priced all the same."""
    rows = focus([A_MONTH[2]])
    rows[0] |= {"ConsumedQuantity": "NULL", "ConsumedUnit": "NULL"}
    assert measure_bill(write_file(tmp_path / "f.csv", as_csv(rows))).totals["requests"] == 30_000


@pytest.mark.parametrize("written", ["Correction", "correction", "CORRECTION "])
def test_a_correction_is_an_amount_and_no_request(tmp_path, written):
    """FOCUS marks what mends an earlier bill: -0.09 back for 30,000 requests adds no requests.

    Other tools write its words in their own letter case.
    """
    rows = focus([A_MONTH[2], replace(A_MONTH[2], cost="-0.09")])
    rows[1]["ChargeClass"] = written
    actuals = measure_bill(write_file(tmp_path / "f.csv", as_csv(rows)))
    assert actuals.totals["requests"] == 30_000
    assert actuals.totals["cost_usd"] == pytest.approx(0.0, abs=1e-12)
    assert actuals.details["lines"]["by_kind"]["correction"] == 1


@pytest.mark.parametrize(
    "kind", ["Tax", "Credit", "Refund", "Fee", "EdpDiscount", "BundledDiscount", "RIFee"]
)
def test_what_is_no_usage_is_a_cost_alone(tmp_path, kind):
    """A discount of -0.02 is a row of that cost, without unit and without requests."""
    discount = replace(A_MONTH[2], kind=kind, cost="-0.02")
    actuals = measure_bill(legacy_bill(tmp_path / "b.csv", [discount]))
    row = actuals.rows.iloc[0]
    assert (row["operation"], row["unit"], row["quantity"], row["cost"]) == (kind, "", 0, -0.02)
    assert actuals.totals["requests"] == 0
    assert actuals.totals["cost_usd_other"] == -0.02


def test_free_is_what_has_no_rate_and_no_cost(tmp_path):
    """GovCloud's free requests are a tier of its own, not called free tier: rate 0, cost 0."""
    lines = [
        Line(amount="20000", description="$0.00 per request - first 20,000 requests / month"),
        Line(amount="1", cost="0.000003", rate="0.000003"),
        Line(amount="5", cost="0", rate="0.000003"),  # a rate that was not charged is not free
    ]
    totals = measure_bill(legacy_bill(tmp_path / "b.csv", lines)).totals
    assert (totals["free_requests"], totals["billable_requests"]) == (20_000, 6)


def test_other_usage_of_cloudtrail_keeps_its_unit(tmp_path):
    """Lake's gigabytes and Insights' analyzed events are no events recorded."""
    trail = {"product": "AWSCloudTrail", "operation": "None", "region": "eu-west-1"}
    lines = [
        Line("EU-Ingestion-Bytes", "3", "7.5", "2.5", "GB", description="Lake", **trail),
        Line("EU-InsightsEvents", "100000", "0.35", "0.0000035", "Events", **trail),
        Line("EU-DataEventsRecorded", "113", "0.000113", "0.000001", "Events", **trail),
    ]
    actuals = measure_bill(legacy_bill(tmp_path / "b.csv", lines))
    units = dict(zip(actuals.rows["operation"], actuals.rows["unit"], strict=True))
    assert units == {
        "Ingestion-Bytes": "GB",
        "InsightsEvents": "event analyzed",
        "DataEventsRecorded": "event",
    }
    assert actuals.totals["requests"] == 0
    # 7.5 + 0.35 + 0.000113
    assert actuals.totals["cost_usd_cloudtrail"] == pytest.approx(7.850113, abs=1e-12)


def test_requests_with_rates_of_their_own_keep_their_operation(tmp_path):
    """10,000 signatures at 0.15 and 100 RSA key pairs at 12.00 per 10,000: 0.15 + 0.12."""
    lines = [
        Line("eu-west-1-KMS-Requests-Asymmetric", "10000", "0.15", "0.000015", operation="Sign"),
        Line(
            "eu-west-1-KMS-Requests-GenerateDatakeyPair-RSA",
            "100",
            "0.12",
            "0.0012",
            operation="GenerateDataKeyPair",
        ),
    ]
    actuals = measure_bill(legacy_bill(tmp_path / "b.csv", lines))
    assert actuals.totals["by_operation"] == {"GenerateDataKeyPair": 100, "Sign": 10_000}
    assert actuals.totals["cost_usd_requests"] == pytest.approx(0.27, abs=1e-12)
    assert any("10,100 requests are of usage types" in notice for notice in actuals.notices)


def test_units_are_told_without_the_column_of_units(tmp_path):
    """CUR 2.0 lets users choose columns: the usage type alone tells keys from requests."""
    rows = cur2(A_MONTH)
    for row in rows:
        for name in ("pricing_unit", "line_item_unblended_rate", "product_region_code"):
            del row[name]
    actuals = measure_bill(write_file(tmp_path / "b.csv", as_csv(rows)))
    assert (actuals.totals["requests"], actuals.totals["key_months"]) == (60_000, 1)
    assert actuals.totals["free_requests"] == 20_000


def test_resource_ids_may_be_left_out(tmp_path):
    """Without resource ids no key is known, and all else is the same."""
    actuals = measure_bill(write_file(tmp_path / "b.csv", as_csv(legacy(A_MONTH, resources=False))))
    assert set(actuals.rows["key"]) == {""}
    assert actuals.totals["cost_usd"] == pytest.approx(1.28, abs=1e-12)


def test_ids_and_amounts_of_any_type_are_read_from_parquet(tmp_path):
    """Account ids as integers have lost their zeros; amounts may be decimals."""
    import io
    from decimal import Decimal

    pa, parquet = needed("pyarrow"), needed("pyarrow.parquet")

    table = parquet.read_table(io.BytesIO(as_parquet(cur2([A_MONTH[3]]))))
    changes = {
        "line_item_usage_account_id": pa.array([int(PROD)], pa.int64()),
        "bill_payer_account_id": pa.array([float(PAYER)], pa.float64()),
        "line_item_unblended_cost": pa.array([Decimal("0.0300000000")], pa.decimal128(20, 10)),
    }
    for name, values in changes.items():
        table = table.set_column(table.schema.get_field_index(name), name, values)
    parquet.write_table(table, tmp_path / "b.parquet")
    row = measure_bill(tmp_path / "b.parquet").rows.iloc[0]
    assert (row["billed_account"], row["payer"], row["cost"]) == (PROD, PAYER, 0.03)


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("form", [legacy, cur2], ids=["legacy", "CUR 2.0"])
@pytest.mark.parametrize(
    ("net", "total", "discount"),
    [("0.081", "", -0.009), ("0.081", "-0.009", -0.009), ("", "-0.009", -0.009),
     (None, "-0.009", -0.009), ("0.081", None, -0.009), ("", "", 0), ("0.09", "0", 0)],
)  # fmt: skip
def test_discounts_in_columns_are_amounts_of_their_own(tmp_path, form, net, total, discount):
    """30,000 requests for 0.09, a tenth off: 0.081, and the requests cost 0.09 as rates have it.

    Whether as the cost net of it, as the sum of all discounts, or both; blank is none.
    """
    columns = {
        legacy: ("lineItem/NetUnblendedCost", "discount/TotalDiscount"),
        cur2: ("line_item_net_unblended_cost", "discount_total_discount"),
    }
    given = zip(columns[form], (net, total), strict=True)
    beside = {name: text for name, text in given if text is not None}
    rows = [row | beside for row in form([A_MONTH[2]])]
    actuals = measure_bill(write_file(tmp_path / "b.csv", as_csv(rows)))
    assert actuals.totals["requests"] == 30_000
    assert actuals.totals["cost_usd_requests"] == pytest.approx(0.09, abs=1e-12)
    assert actuals.totals["cost_usd"] == pytest.approx(0.09 + discount, abs=1e-12)
    assert actuals.details["lines"]["by_kind"].get("total discount", 0) == (1 if discount else 0)


@pytest.mark.parametrize("kind", ["EdpDiscount", "edpdiscount"])
@pytest.mark.parametrize("net", ["", "0"], ids=["no net cost", "none of its own"])
def test_discounts_in_lines_and_in_columns_count_once(tmp_path, net, kind):
    """0.09, and 0.009 off in a line of its own too: 0.081, not 0.072; the next month has no line.

    There 0.09 less 0.009 is 0.081 as well.
    """
    december = replace(A_MONTH[2], start="2026-12-03T00:00:00Z", end="2026-12-04T00:00:00Z")
    lines = [A_MONTH[2], no_usage(kind, "-0.009"), december]
    nets = ("0.081", net, "0.081")
    rows = [
        row | {"lineItem/NetUnblendedCost": text}
        for row, text in zip(legacy(lines), nets, strict=True)
    ]
    actuals = measure_bill(write_file(tmp_path / "b.csv", as_csv(rows)))
    costs = actuals.measured.groupby("month")["cost"].sum()
    assert costs.tolist() == [pytest.approx(0.081, abs=1e-12)] * 2
    (notice,) = (line for line in actuals.notices if "in lines and in columns" in line)
    off = "those in columns (USD -0.009) are left out"
    assert notice == f"discounts stand in lines and in columns: {off}"


def test_a_net_cost_that_is_no_number_is_refused(tmp_path):
    """0,081 may be 0.081 or 81."""
    rows = [row | {"lineItem/NetUnblendedCost": "0,081"} for row in legacy([A_MONTH[2]])]
    with pytest.raises(KmscostError, match=r"'0,081' in lineItem/NetUnblendedCost"):
        measure_bill(write_file(tmp_path / "b.csv", as_csv(rows)))


def test_views_of_text_are_text_in_parquet(tmp_path):
    """As tables of Arrow's newer kind are written: one line of 10,000 requests for 0.03."""
    import io

    pa, parquet = needed("pyarrow"), needed("pyarrow.parquet")
    table = parquet.read_table(io.BytesIO(as_parquet(cur2([A_MONTH[3], OTHER]))))
    for name in ("line_item_product_code", "line_item_usage_type", "line_item_operation"):
        views = pa.array(table[name].to_pylist(), pa.string_view())
        table = table.set_column(table.schema.get_field_index(name), name, views)
    try:
        parquet.write_table(table, tmp_path / "b.parquet")
    except pa.ArrowNotImplementedError:
        pytest.skip("this release writes no views, and reads none")
    totals = measure_bill(tmp_path / "b.parquet").totals
    assert (totals["requests"], totals["cost_usd"]) == (10_000, 0.03)


def test_costs_are_named_by_their_currency(tmp_path):
    """China bills in yuan: cost_cny, and no cost_usd."""
    line = replace(A_MONTH[2], currency="CNY", region="cn-north-1")
    totals = measure_bill(legacy_bill(tmp_path / "b.csv", [line])).totals
    assert totals["cost_cny"] == 0.09
    assert not [name for name in totals if "usd" in name]


def test_json_is_plain_and_has_the_documented_keys(tmp_path):
    """Lines and usage types stand beside the keys of every measurement."""
    document = measure_bill(legacy_bill(tmp_path / "b.csv", A_MONTH)).to_dict()
    again = json.loads(json.dumps(document, allow_nan=False))
    assert again["lines"]["awskms"] == 6
    assert again["source"] == "bill"
    assert {"product": "awskms", "usage_type": "KMS-Keys", "unit": "key-month"}.items() <= (
        again["usage_types"][2].items()
    )
    taxes = [row for row in again["rows"] if row["operation"] == "Tax"]
    assert [(row["day"] or "", row["month"]) for row in taxes] == [("", "2026-11")]


def test_only_a_tax_is_a_bill_too(tmp_path):
    """A bill of a tax alone: its cost, and no hours covered."""
    actuals = measure_bill(legacy_bill(tmp_path / "b.csv", [no_usage("Tax", "0.21")]))
    assert actuals.totals["cost_usd"] == 0.21
    assert actuals.coverage.months() == {}
    assert list(actuals.rows["coverage"]) == [0.0]
