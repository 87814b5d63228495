"""The walk itself: its steps, and how it shows."""

from __future__ import annotations

import dataclasses
import html
from dataclasses import dataclass
from typing import Any

import pandas as pd

from estimator.figures import count, money


@dataclass(frozen=True)
class Step:
    """One line of the walk: what is computed, the formula with its values, the result."""

    section: str
    what: str
    formula: str
    result: float
    unit: str
    source: str = ""


@dataclass(frozen=True, repr=False)
class Explanation:
    """A walk from assumptions to the figure that the forecast prints.

    Attributes
    ----------
    month : str
    only : mapping
        What the walk was narrowed down to: account, region, trail.
    steps : tuple of Step
    requests, cost : float
        The forecast's own figures for this month and choice. [request, currency]
    currency : str
    other_reading : str
        The line with what the same costs under the other reading.
    """

    month: str
    only: dict[str, str]
    steps: tuple[Step, ...]
    requests: float
    cost: float
    currency: str
    other_reading: str

    def to_dict(self) -> dict[str, Any]:
        """As documented JSON."""
        return dataclasses.asdict(self)

    def __repr__(self) -> str:
        return f"<Explanation {self.title}: {self.currency} {money(self.cost)}>"

    def __str__(self) -> str:
        lines, section = [f"{self.title}:"], ""
        for step in self.steps:
            if step.section != section:
                section = step.section
                lines += ["", section]
            formula = f"{step.formula} = " if step.formula else ""
            shown = money(step.result) if step.unit == self.currency else count(step.result)
            lines.append(f"  {step.what}: {formula}{shown} {step.unit}")
            if step.source:
                lines.append(f"    source: {step.source}")
        lines += ["", self.other_reading]
        return "\n".join(lines)

    @property
    def title(self) -> str:
        """What is explained."""
        only = ", ".join(f"{name} {value}" for name, value in self.only.items())
        return f"KMS because of CloudTrail in {self.month}" + (f", {only}" if only else "")

    def _repr_html_(self) -> str:
        frame = pd.DataFrame([dataclasses.asdict(step) for step in self.steps]).astype(object)
        frame["result"] = [
            money(step.result) if step.unit == self.currency else count(step.result)
            for step in self.steps
        ]
        table = frame.to_html(index=False)
        return f"{table}<p>{html.escape(self.other_reading)}</p>"
