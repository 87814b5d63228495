"""YAML to Inventory."""

from estimator.inventory.assumptions import FilesPerDay, Range
from estimator.inventory.load import InventoryError, load_inventory
from estimator.inventory.model import Account, Inventory
from estimator.inventory.starter import check, init

__all__ = [
    "Account",
    "FilesPerDay",
    "Inventory",
    "InventoryError",
    "Range",
    "check",
    "init",
    "load_inventory",
]
