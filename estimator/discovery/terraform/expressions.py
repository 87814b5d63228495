"""What stands in the configuration of a plan: which provider, and what an expression refers to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from estimator.discovery.terraform.documents import (
    TYPES,
    ConfigModule,
    ConfigResource,
    Configuration,
    Document,
)
from pricing.reading.json_files import decode_part

_INDEX = re.compile(r"\[(?:[^\]\"]|\"(?:[^\"\\]|\\.)*\")*\]")
_MODULE = re.compile(r"module\.([\w-]+)((?:\[(?:[^\]\"]|\"(?:[^\"\\]|\\.)*\")*\])?)\.?")
_DEEPEST = 20
# what a provider block says of other things than whose account it works in
_NO_CREDENTIALS = ("region", "default_tags", "ignore_tags", "max_retries", "retry_mode")


@dataclass(frozen=True)
class Target:
    """The end of an expression: a resource in a module instance, or a constant.

    `index` is the instance asked for, as it is written; "" for none.
    """

    module: str = ""
    type: str = ""
    name: str = ""
    index: str = ""
    attribute: str = ""
    is_data: bool = False
    constant: Any = None


@dataclass(frozen=True)
class Each:
    """The `for_each` and the own index of the resource or module in which an expression stands."""

    expression: Any = None
    index: str = ""


class Expressions:
    """The configuration of a plan; of a state nothing is written here."""

    def __init__(self, document: Document, source: str = "") -> None:
        self._configuration = document.configuration or Configuration()
        self._variables = document.variables or {}
        self._source = source
        self._known: dict[str, dict[tuple[str, str, str], ConfigResource]] = {}

    def provider_of(self, module: str, mode: str, kind: str, name: str) -> str:
        """The key of the provider block that a resource belongs to; "" where nobody tells."""
        resource = self._resource(module, mode, kind, name)
        return resource.provider_config_key if resource is not None else ""

    def provider_value(self, key: str, *names: str) -> Any:
        """A constant of a provider block, or of the variable that it names; None for the rest."""
        blocks = self._configuration.provider_config or {}
        block = blocks.get(key) or blocks.get(key.rpartition(":")[2])
        expression: Any = self._part(block.expressions) if block is not None else None
        for name in names:
            first = expression[0] if isinstance(expression, list) and expression else expression
            expression = first.get(name) if isinstance(first, dict) else None
        target = next(self._follow(expression, "", 0), None)
        return target.constant if target is not None and not target.type else None

    def credentials(self, key: str) -> str | None:
        """Whose account a provider block works in, as one text; None where its words are open.

        Blocks that differ only in their Region work with the same credentials.
        """
        blocks = self._configuration.provider_config or {}
        block = blocks.get(key) or blocks.get(key.rpartition(":")[2])
        expressions = self._part(block.expressions) if block is not None else None
        own = {
            name: value
            for name, value in (expressions if isinstance(expressions, dict) else {}).items()
            if name not in _NO_CREDENTIALS
        }
        text = json.dumps([block.name if block is not None else "", own], sort_keys=True)
        # two references of one name may mean two values: `local.roles["a"]` stands as local.roles
        return None if '"references"' in text else text

    def targets(
        self,
        module: str,
        mode: str,
        kind: str,
        name: str,
        attribute: str,
        index: int | str | None = None,
    ) -> list[Target]:
        """The ends of an instance's attribute, through variables and outputs of modules."""
        resource = self._resource(module, mode, kind, name)
        if resource is None:
            return []
        attributes = self._part(resource.expressions)
        expression = attributes.get(attribute) if isinstance(attributes, dict) else None
        own = "" if index is None else f"[{json.dumps(index)}]"
        each = Each(self._part(resource.for_each_expression), own)
        return list(dict.fromkeys(self._follow(expression, module, 0, each)))

    def configured(self, kind: str) -> list[str]:
        """The addresses of all resources of a type as they are written, without indexes."""
        found, waiting = [], [("", self._configuration.root_module)]
        while waiting:
            address, module = waiting.pop()
            if module is None:
                continue
            prefix = f"{address}." if address else ""
            found += [
                f"{prefix}{resource.type}.{resource.name}"
                for resource in module.resources or ()
                if resource.type == kind and resource.mode == "managed"
            ]
            calls = (module.module_calls or {}).items()
            waiting += [(f"{prefix}module.{name}", call.module) for name, call in calls]
        return sorted(found)

    def _resource(self, module: str, mode: str, kind: str, name: str) -> ConfigResource | None:
        if module not in self._known:
            # every resource of a module asks for the same list
            holder = self._module(module)
            listed = (holder.resources or ()) if holder is not None else ()
            self._known[module] = {(x.mode, x.type, x.name): x for x in listed if x.type in TYPES}
        return self._known[module].get((mode, kind, name))

    def _part(self, raw: msgspec.Raw) -> Any:
        return decode_part(raw, self._source, "configuration")

    def _module(self, address: str) -> ConfigModule | None:
        module = self._configuration.root_module
        for match in _MODULE.finditer(address):
            call = (module.module_calls or {}).get(match[1]) if module is not None else None
            module = call.module if call is not None else None
        return module

    def _follow(
        self, expression: Any, module: str, depth: int, each: Each | None = None
    ) -> Iterator[Target]:
        """The targets of an expression that stands in a module instance."""
        if not isinstance(expression, Mapping) or depth > _DEEPEST:
            return
        if "constant_value" in expression:
            yield Target(constant=_hashable(expression["constant_value"]))
            return
        for reference in _references(expression):
            yield from self._resolve(reference, module, depth, each)

    def _resolve(
        self, reference: str, module: str, depth: int, each: Each | None = None
    ) -> Iterator[Target]:
        head, _, rest = reference.partition(".")
        if head == "each" and each is not None and rest.split(".")[0] == "value":
            yield from self._each_value(rest.removeprefix("value"), module, depth, each)
            return
        if head == "var":
            yield from self._variable(rest.partition(".")[0].partition("[")[0], module, depth)
        elif head == "module":
            match = _MODULE.match(reference)
            if match is None:
                return
            inside = f"{module}.{match[0].rstrip('.')}" if module else match[0].rstrip(".")
            output = reference[match.end() :].partition(".")[0].partition("[")[0]
            called = self._module(inside)
            value = (called.outputs or {}).get(output) if called is not None else None
            if value is not None:
                yield from self._follow(self._part(value.expression), inside, depth + 1)
        elif head not in ("local", "each", "count", "path", "self", "terraform"):
            target = _target(reference, module)
            if target is not None:
                yield target

    def _each_value(self, rest: str, module: str, depth: int, each: Each) -> Iterator[Target]:
        """The ends of `each.value`: of a chained for_each, the instance of the same key."""
        references = _references(each.expression)
        whole = len(references) == 1 and _is_whole(references[0])
        for reference in references:
            text = f"{reference}{each.index}{rest}" if whole else reference
            yield from self._resolve(text, module, depth + 1)

    def _variable(self, name: str, module: str, depth: int) -> Iterator[Target]:
        if not module:
            value = self._variables.get(name)
            given = self._part(value.value) if value is not None else None
            if given is not None:
                yield Target(constant=_hashable(given))
            return
        calls = list(_MODULE.finditer(module))
        outside = module[: calls[-1].start()].rstrip(".")
        holder = self._module(outside)
        call = (holder.module_calls or {}).get(calls[-1][1]) if holder is not None else None
        given = self._part(call.expressions) if call is not None else None
        expression = given.get(name) if isinstance(given, dict) else None
        if expression is not None and call is not None:
            index = calls[-1][2]
            each = Each(self._part(call.for_each_expression), index)
            # a.b[each.key] in a call means the instance of the module's own key
            own = any(text.startswith(("each.key", "count.")) for text in _references(expression))
            for target in self._follow(expression, outside, depth + 1, each):
                yield replace(target, index=index) if own and not target.index else target
            return
        inside = self._module(module)
        variable = (inside.variables or {}).get(name) if inside is not None else None
        if variable is not None and variable.default is not None:
            yield Target(constant=_hashable(variable.default))


def _references(expression: Any) -> list[str]:
    """What an expression refers to, without what another of its references says in full."""
    listed = expression.get("references") if isinstance(expression, Mapping) else None
    found = [text for text in listed if isinstance(text, str)] if isinstance(listed, list) else []
    # Terraform lists a.b.c and then a.b: the longer one says all
    return [
        text
        for text in found
        if not any(other.startswith((f"{text}.", f"{text}[")) for other in found)
    ]


def _is_whole(reference: str) -> bool:
    """True for all instances of a resource or module, which `for_each` may go through."""
    parts = _INDEX.sub("", reference).split(".")
    parts = parts[1:] if parts[0] == "data" else parts
    return len(parts) == 2 and parts[0] not in ("var", "local", "each") and "[" not in reference


def _target(reference: str, module: str) -> Target | None:
    index = _INDEX.search(reference)
    parts = _INDEX.sub("", reference).split(".")
    is_data = parts[0] == "data"
    parts = parts[1:] if is_data else parts
    if len(parts) < 2:
        return None
    attribute = parts[2] if len(parts) > 2 else ""
    return Target(module, parts[0], parts[1], index[0] if index else "", attribute, is_data)


def _hashable(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_hashable(item) for item in value)
    return None if isinstance(value, dict) else value
