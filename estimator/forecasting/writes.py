"""What CloudTrail itself requests when it writes, and where AWS does not charge it (F5)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimator.inventory import Inventory

# the causes of what CloudTrail itself requests when it writes its log files
WRITES = ("put", "digest")


def are_exempt(rows: pd.DataFrame, inventory: Inventory) -> npt.NDArray[np.bool_]:
    """True for CloudTrail's own writes where the inventory says that AWS does not charge them.

    They cost nothing, and take none of the free requests.
    """
    is_write: npt.NDArray[np.bool_] = rows["cause"].isin(WRITES).to_numpy(dtype=bool)
    return is_write & (inventory.cloudtrail_writes == "exempt")
