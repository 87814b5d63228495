"""`reconcile`: was the forecast right, and if not, why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.output import (
    Discount,
    Form,
    Format,
    InventoryPath,
    Output,
    Rates,
    read_discount,
    say,
    show,
    width,
)


def reconcile(
    inventory: InventoryPath,
    bill: Annotated[
        list[Path],
        typer.Argument(help="Files of the bill, or folders to search.", metavar="BILL..."),
    ],
    month: Annotated[str, typer.Option("--month", help="Which month.", metavar="YYYY-MM")],
    actuals: Annotated[
        list[Path] | None,
        typer.Option(
            "--actuals",
            help="JSON or CSV of measure, or log files, of that month; may be given several times.",
            metavar="PATH",
        ),
    ] = None,
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
    form: Form = Format.table,
    output: Output = None,
) -> None:
    """Hold a forecast against the bill and explain the difference."""
    from estimator import reconcile as compute
    from estimator.report import reconciled

    told = compute(
        inventory, bill, month, actuals or None, rates, read_discount(discount), fail_over
    )
    if form is Format.json:
        from estimator.report.data import to_json

        show(to_json(told.to_dict()), output)
    elif form is Format.csv:
        from estimator.report.data import frame_csv

        say((*told.notices, *reconciled.reconciled_lines(told)))
        show(frame_csv(told.rows), output)
    elif form is Format.markdown:
        from estimator.report.reconciled import reconciled_markdown

        show(reconciled_markdown(told), output)
    else:
        from estimator.report.reconciled import reconciled_table

        show(reconciled_table(told, width(output)), output)
        say(told.notices)
    if told.broken:
        typer.echo(told.broken, err=True)
        raise typer.Exit(3)


APPS = {
    "reconcile": single(
        reconcile,
        "Example: kmscost reconcile examples/organization.yaml examples/bill.csv --month 2026-10",
    )
}
