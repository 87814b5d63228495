"""Who causes it, by what, and who pays: flows from source account to driver to billed account."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from estimator.figures import count, money, share
from estimator.report.charts.chart import (
    Chart,
    Size,
    apart,
    bare,
    empty_chart,
    shorten_label,
    write,
)
from estimator.report.charts.colours import INK, MUTED, SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from estimator.inventory import Inventory

COLUMNS = ("account", "driver", "billed_account")
HEADS = ("where it happens", "by what", "who is billed")
# what is left over where no node of a column is thick enough to have a name
_PLURALS = {"account": "accounts", "driver": "drivers", "billed_account": "accounts"}
_REST = ""  # the node of all that has no node of its own: no account and no driver is called so
_MOST = 6
_LEAST = 0.005  # of the whole: less is too thin to have a name [0-1]
_GAP = 10.0  # between nodes [px]


def sankey_chart(rows: pd.DataFrame, inventory: Inventory, currency: str, month: str) -> Chart:
    """Flows of cost, or of requests where nothing costs.

    Parameters
    ----------
    rows : DataFrame
        Charges with the columns account, driver, billed_account, cause.
    inventory : Inventory
        Names of the accounts.
    currency, month : str
        What is said of the amounts.
    """
    costs = bool(rows["cost"].sum() > 0)
    weight = rows["cost"] if costs else rows["quantity"].where(rows["unit"] == "request", 0.0)
    names = _account_labels(inventory)
    labels: dict[str, dict[str, str]] = {}
    flows = pd.DataFrame({name: rows[name].astype(object) for name in COLUMNS})
    flows["driver"] = flows["driver"].where(rows["cause"] != "key", "key " + flows["driver"])
    flows["value"] = weight.to_numpy()
    for name in COLUMNS:
        sums = flows.groupby(name)["value"].sum().sort_values(ascending=False, kind="stable")
        seen = sums[sums >= _LEAST * float(sums.sum())]
        top = list(seen.index[:_MOST])
        # nodes stay ids until they are written: accounts that share a name are two all the same
        flows[name] = flows[name].where(flows[name].isin(top), _REST)
        labels[name] = {node: node if name == "driver" else names.get(node, node) for node in top}
        rest = len(sums) - len(top)
        labels[name][_REST] = f"{rest:,} {'more' if top else _PLURALS[name]}"
    flows = flows.groupby(list(COLUMNS), as_index=False, sort=False)[["value"]].sum()
    flows = flows[flows["value"] > 0]
    total = float(flows["value"].sum())
    unit = f"{currency} {money(total)}" if costs else f"{count(total)} requests"
    sums = flows.groupby("driver")["value"].sum().sort_values(ascending=False, kind="stable")
    title = f"Who causes it, by what, and who is billed, {month}"
    if not total:
        description = f"nothing to draw: no request and no cost in {month}"
        return empty_chart("sankey", title, description)
    description = f"{unit} in {month}; by what: "
    description += ", ".join(
        f"{labels['driver'][str(driver)]} {share(float(value) / total)}"
        for driver, value in sums.items()
    )
    return Chart("sankey", title, description, partial(_draw_flows, flows, labels))


def _account_labels(inventory: Inventory) -> dict[str, str]:
    """Each account's name, with its id where others have the same name; the id without one."""
    times = Counter(account.name for account in inventory.accounts)
    return {
        account.id: (account.name if times[account.name] == 1 else f"{account.name} {account.id}")
        if account.name
        else account.id
        for account in inventory.accounts
    }


def _draw_flows(flows: pd.DataFrame, labels: dict[str, dict[str, str]], width: float) -> Figure:
    size = Size(width, 300 if width < 500 else 340)
    figure, axes = bare(size)
    total = float(flows["value"].sum()) or 1.0
    most = max((flows[name].nunique() for name in COLUMNS), default=1)
    scale = (size.height - 34 - _GAP * (most - 1)) / total
    thick = 10.0
    lefts = (0.0, (size.width - thick) / 2, size.width - thick)
    order = [
        list(flows.groupby(name)["value"].sum().sort_values(ascending=False, kind="stable").index)
        for name in COLUMNS
    ]
    tops = [
        _stack_nodes(flows, name, names, scale) for name, names in zip(COLUMNS, order, strict=True)
    ]
    colours = {name: SERIES[at % len(SERIES)] for at, name in enumerate(order[1])}
    for at in (0, 1):
        left, right = COLUMNS[at], COLUMNS[at + 1]
        pairs = flows.groupby([left, right], sort=False)["value"].sum()
        out, into = dict(tops[at]), dict(tops[at + 1])
        for source in order[at]:
            for other in order[at + 1]:
                value = float(pairs.get((source, other), 0.0)) * scale
                if value:
                    colour = colours[other if at == 0 else source]
                    ends = (lefts[at] + thick, lefts[at + 1], out[source], into[other])
                    _draw_ribbon(axes, ends, value, colour)
                    out[source] += value
                    into[other] += value
    for at, names in enumerate(order):
        sums = flows.groupby(COLUMNS[at])["value"].sum()
        words = labels[COLUMNS[at]]
        _draw_nodes(
            axes, size, at, names, words, tops[at], sums * scale, total * scale, lefts[at], thick
        )
    return figure


def _stack_nodes(
    flows: pd.DataFrame, name: str, order: list[str], scale: float
) -> dict[str, float]:
    sums = flows.groupby(name)["value"].sum()
    top, places = 30.0, {}
    for node in order:
        places[node] = top
        top += float(sums[node]) * scale + _GAP
    return places


def _draw_ribbon(
    axes: Axes, ends: tuple[float, float, float, float], thick: float, colour: str
) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    left, right, begin, end = ends
    middle = (left + right) / 2
    points = [
        (left, begin),
        (middle, begin),
        (middle, end),
        (right, end),
        (right, end + thick),
        (middle, end + thick),
        (middle, begin + thick),
        (left, begin + thick),
        (left, begin),
    ]
    codes = [1, 4, 4, 4, 2, 4, 4, 4, 79]
    axes.add_patch(PathPatch(Path(points, codes), facecolor=colour, alpha=0.32, linewidth=0))


def _draw_nodes(
    axes: Axes,
    size: Size,
    at: int,
    names: list[str],
    words: dict[str, str],
    tops: dict[str, float],
    heights: pd.Series[float],
    whole: float,
    left: float,
    thick: float,
) -> None:

    head = HEADS[at]
    aligned = ("left", "center", "right")[at]
    edge = (left, left + thick / 2, left + thick)[at]
    write(axes, edge, 10, head, color=MUTED, fontsize=11, ha=aligned)
    wanted = apart([tops[node] + float(heights[node]) / 2 for node in names], 15)
    for node, place in zip(names, wanted, strict=True):
        height = float(heights[node])
        axes.barh(tops[node] + height / 2, thick, max(height, 1.0), left, color=INK, linewidth=0)
        text = shorten_label(words[node], 11 if size.narrow else 26)
        if not size.narrow:
            text += f"  {height / whole:.1%}"
        beside = left - 5 if at == 2 else left + thick + 5
        write(axes, beside, place, text, ha="right" if at == 2 else "left", fontsize=11)
