"""Whose the KMS bill is: by logs a service, resource and caller; by a bill alone where it arose."""

from __future__ import annotations

import dataclasses
import math
import shlex
from dataclasses import dataclass
from typing import Any

import pandas as pd

from estimator.attribution import Attribution, attribute
from estimator.attribution.bill_lines import bill_months, find_bill_lines
from estimator.figures import count, money, plain, plural, share
from estimator.measurement.result import Actuals
from estimator.measurement.sources import sources_that_count
from estimator.report.answers.attribution import (
    attribution_headline,
    attribution_lines,
    attribution_sheets,
)
from estimator.report.answers.attribution_lines import MOST_LINES
from estimator.report.answers.bucket_keys import bucket_key_blocks
from estimator.report.blocks import Command, Lines, Sheet, bars_of_use, write_paragraphs
from estimator.report.columns import print_amounts
from estimator.report.monthly.document import Block, Section
from estimator.report.past import Records
from estimator.volume.model import Model
from pricing.rates import RateTable
from pricing.reading.problems import KmscostError

# what a bill alone tells its requests apart by
LEVELS = {
    "account": "billed_account",
    "Region": "billed_region",
    "operation": "operation",
}
_SHOWN = ("service", "resource", "caller")  # keys have a part of their own in attribute


@dataclass(frozen=True, eq=False)
class Whose:
    """Whose a month's KMS requests are, as far as logs and a bill tell it.

    Attributes
    ----------
    month : str
    attribution : Attribution or None
        What `estimator.attribute` says of the month; None where logs do not tell it.
    missing : str
        Why there is none, and what to do.
    billed : DataFrame or None
        Where there is none but a bill: its requests by `LEVELS`, ``quantity`` [request] and
        ``cost`` [currency].
    currency : str
    """

    month: str
    attribution: Attribution | None = None
    missing: str = ""
    billed: pd.DataFrame | None = None
    currency: str = "USD"

    def lines(self, level: str) -> pd.DataFrame:
        """The bill's requests by a name of `LEVELS`, the dearest first."""
        assert self.billed is not None
        column = LEVELS[level]
        sums = self.billed.groupby(column, sort=True)[["quantity", "cost"]].sum().reset_index()
        return sums.sort_values(["cost", "quantity"], ascending=False, kind="stable")

    def to_dict(self) -> dict[str, Any]:
        """As documented JSON."""
        billed = None
        if self.billed is not None:
            names = {column: column for column in LEVELS.values()}
            names |= {"quantity": "requests", "cost": f"cost_{self.currency.lower()}"}
            billed = {
                level.casefold(): [
                    plain(row) for row in self.lines(level).rename(columns=names).to_dict("records")
                ]
                for level in LEVELS
            }
        return {
            "attribution": None if self.attribution is None else self.attribution.to_dict(),
            "attribution_missing": self.missing or None,
            "billed_by": billed,
        }


def find_whose(records: Records, model: Model, table: RateTable, discount: float) -> Whose:
    """Attribute the month where logs were measured; else take what the bill alone tells.

    Parameters
    ----------
    model : Model
        Of the month that is reported: its inventory says who pays for whom.
    table, discount
        As for `estimator.attribute`.
    """
    month, inventory = model.months.labels[0], model.inventory
    billed = records.billed
    if billed is not None and month not in bill_months(billed):
        billed = None
    payers = inventory.payer_by_account if len(inventory.payers()) > 1 else None
    logs = None if records.measured is None else _of_requests(records.measured)
    missing = "no log of CloudTrail was given: they alone tell services, resources and callers"
    if logs is not None:
        try:
            return Whose(month, attribute(logs, billed, month, table, discount, payers))
        # the rest of the report stands without it
        except KmscostError as error:
            problem = error.problems[0]
            missing = f"found {problem.found}; expected {problem.expected}"
            missing += f"; {problem.fix}" if problem.fix else ""
    if billed is None:
        return Whose(month, missing=missing)
    lines = find_bill_lines(billed, [month])
    return Whose(month, None, missing, lines.requests, lines.currency)


def _of_requests(measured: Actuals) -> Actuals | None:
    """The measurements that count requests one by one; None where there are none."""
    rows = measured.measured
    chosen = rows["source"].isin(sources_that_count("requests"))
    return dataclasses.replace(measured, all_rows=rows[chosen]) if chosen.any() else None


def whose_section(whose: Whose | None, inventory: str, has_logs: bool) -> Section | None:
    """The section; None where neither logs nor a bill of the month were given.

    Parameters
    ----------
    whose : Whose or None
    inventory : str
        The name of its file, for commands.
    has_logs : bool
        Whether any measurement was given.
    """
    if whose is None:
        return None
    if whose.attribution is not None:
        return Section("whose", _TITLE, _attributed(whose.attribution))
    if whose.billed is None and not has_logs:
        return None
    return Section("whose", _TITLE, _billed(whose, inventory))


_TITLE = "Whose is the KMS bill"


def _attributed(attribution: Attribution) -> tuple[Block, ...]:
    """CloudTrail's share first, then who else; below what is not known."""
    other, *lines = attribution_lines(attribution)
    shown = [f"By {group}" for group in ("service", "resource", "caller")]
    sheets = [
        sheet
        for sheet in attribution_sheets(attribution)
        if sheet.title.startswith((*shown, "Not in"))
    ]
    return (
        write_paragraphs(f"{attribution_headline(attribution)}.", f"{other}."),
        *sheets,
        *bucket_key_blocks(attribution.bucket_keys, "exempt"),
        Lines("", (*lines, *attribution.notices)),
    )


def _billed(whose: Whose, inventory: str) -> tuple[Block, ...]:
    """What a bill alone tells, and the command that tells the rest."""
    why = f"Whose these requests are is not known: {whose.missing}."
    month = shlex.quote(whose.month)
    commands = (
        "With CloudTrail's log files of the month, or what measure cloudtrail wrote of them:",
        Command(f"kmscost attribute LOGS --bill BILL --month {month}"),
        Command(f"kmscost report {inventory} --month {month} --actuals LOGS --bill BILL"),
    )
    if whose.billed is None:
        return (write_paragraphs(why), Lines("", commands))
    requests = math.fsum(whose.billed["quantity"])
    cost = money(math.fsum(whose.billed["cost"]))
    first = f"The bill has {plural(requests, 'KMS request')} for {whose.currency} {cost}: it tells "
    first += "where they arose, and never for whom."
    sheets = (_sheet(whose, level) for level in LEVELS)
    return (write_paragraphs(first, why), Lines("", commands), *filter(None, sheets))


def _sheet(whose: Whose, level: str) -> Sheet | None:
    """The bill's requests by account, Region or operation; None where it does not tell it."""
    lines = whose.lines(level)
    if set(lines[LEVELS[level]]) <= {""}:
        return None
    first, rest = lines.iloc[:MOST_LINES], lines.iloc[MOST_LINES:]
    rows = [
        (str(row[LEVELS[level]]) or "not told", float(row["quantity"]), float(row["cost"]))
        for row in first.to_dict("records")
    ]
    if len(rest):
        name = f"and {len(rest):,} more"
        rows.append((name, math.fsum(rest["quantity"]), math.fsum(rest["cost"])))
    costs = [cost for *_, cost in rows]
    whole = math.fsum(lines["quantity"])
    amounts = print_amounts(costs, math.fsum(lines["cost"]))
    by, bars = bars_of_use(costs, [many for _, many, _ in rows])
    cells = [
        (name, bar, count(many), share(many / whole) if whole else "", amount)
        for (name, many, _), bar, amount in zip(rows, bars, amounts[:-1], strict=True)
    ]
    cells.append(("total", "", count(whole), share(1.0) if whole else "", amounts[-1]))
    header = (level, by, "requests", "of all", whose.currency)
    title = f"Billed KMS requests by {level}, {whose.month}"
    return Sheet(title, header, tuple(cells), numbers=3, sums=1)
