"""An inventory with each range at its mean.

Its cost is what a simulation expects but for products of one assumption with itself, and for the
free requests of which draws that need few leave some unused: `estimator/simulation/expected.py`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from estimator.inventory.assumptions import FilesPerDay, Range
from estimator.inventory.distributions import Kind, mean_of
from estimator.inventory.model import Inventory
from estimator.inventory.units import is_pace, is_share


def with_means(inventory: Inventory) -> Inventory:
    """The inventory with each range at its mean; itself where it has none."""
    others = inventory.other_kms_requests_per_month
    found: dict[str, Any] = {
        "accounts": _change_all(inventory.accounts, _files),
        "trails": _change_all(inventory.trails, _trail),
        "readers": _change_all(inventory.readers, _means),
        "growth": _change(inventory.growth, _means(inventory.growth, "growth")),
    }
    if any(not requests.is_number for _, requests in others.ranges()):
        each = others.each_payer
        found["other_kms_requests_per_month"] = dataclasses.replace(
            others,
            each_payer=None if each is None else _mean(each),
            by_id={name: _mean(requests) for name, requests in others.by_id.items()},
        )
    changed = {
        name: section for name, section in found.items() if section is not getattr(inventory, name)
    }
    return inventory.replace_sections(**changed) if changed else inventory


def _change_all(
    sections: tuple[Any, ...], means: Callable[[Any], dict[str, Any]]
) -> tuple[Any, ...]:
    """The sections with the means of each; the same tuple where none has a range."""
    updates = [means(section) for section in sections]
    if not any(updates):
        return sections
    return tuple(map(_change, sections, updates))


def _mean(given: Range, kind: Kind = "quantity") -> Range:
    if given.is_number:
        return given
    mean = Range.exactly(mean_of(given.low, given.mid, given.high, kind))
    # without its source a notice would say that it has none
    return dataclasses.replace(mean, source=given.source)


def _means(section: Any, kind: Kind | None = None) -> dict[str, Any]:
    """The mean of each range among the fields of a section."""
    return {
        name: _mean(value, kind or ("share" if is_share(name) else "quantity"))
        for name, value in section
        if isinstance(value, Range) and not value.is_number and not is_pace(name)
    }


def _files(owner: Any) -> dict[str, Any]:
    files: FilesPerDay | None = owner.files_per_day
    if files is None or not files.uncertain_ranges(""):
        return {}
    by_region = {region: _mean(each) for region, each in files.by_region.items()}
    other = None if files.other is None else _mean(files.other)
    return {"files_per_day": FilesPerDay(by_region, other)}


def _trail(trail: Any) -> dict[str, Any]:
    bucket = _means(trail.bucket)
    update = {**_means(trail), **_files(trail)}
    return {**update, "bucket": trail.bucket.model_copy(update=bucket)} if bucket else update


def _change(section: Any, update: dict[str, Any]) -> Any:
    if not update:
        return section
    if dataclasses.is_dataclass(section):
        return dataclasses.replace(section, **update)  # type: ignore[type-var]  # an account
    return section.model_copy(update=update)
