"""The twins of `check` and `init`: what an inventory means, and how to begin one."""

from __future__ import annotations

import shlex
from pathlib import Path

from estimator.inventory.load import load_inventory
from estimator.inventory.model import Inventory
from pricing.reading.problems import KmscostError, Problem

_STARTER = Path(__file__).with_name("starter.yaml")


def check(inventory: str | Path) -> Inventory:
    """Read an inventory and say what it means: `Inventory.summary()`.

    Raises
    ------
    InventoryError
        With every problem at once: path, line, found, expected, fix.
    """
    return load_inventory(inventory)


def init(path: str | Path = "inventory.yaml", force: bool = False) -> Path:
    """Write a commented starter inventory that passes `check`.

    Raises
    ------
    KmscostError
        The file exists and `force` is not set, or it cannot be written.
    """
    target = Path(path)
    plain = target.name if target.name.isprintable() else "inventory.yaml"
    text = _STARTER.read_text(encoding="utf-8").format(name=shlex.quote(plain))
    try:
        # "x" never overwrites, even where somebody else writes the same file at this moment
        with target.open("w" if force else "x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        fix = "choose another name, or overwrite it with --force"
        said = Problem(str(target), None, "", "a file of this name", "none", fix)
        raise KmscostError(said) from None
    except (OSError, ValueError) as error:
        found = f"a place that cannot be written ({getattr(error, 'strerror', None) or error})"
        said = Problem(str(target), None, "", found, "a writable folder", "choose another path")
        raise KmscostError(said) from None
    return target
