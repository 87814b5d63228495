"""The cost of a month: what a bill has of it, and what is expected of the rest."""

from __future__ import annotations

from dataclasses import dataclass

from estimator.reconciliation import Reconciliation


@dataclass(frozen=True)
class MonthCost:
    """The cost of the month: what is billed of it, and what is expected of the rest. [currency]

    `billed` is None where no bill tells it; then `rest` is the whole month. `is_open` where the
    bill does not tell its days: then `rest` is what the forecast has beyond it, and the month may
    cost any sum more.
    """

    billed: float | None
    rest: float
    is_open: bool = False

    @property
    def total(self) -> float:
        """Both together."""
        return (self.billed or 0.0) + self.rest

    @property
    def is_billed(self) -> bool:
        """True where a bill tells all of it."""
        return self.billed is not None and not self.rest and not self.is_open


def cost_by_bill(
    found: Reconciliation, part: str = "", names: tuple[str, ...] = ()
) -> MonthCost | None:
    """The cost of a month with its bill; None where the bill tells nothing of it. [currency]

    Parameters
    ----------
    part, names : str, tuple of str
        As of `Reconciliation.billed_and_rest`.
    """
    # a bill without a line of KMS, as one of other services, says nothing of what KMS cost
    amounts = found.billed_and_rest(part, names) if found.has_kms else None
    return None if amounts is None else MonthCost(*amounts, is_open=found.is_open(part, names))


def bill_in_words(found: Reconciliation) -> str:
    """What a bill covers: ``whole month``, or such as ``bill to 15 October``."""
    return f"bill {found.covers}" if found.covers else "whole month"
