"""Trails whose files another trail writes as well: which to drop, and who reads the other one."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

from estimator.advice.baseline import Baseline
from estimator.advice.overlaps import KMS_EVENTS, Overlaps
from estimator.advice.proposal import Proposal, Setting, end_item, place
from estimator.inventory.sections import Reader, Trail

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
            loses=_loses(trail, other),
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
        if reader.trails is None:
            continue
        names = [other.name if name == trail.name else name for name in reader.trails]
        settings.append((place("readers", reader.name, "trails"), list(dict.fromkeys(names))))
        if other.name in reader.trails:
            continue
        narrower = _narrow(reader, trail, other)
        if narrower and len(set(reader.trails)) > 1:
            return None  # what narrows one trail down would narrow the others too
        settings += [
            (place("readers", reader.name, name), value) for name, value in narrower.items()
        ]
    return settings


def _narrow(reader: Reader, trail: Trail, other: Trail) -> dict[str, Any]:
    """Filters that keep a reader to the accounts and Regions of the trail that goes."""
    filters: dict[str, Any] = {}
    if trail.scope == "account" and other.scope == "organization" and reader.accounts is None:
        filters["accounts"] = [trail.account]
    if trail.regions is not None and reader.regions is None and other.regions != trail.regions:
        filters["regions"] = list(trail.regions)
    return filters


def _gives_up(trail: Trail, other: Trail) -> bool:
    """Tell whether the trail that stays guards or records less."""
    unguarded = other.key is None and trail.key is not None
    return unguarded or (other.exclude_kms_events and not trail.exclude_kms_events)


def _loses(trail: Trail, other: Trail) -> str:
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
    return ". ".join(losses)
