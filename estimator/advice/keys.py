"""What uses each key: keys that nothing uses, and several keys that could be one."""

from __future__ import annotations

import datetime
import shlex
from collections import defaultdict
from collections.abc import Iterator

from estimator.advice.baseline import Baseline
from estimator.advice.proposal import Proposal, Setting, end_item, is_inside, place
from estimator.inventory import Inventory
from estimator.inventory.changes.paths import Path
from estimator.inventory.sections import Key, Trail
from estimator.volume.readers import kind_of

_MOST_COMMANDS = 3  # of trails alike
_PRICES = "AWS KMS pricing: each customer managed key a month, nothing while deletion is pending"


class KeyUses:
    """The trails that use each key, and the settings that put copies under it.

    Attributes
    ----------
    trails, copies : mapping
        By the key's id.
    """

    def __init__(self, inventory: Inventory) -> None:
        self.trails: defaultdict[str, list[Trail]] = defaultdict(list)
        self.copies: defaultdict[str, list[Path]] = defaultdict(list)
        self._copiers: defaultdict[str, list[str]] = defaultdict(list)
        for trail in inventory.trails:
            if trail.key is not None:
                self.trails[trail.key].append(trail)
        for reader in inventory.readers:
            name = kind_of(reader).destination
            if name is not None:
                key = getattr(reader, name)
                self.copies[key].append(place("readers", reader.name, name))
                self._copiers[key].append(reader.name)

    def any(self, key: Key) -> bool:
        """Tell whether anything of the inventory uses it, or ever has: old files need their key."""
        return bool(self.trails[key.id] or self.copies[key.id])

    def names(self, key: Key) -> tuple[str, ...]:
        """The trails and readers, as a sentence names them."""
        trails = (f"trail {trail.name}" for trail in self.trails[key.id])
        return (*trails, *(f"reader {name}" for name in self._copiers[key.id]))


def unused_keys(baseline: Baseline) -> Iterator[Proposal]:
    """Keys that no trail and no destination of copies uses."""
    uses = KeyUses(baseline.inventory)
    for key in baseline.inventory.keys:
        settings = _end_key(baseline, key)
        # the inventory knows trails and copies only: logs may show who else needs it
        if uses.any(key) or key.id in baseline.used_keys or not settings:
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
            how="disable it, wait until nobody can have missed it, then let it be deleted",
            source=_PRICES,
            commands=end_commands(key.arn or key.id),
            ends=frozenset({("keys", key.id)}),
            weight=baseline.cost("key", key.id),
        )


def mergeable_keys(baseline: Baseline) -> Iterator[Proposal]:
    """Keys of one account and Region whose trails and copies could be under the oldest of them."""
    uses, active = KeyUses(baseline.inventory), baseline.inventory.active.key
    groups: defaultdict[tuple[str, str, str], list[Key]] = defaultdict(list)
    for key in baseline.inventory.keys:
        if uses.any(key) and active[key.id].meets(baseline.months):
            groups[key.account, key.region, key.spec].append(key)
    for keys in groups.values():
        oldest = min(keys, key=lambda key: (active[key.id].start, len(key.rotations)))
        whole = baseline.in_months(active[oldest.id])
        for key in keys:
            if key is oldest or not is_inside(baseline.in_months(active[key.id]), whole):
                continue
            moves = _move_uses(baseline, uses, key, oldest)
            if moves is not None:
                yield _propose_merge(baseline, uses, key, oldest, moves)


def end_commands(name: str) -> tuple[str, str]:
    """AWS's own commands that disable a key, and later have it deleted."""
    disable = shlex.join(["aws", "kms", "disable-key", "--key-id", name])
    delete = f"aws kms schedule-key-deletion --key-id {shlex.quote(name)}"
    return disable, f"{delete} --pending-window-in-days 30"


def _end_key(baseline: Baseline, key: Key) -> tuple[Setting, ...]:
    return end_item("keys", key.id, key, baseline.inventory.active.key[key.id], baseline.months)


def _move_uses(
    baseline: Baseline, uses: KeyUses, key: Key, oldest: Key
) -> tuple[Setting, ...] | None:
    """Put what is under a key under the oldest one, on the same days as before.

    The oldest key is there for longer: a trail would have written, and copies been made, before the
    younger one was there. None where days cannot say it: a trail records KMS events on days on
    which it writes nothing.
    """
    active = baseline.inventory.active
    settings: list[Setting] = []
    for trail in uses.trails[key.id]:
        before = active.writing[trail.name]
        after = active.trail[trail.name] & active.key[oldest.id]
        if before.is_empty:
            continue  # nothing of it was ever under the key
        if baseline.in_months(before) != baseline.in_months(after):
            return None
        settings.append((place("trails", trail.name, "key"), oldest.id))
        looks_back = any(kind_of(each).looks_back for each in baseline.readers_of[trail.name])
        if before.start != after.start and looks_back:
            settings.append((place("trails", trail.name, "from"), _day(before.start)))
    for path in uses.copies[key.id]:
        name = str(path[1])
        before, after = (active.reader[name] & active.key[each.id] for each in (key, oldest))
        if before.is_empty:
            continue
        settings.append((path, oldest.id))
        inside, wider = baseline.in_months(before), baseline.in_months(after)
        # no day outside of the months: one that nobody wrote would be the end of all time
        if inside.start != wider.start:
            settings.append((place("readers", name, "from"), _day(inside.start)))
        if inside.end != wider.end:
            settings.append((place("readers", name, "until"), _day(inside.end)))
    return tuple(settings)


def _day(ordinal: float) -> datetime.date:
    return datetime.date.fromordinal(int(ordinal))


def _propose_merge(
    baseline: Baseline, uses: KeyUses, key: Key, oldest: Key, moves: tuple[Setting, ...]
) -> Proposal:
    trails, copies = uses.trails[key.id], uses.copies[key.id]
    retention = [trail.bucket.retention_days for trail in trails]
    known = [days.mid for days in retention if days is not None]
    until = (
        f"{max(known):g} days after the change, when its buckets have let its files expire"
        if known and len(known) == len(retention) and not copies
        else "until its files have expired or have been copied"
    )
    update = ["aws", "cloudtrail", "update-trail", "--kms-key-id", oldest.arn or oldest.id]
    commands = [shlex.join([*update, "--name", trail.name]) for trail in trails[:_MOST_COMMANDS]]
    more = len(trails) - len(commands)
    alike = f", {more:,} more trails alike" if more else ""
    copied = ", and set the ReplicaKmsKeyID of the replication rule" if copies else ""
    return Proposal(
        kind="one-key",
        words="put what is under {} under an older key of the same account and Region",
        noun="key",
        about=(key.id,),
        settings=(*moves, *_end_key(baseline, key)),
        loses=(
            f"one key policy for all that {oldest.id} then guards: who may decrypt one log may "
            "decrypt the other, unless the policy tells them apart by encryption context. The old "
            f"key stays, and is paid, {until}: the saving begins then"
        ),
        how=(
            f"let {oldest.id} be the key of what is written from now on{alike}{copied}; when no "
            f"file needs {key.id} any more, let it be deleted"
        ),
        source=_PRICES,
        commands=(*commands, end_commands(key.arn or key.id)[1]),
        ends=frozenset({("keys", key.id)}),
        uses=frozenset({("keys", oldest.id)}),
        weight=baseline.cost("key", key.id),
    )
