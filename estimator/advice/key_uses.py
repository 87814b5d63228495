"""What of an inventory uses each of its keys."""

from __future__ import annotations

from collections import defaultdict

from estimator.advice.proposal import place
from estimator.inventory import Inventory
from estimator.inventory.changes.paths import Path
from estimator.inventory.sections import Key, Trail
from estimator.volume.readers import kind_of


class KeyUses:
    """The trails that use each key, and the settings that put copies under it.

    Attributes
    ----------
    trails, copies : mapping
        By the key's id.
    """

    def __init__(self, inventory: Inventory) -> None:
        self.trails: defaultdict[str, list[Trail]] = defaultdict(list)
        self.copies: defaultdict[str, list[Path]] = defaultdict(list)
        self._copiers: defaultdict[str, list[str]] = defaultdict(list)
        for trail in inventory.trails:
            if trail.key is not None:
                self.trails[trail.key].append(trail)
        for reader in inventory.readers:
            name = kind_of(reader).destination
            if name is not None:
                key = getattr(reader, name)
                self.copies[key].append(place("readers", reader.name, name))
                self._copiers[key].append(reader.name)

    def any(self, key: Key) -> bool:
        """Tell whether anything of the inventory uses it, or ever has: old files need their key."""
        return bool(self.trails[key.id] or self.copies[key.id])

    def names(self, key: Key) -> tuple[str, ...]:
        """The trails and readers, as a sentence names them."""
        trails = (f"trail {trail.name}" for trail in self.trails[key.id])
        return (*trails, *(f"reader {name}" for name in self._copiers[key.id]))
