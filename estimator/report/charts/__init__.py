"""Charts as matplotlib figures: drawn for reading, for a notebook, a file or the report."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from estimator.attribution import attribute
from estimator.figures import money, share
from estimator.forecasting import Forecast, compute_forecast, forecast
from estimator.inventory import Inventory, load_inventory
from estimator.inventory.means import with_means
from estimator.measurement.measurement_files import load_bill
from estimator.measurement.result import Actuals
from estimator.months import read_months
from estimator.report.answers.budgets_and_copies import copies_lines
from estimator.report.charts.chart import INK, MUTED, WIDE, Chart
from estimator.report.charts.fan import QUANTILES
from estimator.simulation import Simulation, simulate
from estimator.simulation.draws import read_options
from estimator.simulation.expected import expect_forecast, expect_rows
from estimator.volume.model import Model
from pricing.rates import RateTable, load_rates
from pricing.reading.problems import KmscostError, Problem, UsageError, printable
from pricing.reading.words import nearest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from estimator.report.charts.picture import Picture

__all__ = ["KINDS", "chart_of", "draw_alone", "plot"]

_EDGE = 20.0  # around the whole [px]
_TITLE, _LINE = 26.0, 17.0  # the height of a line of each [px]
_LETTER = 6.6  # the mean width of a letter of 12 px; of the title's half as much again [px]

Paths = str | Path | Sequence[str | Path]

KINDS = {
    "cost": "cost of requests and keys, month by month, under both interpretations",
    "requests": "requests by cause, month by month",
    "fan": "how sure: the range of each month's cost, against the budgets",
    "drivers": "what causes the spread",
    "sankey": "who causes it, by what, and who is billed, in the first month",
    "timeline": "months as billed, then months as expected with their range, on one axis",
    "attribution": "whose the requests of logs are, and what they cost on a bill",
}


def plot(
    inventory: Inventory | str | Path,
    kind: str = "cost",
    start: str | datetime.date | None = None,
    months: int = 12,
    draws: int = 10_000,
    seed: int | None = None,
    rates: RateTable | str | Path | None = None,
    discount: float = 0.0,
    bill: Actuals | Paths | None = None,
    history: str | Path | None = None,
    on: datetime.date | None = None,
) -> Figure:
    """A chart of a forecast or of an attribution as a matplotlib figure, which Jupyter shows.

    Parameters
    ----------
    inventory, start, months, rates, discount
        As for `estimator.forecast`; of an attribution the logs as for `estimator.attribute`, and
        its month.
    kind : str
        ``cost``, ``requests``, ``fan``, ``drivers``, ``sankey``, ``attribution`` or ``timeline``.
    draws, seed
        As for `estimator.simulate`, where the kind needs one.
    bill, history : optional
        The bill of an attribution, as for `estimator.attribute`; of a ``timeline`` the months
        billed and what was forecast then, as for `estimator.report`.
    on : date, optional
        The day that the picture says it was drawn. Default: today, UTC.

    Returns
    -------
    Figure
        With its title, its source and the day; made without pyplot: nothing has to be closed.

    Raises
    ------
    KmscostError
        As `estimator.forecast`; or there is no such kind.
    """
    chart = chart_of(inventory, kind, start, months, draws, seed, rates, discount, bill, history)
    return draw_alone(chart, on)


def chart_of(
    inventory: Inventory | str | Path,
    kind: str = "cost",
    start: str | datetime.date | None = None,
    months: int = 12,
    draws: int = 10_000,
    seed: int | None = None,
    rates: RateTable | str | Path | None = None,
    discount: float = 0.0,
    bill: Actuals | Paths | None = None,
    history: str | Path | None = None,
) -> Chart:
    """The chart that `plot` draws, with its text alternative; parameters as there."""
    if kind not in KINDS:
        close = nearest(kind, KINDS)
        fix = f"did you mean {close}?" if close else ""
        raise UsageError(Problem("kind", None, "", repr(kind), f"one of {', '.join(KINDS)}", fix))
    # also where the kind draws nothing: a wrong option is not for somebody else to find
    read_options(draws, seed, QUANTILES, 1)
    read_months(start, months)
    if kind == "attribution":
        from estimator.report.charts.bars import attribution_chart

        if isinstance(inventory, Inventory):
            expected = "logs, as paths"
            raise UsageError(Problem("inventory", None, "", "an inventory", expected, ""))
        if isinstance(bill, Actuals):
            raise UsageError(Problem("bill", None, "", "a measured bill", "a bill, as paths", ""))
        shares = attribute(inventory, bill, start, rates, discount)
        source = "Source: kmscost attribute, from logs" + (" and a bill" if bill else "")
        return replace(
            attribution_chart(shares), notes=(f"{shares.other_interpretation_line}.", source)
        )
    inventory = inventory if isinstance(inventory, Inventory) else load_inventory(inventory)
    table = rates if isinstance(rates, RateTable) else load_rates(rates)
    if kind == "timeline":
        drawn = simulate(inventory, start, months, draws, seed, QUANTILES, table, discount)
        return _timeline(drawn, bill, history, start)
    if bill is not None or history is not None:
        fix = "choose kind timeline, or attribution for a bill"
        name, found = ("bill", "a bill") if bill is not None else ("history", "a history")
        raise UsageError(Problem(name, None, "", found, f"none of kind {kind}", fix))
    if kind in ("fan", "drivers"):
        from estimator.report.charts.bars import drivers_chart
        from estimator.report.charts.fan import fan_chart

        drawn = simulate(inventory, start, months, draws, seed, rates=table, discount=discount)
        if kind == "drivers":
            return _with_source(drivers_chart(drawn), drawn)
        flows = forecast(with_means(inventory), start, months, ["cause"], table, discount)
        return _with_source(fan_chart(drawn), drawn, copies_lines(flows))
    count = 1 if kind == "sankey" else months
    drawn = simulate(inventory, start, count, draws, seed, rates=table, discount=discount)
    # as in the report: what is expected, wherever anything is a range
    means = with_means(inventory)
    if kind == "sankey":
        from estimator.report.charts.sankey import COLUMNS, sankey_chart

        flows = forecast(means, start, 1, [*COLUMNS, "cause"], table, discount)
        rows = flows.rows if means is inventory else expect_rows(flows.rows, drawn)
        chart = sankey_chart(rows, inventory, flows.currency, flows.months.labels[0])
        return _with_source(chart, drawn, copies_lines(flows))
    from estimator.report.charts.months import cost_chart, requests_chart

    of_means = compute_forecast(Model(means, drawn.months), table, discount)
    flows = expect_forecast(of_means, drawn)
    if kind == "requests":
        return _with_source(requests_chart(flows), flows)
    return _with_source(cost_chart(flows), flows, copies_lines(flows))


def _timeline(
    drawn: Simulation,
    bill: Actuals | Paths | None,
    history: str | Path | None,
    start: str | datetime.date | None,
) -> Chart:
    """Every month of a bill and of a history, then the months of a simulation behind them."""
    from estimator.report.charts.timeline import timeline_chart
    from estimator.report.past import Records, collect_past
    from estimator.report.past.history_file import read_history

    billed = bill if isinstance(bill, Actuals | None) else load_bill(bill)
    table, records = drawn.table, Records(None, billed, read_history(history, drawn.currency))
    means = with_means(drawn.inventory)
    model = Model(means, drawn.months)
    past, left_out = collect_past(model, records, table, drawn.discount)
    if left_out and not past:
        raise KmscostError(Problem("bill", None, "", left_out[0], "a month to draw", ""))
    flows = forecast(means, start, drawn.months.count, ["cause"], table, drawn.discount)
    chart = timeline_chart(past, drawn, _lowest_budget(drawn))
    return _with_source(chart, drawn, (*left_out, *copies_lines(flows)))


def _lowest_budget(simulation: Simulation) -> tuple[str, float] | None:
    """Return the lowest budget of everything, which breaks first."""
    limits = (
        (budget.name, budget.usd_per_month)
        for budget in simulation.inventory.budgets
        if budget.part is None and simulation.currency == "USD"
    )
    return min(limits, key=lambda limit: limit[1], default=None)


def _with_source(chart: Chart, result: Forecast | Simulation, lines: Sequence[str] = ()) -> Chart:
    """Return the chart with what a picture says below: totals, what stands apart, the source."""
    source = f"Source: kmscost from {Path(result.inventory.path).name}"
    checked = [version.source.checked for _, version in result.versions]
    source += f"; rates checked {max(checked)}" if checked else ""
    source += f", less {share(result.discount)}" if result.discount else ""
    if chart.name not in ("cost", "fan", "sankey", "timeline"):
        return replace(chart, notes=(source,))
    name = f"cost_{result.currency.lower()}"
    cost = result.mean[name] if isinstance(result, Simulation) else result.totals[name]
    labels = result.months.labels
    span = " to ".join(dict.fromkeys((labels[0], labels[-1])))
    line = f"{span}: {result.currency} {money(cost)} in all. {result.other_interpretation_line}."
    return replace(chart, notes=(line, *(f"{each}." for each in lines), source))


def draw_alone(chart: Chart, on: datetime.date | None = None) -> Picture:
    """Draw a chart with its title above, and its notes, its source and the day below."""
    day = on or datetime.datetime.now(datetime.UTC).date()
    *notes, source = chart.notes
    notes.append(f"{source}; drawn {day}")
    figure = chart.draw(WIDE)
    inner_width, inner_height = (float(side) * 72 for side in figure.get_size_inches())
    title = wrap(printable(chart.title), int(WIDE / (_LETTER * 1.5)))
    lines = [line for note in notes for line in wrap(_bind(printable(note)), int(WIDE / _LETTER))]
    above = _EDGE + _TITLE * len(title) + 8
    below = _EDGE + _LINE * len(lines) + 8
    whole_width, whole_height = inner_width + 2 * _EDGE, inner_height + above + below
    for axes in figure.axes:
        place = axes.get_position()
        axes.set_position(
            (
                (place.x0 * inner_width + _EDGE) / whole_width,
                (place.y0 * inner_height + below) / whole_height,
                place.width * inner_width / whole_width,
                place.height * inner_height / whole_height,
            )
        )
    for text in figure.texts:
        x, y = text.get_position()
        text.set_position(
            (
                (x * inner_width + _EDGE) / whole_width,
                (y * inner_height + below) / whole_height,
            )
        )
    figure.set_size_inches(whole_width / 72, whole_height / 72)
    left = _EDGE / whole_width
    style: dict[str, Any] = {"ha": "left", "va": "top", "parse_math": False}
    for number, line in enumerate(title):
        at = 1 - (_EDGE + _TITLE * number) / whole_height
        figure.text(left, at, line, fontsize=18, fontweight="bold", color=INK, **style)
    for number, line in enumerate(lines):
        at = (below - 8 - _LINE * number) / whole_height
        figure.text(left, at, line, fontsize=12, color=MUTED, **style)
    figure.alternative = chart.title, chart.description
    return figure


def _bind(text: str) -> str:
    """Keep a number and its unit on one line."""
    return re.sub(r"(?<=\d) (?=%)|(?<=\b[A-Z]{3}) (?=\d)", "\N{NO-BREAK SPACE}", text)
