"""The cost as a function of what a reader of the page may change, small enough for the page.

Requests of each month are linear in the files a day and in the gets per file, each alone and both
together: quantity = constant + by_files x f + by_gets x g + by_both x f x g. Four runs of the model
say the four numbers exactly; a Bucket Key gives four others. What is free and what a request costs
is then arithmetic of a line, which `tools.js` repeats.

What a simulation expects is not quite the cost of the means (see `estimator.simulation.expected`).
The sliders begin with what the forecast says, and scale it as the cost of the means moves.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd

from estimator.forecasting import WRITES, Forecast
from estimator.inventory import Inventory, Range
from estimator.months import FloatArray, Months
from estimator.volume import usage
from estimator.volume.model import Model
from estimator.volume.others import other_pools
from estimator.volume.streams import Streams
from pricing.lines import Lines

_GRAIN = ("month", "payer", "billed_region", "cause", "operation")
_DIGITS = 15
# what the buckets of all trails are set to; None leaves each as the inventory has it
BUCKET_KEYS: dict[str, bool | None] = {"as it is": None, "on": True, "off": False}


def model_what_if(forecast: Forecast, model: Model) -> dict[str, Any] | None:
    """Return the numbers behind the sliders, as JSON.

    Parameters
    ----------
    forecast : Forecast
        What the sliders begin with.
    model : Model
        What it is made of: with each range at its mean where it is what a simulation expects; else
        at its typical value, as in the forecast.

    Returns
    -------
    dict or None
        ``months``; ``bucket_keys``: names of the states; ``charged``: what the inventory assumes;
        ``begin``: the forecast of each month [currency] if writes are exempt, if they are charged;
        ``pools``: month (its position) and what is free after all others [request]; ``lines``:
        month, pool (-1 where nothing is free), price of one [currency], whether it is a write of
        CloudTrail's own, and for each state constant, by_files, by_gets, by_both. None where a
        rate has graduated tiers.
    """
    inventory, months, code = model.inventory, model.months, forecast.currency.lower()
    states = _states(inventory)
    quantities = {
        (name, files, gets): _count(
            _change(inventory, is_on, gets), months, _with_files(model.streams, files)
        )
        for name, is_on in states.items()
        for files in (1, 2)
        for gets in (1, 2)
    }
    frame = pd.concat(quantities, axis=1).fillna(0.0)
    if not len(frame):
        return None
    rows = frame.index.to_frame(index=False)
    lines = Lines(rows, forecast.table)
    if any(len(rate.steps) > 1 for rate in lines.rates):
        return None
    base = frame[(next(iter(states)), 1, 1)].to_numpy()
    others = other_pools(inventory, months)
    priced = lines.price(base, others, None, forecast.discount)
    coefficients = np.column_stack([_linear(frame, name) for name in states])
    month = rows["month"].astype(str).map({m: at for at, m in enumerate(months.labels)})
    keys = pd.DataFrame(
        {
            "month": month.to_numpy(),
            "pool": lines.pool_of,
            "price": priced.price,
            "write": rows["cause"].isin(WRITES).to_numpy(),
        }
    )
    sums = pd.DataFrame(coefficients).groupby([keys[name] for name in keys], sort=True).sum()
    labels = {m: at for at, m in enumerate(months.labels)}
    return {
        "months": list(months.labels),
        "bucket_keys": list(states),
        "charged": inventory.cloudtrail_writes == "charged",
        "begin": [
            [_number(cost) for cost in forecast.monthly[f"cost_{code}_writes_{writes}"]]
            for writes in ("exempt", "charged")
        ],
        "pools": [
            [labels[str(m)], _number(left)]
            for m, left in zip(lines.pools["month"], priced.covered.available, strict=True)
        ],
        "lines": [
            [int(at), int(pool), _number(price), int(write), *map(_number, numbers)]
            for (at, pool, price, write), numbers in zip(
                sums.index, sums.to_numpy().tolist(), strict=True
            )
        ],
    }


def _states(inventory: Inventory) -> dict[str, bool | None]:
    """The states of the buckets that differ from what the inventory has."""
    has = {trail.bucket.bucket_key for trail in inventory.trails if trail.key is not None}
    return {
        name: is_on
        for name, is_on in BUCKET_KEYS.items()
        if is_on is None or (has and has != {is_on})
    }


def _change(inventory: Inventory, is_on: bool | None, gets: int) -> Inventory:
    """The inventory with all Bucket Keys on or off, and so many times the gets per file."""
    trails, readers = inventory.trails, inventory.readers
    if is_on is not None:
        trails = tuple(
            trail.model_copy(
                update={"bucket": trail.bucket.model_copy(update={"bucket_key": is_on})}
            )
            for trail in trails
        )
    if gets != 1:
        readers = tuple(
            reader.model_copy(
                update={"gets_per_file": Range.exactly(reader.gets_per_file.mid * gets)}
            )
            if hasattr(reader, "gets_per_file")
            else reader
            for reader in readers
        )
    return inventory.replace_sections(trails=trails, readers=readers)


def _with_files(streams: Streams, files: int) -> Streams:
    return dataclasses.replace(streams, files=streams.files * files)


def _count(inventory: Inventory, months: Months, streams: Streams) -> pd.Series:
    used = usage(Model(inventory, months, streams), _GRAIN)
    return used.groupby(list(_GRAIN), observed=True)["quantity"].sum()


def _linear(frame: pd.DataFrame, name: str) -> FloatArray:
    """Constant, by_files, by_gets and by_both of each row, from the quantities at 1 and 2."""
    at = {(f, g): frame[(name, f, g)].to_numpy() for f in (1, 2) for g in (1, 2)}
    both = at[2, 2] - at[2, 1] - at[1, 2] + at[1, 1]
    by_files, by_gets = at[2, 1] - at[1, 1] - both, at[1, 2] - at[1, 1] - both
    return np.column_stack([at[1, 1] - by_files - by_gets - both, by_files, by_gets, both])


def _number(value: float) -> float:
    # what sums leave over takes more letters than a number
    short = float(f"{value:.{_DIGITS}g}")
    return 0.0 if abs(short) < 1e-9 else short
