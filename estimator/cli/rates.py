"""`rates show`, `rates import` and `rates diff`: what is in force, where from, what changed."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from estimator.cli.application import group
from estimator.cli.output import Form, Format, Output, Rates, Start, read_day, say, show, width


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
        show(table.rates_table(rows, [note], width(output)), output)


def _quotas(region: str | None) -> dict[str, Any]:
    from pricing.quotas import load_quotas

    table = load_quotas()
    return {region: table.of(region)} if region else dict(table.requests_per_second)


def rates_import(
    file: Annotated[
        list[Path],
        typer.Argument(
            help="AWS Price List offer file of awskms or AWSCloudTrail (JSON or CSV, all Regions "
            "or one), or AWS Pricing Calculator's feed; gzipped or not. Several make one table.",
            metavar="FILE",
        ),
    ],
    output: Output = None,
) -> None:
    """Turn AWS's own price files into a rate table for --rates."""
    from estimator import rates_import as read

    told = read(file)
    say(told.notices)
    show(told.yaml, output)
    if output is not None:
        typer.echo(f"Wrote {output}. Next: `kmscost forecast INVENTORY --rates {output}`.")


def rates_diff(
    a: Annotated[
        str, typer.Argument(help="Rate table or AWS price file, or `shipped`.", metavar="A")
    ],
    b: Annotated[str, typer.Argument(help="The same, newer.", metavar="B")],
    inventory: Annotated[
        Path | None,
        typer.Option("--inventory", help="What the change means in money for it.", metavar="FILE"),
    ] = None,
    start: Start = None,
    months: Annotated[int, typer.Option("--months", help="How many months of money.")] = 12,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            help="Compare what is in force on this day. Default: the newest of each.",
            metavar="YYYY-MM-DD",
        ),
    ] = None,
    form: Form = Format.table,
    output: Output = None,
) -> None:
    """Say which rates changed, and what it means in money for an inventory."""
    from estimator import rates_diff as compare

    told = compare(a, b, inventory, start, months, read_day(on))
    if form is Format.json:
        from estimator.report.data import to_json

        show(to_json(told.to_dict()), output)
    elif form is Format.csv:
        from estimator.report.data import frame_csv
        from estimator.report.rate_changes import changes_frame, changes_lines

        say((*told.notices, *changes_lines(told)))
        show(frame_csv(changes_frame(told)), output)
    elif form is Format.markdown:
        from estimator.report.rate_changes import rates_diff_markdown

        show(rates_diff_markdown(told), output)
    else:
        from estimator.report.rate_changes import rates_diff_table

        say(told.notices)
        show(rates_diff_table(told, width(output)), output)


_group = group("Show, import and compare the rates that forecasts are priced with.")
_group.command("show", epilog="Example: kmscost rates show --on 2026-11-01 --region us-gov-west-1")(
    rates_show
)
_group.command("import", epilog="Example: kmscost rates import awskms.json --output my-rates.yaml")(
    rates_import
)
_group.command(
    "diff", epilog="Example: kmscost rates diff shipped my-rates.yaml --inventory org.yaml"
)(rates_diff)

APPS = {"rates": _group}
