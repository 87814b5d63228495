"""Whose KMS requests a bill is made of: logs tell whose, the bill how many and what they cost."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from estimator.attribution.bill_lines import (
    BillLines,
    bill_months,
    bill_payers,
    find_bill_lines,
)
from estimator.attribution.logged import by_month, logged_requests
from estimator.attribution.notices import (
    bill_notices,
    currency_notices,
    discount_notices,
    log_notices,
    open_levels,
    rated_notices,
)
from estimator.attribution.overlap import (
    check_in_common,
    choose_months,
    find_places,
    no_places,
    on_billed_days,
)
from estimator.attribution.rated import free_uses, price_requests
from estimator.attribution.result import APART, KEY, LOGGED, NOT_IN_LOGS, Attribution
from estimator.attribution.result import attribution_frame as frame_of
from estimator.attribution.sharing import LEVELS, Shares, share_out
from estimator.bucket_keys import measure_bucket_keys
from estimator.measurement.measurement_files import load_actuals, load_bill
from estimator.measurement.result import Actuals
from estimator.months import FloatArray, Months, month_label
from pricing.rates import RateTable, load_rates

__all__ = ["Attribution", "attribute"]

Paths = str | Path | Sequence[str | Path]


def attribute(
    logs: Actuals | Paths,
    bill: Actuals | Paths | None = None,
    month: str | datetime.date | None = None,
    rates: RateTable | str | Path | None = None,
    discount: float = 0.0,
    payers: Mapping[str, str] | None = None,
) -> Attribution:
    """Whose KMS requests are: services, resources, callers and keys, with what they cost.

    Parameters
    ----------
    logs : Actuals or paths
        CloudTrail's logs, as `load_actuals` takes them, or what `measure_cloudtrail` returned.
    bill : Actuals or paths, optional
        What `measure_bill` reads, or its JSON: each line is shared out among the requests logged
        there. Without a bill the logged requests are priced by the rate table.
    month : str or date, optional
        As ``2026-10``. Default: all months that logs and bill both have.
    rates, discount
        As for `estimator.forecast`; they price requests where no bill does, and what Bucket Keys
        save, and say how many are free.
    payers : mapping, optional
        The payer of each account, where no bill tells it: each has free requests of its own.
        Without it all accounts are those of one.

    Returns
    -------
    Attribution
        Rows whose costs add up to the bill. What the logs do not hold is a row of its own.

    Raises
    ------
    KmscostError
        An input is wrong, or logs and bill have no month or no request in common.
    """
    label = None if month is None else month_label(month)
    actuals = logs if isinstance(logs, Actuals) else load_actuals(logs, bucket_keys=True)
    billed = bill if isinstance(bill, Actuals | None) else load_bill(bill)
    table = rates if isinstance(rates, RateTable) else load_rates(rates)
    paths = _first(logs, "LOGS"), _first(bill, "BILL")
    found = logged_requests(actuals, paths[0])
    months = choose_months(found, None if billed is None else bill_months(billed), label, paths)
    daily = found[found["month"].isin(months)]
    daily, beyond = (daily, 0.0) if billed is None else on_billed_days(daily, billed.coverage)
    requests = by_month(daily)
    daily = daily.assign(payer=_payers(daily, billed, payers))
    free = free_uses(daily, table, months)
    free_other = free_uses(daily[~daily["is_write"]], table, months)
    coverage = {name: part for name, part in actuals.coverage.months().items() if name in months}
    own = list(log_notices(actuals, found, months))
    last = Months(datetime.date.fromisoformat(f"{months[-1]}-01"), 1)
    bucket_keys = measure_bucket_keys(actuals, last, table, discount)
    own += bucket_keys.notices
    if billed is None:
        logged = requests["quantity"].to_numpy(dtype=np.float64)
        rated = price_requests(requests, _payers(requests, None, payers), table, discount)
        return Attribution(
            months=tuple(months),
            currency=table.currency,
            with_bill=False,
            rows=frame_of(
                [_logged_rows(requests, (logged, rated.cost), (logged, rated.cost_exempt))],
                table.currency,
            ),
            places=no_places(),
            free=tuple(free),
            free_other_reading=tuple(free_other),
            coverage=coverage,
            levels={},
            events_cost=0.0,
            bucket_keys=bucket_keys,
            notices=(*own, *rated_notices(daily, rated, coverage)),
        )

    lines = find_bill_lines(billed, months)
    currency = lines.currency
    shares, other_shares = _both_readings(lines.requests, requests)
    check_in_common(lines.requests, requests, shares, paths[0])
    return Attribution(
        months=tuple(months),
        currency=currency,
        with_bill=True,
        rows=frame_of(_bill_rows(lines, requests, shares, other_shares), currency),
        places=find_places(lines.requests, shares, requests, actuals.coverage),
        free=tuple(free),
        free_other_reading=tuple(free_other),
        coverage=coverage,
        levels=open_levels(lines.requests),
        events_cost=lines.events,
        bucket_keys=bucket_keys,
        notices=(
            *own,
            *(currency_notices(currency, table.currency) if bucket_keys.buckets else ()),
            *discount_notices(discount),
            *bill_notices(billed, months, lines.requests, requests, (shares, other_shares), beyond),
        ),
    )


def _payers(
    requests: pd.DataFrame, billed: Actuals | None, own: Mapping[str, str] | None
) -> pd.Series[str]:
    """The payer of each request: the bill's of its account; NaN where it is on another's bill.

    Logs tell none: without a bill, or with one that names no accounts, it is that of `own`, and
    empty of an account that several payers may have.
    """
    payers = {} if billed is None else bill_payers(billed)
    if set(payers) - {""}:
        # of an account that is not on the bill, as where a key is used from outside (F12)
        return requests["billed_account"].map(payers)
    if billed is not None or not own:
        return pd.Series("", index=requests.index, dtype=object)
    names = set(own.values())
    other = names.pop() if len(names) == 1 else ""
    return requests["billed_account"].map(own).astype(object).fillna(other)


def _first(given: Actuals | Paths | None, otherwise: str) -> str:
    """The name that problems have: the first path."""
    if given is None or isinstance(given, Actuals):
        return otherwise
    return str(given if isinstance(given, str | Path) else given[0])


def _both_readings(lines: pd.DataFrame, requests: pd.DataFrame) -> tuple[Shares, Shares]:
    """The bill shared out among all, and among all but CloudTrail's own writes (F5)."""
    logged = requests["quantity"].to_numpy(dtype=np.float64)
    charged = np.where(requests["is_write"], 0.0, logged)
    return share_out(lines, requests, logged), share_out(lines, requests, charged)


def _logged_rows(
    requests: pd.DataFrame,
    reading: tuple[FloatArray, FloatArray],
    other_reading: tuple[FloatArray, FloatArray],
) -> pd.DataFrame:
    """Rows of logged requests with their quantity and cost under both interpretations."""
    return requests.assign(
        part=LOGGED,
        unit="request",
        logged=requests["quantity"],
        quantity=reading[0],
        cost=reading[1],
        quantity_other_reading=other_reading[0],
        cost_other_reading=other_reading[1],
    )


def _bill_rows(
    lines: BillLines, requests: pd.DataFrame, shares: Shares, other: Shares
) -> Iterable[pd.DataFrame]:
    """Rows of the bill: what is logged, what is not, keys' months, and what stands apart."""
    yield _logged_rows(requests, (shares.quantity, shares.cost), (other.quantity, other.cost))
    rest = _of_bill(lines.requests, NOT_IN_LOGS, "request").assign(
        quantity=shares.rest,
        cost=shares.rest_cost,
        quantity_other_reading=other.rest,
        cost_other_reading=other.rest_cost,
    )
    numbers = rest[["quantity", "cost", "quantity_other_reading", "cost_other_reading"]]
    yield rest[(numbers != 0).any(axis=1)]
    yield _of_bill(lines.keys, KEY, "key-month")
    apart = lines.apart.assign(operation=lines.apart["what"], quantity=0.0)
    yield _of_bill(apart, APART, "")


def _of_bill(lines: pd.DataFrame, part: str, unit: str) -> pd.DataFrame:
    """Lines of the bill that no logged request is behind."""
    blank = {name: "" for name in ("service", "resource", "caller", *LEVELS) if name not in lines}
    return lines.assign(
        part=part,
        unit=unit,
        logged=0.0,
        **blank,
        quantity_other_reading=lines["quantity"],
        cost_other_reading=lines["cost"],
    )
