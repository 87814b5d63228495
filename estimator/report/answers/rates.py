"""What rates answer: those in force and who says so; what changed between two tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from estimator.figures import count, factor, money, share
from estimator.rates import ImportedRates, RateTable
from estimator.rates.comparison import RatesDiff
from estimator.report.answers import Answer
from estimator.report.answers.budgets_and_copies import CopyCharge
from estimator.report.blocks import Block, Command, Details, Lines, Sheet
from pricing.changes import RateChange, group_changes
from pricing.meters import Version
from pricing.regions import partition_of

if TYPE_CHECKING:
    import pandas as pd


Row = Mapping[str, Any]


class RatesAnswer(Answer["_RatesInForce"]):
    """The rates in force on a day, and who says so.

    Parameters
    ----------
    rows : list of dict
        As `rates_show` returns them.
    quotas : dict, optional
        Requests per second that AWS allows, by Region.
    """

    def __init__(
        self, rows: list[dict[str, Any]], quotas: Mapping[str, float] | None = None
    ) -> None:
        super().__init__(_RatesInForce(rows, quotas or {}))

    def blocks(self) -> Iterable[Sheet]:
        """One row per meter and group of Regions."""
        return (rates_sheet(self.result.rows),)

    def lines(self) -> Iterable[str]:
        """Return what is free, the sources, the quota."""
        notes = rates_notes(self.result.rows)
        if not self.result.quotas:
            return notes
        quotas = ", ".join(f"{name} {value:,.0f}" for name, value in self.result.quotas.items())
        limit = f"Request quota on symmetric keys, a second, per account and Region: {quotas}"
        return [*notes, limit]

    def frame(self) -> pd.DataFrame:
        """The rates as people read them."""
        import pandas as pd

        sheet = rates_sheet(self.result.rows)
        return pd.DataFrame(list(sheet.rows), columns=pd.Index(sheet.header), dtype=object)


class _RatesInForce:
    notices: tuple[str, ...] = ()

    def __init__(self, rows: list[dict[str, Any]], quotas: Mapping[str, float]) -> None:
        self.rows, self.quotas = rows, quotas

    def to_dict(self) -> dict[str, Any]:
        return {"rates": self.rows, "quotas": dict(self.quotas)}


class RatesDiffAnswer(Answer[RatesDiff]):
    """The rates that changed, and what that means in money."""

    def blocks(self) -> Iterable[Sheet]:
        """The changes, then the months of an inventory where one was given."""
        money = money_sheet(self.result)
        return (changes_sheet(self.result), *([] if money is None else [money]))

    def lines(self) -> Iterable[str]:
        """The other interpretation, and copies of KMS events."""
        return changes_lines(self.result)

    def frame(self) -> pd.DataFrame:
        """A change and Region a row."""
        return changes_frame(self.result)


class ImportedRatesAnswer(Answer[Any]):
    """Rates out of AWS's own files.

    Parameters
    ----------
    imported : ImportedRates
    """

    result: ImportedRates

    @property
    def headline(self) -> str:
        """The service, the currency and the meters."""
        return repr(self.result)[1:-1]

    def blocks(self) -> Iterable[Block]:
        """Each version of each meter; then the file."""
        yield versions_sheet(self.result.table)
        yield Details("The file", (Lines("", (Command(self.result.yaml),)),))


class RateTableAnswer(Answer[Any]):
    """A rate table with all its dates.

    Parameters
    ----------
    table : RateTable
    """

    result: RateTable

    def blocks(self) -> Iterable[Block]:
        """Each version of each meter."""
        yield versions_sheet(self.result)


def versions_sheet(table: RateTable) -> Sheet:
    """The rates of every version of a table, Regions with the same rate together."""
    rows = tuple(
        (
            meter.title,
            str(version.start),
            f"{table.currency} per {count(meter.per)} {meter.unit}{'s' * (meter.per != 1)}",
            _rates_of(version),
            count(version.free.quantity) if version.free else "",
        )
        for meter in table.meters
        for version in meter.versions
    )
    header = ("meter", "from", "unit", "rate", "free a month")
    return Sheet(f"Rates of {table.service}", header, rows, numbers=1)


def _rates_of(version: Version) -> str:
    """The rates of a version, each with how many Regions have it."""
    return "; ".join(
        f"{' then '.join(factor(price) for _, price in rate.steps)} in "
        f"{len(rate.regions)} Region{'s' * (len(rate.regions) != 1)}"
        for rate in version.rates
    )


def rates_sheet(rows: Iterable[Row]) -> Sheet:
    """The rates in force, one row per meter and group of Regions."""
    cells = [(row["meter"], _regions(row["regions"]), row["from"], _tiers(row)) for row in rows]
    return Sheet("Rates in force", ("meter", "Regions", "from", "rate"), tuple(cells), numbers=1)


def _regions(regions: list[str]) -> str:
    if len(regions) == 1:
        return regions[0]
    partitions = sorted({partition_of(region) for region in regions})
    return f"{', '.join(partitions)}: {len(regions)}"


def _tiers(row: Row) -> str:
    tiers = [
        factor(tier["rate"]) + (f" to {count(tier['up_to'])}" if tier["up_to"] is not None else "")
        for tier in row["tiers"]
    ]
    per = "" if row["per"] == 1 else f"{count(row['per'])} "
    unit = f"{row['unit']}{'s' * (row['per'] != 1)}"
    return f"{row['currency']} {', then '.join(tiers)} / {per}{unit}"


def rates_notes(rows: list[dict[str, Any]]) -> list[str]:
    """Return what is free, what is not confirmed, and the sources."""
    free = {row["meter"]: row["free"] for row in rows if row["free"]}
    notes = [
        f"{meter}: the first {count(quantity)} a month are free, one pool for each payer and "
        "partition"
        for meter, quantity in free.items()
    ]
    meters: dict[str, dict[str, None]] = {}
    partitions: dict[str, dict[str, None]] = {}
    for row in rows:
        meters.setdefault(_source(row), {})[row["meter"]] = None
        for quantity in row["free_quantities"]:
            partitions.setdefault(_source(quantity), {})[quantity["partition"]] = None
    notes += [f"{', '.join(names)}: {source}" for source, names in meters.items()]
    return notes + [f"free in {', '.join(names)}: {source}" for source, names in partitions.items()]


def _source(row: Row) -> str:
    source, doubt = row["source"], "" if row["confirmed"] else " (not confirmed)"
    return f"{source['title']}, {source['url']}, checked {source['checked']}{doubt}"


def changes_sheet(diff: RatesDiff) -> Sheet:
    """Return the rates that differ, Regions with the same change together."""
    rows = tuple(
        (
            change.meter,
            _where(change, codes),
            count(change.per) if change.what == "rate" else "",
            _figure(change, change.before),
            _figure(change, change.after),
            _percent(change.change),
        )
        for change, codes in group_changes(diff.changes)
    )
    older, newer = diff.names
    title = f"Rates of {older} and {newer}: " + (
        f"{diff.currency} per" if rows else "no difference"
    )
    return Sheet(title, ("meter", "Regions", "per", "from", "to", "change"), rows, numbers=4)


def changes_frame(diff: RatesDiff) -> pd.DataFrame:
    """A change and Region a row, for other programs."""
    import pandas as pd

    rows = diff.to_dict()["changes"]
    names = ["meter", "what", "region", "currency", "unit", "per", "beyond"]
    names += ["up_to", "before", "after"]
    frame = pd.DataFrame([{**row, "currency": diff.currency} for row in rows])
    frame = frame.reindex(columns=[*names, "change", "more_than_half"])
    numbers = ["per", "beyond", "up_to", "before", "after", "change"]
    return frame.astype(dict.fromkeys(numbers, "float64"))


def money_sheet(diff: RatesDiff) -> Sheet | None:
    """Return the cost of an inventory under either table; None where none was given."""
    if diff.forecasts is None:
        return None
    cost = f"cost_{diff.currency.lower()}"
    rows = [
        (
            str(row["month"]),
            money(row[f"{cost}_a"]),
            money(row[f"{cost}_b"]),
            money(row[f"{cost}_difference"]),
            _percent(row["relative_difference"]),
        )
        for row in (*diff.months, {"month": "total", **diff.totals})
    ]
    header = ("month", f"{diff.currency} before", f"{diff.currency} after", "difference", "change")
    inventory = diff.forecasts[0].inventory
    return Sheet(f"In money for {inventory.path}", header, tuple(rows), numbers=4, sums=1)


def changes_lines(diff: RatesDiff) -> list[str]:
    """The other reading, and copies of KMS events apart from KMS."""
    if diff.forecasts is None:
        return []
    lines = [diff.other_interpretation_line]
    sides = [CopyCharge.from_totals(forecast.totals, diff.currency) for forecast in diff.forecasts]
    if any(side.high > 0 for side in sides):
        before, after = (side.text for side in sides)
        lines.append(
            f"Apart from KMS, on CloudTrail's bill for copies of KMS events: {diff.currency} "
            f"{before} before, {after} after"
        )
    return lines


def _where(change: RateChange, codes: tuple[str, ...]) -> str:
    """One Region by its code, several by how many of each partition; the tier."""
    if change.what == "free":
        return f"free {change.unit}s a month"
    partitions = [partition_of(code) for code in codes]
    counted = [f"{name}: {partitions.count(name)}" for name in sorted(set(partitions))]
    place = codes[0] if len(codes) == 1 else ", ".join(counted)
    return f"{place} {change.tier}" if change.tier else place


def _figure(change: RateChange, value: float | None) -> str:
    if value is None:
        return "none"
    return count(value) if change.what == "free" else factor(value)


def _percent(change: float | None) -> str:
    if change is None:
        return "-"
    return f"{'+' * (change > 0)}{share(change)}"
