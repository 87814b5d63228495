"""Advice: what would save money, with what it loses and how to do it."""

from __future__ import annotations

from estimator.report.answers.advice import AdviceAnswer, describe_recommendation, ranking_sheet
from estimator.report.monthly.document import Block, Said, Section
from estimator.report.monthly.inputs import Computed

_MOST = 6


def advice_section(computed: Computed) -> Section | None:
    """Return the ranking, then each piece in words; None where no advice was asked for."""
    advice = computed.advice
    if advice is None:
        return None
    ranking = ranking_sheet(advice)
    blocks: list[Block] = [] if ranking is None else [ranking]
    blocks.append(Said(tuple(AdviceAnswer(advice).lines()), is_list=True))
    for rank, recommendation in enumerate(advice.recommendations[:_MOST], start=1):
        words = describe_recommendation(advice, rank, recommendation)
        command = (f"try: {words.command}",) if words.command else ()
        title = f"{rank}. {recommendation.proposal.title}"
        blocks.append(Said((*words.lines, *command), is_list=True, title=title))
    more = len(advice.recommendations) - _MOST
    if more > 0:
        blocks.append(Said((f"And {more:,} more: kmscost advise says how.",)))
    return Section("advice", "What would save money", tuple(blocks))
