"""Trails that write files of the same accounts and Regions: which to drop, who reads the other."""

from __future__ import annotations

import math
import shlex
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from estimator.advice.baseline import Baseline
from estimator.advice.proposal import Proposal, Setting, end_item, is_inside, place
from estimator.figures import factor, noun_of
from estimator.inventory import Inventory, Range
from estimator.inventory.sections import Reader, Trail
from estimator.months import ALWAYS, Period
from estimator.volume.readers import LookBack, kind_of

Rank = tuple[bool, bool, float, float, int]

# what advice may bring to an end besides a trail itself: its copy of the KMS events
KMS_EVENTS = "KMS events"

_SOURCE = (
    "AWS CloudTrail User Guide, Creating a trail for an organization; Managing CloudTrail trail "
    "costs: every further trail writes its own files"
)


def duplicates(baseline: Baseline) -> Iterator[Proposal]:
    """A proposal for each trail that can go because another one covers all of its streams."""
    overlaps = Overlaps(baseline)
    active = baseline.inventory.active.trail
    for trail in overlaps.trails:
        other = overlaps.replacement(trail)
        if other is None:
            continue
        readers = _readers(baseline, trail, other)
        if readers is None:
            continue
        ending = end_item("trails", trail.name, trail, active[trail.name], baseline.months)
        settings = [*ending, *readers]
        if trail.log_file_validation and not other.log_file_validation:
            settings.append((place("trails", other.name, "log_file_validation"), True))
        yield Proposal(
            kind="duplicate-trail",
            words="drop {}: another trail writes files of the same accounts and Regions",
            noun="trail",
            about=(trail.name,),
            settings=tuple(settings),
            loses=". ".join(
                [*_losses(trail, other), *_look_backs(baseline, trail, other, readers)]
            ),
            how=(
                f"move its readers to {other.name}, then stop its logging, and after a while "
                "delete it; the files that it wrote stay in its bucket, and their key must stay as "
                "long"
            ),
            source=_SOURCE,
            commands=(
                shlex.join(["aws", "cloudtrail", "stop-logging", "--name", trail.name]),
                shlex.join(["aws", "cloudtrail", "delete-trail", "--name", trail.name]),
            ),
            ends=frozenset({("trails", trail.name), (KMS_EVENTS, trail.name)}),
            uses=frozenset({("trails", other.name), (KMS_EVENTS, other.name)}),
            trade_off=_gives_up(trail, other),
            weight=baseline.cost_with_readers(trail) + baseline.event_costs[trail.name],
        )


def _readers(baseline: Baseline, trail: Trail, other: Trail) -> list[Setting] | None:
    """Readers of the dropped trail read the other one; None where they would read too much."""
    settings: list[Setting] = []
    for reader in baseline.readers_of[trail.name]:
        reads = [each for each in baseline.inventory.read_by(reader) if kind_of(reader).reads(each)]
        narrower = _narrow(baseline.inventory, reader, trail, other)
        if trail not in reads or narrower is None:
            continue  # it gets nothing of what goes, and would get something of what stays
        if reader.trails is not None:
            names = [other.name if name == trail.name else name for name in reader.trails]
            settings.append((place("readers", reader.name, "trails"), list(dict.fromkeys(names))))
        if other in reads:
            continue
        if narrower and len(reads) > 1:
            # what narrows one trail down would narrow the others too
            if reader.trails is not None:
                return None
            continue  # it names none: what the other one begins to have for it is its to read
        settings += [
            (place("readers", reader.name, name), value) for name, value in narrower.items()
        ]
    return settings


def _narrow(
    inventory: Inventory, reader: Reader, trail: Trail, other: Trail
) -> dict[str, Any] | None:
    """Filters that keep a reader to the accounts and Regions of the trail that goes.

    None where it lets nothing of that trail through.
    """
    filters: dict[str, Any] = {}
    covered: dict[str, tuple[str, ...]] = {}
    coverage = inventory.coverage
    # only against what the other one has besides: a filter that changes nothing stands in the way
    if trail.scope == "account" and len(coverage.members[coverage.group_of[other.name]]) > 1:
        covered["accounts"] = (trail.account,)
    if trail.regions is not None and not set(coverage.regions(other)) <= set(trail.regions):
        covered["regions"] = tuple(trail.regions)
    for name, values in covered.items():
        listed = getattr(reader, name)
        common = [value for value in values if listed is None or value in listed]
        if not common:
            return None
        if listed is None or not set(listed) <= set(values):
            filters[name] = common
    return filters


def _gives_up(trail: Trail, other: Trail) -> bool:
    """Tell whether the trail that stays guards or records less."""
    unguarded = other.key is None and trail.key is not None
    return unguarded or (other.exclude_kms_events and not trail.exclude_kms_events)


def _look_backs(
    baseline: Baseline, trail: Trail, other: Trail, settings: Sequence[Setting]
) -> Iterator[str]:
    """Say of which moved readers the look back meets another history: no filter is by time."""
    changed = {path for path, _ in settings}
    for reader in baseline.readers_of[trail.name]:
        is_moved = place("readers", reader.name, "trails") in changed
        if None in (trail.key, other.key) or not is_moved:
            continue
        kind = kind_of(reader)
        if not issubclass(kind, LookBack):
            continue
        window = getattr(reader, kind.window)
        before, after = (
            _days_met(baseline, reader, window, each, trail) for each in (trail, other)
        )
        if before != after:
            days = f"{_days(after)} of files in place of {_days(before)}"
            yield (
                f"{reader.name} looks back: in {other.name} it meets {days}; the saving counts this"
            )


def _days_met(
    baseline: Baseline, reader: Reader, window: Range | None, trail: Trail, narrowed: Trail
) -> float:
    """The days of files of a trail, in what another one covers, that a look back meets at first."""
    active = baseline.inventory.active
    start = active.writing[trail.name].start
    if narrowed.scope == "account":
        start = max(start, active.account[narrowed.account].start)
    now = baseline.months.begin[0] if reader.only_day is None else reader.only_day.toordinal()
    retention = trail.bucket.retention_days
    most = (math.inf if days is None else days.mid for days in (window, retention))
    return min(math.inf if start == ALWAYS else max(float(now) - start, 0.0), *most)


def _days(days: float) -> str:
    """Days in words; of what has no beginning all of them."""
    return "all days" if math.isinf(days) else f"{factor(days)} {noun_of(days, 'day')}"


def _losses(trail: Trail, other: Trail) -> list[str]:
    """Say what is lost with the dropped trail."""
    stays = f"{other.name} stays and writes the same accounts and Regions"
    check = (
        f"check first what only {trail.name} has: data events, Insights, other event selectors, "
        "its bucket's policy and retention, CloudWatch Logs, an owner who needs it"
    )
    losses = [f"{stays}; {check}"]
    if other.exclude_kms_events and not trail.exclude_kms_events:
        losses.append(f"{other.name} excludes KMS events: they are logged no more")
    if other.key is None and trail.key is not None:
        losses.append(f"{other.name} has SSE-S3: no key policy guards its files")
    if trail.log_file_validation and not other.log_file_validation:
        losses.append(f"log file validation is turned on for {other.name}, which had none")
    losses.append(
        "Each paid copy of other management events is saved too, USD 2.00 per 100,000; how many "
        "there are is not known, so this is not counted"
    )
    return losses


class Overlaps:
    """The trails of the months, and those of them that cover each other.

    A trail records KMS events on all its active days, but writes files only while its key is
    active too: who writes the files of another need not record its events, nor the reverse.
    """

    def __init__(self, baseline: Baseline) -> None:
        self.baseline = baseline
        self.recording: dict[str, Period] = {}
        self.writing: dict[str, Period] = {}
        self.trails: list[Trail] = []  # those that write files
        self.rank: dict[str, Rank] = {}
        self.regions: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for account in baseline.inventory.accounts:
            self.regions[account.payer, account.partition].update(account.regions)
        self.own: defaultdict[str, list[Trail]] = defaultdict(list)
        self.shared: defaultdict[tuple[str, str], list[Trail]] = defaultdict(list)
        active = baseline.inventory.active.trail
        for number, trail in enumerate(baseline.inventory.trails):
            self.recording[trail.name] = baseline.in_months(active[trail.name])
            self.writing[trail.name] = baseline.writing(trail)
            if self.recording[trail.name].is_empty:
                continue
            if not self.writing[trail.name].is_empty:
                self.trails.append(trail)
            # of two that cover each other the one goes that is worth less or costs more
            cost = baseline.cost("trail", trail.name)
            worth_less = (trail.exclude_kms_events, trail.key is None)
            self.rank[trail.name] = (*worth_less, cost, active[trail.name].start, number)
            if trail.scope == "account":
                self.own[trail.account].append(trail)
            else:
                home = baseline.inventory.accounts_by_id[trail.account]
                self.shared[home.payer, home.partition].append(trail)

    def replacement(self, trail: Trail) -> Trail | None:
        """The trail that stays where this one can go; None where it is needed."""
        better = self._better(trail)
        staying = [other for other in better if not self._better(other)]
        return min(staying, key=lambda other: self.rank[other.name], default=None)

    def recorders(self, trail: Trail) -> list[Trail]:
        """All other trails that record the KMS events of everywhere that this one does."""
        return [
            other
            for other in self._others(trail)
            if not other.exclude_kms_events and self._records(other, trail)
        ]

    def _others(self, trail: Trail) -> list[Trail]:
        """The other trails of the same account, or of its organization."""
        home = self.baseline.inventory.accounts_by_id[trail.account]
        others = self.shared[home.payer, home.partition]
        if trail.scope == "account":
            others = [*others, *self.own[trail.account]]
        return [other for other in others if other is not trail]

    def _find_covering(self, trail: Trail) -> list[Trail]:
        """All other trails that write the files of this one too."""
        return [other for other in self._others(trail) if self._covers(other, trail)]

    def _better(self, trail: Trail) -> list[Trail]:
        """Trails that cover this one and would not rather go themselves."""
        return [
            other
            for other in self._find_covering(trail)
            if self.rank[other.name] < self.rank[trail.name]
            or other.scope != trail.scope
            or not self._covers(trail, other)
        ]

    def _covers(self, other: Trail, trail: Trail) -> bool:
        """Tell whether another trail writes all of these files, and is active on all these days."""
        is_written = is_inside(self.writing[trail.name], self.writing[other.name])
        return is_written and self._records(other, trail)

    def _records(self, other: Trail, trail: Trail) -> bool:
        """Tell whether another trail is active on all of these days, in all of these Regions."""
        if not is_inside(self.recording[trail.name], self.recording[other.name]):
            return False
        if other.regions is None:
            return True
        home = self.baseline.inventory.accounts_by_id[trail.account]
        whole = self.regions[home.payer, home.partition]
        every = whole if trail.scope == "organization" else home.regions
        return set(other.regions).issuperset(every if trail.regions is None else trail.regions)
