"""Answers as one HTML file: no network, no script; whatever names say stays text."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from markupsafe import Markup, escape

from estimator.report.answers import Answer
from estimator.report.blocks import Block, Command, Details, Lines, Sheet
from pricing.reading.problems import printable

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; display: block; overflow-x: auto; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { padding: .2rem .8rem; border-bottom: 1px solid #8884; text-align: left; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.sum { font-weight: 600; } small { opacity: .75; } pre { overflow-x: auto; }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def answer_html(answer: Answer[Any]) -> str:
    """Return a page with the headline, the blocks, what stands under them, and the notices."""
    blocks = list(answer.blocks())
    title = answer.headline or next(
        (block.title for block in blocks if isinstance(block, Sheet)), "kmscost"
    )
    parts = [Markup("<h1>{}</h1>").format(printable(title))]
    if answer.broken:
        parts.append(Markup("<p><strong>{}</strong></p>").format(printable(answer.broken)))
    parts += map(_block, blocks)
    parts.append(_list(tuple(answer.lines())))
    if answer.notices:
        parts += [Markup("<h2>Notices</h2>"), _list(answer.notices)]
    head = Markup(
        '<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{}">'
        '<meta name="viewport" content="width=device-width"><title>{}</title><style>{}</style>'
    ).format(_POLICY, printable(title), Markup(_STYLE))  # noqa: S704  our own style sheet
    body = Markup("\n").join(parts)
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def _block(block: Block) -> Markup:
    if isinstance(block, Sheet):
        return _table(block)
    if isinstance(block, Details):
        inside = Markup("\n").join(map(_block, block.blocks))
        return Markup("<details><summary>{}</summary>{}</details>").format(
            printable(block.title), inside
        )
    title = Markup("<h2>{}</h2>").format(printable(block.title)) if block.title else Markup("")
    return title + lines_html(block)


def lines_html(block: Lines) -> Markup:
    """Return lines as a list or as paragraphs, without their title; commands as they are typed."""
    parts = []
    for is_command, group in groupby(
        block.with_sources(), key=lambda pair: isinstance(pair[0], Command)
    ):
        if is_command:
            text = "\n".join(printable(line) for line, _ in group)
            parts.append(Markup('<pre tabindex="0">{}</pre>').format(text))
            continue
        items = [
            Markup("{} <small>{}</small>").format(printable(line), printable(source))
            if source
            else escape(printable(line))
            for line, source in group
        ]
        if block.are_paragraphs:
            parts += [Markup("<p>{}</p>").format(item) for item in items]
        else:
            parts.append(_items(items))
    return Markup("\n").join(parts)


def _list(lines: tuple[str, ...]) -> Markup:
    return _items([escape(printable(line)) for line in lines])


def _items(items: list[Markup]) -> Markup:
    rows = Markup("").join(Markup("<li>{}</li>").format(item) for item in items)
    return Markup("<ul>{}</ul>").format(rows) if items else Markup("")


def _table(sheet: Sheet) -> Markup:
    sheet = sheet.align_decimals()
    words = len(sheet.header) - sheet.numbers
    classes = [Markup("") if at < words else Markup(' class="number"') for at in range(999)]
    head = Markup("").join(
        Markup("<th{}>{}</th>").format(kind, printable(name))
        for kind, name in zip(classes, sheet.header, strict=False)
    )
    body = Markup("\n").join(
        Markup("<tr{}>{}</tr>").format(
            Markup(' class="sum"') if position >= len(sheet.rows) - sheet.sums else Markup(""),
            Markup("").join(
                Markup("<td{}>{}</td>").format(kind, printable(cell))
                for kind, cell in zip(classes, row, strict=False)
            ),
        )
        for position, row in enumerate(sheet.rows)
    )
    caption = Markup("<caption>{}</caption>").format(printable(sheet.title))
    rows = Markup("<thead><tr>{}</tr></thead><tbody>{}</tbody>").format(head, body)
    return Markup("<table>{}{}</table>").format(caption, rows if sheet.rows else Markup(""))
