"""Which resource an attribute refers to, where its value is known only after apply."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from estimator.discovery.terraform.expressions import Expressions, Target
from estimator.discovery.terraform.nodes import Node

_INDEXES = re.compile(r"\[(?:[^\]\"]|\"(?:[^\"\\]|\\.)*\")*\]")


class References:
    """The instances of a document by what they are written as."""

    def __init__(self, nodes: Iterable[Node], expressions: Expressions) -> None:
        self._expressions = expressions
        self._by_name: dict[tuple[str, str, str, bool], list[Node]] = defaultdict(list)
        for node in nodes:
            key = (plain(node.module), node.type, node.name, node.mode == "data")
            self._by_name[key].append(node)

    def node(self, node: Node, attribute: str, types: Iterable[str]) -> Node | None:
        """The one instance of these types that an attribute refers to; None if it is not clear."""
        found = {
            id(target_node): target_node
            for target in self._targets(node, attribute)
            if target.type in types
            for target_node in self._instances(target, node)
        }
        # an expression over two keys may mean either
        return next(iter(found.values())) if len(found) == 1 else None

    def candidates(self, node: Node, attribute: str, types: Iterable[str]) -> list[Node]:
        """The instances that an attribute may mean where it is not clear which.

        They are those it refers to, or, where only a local stands between, all of the document:
        locals are in no plan. What it refers to elsewhere is none of these.
        """
        wanted = tuple(types)
        targets = [target for target in self._targets(node, attribute) if target.type]
        if targets:
            found = [
                instance
                for target in targets
                if target.type in wanted
                for instance in self._instances(target, node)
            ]
            elsewhere = any(target.type not in wanted for target in targets)
            return [] if elsewhere else list({id(x): x for x in found}.values())
        nodes = (x for listed in self._by_name.values() for x in listed)
        return [x for x in nodes if x.type in wanted and x.mode == "managed"]

    def constant(self, node: Node, attribute: str) -> Any:
        """The constant that an attribute is given through a variable; None where there is none."""
        found = {
            target.constant for target in self._targets(node, attribute) if not target.type
        } - {None}
        return found.pop() if len(found) == 1 else None

    def describe(self, node: Node, attribute: str) -> str:
        """The resources that an attribute refers to, in the words of a question."""
        names = [
            ".".join(part for part in (target.module, target.type, target.name) if part)
            for target in self._targets(node, attribute)
            if target.type
        ]
        return ", ".join(dict.fromkeys(names))

    def _targets(self, node: Node, attribute: str) -> list[Target]:
        return self._expressions.targets(
            node.module, node.mode, node.type, node.name, attribute, node.index
        )

    def _instances(self, target: Target, aws: Node) -> list[Node]:
        key = (plain(target.module), target.type, target.name, target.is_data)
        found = self._by_name.get(key, [])
        if "[" in target.module or plain(target.module) == target.module:
            exact = [node for node in found if node.module == target.module]
            found = exact or found
        if target.index:
            return [node for node in found if node.address.endswith(target.index)]
        if len(found) > 1 and aws.index is not None:
            # count and for_each: the instance of the same index, as count.index and each.key mean
            return [node for node in found if node.index == aws.index] or found
        return found


def plain(address: str) -> str:
    """An address without its indexes: as it is written.

    >>> plain('module.logs["eu"].module.kms[0]')
    'module.logs.module.kms'
    """
    return _INDEXES.sub("", address)
