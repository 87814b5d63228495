"""`validate`: `aws cloudtrail validate-logs`, one get for each digest and log file of some days."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np

from estimator.inventory.reader_sections import Validate
from estimator.inventory.sections import Trail
from estimator.volume.model import Written
from estimator.volume.readers.look_back import LookBack
from estimator.volume.readers.reader_model import BoolArray
from estimator.volume.streams import Streams

LONGEST_MONTH = 31.0  # [day]
_SLACK = 1e-9  # 31 / 3.1 is ten days, not eleven


class ValidateModel(LookBack):
    """Runs x days x (log files + digest files under the key), where there are digests."""

    section = Validate
    factors = ("runs_per_month",)
    assumption = "runs_per_month"
    window = "days"
    rate = "runs_per_month"
    window_words = "days checked"
    look = "run"
    nothing = (
        "no trail that it reads has log file validation on, so there are no digests to validate"
    )
    reader: Validate

    @classmethod
    def reads(cls, trail: Trail) -> bool:
        """Only trails with digests: there is nothing to start from without."""
        return trail.log_file_validation

    @classmethod
    def days_between(cls, reader: Validate) -> float | None:
        """Days between two runs in the longest month: so far back, no file is missed."""
        runs = reader.runs_per_month.mid
        return float(math.ceil(LONGEST_MONTH / runs - _SLACK)) if runs > 0 else None

    @cached_property
    def _validated(self) -> BoolArray:
        return np.array([self.reads(trail) for trail in self.model.inventory.trails], dtype=bool)

    def files_to_read(self, streams: Streams) -> tuple[Written, ...]:
        """Log files and digests of trails that validate: without digests nothing begins."""
        validated = streams.where(self._validated[streams.trail])
        return self.model.logs(validated), self.model.digests(validated)
