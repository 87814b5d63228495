"""Which columns of the actuals frame are told apart, and which are added up."""

from __future__ import annotations

from collections.abc import Sequence

from estimator.frames import ACTUALS
from pricing.reading.problems import Problem, UsageError

SUMS = ("quantity", "files", "free", "billable", "cost", "lines")
KEYS = tuple(one.name for one in ACTUALS if one.name not in (*SUMS, "coverage"))

# rows are never added up over these, whatever is asked for
ALWAYS = ("unit", "source", "currency", "product")


def actuals_grain(by: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """The columns that ``--by`` names, or None for all of them.

    >>> actuals_grain("trail,billed-account")
    ('billed_account', 'trail')

    Raises
    ------
    UsageError
        A name is no column.
    """
    words = [] if by is None else by.split(",") if isinstance(by, str) else list(by)
    names = [word.strip().replace("-", "_") for word in words]
    if not names or names == ["all"]:
        return None
    for word, name in zip(words, names, strict=True):
        if name not in KEYS:
            expected = f"columns out of {', '.join(KEYS)}, or all alone"
            raise UsageError(Problem("--by", None, "", repr(word), expected, ""))
    return tuple(name for name in KEYS if name in names)
