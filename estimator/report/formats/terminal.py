"""Tables and lines for a terminal, a pipe or a file; readable without colour.

Every table of every command is written by `table_lines`. A width of None is no limit: tables are as
wide as they need, lines of words as wide as a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from estimator.report.answers import Answer
from estimator.report.blocks import Alert, Block, Command, Details, Lines, Sheet
from estimator.report.formats.layout import in_parts, lines
from pricing.reading.problems import printable
from pricing.reading.words import fold

PAGE = 80  # columns of words where nothing says how many there are
_LONGEST = 110  # a longer line of words is hard to read
_MORE = "Why, and month by month: --details"


def answer_table(
    answer: Answer[Any], width: int | None = None, details: bool = True
) -> RenderableType:
    """Return the headline, the blocks one below the other, and what stands under them."""
    parts: list[RenderableType] = []
    if answer.headline:
        parts += [*_wrap([answer.headline], width, style="bold"), ""]
    folded = False
    for block in answer.blocks():
        if isinstance(block, Details) and not details:
            folded = True
            continue
        parts += [*_block(block, width), ""]
    parts += _wrap(answer.lines(), width)
    if folded:
        parts += _wrap([_MORE], width)
    while parts and parts[-1] == "":
        parts.pop()
    return Group(*parts)


def _block(block: Block, width: int | None) -> Iterator[RenderableType]:
    if isinstance(block, Sheet):
        yield from table_lines(block, width)
    elif isinstance(block, Lines):
        yield from _titled_lines(block, width)
    else:
        for position, inner in enumerate(block.blocks):
            yield from [""] * (position > 0)
            yield from _block(inner, width)


def table_lines(sheet: Sheet, width: int | None) -> list[RenderableType]:
    """Return a table under its title; several tables where it is too wide for one."""
    parts: list[RenderableType] = [
        Text(line, style="bold") for line in fold(printable(sheet.title), _page(width))
    ]
    if not sheet.rows:
        return parts
    for number, part in enumerate(in_parts(sheet.align_decimals(), width)):
        parts += [""] * (number > 0)
        parts += [Text(line.text, style="bold" if line.strong else "") for line in lines(part)]
    return parts


def _titled_lines(block: Lines, width: int | None) -> Iterator[RenderableType]:
    """Yield the title and the lines below it, each with its source; a command as it is typed."""
    indent = "  " if block.title else ""
    if block.title:
        yield from _wrap([block.title], width, style="bold")
    for line, source in block.with_sources():
        if isinstance(line, Command):
            # neither folded nor shortened: it is copied into a shell
            yield Text(f"{indent}  {printable(line)}")
        else:
            yield from _wrap([line], width, indent)
        if source:
            yield from _wrap([f"source: {source}"], width, f"{indent}  ", style="dim")


def _wrap(
    texts: Iterable[str], width: int | None, indent: str = "", style: str = ""
) -> Iterator[RenderableType]:
    for text in texts:
        emphasis = "red" if isinstance(text, Alert) else style
        for line in fold(printable(text), _page(width), indent, f"{indent}  "):
            yield Text(line, style=emphasis)


def _page(width: int | None) -> int:
    return PAGE if width is None else min(width, _LONGEST)
