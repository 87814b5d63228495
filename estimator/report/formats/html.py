"""Answers as HTML: no network, no script; whatever names say stays text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from estimator.report.answers import AccountNames, Answer
from estimator.report.blocks import MOST_ROWS, Block, Command, Details, Lines, Sheet
from pricing.reading.problems import printable

if TYPE_CHECKING:
    from jinja2 import Environment

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
# a notebook's own style sets all cells of tables to the right; the class twice wins over it
_IN_NOTEBOOK = """
.kmscost.kmscost table { border-collapse: collapse; margin: .25rem 0 1rem; table-layout: auto; }
.kmscost.kmscost tr > :is(th, td) { text-align: left; vertical-align: top; white-space: nowrap;
  padding: .15rem .6rem; max-width: none; }
.kmscost.kmscost tr > .number { text-align: right; font-variant-numeric: tabular-nums; }
.kmscost.kmscost tr > .long { white-space: normal; min-width: 16rem; max-width: 32rem; }
.kmscost.kmscost tr.sum > td { font-weight: 600; } .kmscost.kmscost small { opacity: .75; }
.kmscost.kmscost ul { margin: .25rem 0 .75rem; padding-left: 1.25rem; }
.kmscost.kmscost p { margin: .25rem 0; } .kmscost.kmscost summary { cursor: pointer; }
.kmscost.kmscost pre { font-family: monospace; margin: .25rem 0 .75rem; overflow-x: auto; }
"""
_LONG = 40  # letters of a cell that may be broken over several lines
_FEW_NOTICES = 4  # more of them are folded


@dataclass(frozen=True)
class _Place:
    """Where an answer is shown: the tag of titles, the rows of a table before it folds, names."""

    title: str
    most: int | None = None
    names: AccountNames = field(default_factory=AccountNames)


_PAGE = _Place("h2")
# titles that are headings would stand in the notebook's own table of contents
_NOTEBOOK = _Place("p", MOST_ROWS + 2)


def answer_html(answer: Answer[Any]) -> str:
    """Return a page with the headline, the blocks, what stands under them, and the notices."""
    blocks = list(answer.blocks())
    title = answer.headline or next(
        (block.title for block in blocks if isinstance(block, Sheet)), "kmscost"
    )
    parts = [Markup("<h1>{}</h1>").format(printable(title)), *_body(answer, blocks, _PAGE)]
    if answer.notices:
        parts += [Markup("<h2>Notices</h2>"), _list(answer.notices)]
    head = Markup(
        '<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{}">'
        '<meta name="viewport" content="width=device-width"><title>{}</title><style>{}</style>'
    ).format(_POLICY, printable(title), Markup(_STYLE))  # noqa: S704  our own style sheet
    body = Markup("\n").join(parts)
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def answer_fragment(answer: Answer[Any], names: AccountNames) -> str:
    """Return what a notebook shows below a cell: the same parts; what is long is folded.

    Parameters
    ----------
    answer : Answer
    names : AccountNames
        Set beside the ids of accounts in tables, for which a terminal has no room.
    """
    place = replace(_NOTEBOOK, names=names)
    parts = [_title(answer.headline, place), *_body(answer, answer.blocks(), place)]
    notices = _list(answer.notices)
    if len(answer.notices) > _FEW_NOTICES:
        notices = _fold(f"{len(answer.notices)} notices", notices)
    elif answer.notices:
        notices = _title("Notices", _NOTEBOOK) + notices
    body = Markup("\n").join(part for part in (*parts, notices) if part)
    return f'<div class="kmscost"><style>{_IN_NOTEBOOK}</style>\n{body}\n</div>'


def _body(answer: Answer[Any], blocks: Iterable[Block], place: _Place) -> Iterator[Markup]:
    """The limit that is broken, the blocks, and what stands under them."""
    if answer.broken:
        yield Markup("<p><strong>{}</strong></p>").format(printable(answer.broken))
    yield from (_block(block, place) for block in blocks)
    yield _list(tuple(answer.lines()))


def _block(block: Block, place: _Place) -> Markup:
    if isinstance(block, Sheet):
        return _table(block, place)
    if isinstance(block, Details):
        inside = Markup("\n").join(_block(part, place) for part in block.blocks)
        return _fold(block.title, inside)
    return _title(block.title, place) + lines_html(block)


def _title(text: str, place: _Place) -> Markup:
    if not text:
        return Markup("")
    if place.title == "p":
        return Markup("<p><strong>{}</strong></p>").format(printable(text))
    return Markup("<h2>{}</h2>").format(printable(text))


def _fold(title: str, inside: Markup) -> Markup:
    return Markup("<details><summary>{}</summary>{}</details>").format(printable(title), inside)


def _escaped(text: str) -> Markup:
    return escape(printable(text))


def template_environment(folder: Path) -> Environment:
    """Return Jinja for the templates of a folder: every text escaped, unknown names refused."""
    # answers need none, and would else wait for it
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def lines_html(block: Lines, text: Callable[[str], Markup] = _escaped) -> Markup:
    """Return lines as a list or as paragraphs, without their title; commands as they are typed.

    Parameters
    ----------
    block : Lines
    text : callable
        Writes a line, an `Alert` or a `Command` too.
    """
    parts = []
    for is_command, group in groupby(
        block.with_sources(), key=lambda pair: isinstance(pair[0], Command)
    ):
        if is_command:
            typed = Markup("\n").join(text(line) for line, _ in group)
            parts.append(Markup('<pre tabindex="0">{}</pre>').format(typed))
            continue
        items = [
            text(line) + (Markup(" <small>{}</small>").format(text(source)) if source else "")
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


def _table(sheet: Sheet, place: _Place) -> Markup:
    sheet = sheet.align_decimals()
    body = len(sheet.rows) - sheet.sums
    if place.most is None or body <= place.most:
        return _whole_table(sheet, place)
    shown, rest = sheet.rows[: place.most], sheet.rows[place.most : body]
    more = f"and {len(rest):,} more"
    blank = ("",) * (len(sheet.header) - 1)
    first = replace(sheet, rows=(*shown, (more, *blank), *sheet.rows[body:]))
    # the same columns again: whoever opens it does not look up what they are
    rest_table = _whole_table(replace(sheet, title="", rows=rest, sums=0), place)
    return _whole_table(first, place) + _fold(more, rest_table)


def _whole_table(sheet: Sheet, place: _Place) -> Markup:
    words = len(sheet.header) - sheet.numbers
    head = Markup("").join(
        _cell("th", name, at >= words) for at, name in enumerate(full_names(sheet))
    )
    body = Markup("\n").join(
        Markup("<tr{}>{}</tr>").format(
            Markup(' class="sum"') if position >= len(sheet.rows) - sheet.sums else Markup(""),
            Markup("").join(
                _cell("td", place.names.label(cell), at >= words) for at, cell in enumerate(row)
            ),
        )
        for position, row in enumerate(sheet.rows)
    )
    rows = Markup("<thead><tr>{}</tr></thead><tbody>{}</tbody>").format(head, body)
    if place.title == "p":
        # a caption is as narrow as its table
        table = Markup("<table>{}</table>").format(rows) if sheet.rows else Markup("")
        return _title(sheet.title, place) + table
    caption = Markup("<caption>{}</caption>").format(printable(sheet.title))
    return Markup("<table>{}{}</table>").format(caption, rows if sheet.rows else Markup(""))


def _cell(tag: str, text: str, is_number: bool) -> Markup:
    kind = "number" if is_number else "long" if len(text) > _LONG else ""
    name = Markup(' class="{}"').format(kind) if kind else Markup("")
    tag = Markup(tag)  # noqa: S704 (our own)
    return Markup("<{}{}>{}</{}>").format(tag, name, printable(text), tag)


def full_names(sheet: Sheet) -> tuple[str, ...]:
    """The header; a name that stands twice, or is missing, with the name of its group.

    >>> groups = (("requests", 2), ("USD", 3))
    >>> header = ("month", "requests", "difference", "USD", "difference", "")
    >>> full_names(Sheet("", header, (), 5, groups=groups))[2:]
    ('requests difference', 'USD', 'USD difference', 'USD relative')
    """
    header = list(sheet.header)
    at = len(header) - sheet.numbers
    for name, size in sheet.groups:
        for place in range(at, at + size):
            own = sheet.header[place]
            if (name not in own and sheet.header.count(own) > 1) or not own:
                header[place] = f"{name} {own or 'relative'}"
        at += size
    return tuple(header)
