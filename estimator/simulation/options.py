"""Draws, seed and quantiles as the user gives them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral

from pricing.reading.problems import Problem, UsageError

SEED = 0
FEWEST_DRAWS, MOST_DRAWS = 100, 500_000
# draws x months; requests and cost of each take 16 bytes
MOST_VALUES = 20_000_000


@dataclass(frozen=True)
class Options:
    """The number of draws, their seed, and the quantiles that are read off them."""

    draws: int
    seed: int
    quantiles: tuple[float, ...]


def read_options(
    draws: int, seed: int | None, quantile: str | float | Sequence[float], months: int
) -> Options:
    """The options, checked; quantiles sorted, each once.

    >>> read_options(100, None, "0.5, 0.05,0.5", 12)
    Options(draws=100, seed=0, quantiles=(0.05, 0.5))
    >>> read_options(100, None, "5%,95%", 12).quantiles
    (0.05, 0.95)

    Raises
    ------
    UsageError
        With every option that makes no sense.
    """
    problems = [*_draws_wrong(draws, months), *_seed_wrong(seed)]
    numbers: list[float] = []
    parts = quantile.split(",") if isinstance(quantile, str) else quantile
    for part in parts if isinstance(parts, Iterable) else [parts]:
        try:
            text = part.strip() if isinstance(part, str) else ""
            number = float(text[:-1]) / 100 if text.endswith("%") else float(part)
        except (TypeError, ValueError):
            number = -1.0
        if 0 < number < 1:
            numbers.append(number)
        else:
            fix = "write shares such as 5%,50%,95% or 0.05,0.5,0.95"
            found = repr(part.strip() if isinstance(part, str) else part)
            expected = "more than 0 and less than 1"
            problems.append(Problem("quantile", None, "", found, expected, fix))
    if not numbers and not problems:
        problems.append(Problem("quantile", None, "", "none", "at least one", "write 0.5"))
    if problems:
        raise UsageError(problems)
    return Options(int(draws), SEED if seed is None else int(seed), tuple(sorted(set(numbers))))


def _draws_wrong(draws: int, months: int) -> list[Problem]:
    # True is an int in Python
    if isinstance(draws, bool) or not isinstance(draws, Integral):
        return [Problem("draws", None, "", repr(draws), "a whole number", "write 10000")]
    if not FEWEST_DRAWS <= draws <= MOST_DRAWS:
        expected = f"{FEWEST_DRAWS:,} to {MOST_DRAWS:,}"
        return [Problem("draws", None, "", f"{draws:,}", expected, "10,000 are plenty")]
    if draws * months > MOST_VALUES:
        found, expected = (
            f"{draws:,} simulations of {months} months",
            f"at most {MOST_VALUES:,} in all",
        )
        return [
            Problem("draws", None, "", found, expected, "take fewer simulations or fewer months")
        ]
    return []


def _seed_wrong(seed: int | None) -> list[Problem]:
    if seed is None or (isinstance(seed, Integral) and not isinstance(seed, bool) and seed >= 0):
        return []
    return [Problem("seed", None, "", repr(seed), "a whole number from 0", f"write {SEED}")]
