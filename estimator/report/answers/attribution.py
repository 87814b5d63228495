"""What an attribution answers: whose the KMS requests are, and what each line of it costs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from estimator.attribution import Attribution
from estimator.attribution.logged import CLOUDTRAIL
from estimator.attribution.result import APART, GROUPS, KEY, LOGGED, NOT_IN_LOGS
from estimator.figures import FEW, count, listed, money, share
from estimator.forecasting.free_days import FreeUse
from estimator.report.answers import Answer
from estimator.report.answers.bucket_keys import bucket_key_blocks
from estimator.report.answers.measurement import cell_word
from estimator.report.answers.reconciliation import adding_up
from estimator.report.blocks import Block, Sheet
from pricing.regions import COMMERCIAL

MOST_LINES = 10  # of a table by service, resource, caller or key; the rest are one line
_BAR = 12  # columns of the longest bar
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LEAST = 0.5  # less than half a request is what sums leave over

_NUMBERS = ("quantity", "share", "cost", "without_rate")
# requests that no service's resource is behind
_WITHOUT = {"direct": "direct use of KMS", "unknown": "an unknown service"}
_PARTS = {
    NOT_IN_LOGS: "not in these logs",
    KEY: "keys by the month",
}


class AttributionAnswer(Answer[Attribution]):
    """Whose KMS requests are, and what they cost."""

    @property
    def headline(self) -> str:
        """CloudTrail's share, the largest other, and what the logs do not hold."""
        return attribution_headline(self.result)

    def blocks(self) -> Iterable[Block]:
        """A table by service, resource, caller and key, what logs do not hold, Bucket Keys."""
        keys = bucket_key_blocks(self.result.bucket_keys, self.result.currency, "exempt")
        return (*attribution_sheets(self.result), *keys)

    def lines(self) -> Iterable[str]:
        """The other interpretation, and when the free requests end."""
        return attribution_lines(self.result)

    def frame(self) -> pd.DataFrame:
        """The rows behind all tables."""
        return self.result.rows


def attribution_headline(attribution: Attribution) -> str:
    """CloudTrail's share of the requests, then the largest other resource, in a sentence."""
    totals, code = attribution.totals, attribution.currency.lower()
    part = share(attribution.share_of_requests(totals["requests_cloudtrail"]))
    cost = money(totals[f"cost_{code}_cloudtrail"])
    whole = _at_least(money(totals[f"cost_{code}"]), totals["requests_without_rate"])
    whose = "your KMS requests" if attribution.with_bill else "the KMS requests in these logs"
    sentence = f"CloudTrail is {part} of {whose} ({attribution.currency} {cost} of {whole})"
    lines = attribution.lines("resource")
    others = lines[(lines["part"] == LOGGED) & (lines["service"] != CLOUDTRAIL)]
    if len(others) and others["share"].max() > 0:
        first = others.sort_values("share", ascending=False, kind="stable").to_dict("records")[0]
        sentence += f"; {resource_name(str(first['service']), str(first['resource']))} is "
        sentence += share(first["share"])
    if totals["requests_not_in_logs"] >= _LEAST:
        missing = share(attribution.share_of_requests(totals["requests_not_in_logs"]))
        sentence += f"; {missing} is not in these logs"
    return sentence


def resource_name(service: str, resource: str) -> str:
    """A resource with its service, or what stands in its place.

    >>> resource_name("s3", "arn:aws:s3:::example-data"), resource_name("kafka", "")
    ('S3 bucket example-data', 'kafka')
    >>> resource_name("ssm", "arn:aws:ssm:eu-west-1:111122223333:parameter/app/token")
    'ssm parameter/app/token'
    """
    if not resource:
        return _WITHOUT.get(service, service) or _WITHOUT["unknown"]
    # the name of a bucket has no word for what it is; other ARNs have theirs
    return f"{'S3 bucket' if service == 's3' else service} {cell_word(resource)}"


def attribution_sheets(attribution: Attribution) -> list[Sheet]:
    """A table for each group, and one of the places whose requests the logs do not hold."""
    sheets = [_sheet(attribution, group) for group in GROUPS]
    missing = _places_sheet(attribution)
    return [*sheets, *([missing] if missing else [])]


def _sheet(attribution: Attribution, group: str) -> Sheet:
    lines = attribution.lines(group)
    logged = lines[lines["part"] == LOGGED]
    # what is logged and on no line of the bill is in a notice
    logged = logged[(logged["quantity"] > 0) | (logged["cost"] != 0)]
    first = logged.head(MOST_LINES).to_dict("records")
    shown: list[tuple[str, float, float, float, float]] = [
        (name, *(row[column] for column in _NUMBERS))
        for name, row in zip(line_names(group, first), first, strict=True)
    ]
    rest = logged.iloc[MOST_LINES:]
    if len(rest):
        requests, part, cost, without = (math.fsum(rest[name]) for name in _NUMBERS)
        shown.append((f"and {len(rest):,} more", requests, part, cost, without))
    apart = lines[lines["part"] != LOGGED]
    shown += [
        (
            str(row["what"]).lower() if row["part"] == APART else _PARTS[str(row["part"])],
            row["quantity"] if row["part"] == NOT_IN_LOGS else math.nan,
            row["share"] if row["part"] == NOT_IN_LOGS else math.nan,
            row["cost"],
            0.0,
        )
        for row in apart.to_dict("records")
    ]
    total = math.fsum(lines["cost"])
    missing = [without for *_, without in shown]
    amounts = _amounts([cost for *_, cost, _ in shown], total)
    amounts = list(map(_at_least, amounts, [*missing, math.fsum(missing)]))
    # where all is free a bar of costs says nothing
    weights = [cost if total else requests for _, requests, _, cost, _ in shown]
    bars = _bars(weights)
    rows = [
        (name, bar, _known(count, requests), _known(share, part), amount)
        for (name, requests, part, *_), bar, amount in zip(shown, bars, amounts, strict=False)
    ]
    whole = math.fsum(lines["quantity"])
    rows.append(("total", "", count(whole), share(1.0) if whole else "", amounts[-1]))
    header = (group, "", "requests", "of all", attribution.currency)
    title = f"By {group}, {_span(attribution.months)}"
    return Sheet(title, header, tuple(rows), numbers=3, sums=1)


def line_names(group: str, lines: Sequence[Mapping[Any, Any]]) -> list[str]:
    """A short name for each line, whole where two would have the same."""
    short = [_short_name(group, line) for line in lines]
    return [
        name if short.count(name) == 1 else str(line[GROUPS[group][-1]]) or name
        for name, line in zip(short, lines, strict=True)
    ]


def _short_name(group: str, line: Mapping[Any, Any]) -> str:
    if group == "resource":
        return resource_name(str(line["service"]), str(line["resource"]))
    name = str(line[group])
    if group == "service":
        return _WITHOUT.get(name, name) if name else _WITHOUT["unknown"]
    return cell_word(name).removeprefix("key/") if name else f"no {group} named"


def _known(write: Callable[[float], str], value: float) -> str:
    return "" if math.isnan(value) else write(value)


def _amounts(costs: Sequence[float], total: float) -> list[str]:
    """Amounts that add up as they are printed; none reads as nothing that is something."""
    amounts = adding_up(costs, total)
    return [
        f"<{amount[:-1]}1" if cost > 0 and not amount.strip("0.,") else amount
        for amount, cost in zip(amounts, [*costs, total], strict=True)
    ]


def _at_least(amount: str, without_rate: float) -> str:
    """An amount of which a part is not known; none at all where nothing of it is."""
    if not without_rate:
        return amount
    return f"at least {amount}" if amount.strip("0.,") else "unknown"


def _bars(values: Sequence[float]) -> list[str]:
    """A bar for each value, as long as its share of the largest.

    >>> _bars([24.0, 12.0, 0.0])
    ['████████████', '██████', '']
    """
    known = [0.0 if math.isnan(value) else max(value, 0.0) for value in values]
    largest = max(known, default=0.0)
    bars = []
    for value in known:
        eighths = round(value / largest * _BAR * 8) if largest else 0
        # what is there has a bar, however thin
        eighths = max(eighths, 1) if value > 0 else 0
        bars.append("█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip())
    return bars


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
    lines = [attribution.other_interpretation_line]
    whole = not attribution.totals["requests_not_in_logs"] >= _LEAST
    covered = all(part >= 1 for part in attribution.coverage.values())
    for use in attribution.free:
        lines.append(free_line(use, known_whole=whole and covered))
        other = next(
            each
            for each in attribution.free_other_reading or (use,)
            if (each.month, each.partition) == (use.month, use.partition)
        )
        if other.ends != use.ends:
            when = f"on {other.ends}" if other.ends else "not within the month"
            lines.append(f"If AWS does not charge CloudTrail's own writes, they end {when}")
    if attribution.events_cost:
        amount = f"{attribution.currency} {money(attribution.events_cost)}"
        lines.append(f"Apart from KMS, the bill has lines of CloudTrail itself: {amount}")
    return lines


def free_line(use: FreeUse, *, known_whole: bool) -> str:
    """The day on which free requests end, and whose requests take them."""
    where = "" if use.partition == COMMERCIAL else f" in partition {use.partition}"
    free = f"The {count(use.free)} free requests of {use.month}{where}"
    if use.ends is None:
        if not use.requests:
            return f"{free} are untouched by these logs"
        return f"{free}: these logs hold {count(use.requests)} requests that take of them"
    taken = listed((f"{name} {share(part / use.free)}" for name, part in use.taken_by), FEW)
    # others may have taken of them, whose logs are not here
    latest = "" if known_whole else " at the latest"
    return f"{free} end on {use.ends}{latest}, taken by {taken}"


def _span(months: Sequence[str]) -> str:
    return months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"
