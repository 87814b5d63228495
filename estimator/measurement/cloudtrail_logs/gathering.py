"""Counts of many files put together, with what to know before believing them: for every engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from estimator.figures import plural
from estimator.measurement.cloudtrail_logs.copies import Seen, distinct, rows_of
from estimator.measurement.cloudtrail_logs.counting import Counted, Hours
from estimator.measurement.cloudtrail_logs.folding import FOLDED, MOST_RESOURCES, Folding
from estimator.measurement.cloudtrail_logs.object_requests import ObjectRequests, ObjectTable
from estimator.measurement.cloudtrail_logs.replay_records import REPLAY, record_replays
from estimator.measurement.cloudtrail_logs.requests import Request, sortable
from estimator.measurement.coverage import Coverage
from estimator.measurement.doubts import ELSEWHERE, Doubt
from estimator.measurement.envelopes.partial_answers import MORE_HITS, NEXT_PAGE
from estimator.measurement.result import Actuals
from estimator.measurement.rows import PlainRows
from estimator.measurement.services import UNKNOWN
from estimator.measurement.skipped import Skipped, SkippedFiles
from pricing.reading.problems import KmscostError
from pricing.request_meters import ASYMMETRIC, RSA_2048

SOURCE = "cloudtrail"
# how its notice begins, after the count: who says it again with fewer details asks for it
OF_UNKNOWN = "requests are of service unknown"

# of the rows, as requests have them
_COLUMNS = (
    "day",
    "account",
    "region",
    "billed_account",
    "billed_region",
    "key",
    "trail",
    "reader",
    "folder",
    "bucket_key",
    "service",
    "caller",
    "resource",
    "cause",
    "operation",
    "meter",
)


class Gathering:
    """Takes in what batches of files hold, in any order, and makes actuals of it."""

    def __init__(
        self, skipped: SkippedFiles, source: str = SOURCE, objects: ObjectTable | None = None
    ) -> None:
        self.skipped = skipped
        self._objects = objects
        self._source = source
        self._files = 0
        self._records = 0
        self._silent: Counter[str] = Counter()
        self._notes: Counter[str] = Counter()
        # codes stay what they are: after a folding several mean one request
        self._met: list[Request] = []
        self._codes: dict[Request, int] = {}
        self._folding = Folding()
        self._seen = Seen("event")
        self._hours: Hours = {}
        self._requests: Counter[Request] = Counter()
        self._copies = 0

    def take(self, counted: Counted) -> None:
        """Add a batch."""
        self._files += counted.files
        self._records += counted.records
        self._silent += counted.silent
        self._notes += counted.notes
        self.skipped.extend(counted.skipped)
        if self._folding.add(counted.folding.services):
            self._fold()
        codes = np.array([self._code_of(request) for request in counted.requests], dtype=np.int32)
        # each batch numbers its requests itself: to one numbering for all
        rows = rows_of(counted.seen)
        rows["request"] = codes[rows["request"]] if len(rows) else rows["request"]
        self._seen.add(rows)
        if self._objects is not None and counted.objects is not None:
            self._objects.take(counted.objects)
        for stream, days in counted.hours.items():
            known = self._hours.setdefault(stream, {})
            for day, hours in days.items():
                known[day] = known.get(day, 0) | hours

    def take_counts(self, counts: Counter[Request], copies: int) -> None:
        """Add requests that an engine counted without copies, and the number of those copies."""
        for request, quantity in counts.items():
            self._code_of(request)
            self._requests[self._folding.fold(request)] += quantity
        self._copies += copies

    @property
    def with_objects(self) -> bool:
        """Whether requests about objects of S3 are asked for one by one."""
        return self._objects is not None

    def take_objects(self, part: ObjectRequests) -> None:
        """Add requests about objects that an engine made of all events of these."""
        if self._objects is not None:
            self._objects.take_requests(part)

    def _code_of(self, request: Request) -> int:
        request = self._folding.fold(request)
        code = self._codes.setdefault(request, len(self._met))
        if code == len(self._met):
            self._met.append(request)
            if self._folding.meet(request):
                self._fold()
        return code

    def _fold(self) -> None:
        """Fold what was met before its service had too many."""
        self._met[:] = map(self._folding.fold, self._met)
        self._codes = {}
        for code, request in enumerate(self._met):
            self._codes.setdefault(request, code)
        counts, self._requests = self._requests, Counter()
        for request, quantity in counts.items():
            self._requests[self._folding.fold(request)] += quantity

    def close(self) -> None:
        """Forget everything, on disk too."""
        self._seen.close()
        if self._objects is not None:
            self._objects.close()

    def actuals(self, paths: tuple[str, ...], by: tuple[str, ...] | None) -> Actuals:
        """Everything taken in, as one measurement.

        Raises
        ------
        KmscostError
            Nothing could be read at all: no count is no zero.
        """
        # no file is not zero requests: a wrong folder must not look like a cheap month
        if self._files == self._silent.total():
            raise self._refuse_nothing(paths)
        # of two copies that tell as much the first in this order counts, whichever file came first
        requests = self._met
        order = np.empty(len(requests), dtype=np.int64)
        order[sorted(range(len(requests)), key=lambda code: sortable(requests[code]))] = np.arange(
            len(requests)
        )
        once = distinct(self._seen, len(requests), order)
        for request, quantity in zip(requests, once.quantity, strict=True):
            if quantity:
                self._requests[request] += int(quantity)
        self._copies += once.copies
        coverage = Coverage(self._hours)
        objects = self._objects
        replayed = {} if objects is None else {REPLAY: record_replays(objects.requests())}
        failed: Counter[str] = Counter()
        for request, quantity in self._requests.items():
            if request.error:
                failed[request.error] += quantity
        # failed calls are no rows: whether KMS charges for them nobody knows
        counts = [item for item in self._requests.items() if not item[0].error]
        dayless = sum(quantity for request, quantity in counts if request.day is None)
        notices = [
            *_failed_notices(failed),
            *_dayless_notices(dayless),
            *_attribution_notices(counts),
            *(_count_first(note, count) for note, count in sorted(self._notes.items())),
            *self.skipped.lines(),
            *coverage.notices(),
        ]
        return Actuals(
            source=self._source,
            all_rows=_rows(counts, coverage, self._source),
            files=self._files,
            records=self._records,
            duplicates=self._copies,
            skipped=self.skipped,
            coverage=coverage,
            notices=tuple(notices),
            by=by,
            details={
                "failed": {"calls": failed.total(), "by_error": dict(sorted(failed.items()))},
                **replayed,
            },
        )

    def _refuse_nothing(self, paths: tuple[str, ...]) -> KmscostError:
        for name, files in self._silent.items():
            self.skipped.extend(
                [Skipped(paths[0], f"{name} alone, which tell of no requests")] * files
            )
        expected = "CloudTrail log files (.json.gz or .json)"
        fix = "name the folder that AWSLogs/ is in, or a log file"
        return self.skipped.nothing(paths, expected, fix)


def _rows(counts: list[tuple[Request, int]], coverage: Coverage, source: str) -> PlainRows:
    columns = {name: [getattr(request, name) for request, _ in counts] for name in _COLUMNS}
    share = [
        coverage.of_day(request.recorder, request.recorder_region, request.day)
        if request.day
        else 0.0
        for request, _ in counts
    ]
    size = len(counts)
    return PlainRows(
        {
            **columns,
            "driver": [request.reader or request.trail for request, _ in counts],
            "quantity": [float(quantity) for _, quantity in counts],
            "unit": ["request"] * size,
            "source": [source] * size,
            "coverage": share,
        }
    )


def _failed_notices(failed: Counter[str]) -> list[str]:
    if not failed:
        return []
    most = sorted(failed.items(), key=lambda item: (-item[1], item[0]))[:3]
    kinds = ", ".join(f"{count:,} {error}" for error, count in most)
    calls = plural(failed.total(), "failed call", f"({kinds}) is", f"({kinds}) are")
    why = "no log file was written or read, and AWS's texts do not say whether KMS charges for them"
    return [f"{calls} counted apart: {why}"]


def _dayless_notices(requests: int) -> list[str]:
    if not requests:
        return []
    many = plural(requests, "request", "is", "are")
    return [f"{many} of no day: the time is missing, or cannot be read"]


def _attribution_notices(counts: Iterable[tuple[Request, int]]) -> list[str]:
    """The notices of requests without a service, without a sure meter, without a meter.

    Parameters
    ----------
    counts : iterable of (Request, int)
        How often each request was made.
    """
    unknown: Counter[str] = Counter()
    folded: Counter[str] = Counter()
    unsized = inferred = unnamed = 0
    for request, quantity in counts:
        if request.service == UNKNOWN:
            unknown[request.keys] += quantity
        if FOLDED in (request.resource, request.keys):
            folded[request.service] += quantity
        unsized += quantity * request.unsized
        inferred += quantity * request.inferred
        unnamed += quantity * (not request.meter)
    return [
        *_unknown_notices(unknown),
        *_folded_notices(folded),
        *_meter_notices(unsized, inferred, unnamed),
    ]


def _unknown_notices(unknown: Counter[str]) -> list[str]:
    if not unknown:
        return []
    text = f"{unknown.total():,} {OF_UNKNOWN}: a service stands between"
    (keys, _), *_ = sorted(unknown.items(), key=lambda item: (not item[0], -item[1], item[0]))
    example = f"; an encryption context of theirs has the keys {keys}" if keys else ""
    return [f"{text}, and the event does not say which{example}"]


def _folded_notices(folded: Counter[str]) -> list[str]:
    return [
        f"{quantity:,} requests of service {service} name too many resources to be told apart "
        f"(more than {MOST_RESOURCES:,}): they count under {FOLDED}"
        for service, quantity in sorted(folded.items())
    ]


def _meter_notices(unsized: int, inferred: int, unnamed: int) -> list[str]:
    notices = []
    if unsized:
        what = f"{plural(unsized, 'request')} on asymmetric keys under {ASYMMETRIC}"
        why = f"on keys of RSA_2048 a bill has them under {RSA_2048}, at a lower price"
        notices.append(f"{what}: {why}, and no event tells the size of the key")
    if inferred:
        what = f"{plural(inferred, 'request')} on HMAC, ML-DSA, ML-KEM, SM2 or Ed25519 keys"
        what += ", or by operations that this version does not know,"
        why = "no source names their price, the rest of their kind has it"
        notices.append(f"{what} under the likely meter, which is not confirmed: {why}")
    if unnamed:
        what = f"{plural(unnamed, 'request')} for key pairs without a meter"
        notices.append(f"{what}: no price list that was found names the kind of pair")
    return notices


def _count_first(note: str, number: int) -> str:
    """A note that begins with its noun, with how many there are."""
    noun, _, rest = note.partition(" ")
    notice = f"{plural(number, noun)} {rest}"
    return Doubt(notice, ELSEWHERE) if note in (NEXT_PAGE, MORE_HITS) else notice
