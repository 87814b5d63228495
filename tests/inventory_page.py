"""The format of inventories as Markdown, made from its JSON Schema."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from estimator import schema
from estimator.inventory import Range, sections
from estimator.inventory.assumptions import plain_range
from estimator.inventory.kinds import ACCOUNT_ID_PATTERN
from estimator.inventory.others import OtherRequests, plain_others
from estimator.inventory.units import UNIT_PATTERN
from pricing.arns import KEY_ARN_PATTERN
from pricing.reading.json_schemas import TEXT_PATTERN, UNDERSCORED
from pricing.reading.scalar_writer import flow
from pricing.regions import REGION_PATTERN
from tests.command_pages import cell

# a new kind of reader has its table here by itself
READERS = {model.__name__: model for model in typing.get_args(sections.Reader)}
# headings in the order of a file; what is said of each is the section's own docstring
SECTIONS = {
    "InventoryFile": "The file",
    "AccountEntry": "accounts: an account",
    "AccountsFile": "accounts: a file of them",
    "Key": "keys",
    "Trail": "trails",
    "Bucket": "trails: bucket",
    **{
        name: f"readers: {typing.get_args(model.model_fields['kind'].annotation)[0]}"
        for name, model in READERS.items()
    },
    "Growth": "growth",
    "Budget": "budgets",
}
_ITEMS = {
    "account id": "account ids",
    "day": "days",
    "mapping": "mappings",
    "number": "shares",  # thresholds: no other list has numbers
    "text": "texts",
    "Region": "Regions",
}
_OF_PATTERNS = {
    ACCOUNT_ID_PATTERN: "account id",
    REGION_PATTERN: "Region",
    KEY_ARN_PATTERN: "ARN",
    TEXT_PATTERN: "text",
    UNDERSCORED: "number",
}
_DEFAULT = re.compile(r"; default: (.*)$")
_DATE_IN_QUOTES = re.compile(r'"(\d{4}-\d{2}-\d{2})"')


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of each section by its name."""
    whole = schema("inventory")
    return {"InventoryFile": whole, **whole["$defs"]}


def model_of(name: str) -> type[BaseModel]:
    """The class of a section."""
    return READERS.get(name) or getattr(sections, name)


def inventory_in_words() -> str:
    """Every section of an inventory as a heading and a table of its keys."""
    known = schemas()
    # what every kind of reader has stands in a table of its own
    common = set.intersection(*(set(known[name]["properties"]) for name in READERS)) - {"kind"}
    parts = []
    for name, heading in SECTIONS.items():
        section = known[name]
        model = model_of(name)
        if name == next(iter(READERS)):
            parts += _part("readers: keys of every kind", "", model, section, common)
        own = set(section["properties"]) - (common if name in READERS else set())
        parts += _part(heading, section.get("description", ""), model, section, own)
    return "\n".join(parts)


def _part(
    heading: str, description: str, model: type[BaseModel], section: dict[str, Any], keys: set[str]
) -> list[str]:
    needed, order = section.get("required", []), list(section["properties"])
    lines = [f"### {heading}", ""]
    lines += [description, ""] if description else []
    lines += ["| key | type | unit | default | example | what |", "|---|---|---|---|---|---|"]
    for key in sorted(keys, key=lambda key: (key not in needed, order.index(key))):
        lines.append(_row(model, key, section["properties"][key], key in needed))
    return [*lines, ""]


def _row(model: type[BaseModel], key: str, field: dict[str, Any], is_needed: bool) -> str:
    words = field["description"]
    unit = UNIT_PATTERN.search(words)
    words = UNIT_PATTERN.sub("", words)
    known = _DEFAULT.search(words)
    default = "needed" if is_needed else known[1] if known else _yaml(_plain(model, key))
    cells = (
        f"`{key}`",
        ", ".join(dict.fromkeys(_types(field))),
        unit[1] if unit else "",
        default,
        f"`{key}: {_yaml(_field(model, key).examples[0])}`",
        _DEFAULT.sub("", words),
    )
    return f"| {' | '.join(cell(text) for text in cells)} |"


def _field(model: type[BaseModel], key: str) -> Any:
    """The field of a key; its examples keep their order, which a JSON Schema sorts."""
    return next(each for name, each in model.model_fields.items() if key in (name, each.alias))


def _plain(model: type[BaseModel], key: str) -> Any:
    """A default as a file would write it."""
    default = _field(model, key).default
    if isinstance(default, OtherRequests):
        return plain_others(default)
    return plain_range(default) if isinstance(default, Range) else default


def _yaml(value: Any) -> str:
    """A value as YAML has it; days need no quotes."""
    return _DATE_IN_QUOTES.sub(r"\1", flow(value))


def _types(field: dict[str, Any]) -> Iterator[str]:
    """The types that a field takes, in words."""
    if "$ref" in field:
        yield "mapping"
    for choice in field.get("anyOf", []):
        yield from _types(choice)
    if "const" in field or "enum" in field:
        choices = [field["const"]] if "const" in field else field["enum"]
        yield " or ".join(f"`{choice}`" for choice in choices) if len(choices) < 9 else "name"
    elif field.get("type") == "array":
        yield f"list of {_ITEMS.get(next(_types(field['items']), 'mapping'))}"
    elif field.get("type") == "object":
        if "propertyNames" in field:
            yield "one tag" if "maxProperties" in field else "mapping of texts"
        else:
            yield "mapping of Regions or ids" if "patternProperties" in field else "range"
    elif field.get("format") == "date":
        yield "day"
    elif field.get("pattern") in _OF_PATTERNS:
        yield _OF_PATTERNS[field["pattern"]]
    elif "pattern" in field:
        yield "percentage"
    elif field.get("type") in ("string", "number", "boolean"):
        yield {"string": "text", "number": "number", "boolean": "true or false"}[field["type"]]
