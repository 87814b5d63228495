"""The first page: three numbers and one chart beside the verdict and its answers."""

from __future__ import annotations

from dataclasses import dataclass

from estimator.report.charts.chart import Chart
from estimator.report.monthly.document import Card, Cards, Document
from estimator.report.monthly.inputs import ReportInputs
from estimator.report.monthly.month import MONTH_CARDS

# the numbers of the verdict's sentence first: what the month costs, of which budget, what was paid
_FIRST = (*MONTH_CARDS, "Budget", "Billed", "Billed in all", "Forecast", "Copies of KMS events")
_MOST = 3
_CHARTS = ("fan", "sankey")


@dataclass(frozen=True)
class FirstPage:
    """What stands above all folded parts.

    Attributes
    ----------
    cards : tuple of Card
        Three numbers.
    chart : Chart or None
    """

    cards: tuple[Card, ...]
    chart: Chart | None


def first_page(document: Document, inputs: ReportInputs) -> FirstPage:
    """Pick out of the whole report what its reader came for."""
    blocks = [block for section in document.sections for block in section.blocks]
    cards = [card for block in blocks if isinstance(block, Cards) for card in block.cards]
    order = {name: rank for rank, name in enumerate(_FIRST)}
    chosen = sorted(cards, key=lambda card: order.get(card.name, len(order)))[:_MOST]
    charts = {block.name: block for block in blocks if isinstance(block, Chart)}
    # several months that were billed stand beside those ahead
    billed = [month for month in inputs.past if month.cost and month.cost.billed is not None]
    names = ("timeline", *_CHARTS) if len(billed) > 1 else _CHARTS
    chart = next((charts[name] for name in names if name in charts), None)
    return FirstPage(tuple(card for card in cards if card in chosen), chart)
