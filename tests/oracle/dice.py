"""Random numbers, ranges and days: every choice comes from one seeded generator."""

import datetime
import random
from collections.abc import Callable
from typing import Any

from tests.oracle.estate import Document

# months around which something happens: rates begin 2016-01-07, leap days, rotations are capped
# from 2024-05-01, digests lie under the key from 2025-05-22
STARTS = [
    "2016-02", "2020-10", "2023-12", "2024-02", "2024-04", "2025-03", "2025-05", "2026-11",
    "2027-01", "2028-01", "2028-02",
]  # fmt: skip


class Dice:
    """Draws the months of a forecast, and all that does not depend on anything drawn before."""

    def __init__(self, seed: int, schema: dict[str, Any]) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - no secret
        self.seed, self.schema = seed, schema
        self.start = self.rng.choice(STARTS)
        self.months = self.rng.choice([1, 1, 2, 2, 3, 4, 6])
        self.first = datetime.date.fromisoformat(f"{self.start}-01")

    def happens(self, probability: float) -> bool:
        """One of two."""
        return self.rng.random() < probability

    def knows(self, definition: str, key: str) -> bool:
        """True where the schema has a key that a version of the product may be without."""
        return key in self.schema["$defs"].get(definition, {}).get("properties", {})

    def maybe(
        self, entry: Document, key: str, draw: Callable[[], Any], chance: float = 0.3
    ) -> None:
        """Write a key, or leave it out."""
        if self.happens(chance):
            entry[key] = draw()

    def number(self, *choices: float) -> float:
        """One of the choices, or moved off it; a nothing seldom, because it hides the rest."""
        value = self.rng.choice(choices)
        if value == 0 and self.happens(0.7):
            value = self.rng.choice(choices)
        if value and self.happens(0.3):
            value = round(value * self.rng.uniform(0.8, 1.4), 2) or value
        return value

    def quantity(self, *choices: float) -> Any:
        """A number, or a range with or without `mid` and `source`."""
        number = self.number(*choices)
        if number == 0 or self.happens(0.6):
            return number
        low, high = round(number * 0.7, 3), round(number * 1.5, 3)
        return self._range(low, round(number * 1.1, 3), high)

    def share(self, *choices: float) -> Any:
        """A number from 0 to 1, or a range between."""
        number = self.rng.choice(choices)
        if number in (0, 1) or self.happens(0.4):
            return number
        return self._range(round(number / 2, 4), number, round((1 + number) / 2, 4))

    def growth(self) -> Any:
        """A yearly growth, with and without a percent sign."""
        choices: list[Any] = [0, 0.1, 0.25, -0.2, "10%", "150%", "2.5%", "-30%"]
        number = self.rng.choice(choices)
        if isinstance(number, str) or self.happens(0.5):
            return number
        low, high = round(number - 0.1, 3), round(number + 0.3, 3)
        if self.happens(0.3):
            return {"low": f"{low * 100:.1f}%", "high": f"{high * 100:.1f}%"}
        return self._range(low, number, high)

    def _range(self, low: float, mid: float, high: float) -> Document:
        value: Document = {"low": low, "high": high}
        self.maybe(value, "mid", lambda: mid, 0.5)
        self.maybe(value, "source", lambda: "measured: a week of October", 0.4)
        return value

    # days

    def day(self, *, years: float = 0.25) -> datetime.date:
        """A day before, in or after the months; often at the edge of a month."""
        span = int(365 * years)
        day = self.first + datetime.timedelta(self.rng.randint(-span, span + 31 * self.months))
        if self.happens(0.25):
            day = day.replace(day=1)
        return day

    def day_around(self, before: float, inside: float) -> datetime.date:
        """A day before, in or after the months, with the probability of the first two."""
        length = 30 * self.months
        spans = [(-400, 0), (0, length), (length, length + 90)]
        chances = [before, inside, 1 - before - inside]
        offset = self.rng.randint(*self.rng.choices(spans, chances)[0])
        day = self.first + datetime.timedelta(offset)
        return day.replace(day=1) if self.happens(0.2) else day

    def period(self, entry: Document, *, start: str = "from", chance: float = 0.3) -> None:
        """A first day and an end after it, each or neither."""
        begin = self.day_around(0.65, 0.3) if self.happens(chance) else None
        if begin:
            entry[start] = begin
        if self.happens(chance * 0.8):
            end = self.day_around(0.15, 0.5)
            if begin and end <= begin:
                end = begin + datetime.timedelta(self.rng.randint(1, 60))
            entry["until"] = end
