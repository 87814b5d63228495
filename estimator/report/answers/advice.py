"""What advice answers: a ranking, then each piece with what it loses and how to do it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from estimator.advice import Advice
from estimator.advice.evaluation import CopySaving, Saving
from estimator.advice.proposal import Proposal
from estimator.advice.ranking import Recommendation, go_together
from estimator.advice.result import TOGETHER
from estimator.bucket_keys.result import SMALLEST
from estimator.figures import FEW, SUMS, count, factor, listed, money
from estimator.forecasting.result import INTERPRETATION_WORDS, INTERPRETATIONS
from estimator.report.answers import Answer
from estimator.report.answers.bucket_keys import bucket_key_blocks
from estimator.report.answers.key_ledger import key_ledger_blocks
from estimator.report.blocks import Block, Command, Lines, Sheet

_LONGEST = 600  # letters of a command line that is shown whole


class AdviceAnswer(Answer[Advice]):
    """Changes that would save money, ranked."""

    def blocks(self) -> Iterable[Block]:
        """The ranking, then each piece in words."""
        sheet = ranking_sheet(self.result)
        recommendations = [
            describe_recommendation(self.result, rank, recommendation)
            for rank, recommendation in enumerate(self.result.recommendations, start=1)
        ]
        advice = self.result
        measured = bucket_key_blocks(
            advice.measured,
            advice.forecast.other_interpretation,
            len(advice.recommendations) + 1,
        )
        keys = key_ledger_blocks(self.result)
        return (*([] if sheet is None else [sheet]), *recommendations, *measured, *keys)

    def lines(self) -> Iterable[str]:
        """Return what was tried in vain, savings together, the other interpretation."""
        return _notes(self.result)

    def frame(self) -> pd.DataFrame:
        """A piece a row."""
        return self.result.rows


def ranking_sheet(advice: Advice) -> Sheet | None:
    """Return the saving of each recommendation a month; None where there is nothing to advise."""
    if not advice.recommendations:
        return None
    unit, other = advice.currency, advice.forecast.other_interpretation
    savings = [recommendation.saving for recommendation in advice.recommendations]
    ranged = any(not _is_sure(saving) for saving in savings)
    events = any(saving.copies is not None and saving.copies.most for saving in savings)
    header = ("saves a month", unit, *(("5 %", "95 %") if ranged else ()), f"{other} {unit}")
    header += (f"CloudTrail {unit}",) if events else ()
    rows = [
        (
            f"{rank} {_name_with_mark(recommendation.proposal)}",
            *_cells(advice, recommendation.saving, ranged, events),
        )
        for rank, recommendation in enumerate(advice.recommendations, start=1)
    ]
    if advice.together is not None:
        rows.append((TOGETHER, *_cells(advice, advice.together, ranged, events)))
    sums = int(advice.together is not None)
    return Sheet(_title(advice), header, tuple(rows), numbers=len(header) - 1, sums=sums)


def _title(advice: Advice) -> str:
    labels = advice.forecast.months.labels
    span = labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"
    cost = money(advice.per_month(advice.forecast.totals[advice.cost]))
    path = advice.forecast.inventory.path
    return f"What would save money in {span}: {path} costs {advice.currency} {cost} a month"


def _name_with_mark(proposal: Proposal) -> str:
    mark = " (trade-off)" if proposal.trade_off else " (what-if)" if proposal.what_if else ""
    return f"{proposal.name}{mark}"


def _cells(advice: Advice, saving: Saving, ranged: bool, events: bool) -> tuple[str, ...]:
    totals, other = saving.totals, advice.forecast.other_interpretation
    values = [totals[advice.cost], *((saving.quantiles[0], saving.quantiles[2]) if ranged else ())]
    values.append(totals[f"{advice.cost}_writes_{other}"])
    cells = [_money(advice.per_month(value), advice) for value in values]
    if events:
        copies = saving.copies
        cells.append("unknown" if copies is None else _between(copies.least, copies.most, advice))
    return tuple(cells)


def _between(low: float, high: float, advice: Advice) -> str:
    """An amount over all months as one a month; both ends where it is known between two."""
    ends = (_money(advice.per_month(end), advice) for end in (low, high))
    return " to ".join(dict.fromkeys(ends))


def _money(amount: float, advice: Advice) -> str:
    """An amount, without the noise of sums in their last digits."""
    noise = 1e-9 * max(advice.forecast.totals[advice.cost], 1e-3)
    return money(0.0 if abs(amount) < noise else amount)


def _is_sure(saving: Saving) -> bool:
    low, _, high = saving.quantiles
    return high - low <= 1e-9 * max(abs(low), abs(high))


def describe_recommendation(advice: Advice, rank: int, recommendation: Recommendation) -> Lines:
    """Return what a change saves and loses, how it is made, and how it is tried."""
    proposal = recommendation.proposal
    lines = [f"saves: {_saves(advice, recommendation.saving)}"]
    if recommendation.saving.copies is not None and recommendation.saving.copies.most:
        lines.append(f"apart: {_copies(advice, recommendation.saving.copies)}")
    # what several pieces lose alike is said once
    first = next(
        (other for other in advice.recommendations if other.proposal.loses == proposal.loses),
        recommendation,
    )
    same = "" if first is recommendation else f"as {advice.recommendations.index(first) + 1}"
    lines += [
        f"loses: {same or proposal.loses}",
        f"how: {proposal.how}",
        *map(Command, proposal.commands),
        f"source: {same or proposal.source}",
    ]
    command = advice.command(recommendation)
    if len(command) > _LONGEST:
        lines.append(f"try: {len(proposal.set):,} changes: see the JSON")
    elif command:
        lines += ["try:", Command(command)]
    return Lines(f"{rank} {_heading(recommendation)}", tuple(lines))


def _copies(advice: Advice, copies: CopySaving) -> str:
    """Say what is saved on CloudTrail's bill, and on whose requests."""
    ends = _between(copies.least, copies.most, advice)
    line = f"{advice.currency} {ends} a month on CloudTrail's bill for copies of KMS events"
    if not copies.others_high:
        return f"{line}, all of this inventory's own requests"
    # a difference of two sums: what is left of nothing is their last digits
    own = copies.own if abs(copies.own) > SUMS * copies.most else 0.0
    own_text = _between(own, own, advice)
    others = _between(copies.others, copies.others_high, advice)
    line = f"{line}: {own_text} of this inventory's own requests, {others} of all others'"
    if not copies.is_range:
        return line
    return (
        f"{line}. In which accounts and Regions these are made is not known: write "
        "other_kms_requests_per_month by account"
    )


def _saves(advice: Advice, saving: Saving) -> str:
    unit, totals, other = advice.currency, saving.totals, advice.forecast.other_interpretation
    line = f"{unit} {_money(advice.per_month(totals[advice.cost]), advice)} a month"
    if not _is_sure(saving):
        low, _, high = (_money(advice.per_month(value), advice) for value in saving.quantiles)
        line += f" ({low} to {high})"
    requests = count(round(advice.per_month(totals["requests"]), 6))
    other_cost = _money(advice.per_month(totals[f"{advice.cost}_writes_{other}"]), advice)
    line += f" and {requests} requests"
    return f"{line}; {unit} {other_cost} if {INTERPRETATION_WORDS[other]}"


def _notes(advice: Advice) -> Iterator[str]:
    """Yield what stands below all recommendations."""
    forecast, unit = advice.forecast, advice.currency
    small, limit = advice.small, f"{unit} {factor(SMALLEST)} a month"
    if not advice.recommendations:
        cost = money(advice.per_month(forecast.totals[advice.cost]))
        tried = f"{len(small)} change{'s' * (len(small) != 1)} tried"
        costs = f"the inventory costs {unit} {cost} a month"
        nothing = "Nothing to advise" + (" on the inventory" if advice.bucket_keys else "")
        yield f"{nothing}: {costs}, and none of {tried} saves {limit}"
    elif small:
        names = listed(recommendation.proposal.name for recommendation in small)
        yield f"Tried as well, saving less than {limit}: {names}"
    savings = [
        recommendation.saving.copies
        for recommendation in advice.recommendations
        if recommendation.saving.copies is not None
    ]
    if any(copies.most > 0 for copies in savings):
        at_least = ", at least" if any(copies.is_range for copies in savings) else ""
        yield f"Ranked by what both bills are smaller by{at_least}: KMS's and CloudTrail's"
    yield from _under_the_other(advice)
    yield from _together(advice)
    other = forecast.other_interpretation
    cost = money(advice.per_month(forecast.totals[f"{advice.cost}_writes_{other}"]))
    yield (
        f"If {INTERPRETATION_WORDS[other]}, the inventory costs {unit} {cost} a month "
        f"(source: {INTERPRETATIONS[other]})"
    )


def _under_the_other(advice: Advice) -> Iterator[str]:
    """Yield the savings that are too small only under the chosen interpretation."""
    other = advice.forecast.other_interpretation
    name = f"{advice.cost}_writes_{other}"
    found = [
        (recommendation.proposal.name, advice.per_month(recommendation.saving.totals[name]))
        for recommendation in advice.small
        if advice.per_month(recommendation.saving.totals[name]) >= SMALLEST
    ]
    if found:
        savings = listed(
            (f"{name} {advice.currency} {money(saved)}" for name, saved in found), FEW, "; "
        )
        yield (
            f"If {INTERPRETATION_WORDS[other]}, more would save a month: {savings} "
            f"(source: {INTERPRETATIONS[other]})"
        )


def _together(advice: Advice) -> Iterator[str]:
    plan = go_together(advice.recommendations)
    if advice.together is None:
        if len(advice.recommendations) > 1:
            yield "Savings do not add up: these are alternatives to each other"
        return
    names = listed(proposal.name for proposal in plan)
    left = len(advice.recommendations) - len(plan)
    line = "Savings do not add up, because one makes another smaller. Those that go together"
    if left:
        line += " (no trade-offs, of alternatives the larger, nothing that adds nothing)"
    copies = advice.together.copies
    apart = (
        "" if copies is None or not copies.most else f"; apart from KMS {_copies(advice, copies)}"
    )
    yield f"{line}, {names}, save {_saves(advice, advice.together)}{apart}"


def _heading(recommendation: Recommendation) -> str:
    """The title of a piece, its first letter large."""
    title = recommendation.proposal.title
    mark = ". A trade-off" if recommendation.proposal.trade_off else ""
    return f"{title[0].upper()}{title[1:]}{mark}"
