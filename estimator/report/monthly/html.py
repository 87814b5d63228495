"""The report as one HTML file: no network, no script needed, whatever names say stays text."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from estimator.report.blocks import Lines, Sheet
from estimator.report.charts.chart import NARROW, WIDE, Chart
from estimator.report.charts.svg import Styles, inline_svg
from estimator.report.formats.html import lines_html
from estimator.report.formats.json_and_csv import safe_cell
from estimator.report.monthly.document import Block, Cards, Document
from pricing.reading.problems import printable

_FOLDER = Path(__file__).parent / "template"

# what a verdict looks like: a word and a sign, never a colour alone
MARKS = {"on budget": "✓", "at risk": "!", "over budget": "✕", "no budget": "?"}


@dataclass(frozen=True)
class Figure:
    """A chart as SVG, for wide and for narrow windows."""

    name: str
    title: str
    wide: Markup
    narrow: Markup


def write_page(document: Document) -> str:
    """The whole file.

    Its content security policy allows the one style sheet and the one script in it, by their
    digests, and nothing else.
    """
    # charts first: each adds its classes to the one style sheet, whose digest is in the policy
    styles = Styles()
    drawn = {
        block: _figure(block, styles)
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Chart)
    }
    style = f"{_text('style.css')}\n{styles.css}\n"
    script = _text("script.js")
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cell"] = _cell
    environment.filters["shown"] = printable
    environment.filters["align_decimals"] = Sheet.align_decimals
    environment.filters["lines"] = lines_html
    environment.tests["sort"] = _is_kind
    return environment.get_template("page.html").render(
        report=document,
        figures=drawn,
        mark=MARKS[document.status],
        style=Markup(style),  # noqa: S704 (our own file, and classes of our own charts)
        script=Markup(script),  # noqa: S704 (our own file)
        policy=_policy(style, script),
    )


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
    drawn = [
        Markup(  # noqa: S704 (matplotlib and inline_svg escape what names say)
            inline_svg(
                chart.draw(width),
                f"{chart.name}-{word}",
                printable(chart.title),
                printable(chart.description),
                styles,
            )
        )
        for word, width in (("wide", WIDE), ("narrow", NARROW))
    ]
    return Figure(chart.name, chart.title, *drawn)


def _cell(text: str) -> str:
    """A word of others in a table: no formula when it is copied into a spreadsheet."""
    return text if text == "-" else safe_cell(printable(text))


def _is_kind(block: Block, kind: str) -> bool:
    kinds: dict[str, type] = {"cards": Cards, "lines": Lines, "sheet": Sheet, "chart": Chart}
    return isinstance(block, kinds[kind])


def anchor(text: str) -> str:
    """A title as part of an id.

    >>> anchor("By trail, reader and key")
    'by-trail-reader-and-key'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
