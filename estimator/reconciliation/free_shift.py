"""Free requests that a bill of a part of a month has on other days than its forecast.

AWS gives a month's free requests as they come, from its first day on; a forecast shares them by the
days. So a bill of the first days has more of them than its days, and one of the last days fewer:
neither is less or more use.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from estimator.figures import money

_NOISE = 1e-9  # what sums leave over that should be zero [currency]


@dataclass(frozen=True)
class FreeShift:
    """The worth of the free requests that a bill has before their days, or had before its own.

    Attributes
    ----------
    early : float
        Of days to come, used on the days billed: so much less is billed of the same use. [currency]
    late : float
        Of the days billed, used before them: so much more. [currency]
    """

    early: float = 0.0
    late: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.early or self.late)

    @property
    def put_back(self) -> float:
        """What a bill would cost more with its free requests on their days. [currency]"""
        return self.early - self.late

    def in_words(self, currency: str) -> str:
        """Return what is put back into a bill that is held; empty where nothing is.

        >>> FreeShift(0.0406).in_words("USD"), FreeShift(late=0.0194).in_words("USD")
        (', with USD 0.0406 of free requests used early put back', ', with USD 0.0194 of free \
requests used before these days taken off')
        """
        words = []
        if self.early:
            words.append(f"{currency} {money(self.early)} of free requests used early put back")
        if self.late:
            what = "of free requests used before these days taken off"
            words.append(f"{currency} {money(self.late)} {what}")
        return f", with {' and '.join(words)}" if words else ""


NO_SHIFT = FreeShift()


def add_shifts(shifts: Iterable[FreeShift]) -> FreeShift:
    """Add up the shifts of pools: what one has early is not what another has late."""
    found = list(shifts)
    early, late = sum(shift.early for shift in found), sum(shift.late for shift in found)
    return FreeShift(early if early > _NOISE else 0.0, late if late > _NOISE else 0.0)


@dataclass(frozen=True)
class FreeWorth:
    """The worth of a pool's free requests, by the forecast of a month. [currency]

    Attributes
    ----------
    whole, to_date, before : float
        Of the month; of the days billed; of the days before the last of them that are not billed.
    use_before : float
        What the requests of those days before cost without a free one, at the bill's volume.
    spare : float
        What the month's requests leave of the pool.
    """

    whole: float
    to_date: float
    before: float = 0.0
    use_before: float = 0.0
    spare: float = 0.0

    def used_beyond(self, free_part: float) -> float:
        """What the bill has free beyond its days, at most what these leave of the pool.

        Parameters
        ----------
        free_part : float
            The free tier's part of the difference of bill and forecast. [currency]
        """
        return min(max(-free_part, 0.0), max(self.whole + self.spare - self.to_date, 0.0))


def shift_of_pool(free_part: float, free: FreeWorth) -> FreeShift:
    """Find how the free requests of a pool lie in a bill, and not in its forecast.

    Early is what the bill has beyond its days, as far as other days are short of it. Late is what
    it has less, as far as the days before can have used it.

    Parameters
    ----------
    free_part : float
        The free tier's part of the difference of bill and forecast. [currency]

    Examples
    --------
    Of 6 free ones in 3 thirds of a month, all used in the first; in the last, none is left:

    >>> shift_of_pool(-4.0, FreeWorth(6.0, 2.0))
    FreeShift(early=4.0, late=0.0)
    >>> shift_of_pool(2.0, FreeWorth(6.0, 2.0, before=4.0, use_before=20.0))
    FreeShift(early=0.0, late=2.0)

    Nothing was used before the first third: what it has less is charged that should be free.

    >>> shift_of_pool(2.0, FreeWorth(6.0, 2.0))
    FreeShift(early=0.0, late=0.0)

    Where the pool has 5 more than the month uses, 3 more are taken from no other day:

    >>> shift_of_pool(-3.0, FreeWorth(6.0, 2.0, spare=5.0))
    FreeShift(early=0.0, late=0.0)
    """
    early = max(free.used_beyond(free_part) - free.spare, 0.0)
    billed = free.to_date - free_part
    room = min(free.use_before, free.whole - billed) - free.before
    return FreeShift(early, min(max(free_part, 0.0), max(room, 0.0)))
