"""How far object names tell: a listing, or an inventory, may be of one folder of the bucket."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimator.inventory import Inventory
from estimator.measurement.sources import sources_that_count


@dataclass(frozen=True)
class Reach:
    """The account and Region whose files alone object names would show; "" is every one."""

    account: str = ""
    region: str = ""

    def holds(self, inventory: Inventory, accounts: np.ndarray, regions: np.ndarray) -> np.ndarray:
        """For each stream, True where its files would be among the names if it had any.

        Parameters
        ----------
        accounts, regions : array of int
            Of each stream, its positions in the inventory's accounts and `region_codes`.
        """
        by_account = [self.account in ("", account.id) for account in inventory.accounts]
        by_region = [self.region in ("", name) for name in inventory.region_codes]
        account_mask, region_mask = (np.array(mask, dtype=bool) for mask in (by_account, by_region))
        streams: np.ndarray = account_mask[accounts] & region_mask[regions]
        return streams

    def __str__(self) -> str:
        return f"{self.account} in {self.region}" if self.region else self.account


def reach_of_names(frame: pd.DataFrame) -> Reach | None:
    """The reach of the object names in a frame of actuals; None where it has none.

    A list of names begins above whatever two of them differ in. What it names of one account alone
    may be that account's folder: that another wrote nothing is then not known.
    """
    of_names = frame[frame["source"].isin(list(sources_that_count("objects")))]
    if of_names.empty:
        return None
    accounts, regions = (
        {str(value) for value in of_names[name].unique()} - {""} if name in of_names else set()
        for name in ("account", "region")
    )
    # where `--by` left the account out no name has a place, and nothing is taken from them
    if len(accounts) != 1:
        return Reach()
    return Reach(accounts.pop(), regions.pop() if len(regions) == 1 else "")
