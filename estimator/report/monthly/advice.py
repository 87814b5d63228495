"""Advice: what would save money, with what it loses and how to do it."""

from __future__ import annotations

from estimator.report.advised import advice_lines, piece_lines, ranking_sheet
from estimator.report.monthly.document import Block, Said, Section
from estimator.report.monthly.inputs import Computed

_MOST = 6


def advice_section(told: Computed) -> Section | None:
    """The ranking, then each piece in words; None where no advice was asked for."""
    found = told.advice
    if found is None:
        return None
    ranking = ranking_sheet(found)
    blocks: list[Block] = [] if ranking is None else [ranking]
    blocks.append(Said(tuple(advice_lines(found)), is_list=True))
    for rank, piece in enumerate(found.recommendations[:_MOST], start=1):
        lines = tuple(f"{word}: {said}" for word, said in piece_lines(found, piece))
        blocks.append(Said(lines, is_list=True, title=f"{rank}. {piece.proposal.title}"))
    more = len(found.recommendations) - _MOST
    if more > 0:
        blocks.append(Said((f"And {more:,} more: kmscost advise says how.",)))
    return Section("advice", "What would save money", tuple(blocks))
