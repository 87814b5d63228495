"""`fixed`: a number of gets a day, while there is anything to read."""

from __future__ import annotations

from collections.abc import Iterator

from estimator.figures import noun_of
from estimator.inventory import Range
from estimator.inventory.reader_sections import Fixed
from estimator.volume.blocks import SECONDS_PER_DAY, BurstProfile
from estimator.volume.equations import Equation, Product, Value
from estimator.volume.file_equations import retention_value
from estimator.volume.model import Written
from estimator.volume.readers.reader_model import BoolArray
from estimator.volume.readers.sharing import Sharing

_NOISE = 1e-9  # of binary fractions
_A_DAY = Range.exactly(SECONDS_PER_DAY)


class FixedModel(Sharing):
    """gets_per_day while a file can be read, shared in proportion to the files a day."""

    section = Fixed
    factors = ("gets_per_day",)
    assumption = "gets_per_day"
    reader: Fixed

    @property
    def per_day(self) -> float:
        """Gets of a day with anything to read. [get/day]"""
        return self.reader.gets_per_day.mid

    def explain_gets(self, written: Written, chosen: BoolArray, what: str) -> Iterator[Equation]:
        """Gets a day x days with anything to read x share of the files that can be read."""
        # of all rows, not of the chosen ones: these share with the rest
        shared = self.days_shared(written.streams)[:, 0]
        days, own = float(shared.sum()), float(shared[chosen].sum())
        if not own:
            why = self.why_no_file(f" for {what}")
            yield Equation(f"nothing: {why}", 0.0, "gets")
            return
        factors = [self.value("gets_per_day", "gets a day"), Value(days, noun_of(days, "day"))]
        if not chosen.all():
            factors.append(Value(own / days, "of the files that can be read"))
        inventory = self.model.inventory
        trails = [
            inventory.trails[number] for number in dict.fromkeys(written.streams.trail.tolist())
        ]
        retentions = [
            retention_value(inventory, trail, f" by {trail.name}" if len(trails) > 1 else "")
            for trail in trails
        ]
        # the retention explains nothing but days that are missing
        ends = days < float(self.model.spans.month_days[0]) * (1 - _NOISE)
        if ends:
            what = f"{what}, while there is anything to read"
        yield Equation(
            what,
            own * self.reader.gets_per_day.mid,
            "gets",
            Product(tuple(factors)),
            also=tuple(value for value in retentions if value is not None) if ends else (),
        )

    def why_no_file(self, of: str = "") -> str:
        """Why it makes no get, though it is active."""
        return f"no file{of} can be read {self.model.in_months}"

    def burst_profile(self, written: Written) -> BurstProfile:
        """The gets of a day are spread over it."""
        del written
        return BurstProfile(1.0, self.reader.burst_seconds or _A_DAY)
