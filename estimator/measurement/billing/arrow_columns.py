"""Columns of Arrow tables: their distinct values, masks of them, and what lines have in them."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from estimator.measurement.billing.cells import clean, is_like_ours, is_usage_type_of_ours
from estimator.measurement.billing.unknown_lines import AlikeLines


@cache
def arrow(module: str = "") -> Any:
    """The module of pyarrow, an optional extra, or None where it is not installed."""
    try:
        return importlib.import_module(f"pyarrow.{module}" if module else "pyarrow")
    except ImportError:
        return None


def spans_of(table: Any, mask: Any) -> set[tuple[str, str]]:
    """Start and end of the lines of a mask; text is made of those that differ: it takes long."""
    lines = table.select(["start", "end"]).filter(mask)
    spans = lines.group_by(["start", "end"]).aggregate([])
    return set(zip(*(texts_of(spans[name]) for name in ("start", "end")), strict=True))


def count_alike(table: Any, mask: Any) -> AlikeLines:
    """Lines of a mask that look like those of KMS or CloudTrail, and what they cost."""
    alike = arrow().array([False] * table.num_rows, arrow().bool_())
    for name, is_alike in (
        ("product", is_like_ours),
        ("service_name", is_like_ours),
        ("usage_type", is_usage_type_of_ours),
        ("sku_meter", is_usage_type_of_ours),
    ):
        if name in table.column_names:
            found = cells_among(table[name], distinct(table[name]), is_alike)
            alike = arrow("compute").or_(alike, found)
    lines = table.filter(arrow("compute").and_(mask, alike))
    found = AlikeLines()
    fields = ("product", "service_name", "cost", "currency")
    columns = (
        texts_of(lines[name]) if name in lines.column_names else [""] * lines.num_rows
        for name in fields
    )
    for product, service, cost, currency in zip(*columns, strict=True):
        # a code or a name: whatever the table has
        found.count(clean(product) or clean(service), cost, currency)
    return found


def without_views(table: Any) -> Any:
    """The table with its views as text: other writers make them, and filters know none."""
    types = arrow().types
    for at, found in enumerate(table.schema):
        if types.is_string_view(found.type) or types.is_binary_view(found.type):
            table = table.set_column(at, found.name, table[found.name].cast(arrow().string()))
    return table


def cells_among(column: Any, values: Iterable[str], chosen: Callable[[str], bool]) -> Any:
    """A mask of the cells whose value is chosen, out of those that the column has."""
    wanted = [value for value in values if chosen(value)]
    return arrow("compute").is_in(plain_text(column), arrow().array(wanted, arrow().string()))


def distinct(column: Any) -> list[str]:
    """The values of a column as text, each once."""
    return list(arrow("compute").unique(plain_text(column)).to_pylist())


def plain_text(column: Any) -> Any:
    """A column as text, empty where there is nothing."""
    compute = arrow("compute")
    return compute.fill_null(compute.cast(column, arrow().string()), "")


def texts_of(column: Any) -> list[str]:
    """Values as text, nothing where there is none; CUR 2.0's product map as JSON, as its CSV."""
    if arrow().types.is_nested(column.type):
        return [json.dumps(dict(value)) if value else "" for value in column.to_pylist()]
    return list(plain_text(column).to_pylist())
