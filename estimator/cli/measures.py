"""`measure`: what really happened, from whatever the user has."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from estimator.cli.output import Format, Output, say, show, width
from estimator.cli.progress import progress_bar, sizes_of_files, sizes_of_inventory

if TYPE_CHECKING:
    from estimator.actuals.result import Actuals


class Engine(StrEnum):
    """Where log files are counted."""

    local = "local"
    spark = "spark"


Paths = Annotated[
    list[Path],
    typer.Argument(help="Files, or folders to search.", metavar="PATH...", readable=False),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        help="Tell apart, separated by commas: month, day, account, region, billed-account, "
        "billed-region, key, trail, reader, folder, cause, operation ...; or all.",
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Make a file that cannot be read an error.")]
Form = Annotated[Format, typer.Option("--format", "-f", help="How to write it.")]


def measure_cloudtrail(
    paths: Annotated[
        list[str],
        typer.Argument(help="Files, or folders to search; URLs with Spark.", metavar="PATH..."),
    ],
    by: By = None,
    strict: Strict = False,
    engine: Annotated[
        Engine, typer.Option("--engine", help="This machine's cores, or Apache Spark.")
    ] = Engine.local,
    master: Annotated[
        str | None,
        typer.Option("--master", help="Of Spark, such as spark://host:7077.", metavar="URL"),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", help="Processes. Default: one a core.")
    ] = None,
    form: Form = Format.table,
    output: Output = None,
) -> None:
    """Count the requests in CloudTrail's log files: exact, each once."""
    from estimator import measure_cloudtrail as measure

    sizes = partial(sizes_of_files, paths) if engine is Engine.local else None
    with progress_bar(sizes) as progress:
        told = measure(paths, by, strict, engine.value, master, jobs, progress)
    _show(told, form, output)


def measure_s3_inventory(
    manifest: Annotated[
        Path, typer.Argument(help="manifest.json of the inventory.", readable=False)
    ],
    by: By = None,
    strict: Strict = False,
    form: Form = Format.table,
    output: Output = None,
) -> None:
    """Count the puts that an S3 Inventory shows, from object names alone."""
    from estimator import measure_s3_inventory as measure

    with progress_bar(partial(sizes_of_inventory, manifest)) as progress:
        told = measure(manifest, by, strict, progress)
    _show(told, form, output)


def measure_s3_listing(
    paths: Paths,
    by: By = None,
    strict: Strict = False,
    form: Form = Format.table,
    output: Output = None,
) -> None:
    """Count the puts that a listing of the bucket shows.

    Takes the text of `aws s3 ls --recursive`, or the JSON of `aws s3api list-objects-v2`.
    """
    from estimator import measure_s3_listing as measure

    with progress_bar(partial(sizes_of_files, paths)) as progress:
        told = measure(paths, by, strict, progress)
    _show(told, form, output)


def measure_access_logs(
    paths: Paths,
    by: By = None,
    strict: Strict = False,
    form: Form = Format.table,
    output: Output = None,
) -> None:
    """Count the gets of CloudTrail's objects by requester, in S3 server access logs."""
    from estimator import measure_access_logs as measure

    with progress_bar(partial(sizes_of_files, paths)) as progress:
        told = measure(paths, by, strict, progress)
    _show(told, form, output)


def measure_bill(
    paths: Paths,
    by: By = None,
    strict: Strict = False,
    form: Form = Format.table,
    output: Output = None,
) -> None:
    """Read billed requests, keys, free part and cost out of a bill.

    Takes Cost and Usage Reports (legacy and 2.0) and FOCUS 1.0 to 1.2, as CSV or Parquet, plain,
    gzip or zip, or their manifest.
    """
    from estimator import measure_bill as measure

    told = measure(paths, by, strict)
    _show(told, form, output)


def _show(told: Actuals, form: Format, output: Path | None) -> None:
    if form is Format.json:
        from estimator.report.data import to_json

        show(to_json(told.to_dict()), output)
        return
    if form is Format.csv:
        from estimator.report.data import frame_csv

        show(frame_csv(told.rows), output)
    elif form is Format.markdown:
        from estimator.report.markdown import measured_markdown

        show(measured_markdown(told), output)
    else:
        from estimator.report.table import measured_table

        show(measured_table(told, 80 if output else width()), output)
    say(told.notices)


_group = typer.Typer(
    help="Count what really happened, from logs, object names and bills.",
    epilog="Example: kmscost measure cloudtrail examples/logs",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_group.command(
    "cloudtrail", epilog="Example: kmscost measure cloudtrail examples/logs --by day,cause"
)(measure_cloudtrail)
_group.command(
    "s3-inventory", epilog="Example: kmscost measure s3-inventory manifest.json --format json"
)(measure_s3_inventory)
_group.command(
    "s3-listing",
    epilog="Example: aws s3 ls --recursive s3://my-logs > names.txt; "
    "kmscost measure s3-listing names.txt",
)(measure_s3_listing)
_group.command("access-logs", epilog="Example: kmscost measure access-logs logs/ --by reader")(
    measure_access_logs
)
_group.command(
    "bill", epilog="Example: kmscost measure bill cur-00001.csv.gz --by billed-account,operation"
)(measure_bill)

APPS = {"measure": _group}
