"""`init` writes whole files or none, and the whole example."""

import errno
import os

import pytest

from estimator import init, load_inventory
from estimator.files import write_whole
from pricing.reading.problems import KmscostError, UsageError
from tests.real_data import ROOT


@pytest.mark.parametrize("force", [False, True])
def test_a_full_disk_leaves_no_half_file(tmp_path, monkeypatch, force):
    """An old file stays as it was, and a new one is not there."""
    path = tmp_path / "inventory.yaml"
    if force:
        path.write_text("mine\n", encoding="utf-8")

    def no_room(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("estimator.files.os.fdopen", no_room)
    with pytest.raises(KmscostError, match="No space left on device"):
        init(path, force=force)
    assert [file.name for file in tmp_path.iterdir()] == (["inventory.yaml"] if force else [])
    assert not force or path.read_text(encoding="utf-8") == "mine\n"


def test_a_link_stays_a_link(tmp_path):
    """The file that it names is replaced, with its permissions."""
    target, link = tmp_path / "target.yaml", tmp_path / "link.yaml"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o600)
    link.symlink_to(target)
    init(link, force=True)
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o600
    assert load_inventory(target).streams() == {"org": 4}


def test_a_new_file_is_never_written_over(tmp_path):
    """Not even where it appears at this moment."""
    path = tmp_path / "a.txt"
    path.write_text("theirs", encoding="utf-8")
    with pytest.raises(FileExistsError):
        write_whole(path, "ours", is_new=True)
    assert path.read_text(encoding="utf-8") == "theirs"


def test_the_example_is_that_of_the_repository(tmp_path):
    """Every file under examples/, byte for byte; it loads; a second time needs force."""
    inventory = init(example=tmp_path / "new" / "examples")
    source = ROOT / "examples"
    files = sorted(path.relative_to(source) for path in source.rglob("*") if path.is_file())
    copies = tmp_path / "new" / "examples"
    assert sorted(p.relative_to(copies) for p in copies.rglob("*") if p.is_file()) == files
    assert all((copies / file).read_bytes() == (source / file).read_bytes() for file in files)
    assert load_inventory(inventory).streams() == {"org": 11}
    with pytest.raises(KmscostError, match="a file of this name"):
        init(example=copies)
    assert init(example=copies, force=True) == inventory


def test_a_file_beside_the_example_is_refused(tmp_path):
    """It would be left out without a word."""
    with pytest.raises(UsageError, match="no file beside a folder for the example"):
        init(tmp_path / "a.yaml", example=tmp_path / "examples")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["x.json", "x.csv", "x.YAML.txt"])
def test_an_ending_of_another_format_is_refused(tmp_path, name):
    """YAML in x.json would be no JSON; a name without an ending says nothing else."""
    with pytest.raises(UsageError, match=r"a name that ends with .yaml or .yml"):
        init(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    assert init(tmp_path / "inventory").is_file()
