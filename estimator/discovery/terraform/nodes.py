"""The resources of a document, one by one, with what only applying the plan will show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from estimator.discovery.terraform.documents import TYPES, Document, ModuleResource, Values
from estimator.discovery.terraform.expressions import Expressions
from pricing.reading.json_files import decode_part

APPLY = "known only after apply"
CUT = "this file does not say it"
UNTOUCHED = "the plan does not touch it: drafted from the state before it"
FORGOTTEN = "a removed block: Terraform forgets it, and it lives on: drafted from the state before"

DEPOSED = "a deposed object, which a replacement left: it goes on until the next apply destroys it"


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
    # why it stands as it was before the plan; "" where the plan says what it will be
    before: str = ""
    # the key of a former object of this address that is still there; "" for the object itself
    deposed: str = ""
    # where nothing says what is known after apply, an attribute that is not here is open
    is_cut: bool = False
    sensitive: Mapping[str, Any] = field(default_factory=dict)
    # sensitive attributes whose values were read
    read: set[str] = field(default_factory=set)

    @property
    def label(self) -> str:
        """File and address: what comments say."""
        return f"{self.source}: {self.address}"

    def is_unknown(self, name: str) -> bool:
        """True for an attribute that is known only after apply, or that a cut file may lack."""
        return is_open(self.unknown.get(name)) or (self.is_cut and name not in self.values)

    @property
    def why_open(self) -> str:
        """Why an attribute is unknown."""
        return CUT if self.is_cut else APPLY

    def text(self, name: str) -> str | None:
        """A text that is not empty; None for everything else."""
        value = self.get(name)
        return value if isinstance(value, str) and value else None

    def get(self, name: str) -> Any:
        """Whatever stands in an attribute; one that is marked as sensitive is noted as read."""
        value = self.values.get(name)
        if value not in (None, "", [], {}) and has_mark(self.sensitive.get(name)):
            self.read.add(name)
        return value

    def block(self, *names: str) -> Mapping[str, Any]:
        """The first block of a name inside of another; empty where there is none."""
        inside = first_block(self.get(names[0]))
        for name in names[1:]:
            inside = first_block(inside.get(name))
        return inside


def is_open(marks: Any) -> bool:
    """True where marks of a plan say that all of it, or one of its items, is known after apply."""
    return marks is True or (isinstance(marks, list) and True in marks)


def has_mark(marks: Any) -> bool:
    """True where something inside is marked: marks have the shape of what they mark."""
    if isinstance(marks, Mapping | list):
        parts = marks.values() if isinstance(marks, Mapping) else marks
        return any(has_mark(part) for part in parts)
    return marks is True


def first_block(value: Any) -> Mapping[str, Any]:
    """The first block of a list, or the block itself; empty where there is none."""
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, Mapping) else {}


def blocks_of(value: Any) -> list[Any]:
    """The blocks of a name: a list, or the one block itself."""
    return value if isinstance(value, list) else [value] if isinstance(value, dict) else []


def nodes_of(document: Document, source: str, expressions: Expressions) -> Iterator[Node]:
    """Every instance of the types that an estate is made of, each address once."""
    if document.is_state_file:
        yield from _state_nodes(document, source)
        return
    # only the changes of a plan tell what is known after apply; the planned values leave it out
    unknown = {
        (resource.address, resource.deposed): decode_part(
            resource.change.after_unknown, source, resource.address
        )
        for resource in document.resource_changes or ()
        if resource.type in TYPES and resource.change is not None
    }
    prior = document.prior_state.values if document.prior_state else None
    actions = {
        (resource.address, resource.deposed): resource.change.actions or []
        for resource in document.resource_changes or ()
        if resource.type in TYPES and resource.change is not None
    }
    met: set[tuple[str, str]] = set()
    # what is planned wins over what was there; data sources stand in the prior state alone
    for values in (document.planned_values, document.values, prior):
        for module, resource in _resources(values):
            place = resource.address, resource.deposed_key
            if place in met:
                continue
            before = DEPOSED if resource.deposed_key else ""
            if values is prior and resource.mode == "managed":
                done = actions.get(place)
                if done is not None and "forget" not in done:
                    continue  # destroyed, which `Plan` tells
                before = FORGOTTEN if done is not None else before or UNTOUCHED
            met.add(place)
            changed = None if before else unknown.get(place)
            node = _node(resource, module, source, changed)
            node.before = before
            # Terraform leaves what is unknown out of planned values: their changes tell it
            is_planned = values is document.planned_values and resource.mode == "managed"
            node.is_cut = node.is_cut or (is_planned and place not in unknown)
            node.provider = expressions.provider_of(
                module, resource.mode, resource.type, resource.name
            )
            yield node


def address_of(address: str, deposed: str) -> str:
    """The address of an object, with the key of a deposed one as Terraform writes it.

    >>> address_of("aws_cloudtrail.org", "1a2b3c4d")
    'aws_cloudtrail.org (deposed object 1a2b3c4d)'
    """
    return f"{address} (deposed object {deposed})" if deposed else address


def _resources(values: Values | None) -> Iterator[tuple[str, ModuleResource]]:
    if values is not None and values.root_module is not None:
        yield from (
            (m, resource) for m, resource in values.root_module.all() if resource.type in TYPES
        )


def _node(resource: ModuleResource, module: str, source: str, unknown: Any) -> Node:
    values = decode_part(resource.values, source, resource.address)
    return Node(
        source,
        address_of(resource.address or f"{resource.type}.{resource.name}", resource.deposed_key),
        module,
        resource.mode,
        resource.type,
        resource.name,
        resource.index,
        values if isinstance(values, dict) else {},
        unknown if isinstance(unknown, dict) else {},
        deposed=resource.deposed_key,
        is_cut=not isinstance(values, dict),
        sensitive=_as_mapping(decode_part(resource.sensitive_values, source, resource.address)),
    )


def _as_mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _sensitive_paths(value: Any) -> Mapping[str, Any]:
    """The attributes that a state file marks: each a path of steps."""
    paths = [path for path in value if isinstance(path, list)] if isinstance(value, list) else []
    return {
        str(path[0].get("value")): True for path in paths if path and isinstance(path[0], Mapping)
    }


def _state_nodes(document: Document, source: str) -> Iterator[Node]:
    for resource in document.resources or ():
        if resource.type not in TYPES:
            continue
        for instance in resource.instances or ():
            index = instance.index_key
            suffix = "" if index is None else f"[{index!r}]".replace("'", '"')
            data = "data." if resource.mode == "data" else ""
            prefix = f"{resource.module}." if resource.module else ""
            address = address_of(
                f"{prefix}{data}{resource.type}.{resource.name}{suffix}", instance.deposed
            )
            values = decode_part(instance.attributes, source, address)
            if not isinstance(values, dict) and instance.attributes_flat:
                values, is_cut = dict(_read_flat(instance.attributes_flat)), True
            else:
                is_cut = not isinstance(values, dict)
            yield Node(
                source,
                address,
                resource.module,
                resource.mode,
                resource.type,
                resource.name,
                index,
                values if isinstance(values, dict) else {},
                provider=resource.provider,
                before=DEPOSED if instance.deposed else "",
                deposed=instance.deposed,
                is_cut=is_cut,
                sensitive=_sensitive_paths(
                    decode_part(instance.sensitive_attributes, source, address)
                ),
            )


def _read_flat(attributes: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """The values of a flat map: flags and texts, and lists that are empty; the others are open."""
    for name, text in attributes.items():
        if name.endswith(".#") and text == "0":
            yield name.removesuffix(".#"), []
        elif "." not in name:
            yield name, text == "true" if text in ("true", "false") else text
