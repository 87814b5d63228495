"""Lines of a bill, in whatever layout, to charges in the words and units of the project."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from estimator.measurement.billing.amounts import read_numbers, unit_scale, written_units
from estimator.measurement.billing.cells import (
    CLOUDTRAIL,
    KMS,
    account_id,
    charge_words,
    clean,
    is_aws,
    key_arn,
    named_region,
    product_of,
    special_meter,
    unnamed_region,
)
from estimator.measurement.billing.layouts import Columns
from estimator.measurement.billing.periods import days_and_months, moments
from estimator.measurement.unreadable import UnreadableError
from pricing.usage_types import region_and_meter

# the columns that distinguish charges; `kind` is what a line is for: see `_kinds`
KEYS = (
    "month",
    "day",
    "payer",
    "billed_account",
    "billed_region",
    "key",
    "cause",
    "operation",
    "unit",
    "currency",
    "product",
    "meter",
    "kind",
)
SUMS = ("quantity", "free", "billable", "cost", "lines", "free_lines")

REQUESTS, KEY_MONTHS, EVENTS, OTHER_USAGE = "requests", "keys", "events", "other usage"

_EVENTS = re.compile(r"\w*EventsRecorded")
_METER = re.compile(r"\bKMS-|EventsRecorded|Insights|EventsIngested", re.IGNORECASE)
_EVENT_WORDS = re.compile(r"per (\w+) event recorded")

# Lines are many, their kinds, their times and their places few: each is understood once.
_MEANING = (
    "product",
    "service_name",
    "kind",
    "charge_class",
    "usage_type",
    "sku_meter",
    "operation",
    "unit",
    "priced_unit",
    "description",
    "rate",
    "region",
    "currency",
    "provider",
)
_TIMES = ("start", "end", "period_start")


def charges(lines: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """One charge for each line of KMS or CloudTrail.

    Parameters
    ----------
    lines : DataFrame
        The fields of `estimator.measurement.billing.layouts.FIELDS` as text, empty where not known.
    columns : Columns
        What the file calls them, for messages.

    Returns
    -------
    DataFrame
        The columns `KEYS` and `SUMS`: quantity, free and billable in the row's unit, cost in its
        currency. Lines that are no usage (taxes, credits, fees) have a cost alone.

    Raises
    ------
    UnreadableError
        An amount is no number, or a date no date.
    """
    lines = lines.reset_index(drop=True)
    meaning = _spread(lines, _MEANING, lambda few: _meanings(few, columns))
    rows = meaning.join(_spread(lines, _TIMES, lambda few: _times(few, columns)))
    for name, field in (("payer", "payer"), ("billed_account", "account")):
        read = partial(account_id, column=columns.name(field))
        rows[name] = _map_distinct(lines[field], read)
    rows["key"] = _map_distinct(lines["resource"], key_arn)
    # the key tells the Region only where nothing else does
    open_ = rows["billed_region"] == ""
    places = list(zip(rows["usage_type"][open_], rows["key"][open_], strict=True))
    known = {place: unnamed_region(*place) for place in set(places)}
    rows.loc[open_, "billed_region"] = [known[place] for place in places]
    return rows.assign(**_amounts(lines, rows, columns), lines=1)[[*KEYS, *SUMS]]


def _spread(
    lines: pd.DataFrame,
    names: tuple[str, ...],
    function: Callable[[pd.DataFrame], pd.DataFrame],
) -> pd.DataFrame:
    """`function` of the rows that differ in the columns `names`, given to all rows."""
    # the first line of each group stands for it: unique sorts by group, so `few` has their order
    group = lines.groupby(list(names), sort=False).ngroup().to_numpy()
    _, first = np.unique(group, return_index=True)
    few = lines[list(names)].iloc[first].reset_index(drop=True)
    results = function(few.map(clean))
    return results.iloc[group].reset_index(drop=True)


def _meanings(lines: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """The meaning of lines, whoever pays and whenever."""
    lines = lines.assign(product=_products(lines, columns), usage_type=_usage_types(lines))
    product = lines["product"]
    # a correction of FOCUS is an amount about an earlier bill, and no request
    usage = lines["kind"].map(columns.layout.is_usage) & ~_is_correction(lines)
    meters = _map_distinct(lines["usage_type"], lambda text: region_and_meter(text)[1])
    kinds = _kinds(lines, meters)
    causes = kinds.map({REQUESTS: "unknown", KEY_MONTHS: "key"}).fillna("")
    # FOCUS without usage types: the description has their words
    nameless = (meters == "") & (kinds == REQUESTS)
    meters = meters.where(~nameless, lines["description"].map(special_meter))
    rate = read_numbers(lines["rate"], columns.name("rate"))
    tier = lines["description"].map(str.casefold).str.contains("free tier", regex=False)
    places = zip(lines["region"], lines["usage_type"], strict=True)
    return pd.DataFrame(
        {
            "product": product,
            "currency": lines["currency"],
            "usage_type": lines["usage_type"],
            "billed_region": [named_region(region, usage_type) for region, usage_type in places],
            "meter": meters.where(usage, ""),
            "kind": kinds.where(usage, _map_distinct(_names(lines), charge_words)),
            "operation": _operations(lines, meters, kinds).where(usage, _names(lines)),
            "unit": _units(lines, kinds).where(usage, ""),
            "cause": causes.where(usage, ""),
            "is_usage": usage,
            "may_be_free": usage & (tier | rate.isna() | (rate == 0)),
        }
    )


def _products(lines: pd.DataFrame, columns: Columns) -> list[str]:
    """AWS's code of each line's service, by its code or else its name."""
    whose = [is_aws(name) or "provider" not in columns.where for name in lines["provider"]]
    names = zip(lines["product"], lines["service_name"], whose, strict=True)
    return [product_of(code, aws) or product_of(name, aws) for code, name, aws in names]


def _usage_types(lines: pd.DataFrame) -> list[str]:
    """Usage types; FOCUS 1.2 of AWS has them in SkuMeter, where others have any words."""
    pairs = zip(lines["usage_type"], lines["sku_meter"], strict=True)
    return [usage_type or (meter if _METER.search(meter) else "") for usage_type, meter in pairs]


def merge_sums(sums: list[pd.DataFrame]) -> pd.DataFrame:
    """Charges that are summed already, together; the sum of one is itself."""
    return sums[0] if len(sums) == 1 else sum_charges(sums)


def sum_charges(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Charges of several parts together, one row for each combination of `KEYS`."""
    whole = pd.concat(parts, ignore_index=True) if parts else charges_of_nothing()
    groups = whole.groupby(list(KEYS), dropna=False, sort=False, observed=True)
    # a sum of parts of which one is unknown is unknown: skipna would make it a number
    sums = groups[list(SUMS)].sum(min_count=1).reset_index()
    for name in ("free", "billable"):
        unknown = whole[name].isna()
        if unknown.any():
            missing = unknown.groupby([whole[key] for key in KEYS], dropna=False, sort=False).any()
            sums[name] = sums[name].mask(missing.to_numpy())
    return sums


def charges_of_nothing() -> pd.DataFrame:
    """No charges at all, with every column."""
    texts = {name: pd.Series(dtype=object) for name in KEYS}
    kinds = {name: "int64" if name.endswith("lines") else "float64" for name in SUMS}
    sums = {name: pd.Series(dtype=kind) for name, kind in kinds.items()}
    frame = pd.DataFrame({**texts, **sums})
    return frame.astype({"month": "period[M]", "day": "period[D]"})


def _map_distinct(values: pd.Series[str], function: Callable[[str], str]) -> pd.Series[str]:
    """`function` of every value, called once for each that differs."""
    known = {value: function(clean(value)) for value in values.unique()}
    return pd.Series([known[value] for value in values], index=values.index, dtype=object)


def _times(lines: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    read = (lines[name].map(moments(lines[name].unique(), columns.name(name))) for name in _TIMES)
    start, end, period = map(pd.to_datetime, read)
    # fees and taxes may have no usage of their own: they belong to the bill's month
    start = start.fillna(period)
    if start.isna().any():
        found = f"a line without {columns.name('start')}"
        raise UnreadableError(found, "a moment such as 2026-11-01T00:00:00Z")
    return days_and_months(start, end.fillna(start))


def _kinds(lines: pd.DataFrame, meters: pd.Series[str]) -> pd.Series[str]:
    """The meter of each line: by its unit, else its usage type, else its description."""
    unit = lines["unit"].where(lines["unit"] != "", lines["priced_unit"])
    clues = list(zip(lines["product"], unit, meters, lines["description"], strict=True))
    known = {clue: _kind(*clue) for clue in set(clues)}
    return pd.Series([known[clue] for clue in clues], index=lines.index, dtype=object)


def _kind(product: str, unit: str, meter: str, description: str) -> str:
    if product == CLOUDTRAIL:
        return EVENTS if _events_meter(meter, description) else OTHER_USAGE
    # in this order: a unit is one word, a description may name requests and keys alike
    for clue in (unit, meter, description):
        words = clue.casefold()
        if "request" in words:
            return REQUESTS
        if "key" in words:
            return KEY_MONTHS
    return OTHER_USAGE


def _events_meter(meter: str, description: str) -> str:
    """CloudTrail's meter of events recorded, such as PaidEventsRecorded, or nothing."""
    if found := _EVENTS.fullmatch(meter):
        return found[0]
    if meter:
        return ""
    # FOCUS without AWS's own columns has no usage type: "0.0 per free event recorded in ..."
    if found := _EVENTS.search(description):
        return found[0]
    words = _EVENT_WORDS.search(description)
    return f"{words[1].capitalize()}EventsRecorded" if words else ""


def _operations(
    lines: pd.DataFrame, meters: pd.Series[str], kinds: pd.Series[str]
) -> pd.Series[str]:
    """The KMS operation; KeyMonth; what CloudTrail meters, for its lines say None."""
    of_trails = pd.Series(
        [
            _events_meter(meter, description) or meter
            for meter, description in zip(meters, lines["description"], strict=True)
        ],
        index=lines.index,
        dtype=object,
    )
    operations = lines["operation"].where(lines["product"] == KMS, of_trails)
    return operations.where(kinds != KEY_MONTHS, "KeyMonth")


def _units(lines: pd.DataFrame, kinds: pd.Series[str]) -> pd.Series[str]:
    units = {REQUESTS: "request", KEY_MONTHS: "key-month", EVENTS: "event"}
    written = lines["unit"].where(lines["unit"] != "", lines["priced_unit"])
    # events analyzed, such as Insights', are no events recorded
    written = written.where(written != "Events", "event analyzed").where(written != "", "unknown")
    return kinds.map(units).fillna(written)


def _names(lines: pd.DataFrame) -> pd.Series[str]:
    """The type of a line that is no usage: Tax, Credit, Refund, EdpDiscount, Correction ..."""
    return lines["kind"].where(~_is_correction(lines), "Correction")


def _is_correction(lines: pd.DataFrame) -> pd.Series[bool]:
    """Tell which lines FOCUS marks as mending an earlier bill, in whatever letter case."""
    return lines["charge_class"].map(str.casefold) == "correction"


def _amounts(
    lines: pd.DataFrame, rows: pd.DataFrame, columns: Columns
) -> dict[str, pd.Series[Any]]:
    """Quantity, its free and its billable part, and cost.

    Free is what cost nothing because its rate is nothing or its description names the free tier:
    free + billable = quantity.
    """
    usage = rows["is_usage"]
    # a table of FOCUS may have PricingQuantity alone
    quantity = read_numbers(lines["amount"], columns.name("amount"))
    if quantity.isna().any():
        priced = read_numbers(lines["priced_amount"], columns.name("priced_amount"))
        quantity = quantity.fillna(priced)
    cost = read_numbers(lines["cost"], columns.name("cost"))
    quantity *= _scales(lines, rows)
    for name, missing in (("amount", usage & quantity.isna()), ("cost", cost.isna())):
        if missing.any():
            raise UnreadableError(
                f"a line of {rows['product'][missing].iloc[0]} without {columns.name(name)}",
                "a number",
            )
    # a rate that is left blank is not enough: what cost something was not free
    free = rows["may_be_free"] & (cost == 0)
    quantity = quantity.where(usage, 0.0)
    return {
        "quantity": quantity,
        "free": quantity.where(free, 0.0),
        "billable": quantity.where(~free, 0.0),
        "cost": cost,
        "free_lines": free.astype("int64"),
    }


def _scales(lines: pd.DataFrame, rows: pd.DataFrame) -> pd.Series[int]:
    """How many requests, keys or events one of each line's unit is, whichever amount is read."""
    metered = rows["is_usage"] & rows["kind"].isin([REQUESTS, KEY_MONTHS, EVENTS])
    written = written_units(lines)
    scales = {unit: unit_scale(unit) for unit in written[metered].unique()}
    return written.where(metered, "").map(lambda unit: scales.get(unit, 1))
