"""Ids of accounts, as bills and spreadsheets write them: never made up."""

from __future__ import annotations

import re
from decimal import Decimal

from estimator.measurement.unreadable import UnreadableError

_DIGITS = 12
_TEXT = re.compile(r"""(?:="|')([0-9]{12})"?""")
_AGAIN = "export the bill again and do not save it from a spreadsheet, or set that column to text"
_SHORTENED = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,3})")


def account_id(text: str, column: str = "an account's id") -> str:
    """An account's id with the leading zeros that a table of numbers has lost.

    >>> account_id("46124420288"), account_id("46124420288.0"), account_id("111122223333")
    ('046124420288', '046124420288', '111122223333')
    >>> account_id("1.11122223333E+11")
    '111122223333'

    Raises
    ------
    UnreadableError
        A spreadsheet has shortened it: its digits are lost.
    """
    if text and not text.strip("#"):
        raise UnreadableError(
            f"{text!r} in {column}, which a spreadsheet has put in place of a number",
            "an account id of 12 digits",
            _AGAIN,
        )
    # ="012345678901" and '012345678901 are how people keep a spreadsheet from shortening it
    if quoted := _TEXT.fullmatch(text):
        return quoted[1]
    # pandas and spreadsheets read an id as a number, and write it as a float
    if shortened := _SHORTENED.fullmatch(text):
        first, rest, exponent = shortened[1], shortened[2] or "", int(shortened[3])
        # all digits are there, or they are gone: 1.11122E+11 has lost six
        if exponent >= _DIGITS or len(rest) < exponent:
            raise UnreadableError(
                f"{text!r} in {column}, which a spreadsheet has shortened: its digits are lost",
                "an account id of 12 digits",
                _AGAIN,
            )
        text = f"{Decimal(f'{first}.{rest or 0}E{exponent}'):f}"
    text = re.sub(r"(\d)[.,]0*", r"\1", text) if re.fullmatch(r"\d+[.,]0*", text) else text
    return text.zfill(_DIGITS) if text.isdigit() else text


def has_lost_zeros(text: str) -> bool:
    """Tell whether an account's id stands there as a number, without its leading zeros."""
    return text.isdigit() and len(text) < _DIGITS
