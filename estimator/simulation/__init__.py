"""Ranges to quantiles and drivers: how sure a forecast is. The whole simulation on one screen."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from estimator.forecasting import price_usage
from estimator.forecasting.notices import find_notices
from estimator.forecasting.totals import monthly_totals
from estimator.frames import DEFAULT_GRAIN
from estimator.inventory import Inventory
from estimator.inventory.changes import Settings, change_inventory
from estimator.months import FloatArray, read_months
from estimator.simulation.draws import Draws, Options, read_options
from estimator.simulation.inventory_demand import OWN_DRAWS, demand_of
from estimator.simulation.result import Simulation
from estimator.simulation.sampling import repeat_point, sample, sample_cost
from estimator.simulation.spread import build_simulation
from estimator.simulation.uncertain_inputs import is_uncertain
from estimator.volume.model import Model
from pricing.rates import RateTable, load_rates

__all__ = ["Simulation", "simulate"]

_CERTAIN = (
    "nothing in the inventory is uncertain, so the answer has no width: write a range for what you "
    "are not sure of, such as files_per_day: {low: 150, high: 290} (its 5th and 95th percentile)"
)


def simulate(
    inventory: Inventory | str | Path,
    start: str | datetime.date | None = None,
    months: int = 12,
    draws: int = 10_000,
    seed: int | None = None,
    quantile: str | float | Sequence[float] = (0.05, 0.5, 0.95),
    rates: RateTable | str | Path | None = None,
    discount: float = 0.0,
    set: Settings | None = None,  # noqa: A002 (as --set)
) -> Simulation:
    """Simulate a forecast: quantiles of requests and cost, and the assumptions that spread them.

    Parameters
    ----------
    inventory, start, months, rates, discount, set
        As for `estimator.forecast`.
    draws : int
        The number of draws of every range, 100 to 500,000.
    seed : int, optional
        The same seed gives the same bytes. Default: 0.
    quantile : sequence of float or str
        Shares between 0 and 1, as ``"0.05,0.5,0.95"``. [-]

    Returns
    -------
    Simulation
        Quantiles, drivers, budgets, means, the draws themselves, notices.

    Raises
    ------
    KmscostError
        As `estimator.forecast`; or an option makes no sense.
    """
    options = read_options(draws, seed, quantile, months)
    inventory = change_inventory(inventory, set)
    table = rates if isinstance(rates, RateTable) else load_rates(rates)
    span = read_months(start, months)
    return run(Model(inventory, span), options, table, discount)


def run(
    model: Model,
    options: Options,
    table: RateTable,
    discount: float,
    noise: bool = True,
) -> Simulation:
    """A simulation of checked options; without `noise` counts are their means."""
    inventory, span = model.inventory, model.months
    priced = price_usage(model, DEFAULT_GRAIN, table, discount)
    charges, is_exempt = priced.charges, inventory.cloudtrail_writes == "exempt"
    point = monthly_totals(charges, None, span, table.currency, is_exempt)

    messages = find_notices(model, priced, charges)
    if inventory.budgets and table.currency != "USD":
        messages += (f"budgets are in USD, the rates in {table.currency}: not compared",)
    draws = Draws(options.seed, options.draws, inventory)
    # without a range the draws would repeat the forecast but for last bits: say the forecast itself
    if is_uncertain(model):
        demand = demand_of(model, table, draws, noise)
        samples = sample(model, demand, table, discount, draws, options.quantiles)
        messages += _notice_combined(len(inventory.uncertain_files))
    else:
        messages += (_CERTAIN,)
        samples = repeat_point(model, charges, point, table.currency, options)
    return build_simulation(
        model, options, point, samples, draws, messages, table, priced.versions, discount
    )


def _notice_combined(ranges: int) -> tuple[str, ...]:
    """The notice that small ranges are drawn together, where they are."""
    if ranges <= OWN_DRAWS:
        return ()
    notice = (
        f"of {ranges:,} ranges of files_per_day the {OWN_DRAWS} that matter most are simulated "
        "each on its own, the rest together: mean and variance of their sum are exact"
    )
    return (notice,)


def draw_costs(
    model: Model, draws: int, seed: int, table: RateTable, discount: float
) -> FloatArray:
    """The cost of each draw over all months, and nothing else of a simulation. [currency]

    Counts are their means: their noise belongs to a month, and not to a decision.
    """
    drawn = Draws(seed, draws, model.inventory)
    demand = demand_of(model, table, drawn, noise=False)
    return sample_cost(model, demand, table, discount, drawn)
