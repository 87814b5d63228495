"""Samples to a `Simulation`: its quantiles, its means, its budgets, and what drives the spread.

The first of the drivers is the number to find out first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimator.inventory import Inventory
from estimator.months import FloatArray, Months
from estimator.simulation.draws import Draws, Options, quantiles_of
from estimator.simulation.result import Simulation
from estimator.simulation.sampling import Samples
from estimator.volume.model import Model
from estimator.volume.streams import IntArray
from pricing.meters import Meter, Version
from pricing.rates import RateTable


def build_simulation(
    model: Model,
    options: Options,
    point: pd.DataFrame,
    samples: Samples,
    draws: Draws,
    notices: tuple[str, ...],
    table: RateTable,
    versions: tuple[tuple[Meter, Version], ...],
    discount: float,
) -> Simulation:
    """The simulation of these samples: their quantiles and drivers, budgets and means.

    Parameters
    ----------
    model : Model
        Of the inventory and the months.
    options : Options
    point : DataFrame
        The monthly totals of the forecast.
    samples : Samples
    draws : Draws
        The assumptions behind it.
    """
    inventory, months, cost = model.inventory, model.months, f"cost_{table.currency.lower()}"
    shares, is_exempt = options.quantiles, inventory.cloudtrail_writes == "exempt"
    names = ("exempt", "charged") if is_exempt else ("charged", "exempt")
    chosen, other = (f"{cost}_writes_{name}" for name in names)
    whole = {"requests": _span(samples.requests), cost: _span(samples.cost)}
    by_month = {"requests": samples.requests, cost: samples.cost}
    found = {
        name: [quantiles_of(whole[name], shares), *(quantiles_of(month, shares) for month in rows)]
        for name, rows in by_month.items()
    }
    drivers, remainder = _drivers_frame(draws, whole)
    # an amount in USD says nothing of a cost in another currency
    over = samples.over if table.currency == "USD" else {}
    means = samples.means
    mean = {
        "requests": math.fsum(means["requests"]),
        cost: math.fsum(means["chosen"]),
        f"{cost}_of_mean": math.fsum(means["of_mean"]),
        chosen: math.fsum(means["chosen"]),
        other: math.fsum(means["other"]),
    }
    measures = ["requests", cost, f"{cost}_writes_charged", f"{cost}_writes_exempt"]
    # point and mean side by side: the free tier makes them differ even where requests agree
    monthly = pd.DataFrame(
        {
            "month": list(months.labels),
            "point_requests": point["requests"],
            "mean_requests": means["requests"],
            f"point_{cost}": point[cost],
            f"mean_{cost}": means["chosen"],
            f"{cost}_of_mean": means["of_mean"],
            f"mean_{chosen}": means["chosen"],
            f"mean_{other}": means["other"],
        }
    )
    return Simulation(
        inventory=inventory,
        months=months,
        draws=options.draws,
        seed=options.seed,
        quantile=shares,
        quantiles=_quantile_frame(found, shares, months),
        other_quantiles=_quantile_frame({cost: samples.other}, shares, months),
        monthly=monthly,
        drivers=drivers,
        remainder=remainder,
        budgets=_budgets(inventory, months, samples, over),
        over=over,
        quantiles_spent=samples.quantiles_spent,
        draws_requests=samples.requests.T,
        draws_cost=samples.cost.T,
        mean=mean,
        point={name: math.fsum(point[name]) for name in measures},
        notices=notices,
        table=table,
        versions=versions,
        discount=discount,
    )


def _span(months: FloatArray) -> FloatArray:
    """The sum over the months, of one value where all draws are the same."""
    # a broadcast point: summing it by fsum gives the forecast's own bits
    if months.strides[1] == 0:
        return np.array([math.fsum(months[:, 0])])
    total: FloatArray = months.sum(axis=0)
    return total


def _budgets(
    inventory: Inventory,
    months: Months,
    samples: Samples,
    over: Mapping[str, npt.NDArray[np.bool_]],
) -> pd.DataFrame:
    """The probability that each budget is broken, and its mean use: in all months, then in each."""
    budgets = [budget for budget in inventory.budgets if budget.name in over]
    size = months.count + 1
    # a draw that breaks it in several months is one that breaks it in any
    found = [
        [broken.any(axis=0).mean(), *broken.mean(axis=1)]
        for broken in (over[budget.name] for budget in budgets)
    ]
    spent = [samples.spent[budget.name] for budget in budgets]
    expected = [[math.fsum(each), *each] for each in spent]
    span = [pd.NaT, *pd.period_range(months.labels[0], periods=months.count, freq="M")]
    names = [budget.name for budget in budgets]
    limits = [budget.usd_per_month for budget in budgets]
    return pd.DataFrame(
        {
            "budget": pd.Categorical(np.repeat(np.array(names, dtype=object), size), names),
            "usd_per_month": np.repeat(np.array(limits, dtype=np.float64), size),
            "month": pd.PeriodIndex(np.array(span * len(budgets), dtype=object), freq="M"),
            "probability": np.array(found, dtype=np.float64).reshape(-1),
            "expected": np.array(expected, dtype=np.float64).reshape(-1),
        }
    )


def _quantile_frame(
    found: Mapping[str, Sequence[FloatArray]], shares: Sequence[float], months: Months
) -> pd.DataFrame:
    """The frame of `estimator.frames.QUANTILES`.

    Parameters
    ----------
    found : mapping of str to sequence of array
        For each measure the quantiles of the whole span, then those of each month.
    shares : sequence of float
        Which quantiles. [0-1]
    """
    span = [pd.NaT, *pd.period_range(months.labels[0], periods=months.count, freq="M")]
    each, measures = len(shares), list(found)
    size = len(span) * len(measures)
    values = np.stack([np.stack(found[measure]) for measure in measures], axis=1)
    return pd.DataFrame(
        {
            "month": pd.PeriodIndex(
                np.repeat(np.array(span, dtype=object), each * len(measures)), freq="M"
            ),
            "measure": pd.Categorical(np.tile(np.repeat(measures, each), len(span)), measures),
            "quantile": np.tile(np.array(shares), size),
            "value": values.reshape(-1),
        }
    )


def _drivers_frame(
    draws: Draws, results: Mapping[str, FloatArray]
) -> tuple[pd.DataFrame, dict[str, float]]:
    """The frame of `estimator.frames.DRIVERS`, most important first, and what is left over.

    Parameters
    ----------
    draws : Draws
        All that were used.
    results : mapping of str to array
        Requests and cost of the whole span, for each draw.

    Returns
    -------
    DataFrame, dict
        The remainder of each result is 1 less the shares: interactions of assumptions, and the
        noise of counts; NaN where the result has no spread. [0-1]
    """
    inputs = draws.inputs
    ranges = [uncertain.range for uncertain in inputs.values()]
    frame = pd.DataFrame(
        {
            "assumption": pd.Series(list(inputs), dtype=object),
            "low": np.array([each.low for each in ranges], dtype=np.float64),
            "mid": np.array([each.mid for each in ranges], dtype=np.float64),
            "high": np.array([each.high for each in ranges], dtype=np.float64),
            "source": pd.Series([each.source or "" for each in ranges], dtype=object),
        }
    )
    varies = {name: result.min() < result.max() for name, result in results.items()}
    found = np.array(
        [
            first_order(draws.order[path], draws.drawn[path], list(results.values()))
            for path in inputs
        ]
    ).reshape(-1, len(results))
    left = {}
    for number, measure in enumerate(results):
        frame[f"share_{measure}"] = found[:, number]
        sums = float(np.sum(found[:, number]))
        left[measure] = max(0.0, 1.0 - sums) if varies[measure] else math.nan
    shares = [f"share_{measure}" for measure in reversed(list(results))]
    # by name where shares are equal, so that the order is the same every time
    frame = frame.sort_values(
        [*shares, "assumption"], ascending=[*(False for _ in shares), True], kind="stable"
    )
    frame = frame.reset_index(drop=True)
    return frame, left


def classes_for(draws: int) -> int:
    """The number of classes of equal frequency: a quarter of the root of the draws, 5 at least.

    >>> classes_for(100), classes_for(10_000)
    (5, 25)
    """
    return max(5, round(math.sqrt(draws) / 4))


def first_order(order: IntArray, value: FloatArray, results: Sequence[FloatArray]) -> list[float]:
    """The share of the variance of each result that one assumption explains by itself. [0-1]

    The first-order Sobol index V(E[y|x]) / V(y), estimated from given data as the correlation
    ratio over classes of equal frequency (Plischke, Borgonovo and Smith 2013, European Journal of
    Operational Research 226(3), 536-550), with a straight line in each class instead of its mean:
    means alone would lose what lies within the wide classes of a long tail. Lines explain some
    variance by chance alone; that is taken off (the adjusted R squared), and what does not stand
    out of chance by three standard deviations is 0.

    Parameters
    ----------
    order : array of int
        The rank of the assumption in each draw, from 0.
    value : array
        The assumption in each draw.
    results : sequence of array
        Of each draw; one that never varies has nothing to explain.
    """
    draws = len(order)
    classes = classes_for(draws)
    # classes differ by one draw at most, whatever the number of draws
    edges = (np.arange(classes) * draws + classes - 1) // classes
    size = np.diff(edges, append=draws)
    # the inverse of the order: which draw has each rank
    by_rank = np.empty(draws, dtype=np.int64)
    by_rank[order] = np.arange(draws)
    ranked = value[by_rank]
    x = ranked - np.repeat(np.add.reduceat(ranked, edges) / size, size)
    spread = np.add.reduceat(x * x, edges)
    fitted = 2 * classes - 1
    # without any effect (draws - 1) x explained is about chi-squared, `fitted` degrees of freedom
    chance = (fitted + 3.0 * math.sqrt(2.0 * fitted)) / (draws - 1)
    found = []
    for result in results:
        if result.min() == result.max():
            found.append(0.0)
            continue
        y = (result - result.mean())[by_rank]
        sums, along = np.add.reduceat(y, edges), np.add.reduceat(x * y, edges)
        # no line in a class in which the assumption does not vary
        lines = along * along / np.where(spread > 0, spread, 1.0)
        explained = float(np.sum(sums * sums / size + lines)) / float(np.sum(y * y))
        left = (1.0 - explained) * (draws - 1) / (draws - 1 - fitted)
        found.append(1.0 - left if explained >= chance else 0.0)
    return found
