"""A random inventory as YAML, and the schema that it is drawn from."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.oracle.estate import Document

SCHEMA = Path(__file__).parents[2] / "examples" / "inventory.schema.json"


@dataclass
class Drawing:
    """A random inventory, and what is asked of it."""

    seed: int
    document: Document
    start: str
    months: int
    discount: float
    fail_over: str | None
    files: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The YAML."""
        return dump_document(self.document)

    def write(self, folder: Path) -> Path:
        """The YAML and the files beside it; the path of the YAML."""
        for name, text in self.files.items():
            (folder / name).write_text(text)
        path = folder / "inventory.yaml"
        path.write_text(self.text)
        return path


class QuotingDumper(yaml.SafeDumper):
    """Ids in quotes: PyYAML leaves them out where a leading zero makes them no number."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = '"' if text[:1].isdigit() else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


QuotingDumper.add_representer(str, _represent_text)


def dump_document(document: Document) -> str:
    """A document as YAML text, in the order of its keys."""
    return yaml.dump(document, Dumper=QuotingDumper, sort_keys=False, width=100)


def read_schema() -> dict[str, Any]:
    """The inventory's JSON Schema."""
    schema: dict[str, Any] = json.loads(SCHEMA.read_text())
    return schema


def find_choices(node: Any, schema: dict[str, Any]) -> list[str]:
    """The values of an enum, wherever it stands in a property."""
    if isinstance(node, list):
        return [choice for part in node for choice in find_choices(part, schema)]
    if not isinstance(node, dict):
        return []
    if "$ref" in node:
        return find_choices(schema["$defs"][node["$ref"].rsplit("/", 1)[-1]], schema)
    if "const" in node:
        return [node["const"]]
    return list(node.get("enum", [])) + find_choices(node.get("anyOf", []), schema)


def find_reader_kinds(schema: dict[str, Any]) -> dict[str, str]:
    """The schema's name of each kind of reader."""
    return {
        definition["properties"]["kind"]["const"]: name
        for name, definition in schema["$defs"].items()
        if "const" in definition.get("properties", {}).get("kind", {})
    }
