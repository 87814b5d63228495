"""What a comparison says, as titled sheets and lines: each format only has to lay them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from rich.console import Group, RenderableType

from estimator.figures import count, money, percent, signed
from estimator.forecasting.result import INTERPRETATIONS
from estimator.frames import DEFAULT_GRAIN, KEYS
from estimator.report.limits import CopyCharge
from estimator.report.sheet import Sheet
from estimator.report.table import titled, wrapped
from estimator.scenarios import Comparison
from estimator.scenarios.course import Course

_MOST_GROUPS = 20
_MOST_NAMES = 8
_NOISE = 1e-9  # sums of many rows differ in their last digits from what they are on paper


def summary_sheet(told: Comparison) -> Sheet:
    """Everything that is compared, a row each."""
    unit = told.currency
    first, last = told.months.labels[0], told.months.labels[-1]
    span = first if first == last else f"{first} to {last}"
    readings = told.readings()
    header = (
        "",
        "requests",
        "difference",
        unit,
        "difference",
        "",
        *(f"{one} {unit}" for one in readings),
    )
    rows = []
    for course in (told.base, *told.others):
        is_base = course is told.base
        requests, cost = course.totals["requests"], course.totals[told.cost]
        before = told.base.totals
        rows.append(
            (
                course.name,
                count(requests),
                "" if is_base else count_difference(before["requests"], requests),
                money(cost),
                "" if is_base else money_difference(before[told.cost], cost),
                "" if is_base else relative_difference(before[told.cost], cost),
                *(money(course.totals[f"{told.cost}_writes_{one}"]) for one in readings),
            )
        )
    title = f"KMS because of CloudTrail, {span}, compared with {told.base.case.source}"
    groups = (("requests", 2), (unit, 3), *((f"{one} {unit}", 1) for one in readings))
    return Sheet(title, header, tuple(rows), numbers=len(header) - 1, groups=groups)


def summary_lines(told: Comparison) -> Iterator[str]:
    """The other reading, and copies of KMS events on CloudTrail's bill, which stand apart."""
    unit = told.currency
    for reading in told.readings():
        name = f"{told.cost}_writes_{reading}"
        base = told.base.totals[name]
        said = "; ".join(
            f"{other.name} {unit} {money_difference(base, other.totals[name])}"
            for other in told.others[:_MOST_NAMES]
        )
        more = _more(len(told.others))
        yield (
            f"With cloudtrail_writes: {reading} the base is {unit} {money(base)}, the differences "
            f"are {said}{more} (source: {INTERPRETATIONS[reading]})"
        )
    yield from _copies_line(told)


def _copies_line(told: Comparison) -> Iterator[str]:
    """Copies of KMS events: differences, or both ends of each where it is known between two."""
    unit = told.currency
    base, *others = (CopyCharge.of(one.totals, unit) for one in (told.base, *told.others))
    if not any(charge.high > 0 for charge in (base, *others)):  # nor where no rate is known
        return
    ranged = any(charge.is_range for charge in (base, *others))
    amounts = [
        charge.text if ranged else money_difference(base.low, charge.low)
        for charge in others[:_MOST_NAMES]
    ]
    listed = "; ".join(
        f"{other.name} {unit} {amount}" for other, amount in zip(told.others, amounts, strict=False)
    )
    line = (
        "Apart from KMS, on CloudTrail's bill for copies of KMS events: base "
        f"{unit} {base.text} ({base.whose}); {listed}{_more(len(told.others))}"
    )
    yield line


def _more(size: int) -> str:
    return f" and {size - _MOST_NAMES} more" if size > _MOST_NAMES else ""


def effects_sheet(told: Comparison, other: Course) -> Sheet:
    """What changes the most, first: by driver, or by the columns that were asked for."""
    by: tuple[str, ...] = ("driver",)
    frame = told.effects(other)
    if told.by == DEFAULT_GRAIN:
        frame["driver"] = _drivers(told, other, frame)
    else:
        by = tuple(name for name in KEYS if name in told.by and name != "month")
        frame = told.effects(other, by)
    sums = [name for name in frame.columns if frame[name].dtype.kind == "f"]
    shown, rest = frame.head(_MOST_GROUPS), frame.iloc[_MOST_GROUPS:]
    rows = [(*(str(one[name]) for name in by), *_numbers(one)) for one in shown.to_dict("records")]
    blank = ("",) * (len(by) - 1)
    if len(rest) and by:
        rows.append((f"{len(rest):,} more", *blank, *_numbers(rest[sums].sum())))
    if by:
        rows.append(("total", *blank, *_numbers(frame[sums].sum())))
    words = [name.replace("_", " ") for name in by]
    title = f"{other.name}, by {', '.join(words) or 'nothing told apart'}"
    return Sheet(
        title, (*words, *_header(told)), tuple(rows), numbers=5, sums=1, groups=_groups(told)
    )


def _drivers(told: Comparison, other: Course, frame: pd.DataFrame) -> list[str]:
    """Each driver in words, with what one side alone has."""
    apart = {
        (kind, name): change
        for change, found in told.entities(other).items()
        for kind in ("trail", "reader", "key")
        for name in found[f"{kind}s"]
    }
    names = ((str(one["kind"]), str(one["driver"])) for one in frame.to_dict("records"))
    return [
        f"{kind} {name}" + (f" ({apart[kind, name]})" if (kind, name) in apart else "")
        for kind, name in names
    ]


def months_sheet(told: Comparison, other: Course) -> Sheet:
    """The difference month by month."""
    names = {"requests": "requests", "cost": told.cost}

    def both(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> dict[str, float]:
        return {f"{name}_base": before[column] for name, column in names.items()} | {
            name: after[column] for name, column in names.items()
        }

    pairs = zip(told.base.monthly.to_dict("records"), other.monthly.to_dict("records"), strict=True)
    rows = [(str(one["month"]), *_numbers(both(one, after))) for one, after in pairs]
    rows.append(("total", *_numbers(both(told.base.totals, other.totals))))
    title = f"{other.name}, month by month"
    return Sheet(
        title, ("month", *_header(told)), tuple(rows), numbers=5, sums=1, groups=_groups(told)
    )


def _header(told: Comparison) -> tuple[str, ...]:
    unit = told.currency
    return ("requests", "difference", f"base {unit}", unit, "difference")


def _groups(told: Comparison) -> tuple[tuple[str, int], ...]:
    return (("requests", 2), (told.currency, 3))


def _numbers(row: Mapping[Any, Any] | pd.Series[Any]) -> tuple[str, ...]:
    requests, cost = float(row["requests"]), float(row["cost"])
    before, cost_before = float(row["requests_base"]), float(row["cost_base"])
    return (
        count(requests),
        count_difference(before, requests),
        money(cost_before),
        money(cost),
        money_difference(cost_before, cost),
    )


def changes_said(told: Comparison, other: Course) -> Iterator[str]:
    """What was changed, and what one side alone has."""
    yield from other.case.made.said
    for change, found in told.entities(other).items():
        for what, names in found.items():
            if names:
                more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
                yield f"{what} {change}: {', '.join(names[:_MOST_NAMES])}{more}"


def difference(before: float, after: float) -> float:
    """What changes, without the noise of sums in their last digits.

    >>> difference(0.1 + 0.2, 0.3), difference(1.0, 3.0)
    (0.0, 2.0)
    """
    return after - before if abs(after - before) > _NOISE * max(abs(before), abs(after)) else 0.0


def count_difference(before: float, after: float) -> str:
    """A difference of requests with its sign."""
    return signed(count(difference(before, after)))


def money_difference(before: float, after: float) -> str:
    """A difference of amounts with its sign."""
    return signed(money(difference(before, after)))


def relative_difference(before: float, after: float) -> str:
    """A difference in percent of the base; nothing where there is no base."""
    return percent(difference(before, after) / before) if before else ""


def comparison_table(told: Comparison, width: int | None = None) -> RenderableType:
    """Totals side by side, then of each other what changes, why, and month by month."""
    parts = [*titled(summary_sheet(told), width), "", *wrapped(summary_lines(told), width)]
    for other in told.others:
        for sheet in (effects_sheet(told, other), months_sheet(told, other)):
            parts += ["", *titled(sheet, width)]
        changes = list(changes_said(told, other))
        parts += ["", *wrapped(changes, width)] if changes else []
    return Group(*parts)
