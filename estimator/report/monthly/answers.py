"""The questions of who signs the budget: why, what changed, what to do."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from estimator.figures import (
    FEW,
    HALF_CENT,
    Figure,
    cents,
    listed,
    money,
    percent,
    plural,
    share,
    signed,
)
from estimator.months import month_in_words
from estimator.reconciliation import Reconciliation
from estimator.reconciliation.parts import NOT_FORECAST, PARTS, own_parts
from estimator.report.answers.bill_amounts import amounts_beside, rounded_parts
from estimator.report.monthly.budget_states import BudgetState
from estimator.report.monthly.document import Answer
from estimator.report.monthly.inputs import ReportInputs
from estimator.report.monthly.time import change_lines
from estimator.report.monthly.verdict import Verdict

_MOST = 3
_LEAST = 0.01  # of the cost: a smaller change is none that a reader would look for [0-1]


def answer_questions(inputs: ReportInputs, verdict: Verdict) -> tuple[Answer, ...]:
    """Return each question with its answer."""
    return (
        Answer("Why?", _why(inputs, verdict)),
        Answer("What changed?", (*change_lines(inputs, verdict), *_ahead(inputs))),
        Answer("What to do?", _what_to_do(inputs, verdict)),
    )


def _why(inputs: ReportInputs, verdict: Verdict) -> tuple[str, ...]:
    lines = [_largest(inputs)]
    found = inputs.reconciliation
    if found is not None and found.is_comparable:
        # the verdict may speak of a part of the bill
        whole = "whole " * any(state.budget.part for state in verdict.states)
        lines.append(_difference(inputs, found, f"{whole}bill {inputs.billed_words}".strip()))
        if any(abs(cost) >= HALF_CENT for cost in found.others.values()):
            beside = amounts_beside(found)
            parts = [
                f"{name} {beside.by_part[part]}"
                for name, part in zip(("requests", "keys"), NOT_FORECAST, strict=True)
                if abs(found.others[part]) >= HALF_CENT
            ]
            # of a part alone the sum says it
            parts_in_words = f": {', '.join(parts)}" if len(parts) > 1 else ""
            what = f" ({parts[0].split()[0]})" if len(parts) == 1 else ""
            lines.append(
                f"Apart from CloudTrail others use KMS on the same bill for {inputs.currency} "
                f"{beside.others}{what}{parts_in_words}."
            )
    return tuple(lines)


def _difference(inputs: ReportInputs, found: Reconciliation, which: str) -> str:
    """How far the bill is off what the verdict expects of the same days, and because of what."""
    parts = own_parts(found.parts)
    off = math.fsum(parts.values())
    expected = "what is expected" if inputs.has_ranges else "the forecast"
    if abs(off) < HALF_CENT:
        return f"The {which} is {expected} of the same days."
    largest = sorted(parts, key=lambda name: -abs(parts[name]))[:_MOST]
    amounts = _part_amounts(found)
    named = [f"{PARTS[name]} {signed(amounts[name])}" for name in largest if amounts[name].value]
    because = f": {', '.join(named)}" if named else ""
    more = "more" if off > 0 else "less"
    return (
        f"The {which} is {inputs.currency} {cents(abs(off))} {more} than {expected} of the same "
        f"days{because}."
    )


def _part_amounts(found: Reconciliation) -> dict[str, Figure]:
    """The parts of the difference in cents, as they read in the table and the chart below."""
    return {name: cents(amount) for name, amount in rounded_parts(found).items()}


def _largest(inputs: ReportInputs) -> str:
    """What of the month's forecast costs most."""
    rows = inputs.breakdown["drivers"]
    total = float(rows["cost"].sum())
    if not total:
        return f"Nothing costs anything in {month_in_words(inputs.month)}: {_why_nothing(inputs)}."
    trails = {trail.name for trail in inputs.inventory.trails}
    is_key = (rows["cause"] == "key").to_numpy()
    # a key may share its name with a trail or a reader
    kinds = np.where(
        is_key, "key", np.where(rows["driver"].astype(str).isin(trails), "trail", "reader")
    )
    named = rows.assign(kind=kinds, driver=rows["driver"].astype(str))
    sums = named.groupby(["kind", "driver"], as_index=False)["cost"].sum()
    top = sums.iloc[int(np.argmax(sums["cost"]))]
    kind, name, cost = str(top["kind"]), str(top["driver"]), float(top["cost"])
    is_this = (named["kind"] == kind) & (named["driver"] == name) & (named["unit"] == "request")
    requests = float(named.loc[is_this, "quantity"].sum())
    counted = f" with {plural(requests, 'request')}" if requests else ""
    if len(sums) == 1 or cost == total:
        return (
            f"All of it is {kind} {name} by the forecast: {inputs.currency} {money(cost)}{counted}."
        )
    return (
        f"{kind.capitalize()} {name} costs most by the forecast: {inputs.currency} {money(cost)} "
        f"of {money(total)} ({share(cost / total)}){counted}."
    )


def _why_nothing(inputs: ReportInputs) -> str:
    """Why a month costs nothing by the forecast."""
    if not any(trail.key for trail in inputs.inventory.trails):
        return "no trail has a KMS key"
    requests = inputs.expected["requests"]
    if requests:
        return f"{plural(requests, 'request')} by the forecast, all of them free"
    return "by the forecast no request is made, and no key is paid for"


def _ahead(inputs: ReportInputs) -> Iterator[str]:
    """How the last month's forecast differs from this month's, and because of what."""
    labels = inputs.forecast.months.labels
    if len(labels) < 2:
        return
    last = labels[-1]
    rows = inputs.forecast.rows
    month = rows["month"].astype(str)
    driver = rows["driver"].astype(object)
    driver = driver.where(rows["cause"] != "key", "key " + driver)
    cost = rows["cost"].to_numpy()
    frame = pd.DataFrame({"driver": driver.to_numpy(), "month": month.to_numpy(), "cost": cost})
    sums = frame.pivot_table(index="driver", columns="month", values="cost", aggfunc="sum")
    sums = sums.reindex(columns=[inputs.month, last]).fillna(0.0)
    now, then = sums[inputs.month], sums[last]
    change = (then - now).sort_values(key=lambda values: -values.abs(), kind="stable")
    before, after = float(now.sum()), float(then.sum())
    words = month_in_words(last)
    causes = [
        f"{name} {signed(cents(float(cost)))}"
        for name, cost in change.items()
        if abs(cost) >= max(_LEAST * before, HALF_CENT)
    ]
    if not causes:
        yield f"The forecast stays about the same to {words}."
        return
    relative = f" ({percent((after - before) / before)})" if before else ""
    line = f"By {words} the forecast goes from {inputs.currency} {money(before)} to {money(after)}"
    yield f"{line}{relative}: {listed(causes, FEW)}."


def _what_to_do(inputs: ReportInputs, verdict: Verdict) -> tuple[str, ...]:
    """At most three lines, what is worth most first."""
    # sums that may hold lines twice make whatever follows uncertain
    repeats = [f"{notice[:1].upper()}{notice[1:]}." for notice in inputs.repeats[:1]]
    before = [each.month for each in inputs.past if each.may_repeat and each.month != inputs.month]
    if before:
        repeats.append(f"Look at the bill of {listed(before, _MOST)}: lines may count twice.")
    lines = [
        *repeats,
        *inputs.copies.to_do(),
        *_write_budget(inputs),
        *_by_the_bill(inputs, verdict.main),
        *_savings(inputs),
    ]
    if any(state.is_broken or state.may_break for state in verdict.states) and not lines:
        lines.append(_nothing_saves(inputs, verdict))
    found = inputs.reconciliation
    if found is not None and found.days.text:
        lines.append("Report again when the bill is whole.")
    if found is not None and found.missing:
        lines.append(
            f"Give the rest of the bill, which is {found.missing.text}; or, if nothing is used "
            "there, take it out of the inventory."
        )
    drivers, column = inputs.simulation.drivers, f"share_{inputs.cost}"
    ends = inputs.ends
    if inputs.reconciliation is None and ends and len(drivers) and float(drivers[column].max()) > 0:
        row = drivers.sort_values(column, ascending=False, kind="stable").iloc[0]
        of_spread = share(float(row[column]))
        lines.append(
            f"Find out {row['assumption']} first: it causes {of_spread} of the spread of {ends}."
        )
    if inputs.reconciliation is None:
        lines.append("Give the bill (--bill): this is a forecast only.")
    return tuple(lines[:_MOST]) or ("Nothing.",)


def _write_budget(inputs: ReportInputs) -> Iterator[str]:
    """Where there is no budget: how to write one."""
    if not inputs.inventory.budgets:
        highest = float(inputs.simulation.monthly[f"mean_{inputs.cost}"].max())
        amount = _round_up(1.1 * highest)
        yield (
            "Write a budget into the inventory, such as "
            f"budgets: [{{name: kms, usd_per_month: {amount}}}]."
        )


def _round_up(amount: float) -> int:
    """Return two digits that are no less, as who sets a budget would say.

    >>> _round_up(127_801.0), _round_up(11.1), _round_up(0.0)
    (130000, 12, 1)
    """
    step: int = 10 ** max(math.floor(math.log10(max(amount, 1.0))) - 1, 0)
    return max(math.ceil(amount / step) * step, 1)


def _nothing_saves(inputs: ReportInputs, verdict: Verdict) -> str:
    """What is left to do where a budget is broken or at risk, and no saving is known."""
    advice = inputs.advice
    if advice is None:
        return f"Ask what would save money: kmscost advise {inputs.inventory_file}."
    return f"Raise budget {verdict.budget}: no change that kmscost advise knows saves anything."


def _by_the_bill(inputs: ReportInputs, main: BudgetState | None) -> Iterator[str]:
    """What the bill tells of the inventory and of the forecast."""
    month_bill = inputs.month_bill
    # the budget that the verdict speaks of may be of a part
    ranges = (month_bill.whole.bill_range, None if main is None else main.bill.own_range)
    of_bill = inputs.reconciliation.interpretation if inputs.reconciliation else None
    if of_bill is not None and month_bill.follows_other:
        yield (
            f"Write cloudtrail_writes: {of_bill.answer} into the inventory: this bill follows it "
            f"({of_bill.strength} evidence)."
        )
    if any(each is not None and not each.is_inside for each in ranges):
        found = inputs.reconciliation
        if found is None or month_bill.off_by_rates is None:
            yield f"Measure and calibrate: {inputs.calibrate_command}."
            return
        yield (
            f"Bring the rates to the bill's prices (--discount, --rates): they make "
            f"{inputs.currency} {signed(_part_amounts(found)['rate'])} of the difference."
        )


def _savings(inputs: ReportInputs) -> Iterator[str]:
    """The best change that saves anything on KMS's bill."""
    advice = inputs.advice
    for best in advice.recommendations if advice is not None else ():
        assert advice is not None
        saved = advice.per_month(best.saving.totals[inputs.cost])
        # what saves on CloudTrail's bill alone is in the line of copies
        if saved >= HALF_CENT:
            title = best.proposal.title
            title = f"{title[:1].upper()}{title[1:]}"
            saves = f"saves about {inputs.currency} {money(saved)} a month"
            yield f"{title}: {saves}; what it loses stands below."
            return
