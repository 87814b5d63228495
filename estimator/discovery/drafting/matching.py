"""What of a draft an inventory has already: the same key or trail, the same value of it.

Accounts match by id, keys by ARN (else by id in the same account and Region, else as the key of the
same trail), trails by name and account. Values are the same where YAML writes them alike.
"""

from __future__ import annotations

from typing import Any

from estimator.discovery.drafting.lines import Item
from estimator.discovery.drafting.locations import is_placeholder
from estimator.discovery.drafting.outline import Outline
from estimator.inventory.assumptions import FilesPerDay, Range
from estimator.inventory.model import Inventory
from estimator.inventory.sections import Key, Trail
from pricing.arns import parse_arn
from pricing.regions import default_regions


def match_key(inventory: Inventory, outline: Outline, item: Item) -> tuple[int | None, bool]:
    """The place of a key in the inventory, and whether only its trail tells that it is the same.

    People name a key otherwise than AWS does; that of the same trail, in the same account and
    Region, is the same key.
    """
    for number, key in enumerate(inventory.keys):
        if _is_same_key(key, item):
            return number, False
    trails = [trail for trail in outline.trails if trail.value("key") == item.value("id")]
    for found in (match_trail(inventory, trail) for trail in trails):
        name = inventory.trails[found].key if found is not None else None
        for number, key in enumerate(inventory.keys):
            if key.id == name and _may_be_same_key(key, item):
                return number, True
    return None, False


def match_trail(inventory: Inventory, item: Item) -> int | None:
    """The place of a trail in the inventory; None where none fits, or several do."""
    name, account = item.value("name"), item.value("account")
    arn = parse_arn(name, "cloudtrail")
    # of several trails of one name the draft names each by its ARN
    names = {name, arn.name if arn else name}
    fits = [
        number
        for number, trail in enumerate(inventory.trails)
        if trail.name in names
        and (is_placeholder(account) or trail.account == account)
        and trail.home_region in (None, item.value("home_region"))
    ]
    return fits[0] if len(fits) == 1 else None


def _is_same_key(key: Key, item: Item) -> bool:
    arn = item.value("arn")
    if arn is not None and key.arn is not None:
        return bool(arn == key.arn)
    return all(getattr(key, name) == item.value(name) for name in ("id", "account", "region"))


def _may_be_same_key(key: Key, item: Item) -> bool:
    arn = item.value("arn")
    placed = (key.account, key.region) == (item.value("account"), item.value("region"))
    return placed and (arn is None or key.arn is None or arn == key.arn)


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
