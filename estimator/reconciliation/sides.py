"""Forecast, measured and billed, each as rows of the same key columns, next to each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from estimator.forecasting import WRITES, Forecast
from estimator.forecasting.writes import are_exempt
from estimator.inventory import Inventory
from estimator.measurement.result import Actuals
from estimator.measurement.sources import sources_that_count
from estimator.months import FloatArray
from estimator.reconciliation.bill_coverage import BilledDays
from estimator.reconciliation.bill_detail import (
    SYMMETRIC,
    BillLines,
    MissingLevels,
    find_table_prices,
    read_bill_lines,
)
from pricing.arns import account_in, place_of
from pricing.bill import price_column
from pricing.reading.problems import KmscostError, Problem

KEYS = ("payer", "billed_account", "billed_region", "key", "operation", "unit")

# what CloudTrail's files cause: these requests name a key, where listing keys does not
CLOUDTRAIL_CAUSES = ("put", "check", "digest", "get", "replication")

# the account and the Region that pay
BilledPlace = tuple[str, str]


@dataclass(frozen=True)
class Sides:
    """A month's forecast, measurements and bill, next to each other.

    Attributes
    ----------
    month : str
        As ``2026-10``.
    forecast : Forecast
    billed : Actuals
    actuals : Actuals or None
        What was measured.
    bill : BillLines
        The lines of the month, and what they leave open.
    rows : DataFrame
        A row per combination of `KEYS`, at the levels that the bill tells: the sides' numbers.
    key_names : mapping of str to str
        Id of a key by its ARN.
    key_owners : mapping
        The accounts whose keys are used, by the account and Region that pays.
    payers : mapping of str to str
        The payer of each account, the inventory's and the bill's.
    free : mapping of str to float
        The free requests of the month, by payer. [request]
    unplaced : float
        Measured requests that have no place in a bill. [request]
    """

    month: str
    forecast: Forecast
    billed: Actuals
    actuals: Actuals | None
    bill: BillLines
    rows: pd.DataFrame
    key_names: Mapping[str, str]
    key_owners: Mapping[BilledPlace, set[str]]
    payers: Mapping[str, str]
    free: Mapping[str, float]
    unplaced: float

    def during(self, days: BilledDays, shares: FloatArray) -> Sides:
        """The same of the days billed alone: like with like.

        Parameters
        ----------
        days : BilledDays
        shares : array
            The share of each of the forecast's rows that falls into them. [0-1]
        """
        if days.is_whole:
            return self
        forecast, names = self.forecast, self.key_names
        measured, _ = _measured_side(self.actuals, forecast, self.payers, names, days)
        rows = _join(forecast, _forecast_side(forecast, shares), self.bill, measured, names)
        return replace(self, rows=rows)


def read_sides(forecast: Forecast, billed: Actuals, actuals: Actuals | None) -> Sides:
    """Put forecast, measurements and bill of a month next to each other.

    Raises
    ------
    KmscostError
        Nothing that was measured has a place in a bill.
    """
    inventory = forecast.inventory
    names = key_names(inventory, actuals)
    month_rows = _forecast_side(forecast, np.ones(len(forecast.rows)))
    bill = read_bill_lines(billed, forecast, month_rows, names)
    accounts, paid_by = (bill.rows[name].astype(str) for name in ("billed_account", "payer"))
    # an account's payer in the inventory comes before the bill's
    payers = {**dict(zip(accounts, paid_by, strict=True)), **inventory.payer_by_account}
    measured_rows, unplaced = _measured_side(actuals, forecast, payers, names)
    if unplaced and measured_rows.empty:
        raise KmscostError(_without_place(unplaced))
    keys = pd.concat([month_rows[list(KEYS)], measured_rows[list(KEYS)]])
    pools = forecast.pools[forecast.pools["unit"] == "request"]
    sizes = pools.groupby("payer", observed=True)["quantity_free"].sum()
    return Sides(
        month=forecast.months.labels[0],
        forecast=forecast,
        billed=billed,
        actuals=actuals,
        bill=bill,
        rows=_join(forecast, month_rows, bill, measured_rows, names),
        key_names=names,
        key_owners=_key_owners(keys, inventory),
        payers=payers,
        free={str(payer): float(size) for payer, size in sizes.items()},
        unplaced=unplaced,
    )


def _without_place(unplaced: float) -> Problem:
    """The problem of measurements that none of the bill's rows can be held against."""
    found = (
        f"{unplaced:,.0f} requests, none with the account and Region that pays, and an operation"
    )
    expected = "measurements that tell them: nothing would be compared with zero"
    return Problem("actuals", None, "", found, expected, "measure again without --by")


def key_names(inventory: Inventory, actuals: Actuals | None) -> dict[str, str]:
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
    if actuals is not None and "key" in (measured := actuals.measured):
        caused = measured[measured["cause"].isin(CLOUDTRAIL_CAUSES)]
        for arn in map(str, caused["key"].unique()):
            if arn and arn not in names:
                seen[place_of(arn)].add(arn)
    for place, ids in nameless.items():
        # of two keys either could be meant: then none is named
        if len(ids) == 1 and len(seen[place]) == 1:
            names[seen[place].pop()] = ids[0]
    return names


def _key_owners(frame: pd.DataFrame, inventory: Inventory) -> dict[BilledPlace, set[str]]:
    """The accounts whose keys are used, by the account and Region that pays."""
    own = {key.id: key.account for key in inventory.keys}
    found: dict[BilledPlace, set[str]] = defaultdict(set)
    columns = frame[["billed_account", "billed_region", "key"]].drop_duplicates()
    for account, region, key in columns.itertuples(index=False):
        # a key of neither the inventory nor an ARN is taken for one of who pays
        found[account, region].add(own.get(key) or account_in(key) or account)
    return found


def _forecast_side(forecast: Forecast, shares: FloatArray) -> pd.DataFrame:
    """The forecast by row: quantity, writes, charged, free [unit], cost [USD], price [USD/unit].

    `writes` are CloudTrail's own, `charged` is what the inventory's interpretation charges for.

    Parameters
    ----------
    forecast : Forecast
    shares : array
        The share of each of its rows that falls into the days billed. [0-1]
    """
    rows = forecast.rows
    price = price_column(forecast.currency)
    is_write = rows["cause"].isin(WRITES).to_numpy()
    exempt = are_exempt(rows, forecast.inventory)
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


def _billed_side(rows: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """The bill's usage by row: billed, free, billable [unit], cost, and what is special apart.

    Parameters
    ----------
    rows : DataFrame
        Requests and key-months of one month, each with the inventory's payer.
    names : mapping
        Id of a key by its ARN.
    """
    special = (rows["unit"] == "request").to_numpy() & ~rows["meter"].isin(SYMMETRIC).to_numpy()
    keyed = _key_columns(rows)
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


def _measured_side(
    actuals: Actuals | None,
    forecast: Forecast,
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
    in_month = rows["month"].astype(str) == forecast.months.labels[0]
    rows = rows[in_month & (rows["unit"] == "request")]
    rows = rows[rows["quantity"].notna()]
    keyed = _key_columns(rows)
    cause, quantity = rows["cause"].astype(str).to_numpy(), rows["quantity"].to_numpy()
    if days is not None:
        # like with like: what was measured after the last day of the bill is in no line of it
        owners = [payers.get(account, "") for account in keyed["billed_account"]]
        quantity = quantity * days.weights(rows, owners)
    place = _only_place(forecast.inventory)
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


def _join(
    forecast: Forecast,
    forecast_rows: pd.DataFrame,
    bill: BillLines,
    measured_rows: pd.DataFrame,
    names: Mapping[str, str],
) -> pd.DataFrame:
    """The sides next to each other, at the levels that the bill tells, with a price on each row."""
    sides = (forecast_rows, _billed_side(bill.rows, names), measured_rows)
    # a level that one side alone tells would set the sides apart
    frame = _join_sides(*(_drop_levels(side, bill.levels) for side in sides))
    # the forecast's own price comes first: a graduated tier makes it less than the listed one
    price = frame["price"].to_numpy(dtype=np.float64)
    frame["price"] = np.where(np.isfinite(price), price, find_table_prices(forecast, frame))
    return frame


def _join_sides(*sides: pd.DataFrame) -> pd.DataFrame:
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


def _drop_levels(frame: pd.DataFrame, levels: MissingLevels) -> pd.DataFrame:
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
