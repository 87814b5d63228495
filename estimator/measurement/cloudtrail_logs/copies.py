"""Each request once: copies of an event fall away, in bounded memory.

Several trails repeat an event (same eventID), and a call between accounts is recorded in both, as
two events of one sharedEventID. Both are sought among all files, however many there are: what does
not fit in memory goes to disk by the id's first byte, so that all copies of an id meet in one part.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from estimator.measurement.cloudtrail_logs.counting import Events
from pricing.reading.problems import KmscostError, Problem

Rows = npt.NDArray[np.void]

# one seen request: which event, which action shared between accounts, what it is, how much it tells
SEEN = np.dtype([("event", "<u8", 2), ("shared", "<u8", 2), ("request", "<i4"), ("worth", "u1")])

ROOM = 1 << 19  # rows held in memory: 20 MB
_PARTS = 256


def rows_of(events: Events) -> Rows:
    """Events as rows of `SEEN`."""
    rows = np.empty(len(events), dtype=SEEN)
    for name in ("event", "shared"):
        rows[name] = np.frombuffer(getattr(events, name), dtype="<u8").reshape(-1, 2)
    rows["request"] = np.frombuffer(events.request, dtype=np.int32)
    rows["worth"] = np.frombuffer(events.worth, dtype=np.uint8)
    return rows


class Seen:
    """Rows of `SEEN`, in memory or beyond it, to be met again with all copies of an id together.

    Rows of another `dtype` may be kept as well, by an id of theirs. What does not fit in memory is
    in one file without a name: it goes however the program ends.
    """

    def __init__(self, by: str, room: int | None = None, dtype: np.dtype[Any] = SEEN) -> None:
        self._by = by
        self._dtype = dtype
        self._room = ROOM if room is None else room
        self._rows: list[Rows] = []
        self._count = 0
        self._file: IO[bytes] | None = None
        # of each part, where its blocks begin in the file and how many rows they have
        self._blocks: list[list[tuple[int, int]]] = [[] for _ in range(_PARTS)]

    def add(self, rows: Rows) -> None:
        """Take rows in."""
        if len(rows):
            self._rows.append(rows)
            self._count += len(rows)
        if self._count > self._room:
            self._spill()

    def parts(self) -> Iterator[Rows]:
        """All rows, part by part; every copy of an id is in the same part."""
        if self._file is None:
            yield _concatenate(self._rows, self._dtype)
            return
        self._spill()
        for blocks in self._blocks:
            if blocks:
                read = [self._read_block(begin, count) for begin, count in blocks]
                yield _concatenate(read, self._dtype)

    def close(self) -> None:
        """Forget everything, on disk too."""
        self._rows = []
        if self._file is not None:
            with suppress(OSError):  # what could not be written is not wanted any more
                self._file.close()
            self._file = None

    def _read_block(self, begin: int, count: int) -> Rows:
        with _room_for_ids():
            assert self._file is not None
            self._file.seek(begin)
            size = count * self._dtype.itemsize
            return np.frombuffer(self._file.read(size), dtype=self._dtype)

    def _spill(self) -> None:
        rows = _concatenate(self._rows, self._dtype)
        self._rows, self._count = [], 0
        first = rows[self._by][:, 0] & (_PARTS - 1)
        order = np.argsort(first, kind="stable")
        rows, ends = rows[order], np.searchsorted(first[order], np.arange(_PARTS + 1))
        with _room_for_ids():
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="kmscost-")  # noqa: SIM115  # see close
            begin = self._file.seek(0, os.SEEK_END)
            self._file.write(rows.tobytes())
            self._file.flush()
        for part in np.flatnonzero(np.diff(ends)):
            at, count = int(ends[part]), int(ends[part + 1] - ends[part])
            self._blocks[part].append((begin + at * self._dtype.itemsize, count))


@contextmanager
def _room_for_ids() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # not tempfile.gettempdir, which fails where no folder can be written
        place = tempfile.tempdir or "TMPDIR"
        found = f"no room for the ids of events seen ({error.strerror or error})"
        fix = "make room, or set TMPDIR to a folder with more"
        raise KmscostError(Problem(place, None, "", found, "a folder with room", fix)) from None


@dataclass(frozen=True)
class Distinct:
    """The count of each request, and how many events were copies of another."""

    quantity: npt.NDArray[np.int64]
    copies: int


def distinct(seen: Seen, requests: int, order: npt.NDArray[np.int64]) -> Distinct:
    """Count each request once.

    Parameters
    ----------
    seen : Seen
        Every event of KMS that is a request, by event.
    requests : int
        How many different requests there are: the codes of the rows.
    order : array of int
        The place of each request in an order that does not depend on that of the files: of two
        copies that tell as much, the one that comes first counts.
    """
    quantity = np.zeros(requests, dtype=np.int64)
    total = 0
    shared = Seen("shared")
    try:
        for rows in seen.parts():
            total += len(rows)
            rows_once = once(rows, "event", order)
            is_shared = rows_once["shared"].any(axis=1)
            shared.add(rows_once[is_shared])
            quantity += _counts(rows_once[~is_shared], requests)
        for rows in shared.parts():
            quantity += _counts(once(rows, "shared", order), requests)
    finally:
        shared.close()
    return Distinct(quantity, total - int(quantity.sum()))


def once(rows: Rows, by: str, order: npt.NDArray[np.int64]) -> Rows:
    """The rows without copies: of each id the one that tells most, then the first in `order`."""
    if len(rows) < 2:
        return rows
    # most events have no copy: sorting by half of an id is enough to leave those alone
    half = rows[by][:, 0]
    sorting = np.argsort(half, kind="stable")
    same = half[sorting[1:]] == half[sorting[:-1]]
    if not same.any():
        return rows
    met = np.zeros(len(rows), dtype=bool)
    met[sorting[1:][same]] = met[sorting[:-1][same]] = True
    return np.concatenate([rows[~met], _best(rows[met], by, order)])


def _best(rows: Rows, by: str, order: npt.NDArray[np.int64]) -> Rows:
    halves = rows[by]
    worth = 255 - rows["worth"]
    sorting = np.lexsort((order[rows["request"]], worth, halves[:, 1], halves[:, 0]))
    halves = halves[sorting]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (halves[1:] != halves[:-1]).any(axis=1)
    return rows[sorting[first]]


def _counts(rows: Rows, requests: int) -> npt.NDArray[np.int64]:
    return np.bincount(rows["request"], minlength=requests).astype(np.int64)


def _concatenate(parts: list[Any], dtype: np.dtype[Any]) -> Rows:
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)
