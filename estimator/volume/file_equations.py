"""Files and requests as equations: which streams put them, on how many days, what a key saves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from estimator.figures import count
from estimator.inventory import Inventory, Range
from estimator.inventory.sections import Bucket, Trail
from estimator.inventory.sources import BUCKET_KEY_SOURCE, DIGESTS_SOURCE, FILES_PER_DAY_SOURCE
from estimator.months import FloatArray
from estimator.volume.equations import Assumption, Equation, Expression, Pair, Product, Value
from estimator.volume.model import Model, Written
from estimator.volume.streams import Streams, files_assumption
from pricing.regions import regions as known_regions
from pricing.validation import Section, Source

_MOST = 12  # kinds of streams that are written out before the rest is added up


def plural(number: float, word: str) -> str:
    """A word for so many things.

    >>> plural(1, "day"), plural(0.5, "day"), plural(3, "query")
    ('day', 'days', 'queries')
    """
    if number == 1:
        return word
    return f"{word[:-1]}ies" if word.endswith("y") and not word.endswith("ay") else f"{word}s"


def origin_of(
    inventory: Inventory, owner: str, section: Section, name: str, default: Source | None = None
) -> Assumption | Source:
    """Where an assumption of a section comes from.

    Parameters
    ----------
    owner : str
        What the section is called, such as ``readers[siem]``.
    default : Source, optional
        Who says the number that holds where the inventory has none.
    """
    assumption: Range = getattr(section, name)
    for path in (f"{owner}.{name}", f"{owner}.preset"):
        if path in inventory.places:
            return Assumption(assumption, (path,))
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
    return Value(days, f"{plural(days, 'day')} kept{by}", origin)


def requests_equation(
    what: str, calls: Expression, number: float, saving: Value | None
) -> Equation:
    """The requests of as many S3 calls, less what a Bucket Key saves."""
    formula = calls
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
    alike = _alike(model, written, days)
    grown = float(np.prod([factor.number for factor in growth]))
    order = sorted(alike, key=lambda kind: -kind[0] * kind[1] * len(alike[kind][1]))
    order = [kind for kind in order if kind[0] * kind[1]] or order[:1]  # only what puts any
    unit = "digests/day" if written.growth is model.growths["digests"] else "files/day"
    lines = []
    for kind in order[:_MOST]:
        (files, lived, _), (origin, rows) = kind, alike[kind]
        factors = (
            Value(files, unit, origin),
            Value(lived, plural(lived, "day") + " as grown" * is_grown),
            Value(len(rows), plural(len(rows), "stream")),
            *growth,
        )
        number = files * lived * len(rows) * grown
        lines.append(Equation(what, number, "files", Product(factors)))
    rest = order[_MOST:]
    if rest:
        number = grown * sum(kind[0] * kind[1] * len(alike[kind][1]) for kind in rest)
        streams = sum(len(alike[kind][1]) for kind in rest)
        lines.append(Equation(f"{what} by {count(streams)} other streams", number, "files"))
    return lines


_Kind = tuple[float, float, Any]


def _alike(
    model: Model, written: Written, days: FloatArray
) -> dict[_Kind, tuple[Assumption | Source, list[int]]]:
    """The rows of streams with the same number of files out of the same source, on as many days.

    The same number that stands in several places is one source: a row each would be no answer.
    """
    origins = _origins(model, written)
    paths: dict[_Kind, dict[str, None]] = {}
    rows: dict[_Kind, list[int]] = {}
    for row, (files, lived, origin) in enumerate(
        zip(written.streams.files.tolist(), days.tolist(), origins, strict=True)
    ):
        kind = (files, lived, origin.range if isinstance(origin, Assumption) else origin)
        rows.setdefault(kind, []).append(row)
        if isinstance(origin, Assumption):
            paths.setdefault(kind, {}).update(dict.fromkeys(origin.paths))
    return {
        kind: (Assumption(kind[2], tuple(paths[kind])) if kind in paths else kind[2], chosen)
        for kind, chosen in rows.items()
    }


def _origins(model: Model, written: Written) -> Iterable[Assumption | Source]:
    streams = written.streams
    if written.growth is model.growths["digests"]:
        return [DIGESTS_SOURCE] * len(streams)
    inventory, regions = model.inventory, list(known_regions())
    known: dict[tuple[int, int, int], Assumption | Source] = {}
    found = []
    for trail, account, region in _places(streams):
        # most accounts say nothing of their own, and are alike
        own = account if inventory.accounts[account].files_per_day is not None else -1
        origin = known.get((trail, own, region))
        if origin is None:
            assumption = files_assumption(
                inventory.trails[trail], inventory.accounts[account], regions[region]
            )
            origin = FILES_PER_DAY_SOURCE
            if assumption is not None:
                path, numbers = assumption
                origin = Assumption(numbers, (path,))
            known[trail, own, region] = origin
        found.append(origin)
    return found


def _places(streams: Streams) -> Iterable[tuple[int, int, int]]:
    return zip(
        streams.trail.tolist(), streams.account.tolist(), streams.region.tolist(), strict=True
    )


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
