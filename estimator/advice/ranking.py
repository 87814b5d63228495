"""Which proposals to try, in which order they stand, and what they save together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from estimator.advice.baseline import Situation
from estimator.advice.duplicates import duplicates
from estimator.advice.evaluation import Saving, Trial
from estimator.advice.fan_out import fan_outs
from estimator.advice.keys import merged, unused
from estimator.advice.proposal import Plan, Proposal
from estimator.advice.readers import queries, repeated, validations
from estimator.advice.trails import bucket_keys, excluded_events, sse_s3

# what saves less is no advice [currency/month]
SMALLEST = 0.01

# of each kind so many are tried one by one; of more the most expensive, and all others as one
APART, OF_MORE = 8, 3

KINDS: tuple[Callable[[Situation], Iterator[Proposal]], ...] = (
    bucket_keys,
    duplicates,
    excluded_events,
    queries,
    repeated,
    fan_outs,
    validations,
    unused,
    merged,
    sse_s3,
)


@dataclass(frozen=True)
class Piece:
    """A piece of advice: a proposal and what it saves.

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
class Ranked:
    """What was tried.

    Attributes
    ----------
    pieces : tuple of Piece
        What saves enough, or may do so, the most first; trade-offs last.
    small : tuple of Piece
        What saves too little.
    together : Saving or None
        What all pieces that go together save; None where these are fewer than two.
    notices : tuple of str
    """

    pieces: tuple[Piece, ...]
    small: tuple[Piece, ...]
    together: Saving | None
    notices: tuple[str, ...]


def ranked(now: Situation, trial: Trial) -> Ranked:
    """Everything that an expert would try, applied one by one and together."""
    notices: list[str] = []
    proposals = [one for kind in KINDS for one in _few(list(kind(now)), notices)]
    tried = [Piece(one, trial.saving([one])) for one in proposals]
    tried.sort(key=lambda piece: _order(piece, trial))
    enough = [trial.most_per_month(piece.saving) >= SMALLEST for piece in tried]
    pieces = [piece for piece, saves in zip(tried, enough, strict=True) if saves]
    small = tuple(piece for piece, saves in zip(tried, enough, strict=True) if not saves)
    pieces, together = _together(pieces, trial)
    return Ranked(tuple(pieces), small, together, tuple(notices))


def _order(piece: Piece, trial: Trial) -> tuple[bool, float, float]:
    """Trade-offs last; what is sure to save the most first, then what may."""
    least, most = trial.per_month(piece.saving), trial.most_per_month(piece.saving)
    return piece.proposal.trade_off, -least, -most


def _few(proposals: list[Proposal], notices: list[str]) -> Iterator[Proposal]:
    """The most expensive of each kind apart, all others as one."""
    kinds: dict[str, list[Proposal]] = {}
    for one in proposals:
        kinds.setdefault(one.kind, []).append(one)
    for alike in kinds.values():
        alike.sort(key=lambda one: -one.weight)
        apart = APART if len(alike) <= APART else OF_MORE
        yield from alike[:apart]
        rest, left = Plan(), 0
        for one in alike[apart:]:
            if rest.takes(one):
                rest.add(one)
            else:
                left += 1
        if rest.proposals:
            yield rest.merged()
        if left:
            notices.append(f"{left} more of {alike[0].kind} were not tried: they touch the others")


def _together(pieces: Sequence[Piece], trial: Trial) -> tuple[list[Piece], Saving | None]:
    """Each piece that goes with those before it and saves enough on top of them."""
    plan, found = Plan(), []
    saving, before, before_most = None, 0.0, 0.0
    for piece in pieces:
        one = piece.proposal
        if one.trade_off or not plan.takes(one):
            found.append(piece)
            continue
        more = trial.saving([*plan.proposals, one]) if plan.proposals else piece.saving
        on_top = trial.per_month(more) - before
        most = trial.most_per_month(more)
        # what may save much is taken, but never what may cost more
        if most - before_most < SMALLEST or on_top <= -SMALLEST:
            found.append(piece)
            continue
        plan.add(one)
        saving, before, before_most = more, before + on_top, most
        found.append(replace(piece, on_top=on_top))
    return found, saving if len(plan.proposals) > 1 else None


def chosen(pieces: Iterable[Piece]) -> list[Proposal]:
    """The proposals that go together."""
    return [one.proposal for one in pieces if one.on_top is not None]
