"""Growth of accounts and files: the factor of each month, and of the files of earlier months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from estimator.inventory.sections import Growth as GrowthSection
from estimator.months import ALWAYS, NEVER, FloatArray, Months, Period, first_of
from estimator.volume import formulas

ACCOUNTS = ("accounts_per_year",)
FILES = ("accounts_per_year", "files_per_year")


@dataclass(frozen=True)
class Segment:
    """A stretch of time in which files come with one growth.

    Attributes
    ----------
    period : Period
    since : int
        Whole months since `as_of`. [month]
    factor : float
        [-]
    """

    period: Period
    since: int
    factor: float


class Growth:
    """The factor that multiplies files in each month.

    Attributes
    ----------
    names : tuple of str
        The growths of the inventory that it is the product of.
    factor : array
        Of each month. [-]
    """

    def __init__(self, section: GrowthSection, names: tuple[str, ...], months: Months) -> None:
        self.names = names
        self._per_year = {name: getattr(section, name).mid for name in names}
        # an inventory without a day is taken to be true when the months begin
        self._as_of, self._months = section.as_of or months.firsts[0], months
        self.factor = self._factor(months.since(section.as_of))

    def _factor(self, since: FloatArray) -> FloatArray:
        factor = np.ones(len(since))
        for per_year in self._per_year.values():
            factor = factor * formulas.growth_factor(per_year, since)
        return factor

    @property
    def is_flat(self) -> bool:
        """True where nothing grows."""
        return not any(self._per_year.values())

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The months in which files were put, told apart where their growth differs."""
        # without growth no month need be told apart, and each segment costs a pass over all streams
        return (Segment(Period(), 0, 1.0),) if self.is_flat else self.months_of_put

    @property
    def months_of_put(self) -> tuple[Segment, ...]:
        """The month of `as_of` with all time before it, then each month up to the last one."""
        # the last of `firsts` is the day after the months
        last = self._months.firsts[-2]
        # 0 where `as_of` lies after the months: nothing grows before it
        count = max((last.year - self._as_of.year) * 12 + last.month - self._as_of.month, 0)
        factors = self._factor(np.arange(count + 1, dtype=np.float64))
        # files from before `as_of` are taken as they were then: nothing shrinks backwards
        bounds = [ALWAYS, *(first_of(self._as_of, n) for n in range(1, count + 1)), NEVER]
        return tuple(
            Segment(Period(bounds[n], bounds[n + 1]), n, float(factors[n]))
            for n in range(count + 1)
        )


def growths(section: GrowthSection, months: Months) -> Mapping[str, Growth]:
    """The growth of log files and that of digest files."""
    return {"logs": Growth(section, FILES, months), "digests": Growth(section, ACCOUNTS, months)}
