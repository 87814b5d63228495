"""What a bill comes to: lines by kind, totals, notices; and of its months what stands apart."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from estimator.figures import listed, plural
from estimator.measurement.billing.cells import CLOUDTRAIL, KMS, USAGE_UNITS, has_own_rate
from estimator.measurement.billing.charges import EVENTS, KEY_MONTHS, REQUESTS
from estimator.measurement.billing.chunks import TOTAL_DISCOUNT, is_discount
from estimator.measurement.billing.repeats import grain_notices
from pricing.reading.problems import KmscostError, Problem

if TYPE_CHECKING:
    from estimator.measurement.result import Actuals

_SYMMETRIC = "KMS-Requests"
_COPIES = "PaidEventsRecorded"  # CloudTrail's meter of every copy of an event after the first

OWN_RATES = "usage types with rates of their own"
_UNKNOWN_TYPES = "usage types that are not known"
CAUSE_NOT_TOLD = "a bill cannot tell what caused a request: CloudTrail's are among all others"


def one_currency(charges: pd.DataFrame, seen: set[str], path: str) -> str:
    """The currency of all amounts; of the bill where there are none; USD where it names none.

    Raises
    ------
    KmscostError
        There are several: sums over them mean nothing.
    """
    currencies = sorted(set(charges["currency"]) - {""})
    if len(currencies) > 1:
        raise KmscostError(
            Problem(
                path,
                None,
                "",
                f"amounts in {' and '.join(currencies)}",
                "one currency",
                "measure the bills of each currency by themselves",
            )
        )
    # lines of other products tell the currency of a bill without KMS
    known = currencies or sorted(seen - {"", "NULL"})
    return known[0] if known else "USD"


def drop_repeated_discounts(charges: pd.DataFrame) -> tuple[pd.DataFrame, float | None]:
    """The charges without discounts in columns where a payer's month has them as lines too.

    AWS writes one or the other; what somebody has put together may have both, and counts once.

    Returns
    -------
    DataFrame, float or None
        The charges, and the sum of the discounts that are left out. [the bill's currency]
    """
    what = charges["operation"].where(charges["unit"] == "", "")
    in_columns = what == TOTAL_DISCOUNT
    as_lines = what.map(is_discount).astype(bool) & ~in_columns & (charges["cost"] != 0)
    places = pd.MultiIndex.from_frame(charges[["payer", "month"]])
    again = in_columns & places.isin(places[as_lines.to_numpy()])
    if not again.any():
        return charges, None
    return charges[~again], math.fsum(charges["cost"][again])


def bill_currency(bill: Actuals) -> str:
    """The currency of a bill: one, or the bill would not have been read."""
    named = sorted(set(bill.measured["currency"].astype(str)) - {""})
    return named[0] if named else "USD"


def one_report_a_month(
    reports: dict[str, pd.DataFrame], files: Mapping[tuple[str, str], str]
) -> None:
    """Refuse two kinds of bill for one month of a payer: the same charges stand in both.

    Parameters
    ----------
    files : mapping
        The first file of each kind and month.

    Raises
    ------
    KmscostError
        A month is told twice.
    """
    known: dict[str, list[tuple[str, str, frozenset[str]]]] = {}
    for report, charges in reports.items():
        months = charges["month"].astype(str)
        for place, lines in charges.groupby([charges["payer"].astype(str), months]):
            payer, month = map(str, place)
            accounts = frozenset(lines["billed_account"].astype(str))
            others = known.setdefault(month, [])
            other = next(
                (
                    kind
                    for kind, name, seen in others
                    if kind != report and _may_be_of_one(payer, accounts, name, seen)
                ),
                None,
            )
            if other is not None:
                raise KmscostError(
                    Problem(
                        files.get((report, month), ""),
                        None,
                        "",
                        f"{month} of payer {payer or 'unknown'} twice: as {other} (in "
                        f"{files.get((other, month), 'another file')}) and as {report}",
                        "each month in one kind of bill",
                        "name the files of one of them",
                    )
                )
            others.append((report, payer, accounts))


def _may_be_of_one(
    payer: str, accounts: frozenset[str], other: str, others: frozenset[str]
) -> bool:
    """Tell whether lines of two payers may be of one."""
    # two organizations may export in different layouts
    if payer and other:
        return payer == other
    # who names no payer may be anyone, but for accounts that the other has not
    return "" in accounts | others or bool(accounts & others)


def details(charges: pd.DataFrame, currency: str) -> dict[str, Any]:
    """The keys of the JSON that only bills have: ``lines``, ``usage_types`` and more totals."""
    kms = charges[charges["product"] == KMS]
    trails = charges[charges["product"] == CLOUDTRAIL]
    return {
        "lines": {
            KMS: int(kms["lines"].sum()),
            CLOUDTRAIL: int(trails["lines"].sum()),
            "by_kind": {
                "keys": _lines(kms, KEY_MONTHS),
                **_free_and_paid(kms, REQUESTS),
                **_others(kms),
            },
            "cloudtrail_by_kind": {**_free_and_paid(trails, EVENTS), **_others(trails)},
        },
        "usage_types": _usage_types(charges),
        "totals": _totals(kms, trails, f"cost_{currency.lower()}"),
    }


def _known_sum(total: float) -> float | None:
    """A sum, or nothing where a part of it is not known."""
    return None if math.isnan(total) else total


def _totals(kms: pd.DataFrame, trails: pd.DataFrame, cost: str) -> dict[str, float | None]:
    """Requests [request], keys [key-month] and costs [the bill's currency], CloudTrail's apart."""
    requests, keys = kms[kms["kind"] == REQUESTS], kms[kms["kind"] == KEY_MONTHS]
    others = kms[~kms["kind"].isin([REQUESTS, KEY_MONTHS])]
    return {
        # fsum: the order of rows changes no total
        "free_requests": _known_sum(math.fsum(requests["free"])),
        "billable_requests": _known_sum(math.fsum(requests["billable"])),
        "key_months": math.fsum(keys["quantity"]),
        cost: math.fsum(kms["cost"]),
        f"{cost}_requests": math.fsum(requests["cost"]),
        f"{cost}_keys": math.fsum(keys["cost"]),
        f"{cost}_other": math.fsum(others["cost"]),
        f"{cost}_cloudtrail": math.fsum(trails["cost"]),
    }


def own_rate_notices(requests: pd.DataFrame) -> list[str]:
    """Notices of requests of other usage types than those of CloudTrail, where there are any."""
    special = requests[~requests["meter"].isin([_SYMMETRIC, ""])]
    is_known = special["meter"].astype(str).map(has_own_rate).astype(bool)
    notes = []
    if known := special["quantity"][is_known].sum():
        many = plural(known, "request", "is", "are")
        note = f"{many} of {OWN_RATES} and no free tier (asymmetric keys, data key pairs)"
        notes.append(f"{note}: CloudTrail causes none of them")
    if unknown := special["quantity"][~is_known].sum():
        names = listed(sorted(set(special["meter"][~is_known])))
        many = plural(unknown, "request", "is", "are")
        notes.append(f"{many} of {_UNKNOWN_TYPES} ({names}): CloudTrail is known to cause none")
    return notes


def notices(charges: pd.DataFrame, records: int) -> list[str]:
    """Notices of what these figures cannot tell."""
    notes = []
    kms = charges[charges["product"] == KMS]
    requests = kms[kms["kind"] == REQUESTS]
    if kms.empty:
        notes.append(
            f"no line of AWS KMS among {plural(records, 'line')}: this bill shows no requests and "
            "no customer managed keys"
        )
    if not requests.empty:
        notes.append(CAUSE_NOT_TOLD)
    notes += grain_notices(requests)
    notes += own_rate_notices(requests)
    nowhere = charges[(charges["billed_region"] == "") & (charges["unit"] != "")]
    if not nowhere.empty:
        meters = ", ".join(sorted({meter or "none named" for meter in nowhere["meter"]}))
        lines = plural(nowhere["lines"].sum(), "line")
        verb = "names" if lines == "1 line" else "name"
        notes.append(f"{lines} of usage {verb} no Region that is known ({meters})")
    return notes


def _lines(charges: pd.DataFrame, kind: str) -> int:
    return int(charges["lines"][charges["kind"] == kind].sum())


def _free_and_paid(charges: pd.DataFrame, kind: str) -> dict[str, int]:
    lines = charges[charges["kind"] == kind]
    free = int(lines["free_lines"].sum())
    return {f"free {kind}": free, f"paid {kind}": int(lines["lines"].sum()) - free}


def _others(charges: pd.DataFrame) -> dict[str, int]:
    others = charges[~charges["kind"].isin([REQUESTS, KEY_MONTHS, EVENTS])]
    sums = others.groupby("kind")["lines"].sum()
    return {str(kind): int(lines) for kind, lines in sums.items()}


def _usage_types(charges: pd.DataFrame) -> list[dict[str, Any]]:
    """Usage by product and usage type, whichever the Region."""
    usage = charges[charges["unit"] != ""]
    groups = usage.groupby(["product", "meter", "unit"])
    sums = groups[["quantity", "free", "cost", "lines"]].sum()
    # a sum leaves out what is not known: where a part of it is not, none of it is
    known = usage.assign(known=usage["free"].notna()).groupby(["product", "meter", "unit"])
    sums["free"] = sums["free"].where(known["known"].min() == 1)
    usage_types = sums.reset_index().rename(columns={"meter": "usage_type"})
    rows = usage_types.to_dict("records")
    return [
        {
            str(name): _known_sum(value) if isinstance(value, float) else value
            for name, value in row.items()
        }
        for row in rows
    ]


def notices_of_months(bill: Actuals, months: Collection[str]) -> list[str]:
    """The notices of a bill as they are for some of its months, without those of coverage."""
    own = bill.coverage.notices()
    rows = bill.measured
    chosen = (
        (rows["product"] == KMS)
        & (rows["unit"] == "request")
        & rows["month"].astype(str).isin(months)
    )
    again = (OWN_RATES, _UNKNOWN_TYPES)
    others = [
        line
        for line in bill.notices
        if line not in own and not any(words in line for words in again)
    ]
    return [*others, *own_rate_notices(rows[chosen])]


@dataclass(frozen=True)
class PaidEvents:
    """Copies of management events on CloudTrail's bill, beside KMS's.

    Attributes
    ----------
    events : float
        Billed events. [event]
    cost : float
        Their cost. [the bill's currency]
    requests : float
        Billed KMS requests of the same month. [request]
    """

    events: float
    cost: float
    requests: float


def paid_events(billed: Actuals, month: str) -> PaidEvents | None:
    """The paid copies of events in a month of a bill; None without any."""
    rows = billed.measured
    rows = rows[rows["month"].astype(str) == month]
    copies = rows[(rows["product"] == CLOUDTRAIL) & (rows["meter"] == _COPIES)]
    cost = float(copies["cost"].sum())
    if cost <= 0:
        return None
    requests = rows["quantity"][(rows["product"] == KMS) & (rows["unit"] == "request")]
    return PaidEvents(float(copies["quantity"].sum()), cost, float(requests.sum()))


def amounts_apart(billed: Actuals, month: str, currency: str) -> tuple[dict[str, Any], ...]:
    """Amounts of the month that are no usage of KMS: taxes, credits, and CloudTrail's own lines."""
    rows = billed.measured
    rows = rows[rows["month"].astype(str) == month]
    others = rows[(rows["product"] == KMS) & ~rows["unit"].isin(USAGE_UNITS)]
    sums = others.groupby("operation", observed=True)["cost"].sum()
    found = [(str(name) or "other", KMS, cost) for name, cost in sums.items()]
    trails = float(rows["cost"][rows["product"] == CLOUDTRAIL].sum())
    if trails:
        found.append(("lines of CloudTrail itself", CLOUDTRAIL, trails))
    code = f"cost_{currency.lower()}"
    return tuple(
        {"what": what, "product": product, code: float(cost)}
        for what, product, cost in found
        if cost
    )
