"""Objects counted by place and kind, as a frame of actuals with its coverage."""

from __future__ import annotations

import datetime
import math
from array import array
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from estimator.measurement.coverage import Coverage
from estimator.measurement.object_counts import Groups, Kind
from estimator.measurement.object_name import DIGEST
from estimator.measurement.rows import actuals_frame

# KMS requests that writing an object made, by `Kind.requests`
_REQUESTS = {"one": 1.0, "none": 0.0, "unknown": math.nan}


class Tally:
    """Objects counted by place and kind, in little memory however many there are."""

    _COMPACT = 1 << 20  # entries to gather before equal ones are added up

    def __init__(self) -> None:
        self.kinds: Counter[Kind] = Counter()
        self._streams: dict[tuple[str, ...], int] = {}
        self._codes: dict[Kind, int] = {}
        self._keys = array("q")
        self._counts = array("q")
        self._limit = self._COMPACT

    @property
    def objects(self) -> int:
        """CloudTrail's objects so far."""
        return self.kinds.total()

    def add(self, groups: Groups) -> None:
        """Add objects."""
        for place, kind, count in groups:
            stream = self._streams.setdefault(place[:4], len(self._streams))
            code = self._codes.setdefault(kind, len(self._codes))
            # a stream, 20 bits of day, 8 bits of kind
            self._keys.append((stream << 20 | place.day.toordinal()) << 8 | code)
            self._counts.append(count)
            self.kinds[kind] += count
        if len(self._keys) > self._limit:
            self._sum()
            self._limit = max(self._COMPACT, 2 * len(self._keys))

    def coverage(self, until: datetime.datetime | None) -> Coverage:
        """Whole days from the first object's to a moment, whichever account and Region. [UTC]"""
        if not self._keys or until is None:
            return Coverage()
        self._sum()
        ordinals = np.frombuffer(self._keys, dtype=np.int64) >> 8 & 0xFFFFF
        first = datetime.date.fromordinal(int(ordinals.min()))
        return Coverage.of_span(datetime.datetime.combine(first, datetime.time()), until)

    def frame(self, source: str, coverage: Coverage, *, bucket_key: bool) -> pd.DataFrame:
        """The actuals frame; the column `bucket_key` only where the source tells it. [request]"""
        self._sum()
        keys = np.array(self._keys, dtype=np.int64)
        files = np.array(self._counts, dtype=float)
        kinds = keys & 0xFF
        days, day_of = np.unique(keys >> 8 & 0xFFFFF, return_inverse=True)
        dates = [datetime.date.fromordinal(day) for day in days.tolist()]
        shares = np.array([coverage.of_day("", "", day) for day in dates], dtype=float)
        account, region, folder, trail = (
            np.array([stream[part] for stream in self._streams], dtype=object)[keys >> 28]
            for part in range(4)
        )
        replica = np.array([kind.replica for kind in self._codes], dtype=bool)[kinds]
        each = np.array([_REQUESTS[kind.requests] for kind in self._codes], dtype=float)
        with_key = np.array([kind.bucket_key for kind in self._codes], dtype=bool)
        cause = np.where(folder == DIGEST, "digest", "put")
        columns: dict[str, Any] = {
            "day": np.array(dates, dtype=object)[day_of],
            "account": account,
            "region": region,
            "trail": trail,
            "driver": trail,
            "folder": folder,
            "bucket_key": with_key[kinds],
            # a replica is no delivery of CloudTrail's, digest or not (F19)
            "cause": np.where(replica, "replication", cause),
            "operation": np.where(replica, "Encrypt", "GenerateDataKey"),
            "quantity": files * each[kinds],
            "unit": np.full(len(keys), "request"),
            "files": files,
            "source": np.full(len(keys), source),
            "coverage": shares[day_of],
        }
        if not bucket_key:
            del columns["bucket_key"]
        return actuals_frame(columns)

    def counts(self, records: int, delete_markers: int) -> dict[str, Any]:
        """Counts of the objects seen, by sort: ``objects`` of the JSON."""
        by_encryption: Counter[str] = Counter()
        for kind, count in self.kinds.items():
            by_encryption[kind.encryption] += count
        return {
            "cloudtrail": self.objects,
            "other": records - delete_markers - self.objects,
            "delete_markers": delete_markers,
            "by_encryption": dict(sorted(by_encryption.items())),
        }

    def _sum(self) -> None:
        if not self._keys:
            return
        keys, index = np.unique(np.frombuffer(self._keys, dtype=np.int64), return_inverse=True)
        counts = np.zeros(len(keys), dtype=np.int64)
        np.add.at(counts, index, np.frombuffer(self._counts, dtype=np.int64))
        self._keys, self._counts = array("q", keys.tobytes()), array("q", counts.tobytes())
