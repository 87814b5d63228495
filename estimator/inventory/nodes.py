"""The nodes of a YAML text, and those of them that an anchor makes stand in several places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml


def _children(node: Any) -> list[Any]:
    if isinstance(node, yaml.ScalarNode):
        return []
    return [part for one in node.value for part in (one if isinstance(one, tuple) else (one,))]


def nodes_below(node: Any) -> Iterator[Any]:
    """A node and all below it, each once."""
    left, seen = [node], set()
    while left:
        one = left.pop()
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            left += _children(one)


def shared(root: Any) -> frozenset[int]:
    """The nodes that stand in several places, which libyaml gives as one."""
    seen: set[int] = set()
    twice: set[int] = set()
    for node in nodes_below(root):
        for child in _children(node):
            (twice if id(child) in seen else seen).add(id(child))
    return frozenset(twice)
