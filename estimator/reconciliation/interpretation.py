"""Which interpretation of F5 a bill follows: does it charge for CloudTrail's own writes?

Billed GenerateDataKey requests, free ones among them, are compared with what each interpretation
predicts. The share of the expected writes that the bill shows decides: about one, it charges; next
to none, it does not; anything between, it cannot be told.
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

# share of the free tier that free requests may exceed it by, for what bills round
BEYOND = 0.01


@dataclass(frozen=True)
class Evidence:
    """Evidence of how a bill takes one payer's writes in one month.

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
    missed : float
        Requests of others that the measurement may have missed. [request]
    lines, here : int
        Lines of requests of the payer; lines of keys, or of operations that CloudTrail causes,
        where its writes are billed or their keys are.
    reads : float or None
        Share of the forecast reads that the bill shows; None where none are forecast. [-]
    paid, free_tier : float
        Requests of the payer that were charged; how many the free tier covers. [request]
    free, free_elsewhere : float
        Those of `billed` that cost nothing; what else of the payer's does. [request]
    place : str
        Where CloudTrail's writes are billed.
    what : str
        What was counted.
    free_known : bool
        The bill tells which requests were free.
    """

    payer: str
    billed: float
    writes: float
    rest: float
    covered: float
    measured: bool
    alone: bool
    rough: bool
    missed: float
    lines: int
    here: int
    reads: float | None
    paid: float
    free_tier: float
    free: float
    free_elsewhere: float
    place: str
    what: str = "GenerateDataKey"
    free_known: bool = True


@dataclass(frozen=True)
class Interpretation:
    """The billing interpretation that a payer's bill follows, None where it cannot be told; why.

    `shown_free` says that the bill shows the writes and that they cost nothing there.
    """

    payer: str
    answer: Answer | None
    strength: Literal["strong", "fair", "none"]
    why: str
    billed: float
    predicted_charged: float
    predicted_exempt: float
    based_on: Literal["measured", "forecast"]
    shown_free: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As documented JSON."""
        values = dict(self.__dict__)
        # the name of the key that readers of the JSON know
        return {"payer": values.pop("payer"), "reading": values.pop("answer"), **values}


def interpret(evidence: Evidence) -> Interpretation:
    """Tell from the evidence which interpretation of F5 a bill follows.

    >>> evidence = Evidence("111122223333", 990.0, 1000.0, 5.0, 1.0, True, True, False, 0.0, 3, 3,
    ...     None, 9e5, 2e4, 0.0, 0.0, "account 111122223333 in eu-west-1")
    >>> interpret(evidence).answer
    'charged'
    """
    answer, why = _decide(evidence)
    days = _share_predicted(evidence)
    sure = (evidence.measured or evidence.alone) and evidence.free_known
    return Interpretation(
        payer=evidence.payer,
        answer=answer,
        strength="none" if answer is None else "strong" if sure else "fair",
        why=why,
        billed=evidence.billed,
        predicted_charged=days * (evidence.writes + evidence.rest),
        predicted_exempt=days * evidence.rest,
        based_on="measured" if evidence.measured else "forecast",
        shown_free=_is_beyond_free_tier(evidence)
        or (_may_be_free(evidence) and not _are_absent(evidence)),
    )


def _share_predicted(evidence: Evidence) -> float:
    """The share of what is expected that a bill is held against: a forecast's is of its days."""
    # where a bill tells no hours it may be of all of them
    return 1.0 if evidence.measured or not evidence.covered else evidence.covered


def _may_be_free(evidence: Evidence) -> bool:
    """Tell whether the requests paid for are no more than those that are known to be no writes."""
    return evidence.billed - evidence.free <= evidence.rest


def _are_absent(evidence: Evidence) -> bool:
    """Tell whether the bill shows next to none of the writes."""
    lowest = ROUGH_EXEMPT_BELOW if evidence.rough else EXEMPT_BELOW
    return (
        evidence.billed - evidence.rest
        <= lowest * evidence.covered * _volume(evidence) * evidence.writes
    )


def _volume(evidence: Evidence) -> float:
    """The share of the forecast files that were put, as far as billed reads tell. [-]

    Reads are charged under both interpretations. Where they fall short of the forecast as well, few
    files were put, and few billed writes are no sign that writes are exempt.
    """
    return 1.0 if evidence.measured or evidence.reads is None else min(evidence.reads, 1.0)


def _is_beyond_free_tier(evidence: Evidence) -> bool:
    """Tell whether most of them, and more than the free tier can cover, cost nothing."""
    if not evidence.free_known:  # a credit would look like it
        return False
    # other free requests of the payer have used their part of the tier
    beyond = evidence.free - max(evidence.free_tier - evidence.free_elsewhere, 0.0)
    # a few free ones are rounding: it takes most of the writes
    least = max(BEYOND * evidence.free_tier, (evidence.billed - evidence.rest) / 2)
    return beyond > least


def _decide(evidence: Evidence) -> tuple[Answer | None, str]:
    word, days = "measured" if evidence.measured else "forecast", _share_predicted(evidence)
    if not evidence.writes:
        return None, f"no writes of CloudTrail's are {word} in this month"
    if not evidence.lines:
        return None, "the bill has no line of KMS requests"
    if not evidence.here:
        why = f"the bill shows no key and none of CloudTrail's operations in {evidence.place}"
        return None, f"{why}, where its writes are billed"
    shown = (evidence.billed - evidence.rest) / evidence.writes
    line = (
        f"{count(evidence.billed)} {evidence.what} requests billed in {evidence.place}; charged "
        f"predicts {count(days * (evidence.writes + evidence.rest))}, exempt "
        f"{count(days * evidence.rest)} ({word}{' of the days billed' * (days < 1)})"
    )
    if _is_beyond_free_tier(evidence):
        return "exempt", f"{line}; {count(evidence.free)} of them are free, beyond the free tier"
    answer, doubt = _decide_by_share(evidence, shown)
    # with nothing paid at all, free writes may be free by the tier: only their absence tells
    if not evidence.paid and (answer != "exempt" or evidence.writes <= evidence.free_tier):
        doubt = f"all requests are inside the free tier: nothing was charged for any; {line}"
        return None, doubt
    # billed units alone do not say that they were paid for
    if answer == "charged" and _may_be_free(evidence):
        why = "all writes among them are free: by the free tier, or because they are exempt"
        return None, f"{line}; {why}"
    if answer is None:
        return None, f"{line}; {doubt}"
    return answer, line


def _decide_by_share(evidence: Evidence, shown: float) -> tuple[Answer | None, str]:
    """The interpretation by the share of writes that the bill shows, or None and why."""
    # what others may have made unseen must not decide
    if evidence.missed > CHARGED_WITHIN * evidence.writes:
        return None, (
            f"measurements cover too little: up to {count(evidence.missed)} requests of others may "
            "be missing"
        )
    if _are_absent(evidence):
        if not evidence.covered:
            return None, "the bill does not tell which hours it covers: what is missing may follow"
        if not evidence.free_known:
            return None, "such an export may be of a part: what it does not show is no sign"
        if (
            not evidence.measured
            and evidence.reads is not None
            and evidence.reads < ROUGH_EXEMPT_BELOW
        ):
            return (
                None,
                "the reads forecast, which both interpretations charge, are missing as well",
            )
        return "exempt", ""
    # all of the writes, or as large a part as the bill covers of the month
    fits = any(
        abs(shown / whole - 1) <= CHARGED_WITHIN for whole in (1.0, evidence.covered) if whole
    )
    if fits:
        return "charged", ""
    least = (1 - CHARGED_WITHIN) * evidence.covered * _volume(evidence)
    least = ROUGH_CHARGED_FROM if evidence.rough else least
    if evidence.alone and not evidence.measured and shown >= least:
        return "charged", ""  # more than forecast, but nobody else writes under CloudTrail's keys
    if shown > 1:
        return None, "others' requests may be among them: measure them, or use resource ids"
    partly = (
        f"; the bill covers {share(evidence.covered)} of the month" if evidence.covered < 1 else ""
    )
    advice = "" if evidence.measured else "; measure the writes (--actuals) to tell"
    return None, f"it shows {share(shown)} of the writes, which fits neither{partly}{advice}"
