"""Markdown: for pull requests, wikis and mail."""

from __future__ import annotations

import re
from collections.abc import Iterable

from estimator.explanation import Explanation
from estimator.forecasting import Forecast
from estimator.report.sections import detail_sheet
from estimator.report.sheet import Sheet, lines, months_sheet
from pricing.reading.problems import printable


def forecast_markdown(told: Forecast) -> str:
    """A forecast with everything that the table shows, and its notices."""
    parts = [table_markdown(months_sheet(told))]
    by = detail_sheet(told)
    if by is not None:
        parts.append(table_markdown(by))
    parts.append("\n".join(f"- {escape(line)}" for line in lines(told)))
    if told.notices:
        parts.append("Notices:\n\n" + "\n".join(f"- {escape(line)}" for line in told.notices))
    return "\n\n".join(parts) + "\n"


def sheets_markdown(
    sheets: Iterable[Sheet], said: Iterable[str], notices: Iterable[str] = ()
) -> str:
    """Sheets one below the other, what is said of them, and notices."""
    parts = [table_markdown(one) if one.rows else f"**{escape(one.title)}**" for one in sheets]
    listed = ["\n".join(f"- {escape(line)}" for line in some) for some in (said, notices)]
    parts += [listed[0]] if listed[0] else []
    parts += [f"Notices:\n\n{listed[1]}"] if listed[1] else []
    return "\n\n".join(parts) + "\n"


def table_markdown(sheet: Sheet) -> str:
    """A sheet as a pipe table under its title."""
    words = len(sheet.header) - sheet.numbers
    rule = [":---" if position < words else "---:" for position in range(len(sheet.header))]
    body = [" | ".join(escape(cell) for cell in row) for row in sheet.rows]
    header = " | ".join(escape(name) for name in sheet.header)
    table = "\n".join(f"| {row} |" for row in (header, " | ".join(rule), *body))
    return f"**{escape(sheet.title)}**\n\n{table}"


def explain_markdown(walk: Explanation) -> str:
    """The walk as a list under headings."""
    parts, section = [f"**{escape(walk.title)}**"], ""
    for step in walk.steps:
        if step.section != section:
            section = step.section
            parts.append(f"\n**{escape(section)}**\n")
        source = f" ({step.source})" if step.source else ""
        parts.append(f"- {escape(walk.line(step) + source)}")
    return "\n".join([*parts, "", escape(walk.other_interpretation)]) + "\n"


def escape(text: str) -> str:
    r"""Text that Markdown shows as it is.

    >>> escape("a|b *c* <d>")
    'a\\|b \\*c\\* \\<d\\>'
    """
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", printable(text))
