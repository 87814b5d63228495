"""`calibrate` and `backtest`: learn from what was measured, and ask whether that helps."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.output import Form, Format, InventoryPath, Output, Rates, say, show, width


class CalibrateFormat(StrEnum):
    """How a calibration is written: the inventory itself, or what changed in it."""

    yaml = "yaml"
    table = "table"
    csv = "csv"
    json = "json"
    markdown = "markdown"


ActualsPaths = Annotated[
    list[Path],
    typer.Argument(
        help="JSON or CSV of measure, or log files and folders of them.", metavar="ACTUALS..."
    ),
]


def calibrate(
    inventory: InventoryPath,
    actuals: ActualsPaths,
    force: Annotated[
        bool, typer.Option("--force", help="Use data that is not good enough all the same.")
    ] = False,
    form: Annotated[
        CalibrateFormat,
        typer.Option("--format", "-f", help="The inventory (yaml), or what changed in it."),
    ] = CalibrateFormat.yaml,
    output: Output = None,
) -> None:
    """Put what was measured into an inventory, as ranges."""
    from estimator import calibrate as compute

    told = compute(inventory, actuals, force)
    if form is CalibrateFormat.yaml:
        show(told.text, output)
    elif form is CalibrateFormat.json:
        from estimator.report.data import to_json

        show(to_json(told.to_dict()), output)
        return
    elif form is CalibrateFormat.csv:
        from estimator.report.data import frame_csv

        show(frame_csv(told.changes), output)
    elif form is CalibrateFormat.markdown:
        from estimator.report.calibrated import calibrated_markdown

        show(calibrated_markdown(told), output)
        return
    else:
        from estimator.report.calibrated import calibrated_table

        show(calibrated_table(told, width(output)), output)
    say((*told.notices, told.summary))


def backtest(
    inventory: InventoryPath,
    actuals: ActualsPaths,
    horizon: Annotated[
        str, typer.Option("--horizon", help="Days that each fold forecasts.", metavar="DAYS")
    ] = "28d",
    rates: Rates = None,
    form: Form = Format.table,
    output: Output = None,
) -> None:
    """Replay history: would the calibrated forecast have been right?"""
    from estimator import backtest as compute

    told = compute(inventory, actuals, horizon, rates)
    if form is Format.json:
        from estimator.report.data import to_json

        show(to_json(told.to_dict()), output)
        return
    if form is Format.csv:
        from estimator.report.data import frame_csv

        show(frame_csv(told.frame), output)
        say([told.verdict])
    elif form is Format.markdown:
        from estimator.report.backtested import backtest_markdown

        show(backtest_markdown(told), output)
        return
    else:
        from estimator.report.backtested import backtest_table

        show(backtest_table(told, width(output)), output)
    say(told.notices)


APPS = {
    "calibrate": single(
        calibrate,
        "Example: kmscost measure cloudtrail logs/ --format json --output october.json; "
        "kmscost calibrate inventory.yaml october.json --output calibrated.yaml",
    ),
    "backtest": single(
        backtest, "Example: kmscost backtest inventory.yaml october.json --horizon 7d"
    ),
}
