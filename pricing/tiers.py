"""Free quantities and graduated tiers on arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def graduated_cost(quantity: FloatArray, steps: Sequence[tuple[float, float]]) -> FloatArray:
    """The cost of each quantity when every tier prices only the units inside it.

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
    >>> graduated_cost(np.array([5.0, 15.0]), [(10.0, 2.0), (float("inf"), 1.0)]).tolist()
    [10.0, 25.0]
    """
    cost = np.zeros_like(quantity)
    lower = 0.0
    for upper, price in steps:
        cost += (np.clip(quantity, lower, upper) - lower) * price
        lower = upper
    return cost


def pool_share(total: FloatArray, available: FloatArray) -> FloatArray:
    """The share of a pool's total that its free quantity covers; 1 where nothing is in it. [-]

    >>> import numpy as np
    >>> pool_share(np.array([0.0, 10.0, 40.0]), np.array([20.0, 20.0, 20.0])).tolist()
    [1.0, 1.0, 0.5]
    """
    # no division by 0: an empty pool gets its 1 from the next line
    covers = available / np.where(total > 0, total, 1.0)
    return np.where(total > available, covers, 1.0)
