"""What a reconciliation says, as titled sheets and lines: each format only has to lay them out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

import pandas as pd
from rich.console import RenderableType

from estimator.figures import count, money, percent, signed
from estimator.reconciliation import Reconciliation
from estimator.reconciliation.matching import listed
from estimator.reconciliation.result import PARTS
from estimator.report.markdown import sheets_markdown
from estimator.report.sheet import MOST_ROWS, Sheet
from estimator.report.table import sheets_table

_HUGE = 1e12  # beyond it a double holds no cents
_DUST = 1e-7  # what is left of sums that should be zero


def reconciled_sheets(told: Reconciliation) -> list[Sheet]:
    """The sides, the parts of their difference, and the rows that differ most."""
    rows = _rows_sheet(told)
    return [_sides_sheet(told), _parts_sheet(told), *([rows] if rows else [])]


def _sides_sheet(told: Reconciliation) -> Sheet:
    """Requests by operation, key-months, and costs."""
    frame = told.rows
    is_request = frame["unit"] == "request"
    groups = [
        (str(name) or "operations not told", rows)
        for name, rows in frame[is_request].groupby("operation", observed=True)
    ]
    ours = [(name, rows) for name, rows in groups if rows["forecast"].sum()]
    rest = [rows for _, rows in groups if not rows["forecast"].sum()]
    cells = [_quantities(name, rows) for name, rows in ours]
    if rest:
        names = "other operation" + "s" * (len(rest) != 1)
        cells.append(_quantities(f"{len(rest)} {names}", pd.concat(rest)))
    if len(cells) > 1:
        cells.append(_quantities("requests", frame[is_request]))
    if (~is_request).any():
        cells.append(_quantities("key-months", frame[~is_request]))
    for word, rows in (
        (f"{told.currency} requests", frame[is_request]),
        (f"{told.currency} keys", frame[~is_request]),
        (told.currency, frame),
    ):
        before, after = (math.fsum(rows[f"cost_{side}"]) for side in ("forecast", "billed"))
        cells.append(
            (
                word,
                money(before),
                "",
                money(after),
                signed(money(after - before)),
                _share(before, after),
            )
        )
    header = ("", "forecast", "measured", "billed", "difference", "")
    title = f"Forecast, measured and billed: KMS because of CloudTrail, {told.month}"
    return Sheet(title, header, tuple(cells), numbers=5, sums=1)


def _quantities(name: str, rows: pd.DataFrame) -> tuple[str, ...]:
    before, after = math.fsum(rows["forecast"]), math.fsum(rows["billed"])
    known = rows["measured"].dropna()
    measured = count(math.fsum(known)) if len(known) else "-"
    more = signed(count(after - before))
    return name, count(before), measured, count(after), more, _share(before, after)


def _share(before: float, after: float) -> str:
    return percent((after - before) / before) if before else ""


def _parts_sheet(told: Reconciliation) -> Sheet:
    """From forecast to bill, one part after another: the amounts add up as they are printed."""
    code = told.currency.lower()
    totals = told.totals
    before, after = (totals[f"cost_{code}_{side}"] or 0.0 for side in ("forecast", "billed"))
    parts = told.parts
    amounts = adding_up([before, *parts.values()], after)
    shown = [("forecast", count(totals["requests_forecast"] or 0.0), amounts[0])]
    for (name, cost), amount in zip(parts.items(), amounts[1:-1], strict=True):
        requests = told.request_parts.get(name)
        if requests is not None and abs(requests) < _DUST:
            requests = 0.0
        if abs(cost) < _DUST and not requests:
            continue
        more = "" if requests is None else signed(count(requests))
        shown.append((PARTS[name], more, signed(amount)))
    shown.append(("billed", count(totals["requests_billed"] or 0.0), amounts[-1]))
    header = ("from forecast to bill", "requests", told.currency)
    return Sheet("Why they differ", header, tuple(shown), numbers=2, sums=1)


def adding_up(amounts: Sequence[float], total: float) -> list[str]:
    """Amounts and their total in as many decimals as they need, so that the printed ones add up.

    What rounding leaves over goes, unit by unit, to the amounts that it took most from.

    >>> adding_up([1.004, 1.004, 1.004], 3.012)
    ['1.01', '1.00', '1.00', '3.01']
    """
    largest = max(map(abs, [*amounts, total]), default=0.0)
    if largest >= _HUGE or not math.isfinite(largest):
        return [money(one) for one in (*amounts, total)]
    digits = 2 if largest >= 1 or not largest else min(12, 3 - math.floor(math.log10(largest)))
    unit = Decimal(1).scaleb(-digits)
    exact = [Decimal(repr(one)) / unit for one in amounts]
    whole = [one.to_integral_value(ROUND_FLOOR) for one in exact]
    sought = (Decimal(repr(total)) / unit).to_integral_value()
    left = int(sought - sum(whole))
    order = sorted(range(len(exact)), key=lambda at: whole[at] - exact[at])
    for step in range(max(left, 0)):
        whole[order[step % len(order)]] += 1
    return [f"{one * unit:,.{digits}f}" for one in (*whole, sought)]


def _rows_sheet(told: Reconciliation) -> Sheet | None:
    """The rows that differ most."""
    frame = told.rows
    order = frame["cost_difference"].abs().sort_values(ascending=False, kind="stable").index
    frame = frame.loc[order]
    costs, units = frame["cost_difference"].abs(), frame["difference"].abs()
    # free requests to list keys and the like are in the sums above
    frame = frame[(costs > _DUST) | ((frame["forecast"] > 0) & (units > _DUST))]
    if frame.empty:
        return None
    several = len(set(frame["payer"])) > 1
    names = ["billed_account", "billed_region", "key", "operation"]
    names = [*(["payer"] if several else []), *(one for one in names if (frame[one] != "").any())]
    cells = [
        (
            *(_word(str(row[name])) for name in names),
            count(row["forecast"]),
            "-" if math.isnan(row["measured"]) else count(row["measured"]),
            count(row["billed"]),
            signed(money(row["cost_difference"])),
        )
        for row in frame.head(MOST_ROWS).to_dict("records")
    ]
    rest = frame.iloc[MOST_ROWS:]
    blank = ("",) * (len(names) - 1)
    if len(rest):
        amount = signed(money(math.fsum(rest["cost_difference"])))
        cells.append((f"{len(rest):,} more", *blank, "", "", "", amount))
    header = (*(one.replace("_", " ") for one in names), "forecast", "measured", "billed")
    header = (*header, f"{told.currency} difference")
    return Sheet("Where they differ most", header, tuple(cells), numbers=4)


def _word(text: str) -> str:
    return text.rsplit("key/", 1)[-1] or "-"


def reconciled_lines(told: Reconciliation) -> list[str]:
    """What stands under the tables."""
    return [
        *_readings(told),
        told.other_interpretation_line,
        *_resting(told),
        *_levels(told),
        *_apart(told),
        *_limit(told),
    ]


def _readings(told: Reconciliation) -> list[str]:
    said = []
    own = told.forecast.inventory.cloudtrail_writes
    several = len(told.readings) > 1
    for one in told.readings:
        of = f" of payer {one.payer}" if several else ""
        if one.reading is None:
            said.append(
                f"Whether the bill{of} charges for CloudTrail's own writes cannot be told: "
                f"{one.why}. The inventory's cloudtrail_writes: {own} is taken"
            )
            continue
        doubt = "" if one.reading == own else f", not {own} as the inventory has it"
        said.append(
            f"The bill{of} follows cloudtrail_writes: {one.reading}{doubt} ({one.strength} "
            f"evidence): {one.why}"
        )
    more = len(said) - 4
    return said if more <= 0 else [*said[:4], f"and the bills of {more} more payers"]


def _resting(told: Reconciliation) -> list[str]:
    """What the parts rest on that are no plain sums."""
    parts = told.parts
    return [
        f"{PARTS[name][0].upper()}{PARTS[name][1:]}: {told.rests_on[name]}"
        for name in ("volume", "others", "other_keys", "unknown")
        if abs(parts[name]) >= _DUST or abs(told.request_parts.get(name, 0.0)) >= _DUST
    ]


def _levels(told: Reconciliation) -> list[str]:
    names: dict[str, list[str]] = {}
    for name, why in told.levels.items():
        names.setdefault(why, []).append(name)
    return [f"Level not told, {' and '.join(found)}: {why}" for why, found in names.items()]


def _apart(told: Reconciliation) -> list[str]:
    if not told.apart:
        return []
    code = f"cost_{told.currency.lower()}"
    amounts = listed(f"{one['what']} {money(one[code])}" for one in told.apart)
    return [f"Apart from all this, {told.currency}: {amounts}"]


def _limit(told: Reconciliation) -> list[str]:
    if told.limit is None:
        return []
    error = f"{told.currency} {signed(money(told.forecast_error))}"
    verdict = f"Limit {told.limit.text} {'broken' if told.broken else 'kept'}"
    return [f"{verdict}: without what is not CloudTrail's the difference is {error}"]


def reconciled_table(told: Reconciliation, width: int | None = None) -> RenderableType:
    """The sides, the parts of their difference, the rows that differ, and what to know of it."""
    return sheets_table(reconciled_sheets(told), reconciled_lines(told), width)


def reconciled_markdown(told: Reconciliation) -> str:
    """A reconciliation with everything that the table shows, and its notices."""
    return sheets_markdown(reconciled_sheets(told), reconciled_lines(told), told.notices)
