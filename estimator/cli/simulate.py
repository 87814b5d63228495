"""`simulate`: how sure the forecast is, and what to find out first."""

from __future__ import annotations

from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.output import (
    Discount,
    Draws,
    Form,
    InventoryPath,
    Months,
    Output,
    Rates,
    Seed,
    Settings,
    Start,
    answer,
    read_discount,
)

Quantile = Annotated[
    str,
    typer.Option(
        "--quantile",
        help="Shares between 0 and 1, as 0.95 or 95%, separated by commas.",
        metavar="SHARE,...",
    ),
]


def simulate(
    inventory: InventoryPath,
    start: Start = None,
    months: Months = 12,
    draws: Draws = 10_000,
    seed: Seed = None,
    quantile: Quantile = "5%,50%,95%",
    rates: Rates = None,
    discount: Discount = "0%",
    settings: Settings = None,
    form: Form = None,
    output: Output = None,
) -> None:
    """Say how sure the forecast is, and which number to find out first."""
    from estimator import simulate as draw
    from estimator.report.answers.simulation import SimulationAnswer

    share = read_discount(discount)
    simulation = draw(inventory, start, months, draws, seed, quantile, rates, share, settings)
    answer(SimulationAnswer(simulation), form, output)


app = single(simulate, "kmscost simulate examples/organization.yaml --months 12 --seed 1")
