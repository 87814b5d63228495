"""`rates show`, `rates import` and `rates diff`: what is in force, where from, what changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from estimator.cli.application import group
from estimator.cli.output import (
    Endings,
    Form,
    FormatOrYaml,
    Months,
    Output,
    Rates,
    Start,
    answer,
    answer_format,
    say,
    show,
    tell_next,
)
from pricing.reading.written_days import read_day_option


def rates_show(
    on: Annotated[
        str | None, typer.Option("--on", help="Default: today.", metavar="YYYY-MM-DD")
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", help="Only this Region.", metavar="REGION")
    ] = None,
    rates: Rates = None,
    form: Annotated[
        FormatOrYaml | None,
        typer.Option(
            "--format",
            "-f",
            help="yaml is the table itself. Default: what --output ends with, else table.",
        ),
    ] = None,
    output: Output = None,
) -> None:
    """Print the rates in force on a day, and why."""
    from estimator import load_rates
    from estimator import rates_show as in_force
    from estimator.forecasting.quotas import load_quotas
    from estimator.report.answers.rates import RatesAnswer
    from pricing.regions import check_region_option

    own, day, table = answer_format(form), read_day_option(on), load_quotas()
    quotas = {region: table.of(region)} if region else dict(table.requests_per_second)
    if form is not None and own is None:
        if region is not None:
            check_region_option("region", region, "a Region's code")
        show(Path(load_rates(rates).path).read_text(encoding="utf-8"), output)
        return
    answer(RatesAnswer(in_force(day, region, rates), quotas), own, output)


def rates_import(
    file: Annotated[
        list[Path],
        typer.Argument(
            help="AWS Price List offer file of awskms or AWSCloudTrail (JSON or CSV, all Regions "
            "or one), or AWS Pricing Calculator's feed; gzipped or not. Several make one table.",
            metavar="FILE",
        ),
    ],
    output: Annotated[Output, Endings((".yaml", ".yml"))] = None,
) -> None:
    """Turn AWS's own price files into a rate table for --rates."""
    from estimator import rates_import as read

    imported = read(file)
    say(imported.notices)
    show(imported.yaml, output)
    if output is not None:
        tell_next(f"Wrote {output}. Next: `kmscost forecast INVENTORY --rates {output}`.")


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
    months: Months = 12,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            help="Compare what is in force on this day. Default: the newest of each.",
            metavar="YYYY-MM-DD",
        ),
    ] = None,
    form: Form = None,
    output: Output = None,
) -> None:
    """Say which rates changed, and what it means in money for an inventory."""
    from estimator import rates_diff as compare
    from estimator.report.answers.rates import RatesDiffAnswer

    answer(RatesDiffAnswer(compare(a, b, inventory, start, months, on)), form, output)


app = group(
    "Show, import and compare the rates that forecasts are priced with.",
    ("show", rates_show, "kmscost rates show --on 2026-11-01 --region us-gov-west-1"),
    ("import", rates_import, "kmscost rates import awskms.json --output my-rates.yaml"),
    ("diff", rates_diff, "kmscost rates diff shipped my-rates.yaml --inventory org.yaml"),
    epilog="Example: kmscost rates show --on 2026-11-01 --region us-gov-west-1",
)
