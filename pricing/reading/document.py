"""Strict YAML with lines: what a hand-written document says, and where it says it.

PyYAML's own loaders read ``012345670123`` as octal, ``no`` as False, keep the last of two equal
keys in silence and expand aliases without end. This reader builds plain values from the parser's
events instead: one pass, no recursion, every key and item with its line. Numbers may be written
``12_000`` or ``3e-6``; only ``true`` and ``false`` are booleans; ``2026-01-15`` is a date.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import yaml

from pricing.reading.files import decode, read_bytes
from pricing.reading.nodes import MAX_DEPTH, Location, Map, Refused, Seq, line_of
from pricing.reading.plain_scalars import COMMA, NO_VALUE, UNSEEN_COLON, PlainScalars
from pricing.reading.problems import DocumentError, Problem
from pricing.reading.slips import RENDER
from pricing.reading.words import describe, shown
from pricing.reading.yaml_slips import deepest, explain_yaml_error, find_unprintable

__all__ = [
    "Location",
    "Map",
    "Refused",
    "Seq",
    "Tagged",
    "line_of",
    "load_document",
    "parse_document",
    "parse_value",
]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_NODES = 4_000_000  # after expansion of aliases, whatever the parser below would take

SECOND_DOCUMENT = "a second document"
_STR_TAG = "tag:yaml.org,2002:str"
_CORE_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("map", "seq")}

Tagged = Callable[[str, Any], Any]


def load_document(path: str | Path) -> tuple[Map, list[Problem]]:
    """Read the mapping in a YAML file, and every problem that left it readable all the same.

    Raises
    ------
    DocumentError
        The file cannot be read as one YAML mapping at all.
    """
    return parse_document(decode(path, read_bytes(path)), path=str(path))


def parse_document(
    text: str, path: str = "<text>", tagged: Tagged | None = None
) -> tuple[Map, list[Problem]]:
    """As `load_document`, of a text that is read already.

    `tagged` says what a value with a tag means (``!Ref x``); without it tags are refused.
    """
    root, problems = parse_value(text, path, tagged)
    if not isinstance(root, Map):
        empty = root is None
        fix = "run `kmscost init` for a start" if empty else "begin with `version: 1`"
        found = "an empty document" if empty else shown(root)
        more = Problem(path, 1, "", found, "a YAML mapping", fix)
        raise DocumentError([*problems, more])
    return root, problems


def parse_value(
    text: str, path: str = "<text>", tagged: Tagged | None = None
) -> tuple[Any, list[Problem]]:
    """As `parse_document`, of a text that may hold anything: a mapping, a list, a single value."""
    builder = _Builder(path, text, tagged)
    try:
        # a JSON scalar cannot hold NUL; libyaml would stop at it without a word on some platforms
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except (yaml.reader.ReaderError, UnicodeEncodeError) as error:
        line, found = find_unprintable(text, error)
        builder.fail(line, (), found, "printable text", "remove it")
        raise DocumentError(builder.problems) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        # it looks ahead for the end of what may be a key: a row of brackets can be too much for it
        # before the event of the first one, so what it looked at is counted here
        depth = deepest(text, builder.read, mark.index + 1, len(builder.stack)) if mark else 0
        if depth > MAX_DEPTH:
            builder.refuse_depth(mark)
        reason = getattr(error, "problem", None) or str(error)
        begun = getattr(error, "context_mark", None)
        slips = explain_yaml_error(
            text,
            mark.line + 1 if mark else None,
            reason,
            begun.line + 1 if begun else None,
            # the innermost list or mapping in brackets that is open
            next((entry[0].line for entry in reversed(builder.stack) if entry[6]), None),
        )
        # what gave up in that line is one mistake, whatever was noted of it before
        lines = {slip.line for slip in slips}
        builder.problems = [known for known in builder.problems if known.line not in lines]
        for slip in slips:
            builder.fail(slip.line, (), slip.found, "YAML", slip.fix)
        raise DocumentError(builder.problems) from None
    if not builder.documents:
        builder.fail(1, (), "an empty file", "a YAML mapping", "run `kmscost init` for a start")
        raise DocumentError(builder.problems)
    return builder.root, builder.problems


class _Builder:
    """Turns parser events into values; keeps a stack, so nesting costs no recursion."""

    def __init__(self, path: str, text: str, tagged: Tagged | None = None) -> None:
        self.path = path
        self.text = text
        self.tagged = tagged
        self.problems: list[Problem] = []
        self.documents = 0
        self.root: Any = None
        self.nodes = 0
        # one entry an open container:
        # [container, pending key or None, anchor, nodes at start, tag, start, is flow, template]
        self.stack: list[list[Any]] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.plain_scalars = PlainScalars(self.stack, self.fail, self.here, tagged is not None)
        self.read = 0  # where the last event ends [character]

    def fail(
        self, line: int | None, at: Sequence[str | int], found: str, expected: str, fix: str
    ) -> None:
        self.problems.append(Problem(self.path, line, describe(at), found, expected, fix))

    def refuse_depth(self, mark: Any) -> NoReturn:
        """Read no further where values are nested deeper than in any honest document."""
        found, expected = f"values nested more than {MAX_DEPTH} deep", f"at most {MAX_DEPTH} levels"
        fix = "look for a bracket or a brace that is not closed"
        self.fail(mark.line + 1, (), found, expected, fix)
        raise DocumentError(self.problems) from None

    def here(self) -> Location:
        """The location of the value that comes next."""
        place: list[str | int] = []
        for container, key, *_ in self.stack:
            if isinstance(container, Seq):
                place.append(len(container))
            elif key is not None:
                place.append(key[0])
        return tuple(place)

    def take(self, event: Any) -> None:
        self.read = event.end_mark.index
        if isinstance(event, yaml.ScalarEvent):
            self.scalar(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self.open(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.close(event)
        elif isinstance(event, yaml.AliasEvent):
            self.alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            # once: a third document would be the same problem
            if self.documents == 2:
                mark: Any = event.start_mark
                line = mark.line + 1
                self.fail(line, (), SECOND_DOCUMENT, "one document", "remove `---` before it")

    def scalar(self, event: Any) -> None:
        line = event.start_mark.line + 1
        self.count(1, event)
        if event.tag and event.tag not in ("!", _STR_TAG):
            value: Any = self.meant(event.tag, event.value, line)
        else:
            value = self.plain_scalars.read_scalar(event) if event.implicit[0] else event.value
            if value is NO_VALUE:
                return
        if event.anchor:
            self.anchors[event.anchor] = (value, 1)
        self.put(value, line)

    def meant(self, tag: str, value: Any, line: int) -> Any:
        """The value of what has a tag."""
        if self.tagged is not None:
            return self.tagged(tag, value)
        is_function = tag.startswith("!")  # !Ref, !Sub: what it gives stands elsewhere
        fix = "write the value that it gives: no template is rendered here"
        fix = fix if is_function else "drop it"
        self.fail(line, self.here(), f"the tag {tag}", "a value without a tag", fix)
        return Refused(tag) if is_function else value

    def put(self, value: Any, line: int) -> None:
        if not self.stack:
            if self.documents == 1:
                self.root = value
            return
        top = self.stack[-1]
        container, key = top[0], top[1]
        if isinstance(container, Seq):
            container.append(value)
            container.lines.append(line)
        elif key is None:
            top[1] = (self.key(value, line), line)
        else:
            top[1] = None
            self.enter(container, key[0], value, key[1])

    def key(self, value: Any, line: int) -> str:
        if isinstance(value, str):
            return str(value)
        # true and null as YAML has them
        text = "null" if value is None else str(value).lower() if value in (True, False) else value
        fix = f'write it in quotes: "{text}"'
        self.fail(line, self.here(), f"{shown(value)} as a key", "a text key", fix)
        return str(value)

    def enter(self, container: Map, key: str, value: Any, line: int) -> None:
        if key == COMMA:
            self.plain_scalars.close_comma(value, line)
        elif key == UNSEEN_COLON:
            pass  # refused where it was read
        elif key == "<<" and self.tagged is None:
            if not isinstance(value, Refused):
                self.merge(container, value, line)
        # `lines` and not the mapping: an explicit key wins over one that << brought
        elif key in container.lines:
            first = container.lines[key]
            fix = f"keep one of them (the first is in line {first})"
            self.fail(line, (*self.here(), key), f"the key {key!r} twice", "each key once", fix)
        else:
            container[key] = value
            container.lines[key] = line

    def merge(self, container: Map, value: Any, line: int) -> None:
        for source in value if isinstance(value, list) else [value]:
            if not isinstance(source, Map):
                fix = "merge an anchored mapping (<<: *name)"
                self.fail(line, self.here(), f"{shown(source)} merged by <<", "a mapping", fix)
                continue
            for key, item in source.items():
                if key not in container:
                    container[key] = item  # no line of its own: an explicit key may still follow

    def open(self, event: Any) -> None:
        line = event.start_mark.line + 1
        self.count(1, event)
        if len(self.stack) >= MAX_DEPTH:
            self.refuse_depth(event.start_mark)
        tag = event.tag if event.tag and event.tag not in ("!", *_CORE_TAGS) else None
        is_map = isinstance(event, yaml.MappingStartEvent)
        container = Map(line) if is_map else Seq(line)
        start = event.start_mark.index
        entry = [container, None, event.anchor, self.nodes, tag, start, event.flow_style, False]
        self.stack.append(entry)

    def close(self, event: Any) -> None:
        container, _, anchor, nodes_before, tag, start, is_flow, is_template = self.stack.pop()
        line = container.line
        value = self.meant(tag, container, line) if tag else container
        if is_template:
            text = " ".join(self.text[start : event.end_mark.index].split())
            found = f"a template that was not rendered, {text[:80]}"
            self.fail(line, self.here(), found, "its value", RENDER)
            value = Refused(text[:80])
        if anchor:
            # with its size: an alias of it counts as much again
            self.anchors[anchor] = (value, self.nodes - nodes_before + 1)
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top[0], Map) and top[1] is None:
            fix = "write the key as text"
            # {{ name }}: a mapping that begins right behind the brace of another one
            if is_flow and top[6] and start == top[5] + 1 and self.tagged is None:
                top[7] = True
            else:
                self.fail(line, self.here(), f"{shown(container)} as a key", "a text key", fix)
            # a key must follow all the same, or the value after it would be taken for one
            self.put("?", event.start_mark.line + 1)
        else:
            self.put(value, line)

    def alias(self, event: Any) -> None:
        line = event.start_mark.line + 1
        known = self.anchors.get(event.anchor)
        if known is None:
            # an alias inside its own anchor would be a circle
            is_open = any(entry[2] == event.anchor for entry in self.stack)
            found = f"*{event.anchor} inside itself" if is_open else f"*{event.anchor}"
            fix = "name an anchor (&name) that is complete above this line"
            self.fail(line, self.here(), found, "the name of an anchor", fix)
            self.put(Refused(f"*{event.anchor}") if self.tagged is None else None, line)
            return
        value, size = known
        self.count(size, event)
        self.put(value, line)

    def count(self, nodes: int, event: Any) -> None:
        self.nodes += nodes
        # ten lines of aliases can mean a billion values
        if self.nodes > MAX_NODES:
            found = f"more than {MAX_NODES:,} values, aliases expanded"
            line, expected = event.start_mark.line + 1, f"at most {MAX_NODES:,}"
            self.fail(line, (), found, expected, "use fewer aliases (*name)")
            raise DocumentError(self.problems)
