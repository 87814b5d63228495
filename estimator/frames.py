"""Every column of every frame: its dtype, its unit and what it means."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of a frame."""

    name: str
    dtype: str
    unit: str
    meaning: str


_KEYS = (
    Column("month", "period[M]", "month", "calendar month, UTC"),
    Column("payer", "category", "-", "account that the consolidated bill goes to"),
    Column("account", "category", "-", "where the events happened, or whose key it is"),
    Column("region", "category", "-", "where the events happened, or where the key is"),
    Column("billed_account", "category", "-", "account that the bill shows the charge in"),
    Column("billed_region", "category", "-", "Region that meters it: the key's"),
    Column("key", "category", "-", "id of the key in the inventory"),
    Column("driver", "category", "-", "the trail or reader that causes it; a key for itself"),
    Column("cause", "category", "-", "put, digest, check, get, replication or key"),
    Column("operation", "category", "-", "KMS operation, or KeyMonth"),
)

USAGE = (
    *_KEYS,
    Column("quantity", "float64", "unit", "requests, or key-months"),
    Column("unit", "category", "-", "request or key-month"),
)

CHARGES = (
    *USAGE,
    Column("meter", "category", "-", "meter of the rate table"),
    Column("free", "float64", "unit", "part of the quantity that costs nothing"),
    Column("billable", "float64", "unit", "part of the quantity that is charged"),
    Column("usd_per_unit", "float64", "USD/unit", "price of one unit, discount taken off"),
    Column("cost", "float64", "USD", "billable x price"),
    Column("rate_from", "category", "-", "day since which the rate is in force"),
    Column("cost_other_reading", "float64", "USD", "the same row under the other reading of F5"),
)

# what was measured: each source has the columns it can tell, in this order
ACTUALS = (
    Column("month", "period[M]", "month", "calendar month, UTC"),
    Column("day", "period[D]", "day", "UTC; NaT where the source only tells months"),
    Column("payer", "category", "-", "account that the consolidated bill goes to"),
    Column("account", "category", "-", "whose log file it is; the caller's where cause is other"),
    Column("region", "category", "-", "Region of the log file; the event's where cause is other"),
    Column("billed_account", "category", "-", "account that the request is charged to (F12)"),
    Column("billed_region", "category", "-", "Region that meters it: the key's"),
    Column("key", "category", "-", "ARN of the key"),
    Column("trail", "category", "-", "ARN of the trail whose file it is"),
    Column("reader", "category", "-", "who got the file: a role, a user, a service, an account"),
    Column("driver", "category", "-", "the reader of a get, the trail of all else"),
    Column("folder", "category", "-", "kind of file: CloudTrail, CloudTrail-Digest, ..."),
    Column("bucket_key", "bool", "-", "an S3 Bucket Key was in use"),
    Column("cause", "category", "-", "put, digest, check, get, replication, other, unknown or key"),
    Column("operation", "category", "-", "KMS operation, or KeyMonth"),
    Column("quantity", "float64", "unit", "requests, key-months or CloudTrail events"),
    Column("unit", "category", "-", "request, key-month, event, or nothing for a tax"),
    Column("files", "float64", "file", "objects put or got, whatever they are encrypted with"),
    Column("free", "float64", "unit", "part of the quantity that the free tier covered"),
    Column("billable", "float64", "unit", "part of the quantity that was charged"),
    Column("cost", "float64", "currency", "unblended cost as billed"),
    Column("currency", "category", "-", "code of the currency, such as USD"),
    Column("product", "category", "-", "awskms or AWSCloudTrail"),
    Column("lines", "int64", "line", "lines of the bill behind the row"),
    Column("source", "category", "-", "cloudtrail, s3-inventory, s3-listing, access-logs, ..."),
    Column("coverage", "float64", "0-1", "share of the day's hours that the input covers"),
)

# another currency's code takes the place of usd
QUANTILES = (
    Column("month", "period[M]", "month", "calendar month, UTC; NaT for the whole span"),
    Column("measure", "category", "-", "requests or cost_usd"),
    Column("quantile", "float64", "0-1", "share of the draws that are not above the value"),
    Column("value", "float64", "request or USD", "requests and keys are in the cost"),
)

DRIVERS = (
    Column("assumption", "object", "-", "path in the inventory, such as trails[org].files_per_day"),
    Column("low", "float64", "its own", "5th percentile"),
    Column("mid", "float64", "its own", "median"),
    Column("high", "float64", "its own", "95th percentile"),
    Column("source", "object", "-", "where the range comes from; empty where nothing is said"),
    Column("share_requests", "float64", "0-1", "of the variance of the span's requests"),
    Column("share_cost_usd", "float64", "0-1", "of the variance of the span's cost"),
)

BUDGETS = (
    Column("budget", "category", "-", "name of the budget"),
    Column("usd_per_month", "float64", "USD/month", "what a month may cost"),
    Column("month", "period[M]", "month", "calendar month, UTC; NaT for any month of the span"),
    Column("probability", "float64", "0-1", "share of the draws that cost more"),
)

# the knock-on, apart from KMS: which trail's copies of KMS events cost what on CloudTrail's bill
EVENTS = (
    Column("month", "period[M]", "month", "calendar month, UTC"),
    Column("payer", "category", "-", "account that the consolidated bill goes to"),
    Column("billed_account", "category", "-", "account whose log records the events"),
    Column("billed_region", "category", "-", "Region whose log records them: the key's"),
    Column("trail", "category", "-", "whose copy of them is paid"),
    Column("quantity", "float64", "unit", "events that the trail records as a paid copy"),
    Column("unit", "category", "-", "event"),
    Column("usd_per_unit", "float64", "USD/unit", "price of one event"),
    Column("cost", "float64", "USD", "quantity x price"),
    Column("rate_from", "category", "-", "day since which the rate is in force"),
)

BUDGET_USE = (
    Column("budget", "category", "-", "name of the budget"),
    Column("month", "period[M]", "month", "calendar month, UTC"),
    Column("usd_per_month", "float64", "USD/month", "what a month may cost"),
    Column("used", "float64", "USD", "what the month costs of what the budget covers"),
    Column("share", "float64", "-", "used by usd_per_month; NaN where that is 0"),
    Column("reached", "float64", "-", "the highest threshold reached; NaN where none is"),
    Column("over", "bool", "-", "more is used than the month may cost"),
    Column("used_other_reading", "float64", "USD", "the same under the other reading of F5"),
)

QUOTAS = (
    Column("month", "period[M]", "month", "calendar month, UTC"),
    Column("payer", "category", "-", "account that the consolidated bill goes to"),
    Column("billed_account", "category", "-", "account that makes the requests: its quota counts"),
    Column("billed_region", "category", "-", "Region of the key: its quota counts"),
    Column("requests", "float64", "request", "requests of the month"),
    Column("mean_per_second", "float64", "request/s", "spread evenly over the month"),
    Column("burst_per_second", "float64", "request/s", "everything that may come at once, at once"),
    Column("burst_high_per_second", "float64", "request/s", "the same, each burst at its fastest"),
    Column("quota_per_second", "float64", "request/s", "quota of cryptographic operations"),
    Column("share_mean", "float64", "-", "mean by quota"),
    Column("share_burst", "float64", "-", "burst by quota; above 1 KMS refuses requests"),
    Column("driver", "category", "-", "the trail or reader with the largest burst"),
    Column("at_once", "float64", "request", "what comes at once of that driver"),
    Column("seconds", "float64", "s", "in which it is assumed to come"),
)

FRAMES = {
    "usage": USAGE,
    "charges": CHARGES,
    "actuals": ACTUALS,
    "quantiles": QUANTILES,
    "drivers": DRIVERS,
    "budgets": BUDGETS,
    "events": EVENTS,
    "budget_use": BUDGET_USE,
    "quotas": QUOTAS,
}

# what a frame is told apart by
KEYS = tuple(column.name for column in _KEYS)

# the grain of a forecast unless other columns are asked for: no source account and Region
DEFAULT_GRAIN = tuple(name for name in KEYS if name not in ("account", "region"))
