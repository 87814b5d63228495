"""What named templates give one another: nested stacks parameters and outputs, others exports.

A nested stack whose template is named too is found by the end of the path in its TemplateURL (or a
serverless application's Location), or by the path that CDK writes beside it. One template in
several stacks makes its resources once for each of them. Exports are found by their names: CDK's
cross-stack form among others.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from estimator.discovery.cloudformation.functions import Functions, Open
from estimator.discovery.estate import Estate

NESTED = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application")
# a file name inside of a URL, also one that functions put together
_FILE = re.compile(r"[\w./-]+\.(?:ya?ml|json|template)\b")
_MOST_STACKS = 200  # templates that nest one another twice each would be endless
_OUTPUTS = "Outputs."
# stands for a stack's name, which no template knows, while the names of exports are worked out
_STACK = "\0"


@dataclass(frozen=True)
class _Link:
    """A resource that is a stack, and the template of that stack."""

    parent: Functions
    name: str
    child: Functions


class NestedStacks:
    """The named templates that other named templates nest."""

    def __init__(self, found: Sequence[Functions]) -> None:
        self._links: dict[tuple[int, str], _Link] = {}
        self._open: set[tuple[int, str, str]] = set()
        self._found = list(found)
        links = {id(parent): list(_links(parent, found)) for parent in found}
        nested = {id(link.child) for each in links.values() for link in each}
        used: set[int] = set()
        # each stack with the templates above it, by their paths: a circle is not followed
        waiting: list[tuple[Functions, Functions, tuple[str, ...]]] = [
            (each, each, (each.template.path,)) for each in found if id(each) not in nested
        ]
        while waiting:
            parent, written, above = waiting.pop(0)
            for link in links[id(written)]:
                path = link.child.template.path
                if path in above or len(self._links) >= _MOST_STACKS:
                    continue
                child = link.child
                if id(child) in used:
                    stack = f"{link.name} of {parent.template.source}"
                    child = child.once_more(f"{child.template.source} ({stack})")
                    self._found.append(child)
                used.add(id(child))
                self._links[id(parent), link.name] = _Link(parent, link.name, child)
                waiting.append((child, link.child, (*above, path)))
        # templates that nest one another have no beginning
        for parent in found:
            for link in links[id(parent)]:
                if id(link.child) not in used and parent.template.path != link.child.template.path:
                    used.add(id(link.child))
                    self._links[id(parent), link.name] = link
        self._children = {id(link.child): link for link in self._links.values()}

    def is_followed(self, functions: Functions, name: str) -> bool:
        """True for a nested stack whose template is read."""
        return (id(functions), name) in self._links

    def link(self, estate: Estate) -> list[Functions]:
        """Give every nested template its parameters; the templates that are made."""
        found = self._found
        waiting = [functions for functions in found if id(functions) not in self._children]
        made: list[Functions] = []
        while waiting:
            parent = waiting.pop(0)
            made.append(parent)
            parent.nested = self
            for link in self._links.values():
                is_made = link.parent is parent and self._pass_parameters(link, estate)
                waiting += [link.child] if is_made else []
        # templates that nest one another have no beginning: as they stand, each on its own
        circle = [functions for functions in found if self._is_in_circle(functions, made)]
        return [functions for functions in found if functions in made or functions in circle]

    def _is_in_circle(self, functions: Functions, made: list[Functions]) -> bool:
        met: set[int] = set()
        link = self._children.get(id(functions))
        while link is not None and id(link.parent) not in met:
            met.add(id(link.parent))
            if link.parent in made:
                return False
            link = self._children.get(id(link.parent))
        return link is not None

    def _pass_parameters(self, link: _Link, estate: Estate) -> bool:
        """Take the parameters that a stack gives; False where it is not made."""
        resource = link.parent.template.resources[link.name]
        place = link.parent.template.place(link.name)
        if "Condition" in resource:
            holds = link.parent.condition(resource["Condition"])
            if holds is False:
                source = link.child.template.source
                estate.note(f"{source} was left out: the condition of {place} does not hold")
                return False
        properties = resource.get("Properties")
        given = properties.get("Parameters") if isinstance(properties, Mapping) else None
        values = given if isinstance(given, Mapping) else {}
        link.child.given = {
            **link.child.given,
            **{str(name): _parameter(link.parent.value(value)) for name, value in values.items()},
        }
        estate.note(f"{place}: its stack is {link.child.template.source}, read with its parameters")
        return True

    def output(self, functions: Functions, name: str, attribute: str) -> Any:
        """The value of an output of a nested stack; None where it is not known."""
        link = self._links.get((id(functions), name))
        if link is None or not attribute.startswith(_OUTPUTS):
            return None
        output = link.child.template.outputs.get(attribute.removeprefix(_OUTPUTS))
        place = (id(functions), name, attribute)
        # a stack whose output depends on itself has no value
        if not isinstance(output, Mapping) or place in self._open:
            return None
        self._open.add(place)
        try:
            return link.child.value(output.get("Value"))
        finally:
            self._open.discard(place)


class Exports:
    """The outputs of all templates that other stacks may import."""

    def __init__(
        self,
        readers: Sequence[Functions],
        given: Mapping[str, str],
        account: str | None,
        region: str | None,
    ) -> None:
        self._open: set[int] = set()
        self._found: list[tuple[re.Pattern[str], Functions, Any]] = []
        for functions in readers:
            naming = Functions(functions.template, given, account, region, _STACK)
            for output in functions.template.outputs.values():
                if not isinstance(output, Mapping):
                    continue
                export = output.get("Export")
                name = naming.value(export.get("Name")) if isinstance(export, Mapping) else None
                holds = functions.condition(output["Condition"]) if "Condition" in output else True
                if isinstance(name, str) and name and holds is not False:
                    pattern = ".+".join(re.escape(part) for part in name.split(_STACK))
                    self._found.append((re.compile(pattern), functions, output.get("Value")))

    def value(self, name: str) -> Any:
        """The value under a name; None where no template exports it, or several do."""
        found = [
            number for number, (pattern, *_) in enumerate(self._found) if pattern.fullmatch(name)
        ]
        # two templates that export what they import from one another have no value
        if len(found) != 1 or found[0] in self._open:
            return None
        _, functions, value = self._found[found[0]]
        self._open.add(found[0])
        try:
            return functions.value(value)
        finally:
            self._open.discard(found[0])


def _links(parent: Functions, found: Sequence[Functions]) -> Iterator[_Link]:
    for name, resource in parent.template.resources.items():
        if not isinstance(resource, Mapping) or resource.get("Type") not in NESTED:
            continue
        wanted = [PurePath(path).parts for path in _paths(resource)]
        ends = [
            (max((_alike(PurePath(each.template.path).parts, path) for path in wanted), default=0))
            for each in found
        ]
        # of several files of one name the one whose folders are those of the URL, too
        best = max(
            (end for each, end in zip(found, ends, strict=True) if each is not parent), default=0
        )
        children = [
            each
            for each, end in zip(found, ends, strict=True)
            if best and end == best and each is not parent
        ]
        if len(children) == 1:
            yield _Link(parent, str(name), children[0])


def _alike(path: Sequence[str], other: Sequence[str]) -> int:
    """How many parts two paths share at their ends."""
    pairs = zip(reversed(path), reversed(other), strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def _paths(resource: Mapping[str, Any]) -> Iterator[str]:
    metadata, properties = resource.get("Metadata"), resource.get("Properties")
    path = metadata.get("aws:asset:path") if isinstance(metadata, Mapping) else None
    if isinstance(path, str):
        yield path
    for name in ("TemplateURL", "Location"):
        value = properties.get(name) if isinstance(properties, Mapping) else None
        try:
            names = _FILE.findall(json.dumps(value, default=str)) if value is not None else []
        except RecursionError:
            names = []
        # the last one: the host of a URL may look like a file too
        yield from names[-1:]


def _parameter(value: Any) -> Any:
    """A value as a parameter has it: text, a list as text with commas, or what is open."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        is_text = all(isinstance(item, str | int | float) for item in value)
        return ",".join(str(item) for item in value) if is_text else Open("a list that is not read")
    if isinstance(value, Mapping):
        return Open("a parameter in a form that is not read")
    return str(value) if isinstance(value, int | float) else value
