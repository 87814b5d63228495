"""A monthly report as it leaves the pipeline."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimator.figures import plain
from estimator.report.monthly.document import Document
from estimator.report.monthly.inputs import ReportInputs
from estimator.report.monthly.markdown import write_markdown
from estimator.report.monthly.sections import build_document
from estimator.report.monthly.verdict import Verdict, judge
from estimator.report.monthly.whose import Whose
from estimator.report.past import (
    PastMonth,
    expected_by_month,
)
from estimator.report.past.history_file import (
    History,
    KeptReport,
    describe_inventory,
    keep_report,
)

if TYPE_CHECKING:
    from estimator.report.monthly.interactive import Tools


def _describe_month(past: PastMonth, change: float | None) -> dict[str, Any]:
    cost = past.cost
    return {
        "month": past.month,
        "bill": past.bill or None,
        "billed": None if cost is None else cost.billed,
        "rest": None if cost is None else cost.rest,
        "cost": None if cost is None else cost.total,
        "is_open": past.is_open,
        "may_repeat": past.may_repeat,
        "month_over_month": change,
        "others": past.others,
        "measured_requests": past.measured,
        "forecast": past.forecast,
        "forecast_then": past.forecast_then,
    }


@dataclass(frozen=True, eq=False, repr=False)
class MonthlyReport(ReportInputs):
    """The cost of KMS because of CloudTrail in a month, and in the months ahead.

    `verdict` says whether it is on budget, `document` is the report as blocks, `tools` are what a
    reader of its page may try out; attributes are those of `ReportInputs`: month, forecast,
    simulation, model, breakdown, actuals, reconciliation, advice, past, changes, unread, whose;
    `history` are the reports kept so far.
    """

    history: History = field(default_factory=lambda: History("USD"))

    @cached_property
    def verdict(self) -> Verdict:
        """On budget or not, and how sure."""
        return judge(self)

    @cached_property
    def document(self) -> Document:
        """The report as blocks in the order of reading."""
        return build_document(self, self.verdict)

    @cached_property
    def tools(self) -> Tools:
        """What a reader of the page may try out."""
        # what a page needs and no other form of a report: jinja2 and the what-if
        from estimator.report.monthly.interactive import build_tools

        return build_tools(
            self.forecast,
            self.model,
            self.breakdown,
            center="mean" if self.has_ranges else "",
            attribution=None if self.whose is None else self.whose.attribution,
        )

    def write_history(self, path: str | Path) -> None:
        """Write the history with this report in it, for the reports of later months.

        Raises
        ------
        KmscostError
            The place cannot be written: what was there is there still.
        """
        cost = self.month_cost
        report = KeptReport(
            month=self.month,
            expected=expected_by_month(self.simulation),
            # of a month in progress the next report has more, and of lines that count twice less
            billed=cost.billed if cost.is_billed and not self.repeats else None,
            inventory=describe_inventory(self.inventory),
            payers=self.inventory.payers(),
            budgets={
                budget.name: budget.usd_per_month
                for budget in self.inventory.budgets
                if budget.part is None
            },
        )
        keep_report(Path(path), report, self.history)

    def html(self) -> str:
        """One HTML file that needs no network, and no script to be read."""
        from estimator.report.monthly.html import write_page

        return write_page(self.document, self.tools)

    def markdown(self) -> str:
        """The report as Markdown, without charts."""
        return write_markdown(self.document)

    def to_dict(self) -> dict[str, Any]:
        """The report as documented JSON: the verdict, and the JSON of all that it rests on."""
        cost, bill_range = self.month_cost, self.month_bill.whole.bill_range
        return {
            "month": self.month,
            "verdict": self.verdict.to_dict(),
            f"billed_{self.currency.lower()}": cost.billed,
            f"rest_{self.currency.lower()}": cost.rest,
            f"spent_{self.currency.lower()}": self.spent,
            "expected": self.expected,
            "expected_ahead": self.expected_ahead,
            "range": None if bill_range is None else bill_range.to_dict(),
            "beside": list(self.document.beside),
            "answers": [
                {"question": answer.question, "lines": list(answer.lines)}
                for answer in self.document.answers
            ],
            "past": list(map(_describe_month, self.past, self.month_over_month)),
            "year_to_date": asdict(self.year),
            "changes": None if self.changes is None else asdict(self.changes),
            # without a rate for copies of events nothing is known of them
            "totals": plain(self.month_totals),
            "totals_ahead": plain(self.outlook_totals),
            "forecast": self.forecast.to_dict(),
            "simulation": self.simulation.to_dict(),
            "reconciliation": self.reconciliation.to_dict() if self.reconciliation else None,
            **(Whose(self.month) if self.whose is None else self.whose).to_dict(),
            "advice": None if self.advice is None else self.advice.to_dict(),
        }

    def __repr__(self) -> str:
        return f"<MonthlyReport {self.month}: {self.verdict.status}>"

    def _repr_html_(self) -> str:
        inside = html.escape(self.html(), quote=True)
        return (
            f'<iframe srcdoc="{inside}" title="Report of {self.month}" '
            'style="width:100%;height:720px;border:0"></iframe>'
        )
