"""Which resource an attribute refers to, where its value is known only after apply."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from estimator.discovery.terraform.nodes import Node
from estimator.discovery.terraform.written import Target, Written

_INDEXES = re.compile(r"\[(?:[^\]\"]|\"(?:[^\"\\]|\\.)*\")*\]")


class References:
    """The instances of a document by what they are written as."""

    def __init__(self, nodes: Iterable[Node], written: Written) -> None:
        self._written = written
        self._by_name: dict[tuple[str, str, str, bool], list[Node]] = defaultdict(list)
        for node in nodes:
            key = (_plain(node.module), node.type, node.name, node.mode == "data")
            self._by_name[key].append(node)

    def node(self, node: Node, attribute: str, types: Iterable[str]) -> Node | None:
        """The one instance of these types that an attribute refers to; None if it is not clear."""
        found = {
            id(one): one
            for target in self._targets(node, attribute)
            if target.type in types
            for one in self._instances(target, node)
        }
        return next(iter(found.values())) if len(found) == 1 else None

    def constant(self, node: Node, attribute: str) -> Any:
        """The constant that an attribute is given through a variable; None where there is none."""
        found = {one.constant for one in self._targets(node, attribute) if not one.type} - {None}
        return found.pop() if len(found) == 1 else None

    def said(self, node: Node, attribute: str) -> str:
        """What an attribute refers to, for a question."""
        names = [
            ".".join(part for part in (one.module, one.type, one.name) if part)
            for one in self._targets(node, attribute)
            if one.type
        ]
        return ", ".join(dict.fromkeys(names))

    def _targets(self, node: Node, attribute: str) -> list[Target]:
        return self._written.targets(node.module, node.mode, node.type, node.name, attribute)

    def _instances(self, target: Target, asker: Node) -> list[Node]:
        key = (_plain(target.module), target.type, target.name, target.is_data)
        found = self._by_name.get(key, [])
        if "[" in target.module or _plain(target.module) == target.module:
            exact = [one for one in found if one.module == target.module]
            found = exact or found
        if target.index:
            return [one for one in found if one.address.endswith(target.index)]
        if len(found) > 1 and asker.index is not None:
            # count and for_each: the instance of the same index, as count.index and each.key mean
            return [one for one in found if one.index == asker.index] or found
        return found


def _plain(address: str) -> str:
    """An address without its indexes: as it is written.

    >>> _plain('module.logs["eu"].module.kms[0]')
    'module.logs.module.kms'
    """
    return _INDEXES.sub("", address)
