"""`backtest`: would learning from what was measured have helped?"""

from __future__ import annotations

from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.calibrate import ActualsPaths
from estimator.cli.output import Form, InventoryPath, Output, Rates, answer


def backtest(
    inventory: InventoryPath,
    actuals: ActualsPaths,
    horizon: Annotated[
        str, typer.Option("--horizon", help="Days that each fold forecasts.", metavar="DAYS")
    ] = "28d",
    rates: Rates = None,
    form: Form = None,
    output: Output = None,
) -> None:
    """Replay history: would the calibrated forecast have been right?"""
    from estimator import backtest as replay
    from estimator.report.answers.backtest import BacktestAnswer

    answer(BacktestAnswer(replay(inventory, actuals, horizon, rates)), form, output)


app = single(backtest, "kmscost backtest inventory.yaml october.json --horizon 7d")
