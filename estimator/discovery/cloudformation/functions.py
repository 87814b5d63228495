"""Intrinsic functions: worked out where the template alone decides, else an open question."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from estimator.discovery.cloudformation.template import Template
from pricing.regions import partition_of

_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")
_LITERAL = re.compile(r"\$\{!([^}]*)\}")
_DEEPEST = 60


@dataclass(frozen=True)
class Reference:
    """A resource of the template, or one of its attributes."""

    resource: str
    attribute: str = ""
    # the template that has the resource: an import may come from another one
    template: Template | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Open:
    """A value that the template does not tell, and why."""

    why: str


class Partial(dict[str, Any]):
    """Members of a mapping that may have others: what is not here is open."""

    def __init__(self, members: Mapping[str, Any], why: str) -> None:
        super().__init__(members)
        self.why = why

    def get(self, name: str, _: Any = None) -> Any:
        """The value of a member; `Open` where it does not stand here, never a default."""
        return super().get(name, Open(self.why))


class Nested(Protocol):
    """What knows the outputs of nested stacks."""

    def output(self, functions: Functions, name: str, attribute: str) -> Any:
        """The value of an output; None where it is not known."""

    def is_followed(self, functions: Functions, name: str) -> bool:
        """True for a nested stack whose template is read."""


class Functions:
    """Works out values with a template's parameters at their defaults, or as given."""

    def __init__(
        self,
        template: Template,
        given: Mapping[str, str],
        account: str | None = None,
        region: str | None = None,
        stack: str | None = None,
    ) -> None:
        self.template = template
        # a nested stack's parameters may mean resources of the template that nests it
        self.given: Mapping[str, Any] = given
        # the stacks that are nested in this one, once all templates are known
        self.nested: Nested | None = None
        # what the named templates export, once all of them are known
        self.exports: Callable[[str], Any] = lambda _: None
        self._pseudo: dict[str, Any] = {
            "AWS::AccountId": account or Open("the account it is deployed to"),
            "AWS::Region": region or Open("the Region it is deployed to"),
            "AWS::Partition": partition_of(region)
            if region
            else Open("it depends on AWS::Partition, where it is deployed"),
            "AWS::StackName": stack or Open("it depends on AWS::StackName"),
            "AWS::NoValue": None,
        }
        # parameters at their defaults that decided something
        self.defaults: dict[str, str] = {}

    def once_more(self, source: str) -> Functions:
        """The same template as another stack makes it, under a source of its own."""
        made = copy.copy(self)
        made.template = replace(self.template, source=source)
        made.defaults = {}
        return made

    def value(self, part: Any, depth: int = 0) -> Any:
        """The value of a part: plain values, `Reference`, `Open`; None for no value."""
        if depth > _DEEPEST:
            return Open("it is nested beyond all sense")
        if isinstance(part, Mapping):
            # a function is a mapping with one key; a mapping of data may have such a key among
            # others
            if len(part) == 1:
                name, argument = next(iter(part.items()))
                if name in ("Ref", "Condition") or str(name).startswith("Fn::"):
                    return self._call(str(name), argument, depth + 1)
            # a function among members adds others, which nobody knows
            added = [str(key) for key in part if str(key).startswith("Fn::")]
            parts = {
                str(key): self.value(item, depth + 1)
                for key, item in part.items()
                if str(key) not in added
            }
            known = {key: item for key, item in parts.items() if item is not None}
            return Partial(known, f"{added[0]:.40} may add it") if added else known
        if isinstance(part, list):
            items = [self.value(item, depth + 1) for item in part]
            return [item for item in items if item is not None]
        if isinstance(part, str) and part.startswith("{{resolve:"):
            return Open(f"a dynamic reference, {part:.80}")
        return part

    def condition(self, name: Any, depth: int = 0) -> bool | Open:
        """True where a condition holds; `Open` where only its deployment tells."""
        expression = self.template.conditions.get(name) if isinstance(name, str) else None
        if expression is None:
            return Open(f"the condition {name!s:.80} is not defined")
        found = self.value(expression, depth + 1)
        return found if isinstance(found, bool | Open) else Open(f"the condition {name:.80}")

    def _call(self, name: str, argument: Any, depth: int) -> Any:
        if name == "Ref":
            return self._ref(argument)
        if name == "Condition":
            return self.condition(argument, depth)
        if name == "Fn::GetAtt":
            parts = argument.split(".", 1) if isinstance(argument, str) else argument
            if isinstance(parts, list) and len(parts) == 2 and isinstance(parts[0], str):
                return self._attribute(parts[0], str(parts[1]))
            return Open("Fn::GetAtt in a form that is not read")
        work: Callable[[Any, int], Any] | None = {
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::If": self._if,
            "Fn::Equals": self._equals,
            "Fn::Not": self._not,
            "Fn::And": self._and,
            "Fn::Or": self._or,
            "Fn::FindInMap": self._find,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
        }.get(name)
        if work is not None:
            return work(argument, depth)
        if name == "Fn::ImportValue":
            return self._import(argument, depth)
        return Open(f"it is told by {name:.40}")

    def _attribute(self, resource: str, attribute: str) -> Any:
        """An attribute of a resource; of a nested stack the output that it means."""
        output = self.nested.output(self, resource, attribute) if self.nested is not None else None
        return Reference(resource, attribute, self.template) if output is None else output

    def _import(self, argument: Any, depth: int) -> Any:
        name = self.value(argument, depth)
        if not isinstance(name, str):
            why = name.why if isinstance(name, Open) else "under a name that is made when deployed"
            return Open(f"it is imported from another stack: {why}")
        found = self.exports(name)
        if found is None:
            return Open(f"it is imported from another stack ({name:.80}): name its template too")
        return found

    def _ref(self, name: Any) -> Any:
        if not isinstance(name, str):
            return Open("Ref in a form that is not read")
        if name in self._pseudo:
            return self._pseudo[name]
        if name in self.given or name in self.template.parameters:
            value = self.given[name] if name in self.given else self._parameter(name)
            is_list = _is_list(self.template.parameters.get(name))
            return _split(value, ",") if is_list and isinstance(value, str) else value
        if name in self.template.resources:
            return Reference(name, "", self.template)
        return Open(f"{name:.80} is told by nothing in the template")

    def _parameter(self, name: str) -> Any:
        parameter = self.template.parameters[name]
        kind = parameter.get("Type") if isinstance(parameter, Mapping) else None
        default = parameter.get("Default") if isinstance(parameter, Mapping) else None
        if isinstance(kind, str) and kind.startswith("AWS::SSM::Parameter"):
            return Open(f"parameter {name:.80} is read from Systems Manager")
        if default is None or isinstance(default, Mapping | list):
            return Open(f"parameter {name:.80} has no default")
        text = str(default).lower() if isinstance(default, bool) else str(default)
        self.defaults[name] = text
        return text

    def _sub(self, argument: Any, depth: int) -> Any:
        text: Any = argument
        own: Mapping[str, Any] = {}
        if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], Mapping):
            text, own = argument[0], argument[1]
        if not isinstance(text, str):
            return Open("Fn::Sub in a form that is not read")
        parts: list[Any] = []
        end = 0
        for match in _VARIABLE.finditer(text):
            parts.append(text[end : match.start()])
            name = match[1].strip()
            if name in own:
                parts.append(self.value(own[name], depth))
            elif "." in name and "::" not in name:
                resource, _, attribute = name.partition(".")
                parts.append(self._attribute(resource, attribute))
            else:
                parts.append(self._ref(name))
            end = match.end()
        parts.append(_LITERAL.sub(r"${\1}", text[end:]))
        return _join_parts(parts, "")

    def _join(self, argument: Any, depth: int) -> Any:
        if not (isinstance(argument, list) and len(argument) == 2 and isinstance(argument[0], str)):
            return Open("Fn::Join in a form that is not read")
        parts = self.value(argument[1], depth)
        return _join_parts(parts, argument[0]) if isinstance(parts, list) else Open("Fn::Join")

    def _if(self, argument: Any, depth: int) -> Any:
        if not (isinstance(argument, list) and len(argument) == 3):
            return Open("Fn::If in a form that is not read")
        holds = self.condition(argument[0], depth)
        if isinstance(holds, Open):
            return holds
        return self.value(argument[1] if holds else argument[2], depth)

    def _equals(self, argument: Any, depth: int) -> bool | Open:
        values = self._values(argument, depth)
        if len(values) != 2:
            return Open("Fn::Equals in a form that is not read")
        open_ = _first_open(values)
        return open_ if open_ is not None else _text(values[0]) == _text(values[1])

    def _not(self, argument: Any, depth: int) -> bool | Open:
        values = self._values(argument, depth)
        if len(values) != 1 or not isinstance(values[0], bool | Open):
            return Open("Fn::Not in a form that is not read")
        return values[0] if isinstance(values[0], Open) else not values[0]

    def _and(self, argument: Any, depth: int) -> bool | Open:
        values = self._values(argument, depth)
        # one part that is false decides, whatever is open beside it
        return False if False in values else _first_open(values) or True

    def _or(self, argument: Any, depth: int) -> bool | Open:
        values = self._values(argument, depth)
        return True if True in values else _first_open(values) or False

    def _values(self, argument: Any, depth: int) -> list[Any]:
        listed = argument if isinstance(argument, list) else [argument]
        return [self.value(item, depth) for item in listed]

    def _find(self, argument: Any, depth: int) -> Any:
        path = self._values(argument, depth)
        open_ = _first_open(path)
        if open_ is not None:
            return open_
        inside: Any = self.template.mappings
        for part in path[:3]:
            inside = inside.get(str(part)) if isinstance(inside, Mapping) else None
        # with AWS::LanguageExtensions a fourth argument stands in for what is not there
        spare = path[3] if len(path) == 4 else None
        if inside is None and isinstance(spare, Mapping) and "DefaultValue" in spare:
            return spare["DefaultValue"]
        return Open("Fn::FindInMap finds nothing") if inside is None else self.value(inside, depth)

    def _select(self, argument: Any, depth: int) -> Any:
        values = self._values(argument, depth)
        # a part of an ARN means its resource
        if len(values) == 2 and isinstance(values[1], Reference):
            return values[1]
        if len(values) == 2 and isinstance(values[1], list) and str(values[0]).isdecimal():
            index = int(str(values[0])[:6])
            if index < len(values[1]):
                return values[1][index]
        return _first_open(values) or Open("Fn::Select in a form that is not read")

    def _split(self, argument: Any, depth: int) -> Any:
        values = self._values(argument, depth)
        if len(values) != 2 or not isinstance(values[0], str) or not values[0]:
            return Open("Fn::Split in a form that is not read")
        return values[1].split(values[0]) if isinstance(values[1], str) else values[1]


def _is_list(parameter: Any) -> bool:
    kind = str(parameter.get("Type")) if isinstance(parameter, Mapping) else ""
    return kind == "CommaDelimitedList" or kind.startswith("List<")


def _split(text: str, between: str) -> list[str]:
    # AWS takes spaces around the items of a list
    return [item.strip() for item in text.split(between)]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _first_open(values: list[Any]) -> Open | None:
    for value in values:
        if isinstance(value, Open):
            return value
        if isinstance(value, Reference):
            return Open(f"it depends on {value.resource:.80}, which is made when deployed")
    return None


def _join_parts(parts: list[Any], between: str) -> Any:
    """Parts as one text; a text around one resource means that resource."""
    found = [part for part in parts if isinstance(part, Reference)]
    # an ARN built around a resource's attribute means that resource
    if len(found) == 1:
        return found[0]
    open_ = _first_open(parts)
    return (
        open_
        if open_ is not None
        else between.join(_text(part) for part in parts if part is not None)
    )
