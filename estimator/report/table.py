"""Tables for a terminal: 80 columns, numbers to the right, readable without colour."""

from __future__ import annotations

import dataclasses
import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from estimator.explain import Explanation
from estimator.figures import count, factor, money
from estimator.forecast import Forecast
from estimator.report.sections import detail_sheet
from estimator.report.sheet import Sheet, lines, months_sheet
from pricing.errors import printable
from pricing.regions import partition_of

WIDTH = 80
_NO_BREAK = "\N{NO-BREAK SPACE}"


def forecast_table(told: Forecast, width: int = WIDTH) -> RenderableType:
    """A forecast month by month, then by what was asked for, then what to know of it."""
    parts: list[RenderableType] = [*titled(months_sheet(told), width)]
    by = detail_sheet(told)
    if by is not None:
        parts += ["", *titled(by, width)]
    return Group(*parts, "", *wrapped(lines(told), width))


def wrapped(said: Any, width: int) -> Iterator[RenderableType]:
    """Lines of what is said, no wider than asked for."""
    for line in map(printable, said):
        for part in textwrap.wrap(
            _joined(line),
            width,
            subsequent_indent="  ",
            break_on_hyphens=False,
            break_long_words=False,
        ):
            yield Text(part.replace(_NO_BREAK, " "), overflow="fold")


def _joined(line: str) -> str:
    """A percentage and its sign stay on one line."""
    return re.sub(r"(?<=\d) %", f"{_NO_BREAK}%", line)


def sheets_table(
    sheets: Iterable[Sheet], said: Iterable[str], width: int = WIDTH
) -> RenderableType:
    """Sheets one below the other, then what is said of them."""
    tables = (part for sheet in sheets for part in (*titled(sheet, width), ""))
    return Group(*tables, *wrapped(said, width))


def titled(sheet: Sheet, width: int) -> list[RenderableType]:
    """A table under its title, which may be wider than the table."""
    title = textwrap.wrap(sheet.title, width)
    return [*(Text(line, style="bold") for line in title), _table(_fitting(sheet, width))]


def _fitting(sheet: Sheet, width: int) -> Sheet:
    """The sheet with all its words in one column where they would not stand side by side."""
    words = len(sheet.header) - sheet.numbers
    if words < 2 or breadth(sheet) <= width:
        return sheet
    header, *rows = (
        (" ".join(filter(None, cells[:words])), *cells[words:])
        for cells in (sheet.header, *sheet.rows)
    )
    return dataclasses.replace(sheet, header=header, rows=tuple(rows))


def breadth(sheet: Sheet) -> int:
    """Columns of the terminal that a sheet takes."""
    columns = list(zip(sheet.header, *sheet.rows, strict=True))
    blanks = 2 * (len(columns) - 1)  # two between columns
    return sum(max(map(len, column)) for column in columns) + blanks


def _table(sheet: Sheet) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD,
        safe_box=True,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        header_style="bold",
        show_edge=False,
    )
    words = len(sheet.header) - sheet.numbers
    for position, name in enumerate(sheet.header):
        number = position >= words
        table.add_column(
            Text(name),
            justify="right" if number else "left",
            no_wrap=number,
            overflow="fold",
            vertical="bottom",
        )
    for position, row in enumerate(sheet.rows):
        last = position >= len(sheet.rows) - sheet.sums
        if last and position:
            table.add_section()
        table.add_row(*(Text(printable(cell)) for cell in row), style="bold" if last else None)
    return table


def explain_text(walk: Explanation, width: int = WIDTH) -> RenderableType:
    """The walk from assumption to dollar, a section each, sources in the dim."""
    parts: list[RenderableType] = [Text(walk.title, style="bold")]
    section = ""
    for step in walk.steps:
        if step.section != section:
            section = step.section
            parts += ["", Text(section, style="bold")]
        shown = money(step.result) if step.unit == walk.currency else count(step.result)
        equals = f"{step.formula} = " if step.formula else ""
        said = f"{step.what}: {equals}{shown} {step.unit}"
        parts += _indented(said, width, "")
        if step.source:
            parts += _indented(f"source: {step.source}", width, "dim", "    ")
    return Group(*parts, "", *wrapped([walk.other_reading], width))


def _indented(said: str, width: int, style: str, indent: str = "  ") -> list[RenderableType]:
    wrapped = textwrap.wrap(
        said,
        width,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_on_hyphens=False,
        break_long_words=False,
    )
    return [Text(part, style=style, overflow="fold") for part in wrapped]


def rates_sheet(rows: list[dict[str, Any]]) -> Sheet:
    """The rates in force, one row per meter and group of Regions."""
    cells = [(row["meter"], _regions(row["regions"]), row["from"], _tiers(row)) for row in rows]
    return Sheet("Rates in force", ("meter", "Regions", "from", "rate"), tuple(cells), numbers=1)


def _regions(regions: list[str]) -> str:
    if len(regions) == 1:
        return regions[0]
    partitions = sorted({partition_of(region) for region in regions})
    return f"{', '.join(partitions)}: {len(regions)}"


def _tiers(row: dict[str, Any]) -> str:
    tiers = [
        factor(tier["rate"]) + (f" to {count(tier['up_to'])}" if tier["up_to"] is not None else "")
        for tier in row["tiers"]
    ]
    per = "" if row["per"] == 1 else f"{count(row['per'])} "
    return (
        f"{row['currency']} {', then '.join(tiers)} / {per}{row['unit']}{'s' * (row['per'] != 1)}"
    )


def rates_notes(rows: list[dict[str, Any]]) -> list[str]:
    """What is free, what is not confirmed, and who said so."""
    free = {row["meter"]: row["free"] for row in rows if row["free"]}
    said = [
        f"{meter}: the first {count(quantity)} a month are free, one pool for each payer and "
        "partition"
        for meter, quantity in free.items()
    ]
    sources: dict[str, list[str]] = {}
    for row in rows:
        source, doubt = row["source"], "" if row["confirmed"] else " (not confirmed)"
        text = f"{source['title']}, {source['url']}, checked {source['checked']}{doubt}"
        meters = sources.setdefault(text, [])
        if row["meter"] not in meters:
            meters.append(row["meter"])
    said += [f"{', '.join(meters)}: {text}" for text, meters in sources.items()]
    free_of: dict[str, list[str]] = {}
    for row in rows:
        for one in row["free_quantities"]:
            source, doubt = one["source"], "" if one["confirmed"] else " (not confirmed)"
            text = f"{source['title']}, {source['url']}, checked {source['checked']}{doubt}"
            partitions = free_of.setdefault(text, [])
            if one["partition"] not in partitions:
                partitions.append(one["partition"])
    return said + [f"free in {', '.join(names)}: {text}" for text, names in free_of.items()]


def rates_table(rows: list[dict[str, Any]], notes: list[str], width: int = WIDTH) -> RenderableType:
    """The rates in force and why."""
    return Group(
        *titled(rates_sheet(rows), width), "", *wrapped([*rates_notes(rows), *notes], width)
    )
