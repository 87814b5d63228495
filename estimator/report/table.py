"""Results as tables and lines for a terminal, a pipe or a file; readable without colour.

Every table of every command is written by `titled`. A width of None is no limit: tables are as wide
as they need, lines of words as wide as a page.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from estimator.explanation import Explanation
from estimator.figures import count, factor
from estimator.forecasting import Forecast
from estimator.report.layout import in_parts
from estimator.report.layout import lines as lines_of
from estimator.report.sections import detail_sheet
from estimator.report.sheet import Sheet, lines, months_sheet
from pricing.reading.problems import printable
from pricing.regions import partition_of

PAGE = 80  # columns of words where nothing says how many there are
_LONGEST = 110  # a longer line of words is hard to read
_NO_BREAK = "\N{NO-BREAK SPACE}"


def forecast_table(told: Forecast, width: int | None = None) -> RenderableType:
    """A forecast month by month, then by what was asked for, then what to know of it."""
    parts: list[RenderableType] = [*titled(months_sheet(told), width)]
    by = detail_sheet(told)
    if by is not None:
        parts += ["", *titled(by, width)]
    return Group(*parts, "", *wrapped(lines(told), width))


def wrapped(said: Any, width: int | None) -> Iterator[RenderableType]:
    """Lines of what is said, no wider than asked for."""
    width = _page(width)
    for line in map(printable, said):
        for part in textwrap.wrap(
            _joined(line),
            width,
            subsequent_indent="  ",
            break_on_hyphens=False,
            break_long_words=False,
        ):
            yield Text(part.replace(_NO_BREAK, " "))


def _page(width: int | None) -> int:
    return PAGE if width is None else min(width, _LONGEST)


def _joined(line: str) -> str:
    """A percentage and its sign stay on one line."""
    return re.sub(r"(?<=\d) %", f"{_NO_BREAK}%", line)


def sheets_table(
    sheets: Iterable[Sheet], said: Iterable[str], width: int | None = None
) -> RenderableType:
    """Sheets one below the other, then what is said of them."""
    tables = (part for sheet in sheets for part in (*titled(sheet, width), ""))
    return Group(*tables, *wrapped(said, width))


def titled(sheet: Sheet, width: int | None) -> list[RenderableType]:
    """A table under its title, which may be wider than the table; several where it is too wide."""
    said: list[RenderableType] = [
        Text(line, style="bold") for line in textwrap.wrap(printable(sheet.title), _page(width))
    ]
    for number, part in enumerate(in_parts(sheet, width)):
        said += [""] * (number > 0)
        said += [Text(one.text, style="bold" if one.strong else "") for one in lines_of(part)]
    return said


def explain_text(walk: Explanation, width: int | None = None) -> RenderableType:
    """The walk from assumption to dollar, a section each, sources in the dim."""
    parts: list[RenderableType] = [Text(walk.title, style="bold")]
    section = ""
    for step in walk.steps:
        if step.section != section:
            section = step.section
            parts += ["", Text(section, style="bold")]
        parts += _indented(walk.line(step), width, "")
        if step.source:
            parts += _indented(f"source: {step.source}", width, "dim", "    ")
    return Group(*parts, "", *wrapped([walk.other_interpretation], width))


def _indented(said: str, width: int | None, style: str, indent: str = "  ") -> list[RenderableType]:
    wrapped = textwrap.wrap(
        said,
        _page(width),
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_on_hyphens=False,
        break_long_words=False,
    )
    return [Text(part, style=style) for part in wrapped]


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


def rates_table(
    rows: list[dict[str, Any]], notes: list[str], width: int | None = None
) -> RenderableType:
    """The rates in force and why."""
    return Group(
        *titled(rates_sheet(rows), width), "", *wrapped([*rates_notes(rows), *notes], width)
    )
