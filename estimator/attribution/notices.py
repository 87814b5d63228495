"""What to know before believing an attribution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimator.attribution.rated import RatedRequests
from estimator.attribution.sharing import LEVELS, Shares
from estimator.figures import SEVERAL, count, listed, money, plural, share
from estimator.forecasting.notices import rate_notices
from estimator.measurement.billing.cells import KMS
from estimator.measurement.billing.summary import (
    CAUSE_NOT_TOLD,
    bill_currency,
    notices_of_months,
)
from estimator.measurement.cloudtrail_logs.gathering import OF_UNKNOWN
from estimator.measurement.result import Actuals
from pricing.request_meters import OF_NO_KEY

UNKNOWN = "unknown"

_LEVELS = {
    "billed_account": ("account", "group it by account"),
    "billed_region": ("Region", ""),
    "operation": ("operation", "export a Cost and Usage Report"),
    "key": ("key", "export it with resource ids"),
}
_LEAST = 0.5  # less than half a request is what sums leave over
_FITS = 0.01  # of CloudTrail's own writes: what may be left over, or missing, where a bill has none


def open_levels(lines: pd.DataFrame) -> dict[str, float]:
    """The levels that the bill leaves open, and for how many requests. [request]"""
    open_ = {words: _sum_open(lines, name) for name, (words, _) in _LEVELS.items()}
    return {words: requests for words, requests in open_.items() if requests}


def _sum_open(lines: pd.DataFrame, level: str) -> float:
    """The requests of lines that leave a level open. [request]"""
    is_open = lines[level] == ""
    if level == "key":
        # they have none to be named
        is_open &= ~lines["operation"].isin(OF_NO_KEY)
    return float(lines["quantity"][is_open].sum())


def log_notices(actuals: Actuals, found: pd.DataFrame, months: list[str]) -> Iterator[str]:
    """Notices of the logs: what they cover, what is left out, whose service no rule names."""
    own = actuals.coverage.notices()
    yield from (line for line in actuals.notices if line not in own)
    if len(actuals.skipped):
        yield f"{len(actuals.skipped):,} log files could not be read: their requests are missing"
    for month in months:
        part = actuals.coverage.months().get(month, 0.0)
        if part < 1:
            where = len(actuals.coverage.hours)
            of = f" of the {where:,} accounts and Regions seen" if where > 1 else ""
            yield f"the logs cover {share(part)} of the hours of {month}{of}"
    left = found[~found["month"].isin(months)]
    if len(left):
        many = count(left["quantity"].sum())
        names = listed(month or "no day" for month in sorted(set(left["month"])))
        yield f"{many} logged requests of {names} are left out"
    unknown = found[found["month"].isin(months) & (found["service"] == UNKNOWN)]
    # tables of measurements have no notices; elsewhere it is there with an example of the keys
    if len(unknown) and not any(OF_UNKNOWN in line for line in actuals.notices):
        yield f"{count(unknown['quantity'].sum())} logged requests are of no service that is known"


def rated_notices(
    daily: pd.DataFrame, rated: RatedRequests, coverage: Mapping[str, float]
) -> Iterator[str]:
    """Notices of costs that no bill says."""
    days = sorted(set(daily["day"]) - {"", "NaT"})
    if days:
        span = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
        is_whole = bool(coverage) and min(coverage.values()) >= 1
        yield (
            f"no bill: the logged requests of {span} ({len(days):,} "
            f"day{'s' * (len(days) != 1)} with requests) are priced by the rate table as they are"
            f"{'' if is_whole else ', not those of whole months'}"
        )
    if set(daily["payer"]) <= {""}:
        free = (
            "all accounts are taken for those of one payer, and the whole free quantity for theirs"
        )
    else:
        free = "each payer of the inventory has its free requests"
        strangers = count(daily["quantity"][daily["payer"] == ""].sum())
        if strangers != "0":
            free += f", {strangers} requests of accounts that it does not have those of one more"
    yield f"{free}; what keys cost by the month is in no log"
    for reason, many in rated.without_rate.items():
        verb = plural(many, "request", "has", "have")
        yield f"{verb} no rate and no part in any cost: {reason}"
    yield from rate_notices(rated.versions)


def currency_notices(bill_in: str, rates_in: str) -> Iterator[str]:
    """Yield that what the rate table prices is not in the bill's currency, where it is not."""
    if bill_in != rates_in:
        yield (
            f"what S3 Bucket Keys would save is in {rates_in}, by the rate table: nothing tells a "
            f"rate to the bill's {bill_in}"
        )


def discount_notices(discount: float) -> Iterator[str]:
    """Yield that a discount changes no cost of a bill, where there is one."""
    if discount:
        yield (
            f"the discount of {share(discount)} is taken off what S3 Bucket Keys would save alone: "
            "all other costs are the bill's own"
        )


def bill_notices(
    bill: Actuals,
    months: list[str],
    lines: pd.DataFrame,
    requests: pd.DataFrame,
    shares: tuple[Shares, Shares],
    beyond: float,
) -> Iterator[str]:
    """Notices of the bill, and of where logs and bill do not meet."""
    yield from _months_left_out(bill, months)
    yield from (line for line in notices_of_months(bill, months) if line != CAUSE_NOT_TOLD)
    for month in months:
        part = bill.coverage.months().get(month, 0.0)
        if part < 1:
            yield f"the bill covers {share(part)} of {month}: it may be in progress"
    if beyond:
        yield f"{count(beyond)} logged requests are of days that the bill does not cover: left out"
    for name, (words, fix) in _LEVELS.items():
        many = _sum_open(lines, name)
        if many:
            # a bill that names some already is exported so
            advice = f" ({fix})" if fix and (lines[name] == "").all() else ""
            yield (
                f"the bill names no {words} for {plural(many, 'request')}{advice}: they are shared "
                "out among all that is logged at the level that it tells"
            )
    by_key = set(lines["operation"][lines["key"] != ""])
    nameless = requests[(requests["key"] == "") & requests["operation"].isin(by_key)]
    if len(nameless):
        yield (
            f"the logs name no key for {count(nameless['quantity'].sum())} requests: they share "
            "what the bill has left of all keys at their account, Region and operation"
        )
    yield from _without_line(lines, requests, shares)
    yield from _uncertain_months(lines, shares[0], bill_currency(bill))


def _without_line(
    lines: pd.DataFrame, requests: pd.DataFrame, shares: tuple[Shares, Shares]
) -> Iterator[str]:
    """Notices of logged requests that are on no line of the bill."""
    logged = requests["quantity"].to_numpy(dtype=np.float64)
    left = logged - shares[0].quantity
    if left.sum() < _LEAST:
        return
    rows = requests.assign(left=left)
    keys = ["billed_account", "billed_region", "operation"]
    sums = rows.groupby(keys, sort=True)["left"].sum().reset_index()
    sums = sums[sums["left"] >= _LEAST].sort_values("left", ascending=False, kind="stable")
    where = [
        f"{account or 'no account'} {region or 'no Region'} {operation} {count(many)}"
        for account, region, operation, many in sums.itertuples(index=False)
    ]
    yield (
        f"{count(left.sum())} logged requests are on no line of the bill, or are more than its "
        f"lines have: {listed(where, SEVERAL)}"
    )
    charged = np.where(requests["is_write"], 0.0, logged)
    left_other = float((charged - shares[1].quantity).sum())
    # a bill of a part of the writes leaves some over too: without them it would miss the others
    missing = float(shares[1].rest[_may_have_writes(lines, requests[requests["is_write"]])].sum())
    if left_other + missing <= _FITS * float((logged - charged).sum()):
        yield (
            "without CloudTrail's own writes the logged requests fit the bill: it seems not to "
            "charge for them, which the other interpretation shows"
        )


def _may_have_writes(lines: pd.DataFrame, writes: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether each line may have requests of CloudTrail's own writes in it."""
    found = np.ones(len(lines), dtype=bool)
    for level in ("month", *LEVELS):
        values = set(writes[level])
        # logs without keys may be under any
        found &= lines[level].isin({"", *values}).to_numpy(dtype=bool) | ("" in values)
    return found


def _months_left_out(bill: Actuals, months: list[str]) -> Iterator[str]:
    rows = bill.measured[bill.measured["product"] == KMS]
    labels = rows["month"].astype(str)
    for month in sorted(set(labels) - {*months, "NaT"}):
        part = rows[labels == month]
        many = float(part["quantity"][part["unit"] == "request"].sum())
        yield (
            f"{month} of the bill is left out: {plural(many, 'request')} and "
            f"{bill_currency(bill)} {money(part['cost'].sum())} of KMS"
        )


def _uncertain_months(lines: pd.DataFrame, shares: Shares, currency: str) -> Iterator[str]:
    if shares.rest.sum() >= _LEAST:
        whole = lines["quantity"].sum()
        yield (
            f"{count(shares.rest.sum())} of {count(whole)} requests billed are not in these logs "
            f"({currency} {money(shares.rest_cost.sum())} of {money(lines['cost'].sum())} for "
            "requests): whose they are is not known"
        )
