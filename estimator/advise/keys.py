"""Keys that nothing uses, and several keys that could be one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from estimator.advise.ending import born_on, ended, is_inside, life_in
from estimator.advise.proposal import Proposal, Setting, place
from estimator.advise.situation import Situation
from estimator.inventory.sections import Key, Replication, Trail
from estimator.months import ALWAYS, ordinal

_PRICES = "AWS KMS pricing: each customer managed key a month, nothing while deletion is pending"


class _Uses:
    """Which trails and copies use which key."""

    def __init__(self, now: Situation) -> None:
        self.trails: defaultdict[str, list[Trail]] = defaultdict(list)
        self.copies: defaultdict[str, list[Replication]] = defaultdict(list)
        for trail in now.inventory.trails:
            if trail.key is not None:
                self.trails[trail.key].append(trail)
        for reader in now.inventory.readers:
            if isinstance(reader, Replication):
                self.copies[reader.destination_key].append(reader)

    def any(self, key: Key) -> bool:
        """Whether anything of the inventory uses it, or ever has: old files need their key."""
        return bool(self.trails[key.id] or self.copies[key.id])


def unused(now: Situation) -> Iterator[Proposal]:
    """Keys that no trail and no destination of copies uses."""
    uses = _Uses(now)
    for key in now.inventory.keys:
        settings = ended("keys", key.id, key, now.months)
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
    uses = _Uses(now)
    groups: defaultdict[tuple[str, str, str], list[Key]] = defaultdict(list)
    for key in now.inventory.keys:
        if uses.any(key) and life_in(now.months, key) is not None:
            groups[key.account, key.region, key.spec].append(key)
    for keys in groups.values():
        kept = min(keys, key=lambda one: (ordinal(born_on(one), ALWAYS), len(one.rotations)))
        whole = life_in(now.months, kept)
        for key in keys:
            life = life_in(now.months, key)
            if key is not kept and whole and life and is_inside(life, whole):
                yield _merged(now, uses, key, kept)


def _merged(now: Situation, uses: _Uses, key: Key, kept: Key) -> Proposal:
    trails, copies = uses.trails[key.id], uses.copies[key.id]
    settings: list[Setting] = [(place("trails", one.name, "key"), kept.id) for one in trails]
    settings += [(place("readers", one.name, "destination_key"), kept.id) for one in copies]
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
        settings=(*settings, *ended("keys", key.id, key, now.months)),
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
