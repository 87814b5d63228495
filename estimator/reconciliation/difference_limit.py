"""How far forecast and bill may lie apart: a share of the forecast, or an amount."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from estimator.figures import money, signed, significant
from estimator.reconciliation.free_shift import NO_SHIFT, FreeShift
from estimator.reconciliation.parts import PARTS, own_parts
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


@dataclass(frozen=True)
class LimitState:
    """A limit and whether it is kept.

    Attributes
    ----------
    limit : DifferenceLimit
    state : str
        ``not held`` where the bill does not tell its days, or one of a payer, or lines of an
        account, of keys or of requests, are missing: nothing says how far they lie apart.
    condition : str
        On what it depends, such as lines that may count twice, or why it is not held; empty where
        on nothing.
    why : str or None
        By how much it is broken, and because of what.
    difference : float
        What it was held against, with what `shift` puts back. [currency]
    shift : FreeShift
        The worth of free requests that were not used on their days.
    without : str
        Lines that are missing and that it was held without, such as ``without keys``.
    """

    limit: DifferenceLimit
    state: Literal["kept", "broken", "not held"]
    condition: str = ""
    why: str | None = None
    difference: float = 0.0
    shift: FreeShift = NO_SHIFT
    without: str = ""

    @property
    def text(self) -> str:
        """The limit and its state, such as ``Limit 5% kept, if no line counts twice``."""
        return f"Limit {self.limit.text} {self.state}{', ' * bool(self.condition)}{self.condition}"

    @property
    def not_held(self) -> str | None:
        """Why it is neither kept nor broken; None where it is one of both."""
        return f"{self.text}: neither kept nor broken" if self.state == "not held" else None

    def to_dict(self, currency: str) -> dict[str, Any]:
        """As documented JSON; the difference where it is not that of bill and forecast alone."""
        code = currency.lower()
        shift = {
            f"cost_{code}_difference": self.difference,
            f"cost_{code}_early": self.shift.early,
            f"cost_{code}_late": self.shift.late,
        }
        return {
            "limit": self.limit.text,
            "state": self.state,
            "broken": self.why is not None,
            "condition": self.condition or None,
            "why": self.why,
            **(shift if self.shift else {}),
        }


def judge_limit(
    limit: DifferenceLimit,
    month: str,
    before: float,
    parts: Mapping[str, float],
    currency: str,
    *,
    is_told: bool,
    unknown: str,
    has_kms: bool,
    condition: str = "",
    shift: FreeShift = NO_SHIFT,
) -> LimitState:
    """Hold a limit against the difference of forecast and bill.

    Parameters
    ----------
    month : str
        With what of it is billed, such as ``2026-10 to 15 October``.
    before : float
        The forecast of that. [currency]
    parts : mapping
        The difference in parts; those that no forecast is made of are none of it. [currency]
    is_told, has_kms : bool
        The bill tells its days; has a line of KMS.
    unknown : str
        Why no limit can be kept, such as ``for no day of payer 111122223333 is billed``; empty
        where the bills of all payers are there, tell their days and have a line of all that costs.
    condition : str
        What the sums of the bill depend on, such as that no line of it counts twice.
    shift : FreeShift
        The worth of free requests that the bill does not have on their days.
    """
    parts = own_parts(parts)
    # requests that are free sooner are no fewer requests, and would hide what is more; nor are
    # those that were free before the days billed more of them
    parts["free_tier"] += shift.put_back
    error = math.fsum(parts.values())
    # an estimate of an open month has less whatever the forecast; more than all of the month's is
    # more
    if not is_told and not (error > 0 and limit.is_broken_by(error, before)):
        return LimitState(limit, "not held", unknown)
    if not limit.is_broken_by(error, before):
        if unknown:
            return LimitState(limit, "not held", unknown)
        return LimitState(limit, "kept", condition, None, error, shift)
    if not has_kms:
        why = f"the limit of {limit.text} cannot be kept: the bill of {month} has no line of AWS "
        why += f"KMS, and {currency} {money(before)} is forecast"
        return LimitState(limit, "broken", condition, why, error)
    # the line names a part that the limit is about
    largest = max(parts, key=lambda name: abs(parts[name]))
    # a limit may have more digits than other percents: 2.03 % is over 2.02%
    of_it = f" ({significant(100 * abs(error) / before, 3)} %)" if before else ""
    more = "more" if error > 0 else "less"
    why = (
        f"over the limit of {limit.text}{', ' * bool(condition)}{condition}: {month} is billed "
        f"{currency} {money(abs(error))}{of_it} {more} than the forecast's {money(before)}"
        f"{shift.in_words(currency)}; largest part: {PARTS[largest]}, {currency} "
        f"{signed(money(parts[largest]))}"
    )
    if largest == "writes":
        why += "; write into the inventory, as cloudtrail_writes, what the bill does"
    return LimitState(limit, "broken", condition, why, error, shift)
