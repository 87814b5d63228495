"""Whose a bill's requests are: CloudTrail's, others', or nobody knows whose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimator.inventory import Inventory
from estimator.months import FloatArray
from estimator.reconcile.covering import Flags, Told
from estimator.reconcile.formulas import expected_among
from estimator.reconcile.levels import OPERATIONS, Open


@dataclass(frozen=True)
class Owned:
    """The billed units of each row: CloudTrail's and others'; the rest is unknown. [unit]

    `expected` of the others' are so only because the inventory expects them.
    """

    cloudtrail: FloatArray
    others: FloatArray
    expected: float


def attributed(
    frame: pd.DataFrame,
    metered: FloatArray,
    exempt: Flags,
    told: Told,
    levels: Open,
    inventory: Inventory,
) -> Owned:
    """Whose the billed units are.

    - Measured rows: CloudTrail's are the measured ones, and others' too.
    - Else, by resource ids: CloudTrail's are those under the inventory's keys.
    - Else: those of the accounts, Regions and operations that have a forecast, without what the
      inventory expects of others (`other_kms_requests_per_month`), as far as there is an excess.
    - Where writes are exempt, billed GenerateDataKey beyond the forecast of checks is not
      CloudTrail's.
    - Key-months: those of the inventory's keys, or as many as are forecast.

    Parameters
    ----------
    frame : DataFrame
        The rows of `estimator.reconcile.sides.joined`.
    metered : array
        Forecast units that the bill's reading shows. [unit]
    exempt : array of bool
        The payer's bill does not charge for writes.
    told : Told
    levels : Open
    inventory : Inventory
    """
    billed = frame["billed"].to_numpy()
    is_request = (frame["unit"] == "request").to_numpy()
    known = frame["key"].isin([key.id for key in inventory.keys]).to_numpy()
    keyed = is_request & (not levels.request_keys)
    has_forecast = (frame["forecast"] > 0).to_numpy()
    operations = frame["operation"].isin(OPERATIONS).to_numpy()
    ours = np.where(keyed, known & operations, has_forecast)

    measured = (frame["measured"] - np.where(exempt, frame["measured_writes"], 0.0)).to_numpy()
    cloudtrail = np.where(told.ours, measured, np.where(ours, billed, 0.0))
    others = np.where(told.others, frame["measured_others"].to_numpy(), 0.0)

    # nothing measured, nothing forecast here: all of it is others'
    strangers = is_request & ~told.others & ~ours & ~(told.ours & (measured > 0))
    others = np.where(strangers, billed, others)
    # exempt writes are not in the bill: what stands there in their place is somebody else's
    is_write = (frame["operation"] == "GenerateDataKey").to_numpy()
    closed = is_request & exempt & ~told.ours & ours & is_write
    cloudtrail = np.where(closed, np.minimum(billed, metered), cloudtrail)
    others = np.where(closed & ~keyed, billed - cloudtrail, others)

    mixed = is_request & ~told.others & ~strangers & ~closed & ~keyed
    base = np.where(told.ours, measured, metered)
    excess = np.where(mixed, np.maximum(billed - base, 0.0), 0.0)
    expected, taken = inventory.other_kms_requests_per_month.mid, 0.0
    for payer in frame["payer"].unique():
        mine = (frame["payer"] == payer).to_numpy()
        left = max(expected - float(others[mine & is_request].sum()), 0.0)
        found = expected_among(np.where(mine, excess, 0.0), left)
        others = others + found
        taken += float(found.sum())
        cloudtrail = cloudtrail - np.where(told.ours, 0.0, found)

    with_ids = ~is_request & (not levels.key_keys)
    keys = np.where(with_ids, np.where(known, billed, 0.0), np.minimum(billed, metered))
    cloudtrail = np.where(is_request, cloudtrail, keys)
    others = np.where(is_request, others, billed - keys)
    return Owned(cloudtrail, others, taken)
