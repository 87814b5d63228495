"""`reconcile`: was the forecast right, and if not, why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.output import (
    ActualsOption,
    Discount,
    Form,
    InventoryPath,
    Output,
    Rates,
    answer,
    read_discount,
)


def reconcile(
    inventory: InventoryPath,
    bill: Annotated[
        list[Path],
        typer.Argument(
            help="Files of the bill, folders of them, or the JSON of measure bill.",
            metavar="BILL",
        ),
    ],
    month: Annotated[str, typer.Option("--month", help="Which month.", metavar="YYYY-MM")],
    actuals: ActualsOption = None,
    rates: Rates = None,
    discount: Discount = "0%",
    fail_over: Annotated[
        str | None,
        typer.Option(
            "--fail-over",
            help="Exit 3 where forecast and bill differ by more, as 5% or USD 5; what is not "
            "CloudTrail's does not count.",
            metavar="LIMIT",
        ),
    ] = None,
    form: Form = None,
    output: Output = None,
) -> None:
    """Hold a forecast against the bill and explain the difference."""
    from estimator import reconcile as compute
    from estimator.report.answers.reconciliation import ReconciliationAnswer

    share = read_discount(discount)
    reconciliation = compute(inventory, bill, month, actuals or None, rates, share, fail_over)
    answer(ReconciliationAnswer(reconciliation), form, output)


app = single(
    reconcile,
    "kmscost reconcile examples/organization.yaml examples/bill.csv --month 2026-10",
)
