"""`export focus`: FOCUS 1.2 rows by hand arithmetic, by its own rules, and back through a bill."""

from decimal import Decimal

import pandas as pd
import pytest

from estimator import export_focus, forecast, measure_bill
from estimator.report.exports.table_writers import table_csv
from pricing.reading.problems import UsageError
from tests.exports.inventories import ARN, ODD, SMALL, load


def rows_of(table):
    """Rows as dicts, nothing known as None."""
    plain = table.rows.astype(object).where(table.rows.notna(), None)
    return plain.to_dict("records")


def test_free_and_charged_part_are_rows_of_their_own(tmp_path):
    """30,000 puts, 20,000 of them free: 10,000 x USD 0.000003 = 0.03, 20,000 x 0, one key 1.00."""
    charged, free, key = rows_of(export_focus(load(tmp_path, SMALL), "2026-11", 1))
    assert charged["ConsumedQuantity"] == 10_000
    assert charged["ContractedUnitPrice"] == charged["ListUnitPrice"] == 0.000003
    assert charged["BilledCost"] == pytest.approx(0.03, rel=1e-15)
    assert (free["ConsumedQuantity"], free["ListUnitPrice"], free["BilledCost"]) == (20_000, 0, 0)
    assert (key["ConsumedQuantity"], key["BilledCost"], key["ConsumedUnit"]) == (1, 1, "Keys")
    assert [row["x_FreeReason"] for row in (charged, free, key)] == [None, "free tier", None]


def test_a_row_says_who_pays_for_what_when(tmp_path):
    """Payer, account, Region, key, period and names are those of AWS's own bill."""
    row = rows_of(export_focus(load(tmp_path, SMALL), "2026-11", 1))[0]
    expected = {
        "BillingAccountId": "111122223333",
        "SubAccountId": "111122223333",
        "SubAccountName": "main",
        "BillingCurrency": "USD",
        "BillingPeriodStart": pd.Timestamp("2026-11-01", tz="UTC"),
        "BillingPeriodEnd": pd.Timestamp("2026-12-01", tz="UTC"),
        "ChargePeriodStart": pd.Timestamp("2026-11-01", tz="UTC"),
        "ChargePeriodEnd": pd.Timestamp("2026-12-01", tz="UTC"),
        "ChargeCategory": "Usage",
        "ChargeClass": None,
        "ChargeFrequency": "Usage-Based",
        "PricingCategory": "Standard",
        "ServiceName": "AWS Key Management Service",
        "ServiceCategory": "Identity",
        "RegionId": "us-east-1",
        "RegionName": "US East (N. Virginia)",
        "ResourceId": ARN,
        "ResourceType": "Key",
        "InvoiceId": None,
        "PricingUnit": "Requests",
        "SkuId": "us-east-1-KMS-Requests",
        "x_UsageType": "us-east-1-KMS-Requests",
        "x_Operation": "GenerateDataKey",
        "x_IsForecast": True,
        "x_Cause": "put",
        "x_Driver": "org",
    }
    assert {name: row[name] for name in expected} == expected
    assert "Forecast" in row["ChargeDescription"]


def test_a_discount_is_between_list_and_contracted_price(tmp_path):
    """10 % off: list 0.000003 and 0.03, contracted 0.0000027 and 0.027; the key 1.00 and 0.90."""
    charged, free, key = rows_of(export_focus(load(tmp_path, SMALL), "2026-11", 1, discount=0.1))
    assert charged["ListUnitPrice"] == 0.000003
    assert charged["ListCost"] == pytest.approx(0.03, rel=1e-15)
    assert charged["ContractedUnitPrice"] == pytest.approx(0.0000027, rel=1e-15)
    for name in ("ContractedCost", "BilledCost", "EffectiveCost"):
        assert charged[name] == pytest.approx(0.027, rel=1e-15)
    assert free["ListCost"] == free["BilledCost"] == 0
    assert (key["ListCost"], key["BilledCost"]) == (1, 0.9)


def test_all_of_it_off_leaves_the_list_price(tmp_path):
    """100 % off: everything costs 0 and is still listed at its price."""
    charged, _, key = rows_of(export_focus(load(tmp_path, SMALL), "2026-11", 1, discount=1))
    assert (charged["BilledCost"], key["BilledCost"]) == (0, 0)
    assert charged["ListCost"] == pytest.approx(0.03, rel=1e-15)
    assert (charged["ListUnitPrice"], charged["ContractedUnitPrice"]) == (0.000003, 0)


def test_exempt_writes_are_free_for_another_reason(tmp_path):
    """Exempt: the puts cost 0 and say why; the other reading, 0.03, stands beside them."""
    text = SMALL.replace("version: 1", "version: 1\ncloudtrail_writes: exempt")
    put, key = rows_of(export_focus(load(tmp_path, text), "2026-11", 1))
    assert (put["ConsumedQuantity"], put["BilledCost"]) == (30_000, 0)
    assert (put["x_FreeReason"], put["x_CloudTrailWrites"]) == ("exempt", "exempt")
    assert put["x_CostOtherReading"] == pytest.approx(0.03, rel=1e-15)
    assert put["SkuPriceId"].endswith(".exempt")
    assert key["x_CostOtherReading"] == 1


@pytest.mark.parametrize("discount", [0.0, 0.13])
@pytest.mark.parametrize("writes", ["charged", "exempt"])
def test_quantity_times_price_is_the_cost_on_every_row(tmp_path, discount, writes):
    """Decimal: list, contracted and pricing currency each to 15 digits; nothing below zero."""
    text = ODD.replace("writes: exempt", f"writes: {writes}")
    table = export_focus(load(tmp_path, text), "2026-11", 12, "all", discount=discount)
    assert len(table.rows) > 50
    for row in rows_of(table):
        quantity = Decimal(row["PricingQuantity"])
        for price, cost in (
            ("ListUnitPrice", "ListCost"),
            ("ContractedUnitPrice", "ContractedCost"),
            ("PricingCurrencyContractedUnitPrice", "PricingCurrencyEffectiveCost"),
        ):
            product, cost_of_row = quantity * Decimal(row[price]), Decimal(row[cost])
            assert abs(product - cost_of_row) <= cost_of_row * Decimal("1e-15")
        assert row["BilledCost"] == row["EffectiveCost"] == row["ContractedCost"]
        assert row["ConsumedQuantity"] == row["PricingQuantity"] > 0


def test_a_sku_price_has_one_sku_and_one_price(tmp_path):
    """SkuPriceId decides SkuId and the list price, over months, payers and Regions."""
    rows = export_focus(load(tmp_path, ODD), "2025-06", 12).rows
    spread = rows.groupby("SkuPriceId")[["SkuId", "ListUnitPrice"]].nunique()
    assert (spread == 1).all(axis=None)
    assert rows["SkuPriceId"].nunique() > 6


def test_only_columns_asked_for_are_told_apart(tmp_path):
    """--by trail has no key, so no resource; payer, account, Region and cause stay."""
    inventory = load(tmp_path, SMALL)
    coarse = rows_of(export_focus(inventory, "2026-11", 1, "trail"))[0]
    assert (coarse["ResourceId"], coarse["x_Key"], coarse["x_Region"]) == (None, None, None)
    assert (coarse["x_Driver"], coarse["SubAccountId"]) == ("org", "111122223333")
    fine = rows_of(export_focus(inventory, "2026-11", 1, "all"))[0]
    assert (fine["x_Account"], fine["x_Region"]) == ("111122223333", "us-east-1")


def test_a_forecast_exports_as_its_inventory_does(tmp_path):
    """A coarse forecast is told apart again at its own months, rates and discount."""
    inventory = load(tmp_path, ODD)
    direct = export_focus(inventory, "2026-11", 3, discount=0.2)
    result = forecast(inventory, "2026-11", 3, ["month"], discount=0.2)
    again = export_focus(result, by="payer,billed-account,billed-region,key,driver,cause,operation")
    pd.testing.assert_frame_equal(direct.rows, again.rows)
    with pytest.raises(UsageError, match="a forecast alone"):
        export_focus(result, "2026-12")


def test_a_bill_of_the_forecast_is_the_forecast(tmp_path):
    """Were they billed, the rows would be read as they are: quantity, free part, cost."""
    inventory = load(tmp_path, ODD.replace("writes: exempt", "writes: charged"))
    path = tmp_path / "focus.csv"
    text = table_csv(export_focus(inventory, "2026-11", 3))
    # as a bill: nothing that marks them as a forecast
    text = text.replace("x_IsForecast", "x_Other").replace("Forecast: ", "")
    path.write_text(text, encoding="utf-8")
    keys = ["month", "payer", "billed_account", "billed_region", "operation"]
    sums = ["quantity", "free", "billable", "cost"]

    def totals(rows):
        text = rows.assign(**{name: rows[name].astype(str) for name in keys})
        return text.groupby(keys)[sums].sum()

    billed = totals(measure_bill(path).rows)
    expected = totals(forecast(inventory, "2026-11", 3).rows)
    pd.testing.assert_frame_equal(billed, expected, rtol=1e-12, atol=1e-12)


def test_csv_has_no_exponent_and_dates_of_iso_8601(tmp_path):
    """FOCUS NumericFormat and DateTimeFormat: 0.000003, 2026-11-01T00:00:00Z, null as nothing."""
    header, first, *_ = table_csv(export_focus(load(tmp_path, SMALL), "2026-11", 1)).splitlines()
    cells = dict(zip(header.split(","), first.replace(", ", "; ").split(","), strict=True))
    assert cells["ListUnitPrice"] == "0.000003"
    assert cells["ChargePeriodStart"] == "2026-11-01T00:00:00Z"
    assert cells["ChargeClass"] == ""
    assert cells["SubAccountId"] == "111122223333"


def test_a_month_without_charges_has_no_rows(tmp_path):
    """A key that comes in December: no row of November, and all columns with their types."""
    text = SMALL.replace("id: logs,", "id: logs, created: 2026-12-01,")
    table = export_focus(load(tmp_path, text), "2026-11", 1)
    assert len(table.rows) == 0
    assert [str(dtype) for dtype in table.rows.dtypes] == [column.dtype for column in table.columns]
