"""What to know of a reconciliation, what it rests on, and what one side alone knows.

Strangers are accounts, Regions and keys of one side; keys may also be billed for more days than
their month and their rotations explain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from estimator.figures import FEW, count, listed, money, plural, share
from estimator.forecasting import Forecast
from estimator.inventory import Inventory
from estimator.measurement.billing.cells import KMS
from estimator.measurement.billing.summary import bill_currency
from estimator.measurement.result import Actuals
from estimator.reconciliation.bill_coverage import BilledDays, MissingLines
from estimator.reconciliation.bill_detail import MissingLevels
from estimator.reconciliation.forecast_to_date import ForecastToDate
from estimator.reconciliation.parts import Difference
from estimator.reconciliation.row_coverage import ENOUGH, RowCoverage
from estimator.reconciliation.sides import Sides
from estimator.volume import CAPPED_FROM, ROTATIONS_CHARGED

_MOST_NAMES = 10
_DAY = 0.5  # less than half a key-day is what bills round
_INFERRED_FREE = (
    "the bill does not tell which requests were free: as many as its cost leaves over at the "
    "table's price, so that a difference in price or a credit cannot be told from them"
)


@dataclass(frozen=True)
class Remarks:
    """What to know of a reconciliation.

    Attributes
    ----------
    notices : tuple of str
        Everything that one should know before believing the figures.
    rests_on : mapping of str to str
        What each part of the difference rests on.
    unknown_to : mapping
        Accounts, Regions and keys that only the bill knows, or only the inventory.
    """

    notices: tuple[str, ...]
    rests_on: Mapping[str, str]
    unknown_to: Mapping[str, Mapping[str, list[str]]]


def write_remarks(
    sides: Sides, coverage: RowCoverage, difference: Difference, to_date: ForecastToDate
) -> Remarks:
    """Write what to know of a reconciliation.

    Parameters
    ----------
    sides : Sides
        Of the days billed.
    coverage : RowCoverage
    difference : Difference
    to_date : ForecastToDate
    """
    inventory, levels = sides.forecast.inventory, sides.bill.levels
    strangers = _find_strangers(difference.rows, inventory, levels)
    lines = [
        *sides.forecast.notices,
        *_of_bill(sides, to_date.days),
        *_of_payers(sides.bill.payers),
        *_of_measurement(sides, coverage),
        *_of_strangers(strangers),
    ]
    lines = [
        # a notice of the forecast may be one of the bill too
        *dict.fromkeys(lines),
        *_of_key_days(sides.rows, levels, sides.forecast),
        *_of_missing_lines(to_date.missing),
        *(() if sides.bill.free_known else (_INFERRED_FREE,)),
    ]
    return Remarks(tuple(lines), _rests_on(sides, coverage, difference), strangers)


def _of_payers(payers: Mapping[str, str]) -> list[str]:
    return [
        f"payer {payer} of the bill is {name} in the inventory, by its accounts"
        for payer, name in payers.items()
        if payer and payer != name
    ]


def _of_strangers(strangers: Mapping[str, Mapping[str, list[str]]]) -> list[str]:
    lines = []
    for kind, words in (("accounts", "accounts"), ("regions", "Regions"), ("keys", "keys")):
        if found := strangers["bill"][kind]:
            names = listed(sorted(found), _MOST_NAMES)
            lines.append(f"{words} in the bill that the inventory does not know: {names}")
        if found := strangers["inventory"][kind]:
            names = listed(sorted(found), _MOST_NAMES)
            lines.append(f"{words} with a forecast that the bill does not show: {names}")
    return lines


def _of_missing_lines(missing: MissingLines) -> list[str]:
    if not missing.text:
        return []
    notice = f"bill {missing.text}: the forecast has a cost there and the bill no line at all, so "
    notice += "the month's cost is forecast there, not zero; the difference takes it as nothing"
    return [notice]


def _of_bill(sides: Sides, days: BilledDays) -> list[str]:
    month, lines = sides.month, list(sides.bill.notices)
    if not days.is_told:
        lines.append(
            f"the bill's lines cover 0 % of {month}{days.whose(days.open_payers)}, as far as it "
            "tells: it is of a month in progress, the forecast is that of the whole month, and "
            "less than that breaks no limit"
        )
    elif days.text:
        least = min(days.shares.values())
        short = [payer for payer, covered in days.shares.items() if covered == least]
        lines.append(
            f"bill {days.text}: the bill's lines cover {share(least)} of {month}"
            f"{days.whose(short)}, and the forecast beside them is of the same days"
        )
    return lines


def _of_measurement(sides: Sides, coverage: RowCoverage) -> list[str]:
    frame, actuals = sides.rows, sides.actuals
    if actuals is None:
        return []
    # coverage is said below, of the rows that it matters for
    own = actuals.coverage.notices()
    lines = [line for line in actuals.notices if line not in own]
    if sides.unplaced:
        lines.append(
            f"{count(sides.unplaced)} measured requests have no place in a bill (their account or "
            "Region is not told): they are left out"
        )
    rows = actuals.measured
    if not (rows["month"].astype(str) == sides.month).any():
        lines.append(f"the measurements have no request in {sides.month}")
    is_forecast = ((frame["forecast"] > 0) & (frame["unit"] == "request")).to_numpy()
    short = is_forecast & ~coverage.cloudtrail
    if short.any():
        places = {
            f"{place_account} in {region}: {share(part)}"
            for place_account, region, part in zip(
                frame["billed_account"][short],
                frame["billed_region"][short],
                coverage.share[short],
                strict=True,
            )
        }
        lines.append(
            f"measurements cover less than {share(ENOUGH)} of the month, or not these requests, "
            f"and are shown but not reckoned with: {listed(sorted(places), _MOST_NAMES)}"
        )
    return lines


def _of_key_days(frame: pd.DataFrame, levels: MissingLevels, forecast: Forecast) -> list[str]:
    """A notice of the inventory's keys that are billed for more days than are forecast of them.

    Where the bill names no keys, those beyond the forecast ones are other keys.

    Parameters
    ----------
    frame : DataFrame
        Rows with billed and forecast of the days billed, and the price of a unit.
    levels : MissingLevels
    forecast : Forecast
        That of the month.
    """
    if levels.key_keys:
        return []
    months = forecast.months
    days, is_capped = int(months.days[0]), months.firsts[0] >= CAPPED_FROM
    own = {key.id for key in forecast.inventory.keys}
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
    line += f"and the inventory's rotations explain ({forecast.currency} {money(cost)}): "
    line += f"{listed(names, FEW)}. "
    most = 1 + ROTATIONS_CHARGED  # a key and its rotations [key-month]
    if is_capped and (rows["billed"] > most + _DAY / days).any():
        return [f"{line}More than {most} key-months of one key in a month are lines counted twice"]
    line += "A rotation that the inventory does not have costs as much as a key from its day on"
    line += f", the first {ROTATIONS_CHARGED} of a key alone" * is_capped
    return [f"{line}; else lines are counted twice"]


def _days(many: float) -> str:
    return f"{many:,.1f}".removesuffix(".0")


def months_left_out(billed: Actuals, months: Iterable[str]) -> list[str]:
    """The notice of months of a bill that nothing is made of.

    Parameters
    ----------
    months : iterable of str
        Those that something is made of.
    """
    rows = billed.measured.dropna(subset=["month"])
    rows = rows[~rows["month"].astype(str).isin(set(months))]
    if rows.empty:
        return []
    names = listed(sorted(set(rows["month"].astype(str))), _MOST_NAMES)
    kms = rows[rows["product"] == KMS]
    many = plural(float(kms["quantity"][kms["unit"] == "request"].sum()), "request")
    cost = f"{bill_currency(billed)} {money(float(kms['cost'].sum()))}"
    return [f"months of the bill that are left out: {names}, with {many} and {cost} of KMS"]


def _find_strangers(
    rows: pd.DataFrame, inventory: Inventory, levels: MissingLevels
) -> dict[str, dict[str, list[str]]]:
    """Accounts, Regions and keys that only the bill knows, or only the inventory."""
    billed = rows[(rows["billed"] > 0) | (rows["cost_billed"] != 0)]
    forecast = rows[rows["metered"] > 0]  # exempt writes are in no bill
    own_keys = {key.id for key in inventory.keys}
    regions = {*inventory.regions(), *(key.region for key in inventory.keys)}
    accounts = {account.id for account in inventory.accounts}
    keys = set(billed["key"]) - {""}
    in_bill = {
        "accounts": set(billed["billed_account"]) - accounts - {""},
        "regions": set(billed["billed_region"]) - regions - {""},
        "keys": keys - own_keys,
    }
    in_inventory = {
        "accounts": set(forecast["billed_account"]) - set(billed["billed_account"]),
        "regions": set(forecast["billed_region"]) - set(billed["billed_region"]),
        "keys": set(forecast["key"]) - keys - {""} if not levels.request_keys else set(),
    }
    return {
        "bill": {name: sorted(found) for name, found in in_bill.items()},
        "inventory": {name: sorted(found) for name, found in in_inventory.items()},
    }


def _rests_on(sides: Sides, coverage: RowCoverage, difference: Difference) -> dict[str, str]:
    """Say what each part of the difference rests on."""
    frame, levels = sides.rows, sides.bill.levels
    has = (frame["forecast"] > 0) | (frame["measured"] > 0)
    is_cloudtrail = (has & (frame["unit"] == "request")).to_numpy()
    measured = bool(is_cloudtrail.any()) and bool(coverage.cloudtrail[is_cloudtrail].all())
    partly = bool(coverage.cloudtrail[is_cloudtrail].any()) and not measured
    if measured:
        volume = "measured against forecast"
    elif not levels.request_keys:
        volume = "requests billed under CloudTrail's keys against forecast"
    else:
        volume = "requests billed where there is a forecast, against it"
        if expected := difference.expected_others:
            volume += f"; {count(expected)} more there are others', as the inventory expects"
    if partly:
        volume = f"measured where measurements cover the month; else {volume}"
    if bool(coverage.others.any()):
        others = "measured"
    elif not levels.request_keys:
        others = "requests billed under other keys"
    else:
        others = "requests billed where no forecast is, and what the inventory expects of others"
    keys = "resource ids"
    if levels.key_keys:
        keys = "key-months beyond the forecast ones: of other keys, or of rotations that the "
        keys += "inventory does not have"
    unknown = "billed less measured" if bool(coverage.cloudtrail.any()) else "the rest"
    if not difference.is_explained:
        unknown = "the bill does not tell its days, or has no line of KMS, so nothing says what is "
        unknown += "not billed yet and what is less"
    return {
        "writes": "which interpretation of F5 the bill follows",
        "volume": volume,
        "free_tier": "CloudTrail's proportion of the free requests billed, against the forecast's",
        "keys": "key-months billed against forecast",
        "rate": "billed cost of what is not others', against the table's price of its units",
        "others": f"{others}, at the bill's own price",
        "other_keys": keys,
        "unknown": unknown,
    }
