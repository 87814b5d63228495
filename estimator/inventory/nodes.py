"""The nodes of a YAML text, and those of them that an anchor makes stand in several places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml


def _children(node: Any) -> list[Any]:
    if isinstance(node, yaml.ScalarNode):
        return []
    return [
        part for child in node.value for part in (child if isinstance(child, tuple) else (child,))
    ]


def nodes_below(node: Any) -> Iterator[Any]:
    """A node and all below it, each once."""
    left, seen = [node], set()
    while left:
        child = left.pop()
        if id(child) not in seen:
            seen.add(id(child))
            yield child
            left += _children(child)


def find_shared(root: Any) -> frozenset[int]:
    """The nodes that stand in several places, which libyaml gives as one."""
    seen: set[int] = set()
    twice: set[int] = set()
    for node in nodes_below(root):
        for child in _children(node):
            (twice if id(child) in seen else seen).add(id(child))
    return frozenset(twice)
