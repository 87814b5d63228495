"""What an attribution answers: whose the KMS requests are, and what each line of it costs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from estimator.attribution import Attribution
from estimator.attribution.logged import CLOUDTRAIL
from estimator.attribution.result import GROUPS, LOGGED
from estimator.figures import FEW, at_least, count, listed, money, plural, share
from estimator.forecasting.free_days import FreeUse
from estimator.report.answers import Answer
from estimator.report.answers.attribution_lines import (
    MOST_LINES,
    resource_name,
    shown_lines,
    total_amount,
)
from estimator.report.answers.bucket_keys import bucket_key_blocks
from estimator.report.blocks import Block, Sheet, bars_of_use
from pricing.regions import COMMERCIAL

_MOST_POOLS = 4  # free quantities that are told one by one
_LEAST = 0.5  # less than half a request is what sums leave over


class AttributionAnswer(Answer[Attribution]):
    """Whose KMS requests are, and what they cost."""

    @property
    def headline(self) -> str:
        """CloudTrail's share, the largest other, and what the logs do not hold."""
        return attribution_headline(self.result)

    def blocks(self) -> Iterable[Block]:
        """A table by service, resource, caller and key, what logs do not hold, Bucket Keys."""
        keys = bucket_key_blocks(self.result.bucket_keys, "exempt")
        return (*attribution_sheets(self.result), *keys)

    def lines(self) -> Iterable[str]:
        """The other interpretation, and when the free requests end."""
        return attribution_lines(self.result)

    def frame(self) -> pd.DataFrame:
        """The rows behind all tables."""
        return self.result.rows


def attribution_headline(attribution: Attribution) -> str:
    """CloudTrail's share of the requests, then the dearest other resource, in a sentence.

    Who brings a bill asks for the money: each has its share of what the usage costs too. Where
    nothing costs, the other is the one with most requests.
    """
    totals, code = attribution.totals, attribution.currency.lower()
    part = share(attribution.share_of_requests(totals["requests_cloudtrail"]))
    missing = attribution.requests_without_rate(CLOUDTRAIL)
    cost = at_least(money(totals[f"cost_{code}_cloudtrail"]), missing)
    whole = at_least(money(attribution.cost_of_usage), totals["requests_without_rate"])
    whose = "your KMS requests" if attribution.with_bill else "the KMS requests in these logs"
    # a credit is no request's: of the rest of nothing CloudTrail would be more than all
    apart = " for usage" if totals[f"cost_{code}_other"] else ""
    sentence = (
        f"CloudTrail is {part} of {whose} ({attribution.currency} {cost} of {whole}{apart}"
        f"{_of_cost(attribution, totals[f'cost_{code}_cloudtrail'])})"
    )
    lines = attribution.lines("resource")
    others = lines[(lines["part"] == LOGGED) & (lines["service"] != CLOUDTRAIL)]
    if len(others) and others["share"].max() > 0:
        first = others.iloc[0]  # lines come dearest first, then by their requests
        sentence += f"; {resource_name(str(first['service']), str(first['resource']))} is "
        sentence += share(first["share"])
        if first["cost"] > 0:
            amount = at_least(money(first["cost"]), first["without_rate"])
            sentence += f" ({attribution.currency} {amount}{_of_cost(attribution, first['cost'])})"
    if totals["requests_not_in_logs"] >= _LEAST:
        part = share(attribution.share_of_requests(totals["requests_not_in_logs"]))
        sentence += f"; {part} is not in these logs"
        cost_missing = totals[f"cost_{code}_not_in_logs"]
        if cost_missing > 0:
            amount = f"{attribution.currency} {money(cost_missing)}"
            sentence += f" ({amount}{_of_cost(attribution, cost_missing)})"
    return sentence


def _of_cost(attribution: Attribution, cost: float) -> str:
    """The share of what a bill's usage costs; nothing where no bill asks for the money."""
    whole = attribution.cost_of_usage
    return f", {share(cost / whole)}" if attribution.with_bill and whole > 0 else ""


def attribution_sheets(attribution: Attribution) -> list[Sheet]:
    """A table for each group, and one of the places whose requests the logs do not hold."""
    sheets = [_sheet(attribution, group) for group in GROUPS]
    missing = _places_sheet(attribution)
    return [*sheets, *([missing] if missing else [])]


def _sheet(attribution: Attribution, group: str) -> Sheet:
    lines = shown_lines(attribution, group)
    by, bars = bars_of_use([line.cost for line in lines], [line.requests for line in lines])
    rows = [
        (line.name, bar, _known(count, line.requests), _known(share, line.share), line.amount)
        for line, bar in zip(lines, bars, strict=True)
    ]
    whole = attribution.totals["requests"]
    total = (count(whole), share(1.0) if whole else "", total_amount(attribution))
    rows.append(("total", "", *total))
    header = (group, by, "requests", "of all", attribution.currency)
    title = f"By {group}, {_span(attribution.months)}"
    return Sheet(title, header, tuple(rows), numbers=3, sums=1)


def _known(write: Callable[[float], str], value: float) -> str:
    return "" if math.isnan(value) else write(value)


def _places_sheet(attribution: Attribution) -> Sheet | None:
    """Where the bill has requests that the logs do not hold."""
    places = attribution.places
    places = places[places["not_in_logs"] >= _LEAST]
    if places.empty:
        return None
    order = ["cost_not_in_logs", "not_in_logs"]
    places = places.sort_values(order, ascending=False, kind="stable")
    several = len(attribution.months) > 1
    rows = [
        (
            *([row["month"]] if several else []),
            row["billed_account"] or "not told",
            row["billed_region"] or "not told",
            share(row["covered"]),
            count(row["billed"]),
            count(row["not_in_logs"]),
            money(row["cost_not_in_logs"]),
        )
        for row in places.head(MOST_LINES).to_dict("records")
    ]
    rest = places.iloc[MOST_LINES:]
    if len(rest):
        sums = (math.fsum(rest[name]) for name in ("billed", "not_in_logs"))
        blank = ("",) * (1 + several)
        amount = money(math.fsum(rest["cost_not_in_logs"]))
        rows.append((f"and {len(rest):,} more", *blank, "", *map(count, sums), amount))
    names = (*(["month"] if several else []), "account", "Region")
    header = (*names, "hours logged", "billed", "not in logs", attribution.currency)
    return Sheet("Not in these logs", header, tuple(rows), numbers=4)


def attribution_lines(attribution: Attribution) -> list[str]:
    """Return what stands under the tables."""
    lines = [attribution.other_interpretation_line, *_free_lines(attribution)]
    if attribution.events_cost:
        amount = f"{attribution.currency} {money(attribution.events_cost)}"
        lines.append(f"Apart from KMS, the bill has lines of CloudTrail itself: {amount}")
    return lines


def _free_lines(attribution: Attribution) -> list[str]:
    """When the free requests of each month, payer and partition end, under both interpretations."""
    # without a bill nothing tells which accounts are missing
    known_whole = (
        attribution.with_bill
        and attribution.totals["requests_not_in_logs"] < _LEAST
        and all(part >= 1 for part in attribution.coverage.values())
    )
    several = len({use.payer for use in attribution.free}) > 1
    other_ends = {
        (use.month, use.payer, use.partition): use.ends for use in attribution.free_other_reading
    }
    lines = []
    for use in attribution.free[:_MOST_POOLS]:
        lines.append(free_line(use, known_whole=known_whole, with_payer=several))
        ends = other_ends.get((use.month, use.payer, use.partition))
        if ends != use.ends:
            when = f"on {ends}{_latest(known_whole)}" if ends else "not within the month"
            lines.append(f"If AWS does not charge CloudTrail's own writes, they end {when}")
    more = len(attribution.free) - _MOST_POOLS
    return (
        [*lines, f"and the free requests of {more:,} more months and payers"] if more > 0 else lines
    )


def free_line(use: FreeUse, *, known_whole: bool, with_payer: bool = False) -> str:
    """The day on which free requests end, and whose requests take them."""
    where = "" if use.partition == COMMERCIAL else f" in partition {use.partition}"
    where += f" of payer {use.payer}" if with_payer else ""
    free = f"The {count(use.free)} free requests of {use.month}{where}"
    if use.ends is None:
        if not use.requests:
            return f"{free} are untouched by these logs"
        return f"{free}: these logs hold {plural(use.requests, 'request')} that take of them"
    taken = listed((f"{name} {share(part / use.free)}" for name, part in use.taken_by), FEW)
    return f"{free} end on {use.ends}{_latest(known_whole)}, taken by {taken}"


def _latest(known_whole: bool) -> str:
    # others may have taken of them, whose logs are not here
    return "" if known_whole else " at the latest"


def _span(months: Sequence[str]) -> str:
    return months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"
