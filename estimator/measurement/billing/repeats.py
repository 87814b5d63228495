"""The same lines in two files: a delivery named twice, or two deliveries of one bill."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any

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


@dataclass(frozen=True)
class Contents:
    """What a file holds, to know it again in another form.

    Attributes
    ----------
    report : str
        The kind of bill.
    records : int
        Its lines, of whatever product.
    spans : frozenset of pairs
        Start and end of its usage.
    charges : int
        Its lines of KMS and CloudTrail.
    mark : int
        The same for the same charges in any order.
    """

    report: str
    records: int
    spans: frozenset[tuple[pd.Timestamp, pd.Timestamp]]
    charges: int
    mark: int


class SeenFiles:
    """The files that were counted, to count each delivery once."""

    def __init__(self) -> None:
        self._known: dict[Contents, list[tuple[str, Callable[[], bytes]]]] = {}
        self.notices: list[str] = []

    def is_copy(self, shown: str, contents: Contents, digest: Callable[[], bytes]) -> bool:
        """Tell whether a file holds what one before it held, and remember it if not.

        Parameters
        ----------
        shown : str
            Its name in messages.
        contents : Contents
        digest : callable
            The digest of its unpacked bytes; of files with few charges it alone decides.
        """
        others = self._known.setdefault(contents, [])
        for name, other in others:
            if contents.charges >= _FEW or other() == digest():
                self.notices.append(f"{shown} holds the same lines as {name}: counted once")
                return True
        others.append((shown, digest))
        return False


def digest_of(stream: IO[bytes]) -> bytes:
    """A digest of the bytes in a stream."""
    return hashlib.file_digest(stream, "sha256").digest()  # type: ignore[arg-type]


def marks(lines: pd.DataFrame) -> Marks:
    """A number for each line; the same line has the same one in every file."""
    return _hashes(lines)


def stands_twice(of_file: Marks) -> bool:
    """Tell whether every line is in a file twice, as where it was joined to itself.

    Two lines of a delivery may be equal but for their tags; that all of them are is no chance.
    """
    _, counts = np.unique(of_file, return_counts=True)
    return len(counts) >= _FEW and bool((counts % 2 == 0).all())


def mark_of(charges: pd.DataFrame) -> int:
    """A number of all charges, whatever their order and however they were written."""
    texts = charges.astype({name: str for name in ("month", "day") if name in charges})
    # a sum: chunks and files of other order have the same
    return int(_hashes(texts.round(9)).sum(dtype=np.uint64))


def _hashes(lines: pd.DataFrame) -> Marks:
    hashed: Any = pd.util.hash_pandas_object(lines, index=False)
    return np.asarray(hashed.to_numpy(dtype=np.uint64))


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
