"""The proposals that are evaluated, their order, and what they save together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from estimator.advice.baseline import Baseline
from estimator.advice.evaluation import Evaluator, Saving
from estimator.advice.keys import mergeable_keys, unused_keys
from estimator.advice.overlaps import duplicates
from estimator.advice.proposal import Plan, Proposal
from estimator.advice.repeated_reads import fan_outs, queries, repeated_gets, validations
from estimator.advice.trails import bucket_keys, excluded_events, sse_s3
from estimator.bucket_keys.result import SMALLEST

# of each kind so many are evaluated one by one; of more the dearest, and all others as one:
# every evaluation is a forecast and a simulation of the whole inventory
APART, OF_MORE = 8, 3

KINDS: tuple[Callable[[Baseline], Iterator[Proposal]], ...] = (
    bucket_keys,
    duplicates,
    excluded_events,
    queries,
    repeated_gets,
    fan_outs,
    validations,
    unused_keys,
    mergeable_keys,
    sse_s3,
)


@dataclass(frozen=True)
class Recommendation:
    """A proposal and what it saves.

    Attributes
    ----------
    proposal : Proposal
    saving : Saving
        Alone, over all months.
    on_top : float or None
        What it saves at least on top of those before it that it goes with; None where it is not
        among those that go together. [currency/month]
    """

    proposal: Proposal
    saving: Saving
    on_top: float | None = None


@dataclass(frozen=True)
class Ranking:
    """Every proposal that was evaluated.

    Attributes
    ----------
    recommendations : tuple of Recommendation
        What saves enough, or may do so, the most first; trade-offs last.
    small : tuple of Recommendation
        What saves too little.
    together : Saving or None
        What all that go together save; None where these are fewer than two.
    notices : tuple of str
    """

    recommendations: tuple[Recommendation, ...]
    small: tuple[Recommendation, ...]
    together: Saving | None
    notices: tuple[str, ...]


def rank_proposals(baseline: Baseline, evaluator: Evaluator) -> Ranking:
    """Evaluate everything that an expert would change, one by one and together."""
    notices: list[str] = []
    proposals = [
        proposal for kind in KINDS for proposal in _limit_alike(list(kind(baseline)), notices)
    ]
    evaluated = [Recommendation(proposal, evaluator.saving([proposal])) for proposal in proposals]
    evaluated.sort(key=lambda recommendation: _order(recommendation, evaluator))
    enough: list[Recommendation] = []
    small: list[Recommendation] = []
    for recommendation in evaluated:
        saves = evaluator.most_per_month(recommendation.saving) >= SMALLEST
        (enough if saves else small).append(recommendation)
    ranked, together = _together(enough, evaluator)
    return Ranking(tuple(ranked), tuple(small), together, tuple(notices))


def _order(recommendation: Recommendation, evaluator: Evaluator) -> tuple[bool, float, float]:
    """Trade-offs last; what is sure to save the most first, then what may."""
    saving = recommendation.saving
    least, most = evaluator.per_month(saving), evaluator.most_per_month(saving)
    return recommendation.proposal.trade_off, -least, -most


def _limit_alike(proposals: list[Proposal], notices: list[str]) -> Iterator[Proposal]:
    """The dearest of each kind apart, all others as one."""
    kinds: dict[str, list[Proposal]] = {}
    for proposal in proposals:
        kinds.setdefault(proposal.kind, []).append(proposal)
    for alike in kinds.values():
        alike.sort(key=lambda proposal: -proposal.weight)
        apart = APART if len(alike) <= APART else OF_MORE
        yield from alike[:apart]
        rest, left = Plan(), 0
        for proposal in alike[apart:]:
            if rest.takes(proposal):
                rest.add(proposal)
            else:
                left += 1
        if rest.proposals:
            yield rest.merge()
        if left:
            notices.append(f"{left} more of {alike[0].kind} were not tried: they touch the others")


def _together(
    recommendations: Sequence[Recommendation], evaluator: Evaluator
) -> tuple[list[Recommendation], Saving | None]:
    """Each that goes with those before it and saves enough on top of them; their saving."""
    plan, found = Plan(), []
    saving, before, before_most = None, 0.0, 0.0
    for recommendation in recommendations:
        proposal = recommendation.proposal
        if proposal.trade_off or not plan.takes(proposal):
            found.append(recommendation)
            continue
        more = (
            evaluator.saving([*plan.proposals, proposal])
            if plan.proposals
            else recommendation.saving
        )
        on_top = evaluator.per_month(more) - before
        most = evaluator.most_per_month(more)
        # what may save much is taken, but never what may cost more
        if most - before_most < SMALLEST or on_top <= -SMALLEST:
            found.append(recommendation)
            continue
        plan.add(proposal)
        saving, before, before_most = more, before + on_top, most
        found.append(replace(recommendation, on_top=on_top))
    return found, saving if len(plan.proposals) > 1 else None


def go_together(recommendations: Iterable[Recommendation]) -> list[Proposal]:
    """The proposals that go together."""
    return [
        recommendation.proposal
        for recommendation in recommendations
        if recommendation.on_top is not None
    ]
