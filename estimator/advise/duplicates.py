"""Trails whose files another trail writes as well: which to drop, and who reads the other one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from estimator.advise.ending import Span, ended, is_inside, life_in
from estimator.advise.proposal import Proposal, Setting, place
from estimator.advise.situation import Situation
from estimator.inventory.sections import Reader, Trail
from estimator.months import ALWAYS, ordinal

_SOURCE = (
    "AWS CloudTrail User Guide, Creating a trail for an organization; Managing CloudTrail trail "
    "costs: every further trail writes its own files"
)

Rank = tuple[bool, float, float, int]


def duplicates(now: Situation) -> Iterator[Proposal]:
    """A proposal for each trail that can go because another one covers all of its streams."""
    found = _Overlaps(now)
    for trail in found.living:
        kept = found.kept_instead(trail)
        if kept is None:
            continue
        readers = _readers(now, trail, kept)
        if readers is None:
            continue
        settings = [*ended("trails", trail.name, trail, now.months), *readers]
        if trail.log_file_validation and not kept.log_file_validation:
            settings.append((place("trails", kept.name, "log_file_validation"), True))
        yield Proposal(
            kind="duplicate-trail",
            words="drop {}: another trail writes files of the same accounts and Regions",
            noun="trail",
            about=(trail.name,),
            settings=tuple(settings),
            loses=_loses(trail, kept),
            how=(
                f"move its readers to {kept.name}, then aws cloudtrail stop-logging --name "
                f"{trail.name}, and after a while aws cloudtrail delete-trail --name {trail.name}; "
                "the files that it wrote stay in its bucket, and their key must stay as long"
            ),
            source=_SOURCE,
            ends=frozenset({("trails", trail.name)}),
            uses=frozenset({("trails", kept.name)}),
            weight=now.cost_with_readers(trail) + now.event_costs[trail.name],
        )


class _Overlaps:
    """Which trails cover which."""

    def __init__(self, now: Situation) -> None:
        self.now = now
        self.lives: dict[str, Span] = {}
        self.living: list[Trail] = []
        self.rank: dict[str, Rank] = {}
        self.regions: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for account in now.inventory.accounts:
            self.regions[account.payer, account.partition].update(account.regions)
        self.own: defaultdict[str, list[Trail]] = defaultdict(list)
        self.shared: defaultdict[tuple[str, str], list[Trail]] = defaultdict(list)
        for number, trail in enumerate(now.inventory.trails):
            life = life_in(now.months, trail, now.key_of(trail))
            if life is None:
                continue
            self.living.append(trail)
            self.lives[trail.name] = life
            # of two that cover each other the one goes that is worth less or costs more
            cost = now.cost("trail", trail.name)
            begun = ordinal(trail.start, ALWAYS)
            self.rank[trail.name] = (trail.exclude_kms_events, cost, begun, number)
            if trail.scope == "account":
                self.own[trail.account].append(trail)
            else:
                home = now.accounts[trail.account]
                self.shared[home.payer, home.partition].append(trail)

    def kept_instead(self, trail: Trail) -> Trail | None:
        """The trail that stays where this one can go; None where it is needed."""
        covering = self._better(trail)
        staying = [other for other in covering if not self._better(other)]
        return min(staying, key=lambda one: self.rank[one.name], default=None)

    def _better(self, trail: Trail) -> list[Trail]:
        """Trails that cover this one and would not rather go themselves."""
        home = self.now.accounts[trail.account]
        others = self.shared[home.payer, home.partition]
        if trail.scope == "account":
            others = [*others, *self.own[trail.account]]
        return [
            other
            for other in others
            if other is not trail
            and self._covers(other, trail)
            and (
                self.rank[other.name] < self.rank[trail.name]
                or other.scope != trail.scope
                or not self._covers(trail, other)
            )
        ]

    def _covers(self, other: Trail, trail: Trail) -> bool:
        """Whether another trail of the same organization or account writes all of these files."""
        if not is_inside(self.lives[trail.name], self.lives[other.name]):
            return False
        if other.regions is None:
            return True
        home = self.now.accounts[trail.account]
        whole = self.regions[home.payer, home.partition]
        every = whole if trail.scope == "organization" else home.regions
        return set(other.regions).issuperset(every if trail.regions is None else trail.regions)


def _readers(now: Situation, trail: Trail, kept: Trail) -> list[Setting] | None:
    """Readers of the dropped trail read the other one; None where they would read too much."""
    settings: list[Setting] = []
    for reader in now.readers_of[trail.name]:
        if reader.trails is None:
            continue
        names = [kept.name if name == trail.name else name for name in reader.trails]
        settings.append((place("readers", reader.name, "trails"), list(dict.fromkeys(names))))
        if kept.name in reader.trails:
            continue
        narrower = _narrowed(reader, trail, kept)
        if narrower and len(set(reader.trails)) > 1:
            return None  # what narrows one trail down would narrow the others too
        settings += [
            (place("readers", reader.name, name), value) for name, value in narrower.items()
        ]
    return settings


def _narrowed(reader: Reader, trail: Trail, kept: Trail) -> dict[str, Any]:
    """What keeps a reader to the accounts and Regions of the trail that goes."""
    found: dict[str, Any] = {}
    if trail.scope == "account" and kept.scope == "organization" and reader.accounts is None:
        found["accounts"] = [trail.account]
    if trail.regions is not None and reader.regions is None and kept.regions != trail.regions:
        found["regions"] = list(trail.regions)
    return found


def _loses(trail: Trail, kept: Trail) -> str:
    """What only the dropped trail has."""
    said = [
        f"{kept.name} stays and writes the same accounts and Regions. Check first what only "
        f"{trail.name} has: data events, Insights, other event selectors, its bucket's policy and "
        "retention, CloudWatch Logs, somebody else's ownership"
    ]
    if kept.exclude_kms_events and not trail.exclude_kms_events:
        said.append(f"{kept.name} excludes KMS events: they are logged no more")
    if kept.key is None and trail.key is not None:
        said.append(f"{kept.name} has SSE-S3: no key policy guards its files")
    if trail.log_file_validation and not kept.log_file_validation:
        said.append(f"log file validation is turned on for {kept.name}, which had none")
    said.append(
        "Each paid copy of other management events is saved too, USD 2.00 per 100,000; how many "
        "there are is not known, so this is not counted"
    )
    return ". ".join(said)
