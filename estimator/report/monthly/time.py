"""Time: the months so far and ahead on one axis, month over month, year to date, what changed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from estimator.figures import (
    HALF_CENT,
    at_least,
    cents,
    count,
    difference,
    listed,
    money,
    money_like,
    percent,
    signed,
)
from estimator.inventory.budgets import Budget
from estimator.measurement.billing.repeats import ONCE
from estimator.months import month_in_words
from estimator.reconciliation.rest_of_month import MonthCost
from estimator.report.blocks import Sheet, write_paragraphs
from estimator.report.charts.timeline import timeline_chart
from estimator.report.columns import print_month_cost, share_beside, share_of_limit
from estimator.report.monthly.changes import FOLLOWS, Change, Changes
from estimator.report.monthly.document import Block, Section
from estimator.report.monthly.inputs import ReportInputs
from estimator.report.monthly.verdict import Verdict
from estimator.report.past import PastMonth

_MOST = 20
_FEW = 3


def time_section(inputs: ReportInputs, verdict: Verdict) -> Section | None:
    """Return the months so far, and what changed; None where there is nothing to look back at."""
    blocks: list[Block] = []
    if len(inputs.past) > 1:
        budget = verdict.whole_budget
        limit = None if budget is None else (budget.name, budget.usd_per_month)
        blocks += [
            timeline_chart(inputs.past, inputs.simulation, limit),
            _months_sheet(inputs, budget),
        ]
        if any(each.cost is not None for each in inputs.past):
            lines = (year_line(inputs, budget), *_unknown_then(inputs, budget))
            blocks.append(write_paragraphs(*lines))
    changes = inputs.changes
    if changes is not None:
        if changes.settings:
            settings = listed(f"{name} changed" for name in changes.settings)
            blocks.append(write_paragraphs(f"Since {changes.since}: {settings}."))
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
        if not (changes.parts or changes.accounts or changes.rates or changes.settings):
            blocks.append(
                write_paragraphs(
                    f"Nothing in the inventory or the rates changed since {changes.since}."
                )
            )
    if not blocks:
        return None
    return Section("time", "The months so far, and what changed", tuple(blocks))


def _months_sheet(inputs: ReportInputs, budget: Budget | None) -> Sheet:
    """Each month so far: billed, against the month before, the forecast made then, the budget."""
    rows = []
    for at, each in enumerate(inputs.past):
        total = None if each.cost is None else each.cost.total
        change = inputs.month_over_month[at]
        before = inputs.past[at - 1].cost if at else None
        relative = change / before.total if change is not None and before and before.total else None
        then = each.forecast_then
        # how far an open month goes nothing says: no difference and no share is one of it
        known = None if each.is_open else total
        off = None if known is None or then is None else difference(then, known)
        limit = None if budget is None else each.budget_then(budget.name, budget.usd_per_month)
        used = None if known is None or not limit else known / limit
        bill = f"{each.bill}, lines may count twice" if each.may_repeat else each.bill
        if each.cost is not None and each.cost.rest >= HALF_CENT:
            bill += f", {_rest(each.cost)} forecast"
        if change is not None and inputs.past[at - 1].may_repeat:
            bill += ", lines of the month before may count twice"
        rows.append(
            (
                each.month,
                bill or "no bill",
                "-" if total is None else at_least(str(money(total)), float(each.is_open)),
                "-" if change is None else signed(money_like(change, total)),
                "-" if relative is None else percent(relative),
                "-" if used is None else share_of_limit(used),
                "-" if each.forecast_then is None else money(each.forecast_then),
                "-" if off is None else signed(money_like(off, total)),
                "-" if each.forecast is None else money(each.forecast),
                "-" if each.others is None else money(round(each.others, 6)),
                "-" if each.measured is None else count(each.measured),
            )
        )
    unit = inputs.currency
    header: tuple[str, ...] = ("month", "bill", unit, "month over month", "relative")
    of_budget = f"of budget {budget.name}" if budget else "of budget"
    header = (*header, of_budget, "forecast then", "off")
    header = (*header, "by today's inventory", "others", "measured requests")
    title = f"Months so far: CloudTrail's part of the bill in {unit}"
    if any(each.cost is not None and each.cost.rest >= HALF_CENT for each in inputs.past):
        title += ", with what is forecast of it"
    return Sheet(title, header, tuple(rows), numbers=len(header) - 2)


def year_line(inputs: ReportInputs, budget: Budget | None) -> str:
    """The year to date, against what was forecast then; months without a bill are named."""
    year, unit = inputs.year, inputs.currency
    if not year.known:
        return f"Year to date {year.year}: no bill is known."
    line = f"Year to date {year.year}: {unit} {money(year.cost)} in {year.known} of {year.months} "
    line += f"month{'s' * (year.months != 1)}"
    if year.missing:
        line += f" (nothing is known of {listed(_spans(year.missing), _FEW)})"
    if abs(year.rest) >= HALF_CENT:
        line += f", {_rest_of_year(inputs)} of it forecast"
    if year.open:
        line += f", or more: the bill of {listed(year.open, _FEW)} does not tell its days"
    if year.may_repeat:
        line += f", {ONCE} ({listed(year.may_repeat, _FEW)})"
    if (then := year.against_then) is not None:
        off = difference(then.forecast, then.cost)
        of_these = "" if then.months == year.known else f" of {then.months} of them"
        line += f"; {money(then.forecast)} was forecast then{of_these}, {signed(cents(off))} off"
        line += f" ({percent(off / then.forecast)})" if then.forecast else ""
    if budget is not None:
        # each month against its budget of then
        limits = [
            (each.cost.total, limit)
            for each in inputs.past
            if each.cost is not None and not each.is_open and each.month.startswith(f"{year.year}-")
            if (limit := each.budget_then(budget.name, budget.usd_per_month))
        ]
        if limits:
            used = math.fsum(cost for cost, _ in limits) / math.fsum(limit for _, limit in limits)
            which = "these months" if len(limits) == year.known else "the months that have it"
            line += f"; {share_beside(used, 1.0)} of budget {budget.name} in {which}"
    return f"{line}."


def _rest_of_year(inputs: ReportInputs) -> str:
    """What of the year so far is forecast; of one month alone it reads as with that month."""
    months = [
        each.cost
        for each in inputs.past
        if each.cost is not None
        and abs(each.cost.rest) >= HALF_CENT
        and each.month.startswith(inputs.year.year)
    ]
    return _rest(months[0]) if len(months) == 1 else money(inputs.year.rest)


def _rest(cost: MonthCost) -> str:
    """What is expected of a month beyond what is billed of it."""
    return money(cost.rest) if cost.billed is None else print_month_cost(cost.billed, cost.rest)[1]


def _spans(months: Sequence[str]) -> list[str]:
    """Months of one year in words, those that follow each other as one.

    >>> _spans(["2026-01", "2026-02", "2026-05"])
    ['2026-01 to 2026-02', '2026-05']
    """
    spans: list[list[str]] = []
    for month in months:
        if spans and int(month[-2:]) == int(spans[-1][-1][-2:]) + 1:
            spans[-1].append(month)
        else:
            spans.append([month])
    return [span[0] if len(span) == 1 else f"{span[0]} to {span[-1]}" for span in spans]


def _unknown_then(inputs: ReportInputs, budget: Budget | None) -> tuple[str, ...]:
    """What no report kept of the months so far: what was forecast of them then, their budget."""
    without = [each.month for each in inputs.past[:-1] if each.budgets is None]
    limit = "" if budget is None else "; they stand against today's budget"
    if not any(each.forecast_then is not None for each in inputs.past) and without:
        line = "No earlier report is kept (--history FILE), so what was forecast of these months "
        return (f"{line}then is not known{limit}.",)
    if not without or not limit:
        return ()
    limit = limit.replace("they stand", "it stands") if len(without) == 1 else limit
    return (f"No report is kept of {listed(without, _FEW)}{limit}.",)


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


def change_lines(inputs: ReportInputs, verdict: Verdict) -> tuple[str, ...]:
    """Answer what changed: the bill, then the inventory with its money."""
    lines = []
    past, unit = inputs.past, inputs.currency
    change = inputs.month_over_month[-1] if len(past) > 1 else None
    if change is not None:
        now, before = past[-1], past[-2]
        lines.append(
            f"{unit} {_total(now)} for {month_in_words(now.month)} against {_total(before)} for "
            f"{month_in_words(before.month)}: {signed(cents(change))}"
            f"{f', {ONCE}' if now.may_repeat or before.may_repeat else ''}."
        )
    if len(past) > 1 and any(each.cost is not None for each in past):
        lines.append(year_line(inputs, verdict.whole_budget))
    if inputs.changes is not None:
        lines.append(_changes_line(inputs.changes, unit))
    if not lines:
        lines.append("Earlier months are not known: give their bills, and --history FILE.")
    return tuple(lines)


def _changes_line(changes: Changes, unit: str) -> str:
    """What is written otherwise than in the report before, then what follows from it."""
    parts = [
        (each, f"{each.kind} {each.name} {each.what} ({signed(cents(each.cost))})")
        for each in changes.parts
        if each.what != FOLLOWS or abs(each.cost) >= HALF_CENT
    ]
    rates = [
        f"{each.kind} {each.name} {each.what} ({signed(cents(each.cost))})"
        for each in changes.rates
        if abs(each.cost) >= HALF_CENT
    ]
    named = [
        *(f"{name} changed" for name in changes.settings),
        *_accounts(changes.accounts),
        *(words for each, words in parts if each.what != FOLLOWS),
        *rates,
        *(words for each, words in parts if each.what == FOLLOWS),
    ]
    if not named:
        return f"Nothing in the inventory changed since the report of {changes.since}."
    costs = f"{unit} {signed(cents(changes.cost))} a month"
    if abs(changes.cost) < HALF_CENT and not rates:
        costs = "as much"
    return (
        f"Since the report of {changes.since} the inventory costs {costs}: {listed(named, _FEW)}."
    )


def _accounts(accounts: Sequence[Change]) -> Iterator[str]:
    """Accounts that are written otherwise; their money is in the trails and readers."""
    for what in ("added", "removed", "changed"):
        found = [each.name for each in accounts if each.what == what]
        if found:
            yield (
                f"account {found[0]} {what}"
                if len(found) == 1
                else f"{len(found):,} accounts {what}"
            )


def _total(past: PastMonth) -> str:
    if past.cost is None:
        return "-"
    rest = f" ({_rest(past.cost)} of it forecast)" if past.cost.rest >= HALF_CENT else ""
    return f"{money(past.cost.total)}{rest}"
