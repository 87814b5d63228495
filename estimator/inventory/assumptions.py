"""Assumptions: a number, or a range whose ends are its 5th and 95th percentile.

A quantity without upper limit is lognormal, so its median is the geometric mean of the ends; a
share (0 to 1) is logit-normal. `mid` overrides the median. The point forecast uses `mid` only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from estimator.figures import factor
from estimator.inventory.assumption_schemas import (
    FILES_SCHEMA,
    GROWTH_SCHEMA,
    QUANTITY_SCHEMA,
    SECONDS_SCHEMA,
    SHARE_SCHEMA,
)
from estimator.inventory.percentiles import (
    growth_median,
    logit_normal_median,
    lognormal_median,
    times_apart,
)
from pricing.reading.validation import (
    advise_number,
    advise_range,
    joined,
    read_number,
    read_percent,
    read_text,
    refusal,
    refusal_inside,
)
from pricing.reading.words import nearest, shown
from pricing.reading.written_numbers import range_parts
from pricing.regions import read_region

# A log file about every five minutes: AWS KMS Developer Guide, "How AWS CloudTrail uses AWS KMS",
# text of 2017-11-15 to 2021-09-11; checked 2026-11-23. Neither floor nor ceiling.
FILES_PER_DAY = 24 * 60 / 5

MAX_GROWTH = 10.0  # nobody plans more than elevenfold in a year [1/year]

_MOST_TIMES_APART = 1e12  # the ends of a range [1]

RANGE_KEYS = ("low", "high", "mid", "source")
_LARGEST_FACTOR = 2  # [1]: so much each year is written as 1.1 where 10 percent are meant
_REST = ("default", "others", "rest", "all", "every", "any", "else", "*", "all others")


@dataclass(frozen=True)
class Range:
    """An assumption: its 5th percentile, median and 95th percentile, and where it comes from."""

    low: float
    mid: float
    high: float
    source: str | None = None

    @classmethod
    def exactly(cls, number: float) -> Range:
        """A number that is known exactly.

        >>> Range.exactly(3).mid
        3
        """
        return cls(number, number, number)

    @property
    def is_number(self) -> bool:
        """True where it is a number, and nothing is uncertain."""
        return self.low == self.mid == self.high


@dataclass(frozen=True)
class FilesPerDay:
    """Log files per account and Region [file/day]: one assumption, or one for each Region."""

    by_region: Mapping[str, Range]
    other: Range | None

    def of(self, region: str) -> Range | None:
        """The assumption for a Region; None where nothing is said of it."""
        return self.by_region.get(region, self.other)

    def path(self, owner: str, region: str) -> str:
        """The path of the assumption for a Region, or for `other`.

        >>> FilesPerDay({}, Range.exactly(288)).path("trails[org]", "other")
        'trails[org].files_per_day'
        """
        return f"{owner}.files_per_day.{region}" if self.by_region else f"{owner}.files_per_day"

    def uncertain_ranges(self, owner: str) -> dict[str, Range]:
        """The ranges in it, and what each is called."""
        entries = list(self.by_region.items())
        if self.other is not None:
            entries.append(("other", self.other))
        return {
            self.path(owner, region): assumption
            for region, assumption in entries
            if not assumption.is_number
        }


def _read_part(key: str, read: Callable[[Any], Any], value: Any) -> Any:
    try:
        return read(value)
    except PydanticCustomError as error:
        raise refusal_inside(error, key) from None


def _read_share(value: Any) -> float:
    expected = "a share from 0 to 1"
    percent = read_percent(value)
    if percent is None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise refusal(value, expected, advise_number(value, _read_share))
    number = read_number(value) if percent is None else percent
    if not 0 <= number <= 1:
        raise refusal(value, expected, _share_fix(value))
    return number


def _share_fix(value: Any) -> str:
    """How to write a number above 1 as a share."""
    if isinstance(value, int | float) and 1 < value <= 100:
        return f"write {value / 100:.6g} or {value:.6g}% for {value:.6g} percent"
    percent = read_percent(value)
    is_below = (value if percent is None else percent) < 0
    return "remove the minus sign" if is_below else "write at most 1, which is 100%"


def _read_range(
    value: Any,
    read: Callable[[Any], float],
    median: Callable[[float, float], float],
    is_share: bool,
    least: float = 0.0,
) -> Range:
    if isinstance(value, Range):  # a default, or what a preset gave
        return value
    if not isinstance(value, dict):
        if range_parts(value) and read_percent(value) is None:
            raise refusal(value, "a number or a range", advise_range(value, read))
        return Range.exactly(read(value))
    if range_parts(value):  # {min: 150, max: 290}
        found = f"the keys {' and '.join(map(shown, value))}"
        raise refusal(value, "low and high", advise_range(value, read), found=found)
    parts = _read_parts(value, read)
    source = parts.pop("source", None)
    ends = [key for key in ("low", "high") if key in value]
    if len(ends) == 1 or not (ends or "mid" in value):
        raise refusal(value, "both low and high, or mid alone", "add what is missing")
    if not ends:
        mid = parts["mid"]
        return Range(mid, mid, mid, source)
    low, high = parts["low"], parts["high"]
    if low > high:
        raise refusal(value["low"], f"at most high, which is {factor(high)}", "swap them", ("low",))
    # the logarithm of nothing: no lognormal distribution has it as a percentile
    if low < high and low == least:
        fix = "write a small number such as 0.01, or one number without a range"
        raise refusal(value["low"], "more than 0 as 5th percentile", fix, ("low",))
    # as above: the odds of 1 are infinite
    if is_share and low < high and high == 1:
        fix = "write 0.999, or one number without a range"
        raise refusal(value["high"], "less than 1 as 95th percentile", fix, ("high",))
    if low < high and times_apart(low - least, high - least, is_share) > _MOST_TIMES_APART:
        # its mean would be a number that no float holds
        fix = "write a larger number, or one number without a range"
        raise refusal(value["low"], "at least a trillionth of high", fix, ("low",))
    # roots and sums leave a last digit over: 1 + 0.1 - 1 is more than 0.1
    mid = parts["mid"] if "mid" in parts else min(max(median(low, high), low), high)
    if not low <= mid <= high:
        raise refusal(
            mid, f"from low to high, {factor(low)} to {factor(high)}", "move it", ("mid",)
        )
    return Range(low, mid, high, source)


def _read_parts(value: dict[str, Any], read: Callable[[Any], float]) -> dict[str, Any]:
    """The ends, the median and the source of a range; every one that is wrong is refused."""
    parts: dict[str, Any] = {}
    errors = []
    for key, item in value.items():
        if key not in RANGE_KEYS:
            close = nearest(key, RANGE_KEYS)
            fix = f"did you mean `{close}`?" if close else "remove it"
            found = f"the unknown key {key!r}"
            errors.append(refusal(key, "low and high, or mid", fix, (key,), found))
            continue
        try:
            parts[key] = _read_part(key, read_text if key == "source" else read, item)
        except PydanticCustomError as error:
            errors.append(error)
    if errors:
        raise joined(errors)
    return parts


def is_range(value: dict[Any, Any]) -> bool:
    """True for a mapping that says one assumption, not one for each of several names."""
    # also by other names, which are refused with the right ones
    return any(key in RANGE_KEYS for key in value) or bool(range_parts(value))


def read_quantity(value: Any) -> Range:
    """A number from zero, or a range of one."""
    return _read_range(value, read_number, lognormal_median, False)


def read_seconds(value: Any) -> Range:
    """Seconds in which something happens: one or more, or a range of that."""
    return _read_range(value, _read_a_second, lognormal_median, False)


def _read_a_second(value: Any) -> float:
    number = read_number(value, _read_a_second)
    if number < 1:
        raise refusal(value, "at least 1 second", "quotas are per second: write 1")
    return number


def read_share(value: Any) -> Range:
    """A share from 0 to 1, as ``0.99`` or ``99%``, or a range of one."""
    return _read_range(value, _read_share, logit_normal_median, True)


def read_growth(value: Any) -> Range:
    """A yearly growth: ``10%`` or 0.1; a range of one; it may be negative above -100%.

    Above 100 percent the sign is needed: a plain 10 nearly always means 10 percent, not 1,000.
    """
    return _read_range(value, _read_growth, growth_median, False, least=-1.0)


def _read_growth(value: Any) -> float:
    number = read_percent(value)
    if number is None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            expected = "a yearly growth such as 10% or 0.1"
            raise refusal(value, expected, advise_number(value, _read_growth))
        number = float(value) if abs(value) < 1e6 else math.inf
        if 1 < number <= 100 * MAX_GROWTH:
            fix = f"{number:.12g} is {number * 100:,.12g} percent a year: write {number:.12g}%"
            fix += f", or {number * 100:.12g}%" if number <= MAX_GROWTH else ""
            if number < _LARGEST_FACTOR:
                fix += f", or {(number - 1) * 100:.12g}% if {number:.12g} is a factor"
            raise refusal(value, "a yearly growth, above 100 percent with its sign", fix)
    if not math.isfinite(number) or not -1 < number <= MAX_GROWTH:
        raise refusal(value, "a yearly growth above -100% and up to 1000%", "write it in percent")
    return number


def read_files_per_day(value: Any) -> FilesPerDay:
    """A number, a range, or a mapping of Regions with `other`."""
    if isinstance(value, FilesPerDay):
        return value
    if not isinstance(value, dict) or is_range(value):
        return FilesPerDay({}, read_quantity(value))
    if not value:
        raise refusal(
            value, "a number, a range or Regions", "remove the key", found="an empty mapping"
        )
    by_region: dict[str, Range] = {}
    errors = []
    for key, item in value.items():
        try:
            if key.casefold() in _REST:
                found = f"the key {key}"
                raise refusal(key, "a Region, or other", "write other", (key,), found)
            if key != "other":
                _read_part(key, read_region, key)
            by_region[key] = _read_part(key, read_quantity, item)
        except PydanticCustomError as error:
            errors.append(error)
    if errors:
        raise joined(errors)
    other = by_region.pop("other", None)
    return FilesPerDay(by_region, other)


def plain_range(value: Range) -> Any:
    """A range as YAML and JSON write it."""
    if value.is_number and value.source is None:
        return value.mid
    ends: dict[str, Any] = {} if value.is_number else {"low": value.low, "high": value.high}
    return {**ends, "mid": value.mid, **({"source": value.source} if value.source else {})}


def _plain_growth(value: Range) -> Any:
    """A growth as YAML and JSON write it: above 100 percent with its sign, or it is refused."""
    plain = plain_range(value)
    if isinstance(plain, dict):
        return {
            key: number if key == "source" else _with_sign(number) for key, number in plain.items()
        }
    return _with_sign(plain)


def _with_sign(number: float) -> float | str:
    # Decimal keeps every digit on the way there and back
    return f"{(Decimal(repr(number)) * 100).normalize():f}%" if number > 1 else number


def _plain_files(value: FilesPerDay) -> Any:
    if not value.by_region and value.other is not None:
        return plain_range(value.other)
    regions = {region: plain_range(assumption) for region, assumption in value.by_region.items()}
    return {**regions, **({"other": plain_range(value.other)} if value.other else {})}


_plain = PlainSerializer(plain_range)
Quantity = Annotated[Range, PlainValidator(read_quantity), _plain, WithJsonSchema(QUANTITY_SCHEMA)]
Share = Annotated[Range, PlainValidator(read_share), _plain, WithJsonSchema(SHARE_SCHEMA)]
Seconds = Annotated[Range, PlainValidator(read_seconds), _plain, WithJsonSchema(SECONDS_SCHEMA)]
GrowthRate = Annotated[
    Range,
    PlainValidator(read_growth),
    PlainSerializer(_plain_growth),
    WithJsonSchema(GROWTH_SCHEMA),
]
Files = Annotated[
    FilesPerDay,
    PlainValidator(read_files_per_day),
    PlainSerializer(_plain_files),
    WithJsonSchema(FILES_SCHEMA),
]
