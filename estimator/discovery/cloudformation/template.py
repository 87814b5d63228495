"""A template of CloudFormation, YAML or JSON, in one form: tags become functions.

Short and full form of functions: AWS CloudFormation Template Reference Guide, "Intrinsic function
reference", checked 2026-11-24.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from pricing.reading.document import Map, parse_document
from pricing.reading.files import decode, find_json_fault, read_bytes
from pricing.reading.problems import DocumentError, Problem
from pricing.reading.words import shown

_FIX = "name a template with Resources: YAML, or JSON"
_NAMED = {"Ref": "Ref", "Condition": "Condition"}


@dataclass(frozen=True)
class Template:
    """The sections of a template that discover reads."""

    path: str
    source: str
    parameters: Mapping[str, Any]
    mappings: Mapping[str, Any]
    conditions: Mapping[str, Any]
    resources: Mapping[str, Any]
    notices: tuple[str, ...] = ()

    def place(self, name: str) -> str:
        """File, line and logical id of a resource: what comments say."""
        line = self.resources.lines.get(name) if isinstance(self.resources, Map) else None
        return f"{self.source}:{line}: {name}" if line else f"{self.source}: {name}"


def load_template(path: str, source: str) -> Template:
    """A template, or a `DocumentError` that says what the file is instead."""
    text = decode(path, _utf8(read_bytes(path)))
    problems: list[Problem] = []
    root: Any
    if text.lstrip()[:1] == "{":
        root = _json(path, text)
    else:
        root, problems = parse_document(text, path, _function)
    resources = root.get("Resources")
    if not isinstance(resources, Mapping):
        found = "no Resources" if resources is None else f"{shown(resources)} as Resources"
        raise DocumentError(Problem(path, None, "Resources", found, "a template's resources", _FIX))
    sections = [root.get(name) for name in ("Parameters", "Mappings", "Conditions")]
    parameters, mappings, conditions = (x if isinstance(x, Mapping) else {} for x in sections)
    # YAML that AWS takes may still be a mistake, such as a key twice
    notices = tuple(str(problem) for problem in problems[:5])
    return Template(path, source, parameters, mappings, conditions, resources, notices)


def _utf8(data: bytes) -> bytes:
    if data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return data
    try:
        return data.decode("utf-16").encode()
    except UnicodeError:
        return data


def _json(path: str, text: str) -> Any:
    try:
        root = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        found, line = find_json_fault(text.encode("utf-8", "surrogatepass"), error)
        raise DocumentError(Problem(path, line, "", found, "a template", _FIX)) from None
    except RecursionError:
        found = "JSON nested beyond all sense"
        raise DocumentError(Problem(path, None, "", found, "a template", _FIX)) from None
    if not isinstance(root, dict):
        raise DocumentError(Problem(path, None, "", shown(root), "a template", _FIX))
    return root


def _function(tag: str, value: Any) -> Any:
    """`!Ref x` as `{"Ref": "x"}`, `!GetAtt a.b` as `{"Fn::GetAtt": ["a", "b"]}`."""
    name = tag.removeprefix("!")
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {_NAMED.get(name, f"Fn::{name}"): value}
