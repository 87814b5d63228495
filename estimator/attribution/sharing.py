"""How a bill is shared out among logged requests: formulas, numbers in and numbers out.

A line of the bill has N requests, and the logs hold L that may be its own. Each of these costs what
the line costs a request, c / N, and N - L of the line are not in the logs. Where the logs hold more
than the line, they share it in proportion and L - N of them have no line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimator.months import FloatArray
from pricing.request_meters import ASYMMETRIC, RSA_2048

# what a line may tell of its requests, the most telling first; what it leaves open is empty text
LEVELS = ("key", "operation", "billed_region", "billed_account", "meter")
# levels that a table of events may lack: without its resources no event names a key
OPEN_IN_LOGS = ("key", "billed_region", "billed_account")

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Shares:
    """A bill shared out.

    Attributes
    ----------
    quantity, cost : array
        Of each logged request row: how many of it are on the bill [request], and what these cost
        there [currency].
    rest, rest_cost : array
        Of each line: what the logs do not hold. [request], [currency]
    """

    quantity: FloatArray
    cost: FloatArray
    rest: FloatArray
    rest_cost: FloatArray


def share_out(lines: pd.DataFrame, logged: pd.DataFrame, quantity: FloatArray) -> Shares:
    """Share lines of a bill out among logged requests.

    Lines that tell more come first: what is logged beyond their requests goes on to lines that tell
    less. A line that leaves a level open (no key, no operation, no Region) is shared among all that
    is logged there. Logged requests that leave one open (`OPEN_IN_LOGS`), as those of a table
    without keys, then share what is left of all lines there.

    Parameters
    ----------
    lines : DataFrame
        ``month``, the columns `LEVELS`, ``quantity`` [request] and ``cost`` [currency], a row for
        each combination.
    logged : DataFrame
        ``month`` and the columns `LEVELS`.
    quantity : array
        Logged requests of each of its rows. [request]
    """
    billed = lines["quantity"].to_numpy(dtype=np.float64)
    cost = lines["cost"].to_numpy(dtype=np.float64)
    price = np.divide(cost, billed, out=np.zeros_like(cost), where=billed > 0)
    left = quantity.astype(np.float64)
    on_bill, costs = np.zeros_like(left), np.zeros_like(left)
    found = np.zeros_like(billed)
    for group, line_of in (*_matches(lines, logged), *_matches(lines, _as_rsa_2048(logged))):
        here = np.flatnonzero(line_of >= 0)
        line = group[line_of[here]]
        logged_here = np.bincount(line, weights=left[here], minlength=len(billed))
        room = np.maximum(billed - found, 0.0)
        part = np.divide(room, logged_here, out=np.zeros_like(billed), where=logged_here > 0)
        # never more than there is: what the line does not have goes on to the next lines
        taken = left[here] * np.minimum(part, 1.0)[line]
        on_bill[here] += taken
        costs[here] += taken * price[line]
        left[here] -= taken
        found += np.bincount(line, weights=taken, minlength=len(billed))
    for names, rows in _open_requests(logged, left):
        wider = np.flatnonzero(
            (lines[names] != "").any(axis=1).to_numpy(dtype=bool) & (billed > found)
        )
        if not len(wider):
            continue
        room = billed[wider] - found[wider]
        opened = lines.iloc[wider][["month", *LEVELS]].assign(**dict.fromkeys(names, ""))
        pool_of = opened.groupby(["month", *LEVELS], sort=False).ngroup().to_numpy()
        pool = opened.drop_duplicates().assign(
            quantity=np.bincount(pool_of, weights=room),
            cost=np.bincount(pool_of, weights=room * price[wider]),
        )
        shares = share_out(pool, logged.iloc[rows], left[rows])
        on_bill[rows] += shares.quantity
        costs[rows] += shares.cost
        found[wider] += room * (1 - shares.rest / pool["quantity"].to_numpy())[pool_of]
    # what has no request at all (a cost alone) is in no log; sums may end a last bit too high
    rest = np.where((billed > 0) & (found >= billed * (1 - 1e-12)), 0.0, billed - found)
    return Shares(
        on_bill, costs, rest, np.where(rest > 0, rest * price, 0.0) + cost * (billed <= 0)
    )


def _open_requests(logged: pd.DataFrame, left: FloatArray) -> Iterator[tuple[list[str], Codes]]:
    """Yield levels that logged requests leave open, and the rows of which some are left."""
    is_open = np.stack([(logged[name] == "").to_numpy(dtype=bool) for name in OPEN_IN_LOGS], axis=1)
    is_open[left <= 0] = False
    for levels in np.unique(is_open[is_open.any(axis=1)], axis=0):
        names = [name for name, is_missing in zip(OPEN_IN_LOGS, levels, strict=True) if is_missing]
        yield names, np.flatnonzero((is_open == levels).all(axis=1))


def _as_rsa_2048(logged: pd.DataFrame) -> pd.DataFrame:
    """The asymmetric requests as those on RSA_2048 keys, which bills have lines of their own for.

    Logs tell no size of a key: what the other asymmetric lines do not have may be these.
    """
    # no line has no month: all others find nothing
    month = logged["month"].where(logged["meter"] == ASYMMETRIC, "")
    return logged.assign(month=month, meter=RSA_2048)


def _matches(lines: pd.DataFrame, logged: pd.DataFrame) -> Iterator[tuple[Codes, Codes]]:
    """Yield lines that tell the same levels, and of each logged row the position of its line.

    -1 where it has none.
    """
    is_given = np.stack([(lines[name] != "").to_numpy(dtype=bool) for name in LEVELS], axis=1)
    weights = 1 << np.arange(len(LEVELS))[::-1]
    pattern = is_given.astype(np.int64) @ weights
    # the number of levels first, then which: a key tells more than a meter
    order = sorted(set(pattern.tolist()), key=lambda bits: (-bits.bit_count(), -bits))
    for bits in order:
        names = ["month", *(name for at, name in enumerate(LEVELS) if bits & int(weights[at]))]
        group = np.flatnonzero(pattern == bits)
        places = pd.MultiIndex.from_frame(lines.iloc[group][names])
        wanted = pd.MultiIndex.from_frame(logged[names])
        yield group, places.get_indexer(wanted).astype(np.int64)
