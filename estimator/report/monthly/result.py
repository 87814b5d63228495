"""A monthly report as it leaves the pipeline."""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from estimator.report.monthly.document import Document
from estimator.report.monthly.inputs import ReportInputs
from estimator.report.monthly.markdown import write_markdown
from estimator.report.monthly.sections import build_document
from estimator.report.monthly.verdict import Verdict, judge


@dataclass(frozen=True, eq=False, repr=False)
class MonthlyReport(ReportInputs):
    """The cost of KMS because of CloudTrail in a month, and in the months ahead.

    `verdict` says whether it is on budget, `document` is the report as blocks; attributes are those
    of `ReportInputs`: month, forecast, simulation, breakdown, actuals, reconciliation, advice,
    unread.
    """

    @cached_property
    def verdict(self) -> Verdict:
        """On budget or not, and how sure."""
        return judge(self)

    @cached_property
    def document(self) -> Document:
        """The report as blocks in the order of reading."""
        return build_document(self)

    def html(self) -> str:
        """One HTML file that needs no network, and no script to be read."""
        from estimator.report.monthly.html import write_page

        return write_page(self.document, self)

    def markdown(self) -> str:
        """The report as Markdown, without charts."""
        return write_markdown(self.document)

    def to_dict(self) -> dict[str, Any]:
        """The report as documented JSON: the verdict, and the JSON of all that it rests on."""
        verdict = self.verdict
        return {
            "month": self.month,
            "verdict": {
                "status": verdict.status,
                "sentence": verdict.sentence,
                "probability": verdict.probability,
            },
            f"spent_{self.currency.lower()}": self.spent,
            "totals": self.month_totals,
            "totals_ahead": self.outlook_totals,
            "forecast": self.forecast.to_dict(),
            "simulation": self.simulation.to_dict(),
            "reconciliation": self.reconciliation.to_dict() if self.reconciliation else None,
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
