"""How far forecast and bill may lie apart: a share of the forecast, or an amount."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from pricing.reading.problems import Problem, UsageError

_AMOUNT = re.compile(
    r"(?:(?P<before>[A-Z]{3}) *)?(?P<number>[0-9_]*\.?[0-9]+)(?: *(?P<after>%|[A-Z]{3}))?"
)


@dataclass(frozen=True)
class DifferenceLimit:
    """A share of the forecast's cost, or an amount in the table's currency."""

    text: str
    number: float
    is_share: bool

    def is_broken_by(self, difference: float, forecast: float) -> bool:
        """Tell whether a difference is larger. [currency]"""
        allowed = self.number * abs(forecast) if self.is_share else self.number
        # the last bits of a sum break no limit
        slack = 1e-9 * max(1.0, abs(forecast))
        return abs(difference) > allowed + slack


def read_difference_limit(text: str | float, currency: str) -> DifferenceLimit:
    """Read a limit: ``5%`` as a share; ``5``, ``5.00`` or ``USD 5`` as an amount.

    >>> read_difference_limit("5%", "USD").number, read_difference_limit("USD 2.50", "USD").number
    (0.05, 2.5)

    Raises
    ------
    UsageError
        It is neither, or in another currency.
    """
    words = str(text).strip()
    found = _AMOUNT.fullmatch(words)
    codes = {found["before"], found["after"]} - {None, "%"} if found else set()
    both = found is not None and found["before"] and found["after"]
    if found is None or both or codes - {currency} or not math.isfinite(float(found["number"])):
        expected = f"a share such as 5%, or an amount such as {currency} 5"
        raise UsageError(Problem("fail_over", None, "", repr(text), expected, ""))
    number = float(found["number"])
    is_share = found["after"] == "%"
    return DifferenceLimit(words, number / 100 if is_share else number, is_share)
