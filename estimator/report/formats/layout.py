"""Sheets laid out as lines of text: no label and no number is ever folded or cut.

What is too wide becomes several tables one below the other, each of which repeats the labels.
Names that leave no room for a number are shortened in the middle, as long as they still differ.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from estimator.report.blocks import Sheet
from pricing.reading.problems import printable

_GAP = 2  # blanks between two columns
_ROOM = 24  # letters that a name keeps while its numbers still stand in one table
_LEAST = 15  # never fewer: an account id, a Region, a month and an operation stay whole
_LEFT_OUT = "\N{HORIZONTAL ELLIPSIS}"
_RULE = "\N{BOX DRAWINGS LIGHT HORIZONTAL}"

Rows = tuple[tuple[str, ...], ...]


@dataclasses.dataclass(frozen=True)
class Line:
    """A line of a table; the header and sums stand out."""

    text: str
    strong: bool = False


def breadth(sheet: Sheet) -> int:
    """Columns of the terminal that a sheet takes."""
    return _breadth(_widths(sheet))


def in_parts(sheet: Sheet, width: int | None) -> list[Sheet]:
    """The sheet as one or several, none wider than `width` if its cells allow; None is no limit.

    >>> sheet = Sheet("", ("month", "requests", "USD"), (("2026-11", "1,000", "1.25"),), numbers=2)
    >>> [part.header for part in in_parts(sheet, 18)]
    [('month', 'requests'), ('month', 'USD')]
    """
    sheet = dataclasses.replace(
        sheet,
        header=tuple(map(printable, sheet.header)),
        rows=tuple(tuple(map(printable, row)) for row in sheet.rows),
    )
    if width is None or breadth(sheet) <= width:
        return [sheet]
    words = len(sheet.header) - sheet.numbers
    numbers = _widths(sheet)[words:]
    if words and numbers:
        short = _with_short_names(sheet, width - sum(numbers) - _GAP * len(numbers), _ROOM)
        if short is not None:
            return [short]
        for least in (_ROOM, _LEAST):
            labels = _breadth([min(size, least) for size in _widths(sheet)[:words]])
            parts = _split(sheet, words, width - labels)
            if labels + max(_breadth([0, *_widths(part)[words:]]) for part in parts) <= width:
                found = [_with_short_names(part, *_room(part, width)) for part in parts]
                if all(part is not None for part in found):
                    return [part for part in found if part is not None]
    numbered = _split(_number_rows(sheet), 1, width - _breadth(_widths(_number_rows(sheet))[:1]))
    return [_with_short_names(part, *_room(part, width)) or part for part in numbered]


def lines(sheet: Sheet) -> Iterator[Line]:
    """The header, a rule, and the rows; each sum below a blank line."""
    widths = _widths(sheet)
    words = len(sheet.header) - sheet.numbers
    yield Line(_line(sheet.header, widths, words), strong=True)
    yield Line(_RULE * _breadth(widths))
    for position, row in enumerate(sheet.rows):
        is_sum = position >= len(sheet.rows) - sheet.sums
        if is_sum and position:
            yield Line("")
        yield Line(_line(row, widths, words), strong=is_sum)


def shorten_name(name: str, size: int) -> str:
    """A name in at most `size` columns, its middle left out.

    >>> shorten_name("organization-trail-of-security", 15), shorten_name("prod", 15)
    ('organiz…ecurity', 'prod')
    """
    if cell_len(name) <= size:
        return name
    head, tail = size // 2, size - 1 - size // 2
    # a letter may take two columns of the terminal
    start, end = name[:head], name[len(name) - tail :] if tail > 0 else ""
    while cell_len(start) > head:
        start = start[:-1]
    while cell_len(end) > tail:
        end = end[1:]
    return f"{start}{_LEFT_OUT}{end}"


def _widths(sheet: Sheet) -> list[int]:
    columns = zip(sheet.header, *sheet.rows, strict=True)
    return [max(cell_len(cell) for cell in column) for column in columns]


def _breadth(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * max(len(widths) - 1, 0)


def _line(cells: Sequence[str], widths: Sequence[int], words: int) -> str:
    """Words to the left, numbers to the right."""
    padded = []
    for position, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        blank = " " * (width - cell_len(cell))
        padded.append(f"{cell}{blank}" if position < words else f"{blank}{cell}")
    return (" " * _GAP).join(padded).rstrip()


def _room(part: Sheet, width: int) -> tuple[int, int]:
    """Return what the numbers of a part leave for its labels, and the fewest letters of a name."""
    numbers = _widths(part)[len(part.header) - part.numbers :]
    return width - sum(numbers) - _GAP * len(numbers), _LEAST


def _with_short_names(sheet: Sheet, room: int, least: int) -> Sheet | None:
    """The sheet with its labels in `room` columns; None where that would cut or confuse them."""
    words = len(sheet.header) - sheet.numbers
    widths = _widths(sheet)[:words]
    if _breadth(widths) <= room:
        return sheet
    most = next(
        (
            size
            for size in range(max(widths), least - 1, -1)
            if _breadth([min(width, size) for width in widths]) <= room
        ),
        None,
    )
    if most is None:
        return None

    def short(cells: tuple[str, ...]) -> tuple[str, ...]:
        return (*(shorten_name(cell, most) for cell in cells[:words]), *cells[words:])

    rows = tuple(map(short, sheet.rows))
    if any(_kinds(sheet.rows, column) > _kinds(rows, column) for column in range(words)):
        return None
    return dataclasses.replace(sheet, header=short(sheet.header), rows=rows)


def _kinds(rows: Rows, column: int) -> int:
    return len({row[column] for row in rows})


def _split(sheet: Sheet, labels: int, room: int) -> list[Sheet]:
    """Parts of the columns behind the labels, each part in `room` columns where its cells allow."""
    spans: list[list[int]] = []
    free = 0
    for group in _groups(sheet, labels):
        sizes = [_GAP + size for size in _widths(_part(sheet, labels, group))[labels:]]
        if spans and sum(sizes) <= free:
            spans[-1] += group
            free -= sum(sizes)
            continue
        # a group of its own, or one that has to be divided itself
        free = 0
        for position in group:
            (size,) = (_GAP + width for width in _widths(_part(sheet, labels, [position]))[labels:])
            if position == group[0] or size > free:
                spans.append([])
                free = room
            spans[-1].append(position)
            free -= size
    return [_part(sheet, labels, span) for span in spans]


def _groups(sheet: Sheet, labels: int) -> list[list[int]]:
    """The columns behind the labels that stay together, if there is room for them."""
    words = len(sheet.header) - sheet.numbers
    groups = [[position] for position in range(labels, words)]
    first = words
    for _, size in sheet.groups:
        groups.append(list(range(first, first + size)))
        first += size
    return groups + [[position] for position in range(first, len(sheet.header))]


def _part(sheet: Sheet, labels: int, span: Sequence[int]) -> Sheet:
    """The labels and some of the columns behind them."""
    words = len(sheet.header) - sheet.numbers
    header, *rows = (
        (*cells[:labels], *(cells[position] for position in span))
        for cells in (sheet.header, *sheet.rows)
    )
    first = words
    for name, size in sheet.groups:
        if first < span[0] < first + size and name not in header[labels]:
            # "95 %" alone does not say of what
            continued = f"{name} {header[labels]}".rstrip()
            header = (*header[:labels], continued, *header[labels + 1 :])
        first += size
    numbers = sum(position >= words for position in span)
    return Sheet(sheet.title, header, tuple(rows), numbers, sheet.sums)


def _number_rows(sheet: Sheet) -> Sheet:
    """The sheet with a number for each row in front, where its labels leave no room for anything.

    A sum keeps its word.
    """
    words = len(sheet.header) - sheet.numbers
    rows = tuple(
        (row[0] if words > 1 and not any(row[1:words]) else str(number), *row)
        for number, row in enumerate(sheet.rows, start=1)
    )
    return dataclasses.replace(sheet, header=("#", *sheet.header), rows=rows)
