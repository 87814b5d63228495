"""Where it comes from: by trail, account, Region, cause, reader; the top ten and the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from estimator.figures import count, money, share
from estimator.forecasting import Forecast, price_usage
from estimator.forecasting.totals import sum_charges, sum_groups
from estimator.inventory.account_groups import group_labels
from estimator.months import month_in_words
from estimator.report.blocks import Sheet
from estimator.report.charts.sankey import COLUMNS, sankey_chart
from estimator.report.monthly.document import Block, Section
from estimator.report.monthly.inputs import ReportInputs
from estimator.report.monthly.words import IF_WORDS
from estimator.simulation import Simulation
from estimator.simulation.expected import expect_rows
from estimator.volume.model import Model

_MOST = 10
_MOST_TAGS = 3
# what decides on a price and on the free pool: no column of it can be left out before pricing
_PRICED_BY = ("month", "payer", "billed_region", "cause", "operation")


def break_down(month: Model, result: Simulation | Forecast) -> dict[str, pd.DataFrame]:
    """Price the usage of the first month by all that the sections tell apart.

    Parameters
    ----------
    month : Model
        The first month of the simulated inventory `with_means`; of a forecast's as it is.
    result : Simulation or Forecast

    Returns
    -------
    dict
        Charges by account, driver, billed account and cause (``drivers``), and by Region
        (``regions``), each with cost_other_reading; they add up to the month of the result.
    """
    table, charges = result.table, {}
    # accounts and Regions each alone: together they are rows by the million
    for name, columns in (("drivers", (*COLUMNS, "cause")), ("regions", ("region",))):
        priced = price_usage(month, (*_PRICED_BY, *columns), table, result.discount).charges
        if isinstance(result, Simulation) and month.inventory is not result.inventory:
            priced = expect_rows(priced, result)
        charges[name] = sum_charges(priced, columns, table.currency)
    return charges


def breakdown_section(inputs: ReportInputs) -> Section:
    """Return the month's forecast broken down in several ways; each sums to the same total."""
    rows = inputs.breakdown["drivers"]
    names = {account.id: account.name or "" for account in inputs.inventory.accounts}
    is_key = (rows["cause"] == "key").to_numpy()
    trails = {trail.name for trail in inputs.inventory.trails}
    kinds = {
        str(driver): "trail" if driver in trails else "reader"
        for driver in rows["driver"].cat.categories
    }
    own = rows.assign(kind=np.where(is_key, "key", rows["driver"].map(kinds).astype(object)))
    # one account that pays for one driver is no flow: the tables say as much
    paid = rows[rows["cost"] > 0]
    is_flow = paid.empty or any(len(paid[name].unique()) > 1 for name in COLUMNS)
    chart = sankey_chart(rows, inputs.inventory, inputs.currency, inputs.month)
    blocks: tuple[Block, ...] = (
        *((chart,) if is_flow else ()),
        _sheet(
            inputs,
            own,
            ["kind", "driver"],
            "By trail, reader and key",
            ("what", "name"),
            lambda kind, driver: (kind, driver),
        ),
        _sheet(
            inputs,
            rows,
            ["account"],
            "By account where it happens",
            ("account", "name"),
            lambda account: (account, names.get(account, "")),
        ),
        *_group_sheets(inputs, rows),
        _sheet(
            inputs,
            rows,
            ["billed_account"],
            "By account that is billed",
            ("billed account", "name"),
            lambda account: (account, names.get(account, "")),
        ),
        _sheet(
            inputs,
            inputs.breakdown["regions"],
            ["region"],
            "By Region where it happens",
            ("Region",),
            lambda region: (region,),
        ),
        _sheet(inputs, rows, ["cause"], "By cause", ("cause",), lambda cause: (cause,)),
    )
    word = "expected in" if inputs.has_ranges else "forecast of"
    title = f"Where it comes from: {word} {month_in_words(inputs.month)}"
    return Section("origins", title, blocks)


def _group_sheets(inputs: ReportInputs, rows: pd.DataFrame) -> Iterator[Sheet]:
    """The accounts where it happens grouped by OU and by the tags that most of them have."""
    accounts = inputs.inventory.accounts
    found = Counter(name for account in accounts for name in account.tags)
    # of equally many the first of the inventory: the order of a Counter
    tags: list[str | None] = [name for name, _ in found.most_common(_MOST_TAGS)]
    if any(account.ou for account in accounts):
        tags.insert(0, None)
    for tag in tags:
        labels = group_labels(accounts, tag)
        label_of = dict(zip((account.id for account in accounts), labels, strict=True))
        name = "OU" if tag is None else f"tag {tag}"
        groups = rows["account"].astype(object).map(label_of)
        yield _sheet(
            inputs,
            rows.assign(group=groups),
            ["group"],
            f"By {name} of the account where it happens",
            (name,),
            lambda group: (group,),
        )


def _sheet(
    inputs: ReportInputs,
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
        of_total = share(row["cost"] / total["cost"]) if total["cost"] else "-"
        return money(row["cost"]), of_total, money(row["other"]), count(row["requests"])

    listed = [
        (*words(*found[group]), *cells(frame.loc[group])) for group in frame.index[:_MOST].tolist()
    ]
    rest = frame.iloc[_MOST:]
    blank = ("",) * (len(header) - 1)
    if len(rest):
        summed = rest[["requests", "cost", "other"]].sum()
        listed.append((f"{len(rest):,} more", *blank, *cells(summed)))
    listed.append(("total", *blank, *cells(total)))
    unit = inputs.currency
    # money first: on a narrow screen it is what a reader came for
    other_words = IF_WORDS[inputs.forecast.other_interpretation]
    names = (*header, unit, "share", f"{unit} {other_words}", "requests")
    sums = 1 + bool(len(rest))
    return Sheet(title, names, tuple(listed), numbers=4, sums=sums)
