"""How events are cut into files, ordered, named and packed changes nothing that is counted."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.measure import packing
from tests.acceptance.measure.answers import Answer, counts, measure
from tests.acceptance.measure.logs import Tree, random_tree, save

SEEDS = range(4)
seeds = pytest.mark.parametrize("seed", SEEDS)


def original(folder: Path, seed: int) -> tuple[Tree, Answer, Path]:
    """A tree, its answer, and an empty folder for the same events laid out otherwise."""
    tree = random_tree(seed)
    tree.write(folder / "original")
    other = folder / "other"
    other.mkdir()
    return tree, measure(folder / "original"), other


@seeds
def test_one_event_in_each_file(tmp_path: Path, seed: int) -> None:
    """Splitting every file into files of one event changes nothing."""
    tree, whole, other = original(tmp_path, seed)
    for at, record in enumerate(tree.events()):
        save(other / f"{at}.json.gz", packing.gz(packing.log_file([record])))
    if tree.events():
        split = measure(other)
        assert counts(split) == counts(whole)
        assert split["duplicates"] == whole["duplicates"]
        assert split["records"] == split["files"] == whole["records"]


@seeds
def test_all_events_in_one_file(tmp_path: Path, seed: int) -> None:
    """Merging all files into one, in any order, changes nothing."""
    tree, whole, other = original(tmp_path, seed)
    events = tree.events()
    random.Random(seed).shuffle(events)  # noqa: S311  no secrets here
    save(other / "all.json", packing.log_file(events))
    merged = measure(other)
    assert counts(merged) == counts(whole)
    assert (merged["files"], merged["duplicates"]) == (1, whole["duplicates"])


@seeds
@pytest.mark.parametrize("back", [False, True])
def test_order_of_files_and_names(tmp_path: Path, seed: int, back: bool) -> None:
    """New names, in one folder, that sort forwards or backwards, change nothing.

    Which copy of an event comes first must not decide who its reader was.
    """
    tree, whole, other = original(tmp_path, seed)
    names = list(tree.files)
    for at, name in enumerate(reversed(names) if back else names):
        records = tree.files[name][::-1] if back else tree.files[name]
        save(other / f"{at:06d}.json.gz", packing.gz(packing.log_file(records), 1))
    assert counts(measure(other)) == counts(whole)


@seeds
def test_reading_twice(tmp_path: Path, seed: int) -> None:
    """A copy of every file in a second folder adds files, records and duplicates, nothing else."""
    tree, whole, other = original(tmp_path, seed)
    shutil.copytree(tmp_path / "original", other / "a")
    shutil.copytree(tmp_path / "original", other / "b")
    twice = measure(other)
    assert counts(twice) == counts(whole)
    assert twice["coverage"] == whole["coverage"]
    assert (twice["files"], twice["records"]) == (2 * whole["files"], 2 * whole["records"])
    # every call is there once more than before: the calls of one folder are copies of the other's
    assert twice["duplicates"] == tree.duplicates + tree.calls


@seeds
def test_naming_a_path_twice(tmp_path: Path, seed: int) -> None:
    """A folder, itself again, and one of its files: each event is still counted once."""
    tree, whole, _ = original(tmp_path, seed)
    file = f"original/{next(iter(tree.files))}"
    again = measure(tmp_path, paths=("original", "original", "./original", file))
    assert counts(again) == counts(whole)


PACKINGS: dict[str, Callable[[Tree], bytes]] = {
    "all.ndjson": lambda tree: packing.ndjson(tree.events()),
    "all.json": lambda tree: packing.top_list(tree.events()),
    "pretty.json": lambda tree: packing.pretty(tree.events()),
    "all.ndjson.gz": lambda tree: packing.in_members(packing.ndjson(tree.events()), 7),
    "cat.json.gz": lambda tree: b"".join(
        packing.gz(packing.log_file(records)) for records in tree.files.values()
    ),
    "lines.json": lambda tree: b"\n".join(map(packing.log_file, tree.files.values())),
    "logs.zip": lambda tree: packing.as_zip(members(tree)),
    "logs.tar": lambda tree: packing.as_tar(members(tree)),
    "logs.tar.gz": lambda tree: packing.as_tar(members(tree), "w:gz"),
    "logs.tgz": lambda tree: packing.as_tar(members(tree), "w:gz"),
}


def members(tree: Tree) -> dict[str, bytes]:
    """The log files of a tree by name, every other one compressed."""
    raw = {name: packing.log_file(records) for name, records in tree.files.items()}
    return {
        name: packing.gz(text) if at % 2 else text for at, (name, text) in enumerate(raw.items())
    }


@seeds
@pytest.mark.parametrize("name", PACKINGS)
def test_packing(tmp_path: Path, seed: int, name: str) -> None:
    """NDJSON, lists, logs put end to end, zip and tar hold the same requests as the files."""
    tree, whole, other = original(tmp_path, seed)
    save(other / name, PACKINGS[name](tree))
    packed = measure(other)
    assert packed["skipped"] == []
    assert counts(packed) == counts(whole)
    assert (packed["records"], packed["duplicates"]) == (whole["records"], whole["duplicates"])
    archive = name.startswith("logs.")
    assert packed["files"] == (len(tree.files) if archive else 1)


@seeds
def test_an_archive_among_the_files_it_was_made_from(tmp_path: Path, seed: int) -> None:
    """A backup in the folder of its originals is read as copies."""
    tree, whole, other = original(tmp_path, seed)
    shutil.copytree(tmp_path / "original", other, dirs_exist_ok=True)
    save(other / "backup.zip", packing.as_zip(members(tree)))
    assert counts(measure(other)) == counts(whole)


def test_a_folder_that_contains_itself(tmp_path: Path) -> None:
    """A link back to the folder above neither hangs nor counts anything twice."""
    tree, whole, _ = original(tmp_path, 3)
    (tmp_path / "original" / "loop").symlink_to(tmp_path / "original", target_is_directory=True)
    assert counts(measure(tmp_path / "original")) == counts(whole)
    assert tree.requests.total() == whole["totals"]["requests"]
