"""Which rows the measurements cover, and the interpretation that each payer's bill follows.

What `Evidence` is, and what follows from it, is in `interpretation`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimator.figures import listed
from estimator.inventory import Inventory
from estimator.measurement.coverage import Coverage
from estimator.measurement.names_reach import reach_of_names
from estimator.measurement.result import Actuals
from estimator.measurement.sources import SOURCES
from estimator.months import FloatArray
from estimator.reconciliation.bill_coverage import BilledDays
from estimator.reconciliation.bill_detail import OPERATIONS
from estimator.reconciliation.interpretation import Evidence, Interpretation, interpret
from estimator.reconciliation.sides import BilledPlace, Sides
from estimator.volume.readers import kind_of
from estimator.volume.streams import streams_of

# a forecast of reads this near to the billed ones confirms the forecast of files
_CONFIRMED = 0.25

# nothing is extrapolated: what covers less of a month is shown and not reckoned with
ENOUGH = 0.9

Flags = npt.NDArray[np.bool_]


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


def cover_rows(sides: Sides) -> RowCoverage:
    """Find the rows that a measurement covers.

    A request is recorded where it is billed, or where its key is. Object names cover everything
    alike, and tell nothing of others; those of one folder cover nothing, as a bill holds all.
    """
    actuals, month = sides.actuals, sides.month
    if actuals is None:
        nothing = np.zeros(len(sides.rows), dtype=bool)
        return RowCoverage(nothing, nothing, np.zeros(len(sides.rows)))
    coverage = actuals.coverage
    everywhere = coverage.of_month("", "", month) if _are_all_listed(sides, actuals) else 0.0
    shares: dict[BilledPlace, float] = {}
    cloudtrail, others, share = [], [], []
    rows = sides.rows[["billed_account", "billed_region", "operation", "unit"]]
    for account, region, operation, unit in rows.itertuples(index=False):
        place = (account, region)
        if place not in shares:
            owners = sides.key_owners.get(place, set())
            shares[place] = _share(coverage, place, owners, month)
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


def _are_all_listed(sides: Sides, actuals: Actuals) -> bool:
    """Tell whether object names, where there are any, would show the files of every stream."""
    reach = reach_of_names(actuals.measured)
    inventory = sides.forecast.inventory
    streams = streams_of(inventory)
    return reach is None or bool(reach.holds(inventory, streams.account, streams.region).all())


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


def interpret_bills(
    sides: Sides, coverage: RowCoverage, days: BilledDays
) -> tuple[Interpretation, ...]:
    """Tell which interpretation of F5 the bill of each payer of the inventory follows."""
    found = []
    for payer in sides.forecast.inventory.payers():
        # a bill covers its own days, without holes; one that does not tell them, what all do
        covered = days.shares[payer]
        if payer in days.open_payers:
            covered = sides.billed.coverage.months().get(sides.month, 0.0)
        found.append(interpret(_evidence_of(payer, sides, coverage, covered)))
    return tuple(found)


def _evidence_of(payer: str, sides: Sides, coverage: RowCoverage, covered: float) -> Evidence:
    """The evidence of a payer, of the whole month.

    Parameters
    ----------
    covered : float
        Share of the month that the payer's bill covers. [0-1]
    """
    frame, bill, inventory = sides.rows, sides.bill, sides.forecast.inventory
    is_payer = (frame["payer"] == payer) & (frame["unit"] == "request")
    # where the bill tells no operations all requests are compared, with reads among the rest
    operation = "" if bill.levels.operations else "GenerateDataKey"
    is_write = (frame["writes"] > 0) | (frame["measured_writes"] > 0)
    here = (is_payer & is_write & (frame["operation"] == operation)).to_numpy()
    rows = frame[here]
    # measured and forecast writes never add up to one sum: one gap makes all of it forecast
    measured = bool(here.any()) and bool(coverage.cloudtrail[here].all())
    writes = float(rows["measured_writes" if measured else "writes"].sum())
    others = float(rows["measured_others"].sum()) if measured else 0.0
    whole = rows["measured" if measured else "forecast"].sum()
    places = set(zip(rows["billed_account"], rows["billed_region"], strict=True))
    of_payer = bill.rows[bill.rows["payer"] == payer]
    reads = _reads(frame[is_payer])
    share = float(coverage.share[here].min()) if measured else 1.0
    return Evidence(
        payer=payer,
        billed=float(rows["billed"].sum()),
        writes=writes,
        rest=float(whole) - writes + others,
        covered=covered,
        measured=measured,
        alone=not bill.levels.request_keys
        or (bool(here.any()) and bool(coverage.others[here].all())),
        rough=not measured
        and _rests_on_rule_of_thumb(inventory, payer)
        and not _reads_confirm(reads, inventory),
        missed=(1 - share) * (writes + others),
        lines=int(of_payer["lines"][of_payer["unit"] == "request"].sum()),
        here=_lines_in(of_payer, places, sides.key_owners),
        reads=reads,
        paid=float(frame["billable"][is_payer].sum()),
        free_tier=sides.free.get(payer, 0.0),
        free=float(rows["billed_free"].sum()),
        free_elsewhere=float(frame["billed_free"][is_payer & ~here].sum()),
        place=_places_text(places),
        what="GenerateDataKey" if operation else "KMS",
        free_known=bill.free_known,
    )


def _lines_in(
    lines: pd.DataFrame, places: set[BilledPlace], owners: Mapping[BilledPlace, set[str]]
) -> int:
    """Lines of keys, and of what CloudTrail causes, where writes are billed or their keys are."""
    # a key is billed to its owner, a request to who makes it
    near = {
        (account, region)
        for account, region in places
        for account in {account, *owners.get((account, region), set())}
    }
    related = lines[lines["operation"].isin(["KeyMonth", "", *OPERATIONS])]
    pairs = zip(related["billed_account"], related["billed_region"], strict=True)
    return int(related["lines"].to_numpy()[[pair in near for pair in pairs]].sum())


def _rests_on_rule_of_thumb(inventory: Inventory, payer: str) -> bool:
    """Tell whether some files are forecast by the plain 288 a day."""
    own = inventory.payer_by_account
    plain = any(
        trail.files_per_day is None and trail.key is not None and own[trail.account] == payer
        for trail in inventory.trails
    )
    return plain and any(
        account.files_per_day is None for account in inventory.accounts if account.payer == payer
    )


def _reads(rows: pd.DataFrame) -> float | None:
    """The share of the forecast reads that the bill shows, None where none are forecast. [-]"""
    reads = rows[(rows["operation"] == "Decrypt") & (rows["forecast"] > 0)]
    return float(reads["billed"].sum() / reads["forecast"].sum()) if len(reads) else None


def _reads_confirm(reads: float | None, inventory: Inventory) -> bool:
    """Tell whether as many reads are billed as one who gets every file was forecast to make."""
    each_put = any(kind_of(reader).each_put for reader in inventory.readers)
    # other readers do not get every file, and say nothing of how many there are
    return each_put and reads is not None and abs(reads - 1) <= _CONFIRMED


def _places_text(places: set[BilledPlace]) -> str:
    if not places:
        return "no account"
    return listed(
        (
            f"{f'account {account}' if account else 'any account'} in {region}"
            for account, region in sorted(places)
        ),
        1,
    )
