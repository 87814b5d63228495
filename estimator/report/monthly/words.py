"""Probabilities, factors and interpretations as the report says them."""

from __future__ import annotations

from estimator.figures import share

# heads of columns: the interpretations in a few words
IF_WORDS = {"exempt": "if writes are free", "charged": "if writes are charged"}


def in_simulations(probability: float, draws: int) -> str:
    """A probability as a number of simulations, so that nothing possible reads as certain.

    >>> in_simulations(0.0, 10_000), in_simulations(0.00001, 100_000), in_simulations(0.25, 100)
    ('in none of 10,000 simulations', 'in 1 of 100,000 simulations', 'in 25 % of 100 simulations')
    >>> in_simulations(0.9962, 10_000)
    'in 99.6 % of 10,000 simulations'
    """
    times = round(probability * draws)
    if times in (0, draws):
        return f"in {'all' if times else 'none'} of {draws:,} simulations"
    if min(times, draws - times) < draws / 1000:
        return f"in {times:,} of {draws:,} simulations"
    # two digits: the next run of other draws moves the third; but not all of them
    digits = 2 if float(f"{probability:.2g}") < 1 else 3
    return f"in {share(float(f'{probability:.{digits}g}'))} of {draws:,} simulations"


def often(probability: float) -> str:
    """A probability: what is possible never reads as certain.

    >>> often(0.0), often(0.9999), often(1.0), often(0.5)
    ('0 %', '>99.9 %', '100 %', '50 %')
    """
    return ">99.9 %" if 0.999 < probability < 1 else share(probability)


def factor_in_words(factor: float) -> str:
    """How many times, in two digits: more of them no surprise has.

    >>> factor_in_words(1.204), factor_in_words(9.13), factor_in_words(1234.5)
    ('1.2', '9.1', '1,200')
    """
    return f"{float(f'{factor:.2g}'):,.{1 if factor < 9.95 else 0}f}"
