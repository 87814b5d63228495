"""Notices that make a sum doubtful: what they say stands beside them as a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

# lines of a bill that may count twice; lines of KMS that may not count; events that are in no
# file unless another one has them
REPEATED, LEFT_OUT, ELSEWHERE = DOUBTS = ("repeated", "left out", "elsewhere")


class Doubt(str):
    """A notice, and what it makes doubtful.

    Attributes
    ----------
    kind : str
        One of `DOUBTS`.
    months : tuple of str
        Of which months; empty where of any.
    """

    __slots__ = ("kind", "months")
    kind: str
    months: tuple[str, ...]

    def __new__(cls, notice: str, kind: str, months: Iterable[str] = ()) -> Self:
        """Return the notice as a doubt."""
        doubt = super().__new__(cls, notice)
        doubt.kind, doubt.months = kind, tuple(sorted(months))
        return doubt

    def __reduce__(self) -> tuple[type[Self], tuple[str, str, tuple[str, ...]]]:
        """Return what a copy in another process is made of."""
        return type(self), (str(self), self.kind, self.months)

    def to_dict(self) -> dict[str, Any]:
        """As documented JSON."""
        return {"kind": self.kind, "months": list(self.months), "notice": str(self)}


def find_doubts(notices: Iterable[str], kind: str, month: str = "") -> tuple[Doubt, ...]:
    """Find the doubts of a kind among notices; of a month, where they name months.

    >>> doubts = [Doubt("most lines stand in another file too", REPEATED, ["2026-09"]), "a word"]
    >>> len(find_doubts(doubts, REPEATED, "2026-09")), len(find_doubts(doubts, REPEATED, "2026-10"))
    (1, 0)
    """
    return tuple(
        notice
        for notice in notices
        if isinstance(notice, Doubt)
        and notice.kind == kind
        # who names no month may mean any
        and (not month or not notice.months or month in notice.months)
    )


def doubts_as_records(notices: Iterable[str]) -> list[dict[str, Any]]:
    """The doubts among notices as documented JSON."""
    return [notice.to_dict() for notice in notices if isinstance(notice, Doubt)]


def restore_doubts(notices: Sequence[str], records: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Notices with the doubts that `doubts_as_records` made of them."""
    doubts = {record["notice"]: record for record in records}
    return tuple(
        Doubt(notice, doubts[notice]["kind"], doubts[notice]["months"])
        if notice in doubts
        else notice
        for notice in notices
    )
