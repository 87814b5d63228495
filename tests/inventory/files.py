"""A small inventory as text, and what `check` and the JSON Schema say of it."""

from pathlib import Path

from estimator import load_inventory, schema
from estimator.inventory import Inventory
from pricing.reading.document import load_document
from tests.extras import needed

PAYER = "111122223333"

# one account in us-east-1 and one trail that writes 288 files a day there
INVENTORY = f"""\
version: 1
accounts: [{{id: "{PAYER}", regions: [us-east-1]}}]
keys: [{{id: k, region: us-east-1}}]
trails: [{{name: org, key: k}}]
"""


def read(folder: Path, text: str) -> Inventory:
    """The inventory of a YAML text."""
    path = folder / "inventory.yaml"
    path.write_text(text, encoding="utf-8")
    return load_inventory(path)


def schema_takes(folder: Path, text: str) -> bool:
    """True where the JSON Schema of inventories takes a YAML text."""
    path = folder / "of_schema.yaml"
    path.write_text(text, encoding="utf-8")
    document, _ = load_document(path)
    return needed("jsonschema").Draft202012Validator(schema()).is_valid(document)
