"""Where each value of a formula comes from: a line of a file, AWS's own text, or a default."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from estimator.figures import noun_of
from estimator.inventory import Inventory
from estimator.volume.equations import Assumption, Value, operand
from pricing.reading.validation import Source

_DEFAULT = "default of kmscost"
_MOST_LINES = 10_000
_DIGITS = 10  # of the ends of a range, which somebody wrote


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


def step_values(
    values: Iterable[Value], digits: int, inventory: Inventory
) -> tuple[StepValue, ...]:
    """The values of a formula with their sources, each once."""
    return tuple(_step_values(dict.fromkeys(values), digits, inventory))


def _step_values(values: Iterable[Value], digits: int, inventory: Inventory) -> Iterator[StepValue]:
    for value in values:
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
