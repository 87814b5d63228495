"""A rate table as the YAML that people read: the same bytes for the same prices."""

from __future__ import annotations

import datetime
import json
import textwrap
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

_WIDTH = 100


def written(table: dict[str, Any], comments: Iterable[str]) -> str:
    """The table as YAML, comments first."""
    lines = [f"# {line}" for line in comments]
    lines += [
        f"version: {table['version']}",
        f"service: {table['service']}",
        f"currency: {table['currency']}",
    ]
    if table["free_quantities"]:
        lines.append("free_quantities:")
    for free in table["free_quantities"]:
        lines += [
            f"  - pool: {_text(free['pool'])}",
            *_listed("    partitions: ", free["partitions"]),
            "    versions:",
        ]
        for version in free["versions"]:
            lines += [*_said(version), f"        quantity: {_number(version['quantity'])}"]
    lines.append("meters:")
    for meter in table["meters"]:
        lines += [
            f"  - name: {_text(meter['name'])}",
            f"    title: {_text(meter['title'])}",
            f"    unit: {meter['unit']}",
            f"    per: {_number(meter['per'])}",
            *_listed("    operations: ", meter["operations"]),
            *_listed("    key_specs: ", meter["key_specs"]),
            "    versions:",
        ]
        for version in meter["versions"]:
            lines += _version(version)
    return "\n".join(lines) + "\n"


def _said(version: dict[str, Any]) -> list[str]:
    """From when on, and who says so."""
    source = version["source"]
    return [
        f"      - from: {_day(version['from'])}",
        f"        confirmed: {str(version['confirmed']).lower()}",
        "        source:",
        f"          title: {_text(source['title'])}",
        f"          url: {_text(source['url'])}",
        f"          checked: {_day(source['checked'])}",
    ]


def _version(version: dict[str, Any]) -> list[str]:
    lines = _said(version)
    if "free" in version:
        free = version["free"]
        said = f"{{quantity: {_number(free['quantity'])}, pool: {_text(free['pool'])}}}"
        lines.append(f"        free: {said}")
    lines.append("        rates:")
    for rate in version["rates"]:
        lines += _listed("          - regions: ", rate["regions"])
        if "rate" in rate:
            lines.append(f"            rate: {_number(rate['rate'])}")
            continue
        lines.append("            tiers:")
        for tier in rate["tiers"]:
            bound = f"up_to: {_number(tier['up_to'])}, " if "up_to" in tier else ""
            lines.append(f"              - {{{bound}rate: {_number(tier['rate'])}}}")
    return lines


def _listed(start: str, items: list[str]) -> list[str]:
    """A list in brackets, wrapped under its first item."""
    said = f"{start}[{', '.join(items)}]"
    indent = " " * (len(start) + 1)
    return textwrap.wrap(
        said, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _text(text: str) -> str:
    """Text in double quotes unless a plain word says the same."""
    plain = text.replace("-", "").isalpha() and text.isascii() and text.islower()
    return text if plain else json.dumps(text)


def _number(number: Decimal) -> str:
    """Every digit of a number, none that says nothing.

    >>> _number(Decimal("0.0300000000")), _number(Decimal("2E+4"))
    ('0.03', '20000')
    """
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(day: datetime.date) -> str:
    return day.isoformat()
