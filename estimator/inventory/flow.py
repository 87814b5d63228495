"""Values as YAML writes them on one line."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*\Z")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def is_nested(value: Mapping[str, Any]) -> bool:
    """True for a mapping that holds mappings, which read better in lines of their own."""
    return any(isinstance(item, dict) for item in value.values())


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return scalar(value)


def scalar(value: Any) -> str:
    """A scalar: text in quotes unless it is a plain word, so that ids stay text.

    >>> scalar("org"), scalar("111122223333"), scalar(271.3), scalar(286.0), scalar(1e-7)
    ('org', '"111122223333"', '271.3', '286', '0.0000001')
    """
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, int | float):
        text = f"{value:.17g}" if float(f"{value:.12g}") != value else f"{value:.12g}"
        return _plain_number(text)
    text = str(value)
    if _PLAIN.match(text) and text.casefold() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


def _plain_number(text: str) -> str:
    """A number without an exponent."""
    if "e" not in text:
        return text
    from decimal import Decimal

    return f"{Decimal(text):f}"
