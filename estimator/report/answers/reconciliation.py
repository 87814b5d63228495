"""What a reconciliation answers: forecast, measured and billed, and why they differ."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from decimal import Decimal

import pandas as pd

from estimator.figures import (
    Figure,
    count,
    count_like,
    difference,
    key_months,
    less_than,
    listed,
    money,
    money_like,
    signed,
)
from estimator.forecasting import forecast
from estimator.forecasting.result import INTERPRETATION_WORDS
from estimator.inventory.means import with_means
from estimator.reconciliation import Reconciliation
from estimator.reconciliation.parts import NOT_FORECAST, OWN, PARTS
from estimator.report.answers import Answer
from estimator.report.answers.bill_amounts import amounts_beside, own_amounts
from estimator.report.blocks import MOST_ROWS, Sheet
from estimator.report.columns import relative_difference

_DUST = 1e-7  # what is left of sums that should be zero


class ReconciliationAnswer(Answer[Reconciliation]):
    """The forecast of a month against its bill, and what explains the difference."""

    def blocks(self) -> Iterable[Sheet]:
        """The sides, the parts of their difference, the rows that differ most."""
        return reconciliation_sheets(self.result)

    def lines(self) -> Iterable[str]:
        """The interpretations, and what the parts rest on."""
        return [*reconciliation_lines(self.result), *_expected(self.result)]

    def frame(self) -> pd.DataFrame:
        """The rows of all sides."""
        return self.result.rows

    @property
    def broken(self) -> str | None:
        """The limit, where forecast and bill differ by more."""
        return self.result.broken


def _expected(reconciliation: Reconciliation) -> list[str]:
    """The centre that a report holds the bill against, where ranges make it another."""
    of_typical = reconciliation.forecast
    means = with_means(of_typical.inventory)
    if means is of_typical.inventory:
        return []
    expected = forecast(
        means, reconciliation.month, 1, rates=of_typical.table, discount=of_typical.discount
    )
    cost = f"cost_{reconciliation.currency.lower()}"
    typical, mean = (money(found.totals[cost]) for found in (of_typical, expected))
    if typical == mean:
        return []
    unit = reconciliation.currency
    line = f"The forecast of the month, {unit} {typical}, is typical, the middle of its ranges; "
    return [f"{line}about {unit} {mean} is expected, their mean, which a report has"]


def reconciliation_sheets(reconciliation: Reconciliation) -> list[Sheet]:
    """The sides, the parts of their difference, and the rows that differ most."""
    rows = _rows_sheet(reconciliation) if reconciliation.is_comparable else None
    return [_sides_sheet(reconciliation), _parts_sheet(reconciliation), *([rows] if rows else [])]


def _sides_sheet(reconciliation: Reconciliation) -> Sheet:
    """Requests by operation, key-months, and costs."""
    frame = reconciliation.rows
    is_request = frame["unit"] == "request"
    groups = [
        (str(name) or "operations not told", rows)
        for name, rows in frame[is_request].groupby("operation", observed=True)
    ]
    with_forecast = [(name, rows) for name, rows in groups if rows["forecast"].sum()]
    rest = [rows for _, rows in groups if not rows["forecast"].sum()]
    # operations that only others ask for are in their line
    rest = [rows for rows in rest if (rows["billed"] - rows["others"]).abs().sum() > _DUST]
    cells = [_quantities(name, rows) for name, rows in with_forecast]
    if rest:
        names = "other operation" + "s" * (len(rest) != 1)
        cells.append(_quantities(f"{len(rest)} {names}", pd.concat(rest)))
    if len(cells) > 1:
        cells.append(_quantities("requests", frame[is_request]))
    if (~is_request).any():
        cells.append(_quantities("key-months", frame[~is_request], key_months))
    cells += _others(reconciliation)
    beside = _largest_total(reconciliation)
    for word, rows in (
        (f"{reconciliation.currency} requests", frame[is_request]),
        (f"{reconciliation.currency} keys", frame[~is_request]),
        (reconciliation.currency, frame),
    ):
        before, after = math.fsum(rows["cost_forecast"]), math.fsum(_own_cost(rows))
        cells.append(
            (
                word,
                money(before),
                "",
                money(after),
                signed(money_like(difference(before, after), beside)),
                relative_difference(before, after),
            )
        )
    which = f", {reconciliation.days.text}" if reconciliation.days.text else ""
    header = ("", "forecast", "measured", "billed", "difference", "")
    title = "Forecast, measured and billed: KMS because of CloudTrail, "
    title += f"{reconciliation.month}{which}"
    if not reconciliation.is_comparable:
        # like with like: nothing says how much of the month is beside the forecast
        cells = [(*sides, "-", "") for *sides, _, _ in cells]
    return Sheet(title, header, tuple(cells), numbers=5, sums=1)


def _largest_total(reconciliation: Reconciliation) -> float:
    """What tables hold differences beside: from a whole unit on all of them are in cents."""
    sides = [reconciliation.rows[f"cost_{side}"] for side in ("forecast", "billed")]
    return max(abs(math.fsum(cost)) for cost in sides)


def _own_cost(rows: pd.DataFrame) -> pd.Series[float]:
    """What is billed without that which no forecast is made of. [currency]"""
    cost = rows["cost_billed"]
    for name in NOT_FORECAST:
        cost = cost - rows[f"cost_{name}"]
    return cost


def _others(reconciliation: Reconciliation) -> list[tuple[str, ...]]:
    """What others use of KMS, on lines of its own: it has no forecast to be compared with."""
    frame = reconciliation.rows
    is_request = frame["unit"] == "request"
    units = (math.fsum(frame["others"][is_request]), math.fsum(frame["others"][~is_request]))
    cells: list[tuple[str, ...]] = [
        (name, "", "", figure(amount), "", "")
        for name, figure, amount in zip(
            ("others' requests", "others' key-months"), (count, key_months), units, strict=True
        )
        if abs(amount) > _DUST
    ]
    if cells or abs(math.fsum(reconciliation.others.values())) > _DUST:
        cost = amounts_beside(reconciliation).others
        cells.append((f"{reconciliation.currency} others'", "", "", cost, "", ""))
    return cells


def _quantities(
    name: str, rows: pd.DataFrame, figure: Callable[[float], Figure] = count
) -> tuple[str, ...]:
    # like with like: what others use of it stands on a line of its own
    before, after = math.fsum(rows["forecast"]), math.fsum(rows["billed"] - rows["others"])
    # what no log covers is not known, and never a zero
    known = rows["measured"].dropna()
    measured = figure(math.fsum(known)) if len(known) else "-"
    more = difference(before, after)
    words = figure(more) if figure is key_months else count_like(more, max(before, after))
    relative = relative_difference(before, after)
    return name, figure(before), measured, figure(after), signed(words), relative


def _parts_sheet(reconciliation: Reconciliation) -> Sheet:
    """From forecast to bill, one part after another: the amounts add up as they are printed."""
    totals = reconciliation.totals
    # CloudTrail's parts first, so that a line between says what is billed for it
    parts = {name: reconciliation.parts[name] for name in (*OWN, *NOT_FORECAST)}
    # what is billed for CloudTrail stands in the verdict, on cards and in the chart too
    beside = amounts_beside(reconciliation)
    decimals = beside.decimals
    first, within, _ = own_amounts(reconciliation, decimals)
    amounts = {**within, **beside.parts}
    requests = reconciliation.request_parts
    most = max(totals[f"requests_{side}"] or 0.0 for side in ("forecast", "billed"))
    which = f" {reconciliation.days.text}" if reconciliation.days.text else ""
    rows: list[tuple[str, ...]] = [
        (f"forecast{which}", count(totals["requests_forecast"] or 0.0), first)
    ]
    others: list[tuple[str, ...]] = []
    for name, cost in parts.items():
        more = requests.get(name)
        if more is not None and abs(more) < _DUST:
            more = 0.0
        if abs(cost) < _DUST and not more:
            continue
        words = "" if more is None else signed(count_like(more, most))
        amount = f"{'+' * (cost > 0)}{amounts[name]}"
        if abs(cost) >= _DUST and not amounts[name].strip("-0."):
            amount = less_than(Decimal(1).scaleb(-decimals), cost, sign=True)
        line = (PARTS[name], words, amount)
        (others if name in NOT_FORECAST else rows).append(line)
    billed = totals["requests_billed"] or 0.0
    if others:
        counted = count(billed - requests.get("others", 0.0))
        rows.append((f"billed{which} for CloudTrail", counted, beside.own))
        rows += others
    rows.append((f"billed{which}", count(billed), beside.whole))
    header = ("from forecast to bill", "requests", reconciliation.currency)
    title = f"Why they differ{', bill' * bool(which)}{which}"
    # what is billed is no sum of the forecast alone, which a page would leave out
    return Sheet(title, header, tuple(rows), numbers=2, sums=int(len(rows) > 2))


def _rows_sheet(reconciliation: Reconciliation) -> Sheet | None:
    """The rows that differ most."""
    frame, beside = reconciliation.rows, _largest_total(reconciliation)
    order = frame["cost_difference"].abs().sort_values(ascending=False, kind="stable").index
    frame = frame.loc[order]
    costs, units = frame["cost_difference"].abs(), frame["difference"].abs()
    # free requests to list keys and the like are in the sums above
    frame = frame[(costs > _DUST) | ((frame["forecast"] > 0) & (units > _DUST))]
    if frame.empty:
        return None
    several = len(set(frame["payer"])) > 1
    names = ["billed_account", "billed_region", "key", "operation"]
    names = [
        *(["payer"] if several else []),
        *(column for column in names if (frame[column] != "").any()),
    ]
    cells = [
        (
            *(_word(str(row[name])) for name in names),
            count(row["forecast"]),
            "-" if math.isnan(row["measured"]) else count(row["measured"]),
            count(row["billed"]),
            signed(money_like(row["cost_difference"], beside)),
        )
        for row in frame.head(MOST_ROWS).to_dict("records")
    ]
    rest = frame.iloc[MOST_ROWS:]
    blank = ("",) * (len(names) - 1)
    if len(rest):
        amount = signed(money_like(math.fsum(rest["cost_difference"]), beside))
        cells.append((f"{len(rest):,} more", *blank, "", "", "", amount))
    header = (*(name.replace("_", " ") for name in names), "forecast", "measured", "billed")
    header = (*header, f"{reconciliation.currency} difference")
    return Sheet("Where they differ most", header, tuple(cells), numbers=4)


def _word(text: str) -> str:
    return text.rsplit("key/", 1)[-1] or "-"


def reconciliation_lines(reconciliation: Reconciliation) -> list[str]:
    """Return what stands under the tables."""
    return [
        *_interpretations(reconciliation),
        reconciliation.other_interpretation_line,
        *_resting(reconciliation),
        *_levels(reconciliation),
        *_apart(reconciliation),
        *_limit(reconciliation),
    ]


def _interpretations(reconciliation: Reconciliation) -> list[str]:
    lines = []
    own = reconciliation.forecast.inventory.cloudtrail_writes
    several = len(reconciliation.interpretations) > 1
    for bill in reconciliation.interpretations:
        of = f" of payer {bill.payer}" if several else ""
        if bill.answer is None:
            lines.append(
                f"Whether the bill{of} charges for CloudTrail's own writes cannot be told: "
                f"{bill.why}. The inventory's word is taken: {INTERPRETATION_WORDS[own]}"
            )
            continue
        does_not = "does" if own == "charged" else "does not"
        doubt = "" if bill.answer == own else f", though the inventory says that AWS {does_not}"
        does = "charges" if bill.answer == "charged" else "does not charge"
        lines.append(
            f"The bill{of} {does} CloudTrail's own writes{doubt} ({bill.strength} evidence): "
            f"{bill.why}"
        )
    more = len(lines) - 4
    return lines if more <= 0 else [*lines[:4], f"and the bills of {more} more payers"]


def _resting(reconciliation: Reconciliation) -> list[str]:
    """Return what those parts rest on that are no plain sums."""
    parts = reconciliation.parts
    return [
        f"{PARTS[name][0].upper()}{PARTS[name][1:]}: {reconciliation.rests_on[name]}"
        for name in ("volume", "others", "other_keys", "unknown")
        if abs(parts[name]) >= _DUST or abs(reconciliation.request_parts.get(name, 0.0)) >= _DUST
    ]


def _levels(reconciliation: Reconciliation) -> list[str]:
    names: dict[str, list[str]] = {}
    for name, why in reconciliation.levels.items():
        names.setdefault(why, []).append(name)
    return [f"Level not told, {' and '.join(found)}: {why}" for why, found in names.items()]


def _apart(reconciliation: Reconciliation) -> list[str]:
    if not reconciliation.apart:
        return []
    code = f"cost_{reconciliation.currency.lower()}"
    amounts = listed(
        sorted(f"{part['what']} {money(part[code])}" for part in reconciliation.apart), 10
    )
    return [f"Apart from all this, {reconciliation.currency}: {amounts}"]


def _limit(reconciliation: Reconciliation) -> list[str]:
    judged = reconciliation.judged_limit
    if judged is None:
        return []
    if judged.state == "not held":
        return [judged.text]
    unit = reconciliation.currency
    off = signed(money_like(judged.difference, _largest_total(reconciliation)))
    # of a bill that lacks lines what these cost may be left out, and is then named
    where = f"{' ' * bool(judged.without)}{judged.without}"
    error = f"{unit} {off}{where}{judged.shift.in_words(unit)}"
    return [f"{judged.text}: without what is not CloudTrail's the difference is {error}"]
