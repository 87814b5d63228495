"""`advise`: what would save money, tried and ranked."""

from __future__ import annotations

from estimator.cli.application import single
from estimator.cli.output import (
    Discount,
    Form,
    Format,
    InventoryPath,
    Months,
    Output,
    Rates,
    Start,
    read_discount,
    say,
    show,
    width,
)


def advise(
    inventory: InventoryPath,
    start: Start = None,
    months: Months = 12,
    rates: Rates = None,
    discount: Discount = "0%",
    form: Form = Format.table,
    output: Output = None,
) -> None:
    """Rank what would save money, with what it loses and how to do it."""
    from estimator import advise as compute

    told = compute(inventory, start, months, rates, read_discount(discount))
    if form is Format.json:
        from estimator.report.data import to_json

        show(to_json(told.to_dict()), output)
    elif form is Format.csv:
        from estimator.report.data import frame_csv

        say((*told.notices, told.told.other_interpretation_line))
        show(frame_csv(told.rows), output)
    elif form is Format.markdown:
        from estimator.report.advised import advice_markdown

        show(advice_markdown(told), output)
    else:
        from estimator.report.advised import advice_table

        show(advice_table(told, width(output)), output)
        say(told.notices)


APPS = {
    "advise": single(advise, "Example: kmscost advise examples/organization.yaml --from 2026-11")
}
