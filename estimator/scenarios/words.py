"""Values and days as the text of a change shows them."""

from __future__ import annotations

import datetime
from typing import Any

from estimator.figures import factor

_LONGEST = 60


def plain(value: Any) -> str:
    """A value as YAML writes it in one line, cut where it is long.

    >>> plain({"low": 1, "high": 2.5}), plain(None), plain(True), plain([1, "a"])
    ('{low: 1, high: 2.5}', 'null', 'true', '[1, a]')
    """
    text = _flow(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _flow(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return factor(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(one) for one in value) + "]"
    return str(value)


def begun(day: datetime.date) -> str:
    """A beginning: the month alone where it is its first day.

    >>> import datetime
    >>> begun(datetime.date(2027, 1, 1)), begun(datetime.date(2027, 1, 15))
    ('2027-01', '2027-01-15')
    """
    return f"{day:%Y-%m}" if day.day == 1 else day.isoformat()
