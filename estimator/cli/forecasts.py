"""`forecast` and `explain`: the numbers, and how they come about."""

from __future__ import annotations

from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.output import (
    Discount,
    Form,
    Format,
    InventoryPath,
    Months,
    Output,
    Rates,
    Start,
    read_discount,
    say,
    show,
    width,
)


def forecast(
    inventory: InventoryPath,
    start: Start = None,
    months: Months = 12,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            help="Tell apart, separated by commas: trail, reader, account, region, billed-account, "
            "billed-region, payer, key, cause, operation; or all. Alone: budget (month by "
            "month), quota (requests per second) or event (paid copies of KMS events).",
        ),
    ] = None,
    rates: Rates = None,
    discount: Discount = "0%",
    fail_over: Annotated[
        str | None,
        typer.Option(
            "--fail-over",
            help="Exit 3 where a month costs more: a budget's name, all budgets, or an amount for "
            "everything, as 25 or USD 25.00.",
            metavar="BUDGET|USD",
        ),
    ] = None,
    form: Form = Format.table,
    output: Output = None,
) -> None:
    """Forecast KMS requests and cost, month by month."""
    from estimator import forecast as compute

    told = compute(inventory, start, months, by, rates, read_discount(discount), fail_over)
    if form is Format.json:
        from estimator.report.data import to_json

        show(to_json(told.to_dict()), output)
    elif form is Format.csv:
        from estimator.report.data import forecast_csv
        from estimator.report.sheet import lines

        say((*told.notices, *lines(told)))
        show(forecast_csv(told), output)
    elif form is Format.markdown:
        from estimator.report.markdown import forecast_markdown

        show(forecast_markdown(told), output)
    else:
        from estimator.report.table import forecast_table

        show(forecast_table(told, width(output)), output)
        say(told.notices)
    if told.broken:
        typer.echo(told.broken, err=True)
        raise typer.Exit(3)


def explain(
    inventory: InventoryPath,
    month: Annotated[
        str | None,
        typer.Option("--month", help="Default: the current one.", metavar="YYYY-MM"),
    ] = None,
    account: Annotated[str | None, typer.Option("--account", help="Only this account.")] = None,
    region: Annotated[str | None, typer.Option("--region", help="Only this Region.")] = None,
    trail: Annotated[
        str | None, typer.Option("--trail", help="Only this trail, reader or key.")
    ] = None,
    start: Start = None,
    rates: Rates = None,
    discount: Discount = "0%",
    form: Form = Format.table,
    output: Output = None,
) -> None:
    """Walk one number from assumption to dollar."""
    from estimator import explain as walk_through

    walk = walk_through(
        inventory, month, account, region, trail, start, rates, read_discount(discount)
    )
    if form is Format.json:
        from estimator.report.data import to_json

        show(to_json(walk.to_dict()), output)
    elif form is Format.markdown:
        from estimator.report.markdown import explain_markdown

        show(explain_markdown(walk), output)
    elif form is Format.csv:
        from estimator.report.data import rows_csv

        header = ("section", "what", "formula", "result", "unit", "source")
        dicts = [step.to_dict() for step in walk.steps]
        rows = [[str(step[name]) for name in header] for step in dicts]
        say([walk.other_interpretation])
        show(rows_csv(header, rows), output)
    else:
        from estimator.report.table import explain_text

        show(explain_text(walk, width(output)), output)


APPS = {
    "forecast": single(
        forecast, "Example: kmscost forecast examples/organization.yaml --by trail,cause"
    ),
    "explain": single(
        explain, "Example: kmscost explain examples/organization.yaml --month 2026-11 --trail org"
    ),
}
