"""Where a bill has requests, how much of each place the logs hold, and which hours they cover."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from estimator.attribution.sharing import Shares
from estimator.measurement.coverage import Coverage
from pricing.arns import split_arn

_PLACE = ["month", "billed_account", "billed_region"]
_SUMS = ["billed", "attributed", "not_in_logs", "cost", "cost_not_in_logs"]


def no_places() -> pd.DataFrame:
    """The places of no bill: every column, no row."""
    return pd.DataFrame(columns=[*_PLACE, *_SUMS, "covered"])


def find_places(
    lines: pd.DataFrame, shares: Shares, logged: pd.DataFrame, coverage: Coverage
) -> pd.DataFrame:
    """The bill's requests of each month, account and Region beside what the logs hold.

    Returns
    -------
    DataFrame
        ``month``, ``billed_account``, ``billed_region``, ``billed``, ``attributed`` and
        ``not_in_logs`` [request], ``cost`` and ``cost_not_in_logs`` [currency], ``covered``: the
        share of the month's hours that logs of this account and Region cover [0-1].
    """
    rows = lines.assign(
        billed=lines["quantity"],
        not_in_logs=shares.rest,
        attributed=lines["quantity"] - shares.rest,
        cost_not_in_logs=shares.rest_cost,
    )
    found = rows.groupby(_PLACE, sort=True)[_SUMS].sum().reset_index()
    owners = _key_owners(logged)
    found["covered"] = [
        _cover_share(coverage, owners, month, account, region)
        for month, account, region in found[_PLACE].itertuples(index=False)
    ]
    return found


def _key_owners(logged: pd.DataFrame) -> Mapping[tuple[str, str], set[str]]:
    """The accounts whose keys are used, by the account and Region that pays."""
    owners: dict[tuple[str, str], set[str]] = {}
    columns = logged[["billed_account", "billed_region", "key"]].drop_duplicates()
    for account, region, key in columns.itertuples(index=False):
        arn = split_arn(key)
        if arn is not None:
            owners.setdefault((account, region), set()).add(arn.account)
    return owners


def _cover_share(
    coverage: Coverage,
    owners: Mapping[tuple[str, str], set[str]],
    month: str,
    account: str,
    region: str,
) -> float:
    if not account or not region:
        # the bill does not say where: what is covered of all that was seen there
        return coverage.of_month_over(account, region, month)
    # a call is logged in the caller's and in the key's account, so that either log tells all of it
    accounts = {account, *owners.get((account, region), ())}
    return max(coverage.of_month(each, region, month) for each in accounts)
