"""The walk itself: its steps, where each of their values comes from, and how it shows.

A value comes from a line of a file, from AWS's own text, or is a default.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from estimator.figures import count, money, noun_of
from estimator.inventory import Inventory
from estimator.volume.equations import Assumption, Equation, Value, operand
from pricing.notebook import NotebookResult
from pricing.reading.validation import Source

_DEFAULT = "default of kmscost"
_MOST_LINES = 10_000
_DIGITS = 10  # of the ends of a range, which somebody wrote


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


@dataclass(frozen=True)
class StepValue:
    """A number of a formula with its source.

    Attributes
    ----------
    number : float
    words : str
        What it counts.
    shown : str
        The number and its words, as the formula shows them.
    assumption : str or None
        What it is called in the inventory.
    low, high : float or None
        The ends of its range; None where it is a number.
    source : mapping or None
        ``title``, ``url`` and ``checked`` of what AWS says, or the ``text`` that the inventory
        gives with ``path`` and ``line`` of where it stands; ``also`` has further lines that say the
        same. None for what is counted or worked out.
    """

    number: float
    words: str
    shown: str
    assumption: str | None
    low: float | None
    high: float | None
    source: dict[str, Any] | None

    @property
    def identity(self) -> str:
        """The same for the same number of the same source, however many digits are shown."""
        return f"{self.number!r} {self.words} {self.source}"

    @property
    def description(self) -> str:
        """The value and its source in one line; empty where nobody says it."""
        parts = []
        if self.low is not None and self.high is not None:
            low, high = operand(self.low, _DIGITS), operand(self.high, _DIGITS)
            parts.append(f"typical of {low} to {high}")
        source = self.source or {}
        if "title" in source:
            parts.append(source["title"])
        elif source.get("text") == _DEFAULT:
            parts.append("default")
        elif source.get("text"):
            parts.append(f"source: {source['text']}")
        if source.get("path"):
            more = len(source.get("also", ()))
            lines = f" and {more:,} more {noun_of(more, 'line')}" if more else ""
            parts.append(f"{source['path']}:{source['line']}{lines}")
        return f"{self.shown} ({'; '.join(parts)})" if parts else ""


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
            tuple(_step_values(equation.values, equation.digits, inventory)),
            rule=None if equation.rule is None else equation.rule.model_dump(mode="json"),
        )
        fresh = [name for key, name in step.sources.items() if key not in known]
        known.update(step.sources)
        steps.append(dataclasses.replace(step, source="; ".join(fresh)))
    return tuple(steps)


def _step_values(values: Iterable[Value], digits: int, inventory: Inventory) -> Iterator[StepValue]:
    """The values of a formula with their sources, each once."""
    for value in dict.fromkeys(values):
        origin = value.origin
        if not value.words and not value.before and origin is None:
            continue  # a 1 that something is taken from, a result that stands above
        assumption, low, high = None, None, None
        if isinstance(origin, Assumption):
            assumption = origin.paths[0] if origin.paths else None
            if not origin.range.is_number:
                low, high = origin.range.low, origin.range.high
        words = " ".join(filter(None, (value.before, value.words)))
        shown, source = value.name(digits), _source(origin, inventory)
        yield StepValue(value.number, words, shown, assumption, low, high, source)


def _source(origin: Assumption | Source | None, inventory: Inventory) -> dict[str, Any] | None:
    if origin is None:
        return None
    if isinstance(origin, Source):
        return origin.model_dump(mode="json")
    # an inventory made in Python, or a default, has no line
    places = [inventory.places[path] for path in origin.paths if path in inventory.places]
    text = origin.range.source or (_DEFAULT if origin.is_default else None)
    if not places:
        return None if text is None else {"text": text, "path": None, "line": None}
    source: dict[str, Any] = {"text": text, "path": places[0].path, "line": places[0].line}
    also = dict.fromkeys(places[1:])
    if also:
        source["also"] = [place._asdict() for place in list(also)[:_MOST_LINES]]
    return source
