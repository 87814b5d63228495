"""`once`: reads on one day what lies in the bucket, as a backfill or a move elsewhere does."""

from __future__ import annotations

import numpy as np

from estimator.figures import noun_of
from estimator.inventory.reader_sections import Once
from estimator.months import NEVER, Period
from estimator.volume.blocks import BurstProfile
from estimator.volume.equations import Expression, operand
from estimator.volume.model import Written
from estimator.volume.readers.look_back import LookBack, Looks
from estimator.volume.readers.reader_model import ReaderModel
from estimator.volume.streams import Streams


class OnceModel(LookBack):
    """gets_per_file x log files that were put before the day and lie there still."""

    section = Once
    factors = ("gets_per_file",)
    assumption = "gets_per_file"
    window = "days"
    per_file = "gets_per_file"
    window_words = "days before"
    look = "look"
    reader: Once

    def looks(self, streams: Streams) -> Looks:
        """One look, when the day begins."""
        day, spans = float(self.reader.day.toordinal()), self.model.spans
        is_here = (spans.begin <= day) & (day < spans.end)
        is_here = is_here & (self.period.start <= day < self.period.end)
        under_key = (day < self.model.key_end[streams.trail])[:, None]
        # the first moment is the last one too, which `mean_window_days` takes for a single look
        moment = np.full(len(spans), day)
        return Looks((is_here & under_key).astype(np.float64), moment, moment)

    def why_no_look(self, streams: Streams) -> str:
        """Why it reads nothing in the model's months."""
        day, months = float(self.reader.day.toordinal()), self.model.months
        if not months.begin[0] <= day < months.end[-1]:
            return f"it reads on {self.reader.day} only"
        if not self.period.start <= day < self.period.end:
            return f"the reader is not active on {self.reader.day}"
        return self.why_no_key(streams, day)

    def met_period(self, trail: int) -> Period:
        """The period of all files of a trail that it gets in the model's months."""
        day = float(self.reader.day.toordinal())
        # not LookBack's: its days go back from the day of the look, not from the months
        active = ReaderModel.met_period(self, trail)
        if not active.start <= day < active.end:
            return Period(day, day)
        return Period(day - min(self.most_back, float(self.model.retention[trail])), day)

    def met_words(self, noun: str, window: float) -> str:
        """The words for the files that lie there."""
        if window == NEVER:
            return f"{noun} that lie there on {self.reader.day}"
        days = f"{operand(window, 4)} {noun_of(window, 'day')}"
        return f"{noun} of the {days} before {self.reader.day}"

    def look_factors(self, looks: Looks, shape: tuple[int, int]) -> tuple[Expression, ...]:
        """One look."""
        del looks, shape
        return ()

    def burst_profile(self, written: Written) -> BurstProfile:
        """All on one day, one get after the other."""
        del written
        return BurstProfile(1.0, self.reader.burst_seconds)
