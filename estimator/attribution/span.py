"""The months and days that logs and a bill both have."""

from __future__ import annotations

import datetime

import pandas as pd

from estimator.figures import listed
from estimator.measurement.coverage import Coverage
from pricing.reading.problems import KmscostError, Problem


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
    in_logs = sorted(set(logged["month"]))
    problems = []
    if not in_logs:
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
