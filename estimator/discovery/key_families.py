"""Multi-Region keys: a primary and its replicas, which share key material and rotation.

AWS KMS API Reference, "ReplicateKey", checked 2026-11-28.
"""

from __future__ import annotations

from collections.abc import Iterable

from estimator.discovery.estate import Resource

_ROTATION = (
    "its primary key, which is not described here, decides whether it rotates: up to two rotations "
    "add a key price to each replica too; `aws kms list-key-rotations` tells them"
)


def join_families(pairs: Iterable[tuple[Resource, Resource]], note: str) -> None:
    """Note at each key of a family the others, and at replicas whether and when they rotate.

    Parameters
    ----------
    pairs
        Primaries with one of their replicas each.
    note
        The attribute of a replica that names its primary.
    """
    families: dict[str, list[Resource]] = {}
    for primary, replica in pairs:
        families.setdefault(primary.identity, [primary]).append(replica)
        for name in ("rotates", "rotation_days"):
            fact = primary.fact(name)
            if fact is not None and replica.fact(name) is None:
                shared = f"its primary's {fact.note}"
                replica.record(name, fact.value, fact.source, fact.question, shared)
    for family in families.values():
        for key in family:
            others = [other for other in family if other is not key]
            key.record("relatives", [other.identity for other in others], key.source)
            regions = {str(region) for other in others if (region := other.value("region"))}
            if regions:
                key.record("replicas", sorted(regions), key.source, note=note)


def ask_for_rotation(replicas: Iterable[Resource]) -> None:
    """Ask for the rotation of replicas whose primary is not known: never is it none."""
    for replica in replicas:
        if replica.fact("rotates") is None and not replica.value("rotations"):
            replica.record("rotates", True, replica.source, _ROTATION)
