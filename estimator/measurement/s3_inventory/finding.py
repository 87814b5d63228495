"""The manifest to measure, where a folder is given: S3 writes an inventory a day or a week."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

from estimator.measurement.paths import find_files
from estimator.measurement.skipped import SkippedFiles
from pricing.reading.problems import KmscostError, Problem

_NAME = "manifest.json"
_MOST_NAMED = 5


def find_manifest(path: str | Path) -> tuple[str, tuple[str, ...]]:
    """The manifest at a path, the newest of one inventory below it, and what to say of the others.

    S3 writes ``<source bucket>/<inventory>/<time>/manifest.json`` (S3 User Guide, "Locating your
    inventory list"); times sort as text.

    Raises
    ------
    KmscostError
        There is none in the folder, or those of several inventories.
    """
    name = os.fspath(path)
    if not os.path.isdir(name):  # noqa: PTH112  # Path.is_dir raises where a name is too long
        return name, ()
    inventories: dict[Path, list[Path]] = defaultdict(list)
    for found in find_files([name], SkippedFiles()):
        place = Path(found.path)
        if place.name == _NAME:
            inventories[place.parent.parent].append(place)
    if not inventories:
        found_none, fix = f"no {_NAME} in the folder", "copy it too, with the folder of its time"
        problem = Problem(name, None, "", found_none, f"the {_NAME} of an S3 Inventory", fix)
        raise KmscostError(problem)
    if len(inventories) > 1:
        folders = sorted(map(str, inventories))
        more = f" and {len(folders) - _MOST_NAMED} more" if len(folders) > _MOST_NAMED else ""
        listed = f"{len(folders)} inventories: {', '.join(folders[:_MOST_NAMED])}{more}"
        # two inventories may list one bucket: together every object would count twice
        fix = "name the folder of one of them, or its manifest"
        raise KmscostError(Problem(name, None, "", listed, "one inventory", fix))
    ((_, manifests),) = inventories.items()
    newest = max(manifests, key=lambda manifest: manifest.parent.name)
    if len(manifests) == 1:
        return str(newest), ()
    line = f"of {len(manifests)} inventories in the folder, the newest is measured: {newest}"
    return str(newest), (line,)
