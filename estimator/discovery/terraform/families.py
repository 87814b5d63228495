"""Multi-Region keys of a document: a primary and its replicas rotate together, and each costs."""

from __future__ import annotations

from collections.abc import Iterable

from estimator.discovery.estate import Resource


def join_families(pairs: Iterable[tuple[Resource, Resource]]) -> None:
    """Note at each key of a family the others, and at replicas whether and when they rotate.

    Parameters
    ----------
    pairs
        Primaries with one of their replicas each. They share key material and the status of
        automatic rotation (AWS KMS API Reference, "ReplicateKey", checked 2026-11-28).
    """
    families: dict[str, list[Resource]] = {}
    for primary, replica in pairs:
        families.setdefault(primary.identity, [primary]).append(replica)
        for name in ("rotates", "rotation_days"):
            fact = primary.fact(name)
            if fact is not None and replica.fact(name) is None:
                note = f"its primary's {fact.note}"
                replica.record(name, fact.value, fact.source, fact.question, note)
    for family in families.values():
        for key in family:
            others = [other for other in family if other is not key]
            key.record("relatives", [other.identity for other in others], key.source)
            regions = {str(region) for other in others if (region := other.value("region"))}
            if regions:
                key.record("replicas", sorted(regions), key.source, note="primary_key_arn")
