"""The walk itself: its steps, and how it shows."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from estimator.explanation.sources import StepValue, step_values
from estimator.figures import count, money
from estimator.inventory import Inventory
from estimator.volume.equations import Equation
from pricing.notebook import NotebookResult


@dataclass(frozen=True)
class Step:
    """One line of the walk.

    Attributes
    ----------
    section, what : str
        What is computed.
    formula : str
        With its values; empty for a sum of what stands above.
    result : float
    unit : str
    values : tuple of StepValue
        The numbers of the formula, each with its source.
    source : str
        The sources that no step before has named.
    rule : mapping or None
        ``title``, ``url`` and ``checked`` of who says that it is worked out so.
    """

    section: str
    what: str
    formula: str
    result: float
    unit: str
    values: tuple[StepValue, ...] = ()
    source: str = ""
    rule: dict[str, Any] | None = None

    @property
    def all_sources(self) -> str:
        """The sources of its rule and all its values, those that stand above already too."""
        return "; ".join(self.sources.values())

    @property
    def sources(self) -> dict[str, str]:
        """Each source in words, under what tells whether it is the same as another one."""
        rule = {self.rule["title"]: self.rule["title"]} if self.rule else {}
        values = [value for value in self.values if value.description]
        return {**rule, **{value.identity: value.description for value in values}}

    def to_dict(self) -> dict[str, Any]:
        """As documented JSON."""
        return dataclasses.asdict(dataclasses.replace(self, source=self.all_sources))


def steps_of(parts: Iterable[tuple[str, Equation]], inventory: Inventory) -> tuple[Step, ...]:
    """Equations with their sections as steps; each names the sources that are new there."""
    known: set[str] = set()  # a source that stands above is not printed again
    steps = []
    for section, equation in parts:
        step = Step(
            section,
            equation.what,
            equation.text,
            equation.number,
            equation.unit,
            step_values(equation.values, equation.digits, inventory),
            rule=None if equation.rule is None else equation.rule.model_dump(mode="json"),
        )
        fresh = [name for key, name in step.sources.items() if key not in known]
        known.update(step.sources)
        steps.append(dataclasses.replace(step, source="; ".join(fresh)))
    return tuple(steps)


@dataclass(frozen=True, repr=False)
class Explanation(NotebookResult):
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
    other_interpretation : str
        The line with what the same costs under the other billing interpretation.
    notices : tuple of str
        Those of the forecast of this month.
    """

    month: str
    only: dict[str, str]
    steps: tuple[Step, ...]
    requests: float
    cost: float
    currency: str
    other_interpretation: str
    notices: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As documented JSON."""
        return {
            "month": self.month,
            "only": self.only,
            "steps": [step.to_dict() for step in self.steps],
            "requests": self.requests,
            "cost": self.cost,
            "currency": self.currency,
            "other_reading": self.other_interpretation,
            "notices": list(self.notices),
        }

    def __repr__(self) -> str:
        return f"<Explanation {self.title}: {self.currency} {money(self.cost)}>"

    def line(self, step: Step) -> str:
        """A step in one line; a formula that is the number itself says nothing more."""
        shown = self.format_result(step)
        formula = "" if step.formula in ("", shown) else f"{step.formula} = "
        unit = step.unit.removesuffix("s") if shown == "1" else step.unit
        return f"{step.what}: {formula}{shown} {unit}"

    def __str__(self) -> str:
        lines, section = [f"{self.title}:"], ""
        for step in self.steps:
            if step.section != section:
                section = step.section
                lines += ["", section]
            lines.append(f"  {self.line(step)}")
            if step.source:
                lines.append(f"    source: {step.source}")
        lines += ["", self.other_interpretation]
        return "\n".join(lines)

    def format_result(self, step: Step) -> str:
        """The result of a step as it is printed."""
        return money(step.result) if step.unit == self.currency else count(step.result)

    @property
    def title(self) -> str:
        """The choice that is explained, in words."""
        only = ", ".join(f"{name} {value}" for name, value in self.only.items())
        return f"KMS because of CloudTrail in {self.month}" + (f", {only}" if only else "")
