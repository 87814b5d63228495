"""A small inventory as text, and what `check` and the JSON Schema say of it."""

from pathlib import Path

from estimator import load_inventory
from estimator.inventory import Inventory
from pricing.reading.problems import KmscostError, Problem
from tests.inventory.editor import marks

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


def refusals(folder: Path, text: str) -> tuple[Problem, ...]:
    """The problems that `check` has with a YAML text."""
    try:
        read(folder, text)
    except KmscostError as error:
        return error.problems
    return ()


def schema_takes(text: str) -> bool:
    """True where an editor that knows the JSON Schema marks nothing in a YAML text."""
    return not marks(text)
