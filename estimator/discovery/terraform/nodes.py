"""The resources of a document, one by one, with what only applying the plan will show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from estimator.discovery.terraform.documents import TYPES, Document, Resource, Values
from estimator.discovery.terraform.written import Written
from pricing.reading.json_files import decode_part

APPLY = "known only after apply"


@dataclass
class Node:
    """One instance: where it is, what is known of it, and what is not known yet."""

    source: str
    address: str
    module: str
    mode: str
    type: str
    name: str
    index: int | str | None
    values: Mapping[str, Any]
    unknown: Mapping[str, Any] = field(default_factory=dict)
    # the provider block that it belongs to
    provider: str = ""

    @property
    def label(self) -> str:
        """File and address: what comments say."""
        return f"{self.source}: {self.address}"

    def is_unknown(self, name: str) -> bool:
        """Whether an attribute is known only after apply."""
        value = self.unknown.get(name)
        return value is True or (isinstance(value, list) and True in value)

    def text(self, name: str) -> str | None:
        """A text that is not empty; None for everything else."""
        value = self.values.get(name)
        return value if isinstance(value, str) and value else None

    def block(self, *names: str) -> Mapping[str, Any]:
        """The first block of a name inside of another; empty where there is none."""
        inside: Mapping[str, Any] = self.values
        for name in names:
            inside = first_block(inside.get(name))
        return inside


def first_block(value: Any) -> Mapping[str, Any]:
    """The first block of a list, or the block itself; empty where there is none."""
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, Mapping) else {}


def nodes_of(document: Document, source: str, written: Written) -> Iterator[Node]:
    """Every instance of the types that an estate is made of, each address once."""
    if document.is_state_file:
        yield from _state_nodes(document, source)
        return
    unknown = {
        one.address: decode_part(one.change.after_unknown, source, one.address)
        for one in document.resource_changes or ()
        if one.type in TYPES and one.change is not None
    }
    prior = document.prior_state.values if document.prior_state else None
    met: set[str] = set()
    # what is planned wins over what was there; only data sources stand in the prior state alone
    for values, only in ((document.planned_values, ""), (document.values, ""), (prior, "data")):
        for module, one in _resources(values):
            if one.address in met or (only and one.mode != only):
                continue
            met.add(one.address)
            node = _node(one, module, source, unknown.get(one.address))
            node.provider = written.provider_of(module, one.mode, one.type, one.name)
            yield node


def _resources(values: Values | None) -> Iterator[tuple[str, Resource]]:
    if values is not None and values.root_module is not None:
        yield from ((m, one) for m, one in values.root_module.all() if one.type in TYPES)


def _node(one: Resource, module: str, source: str, unknown: Any) -> Node:
    values = decode_part(one.values, source, one.address)
    return Node(
        source,
        one.address or f"{one.type}.{one.name}",
        module,
        one.mode,
        one.type,
        one.name,
        one.index,
        values if isinstance(values, dict) else {},
        unknown if isinstance(unknown, dict) else {},
    )


def _state_nodes(document: Document, source: str) -> Iterator[Node]:
    for one in document.resources or ():
        if one.type not in TYPES:
            continue
        for instance in one.instances or ():
            index = instance.index_key
            suffix = "" if index is None else f"[{index!r}]".replace("'", '"')
            data = "data." if one.mode == "data" else ""
            prefix = f"{one.module}." if one.module else ""
            address = f"{prefix}{data}{one.type}.{one.name}{suffix}"
            values = decode_part(instance.attributes, source, address)
            yield Node(
                source,
                address,
                one.module,
                one.mode,
                one.type,
                one.name,
                index,
                values if isinstance(values, dict) else {},
                provider=one.provider,
            )
