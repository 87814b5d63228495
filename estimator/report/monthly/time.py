"""Time: the months so far and ahead on one axis, month over month, year to date, what changed."""

from __future__ import annotations

import math

from estimator.figures import (
    cents,
    count,
    difference,
    money,
    money_like,
    percent,
    share,
    signed,
)
from estimator.report.blocks import Sheet, write_paragraphs
from estimator.report.charts.timeline import TimelineMonth, timeline_chart
from estimator.report.monthly.changes import Change
from estimator.report.monthly.document import Block, Section
from estimator.report.monthly.inputs import ReportInputs
from estimator.report.monthly.verdict import judge
from estimator.report.monthly.words import month_in_words
from estimator.report.past.months import PastMonth, change_to_month_before, year_to_date
from estimator.simulation.quantiles import quantiles_of

_MOST = 20
_CENT = 0.005


def time_section(inputs: ReportInputs) -> Section | None:
    """Return the months so far, and what changed; None where there is nothing to look back at."""
    blocks: list[Block] = []
    if len(inputs.past) > 1:
        blocks += [_timeline(inputs), _months_sheet(inputs)]
        blocks += [write_paragraphs(line) for line in (year_line(inputs),) if line]
    changes = inputs.changes
    if changes is not None:
        sheets = (
            ("By trail, reader and key", changes.parts, ("what", "name")),
            ("By account where it happens", changes.accounts, ("what", "account")),
            ("Rates", changes.rates, ("what", "name")),
        )
        for title, parts, names in sheets:
            if parts:
                blocks.append(
                    _changes_sheet(inputs, f"{title}, since {changes.since}", parts, names)
                )
        if not (changes.parts or changes.accounts or changes.rates):
            blocks.append(
                write_paragraphs(
                    f"Nothing in the inventory or the rates changed since {changes.since}."
                )
            )
    if not blocks:
        return None
    return Section("time", "The months so far, and what changed", tuple(blocks))


def _timeline(inputs: ReportInputs) -> Block:
    months = [
        TimelineMonth(
            each.month,
            None if each.cost is None else each.cost.billed,
            (each.forecast or 0.0) if each.cost is None else each.cost.rest,
            then=each.forecast_then,
        )
        for each in inputs.past
    ]
    simulation = inputs.simulation
    means = simulation.monthly[f"mean_{inputs.cost}"].to_numpy()
    for at in range(1, inputs.forecast.months.count):
        low, high = (
            quantiles_of(simulation.draws_cost[:, at], (0.05, 0.95))
            if inputs.has_ranges
            else (None, None)
        )
        label = inputs.forecast.months.labels[at]
        months.append(TimelineMonth(label, None, float(means[at]), low, high))
    return timeline_chart(months, _budget(inputs), inputs.currency)


def _budget(inputs: ReportInputs) -> tuple[str, float] | None:
    """The budget of everything that the verdict speaks of, else the lowest one."""
    verdict = judge(inputs)
    whole = [state.budget for state in verdict.states if state.budget.part is None]
    if not whole:
        return None
    lowest = min(whole, key=lambda budget: budget.usd_per_month)
    main = next((budget for budget in whole if budget.name == verdict.budget), lowest)
    return main.name, main.usd_per_month


def _months_sheet(inputs: ReportInputs) -> Sheet:
    """Each month so far: billed, against the month before, the forecast made then, the budget."""
    budget = _budget(inputs)
    rows = []
    for at, each in enumerate(inputs.past):
        total = None if each.cost is None else each.cost.total
        change = change_to_month_before(inputs.past, at)
        before = inputs.past[at - 1].cost if at else None
        relative = change / before.total if change is not None and before and before.total else None
        then = each.forecast_then
        off = None if total is None or then is None else difference(then, total)
        limit = None if budget is None else each.budget_then(*budget)
        used = None if total is None or not limit else total / limit
        rows.append(
            (
                each.month,
                each.bill or "no bill",
                "-" if total is None else money(total),
                "-" if change is None else signed(money_like(change, total)),
                "-" if relative is None else percent(relative),
                "-" if used is None else share(used),
                "-" if each.forecast_then is None else money(each.forecast_then),
                "-" if off is None else signed(money_like(off, total)),
                "-" if each.forecast is None else money(each.forecast),
                "-" if each.others is None else money(round(each.others, 6)),
                "-" if each.measured is None else count(each.measured),
            )
        )
    unit = inputs.currency
    header: tuple[str, ...] = ("month", "bill", unit, "month over month", "relative")
    header = (*header, f"of budget {budget[0]}" if budget else "of budget", "forecast then", "off")
    header = (*header, "by today's inventory", "others", "measured requests")
    title = f"Months so far: CloudTrail's part of the bill in {unit}"
    return Sheet(title, header, tuple(rows), numbers=len(header) - 2)


def year_line(inputs: ReportInputs) -> str:
    """The year to date, against what was forecast then; empty where no month of it is known.

    Months without a bill are named.
    """
    year, unit = year_to_date(inputs.past, inputs.month), inputs.currency
    if not year.known:
        return ""
    line = f"Year to date {year.year}: {unit} {money(year.cost)} in {year.known} of {year.months} "
    line += f"month{'s' * (year.months != 1)}"
    if year.missing:
        shown = year.missing if len(year.missing) < 4 else (year.missing[0], year.missing[-1])
        line += f" (nothing is known of {(' to ' if len(year.missing) > 3 else ', ').join(shown)})"
    if year.forecast_then is not None:
        off = difference(year.forecast_then, year.cost)
        line += f"; {money(year.forecast_then)} was forecast then, {signed(cents(off))} off"
        line += f" ({percent(off / year.forecast_then)})" if year.forecast_then else ""
    budget = _budget(inputs)
    if budget is not None:
        # each month against its budget of then
        limits = [
            (each.cost.total, limit)
            for each in inputs.past
            if each.cost is not None and each.month.startswith(f"{year.year}-")
            if (limit := each.budget_then(*budget))
        ]
        if limits:
            used = math.fsum(cost for cost, _ in limits) / math.fsum(limit for _, limit in limits)
            which = "these months" if len(limits) == year.known else "the months that have it"
            line += f"; {share(used)} of budget {budget[0]} in {which}"
    return f"{line}."


def _changes_sheet(
    inputs: ReportInputs, title: str, parts: tuple[Change, ...], names: tuple[str, str]
) -> Sheet:
    unit = inputs.currency
    rows: list[tuple[str, ...]] = [
        (
            f"{each.kind} {each.what}",
            each.name,
            signed(count(each.requests)),
            signed(money(each.cost)),
        )
        for each in parts[:_MOST]
    ]
    rest = parts[_MOST:]
    if rest:
        requests, cost = sum(each.requests for each in rest), sum(each.cost for each in rest)
        rows.append((f"{len(rest):,} more", "", signed(count(requests)), signed(money(cost))))
    requests, cost = sum(each.requests for each in parts), sum(each.cost for each in parts)
    rows.append(("in all", "", signed(count(requests)), signed(money(cost))))
    header = (*names, f"requests in {inputs.month}", f"{unit} in {inputs.month}")
    return Sheet(title, header, tuple(rows), numbers=2, sums=1 + bool(rest))


def change_lines(inputs: ReportInputs) -> tuple[str, ...]:
    """Answer what changed: the bill, then the inventory with its money."""
    lines = []
    past, unit = inputs.past, inputs.currency
    change = change_to_month_before(past, len(past) - 1) if len(past) > 1 else None
    if change is not None:
        now, before = past[-1], past[-2]
        lines.append(
            f"{unit} {_total(now)} for {month_in_words(now.month)} against {_total(before)} for "
            f"{month_in_words(before.month)}: {signed(cents(change))}."
        )
    if len(past) > 1:
        lines += [line for line in (year_line(inputs),) if line]
    changes = inputs.changes
    if changes is not None:
        every = [*changes.parts, *changes.rates]
        shown = [each for each in every if each.what != "changed" or abs(each.cost) >= _CENT]
        if shown:
            named = [
                f"{each.kind} {each.name} {each.what} ({signed(cents(each.cost))})"
                for each in shown[:3]
            ]
            more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
            lines.append(
                f"Since the report of {changes.since} the inventory costs {unit} "
                f"{signed(cents(changes.cost))} a month: {', '.join(named)}{more}."
            )
        else:
            lines.append(f"Nothing in the inventory changed since the report of {changes.since}.")
    if not lines:
        lines.append("Earlier months are not known: give their bills, and --history FILE.")
    return tuple(lines)


def _total(past: PastMonth) -> str:
    return "-" if past.cost is None else str(money(past.cost.total))
