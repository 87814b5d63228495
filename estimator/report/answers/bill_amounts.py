"""Amounts of a reconciliation as they are printed: tables, charts, cards and sentences ask here.

They add up as they are printed. What rounding leaves over goes to the parts, and to what others use
on the same bill: never to the forecast, nor to what is billed for CloudTrail.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from estimator.figures import Figure, money, without_noise
from estimator.reconciliation import Reconciliation
from estimator.reconciliation.parts import NOT_FORECAST, own_parts
from estimator.report.columns import adding_up, round_to_sum


def own_amounts(
    reconciliation: Reconciliation, decimals: int | None = None
) -> tuple[str, dict[str, str], str]:
    """From forecast to what is billed for CloudTrail.

    Returns
    -------
    str, dict, str
        The forecast, the parts by name and what is billed: in so many decimals, or as many as the
        amounts need.
    """
    parts, billed = own_parts(reconciliation.parts), reconciliation.billed
    before = math.fsum(reconciliation.rows["cost_forecast"])
    # the forecast stands elsewhere too: what rounding leaves over goes to the parts
    first, *within, last = adding_up([before, *parts.values()], billed, {0}, decimals)
    return first, dict(zip(parts, within, strict=True)), last


def rounded_parts(reconciliation: Reconciliation) -> dict[str, float]:
    """The parts of `own_amounts` as numbers. [currency]"""
    parts, billed = own_parts(reconciliation.parts), reconciliation.billed
    before = math.fsum(reconciliation.rows["cost_forecast"])
    rounded = round_to_sum([before, *parts.values()], billed, {0})
    if rounded is None:
        return parts
    return dict(zip(parts, map(float, rounded[1:-1]), strict=True))


@dataclass(frozen=True)
class AmountsBeside:
    """What is billed for CloudTrail, what others use on the same bill, and both together.

    Attributes
    ----------
    own, whole : str
    parts : mapping of str to str
        Those of others, by name, in the decimals of the table.
    others : Figure
        Those of others alone: as an amount reads alone, where it is the sum of them.
    by_part : mapping of str to Figure
        The same of each part.
    decimals : int
    """

    own: str
    parts: Mapping[str, str]
    whole: str
    others: Figure
    by_part: Mapping[str, Figure]
    decimals: int


def amounts_beside(reconciliation: Reconciliation) -> AmountsBeside:
    """Print what others use on the same bill beside what is billed for CloudTrail."""
    costs, own = reconciliation.others, reconciliation.billed
    after = math.fsum(reconciliation.rows["cost_billed"])
    amounts = [own, *costs.values()]
    own_text, *within, whole = adding_up(amounts, after, repeated={0})
    rounded = round_to_sum(amounts, after, repeated={0})
    numbers = None if rounded is None else rounded[1:-1]
    total = None if numbers is None else sum(numbers, Decimal(0))
    each = [None] * len(costs) if numbers is None else numbers
    return AmountsBeside(
        own=own_text,
        parts=dict(zip(NOT_FORECAST, within, strict=True)),
        whole=whole,
        others=_alone(math.fsum(costs.values()), total),
        by_part={
            name: _alone(cost, number)
            for (name, cost), number in zip(costs.items(), each, strict=True)
        },
        decimals=len(whole.partition(".")[2]),
    )


def _alone(cost: float, rounded: Decimal | None) -> Figure:
    """An amount alone; as it was rounded in the table, where that is another."""
    if rounded is None or without_noise(cost).quantize(rounded) == rounded:
        return money(cost)
    return money(float(rounded))
