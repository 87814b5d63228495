"""Forecast, measured and billed, each as a frame of the same key columns and names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from estimator.forecasting import WRITES, Forecast
from estimator.inventory import Inventory
from estimator.measurement.result import Actuals
from estimator.measurement.sources import sources_that_count
from estimator.months import FloatArray
from estimator.reconciliation.bill_detail import SYMMETRIC, MissingLevels
from estimator.reconciliation.billed_days import BilledDays
from pricing.arns import split_arn

KEYS = ("payer", "billed_account", "billed_region", "key", "operation", "unit")

# what CloudTrail's files cause: these requests name a key, where listing keys does not
CLOUDTRAIL_CAUSES = ("put", "check", "digest", "get", "replication")


def place_of(arn: str) -> tuple[str, str]:
    """Account and Region of a key's ARN.

    >>> place_of("arn:aws:kms:eu-west-1:111122223333:key/1234")
    ('111122223333', 'eu-west-1')
    """
    key = split_arn(arn)
    return (key.account, key.region) if key is not None else ("", "")


def key_names(inventory: Inventory, measured: pd.DataFrame) -> dict[str, str]:
    """ARNs of the inventory's keys: those it says, and those that measured requests show.

    A key without `arn` is the one under which CloudTrail's files were measured, where its account
    and Region have one such key in the inventory and one in the measurement.
    """
    names = {key.arn: key.id for key in inventory.keys if key.arn}
    nameless: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key in inventory.keys:
        if not key.arn:
            nameless[key.account, key.region].append(key.id)
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    if "key" in measured:
        caused = measured[measured["cause"].isin(CLOUDTRAIL_CAUSES)]
        for arn in map(str, caused["key"].unique()):
            if arn and arn not in names:
                seen[place_of(arn)].add(arn)
    for place, ids in nameless.items():
        # of two keys either could be meant: then none is named
        if len(ids) == 1 and len(seen[place]) == 1:
            names[seen[place].pop()] = ids[0]
    return names


def payers_of(inventory: Inventory, billed: pd.DataFrame) -> dict[str, str]:
    """The inventory's name of each payer of the bill.

    A payer that the inventory does not know is the one whose accounts stand in its bill; one that
    the bill does not name is the inventory's, where that has no other.
    """
    own = inventory.payer_by_account
    known = set(inventory.payers())
    names: dict[str, str] = {}
    for payer, rows in billed.groupby("payer", observed=True):
        accounts = map(str, rows["billed_account"].unique())
        meant = {own[account] for account in accounts if account in own}
        # a payer that the inventory knows keeps its name, whoever stands in its bill
        alike = str(payer) not in known and len(meant) == 1
        names[str(payer)] = meant.pop() if alike else str(payer)
        if not names[str(payer)] and len(known) == 1:
            names[str(payer)] = next(iter(known))
    return names


def forecast_side(forecast: Forecast, shares: FloatArray) -> pd.DataFrame:
    """The forecast by row: quantity, writes, charged, free [unit], cost [USD], price [USD/unit].

    `writes` are CloudTrail's own, `charged` is what the inventory's interpretation charges for.

    Parameters
    ----------
    forecast : Forecast
    shares : array
        The share of each of its rows that falls into the days billed. [0-1]
    """
    rows = forecast.rows
    price = f"{forecast.currency.lower()}_per_unit"
    is_write = rows["cause"].isin(WRITES).to_numpy()
    exempt = is_write & (forecast.inventory.cloudtrail_writes == "exempt")
    quantity = rows["quantity"].to_numpy() * shares
    frame = _key_columns(rows).assign(
        forecast=quantity,
        writes=np.where(is_write, quantity, 0.0),
        charged=np.where(exempt, 0.0, quantity),
        forecast_free=np.where(exempt, 0.0, rows["free"].to_numpy() * shares),
        cost_forecast=rows["cost"].to_numpy() * shares,
        listed=rows[price].to_numpy() * quantity,
    )
    frame = _sum_rows(frame)
    # rows of several tiers or drivers: the mean price, weighed by their units
    frame["price"] = frame.pop("listed") / frame["forecast"]
    return frame


def billed_side(
    rows: pd.DataFrame, payers: Mapping[str, str], own: Mapping[str, str], names: Mapping[str, str]
) -> pd.DataFrame:
    """The bill's usage by row: billed, free, billable [unit], cost, and what is special apart.

    Parameters
    ----------
    rows : DataFrame
        Requests and key-months of one month.
    payers, own, names : mapping
        The payer of a payer in the bill, of an account; the id of a key's ARN.
    """
    special = (rows["unit"] == "request").to_numpy() & ~rows["meter"].isin(SYMMETRIC).to_numpy()
    keyed = _key_columns(rows)
    keyed["payer"] = payer_of(keyed["billed_account"], keyed["payer"], payers, own)
    keyed["key"] = [names.get(key, key) for key in keyed["key"]]
    columns = {
        "billed": np.where(special, 0.0, rows["quantity"].to_numpy()),
        "billed_free": np.where(special, 0.0, rows["free"].to_numpy()),
        "billable": np.where(special, 0.0, rows["billable"].to_numpy()),
        "cost": np.where(special, 0.0, rows["cost"].to_numpy()),
        "special": np.where(special, rows["quantity"].to_numpy(), 0.0),
        "cost_special": np.where(special, rows["cost"].to_numpy(), 0.0),
    }
    return _sum_rows(keyed.assign(**columns))


def payer_of(
    accounts: Iterable[str],
    billed: Iterable[str],
    payers: Mapping[str, str],
    own: Mapping[str, str],
) -> list[str]:
    """The payer of each line: its account's in the inventory, else the bill's."""
    pairs = zip(map(str, accounts), map(str, billed), strict=True)
    # that of the inventory first, so that both sides join on one payer
    return [own.get(account) or payers[payer] for account, payer in pairs]


def measured_side(
    actuals: Actuals | None,
    month: str,
    inventory: Inventory,
    payers: Mapping[str, str],
    names: Mapping[str, str],
    days: BilledDays | None = None,
) -> tuple[pd.DataFrame, float]:
    """The measurements by row: CloudTrail's, its writes, others' [request]; what has no place.

    Names of objects tell neither the account that pays nor the key: where all trails write for one
    account under one key, that is where they belong. Rows whose grain leaves out the account, the
    Region or the operation have no place.
    """
    if actuals is None:
        # the columns of nothing, so that three sides join in any case
        texts = {name: pd.Series(dtype=object) for name in KEYS}
        numbers = ("measured", "measured_writes", "measured_others")
        return pd.DataFrame({**texts, **{name: pd.Series(dtype=float) for name in numbers}}), 0.0
    rows = actuals.measured
    rows = rows[(rows["month"].astype(str) == month) & (rows["unit"] == "request")]
    rows = rows[rows["quantity"].notna()]
    keyed = _key_columns(rows)
    cause, quantity = rows["cause"].astype(str).to_numpy(), rows["quantity"].to_numpy()
    if days is not None:
        # like with like: what was measured after the last day of the bill is in no line of it
        owners = [payers.get(account, "") for account in keyed["billed_account"]]
        quantity = quantity * days.weights(rows, owners)
    place = _only_place(inventory)
    if place:
        account, region, key = place
        by_names = rows["source"].astype(str).isin(sources_that_count("objects", "accesses"))
        writes = (by_names & (keyed["operation"] == "GenerateDataKey")).to_numpy()
        keyed.loc[writes & (keyed["billed_account"] == "").to_numpy(), "billed_account"] = account
        keyed.loc[by_names.to_numpy() & (keyed["billed_region"] == "").to_numpy(), "key"] = key
        keyed.loc[keyed["billed_region"] == "", "billed_region"] = region
    keyed["key"] = [names.get(key, key) for key in keyed["key"]]
    keyed["payer"] = [payers.get(account, "") for account in keyed["billed_account"]]
    is_cloudtrail = np.isin(cause, CLOUDTRAIL_CAUSES)
    frame = keyed.assign(
        measured=np.where(is_cloudtrail, quantity, 0.0),
        measured_writes=np.where(np.isin(cause, WRITES), quantity, 0.0),
        measured_others=np.where(is_cloudtrail, 0.0, quantity),
    )
    placed = (frame[["billed_account", "billed_region", "operation"]] != "").all(axis=1)
    lost = frame.loc[~placed, ["measured", "measured_others"]].to_numpy().sum()
    return _sum_rows(frame[placed]), float(lost)


def _only_place(inventory: Inventory) -> tuple[str, str, str] | None:
    """The account, Region and key of all trails, where they have one of each."""
    keys = {key.id: key for key in inventory.keys}
    places = {
        (trail.account, keys[trail.key].region, trail.key)
        for trail in inventory.trails
        if trail.key is not None
    }
    # of two places either could be meant
    return places.pop() if len(places) == 1 else None


def join_sides(*sides: pd.DataFrame) -> pd.DataFrame:
    """Put the sides next to each other: a row per combination of keys, 0 where one lacks it."""
    whole = sides[0]
    for side in sides[1:]:
        whole = whole.merge(side, on=list(KEYS), how="outer")
    # a quantity that a side lacks is 0, a price that nobody has stays NaN
    price = whole.pop("price")
    numbers = [name for name in whole.columns if name not in KEYS]
    whole[numbers] = whole[numbers].fillna(0.0)
    whole["price"] = price
    return whole.sort_values(list(KEYS), ignore_index=True)


def drop_levels(frame: pd.DataFrame, levels: MissingLevels) -> pd.DataFrame:
    """Sum a side over the levels that the bill does not tell."""
    is_request = (frame["unit"] == "request").to_numpy()
    frame = frame.copy()
    frame.loc[is_request & bool(levels.request_keys), "key"] = ""
    frame.loc[~is_request & bool(levels.key_keys), "key"] = ""
    frame.loc[is_request & bool(levels.operations), "operation"] = ""
    if levels.accounts:
        frame["billed_account"] = ""
    if "price" in frame:
        # prices do not add up: they are weighed by units here, and divided again below
        frame["price"] = frame["price"] * frame["forecast"]
    frame = _sum_rows(frame)
    if "price" in frame:
        frame["price"] = frame["price"] / frame["forecast"]
    return frame


def _key_columns(rows: pd.DataFrame) -> pd.DataFrame:
    """The key columns as text, empty where a source does not tell one."""
    blank = pd.Series("", index=rows.index, dtype=object)
    return pd.DataFrame({name: rows.get(name, blank).astype(str).astype(object) for name in KEYS})


def _sum_rows(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.groupby(list(KEYS), sort=True, observed=True).sum().reset_index()
