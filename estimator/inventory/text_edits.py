"""Changes to a YAML text that leave every other byte as it is: comments, order, quotes, spacing.

libyaml tells where each value stands in the text; a value is replaced there and nowhere else.
Libraries that load and write a whole document lay it out anew and lose comments inside of lists
and mappings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from estimator.inventory.nodes import find_shared, nodes_below
from pricing.reading.document import line_of, parse_document
from pricing.reading.problems import KmscostError, Problem
from pricing.reading.scalar_writer import flow, scalar
from pricing.reading.words import describe

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_COMMENT = re.compile(r"(?:^|(?<=[\s]))#[^\n\r]*", re.MULTILINE)
_LIST_INDENT = 2

Path = tuple[str | int, ...]


class Document:
    """A YAML text, and the changes asked for so far."""

    def __init__(self, text: str, path: str) -> None:
        self.path = path
        self.text = text
        self._root: Any = yaml.compose(text, Loader=_Loader)
        # characters that libyaml does not count: the mark of the byte order
        self._shift = len(text) - len(text.lstrip("\ufeff"))
        # begin, end, depth, text: of lines that go in at one place the deepest come first
        self._edits: list[tuple[int, int, int, str]] = []
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._json = text.lstrip("\ufeff \t\r\n").startswith("{")
        self._shared = find_shared(self._root)

    def set(self, path: Path, value: Any) -> None:
        """Give a key of a mapping a value, in the place of what it has or after its last key.

        Raises
        ------
        KmscostError
            The text has no such mapping, or writes it with an anchor and an alias.
        """
        parent = self._node(path[:-1])
        pair = self._pair(parent, str(path[-1]))
        if pair is None:
            self._add_key(parent, str(path[-1]), value, path)
        else:
            self._replace(parent, *pair, value, path)

    def remove(self, path: Path) -> bool:
        """Take a key out of a mapping; comments inside its value stay. False where it has none."""
        parent = self._node(path[:-1])
        pair = self._pair(parent, str(path[-1]))
        if pair is None:
            return False
        key, value = pair
        begin, end = self._at(key.start_mark), self._value_end(*pair, path)
        pairs = [name for name, _ in parent.value]
        position = next(n for n, name in enumerate(pairs) if name is key)
        if parent.flow_style:
            if position + 1 < len(pairs):
                end = self._at(pairs[position + 1].start_mark)
            elif position:
                begin = self._last(parent.value[position - 1])
            comments = self._comments_between(begin, end, value)
            if comments:
                raise self.refuse(path, "comments inside of braces beside what goes")
        else:
            line_end = self._line_end(end)
            comments = self._comments_between(begin, line_end, value)
            if len(pairs) == 1 or self._starts_item(begin):
                # the first key of a list item shares its line with the dash: the next moves up
                if len(pairs) == 1:
                    raise self.refuse(path, "a mapping with this key alone")
                end = self._at(pairs[position + 1].start_mark)
                self._edit(begin, end, "")
                return True
            begin = self._line_start(begin)
            indent = " " * key.start_mark.column
            self._edit(begin, line_end, "".join(f"{indent}{c}{self._newline}" for c in comments))
            return True
        self._edit(begin, end, "")
        return True

    def append(self, path: Path, values: Sequence[Mapping[str, Any]]) -> None:
        """Add items to a list, after its last one; the list is made where there is none."""
        pair = self._pair(self._node(path[:-1]), str(path[-1]))
        if pair is None:
            self._add_key(self._node(path[:-1]), str(path[-1]), list(values), path)
            return
        node = pair[1]
        self._refuse_shared(node, path)
        if not isinstance(node, yaml.SequenceNode) or self._is_alias(*pair):
            raise self.refuse(path, "no list of its own")
        if node.flow_style:
            items = ", ".join(self._flow(item) for item in values)
            if node.value:
                self._insert(self._last((node.value[-1],)), f", {items}")
            else:
                self._insert(self._at(node.start_mark) + 1, items)
            return
        indent = " " * int(node.start_mark.column)
        lines = "".join(f"{indent}- {self._flow(item)}{self._newline}" for item in values)
        self._insert_line(self._last((node.value[-1],)), lines)

    def has(self, path: Path) -> bool:
        """True where the text itself says this: what a merge (<<) brings is not there."""
        try:
            return self._pair(self._node(path[:-1]), str(path[-1])) is not None
        except KmscostError:
            return False

    def result(self) -> str:
        """The text with all changes."""
        parts, at = [], 0
        for begin, end, _, text in sorted(
            self._edits, key=lambda edit: (edit[0], edit[1], -edit[2])
        ):
            parts += [self.text[at:begin], text]
            at = max(at, end)
        return "".join([*parts, self.text[at:]])

    def _node(self, path: Path) -> Any:
        node = self._root
        for number, part in enumerate(path):
            self._refuse_shared(node, path)
            if isinstance(part, int):
                if not isinstance(node, yaml.SequenceNode) or part >= len(node.value):
                    raise self.refuse(path, "no such item")
                node = node.value[part]
                continue
            pair = self._pair(node, part)
            if pair is None or self._is_alias(*pair):
                raise self.refuse(path[: number + 1], "no mapping of its own")
            node = pair[1]
        self._refuse_shared(node, path)
        return node

    def _refuse_shared(self, node: Any, path: Path) -> None:
        """Refuse a node that stands, whole or as a merge, in other places too."""
        if id(node) in self._shared:
            raise self.refuse(path, "an anchor (&) that other places repeat")

    def _pair(self, node: Any, key: str) -> tuple[Any, Any] | None:
        if not isinstance(node, yaml.MappingNode):
            raise self.refuse((key,), "no mapping to write it into")
        return next(((k, v) for k, v in node.value if k.value == key), None)

    def _is_alias(self, key: Any, value: Any) -> bool:
        """An alias stands where its anchor is; a value of its own comes after its key."""
        return bool(value.start_mark.index < key.end_mark.index)

    def _replace(self, parent: Any, key: Any, value: Any, new: Any, path: Path) -> None:
        end = self._value_end(key, value, path)
        begin = self._at(key.end_mark)
        comments = self._comments_between(begin, end, value)
        if isinstance(new, dict) and not parent.flow_style and _is_nested(new):
            text = self._block(new, key.start_mark.column + _LIST_INDENT)
            rest = _tail(self.text[end : self._line_end(end)])
            head = self._find_comment(begin, value)
            if head:
                comments = [*comments[1:], *([rest.strip()] if rest else [])]
            elif comments and rest:  # it is the last: behind the key it would come first
                comments, rest = [*comments, rest.strip()], ""
            moved = "".join(
                f"{self._newline}{' ' * (key.start_mark.column + _LIST_INDENT)}{comment}"
                for comment in comments
            )
            # a comment behind the old value stays behind the key
            self._edit(begin, self._line_end(end), f":{head or rest}{moved}{text}{self._newline}")
            return
        if comments:
            indent = " " * key.start_mark.column
            moved = "".join(f"{comment}{self._newline}{indent}" for comment in comments)
            if parent.flow_style:
                raise self.refuse(path, "comments inside of the value that is replaced")
            if self._starts_item(self._at(key.start_mark)):
                raise self.refuse(path, "comments inside of the value that is replaced")
            self._insert(self._at(key.start_mark), moved)
        colon = self.text.index(":", begin) + 1
        self._edit(colon, end, f" {self._flow(new)}")

    def _find_comment(self, index: int, value: Any) -> str:
        """The comment behind a key whose value begins in a line further down, with its spaces."""
        end = self._line_end(index)
        if end > self._at(value.start_mark):
            return ""
        return _tail(self.text[index:end].partition(":")[2])

    def _value_end(self, key: Any, value: Any, path: Path) -> int:
        if self._is_alias(key, value):
            raise self.refuse(path, "an alias (*)")
        if (
            self.text[self._at(key.end_mark) : self._at(value.start_mark)].strip().startswith(":")
            is False
        ):
            raise self.refuse(path, "a key in a form that is seldom used")
        for node in nodes_below(value):
            self._refuse_shared(node, path)
        return self._last((value,))

    def _add_key(self, parent: Any, key: str, value: Any, path: Path) -> None:
        if parent.flow_style:
            if parent.value:
                self._insert(self._last(parent.value[-1]), f", {self._pair_of(key, value)}")
            else:
                self._insert(self._at(parent.start_mark) + 1, self._pair_of(key, value))
            return
        if not parent.value:
            raise self.refuse(path, "an empty mapping")
        column = parent.value[0][0].start_mark.column
        indent = " " * column
        if isinstance(value, dict) and _is_nested(value):
            line = (
                f"{indent}{scalar(key)}:{self._block(value, column + _LIST_INDENT)}{self._newline}"
            )
        elif isinstance(value, list):
            items = "".join(
                f"{indent}{' ' * _LIST_INDENT}- {self._flow(item)}{self._newline}" for item in value
            )
            line = f"{indent}{scalar(key)}:{self._newline}{items}"
        else:
            line = f"{indent}{scalar(key)}: {self._flow(value)}{self._newline}"
        self._insert_line(self._last(parent.value[-1]), line)

    def _flow(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, default=str) if self._json else flow(value)

    def _pair_of(self, key: str, value: Any) -> str:
        return f"{self._flow(key)}: {self._flow(value)}"

    def _block(self, value: Mapping[str, Any], column: int) -> str:
        return "".join(
            f"{self._newline}{' ' * column}{scalar(name)}: {self._flow(item)}"
            for name, item in value.items()
        )

    def _starts_item(self, index: int) -> bool:
        """True where something else, such as a dash, stands before this in its line."""
        return bool(self.text[self._line_start(index) : index].strip())

    def _comments_between(self, begin: int, end: int, value: Any) -> list[str]:
        """The comments between two places, outside of every scalar there."""
        scalars = sorted(
            (self._at(node.start_mark), self._at(node.end_mark))
            for node in nodes_below(value)
            if isinstance(node, yaml.ScalarNode)
        )
        found, at = [], begin
        for low, high in [*scalars, (end, end)]:
            if low >= at:
                found += [comment.strip() for comment in _COMMENT.findall(self.text[at:low])]
                at = high
        return found

    def _last(self, nodes: Sequence[Any]) -> int:
        """The end of the last of these: a block's own mark is where the next token is."""
        node = nodes[-1]
        if len(nodes) == 2 and self._is_alias(nodes[0], nodes[1]):
            alias = re.compile(r"\s*:\s*\*[^\s,\]}]+").match(self.text, self._at(nodes[0].end_mark))
            return alias.end() if alias else self._at(nodes[0].end_mark)
        while isinstance(node, yaml.CollectionNode) and not node.flow_style:
            if not node.value:
                break
            last = node.value[-1]
            if isinstance(last, tuple):
                return self._last(last)
            if last.end_mark.index < node.start_mark.index:
                raise self.refuse((), "an alias (*) at the end of a list")
            node = last
        end = self._at(node.end_mark)
        if isinstance(node, yaml.ScalarNode) and not node.value and node.style is None:
            end = self._at(node.start_mark)
        return end

    def _at(self, mark: Any) -> int:
        return int(mark.index) + self._shift

    def _line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1

    def _line_end(self, index: int) -> int:
        """The index after the end of the line."""
        if index and self.text[index - 1] == "\n":
            return index
        found = self.text.find("\n", index)
        return len(self.text) if found < 0 else found + 1

    def _edit(self, begin: int, end: int, text: str, depth: int = 0) -> None:
        self._edits.append((begin, end, depth, text))

    def _insert(self, index: int, text: str) -> None:
        self._edit(index, index, text)

    def _insert_line(self, index: int, text: str) -> None:
        """Insert whole lines after the line of a place."""
        at = self._line_end(index)
        whole = not at or self.text[at - 1] == "\n"
        indent = len(text) - len(text.lstrip(" "))
        # a list may stand as far left as its own key: at one place its items come before more keys
        depth = 2 * indent + text[indent:].startswith("- ")
        self._edit(at, at, text if whole else self._newline + text, depth)

    def refuse(self, path: Path, found: str) -> KmscostError:
        """The error of a place that cannot be changed without changing others."""
        expected = "a value that can be replaced in its place"
        fix = "write it out plainly, without anchors (&), aliases (*) and merges (<<)"
        line = line_of(parse_document(self.text, self.path)[0], path)
        return KmscostError(Problem(self.path, line, describe(path), found, expected, fix))


def _is_nested(value: Mapping[str, Any]) -> bool:
    """True for a mapping that holds mappings, which read better in lines of their own."""
    return any(isinstance(part, dict) for part in value.values())


def _tail(rest: str) -> str:
    """The rest of a line behind an old value, such as a comment, without the line's end."""
    text = rest.rstrip("\r\n")
    return text if text.strip() else ""
