"""What logs and a bill have in common: months, days, requests, and the places of these.

Logs that have nothing in common with the bill are refused: nothing would be attributed.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import pandas as pd

from estimator.attribution.sharing import Shares
from estimator.figures import FEW, SEVERAL, listed
from estimator.measurement.coverage import Coverage
from pricing.arns import split_arn
from pricing.reading.problems import KmscostError, Problem

_PLACE = ["month", "billed_account", "billed_region"]
_SUMS = ["billed", "attributed", "not_in_logs", "cost", "cost_not_in_logs"]


def choose_months(
    logged: pd.DataFrame, billed: list[str] | None, month: str | None, paths: tuple[str, str]
) -> list[str]:
    """The months to attribute: the one that is asked for, or all that logs and bill both have.

    Parameters
    ----------
    logged : DataFrame
        Of `estimator.attribution.logged.logged_requests`.
    billed : list of str, optional
        Months of which the bill has requests; None without a bill.
    month : str, optional
    paths : tuple of str
        What problems of the logs and of the bill name.

    Raises
    ------
    KmscostError
        There is none, or it is not in both.
    """
    # requests without a time are of no month, and of no line of a bill
    in_logs = sorted(set(logged["month"]) - {""})
    problems = []
    if not in_logs and len(logged):
        found, expected = "logs whose requests are of no day", "events with their eventTime"
        problems.append(Problem(paths[0], None, "", found, expected, "export it too"))
    elif not in_logs:
        found, expected = "logs without a KMS request", "logs of an account that uses KMS"
        problems.append(Problem(paths[0], None, "", found, expected, "name more log files"))
    elif month is not None and month not in in_logs:
        problems.append(_missing_month(paths[0], "logs", in_logs, f"requests of {month}"))
    if billed is not None:
        wanted = [month] if month is not None else in_logs
        if not billed:
            found = "a bill without a request of KMS"
            problems.append(Problem(paths[1], None, "", found, "lines of AWS KMS requests", ""))
        elif wanted and not set(wanted) & set(billed):
            problems.append(
                _missing_month(paths[1], "a bill", billed, f"lines of {listed(wanted, 6)}")
            )
    if problems:
        raise KmscostError(problems)
    chosen = in_logs if month is None else [month]
    return chosen if billed is None else [name for name in chosen if name in billed]


def _missing_month(path: str, what: str, months: list[str], expected: str) -> Problem:
    fix = "name files of that month, or choose another with --month"
    return Problem(path, None, "", f"{what} of {listed(months, 6)}", expected, fix)


def on_billed_days(daily: pd.DataFrame, coverage: Coverage) -> tuple[pd.DataFrame, float]:
    """The requests of days that the bill covers, and how many are of other days. [request]

    A bill of a month that is not over ends in it: what is logged later stands on no line yet.
    """
    covered = {
        day: coverage.of_day("", "", datetime.date.fromisoformat(day)) > 0
        for day in daily["day"].unique()
        if day and day != "NaT"
    }
    # a bill that tells no hours at all ends nowhere; a request without a day is of its month
    inside = daily["day"].map(lambda day: covered.get(day, True)) | (not coverage.hours)
    return daily[inside], float(daily["quantity"][~inside].sum())


def check_in_common(lines: pd.DataFrame, requests: pd.DataFrame, shares: Shares, path: str) -> None:
    """Refuse a bill and logs that have no request in common: nothing would be attributed.

    Raises
    ------
    KmscostError
        With the accounts and Regions of both; where these are the same, with what differs.
    """
    if shares.quantity.sum() > 0:
        return
    whose, billed, accounts = _named_places(requests), _named_places(lines), "these accounts"
    if whose == billed:
        billed = f"{_name_difference(lines, requests)} in {whose}"
        whose = f"{_name_difference(requests, lines)} in {whose}"
        accounts = "these requests"
    found = f"logs of {whose}, of which no request stands on the bill"
    expected = f"logs of what it bills: {billed}"
    fix = f"name the logs of {accounts}, or their bill"
    raise KmscostError(Problem(path, None, "", found, expected, fix))


def _named_places(rows: pd.DataFrame) -> str:
    pairs = sorted(set(zip(rows["billed_account"], rows["billed_region"], strict=True)))
    named = [f"{account or 'no account'} {region or 'no Region'}" for account, region in pairs]
    return listed(named, SEVERAL)


def _name_difference(rows: pd.DataFrame, others: pd.DataFrame) -> str:
    """Name the values of rows at the first level where they have none in common with others."""
    for level in ("operation", "key", "meter"):
        own = set(rows[level])
        if "" not in own | set(others[level]) and not own & set(others[level]):
            return listed(sorted(own), FEW)
    return "other combinations of operation, key and meter"


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


def no_places() -> pd.DataFrame:
    """The places of no bill: every column, no row."""
    return pd.DataFrame(columns=[*_PLACE, *_SUMS, "covered"])


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
