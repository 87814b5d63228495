"""Every result as a notebook shows it: the answer of its command, laid out as HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

import pandas as pd

from estimator.figures import count, factor, money
from estimator.forecasting.result import INTERPRETATION_WORDS
from estimator.inventory import Inventory
from estimator.report.answers import AccountNames, Answer
from estimator.report.blocks import MOST_ROWS, Block, Command, Details, Lines, Sheet
from estimator.report.exports import Calls
from estimator.report.exports.openmetrics import Metrics
from estimator.report.exports.table import Table, cells, kind_of
from estimator.report.formats.html import answer_fragment
from estimator.scenarios import Comparison

_NUMBERS = ("number", "whole")
_OTHERS = tuple(f"If {words}" for words in INTERPRETATION_WORDS.values())
_MOST_LINES = 24  # of a text before it folds


def result_html(result: object) -> str:
    """Return a result as HTML: tables that are read, the other interpretation, the notices."""
    names = AccountNames.of(*_inventories(result))
    return answer_fragment(_answers()[type(result)](result), names)


def _inventories(result: object) -> Iterator[Inventory]:
    """The inventories that a result is made of."""
    if isinstance(result, Inventory):
        yield result
    elif isinstance(result, Comparison):
        for priced in (result.base, *result.others):
            yield from (stage.inventory for stage in priced.case.changed.stages)
    else:
        forecast = getattr(result, "forecast", result)
        found = getattr(forecast, "inventory", None)
        if isinstance(found, Inventory):
            yield found


class _ExportAnswer(Answer[Any]):
    """What leaves for other programs: the other interpretation is the last of its notices."""

    def lines(self) -> Iterable[str]:
        """Return the other interpretation, which stands out from the notices."""
        return (notice for notice in self.result.notices if notice.startswith(_OTHERS))

    @property
    def notices(self) -> tuple[str, ...]:
        """All other notices."""
        return tuple(n for n in self.result.notices if not n.startswith(_OTHERS))


class TableAnswer(_ExportAnswer):
    """A frame that is ready to leave."""

    result: Table

    def blocks(self) -> Iterable[Sheet]:
        """The first rows: words, then numbers."""
        table = self.result
        first = table.rows.head(MOST_ROWS)
        kinds = {column: kind_of(first[column.name]) for column in table.columns}
        known = [column for column in table.columns if not table.rows[column.name].isna().all()]
        # words, then numbers, each in their order
        order = sorted(known, key=lambda column: kinds[column] in _NUMBERS)
        numbers = sum(kinds[column] in _NUMBERS for column in order)
        columns = [_words(first[column.name], column.unit) for column in order]
        rows = list(zip(*columns, strict=True))
        left = len(table.rows) - len(first)
        if left > 0:
            rows.append((f"and {left:,} more", *("",) * (len(order) - 1)))
        header = tuple(column.name.replace("_", " ") for column in order)
        title = repr(table)[1:-1]
        empty = len(table.columns) - len(known)
        title += f", {empty} without a value" if empty and len(table.rows) else ""
        yield Sheet(title, header, tuple(rows), numbers)


def _words(values: pd.Series[Any], unit: str) -> list[str]:
    kind = kind_of(values)
    if kind == "month":
        return [str(month) for month in values]
    write: Callable[[Any], str] = str
    if kind == "number":
        # an amount is in a currency; a rate, in a currency for something, has every digit
        write = factor if "/" in unit else money if unit.isupper() else count
    return ["" if value is None else write(value) for value in cells(values)]


class TextAnswer(_ExportAnswer):
    """What leaves as text: inputs of AWS's commands, metrics."""

    result: Calls | Metrics

    def blocks(self) -> Iterable[Block]:
        """The text as it leaves; a long one is folded."""
        text = self.result.to_json() if isinstance(self.result, Calls) else self.result.text
        title, lines = repr(self.result)[1:-1], text.rstrip("\n").split("\n")
        shown = Lines("", tuple(map(Command, lines)))
        if len(lines) > _MOST_LINES:
            yield Details(title, (shown,))
        else:
            yield Lines(title, shown.lines)


@cache
def _answers() -> dict[type, Callable[[Any], Answer[Any]]]:
    """The answer of each result."""
    # a result is made already when it is shown: these wait for nothing heavy
    from estimator.advice import Advice
    from estimator.attribution import Attribution
    from estimator.backtesting import Backtest
    from estimator.calibration import Calibration
    from estimator.discovery.drafting import Draft
    from estimator.explanation import Explanation
    from estimator.forecasting import Forecast
    from estimator.measurement.result import Actuals
    from estimator.rates import ImportedRates, RateTable
    from estimator.rates.comparison import RatesDiff
    from estimator.reconciliation import Reconciliation
    from estimator.report.answers.advice import AdviceAnswer
    from estimator.report.answers.attribution import AttributionAnswer
    from estimator.report.answers.backtest import BacktestAnswer
    from estimator.report.answers.calibration import CalibrationAnswer
    from estimator.report.answers.comparison import ComparisonAnswer
    from estimator.report.answers.explanation import ExplanationAnswer
    from estimator.report.answers.forecast import ForecastAnswer
    from estimator.report.answers.inventory import DraftAnswer, InventoryAnswer
    from estimator.report.answers.measurement import MeasurementAnswer
    from estimator.report.answers.rates import (
        ImportedRatesAnswer,
        RatesAnswer,
        RatesDiffAnswer,
        RateTableAnswer,
    )
    from estimator.report.answers.reconciliation import ReconciliationAnswer
    from estimator.report.answers.simulation import SimulationAnswer
    from estimator.simulation import Simulation
    from pricing.in_force import RatesInForce

    return {
        Actuals: MeasurementAnswer,
        Advice: AdviceAnswer,
        Attribution: AttributionAnswer,
        Backtest: BacktestAnswer,
        Calibration: CalibrationAnswer,
        Calls: TextAnswer,
        Comparison: ComparisonAnswer,
        Draft: DraftAnswer,
        Explanation: ExplanationAnswer,
        Forecast: ForecastAnswer,
        ImportedRates: ImportedRatesAnswer,
        Inventory: InventoryAnswer,
        Metrics: TextAnswer,
        RateTable: RateTableAnswer,
        RatesDiff: RatesDiffAnswer,
        RatesInForce: RatesAnswer,
        Reconciliation: ReconciliationAnswer,
        Simulation: SimulationAnswer,
        Table: TableAnswer,
    }
