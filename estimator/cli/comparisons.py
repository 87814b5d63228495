"""`compare`: inventories and what-ifs side by side, and a gate for pull requests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.output import (
    Discount,
    Form,
    Format,
    Months,
    Output,
    Rates,
    Settings,
    Start,
    read_discount,
    say,
    show,
    width,
)

_OVER = 3


def compare(
    base: Annotated[
        Path, typer.Argument(help="Inventory that all others are compared with.", metavar="BASE")
    ],
    other: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Other inventories, or scenario files; --set holds on top of each.",
            metavar="OTHER",
        ),
    ] = None,
    start: Start = None,
    months: Months = 12,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            help="Tell apart, separated by commas: trail, reader, account, region, billed-account, "
            "billed-region, payer, key, cause, operation; or all.",
        ),
    ] = None,
    settings: Settings = None,
    fail_over: Annotated[
        str | None,
        typer.Option(
            "--fail-over",
            help="Exit with 3 where something costs more than BASE by this share or amount over "
            "the whole span.",
            metavar="10%|USD",
        ),
    ] = None,
    rates: Rates = None,
    discount: Discount = "0%",
    form: Form = Format.table,
    output: Output = None,
) -> None:
    """Compare inventories, or what-ifs: requests, cost, and why."""
    from estimator import compare as compute
    from estimator.scenarios.comparison import read_limit

    limit = None if fail_over is None else read_limit(fail_over)
    told = compute(base, other or (), start, months, by, settings, rates, read_discount(discount))
    over = None if limit is None else told.over(limit.text)
    if form is Format.json:
        from estimator.report.data import to_json

        show(to_json(told.to_dict()), output)
    elif form is Format.csv:
        from estimator.report.data import frame_csv

        say(told.notices)
        show(frame_csv(told.rows), output)
    elif form is Format.markdown:
        from estimator.report.comment import comparison_markdown

        show(comparison_markdown(told, limit, over), output)
    else:
        from estimator.report.compared import comparison_table

        show(comparison_table(told, width(output)), output)
        say(told.notices)
    if over is not None:
        typer.echo(f"over the limit: {over}", err=True)
        raise typer.Exit(_OVER)


APPS = {
    "compare": single(
        compare,
        "Example: kmscost compare examples/organization.yaml "
        "--set 'trails[org].bucket.bucket_key=true' --fail-over 10%",
    )
}
