"""A template of CloudFormation, YAML or JSON, in one form: tags become functions.

Short and full form of functions: AWS CloudFormation Template Reference Guide, "Intrinsic function
reference", checked 2026-11-24.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pricing.reading.document import SECOND_DOCUMENT, Map, parse_document
from pricing.reading.files import decode, read_bytes, to_utf8
from pricing.reading.json_files import decode_json_bytes
from pricing.reading.problems import DocumentError, Problem
from pricing.reading.words import shown

_FIX = "name a template with Resources: YAML, or JSON"
_BEGIN = re.compile(
    r"^(?:AWSTemplateFormatVersion|Description|Transform|Parameters|Mappings|Conditions|Resources)"
    r"[ \t]*:",
    re.MULTILINE,
)
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
    outputs: Mapping[str, Any]
    transforms: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    def place(self, name: str) -> str:
        """File, line and logical id of a resource: what comments say."""
        line = self.resources.lines.get(name) if isinstance(self.resources, Map) else None
        return f"{self.source}:{line}: {name}" if line else f"{self.source}: {name}"


def load_template(path: str, source: str) -> Template:
    """A template, or a `DocumentError` that says what the file is instead."""
    text = decode(path, to_utf8(path, read_bytes(path)))
    problems: list[Problem] = []
    root: Any
    # JSON by its own parser: it is faster, and YAML may refuse tabs
    if text.lstrip()[:1] == "{":
        root = decode_json_bytes(text.encode(), path, Any, "a template", _FIX)

    else:
        root, problems = _parse(path, text)
    body = root.get("TemplateBody")
    # the answer of get-template: JSON as it is, YAML as text
    if isinstance(body, Mapping):
        root = body
    elif isinstance(body, str):
        root, problems = _parse(path, body)
    resources = root.get("Resources")
    if not isinstance(resources, Mapping):
        found = "no Resources" if resources is None else f"{shown(resources)} as Resources"
        raise DocumentError(Problem(path, None, "Resources", found, "a template's resources", _FIX))
    sections = [root.get(name) for name in ("Parameters", "Mappings", "Conditions", "Outputs")]
    parameters, mappings, conditions, outputs = (
        section if isinstance(section, Mapping) else {} for section in sections
    )
    transforms = root.get("Transform")
    listed = transforms if isinstance(transforms, list) else [transforms]
    # by its name, or as a mapping with its name and parameters
    given = [item.get("Name") if isinstance(item, Mapping) else item for item in listed]
    names = tuple(name for name in given if isinstance(name, str))
    # YAML that AWS takes may still be a mistake, such as a key twice
    notices = tuple(str(problem) for problem in problems[:5])
    return Template(
        path, source, parameters, mappings, conditions, resources, outputs, names, notices
    )


def _parse(path: str, text: str) -> tuple[Map, list[Problem]]:
    """A template in YAML, and what in it is odd."""
    try:
        root, problems = parse_document(text, path, _function)
    except DocumentError as error:
        begin = _BEGIN.search(text)
        # programs that write templates print lines of their own before them
        if begin is not None and text[: begin.start()].strip():
            root, problems = _parse(path, text[begin.start() :])
            lines = text[: begin.start()].count("\n")
            found, fix = "lines that are no YAML", "they were skipped"
            return root, [*problems, Problem(path, lines, "", found, "a template alone", fix)]
        # what an inventory begins with is no help here
        problems = [replace(each, fix=_FIX) for each in error.problems if "version" in each.fix]
        raise DocumentError(problems or error.problems) from None
    second = next((each for each in problems if each.found == SECOND_DOCUMENT), None)
    if second is not None:
        raise DocumentError(replace(second, fix="save each template in a file of its own"))
    return root, problems


def trails_in(body: Any) -> list[str] | None:
    """The trails that a template inside another description makes; None where it is not readable.

    >>> trails_in('{"Resources": {"T": {"Type": "AWS::CloudTrail::Trail"}}}'), trails_in(None)
    (['T'], None)
    """
    if not isinstance(body, str) or not body.strip():
        return None
    root: Any
    try:
        if body.lstrip()[:1] == "{":
            root = decode_json_bytes(body.encode(), "", Any, "a template", "")
        else:
            root = parse_document(body, "", _function)[0]
    except DocumentError:
        return None
    resources = root.get("Resources") if isinstance(root, Mapping) else None
    if not isinstance(resources, Mapping):
        return None
    trails = []
    for name, resource in resources.items():
        if isinstance(resource, Mapping) and resource.get("Type") == "AWS::CloudTrail::Trail":
            properties = resource.get("Properties")
            given = properties.get("TrailName") if isinstance(properties, Mapping) else None
            trails.append(given if isinstance(given, str) else str(name))
        elif str(name).startswith("Fn::"):
            return None  # not worked out: what it makes is not known
    return trails


def _function(tag: str, value: Any) -> Any:
    """`!Ref x` as `{"Ref": "x"}`, `!GetAtt a.b` as `{"Fn::GetAtt": ["a", "b"]}`."""
    name = tag.removeprefix("!")
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {_NAMED.get(name, f"Fn::{name}"): value}
