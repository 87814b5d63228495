"""The report in the order of what its reader asks."""

from __future__ import annotations

from estimator.figures import money
from estimator.forecasting.result import INTERPRETATIONS
from estimator.report.monthly.advice import advice_section
from estimator.report.monthly.assumptions import assumptions_section
from estimator.report.monthly.breakdown import origins_section
from estimator.report.monthly.document import Document
from estimator.report.monthly.inputs import Computed
from estimator.report.monthly.month import month_section
from estimator.report.monthly.outlook import ahead_section
from estimator.report.monthly.rates_and_notices import (
    free_section,
    notices_section,
    rates_section,
    readings_section,
)
from estimator.report.monthly.verdict import verdict
from estimator.report.monthly.words import month_in_words


def document(told: Computed) -> Document:
    """The report as blocks in the order of reading."""
    inventory = told.inventory
    parts = (
        (len(inventory.accounts), "account"),
        (len(inventory.regions()), "Region"),
        (len(inventory.trails), "trail"),
        (len(inventory.readers), "reader"),
        (len(inventory.keys), "key"),
    )
    counted = ", ".join(f"{number:,} {word}{'s' * (number != 1)}" for number, word in parts)
    found = verdict(told)
    sections = (
        month_section(told),
        ahead_section(told),
        origins_section(told),
        free_section(told),
        readings_section(told),
        advice_section(told),
        assumptions_section(told),
        rates_section(told),
        notices_section(told),
    )
    return Document(
        title=f"KMS because of CloudTrail, {month_in_words(told.month)}",
        subtitle=f"{inventory.path}: {counted}",
        status=found.status,
        verdict=found.sentence,
        beside=(_other(told), *([f"{told.copies_line}."] if told.copies_line else [])),
        sections=tuple(one for one in sections if one is not None),
    )


def _other(told: Computed) -> str:
    """The forecast of the month under the other reading."""
    other = told.forecast.other_interpretation
    cost = money(told.of_month[f"{told.cost}_writes_{other}"])
    said = f"With cloudtrail_writes: {other} the month's forecast is {told.currency} {cost}"
    own = money(told.of_month[told.cost])
    return f"{said} instead of {own} (source: {INTERPRETATIONS[other]})."
