"""`simulate`: how sure the forecast is, and what to find out first."""

from __future__ import annotations

from typing import Annotated

import typer

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


def simulate(
    inventory: InventoryPath,
    start: Start = None,
    months: Months = 12,
    draws: Annotated[
        int, typer.Option("--draws", help="How often each range is drawn, 100 to 500,000.")
    ] = 10_000,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Same seed, same answer. Default: 0.")
    ] = None,
    quantile: Annotated[
        str, typer.Option("--quantile", help="Shares between 0 and 1, separated by commas.")
    ] = "0.05,0.5,0.95",
    rates: Rates = None,
    discount: Discount = "0%",
    form: Form = Format.table,
    output: Output = None,
) -> None:
    """Say how sure the forecast is, and which number to find out first."""
    from estimator import simulate as compute

    told = compute(inventory, start, months, draws, seed, quantile, rates, read_discount(discount))
    if form is Format.json:
        from estimator.report.data import to_json

        show(to_json(told.to_dict()), output)
    elif form is Format.csv:
        from estimator.report.data import frame_csv

        say((*told.notices, told.other_interpretation_line))
        show(frame_csv(told.quantiles), output)
    elif form is Format.markdown:
        from estimator.report.simulated import simulated_markdown

        show(simulated_markdown(told), output)
    else:
        from estimator.report.simulated import simulated_table

        show(simulated_table(told, width(output)), output)
        say(told.notices)


APPS = {
    "simulate": single(
        simulate, "Example: kmscost simulate examples/organization.yaml --months 12 --seed 1"
    )
}
