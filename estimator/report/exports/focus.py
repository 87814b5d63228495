"""A forecast as FOCUS 1.2 cost and usage rows.

A discount or a price of 0 holds for a whole row (FOCUS, discount handling), so what is free and
what is charged of the same usage are rows of their own, as on AWS's bill. On every row quantity x
price is the cost.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from estimator.figures import factor
from estimator.forecasting import Forecast, forecast
from estimator.forecasting.writes import are_exempt
from estimator.report.exports import Source, forecast_of
from estimator.report.exports.focus_columns import FOCUS, OWN
from estimator.report.exports.table import Table
from estimator.report.exports.usage_types import (
    SERVICE_CODE,
    SERVICE_NAME,
    meter_of,
    operation_of,
    unit_of,
)
from pricing.bill import price_column
from pricing.rates import RateTable
from pricing.regions import region_name

# without these a row of FOCUS is not complete
_NEEDED = ("payer", "billed_account", "billed_region", "cause", "operation")
_OWN_OF = {"cause": "x_Cause", "driver": "x_Driver", "key": "x_Key"}
_OWN_OF |= {"account": "x_Account", "region": "x_Region"}

# as in real FOCUS rows of AWS, 2024-09; but where issuer and provider differ, FOCUS 1.2 takes the
# cost for somebody else's (BilledCost-C-005-C): both are the name that AWS's companies share
_ALWAYS = {
    "BillingAccountType": "Management Account",
    "ChargeCategory": "Usage",
    "ChargeFrequency": "Usage-Based",
    "InvoiceIssuerName": "AWS",
    "PricingCategory": "Standard",
    "ProviderName": "AWS",
    "PublisherName": "AWS",
    "ServiceCategory": "Identity",
    "ServiceName": SERVICE_NAME,
    "ServiceSubcategory": "Other (Identity)",
    "SubAccountType": "Account",
    "x_ServiceCode": SERVICE_CODE,
}

_FREE, _EXEMPT = "free tier", "exempt"
_WHY = {
    _FREE: ": monthly free tier",
    _EXEMPT: ": no charge for CloudTrail's own writes (cloudtrail_writes: exempt)",
    None: "",
}


def export_focus(
    inventory: Source,
    start: str | datetime.date | None = None,
    months: int = 12,
    by: str | Sequence[str] | None = None,
    rates: RateTable | str | Path | None = None,
    discount: float = 0.0,
) -> Table:
    """A forecast as FOCUS 1.2 cost and usage rows, a month each, marked by ``x_IsForecast``.

    Parameters
    ----------
    inventory : Inventory, path or Forecast
        A forecast brings its own months, rates and discount.
    start, months, by, rates, discount
        As of `estimator.forecast`. Payer, billed account and Region, cause and operation are told
        apart in any case.

    Returns
    -------
    Table
        All columns of FOCUS 1.2, then our own with ``x_``.

    Raises
    ------
    KmscostError
        As `estimator.forecast`.
    """
    forecast = forecast_of(inventory, start, months, by, rates, discount, _NEEDED)
    rows = _split(_with_list_prices(forecast), forecast)
    frame = _columns(rows, forecast)
    return Table(
        "focus", frame, (*FOCUS, *OWN), (*forecast.notices, forecast.other_interpretation_line)
    )


def _with_list_prices(charges: Forecast) -> pd.DataFrame:
    """The charges with the price and cost before any discount: list_price, list_cost."""
    rows, price = charges.rows, price_column(charges.currency)
    full = rows
    if charges.discount:
        # the same rows in the same order, at the rates of the table
        span = charges.months
        full = forecast(charges.inventory, span.start, span.count, charges.by, charges.table).rows
    return rows.assign(
        price=rows[price], list_price=full[price].to_numpy(), list_cost=full["cost"].to_numpy()
    )


def _split(rows: pd.DataFrame, forecast: Forecast) -> pd.DataFrame:
    """Rows whose price holds for the whole of them: the charged part, then the free part."""
    charged = rows[rows["billable"] > 0]
    charged = charged.assign(quantity=charged["billable"], reason=None)
    free = rows[rows["free"] > 0]
    free = free.assign(
        quantity=free["free"],
        price=0.0,
        cost=0.0,
        list_price=0.0,
        list_cost=0.0,
        reason=np.where(are_exempt(free, forecast.inventory), _EXEMPT, _FREE),
        # said once: on the charged part, where there is one
        cost_other_reading=np.where(free["billable"] > 0, 0.0, free["cost_other_reading"]),
    )
    return pd.concat([charged, free]).sort_index(kind="stable").reset_index(drop=True)


def _columns(rows: pd.DataFrame, forecast: Forecast) -> pd.DataFrame:
    names = {account.id: account.name or account.id for account in forecast.inventory.accounts}
    arns = {key.id: key.arn for key in forecast.inventory.keys if key.arn}
    text = {
        name: rows[name].astype(object)
        for name in rows.columns
        if isinstance(rows[name].dtype, pd.CategoricalDtype)
    }
    region = text["billed_region"]
    meter = text["unit"].map(meter_of)
    usage_type = region + "-" + meter
    resource = text["key"].map(arns) if "key" in text else pd.Series(None, rows.index, object)
    reason = rows["reason"].astype(object)
    # NaN is equal to nothing, so no description would be found for it
    reason = reason.where(reason.notna(), None)
    begin = rows["month"].dt.start_time.dt.tz_localize("UTC").astype("datetime64[ms, UTC]")
    # FOCUS periods end where the next one begins: exclusive
    end = (rows["month"] + 1).dt.start_time.dt.tz_localize("UTC").astype("datetime64[ms, UTC]")
    why = "." + reason.str.replace(" ", "-")
    found = {
        "BilledCost": rows["cost"],
        "BillingAccountId": text["payer"],
        "BillingAccountName": text["payer"].map(lambda account: names.get(account, account)),
        "BillingPeriodStart": begin,
        "BillingPeriodEnd": end,
        "ChargeDescription": _descriptions(rows, text, reason, forecast.currency),
        "ChargePeriodStart": begin,
        "ChargePeriodEnd": end,
        "ConsumedQuantity": rows["quantity"],
        "ConsumedUnit": text["unit"].map(unit_of),
        "ContractedCost": rows["cost"],
        "ContractedUnitPrice": rows["price"],
        "EffectiveCost": rows["cost"],
        "ListCost": rows["list_cost"],
        "ListUnitPrice": rows["list_price"],
        "PricingCurrencyContractedUnitPrice": rows["price"],
        "PricingCurrencyEffectiveCost": rows["cost"],
        "PricingCurrencyListUnitPrice": rows["list_price"],
        "PricingQuantity": rows["quantity"],
        "PricingUnit": text["unit"].map(unit_of),
        "RegionId": region,
        "RegionName": region.map(region_name),
        "ResourceId": resource,
        "ResourceType": resource.notna().map({True: "Key", False: None}),
        "SkuId": usage_type,
        "SkuMeter": meter,
        "SkuPriceId": usage_type + "." + text["rate_from"] + why.fillna(""),
        "SubAccountId": text["billed_account"],
        "SubAccountName": text["billed_account"].map(lambda account: names.get(account, account)),
        "x_UsageType": usage_type,
        "x_Operation": text["operation"].map(operation_of),
        "x_FreeReason": reason,
        "x_CostOtherReading": rows["cost_other_reading"],
        **{own: text[name] for name, own in _OWN_OF.items() if name in text},
    }
    same: dict[str, str | bool] = {
        **_ALWAYS,
        "BillingCurrency": forecast.currency,
        "PricingCurrency": forecast.currency,
        "x_IsForecast": True,
        "x_CloudTrailWrites": forecast.inventory.cloudtrail_writes,
    }
    values = {**found, **{name: _constant(value, len(rows)) for name, value in same.items()}}
    nothing = {"category": _constant(None, len(rows)), "float64": np.nan}
    columns = {
        column.name: values[column.name] if column.name in values else nothing[column.dtype]
        for column in (*FOCUS, *OWN)
    }
    frame = pd.DataFrame(columns, index=rows.index)
    return frame.astype({column.name: column.dtype for column in (*FOCUS, *OWN)})


def _constant(value: str | bool | None, size: int) -> Any:
    """A column with the same value on every row: one code each, not one text each."""
    if isinstance(value, bool):
        return np.full(size, value)
    names = pd.Index([] if value is None else [value], dtype=object)
    return pd.Categorical.from_codes(np.full(size, len(names) - 1, dtype=np.int8), names)


def _descriptions(
    rows: pd.DataFrame, text: dict[str, pd.Series], reason: pd.Series, currency: str
) -> list[str]:
    """Return a description of each row's charge."""
    driver = text.get("driver", text["billed_account"])
    descriptions = []
    for price, unit, operation, cause, name, why in zip(
        rows["price"], text["unit"], text["operation"], text["cause"], driver, reason, strict=True
    ):
        each = "per request" if unit == "request" else "per customer managed key and month"
        what = f"{operation} ({cause}, {name})" if unit == "request" else name
        descriptions.append(f"Forecast: {currency} {factor(price)} {each}, {what}{_WHY[why]}")
    return descriptions
