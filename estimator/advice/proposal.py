"""Proposals: changes to the inventory, what they lose, how to make them."""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from estimator.inventory.changes import Change, read_settings
from estimator.inventory.changes.paths import Named, Path, path_text
from estimator.inventory.sections import ActiveItem, Key
from estimator.months import Months, Period
from pricing.reading.scalar_writer import flow

Setting = tuple[Path, Any]
Item = tuple[str, str]

_MOST_NAMES = 4


@dataclass(frozen=True)
class Proposal:
    """A change to the inventory that may save money.

    Attributes
    ----------
    kind : str
        What sort of thing it is, such as ``bucket-key``.
    words : str
        The title, with ``{}`` for what it is about.
    noun, about : str, tuple of str
        A trail, a reader or a key, and the names of those that it is about.
    settings : tuple
        Paths into the inventory and their new values.
    loses, how, source : str
        What is lost or what it costs; how the change is made; who says so.
    commands : tuple of str
        The commands of `how`, in order; each is copied whole into a shell.
    ends, uses : frozenset of (section, name)
        What it brings to an end, and what else it rests on.
    what_if, trade_off : bool
        The new value is an example, not a fact; security or audit is given up for money.
    weight : float
        The cost of what it is about, as it is: of many alike the dearest are evaluated apart.
        [currency]
    """

    kind: str
    words: str
    noun: str
    about: tuple[str, ...]
    settings: tuple[Setting, ...]
    loses: str
    how: str
    source: str
    commands: tuple[str, ...] = ()
    ends: frozenset[Item] = frozenset()
    uses: frozenset[Item] = frozenset()
    what_if: bool = False
    trade_off: bool = False
    weight: float = 0.0

    @property
    def title(self) -> str:
        """The change in one line."""
        return self.words.replace("{}", _names(self.noun, self.about), 1)

    @property
    def name(self) -> str:
        """A short name, as a scenario has it."""
        many = len(self.about) > _MOST_NAMES
        return (
            f"{self.kind} {f'{len(self.about):,} {self.noun}s' if many else ' '.join(self.about)}"
        )

    @cached_property
    def set(self) -> tuple[str, ...]:
        """The changes as `kmscost compare --set` takes them."""
        return tuple(
            f"{path_text(path)}={flow(value, quoted=True)}" for path, value in self.settings
        )

    @property
    def options(self) -> str:
        """The same as words of a command line."""
        return " ".join(f"--set {shlex.quote(text)}" for text in self.set)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The changes as read from `set`, so that `compare --set` shows what is promised."""
        return read_settings(self.set)

    @cached_property
    def items(self) -> frozenset[Item]:
        """Everything that it changes or rests on and that must not end."""
        changed = {(str(path[0]), str(path[1])) for path, _ in self.settings if len(path) > 1}
        return self.uses | (frozenset(changed) - self.ends)

    def scenario(self) -> dict[str, Any]:
        """The changes as a scenario file has them."""
        changes = [
            {"path": path_text(path), "value": _plain(value)} for path, value in self.settings
        ]
        return {"name": self.name, "changes": changes}


class Plan:
    """Proposals that go together: no path of one at, above or below one of another."""

    def __init__(self, proposals: Iterable[Proposal] = ()) -> None:
        self.proposals: list[Proposal] = []
        self._paths: set[Path] = set()
        self._above: set[Path] = set()
        self._ends: set[Item] = set()
        self._items: set[Item] = set()
        for proposal in proposals:
            self.add(proposal)

    def takes(self, proposal: Proposal) -> bool:
        """Tell whether a proposal goes with those that are in it."""
        if self._ends & (proposal.items | proposal.ends) or self._items & proposal.ends:
            return False
        return not any(
            path in self._above or any(path[:size] in self._paths for size in _sizes(path))
            for path, _ in proposal.settings
        )

    def add(self, proposal: Proposal) -> None:
        """Take a proposal in."""
        self.proposals.append(proposal)
        for path, _ in proposal.settings:
            self._paths.add(path)
            self._above.update(path[:size] for size in _sizes(path))
        self._ends |= proposal.ends
        self._items |= proposal.items

    def merge(self) -> Proposal:
        """Make one proposal of all, in the words of the first."""
        first = self.proposals[0]
        each = f"as {first.about[0]}, each: " if len(self.proposals) > 1 else ""
        return replace(
            first,
            loses=f"{each}{first.loses}",
            how=f"{each}{first.how}",
            about=tuple(name for proposal in self.proposals for name in proposal.about),
            settings=tuple(setting for proposal in self.proposals for setting in proposal.settings),
            ends=frozenset().union(*(proposal.ends for proposal in self.proposals)),
            uses=frozenset().union(*(proposal.uses for proposal in self.proposals)),
            weight=sum(proposal.weight for proposal in self.proposals),
        )


def _sizes(path: Path) -> range:
    return range(1, len(path) + 1)


def place(section: str, name: str, *keys: str) -> Path:
    """The path of something of an item: ``trails[org].key``."""
    return (section, Named(name), *keys)


def is_inside(period: Period, other: Period) -> bool:
    """Tell whether all days of a period are among those of another one."""
    return period & other == period


def end_item(
    section: str, name: str, item: ActiveItem, active: Period, months: Months
) -> tuple[Setting, ...]:
    """End an item with the first day of the months, or put it off until after them.

    Nothing where it is not active in them. What a trail has written until then can still be read.

    Parameters
    ----------
    active : Period
        When the item is active, as `Inventory.active` has it.
    """
    if not active.meets(months):
        return ()
    first, last = months.firsts[0], months.firsts[-1]
    rotations = item.rotations if isinstance(item, Key) else ()
    if active.start < first.toordinal():
        settings: list[Setting] = [(place(section, name, "until"), first)]
        staying = [day for day in rotations if day < first]
    else:
        # an end before the beginning is refused: it begins after the last month instead
        begin = "created" if isinstance(item, Key) and item.created else "from"
        settings = [(place(section, name, begin), last)]
        settings += [(place(section, name, "until"), None)] if item.until else []
        staying = []
    if len(staying) < len(rotations):
        settings.append((place(section, name, "rotations"), staying))
    return tuple(settings)


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value.isoformat() if isinstance(value, datetime.date) else value


def _names(noun: str, names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"{noun} {names[0]}"
    if len(names) <= _MOST_NAMES:
        return f"{noun}s {', '.join(names[:-1])} and {names[-1]}"
    return f"{len(names):,} {noun}s"
