"""`advise`: what would save money, tried and ranked."""

from __future__ import annotations

from estimator.cli.application import single
from estimator.cli.output import (
    Discount,
    Form,
    InventoryPath,
    Months,
    Output,
    Rates,
    Start,
    answer,
    read_discount,
)


def advise(
    inventory: InventoryPath,
    start: Start = None,
    months: Months = 12,
    rates: Rates = None,
    discount: Discount = "0%",
    form: Form = None,
    output: Output = None,
) -> None:
    """Rank what would save money, with what it loses and how to do it."""
    from estimator import advise as find_savings
    from estimator.report.answers.advice import AdviceAnswer

    advice = find_savings(inventory, start, months, rates, read_discount(discount))
    answer(AdviceAnswer(advice), form, output)


app = single(advise, "kmscost advise examples/organization.yaml --from 2026-11")
