"""Inputs of AWS's own commands: one JSON object for each call."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pricing.notebook import NotebookResult


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
