"""The text of a CSV table: encoding, separator, line ends and header, told from its first bytes."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from estimator.measurement.plain_files import is_utf16
from estimator.measurement.unreadable import UnreadableError

_MOST_HEADER = 1 << 20
_SEPARATORS = ",;\t|"
_MOST_BEFORE = 4  # lines that stand before a header: Excel's "sep=;", words about the report
_UTF8_MARK = b"\xef\xbb\xbf"
# a blank before a quoted cell; maps in JSON inside of a cell have their quotes doubled
_SPACED = re.compile(r'[,;\t|] +"(?!")')


@dataclass(frozen=True)
class Text:
    """How a table is written.

    Attributes
    ----------
    encoding : str
        As Python names it.
    separator : str
        Between two cells.
    header : tuple of str
        The names of the columns.
    before : int
        Lines above the header.
    plain : bool
        UTF-8 with usual line ends and quotes: what Arrow reads alike.
    has_long_cells : bool
        Cells have line ends in them, as tags may.
    """

    encoding: str
    separator: str
    header: tuple[str, ...]
    before: int
    plain: bool
    has_long_cells: bool


def _as_latin1(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as the code page of Windows, as spreadsheets there write it."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", "replace").replace("\ufffd", "?"), error.end


# what matters in a bill is ASCII: a name of a tag in another encoding changes no number
codecs.register_error("kmscost_latin1", _as_latin1)


def describe_text(stream: IO[bytes], is_header: Callable[[Sequence[str]], bool]) -> Text:
    """How the table in a stream is written; the stream is rewound.

    Parameters
    ----------
    stream : binary file
    is_header : callable
        Tells whether these are the columns of a bill: other lines may stand above them.

    Raises
    ------
    UnreadableError
        The header is no CSV.
    """
    head = stream.read(_MOST_HEADER)
    stream.seek(0)
    encoding = _find_encoding(head)
    decoder = codecs.getincrementaldecoder(encoding)("kmscost_latin1")
    text = decoder.decode(head).removeprefix("\ufeff")
    ends = re.search(r"\r\n|\n|\r", text)
    # a carriage return alone ends a line in files of old Excel on a Mac
    plain = encoding == "utf-8-sig" and not (ends and ends[0] == "\r") and not _SPACED.search(text)
    separator, header, before = _find_header(text, is_header)
    plain = plain and before == 0 and all(name == name.strip() for name in header)
    if plain:  # Arrow keeps the blanks after separators, which the header has lost by now
        as_written = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
        plain = as_written == list(header)
    long, swallowed = _long_cells(text, separator, len(header), len(head) < _MOST_HEADER)
    return Text(encoding, separator, header, before, plain and not swallowed, long)


def _long_cells(text: str, separator: str, width: int, is_whole: bool) -> tuple[bool, bool]:
    """Tell whether cells have line ends in them, and whether one has swallowed a line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    long = False
    try:
        rows = list(reader) if '"' in text else []
    except csv.Error:
        return False, True
    # where the text goes on, its last line is cut
    for row in rows if is_whole else rows[:-1]:
        for cell in row:
            if "\n" in cell or "\r" in cell:
                long = True
                if has_swallowed(cell, separator, width):
                    return True, True
    return long, False


def has_swallowed(cell: str, separator: str, width: int) -> bool:
    r"""Tell whether a cell holds a whole line: a quote before it was never closed.

    >>> has_swallowed("a\nb,c,d\n", ",", 3), has_swallowed("a\nb", ",", 3)
    (True, False)
    """
    return width > 1 and ("\n" in cell or "\r" in cell) and cell.count(separator) >= width - 1


def _find_encoding(head: bytes) -> str:
    if is_utf16(head):
        return "utf-16"
    # without a mark: every second byte of English text in UTF-16 is none
    sample = head[:2048]
    if len(sample) >= 8 and b"\0" in sample and not head.startswith(_UTF8_MARK):
        odd, even = sample[1::2].count(0), sample[::2].count(0)
        if odd > 0.8 * len(sample) / 2 and not even:
            return "utf-16-le"
        if even > 0.8 * len(sample) / 2 and not odd:
            return "utf-16-be"
        raise UnreadableError("bytes that are no text", "a CSV table")
    return "utf-8-sig"


def _find_header(
    text: str, is_header: Callable[[Sequence[str]], bool]
) -> tuple[str, tuple[str, ...], int]:
    """The separator, the header's cells, and the number of lines above it."""
    first = text.split("\n", 1)[0].strip()
    named = re.fullmatch(r'"?sep=(.)"?', first, re.IGNORECASE)
    candidates = named[1] if named and named[1] in _SEPARATORS else _SEPARATORS
    best: tuple[int, str, tuple[str, ...]] | None = None
    for separator in candidates:
        # the first lines alone: a file of one line of a megabyte is split but once
        reader = csv.reader(
            io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True
        )
        for before in range(_MOST_BEFORE + 1):
            try:
                names = tuple(next(reader, ()))
            except csv.Error as error:
                if before or best is not None:
                    break
                raise UnreadableError(f"a header that is no CSV ({error})", "a CSV table") from None
            if len(names) > 1 and is_header(names):
                return separator, names, reader.line_num - 1
            if before == 0 and (best is None or len(names) > best[0]):
                best = (len(names), separator, names)
    _, separator, names = best or (0, ",", ())
    return separator, names, 0


def open_rows(stream: IO[bytes], text: Text) -> tuple[io.TextIOWrapper, Any]:
    """The text of a table and its rows, the header's next."""
    wrapper = io.TextIOWrapper(stream, text.encoding, "kmscost_latin1", newline="")
    for _ in range(text.before):
        wrapper.readline()
    reader = csv.reader(wrapper, delimiter=text.separator, skipinitialspace=True)
    return wrapper, reader
