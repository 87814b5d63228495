"""YAML to Inventory."""

from estimator.inventory.assumptions import FilesPerDay, Range
from estimator.inventory.check_and_init import check, init
from estimator.inventory.coverage import Account
from estimator.inventory.load import InventoryError, InventorySource, load_inventory
from estimator.inventory.model import Inventory
from estimator.inventory.readback import ReadBack, read_back

__all__ = [
    "Account",
    "FilesPerDay",
    "Inventory",
    "InventoryError",
    "InventorySource",
    "Range",
    "ReadBack",
    "check",
    "init",
    "load_inventory",
    "read_back",
]
