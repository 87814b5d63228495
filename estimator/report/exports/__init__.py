"""What leaves the terminal: a forecast in the forms that other tools take in.

An export is of a `Source`, which `forecast_of` makes a forecast. What leaves is a table, text, or
`Calls`: the inputs of AWS's own commands.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from estimator.forecasting import Forecast, forecast
from estimator.inventory import Inventory
from estimator.volume.columns import grain, key_columns
from pricing.notebook import NotebookResult
from pricing.rates import RateTable
from pricing.reading.problems import Problem, UsageError

# an inventory or its path; a forecast brings its own months, rates and discount
Source = Inventory | Forecast | str | Path


def forecast_of(
    source: Source,
    start: str | datetime.date | None,
    months: int,
    by: str | Sequence[str] | None,
    rates: RateTable | str | Path | None,
    discount: float,
    needed: Sequence[str] = (),
) -> Forecast:
    """The forecast to export, its rows told apart by the columns of `by` and those `needed`.

    Raises
    ------
    KmscostError
        The inventory or an option is wrong; or a forecast was given, which has its own, and an
        option beside it.
    """
    if isinstance(source, Forecast):
        refuse_beside_forecast(start=start, rates=rates, discount=discount or None)
        wanted = key_columns((*(source.by if by is None else grain(by)), *needed))
        if wanted == source.by:
            return source
        span = source.months
        return forecast(
            source.inventory, span.start, span.count, wanted, source.table, source.discount
        )
    return forecast(source, start, months, key_columns((*grain(by), *needed)), rates, discount)


def refuse_beside_forecast(**given: object) -> None:
    """Options beside a forecast that was made already would count for nothing."""
    for name, value in given.items():
        if value is not None:
            expected = "a forecast alone: it has its own months, rates and discount"
            raise UsageError(Problem(name, None, "", repr(value), expected, ""))


@dataclass(frozen=True, eq=False, repr=False)
class Calls(NotebookResult):
    """The inputs of an AWS command, as it takes them by ``--cli-input-json``.

    Attributes
    ----------
    command : str
        Such as ``aws budgets create-budget``.
    inputs : tuple of dict
        One for each call.
    notices : tuple of str
        What to know before calling.
    """

    command: str
    inputs: tuple[dict[str, Any], ...]
    notices: tuple[str, ...]

    def to_json(self) -> str:
        """The input of the only call, or a list of the inputs of all."""
        document = self.inputs[0] if len(self.inputs) == 1 else list(self.inputs)
        return f"{json.dumps(document, indent=2, allow_nan=False)}\n"

    def __repr__(self) -> str:
        return f"<Calls {self.command}: {len(self.inputs):,}>"
