"""YAML to Inventory: `check` reads one, `init` begins a new one."""

import shlex
from pathlib import Path

from estimator.files import unwritable, write_whole
from estimator.inventory.assumptions import FilesPerDay, Range
from estimator.inventory.coverage import Account
from estimator.inventory.load import InventoryError, InventorySource, load_inventory
from estimator.inventory.model import Inventory
from estimator.inventory.readback import ReadBack, read_back
from pricing.reading.problems import KmscostError, Problem, UsageError

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

_ENDINGS = ("", ".yaml", ".yml")  # a device has none
_STARTER = Path(__file__).with_name("starter.yaml")
# of a wheel inside the package, of a checkout beside it
_EXAMPLES = (Path(__file__).parents[1] / "examples", Path(__file__).parents[2] / "examples")


def check(inventory: InventorySource) -> Inventory:
    """Read an inventory, or raise every mistake in it at once.

    `Inventory.summary()` says in a paragraph what it means, `estimator.inventory.read_back` all of
    it on a page, as the command does.

    Raises
    ------
    InventoryError
        With every problem at once: path, line, found, expected, fix.
    """
    return load_inventory(inventory)


def init(
    path: str | Path | None = None, force: bool = False, example: str | Path | None = None
) -> Path:
    """Write a commented starter inventory that passes `check`, or the whole example.

    Parameters
    ----------
    path : str or path, optional
        The file to write, ``inventory.yaml`` where none is named.
    force : bool
        Replace files that are there. Each is replaced whole, or stays as it is.
    example : str or path, optional
        A folder to write the example organization into, with its scenarios, logs and bill, in
        place of `path`. Named ``examples``, all examples in help and docs work as they stand.

    Returns
    -------
    Path
        The inventory that was written.

    Raises
    ------
    KmscostError
        A file exists and `force` is not set, or it cannot be written.
    UsageError
        Both are named, or a file whose ending says that it is no YAML.
    """
    if example is not None:
        if path is not None:
            fix = "leave out one of them"
            expected = "no file beside a folder for the example"
            raise UsageError(Problem("path", None, "", repr(str(path)), expected, fix))
        return _write_example(Path(example), force)
    target = Path("inventory.yaml" if path is None else path)
    if target.suffix.lower() not in _ENDINGS:
        found = f"{target.name!r}, whose ending is not one of YAML"
        expected = "a name that ends with .yaml or .yml"
        raise UsageError(Problem("path", None, "", found, expected, "choose such a name"))
    plain = target.name if target.name.isprintable() else "inventory.yaml"
    # the name goes into a format string, so that braces of YAML are doubled in starter.yaml
    text = _STARTER.read_text(encoding="utf-8").format(name=shlex.quote(plain))
    _write(target, text, force)
    return target


def _write_example(folder: Path, force: bool) -> Path:
    source = next(place for place in _EXAMPLES if place.is_dir())
    files = {
        folder / file.relative_to(source): file
        for file in sorted(source.rglob("*"))
        if file.is_file()
    }
    existing = [target for target in files if target.exists()]
    if existing and not force:
        raise _exists(existing[0])
    for target, file in files.items():
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise unwritable(target.parent, reason, "choose another folder") from None
        _write(target, file.read_bytes(), force)
    return folder / "organization.yaml"


def _write(target: Path, content: str | bytes, force: bool) -> None:
    try:
        write_whole(target, content, is_new=not force)
    except FileExistsError:
        raise _exists(target) from None


def _exists(target: Path) -> KmscostError:
    fix = "choose another name, or overwrite it with --force"
    return KmscostError(Problem(str(target), None, "", "a file of this name", "none", fix))
