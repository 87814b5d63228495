"""The months ahead: the fan of quantiles against the budget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.figures import count, money, share
from estimator.months import FloatArray
from estimator.report.answers.budgets_and_copies import CopyCharge
from estimator.report.blocks import Sheet
from estimator.report.charts.fan import fan_chart
from estimator.report.charts.months import cost_chart, requests_chart
from estimator.report.monthly.document import Block, Said, Section
from estimator.report.monthly.inputs import Computed
from estimator.report.monthly.words import often
from estimator.simulation.quantiles import quantiles_of

_ENDS = (0.05, 0.5, 0.95)
_MOST = 36


def ahead_section(told: Computed) -> Section | None:
    """What the months after it may cost; None where none were asked for."""
    labels = told.forecast.months.labels
    if len(labels) == 1:
        return None
    held = told.reconciliation
    billed = None if held is None else held.totals[f"{told.cost}_billed"]
    copies = CopyCharge.of(told.of_ahead, told.currency)
    in_all = [_in_all(told)]
    if copies.high > 0:
        in_all.append(
            f"Apart from KMS, on CloudTrail's bill: {told.currency} {copies.text} for copies of "
            f"KMS events, {copies.whose}."
        )
    blocks: list[Block] = [
        Said(tuple(in_all)),
        fan_chart(told.simulation, billed),
        months_sheet(told),
        cost_chart(told.forecast),
        requests_chart(told.forecast),
    ]
    span = labels[1] if len(labels) == 2 else f"{labels[1]} to {labels[-1]}"
    return Section("ahead", f"The months ahead: {span}", tuple(blocks))


def _in_all(told: Computed) -> str:
    whole = told.simulation.draws_cost[:, 1:].sum(axis=1)
    low, high = (money(float(one)) for one in quantiles_of(whole, (0.05, 0.95)))
    ahead, unit = told.of_ahead, told.currency
    other = told.forecast.other_interpretation
    said = f"Together {unit} {money(ahead[told.cost])} by the forecast"
    said += f", {unit} {low} to {high} in 90 % of draws" if told.has_ranges else ""
    cost = money(ahead[f"{told.cost}_writes_{other}"])
    return f"{said}; with cloudtrail_writes: {other} {unit} {cost}."


def months_sheet(told: Computed) -> Sheet:
    """Each month ahead: forecast, range, the other reading, how often the budget breaks.

    Where nothing is a range only the forecast and the other reading are shown.
    """
    drawn, monthly, ahead = told.simulation.draws_cost, told.forecast.monthly, told.of_ahead
    other, unit = told.forecast.other_interpretation, told.currency
    limits = [one.usd_per_month for one in told.inventory.budgets if one.covers is None]
    limit = min(limits) if limits and unit == "USD" and told.has_ranges else None

    def cells(name: str, totals: Mapping[Any, Any], draws: FloatArray) -> tuple[str, ...]:
        ends = [money(float(one)) for one in quantiles_of(draws, _ENDS)]
        shown = ends if told.has_ranges else []
        cost, reading = totals[told.cost], totals[f"{told.cost}_writes_{other}"]
        return name, count(totals["requests"]), money(cost), *shown, money(reading)

    rows = []
    for at in range(1, min(told.forecast.months.count, _MOST + 1)):
        draws = drawn[:, at]
        over = [] if limit is None else [often(float((draws > limit).mean()))]
        label = told.forecast.months.labels[at]
        rows.append((*cells(label, monthly.iloc[at].to_dict(), draws), *over))
    total = cells("all", ahead, drawn[:, 1:].sum(axis=1))
    header = ["month", "requests", f"forecast {unit}"]
    header += [f"{share(one)} {unit}" for one in _ENDS] if told.has_ranges else []
    header += [f"if {other} {unit}"] + ([] if limit is None else ["draws over budget"])
    more = told.forecast.months.count - 1 - len(rows)
    if more > 0:
        rows.append((f"{more} more", *[""] * (len(header) - 1)))
    rows.append((*total, *([] if limit is None else [""])))
    title = "Each month: forecast, and how far the cost may spread"
    numbers, sums = len(header) - 1, 1 + (more > 0)
    return Sheet(title, tuple(header), tuple(rows), numbers=numbers, sums=sums)
