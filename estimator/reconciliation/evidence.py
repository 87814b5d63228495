"""The evidence of each payer's writes, out of a month's rows."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from estimator.forecasting import Forecast
from estimator.inventory import Inventory
from estimator.reconciliation.bill_detail import OPERATIONS, MissingLevels
from estimator.reconciliation.interpretation import Evidence
from estimator.reconciliation.measured_rows import BilledPlace, RowCoverage
from estimator.volume.readers import kind_of

# a forecast of reads this near to the billed ones confirms the forecast of files
_CONFIRMED = 0.25


def collect_evidence(
    frame: pd.DataFrame,
    coverage: RowCoverage,
    levels: MissingLevels,
    forecast: Forecast,
    lines: pd.DataFrame,
    owners: Mapping[BilledPlace, set[str]],
    covered: float,
    free_known: bool = True,
) -> list[Evidence]:
    """Collect the evidence of each payer of the inventory.

    Parameters
    ----------
    frame, coverage, levels
        The rows, what measurements tell of them, what the bill does not.
    forecast : Forecast
    lines : DataFrame
        Rows of the bill with their payer, place, unit, operation and number of lines.
    owners : mapping
        Accounts of the keys used, by the account and Region that pays.
    covered : float
        Share of the month that the bill covers. [0-1]
    free_known : bool
        The bill tells which requests were free.
    """
    free = forecast.pools[forecast.pools["unit"] == "request"]
    sizes = free.groupby("payer", observed=True)["quantity_free"].sum()
    found = []
    for payer in forecast.inventory.payers():
        is_payer = (frame["payer"] == payer) & (frame["unit"] == "request")
        # where the bill tells no operations all requests are compared, with reads among the rest
        operation = "" if levels.operations else "GenerateDataKey"
        is_write = (frame["writes"] > 0) | (frame["measured_writes"] > 0)
        here = (is_payer & is_write & (frame["operation"] == operation)).to_numpy()
        rows = frame[here]
        # measured and forecast writes never add up to one sum: one gap makes all of it forecast
        measured = bool(here.any()) and bool(coverage.cloudtrail[here].all())
        writes = float(rows["measured_writes" if measured else "writes"].sum())
        others = float(rows["measured_others"].sum()) if measured else 0.0
        whole = rows["measured" if measured else "forecast"].sum()
        places = set(zip(rows["billed_account"], rows["billed_region"], strict=True))
        of_payer = lines[lines["payer"] == payer]
        reads = _reads(frame[is_payer])
        share = float(coverage.share[here].min()) if measured else 1.0
        found.append(
            Evidence(
                payer=payer,
                billed=float(rows["billed"].sum()),
                writes=writes,
                rest=float(whole) - writes + others,
                covered=covered,
                measured=measured,
                alone=not levels.request_keys
                or (bool(here.any()) and bool(coverage.others[here].all())),
                rough=not measured
                and _rests_on_rule_of_thumb(forecast.inventory, payer)
                and not _reads_confirm(reads, forecast.inventory),
                missed=(1 - share) * (writes + others),
                lines=int(of_payer["lines"][of_payer["unit"] == "request"].sum()),
                here=_lines_in(of_payer, places, owners),
                reads=reads,
                paid=float(frame["billable"][is_payer].sum()),
                free_tier=float(sizes.get(payer, 0.0)),
                free=float(rows["billed_free"].sum()),
                free_elsewhere=float(frame["billed_free"][is_payer & ~here].sum()),
                place=_places_text(places),
                what="GenerateDataKey" if operation else "KMS",
                free_known=free_known,
            )
        )
    return found


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
    account, region = min(places)
    more = f" and {len(places) - 1:,} more" if len(places) > 1 else ""
    return f"{f'account {account}' if account else 'any account'} in {region}{more}"
