"""The logged requests that a bill is shared out among, with whose they are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from estimator.forecasting import WRITES
from estimator.measurement.result import Actuals
from estimator.measurement.sources import sources_that_count
from pricing.reading.problems import KmscostError, Problem

# whose a request is, and where a bill has it
WHOSE = ("service", "resource", "caller")
PLACE = ("billed_account", "billed_region", "key", "operation", "meter")

CLOUDTRAIL = "cloudtrail"  # the service whose encryption context names a trail


def logged_requests(actuals: Actuals, path: str) -> pd.DataFrame:
    """The requests of logs by day, whose they are and where they are billed.

    Parameters
    ----------
    actuals : Actuals
    path : str
        What problems name.

    Returns
    -------
    DataFrame
        ``month`` and ``day`` as text, `PLACE`, `WHOSE`, ``is_write`` (CloudTrail's own, F5) and
        ``quantity`` [request].

    Raises
    ------
    KmscostError
        The measurement does not tell whose requests they are, or where they are billed.
    """
    rows = actuals.measured
    odd = sorted(
        {str(name) for name in rows["source"].unique()} - {*sources_that_count("requests")}
    )
    if odd:
        found = f"a measurement of {odd[0]}"
        fix = "name folders of CloudTrail logs, or what `kmscost measure cloudtrail` wrote"
        raise KmscostError(
            Problem(path, None, "", found, "CloudTrail's logs: they alone tell callers", fix)
        )
    needed = ("day", *PLACE, *WHOSE, "cause")
    missing = [name for name in needed if name not in rows]
    if missing:
        found = f"a measurement without {', '.join(missing)}"
        fix = "measure the logs again, without --by"
        raise KmscostError(
            Problem(path, None, "", found, "rows that tell whose each request is", fix)
        )
    rows = rows[rows["unit"].astype(str) == "request"]
    texts = {name: _texts(rows[name]) for name in (*PLACE, *WHOSE)}
    frame = pd.DataFrame(
        {
            "month": _texts(rows["month"]),
            "day": _texts(rows["day"]),
            **texts,
            "is_write": rows["cause"].astype(str).isin(WRITES),
            "quantity": rows["quantity"].astype(float),
        }
    )
    keys = [name for name in frame.columns if name != "quantity"]
    return frame.groupby(keys, sort=True)["quantity"].sum().reset_index()


def by_month(requests: pd.DataFrame) -> pd.DataFrame:
    """The same without days."""
    keys = ["month", *PLACE, *WHOSE, "is_write"]
    return requests.groupby(keys, sort=True)["quantity"].sum().reset_index()


def month_periods(months: pd.Series[str]) -> pd.PeriodIndex:
    """Months out of their text, each different one read once: a period is slow to make.

    >>> month_periods(pd.Series(["2026-10", "2026-10"])).astype(str).tolist()
    ['2026-10', '2026-10']
    """
    code_of, names = pd.factorize(months)
    return pd.PeriodIndex(names, freq="M").take(code_of)


def _texts(values: pd.Series) -> pd.Series[str]:
    """Text of every value, empty where there is none: of rows by the million few values differ.

    One kind of text, whatever the frame was read from: categories and objects do not join.
    """
    code_of, known = pd.factorize(values)
    # nothing has the code -1: the last one
    texts = np.array([*map(str, known), ""], dtype=object)
    return pd.Series(texts[code_of], index=values.index, dtype=object)
