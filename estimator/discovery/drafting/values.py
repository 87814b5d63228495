"""Values of an inventory as its file has them: compared with those of a draft, and written."""

from __future__ import annotations

from typing import Any

from estimator.inventory.assumptions import FilesPerDay, Range
from estimator.inventory.sections import Trail
from pricing.regions import default_regions


def effective_value(trail: Trail, name: str) -> Any:
    """What a trail has of a key, whether or not its file writes it."""
    value = getattr(trail, name)
    if isinstance(value, FilesPerDay):
        return value.other.mid if value.other is not None and not value.by_region else value
    return value


def regions_of(value: Any) -> tuple[str, ...]:
    """The Regions of a list, or of `default`."""
    listed = [value] if isinstance(value, str) else value
    return tuple(y for x in listed for y in (default_regions() if x == "default" else (x,)))


def is_same(value: Any, other: Any) -> bool:
    """True for values that YAML writes alike."""
    return bool(as_yaml(value) == as_yaml(other))


def as_yaml(value: Any) -> Any:
    """A value as YAML has it."""
    if isinstance(value, FilesPerDay):
        ranges = [*value.by_region.items(), ("other", value.other)]
        return {region: as_yaml(files) for region, files in ranges if files is not None}
    if isinstance(value, Range):
        return value.mid if value.is_number else {"low": value.low, "high": value.high}
    return list(value) if isinstance(value, tuple) else value
