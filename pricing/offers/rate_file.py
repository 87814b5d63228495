"""A rate table as the YAML that people read: the same bytes for the same prices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pricing.reading.scalar_writer import comment, flow, scalar
from pricing.reading.words import fold

_WIDTH = 100


def format_rates(table: dict[str, Any], comments: Iterable[str]) -> str:
    """The table as YAML, comments first."""
    lines = [f"# {comment(text)}" for text in comments]
    lines += [
        f"version: {table['version']}",
        f"service: {table['service']}",
        f"currency: {table['currency']}",
    ]
    if table["free_quantities"]:
        lines.append("free_quantities:")
    for free in table["free_quantities"]:
        lines += [
            f"  - pool: {scalar(free['pool'])}",
            *_wrap("    partitions: ", free["partitions"]),
            "    versions:",
        ]
        for version in free["versions"]:
            lines += [*_origin(version), f"        quantity: {scalar(version['quantity'])}"]
    lines.append("meters:")
    for meter in table["meters"]:
        lines += [
            f"  - name: {scalar(meter['name'])}",
            f"    title: {scalar(meter['title'])}",
            f"    unit: {meter['unit']}",
            f"    per: {scalar(meter['per'])}",
            *_wrap("    operations: ", meter["operations"]),
            *_wrap("    key_specs: ", meter["key_specs"]),
            "    versions:",
        ]
        for version in meter["versions"]:
            lines += _version(version)
    return "\n".join(lines) + "\n"


def _origin(version: dict[str, Any]) -> list[str]:
    """From when on, and who says so."""
    source = version["source"]
    return [
        f"      - from: {scalar(version['from'])}",
        f"        confirmed: {scalar(version['confirmed'])}",
        "        source:",
        f"          title: {scalar(source['title'])}",
        f"          url: {scalar(source['url'])}",
        f"          checked: {scalar(source['checked'])}",
    ]


def _version(version: dict[str, Any]) -> list[str]:
    lines = _origin(version)
    if "free" in version:
        free = version["free"]
        lines.append(f"        free: {flow({'quantity': free['quantity'], 'pool': free['pool']})}")
    lines.append("        rates:")
    for rate in version["rates"]:
        lines += _wrap("          - regions: ", rate["regions"])
        if "rate" in rate:
            lines.append(f"            rate: {scalar(rate['rate'])}")
            continue
        lines.append("            tiers:")
        for tier in rate["tiers"]:
            lines.append(f"              - {flow(tier)}")
    return lines


def _wrap(start: str, items: list[str]) -> list[str]:
    """A list in brackets, wrapped under its first item."""
    indent = " " * (len(start) + 1)
    return fold(f"{start}{flow(items)}", _WIDTH, rest=indent)
