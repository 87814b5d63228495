"""`calibrate`: learn from what was measured."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.output import (
    FormatOrYaml,
    InventoryPath,
    Output,
    answer,
    answer_format,
    say,
    show,
)

ActualsPaths = Annotated[
    list[Path],
    typer.Argument(
        help="JSON or CSV of measure, or log files and folders of them.", metavar="ACTUALS"
    ),
]


def calibrate(
    inventory: InventoryPath,
    actuals: ActualsPaths,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Use data that is not good enough all the same.", show_default=False
        ),
    ] = False,
    form: Annotated[
        FormatOrYaml | None,
        typer.Option(
            "--format",
            "-f",
            help="The inventory (yaml), or what changed in it. Default: what --output ends with, "
            "else yaml.",
        ),
    ] = None,
    output: Output = None,
) -> None:
    """Put what was measured into an inventory, as ranges."""
    from estimator import calibrate as learn
    from estimator.report.answers.calibration import CalibrationAnswer

    calibration = learn(inventory, actuals, force)
    own = answer_format(form)
    if own is None:
        show(calibration.text, output)
        say(calibration.notices)
    else:
        answer(CalibrationAnswer(calibration), own, output)
    say([calibration.summary])


app = single(
    calibrate,
    "kmscost measure cloudtrail logs/ --format json --output october.json; "
    "kmscost calibrate inventory.yaml october.json --output calibrated.yaml",
)
