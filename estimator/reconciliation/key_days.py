"""Key-months billed under a key beyond what its month and its rotations explain."""

from __future__ import annotations

import pandas as pd

from estimator.figures import FEW, listed, money
from estimator.inventory import Inventory
from estimator.months import Months
from estimator.reconciliation.levels import MissingLevels
from estimator.volume.formulas import CAPPED_FROM, ROTATIONS_CHARGED

_DAY = 0.5  # less than half a key-day is what bills round


def key_day_notices(
    frame: pd.DataFrame, levels: MissingLevels, inventory: Inventory, months: Months, currency: str
) -> list[str]:
    """A notice of the inventory's keys that are billed for more days than are forecast of them.

    Where the bill names no keys, those beyond the forecast ones are other keys.

    Parameters
    ----------
    frame : DataFrame
        Rows with billed and forecast of the days billed, and the price of a unit.
    months : Months
        The month.
    """
    days, is_capped = int(months.days[0]), months.firsts[0] >= CAPPED_FROM
    if levels.key_keys:
        return []
    own = {key.id for key in inventory.keys}
    rows = frame[(frame["unit"] == "key-month").to_numpy() & frame["key"].isin(own).to_numpy()]
    beyond = ((rows["billed"] - rows["forecast"]) * days).to_numpy()
    rows = rows[beyond > _DAY].assign(beyond=beyond[beyond > _DAY])
    if rows.empty:
        return []
    names = [
        f"{row['key']} {_days(row['billed'] * days)} instead of {_days(row['forecast'] * days)}"
        for row in rows.sort_values("beyond", ascending=False, kind="stable").to_dict("records")
    ]
    cost = float((rows["beyond"] / days * rows["price"]).sum())
    keys = "key is" if len(names) == 1 else "keys are"
    line = f"{len(names):,} {keys} billed for more key-days than the month "
    line += f"and the inventory's rotations explain ({currency} {money(cost)}): "
    line += f"{listed(names, FEW)}. "
    most = 1 + ROTATIONS_CHARGED  # a key and its rotations [key-month]
    if is_capped and (rows["billed"] > most + _DAY / days).any():
        return [f"{line}More than {most} key-months of one key in a month are lines counted twice"]
    line += "A rotation that the inventory does not have costs as much as a key from its day on"
    line += f", the first {ROTATIONS_CHARGED} of a key alone" * is_capped
    return [f"{line}; else lines are counted twice"]


def _days(many: float) -> str:
    return f"{many:,.1f}".removesuffix(".0")
