"""Months, probabilities and shares as the report says them."""

from __future__ import annotations

from estimator.figures import share
from estimator.months import month_in_words

__all__ = ["in_simulations", "month_in_words", "often", "part"]


def in_simulations(probability: float, draws: int) -> str:
    """A probability as a number of simulations, so that nothing possible reads as certain.

    >>> in_simulations(0.0, 10_000), in_simulations(0.00001, 100_000), in_simulations(0.25, 100)
    ('in none of 10,000 simulations', 'in 1 of 100,000 simulations', 'in 25 % of 100 simulations')
    """
    times = round(probability * draws)
    if times in (0, draws):
        return f"in {'all' if times else 'none'} of {draws:,} simulations"
    if min(times, draws - times) < draws / 1000:
        return f"in {times:,} of {draws:,} simulations"
    return f"in {share(probability)} of {draws:,} simulations"


def often(probability: float) -> str:
    """A probability: what is possible never reads as certain.

    >>> often(0.0), often(0.9999), often(1.0), often(0.5)
    ('0 %', '>99.9 %', '100 %', '50 %')
    """
    return ">99.9 %" if 0.999 < probability < 1 else share(probability)


def part(value: float) -> str:
    """A share of a whole; what is next to nothing is not worth its digits.

    >>> part(0.6), part(0.0), part(0.0000052)
    ('60 %', '0 %', '<0.01 %')
    """
    return "<0.01 %" if 0 < value < 0.0001 else share(value)
