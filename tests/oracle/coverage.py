"""Which keys of the schema random inventories draw, and in which forms."""

from collections.abc import Iterator
from typing import Any

from tests.oracle.assumptions import is_range
from tests.oracle.drawing import find_choices, find_reader_kinds
from tests.oracle.estate import Document

Drawn = set[tuple[str, str, str]]


def list_schema_keys(schema: dict[str, Any]) -> Drawn:
    """Every (object, key, form) that the schema allows: forms of numbers, choices of texts."""
    keys: Drawn = set()
    for name, definition in [("Inventory", schema), *schema["$defs"].items()]:
        for key, node in definition.get("properties", {}).items():
            keys.add((name, key, "any"))
            keys |= {(name, key, form) for form in list_forms(node, schema)}
    return keys


def list_forms(node: Any, schema: dict[str, Any]) -> set[str]:
    """Forms that a value may have: a range, a mapping, or one of some texts."""
    forms = {str(choice) for choice in find_choices(node, schema)}
    for option in [node, *node.get("anyOf", [])]:
        if "low" in option.get("properties", {}):
            forms |= {"range", "range with mid", "range with source"}
        elif "patternProperties" in option or isinstance(option.get("additionalProperties"), dict):
            forms.add("mapping")
    return forms


def list_drawn_keys(document: Document, schema: dict[str, Any]) -> Drawn:
    """Every (object, key, form) that a document has."""
    drawn: Drawn = set()
    kinds = find_reader_kinds(schema)
    for name, entry in list_entries(document, kinds):
        for key, value in entry.items():
            drawn.add((name, key, "any"))
            drawn |= {(name, key, form) for form in list_forms_of_value(value)}
    return drawn


def list_entries(document: Document, kinds: dict[str, str]) -> Iterator[tuple[str, Document]]:
    """Each object of a document with its name in the schema."""
    yield "Inventory", document
    for account in document["accounts"]:
        yield ("AccountsFile" if "file" in account else "AccountEntry"), account
    yield from (("Key", key) for key in document["keys"])
    for trail in document["trails"]:
        yield "Trail", trail
        yield "Bucket", trail.get("bucket", {})
    yield from ((kinds.get(r["kind"], r["kind"]), r) for r in document.get("readers", []))
    yield "Growth", document.get("growth", {})
    yield from (("Budget", budget) for budget in document.get("budgets", []))


def list_forms_of_value(value: Any) -> set[str]:
    """The forms of one value."""
    if is_range(value):
        return {"range"} | {f"range with {key}" for key in ("mid", "source") if key in value}
    if isinstance(value, dict):
        return {"mapping"}
    return {str(value)} if isinstance(value, str | int) else set()
