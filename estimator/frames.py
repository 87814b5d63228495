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
    Column(
        "cost_other_reading", "float64", "USD", "the same row under the other interpretation of F5"
    ),
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
    Column("service", "category", "-", "service that asked KMS; direct: the caller itself did"),
    Column("caller", "category", "-", "role, user or service that called, without its session"),
    Column("resource", "category", "-", "what it is for: a bucket, a secret, a table, ..."),
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
    Column("meter", "category", "-", "usage type without its Region, such as KMS-Requests"),
    Column("lines", "int64", "line", "lines of the bill behind the row"),
    Column("source", "category", "-", "cloudtrail, s3-inventory, s3-listing, access-logs, ..."),
    Column("coverage", "float64", "0-1", "share of the day's hours that the input covers"),
)

# another currency's code takes the place of usd
QUANTILES = (
    Column("month", "period[M]", "month", "calendar month, UTC; NaT for the whole span"),
    Column("measure", "category", "-", "requests or cost_usd"),
    Column("quantile", "float64", "0-1", "share of the simulations that are not above the value"),
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
    Column("probability", "float64", "0-1", "share of the simulations that cost more"),
    Column("expected", "float64", "USD", "mean use of the draws; of the whole span its sum"),
)

# apart from KMS: which trail's copies of KMS events cost what on CloudTrail's bill
EVENTS = (
    Column("month", "period[M]", "month", "calendar month, UTC"),
    Column("payer", "category", "-", "account that the consolidated bill goes to"),
    Column("billed_account", "category", "-", "account whose log records them; NaN: not known"),
    Column("billed_region", "category", "-", "Region whose log records them; NaN: not known"),
    Column("trail", "category", "-", "whose copy of them is paid"),
    Column("of", "category", "-", "whose requests: inventory, or others"),
    Column("quantity", "float64", "unit", "events that the trail records as a paid copy, at least"),
    Column("quantity_high", "float64", "unit", "the same at most: where others are is not known"),
    Column("unit", "category", "-", "event"),
    Column("usd_per_unit", "float64", "USD/unit", "price of one event"),
    Column("cost", "float64", "USD", "quantity x price"),
    Column("cost_high", "float64", "USD", "quantity_high x price"),
    Column("rate_from", "category", "-", "day since which the rate is in force"),
)

BUDGET_USE = (
    Column("budget", "category", "-", "name of the budget"),
    Column("month", "period[M]", "month", "calendar month, UTC"),
    Column("usd_per_month", "float64", "USD/month", "what a month may cost"),
    Column("used", "float64", "USD", "what the month costs of what the budget covers"),
    Column("share", "float64", "-", "used by usd_per_month; NaN where that is 0"),
    Column("reached", "float64", "-", "highest threshold of used or used_expected; NaN where none"),
    Column("over", "bool", "-", "more is used than the month may cost"),
    Column("used_other_reading", "float64", "USD", "the same under the other interpretation of F5"),
    Column("used_expected", "float64", "USD", "used, with each range at its mean"),
    Column("over_expected", "bool", "-", "used_expected is more than the month may cost"),
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

# what a calibration replaced or added in an inventory
CHANGES = (
    Column("place", "object", "-", "where the assumption stands in the inventory"),
    Column("of", "object", "-", "the trail, account or reader it is about, or payer, growth"),
    Column("assumption", "object", "-", "its name"),
    Column("unit", "object", "-", "its unit"),
    Column("before", "object", "-", "what the inventory said; nothing where it said nothing"),
    Column("low", "float64", "its unit", "5th percentile as measured"),
    Column("mid", "float64", "its unit", "expected value as measured: the point forecast's"),
    Column("high", "float64", "its unit", "95th percentile as measured"),
    Column("source", "object", "-", "where the range comes from, or what was done"),
)

# what each fold of a backtest forecast, and what happened
BACKTEST = (
    Column("origin", "period[D]", "day", "first day of the fold that was forecast"),
    Column("days", "int64", "day", "days of the fold that were covered, in whole days"),
    Column("level", "category", "-", "total, or group: one driver, cause and Region"),
    Column("driver", "category", "-", "the trail or reader; empty in the total"),
    Column("cause", "category", "-", "put or get; empty in the total"),
    Column("region", "category", "-", "of a put; empty in the total and for gets"),
    Column("model", "category", "-", "calibrated, plain-288, last-period or seasonal-naive"),
    Column("measured", "float64", "request", "what happened"),
    Column("forecast", "float64", "request", "what was expected: the point forecast"),
    Column("low", "float64", "request", "5th percentile; of calibrated alone"),
    Column("high", "float64", "request", "95th percentile; of calibrated alone"),
    Column("difference", "float64", "request", "forecast minus measured"),
    Column("relative_difference", "float64", "-", "difference over measured"),
    Column("pinball", "float64", "request", "mean pinball loss at 0.05, 0.5 and 0.95"),
)

# forecast, measured and billed side by side; the columns cost_writes to cost_unknown add up to
# cost_difference on each row
RECONCILIATION = (
    Column("month", "period[M]", "month", "calendar month, UTC"),
    Column("payer", "category", "-", "account that the consolidated bill goes to"),
    Column("billed_account", "category", "-", "account that the bill shows the charge in"),
    Column("billed_region", "category", "-", "Region that meters it: the key's"),
    Column("key", "category", "-", "id in the inventory, else ARN; empty where the level is open"),
    Column("operation", "category", "-", "KMS operation, or KeyMonth; empty where it is open"),
    Column("unit", "category", "-", "request or key-month"),
    Column("forecast", "float64", "unit", "what KMS sees because of CloudTrail, by the inventory"),
    Column("measured", "float64", "unit", "the same as measured; NaN where nothing tells it"),
    Column("billed", "float64", "unit", "free and billable units of the bill, whoever caused them"),
    Column("difference", "float64", "unit", "billed less forecast"),
    Column("relative_difference", "float64", "-", "the same by the forecast; NaN where that is 0"),
    Column("cloudtrail", "float64", "unit", "part of billed that is CloudTrail's"),
    Column("others", "float64", "unit", "part of billed that is not"),
    Column("unknown", "float64", "unit", "the rest of billed"),
    Column("cost_forecast", "float64", "USD", "cost by the forecast"),
    Column("cost_billed", "float64", "USD", "unblended cost of the bill's usage"),
    Column("cost_difference", "float64", "USD", "billed less forecast"),
    Column("cost_writes", "float64", "USD", "writes charged by one side, exempt by the other (F5)"),
    Column("cost_volume", "float64", "USD", "more or fewer requests of CloudTrail's"),
    Column("cost_free_tier", "float64", "USD", "more or fewer of them free"),
    Column("cost_keys", "float64", "USD", "more or fewer key-months of the inventory's keys"),
    Column("cost_rate", "float64", "USD", "the bill's price of a unit against the table's"),
    Column("cost_others", "float64", "USD", "requests that are not CloudTrail's"),
    Column("cost_other_keys", "float64", "USD", "keys that the inventory does not know"),
    Column("cost_unknown", "float64", "USD", "requests that nothing explains"),
)

# whose the requests of a month are, and what each costs; the other interpretation is that of F5
ATTRIBUTION = (
    Column("month", "period[M]", "month", "calendar month, UTC"),
    Column("part", "category", "-", "logged, not-in-logs, key, or apart (a tax, a credit)"),
    Column("service", "category", "-", "AWS's short name; direct: the caller itself; unknown"),
    Column("resource", "category", "-", "bucket, secret, parameter ... that the request is about"),
    Column("caller", "category", "-", "role or user, without session and instance"),
    Column("billed_account", "category", "-", "account that the request is charged to (F12)"),
    Column("billed_region", "category", "-", "Region that meters it: the key's"),
    Column("key", "category", "-", "ARN of the key"),
    Column("operation", "category", "-", "KMS operation, KeyMonth, or the bill's word: Tax ..."),
    Column("meter", "category", "-", "what a usage type meters, such as KMS-Requests"),
    Column("unit", "category", "-", "request or key-month; empty where there is only a cost"),
    Column("logged", "float64", "request", "requests in the logs"),
    Column("quantity", "float64", "unit", "those on the bill; without a bill all logged ones"),
    Column("cost", "float64", "currency", "as billed, or by the rate table; NaN: no rate is known"),
    Column("quantity_other_reading", "float64", "unit", "quantity if own writes are not charged"),
    Column("cost_other_reading", "float64", "currency", "cost if own writes are not charged"),
    Column("currency", "category", "-", "code of the currency, such as USD"),
)

# a scenario beside the base: the key columns, two values, and what they differ by
COMPARISON = (
    Column("scenario", "category", "-", "what is compared with the base"),
    *_KEYS,
    Column("measure", "category", "-", "requests, key_months, cost_usd, cost_usd_writes_..."),
    Column("base", "float64", "measure's", "the base's value; 0 where it has no such row"),
    Column("other", "float64", "measure's", "the scenario's value"),
    Column("difference", "float64", "measure's", "other - base"),
    Column("relative", "float64", "-", "difference / base; not known where the base is 0"),
)

# what would save money; another currency's code takes the place of usd
# the keys ledger: of rows of the kind key alone, and only where there is a ledger
_LEDGER = (
    Column("key", "object", "-", "of the keys ledger: its shortest name"),
    Column("id", "object", "-", "the inventory's name"),
    Column("arn", "object", "-", "its ARN"),
    Column("account", "object", "-", "the account that owns it"),
    Column("region", "object", "-", "its Region"),
    Column("alias", "object", "-", "an alias"),
    Column("state", "object", "-", "as describe-key has it; unknown where nobody says"),
    Column("manager", "object", "-", "customer, AWS, or empty where nobody says"),
    Column("cost_usd", "float64", "USD/month", "what it costs now; NaN where not known"),
    Column("cost_usd_after_next_rotation", "float64", "USD/month", "after its next rotation"),
    Column("cost_usd_at_most", "float64", "USD/month", "with all rotations that count"),
    Column("next_rotation", "object", "-", "day"),
    Column("deletion", "object", "-", "the day on which it is deleted"),
    Column("replicas", "object", "-", "Regions of its other keys"),
    Column("requests_in_the_logs", "float64", "request", "requests in the logs"),
    Column("last_use", "object", "-", "day of its last use that anybody knows"),
    Column("last_operation", "object", "-", "what was asked"),
    Column("last_caller", "object", "-", "by whom, where logs tell it"),
    Column("used_by", "object", "-", "trails, readers and resources under it"),
    Column("tags", "object", "-", "NAME=VALUE of each: a hint at whose it is"),
    Column("could_use", "object", "-", "who may, by grants and by its policy"),
    Column("could_use_missing", "object", "-", "answers of AWS that are missing for it"),
    Column("verdict", "object", "-", "unused, unknown, used, no cost"),
    Column("days_without_use", "float64", "day", "at the end of what the evidence covers"),
)

ADVICE = (
    Column("rank", "int64", "-", "1 for what saves the most; trade-offs stand last"),
    Column("kind", "object", "-", "bucket-key, duplicate-trail, query-scan, ..."),
    Column("advice", "object", "-", "what to do"),
    Column("saves_requests", "float64", "request/month", "KMS requests saved"),
    Column("saves_usd", "float64", "USD/month", "KMS cost saved"),
    Column("saves_usd_low", "float64", "USD/month", "5th percentile over the inventory's ranges"),
    Column("saves_usd_median", "float64", "USD/month", "their median"),
    Column("saves_usd_high", "float64", "USD/month", "95th percentile"),
    Column("saves_usd_writes_charged", "float64", "USD/month", "saves_usd if writes are charged"),
    Column("saves_usd_writes_exempt", "float64", "USD/month", "saves_usd if they are exempt"),
    Column(
        "saves_usd_cloudtrail_events",
        "float64",
        "USD/month",
        "apart, on CloudTrail's bill, at least: copies of KMS events",
    ),
    Column(
        "saves_usd_cloudtrail_events_others",
        "float64",
        "USD/month",
        "of it, copies of the events of all others' requests",
    ),
    Column(
        "saves_usd_cloudtrail_events_high",
        "float64",
        "USD/month",
        "the whole at most: where others' requests are made is not known",
    ),
    Column(
        "saves_usd_on_top",
        "float64",
        "USD/month",
        "of both bills, on top of those before it, at least",
    ),
    Column("what_if", "bool", "-", "the new value is an example, not a fact"),
    Column("trade_off", "bool", "-", "security or audit is given up for it"),
    Column("loses", "object", "-", "what is lost, or what it costs"),
    Column("how", "object", "-", "how the change is made"),
    Column("commands", "object", "-", "AWS's own commands for it, a line each"),
    Column("source", "object", "-", "who says so"),
    Column("compare", "object", "-", "the command that shows the saving"),
    *_LEDGER,
)
KEY_COLUMNS = tuple(column.name for column in _LEDGER)

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
    "reconciliation": RECONCILIATION,
    "comparison": COMPARISON,
    "advice": ADVICE,
    "attribution": ATTRIBUTION,
    "changes": CHANGES,
    "backtest": BACKTEST,
}


# what a frame is told apart by
KEYS = tuple(column.name for column in _KEYS)

# the grain of a forecast unless other columns are asked for: no source account and Region
DEFAULT_GRAIN = tuple(name for name in KEYS if name not in ("account", "region"))
