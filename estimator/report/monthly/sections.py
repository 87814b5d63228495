"""The report in the order of what its reader asks: its sections, and the first page above them."""

from __future__ import annotations

from pathlib import Path

from estimator.figures import money
from estimator.forecasting.result import INTERPRETATION_WORDS, INTERPRETATIONS
from estimator.months import month_in_words
from estimator.report.answers.advice import AdviceAnswer, describe_recommendation, ranking_sheet
from estimator.report.blocks import Lines, write_paragraphs
from estimator.report.charts.chart import Chart
from estimator.report.monthly.answers import answer_questions
from estimator.report.monthly.basis import basis_sections, price_sections
from estimator.report.monthly.breakdown import breakdown_section
from estimator.report.monthly.document import Block, Cards, Document, FirstPage, Section
from estimator.report.monthly.inputs import ReportInputs
from estimator.report.monthly.month import MONTH_CARDS, month_section
from estimator.report.monthly.outlook import outlook_section
from estimator.report.monthly.time import time_section
from estimator.report.monthly.verdict import Verdict
from estimator.report.monthly.whose import whose_section

_MOST_ADVISED = 6  # recommendations that are described
# the numbers of the verdict's sentence first: what the month costs, of which budget, what was paid
_FIRST = (*MONTH_CARDS, "Budget", "Billed", "Billed in all", "Forecast", "Copies of KMS events")
_MOST_CARDS = 3
_CHARTS = ("fan", "sankey")


def build_document(inputs: ReportInputs, verdict: Verdict) -> Document:
    """The report as blocks in the order of reading."""
    inventory = inputs.inventory
    parts = (
        (len(inventory.accounts), "account"),
        (len(inventory.regions()), "Region"),
        (len(inventory.trails), "trail"),
        (len(inventory.readers), "reader"),
        (len(inventory.keys), "key"),
    )
    counted = ", ".join(f"{number:,} {word}{'s' * (number != 1)}" for number, word in parts)
    written = (
        month_section(inputs, verdict),
        whose_section(inputs.whose, inputs.inventory_file, inputs.actuals is not None),
        time_section(inputs, verdict),
        outlook_section(inputs, verdict),
        breakdown_section(inputs),
        *price_sections(inputs),
        _advice(inputs),
        *basis_sections(inputs),
    )
    sections = tuple(section for section in written if section is not None)
    # several months that were billed stand beside those ahead
    billed = [month for month in inputs.past if month.cost and month.cost.billed is not None]
    return Document(
        title=f"KMS because of CloudTrail, {month_in_words(inputs.month)}",
        subtitle=f"{Path(inventory.path).name}: {counted}",
        status=verdict.status,
        verdict=verdict.sentence,
        answers=answer_questions(inputs, verdict),
        beside=(_other(inputs), *inputs.copies.beside()),
        sections=sections,
        first=_first_page(sections, ("timeline", *_CHARTS) if len(billed) > 1 else _CHARTS),
    )


def _advice(inputs: ReportInputs) -> Section | None:
    """Return the ranking, then each recommendation; None where no advice was asked for."""
    advice = inputs.advice
    if advice is None:
        return None
    ranking = ranking_sheet(advice)
    blocks: list[Block] = [] if ranking is None else [ranking]
    blocks.append(Lines("", tuple(AdviceAnswer(advice).lines())))
    for rank, recommendation in enumerate(advice.recommendations[:_MOST_ADVISED], start=1):
        blocks.append(describe_recommendation(advice, rank, recommendation))
    more = len(advice.recommendations) - _MOST_ADVISED
    if more > 0:
        blocks.append(write_paragraphs(f"And {more:,} more: kmscost advise says how."))
    return Section("advice", "What would save money", tuple(blocks))


def _other(inputs: ReportInputs) -> str:
    """The forecast of the month under the other interpretation."""
    other = inputs.forecast.other_interpretation
    cost = money(inputs.expected[f"{inputs.cost}_writes_{other}"])
    words = INTERPRETATION_WORDS[other]
    line = f"If {words}, the month's forecast is {inputs.currency} {cost}"
    own = money(inputs.expected[inputs.cost])
    if cost == own:
        same = f"that makes no difference: the month's forecast is {inputs.currency} {own}"
        return f"If {words}, {same} (source: {INTERPRETATIONS[other]})."
    return f"{line} instead of {own} (source: {INTERPRETATIONS[other]})."


def _first_page(sections: tuple[Section, ...], charts_by_rank: tuple[str, ...]) -> FirstPage:
    """Pick out of the whole report what its reader came for."""
    blocks = [block for section in sections for block in section.blocks]
    cards = [card for block in blocks if isinstance(block, Cards) for card in block.cards]
    order = {name: rank for rank, name in enumerate(_FIRST)}
    chosen = sorted(cards, key=lambda card: order.get(card.name, len(order)))[:_MOST_CARDS]
    charts = {block.name: block for block in blocks if isinstance(block, Chart)}
    chart = next((charts[name] for name in charts_by_rank if name in charts), None)
    return FirstPage(tuple(card for card in cards if card in chosen), chart)
