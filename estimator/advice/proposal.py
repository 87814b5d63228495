"""What might be done: changes to the inventory, what they lose, how to make them."""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from estimator.scenarios.paths import Named, Path, written
from estimator.scenarios.reading import read_set
from estimator.scenarios.scenario import Change
from pricing.reading.scalars import flow

Setting = tuple[Path, Any]
Item = tuple[str, str]

_MOST_NAMES = 4


@dataclass(frozen=True)
class Proposal:
    """One thing to try.

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
        What is lost or what it costs; a command or setting; who says so.
    ends, uses : frozenset of (section, name)
        What it brings to an end, and what else it rests on.
    what_if, trade_off : bool
        The new value is an example, not a fact; security or audit is given up for money.
    weight : float
        What it is about costs so much now: where many are alike, which to try apart. [currency]
    """

    kind: str
    words: str
    noun: str
    about: tuple[str, ...]
    settings: tuple[Setting, ...]
    loses: str
    how: str
    source: str
    ends: frozenset[Item] = frozenset()
    uses: frozenset[Item] = frozenset()
    what_if: bool = False
    trade_off: bool = False
    weight: float = 0.0

    @property
    def title(self) -> str:
        """What to do, in one line."""
        return self.words.replace("{}", _listed(self.noun, self.about), 1)

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
        return tuple(f"{written(path)}={flow(value, quoted=True)}" for path, value in self.settings)

    @property
    def options(self) -> str:
        """The same as words of a command line."""
        return " ".join(f"--set {shlex.quote(one)}" for one in self.set)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The changes, as read from `set`: what is promised is what `compare --set` makes."""
        return read_set(self.set)

    @cached_property
    def items(self) -> frozenset[Item]:
        """Everything that it changes or rests on and that must not end."""
        changed = {(str(path[0]), str(path[1])) for path, _ in self.settings if len(path) > 1}
        return self.uses | (frozenset(changed) - self.ends)

    def scenario(self) -> dict[str, Any]:
        """The changes as a scenario file has them."""
        changes = [{"path": written(path), "value": _plain(value)} for path, value in self.settings]
        return {"name": self.name, "changes": changes}


class Plan:
    """Proposals that go together: no path of one at, above or below one of another."""

    def __init__(self, proposals: Iterable[Proposal] = ()) -> None:
        self.proposals: list[Proposal] = []
        self._paths: set[Path] = set()
        self._above: set[Path] = set()
        self._ends: set[Item] = set()
        self._items: set[Item] = set()
        for one in proposals:
            self.add(one)

    def takes(self, proposal: Proposal) -> bool:
        """Whether a proposal goes with those that are in it."""
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

    def merged(self) -> Proposal:
        """All of them as one, in the words of the first."""
        first, some = self.proposals[0], self.proposals
        each = f"as {first.about[0]}, each: " if len(some) > 1 else ""
        return replace(
            first,
            loses=f"{each}{first.loses}",
            how=f"{each}{first.how}",
            about=tuple(name for one in some for name in one.about),
            settings=tuple(setting for one in some for setting in one.settings),
            ends=frozenset().union(*(one.ends for one in some)),
            uses=frozenset().union(*(one.uses for one in some)),
            weight=sum(one.weight for one in some),
        )


def _sizes(path: Path) -> range:
    return range(1, len(path) + 1)


def place(section: str, name: str, *keys: str) -> Path:
    """The path of something of an item: ``trails[org].key``."""
    return (section, Named(name), *keys)


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def _listed(noun: str, names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"{noun} {names[0]}"
    if len(names) <= _MOST_NAMES:
        return f"{noun}s {', '.join(names[:-1])} and {names[-1]}"
    return f"{len(names):,} {noun}s"
