"""Keys that nothing uses, and several keys that could be one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from estimator.advice.baseline import Baseline
from estimator.advice.proposal import Proposal, Setting, end_item, is_inside, place
from estimator.inventory.changes.paths import Path
from estimator.inventory.sections import Key, Trail
from estimator.volume.readers import kind_of

_PRICES = "AWS KMS pricing: each customer managed key a month, nothing while deletion is pending"


class _Uses:
    """The trails that use each key, and the settings that put copies under it."""

    def __init__(self, baseline: Baseline) -> None:
        self.trails: defaultdict[str, list[Trail]] = defaultdict(list)
        self.copies: defaultdict[str, list[Path]] = defaultdict(list)
        for trail in baseline.inventory.trails:
            if trail.key is not None:
                self.trails[trail.key].append(trail)
        for reader in baseline.inventory.readers:
            name = kind_of(reader).destination
            if name is not None:
                self.copies[getattr(reader, name)].append(place("readers", reader.name, name))

    def any(self, key: Key) -> bool:
        """Tell whether anything of the inventory uses it, or ever has: old files need their key."""
        return bool(self.trails[key.id] or self.copies[key.id])


def unused_keys(baseline: Baseline) -> Iterator[Proposal]:
    """Keys that no trail and no destination of copies uses."""
    uses = _Uses(baseline)
    for key in baseline.inventory.keys:
        settings = _end_key(baseline, key)
        if uses.any(key) or not settings:
            continue
        yield Proposal(
            kind="unused-key",
            words="delete {}: nothing in the inventory uses it",
            noun="key",
            about=(key.id,),
            settings=settings,
            loses=(
                "whatever is encrypted under it, for ever, once it is deleted: the inventory knows "
                "trails and copies only. Look at its last use first, and disable it before deleting"
            ),
            how=(
                f"aws kms disable-key --key-id {key.arn or key.id}, wait, then aws kms "
                f"schedule-key-deletion --key-id {key.arn or key.id} --pending-window-in-days 30"
            ),
            source=_PRICES,
            ends=frozenset({("keys", key.id)}),
            weight=baseline.cost("key", key.id),
        )


def mergeable_keys(baseline: Baseline) -> Iterator[Proposal]:
    """Keys of one account and Region whose trails and copies could be under the oldest of them."""
    uses, active = _Uses(baseline), baseline.inventory.active.key
    groups: defaultdict[tuple[str, str, str], list[Key]] = defaultdict(list)
    for key in baseline.inventory.keys:
        if uses.any(key) and active[key.id].meets(baseline.months):
            groups[key.account, key.region, key.spec].append(key)
    for keys in groups.values():
        oldest = min(keys, key=lambda key: (active[key.id].start, len(key.rotations)))
        whole = baseline.in_months(active[oldest.id])
        for key in keys:
            if key is not oldest and is_inside(baseline.in_months(active[key.id]), whole):
                yield _propose_merge(baseline, uses, key, oldest)


def _end_key(baseline: Baseline, key: Key) -> tuple[Setting, ...]:
    return end_item("keys", key.id, key, baseline.inventory.active.key[key.id], baseline.months)


def _propose_merge(baseline: Baseline, uses: _Uses, key: Key, oldest: Key) -> Proposal:
    trails, copies = uses.trails[key.id], uses.copies[key.id]
    settings: list[Setting] = [(place("trails", trail.name, "key"), oldest.id) for trail in trails]
    settings += [(path, oldest.id) for path in copies]
    retention = [trail.bucket.retention_days for trail in trails]
    known = [days.mid for days in retention if days is not None]
    until = (
        f"{max(known):g} days after the change, when its buckets have let its files expire"
        if known and len(known) == len(retention) and not copies
        else "until its files have expired or have been copied"
    )
    commands = [
        f"aws cloudtrail update-trail --name {trail.name} --kms-key-id {oldest.arn or oldest.id}"
        for trail in trails[:3]
    ] + ["the ReplicaKmsKeyID of the replication rule"] * bool(copies)
    return Proposal(
        kind="one-key",
        words="put what is under {} under an older key of the same account and Region",
        noun="key",
        about=(key.id,),
        settings=(*settings, *_end_key(baseline, key)),
        loses=(
            f"one key policy for all that {oldest.id} then guards: who may decrypt one log may "
            "decrypt the other, unless the policy tells them apart by encryption context. The old "
            f"key stays, and is paid, {until}: the saving begins then"
        ),
        how=(
            f"{', '.join(commands)}; when no file needs it any more, aws kms schedule-key-deletion "
            f"--key-id {key.arn or key.id} --pending-window-in-days 30"
        ),
        source=_PRICES,
        ends=frozenset({("keys", key.id)}),
        uses=frozenset({("keys", oldest.id)}),
        weight=baseline.cost("key", key.id),
    )
