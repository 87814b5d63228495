"""How much more than the base something may cost."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pricing.reading.problems import Problem, UsageError

OPTION = "--fail-over"

# sums of many rows differ in their last digits from what they are on paper
_NOISE = 1e-9


@dataclass(frozen=True)
class Limit:
    """A limit: an amount, or a share of what the base costs."""

    text: str
    amount: float
    is_share: bool

    def allowed(self, base: float) -> float:
        """What the difference may be. [currency]"""
        return base * self.amount if self.is_share else self.amount

    def is_broken(self, base: float, other: float) -> bool:
        """Whether the difference is more than allowed; exactly as much is not.

        >>> limit = read_limit("10%")
        >>> limit.is_broken(10.0, 11.0), limit.is_broken(10.0, 11.01), limit.is_broken(0.0, 0.01)
        (False, True, True)
        """
        return other - base > self.allowed(base) + _NOISE * max(abs(base), abs(other))


def read_limit(text: str | float) -> Limit:
    """``10%`` is a share of what the base costs, ``25`` or ``25.00`` an amount.

    >>> read_limit("10%").amount, read_limit(25).amount
    (0.1, 25.0)

    Raises
    ------
    UsageError
        It is neither.
    """
    said = str(text).strip()
    is_share = said.endswith("%")
    try:
        number = float(said.removesuffix("%")) / (100 if is_share else 1)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        expected = "a share such as 10%, or an amount such as 25.00, from 0 on"
        raise UsageError(Problem(OPTION, None, "", repr(said), expected, ""))
    return Limit(said, number, is_share)
