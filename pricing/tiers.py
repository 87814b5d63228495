"""Graduated tiers on arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def graduated(quantity: FloatArray, steps: Sequence[tuple[float, float]]) -> FloatArray:
    """What each quantity costs when every tier prices only the units inside it.

    Parameters
    ----------
    quantity : array
        Units to be priced. [unit]
    steps : sequence of (upper bound, price)
        Rising upper bounds of the tiers, the last one infinite; price of one unit. [currency/unit]

    Returns
    -------
    array
        [currency]

    Examples
    --------
    >>> import numpy as np
    >>> graduated(np.array([5.0, 15.0]), [(10.0, 2.0), (float("inf"), 1.0)]).tolist()
    [10.0, 25.0]
    """
    cost = np.zeros_like(quantity)
    lower = 0.0
    for upper, price in steps:
        cost += (np.clip(quantity, lower, upper) - lower) * price
        lower = upper
    return cost
