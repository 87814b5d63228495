"""Advice: what would save money, with what it loses and how to do it."""

from __future__ import annotations

from estimator.report.answers.advice import AdviceAnswer, describe_recommendation, ranking_sheet
from estimator.report.blocks import Lines, write_paragraphs
from estimator.report.monthly.document import Block, Section
from estimator.report.monthly.inputs import ReportInputs

_MOST = 6


def advice_section(inputs: ReportInputs) -> Section | None:
    """Return the ranking, then each recommendation; None where no advice was asked for."""
    advice = inputs.advice
    if advice is None:
        return None
    ranking = ranking_sheet(advice)
    blocks: list[Block] = [] if ranking is None else [ranking]
    blocks.append(Lines("", tuple(AdviceAnswer(advice).lines())))
    for rank, recommendation in enumerate(advice.recommendations[:_MOST], start=1):
        blocks.append(describe_recommendation(advice, rank, recommendation))
    more = len(advice.recommendations) - _MOST
    if more > 0:
        blocks.append(write_paragraphs(f"And {more:,} more: kmscost advise says how."))
    return Section("advice", "What would save money", tuple(blocks))
