"""The columns of each form of bill, CUR legacy and 2.0, FOCUS and others: recognized by them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from estimator.figures import listed
from estimator.measurement.recognition import (
    FORECAST,
    MEASUREMENT,
    RECONCILIATION,
    kind_of_columns,
)
from estimator.measurement.unreadable import UnreadableError

_MOST_COLUMNS_SAID = 8

# types of lines that are amounts and no usage: Data Exports guide, "Line item type"
# (SavingsPlanNegation, RIFee, EdpDiscount); FOCUS, "Charge Category"; Cost Explorer's charge types
_AMOUNTS = re.compile(
    r".*(?:discount|fee|credits?|refund|tax|negation|purchase|adjustment|correction|charges)"
)


@dataclass(frozen=True)
class Layout:
    """One kind of bill: the columns it may have, and which of them it cannot do without.

    Attributes
    ----------
    columns : mapping
        What a column is here to its possible names, the preferred one first.
    needed : tuple
        What must be there, each with its alternatives.
    usage : frozenset of str
        The types of line that are usage; all others only carry an amount.
    totals : frozenset of str
        The types of line that are sums of others.
    by_month : bool
        Lines are of whole months; where their invoice is an estimate, the month is not over.
    notices : tuple of str
        What this kind of bill cannot tell.
    """

    title: str
    columns: Mapping[str, tuple[str, ...]]
    needed: tuple[tuple[str, ...], ...]
    usage: frozenset[str]
    totals: frozenset[str] = frozenset()
    by_month: bool = False
    has_rates: bool = False  # the cost of usage is its amount at its rate
    notices: tuple[str, ...] = ()

    def is_usage(self, kind: str) -> bool:
        """Tell whether lines of a type are usage, in whatever letter case."""
        return kind.strip().casefold() in {name.casefold() for name in self.usage}

    def is_known(self, kind: str) -> bool:
        """Tell whether a type of line is usage, or an amount such as a tax or a discount."""
        return self.is_usage(kind) or _AMOUNTS.fullmatch(kind.strip().casefold()) is not None

    def is_total(self, kind: str) -> bool:
        """Tell whether lines of a type are sums of others, in whatever letter case."""
        return kind.strip().casefold() in {name.casefold() for name in self.totals}

    def is_open(self, invoice: str) -> bool:
        """Tell whether a line may be of a month that is not over."""
        return self.is_estimate(invoice) or (self.by_month and not invoice.strip())

    def is_estimate(self, invoice: str) -> bool:
        """Tell whether a line says that its month is not over."""
        return self.by_month and invoice.strip().casefold() == "estimated"


# Legacy CSV says lineItem/ProductCode, legacy Parquet and CUR 2.0 say line_item_product_code.
# Names: AWS Data Exports guide, "Table dictionary", checked 2026-11-24.
# no charge can be told without them, whatever the report calls them
_NEEDED = tuple(
    (field,)
    for field in ("product", "kind", "start", "end", "usage_type", "amount", "cost", "currency")
)
_CUR = Layout(
    title="Cost and Usage Report",
    columns={
        "product": ("line_item_product_code",),
        "kind": ("line_item_line_item_type",),
        "start": ("line_item_usage_start_date",),
        "end": ("line_item_usage_end_date",),
        "period_start": ("bill_billing_period_start_date",),
        "usage_type": ("line_item_usage_type",),
        "operation": ("line_item_operation",),
        "amount": ("line_item_usage_amount",),
        "unit": ("pricing_unit",),
        "cost": ("line_item_unblended_cost",),
        "net_cost": ("line_item_net_unblended_cost",),
        "discount": ("discount_total_discount",),
        "currency": ("line_item_currency_code",),
        "rate": ("line_item_unblended_rate",),
        "description": ("line_item_line_item_description",),
        "account": ("line_item_usage_account_id",),
        "payer": ("bill_payer_account_id",),
        "resource": ("line_item_resource_id",),
        # the map `product` of CUR 2.0 only where the Region has no column of its own
        "region": ("product_region_code", "product_region", "product"),
    },
    needed=_NEEDED,
    usage=frozenset({"Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"}),
    has_rates=True,
)

# FOCUS 1.0 to 1.3; columns with x_ are AWS's own. Names: focus.finops.org and the AWS Data Exports
# guide, "FOCUS 1.2 with AWS columns", checked 2026-11-24.
_FOCUS = Layout(
    title="FOCUS",
    columns={
        "product": ("x_ServiceCode",),
        "service_name": ("ServiceName",),
        "kind": ("ChargeCategory",),
        "charge_class": ("ChargeClass",),
        "start": ("ChargePeriodStart",),
        "end": ("ChargePeriodEnd",),
        "period_start": ("BillingPeriodStart",),
        "usage_type": ("x_UsageType",),
        # FOCUS 1.2 of AWS has no x_UsageType: SkuMeter holds the usage type
        "sku_meter": ("SkuMeter",),
        "operation": ("x_Operation",),
        "amount": ("ConsumedQuantity",),
        "priced_amount": ("PricingQuantity",),
        "unit": ("ConsumedUnit",),
        "priced_unit": ("PricingUnit",),
        "cost": ("BilledCost",),
        "currency": ("BillingCurrency",),
        "rate": ("ContractedUnitPrice",),
        "description": ("ChargeDescription",),
        "account": ("SubAccountId",),
        "payer": ("BillingAccountId",),
        "resource": ("ResourceId",),
        "region": ("RegionId",),
        # 1.3 has ServiceProviderName in place of ProviderName; other tools say Provider
        "provider": (
            *("ProviderName", "Provider", "ServiceProviderName", "PublisherName"),
            *("Publisher", "InvoiceIssuerName", "InvoiceIssuer"),
        ),
        "forecast": ("x_IsForecast",),
    },
    needed=(
        ("service_name", "product"),
        ("kind",),
        ("start",),
        ("end",),
        ("amount", "priced_amount"),
        ("unit", "priced_unit", "usage_type", "sku_meter"),
        ("cost",),
        ("currency",),
    ),
    usage=frozenset({"Usage"}),
)

# Detailed billing report: with and without resources and tags; "UnBlended" columns only where the
# bill is consolidated. Columns as real files and their readers have them, checked 2026-11-28.
_DETAILED = Layout(
    title="detailed billing report",
    columns={
        "service_name": ("ProductName",),
        "kind": ("RecordType",),
        "start": ("UsageStartDate",),
        "end": ("UsageEndDate",),
        "usage_type": ("UsageType",),
        "operation": ("Operation",),
        "amount": ("UsageQuantity",),
        "cost": ("UnBlendedCost", "Cost"),
        "rate": ("UnBlendedRate", "Rate"),
        "description": ("ItemDescription",),
        "account": ("LinkedAccountId",),
        "payer": ("PayerAccountId",),
        "resource": ("ResourceId",),
        "invoice": ("InvoiceID",),
    },
    needed=(
        ("service_name",),
        ("kind",),
        ("start",),
        ("end",),
        ("usage_type",),
        ("amount",),
        ("cost",),
    ),
    usage=frozenset({"LineItem"}),
    totals=frozenset({"InvoiceTotal", "StatementTotal", "AccountTotal", "Rounding"}),
    has_rates=True,
    notices=("a detailed billing report names no currency: its amounts are taken for USD",),
)

# What the Bills page downloads, and the monthly and cost allocation reports: a line a usage type
# and month, with its credits and its tax beside it. Columns as real files have them, 2026-11-28.
_BILLS_PAGE = Layout(
    title="CSV of the Bills page",
    columns={
        "product": ("ProductCode",),
        "service_name": ("ProductName",),
        "kind": ("RecordType",),
        "start": ("UsageStartDate",),
        "end": ("UsageEndDate",),
        "period_start": ("BillingPeriodStartDate",),
        "usage_type": ("UsageType",),
        "operation": ("Operation",),
        "amount": ("UsageQuantity",),
        "cost": ("CostBeforeTax",),
        "credits": ("Credits",),
        "tax": ("TaxAmount",),
        "currency": ("CurrencyCode",),
        "description": ("ItemDescription",),
        "account": ("LinkedAccountId",),
        "payer": ("PayerAccountId",),
        "invoice": ("InvoiceID",),
    },
    needed=_NEEDED,
    usage=frozenset({"PayerLineItem", "LinkedLineItem"}),
    totals=frozenset(
        {"InvoiceTotal", "StatementTotal", "AccountTotal", "Rounding", "EstimatedDisclaimer"}
    ),
    by_month=True,
    notices=("a CSV of the Bills page tells months, no days, and names no keys",),
)

LAYOUTS = (_CUR, _FOCUS, _BILLS_PAGE, _DETAILED)
FIELDS = tuple(dict.fromkeys(name for layout in LAYOUTS for name in layout.columns))


@dataclass(frozen=True)
class Columns:
    """A file's layout, and for each field the position and name of its column."""

    layout: Layout
    where: Mapping[str, tuple[int, str]]
    report: str
    names: tuple[str, ...] = ()  # of all columns
    again: tuple[str, ...] = ()  # of those that the file has several times

    @property
    def notices(self) -> tuple[str, ...]:
        """What this file cannot tell, or tells several times."""
        again = (f"several columns are called {name}: the first is read" for name in self.again)
        return *self.layout.notices, *again

    def name(self, field: str) -> str:
        """The column as the file calls it."""
        return self.where[field][1] if field in self.where else field


def is_bill(names: Sequence[str]) -> bool:
    """Tell whether a table with these columns is a bill, or an output of kmscost's own."""
    try:
        detect(names)
    except UnreadableError:
        return False
    return True


def detect(names: Sequence[str]) -> Columns:
    """The layout of a file with these columns.

    >>> detect(["lineItem/ProductCode", "Tags"])
    Traceback (most recent call last):
        ...
    estimator.measurement.unreadable.UnreadableError: a Cost and Usage Report without \
line_item_line_item_type, line_item_usage_start_date, line_item_usage_end_date, \
line_item_usage_type, line_item_usage_amount, line_item_unblended_cost, line_item_currency_code

    Raises
    ------
    UnreadableError
        They are no bill's; says what was found and what was expected.
    """
    _refuse_own_output(names)
    place: dict[str, int] = {}
    for position, name in enumerate(names):
        place.setdefault(plain_name(name), position)
    nearest: tuple[int, Layout | None, list[str]] = (0, None, [])
    for layout in LAYOUTS:
        found = dict(_places(layout, place))
        missing = [
            " or ".join(layout.columns[field][0] for field in choice)
            for choice in layout.needed
            if not any(field in found for field in choice)
        ]
        if not missing:
            where = {field: (at, names[at]) for field, at in found.items()}
            legacy = layout is _CUR and "/" in where["product"][1]
            report = layout.title
            if layout is _CUR:
                report += f" with {'lineItem/ columns' if legacy else 'its columns'}"
            elif layout in (_DETAILED, _BILLS_PAGE):
                # AWS puts the same month with and without them side by side
                report += " with resources" if "resource" in where else ""
                report += " with tags" if any(name.startswith("user:") for name in names) else ""
            often = Counter(map(plain_name, names))
            again = tuple(name for _, name in where.values() if often[plain_name(name)] > 1)
            return Columns(layout, where, report, tuple(names), again)
        # any table may have a start or a currency: a bill has at least its product or service
        known = len(layout.needed) - len(missing)
        if ("product" in found or "service_name" in found) and known > nearest[0]:
            nearest = (known, layout, missing)
    _, layout_meant, missing = nearest
    expected = f"the columns of {_describe_layouts()}"
    if layout_meant is not None:
        fix = "export the bill with these columns"
        raise UnreadableError(f"a {layout_meant.title} without {', '.join(missing)}", expected, fix)
    raise UnreadableError(_list_columns(names), expected, "name the files of a bill")


def _places(layout: Layout, place: Mapping[str, int]) -> list[tuple[str, int]]:
    found = []
    for field, choices in layout.columns.items():
        at = next((place[plain_name(name)] for name in choices if plain_name(name) in place), None)
        if at is not None:
            found.append((field, at))
    return found


def plain_name(name: str) -> str:
    """A column's name however it is written: lineItem/UsageType, line_item_usage_type, ..."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _describe_layouts() -> str:
    cur = "lineItem/ProductCode or line_item_product_code"
    return f"a Cost and Usage Report ({cur}, ...) or of FOCUS (ServiceName, ChargeCategory, ...)"


# what to name in place of kmscost's own output
_FIXES = {
    MEASUREMENT: "name the bill that was measured, or give its JSON to reconcile or report",
    FORECAST: "name what AWS billed: a forecast is no bill",
    RECONCILIATION: "name the bill itself",
}


def _refuse_own_output(names: Sequence[str]) -> None:
    """Refuse what kmscost itself wrote: a forecast never comes back as a bill."""
    kind = kind_of_columns(names)
    if kind and (fix := _FIXES.get(kind)):
        raise UnreadableError(kind.words, f"the columns of {_describe_layouts()}", fix)


def _list_columns(names: Sequence[str]) -> str:
    return f"the columns {listed((name[:40] for name in names), _MOST_COLUMNS_SAID)}"
