"""`measure`: what really happened, from whatever the user has."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from estimator.cli.application import group
from estimator.cli.output import Form, Output, answer, show
from estimator.cli.progress import progress_bar, sizes_of_files, sizes_of_inventory
from pricing.reading.problems import Problem, UsageError

if TYPE_CHECKING:
    from estimator.measurement.result import Actuals
    from estimator.report.formats import Format


class Engine(StrEnum):
    """The engine that counts log files."""

    local = "local"
    spark = "spark"


Paths = Annotated[
    list[Path],
    typer.Argument(help="Files, or folders to search.", metavar="PATH", readable=False),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        help="Tell apart, separated by commas: month, day, account, region, billed-account, "
        "billed-region, key, trail, reader, folder, service, caller, resource, cause, "
        "operation, meter ...; or all.",
        metavar="COLUMN,...",
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Make a file that cannot be read an error.")]


def measure_cloudtrail(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files, or folders to search; URLs with Spark.", metavar="PATH"),
    ] = None,
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
        int | None, typer.Option("--jobs", help="Processes. Default: one a core.", metavar="NUMBER")
    ] = None,
    athena: Annotated[
        bool,
        typer.Option(
            "--athena-sql",
            help="Read nothing, print the query that lets Athena count: see measure athena.",
        ),
    ] = False,
    table: Annotated[
        str | None,
        typer.Option(
            "--table", help="Of --athena-sql. Default: cloudtrail_logs.", metavar="[DATABASE.]NAME"
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", help="Of --athena-sql: first day.", metavar="YYYY-MM[-DD]"),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", help="Of --athena-sql: day after the last.", metavar="YYYY-MM[-DD]"
        ),
    ] = None,
    bucket_keys: Annotated[
        bool | None,
        typer.Option(
            "--bucket-keys/--no-bucket-keys",
            help="Replay S3 Bucket Keys too, for attribute, advise and report: up to twice the "
            "time. Default: in JSON without --by.",
        ),
    ] = None,
    form: Form = None,
    output: Output = None,
) -> None:
    """Count the requests in CloudTrail's log files: exact, each once."""
    options = {"table": table, "start": start, "until": until}
    asked = {name: value for name, value in options.items() if value is not None}
    _check_asked(paths, athena, asked)
    if engine is Engine.local and master is not None:
        expected = "it with --engine spark only"
        raise UsageError(Problem("--master", None, "", repr(master), expected, ""))
    if athena:
        counted = {"--by": by, "--strict": strict, "--jobs": jobs, "--engine": engine.value}
        counted |= {"--bucket-keys": bucket_keys, "--format": form and form.value}
        for name, value in counted.items():
            if value not in (None, False, "local"):
                expected = "it where something is read: --athena-sql prints a query"
                raise UsageError(Problem(name, None, "", str(value), expected, ""))
        from estimator import athena_sql

        show(athena_sql(**asked), output)
        return
    from estimator import measure_cloudtrail as measure

    paths = paths or []
    sizes = partial(sizes_of_files, paths) if engine is Engine.local else None
    if bucket_keys is None:
        # what is kept is asked again, and nothing but the logs tells when requests were made
        bucket_keys = form is not None and form.value == "json" and by is None
    with progress_bar(sizes) as progress:
        actuals = measure(paths, by, strict, engine.value, master, jobs, progress, bucket_keys)
    _answer(actuals, form, output)


def _check_asked(paths: list[str] | None, athena: bool, asked: dict[str, str]) -> None:
    """Log files are counted here, or by Athena: not both at once."""
    if athena and paths:
        raise UsageError(Problem("--athena-sql", None, "", "a path", "none: nothing is read", ""))
    if not athena and asked:
        found = "--table, --from or --until"
        raise UsageError(Problem("PATH", None, "", found, "them with --athena-sql only", ""))
    if not athena and not paths:
        expected = "a file or a folder, or --athena-sql"
        raise UsageError(Problem("PATH", None, "", "no path", expected, ""))


def measure_athena(
    paths: Annotated[
        list[Path], typer.Argument(help="Results, or folders of them.", metavar="RESULT.csv")
    ],
    by: By = None,
    strict: Strict = False,
    form: Form = None,
    output: Output = None,
) -> None:
    """Read the result of the query that `measure cloudtrail --athena-sql` prints."""
    from estimator import measure_athena as measure

    actuals = measure(paths, by, strict)
    _answer(actuals, form, output)


def measure_s3_inventory(
    manifest: Annotated[
        Path,
        typer.Argument(
            help="manifest.json of the inventory, or the folder of it: the newest counts.",
            metavar="MANIFEST",
            readable=False,
        ),
    ],
    by: By = None,
    strict: Strict = False,
    form: Form = None,
    output: Output = None,
) -> None:
    """Count the puts that an S3 Inventory shows, from object names alone."""
    from estimator import measure_s3_inventory as measure

    with progress_bar(partial(sizes_of_inventory, manifest)) as progress:
        actuals = measure(manifest, by, strict, progress)
    _answer(actuals, form, output)


def measure_s3_listing(
    paths: Paths,
    by: By = None,
    strict: Strict = False,
    form: Form = None,
    output: Output = None,
) -> None:
    """Count the puts that a listing of the bucket shows.

    Takes what `aws s3 ls --recursive` and `aws s3api list-objects-v2` write, with --query or
    not, what s5cmd, rclone and mc list, and names one a line.
    """
    from estimator import measure_s3_listing as measure

    with progress_bar(partial(sizes_of_files, paths)) as progress:
        actuals = measure(paths, by, strict, progress)
    _answer(actuals, form, output)


def measure_access_logs(
    paths: Paths,
    by: By = None,
    strict: Strict = False,
    form: Form = None,
    output: Output = None,
) -> None:
    """Count the gets of CloudTrail's objects by requester, in S3 server access logs."""
    from estimator import measure_access_logs as measure

    with progress_bar(partial(sizes_of_files, paths)) as progress:
        actuals = measure(paths, by, strict, progress)
    _answer(actuals, form, output)


def measure_bill(
    paths: Paths,
    by: By = None,
    strict: Strict = False,
    form: Form = None,
    output: Output = None,
) -> None:
    """Read billed requests, keys, free part and cost out of a bill.

    Takes Cost and Usage Reports (legacy and 2.0) and FOCUS, as CSV, Parquet or workbook, packed or
    not, or their manifest; detailed billing reports, the CSV of the Bills page, and what Cost
    Explorer exports by usage type (CSV, and the JSON of `aws ce get-cost-and-usage`).
    """
    from estimator import measure_bill as measure

    actuals = measure(paths, by, strict)
    _answer(actuals, form, output)


def _answer(actuals: Actuals, form: Format | None, output: Path | None) -> None:
    from estimator.report.answers.measurement import MeasurementAnswer

    answer(MeasurementAnswer(actuals), form, output)


app = group(
    "Count what really happened, from logs, object names and bills.",
    (
        "cloudtrail",
        measure_cloudtrail,
        "kmscost measure cloudtrail examples/logs --by day,cause",
    ),
    (
        "athena",
        measure_athena,
        (
            "kmscost measure cloudtrail --athena-sql --from 2026-10 --until 2026-11 "
            "--output query.sql; then, of what Athena answers: kmscost measure athena RESULT.csv"
        ),
    ),
    (
        "s3-inventory",
        measure_s3_inventory,
        "kmscost measure s3-inventory manifest.json --format json",
    ),
    (
        "s3-listing",
        measure_s3_listing,
        "aws s3 ls --recursive s3://my-logs > names.txt; kmscost measure s3-listing names.txt",
    ),
    (
        "access-logs",
        measure_access_logs,
        "kmscost measure access-logs logs/ --by reader",
    ),
    (
        "bill",
        measure_bill,
        "kmscost measure bill cur-00001.csv.gz --by billed-account,operation",
    ),
    epilog="Example: kmscost measure cloudtrail examples/logs",
)
