"""The report as one HTML file: no network, no script needed, whatever names say stays text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from estimator.report.blocks import EIGHTHS, Command, Lines, Sheet, bar_eighths, is_bar, safe_cell
from estimator.report.charts.chart import MEDIUM, NARROW, WIDE, Chart
from estimator.report.charts.inline import Styles, inline_svg
from estimator.report.formats.html import lines_html, template_environment
from estimator.report.monthly.document import Block, Cards, Document, FirstPage, Section
from estimator.report.monthly.interactive import Tools
from pricing.reading.problems import printable

_FOLDER = Path(__file__).parent / "template"
_SIZES = {"wide": WIDE, "medium": MEDIUM, "narrow": NARROW}
# of a table: a letter, between columns, the least width of a column of numbers, a telephone [px]
_LETTER, _GAP, _NUMBERS, _PHONE = 7.0, 20.0, 72.0, 288.0
_EMPTY = ("", "-")
_LONG = 20  # letters of a cell that may go on in a second line

_PATH = re.compile(r"[\w.\[\]/]{20,}")
# options of the program, days, months and Regions: a line does not end at their hyphens
_WHOLE = re.compile(
    r"(?<![\w/-])(?:--[a-z][a-z-]{1,20}(?: [A-Z]+\b)?|\d{4}-\d\d(?:-\d\d)?|[a-z]{2}(?:-[a-z]+)+-\d)"
    r"(?![\w/-])"
)
# nor between a number and its unit
_UNIT = re.compile(r"(?<=\d) (?=%)|(?<=\b[A-Z]{3}) (?=[+-]?\d)|(?<=\d) (?=(?:USD|CNY)\b)")

# what a verdict looks like: a word and a sign, never a colour alone
MARKS = {"on budget": "✓", "at risk": "!", "over budget": "✕", "no budget": "?"}
# parts that stand open: none, the first page is enough
_OPEN: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A chart at one width, and where on it its points are, as JSON. [0-1]"""

    svg: Markup
    places: str


@dataclass(frozen=True)
class Figure:
    """A chart as SVG for three widths of windows, and what its points say, as JSON."""

    title: str
    pictures: dict[str, Picture]
    points: str


@dataclass(frozen=True)
class LaidOut:
    """A table as the page shows it: `words` columns of text, then numbers.

    A wide one does not fit on a telephone: there each of its rows is a list. `bar` is the place of
    the column of bars, -1 without one.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int
    sums: int
    is_wide: bool
    bar: int


class ColumnNames:
    """Heads of columns as rules of the style sheet: on a telephone they stand before each cell."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, ...], str] = {}

    def of(self, sheet: LaidOut) -> str:
        """The class of a table; tables with the same columns have the same."""
        return self._names.setdefault(sheet.header[1:], f"h{len(self._names)}")

    @property
    def css(self) -> str:
        """The rules of all classes."""
        return "\n".join(
            f'.{name} td:nth-child({at})::before{{content:"{_css_text(text or "relative")}"}}'
            for heads, name in self._names.items()
            for at, text in enumerate(heads, start=2)
        )


def write_page(document: Document, tools: Tools) -> str:
    """The whole file: it lays out, and computes nothing.

    Its content security policy allows the one style sheet and the one script in it, by their
    digests, and nothing else.
    """
    # charts first: each adds its classes to the one style sheet, whose digest is in the policy
    styles = Styles()
    blocks = [block for section in document.sections for block in section.blocks]
    drawn = {block: _figure(block, styles) for block in blocks if isinstance(block, Chart)}
    sheets = {block: lay_out(block) for block in blocks if isinstance(block, Sheet)}
    columns = ColumnNames()
    classes = {block: columns.of(sheet) for block, sheet in sheets.items() if sheet.is_wide}
    style = f"{tools.style}\n{_text('style.css')}\n{styles.css}\n"
    style = style.replace("/* heads of columns */", columns.css)
    script = f"{tools.script}\n{_text('script.js')}"
    environment = template_environment(_FOLDER)
    environment.filters["cell"] = _cell
    environment.filters["eighths"] = bar_eighths
    environment.filters["sentence"] = _line
    environment.filters["shown"] = printable
    environment.filters["lines"] = partial(lines_html, text=_line)
    environment.tests["sort"] = _is_kind
    first = document.first
    return environment.get_template("page.html").render(
        report=document,
        # the word of the verdict stands above it
        verdict=document.verdict.removeprefix(f"{document.status.capitalize()}: "),
        sections=[section for section in document.sections if _has_more(section, first)],
        sheets=sheets,
        classes=classes,
        first=first,
        figures=drawn,
        mark=MARKS[document.status],
        open=_OPEN,
        longest=EIGHTHS,
        long=_LONG,
        tools=tools.markup,
        data=_hide(tools.data),
        style=Markup(style),  # noqa: S704 (our own file, and classes of our own charts)
        script=Markup(script),  # noqa: S704 (our own file)
        policy=_policy(style, script),
    )


def _has_more(section: Section, first: FirstPage) -> bool:
    """Tell whether a section has anything that does not stand on the first page."""
    return any(
        set(block.cards) - set(first.cards) if isinstance(block, Cards) else block != first.chart
        for block in section.blocks
    )


def lay_out(sheet: Sheet) -> LaidOut:
    """Align the decimals of a table, and leave out what says nothing.

    That is a column in which nothing stands, and a sum of a single row.
    """
    sheet = sheet.align_decimals()
    if sheet.sums == 1 and len(sheet.rows) == 2 and len(set(_numbers(sheet))) == 1:
        sheet = replace(sheet, rows=sheet.rows[:1], sums=0)
    shown = [
        at
        for at in range(len(sheet.header))
        if not at or any(row[at] not in _EMPTY for row in sheet.rows)
    ]
    rows = tuple(tuple(row[at] for at in shown) for row in sheet.rows)
    words = len([at for at in shown if at < len(sheet.header) - sheet.numbers])
    header = tuple(sheet.header[at] for at in shown)
    places = range(1, len(header)) if rows else ()
    bar = next((at for at in places if all(is_bar(row[at]) for row in rows)), -1)
    width = 0.0
    for at, name in enumerate(header):
        # a head breaks between words, a cell where it is long
        longest = max(len(word) for word in [*name.split(), ""])
        letters = max([longest, *(min(len(row[at]), _LONG) for row in rows)])
        width += max(letters * _LETTER, _NUMBERS if at >= words else 0) + _GAP
    return LaidOut(sheet.title, header, rows, words, sheet.sums, width > _PHONE, bar)


def _numbers(sheet: Sheet) -> Iterator[tuple[str, ...]]:
    return (row[len(sheet.header) - sheet.numbers :] for row in sheet.rows)


def _hide(data: dict[str, Any]) -> dict[str, Markup]:
    """What the script works on, as elements that no browser runs."""
    texts = {
        name.replace("_", "-"): json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        for name, value in data.items()
        if name != "csv" and value is not None
    }
    # only "<" can end or open anything in a script element; the script reads both forms back
    hidden = {name: text.replace("<", "\\u003c") for name, text in texts.items()}
    hidden["csv"] = data["csv"].replace("&", "&amp;").replace("<", "&lt;")
    return {name: Markup(text) for name, text in hidden.items()}  # noqa: S704 (no "<" is left)


def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Nothing but these two."""
    allowed = "; ".join(
        f"{what}-src 'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for what, text in (("style", style), ("script", script))
    )
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _figure(chart: Chart, styles: Styles) -> Figure:
    pictures = {}
    for word, width in _SIZES.items():
        figure = chart.draw(width)
        svg = inline_svg(
            figure,
            f"{chart.name}-{word}",
            printable(chart.title),
            printable(chart.description),
            styles,
        )
        places = ""
        if chart.points:
            axes = figure.axes[0]
            box, (low, high) = axes.get_position(), axes.get_xlim()
            found = [
                round(box.x0 + box.width * (at - low) / (high - low), 4)
                for at in range(len(chart.points))
            ]
            places = json.dumps(found, separators=(",", ":"))
        pictures[word] = Picture(Markup(svg), places)  # noqa: S704 (inline_svg escapes texts)
    points = json.dumps(chart.points, ensure_ascii=False) if chart.points else ""
    return Figure(chart.title, pictures, points)


def _cell(text: str) -> Markup:
    """A word of others in a table: no formula when it is copied into a spreadsheet."""
    shown = text if text == "-" else safe_cell(printable(text))
    return _line(shown, r"[._/](?=\w)") if len(text) > _LONG else escape(shown)


def _line(text: str, ends: str = r"[./](?=\w)") -> Markup:
    """A text whose lines end where it can be read on: neither in a number nor in a name.

    Long paths, of files and of the inventory, are broken behind `ends`. The letters of a command
    stay what they are: somebody copies it.
    """
    shown = printable(text)
    if not isinstance(text, Command):
        shown = _UNIT.sub("\N{NO-BREAK SPACE}", shown)
    escaped = _PATH.sub(lambda found: re.sub(ends, r"\g<0><wbr>", found[0]), str(escape(shown)))
    # of plain text: what is Markup escapes the tags that are put in
    return Markup(_WHOLE.sub(r"<span>\g<0></span>", escaped))  # noqa: S704 (escaped)


def _css_text(text: str) -> str:
    r"""A text as a string of a style sheet, which it can neither end nor leave.

    >>> print(_css_text('over "a</style>'))
    over \22 a\3c /style>
    """
    return re.sub(r'[\\"<]', lambda found: f"\\{ord(found[0]):x} ", printable(text))


def _is_kind(block: Block, kind: str) -> bool:
    kinds: dict[str, type] = {"cards": Cards, "lines": Lines, "sheet": Sheet, "chart": Chart}
    return isinstance(block, kinds[kind])
