"""What changed between two rate tables, as titled sheets and lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType

from estimator.figures import count, factor, money, share
from estimator.rates.comparison import RatesDiff
from estimator.report.limits import CopyCharge
from estimator.report.markdown import sheets_markdown
from estimator.report.sheet import Sheet
from estimator.report.table import titled, wrapped
from pricing.changes import RateChange, grouped
from pricing.regions import partition_of

if TYPE_CHECKING:
    import pandas as pd


def changes_sheet(told: RatesDiff) -> Sheet:
    """What is not the same, Regions with the same change together."""
    rows = tuple(
        (
            change.meter,
            _where(change, codes),
            count(change.per) if change.what == "rate" else "",
            _figure(change, change.before),
            _figure(change, change.after),
            _percent(change.change),
        )
        for change, codes in grouped(told.changes)
    )
    one, other = told.names
    title = f"Rates of {one} and {other}: " + (f"{told.currency} per" if rows else "no difference")
    return Sheet(title, ("meter", "Regions", "per", "from", "to", "change"), rows, numbers=4)


def changes_frame(told: RatesDiff) -> pd.DataFrame:
    """A change and Region a row, for other programs."""
    import pandas as pd

    rows = told.to_dict()["changes"]
    names = ["meter", "what", "region", "currency", "unit", "per", "up_to", "before", "after"]
    frame = pd.DataFrame([{**row, "currency": told.currency} for row in rows])
    frame = frame.reindex(columns=[*names, "change", "more_than_half"])
    numbers = ["per", "up_to", "before", "after", "change"]
    return frame.astype(dict.fromkeys(numbers, "float64"))


def money_sheet(told: RatesDiff) -> Sheet | None:
    """What an inventory costs under either table; None where none was given."""
    if told.forecasts is None:
        return None
    cost = f"cost_{told.currency.lower()}"
    rows = [
        (
            str(row["month"]),
            money(row[f"{cost}_a"]),
            money(row[f"{cost}_b"]),
            money(row[f"{cost}_difference"]),
            _percent(row["relative_difference"]),
        )
        for row in (*told.months, {"month": "total", **told.totals})
    ]
    header = ("month", f"{told.currency} before", f"{told.currency} after", "difference", "change")
    inventory = told.forecasts[0].inventory
    return Sheet(f"In money for {inventory.path}", header, tuple(rows), numbers=4, sums=1)


def changes_lines(told: RatesDiff) -> list[str]:
    """The other reading, and copies of KMS events apart from KMS."""
    if told.forecasts is None:
        return []
    lines = [told.other_interpretation_line]
    sides = [CopyCharge.of(forecast.totals, told.currency) for forecast in told.forecasts]
    if any(side.high > 0 for side in sides):
        before, after = (side.text for side in sides)
        lines.append(
            f"Apart from KMS, on CloudTrail's bill for copies of KMS events: {told.currency} "
            f"{before} before, {after} after"
        )
    return lines


def _where(change: RateChange, codes: tuple[str, ...]) -> str:
    """One Region by its code, several by how many of each partition; the tier."""
    if change.what == "free":
        return f"free {change.unit}s a month"
    partitions = [partition_of(code) for code in codes]
    counted = [f"{name}: {partitions.count(name)}" for name in sorted(set(partitions))]
    said = codes[0] if len(codes) == 1 else ", ".join(counted)
    return said if change.up_to is None else f"{said} to {count(change.up_to)}"


def _figure(change: RateChange, value: float | None) -> str:
    if value is None:
        return "none"
    return count(value) if change.what == "free" else factor(value)


def _percent(change: float | None) -> str:
    if change is None:
        return "-"
    return f"{'+' * (change > 0)}{share(change)}"


def rates_diff_table(told: RatesDiff, width: int | None = None) -> RenderableType:
    """What changed between two rate tables, and what it means in money."""
    sheet, in_money = changes_sheet(told), money_sheet(told)
    parts: list[RenderableType] = [*(titled(sheet, width) if sheet.rows else [sheet.title])]
    parts += [] if in_money is None else ["", *titled(in_money, width)]
    said = changes_lines(told)
    return Group(*parts, *(["", *wrapped(said, width)] if said else []))


def rates_diff_markdown(told: RatesDiff) -> str:
    """What changed between two rate tables, and what it means in money."""
    sheets = [one for one in (changes_sheet(told), money_sheet(told)) if one is not None]
    return sheets_markdown(sheets, changes_lines(told), told.notices)
