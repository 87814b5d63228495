"""What a comparison answers: the verdict, the totals, and on demand why and month by month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from estimator.figures import count, difference, listed, money, signed
from estimator.forecasting.result import INTERPRETATION_WORDS, INTERPRETATIONS
from estimator.frames import DEFAULT_GRAIN
from estimator.report.answers import Answer
from estimator.report.answers.budgets_and_copies import CopyCharge
from estimator.report.blocks import Block, Details, Lines, Sheet
from estimator.report.columns import relative_difference
from estimator.scenarios import Comparison
from estimator.scenarios.case_forecast import CaseForecast
from estimator.scenarios.comparison import IncreaseLimit
from estimator.volume.columns import key_columns

_MOST_GROUPS = 20
_MOST_DETAILS = 10  # a comment on GitHub holds 65,536 characters
_MOST_VERDICTS = 3


class ComparisonAnswer(Answer[Comparison]):
    """Inventories or what-ifs side by side.

    Parameters
    ----------
    comparison : Comparison
    limit : IncreaseLimit, optional
        How much more than the base something may cost.
    """

    def __init__(self, comparison: Comparison, limit: IncreaseLimit | None = None) -> None:
        super().__init__(comparison)
        self.limit = limit

    @property
    def headline(self) -> str:
        """The whole answer in one line."""
        return verdict(self.result)

    def blocks(self) -> Iterable[Block]:
        """The totals; then, folded away, why and month by month."""
        comparison = self.result
        yield summary_sheet(comparison)
        by_effect = sorted(comparison.others, key=lambda case: -abs(comparison.difference(case)))
        for other in by_effect[:_MOST_DETAILS]:
            changes = tuple(change_lines(comparison, other))
            yield Details(
                f"{other.name}: why, and month by month",
                (
                    *([Lines("", changes)] if changes else []),
                    effects_sheet(comparison, other),
                    months_sheet(comparison, other),
                ),
            )

    def lines(self) -> Iterable[str]:
        """The limit, the other interpretation, copies of KMS events."""
        if self.limit is not None and self.broken is None:
            yield f"Within the limit of {self.limit.text}"
        yield from summary_lines(self.result)
        left = len(self.result.others) - _MOST_DETAILS
        if left > 0:
            yield f"Details of the {_MOST_DETAILS} with the largest effect; {left} more left out"

    def frame(self) -> pd.DataFrame:
        """The rows of all cases, with their differences."""
        return self.result.rows

    @property
    def broken(self) -> str | None:
        """The scenarios that cost more than the base by more than the limit."""
        over = None if self.limit is None else self.result.over(self.limit.text)
        return None if over is None else f"over the limit: {over}"


def verdict(comparison: Comparison) -> str:
    """The whole answer in one line."""
    verdicts = []
    for other in comparison.others[:_MOST_VERDICTS]:
        base, after = comparison.base.totals[comparison.cost], other.totals[comparison.cost]
        if not difference(base, after):
            verdicts.append(f"{other.name}: no difference in cost")
            continue
        change = f"{comparison.currency} {money_difference(base, after)}"
        relative = relative_difference(base, after)
        change += f" ({relative})" if relative else ""
        why = comparison.reason(other)
        mostly = f", mostly because of {why}" if why else ""
        verdicts.append(f"{other.name}: {change} over {comparison.span}{mostly}")
    more = len(comparison.others) - len(verdicts)
    rest = f"; and {more} more" if more else ""
    return f"KMS because of CloudTrail. {'; '.join(verdicts)}{rest}"


def summary_sheet(comparison: Comparison) -> Sheet:
    """Everything that is compared, a row each."""
    unit = comparison.currency
    first, last = comparison.months.labels[0], comparison.months.labels[-1]
    span = first if first == last else f"{first} to {last}"
    interpretations = comparison.interpretations()
    header = (
        "",
        "requests",
        "difference",
        unit,
        "difference",
        "",
        *(f"{name} {unit}" for name in interpretations),
    )
    rows = []
    for case in (comparison.base, *comparison.others):
        is_base = case is comparison.base
        requests, cost = case.totals["requests"], case.totals[comparison.cost]
        before = comparison.base.totals
        rows.append(
            (
                case.name,
                count(requests),
                "" if is_base else count_difference(before["requests"], requests),
                money(cost),
                "" if is_base else money_difference(before[comparison.cost], cost),
                "" if is_base else relative_difference(before[comparison.cost], cost),
                *(
                    money(case.totals[f"{comparison.cost}_writes_{name}"])
                    for name in interpretations
                ),
            )
        )
    title = f"KMS because of CloudTrail, {span}, compared with {comparison.base.case.source}"
    groups = (("requests", 2), (unit, 3), *((f"{name} {unit}", 1) for name in interpretations))
    return Sheet(title, header, tuple(rows), numbers=len(header) - 1, groups=groups)


def summary_lines(comparison: Comparison) -> Iterator[str]:
    """The other reading, and copies of KMS events on CloudTrail's bill, which stand apart."""
    unit = comparison.currency
    for interpretation in comparison.interpretations():
        name = f"{comparison.cost}_writes_{interpretation}"
        base = comparison.base.totals[name]
        differences = listed(
            (
                f"{other.name} {unit} {money_difference(base, other.totals[name])}"
                for other in comparison.others
            ),
            separator="; ",
        )
        yield (
            f"If {INTERPRETATION_WORDS[interpretation]}, the base is {unit} {money(base)}, the "
            f"differences are {differences} (source: {INTERPRETATIONS[interpretation]})"
        )
    yield from _copies_line(comparison)


def _copies_line(comparison: Comparison) -> Iterator[str]:
    """Copies of KMS events: differences, or both ends of each where it is known between two."""
    unit = comparison.currency
    base, *others = (
        CopyCharge.from_totals(priced.totals, unit)
        for priced in (comparison.base, *comparison.others)
    )
    if not any(charge.high > 0 for charge in (base, *others)):  # nor where no rate is known
        return
    ranged = any(charge.is_range for charge in (base, *others))
    amounts = [
        charge.text if ranged else money_difference(base.low, charge.low) for charge in others
    ]
    differences = listed(
        (
            f"{other.name} {unit} {amount}"
            for other, amount in zip(comparison.others, amounts, strict=True)
        ),
        separator="; ",
    )
    line = (
        "Apart from KMS, on CloudTrail's bill for copies of KMS events: base "
        f"{unit} {base.text} ({base.whose}); {differences}"
    )
    yield line


def effects_sheet(comparison: Comparison, other: CaseForecast) -> Sheet:
    """Return the changes by driver, or by the columns that were asked for; the largest first."""
    by: tuple[str, ...] = ("driver",)
    frame = comparison.effects(other)
    if comparison.by == DEFAULT_GRAIN:
        frame["driver"] = _drivers(comparison, other, frame)
    else:
        by = tuple(name for name in key_columns(comparison.by) if name != "month")
        frame = comparison.effects(other, by)
    sums = [name for name in frame.columns if frame[name].dtype.kind == "f"]
    shown, rest = frame.head(_MOST_GROUPS), frame.iloc[_MOST_GROUPS:]
    rows = [
        (*(str(group[name]) for name in by), *_numbers(group)) for group in shown.to_dict("records")
    ]
    blank = ("",) * (len(by) - 1)
    if len(rest) and by:
        rows.append((f"{len(rest):,} more", *blank, *_numbers(rest[sums].sum())))
    if by:
        rows.append(("total", *blank, *_numbers(frame[sums].sum())))
    words = [name.replace("_", " ") for name in by]
    title = f"{other.name}, by {', '.join(words) or 'nothing told apart'}"
    return Sheet(
        title,
        (*words, *_header(comparison)),
        tuple(rows),
        numbers=5,
        sums=1,
        groups=_groups(comparison),
    )


def _drivers(comparison: Comparison, other: CaseForecast, frame: pd.DataFrame) -> list[str]:
    """Each driver in words, with what one side alone has."""
    apart = {
        (kind, name): change
        for change, found in comparison.entities(other).items()
        for kind in ("trail", "reader", "key")
        for name in found[f"{kind}s"]
    }
    names = ((str(row["kind"]), str(row["driver"])) for row in frame.to_dict("records"))
    return [
        f"{kind} {name}" + (f" ({apart[kind, name]})" if (kind, name) in apart else "")
        for kind, name in names
    ]


def months_sheet(comparison: Comparison, other: CaseForecast) -> Sheet:
    """The difference month by month."""
    names = {"requests": "requests", "cost": comparison.cost}

    def both(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> dict[str, float]:
        return {f"{name}_base": before[column] for name, column in names.items()} | {
            name: after[column] for name, column in names.items()
        }

    pairs = zip(
        comparison.base.monthly.to_dict("records"), other.monthly.to_dict("records"), strict=True
    )
    rows = [(str(before["month"]), *_numbers(both(before, after))) for before, after in pairs]
    rows.append(("total", *_numbers(both(comparison.base.totals, other.totals))))
    title = f"{other.name}, month by month"
    return Sheet(
        title,
        ("month", *_header(comparison)),
        tuple(rows),
        numbers=5,
        sums=1,
        groups=_groups(comparison),
    )


def _header(comparison: Comparison) -> tuple[str, ...]:
    unit = comparison.currency
    return ("requests", "difference", f"base {unit}", unit, "difference")


def _groups(comparison: Comparison) -> tuple[tuple[str, int], ...]:
    return (("requests", 2), (comparison.currency, 3))


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


def change_lines(comparison: Comparison, other: CaseForecast) -> Iterator[str]:
    """Yield what was changed, and what only one side has."""
    yield from other.case.changed.descriptions
    for change, found in comparison.entities(other).items():
        for what, names in found.items():
            if names:
                yield f"{what} {change}: {listed(names)}"


def count_difference(before: float, after: float) -> str:
    """A difference of requests with its sign."""
    return signed(count(difference(before, after)))


def money_difference(before: float, after: float) -> str:
    """A difference of amounts with its sign."""
    return signed(money(difference(before, after)))
