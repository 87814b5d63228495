"""Where it comes from: by trail, account, Region, cause, reader; the top ten and the rest."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from estimator.figures import count, money
from estimator.forecasting.totals import sum_groups
from estimator.report.blocks import Sheet
from estimator.report.charts.sankey import sankey_chart
from estimator.report.monthly.document import Section
from estimator.report.monthly.inputs import Computed
from estimator.report.monthly.words import part

_MOST = 10


def origins_section(told: Computed) -> Section:
    """The month's forecast, told apart in five ways; each sums to the same total."""
    rows = told.origins["drivers"]
    names = {one.id: one.name or "" for one in told.inventory.accounts}
    is_key = (rows["cause"] == "key").to_numpy()
    trails = {one.name for one in told.inventory.trails}
    kinds = {
        str(one): "trail" if one in trails else "reader" for one in rows["driver"].cat.categories
    }
    own = rows.assign(kind=np.where(is_key, "key", rows["driver"].map(kinds).astype(object)))
    blocks = (
        sankey_chart(rows, told.inventory, told.currency, told.month),
        _sheet(
            told,
            own,
            ["kind", "driver"],
            "By trail, reader and key",
            ("what", "name"),
            lambda kind, driver: (kind, driver),
        ),
        _sheet(
            told,
            rows,
            ["account"],
            "By account where it happens",
            ("account", "name"),
            lambda one: (one, names.get(one, "")),
        ),
        _sheet(
            told,
            rows,
            ["billed_account"],
            "By account that is billed",
            ("billed account", "name"),
            lambda one: (one, names.get(one, "")),
        ),
        _sheet(
            told,
            told.origins["regions"],
            ["region"],
            "By Region where it happens",
            ("Region",),
            lambda one: (one,),
        ),
        _sheet(told, rows, ["cause"], "By cause", ("cause",), lambda one: (one,)),
    )
    return Section("origins", f"Where it comes from: forecast of {told.month}", blocks)


def _sheet(
    told: Computed,
    rows: pd.DataFrame,
    columns: list[str],
    title: str,
    header: tuple[str, ...],
    words: Callable[..., tuple[str, ...]],
) -> Sheet:
    """Requests and cost by columns, the largest first; `words` names a group by its values."""
    # the columns as they are: texts joined into one key could meet, or lose what parts them
    code = rows.groupby(columns, sort=False, observed=True).ngroup().to_numpy().astype(np.int64)
    first = np.unique(code, return_index=True)[1]
    found = [tuple(map(str, values)) for values in rows[columns].iloc[first].to_numpy(object)]
    is_request = (rows["unit"] == "request").to_numpy()
    frame = pd.DataFrame(
        {
            "requests": sum_groups(code, rows["quantity"].where(is_request, 0.0), len(found)),
            "cost": sum_groups(code, rows["cost"], len(found)),
            "other": sum_groups(code, rows["cost_other_reading"], len(found)),
        }
    )
    frame = frame.sort_values(["cost", "requests"], ascending=False, kind="stable")
    total = frame[["requests", "cost", "other"]].sum()

    def cells(row: pd.Series) -> tuple[str, ...]:
        share = part(row["cost"] / total["cost"]) if total["cost"] else "-"
        return count(row["requests"]), money(row["cost"]), share, money(row["other"])

    listed = [
        (*words(*found[group]), *cells(frame.loc[group])) for group in frame.index[:_MOST].tolist()
    ]
    rest = frame.iloc[_MOST:]
    blank = ("",) * (len(header) - 1)
    if len(rest):
        summed = rest[["requests", "cost", "other"]].sum()
        listed.append((f"{len(rest):,} more", *blank, *cells(summed)))
    listed.append(("total", *blank, *cells(total)))
    unit = told.currency
    names = (*header, "requests", unit, "share", f"if {told.forecast.other_interpretation} {unit}")
    sums = 1 + bool(len(rest))
    return Sheet(title, names, tuple(listed), numbers=4, sums=sums)
