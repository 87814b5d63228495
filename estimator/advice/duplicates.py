"""Trails whose files another trail writes as well: which to drop, and who reads the other one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from estimator.advice.baseline import Situation
from estimator.advice.ending import ended
from estimator.advice.overlaps import KMS_EVENTS, Overlaps
from estimator.advice.proposal import Proposal, Setting, place
from estimator.inventory.sections import Reader, Trail

_SOURCE = (
    "AWS CloudTrail User Guide, Creating a trail for an organization; Managing CloudTrail trail "
    "costs: every further trail writes its own files"
)


def duplicates(now: Situation) -> Iterator[Proposal]:
    """A proposal for each trail that can go because another one covers all of its streams."""
    overlaps = Overlaps(now)
    active = now.inventory.active.trail
    for trail in overlaps.trails:
        kept = overlaps.kept_instead(trail)
        if kept is None:
            continue
        readers = _readers(now, trail, kept)
        if readers is None:
            continue
        ending = ended("trails", trail.name, trail, active[trail.name], now.months)
        settings = [*ending, *readers]
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
            ends=frozenset({("trails", trail.name), (KMS_EVENTS, trail.name)}),
            uses=frozenset({("trails", kept.name), (KMS_EVENTS, kept.name)}),
            trade_off=_gives_up(trail, kept),
            weight=now.cost_with_readers(trail) + now.event_costs[trail.name],
        )


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


def _gives_up(trail: Trail, kept: Trail) -> bool:
    """Whether the trail that stays guards or records less."""
    unguarded = kept.key is None and trail.key is not None
    return unguarded or (kept.exclude_kms_events and not trail.exclude_kms_events)


def _loses(trail: Trail, kept: Trail) -> str:
    """What only the dropped trail has."""
    stays = f"{kept.name} stays and writes the same accounts and Regions"
    check = (
        f"check first what only {trail.name} has: data events, Insights, other event selectors, "
        "its bucket's policy and retention, CloudWatch Logs, an owner who needs it"
    )
    said = [f"{stays}; {check}"]
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
