"""The rows of which a measurement tells enough to be held against a month's bill."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimator.inventory import Inventory
from estimator.measurement.coverage import Coverage
from estimator.measurement.result import Actuals
from estimator.measurement.sources import SOURCES
from estimator.months import FloatArray
from estimator.reconciliation.sides import place_of

# nothing is extrapolated: what covers less of a month is shown and not reckoned with
ENOUGH = 0.9

Flags = npt.NDArray[np.bool_]
BilledPlace = tuple[str, str]


@dataclass(frozen=True)
class RowCoverage:
    """The coverage of each row by the measurements.

    Attributes
    ----------
    cloudtrail, others : array of bool
        Enough of CloudTrail's requests is measured; so is of those of others.
    share : array
        Share of the month that is covered where the row is billed. [0-1]
    """

    cloudtrail: Flags
    others: Flags
    share: FloatArray


def key_owners(frame: pd.DataFrame, inventory: Inventory) -> dict[BilledPlace, set[str]]:
    """The accounts whose keys are used, by the account and Region that pays."""
    own = {key.id: key.account for key in inventory.keys}
    found: dict[BilledPlace, set[str]] = defaultdict(set)
    columns = frame[["billed_account", "billed_region", "key"]].drop_duplicates()
    for account, region, key in columns.itertuples(index=False):
        # a key of neither the inventory nor an ARN is taken for one of who pays
        found[account, region].add(own.get(key) or place_of(key)[0] or account)
    return found


def cover_rows(
    frame: pd.DataFrame, actuals: Actuals | None, month: str, owners: Mapping[BilledPlace, set[str]]
) -> RowCoverage:
    """Find the rows that a measurement covers.

    A request is recorded where it is billed, or where its key is. Object names cover everything
    alike, and tell nothing of others.
    """
    size = len(frame)
    if actuals is None:
        nothing = np.zeros(size, dtype=bool)
        return RowCoverage(nothing, nothing, np.zeros(size))
    coverage = actuals.coverage
    everywhere = coverage.of_month("", "", month)
    shares: dict[BilledPlace, float] = {}
    cloudtrail, others, share = [], [], []
    rows = frame[["billed_account", "billed_region", "operation", "unit"]]
    for account, region, operation, unit in rows.itertuples(index=False):
        place = (account, region)
        if place not in shares:
            shares[place] = _share(coverage, place, owners.get(place, set()), month)
        # each source covers only the operations that it counts
        of_logs = shares[place] if _tells(actuals, operation, by_names=False) else 0.0
        of_names = everywhere if _tells(actuals, operation, by_names=True) else 0.0
        is_request = unit == "request"
        share.append(max(of_logs, of_names))
        cloudtrail.append(is_request and max(of_logs, of_names) >= ENOUGH)
        others.append(is_request and of_logs >= ENOUGH)
    return RowCoverage(
        np.array(cloudtrail, dtype=bool), np.array(others, dtype=bool), np.array(share)
    )


def _share(coverage: Coverage, place: BilledPlace, owners: set[str], month: str) -> float:
    account, region = place
    # a call is logged in both accounts, so that either log tells all of it
    return max(coverage.of_month(owner, region, month) for owner in {account, *owners})


def _tells(actuals: Actuals, operation: str, by_names: bool) -> bool:
    """Tell whether a measurement counts this operation of CloudTrail's, from names or logs."""
    for source in actuals.source.split(", "):
        # names of objects count some operations, logs all of them (None)
        known = SOURCES[source].operations if source in SOURCES else frozenset()
        if (known is not None) is by_names and (known is None or operation in known):
            return True
    return False
