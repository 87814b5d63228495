"""The first page: three numbers, one chart, what changed, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from estimator.figures import FEW, listed, money, percent, share, signed
from estimator.reconciliation.result import PARTS
from estimator.report.charts.chart import Chart
from estimator.report.monthly.document import Card, Cards, Document
from estimator.report.monthly.inputs import ReportInputs
from estimator.report.monthly.words import month_in_words

# cards that come first where they are there: what was paid, what is allowed, what is expected
_FIRST = ("Billed", "Month", "Expected", "Forecast", "Budget")
_MOST = 3
_CHARTS = ("fan", "sankey")
_LEAST = 0.01  # of the cost: a smaller change is none that a reader would look for [0-1]


@dataclass(frozen=True)
class FirstPage:
    """What stands above all folded parts.

    Attributes
    ----------
    cards : tuple of Card
        Three numbers.
    chart : Chart or None
    changed, to_do : tuple of str
        Lines under "What changed" and "What to do".
    """

    cards: tuple[Card, ...]
    chart: Chart | None
    changed: tuple[str, ...]
    to_do: tuple[str, ...]


def first_page(document: Document, inputs: ReportInputs) -> FirstPage:
    """Pick out of the whole report what its reader came for."""
    blocks = [block for section in document.sections for block in section.blocks]
    cards = [card for block in blocks if isinstance(block, Cards) for card in block.cards]
    order = {name: rank for rank, name in enumerate(_FIRST)}
    chosen = sorted(cards, key=lambda card: order.get(card.name, len(order)))[:_MOST]
    charts = {block.name: block for block in blocks if isinstance(block, Chart)}
    chart = next((charts[name] for name in _CHARTS if name in charts), None)
    return FirstPage(
        tuple(card for card in cards if card in chosen),
        chart,
        tuple(_changed(inputs)),
        tuple(_to_do(inputs, document.status)),
    )


def _changed(inputs: ReportInputs) -> Iterator[str]:
    """The bill against the forecast, and the months ahead against the month."""
    unit, found = inputs.currency, inputs.reconciliation
    if found is not None:
        forecast = inputs.month_totals[inputs.cost]
        error = found.forecast_error
        relative = f" ({percent(error / forecast)})" if forecast else ""
        parts = sorted(found.parts.items(), key=lambda part: -abs(part[1]))
        causes = [
            f"{PARTS[name]} {_cents(cost)}"
            for name, cost in parts
            if abs(cost) >= _LEAST * abs(forecast)
        ]
        line = f"Billed against forecast: {unit} {_cents(error)}{relative}"
        yield f"{line}; {listed(causes, FEW)}." if causes else f"{line}."
    labels = inputs.forecast.months.labels
    if len(labels) > 1:
        yield _ahead(inputs, labels[-1])


def _ahead(inputs: ReportInputs, last: str) -> str:
    """How the last month's forecast differs from this month's, and because of what."""
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
        f"{name} {_cents(float(cost))}"
        for name, cost in change.items()
        if abs(cost) >= max(_LEAST * before, 0.005)
    ]
    if not causes:
        return f"The forecast of {words} is that of this month, give or take a hundredth."
    relative = f" ({percent((after - before) / before)})" if before else ""
    line = f"By {words} the forecast goes from {inputs.currency} {money(before)} to {money(after)}"
    return f"{line}{relative}: {listed(causes, FEW)}."


def _cents(amount: float) -> str:
    """A difference in a sentence: cents, and more digits only where there would be none.

    >>> _cents(0.1487), _cents(-0.2414), _cents(0.0021)
    ('+0.15', '-0.24', '+0.0021')
    """
    return signed(money(round(amount, 2) or amount))


def _to_do(inputs: ReportInputs, status: str) -> Iterator[str]:
    """The next steps that pay: the largest saving, the bill, the assumption to find out."""
    unit, advice = inputs.currency, inputs.advice
    if advice is not None and advice.recommendations:
        best = advice.recommendations[0]
        saved = money(advice.per_month(best.saving.totals[inputs.cost]))
        title = best.proposal.title
        title = f"{title[:1].upper()}{title[1:]}"
        yield f"{title}: saves about {unit} {saved} a month (see what it loses)."
    elif status in ("over budget", "at risk"):
        yield "Lower the volume or raise the budget: the sliders below say what each would cost."
    drivers = inputs.simulation.drivers
    column = f"share_{inputs.cost}"
    if len(drivers) and float(drivers[column].max()) > 0:
        row = drivers.sort_values(column, ascending=False, kind="stable").iloc[0]
        part = share(float(row[column]))
        yield f"Find out {row['assumption']} first: it causes {part} of the spread."
    else:
        yield (
            "Measure first: no assumption has a range, so nothing says how sure this is "
            "(kmscost measure, then kmscost calibrate)."
        )
    if inputs.reconciliation is None:
        yield "Give the bill (--bill): this is a forecast only."
