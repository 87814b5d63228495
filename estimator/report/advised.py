"""Advice as a ranking, then each piece with what it loses and how to do it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from estimator.advice import Advice
from estimator.advice.evaluation import CopySaving, Saving
from estimator.advice.proposal import Proposal
from estimator.advice.ranking import SMALLEST, Piece, chosen
from estimator.advice.result import TOGETHER
from estimator.figures import count, factor, money
from estimator.forecasting.events import SLACK
from estimator.forecasting.result import INTERPRETATIONS
from estimator.report.markdown import escape, table_markdown
from estimator.report.sheet import Sheet
from estimator.report.table import titled, wrapped
from pricing.reading.problems import printable

_MOST_NAMES = 8
_LONGEST = 600  # letters of a command line that is shown whole


def ranking_sheet(told: Advice) -> Sheet | None:
    """What each piece saves a month; None where there is nothing to advise."""
    if not told.pieces:
        return None
    unit, other = told.currency, told.told.other_interpretation
    savings = [one.saving for one in told.pieces]
    ranged = any(not _is_sure(one) for one in savings)
    events = any(one.copies is not None and one.copies.most for one in savings)
    header = ("saves a month", unit, *(("5 %", "95 %") if ranged else ()), f"{other} {unit}")
    header += (f"CloudTrail {unit}",) if events else ()
    rows = [
        (f"{rank} {_marked(one.proposal)}", *_cells(told, one.saving, ranged, events))
        for rank, one in enumerate(told.pieces, start=1)
    ]
    if told.together is not None:
        rows.append((TOGETHER, *_cells(told, told.together, ranged, events)))
    sums = int(told.together is not None)
    return Sheet(_title(told), header, tuple(rows), numbers=len(header) - 1, sums=sums)


def _title(told: Advice) -> str:
    labels = told.told.months.labels
    span = labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"
    cost = money(told.per_month(told.told.totals[told.cost]))
    path = told.told.inventory.path
    return f"What would save money in {span}: {path} costs {told.currency} {cost} a month"


def _marked(proposal: Proposal) -> str:
    mark = " (trade-off)" if proposal.trade_off else " (what-if)" if proposal.what_if else ""
    return f"{proposal.name}{mark}"


def _cells(told: Advice, saving: Saving, ranged: bool, events: bool) -> tuple[str, ...]:
    totals, other = saving.totals, told.told.other_interpretation
    values = [totals[told.cost], *((saving.quantiles[0], saving.quantiles[2]) if ranged else ())]
    values.append(totals[f"{told.cost}_writes_{other}"])
    cells = [_money(told.per_month(one), told) for one in values]
    if events:
        copies = saving.copies
        cells.append("unknown" if copies is None else _between(copies.least, copies.most, told))
    return tuple(cells)


def _between(low: float, high: float, told: Advice) -> str:
    """An amount over all months as one a month; both ends where it is known between two."""
    ends = (_money(told.per_month(one), told) for one in (low, high))
    return " to ".join(dict.fromkeys(ends))


def _money(amount: float, told: Advice) -> str:
    """An amount, without the noise of sums in their last digits."""
    noise = 1e-9 * max(told.told.totals[told.cost], 1e-3)
    return money(0.0 if abs(amount) < noise else amount)


def _is_sure(saving: Saving) -> bool:
    low, _, high = saving.quantiles
    return high - low <= 1e-9 * max(abs(low), abs(high))


def piece_lines(told: Advice, piece: Piece) -> Iterator[tuple[str, str]]:
    """What stands below the title of a piece, each line with its first word."""
    one = piece.proposal
    yield "saves", _saves(told, piece.saving)
    if piece.saving.copies is not None and piece.saving.copies.most:
        yield "apart", _copies(told, piece.saving.copies)
    before = next((other for other in told.pieces if other.proposal.loses == one.loses), piece)
    same = "" if before is piece else f"as {told.pieces.index(before) + 1}"
    yield "loses", same or one.loses
    yield "how", one.how
    yield "source", same or one.source
    command = told.command(piece)
    is_long = len(command) > _LONGEST
    yield "try", f"{len(one.set):,} changes: see the JSON" if is_long else command


def _copies(told: Advice, copies: CopySaving) -> str:
    """What is saved on CloudTrail's bill, and on whose requests."""
    line = (
        f"{told.currency} {_between(copies.least, copies.most, told)} a month on CloudTrail's bill "
        "for copies of KMS events"
    )
    if not copies.others_high:
        return f"{line}, all of this inventory's own requests"
    # a difference of two sums: what is left of nothing is their last digits
    own = copies.own if abs(copies.own) > SLACK * copies.most else 0.0
    own_text = _between(own, own, told)
    others = _between(copies.others, copies.others_high, told)
    line = f"{line}: {own_text} of this inventory's own requests, {others} of all others'"
    if not copies.is_range:
        return line
    return (
        f"{line}. In which accounts and Regions these are made is not known: write "
        "other_kms_requests_per_month by account"
    )


def _saves(told: Advice, saving: Saving) -> str:
    unit, totals, other = told.currency, saving.totals, told.told.other_interpretation
    said = f"{unit} {_money(told.per_month(totals[told.cost]), told)} a month"
    if not _is_sure(saving):
        low, _, high = (_money(told.per_month(value), told) for value in saving.quantiles)
        said += f" ({low} to {high})"
    requests = count(round(told.per_month(totals["requests"]), 6))
    reading = _money(told.per_month(totals[f"{told.cost}_writes_{other}"]), told)
    said += f" and {requests} requests"
    return f"{said}; with cloudtrail_writes: {other} {unit} {reading}"


def advice_lines(told: Advice) -> Iterator[str]:
    """What stands below all pieces."""
    forecast, unit = told.told, told.currency
    small, limit = told.small, f"{unit} {factor(SMALLEST)} a month"
    if not told.pieces:
        cost = money(told.per_month(forecast.totals[told.cost]))
        tried = f"{len(small)} change{'s' * (len(small) != 1)} tried"
        costs = f"the inventory costs {unit} {cost} a month"
        yield f"Nothing to advise: {costs}, and none of {tried} saves {limit}"
    elif small:
        names = ", ".join(one.proposal.name for one in small[:_MOST_NAMES])
        more = f" and {len(small) - _MOST_NAMES} more" if len(small) > _MOST_NAMES else ""
        yield f"Tried as well, saving less than {limit}: {names}{more}"
    copies = [one.saving.copies for one in told.pieces if one.saving.copies is not None]
    if any(one.most > 0 for one in copies):
        at_least = ", at least" if any(one.is_range for one in copies) else ""
        yield f"Ranked by what both bills are smaller by{at_least}: KMS's and CloudTrail's"
    yield from _under_the_other(told)
    yield from _together(told)
    other = forecast.other_interpretation
    cost = money(told.per_month(forecast.totals[f"{told.cost}_writes_{other}"]))
    yield (
        f"With cloudtrail_writes: {other} the inventory costs {unit} {cost} a month "
        f"(source: {INTERPRETATIONS[other]})"
    )


def _under_the_other(told: Advice) -> Iterator[str]:
    """What is too small only under the chosen reading."""
    other = told.told.other_interpretation
    name = f"{told.cost}_writes_{other}"
    found = [
        (one.proposal.name, told.per_month(one.saving.totals[name]))
        for one in told.small
        if told.per_month(one.saving.totals[name]) >= SMALLEST
    ]
    if found:
        said = "; ".join(f"{name} {told.currency} {money(saved)}" for name, saved in found[:4])
        yield (
            f"With cloudtrail_writes: {other} more would save a month: {said} "
            f"(source: {INTERPRETATIONS[other]})"
        )


def _together(told: Advice) -> Iterator[str]:
    plan = chosen(told.pieces)
    if told.together is None:
        if len(told.pieces) > 1:
            yield "Savings do not add up: these are alternatives to each other"
        return
    names = ", ".join(one.name for one in plan[:_MOST_NAMES])
    more = f" and {len(plan) - _MOST_NAMES} more" if len(plan) > _MOST_NAMES else ""
    left = len(told.pieces) - len(plan)
    said = "Savings do not add up, because one makes another smaller. Those that go together"
    if left:
        said += " (no trade-offs, of alternatives the larger, nothing that adds nothing)"
    copies = told.together.copies
    apart = "" if copies is None or not copies.most else f"; apart from KMS {_copies(told, copies)}"
    yield f"{said}, {names}{more}, save {_saves(told, told.together)}{apart}"


def advice_table(told: Advice, width: int | None = None) -> RenderableType:
    """The ranking, each piece in words, what they save together."""
    parts: list[RenderableType] = []
    sheet = ranking_sheet(told)
    if sheet is not None:
        parts += [*titled(sheet, width), ""]
    for rank, piece in enumerate(told.pieces, start=1):
        parts += [Text(printable(f"{rank} {_headed(piece)}"), style="bold")]
        parts += wrapped((f"  {word}: {said}" for word, said in piece_lines(told, piece)), width)
        parts.append("")
    return Group(*parts, *wrapped(advice_lines(told), width))


def _headed(piece: Piece) -> str:
    """The title of a piece, its first letter large."""
    title = piece.proposal.title
    mark = ". A trade-off" if piece.proposal.trade_off else ""
    return f"{title[0].upper()}{title[1:]}{mark}"


def advice_markdown(told: Advice) -> str:
    """The same for pull requests, wikis and mail, with its notices."""
    parts: list[str] = []
    sheet = ranking_sheet(told)
    if sheet is not None:
        parts.append(table_markdown(sheet))
    for rank, piece in enumerate(told.pieces, start=1):
        lines = [f"- {word}: {escape(said)}" for word, said in piece_lines(told, piece)]
        parts.append("\n".join([f"**{rank} {escape(_headed(piece))}**\n", *lines]))
    parts.append("\n".join(f"- {escape(line)}" for line in advice_lines(told)))
    if told.notices:
        parts.append("Notices:\n\n" + "\n".join(f"- {escape(line)}" for line in told.notices))
    return "\n\n".join(parts) + "\n"
