"""The report in the order of what its reader asks."""

from __future__ import annotations

from pathlib import Path

from estimator.figures import money
from estimator.forecasting.result import INTERPRETATION_WORDS, INTERPRETATIONS
from estimator.report.monthly.advice import advice_section
from estimator.report.monthly.answers import answer_questions
from estimator.report.monthly.assumptions import assumptions_section
from estimator.report.monthly.breakdown import breakdown_section
from estimator.report.monthly.document import Document, Section
from estimator.report.monthly.inputs import ReportInputs
from estimator.report.monthly.month import month_section
from estimator.report.monthly.outlook import outlook_section
from estimator.report.monthly.rates_and_notices import (
    free_section,
    interpretations_section,
    notices_section,
    rates_section,
)
from estimator.report.monthly.time import time_section
from estimator.report.monthly.verdict import judge
from estimator.report.monthly.whose import whose_section
from estimator.report.monthly.words import month_in_words


def build_document(inputs: ReportInputs) -> Document:
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
    verdict = judge(inputs)
    sections = (
        month_section(inputs),
        _whose(inputs),
        time_section(inputs),
        outlook_section(inputs),
        breakdown_section(inputs),
        free_section(inputs),
        interpretations_section(inputs),
        advice_section(inputs),
        assumptions_section(inputs),
        rates_section(inputs),
        notices_section(inputs),
    )
    return Document(
        title=f"KMS because of CloudTrail, {month_in_words(inputs.month)}",
        subtitle=f"{Path(inventory.path).name}: {counted}",
        status=verdict.status,
        verdict=verdict.sentence,
        answers=answer_questions(inputs),
        beside=(_other(inputs), *_copies(inputs)),
        sections=tuple(section for section in sections if section is not None),
    )


def _whose(inputs: ReportInputs) -> Section | None:
    if inputs.whose is None:
        return None
    return whose_section(inputs.whose, inputs.inventory_file, inputs.actuals is not None)


def _copies(inputs: ReportInputs) -> tuple[str, ...]:
    """The copies of KMS events, where they cost enough to change a mind."""
    lines = (inputs.copies_line if inputs.has_copies_to_show else None, inputs.paid_events_line)
    return tuple(f"{line}." for line in lines if line)


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
