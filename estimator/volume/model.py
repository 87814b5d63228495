"""The inventory as arrays, and how its files grow: files put, and the requests left of S3 calls.

Source of the model: AWS KMS Developer Guide, "How AWS CloudTrail uses AWS KMS"; docs/method.md
says what each term rests on.
"""

from __future__ import annotations

import copy
import dataclasses
import datetime
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from estimator.inventory import Inventory, Range
from estimator.inventory.assumptions import FILES_PER_DAY
from estimator.inventory.means import with_means
from estimator.inventory.sections import Growth as GrowthSection
from estimator.inventory.sections import Trail
from estimator.months import ALWAYS, NEVER, FloatArray, IntArray, Months, Period, Spans, first_of
from estimator.volume.blocks import WINDOW_SECONDS, Block, BurstProfile
from estimator.volume.columns import Vocabulary
from estimator.volume.streams import Streams, streams_of

# A digest file every hour, per account and Region, even without activity: CloudTrail User Guide,
# "Validating CloudTrail log file integrity", checked 2026-11-23.
DIGESTS_PER_DAY = 24.0
# CloudTrail encrypts digest files with the trail's key from this day on, with SSE-S3 before:
# CloudTrail User Guide, document history; checked 2026-11-28. Whether trails made before changed
# by themselves is said nowhere, so the trail's own word counts on all days.
DIGESTS_UNDER_KEY_FROM = datetime.date(2025, 5, 22)

# the growths of the inventory that multiply digest files, and log files
DIGEST_GROWTHS = ("accounts_per_year",)
LOG_GROWTHS = ("accounts_per_year", "files_per_year")

ALL_TIME = Period()


@dataclass(frozen=True)
class Written:
    """Files that streams put: log files, or their digests.

    Attributes
    ----------
    streams : Streams
        Their `files` are these files. [file/day]
    growth : Growth
        What multiplies them.
    """

    streams: Streams
    growth: Growth

    @property
    def is_digest(self) -> bool:
        """True for digest files, which more activity does not multiply."""
        return self.growth.names == DIGEST_GROWTHS

    def burst_profile(self, seconds: Range | None) -> BurstProfile:
        """The burst profile of these files and of those who follow them.

        Log files come every five minutes, and digests every hour.
        """
        times = DIGESTS_PER_DAY if self.is_digest else FILES_PER_DAY
        return BurstProfile(times, seconds or WINDOW_SECONDS)


class Model:
    """One entry per trail in each array; requests are counted in the spans, by default months.

    Parameters
    ----------
    inventory : Inventory
    months : Months
    streams : Streams, optional
        Those of `streams_of`, where they are known already.
    """

    def __init__(
        self, inventory: Inventory, months: Months, streams: Streams | None = None
    ) -> None:
        self.inventory, self.months, self.spans = inventory, months, months.whole
        self.streams = streams_of(inventory) if streams is None else streams
        self.vocabulary = Vocabulary(inventory)
        self.growths = {
            "logs": Growth(inventory.growth, LOG_GROWTHS, months),
            "digests": Growth(inventory.growth, DIGEST_GROWTHS, months),
        }

        account, key = self.vocabulary.code["account"], self.vocabulary.code["key"]
        region = self.vocabulary.code["region"]
        payer = self.vocabulary.code["payer"]
        self.payer_of = np.array([payer[own.payer] for own in inventory.accounts], dtype=np.int64)
        self.key_region = np.array([region[own.region] for own in inventory.keys], dtype=np.int64)
        trails = inventory.trails
        self.trail_account = np.array([account[trail.account] for trail in trails], dtype=np.int64)
        # -1 for a trail without a key never indexes: `streams_of` leaves its streams out
        self.trail_key = np.array(
            [-1 if t.key is None else key[t.key] for t in trails], dtype=np.int64
        )
        driver = self.vocabulary.code["driver"]
        self.trail_driver = np.array([driver[t.name] for t in trails], dtype=np.int64)
        self.trail_number = {trail.name: number for number, trail in enumerate(trails)}
        # a saving may be written for a Bucket Key that is off
        self.saving = np.array(
            [t.bucket.bucket_key_saving.mid if t.bucket.bucket_key else 0.0 for t in trails]
        )
        self.digest_start = np.array([digests_from(trail) for trail in trails])
        active = inventory.active
        # nothing can be read under a key that is pending deletion
        self.key_end = np.array([NEVER if t.key is None else active.key[t.key].end for t in trails])
        self.retention = np.array(
            [
                NEVER if t.bucket.retention_days is None else t.bucket.retention_days.mid
                for t in trails
            ]
        )

    def during(self, months: Months) -> Model:
        """The same in other months; which streams there are hangs on no month."""
        return Model(self.inventory, months, self.streams)

    def first_month(self) -> Model:
        """The same in its first month alone."""
        return self.during(Months(self.months.firsts[0], 1))

    def at_means(self) -> Model:
        """The same with each range of the inventory at its mean; itself where it has none."""
        means = with_means(self.inventory)
        return self if means is self.inventory else Model(means, self.months)

    def over(self, spans: Spans) -> Model:
        """The same, counted in other spans."""
        # shallow: the arrays of trails are the same whatever time is counted in
        other = copy.copy(self)
        other.spans = spans
        return other

    @property
    def in_months(self) -> str:
        """Its months, as a sentence refers to them."""
        return "in this month" if self.months.count == 1 else "in these months"

    def logs(self, streams: Streams) -> Written:
        """The log files of streams."""
        return Written(streams, self.growths["logs"])

    def digests(self, streams: Streams) -> Written:
        """The digest files under the key of those streams that have any."""
        streams = streams.where(self.digest_start[streams.trail] < NEVER)
        # a row may be many streams added up, and each has a digest an hour
        rate = DIGESTS_PER_DAY * streams.count
        # a trail older than AWS's change has digests under its key later than log files
        start = np.maximum(streams.start, self.digest_start[streams.trail])
        # AWS says how many digests there are, so that no range multiplies them
        nothing = np.full(len(streams), -1, dtype=np.int64)
        digests = dataclasses.replace(streams, files=rate, start=start, uncertain_input=nothing)
        return Written(digests, self.growths["digests"])

    def put(self, written: Written, period: Period = ALL_TIME) -> FloatArray:
        """Files put in each span inside a period. [file]"""
        days = self.days(written.streams, period)
        # spans may be days, and all days of a month have its growth
        factor = written.growth.factor[self.spans.month]
        return written.streams.files[:, None] * days * factor

    def days(self, streams: Streams, period: Period = ALL_TIME) -> FloatArray:
        """Days of each span on which each row of streams is active, inside a period. [day]"""
        return self.spans.days_within(
            np.maximum(streams.start, period.start)[:, None],
            np.minimum(streams.end, period.end)[:, None],
        )

    def put_requests(self, streams: Streams) -> Iterator[Block]:
        """GenerateDataKey for every log file and digest that trails put."""
        for written in (self.logs(streams), self.digests(streams)):
            cause = "digest" if written.is_digest else "put"
            for rows, seconds in self._by_seconds(written.streams):
                # a block has one burst profile, so trails with seconds of their own stand apart
                part = Written(written.streams.where(rows), written.growth)
                yield self.block(
                    part.streams,
                    self.put(part),
                    None,
                    cause,
                    "GenerateDataKey",
                    part.burst_profile(seconds),
                    savings=self.saving,
                )

    def _by_seconds(self, streams: Streams) -> Iterator[tuple[IntArray, Range | None]]:
        """The rows of trails whose files come in the same seconds."""
        alike: dict[Range | None, list[int]] = {}
        for number, trail in enumerate(self.inventory.trails):
            alike.setdefault(trail.burst_seconds, []).append(number)
        for seconds, numbers in alike.items():
            yield np.flatnonzero(np.isin(streams.trail, numbers)), seconds

    def block(
        self,
        streams: Streams,
        calls: FloatArray,
        driver: str | None,
        cause: str,
        operation: str,
        burst_profile: BurstProfile,
        billed_account: int | None = None,
        key: int | None = None,
        savings: FloatArray | None = None,
    ) -> Block:
        """The requests of S3 calls for files of streams, less what a Bucket Key saves.

        They are driven by the trail of these and billed to its account and key, unless said.

        Parameters
        ----------
        savings : array, optional
            The share that a Bucket Key saves, for each trail of the inventory. Default: nothing
            is saved. [-]
        """
        billed = self.trail_account[streams.trail] if billed_account is None else billed_account
        used = self.trail_key[streams.trail] if key is None else np.full(len(streams), key)
        quantity = calls
        if savings is not None:
            quantity = requests_left(calls, savings[streams.trail][:, None])
        return Block(
            quantity=quantity,
            payer=self.payer_of[billed],
            account=streams.account,
            region=streams.region,
            billed_account=billed,
            billed_region=self.key_region[used],
            key=used,
            driver=self.trail_driver[streams.trail]
            if driver is None
            else self.vocabulary.code["driver"][driver],
            cause=cause,
            operation=operation,
            burst_profile=burst_profile,
            streams=streams,
        )


def requests_left(calls: FloatArray, bucket_key_saving: float | FloatArray) -> FloatArray:
    """KMS requests of as many S3 calls when an S3 Bucket Key saves a share. [request/month]

    >>> import numpy as np
    >>> requests_left(np.array([1000.0]), 0.75).tolist()
    [250.0]
    """
    return calls * (1.0 - bucket_key_saving)


def digests_from(trail: Trail) -> float:
    """The day from which a trail's digest files are under its key; NEVER without any. [ordinal]"""
    if not trail.log_file_validation or trail.digest_files == "sse-s3":
        return NEVER
    return ALWAYS if trail.digest_files else float(DIGESTS_UNDER_KEY_FROM.toordinal())


def growth_factor(per_year: float, months: FloatArray) -> FloatArray:
    """Growth after some months when a year's growth compounds monthly. [-]

    >>> import numpy as np
    >>> growth_factor(0.1, np.array([0.0, 12.0])).round(12).tolist()
    [1.0, 1.1]
    """
    factor: FloatArray = (1.0 + per_year) ** (months / 12.0)
    return factor


class Growth:
    """The factor that multiplies files in each month.

    Attributes
    ----------
    names : tuple of str
        The growths of the inventory that it is the product of.
    factor : array
        Of each month. [-]
    """

    def __init__(self, section: GrowthSection, names: tuple[str, ...], months: Months) -> None:
        self.names = names
        self._per_year = {name: getattr(section, name).mid for name in names}
        # an inventory without a day is taken to be true when the months begin
        self._as_of, self._months = section.as_of or months.firsts[0], months
        self.factor = self._factor(months.since(section.as_of))

    def _factor(self, since: FloatArray) -> FloatArray:
        factor = np.ones(len(since))
        for per_year in self._per_year.values():
            factor = factor * growth_factor(per_year, since)
        return factor

    @property
    def is_flat(self) -> bool:
        """True where nothing grows."""
        return not any(self._per_year.values())

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The months in which files were put, told apart where their growth differs."""
        # without growth no month need be told apart, and each segment costs a pass over all streams
        return (Segment(Period(), 0, 1.0),) if self.is_flat else self.months_of_put

    @property
    def months_of_put(self) -> tuple[Segment, ...]:
        """The month of `as_of` with all time before it, then each month up to the last one."""
        # the last of `firsts` is the day after the months
        last = self._months.firsts[-2]
        # 0 where `as_of` lies after the months: nothing grows before it
        count = max((last.year - self._as_of.year) * 12 + last.month - self._as_of.month, 0)
        factors = self._factor(np.arange(count + 1, dtype=np.float64))
        # files from before `as_of` are taken as they were then: nothing shrinks backwards
        bounds = [ALWAYS, *(first_of(self._as_of, n) for n in range(1, count + 1)), NEVER]
        return tuple(
            Segment(Period(bounds[n], bounds[n + 1]), n, float(factors[n]))
            for n in range(count + 1)
        )


@dataclass(frozen=True)
class Segment:
    """A stretch of time in which files come with one growth.

    Attributes
    ----------
    period : Period
    since : int
        Whole months since `as_of`. [month]
    factor : float
        [-]
    """

    period: Period
    since: int
    factor: float
