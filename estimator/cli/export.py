"""`export`: a forecast in the forms that other tools take in."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from estimator.cli.application import group
from estimator.cli.output import (
    By,
    Discount,
    Draws,
    Endings,
    InventoryPath,
    Months,
    Output,
    Rates,
    Seed,
    Start,
    read_discount,
    read_share_option,
    say,
    show,
    show_bytes,
)
from estimator.cli.simulate import Quantile

if TYPE_CHECKING:
    from estimator.report.exports.table import Table


class FileFormat(StrEnum):
    """The format of a table."""

    csv = "csv"
    json = "json"
    parquet = "parquet"
    xlsx = "xlsx"


Form = Annotated[
    FileFormat | None,
    typer.Option("--format", "-f", help="Default: what --output ends with, else csv."),
]


def export_focus(
    inventory: InventoryPath,
    start: Start = None,
    months: Months = 12,
    by: By = None,
    rates: Rates = None,
    discount: Discount = "0%",
    form: Form = None,
    output: Output = None,
) -> None:
    """Write a forecast as FOCUS 1.2 cost and usage rows, marked by x_IsForecast."""
    from estimator import export_focus as export

    _write(export(inventory, start, months, by, rates, read_discount(discount)), form, output)


def export_aws_budgets(
    inventory: InventoryPath,
    start: Start = None,
    months: Annotated[
        int, typer.Option("--months", help="How many: 1 to 12.", metavar="NUMBER")
    ] = 12,
    rates: Rates = None,
    discount: Discount = "0%",
    limits: Annotated[
        str | None,
        typer.Option(
            "--limits",
            help="What a month may cost: budgets of the inventory, or what the forecast says. "
            "Default: budgets, where there are any.",
            metavar="budgets|forecast",
        ),
    ] = None,
    margin: Annotated[
        str,
        typer.Option(
            "--margin", help="Added to the limits of the forecast, as 20%.", metavar="SHARE"
        ),
    ] = "0%",
    notify: Annotated[
        list[str] | None,
        typer.Option(
            "--notify", help="Whom to tell; may be repeated.", metavar="ADDRESS|TOPIC-ARN"
        ),
    ] = None,
    budget: Annotated[
        str | None, typer.Option("--budget", help="Only this one.", metavar="NAME")
    ] = None,
    output: Annotated[Output, Endings((".json",))] = None,
) -> None:
    """Write budgets with planned monthly limits for `aws budgets create-budget`."""
    from estimator import export_aws_budgets as export

    budgets = export(
        inventory,
        start,
        months,
        rates,
        read_discount(discount),
        limits,
        read_share_option("--margin", margin, 10),
        notify or (),
        budget,
    )
    show(budgets.to_json(), output)
    say(budgets.notices)


def export_bcm(
    inventory: InventoryPath,
    start: Start = None,
    months: Months = 1,
    kind: Annotated[
        str,
        typer.Option(
            "--kind", help="What the lines are for.", metavar="workload-estimate|bill-scenario"
        ),
    ] = "workload-estimate",
    estimate_id: Annotated[
        str | None, typer.Option("--estimate-id", help="AWS's id of it.", metavar="ID")
    ] = None,
    output: Annotated[Output, Endings((".json",))] = None,
) -> None:
    """Write usage lines for the API of AWS's Pricing Calculator."""
    from estimator import export_bcm as export

    lines = export(inventory, start, months, kind, estimate_id)
    show(lines.to_json(), output)
    say(lines.notices)


def export_prometheus(
    inventory: InventoryPath,
    start: Start = None,
    months: Months = 12,
    by: By = None,
    rates: Rates = None,
    discount: Discount = "0%",
    output: Annotated[Output, Endings((".prom", ".txt", ".om"))] = None,
) -> None:
    """Write a forecast as OpenMetrics text, for a Pushgateway or a textfile collector."""
    from estimator import export_prometheus as export

    metrics = export(inventory, start, months, by, rates, read_discount(discount))
    show(metrics.text, output)
    say(metrics.notices)


def export_frame(
    source: Annotated[
        Path,
        typer.Argument(
            help="Inventory file; of --frame actuals what measure wrote, or logs.", metavar="SOURCE"
        ),
    ],
    frame: Annotated[
        str,
        typer.Option(
            "--frame",
            help="usage, charges, actuals, quantiles, drivers, budgets, events, budget_use or "
            "quotas.",
            metavar="NAME",
        ),
    ] = "charges",
    start: Start = None,
    months: Months = 12,
    by: By = None,
    rates: Rates = None,
    discount: Discount = "0%",
    draws: Draws = 10_000,
    seed: Seed = None,
    quantile: Quantile = "5%,50%,95%",
    form: Form = None,
    output: Output = None,
) -> None:
    """Write any frame, with the unit and meaning of each column."""
    from estimator import export_frame as export

    share = read_discount(discount)
    table = export(source, frame, start, months, by, rates, share, draws, seed, quantile)
    _write(table, form, output)


def _write(table: Table, form: FileFormat | None, output: Path | None) -> None:
    from estimator.report.exports.table_writers import write_table

    content = write_table(table, form or FileFormat.csv)
    if isinstance(content, bytes):
        show_bytes(content, output)
    else:
        show(content, output)
    say(table.notices)


app = group(
    "Write a forecast in the forms that other tools take in.",
    (
        "focus",
        export_focus,
        "kmscost export focus examples/organization.yaml --output focus.parquet",
    ),
    (
        "aws-budgets",
        export_aws_budgets,
        (
            "kmscost export aws-budgets examples/organization.yaml --notify finops@example.com "
            "--output budget.json; then: aws budgets create-budget "
            "--cli-input-json file://budget.json"
        ),
    ),
    (
        "bcm",
        export_bcm,
        (
            "kmscost export bcm examples/organization.yaml --from 2026-11 --output usage.json; "
            "then: aws bcm-pricing-calculator batch-create-workload-estimate-usage "
            "--cli-input-json file://usage.json"
        ),
    ),
    (
        "prometheus",
        export_prometheus,
        "kmscost export prometheus examples/organization.yaml --by trail,cause",
    ),
    (
        "frame",
        export_frame,
        "kmscost export frame examples/organization.yaml --frame charges --output charges.xlsx",
    ),
    epilog="Example: kmscost export focus examples/organization.yaml --output focus.parquet",
)
