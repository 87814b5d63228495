"""`rates show`: what is in force and why."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from estimator.cli.output import Output, Rates, read_day, show, width


class RatesFormat(StrEnum):
    """How rates are written; yaml is the table itself, to start one of your own from."""

    table = "table"
    csv = "csv"
    json = "json"
    markdown = "markdown"
    yaml = "yaml"


def rates_show(
    on: Annotated[
        str | None, typer.Option("--on", help="Default: today.", metavar="YYYY-MM-DD")
    ] = None,
    region: Annotated[str | None, typer.Option("--region", help="Only this Region.")] = None,
    rates: Rates = None,
    form: Annotated[
        RatesFormat, typer.Option("--format", "-f", help="How to write it.")
    ] = RatesFormat.table,
    output: Output = None,
) -> None:
    """Print the rates in force on a day, and why."""
    from estimator import load_rates
    from estimator import rates_show as in_force
    from estimator.report import data, markdown, table

    if form is RatesFormat.yaml:
        show(Path(load_rates(rates).path).read_text(encoding="utf-8"), output)
        return
    rows = in_force(read_day(on), region, rates)
    if form is RatesFormat.json:
        show(data.to_json({"rates": rows, "quotas": _quotas(region)}), output)
        return
    sheet = table.rates_sheet(rows)
    if form is RatesFormat.csv:
        show(data.rows_csv(sheet.header, sheet.rows), output)
    elif form is RatesFormat.markdown:
        show(markdown.table_markdown(sheet) + "\n", output)
    else:
        quotas = _quotas(region)
        said = ", ".join(f"{name} {value:,.0f}" for name, value in quotas.items())
        note = f"Request quota on symmetric keys, a second, per account and Region: {said}"
        show(table.rates_table(rows, [note], 80 if output else width()), output)


def _quotas(region: str | None) -> dict[str, Any]:
    from pricing.quotas import load_quotas

    table = load_quotas()
    return {region: table.of(region)} if region else dict(table.requests_per_second)


_group = typer.Typer(
    help="Show the rates that forecasts are priced with.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_group.command("show", epilog="Example: kmscost rates show --on 2026-11-01 --region us-gov-west-1")(
    rates_show
)
_group.callback()(lambda: None)  # a group even while it has one command

APPS = {"rates": _group}
