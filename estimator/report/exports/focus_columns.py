"""The columns of FOCUS 1.2's cost and usage dataset, in its order, and those of our own.

Names, types and meanings: FOCUS 1.2, focus.finops.org/focus-specification/v1-2, by the rules
1.2.0.1 of focus-validator, checked 2026-11-24. Null: nothing of the kind is in the
forecast. KMS knows no commitment discounts and no capacity reservations.
"""

from __future__ import annotations

from estimator.frames import Column

_TEXT, _NUMBER, _MOMENT, _FLAG = "category", "float64", "datetime64[ms, UTC]", "bool"


def _text(name: str, meaning: str) -> Column:
    return Column(name, _TEXT, "-", meaning)


def _amount(name: str, unit: str, meaning: str) -> Column:
    return Column(name, _NUMBER, unit, meaning)


def _moment(name: str, meaning: str) -> Column:
    return Column(name, _MOMENT, "UTC", meaning)


_COST, _PRICE = "BillingCurrency", "BillingCurrency/PricingUnit"

FOCUS = (
    _text("AvailabilityZone", "null"),
    _amount("BilledCost", _COST, "what the bill is forecast to show"),
    _text("BillingAccountId", "the payer"),
    _text("BillingAccountName", "its name in the inventory, else its id"),
    _text("BillingAccountType", "Management Account"),
    _text("BillingCurrency", "currency of the rate table"),
    _moment("BillingPeriodEnd", "first moment of the next month"),
    _moment("BillingPeriodStart", "first moment of the month"),
    _text("CapacityReservationId", "null"),
    _text("CapacityReservationStatus", "null"),
    _text("ChargeCategory", "Usage"),
    _text("ChargeClass", "null: no correction"),
    _text("ChargeDescription", "what is charged, at which price, and that it is forecast"),
    _text("ChargeFrequency", "Usage-Based"),
    _moment("ChargePeriodEnd", "first moment of the next month"),
    _moment("ChargePeriodStart", "first moment of the month"),
    _text("CommitmentDiscountCategory", "null"),
    _text("CommitmentDiscountId", "null"),
    _text("CommitmentDiscountName", "null"),
    _amount("CommitmentDiscountQuantity", "-", "null"),
    _text("CommitmentDiscountStatus", "null"),
    _text("CommitmentDiscountType", "null"),
    _text("CommitmentDiscountUnit", "null"),
    _amount("ConsumedQuantity", "ConsumedUnit", "requests, or key-months"),
    _text("ConsumedUnit", "Requests or Keys, as on AWS's bill"),
    _amount("ContractedCost", _COST, "PricingQuantity x ContractedUnitPrice"),
    _amount("ContractedUnitPrice", _PRICE, "with --discount taken off"),
    _amount("EffectiveCost", _COST, "as BilledCost: nothing is paid in advance"),
    _text("InvoiceId", "null: there is no invoice"),
    _text("InvoiceIssuerName", "AWS: which of its companies is not known before the invoice"),
    _amount("ListCost", _COST, "PricingQuantity x ListUnitPrice"),
    _amount("ListUnitPrice", _PRICE, "of the rate table; 0 for what is free to everybody"),
    _text("PricingCategory", "Standard"),
    _text("PricingCurrency", "as BillingCurrency"),
    _amount("PricingCurrencyContractedUnitPrice", _PRICE, "as ContractedUnitPrice"),
    _amount("PricingCurrencyEffectiveCost", _COST, "as EffectiveCost"),
    _amount("PricingCurrencyListUnitPrice", _PRICE, "as ListUnitPrice"),
    _amount("PricingQuantity", "PricingUnit", "as ConsumedQuantity"),
    _text("PricingUnit", "Requests or Keys, as in AWS's price list"),
    _text("ProviderName", "AWS"),
    _text("PublisherName", "AWS"),
    _text("RegionId", "the Region that meters it: the key's"),
    _text("RegionName", "its name in AWS's price list"),
    _text("ResourceId", "ARN of the key, where the inventory has it"),
    _text("ResourceName", "null"),
    _text("ResourceType", "Key, where there is a ResourceId"),
    _text("ServiceCategory", "Identity, as AWS has it for KMS"),
    _text("ServiceName", "AWS Key Management Service"),
    _text("ServiceSubcategory", "Other (Identity)"),
    _text("SkuId", "usage type as on AWS's bill, in place of its SKU, which no rate table has"),
    _text("SkuMeter", "KMS-Requests or KMS-Keys"),
    _text("SkuPriceDetails", "null"),
    _text("SkuPriceId", "SkuId, day since which the price is in force, and why it is 0"),
    _text("SubAccountId", "the account that is charged"),
    _text("SubAccountName", "its name in the inventory, else its id"),
    _text("SubAccountType", "Account"),
    _text("Tags", "null"),
)

# x_ServiceCode, x_UsageType and x_Operation are AWS's own names of the like
OWN = (
    Column("x_IsForecast", _FLAG, "-", "true: a forecast, not a charge"),
    _text("x_ServiceCode", "awskms"),
    _text("x_UsageType", "such as us-east-1-KMS-Requests"),
    _text("x_Operation", "KMS operation; CurrentKeys for keys"),
    _text("x_Cause", "put, digest, check, get, replication or key"),
    _text("x_Driver", "the trail or reader that causes it; a key for itself"),
    _text("x_Key", "id of the key in the inventory"),
    _text("x_Account", "where the events happened, or whose key it is"),
    _text("x_Region", "where the events happened, or where the key is"),
    _text("x_FreeReason", "why the price is 0: free tier, or exempt; else null"),
    _text("x_CloudTrailWrites", "charged or exempt: the interpretation of the inventory"),
    _amount("x_CostOtherReading", _COST, "what the row would cost under the other interpretation"),
)
