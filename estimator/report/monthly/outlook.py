"""The months ahead: the fan of quantiles against the budget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.figures import count, money, share
from estimator.forecasting.result import INTERPRETATION_WORDS
from estimator.months import FloatArray
from estimator.report.answers.budgets_and_copies import CopyCharge
from estimator.report.blocks import Sheet, write_paragraphs
from estimator.report.charts.fan import fan_chart
from estimator.report.charts.months import cost_chart, requests_chart
from estimator.report.monthly.document import Block, Section
from estimator.report.monthly.inputs import ReportInputs
from estimator.report.monthly.words import often
from estimator.simulation.quantiles import quantiles_of

_ENDS = (0.05, 0.5, 0.95)
_MOST = 36


def outlook_section(inputs: ReportInputs) -> Section | None:
    """Return the months ahead and what they may cost; None where none were asked for."""
    labels = inputs.forecast.months.labels
    if len(labels) == 1:
        return None
    reconciliation = inputs.reconciliation
    billed = None if reconciliation is None else reconciliation.totals[f"{inputs.cost}_billed"]
    copies = CopyCharge.from_totals(inputs.outlook_totals, inputs.currency)
    in_all = [_in_all(inputs)]
    if copies.high > 0:
        in_all.append(
            f"Apart from KMS, on CloudTrail's bill: {inputs.currency} {copies.text} for copies of "
            f"KMS events, {copies.whose}."
        )
    blocks: list[Block] = [
        write_paragraphs(*in_all),
        fan_chart(inputs.simulation, billed),
        months_sheet(inputs),
        cost_chart(inputs.forecast),
        requests_chart(inputs.forecast),
    ]
    span = labels[1] if len(labels) == 2 else f"{labels[1]} to {labels[-1]}"
    return Section("ahead", f"The months ahead: {span}", tuple(blocks))


def _in_all(inputs: ReportInputs) -> str:
    # quantiles do not add up over months: each draw is summed first
    whole = inputs.simulation.draws_cost[:, 1:].sum(axis=1)
    low, high = (money(float(end)) for end in quantiles_of(whole, (0.05, 0.95)))
    ahead, unit = inputs.outlook_totals, inputs.currency
    other = inputs.forecast.other_interpretation
    line = f"Together {unit} {money(ahead[inputs.cost])} by the forecast"
    line += f", {unit} {low} to {high} in 90 % of simulations" if inputs.has_ranges else ""
    cost = money(ahead[f"{inputs.cost}_writes_{other}"])
    return f"{line}; {unit} {cost} if {INTERPRETATION_WORDS[other]}."


def months_sheet(inputs: ReportInputs) -> Sheet:
    """Each month ahead: forecast, range, the other interpretation, how often the budget breaks.

    Where nothing is a range only the forecast and the other interpretation are shown.
    """
    drawn, monthly, ahead = (
        inputs.simulation.draws_cost,
        inputs.forecast.monthly,
        inputs.outlook_totals,
    )
    other, unit = inputs.forecast.other_interpretation, inputs.currency
    limits = [budget.usd_per_month for budget in inputs.inventory.budgets if budget.part is None]
    # budgets are in USD: beside amounts of another currency they would be compared by mistake
    limit = min(limits) if limits and unit == "USD" and inputs.has_ranges else None

    def cells(name: str, totals: Mapping[Any, Any], draws: FloatArray) -> tuple[str, ...]:
        ends = [money(float(end)) for end in quantiles_of(draws, _ENDS)]
        shown = ends if inputs.has_ranges else []
        cost, other_cost = totals[inputs.cost], totals[f"{inputs.cost}_writes_{other}"]
        return name, count(totals["requests"]), money(cost), *shown, money(other_cost)

    rows = []
    for at in range(1, min(inputs.forecast.months.count, _MOST + 1)):
        draws = drawn[:, at]
        over = [] if limit is None else [often(float((draws > limit).mean()))]
        label = inputs.forecast.months.labels[at]
        rows.append((*cells(label, monthly.iloc[at].to_dict(), draws), *over))
    total = cells("all", ahead, drawn[:, 1:].sum(axis=1))
    header = ["month", "requests", f"forecast {unit}"]
    header += [f"{share(end)} {unit}" for end in _ENDS] if inputs.has_ranges else []
    header += [f"if {other} {unit}"] + ([] if limit is None else ["simulations over budget"])
    more = inputs.forecast.months.count - 1 - len(rows)
    if more > 0:
        rows.append((f"{more} more", *[""] * (len(header) - 1)))
    rows.append((*total, *([] if limit is None else [""])))
    title = "Each month: forecast, and how far the cost may spread"
    numbers, sums = len(header) - 1, 1 + (more > 0)
    return Sheet(title, tuple(header), tuple(rows), numbers=numbers, sums=sums)
