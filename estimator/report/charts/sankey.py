"""Who causes it, by what, and who pays: flows from source account to driver to billed account."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from estimator.figures import count, money, plural, share
from estimator.report.charts.bars import Bar, BarGroup, draw_bars
from estimator.report.charts.chart import (
    BLUE,
    GREY,
    INK,
    MUTED,
    SERIES,
    Chart,
    Size,
    apart,
    bare,
    empty_chart,
    set_apart,
    shorten_labels,
    width_of,
    write,
)
from estimator.report.columns import in_column

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from estimator.inventory import Inventory
    from estimator.report.charts.picture import Picture

COLUMNS = ("account", "driver", "billed_account")
HEADS = ("where it happens", "by what", "who is billed")
# what is left over where no node of a column is thick enough to have a name
_PLURALS = {"account": "accounts", "driver": "drivers", "billed_account": "accounts"}
_REST = ""  # the node of all that has no node of its own: no account and no driver is called so
_MOST = 6
# below it of the whole that accounts with a node of their own cause, flows say less than bars [0-1]
_NAMED = 0.5
_LEAST = 0.005  # of the whole: less is too thin to have a name [0-1]
_GAP = 10.0  # between nodes [px]
_LINE = 16.0  # between names one above the other [px]
_BESIDE = 5.0  # between a node and its name [px]
_LONGEST, _SHORTEST = 30, 8  # letters of a name
_FLOWS = 700.0  # narrower, names of three columns meet [px]


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
        left = [node for node in sums.index if node not in top]
        rest = len(left)
        labels[name][_REST] = f"{rest:,} {'more ' if top else ''}{_PLURALS[name]}"
        if rest == 1:  # alone it has a name, which needs no more room than that it has none
            labels[name][_REST] = left[0] if name == "driver" else names.get(left[0], left[0])
    flows = flows.groupby(list(COLUMNS), as_index=False, sort=False)[["value"]].sum()
    flows = flows[flows["value"] > 0]
    total = float(flows["value"].sum())
    whole = f"{currency} {money(total)}" if costs else plural(total, "request")
    sums = flows.groupby("driver")["value"].sum().sort_values(ascending=False, kind="stable")
    title = f"Who causes KMS requests, by what, and who is billed, {month}"
    if not total:
        description = f"nothing to draw: no request and no cost in {month}"
        return empty_chart("sankey", title, description)
    title = f"Who causes {whole} of KMS, by what, and who is billed, {month}"
    description = f"{whole} in {month}; by what: "
    description += ", ".join(
        f"{labels['driver'][str(driver)]} {share(float(value) / total)}"
        for driver, value in sums.items()
    )
    draw = partial(_draw, flows, labels, currency if costs else "requests")
    return Chart("sankey", title, description, draw)


def _account_labels(inventory: Inventory) -> dict[str, str]:
    """Each account's name, with its id where others have the same name; the id without one."""
    times = Counter(account.name for account in inventory.accounts)
    return {
        account.id: (account.name if times[account.name] == 1 else f"{account.name} {account.id}")
        if account.name
        else account.id
        for account in inventory.accounts
    }


def _draw(
    flows: pd.DataFrame, labels: dict[str, dict[str, str]], unit: str, width: float
) -> Picture:
    """Flows where they can be read; bars on a telephone, and where most accounts have no node.

    Bars too where flows would say no more: where two of three columns are a node each.
    """
    sums = flows.groupby("account")["value"].sum()
    named = float(sums.drop(_REST, errors="ignore").sum()) / float(sums.sum())
    branching = sum(len(set(flows[name])) > 1 for name in COLUMNS)
    if width >= _FLOWS and named >= _NAMED and branching > 1:
        return _draw_flows(flows, labels, width)
    amount = count if unit == "requests" else money
    groups = []
    for name, head in zip(COLUMNS, HEADS, strict=True):
        order = _in_order(flows, name)
        sums = flows.groupby(name)["value"].sum()
        whole = float(sums.sum())
        values = [float(sums[node]) for node in order]
        amounts = in_column([amount(value) for value in values])
        bars = [
            Bar(
                labels[name][node],
                0.0,
                value,
                f"{written} ({share(value / whole)})",
                GREY if node == _REST else BLUE,
            )
            for node, value, written in zip(order, values, amounts, strict=True)
        ]
        groups.append(BarGroup(f"{head}, {unit}", tuple(bars)))
    return draw_bars(groups, width)


def _in_order(flows: pd.DataFrame, name: str) -> list[str]:
    """The nodes of a column: the largest first, the rest last whatever its size."""
    sums = flows.groupby(name)["value"].sum().sort_values(ascending=False, kind="stable")
    return sorted(sums.index, key=lambda node: node == _REST)


def _draw_flows(flows: pd.DataFrame, labels: dict[str, dict[str, str]], width: float) -> Picture:
    size = Size(width, 340)
    figure, axes = bare(size)
    total = float(flows["value"].sum()) or 1.0
    most = max((flows[name].nunique() for name in COLUMNS), default=1)
    scale = (size.height - 34 - _GAP * (most - 1)) / total
    thick = 10.0
    lefts = (0.0, (size.width - thick) / 2, size.width - thick)
    order = [_in_order(flows, name) for name in COLUMNS]
    tops = [
        _stack_nodes(flows, name, names, scale) for name, names in zip(COLUMNS, order, strict=True)
    ]
    colours = {name: SERIES[at % len(SERIES)] for at, name in enumerate(order[1])} | {_REST: GREY}
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
    heights = [flows.groupby(name)["value"].sum() * scale for name in COLUMNS]
    places = [
        apart([tops[at][node] + float(heights[at][node]) / 2 for node in names], _LINE)
        for at, names in enumerate(order)
    ]
    # the middle names begin where their column ends, the right ones end where theirs begins
    room = lefts[2] - lefts[1] - thick - 2 * _BESIDE
    for most in range(_LONGEST, _SHORTEST - 1, -1):
        texts = [
            _node_labels(
                [labels[COLUMNS[at]][node] for node in names],
                names,
                heights[at],
                most if at else _LONGEST,
            )
            for at, names in enumerate(order)
        ]
        if not _meet(places[1], texts[1], places[2], texts[2], room):
            break
    for at, names in enumerate(order):
        _draw_nodes(axes, at, names, texts[at], places[at], tops[at], heights[at], lefts[at], thick)
    return figure


def _node_labels(
    words: list[str], names: list[str], heights: pd.Series[float], most: int
) -> list[str]:
    """What stands beside each node of a column: its name, in so many letters, and its share."""
    whole = float(heights.sum())
    return [
        f"{text}: {share(float(heights[node]) / whole)}"
        for node, text in zip(names, shorten_labels(words, most), strict=True)
    ]


def _meet(
    left_places: list[float],
    left_texts: list[str],
    right_places: list[float],
    right_texts: list[str],
    room: float,
) -> bool:
    """Tell whether a label of the middle reaches one of the right column beside it."""
    left, right = (
        [(place, width_of(text)) for place, text in zip(places, texts, strict=True)]
        for places, texts in ((left_places, left_texts), (right_places, right_texts))
    )
    return any(
        abs(place - other) < _LINE and width + other_width > room
        for place, width in left
        for other, other_width in right
    )


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
    path = Path(points, codes)
    axes.add_patch(PathPatch(path, facecolor=colour, alpha=0.32, linewidth=0))
    # the tint alone is too pale to be seen by everybody; the two long sides say where it runs
    sides = Path([*points[:4], *points[4:8]], [1, 4, 4, 4, 1, 4, 4, 4])
    axes.add_patch(PathPatch(sides, fill=False, edgecolor=colour, linewidth=0.8))


def _draw_nodes(
    axes: Axes,
    at: int,
    names: list[str],
    texts: list[str],
    places: list[float],
    tops: dict[str, float],
    heights: pd.Series[float],
    left: float,
    thick: float,
) -> None:
    head = HEADS[at]
    aligned = ("left", "center", "right")[at]
    edge = (left, left + thick / 2, left + thick)[at]
    write(axes, edge, 10, head, color=MUTED, ha=aligned)
    for node, text, place in zip(names, texts, places, strict=True):
        height = float(heights[node])
        colour = GREY if node == _REST else INK
        axes.barh(tops[node] + height / 2, thick, max(height, 1.0), left, color=colour, linewidth=0)
        beside = left - _BESIDE if at == 2 else left + thick + _BESIDE
        write(axes, beside, place, text, ha="right" if at == 2 else "left")
    set_apart(axes)
