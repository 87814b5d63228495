"""Two deliveries of one bill side by side: their lines stand in both, and would count twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

# AWS numbers lines anew with each delivery ("identity/LineItemId ... can't be used to identify the
# same line item across different reports", Data Exports guide, checked 2026-11-24), and two lines
# of one delivery may differ in their tags alone: only many of them are a sign
_MANY = 0.5
_FEW = 5  # lines

Marks = npt.NDArray[np.uint64]
NOTHING: Marks = np.empty(0, dtype=np.uint64)


def marks(lines: pd.DataFrame) -> Marks:
    """A number for each line that differs; the same line has the same one in every file."""
    hashed: Any = pd.util.hash_pandas_object(lines, index=False)
    return np.unique(hashed.to_numpy(dtype=np.uint64))


def repeat_notices(files: Sequence[tuple[str, Marks]]) -> list[str]:
    """A notice where most of the lines of a file stand in others as well."""
    if len(files) < 2:
        return []
    distinct, counts = np.unique(
        np.concatenate([of_file for _, of_file in files]), return_counts=True
    )
    twice = distinct[counts > 1]
    paths = []
    for path, of_file in files:
        # by sorting: no table has room from the least to the largest mark; numpy 2.0.0 fails at it
        again = int(np.isin(of_file, twice, kind="sort").sum())
        if again >= _FEW and again >= _MANY * len(of_file):
            paths.append(path)
    if not paths:
        return []
    names = ", ".join(paths[:4]) + (f" and {len(paths) - 4:,} more" if len(paths) > 4 else "")
    many = f"most lines of {len(paths):,} files stand in another of them too, and count each time"
    return [f"{many} ({names}): if they are deliveries of one bill, name the newest alone"]
