"""Keys that nothing uses, and several keys that could be one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from estimator.advice.baseline import Situation
from estimator.advice.ending import ended, is_inside
from estimator.advice.proposal import Proposal, Setting, place
from estimator.inventory.sections import Key, Trail
from estimator.scenarios.paths import Path
from estimator.volume.readers import kind_of

_PRICES = "AWS KMS pricing: each customer managed key a month, nothing while deletion is pending"


class _Uses:
    """Which trails use which key, and which settings put copies under it."""

    def __init__(self, now: Situation) -> None:
        self.trails: defaultdict[str, list[Trail]] = defaultdict(list)
        self.copies: defaultdict[str, list[Path]] = defaultdict(list)
        for trail in now.inventory.trails:
            if trail.key is not None:
                self.trails[trail.key].append(trail)
        for reader in now.inventory.readers:
            name = kind_of(reader).destination
            if name is not None:
                self.copies[getattr(reader, name)].append(place("readers", reader.name, name))

    def any(self, key: Key) -> bool:
        """Whether anything of the inventory uses it, or ever has: old files need their key."""
        return bool(self.trails[key.id] or self.copies[key.id])


def unused(now: Situation) -> Iterator[Proposal]:
    """Keys that no trail and no destination of copies uses."""
    uses = _Uses(now)
    for key in now.inventory.keys:
        settings = _ended(now, key)
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
            weight=now.cost("key", key.id),
        )


def merged(now: Situation) -> Iterator[Proposal]:
    """Keys of one account and Region whose trails and copies could be under the oldest of them."""
    uses, active = _Uses(now), now.inventory.active.key
    groups: defaultdict[tuple[str, str, str], list[Key]] = defaultdict(list)
    for key in now.inventory.keys:
        if uses.any(key) and active[key.id].meets(now.months):
            groups[key.account, key.region, key.spec].append(key)
    for keys in groups.values():
        kept = min(keys, key=lambda key: (active[key.id].start, len(key.rotations)))
        whole = now.in_months(active[kept.id])
        for key in keys:
            if key is not kept and is_inside(now.in_months(active[key.id]), whole):
                yield _merged(now, uses, key, kept)


def _ended(now: Situation, key: Key) -> tuple[Setting, ...]:
    return ended("keys", key.id, key, now.inventory.active.key[key.id], now.months)


def _merged(now: Situation, uses: _Uses, key: Key, kept: Key) -> Proposal:
    trails, copies = uses.trails[key.id], uses.copies[key.id]
    settings: list[Setting] = [(place("trails", one.name, "key"), kept.id) for one in trails]
    settings += [(path, kept.id) for path in copies]
    kept_days = [one.bucket.retention_days for one in trails]
    known = [days.mid for days in kept_days if days is not None]
    until = (
        f"{max(known):g} days after the change, when its buckets have let its files expire"
        if known and len(known) == len(kept_days) and not copies
        else "until its files have expired or have been copied"
    )
    commands = [
        f"aws cloudtrail update-trail --name {one.name} --kms-key-id {kept.arn or kept.id}"
        for one in trails[:3]
    ] + ["the ReplicaKmsKeyID of the replication rule"] * bool(copies)
    return Proposal(
        kind="one-key",
        words="put what is under {} under an older key of the same account and Region",
        noun="key",
        about=(key.id,),
        settings=(*settings, *_ended(now, key)),
        loses=(
            f"one key policy for all that {kept.id} then guards: who may decrypt one log may "
            "decrypt the other, unless the policy tells them apart by encryption context. The old "
            f"key stays, and is paid, {until}: the saving begins then"
        ),
        how=(
            f"{', '.join(commands)}; when no file needs it any more, aws kms schedule-key-deletion "
            f"--key-id {key.arn or key.id} --pending-window-in-days 30"
        ),
        source=_PRICES,
        ends=frozenset({("keys", key.id)}),
        uses=frozenset({("keys", kept.id)}),
        weight=now.cost("key", key.id),
    )
