"""Values as YAML writes them in one line: the one writer, whose text `document` reads back exactly.

What other YAML readers take for something else is written so that they do not: ids stay text, `no`
stays a word, numbers have no exponent (YAML 1.1 reads 1e-7 as text).
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pricing.reading.problems import printable

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*\Z")
# plain words that YAML readers take for something else
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_ESCAPES = {'"': '\\"', "\\": "\\\\"}
_LONGEST_COMMENT = 300


def scalar(value: Any, *, quoted: bool = False) -> str:
    r"""A scalar; text stands in quotes unless it is a plain word, or wherever `quoted` asks for it.

    >>> print(scalar("org"), scalar("111122223333"), scalar("no"), scalar('a "b"'))
    org "111122223333" "no" "a \"b\""
    >>> scalar(271.3), scalar(286.0), scalar(1e-7), scalar(None), scalar(True)
    ('271.3', '286', '0.0000001', 'null', 'true')
    """
    if value is None:
        return "null"
    # before int: True is an int in Python
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        return _number(value)
    if not isinstance(value, str):
        raise TypeError(f"no scalar of YAML: {value!r}")
    if not quoted and _PLAIN.match(value) and value.casefold() not in _WORDS:
        return value
    return f'"{"".join(_ESCAPES.get(letter) or _escape(letter) for letter in value)}"'


def flow(value: Any, *, quoted: bool = False) -> str:
    """A scalar, a list or a mapping in one line.

    >>> print(flow({"low": 1, "high": 2.5}), flow(["a b", None]), flow({"id": "a"}, quoted=True))
    {low: 1, high: 2.5} ["a b", null] {"id": "a"}
    """
    if isinstance(value, Mapping):
        pairs = (
            f"{scalar(str(key), quoted=quoted)}: {flow(item, quoted=quoted)}"
            for key, item in value.items()
        )
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(flow(item, quoted=quoted) for item in value)}]"
    return scalar(value, quoted=quoted)


def comment(text: str) -> str:
    r"""The text of a comment: one line, nothing that a terminal or YAML would obey.

    >>> comment("a\nb: c")
    'a\\nb: c'
    """
    return printable(text[:_LONGEST_COMMENT]) + "..." * (len(text) > _LONGEST_COMMENT)


def _number(number: float | Decimal) -> str:
    """Every digit of a number, none that says nothing, and no exponent."""
    if not math.isfinite(number):
        return ".nan" if math.isnan(number) else ".inf" if number > 0 else "-.inf"
    # repr has the fewest digits that read back as the same float; that of numpy's floats has a name
    text = f"{Decimal(repr(float(number))) if isinstance(number, float) else number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _escape(letter: str) -> str:
    if letter.isprintable():
        return letter
    # no control character reaches a terminal or another reader of YAML as it is
    code = ord(letter)
    return f"\\x{code:02x}" if code < 256 else f"\\U{code:08x}"
