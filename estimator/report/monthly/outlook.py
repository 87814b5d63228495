"""The months ahead: the fan of quantiles against the budget."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from estimator.figures import between_ends, count, money, range_end, share
from estimator.forecasting.result import INTERPRETATION_WORDS
from estimator.months import FloatArray, month_in_words
from estimator.report.answers.budgets_and_copies import CopyCharge
from estimator.report.blocks import Sheet, write_paragraphs
from estimator.report.charts.fan import fan_chart
from estimator.report.charts.months import cost_chart, requests_chart
from estimator.report.monthly.document import Block, Section
from estimator.report.monthly.inputs import ReportInputs
from estimator.report.monthly.month_bill import ENDS
from estimator.report.monthly.verdict import Verdict
from estimator.report.monthly.words import IF_WORDS, often
from estimator.simulation.draws import quantiles_of

_MOST = 36


def outlook_section(inputs: ReportInputs, verdict: Verdict) -> Section | None:
    """Return the months ahead and what they may cost; None where none were asked for."""
    labels = inputs.forecast.months.labels
    if len(labels) == 1:
        return None
    # of CloudTrail alone, and of the whole month: the fan is a forecast of nothing else. Of what
    # the verdict speaks of: a fan of everything would be below its budget where a part is over
    main = verdict.main
    cost = inputs.month_cost if main is None else main.cost
    copies = CopyCharge.from_totals(inputs.outlook_totals, inputs.currency)
    in_all = [_in_all(inputs)]
    if copies.high > 0:
        in_all.append(
            f"Apart from KMS, on CloudTrail's bill: {inputs.currency} {copies.text} for copies of "
            f"KMS events, {copies.whose}."
        )
    blocks: list[Block] = [
        write_paragraphs(*in_all),
        fan_chart(
            inputs.simulation,
            cost.total if cost.billed is not None else None,
            "billed" if cost.is_billed else "billed and forecast",
            None if main is None else main.budget,
        ),
        months_sheet(inputs, verdict),
        cost_chart(inputs.forecast),
        requests_chart(inputs.forecast),
    ]
    first, last = month_in_words(labels[1]), month_in_words(labels[-1])
    span = first if first == last else f"{first} to {last}"
    return Section("ahead", f"The months ahead: {span}", tuple(blocks))


def _in_all(inputs: ReportInputs) -> str:
    # quantiles do not add up over months: each draw is summed first
    whole = inputs.simulation.draws_cost[:, 1:].sum(axis=1)
    low, high = quantiles_of(whole, (0.05, 0.95))
    ahead, unit = inputs.expected_ahead, inputs.currency
    other = inputs.forecast.other_interpretation
    line = f"Together {unit} {money(ahead[inputs.cost])} by the forecast"
    if inputs.has_ranges:
        line = f"Together {unit} {money(ahead[inputs.cost])} is expected, "
        line += f"{between_ends(float(low), float(high))} in 90 % of simulations"
    cost = money(ahead[f"{inputs.cost}_writes_{other}"])
    return f"{line}; {unit} {cost} if {INTERPRETATION_WORDS[other]}."


def months_sheet(inputs: ReportInputs, verdict: Verdict) -> Sheet:
    """Each month ahead: expected, range, the other interpretation, how often the budget breaks.

    Where nothing is a range only the forecast and the other interpretation are shown.
    """
    drawn, means = inputs.simulation.draws_cost, inputs.simulation.monthly
    other, unit = inputs.forecast.other_interpretation, inputs.currency
    # the probability of the budget that the verdict speaks of: a name for every number
    name = verdict.budget if inputs.has_ranges and verdict.probability is not None else None
    over = None if name is None else inputs.simulation.over[name]

    def cells(label: str, totals: Mapping[Any, Any], draws: FloatArray) -> tuple[str, ...]:
        ends = [float(end) for end in quantiles_of(draws, ENDS)]
        shown = [range_end(end, max(map(abs, ends))) for end in ends] if inputs.has_ranges else []
        cost, other_cost = totals["cost"], totals["other"]
        # money first: on a narrow screen it is what a reader came for
        return label, money(cost), *shown, money(other_cost), count(totals["requests"])

    named = {
        "requests": means["mean_requests"].to_numpy(),
        "cost": means[f"mean_{inputs.cost}"].to_numpy(),
        "other": means[f"mean_{inputs.cost}_writes_{other}"].to_numpy(),
    }
    rows = []
    for at in range(1, min(inputs.forecast.months.count, _MOST + 1)):
        breaks = [] if over is None else [often(float(over[at].mean()))]
        totals = {key: float(values[at]) for key, values in named.items()}
        label = inputs.forecast.months.labels[at]
        rows.append((*cells(label, totals, drawn[:, at]), *breaks))
    sums = {key: math.fsum(values[1:]) for key, values in named.items()}
    total = cells("all", sums, drawn[:, 1:].sum(axis=1))
    header = ["month", f"{'expected' if inputs.has_ranges else 'forecast'} {unit}"]
    header += [f"{share(end)} {unit}" for end in ENDS] if inputs.has_ranges else []
    header += [f"{unit} {IF_WORDS[other]}", "requests"]
    header += [] if over is None else [f"simulations over {name}"]
    more = inputs.forecast.months.count - 1 - len(rows)
    if more > 0:
        rows.append((f"{more} more", *[""] * (len(header) - 1)))
    rows.append((*total, *([] if over is None else [""])))
    title = "Each month"
    if inputs.has_ranges:
        title += ": what is expected, and how far the cost may spread"
    numbers, ends = len(header) - 1, 1 + (more > 0)
    return Sheet(title, tuple(header), tuple(rows), numbers=numbers, sums=ends)
