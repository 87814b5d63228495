"""Files and requests as equations: which streams put them, on how many days, what a key saves."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimator.figures import count, noun_of
from estimator.inventory import Inventory, Range
from estimator.inventory.sections import Bucket, Trail
from estimator.inventory.sources import BUCKET_KEY_SOURCE, DIGESTS_SOURCE, FILES_PER_DAY_SOURCE
from estimator.months import ALWAYS, FloatArray, IntArray, Period
from estimator.volume.equations import (
    Assumption,
    Equation,
    Expression,
    Pair,
    Product,
    Value,
    add_terms,
)
from estimator.volume.model import Model, Segment, Written
from estimator.volume.streams import files_assumption
from pricing.reading.validation import Section, Source

_MOST_LOOK_BACKS = 3
_MOST_MONTHS = 13  # months of a look-back that are written out before the rest is added up
_MOST = 12  # kinds of streams that are written out before the rest is added up


def origin_of(
    inventory: Inventory, owner: str, section: Section, name: str, default: Source | None = None
) -> Assumption | Source:
    """Find the place or the source that an assumption of a section comes from.

    Parameters
    ----------
    owner : str
        What the section is called, such as ``readers[siem]``.
    default : Source, optional
        Who says the number that holds where the inventory has none.
    """
    assumption: Range = getattr(section, name)
    # a preset is what the inventory writes in place of a number, and says its source
    written = (f"{owner}.{name}", *((f"{owner}.preset",) if assumption.source else ()))
    for path in written:
        if path in inventory.places:
            return Assumption(assumption, (path,))
    # an inventory that was made in Python has no places: what equals the default counts as it
    is_default = assumption == type(section).model_fields[name].default
    if is_default and default is not None:
        return default
    return Assumption(assumption, is_default=is_default)


def saving_value(inventory: Inventory, trail: Trail) -> Value | None:
    """The share that the Bucket Key of a trail saves; None without one."""
    if not trail.bucket.bucket_key:
        return None
    owner = f"trails[{trail.name}].bucket"
    origin = origin_of(inventory, owner, trail.bucket, "bucket_key_saving", BUCKET_KEY_SOURCE)
    return Value(trail.bucket.bucket_key_saving.mid, "saved by the Bucket Key", origin)


def retention_value(inventory: Inventory, trail: Trail, by: str = "") -> Value | None:
    """The days that a trail's bucket keeps files; None where it keeps them for ever.

    `by` says which bucket it is.
    """
    bucket: Bucket = trail.bucket
    if bucket.retention_days is None:
        return None
    origin = origin_of(inventory, f"trails[{trail.name}].bucket", bucket, "retention_days")
    days = bucket.retention_days.mid
    return Value(days, f"{noun_of(days, 'day')} kept{by}", origin)


def requests_equation(
    what: str, calls: Expression, number: float, saving: Value | None
) -> Equation:
    """The requests of as many S3 calls, less what a Bucket Key saves."""
    formula = calls
    # a factor of 1 - 0 would say nothing
    if saving is not None and saving.number:
        formula = Product((calls, Pair(Value(1.0), "-", saving)))
    return Equation(what, number, "requests", formula)


def growth_value(factor: float) -> tuple[Value, ...]:
    """A growth as a factor; none where nothing has grown."""
    return () if factor == 1 else (Value(factor, before="growth"),)


def files_equations(
    model: Model,
    written: Written,
    days: FloatArray,
    growth: tuple[Value, ...],
    what: str,
    is_grown: bool = False,
) -> list[Equation]:
    """The files that streams put on some days, a line for each kind of stream.

    Parameters
    ----------
    days : array
        Of each row of streams. [day]
    growth : tuple of Value
        What multiplies the files of all of them.
    what : str
        What the files are.
    is_grown : bool
        Whether the growth is in the days already.
    """
    kinds = _kinds(model, written, days)
    grown = float(np.prod([factor.number for factor in growth]))
    unit = "digests/day" if written.is_digest else "files/day"
    lines = []
    for kind in kinds[:_MOST]:
        factors = (
            Value(kind.files, unit, kind.origin),
            Value(kind.days, noun_of(kind.days, "day") + " as grown" * is_grown),
            Value(kind.streams, noun_of(kind.streams, "stream")),
            *growth,
        )
        lines.append(Equation(what, kind.put * grown, "files", Product(factors)))
    rest = kinds[_MOST:]
    if rest:
        streams = count(sum(kind.streams for kind in rest))
        number = grown * sum(kind.put for kind in rest)
        lines.append(Equation(f"{what} by {streams} other streams", number, "files"))
    return lines


@dataclass(frozen=True)
class _Kind:
    """Streams with the same number of files out of the same source, on as many days.

    The same number that stands in several places is one source: a line each would be no answer.
    """

    files: float
    days: float
    streams: int
    origin: Assumption | Source

    @property
    def put(self) -> float:
        return self.files * self.days * self.streams


def _kinds(model: Model, written: Written, days: FloatArray) -> list[_Kind]:
    """The different kinds of streams, those that put most first; only those that put any."""
    streams = written.streams
    origins, origin_of_row = _origins(model, written)
    # what a range says tells origins apart, not where it stands
    same: dict[Range | Source, int] = {}
    sort = [
        same.setdefault(origin.range if isinstance(origin, Assumption) else origin, len(same))
        for origin in origins
    ]
    columns = np.stack([streams.files, days, np.array(sort, dtype=np.float64)[origin_of_row]])
    alike, kind_of_row, size = np.unique(columns, axis=1, return_inverse=True, return_counts=True)
    put = alike[0] * alike[1] * size
    # stable: kinds that put the same stand in the same order, whatever that of the accounts
    order = np.argsort(-put, kind="stable")
    # where nothing is put, one line still says of what nothing is
    order = order[put[order] > 0] if put.any() else order[:1]
    kinds = []
    for position, number in enumerate(order.tolist()):
        # only kinds with a line of their own name their places
        chosen = origin_of_row[kind_of_row.reshape(-1) == number] if position < _MOST else []
        own = [origins[code] for code in dict.fromkeys(np.asarray(chosen, dtype=int).tolist())]
        named = [origin for origin in own if isinstance(origin, Assumption)]
        paths = [path for origin in named for path in origin.paths]
        origin = own[0] if own else origins[0]
        if isinstance(origin, Assumption):
            origin = Assumption(origin.range, tuple(dict.fromkeys(paths)))
        files, active = float(alike[0, number]), float(alike[1, number])
        kinds.append(_Kind(files, active, int(size[number]), origin))
    return kinds


def _origins(model: Model, written: Written) -> tuple[list[Assumption | Source], IntArray]:
    """The origins of files a day, and which of them holds for each row of streams."""
    streams = written.streams
    if written.is_digest:
        return [DIGESTS_SOURCE], np.zeros(len(streams), dtype=np.int64)
    inventory, names = model.inventory, list(model.inventory.region_codes)
    # most accounts say nothing of their own, or the same of all Regions: they are alike
    files = [account.files_per_day for account in inventory.accounts]
    own = np.array([-1 if given is None else number for number, given in enumerate(files)])
    by_region = np.array([given is None or bool(given.by_region) for given in files])
    account = own[streams.account]
    region = np.where(by_region[streams.account], streams.region, -1)
    _, first, place_of_row = np.unique(
        np.stack([streams.trail, account, region]), axis=1, return_index=True, return_inverse=True
    )
    found: list[Assumption | Source] = []
    for row in first.tolist():
        assumption = files_assumption(
            inventory.trails[streams.trail[row]],
            inventory.accounts[streams.account[row]],
            names[streams.region[row]],
        )
        named = None if assumption is None else Assumption(assumption[1], (assumption[0],))
        found.append(named or FILES_PER_DAY_SOURCE)
    return found, place_of_row.reshape(-1)


def files_value(
    lines: Sequence[Equation],
    number: float,
    words: str,
    note: str = "",
    is_average: bool = False,
) -> tuple[Value, Sequence[Equation]]:
    """All files of some lines as one value, and the lines that are left to show.

    One line alone stands as its working, in parentheses behind it.
    """
    if len(lines) != 1 or lines[0].formula is None:
        return Value(number, words, note=note, is_average=is_average), lines
    factors = [
        factor
        for factor in getattr(lines[0].formula, "factors", ())
        if not (factor.number == 1 and factor.words == "stream")
    ]
    working = Product(tuple(factors))
    return Value(number, words, note=note, working=working, is_average=is_average), ()


def grown_days(parts: list[tuple[Segment, FloatArray]], what: str) -> list[Equation]:
    """Days of several growths added up, by row of streams: the segments, and the days in each."""
    by_segment = np.stack([days for _, days in parts], axis=1)
    # streams of the same days share a line: patterns are few, streams may be many
    patterns = list(dict.fromkeys(map(tuple, by_segment.tolist())))
    equations = []
    for pattern in patterns[:_MOST_LOOK_BACKS]:
        terms = [(segment, days) for (segment, _), days in zip(parts, pattern, strict=True) if days]
        if terms:
            number = float(sum(segment.factor * days for segment, days in terms))
            equations.append(Equation(what, number, "days", add_terms(_grown_terms(terms))))
    return equations


def _grown_terms(terms: list[tuple[Segment, float]]) -> tuple[Expression, ...]:
    """Days of each month x its growth: the largest ones in order of time, then all others."""
    # the number breaks ties, so that equal months stay in the order of time
    size = sorted((-segment.factor * days, n) for n, (segment, days) in enumerate(terms))
    largest = sorted(n for _, n in size[:_MOST_MONTHS])
    shown: list[Expression] = [
        Product((Value(days, _time_of_puts(segment.period, days)), *growth_value(segment.factor)))
        for segment, days in (terms[n] for n in largest)
    ]
    rest = [terms[n] for _, n in size[_MOST_MONTHS:]]
    if rest:
        grown = sum(segment.factor * days for segment, days in rest)
        shown.append(Value(grown, f"of {len(rest)} other {noun_of(len(rest), 'month')}, as grown"))
    return tuple(shown)


def _time_of_puts(period: Period, days: float) -> str:
    """The time in which files were put, in words."""
    if period.start == ALWAYS:
        last = datetime.date.fromordinal(int(period.end) - 1)
        return f"{noun_of(days, 'day')} up to {last:%Y-%m}"
    return f"{noun_of(days, 'day')} of {datetime.date.fromordinal(int(period.start)):%Y-%m}"
