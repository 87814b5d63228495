"""What each source saw of an estate: whole, in part, or not at all.

A draft is as complete as what it is drafted from. A call that failed, a plan of a part, a stack set
whose instances nobody lists: each is a value here, and reaches the draft's YAML, its notices and
its JSON. What is not noted here was seen whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from estimator.figures import listed

WHOLE, PART, NOT = "whole", "part", "not"
# the sections of an inventory that a source may see; buckets stand in their trails
SECTIONS = ("accounts", "keys", "trails")
_MOST_SOURCES = 3
# what is of CloudTrail and no gap, but may have a key and a price of its own
NO_TRAIL = "an event data store of CloudTrail Lake: it is no trail, and is not in the draft"


@dataclass(frozen=True)
class Seen:
    """What one source saw of a section, and why it was not all."""

    source: str
    section: str
    seen: str
    reasons: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """As documented JSON."""
        return {
            "source": self.source,
            "of": self.section,
            "seen": self.seen,
            "reasons": list(self.reasons),
        }


@dataclass
class Completeness:
    """What the sources of an estate saw, source by source."""

    _seen: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)
    _whole: set[tuple[str, str]] = field(default_factory=set)
    _absent: list[tuple[str, str]] = field(default_factory=list)
    _fixes: dict[str, str] = field(default_factory=dict)

    def saw(self, section: str, source: str) -> None:
        """Note that a source answered for a section; what it left out is noted apart."""
        self._seen.setdefault((section, source), {})
        self._whole.add((section, source))

    def missed(self, section: str, source: str, reason: str, fix: str = "") -> None:
        """Note what a source did not see of a section, why, and what to do."""
        self._seen.setdefault((section, source), {})[reason] = None
        self._fixes.setdefault(reason, fix)

    def fix_of(self, reason: str) -> str:
        """What to do about a reason; empty where its source does not say."""
        return self._fixes.get(reason, "")

    def absent(self, section: str, reason: str) -> None:
        """Note what no source was asked for."""
        self._absent.append((section, reason))

    def is_absent(self, section: str) -> bool:
        """True where something of a section was asked of no source."""
        return any(of == section for of, _ in self._absent)

    def all(self) -> tuple[Seen, ...]:
        """Every source with what it saw, by section and in the order of the sources."""
        found = [
            Seen(source, section, self._extent(section, source), tuple(reasons))
            for (section, source), reasons in self._seen.items()
        ]
        found += [Seen("", section, NOT, (reason,)) for section, reason in self._absent]
        return tuple(sorted(found, key=lambda seen: SECTIONS.index(seen.section)))

    def _extent(self, section: str, source: str) -> str:
        if not self._seen[section, source]:
            return WHOLE
        return PART if (section, source) in self._whole else NOT

    def is_blind(self, section: str) -> bool:
        """True where sources were asked for a section, and none of them saw anything of it."""
        extents = {self._extent(*place) for place in self._seen if place[0] == section}
        return extents == {NOT}

    def gaps(self, section: str) -> Iterator[str]:
        """Each reason once, with the sources that have it, as the draft writes it."""
        yield from (reason for of, reason in self._absent if of == section)
        yield from (f"{where}: {reason}" for where, reason in self.failures(section))

    def failures(self, section: str) -> Iterator[tuple[str, str]]:
        """The sources that were asked and did not see all, and the reason that they share."""
        sources: dict[str, list[str]] = {}
        for (of, source), reasons in self._seen.items():
            for reason in reasons if of == section else ():
                sources.setdefault(reason, []).append(source)
        for reason, names in sources.items():
            yield listed(names, _MOST_SOURCES), reason
