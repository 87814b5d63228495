"""Which reading of F5 a bill follows: does it charge for CloudTrail's own writes?

Billed GenerateDataKey requests, free ones among them, are held against what each reading predicts.
The share of the expected writes that the bill shows decides: about one, it charges; next to none,
it does not; anything between, it cannot be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from estimator.figures import count, share

Answer = Literal["charged", "exempt"]

# how far from one the share may lie: measured volumes are exact, forecast ones a fifth off at best
CHARGED_WITHIN = 0.25
EXEMPT_BELOW = 0.25

# the rule of thumb of 288 files a day overstates quiet Regions many times (F6), so that a bill may
# charge for every write and show a tenth of those forecast
ROUGH_CHARGED_FROM = 0.1
ROUGH_EXEMPT_BELOW = 0.02


@dataclass(frozen=True)
class Evidence:
    """What is known of one payer's writes in one month.

    Attributes
    ----------
    payer : str
    billed : float
        GenerateDataKey requests where CloudTrail's writes are billed, free ones too; all requests
        there where the bill tells no operations. [request]
    writes, rest : float
        Expected writes of CloudTrail's; what else is known to be among the billed ones. [request]
    covered : float
        Share of the month that the bill covers. [0-1]
    measured : bool
        The writes are measured, not forecast.
    alone : bool
        Nobody else's requests are among the billed ones: those under CloudTrail's keys, or with
        others' measured.
    rough : bool
        The writes are forecast by the rule of thumb, and nothing in the bill confirms the volume.
    doubt : float
        Requests of others that the measurement may have missed. [request]
    lines, here : int
        Lines of requests of the payer; lines of KMS where CloudTrail's writes are billed.
    paid, free_tier : float
        Requests of the payer that were charged; how many are free. [request]
    place : str
        Where CloudTrail's writes are billed.
    what : str
        What was counted.
    """

    payer: str
    billed: float
    writes: float
    rest: float
    covered: float
    measured: bool
    alone: bool
    rough: bool
    doubt: float
    lines: int
    here: int
    paid: float
    free_tier: float
    place: str
    what: str = "GenerateDataKey"


@dataclass(frozen=True)
class Reading:
    """The reading that a payer's bill follows, or None where it cannot be told, and why."""

    payer: str
    reading: Answer | None
    strength: Literal["strong", "fair", "none"]
    why: str
    billed: float
    predicted_charged: float
    predicted_exempt: float
    based_on: Literal["measured", "forecast"]

    def to_dict(self) -> dict[str, Any]:
        """As documented JSON."""
        return dict(self.__dict__)


def read(known: Evidence) -> Reading:
    """What the evidence says.

    >>> told = Evidence("111122223333", 990.0, 1000.0, 5.0, 1.0, True, True, False, 0.0, 3, 3,
    ...     9e5, 2e4, "account 111122223333 in eu-west-1")
    >>> read(told).reading
    'charged'
    """
    reading, why = _decided(known)
    sure = known.measured or known.alone
    return Reading(
        payer=known.payer,
        reading=reading,
        strength="none" if reading is None else "strong" if sure else "fair",
        why=why,
        billed=known.billed,
        predicted_charged=known.writes + known.rest,
        predicted_exempt=known.rest,
        based_on="measured" if known.measured else "forecast",
    )


def _decided(known: Evidence) -> tuple[Answer | None, str]:
    word = "measured" if known.measured else "forecast"
    if not known.writes:
        return None, f"no writes of CloudTrail's are {word} in this month"
    if not known.lines:
        return None, "the bill has no line of KMS requests"
    if not known.here:
        return None, f"the bill has no line of KMS in {known.place}, where writes are billed"
    shown = (known.billed - known.rest) / known.writes
    said = (
        f"{count(known.billed)} {known.what} requests billed in {known.place}; charged predicts "
        f"{count(known.writes + known.rest)}, exempt {count(known.rest)} ({word})"
    )
    answer, doubt = _answered(known, shown)
    if not known.paid and (answer != "exempt" or known.writes <= known.free_tier):
        doubt = f"all requests are inside the free tier: nothing was charged for any; {said}"
        return None, doubt
    if answer is None:
        return None, f"{said}; {doubt}"
    return answer, said


def _answered(known: Evidence, shown: float) -> tuple[Answer | None, str]:
    """The reading of the share of writes that the bill shows, or None and why."""
    if known.doubt > CHARGED_WITHIN * known.writes:
        return None, (
            f"measurements cover too little: up to {count(known.doubt)} requests of others may be "
            "missing"
        )
    lowest = ROUGH_EXEMPT_BELOW if known.rough else EXEMPT_BELOW
    if shown <= lowest * known.covered:
        return "exempt", ""
    fits = any(abs(shown / whole - 1) <= CHARGED_WITHIN for whole in (1.0, known.covered) if whole)
    if fits:
        return "charged", ""
    least = ROUGH_CHARGED_FROM if known.rough else (1 - CHARGED_WITHIN) * known.covered
    if known.alone and not known.measured and shown >= least:
        return "charged", ""  # more than forecast, but nobody else writes under CloudTrail's keys
    if shown > 1:
        return None, "others' requests may be among them: measure them, or use resource ids"
    partly = f"; the bill covers {share(known.covered)} of the month" if known.covered < 1 else ""
    advice = "" if known.measured else "; measure the writes (--actuals) to tell"
    return None, f"it shows {share(shown)} of the writes, which fits neither{partly}{advice}"
